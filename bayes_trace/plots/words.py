"""Names as people read them, and captions that say under which assumptions a figure holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import drawable, fit, inches, shown_in_legends
from bayes_trace.tables import probability

if TYPE_CHECKING:
    from arviz_base.labels import MapLabeller

__all__ = [
    "caption",
    "episode_labels",
    "item_name",
    "known_labels",
    "known_name",
    "label",
    "labeller",
    "labels_from",
    "one_coder",
    "one_episode",
]


def label(name: str, labels: Mapping[str, str] | None = None) -> str:
    """An id as words that can be drawn, unless the reader of the figure was promised others.

    Examples
    --------
    >>> label("loyalty_coercion+quid_pro_quo"), label("qpq+lc", {"qpq": "Quid pro quo"})
    ('Loyalty coercion + quid pro quo', 'Quid pro quo + Lc')
    """
    return shown_in_legends(drawable(" ".join(_spoken(name, labels).split())))


def _spoken(name: str, labels: Mapping[str, str] | None) -> str:
    if labels and labels.get(name, "").strip():
        return labels[name]
    if labels and "+" in name and any(part in labels for part in name.split("+")):
        return " + ".join(_spoken(part, labels) for part in name.split("+"))
    words = name.replace("_", " ").replace("+", " + ")
    return words[:1].upper() + words[1:]


def known_labels(
    *results: xr.Dataset | xr.DataArray, labels: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Words for ids: those that the results carry beside them, and over them those of the caller.

    Examples
    --------
    >>> coords = {"hypothesis": ["a"], "hypothesis_label": ("hypothesis", ["Alpha"])}
    >>> known_labels(xr.Dataset(coords=coords), labels={"e": "Event"})
    {'a': 'Alpha', 'e': 'Event'}
    """
    found: dict[str, str] = {}
    for ids, words in _CARRIED:
        for result in results:
            if ids in result.coords and words in result.coords and result[ids].dims == result[words].dims:
                pairs = zip(result[ids].values.ravel(), result[words].values.ravel(), strict=True)
                found = {str(name): str(word) for name, word in pairs if str(word)} | found
    for result in results:
        found = json.loads(result.attrs.get("coder_labels", "{}")) | found
    return found | dict(labels or {})


#: what names, and the words for it; where two kinds share an id, the first keeps it
_CARRIED = (
    ("hypothesis", "hypothesis_label"),
    ("coder", "coder_label"),
    ("episode", "episode_label"),
    ("case", "case_label"),
    ("scenario", "scenario_label"),
    ("entry_item", "item_title"),
    ("link_item", "link_title"),
    ("item", "item_title"),
    ("left_out", "title"),
)


@guarded
def labels_from(evidence: xr.Dataset, *, episode: str | None = None) -> dict[str, str]:
    """Words for the ids of compiled evidence, to pass to plots of results that carry none.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    episode
        If it was refused, hypotheses go by what they say of refusals, where the set has words for that.

    Returns
    -------
    Labels of hypotheses, coders, episodes and cases, and titles of items, by id.

    Raises
    ------
    UnknownNameError
        For an unknown episode.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> labels_from(bt.compile_evidence(arms))["f5e_1972"]
    'F-5E production in Taiwan approved, 1972'
    """
    found = known_labels(evidence)
    if episode is None or "hypothesis_refusal_label" not in evidence.coords:
        return found
    known_name("episode", episode, evidence["episode"])
    if str(evidence["sense"].sel(episode=episode).item()) != "refusal":
        return found
    pairs = zip(evidence["hypothesis"].values, evidence["hypothesis_refusal_label"].values, strict=True)
    return found | {str(name): str(word) for name, word in pairs if str(word)}


