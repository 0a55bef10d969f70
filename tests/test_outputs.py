"""Outputs are whole or not there, nothing of others is written over, and an interrupt ends in a word."""

from __future__ import annotations

import functools
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bayes_trace as bt
from bayes_trace.files import keeping
from tests.command import call

MINE = ("update", "schema", "table", "report", "sensitivity", "export")


@pytest.fixture
def folder(tmp_path):
    return bt.write_template(tmp_path / "set")


def files(folder):
    return {each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def writing(command, folder, out):
    """A command that writes to a place."""
    return {
        "update": ["update", folder, "--out", out / "a.csv"],
        "update nc": ["update", folder, "--out", out / "a.nc"],
        "schema": ["schema", "--out", out / "a.csv"],
        "table": ["table", folder, "episodes", "--format", "csv", "--out", out / "a.csv"],
        "report": ["report", folder, "--out", out],
        "sensitivity": ["sensitivity", folder, "--out", out],
        "export": ["export", folder, "--out", out / "a.csv"],
    }[command]


# --- nothing of others is written over ------------------------------------------------------------


@pytest.mark.parametrize("command", MINE)
def test_no_result_goes_into_an_evidence_set(command, folder):
    before = files(folder)
    done = call(*writing(command, folder, folder / "codings"))
    assert done.returncode == 2
    assert re.search(r"lies in the evidence set set, where no result goes; choose another place", done.stderr)
    assert files(folder) == before


def test_a_coder_s_file_is_not_written_over(folder):
    before = files(folder)
    done = call("update", folder, "--out", folder / "codings" / "second_reader.csv", "--overwrite")
    assert done.returncode == 2
    assert files(folder) == before


@pytest.mark.parametrize("command", ["update", "schema", "table", "export"])
def test_a_file_that_is_there_is_replaced_only_when_asked(command, folder, tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    done = call(*writing(command, folder, tmp_path))
    assert done.returncode in (1, 2)
    assert "a.csv" in done.stderr
    assert re.search("already exists", " ".join(done.stderr.split()))
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert call(*writing(command, folder, tmp_path), "--overwrite").returncode == 0
    assert (tmp_path / "a.csv").read_text() != "mine"


def test_a_report_replaces_its_own_files_and_no_others(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.md").write_text("mine")
    done = call("report", folder, "--out", out)
    assert done.returncode == 2
    assert (
        "report.md already exists and belongs to no earlier report; choose another folder, or pass --overwrite"
        in done.stderr
    )
    assert (out / "report.md").read_text() == "mine"
    assert call("report", folder, "--out", out, "--overwrite").returncode == 0
    assert call("report", folder, "--out", out).returncode == 0


def test_what_is_out_of_date_is_set_aside(tmp_path):
    out = tmp_path / "out"
    one, two = (bt.from_table({"memo": {"A": 0.8, "B": b}}) for b in (0.2, 0.4))
    bt.report.write_report(one, out, formats=["tex"], figures=False)
    bt.report.write_report(one, out)  # of the same inputs: it still holds
    assert (out / "report.tex").exists()
    bt.report.write_report(two, out)
    assert not (out / "report.tex").exists()
    assert (out / "report.earlier.tex").exists()
    assert json.loads((out / "manifest.json").read_text())["earlier"] == ["report.earlier.tex"]


# --- whole or not at all --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [["update", "--out", "a.txt/b.csv"], ["report", "--out", "a.txt"]], ids=str
)
def test_a_file_where_a_folder_is_needed_is_named(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("mine")
    name, *rest = command
    done = call(name, bt.write_template(tmp_path / "set"), *rest)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "bayes-trace: a.txt: a file stands there, expected a folder",
    )
    assert (tmp_path / "a.txt").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="names are limited with their folders there")
def test_an_error_of_the_disk_is_one_of_ours_and_of_the_system(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    with pytest.raises(bt.FileError, match="File name too long") as caught:
        bt.write_spreadsheet(es, tmp_path / f"{'a' * 250}.csv")  # while it is unfinished, its name is longer
    assert isinstance(caught.value, OSError)
    assert pickle.loads(pickle.dumps(caught.value)).filename == caught.value.filename


@pytest.mark.parametrize("path", ["a" * 5000, "a\0b", "x/" * 3000])
def test_what_is_no_name_of_a_file_is_refused_by_name(path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    writers = (bt.write_evidence_set, bt.write_spreadsheet, bt.write_evidence_table, bt.report.write_report)
    for act in (bt.read_evidence_set, *(functools.partial(each, es) for each in writers)):
        with pytest.raises(bt.WrongArgumentError, match="expected the name of a file or folder, "):
            act(path)


def test_what_fails_half_way_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def half():
        with keeping.whole(path) as file:
            file.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"a\.txt") as caught:
        half()
    assert (caught.value.filename, caught.value.strerror) == (path.as_posix(), "No space left on device")
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, at_work = (tmp_path / f".a.{number}.part.txt" for number in (gone.pid, os.getppid()))
    for each in (left, at_work, tmp_path / ".a.b.part.txt"):
        each.write_text("half")
    keeping.write_text(tmp_path / "a.txt", "whole")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        [".a.b.part.txt", at_work.name, "a.txt"]
    )


def _limited(most):
    """No file of this process may pass so many bytes: a full disk for those who are not root."""
    import resource  # Windows has none

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _all_kinds(folder, out):
    """Every command that writes, with how large a file may become before the disk is full."""
    return {
        "update nc": (100, ["update", folder, "--out", out / "a.nc"]),
        "export": (100, ["export", folder, "--out", out / "a.csv"]),
        "export xlsx": (100, ["export", folder, "--out", out / "a.xlsx"]),
        "new": (100, ["new", out / "set"]),
        "report": (20_000, ["report", folder, "--out", out, "--format", "html", "--no-figures"]),
        "report of figures": (20_000, ["report", folder, "--out", out, "--format", "html"]),
        "table docx": (3_000, ["table", folder, "episodes", "--format", "docx", "--out", out / "a.docx"]),
        "table xlsx": (100, ["table", folder, "episodes", "--format", "xlsx", "--out", out / "a.xlsx"]),
        "sensitivity": (100, ["sensitivity", folder, "--out", out]),
        "sample": (100, ["sample", folder, "--out", out / "a.nc", "--sampler", "direct", "--seed", "1"]),
        "explore": (100, ["explore", folder, "--out", out / "a.html"]),
    }


QUICK = ("update nc", "new")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(each, marks=[] if each in QUICK else pytest.mark.deep)
        for each in _all_kinds(Path("set"), Path("out"))
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="no limit of the size of files")
def test_a_full_disk_is_named_with_the_file(command, folder, tmp_path):
    out = tmp_path / "out"
    most, arguments = _all_kinds(folder, out)[command]
    done = subprocess.run(
        [sys.executable, "-B", "-m", "bayes_trace", *map(str, arguments)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: _limited(most),
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    found = re.search(r"bayes-trace: (\S*/out/\S+): .*File too large", done.stderr)
    assert found, done.stderr
    assert not Path(found[1]).exists()
    assert [each for each in out.rglob("*") if ".part" in each.name] == []


def test_a_folder_that_may_not_be_written_is_named(folder, tmp_path, monkeypatch):
    """Stood in for: who tests as root may write everywhere."""

    def refuse(path, *_args, **_more):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    done = call("update", folder, "--out", tmp_path / "locked" / "a.csv")
    assert (done.returncode, done.stderr.split(": ", 1)[1].rstrip()) == (
        1,
        f"{(tmp_path / 'locked').as_posix()}: Permission denied",
    )


_WRITER = """
import sys, pathlib
from bayes_trace.files.keeping import write_text
text = sys.argv[2] * 3_000_000
print("ready", flush=True)
while True:
    write_text(pathlib.Path(sys.argv[1]), text)
"""


def _writer(path, sign):
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), sign], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    return process


