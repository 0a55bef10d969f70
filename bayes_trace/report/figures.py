"""Figures of a report, drawn by the plots of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from bayes_trace import tables
from bayes_trace.exact import trajectory, update, weight_of_evidence
from bayes_trace.files.keeping import made
from bayes_trace.likelihood import compile_evidence
from bayes_trace.report.dialect import Picture
from bayes_trace.report.gather import Progress
from bayes_trace.report.results import CaseResult, EpisodeResult, Gathered
from bayes_trace.report.text import flat
from bayes_trace.summary.verdicts import BASE, answers_table, cell

if TYPE_CHECKING:
    from bayes_trace.report.conversion import Format

__all__ = ["draw_figures"]

#: makes the axes of one figure
Draw = Callable[[], Any]

#: file types of the figures that each format takes; Markdown and the page share theirs
_TYPES = {"md": ("svg",), "html": ("svg",), "docx": ("png",), "tex": ("pdf",), "pdf": ("pdf",)}
#: fewer items make no picture
_ENOUGH = 2


def draw_figures(
    gathered: Gathered,
    folder: Path,
    *,
    formats: Sequence[Format] = (),
    detail: str = "standard",
    draws: xr.DataTree | None = None,
    progress: Progress | None = None,
) -> dict[str, list[Picture]]:
    """Draw what belongs into a report: the overview; the posterior of every case, ledger and path of every episode.

    Parameters
    ----------
    gathered
        As from `gather`.
    folder
        Made if it is not there.
    detail
        Of the report: the overview always, cases and episodes with ``full``.
    formats
        Of the report; they say which file types are needed. Markdown's is always drawn.
    draws
        As from `sample`: adds intervals to the posterior of the cases.
    progress
        Called as ``callback(description, fraction)``, with the fraction of the work done.

    Returns
    -------
    Pictures by place, ``overview``, ``case:<id>`` or ``episode:<id>``, in order.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> from bayes_trace.report import gather
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}
    >>> sorted(draw_figures(gather(bt.from_table(table)), Path(tempfile.mkdtemp())))
    ['overview']
    """
    made(folder)
    types = tuple(dict.fromkeys(each for name in ("md", *formats) for each in _TYPES[name]))
    say: Progress = progress or (lambda _what, _done: None)
    drawings = _Drawings(gathered, draws)
    places = list(drawings.chosen(detail))
    pictures: dict[str, list[Picture]] = {}
    for number, (place, draw, picture) in enumerate(places):
        say(f"figure {picture.stem}", number / len(places))
        _save(draw, picture, folder, types)
        pictures.setdefault(place, []).append(picture)
    return pictures


def _save(draw: Draw, picture: Picture, folder: Path, types: Sequence[str]) -> None:
    from bayes_trace.plots import style

    ax = draw()
    for each in types:
        style.save(ax, folder / f"{picture.stem}.{each}", caption=picture.caption)
    style.close(ax)


@dataclass(frozen=True)
class _Drawings:
    g: Gathered
    draws: xr.DataTree | None

    @cached_property
    def evidence(self) -> xr.Dataset:
        return compile_evidence(self.g.preferred)

    @cached_property
    def posterior(self) -> xr.Dataset:
        return update(self.evidence, coder=self.g.coder)

    @cached_property
    def labels(self) -> dict[str, str]:
        return {column.id: column.label for column in self.g.columns}

    @cached_property
    def stems(self) -> dict[str, str]:
        """File names of the figures of cases and episodes."""
        cases = [f"case_{case.case.case}" for case in self.g.cases]
        return _stems([*cases, *(result.episode.id for case in self.g.cases for result in case.scored)])

    def places(self) -> Iterator[tuple[str, Draw, Picture]]:
        """Where each figure goes, how it is drawn, and what is said of it."""
        for case in self.g.cases:
            if case.scored:
                yield f"case:{case.case.case}", self._posterior(case), self._of_case(case)
            for result in case.scored:
                if len(result.lines) >= _ENOUGH:
                    place = f"episode:{result.episode.id}"
                    yield place, self._ledger(result, case), self._of_ledger(result)
                    yield place, self._path(result), self._of_path(result)

    def _posterior(self, case: CaseResult) -> Draw:
        from bayes_trace.plots import plot_posterior

        name = case.case.case
        return lambda: plot_posterior(self.posterior, case=name, draws=self.draws, labels=self.labels)

    def _ledger(self, result: EpisodeResult, case: CaseResult) -> Draw:
        from bayes_trace.plots import ledger_limits, plot_ledger

        def draw() -> Any:  # noqa: ANN401 - as every drawing here
            # one scale for all ledgers of a case, or 3 dB would look like 96
            weights = [self._weight(each) for each in case.scored if len(each.lines) >= _ENOUGH]
            limits = ledger_limits(*weights, posterior=self.posterior)
            return plot_ledger(
                self._weight(result), posterior=self.posterior, limits=limits, labels=self.labels
            )

        return draw

    def _weight(self, result: EpisodeResult) -> xr.DataArray:
        """Leader against runner-up, in the order of the table; items that turn on one fact weigh together."""
        weight = weight_of_evidence(
            self.evidence, result.leader, against=result.runner_up, coder=self.g.coder
        )
        names = [f"{line.item.id}@{result.episode.id}" for line in result.lines]
        entries = self.evidence.indexes["entry"].get_indexer(names)
        return weight.isel(link=list(dict.fromkeys(self.evidence["entry_link"].values[entries])))

    def _path(self, result: EpisodeResult) -> Draw:
        from bayes_trace.plots import plot_trajectory

        path = trajectory(self.evidence, result.episode.id, coder=self.g.coder)
        decision = result.episode.date or ""
        return lambda: plot_trajectory(path, decision=decision, labels=self.labels)

    def _caption(self, text: str) -> str:
        from bayes_trace.plots import caption

        return caption(self.posterior, text=text, labels=self.labels)

    def _of_case(self, case: CaseResult) -> Picture:
        shown = "; ".join(f"{flat(r.episode.label)}: {self._first(r)}" for r in case.scored)
        text = (
            f"{case.case.label}: prior and posterior probability of every hypothesis in every scored episode."
        )
        return Picture(
            self.stems[f"case_{case.case.case}"],
            self._caption(text),
            f"Points for prior and posterior. The leading hypothesis by episode: {shown}.",
        )

    def _first(self, result: EpisodeResult) -> str:
        return f"{self.labels[result.leader]} {tables.probability(result.posterior[result.leader])}"

    def _belief(self, result: EpisodeResult) -> str:
        each = (f"{self.labels[name]} {tables.probability(p)}" for name, p in result.posterior.items())
        return ", ".join(each)

    def _of_ledger(self, result: EpisodeResult) -> Picture:
        leader, other = self.labels[result.leader], self.labels[result.runner_up]
        shown = ", ".join(f"{line.item.id} {tables.db(line.weight)}" for line in result.lines)
        text = f"“{flat(result.episode.label)}”: what each item adds, in dB, to {leader} against {other}."
        alt = f"Waterfall of bars in dB for {leader} against {other}: {shown}; posterior odds {tables.db(result.lead)}."
        return Picture(f"{self.stems[result.episode.id]}_ledger", self._caption(text), alt)

    def _of_path(self, result: EpisodeResult) -> Picture:
        text = f"“{flat(result.episode.label)}”: probability as the items come in, by the dates of the documents."
        alt = (
            f"Lines from the prior ({self._start(result)}) through {len(result.lines)} items to the posterior: "
            f"{self._belief(result)}."
        )
        return Picture(f"{self.stems[result.episode.id]}_trajectory", self._caption(text), alt)

    def chosen(self, detail: str) -> Iterator[tuple[str, Draw, Picture]]:
        """The figures of a report of some detail."""
        if self.g.answers.cells:  # else nobody answers anything
            yield "overview", self._overview(), self._of_overview()
        if detail == "full":
            yield from self.places()

    def _overview(self) -> Draw:
        from bayes_trace.plots import plot_overview

        answers = self.g.answers
        labels = {setting.id: setting.label for setting in answers.settings}
        labels |= {reader.id: reader.letter for reader in answers.readers}
        return lambda: plot_overview(
            answers_table(answers),
            evidence=self.evidence,
            preferred=None if answers.preferred == BASE else answers.preferred,
            labels={**self.labels, **labels},
        )

    def _of_overview(self) -> Picture:
        answers = self.g.answers
        text = (
            f"What leads in every episode (rows) under each of {len(answers.settings)} sets of assumptions and by each "
            "reader (columns). Colour and letter: the leading hypothesis; darker: more probable; stripes: level; "
            "outlined: the leader is not that of the set as it stands."
        )
        shown = "; ".join(
            f"{subject.label}: {cell(answers, subject.id, BASE)}, preferred {cell(answers, subject.id, answers.preferred)}"
            for subject in answers.subjects
        )
        return Picture("overview", text, f"A table in colours. {shown}.")

    def _start(self, result: EpisodeResult) -> str:
        return ", ".join(tables.probability(p) for p in result.prior.values())


def _stems(ids: Sequence[str]) -> dict[str, str]:
    """File names from ids, which may hold signs that no file can carry or differ in such signs or capitals alone.

    Examples
    --------
    >>> _stems(["f.5", "f-5", "F-5"])
    {'f.5': 'f-5', 'f-5': 'f-5_2', 'F-5': 'F-5_3'}
    """
    taken, stems = set[str](), dict[str, str]()
    for name in ids:
        plain = "".join(sign if sign.isalnum() or sign in "_-" else "-" for sign in name)
        tries = (plain, *(f"{plain}_{number}" for number in range(2, len(ids) + 2)))
        stems[name] = next(each for each in tries if each.casefold() not in taken)
        taken.add(stems[name].casefold())
    return stems
