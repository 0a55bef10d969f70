"""A mechanism as a chain of steps, with the evidence that speaks to each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from bayes_trace.exact import weight_of_evidence
from bayes_trace.guards import guarded
from bayes_trace.likelihood.links import EVENT, ITEM
from bayes_trace.plots.lettering import fit, points
from bayes_trace.plots.style import AWAY, COLUMN, QUIET, TOWARDS, check_width, figure_of, figure_style
from bayes_trace.plots.words import item_name, known_labels, label, one_coder, one_episode
from bayes_trace.tables import db, probability

__all__ = ["plot_mechanism"]

#: shares of the width: the boxes of the steps, the names of items
_STEPS, _NAMES = 0.21, 0.40
_SIGNS = "abcdefghijklmnopqrstuvwxyz"


class Line(NamedTuple):
    """A link, or a report inside one, which has no weight of its own."""

    text: str
    weight: float | None
    #: letter of its cluster
    sign: str
    #: a fact or an event that several items attest to
    bundle: bool = False


class Step(NamedTuple):
    """A step with what speaks to it; no lines, no item."""

    name: str
    lines: list[Line]


class Chain(NamedTuple):
    """Steps in order, then the lines of no step, and what the letters of the clusters mean."""

    steps: list[Step]
    key: str


@guarded
def plot_mechanism(  # noqa: PLR0913 - what is drawn, and where
    evidence: xr.Dataset,
    of: str,
    *,
    against: str,
    episode: str | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """The steps of a hypothesis from cause to outcome, and the items, events and clusters that speak to each.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    of, against
        The hypothesis whose mechanism is drawn, and the rival that items are weighed against.
    episode
        May be left out where there is only one.
    coder
        By default the base coder.
    labels
        Words for ids of hypotheses, steps, items and clusters.
    ax
        Axes to draw into, which the picture then fills; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes, whose coordinates are inches from the top left. Steps run down in order, each with its sum in dB; a step
    that nothing speaks to is dashed. Bars to the right favour the hypothesis, hatched ones the rival. A fact or
    an event is one line, with its reports under it. Items of one cluster share a letter, explained below with
    the share at which each counts.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> arms = bt.compile_evidence(bt.read_evidence_set("evidence_sets/us_arms_transfers"))
    >>> ax = plot_mechanism(arms, "loyalty_coercion", against="quid_pro_quo", episode="f5e_1972")
    >>> [text.get_text().splitlines()[0] for text in ax.texts if text.get_gid() == "step"]
    ['Record', 'Attempt', 'Motive', 'Link', 'Outcome', 'Other items']
    >>> plt.close(ax.figure)
    """
    where = one_episode(evidence["link_episode"], episode)
    weight = weight_of_evidence(evidence, of, against=against, coder=coder)
    words = known_labels(evidence, labels=labels)
    with figure_style():
        room = width if ax is None else float(ax.get_window_extent().width / figure_of(ax).dpi)
        chain = _gather(one_coder(evidence, coder), weight, where, words, _NAMES * room)
        return _draw(chain, [label(name, words) for name in (of, against)], ax, room)


def _gather(
    evidence: xr.Dataset, weight: xr.DataArray, episode: str, labels: Mapping[str, str], room: float
) -> Chain:
    here = [n for n, name in enumerate(weight["link_episode"].values) if name == episode]
    met = [str(weight["link_cluster"].values[n]) for n in here]
    signs = dict(
        zip([name for name in dict.fromkeys(met) if name and met.count(name) > 1], _SIGNS, strict=False)
    )
    declared = json.loads(str(evidence.attrs["steps"])).get(str(weight.attrs["of"]), [])
    lines: dict[str, list[Line]] = {step: [] for step in [*declared, ""]}
    for n in sorted(here, key=lambda n: signs.get(str(weight["link_cluster"].values[n]), "~")):
        step = str(weight["link_step"].values[n])
        lines[step if step in declared else ""] += _lines(evidence, weight, n, signs, labels, room)
    steps = [Step(label(name, labels), lines[name]) for name in declared]
    if lines[""]:
        steps.append(Step("Other items" if declared else "Items", lines[""]))
    return Chain(
        steps, "; ".join(_explained(evidence, here, name, sign, labels) for name, sign in signs.items())
    )


def _lines(
    evidence: xr.Dataset,
    weight: xr.DataArray,
    n: int,
    signs: Mapping[str, str],
    labels: Mapping[str, str],
    room: float,
) -> list[Line]:
    sign = signs.get(str(weight["link_cluster"].values[n]), "")
    reports = _reports(evidence, n)
    bundled = int(evidence["link_kind"].values[n]) != ITEM and len(reports) > 0
    name = item_name(str(weight["link_item"].values[n]), labels, room)
    head = Line(name, float(weight.values[n]), sign, bundle=bundled)
    return [
        head,
        *(
            Line(f"    {item_name(each, labels, room - 0.2)}", None, "")
            for each in reports
            if len(reports) > 1
        ),
    ]


def _reports(evidence: xr.Dataset, n: int) -> list[str]:
    """The items that a link bundles; an event itself is none of them."""
    inside = (evidence["entry_link"].values == n) & (evidence["entry_role"].values != EVENT)
    return [str(name) for name in evidence["entry_item"].values[inside]]


def _explained(evidence: xr.Dataset, here: list[int], name: str, sign: str, labels: Mapping[str, str]) -> str:
    members = [n for n in here if evidence["link_cluster"].values[n] == name]
    kappa = float(evidence["kappa"].values[members[0]])
    share = f" (each counts {probability(kappa)})" if kappa < 1 else ""
    return f"{sign}: {labels.get(name, name.replace('_', ' '))}{share}"


# --- drawing -----------------------------------------------------------------------------


def _draw(chain: Chain, pair: list[str], ax: Axes | None, room: float) -> Axes:
    line = points("small") / 72
    row, top, gap = 1.75 * line, 2.2 * line * 1.2, 1.6 * line
    tops, at = [], top
    for step in chain.steps:
        tops.append(at)
        at += row * max(len(step.lines), 2) + gap
    key = fit(chain.key, room - 0.1, lines=6)
    axis = fit(f"dB for {pair[0]} (filled) against {pair[1]} (hatched).", room - 0.1, lines=3)
    below = [text for text in (axis, f"Letters: items of one origin. {key}" if key else "") if text]
    note = fit(" ".join(below), room - 0.1, lines=9)
    high = at + 1.35 * line * (note.count("\n") + 1) + 0.04
    if ax is None:
        check_width(room)
        ax = plt.figure(figsize=(room, high)).add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, room), ylim=(high, 0))
    ax.axis("off")
    scale = _scale(chain, room)
    for number, (step, here) in enumerate(zip(chain.steps, tops, strict=True)):
        _draw_step(ax, step, here, row, room)
        if number + 1 < len(chain.steps) and not chain.steps[number + 1].name.endswith("tems"):
            _arrow(ax, here + row * max(len(step.lines), 2), tops[number + 1], room)
        for place, each in enumerate(step.lines):
            _draw_line(ax, each, here + row * (place + 0.5), row, room, scale)
    ax.text(0.05, at - 0.2 * line, note, ha="left", va="top", fontsize="small", gid="key")
    return ax


def _scale(chain: Chain, room: float) -> tuple[float, float]:
    """Where 0 dB stands, and inches per decibel."""
    every = np.array(
        [each.weight for step in chain.steps for each in step.lines if each.weight is not None] + [0.0]
    )
    finite = every[np.isfinite(every)]
    low, high = min(float(finite.min()), 0.0), max(float(finite.max()), 1.0)
    left = (_STEPS + _NAMES) * room + 0.26
    space = room - left - 0.34 - (0.3 if low < 0 else 0.0)
    unit = space / (high - low)
    return left + (0.3 if low < 0 else 0.0) - low * unit, unit


def _draw_step(ax: Axes, step: Step, top: float, row: float, room: float) -> None:
    height = row * max(len(step.lines), 2)
    box = (0.04, _STEPS * room - 0.06)
    empty = not step.lines
    ax.add_patch(
        Rectangle(
            (box[0], top), box[1], height, facecolor="white" if empty else "#EEEEEE", edgecolor=QUIET, linewidth=0.7,
            linestyle=(0, (3, 2)) if empty else "-", gid="empty" if empty else "box",
        )
    )  # fmt: skip
    total = sum(each.weight for each in step.lines if each.weight is not None)
    text = fit(step.name, box[1] - 0.06, lines=2)
    ax.text(
        box[0] + box[1] / 2, top + height / 2, f"{text}\n{'no item' if empty else f'{db(total)} dB'}", ha="center",
        va="center", fontsize="small", linespacing=1.1, gid="step", color=QUIET if empty else "black",
    )  # fmt: skip


def _arrow(ax: Axes, start: float, end: float, room: float) -> None:
    x = 0.04 + (_STEPS * room - 0.06) / 2
    ax.add_patch(
        FancyArrowPatch(
            (x, start),
            (x, end),
            arrowstyle="-|>",
            mutation_scale=6,
            linewidth=0.8,
            color="black",
            shrinkA=0,
            shrinkB=0,
        )
    )


def _draw_line(
    ax: Axes, line: Line, middle: float, row: float, room: float, scale: tuple[float, float]
) -> None:
    left = _STEPS * room + 0.06
    ax.text(
        left, middle, line.text, ha="left", va="center", fontsize="small" if line.weight is not None else "x-small",
        weight="bold" if line.bundle else "normal", gid="item", color="black" if line.weight is not None else QUIET,
    )  # fmt: skip
    if line.weight is None:
        return
    if line.sign:
        ax.text(
            (_STEPS + _NAMES) * room + 0.14, middle, line.sign, ha="center", va="center", fontsize="x-small", gid="cluster",
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": QUIET, "linewidth": 0.5},
        )  # fmt: skip
    zero, unit = scale
    length = float(np.clip(line.weight * unit, (_STEPS + _NAMES) * room + 0.3 - zero, room - 0.36 - zero))
    towards = line.weight >= 0
    ax.add_patch(
        Rectangle(
            (zero, middle - 0.3 * row), length, 0.6 * row, facecolor=TOWARDS if towards else "white",
            edgecolor=TOWARDS if towards else AWAY, hatch=None if towards else "//////", linewidth=0.6, gid="bar",
        )
    )  # fmt: skip
    ax.text(
        zero + length + (0.03 if towards else -0.03), middle, db(line.weight), ha="left" if towards else "right",
        va="center", fontsize="small", gid="weight",
    )  # fmt: skip
    ax.plot([zero, zero], [middle - row / 2, middle + row / 2], color="black", linewidth=0.5)
