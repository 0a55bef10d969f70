"""Everything at once: one tree for files, and flat tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from bayes_trace.evidence import EvidenceSet
from bayes_trace.guards import guarded
from bayes_trace.likelihood import compile_evidence
from bayes_trace.sensitivity.arrays import open_arrays
from bayes_trace.sensitivity.compared import scenarios
from bayes_trace.sensitivity.judgement import judged
from bayes_trace.sensitivity.registry import Asked, Criterion, ask_all

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

__all__ = ["survey", "to_tables"]


@guarded
def survey(
    evidence_set: EvidenceSet,
    *,
    episodes: Sequence[str] | None = None,
    coder: str | None = None,
    rule: Sequence[Criterion] | None = None,
    seed: int = 0,
    client: Client | str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.DataTree:
    """Every sensitivity of a set, in one tree that NetCDF keeps.

    Parameters
    ----------
    evidence_set
        The set, with whatever scenarios were applied to it.
    episodes
        Episodes to keep; by default all that are scored.
    coder
        By default the base coder; scenarios and pools always show all.
    rule
        Criteria behind the words of the robustness table, by default the bounds of its measures.
    seed
        Of the draws behind the Sobol indices.
    client
        As for `map_independent`: a cluster, to whose workers scenarios and questions go.
    progress
        Called as ``callback(description, fraction)``, with the fraction of the work done.

    Returns
    -------
    A tree with a node for each question that is registered, ``robustness`` and ``scenarios``; ``leave_one_out`` and
    ``dependence`` have one for each grouping that the set knows. ``tree.to_netcdf(path, engine="h5netcdf")`` writes it.

    Raises
    ------
    UnknownNameError
        For an unknown episode or coder.

    References
    ----------
    See each function.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> tree = survey(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> tree["robustness"]["leader"].values.tolist(), "one_way" in tree.children
    (['A'], True)
    """
    say = progress or (lambda _what, _done: None)
    evidence = compile_evidence(evidence_set, episodes=episodes)
    named = scenarios(
        evidence_set,
        episodes=episodes,
        skip_unfit=bool(evidence_set.applied),
        client=client,
        progress=lambda what, done: say(what, 0.5 * done),
    )
    name = str(open_arrays(evidence, coder).evidence["coder"].values[0])
    asked = Asked(evidence, name, named, seed)
    results = ask_all(asked, client=client, say=lambda what, done: say(what, 0.5 + 0.5 * done))
    table = judged(results, rule)
    nodes = {"scenarios": named, **results, "robustness": table}
    tree = xr.DataTree.from_dict({name: _storable(node) for name, node in nodes.items()})
    tree.attrs = {key: table.attrs[key] for key in ("evidence_set", "title", "digest", "scenario", "coder")}
    say("", 1.0)
    return tree


def _storable(node: xr.Dataset) -> xr.Dataset:
    """Without truth values, which files cannot hold: left out of attributes, numbers elsewhere."""
    flags = {name: each.astype(np.int8) for name, each in node.variables.items() if each.dtype == bool}
    return node.assign({k: v for k, v in flags.items() if k in node.data_vars}).assign_coords(
        {k: v for k, v in flags.items() if k in node.coords}
    )


@guarded
def to_tables(tree: xr.DataTree) -> dict[str, pd.DataFrame]:
    """One flat table for each node of a survey, for CSV.

    Parameters
    ----------
    tree
        As from `survey`.

    Returns
    -------
    Tables by name (``leave_one_out_item`` for ``leave_one_out/item``), one row for each combination of the dimensions
    that the variables of a node have in common; variables of other dimensions have a table of their own
    (``scenarios_difference``).

    Raises
    ------
    KeyError
        Never, for a tree of `survey`.

    References
    ----------
    Wickham (2014), Tidy Data, doi:10.18637/jss.v059.i10.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> tables = to_tables(survey(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    >>> tables["interval_bounds"].columns.tolist()
    ['episode', 'hypothesis', 'case', 'date', 'lower', 'upper']
    """
    found: dict[str, pd.DataFrame] = {}
    for node in tree.leaves:
        name = node.path.strip("/").replace("/", "_")
        found |= _flat(name, node.to_dataset())
    return found


def _flat(name: str, node: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Variables of the same dimensions side by side; the widest group keeps the name of the node."""
    by_dims: dict[tuple[str, ...], list[str]] = {}
    for variable, each in node.data_vars.items():
        by_dims.setdefault(tuple(str(dim) for dim in each.dims), []).append(str(variable))
    first = next(iter(by_dims))
    tables = {}
    for dims, variables in by_dims.items():
        title = name if dims == first else f"{name}_{variables[0]}"
        part = node[variables]
        frame = part.drop_vars(_foreign(part, dims)).to_dataframe(dim_order=list(dims)).reset_index()
        columns = [*dims, *(c for c in frame.columns if c not in (*dims, *variables)), *variables]
        tables[title] = frame[columns]
    return tables


#: facts of episodes and links that other tables hold
_REPEATED = (
    "episode_label",
    "granted",
    "sense",
    "administration",
    "is_aggregate",
    "case_label",
    "hypothesis_label",
    "hypothesis_short",
    "hypothesis_refusal_label",
    "item_title",
    "link_title",
    "entry_restates",
    "link_given",
    "link_implication",
)


def _foreign(node: xr.Dataset, dims: tuple[str, ...]) -> list[str]:
    away = [str(name) for name in node.coords if not set(node[name].dims) <= set(dims)]
    return [*away, *(name for name in _REPEATED if name in node.coords and name not in away)]
