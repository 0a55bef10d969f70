"""A PDF from LaTeX or from a page, by a program that opens no file elsewhere, starts no other and comes to an end."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from bayes_trace.errors import BayesTraceError
from bayes_trace.files.pandoc import MOST_SECONDS
from bayes_trace.files.programs import ended

__all__ = ["ENGINES", "typeset"]

_TEX = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "report.tex")
#: programs that make a PDF, in the order in which they are tried, each with what it is told
ENGINES: dict[str, tuple[str, ...]] = {
    "pdflatex": _TEX,
    "xelatex": _TEX,
    "lualatex": _TEX,
    "tectonic": ("--untrusted", "report.tex"),
    "weasyprint": ("report.html", "report.pdf"),
}
#: TeX opens files of its own and those beside the text, no others
_CLOSED = {"openin_any": "p", "openout_any": "p", "shell_escape": "f", "max_print_line": "1000"}
#: a letter that no font has, in the words of pdfTeX and in those of the others
_LACKING = re.compile(r"(?:Unicode character|Missing character: There is no) (.*? ?\(U\+[0-9A-F]+\))")
#: TeX reads what the last run noted of pages and widths, until that stays the same
_MOST_RUNS = 4


def typeset(text: str, engine: str, folder: Path, *, seconds: int = MOST_SECONDS) -> bytes:
    """The PDF that one of `ENGINES` makes of a text, in a folder that holds its figures and nothing else of value.

    Raises
    ------
    BayesTraceError
        With what the program says, if it fails; or if it takes longer than it may.
    """
    source = folder / next(each for each in ENGINES[engine] if each.startswith("report."))
    source.write_text(text, encoding="utf-8", newline="\n")
    until = time.monotonic() + seconds
    noted: list[bytes] = []
    for _ in range(_MOST_RUNS):
        try:
            _run(engine, folder, until - time.monotonic())
        except subprocess.TimeoutExpired:
            message = f"stopped after {seconds} seconds"
            raise BayesTraceError(message) from None
        before, noted = noted, [(folder / f"report.{each}").read_bytes() for each in _notes(folder)]
        if noted == before:
            break
    return source.with_suffix(".pdf").read_bytes()


def _notes(folder: Path) -> list[str]:
    return [each for each in ("aux", "out", "toc") if (folder / f"report.{each}").is_file()]


def _run(engine: str, folder: Path, seconds: float) -> None:
    command = [engine, *ENGINES[engine]]
    done = ended(command, seconds=seconds, folder=folder, environment={**os.environ, **_CLOSED})
    if done.returncode or not (folder / "report.pdf").is_file():
        raise BayesTraceError(_reason((done.stdout + done.stderr).decode(errors="replace")))


def _reason(said: str) -> str:
    """What a program complains of, in a line: TeX marks its errors, and the lines of the text."""
    if lacking := _LACKING.search(said):
        return f"no font for {lacking[1]}"
    marked = re.findall(r"^(?:! .*|l\.\d+ .*|error: .*)", said, re.MULTILINE)
    return " ".join(" ".join(marked or said.splitlines()[-3:]).split()) or "it failed without a word"
