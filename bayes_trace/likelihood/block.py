"""From the judgements of a block of an evidence table to columns, without an object per row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.coded import verbal_terms
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.files.evidence_tables.rows import Judgements, Text
from bayes_trace.files.evidence_tables.side import RATES, Side
from bayes_trace.likelihood.columns import Columns, Rates, from_columns
from bayes_trace.likelihood.compiled import shares
from bayes_trace.likelihood.elicited import Codings
from bayes_trace.likelihood.labels import coders, facts, hypotheses
from bayes_trace.likelihood.links import EVENT, FACT, ITEM, REPORT

__all__ = ["Common", "common_to_blocks", "compile_block"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]
_UNITS = [str(unit) for unit in CodingUnit]
_FORMS = [unit.form for unit in CodingUnit]


@dataclass(frozen=True)
class Common:
    """What all blocks of a table have alike."""

    head: EvidenceSet
    frame: Mapping[str, tuple[Any, ...]]
    coords: Mapping[str, tuple[Any, ...]]
    attrs: Mapping[str, Any]


def common_to_blocks(head: EvidenceSet) -> Common:
    """From the set that heads a table."""
    none = ("condition", np.empty(0, dtype=str))
    coords = {**hypotheses(head), **coders(head), "condition": none}
    return Common(head, shares(head), coords, facts(head))


def compile_block(judged: Judgements, side: Side, common: Common) -> xr.Dataset:
    """The compiled evidence of a block, as `compile_evidence` gives it.

    Parameters
    ----------
    judged, side
        Sound, as `files.evidence_tables` gives them.
    common
        As from `common_to_blocks`.
    """
    frame, sources = _Frame(judged, side), side.sources
    first = frame.counted[frame.link_first]
    detected, events = np.flatnonzero(frame.absent), np.flatnonzero(frame.link_kind == EVENT)
    agreement = np.nan_to_num(judged.triple("agreement")[first[events]], nan=0.0)
    columns = Columns(
        frame={**common.frame, **_of_episodes(frame, common.head)},
        frame_coords={**common.coords, **_episodes(frame)},
        attrs=common.attrs,
        compounds=common.head.compounds,
        names=_names(frame),
        episode_index=frame.link_episode,
        link_kind=frame.link_kind,
        cluster_index=side.clusters.index[first],
        option_probability=_option_probability(frame),
        entry_link=frame.entry_link,
        entry_role=frame.role,
        says_no=frame.text("says").is_("no"),
        absent=frame.absent,
        source_index=sources.index[frame.counted],
        rates=Rates(**{name: sources.numbers[name] for name in RATES}, answers=sources.answers),
        correlation=side.clusters.numbers["correlation"],
        codings=_codings(frame, common.head),
        detected=detected,
        detection=judged.triples("detection", frame.counted[detected]),
        agreeing=events,
        agreement=agreement,
    )
    return from_columns(columns)


@dataclass(frozen=True)
class _Frame:
    """Which entries and links a block has, and where each coding goes."""

    judged: Judgements
    side: Side

    @cached_property
    def episodes(self) -> Names:
        """All that occur, in the order of their names."""
        return self.judged.rows.text("episode").names

    @cached_property
    def counted(self) -> Index:
        """First codings of entries that were looked for, in the order of links."""
        c = self.judged
        sought = c.first[~c.text("found").is_("not_sought")[c.first]]
        kind, lead = self._groups(sought)
        heard = np.isin(lead, lead[c.is_report[sought]]) | (kind != EVENT)
        order = np.lexsort((sought, c.is_report[sought], lead, kind == EVENT, self._episode[sought]))
        return np.asarray(sought[order[heard[order]]])

    @cached_property
    def _episode(self) -> Index:
        return self.judged.text("episode").code

    def _groups(self, at: Index) -> tuple[Index, Index]:
        """Kind of the link of each entry, and what tells its link from others of the episode."""
        c, lead = self.judged, at.copy()
        kind = np.full(at.size, ITEM)
        fact, event = self.side.readings.index[at], c.text("event").code[at]
        for code, of, here in ((fact, FACT, fact >= 0), (event, EVENT, event >= 0)):
            if here.any():
                key = self._episode[at] * (code.max() + 1) + code
                first = here & (c.is_event[at] if of == EVENT else True)
                names, place = np.unique(key[first], return_index=True)
                lead[here] = at[first][place][np.searchsorted(names, key[here])]
                kind[here] = of
        return kind, lead

    @cached_property
    def kind_and_lead(self) -> tuple[Index, Index]:
        """The same of entries that count."""
        return self._groups(self.counted)

    @cached_property
    def entry_link(self) -> Index:
        """Link of each entry."""
        lead = self.kind_and_lead[1]
        return np.cumsum(np.diff(lead, prepend=lead[:1]) != 0) if lead.size else lead

    @cached_property
    def link_first(self) -> Index:
        """First entry of each link."""
        return np.flatnonzero(np.diff(self.entry_link, prepend=-1))

    @cached_property
    def link_kind(self) -> Index:
        """ITEM, FACT or EVENT."""
        return self.kind_and_lead[0][self.link_first]

    @cached_property
    def link_episode(self) -> Index:
        """Place of the episode of each link."""
        return self._episode[self.counted[self.link_first]]

    @cached_property
    def role(self) -> Index:
        """ITEM, EVENT or REPORT."""
        report = self.judged.is_report[self.counted]
        event = self.kind_and_lead[0] == EVENT
        return np.where(report, REPORT, np.where(event, EVENT, ITEM))

    @cached_property
    def absent(self) -> npt.NDArray[np.bool_]:
        """Entries that were looked for in vain."""
        return self.text("found").is_("absent")

    @cached_property
    def spoken(self) -> Index:
        """Codings with likelihoods, of entries that count."""
        place = self.entry_of
        return np.flatnonzero((place >= 0) & ~self.judged.is_report)

    @cached_property
    def entry_of(self) -> Index:
        """Place of the entry of each coding, -1 for what was not looked for."""
        c = self.judged
        place = np.full(c.first.size, -1, dtype=np.int64)
        place[c.entry[self.counted]] = np.arange(self.counted.size)
        return place[c.entry]

    def text(self, name: str) -> Text:
        """What stands in a column, by entry."""
        return self.judged.text(name).take(self.counted)


def _of_episodes(frame: _Frame, head: EvidenceSet) -> dict[str, tuple[Any, ...]]:
    n = frame.episodes.size
    return {
        "prior": (("episode", "hypothesis"), frame.side.prior),
        "prior_concentration": ("episode", np.full(n, head.prior_concentration or np.nan)),
        "condition_text": (("episode", "condition"), np.empty((n, 0), dtype=str)),
    }


def _episodes(frame: _Frame) -> dict[str, tuple[Any, ...]]:
    """Names of episodes and cases; what a table does not hold is empty."""
    text, n = frame.judged.text("case"), frame.episodes.size
    code = np.full(n, -1, dtype=np.int64)
    code[frame.judged.text("episode").code] = text.code
    case = Text(code, text.names).values
    blank = {"date": "", "granted": "unknown", "sense": "supply", "administration": ""}
    return {
        "episode": ("episode", frame.episodes),
        "episode_label": ("episode", frame.episodes),
        "case": ("episode", case),
        "case_label": ("episode", case),
        **{name: ("episode", np.full(n, word)) for name, word in blank.items()},
        "is_aggregate": ("episode", np.zeros(n, dtype=bool)),
    }


def _option_probability(frame: _Frame) -> Array:
    readings, fact = frame.side.readings, frame.link_kind == FACT
    table = np.zeros((fact.size, max(readings.probability.shape[1], 1)))
    table[:, 0] = 1.0
    table[fact] = readings.probability[readings.index[frame.counted[frame.link_first]][fact]]
    return table


def _codings(frame: _Frame, head: EvidenceSet) -> Codings:
    c, at = frame.judged, frame.spoken
    numbers, form = c.triples(at=at), _form(c, at)
    for place in np.unique(form).tolist():
        if _FORMS[place].words:
            numbers[form == place] = _words(c, at[form == place], head)
    ratio = np.isin(form, [place for place, each in enumerate(_FORMS) if each.ratio])
    anchor = c.triple("reference_probability")[at]
    reference = np.full(at.size, -1, dtype=np.int64)
    if ratio.any():
        rows = np.flatnonzero(ratio)
        against = (c.names_of("reference")[at[rows]][:, None] == np.array(c.hypotheses)).argmax(axis=1)
        neutral = np.array([each.neutral if each.ratio else 1.0 for each in _FORMS])[form[rows]]
        own = numbers[rows, against]
        numbers[rows, against] = np.where(np.isnan(own), neutral[:, None], own)
        free = np.isnan(anchor[rows, 1])
        reference[rows[free]] = against[free]
    return Codings(
        places=np.stack([c.coder[at], frame.entry_of[at], frame.side.readings.option[at]], axis=1),
        numbers=numbers,
        form=form,
        known=_FORMS,
        anchor=np.where(np.isnan(anchor), 1.0, anchor),
        reference=reference,
    )


def _form(c: Judgements, at: Index) -> Index:
    """Place of the form of each coding among all forms; a blank is a probability."""
    text = c.text("form").take(at)
    place = [_UNITS.index(str(name)) for name in text.names]
    return np.array([*place, _UNITS.index(CodingUnit.PROBABILITY)], dtype=np.int64)[text.code]


def _words(c: Judgements, at: Index, head: EvidenceSet) -> Array:
    """Low, best and high of verbal terms."""
    term, scale = c.terms(), c.names_of("scale")
    numbers = np.full((*term.code.shape, 3), np.nan)
    for name in np.unique(scale[at]):
        known = verbal_terms(head, str(name) or None) or {}
        blank = (np.nan, np.nan, np.nan)
        each = [
            (value.lower, float(value.best), value.upper) if (value := known.get(str(word))) else blank
            for word in term.names
        ]
        table = np.array([*each, blank])
        mine = at[scale[at] == name]
        numbers[mine] = table[term.code[mine]]
    return numbers[at]


def _names(frame: _Frame) -> dict[str, tuple[Any, ...]]:
    """Names along links and entries, sources and clusters."""
    episode, first = frame.episodes[frame.link_episode], frame.link_first
    item, source = frame.text("item").values, frame.text("source").values
    of_link = _link_names(frame, item)
    implication, given = (frame.text(name).values for name in ("implication", "given"))
    return {
        "link": ("link", _at(of_link, episode)),
        "link_item": ("link", of_link),
        "link_title": ("link", of_link),
        "link_episode": ("link", episode),
        "link_cluster": ("link", frame.text("cluster").values[first]),
        "link_source": ("link", _joined(frame, source)),
        "link_implication": ("link", _joined(frame, implication)),
        "link_given": ("link", _joined(frame, given)),
        "entry": ("entry", _at(item, episode[frame.entry_link])),
        "entry_item": ("entry", item),
        "item_title": ("entry", item),
        "entry_implication": ("entry", implication),
        "entry_source": ("entry", source),
        "entry_given": ("entry", given),
        "source": ("source", frame.side.sources.names),
        "cluster": ("cluster", frame.side.clusters.names),
    }


def _at(names: Names, episodes: Names) -> Names:
    return np.strings.add(np.strings.add(names, "@"), episodes)


def _link_names(frame: _Frame, item: Names) -> Names:
    """The item of a link of one, the fact or event of a link of several."""
    first = frame.link_first
    held = np.diff(np.append(first, item.size))
    names = item[first]
    several = (frame.link_kind == FACT) & (held > 1)
    if several.any():
        fact = frame.text("reading").values[first][several]
        also = np.isin(fact, item)
        names = names.astype(np.result_type(names, fact, np.dtype("U7")))
        wider = np.strings.add(fact, np.where(also, " (fact)", ""))
        names = np.where(several, np.zeros((), wider.dtype), names)
        names[several] = wider
    return names


def _joined(frame: _Frame, values: Names) -> Names:
    """What a link of several entries has from them all, each once."""
    first = frame.link_first
    names = values[first]
    several = np.flatnonzero(np.diff(np.append(first, values.size)) > 1)
    if not several.size or not (values != "").any():
        return names
    ends = np.append(first, values.size)
    joined = [" ".join(dict.fromkeys(" ".join(values[ends[n] : ends[n + 1]]).split())) for n in several]
    wide = names.astype(f"U{max([names.dtype.itemsize // 4, *map(len, joined)])}")
    wide[several] = joined
    return wide
