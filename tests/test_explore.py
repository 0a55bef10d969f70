"""The page in a browser: content and quiet, whatever a set says; what is saved is read; a coder's form gives a file."""

import json
import re

import pytest

import bayes_trace as bt
from bayes_trace.evidence import Coder, EvidenceSet
from bayes_trace.explore import appendix_page, blind_page
from bayes_trace.explore.page import filled_page
from bayes_trace.files.writing import to_yaml
from bayes_trace.report.conversion import Converter
from tests.browser import Watched, browser
from tests.build import data, item, sound
from tests.command import SETS, call
from tests.strategies import some_sets

__all__ = ["browser"]  # a fixture

HOSTILE = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>\u2028 {{x}} <!--"


@pytest.fixture(scope="module")
def small():
    """Two episodes, two coders, a scenario, an item that is absent, one of a source that may be doubted."""
    memo = item(
        "memo",
        {"A": (0.6, 0.8, 0.9), "B": (0.1, 0.2, 0.4)},
        episodes=["e1", "e2"],
        title="A memo",
        date="1971",
    )
    gap = item("gap", {"A": 0.3, "B": 0.6}, found="absent", detection=0.7, search="All of it.")
    note = item("note", {"A": 0.5, "B": 0.3}, source={"key": "paper"})
    second = {"coder": "second", "values": {"A": 0.4, "B": 0.3}}
    memo["codings"].append(second)
    return sound(
        data(
            [memo, gap, note],
            episodes=("e1", "e2"),
            scenarios={"less": {"label": "Less", "drop": ["gap"], "reason": "It was lost."}},
            sources=[
                {
                    "id": "paper",
                    "type": "book",
                    "title": "A paper",
                    "reliability": {"hit": 0.9, "false_report": 0.2},
                }
            ],
        )
    )


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    return bt.write_evidence_set(small, tmp_path_factory.mktemp("set") / "small")


@pytest.fixture
def tab(browser, tmp_path):
    """Opens a page, and closes it behind."""
    opened = []

    def open_page(text, **more):
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        opened.append(Watched(browser, path.as_uri(), **more))
        return opened[-1]

    yield open_page
    for each in opened:
        assert each.said == []
        assert each.strangers() == []
        each.close()


@pytest.fixture(scope="module")
def page(small):
    return appendix_page(small)


def hostile():
    """A set whose every text tries to be more than text."""
    memo = item("memo", {"A": 0.8, "B": 0.2}, title=HOSTILE[:60], author=HOSTILE, ambiguity=HOSTILE)
    memo["codings"][0]["reason"] = HOSTILE
    plain = data([{**memo, "paraphrase": HOSTILE}])
    plain |= {"title": HOSTILE, "question": HOSTILE, "about": HOSTILE, "licence": HOSTILE}
    plain["scenarios"] = {"less": {"label": HOSTILE, "reason": HOSTILE, "drop": ["memo"]}}
    plain["hypotheses"] = [
        {**each, "label": HOSTILE + each["id"], "statement": HOSTILE} for each in plain["hypotheses"]
    ]
    for each in (plain["cases"][0], plain["cases"][0]["episodes"][0]):
        each["label"] = HOSTILE
    return sound(plain)


# --- without a browser ----------------------------------------------------------------------


def held(text):
    """The data of a page."""
    return json.loads(
        re.search(r'<script id="set" type="application/json">(.*?)</script>', text, re.DOTALL)[1]
    )


def test_the_page_is_one_file_that_asks_nothing(page):
    assert "default-src 'none'" in page
    assert re.findall(r"<(?:script|link|img)[^>]*\s(?:src|href)=", page) == []
    assert len(page) < 400_000


def test_what_a_set_says_stays_text():
    """It neither ends the script that holds it nor begins another."""
    text = filled_page({"title": HOSTILE, "other": [HOSTILE]})
    assert held(text)["other"] == [HOSTILE]
    assert text.count("</script>") == filled_page({"title": "x"}).count("</script>")


def test_a_blind_page_holds_no_judgement(small):
    """Nobody's likelihoods, reasons, priors, or answers; only what is to be judged."""
    blind = held(blind_page(small, "third"))
    assert blind["entries"] == []
    assert blind["assumptions"][0]["episodes"] == {}
    assert [task["of"] for task in blind["tasks"]] == ["memo", "gap", "note"]
    assert blind["coder"] == {"id": "third", "label": "third", "unit": "probability", "declared": False}


