"""From Markdown to a page, a Word file, LaTeX and PDF, by way of Pandoc."""

from __future__ import annotations

import functools
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence import EvidenceSet
from bayes_trace.files.pandoc import UnboundedError, pandoc_bytes
from bayes_trace.report.citation import csl_items
from bayes_trace.report.typesetting import ENGINES, typeset
from bayes_trace.report.word.finish import keep_rows_whole
from bayes_trace.report.word.reference import write_reference

__all__ = ["Converter", "Format", "IncompleteReportError", "Style", "cited"]

Format = Literal["md", "html", "docx", "tex", "pdf"]
Style = Literal["chicago", "apsa", "apa"]

NO_ENGINE = (
    "no program that makes a PDF was found; install a TeX engine (pdflatex, xelatex, lualatex or tectonic; on "
    "Debian or Ubuntu: apt-get install texlive-latex-recommended texlive-fonts-recommended lmodern) or WeasyPrint "
    "(pip install weasyprint), or print the HTML page to a PDF from a browser"
)

OTHER_LETTERS = "print the HTML page to a PDF from a browser, which finds a font for each letter"

#: Markdown without surprises: no mathematics, no TeX, and HTML for line breaks in cells only
_READER = "markdown_strict" + "".join(
    f"+{name}"
    for name in (
        "all_symbols_escapable",
        "blank_before_header",
        "bracketed_spans",
        "citations",
        "fenced_divs",
        "header_attributes",
        "implicit_figures",
        "intraword_underscores",
        "link_attributes",
        "lists_without_preceding_blankline",
        "pipe_tables",
        "smart",
        "space_in_atx_header",
        "table_captions",
    )
)


class IncompleteReportError(BayesTraceError):
    """Formats that could not be made, while the others were: `failed` says why, `files` where those are."""

    def __init__(self, failed: dict[str, str], files: dict[str, Path]) -> None:
        self.failed = failed
        self.files = files
        super().__init__("; ".join(f"{kind} was not written: {why}" for kind, why in failed.items()))


@dataclass(frozen=True)
class Converter:
    """Converts the Markdown of one evidence set in one style of citation."""

    es: EvidenceSet
    #: where ``figures/`` is
    home: Path
    style: Style

    def suffix(self, kind: Format) -> str:
        """File type of the figures that a format takes."""
        return {"html": "svg", "docx": "png"}.get(kind, "pdf")

    def convert(self, text: str, kind: Format, path: Path) -> None:
        """Write a format.

        Raises
        ------
        BayesTraceError
            If nothing that makes a PDF is there, or the converter fails.
        """
        with self._folder() as folder:
            # through memory, so that what cannot be written is named as every file is
            path.write_bytes(self._pdf(text, folder) if kind == "pdf" else self._made(text, kind, folder))
        if kind == "docx":
            keep_rows_whole(path)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder with the files that Pandoc asks for."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for file in ("filter.lua", "safe.lua", "page.html", "preamble.tex"):
                (folder / file).write_text(_data(file), encoding="utf-8")
            yield folder

    def _common(self, folder: Path) -> list[str]:
        return [
            "--standalone",
            f"--lua-filter={folder / 'filter.lua'}",
            *_citing(csl_items(self.es), self.style, folder),  # after the filter, which asks for every source
            f"--lua-filter={folder / 'safe.lua'}",  # after the citations, which have links of their own
            "--metadata=link-citations:true",
            f"--resource-path={self.home}",
            # the page of `bayes-trace explore`, where it lies beside
            *(["--variable=appendix:appendix.html"] if (self.home / "appendix.html").is_file() else []),
        ]

    def _made(self, text: str, kind: Format, folder: Path) -> bytes:
        """What Pandoc makes of the text, in its sandbox."""
        target = {"html": "html5", "tex": "latex"}.get(kind, kind)
        options = ["--sandbox", *self._common(folder), *_particular(kind, folder)]
        return _pandoc(text, ["-f", _READER, "-t", target, "-o", "-", *options])

    def _pdf(self, text: str, folder: Path) -> bytes:
        """By the first engine that manages it; scripts that one lacks another may have."""
        said: list[str] = []
        made = functools.cache(lambda kind: self._made(text, kind, folder).decode())
        for engine in filter(shutil.which, ENGINES):
            try:
                page = made("html" if engine == "weasyprint" else "tex")
                with self._desk(page) as desk:
                    return typeset(page, engine, desk)
            except BayesTraceError as error:
                said.append(f"{engine}: {error}")
        if any("no font for" in each for each in said):
            said.append(OTHER_LETTERS)
        raise BayesTraceError("; ".join(said) or NO_ENGINE)

    @contextmanager
    def _desk(self, page: str) -> Iterator[Path]:
        """A folder with the figures of a text, and nothing else."""
        with tempfile.TemporaryDirectory() as name:
            desk = Path(name)
            (desk / "figures").mkdir()
            for figure in set(re.findall(r"\{(figures/[\w.-]+\.pdf)\}", page)):
                shutil.copyfile(self.home / figure, desk / figure)
            yield desk


