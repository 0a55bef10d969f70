"""What a file of references holds, as sources with ids of ours."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bayes_trace.errors import EvidenceSetError, Problem, unprintable
from bayes_trace.evidence import Source
from bayes_trace.evidence.csl import CSL_FIELDS, csl_problems, normal_csl
from bayes_trace.files.nodes import Document
from bayes_trace.files.texts import UnreadableTextError, read_text
from bayes_trace.files.validation import line_at, validate

__all__ = ["Entry", "refused", "sources_of", "text_of"]

_ID = re.compile(r"\w[\w.+/~-]{0,79}")
_OURS = {"id", "type", "reliability", "grade"}
#: references of one file
MOST_ENTRIES = 50_000

#: fields by their small letters: some programs write doi, url or Title
_IN_CSL = {key.lower(): key for key in CSL_FIELDS}

Entry = dict[str, Any]


def text_of(path: Path) -> str:
    """The text of a file of references; one that is none is refused."""
    try:
        return read_text(path)
    except UnreadableTextError as error:
        message = str(error).replace("save it", "export it")
        shown = message if "text;" in message else f"cannot be read: {message}"
        raise refused(path, Problem((), shown, path.name)) from None


def refused(path: Path, *problems: Problem) -> EvidenceSetError:
    """The error that names the problems of a file."""
    return EvidenceSetError(path.as_posix(), problems)


def sources_of(data: object, path: Path, document: Document) -> tuple[Source, ...]:
    """The entries of a file as sources; `document` knows their lines."""
    entries = data.get("references", data.get("items")) if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        message = "expected a list of references; export as CSL JSON"
        raise refused(path, Problem((), message, path.name, 1))
    if len(entries) > MOST_ENTRIES:
        message = f"{len(entries)} references, expected at most {MOST_ENTRIES}; split the file"
        raise refused(path, Problem((), message, path.name, 1))
    if any("itemType" in entry for entry in entries):
        message = "Zotero's own JSON, expected CSL JSON; in Zotero choose Export, and CSL JSON as the format"
        raise refused(path, Problem((), message, path.name, 1))
    entries = [normal_csl(_in_csl(entry)) for entry in entries]
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
        raise refused(path, *document.problems)
    return tuple(source for source in found if source)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in (
        (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _texts(each)


def _in_csl(entry: Entry) -> Entry:
    """Fields spelt as CSL has them, where none is spelt so."""
    spelt = {key: _IN_CSL.get(str(key).lower(), key) for key in entry}
    return {key if spelt[key] in entry else spelt[key]: value for key, value in entry.items()}


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
    own, cited = (unicodedata.normalize("NFC", str(entry.get(name) or "")) for name in ("id", "citation-key"))
    for text in (own, cited):
        if _ID.fullmatch(text):
            return text
    key = cited or own
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
