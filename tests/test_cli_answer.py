"""explain, compare, table and cite: one question on the command line, one answer."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import bayes_trace as bt
from bayes_trace.cli import app
from bayes_trace.evidence import EvidenceSet
from bayes_trace.report import gather
from bayes_trace.report.alone import one_table
from tests.arms import arms_gathered

ARMS = "evidence_sets/us_arms_transfers"
CHILE = "evidence_sets/chile_tax_reform_2005"  # declares no preferred scenarios


@pytest.fixture(scope="module")
def arms():
    return arms_gathered()


@pytest.fixture(scope="module")
def small(template):
    return gather(bt.read_evidence_set(template))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return bt.write_template(tmp_path_factory.mktemp("answer") / "set")


def run(*arguments, width=80):
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": str(width)})


def told(shown):
    assert shown.exit_code == 0, shown.output
    return " ".join(shown.output.split())


# --- explain ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80])
def test_explain_gives_the_argument_and_fits(template, width):
    shown = run("explain", template, "vote_1908", width=width)
    assert max(map(len, shown.output.splitlines())) <= width
    text = told(shown)
    assert "stays open" in text
    assert "prior odds" in text
    assert "posterior odds" in text
    assert "Strongest against Trade:" in text
    assert "Under other assumptions: As the set stands" in text


def test_explain_sums_what_it_shows(template):
    record = json.loads(run("explain", template, "vote_1908", "--json").output)
    for column, total in enumerate(record["posterior_db"]):
        weights = [item["db"][column] or 0.0 for item in record["items"]]
        assert record["prior_db"][column] + sum(weights) == pytest.approx(total)


def test_explain_names_what_there_is(template):
    shown = run("explain", template, "vote_1809")
    assert str(shown.exception).startswith("no episode named 'vote_1809'; there are: ")


# --- compare ---------------------------------------------------------------------------------


def test_compare_sets_two_assumptions_side_by_side_and_says_what_moved(template):
    record = json.loads(run("compare", template, "-s", "sceptic", "--json").output)["episodes"][0]
    evidence = [
        bt.compile_evidence(es)
        for es in (
            bt.read_evidence_set(template),
            bt.apply_scenario(bt.read_evidence_set(template), "sceptic"),
        )
    ]
    for probability, each in zip(record["probability"], evidence, strict=True):
        expected = bt.update(each, coder="first_reader").probability.isel(episode=0)
        assert list(probability.values()) == pytest.approx(expected.values.tolist())
    before, after = record["odds_db"]
    assert sum(item["db"] for item in record["items"]) == pytest.approx(after - before, abs=0.1)
    assert any(item["item"] == "guild_letter" for item in record["items"])


def test_compare_marks_the_leader_and_fits(template):
    shown = run("compare", template, "vote_1908", "-s", "sceptic", width=40)
    assert max(map(len, shown.output.splitlines())) <= 40
    first, second = (line for line in shown.output.splitlines() if line.startswith(("Trade", "Army")))
    assert first.split()[1].endswith("*")
    assert second.split()[2].endswith("*")
    assert "a different hypothesis leads in the second" in told(shown)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the set declares no preferred scenarios; name what to compare with -s"),
        (["-s", "a", "-s", "b", "-s", "c"], "-s was given 3 times"),
    ],
)
def test_compare_says_what_is_wanted(arguments, said):
    shown = run("compare", CHILE, *arguments)
    assert shown.exit_code == 2
    assert said in " ".join(shown.output.replace("│", " ").split())


def test_compare_knows_only_scenarios_that_are_there(template):
    assert str(run("compare", template, "-s", "nonsense").exception).startswith(
        "no scenario named 'nonsense'"
    )


# --- table -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "episodes",
        "hypotheses",
        "probabilities",
        "ledger:vote_1908",
        "statements:vote_1908",
        "assumptions:vote_1908",
        "robustness:vote_1908",
        "changes:sceptic",
    ],
)
def test_every_table_stands_alone_in_every_text(small, name):
    found = one_table(small, name)
    rows = list(csv.reader(io.StringIO(found.text("csv"))))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(found.header)}
    assert not any("](" in cell or "<br>" in cell or "**" in cell for row in rows for cell in row)
    assert found.text("tex").count(r" \\") == len(rows)
    assert found.text("md").startswith(f"| {found.header[0]} |")


def test_a_ledger_alone_has_the_numbers_of_the_report(arms):
    rows = list(csv.reader(io.StringIO(one_table(arms, "ledger:f5e_1972").text("csv"))))
    assert rows[0] == ["When", "Item", "A, as printed", "A, preferred", "B, preferred"]
    assert rows[-1][1:4] == ["Posterior odds", "−18.0", "+5.9"]


@pytest.mark.deep
def test_tables_go_to_word(template, tmp_path):
    shown = run("table", template, "probabilities", "-f", "docx", "-o", tmp_path / "t.docx")
    assert shown.exit_code == 0, shown.output
    assert (tmp_path / "t.docx").stat().st_size > 5000


def test_tables_go_to_a_spreadsheet(template, tmp_path):
    shown = run("table", template, "probabilities", "-f", "xlsx", "-o", tmp_path / "t.xlsx")
    assert shown.exit_code == 0, shown.output
    sheet = load_workbook(tmp_path / "t.xlsx").active
    assert [cell.value for cell in sheet[1]][:3] == ["Episode", "Assumptions", "Reader"]
    again = run("table", template, "probabilities", "-f", "xlsx", "-o", tmp_path / "t.xlsx")
    assert again.exit_code == 2
    assert "--overwrite" in again.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "no table named 'nonsense'; there are: episodes, hypotheses, probabilities, ledger:…"),
        (["ledger:nothing"], "no scored episode named 'nothing'; there are: vote_1908"),
        (["changes:nothing"], "no scenario named 'nothing'; there are: letter_doubted, sceptic"),
    ],
)
def test_a_table_that_is_not_there_is_named(template, arguments, said):
    assert str(run("table", template, *arguments).exception).startswith(said)


# --- cite ------------------------------------------------------------------------------------


def test_cite_prints_a_source_in_a_style():
    shown = run("cite", ARMS, "bass2004", "--style", "apa", width=300)
    assert shown.output.splitlines() == [
        "(Bass, 2004)",
        "  Bass, W. (2004). Support Any Friend: Kennedy’s Middle East and the Making of the US-Israel Alliance. "
        "Oxford University Press.",
    ]


def test_cite_takes_items_and_refuses_unknown_styles():
    record = json.loads(run("cite", ARMS, "TW-01", "--json").output)[0]
    assert record["in_text"] == "(Ciccolella 1969, 6; n. 53)"
    assert str(run("cite", ARMS, "TW-01", "--style", "mla").exception).startswith("no style named 'mla'")


def test_an_episode_that_a_coder_left_out_is_said_to_be_not_coded(tmp_path):
    """Beside one that the coder did code: nobody leads there, and the others are told as ever."""
    by = [{"coder": "second", "values": {"A": 0.6, "B": 0.3}}]
    cases = [
        {
            "case": name,
            "label": name,
            "episodes": [{"id": name, "label": name, "outcome": "it came about"}],
            "items": [
                {
                    "id": f"memo_{name}",
                    "paraphrase": "a memo",
                    "episodes": [name],
                    "found": "present",
                    "codings": [{"values": {"A": 0.8, "B": 0.2}}, *(by if name == "first" else [])],
                }
            ],
        }
        for name in ("first", "other")
    ]
    hypotheses = [{"id": each, "label": each, "statement": each, "prior": 0.5} for each in "AB"]
    head = {"version": 1, "id": "two", "title": "Two", "question": "Why?", "base_coder": "base"}
    coders = [{"id": "base"}, {"id": "second"}]
    es = EvidenceSet.model_validate({**head, "hypotheses": hypotheses, "coders": coders, "cases": cases})
    bt.write_evidence_set(es, tmp_path / "set")
    done = run("update", tmp_path / "set", "--coder", "second")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("all: not coded by this coder") == 1
    said = json.loads(run("update", tmp_path / "set", "--coder", "second", "--json").stdout)
    assert [each["leader"] for each in said["episodes"]] == ["A", ""]
    assert [len(each["carried_by"]) for each in said["episodes"]] == [1, 0]


def test_the_base_may_have_ahead_what_the_preferred_assumptions_leave_out(tmp_path):
    table = bt.from_table({"memo": {"A": 0.2, "B": 0.3, "C": 0.9}}).model_dump(exclude_defaults=True)
    scenario = {"label": "Two alone", "reason": "the third is no rival", "drop_hypotheses": ["C"]}
    es = EvidenceSet.model_validate({**table, "scenarios": {"two": scenario}, "preferred": ["two"]})
    bt.write_evidence_set(es, tmp_path / "set")
    done = run("explain", tmp_path / "set", next(iter(es.episodes)))
    assert done.exit_code == 0, done.output
    assert "B over A, in dB" in done.output
