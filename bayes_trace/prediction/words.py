"""Predictions as a table and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe", "prediction_table"]


@guarded
def prediction_table(scored: xr.Dataset) -> pd.DataFrame:
    """One row per finding, the most surprising first.

    Parameters
    ----------
    scored
        As from `surprise`.

    Returns
    -------
    A data frame with item, title, episode, probability, surprise, expected, leader and under_leader.

    Raises
    ------
    BayesTraceError
        If it is no result of `surprise`.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.5, "B": 0.1}, "note": {"A": 0.9, "B": 0.1}}))
    >>> prediction_table(bt.prediction.surprise(ev))["item"].tolist()
    ['memo', 'note']
    """
    _check(scored)
    short = {"link_item": "item", "link_title": "title", "link_episode": "episode"}
    columns = ["probability", "surprise", "expected", "leader", "under_leader"]
    frame = scored[columns].reset_coords(list(short)).to_dataframe().rename(columns=short)
    ordered = frame.sort_values("surprise", ascending=False, kind="stable").reset_index(drop=True)
    return ordered[[*short.values(), *columns]]


@guarded
def describe(scored: xr.Dataset) -> str:
    """How surprising the findings are given the rest of the evidence, in plain words.

    Parameters
    ----------
    scored
        As from `surprise`.

    Returns
    -------
    Two or three sentences; no verdict, since a rare finding is no fault.

    Raises
    ------
    BayesTraceError
        If it is no result of `surprise`.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.5, "B": 0.1}, "note": {"A": 0.9, "B": 0.1}}))
    >>> print(describe(bt.prediction.surprise(ev)))
    The rest of the evidence gave the 2 findings 1.50 bits of surprise in total; 1.78 were expected.
    The least expected is memo on episode: probability 0.46 given the rest, and 0.50 if A is true.
    """
    _check(scored)
    worst = scored.isel(link=int(scored["surprise"].argmax("link")))
    n = scored.sizes["link"]
    own = float(worst["given_hypothesis"].sel(hypothesis=worst["leader"].item()))
    lines = [
        f"The rest of the evidence gave the {n} finding{'s' if n > 1 else ''} {float(scored['surprise'].sum()):.2f} "
        f"bits of surprise in total; {float(scored['expected'].sum()):.2f} were expected.",
        f"The least expected is {worst['link_item'].item()} on {worst['link_episode'].item()}: probability "
        f"{float(worst['probability']):.2f} given the rest, and {own:.2f} if {worst['leader'].item()} is true.",
    ]
    if left_out := scored.attrs.get("not_predicted"):
        lines.append(f"Coded by ratios and so without a probability: {', '.join(left_out.split())}.")
    return "\n".join(lines)


def _check(scored: xr.Dataset) -> None:
    if "surprise" not in scored:
        message = f"{', '.join(map(str, scored.data_vars))}; expected a result of prediction.surprise"
        raise BayesTraceError(message)
