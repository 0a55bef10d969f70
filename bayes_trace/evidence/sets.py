"""The whole evidence set, and the part of it that stands in ``set.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, Strict

from bayes_trace.errors import UnknownNameError
from bayes_trace.evidence.chronicle import Chronicle
from bayes_trace.evidence.digest import content_digest, content_parts
from bayes_trace.evidence.records import (
    Case,
    Cluster,
    Coder,
    Episode,
    Event,
    Hypothesis,
    Implication,
    Item,
    Lock,
    Reading,
    Reliability,
    Selection,
    Source,
    VerbalScale,
)
from bayes_trace.evidence.scenario import Scenario
from bayes_trace.evidence.values import Coding, FileName, Frozen, Name, Number

__all__ = ["VERSION", "EvidenceSet", "Sense", "SetFile", "Written", "default_sense"]

#: version of the file format that is read and written
VERSION = 1
#: hypotheses of one set: how far each is from each other takes their square in memory
MOST_HYPOTHESES = 2000
Sense = Literal["supply", "refusal"]


class Written(Frozen):
    """A hypothesis of the set file, and the hypotheses by which scenarios left it present."""

    id: Name
    #: itself, the parts of a split, or none where it was dropped
    now: tuple[Name, ...]
    #: neither a compound nor the residual
    core: bool


class SetFile(Frozen):
    """What holds for the whole set: question, hypotheses, coders, codebook."""

    version: Literal[1]
    id: Name
    title: str
    question: str
    #: how the codings came about and what they are worth
    about: str = ""
    licence: str = ""
    hypotheses: tuple[Hypothesis, ...] = Field(min_length=2, max_length=MOST_HYPOTHESES)
    #: concentration of an uncertain (Dirichlet) prior, one draw per episode; empty: the prior is fixed
    prior_concentration: Annotated[Number, Field(gt=0)] | None = None
    #: cases in the order to report them; those not named follow in the order of their files
    case_order: tuple[Name, ...] = ()
    #: scenarios that the author stands by, applied together in this order
    preferred: tuple[Name, ...] = ()
    base_coder: Name
    coders: tuple[Coder, ...] = Field(min_length=1)
    codebook: tuple[Implication, ...] = ()
    scales: tuple[VerbalScale, ...] = ()
    reliability_grades: dict[Name, Reliability] = Field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    #: how the cases were chosen
    selection: Selection | None = None
    #: codings held fast before something was known, with their digests
    locked: tuple[Lock, ...] = ()
    #: what the report asks of every case: what came before, what was attempted, why each outcome
    case_questions: tuple[str, str, str] = (
        "What tied the parties before?",
        "What was attempted, and did it succeed?",
        "Why did each outcome come about?",
    )
    #: side -> country, such as ``patron``; a case may name sides of its own
    sides: dict[Name, Name] = Field(default_factory=dict)
    #: name of a condition -> what its values mean
    conditions: dict[str, str] = Field(default_factory=dict)
    #: rivals exclude one another within the scope of the question
    exclusive: Annotated[bool, Strict()] = True
    #: scenarios applied so far, in order
    applied: tuple[str, ...] = ()
    #: items that those scenarios dropped
    set_aside: tuple[str, ...] = ()
    #: what those scenarios made of the hypotheses of the set file; empty: they stand as written
    written: tuple[Written, ...] = ()


def default_sense(episode: Episode) -> Sense:
    """What the hypotheses explain of an episode where no coding says otherwise."""
    return "refusal" if episode.granted == "no" else "supply"


class EvidenceSet(SetFile):
    """Everything a scholar wrote down, frozen and complete.

    Read it with `read_evidence_set`, change it with `apply_scenario`, and turn it into
    arrays with `compile_evidence`.
    """

    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    scenarios: dict[FileName, Scenario] = Field(default_factory=dict)
    #: who held which office when
    chronicle: Chronicle = Chronicle()

    @cached_property
    def changed_by(self) -> dict[str, tuple[EvidenceSet, Scenario, EvidenceSet]]:
        """What scenarios have made, by their names: of which set, by which scenario, and what.

        Neither changes, so each is made once. A copy of the set may carry this along, hence the first two.
        """
        return {}

    @cached_property
    def episodes(self) -> dict[str, Episode]:
        """Episodes of all cases by id, in the order of the files."""
        return {episode.id: episode for case in self.cases for episode in case.episodes}

    @cached_property
    def items(self) -> dict[str, Item]:
        """Items of all cases by id, in the order of the files."""
        return {item.id: item for case in self.cases for item in case.items}

    @cached_property
    def events(self) -> dict[str, Event]:
        """Events of all cases by id, in the order of the files."""
        return {event.id: event for case in self.cases for event in case.events}

    @cached_property
    def coded(self) -> dict[str, Item | Event]:
        """Items and events by id: whatever may have codings."""
        return {**self.items, **self.events}

    @cached_property
    def reports(self) -> dict[str, tuple[Item, ...]]:
        """Reports of every event, in the order of the files."""
        found: dict[str, list[Item]] = {name: [] for name in self.events}
        for item in self.items.values():
            if item.event in found:
                found[item.event].append(item)
        return {name: tuple(items) for name, items in found.items()}

    def episodes_of(self, item: Item | Event) -> tuple[str, ...]:
        """Episodes that an item or event bears on; a report that names none has those of its event."""
        if item.episodes or isinstance(item, Event) or item.event not in self.events:
            return item.episodes
        return self.events[item.event].episodes

    @cached_property
    def case_of(self) -> dict[str, Case]:
        """Case of every episode."""
        return {episode.id: case for case in self.cases for episode in case.episodes}

    @cached_property
    def hypothesis_ids(self) -> tuple[str, ...]:
        """Ids of the hypotheses in order."""
        return tuple(hypothesis.id for hypothesis in self.hypotheses)

    @cached_property
    def hypothesis_set(self) -> frozenset[str]:
        """The same without their order."""
        return frozenset(self.hypothesis_ids)

    @cached_property
    def unscored(self) -> frozenset[str]:
        """Episodes that are not scored."""
        return frozenset(name for name, each in self.episodes.items() if not each.scored)

    @cached_property
    def coder_ids(self) -> tuple[str, ...]:
        """Ids of the coders, the base coder first."""
        others = (coder.id for coder in self.coders if coder.id != self.base_coder)
        return (self.base_coder, *others)

    def hypothesis(self, name: str) -> Hypothesis:
        """The hypothesis of that id.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        for hypothesis in self.hypotheses:
            if hypothesis.id == name:
                return hypothesis
        raise UnknownNameError("hypothesis", name, self.hypothesis_ids)

    @cached_property
    def compounds(self) -> dict[str, dict[str, float]]:
        """Hypotheses that are the mean of others where they are not coded -> weight of every hypothesis in it.

        These are compounds whose parts are all hypotheses of the set, and those `from_mean`. The parts weigh the
        same; one that a scenario split shares its weight evenly among its own.
        """
        found = {}
        for hypothesis in self.hypotheses:
            if parts := self._mean_of(hypothesis):
                found[hypothesis.id] = {each: 1 / len(parts) / len(part) for part in parts for each in part}
        return found

    def _mean_of(self, hypothesis: Hypothesis) -> list[tuple[str, ...]]:
        """Groups of hypotheses that weigh the same in its mean; none for one that has to be coded."""
        if not hypothesis.from_mean and "+" not in hypothesis.id:
            return []
        if hypothesis.from_mean:
            core = self.core_parts().values()
            others = (tuple(each for each in part if each != hypothesis.id) for part in core)
            return [part for part in others if part]
        now = self.written_parts() | {name: (name,) for name in self.hypothesis_ids}
        parts = [now.get(part, ()) for part in hypothesis.id.split("+")]
        return parts if len(parts) > 1 and all(parts) else []

    def written_parts(self) -> dict[str, tuple[str, ...]]:
        """Every hypothesis of the set file -> the ids by which it is present: itself, parts of a split, none."""
        return {each.id: each.now for each in self.as_written()}

    def core_parts(self) -> dict[str, tuple[str, ...]]:
        """The same for core hypotheses: neither compound nor residual; all of them where none is core."""
        core = {each.id: each.now for each in self.as_written() if each.core}
        return core or self.written_parts()

    def as_written(self) -> tuple[Written, ...]:
        """The hypotheses of the set file, with what scenarios made of each."""
        return self.written or tuple(
            Written(id=each.id, now=(each.id,), core="+" not in each.id and not each.residual)
            for each in self.hypotheses
        )

    def prior(self, episode: str) -> dict[str, float]:
        """Prior of every hypothesis in an episode."""
        own = self.episodes[episode].prior
        return own or {hypothesis.id: hypothesis.prior for hypothesis in self.hypotheses}

    @cached_property
    def declared(self) -> dict[str, dict[str, None]]:
        """Ids of what items refer to, by kind, in the order of the files."""
        return {
            "coder": dict.fromkeys(coder.id for coder in self.coders),
            "cluster": dict.fromkeys(cluster.id for cluster in self.clusters),
            "reading": dict.fromkeys(reading.id for reading in self.readings),
            "implication": dict.fromkeys(implication.id for implication in self.codebook),
            "step": dict.fromkeys(sorted({step for each in self.hypotheses for step in each.steps})),
            "restated": dict.fromkeys(sorted({"outcome", *self.conditions})),
        }

    @cached_property
    def options(self) -> dict[str, dict[str, float]]:
        """Options of every reading, with their probabilities."""
        return {reading.id: reading.options for reading in self.readings}

    @cached_property
    def source_by_key(self) -> dict[str, Source]:
        """Sources by id."""
        return {source.id: source for source in self.sources}

    def reliability_of(self, source: str) -> Reliability | None:
        """How the source with that key reports: its own rates, or those of its grade; None if it is not in doubt."""
        found = self.source_by_key.get(source)
        if found is None:
            return None
        return found.reliability or self.reliability_grades.get(found.grade or "")

    def step_of(self, item: Item | Event) -> str:
        """Step of the mechanism that an item bears on: its own, or that of its implications."""
        if item.step or not item.implications:
            return item.step or ""
        return next((step for each in item.implications if (step := self._steps.get(each))), "")

    @cached_property
    def _steps(self) -> dict[str, str]:
        return {each.id: each.step for each in self.codebook if each.step}

    def restated(self, item: Item | Event) -> set[str]:
        """What an item merely restates: conditions by name, or ``outcome``."""
        own = set(item.restates)
        for each in item.implications:
            own.update(self._restates.get(each, ()))
        return own

    @cached_property
    def _restates(self) -> dict[str, tuple[str, ...]]:
        return {each.id: each.restates for each in self.codebook if each.restates}

    def sense_of(self, episode: str) -> Sense:
        """What is explained of an episode: a supply or a refusal; codings may say so where the outcome is neither."""
        return self._stated_senses.get(episode) or default_sense(self.episodes[episode])

    @cached_property
    def _stated_senses(self) -> dict[str, Sense]:
        every = (
            (episode, coding.of) for _, episode, coding, _ in (*self.coded_links(), *self.coded_events())
        )
        return {episode: of for episode, of in every if of}

    def coded_links(
        self, about: str | None = None, *, planned: bool = False
    ) -> Iterator[tuple[Item, str, Coding, str]]:
        """Item, episode, coding and coder of every judgement on hypotheses, or on something else; file order.

        Those of planned items only if so asked.
        """
        for item in self.items.values():
            for coding in item.codings if planned or item.found != "planned" else ():
                if coding.about == about:
                    for episode in coding.episodes or item.episodes:
                        yield item, episode, coding, coding.coder or self.base_coder

    def coded_events(self, about: str | None = None) -> Iterator[tuple[Event, str, Coding, str]]:
        """The same of events."""
        for event in self.events.values():
            for coding in event.codings:
                if coding.about == about:
                    for episode in coding.episodes or event.episodes:
                        yield event, episode, coding, coding.coder or self.base_coder

    @cached_property
    def abouts(self) -> frozenset[str]:
        """What codings are about other than the hypotheses of an episode: attempts, or contrasts."""
        codings = (coding for each in self.coded.values() for coding in each.codings)
        return frozenset(coding.about for coding in codings if coding.about is not None)

    @cached_property
    def has_planned(self) -> bool:
        """Whether an item is still to be looked for."""
        return any(item.found == "planned" for item in self.items.values())

    @cached_property
    def has_costs(self) -> bool:
        """Whether a cost is stated of what is to be looked for."""
        return any(item.cost is not None for item in self.items.values() if item.found == "planned")

    def reports_on(self, event: str, episode: str) -> tuple[Item, ...]:
        """Reports of an event that bear on an episode and were sought, in the order of the files."""
        return tuple(self._heard.get((event, episode), ()))

    @cached_property
    def _heard(self) -> dict[tuple[str, str], list[Item]]:
        """Reports that were sought, by event and episode."""
        found: dict[tuple[str, str], list[Item]] = {}
        for event, reports in self.reports.items():
            for item in reports:
                for episode in dict.fromkeys(self.episodes_of(item)) if item.sought else ():
                    found.setdefault((event, episode), []).append(item)
        return found

    @cached_property
    def content(self) -> dict[str, str]:
        """Short digests by part, see `content_parts`: which part of the set has changed."""
        return content_parts(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that moves a number, see `content_digest`."""
        return content_digest(self)
