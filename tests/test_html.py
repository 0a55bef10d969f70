"""The report's page: sound by itself, and as Chromium and axe-core find it."""

from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import bayes_trace as bt
from bayes_trace.report import write_report
from tests.arms import arms_set
from tests.browser import Watched, browser

__all__ = ["browser"]  # a fixture

SETS = Path(__file__).parents[1] / "evidence_sets"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A set with two steps of a mechanism, refusals, readings and figures."""
    es = bt.read_evidence_set(SETS / "loyalty_or_reputation")
    return write_report(es, tmp_path_factory.mktemp("page"), formats=["html"])["html"]


@pytest.fixture(scope="module")
def long_page(tmp_path_factory):
    """The whole of the arms transfers, without figures."""
    es = arms_set()
    return write_report(es, tmp_path_factory.mktemp("long"), formats=["html"], figures=False)["html"]


class Reader(HTMLParser):
    """Tags with their attributes, in order, and what stood open around each."""

    VOID = ("meta", "link", "img", "br", "col", "hr")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]


@pytest.mark.parametrize("which", ["page", pytest.param("long_page", marks=pytest.mark.deep)])
def test_the_page_is_whole_and_says_what_it_is(which, request):
    reader = Reader(request.getfixturevalue(which).read_text("utf-8"))
    assert reader.open == []
    assert reader.all("html") == [{"lang": "en"}]
    assert reader.all("iframe") == []
    assert not [each for each in reader.all("script") if "src" in each]  # one that opens what a link names
    assert {attrs.get("name") for attrs in reader.all("meta")} >= {"viewport"}
    assert not [each for each in reader.all("img", "link", "source") if not _inside(each)]
    text = "".join(reader.words)
    assert "[@" not in text
    assert "???" not in text


def _inside(attrs):
    return attrs.get("src", attrs.get("href", "")).startswith("data:")


@pytest.mark.parametrize("which", ["page", pytest.param("long_page", marks=pytest.mark.deep)])
def test_headings_are_ordered_and_links_lead_somewhere(which, request):
    reader = Reader(request.getfixturevalue(which).read_text("utf-8"))
    levels = [int(tag[1]) for tag, _ in reader.tags if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attrs["id"] for _, attrs in reader.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = {each["href"][1:] for each in reader.all("a") if each.get("href", "").startswith("#")}
    assert targets <= set(ids)
    assert "episode-f5e_1972" in targets if which == "long_page" else targets


@pytest.mark.deep
def test_pictures_have_words_and_tables_have_heads(page, long_page):
    pictures = Reader(page.read_text("utf-8")).all("img")
    assert pictures
    assert all(len(each["alt"]) > 40 for each in pictures)
    for path in (page, long_page):
        reader = Reader(path.read_text("utf-8"))
        tables = len(reader.all("table"))
        assert tables == len(reader.all("caption")) == len(reader.all("thead")) > 3
        assert {each["scope"] for each in reader.all("th")} == {"col", "row"}


# --- in Chromium ---------------------------------------------------------------------------


@pytest.mark.deep
@pytest.mark.parametrize("which", ["page", "long_page"])
def test_chromium_and_axe_find_no_fault(which, browser, request):
    """No message on the console, no request but for the page, nothing wider than a phone, axe content."""
    address = request.getfixturevalue(which).as_uri()
    for width in (1280, 390):
        seen = Watched(browser, address, width=width)
        assert seen.said == []
        assert seen.strangers() == []
        assert seen.tab.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.faults() == []
        seen.close()
