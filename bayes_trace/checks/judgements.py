"""Checks of likelihoods: weights too large, too similar, too one-sided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from bayes_trace.checks.advice import Check, Finding, base_codings, best_db, spread_db
from bayes_trace.evidence import Coding, EvidenceSet, Value
from bayes_trace.evidence.coded import home_of
from bayes_trace.evidence.forms import Form

__all__ = ["CHECKS"]

ITEM_DB = 40.0
SUM_DB = 60.0
LOPSIDED = 3.0


def _heavy_items(es: EvidenceSet) -> Iterator[Finding]:
    for item, episode, coding in base_codings(es):
        weight = spread_db(best_db(es, item, coding))
        if weight > ITEM_DB and not item.decisive:
            yield (
                home_of(item),
                f"{weight:.0f} dB between hypotheses for {episode}; one item seldom carries more than {ITEM_DB:g}",
            )


def _heavy_sums(es: EvidenceSet) -> Iterator[Finding]:
    totals: dict[str, dict[str, float]] = {}
    for item, episode, coding in base_codings(es):
        db = best_db(es, item, coding)
        old = totals.setdefault(episode, dict.fromkeys(db, 0.0))
        totals[episode] = {name: old[name] + db[name] for name in db}
    for episode, sums in totals.items():
        ranked = sorted(sums.values(), reverse=True)
        lead = ranked[0] - ranked[1]
        if SUM_DB < lead < np.inf:
            yield (
                ("episodes", episode),
                f"{lead:.0f} dB between the two best-supported hypotheses as coded; look for items that repeat one another",
            )


def _favours(es: EvidenceSet) -> Iterator[tuple[str, str, set[str]]]:
    """Case, item and the hypotheses that explain the item best, for items that discriminate."""
    for item, episode, coding in base_codings(es):
        db = best_db(es, item, coding)
        if spread_db(db) > 0:
            top = max(db.values())
            yield es.case_of[episode].case, item.id, {name for name, value in db.items() if value == top}


def _unhurt(es: EvidenceSet) -> Iterator[Finding]:
    best = [favoured for _, _, favoured in _favours(es)]
    for name in es.hypothesis_ids if best else ():
        if all(name in favoured for favoured in best):
            yield (
                ("hypotheses", name),
                "no item is less likely under it than under a rival; look for evidence that would count against it",
            )


def _one_sided(es: EvidenceSet) -> Iterator[Finding]:
    by_case: dict[str, list[set[str]]] = defaultdict(list)
    for case, _, favoured in _favours(es):
        by_case[case].append(favoured)
    for case, favours in by_case.items():
        for name in sorted(set.intersection(*favours)):
            yield (
                ("cases", case),
                f"every discriminating item favours {name}; was anything else looked for?",
            )


def _sides(form: Form, values: Sequence[Value]) -> list[list[float]]:
    """Widths of ranges below and above their best values, on the scale of the form."""
    if not values:
        return []
    low, best, high = form.to_scale([[each.lower, float(each.best), each.upper] for each in values]).T
    return np.stack([best - low, high - best], axis=1).tolist()  # type: ignore[no-any-return]


def _ranges(coding: Coding) -> Iterator[tuple[str, Value]]:
    for values in coding.options.values():
        yield from ((name, value) for name, value in values.items() if value.is_range)


def _lopsided(es: EvidenceSet) -> Iterator[Finding]:
    seen = set()
    for item, _, coding in base_codings(es):
        ranges = list(_ranges(coding))
        sides = _sides(coding.form, [value for _, value in ranges])
        for (name, value), (below, above) in zip(ranges, sides, strict=True):
            wide, narrow = max(below, above), min(below, above)
            if wide > LOPSIDED * narrow and (item.id, name) not in seen:
                seen.add((item.id, name))
                yield (
                    (*home_of(item), name),
                    f"the range {value.lower:g} to {value.upper:g} around {value.best:g} is {wide / max(narrow, 1e-9):.1f} "
                    "times as wide on one side in log-odds; is that intended?",
                )


CHECKS = (
    Check(
        "A06",
        "large weights from single items are false precision",
        "Zaks (2021); Befani (2021)",
        _heavy_items,
    ),
    Check("A07", "large sums come from similar, dependent items", "Zaks (2021)", _heavy_sums),
    Check(
        "A08",
        "a hypothesis that no evidence can count against is not tested",
        "Fairfield and Charman (2022)",
        _unhurt,
    ),
    Check(
        "A09",
        "evidence that all points one way has often been selected that way",
        "Zaks (2021); Jacobs (2023)",
        _one_sided,
    ),
    Check(
        "A14", "a best value near one end of its range is often a slip", "O'Hagan et al. (2006)", _lopsided
    ),
)
