"""``bayes-trace sensitivity``, run as people run it: in a process of its own."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

ARMS = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"
COMMAND = Path(sys.executable).with_name("bayes-trace")


def run(*arguments, width=100):
    environment = {**os.environ, "COLUMNS": str(width), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [COMMAND, "sensitivity", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_the_command_explains_itself():
    shown = run("--help")
    assert shown.returncode == 0
    assert "Show how much each answer withstands" in shown.stdout


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_table_fits_and_hides_nothing(width):
    shown = run(ARMS, width=width)
    assert shown.returncode == 0, shown.stderr
    assert max(len(line.rstrip()) for line in shown.stdout.splitlines()) <= width
    assert "…" not in shown.stdout
    # as many words as episodes
    words = sum(shown.stdout.count(word) for word in ("robust", "moderate", "fragile"))
    assert words >= 19
    assert "As robust as the weakest" in " ".join(shown.stdout.split())


def test_json_and_files_say_the_same(tmp_path):
    shown = run(ARMS, "-e", "f5e_1972", "--json", "--out", tmp_path / "deep")
    assert shown.returncode == 0, shown.stderr
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


def test_scenario_and_coder_are_named():
    shown = json.loads(
        run(ARMS, "-e", "f5e_1972", "-s", "source_criticised", "--coder", "reader_b", "--json").stdout
    )
    assert (shown["scenario"], shown["coder"]) == ("source_criticised", "reader_b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-e", "nowhere"), "no episode named 'nowhere'; there are: "),
        (("--coder", "nobody"), "no coder named 'nobody'; there are: reader_a"),
        (("-s", "never"), "no scenario named 'never'"),
    ],
)
def test_wrong_calls_are_one_line(arguments, said):
    shown = run(ARMS, *arguments)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr


def test_the_command_loads_neither_sampler_nor_figures():
    code = (
        f"import sys; sys.argv = ['bayes-trace', 'sensitivity', {str(ARMS)!r}, '-e', 'f5e_1972']\n"
        "from bayes_trace.cli import app\napp(standalone_mode=False)\n"
        "print('loaded:', sorted({'pymc', 'matplotlib', 'arviz', 'pytensor'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "loaded: []"


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
