"""Evidence sets on disk: YAML folders with CSV codings, read, written and described by a schema."""

from bayes_trace.files.folder import read_evidence_set
from bayes_trace.files.in_memory import from_table
from bayes_trace.files.schema import json_schema
from bayes_trace.files.template import write_template
from bayes_trace.files.writing import write_evidence_set

__all__ = ["from_table", "json_schema", "read_evidence_set", "write_evidence_set", "write_template"]
