"""One table: how much each answer withstands, and a word for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.bounds import interval_bounds
from bayes_trace.sensitivity.dependence import dependence_sweep
from bayes_trace.sensitivity.flips import fewest_items_to_flip
from bayes_trace.sensitivity.ledger import Array, Ledger, normalised, open_ledger
from bayes_trace.sensitivity.priors import contamination_bounds, prior_needed
from bayes_trace.sensitivity.scaling import breakdown
from bayes_trace.sensitivity.search import recoding, search_bias

__all__ = ["EPSILON", "RULE", "Criterion", "robustness", "summarised"]

WORDS = ("robust", "moderate", "fragile")
EPSILON = 0.1


@dataclass(frozen=True)
class Criterion:
    """From which value on one measure counts as robust, and as moderate.

    Examples
    --------
    >>> lead = Criterion("lead", robust=10.0, moderate=5.0)
    >>> [lead.word(value) for value in (12.0, 5.0, 1.0)]
    ['robust', 'moderate', 'fragile']
    """

    #: a variable of the table
    measure: str
    robust: float
    moderate: float
    #: whether more of it is better
    higher_is_better: bool = True

    def word(self, value: float) -> str:
        """The word for a value; a missing one (nothing there to lose) is robust."""
        if np.isnan(value):
            return WORDS[0]
        sign = 1.0 if self.higher_is_better else -1.0
        if sign * value >= sign * self.robust:
            return WORDS[0]
        return WORDS[1] if sign * value >= sign * self.moderate else WORDS[2]


#: The rule behind the word. The bounds are conventions of this project: 10 dB is odds of ten to one, 5 dB of three to
#: one; an answer that hangs on a single item, or that a third of the scenarios overturn, is called fragile. An
#: answer is as robust as its weakest measure.
RULE: tuple[Criterion, ...] = (
    Criterion("lead", robust=10.0, moderate=5.0),
    Criterion("items_to_tie", robust=3.0, moderate=2.0),
    Criterion("prior_needed", robust=0.1, moderate=0.25, higher_is_better=False),
    Criterion("correlation_lost", robust=np.inf, moderate=0.5),
    Criterion("search_bias", robust=3.0, moderate=1.0),
    Criterion("scenario_share", robust=1.0, moderate=2 / 3),
    Criterion("coder_share", robust=1.0, moderate=0.5),
)


def robustness(
    evidence: xr.Dataset,
    *,
    scenarios: xr.Dataset | None = None,
    rule: Sequence[Criterion] = RULE,
    coder: str | None = None,
) -> xr.Dataset:
    """How much each episode's answer withstands, one row each, and a word for it.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    scenarios
        As from `sensitivity.scenarios`; without them the answer is not judged by them.
    rule
        Criteria for the word, by default `RULE`.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``episode``: ``leader``, ``runner_up``, ``probability``, ``lead`` (dB), ``fewest_items`` (whose removal
    changes the leader; missing: none does), ``items_to_tie`` (that
    leave it level or behind), ``items_to_flip``, ``items_to_turn``, ``weights_down_to`` and
    ``weights_up_to`` (the factor on all weights between which it leads), ``prior_needed`` (for even odds against all
    others), ``correlation_lost`` (in its clusters; infinite: never) and ``correlation_all_lost`` (all items of the
    episode alike), ``search_bias`` (dB), ``least`` and ``most`` (its probability with ranges as limits),
    ``prior_least`` and ``prior_most`` (with a tenth of the prior open), ``scenarios_held`` of ``scenarios_tried``,
    ``scenario_share``, ``coders_agreeing`` of ``coders_tried``, ``coder_share``, ``word``, and ``because``: the
    measures that keep it from a better word.

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
    >>> table.word.item(), table.because.item()
    ('fragile', 'items_to_tie')
    """
    ledger = open_ledger(evidence, coder)
    name = str(ledger.evidence["coder"].values[0])
    return summarised(
        evidence, {key: measure(evidence, name) for key, measure in MEASURED.items()}, scenarios, rule, name
    )


def summarised(
    evidence: xr.Dataset,
    parts: Mapping[str, xr.Dataset],
    scenarios: xr.Dataset | None,
    rule: Sequence[Criterion],
    coder: str | None,
) -> xr.Dataset:
    """The table from what `MEASURED` gives, or from results that are there already."""
    ledger = open_ledger(evidence, coder)
    table = xr.Dataset(
        {
            **_answer(ledger),
            **{new: _taken(parts[part][old], new) for new, (part, old) in TAKEN.items()},
            **{new: _of_leader(parts[part], old, ledger) for new, (part, old) in OF_LEADER.items()},
            **_scenarios(ledger, scenarios),
            **_coders(evidence, ledger),
        },
        ledger.coords("episode"),
        ledger.attrs,
    )
    word, because = _judge(table, rule)
    return table.assign(word=("episode", word), because=("episode", because))


#: what the table is taken from
MEASURED: dict[str, Callable[[xr.Dataset, str], xr.Dataset]] = {
    "fewest_items_to_flip": lambda evidence, coder: fewest_items_to_flip(evidence, coder=coder),
    "recoding": lambda evidence, coder: recoding(evidence, coder=coder),
    "breakdown": lambda evidence, coder: breakdown(evidence, coder=coder),
    "search_bias": lambda evidence, coder: search_bias(evidence, coder=coder),
    "dependence/cluster": lambda evidence, coder: dependence_sweep(evidence, coder=coder),
    "dependence/all": lambda evidence, coder: dependence_sweep(evidence, by="all", coder=coder),
    "prior_needed": lambda evidence, coder: prior_needed(evidence, coder=coder),
    "contamination_bounds": lambda evidence, coder: contamination_bounds(
        evidence, epsilon=EPSILON, coder=coder
    ),
    "interval_bounds": lambda evidence, coder: interval_bounds(evidence, coder=coder),
}
#: name in the table -> result, and its variable by episode
TAKEN = {
    "fewest_items": ("fewest_items_to_flip", "count"),
    "items_to_tie": ("fewest_items_to_flip", "to_tie"),
    "items_to_flip": ("fewest_items_to_flip", "items"),
    "items_to_turn": ("recoding", "count"),
    "weights_down_to": ("breakdown", "lower"),
    "weights_up_to": ("breakdown", "upper"),
    "search_bias": ("search_bias", "smallest"),
    "correlation_lost": ("dependence/cluster", "lost_at"),
    "correlation_all_lost": ("dependence/all", "lost_at"),
}
#: likewise, by episode and hypothesis, of which the leader's is taken
OF_LEADER = {
    "prior_needed": ("prior_needed", "prior_needed"),
    "least": ("interval_bounds", "lower"),
    "most": ("interval_bounds", "upper"),
    "prior_least": ("contamination_bounds", "lower"),
    "prior_most": ("contamination_bounds", "upper"),
}
UNITS: dict[str, dict[str, str]] = {"search_bias": {"units": "dB"}, "items_to_flip": {}}


def _answer(ledger: Ledger) -> dict[str, tuple[str, np.ndarray, dict[str, str]]]:
    ranked = np.take_along_axis(ledger.joint, ledger.order, axis=-1)
    with np.errstate(invalid="ignore"):
        lead = log_to_db(ranked[:, 0] - ranked[:, 1])
    return {
        "leader": ("episode", ledger.names(ledger.leader), {}),
        "runner_up": ("episode", ledger.names(ledger.order[:, 1]), {}),
        "probability": ("episode", normalised(ledger.joint).max(axis=-1), {"units": "1"}),
        "lead": ("episode", lead, {"units": "dB"}),
    }


def _taken(values: xr.DataArray, name: str) -> tuple[str, np.ndarray, dict[str, str]]:
    return "episode", values.values, dict(UNITS.get(name, {"units": "1"}))


def _of_leader(part: xr.Dataset, name: str, ledger: Ledger) -> tuple[str, Array, dict[str, str]]:
    values = part[name]
    if "epsilon" in values.dims:
        values = values.sel(epsilon=EPSILON)
    table = values.transpose("episode", "hypothesis").values
    return "episode", table[np.arange(ledger.leader.size), ledger.leader], {"units": "1"}


def _scenarios(ledger: Ledger, scenarios: xr.Dataset | None) -> dict[str, tuple[str, np.ndarray]]:
    """In how many scenarios the leader leads: the base left out, and those that do not know it as one hypothesis."""
    n = len(ledger.episodes)
    held, tried = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if scenarios is not None:
        coder = str(ledger.evidence["coder"].values[0])
        others = scenarios.isel(scenario=slice(1, None)).sel(coder=coder, episode=ledger.episodes)
        leader = xr.DataArray(ledger.names(ledger.leader), dims="episode")
        known = others["probability"].sel(hypothesis=leader).notnull().transpose("scenario", "episode")
        tried = known.values.sum(axis=0)
        held = ((others["leader"] == leader).transpose("scenario", "episode") & known).values.sum(axis=0)
    return {
        "scenarios_held": ("episode", held),
        "scenarios_tried": ("episode", tried),
        "scenario_share": ("episode", _share(held, tried)),
    }


def _coders(evidence: xr.Dataset, ledger: Ledger) -> dict[str, tuple[str, np.ndarray]]:
    """How many of the coders who judged any of its items lead with the same hypothesis."""
    mine = ledger.names(ledger.leader)
    agreeing, tried = np.zeros(mine.size, dtype=np.int64), np.zeros(mine.size, dtype=np.int64)
    for name in evidence["coder"].values:
        other = open_ledger(evidence, str(name))
        coded = other.evidence["coded"].values[0].astype(np.float64)
        judged = other.sum(coded[:, None])[:, 0] > 0
        tried += judged
        agreeing += judged & (other.names(other.leader) == mine)
    return {
        "coders_agreeing": ("episode", agreeing),
        "coders_tried": ("episode", tried),
        "coder_share": ("episode", _share(agreeing, tried)),
    }


def _share(part: np.ndarray, whole: np.ndarray) -> Array:
    """Missing where nothing was tried."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _judge(table: xr.Dataset, rule: Sequence[Criterion]) -> tuple[np.ndarray, np.ndarray]:
    """As robust as the weakest measure, and which measures those are."""
    numbers = [str(name) for name, each in table.data_vars.items() if each.dtype.kind in "fi"]
    for criterion in rule:
        if criterion.measure not in numbers:
            message = f"no measure {criterion.measure!r}; expected one of {', '.join(numbers)}"
            raise BayesTraceError(message)
    words, reasons = [], []
    for row in range(table.sizes["episode"]):
        ranks = {
            each.measure: WORDS.index(each.word(float(table[each.measure].values[row]))) for each in rule
        }
        worst = max(ranks.values(), default=0)
        words.append(WORDS[worst])
        reasons.append(" ".join(name for name, rank in ranks.items() if rank == worst and worst > 0))
    return np.array(words, dtype=str), np.array(reasons, dtype=str)
