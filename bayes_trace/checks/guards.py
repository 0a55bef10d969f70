"""Checks of when and by whom it was judged: hypotheses after their evidence, priors that know it, changed locks."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_trace.checks.advice import Check, Finding, base_codings, best_db, spread_db
from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.coded import home_of
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.locks import changed_codings, lock_in_words

__all__ = ["CHECKS"]


def _fitted(es: EvidenceSet) -> Iterator[Finding]:
    """Evidence that a hypothesis was formed after, and that now speaks for it."""
    for hypothesis in es.hypotheses:
        own = set(hypothesis.formulated_after)
        counted: dict[str, None] = {}
        for coded, _, coding in base_codings(es) if own else ():
            db = best_db(es, coded, coding)
            if coded.id in own and spread_db(db) > 0 and db[hypothesis.id] == max(db.values()):
                counted[coded.id] = None
        if counted:
            yield (
                ("hypotheses", hypothesis.id, "formulated_after"),
                f"was formed after {', '.join(counted)}, which now speak for it; leave them out in a scenario, "
                "or take the prior that it had before them",
            )


def _twice_known(es: EvidenceSet) -> Iterator[Finding]:
    said = set()
    for coded, _, coding in base_codings(es):
        if coded.known_before_prior and coded.id not in said and spread_db(best_db(es, coded, coding)) > 0:
            said.add(coded.id)
            yield (
                home_of(coded),
                "was known when the prior was stated, and counts again as evidence; state the prior as if it were not "
                "known, or code the item flat",
            )


def _unlocked(es: EvidenceSet) -> Iterator[Finding]:
    """Only the set as written is held to its locks; what a scenario changes is named by it."""
    for number, lock in enumerate(() if es.applied else es.locked):
        if any(changed_codings(es, lock)):
            yield (
                ("locked", number),
                f"{lock_in_words(es, lock)}; say why, or put the change into a scenario",
            )


def _unseen(es: EvidenceSet) -> Iterator[Finding]:
    days = {coder.id: coder.coded_on for coder in es.coders}
    said = set()
    for item, _, coding, coder in es.coded_links():
        day = coding.coded_on or days.get(coder)
        early = day and item.accessed and last_day(day) < item.accessed.split("/")[0]
        if early and (item.id, coder) not in said:
            said.add((item.id, coder))
            yield (
                ("items", item.id, "accessed"),
                f"{item.accessed}, after {coder} had judged it ({day}); what is judged is what was seen",
            )


def _models_alone(es: EvidenceSet) -> Iterator[Finding]:
    if all(coder.kind == "model" for coder in es.coders):
        yield (("coders",), "every coder is a model; have a person judge at least a sample of the items")


CHECKS = (
    Check("A30", "a hypothesis made to fit evidence is not tested by it", "Zaks (2021)", _fitted),
    Check(
        "A31",
        "evidence that has moved the prior already is counted twice",
        "Fairfield and Charman (2019)",
        _twice_known,
    ),
    Check(
        "A32",
        "what was held fast before the answer was known is worth more than what was chosen after it",
        "Piñeiro and Rosenblatt (2016)",
        _unlocked,
    ),
    Check("A33", "a likelihood is a judgement of a document that was read", "house rule", _unseen),
    Check("A34", "coders of one making err alike", "house rule", _models_alone),
)
