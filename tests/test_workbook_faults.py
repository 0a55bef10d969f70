"""What is wrong with a workbook is said at its sheet, row and column, all at once."""

import datetime as dt
import zipfile

import openpyxl
import pytest

import bayes_trace as bt
from bayes_trace import EvidenceSetError
from bayes_trace.files.workbook import read_spreadsheet, write_spreadsheet, write_spreadsheet_template
from tests.workbooks import by_hand, faults, small


@pytest.fixture
def told(tmp_path):
    """What is said of sheets."""

    def tell(sheets):
        return faults(by_hand(tmp_path / "faulty.xlsx", sheets))

    return tell


def change(cell, value, **more):
    """The small set with one cell changed, such as ``Items!B2``."""
    sheets = small()
    sheet, _, at = cell.partition("!")
    row, column = int(at[1:]) - 1, ord(at[0]) - ord("A")
    rows = [list(each) for each in sheets[sheet]]
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = value
    return {**sheets, sheet: rows, **more}


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (
            "Codings!B2",
            "maybe",
            "items.memo.A: the term 'maybe' brings its own range; leave out low and high",
        ),
        ("Codings!B3", "maybe", "items.memo.B: 'maybe', expected a number; for words say `unit: verbal`"),
        ("Codings!B3", 1.2, "items.memo.B: 1.2, expected a probability from 0 to 1"),
        ("Codings!B3", 1, "items.memo.B: 1 is certainty; expected less, or `decisive: true` on the item"),
        ("Codings!B2", 0.9, "items.memo.A: low 0.4, best 0.9, high 0.8: expected low <= best <= high"),
        ("Codings!D2", "1,234", "'1,234', expected a number; write it with a decimal point"),
        ("Codings!D2", "40 %", "'40 %', expected a number; write 0.4"),
        ("Codings!D2", True, "True, expected a number"),
        ("Codings!D2", dt.datetime(2000, 1, 5), "the date 2000-01-05, expected a number; format the cell"),
        ("Codings!D2", None, "items.memo.A: low end of the range is missing; give both low and high"),
        ("Codings!A3", "C", "items.memo.C: no hypothesis 'C'; expected one of: A, B"),
        ("Codings!A3", "A", "items.memo.A: duplicate row, first in row 2; keep one of them"),
        (
            "Codings!A3",
            None,
            "empty; fill it in: every hypothesis needs a row; of an attempt: made, not_made.",
        ),
        ("Codings!C3", "mmo", "no item 'mmo' on the sheet Items; add it there or correct the id"),
        ("Items!A2", None, "items.memo: empty; fill it in: what the document says."),
        ("Items!B2", "twon", "items.memo: no case 'twon'; expected one of: town"),
        (
            "Items!C2",
            "a memo",
            "items.a memo.id: 'a memo', expected one word of letters, digits and . _ + / -",
        ),
        (
            "Items!D2",
            "vote, nowhere",
            "items.memo.episodes: no episode 'nowhere'; expected one of: vote, refusal",
        ),
        ("Items!E2", "1907-13", "items.memo.date: date '1907-13': no month 13"),
        (
            "Items!E2",
            "20.5.1908",
            "items.memo.date: date '20.5.1908': expected YYYY, YYYY-MM, YYYY-MM-DD or two",
        ),
        (
            "Items!F2",
            "perhaps",
            "items.memo: 'perhaps', expected yes or no; choose one or leave the cell blank",
        ),
        (
            "Items!H2",
            "everyone",
            "items.memo.audience: 'everyone', expected 'private', 'diplomatic', 'public' or",
        ),
        (
            "Episodes!E2",
            "perhaps",
            "episodes.vote.granted: 'perhaps', expected 'yes', 'no', 'part' or 'unknown'",
        ),
        ("Episodes!G3", 0.5, "episodes.refusal.prior: priors sum to 1.1, expected 1"),
        ("Episodes!F2", "json:{", "expected JSON after json:"),
        ("Hypotheses!D2", "half", "hypotheses.A: 'half', expected a number"),
        ("Hypotheses!D2", 1.5, "hypotheses.A.prior: 1.5, expected less than or equal to 1"),
        ("Hypotheses!B1", "lable", "unknown heading 'lable'; did you mean label? Expected: id, label, short"),
        ("Hypotheses!E1", "prior", "duplicate heading, also in column D; keep one of them"),
        ("Hypotheses!H3", "stray", "'stray' is in a column without a heading; give it one or remove it"),
        ("Set!A2", "colour", "unknown key 'colour'; expected one of: version, id, title"),
        ("Set!A3", "question", "duplicate key; keep one of them"),
        ("Set!B5", "you", "base_coder: no coder 'you'; expected one of: me"),
        ("Cases!A2", None, "empty; fill it in: one word; it names the case's file."),
        ("Conditions!A2", "health", "cases.town.conditions: no condition"),
    ],
)
def test_a_fault_is_named_at_its_cell(cell, value, said, told):
    sheets = change(cell, value)
    if said.startswith("cases.town.conditions"):
        sheets = {**sheets, "Cases": [["case", "label", "condition: wealth"], ["town", "Town", 1]]}
    lines = told(sheets)
    assert any(said in line for line in lines), lines
    sheet, _, at = cell.partition("!")
    if "Conditions" not in cell:
        here = next(line for line in lines if said in line)
        assert f"sheet {sheet}, row {at[1:]}" in here
        column = {"the row stands": "A", "low end": "B", "priors sum": "G"}
        expected = next((each for start, each in column.items() if start in said), at[0])
        assert f"column {expected}" in here or "row 3, column B" in here


