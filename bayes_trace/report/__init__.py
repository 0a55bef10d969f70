"""Reports: what was found, episode by episode, as text that goes into an appendix."""

from bayes_trace.report.gather import Gathered, gather
from bayes_trace.report.writing import markdown, write_report

__all__ = ["Gathered", "gather", "markdown", "write_report"]
