"""The look of every figure: sizes, colours that survive grey, and files that come out the same twice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bayes_trace.errors import BayesTraceError

if TYPE_CHECKING:
    from arviz_plots.plot_collection import PlotCollection

__all__ = [
    "COLUMN",
    "Drawing",
    "Look",
    "canvas",
    "close",
    "figure_of",
    "house_style",
    "legend_above",
    "looks",
    "save",
]

#: width of a journal's column, inches
COLUMN = 3.4
#: points
SMALL, NORMAL = 6.0, 7.0

AWAY, TOWARDS, QUIET, FAINT = "#D55E00", "#0072B2", "#666666", "#EEEEEE"
#: Okabe and Ito (2008), without the yellow that white paper swallows; neighbours differ in lightness
_COLOURS = ("#0072B2", "#E69F00", "#000000", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
_LINES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (7, 2)), (0, (2, 2)))

_RC: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with Matplotlib: the same on every machine
    "font.size": NORMAL,
    "axes.titlesize": NORMAL,
    "axes.labelsize": NORMAL,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": SMALL,
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
    "savefig.bbox": None,  # a column stays a column
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "bayes_trace",
}


def house_style() -> AbstractContextManager[None]:
    """Settings of Matplotlib for a figure one column (3.4 in) wide; every plot of this package uses them.

    Returns
    -------
    A context, for figures of one's own that stand beside ours.

    References
    ----------
    Okabe and Ito (2008), Color Universal Design.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with house_style():
    ...     mpl.rcParams["pdf.fonttype"], mpl.rcParams["font.size"]
    (42, 7.0)
    """
    return cast("AbstractContextManager[None]", mpl.rc_context(_RC))


class Look(NamedTuple):
    """How one hypothesis, or one coder, is drawn everywhere."""

    color: str
    marker: str
    linestyle: Any


def looks(names: Sequence[str]) -> dict[str, Look]:
    """A colour, a marker and a dash for every name, by its place.

    No two of the first 40 names share all three, and neighbours share none.

    Examples
    --------
    >>> looks(["A", "B"])["B"].marker
    's'
    """
    return {
        name: Look(_COLOURS[n % len(_COLOURS)], _MARKERS[n % len(_MARKERS)], _LINES[n % len(_LINES)])
        for n, name in enumerate(names)
    }


def canvas(ax: Axes | None, *, height: float, width: float = COLUMN) -> Axes:
    """The axes given, or those of a new figure of a column's width; dressed for the house.

    Parameters
    ----------
    ax
        None makes a figure.
    height, width
        Of a new figure, in inches.

    Examples
    --------
    >>> ax = canvas(None, height=2)
    >>> ax.figure.get_size_inches().tolist()
    [3.4, 2.0]
    >>> plt.close(ax.figure)
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    # ticks are made when the figure is drawn, which may be after the house style has ended
    ax.tick_params(labelsize=SMALL, labelfontfamily="DejaVu Sans", length=2.5, width=0.6)
    return ax


def legend_above(ax: Axes, *, columns: int = 2, title: str = "") -> None:
    """A legend over the axes, where it hides nothing; none where there is nothing to explain."""
    handles, names = ax.get_legend_handles_labels()
    if handles:
        ax.legend(
            handles,
            names,
            loc="lower right",  # to the left there are labels, to the right the page ends
            bbox_to_anchor=(1.0, 1.0),
            ncols=min(columns, len(handles)),
            title=title or None,
        )


#: whatever a plot function returns
type Drawing = Axes | Figure | PlotCollection


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
    if isinstance(plot, Figure):
        return plot
    if isinstance(plot, Axes):
        return cast("Figure", plot.get_figure(root=True))
    return cast("Figure", plot.viz["figure"].item())


def save(plot: Drawing, path: Path | str, *, caption: str = "") -> None:
    """Write a figure as PDF, SVG or PNG, without date and the same every time.

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
    kind = Path(path).suffix.lower()
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
    with house_style():
        figure.savefig(path, metadata=metadata[kind])


def _lay_out_afresh(figure: Figure) -> None:
    """Forget where an earlier drawing left the axes; the layout would start from there and move a hair."""
    if figure.get_layout_engine() is None:
        return
    for ax in figure.axes:
        spec = ax.get_subplotspec()
        if spec is not None and ax.get_in_layout():
            ax.set_subplotspec(spec)