def test_priors_are_said_of_their_column(told):
    lines = told(change("Hypotheses!D2", 0.6))
    assert lines == [
        "sheet Hypotheses, column D (prior)  hypotheses: priors sum to 1.1, expected 1; "
        "rivals must be exhaustive, so rescale or add a residual"
    ]


def test_a_missing_likelihood_is_said_at_the_first_row_of_the_coding(told):
    sheets = small()
    del sheets["Codings"][2]
    assert told(sheets) == [
        "sheet Codings, row 2  items.memo.B: missing; give every hypothesis a value",
    ]


def test_an_item_without_rows_is_said_on_its_sheet(told):
    sheets = small()
    del sheets["Codings"][4:]
    assert told(sheets) == [
        "sheet Items, row 3  items.letter.coding: missing; give likelihoods, put the item in a package, "
        "or say why in not_coded"
    ]


def test_rows_of_one_coding_must_agree(told):
    sheets = small()
    sheets["Codings"][0] += ["unit", "reference probability"]
    sheets["Codings"][1] += ["db", None]
    sheets["Codings"][2] += ["probability", 0.3]
    assert any(
        "items.memo: 'probability', but 'db' in row 2 of the same coding; make them equal" in line
        for line in told(sheets)
    )


def test_what_a_reference_lacks_is_said_at_its_cell(told):
    sheets = small()
    sheets["Codings"] = [
        ["item", "hypothesis", "best", "unit", "reference"],
        ["memo", "A", 3, "ratio_db", None],
        ["letter", "A", 3, "ratio_db", "C"],
    ]
    lines = told(sheets)
    missing = "sheet Codings, row 2, column E (reference)  items.memo.reference: missing; name the hypothesis"
    assert any(line.startswith(missing) for line in lines)
    unknown = "sheet Codings, row 3, column E (reference)  items.letter.reference: no hypothesis 'C'"
    assert any(line.startswith(unknown) for line in lines)


DECLARED = {
    "Sources": [
        ["id", "type", "csl"],
        ["s", "book", "publishr: x"],
        ["s2", "book", "[1"],
        ["s3", "book", "just"],
    ],
    "Reliability": [
        ["source", "grade", "hypothesis", "hit", "false_report"],
        ["s9", None, None, 0.9, 0.1],
        [None, None, None, 0.9, 0.1],
        ["s", "g", None, 0.9, 0.1],
        ["s3", None, None, 0.9, None],
        ["s3", None, None, 0.9, 0.1],
    ],
    "Scales": [["scale", "term", "value", "value_high"], ["o", "t", 0.2, 0.3], ["o", "t", 0.2, None]],
    "Readings": [
        ["reading", "label", "option", "probability"],
        ["r", "L", "a", 0.2],
        ["r", "M", "b", 0.3],
        ["r", None, "b", 0.3],
    ],
    "Conditions": [["condition"], ["wealth"], ["wealth"]],
    "Scenarios": [
        ["scenario", "part", "name", "content"],
        ["x", "label", None, "X"],
        ["x", "label", None, "X"],
        ["x", "dorp", "memo", None],
        ["x", "drop", None, None],
        ["x", "drop", "memo", "[a"],
        ["x", "change", "memo", "fuond: absent"],
        ["y", "drop", "memo", None],
        ["x", "change", "letter", "just words"],
    ],
}


