"""Attempts: what is coded about them, what it is worth, and what it says of success; supplies and refusals; contrasts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

import bayes_trace as bt
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.exact import attempt_probability, success_of_attempts
from bayes_trace.likelihood import attempts_of, granted_share
from bayes_trace.models.conditions import make_design, make_groups
from bayes_trace.models.contrasts import make_contrasts
from tests.arms import arms_set
from tests.build import data, item, make_set, problems, sound
from tests.synthetic import expit

ROW = {"A": 0.6, "B": 0.3}


def attempt(name, made, not_made, /, **more):
    """An item coded about the attempt alone."""
    return item(name, {"made": made, "not_made": not_made}, coding={"about": "attempt"}, **more)


def decisions(granted, rows, /, *, details=None, **more):
    """A set of one episode for each outcome, with the items given."""
    names = [f"e{n}" for n in range(len(granted))]
    own = {
        name: {"granted": said, **(details or {}).get(name, {})}
        for name, said in zip(names, granted, strict=True)
    }
    episodes = {name: [item(f"x-{name}", ROW), *each] for name, each in zip(names, rows, strict=True)}
    return make_set(episodes, hypotheses=("A", "B"), priors=(0.5, 0.5), details=own, **more)


# --- what is coded about an attempt ------------------------------------------------------


def test_an_attempt_has_codings_of_its_own_that_no_hypothesis_feels():
    plain = decisions(["yes"], [[]])
    tried = decisions(["yes"], [[attempt("claim", 0.9, 0.1)]])
    before, after = (bt.update(bt.compile_evidence(es)).probability for es in (plain, tried))
    np.testing.assert_array_equal(before, after)
    assert attempts_of(bt.compile_evidence(plain)) is None


def test_worse_disloyalty_never_raises_the_attempt():
    """An item of hypotheses, whatever it says and of whatever step, leaves P(attempt) where it is."""
    claim = attempt("claim", 0.5, 0.25)
    for a in (0.1, 0.5, 0.9):
        es = decisions(
            ["no"], [[claim, item("act", {"A": a, "B": 0.2}, step="attempt")]], steps={"A": ("attempt",)}
        )
        assert attempt_probability(bt.compile_evidence(es)).item() == pytest.approx(2 / 3)


def test_an_attempt_by_hand_with_a_source_an_absence_and_a_cluster():
    """P(made) by plain products: report, vain search, and two members of one origin that count as the stronger."""
    rows = [
        attempt("heard", 0.8, 0.2, source={"key": "paper"}),
        attempt("sought", 0.6, 0.1, found="absent", detection=0.5),
        attempt("one", 0.5, 0.25, cluster="origin"),
        attempt("echo", 0.5, 0.25, cluster="origin"),
    ]
    sources = [{"id": "paper", "type": "document", "reliability": {"hit": 0.9, "false_report": 0.3}}]
    es = decisions(["yes"], [rows], sources=sources, clusters=[{"id": "origin", "correlation": 1}])
    made, silent = (
        (0.9 * p + 0.3 * (1 - p)) * (1 - 0.5 * q) * r for p, q, r in ((0.8, 0.6, 0.5), (0.2, 0.1, 0.25))
    )
    assert attempt_probability(bt.compile_evidence(es)).item() == pytest.approx(made / (made + silent))


def test_an_episode_that_is_not_scored_can_have_an_attempt():
    details = {"e1": {"scored": False, "not_scored": "no decision"}}
    es = decisions(["yes", "unknown"], [[], []], details={})
    plain = es.model_dump(mode="json", exclude_defaults=True)
    plain["cases"][0]["episodes"][1] |= details["e1"]
    plain["cases"][0]["items"][1] = {**attempt("claim", 0.8, 0.2), "episodes": ["e1"]}
    found = attempt_probability(bt.compile_evidence(EvidenceSet.model_validate(plain)))
    assert found.sel(episode="e1").item() == pytest.approx(0.8)
    assert np.isnan(found.sel(episode="e0").item())


@pytest.mark.parametrize(
    ("coding", "said"),
    [
        ({"about": "attempt", "values": {"made": 0.5}}, "gives a value for made and for not_made"),
        (
            {"about": "attempt", "values": {"made": 0.5, "not_made": 0.2, "A": 0.1}},
            "no alternative 'A'; expected one of: made, not_made",
        ),
        (
            {"about": "success", "values": {"holds": 0.5, "fails": 0.2}},
            "'success', expected attempt, or nothing",
        ),
        ({"about": "attempt", "of": "supply", "values": {"made": 0.5, "not_made": 0.2}}, "leave it out"),
    ],
)
def test_what_an_attempt_cannot_be(coding, said):
    found = problems([item("claim", codings=[coding])])
    assert any(said in each for each in found), found


# --- supplies and refusals ---------------------------------------------------------------


def two_senses(granted, *of):
    rows = [item(f"i{n}", ROW, coding={"of": sense} if sense else {}) for n, sense in enumerate(of)]
    plain = data(rows)
    plain["cases"][0]["episodes"][0]["granted"] = granted
    return EvidenceSet.model_validate(plain)


@pytest.mark.parametrize(
    ("granted", "of", "said"),
    [
        (
            "part",
            ("supply", "refusal"),
            "coded in two senses: of supply by first (i0); of refusal by first (i1); code all of one, or split the episode",
        ),
        ("no", ("supply", None), "coded in two senses"),
        (
            "no",
            ("supply", "supply"),
            "coded of supply by first (i0, i1), but granted: no; code it of refusal",
        ),
        ("yes", ("refusal",), "but granted: yes; code it of supply"),
    ],
)
def test_an_episode_is_coded_in_one_sense(granted, of, said):
    assert any(said in str(each) for each in list_problems(two_senses(granted, *of)))


@pytest.mark.parametrize(
    ("granted", "of", "sense"),
    [
        ("no", None, "refusal"),
        ("yes", None, "supply"),
        ("part", None, "supply"),
        ("part", "refusal", "refusal"),
    ],
)
def test_the_sense_of_an_episode(granted, of, sense):
    es = two_senses(granted, of)
    assert list_problems(es) == []
    assert es.sense_of("e1") == sense
    assert bt.compile_evidence(es)["sense"].item() == sense


def test_check_names_the_two_senses_of_1955_and_of_1969():
    """Codings of a grant put among those of a refusal, as the set once had them, are refused by name."""
    es = arms_set()
    plain = es.model_dump(mode="json", exclude_defaults=True)
    for case in plain["cases"]:
        for each in case["items"]:
            for coding in each.get("codings", ()):
                here = set(coding.get("episodes", each.get("episodes", ())))
                if {"appeal_1955_unmet", "assistance_cut_1969"} & here and not coding.get("coder"):
                    coding.update({} if coding.get("about") else {"of": "supply"})
    named = {each.where[1] for each in list_problems(EvidenceSet.model_validate(plain))}
    assert named == {"appeal_1955_unmet", "assistance_cut_1969"}


# --- success -----------------------------------------------------------------------------

CLAIMS = ((0.8, 0.2), (0.5, 0.5), (0.3, 0.6), (0.7, 0.1), (0.4, 0.2))
OUTCOMES = ("yes", "no", "no", "yes", "part")


def tried(**more):
    rows = [[attempt(f"c{n}", *claim)] for n, claim in enumerate(CLAIMS)]
    return decisions(list(OUTCOMES), rows, **more)


def test_success_agrees_with_importance_sampling():
    found = success_of_attempts(bt.compile_evidence(tried()))
    draws = np.random.default_rng(3).standard_normal((3, 400_000, 1)) * 1.5
    share, success, base = (expit(each) for each in draws)
    made, not_made = np.array(CLAIMS).T
    y = np.array([{"yes": 1, "no": 0, "part": 0.5}[each] for each in OUTCOMES])
    with_it = share * made * success**y * (1 - success) ** (1 - y)
    without = (1 - share) * not_made * base**y * (1 - base) ** (1 - y)
    weight = (with_it + without).prod(axis=1)
    weight = weight / weight.sum()
    assert found.success.sel(of="mean").item() == pytest.approx(weight @ success[:, 0], abs=0.006)
    assert found.without.sel(of="mean").item() == pytest.approx(weight @ base[:, 0], abs=0.006)
    assert found.p_helps.item() == pytest.approx(weight @ (success > base)[:, 0], abs=0.006)
    np.testing.assert_allclose(found.made.values, weight @ (with_it / (with_it + without)), atol=0.006)
    bound = with_it[:, 0] / (with_it + without)[:, 0] * np.maximum(0, 1 - base / success)[:, 0]
    order = np.argsort(bound)
    low = bound[order][np.searchsorted(np.cumsum(weight[order]), 0.05)]
    assert found.decisive.values[0] == pytest.approx(low, abs=0.006)
    assert np.isnan(found.decisive.values[1]), "what was refused was not decided by an attempt"


def test_success_that_always_follows_a_claim_and_never_anything_else_is_shown():
    rows = [[attempt(f"c{n}", 0.99, 0.01) if n % 2 else attempt(f"c{n}", 0.01, 0.99)] for n in range(16)]
    es = decisions(["yes" if n % 2 else "no" for n in range(16)], rows)
    found = success_of_attempts(bt.compile_evidence(es))
    assert found.p_helps.item() > 0.99
    assert found.decisive.sel(episode="e1").item() > 0.5
    # and where nothing is known of claims, nothing is shown, though the mean of the bound would not be small
    rows = [[attempt(f"c{n}", 0.5, 0.5)] for n in range(16)]
    flat = success_of_attempts(bt.compile_evidence(decisions(["yes", "no"] * 8, rows)))
    assert flat.p_helps.item() == pytest.approx(0.5, abs=1e-6)
    assert flat.decisive.sel(episode="e0").item() == 0


def test_the_halves_of_a_split_outcome_count_as_one_granted_in_part():
    claim = attempt("claim", 0.7, 0.2)
    rest = [[attempt("other", 0.6, 0.3)]]
    whole = decisions(["part", "yes"], [[claim], *rest])
    half = {"e0": {"decision": "asked"}, "e1": {"decision": "asked"}}
    split = decisions(["yes", "no", "yes"], [[claim], [], *rest], details=half)
    both = {**claim, "codings": [{**claim["codings"][0], "episodes": ["e0", "e1"]}], "episodes": ["e0", "e1"]}
    twice = split.model_dump(mode="json", exclude_defaults=True)
    twice["cases"][0]["items"] = [
        both if each["id"] == "claim" else each for each in twice["cases"][0]["items"]
    ]
    found = [
        success_of_attempts(bt.compile_evidence(es))
        for es in (whole, split, EvidenceSet.model_validate(twice))
    ]
    for other in found[1:]:
        assert other.decisions.item() == 2
        assert other["episode"].values.tolist() == ["asked", "e2"]
        for name in ("success", "without", "p_helps", "made", "decisive"):
            np.testing.assert_allclose(other[name].values, found[0][name].values, atol=1e-12)


def test_parts_of_a_decision_differ_in_their_outcome():
    plain = data([item("x", ROW)], episodes=("e0", "e1"))
    for episode in plain["cases"][0]["episodes"]:
        episode |= {"granted": "yes", "decision": "asked"}
    told = [str(each) for each in list_problems(EvidenceSet.model_validate(plain))]
    assert any("e0 and e1 are parts of the decision asked with the same outcome" in each for each in told)


def test_an_item_of_several_decisions_is_shared_among_them():
    shared = attempt("claim", 0.8, 0.2)
    shared = {**shared, "episodes": ["e0", "e1"]}
    es = make_set(
        {"e0": [shared], "e1": [shared]},
        hypotheses=("A", "B"), priors=(0.5, 0.5),
        details={"e0": {"granted": "yes"}, "e1": {"granted": "no"}},
    )  # fmt: skip
    root = decisions(["yes", "no"], [[attempt("a", 0.8**0.5, 0.2**0.5)], [attempt("b", 0.8**0.5, 0.2**0.5)]])
    one, two = (success_of_attempts(bt.compile_evidence(each)) for each in (es, root))
    np.testing.assert_allclose(one.made.values, two.made.values, atol=1e-9)


def test_unknown_outcomes_teach_nothing_of_success():
    es = decisions(["unknown"], [[attempt("claim", 0.8, 0.2)]])
    with pytest.raises(bt.ModelError, match="no decision with a known outcome is coded about an attempt"):
        success_of_attempts(bt.compile_evidence(es))
    assert np.isnan(granted_share(attempts_of(bt.compile_evidence(es)))).all()


# --- the arms set ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arms():
    return arms_set()


def test_probabilities_of_attempts_are_those_of_the_close_reading(arms):
    """founding-case.md, section 1, column P(att): from the items on attempts alone, at even odds."""
    printed = {
        "f5e_1972": 0.80,
        "f104_1975": 0.67,
        "package_1976": 0.94,
        "appeal_of_1955": 0.97,
        "f104_refused_1959_60": 0.33,
        "f104_1961": 0.33,
        "package_1964": 0.67,
        "troop_withdrawal_2020": 0.94,
        "troop_halt_2021": 0.94,
        "bonn_assistance_1966": 0.20,
        "israel_status_1964_69": 0.80,
        "jordan_arms_1964_65": 0.67,
        "jordan_supersonics_1966": 0.67,
    }
    found = attempt_probability(bt.compile_evidence(arms))
    assert {name: round(found.sel(episode=name).item(), 2) for name in printed} == printed
    # decibels by hand: a complaint 6, then 3 less for the threat that stands in its place
    by_hand = 10 ** ((-3 + 9 - 6 + 3) / 10)
    assert found.sel(episode="package_1964").item() == pytest.approx(by_hand / (1 + by_hand))
    criticised = attempt_probability(bt.compile_evidence(bt.apply_scenario(arms, "source_criticised")))
    moved = {"assistance_cut_1969": 0.79, "f5e_1972": 0.51, "package_1976": 0.67}
    assert {name: round(criticised.sel(episode=name).item(), 2) for name in moved} == moved


def test_only_what_speaks_of_an_attempt_is_coded_about_one(arms):
    """Every item coded about an attempt names a J code, or is a claim that was only expected."""
    for each, *_ in arms.coded_links("attempt"):
        assert {"J1", "J2", "J3", "J4", "J5"} & set(each.implications) or each.id == "FRG-01"


def test_the_record_of_loyalty_is_no_attempt(arms):
    """Of ten items under attempts for Taiwan seven stay, of twelve for Pakistan six; the others are the record."""
    steps = {
        case.case: [each.step for each in case.items if each.step in ("attempt", "record")]
        for case in arms.cases
    }
    assert (steps["taiwan"].count("attempt"), steps["taiwan"].count("record")) == (7, 3)
    assert (steps["pakistan"].count("attempt"), steps["pakistan"].count("record")) == (6, 6)
    weights = bt.weight_by_step(
        bt.compile_evidence(arms), "loyalty_coercion", against="geostrategic_coercion", coder="reader_a"
    )
    here = weights.sel(episode="package_1964")
    assert here.sel(step="record").item() == pytest.approx(3 + 3 + 3)  # PK-16, PK-20, PK-22


def test_every_episode_is_read_or_said_not_to_be_stated(arms):
    for episode in arms.episodes.values():
        for part in ("attempt", "reply", "success", "backfire"):
            assert getattr(episode, part), (episode.id, part)


# --- contrasts ---------------------------------------------------------------------------


def contrasted(*sides, **more):
    said = {"about": "A", "values": {"holds": 0.6, "fails": 0.3}}
    contrast = item("pair", codings=[said], contrast=list(sides), episodes=[], **more)
    plain = data(
        [item("x", ROW), contrast], episodes=("e1", "e2"), conditions={"rank": "a number", "other": ""}
    )
    for episode, rank in zip(plain["cases"][0]["episodes"], (1, 0), strict=True):
        episode |= {"conditions": {"rank": rank}, "granted": "yes"}
    return plain


def test_a_contrast_is_an_item_of_neither_side():
    with_it = bt.compile_evidence(sound(contrasted("e1", "e2")))
    assert with_it["link_item"].values.tolist() == ["x"]
    assert with_it.contrast_likelihood.values.tolist() == [[0.6, 0.3]]
    assert with_it.contrast_condition.sel(condition="rank").values.tolist() == [["1.0", "0.0"]]


@pytest.mark.parametrize(
    ("sides", "more", "said"),
    [
        (("e1",), {}, "e1; expected two that differ"),
        (("e1", "e1"), {}, "expected two that differ"),
        (("e1", "nowhere"), {}, "no episode or case 'nowhere'"),
        (("e1", "e2"), {"cluster": "c"}, "so leave cluster out"),
    ],
)
def test_what_a_contrast_cannot_be(sides, more, said):
    found = [str(p) for p in list_problems(EvidenceSet.model_validate(contrasted(*sides, **more)))]
    assert any(said in each for each in found), found


def test_contrasts_that_say_nothing_new_are_left_out_with_the_reason():
    evidence = bt.compile_evidence(sound(contrasted("e1", "e2")))
    design = make_design(evidence, ["rank"])
    both = make_contrasts(evidence, evidence, design, make_groups(evidence, None))
    assert both.left_out == {"pair": "the outcomes of both sides count already"}
    one = evidence.isel(episode=[0])
    kept = make_contrasts(evidence, one, design, make_groups(evidence, None))
    assert kept.names == ("pair",)
    assert kept.x[0, :, 0].tolist() == [1, -1]


# --- scenarios ---------------------------------------------------------------------------


def with_scenarios(**scenarios):
    plain = decisions(["yes", "no"], [[], []]).model_dump(mode="json", exclude_defaults=True)
    return sound({**plain, "scenarios": {name: {"label": name, **each} for name, each in scenarios.items()}})


def test_a_scenario_corrects_an_outcome_and_adds_a_refusal():
    new = {"id": "e9", "label": "Asked once more", "outcome": "refused", "granted": "no"}
    es = with_scenarios(
        records={
            "change_episodes": [
                {"episode": "e0", "granted": "no", "conditions": {}, "outcome": "Never came"}
            ],
            "add_episodes": {"case": [new]},
            "add_items": {"case": [{**item("late", {"A": 0.2, "B": 0.8}), "episodes": ["e9"]}]},
        }
    )
    changed = bt.apply_scenario(es, "records")
    assert (changed.episodes["e0"].granted, changed.episodes["e0"].outcome) == ("no", "Never came")
    assert changed.sense_of("e0") == "refusal"
    assert bt.update(bt.compile_evidence(changed)).probability.sel(
        episode="e9", hypothesis="B"
    ).item() == pytest.approx(0.8)
    assert es.episodes["e0"].granted == "yes"


def test_changes_of_an_added_episode_wait_for_it():
    new = {"id": "e9", "label": "Asked once more", "outcome": "refused", "granted": "no"}
    es = with_scenarios(
        first={"change_episodes": [{"episode": "e9", "granted": "yes"}]},
        last={"add_episodes": {"case": [new]}},
    )
    orders = (("first", "last"), ("last", "first"))
    assert [bt.apply_scenario(es, *order).episodes["e9"].granted for order in orders] == ["yes", "yes"]


def test_a_change_of_an_unknown_episode_is_refused():
    plain = decisions(["yes"], [[]]).model_dump(mode="json", exclude_defaults=True)
    plain["scenarios"] = {"s": {"label": "s", "change_episodes": [{"episode": "nowhere", "granted": "no"}]}}
    found = [str(each) for each in list_problems(EvidenceSet.model_validate(plain))]
    assert any("no episode 'nowhere'" in each for each in found)


# --- readings of the mechanism -----------------------------------------------------------


def test_one_reading_may_stand_without_a_list_and_each_coder_gives_one():
    plain = data([item("x", ROW)])
    plain["cases"][0]["episodes"][0]["attempt"] = {"made": "yes", "items": ["x"]}
    assert EvidenceSet.model_validate(plain).episodes["e1"].attempt[0].made == "yes"
    plain["cases"][0]["episodes"][0]["attempt"] = [
        {"made": "yes", "items": ["y"]},
        {"coder": "first", "made": "no"},
    ]
    found = [str(each) for each in list_problems(EvidenceSet.model_validate(plain))]
    assert any("no item or event 'y'" in each for each in found)
    assert any("first gives two readings; keep one" in each for each in found)
    plain["cases"][0]["episodes"][0]["attempt"] = {"made": "perhaps"}
    with pytest.raises(ValidationError, match="'yes', 'no', 'unclear' or 'not_stated'"):
        EvidenceSet.model_validate(plain)


def test_check_says_where_an_explanation_is_likelier_than_its_first_step():
    rows = [[attempt("claim", 0.5, 0.5)]]
    es = decisions(["yes"], rows, steps={"A": ("attempt", "motive")})
    told = [each.message for each in bt.check(es) if each.code == "A35"]
    assert told == [
        "as coded A has probability 0.67 and the attempt that it begins with 0.50; look for evidence of the attempt, "
        "or of a motive that needs none"
    ]
    assert math.isclose(2 / 3, 0.6 / 0.9)
    quiet = decisions(["no"], rows, steps={"A": ("attempt", "motive")})
    assert [each for each in bt.check(quiet) if each.code == "A35"] == []


# --- files -------------------------------------------------------------------------------


def test_attempts_and_senses_survive_every_format(arms, tmp_path):
    folder = bt.read_evidence_set(bt.write_evidence_set(arms, tmp_path / "set"))
    assert folder == arms
    head = next(
        line for line in (tmp_path / "set/codings/reader_b.csv").read_text().splitlines() if line[:1] != "#"
    )
    assert head == "item,episode,hypothesis,low,best,high,note,about"
    book = bt.read_spreadsheet(bt.write_spreadsheet(arms, tmp_path / "set.xlsx"))
    expected = {(i.id, e, who): c.values for i, e, c, who in arms.coded_links("attempt")}
    assert {(i.id, e, who): c.values for i, e, c, who in book.coded_links("attempt")} == expected
    assert book.episodes["f104_1975"].attempt == arms.episodes["f104_1975"].attempt


def test_a_flat_table_carries_attempts_and_senses(tmp_path):
    es = decisions(["part"], [[attempt("claim", 0.8, 0.2)]])
    plain = es.model_dump(mode="json", exclude_defaults=True)
    plain["cases"][0]["items"][0]["codings"][0]["of"] = "refusal"
    es = sound(plain)
    back = bt.read_spreadsheet(bt.write_spreadsheet(es, tmp_path / "flat.csv"))
    assert back.sense_of("e0") == "refusal"
    ours, theirs = (attempt_probability(bt.compile_evidence(each)).item() for each in (es, back))
    assert ours == theirs == pytest.approx(0.8)
    np.testing.assert_allclose(
        *(bt.update(bt.compile_evidence(each)).probability.values for each in (es, back)), atol=1e-12
    )
