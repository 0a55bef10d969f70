"""A one-episode set from a table, for a question that fits on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.files.validation import in_words
from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["from_table"]

Range = Mapping[str, float]
Table = Mapping[str, Mapping[str, float | str | Range]]


@guarded
def from_table(
    likelihoods: Table | pd.DataFrame,
    *,
    priors: Mapping[str, float] | None = None,
    unit: Literal["probability", "db", "ratio_db", "ratio"] = "probability",
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
        hypothesis, which has the value 0 or is left out; ``ratio``: the same as a number, 4 for four to one.
    found
        Item -> ``present`` (the default), ``absent``, ``not_sought`` or ``planned``.
    detection
        Absent or planned item -> probability that it is found, if it exists.
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
    table, problems = _as_mapping(likelihoods)
    rates = dict(reliability or {})
    problems += _shape_problems(unit, table, {"found": found, "detection": detection, "reliability": rates})
    if unit not in _FORMS or not table:
        raise EvidenceSetError("table", problems)
    named = list(priors or dict.fromkeys(name for row in table.values() for name in row))
    prior = priors or {name: 1 / len(named) for name in named}
    items = [_item(name, row, named, unit) for name, row in table.items()]
    for item in items:
        item["found"] = (found or {}).get(item["id"], "present")
        item["detection"] = (detection or {}).get(item["id"])
    sources = _attach_sources(items, {name: pair for name, pair in rates.items() if _is_pair(pair)})
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


SHOWN = 60
_FORMS = {str(unit): unit.form for unit in CodingUnit if not unit.form.words}
_EPISODE = {"id": "episode", "label": "Episode", "outcome": "what is to be explained"}


def _as_mapping(likelihoods: Any) -> tuple[dict[str, dict[str, Any]], list[Problem]]:  # noqa: ANN401
    """The table as plain dicts, from a frame or a mapping."""
    if hasattr(likelihoods, "to_dict") and hasattr(likelihoods, "index"):
        twice = sorted({str(name) for name in likelihoods.index[likelihoods.index.duplicated()]})
        if twice:
            return {}, [Problem((name,), "occurs in several rows; ids must be unique") for name in twice]
        likelihoods = likelihoods.T.to_dict()
    if not isinstance(likelihoods, Mapping) or not likelihoods:
        return {}, [
            Problem((), f"{_shown(likelihoods)}, expected a mapping item -> hypothesis -> likelihood")
        ]
    wrong = [
        Problem((str(item),), f"{_shown(row)}, expected a mapping hypothesis -> likelihood")
        for item, row in likelihoods.items()
        if not isinstance(row, Mapping)
    ]
    rows = {} if wrong else {str(k): {str(h): v for h, v in row.items()} for k, row in likelihoods.items()}
    return rows, wrong


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def _is_pair(rates: object) -> bool:
    return isinstance(rates, (tuple, list)) and len(rates) == len(("hit", "false report"))


def _shape_problems(
    unit: str, table: Mapping[str, Any], options: Mapping[str, Mapping[str, Any] | None]
) -> list[Problem]:
    """Faults that would not survive being put into records."""
    problems = []
    if unit not in _FORMS:
        problems.append(Problem(("unit",), f"{unit!r}, expected one of: {', '.join(_FORMS)}"))
    for where, names in options.items():
        problems += [
            Problem((where, n), f"no item {n!r} in the table") for n in names or () if n not in table
        ]
    for name, rates in (options["reliability"] or {}).items():
        if not _is_pair(rates):
            problems.append(Problem(("reliability", name), f"{_shown(rates)}, expected (hit, false report)"))
    return problems


def _plain_number(value: object) -> object:
    """Python's own float for any number, NumPy's among them; a yes or no is none."""
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, Real) else value


def _item(name: str, row: dict[str, Any], hypotheses: list[str], unit: str) -> dict[str, Any]:
    coding: dict[str, Any] = {"unit": unit, "values": row}
    form = _FORMS[unit]
    if form.ratio:
        coding["reference"] = _reference(row, hypotheses, form.neutral)
    row = {name: _plain_number(value) for name, value in row.items()}
    coding["values"] = row
    decisive = any(isinstance(v, float) and v in form.certain for v in row.values())
    return {
        "id": name,
        "paraphrase": name,
        "episodes": ["episode"],
        "codings": [coding],
        "decisive": decisive,
    }


def _reference(row: dict[str, Any], hypotheses: list[str], neutral: float) -> str | None:
    """The hypothesis left out, or the first that has the value of a reference."""
    left_out = [name for name in hypotheses if name not in row]
    return next(iter([*left_out, *(name for name in hypotheses if row.get(name) == neutral)]), None)


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
        found = {_item_path(data, detail["loc"]): detail for detail in reversed(error.errors())}
        problems += [Problem(where, _message(detail)) for where, detail in reversed(found.items())]
        raise EvidenceSetError("table", problems) from None
    problems += [Problem(_short(problem.where), problem.message) for problem in list_problems(es)]
    if problems:
        raise EvidenceSetError("table", problems)
    return es


_INNER = ("cases", "items", "codings", "values", "str", "float", "best")


def _item_path(data: dict[str, Any], loc: tuple[int | str, ...]) -> tuple[str | int, ...]:
    """Item and hypothesis, not the place in the set that the table became."""
    words = tuple(part for part in loc if isinstance(part, str) and part not in _INNER)
    in_item = loc[:1] == ("cases",) and len(loc) > len(("cases", 0, "items"))
    return (data["cases"][0]["items"][loc[3]]["id"], *words) if in_item else words


def _short(where: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(part for part in where if isinstance(part, str) and part not in _INNER)


def _message(detail: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if detail["type"] in ("too_short", "too_long"):
        return in_words(detail)
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{_shown(detail['input'])}: {message[0].lower()}{message[1:]}"
