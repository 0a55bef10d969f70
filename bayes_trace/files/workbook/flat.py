"""One flat table of codings, a row per item, episode, coder and hypothesis: what a lone CSV carries.

What belongs to an item, an episode, a reading or a cluster may stand in every row or in one; rows
that disagree are a problem.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bayes_trace.evidence import Coding, EvidenceSet, Item, Value
from bayes_trace.evidence.coded import term_in, verbal_terms
from bayes_trace.evidence.values import Values
from bayes_trace.files.cells import Cell
from bayes_trace.files.delimited import FORMULA
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.book import Table
from bayes_trace.files.workbook.columns import FLAT
from bayes_trace.files.workbook.draft import Draft, Place
from bayes_trace.files.workbook.order import by_case
from bayes_trace.files.workbook.rows import CodingDraft, Line, Sheets, agreed, draft_codings, group, show

__all__ = ["flat_text", "is_flat", "not_in_csv", "take_flat"]

CASE, EPISODE, CODER = "case", "episode", "coder"
UNSAID = "not stated"
ATTEMPT_ONLY = "only an attempt is coded"

_NEEDED = {"item", "hypothesis", "best"}


def is_flat(table: Table) -> bool:
    """Whether a table has what no flat table can lack."""
    return set(table.columns) >= _NEEDED


def take_flat(table: Table, draft: Draft) -> None:
    """Put what a flat table holds into the draft; every fault is noted."""
    lines = list(Sheets({FLAT.name: table}, draft).lines(FLAT))
    if table.columns and "best" not in table.columns:
        draft.note(
            Place(table.sheet, table.head), "no column 'best'; add it: p(item | hypothesis), or a term."
        )
        return
    for line in lines:
        # a compound that is not coded is the mean of its parts
        if line.get("value") is None and "+" not in line.get("hypothesis"):
            message = "empty; fill it in: p(item | hypothesis), or a term."
            draft.note(line.place("value", "best"), message)
    if not table.rows and not draft:
        draft.note(table.place(), "no rows; expected one per item and hypothesis")
    if lines:
        _Flat(lines, draft).take()


class _Flat:
    """What the rows say, gathered by what it is said of."""

    def __init__(self, lines: Sequence[Line], draft: Draft) -> None:
        self.draft = draft
        self.lines = lines
        self.by = {key: group(lines, key) for key in ("item", "episode", "cluster", "reading")}
        #: an attempt has alternatives of its own
        self.by["hypothesis"] = group((line for line in lines if not line.get("about")), "hypothesis")
        #: who is meant where no coder is named
        self.coder = next(iter(group(lines, "coder")), CODER)
        self.coders = list(dict.fromkeys(line.get("coder") or self.coder for line in lines))
        self.case_of = self._case_of()

    def take(self) -> None:
        self.draft.plain.update(
            version=1,
            id="table",
            title="A table of codings",
            question="Which hypothesis explains each episode?",
            base_coder=self.coders[0],
        )
        first = {line.get("coder") or self.coder: line.place("coder") for line in reversed(self.lines)}
        self.draft.places["base_coder",] = first[self.coders[0]]
        for name in self.coders:
            self.draft.take(("coders", name), {"id": name}, {("id",): first[name]})
        self._take_hypotheses()
        self._take_cases()
        self._take_readings()
        for name, lines in self.by["cluster"].items():
            self.draft.take(("clusters", name), {"id": name}, {(): lines[0].place()})
            self._facts(("clusters", name), lines, "correlation")
        codings = group_codings(draft_codings(self._as_codings(), self.draft))
        for name, lines in self.by["item"].items():
            self._take_item(name, lines, codings.get(name, []))

    def _facts(self, where: tuple[str, str], lines: Sequence[Line], *keys: str) -> None:
        """Fields of one record; the place of each is where it was said first."""
        for key in keys:
            value = agreed(self.draft, lines, key)
            holder = next((line for line in lines if line.get(key) is not None), lines[0])
            self.draft.places.update({(*where, key, *inside): at for inside, at in holder.under(key).items()})
            if value is not None:
                self.draft.take((*where, key), value, {})

    # --- hypotheses, cases, episodes, readings -------------------------------------------------

    def _priors(self, lines: Sequence[Line]) -> dict[str, float]:
        """Priors that some rows state, by hypothesis."""
        said = {h: agreed(self.draft, each, "prior") for h, each in group(lines, "hypothesis").items()}
        return {h: said[h] for h in self.by["hypothesis"] if said.get(h) is not None}

    def _take_hypotheses(self) -> None:
        """Priors are those of rows without an episode, or else of the first episode that has any."""
        named = [[line for line in self.lines if not line.get("episode")], *self.by["episode"].values()]
        self.prior = next(filter(None, (self._priors(lines) for lines in named)), {})
        self.draft.places["hypotheses",] = self.lines[0].place("prior")
        for name, lines in self.by["hypothesis"].items():
            holder = next((line for line in lines if line.get("prior") is not None), lines[0])
            places: dict[Where, Place] = {
                (): holder.place(),
                ("id",): lines[0].place("hypothesis"),
                ("prior",): holder.place("prior"),
            }
            if self.prior and name not in self.prior:
                message = "empty, but other hypotheses have a prior; give every hypothesis one, or none for equal priors"
                self.draft.note(holder.place("prior"), message, ("hypotheses", name))
            prior = self.prior.get(name, 1 / len(self.by["hypothesis"]))
            plain = {"id": name, "label": name, "statement": name, "prior": prior}
            self.draft.take(("hypotheses", name), plain, places)
            self._facts(("hypotheses", name), lines, "residual")

    def _case_of(self) -> dict[str, str]:
        """Case of every episode, in the order of the rows."""
        made = {name: agreed(self.draft, lines, "case") or CASE for name, lines in self.by["episode"].items()}
        for line in self.lines:
            case = line.get("case") or CASE
            if not line.get("episode") and case not in made.values():
                # a case of its own, or a table that names no episodes at all
                made[EPISODE if case == CASE else case] = case
        return made

    def _take_cases(self) -> None:
        first = {line.get("case"): line.place("case") for line in reversed(self.lines)}
        for name in dict.fromkeys(self.case_of.values()):
            self.draft.take(
                ("cases", name), {"case": name, "label": name}, {("case",): first.get(name, Place())}
            )
        for name, case in self.case_of.items():
            # an episode without rows is one that only the name of its case stands for
            lines = self.by["episode"].get(name) or [line for line in self.lines if line.get("case") == name]
            own = bool(self.by["episode"].get(name))
            line = (lines or self.lines)[0]
            plain: dict[str, Any] = {"id": name, "case": case, "label": name, "outcome": UNSAID}
            self.draft.take(("episodes", name), plain, {(): line.place("" if own else "case")})
            if own and all(line.get("about") for line in lines):
                plain.update(scored=False, not_scored=ATTEMPT_ONLY)
            if own:
                prior = self._priors(lines)
                plain.update({"prior": prior} if prior and prior != self.prior else {})
                self.draft.places["episodes", name, "id"] = line.place("episode")
                self.draft.places["episodes", name, "prior"] = line.place("prior")
                self._facts(("episodes", name), lines, "outcome", "granted")

    def _take_readings(self) -> None:
        for name, lines in self.by["reading"].items():
            options = {
                option: agreed(self.draft, here, "option_probability")
                for option, here in group(lines, "option").items()
            }
            holder = next((line for line in lines if line.get("option")), lines[0])
            places: dict[Where, Place] = {
                (): lines[0].place("reading"),
                ("options",): holder.place("option_probability"),
            }
            self.draft.take(("readings", name), {"id": name, "options": options}, places)

    # --- items and codings -------------------------------------------------------------------

    def _as_codings(self) -> Iterator[Line]:
        """Rows as rows of the sheet Codings."""
        for line in self.lines:
            if line.get("episode"):
                line.plain["episodes"] = [line.get("episode")]
            coder = line.get("coder") or self.coder
            line.plain["coder"] = None if coder == self.coders[0] else coder
            line.places["episodes",] = line.place("episode")
            yield line

    def _take_item(self, name: str, lines: Sequence[Line], codings: Sequence[CodingDraft]) -> None:
        episodes = self._bears_on(lines)
        plain = {"id": name, "case": self.case_of[episodes[0]], "paraphrase": name, "episodes": episodes}
        self.draft.take(("items", name), plain, {(): lines[0].place(), ("id",): lines[0].place("item")})
        self._facts(
            ("items", name), lines, "paraphrase", "date", "found", "decisive", "reading", "cost", "archive"
        )
        self._take_detection(name, lines)
        for key in ("episode", "given", "cluster"):
            holder = next((line for line in lines if line.get(key)), lines[0])
            self.draft.places["items", name, "episodes" if key == "episode" else key] = holder.place(key)
        merged = _merged(codings, episodes)
        for key in ("cluster", "given"):
            # what every coding of an item says, said of the item
            values = [coding.plain.get(key) for coding in merged]
            if values and values[0] and all(value == values[0] for value in values):
                plain[key] = values[0]
                for coding in merged:
                    del coding.plain[key]
        for coding in merged:
            coding.take(self.draft)

    def _bears_on(self, lines: Sequence[Line]) -> list[str]:
        """Episodes named in an item's rows; where none is, all of its case."""
        named = list(group(lines, "episode"))
        case = agreed(self.draft, lines, "case") if not named else None
        return named or [each for each, of in self.case_of.items() if of == (case or CASE)]

    def _take_detection(self, name: str, lines: Sequence[Line]) -> None:
        """One detection, or one by hypothesis where the rows differ."""
        said = {h: agreed(self.draft, here, "detection") for h, here in group(lines, "hypothesis").items()}
        by = {h: value for h, value in said.items() if value is not None}
        for line in lines:
            at = {
                ("items", name, "detection", *inside): place
                for inside, place in line.under("detection").items()
            }
            by_name = ("items", name, "detection_by_hypothesis", line.get("hypothesis"))
            self.draft.places.update({**at, by_name: line.place("detection")})
        values = list(by.values())
        if any(value != values[0] for value in values):
            self.draft.take(("items", name, "detection_by_hypothesis"), by, {})
        elif values:
            self.draft.take(("items", name, "detection"), values[0], {})


