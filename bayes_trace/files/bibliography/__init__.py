"""Bibliographies: references in CSL JSON or BibTeX, and how they come into a set."""

from bayes_trace.files.bibliography.adding import add_sources
from bayes_trace.files.bibliography.bibtex import read_bibtex
from bayes_trace.files.bibliography.csl_json import read_csl_json

__all__ = ["add_sources", "read_bibtex", "read_csl_json"]
