"""The report in Markdown, and on disk."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2

from bayes_trace import tables
from bayes_trace.checks import check
from bayes_trace.evidence import EvidenceSet
from bayes_trace.report.citation import reference
from bayes_trace.report.gather import EpisodeResult, Gathered, Line, Progress, gather

__all__ = ["manifest", "markdown", "write_report"]

_DEPENDENCIES = ("numpy", "scipy", "xarray", "pydantic", "PyYAML")


def markdown(gathered: Gathered) -> str:
    """The report as Markdown; the same inputs give the same bytes.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> print(markdown(gather(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))).splitlines()[0])
    # A table of likelihoods
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bayes_trace.report", "templates"),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"p": tables.probability, "db": tables.db, "flat": _flat}
    template = environment.get_template("report.md.j2")
    text = template.render(
        g=gathered,
        es=gathered.evidence_set,
        advice=check(gathered.evidence_set),
        references=_references(gathered.evidence_set),
        ledger=_ledger,
        comparison=_comparison,
        overview=_overview,
        manifest=manifest(gathered),
    )
    lines = (line.rstrip() for line in text.splitlines())
    return _without_double_blanks(lines) + "\n"


def _without_double_blanks(lines: Iterable[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _references(es: EvidenceSet) -> list[str]:
    return sorted(reference(source) for source in es.sources)


def _overview(gathered: Gathered, results: Iterable[EpisodeResult]) -> str:
    hypotheses = gathered.evidence_set.hypotheses
    header = ["Date", "Episode", "Outcome", *(h.label for h in hypotheses), "Lead (dB)"]
    rows = [
        [
            result.episode.date or "",
            result.episode.label,
            result.episode.outcome,
            *(
                _bold(tables.probability(result.posterior[h.id]), when=h.id == result.leader)
                for h in hypotheses
            ),
            tables.db(result.lead, sign=False),
        ]
        for result in results
    ]
    return tables.to_markdown(header, rows)


def _bold(text: str, *, when: bool) -> str:
    return f"**{text}**" if when else text


def _ledger(gathered: Gathered, result: EpisodeResult) -> str:
    hypotheses = gathered.evidence_set.hypotheses
    pair = f"Weight (dB), {_label(gathered, result.leader)} : {_label(gathered, result.runner_up)}"
    header = [
        "Date",
        "Item",
        "What it says",
        *(f"P, {h.label}" for h in hypotheses),
        pair,
        "Running posterior",
    ]
    prior = ["", "", "*prior*", *("" for _ in hypotheses), "", _running(result.prior)]
    return tables.to_markdown(header, [prior, *(_row(line) for line in result.lines)])


def _label(gathered: Gathered, name: str) -> str:
    return gathered.evidence_set.hypothesis(name).label


def _row(line: Line) -> list[str]:
    item = line.item
    absent = " *Looked for and not found.*" if item.found == "absent" else ""
    discount = f" (×{line.kappa:.2f})" if line.kappa < 1 else ""
    reason = f" — {line.reason}" if line.reason else ""
    said = f"{item.paraphrase}{absent} [{line.citation}]{reason}"
    cells = [_likelihood(line.likelihoods[name], is_ratio=line.is_ratio) for name in line.likelihoods]
    return [
        item.date or "undated",
        item.id,
        said,
        *cells,
        tables.db(line.weight) + discount,
        _running(line.running),
    ]


def _likelihood(value: tuple[float, float, float], *, is_ratio: bool) -> str:
    low, best, high = value
    if is_ratio:
        show = [tables.db(each) + " dB" for each in value]
    else:
        show = [f"{each:.2g}" if each < tables.SMALL else f"{each:.2f}".lstrip("0") for each in value]
    return show[1] if low == high == best else f"{show[1]} ({show[0]}–{show[2]})"


def _running(belief: dict[str, float]) -> str:
    return " / ".join(tables.probability(value) for value in belief.values())


def _comparison(gathered: Gathered, result: EpisodeResult, rows: dict[str, dict[str, float]]) -> str:
    """Posterior by scenario or coder; hypotheses that only a scenario knows get columns too."""
    names = list(dict.fromkeys([*result.posterior, *(name for row in rows.values() for name in row)]))
    known = {h.id: h.label for h in gathered.evidence_set.hypotheses}
    header = ["", *(known.get(name, name.replace("_", " ")) for name in names)]
    body = [
        [title, *(tables.probability(row[n]) if n in row else "–" for n in names)]
        for title, row in rows.items()
    ]
    return tables.to_markdown(header, body)


def manifest(gathered: Gathered) -> dict[str, Any]:
    """What a reader needs to run the same again."""
    es = gathered.evidence_set
    return {
        "bayes_trace": metadata.version("bayes-trace"),
        "evidence set": es.id,
        "digest": es.digest,
        "scenario": " + ".join(es.applied) or "base",
        "coder": gathered.coder,
        "likelihoods": "best values, as coded",
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _DEPENDENCIES},
    }


def write_report(
    evidence_set: EvidenceSet,
    folder: str | Path,
    *,
    coder: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write ``report.md`` and ``manifest.json`` into a folder.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any.
    folder
        Made if it is not there; files of an earlier report are replaced, nothing else is touched.
    coder
        By default the base coder.
    progress
        Told what is being done, and how much of it is done.

    Returns
    -------
    The path of the Markdown file.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> write_report(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), tempfile.mkdtemp()).name
    'report.md'
    """
    gathered = gather(evidence_set, coder=coder, progress=progress)
    text = markdown(gathered)
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    path = home / "report.md"
    path.write_text(text, encoding="utf-8", newline="\n")
    facts = json.dumps(manifest(gathered), indent=2, ensure_ascii=False) + "\n"
    (home / "manifest.json").write_text(facts, encoding="utf-8", newline="\n")
    return path
