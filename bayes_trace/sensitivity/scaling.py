"""All weights, or one of them, made weaker and stronger: breakdown and power-scaling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.optimize import brentq
from scipy.special import logsumexp

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.sensitivity.arrays import Array, Arrays, Flags, check_within, normalised, open_arrays
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["breakdown", "power_scaling"]

#: a survey says where the leader falls below this
THRESHOLD = 0.5
#: powers beyond which nothing is told apart
MOST_ALPHA = 1000.0
CURVE = (0.0, 0.25, 0.5, 0.8, 1.0, 1.25, 1.5, 2.0)
#: change of a probability per doubling of a component from which it counts, as in `priorsense`
NOTABLE = 0.05


@guarded
def breakdown(
    evidence: xr.Dataset, *, threshold: float | None = None, coder: str | None = None
) -> xr.Dataset:
    """How much weaker, or stronger, all items could be before the leader loses its lead.

    With all weights times alpha, log-odds against a rival are d0 + alpha D, d0 of the prior and D of the items: a
    straight line, whose root bounds alpha on one side. The probability P of the leader obeys
    1/P = 1 + sum exp(-d0 - alpha D), which is convex in alpha and meets a threshold at most twice.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    threshold
        A probability that the leader's should stay above; by default none is asked for.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with the interval of alpha around 1 in which the leader leads: ``lower`` and ``upper`` (episode),
    and against each rival ``rival_lower``, ``rival_upper`` (episode, rival). 0 and infinity where
    nothing is lost on that side; never below 0, which would turn the evidence round. With a
    threshold also ``probability_lower`` and ``probability_upper``, missing where the probability
    is below it at 1.

    Raises
    ------
    BayesTraceError
        For a threshold that is not strictly between 0 and 1.

    References
    ----------
    Huber and Ronchetti (2009), ch. 11, on breakdown points.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.1}}
    >>> ev = bt.compile_evidence(bt.from_table(table, priors={"A": 1 / 3, "B": 2 / 3}))
    >>> round(float(breakdown(ev).lower.item()), 6)  # 8^alpha against 2
    0.333333
    """
    arrays = open_arrays(evidence, coder)
    if threshold is not None and not 0 < threshold < 1:
        message = f"threshold={threshold:g}; expected a probability between 0 and 1"
        raise BayesTraceError(message)
    prior, gain = arrays.against(arrays.log_prior), arrays.against(arrays.log_likelihood)
    low, high = _line_roots(prior, gain)
    itself = np.arange(low.shape[1]) == arrays.leader[:, None]
    parts = {
        "lower": ("episode", np.where(itself, 0.0, low).max(axis=1)),
        "upper": ("episode", np.where(itself, np.inf, high).min(axis=1)),
        "rival_lower": (("episode", "rival"), np.where(itself, np.nan, low)),
        "rival_upper": (("episode", "rival"), np.where(itself, np.nan, high)),
    }
    if threshold is not None:
        roots = [
            _convex_roots(np.delete(a, h), np.delete(b, h), threshold)
            for a, b, h in zip(prior, gain, arrays.leader, strict=True)
        ]
        parts |= {
            f"probability_{side}": ("episode", np.array([pair[end] for pair in roots]))
            for end, side in enumerate(("lower", "upper"))
        }
    return xr.Dataset(
        {
            name: (dims, values, {"units": "1", "long_name": "factor on all weights"})
            for name, (dims, values) in parts.items()
        },
        {
            **arrays.coords("episode"),
            "rival": arrays.hypotheses,
            "leader": ("episode", arrays.names(arrays.leader)),
        },
        arrays.attrs | ({} if threshold is None else {"threshold": threshold}),
    )


def _line_roots(prior: Array, gain: Array) -> tuple[Array, Array]:
    """Interval of alpha >= 0 around 1 in which prior + alpha gain >= 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        root = -prior / gain
    low = np.where(gain > 0, np.clip(root, 0.0, 1.0), 0.0) + 0.0  # no minus zero
    high = np.where(gain < 0, np.maximum(root, 1.0), np.inf)
    return low, high


def _convex_roots(prior: Array, gain: Array, threshold: float) -> tuple[float, float]:
    """Ends of the interval of alpha around 1 in which the probability is at least `threshold`."""
    finite = np.isfinite(gain)  # a rival that is ruled out is gone for every alpha above 0
    prior, gain = prior[finite], gain[finite]

    def surplus(alpha: float) -> float:
        return float(np.log(threshold) + logsumexp(np.append(-prior - alpha * gain, 0.0)))

    if surplus(1.0) > 0:
        return np.nan, np.nan
    low = 0.0 if surplus(0.0) <= 0 else float(brentq(surplus, 0.0, 1.0, xtol=1e-13))
    if not (gain < 0).any():
        return low, np.inf
    top = 2.0
    while surplus(top) <= 0:
        top *= 2
    return low, float(brentq(surplus, 1.0, top, xtol=1e-13))


