"""A Sphinx extension: what can be said by the package itself is generated from it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import api
import example
import gallery
import landing
import records
import terminal
from pydantic import BaseModel

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]

_MARK = "RETURNED"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", _generate, priority=100)
    app.connect("build-finished", _live_example)
    app.connect("autodoc-process-docstring", _bars_as_bars, priority=90)
    app.connect("autodoc-process-docstring", _returns_as_prose, priority=100)
    app.connect("autodoc-process-docstring", _without_mark, priority=900)
    app.connect("autodoc-process-signature", _without_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _generate(app: Sphinx) -> None:
    home = Path(app.srcdir) / "_generated"
    landing.write(home)
    example.write(home / "extra" / "example-report")
    parts: dict[str, str] = {
        "advice.md": records.advice(),
        "scenarios.md": records.sets(),
        "command-line.md": terminal.markdown(),
        **api.pages(),
        **gallery.pages(home),
    }
    for name, text in parts.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in home.rglob("*"):
        if path.suffix in (".md", ".rst") and path.relative_to(home).as_posix() not in parts:
            path.unlink()


def _live_example(app: Sphinx, failed: Exception | None) -> None:
    """The living appendix of the arms transfers, beside the pages that name it."""
    if failed or app.builder.format != "html":
        return
    from bayes_trace import read_evidence_set
    from bayes_trace.explore import appendix_page

    arms = read_evidence_set(Path(app.srcdir).parent / "evidence_sets" / "us_arms_transfers")
    (Path(app.outdir) / "appendix.html").write_text(appendix_page(arms), encoding="utf-8")


def _bars_as_bars(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """``|x|`` is a magnitude, or a probability given something, and no substitution."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = line.split("``")  # every second one is a literal
            parts[::2] = [re.sub(r"\|(?=\w[^|]*\|)", r"\|", part) for part in parts[::2]]
            lines[number] = "``".join(parts)


def _returns_as_prose(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Indent the prose under Returns: numpydoc takes an unindented line for a type."""
    for number in range(len(lines) - 1):
        if lines[number] == "Returns" and lines[number + 1].startswith("---"):
            end = next(
                (n for n in range(number + 3, len(lines)) if lines[n].startswith("---")), len(lines) + 1
            )
            prose = [f"    {line}" if line else "" for line in lines[number + 2 : end - 1]]
            lines[number + 2 : end - 1] = [_MARK, *prose]
            return


def _without_mark(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Take the place-holder of a type out again, and its indentation."""
    at = next((number for number, line in enumerate(lines) if line.strip() == _MARK), None)
    if at is None:
        return
    inner = " " * (len(lines[at]) - len(lines[at].lstrip()) + 4)
    end = next(
        (n for n in range(at + 1, len(lines)) if lines[n] and not lines[n].startswith(inner)), len(lines)
    )
    lines[at:end] = [line[4:] for line in lines[at + 1 : end]]


def _without_fields(
    _app: Sphinx, what: str, _name: str, obj: object, _options: object, _signature: str, _returns: str
) -> tuple[str, str | None] | None:
    """Records are described by the file format, not by a call with thirty arguments."""
    if what == "class" and inspect.isclass(obj) and issubclass(obj, BaseModel):
        return "", None
    return None
