"""Expected likelihoods: elicited ranges integrated out, where that is exact."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ScaleError
from bayes_trace.exact.blocks import Block, blocks_of, uncertain_weight
from bayes_trace.exact.integrals import block_weight, deviates, log_mean
from bayes_trace.likelihood.quadrature import two_piece_nodes
from bayes_trace.likelihood.ranges import Deviates, Elicited, elicited
from bayes_trace.scales import log_sum

__all__ = ["coded_links", "level_of", "mean_joint", "why_no_mean"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: nodes on either side of zero for one, two and three numbers that are integrated together
NODES = (64, 64, 16)


def mean_joint(
    evidence: xr.Dataset, best: Array, *, refused: Literal["raise", "best"]
) -> tuple[Array, Flags]:
    """Log joint with ranges integrated out.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    best
        Log joint at best values (coder, episode, hypothesis), for what is refused.
    refused
        Whether what has no exact answer is an error, or stays at best values.

    Returns
    -------
    Log joint (coder, episode, hypothesis), and the episodes left at best values.

    Raises
    ------
    ScaleError
        Names each episode and the reason.
    """
    joint, at_best = best.copy(), np.zeros(evidence.sizes["episode"], dtype=bool)
    reasons: dict[int, str] = {}
    level = level_of(evidence)
    for coder in range(evidence.sizes["coder"]):
        stated = coded_links(evidence, coder)
        blocks = blocks_of(stated, level)
        reasons |= {j: why for j, why in why_no_mean(stated, blocks).items() if j not in reasons}
        total = np.log(evidence["prior"].values)
        for block in blocks:
            if not (set(block.stated.links.episode.tolist()) & set(reasons)) or not block.shared:
                _add(total, block)
        joint[coder] = total
    at_best[list(reasons)] = True
    if reasons and refused == "raise":
        raise _refusal(evidence, reasons)
    joint[:, at_best] = best[:, at_best]
    return joint, at_best


def coded_links(evidence: xr.Dataset, coder: int | None = None) -> Elicited:
    """What one coder stated, for the links that this coder has coded."""
    stated = elicited(evidence, coder)
    return stated if stated.links.spoken.all() else stated.take(np.flatnonzero(stated.links.spoken))


def level_of(evidence: xr.Dataset) -> Array:
    """Even weights of the hypotheses of the set as written: where it splits one, its parts share its weight."""
    return np.asarray(evidence["written_share"].values.mean(axis=0))


# --- what is refused ---------------------------------------------------------------------------


def why_no_mean(stated: Elicited, blocks: list[Block]) -> dict[int, str]:
    """Episodes, by place, for which quadrature gives no exact answer, with the reason."""
    links = stated.links
    reasons: dict[int, str] = {}
    held = np.flatnonzero(links.coded & links.is_ratio)
    unsure = stated.ranged("agreement") | uncertain_weight(stated)
    for episode in links.episode[links.entry_link[held]]:
        reasons.setdefault(int(episode), "ratios have no expectation of their own")
    for episode in links.episode[unsure]:
        reasons.setdefault(int(episode), "a correlation is uncertain")
    for block in blocks:
        if block.shared and (why := _why_not(block)):
            reasons.setdefault(int(block.stated.links.episode[0]), why)
    return reasons


def _why_not(block: Block) -> str:
    at = block.stated.leads
    if any(s.quantity == "location" and (at == s.at[0]).sum() > 1 for s in block.shared):
        return "an implication shared by several items is uncertain"
    rated = {s.at[0] for s in block.shared if s.quantity not in ("location", "detection")}
    if len(rated) > 1:
        return "several sources of uncertain reliability report on one event or fact"
    most = max(len(_of_hypothesis(block, h)) for h in range(block.own.shape[2]))
    if most <= len(NODES):
        return ""
    if rated:
        return "an uncertain reliability is shared together with other uncertain numbers"
    return "a discounted fact or event has too many uncertain numbers"


def _of_hypothesis(block: Block, hypothesis: int) -> list[int]:
    """Places of the shared deviates that the likelihood of one hypothesis depends on."""
    return [n for n, s in enumerate(block.shared) if s.quantity != "location" or s.at[2] == hypothesis]


def _refusal(evidence: xr.Dataset, reasons: dict[int, str]) -> ScaleError:
    names = evidence["episode"].values
    lines = "\n".join(f"  {names[j]}: {reasons[j]}" for j in sorted(reasons))
    plural = "s" if len(reasons) > 1 else ""
    message = (
        f"point='mean' has no exact answer for {len(reasons)} episode{plural}; sample, or pass refused='best' "
        f"to take them at best values:\n{lines}"
    )
    return ScaleError(message)


# --- quadrature --------------------------------------------------------------------------------


def _add(total: Array, block: Block) -> None:
    """Add what a block says, its ranges integrated out, to the log joint (episode, hypothesis)."""
    links, kappa = block.stated.links, block.stated.links.kappa[:, None]
    if not block.shared:
        rows = log_mean(block, block.stated.zeros(), kappa)[..., 0]
        np.add.at(total, links.episode, rows)
        return
    for h in range(total.shape[1]):
        z, weight = _grid(block, _of_hypothesis(block, h))
        given = block_weight(block, z, kappa)[h]
        with np.errstate(divide="ignore"):
            total[links.episode[0], h] += log_sum(given + np.log(weight), axis=-1)


def _grid(block: Block, places: list[int]) -> tuple[Deviates, Array]:
    """Nodes over some shared deviates, the others at zero, and their weights."""
    if not places:
        return block.stated.zeros(), np.ones(1)
    z, weight = two_piece_nodes(NODES[len(places) - 1])
    axes = np.meshgrid(*[z] * len(places), indexing="ij")
    weights = np.meshgrid(*[weight] * len(places), indexing="ij")
    values = np.zeros((len(block.shared), axes[0].size))
    values[places] = [axis.ravel() for axis in axes]
    return deviates(block, values), np.prod(weights, axis=0).ravel()
