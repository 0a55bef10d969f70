"""Problems that no single record can see: unknown names, sums, missing likelihoods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from bayes_trace.errors import Problem
from bayes_trace.evidence.about import (
    contrast_problems,
    mechanism_problems,
    sense_problems,
    unknown_names,
)
from bayes_trace.evidence.certain import certain_problems
from bayes_trace.evidence.circles import circle_problems
from bayes_trace.evidence.coded import coding_problems
from bayes_trace.evidence.csl import csl_problems
from bayes_trace.evidence.events import event_problems, report_problems
from bayes_trace.evidence.guards import guard_problems
from bayes_trace.evidence.planned import scenario_problems
from bayes_trace.evidence.prospects import prospect_problems
from bayes_trace.evidence.rates import TOLERANCE, fraction_problems, reliability_problems
from bayes_trace.evidence.records import Episode, Event, Item
from bayes_trace.evidence.sets import EvidenceSet
from bayes_trace.evidence.shown import equal_labels, folded, shown_texts, steering_texts

__all__ = ["list_problems"]

Where = tuple[str | int, ...]


def list_problems(
    evidence_set: EvidenceSet, *, progress: Callable[[str, float], None] | None = None
) -> list[Problem]:
    """Every problem of an evidence set that its records cannot see one by one.

    Parameters
    ----------
    evidence_set
        The records.
    progress
        Told how much of all is done.

    Returns
    -------
    Problems with the dotted path; empty for a sound set.

    Examples
    --------
    >>> from bayes_trace import from_table
    >>> memo = {"memo": {"A": 0.8, "B": 0.2}}
    >>> list_problems(from_table(memo, priors={"A": 0.5, "B": 0.5}))
    []
    """
    parts = (
        _duplicates,
        _shown,
        _priors,
        _coders,
        _declared,
        _verbal_scales,
        _episodes,
        _items,
        _events,
        _packages,
        _shared_readings,
        circle_problems,
        sense_problems,
        mechanism_problems,
        _sources,
        certain_problems,
        scenario_problems,
        guard_problems,
    )
    found: list[Problem] = []
    for number, part in enumerate(parts):
        if progress:
            progress("problems", number / len(parts))
        found += part(evidence_set)
    return found


def _ids(es: EvidenceSet) -> dict[str, Iterable[str]]:
    """Ids by kind, in the order of the files."""
    return {
        "hypotheses": es.hypothesis_ids,
        "coders": (coder.id for coder in es.coders),
        "codebook": (each.id for each in es.codebook),
        "clusters": (each.id for each in es.clusters),
        "readings": (each.id for each in es.readings),
        "scales": (each.id for each in es.scales),
        "sources": (each.id for each in es.sources),
        "cases": (case.case for case in es.cases),
        "episodes": (episode.id for case in es.cases for episode in case.episodes),
        "items": (item.id for case in es.cases for item in case.items),
        "events": (event.id for case in es.cases for event in case.events),
        "scenarios": list(es.scenarios),
    }


def _duplicates(es: EvidenceSet) -> Iterator[Problem]:
    for kind, ids in _ids(es).items():
        for name, count in Counter(ids).items():
            if count > 1:
                yield Problem(
                    (kind, name), f"the id occurs {count} times; ids must be unique, rename all but one"
                )
    for name in es.events.keys() & es.items.keys():
        yield Problem(("events", name), "an item has the same id, and results name both; rename one")


def _shown(es: EvidenceSet) -> Iterator[Problem]:
    """What people read may not be empty, and what they tell apart must look different."""
    for where, text in shown_texts(es):
        if not (text.isascii() and text.isprintable() and text.strip()) and not folded(text).strip():
            yield Problem(where, "empty; readers are shown this text, so fill it in")
    for where, other in equal_labels(es):
        yield Problem(
            where, f"the same as that of {other}; readers could not tell the two apart, so reword one"
        )
    for where, sign in steering_texts(es):
        message = f"U+{ord(sign):04X} in it, which steers a terminal or reorders what is read; remove it"
        yield Problem(where, message)
    for kind, ids in _ids(es).items():
        seen: dict[str, str] = {}
        for name in ids:
            other = seen.setdefault(folded(name), name)
            if other != name:
                message = f"looks like {other!r}: another case, Unicode form or invisible character; rename one of them"
                yield Problem((kind, name), message)


def _prior_problems(
    where: Where, priors: Mapping[str, float], expected: Collection[str]
) -> Iterator[Problem]:
    missing = [name for name in expected if name not in priors]
    if missing:
        yield Problem((*where, missing[0]), "prior is missing; give every hypothesis a prior")
        return
    yield from unknown_names(where, "hypothesis", priors, expected)
    for name, prior in priors.items():
        if not 0 < prior < 1:
            yield Problem(
                (*where, name),
                f"prior {prior:.15g}, expected above 0 and below 1: evidence cannot change a prior of 0 or 1",
            )
    total = sum(priors.values())
    if abs(total - 1) > TOLERANCE:
        yield Problem(
            where,
            f"priors sum to {total:.15g}, expected 1; rivals must be exhaustive, so rescale or add a residual",
        )


def _priors(es: EvidenceSet) -> Iterator[Problem]:
    yield from _prior_problems(("hypotheses",), {h.id: h.prior for h in es.hypotheses}, es.hypothesis_ids)
    for episode in es.episodes.values():
        if episode.prior:
            yield from _prior_problems(("episodes", episode.id, "prior"), episode.prior, es.hypothesis_ids)


def _coders(es: EvidenceSet) -> Iterator[Problem]:
    yield from unknown_names(("base_coder",), "coder", [es.base_coder], es.declared["coder"])
    for coder in es.coders:
        if coder.scale:
            yield from unknown_names(("coders", coder.id, "scale"), "scale", [coder.scale], _scales(es))
        if coder.reference:
            where = ("coders", coder.id, "reference")
            yield from unknown_names(where, "hypothesis", [coder.reference], es.hypothesis_ids)


def _scales(es: EvidenceSet) -> list[str]:
    return ["ipcc", *(scale.id for scale in es.scales)]


def _declared(es: EvidenceSet) -> Iterator[Problem]:
    for cluster in es.clusters:
        yield from fraction_problems(("clusters", cluster.id, "correlation"), cluster.correlation)
    for reading in es.readings:
        total = sum(reading.options.values())
        if abs(total - 1) > TOLERANCE:
            where: Where = ("readings", reading.id, "options")
            yield Problem(where, f"probabilities sum to {total:.15g}, expected 1; rescale them")
        where = ("readings", reading.id, "option_labels")
        yield from unknown_names(where, "option", reading.option_labels, reading.options)
    for implication in es.codebook:
        if implication.step:
            where = ("codebook", implication.id, "step")
            yield from unknown_names(where, "step", [implication.step], es.declared["step"])
    for grade, reliability in es.reliability_grades.items():
        yield from reliability_problems(("reliability_grades", grade), reliability, es.hypothesis_ids)


def _verbal_scales(es: EvidenceSet) -> Iterator[Problem]:
    for scale in es.scales:
        for term, value in scale.terms.items():
            where: Where = ("scales", scale.id, "terms", term)
            yield from fraction_problems(where, value)
            if not value.is_range:
                yield Problem(where, "a range is missing; a term of a scale states low, best and high")


def _episode(es: EvidenceSet, episode: Episode) -> Iterator[Problem]:
    where: Where = ("episodes", episode.id)
    if not episode.scored and not episode.not_scored:
        yield Problem((*where, "not_scored"), "the reason is missing; say why the episode is not scored")
    yield from unknown_names((*where, "aggregate_of"), "episode", episode.aggregate_of, es.episodes)
    yield from unknown_names((*where, "conditions"), "condition", episode.conditions, es.conditions)


def _episodes(es: EvidenceSet) -> Iterator[Problem]:
    for case in es.cases:
        yield from unknown_names(
            ("cases", case.case, "conditions"), "condition", case.conditions, es.conditions
        )
    for episode in es.episodes.values():
        yield from _episode(es, episode)


def _references(es: EvidenceSet, item: Item) -> Iterator[Problem]:
    where: Where = ("items", item.id)
    keys = [ref.key for ref in (item.source, *item.see_also) if ref]
    yield from unknown_names((*where, "source"), "source", keys, es.source_by_key)
    yield from unknown_names((*where, "package"), "item", item.package, es.items)
    if item.reading:
        yield from unknown_names((*where, "reading"), "reading", [item.reading], es.declared["reading"])
    yield from _common_references(es, item, where)


def _common_references(es: EvidenceSet, item: Item | Event, where: Where) -> Iterator[Problem]:
    """Names that items and events give alike."""
    known = es.declared
    named: tuple[tuple[str, str, Iterable[str], Collection[str]], ...] = (
        ("implications", "implication", item.implications, known["implication"]),
        ("episodes", "episode", item.episodes, es.episodes),
        ("given", "item or event", item.given, es.coded),
        ("cluster", "cluster", (item.cluster,) if item.cluster else (), known["cluster"]),
        ("step", "step", (item.step,) if item.step else (), known["step"]),
        ("restates", "condition", item.restates, known["restated"]),
    )
    for key, kind, names, there in named:
        yield from unknown_names((*where, key), kind, names, there) if names else ()
    for name in sorted(item.conditional_on & es.items.keys()) if es.events else ():
        if (event := es.items[name].event) is not None:
            message = f"{name} is a report of {event}; what is reported counts, so write given: [{event}]"
            yield Problem((*where, "given"), message)


def _coded(item: Item, members: set[str]) -> Iterator[Problem]:
    where: Where = ("items", item.id)
    if not item.codings and not item.not_coded and item.event is None and item.id not in members:
        yield Problem(
            (*where, "coding"),
            "missing; give likelihoods, put the item in a package, or say why in not_coded",
        )
    if item.codings and item.not_coded:
        yield Problem((*where, "not_coded"), "the item has codings and a reason for having none; keep one")
    if item.codings and not item.episodes and not item.contrast:
        yield Problem((*where, "episodes"), "missing; name the episodes that the item bears on")


def _absence(item: Item, es: EvidenceSet) -> Iterator[Problem]:
    where: Where = ("items", item.id, "detection")
    if item.found == "absent" and item.detection is None and not item.detection_by_hypothesis:
        yield Problem(
            where,
            "missing for an absent item; give the probability that the trace survived, "
            "was declassified, was looked for and would have been found",
        )
    yield from fraction_problems(where, item.detection)
    for name, value in item.detection_by_hypothesis.items():
        yield from fraction_problems(("items", item.id, "detection_by_hypothesis", name), value)
    if item.detection_by_hypothesis:
        missing = [h for h in es.hypothesis_ids if h not in item.detection_by_hypothesis]
        yield from (
            Problem(
                ("items", item.id, "detection_by_hypothesis", h), "missing; give every hypothesis a value"
            )
            for h in missing
        )


def _judged(item: Item) -> set[tuple[str, str]]:
    """Episodes for which it is coded, and what is said of them."""
    return {
        (episode, coding.about or "")
        for coding in item.codings
        for episode in coding.episodes or item.episodes
    }


def _packages(es: EvidenceSet) -> Iterator[Problem]:
    """What a package says jointly its members must not say again."""
    for package in es.items.values():
        for name in package.package:
            if name in es.items and es.items[name].event is not None:
                message = f"{name} is a report of {es.items[name].event}; leave it out of the package"
                yield Problem(("items", package.id, "package"), message)
        said = _judged(package) if package.package else set()
        for member in (es.items[name] for name in package.package if name in es.items):
            for episode, _ in sorted(said & _judged(member)):
                yield Problem(
                    ("items", member.id, "codings"),
                    f"coded alone and in the package {package.id} for {episode}; keep one of them",
                )


def _items(es: EvidenceSet) -> Iterator[Problem]:
    members = {member for item in es.items.values() for member in item.package}
    for item in es.items.values():
        yield from _references(es, item)
        yield from _coded(item, members)
        yield from _absence(item, es)
        yield from report_problems(es, item)
        yield from coding_problems(es, item)
        yield from prospect_problems(es, item)
        yield from contrast_problems(es, item)


def _events(es: EvidenceSet) -> Iterator[Problem]:
    for event in es.events.values():
        where: Where = ("events", event.id)
        yield from _common_references(es, event, where)
        yield from fraction_problems((*where, "correlation"), event.correlation)
        yield from event_problems(es, event)


def _shared_readings(es: EvidenceSet) -> Iterator[Problem]:
    """Items that turn on one fact are one link, which stands in one cluster or in none."""
    clusters: dict[tuple[str, str], dict[str, str]] = {}
    if not es.readings:
        return
    for item, episode, coding, _ in es.coded_links():
        if item.reading and item.sought:
            here = clusters.setdefault((item.reading, episode), {})
            here[item.id] = coding.cluster or item.cluster or here.get(item.id, "")
    for (reading, episode), members in clusters.items():
        if len(set(members.values())) > 1:
            shown = ", ".join(f"{item} in {cluster or 'none'}" for item, cluster in members.items())
            message = f"its items on {episode} are in different clusters ({shown}); put all of them in one, or none in any"
            yield Problem(("readings", reading), message)


def _sources(es: EvidenceSet) -> Iterator[Problem]:
    for source in es.sources:
        where: Where = ("sources", source.id)
        yield from (Problem((*where, field), said) for field, said in csl_problems(source.csl))
        if source.reliability and source.grade:
            yield Problem((*where, "grade"), "both a grade and a reliability; keep one")
        if source.grade:
            yield from unknown_names(
                (*where, "grade"), "reliability grade", [source.grade], es.reliability_grades
            )
        if source.reliability:
            yield from reliability_problems((*where, "reliability"), source.reliability, es.hypothesis_ids)
