"""What an evidence table looks like: its columns, long or wide, and the coders that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.files.evidence_tables.columns import COLUMNS, REQUIRED
from bayes_trace.files.evidence_tables.parts import opened, pieces, read_errors

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Layout", "coders_in", "layout_of"]

#: columns of the long form that a column per hypothesis takes the place of
_LONG = ("hypothesis", "low", "best", "high", "term")


@dataclass(frozen=True)
class Layout:
    """Columns that are read, and whether there is one for each hypothesis."""

    columns: tuple[str, ...]
    wide: bool


def layout_of(path: Path, hypotheses: Sequence[str]) -> Layout:
    """The layout of a table.

    Raises
    ------
    EvidenceSetError
        For columns that are missing, unknown or of another kind.
    """
    schema = opened(path)[0].schema
    # pandas writes the numbers of its rows beside the columns
    names = [name for name in schema.names if not name.startswith("__index_level_")]
    wide = "hypothesis" not in names
    own = [name for each in hypotheses for name in (each, f"{each}_low", f"{each}_high")] if wide else []
    known = [*own, *(name for name in COLUMNS if not (wide and name in _LONG))]
    shown = ", ".join(name for name in known if not name.endswith(("_low", "_high")))
    needed = [*REQUIRED, *(hypotheses if wide else () if "term" in names else ("best",))]
    problems = [
        *(Problem((name,), _missing(name, wide=wide), path.name) for name in needed if name not in names),
        *(
            Problem((name,), f"unknown column; expected {shown}", path.name)
            for name in names
            if name not in known
        ),
        *(
            Problem((name,), "the column occurs twice; keep one", path.name)
            for name in set(names)
            if names.count(name) > 1
        ),
    ]
    problems += [
        fault for field in schema if (fault := _kind_fault(field, path.name)) and field.name in known
    ]
    if problems:
        raise EvidenceSetError("evidence table", problems)
    return Layout(tuple(names), wide)


def _missing(name: str, *, wide: bool) -> str:
    if wide and name not in REQUIRED:
        return "the column is missing; give a column hypothesis, or one for each hypothesis"
    return "the column is missing"


def _kind_fault(field: pa.Field, file: str) -> Problem | None:
    """A column of numbers must hold numbers, one of names text; that of a hypothesis either."""
    import pyarrow.types as of

    held = field.type.value_type if of.is_dictionary(field.type) else field.type
    is_text = of.is_string(held) or of.is_large_string(held) or of.is_string_view(held)
    is_number = of.is_floating(held) or of.is_integer(held) or of.is_boolean(held)
    wanted = COLUMNS[field.name].kind if field.name in COLUMNS else "number or text"
    fits = {"text": is_text, "number": is_number, "flag": is_number}.get(wanted, is_text or is_number)
    if fits or of.is_null(held):
        return None
    kinds = {"text": "text", "number": "numbers", "flag": "true or false"}
    return Problem((field.name,), f"holds {field.type}, expected {kinds.get(wanted, 'numbers')}", file)


def coders_in(path: Path, layout: Layout) -> list[str]:
    """Names of all coders, read from their column alone, part by part."""
    import pyarrow.compute as pc

    names: set[str] = set()
    if "coder" in layout.columns:
        with read_errors(path.name):
            found = opened(path)[0]
            for piece in pieces(found):
                for batch in piece.to_batches(schema=found.schema, columns=["coder"]):
                    batch.validate(full=True)
                    column = batch.column(0)
                    plain = column.dictionary_decode() if hasattr(column, "dictionary") else column
                    names.update(name or "" for name in pc.unique(plain).to_pylist())
    return sorted(names - {""})
