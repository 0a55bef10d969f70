"""Workbooks as people make them, and what is said of faulty ones."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

import bayes_trace as bt
from bayes_trace.files.workbook import read_spreadsheet


def by_hand(path, sheets):
    """A workbook as a person makes it: sheet -> rows, the first with the headings."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def small():
    """Sheets of a small set, headings as a person may write them and columns in an order of their own."""
    return {
        "Codings": [
            ["Hypothesis", "Best", "item", "Low", "High", "Reason", "# my doubts"],
            ["A", 0.6, "memo", 0.4, 0.8, "as A says", "ask again"],
            ["B", "0.2 ", "memo ", None, None, None, None],
            [None, None, None, None, None, None, None],
            ["B", "0,3", "letter", None, None, None, None],
            ["A", 0.3, "letter", None, None, None, None],
        ],
        "Items": [
            ["paraphrase", "case", "ID", "episodes", "date", "retrospective", "footnote", "Audience"],
            ["A memo.", "town", "memo", "vote", dt.datetime(1908, 5, 20), "x", 53, "Public"],
            ["A letter.  ", "town", "letter", "vote; refusal", 1907, None, None, None],
        ],
        "Set": [
            ["key", "value"],
            ["question", "Why?"],
            ["Title", "A town"],
            ["id", "town"],
            ["base coder", "me"],
        ],
        "Hypotheses": [
            ["id", "label", "statement", "prior"],
            ["A", "A", "It was A.", 0.5],
            ["B", "B", "It was B.", "0.5"],
        ],
        "Coders": [["id"], ["me"]],
        "Cases": [["case", "label", "Condition: wealth"], ["town", "Town", None]],
        "Episodes": [
            ["case", "id", "label", "outcome", "granted", "condition: wealth", "prior: A", "prior: B"],
            ["town", "vote", "The vote", "They voted.", True, "high", None, None],
            ["town", "refusal", "The refusal", "They refused.", "NO", 0.25, 0.4, 0.6],
        ],
        "Conditions": [["condition", "meaning"], ["wealth", "low or high, or a share"]],
        "#sketch": [["whatever", 1]],
    }


def faults(path):
    """Lines of the message, without the file's name."""
    with pytest.raises(bt.EvidenceSetError, match="problem") as caught:
        read_spreadsheet(path)
    head, *lines = str(caught.value).splitlines()
    assert head.startswith(f"{path.as_posix()}: {len(lines)} problem")
    return [line.strip() for line in lines]
