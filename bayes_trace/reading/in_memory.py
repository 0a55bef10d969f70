"""A one-episode set from a table, for a question that fits on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet, list_problems

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["from_table"]

Range = Mapping[str, float]
Table = Mapping[str, Mapping[str, float | str | Range]]


def from_table(
    likelihoods: Table | pd.DataFrame,
    *,
    priors: Mapping[str, float] | None = None,
    unit: Literal["probability", "db", "ratio_db"] = "probability",
    found: Mapping[str, str] | None = None,
    detection: Mapping[str, float | Range] | None = None,
    reliability: Mapping[str, tuple[float | Range, float | Range]] | None = None,
) -> EvidenceSet:
    """Make an evidence set of one episode, called ``episode``, from a table.

    Parameters
    ----------
    likelihoods
        Item -> hypothesis -> value, or a DataFrame with items as rows and hypotheses as columns. A
        value is a number or ``{"low": ..., "best": ..., "high": ...}`` (a 90 % range). A likelihood
        of exactly 0 or 1 is taken as meant.
    priors
        Hypothesis -> probability; by default all equal.
    unit
        ``probability``; ``db``: 10 log10 of a probability; ``ratio_db``: decibels against one
        hypothesis, which has the value 0 or is left out.
    found
        Item -> ``present`` (the default), ``absent`` or ``not_sought``.
    detection
        Absent item -> probability that it would have been found, had it existed.
    reliability
        Item -> (hit, false report) of the source that reports it.

    Returns
    -------
    A sound set for `compile_evidence`.

    Raises
    ------
    EvidenceSetError
        With every problem of the table.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = from_table({"letter": {"A": -3, "B": -9}}, unit="db")
    >>> round(float(bt.update(bt.compile_evidence(es)).probability.sel(hypothesis="A").item()), 3)
    0.799
    """
    table: dict[str, dict[str, Any]] = _as_mapping(likelihoods)
    named = list(priors or dict.fromkeys(name for row in table.values() for name in row))
    prior = priors or {name: 1 / len(named) for name in named}
    strangers = {
        name: where
        for where, names in (("found", found), ("detection", detection), ("reliability", reliability))
        for name in names or ()
        if name not in table
    }
    problems = [Problem((where, name), f"no item {name!r} in the table") for name, where in strangers.items()]
    items = [_item(name, row, named, unit) for name, row in table.items()]
    for item in items:
        item["found"] = (found or {}).get(item["id"], "present")
        item["detection"] = (detection or {}).get(item["id"])
    sources = _attach_sources(items, reliability or {})
    return _checked(
        {
            "version": 1,
            "id": "table",
            "title": "A table of likelihoods",
            "question": "Which hypothesis explains the episode?",
            "hypotheses": [{"id": n, "label": n, "statement": n, "prior": prior[n]} for n in named],
            "base_coder": "author",
            "coders": [{"id": "author", "unit": unit}],
            "cases": [{"case": "case", "label": "Case", "episodes": [_EPISODE], "items": items}],
            "sources": sources,
        },
        problems,
    )


_EPISODE = {"id": "episode", "label": "Episode", "outcome": "what is to be explained"}


def _as_mapping(likelihoods: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - a frame or a mapping
    rows = likelihoods.T.to_dict() if hasattr(likelihoods, "to_dict") else likelihoods
    return {str(item): {str(name): value for name, value in row.items()} for item, row in rows.items()}


def _item(name: str, row: dict[str, Any], hypotheses: list[str], unit: str) -> dict[str, Any]:
    coding: dict[str, Any] = {"unit": unit, "values": row}
    if unit == "ratio_db":
        coding["reference"] = _reference(row, hypotheses)
    certain = {"probability": (0, 1), "db": (0,), "ratio_db": ()}[unit]
    decisive = any(not isinstance(value, (Mapping, str, bool)) and value in certain for value in row.values())
    return {
        "id": name,
        "paraphrase": name,
        "episodes": ["episode"],
        "codings": [coding],
        "decisive": decisive,
    }


def _reference(row: dict[str, Any], hypotheses: list[str]) -> str | None:
    """The hypothesis left out, or the first with 0 dB."""
    left_out = [name for name in hypotheses if name not in row]
    return next(iter([*left_out, *(name for name in hypotheses if row.get(name) == 0)]), None)


def _attach_sources(items: Iterable[dict[str, Any]], reliability: Mapping[str, Any]) -> list[dict[str, Any]]:
    sources = []
    for item in items:
        if item["id"] in reliability:
            hit, false_report = reliability[item["id"]]
            key = f"source-of-{item['id']}"
            item["source"] = {"key": key}
            rates = {"hit": hit, "false_report": false_report}
            sources.append({"id": key, "type": "document", "title": key, "reliability": rates})
    return sources


def _checked(data: dict[str, Any], problems: list[Problem]) -> EvidenceSet:
    try:
        es = EvidenceSet.model_validate(data)
    except ValidationError as error:
        problems += [_readable(data, detail) for detail in error.errors()]
        raise EvidenceSetError("table", problems) from None
    problems += list_problems(es)
    if problems:
        raise EvidenceSetError("table", problems)
    return es


def _readable(data: dict[str, Any], detail: Any) -> Problem:  # noqa: ANN401 - pydantic's ErrorDetails
    """Say item and hypothesis, not the place in the set that the table became."""
    loc = detail["loc"]
    where = tuple(
        part
        for part in loc
        if isinstance(part, str) and part not in ("cases", "codings", "values", "str", "float")
    )
    if loc[:1] == ("cases",) and len(loc) > 3:
        where = (data["cases"][0]["items"][loc[3]]["id"], *where[1:])
    message = str(detail["msg"]).removeprefix("Value error, ")
    return Problem(where, f"{detail['input']!r}: {message[0].lower()}{message[1:]}")