@pytest.mark.parametrize(
    ("coder", "message"),
    [("first", "first is the base coder"), ("a/b", "expected a name that can name a file")],
)
def test_a_coder_needs_a_name_of_their_own(small, coder, message):
    with pytest.raises(bt.BayesTraceError, match=message):
        blind_page(small, coder)


def test_unknown_names_are_told(small):
    with pytest.raises(bt.UnknownNameError, match="no scenario named 'nothing'"):
        appendix_page(small, scenario=["nothing"])
    with pytest.raises(bt.UnknownNameError, match="no coder named 'nobody'"):
        appendix_page(small, coder="nobody")


# --- the command ------------------------------------------------------------------------------


def test_the_command_writes_a_page_and_replaces_none(folder, tmp_path):
    out = tmp_path / "appendix.html"
    shown = call("explore", folder, "--out", out)
    assert (shown.returncode, out.exists()) == (0, True)
    shown = call("explore", folder, "--out", out)
    assert shown.returncode == 2
    assert "the file already exists; pass --overwrite to replace it" in shown.stderr
    assert call("explore", folder, "--blind", "--out", tmp_path / "b.html").returncode == 2


def test_the_report_links_to_the_page_that_lies_beside_it(small, tmp_path):
    """And to none where there is none."""
    for home, linked in ((tmp_path / "with", 1), (tmp_path / "without", 0)):
        home.mkdir()
        if linked:
            (home / "appendix.html").write_text("", encoding="utf-8")
        Converter(small, home, "chicago").convert("# Findings\n", "html", home / "report.html")
        assert (home / "report.html").read_text(encoding="utf-8").count('<a href="appendix.html">') == linked


def test_compare_reads_a_view_in_a_file(folder, tmp_path):
    view = tmp_path / "second_referee.yaml"
    change = {
        "item": "memo",
        "coding": {"episodes": ["e1"], "values": {"A": 0.3}},
        "reason": "It is a draft.",
    }
    view.write_text(
        to_yaml({"label": "Second referee", "base_digest": "0" * 12, "change": [change]}), encoding="utf-8"
    )
    shown = call("compare", folder, "e1", "-s", view)
    assert shown.returncode == 0
    assert "“It is a draft.”" in shown.stdout
    assert "was written for 000000000000, but the set is now" in shown.stderr


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gone.yaml", None, "cannot be read"),
        ("odd.yaml", "label: x\nchnage: []\n", "chnage"),
        ("less.yaml", "label: Something else\n", "has a scenario less of its own, which says something else"),
    ],
)
def test_a_view_that_is_none_is_told(folder, tmp_path, name, text, message):
    view = tmp_path / name
    if text is not None:
        view.write_text(text, encoding="utf-8")
    shown = call("compare", folder, "-s", view)
    assert shown.returncode == 1
    assert message in shown.stderr


# --- in Chromium ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "scheme"),
    [*(pytest.param(w, "dark", marks=pytest.mark.deep) for w in (390, 1400)), (1400, "light")],
)
def test_chromium_and_axe_find_no_fault(page, tab, width, scheme):
    """Nothing wider than the screen, axe content, with an item open and something moved."""
    seen = tab(page, width=width, color_scheme=scheme)
    seen.tab.locator(".matrix tbody button").first.click()
    slider = seen.tab.locator(".controls input[type=range]").first
    slider.focus()
    slider.press("Home")
    seen.tab.locator(".strip li").first.wait_for()
    assert seen.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.faults() == []


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(path.name for path in SETS.iterdir() if path.is_dir()))
def test_every_shipped_set_has_a_page(name, tab):
    """Each of its episodes opens, quietly, with every item in sight."""
    es = bt.read_evidence_set(SETS / name)
    seen = tab(appendix_page(es))
    for episode in seen.tab.locator("nav li button").all():
        episode.click()
        assert seen.tab.locator(".answer .sentence").inner_text()
    assert seen.faults() == []