@pytest.mark.parametrize(
    "said",
    [
        "sheet Sources, row 2, column C (csl)  sources.s: unknown field 'publishr'",
        "sheet Sources, row 3, column C (csl)  '[1', expected JSON or YAML",
        "sheet Sources, row 4, column C (csl)  sources.s3: 'just', expected CSL fields such as",
        "sheet Reliability, row 2, column A (source)  no source 's9' on the sheet Sources",
        "sheet Reliability, row 3, column B (grade)  neither a source nor a grade, expected one of them",
        "sheet Reliability, row 4, column A (source)  both a source and a grade, expected one of them",
        "sheet Reliability, row 6, column A (source)  duplicate row, first in row 5; keep one",
        "sheet Scales, row 2, column C (value)  scales.o.terms.t: low end of the range is missing",
        "sheet Scales, row 3, column B (term)  duplicate term 't'; keep one of them",
        "sheet Readings, row 3, column B (label)  'M', but 'L' in row 2; make them equal",
        "sheet Readings, row 4, column C (option)  duplicate option 'b'; keep one of them",
        "sheet Conditions, row 3, column A (condition)  duplicate condition 'wealth'",
        "sheet Scenarios, row 3, column D (content)  scenarios.x.label: duplicate row, first in row 2",
        "sheet Scenarios, row 4, column B (part)  scenarios.x: no part 'dorp'; expected one of: label, reason",
        "sheet Scenarios, row 5, column C (name)  scenarios.x.drop: empty; say what the part drop is about",
        "sheet Scenarios, row 6, column D (content)  scenarios.x.drop: '[a', expected JSON or YAML",
        "sheet Scenarios, row 7, column D (content)  scenarios.x.change.memo.fuond: unknown key; did you mean",
        "sheet Scenarios, row 8  scenarios.y.label: missing; fill in the cell",
        "sheet Scenarios, row 9, column D (content)  scenarios.x.change: 'just words', expected a mapping",
    ],
)
def test_declarations_are_checked_all_at_once(said, told):
    lines = told({**small(), **DECLARED})
    assert any(line.startswith(said) for line in lines), lines


def test_problems_of_the_whole_find_their_cells(told):
    lines = told(
        {
            **small(),
            "Clusters": [["id", "correlation"], ["k", 1.5]],
            "Readings": [["reading", "option", "probability"], ["r", "a", 0.5], ["r", "b", 0.6]],
            "Sources": [["id", "type", "grade"], ["s", "book", "A1"]],
            "Reliability": [["source", "grade", "hit", "false_report"], [None, "B2", 0.9, 1.2]],
            "Codebook": [["id", "text", "step"], ["I", "x", "motive"]],
            "Scales": [["scale", "term", "value"], ["o", "t", 0.2]],
            "Scenarios": [
                ["scenario", "part", "name", "content"],
                ["x", "label", None, "X"],
                ["x", "drop", "z", None],
            ],
        }
    )
    expected = [
        "sheet Sources, row 2, column C (grade)  sources.s.grade: no reliability grade 'A1'",
        "sheet Reliability, row 2, column D (false_report)  reliability_grades.B2.false_report: 1.2 to 1.2",
        "sheet Codebook, row 2, column C (step)  codebook.I.step: no step 'motive'",
        "sheet Clusters, row 2, column B (correlation)  clusters.k.correlation: 1.5 to 1.5, expected within 0 to 1",
        "sheet Readings, row 2, column C (probability)  readings.r.options: probabilities sum to 1.1, expected 1",
        "sheet Scales, row 2, column C (value)  scales.o.terms.t: a range is missing",
        "sheet Scenarios, row 3, column D (content)  scenarios.x.drop: no item or event 'z'",
    ]
    for said in expected:
        assert any(line.startswith(said) for line in lines), (said, lines)
    assert len(lines) == len(expected)


def test_a_term_that_is_no_term(told):
    sheets = small()
    sheets["Codings"] = [["item", "hypothesis", "best", "unit"]] + [
        [item, h, "perhaps" if (item, h) == ("memo", "A") else "likely", "verbal"]
        for item in ("memo", "letter")
        for h in "AB"
    ]
    (line,) = told(sheets)
    assert line.startswith(
        "sheet Codings, row 2, column C (best)  items.memo.A: no term 'perhaps'; expected one of: "
    )


# --- sheets and files ---------------------------------------------------------------------


def test_missing_sheets_are_named_once(told):
    sheets = small()
    del sheets["Set"], sheets["Coders"]
    assert told(sheets) == [
        "sheet Set  the sheet is missing; add it. What holds for the whole set.",
        "sheet Coders  the sheet is missing; add it. Everyone who judged the items.",
    ]


def test_unknown_sheets_are_refused_unless_they_are_ones_own(told):
    (line,) = told({**small(), "Kodings": [["item"], ["memo"]]})
    assert line.startswith("sheet Kodings  unknown sheet; expected Set, Hypotheses, Coders, Cases")
    assert line.endswith("begin its name with # to keep it as your own")


def test_an_untouched_template_says_what_to_fill_in(tmp_path):
    lines = faults(write_spreadsheet_template(tmp_path / "mine.xlsx"))
    assert lines[0] == "sheet Set, row 3, column B (value)  id: missing; fill in the cell"
    assert (
        "sheet Hypotheses, column G (prior)  hypotheses: 0 rows, expected at least 2; add what is missing"
        in lines
    )
    assert len(lines) == 6