def group_codings(codings: Iterable[CodingDraft]) -> dict[str, list[CodingDraft]]:
    """Codings by item."""
    groups: dict[str, list[CodingDraft]] = {}
    for coding in codings:
        groups.setdefault(coding.item, []).append(coding)
    return groups


def _merged(codings: Sequence[CodingDraft], episodes: Sequence[str]) -> list[CodingDraft]:
    """Codings that differ in nothing but the episode are one coding."""
    kept: list[CodingDraft] = []
    for coding in codings:
        twin = next((each for each in kept if _same(each, coding)), None)
        if twin is None:
            kept.append(coding)
        else:
            twin.plain["episodes"] = [*twin.plain["episodes"], *coding.plain["episodes"]]
    for coding in kept:
        if set(coding.plain.get("episodes", ())) == set(episodes):
            del coding.plain["episodes"]
    return kept


def _same(one: CodingDraft, other: CodingDraft) -> bool:
    named = "episodes" in one.plain and "episodes" in other.plain
    return named and {**one.plain, "episodes": None} == {**other.plain, "episodes": None}


# --- a set as a table ---------------------------------------------------------------------


def not_in_csv(evidence_set: EvidenceSet) -> list[str]:
    """What a set holds and a flat table of its codings does not.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> not_in_csv(bt.read_evidence_set("evidence_sets/chile_tax_reform_2005"))[-1]
    'labels, statements, sources and notes'
    """
    es = evidence_set
    links = list(es.coded_links(planned=True))
    counted = {
        "source with a reliability (the answers will differ)": sum(
            bool(source.reliability or source.grade) for source in es.sources
        ),
        "item without codings": sum(not (item.codings or item.event) for item in es.items.values()),
        "episode without codings": len(es.episodes.keys() - {episode for _, episode, _, _ in links}),
        "event with its reports (the answers will differ)": len(es.events),
        "contrast": sum(bool(item.contrast) for item in es.items.values()),
        "scenario": len(es.scenarios),
        "condition": len(es.conditions),
        "implication of the codebook": len(es.codebook),
    }
    lines = [f"{count} × {what}" for what, count in counted.items() if count]
    return [*lines, "labels, statements, sources and notes"]


