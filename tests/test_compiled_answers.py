"""Exact answers of a set of every form, from its likelihoods by plain sums."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, ScaleError
from bayes_trace.exact import log_joint, log_pool, ranking, sum_over_links
from bayes_trace.exact.blocks import blocks_of, whole_block
from bayes_trace.exact.mean import coded_links, level_of
from bayes_trace.likelihood import compile_decisions, drop_entries
from bayes_trace.likelihood.ranges import elicited
from bayes_trace.scales import classify_test
from tests.rich import rich

DB = 10 / math.log(10)
HYPOTHESES = ["A", "B", "C", "A+B"]
EPISODES = ["e1", "e2", "e3", "e4"]
NAT = {"rtol": 1e-9, "atol": 1e-11}


@cache
def compiled():
    return bt.compile_evidence(rich())


@cache
def one():
    return compiled().sel(coder="one")


def of_episode(name, ev=None):
    return np.flatnonzero((compiled() if ev is None else ev)["link_episode"].values == name)


def normal(log_joint):
    joint = np.exp(log_joint - log_joint.max())
    return joint / joint.sum()


def discounted(rows, spoken):
    """Weights in the one cluster, on e2: spreads between A and B alone, correlation 1/2."""
    kappa = np.ones(len(rows))
    members = [
        n
        for n in np.flatnonzero(compiled()["link_cluster"].values == "k")
        if n in of_episode("e2") and spoken[n]
    ]
    spread = np.array([abs(rows[n, 0] - rows[n, 1]) for n in members])
    kappa[members] = 1 / (1 + (spread.sum() / spread.max() - 1) / 2)
    return kappa


def spoken_of(coder):
    """Links that a coder coded: of an event the coding of the event counts."""
    ev = compiled().sel(coder=coder)
    told = ev["coded"].values & (ev["entry_role"].values != 3)
    return np.isin(np.arange(ev.sizes["link"]), ev["entry_link"].values[told])


# --- pools ----------------------------------------------------------------------------------------


def mean_rows(share):
    """Rows averaged over those who coded each link."""
    rows, weight = (
        compiled()["log_likelihood"].values,
        np.array([spoken_of("one"), spoken_of("two")]) * np.array(share)[:, None],
    )
    return (rows * weight[..., None]).sum(axis=0) / weight.sum(axis=0)[:, None]


def answers(rows, kappa):
    prior = compiled()["prior"].values
    return np.array(
        [
            normal(np.log(prior[n]) + (kappa[:, None] * rows)[of_episode(e)].sum(axis=0))
            for n, e in enumerate(EPISODES)
        ]
    )


@pytest.mark.parametrize("share", [None, (0.75, 0.25)])
def test_a_log_pool_averages_rows_link_by_link(share):
    rows = mean_rows(share or (0.5, 0.5))
    kappa = discounted(rows, np.ones(len(rows), dtype=bool))
    if share is None:
        post = bt.update(compiled(), pool="log")
        np.testing.assert_allclose(post["probability"].values, answers(rows, kappa), **NAT)
        assert post["relative"].values.tolist() == [True] * 4
        assert post.attrs["coder"] == "log pool of one two"
        assert post["n_coded"].values.tolist() == [4, 9, 7, 1]
    pooled = log_pool(compiled(), share=None if share is None else np.array(share))
    np.testing.assert_allclose(pooled["log_likelihood"].values[0], rows, **NAT)
    np.testing.assert_allclose(pooled["kappa"].values[0], kappa, **NAT)
    member = compiled()["link_cluster"].values == "k"
    np.testing.assert_allclose(pooled["effective_number"].values[0][member], (2 / kappa - 1)[member], **NAT)
    assert pooled["coded"].values.all()
    assert pooled["is_ratio"].values[0].tolist() == [name == "times@e1" for name in pooled["entry"].values]


def test_a_linear_pool_fills_gaps_and_averages_posteriors():
    gaps, found = mean_rows((0.5, 0.5)), []
    for coder in ("one", "two"):
        own = compiled()["log_likelihood"].sel(coder=coder).values
        rows = np.where(spoken_of(coder)[:, None], own, gaps)
        found.append(answers(rows, discounted(rows, np.ones(len(rows), dtype=bool))))
    post = bt.update(compiled(), pool="linear")
    np.testing.assert_allclose(post["probability"].values, np.mean(found, axis=0), **NAT)
    np.testing.assert_allclose(np.exp(post["log_probability"].values), np.mean(found, axis=0), **NAT)
    assert np.isnan(post["log_evidence"].values).all()
    assert post["n_coded"].values.tolist() == [4, 9, 7, 1]
    assert post.attrs["coder"] == "linear pool of one two"
    assert post["log_evidence"].dims == ("episode",)


def test_a_coherent_pool_is_the_mean_of_probabilities_where_compounds_lie_between():
    """None of the rows of e2 and e4 has its compound outside of its parts."""
    ev = bt.compile_evidence(rich(), episodes=["e2", "e4"])
    q = np.exp(compiled()["log_likelihood"].values)
    weight = np.array([spoken_of("one"), spoken_of("two")], dtype=float)
    mean = (q * weight[..., None]).sum(axis=0) / weight.sum(axis=0)[:, None]
    outside = (mean[:, 3] > mean[:, :2].max(axis=1) + 1e-12) | (mean[:, 3] < mean[:, :2].min(axis=1) - 1e-12)
    assert not outside[[*of_episode("e2"), *of_episode("e4")]].any()
    rows = np.log(mean)
    want = answers(rows, discounted(rows, np.ones(len(rows), dtype=bool)))
    np.testing.assert_allclose(bt.update(ev, pool="coherent")["probability"].values, want[[1, 3]], **NAT)
    said = (
        "times: coded by ratios, and a coherent pool needs probabilities; state a reference_probability, "
        "or use pool='log'"
    )
    with pytest.raises(ScaleError, match=f"^{re.escape(said)}$"):
        bt.update(compiled(), pool="coherent")


def test_a_compound_outside_of_its_parts_is_mended_to_the_nearer():
    """By hand: a compound above both parts meets the larger half-way, one below both the smaller."""
    rows = {"high": {"A": 0.2, "B": 0.5, "A+B": 0.8}, "low": {"A": 0.6, "B": 0.3, "A+B": 0.1}}
    rows["between"] = {"A": 0.6, "B": 0.3, "A+B": 0.4}
    post = bt.update(bt.compile_evidence(bt.from_table(rows)), pool="coherent")
    joint = np.array([0.2 * 0.6 * 0.6, 0.65 * 0.2 * 0.3, 0.65 * 0.2 * 0.4])
    np.testing.assert_allclose(post["probability"].values[0], joint / joint.sum(), rtol=1e-9)


# --- ranges integrated out ------------------------------------------------------------------------


def test_what_has_no_mean_is_named_with_its_reason():
    said = (
        "point='mean' has no exact answer for 3 episodes; sample, or pass refused='best' to take them at best values:\n"
        "  e1: ratios have no expectation of their own\n"
        "  e2: a correlation is uncertain\n"
        "  e3: a correlation is uncertain"
    )
    with pytest.raises(ScaleError, match=f"^{re.escape(said)}$"):
        bt.update(compiled(), point="mean")
    post = bt.update(compiled(), point="mean", refused="best")
    assert post["at_best"].values.tolist() == [True, True, True, False]
    best = bt.update(compiled())
    np.testing.assert_allclose(post["probability"].values[0], best["probability"].values[0], **NAT)
    assert post.attrs["point"] == "mean"
    assert not best["at_best"].values.any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"coder": "one", "pool": "log"}, "coder= and pool= are mutually exclusive; give one"),
        (
            {"point": "mean", "pool": "log"},
            "point='mean' is the answer of one coder; give coder=, or pool at point='best'",
        ),
        ({"coder": "three"}, "no coder named 'three'; there are: one, two"),
    ],
)
def test_choices_that_exclude_one_another(options, said):
    with pytest.raises(BayesTraceError, match=f"^{re.escape(said)}$"):
        bt.update(compiled(), **options)


# --- weights --------------------------------------------------------------------------------------


def weighted():
    return one()["log_likelihood"].values * one()["kappa"].values[:, None]


def test_weights_are_differences_of_weighted_rows():
    rows = weighted()
    for of in range(4):
        for against in {0, 1, 2, 3} - {of}:
            got = bt.weight_of_evidence(compiled(), HYPOTHESES[of], against=HYPOTHESES[against])
            np.testing.assert_allclose(got.values, DB * (rows[:, of] - rows[:, against]), **NAT)
        centred = bt.weight_of_evidence(compiled(), HYPOTHESES[of])
        np.testing.assert_allclose(centred.values, DB * (rows[:, of] - rows.mean(axis=1)), **NAT)
        assert centred.attrs["against"] == "the mean of all"
    least = np.min([rows[:, 0] - rows[:, h] for h in (1, 2, 3)], axis=0)
    np.testing.assert_allclose(bt.strongest_against(compiled(), "A").values, DB * least, **NAT)


def test_the_weight_of_an_item_is_what_goes_with_it():
    """Of a fact or an event: the link with it less the link without it, at the weight of the whole."""
    ev, whole = compiled(), bt.weight_of_evidence(compiled(), "A", against="B").values
    got = bt.weight_of_items(ev, "A", against="B")
    links = ev["entry_link"].values
    for entry, name in enumerate(ev["entry"].values):
        link, role = links[entry], ev["entry_role"].values[entry]
        if role == 2:
            assert got.values[entry] == 0
            continue
        if (links == link).sum() == 1:
            assert got.values[entry] == pytest.approx(whole[link])
            continue
        alone = np.zeros(ev.sizes["entry"], dtype=bool)
        alone[entry] = True
        rest = drop_entries(ev, alone).sel(coder="one", link=ev["link"].values[link])
        row = rest["log_likelihood"].values
        left = DB * (row[0] - row[1]) * ev["kappa"].values[0, link]
        assert got.values[entry] == pytest.approx(whole[link] - left, abs=1e-9), name


def test_steps_collect_their_items():
    weight = dict(
        zip(
            compiled()["link"].values, bt.weight_of_evidence(compiled(), "A", against="B").values, strict=True
        )
    )
    got = bt.weight_by_step(compiled(), "A", against="B")
    assert got["step"].values.tolist() == ["plan", "act", ""]
    assert got["episode"].values.tolist() == EPISODES
    parts = {
        "e1": (["memo"], ["word"], ["times", "gap"]),
        "e2": (["memo", "fire"], [], ["decibels", "said", "echo", "note"]),
        "e3": (["tone", "fire"], [], ["echo"]),
        "e4": ([], [], ["late"]),
    }
    for episode, names in parts.items():
        want = [sum(weight[f"{name}@{episode}"] for name in each) for each in names]
        np.testing.assert_allclose(got.sel(episode=episode).values, want, **NAT)
    assert bt.weight_by_step(compiled(), "C", against="B")["step"].values.tolist() == [""]


def test_the_test_of_a_link_is_that_of_its_probabilities():
    """A fact averaged over its readings as stated; a ratio has no test, nor has what was not coded."""
    q = np.exp(one()["log_likelihood"].values)
    q[compiled()["link_item"].values == "tone"] = [
        0.7 * 0.8 * 0.6 + 0.3 * 0.3 * 0.4,
        0.7 * 0.3 * 0.4 + 0.3 * 0.8 * 0.6,
        0.7 * 0.4 * 0.4 + 0.3 * 0.2 * 0.2,
        0.7 * 0.55 * 0.5 + 0.3 * 0.55 * 0.5,
    ]
    q[np.isin(compiled()["link_item"].values, ["times", "late"])] = np.nan
    for decisive in (1.0, 3.0, 10.0):
        got = bt.test_type(compiled(), "A", against="B", decisive_db=decisive)
        assert got.values.tolist() == classify_test(q[:, 0], q[:, 1], decisive_db=decisive).tolist()
    assert got.attrs == {"of": "A", "against": "B"}
    assert (got.values == "undetermined").sum() == 2


def test_the_matrix_counts_what_is_behind_the_best_explanation():
    rows, kappa = one()["log_likelihood"].values, one()["kappa"].values
    behind = DB * (rows.max(axis=1, keepdims=True) - rows) * kappa[:, None]
    for against in (1.0, 3.0):
        matrix = bt.ach_matrix(compiled(), against_db=against)
        np.testing.assert_allclose(matrix["inconsistency"].values, behind, **NAT)
        np.testing.assert_allclose(matrix["diagnosticity"].values, behind.max(axis=1), **NAT)
        for n, episode in enumerate(EPISODES):
            here = of_episode(episode)
            np.testing.assert_allclose(matrix["total"].values[n], behind[here].sum(axis=0), **NAT)
            assert (
                matrix["items_against"].values[n].tolist() == (behind[here] >= against).sum(axis=0).tolist()
            )
    # as large as the bound counts, rounding apart
    edge = bt.compile_evidence(bt.from_table({"x": {"A": 0.8, "B": 0.2}}))
    assert bt.ach_matrix(edge, against_db=10 * math.log10(4))["items_against"].values.tolist() == [[0, 1]]
    assert bt.ach_matrix(edge, against_db=10 * math.log10(4) + 1e-6)["items_against"].values.tolist() == [
        [0, 0]
    ]


def test_a_mechanism_counts_alone_and_in_a_compound():
    post = bt.update(compiled(), coder="one")
    found = bt.inclusion(post)
    assert found["mechanism"].values.tolist() == ["A", "B", "C"]
    for name in ("probability", "prior"):
        p = post[name].values
        want = np.stack([p[:, 0] + p[:, 3], p[:, 1] + p[:, 3], p[:, 2]], axis=1)
        np.testing.assert_allclose(found[name].transpose("episode", "mechanism").values, want, **NAT)


# --- who leads ------------------------------------------------------------------------------------


def test_hypotheses_rank_by_what_is_left_and_those_level_by_the_set():
    rows = np.array(
        [[0.0, -1.0, -0.5], [-1.0, 0.0, -1e-10], [-np.inf, -2.0, -np.inf], [np.nan] * 3, [-2.0, 0.0, -1.0]]
    )
    assert ranking(rows).tolist() == [[0, 2, 1], [1, 2, 0], [1, 0, 2], [0, 1, 2], [1, 2, 0]]
    # those level within 1e-9 stand as listed, and no further
    assert ranking(np.array([[-0.9e-9, 0.0, -2e-9]])).tolist() == [[0, 1, 2]]
    assert ranking(np.array([[-1.1e-9, 0.0]])).tolist() == [[1, 0]]


def test_leaders_and_leads_of_every_coder():
    post = bt.update(compiled())
    found = bt.lead(post)
    for c, coder in enumerate(("one", "two")):
        for n, episode in enumerate(EPISODES):
            p = post["probability"].values[c, n]
            row = found.sel(coder=coder, episode=episode)
            if np.isnan(p).any():
                assert (row["leader"].item(), row["runner_up"].item()) == ("", "")
                assert math.isnan(row["lead"].item())
                continue
            order = np.argsort(-p)
            assert row["leader"].item() == HYPOTHESES[order[0]]
            assert row["runner_up"].item() == HYPOTHESES[order[1]]
            assert row["lead"].item() == pytest.approx(10 * math.log10(p[order[0]] / p[order[1]]))
            assert row["level"].values.tolist() == [h == order[0] for h in range(4)]
    assert found["lead"].attrs == {"units": "dB"}


def test_links_are_summed_by_episode_wherever_there_are_none():
    ev = compiled()
    values = np.arange(2 * 14 * 1.0).reshape(2, 14, 1)
    want = [[values[k, of_episode(e), 0].sum() for e in EPISODES] for k in range(2)]
    assert sum_over_links(ev, values)[..., 0].tolist() == want
    # the second and the last episode have no link
    kept = np.flatnonzero(np.isin(ev["link_episode"].values, ["e1", "e3"]))
    fewer = ev.isel(link=kept)
    got = sum_over_links(fewer, values[:, kept])[..., 0]
    assert got.tolist() == [[row[0], 0.0, row[2], 0.0] for row in want]
    nothing = ev.isel(link=[])
    assert sum_over_links(nothing, values[:, :0]).tolist() == np.zeros((2, 4, 1)).tolist()


# --- evidence as it arrives -----------------------------------------------------------------------

LISTED = ["note", "memo", "decibels", "said", "heard", "denied", "doubted", "silent", "echo"]
#: each behind all that it is given
BACKWARDS = ["silent", "doubted", "denied", "said", "heard", "echo", "decibels", "note", "memo"]
DATED = ["note", "memo", "heard", "decibels", "said", "denied", "doubted", "silent", "echo"]


@pytest.mark.parametrize(
    ("order", "want"),
    [("listed", LISTED), ("date", DATED), (DATED[::-1], BACKWARDS)],
    ids=["listed", "date", "backwards"],
)
def test_belief_grows_item_by_item_at_the_weights_of_the_whole(order, want):
    ev = compiled()
    path = bt.trajectory(ev, "e2", order=order)
    names = path["item"].values.tolist()
    assert names == ["", *want]
    here = of_episode("e2")
    kappa, prior = ev["kappa"].values[0], ev["prior"].values[1]
    in_e2 = np.isin(ev["entry_link"].values, here)
    for step in range(len(names)):
        to_come = in_e2 & np.isin(ev["entry_item"].values, names[step + 1 :])
        left = drop_entries(ev, to_come)
        links = [n for n in here if ev["link"].values[n] in left["link"].values]
        rows = left["log_likelihood"].sel(coder="one", link=ev["link"].values[links]).values
        want_p = normal(np.log(prior) + (kappa[links][:, None] * rows).sum(axis=0))
        np.testing.assert_allclose(path.values[step], want_p, **NAT)
    by_name = {"memo": "1971-08-31", "heard": "1971-12-31"}
    assert path["item_date"].values.tolist() == [by_name.get(name, "") for name in names]
    titles = {"": "", "memo": "The memo"}
    assert path["item_title"].values.tolist() == [titles.get(name, f"what {name} says") for name in names]
    assert path["step"].values.tolist() == list(range(10))


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("weight", "order='weight'; expected 'date', 'listed' or a sequence of item ids"),
        (
            ["letter", "letter", "reply", "echo", "heard", "denied", "doubted", "silent"],
            "order does not name each item of the episode once: an item named twice; the items are echo, letter, "
            "reply, heard, denied, doubted, silent",
        ),
        (
            ["letter", "ghost"],
            "order does not name each item of the episode once: denied, doubted, echo, ghost, heard, reply, silent; "
            "the items are echo, letter, reply, heard, denied, doubted, silent",
        ),
    ],
)
def test_an_order_that_is_none_is_told_whole(order, said):
    with pytest.raises(BayesTraceError, match=f"^{re.escape(said)}$"):
        bt.trajectory(compiled(), "e3", order=order)


# --- what other parts of the package take from here ------------------------------------------------


def test_a_log_joint_is_the_prior_and_every_weighted_row():
    found = log_joint(compiled())
    assert found.dims == ("coder", "episode", "hypothesis")
    assert found["coder"].values.tolist() == ["one", "two"]
    for c in range(2):
        rows = compiled()["log_likelihood"].values[c] * compiled()["kappa"].values[c][:, None]
        for n, episode in enumerate(EPISODES):
            want = np.log(compiled()["prior"].values[n]) + rows[of_episode(episode)].sum(axis=0)
            np.testing.assert_allclose(found.sel(episode=episode).values[c], want, **NAT)


def test_decisions_alone_are_compiled_without_what_stands_beside_them():
    assert compile_decisions(rich()).identical(compiled())


def test_a_block_of_all_links_shares_nothing_that_is_certain():
    """The second reader on e4: one link, no range."""
    ev = bt.compile_evidence(rich(), episodes=["e4"])
    block = whole_block(elicited(ev, 1), np.array([0.25] * 4))
    assert block.links.tolist() == [0]
    assert block.shared == ()
    assert block.level.tolist() == [0.25] * 4
    assert not block.own.any()


def test_what_an_event_shares_is_every_rate_that_was_used_and_the_search():
    """A denial has rates of its own; those of a source that is certain, and a report's other rates, are not shared."""
    ev = bt.compile_evidence(rich(), episodes=["e3"])
    apart, fire = blocks_of(coded_links(ev, 0), level_of(ev))
    assert (apart.links.tolist(), fire.links.tolist()) == ([0, 1], [2])
    assert apart.shared == ()
    assert {(each.quantity, each.at) for each in fire.shared} == {
        ("hit", (0,)),
        ("false_report", (0,)),
        ("denial_if_false", (2,)),
        ("detection", (4,)),
    }
    assert fire.touches.tolist() == [[True]] * 4
    assert fire.own[0, 0].tolist() == [False, True, False, True]
    assert not fire.own[1:].any()
    assert not fire.own_detection.any()
    assert (apart.whole.tolist(), apart.relative.tolist()) == ([True, True], [False, False])
    assert level_of(ev).tolist() == [0.25] * 4


def test_ratios_and_an_implication_in_common_hang_together():
    """On e1 the ratio and its reference; on e2 memo and decibels by the promise, those of the cluster by its correlation."""
    ev = bt.compile_evidence(rich(), episodes=["e1", "e2"])
    blocks = blocks_of(coded_links(ev, 0), level_of(ev))
    assert [block.links.tolist() for block in blocks] == [[0, 1, 7, 8], [2], [3], [4, 5], [6, 9]]
    assert [len(block.shared) for block in blocks] == [0, 3, 2, 4, 4]
    assert [block.whole.all().item() for block in blocks] == [False, True, True, True, False]
    assert blocks[2].own_detection.tolist() == [True]
    assert blocks[3].touches.tolist() == [[True, True], [False, True], [False, True], [False, True]]
    ratio = next(block for block in blocks if block.relative.any())
    assert {(each.quantity, each.at) for each in ratio.shared} == {
        ("location", (0, 0, 0)),
        ("location", (0, 0, 3)),
        ("reference", (0, 0)),
    }
