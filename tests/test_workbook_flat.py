"""One flat table of codings: what a lone .csv carries comes back, and what it lacks has a default or is named."""

import csv
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given

import bayes_trace as bt
from bayes_trace.errors import EvidenceSetError
from bayes_trace.evidence import EvidenceSet
from bayes_trace.files.workbook import read_spreadsheet, write_spreadsheet
from bayes_trace.files.workbook.flat import not_in_csv
from tests.arms import arms_set
from tests.search import examples
from tests.strategies import ALL, build, set_data
from tests.workbooks import by_hand, faults

SETS = sorted(path for path in (Path(__file__).parents[1] / "evidence_sets").iterdir() if path.is_dir())
#: sets with events or sources that may be wrong, which a lone table cannot carry
REPORTED = {"columbo_testimony", "tay_bridge_1879"}


def table(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def twice(es, folder):
    """The set read from its table, and that set's own table and reading."""
    for path in folder.glob("*.csv"):
        path.unlink()
    once = write_spreadsheet(es, folder / "once.csv")
    back = read_spreadsheet(once)
    again = write_spreadsheet(back, folder / "again.csv")
    assert again.read_text() == once.read_text()
    assert read_spreadsheet(again) == back
    return back


def same_answers(es, back):
    before, after = bt.compile_evidence(es), bt.compile_evidence(back)
    for coder in back.coder_ids:
        p, q = (bt.update(each, coder=coder).probability for each in (before, after))
        np.testing.assert_allclose(p.sel(episode=q["episode"]), q, rtol=0, atol=1e-9)


def without_reports(es):
    """A set without what a table of codings has no column for, though the answers depend on it."""
    plain = es.model_dump() | {"scenarios": {}, "preferred": []}
    for case in plain["cases"]:
        case["items"] = [each for each in case["items"] if not each["event"]]
        case["events"] = []
    for source in plain["sources"]:
        source |= {"reliability": None, "grade": None}
    return EvidenceSet.model_validate(plain)


@pytest.mark.parametrize("folder", SETS, ids=lambda path: path.name)
def test_the_shelf_gives_the_same_answers_from_its_tables(folder, tmp_path):
    """All of it, but for events and reliabilities: of them the export says that the answers will differ."""
    es = bt.read_evidence_set(folder)
    told = any("the answers will differ" in line for line in not_in_csv(es))
    assert told == (folder.name in REPORTED)
    plain = without_reports(es) if told else es
    if not plain.items:
        with pytest.raises(EvidenceSetError, match="row 1  no rows; expected one per item and hypothesis"):
            twice(plain, tmp_path)
        return
    back = twice(plain, tmp_path)
    assert back.base_coder == es.base_coder
    same_answers(plain, back)
    assert write_spreadsheet(es, tmp_path / "whole.csv").read_text() == (tmp_path / "once.csv").read_text()


@examples(50)
@given(set_data(features=ALL - {"reliability", "events"}))
def test_random_sets_without_reliability_give_the_same_answers(tmp_path_factory, data):
    es = build(data)
    same_answers(es, twice(es, tmp_path_factory.getbasetemp()))


def test_words_of_an_own_scale_are_written_as_numbers(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    item = es.items["memo"].model_dump()
    item["codings"] = [{"unit": "verbal", "scale": "own", "values": {"A": "often", "B": "hardly"}}]
    terms = {
        "hardly": {"low": 0.01, "best": 0.05, "high": 0.1},
        "often": {"low": 0.5, "best": 0.7, "high": 0.9},
    }
    case = {**es.cases[0].model_dump(), "items": [item]}
    es = EvidenceSet.model_validate(
        {**es.model_dump(), "scales": [{"id": "own", "terms": terms}], "cases": [case]}
    )
    back = twice(es, tmp_path)
    assert back.items["memo"].codings[0].values["B"].model_dump() == terms["hardly"]
    same_answers(es, back)


def test_what_stays_behind_is_listed():
    arms = arms_set()
    said = not_in_csv(arms)
    assert f"{len(arms.scenarios)} × scenario" in said
    assert f"{len(arms.codebook)} × implication of the codebook" in said
    graded = EvidenceSet.model_validate(
        {**bt.from_table({"memo": {"A": 0.8, "B": 0.2}}, reliability={"memo": (0.9, 0.1)}).model_dump()}
    )
    assert not_in_csv(graded)[0] == "1 × source with a reliability (the answers will differ)"


# --- defaults -----------------------------------------------------------------------------


def test_three_columns_are_enough(tmp_path):
    es = read_spreadsheet(table(tmp_path / "a.csv", "item,hypothesis,best\nmemo,A,0.8\nmemo,B,0.2\n"))
    assert es == read_spreadsheet(
        by_hand(
            tmp_path / "a.xlsx",
            {"Whatever": [["best", "Item", "hypothesis"], [0.8, "memo", "A"], [0.2, "memo", "B"]]},
        )
    )
    assert list(es.episodes) == ["episode"]
    assert [h.prior for h in es.hypotheses] == [0.5, 0.5]
    assert es.base_coder == "coder"
    post = bt.update(bt.compile_evidence(es))
    assert float(post.probability.sel(hypothesis="A").item()) == pytest.approx(0.8)


def test_a_european_csv_reads_as_well(tmp_path):
    text = "\ufeffitem;hypothesis;best;low;high\nmemo;A;0,8;0,6;0,9\nmemo;B;0,2;;\n\n;;;;\n"
    es = read_spreadsheet(table(tmp_path / "a.csv", text))
    assert es.items["memo"].codings[0].values["A"].model_dump() == {"low": 0.6, "best": 0.8, "high": 0.9}


def test_blank_episodes_are_all_of_the_case(tmp_path):
    es = read_spreadsheet(
        table(
            tmp_path / "a.csv",
            "item,case,episode,hypothesis,best,prior\n"
            "memo,town,vote,A,0.8,0.5\nmemo,town,vote,B,0.2,0.5\n"
            "memo,town,refusal,A,0.8,0.4\nmemo,town,refusal,B,0.2,0.6\n"
            "letter,town,,A,0.3,\nletter,town,,B,0.6,\n"
            "note,other,,A,0.3,\nnote,other,,B,0.6,\n",
        )
    )
    assert es.items["letter"].episodes == ("vote", "refusal")
    assert es.items["note"].episodes == ("other",)
    assert [case.case for case in es.cases] == ["town", "other"]
    # what is the same in both episodes is one coding
    assert len(es.items["memo"].codings) == 1
    assert es.episodes["vote"].prior == {}
    assert es.episodes["refusal"].prior == {"A": 0.4, "B": 0.6}


def test_what_belongs_to_an_item_may_stand_in_one_row(tmp_path):
    es = read_spreadsheet(
        table(
            tmp_path / "a.csv",
            "item,hypothesis,best,found,detection,cluster,correlation,given,reason,coder\n"
            "memo,A,0.8,,,k,0.5,,as A says,me\nmemo,B,0.2,,,,,,not B,\n"
            "trace,A,0.8,absent,0.5,k,,memo,,me\ntrace,B,0.2,,,,,,,me\n",
        ).rename(tmp_path / "b.csv")
    )
    assert es.items["trace"].detection.best == 0.5
    assert es.items["trace"].given == ("memo",)
    assert es.items["memo"].cluster == es.items["trace"].cluster == "k"
    assert es.clusters[0].correlation.best == 0.5


def test_readings_and_detection_by_hypothesis(tmp_path):
    rows = [
        ["x", h, 0.5, "absent", detection, "who", option, share]
        for option, share in (("he", 0.7), ("she", 0.3))
        for h, detection in (("A", 0.4), ("B", 0.6))
    ]
    head = ["item", "hypothesis", "best", "found", "detection", "reading", "option", "option probability"]
    es = read_spreadsheet(by_hand(tmp_path / "a.xlsx", {"Flat": [head, *rows]}))
    assert es.readings[0].options == {"he": 0.7, "she": 0.3}
    assert es.items["x"].detection_by_hypothesis["B"].best == 0.6


def test_texts_that_a_spreadsheet_would_run_are_kept_apart(tmp_path):
    es = read_spreadsheet(
        table(
            tmp_path / "a.csv",
            'item,hypothesis,best,paraphrase\nm,A,0.5,json:"=1+1"\nm,B,0.5,\n'.replace(
                'json:"=1+1"', '"json:""=1+1"""'
            ),
        )
    )
    assert es.items["m"].paraphrase == "=1+1"
    with write_spreadsheet(es, tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["paraphrase"] == 'json:"=1+1"'


# --- faults -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item,hypothesis\nx,A\n", "row 1  no column 'best'; add it: p(item | hypothesis), or a term."),
        (
            "item,hypothesis,best,zzz\nx,A,.5,red\nx,B,.5,red\n",
            "column D (zzz)  unknown heading 'zzz'; correct it, or begin it with # to keep it as your own. Expected: ",
        ),
        ("item,hypothesis,best\nx,A,.5\n", "row 2  hypotheses: 1 rows, expected at least 2"),
        ("item,hypothesis,best\nx,A,.5\nx,B,\n", "row 3, column C (best)  empty; fill it in"),
        (
            "item,hypothesis,best\nx,A,.5\nx,B,.5\ny,A,.5\n",
            "row 4  items.y.B: missing; give every hypothesis a value",
        ),
        (
            "item,hypothesis,best\nx,A,.5\nx,B,1.5\n",
            "row 3, column C (best)  items.x.B: 1.5, expected a probability",
        ),
        (
            "item,hypothesis,best\nx,A,.5\nx,B b,.5\n",
            "row 3, column B (hypothesis)  hypotheses.B b.id: 'B b', expected one",
        ),
        (
            "item,hypothesis,best\nx x,A,.5\nx x,B,.5\n",
            "row 2, column A (item)  items.x x.id: 'x x', expected one word",
        ),
        (
            "item,hypothesis,best,coder\nx,A,.5,a b\nx,B,.5,a b\n",
            "row 2, column D (coder)  coders.a b.id: 'a b', expected",
        ),
        (
            "item,hypothesis,best,episode\nx,A,.5,a b\nx,B,.5,a b\n",
            "row 2, column D (episode)  episodes.a b.id: 'a b'",
        ),
        (
            "item,hypothesis,best,case\nx,A,.5,a b\nx,B,.5,a b\n",
            "row 2, column D (case)  cases.a b.case: 'a b'",
        ),
        (
            "item,hypothesis,best,prior\nx,A,.5,.5\nx,B,.5,\n",
            "row 3, column D (prior)  hypotheses.B: empty, but other",
        ),
        (
            "item,hypothesis,best,prior\nx,A,.5,.5\nx,B,.5,.6\n",
            "column D (prior)  hypotheses: priors sum to 1.1",
        ),
        (
            "item,hypothesis,best,prior\nx,A,.5,.5\nx,B,.5,.5\ny,A,.5,.4\ny,B,.5,\n",
            "row 4, column D (prior)  0.4, but 0.5 in row 2; make them equal",
        ),
        (
            "item,hypothesis,best,found\nx,A,.5,absent\nx,B,.5,\n",
            "row 2  items.x.detection: missing for an absent",
        ),
        (
            "item,hypothesis,best,found\nx,A,.5,absent\nx,B,.5,present\n",
            "row 3, column D (found)  'present', but 'absent' in row 2",
        ),
        (
            "item,hypothesis,best,date\nx,A,.5,5.3.72\nx,B,.5,\n",
            "row 2, column D (date)  items.x.date: date '5.3.72': expected",
        ),
        (
            "item,hypothesis,best,cluster,correlation\nx,A,.5,k,2\nx,B,.5,k,\n",
            "row 2, column E (correlation)  clusters.k",
        ),
        (
            "item,hypothesis,best,reading,option\nx,A,.5,r,a\nx,B,.5,r,a\n",
            "row 2  readings.r.options: nothing, expected a valid number",
        ),
        (
            "item,hypothesis,best,reading,option,option_probability\nx,A,.5,r,a,.6\nx,B,.5,r,a,\n",
            "row 2, column F (option_probability)  readings.r.options: probabilities sum to 0.6",
        ),
        (
            "item,hypothesis,best,given\nx,A,.5,y\nx,B,.5,\n",
            "column D (given)  items.x.given: no item or event 'y'",
        ),
        (
            "item,hypothesis,best\nx,A,.5\nx,A,.5\nx,B,.5\n",
            "row 3, column B (hypothesis)  items.x.A: duplicate row",
        ),
        (
            "item,hypothesis,best,unit\nx,A,.5,furlong\nx,B,.5,furlong\n",
            "row 2, column D (unit)  items.x.unit: 'furlong', expected",
        ),
        (
            "item,hypothesis,best,episode,case\nx,A,.5,e,a\nx,B,.5,e,b\n",
            "row 3, column E (case)  'b', but 'a' in row 2; make them equal",
        ),
        (
            "item,hypothesis,best,episode,granted\nx,A,.5,e,maybe\nx,B,.5,e,\n",
            "row 2, column E (granted)  episodes.e.granted",
        ),
    ],
)
def test_faults_are_named_at_their_cells(text, said, tmp_path):
    lines = faults(table(tmp_path / "a.csv", text))
    assert any(said in line for line in lines), lines
    assert all(re.match(r"row \d|column [A-Z]", line) for line in lines), lines


def codings(path, name, *, shown="General", first=None):
    """A workbook of one item, whose name is shown in a format, behind another sheet or none."""
    book = openpyxl.Workbook()
    for row in (["item", "hypothesis", "best"], [name, "A", 0.8], [name, "B", 0.2]):
        book.active.append(row)
    for cell in (book.active["A2"], book.active["A3"]):
        cell.number_format = shown
    if first:
        book.create_chartsheet(first, 0)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("number", "shown", "name"),
    [(7, "000", "007"), (1.1, "0.00", "1.10"), (12, "General", "12"), (1.126, "0.00", "1.126")],
)
def test_noughts_that_a_cell_shows_are_kept_where_it_is_text(number, shown, name, tmp_path):
    assert list(read_spreadsheet(codings(tmp_path / "a.xlsx", number, shown=shown)).items) == [name]


def test_a_workbook_that_its_reader_fails_on_is_refused(tmp_path):
    with pytest.raises(EvidenceSetError, match="not an Excel workbook"):
        read_spreadsheet(codings(tmp_path / "a.xlsx", "m", first="an empty chart"))
