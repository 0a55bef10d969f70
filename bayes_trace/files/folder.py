"""Reading a folder: every file, every problem at once, each at its line."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import (
    Case,
    Chronicle,
    Coding,
    Event,
    EvidenceSet,
    Item,
    Scenario,
    SetFile,
    Source,
    list_problems,
)
from bayes_trace.evidence.sets import VERSION
from bayes_trace.evidence.values import FILE_NAME
from bayes_trace.files.nodes import MOST_VALUES, Document, Where, read_document
from bayes_trace.files.table import CodingTable, read_table
from bayes_trace.files.texts import UnreadableTextError, read_text
from bayes_trace.files.validation import line_at, validate
from bayes_trace.guards import guarded
from bayes_trace.guards.memory import collector_paused

__all__ = ["read_evidence_set"]

_LATER = (
    f"{{}}, but this bayes_trace reads version {VERSION} of the format; install a later bayes_trace, "
    "or see the page on the policy of the format for the way back"
)
#: share of the time that goes into files, the rest into problems of the whole
_READ = 0.75
_HIDDEN = (".", "~$")  # the second: what Excel puts beside a file that it has open
_ENDINGS = {".yaml", ".yml", ".csv"}
#: what tables and references are kept in elsewhere
_FOREIGN = {".json", ".tsv", ".xls", ".xlsx", ".ods"}
#: folders of a set, and files beside them that are read
_KINDS, _HEADS = (
    (("cases", ".yaml"), ("scenarios", ".yaml"), ("codings", ".csv")),
    ("set", "sources", "actors"),
)
_STRAY = "not a file of an evidence set; expected cases/, scenarios/ or codings/, ending in .yaml or .csv"


@guarded
def read_evidence_set(
    folder: str | Path, *, progress: Callable[[str, float], None] | None = None
) -> EvidenceSet:
    """Read the evidence set in a folder.

    Parameters
    ----------
    folder
        With ``set.yaml``, ``cases/*.yaml`` and, where there are any, ``sources.yaml``,
        ``codings/*.csv`` and ``scenarios/*.yaml``.
    progress
        Told what is read or looked for, and how much of all is done.

    Returns
    -------
    The whole set, checked.

    Raises
    ------
    EvidenceSetError
        With every problem at once: file, line, path, what is there, what was expected, what to do. A scenario
        with problems refuses nothing by itself: `apply_scenario` and `check` say what is wrong with it.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> arms.base_coder
    'reader_a'
    """
    reader = _Reader(Path(folder), progress)
    with collector_paused():
        evidence_set = reader.read()
    if evidence_set is None or reader.problems:
        every = [*reader.problems, *reader.faults]
        raise EvidenceSetError(Path(folder).as_posix(), sorted(every, key=_in_order))
    return evidence_set


def _size(path: Path) -> int:
    """Bytes of a file; none where a link leads nowhere."""
    return path.stat().st_size if path.is_file() else 0


def _is_meant(within: Path) -> bool:
    """Whether a file looks like one of a set, though it may be none."""
    endings = [ending.strip().lower() for ending in within.suffixes]
    of_a_set = bool(_ENDINGS & set(endings)) and not endings[-1].startswith(".bak")
    in_its_place = within.parts[0] in dict(_KINDS) or (len(within.parts) == 1 and within.stem in _HEADS)
    return of_a_set or (in_its_place and endings[-1:] != [] and endings[-1] in _FOREIGN)


def _in_order(problem: Problem) -> tuple[bool, str, int]:
    return (problem.file != "set.yaml", problem.file, problem.line)


class _Reader:
    """One pass over a folder; collects problems, then asks the set for its own."""

    def __init__(self, folder: Path, progress: Callable[[str, float], None] | None = None) -> None:
        self.folder = folder
        self._progress = progress
        self._read, self._total = 0, 0
        #: keys and values that may still be read; those of all files are kept together
        self._left = MOST_VALUES
        self.problems: list[Problem] = []
        #: problems of scenarios, which stop only what applies them
        self.faults: list[Problem] = []
        #: whether the set is of a later version of the format
        self.later = False
        #: path inside the set -> file, line and the path to show
        self.marks: dict[Where, tuple[str, int, Where]] = {}
        self._found: dict[str, list[Path]] = {}

    def read(self) -> EvidenceSet | None:
        if not (self.folder / "set.yaml").is_file():
            what = "no such folder" if not self.folder.is_dir() else "set.yaml is missing"
            self.problems.append(
                Problem(
                    (), f"{what}; an evidence set is a folder with set.yaml and cases/, see `bayes-trace new`"
                )
            )
            return None
        head = self._head()
        if self.later:
            return None  # the other files follow rules that are not known here
        cases = self._cases()
        sources = self._sources()
        chronicle = self._chronicle()
        scenarios = self._scenarios()
        self._strays()
        tables = self._tables(head) if head else []
        if head is None or self.problems:
            return None
        coded = self._with_codings(cases, tables)
        evidence_set = _assemble(head, coded, sources, chronicle, scenarios, tables)
        faulty: dict[str, list[Problem]] = {}
        for problem in list_problems(evidence_set, progress=self._looked_for):
            own = str(problem.where[1]) if problem.where[:1] == ("scenarios",) else ""
            (faulty.setdefault(own, []) if own else self.problems).append(self._located(problem))
        if not faulty:
            return evidence_set
        self.faults += [fault for faults in faulty.values() for fault in faults]
        scenarios |= {name: Scenario.with_faults(name, faults) for name, faults in faulty.items()}
        return _assemble(head, coded, sources, chronicle, scenarios, tables)

    def _say(self, path: Path) -> None:
        """Tell the file, and how many bytes of all are read."""
        if self._progress:
            self._total = self._total or sum(map(_size, self.folder.rglob("*.*")))
            self._progress(path.name, _READ * self._read / max(self._total, 1))
            self._read += _size(path)

    def _looked_for(self, what: str, done: float) -> None:
        if self._progress:
            self._progress(what, _READ + (1 - _READ) * done)

    def _document(self, path: Path) -> Document | None:
        """The file as plain values; its faults of form are noted."""
        self._say(path)
        text = self._text(path)
        if text is None:
            return None
        document = read_document(text, path.relative_to(self.folder).as_posix(), self._left)
        self._left = max(0, self._left - document.size)
        self.problems.extend(document.problems)
        faulty = bool(document.problems)
        document.problems.clear()
        return None if faulty else document

    def _text(self, path: Path) -> str | None:
        try:
            return read_text(path)
        except UnreadableTextError as error:
            self._note(path, f"cannot be read: {error}")
            return None

    def _note(self, path: Path, message: str, where: Where = ()) -> None:
        self.problems.append(
            Problem(where, message, path.relative_to(self.folder).as_posix(), 1 if where else 0)
        )

    def _keep(self, document: Document, prefix: Where) -> None:
        for where, line in document.lines.items():
            self.marks.setdefault((*prefix, *where), (document.file, line, where))
        self.problems.extend(document.problems)

    def _files(self, kind: str, ending: str = ".yaml") -> dict[str, Path]:
        """Files of a folder by name, whatever the case of their ending; noted once where it cannot be read."""
        if kind not in self._found:
            try:
                within = self.folder / kind
                self._found[kind] = sorted(within.iterdir()) if within.exists() else []
            except OSError as error:
                self._note(self.folder / kind, f"cannot be read: {error.strerror}")
                self._found[kind] = []
        named: dict[str, Path] = {}
        for path in self._found[kind]:
            hidden = path.name.startswith(_HIDDEN)
            name = unicodedata.normalize("NFC", path.stem)
            if path.suffix.lower() == ending and not hidden and name not in named:
                named[name] = path
        return named

    def _head(self) -> SetFile | None:
        document = self._document(self.folder / "set.yaml")
        if document is None:
            return None
        version = document.value.get("version") if isinstance(document.value, dict) else None
        if isinstance(version, int) and version > VERSION:
            document.problem(("version",), _LATER.format(version), line_at(document, ("version",))[0])
            self.later = True
            head = None
        else:
            head = validate(SetFile, document.value, document)
        self._keep(document, ())
        return head

    def _cases(self) -> list[Case]:
        cases = []
        for stem, path in self._files("cases").items():
            document = self._document(path)
            if document is None:
                continue
            case = validate(Case, document.value, document)
            name = case.case if case else stem
            self._keep(document, ("cases", name))
            for where, line in document.lines.items():
                if where[:1] in (("items",), ("events",), ("episodes",)):
                    # a second item of the same id is the one to point at
                    self.marks[where] = (document.file, line, where)
            cases += [case] if case else []
        return cases

    def _sources(self) -> list[Source]:
        path = self.folder / "sources.yaml"
        document = self._document(path) if path.exists() else None
        if document is None:
            return []
        if not isinstance(document.value, list):
            document.problem((), "expected a list of CSL-JSON references", 1)
        entries = document.value if isinstance(document.value, list) else []
        read = []
        for number, entry in enumerate(entries):
            own = entry.get("id") if isinstance(entry, dict) else None
            name = own if isinstance(own, str) else number
            read.append(validate(Source, entry, document, (name,)))
        self._keep(document, ("sources",))
        return [source for source in read if source]

    def _chronicle(self) -> Chronicle:
        """Who held which office when, where the set says."""
        path = self.folder / "actors.yaml"
        document = self._document(path) if path.exists() else None
        if document is None:
            return Chronicle()
        chronicle = validate(Chronicle, document.value, document)
        self._keep(document, ())
        return chronicle or Chronicle()

    def _scenarios(self) -> dict[str, Scenario]:
        return {stem: self._scenario(stem, path) for stem, path in self._named_scenarios().items()}

    def _named_scenarios(self) -> dict[str, Path]:
        """Files of scenarios whose names can be given on the command line."""
        files = self._files("scenarios")
        for stem, path in files.items():
            if not re.fullmatch(FILE_NAME, stem):
                self._note(path, "expected one word of letters, digits and . _ + -; rename the file")
        return {stem: path for stem, path in files.items() if re.fullmatch(FILE_NAME, stem)}

    def _scenario(self, stem: str, path: Path) -> Scenario:
        """A scenario with its own faults, which are no problem of the set."""
        others, self.problems = self.problems, []
        document = self._document(path)
        scenario = None
        if document:
            scenario = validate(Scenario, document.value, document)
            self._keep(document, ("scenarios", stem))
        faults, self.problems = self.problems, others
        self.faults += faults
        return scenario or Scenario.with_faults(stem, faults)

    def _tables(self, head: SetFile) -> list[CodingTable]:
        coders = {unicodedata.normalize("NFC", coder.id): coder for coder in head.coders}
        tables = []
        for stem, path in self._files("codings", ".csv").items():
            file = path.relative_to(self.folder).as_posix()
            if stem not in coders:
                message = f"no coder {stem!r}; name the file after one of: {', '.join(coders)}"
                self._note(path, message, ("coders",))
            elif (text := self._text(path)) is not None:
                table = read_table(text, file, coders[stem])
                self.problems.extend(table.problems)
                tables.append(table)
        order = [coder.id for coder in head.coders]
        return sorted(tables, key=lambda table: order.index(table.coder.id))

    def _strays(self) -> None:
        """Files that look meant and would be passed over in silence, and folders that cannot be read."""
        read = {path for kind in _KINDS for path in self._files(*kind).values()}
        read |= {self.folder / f"{name}.yaml" for name in _HEADS}
        for path in sorted(self.folder.rglob("*")):
            within = path.relative_to(self.folder)
            hidden = any(part.startswith(_HIDDEN) for part in within.parts)
            if _is_meant(within) and path not in read and not hidden:
                self._note(path, _STRAY)
            elif path.is_dir() and not hidden and not os.access(path, os.R_OK | os.X_OK):
                self._note(path, "cannot be read: Permission denied")

    def _with_codings(self, cases: list[Case], tables: list[CodingTable]) -> list[Case]:
        """Cases with the further coders' codings put to their items."""
        if not tables:
            return cases
        known = {name for case in cases for name in case.coded}
        for table in tables:
            for item in table.codings.keys() - known:
                line = min(table.lines[item, 0].values())
                table.problems.clear()
                table.problem((item,), f"no item or event {item!r} in any case; correct the id", line)
                self.problems.extend(table.problems)
        return [
            case.model_copy(
                update={
                    "events": tuple(
                        each.model_copy(update={"codings": self._codings("events", each, tables)})
                        for each in case.events
                    ),
                    "items": tuple(
                        each.model_copy(update={"codings": self._codings("items", each, tables)})
                        for each in case.items
                    ),
                }
            )
            for case in cases
        ]

    def _codings(self, kind: str, item: Item | Event, tables: list[CodingTable]) -> tuple[Coding, ...]:
        """The codings of an item or event by every coder."""
        codings: list[Coding] = list(item.codings)
        for table in tables:
            for place, coding in enumerate(table.codings.get(item.id, ())):
                prefix: Where = (kind, item.id, "codings", len(codings))
                shown: Where = ("codings", table.coder.id, item.id, *coding.episodes)
                lines = table.lines[item.id, place]
                self.marks[prefix] = (table.file, min(lines.values()), shown)
                for hypothesis, line in lines.items():
                    self.marks[(*prefix, "values", hypothesis)] = (table.file, line, (*shown, hypothesis))
                codings.append(coding)
        return tuple(codings)

    def _located(self, problem: Problem) -> Problem:
        """The problem with the file and line where its path, or the nearest part of it, stands."""
        where = problem.where
        short = (*where[:2], "coding", *where[5:]) if where[2:5] == ("codings", 0, "values") else None
        if short and (*where[:2], "coding") in self.marks:
            where = short
        for length in range(len(where), 0, -1):
            if where[:length] in self.marks:
                file, line, shown = self.marks[where[:length]]
                return Problem((*shown, *where[length:]), problem.message, file, line)
        return Problem(where, problem.message, "set.yaml", 1)


def _assemble(
    head: SetFile,
    cases: list[Case],
    sources: list[Source],
    chronicle: Chronicle,
    scenarios: dict[str, Scenario],
    tables: list[CodingTable],
) -> EvidenceSet:
    headers = {table.coder.id: table.header for table in tables}
    coders = tuple(
        coder.model_copy(update={"header": headers[coder.id]}) if headers.get(coder.id) else coder
        for coder in head.coders
    )
    order = {name: number for number, name in enumerate(head.case_order)}
    fields = {name: getattr(head, name) for name in SetFile.model_fields}
    return EvidenceSet(
        **{**fields, "coders": coders},
        cases=tuple(sorted(cases, key=lambda case: order.get(case.case, len(order)))),
        sources=tuple(sources),
        chronicle=chronicle,
        scenarios=scenarios,
    )
