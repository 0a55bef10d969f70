"""Workbooks: a set goes into one file and comes back whole, also after people have been at it."""

import datetime as dt
import random
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.errors import unprintable
from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.records import Reliability
from bayes_trace.evidence.shown import folded
from bayes_trace.files.cells import (
    DATE,
    FLAG,
    MIXED,
    NUMBER,
    REFERENCES,
    STRUCTURE,
    TEXT,
    WORD,
    WORDS,
    CellError,
    Day,
)
from bayes_trace.files.workbook import (
    columns,
    read_spreadsheet,
    write_spreadsheet,
    write_spreadsheet_template,
)
from bayes_trace.files.workbook.columns import SHEETS
from tests.arms import arms_set
from tests.search import examples
from tests.strategies import build, set_data
from tests.workbooks import by_hand, small

SETS = sorted(path for path in (Path(__file__).parents[1] / "evidence_sets").iterdir() if path.is_dir())


def round_trip(es, folder):
    path = folder / "set.xlsx"
    path.unlink(missing_ok=True)
    return read_spreadsheet(write_spreadsheet(es, path))


# --- nothing is lost ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "folder",
    [
        # the largest by far
        pytest.param(path, id=path.name, marks=[pytest.mark.deep] * (path.name == "us_arms_transfers"))
        for path in SETS
    ],
)
def test_every_set_of_the_shelf_comes_back_whole(folder, tmp_path):
    es = bt.read_evidence_set(folder)
    back = round_trip(es, tmp_path)
    assert back == es
    assert back.digest == es.digest
    # and through the folder that `import` writes
    assert bt.read_evidence_set(bt.write_evidence_set(back, tmp_path / "set")) == bt.read_evidence_set(
        bt.write_evidence_set(es, tmp_path / "other")
    )


def test_scenarios_applied_come_back_as_well(tmp_path):
    arms = arms_set()
    changed = bt.apply_scenario(arms, "source_criticised", "clustered", "with_residual")
    assert round_trip(changed, tmp_path) == changed


@examples(40)
@given(set_data())
def test_random_sets_come_back_whole(tmp_path_factory, data):
    es = build(data)
    back = round_trip(es, tmp_path_factory.getbasetemp())
    assert back == es
    assert back.digest == es.digest


@examples(10)
@given(st.data())
def test_no_text_is_changed(tmp_path_factory, data):
    """Formulas, digits, line ends, blanks, invisible letters: whatever a field may hold."""
    # signs that steer a terminal or reorder what is read are refused in every field
    allowed = st.characters(exclude_categories=["Cs"]).filter(lambda sign: not unprintable(sign))
    text = st.one_of(
        st.text(allowed, max_size=12),
        st.sampled_from(
            [
                "=1+1",
                "1971-08-25",
                "007",
                "1e3",
                "TRUE",
                " ",
                "\n",
                "a\r\nb",
                "json:x",
                "_x0041_",
                "#N/A",
                "+",
                "'",
            ]
        ),
    )
    draw = data.draw
    # what people are to read is never blank
    shown = text.map(lambda each: each if folded(each).strip() else f"{each}.")
    label = draw(shown)
    other = draw(shown.filter(lambda each: folded(each) != folded(label)))  # hypotheses must look different
    values = {"A": 0.5, "B": 0.2}
    es = EvidenceSet.model_validate(
        {
            "version": 1,
            "id": "texts",
            "title": draw(shown),
            "question": draw(shown),
            "about": draw(text),
            "case_questions": [draw(text) for _ in range(3)],
            "hypotheses": [
                {"id": "A", "label": label, "statement": draw(shown), "prior": 1 / 3},
                {"id": "B", "label": other, "statement": draw(shown), "prior": 2 / 3},
            ],
            "base_coder": "me",
            "coders": [{"id": "me", "note": draw(text), "header": draw(text)}],
            "conditions": {(name := draw(text)): draw(text)},
            "codebook": [{"id": "I", "text": draw(shown), "restates": [name]}],
            "scales": [{"id": "own", "terms": {draw(text): {"low": 0.1, "best": 0.2, "high": 0.3}}}],
            "reliability_grades": {"G": {"hit": 0.9, "false_report": {"low": 0.1, "best": 0.2, "high": 0.3}}},
            "cases": [
                {
                    "case": "c",
                    "label": draw(shown),
                    "conditions": {
                        name: draw(st.one_of(text, st.floats(allow_nan=False, allow_infinity=False)))
                    },
                    "episodes": [
                        {"id": "e", "label": draw(shown), "outcome": draw(shown), "note": draw(text)}
                    ],
                    "items": [
                        {
                            "id": "i",
                            "paraphrase": draw(shown),
                            "footnote": draw(text),
                            "episodes": ["e"],
                            "source": {"key": "s", "locator": draw(text)},
                            "see_also": [{"key": "s", "locator": draw(text)}, {"key": "s"}],
                            "restates": [name],
                            "codings": [
                                {"values": values, "reason": draw(text), "cell_reasons": {"B": draw(text)}}
                            ],
                        }
                    ],
                }
            ],
            "sources": [{"id": "s", "type": "book", "title": draw(shown), "note": draw(text), "grade": "G"}],
            "scenarios": {
                "other": {
                    "label": draw(shown),
                    "drop_restating": [draw(text)],
                    "drop": [{"item": "i", "reason": draw(text)}],
                    "add_items": {"c": []},
                }
            },
        }
    )
    assert bt.evidence.list_problems(es) == []
    back = round_trip(es, tmp_path_factory.getbasetemp())
    # a reason said of one hypothesis only where it differs from the coding's
    assert back == es


