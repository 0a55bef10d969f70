"""Documents, the words they report, and the decisions they bear on, to scale in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.evidence import Case, EvidenceSet
from bayes_trace.evidence.names import title_of
from bayes_trace.guards import guarded
from bayes_trace.plots.dates import date_axis, first_day, last_day, number, spoken
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.style import (
    AWAY,
    COLUMN,
    QUIET,
    TOWARDS,
    canvas,
    figure_style,
    legend_above,
    width_of,
)
from bayes_trace.plots.words import item_name

__all__ = ["plot_timeline"]

#: inches: a row, and what surrounds them; the share of the width that names take
_ROW, _AROUND, _NAMES = 0.135, 0.7, 0.38
#: days after the last decision that are still drawn to scale
_AFTER = 3 * 365.25


class Record(NamedTuple):
    """An item with the date of its document and, where older, of the words or facts in it."""

    name: str
    document: str
    statement: str
    #: written after the decision and used as a report of the time
    retrospective: bool


class Timeline(NamedTuple):
    """Decisions with their dates, and records by the time of what they say."""

    decisions: list[tuple[str, str]]
    records: list[Record]


@guarded
def plot_timeline(
    evidence_set: EvidenceSet,
    *,
    case: str | None = None,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """When decisions were made, documents written, and the words in them spoken.

    Parameters
    ----------
    evidence_set
        As from `read_evidence_set`: compiled evidence does not tell documents from statements.
    case
        One case; may be left out where there is only one.
    episode
        One episode of it, with the items that bear on it; by default all.
    labels
        Words for ids of episodes and items.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Decisions come first, then items by the time of what they say; time runs across. A dot is a document, a
    diamond the older statement in it; a bar covers what a date known by month or year may mean. Retrospective
    items are hollow squares. What was written more than three years after the last decision stands at the
    edge with its year, since memoirs would press everything else together. Undated items are left out and counted.

    Raises
    ------
    UnknownNameError
        For an unknown case or episode.
    BayesTraceError
        If there are several cases and none was named, or if nothing is dated.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> ax = plot_timeline(arms, case="jordan")
    >>> [line.get_label() for line in ax.lines if line.get_label() == "document"]
    ['document']
    >>> plt.close(ax.figure)
    """
    chosen = _case(evidence_set, case, episode)
    with figure_style():
        shown, undated = _gather(chosen, episode, dict(labels or {}), _NAMES * width_of(ax, width))
        ax = _draw(shown, ax, width)
        note = f"\n({undated} undated item{'' if undated == 1 else 's'} left out)" if undated else ""
        ax.set_xlabel(f"date{note}")
    return ax


def _case(es: EvidenceSet, case: str | None, episode: str | None) -> Case:
    if episode is not None:
        if episode not in es.episodes:
            raise UnknownNameError("episode", episode, list(es.episodes))
        return es.case_of[episode]
    cases = {each.case: each for each in es.cases}
    if case is None and len(cases) == 1:
        return next(iter(cases.values()))
    if case is None:
        message = f"name a case; there are: {', '.join(cases)}"
        raise BayesTraceError(message)
    if case not in cases:
        raise UnknownNameError("case", case, list(cases))
    return cases[case]


def _gather(case: Case, episode: str | None, labels: Mapping[str, str], room: float) -> tuple[Timeline, int]:
    """What is dated, and how many items are not."""
    episodes = [each for each in case.episodes if episode in (None, each.id)]
    names = {each.id for each in episodes}
    items = [item for item in case.items if not item.episodes or names & set(item.episodes)]
    decisions = [
        (fit(labels.get(each.id, each.label), room, lines=1), each.date) for each in episodes if each.date
    ]
    records = [
        Record(
            _titled(item.id, title_of(item), labels, room),
            item.date or "",
            item.statement_date or "",
            item.retrospective,
        )
        for item in items
        if item.date or item.statement_date
    ]
    if not records and not decisions:
        message = f"case {case.case}: neither an episode nor an item has a date; there is nothing to draw"
        raise BayesTraceError(message)
    records.sort(key=lambda each: last_day(each.statement or each.document))
    decisions.sort(key=lambda each: last_day(each[1]))
    return Timeline(decisions, records), len(items) - len(records)


def _titled(name: str, title: str, labels: Mapping[str, str], room: float) -> str:
    words = labels.get(name, title)
    return item_name(name, {name: words}, room) if words else name


def _draw(shown: Timeline, ax: Axes | None, width: float) -> Axes:
    rows = len(shown.decisions) + len(shown.records)
    ax = canvas(ax, height=_AROUND + _ROW * rows, width=width)
    left, right = _limits(shown)
    ax.set(xlim=(left, right), ylim=(rows - 0.3, -0.7))
    for row, (_, day) in enumerate(shown.decisions):
        _span(ax, day, row, "black", 4.0)
        ax.plot(
            number(day),
            row,
            "|",
            color="black",
            markersize=6,
            clip_on=False,
            label="decision" if not row else None,
        )
        ax.axvline(number(day), color="#BBBBBB", linewidth=0.5, zorder=0, gid="decision")
    for row, record in enumerate(shown.records, start=len(shown.decisions)):
        _draw_record(ax, record, row, right)
    if shown.decisions and shown.records:
        ax.axhline(len(shown.decisions) - 0.5, color=QUIET, linewidth=0.5)
    ax.set_yticks(range(rows), [name for name, _ in shown.decisions] + [each.name for each in shown.records])
    ax.tick_params(axis="y", length=0)
    date_axis(ax, years_only=False)
    _once(ax)
    legend_above(ax, width=width_of(ax, width))
    return ax


def _limits(shown: Timeline) -> tuple[float, float]:
    days = [day for _, day in shown.decisions]
    days += [day for each in shown.records for day in (each.document, each.statement) if day]
    begin = min(number(first_day(day)) for day in days)
    last = max((number(day) for _, day in shown.decisions), default=max(map(number, days)))
    end = max(number(day) for day in days if number(day) <= last + _AFTER)
    room = max(end - begin, 365.0)
    return begin - 0.03 * room, end + 0.06 * room


def _draw_record(ax: Axes, record: Record, row: int, right: float) -> None:
    later = bool(record.document) and number(record.document) > right
    at = right if later else number(record.document) if record.document else None
    if record.statement:
        said = number(record.statement)
        _span(ax, record.statement, row, QUIET, 2.0)
        if at is not None:
            ax.plot([said, at], [row, row], color="#BBBBBB", linewidth=0.8, zorder=0.5)
        if said <= right:
            ax.plot(said, row, "D", color="black", markersize=2.6, linestyle="", label="statement, if older")
    if at is None:
        return
    name, color = ("retrospective document", AWAY) if record.retrospective else ("document", TOWARDS)
    if later:
        ax.annotate(
            f"{spoken(record.document)[-4:]} ▸", (right, row), (-3, 0), textcoords="offset points", ha="right",
            va="center", fontsize="x-small", color=color, gid="later",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
        return
    _span(ax, record.document, row, color, 2.0)
    ax.plot(
        at, row, "s" if record.retrospective else "o", color=color, markersize=3.4, label=name, clip_on=False,
        linestyle="", markerfacecolor="white" if record.retrospective else color,
    )  # fmt: skip


def _span(ax: Axes, day: str, row: int, color: str, thick: float) -> None:
    """A bar over the time that a date may mean, where that is more than a day."""
    if (begin := number(first_day(day))) < (end := number(day)):
        ax.plot(
            [begin, end], [row, row], color=color, linewidth=thick, alpha=0.4, solid_capstyle="butt", zorder=0.8,
            gid="span",
        )  # fmt: skip


def _once(ax: Axes) -> None:
    """Every name stands in the legend once."""
    met = set[str]()
    for line in ax.lines:
        name = str(line.get_label())
        line.set_label("_" + name if name in met else name)
        met.add(name)
