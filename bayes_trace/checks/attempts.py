"""Checks of attempts: explanations that begin with one, beside the evidence that it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bayes_trace import scales
from bayes_trace.checks.advice import Check, Finding, base_codings, best_db
from bayes_trace.evidence import Coding, Event, EvidenceSet, Item
from bayes_trace.evidence.values import ATTEMPT, MADE

__all__ = ["CHECKS"]


def _beyond(es: EvidenceSet) -> Iterator[Finding]:
    made = _made(es)
    begin = [hypothesis.id for hypothesis in es.hypotheses if ATTEMPT in hypothesis.steps]
    for episode, probability in _posterior(es).items():
        unit = es.episodes[episode].decision or episode
        for name in begin if unit in made and es.sense_of(episode) == "supply" else ():
            if probability[name] > made[unit]:
                yield (
                    ("episodes", episode),
                    f"as coded {name} has probability {_shown(probability[name])} and the attempt that it begins with "
                    f"{_shown(made[unit])}; look for evidence of the attempt, or of a motive that needs none",
                )


def _shown(probability: float) -> str:
    """To two decimals, never rounded to certainty."""
    return ">0.99" if probability > 0.995 else "<0.01" if probability < 0.005 else f"{probability:.2f}"  # noqa: PLR2004


def _made(es: EvidenceSet) -> dict[str, float]:
    """P(an attempt was made) of every decision, from the base coder's codings of attempts at even odds."""
    weight: dict[str, dict[str, float]] = defaultdict(dict)
    links: list[tuple[Item | Event, str, Coding, str]]
    links = [*es.coded_links(ATTEMPT), *es.coded_events(ATTEMPT)]
    for coded, episode, coding, coder in links:
        if coder == es.base_coder and getattr(coded, "sought", True):
            db = best_db(es, coded, coding)
            # an item of both parts of a decision counts once
            weight[es.episodes[episode].decision or episode][coded.id] = db[MADE[0]] - db[MADE[1]]
    return {unit: float(scales.expit(scales.db_to_log(sum(each.values())))) for unit, each in weight.items()}


def _posterior(es: EvidenceSet) -> dict[str, dict[str, float]]:
    """Probabilities of the base coder, every item in full."""
    sums: dict[str, dict[str, float]] = {}
    for coded, episode, coding in base_codings(es):
        prior = sums.setdefault(
            episode, {name: float(scales.probability_to_db(p)) for name, p in es.prior(episode).items()}
        )
        db = best_db(es, coded, coding)
        sums[episode] = {name: prior[name] + db[name] for name in prior}
    return {episode: _normalised(db) for episode, db in sums.items()}


def _normalised(db: dict[str, float]) -> dict[str, float]:
    top = max(db.values())
    share = {name: 10 ** ((value - top) / 10) for name, value in db.items()}
    return {name: value / sum(share.values()) for name, value in share.items()}


CHECKS = (
    Check(
        "A35",
        "an explanation that begins with an attempt is no more probable than the attempt",
        "probability calculus; see the success model",
        _beyond,
    ),
)
