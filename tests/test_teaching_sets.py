"""Small sets to teach and compare with: each gives the answer that was published, or that its specification states."""

from pathlib import Path

import numpy as np
import pytest

import bayes_trace as bt
from tests.command import run_script as run

HOME = Path(__file__).parents[1] / "evidence_sets"


def belief(name, *scenarios):
    es = bt.apply_scenario(bt.read_evidence_set(HOME / name), *scenarios)
    return bt.update(bt.compile_evidence(es), coder=es.base_coder)["probability"].isel(episode=0)


# --- testimony (D'Agostini 2010, arXiv:1003.2086, appendix on a simple belief network) ----------


def odds(p):
    return float(p.sel(hypothesis="all_white") / p.sel(hypothesis="one_white"))


def test_a_ball_that_is_seen_multiplies_the_odds_by_thirteen():
    # 1 against 1/13; its logarithm to base 10, the change of "judgement leaning", is printed as 1.1
    assert odds(belief("columbo_testimony", "seen")) == pytest.approx(13)
    assert round(np.log10(odds(belief("columbo_testimony", "seen"))), 1) == 1.1


def test_a_witness_who_lies_on_a_six_takes_half_of_the_weight_away():
    # equation 57 with lambda = 1/5 (equation 54): 13 (1 + 0/5) / (1 + (13 - 1)/5) = 65/17; "about a factor of two smaller"
    reported, seen = (odds(belief("columbo_testimony", *names)) for names in ((), ("seen",)))
    assert reported == pytest.approx(65 / 17)
    assert 1.7 < np.log10(seen) / np.log10(reported) < 2.1


def test_white_is_a_bit_more_probable_than_black_before_the_draw():
    # printed: 14/26 and 12/26, 53.85 % and 46.15 %
    es = bt.read_evidence_set(HOME / "columbo_testimony")
    values = es.events["first_white"].codings[0].values
    white = sum(0.5 * float(values[h].best) for h in es.hypothesis_ids)
    assert f"{white:.2%}" == "53.85%"


def test_later_reports_follow_from_the_same_die_and_a_black_ball_ends_the_matter():
    two, three, end = (
        belief("columbo_testimony", name) for name in ("second_report", "third_report", "black_seen")
    )
    assert odds(two) == pytest.approx((65 / 17) ** 2)
    # a report of black: 1/6 from the white box, 1 - 17/78 from the other
    assert odds(three) == pytest.approx((65 / 17) ** 2 * (1 / 6) / (1 - 17 / 78))
    assert float(end.sel(hypothesis="one_white")) == 1


# --- the kind of an attempt (section 3 of the specification of the founding case) ---------------


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [
        ((), (0.46, 0.12, 0.31, 0.12)),
        (("even_priors",), (0.29, 0.07, 0.57, 0.07)),
        (("even_priors", "source_doubted"), (0.24, 0.14, 0.47, 0.14)),
    ],
)
def test_the_saudi_attempt(scenarios, expected):
    assert belief("saudi_attempt_2021", *scenarios).values.round(2).tolist() == list(expected)


def test_a_compound_that_nothing_can_hurt_is_named():
    es = bt.read_evidence_set(HOME / "saudi_attempt_2021")
    assert "A08 hypotheses.loyalty+threat" in {f"{each.code} {each.path}" for each in bt.check(es)}


# --- the theory as such (section 5) ---------------------------------------------------------


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [
        (("built_on",), (0.80, 0.10, 0.01, 0.08)),
        (("as_told",), (0.54, 0.26, 0.05, 0.15)),
        (("with_refusals",), (0.33, 0.26, 0.18, 0.23)),
        ((), (0.56, 0.30, 0.08, 0.06)),
        (("sceptical",), (0.19, 0.49, 0.18, 0.14)),
    ],
)
def test_the_theory_by_what_is_let_in(scenarios, expected):
    assert belief("loyalty_theory", *scenarios).values.round(2).tolist() == list(expected)


def test_the_report_says_how_the_cases_were_chosen():
    from bayes_trace.report import gather, markdown

    text = markdown(gather(bt.read_evidence_set(HOME / "loyalty_theory")), detail="full")
    assert (
        "**Selection.** The cases were chosen from about 5 candidates (1 to 30), their outcomes being known"
        in text
    )


# --- the scripts ----------------------------------------------------------------------------


def test_theory_says_what_selection_takes_away():
    text = run("theory.py")
    for line in ("CL 0.80  UR 0.10  SV 0.01  NP 0.08", "CL 0.56  UR 0.30  SV 0.08  NP 0.06"):
        assert line in text
    # section 5: .49 for one pair, .33 for five, .28 for ten, .25 for thirty
    shown = {
        int(n): p
        for n, _, p in (line.split() for line in text.splitlines() if line.strip()[:2].strip().isdigit())
    }
    assert shown == {1: "0.49", 5: "0.33", 10: "0.28", 30: "0.25"}


def test_combined_coercion_adds_up_what_was_at_work():
    text = run("combined_coercion.py")
    assert "as coded: loyalty 0.46, threat 0.12, loyalty+threat 0.31, neither 0.12" in text
    assert "at work: loyalty 0.77, threat 0.42" in text
    assert "even_priors: loyalty 0.29, threat 0.07, loyalty+threat 0.57, neither 0.07" in text


def test_rivals_say_what_is_left_beside_what_the_article_does_not_test():
    # section 4 of the specification: sources criticised, each origin once; nine explanations, even and a hard case
    rows = {
        line.split()[0]: line.split()[1:] for line in run("rivals.py").splitlines() if line.startswith("   ")
    }
    for episode, even, hard in [
        ("f5e_1972", "0.72", "0.51"),
        ("package_1976", "0.89", "0.80"),
        ("relations_act_1979", "0.46", "0.29"),
    ]:
        assert rows[episode][1:3] == [even, hard]
    assert rows["troop_halt_2021"][3] == "domestic"