@examples(25)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_loses_a_digit(tmp_path_factory, number):
    path = tmp_path_factory.getbasetemp() / "number.xlsx"
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    case = es.cases[0].model_copy(update={"conditions": {"x": number}})
    es = EvidenceSet.model_validate(
        {**es.model_dump(), "conditions": {"x": ""}, "cases": [case.model_dump()]}
    )
    path.unlink(missing_ok=True)
    assert read_spreadsheet(write_spreadsheet(es, path)).cases[0].conditions["x"] == number


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TEXT, "1972"),
        (TEXT, ""),
        (WORD, "a b"),
        (WORDS, ["a", "b c"]),
        (MIXED, "0.5"),
        (MIXED, "yes"),
        (NUMBER, 1e-300),
        (FLAG, False),
        (DATE, "1977/1980"),
        (REFERENCES, [{"key": "a", "locator": "p. 3: note"}, {"key": "b"}]),
        (REFERENCES, [{"key": "a", "locator": "two\nlines"}]),
        (STRUCTURE, {"a": [1, None, {"b": "no"}]}),
        (STRUCTURE, "null"),
    ],
)
def test_what_a_cell_shows_is_what_it_reads(kind, value):
    assert kind.read(kind.show(value)) == value


# --- made by hand -------------------------------------------------------------------------


def test_a_workbook_made_by_hand_reads_in_any_order_of_sheets_rows_and_columns(tmp_path):
    es = read_spreadsheet(by_hand(tmp_path / "hand.xlsx", small()))
    memo, letter = es.items["memo"], es.items["letter"]
    assert (es.title, es.base_coder, es.version) == ("A town", "me", 1)
    assert memo.date == "1908-05-20"
    assert (memo.retrospective, memo.footnote, memo.audience) == (True, "53", "public")
    assert letter.date == "1907"
    assert letter.episodes == ("vote", "refusal")
    assert letter.codings[0].values["B"].best == 0.3
    assert memo.codings[0].values["A"].is_range
    assert memo.codings[0].reason == "as A says"
    assert es.episodes["vote"].granted == "yes"
    assert es.episodes["vote"].conditions == {"wealth": "high"}
    assert es.episodes["refusal"].prior == {"A": 0.4, "B": 0.6}
    assert es.episodes["refusal"].conditions == {"wealth": 0.25}


