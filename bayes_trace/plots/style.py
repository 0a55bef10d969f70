"""The look of every figure: sizes, colours that survive grey printing, and reproducible files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend

from bayes_trace.errors import BayesTraceError, printable
from bayes_trace.files.keeping import whole
from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit, inches, letters, points

__all__ = [
    "COLUMN",
    "PAGE",
    "Drawing",
    "Mark",
    "canvas",
    "check_width",
    "close",
    "figure_of",
    "figure_style",
    "legend_above",
    "marks",
    "save",
    "width_of",
    "x_title",
]

#: inches: a journal's column, and the width of its page
COLUMN, PAGE = 3.4, 7.0
#: inches between which a figure is drawn
NARROWEST, WIDEST = 1.0, 100.0

AWAY, TOWARDS, QUIET, FAINT = "#D55E00", "#0072B2", "#666666", "#EEEEEE"
#: Okabe and Ito (2008), without the yellow that white paper swallows; neighbours differ in lightness
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
_LINES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (7, 2)), (0, (2, 2)))

#: sizes are relative, so that a caller's ``font.size`` moves them all
_RC: Any = {
    "font.size": 7.0,
    "axes.titlesize": "medium",
    "axes.labelsize": "medium",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": "small",
    "ytick.labelsize": "small",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": "small",
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "legend.borderaxespad": 0.2,
    "legend.columnspacing": 1.0,
    "lines.linewidth": 1.1,
    "lines.markersize": 3.6,
    "hatch.linewidth": 0.5,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "figure.dpi": 150,
    "savefig.dpi": 300,
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "bayes_trace",
}
#: whatever the caller has set: labels are text and not formulas, and a column stays a column
_ALWAYS: Any = {"text.parse_math": False, "text.usetex": False, "savefig.bbox": None}


def figure_style() -> AbstractContextManager[None]:
    """Settings of Matplotlib for a figure in a journal's column; every plot of this package uses them.

    A setting of the caller's stays (``plt.rcParams``, ``plt.style.use``): what differs from Matplotlib's own default
    is not touched. All sizes of letters follow ``font.size``.

    Returns
    -------
    A context, for figures of one's own that stand beside ours.

    References
    ----------
    Okabe and Ito (2008), Color Universal Design.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with mpl.rc_context({"font.size": 9}), figure_style():
    ...     mpl.rcParams["pdf.fonttype"], mpl.rcParams["font.size"]
    (42, 9.0)
    """
    untouched = {
        name: value for name, value in _RC.items() if mpl.rcParams[name] == mpl.rcParamsDefault[name]
    }
    return cast("AbstractContextManager[None]", mpl.rc_context(untouched | _ALWAYS))


class Mark(NamedTuple):
    """How one hypothesis, or one coder, is drawn everywhere."""

    color: str
    marker: str
    linestyle: Any


def marks(names: Sequence[str]) -> dict[str, Mark]:
    """A colour, a marker and a dash for every name, by its place.

    No two of the first 40 names share all three, and neighbours share none.

    Examples
    --------
    >>> marks(["A", "B"])["B"].marker
    's'
    """
    if twice := next((name for n, name in enumerate(names) if name in names[:n]), None):
        message = f"two of what is drawn are called {twice!r}; give them labels that differ"
        raise BayesTraceError(message)
    return {
        name: Mark(COLOURS[n % len(COLOURS)], _MARKERS[n % len(_MARKERS)], _LINES[n % len(_LINES)])
        for n, name in enumerate(names)
    }


def check_width(width: float) -> None:
    """Refuse a width at which nothing can be drawn."""
    if not NARROWEST <= width <= WIDEST:
        message = f"width={width:g}; expected inches, from {NARROWEST:g} to {WIDEST:g}"
        raise BayesTraceError(message)


def canvas(ax: Axes | None, *, height: float, width: float = COLUMN) -> Axes:
    """The axes given, or those of a new figure; dressed as every plot of the package.

    Parameters
    ----------
    ax
        None makes a figure.
    height, width
        Of a new figure, in inches; the height is for letters of 7 points and grows with them.

    Examples
    --------
    >>> with figure_style():
    ...     ax = canvas(None, height=2)
    >>> ax.figure.get_size_inches().tolist()
    [3.4, 2.0]
    >>> plt.close(ax.figure)
    """
    if ax is None:
        check_width(width)
        _, ax = plt.subplots(figsize=(width, height * letters()), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    # ticks are made when the figure is drawn, which may be after the style has ended
    ax.tick_params(
        labelsize=points("small"), labelfontfamily=mpl.rcParams["font.family"][0], length=2.5, width=0.6
    )
    return ax


def width_of(ax: Axes | None, width: float) -> float:
    """Inches that a picture and its words have: the share of the figure that the axes given, or to be made, hold.

    Examples
    --------
    >>> width_of(None, 3.4)
    3.4
    """
    if ax is None:
        return width
    whole, spec = float(figure_of(ax).get_figwidth()), ax.get_subplotspec()
    if spec is None:
        return float(ax.get_window_extent().width / figure_of(ax).dpi)
    return whole * len(spec.colspan) / spec.get_gridspec().ncols


def x_title(ax: Axes, text: str, room: float, *, share: float = 0.55) -> None:
    r"""The title of the axis across, each line broken to that share of the room.

    Examples
    --------
    >>> ax = canvas(None, height=2)
    >>> x_title(ax, "decibels for the first\nagainst the second", 1.5)
    >>> ax.get_xlabel().splitlines()
    ['decibels for', 'the first', 'against the', 'second']
    >>> plt.close(ax.figure)
    """
    title = "\n".join(fit(line, share * room, lines=4, size="medium") for line in text.split("\n"))
    ax.set_xlabel(title)
    if _is_ours(ax):
        more = max(title.count("\n") - 1, 0) * 1.2 * points("medium") / 72
        figure_of(ax).set_figheight(figure_of(ax).get_figheight() + more)


def legend_above(ax: Axes, *, width: float = COLUMN, columns: int = 2, title: str = "") -> None:
    """A legend over the axes, where it hides nothing; none where there is nothing to explain.

    It has fewer columns, and names of several lines, where they would leave the figure.
    """
    handles, names = ax.get_legend_handles_labels()
    if not handles:
        return
    fitted, columns = _fitted(names, min(columns, len(handles)), width)
    legend = ax.legend(
        handles,
        fitted,
        loc="lower right",  # to the left there are labels, to the right the page ends
        bbox_to_anchor=(1.0, 1.0),
        ncols=columns,
        title=title or None,
    )
    _make_room(ax, legend)


#: inches that a mark of the legend and the space beside it take, and the least for its words
_HANDLE, _LEAST = 0.42, 1.25
#: inches that heights of figures leave for a legend
_FORESEEN = 0.25


def _fitted(names: Sequence[str], columns: int, width: float) -> tuple[list[str], int]:
    widest = max(inches(name) for name in names)
    while columns > 1 and widest + _HANDLE > width / columns and width / columns < _LEAST + _HANDLE:
        columns -= 1
    room = width / columns - _HANDLE
    return [fit(name, room, lines=3) for name in names], columns


def _is_ours(ax: Axes) -> bool:
    """Whether the figure holds nothing else, so that it may grow."""
    figure = figure_of(ax)
    return isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine) and len(figure.axes) == 1


def _make_room(ax: Axes, legend: Legend) -> None:
    """A figure of ours grows by its legend; the layout would make room by moving the axes to the side."""
    figure = figure_of(ax)
    engine = figure.get_layout_engine()
    if not _is_ours(ax) or not isinstance(engine, ConstrainedLayoutEngine):
        return
    legend.set_in_layout(False)
    high = float(legend.get_window_extent().height / figure.dpi) + 0.03
    figure.set_figheight(figure.get_figheight() + max(high - _FORESEEN * letters(), 0.0))
    engine.set(rect=(0.0, 0.0, 1.0, 1 - high / figure.get_figheight()))


#: whatever a plot function returns
type Drawing = Axes | Figure


@guarded
def close(plot: Drawing) -> None:
    """Let go of a figure; pyplot keeps what is not closed.

    Examples
    --------
    >>> ax = canvas(None, height=2)
    >>> close(ax)
    >>> plt.fignum_exists(ax.figure.number)
    False
    """
    plt.close(figure_of(plot))


def figure_of(plot: Drawing) -> Figure:
    """The figure of whatever a plot function returned.

    Examples
    --------
    >>> ax = canvas(None, height=2)
    >>> figure_of(ax) is ax.figure
    True
    >>> plt.close(ax.figure)
    """
    return plot if isinstance(plot, Figure) else cast("Figure", plot.get_figure(root=True))


@guarded
def save(plot: Drawing, path: Path | str, *, caption: str = "") -> None:
    """Write a figure as PDF, SVG or PNG, whole or not at all, without date and the same every time.

    Parameters
    ----------
    plot
        What a plot function returned.
    path
        Ends in ``.pdf`` (fonts embedded as TrueType), ``.svg`` (letters as outlines) or ``.png``
        (300 dots per inch).
    caption
        Kept inside the file as its description, which screen readers and archives find.

    Raises
    ------
    BayesTraceError
        For another ending.

    Examples
    --------
    >>> import tempfile
    >>> ax = canvas(None, height=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(ax, Path(folder) / "figure.pdf")
    >>> plt.close(ax.figure)
    """
    kind, caption = Path(path).suffix.lower(), printable(caption)
    metadata: dict[str, dict[str, str | None]] = {
        ".pdf": {"CreationDate": None, "Subject": caption or None},
        ".svg": {"Date": None, "Description": caption or None},
        ".png": {"Description": caption} if caption else {},
    }
    if kind not in metadata:
        message = (
            f"{path}: a figure is written as .pdf, .svg or .png, not as {kind or 'a file without ending'}"
        )
        raise BayesTraceError(message)
    figure = figure_of(plot)
    _lay_out_afresh(figure)
    with figure_style(), whole(Path(path)) as file:
        figure.savefig(file, metadata=metadata[kind])


def _lay_out_afresh(figure: Figure) -> None:
    """Forget where an earlier drawing left the axes; the layout would start from there and move a hair."""
    if figure.get_layout_engine() is None:
        return
    for ax in figure.axes:
        spec = ax.get_subplotspec()
        if spec is not None and ax.get_in_layout():
            ax.set_subplotspec(spec)
