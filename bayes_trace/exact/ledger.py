"""What single items do: weights in decibels, tests, steps of a mechanism, belief as it grows."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.exact.updating import select_coder
from bayes_trace.likelihood import trace_probability
from bayes_trace.scales import classify_test, expit, log_sum, log_to_db

__all__ = [
    "strongest_against",
    "test_type",
    "trajectory",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
]

Array = npt.NDArray[np.float64]


def _hypothesis(evidence: xr.Dataset, name: str) -> str:
    known = [str(each) for each in evidence["hypothesis"].values]
    if name not in known:
        raise UnknownNameError("hypothesis", name, known)
    return name


def _episode(evidence: xr.Dataset, name: str) -> int:
    known = [str(each) for each in evidence["episode"].values]
    if name not in known:
        raise UnknownNameError("episode", name, known)
    return known.index(name)


def weight_of_evidence(
    evidence: xr.Dataset, of: str, *, against: str | None = None, coder: str | None = None
) -> xr.DataArray:
    """Weight of every link in decibels, its place in a cluster taken into account.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    of, against
        Two hypotheses: 10 log10 of the likelihood ratio, times kappa. Without `against`, the
        log-likelihood of `of` centred over all hypotheses.
    coder
        By default the base coder.

    Returns
    -------
    Decibels per link; positive favours `of`. An item that rules a hypothesis out weighs infinity.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or coder.

    References
    ----------
    Good (1985), Weight of Evidence: a Brief Survey.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> round(float(weight_of_evidence(ev, "A", against="B").item()), 3)
    6.021
    """
    one = select_coder(evidence, coder)
    names = [str(name) for name in one["hypothesis"].values]
    rows = one["log_likelihood"].values
    mine = rows[:, names.index(_hypothesis(one, of))]
    with np.errstate(invalid="ignore"):  # impossible under both: nothing is said between them
        other = rows.mean(axis=1) if against is None else rows[:, names.index(_hypothesis(one, against))]
        ratio = log_to_db((mine - other) * one["kappa"].values)
    if against is None:
        ratio = np.where(np.isneginf(mine), -np.inf, ratio)
    weight = np.nan_to_num(ratio, nan=0.0, posinf=np.inf, neginf=-np.inf)
    attrs = {"units": "dB", "of": of, "against": against or "the mean of all"}
    return xr.DataArray(
        weight, one["log_likelihood"].isel(hypothesis=0, drop=True).coords, ("link",), attrs=attrs
    )


def strongest_against(evidence: xr.Dataset, of: str, *, coder: str | None = None) -> xr.DataArray:
    """Weight of every link for a hypothesis against whichever rival the link favours most.

    Returns
    -------
    Decibels per link, at most 0 where some rival explains the item at least as well.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.1, "B": 0.2, "C": 0.4}}))
    >>> round(float(strongest_against(ev, "A").item()), 3)
    -6.021
    """
    rivals = [str(name) for name in evidence["hypothesis"].values if name != of]
    weights = [weight_of_evidence(evidence, of, against=rival, coder=coder) for rival in rivals]
    return xr.concat(weights, xr.Variable("rival", rivals), coords="minimal", compat="override").min(
        "rival", keep_attrs=True
    )


def test_type(
    evidence: xr.Dataset, of: str, *, against: str, coder: str | None = None, decisive_db: float = 10.0
) -> xr.DataArray:
    """Van Evera's test of every link, derived from the numbers and for one pair of hypotheses.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    of, against
        The hypothesis tested and its rival.
    coder
        By default the base coder.
    decisive_db
        From which weight presence or absence counts as decisive.

    Returns
    -------
    Words per link: see `scales.classify_test`; ``undetermined`` for ratios, which have no
    probability. Readings are weighted.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or coder.

    References
    ----------
    Van Evera (1997), pp. 31-32.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.5, "B": 0.01}}))
    >>> bt.test_type(ev, "A", against="B").item()
    'smoking gun'
    """
    _hypothesis(evidence, of), _hypothesis(evidence, against)
    number = list(evidence["coder"].values).index(str(select_coder(evidence, coder)["coder"].values))
    q = trace_probability(evidence, expit(evidence["location"].values))[number]
    q = np.where(evidence["read"].values[number][:, None, None], _weighted(evidence, q), q[:, :1])[:, 0]
    unknown = (evidence["is_ratio"].values | ~evidence["coded"].values)[number]
    q = np.where(unknown[:, None], np.nan, q)
    names = list(evidence["hypothesis"].values)
    words = classify_test(q[:, names.index(of)], q[:, names.index(against)], decisive_db=decisive_db)
    return xr.DataArray(words, evidence["link"].coords, ("link",), attrs={"of": of, "against": against})


test_type.__test__ = False  # type: ignore[attr-defined] # not a test of ours


def _weighted(evidence: xr.Dataset, q: Array) -> Array:
    """Likelihoods (link, 1, hypothesis) averaged over the options of each link's reading."""
    if evidence.sizes["reading"] == 0:
        return q[:, :1]
    weight = evidence["option_probability"].values[evidence["reading_index"].values]
    return np.sum(weight[:, :, None] * q, axis=1, keepdims=True)


