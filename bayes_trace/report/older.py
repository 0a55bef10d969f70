"""The same numbers as older traditions would show them: a matrix of what is inconsistent, and counts of items."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import xarray as xr

from bayes_trace import tables
from bayes_trace.exact import ach_matrix, select_coder
from bayes_trace.report.results import Count, EpisodeResult, Matrix
from bayes_trace.report.text import escape
from bayes_trace.tally import reading, tally

if TYPE_CHECKING:
    from bayes_trace.report.parts import Parts

__all__ = ["Older", "counts_table", "matrix_table"]

#: hypotheses of which every pair is shown; of more, only pairs with the leader
FEW = 4


@dataclass(frozen=True)
class Older:
    """Matrix and counts of all episodes, by the coder of the report."""

    evidence: xr.Dataset
    coder: str
    _counted: dict[tuple[str, str], xr.Dataset] = field(default_factory=dict)

    def matrix(self, episode: str) -> Matrix:
        """What counts against each hypothesis, the items that tell most apart first."""
        whole = ach_matrix(self.evidence, coder=self.coder)
        here = whole.isel(link=whole["link_episode"].values == episode)
        here = here.isel(link=(-here["diagnosticity"].values.round(9)).argsort(kind="stable"))
        end = whole.sel(episode=episode)
        return Matrix(
            hypotheses=tuple(str(name) for name in whole["hypothesis"].values),
            items=tuple(str(name) for name in here["link_item"].values),
            behind=tuple(tuple(row) for row in here["inconsistency"].values.tolist()),
            total=tuple(end["total"].values.tolist()),
            against=tuple(end["items_against"].values.tolist()),
        )

    def counts(self, episode: str, leader: str) -> tuple[Count, ...]:
        """Numbers of items beside their likelihoods, pair by pair."""
        names = [str(name) for name in self.evidence["hypothesis"].values]
        pairs = (
            list(combinations(names, 2))
            if len(names) <= FEW
            else [(leader, name) for name in names if name != leader]
        )
        return tuple(self._count(episode, *pair) for pair in pairs)

    def _count(self, episode: str, of: str, against: str) -> Count:
        if (of, against) not in self._counted:
            self._counted[of, against] = tally(self.evidence, of, against=against, coder=self.coder)
        row = self._counted[of, against].sel(episode=episode)
        return Count(
            of=of,
            against=against,
            items=(int(row["supporting"]), int(row["opposing"]), int(row["neutral"])),
            bayes_factor=float(row["bayes_factor"]),
            worst_case=float(row["worst_case"]),
            weight=float(row["weight"]),
        )

    def discounted(self, episode: str) -> int:
        """Links that weigh less because others share their origin."""
        one = select_coder(self.evidence, self.coder)
        return int(((one["kappa"].values < 1) & (one["link_episode"].values == episode)).sum())


def matrix_table(parts: Parts, result: EpisodeResult) -> str:
    """The matrix of one episode."""
    matrix = result.matrix
    if matrix is None:
        return ""
    rows = [
        [parts.item(name), *map(_behind, behind), tables.db(max(behind), sign=False)]
        for name, behind in zip(matrix.items, matrix.behind, strict=True)
    ]
    rows.append(["**Inconsistency**", *(f"**{tables.db(each, sign=False)}**" for each in matrix.total), ""])
    rows.append(["Items against", *map(str, matrix.against), ""])
    about = escape(parts.answers.subject_of[result.episode.id].label)
    caption = (
        f"What is inconsistent with each explanation of “{about}”: dB by "
        "which an item is less likely than under the hypothesis that explains it best; it counts against a hypothesis "
        "from 3 dB (one star), strongly from 10 (two). Diagnosticity: the most by which it tells two hypotheses apart. "
        "The least inconsistency is where even priors lead; the number of items against need not say the same."
    )
    header = ["Item", *map(parts.short, matrix.hypotheses), "Diagnosticity"]
    widths = [50, *[-9] * len(matrix.hypotheses), -13]
    return parts.dialect.table(header, rows, caption=caption, widths=widths)


def _behind(value: float) -> str:
    stars = sum(value >= least - 1e-9 for least in tables.AGAINST)
    return tables.db(value, sign=False) + "\\*" * stars


def counts_table(parts: Parts, result: EpisodeResult) -> str:
    """Counts and likelihoods of one episode side by side, with the reading of why they differ."""
    rows = [
        [
            f"{parts.short(each.of)} : {parts.short(each.against)}",
            *map(str, each.items),
            _factor(each.bayes_factor),
            _factor(each.worst_case),
            tables.db(each.weight),
            reading(
                *each.items[:2],
                bayes_factor=each.bayes_factor,
                weight=each.weight,
                of=parts.short(each.of),
                against=parts.short(each.against),
            ),
        ]
        for each in result.counts
    ]
    also = (
        f" {result.discounted} of them share an origin with others, which a count does not see."
        if result.discounted
        else ""
    )
    caption = (
        "The number of items and their likelihoods, pair by pair: items for the first, for the second, for neither; what "
        "their number alone says (a ratio, under even weights and at the rival's best), dB of the likelihoods, and why "
        f"the two differ.{also}"
    )
    header = ["Pair", "For", "Against", "Neither", "Count", "At worst", "dB", "Reading"]
    return parts.dialect.table(header, rows, caption=caption, widths=[14, -5, -8, -8, -8, -8, -7, 42])


def _factor(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:.3g}"
