"""The possible outcomes of a search yet to be made, and how probable each outcome is under every hypothesis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.evidence import Item
from bayes_trace.likelihood import kernel
from bayes_trace.likelihood.entries import Link, is_planned
from bayes_trace.likelihood.kernel import NUMPY

__all__ = ["OUTCOMES", "with_planned"]

Array = npt.NDArray[np.float64]
#: how the search for a planned item may end
OUTCOMES = ("present", "absent")


def with_planned(evidence: xr.Dataset, everything: xr.Dataset, links: Sequence[Link]) -> xr.Dataset:
    """The evidence with planned items beside it.

    Parameters
    ----------
    evidence
        Without planned items; it stays as it is.
    everything, links
        The same with planned items compiled as if they had been found.

    Returns
    -------
    The evidence with ``planned_log_likelihood`` (coder, planned, outcome, hypothesis): log P(outcome | hypothesis),
    found with probability d q. A member of a cluster is weighted by the kappa that it would have beside all
    members, found and planned, and both ends of its search are then rescaled to sum to 1.
    """
    at = np.array([n for n, link in enumerate(links) if is_planned(link.entries[0].of)], dtype=np.int64)
    entry = np.searchsorted(everything["entry_link"].values, at)
    found = everything["log_likelihood"].values[:, at]
    found = found + NUMPY.log_expit(everything["detection_location"].values[entry])
    kappa = everything["kappa"].values[:, at]
    table = np.stack([found, kernel.absent(NUMPY, found, np.full(found.shape, np.inf))], axis=2)
    table = table * kappa[:, :, None, None]
    table = table - NUMPY.log_sum(table, 2)[:, :, None]
    items = [item for n in at if isinstance(item := links[n].entries[0].of, Item)]
    names = {"planned": "link", "planned_title": "link_title", "planned_episode": "link_episode"}
    text = {new: ("planned", everything[old].values[at].astype(str)) for new, old in names.items()}
    costs = [np.nan if (cost := item.cost) is None else cost for item in items]
    own = {
        "outcome": ("outcome", np.array(OUTCOMES)),
        "planned_item": ("planned", np.array([item.id for item in items], dtype=str)),
        "planned_archive": ("planned", np.array([item.archive for item in items], dtype=str)),
        "planned_cost": ("planned", np.array(costs, dtype=np.float64)),
    }
    return evidence.assign_coords({**text, **own}).assign(
        planned_log_likelihood=(("coder", "planned", "outcome", "hypothesis"), table, {"units": "nats"}),
        planned_kappa=(("coder", "planned"), kappa),
        planned_coded=(("coder", "planned"), everything["coded"].values[:, entry]),
    )