def test_rows_and_columns_in_disorder_change_nothing_but_order(tmp_path):
    arms = arms_set()
    path = write_spreadsheet(arms, tmp_path / "arms.xlsx")
    book = openpyxl.load_workbook(path)
    shuffle = random.Random(1).shuffle
    for name in ("Codings", "Items"):
        columns = [[cell.value for cell in column] for column in book[name].iter_cols()]
        shuffle(columns)
        head, *rows = zip(*columns, strict=True)
        shuffle(rows)
        del book[name]
        page = book.create_sheet(name)
        for row in (head, *rows):
            page.append(row)
    book.save(path)
    back = read_spreadsheet(path)
    assert set(back.items) == set(arms.items)
    p, q = (bt.update(bt.compile_evidence(each), coder="reader_a").probability for each in (arms, back))
    assert float(abs(p - q.sel(episode=p["episode"])).max()) < 1e-12


@pytest.mark.parametrize(
    ("date", "shown", "read"),
    [
        (dt.datetime(1972, 12, 22), "DD/MM/YYYY", "1972-12-22"),
        (dt.date(1972, 12, 22), 'd" of "mmmm yyyy', "1972-12-22"),
        (dt.datetime(1976, 11, 1), "mmm-yy", "1976-11"),
        (dt.datetime(1976, 1, 1), "yyyy", "1976"),
        ("1976-11 ", "@", "1976-11"),
        (1976.0, "General", "1976"),
        ("1977/1980", "General", "1977/1980"),
    ],
)
def test_a_date_is_as_exact_as_its_cell_shows_it(date, shown, read, tmp_path):
    path = by_hand(tmp_path / "dates.xlsx", small())
    book = openpyxl.load_workbook(path)
    book["Items"]["E2"].value = date
    book["Items"]["E2"].number_format = shown
    book.save(path)
    assert read_spreadsheet(path).items["memo"].date == read


def test_a_cell_merged_down_holds_for_all_its_rows(tmp_path):
    path = by_hand(tmp_path / "merged.xlsx", small())
    book = openpyxl.load_workbook(path)
    book["Codings"].merge_cells("C2:C3")
    book["Codings"].merge_cells("C5:C6")
    book.save(path)
    assert read_spreadsheet(path) == read_spreadsheet(by_hand(tmp_path / "plain.xlsx", small()))


def test_the_coders_unit_holds_where_a_row_names_none(tmp_path):
    sheets = small()
    sheets["Coders"] = [["id", "unit", "reference"], ["me", "Ratio dB", "B"]]
    sheets["Codings"] = [
        ["item", "hypothesis", "best"],
        ["memo", "A", 3],
        ["letter", "A", -6],
    ]
    coding = read_spreadsheet(by_hand(tmp_path / "units.xlsx", sheets)).items["memo"].codings[0]
    assert (coding.unit, coding.reference) == ("ratio_db", "B")


def test_rows_without_a_likelihood_are_not_yet_codings(tmp_path):
    sheets = small()
    sheets["Coders"] += [["you"]]
    sheets["Codings"] = [["coder", "item", "hypothesis", "best"]] + [
        [coder, item, h, best]
        for coder, best in (("me", 0.4), ("you", None))
        for item in ("memo", "letter")
        for h in "AB"
    ]
    es = read_spreadsheet(by_hand(tmp_path / "half.xlsx", sheets))
    assert [coding.coder for coding in es.items["memo"].codings] == ["me"]


def test_scenarios_and_sources_may_be_written_as_yaml(tmp_path):
    sheets = small()
    sheets["Scenarios"] = [
        ["scenario", "part", "name", "content"],
        ["sceptic", "label", None, "Sceptic: no memo"],
        ["sceptic", "drop", "memo", None],
        ["sceptic", "change", "letter", "retrospective: true\nreason: it is late"],
        ["sceptic", "priors", "A", 0.1],
        ["sceptic", "priors", "B", 0.9],
    ]
    sheets["Sources"] = [["id", "type", "title", "csl"], ["s", "book", "A book", "author: [{family: Li}]"]]
    es = read_spreadsheet(by_hand(tmp_path / "yaml.xlsx", sheets))
    scenario = es.scenarios["sceptic"]
    assert scenario.label == "Sceptic: no memo"
    assert scenario.drop[0].item == "memo"
    assert scenario.change[0].retrospective is True
    assert scenario.priors == {"A": 0.1, "B": 0.9}
    assert es.sources[0].csl["author"] == [{"family": "Li"}]


