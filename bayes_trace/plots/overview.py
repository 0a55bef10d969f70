"""The whole set on one page: what leads in every episode, under every set of assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.guards import guarded
from bayes_trace.plots.cells import overview_cells
from bayes_trace.plots.grid import Key, draw_cell, draw_keys, flow, ink
from bayes_trace.plots.lettering import fit, inches, points
from bayes_trace.plots.style import COLOURS, PAGE, QUIET, check_width, figure_of, figure_style
from bayes_trace.plots.words import known_labels, label

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plot_overview"]

#: from here on, inches, cells have room for numbers
_WIDE = 5.0
#: more coders than these are shown under the first and the preferred scenario only
_SIDE_BY_SIDE = 3
_DAGGERS = "†‡§¶"
_OUTCOMES = {"no": ("×", "refused or cut"), "part": ("½", "granted in part")}


class Column(NamedTuple):
    """A scenario and a coder, and whether its cells hold numbers."""

    scenario: str
    coder: str
    wide: bool
    left: float
    width: float


class Row(NamedTuple):
    """An episode, or the heading of a case where it has no id."""

    episode: str
    text: str
    top: float
    muted: bool
    size: str = "small"


class Page(NamedTuple):
    """Where everything stands, in inches from the left and the top."""

    columns: list[Column]
    rows: list[Row]
    preferred: str | None
    width: float
    #: of the first row; of a row; below the last
    top: float
    row: float
    end: float


@guarded
def plot_overview(  # noqa: PLR0913 - what is drawn, and where
    probabilities: xr.Dataset | xr.DataArray | pd.DataFrame,
    *,
    evidence: xr.Dataset | None = None,
    preferred: str | None = None,
    parts: Mapping[str, str] | None = None,
    muted: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = PAGE,
) -> Axes:
    """What leads in every episode under every set of assumptions, on one page.

    Parameters
    ----------
    probabilities
        As `overview_cells` takes them: a result of `sensitivity.scenarios`, or any tidy table of probabilities.
    evidence
        As from `compile_evidence`: tells the cases, labels and outcomes of the episodes, and which are sums.
    preferred
        The scenario that the author stands by, put beside the first; by default the one that the result of
        `sensitivity.scenarios` names as such.
    parts
        The hypothesis that each part of a split one is counted with.
    muted
        Episodes that are shown in grey and not judged, with the reason in a few words.
    labels
        Words for ids of hypotheses, scenarios, coders and episodes.
    ax
        Axes to draw into, which the picture then fills; by default a new figure.
    width
        Of a new figure, in inches: 7 for a journal's page, 3.4 for its column, where cells hold letters only.

    Returns
    -------
    The axes, whose coordinates are inches from the top left. A cell's colour and letter give the leader, its shade
    the probability; stripes and "=" mark a tie, an outline a leader other than that of the same coder in
    the first scenario, a dash what was not coded. Letters and shades survive printing in grey.

    Raises
    ------
    BayesTraceError
        If a dimension, or a column of the table, is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("base", "A", 0.9), ("base", "B", 0.1), ("strict", "A", 0.3), ("strict", "B", 0.7)]
    >>> table = pd.DataFrame(rows, columns=["scenario", "hypothesis", "probability"])
    >>> ax = plot_overview(table.assign(coder="me", episode="vote"))
    >>> [text.get_text() for text in ax.texts if text.get_gid() == "cell"]
    ['A .90', 'B .70']
    >>> plt.close(ax.figure)
    """
    cells = overview_cells(probabilities, parts=parts)
    words = known_labels(*([] if evidence is None else [evidence]), cells, labels=labels)
    preferred = preferred or str(cells.attrs["preferred"])
    with figure_style():
        room = width if ax is None else float(ax.get_window_extent().width / figure_of(ax).dpi)
        reasons = _reasons(cells, evidence, dict(muted or {}))
        page = _lay_out(cells, evidence, preferred, reasons, words, room)
        keys = flow(_keys(cells, reasons, evidence, words), room)
        high = page.end + (keys[-1].top if keys else 0.0) + 1.6 * _line()
        ax = _sheet(ax, room, high)
        _draw(ax, page, cells, words)
        draw_keys(ax, keys, page.end)
    return ax


def _line() -> float:
    """Inches of a line of letters."""
    return points("small") / 72


def _sheet(ax: Axes | None, width: float, height: float) -> Axes:
    if ax is None:
        check_width(width)
        ax = plt.figure(figsize=(width, height)).add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    return ax


def _letters(cells: xr.Dataset, labels: Mapping[str, str]) -> dict[str, str]:
    """A letter for every hypothesis: of its label the first that none has yet."""
    taken: dict[str, str] = {}
    for name in str(cells.attrs["hypotheses"]).split():
        free = (
            sign.upper()
            for sign in label(name, labels)
            if sign.isalnum() and sign.upper() not in taken.values()
        )
        taken[name] = next(free, str(len(taken) + 1))
    return taken


def _colours(cells: xr.Dataset) -> dict[str, str]:
    names = str(cells.attrs["hypotheses"]).split()
    return {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}


def _reasons(
    cells: xr.Dataset, evidence: xr.Dataset | None, muted: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Mark and reason of every episode that is not judged."""
    signs = dict(zip(dict.fromkeys(muted.values()), _DAGGERS, strict=False))
    found = {name: (signs.get(why, "*"), why) for name, why in muted.items()}
    if evidence is not None and "is_aggregate" in evidence.coords:
        sums = evidence["episode"].values[evidence["is_aggregate"].values]
        found = {str(name): ("Σ", "sum of other episodes") for name in sums} | found
    return {name: found[name] for name in map(str, cells["episode"].values) if name in found}


