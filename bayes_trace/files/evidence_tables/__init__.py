"""Evidence tables: codings of many episodes in Parquet, Arrow or CSV, read in parts of whole episodes."""

from __future__ import annotations

from bayes_trace.files.evidence_tables.layout import Layout, layout_of
from bayes_trace.files.evidence_tables.parts import Part
from bayes_trace.files.evidence_tables.reading import read_part

__all__ = ["Layout", "Part", "layout_of", "read_part"]
