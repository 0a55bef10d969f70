"""The living appendix: one page in which a reader can argue with an analysis, and one in which a coder judges."""

from bayes_trace.explore.blind import blind_page
from bayes_trace.explore.page import appendix_page

__all__ = ["appendix_page", "blind_page"]