# --- where everything stands -------------------------------------------------------------


def _lay_out(
    cells: xr.Dataset,
    evidence: xr.Dataset | None,
    preferred: str | None,
    reasons: Mapping[str, tuple[str, str]],
    labels: Mapping[str, str],
    room: float,
) -> Page:
    row = 2.1 * _line()
    left = (0.29 if room >= _WIDE else 0.33) * room
    columns = _columns(cells, preferred, left, room)
    top = _head_room(columns, labels) + 1.3 * _line() * (cells.sizes["coder"] > 1) + 0.05
    rows = _rows(cells, evidence, reasons, labels, top, row, left)
    return Page(columns, rows, preferred, room, top, row, rows[-1].top + row + 0.1)


def _columns(cells: xr.Dataset, preferred: str | None, left: float, room: float) -> list[Column]:
    """Scenarios in order, the preferred one second; a gap sets the first two and the sum of all apart."""
    names = [str(name) for name in cells["scenario"].values]
    order = [names[0], *([preferred] if preferred in names[1:] else [])]
    order += [name for name in names if name not in order]
    coders = [str(name) for name in cells["coder"].values]
    shown = [
        (name, coder)
        for name in order
        for coder in (coders if len(coders) <= _SIDE_BY_SIDE or name in order[:2] else coders[:1])
    ]
    heavy = {names[0], preferred, *(name for name in order[-1:] if "+" in name)}
    gaps = [0.0]
    for (before, _), (name, _) in pairwise(shown):
        apart = name != before and (before in heavy) != (name in heavy)
        gaps.append(0.32 if apart else 0.16 if name != before else 0.0)
    sizes = [1.55 if name in heavy and room >= _WIDE else 1.0 for name, _ in shown]
    unit = (room - left - 0.04) / (sum(sizes) + sum(gaps))
    at, columns = left, list[Column]()
    for (name, coder), gap, size in zip(shown, gaps, sizes, strict=True):
        at += gap * unit
        columns.append(Column(name, coder, size * unit >= inches("M >.99"), at, size * unit))
        at += size * unit
    return columns


def _head_room(columns: Sequence[Column], labels: Mapping[str, str]) -> float:
    """Inches that the names of the scenarios take."""
    heads, upright = _heads(columns, labels)
    if upright:
        return max(map(inches, heads.values())) + 0.08
    return 1.25 * _line() * max(text.count("\n") + 1 for text in heads.values()) + 0.08


