"""The page and the engine give the same numbers, whatever a reader moves: the file that the page saves, read back."""

import json
import random

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.evidence import Scenario
from bayes_trace.evidence.dates import last_day
from bayes_trace.explore import blind_page
from bayes_trace.explore.page import page_numbers
from bayes_trace.files.nodes import read_document
from bayes_trace.files.validation import validate
from bayes_trace.scenarios import apply_scenario
from tests.browser import Watched, browser
from tests.build import data, item, sound
from tests.choices import choice
from tests.command import SETS
from tests.search import many
from tests.strategies import some_sets

__all__ = ["browser"]  # a fixture

TOLERANCE = 1e-9
#: episodes of a choice that are compared
SOME = 5
#: posteriors and the scenario file of every choice
ASK = """([page, all]) => {
  const api = bayesTrace.open(page);
  return all.map(one => [api.probabilities(one), api.scenario(one)]);
}"""


@pytest.fixture(scope="module")
def tab(browser, tmp_path_factory):
    """A tab with the page's arithmetic in it, whatever set it then is given."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(blind_page(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), "other"), encoding="utf-8")
    opened = Watched(browser, path.as_uri())
    yield opened.tab
    assert opened.said == []
    opened.close()


def read(text):
    """A scenario from the text of a file, as the reader of evidence sets takes it."""
    document = read_document(text, "view.yaml")
    scenario = validate(Scenario, document.value, document)
    assert document.problems == [], text
    return scenario


class Engine:
    """What Python makes of the scenario that the page saves; the parents are applied once."""

    def __init__(self, es):
        self.es, self.known = es, {}

    def probability(self, text, coder, episodes):
        view = read(text)
        if view.extends not in self.known:
            self.known[view.extends] = apply_scenario(self.es, *view.extends)
        parent = self.known[view.extends]
        own = view.model_copy(update={"extends": ()})
        changed = apply_scenario(
            parent.model_copy(update={"scenarios": {**parent.scenarios, "view": own}}), "view"
        )
        return bt.update(bt.compile_evidence(changed, episodes=episodes), coder=coder).probability


SPELT = (
    {"A": "Likely", "B": "Very  unlikely"},
    {"A": "more likely than not", "B": "About as likely as not"},
    {"A": "LIKELY", "B": "Unlikely"},
)


def compare(tab, es, rng, count):
    """Random choices in the page and in the engine; how many answers were compared."""
    frame = {"base": es.base_coder, "digest": es.digest, "coders": [{"id": name} for name in es.coder_ids]}
    page = {**frame, **page_numbers(es)}
    choices = [choice(page, rng) for _ in range(count)]
    told = tab.evaluate(ASK, [page, choices])
    engine, compared = Engine(es), 0
    for one, (answers, text) in zip(choices, told, strict=True):
        some = rng.sample(sorted(answers), min(len(answers), SOME))
        try:
            expected = engine.probability(text, one["coder"], some)
        except bt.ImpossibleEvidenceError:
            assert None in answers.values()
            continue
        for episode in expected["episode"].values.tolist():
            there, here = expected.sel(episode=episode).values, answers[episode]
            said = json.dumps(one["knobs"])
            assert (here is None) == bool(np.isnan(there).any()), (episode, said)
            if here is not None:
                assert np.abs(there - np.array(here)).max() < TOLERANCE, (episode, said)
                compared += 1
    return compared


@pytest.mark.parametrize("name", ["chile_tax_reform_2005", "loyalty_or_reputation"])
def test_what_a_reader_moves_gives_the_engine_s_numbers(name, tab):
    assert compare(tab, bt.read_evidence_set(SETS / name), random.Random(1), 12) >= 12


def test_every_feature_gives_the_engine_s_numbers(tab):
    """Readings, events with reports and denials, sources, absences, clusters, ratios, compounds, several coders."""
    count, rng = many(80, quick=8), random.Random(3)
    assert sum(compare(tab, es, rng, 6) for es in some_sets(count)) > 2 * count


def test_terms_may_be_spelt_with_capitals(tab):
    """Words of a scale are found by the page as by the engine, in the base set and where a scenario brings them."""
    words = [item(f"x{n}", values, coding={"unit": "verbal"}) for n, values in enumerate(SPELT)]
    late = item(
        "late", {"A": "Virtually certain", "B": "UNLIKELY"}, coding={"unit": "verbal"}, episodes=["e1"]
    )
    plain = data([*words, item("memo", {"A": 0.4, "B": 0.3})])
    es = sound({**plain, "scenarios": {"more": {"label": "More", "add_items": {"case": [late]}}}})
    assert page_numbers(es)["scales"]["ipcc"]["UNLIKELY"] == page_numbers(es)["scales"]["ipcc"]["unlikely"]
    assert compare(tab, es, random.Random(1), 24) >= 6


def asked(tab, es, episode):
    """What the page says one would have to believe of an episode, by the base coder."""
    items = {name: {"sortDate": last_day(item.date) if item.date else ""} for name, item in es.items.items()}
    page = {"base": es.base_coder, "items": items, **page_numbers(es)}
    choice = {"assumption": "base", "coder": es.base_coder, "episode": episode, "knobs": {}, "reasons": {}}
    return tab.evaluate("([page, choice]) => bayesTrace.open(page).questions(choice)", [page, choice])


def agree(tab, es, episode):
    """The page's questions and those of `sensitivity` have the same answers."""
    ev = bt.compile_evidence(es, episodes=[episode])
    said = asked(tab, es, episode)
    leader, rival = said["leader"], said["rival"]
    needed = bt.sensitivity.prior_needed(ev).prior_needed.sel(hypothesis=leader, episode=episode)
    assert said["prior"] == pytest.approx(needed.item(), rel=1e-9)
    tips = bt.sensitivity.tipping_points(ev).tipping_db.sel(rival=rival).values
    assert [float(tip.replace("Infinity", "inf")) for tip in said["tips"]] == pytest.approx(tips, abs=1e-6)
    count = bt.sensitivity.fewest_items_to_flip(ev)["count"].sel(episode=episode).item()
    assert (said["fewest"] is None) == np.isnan(count)
    assert said["fewest"] in (None, count)
    assert np.array(said["trajectory"]) == pytest.approx(bt.trajectory(ev, episode).values, abs=1e-9)
    same_swings(said["tornado"], bt.sensitivity.one_way(ev))
    return float(said["bias"].replace("Infinity", "inf"))


