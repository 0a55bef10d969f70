"""References in BibTeX or BibLaTeX, which Pandoc reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bayes_trace.errors import BayesTraceError, Problem
from bayes_trace.evidence import Source
from bayes_trace.files.bibliography.entries import (
    as_said,
    faults,
    for_pandoc,
    left_out,
    what_is_said,
)
from bayes_trace.files.bibliography.references import refused, sources_of, text_of
from bayes_trace.files.bibliography.tex import commands
from bayes_trace.files.nodes import DEEPEST, TOO_DEEP, Document, bracket_depth
from bayes_trace.files.pandoc import UnboundedError, run_pandoc
from bayes_trace.guards import guarded

__all__ = ["read_bibtex"]

#: bounds of reading BibTeX, in which a few lines can stand for any length; seconds for each so many characters
MOST_SECONDS, MOST_MEGABYTES = 60, 512
_CHARACTERS = 2_000_000
_UNBOUNDED = "the references could not be read within"
_MEND = "look for @string definitions or cross-references that repeat one another"
_NONE = "no reference in it; expected entries such as @book{key, title = {...}}"
_LOST = "nothing of it can be read; write its special signs as TeX has them, such as \\& or \\$"


@guarded
def read_bibtex(path: str | Path) -> tuple[Source, ...]:
    """Read references in BibTeX or BibLaTeX, by way of pandoc.

    Pandoc writes English titles in sentence case; braces keep capitals, as in BibTeX itself.

    Parameters
    ----------
    path
        A ``.bib`` file.

    Returns
    -------
    Sources in the order of the file, named by their keys; characters that an id cannot hold
    become hyphens.

    Raises
    ------
    EvidenceSetError
        With every problem of the file, among them every command of TeX that is not known.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "mine.bib"
    >>> _ = file.write_text("@book{li:arms, author={Li, A.}, title={Arms}, year=1999}")
    >>> [(source.id, source.csl["title"]) for source in read_bibtex(file)]
    [('li-arms', 'Arms')]
    """
    path = Path(path)
    text = text_of(path)
    if bracket_depth(text, "{}") > DEEPEST:
        raise refused(path, Problem((), TOO_DEEP, path.name))
    said, text = what_is_said(text), for_pandoc(text)
    found = [Problem(where, fault, path.name) for where, fault in faults(said)]
    if found := [*found, *_unknown_commands(text, path)]:
        raise refused(path, *found)
    entries = json.loads(_by_pandoc(text, path))
    found = [
        Problem((entry["id"], name), _LOST, path.name) for entry in entries for name in left_out(entry, said)
    ]
    if found or not entries:
        raise refused(path, *(found or [Problem((), _NONE, path.name)]))
    return sources_of([as_said(entry, said) for entry in entries], path, Document(path.name))


def _unknown_commands(text: str, path: Path) -> Iterator[Problem]:
    """Pandoc leaves out what a command prints that it does not know, in names also what follows it."""
    used = list(commands(text))
    names = list(dict.fromkeys(name for name, _ in used))
    tried = "".join(f"@book{{k{at}, title={{x \\{name}{{}}{{}}{{}} y}}}}\n" for at, name in enumerate(names))
    made = json.loads(_by_pandoc(tried, path, "-s", "-t", "json"))["meta"]["references"]["c"] if names else []
    titles = {each["c"]["id"]["c"]: json.dumps(each["c"].get("title")) for each in made}
    lost = {
        name
        for at, name in enumerate(names)
        if '"y"' not in (title := titles.get(f"k{at}", "")) or re.search('"(RawInline|Note|Image)"', title)
    }
    for name, at in used:
        if name in lost:
            message = f"the command \\{name} is not known, and what it prints would be lost; write that in its place"
            yield Problem((), message, path.name, text.count("\n", 0, at) + 1)


def _by_pandoc(text: str, path: Path, *form: str) -> str:
    """CSL JSON of BibTeX, or what is asked for, within bounds of time and memory and without a look at other files."""
    options = ["--sandbox", "-f", "biblatex", *(form or ("-t", "csljson"))]
    seconds = MOST_SECONDS * (1 + len(text) // _CHARACTERS)
    try:
        return run_pandoc(text, options, seconds=seconds, megabytes=MOST_MEGABYTES)
    except UnboundedError as error:
        raise refused(path, Problem((), f"{_UNBOUNDED} {error}; {_MEND}", path.name)) from None
    except BayesTraceError as error:
        raise refused(path, _pandoc_problem(str(error), path)) from None


def _pandoc_problem(said: str, path: Path) -> Problem:
    """Pandoc's complaint, at the line that it names."""
    place = re.search(r"\(line (\d+), column \d+\)", said)
    what = said[place.end() :] if place else said.partition("conversion:")[2] or said
    return Problem(
        (),
        f"not BibTeX: {' '.join(what.split()).strip(': ')}; correct the entry before this line",
        path.name,
        int(place[1]) if place else 0,
    )
