"""The forms in which a likelihood may be stated: one entry each, and nothing about a form anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bayes_trace.guards import LARGEST_DB
from bayes_trace.scales import db_to_log, expit, log_to_db, logit

__all__ = ["CodingUnit", "Form"]

Array = npt.NDArray[np.float64]
Transform = Callable[[npt.ArrayLike], Array]


def _plain(values: npt.ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def _from_db(db: npt.ArrayLike) -> Array:
    return np.power(10.0, _plain(db) / 10.0)


def _to_db(values: npt.ArrayLike) -> Array:
    with np.errstate(divide="ignore"):
        return log_to_db(np.log(_plain(values)))


@dataclass(frozen=True)
class Form:
    """How the numbers of a form are read, checked and shown."""

    #: what the numbers are, for people
    label: str
    #: the same for someone who fills in a table, with an example
    example: str
    #: stated number -> probability, or plain ratio
    to_number: Transform
    #: and back
    from_number: Transform
    #: limits of a stated number
    lowest: float
    highest: float
    #: what was expected of a number beyond them
    expected: str
    #: those of the limits that say of something that it is certain
    certain: tuple[float, ...] = ()
    #: what to write where a range reaches the lowest or the highest number
    instead: tuple[str, str] = ("", "")
    #: a comparison with a reference hypothesis, of unknown level
    ratio: bool = False
    #: terms of a verbal scale in the place of numbers
    words: bool = False
    #: stated numbers are on their scale already
    scaled: bool = False
    #: unit behind a number
    suffix: str = ""

    @property
    def neutral(self) -> float:
        """The number of the reference hypothesis."""
        return float(self.from_number(1.0))

    def to_scale(self, stated: npt.ArrayLike) -> Array:
        """Stated numbers on the scale where ranges are symmetric: logit of a probability, dB of a ratio."""
        if self.scaled:
            return _plain(stated)
        number = self.to_number(stated)
        return _to_db(number) if self.ratio else logit(number)

    def from_scale(self, scaled: npt.ArrayLike) -> Array:
        """The numbers that would be stated."""
        if self.scaled:
            return _plain(scaled)
        return self.from_number(np.exp(db_to_log(scaled)) if self.ratio else expit(scaled))


_WORDS = Form(
    label="words of a declared scale",
    example="a term of a declared scale, the IPCC's by default: likely",
    to_number=_plain,
    from_number=_plain,
    lowest=0.0,
    highest=1.0,
    expected="a term of the scale",
    words=True,
)


class CodingUnit(StrEnum):
    """The name of a form in files and tables; its form tells all that there is to know of it."""

    form: Form

    def __new__(cls, name: str, form: Form) -> CodingUnit:
        """A name that carries its form."""
        unit = str.__new__(cls, name)
        unit._value_ = name
        unit.form = form
        return unit

    PROBABILITY = (
        "probability",
        Form(
            label="probability",
            example="P(item given hypothesis): 0.3",
            to_number=_plain,
            from_number=_plain,
            lowest=0.0,
            highest=1.0,
            expected="a probability from 0 to 1",
            certain=(0.0, 1.0),
            instead=("0.01", "0.95"),
        ),
    )
    DB = (
        "db",
        Form(
            label="decibels of a probability",
            example="10 log10 of a probability, so 0.5 is -3",
            to_number=_from_db,
            from_number=_to_db,
            lowest=-LARGEST_DB,
            highest=0.0,
            expected=f"decibels of a probability, from {-LARGEST_DB:g} to 0",
            certain=(0.0,),
            instead=("-20 dB, which is .01", "-0.223 dB, which is .95"),
            suffix=" dB",
        ),
    )
    VERBAL = ("verbal", _WORDS)
    RATIO_DB = (
        "ratio_db",
        Form(
            label="ratio in decibels",
            example="decibels against the hypothesis in `reference`, which itself has 0",
            to_number=_from_db,
            from_number=_to_db,
            lowest=-LARGEST_DB,
            highest=LARGEST_DB,
            expected=f"decibels of a ratio, from {-LARGEST_DB:g} to {LARGEST_DB:g}",
            ratio=True,
            scaled=True,
            suffix=" dB",
        ),
    )
    RATIO = (
        "ratio",
        Form(
            label="ratio",
            example="how many times as probable as under the hypothesis in `reference`: 4 for four to one",
            to_number=_plain,
            from_number=_plain,
            lowest=10.0 ** (-LARGEST_DB / 10),
            highest=10.0 ** (LARGEST_DB / 10),
            expected="a ratio above 0, such as 4 for four to one",
            ratio=True,
        ),
    )
