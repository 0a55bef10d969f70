"""What links and items contribute: weights in decibels, tests, steps of a mechanism."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import UnknownNameError
from bayes_trace.exact.updating import select_coder
from bayes_trace.guards import guarded
from bayes_trace.likelihood import best_point, effective_likelihood, links_of, option_log_weight
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.likelihood.links import EVENT
from bayes_trace.scales import classify_test, log_to_db

__all__ = [
    "strongest_against",
    "test_type",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
    "weight_of_items",
]

Array = npt.NDArray[np.float64]


def _hypothesis(evidence: xr.Dataset, name: str) -> str:
    known = [str(each) for each in evidence["hypothesis"].values]
    if name not in known:
        raise UnknownNameError("hypothesis", name, known)
    return name


@guarded
def weight_of_evidence(
    evidence: xr.Dataset, of: str, *, against: str | None = None, coder: str | None = None
) -> xr.DataArray:
    """Weight of every link in decibels, discounted for its cluster.

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
    _hypothesis(one, of), _hypothesis(one, against or of)
    weight = _weight(one["log_likelihood"].values, one["kappa"].values, names, of, against)
    attrs = {"units": "dB", "of": of, "against": against or "the mean of all"}
    return xr.DataArray(weight, one["link"].coords, ("link",), attrs=attrs)


def _weight(rows: Array, kappa: Array, names: list[str], of: str, against: str | None) -> Array:
    mine = rows[:, names.index(of)]
    with np.errstate(invalid="ignore"):  # impossible under both: nothing is said between them
        other = rows.mean(axis=1) if against is None else rows[:, names.index(against)]
        ratio: Array = log_to_db((mine - other) * kappa)
    if against is None:
        ratio = np.where(np.isneginf(mine), -np.inf, ratio)
    return np.nan_to_num(ratio, nan=0.0, posinf=np.inf, neginf=-np.inf)


@guarded
def weight_of_items(
    evidence: xr.Dataset, of: str, *, against: str | None = None, coder: str | None = None
) -> xr.DataArray:
    """What each item contributes, in decibels: the weight of its link with it, less that without it.

    For a link of one item this is the weight of the link. Where several items turn on one fact, or several
    reports attest to one event, they need not add up to the weight of the link.

    Parameters
    ----------
    evidence, of, against, coder
        As for `weight_of_evidence`.

    Returns
    -------
    Decibels per entry, 0 for the entries of events; the place of the link in its cluster is held.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> weight_of_items(ev, "A", against="B").round(2).values.tolist()
    [6.02]
    """
    whole = weight_of_evidence(evidence, of, against=against, coder=coder)
    one = select_coder(evidence, coder)
    links, point = links_of(one), best_point(one)
    items = np.flatnonzero(links.role != EVENT)
    own = np.where(links.role != EVENT, whole.values[links.entry_link], 0.0)
    shared = items[(np.bincount(links.entry_link)[links.entry_link] > 1)[items]]
    if shared.size:
        coded = np.repeat(links.coded[:, None], shared.size, axis=1)
        coded[shared, np.arange(shared.size)] = False
        weight = option_log_weight(links, point, coded)
        rows = effective_likelihood(links, point, coded=coded, log_weight=weight)
        without = rows[links.entry_link[shared], :, np.arange(shared.size)]
        names = [str(name) for name in one["hypothesis"].values]
        left = _weight(without, links.kappa[links.entry_link[shared]], names, of, against)
        with np.errstate(invalid="ignore"):
            own[shared] = np.nan_to_num(own[shared] - left, nan=0.0, posinf=np.inf, neginf=-np.inf)
    return xr.DataArray(own, one["entry"].coords, ("entry",), attrs=whole.attrs)


@guarded
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


@guarded
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
    Words per link: see `scales.classify_test`; ``undetermined`` for ratios, which have no probability. What
    counts is what was found, for an absent item the empty search; readings are weighted by their probability.

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
    >>> bt.test_type(ev, "A", against="B").item(), bt.test_type(ev, "B", against="A").item()
    ('smoking gun', 'smoking gun for the rival')
    """
    _hypothesis(evidence, of), _hypothesis(evidence, against)
    one = select_coder(evidence, coder)
    links, point = links_of(one), best_point(one)
    stated = NUMPY.log(links.option_probability)
    q = np.exp(effective_likelihood(links, point, log_weight=stated[..., None])[..., 0])
    ratio = np.zeros(links.n_links, dtype=bool)
    ratio[links.entry_link[links.is_ratio & links.coded]] = True
    q = np.where((ratio | ~links.spoken)[:, None], np.nan, q)
    names = list(one["hypothesis"].values)
    words = classify_test(q[:, names.index(of)], q[:, names.index(against)], decisive_db=decisive_db)
    return xr.DataArray(words, one["link"].coords, ("link",), attrs={"of": of, "against": against})


test_type.__test__ = False  # type: ignore[attr-defined] # not a test of ours


@guarded
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


@guarded
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
