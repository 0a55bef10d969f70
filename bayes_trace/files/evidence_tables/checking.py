"""Numbers of a block against what their forms allow, and what absence, reports and ratios need besides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.coded import verbal_terms
from bayes_trace.evidence.forms import CodingUnit, Form
from bayes_trace.files.evidence_tables.columns import ENDS
from bayes_trace.files.evidence_tables.faults import Faults
from bayes_trace.files.evidence_tables.rows import Judgements
from bayes_trace.files.evidence_tables.side import RATES, Side

__all__ = ["check_codings", "forms_of"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]


def forms_of(c: Judgements) -> list[tuple[Form, Index]]:
    """Forms that occur, with the codings in each; reports have none."""
    text = c.text("form")
    forms = {str(unit): unit.form for unit in CodingUnit}
    found = [
        (forms[str(name)], np.flatnonzero((text.code == code) & ~c.is_report))
        for code, name in enumerate(text.names)
    ]
    blank = np.flatnonzero((text.code < 0) & ~c.is_report)
    return [*found, (CodingUnit.PROBABILITY.form, blank)]


def check_codings(c: Judgements, head: EvidenceSet, side: Side, faults: Faults) -> None:
    """Note every fault of the numbers of a block."""
    for form, at in forms_of(c):
        if at.size:
            _stated(c, head, form, at, faults)
            if form.words:
                _terms(c, head, at, faults)
            else:
                _numbers(c, form, at, faults)
            if form.ratio:
                _ratios(c, form, at, side, faults)
    for name in ("detection", *RATES, "correlation", "agreement"):
        if c.rows.has(name):
            _fractions(c, name, faults)
    _absence(c, faults)
    _reliability(c, side, faults)
    _reports(c, side, faults)


def _stated(c: Judgements, head: EvidenceSet, form: Form, at: Index, faults: Faults) -> None:
    """Every hypothesis has a likelihood, but compounds, and the one that ratios are taken against."""
    there = (c.terms().code if form.words else np.where(np.isnan(c.cells("best")), -1, 0))[at] >= 0
    reference = c.names_of("reference")[at] if form.ratio else None
    column = "term" if form.words else "best"
    for place, name in enumerate(c.hypotheses):
        missing = ~there[:, place]
        if name in head.compounds:
            continue
        if reference is not None:
            missing = missing & (reference != name)
        rows = c.at[at, place][missing]
        faults.add(column, rows, f"nothing is said of {name}; give every hypothesis a likelihood")


def _terms(c: Judgements, head: EvidenceSet, at: Index, faults: Faults) -> None:
    term, scale = c.terms(), c.names_of("scale")
    for name in np.unique(scale[at]):
        known = verbal_terms(head, str(name) or None) or {}
        bad = np.array([*(str(each) not in known for each in term.names), False], dtype=bool)
        mine = at[scale[at] == name]
        rows = c.at[mine][bad[term.code[mine]]]
        faults.add("term", rows, f"expected a term of the scale: {', '.join(known)}")


def _numbers(c: Judgements, form: Form, at: Index, faults: Faults) -> None:
    low, best, high = (c.cells(name)[at] for name in ("low", "best", "high"))
    rows, decisive = c.at[at], c.flag("decisive")[at][:, None]
    # a fault of a blank is none: NaN compares false
    beyond = (best < form.lowest) | (best > form.highest) | np.isinf(best)
    faults.add("best", rows[beyond], f"expected {form.expected}")
    certain = np.isin(best, form.certain) & ~decisive if form.certain else np.zeros_like(beyond)
    faults.add("best", rows[certain & ~beyond], "certainty; expected less, or 1 in a column decisive")
    ranged = ~np.isnan(low) | ~np.isnan(high)
    if not ranged.any():
        return
    for name, end in (("low", low), ("high", high)):
        faults.add(
            name, rows[ranged & np.isnan(end)], f"the {name} end is missing; give both ends, or neither"
        )
    faults.add("low", rows[low > best], "expected low <= best <= high")
    faults.add("high", rows[high < best], "expected low <= best <= high")
    instead_of_low, instead_of_high = form.instead
    too_low = low <= form.lowest if instead_of_low else low < form.lowest
    too_high = high >= form.highest if instead_of_high else high > form.highest
    mend = {"low": instead_of_low, "high": instead_of_high}
    for name, wrong in (("low", too_low), ("high", too_high)):
        said = (
            f"a range may not reach certainty; write {mend[name]}"
            if mend[name]
            else f"expected {form.expected}"
        )
        faults.add(name, rows[wrong], said)


def _ratios(c: Judgements, form: Form, at: Index, side: Side, faults: Faults) -> None:
    """Ratios name their reference, and its probability where a level is needed."""
    reference, anchor = c.names_of("reference")[at], c.triple("reference_probability")[at]
    faults.add("reference", c.row[at][reference == ""], "name the hypothesis that the ratios are relative to")
    best = c.cells("best")[at]
    for place, name in enumerate(c.hypotheses):
        own = (reference == name) & (best[:, place] != form.neutral) & ~np.isnan(best[:, place])
        faults.add(
            "best", c.at[at, place][own], f"of the reference itself, expected {form.neutral:g} or nothing"
        )
    given = ~np.isnan(anchor[:, 1])
    level = (side.sources.index[at] >= 0) | c.text("found").is_("absent")[at] | c.is_event[at]
    need = "absence, reliability and events need an absolute probability: P(item given reference)"
    faults.add("reference_probability", c.row[at][level & ~given], need)
    with np.errstate(invalid="ignore"):
        outside = given & ~((anchor > 0) & (anchor < 1)).all(axis=1)
        top = anchor[:, 2:] * form.to_number(
            np.where(np.isnan(high := c.triples()[at, :, 2]), form.neutral, high)
        )
    faults.add("reference_probability", c.row[at][outside], "expected above 0 and below 1")
    faults.add(
        "best", c.at[at][(top >= 1) & ~outside[:, None]], "over the reference probability this is 1 or more"
    )


def _fractions(c: Judgements, name: str, faults: Faults) -> None:
    best, low, high = (c.rows.number(each) for each in (name, *(f"{name}_{end}" for end in ENDS)))
    for column, each in ((name, best), (f"{name}_low", low), (f"{name}_high", high)):
        faults.where(column, (each < 0) | (each > 1), "expected a number from 0 to 1")
    if not (c.rows.has(f"{name}_low") or c.rows.has(f"{name}_high")):
        return
    half = np.isnan(low) != np.isnan(high)
    faults.where(f"{name}_low", half, "one end of the range is missing; give both ends, or neither")
    faults.where(f"{name}_low", (low > best) | (best > high), "expected low <= best <= high")
    certain = (low <= 0) | (high >= 1)
    faults.where(f"{name}_low", certain, "a range may not include certainty; write 0.01 for 0 and 0.99 for 1")


def _absence(c: Judgements, faults: Faults) -> None:
    absent = np.flatnonzero(c.text("found").is_("absent"))
    lacks = np.isnan(c.cells("detection")[absent])
    what = "the probability that the trace survived, was looked for and would have been found"
    faults.add("detection", c.at[absent][lacks], f"missing for an absent item; give {what}")


def _reliability(c: Judgements, side: Side, faults: Faults) -> None:
    if not (c.rows.has("hit") or c.rows.has("false_report")):
        return
    hit, false_report = (~np.isnan(c.cells(name)) for name in ("hit", "false_report"))
    for name, there, other in (("hit", hit, false_report), ("false_report", false_report, hit)):
        faults.add(name, c.at[other & ~there], "give a source both hit and false_report, or neither")
    faults.add(
        "source", c.row[hit[:, 0] & (c.text("source").code < 0)], "name the source that has these rates"
    )
    both = [side.sources.numbers[name][..., 1] for name in ("hit", "false_report")]
    never = np.append(((both[0] == 0) & (both[1] == 0)).any(axis=1), False)[side.sources.index]
    faults.add("hit", c.row[never], "hit and false_report are both 0: such a source never reports")


def _reports(c: Judgements, side: Side, faults: Faults) -> None:
    """A report needs its event, a source with rates, and rates of denial where it denies."""
    report = c.is_report
    faults.add(
        "says",
        c.row[(c.text("says").code >= 0) & (c.text("event").code < 0)],
        "name the event that is reported",
    )
    if not report.any():
        return
    event, episode = c.text("event"), c.text("episode")
    key = episode.code * (event.names.size + 1) + event.code
    lost = report & ~np.isin(key, key[c.is_event])
    faults.add(
        "event",
        c.row[lost],
        "the event is not coded on this episode; add its rows, with its name in item and event",
    )
    source = side.sources.index
    faults.add("source", c.row[report & (source < 0)], "a report needs a source with hit and false_report")
    denies = report & c.text("says").is_("no")
    faults.add("says", c.row[denies & c.text("found").is_("absent")], "silence says nothing; leave it blank")
    rates = [side.sources.numbers[f"denial_if_{end}"][..., 1] for end in ("true", "false")]
    can = np.append(side.sources.answers | (rates[0] + rates[1] > 0).any(axis=1), True)[source]
    mend = "the source needs denial_if_true and denial_if_false, or 1 in always_answers"
    faults.add("says", c.row[denies & ~can], mend)
    heard = np.unique(key * (source.max() + 2) + source + 1, return_inverse=True, return_counts=True)
    coded_once = np.diff(c.entry, prepend=-1) > 0
    twice = np.zeros(key.size, bool)
    each = np.flatnonzero(report & coded_once)
    _, inverse, count = np.unique(heard[1][each], return_inverse=True, return_counts=True)
    twice[each] = count[inverse] > 1
    faults.add("event", c.row[twice], "a source reports an event once; keep one of its reports")
