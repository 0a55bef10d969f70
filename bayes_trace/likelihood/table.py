"""Evidence tables: codings of more episodes than fit into a set, or into memory, compiled block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr
from pydantic import ValidationError

from bayes_trace.errors import BayesTraceError, EvidenceSetError, UnknownNameError, WrongArgumentError
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.files.evidence_tables import Part, layout_of, read_part
from bayes_trace.files.evidence_tables.layout import Layout, coders_in
from bayes_trace.files.evidence_tables.parts import opened, parts_in_order
from bayes_trace.files.validation import in_words
from bayes_trace.guards import guarded
from bayes_trace.likelihood.block import Common, common_to_blocks, compile_block

__all__ = ["EvidenceTable", "open_evidence_table"]


#: names, names with priors, or a set
Hypotheses = Sequence[str] | Mapping[str, float] | EvidenceSet


@dataclass(frozen=True)
class EvidenceTable:
    r"""A table on disk; nothing is read before it is asked for.

    Examples
    --------
    >>> import tempfile
    >>> import bayes_trace as bt
    >>> file = Path(tempfile.mkdtemp()) / "codings.csv"
    >>> _ = file.write_text("episode,item,hypothesis,best\ne,memo,A,0.8\ne,memo,B,0.2\n")
    >>> table = open_evidence_table(file, hypotheses=["A", "B"])
    >>> [float(bt.update(block).probability.sel(hypothesis="A").item()) for block in table.blocks()]
    [0.8]
    """

    path: Path
    #: hypotheses, scales and whatever else blocks share: a set without cases
    head: EvidenceSet
    #: the base coder first
    coders: tuple[str, ...]
    layout: Layout

    def parts(self) -> Iterator[Part]:
        """Where each block stands, in order."""
        found, kind = opened(self.path)
        return parts_in_order(found, kind, self.layout.columns)

    @property
    def in_pieces(self) -> bool:
        """Whether its parts are known without reading it: the row groups of Parquet."""
        return opened(self.path)[1] == "parquet"

    def compile(self, part: Part) -> xr.Dataset:
        """The compiled evidence of one part."""
        judged, side = read_part(part, self.head, self.coders, wide=self.layout.wide)
        return compile_block(judged, side, self._common)

    def blocks(self) -> Iterator[xr.Dataset]:
        """The compiled evidence of all episodes, block by block: what `compile_evidence` gives of a set."""
        yield from map(self.compile, self.parts())

    @cached_property
    def _common(self) -> Common:
        return common_to_blocks(self.head)


@guarded
def open_evidence_table(
    path: str | Path,
    *,
    hypotheses: Hypotheses,
    coders: Sequence[str] | None = None,
) -> EvidenceTable:
    """Open codings in Parquet, Arrow or CSV without reading them.

    Parameters
    ----------
    path
        A file, or a folder of files of one kind, also with folders such as ``case=taiwan`` in it. One row for each
        item, hypothesis and coder, with at least the columns ``episode``, ``item``, ``hypothesis`` and ``best``; or
        one row for each item and coder with a column for each hypothesis. Rows are sorted by episode, and a row
        group of a Parquet file holds whole episodes: `sort_evidence_table` makes it so.
    hypotheses
        Names, with equal priors; names with their priors; or a set, whose hypotheses, coders, scales, readings,
        clusters and sources then need not be repeated in the table.
    coders
        Names, the base coder first; by default those of the set, or all that the table names, in order.

    Returns
    -------
    The table: ``blocks()`` gives compiled evidence, block by block, for `update` and whatever takes it.

    Raises
    ------
    EvidenceSetError
        For columns that are missing, unknown or of another kind; and from ``blocks()`` for every fault of a block,
        with its column and first rows.
    BayesTraceError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> import bayes_trace as bt
    >>> file = Path(tempfile.mkdtemp()) / "codings.parquet"
    >>> _ = bt.write_evidence_table(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), file)
    >>> table = open_evidence_table(file, hypotheses={"A": 0.5, "B": 0.5})
    >>> bt.update(next(table.blocks())).probability.values.tolist()
    [[0.8, 0.2]]
    """
    path = Path(path)
    head = hypotheses if isinstance(hypotheses, EvidenceSet) else None
    names = head.hypothesis_ids if head else _names(hypotheses)
    layout = layout_of(path, names)
    if coders is None:
        coders = head.coder_ids if head else coders_in(path, layout)
    coders = tuple(coders) or ("coder",)
    return EvidenceTable(
        path, _head_of(head, coders) if head else _plain_head(hypotheses, coders), coders, layout
    )


def _head_of(es: EvidenceSet, coders: tuple[str, ...]) -> EvidenceSet:
    """What all blocks share of a set: all but its cases and scenarios; of its coders those that are wanted."""
    by_id = {coder.id: coder for coder in es.coders}
    for name in coders:
        if name not in by_id:
            raise UnknownNameError("coder", name, es.coder_ids)
    kept = {
        name: getattr(es, name) for name in EvidenceSet.model_fields if name not in ("cases", "scenarios")
    }
    kept |= {"coders": tuple(by_id[name] for name in coders), "base_coder": coders[0]}
    return EvidenceSet.model_construct(**kept)


def _names(hypotheses: Any) -> tuple[str, ...]:  # noqa: ANN401 - looked at here
    """Names in a list or a mapping."""
    if isinstance(hypotheses, str) or not all(isinstance(name, str) for name in hypotheses):
        message = (
            f"open_evidence_table: hypotheses is {hypotheses!r}, expected names, or names with their priors"
        )
        raise WrongArgumentError(message)
    return tuple(hypotheses)


def _plain_head(hypotheses: Any, coders: Sequence[str]) -> EvidenceSet:  # noqa: ANN401 - looked at by the guard
    """A set of nothing but hypotheses and coders."""
    names = list(hypotheses)
    prior = (
        dict(hypotheses) if isinstance(hypotheses, Mapping) else dict.fromkeys(names, 1 / max(len(names), 1))
    )
    data = {
        "version": 1,
        "id": "table",
        "title": "A table of codings",
        "question": "Which hypothesis explains each episode?",
        "hypotheses": [{"id": n, "label": n, "statement": n, "prior": float(prior[n])} for n in names],
        "base_coder": coders[0],
        "coders": [{"id": name} for name in coders],
    }
    try:
        head = EvidenceSet.model_validate(data)
    except ValidationError as error:
        found = [each for each in error.errors() if each["type"] != "too_short"] or error.errors()
        said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {in_words(each)}" for each in found)
        message = f"hypotheses, coders: {said}"
        raise BayesTraceError(message) from None
    if problems := list_problems(head):
        raise EvidenceSetError("hypotheses", problems)
    return head
