"""A PDF is made by a program that may run no other, and open no file elsewhere, within a limit of time."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError
from bayes_trace.report.conversion import Converter
from bayes_trace.report.typesetting import ENGINES, typeset

with_tex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex")
with_scripts = pytest.mark.skipif(sys.platform == "win32", reason="a program here is a script of the shell")
PAGE = "\\documentclass{article}\\begin{document}%s\\end{document}"


def engine(home, script, name="pdflatex"):
    """A program of the name of an engine."""
    program = home / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def desk(tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A folder whose programs come first, whatever the machine has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def converter(tmp_path):
    return Converter(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), tmp_path, "chicago")


# --- with TeX ---------------------------------------------------------------------------------------


@with_tex
def test_pages_refer_to_each_other_at_once(desk):
    """What TeX notes in one run it reads in the next."""
    found = typeset(PAGE % "\\pageref{there}\\newpage a\\label{there}", "pdflatex", desk)
    assert found.startswith(b"%PDF")
    assert "There were undefined references" not in (desk / "report.log").read_text()


@with_tex
@pytest.mark.parametrize("name", ["secret.tex", "../secret.tex"])
def test_tex_reads_no_file_elsewhere(name, desk, tmp_path):
    (tmp_path / "secret.tex").write_text("secret")
    name = str(tmp_path / name) if name == "secret.tex" else name
    with pytest.raises(BayesTraceError, match=r"! LaTeX Error: File `.*secret\.tex' not found"):
        typeset(PAGE % f"\\input{{{name}}}", "pdflatex", desk)


@with_tex
def test_tex_writes_no_file_elsewhere(desk, tmp_path):
    elsewhere = (
        "\\newwrite\\w\\immediate\\openout\\w=../written.tex \\immediate\\write\\w{x}\\immediate\\closeout\\w"
    )
    with pytest.raises(BayesTraceError, match=r"! I can't write on file `\.\./written\.tex'"):
        typeset(PAGE % f"{elsewhere}a", "pdflatex", desk)
    assert not (tmp_path / "written.tex").exists()


@with_tex
def test_tex_starts_no_program(desk):
    typeset(PAGE % "\\immediate\\write18{echo x > started.txt}a", "pdflatex", desk)
    assert not (desk / "started.txt").exists()


@with_tex
def test_tex_that_never_ends_is_stopped(desk):
    with pytest.raises(BayesTraceError, match=r"^stopped after 1 seconds$"):
        typeset(PAGE % "\\def\\x{\\x}\\x", "pdflatex", desk, seconds=1)


@pytest.mark.parametrize("name", ["pdflatex", "xelatex", "lualatex"])
def test_no_letter_vanishes(name, desk, converter, tmp_path):
    """Signs of a report are drawn by every TeX; a letter for which it has no font is named."""
    if not shutil.which(name):
        pytest.skip(f"no {name}")

    def tex(text):
        converter.convert(f"# Findings\n\n{text}\n", "tex", tmp_path / "report.tex")
        return (tmp_path / "report.tex").read_text("utf-8")

    assert typeset(tex("A ≈ B, \u2212κ, \u03c1, ∞, ≤, ≥, →."), name, desk).startswith(b"%PDF")
    with pytest.raises(BayesTraceError, match=r"^no font for 毛 \(U\+6BDB\)$"):
        typeset(tex("A letter of 毛 to the council."), name, desk)


# --- with programs that only say what they were told -----------------------------------------------


@with_scripts
@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_is_told_to_keep_to_its_folder(name, desk, path):
    engine(path, 'echo "$@" > told; env > env; pwd > where; echo %PDF > report.pdf', name)
    assert typeset("words", name, desk) == b"%PDF\n"
    told = (desk / "told").read_text().split()
    assert (desk / "where").read_text().strip() == str(desk)
    assert {"openin_any=p", "openout_any=p", "shell_escape=f"} <= {*(desk / "env").read_text().splitlines()}
    assert ("-no-shell-escape" in told) == name.endswith("latex")
    assert ("--untrusted" in told) == (name == "tectonic")
    assert (desk / ("report.html" if name == "weasyprint" else "report.tex")).read_text() == "words"


@with_scripts
def test_an_engine_is_run_until_nothing_changes_and_not_for_ever(desk, path):
    engine(path, "echo x >> runs; cp runs report.aux; [ $(wc -l < runs) -lt 9 ] && echo %PDF > report.pdf")
    typeset("words", "pdflatex", desk)
    assert len((desk / "runs").read_text().split()) == 4


@with_scripts
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo '! Undefined.'; echo 'l.7 \\x'; echo more; exit 1", r"! Undefined\. l\.7 \\x"),
        ("echo no such font; exit 3", "no such font"),
        ("exit 0", "it failed without a word"),
    ],
)
def test_what_an_engine_complains_of_is_told_and_the_next_is_tried(script, said, path, converter, tmp_path):
    for name in ENGINES:
        engine(path, script, name)
    told = "; ".join(f"{name}: {said}" for name in ENGINES)
    with pytest.raises(BayesTraceError, match=f"^{told}$"):
        converter.convert("# Findings\n", "pdf", tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()
    engine(path, "echo %PDF > report.pdf", "weasyprint")
    converter.convert("# Findings\n", "pdf", tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == b"%PDF\n"


@with_scripts
def test_where_no_engine_has_a_font_a_browser_is_named(path, converter, tmp_path):
    for name in ENGINES:
        engine(path, "echo '! Missing character: There is no 毛 (U+6BDB) in font lmr.'; exit 1", name)
    with pytest.raises(
        BayesTraceError, match=r"^pdflatex: no font for 毛 \(U\+6BDB\); .*; print the HTML page"
    ):
        converter.convert("# Findings\n", "pdf", tmp_path / "a.pdf")


@with_scripts
@pytest.mark.parametrize("name", ["pdflatex", "weasyprint"])
def test_figures_are_handed_to_every_engine(name, path, converter, tmp_path):
    for each in ENGINES:
        engine(path, "exit 1" if each != name else "cat figures/*.pdf report.* > report.pdf 2>&-; true", each)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.pdf").write_text("%PDF the figure")
    (tmp_path / "figures" / "b.pdf").write_text("another one")
    (tmp_path / "figures" / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>')
    converter.convert("# Findings\n\n![What leads](figures/a.pdf)\n", "pdf", tmp_path / "a.pdf")
    made = (tmp_path / "a.pdf").read_text()
    if name == "pdflatex":
        assert made.startswith("%PDF the figure")
        assert "{figures/a.pdf}" in made
        assert "another one" not in made
    else:
        assert "data:image/svg+xml" in made or "<rect" in made
        assert "figures/a" not in made
