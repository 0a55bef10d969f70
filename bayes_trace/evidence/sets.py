"""The whole evidence set, and the part of it that stands in ``set.yaml``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, Strict

from bayes_trace.errors import UnknownNameError
from bayes_trace.evidence.records import (
    Case,
    Cluster,
    Coder,
    Episode,
    Hypothesis,
    Implication,
    Item,
    Reading,
    Reliability,
    Source,
    VerbalScale,
)
from bayes_trace.evidence.scenario import Scenario
from bayes_trace.evidence.values import Coding, FileName, Frozen, Name, Number

__all__ = ["EvidenceSet", "SetFile"]


class SetFile(Frozen):
    """What holds for the whole set: question, hypotheses, coders, codebook."""

    version: Literal[1]
    id: Name
    title: str
    question: str
    #: how the codings came about and what they are worth
    about: str = ""
    licence: str = ""
    hypotheses: tuple[Hypothesis, ...] = Field(min_length=2)
    #: concentration of an uncertain (Dirichlet) prior, one draw per episode; empty: the prior is fixed
    prior_concentration: Annotated[Number, Field(gt=0)] | None = None
    #: cases in the order to report them; those not named follow in the order of their files
    case_order: tuple[Name, ...] = ()
    base_coder: Name
    coders: tuple[Coder, ...] = Field(min_length=1)
    codebook: tuple[Implication, ...] = ()
    scales: tuple[VerbalScale, ...] = ()
    reliability_grades: dict[Name, Reliability] = Field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    #: what the report asks of every case: what came before, what was attempted, why each outcome
    case_questions: tuple[str, str, str] = (
        "What tied the parties before?",
        "What was attempted, and did it succeed?",
        "Why did each outcome come about?",
    )
    #: name of a condition -> what its values mean
    conditions: dict[str, str] = Field(default_factory=dict)
    #: rivals exclude one another within the scope of the question
    exclusive: Annotated[bool, Strict()] = True
    #: scenarios applied so far, in order
    applied: tuple[str, ...] = ()
    #: items that those scenarios dropped
    set_aside: tuple[str, ...] = ()


class EvidenceSet(SetFile):
    """Everything a scholar wrote down, frozen and complete.

    Read it with `read_evidence_set`, change it with `apply_scenario`, and turn it into
    arrays with `compile_evidence`.
    """

    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    scenarios: dict[FileName, Scenario] = Field(default_factory=dict)

    @cached_property
    def episodes(self) -> dict[str, Episode]:
        """Episodes of all cases by id, in the order of the files."""
        return {episode.id: episode for case in self.cases for episode in case.episodes}

    @cached_property
    def items(self) -> dict[str, Item]:
        """Items of all cases by id, in the order of the files."""
        return {item.id: item for case in self.cases for item in case.items}

    @cached_property
    def case_of(self) -> dict[str, Case]:
        """Case of every episode."""
        return {episode.id: case for case in self.cases for episode in case.episodes}

    @property
    def hypothesis_ids(self) -> tuple[str, ...]:
        """Ids of the hypotheses in order."""
        return tuple(hypothesis.id for hypothesis in self.hypotheses)

    @property
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

    def prior(self, episode: str) -> dict[str, float]:
        """Prior of every hypothesis in an episode."""
        own = self.episodes[episode].prior
        return own or {hypothesis.id: hypothesis.prior for hypothesis in self.hypotheses}

    def step_of(self, item: Item) -> str:
        """Step of the mechanism that an item bears on: its own, or that of its implications."""
        book = {implication.id: implication.step for implication in self.codebook}
        return item.step or next((step for each in item.implications if (step := book.get(each))), None) or ""

    def restated(self, item: Item) -> set[str]:
        """What an item merely restates: conditions by name, or ``outcome``."""
        book = {implication.id: implication.restates for implication in self.codebook}
        return {*item.restates, *(name for each in item.implications for name in book.get(each, ()))}

    def coded_links(self) -> Iterator[tuple[Item, str, Coding, str]]:
        """Item, episode, coding and coder of every judgement, file order."""
        for item in self.items.values():
            for coding in item.codings:
                for episode in coding.episodes or item.episodes:
                    yield item, episode, coding, coding.coder or self.base_coder

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, the same however the files are laid out."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
