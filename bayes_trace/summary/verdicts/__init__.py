"""Verdicts and sentences that follow from numbers: the one place from which page, table, figure and terminal read."""

from bayes_trace.summary.verdicts.answers import (
    BASE,
    PREFERRED,
    Answer,
    Answers,
    Named,
    Reader,
    Setting,
    Subject,
    Weight,
)
from bayes_trace.summary.verdicts.gathering import gather_answers, title_of
from bayes_trace.summary.verdicts.rules import Kind, Lowest, Turned, Verdict, lowest, turned, verdict
from bayes_trace.summary.verdicts.sentences import case_sentences, headline, meaning
from bayes_trace.summary.verdicts.words import cell, hypothesis, numbers, said

__all__ = [
    "BASE",
    "PREFERRED",
    "Answer",
    "Answers",
    "Kind",
    "Lowest",
    "Named",
    "Reader",
    "Setting",
    "Subject",
    "Turned",
    "Verdict",
    "Weight",
    "case_sentences",
    "cell",
    "gather_answers",
    "headline",
    "hypothesis",
    "lowest",
    "meaning",
    "numbers",
    "said",
    "title_of",
    "turned",
    "verdict",
]
