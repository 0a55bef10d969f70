"""Text is text: what is written into any field of a set changes the words of an output and nothing else of it."""

from __future__ import annotations

import csv
import html
import json
import re
import zipfile
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import markdown_it
import mistune
import openpyxl
import pytest

import bayes_trace as bt
from bayes_trace.report import gather, markdown, write_report
from bayes_trace.report.conversion import Converter, cited
from bayes_trace.report.dialect import ForPandoc, Picture
from tests import hostile
from tests.command import call
from tests.search import DEEP

#: the report that they read has figures where it is searched deeply
pytestmark = pytest.mark.search

FORMATS = ("md", "html", "tex", "docx")
WORDS = {"tame": hostile.tame, "hostile": hostile.payload}
#: what TeX is told of the letters of a text
LETTERS = re.compile(
    r"text(less|greater|backslash|bar|ascii\w+|quotesingle|quotedbl)|texorpdfstring|ldots|[dl]q|[&%$#_{}^,]"
)


class Written:
    """The same set in tame and in hostile words, and what was made of both."""

    def __init__(self, home):
        self.home = home
        self.put = {}
        for name, words in WORDS.items():
            es, self.put[name] = hostile.written(words, home / name)
            bt.write_evidence_set(es, home / name / "set")
            write_report(es, home / name / "report", formats=FORMATS, figures=DEEP, detail="full")

    def both(self, file, read=lambda path: path.read_text("utf-8")):
        return [read(self.home / name / file) for name in WORDS]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return Written(tmp_path_factory.mktemp("hostile"))


def test_every_field_of_free_text_is_tried(written):
    reached = {field.split(".")[0] for field in written.put["hostile"]}
    assert {"EvidenceSet", "Hypothesis", "Case", "Episode", "Event", "Item", "Coding", "Source"} <= reached
    assert all(each.strip() for texts in written.put["hostile"].values() for each in texts)
    assert written.put["hostile"].keys() == written.put["tame"].keys()


# --- pages --------------------------------------------------------------------------------


class Skeleton(HTMLParser):
    """Tags with the names of their attributes, where links and pictures lead, the words, and those for pictures."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.leads, self.words, self.shown = Counter(), Counter(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag, *sorted(name for name, _ in attrs)] += 1
        self.shown += [value for name, value in attrs if name == "alt"]
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "xlink:href", "srcset"):
                self.leads[re.match(r"[\w+.-]*[:#]|", value or "")[0], name] += 1

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        self.tags["comment"] += 1

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def common_mark(text):
    return (
        markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    )


def with_links(text):
    return markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)


def other_engine(text):
    plugins = ["strikethrough", "table", "footnotes", "task_lists", "def_list"]
    return mistune.create_markdown(escape=False, plugins=plugins)(text)


RENDERED = {
    "report.md by CommonMark": ("report.md", common_mark),
    "report.md by GitHub's rules": ("report.md", with_links),
    "report.md by mistune": ("report.md", other_engine),
    "report.html": ("report.html", str),
}


@pytest.mark.parametrize("view", RENDERED)
def test_a_page_has_the_same_parts_whatever_it_says(view, written):
    file, render = RENDERED[view]
    tame, loud = (Skeleton(render(text)) for text in written.both(f"report/{file}"))
    assert loud.tags - tame.tags == Counter()
    # an emphasis may be lost between quotation marks
    assert {tag for tag, *_ in tame.tags - loud.tags} <= {"em", "strong"}
    assert loud.leads == tame.leads
    assert {scheme for scheme, _ in loud.leads} <= {"https:", "http:", "#", "data:", ""}


@pytest.mark.parametrize("view", RENDERED)
def test_a_page_shows_the_words_as_they_were_written(view, written):
    file, render = RENDERED[view]
    text = Skeleton(render(written.both(f"report/{file}")[1])).text
    shown = [
        each for field in ("Item.paraphrase", "Episode.outcome") for each in written.put["hostile"][field]
    ]
    found = [each for each in shown if _as_printed(each) in _as_printed(text)]
    assert len(found) > len(shown) / 2


def test_figures_have_the_same_parts_whatever_is_said_of_them(tmp_path):
    """To those who see them in the caption, to others in words that come back whole."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    es, pages = bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), {}
    for name, words in WORDS.items():
        dialect = ForPandoc(es)
        said = [words(number, 300) for number in range(len(hostile.PIECES))]
        text = "\n\n".join(dialect.figure(Picture("a", each, each)) for each in said)
        Converter(es, tmp_path, "chicago").convert(text, "html", tmp_path / name)
        pages[name] = Skeleton((tmp_path / name).read_text("utf-8"))
        assert pages[name].shown == [" ".join(each.split()) for each in said]
    assert (pages["hostile"].tags, pages["hostile"].leads) == (pages["tame"].tags, pages["tame"].leads)


@pytest.mark.parametrize("name", ["episodes", "ledger:vote_1908"])
def test_a_table_alone_has_the_same_parts_whatever_it_says(name, written):
    done = [call("table", written.home / words / "set", name) for words in WORDS]
    assert [each.returncode for each in done] == [0, 0]
    for render in (common_mark, with_links, other_engine):
        tame, loud = (Skeleton(render(each.stdout)) for each in done)
        assert (loud.tags, loud.leads) == (tame.tags, tame.leads)


