"""Numbers as people read them."""

import html
import math
import re

import pypandoc
import pytest

import bayes_trace as bt
from bayes_trace import tables


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "<.01"),
        (0.0049, "<.01"),
        (0.005, ".01"),
        (0.5, ".50"),
        (0.995, ".99"),
        (0.9951, ">.99"),
        (1, ">.99"),
    ],
)
def test_a_probability_is_never_shown_as_certain(value, shown):
    assert tables.probability(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0"), (-0.04, "0.0"), (0.05, "+0.1"), (-3.01, "−3.0"), (math.inf, "+∞"), (-math.inf, "−∞")],
)
def test_decibels_carry_their_sign(value, shown):
    assert tables.db(value) == shown
    assert tables.db(12.0, sign=False) == "12.0"


def test_posterior_table_has_a_row_per_coder_and_episode():
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    frame = tables.posterior_table(bt.update(bt.compile_evidence(es)))
    assert frame.to_dict("records")[0] == {
        "case": "case",
        "episode": "episode",
        "date": "",
        "A": pytest.approx(0.8),
        "B": pytest.approx(0.2),
        "log_evidence": pytest.approx(math.log(0.5)),
    }


def test_markdown_cells_cannot_break_the_table():
    text = tables.to_markdown(["a", "b"], [["x|y", "two\nlines"]])
    assert text.splitlines() == ["| a | b |", "|---|---|", "| x\\|y | two lines |"]


def test_markdown_cells_hold_words_and_nothing_that_acts():
    """Read as Markdown, a cell says what stood in it; what is Markdown already is left alone."""
    words = "**b** <script>x</script> [a](javascript:1) &#106;ava `x` $y$ ![i](u) <http://a.b> ~s~ ^t^ _e_"
    text = tables.to_markdown([words], [[words]])
    page = pypandoc.convert_text(text, "html", format="markdown")
    assert not re.search(r"<(strong|em|a|img|script|span|sup|sub|del)\b", page)
    cell = " ".join(re.findall(r"<td>(.*?)</td>", page, re.DOTALL)[0].split())
    assert html.unescape(cell).replace("<code>x</code>", "`x`") == words
    assert "**b**" in tables.to_markdown(["a"], [["**b**"]], marked_up=True)


def test_latex_escapes_what_tex_would_read():
    text = tables.to_latex(["P", "item_1"], [["50 %", "a & b"], ["<.01", "−3"]], caption="C_1", label="tab:x")
    assert r"P & item\_1 \\" in text
    assert r"50 \% & a \& b \\" in text
    assert r"$<$.01 & $-$3 \\" in text
    assert text.startswith("\\begin{table}\n\\centering\n\\caption{C\\_1}\n\\label{tab:x}")
    assert text.count("\\begin") == text.count("\\end") == 2
