"""Plans in tables and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_next", "describe_strategy", "outcome_table"]

_ENDS = {"present": "found", "absent": "not found"}


@guarded
def outcome_table(after: xr.Dataset) -> pd.DataFrame:
    """One row per planned item, episode and outcome, one column per hypothesis.

    Parameters
    ----------
    after
        As from `outcomes`.

    Returns
    -------
    A data frame with item, episode, outcome, ``outcome_probability`` and the posterior after it.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"minutes": {"A": 0.9, "B": 0.3}}, found={"minutes": "planned"}))
    >>> outcome_table(bt.planning.outcomes(ev)).round(3).to_numpy().tolist()
    [['minutes', 'episode', 'present', 0.6, 0.75, 0.25], ['minutes', 'episode', 'absent', 0.4, 0.125, 0.875]]
    """
    names = [str(name) for name in after["hypothesis"].values]
    labels = [name for name in after["hypothesis"].coords if name != "hypothesis"]
    wide = (
        after["probability"]
        .drop_vars(labels)
        .to_dataset("hypothesis")
        .assign(outcome_probability=after["outcome_probability"])
    )
    frame = wide.to_dataframe().reset_index()
    frame = frame.rename(columns={"planned_item": "item", "planned_episode": "episode"})
    return frame[["item", "episode", "outcome", "outcome_probability", *names]]


@guarded
def describe_next(ranked: xr.Dataset, after: xr.Dataset) -> str:
    """Where to look next, and what finding the item, or not, would change.

    Parameters
    ----------
    ranked
        As from `best_next`.
    after
        As from `outcomes`.

    Returns
    -------
    A sentence, and one per episode and outcome.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"minutes": {"A": 0.9, "B": 0.3}}, found={"minutes": "planned"}))
    >>> print(describe_next(bt.planning.best_next(ev), bt.planning.outcomes(ev)))
    Look first for minutes: 0.30 bits expected.
    Episode, found (probability 0.60): A 0.50 to 0.75, B 0.50 to 0.25.
    Episode, not found (probability 0.40): A 0.50 to 0.12, B 0.50 to 0.88.
    """
    first = ranked.isel(item=0)
    name, title, archive = (str(first[part].item()) for part in ("item", "title", "archive"))
    called = name if title in ("", name) else f"{title} [{name}]"
    where = f" ({archive})" if archive else ""
    price = f" at a cost of {float(first['cost']):g}" if ranked.attrs["priced"] else ""
    lines = [
        f"Look first for {called}{where}: {float(first['mutual_information']):.2f} bits expected{price}."
    ]
    mine = after.isel(planned=(after["planned_item"] == name).values)
    for planned in range(mine.sizes["planned"]):
        one = mine.isel(planned=planned)
        lines += [_end(one.sel(outcome=outcome)) for outcome in one["outcome"].values]
    return "\n".join(lines)


def _end(one: xr.Dataset) -> str:
    short = "hypothesis_short" if "hypothesis_short" in one.coords else "hypothesis"
    moved = ", ".join(
        f"{name} {now:.2f} to {then:.2f}"
        for name, now, then in zip(
            one[short].values, one["now"].values, one["probability"].values, strict=True
        )
    )
    end, p = _ENDS[str(one["outcome"].item())], float(one["outcome_probability"])
    return f"{one['planned_episode_label'].item()}, {end} (probability {p:.2f}): {moved}."


@guarded
def describe_strategy(tree: xr.Dataset) -> str:
    """A strategy as an indented list of steps.

    Parameters
    ----------
    tree
        As from `strategy`.

    Returns
    -------
    One line per search and per stop, then what the whole costs and teaches on average.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"minutes": {"A": 0.9, "B": 0.03}, "letter": {"A": 0.6, "B": 0.3}}
    >>> es = bt.from_table(table, found=dict.fromkeys(table, "planned"))
    >>> print(describe_strategy(bt.planning.strategy(bt.compile_evidence(es))))
    Look for minutes.
      found (0.46): stop; A 0.97.
      not found (0.54): look for letter.
        found (0.18): stop; B 0.83.
        not found (0.36): stop; B 0.94.
    Expected cost 1.54; 0.68 bits expected; one hypothesis certain enough in 0.46 of all cases.
    """
    depth: list[int] = []
    lines = []
    for node in range(tree.sizes["node"]):
        one = tree.isel(node=node)
        parent, look = int(one["parent"]), str(one["look"].item())
        depth.append(depth[parent] + 1 if parent >= 0 else 0)
        then = f"look for {look}." if look else f"stop; {_leader(one)}."
        if parent >= 0:
            lines.append(
                f"{'  ' * depth[-1]}{_ENDS[str(one['outcome'].item())]} ({float(one['reached']):.2f}): {then}"
            )
        else:
            lines.append(then[0].upper() + then[1:])
    said = tree.attrs
    lines.append(
        f"Expected cost {said['expected_cost']:.2f}; {said['mutual_information']:.2f} bits expected; "
        f"one hypothesis certain enough in {said['settled']:.2f} of all cases."
    )
    return "\n".join(lines)


def _leader(one: xr.Dataset) -> str:
    best = int(one["probability"].values.argmax())
    return f"{one['hypothesis'].values[best]} {float(one['probability'].values[best]):.2f}"