@guarded
def power_scaling(
    evidence: xr.Dataset,
    *,
    component: str | None = None,
    alpha: Sequence[float] = CURVE,
    notable: float = NOTABLE,
    coder: str | None = None,
) -> xr.Dataset:
    """How the posterior moves as the prior, all items or one item is raised to a power alpha.

    A fact or an event is scaled as one, with all its items.

    dp/dalpha at 1 is p_h (log m_h - sum_k p_k log m_k), m the component: exact, since hypotheses are discrete.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    component
        ``prior``, ``evidence`` (all items), an item, a fact or an event; by default each of them.
    alpha
        Powers at which the curve is given.
    notable
        Change of the leader's probability per doubling of a component from which it is named.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``component``, ``episode``, ``hypothesis``: ``derivative`` at alpha = 1 and ``curve`` (also over
    ``alpha``); ``sensitivity`` (component, episode), the largest change of a probability per doubling,
    log 2 max |derivative|, to be compared in rank with ArviZ's ``psense`` of the drawn hypothesis (which has no
    sign); and ``diagnosis``: ``carries`` or ``opposes`` the leader, ``weak`` below `notable`, empty where the
    item does not bear on the episode. An item that opposes it is in conflict with all else.

    Raises
    ------
    UnknownNameError
        For an unknown component or coder.
    BayesTraceError
        For a negative power.

    References
    ----------
    Kallioinen, Paananen, Buerkner and Vehtari (2023), doi:10.1007/s11222-023-10366-5.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> scaled = power_scaling(ev, component="memo").sel(component="memo", hypothesis="A")
    >>> round(float(scaled.derivative.item()), 4)
    0.2218
    """
    arrays = open_arrays(evidence, coder)
    names, parts, rest, bears = _components(arrays, component)
    powers = check_within("alpha", alpha, 0.0, MOST_ALPHA)
    check_within("notable", notable, 0.0, 1.0)
    slope = _derivative(normalised(arrays.joint), parts)
    size = np.log(2.0) * np.abs(slope).max(axis=-1)
    dims = ("component", "episode")
    return xr.Dataset(
        {
            "derivative": ((*dims, "hypothesis"), slope, {"units": "1"}),
            "curve": (
                ("component", "alpha", "episode", "hypothesis"),
                _curves(parts, rest, powers),
                {"units": "1"},
            ),
            "sensitivity": (dims, size, {"units": "1", "long_name": "change of probability per doubling"}),
            "diagnosis": (dims, _diagnosis(arrays, slope, bears, notable)),
        },
        {"component": names, "alpha": powers, **arrays.coords("episode", "hypothesis")},
        arrays.attrs | {"notable": notable},
    )


def _components(arrays: Arrays, component: str | None) -> tuple[list[str], Array, Array, Flags]:
    """Names, log of each component and of all else (component, episode, h), and whether it bears on each episode."""
    items = arrays.evidence["link_item"].values
    known = ["prior", "evidence", *dict.fromkeys(str(name) for name in items)]
    if component is not None and component not in known:
        raise UnknownNameError("component", component, known)
    names = known if component is None else [component]
    shape = (len(names), *arrays.joint.shape)
    parts, rest = np.zeros(shape), np.zeros(shape)
    bears = np.ones(shape[:2], dtype=bool)
    for number, name in enumerate(names):
        mine = np.full(items.size, True) if name == "evidence" else items == name
        parts[number] = arrays.sum(np.where(mine[:, None], arrays.weighted, 0.0))
        rest[number] = arrays.log_prior + arrays.sum(np.where(mine[:, None], 0.0, arrays.weighted))
        if name == "prior":
            parts[number], rest[number] = arrays.log_prior, arrays.log_likelihood
        elif name != "evidence":
            bears[number] = np.isin(np.arange(shape[1]), arrays.episode_index[mine])
    return names, parts, rest, bears


def _derivative(p: Array, parts: Array) -> Array:
    """What is ruled out stays so near alpha = 1, and adds nothing."""
    logs = np.where(p > 0, np.where(np.isfinite(parts), parts, 0.0), 0.0)
    return np.asarray(p * (logs - (p * logs).sum(axis=-1, keepdims=True)))


def _curves(parts: Array, rest: Array, powers: Array) -> Array:
    """Posteriors (component, alpha, episode, hypothesis); at 0 a component says nothing at all."""
    scaled = [power * parts if power > 0 else np.zeros_like(parts) for power in powers]
    return normalised(rest[:, None] + np.stack(scaled, axis=1))


def _diagnosis(arrays: Arrays, slope: Array, bears: Flags, notable: float) -> np.ndarray:
    mine = np.take_along_axis(slope, np.broadcast_to(arrays.leader[:, None], (*slope.shape[:2], 1)), axis=-1)[
        ..., 0
    ]
    change = np.log(2.0) * mine
    return np.select([~bears, change >= notable, change <= -notable], ["", "carries", "opposes"], "weak")


register(
    Question(
        "breakdown",
        lambda asked: breakdown(asked.evidence, threshold=THRESHOLD, coder=asked.coder),
        place=25,
        measures=(
            Measure(
                {"weights_down_to": "lower", "weights_up_to": "upper"},
                "factor",
                interval=True,
                column="Weights",
                legend="factor on all weights at which the lead is lost",
                wide=True,
            ),
        ),
    ),
    Question("power_scaling", lambda asked: power_scaling(asked.evidence, coder=asked.coder), place=100),
)
