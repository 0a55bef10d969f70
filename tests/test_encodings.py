"""Any encoding on the way out and in: what an encoding lacks is replaced, what is not UTF-8 is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import bayes_trace as bt
from tests.command import call

#: letters that ASCII lacks, that Western Europe lacks, and that few terminals have
LABEL = "Ζωή’s — 漢字 ≈ −3 Ĳ\N{GRINNING FACE}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = bt.write_template(tmp_path_factory.mktemp("Zoë") / "Ζωή")
    for name in ("set.yaml", "cases/alder.yaml", "sources.yaml"):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(
            text.replace("Trade", LABEL).replace("the bridge", f"the bridge {LABEL}"), "utf-8"
        )
    return folder


COMMANDS = {
    "check": ["check"],
    "update": ["update"],
    "update as JSON": ["update", "--json"],
    "explain": ["explain", "vote_1908"],
    "compare": ["compare"],
    "sensitivity": ["sensitivity"],
    "table": ["table", "ledger:vote_1908"],
    "table for TeX": ["table", "episodes", "--format", "tex"],
    "cite": ["cite", "letter1907", "gazette1908"],
    "lock": ["lock", "--json"],
    "no episode": ["explain", LABEL],
    "no scenario": ["update", "--scenario", LABEL],
    "no option": ["update", f"--{LABEL}"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_speaks_any_encoding(command, folder):
    name, *more = COMMANDS[command]
    for encoding in ("ascii", "cp1252") if command in ("update", "no scenario") else ("ascii",):
        done = call(name, folder, *more, encoding=encoding)
        assert done.returncode == (2 if command.startswith("no ") else 0), done.stderr
        assert (done.stdout or done.stderr).strip()


@pytest.mark.parametrize(
    "name", ["check", "update", "report", "explore", "import-sources", "schema", "sample"]
)
def test_help_speaks_any_encoding(name):
    done = call(name, "--help", encoding="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage:" in done.stdout


def test_a_machine_without_a_language(folder):
    """LANG=C, and Python told not to make the best of it."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    environment |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    command = [sys.executable, "-m", "bayes_trace", "check", str(folder)]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert re.search(rb"No errors found", done.stdout)


@pytest.mark.parametrize(
    "command",
    [
        ["schema"],
        *(
            pytest.param(each, marks=pytest.mark.deep)
            for each in (
                ["sensitivity"],
                ["explain", "vote_1908"],
                ["table", "ledger:vote_1908"],
                ["check", "--json"],
            )
        ),
    ],
    ids=" ".join,
)
def test_a_reader_that_has_seen_enough_is_no_fault(command, folder):
    name, *more = command
    arguments = [name, *([] if name == "schema" else [str(folder)]), *more]
    with subprocess.Popen(
        [sys.executable, "-m", "bayes_trace", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.read(1)
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


@pytest.mark.parametrize(
    ("streams", "code", "said"),
    [("2>&-", 0, ""), ("<&- >&- 2>&-", 0, ""), (">/dev/full", 1, "standard output: No space left on device")],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")  # noqa: PTH110
def test_streams_that_are_closed_or_full(streams, code, said, folder):
    command = ["sh", "-c", f'"$@" {streams}', "_", sys.executable, "-m", "bayes_trace", "check", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, said and f"bayes-trace: {said}\n")


TABLE = "item,hypothesis,best,paraphrase\nm,A,0.8,Zoë\nm,B,0.2,\n"
REFERENCES = '[{"id": "a", "type": "book", "title": "Zoë"}]'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.bib", "sources.yaml", "codings/second_reader.csv"])
def test_a_text_is_read_or_its_encoding_named(name, encoding, tmp_path):
    template = bt.write_template(tmp_path / "set")
    path = (template if "/" in name or name == "sources.yaml" else tmp_path) / name
    texts = {"a.csv": TABLE, "a.json": REFERENCES, "a.bib": "@book{a, title={Zoë}}\n"}
    path.write_bytes(
        texts.get(name, "# Zoë\n" + path.read_text("utf-8") if path.exists() else "").encode(encoding)
    )
    command = {
        "a.csv": ["import", path, "--out", tmp_path / "out"],
        "a.json": ["import-sources", path, "--into", template],
        "a.bib": ["import-sources", path, "--into", template],
    }
    done = call(*command.get(name, ["check", template]))
    if encoding.startswith("utf-8"):
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 1
    said = (
        "UTF-16 text"
        if encoding == "utf-16"
        else r"not UTF-8 text|not YAML|special characters|UTF-(16|32) text"
    )
    assert re.search(said, " ".join(done.stderr.split())), done.stderr
