"""One flat table of codings: what a lone CSV carries, and how a set is made of it.

A row is one item, episode, coder and hypothesis. What belongs to an item, an episode, a reading
or a cluster may stand in every row or in one; rows that disagree are a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bayes_trace.evidence import Case, Cluster, Coder, Coding, Episode, EvidenceSet, Hypothesis, Item, Reading
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.assembling import finish
from bayes_trace.files.workbook.codings import Draft, draft_codings
from bayes_trace.files.workbook.collector import Collector, Place
from bayes_trace.files.workbook.flat_columns import FLAT
from bayes_trace.files.workbook.rows import Line, Sheets
from bayes_trace.files.workbook.tables import Table

__all__ = ["assemble_flat"]

CASE, EPISODE, CODER = "case", "episode", "coder"
UNSAID = "not stated"

Places = dict[Where, Place]


def assemble_flat(table: Table, notes: Collector) -> EvidenceSet | None:
    """The set that a flat table holds, or None with every problem noted."""
    sheets = Sheets({FLAT.name: table}, notes)
    lines = list(sheets.lines(FLAT))
    if not table.rows and not notes:
        notes.note(table.place(), "no rows; expected one per item and hypothesis")
    if not lines:
        return None
    return _Flat(lines, notes).build()


class _Flat:
    """What the rows say, gathered by what it is said of."""

    def __init__(self, lines: Sequence[Line], notes: Collector) -> None:
        self.notes = notes
        self.lines = lines
        self.by = {key: _group(lines, key) for key in ("item", "hypothesis", "episode", "cluster", "reading")}
        self.hypotheses = list(self.by["hypothesis"])
        #: who is meant where no coder is named
        self.coder = next(iter(_group(lines, "coder")), CODER)
        self.coders = list(dict.fromkeys(line.get("coder") or self.coder for line in lines))
        self.case_of = self._cases()
        self.prior = self._set_prior()

    def build(self) -> EvidenceSet | None:
        coders = self._coders()
        head = {
            "version": 1,
            "id": "table",
            "title": "A table of codings",
            "question": "Which hypothesis explains each episode?",
            "base_coder": coders[0].id if coders[0] else CODER,
            "coders": coders,
            "hypotheses": self._hypotheses(),
            "readings": [self._reading(name, lines) for name, lines in self.by["reading"].items()],
            "clusters": [self._cluster(name, lines) for name, lines in self.by["cluster"].items()],
        }
        # their faults are noted; the rest is still looked at
        head = {
            key: [x for x in value if x] if isinstance(value, list) else value for key, value in head.items()
        }
        drafts: dict[str, list[Draft]] = {}
        for draft in draft_codings(self._as_codings(), self.notes):
            drafts.setdefault(draft.item, []).append(draft)
        items = self._items(drafts)
        places: Places = {("hypotheses",): self.lines[0].place("prior")}
        return finish(head, places, {"cases": self._build_cases(items)}, self.notes)

    # --- what is said of one thing -----------------------------------------------------------

    def _said(self, lines: Iterable[Line], *where: str) -> Any:  # noqa: ANN401 - a plain value
        """What the rows say of one thing; the first counts, and another is a problem."""
        said = [line for line in lines if line.get(*where) is not None]
        for line in said[1:]:
            if line.get(*where) != said[0].get(*where):
                message = f"{line.get(*where)!r}, but {said[0].get(*where)!r} in row {said[0].place().row}"
                self.notes.note(line.place(*where), f"{message}; make them equal")
        return said[0].get(*where) if said else None

    def _facts(self, lines: Sequence[Line], keys: Iterable[str]) -> tuple[dict[str, Any], Places]:
        """Fields of one record, and where each was said first."""
        plain: dict[str, Any] = {}
        places: Places = {(): lines[0].place()}
        for key in keys:
            value = self._said(lines, key)
            holder = next((line for line in lines if line.get(key) is not None), lines[0])
            places.update({where: at for where, at in holder.places.items() if where[:1] == (key,)})
            plain.update({key: value} if value is not None else {})
        return plain, places

    # --- coders, hypotheses, priors ------------------------------------------------------------

    def _coders(self) -> list[Coder | None]:
        first = {line.get("coder") or self.coder: line.place("coder") for line in reversed(self.lines)}
        return [
            self.notes.validate(Coder, {"id": name}, {("id",): first[name]}, ("coders", name))
            for name in self.coders
        ]

    def _priors(self, lines: Sequence[Line]) -> dict[str, float]:
        """Priors that some rows state, by hypothesis."""
        said = {h: self._said(each, "prior") for h, each in _group(lines, "hypothesis").items()}
        return {h: said[h] for h in self.hypotheses if said.get(h) is not None}

    def _set_prior(self) -> dict[str, float]:
        """Priors of rows without an episode, or else of the first episode that has any."""
        named = [[line for line in self.lines if not line.get("episode")], *self.by["episode"].values()]
        return next(filter(None, (self._priors(lines) for lines in named)), {})

    def _hypotheses(self) -> list[Hypothesis | None]:
        return [self._hypothesis(name, lines) for name, lines in self.by["hypothesis"].items()]

    def _hypothesis(self, name: str, lines: Sequence[Line]) -> Hypothesis | None:
        holder = next((line for line in lines if line.get("prior") is not None), lines[0])
        places: Places = {
            (): holder.place(),
            ("id",): lines[0].place("hypothesis"),
            ("prior",): holder.place("prior"),
        }
        if self.prior and name not in self.prior:
            message = "empty, but other hypotheses have a prior; give every hypothesis one, or none for equal priors"
            self.notes.note(holder.place("prior"), message, ("hypotheses", name))
        prior = self.prior.get(name, 1 / len(self.hypotheses))
        plain = {"id": name, "label": name, "statement": name, "prior": prior}
        return self.notes.validate(Hypothesis, plain, places, ("hypotheses", name))

    # --- cases and episodes ------------------------------------------------------------------

    def _cases(self) -> dict[str, str]:
        """Case of every episode, in the order of the rows."""
        made = {name: self._said(lines, "case") or CASE for name, lines in self.by["episode"].items()}
        for line in self.lines:
            case = line.get("case") or CASE
            if not line.get("episode") and case not in made.values():
                # a case of its own, or a table that names no episodes at all
                made[EPISODE if case == CASE else case] = case
        return made

    def _build_cases(self, items: dict[str, list[Item]]) -> list[Case]:
        first = {line.get("case"): line.place("case") for line in reversed(self.lines)}
        found = []
        for name, episodes in _group_names(self.case_of).items():
            made = [episode for each in episodes if (episode := self._episode(each))]
            plain = {"case": name, "label": name, "episodes": made, "items": items.get(name, [])}
            places: Places = {("case",): first.get(name, Place())}
            found.append(self.notes.validate(Case, plain, places, ("cases", name)))
        return [case for case in found if case]

    def _episode(self, name: str) -> Episode | None:
        lines = self.by["episode"].get(name, [])
        plain, places = self._facts(lines, ("outcome", "granted")) if lines else ({}, {})
        prior = self._priors(lines)
        if prior and prior != self.prior:
            plain["prior"] = prior
        if not lines:
            # an episode that only the name of its case stands for
            case = next((line for line in self.lines if line.get("case") == name), self.lines[0])
            places[()] = case.place("case")
        for line in lines[:1]:
            places.update({("id",): line.place("episode"), ("prior",): line.place("prior")})
        plain = {"outcome": UNSAID, **plain, "id": name, "label": name}
        return self.notes.validate(Episode, plain, places, ("episodes", name))

    # --- readings and clusters ---------------------------------------------------------------

    def _reading(self, name: str, lines: Sequence[Line]) -> Reading | None:
        options = {
            option: self._said(here, "option_probability") for option, here in _group(lines, "option").items()
        }
        holder = next((line for line in lines if line.get("option")), lines[0])
        places: Places = {(): lines[0].place("reading"), ("options",): holder.place("option_probability")}
        return self.notes.validate(Reading, {"id": name, "options": options}, places, ("readings", name))

    def _cluster(self, name: str, lines: Sequence[Line]) -> Cluster | None:
        plain, places = self._facts(lines, ("correlation",))
        return self.notes.validate(Cluster, {"id": name, **plain}, places, ("clusters", name))

    # --- items and codings -------------------------------------------------------------------

    def _as_codings(self) -> Iterator[Line]:
        """Rows as rows of the sheet Codings."""
        for line in self.lines:
            if line.get("episode"):
                line.plain["episodes"] = [line.get("episode")]
            coder = line.get("coder") or self.coder
            line.plain["coder"] = None if coder == self.coders[0] else coder
            line.places[("episodes",)] = line.place("episode")
            yield line

    def _items(self, drafts: Mapping[str, list[Draft]]) -> dict[str, list[Item]]:
        """Items by case."""
        made: dict[str, list[Item]] = {}
        for name, lines in self.by["item"].items():
            item = self._item(name, lines, drafts.get(name, []))
            if item:
                made.setdefault(self.case_of[item.episodes[0]], []).append(item)
        return made

    def _item(self, name: str, lines: Sequence[Line], drafts: Sequence[Draft]) -> Item | None:
        plain, places = self._facts(lines, ("paraphrase", "date", "found", "decisive", "reading"))
        episodes = self._bears_on(lines)
        merged = _merge(drafts, episodes)
        places[("id",)] = lines[0].place("item")
        for key in ("episode", "given", "cluster"):
            holder = next((line for line in lines if line.get(key)), lines[0])
            places["episodes" if key == "episode" else key,] = holder.place(key)
        codings = [
            coding for number, draft in enumerate(merged) if (coding := draft.build(number, self.notes))
        ]
        plain = {
            "id": name,
            "paraphrase": name,
            **plain,
            **self._detection(lines, places),
            "episodes": episodes,
        }
        return self.notes.validate(Item, {**plain, **_common(merged, codings)}, places, ("items", name))

    def _bears_on(self, lines: Sequence[Line]) -> list[str]:
        """Episodes named in an item's rows; where none is, all of its case."""
        named = list(_group(lines, "episode"))
        case = self._said(lines, "case") if not named else None
        return named or [each for each, of in self.case_of.items() if of == (case or CASE)]

    def _detection(self, lines: Sequence[Line], places: Places) -> dict[str, Any]:
        """One detection, or one by hypothesis where the rows differ."""
        said = {h: self._said(here, "detection") for h, here in _group(lines, "hypothesis").items()}
        by = {h: value for h, value in said.items() if value is not None}
        for line in lines:
            places.update({where: at for where, at in line.places.items() if where[:1] == ("detection",)})
            places["detection_by_hypothesis", line.get("hypothesis")] = line.place("detection")
        values = list(by.values())
        if any(value != values[0] for value in values):
            return {"detection_by_hypothesis": by}
        return {"detection": values[0]} if values else {}


