"""Cells that carry a leader, and keys that flow over lines, drawn in inches from the top left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.colors
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from bayes_trace.plots.lettering import fit, inches, points
from bayes_trace.tables import probability

__all__ = ["Key", "Placed", "draw_cell", "draw_keys", "flow", "ink", "shade"]

type Box = tuple[float, float, float, float]
type Colour = tuple[float, float, float]
#: lower bound of a probability, strength of the colour
SHADES = ((0.95, 1.0), (0.80, 0.70), (0.50, 0.40), (0.0, 0.16))
#: inches: between cells, between stripes
_GAP, _STRIPE = 0.012, 0.036
_MUTED: Colour = (0.93, 0.93, 0.93)


def shade(colour: str, p: float) -> Colour:
    """A colour as strong as the probability that it stands for.

    Examples
    --------
    >>> shade("black", 0.99), shade("black", 0.3)
    ((0.0, 0.0, 0.0), (0.84, 0.84, 0.84))
    """
    strength = next(share for low, share in SHADES if p >= low)
    r, g, b = (round(1 - strength * (1 - part), 3) for part in matplotlib.colors.to_rgb(colour))
    return r, g, b


def ink(share: float) -> Colour:
    """Grey of that strength.

    Examples
    --------
    >>> ink(1.0)
    (0.0, 0.0, 0.0)
    """
    return (1 - share, 1 - share, 1 - share)


def _on(colour: Colour) -> str:
    """White or black, whichever reads better on a colour."""
    linear = [((part + 0.055) / 1.055) ** 2.4 for part in colour]
    light = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return "white" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "black"


def draw_cell(
    ax: Axes,
    cell: xr.Dataset,
    box: Box,
    letter: Mapping[str, str],
    colour: Mapping[str, str],
    *,
    numbers: bool,
    muted: bool,
) -> None:
    """One cell of an overview: a letter on a shade, stripes for a tie, an outline for a reversal.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> cell = xr.Dataset({"leader": "a", "second": "", "level": 1, "probability": 0.9, "overturned": True})
    >>> ax = plt.figure().add_subplot()
    >>> draw_cell(ax, cell, (0, 0, 0.4, 0.2), {"a": "A"}, {"a": "red"}, numbers=True, muted=False)
    >>> [text.get_text() for text in ax.texts], len(ax.patches)
    (['A .90'], 2)
    >>> plt.close(ax.figure)
    """
    left, top, width, height = box
    middle = left + width / 2, top + height / 2
    count, p = int(cell["level"]), float(cell["probability"])
    if not count:
        ax.text(*middle, "–", ha="center", va="center", fontsize="small", color="#595959", gid="cell")
        return
    leader, second = str(cell["leader"].item()), str(cell["second"].item())
    face = _MUTED if muted else shade(colour[leader], p)
    inner = (left + _GAP, top + _GAP, width - 2 * _GAP, height - 2 * _GAP)
    ax.add_patch(Rectangle(inner[:2], *inner[2:], facecolor=face, edgecolor="none"))
    level = count > 1 and not muted
    if level:
        _stripes(ax, inner, shade(colour[second], 0.9))
    if bool(cell["overturned"]) and not muted:
        ax.add_patch(
            Rectangle(
                inner[:2], *inner[2:], facecolor="none", edgecolor="black", zorder=4, gid="overturned",
                linewidth=1.2 if numbers else 0.9,
            )
        )  # fmt: skip
    names = letter[leader] + (f"={letter[second]}" if second else "") + ("+" if count > 2 else "")
    text, size = _words(
        names, f"{names} {probability(p)}" if numbers and not muted else names, width - 2 * _GAP
    )
    ax.text(
        *middle, text, ha="center", va="center", fontsize=size, zorder=5, gid="cell",
        color="#666666" if muted else "black" if level else _on(face),
        bbox={"boxstyle": "square,pad=0.06", "facecolor": "white", "edgecolor": "none", "alpha": 0.85} if level else None,
    )  # fmt: skip


def _words(names: str, full: str, room: float) -> tuple[str, float]:
    """As much as has room, in letters as large as that allows; a tie is at least an equals sign."""
    for text in (full, names, "=" if "=" in names else names[:1]):
        for size in ("small", "x-small"):
            if inches(text, size) <= room:
                return text, points(size)
    return names[:1], points("x-small")


def _stripes(ax: Axes, box: Box, colour: Colour) -> None:
    """Diagonal lines clipped to a cell; a hatch would become a bitmap in browsers."""
    left, top, width, height = box
    clip = ax.add_patch(Rectangle((left, top), width, height, facecolor="none", edgecolor="none"))
    starts = np.arange(-height, width, _STRIPE)
    segments = [[(left + at, top + height), (left + at + height, top)] for at in starts]
    lines = LineCollection(segments, colors=[colour], linewidths=1.1, gid="level")
    ax.add_collection(lines, autolim=False)
    lines.set_clip_path(clip)  # after it was added, which sets its own


# --- keys ----------------------------------------------------------------------------------


class Key(NamedTuple):
    """One entry of the key: a sign (patch, stripes, outline or none) and its words."""

    sign: str
    text: str
    colour: str | Colour = "white"


class Placed(NamedTuple):
    """An entry with its place, in inches from the left and the first line."""

    key: Key
    left: float
    top: float


#: inches: of a sign, between sign and words, between entries
_SIGN, _NEAR, _FAR = 0.12, 0.05, 0.16


def flow(groups: Sequence[Sequence[Key]], room: float) -> list[Placed]:
    """Entries from left to right, on as many lines as they need; a group begins a line.

    Examples
    --------
    >>> [(round(each.left, 1), each.top > 0) for each in flow([[Key("", "a"), Key("", "b")], [Key("", "c")]], 9)]
    [(0.0, False), (0.3, False), (0.0, True)]
    """
    line, placed, top = 1.75 * points("small") / 72, list[Placed](), 0.0
    for group in (group for group in groups if group):
        left = 0.03
        for key in group:
            lead = _SIGN + _NEAR if key.sign else 0.0
            text = fit(key.text, room - lead - 0.06, lines=4)
            wide = lead + inches(text)
            if left + wide > room and left > 0.03:  # noqa: PLR2004 - where a line begins
                left, top = 0.03, top + line
            placed.append(Placed(key._replace(text=text), left, top))
            left += wide + _FAR
            top += text.count("\n") * line
        top += line
    return placed


def draw_keys(ax: Axes, keys: Sequence[Placed], top: float) -> None:
    """Entries of the key below a picture.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = plt.figure().add_subplot()
    >>> draw_keys(ax, flow([[Key("patch", "A  Alpha", "red")]], 3), 1.0)
    >>> [text.get_text() for text in ax.texts]
    ['A  Alpha']
    >>> plt.close(ax.figure)
    """
    high = 0.9 * points("small") / 72
    for key, left, down in keys:
        middle = top + down + high
        box = (left, middle - high / 2, _SIGN, high)
        if key.sign:
            strong = key.sign == "outline"
            ax.add_patch(
                Rectangle(
                    box[:2], *box[2:], facecolor=key.colour, edgecolor="black" if strong else "#666666",
                    linewidth=1.2 if strong else 0.3,
                )
            )  # fmt: skip
        if key.sign == "stripes":
            _stripes(ax, box, ink(0.6))
        lead = _SIGN + _NEAR if key.sign else 0.0
        ax.text(left + lead, middle, key.text, ha="left", va="center", fontsize="small", gid="key")