def test_the_report_of_a_scenario_is_as_inert(written):
    """What a reader is told of other assumptions stands in it twice."""
    read = (written.home / words / "set" for words in WORDS)
    sets = [bt.apply_scenario(bt.read_evidence_set(folder), "other_way") for folder in read]
    for render in (common_mark, other_engine):
        tame, loud = (Skeleton(render(markdown(gather(es)))) for es in sets)
        assert (loud.tags - tame.tags, loud.leads) == (Counter(), tame.leads)


def _as_printed(text):
    """Without blanks, and without what typographers set otherwise: quotation marks, dashes, dots."""
    return re.sub(r"[\s`'\"\u2018\u2019\u201c\u201d\u2013\u2014\u2026.-]", "", text)


# --- TeX and Word -------------------------------------------------------------------------


def test_tex_is_told_nothing_by_a_text(written):
    tame, loud = (
        Counter(word for word in re.findall(r"\\([A-Za-z@]+|.)", text) if not LETTERS.fullmatch(word))
        for text in written.both("report/report.tex")
    )
    assert set(loud) <= set(tame)
    assert not {"input", "write", "immediate", "openout"} & set(loud)
    assert loud["catcode"] == tame["catcode"]  # of our own signs
    assert all("^^" not in text for text in written.both("report/report.tex"))


def _word(path):
    """Elements of a Word file, and where its links lead."""
    with zipfile.ZipFile(path) as docx:
        body = ET.fromstring(docx.read("word/document.xml"))  # our own file
        links = ET.fromstring(docx.read("word/_rels/document.xml.rels"))
    outside = [each.get("Target") for each in links if each.get("TargetMode") == "External"]
    return Counter(node.tag for node in body.iter()), outside


def test_word_is_told_nothing_by_a_text(written):
    (tame, _), (loud, outside) = written.both("report/report.docx", _word)
    # a run of letters ends at a quotation mark, with all that is said of it
    runs = tuple(f"}}{name}" for name in ("r", "t", "rPr", "rStyle", "vertAlign", "i", "iCs", "b", "bCs"))
    signs = {tag for tag in {*tame, *loud} if tag.endswith(runs)}
    assert {tag: count for tag, count in loud.items() if tag not in signs} == {
        tag: count for tag, count in tame.items() if tag not in signs
    }
    assert all(re.match(r"https?://|doi:", each) for each in outside)


# --- terminals and spreadsheets -------------------------------------------------------------


@pytest.mark.parametrize("command", ["update", "sensitivity", "explain", "compare", "plan", "check"])
def test_a_terminal_is_sent_words_only(command, written):
    folder = written.home / "hostile" / "set"
    done = call(command, folder, *(["vote_1908"] if command == "explain" else []))
    assert done.returncode == 0, done.stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout)
    assert json.dumps(done.stdout).count("1+1") > 0  # its words came out


@pytest.mark.parametrize(
    "command",
    [
        ["export", "--out", "a.csv"],
        ["update", "--out", "a.csv"],
        ["table", "episodes", "--format", "csv", "--out", "a.csv"],
        ["table", "ledger:vote_1908", "--format", "csv", "--out", "a.csv"],
        ["sensitivity", "--out", "."],
    ],
    ids=" ".join,
)
def test_no_cell_of_a_csv_is_a_formula(command, written, tmp_path):
    name, *rest = command
    done = call(name, written.home / "hostile" / "set", *rest, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    files = sorted(tmp_path.glob("*.csv"))
    assert files
    for path in files:
        rows = csv.reader(path.read_text("utf-8-sig").splitlines())
        texts = [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
        assert [cell for cell in texts if not re.fullmatch(r"[-+]?(\d+\.?\d*(e[-+]?\d+)?|inf)", cell)] == []


def _cells(path):
    return [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize("command", ["export", "table"])
def test_no_cell_of_a_workbook_is_a_formula(command, written, tmp_path):
    asked = ["ledger:vote_1908", "--format", "xlsx"] if command == "table" else []
    done = call(command, written.home / "hostile" / "set", *asked, "--out", tmp_path / "a.xlsx")
    assert done.returncode == 0, done.stderr
    cells = _cells(tmp_path / "a.xlsx")
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert any(str(cell.value)[:1] in hostile.FORMULAS for cell in cells)


def test_a_reference_says_what_its_title_says_to_every_reader():
    """Letters by their numbers spell no address, dollars set no mathematics, tildes strike nothing out."""
    words = "&#106;avascript:x &lt;b&gt; &amp;#60; &colon; cost $5 to $6, ~~never~~ H~2~O 2^10^"
    _, listed = cited(["[@a]"], [{"id": "a", "type": "book", "title": words}], "apa")
    page = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).render(listed["a"])
    assert words in html.unescape(page)
    assert set(re.findall(r"<(\w+)", page)) <= {"p", "em"}
    assert re.search(r"(?<!\\)\$", listed["a"]) is None
