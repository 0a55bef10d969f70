"""Tables for pages and papers: they show numbers and compute none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["db", "posterior_table", "probability", "to_latex", "to_markdown"]

SMALL = 0.005


def probability(value: float) -> str:
    """A probability to two decimals, never rounded to certainty.

    Examples
    --------
    >>> probability(0.123), probability(0.0004), probability(0.999)
    ('.12', '<.01', '>.99')
    """
    if value < SMALL:
        return "<.01"
    if value > 1 - SMALL:
        return ">.99"
    return f"{value:.2f}".lstrip("0")


def db(value: float, *, sign: bool = True) -> str:
    """Decibels to one decimal, with a true minus.

    Examples
    --------
    >>> db(3.01), db(-6.0), db(float("inf")), db(3.01, sign=False)
    ('+3.0', '−6.0', '+∞', '3.0')
    """
    if value in (float("inf"), float("-inf")):
        text = "∞" if value < 0 or not sign else "+∞"
        return f"−{text}" if value < 0 else text
    rounded = round(value, 1) + 0.0
    text = f"{abs(rounded):.1f}"
    if rounded < 0:
        return f"−{text}"
    return f"+{text}" if sign and rounded > 0 else text


def posterior_table(posterior: xr.Dataset) -> pd.DataFrame:
    """One row per episode (and coder), one column per hypothesis.

    Parameters
    ----------
    posterior
        As from `update`.

    Returns
    -------
    A data frame with case, episode, date, the probabilities and ``log_evidence`` (nats).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> post = bt.update(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    >>> posterior_table(post).columns.tolist()
    ['case', 'episode', 'date', 'A', 'B', 'log_evidence']
    """
    names = [str(name) for name in posterior["hypothesis"].values]
    wide = posterior["probability"].to_dataset("hypothesis").assign(log_evidence=posterior["log_evidence"])
    wide = wide.reset_coords(["case", "date"])
    first = ["coder"] if "coder" in posterior.dims else []
    frame = wide.to_dataframe(dim_order=[*first, "episode"]).reset_index()
    return frame[["case", *first, "episode", "date", *names, "log_evidence"]]


def to_markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A pipe table; line breaks and pipes inside cells are escaped.

    Examples
    --------
    >>> print(to_markdown(["item", "dB"], [["memo", "+6.0"]]))
    | item | dB |
    |---|---|
    | memo | +6.0 |
    """
    head, *body = (
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in [header, *rows]
    )
    return "\n".join([head, "|" + "---|" * len(header), *body])


_LATEX = str.maketrans(
    {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}"}
    | {
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
        "−": "$-$",
        "∞": r"$\infty$",
    }
    | {"<": "$<$", ">": "$>$"}
)


def to_latex(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", label: str = ""
) -> str:
    r"""A booktabs table, special characters escaped.

    Examples
    --------
    >>> print(to_latex(["item", "P"], [["memo_1", ".80"]]))
    \begin{tabular}{ll}
    \toprule
    item & P \\
    \midrule
    memo\_1 & .80 \\
    \bottomrule
    \end{tabular}
    """
    lines = [" & ".join(str(cell).translate(_LATEX) for cell in line) + r" \\" for line in [header, *rows]]
    body = [r"\begin{tabular}{" + "l" * len(header) + "}", r"\toprule", lines[0], r"\midrule", *lines[1:]]
    body += [r"\bottomrule", r"\end{tabular}"]
    if not caption:
        return "\n".join(body)
    tag = [rf"\label{{{label}}}"] if label else []
    head = [r"\begin{table}", r"\centering", rf"\caption{{{caption.translate(_LATEX)}}}", *tag]
    return "\n".join([*head, *body, r"\end{table}"])
