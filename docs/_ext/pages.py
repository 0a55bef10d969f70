"""Runs what the pages show: files are written, commands run, examples tried, fragments read.

A page is run from top to bottom in an empty folder of its own. `python docs/_ext/pages.py` says what
differs; with ``--refresh`` it writes what commands and examples print now into the pages.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["DOCS", "Block", "Difference", "Page", "blocks", "pages", "refresh", "run"]

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
WIDTH = 80
WRONG_CALL = 2
SPREADSHEETS = DOCS / "how-to" / "from-a-spreadsheet.md"

_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`]*)$")
_OPTION = re.compile(r"^:(?P<key>[\w-]+):\s*(?P<value>.*)$")
_FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@dataclass
class Block:
    """One fenced block: its language, options and lines, and where these stand in the page."""

    language: str
    options: dict[str, str]
    lines: list[str]
    start: int

    @property
    def caption(self) -> str:
        """What stands over the block."""
        return self.options.get("caption", "")

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines) + "\n"


@dataclass
class Difference:
    """What a page shows and what really comes out."""

    page: str
    #: index of the first line shown
    at: int
    what: str
    shown: list[str]
    real: list[str]
    #: whether the page is to follow what comes out
    follows: bool = True

    def __str__(self) -> str:
        head = f"{self.page}:{self.at}  {self.what}"
        return "\n".join([head, "  the page shows:", *self.shown, "  it gives:", *self.real])


@dataclass
class Page:
    """A page while it runs."""

    path: Path
    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    differences: list[Difference] = field(default_factory=list)

    def differ(self, at: int, what: str, shown: list[str], real: list[str], *, follows: bool = True) -> None:
        """Note a difference."""
        name = self.path.relative_to(DOCS).as_posix()
        self.differences.append(Difference(name, at, what, shown, real, follows))


def pages() -> list[Path]:
    """Pages written by hand, in a settled order."""
    return sorted(
        path
        for path in DOCS.rglob("*.md")
        if not any(part.startswith("_") for part in path.relative_to(DOCS).parts)
    )


def blocks(text: str) -> Iterator[Block]:
    """Fenced blocks of a page, in order; directives other than code are passed over."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opened = _FENCE.match(lines[number])
        number += 1
        if not opened:
            continue
        start = number
        while lines[number].strip() != opened["fence"]:
            number += 1
        body = lines[start:number]
        number += 1
        info = opened["info"].strip()
        if info.startswith("{") and not info.startswith("{code-block}"):
            continue
        options = {}
        while info.startswith("{") and body and (option := _OPTION.match(body[0])):
            options[option["key"]] = option["value"].strip()
            body, start = body[1:], start + 1
        yield Block(info.removeprefix("{code-block}").strip(), options, body, start)


def run(path: Path) -> list[Difference]:
    """Run a page in an empty folder and list what differs from what it shows."""
    text = path.read_text(encoding="utf-8")
    found = list(blocks(text))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        if "evidence_sets/" in text:
            Path("evidence_sets").symlink_to(ROOT / "evidence_sets")
        if path == SPREADSHEETS:
            _provide_spreadsheets()
        page = Page(path, Path(folder))
        for number, block in enumerate(found):
            _run_block(page, block, found[number + 1] if number + 1 < len(found) else None)
    return page.differences


def _provide_spreadsheets() -> None:
    """The reader's own files, on the page about spreadsheets: the bridge of the template, and a library."""
    import bayes_trace as bt
    from bayes_trace.files.workbook import write_spreadsheet

    bridge = bt.read_evidence_set(bt.write_template("bridge"))
    write_spreadsheet(bridge, "mine.xlsx")
    _command("bayes-trace export bridge --out codings.csv")
    Path("library.json").write_text(
        '[{"id": "kin1988", "type": "book", "title": "A book"}]', encoding="utf-8"
    )
    Path("library.bib").write_text("@book{lin1990, title = {Another}, year = {1990}}", encoding="utf-8")


def _run_block(page: Page, block: Block, after: Block | None) -> None:
    if block.language == "console":
        _run_console(page, block)
    elif block.language == "pycon":
        _run_examples(page, block)
    elif block.language == "python":
        _run_python(page, block, after)
    elif block.caption:
        _take(page, block)


# --- commands ------------------------------------------------------------------------------


