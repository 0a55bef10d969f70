"""Columns of the flat table."""

from __future__ import annotations

from bayes_trace.files.workbook.cells import CHOICE, DATE, FLAG, MIXED, NUMBER, TEXT, WORD, WORDS
from bayes_trace.files.workbook.columns import UNITS, Column, Sheet, stated

__all__ = ["FLAT"]

FLAT = Sheet(
    "Flat",
    "One row per item, episode, coder and hypothesis; what is not said has a default.",
    (
        Column("item", WORD, "One word that names the item.", required=True),
        Column("hypothesis", WORD, "One word that names the hypothesis.", required=True),
        Column("low", NUMBER, "Low end of the 90 % range.", ("value", "low")),
        Column("best", MIXED, "P(item | hypothesis), or a term.", ("value", "best"), required=True),
        Column("high", NUMBER, "High end of the 90 % range.", ("value", "high")),
        Column("unit", CHOICE, f"{', '.join(UNITS[:-1])} or {UNITS[-1]}.", choices=UNITS),
        Column("episode", WORD, "Blank: all that the item bears on."),
        Column("case", WORD, "The case of the episode."),
        Column("coder", WORD, "Blank: the first that is named, who is the base coder."),
        Column("prior", NUMBER, "Of the hypothesis in the episode; none at all: equal priors."),
        Column("paraphrase", TEXT, "What the document says."),
        Column("date", DATE, "Of the document."),
        Column("reason", TEXT, "Why these numbers."),
        Column("cell_reason", TEXT, "A reason for this hypothesis only."),
        Column("found", CHOICE, "present, absent or not_sought."),
        *stated("detection", "For absent: P(it would have been found had it existed).", MIXED),
        Column("decisive", FLAG, "yes: likelihoods of 0 and 1 are meant."),
        Column("reference", WORD, "For ratios: the hypothesis they are taken against."),
        *stated("reference_probability", "For ratios: P(item | reference).", MIXED),
        Column("reading", WORD, "The uncertain fact that the item turns on."),
        Column("option", WORD, "One of its options."),
        Column("option_probability", NUMBER, "Probability of the option given the document."),
        Column("cluster", WORD, "Items of one origin."),
        *stated("correlation", "Of the cluster, from 0 to 1.", MIXED),
        Column("given", WORDS, "Items that the coding is conditional on."),
        Column("outcome", TEXT, "What happened in the episode."),
        Column("granted", CHOICE, "yes, no, part or unknown."),
    ),
)
