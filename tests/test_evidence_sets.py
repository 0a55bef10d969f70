"""Every set of the repository: it reads, its scenarios apply, and the arms set says what its close reading says."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.evidence import list_problems
from bayes_trace.files.nodes import read_document
from bayes_trace.likelihood import drop_entries
from tests import oracle

HOME = Path(__file__).parents[1] / "evidence_sets"
SETS = sorted(path.name for path in HOME.iterdir() if path.is_dir())
SCENARIOS = [
    (name, scenario.stem) for name in SETS for scenario in sorted((HOME / name / "scenarios").glob("*.yaml"))
]
RIVALS = ("loyalty_coercion", "geostrategic_coercion", "interoperability", "quid_pro_quo")


@pytest.fixture(scope="module")
def sets():
    return {name: bt.read_evidence_set(HOME / name) for name in SETS}


@pytest.fixture(scope="module")
def arms(sets):
    return sets["us_arms_transfers"]


def belief(es, coder=None):
    return bt.update(bt.compile_evidence(es), coder=coder or es.base_coder).probability


def test_every_set_is_there():
    assert SETS == [
        "chile_tax_reform_2005",
        "columbo_testimony",
        "loyalty_or_reputation",
        "loyalty_theory",
        "saudi_attempt_2021",
        "tay_bridge_1879",
        "us_arms_transfers",
    ]


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_sound_and_says_what_it_is(sets, name):
    es = sets[name]
    assert es.id == name
    assert list_problems(es) == []
    assert es.question.endswith("?")
    assert es.licence
    assert re.search(r"illustration|not a finding|second-hand", es.about)


@pytest.mark.parametrize("name", SETS)
def test_every_coder_gives_probabilities(sets, name):
    es = sets[name]
    ev = bt.compile_evidence(es)
    for coder in es.coder_ids:
        p = bt.update(ev, coder=coder).probability
        np.testing.assert_allclose(p.sum("hypothesis").values, 1, atol=1e-12)


@pytest.mark.parametrize("name", SETS)
def test_a_set_survives_writing(sets, name, tmp_path):
    assert bt.read_evidence_set(bt.write_evidence_set(sets[name], tmp_path / name)) == sets[name]


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS)
def test_every_scenario_applies_to_a_set_that_stays_as_it_is(sets, name, scenario):
    es = sets[name]
    before = es.digest
    changed = bt.apply_scenario(es, scenario)
    assert list_problems(changed) == []
    assert changed.applied[-1] == scenario
    np.testing.assert_allclose(belief(changed).sum("hypothesis").values, 1, atol=1e-12)
    assert es.digest == before


@pytest.mark.parametrize("name", SETS)
def test_every_file_satisfies_the_schema(name):
    schema = bt.json_schema()
    kinds = {"set.yaml": "SetFile", "cases": "Case", "scenarios": "Scenario"}
    checked = 0
    for path in sorted((HOME / name).rglob("*.yaml")):
        value = json.loads(json.dumps(read_document(path.read_text(), path.name).value))
        jsonschema.Draft202012Validator(schema).validate(value)
        if path.name != "sources.yaml":
            kind = "Chronicle" if path.name == "actors.yaml" else kinds.get(path.parent.name, "SetFile")
            jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{kind}"}).validate(
                value
            )
        checked += 1
    assert checked >= 4


@pytest.mark.parametrize("name", SETS)
def test_every_item_that_is_coded_states_a_reason(sets, name):
    es = sets[name]
    bare = [i.id for i in es.items.values() for c in i.codings if c.coder is None and not c.reason]
    assert bare == []


# --- the arms set: what is in it ---------------------------------------------------------


def test_all_items_of_the_article_are_there(arms):
    """45 Taiwan and 33 Pakistan items, apart from those that code several jointly."""
    plain = Counter(
        re.match(r"[A-Z]+[0-9]*(?=-)", item.id).group() for item in arms.items.values() if not item.package
    )
    assert plain["TW"] == 45
    assert plain["PK"] == 33
    assert {"DE", "FRG", "IL", "JO", "SA", "T10", "GEN"} <= set(plain)
    assert [item for item in arms.items if item.startswith("X-")] == []


def test_items_coded_since_are_those_of_the_close_reading(arms):
    """founding-case.md, section 2: what reader A now codes beside the table, and nothing else."""
    links = {(item.id, episode) for item, episode, _, by in arms.coded_links() if by == "reader_a"}
    new = {"troop_withdrawal_2020", "bonn_assistance_1966", "saudi_yemen_2016_18", "appeal_1955_unmet"}
    later = {(item, episode) for item, episode in SINCE.items() if not item.startswith("X-")}
    assert later < links
    assert len({link for link in links - later if link[1] not in new}) == 104


def test_all_episodes_of_the_article_are_there(arms):
    """28 episodes, one of them in two parts; 22 scored and 7 with the reason why not, and the aggregates."""
    single = [e for e in arms.episodes.values() if not e.aggregate_of]
    aggregates = [e for e in arms.episodes.values() if e.aggregate_of]
    assert len({e.decision or e.id for e in single}) == 28
    assert [e.id for e in single if e.decision] == ["appeal_1955", "appeal_1955_unmet"]
    assert sum(e.scored for e in single) == 22
    assert all(e.not_scored for e in single if not e.scored)
    assert [e.id for e in aggregates if e.scored] == ["taiwan_1970s"]
    assert all(set(e.aggregate_of) <= {each.id for each in single} for e in aggregates)
    ev = bt.compile_evidence(arms)
    assert ev.sizes["episode"] == 23
    assert ev["episode"].values[ev["is_aggregate"].values].tolist() == ["taiwan_1970s"]


def test_both_coders_judge_every_scored_link(arms):
    links = {
        coder: {(item.id, episode) for item, episode, _, by in arms.coded_links() if by == coder}
        for coder in ("reader_a", "reader_b")
    }
    assert links["reader_a"] == links["reader_b"]
    assert len(links["reader_a"]) == 104 + 4 + 6 + 5
    tried = {
        coder: {(item.id, episode) for item, episode, _, by in arms.coded_links("attempt") if by == coder}
        for coder in ("reader_a", "reader_b")
    }
    assert tried["reader_a"] == tried["reader_b"]
    assert len(tried["reader_a"]) == 17
    assert "before" in arms.coders[1].header


def test_reader_a_codes_in_decibels_and_stays_below_certainty(arms):
    codings = [c for item in arms.items.values() for c in item.codings if c.coder is None and not c.about]
    assert {c.unit for c in codings} == {"db"}
    highs = {v.high for c in codings for v in c.values.values()}
    # half the width reaches 0 dB: written -.223 dB, a probability of .95
    assert max(highs) == -0.223
    assert pytest.approx(0.95, abs=5e-4) == 10 ** (-0.223 / 10)
    assert all(v.best % 3 == 0 for c in codings for v in c.values.values())


def test_sources_are_references_and_items_that_have_none_are_marked(arms):
    keys = {source.id for source in arms.sources}
    assert all(item.source.key in keys for item in arms.items.values() if item.source)
    cited = [item for item in arms.items.values() if item.source]
    assert len(cited) > 80
    assert all(source.type for source in arms.sources)


# --- the table of the close reading ------------------------------------------------------

#: seed/evidence.md, section 5.1, as printed there: LC GC IO QPQ, in run E also OTH
PRINTED = {
    "assistance_cut_1969": {
        "A": "0.47 0.24 0.06 0.24",
        "C": "0.50 0.25 0.06 0.18",
        "E": "0.37 0.19 0.05 0.13 0.26",
    },  # TW-E0
    "f5e_1972": {
        "A": "0.98 <.01 <.01 0.02",
        "C": "0.84 <.01 0.05 0.11",
        "D": "0.19 <.01 0.05 0.76",
        "E": "0.80 <.01 0.05 0.10 0.05",
    },  # TW-E1
    "f104_1975": {
        "A": "0.99 <.01 <.01 0.01",
        "C": "0.95 0.01 0.01 0.03",
        "D": "0.85 0.03 0.01 0.11",
        "E": "0.90 0.01 0.01 0.03 0.06",
    },  # TW-E2
    "package_1976": {
        "A": ">.99 <.01 <.01 <.01",
        "C": ">.99 <.01 <.01 <.01",
        "D": "0.98 0.01 <.01 <.01",
        "E": "0.99 <.01 <.01 <.01 0.01",
    },  # TW-E3
    "sales_1977_80": {
        "A": "0.97 <.01 0.02 0.01",
        "C": "0.90 0.02 0.06 0.03",
        "E": "0.73 0.02 0.05 0.02 0.18",
    },  # TW-E5
    "relations_act_1979": {
        "A": "0.82 0.03 0.10 0.05",
        "C": "0.82 0.03 0.10 0.05",
        "E": "0.68 0.02 0.09 0.04 0.17",
    },  # TW-E6
    "sales_1983_96": {
        "A": "0.61 0.08 0.15 0.15",
        "C": "0.53 0.09 0.19 0.19",
        "E": "0.45 0.08 0.16 0.16 0.16",
    },  # TW-E7
    "taiwan_sale_2010": {
        "A": "0.29 0.57 0.07 0.07",
        "C": "0.29 0.29 0.21 0.21",
        "E": "0.23 0.23 0.16 0.16 0.23",
    },  # T10-E1
    "taiwan_1970s": {
        "A": ">.99 <.01 <.01 <.01",
        "C": ">.99 <.01 <.01 <.01",
        "E": ">.99 <.01 <.01 <.01 <.01",
    },  # TW-1970s
    "treaty_arms_1955_65": {
        "A": "<.01 0.50 0.01 0.50",
        "C": "0.01 0.45 0.14 0.40",
        "E": "0.01 0.35 0.11 0.31 0.22",
    },  # PK-E1
    "appeal_1955": {
        "A": "0.61 0.15 0.08 0.15",
        "C": "0.69 0.17 0.04 0.09",
        "D": "0.88 0.11 <.01 <.01",
        "E": "0.59 0.15 0.04 0.07 0.15",
    },  # PK-E2
    "f86_m47_1958": {
        "A": "<.01 0.25 0.25 0.50",
        "C": "<.01 0.25 0.25 0.50",
        "E": "<.01 0.17 0.17 0.33 0.33",
    },  # PK-E3
    "f104_refused_1959_60": {
        "A": "0.64 0.04 0.16 0.16",
        "C": "0.54 0.07 0.19 0.19",
        "E": "0.46 0.06 0.16 0.16 0.16",
    },  # PK-E4a
    "f104_1961": {
        "A": "0.10 0.79 0.01 0.10",
        "C": "0.10 0.79 0.01 0.10",
        "D": "0.01 0.78 0.01 0.20",
        "E": "0.08 0.66 0.01 0.08 0.17",
    },  # PK-E4b
    "package_1964": {
        "A": "0.95 0.03 <.01 0.02",
        "C": "0.80 0.10 0.03 0.07",
        "E": "0.75 0.09 0.02 0.07 0.07",
    },  # PK-E5
    "embargo_1965": {
        "A": "0.73 0.09 0.09 0.09",
        "C": "0.73 0.09 0.09 0.09",
        "D": "0.61 0.08 0.15 0.15",
        "E": "0.67 0.08 0.08 0.08 0.08",
    },  # PK-E6
    "no_resumption_1966": {
        "A": "0.38 0.19 0.05 0.38",
        "C": "0.21 0.30 0.05 0.43",
        "E": "0.15 0.21 0.04 0.30 0.30",
    },  # PK-E7
    "troop_halt_2021": {
        "A": "0.92 0.06 0.01 0.01",
        "C": "0.92 0.06 0.01 0.01",
        "E": "0.82 0.05 0.01 0.01 0.10",
    },  # DE-E2
    "jordan_arms_1964_65": {
        "A": "0.33 0.66 <.01 0.01",
        "C": "0.41 0.57 <.01 0.02",
        "E": "0.38 0.53 <.01 0.02 0.07",
    },  # JO-E1
}
RUNS = {
    "A": ("as_printed",),
    "C": ("source_criticised", "clustered"),
    "D": ("source_criticised", "clustered", "with_external_records"),
    "E": ("source_criticised", "clustered", "with_residual"),
}
NEUTRAL = (
    "a member of the cluster gives every rival the same likelihood; the table counts it in the average, while "
    "here a neutral item moves nothing"
)
UNCERTAIN = (
    "date of TW-11 and speaker of TW-14 are readings: with 3 % and 2 % they are what the article says; the "
    "table drops both items"
)
COUNTED = (
    "the table takes a cluster's average, as if its members were alike; here they count by the sum of their "
    "spreads over the largest"
)
RECODED = (
    "a refusal, of which reader A had coded two items in the sense of a grant: recoded, loyalty coercion falls from "
    ".47 to .05"
)
#: where a cell differs from the table, and why; what is right is worked out in `tests/oracle.py`
DIFFERS = {
    ("A", "assistance_cut_1969"): RECODED,
    ("C", "assistance_cut_1969"): RECODED,
    ("C", "f5e_1972"): UNCERTAIN,
    ("C", "sales_1977_80"): COUNTED,
    ("C", "sales_1983_96"): NEUTRAL,
    ("C", "taiwan_sale_2010"): NEUTRAL,
    ("C", "treaty_arms_1955_65"): COUNTED,
    ("C", "f104_refused_1959_60"): NEUTRAL,
    ("C", "package_1964"): COUNTED,
    ("C", "no_resumption_1966"): COUNTED,
    ("C", "jordan_arms_1964_65"): COUNTED,
    ("D", "package_1976"): UNCERTAIN,
    ("E", "assistance_cut_1969"): RECODED,
    ("E", "sales_1977_80"): COUNTED,
    ("E", "sales_1983_96"): NEUTRAL,
    ("E", "taiwan_sale_2010"): NEUTRAL,
    ("E", "treaty_arms_1955_65"): COUNTED,
    ("E", "f104_refused_1959_60"): NEUTRAL,
    ("E", "package_1964"): COUNTED,
    ("E", "no_resumption_1966"): COUNTED,
    ("E", "jordan_arms_1964_65"): COUNTED,
}


@pytest.fixture(scope="module")
def by_hand(arms):
    """The same runs by plain products, from the plain data."""
    plain = cache(lambda run: bt.apply_scenario(arms, *RUNS[run]).model_dump(mode="json"))
    return lambda run, episode: oracle.posterior(plain(run), "reader_a", episode)


@pytest.fixture(scope="module")
def run_of(arms):
    return cache(lambda run: belief(bt.apply_scenario(arms, *RUNS[run])))


#: items that the close reading had left without a coding, on episodes of the table
SINCE = {
    "TW-25": "package_1976",
    "GEN-11": "sales_1977_80",
    "PK-23": "package_1964",
    "PK-30": "embargo_1965",
    "PK-27": "no_resumption_1966",
    "DE-10": "troop_halt_2021",
    "X-17": "jordan_arms_1964_65",
}


@pytest.fixture(scope="module")
def as_tabled(arms):
    """The runs without what was coded later: what the table can speak of."""

    def run(name):
        evidence = bt.compile_evidence(bt.apply_scenario(arms, *RUNS[name]))
        return bt.update(
            drop_entries(evidence, np.isin(evidence["entry_item"].values, list(SINCE))), coder="reader_a"
        )

    return cache(lambda name: run(name).probability)


def agrees(printed, value):
    """Half a unit in the last printed digit; <.01 and >.99 as said."""
    if printed.startswith("<"):
        return value < float(printed[1:]) + 1e-9
    if printed.startswith(">"):
        return value > float(printed[1:]) - 1e-9
    return abs(value - float(printed)) <= 0.005 + 1e-9


@pytest.mark.parametrize(
    ("run", "episode"), [(run, episode) for episode, row in PRINTED.items() for run in row]
)
def test_reader_a_reproduces_the_table(run_of, as_tabled, by_hand, run, episode):
    """Every row as plain products have it; without what was coded since, every cell of the table to two decimals."""
    whole = run_of(run).sel(episode=episode)
    assert whole.values.tolist() == pytest.approx(list(by_hand(run, episode).values()), abs=1e-9)
    got = as_tabled(run).sel(episode=episode)
    assert got["hypothesis"].values.tolist()[:4] == list(RIVALS)
    printed = PRINTED[episode][run].split()
    assert len(printed) == got.size
    if (run, episode) in DIFFERS:
        # a difference that is no longer there must not stay excused
        assert not all(agrees(cell, value) for cell, value in zip(printed, got.values.tolist(), strict=True))
    else:
        wrong = [c for c, v in zip(printed, got.values.tolist(), strict=True) if not agrees(c, v)]
        assert wrong == [], got.values


def test_the_decision_of_1972_turns_with_the_records_of_that_autumn(as_tabled):
    """F-5E: loyalty coercion .98 as printed, .84 criticised, then .19 against .76 for quid pro quo."""
    lc = [as_tabled(run).sel(episode="f5e_1972", hypothesis="loyalty_coercion").item() for run in "ACD"]
    assert [round(p, 2) for p in lc] == [0.98, 0.84, 0.19]
    bargain = as_tabled("D").sel(episode="f5e_1972", hypothesis="quid_pro_quo").item()
    assert round(bargain, 2) == 0.76


@pytest.mark.parametrize(
    ("episode", "printed", "criticised"),
    [
        ("f5e_1972", 18, 9.0),
        ("f104_1975", 21, 15.0),
        ("package_1976", 60, 28.5),
        ("relations_act_1979", 9, 9.0),
        ("appeal_1955", 6, 6.0),
        ("f86_m47_1958", -27, -27.0),
        ("f104_1961", -9, -9.0),
        ("package_1964", 15, None),
        ("troop_halt_2021", 12, 12.0),
        ("jordan_arms_1964_65", -3, None),
    ],
)
def test_decibels_between_loyalty_coercion_and_its_best_rival(as_tabled, episode, printed, criticised):
    """The column 'LC vs rival' of the same table; the readings of TW-11 and TW-14 add up to .3 dB in run C.

    Where a cluster counts otherwise than in the table (see `DIFFERS`), only run A is compared.
    """
    for run, expected, tolerance in (("A", printed, 1e-6), ("C", criticised, 0.3)):
        if expected is None:
            continue
        p = as_tabled(run).sel(episode=episode)
        rival = p.drop_sel(hypothesis="loyalty_coercion").max().item()
        got = 10 * np.log10(p.sel(hypothesis="loyalty_coercion").item() / rival)
        assert got == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("episode", "item", "change"),
    [
        ("f5e_1972", "TW-31", -0.022),
        ("f104_1975", "TW-33", -0.076),
        ("relations_act_1979", "TW-30", -0.180),
        ("sales_1983_96", "TW-09", -0.215),
        ("appeal_1955", "PK-13", -0.432),
        ("f104_1961", "PK-19", -0.061),
        ("package_1964", "PK-16", -0.077),
        ("no_resumption_1966", "PK-31", -0.190),
        ("troop_halt_2021", "DE-08/09", -0.150),
        ("jordan_arms_1964_65", "JO-04", -0.137),
    ],
)
def test_what_an_item_carries(arms, as_tabled, episode, item, change):
    """seed/evidence.md, section 5.3: what dropping an item does to loyalty coercion in run A."""
    ev = bt.compile_evidence(arms, episodes=[episode])
    gone = np.isin(ev["entry_item"].values, [item, *SINCE])
    without = bt.update(drop_entries(ev, gone), coder="reader_a").probability
    before = as_tabled("A").sel(episode=episode, hypothesis="loyalty_coercion").item()
    after = without.sel(episode=episode, hypothesis="loyalty_coercion").item()
    assert after - before == pytest.approx(change, abs=5e-4 + 1e-9)


def test_without_items_that_restate_the_outcome(arms):
    """The scenario drops them and what is left still speaks of every scored episode."""
    free = bt.apply_scenario(arms, "outcome_free")
    assert 0 < len(free.set_aside) < 20
    book = {implication.id for implication in free.codebook if "outcome" in implication.restates}
    left = [
        i.id
        for i in free.items.values()
        if i.codings and ("outcome" in i.restates or book & set(i.implications))
    ]
    assert left == []
    ev = bt.compile_evidence(free)
    assert set(ev["link_episode"].values.tolist()) == set(ev["episode"].values.tolist())


def test_the_audiences_of_loyalty_coercion_add_up_where_no_item_tells_them_apart(arms):
    split = bt.apply_scenario(arms, "adversary_audience")
    before, after = belief(arms), belief(split)
    told = {c.item for c in arms.scenarios["adversary_audience"].change}
    parts = [h for h in split.hypothesis_ids if h not in arms.hypothesis_ids]
    assert len(parts) == 2
    checked = 0
    ev = bt.compile_evidence(arms)
    for episode in ev["episode"].values.tolist():
        if not told & set(ev["link_item"].values[ev["link_episode"].values == episode].tolist()):
            both = after.sel(episode=episode, hypothesis=parts).sum().item()
            assert both == pytest.approx(
                before.sel(episode=episode, hypothesis="loyalty_coercion").item(), abs=1e-9
            )
            checked += 1
    assert checked >= 5


# --- the two small sets ------------------------------------------------------------------


def test_did_taiwan_s_words_matter(sets):
    """seed/evidence.md, section 5.4: +6 dB and .80 as printed, -3 dB and .33 after O-01 and O-02."""
    es = sets["loyalty_or_reputation"]
    for scenario, db, p in (("as_printed", 6, 0.80), ("source_criticised", -3, 0.33)):
        changed = bt.apply_scenario(es, scenario)
        loyalty, reputation = changed.hypothesis_ids
        weight = bt.weight_of_evidence(bt.compile_evidence(changed), loyalty, against=reputation)
        assert weight.sum().item() == pytest.approx(db, abs=1e-9)
        assert belief(changed).sel(hypothesis=loyalty).item() == pytest.approx(p, abs=5e-3)


def test_chile_totals(sets):
    """methods.md I [S]: 98 and 110 dB; with one item out 103, 92, 86, 73, 68, 68 and 120, 44, 98, 110, 95, 83."""
    es = sets["chile_tax_reform_2005"]
    first, *rivals = es.hypothesis_ids
    ev = bt.compile_evidence(es)
    totals = {98.0: [103, 92, 86, 73, 68, 68], 110.0: [120, 44, 98, 110, 95, 83]}
    for rival, (total, without) in zip(rivals, totals.items(), strict=True):
        weight = bt.weight_of_evidence(ev, first, against=rival)
        assert weight.sum().item() == pytest.approx(total, abs=1e-9)
        left = weight.sum().item() - weight.values
        assert left.tolist() == pytest.approx(without, abs=1e-9)
    rest = belief(es).sel(hypothesis=rivals).sum().item()
    assert rest == pytest.approx(1.6848922e-10, rel=3e-8)


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("sceptic_90", (0.855806, 0.135636, 0.008558)),
        ("sceptic_50", (0.999983, None, None)),
        ("sceptic_98", (0.484708, 0.484708, 0.030583)),
    ],
)
def test_chile_for_sceptics(sets, scenario, expected):
    """methods.md I [S][C]: prior odds of -90, -50 and -98 dB against each rival."""
    got = belief(bt.apply_scenario(sets["chile_tax_reform_2005"], scenario)).values.ravel()
    for value, wanted in zip(got, expected, strict=True):
        if wanted is not None:
            assert value == pytest.approx(wanted, abs=5e-7)


def test_records_outside_the_article_and_the_residual_combine_in_either_order(arms):
    first, last = (
        bt.update(bt.compile_evidence(bt.apply_scenario(arms, "source_criticised", *names)))
        for names in (
            ("with_external_records", "with_residual"),
            ("with_residual", "with_external_records"),
        )
    )
    np.testing.assert_allclose(first["probability"], last["probability"], atol=1e-12)