def test_hostile_text_is_inert(tab):
    """In a small set, and in a random one of every feature, whatever its texts."""
    for es in (hostile(), spiteful(some_sets(4)[-1])):
        seen = tab(appendix_page(es))
        for episode in seen.tab.locator("nav li button").all():
            episode.click()
            for row in seen.tab.locator(".matrix tbody button").all():
                row.click()
        assert seen.tab.evaluate("window.hurt") is None
        assert seen.tab.locator("img").count() == 0
        assert "<img src=x" in seen.tab.locator("h1").inner_text()


def spiteful(es):
    """The set with each of its texts turned against the page."""
    texts = {
        "title",
        "label",
        "question",
        "about",
        "licence",
        "paraphrase",
        "reason",
        "note",
        "statement",
        "outcome",
        "excerpt",
    }

    def turned(value, key=""):
        if isinstance(value, dict):
            return {name: turned(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [turned(each, key) for each in value]
        return f"{value} {HOSTILE}" if key in texts and isinstance(value, str) else value

    return EvidenceSet.model_validate(turned(es.model_dump(mode="json", exclude_defaults=True)))


def test_numbers_may_be_typed_and_readings_have_words(tab):
    """What is typed counts as it stands; what is no number of the kind is not taken."""
    options = {"u": {"A": 0.6, "B": 0.3}, "v": {"A": 0.3, "B": 0.5}}
    memo = item("memo", codings=[{"readings": options}], reading="r")
    fact = {
        "id": "r",
        "label": "When?",
        "options": {"u": 0.8, "v": 0.2},
        "option_labels": {"v": "a year later"},
    }
    seen = tab(appendix_page(sound(data([memo], readings=[fact]))))
    seen.tab.locator(".matrix tbody button").first.click()
    assert seen.tab.get_by_role("button", name="a year later").count() == 1
    box = seen.tab.get_by_label("A, in figures").first
    for text, stands in (("0,125", ".125"), ("1/5", ".20"), ("1.2", ".20"), ("much", ".20")):
        box.fill(text)
        box.press("Enter")
        assert box.input_value() == stands
    assert seen.tab.locator(".strip li span").inner_text() == "“what memo says”: A (u) .60 to .20"


def moved(seen):
    """An item opened, its first number moved, and a reason given."""
    seen.tab.locator(".matrix tbody button").first.click()
    slider = seen.tab.locator(".controls input[type=range]").first
    slider.focus()
    slider.press("PageDown")
    seen.tab.locator(".controls textarea").first.fill('A "draft": unsent,\n& unsigned.')
    seen.tab.locator(".strip li").first.wait_for()


def test_a_view_is_saved_with_its_reasons_and_read(page, small, tab, tmp_path):
    """The file says what was moved and why, and gives the numbers that the page shows."""
    seen = tab(page)
    moved(seen)
    seen.tab.get_by_role("button", name="Save my view").click()
    seen.tab.get_by_label("Its name").fill("Second referee")
    with seen.tab.expect_download() as download:
        seen.tab.get_by_role("button", name="Save second_referee.yaml").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    from bayes_trace.files.views import with_scenario_file

    es, name = with_scenario_file(small, path)
    assert es.scenarios[name].change[0].reason == 'A "draft": unsent,\n& unsigned.'
    assert es.scenarios[name].base_digest == small.digest
    there = bt.update(bt.compile_evidence(bt.apply_scenario(es, name)), coder="first").probability.sel(
        episode="e1"
    )
    here = seen.tab.locator(".posterior strong").all_inner_texts()
    assert [f"{p:.2f}".removeprefix("0") for p in there.values] == here


@pytest.mark.deep
def test_the_address_carries_the_view_and_tells_of_another_set(page, tab):
    seen = tab(page)
    moved(seen)
    seen.tab.wait_for_url(re.compile(r"#.*memo"))  # the page lets no text be run, not even ours
    address, numbers = (
        seen.tab.evaluate("location.href"),
        seen.tab.locator(".posterior strong").all_inner_texts(),
    )
    for changed, told in ((address, 0), (re.sub("set=[0-9a-f]+", "set=123456789abc", address), 1)):
        seen.tab.goto("about:blank")
        seen.tab.goto(changed)
        seen.tab.locator(".strip li").first.wait_for()
        assert seen.tab.locator(".posterior strong").all_inner_texts() == numbers
        assert seen.tab.get_by_text("another state of the evidence set").count() == told
    seen.asked.clear()


@pytest.mark.deep
def test_one_key_leads_back_to_the_authors(page, tab):
    seen = tab(page)
    numbers = seen.tab.locator(".posterior strong").all_inner_texts()
    moved(seen)
    seen.tab.locator(".matrix tbody button").first.focus()
    seen.tab.keyboard.press("Escape")
    assert seen.tab.locator(".posterior strong").all_inner_texts() == numbers
    seen.tab.get_by_role("button", name="Undo").click()
    assert seen.tab.locator(".posterior strong").all_inner_texts() != numbers


def test_a_coder_s_form_gives_a_file_that_reads_in(small, tab, tmp_path):
    """The best value waits for the extremes; what is entered is kept; unfinished items stay out of the file."""
    seen = tab(blind_page(small, "second"))
    first = seen.tab.locator(".judge").first
    assert first.get_by_label("Best").is_disabled()
    for group, numbers in zip(
        seen.tab.locator(".judge").all(), (("0.1", "0.5", "0.3"), ("0,2", "0.6", "0.4")), strict=True
    ):
        group.get_by_label("Lowest").fill(numbers[0])
        group.get_by_label("Highest").fill(numbers[1])
        group.get_by_label("Best").fill(numbers[2])
    first.get_by_label("Why").fill('It says "friend", twice')
    assert seen.faults() == []
    seen.tab.reload()
    assert first.get_by_label("Best").input_value() == "0.3"
    with seen.tab.expect_download() as download:
        seen.tab.get_by_role("button", name="Save second.csv").click()
    bare = small.model_copy(update={"cases": tuple(without(each, "second") for each in small.cases)})
    folder = bt.write_evidence_set(bare, tmp_path / "set")
    (folder / "codings").mkdir(exist_ok=True)
    download.value.save_as(folder / "codings" / "second.csv")
    coding = [each for each in bt.read_evidence_set(folder).items["memo"].codings if each.coder == "second"]
    assert [each.episodes for each in coding] == [("e1",), ("e2",)]
    assert coding[0].values["B"].model_dump() == {"low": 0.2, "best": 0.4, "high": 0.6}
    assert coding[0].reason == 'It says "friend", twice'
    seen.asked.clear()


FILL = """numbers => {
  const enter = (box, text) => { box.value = text; box.dispatchEvent(new Event("input", {bubbles: true})); };
  for (const group of document.querySelectorAll(".judge")) {
    const [low, high, best, why] = group.querySelectorAll("input");
    [low, high, why].forEach((box, n) => enter(box, [numbers[0], numbers[2], "As I read it."][n]));
    enter(best, numbers[1]);
  }
}"""


@pytest.mark.deep
def test_the_forms_of_a_class_become_the_plot_of_where_they_part(small, tab, tmp_path):
    judged = {"ann": ("0.2", "0.3", "0.4"), "bob": ("0.5", "0.6", "0.7"), "eve": ("0.1", "0.8", "0.9")}
    coders = (*small.coders, *(Coder(id=name) for name in judged))
    folder = bt.write_evidence_set(small.model_copy(update={"coders": coders}), tmp_path / "set")
    (folder / "codings").mkdir(exist_ok=True)
    for name, numbers in judged.items():
        seen = tab(blind_page(small, name))
        for place in range(seen.tab.locator("nav li").count()):
            seen.tab.locator("nav li button").nth(place).click()
            seen.tab.evaluate(FILL, numbers)
        assert f"{len(small.items)} of {len(small.items)} finished" in seen.tab.locator(".tools").inner_text()
        (folder / "codings" / f"{name}.csv").write_text(seen.tab.evaluate("codings()"), encoding="utf-8")
        seen.asked.clear()
    evidence = bt.compile_evidence(bt.read_evidence_set(folder), episodes=["e1"])
    assert set(judged) < set(evidence["coder"].values.tolist())
    ax = bt.plots.plot_coders(bt.sensitivity.pool(evidence), of="A")
    assert {*judged, "pooled"} <= {text.get_text() for text in ax.get_legend().get_texts()}


def without(one, coder):
    """A case without the codings of one coder."""
    items = (
        each.model_copy(update={"codings": tuple(c for c in each.codings if c.coder != coder)})
        for each in one.items
    )
    return one.model_copy(update={"items": tuple(items)})