def _commands(block: Block) -> Iterator[tuple[int, str, list[str]]]:
    """Line, command and what is shown under it."""
    starts = [number for number, line in enumerate(block.lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        yield start, block.lines[start][2:], block.lines[start + 1 : end]


def _tidy(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\N{NO-BREAK SPACE}", " ").splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines


def _command(command: str) -> tuple[int, list[str]]:
    """Exit code of a command and what it prints."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
    }
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, _tidy(done.stdout + done.stderr)


def _run_console(page: Page, block: Block) -> None:
    """Compare what is shown; where a block shows commands only, they must be calls that the program knows."""
    commands = list(_commands(block))
    silent = not any(line.strip() for _, _, shown in commands for line in shown)
    for number, command, shown in commands:
        code, real = _command(command)
        if code == WRONG_CALL if silent else not _same(shown, real):
            page.differ(block.start + number + 1, f"$ {command}", shown, real)


def _same(shown: list[str], real: list[str]) -> bool:
    """Whether lines agree; a line of three dots stands for any lines."""
    want = "\n".join(_tidy("\n".join(shown)))
    parts = [re.escape(part) for part in re.split(r"^\.\.\.$", want, flags=re.MULTILINE)]
    return re.fullmatch(".*".join(parts), "\n".join(real), flags=re.DOTALL) is not None


# --- Python --------------------------------------------------------------------------------


def _run_examples(page: Page, block: Block) -> None:
    parsed = doctest.DocTestParser().get_doctest(block.text, page.names, page.path.name, None, block.start)
    for example in parsed.examples:
        real = _evaluate(example, page.names)
        if not doctest.OutputChecker().check_output(example.want, real, _FLAGS):
            source = example.source.rstrip()
            at = block.start + example.lineno + len(source.splitlines())
            page.differ(at, source, example.want.splitlines(), real.splitlines())


def _evaluate(example: doctest.Example, names: dict[str, Any]) -> str:
    """What an interactive Python would print."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(example.source, "<page>", "single"), names)
        except Exception as error:  # noqa: BLE001 - pages show faults as well
            out.write("Traceback (most recent call last):\n    ...\n" if example.exc_msg else "")
            out.write(f"{type(error).__module__}.{type(error).__name__}: {error}\n".removeprefix("builtins."))
    return out.getvalue()


def _run_python(page: Page, block: Block, after: Block | None) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block.text, "<page>", "exec"), page.names)
    real = _tidy(out.getvalue())
    shown = after.lines if after and after.language == "text" else []
    if real and not _same(shown, real):
        page.differ(after.start if after else block.start + len(block.lines), "output", shown, real)


# --- files and fragments of files ----------------------------------------------------------


def _take(page: Page, block: Block) -> None:
    """Write a file, change an entry of one (caption: ``FILE, changed``), or read a fragment."""
    name, _, how = block.caption.partition(", ")
    if "/" not in name or " " in name:
        _read_fragment(page, block)
        return
    file = page.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    old = file.read_text(encoding="utf-8") if how else ""
    file.write_text(_changed(old, block.text) if how else block.text, encoding="utf-8")


def _changed(old: str, new: str) -> str:
    """Entries are parted by blank lines; the one with the same first line is replaced, a new one added."""
    first = new.split("\n", 1)[0]
    entries = old.rstrip("\n").split("\n\n")
    place = [number for number, entry in enumerate(entries) if first in entry.splitlines()]
    if not place:
        return "\n\n".join([*entries, new])
    kept = entries[place[0]].split(first)[0]
    entries[place[0]] = kept + new.rstrip("\n")
    return "\n\n".join(entries) + "\n"


def _read_fragment(page: Page, block: Block) -> None:
    from pydantic import TypeAdapter, ValidationError

    from bayes_trace.evidence import Chronicle, Event, Item, Scenario, SetFile, Source
    from bayes_trace.files.nodes import read_document

    data: Any = read_document(block.text, block.caption).value
    kinds: dict[str, Any] = {
        "items of a case file": list[Item],
        "events of a case file": list[Event],
        "a scenario": Scenario,
        "in sources.yaml": list[Source],
        "in actors.yaml": Chronicle,
    }
    try:
        if block.caption == "in set.yaml":
            for key, value in data.items():
                TypeAdapter(SetFile.model_fields[key].rebuild_annotation()).validate_python(value)
        else:
            TypeAdapter(kinds[block.caption]).validate_python(data)
    except (KeyError, ValidationError) as error:
        page.differ(
            block.start, block.caption, block.lines, [f"{type(error).__name__}: {error}"], follows=False
        )


# --- refreshing ----------------------------------------------------------------------------


def refresh(path: Path) -> None:
    """Write into a page what its commands and examples give now."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = run(path)
    if any(line.startswith("Traceback") for each in found for line in each.real):
        return  # a fault of the program is not for a page to show
    for each in reversed(found):
        if each.follows:
            lines[each.at : each.at + len(each.shown)] = each.real
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _main(arguments: list[str]) -> int:
    chosen = [Path(each).resolve() for each in arguments if not each.startswith("--")] or pages()
    found = 0
    for path in chosen:
        if "--refresh" in arguments:
            refresh(path)
        for difference in run(path):
            found += 1
            sys.stdout.write(f"{difference}\n\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(_main(sys.argv[1:]))
