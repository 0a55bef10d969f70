"""Problems of who judged, by what right words are shown, and which codings are held fast."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.about import unknown_name
from bayes_trace.evidence.chronicle import chronicle_problems
from bayes_trace.evidence.records import Coder, Item
from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["guard_problems"]

_OF_MODELS = {"model": "its name", "version": "its version", "prompt": "what it was asked"}


def guard_problems(es: EvidenceSet) -> Iterator[Problem]:
    """Every problem of coders, of hypotheses formed after the evidence, of excerpts and of locks."""
    for coder in es.coders:
        yield from _coder(coder)
    known = {*es.coded, *es.set_aside, *(name for each in es.scenarios.values() for name in each.added)}
    for hypothesis in es.hypotheses:
        for name in hypothesis.formulated_after:
            if name not in known:
                where = ("hypotheses", hypothesis.id, "formulated_after")
                yield unknown_name(where, "item or event", name, es.coded)
    for item in es.items.values():
        yield from _excerpt(item)
    yield from _order(es)
    yield from _selection(es)
    countries = dict.fromkeys(
        each for sides in (es.sides, *(c.sides for c in es.cases)) for each in sides.values()
    )
    yield from chronicle_problems(es.chronicle, [case.case for case in es.cases], countries)
    for number, lock in enumerate(es.locked):
        if lock.coder and lock.coder not in es.coder_ids:
            yield unknown_name(("locked", number, "coder"), "coder", lock.coder, es.coder_ids)


def _coder(coder: Coder) -> Iterator[Problem]:
    """A model is named so that its codings can be made again; a person has no prompt."""
    for key, what in _OF_MODELS.items():
        stated = bool(getattr(coder, key).strip())
        if coder.kind == "model" and not stated:
            message = f"missing for a coder of kind model; say {what}, so that the codings can be made again"
            yield Problem(("coders", coder.id, key), message)
        elif coder.kind == "person" and stated:
            message = "is for models, but the coder is a person; write `kind: model`, or leave it out"
            yield Problem(("coders", coder.id, key), message)


def _selection(es: EvidenceSet) -> Iterator[Problem]:
    candidates = es.selection.candidates if es.selection else None
    if candidates and (isinstance(candidates.best, str) or candidates.lower < 1):
        shown = candidates.best if isinstance(candidates.best, str) else f"{candidates.lower:.15g}"
        yield Problem(("selection", "candidates"), f"{shown}, expected a number of candidates, 1 or more")


def _order(es: EvidenceSet) -> Iterator[Problem]:
    """Names in what follows, contradicts and answers what."""
    book = es.declared["implication"]
    sides = [*es.sides, *(name for case in es.cases for name in case.sides)]
    for each in es.codebook:
        where: tuple[str | int, ...] = ("codebook", each.id)
        for key in ("follows", "contradicts"):
            unknown = [name for name in getattr(each, key) if name not in book]
            yield from (unknown_name((*where, key), "implication", name, book) for name in unknown)
        if each.said_by and each.said_by not in sides:
            yield unknown_name((*where, "said_by"), "side", each.said_by, dict.fromkeys(sides))
    added = {name for each in es.scenarios.values() for name in each.added}
    dated = {*es.items, *es.episodes, *es.set_aside, *added}
    for item in es.items.values():
        for name in item.answers:
            if name not in dated:
                where = ("items", item.id, "answers")
                yield unknown_name(where, "item or episode", name, [*es.items, *es.episodes])


def _excerpt(item: Item) -> Iterator[Problem]:
    where = ("items", item.id)
    if item.excerpt and not item.rights:
        message = "missing; say by what right the excerpt is shown, such as public domain or quotation"
        yield Problem((*where, "rights"), message)
    for key in ("rights", "original", "translation"):
        if getattr(item, key) and not item.excerpt:
            yield Problem(
                (*where, key), "there is no excerpt that it belongs to; give one, or leave this out"
            )
    if item.translation and not item.language:
        yield Problem((*where, "language"), "missing; say in which language the translated words stand")
    if item.accessed and not (item.url or item.source):
        yield Problem((*where, "accessed"), "nothing that could be seen; give the url, or leave this out")
