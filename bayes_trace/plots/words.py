"""Names as people read them, and captions that say under which assumptions a figure holds."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.tables import probability

__all__ = ["caption", "episode_labels", "label", "named", "one_coder", "one_episode", "wrap"]


def label(name: str, labels: Mapping[str, str] | None = None) -> str:
    """An id as words, unless the reader of the figure was promised others.

    Examples
    --------
    >>> label("loyalty_coercion+quid_pro_quo"), label("qpq", {"qpq": "Quid pro quo"})
    ('Loyalty coercion + quid pro quo', 'Quid pro quo')
    """
    if labels and name in labels:
        return labels[name]
    words = name.replace("_", " ").replace("+", " + ")
    return words[:1].upper() + words[1:]


def wrap(text: str, width: int, *, lines: int = 2) -> str:
    r"""Text broken into lines of at most `width` letters; what does not fit ends in an ellipsis.

    Examples
    --------
    >>> wrap("F-5E production in Taiwan approved, 1972", 22)
    'F-5E production in\nTaiwan approved, 1972'
    >>> wrap("a name far too long for one line", 12, lines=1)
    'a name far…'
    """
    wrapped = textwrap.wrap(text, width, max_lines=lines, placeholder="…", break_on_hyphens=False)
    # a single word that is too long is cut, not replaced
    return text[: width - 1] + "…" if wrapped == ["…"] else "\n".join(wrapped)


def named(kind: str, name: str, known: xr.DataArray) -> str:
    """The name, if it is there.

    Raises
    ------
    UnknownNameError
        If it is not.

    Examples
    --------
    >>> named("episode", "e", xr.DataArray(["e", "f"]))
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
    name = named("coder", coder or str(result.attrs["base_coder"]), result["coder"])
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
        return named("episode", episode, xr.DataArray(names))
    if len(names) != 1:
        message = f"name an episode; there are: {', '.join(names)}"
        raise BayesTraceError(message)
    return names[0]


def episode_labels(
    result: xr.Dataset | xr.DataArray,
    labels: Mapping[str, str] | None = None,
    *,
    width: int = 24,
    lines: int = 2,
) -> list[str]:
    """Labels of the episodes of a result, wrapped; a summary episode says so.

    Examples
    --------
    >>> episode_labels(xr.Dataset(coords={"episode": ["f5e_1972"]}))
    ['F5e 1972']
    """
    names = [str(name) for name in result["episode"].values]
    shown = (
        [str(text) for text in result["episode_label"].values] if "episode_label" in result.coords else names
    )
    summary = result["is_aggregate"].values if "is_aggregate" in result.coords else np.zeros(len(names), bool)
    chosen = {**dict(zip(names, shown, strict=True)), **(labels or {})}
    return [
        wrap(label(chosen[name]) + (" (summary)" if total else ""), width, lines=lines)
        for name, total in zip(names, summary, strict=True)
    ]


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
        Words for the ids of hypotheses.

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
    parts = [
        text,
        f"Scenario: {_scenario(results)}.",
        _coder(results, every_coder=every_coder),
        f"Prior{_of_base(results)}: {_prior(results, labels)}.",
        "Conditional on these hypotheses, priors and codings.",
    ]
    return " ".join(part for part in parts if part)


def _scenario(results: tuple[xr.Dataset | xr.DataArray, ...]) -> str:
    """Named by a coordinate (the scenarios side by side) or by an attribute."""
    along = next((each["scenario"].values for each in results if "scenario" in each.coords), None)
    if along is not None:
        return ", ".join(str(each) for each in np.atleast_1d(along))
    return ", ".join(_attribute(results, "scenario").split("+"))


def _of_base(results: tuple[xr.Dataset | xr.DataArray, ...]) -> str:
    """Scenarios side by side may each have a prior of their own."""
    return " in the base" if any("scenario" in each.dims for each in results) else ""


def _coder(results: tuple[xr.Dataset | xr.DataArray, ...], *, every_coder: bool) -> str:
    along = next((each["coder"].values for each in results if "coder" in each.coords), None)
    if along is None:
        names = _attribute(results, "coder")
        several = " " in names and " pool of " not in names
        return f"Coders: {', '.join(names.split())}." if several else f"Coder: {names}."
    if np.ndim(along) and every_coder:
        return f"Coders: {', '.join(str(each) for each in along)}."
    return f"Coder: {_attribute(results, 'base_coder') if np.ndim(along) else along}."


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
    names = [label(str(name), labels) for name in prior["hypothesis"].values]
    return ", ".join(f"{name} {probability(float(p))}" for name, p in zip(names, table[0], strict=True))