def flat_text(es: EvidenceSet) -> str:
    """The table as CSV; columns in which nothing stands are left out."""
    rows = [_safe(show(FLAT.columns, row)) for row in _rows(es)]
    used = {heading for row in rows for heading in row} | _NEEDED
    out = io.StringIO(newline="")
    headings = [column.heading for column in FLAT.columns if column.heading in used]
    writer = csv.DictWriter(out, headings, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _safe(row: dict[str, Cell]) -> dict[str, Cell]:
    """Texts that a spreadsheet program would take for a formula are written as JSON."""
    return {
        heading: f"json:{json.dumps(cell)}" if isinstance(cell, str) and cell[:1] in FORMULA else cell
        for heading, cell in row.items()
    }


def _rows(es: EvidenceSet) -> Iterator[dict[str, Any]]:
    links = by_case(es)
    coded = {item.id for item, _, _, _ in links}
    # the first coder of the table is the base coder
    for name in es.coder_ids:
        for item, episode, coding, coder in links:
            if coder == name:
                about = {**_item(item, coding, coded), **_episode(es, episode), "coder": coder}
                for cell in _cells(es, item, coding, episode):
                    yield {
                        key: value for key, value in {**about, **cell}.items() if value not in (None, [], "")
                    }
                    about.pop("reason", None)


def _item(item: Item, coding: Coding, coded: set[str]) -> dict[str, Any]:
    keys = {"date", "found", "decisive", "reading", "paraphrase", "cost", "archive"}
    plain = item.model_dump(mode="json", exclude_defaults=True, include=keys)
    given = [name for name in dict.fromkeys((*item.given, *coding.given)) if name in coded]
    return {**plain, "item": item.id, "given": given, "reason": coding.reason}


def _episode(es: EvidenceSet, name: str) -> dict[str, Any]:
    episode = es.episodes[name]
    granted = {} if episode.granted == "unknown" else {"granted": episode.granted}
    return {"episode": name, "case": es.case_of[name].case, "outcome": episode.outcome, **granted}


def _cells(es: EvidenceSet, item: Item, coding: Coding, episode: str) -> Iterator[dict[str, Any]]:
    shares = next((reading.options for reading in es.readings if reading.id == item.reading), {})
    prior = es.prior(episode)
    unit, terms = _unit(es, coding)
    residual = {each.id for each in es.hypotheses if each.residual}
    said = {"unit": unit, "about": coding.about, "of": coding.of}
    shared = {**_ratio(coding), **_cluster(es, item, coding), **said}
    for option, values in coding.options.items():
        chosen = {"option": option, "option_probability": shares.get(option)} if option else {}
        for hypothesis in coding.alternatives or es.hypothesis_ids:
            yield {
                **shared,
                **chosen,
                "hypothesis": hypothesis,
                "prior": prior.get(hypothesis),
                "residual": hypothesis in residual or None,
                "value": _value(coding, values, hypothesis, terms),
                "cell_reason": coding.cell_reasons.get(hypothesis),
                "detection": _plain(item.detection_by_hypothesis.get(hypothesis) or item.detection),
            }


def _unit(es: EvidenceSet, coding: Coding) -> tuple[str, dict[str, Value]]:
    """A project's own words are written as the probabilities that they stand for."""
    own = coding.form.words and coding.scale not in (None, "ipcc")
    terms = verbal_terms(es, coding.scale) if own else None
    return ("probability", terms) if terms else (coding.unit, {})


def _value(coding: Coding, values: Values, hypothesis: str, terms: dict[str, Value]) -> Any:  # noqa: ANN401 - plain value
    """The value stated, that of the reference itself, or none for a compound, which has the mean of its parts."""
    neutral = Value(best=coding.form.neutral) if hypothesis == coding.reference else None
    value = values.get(hypothesis, neutral)
    return _plain(term_in(terms, value.best) or value) if value else None


def _plain(value: Value | None) -> Any:  # noqa: ANN401 - a number, a term or a mapping
    return value.model_dump(mode="json") if value else None


def _ratio(coding: Coding) -> dict[str, Any]:
    if not coding.form.ratio:
        return {}
    return {"reference": coding.reference, "reference_probability": _plain(coding.reference_probability)}


def _cluster(es: EvidenceSet, item: Item, coding: Coding) -> dict[str, Any]:
    name = coding.cluster or item.cluster
    found = next((cluster for cluster in es.clusters if cluster.id == name), None)
    return {"cluster": found.id, "correlation": _plain(found.correlation)} if found else {}
