"""The report as a Word file, as LaTeX and as PDF: each opens, and holds what the Markdown holds."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import bayes_trace as bt
from bayes_trace.propagation import propagate
from bayes_trace.report import write_report
from tests.arms import arms_set

pytestmark = pytest.mark.deep

SETS = Path(__file__).parents[1] / "evidence_sets"
COMMAND = Path(sys.executable).with_name("bayes-trace")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FORMATS = ("html", "docx", "tex", *(["pdf"] if shutil.which("pdflatex") else []))


@pytest.fixture(scope="module")
def chile(tmp_path_factory):
    """The small set with figures, in every format that this machine can make."""
    es = bt.read_evidence_set(SETS / "chile_tax_reform_2005")
    return write_report(es, tmp_path_factory.mktemp("chile"), formats=FORMATS)


@pytest.fixture(scope="module")
def arms(tmp_path_factory):
    es = arms_set()
    return write_report(
        es, tmp_path_factory.mktemp("arms"), formats=["html", "docx", "tex"], style="apsa", figures=False
    )


def document(path):
    with zipfile.ZipFile(path) as docx:
        assert docx.testzip() is None
        for name in docx.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(docx.read(name))  # our own file
        return ET.fromstring(docx.read("word/document.xml")), docx.namelist()


def words(element):
    return "".join(node.text or "" for node in element.iter(f"{W}t"))


# --- Word ----------------------------------------------------------------------------------


def test_word_tables_repeat_their_head_and_keep_rows_whole(arms):
    body, _ = document(arms["docx"])
    tables = list(body.iter(f"{W}tbl"))
    assert len(tables) > 19
    for table in tables:
        rows = table.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val").startswith("Table ")


def test_word_has_headings_by_style_a_page_number_and_no_lost_signs(arms):
    body, names = document(arms["docx"])
    styles = [
        node.get(f"{W}val")
        for node in body.iter(f"{W}pStyle")
        if node.get(f"{W}val")[:5] in ("Title", "Headi")
    ]
    assert styles[0] == "Title"
    assert styles.count("Heading1") >= 8
    assert "word/footer1.xml" in names
    text = words(body)
    assert all(sign in text for sign in ("TW-36/38/42", "−6.0", "<.01", ">.99", "“F-5E production"))
    assert "<br>" not in text
    assert "[@" not in text


def test_word_styles_are_ours(arms):
    with zipfile.ZipFile(arms["docx"]) as docx:
        styles = docx.read("word/styles.xml").decode()
    for name in ("Body Text", "First Paragraph", "Table Caption", "Image Caption", "Bibliography", "Table"):
        assert f'w:val="{name}"' in styles
    used = {node.get(f"{W}val") for node in document(arms["docx"])[0].iter(f"{W}pStyle")}
    assert all(f'w:styleId="{name}"' in styles for name in used)


def test_word_pictures_have_words(chile):
    body, names = document(chile["docx"])
    pictures = [node for node in body.iter() if node.tag.endswith("}docPr")]
    wanted = chile["md"].read_text("utf-8").count("![")
    assert len(pictures) == sum(name.endswith(".png") for name in names) == wanted > 0
    assert all(len(node.get("descr")) > 40 for node in pictures)


# --- LaTeX and PDF -------------------------------------------------------------------------


def test_latex_tables_are_long_and_ruled(arms):
    text = arms["tex"].read_text()
    assert text.count(r"\begin{longtable}") == text.count(r"\toprule") / 2 > 19
    assert r"\vline" not in text
    assert r"\title{US arms transfers" in text
    assert "<br>" not in text


def test_latex_compiles(arms, chile, tmp_path):
    if not shutil.which("pdflatex"):
        reason = "no pdflatex; on Debian: apt-get install texlive-latex-recommended lmodern"
        (pytest.fail if os.environ.get("PROGRAMS") else pytest.skip)(reason)
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", arms["tex"].name],
        cwd=arms["tex"].parent,
        capture_output=True,
        check=False,
    )
    said = run.stdout.decode(errors="replace")
    assert run.returncode == 0, said[-2000:]
    too_wide = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", said)]
    assert max(too_wide, default=0) < 20, "something runs into the margin"
    assert arms["tex"].with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert chile["pdf"].read_bytes().startswith(b"%PDF")


# --- sources -------------------------------------------------------------------------------


def plain(path):
    return " ".join(re.sub(r"<[^>]+>", "", path.read_text("utf-8")).split())


def test_apsa_lists_authors_years_and_archives(arms):
    page = plain(arms["html"])
    assert (
        "Spindel, Jennifer. 2023. “Arms for Influence? The Limits of Great Power Leverage.” European Journal of "
        "International Security 8 (3): 395–412. https://doi.org/10.1017/eis.2023.3."
    ) in page
    # what a historian needs to find the paper again
    assert (
        "Department of State (Rogers). 1972. “Telegram on production of the F-5E in Taiwan.” Telegram to U.S. "
        "Embassy Taipei, December 22. RG 59, Box 1697, Folder DEF Chinat 1/1/70, U.S. National Archives"
    ) in page


def test_chicago_is_the_other_style(chile):
    assert "Political Analysis 25 (3): 363–80. https://doi.org/10.1017/pan.2017.14." in plain(chile["html"])


def test_locators_and_footnotes_are_kept(arms):
    page = plain(arms["html"])
    assert "(Ciccolella 1969, 6; n. 53)" in page
    assert "(Spindel 2023, Taiwan section" in page


# --- the command ---------------------------------------------------------------------------


def run(*arguments, path=None):
    environment = {**os.environ, "COLUMNS": "100", "PYTHONWARNINGS": "error"}
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, env=environment, check=False
    )


def test_the_command_without_an_engine_names_what_to_install(tmp_path):
    shown = run(
        "report", SETS / "chile_tax_reform_2005", "--out", tmp_path, "--format", "pdf,html", "--no-figures",
        "--json", path=str(tmp_path),
    )  # fmt: skip
    assert shown.returncode == 1
    assert "pdf was not written: no program that makes a PDF was found; install a TeX engine" in shown.stderr
    told = json.loads(shown.stdout)
    assert sorted(told["files"]) == ["html", "manifest", "md"]
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_the_command_takes_draws_from_a_file(tmp_path):
    es = bt.read_evidence_set(SETS / "loyalty_or_reputation")
    propagate(bt.compile_evidence(es), draws=200, seed=1).to_netcdf(tmp_path / "draws.nc", engine="h5netcdf")
    shown = run("report", SETS / "loyalty_or_reputation", "--out", tmp_path, "--draws", tmp_path / "draws.nc")
    assert shown.returncode == 0, shown.stderr
    assert "sensitivity distribution (propagated)" in (tmp_path / "report.md").read_text("utf-8")


def test_the_command_refuses_what_is_no_file_of_draws(tmp_path):
    (tmp_path / "draws.nc").write_text("no draws")
    shown = run("report", SETS / "chile_tax_reform_2005", "--out", tmp_path, "--draws", tmp_path / "draws.nc")
    assert shown.returncode == 2
    assert "draws.nc: not a file of draws" in " ".join(shown.stderr.split())
