"""Scenarios and coders side by side, each against the set as it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from bayes_trace.errors import ImpossibleEvidenceError, ScenarioError, UnknownNameError
from bayes_trace.evidence import EvidenceSet
from bayes_trace.exact import TIE
from bayes_trace.guards import guarded
from bayes_trace.independent import all_done
from bayes_trace.likelihood import compile_evidence
from bayes_trace.scales import log_sum, log_to_db
from bayes_trace.scenarios import apply_scenario
from bayes_trace.sensitivity.arrays import Array, Arrays, Flags, normalised, open_every_coder
from bayes_trace.sensitivity.attribution import component_changes

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["scenarios"]

BASE = "base"


@guarded
def scenarios(
    evidence_set: EvidenceSet,
    *,
    names: Sequence[str] | None = None,
    episodes: Sequence[str] | None = None,
    skip_unfit: bool = False,
    client: Client | str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """Every named scenario and every coder alone, side by side, with the items that make the difference.

    Parameters
    ----------
    evidence_set
        The set, whose answer as it stands is the scenario ``base``.
    names
        Scenarios to apply; ``one+two`` applies one after the other. By default each that the set has and that
        is not applied yet by itself, those together that the author prefers, and all of those together that
        leave hypotheses and priors as they are: criticism adds up.
    episodes
        Episodes to keep; by default all that are scored.
    skip_unfit
        Leave out scenarios that do not fit the set as it stands (after other scenarios, say) or rule every
        hypothesis out; they are named in ``attrs["unfit"]``, with reasons as JSON in ``unfit_because``.
    client
        As for `map_independent`: a cluster, to whose workers the scenarios go.
    progress
        Called as ``callback(description, fraction)``, with the fraction of the work done.

    Returns
    -------
    Dataset over ``scenario``, ``coder``, ``episode``: ``probability`` (also over ``hypothesis``, missing where a
    scenario has no such hypothesis), ``leader``, ``lead`` (dB over the next); ``base_lead``, the dB by which the
    base leader of that coder is ahead of its strongest rival (negative where it is behind; the parts of a split
    hypothesis count together; missing where the scenario knows it no more), ``holds`` (1 where it leads, missing
    where nobody leads the base), ``changes`` (1 where a number of that episode differs from the base); and
    ``difference`` (scenario, coder, component): the dB by which each link, or the prior, changes the odds of the base
    leader against the base runner-up; components are ``item@episode`` (a fact or an event as one) and
    ``prior@episode``, and add up to the change of those odds. What a coder has not coded is missing.
    ``attrs["preferred"]`` names the scenario that applies all preferred ones, empty where there are none.

    Raises
    ------
    UnknownNameError
        For an unknown scenario or episode.
    ScenarioError
        For a scenario that does not fit.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> side_by_side = scenarios(arms, names=["clustered"], episodes=["f5e_1972"])
    >>> side_by_side.scenario.values.tolist()
    ['base', 'clustered']
    """
    pieces = {BASE: (), **{name: tuple(name.split("+")) for name in _chosen(evidence_set, names)}}
    under = partial(_open, evidence_set, episodes, skip_unfit)
    found = all_done(under, pieces, client=client, progress=progress)
    opened = {name: each for name, each in found.items() if not isinstance(each, str)}
    unfit = {name: each for name, each in found.items() if isinstance(each, str)}
    preferred = _preferred(evidence_set)
    return _side_by_side(opened).assign_attrs(
        unfit=" ".join(unfit),
        unfit_because=json.dumps(unfit),
        preferred=preferred if preferred in opened else "",
    )


def _open(
    es: EvidenceSet,
    episodes: Sequence[str] | None,
    skip_unfit: bool,  # noqa: FBT001 - as asked
    names: Sequence[str],
) -> dict[str, Arrays] | str:
    """The arrays of every coder under scenarios; or why these do not fit."""
    try:
        return open_every_coder(compile_evidence(apply_scenario(es, *names), episodes=episodes))
    except (ScenarioError, ImpossibleEvidenceError) as error:
        if not (names and skip_unfit):
            raise
        return str(error)


def _preferred(es: EvidenceSet) -> str:
    """The scenarios that the author stands by, those applied already left out."""
    return "+".join(name for name in es.preferred if name not in es.applied)


def _chosen(es: EvidenceSet, names: Sequence[str] | None) -> list[str]:
    if names is None:
        fresh = [name for name in es.scenarios if name not in es.applied]
        plain = [name for name in fresh if es.scenarios[name].adds_up]
        together = [_preferred(es), *(["+".join(plain)] if len(plain) > 1 else [])]
        return list(dict.fromkeys(filter(None, [*fresh, *together])))
    for name in (part for each in names for part in each.split("+")):
        if name not in es.scenarios:
            raise UnknownNameError("scenario", name, sorted(es.scenarios))
    return list(names)


def _side_by_side(opened: dict[str, dict[str, Arrays]]) -> xr.Dataset:
    base = opened[BASE]
    coders = list(base)
    parts = [
        _joined(
            {coder: _answer(each_coder[coder], base[coder]) for coder in coders if coder in each_coder},
            "coder",
        )
        for each_coder in opened.values()
    ]
    whole = _joined(dict(zip(opened, parts, strict=True)), "scenario")
    known = [name for arrays in base.values() for name in arrays.hypotheses]
    order = list(dict.fromkeys([*known, *map(str, whole["hypothesis"].values)]))
    evidence = base[coders[0]].evidence
    kept = ("evidence_set", "title", "digest", "scenario")
    attrs = {name: evidence.attrs.get(name, "") for name in kept}
    told = [str(name) for arrays in base.values() for name in arrays.episodes]
    episodes = list(dict.fromkeys(told))
    return whole.sel(hypothesis=order, episode=episodes, coder=coders).assign_attrs(attrs)


#: an item without a share in a scenario makes no difference there
_FILL = {"probability": np.nan, "leader": "", "lead": np.nan, "base_lead": np.nan, "holds": np.nan}
_FILL |= {"changes": np.nan, "difference": 0.0}


def _joined(parts: dict[str, xr.Dataset], dimension: str) -> xr.Dataset:
    along = xr.Variable(dimension, list(parts))
    each = list(parts.values())
    return xr.concat(each, along, join="outer", fill_value=_FILL, coords="minimal", compat="override")


def _answer(arrays: Arrays, base: Arrays) -> xr.Dataset:
    """One coder's answer in one scenario, and how it comes to differ from the base."""
    ranked = np.take_along_axis(arrays.joint, arrays.order, axis=-1)
    with np.errstate(invalid="ignore"):
        lead = ranked[:, 0] - ranked[:, 1]
    lead = np.where(lead < TIE, 0.0, lead)
    of_base = _base_lead(base, arrays)
    names, change = _differences(base, arrays)
    return xr.Dataset(
        {
            "probability": (("episode", "hypothesis"), normalised(arrays.joint), {"units": "1"}),
            "leader": ("episode", arrays.names(arrays.leader)),
            "lead": ("episode", log_to_db(lead), {"units": "dB"}),
            "base_lead": ("episode", log_to_db(of_base), {"units": "dB"}),
            "holds": ("episode", _holds(base, arrays, of_base)),
            "changes": ("episode", _changed(base, arrays).astype(np.float64)),
            "difference": ("component", change, {"units": "dB"}),
        },
        {"episode": arrays.episodes, "hypothesis": arrays.hypotheses, "component": names},
    )


