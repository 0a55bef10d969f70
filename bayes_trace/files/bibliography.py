"""Sources from reference managers: CSL JSON, as Zotero exports it, and BibTeX."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bayes_trace.errors import BayesTraceError, EvidenceSetError, Problem, unprintable
from bayes_trace.evidence import EvidenceSet, Source, list_problems
from bayes_trace.evidence.circles import in_circles
from bayes_trace.evidence.csl import CSL_FIELDS, csl_problems, normal_csl
from bayes_trace.files.bibtex import as_said, bodies, commands, for_pandoc, leads_to
from bayes_trace.files.folder import read_evidence_set
from bayes_trace.files.keeping import write_bytes
from bayes_trace.files.nodes import (
    DEEPEST,
    TOO_DEEP,
    Document,
    as_written,
    bracket_depth,
    is_too_deep,
    read_document,
    resolve_core,
)
from bayes_trace.files.pandoc import UnboundedError, run_pandoc
from bayes_trace.files.texts import UnreadableTextError, read_text
from bayes_trace.files.validation import line_at, validate
from bayes_trace.files.writing import to_yaml
from bayes_trace.guards import guarded

__all__ = ["add_sources", "read_bibtex", "read_csl_json"]

_ID = re.compile(r"\w[\w.+/~-]{0,79}")
_OURS = {"id", "type", "reliability", "grade"}
#: bounds of reading BibTeX, in which a few lines can stand for any length
MOST_SECONDS, MOST_MEGABYTES = 60, 512
#: references of one file
MOST_ENTRIES = 50_000
_UNBOUNDED = "the references could not be read within"
_MEND = "look for @string definitions or cross-references that repeat one another"

Entry = dict[str, Any]


@guarded
def read_csl_json(path: str | Path) -> tuple[Source, ...]:
    """Read references in CSL JSON (in Zotero: Export, CSL JSON).

    An id that is no single word, such as Zotero's web addresses, gives way to the entry's citation
    key or, without one, to author and year. Fields outside CSL are kept under ``custom``.

    Parameters
    ----------
    path
        A file with a list of references.

    Returns
    -------
    Sources in the order of the file.

    Raises
    ------
    EvidenceSetError
        With every problem of the file.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "zotero.json"
    >>> _ = file.write_text('[{"id": "http://zotero.org/1", "type": "book", "title": "Arms", '
    ...     '"author": [{"family": "Li"}], "issued": {"date-parts": [[1999]]}}]')
    >>> read_csl_json(file)[0].id
    'li1999'
    """
    path = Path(path)
    text = _text(path)
    if is_too_deep(text):
        raise _error(path, Problem((), TOO_DEEP, path.name, 1))
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once, **_AS_WRITTEN)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        message = f"not JSON: {error}; export again as CSL JSON"
        raise _error(path, Problem((), message, path.name, line)) from None
    document = read_document(text, path.name)
    # YAML's lines serve JSON as well, where it reads the same
    same = not document.problems and document.value == data
    return _sources(data, path, document if same else Document(path.name))


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
    text = _text(path)
    if bracket_depth(text, "{}") > DEEPEST:
        raise _error(path, Problem((), TOO_DEEP, path.name))
    said = bodies(text)
    circle = list(in_circles(leads_to(said)))
    if circle:  # Pandoc would follow it without end
        message = f"the entries {', '.join(circle)} refer to one another in a cycle; break it"
        raise _error(path, Problem((), message, path.name))
    text = for_pandoc(text)
    if lost := list(_unknown_commands(text, path)):
        raise _error(path, *lost)
    entries = json.loads(_by_pandoc(text, path))
    if not entries:
        message = "no reference in it; expected entries such as @book{key, title = {...}}"
        raise _error(path, Problem((), message, path.name))
    return _sources([as_said(entry, said) for entry in entries], path, Document(path.name))


def _no_constant(name: str) -> object:
    message = f"{name} is no value in JSON"
    raise ValueError(message)


#: numbers as they stand in the file, since what they number is text
_AS_WRITTEN: dict[str, Any] = dict.fromkeys(
    ("parse_int", "parse_float"), lambda text: as_written(resolve_core(text), text)
)


def _once(pairs: list[tuple[str, object]]) -> Entry:
    """An object of JSON, of which the last of two equal keys would hide the first."""
    if twice := [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]:
        message = f"the key {twice[0]!r} occurs twice in one entry"
        raise ValueError(message)
    return dict(pairs)


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
    try:
        return run_pandoc(text, options, seconds=MOST_SECONDS, megabytes=MOST_MEGABYTES)
    except UnboundedError as error:
        raise _error(path, Problem((), f"{_UNBOUNDED} {error}; {_MEND}", path.name)) from None
    except BayesTraceError as error:
        raise _error(path, _pandoc_problem(str(error), path)) from None


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except UnreadableTextError as error:
        message = str(error).replace("save it", "export it")
        shown = message if "text;" in message else f"cannot be read: {message}"
        raise _error(path, Problem((), shown, path.name)) from None


def _error(path: Path, *problems: Problem) -> EvidenceSetError:
    return EvidenceSetError(path.as_posix(), problems)


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


def _sources(data: object, path: Path, document: Document) -> tuple[Source, ...]:
    entries = data.get("references", data.get("items")) if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        message = "expected a list of references; export as CSL JSON"
        raise _error(path, Problem((), message, path.name, 1))
    if len(entries) > MOST_ENTRIES:
        message = f"{len(entries)} references, expected at most {MOST_ENTRIES}; split the file"
        raise _error(path, Problem((), message, path.name, 1))
    if any("itemType" in entry for entry in entries):
        message = "Zotero's own JSON, expected CSL JSON; in Zotero choose Export, and CSL JSON as the format"
        raise _error(path, Problem((), message, path.name, 1))
    entries = [normal_csl(entry) for entry in entries]
    names = list(_names(entries))
    found = []
    for number, (entry, name) in enumerate(zip(entries, names, strict=True)):
        # the path by which the document knows the entry
        known = entry.get("id") if isinstance(entry.get("id"), str) else number
        where = (known if document.lines else name,)
        source = validate(Source, _entry(entry, name), document, where)
        for field, said in csl_problems(source.csl) if source else ():
            document.problem((*where, field), said, line_at(document, (*where, field))[0])
        if source and (sign := unprintable("".join(_texts(source.csl)))):
            message = f"U+{ord(sign):04X} in it, which steers a terminal or reorders what is read; remove it"
            document.problem(where, message, line_at(document, where)[0])
        found.append(source)
    document.problems.extend(_repeated(names, path))
    if document.problems:
        raise _error(path, *document.problems)
    return tuple(source for source in found if source)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in (
        (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _texts(each)


def _entry(entry: Entry, name: str) -> Entry:
    """The entry with an id of ours, without empty fields, and with what is not CSL under ``custom``."""
    foreign = {key: value for key, value in entry.items() if key not in CSL_FIELDS | _OURS}
    said = {key: value for key, value in entry.items() if value is not None and str(value).strip()}
    kept = {key: value for key, value in said.items() if key not in foreign}
    custom = {"custom": {**kept.get("custom", {}), **foreign}} if foreign else {}
    # pandoc knows no type for BibTeX's @misc
    return {**kept, "id": name, **({"type": "document"} if entry.get("type") == "" else {}), **custom}


def _repeated(names: Sequence[str], path: Path) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            message = f"the id occurs {count} times; ids must be unique, rename all but one"
            yield Problem((name,), message, path.name)


def _names(entries: Sequence[Entry]) -> Iterator[str]:
    """Ids of the entries; those made of author and year get a letter where they would be the same."""
    given = [_given_name(entry) for entry in entries]
    taken = {name for name in given if name}
    for entry, name in zip(entries, given, strict=True):
        made = name or next(each for each in _made_names(entry) if each not in taken)
        taken.add(made)
        yield made


def _given_name(entry: Entry) -> str:
    """A citation key or an id that is a word, or can be made one; empty for an address."""
    for text in (str(entry.get("id") or ""), str(entry.get("citation-key") or "")):
        if _ID.fullmatch(text):
            return text
    key = str(entry.get("citation-key") or entry.get("id") or "")
    word = re.sub(r"[^\w.+/~-]+", "-", key).strip("-")[:80]
    return word if _ID.fullmatch(word) and "://" not in key else ""


def _made_names(entry: Entry) -> Iterator[str]:
    people = [
        person for person in entry.get("author") or entry.get("editor") or () if isinstance(person, dict)
    ]
    person = people[0] if people else {}
    who = person.get("family") or person.get("literal") or entry.get("title") or "source"
    word = "".join(re.findall(r"\w+", str(who).lower())[:3]) or "source"
    issued = entry.get("issued")
    parts = (issued.get("date-parts") if isinstance(issued, dict) else None) or [[""]]
    name = f"{word[:60]}{parts[0][0] if parts[0] else ''}"
    yield name
    yield from (f"{name}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    yield from (f"{name}-{number}" for number in range(1, 100_000))


# --- into a set ---------------------------------------------------------------------------


def add_sources(folder: str | Path, sources: Iterable[Source], *, overwrite: bool = False) -> tuple[str, ...]:
    """Add sources to the ``sources.yaml`` of an evidence set.

    The existing text is left as it is, comments included; a source that is already there is skipped.

    Parameters
    ----------
    folder
        Of a sound evidence set.
    sources
        As from `read_csl_json` or `read_bibtex`.
    overwrite
        Replace sources of the same id that say something else. Their reliability and grade stay.
        The file is written anew, and the old one kept as ``sources.yaml.bak``.

    Returns
    -------
    Ids of the sources added or replaced.

    Raises
    ------
    EvidenceSetError
        If the set has problems, or has other sources of the same ids and `overwrite` is false.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> folder = bt.write_template(tempfile.mkdtemp())
    >>> add_sources(folder, [Source(id="li1999", type="book", title="Arms")])
    ('li1999',)
    """
    folder = Path(folder)
    es = read_evidence_set(folder)
    old = {source.id: source for source in es.sources}
    given = {source.id: source for source in sources}
    new = [source for name, source in given.items() if name not in old]
    other = {name: each for name, each in given.items() if name in old and each.csl != old[name].csl}
    if other and not overwrite:
        message = (
            "the set has a different source with this id; rename one of them, "
            "or pass --overwrite (overwrite=True in Python)"
        )
        problems = [Problem((name,), message, "sources.yaml") for name in other]
        raise EvidenceSetError(folder.as_posix(), problems)
    path = folder / "sources.yaml"
    kept = [_replaced(source, other.get(name)) for name, source in old.items()]
    _refuse_unsound(es, [*kept, *new], folder)
    if other:
        write_bytes(_yaml([*kept, *new]).encode(), path, overwrite=True, in_set=True)
    elif new:
        _append(path, list(old.values()), new)
    return tuple(source.id for source in (*other.values(), *new))


def _refuse_unsound(es: EvidenceSet, sources: Sequence[Source], folder: Path) -> None:
    """Write nothing that the set could not be read with."""
    before = set(list_problems(es))
    after = list_problems(es.model_copy(update={"sources": tuple(sources)}))
    if problems := [problem for problem in after if problem not in before]:
        raise EvidenceSetError(folder.as_posix(), problems)


def _replaced(old: Source, new: Source | None) -> Source:
    return new.model_copy(update={"reliability": old.reliability, "grade": old.grade}) if new else old


def _yaml(sources: Sequence[Source]) -> str:
    return to_yaml([source.model_dump(mode="json", exclude_defaults=True) for source in sources])


def _append(path: Path, old: Sequence[Source], new: Sequence[Source]) -> None:
    """Put new entries below the old text; a list in brackets is written anew instead."""
    text = read_text(path) if path.exists() else ""
    indent = re.search(r"^( *)- ", text, re.MULTILINE)
    lines = _yaml(new).splitlines()
    added = "".join(f"{indent[1] if indent else ''}{line}".rstrip() + "\n" for line in lines)
    whole = f"{text.rstrip()}\n\n{added}" if text.strip() else added
    document = read_document(whole, path.name)
    names = [entry.get("id") for entry in document.value] if isinstance(document.value, list) else []
    if not document.problems and names == [source.id for source in (*old, *new)]:
        write_bytes(whole.encode(), path, overwrite=True, backup=False, in_set=True)
    else:
        write_bytes(_yaml([*old, *new]).encode(), path, overwrite=True, in_set=True)
