"""Reports: the findings, episode by episode, as text for an appendix."""

from bayes_trace.report.conversion import IncompleteReportError
from bayes_trace.report.gather import gather
from bayes_trace.report.manifest import manifest
from bayes_trace.report.markdown import markdown
from bayes_trace.report.results import Gathered
from bayes_trace.report.writing import write_report

__all__ = ["Gathered", "IncompleteReportError", "gather", "manifest", "markdown", "write_report"]