def _common(drafts: Sequence[Draft], codings: Sequence[Coding]) -> dict[str, Any]:
    """What every coding of an item says, said of the item."""
    common: dict[str, Any] = {"codings": list(codings)}
    for key in ("cluster", "given"):
        values = [draft.plain.get(key) for draft in drafts]
        if values and values[0] and all(value == values[0] for value in values):
            common[key] = values[0]
            empty = None if key == "cluster" else ()
            common["codings"] = [coding.model_copy(update={key: empty}) for coding in common["codings"]]
    return common


def _merge(drafts: Sequence[Draft], episodes: Sequence[str]) -> list[Draft]:
    """Codings that differ in nothing but the episode are one coding."""
    kept: list[Draft] = []
    for draft in drafts:
        twin = next((each for each in kept if _same(each, draft)), None)
        if twin is None:
            kept.append(draft)
        else:
            twin.plain["episodes"] = [*twin.plain["episodes"], *draft.plain["episodes"]]
    for draft in kept:
        if set(draft.plain.get("episodes", ())) == set(episodes):
            del draft.plain["episodes"]
    return kept


def _same(one: Draft, other: Draft) -> bool:
    named = "episodes" in one.plain and "episodes" in other.plain
    return named and {**one.plain, "episodes": None} == {**other.plain, "episodes": None}


def _group(lines: Iterable[Line], key: str) -> dict[str, list[Line]]:
    """Rows by what they name, in the order of first appearance."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.get(key):
            groups.setdefault(line.get(key), []).append(line)
    return groups


def _group_names(by: Mapping[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, group in by.items():
        groups.setdefault(group, []).append(name)
    return groups