def _place(base: Arrays, arrays: Arrays) -> list[int]:
    """Place in the base of each episode, -1 where it is not there."""
    return [base.episodes.index(name) if name in base.episodes else -1 for name in arrays.episodes]


def _groups(base: Arrays, arrays: Arrays) -> list[str]:
    """What each hypothesis counts as: itself, or the hypothesis of the base that it is a part of."""
    written = [str(name) for name in arrays.evidence["written"].values]
    share = arrays.evidence["written_share"].values
    whole = {
        name: written[int(share[:, h].argmax())]
        for h, name in enumerate(arrays.hypotheses)
        if share[:, h].any()
    }
    return [
        name if name in base.hypotheses or whole.get(name) not in base.hypotheses else whole[name]
        for name in arrays.hypotheses
    ]


def _base_lead(base: Arrays, arrays: Arrays) -> Array:
    """Nats by which the base leader is ahead of its strongest rival; missing where it is not known."""
    groups = _groups(base, arrays)
    names = list(dict.fromkeys(groups))
    member = np.array([[group == name for group in groups] for name in names])
    joint = log_sum(np.where(member, arrays.joint[:, None], -np.inf), axis=-1)
    lead = np.full(len(arrays.episodes), np.nan)
    for episode, place in enumerate(_place(base, arrays)):
        leader = base.hypotheses[base.leader[place]]
        if place >= 0 and leader in names:
            own = names.index(leader)
            with np.errstate(invalid="ignore"):
                lead[episode] = joint[episode, own] - np.delete(joint[episode], own).max()
    return np.where(np.abs(lead) < TIE, 0.0, lead)


def _holds(base: Arrays, arrays: Arrays, lead: Array) -> Array:
    """1 where the base leader leads, 0 where not; missing where it is not known, or the base is level."""
    own = _base_lead(base, base)
    level = np.array([place < 0 or own[place] <= 0 for place in _place(base, arrays)])
    return np.where(np.isnan(lead) | level, np.nan, lead > 0)


def _changed(base: Arrays, arrays: Arrays) -> Flags:
    """Episodes in which a prior, a weighted likelihood or the list of either is not that of the base."""
    found = np.ones(len(arrays.episodes), dtype=bool)
    for episode, place in enumerate(_place(base, arrays)):
        if place >= 0 and base.hypotheses == arrays.hypotheses:
            one, other = _numbers(base, place), _numbers(arrays, episode)
            found[episode] = one[0] != other[0] or not all(
                np.allclose(a, b, rtol=0, atol=TIE) for a, b in zip(one[1:], other[1:], strict=True)
            )
    return found


def _numbers(arrays: Arrays, episode: int) -> tuple[list[str], Array, Array]:
    links = arrays.links(episode)
    names = [str(name) for name in arrays.evidence["link_item"].values[links]]
    order = sorted(range(len(names)), key=names.__getitem__)
    return [names[n] for n in order], np.exp(arrays.log_prior[episode]), arrays.weighted[links[order]]


def _differences(first: Arrays, second: Arrays) -> tuple[list[str], Array]:
    """Components and their change of the odds of each base leader against its runner-up, in dB.

    Missing where the second knows one of the two hypotheses no more.
    """
    pairs = {name: tuple(first.names(first.order[n, :2])) for n, name in enumerate(first.episodes)}
    parts = component_changes(first, second, pairs)
    return list(parts), np.array(list(parts.values()))
