"""What other sets answer, beside the report of one: a paragraph each, and every assumption in a small table."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_trace import tables
from bayes_trace.evidence import EvidenceSet
from bayes_trace.report.dialect import Dialect
from bayes_trace.report.results import Beside
from bayes_trace.report.text import bound, escape
from bayes_trace.summary.verdicts import (
    Answer,
    Answers,
    Named,
    Reader,
    Setting,
    Subject,
    gather_answers,
    headline,
)

__all__ = ["answers_beside", "paragraphs"]


def answers_beside(evidence_set: EvidenceSet) -> Beside:
    """The question of another set and its answers."""
    es = evidence_set
    return Beside(es.id, es.title, es.question, es.digest, gather_answers(es, intervals=False))


def paragraphs(beside: Beside, dialect: Dialect) -> Iterator[str]:
    """The question, the answer in sentences, and a table where the set asks about one episode only."""
    said = " ".join(headline(beside.answers))
    yield f"**{escape(beside.question)}** {bound(escape(said))} (*{escape(beside.title)}*)"
    if len(beside.answers.subjects) == 1:
        yield _table(beside, beside.answers.subjects[0], dialect)


def _table(beside: Beside, subject: Subject, dialect: Dialect) -> str:
    """P(hypothesis) under every set of assumptions, by reader."""
    answers = beside.answers
    asked = [h for h in answers.hypotheses if any(h.id in each.log for each in answers.cells.values())]
    rows = [
        [escape(_said(answers, setting, reader)), *(_probability(there, h) for h in asked)]
        for setting in answers.settings
        for reader in answers.readers
        if (there := answers.answer(subject.id, setting.id, reader.id))
    ]
    caption = f"{escape(subject.label)}: probability of every hypothesis of that set, on its own priors and codings."
    header = ["Assumptions", *(escape(h.label) for h in asked)]
    return dialect.table(header, rows, caption=caption, widths=[30, *(12 for _ in asked)])


def _said(answers: Answers, setting: Setting, reader: Reader) -> str:
    return f"{setting.label}, {reader.letter}" if len(answers.readers) > 1 else setting.label


def _probability(there: Answer, hypothesis: Named) -> str:
    return tables.probability(there.p(hypothesis.id)) if hypothesis.id in there.log else "–"
