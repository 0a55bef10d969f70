"""Checks of the set as a whole: steps, scope, names."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator

from bayes_trace.checks.advice import Check, Finding, base_codings
from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.coded import home_of

__all__ = ["CHECKS"]

MANY_EPISODES = 4
SHORT_WORD = 5


def _empty_steps(es: EvidenceSet) -> Iterator[Finding]:
    held: dict[str, set[str]] = defaultdict(set)
    for item, episode, _ in base_codings(es):
        held[es.case_of[episode].case].add(es.step_of(item))
    for case, steps in held.items():
        for hypothesis in es.hypotheses:
            missing = [step for step in hypothesis.steps if step not in steps]
            if missing:
                yield (
                    ("cases", case),
                    f"no item for {', '.join(missing)} of {hypothesis.id}; the mechanism is not fully traced",
                )


def _busy_items(es: EvidenceSet) -> Iterator[Finding]:
    episodes: dict[str, set[str]] = defaultdict(set)
    for coded, episode, _ in base_codings(es):
        if not es.episodes[episode].aggregate_of:
            episodes[coded.id].add(episode)
    for name, names in episodes.items():
        if len(names) > MANY_EPISODES:
            yield (
                home_of(es.coded[name]),
                f"bears on {len(names)} episodes; it counts in full in each, so do not multiply their posteriors",
            )


def _uncoded(es: EvidenceSet) -> Iterator[Finding]:
    links: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item, episode, _, coder in es.coded_links():
        links[coder].add((item.id, episode))
    for event, episode, _, coder in es.coded_events():
        links[coder].add((event.id, episode))
    for coder in es.coder_ids[1:]:
        missing = sorted(links[es.base_coder] - links[coder])
        if missing:
            first = ", ".join(f"{item} for {episode}" for item, episode in missing[:3])
            yield (
                ("coders", coder),
                f"has not coded {len(missing)} of the base coder's judgements ({first}, ...); they count as neutral",
            )


def _no_residual(es: EvidenceSet) -> Iterator[Finding]:
    added = any(part.residual for each in es.scenarios.values() for part in each.add_hypotheses)
    if not any(hypothesis.residual for hypothesis in es.hypotheses) and not added:
        yield (
            ("hypotheses",),
            "no residual hypothesis; add one, or a scenario that does, to see how much an unnamed rival would take",
        )


def _plain(name: str) -> str:
    """An id without case, separators and leading zeros."""
    parts = re.findall(r"\d+|[^\W\d_]+", name.casefold())
    return " ".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def _one_letter_apart(first: str, second: str) -> bool:
    words = (first, second)
    if min(map(len, words)) < SHORT_WORD or any(char.isdigit() for word in words for char in word):
        return False
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    short, long = sorted(words, key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _close_names(es: EvidenceSet) -> Iterator[Finding]:
    kinds = {
        "items": list(es.items),
        "events": list(es.events),
        "hypotheses": list(es.hypothesis_ids),
        "episodes": list(es.episodes),
        "sources": [source.id for source in es.sources],
        "clusters": [cluster.id for cluster in es.clusters],
    }
    for kind, names in kinds.items():
        for first, second in _alike(names):
            yield ((kind, first), f"is easily confused with {second}; rename one")


def _alike(names: list[str]) -> list[tuple[str, str]]:
    """Pairs with the same plain form, or one letter apart: these share a form with one letter left out."""
    place = {name: number for number, name in enumerate(names)}
    forms: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for name in names:
        forms[_plain(name), True].append(name)
        if len(name) >= SHORT_WORD and not any(char.isdigit() for char in name):
            for form in {name, *(name[:n] + name[n + 1 :] for n in range(len(name)))}:
                forms[form, False].append(name)
    found = {
        (place[first], place[second])
        for (_, same), group in forms.items()
        for first, second in itertools.combinations(group, 2)
        if same or _one_letter_apart(first, second)
    }
    return [(names[first], names[second]) for first, second in sorted(found)]


CHECKS = (
    Check(
        "A12", "an explanation is as strong as its weakest link", "Beach and Pedersen (2019)", _empty_steps
    ),
    Check(
        "A13",
        "one document is one observation, however many episodes it bears on",
        "Befani (2021)",
        _busy_items,
    ),
    Check("A15", "a posterior is conditional on the hypotheses named", "Fenton et al. (2013)", _no_residual),
    Check(
        "A18",
        "coders can be compared only on what both have judged",
        "Fairfield and Charman (2022)",
        _uncoded,
    ),
    Check("A17", "ids that look alike are easily confused", "convention of this package", _close_names),
)
