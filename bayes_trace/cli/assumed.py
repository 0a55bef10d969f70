"""Assumptions by name: ``base``, ``preferred``, a scenario, or several joined by ``+``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.report.results import EpisodeResult, Gathered

__all__ = ["BASE", "PREFERRED", "Assumed", "assume", "named_set"]

BASE, PREFERRED = "base", "preferred"


@dataclass(frozen=True)
class Assumed:
    """A set under the assumptions asked for, everything computed."""

    gathered: Gathered
    label: str

    def episode(self, name: str) -> EpisodeResult:
        """The result of one episode.

        Raises
        ------
        BayesTraceError
            If it is not scored.
        """
        from bayes_trace.errors import BayesTraceError

        for result in self.gathered.episodes:
            if result.episode.id == name:
                return result
        reason = self.gathered.evidence_set.episodes[name].not_scored
        message = f"episode {name} is not scored: {reason}"
        raise BayesTraceError(message)

    def sentences(self, name: str) -> list[str]:
        """What is said of an episode."""
        from bayes_trace.summary.verdicts import episode_sentences

        return episode_sentences(self.gathered.answers, name)


def assume(
    es: EvidenceSet,
    scenarios: Sequence[str] | None,
    *,
    coder: str | None,
    progress: Callable[[str, float], None],
) -> Assumed:
    """Gather a set: with its preferred assumptions beside the base, or with the scenarios named and no others."""
    from bayes_trace.report import gather

    if not scenarios:
        return Assumed(
            gather(es, coder=coder, detail="brief", progress=progress), PREFERRED if es.preferred else BASE
        )
    name = "+".join(scenarios)
    alone = es.model_copy(update={"preferred": ()})  # only what was asked for
    changed = named_set(alone, name, preferred=es.preferred)
    return Assumed(gather(changed, coder=coder, detail="brief", progress=progress), name)


def named_set(es: EvidenceSet, name: str, *, preferred: Sequence[str] | None = None) -> EvidenceSet:
    """The set under named assumptions.

    Raises
    ------
    UnknownNameError
        For a name that is no scenario.
    """
    from bayes_trace.scenarios import apply_scenario

    chosen = preferred if preferred is not None else es.preferred
    parts = [part for each in name.split("+") for part in (chosen if each == PREFERRED else (each,))]
    return apply_scenario(es, *(part for part in dict.fromkeys(parts) if part != BASE))
