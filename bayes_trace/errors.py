"""What can go wrong, in words that say what is there, what was expected and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copyreg import __newobj__  # type: ignore[attr-defined]
from dataclasses import dataclass
from typing import Any

__all__ = [
    "BayesTraceError",
    "BlockError",
    "CalibrationError",
    "CausalModelError",
    "ClusterLostError",
    "ConditionError",
    "ConvergenceError",
    "CountError",
    "CyclicModelError",
    "EvidenceSetError",
    "FileError",
    "ImpossibleEvidenceError",
    "MissingLetterWarning",
    "ModelError",
    "NoDataModelError",
    "PlanningError",
    "Problem",
    "SamplerError",
    "SamplingStoppedError",
    "ScaleError",
    "ScenarioError",
    "SimulationError",
    "UnknownNameError",
    "WorkError",
    "WrongArgumentError",
    "printable",
    "unprintable",
]

#: controls but for line breaks and tabs, halves of pairs of UTF-16, and what moves letters about where they are
#: shown: overrides, embeddings and isolates of the direction of writing
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: problems of one set that a message lists; all stand in `problems`
MOST_SHOWN = 1000


def unprintable(text: str) -> str:
    r"""The first sign that would steer a terminal or reorder what is read; empty for none.

    Examples
    --------
    >>> unprintable("plain\nwords"), unprintable("\x1b[2J") == "\x1b"
    ('', True)
    """
    found = _STEERING.search(text)
    return found[0] if found else ""


def printable(text: str) -> str:
    r"""A text in which such signs are spelt out.

    Examples
    --------
    >>> print(printable("a\x1b[31mb"))
    a\x1b[31mb
    """
    return _STEERING.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


class _Sent:
    """What is sent to another process as it is, whatever its kind is made from."""

    args: tuple[Any, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return __newobj__, (type(self), *self.args), self.__dict__


class BayesTraceError(_Sent, Exception):
    """Any error that a user of this package can correct."""


@dataclass(frozen=True)
class Problem:
    """One error in an evidence set: where it is and how to correct it.

    Examples
    --------
    >>> print(Problem(("hypotheses",), "priors sum to 1.1, expected 1", "set.yaml", 14))
    set.yaml:14  hypotheses: priors sum to 1.1, expected 1
    """

    #: keys and indices from the top of the file down to the value
    where: tuple[str | int, ...]
    #: what is there, what was expected; what to do
    message: str
    #: file inside the evidence set, empty for a set made in memory
    file: str = ""
    #: line in that file, counted from 1; 0 where unknown
    line: int = 0

    @property
    def path(self) -> str:
        """The dotted path, for people."""
        return ".".join(str(part) for part in self.where)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        path = f"{self.path}: " if self.path else ""
        return printable(f"{place}  {path}{self.message}" if place else f"{path}{self.message}")


class EvidenceSetError(BayesTraceError, ValueError):
    """An evidence set that cannot be used, with every problem in `problems`."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(name, self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{self.name}: {count} problem{'s' if count != 1 else ''}"
        beyond = [f"  and {count - MOST_SHOWN} more"] if count > MOST_SHOWN else []
        return "\n".join([head, *(f"  {problem}" for problem in self.problems[:MOST_SHOWN]), *beyond])


class FileError(BayesTraceError, OSError):
    """A file that the system does not let be written; `filename` and `errno` are those of any such error."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.errno, self.strerror, self.filename)

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


class ScenarioError(BayesTraceError, ValueError):
    """A scenario that does not fit the evidence set it is meant for."""


class ScaleError(BayesTraceError, ValueError):
    """A coding whose scale does not support what was asked of it."""


class WrongArgumentError(BayesTraceError, TypeError):
    """Something of another kind than a function takes; the message says what to call first."""


class UnknownNameError(BayesTraceError, LookupError):
    """A name (hypothesis, episode, coder, scenario, ...) that does not exist."""

    def __init__(self, kind: str, name: object, known: Sequence[object]) -> None:
        shown = ", ".join(str(each) for each in known) or "none"
        super().__init__(f"no {kind} named {name!r}; there are: {shown}")

    def __str__(self) -> str:  # LookupError would show the repr
        return str(self.args[0])


class ImpossibleEvidenceError(BayesTraceError, ValueError):
    """Every hypothesis of an episode was ruled out; `items` says by what."""

    def __init__(self, episode: str, items: dict[str, list[str]]) -> None:
        self.episode = episode
        #: hypothesis -> items that give it a likelihood of zero
        self.items = items
        ruled_out = "; ".join(f"{hypothesis} by {', '.join(by)}" for hypothesis, by in items.items())
        super().__init__(
            f"episode {episode}: every hypothesis is ruled out ({ruled_out}); "
            "at least one likelihood of zero must be wrong, or the true explanation is not among the hypotheses"
        )


class WorkError(BayesTraceError):
    """Pieces of work that could not be done; `failed` says what was wrong with each, `kept` holds the other results."""

    def __init__(
        self, message: str, failed: Mapping[str, str], kept: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        #: piece -> its fault
        self.failed = dict(failed)
        self.kept = dict(kept or {})


class BlockError(WorkError):
    """Blocks of an evidence table that could not be answered; results of the others are kept on disk."""


class ClusterLostError(BayesTraceError):
    """A cluster that went away while it was at work."""


class ModelError(BayesTraceError, ValueError):
    """A model that the evidence cannot support."""


class ConditionError(ModelError):
    """Conditions that are missing, constant, collinear or too many for the cases."""


class NoDataModelError(BayesTraceError):
    """A question that needs a generative model of the evidence, where none is defined."""


class SamplerError(BayesTraceError):
    """A sampler that is unknown or not installed, or a run that it cannot perform."""


class SamplingStoppedError(SamplerError):
    """A run that was stopped before its first draw."""


class ConvergenceError(BayesTraceError):
    """A run whose chains disagree; `draws` holds it, `failures` says which quantity and by how much."""

    def __init__(self, message: str, *, failures: Sequence[str], draws: object = None) -> None:
        super().__init__(message)
        self.failures = tuple(failures)
        self.draws = draws


class CountError(BayesTraceError, ValueError):
    """Invalid counts of items, or invalid settings of a tally."""


class CalibrationError(BayesTraceError, ValueError):
    """Items with known answers that cannot be scored."""


class PlanningError(BayesTraceError, ValueError):
    """A question about planned items that cannot be answered, for lack of items or of costs."""


class SimulationError(BayesTraceError, ValueError):
    """Evidence that cannot be simulated as asked: an invalid truth, threshold or correlation."""


class CausalModelError(BayesTraceError, ValueError):
    """An invalid causal model, or an invalid query about it."""


class CyclicModelError(CausalModelError):
    """Arrows that lead back to where they began; `cycle` names the nodes on the way."""

    def __init__(self, cycle: Sequence[str]) -> None:
        self.cycle = tuple(cycle)
        way = " -> ".join([*self.cycle, self.cycle[0]])
        super().__init__(f"the arrows form a cycle, {way}; expected causes before effects, so remove one")


class MissingLetterWarning(_Sent, UserWarning):
    """A letter that the font of a figure lacks, drawn as a box."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        super().__init__(
            f"the font of the figures lacks {letter}, drawn as a box; install one that has it, and name it as "
            "font.family in a matplotlibrc file"
        )