def test_whoever_is_killed_and_whoever_writes_beside_leaves_a_whole_file(tmp_path):
    """Two processes write the same file without end, and are killed in the middle of it."""
    path = tmp_path / "a.txt"
    for moment in (0.001, 0.004, 0.011, 0.023):
        two = [_writer(path, sign) for sign in "ab"]
        time.sleep(moment)
        for each in two:
            each.kill()
            each.wait()
            each.stdout.close()
        if path.exists():
            assert path.read_text() in ("a" * 3_000_000, "b" * 3_000_000)
    keeping.write_text(path, "whole")
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


# --- interrupts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", [0.1, 0.6, 1.5])
@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt is sent otherwise")
def test_an_interrupt_ends_in_a_word(moment, folder, tmp_path):
    """From the first import on: the moments fall before, while and after the package is loaded."""
    command = [
        sys.executable,
        "-m",
        "bayes_trace",
        "sensitivity",
        str(folder),
        "--out",
        str(tmp_path / "out"),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=600)[1]
    if process.returncode == 0:
        return  # it was done before
    if process.returncode == -signal.SIGINT or ("bayes_trace" not in said and "Traceback" in said):
        return  # Python itself was not up yet
    assert (process.returncode, said.strip()) == (130, "bayes-trace: stopped")


