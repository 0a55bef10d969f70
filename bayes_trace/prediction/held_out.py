"""P(item | the rest): what the evidence without an item predicts of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, NoDataModelError, UnknownNameError
from bayes_trace.exact import update
from bayes_trace.guards import guarded
from bayes_trace.likelihood import drop_entries, links_of
from bayes_trace.likelihood.links import FACT
from bayes_trace.scales import log_sum

__all__ = ["By", "one_coder", "predict", "predicted", "usable"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
HELD = "coded item, fact, event or cluster"
By = Literal["item", "cluster", "source"]
#: links set aside together -> those of them that are predicted
Groups = Sequence[tuple[Index, Index]]


@guarded
def predict(
    evidence: xr.Dataset,
    *,
    items: Iterable[str] | str | None = None,
    by: By = "item",
    coder: str | None = None,
) -> xr.Dataset:
    """Probability of what was found, given the rest of the evidence on its episode.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    items
        Names of items, facts, events or clusters to hold out, all at once; a fact, an event or a cluster is held
        out whole. By default every link in turn.
    by
        What is held out with a link, where none is named: nothing else, its cluster, or whatever else
        its sources say.
    coder
        By default the base coder.

    Returns
    -------
    Over ``link``: ``probability``, that of the finding given the rest; ``given_hypothesis`` (link, hypothesis),
    what the codings say of it; ``rest`` (link, hypothesis), the posterior without it. A clustered item is
    predicted at its full likelihood, from evidence that is discounted; what it is coded ``given`` stays. Of a
    present item this is the probability that the trace exists: detection is not stated for it. A link coded by
    ratios has no such probability; where none is named it is left out and listed in ``attrs["not_predicted"]``.

    Raises
    ------
    NoDataModelError
        For a ratio held out by name, or if there is nothing else.
    UnknownNameError
        For a name that is not there.

    References
    ----------
    Gelman, Meng and Stern (1996), Statistica Sinica 6, 733-807.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.8, "B": 0.05}}, priors={"A": 0.71, "B": 0.29})
    >>> round(float(predict(bt.compile_evidence(es), items=["memo"]).probability.item()), 4)
    0.5825
    """
    one = one_coder(evidence, coder)
    known, unknown = usable(one)
    if items is None:
        groups = _in_turn(one, known, by)
        return predicted(one, groups).assign_attrs(not_predicted=" ".join(_names(one, unknown)))
    held = _named(one, [items] if isinstance(items, str) else list(items))
    if ratios := _names(one, np.intersect1d(held, unknown)):
        raise NoDataModelError(_no_level(ratios))
    return predicted(one, [(held, held)]).assign_attrs(not_predicted="")


def one_coder(evidence: xr.Dataset, coder: str | None) -> xr.Dataset:
    """The evidence of one coder, still with a dimension ``coder``."""
    name = coder or str(evidence.attrs["base_coder"])
    if name not in evidence["coder"].values:
        raise UnknownNameError("coder", name, list(evidence["coder"].values))
    return evidence.sel(coder=[name])


def usable(one: xr.Dataset) -> tuple[Index, Index]:
    """Links that have a probability, and those that are coded by ratios; what is not coded is in neither.

    Raises
    ------
    NoDataModelError
        If there is none of the first.
    """
    links = links_of(one, 0)
    ratio = np.zeros(links.n_links, dtype=bool)
    np.logical_or.at(ratio, links.entry_link, links.is_ratio & links.coded)
    known, unknown = np.flatnonzero(links.spoken & ~ratio), np.flatnonzero(links.spoken & ratio)
    if not known.size:
        names = _names(one, unknown)
        raise NoDataModelError(_no_level(names) if names else "no item is coded, so there is none to predict")
    return known, unknown


def _no_level(names: Sequence[str]) -> str:
    return (
        f"{', '.join(names)}: coded by ratios, which say how much better one hypothesis expects an item than another, "
        "not how probable it is; code probabilities, or state a reference_probability"
    )


def _names(one: xr.Dataset, links: Index) -> list[str]:
    return list(dict.fromkeys(str(name) for name in one["link_item"].values[links]))


def _in_turn(one: xr.Dataset, known: Index, by: str) -> list[tuple[Index, Index]]:
    if by == "item":
        return [(np.array([link]), np.array([link])) for link in known]
    if by not in ("cluster", "source"):
        message = f"by={by!r}; expected 'item', 'cluster' or 'source'"
        raise BayesTraceError(message)
    words = [set(str(each).split()) for each in one[f"link_{by}"].values]
    episode = one["episode_index"].values
    groups = []
    for link in known:
        near = np.flatnonzero(episode == episode[link])
        held = [other for other in near if other == link or words[other] & words[link]]
        groups.append((np.array(held), np.array([link])))
    return groups


def _named(one: xr.Dataset, names: list[str]) -> Index:
    """Links that bear a name, hold an item of that name, or stand in a cluster of that name."""
    spoken, entry_link = links_of(one, 0).spoken, one["entry_link"].values
    held: set[int] = set()
    for name in names:
        own = (one["link_item"].values == name) | (one["link_cluster"].values == name)
        found = {*np.flatnonzero(own).tolist(), *entry_link[one["entry_item"].values == name].tolist()}
        found = {link for link in found if spoken[link]}
        if not found:
            there = [*_names(one, np.flatnonzero(spoken)), *map(str, one["cluster"].values)]
            raise UnknownNameError(HELD, name, there)
        held |= found
    return np.array(sorted(held), dtype=np.int64)


def predicted(one: xr.Dataset, groups: Groups) -> xr.Dataset:
    """What links of one coder are given the rest, each group being held out whole."""
    cases = [(int(link), held) for held, targets in groups for link in targets]
    rest = np.zeros((len(cases), one.sizes["hypothesis"]))
    episode = one["episode_index"].values
    for batch in _rounds(cases, episode):
        dropped = np.zeros(one.sizes["entry"], dtype=bool)
        for number in batch:
            link, held = cases[number]
            dropped |= _set_aside(one, link, held[episode[held] == episode[link]])
        # no coder's silence here: without any item the prior is all there is to predict from
        posterior = update(drop_entries(one, dropped))["probability"].values
        for number in batch:
            row = posterior[episode[cases[number][0]]]
            rest[number] = row if np.isfinite(row).all() else one["prior"].values[episode[cases[number][0]]]
    return _dataset(one, np.array([link for link, _ in cases], dtype=np.int64), rest)


def _rounds(cases: Sequence[tuple[int, Index]], episode: Index) -> Iterator[list[int]]:
    """Numbers of cases, one of each episode at a time: episodes do not touch one another."""
    by_episode: dict[int, list[int]] = {}
    for number, (link, _) in enumerate(cases):
        by_episode.setdefault(int(episode[link]), []).append(number)
    for batch in zip_longest(*by_episode.values()):
        yield [number for number in batch if number is not None]


def _set_aside(one: xr.Dataset, link: int, held: Index) -> npt.NDArray[np.bool_]:
    """Entries of the links held out, but for what the predicted link is coded given."""
    links, names = one["entry_link"].values, one["entry_item"].values
    given = [str(text).split() for text in one["entry_given"].values]
    here = np.flatnonzero(one["episode_index"].values[links] == one["episode_index"].values[link])
    needed: set[str] = set()
    waiting = [name for entry in np.flatnonzero(links == link) for name in given[entry]]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [other for entry in here if names[entry] == name for other in given[entry]]
    kept = {int(links[entry]) for entry in here if names[entry] in needed} - {link}
    return np.isin(links, [each for each in held if int(each) not in kept])


def _dataset(one: xr.Dataset, at: Index, rest: Array) -> xr.Dataset:
    log_q = one["log_likelihood"].values[0, at] - _level(one, at)[:, None]
    with np.errstate(divide="ignore"):
        log_p = log_sum(log_q + np.log(rest), axis=-1)
    dims = ("link", "hypothesis")
    names = ("link", "link_item", "link_title", "link_episode", "link_cluster", "link_source")
    coords = {name: ("link", one[name].values[at]) for name in names}
    labels = {name: one[name] for name in one["hypothesis"].coords if one[name].dims == ("hypothesis",)}
    return xr.Dataset(
        {
            "probability": ("link", np.exp(log_p), {"units": "1", "long_name": "P(finding | the rest)"}),
            "log_probability": ("link", log_p, {"units": "nats"}),
            "given_hypothesis": (dims, np.exp(log_q), {"units": "1"}),
            "rest": (dims, rest, {"units": "1", "long_name": "posterior without the finding"}),
        },
        {**coords, **labels},
        {**one.attrs, "coder": str(one["coder"].values[0])},
    )


def _level(one: xr.Dataset, at: Index) -> Array:
    """Nats by which the stored rows of facts exceed probabilities.

    Lambda is the probability of a reading before its documents were seen, up to a factor: that is taken out.
    """
    weight = log_sum(one["log_option_weight"].values[0, at], axis=-1)
    return np.where(one["link_kind"].values[at] == FACT, weight, 0.0)