def same_swings(said, ranges):
    """Every likelihood that moves the lead does so as far, to either side, in the page as in the engine."""
    width = ranges.swing.transpose("entry", "varied").values
    lead = ranges.lead.transpose("entry", "varied", "end").values
    expected = {
        (str(ranges["entry_item"].values[entry]), str(ranges["varied"].values[varied])): lead[entry, varied]
        for entry, varied in zip(*np.nonzero(width > 1e-9), strict=True)
    }
    assert {(name, h) for name, h, _, _ in said} == set(expected)
    for name, h, *ends in said:
        found = [float(end.replace("Infinity", "inf")) for end in ends]
        assert found == pytest.approx(expected[name, h], abs=1e-9), (name, h)


@pytest.mark.parametrize("name", ["chile_tax_reform_2005", "loyalty_or_reputation"])
def test_what_one_would_have_to_believe_is_what_the_engine_says(name, tab):
    """The bias that undoes the lead, too: applied as a scenario it leaves leader and rival level."""
    es = bt.read_evidence_set(SETS / name)
    episode = next(iter(bt.compile_evidence(es)["episode"].values.tolist()))
    bias = agree(tab, es, episode)
    view = Scenario(label="View", search_bias=({"toward": asked(tab, es, episode)["leader"], "db": bias},))
    doubted = apply_scenario(es.model_copy(update={"scenarios": {"view": view}}), "view")
    assert bt.lead(bt.update(bt.compile_evidence(doubted))).lead.sel(episode=episode).item() == pytest.approx(
        0, abs=0.02
    )


@pytest.mark.deep
def test_questions_about_random_sets_have_the_engine_s_answers(tab):
    count = 0
    for es in some_sets(30):
        ev = bt.compile_evidence(es)
        if np.isneginf(ev.log_likelihood.values).any():
            continue
        post = bt.lead(bt.update(ev, coder=es.base_coder))
        for episode in ev["episode"].values.tolist():
            if not post.lead.sel(episode=episode).item() > 1e-6:
                continue
            agree(tab, es, episode)
            count += 1
    assert count > 20


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(path.name for path in SETS.iterdir() if path.is_dir()))
def test_a_thousand_choices_give_the_engine_s_numbers(name, tab):
    assert compare(tab, bt.read_evidence_set(SETS / name), random.Random(2), many(1000)) >= many(1000)
