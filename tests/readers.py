"""What the package reads: of every kind a sound input, and the call that reads it. For searches that spoil them."""

from __future__ import annotations

import contextlib
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError
from bayes_trace.files.bibliography import add_sources
from bayes_trace.files.views import with_scenario_file
from bayes_trace.report.draws import open_draws, read_draws
from bayes_trace.report.earlier import read_manifest
from bayes_trace.report.verification import differences
from tests.command import SETS

Files = dict[str, bytes]

#: what breaks readers more often than chance would have it
SPICE = (
    *"[]{}:,-?&*!|>'\"%@`#~\n\t\0\x1b",
    *("\u202e", "\ufeff", "\ud7ff", "\N{FULLWIDTH DIGIT ONE}", "é", "e\u0301"),
    *("inf", "nan", "1e999", "-0", "0x1", "~", "null", "true", "<<: *a"),
    *("- ", "  ", "\r\n", "=1+1", "<b>", "../", "9" * 40, "!!python/object", "---\n", "[[", "}}", '""'),
    *("1897-13", "1897-02-30", "/..", "1897~", "0000", "-0044", "c. 1897", "{low: 1, best: 0, high: 1}"),
)


def laid(folder: Path, files: Files) -> None:
    """Files as they are."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def packed(folder: Path, files: Files) -> None:
    """Files as the parts of a workbook."""
    with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name, content)


@dataclass(frozen=True)
class Reader:
    """Sound files, of which a search spoils one, and the call that reads the folder they are laid into."""

    sound: Callable[[], Files]
    read: Callable[[Path], object]
    lay: Callable[[Path, Files], None] = laid

    def __call__(self, name: str, content: bytes) -> None:
        """Read with one file replaced: it is read or refused in words, or the error passes through."""
        with tempfile.TemporaryDirectory() as folder:
            self.lay(Path(folder), {**self.sound(), name: content})
            with contextlib.suppress(BayesTraceError):
                self.read(Path(folder))


def held(folder: Path) -> Files:
    """The files in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".md"
    }


def made(write: Callable[[Path], object]) -> Callable[[], Files]:
    """What a call writes into a folder, once."""

    @cache
    def sound() -> Files:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder))
            return held(Path(folder))

    return sound


@cache
def template() -> bt.EvidenceSet:
    """The set that `new` writes."""
    with tempfile.TemporaryDirectory() as folder:
        return bt.read_evidence_set(bt.write_template(Path(folder) / "set"))


# --- sets -----------------------------------------------------------------------------------


def answers(es: bt.EvidenceSet) -> None:
    """What a set says, with each of its scenarios as well."""
    bt.check(es)
    bt.update(bt.compile_evidence(es))
    for name in es.scenarios:
        with contextlib.suppress(BayesTraceError):
            bt.update(bt.compile_evidence(bt.apply_scenario(es, name)))


def read_set(folder: Path) -> None:
    """A set, and what it says."""
    answers(bt.read_evidence_set(folder))


def read_view(folder: Path) -> None:
    """A view that a reader saved, put to the template."""
    es, name = with_scenario_file(template(), folder / "doubt.yaml")
    bt.update(bt.compile_evidence(bt.apply_scenario(es, name)))


def a_view() -> Files:
    """Views as the page saves them change assumptions of every kind."""
    return {"doubt.yaml": VIEW.encode()}


VIEW = """\
label: Doubt
reason: A referee's numbers
extends: [letter_doubted]
drop:
  - {item: toll_debate, reason: no minute}
change:
  - item: guild_letter
    coding: {coder: first_reader, values: {trade: {low: 0.1, best: 0.3, high: 0.5}, army: 0.3, other: 0.2}}
    date: 1907-11/1908
    audience: public
    author: the mayor
    cluster: minute_book
  - {item: gazette_silent, detection: {low: 0.1, best: 0.2, high: 0.7}, reason: a torn page}
change_episodes:
  - {episode: vote_1908, granted: part, date: 1908, note: half of the money}
add_items:
  alder:
    - id: late_note
      paraphrase: A note found later.
      date: 1908-06
      episodes: [vote_1908]
      coding: {trade: 0.5, army: 0.4, other: 0.4}
correlations: {minute_book: 0.9}
reliability: {letter1907: {hit: 0.8, false_report: {low: 0.1, best: 0.3, high: 0.4}}}
search_bias:
  - {toward: trade, db: 3, episodes: [vote_1908], reason: the guild's archive}
episode_priors:
  vote_1908: {trade: 0.2, army: 0.5, other: 0.3}
"""


# --- tables, workbooks, references ------------------------------------------------------------


