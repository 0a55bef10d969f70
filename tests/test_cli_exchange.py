"""``export``, ``import`` and ``import-sources``: there and back, and what they refuse."""

import json

import openpyxl
import pytest

import bayes_trace as bt
from tests import command
from tests.command import ARMS, call


def run(*arguments, cwd=None):
    return call(*arguments, cwd=cwd, width=200)


@pytest.fixture
def folder(tmp_path):
    return bt.write_template(tmp_path / "set")


@pytest.mark.parametrize("command", ["export", "import", "import-sources"])
def test_every_command_explains_itself(command):
    shown = run(command, "--help")
    assert shown.returncode == 0
    assert f"Usage: bayes-trace {command}" in shown.stdout


def test_there_and_back_again(folder, tmp_path):
    there = command.run("export", folder, "--out", tmp_path / "set.xlsx")
    assert (there.returncode, there.stdout) == (0, f"Wrote {tmp_path / 'set.xlsx'}\n"), there.stderr
    back = run("import", tmp_path / "set.xlsx", "--out", tmp_path / "back")
    assert back.returncode == 0, back.stderr
    assert "1 case, 2 episodes, 6 items, 2 coders. Next: bayes-trace check" in back.stdout
    assert bt.read_evidence_set(tmp_path / "back") == bt.read_evidence_set(folder)


def test_the_shelf_goes_there_and_back_again(tmp_path):
    assert run("export", ARMS, "--out", tmp_path / "arms.xlsx").returncode == 0
    assert run("import", tmp_path / "arms.xlsx", "--out", tmp_path / "arms").returncode == 0
    before, after = (bt.read_evidence_set(each) for each in (ARMS, tmp_path / "arms"))
    assert after == before
    assert after.digest == before.digest


def test_a_csv_says_what_it_leaves_behind(folder, tmp_path):
    shown = run("export", folder, "--out", tmp_path / "c.csv")
    assert (
        "A .csv holds the codings only. Not included: 2 × source with a reliability (the answers will differ); "
        "1 × episode without codings; 1 × event with its reports (the answers will differ); 2 × scenario; "
        "2 × implication of the codebook; labels, statements, sources and notes. An .xlsx holds everything."
        in shown.stdout
    )
    told = json.loads(run("export", folder, "--out", tmp_path / "c.csv", "--overwrite", "--json").stdout)
    assert told["left_behind"][-1] == "labels, statements, sources and notes"
    counts = json.loads(run("import", tmp_path / "c.csv", "--out", tmp_path / "c", "--json").stdout)
    assert counts == {"set": (tmp_path / "c").as_posix(), "cases": 1, "episodes": 1, "items": 4, "coders": 2}
    assert run("update", tmp_path / "c").returncode == 0


def test_scenarios_are_applied_first(folder, tmp_path):
    run("export", folder, "--out", tmp_path / "s.xlsx", "--scenario", "sceptic")
    run("import", tmp_path / "s.xlsx", "--out", tmp_path / "s")
    assert bt.read_evidence_set(tmp_path / "s").applied == ("sceptic",)


def test_a_template_needs_no_set(tmp_path):
    assert run("export", "--template", tmp_path / "t.xlsx").returncode == 0
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames[0] == "Notes"
    shown = run("import", tmp_path / "t.xlsx", "--out", tmp_path / "t")
    assert shown.returncode == 1
    assert "sheet Set, row 3, column B (value)  id: missing; fill in the cell" in shown.stderr
    assert not (tmp_path / "t").exists()


def test_problems_come_all_at_once_and_write_nothing(folder, tmp_path):
    run("export", folder, "--out", tmp_path / "set.xlsx")
    book = openpyxl.load_workbook(tmp_path / "set.xlsx")
    book["Codings"]["G2"] = "lots"
    book["Hypotheses"]["G2"] = "most"
    book.save(tmp_path / "set.xlsx")
    shown = run("import", tmp_path / "set.xlsx", "--out", tmp_path / "back")
    assert shown.returncode == 1
    assert f"bayes-trace: {(tmp_path / 'set.xlsx').as_posix()}: 2 problems" in shown.stderr
    assert "sheet Codings, row 2, column G (low)  'lots', expected a number" in shown.stderr
    assert (
        "sheet Hypotheses, row 2, column G (prior)  hypotheses.trade: 'most', expected a number"
        in shown.stderr
    )
    assert not (tmp_path / "back").exists()


def test_nothing_is_overwritten_without_asking(folder, tmp_path):
    (tmp_path / "set.xlsx").write_text("mine")
    assert run("export", folder, "--out", tmp_path / "set.xlsx").returncode == 1
    assert (tmp_path / "set.xlsx").read_text() == "mine"
    assert run("export", folder, "--out", tmp_path / "set.xlsx", "--overwrite").returncode == 0
    assert (tmp_path / "set.xlsx.bak").read_text() == "mine"
    refused = run("import", tmp_path / "set.xlsx", "--out", folder)
    assert refused.returncode == 1
    assert "already contains files" in refused.stderr
    assert run("import", tmp_path / "set.xlsx", "--out", folder, "--overwrite").returncode == 0
    assert (tmp_path / "set.bak" / "set.yaml").exists()


def test_sources_from_zotero_and_bibtex(folder, tmp_path):
    (tmp_path / "z.json").write_text('[{"id": "http://z/1", "type": "book", "title": "Arms"}]')
    (tmp_path / "b.bib").write_text("@book{li99, author={Li, A.}, title={Arms}, year=1999}")
    shown = run("import-sources", tmp_path / "z.json", "--into", folder)
    assert shown.stdout == f"{folder / 'sources.yaml'}: 1 added, 0 already there. arms\n"
    told = json.loads(run("import-sources", tmp_path / "b.bib", "--into", folder, "--json").stdout)
    assert told == {"read": 1, "added": ["li99"]}
    again = run("import-sources", tmp_path / "b.bib", "--into", folder)
    assert again.stdout.endswith("0 added, 1 already there.\n")
    assert {"arms", "li99"} <= {source.id for source in bt.read_evidence_set(folder).sources}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["export"], 2, "give SET and --out FILE, or --template FILE alone"),
        (["export", ARMS], 2, "give SET and --out FILE"),
        (["export", ARMS, "--template", "t.xlsx"], 2, "--template FILE alone"),
        (["export", ARMS, "--out", "x.ods"], 2, "expected a file ending in .xlsx or .csv"),
        (["export", "--template", "t.csv"], 1, "expected a file ending in .xlsx or .csv"),
        (["export", ARMS, "--out", "x.xlsx", "-s", "nonsense"], 2, "no scenario named 'nonsense'"),
        (["import", "nowhere.xlsx", "--out", "x"], 2, "nowhere.xlsx"),
        (["import", "refs.txt", "--out", "x"], 1, "expected a file ending in .xlsx or .csv"),
        (["import", "refs.txt"], 2, "--out"),
        (
            ["import-sources", "refs.txt", "--into", ARMS],
            2,
            "expected a file ending in .json (CSL JSON) or .bib",
        ),
        (["import-sources", "refs.txt"], 2, "--into"),
    ],
)
def test_wrong_calls_say_why(arguments, code, said, tmp_path):
    (tmp_path / "refs.txt").write_text("x")
    shown = run(*arguments, cwd=tmp_path)
    assert shown.returncode == code
    assert said in shown.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["refs.txt"]
