"""Work that is ended in the middle: nothing is lost, nothing half written stands, and the next run goes through."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
import xarray as xr

import bayes_trace as bt
from tests.search import many

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs are forks")

#: how often every command is killed in `make test-deep`, and in `make test`
KILLS, FEW = 25, 3


@pytest.fixture(scope="module")
def forks():
    """Runs a command, to its end or until it is killed; gives its exit code and the seconds that it took."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.killed"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def run(*arguments, seconds=None):
            process.stdin.write(json.dumps([[*map(str, arguments)], seconds]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


def files(home):
    """All files under a folder, but for what changes from day to day."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def changed(folder):
    """The set with one likelihood moved."""
    case = folder / "cases" / "alder.yaml"
    case.write_text(case.read_text().replace("trade: 0.6\n", "trade: 0.65\n"))


COMMANDS = {
    "report": lambda folder, out: ["report", folder, "--out", out, "--format", "md,html", "--no-figures"],
    "update": lambda folder, out: ["update", folder, "--out", out / "a.nc", "--overwrite"],
    "sensitivity": lambda folder, out: ["sensitivity", folder, "--out", out, "--overwrite"],
    "export": lambda folder, out: ["export", folder, "--out", out / "a.csv", "--overwrite"],
    "explore": lambda folder, out: ["explore", folder, "--out", out / "page.html", "--overwrite"],
    "table": lambda folder, out: [
        "table",
        folder,
        "episodes",
        "--format",
        "tex",
        "--out",
        out / "t.tex",
        "--overwrite",
    ],
}


#: those that are quick
QUICK = ("update", "export")


@pytest.mark.parametrize(
    "command", [pytest.param(each, marks=[] if each in QUICK else pytest.mark.deep) for each in COMMANDS]
)
def test_whoever_is_killed_leaves_whole_files_and_hinders_nobody(command, forks, tmp_path):
    folder, out = bt.write_template(tmp_path / "set"), tmp_path / "out"
    arguments = COMMANDS[command](folder, out)
    assert forks(*arguments)[0] == 0
    old = files(out)
    changed(folder)
    assert forks(*COMMANDS[command](folder, tmp_path / "new"))[0] == 0
    new = files(tmp_path / "new")
    moments = random.Random(command)
    _, longest = forks(*COMMANDS[command](folder, tmp_path / "timed"))
    for _ in range(many(KILLS, quick=FEW)):
        forks(*arguments, seconds=moments.uniform(0, 1.1 * longest))
        there = {
            name: text for name, text in files(out).items() if ".part" not in name and ".bak" not in name
        }
        assert there.keys() <= {*old, *new}
        assert [name for name, text in there.items() if text not in (old.get(name), new.get(name))] == []
    assert forks(*arguments)[0] == 0
    assert {name: text for name, text in files(out).items() if ".bak" not in name} == new


@pytest.mark.deep
def test_a_first_run_that_is_killed_is_followed_by_one_that_is_not_refused(forks, tmp_path):
    """Its files are known for its own, although it never wrote down what it had done."""
    folder, moments = bt.write_template(tmp_path / "set"), random.Random(1)
    _, longest = forks(*COMMANDS["report"](folder, tmp_path / "timed"))
    for number in range(many(KILLS, quick=FEW)):
        out = tmp_path / str(number)
        forks(*COMMANDS["report"](folder, out), seconds=moments.uniform(0.5, 1) * longest)
        assert forks(*COMMANDS["report"](folder, out))[0] == 0
        assert forks("verify", out)[0] == 0
        assert files(out) == files(tmp_path / "timed")


def probabilities(path):
    with xr.open_datatree(path) as tree:
        return tree["posterior"]["probability"].load()


@pytest.mark.deep
def test_draws_that_are_there_can_be_read(forks, tmp_path):
    """Their file notes when it was made, so that it is not compared byte by byte."""
    folder, moments = bt.write_template(tmp_path / "set"), random.Random(3)
    arguments = ["sample", folder, "--draws", "50", "--seed", "1", "--overwrite", "--out"]
    assert forks(*arguments, tmp_path / "a.nc")[0] == 0
    _, longest = forks(*arguments, tmp_path / "timed.nc")
    expected = probabilities(tmp_path / "timed.nc")
    for _ in range(many(KILLS, quick=FEW)):
        forks(*arguments, tmp_path / "a.nc", seconds=moments.uniform(0.5, 1.1) * longest)
        assert probabilities(tmp_path / "a.nc").equals(expected)
    assert forks(*arguments, tmp_path / "a.nc")[0] == 0


def test_a_new_set_is_there_whole_or_not_at_all(forks, tmp_path):
    whole = files(bt.write_template(tmp_path / "set"))
    _, longest = forks("new", tmp_path / "timed")
    moments = random.Random(2)
    for number in range(2 * many(KILLS, quick=FEW)):
        forks("new", tmp_path / str(number), seconds=moments.uniform(0, longest))
        assert files(tmp_path / str(number)) in ({}, whole)
    for number in range(2 * many(KILLS, quick=FEW)):
        forks("new", tmp_path / str(number))
        assert files(tmp_path / str(number)) == whole
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


@pytest.mark.deep
def test_two_processes_write_one_report(forks, tmp_path):
    """Side by side, in the same folder: what stands there in the end is whole, and is verified."""
    folder, out = bt.write_template(tmp_path / "set"), tmp_path / "out"
    command = [sys.executable, "-m", "bayes_trace", *map(str, COMMANDS["report"](folder, out))]
    two = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [each.communicate(timeout=600)[1] for each in two]
    assert [each.returncode for each in two] == [0, 0], said
    assert forks("verify", out)[0] == 0