def _heads(columns: Sequence[Column], labels: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Names of the scenarios, lying over their columns where every word has room, else upright."""
    room: dict[str, float] = {}
    for column in columns:
        room[column.scenario] = room.get(column.scenario, 0.0) + column.width
    words = {name: label(name, labels) for name in room}
    upright = any(inches(part) > room[name] + 0.04 for name, text in words.items() for part in text.split())
    upright |= any(fit(text, room[name] + 0.04, lines=4).endswith("…") for name, text in words.items())
    if upright:
        return {
            name: fit(text, 1.3, lines=1 + (room[name] > 2.2 * _line())) for name, text in words.items()
        }, True
    return {name: fit(text, room[name] + 0.04, lines=4) for name, text in words.items()}, False


def _rows(
    cells: xr.Dataset,
    evidence: xr.Dataset | None,
    reasons: Mapping[str, tuple[str, str]],
    labels: Mapping[str, str],
    top: float,
    row: float,
    left: float,
) -> list[Row]:
    rows, at, before = list[Row](), top, ""
    for name in (str(each) for each in cells["episode"].values):
        case = _of_episode(evidence, "case", name)
        if case and case != before:
            at += 0.35 * row if rows else 0.0
            rows.append(Row("", fit(label(case, labels), 0.87 * left - 0.1, lines=1), at, muted=False))
            at, before = at + row, case
        signs = [_OUTCOMES.get(_of_episode(evidence, "granted", name), ("",))[0], reasons.get(name, ("",))[0]]
        tail = "".join(f" {sign}" for sign in signs if sign)
        text, size = _in_row(label(name, labels), tail, left - 0.1)
        rows.append(Row(name, text, at, name in reasons, size))
        at += row
    small = any(each.size == "x-small" for each in rows if each.episode)
    return [each._replace(size="x-small") if small and each.episode else each for each in rows]


def _in_row(text: str, tail: str, room: float) -> tuple[str, str]:
    """One line, or two of smaller letters."""
    if inches(text + tail) <= room:
        return text + tail, "small"
    return fit(text, room - inches(tail, "x-small"), lines=2, size="x-small") + tail, "x-small"


def _of_episode(evidence: xr.Dataset | None, name: str, episode: str) -> str:
    if evidence is None or name not in evidence.coords or episode not in evidence["episode"].values:
        return ""
    return str(evidence[name].sel(episode=episode).item())


# --- drawing -----------------------------------------------------------------------------


def _draw(ax: Axes, page: Page, cells: xr.Dataset, labels: Mapping[str, str]) -> None:
    letter, colour = _letters(cells, labels), _colours(cells)
    left = page.columns[0].left - 0.06
    for row in page.rows:
        ax.text(
            left, row.top + page.row / 2, row.text, ha="right", va="center", linespacing=0.95,
            fontsize=row.size, color=QUIET if row.muted else "black",
            weight="normal" if row.episode else "bold", gid="episode" if row.episode else "case",
        )  # fmt: skip
        if not row.episode:
            ax.plot(
                [left + 0.06, page.width - 0.04],
                [row.top + 0.8 * page.row] * 2,
                color="#CCCCCC",
                linewidth=0.4,
            )
            continue
        for column in page.columns:
            cell = cells.sel(scenario=column.scenario, coder=column.coder, episode=row.episode)
            draw_cell(
                ax,
                cell,
                (column.left, row.top, column.width, page.row),
                letter,
                colour,
                numbers=column.wide,
                muted=row.muted,
            )
    _draw_heads(ax, page, labels, several=cells.sizes["coder"] > 1)


def _draw_heads(ax: Axes, page: Page, labels: Mapping[str, str], *, several: bool) -> None:
    heads, upright = _heads(page.columns, labels)
    rule = page.top - 1.3 * _line() * several - 0.05
    first = {page.columns[0].scenario, page.preferred}
    for name, text in heads.items():
        mine = [column for column in page.columns if column.scenario == name]
        ends = mine[0].left + 0.02, mine[-1].left + mine[-1].width - 0.02
        ax.plot(ends, [rule] * 2, color=QUIET, linewidth=0.5)
        ax.text(
            sum(ends) / 2, rule - 0.03, text, ha="center", va="bottom", fontsize="small", linespacing=1.0,
            rotation=90 if upright else 0, weight="bold" if name in first else "normal", gid="scenario",
        )  # fmt: skip
    if several:
        short = _short_coders(list(dict.fromkeys(column.coder for column in page.columns)), labels)
        for column in page.columns:
            text = short[column.coder]
            text = text if inches(text) <= column.width else text[:1]
            ax.text(
                column.left + column.width / 2, page.top - 0.04, text, ha="center", va="bottom", fontsize="small",
                color=QUIET, gid="coder",
            )  # fmt: skip


def _short_coders(names: Sequence[str], labels: Mapping[str, str]) -> dict[str, str]:
    """What tells the names of the coders apart: "A" and "B" of "Reader A" and "Reader B"."""
    words = {name: label(name, labels).split() for name in names}
    while len({tuple(each[:1]) for each in words.values()}) == 1 and all(
        len(each) > 1 for each in words.values()
    ):
        words = {name: each[1:] for name, each in words.items()}
    return {name: (text := " ".join(each))[:1].upper() + text[1:] for name, each in words.items()}


def _keys(
    cells: xr.Dataset,
    reasons: Mapping[str, tuple[str, str]],
    evidence: xr.Dataset | None,
    labels: Mapping[str, str],
) -> list[list[Key]]:
    """What the cells mean, only as far as it occurs, in groups that begin a line."""
    letter, colour = _letters(cells, labels), _colours(cells)
    first = label(str(cells["scenario"].values[0]), labels)
    judged = cells.sel(episode=[name for name in cells["episode"].values if str(name) not in reasons])
    led = {str(name) for each in ("leader", "second") for name in np.unique(cells[each].values)}
    hypotheses = [
        Key("patch", f"{letter[name]}  {label(name, labels)}", colour[name]) for name in letter if name in led
    ]
    shades = [Key("patch", text, ink(share)) for text, share in _SHADES]
    if (judged["level"] > 1).any():
        shades.append(Key("stripes", "=  level"))
    if judged["overturned"].any():
        shades.append(Key("outline", f"leader under “{first}” overturned"))
    granted = {_of_episode(evidence, "granted", str(name)) for name in cells["episode"].values}
    notes = [f"{sign} {text}" for outcome, (sign, text) in _OUTCOMES.items() if outcome in granted]
    notes += ["– not coded"] if (cells["level"] == 0).any() else []
    why = dict.fromkeys(reasons.values())
    notes += [f"grey: not judged ({', '.join(f'{sign} {text}' for sign, text in why)})"] if why else []
    same = str(cells.attrs["same"]).split()
    notes += [f"same as “{first}”: {', '.join(label(name, labels) for name in same)}"] if same else []
    return [hypotheses, shades, [Key("", note) for note in notes]]


#: what a shade means, and how much of a colour it has
_SHADES = ((".95 or more", 0.97), (".80 to .94", 0.7), (".50 to .79", 0.4), ("below .50", 0.16))