def books() -> Callable[[], Files]:
    """The template as a workbook, part by part."""
    whole = made(lambda folder: bt.write_spreadsheet(template(), folder / "a.xlsx"))

    @cache
    def parts() -> Files:
        with tempfile.TemporaryDirectory() as folder:
            laid(Path(folder), whole())
            with zipfile.ZipFile(Path(folder) / "a.xlsx") as book:
                return {part: book.read(part) for part in book.namelist()}

    return parts


def read_references(reader: Callable[[Path], tuple], name: str, folder: Path) -> None:
    """References, and the set that they are added to."""
    found = reader(folder / name)
    add_sources(bt.write_template(folder / "set"), found)


FLAT = b"item,hypothesis,low,best,high,reason\nm,A,0.5,0.8,0.9,why\nm,B,,0.2,,\nn,A,,0.3,,\nn,B,,0.6,,x\n"
REFERENCES = [
    {
        "id": "li1999",
        "type": "book",
        "title": "Arms",
        "author": [{"family": "Li", "given": "A."}],
        "issued": {"date-parts": [[1999, 2]]},
        "page": "3-4",
    },
    {"id": "b", "type": "manuscript", "title": "Memo", "issued": {"literal": "c. 1971"}, "archive": "NARA"},
]
BIBTEX = (
    b"@book{li, author={Li, A.}, title={{Arms}}, year=1999}\n"
    b"@misc{b, title={Memo}, year={c. 1971}, crossref={li}}\n"
)


# --- evidence tables, and what runs have kept ---------------------------------------------------


def an_evidence_table(ending: str) -> Callable[[], Files]:
    """The Tay bridge as a table of codings."""
    return made(
        lambda folder: bt.write_evidence_table(
            bt.read_evidence_set(SETS / "tay_bridge_1879"), folder / f"a{ending}"
        )
    )


def read_evidence_table(ending: str, folder: Path) -> None:
    """A table, block by block, and in order."""
    head = bt.read_evidence_set(SETS / "tay_bridge_1879").hypothesis_ids
    with contextlib.suppress(BayesTraceError):
        for block in bt.open_evidence_table(folder / f"a{ending}", hypotheses=head).blocks():
            bt.update(block)
    bt.sort_evidence_table(folder / f"a{ending}", folder / "sorted.parquet")


def kept_results(folder: Path) -> None:
    """Results of a run that is gone on with."""
    table = folder / "table.parquet"
    if not table.exists():
        bt.write_evidence_table(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), table)
    bt.map_blocks(bt.summarise, bt.open_evidence_table(table, hypotheses=["A", "B"]), out=folder / "out")


def some_draws(folder: Path) -> None:
    """Draws of the template, by propagation."""
    bt.propagate(bt.compile_evidence(template()), draws=20, seed=1).to_netcdf(
        folder / "a.nc", engine="h5netcdf"
    )


def read_kept_draws(folder: Path) -> None:
    """Draws as a report takes them."""
    read_draws(template(), [open_draws(folder / "a.nc")])


def a_manifest() -> Files:
    """The manifest of a report on the template."""
    files = made(lambda folder: bt.report.write_report(template(), folder))()
    return {"manifest.json": files["manifest.json"]}


def verify(folder: Path) -> None:
    """A report is held to the set."""
    read_manifest(folder)
    list(differences(folder, template()))


READERS = {
    "set": Reader(made(lambda folder: bt.write_template(folder / "set")), lambda f: read_set(f / "set")),
    **{name: Reader(partial(held, SETS / name), read_set) for name in ("tay_bridge_1879", "loyalty_theory")},
    "view": Reader(a_view, read_view),
    "flat table": Reader(lambda: {"a.csv": FLAT}, lambda f: answers(bt.read_spreadsheet(f / "a.csv"))),
    "wide flat table": Reader(
        made(
            lambda f: bt.write_spreadsheet(bt.read_evidence_set(SETS / "chile_tax_reform_2005"), f / "a.csv")
        ),
        lambda f: answers(bt.read_spreadsheet(f / "a.csv")),
    ),
    "workbook": Reader(books(), lambda f: answers(bt.read_spreadsheet(f / "a.xlsx")), packed),
    "archive": Reader(
        made(lambda f: bt.write_spreadsheet(template(), f / "a.xlsx")),
        lambda f: bt.read_spreadsheet(f / "a.xlsx"),
    ),
    "CSL JSON": Reader(
        lambda: {"a.json": json.dumps(REFERENCES).encode()},
        partial(read_references, bt.read_csl_json, "a.json"),
    ),
    "BibTeX": Reader(lambda: {"a.bib": BIBTEX}, partial(read_references, bt.read_bibtex, "a.bib")),
    **{
        f"evidence table {ending}": Reader(an_evidence_table(ending), partial(read_evidence_table, ending))
        for ending in (".parquet", ".arrow", ".csv")
    },
    "results": Reader(made(kept_results), kept_results),
    "draws": Reader(made(some_draws), read_kept_draws),
    "manifest": Reader(cache(a_manifest), verify),
}
