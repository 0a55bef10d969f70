"""The command line: what it prints and how it ends; where the process matters, in one of its own."""

import csv
import json
import os
import re
import subprocess
import sys

import pytest
import xarray as xr

import bayes_trace as bt
from tests.command import ARMS, COMMAND
from tests.command import call as run


@pytest.fixture
def template(tmp_path):
    made = run("new", tmp_path / "mine")
    assert made.returncode == 0, made.stderr
    return tmp_path / "mine"


# --- help and usage errors ------------------------------------------------------------------


COMMANDS = (
    "check",
    "update",
    "explain",
    "compare",
    "sample",
    "sensitivity",
    "plan",
    "report",
    "table",
    "cite",
    "lock",
    "new",
    "import",
    "import-sources",
    "export",
    "schema",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    shown = run(command, "--help")
    assert shown.returncode == 0
    assert "Usage: bayes-trace" in shown.stdout
    # the first sentence of the docstring, not only options
    assert len(shown.stdout.split("Options")[0].splitlines()) > 3


def test_no_command_shows_the_commands():
    shown = run()
    assert shown.returncode == 2
    for command in COMMANDS:
        assert command in shown.stdout + shown.stderr


def test_version_is_the_installed_one():
    from importlib import metadata

    assert run("--version").stdout.strip() == f"bayes-trace {metadata.version('bayes-trace')}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["update", "nowhere"], "nowhere"),
        (
            ["update", ARMS, "--scenario", "nonsense"],
            "no scenario named 'nonsense'; there are: adversary_audience",
        ),
        (["update", ARMS, "--coder", "nobody"], "no coder named 'nobody'; there are: reader_a, reader_b"),
        (["update", ARMS, "--coder", "reader_a", "--pool", "log"], "give one"),
        (["update", ARMS, "--point", "worst"], "worst"),
        (["update", ARMS, "--out", "x.xlsx"], ".json, .csv or .nc"),
        (["update"], "SET"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_usage_errors_exit_2_and_say_why(arguments, said, tmp_path):
    shown = run(*arguments, cwd=tmp_path, width=200)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_faulty_set_exits_1_with_every_problem_at_its_line(template):
    head = template / "set.yaml"
    head.write_text(head.read_text().replace("prior: 0.2", "prior: 0.3"))
    case = template / "cases" / "alder.yaml"
    case.write_text(case.read_text().replace("toll_debate", "toll debate"))
    for command in (["check"], ["update"], ["report", "--out", template.parent / "report"]):
        shown = run(command[0], template, *command[1:])
        assert shown.returncode == 1
        assert "2 problems" not in shown.stdout
        # the id is refused first; priors are found once every file reads
        assert "cases/alder.yaml:" in shown.stderr
        assert "'toll debate', expected one word" in shown.stderr
        assert "Traceback" not in shown.stderr
    case.write_text(case.read_text().replace("toll debate", "toll_debate"))
    shown = run("check", template)
    line = head.read_text().splitlines().index("hypotheses:") + 1
    assert f"set.yaml:{line}  hypotheses: priors sum to 1.1, expected 1" in shown.stderr


# --- new and check -------------------------------------------------------------------------


def test_the_template_reads_checks_and_answers(template):
    checked = run("check", template)
    assert (checked.returncode, "No advice." in checked.stdout) == (0, True)
    assert run("update", template).returncode == 0


def test_new_never_touches_what_is_there(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    shown = run("new", tmp_path)
    assert shown.returncode == 1
    assert "already contains files" in shown.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_thousands_of_the_same_are_told_by_some_and_all_if_asked(tmp_path):
    wide = {"A": {"low": 0.6, "best": 0.61, "high": 0.9}, "B": 0.2}
    folder = bt.write_evidence_set(bt.from_table({f"x{n}": wide for n in range(60)}), tmp_path / "set")
    some, every = run("check", folder), run("check", folder, "--all")
    assert "    and 10 more of this kind; --all shows them\n" in some.stdout
    assert (some.stdout.count("as wide on one side"), every.stdout.count("as wide on one side")) == (50, 60)
    assert "more of this kind" not in every.stdout


def test_check_prints_advice_as_json():
    shown = run("check", ARMS, "--json")
    advice = json.loads(shown.stdout)
    assert shown.returncode == 0
    assert {"code", "path", "message", "reason", "reference"} == set(advice[0])
    # the seed's oddity O-04: a memorandum of 1975 explains a decision of 1972
    assert any(each["code"] == "A01" and each["path"] == "items.TW-20.date" for each in advice)


def test_an_error_among_the_advice_exits_1(template):
    scenario = template / "scenarios" / "broken.yaml"
    scenario.write_text("label: Broken\ndrop:\n  - {item: guild_letter}\n")
    case = template / "cases" / "alder.yaml"
    case.write_text(
        case.read_text().replace("    found: absent\n", "    found: absent\n    given: [guild_letter]\n")
    )
    shown = run("check", template, width=200)
    assert shown.returncode == 1
    assert "E16" in shown.stdout
    assert "is coded given guild_letter, which is dropped" in shown.stdout


# --- update --------------------------------------------------------------------------------


def test_update_prints_what_is_asked_for_each_episode():
    shown = run("update", ARMS, width=140).stdout
    assert "given that one of these is true and given these priors and codings" in shown
    lines = shown.splitlines()
    row = next(
        n for n, line in enumerate(lines) if line.startswith("F-5E production in Taiwan approved, 1972")
    )
    # the close reading's run A: .98 for loyalty coercion, 18 dB over the next
    said = " ".join(" ".join(lines[row : row + 4]).split())
    assert "LC .98, .79 QPQ .76, .65 QPQ .02: as printed, A reversed" in said
    assert "all: LC .98, GC <.01, IO <.01, QPQ .02; lead 18.0 dB" in said
    assert "LC Loyalty coercion" in shown


def test_update_fits_a_narrow_terminal():
    shown = run("update", ARMS, width=40)
    assert shown.returncode == 0, shown.stderr
    assert max(len(line.rstrip()) for line in shown.stdout.splitlines()) <= 40


def test_update_goes_out_in_any_encoding(template):
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    shown = subprocess.run([COMMAND, "update", template], capture_output=True, env=environment, check=False)
    assert shown.returncode == 0, shown.stderr
    text = shown.stdout.decode("cp1252")
    assert re.search(r"-\d+\.\d", text)  # the true minus is not in that encoding
    assert "stays open" in text


def test_update_json_holds_the_published_answer():
    records = json.loads(run("update", ARMS, "--json").stdout)
    assert records["scenario"] == "base"
    assert records["coder"] == "reader_a"
    f5e = next(each for each in records["episodes"] if each["episode"] == "f5e_1972")
    assert round(f5e["probability"]["loyalty_coercion"], 2) == 0.98
    assert sum(f5e["probability"].values()) == pytest.approx(1)
    assert len(f5e["carried_by"]) == 3
    assert f5e["leader"] == "loyalty_coercion"
    assert f5e["lead_db"] == pytest.approx(18)


def test_scenarios_apply_in_order_and_are_named():
    arguments = (
        "--scenario",
        "source_criticised",
        "-s",
        "clustered",
        "-s",
        "with_external_records",
        "--json",
    )
    records = json.loads(run("update", ARMS, *arguments).stdout)
    assert records["scenario"] == "source_criticised+clustered+with_external_records"
    f5e = next(each for each in records["episodes"] if each["episode"] == "f5e_1972")
    assert round(f5e["probability"]["loyalty_coercion"], 2) == 0.19
    assert round(f5e["probability"]["quid_pro_quo"], 2) == 0.76


@pytest.mark.deep
def test_pools_and_means_run():
    for arguments in (["--pool", "log"], ["--pool", "linear"], ["--point", "mean"], ["--coder", "reader_b"]):
        records = json.loads(run("update", ARMS, "--json", *arguments).stdout)
        for each in records["episodes"]:
            assert sum(each["probability"].values()) == pytest.approx(1)


@pytest.mark.deep
def test_out_files_open_where_they_should(tmp_path):
    for name in ("result.json", "result.csv", "deep/result.nc"):
        assert run("update", ARMS, "--out", tmp_path / name).returncode == 0
    told = json.loads((tmp_path / "result.json").read_text())
    with (tmp_path / "result.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["episode"] for row in rows] == [each["episode"] for each in told["episodes"]]
    with xr.open_dataset(tmp_path / "deep" / "result.nc", engine="h5netcdf") as stored:
        p = stored["probability"].sel(episode="f5e_1972", hypothesis="loyalty_coercion").item()
        assert stored.attrs["scenario"] == "base"
    assert p == pytest.approx(float(next(r for r in rows if r["episode"] == "f5e_1972")["loyalty_coercion"]))


@pytest.mark.deep
def test_a_reader_that_stops_early_is_no_fault():
    shown = subprocess.run(
        f"{COMMAND} update {ARMS} | head -1", shell=True, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in shown.stderr


def test_impossible_evidence_names_the_items(template):
    case = template / "cases" / "alder.yaml"
    text = case.read_text().replace(
        "      trade: 0.6\n      army: 0.2\n      other: 0.3", "      trade: 0\n      army: 0\n      other: 0"
    )
    case.write_text(text.replace("  - id: toll_debate\n", "  - id: toll_debate\n    decisive: true\n"))
    shown = run("update", template)
    assert shown.returncode == 1
    assert (
        "first_reader rules out every hypothesis (trade by toll_debate; army by toll_debate; other by toll_debate)"
        in shown.stderr
    )


# --- report and schema ---------------------------------------------------------------------


def test_report_is_the_same_twice_and_spares_other_files(template, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("keep")
    first = run("report", template, "--out", out, "--no-figures")
    assert first.returncode == 0, first.stderr
    text = (out / "report.md").read_bytes()
    run("report", template, "--out", out, "--no-figures")
    assert (out / "report.md").read_bytes() == text
    assert (out / "mine.txt").read_text() == "keep"


def test_report_of_a_scenario_says_so(template, tmp_path):
    run("report", template, "--out", tmp_path / "out", "--scenario", "sceptic", "--no-figures")
    text = (tmp_path / "out" / "report.md").read_text()
    assert "A reader who doubts the merchants" in text.split("## Items")[0]
    assert "--scenario sceptic`" in text
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["scenario"] == "sceptic"


def test_letters_that_figures_cannot_draw_are_told_in_a_word(tmp_path):
    table = bt.from_table({"memo": {"\u5b57": 0.8, "B": 0.2}, "note": {"\u5b57": 0.3, "B": 0.6}})
    folder = bt.write_evidence_set(table, tmp_path / "set")
    done = run("report", folder, "--out", tmp_path / "out", "--figures")
    assert (done.returncode, done.stderr) == (
        0,
        "bayes-trace: the font of the figures lacks \u5b57, drawn as a box; install one that has it, and name it as"
        " font.family in a matplotlibrc file\n",
    )


def test_schema_is_json_and_goes_to_a_file(tmp_path):
    shown = json.loads(run("schema").stdout)
    assert shown["$schema"].endswith("2020-12/schema")
    assert run("schema", "--out", tmp_path / "s.json").returncode == 0
    assert json.loads((tmp_path / "s.json").read_text()) == shown


# --- start ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import bayes_trace",
        f"import sys; sys.argv = ['bayes-trace', 'update', {str(ARMS)!r}]; "
        "from bayes_trace.cli import app; app(standalone_mode=False)",
    ],
)
def test_start_loads_neither_sampler_nor_figures(code):
    heavy = "{'pymc', 'pytensor', 'numba', 'matplotlib', 'arviz', 'nutpie'}"
    probe = f"{code}\nimport sys as s; print('loaded:', sorted({heavy} & set(s.modules)))"
    shown = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "loaded: []"


def test_python_m_is_the_same_command():
    shown = subprocess.run(
        [sys.executable, "-m", "bayes_trace", "--version"], capture_output=True, text=True, check=True
    )
    assert shown.stdout == run("--version").stdout


def test_the_command_never_writes_into_the_set(template, tmp_path):
    before = {path: path.read_bytes() for path in template.rglob("*") if path.is_file()}
    for command in (["check"], ["update"], ["report", "--out", tmp_path / "out"]):
        assert run(command[0], template, *command[1:]).returncode == 0
    assert {path: path.read_bytes() for path in template.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["update", "--pool", "x"], "'--pool': 'x' is not one of 'log', 'linear', 'coherent'."),
        (["sample", "--draws", "0"], "'--draws': expected at least 1"),
        (["sample", "--draws", "many"], "'--draws': expected a whole number"),
        (["plan", "--budget", "much"], "'--budget': expected a number"),
        (["update", "--coder", ""], "'--coder': a blank, expected a name"),
        (["update", "--scenario", " "], "--scenario: a blank, expected a name"),
    ],
)
def test_faults_of_usage_are_in_words(asked, said, tmp_path):
    name, *rest = asked
    done = run(name, bt.write_template(tmp_path / "set"), *rest)
    told = " ".join(done.stderr.replace("│", " ").split())
    assert done.returncode == 2
    assert told.endswith(said), told


def test_a_name_longer_than_any_file_is_no_scenario(tmp_path):
    done = run("update", bt.write_template(tmp_path / "set"), "--scenario", "a" * 5000)
    assert done.returncode == 2
    assert "there are: letter_doubted, sceptic" in " ".join(done.stderr.split())
