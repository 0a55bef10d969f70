"""Reading a folder: every file, every problem at once, each at its line."""

from __future__ import annotations

from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import (
    Case,
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
from bayes_trace.files.nodes import Document, Where, read_document
from bayes_trace.files.table import CodingTable, read_table
from bayes_trace.files.validation import line_at, validate

__all__ = ["read_evidence_set"]

_LATER = (
    f"{{}}, but this bayes_trace reads version {VERSION} of the format; install a later bayes_trace, "
    "or see the page on the policy of the format for the way back"
)


def read_evidence_set(folder: str | Path) -> EvidenceSet:
    """Read the evidence set in a folder.

    Parameters
    ----------
    folder
        With ``set.yaml``, ``cases/*.yaml`` and, where there are any, ``sources.yaml``,
        ``codings/*.csv`` and ``scenarios/*.yaml``.

    Returns
    -------
    The whole set, checked.

    Raises
    ------
    EvidenceSetError
        With every problem at once: file, line, path, what is there, what was expected, what to do.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> arms.base_coder
    'reader_a'
    """
    reader = _Reader(Path(folder))
    evidence_set = reader.read()
    if evidence_set is None or reader.problems:
        raise EvidenceSetError(Path(folder).as_posix(), sorted(reader.problems, key=_in_order))
    return evidence_set


def _in_order(problem: Problem) -> tuple[bool, str, int]:
    return (problem.file != "set.yaml", problem.file, problem.line)


class _Reader:
    """One pass over a folder; collects problems, then asks the set for its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        #: whether the set is of a later version of the format
        self.later = False
        #: path inside the set -> file, line and the path to show
        self.marks: dict[Where, tuple[str, int, Where]] = {}

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
        scenarios = self._scenarios()
        self._strays()
        tables = self._tables(head) if head else []
        if head is None or self.problems:
            return None
        evidence_set = _assemble(head, self._with_codings(cases, tables), sources, scenarios, tables)
        self.problems.extend(self._located(problem) for problem in list_problems(evidence_set))
        return evidence_set

    def _document(self, path: Path) -> Document | None:
        """The file as plain values; its faults of form are noted."""
        text = self._text(path)
        if text is None:
            return None
        document = read_document(text, path.relative_to(self.folder).as_posix())
        self.problems.extend(document.problems)
        faulty = bool(document.problems)
        document.problems.clear()
        return None if faulty else document

    def _text(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            what = (
                "not UTF-8 text; save it as UTF-8"
                if isinstance(error, UnicodeDecodeError)
                else error.strerror
            )
            self.problems.append(
                Problem((), f"cannot be read: {what}", path.relative_to(self.folder).as_posix())
            )
            return None

    def _keep(self, document: Document, prefix: Where) -> None:
        for where, line in document.lines.items():
            self.marks.setdefault((*prefix, *where), (document.file, line, where))
        self.problems.extend(document.problems)

    def _files(self, kind: str, pattern: str = "*.yaml") -> list[Path]:
        return sorted((self.folder / kind).glob(pattern))

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
        for path in self._files("cases"):
            document = self._document(path)
            if document is None:
                continue
            case = validate(Case, document.value, document)
            name = case.case if case else path.stem
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

    def _scenarios(self) -> dict[str, Scenario]:
        scenarios = {}
        for path in self._files("scenarios"):
            document = self._document(path)
            if document is None:
                continue
            scenario = validate(Scenario, document.value, document)
            self._keep(document, ("scenarios", path.stem))
            if scenario:
                scenarios[path.stem] = scenario
        return scenarios

    def _tables(self, head: SetFile) -> list[CodingTable]:
        coders = {coder.id: coder for coder in head.coders}
        tables = []
        for path in self._files("codings", "*.csv"):
            file = path.relative_to(self.folder).as_posix()
            if path.stem not in coders:
                message = f"no coder {path.stem!r}; name the file after one of: {', '.join(coders)}"
                self.problems.append(Problem(("coders",), message, file, 1))
            elif (text := self._text(path)) is not None:
                table = read_table(text, file, coders[path.stem])
                self.problems.extend(table.problems)
                tables.append(table)
        order = list(coders)
        return sorted(tables, key=lambda table: order.index(table.coder.id))

    def _strays(self) -> None:
        """Files that look meant and would be passed over in silence."""
        expected = {
            self.folder / "set.yaml",
            self.folder / "sources.yaml",
            *self._files("cases"),
            *self._files("scenarios"),
            *self._files("codings", "*.csv"),
        }
        for path in sorted(self.folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            if path.suffix in (".yaml", ".yml", ".csv") and path not in expected and not hidden:
                file = path.relative_to(self.folder).as_posix()
                message = "not a file of an evidence set; expected cases/, scenarios/ or codings/, ending in .yaml or .csv"
                self.problems.append(Problem((), message, file))

    def _with_codings(self, cases: list[Case], tables: list[CodingTable]) -> list[Case]:
        """Cases with the further coders' codings put to their items."""
        known = {name for case in cases for name in case.coded}
        for table in tables:
            for item in table.codings.keys() - known:
                line = min(line for key, line in table.lines.items() if key[0] == item)
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
                lines = {h: line for (i, p, h), line in table.lines.items() if (i, p) == (item.id, place)}
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
        scenarios=scenarios,
    )
