"""What several codings share: sources with their rates, clusters, readings and priors, as small tables of a block.

They stand in the columns of the table, or else in the set that heads it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import EvidenceSet, Reliability, Value
from bayes_trace.files.evidence_tables.faults import Faults
from bayes_trace.files.evidence_tables.rows import Judgements, Text

__all__ = ["RATES", "Named", "Readings", "Side", "side_tables"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
RATES = ("hit", "false_report", "denial_if_true", "denial_if_false")
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Named:
    """Sources or clusters of a block: which each coding has, and their numbers."""

    names: npt.NDArray[np.str_]
    #: of each coding, -1 for none
    index: Index
    #: low, best and high by name of the number: (name, hypothesis, 3), of a cluster (name, 3)
    numbers: dict[str, Array]
    answers: Flags


@dataclass(frozen=True)
class Readings:
    """Facts that items turn on."""

    #: fact of each coding, -1 for none
    index: Index
    #: place of the option of each coding among those of its fact
    option: Index
    #: (fact, option), 0 for an option that is not there
    probability: Array
    names: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Side:
    """All of them; priors by episode."""

    sources: Named
    clusters: Named
    readings: Readings
    #: (episode, hypothesis)
    prior: Array


def side_tables(codings: Judgements, head: EvidenceSet, faults: Faults) -> Side:
    """The side tables of a block; what contradicts itself or is missing is noted."""
    return Side(
        sources=_sources(codings, head, faults),
        clusters=_clusters(codings, head, faults),
        readings=_readings(codings, head, faults),
        prior=_priors(codings, head, faults),
    )


def _stated_at(code: Index, stated: Flags, count: int) -> Index:
    """First coding of each name at which a number is stated, -1 where none is."""
    first = np.full(count + 1, -1, dtype=np.int64)
    at = np.flatnonzero(stated & (code >= 0))[::-1]
    first[code[at]] = at
    return first[:-1]


def _sources(c: Judgements, head: EvidenceSet, faults: Faults) -> Named:
    text = c.text("source")
    stated = ~np.isnan(c.cells("hit")[:, 0]) if c.rows.has("hit") else np.zeros(c.row.size, bool)
    first = _stated_at(text.code, stated, text.names.size)
    known = [
        None if at >= 0 else head.reliability_of(str(name))
        for name, at in zip(text.names, first, strict=True)
    ]
    rated = (first >= 0) | np.array([each is not None for each in known], dtype=bool)
    kept = np.flatnonzero(rated)
    shape = (kept.size, len(c.hypotheses), 3)
    table = {name: np.full(shape, np.nan) for name in RATES}
    here = first[kept] >= 0
    for name in RATES:
        if c.rows.has(name):
            at = np.flatnonzero(stated & (text.code >= 0))
            table[name][here] = c.triples(name, first[kept][here])
            _same(c, name, at, c.triples(name, at), c.triples(name, first[text.code[at]]), faults)
    for row, number in enumerate(kept):
        if (own := known[number]) is not None:
            for name in RATES:
                table[name][row] = [_rate(own, hypothesis, name) for hypothesis in c.hypotheses]
    for name in ("denial_if_true", "denial_if_false"):
        table[name] = np.nan_to_num(table[name], nan=0.0)
    place = np.append(np.where(rated, np.cumsum(rated) - 1, -1), -1)
    answers = np.append(c.flag("always_answers"), False)[first[kept]]
    told = [(own := known[number]) is not None and own.always_answers for number in kept]
    answers |= np.array(told, dtype=np.bool_)
    return Named(text.names[kept], place[text.code], table, answers)


def _rate(own: Reliability, hypothesis: str, name: str) -> tuple[float, float, float]:
    """Low, best and high of one rate under one hypothesis."""
    under = own.by_hypothesis.get(hypothesis, own)
    if name in ("hit", "false_report"):
        return _triple(getattr(under, name))
    denies = under.denies or own.denies
    return _triple(getattr(denies, name.removeprefix("denial_"))) if denies else (0.0, 0.0, 0.0)


def _triple(value: Value) -> tuple[float, float, float]:
    return value.lower, float(value.best), value.upper


def _same(c: Judgements, column: str, at: Index, mine: Array, first: Array, faults: Faults) -> None:
    """What some codings say of a source or cluster must be what the first of them says."""
    unlike = (mine != first) & ~(np.isnan(mine) & np.isnan(first))
    differs = unlike.any(axis=tuple(range(1, unlike.ndim)))
    kind = "cluster" if column == "correlation" else "source"
    faults.add(column, c.row[at[differs]], f"the {kind} has another {column} elsewhere; give it one")


def _clusters(c: Judgements, head: EvidenceSet, faults: Faults) -> Named:
    text, values = c.text("cluster"), c.triple("correlation")
    stated = ~np.isnan(values[:, 1])
    first = _stated_at(text.code, stated, text.names.size)
    at = np.flatnonzero(stated & (text.code >= 0))
    _same(c, "correlation", at, values[at], values[first[text.code[at]]], faults)
    known = {cluster.id: _triple(cluster.correlation) for cluster in head.clusters}
    table = np.append(values, np.full((1, 3), np.nan), axis=0)[first]
    for number in np.flatnonzero(first < 0):
        table[number] = known.get(str(text.names[number]), (np.nan, np.nan, np.nan))
    lacks = np.append(np.isnan(table[:, 1]), False)[text.code]
    faults.add("correlation", c.row[lacks], "a cluster needs a correlation, from 0 to 1")
    return Named(text.names, text.code, {"correlation": table}, np.zeros(0, bool))


def _readings(c: Judgements, head: EvidenceSet, faults: Faults) -> Readings:
    fact, option = c.text("reading"), c.text("option")
    faults.add("option", c.row[(fact.code >= 0) & (option.code < 0)], "name the option of the reading")
    faults.add(
        "reading",
        c.row[(fact.code < 0) & (option.code >= 0)],
        "an option needs the reading that it belongs to",
    )
    mine = np.flatnonzero((fact.code >= 0) & (option.code >= 0))
    place = np.zeros(c.row.size, dtype=np.int64)
    if not mine.size:
        return Readings(fact.code, place, np.zeros((fact.names.size, 1)), fact.names)
    key = fact.code[mine] * option.names.size + option.code[mine]
    pair, at, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.full(pair.size, np.inf)
    np.minimum.at(order, inverse, np.nan_to_num(c.number("order")[mine], nan=np.inf))
    of, said = pair // option.names.size, option.names[pair % option.names.size]
    probability = c.number("option_probability")[mine[at]]
    _declare(head, fact.names[of], said, (probability, order))
    ranked = np.lexsort((said, order, of))
    rank = np.empty(pair.size, dtype=np.int64)
    rank[ranked] = np.arange(pair.size) - np.searchsorted(of[ranked], of[ranked])
    table = np.zeros((fact.names.size, int(rank.max()) + 1))
    table[of, rank] = probability
    place[mine] = rank[inverse]
    wrong = ~(np.abs(np.append(table.sum(axis=1), 1.0)[fact.code] - 1) <= TOLERANCE)
    faults.add("option_probability", c.row[wrong], "probabilities of the options of a reading must sum to 1")
    _every_option(c, fact, np.bincount(of, minlength=fact.names.size), faults)
    return Readings(fact.code, place, table, fact.names)


def _declare(
    head: EvidenceSet, facts: npt.NDArray[np.str_], said: npt.NDArray[np.str_], found: tuple[Array, Array]
) -> None:
    """Fill in probability and place of options that the set declares and the table leaves blank."""
    probability, order = found
    known = {reading.id: reading.options for reading in head.readings}
    for number, (fact, option) in enumerate(zip(facts.tolist(), said.tolist(), strict=True)):
        options = known.get(fact, {})
        if option in options and np.isnan(probability[number]):
            probability[number] = options[option]
            order[number] = list(options).index(option)


def _every_option(c: Judgements, fact: Text, count: Index, faults: Faults) -> None:
    """Each coder codes an item of a fact under each of its options."""
    key = c.entry * len(c.coders) + c.coder
    _, inverse, size = np.unique(key, return_inverse=True, return_counts=True)
    wanted = np.append(count, 1)[fact.code]
    faults.add("option", c.row[size[inverse] != wanted], "code the item under every option of its reading")


def _priors(c: Judgements, head: EvidenceSet, faults: Faults) -> Array:
    """Of the set, unless the rows of an episode state their own."""
    common = np.array([hypothesis.prior for hypothesis in head.hypotheses])
    episode = c.text("episode")
    table = np.tile(common, (episode.names.size, 1))
    if c.rows.has("prior"):
        stated = c.cells("prior")
        coding, place = np.nonzero(~np.isnan(stated))
        value = stated[coding, place]
        table[episode.code[coding], place] = value
        differs = table[episode.code[coding], place] != value
        faults.add("prior", c.at[coding, place][differs], "the rows of one episode must agree")
        faults.add("prior", c.at[coding, place][~((value > 0) & (value < 1))], "expected above 0 and below 1")
        wrong = (np.abs(table.sum(axis=1) - 1) > TOLERANCE)[episode.code[coding]]
        faults.add("prior", c.at[coding, place][wrong], "the priors of an episode must sum to 1")
    return np.asarray(table / table.sum(axis=1, keepdims=True))