def test_formulas_count_by_their_stored_values(tmp_path):
    path = by_hand(tmp_path / "formula.xlsx", change("Codings!B2", "=1/2"))
    assert faults(path) == [
        "sheet Codings, row 2, column B  the formula =1/2 has no stored value; "
        "open and save the file in a spreadsheet program, or type the value",
    ]


def test_errors_of_formulas_and_merged_columns(tmp_path):
    path = by_hand(tmp_path / "merged.xlsx", small())
    book = openpyxl.load_workbook(path)
    book["Codings"]["D2"] = "#DIV/0!"
    book["Items"].merge_cells("A2:B2")
    book.save(path)
    lines = faults(path)
    assert (
        "sheet Codings, row 2, column D  #DIV/0!, a formula error; correct the formula or type the value"
        in lines
    )
    merged = "sheet Items, row 2, column A  cells A2:B2 are merged across columns; unmerge them and give each its value"
    assert merged in lines


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.xlsx",
            b"junk",
            "not an Excel workbook (.xlsx) that can be opened; save it as .xlsx, without a password",
        ),
        ("a.xlsx", None, "no such file; correct the name"),
        ("a.ods", b"", "expected a file ending in .xlsx or .csv; save it as one of them"),
        (
            "a.csv",
            "item;hypothesis;best;reason\nx;A;1;\xe4".encode("latin1"),
            "not UTF-8 text; save it as 'CSV UTF-8'",
        ),
        ("a.csv", b'item,hypothesis,best\nx,A,"0.5', "row 2  not CSV: unexpected end of data; quote texts"),
        ("a.csv", b"", "no rows; expected one per item and hypothesis"),
    ],
)
def test_files_that_are_no_tables(name, content, said, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    (line,) = faults(tmp_path / name)
    assert said in line


def test_an_empty_workbook(tmp_path):
    (line,) = faults(by_hand(tmp_path / "empty.xlsx", {"Sheet1": []}))
    assert line == "every sheet is empty; start from `bayes-trace export --template FILE.xlsx`"


def test_what_no_cell_can_hold_is_refused_before_anything_is_written(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}}).model_copy(update={"about": "x" * 40_000})
    with pytest.raises(
        bt.EvidenceSetError, match=r"sheet Set, row 6  Set.about.value: 40000 characters, expected"
    ):
        write_spreadsheet(es, tmp_path / "x.xlsx")
    with pytest.raises(bt.EvidenceSetError, match=r"expected a file ending in .xlsx or .csv"):
        write_spreadsheet(es, tmp_path / "x.ods")
    assert list(tmp_path.iterdir()) == []


def test_every_problem_is_named_in_one_round(tmp_path):
    """A cell that cannot be read hides neither a wrong sum nor a wrong number elsewhere."""
    path = tmp_path / "x.xlsx"
    write_spreadsheet(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.4, "B": 0.2}}), path)
    book = openpyxl.load_workbook(path)
    columns = {sheet.title: {cell.value: cell.column for cell in sheet[1]} for sheet in book}
    book["Items"].cell(2, columns["Items"]["date"], "the spring of that year")
    book["Hypotheses"].cell(2, columns["Hypotheses"]["prior"], 0.7)
    book["Codings"].cell(2, columns["Codings"]["best"], "much")
    book["Codings"].cell(4, columns["Codings"]["best"], 1.4)
    book["Codings"].cell(5, columns["Codings"]["hypothesis"]).value = None
    book.save(path)
    with pytest.raises(EvidenceSetError, match=r"x\.xlsx: 5 problems") as caught:
        read_spreadsheet(path)
    found = " | ".join(str(problem) for problem in caught.value.problems)
    for fault in (
        "priors sum to 1.2",
        "'the spring of that year'",
        "'much', expected a number",
        "1.4, expected",
    ):
        assert fault in found
    assert "sheet Codings, row 5, column F (hypothesis)  empty; fill it in" in found


def test_a_title_over_each_sheet_is_passed_over(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    path = write_spreadsheet(es, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    for name in ("Set", "Hypotheses", "Codings"):
        book[name].insert_rows(1)
        book[name].cell(1, 1, "Codings of the second reader, May")
    book["Codings"].merge_cells("A1:F1")
    book.save(path)
    assert read_spreadsheet(path) == es


def test_a_broken_workbook_is_left_closed(tmp_path, monkeypatch):
    """Where a file is open it cannot be deleted or saved again, on Windows by nobody."""
    path = by_hand(tmp_path / "broken.xlsx", small())
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content[:-9] if name.startswith("xl/worksheets") else content)
    opened = []
    load = openpyxl.load_workbook
    monkeypatch.setattr(
        openpyxl, "load_workbook", lambda file, **named: load(opened.append(file) or file, **named)
    )
    with pytest.raises(EvidenceSetError, match="not an Excel workbook"):
        read_spreadsheet(path)
    assert opened
    assert all(file.closed for file in opened)
