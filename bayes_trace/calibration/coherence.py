"""Whether a coder's probabilities of a whole and of its parts are coherent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.calibration.known import Array
from bayes_trace.errors import CalibrationError
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db

__all__ = ["coherence"]

_PAIR = 2
#: so many decibels are rounding
_LEVEL = 1e-6


class _Whole(NamedTuple):
    """A hypothesis, the log-likelihoods of its parts (coder, link, part), and their shares (link, part)."""

    name: str
    stated: Array
    parts: Array
    share: Array


@guarded
def coherence(evidence: xr.Dataset, *, unpacked: xr.Dataset | None = None) -> xr.Dataset:
    """Coders' judgements of a hypothesis compared with their judgements of its parts.

    Parameters
    ----------
    evidence
        As from `compile_evidence`. Compounds of two hypotheses that are there are compared with these: a paper
        shows one of the reasons, so that its probability under the compound lies between theirs.
    unpacked
        The same set compiled under a scenario that splits hypotheses. By the law of total probability P(E given
        the whole) is the mean of P(E given the part), weighted with the parts' priors.

    Returns
    -------
    Dataset over ``coder``, ``link`` and ``whole``: ``stated``, ``low`` and ``high`` (of the parts) and
    ``mixture`` (their mean; even for compounds), probabilities; ``outside``, how far the stated one lies above
    (below, if negative) the range of the parts, and ``difference``, how far above their mean, in dB. Over
    ``coder`` and ``whole``: ``share_outside`` of the links, and ``unpacking``, the mean ``difference``: below
    0 where a whole seems less likely than its parts, the usual effect of spelling things out. NaN for links
    coded as ratios, which have no level.

    Raises
    ------
    CalibrationError
        If nothing is there in two forms.

    References
    ----------
    Tversky and Koehler (1994), Psychological Review 101, 547-567, on unpacking.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> rows = {"memo": {"A": 0.2, "B": 0.4, "A+B": 0.8}}
    >>> found = coherence(bt.compile_evidence(bt.from_table(rows)))
    >>> found.outside.sel(whole="A+B").round(2).item()  # .8 against .4
    3.01
    """
    wholes = [*_compounds(evidence), *(_splits(evidence, unpacked) if unpacked is not None else ())]
    if not wholes:
        message = (
            "no hypothesis is coded together with its parts: the set has no compound of its own hypotheses; "
            "expected one, or unpacked= compiled under a scenario that splits a hypothesis"
        )
        raise CalibrationError(message)
    dims = ("coder", "link", "whole")
    values = [np.stack(each, axis=-1) for each in zip(*map(_compared, wholes), strict=True)]
    stated, low, high, mixture, outside, difference = values
    known = ~np.isnan(outside)
    count = np.maximum(known.sum(axis=1), 1)
    return xr.Dataset(
        {
            "stated": (dims, stated, {"units": "1"}),
            "low": (dims, low, {"units": "1"}),
            "high": (dims, high, {"units": "1"}),
            "mixture": (dims, mixture, {"units": "1"}),
            "outside": (dims, outside, {"units": "dB"}),
            "difference": (dims, difference, {"units": "dB"}),
            "share_outside": (
                ("coder", "whole"),
                (np.abs(outside) > _LEVEL).sum(axis=1) / count,
                {"units": "1"},
            ),
            "unpacking": (("coder", "whole"), np.nansum(difference, axis=1) / count, {"units": "dB"}),
        },
        {
            **{name: evidence[name] for name in ("coder", "link", "link_item", "link_episode")},
            "whole": [whole.name for whole in wholes],
        },
    )


def _compared(whole: _Whole) -> list[Array]:
    low, high = whole.parts.min(axis=-1), whole.parts.max(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mixture = np.log((np.exp(whole.parts) * whole.share).sum(axis=-1))
        over, under = np.maximum(whole.stated - high, 0), np.minimum(whole.stated - low, 0)
        apart = [log_to_db(over + under), log_to_db(whole.stated - mixture)]
    apart = [np.where(np.isfinite(each), each, np.nan) for each in apart]
    return [*(np.exp(each) for each in (whole.stated, low, high, mixture)), *apart]


def _compounds(evidence: xr.Dataset) -> Iterator[_Whole]:
    rows = _levels(evidence)
    names = [str(name) for name in evidence["hypothesis"].values]
    for name in names:
        parts = name.split("+")
        if len(parts) >= _PAIR and set(parts) <= set(names):
            at = [names.index(part) for part in parts]
            share = np.full((rows.shape[1], len(parts)), 1 / len(parts))
            yield _Whole(name, rows[..., names.index(name)], rows[..., at], share)


def _splits(evidence: xr.Dataset, unpacked: xr.Dataset) -> Iterator[_Whole]:
    rows = _levels(evidence)
    names = [str(name) for name in evidence["hypothesis"].values]
    same = {"coder": evidence["coder"].values, "link": evidence["link"].values}
    levels = xr.DataArray(
        _levels(unpacked),
        {name: unpacked[name].values for name in ("coder", "link", "hypothesis")},
        ("coder", "link", "hypothesis"),
    ).reindex(same)
    prior = unpacked["prior"].sel(episode=evidence["link_episode"].values).values
    for core, shares in zip(unpacked["core"].values, unpacked["core_share"].values, strict=True):
        parts = np.flatnonzero(shares)
        if parts.size >= _PAIR and str(core) in names:
            share = prior[:, parts] / prior[:, parts].sum(axis=-1, keepdims=True)
            yield _Whole(str(core), rows[..., names.index(str(core))], levels.values[..., parts], share)


def _levels(evidence: xr.Dataset) -> Array:
    """Log-likelihoods (coder, link, hypothesis), NaN where they are only known up to a constant or not coded."""
    rows = evidence["log_likelihood"].transpose("coder", "link", "hypothesis").values.copy()
    unknown: npt.NDArray[np.bool_] = (
        (evidence["is_ratio"] | ~evidence["coded"]).transpose("coder", "entry").values
    )
    for coder, entries in enumerate(unknown):
        rows[coder, evidence["entry_link"].values[entries]] = np.nan
    return rows
