"""One table: how robust each answer is, and by what it is lost first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.sensitivity.arrays import open_arrays
from bayes_trace.sensitivity.registry import Asked, Criterion, ask_all, questions, rule

__all__ = ["judged", "robustness"]


@guarded
def robustness(
    evidence: xr.Dataset,
    *,
    scenarios: xr.Dataset | None = None,
    rule: Sequence[Criterion] | None = None,
    coder: str | None = None,
) -> xr.Dataset:
    """How robust each episode's answer is, one row each, and by what it is lost first.

    The verdict on an answer is given by `summary.verdicts`, which sees every reader and all scenarios.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    scenarios
        As from `sensitivity.scenarios`; without them the answer is not judged by them.
    rule
        Criteria for the weakest measures, by default the bounds of the measures themselves.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``episode``: ``leader``, ``runner_up``, ``level`` (who shares the lead), ``probability``, ``carried_by``
    (prior or evidence), ``lead`` (dB); ``fewest_items`` (whose removal
    changes the leader; missing: none does), ``items_to_tie`` (that
    leave it level or behind), ``items_to_flip``, ``items_to_turn``, ``weights_down_to`` and
    ``weights_up_to`` (the factor on all weights between which it leads), ``prior_needed`` (for even odds against all
    others), ``correlation_lost`` (in its clusters; infinite: never) and ``correlation_all_lost`` (all items of the
    episode alike), ``search_bias`` (dB), ``least`` and ``most`` (its probability with ranges as limits),
    ``prior_least`` and ``prior_most`` (with a tenth of the prior open); ``scenario_lead`` (dB), the smallest lead
    under the ``scenarios_tried`` that touch the episode, and ``scenario_least``, which gives it; ``preferred_lead``;
    likewise ``coder_lead``, ``coder_least`` and ``coders_tried`` of other coders; and ``because``: the measures that
    miss most of their bounds, none where all withstand enough.

    Raises
    ------
    BayesTraceError
        For a criterion on a measure that the table does not have.

    References
    ----------
    The measures: see each function. The bounds of the rule are conventions of this project.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> table = robustness(ev)
    >>> table.leader.item(), table.because.item()
    ('A', 'items_to_tie')
    """
    name = str(open_arrays(evidence, coder).evidence["coder"].values[0])
    asked = Asked(evidence, name, scenarios)
    return judged(ask_all(asked, measured=True), rule)


def judged(results: Mapping[str, xr.Dataset], criteria: Sequence[Criterion] | None) -> xr.Dataset:
    """The table from results of questions that are there already."""
    answer = results["carriers"]
    leader = answer["leader"].reset_coords(drop=True)
    table = answer[["leader", "runner_up", "level", "probability", "carried_by"]].drop_dims(
        ["link", "entry"], errors="ignore"
    )
    for question in questions():
        for measure in question.measures if question.name in results else ():
            table = table.assign(measure.taken(results[question.name], leader))
    because = _weakest(table, rule() if criteria is None else criteria, given=criteria is not None)
    return table.assign(because=("episode", because))


def _weakest(table: xr.Dataset, criteria: Sequence[Criterion], *, given: bool) -> np.ndarray:
    """The measures that miss most of their bounds, by episode."""
    numbers = [str(name) for name, each in table.data_vars.items() if each.dtype.kind in "fi"]
    for criterion in criteria:
        if given and criterion.measure not in numbers:
            message = f"no measure {criterion.measure!r}; expected one of {', '.join(numbers)}"
            raise BayesTraceError(message)
    used = [each for each in criteria if each.measure in numbers]
    found = []
    for row in range(table.sizes["episode"]):
        missed = {each.measure: each.shortfall(float(table[each.measure].values[row])) for each in used}
        worst = max(missed.values(), default=0)
        found.append(" ".join(name for name, count in missed.items() if count == worst > 0))
    return np.array(found)
