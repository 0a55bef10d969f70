"""Named scenarios and single coders side by side, and which items make the difference."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError, ImpossibleEvidenceError, ScenarioError, UnknownNameError
from bayes_trace.evidence import EvidenceSet, Scenario
from bayes_trace.likelihood import compile_evidence
from bayes_trace.scales import log_to_db
from bayes_trace.scenarios import apply_scenario
from bayes_trace.sensitivity.ledger import Array, Ledger, find_hypothesis, normalised, open_ledger

__all__ = ["attribution", "scenarios"]

BASE = "base"
PRIOR = "prior"


def scenarios(
    evidence_set: EvidenceSet,
    *,
    names: Sequence[str] | None = None,
    episodes: Sequence[str] | None = None,
    skip_unfit: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """Every named scenario and every coder alone, side by side, with the items that make the difference.

    Parameters
    ----------
    evidence_set
        The set, whose answer as it stands is the scenario ``base``.
    names
        Scenarios to apply; ``one+two`` applies one after the other. By default each that the set has and that
        is not applied yet by itself, and all of those together that leave hypotheses and priors as
        they are: criticism adds up.
    episodes
        Episodes to keep; by default all that are scored.
    skip_unfit
        Leave out scenarios that do not fit the set as it stands (after other scenarios, say) or rule every
        hypothesis out; they are named in ``attrs["unfit"]``, with reasons as JSON in ``unfit_because``.
    progress
        Told what is done, and how much of all.

    Returns
    -------
    Dataset over ``scenario``, ``coder``, ``episode``: ``probability`` (also over ``hypothesis``, missing where a
    scenario has no such hypothesis), ``leader``, ``lead`` (dB over the next), ``holds`` (1 where the base
    leader of that coder leads, missing where the scenario knows it no more), and ``difference``
    (scenario, coder, component): the dB by which each item, or the prior, changes the odds of the base leader
    against the base runner-up; components are ``item@episode`` and ``prior@episode``, and add up to the
    change of those odds.

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
    say = progress or (lambda _what, _done: None)
    chosen = _chosen(evidence_set, names)
    opened = {BASE: _open(evidence_set, episodes)}
    unfit: dict[str, str] = {}
    for number, name in enumerate(chosen):
        say(name, number / len(chosen))
        try:
            changed = apply_scenario(evidence_set, *name.split("+"))
            opened[name] = _open(changed, episodes)
        except (ScenarioError, ImpossibleEvidenceError) as error:
            if not skip_unfit:
                raise
            unfit[name] = str(error)
    return _side_by_side(opened).assign_attrs(unfit=" ".join(unfit), unfit_because=json.dumps(unfit))


def _open(es: EvidenceSet, episodes: Sequence[str] | None) -> dict[str, Ledger]:
    """The ledger of every coder."""
    evidence = compile_evidence(es, episodes=episodes)
    return {str(coder): open_ledger(evidence, str(coder)) for coder in evidence["coder"].values}


def _chosen(es: EvidenceSet, names: Sequence[str] | None) -> list[str]:
    if names is None:
        fresh = [name for name in es.scenarios if name not in es.applied]
        plain = [
            name
            for name in fresh
            if not _changes_hypotheses(es.scenarios[name]) and _does(es.scenarios[name])
        ]
        return [*fresh, *(["+".join(plain)] if len(plain) > 1 else [])]
    for name in (part for each in names for part in each.split("+")):
        if name not in es.scenarios:
            raise UnknownNameError("scenario", name, sorted(es.scenarios))
    return list(names)


def _changes_hypotheses(scenario: Scenario) -> bool:
    return bool(scenario.priors or scenario.add_hypotheses or scenario.split or scenario.drop_hypotheses)


def _does(scenario: Scenario) -> bool:
    """Whether it changes anything: a set may name its base as a scenario."""
    return bool(scenario.model_dump(exclude={"label", "reason"}, exclude_defaults=True))


def _side_by_side(opened: dict[str, dict[str, Ledger]]) -> xr.Dataset:
    base = opened[BASE]
    coders = list(base)
    evidence = base[coders[0]].evidence
    parts = [
        xr.concat(
            [_answer(ledgers[coder], base[coder]) for coder in coders],
            xr.Variable("coder", coders),
            join="outer",
            fill_value=_FILL,
            coords="minimal",
            compat="override",
        )
        for ledgers in opened.values()
    ]
    whole = xr.concat(
        parts,
        xr.Variable("scenario", list(opened)),
        join="outer",
        fill_value=_FILL,
        coords="minimal",
        compat="override",
    )
    order = [*base[coders[0]].hypotheses]
    order += [name for name in whole["hypothesis"].values if name not in order]
    kept = ("evidence_set", "title", "digest", "scenario")
    attrs = {name: evidence.attrs.get(name, "") for name in kept}
    return whole.sel(hypothesis=order, episode=evidence["episode"].values).assign_attrs(attrs)


#: an item without a share in a scenario makes no difference there
_FILL = {"probability": np.nan, "difference": 0.0}