# --- the file itself ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return openpyxl.load_workbook(write_spreadsheet_template(tmp_path_factory.mktemp("t") / "mine.xlsx"))


def test_the_template_has_every_sheet_a_frozen_head_and_notes(template):
    assert template.sheetnames == ["Notes", *SHEETS, "Lists"]
    assert template["Lists"].sheet_state == "hidden"
    assert "bayes-trace import" in template["Notes"]["B3"].value
    for name, sheet in SHEETS.items():
        page = template[name]
        assert page.freeze_panes == "B2"
        assert [cell.value for cell in page[1]][: len(sheet.columns)] == [c.heading for c in sheet.columns]
        assert all(cell.comment for cell in page[1] if name != "Set")


def _lists(page):
    return {str(v.sqref).split(":")[0]: v for v in page.data_validations.dataValidation}


def test_the_template_offers_words_and_ids(template):
    codings, items = _lists(template["Codings"]), _lists(template["Items"])
    headings = {cell.value: cell.column_letter for cell in template["Codings"][1]}
    best = codings[f"{headings['best']}2"]
    assert best.formula1 == "Lists!$A$1:$A$10"
    assert template["Lists"]["A1"].value == "virtually certain"
    assert not best.showErrorMessage  # a number is as welcome
    assert codings[f"{headings['hypothesis']}2"].formula1.startswith("Hypotheses!$A$2:$A$")
    assert codings[f"{headings['unit']}2"].formula1 == '"probability,db,verbal,ratio_db,ratio"'
    headings = {cell.value: cell.column_letter for cell in template["Items"][1]}
    assert items[f"{headings['found']}2"].formula1 == '"present,absent,not_sought,planned"'
    assert items[f"{headings['found']}2"].showErrorMessage
    assert items[f"{headings['audience']}2"].formula1 == '"private,diplomatic,public,unknown"'
    assert items[f"{headings['episodes']}2"].formula1.startswith("Episodes!$A$2")
    headings = {cell.value: cell.column_letter for cell in template["Episodes"][1]}
    assert '"yes,no,part,unknown"' in {v.formula1 for v in _lists(template["Episodes"]).values()}


def test_dates_and_ids_stay_text_in_a_spreadsheet_program(template):
    headings = {cell.value: cell.column_letter for cell in template["Items"][1]}
    assert template["Items"].column_dimensions[headings["date"]].number_format == "@"
    assert template["Items"].column_dimensions[headings["detection"]].number_format == "General"


def test_nothing_in_a_cell_is_a_formula(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}}).model_copy(update={"title": "=cmd()"})
    page = openpyxl.load_workbook(write_spreadsheet(es, tmp_path / "x.xlsx"))["Set"]
    assert {cell.data_type for row in page for cell in row} <= {"s", "n"}


