"""``bayes-trace sensitivity``: its table, its files, and what it refuses."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr
from typer.testing import CliRunner

import bayes_trace as bt
from bayes_trace.cli import app
from bayes_trace.errors import UnknownNameError
from bayes_trace.summary.verdicts import gather_answers, verdict
from tests.arms import arms_answers, arms_set

ARMS = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"


def run(*arguments, width=100):
    shown = CliRunner().invoke(app, ["sensitivity", *map(str, arguments)], env={"COLUMNS": str(width)})
    if shown.exception and not isinstance(shown.exception, SystemExit):
        raise shown.exception
    return shown


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return bt.write_template(tmp_path_factory.mktemp("sensitivity") / "set")


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_the_table_fits_and_hides_nothing(template, width):
    shown = run(template, width=width)
    assert shown.exit_code == 0, shown.output
    assert max(len(line.rstrip()) for line in shown.stdout.splitlines()) <= width
    assert "…" not in shown.stdout
    text = " ".join(shown.stdout.split())
    assert "Weakest: the measures by which the lead is lost first." in text
    assert "Verdicts: " in text
    # names and every number, whether side by side or one below the other
    assert {"The", "council", "votes", "for", "the", "bridge"} <= set(text.replace(":", "").split())
    assert "Coder" in text.split("Lead: ")[0]


@pytest.mark.deep
def test_every_episode_has_its_row_and_the_verdict_of_update():
    shown = run(ARMS, width=200).stdout
    answers = arms_answers()
    coded = set(bt.compile_evidence(arms_set())["episode"].values)
    for subject in answers.subjects:
        # what is coded under other assumptions alone is not asked about as the set stands
        assert (f"{subject.label}: " in shown) == (subject.id in coded or bool(subject.sum_of))
        assert subject.id not in coded or verdict(answers, subject.id).word in shown
    assert not re.search(r"^ *(robust|moderate|fragile)\b", shown, re.MULTILINE)


def test_the_word_is_the_verdict_that_update_gives(template):
    (record,) = json.loads(run(template, "--json").stdout)["episodes"]
    answers = gather_answers(bt.read_evidence_set(template))
    assert record["word"] == verdict(answers, record["episode"]).word


@pytest.mark.deep
def test_json_and_files_say_the_same(tmp_path):
    shown = run(ARMS, "-e", "f5e_1972", "--json", "--out", tmp_path / "deep")
    assert shown.exit_code == 0, shown.output
    (record,) = json.loads(shown.stdout)["episodes"]
    assert record["leader"] == "loyalty_coercion"
    assert record["lead"] == pytest.approx(18)
    assert record["fewest_items"] is None
    with (tmp_path / "deep" / "robustness.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["word"] == record["word"]
    assert float(row["prior_needed"]) == pytest.approx(record["prior_needed"])
    with xr.open_datatree(tmp_path / "deep" / "sensitivity.nc", engine="h5netcdf") as stored:
        assert float(stored["robustness"]["search_bias"][0]) == record["search_bias"]


def test_scenario_and_coder_are_named(template):
    shown = json.loads(run(template, "-s", "sceptic", "--coder", "second_reader", "--json").stdout)
    assert (shown["scenario"], shown["coder"]) == ("sceptic", "second_reader")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-e", "nowhere"), "no episode named 'nowhere'; there are: "),
        (("--coder", "nobody"), "no coder named 'nobody'; there are: first_reader"),
        (("-s", "never"), "no scenario named 'never'"),
    ],
)
def test_wrong_calls_name_what_there_is(template, arguments, said):
    with pytest.raises(UnknownNameError, match=said):
        run(template, *arguments)


@pytest.mark.deep
def test_the_command_loads_neither_sampler_nor_figures():
    code = (
        f"import sys; sys.argv = ['bayes-trace', 'sensitivity', {str(ARMS)!r}, '-e', 'f5e_1972']\n"
        "from bayes_trace.cli import app\napp(standalone_mode=False)\n"
        "print('loaded:', sorted({'pymc', 'matplotlib', 'arviz', 'pytensor'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "loaded: []"


@pytest.mark.deep
def test_the_analysis_dwells_on_the_decision_of_1972():
    script = Path(__file__).parents[1] / "analyses" / "sensitivity.py"
    shown = subprocess.run(
        [sys.executable, "-W", "error", script], capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    rows = [line for line in shown.stdout.splitlines() if line.startswith("f5e_1972 ")]
    assert rows[0].split()[1:7] == ["yes", "yes", "yes", "yes", "no", "yes"]
    # the close reading's runs A, C and D, to two decimals
    steps = [line for line in shown.stdout.splitlines() if "reader_a 0." in line]
    assert [line.split("reader_a ")[1][:9] for line in steps] == [
        "0.98 0.02",
        "0.93 0.06",
        "0.84 0.10",
        "0.19 0.76",
    ]
    assert len(script.read_text().splitlines()) <= 90
