"""Posterior predictive checks against sums done by hand, published numbers, and what must raise an error."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, NoDataModelError, UnknownNameError
from bayes_trace.prediction import describe, holdout, predict, prediction_table, surprise
from tests.build import item, make, sound
from tests.events import report, with_events

THREE = {
    "x": {"A": 0.8, "B": 0.2, "C": 0.5},
    "y": {"A": 0.3, "B": 0.6, "C": 0.1},
    "z": {"A": 0.9, "B": 0.4, "C": 0.7},
}
PRIORS = {"A": 0.5, "B": 0.2, "C": 0.3}


def rows(table):
    return {name: np.array(list(row.values())) for name, row in table.items()}


def posterior(prior, *likelihoods):
    joint = np.array(prior) * np.prod(np.array([np.ones(len(prior)), *likelihoods]), axis=0)
    return joint / joint.sum()


def clustered(rho, **more):
    items = [
        item("x", {"A": 0.8, "B": 0.2}, cluster="c"),
        item("y", {"A": 0.8, "B": 0.2}, cluster="c"),
        item("z", {"A": 0.3, "B": 0.6}),
    ]
    return bt.compile_evidence(make(items, clusters=[{"id": "c", "correlation": {"best": rho}}], **more))


@pytest.mark.parametrize(
    ("row", "expected"),
    # Galdino's draft on Fairfield and Charman's oil majors: posterior .71 and .29
    [((0.80, 0.05), 0.5825), ((0.75, 0.15), 0.576), ((0.70, 0.20), 0.555), ((0.40, 0.80), 0.516)],
)
def test_published_predictions(row, expected):
    # 4 dB of other evidence, stated as a ratio, turn even odds into .715; here the rounded .71 is the prior
    es = bt.from_table({"e": dict(zip("AB", row, strict=True))}, priors={"A": 0.71, "B": 0.29})
    found = predict(bt.compile_evidence(es), items=["e"])
    assert float(found.probability.item()) == pytest.approx(expected, abs=1e-12)


def test_each_item_in_turn_is_the_sum_over_hypotheses():
    found = predict(bt.compile_evidence(bt.from_table(THREE, priors=PRIORS)))
    table, prior = rows(THREE), list(PRIORS.values())
    for name, row in table.items():
        rest = posterior(prior, *(other for key, other in table.items() if key != name))
        one = found.sel(link=f"{name}@episode")
        np.testing.assert_allclose(one.rest, rest, rtol=1e-12)
        np.testing.assert_allclose(one.probability, rest @ row, rtol=1e-12)


def test_items_named_are_held_out_together():
    found = predict(bt.compile_evidence(bt.from_table(THREE, priors=PRIORS)), items=["x", "y"])
    table = rows(THREE)
    rest = posterior(list(PRIORS.values()), table["z"])
    np.testing.assert_allclose(found.probability, [rest @ table["x"], rest @ table["y"]], rtol=1e-12)


def test_without_other_items_the_prior_predicts():
    found = predict(bt.compile_evidence(bt.from_table({"x": {"A": 0.8, "B": 0.2}})))
    assert float(found.probability.item()) == pytest.approx(0.5)


def test_chain_rule_over_items():
    # P(x, y, z) = P(x | y, z) P(y, z), the last from the log evidence without x
    ev = bt.compile_evidence(bt.from_table(THREE, priors=PRIORS))
    without = bt.compile_evidence(bt.from_table({k: v for k, v in THREE.items() if k != "x"}, priors=PRIORS))
    step = float(bt.update(ev).log_evidence.item()) - float(bt.update(without).log_evidence.item())
    assert float(predict(ev, items="x").log_probability.item()) == pytest.approx(step, abs=1e-12)


def test_tempered_evidence_is_conditioned_on_and_the_item_is_predicted_in_full():
    kappa = 1 / (1 + 0.5)  # of two equal members at correlation .5; the one that stays is alone
    ev = clustered(0.5)
    x, z = np.array([0.8, 0.2]), np.array([0.3, 0.6])
    own = predict(ev).sel(link="x@e1")
    np.testing.assert_allclose(own.probability, posterior([0.5, 0.5], x, z) @ x, rtol=1e-12)
    other = predict(ev).sel(link="z@e1")
    np.testing.assert_allclose(other.probability, posterior([0.5, 0.5], x ** (2 * kappa)) @ z, rtol=1e-12)


def test_a_cluster_is_held_out_whole():
    ev, x, z = clustered(0.5), np.array([0.8, 0.2]), np.array([0.3, 0.6])
    rest = posterior([0.5, 0.5], z)
    np.testing.assert_allclose(predict(ev, items=["c"]).probability, [rest @ x, rest @ x], rtol=1e-12)
    found = predict(ev, by="cluster")
    np.testing.assert_allclose(found.probability[:2], [rest @ x, rest @ x], rtol=1e-12)
    np.testing.assert_allclose(found.rest[2], posterior([0.5, 0.5], x ** (4 / 3)), rtol=1e-12)


def test_what_an_item_is_coded_given_stays():
    items = [
        item("x", {"A": 0.8, "B": 0.2}),
        item("y", {"A": 0.6, "B": 0.3}, given=["x"]),
        item("z", {"A": 0.5, "B": 0.1}),
    ]
    found = predict(bt.compile_evidence(make(items)), items=["x", "y"])
    x, y, z = np.array([0.8, 0.2]), np.array([0.6, 0.3]), np.array([0.5, 0.1])
    np.testing.assert_allclose(
        found.probability, [posterior([0.5, 0.5], z) @ x, posterior([0.5, 0.5], x, z) @ y]
    )


def test_an_event_is_held_out_with_all_its_reports():
    es = sound(with_events([report("r"), report("q", "t"), item("z", {"A": 0.3, "B": 0.6})]))
    ev = bt.compile_evidence(es)
    happened = np.array([0.8, 0.2])
    reports = happened * 0.9**2 + (1 - happened) * 0.1**2
    expected = posterior([0.5, 0.5], [0.3, 0.6]) @ reports
    for name in ("fire", "r"):
        found = predict(ev, items=[name])
        assert found.link.values.tolist() == ["fire@e1"]
        assert float(found.probability.item()) == pytest.approx(expected, rel=1e-12)


def test_an_absent_item_is_a_search_in_vain():
    table = {"x": {"A": 0.8, "B": 0.2}}
    es = bt.from_table(table, found={"x": "absent"}, detection={"x": 0.5})
    assert float(predict(bt.compile_evidence(es)).probability.item()) == pytest.approx((0.6 + 0.9) / 2)


def test_a_fact_is_a_mixture_over_its_readings():
    # lambda ~ w / mean q: (.6 / .5, .4 / .25); normalised they are the readings' probabilities beforehand
    codings = [{"readings": {"early": {"A": 0.8, "B": 0.2}, "late": {"A": 0.1, "B": 0.4}}}]
    fact = item("x", reading="when", codings=codings)
    ev = bt.compile_evidence(make([fact], readings=[{"id": "when", "options": {"early": 0.6, "late": 0.4}}]))
    share = np.array([0.6 / 0.5, 0.4 / 0.25])
    share /= share.sum()
    expected = np.array([0.5, 0.5]) @ np.array([[0.8, 0.1], [0.2, 0.4]]) @ share
    assert float(predict(ev).probability.item()) == pytest.approx(expected, rel=1e-12)


RATIO = item("w", codings=[{"unit": "ratio", "reference": "B", "values": {"A": 4.0, "B": 1.0}}])


def test_ratios_are_conditioned_on_and_never_predicted():
    ev = bt.compile_evidence(make([RATIO, item("x", {"A": 0.8, "B": 0.05})]))
    found = predict(ev)
    assert found.link.values.tolist() == ["x@e1"]
    assert found.attrs["not_predicted"] == "w"
    assert float(found.probability.item()) == pytest.approx(0.8 * 0.8 + 0.2 * 0.05)
    with pytest.raises(NoDataModelError, match=r"w: coded by ratios.*state a reference_probability"):
        predict(ev, items=["w"])
    with pytest.raises(NoDataModelError, match="w: coded by ratios"):
        surprise(bt.compile_evidence(make([RATIO])))


def test_surprise_is_in_bits_and_under_the_leader_of_the_rest():
    scored = surprise(bt.compile_evidence(bt.from_table(THREE, priors=PRIORS)))
    p = scored.probability.values
    np.testing.assert_allclose(scored.surprise, -np.log2(p), rtol=1e-12)
    np.testing.assert_allclose(scored.expected, -(p * np.log2(p) + (1 - p) * np.log2(1 - p)), rtol=1e-12)
    for link in scored.link.values:
        one = scored.sel(link=link)
        best = one.rest.idxmax("hypothesis").item()
        assert one.leader.item() == best
        assert float(one.under_leader) == pytest.approx(
            -np.log2(float(one.given_hypothesis.sel(hypothesis=best)))
        )


def test_table_and_words_name_the_least_expected():
    es = bt.from_table({"memo": {"A": 0.9, "B": 0.5}, "note": {"A": 0.01, "B": 0.02}})
    scored = surprise(bt.compile_evidence(es))
    assert prediction_table(scored)["item"].tolist() == ["note", "memo"]
    said = describe(scored)
    assert (
        "The least expected is note on episode: probability 0.01 given the rest, and 0.01 if A is true."
        in said
    )
    with pytest.raises(
        BayesTraceError, match=r"expected surprise; call bt\.prediction\.surprise\(evidence\) first"
    ):
        describe(predict(bt.compile_evidence(es)))


def sourced(keys):
    values = {"A": 0.8, "B": 0.2}
    items = [
        item(f"i{number}", values, **({"source": {"key": key}} if key else {}))
        for number, key in enumerate(keys)
    ]
    sources = [{"id": key, "type": "book", "title": key} for key in dict.fromkeys(filter(None, keys))]
    return bt.compile_evidence(make(items, sources=sources))


@pytest.mark.parametrize("seed", range(5))
def test_folds_keep_sources_whole_and_use_them_all(seed):
    keys = ["a", "b", "a", "c", "", "b", ""]
    scored = holdout(sourced(keys), k=3, seed=seed)
    fold = dict(zip(scored.link_item.values.tolist(), scored.fold.values.tolist(), strict=True))
    assert fold["i0"] == fold["i2"]
    assert fold["i1"] == fold["i5"]
    assert set(fold.values()) == {0, 1, 2}
    assert len(fold) == len(keys)


def test_a_fold_is_predicted_from_the_others():
    scored = holdout(sourced(["a", "b", "a"]), k=2)
    x = np.array([0.8, 0.2])
    by = {"i0": posterior([0.5, 0.5], x), "i1": posterior([0.5, 0.5], x, x), "i2": posterior([0.5, 0.5], x)}
    for name, rest in by.items():
        one = scored.sel(link=f"{name}@e1")
        assert float(one.score) == pytest.approx(np.log2(rest @ x))
        assert float(one.score_prior) == pytest.approx(np.log2(0.5))


def test_sources_that_meet_in_an_event_go_together():
    es = sound(
        with_events(
            [
                report("r"),
                report("q", "t"),
                item("z", {"A": 0.3, "B": 0.6}, source={"key": "s"}),
                item("y", {"A": 0.3, "B": 0.6}),
            ]
        )
    )
    scored = holdout(bt.compile_evidence(es), k=2)
    fold = dict(zip(scored.link_item.values.tolist(), scored.fold.values.tolist(), strict=True))
    assert fold["fire"] == fold["z"] != fold["y"]


def test_bad_calls_say_what_there_is():
    ev = bt.compile_evidence(bt.from_table(THREE))
    with pytest.raises(
        UnknownNameError, match="no coded item, fact, event or cluster named 'q'; there are: x, y, z"
    ):
        predict(ev, items=["q"])
    with pytest.raises(UnknownNameError, match="no coder named 'q'; there are: author"):
        predict(ev, coder="q")
    with pytest.raises(BayesTraceError, match="by='day', expected one of item, cluster, source"):
        predict(ev, by="day")
    with pytest.raises(BayesTraceError, match="k=4; expected 2 or more folds and no more than the 3 sources"):
        holdout(ev, k=4)
