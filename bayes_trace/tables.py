"""Tables for pages and papers: they show numbers and compute none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bayes_trace.errors import BayesTraceError, UnknownNameError, WrongArgumentError
from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

    from bayes_trace.scales.words import Number

__all__ = [
    "ach_table",
    "coefficient_table",
    "db",
    "posterior_table",
    "probability",
    "summary_table",
    "to_latex",
    "to_markdown",
    "weights_table",
]

Cells = tuple[list[str], list[list[str]]]
SMALL = 0.005
#: dB by which an item counts against a hypothesis, and strongly so
AGAINST = (3.0, 10.0)


@guarded
def probability(value: Number) -> str:
    """A probability to two decimals, never rounded to certainty.

    Examples
    --------
    >>> probability(0.123), probability(0.0004), probability(0.999)
    ('.12', '<.01', '>.99')
    """
    value = float(value)
    if value < SMALL:
        return "<.01"
    if value > 1 - SMALL:
        return ">.99"
    return f"{value:.2f}".lstrip("0")


@guarded
def db(value: Number, *, sign: bool = True) -> str:
    """Decibels to one decimal, with a true minus.

    Examples
    --------
    >>> db(3.01), db(-6.0), db(float("inf")), db(3.01, sign=False)
    ('+3.0', '−6.0', '+∞', '3.0')
    """
    value = float(value)
    if value in (float("inf"), float("-inf")):
        text = "∞" if value < 0 or not sign else "+∞"
        return f"−{text}" if value < 0 else text
    rounded = round(value, 1) + 0.0
    text = f"{abs(rounded):.1f}"
    if rounded < 0:
        return f"−{text}"
    return f"+{text}" if sign and rounded > 0 else text


@guarded
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
    probability = posterior["probability"]
    about = {name for name, each in probability.coords.items() if "hypothesis" in each.dims}
    probability = probability.drop_vars(about - {"hypothesis"})
    wide = probability.to_dataset("hypothesis").assign(log_evidence=posterior["log_evidence"])
    wide = wide.reset_coords(["case", "date"])
    first = ["coder"] if "coder" in posterior.dims else []
    frame = wide.to_dataframe(dim_order=[*first, "episode"]).reset_index()
    return frame[["case", *first, "episode", "date", *names, "log_evidence"]]


@guarded
def summary_table(summary: pd.DataFrame) -> Cells:
    r"""Header and cells of a summary of draws, as `to_markdown` and `to_latex` take them.

    Parameters
    ----------
    summary
        As from `summarise`.

    Returns
    -------
    Probabilities to two decimals, MCSE and R-hat to three; the columns MCSE to ESS are empty where
    nothing moves, and the last repeats what marks the run.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> spread = bt.propagate(bt.compile_evidence(es), draws=1000, seed=1)
    >>> header, rows = summary_table(bt.summarise(spread))
    >>> header[:5], rows[0][:5]
    (['Episode', 'Hypothesis', 'Prior', 'Mean', 'Median'], ['episode', 'A', '.50', '.79', '.80'])
    >>> print(to_latex(header[1:4], [row[1:4] for row in rows]).splitlines()[4])
    A & .50 & .79 \\
    """
    header = ["Episode", "Hypothesis", "Prior", "Mean", "Median", "90 %", "95 %", "P(leads)"]
    return [*header, "MCSE", "R-hat", "ESS", "Note"], [
        [
            str(row["episode"]),
            str(row["hypothesis"]),
            *(probability(row[name]) if name in row else "" for name in ("prior", "mean", "median")),
            *(f"{probability(row[f'low_{p}'])}–{probability(row[f'high_{p}'])}" for p in (90, 95)),
            probability(row["p_leading"]),
            *(_number(row[name], places) for name, places in (("mcse", 3), ("r_hat", 3), ("ess", 0))),
            str(row["flag"]),
        ]
        for row in summary.to_dict("records")
    ]


def _number(value: float, places: int) -> str:
    """Nothing where there is no number; what rounds to zero is said to be small."""
    if value != value or not value:  # noqa: PLR0124 - NaN
        return ""
    least = 10.0**-places
    return f"<{least:.{places}f}".replace("0.", ".") if value < least / 2 else f"{value:.{places}f}"


@guarded
def coefficient_table(coefficients: pd.DataFrame) -> Cells:
    """Header and cells of a table of coefficients, as `to_markdown` and `to_latex` take them.

    Parameters
    ----------
    coefficients
        As from `summarise_coefficients`.

    Returns
    -------
    Log-odds, or differences in shares for ``effect``, to two decimals. *Learned* is the contraction,
    1 - posterior variance / prior variance; *Half* and *Twice* are the means under half and twice
    the prior scale.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"quantity": "slope", "column": "record", "prior_sd": 1.0, "mean": 0.42, "low_90": -0.8}
    >>> row |= {"high_90": 1.6, "p_positive": 0.7, "contraction": 0.4, "half_scale": 0.2}
    >>> row |= {"twice_scale": 0.9, "flag": "prior-driven"}
    >>> coefficient_table(pd.DataFrame([row]))[1][0][:5]
    ['slope of record', '', '1.00', '+0.42', '−0.80 to +1.60']
    """
    header = ["Quantity", "Hypothesis", "Prior sd", "Mean", "90 %", "P(>0)", "Learned", "Half", "Twice"]
    return [*header, "Note"], [
        [
            f"{row['quantity']} of {row['column']}",
            str(row.get("hypothesis", "")),
            f"{row['prior_sd']:.2f}",
            _signed(row["mean"]),
            f"{_signed(row['low_90'])} to {_signed(row['high_90'])}",
            probability(row["p_positive"]),
            f"{row['contraction']:.2f}".replace("-", "−"),
            *(_signed(row[name]) if name in row else "" for name in ("half_scale", "twice_scale")),
            str(row["flag"]),
        ]
        for row in coefficients.to_dict("records")
    ]


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


@guarded
def to_markdown(header: Sequence[str], rows: Iterable[Sequence[object]], *, marked_up: bool = False) -> str:
    r"""A pipe table of plain words, on which no reader of Markdown acts.

    What is `marked_up` is Markdown already: line breaks and pipes alone are escaped.

    Examples
    --------
    >>> print(to_markdown(["item", "dB"], [["memo <b>", "+6.0"]]))
    | item | dB |
    |---|---|
    | memo \<b> | +6.0 |
    """
    from bayes_trace.report.text import escape

    spelt = str if marked_up else lambda cell: escape(str(cell))
    head, *body = (
        "| " + " | ".join(spelt(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in [header, *rows]
    )
    return "\n".join([head, "|" + "---|" * len(header), *body])


@guarded
def weights_table(
    evidence: xr.Dataset,
    pairs: Sequence[tuple[str, str]],
    *,
    episode: str | None = None,
    coder: str | None = None,
) -> Cells:
    r"""Header and cells of a table of weights, item by item and pair by pair, with their sums.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    pairs
        Pairs of hypotheses, the one that positive weights favour first.
    episode
        May be left out where there is only one.
    coder
        By default the base coder.

    Returns
    -------
    Decibels as Fairfield and Charman (2017) tabulate and add them up: a row per item, discounts in clusters
    included; then the sum, the prior odds and the posterior odds, as `to_markdown` (which converts to docx)
    and `to_latex` take them.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis, episode or coder.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}))
    >>> print(to_markdown(*weights_table(ev, [("A", "B")])))
    | Item | A : B |
    |---|---|
    | memo | +6.0 |
    | note | −3.0 |
    | Sum of weights | +3.0 |
    | Prior odds | 0.0 |
    | Posterior odds | +3.0 |
    """
    from bayes_trace.exact import weight_of_evidence
    from bayes_trace.scales import probability_to_db

    if len(pairs) == 0:
        message = "weights_table: pairs is empty, expected a hypothesis and its rival, or several such pairs"
        raise WrongArgumentError(message)
    where = _episode(evidence, episode)
    here = evidence["link_episode"].values == where
    weights = [
        weight_of_evidence(evidence, of, against=rival, coder=coder).values[here] for of, rival in pairs
    ]
    prior = evidence["prior"].sel(episode=where).to_series()
    odds = [float(probability_to_db(prior[of]) - probability_to_db(prior[rival])) for of, rival in pairs]
    sums = [float(each.sum()) for each in weights]
    body = zip(_items(evidence, here), zip(*weights, strict=True), strict=True)
    words = _words(evidence, "hypothesis")
    header = ["Item", *(f"{words[of]} : {words[rival]}" for of, rival in pairs)]
    return header, [
        *([name, *(db(float(value)) for value in row)] for name, row in body),
        ["Sum of weights", *map(db, sums)],
        ["Prior odds", *map(db, odds)],
        ["Posterior odds", *(db(one + other) for one, other in zip(sums, odds, strict=True))],
    ]


@guarded
def ach_table(evidence: xr.Dataset, *, episode: str | None = None, coder: str | None = None) -> Cells:
    r"""Header and cells of a matrix of items by hypotheses: what is inconsistent with each, and what tells them apart.

    Parameters
    ----------
    evidence, episode, coder
        As for `weights_table`.

    Returns
    -------
    dB by which an item is less likely than under the hypothesis that explains it best, starred from 3 and from 10 dB
    on; items that tell most apart first; then sums, the least of which even priors favour, and counts of items
    against, as `ach_matrix` has them (Heuer 1999).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.05}}))
    >>> print(to_markdown(*ach_table(ev)))
    | Item | A | B | Diagnosticity |
    |---|---|---|---|
    | memo | 0.0 | 12.0\*\* | 12.0 |
    | Inconsistency | 0.0 | 12.0 |  |
    | Items against | 0 | 1 |  |
    """
    from bayes_trace.exact import ach_matrix

    where = _episode(evidence, episode)
    matrix = ach_matrix(evidence, coder=coder)
    here = matrix["link_episode"].values == where
    behind, apart = matrix["inconsistency"].values[here], matrix["diagnosticity"].values[here]
    items, end = _items(evidence, here), matrix.sel(episode=where)
    order = (-apart.round(9)).argsort(kind="stable")
    cells = [
        [db(float(x), sign=False) + "*" * sum(x >= n - 1e-9 for n in AGAINST) for x in row] for row in behind
    ]
    body = [[items[n], *cells[n], db(float(apart[n]), sign=False)] for n in order]
    return ["Item", *_words(evidence, "hypothesis").values(), "Diagnosticity"], [
        *body,
        ["Inconsistency", *(db(float(each), sign=False) for each in end["total"].values), ""],
        ["Items against", *map(str, end["items_against"].values), ""],
    ]


def _episode(evidence: xr.Dataset, episode: str | None) -> str:
    known = [str(name) for name in evidence["episode"].values]
    if episode is None and len(known) > 1:
        message = f"name an episode; there are: {', '.join(known)}"
        raise BayesTraceError(message)
    if episode is not None and episode not in known:
        raise UnknownNameError("episode", episode, known)
    return episode or known[0]


def _items(evidence: xr.Dataset, here: npt.NDArray[np.bool_]) -> list[str]:
    """Titles with codes in brackets; codes alone where there are no titles."""
    names = [str(name) for name in evidence["link_item"].values[here]]
    titles = evidence["link_title"].values[here] if "link_title" in evidence.coords else names
    both = zip(map(str, titles), names, strict=True)
    return [f"{title} ({name})" if title not in ("", name) else name for title, name in both]


def _words(evidence: xr.Dataset, dim: str) -> dict[str, str]:
    """Labels by id; ids where there are none."""
    ids = [str(name) for name in evidence[dim].values]
    labels = evidence[f"{dim}_label"].values if f"{dim}_label" in evidence.coords else ids
    return {name: str(text) or name for name, text in zip(ids, labels, strict=True)}


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


@guarded
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
    body = [r"\begin{tabular}{" + "l" * len(header) + "}", r"\toprule", lines[0], r"\midrule"]
    body += [*lines[1:], r"\bottomrule", r"\end{tabular}"]
    if not caption:
        return "\n".join(body)
    tag = [rf"\label{{{label}}}"] if label else []
    head = [r"\begin{table}", r"\centering", rf"\caption{{{caption.translate(_LATEX)}}}", *tag]
    return "\n".join([*head, *body, r"\end{table}"])