def weight_by_step(evidence: xr.Dataset, of: str, *, against: str, coder: str | None = None) -> xr.DataArray:
    """Weight of the items of each step of a mechanism, by episode.

    Returns
    -------
    Decibels with dimensions episode and step: the steps that `of` declares, in order, then
    ``""`` for items of other steps or none. A step without items weighs 0.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> weight_by_step(ev, "A", against="B").round(2).values.tolist()
    [[6.02]]
    """
    weight = weight_of_evidence(evidence, of, against=against, coder=coder)
    steps = [*json.loads(evidence.attrs["steps"]).get(of, []), ""]
    table = np.zeros((evidence.sizes["episode"], len(steps)))
    of_link = [
        steps.index(step) if step in steps else len(steps) - 1 for step in evidence["link_step"].values
    ]
    with np.errstate(invalid="ignore"):  # two items of one step rule out either side: nothing is left to say
        np.add.at(table, (evidence["episode_index"].values, np.array(of_link, dtype=int)), weight.values)
    table = np.where(np.isnan(table), 0.0, table)
    coords = {"episode": evidence["episode"].values, "step": steps}
    return xr.DataArray(
        table, coords, ("episode", "step"), attrs={"units": "dB", "of": of, "against": against}
    )


def weakest_step(by_step: xr.DataArray) -> xr.DataArray:
    """Name of the step with the least weight in each episode; empty where no steps are declared.

    Examples
    --------
    >>> table = xr.DataArray([[3.0, -1.0, 9.0]], {"episode": ["e"], "step": ["motive", "link", ""]}, ("episode", "step"))
    >>> weakest_step(table).item()
    'link'
    """
    declared = by_step.sel(step=[step for step in by_step["step"].values if step])
    if not declared.sizes["step"]:
        return xr.full_like(by_step.isel(step=0, drop=True), "", dtype="U1")
    return declared.idxmin("step")


def trajectory(
    evidence: xr.Dataset, episode: str, *, order: str | Sequence[str] = "date", coder: str | None = None
) -> xr.DataArray:
    """Belief as the evidence of one episode arrives, item by item.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    episode
        Its id.
    order
        ``date`` (of the document; undated items last), ``listed`` (as in the files), or item ids in
        any order. An item always stays behind the items that it is coded given.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities with dimensions step and hypothesis; step 0 is the prior, and the coordinate
    ``item`` names what each step adds. Weights in clusters are those of the whole set, so the
    end point is the posterior whatever the order.

    Raises
    ------
    UnknownNameError
        For an unknown episode or coder.
    BayesTraceError
        For an order that is not a permutation of the episode's items.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.5, "B": 0.5}}))
    >>> trajectory(ev, "episode", order=["note", "memo"]).sel(hypothesis="A").round(2).values.tolist()
    [0.5, 0.5, 0.8]
    """
    one = select_coder(evidence, coder)
    number = _episode(one, episode)
    here = np.flatnonzero(one["episode_index"].values == number)
    ordered = _behind_given(one, here[_ranking(one, here, order)])
    weighted = one["kappa"].values[:, None] * one["log_likelihood"].values
    log_prior = np.log(one["prior"].values[number])
    so_far = log_prior + np.vstack([np.zeros_like(log_prior), np.cumsum(weighted[ordered], axis=0)])
    probability = np.exp(so_far - log_sum(so_far, axis=1, keepdims=True))
    items = ["", *one["link_item"].values[ordered]]
    dates = ["", *one["link_date"].values[ordered]]
    coords = {
        "step": np.arange(len(items)),
        "hypothesis": one["hypothesis"].values,
        "item": ("step", np.array(items, dtype=str)),
        "item_date": ("step", np.array(dates, dtype=str)),
    }
    return xr.DataArray(probability, coords, ("step", "hypothesis"), attrs={"units": "1", "episode": episode})


def _ranking(
    one: xr.Dataset, here: npt.NDArray[np.int64], order: str | Sequence[str]
) -> npt.NDArray[np.int64]:
    items = [str(name) for name in one["link_item"].values[here]]
    if isinstance(order, str):
        if order not in ("date", "listed"):
            message = f"order={order!r}; expected 'date', 'listed' or a sequence of item ids"
            raise BayesTraceError(message)
        dates = [str(date) or "9999" for date in one["link_date"].values[here]]
        return np.argsort(dates, kind="stable") if order == "date" else np.arange(len(items))
    wanted = list(order)
    if sorted(wanted) != sorted(items):
        wrong = sorted(set(wanted) ^ set(items)) or ["an item named twice"]
        message = f"order does not name each item of the episode once: {', '.join(wrong)}; the items are {', '.join(items)}"
        raise BayesTraceError(message)
    return np.array([items.index(name) for name in wanted], dtype=np.int64)


def _behind_given(one: xr.Dataset, ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Keep the order, but no item before those it is conditional on."""
    items = {int(link): str(one["link_item"].values[link]) for link in ordered}
    given = {
        int(link): set(str(one["link_given"].values[link]).split()) & set(items.values()) for link in ordered
    }
    waiting, placed, result = [int(link) for link in ordered], set[str](), []
    while waiting:
        ready = next(link for link in waiting if given[link] <= placed)
        waiting.remove(ready)
        placed.add(items[ready])
        result.append(ready)
    return np.array(result, dtype=np.int64)