def test_words_of_the_sets_own_scales_are_offered(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    terms = {"hardly": {"low": 0.01, "best": 0.05, "high": 0.1}}
    es = EvidenceSet.model_validate({**es.model_dump(), "scales": [{"id": "own", "terms": terms}]})
    lists = openpyxl.load_workbook(write_spreadsheet(es, tmp_path / "x.xlsx"))["Lists"]
    assert "hardly" in [cell.value for cell in lists["A"]]


def test_a_file_is_never_lost(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    path = tmp_path / "x.xlsx"
    path.write_text("mine")
    with pytest.raises(
        bt.EvidenceSetError, match=r"x.xlsx: 1 problem\n  already exists; choose another name"
    ):
        write_spreadsheet(es, path)
    write_spreadsheet(es, path, overwrite=True)
    write_spreadsheet(es, path, overwrite=True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.xlsx", "x.xlsx.bak", "x.xlsx.bak2"]
    assert (tmp_path / "x.xlsx.bak").read_text() == "mine"


def test_date_cells_in_other_columns_are_text_or_refused():
    assert DATE.read(Day("1972-12-22")) == "1972-12-22"
    with pytest.raises(CellError, match="the date 2026-03-01, expected text; probably 3-1 or 1-3 was typed"):
        TEXT.read(Day("2026-03-01"))
    with pytest.raises(
        CellError, match="the date 1972-12-22, expected a number; format the cell as a number"
    ):
        NUMBER.read(Day("1972-12-22"))
    with pytest.raises(CellError, match="the date 1972-12-22, expected a number or a word"):
        MIXED.read(Day("1972-12-22"))


def test_reading_folders_does_not_load_openpyxl():
    code = (
        "import sys, bayes_trace.cli, bayes_trace.files; "
        "import bayes_trace.cli.exchange; print({'openpyxl', 'pypandoc'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


# --- every field has a column ---------------------------------------------------------------


#: fields that stand on a sheet of their own, or are spread over columns that bear their values' names
ELSEWHERE = {
    "set": {
        "hypotheses",
        "coders",
        "codebook",
        "scales",
        "reliability_grades",
        "readings",
        "clusters",
        "conditions",
    },
    "cases": {"conditions", "episodes", "events", "items"},
    "episodes": {"prior", "conditions"},
    "events": {"codings"},
    "items": {"codings"},
    "coding": {"values", "readings", "cell_reasons"},
    "source": {"reliability"},
}


@pytest.mark.parametrize("record", columns.MODELS)
def test_every_field_of_a_record_has_a_column(record):
    """A new field that no sheet shows would be lost in a workbook."""
    sheet = columns.SET if record == "set" else SHEETS[SHEET_OF.get(record, record.title())].columns
    shown = {column.where[0] for column in sheet}
    assert set(columns.MODELS[record].model_fields) - ELSEWHERE.get(record, set()) <= shown


SHEET_OF = {"coding": "Codings", "source": "Sources"}


def test_rates_of_a_source_have_columns():
    shown = {column.where[0] for column in SHEETS["Reliability"].columns}
    assert set(Reliability.model_fields) - {"by_hypothesis"} <= shown


def test_events_and_their_reports_come_back_whole(tmp_path):
    es = EvidenceSet.model_validate(
        {
            "version": 1,
            "id": "heard",
            "title": "Heard and denied",
            "question": "Which?",
            "preferred": ["other"],
            "hypotheses": [
                {"id": h, "label": h, "statement": h, "refusal_label": f"no {h}", "prior": 0.5} for h in "AB"
            ],
            "base_coder": "me",
            "coders": [{"id": "me", "unit": "db"}],
            "cases": [
                {
                    "case": "c",
                    "label": "C",
                    "episodes": [{"id": "e", "label": "E", "outcome": "something"}],
                    "events": [
                        {
                            "id": "order",
                            "label": "An order was given",
                            "episodes": ["e"],
                            "correlation": {"low": 0.1, "best": 0.2, "high": 0.4},
                            "codings": [{"values": {"A": 0.8, "B": 0.2}, "reason": "A needs one"}],
                        }
                    ],
                    "items": [
                        {
                            "id": "yes",
                            "title": "The clerk",
                            "paraphrase": "It was.",
                            "event": "order",
                            "source": {"key": "clerk"},
                        },
                        {
                            "id": "no",
                            "paraphrase": "It was not.",
                            "event": "order",
                            "says": "no",
                            "source": {"key": "aide"},
                        },
                    ],
                }
            ],
            "sources": [
                {
                    "id": "clerk",
                    "type": "document",
                    "reliability": {"hit": 0.9, "false_report": 0.1, "always_answers": True},
                },
                {
                    "id": "aide",
                    "type": "interview",
                    "reliability": {
                        "hit": 0.5,
                        "false_report": 0.1,
                        "denies": {"if_true": 0.2, "if_false": {"low": 0.5, "best": 0.6, "high": 0.7}},
                        "by_hypothesis": {"A": {"hit": 0.6, "false_report": 0.2}},
                    },
                },
            ],
            "scenarios": {"other": {"label": "Without the clerk", "drop": [{"item": "yes"}]}},
        }
    )
    assert bt.evidence.list_problems(es) == []
    back = round_trip(es, tmp_path)
    assert back == es
    assert back.digest == es.digest