@guarded
def labeller(evidence: xr.Dataset) -> MapLabeller:
    r"""A labeller for ArviZ's own plots and tables, which then show words where draws hold ids.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.

    Returns
    -------
    To pass on as ``labeller=``.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> words = labeller(bt.compile_evidence(arms))
    >>> words.make_label_vert("probability", {"episode": "f5e_1972"}, {"episode": 1})
    'probability\nF-5E production in Taiwan approved, 1972'
    """
    from arviz_base.labels import MapLabeller

    words = labels_from(evidence)
    dims = {name: name for name in ("hypothesis", "coder", "episode", "case")} | {"mechanism": "hypothesis"}
    items = {"item": "entry_item" if "entry_item" in evidence.coords else "link_item", "link": "link"}
    return MapLabeller(
        coord_map={
            dim: {str(name): label(str(name), words) for name in np.unique(evidence[ids].values)}
            for dim, ids in (dims | items).items()
            if ids in evidence.coords
        }
    )


def item_name(name: str, labels: Mapping[str, str] | None, room: float) -> str:
    """The title of an item, shortened to fit, and its code after it; the code alone where there is no title.

    Examples
    --------
    >>> item_name("TW-31", {"TW-31": "Telegram on timing"}, 3), item_name("TW-31", None, 3)
    ('Telegram on timing (TW-31)', 'TW-31')
    """
    title = (labels or {}).get(name, "").strip() or name
    if title == name:
        return fit(name, room, lines=1)
    return f"{fit(title, max(room - inches(f' ({name})'), room / 3), lines=1)} ({name})"


def known_name(kind: str, name: str, known: xr.DataArray) -> str:
    """The name, if it is there.

    Raises
    ------
    UnknownNameError
        If it is not.

    Examples
    --------
    >>> known_name("episode", "e", xr.DataArray(["e", "f"]))
    'e'
    """
    if name not in known.values:
        raise UnknownNameError(kind, name, [str(each) for each in known.values])
    return name


def one_coder(result: xr.Dataset, coder: str | None = None) -> xr.Dataset:
    """The result of one coder, by default the base coder, named in ``attrs["coder"]``.

    Examples
    --------
    >>> both = xr.Dataset(coords={"coder": ["a", "b"]}, attrs={"base_coder": "a"})
    >>> one_coder(both).attrs["coder"]
    'a'
    """
    if "coder" not in result.dims:
        return result
    name = known_name("coder", coder or str(result.attrs["base_coder"]), result["coder"])
    return result.sel(coder=name, drop=True).assign_attrs(coder=name)


def one_episode(known: xr.DataArray, episode: str | None) -> str:
    """The episode asked for, or the only one there is.

    Raises
    ------
    UnknownNameError
        If it is not there.
    BayesTraceError
        If there are several and none was named.

    Examples
    --------
    >>> one_episode(xr.DataArray(["e", "e"]), None)
    'e'
    """
    names = list(dict.fromkeys(str(name) for name in known.values))
    if episode is not None:
        return known_name("episode", episode, xr.DataArray(names))
    if len(names) != 1:
        message = f"name an episode; there are: {', '.join(names)}"
        raise BayesTraceError(message)
    return names[0]


def episode_labels(
    result: xr.Dataset | xr.DataArray,
    labels: Mapping[str, str] | None = None,
    *,
    room: float = 1.25,
    lines: int = 3,
) -> list[str]:
    """Labels of the episodes of a result, in so many inches; a summary episode says so.

    Examples
    --------
    >>> episode_labels(xr.Dataset(coords={"episode": ["f5e_1972"]}))
    ['F5e 1972']
    """
    names = [str(name) for name in result["episode"].values]
    chosen = known_labels(result, labels=labels)
    summary = result["is_aggregate"].values if "is_aggregate" in result.coords else np.zeros(len(names), bool)
    return [
        fit(label(name, chosen) + (" (summary)" if total else ""), room, lines=lines)
        for name, total in zip(names, summary, strict=True)
    ]


