"""What a set of every form compiles to: each number from the plain data, each name by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.likelihood import (
    attempts_of,
    best_point,
    drop_entries,
    effective_likelihood,
    granted_share,
    needed_attempts,
    option_log_weight,
    speaks,
    take_episodes,
)
from bayes_trace.likelihood.links import links_of
from bayes_trace.likelihood.ranges import elicited
from bayes_trace.scales import IPCC
from tests import oracle
from tests.build import item, sound, unchecked
from tests.rich import CLERK, DIARY, WORDS, plain, rich

Z_90 = 1.6448536269514722
CODERS = ("one", "two")
HYPOTHESES = ["A", "B", "C", "A+B"]
EPISODES = ["e1", "e2", "e3", "e4"]


def compiled():
    """Anew for every test: what a test shows of the compiler it shows by itself."""
    return bt.compile_evidence(rich())


def logit(p):
    return math.log(p) - math.log1p(-p) if 0 < p < 1 else math.copysign(math.inf, p - 0.5)


# --- effective likelihoods, weights, posteriors ---------------------------------------------------


@pytest.mark.parametrize("coder", CODERS)
def test_likelihoods_and_weights_are_plain_sums_and_products(coder):
    ev, data = compiled().sel(coder=coder), plain()
    seen = set()
    for episode in EPISODES:
        links = oracle.links(data, coder, episode)
        for (name, _, row), kappa in zip(links, oracle.weights(data, links), strict=True):
            one = ev.sel(link=f"{name}@{episode}")
            want = [math.log(row[h]) for h in HYPOTHESES]
            np.testing.assert_allclose(
                one["log_likelihood"].values, want, rtol=1e-10, err_msg=f"{name}@{episode}"
            )
            assert one["kappa"].item() == pytest.approx(kappa, rel=1e-10)
            seen.add(f"{name}@{episode}")
    rest = ev.sel(link=[name for name in ev["link"].values if name not in seen])
    assert (rest["log_likelihood"] == 0).all()
    assert (rest["kappa"] == 1).all()
    assert (rest["effective_number"] == 1).all()
    assert len(seen) == {"one": 13, "two": 7}[coder]


def test_effective_numbers_are_what_the_weights_are_made_of():
    """1 / (1 + (k - 1) / 2) in a cluster of correlation 1/2."""
    ev = compiled()
    member = ev["link_cluster"].values == "k"
    np.testing.assert_allclose(
        (2 / ev["kappa"] - 1).values[:, member], ev["effective_number"].values[:, member]
    )
    assert (ev["effective_number"].sel(coder="one").values[member] > 1.2).tolist() == [
        True,
        True,
        True,
        False,
    ]
    assert (ev["effective_number"].values[:, ~member] == 1).all()


@pytest.mark.parametrize("coder", CODERS)
def test_an_answer_is_the_product_of_all(coder):
    data, post = plain(), bt.update(compiled(), coder=coder)
    for episode in EPISODES:
        got = post["probability"].sel(episode=episode).values
        links = oracle.links(data, coder, episode)
        if not links:
            assert np.isnan(got).all()
            assert np.isnan(post["log_evidence"].sel(episode=episode).item())
            continue
        want = oracle.posterior(data, coder, episode)
        np.testing.assert_allclose(got, [want[h] for h in HYPOTHESES], rtol=1e-10)
        weight = oracle.weights(data, links)
        level = math.log(
            sum(
                p * math.prod(row[h] ** kappa for (_, _, row), kappa in zip(links, weight, strict=True))
                for h, p in oracle.prior_of(data, episode).items()
            )
        )
        assert post["log_evidence"].sel(episode=episode).item() == pytest.approx(level, rel=1e-10)
    # a weight below one, a ratio without a level, a fact of two readings
    assert post["relative"].values.tolist() == {"one": [1, 1, 1, 0], "two": [0, 0, 1, 0]}[coder]
    assert post["n_items"].values.tolist() == [4, 9, 7, 1]
    assert post["n_coded"].values.tolist() == {"one": [4, 9, 7, 0], "two": [2, 6, 4, 1]}[coder]


def test_a_reading_weighs_over_what_it_says_of_the_core():
    """lambda = w over the mean of A and B of what letter and reply say together."""
    weight = compiled()["log_option_weight"].sel(link="tone@e3").values
    want = [math.log(0.7 / ((0.48 + 0.12) / 2)), math.log(0.3 / ((0.12 + 0.48) / 2))]
    np.testing.assert_allclose(weight[0], want, atol=1e-12)
    others = compiled()["log_option_weight"].drop_sel(link="tone@e3").values
    np.testing.assert_array_equal(others, np.broadcast_to([0.0, -np.inf], others.shape))


# --- stated numbers -------------------------------------------------------------------------------


def db(*numbers):
    return tuple(10 ** (number / 10) for number in numbers)


def anchored(ratio):
    return tuple(ratio * p for p in (0.3, 0.4, 0.5))


LIKELY, UNLIKELY = ((IPCC[word].low, IPCC[word].best, IPCC[word].high) for word in ("likely", "unlikely"))
SURE, HARDLY = WORDS["sure"], WORDS["hardly"]
DB = 10 * math.log10(2)
READ = {"letter": (0.8, 0.3), "reply": (0.6, 0.4)}
#: coder and entry -> low, best and high of A, B, C; the compound is A+B or the mean of A and B
STATED = {
    ("one", "memo@e1"): ((0.5, 0.7, 0.9), 0.2, 0.4, 0.3),
    ("one", "memo@e2"): (0.6, 0.3, (0.2, 0.3, 0.6)),
    **{("two", f"memo@{e}"): (db(-1, -1, -1), db(-9, -6, -5), db(-4, -4, -4)) for e in ("e1", "e2")},
    ("one", "word@e1"): (SURE, HARDLY, HARDLY),
    ("two", "word@e1"): (LIKELY, UNLIKELY, LIKELY),
    ("one", "decibels@e2"): (anchored(1), anchored(db(-3)[0]), anchored(db(1)[0])),
    ("one", "gap@e1"): (0.8, 0.3, 0.5),
    ("one", "said@e2"): (0.7, 0.3, 0.4),
    ("one", "echo@e2"): (0.6, 0.25, 0.3),
    ("one", "echo@e3"): (0.6, 0.25, 0.3),
    ("two", "note@e2"): (0.4, 0.5, 0.45),
    ("one", "note@e2"): (0.3, 0.5, 0.35),
    **{("one", f"fire@{e}"): (0.6, (0.1, 0.2, 0.4), 0.3) for e in ("e2", "e3")},
    **{("two", f"fire@{e}"): (db(-3)[0], db(-6)[0], db(-1)[0]) for e in ("e2", "e3")},
    ("two", "late@e4"): (0.2, 0.6, 0.3),
}


def three(value):
    return value if isinstance(value, tuple) else (value,) * 3


def with_compound(row):
    """Low, best and high of all four (hypothesis, 3)."""
    own = [three(each) for each in row]
    mean = tuple((a + b) / 2 for a, b in zip(own[0], own[1], strict=True))
    return own if len(own) == 4 else [*own, mean]


def on_scale(rows, scale):
    """Location and two spreads (3, hypothesis) of stated numbers."""
    low, best, high = np.vectorize(scale)(np.array(rows)).T
    return best, (best - low) / Z_90, (high - best) / Z_90


def parts(ev, prefix=""):
    return [ev[f"{prefix}{name}"].values for name in ("location", "spread_low", "spread_high")]


@pytest.mark.parametrize(("coder", "entry"), STATED, ids=str)
def test_a_coding_is_a_location_and_two_spreads(coder, entry):
    got = parts(compiled().sel(coder=coder, entry=entry))
    for own, want in zip(got, on_scale(with_compound(STATED[coder, entry]), logit), strict=True):
        np.testing.assert_allclose(own[0], want, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(own[1], 0.0)


def test_a_ratio_is_in_decibels_against_its_reference():
    got = parts(compiled().sel(coder="one", entry="times@e1"))
    rows = [(2.0, 4.0, 6.0), (1.0,) * 3, (0.5,) * 3, (1.5, 2.5, 3.5)]
    for own, want in zip(got, on_scale(rows, lambda x: 10 * math.log10(x)), strict=True):
        np.testing.assert_allclose(own[0], want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", READ)
def test_an_item_of_a_fact_is_coded_reading_by_reading(name):
    a, b = READ[name]
    wide = (b / 2, b, 1.5 * b)
    got = parts(compiled().sel(coder="one", entry=f"{name}@e3"))
    for option, row in enumerate(((a, wide, 0.4), (b, a, 0.2))):
        for own, want in zip(got, on_scale(with_compound(row), logit), strict=True):
            np.testing.assert_allclose(own[option], want, rtol=1e-9, atol=1e-12)


def test_what_nobody_states_is_at_an_even_chance():
    ev = compiled()
    told = {*STATED, ("one", "times@e1"), ("one", "letter@e3"), ("one", "reply@e3")}
    for coder in CODERS:
        for entry in ev["entry"].values:
            if (coder, entry) not in told:
                assert all((each == 0).all() for each in parts(ev.sel(coder=coder, entry=entry)))


RATES = {
    "diary": DIARY,
    "clerk": CLERK,
    "third": {key: DIARY[key] for key in ("hit", "false_report", "denies")},
    "fourth": {"hit": 0.6, "false_report": 0.2},
}


def ends(value):
    return (value["low"], value["best"], value["high"]) if isinstance(value, dict) else (value,) * 3


@pytest.mark.parametrize("key", RATES)
def test_a_source_has_rates_under_every_hypothesis(key):
    ev, rates = compiled().sel(source=key), RATES[key]
    denials = rates.get("denies", {"if_true": 0.0, "if_false": 0.0})
    own = [{**rates, **rates.get("by_hypothesis", {}).get(h, {})} for h in HYPOTHESES]
    for name, rows in {
        "hit": [ends(each["hit"]) for each in own],
        "false_report": [ends(each["false_report"]) for each in own],
        "denial_if_true": [ends(denials["if_true"])] * 4,
        "denial_if_false": [ends(denials["if_false"])] * 4,
    }.items():
        if np.max(rows) == 0:
            assert (parts(ev, f"{name}_")[0] == -np.inf).all()
            continue
        for got, want in zip(parts(ev, f"{name}_"), on_scale(rows, logit), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12, err_msg=name)
    assert ev["source_answers"].item() == (key == "clerk")


def test_searches_and_correlations_have_ranges_too():
    ev = compiled()
    gap = [(0.4, 0.6, 0.8), (0.9,) * 3, (0.6,) * 3, (0.7,) * 3]
    for got, want in zip(parts(ev.sel(entry="gap@e1"), "detection_"), on_scale(gap, logit), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    for e in ("e2", "e3"):
        silent = parts(ev.sel(entry=f"silent@{e}"), "detection_")
        for got, want in zip(silent, on_scale([(0.2, 0.5, 0.7)] * 4, logit), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    at, *spreads = parts(ev.sel(entry="memo@e1"), "detection_")
    assert np.isposinf(at).all()
    assert not np.any(spreads)
    for prefix, rows in {"correlation_": [(0.2, 0.5, 0.8)], "agreement_": [(0.1, 0.3, 0.6)]}.items():
        one = ev.sel(cluster=["k"]) if prefix == "correlation_" else ev.sel(link=["fire@e3"])
        for got, want in zip(parts(one, prefix), on_scale(rows, logit), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    assert (ev["agreement_location"].sel(link="memo@e1") == -np.inf).all()
    assert ev["agreement_spread_high"].sel(link="memo@e1").item() == 0


def test_every_unit_is_named():
    ev = compiled()
    assert {ev[name].attrs["units"] for name in ("location", "spread_low", "spread_high")} == {
        "logit, or dB where is_ratio"
    }
    assert all(
        ev[f"{name}_{part}"].attrs == {"units": "logit"}
        for name in ("hit", "false_report", "denial_if_true", "denial_if_false", "detection", "correlation", "agreement")
        for part in ("location", "spread_low", "spread_high")
    )  # fmt: skip


# --- structure and names --------------------------------------------------------------------------

E1 = ["memo", "word", "times", "gap"]
E2 = ["memo", "decibels", "said", "echo", "note", "fire"]
E3 = ["echo", "tone", "fire"]
REPORTS = ["heard", "denied", "doubted", "silent"]
LINK_ITEMS = [*E1, *E2, *E3, "late"]
ENTRY_ITEMS = [*E1, *E2, *REPORTS, "echo", "letter", "reply", "fire", *REPORTS, "late"]
LINK_EPISODES = ["e1"] * 4 + ["e2"] * 6 + ["e3"] * 3 + ["e4"]
ENTRY_EPISODES = ["e1"] * 4 + ["e2"] * 10 + ["e3"] * 8 + ["e4"]
DATES = {
    "memo": "1971-08-31",
    "times": "1970-12-31",
    "letter": "1972-02-03",
    "reply": "1972-12-31",
    "heard": "1971-12-31",
}
KEYS = {
    "memo": "paper",
    "decibels": "clerk",
    "gap": "diary",
    "said": "diary",
    "letter": "paper",
    "reply": "paper",
    **dict(zip(REPORTS, ("diary", "clerk", "third", "fourth"), strict=True)),
}
CODES = {
    "memo": "promise deed",
    "decibels": "promise",
    "letter": "deed",
    "reply": "promise",
    "fire": "deed",
}
TITLES = {"memo": "The memo", "fire": "There was a fire"}


def of_entries(words):
    return [words.get(name, "") for name in ENTRY_ITEMS]


def given(name, episode):
    return {"gap": "memo", "echo": "said fire"}.get(name, "note" if (name, episode) == ("memo", "e2") else "")


def clustered(name):
    return "k" if name in ("said", "echo", "note") else ""


NAMES = {
    "hypothesis": HYPOTHESES,
    "hypothesis_label": ["Alpha", "Beta", "Gamma", "Alpha and beta"],
    "hypothesis_short": ["Al", "Beta", "Gamma", "Al+Beta"],
    "hypothesis_refusal_label": ["Alpha", "Not beta", "Gamma", "Alpha and beta"],
    "core": ["A", "B"],
    "written": HYPOTHESES,
    "coder": ["one", "two"],
    "coder_label": ["The first reader", "two"],
    "witness": ["person one", "model"],
    "episode": EPISODES,
    "episode_label": ["The first", "The second", "The third", "The fourth"],
    "case": ["case", "case", "case", "other"],
    "case_label": ["A case", "A case", "A case", "Another"],
    "date": ["1972", "", "", ""],
    "granted": ["yes", "no", "unknown", "unknown"],
    "sense": ["supply", "refusal", "supply", "supply"],
    "administration": ["", "Nixon", "", ""],
    "is_aggregate": [False, False, True, False],
    "condition": ["rank", "tie"],
    "source": ["diary", "clerk", "third", "fourth"],
    "cluster": ["k"],
    "link": [f"{name}@{e}" for name, e in zip(LINK_ITEMS, LINK_EPISODES, strict=True)],
    "link_item": LINK_ITEMS,
    "link_title": [{**TITLES, "tone": "The tone"}.get(name, f"what {name} says") for name in LINK_ITEMS],
    "link_episode": LINK_EPISODES,
    "link_cluster": [clustered(name) for name in LINK_ITEMS],
    "link_source": [
        {**KEYS, "tone": "paper", "fire": "diary clerk third fourth"}.get(name, "") for name in LINK_ITEMS
    ],
    "link_step": [{"word": "act", "memo": "plan", "tone": "plan", "fire": "plan"}.get(name, "") for name in LINK_ITEMS],
    "link_implication": [{**CODES, "tone": "deed promise"}.get(name, "") for name in LINK_ITEMS],
    "link_given": [given(name, e) for name, e in zip(LINK_ITEMS, LINK_EPISODES, strict=True)],
    "link_date": [{**DATES, "tone": "1972-12-31", "fire": "1971-12-31"}.get(name, "") for name in LINK_ITEMS],
    "entry": [f"{name}@{e}" for name, e in zip(ENTRY_ITEMS, ENTRY_EPISODES, strict=True)],
    "entry_item": ENTRY_ITEMS,
    "item_title": [TITLES.get(name, f"what {name} says") for name in ENTRY_ITEMS],
    "entry_implication": of_entries(CODES),
    "entry_source": of_entries(KEYS),
    "entry_given": [given(name, e) for name, e in zip(ENTRY_ITEMS, ENTRY_EPISODES, strict=True)],
    "entry_restates": of_entries(dict.fromkeys(("memo", "decibels", "reply"), "outcome")),
    "entry_date": of_entries(DATES),
}  # fmt: skip
RATIO = [name == "times" for name in ENTRY_ITEMS]
CODED_BY_TWO = {"memo", "word", "note", "fire", *REPORTS, "late"}
STRUCTURE = {
    "episode_index": [int(e[1]) - 1 for e in LINK_EPISODES],
    "link_kind": [{"fire": 2, "tone": 1}.get(name, 0) for name in LINK_ITEMS],
    "cluster_index": [0 if clustered(name) else -1 for name in LINK_ITEMS],
    "option_probability": [[0.7, 0.3] if name == "tone" else [1.0, 0.0] for name in LINK_ITEMS],
    "entry_link": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 10, 11, 11, 12, 12, 12, 12, 12, 13],
    "entry_role": [3 if name in REPORTS else 2 if name == "fire" else 0 for name in ENTRY_ITEMS],
    "says_no": [name in ("denied", "doubted") for name in ENTRY_ITEMS],
    "absent": [name in ("gap", "silent") for name in ENTRY_ITEMS],
    "source_index": [
        {"gap": 0, "said": 0, "decibels": 1, "heard": 0, "denied": 1, "doubted": 2, "silent": 3}.get(name, -1)
        for name in ENTRY_ITEMS
    ],
    "coded": [[name != "late" for name in ENTRY_ITEMS], [name in CODED_BY_TWO for name in ENTRY_ITEMS]],
    "is_ratio": [RATIO, [False] * 23],
    "reference": [[1 if each else -1 for each in RATIO], [-1] * 23],
    "core_share": [[1, 0, 0, 0], [0, 1, 0, 0]],
    "written_share": np.eye(4).tolist(),
    "prior": [[0.4, 0.3, 0.1, 0.2], [0.1, 0.5, 0.2, 0.2], [0.4, 0.3, 0.1, 0.2], [0.4, 0.3, 0.1, 0.2]],
    "prior_concentration": [6.0] * 4,
    "condition_text": [["1.0", "old"], ["3.0", "old"], ["1.0", "old"], ["", ""]],
}


ELICITED = ("location", "spread_low", "spread_high")
OF_SOURCES = ("hit", "false_report", "denial_if_true", "denial_if_false")
#: dimensions -> what lies along them
DIMENSIONS = {
    "hypothesis": "hypothesis hypothesis_label hypothesis_short hypothesis_refusal_label",
    "core": "core",
    "written": "written",
    "coder": "coder coder_label witness",
    "episode": "episode episode_label case case_label date granted sense administration is_aggregate "
    "prior_concentration",
    "condition": "condition",
    "source": "source source_answers",
    "cluster": " ".join(["cluster", *(f"correlation_{part}" for part in ELICITED)]),
    "link": "link link_item link_title link_episode link_cluster link_source link_step link_implication link_given "
    "link_date episode_index link_kind cluster_index " + " ".join(f"agreement_{part}" for part in ELICITED),
    "entry": "entry entry_item item_title entry_implication entry_source entry_given entry_restates entry_date "
    "entry_link entry_role says_no absent source_index",
    "link option": "option_probability",
    "coder entry": "coded is_ratio reference",
    "coder link": "kappa effective_number",
    "coder link option": "log_option_weight",
    "coder link hypothesis": "log_likelihood",
    "coder entry option hypothesis": " ".join(ELICITED),
    "core hypothesis": "core_share",
    "written hypothesis": "written_share",
    "episode hypothesis": "prior",
    "episode condition": "condition_text",
    "source hypothesis": " ".join(f"{name}_{part}" for name in OF_SOURCES for part in ELICITED),
    "entry hypothesis": " ".join(f"detection_{part}" for part in ELICITED),
}


def test_every_variable_lies_along_its_dimensions():
    ev = compiled()
    want = {name: tuple(dims.split()) for dims, names in DIMENSIONS.items() for name in names.split()}
    assert {str(name): each.dims for name, each in ev.variables.items()} == want
    assert set(ev.coords) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_those_of_the_records(name):
    assert compiled()[name].values.tolist() == NAMES[name]


@pytest.mark.parametrize("name", STRUCTURE)
def test_the_structure_is_that_of_the_records(name):
    np.testing.assert_array_equal(compiled()[name].values, STRUCTURE[name])


def test_what_is_known_of_the_whole_stands_among_the_attributes():
    ev, es = compiled(), rich()
    assert {name: ev.attrs[name] for name in ev.attrs if name not in ("digest", "content")} == {
        "evidence_set": "small",
        "title": "A small set",
        "scenario": "base",
        "base_coder": "one",
        "coder_labels": json.dumps({"two": "two", "one": "The first reader"}),
        "steps": json.dumps({"A": ["plan", "act"], "B": [], "C": [], "A+B": []}),
        "residual": "C",
        "shared_implications": "promise",
    }
    assert ev.attrs["digest"] == es.digest
    assert json.loads(ev.attrs["content"]) == es.content


# --- parts of it ----------------------------------------------------------------------------------

DERIVED = ("log_likelihood", "kappa", "effective_number", "log_option_weight")


def same(one, other, names):
    for name in names:
        np.testing.assert_allclose(one[name].values, other[name].values, rtol=1e-12, err_msg=name)


def without(*names):
    """The set written without some items; what is coded given them goes by hand."""
    data = plain()
    kept = [each for each in data["cases"][0]["items"] if each["id"] not in names]
    data["cases"][0]["items"] = kept
    return data


@pytest.mark.parametrize(
    ("dropped", "gone"),
    [
        (["letter"], []),
        (["denied"], []),
        (["word"], []),
        (["late"], []),
        # of the event the last report is left
        (["heard", "doubted", "silent"], []),
        (REPORTS, ["fire@e2", "fire@e3", "echo@e2", "echo@e3"]),
        (["said"], ["echo@e2"]),
        (["note"], ["memo@e2"]),
        (["memo"], ["gap@e1"]),
    ],
    ids=" ".join,
)
def test_without_some_items_it_is_the_set_written_without_them(dropped, gone):
    ev = compiled()
    found = drop_entries(ev, np.isin(ev["entry_item"].values, dropped))
    stay = [e for e in ev["entry"].values if e.split("@")[0] not in dropped and e not in gone]
    assert found["entry"].values.tolist() == stay
    data = without(*dropped)
    items, event = data["cases"][0]["items"], data["cases"][0]["events"][0]
    for each in [*items, event] + data["cases"][1]["items"]:
        out = [name.split("@")[1] for name in gone if name.split("@")[0] == each["id"]]
        each["episodes"] = [e for e in each["episodes"] if e not in out]
        each["given"] = [
            name
            for name in each.get("given", ())
            if name not in (*dropped, *(["fire"] if "fire@e2" in gone else []))
        ]
        each["codings"] = [
            {**{k: v for k, v in coding.items() if k != "given"}}
            for coding in each["codings"]
            if not set(coding.get("episodes", ())) & set(out)
        ]
    for case in data["cases"]:
        case["items"] = [each for each in case["items"] if each["episodes"] or each.get("event")]
        case["events"] = [each for each in case.get("events", ()) if each["episodes"]]
        case["items"] = [each for each in case["items"] if each["id"] not in dropped]
    written = bt.compile_evidence(bt.EvidenceSet.model_validate(data))
    assert written.sizes["link"] == found.sizes["link"]
    same(found, written, (*DERIVED, "entry_link", "episode_index", "location"))


@pytest.mark.parametrize("episodes", [["e1"], ["e2", "e4"], ["e3"], ["e4"]], ids=" ".join)
def test_some_episodes_are_the_set_compiled_for_them(episodes):
    ev, own = compiled(), bt.compile_evidence(rich(), episodes=episodes)
    part = take_episodes(ev, np.array([EPISODES.index(each) for each in episodes]))
    assert part["link"].values.tolist() == own["link"].values.tolist()
    same(part, own, ("kappa", "effective_number", "entry_link", "episode_index", "link_kind", "prior"))
    options = own.sizes["option"]
    same(part.isel(option=slice(options)), own, ("location", "log_option_weight"))
    same(part, own, ("log_likelihood",))


def test_a_member_that_is_impossible_under_all_tells_nothing_apart():
    """Of three members two tell A from B: they count as two, and the third not at all."""
    rows = [item("x", {"A": 0.0, "B": 0.0}), item("y", {"A": 0.8, "B": 0.2}), item("z", {"A": 0.8, "B": 0.2})]
    es = unchecked([{**row, "cluster": "k"} for row in rows], clusters=[{"id": "k", "correlation": 0.5}])
    ev = bt.compile_evidence(es).sel(coder="first")
    assert ev["effective_number"].values.tolist() == pytest.approx([2.0] * 3)
    assert ev["kappa"].values.tolist() == pytest.approx([1 / 1.5] * 3)


def test_a_report_that_is_not_heard_leaves_the_event_to_the_others():
    """As variants side by side: the rows of an event without each of its reports, and without any item of a fact."""
    ev = compiled()
    links, point = links_of(ev, 0), best_point(ev, 0)
    names = [f"{name}@e3" for name in (*REPORTS, "letter", "reply")]
    gone = ev["entry"].values[:, None] == np.array(names)
    coded = links.coded[:, None] & ~gone
    weight = option_log_weight(links, point, coded)
    rows = effective_likelihood(links, point, coded=coded, log_weight=weight)
    for variant in range(len(names)):
        want = drop_entries(ev, gone[:, variant]).sel(coder="one")
        same_link = [ev["link"].values.tolist().index(f"{name}@e3") for name in ("tone", "fire")]
        np.testing.assert_allclose(
            rows[same_link, :, variant], want["log_likelihood"].values[-3:-1], rtol=1e-10
        )


def test_the_structure_of_some_links_counts_from_the_first_of_them():
    links = links_of(compiled(), 0)
    part, entries = links.take(np.array([3, 9, 11]))
    assert entries.tolist() == [3, 9, 10, 11, 12, 13, 15, 16]
    assert part.entry_link.tolist() == [0, 1, 1, 1, 1, 1, 2, 2]
    assert part.first.tolist() == [0, 1, 6]
    assert part.kind.tolist() == [0, 2, 1]
    assert (part.n_links, part.n_episodes) == (3, 4)
    assert links_of(compiled(), 1).spoken.tolist() == [name in CODED_BY_TWO for name in LINK_ITEMS]
    # a report alone codes nothing
    only = np.array([[name in REPORTS] for name in ENTRY_ITEMS])
    assert not links.coded_links(only).any()


# --- draws of ranges ------------------------------------------------------------------------------


class Sure:
    """Normal deviates that are all the same."""

    def __init__(self, z):
        self.z = z

    def standard_normal(self, shape):
        return np.full(shape, self.z)


@pytest.mark.parametrize(("z", "part"), [(Z_90, "high"), (-Z_90, "low"), (0.0, "best")])
def test_at_the_ends_of_the_deviates_stand_the_ends_of_the_ranges(z, part):
    """A difference to a reference has a deviate of the root of two times, where both deviates agree."""
    ev = compiled()
    stated, side = elicited(ev, 0), -1 if z < 0 else 1
    point = stated.draw(Sure(z), 2)
    moved = ev["spread_low" if z < 0 else "spread_high"].values[0] * abs(z) * side
    moved[RATIO] *= math.sqrt(2)
    coded = ev["coded"].values[0][:, None, None]
    want = ev["location"].values[0] + np.where(coded, moved, 0.0)
    for variant in range(2):
        np.testing.assert_allclose(point.location[..., variant], want, rtol=1e-9, atol=1e-12)
    place = {"low": 0, "best": 1, "high": 2}[part]
    silent = stated.links.absent & (stated.links.role == 3)
    np.testing.assert_allclose(point.detection[silent][..., 0], logit((0.2, 0.5, 0.7)[place]), atol=1e-9)
    np.testing.assert_allclose(point.correlation[:, 0], logit((0.2, 0.5, 0.8)[place]), atol=1e-9)
    events = stated.links.kind == 2
    np.testing.assert_allclose(point.agreement[events][:, 0], logit((0.1, 0.3, 0.6)[place]), atol=1e-9)
    hit = point.hit[stated.source_at == 0][..., 0]
    end = (0.6, 0.8, 0.9)[place]
    want = [logit(p) for p in (end, 0.7, end, end)]
    np.testing.assert_allclose(hit, np.broadcast_to(want, hit.shape), atol=1e-9)
    at = stated.at(stated.zeros())
    np.testing.assert_array_equal(at.location[..., 0], ev["location"].values[0])


def test_draws_that_differ_move_each_number_by_its_own():
    """Counted deviates: no number without a range takes one, and items of one implication take one together."""
    taken = []

    class Counting:
        def standard_normal(self, shape):
            taken.append(shape)
            return np.zeros(shape)

    stated = elicited(compiled(), 0)
    stated.draw(Counting(), 3)
    # by hand: A and compound of memo@e1 (the compound is coded without a range); C of memo@e2; A, B, C and
    # compound of word; A and compound of times; all four of decibels; of letter and reply B and compound of the
    # plain reading; B and compound of fire, twice; C of decibels goes with C of memo@e2, an implication in common
    items = 1 + 1 + 4 + 2 + 4 + 2 * 2 + 2 * 2 - 1
    assert taken[:2] == [(items, 3), (1, 3)]
    # rates of the diary on e1, e2 and e3 (hit, false reports, denials of what is not), of the third source likewise
    # on e2 and e3; searches; the correlation of the cluster on e2 and on e3; two events
    assert taken[2:] == [(5, 3), (5, 3), (5, 3), (3, 3), (2, 3), (2, 3)]


def test_items_of_one_shared_implication_lead_one_another_within_an_episode():
    stated = elicited(compiled(), 0)
    place = {name: n for n, name in enumerate(compiled()["entry"].values)}
    leads = np.arange(len(place))
    leads[place["decibels@e2"]] = place["memo@e2"]
    assert stated.leads.tolist() == leads.tolist()
    shared = {"memo", "decibels", "reply"}
    assert stated.implication.tolist() == [0 if name in shared else -1 for name in ENTRY_ITEMS]


def test_sources_and_clusters_are_copied_for_every_episode():
    stated = elicited(compiled(), 0)
    assert stated.source_at.tolist() == [0, 0, 1, 2, 3, 0, 1, 2, 3]
    assert stated.cluster_at.tolist() == [0, 0]
    part = stated.of_episodes(np.array([0, 2]))
    assert part.links.episode.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert (part.links.n_episodes, part.source_at.tolist(), part.cluster_at.tolist()) == (
        2,
        [0, 0, 1, 2, 3],
        [0],
    )
    assert part.entry_at.tolist() == [0, 1, 2, 3, *range(14, 22)]
    assert part.link_at.tolist() == [0, 1, 2, 3, 10, 11, 12]
    np.testing.assert_array_equal(part.links.answers, [False, False, True, False, False])


# --- what stands beside the evidence --------------------------------------------------------------


def beside(*items):
    """The set with further items in its first case."""
    data = plain()
    data["cases"][0]["items"] = [*data["cases"][0]["items"], *items]
    return bt.compile_evidence(sound(data))


def test_planned_items_stand_beside_the_rest_with_both_ends_of_their_search():
    own = [
        item(
            "ahead",
            {"A": 0.8, "B": 0.2, "C": 0.4, "A+B": 0.5},
            episodes=["e1"],
            cost=2.0,
            archive="The archive",
        ),
        item("later", {"A": 0.6, "B": 0.1, "C": 0.3}, episodes=["e2"], cost=1.0, detection=0.5, cluster="k"),
    ]
    ev = beside(*({**each, "found": "planned", "title": each["id"].title()} for each in own))
    for name, own in compiled().variables.items():
        np.testing.assert_array_equal(ev[name].values, own.values, err_msg=str(name))
    assert ev["planned"].values.tolist() == ["ahead@e1", "later@e2"]
    assert ev["planned_item"].values.tolist() == ["ahead", "later"]
    assert ev["planned_title"].values.tolist() == ["Ahead", "Later"]
    assert ev["planned_episode"].values.tolist() == ["e1", "e2"]
    assert ev["planned_archive"].values.tolist() == ["The archive", ""]
    assert ev["planned_cost"].values.tolist() == [2.0, 1.0]
    assert ev["outcome"].values.tolist() == ["present", "absent"]
    assert ev["planned_coded"].values.tolist() == [[True, True], [False, False]]
    # of the cluster on e2 the effective number beside it: spreads between A and B over the largest
    q = {
        n: compiled()["log_likelihood"].sel(coder="one", link=f"{n}@e2").values
        for n in ("said", "echo", "note")
    }
    spread = [abs(row[0] - row[1]) for row in q.values()] + [math.log(6)]
    kappa = 1 / (1 + (sum(spread) / max(spread) - 1) / 2)
    assert ev["planned_kappa"].values[0] == pytest.approx([1.0, kappa])
    table = np.exp(ev["planned_log_likelihood"].values[0])
    np.testing.assert_allclose(table[0], [[0.8, 0.2, 0.4, 0.5], [0.2, 0.8, 0.6, 0.5]], rtol=1e-9)
    found = 0.5 * np.array([0.6, 0.1, 0.3, 0.35])
    both = np.array([found**kappa, (1 - found) ** kappa])
    np.testing.assert_allclose(table[1], both / both.sum(axis=0), rtol=1e-9)
    assert ev["planned_log_likelihood"].attrs == {"units": "nats"}
    assert ev["planned_log_likelihood"].dims == ("coder", "planned", "outcome", "hypothesis")


def test_without_a_cost_it_is_missing():
    ev = beside({**item("ahead", {"A": 0.8, "B": 0.2, "C": 0.4}, episodes=["e1"]), "found": "planned"})
    assert np.isnan(ev["planned_cost"].values).tolist() == [True]


def test_what_is_coded_about_attempts_is_evidence_of_its_own():
    about = {"about": "attempt"}
    claims = [
        item("claim", {"made": 0.9, "not_made": 0.3}, episodes=["e1", "e2"], coding=about, date="1971"),
        item(
            "silence",
            {"made": 0.6, "not_made": 0.1},
            episodes=["e2"],
            coding=about,
            found="absent",
            detection=0.5,
        ),
    ]
    ev = beside(*claims)
    for name, own in compiled().variables.items():
        np.testing.assert_array_equal(ev[name].values, own.values, err_msg=str(name))
    own = attempts_of(ev)
    assert own["hypothesis"].values.tolist() == ["made", "not_made"]
    assert own["hypothesis_label"].values.tolist() == ["made", "not made"]
    assert own["link"].values.tolist() == ["claim@e1", "claim@e2", "silence@e2"]
    # what sums up others has no attempt of its own
    assert own["episode"].values.tolist() == ["e1", "e2", "e4"]
    assert own["granted"].values.tolist() == ["yes", "no", "unknown"]
    assert own["link_date"].values.tolist() == ["1971-12-31", "1971-12-31", ""]
    assert own["prior"].values.tolist() == [[0.5, 0.5]] * 3
    assert np.isnan(own["prior_concentration"].values).all()
    want = [[0.9, 0.3], [0.9, 0.3], [1 - 0.5 * 0.6, 1 - 0.5 * 0.1]]
    np.testing.assert_allclose(np.exp(own["log_likelihood"].values[0]), want, rtol=1e-12)
    assert json.loads(own.attrs["steps"]) == {"made": [], "not_made": []}
    assert (own.attrs["residual"], own.attrs["base_coder"], "attempts" in own.attrs) == ("", "one", False)
    assert set(own.dims) <= {str(name) for name in compiled().dims}
    np.testing.assert_array_equal(granted_share(own), [1.0, 0.0, np.nan])
    assert speaks(own).tolist() == [True, True, False]
    assert needed_attempts(ev).identical(own)
    assert attempts_of(compiled()) is None
    said = (
        "small: nothing is coded about an attempt; give items codings with about: attempt and values for made and "
        "not_made"
    )
    with pytest.raises(bt.BayesTraceError, match=f"^{said}$"):
        needed_attempts(compiled())


def test_parts_of_one_decision_are_tried_as_one():
    data = plain()
    data["cases"][0]["episodes"] = [
        {**each, "decision": "both"} if each["id"] in ("e1", "e2") else each
        for each in data["cases"][0]["episodes"]
    ]
    rows = [{"values": {"made": 0.9, "not_made": 0.3}, "about": "attempt"}]
    data["cases"][0]["items"].append({**item("claim", episodes=["e1", "e2"]), "codings": rows})
    own = attempts_of(bt.compile_evidence(sound(data)))
    assert own["episode"].values.tolist() == ["both", "e4"]
    assert own["link"].values.tolist() == ["claim@both"]
    assert own["granted"].values.tolist() == ["part", "unknown"]
    np.testing.assert_array_equal(granted_share(own), [0.5, np.nan])


def test_a_scenario_that_splits_a_hypothesis_leaves_attempts_as_they_are():
    data = plain()
    data["hypotheses"] = data["hypotheses"][:3]
    claim = {"values": {"made": 0.9, "not_made": 0.3}, "about": "attempt"}
    memo = {"values": {"A": 0.7, "B": 0.2, "C": 0.4}}
    data["cases"] = [
        {**data["cases"][1], "items": [{**item("claim", episodes=["e4"]), "codings": [claim, memo]}]}
    ]
    for each, prior in zip(data["hypotheses"], (0.5, 0.3, 0.2), strict=True):
        each["prior"] = prior
    into = [{"id": name, "label": name, "statement": name, "prior": 0.25} for name in ("A1", "A2")]
    data["scenarios"] = {"halves": {"label": "Halves", "split": [{"hypothesis": "A", "into": into}]}}
    ev = bt.compile_evidence(bt.apply_scenario(sound(data), "halves"))
    assert ev["core"].values.tolist() == ["A", "B"]
    assert ev["core_share"].values.tolist() == [[0.5, 0.5, 0, 0], [0, 0, 1, 0]]
    assert ev["hypothesis"].values.tolist() == ["A1", "A2", "B", "C"]
    own = attempts_of(ev)
    assert own["core"].values.tolist() == own["written"].values.tolist() == ["made", "not_made"]
    assert own["core_share"].values.tolist() == [[1, 0], [0, 1]]


def test_a_contrast_says_what_it_says_of_two_sides():
    said = {"about": "A", "values": {"holds": 0.7, "fails": 0.2}}
    rows = [
        item(
            "pair",
            codings=[{**said, "coder": "two"}, {**said, "values": {"holds": 0.6, "fails": 0.3}}],
            contrast=["e2", "e1"],
        ),
        item("cases", codings=[{**said, "about": "A+B", "coder": "two"}], contrast=["case", "other"]),
    ]
    ev = beside(*rows)
    assert ev["contrast"].values.tolist() == ["pair", "cases"]
    # the base coder, or else whoever judged it
    assert ev["contrast_likelihood"].values.tolist() == [[0.6, 0.3], [0.7, 0.2]]
    assert ev["alternative"].values.tolist() == ["holds", "fails"]
    assert ev["side"].values.tolist() == ["first", "second"]
    assert ev["contrast_about"].values.tolist() == [[True, False, False, False], [False, False, False, True]]
    assert ev["contrast_condition"].values.tolist() == [
        [["3.0", "old"], ["1.0", "old"]],
        [["1.0", "old"], ["", ""]],
    ]
    assert ev["contrast_condition"].dims == ("contrast", "side", "condition")
    assert ev["contrast_side"].values.tolist() == [["e2", "e1"], ["case", "other"]]
    assert ev["contrast_case"].values.tolist() == [["case", "case"], ["case", "other"]]
    assert ev["contrast_likelihood"].dims == ("contrast", "alternative")


def test_a_set_of_many_names_finds_each_of_them():
    """More names than are kept with their index."""
    ev = bt.compile_evidence(bt.from_table({f"x{n}": {"A": (n + 1) / 100, "B": 0.5} for n in range(70)}))
    assert math.exp(ev["log_likelihood"].sel(link="x69@episode", hypothesis="A").item()) == pytest.approx(0.7)
    assert ev.sel(entry="x0@episode")["entry_item"].item() == "x0"