def _data(name: str) -> str:
    return resources.files("bayes_trace.report").joinpath("page", name).read_text("utf-8")


def _particular(kind: Format, folder: Path) -> list[str]:
    """Options of one format."""
    if kind == "html":
        return [
            "--embed-resources",
            "--toc",
            "--toc-depth=3",
            f"--template={folder / 'page.html'}",
            f"--variable=stylesheet:{_data('style.css')}",  # a link is not followed in the sandbox
        ]
    if kind == "docx":
        return [f"--reference-doc={write_reference(folder / 'reference.docx')}"]
    return [
        f"--include-in-header={folder / 'preamble.tex'}",
        "--variable=documentclass:article",
        "--variable=papersize:a4",
        "--variable=geometry:top=1.8cm,bottom=1.9cm,left=1.9cm,right=1.9cm",
        "--variable=fontsize:10pt",
        "--variable=colorlinks:true",
    ]


def _citing(references: Sequence[dict[str, Any]], style: str, folder: Path) -> list[str]:
    """Options by which citations and references are set, whatever the format."""
    for file in ("apsa.csl", "apa.csl", "dates.lua"):
        (folder / file).write_text(_data(file), encoding="utf-8")
    (folder / "references.json").write_text(json.dumps(references, ensure_ascii=False), encoding="utf-8")
    dates = {each["id"]: each.get("issued", {}).get("literal") for each in references}
    said = {"dates-in-words": {key: date for key, date in dates.items() if date}}
    (folder / "dates.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return [
        "--citeproc",
        f"--bibliography={folder / 'references.json'}",
        *([f"--csl={folder / f'{style}.csl'}"] if style != "chicago" else []),  # that is Pandoc's own
        f"--metadata-file={folder / 'dates.json'}",
        f"--lua-filter={folder / 'dates.lua'}",
        f"--data-dir={folder}",  # nothing of a user's own Pandoc set-up
        "--metadata=lang:en",
    ]


#: a paragraph that stands before each text
_SIGN = "\ufdd0"
#: where a backslash goes, and what needs one that the writer of Markdown leaves as it is: letters by their numbers, and
#: what other readers take for mathematics or for struck out
_ESCAPE, _ACTING = "\ufdd1", re.compile(r"[$~^]|&(?=[#\w]+;)")
_MARK = {"t": "Para", "c": [{"t": "Str", "c": _SIGN}]}


def cited(
    citations: Sequence[str], references: Sequence[dict[str, Any]], style: str
) -> tuple[list[str], dict[str, str]]:
    """Citations in Markdown, in their order, and the references that the style makes of their sources, by key."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "safe.lua").write_text(_data("safe.lua"), encoding="utf-8")
        options = [*_citing(references, style, folder), "--wrap=none", "--sandbox"]
        options += [f"--lua-filter={folder / 'safe.lua'}"]
        text = "\n\n".join([*(f"::: {{.cited}}\n{each}\n:::" for each in citations), "::: {#refs}\n:::"])
        tree = json.loads(_pandoc(text, ["-f", _READER, "-t", "json", *options]))
        *said, listed = tree["blocks"]
        # a style may list no reference for a letter or a talk
        entries = [entry for entry in listed["c"][1] if any(block["c"] for block in entry["c"][1])]
        blocks = [block for div in (*said, *entries) for block in (_MARK, *div["c"][1])]
        plain = json.dumps({**tree, "blocks": _escaping(blocks), "meta": {}})
        options = ["-f", "json", "-t", "markdown_strict-raw_html", "--wrap=none", "--sandbox"]
        # one that is without words is a text as well
        written = _pandoc(plain, options).decode().replace(_ESCAPE, "\\")
        _, *found = re.split(rf"^{_SIGN}$", written, flags=re.MULTILINE)
    keys = [entry["c"][0][0].removeprefix("ref-") for entry in entries]
    texts = [" ".join(each.split()) for each in found]
    return texts[: len(citations)], dict(zip(keys, texts[len(citations) :], strict=True))


def _escaping(node: Any) -> Any:  # noqa: ANN401 - what Pandoc makes of a text
    """The same, with a sign before whatever else would act; an address that names itself is left whole."""
    if isinstance(node, list):
        return [_escaping(each) for each in node]
    if not isinstance(node, dict):
        return node
    if node.get("t") == "Str":
        return {**node, "c": _ACTING.sub(rf"{_ESCAPE}\g<0>", node["c"].replace(_ESCAPE, ""))}
    names_itself = node.get("t") == "Link" and node["c"][1] == [{"t": "Str", "c": node["c"][2][0]}]
    return node if names_itself else {key: _escaping(each) for key, each in node.items()}


def _pandoc(text: str, options: list[str]) -> bytes:
    try:
        return pandoc_bytes(text, options)
    except UnboundedError as error:
        message = f"Pandoc was stopped after {error}"
        raise BayesTraceError(message) from error
    except BayesTraceError as error:
        raise BayesTraceError(" ".join(str(error).split())) from error