def _answer(ledger: Ledger, base: Ledger) -> xr.Dataset:
    """One coder's answer in one scenario, and how it comes to differ from the base."""
    ranked = np.take_along_axis(ledger.joint, ledger.order, axis=-1)
    leader = ledger.names(ledger.leader)
    with np.errstate(invalid="ignore"):
        lead = log_to_db(ranked[:, 0] - ranked[:, 1])
    before = base.names(base.leader)
    names, change = _differences(base, ledger)
    return xr.Dataset(
        {
            "probability": (("episode", "hypothesis"), normalised(ledger.joint), {"units": "1"}),
            "leader": ("episode", leader),
            "lead": ("episode", lead, {"units": "dB"}),
            "holds": ("episode", np.where(np.isin(before, ledger.hypotheses), leader == before, np.nan)),
            "difference": ("component", change, {"units": "dB"}),
        },
        {"episode": ledger.episodes, "hypothesis": ledger.hypotheses, "component": names},
    )


def _differences(first: Ledger, second: Ledger) -> tuple[list[str], Array]:
    """Components and their change of the odds of each base leader against its runner-up, in dB.

    Missing where the second knows one of the two hypotheses no more.
    """
    pairs = {name: tuple(first.names(first.order[n, :2])) for n, name in enumerate(first.episodes)}
    parts = _compared(first, second, pairs)
    return list(parts), np.array(list(parts.values()), dtype=np.float64)


def attribution(
    first: xr.Dataset, second: xr.Dataset, *, of: str, against: str, coder: str | None = None
) -> xr.DataArray:
    """The dB between two scenarios, item by item, exactly.

    Parameters
    ----------
    first, second
        Two compiled sets with common episodes.
    of, against
        The hypotheses whose odds are compared.
    coder
        By default the base coder.

    Returns
    -------
    Decibels by ``component``, ``item@episode`` or ``prior@episode``: what each adds to the posterior odds in
    the second less what it adds in the first (weights of clusters included). They sum to the
    difference of the odds. An item that one of the two does not have counts as 0 there.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or coder.
    BayesTraceError
        If the two have no episode in common.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> one = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> two = bt.compile_evidence(bt.from_table({"memo": {"A": 0.4, "B": 0.2}}))
    >>> attribution(one, two, of="A", against="B").round(2).values.tolist()
    [0.0, -3.01]
    """
    ledgers = open_ledger(first, coder), open_ledger(second, coder)
    for ledger in ledgers:
        find_hypothesis(ledger, of), find_hypothesis(ledger, against)
    common = [name for name in ledgers[0].episodes if name in ledgers[1].episodes]
    if not common:
        message = "the two sets have no episode in common; nothing to compare"
        raise BayesTraceError(message)
    parts = _compared(*ledgers, dict.fromkeys(common, (of, against)))
    episodes = np.array([name.rsplit("@", 1)[1] for name in parts], dtype=str)
    return xr.DataArray(
        np.array(list(parts.values())),
        {"component": list(parts), "episode": ("component", episodes)},
        ("component",),
        name="difference",
        attrs={"units": "dB", "of": of, "against": against},
    )


def _compared(first: Ledger, second: Ledger, pairs: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """What each component adds in the second less what it adds in the first, for the pair of each episode."""
    before, after = _weights(first, pairs), _weights(second, pairs)
    return {
        name: _less(after.get(name, 0.0), before.get(name, 0.0)) for name in dict.fromkeys([*before, *after])
    }


def _less(after: float, before: float) -> float:
    return 0.0 if after == before else after - before


def _weights(ledger: Ledger, pairs: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """DB that the prior and each item add to the odds of the pair of each episode, prior first.

    Missing where a hypothesis of the pair is unknown here.
    """
    place = {name: n for n, name in enumerate(ledger.hypotheses)}
    wanted = [[place.get(each, -1) for each in pairs.get(name, ("", ""))] for name in ledger.episodes]
    one, other = np.array(wanted, dtype=np.int64).reshape(-1, 2).T
    unknown = (one < 0) | (other < 0)
    at = np.arange(one.size)
    prior = np.where(unknown, np.nan, ledger.log_prior[at, one] - ledger.log_prior[at, other])
    link, episode = np.arange(ledger.episode_index.size), ledger.episode_index
    with np.errstate(invalid="ignore"):
        gap = ledger.weighted[link, one[episode]] - ledger.weighted[link, other[episode]]
    gap = np.where(unknown[episode], np.nan, np.where(np.isnan(gap), 0.0, gap))
    parts = {
        f"{PRIOR}@{name}": float(log_to_db(prior[n]))
        for n, name in enumerate(ledger.episodes)
        if name in pairs
    }
    names = (str(name) for name in ledger.evidence["link"].values)
    weights = dict(zip(names, log_to_db(gap).tolist(), strict=True))
    return parts | {name: value for name, value in weights.items() if name.rsplit("@", 1)[1] in pairs}
