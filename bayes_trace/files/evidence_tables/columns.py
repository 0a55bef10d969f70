"""The columns of an evidence table: what each holds, of what kind it is, and what it must be the same for."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COLUMNS", "ENDS", "REQUIRED", "Column", "column_named"]


class Column(NamedTuple):
    """One column."""

    #: text, number or flag
    kind: str
    #: rows for which it is one thing: those of an episode, an entry (an item or event on an episode), a coding
    of: str
    #: what it holds, for people
    holds: str


def _text(of: str, holds: str) -> Column:
    return Column("text", of, holds)


def _number(of: str, holds: str) -> Column:
    return Column("number", of, holds)


_RATE = "a probability, also by hypothesis"
#: ends of a 90 % range, behind the name of the best value
ENDS = ("low", "high")
_RANGED = {
    "detection": _number("cell", f"P(found if it exists), for what is absent: {_RATE}"),
    "hit": _number("cell", f"P(the source reports it given that it is so): {_RATE}"),
    "false_report": _number("cell", f"P(the source reports it given that it is not so): {_RATE}"),
    "denial_if_true": _number("cell", f"P(the source denies an event that happened): {_RATE}"),
    "denial_if_false": _number("cell", f"P(the source denies an event that did not happen): {_RATE}"),
    "correlation": _number("entry", "correlation in the cluster, from 0 to 1"),
    "agreement": _number("entry", "correlation of the reports of an event"),
    "reference_probability": _number(
        "coding", "P(item given reference), which turns ratios into probabilities"
    ),
}
COLUMNS: dict[str, Column] = {
    "case": _text("episode", "the case that the episode belongs to"),
    "episode": _text("row", "the episode; rows are sorted by it"),
    "item": _text("row", "the item, or the event"),
    "hypothesis": _text("row", "the hypothesis; blank in the one row of a report that is the same for all"),
    "coder": _text("row", "the coder; blank: the base coder"),
    "form": _text("coding", "probability (the default), db, ratio_db, ratio or verbal"),
    "low": _number("cell", "low end of a 90 % range"),
    "best": _number("cell", "the likelihood in its form"),
    "high": _number("cell", "high end of the range"),
    "term": _text("cell", "the term, where the form is verbal"),
    "scale": _text("coding", "the verbal scale; blank: the IPCC's"),
    "reference": _text("coding", "the hypothesis that ratios are taken against"),
    "found": _text("entry", "present (the default), absent or not_sought"),
    "cluster": _text("entry", "the cluster"),
    "source": _text("entry", "the source"),
    "always_answers": Column("flag", "entry", "whether a denial is whatever the source does not report"),
    "reading": _text("entry", "the fact that the item turns on"),
    "option": _text("row", "the option of the reading under which the row is coded"),
    "option_probability": _number("option", "probability of that option"),
    "event": _text("entry", "the event that the item reports; in the rows of the event itself its own name"),
    "says": _text("entry", "yes (the default) or no, of a report"),
    "given": _text("entry", "items and events that the coding is conditional on, with blanks between"),
    "implication": _text("entry", "implications of the codebook, with blanks between"),
    "decisive": Column("flag", "entry", "whether 0 and 1 are meant"),
    "prior": _number("prior", "prior of the hypothesis in the episode, where it is not that of all"),
    "order": _number("free", "place in the sum, on which only last bits depend; by default the name's"),
    **_RANGED,
    **{
        f"{name}_{end}": each._replace(holds=f"{end} end of its range")
        for name, each in _RANGED.items()
        for end in ENDS
    },
}
#: what a table cannot be without
REQUIRED = ("episode", "item")


def column_named(name: str) -> Column:
    """What is known of a column; one named after a hypothesis holds its likelihoods."""
    return COLUMNS.get(name) or COLUMNS["best"]
