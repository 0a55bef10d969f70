"""A digest of everything that moves a number, part by part; text for people moves none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from bayes_trace.evidence.values import Value

if TYPE_CHECKING:
    from bayes_trace.evidence.records import Event, Item
    from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["changed_parts", "content_digest", "content_parts"]

#: words for people, or what only advice asks about
_CODING = frozenset({"reason", "cell_reasons", "coded_on", "coded_by"})
_ITEM = (
    *("title", "paraphrase", "retrospective", "author", "speaker", "recipient", "audience", "kind", "source"),
    *("see_also", "footnote", "search", "archive", "ambiguity", "not_coded", "decisive", "label", "excerpt"),
    *("rights", "original", "language", "translation", "url", "accessed", "known_before_prior", "cited_for"),
    "answers",
)
_EPISODE = frozenset(
    {"label", "outcome", "transferred", "not_scored", "note", "attempt", "reply", "success", "backfire"}
)
_HYPOTHESIS = frozenset(
    {"label", "short", "statement", "refusal_statement", "refusal_label", "formulated_after"}
)
_RECORD = frozenset(
    {"label", "option_labels", "text", "said_by", "follows", "contradicts", "before_decision"}
)
_NOTHING: frozenset[str] = frozenset()
_OF_ITEM = frozenset({*_ITEM, "codings"})
#: stands between the parts of one text, and in none
_MARK = "\0part"
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
#: characters of the digest of one part
BRIEF = 12


def content_digest(evidence_set: EvidenceSet) -> str:
    """SHA-256 of all that moves a number, the same however the files are laid out or worded.

    Codings, priors, dates, what was found, clusters, readings, rates of sources and applied scenarios
    count; labels, notes, paraphrases, titles and scenarios that are not applied do not.

    Examples
    --------
    >>> from bayes_trace import from_table
    >>> one, two = ({"memo": {"A": 0.8, "B": b}} for b in (0.2, 0.3))
    >>> content_digest(from_table(one)) == content_digest(from_table(two))
    False
    """
    return _digest(evidence_set.content)


def content_parts(evidence_set: EvidenceSet) -> dict[str, str]:
    """Short digests by part, the parts in the words of a person: ``item x``, ``the hypotheses and their priors``.

    Examples
    --------
    >>> from bayes_trace import from_table
    >>> list(content_parts(from_table({"memo": {"A": 0.8, "B": 0.2}})))
    ['the hypotheses and their priors', 'the coders', 'episode episode', 'item memo']
    """
    names, contents = zip(*_parts(evidence_set), strict=True)
    # one text with marks between the parts: to start the encoder takes longer than to encode an item
    marked = [each for content in contents for each in (content, _MARK)]
    texts = _ENCODER.encode(marked)[1:].split(f",{_ENCODER.encode(_MARK)}")
    return {
        name: hashlib.sha256(text.removeprefix(",").encode()).hexdigest()[:BRIEF]
        for name, text in zip(names, texts[: len(names)], strict=True)
    }


def changed_parts(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Parts that differ, those of the later set first.

    Examples
    --------
    >>> changed_parts({"item x": "1", "item y": "2"}, {"item x": "3"})
    ['item x', 'item y']
    """
    return [name for name in {**after, **before} if before.get(name) != after.get(name)]


def _digest(content: object) -> str:
    return hashlib.sha256(_ENCODER.encode(content).encode()).hexdigest()


def _plain(record: BaseModel, leave_out: frozenset[str]) -> dict[str, Any]:
    """What a record states, but for what is left out and what is as by default; for JSON."""
    own = record.__dict__
    return {
        name: _as_json(value)
        for name, default in _kept(type(record), leave_out)
        if (value := own[name]) is not default and value != default
    }


@cache
def _kept(kind: type[BaseModel], leave_out: frozenset[str]) -> list[tuple[str, Any]]:
    """Fields that count, with their defaults."""
    return [
        (name, field.get_default(call_default_factory=True, validated_data={}))
        for name, field in kind.model_fields.items()
        if name not in leave_out
    ]


def _as_json(value: object) -> object:
    if isinstance(value, Value):
        ranged = value.low is not None
        return {"low": value.low, "best": value.best, "high": value.high} if ranged else value.best
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    return _plain(value, _NOTHING) if isinstance(value, BaseModel) else value


def _parts(es: EvidenceSet) -> Iterator[tuple[str, object]]:
    rivals = [_plain(each, _HYPOTHESIS) for each in es.hypotheses]
    written = [_plain(each, _NOTHING) for each in es.as_written()]
    yield "the hypotheses and their priors", [rivals, written, es.prior_concentration]
    yield "the coders", [*es.coder_ids, *_witnesses(es)]
    if es.applied:
        yield "the scenarios applied", list(es.applied)
    coded = [each for each in _in_order(es.coded.values()) if each.codings or getattr(each, "event", None)]
    yield from _context(es, coded)
    for case in sorted(es.cases, key=lambda case: case.case):
        for episode in _in_order(case.episodes):
            yield f"episode {episode.id}", [case.case, case.conditions, _plain(episode, _EPISODE)]
    for each in coded:
        kind = "event" if each.id in es.events else "item"
        yield f"{kind} {each.id}", [_plain(each, _OF_ITEM), _codings(es, each), _rated(es, each)]


def _witnesses(es: EvidenceSet) -> list[list[str]]:
    """Coders who count as one in pools, where several do."""
    as_one: dict[str, list[str]] = {}
    for coder in es.coders:
        as_one.setdefault(coder.counts_as, []).append(coder.id)
    return sorted(sorted(names) for names in as_one.values() if len(names) > 1)


def _in_order[R: Any](records: Iterable[R]) -> list[R]:
    return sorted(records, key=lambda each: each.id)


def _codings(es: EvidenceSet, coded: Item | Event) -> list[dict[str, Any]]:
    """Judgements with the coder named, in an order of their own."""
    plain = [{**_plain(c, _CODING), "coder": c.coder or es.base_coder} for c in coded.codings]
    if len(plain) == 1:
        return plain
    return sorted(plain, key=lambda each: (each["coder"], each.get("episodes", [])))


def _rated(es: EvidenceSet, coded: Item | Event) -> str:
    """The source of an item where its rates count: items of one source share them."""
    source = getattr(coded, "source", None)
    return source.key if source and es.reliability_of(source.key) else ""


def _context(es: EvidenceSet, coded: list[Item | Event]) -> Iterator[tuple[str, object]]:
    """What items refer to, where it is referred to."""
    rated = {_rated(es, each) for each in coded} - {""}
    for key in sorted(rated):
        reliability = es.reliability_of(key)
        yield f"source {key}", _plain(reliability, _NOTHING) if reliability else None
    codings = [coding for each in coded for coding in each.codings]
    named: dict[str, tuple[Sequence[Any], set[Any]]] = {
        "cluster": (es.clusters, {each for c in (*coded, *codings) if (each := getattr(c, "cluster", None))}),
        "reading": (es.readings, {getattr(each, "reading", None) for each in coded}),
        "verbal scale": (es.scales, {c.scale for c in codings if c.form.words}),
        "implication": (es.codebook, {name for each in coded for name in each.implications}),
    }
    for kind, (records, used) in named.items():
        for record in _in_order(records):
            if record.id in used:
                yield f"{kind} {record.id}", _plain(record, _RECORD)