# --- verify -------------------------------------------------------------------------------------------


def test_a_report_is_verified_and_its_first_difference_shown(folder, tmp_path):
    out = tmp_path / "out"
    assert call("report", folder, "--out", out).returncode == 0
    done = call("verify", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"Equal: 1 files?, \d+ parts of the set, \d+ probabilities\.", done.stdout)
    case = folder / "cases" / "alder.yaml"
    text = case.read_text()
    number = re.search(r"best: (0\.\d+)", text)
    case.write_text(text.replace(number[0], "best: 0.42", 1) if number else text)
    changed = call("verify", out)
    assert changed.returncode == 1
    assert changed.stdout.startswith("the set has changed: event carts_refused")


def test_a_report_is_verified_by_each_of_its_files(folder, tmp_path):
    out = tmp_path / "out"
    call("report", folder, "--out", out, "--format", "md,html,tex,docx", "--no-figures")
    for kind in ("md", "html", "tex", "docx"):
        assert call("verify", out / f"report.{kind}")[:2] == call("verify", out / "manifest.json")[:2]
        whole = (out / f"report.{kind}").read_bytes()
        (out / f"report.{kind}").write_bytes(whole + b" ")
        done = call("verify", out / f"report.{kind}")
        assert done[:2] == (1, f"report.{kind}: the file was changed after it was written\n")
        (out / f"report.{kind}").write_bytes(whole)
    assert call("verify", out)[:2][0] == 0


def test_a_file_beside_a_report_is_none_of_it(folder, tmp_path):
    out = tmp_path / "out"
    call("report", folder, "--out", out)
    (out / "mine.docx").write_text("x")
    done = call("verify", out / "mine.docx")
    assert done.returncode == 2
    assert "mine.docx: no file of the report beside it, which has report.md" in " ".join(done.stderr.split())
    done = call("verify", folder / "set.yaml")
    assert done.returncode == 2
    assert "no manifest.json; give the folder that `bayes-trace report` wrote" in " ".join(
        done.stderr.split()
    )


def test_a_report_whose_run_was_ended_says_so(folder, tmp_path):
    out = tmp_path / "out"
    call("report", folder, "--out", out)
    facts = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps({**facts, "unfinished": True}))
    done = call("verify", out)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "the run that was to write the report did not come to its end; write it anew"
    )
    assert call("report", folder, "--out", out).returncode == 0
    assert call("verify", out).returncode == 0


def test_a_report_that_was_edited_is_found_out(folder, tmp_path):
    out = tmp_path / "out"
    call("report", folder, "--out", out)
    (out / "report.md").write_text("All is proved.")
    done = call("verify", out, folder, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "equal": False,
        "differences": ["report.md: the file was changed after it was written"],
    }


def test_a_number_in_the_manifest_that_was_edited_is_found_out(folder, tmp_path):
    out = tmp_path / "out"
    call("report", folder, "--out", out)
    facts = json.loads((out / "manifest.json").read_text())
    episode = next(iter(facts["results"]))
    reader = next(iter(facts["results"][episode]["base"]))
    facts["results"][episode]["base"][reader]["trade"] = 0.999
    (out / "manifest.json").write_text(json.dumps(facts))
    done = call("verify", out)
    assert done.returncode == 1
    assert re.match(rf"{episode}, base, {reader}, trade: now 0\.\d+, in the report 0\.999", done.stdout)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no manifest.json; give the folder that `bayes-trace report` wrote"),
        ("{", "manifest.json: not the manifest of a report; write the report anew"),
        ("[" * 100_000, "manifest.json: not the manifest of a report"),
        ('{"bayes_trace": "1", "coder": "x"}', "the set is not where it was (not noted); give its folder"),
    ],
)
def test_what_is_no_report_is_named(text, said, tmp_path):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    done = call("verify", tmp_path)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
