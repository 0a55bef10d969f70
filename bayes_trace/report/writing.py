"""The report on disk, in every format asked for."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from bayes_trace.errors import BayesTraceError, FileError, UnknownNameError
from bayes_trace.evidence import EvidenceSet
from bayes_trace.files.keeping import made, whole, write_text
from bayes_trace.guards import guarded
from bayes_trace.report.citation import Cited
from bayes_trace.report.conversion import Converter, Format, IncompleteReportError, Style
from bayes_trace.report.dialect import ForPandoc, Plain
from bayes_trace.report.earlier import MANIFEST, begin, claim, digest_of, set_aside
from bayes_trace.report.gather import Progress, gather
from bayes_trace.report.manifest import manifest
from bayes_trace.report.markdown import Pictures, markdown
from bayes_trace.report.results import Detail, Gathered

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["DETAILS", "FORMATS", "STYLES", "write_report"]

FORMATS: tuple[Format, ...] = ("md", "html", "docx", "tex", "pdf")
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")
STYLES: tuple[Style, ...] = ("chicago", "apsa", "apa")


@guarded
def write_report(  # noqa: PLR0913 - every choice but two has a default
    evidence_set: EvidenceSet,
    folder: str | Path,
    *,
    formats: Sequence[str] = ("md",),
    style: str = "chicago",
    detail: str = "standard",
    figures: bool | None = None,
    draws: Sequence[xr.DataTree] = (),
    coder: str | None = None,
    beside: Sequence[EvidenceSet] = (),
    client: Client | str | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
    origin: str | Path | None = None,
) -> dict[str, Path]:
    """Write a report, its ``manifest.json``, and its figures into a folder.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any.
    folder
        Made if it is not there; files of an earlier report are replaced. What that wrote in a format that is
        not asked for now is set aside as ``report.earlier.*`` where it is out of date. Nothing else is touched.
    formats
        ``md``, ``html`` (one page with all it needs inside), ``docx``, ``tex`` or ``pdf`` (which
        needs a TeX engine or WeasyPrint). Markdown is always written.
    style
        Of citations and bibliography: ``chicago`` (author-date), ``apsa`` or ``apa``.
    detail
        ``brief`` (the answers alone), ``standard`` or ``full``.
    figures
        By default with every format but Markdown alone.
    draws
        As from `sample`, made from this set: their intervals are added, and coefficients where the
        model has them.
    coder
        By default the base coder.
    beside
        Other sets, whose answers are told on the summary page as well.
    client
        As for `map_independent`: a cluster, to whose workers the scenarios go.
    progress
        Called as ``callback(description, fraction)``, with the fraction of the work done.
    overwrite
        Replace files of the same names that no earlier report wrote.
    origin
        Folder that the set was read from; noted, seen from the report, for ``bayes-trace verify``.

    Returns
    -------
    The file of every format, and of ``manifest``.

    Raises
    ------
    UnknownNameError
        For an unknown coder, format, style or detail.
    BayesTraceError
        If draws were made from another set or scenario, a file is there that no report wrote, or the folder
        lies in an evidence set.
    IncompleteReportError
        If a format could not be made, after all others were.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> sorted(write_report(table, tempfile.mkdtemp()))
    ['manifest', 'md']
    """
    chosen = [each for each in FORMATS if each in _known("format", ["md", *formats], FORMATS)]
    cited = next(each for each in STYLES if each in _known("style", [style], STYLES))
    depth = next(each for each in DETAILS if each in _known("detail", [detail], DETAILS))
    claim(Path(folder), [f"report.{kind}" for kind in chosen], overwrite=overwrite)
    say: Progress = progress or (lambda _what, _done: None)
    gathered = gather(
        evidence_set,
        coder=coder,
        draws=draws,
        detail=depth,
        beside=beside,
        client=client,
        progress=_part(say, 0.0, 0.4),
    )
    run = _Run(Path(folder), gathered, cited, depth, draws, origin=origin)
    made(run.home)
    if len(chosen) > 1 if figures is None else figures:
        run.draw(chosen, _part(say, 0.4, 0.7))
    return run.write(chosen, _part(say, 0.7, 1.0))


def _known(kind: str, names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known)
    return names


def _part(say: Progress, start: float, end: float) -> Progress:
    """Progress of one part of the work."""
    return lambda what, done: say(what, start + done * (end - start))


@dataclass
class _Run:
    home: Path
    gathered: Gathered
    style: Style
    detail: Detail
    draws: Sequence[xr.DataTree]
    pictures: Pictures | None = None
    origin: str | Path | None = None

    def draw(self, formats: Sequence[Format], say: Progress) -> None:
        """Draw the figures in the file types that the formats need."""
        from bayes_trace.report.figures import draw_figures

        intervals = next((tree for tree in self.draws if tree.attrs.get("model") == "elicitation"), None)
        self.pictures = draw_figures(
            self.gathered,
            self.home / "figures",
            formats=formats,
            detail=self.detail,
            draws=intervals,
            progress=say,
        )

    def write(self, formats: Sequence[Format], say: Progress) -> dict[str, Path]:
        """Write one format after the other; what fails is told at the end."""
        files: dict[str, Path] = {}
        failed: dict[str, str] = {}
        begin(self.home, [f"report.{kind}" for kind in formats], manifest(self.gathered))
        for number, kind in enumerate(formats):
            say(kind, number / len(formats))
            try:
                files[kind] = self._write(kind)
            except FileError:
                raise  # the next format would find no more room than this one
            except BayesTraceError as error:
                failed[kind] = str(error)
        files["manifest"] = self._manifest(files)
        say("done", 1.0)
        if failed:
            raise IncompleteReportError(failed, files)
        return files

    def _write(self, kind: Format) -> Path:
        path = self.home / f"report.{kind}"
        with whole(
            path
        ) as file:  # what fails on the way there, in a folder of its own too, is told of this file
            if kind == "md":
                file.write_text(self._markdown(), encoding="utf-8", newline="\n")
            else:
                converter = Converter(self.gathered.evidence_set, self.home, self.style)
                dialect = ForPandoc(self.gathered.evidence_set, suffix=converter.suffix(kind))
                text = markdown(self.gathered, dialect=dialect, pictures=self.pictures, detail=self.detail)
                converter.convert(text, kind, file)
        return path

    def _markdown(self) -> str:
        es = self.gathered.evidence_set
        plain = Plain(es, cited=Cited(es, self.style, more=self.gathered.preferred.items))
        return markdown(self.gathered, dialect=plain, pictures=self.pictures, detail=self.detail)

    def _manifest(self, files: dict[str, Path]) -> Path:
        """Versions, choices and results, and the day, which stands nowhere else."""
        path = self.home / MANIFEST
        facts: dict[str, Any] = {**manifest(self.gathered), "style": self.style, "detail": self.detail}
        names = [each.name for each in files.values()]
        still, aside = set_aside(self.home, names, facts)
        names += still
        facts |= {
            "set": self._origin(),
            "files": names,
            "sha256": {name: digest_of(self.home / name) for name in names},
            **({"earlier": aside} if aside else {}),
            "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }
        write_text(path, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        return path

    def _origin(self) -> str:
        """Where the set is, seen from the report; empty where that is not known, or on another drive."""
        if self.origin is None:
            return ""
        try:
            return Path(os.path.relpath(self.origin, self.home)).as_posix()
        except ValueError:
            return ""
