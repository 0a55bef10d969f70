"""Inputs from strangers: each is understood, or refused with what is wrong, where, and what to do."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

import bayes_trace as bt
from bayes_trace.cli import app
from bayes_trace.errors import BayesTraceError

HOME = Path(__file__).parent / "bad_inputs"
CASES = [case for path in sorted(HOME.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]
ENDING = {"import": "a.csv", "import-sources": "a.json", "map": "a.csv"}


def spoiled(case, folder):
    """The template with one file changed."""
    (kind,) = {"swap", "write", "bytes", "repeat"} & case.keys()
    name, *what = case[kind]
    path = folder / name
    if kind == "swap":
        text = path.read_text("utf-8")
        assert text.count(what[0]) >= 1, what[0]
        path.write_text(text.replace(*what, 1), "utf-8")
    else:
        path.write_bytes(content(kind, what))


def content(kind, what):
    """Bytes of a file as an entry gives them."""
    if kind == "bytes":
        return bytes.fromhex(what[0])
    if kind == "packed":
        return zlib.decompress(base64.b64decode(what[0]))
    if kind == "repeat":
        *lead, text, times = what
        return ("".join(lead) + text * times).encode()
    return what[0].encode()


def workbook(sheets, path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)


def arguments(case, home):
    """The command, with its input made."""
    folder = home / "set"
    bt.write_template(folder)
    if case["in"] in ("check", "update"):
        spoiled(case, folder)
        return (
            ["check", str(folder)] if case["in"] == "check" else ["update", str(folder), "--scenario", "more"]
        )
    path = home / case.get("file", "a.xlsx" if {"rows", "sheets"} & case.keys() else ENDING[case["in"]])
    if {"rows", "sheets"} & case.keys():
        workbook(case.get("sheets") or {"Sheet": case["rows"]}, path)
    else:
        (kind,) = {"write", "bytes", "packed", "repeat"} & case.keys()
        path.write_bytes(content(kind, case[kind] if kind == "repeat" else [case[kind]]))
    into = ["--into", str(folder)] if case["in"] == "import-sources" else ["--out", str(home / "out")]
    if case["in"] == "map":
        return ["map", "update", str(path), *into, "--hypothesis", "A", "--hypothesis", "B"]
    return [case["in"], str(path), *into]


def test_entries_are_told_apart():
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names)
    assert all(("says" in case) != ("reads" in case) for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_input_is_understood_or_refused_in_words(case, tmp_path):
    done = CliRunner().invoke(app, arguments(case, tmp_path))
    if "reads" in case:
        assert done.exit_code == 0, done.exception
        assert case["reads"] in done.output
    else:
        refused = isinstance(done.exception, BayesTraceError) or done.exit_code in (1, 2)
        assert refused, (done.exception, done.output)
        said = " ".join(f"{done.exception} {done.output}".split())
        assert " ".join(case["says"].split()) in said, said


@pytest.mark.parametrize("case", CASES[::10], ids=lambda case: case["name"])
def test_a_command_ends_without_a_traceback(case, tmp_path):
    command = [sys.executable, "-m", "bayes_trace", *arguments(case, tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if "reads" in case else 1), done.stderr


# --- what is no plain file ------------------------------------------------------------------


@pytest.fixture
def template(tmp_path):
    return bt.write_template(tmp_path / "set")


@pytest.mark.parametrize("name", ["cases/more.yaml", "codings/second_reader.csv", "sources.yaml"])
@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among files")
def test_a_pipe_is_not_waited_for(name, template):
    (template / name).unlink(missing_ok=True)
    os.mkfifo(template / name)
    with pytest.raises(
        bt.EvidenceSetError, match=f"{name}  cannot be read: a pipe or a device, expected a file"
    ):
        bt.read_evidence_set(template)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among files")
def test_a_pipe_for_a_scenario_stops_only_what_applies_it(template):
    os.mkfifo(template / "scenarios" / "more.yaml")
    (fault,) = bt.read_evidence_set(template).scenarios["more"].faults
    assert "cannot be read: a pipe or a device, expected a file" in str(fault)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among files")
def test_a_device_is_not_read(template):
    (template / "sources.yaml").unlink()
    (template / "sources.yaml").symlink_to("/dev/zero")
    with pytest.raises(bt.EvidenceSetError, match=r"sources\.yaml  cannot be read: a pipe or a device"):
        bt.read_evidence_set(template)


def test_a_link_that_leads_nowhere_is_named(template):
    (template / "cases" / "birch.yaml").symlink_to(template / "nowhere")
    for progress in (None, lambda *_: None):
        with pytest.raises(bt.EvidenceSetError, match=r"cases/birch\.yaml  cannot be read: No such file"):
            bt.read_evidence_set(template, progress=progress)
    done = CliRunner().invoke(app, ["check", str(template)])
    assert isinstance(done.exception, bt.EvidenceSetError)


def test_a_file_of_any_size_is_not_read(template):
    with (template / "sources.yaml").open("r+b") as file:
        file.truncate(3_000_000_000)
    with pytest.raises(
        bt.EvidenceSetError, match="3000000000 bytes, expected at most 20000000; split the file"
    ):
        bt.read_evidence_set(template)


def test_a_folder_that_may_not_be_read_is_named(template, monkeypatch):
    """Stood in for: who tests as root may read everything."""
    listed = Path.iterdir

    def refuse(path):
        if path.name == "cases":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(bt.EvidenceSetError, match="cases  cannot be read: Permission denied"):
        bt.read_evidence_set(template)


def test_a_file_in_the_place_of_a_folder(template):
    shutil.rmtree(template / "scenarios")
    (template / "scenarios").write_text("x")
    with pytest.raises(bt.EvidenceSetError, match="scenarios  cannot be read: Not a directory"):
        bt.read_evidence_set(template)