@guarded
def caption(
    *results: xr.Dataset | xr.DataArray,
    text: str = "",
    every_coder: bool = False,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Words to set under a figure: what it shows, and the scenario, coder and prior that it holds for.

    Parameters
    ----------
    results
        What was drawn; if that does not carry all three (a weight knows no prior), the posterior
        beside it.
    text
        What the figure shows, a sentence.
    every_coder
        Name all coders of the results; without it the base coder, whom the plots show.
    labels
        Words for ids of hypotheses, coders and scenarios.

    Returns
    -------
    One paragraph.

    Raises
    ------
    BayesTraceError
        If the results do not say under which scenario, by which coder or from which prior.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> post = bt.update(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    >>> caption(post, text="Posterior by episode.").split(" Conditional ")[0]
    'Posterior by episode. Scenario: base. Coder: author. Prior: .50 for each hypothesis.'
    """
    words = known_labels(*results, labels=labels)
    parts = [
        text,
        f"Scenario: {', '.join(words.get(name, name) for name in _scenarios(results))}.",
        _coder(results, words, every_coder=every_coder),
        f"Prior{_of_base(results)}: {_prior(results, words)}.",
        "Conditional on these hypotheses, priors and codings.",
    ]
    return " ".join(part for part in parts if part)


def _scenarios(results: tuple[xr.Dataset | xr.DataArray, ...]) -> list[str]:
    """Named by a coordinate (the scenarios side by side) or by an attribute."""
    along = next((each["scenario"].values for each in results if "scenario" in each.coords), None)
    if along is not None:
        return [str(each) for each in np.atleast_1d(along)]
    return _attribute(results, "scenario").split("+")


def _of_base(results: tuple[xr.Dataset | xr.DataArray, ...]) -> str:
    """Scenarios side by side may each have a prior of their own."""
    return " in the base" if any("scenario" in each.dims for each in results) else ""


def _coder(
    results: tuple[xr.Dataset | xr.DataArray, ...], words: Mapping[str, str], *, every_coder: bool
) -> str:
    along = next((each["coder"].values for each in results if "coder" in each.coords), None)
    if along is None:
        stated = _attribute(results, "coder")
        if " pool of " in stated:
            how, pooled = stated.split(" pool of ")
            return f"Coder: {how} pool of {_listed(pooled.split(), words)}."
        names = stated.split()
    else:
        names = [str(each) for each in np.atleast_1d(along)]
    if len(names) > 1 and (every_coder or along is None):
        return f"Coders: {_listed(names, words)}."
    return f"Coder: {_listed([_attribute(results, 'base_coder') if len(names) > 1 else names[0]], words)}."


def _listed(names: list[str], words: Mapping[str, str]) -> str:
    return ", ".join(words.get(name, name) for name in names)


def _attribute(results: tuple[xr.Dataset | xr.DataArray, ...], name: str) -> str:
    for result in results:
        if name in result.attrs:
            return str(result.attrs[name])
    message = (
        f"the results do not state their {name}; pass the posterior as well, as caption(weight, posterior)"
    )
    raise BayesTraceError(message)


def _prior(results: tuple[xr.Dataset | xr.DataArray, ...], labels: Mapping[str, str] | None) -> str:
    prior = next(
        (each["prior"] for each in results if isinstance(each, xr.Dataset) and "prior" in each), None
    )
    if prior is None:
        message = (
            "the results do not state their prior; pass the posterior as well, as caption(weight, posterior)"
        )
        raise BayesTraceError(message)
    table = prior.transpose(..., "hypothesis").values.reshape(-1, prior.sizes["hypothesis"])
    if not np.allclose(table, table[0]):
        return "differs between episodes"
    if np.allclose(table[0], table[0, 0]):
        return f"{probability(float(table[0, 0]))} for each hypothesis"
    names = [_spoken(str(name), labels) for name in prior["hypothesis"].values]
    return ", ".join(f"{name} {probability(float(p))}" for name, p in zip(names, table[0], strict=True))
