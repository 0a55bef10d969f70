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
from bayes_trace.summary.verdicts.gathering import answers_table, gather_answers, title_of
from bayes_trace.summary.verdicts.rules import Kind, Lowest, Turned, Verdict, lowest, turned, verdict
from bayes_trace.summary.verdicts.sentences import case_sentences, episode_sentences, headline, meaning
from bayes_trace.summary.verdicts.words import ahead_in_short, cell, hypothesis, lowest_cell, numbers, said

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
    "ahead_in_short",
    "answers_table",
    "case_sentences",
    "cell",
    "episode_sentences",
    "gather_answers",
    "headline",
    "hypothesis",
    "lowest",
    "lowest_cell",
    "meaning",
    "numbers",
    "said",
    "title_of",
    "turned",
    "verdict",
]
