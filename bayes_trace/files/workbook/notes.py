"""The first page of a workbook: how to fill it in."""

from __future__ import annotations

from bayes_trace.evidence.forms import CodingUnit

__all__ = ["NOTES"]

#: heading or keyword, and what to say of it; a line without the second is a heading
NOTES: tuple[tuple[str, str], ...] = (
    ("An evidence set in a workbook", ""),
    ("Start", "Fill in Set, Hypotheses, Coders, Cases, Episodes and Items, then judge on Codings."),
    ("Then", "bayes-trace import FILE.xlsx --out FOLDER, and bayes-trace check FOLDER."),
    ("Ids", "One word of letters, digits and . _ + / -. Other sheets name a record by its id."),
    ("Blank cells", "A blank cell is the default, which the comment on the heading tells."),
    ("Several ids", "In one cell, joined by commas. Drop-downs of ids only suggest; type the others."),
    ("Your own notes", "Columns and sheets whose heading or name begins with # are not read."),
    ("Dates", "YYYY, YYYY-MM, YYYY-MM-DD, or two joined by /: 1977/1980. Date cells are read as shown."),
    ("Codings", ""),
    (
        "A row",
        "One item under one hypothesis. Every hypothesis needs a row, also where the item says little.",
    ),
    ("best", "P(such an item | hypothesis): a number in the unit, or a term from the list for unit verbal."),
    ("low, high", "Bounds between which you are 90 % sure of it. Both or neither."),
    ("unit", "What the numbers are:"),
    *(("", f"{unit}: {unit.form.example}.") for unit in CodingUnit),
    (
        "Certainty",
        "0 and 1 are refused, unless the item is marked decisive: no later evidence could mend them.",
    ),
    ("absent", "Code the trace as if it had been found; detection says how likely it would have been."),
    ("episodes", "Blank: every episode that the item bears on. Name some to judge them apart."),
    ("coder", "Blank: the base coder. Judge without looking at another coder's rows."),
    ("option", "For items whose meaning is uncertain: one set of rows per option of the item's reading."),
    ("reason", "Why these numbers, once per coding. A second reason in a row is that hypothesis's own."),
)
