"""The questions of sensitivity: each declares its place in a survey, what it measures, and how that is worded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

import xarray as xr

from bayes_trace.guards import guarded
from bayes_trace.independent import all_done
from bayes_trace.sensitivity.arrays import Arrays, open_arrays

if TYPE_CHECKING:
    from distributed import Client

__all__ = [
    "Asked",
    "Criterion",
    "Form",
    "Measure",
    "Question",
    "ask_all",
    "measures",
    "questions",
    "register",
    "rule",
]

#: how a value is said
Form = Literal["count", "probability", "dB", "correlation", "factor"]
#: a variable of the result, or what is taken from it
Value = str | Callable[[xr.Dataset], xr.DataArray]


@dataclass(frozen=True)
class Criterion:
    """From which value on one measure withstands enough, and below which it withstands little.

    Examples
    --------
    >>> lead = Criterion("lead", enough=10.0, little=5.0)
    >>> [lead.shortfall(value) for value in (12.0, 5.0, 1.0)]
    [0, 1, 2]
    """

    #: a variable of the table
    measure: str
    enough: float
    little: float
    #: whether more of it is better
    higher_is_better: bool = True

    def shortfall(self, value: float) -> int:
        """How many of the two bounds a value misses; a missing one (nothing there to lose) misses none."""
        sign = 1.0 if self.higher_is_better else -1.0
        return sum(bool(sign * value < sign * bound) for bound in (self.enough, self.little))


@dataclass(frozen=True)
class Measure:
    """One row of the table of robustness: its numbers, their bounds, and how they are said.

    Examples
    --------
    >>> Measure({"lead": "lead"}, "dB", enough=10.0, little=5.0).criterion
    Criterion(measure='lead', enough=10.0, little=5.0, higher_is_better=True)
    """

    #: variables of the table -> where each is in the result of the question, of the leader where it is by hypothesis;
    #: the first is judged
    values: Mapping[str, Value]
    form: Form
    #: variables in words that belong to it, likewise
    names: Mapping[str, str] = field(default_factory=dict)
    enough: float | None = None
    little: float | None = None
    higher_is_better: bool = True
    #: whether the first two are the ends of an interval
    interval: bool = False
    #: what is measured, with its unit: "the lead in dB"
    what: str = ""
    #: what a poor value means: "few items carry it"
    weakness: str = ""
    #: a sceptic's question, {leader} being its label; without one the measure is not in the report
    question: str = ""
    #: what is said where no value loses the lead
    never: str = ""
    #: heading and explanation in the terminal; without a heading it is not shown there
    column: str = ""
    legend: str = ""
    #: shown only where there is room
    wide: bool = False

    @property
    def name(self) -> str:
        """The variable that is judged."""
        return next(iter(self.values))

    @property
    def criterion(self) -> Criterion | None:
        """Its bounds; None where it has none."""
        if self.enough is None or self.little is None:
            return None
        return Criterion(self.name, self.enough, self.little, self.higher_is_better)

    def taken(self, result: xr.Dataset, leader: xr.DataArray) -> dict[str, xr.DataArray]:
        """Its variables by episode."""
        found = {}
        for name, value in {**self.values, **self.names}.items():
            each = value(result) if callable(value) else result[value]
            found[name] = each.sel(hypothesis=leader) if "hypothesis" in each.dims else each
        return {name: each.reset_coords(drop=True) for name, each in found.items()}


@dataclass(frozen=True)
class Asked:
    """What questions are asked of: the evidence, of one coder, beside scenarios."""

    evidence: xr.Dataset
    coder: str
    #: as from `scenarios`, if there are any
    scenarios: xr.Dataset | None = None
    #: of draws, where a question needs any
    seed: int = 0

    @cached_property
    def arrays(self) -> Arrays:
        """The evidence of the coder."""
        return open_arrays(self.evidence, self.coder)


def _always(_asked: Asked) -> bool:
    return True


@dataclass(frozen=True)
class Question:
    """One question: its node in a survey, how it is answered, and what the answer measures."""

    name: str
    ask: Callable[[Asked], xr.Dataset | xr.DataArray]
    #: where it stands among others
    place: float
    measures: tuple[Measure, ...] = ()
    applies: Callable[[Asked], bool] = _always


_REGISTERED: dict[str, Question] = {}


@guarded
def register(*questions: Question) -> None:
    """Make questions part of every survey, report and table in the terminal.

    Parameters
    ----------
    questions
        A name that was registered before is registered anew.

    Examples
    --------
    >>> known = questions()
    >>> register(known[0])
    >>> questions() == known
    True
    """
    _REGISTERED.update({question.name: question for question in questions})


def questions() -> list[Question]:
    """All that are registered, in order.

    Examples
    --------
    >>> [question.name for question in questions()][:2]
    ['carriers', 'leave_one_out/cluster']
    """
    return sorted(_REGISTERED.values(), key=lambda question: (question.place, question.name))


def measures() -> list[Measure]:
    """The table of robustness: every measure of every question, in order.

    Examples
    --------
    >>> [measure.name for measure in measures()][:2]
    ['lead', 'items_to_tie']
    """
    return [measure for question in questions() for measure in question.measures]


def rule() -> tuple[Criterion, ...]:
    """The rule by which the weakest measures of an answer are found: the bounds of all that have any.

    The bounds are conventions of this project: 10 dB is odds of ten to one, 5 dB of three to one; an answer
    that hangs on a single item, or that a scenario or a coder leaves practically level, misses both. The word for an
    answer is not among them: verdicts, which see every reader and every scenario, give it (`summary.verdicts`).

    Examples
    --------
    >>> rule()[0]
    Criterion(measure='lead', enough=10.0, little=5.0, higher_is_better=True)
    """
    return tuple(each.criterion for each in measures() if each.criterion)


def ask_all(
    asked: Asked,
    *,
    measured: bool = False,
    client: Client | str | None = None,
    say: Callable[[str, float], None] | None = None,
) -> dict[str, xr.Dataset]:
    """Results of all questions that apply, by name; `measured`: of those alone that measure something."""
    chosen = {
        each.name: each for each in questions() if each.applies(asked) and (each.measures or not measured)
    }
    return all_done(partial(_answered, asked), chosen, client=client, progress=say)


def _answered(asked: Asked, question: Question) -> xr.Dataset:
    result = question.ask(asked)
    if isinstance(result, xr.Dataset):
        return result
    return result.to_dataset(name="probability", promote_attrs=True)
