"""Sensitivity of a set of every form: each answer from its likelihoods, weights and priors by plain arithmetic."""

from __future__ import annotations

import inspect
import itertools
import math
from functools import cache

import numpy as np
import pytest
import xarray as xr

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.likelihood import drop_entries
from tests.build import item, make, sound
from tests.events import event, report, with_events
from tests.moved import with_weights_held
from tests.rich import plain, rich

DB = 10 / math.log(10)
HYPOTHESES = ["A", "B", "C", "A+B"]
#: where the first reader has coded anything
EPISODES = ["e1", "e2", "e3"]
NAT = {"rtol": 1e-9, "atol": 1e-11}


@cache
def compiled():
    return bt.compile_evidence(rich())


def expit(x):
    return 1 / (1 + np.exp(-np.asarray(x)))


def logit(p):
    return np.log(p) - np.log1p(-p)


def normal(log_joint):
    joint = np.exp(log_joint - np.max(log_joint, axis=-1, keepdims=True))
    return joint / joint.sum(axis=-1, keepdims=True)


@cache
def stated():
    """Of every episode: log prior, weighted rows, names of links, leader."""
    ev, found = compiled().sel(coder="one"), {}
    rows = ev["log_likelihood"].values * ev["kappa"].values[:, None]
    for n, episode in enumerate(EPISODES):
        here = ev["link_episode"].values == episode
        prior = np.log(ev["prior"].values[n])
        joint = prior + rows[here].sum(axis=0)
        found[episode] = prior, rows[here], ev["link_item"].values[here].tolist(), int(joint.argmax())
    return found


def rivals(leader):
    return [h for h in range(4) if h != leader]


def test_the_leaders_are_known_apart():
    """What follows compares leaders with rivals: none is near a tie."""
    for prior, rows, _, leader in stated().values():
        p = normal(prior + rows.sum(axis=0))
        assert p[leader] > 1.05 * max(p[rivals(leader)])


# --- what carries it ------------------------------------------------------------------------------


def test_carriers_are_sums_of_weights_against_the_next():
    found = sens.carriers(compiled())
    for episode, (prior, rows, names, leader) in stated().items():
        joint = prior + rows.sum(axis=0)
        rival = max(rivals(leader), key=joint.__getitem__)
        row = found.sel(episode=episode)
        weight = DB * (rows[:, leader] - rows[:, rival])
        assert (row["leader"].item(), row["runner_up"].item()) == (HYPOTHESES[leader], HYPOTHESES[rival])
        assert row["prior_db"].item() == pytest.approx(DB * (prior[leader] - prior[rival]), abs=1e-9)
        assert row["evidence_db"].item() == pytest.approx(weight.sum())
        assert row["lead"].item() == pytest.approx(DB * (joint[leader] - joint[rival]))
        assert row["probability"].item() == pytest.approx(normal(joint)[leader])
        assert row["level"].item() == ""
        assert bool(row["practically_level"].item()) == (round(row["lead"].item(), 1) < 1.0)
        mine = found["weight"].sel(link=[f"{name}@{episode}" for name in names]).values
        np.testing.assert_allclose(mine, weight, **NAT)
        order = np.argsort(-weight, kind="stable")
        assert row["speaks_for"].item().split() == [names[n] for n in order if weight[n] > 1e-8]
        assert row["speaks_against"].item().split() == [names[n] for n in order[::-1] if weight[n] < -1e-8]
        from_even = rows.sum(axis=0)
        carried = "evidence" if from_even.argmax() == leader else "prior"
        assert row["carried_by"].item() == carried


def test_what_an_item_of_a_fact_or_event_does_is_told_by_itself():
    found = sens.carriers(compiled())
    for name in EPISODES:
        row = found.sel(episode=name)
        want = bt.weight_of_items(compiled(), row["leader"].item(), against=row["runner_up"].item())
        here = [entry for entry in want["entry"].values if entry.endswith(name)]
        np.testing.assert_allclose(
            found["item_weight"].sel(entry=here).values, want.sel(entry=here).values, **NAT
        )


# --- what is left out -----------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["item", "source", "cluster", "implication", "step"])
def test_without_a_part_the_engine_says_the_rest(by):
    ev = compiled()
    left = sens.leave_one_out(ev, by=by)
    link = ev["entry_link"].values
    words = {
        "item": ev["entry_item"].values,
        "source": ev["entry_source"].values,
        "cluster": ev["link_cluster"].values[link],
        "implication": ev["entry_implication"].values,
        "step": ev["link_step"].values[link],
    }[by]
    told = [str(each).split() for each in words]
    told = [each if name != "late" else [] for each, name in zip(told, ev["entry_item"].values, strict=True)]
    assert left["left_out"].values.tolist() == list(dict.fromkeys(itertools.chain(*told)))
    for name in left["left_out"].values:
        mine = np.array([name in each for each in told])
        rest = drop_entries(ev, mine)
        want = bt.update(rest, coder="one")["probability"].sel(episode=EPISODES)
        np.testing.assert_allclose(left.sel(left_out=name).values, want.values, **NAT)
        gone = [
            e
            for e, out in zip(ev["entry"].values, mine, strict=True)
            if not out and e not in rest["entry"].values
        ]
        assert left["also_removed"].sel(left_out=name).item().split() == gone
        was = ev["kappa"].sel(coder="one", link=rest["link"].values).values
        changed = ~np.isclose(rest["kappa"].sel(coder="one").values, was, rtol=1e-12, atol=0)
        assert left["reweighted"].sel(left_out=name).item().split() == rest["link"].values[changed].tolist()
        title = {"memo": "The memo", "fire": "There was a fire"}.get(name, f"what {name} says")
        assert left["title"].sel(left_out=name).item() == (title if by == "item" else name)


def test_each_item_of_each_episode_is_left_out_in_a_long_form():
    ev = compiled()
    left = sens.leave_each_out(ev)
    entries = [name for name in ev["entry"].values if name != "late@e4"]
    assert left["left_out"].values.tolist() == entries
    for n, name in enumerate(entries):
        item, episode = name.split("@")
        assert (left["item"].values[n], left["episode"].values[n]) == (item, episode)
        assert left["link"].values[n] == ev["link_item"].values[ev["entry_link"].values[n]]
        rest = drop_entries(ev, np.arange(ev.sizes["entry"]) == n)
        want = bt.update(rest, coder="one")["probability"].sel(episode=episode)
        np.testing.assert_allclose(left["probability"].values[n], want.values, err_msg=name, **NAT)


def test_without_a_coder_the_others_are_pooled():
    left = sens.leave_one_out(compiled(), by="coder")
    for out, other in (("one", "two"), ("two", "one")):
        want = bt.update(compiled().sel(coder=[other]), pool="log")["probability"].values
        silent = bt.update(compiled(), coder=other)["n_coded"].values == 0
        np.testing.assert_allclose(left.sel(left_out=out).values[~silent], want[~silent], **NAT)
        assert np.isnan(left.sel(left_out=out).values[silent]).all()
    assert left.attrs["by"] == "coder"


# --- one number at a time -------------------------------------------------------------------------


def at(ev, entry, h, location):
    """The answer of the entry's episode with the numbers of one hypothesis there."""
    moved = ev["location"].values.copy()
    moved[0, entry, :, h] = location
    post = bt.update(with_weights_held(ev.assign(location=(ev["location"].dims, moved))), coder="one")
    return post["probability"].values[int(ev["episode_index"].values[ev["entry_link"].values[entry]])]


CELLS = [
    ("memo@e1", 0),
    ("memo@e2", 2),
    ("times@e1", 0),
    ("gap@e1", 1),
    ("said@e2", 0),
    ("reply@e3", 1),
    ("fire@e3", 1),
]


@pytest.mark.parametrize(("name", "h"), CELLS)
def test_one_number_goes_to_the_ends_of_its_range(name, h):
    ev = compiled()
    entry = ev["entry"].values.tolist().index(name)
    found = sens.one_way(ev).sel(entry=name, varied=HYPOTHESES[h])
    wide = sens.one_way(ev, uniform=2.0).sel(entry=name, varied=HYPOTHESES[h])
    here, leader = ev["location"].values[0, entry, :, h], stated()[name.split("@")[1]][3]
    for sign, end in ((-1, "low"), (1, "high")):
        spread = ev[f"spread_{end}"].values[0, entry, :, h]
        two = (
            here + 2 * sign
            if name == "times@e1"
            else logit(np.minimum(expit(here) * 10 ** (0.2 * sign), 0.999))
        )
        for answer, location in ((found, here + sign * 1.6448536269514722 * spread), (wide, two)):
            p = at(ev, entry, h, location)
            np.testing.assert_allclose(answer["probability"].sel(end=end).values, p, **NAT)
            lead = 10 * math.log10(p[leader] / max(p[rivals(leader)]))
            assert answer["lead"].sel(end=end).item() == pytest.approx(lead, abs=1e-9)
    for answer in (found, wide):
        ends = answer["lead"].values
        assert answer["swing"].item() == pytest.approx(abs(ends[1] - ends[0]), abs=1e-12)
        assert answer["entry_episode"].item() == name.split("@")[1]
    assert sens.one_way(ev, uniform=2.0).attrs["range"] == "2 dB either way"


# --- where they tie -------------------------------------------------------------------------------


def test_a_link_that_stands_alone_ties_by_what_is_left():
    ev = compiled()
    tip = sens.tipping_points(ev)
    for episode, (prior, rows, names, leader) in stated().items():
        joint = prior + rows.sum(axis=0)
        for n, name in enumerate(names):
            one = tip.sel(link=f"{name}@{episode}")
            assert one["target"].item() == HYPOTHESES[leader]
            for rival in range(4):
                cell = one.sel(rival=HYPOTHESES[rival])
                if rival == leader:
                    assert all(np.isnan(cell[v].item()) for v in cell.data_vars)
                    continue
                row = ev["log_likelihood"].sel(coder="one", link=f"{name}@{episode}").values
                ratio = row[leader] - row[rival]
                assert cell["ratio_db"].item() == pytest.approx(DB * ratio, abs=1e-9)
                assert cell["ratio"].item() == pytest.approx(math.exp(ratio))
                if name in ("said", "echo", "note"):
                    continue
                rest = joint[leader] - joint[rival] - (rows[n, leader] - rows[n, rival])
                low, high = cell["attainable_low"].item(), cell["attainable_high"].item()
                want = -DB * rest if low <= -DB * rest <= high else math.copysign(math.inf, -rest)
                assert cell["tipping_db"].item() == pytest.approx(want)
                assert cell["distance"].item() == pytest.approx(want - DB * ratio)
                assert cell["tipping_ratio"].item() == pytest.approx(10 ** (want / 10))


def test_how_far_a_ratio_can_go_depends_on_the_source_and_the_search():
    tip = sens.tipping_points(compiled(), target="A").sel(rival="B")
    # q between false report and hit of the source under each; an empty search between 1 - d hit and 1 - d false report
    clerk = 10 * math.log10(0.9 / 0.3)
    got = tip.sel(link="decibels@e2")
    assert (got["attainable_low"].item(), got["attainable_high"].item()) == pytest.approx((-clerk, clerk))
    a, b = (1 - 0.6 * 0.8, 1 - 0.6 * 0.1), (1 - 0.9 * 0.7, 1 - 0.9 * 0.2)
    got = tip.sel(link="gap@e1")
    want = 10 * math.log10(a[0] / b[1]), 10 * math.log10(a[1] / b[0])
    assert (got["attainable_low"].item(), got["attainable_high"].item()) == pytest.approx(want)
    for free in ("times@e1", "tone@e3", "memo@e1"):
        got = tip.sel(link=free)
        assert (got["attainable_low"].item(), got["attainable_high"].item()) == (-math.inf, math.inf)
    assert set(tip["target"].values.tolist()) == {"A"}


def test_in_a_cluster_the_weight_of_all_moves_with_the_ratio():
    """The row of a member is set to the ratio found: with the weights that follow, both are level."""
    ev = compiled()
    tip = sens.tipping_points(ev)
    prior, _, names, leader = stated()["e2"]
    raw = ev["log_likelihood"].sel(coder="one").values[ev["link_episode"].values == "e2"]
    members = [n for n, name in enumerate(names) if name in ("said", "echo", "note")]
    known = 0
    for n in members:
        for rival in rivals(leader):
            ratio = tip["tipping_db"].sel(link=f"{names[n]}@e2", rival=HYPOTHESES[rival]).item() / DB
            if not math.isfinite(ratio):
                continue
            rows, kappa = raw.copy(), np.ones(len(raw))
            rows[n, leader] = rows[n, rival] + ratio
            spread = np.abs(rows[members, 0] - rows[members, 1])
            kappa[members] = 1 / (1 + (spread.sum() / spread.max() - 1) / 2)
            joint = prior + (kappa[:, None] * rows).sum(axis=0)
            assert joint[leader] == pytest.approx(joint[rival], abs=1e-8)
            known += 1
    assert known


# --- all weights ----------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.95])
def test_weights_may_shrink_and_grow_until_a_rival_is_level(threshold):
    found = sens.breakdown(compiled(), threshold=threshold)
    for episode, (prior, rows, _, leader) in stated().items():
        total, row = rows.sum(axis=0), found.sel(episode=episode)
        assert row["leader"].item() == HYPOTHESES[leader]
        ends = []
        for rival in range(4):
            own = row["rival_lower"].values[rival], row["rival_upper"].values[rival]
            if rival == leader:
                assert np.isnan(own).all()
                continue
            start, gain = prior[leader] - prior[rival], total[leader] - total[rival]
            root = -start / gain
            want = (max(root, 0.0), math.inf) if gain > 0 else (0.0, root)
            assert own == pytest.approx(want)
            ends.append(want)
        assert row["lower"].item() == pytest.approx(max(low for low, _ in ends))
        assert row["upper"].item() == pytest.approx(min(high for _, high in ends))

        def surplus(alpha, prior=prior, total=total, leader=leader):
            return normal(prior + alpha * total)[leader] - threshold

        low, high = row["probability_lower"].item(), row["probability_upper"].item()
        if surplus(1.0) < 0:
            assert math.isnan(low)
            assert math.isnan(high)
            continue
        inside = [alpha for alpha in np.linspace(0, 1, 2001) if surplus(alpha) < 0]
        assert low == pytest.approx(max(inside, default=0.0), abs=6e-4)
        if low > 0:
            assert surplus(low) == pytest.approx(0, abs=1e-9)
        beyond = [alpha for alpha in np.linspace(1, 60, 6001) if surplus(alpha) < 0]
        if not beyond:
            assert high == math.inf
        else:
            assert high == pytest.approx(min(beyond), abs=0.011)
            assert surplus(high) == pytest.approx(0, abs=1e-9)
    assert found.attrs["threshold"] == threshold


def test_a_lead_that_grows_and_falls_ends_on_both_sides():
    """A beats B from alpha = log 2 / log 4 on and C up to log 4 / log 3; P(A) is at least .4 between two roots."""
    rows = {"x": {"A": 0.2, "B": 0.05, "C": 0.6}}
    ev = bt.compile_evidence(bt.from_table(rows, priors={"A": 4 / 13, "B": 8 / 13, "C": 1 / 13}))
    found = sens.breakdown(ev, threshold=0.4)
    assert found["lower"].item() == pytest.approx(0.5)
    assert found["upper"].item() == pytest.approx(math.log(4) / math.log(3))
    for side in ("lower", "upper"):
        alpha = found[f"probability_{side}"].item()
        joint = np.array([4 * 0.2**alpha, 8 * 0.05**alpha, 0.6**alpha])
        assert joint[0] / joint.sum() == pytest.approx(0.4, abs=1e-10)
    assert 0 < found["probability_lower"].item() < 1 < found["probability_upper"].item()


def test_one_component_is_raised_to_a_power():
    alpha = [0.0, 0.5, 1.0, 2.0]
    scaled = sens.power_scaling(compiled(), alpha=alpha, notable=0.02)
    names = list(dict.fromkeys(name for each in stated().values() for name in each[2]))
    assert scaled["component"].values.tolist() == ["prior", "evidence", *names]
    for episode, (prior, rows, links, leader) in stated().items():
        for component in scaled["component"].values:
            mine = np.array([component == name for name in links])
            part = {"prior": prior, "evidence": rows.sum(axis=0)}.get(component, rows[mine].sum(axis=0))
            whole = prior + rows.sum(axis=0)
            cell = scaled.sel(component=component, episode=episode)
            for n, power in enumerate(alpha):
                np.testing.assert_allclose(
                    cell["curve"].values[n], normal(whole - part + power * part), **NAT
                )
            p = normal(whole)
            slope = p * (part - p @ part)
            np.testing.assert_allclose(cell["derivative"].values, slope, **NAT)
            assert cell["sensitivity"].item() == pytest.approx(math.log(2) * np.abs(slope).max(), abs=1e-12)
            change = math.log(2) * slope[leader]
            word = "carries" if change >= 0.02 else "opposes" if change <= -0.02 else "weak"
            bears = component in ("prior", "evidence") or mine.any()
            assert cell["diagnosis"].item() == (word if bears else "")
    words = set(scaled["diagnosis"].values.ravel().tolist())
    assert words == {"", "carries", "opposes", "weak"}


# --- priors ---------------------------------------------------------------------------------------


def with_prior(prior, h, value):
    other = np.exp(prior) * (1 - value) / (1 - np.exp(prior[h]))
    other[h] = value
    return np.log(other)


@pytest.mark.parametrize("h", [None, 1, 3])
def test_a_prior_is_swept_with_the_others_in_proportion(h):
    name = None if h is None else HYPOTHESES[h]
    swept = sens.prior_sweep(compiled(), hypothesis=name, prior=[0.1, 0.5, 0.8])
    by_db = sens.prior_sweep(compiled(), hypothesis=name, db=[-10.0, 0.0, 20.0])
    # against the average of three rivals
    for n, db in enumerate([-10.0, 0.0, 20.0]):
        odds = 10 ** (db / 10) / 3
        assert by_db["swept_prior"].values[n] == pytest.approx(odds / (1 + odds))
        assert by_db["prior_db"].values[n] == pytest.approx(db, abs=1e-12)
    assert swept["prior_db"].values == pytest.approx(
        [10 * math.log10(3 * p / (1 - p)) for p in (0.1, 0.5, 0.8)]
    )
    for episode, (prior, rows, _, leader) in stated().items():
        of = leader if h is None else h
        assert swept["swept"].sel(episode=episode).item() == HYPOTHESES[of]
        for answer in (swept, by_db):
            for value, got in zip(
                answer["swept_prior"].values, answer.sel(episode=episode).values, strict=True
            ):
                np.testing.assert_allclose(
                    got, normal(with_prior(prior, of, value) + rows.sum(axis=0)), **NAT
                )
    assert sens.prior_sweep(compiled()).sizes["swept_prior"] == 61


@pytest.mark.parametrize(("probability", "doubt"), [(0.5, 10.0), (0.9, 3.0)])
def test_from_the_prior_needed_it_is_as_probable_as_asked(probability, doubt):
    needed = sens.prior_needed(compiled(), probability=probability, doubt_db=doubt)
    for episode, (prior, rows, _, leader) in stated().items():
        total, row = rows.sum(axis=0), needed.sel(episode=episode)
        runner = max(rivals(leader), key=(prior + total).__getitem__)
        for h in range(4):
            cell = row.sel(hypothesis=HYPOTHESES[h])
            value = cell["prior_needed"].item()
            assert normal(with_prior(prior, h, value) + total)[h] == pytest.approx(probability)
            assert cell["prior_needed_db"].item() == pytest.approx(10 * math.log10(value / (1 - value)))
            p = math.exp(prior[h])
            odds = p / (1 - p)
            assert cell["margin"].item() == pytest.approx(
                10 * math.log10(odds * (1 - value) / value), abs=1e-9
            )
            after = normal(prior + total)[h]
            weight = 10 * math.log10(after / (1 - after) / odds)
            assert cell["weight"].item() == pytest.approx(weight, abs=1e-9)
            for sign, name in ((-1, "skeptical"), (1, "enthusiastic")):
                start = odds * 10 ** (sign * doubt / 10)
                want = normal(with_prior(prior, h, start / (1 + start)) + total)[h]
                assert cell[name].item() == pytest.approx(want)
            rival = leader if h != leader else runner
            gaps = DB * (rows[:, h] - rows[:, rival])
            assert cell["weight_for"].item() == pytest.approx(gaps[gaps > 0].sum(), abs=1e-9)
            assert cell["weight_against"].item() == pytest.approx(gaps[gaps < 0].sum(), abs=1e-9)
    assert (needed.attrs["probability"], needed.attrs["doubt_db"]) == (probability, doubt)


def test_a_share_of_the_prior_is_put_where_it_does_most():
    shares = [0.0, 0.1, 0.6, 1.0]
    bounds = sens.contamination_bounds(compiled(), epsilon=shares)
    for episode, (prior, rows, _, _) in stated().items():
        likelihood = np.exp(rows.sum(axis=0))
        for n, share in enumerate(shares):
            mixed = [(1 - share) * np.exp(prior) + share * q for q in np.eye(4)]
            reached = np.array([each * likelihood / (each @ likelihood) for each in mixed])
            np.testing.assert_allclose(
                bounds["lower"].sel(episode=episode).values[n], reached.min(axis=0), **NAT
            )
            np.testing.assert_allclose(
                bounds["upper"].sel(episode=episode).values[n], reached.max(axis=0), **NAT
            )
    assert sens.contamination_bounds(compiled())["epsilon"].values.tolist() == [0.1]


def test_an_unnamed_rival_explains_as_well_as_the_others_do_on_average():
    found = sens.residual_sweep(compiled(), prior=0.2, delta_db=[-5.0, 0.0, 12.0], name="else")
    assert found["hypothesis"].values.tolist() == [*HYPOTHESES, "else"]
    for episode, (prior, rows, _, leader) in stated().items():
        joint = prior + rows.sum(axis=0)
        mean = math.log(np.exp(joint).sum())
        for n, delta in enumerate((-5.0, 0.0, 12.0)):
            whole = [*(joint + math.log(0.8)), mean + delta / DB + math.log(0.2)]
            np.testing.assert_allclose(
                found["probability"].sel(episode=episode).values[n], normal(np.array(whole)), **NAT
            )
            order = np.argsort(-joint)
            ranks = found["rank"].sel(episode=episode).values[n]
            assert [ranks[h] for h in order] == [1, 2, 3, 4]
            assert np.isnan(ranks[4])
        want = DB * (joint[leader] - mean + math.log(0.8 / 0.2))
        assert found["overtakes_at"].sel(episode=episode).item() == pytest.approx(want)
    assert found.attrs["prior"] == 0.2


# --- dependence -----------------------------------------------------------------------------------

GROUPS = {
    "cluster": {"e2": [["said", "echo", "note"]], "e3": [["echo"]]},
    "source": {
        "e1": [["memo"], ["gap"]],
        "e2": [["memo"], ["decibels"], ["said"]],
        "e3": [["tone"]],
    },
}


@pytest.mark.parametrize("by", ["cluster", "source", "all"])
def test_items_of_a_group_are_taken_to_be_ever_more_alike(by):
    ev, grid = compiled(), np.array([0.0, 0.25, 1.0])
    swept = sens.dependence_sweep(ev, correlation=grid, by=by)
    fine = np.linspace(0, 1, 4001)
    for n, episode in enumerate(EPISODES):
        here = ev["link_episode"].values == episode
        raw, names = ev["log_likelihood"].sel(coder="one").values[here], stated()[episode][2]
        prior, leader = np.log(ev["prior"].values[n]), stated()[episode][3]
        groups = [names] if by == "all" else GROUPS[by].get(episode, [])
        k = np.ones(len(names))
        for group in groups:
            mine = [m for m, name in enumerate(names) if name in group]
            spread = np.abs(raw[mine, 0] - raw[mine, 1])
            k[mine] = spread.sum() / spread.max()

        def joint(rho, prior=prior, raw=raw, k=k):
            return prior + (raw / (1 + (k[:, None] - 1) * rho)).sum(axis=0)

        for m, rho in enumerate(grid):
            np.testing.assert_allclose(
                swept["probability"].sel(episode=episode).values[m], normal(joint(rho)), **NAT
            )
            left = joint(rho)
            lead = DB * (left[leader] - max(left[rivals(leader)]))
            assert swept["lead"].sel(episode=episode).values[m] == pytest.approx(lead, abs=1e-9)
        lost = [rho for rho in fine if joint(rho)[leader] < max(joint(rho)[rivals(leader)])]
        at_, to = swept["lost_at"].sel(episode=episode).item(), swept["lost_to"].sel(episode=episode).item()
        if not lost:
            assert (at_, to) == (math.inf, "")
        else:
            assert at_ == pytest.approx(lost[0], abs=3e-4)
            assert to == HYPOTHESES[max(rivals(leader), key=joint(lost[0]).__getitem__)]
    assert swept.attrs["by"] == by


def test_a_lead_lost_at_a_correlation_is_lost_there():
    """Five copies for A at 4 : 1 against a prior of 1 : 16: odds 4^(5/(1 + 4 rho)) fall to 16 at rho = 3/8."""
    table = {f"x{n}": {"A": 0.8, "B": 0.2} for n in range(5)}
    ev = bt.compile_evidence(bt.from_table(table, priors={"A": 1 / 17, "B": 16 / 17}))
    found = sens.dependence_sweep(ev, by="all")
    assert found["lost_at"].item() == pytest.approx(3 / 8, abs=1e-9)
    assert found["lost_to"].item() == "B"
    assert found["correlation"].values == pytest.approx(np.linspace(0, 1, 21))


# --- a biased search and turned codings -----------------------------------------------------------


def favouring(episode, leader, rival):
    """How many items of each favouring link favour: of a fact or an event those without which it falls."""
    ev = compiled()
    items = bt.weight_of_items(ev, HYPOTHESES[leader], against=HYPOTHESES[rival]).values
    counts = []
    for link in np.flatnonzero(ev["link_episode"].values == episode):
        mine = (ev["entry_link"].values == link) & (ev["entry_role"].values != 2)
        counts.append(max(1, int((items[mine] > 0).sum())))
    return np.array(counts)


def test_a_bias_of_the_search_takes_from_what_favours():
    found = sens.search_bias(compiled())
    for episode, (prior, rows, _, leader) in stated().items():
        row, least, share = found.sel(episode=episode), [], []
        for rival in range(4):
            cell = row.sel(rival=HYPOTHESES[rival])
            if rival == leader:
                assert np.isnan(cell["bias"].item())
                assert cell["favouring"].item() == 0
                continue
            gaps, count = rows[:, leader] - rows[:, rival], favouring(episode, leader, rival)
            start, good = prior[leader] - prior[rival], gaps > 0
            against = gaps[~good].sum()
            assert cell["favouring"].item() == count[good].sum()
            bias = cell["bias"].item() / DB
            left = (
                start + against + np.maximum(gaps - bias * count, 0)[good].sum()
                if math.isfinite(bias)
                else None
            )
            if left is None:
                assert start + against > 0
            else:
                assert left == pytest.approx(0, abs=1e-9)
                least.append(bias)
            # the strongest by item first, whole links at a time, until nothing of the lead is left
            order = sorted(np.flatnonzero(good), key=lambda n, g=gaps, c=count: -g[n] / c[n])
            lead, gone, done = start + gaps.sum(), 0, math.nan
            for n in [None, *order]:
                if n is not None:
                    lead, gone = lead - gaps[n], gone + count[n]
                if lead <= 1e-9:
                    done = gone / count[good].sum()
                    break
            assert cell["artefacts"].item() == pytest.approx(done, nan_ok=True)
            share.append(done)
        assert row["smallest"].item() == pytest.approx(DB * min(least, default=math.inf))
        assert row["artefact_share"].item() == pytest.approx(
            np.nanmin(share) if not np.isnan(share).all() else math.nan, nan_ok=True
        )


def test_codings_are_turned_round_until_another_leads():
    """Every set of links, each with as many codings as it has: the least that puts a rival ahead."""
    ev = compiled().sel(coder="one")
    codings = {"tone": 2}
    found = sens.recoding(compiled())
    for episode, (prior, rows, names, leader) in stated().items():
        fewest = []
        for rival in range(4):
            cell = found["rival_count"].sel(episode=episode, rival=HYPOTHESES[rival]).item()
            if rival == leader:
                assert math.isnan(cell)
                continue
            gaps = rows[:, leader] - rows[:, rival]
            start = prior[leader] - prior[rival] + gaps.sum()
            sizes = [codings.get(name, 1) for name in names]
            want = min(
                (
                    sum(sizes[n] for n in some)
                    for m in range(len(names) + 1)
                    for some in itertools.combinations(range(len(names)), m)
                    if start - 2 * gaps[list(some)].sum() < -1e-9
                ),
                default=math.nan,
            )
            assert cell == pytest.approx(want, nan_ok=True)
            fewest.append(want)
        assert found["count"].sel(episode=episode).item() == pytest.approx(np.nanmin(fewest))
    assert ev.sizes["link"] == 14


# --- coders ---------------------------------------------------------------------------------------


def rows_of_both():
    """Rows in dB (coder, link, hypothesis), NaN for what a coder passed over."""
    ev = compiled()
    told = ev["coded"].values & (ev["entry_role"].values != 3)
    spoken = np.array([np.isin(np.arange(14), ev["entry_link"].values[each]) for each in told])
    return np.where(spoken[..., None], DB * ev["log_likelihood"].values, np.nan)


THREE_TO_ONE = {"one": 3.0, "two": 1.0}


@pytest.mark.parametrize(
    ("how", "weights"),
    [("log", None), ("linear", None), ("log", THREE_TO_ONE), ("linear", THREE_TO_ONE), ("log", {"two": 2.0})],
)
def test_coders_together_and_where_they_differ(how, weights):
    ev = compiled()
    found = sens.pool(ev, how=how, weights=weights)
    share = (
        {"one": 0.5, "two": 0.5}
        if weights is None
        else {k: v / sum(weights.values()) for k, v in weights.items()}
    )
    assert found["weight"].values.tolist() == list(share.values())
    rows = rows_of_both()
    gap = rows[0] - rows[1]
    np.testing.assert_allclose(found["disagreement"].values, gap.max(axis=1) - gap.min(axis=1), **NAT)
    centred = rows - rows.mean(axis=-1, keepdims=True)
    np.testing.assert_allclose(found["spread"].values, centred.std(axis=0, ddof=1), **NAT)
    each = bt.update(ev)["probability"].values
    np.testing.assert_allclose(found["by_coder"].values, each[[c in share for c in ("one", "two")]], **NAT)
    assert found.attrs["coder"] == f"{how} pool of {' '.join(share)}"
    assert found.attrs["how"] == how
    if weights is None:
        want = bt.update(ev, pool=how)["probability"].values
        np.testing.assert_allclose(found["probability"].values, want, **NAT)
    elif len(weights) == 1:
        assert np.isnan(found["probability"].values).any(axis=1).tolist() == [False] * 4
    elif how == "linear":
        filled = pooled_by_hand(share)
        np.testing.assert_allclose(
            found["probability"].values, np.tensordot([0.75, 0.25], filled, axes=1), **NAT
        )


def pooled_by_hand(share):
    """Posteriors of both, the gaps of each filled from the other."""
    ev, rows = compiled(), rows_of_both() / DB
    answers = []
    for coder in range(2):
        own = np.where(np.isnan(rows[coder]), rows[1 - coder], rows[coder])
        kappa = np.ones(14)
        members = np.flatnonzero((ev["link_cluster"].values == "k") & (ev["link_episode"].values == "e2"))
        spread = np.abs(own[members, 0] - own[members, 1])
        kappa[members] = 1 / (1 + (spread.sum() / spread.max() - 1) / 2)
        answers.append(
            [
                normal(
                    np.log(ev["prior"].values[n])
                    + (kappa[:, None] * own)[ev["link_episode"].values == e].sum(axis=0)
                )
                for n, e in enumerate(("e1", "e2", "e3", "e4"))
            ]
        )
    assert set(share) == {"one", "two"}
    return np.array(answers)


@pytest.mark.parametrize(("coder", "other"), [("one", "two"), ("two", "one")])
def test_the_lead_that_another_coder_leaves(coder, other):
    ev = compiled()
    found = sens.coder_leads(ev, coder=coder)
    mine, theirs = (bt.update(ev, coder=each)["log_probability"].values for each in (coder, other))
    for row in range(found.sizes["episode"]):
        n = ["e1", "e2", "e3", "e4"].index(found["episode"].values[row])
        leader = mine[n].argmax()
        if np.isnan(theirs[n]).any():
            assert (found["n"].values[row], found["coder_least"].values[row]) == (0, "")
            assert math.isnan(found["least"].values[row])
            continue
        want = DB * (theirs[n, leader] - max(theirs[n, rivals(leader)]))
        assert found["least"].values[row] == pytest.approx(want)
        assert (found["n"].values[row], found["coder_least"].values[row]) == (1, other)


# --- uncertain evidence ---------------------------------------------------------------------------


def stated_probability(name, episode):
    """P(item | hypothesis) as coded by the first reader, a fact averaged over its readings."""
    ev = compiled().sel(coder="one", entry=f"{name}@{episode}")
    weight = {"letter": (0.7, 0.3), "reply": (0.7, 0.3)}.get(name, (1.0, 0.0))
    return np.array(weight) @ expit(ev["location"].values)


@pytest.mark.parametrize(
    "items", [{"memo": 3.0}, {"fire": 0.25}, {"letter": 5.0}, {"word": math.inf, "memo": 0.0}], ids=str
)
def test_virtual_evidence_multiplies_by_what_was_seen(items):
    ev = compiled()
    got = sens.soft_evidence(ev, items)
    rest = drop_entries(ev, np.isin(ev["entry_item"].values, list(items)))
    start = bt.update(rest, coder="one")["probability"]
    for belief in (None, start.sel(episode=EPISODES)[:, ::-1]):
        got = sens.soft_evidence(ev, items, belief=belief)
        for episode in EPISODES:
            joint = start.sel(episode=episode).values.copy()
            for name, ratio in items.items():
                if f"{name}@{episode}" in ev["entry"].values:
                    p = stated_probability(name, episode)
                    joint *= p if math.isinf(ratio) else ratio * p + 1 - p
            np.testing.assert_allclose(got.sel(episode=episode).values, joint / joint.sum(), **NAT)


@pytest.mark.parametrize("items", [{"memo": 0.8}, {"fire": 0.2, "echo": 0.6}], ids=str)
def test_jeffrey_turns_a_probability_into_virtual_evidence(items):
    ev = compiled()
    got = sens.jeffrey(ev, items)
    rest = drop_entries(ev, np.isin(ev["entry_item"].values, list(items)))
    start = bt.update(rest, coder="one")["probability"]
    for episode in EPISODES:
        before = start.sel(episode=episode).values
        joint = before.copy()
        for name, q in items.items():
            if f"{name}@{episode}" in ev["entry"].values:
                p = stated_probability(name, episode)
                expected = before @ p
                joint *= q / (1 - q) * (1 - expected) / expected * p + 1 - p
        np.testing.assert_allclose(got.sel(episode=episode).values, joint / joint.sum(), **NAT)


# --- ranges as limits -----------------------------------------------------------------------------


def test_bounds_of_ranges_of_every_kind_are_the_best_and_the_worst_corner():
    """On e1: three plain items, and a search in vain for what an uncertain source would have said."""
    found = sens.interval_bounds(bt.compile_evidence(rich(), episodes=["e1"])).sel(episode="e1")
    sure, hardly, mean = (0.8, 0.9, 0.95), (0.05, 0.1, 0.3), (0.425, 0.5, 0.625)
    low, high = (
        np.prod(
            [
                [(0.5, 0.7, 0.9)[end], 0.2, 0.4, 0.3],
                [sure[end], hardly[end], hardly[end], mean[end]],
                [(2.0, 4.0, 6.0)[end], 1.0, 0.5, (1.5, 2.5, 3.5)[end]],
            ],
            axis=0,
        )
        for end in (0, 2)
    )
    prior, p = np.array([0.4, 0.3, 0.1, 0.2]), np.array([0.8, 0.3, 0.5, 0.55])
    reached = []
    for hit, false, detection in itertools.product((0.6, 0.8, 0.9), (0.05, 0.1, 0.4), (0.4, 0.6, 0.8)):
        r, f = np.array([hit, 0.7, hit, hit]), np.array([false, 0.2, false, false])
        d = np.array([detection, 0.9, 0.6, 0.7])
        silence = 1 - d * (r * p + f * (1 - p))
        for h in range(4):
            for own, others in ((low, high), (high, low)):
                joint = prior * silence * np.where(np.arange(4) == h, own, others)
                reached.append((h, (joint / joint.sum())[h]))
    for h in range(4):
        values = [value for which, value in reached if which == h]
        assert found["lower"].values[h] == pytest.approx(min(values), abs=1e-9)
        assert found["upper"].values[h] == pytest.approx(max(values), abs=1e-9)
    assert found["method"].item() == "numerical"


def test_bounds_of_plain_ranges_are_exact_whatever_others_coded():
    """The second reader passed over the search in vain on e1; on e4 no number has a range."""
    told = []
    ev = bt.compile_evidence(rich(), episodes=["e1", "e4"])
    found = sens.interval_bounds(ev, coder="two", progress=lambda *step: told.append(step))
    assert found["method"].values.tolist() == ["exact", "exact"]
    assert told == [("e1", 0.0), ("e4", 0.5)]
    certain = bt.update(ev, coder="two")["probability"].values[1]
    np.testing.assert_allclose(found["lower"].values[1], certain, **NAT)
    np.testing.assert_allclose(found["upper"].values[1], certain, **NAT)


@pytest.mark.parametrize(("found", "method"), [("present", "exact"), ("absent", "outer")])
def test_found_and_missed_items_of_one_implication_are_bounded_as_if_apart(found, method):
    values = {"A": (0.5, 0.7, 0.9), "B": 0.3}
    more = {"found": "absent", "detection": 0.6} if found == "absent" else {}
    items = [item(name, values, implications=["code"], **own) for name, own in (("x", {}), ("y", more))]
    es = make(items, codebook=[{"id": "code", "text": "c", "shared_likelihood": True}])
    bounds = sens.interval_bounds(bt.compile_evidence(es))
    assert bounds["method"].item() == method
    low, high = [0.5 * (1 - 0.6 * 0.9), 0.9 * (1 - 0.6 * 0.5)] if found == "absent" else [0.25, 0.81]
    other = 0.3 * (1 - 0.6 * 0.3) if found == "absent" else 0.09
    assert bounds["lower"].values[0, 0] == pytest.approx(low / (low + other))
    assert bounds["upper"].values[0, 0] == pytest.approx(high / (high + other))


# --- what the uncertainty comes from --------------------------------------------------------------

SHARES = {
    "e1": {"memo": "memo", "word": "word", "times": "times", "gap": "gap"},
    "e2": {"promise": "memo decibels", "diary+k+third": "said echo note fire"},
    "e3": {"tone": "tone", "fire": "fire"},
}


def test_items_are_grouped_by_what_is_uncertain_and_shared():
    told = []
    found = sens.global_indices(compiled(), n=64, seed=3, progress=lambda *step: told.append(step))
    coders = {"coders": None}
    want = [(name, e, items) for e in EPISODES for name, items in {**SHARES[e], **coders}.items()]
    assert found["group"].values.tolist() == [f"{name}@{e}" for name, e, _ in want]
    assert found["episode"].values.tolist() == [e for _, e, _ in want]
    links = {e: " ".join(stated()[e][2]) for e in EPISODES}
    assert found["items"].values.tolist() == [links[e] if items is None else items for _, e, items in want]
    by_group = dict(zip(found["group"].values.tolist(), found["method"].values.tolist(), strict=True))
    assert {by_group[name] for name in ("diary+k+third@e2", "tone@e3", "fire@e3")} == {"draws"}
    assert {by_group[name] for name in ("word@e1", "times@e1", "gap@e1", "coders@e2")} == {"quadrature"}
    assert told == [("e1", 0.0), ("e2", 1 / 3), ("e3", 2 / 3)]
    for e in EPISODES:
        here = found["episode"].values == e
        variance = found["variance"].values[here]
        np.testing.assert_allclose(found["share"].values[here], variance / variance.sum(), **NAT)
    assert (found.attrs["n"], found.attrs["seed"]) == (64, 3)


def nodes():
    z = np.linspace(-9, 9, 2401)
    weight = np.exp(-(z**2) / 2)
    return z, weight / weight.sum()


def spread_over(low, best, high, scale):
    """A number at each node: two halves of a normal on its scale."""
    z, _ = nodes()
    m, lo, hi = scale(best), scale(low), scale(high)
    return m + np.where(z < 0, m - lo, hi - m) / 1.6448536269514722 * z


def test_the_variance_of_a_plain_item_is_that_of_its_two_logarithms():
    """Of leader and runner-up on e1, in dB squared; noise of coders is twice its square at full weight."""
    found = sens.global_indices(compiled(), n=16)
    _, weight = nodes()

    def variance(x):
        return weight @ x**2 - (weight @ x) ** 2

    pair = [
        HYPOTHESES.index(sens.carriers(compiled())[name].sel(episode="e1").item())
        for name in ("leader", "runner_up")
    ]
    word = [(0.8, 0.9, 0.95), (0.05, 0.1, 0.3), (0.05, 0.1, 0.3), (0.425, 0.5, 0.625)]
    want = DB**2 * sum(variance(np.log(expit(spread_over(*word[h], logit)))) for h in pair)
    assert found["variance"].sel(group="word@e1").item() == pytest.approx(want, rel=1e-5)
    spread = sens.pool(compiled())["spread"].values
    noise = np.sqrt(np.mean(spread[np.isfinite(spread)] ** 2))
    for e, n_links in (("e1", 4), ("e3", 3)):
        assert found["variance"].sel(group=f"coders@{e}").item() == pytest.approx(2 * noise**2 * n_links)


def over(*ranges):
    """Numbers at every combination of nodes, and the weights of these."""
    z = np.linspace(-6, 6, 97)
    weight = np.exp(-(z**2) / 2)
    axes = np.meshgrid(*[z] * len(ranges), indexing="ij")
    every = np.prod(np.meshgrid(*[weight] * len(ranges), indexing="ij"), axis=0)
    values = [two_sided(*own, scale, z) for (own, scale), z in zip(ranges, axes, strict=True)]
    return values, every / every.sum()


def two_sided(low, best, high, scale, z):
    m, lo, hi = scale(best), scale(low), scale(high)
    return m + np.where(z < 0, m - lo, hi - m) / 1.6448536269514722 * z


def test_the_variance_of_a_search_in_vain_is_over_its_rates_and_detection():
    """The diary's rates and the detection move A alone: B has rates and a detection of its own that are certain."""
    found = sens.global_indices(compiled(), n=16)["variance"]
    carried = sens.carriers(compiled()).sel(episode="e1")
    pair = [HYPOTHESES.index(carried[name].item()) for name in ("leader", "runner_up")]
    p, fixed = (0.8, 0.3, 0.5, 0.55), {1: (0.7, 0.2, 0.9), 2: (None, None, 0.6), 3: (None, None, 0.7)}
    (hit, false, detection), weight = over(
        ((0.6, 0.8, 0.9), logit), ((0.05, 0.1, 0.4), logit), ((0.4, 0.6, 0.8), logit)
    )
    rows = []
    for h in pair:
        r, f, d = fixed.get(h, (None, None, None))
        r, f, d = (
            expit(hit) if r is None else r,
            expit(false) if f is None else f,
            expit(detection) if d is None else d,
        )
        rows.append(np.log(1 - d * (r * p[h] + f * (1 - p[h]))))
    gap = rows[0] - rows[1]
    want = DB**2 * ((weight * gap**2).sum() - (weight * gap).sum() ** 2)
    assert found.sel(group="gap@e1").item() == pytest.approx(want, rel=2e-3)


def test_the_variance_of_ratios_counts_the_deviate_that_they_share():
    """Of differences to one reference each is its own deviate and the reference's, by the root of a half."""
    found = sens.global_indices(compiled(), n=16)["variance"].sel(group="times@e1").item()
    carried = sens.carriers(compiled()).sel(episode="e1")
    pair = [carried[name].item() for name in ("leader", "runner_up")]
    stated_ = {"A": (2.0, 4.0, 6.0), "A+B": (1.5, 2.5, 3.5)}
    z = np.linspace(-6, 6, 97)
    weight = np.exp(-(z**2) / 2)
    first, second, common = np.meshgrid(z, z, z, indexing="ij")
    every = weight[:, None, None] * weight[None, :, None] * weight
    parts = [
        two_sided(*stated_[h], lambda x: DB * np.log(x), (own + common) / math.sqrt(2))
        if h in stated_
        else 0.0
        for h, own in zip(pair, (first, second), strict=True)
    ]
    gap = (parts[0] - parts[1]) * np.ones_like(every)
    every /= every.sum()
    assert found == pytest.approx((every * gap**2).sum() - (every * gap).sum() ** 2, rel=5e-3)


# --- whose evidence it is -------------------------------------------------------------------------


def of_evidence_alone():
    """Questions that need compiled evidence and nothing else, and may be put to any coder."""
    for name in sens.__all__:
        asked = getattr(sens, name)
        given = inspect.signature(asked).parameters if inspect.isfunction(asked) else {}
        needed = [each.name for each in given.values() if each.default is each.empty]
        if "coder" in given and needed == ["evidence"]:
            yield name, asked


OF_ONE_CODER = {
    **dict(of_evidence_alone()),
    "global_indices": lambda ev, **coder: sens.global_indices(ev, n=16, **coder),
    "attribution": lambda ev, **coder: sens.attribution(ev, ev, of="A", against="B", **coder),
    "soft_evidence": lambda ev, **coder: sens.soft_evidence(ev, {"memo": 2.0}, **coder),
    "jeffrey": lambda ev, **coder: sens.jeffrey(ev, {"memo": 0.3}, **coder),
    "trajectory": lambda ev, **coder: bt.trajectory(ev, "e1", **coder),
    "ach_matrix": bt.ach_matrix,
    "test_type": lambda ev, **coder: bt.test_type(ev, "A", against="B", **coder),
    "weight_of_evidence": lambda ev, **coder: bt.weight_of_evidence(ev, "A", against="B", **coder),
    "weight_of_items": lambda ev, **coder: bt.weight_of_items(ev, "A", against="B", **coder),
    "weight_by_step": lambda ev, **coder: bt.weight_by_step(ev, "A", against="B", **coder),
    "strongest_against": lambda ev, **coder: bt.strongest_against(ev, "A", **coder),
}


@cache
def of_two_episodes():
    return bt.compile_evidence(rich(), episodes=["e1", "e4"])


@pytest.mark.parametrize("name", OF_ONE_CODER)
def test_another_coder_is_asked_as_if_the_set_were_hers(name):
    ev, ask = of_two_episodes(), OF_ONE_CODER[name]
    own = ask(ev, coder="two")
    xr.testing.assert_equal(own, ask(ev.assign_attrs(base_coder="two")))
    said = own.attrs.get("coder") or (own["coder"].item() if "coder" in own.coords else "two")
    assert said == "two"
    assert not own.equals(ask(ev))


def test_a_difference_is_told_of_the_coder_who_is_asked():
    """Both sides are the second reader's: what she passed over makes no difference, what she turned round does."""
    ev = of_two_episodes()
    turned = ev.assign(log_likelihood=ev["log_likelihood"][..., ::-1].variable)
    found = sens.attribution(ev, turned, of="A", against="B", coder="two")
    rows = ev["log_likelihood"].sel(coder="two").values
    want = {
        name: DB * ((row[3] - row[2]) - (row[0] - row[1]))
        for name, row in zip(ev["link"].values, rows, strict=True)
    }
    want |= {"prior@e1": 0.0, "prior@e4": 0.0}
    assert dict(zip(found["component"].values.tolist(), found.values.tolist(), strict=True)) == pytest.approx(
        want
    )


def test_bounds_where_reports_are_correlated_by_an_uncertain_degree():
    """Two witnesses of .9 and .1 to one event: apart 81 and 1 in a hundred, as one 9 and 1 in ten."""
    degree = {"low": 0.1, "best": 0.3, "high": 0.6}
    told = event("fire", {"A": 0.7, "B": 0.2}, correlation=degree)
    two = with_events([report("x"), report("y", "t")], [told])
    bounds = sens.interval_bounds(bt.compile_evidence(sound(two)))
    rho = np.linspace(0.1, 0.6, 501)
    true, false = (1 - rho) * 0.81 + rho * 0.9, (1 - rho) * 0.01 + rho * 0.1
    a, b = (p * true + (1 - p) * false for p in (0.7, 0.2))
    assert bounds["method"].item() == "numerical"
    assert bounds["lower"].values[0, 0] == pytest.approx((a / (a + b)).min(), abs=1e-6)
    assert bounds["upper"].values[0, 0] == pytest.approx((a / (a + b)).max(), abs=1e-6)


def test_a_scenario_is_told_coder_by_coder():
    """Without the word of the second item: leads of the base leader, and what each component adds to them."""
    es = sound(plain(scenarios={"less": {"label": "Less", "drop": [{"item": "word"}]}}))
    named = sens.scenarios(es, episodes=["e1", "e4"])
    assert named["scenario"].values.tolist() == ["base", "less"]
    base = bt.compile_evidence(es, episodes=["e1", "e4"])
    less = bt.compile_evidence(bt.apply_scenario(es, "less"), episodes=["e1", "e4"])
    for coder in ("one", "two"):
        before, after = (bt.update(ev, coder=coder)["log_probability"].values for ev in (base, less))
        cell = named.sel(coder=coder, scenario="less")
        leads = sens.scenario_leads(base, named, coder=coder)
        for n, episode in enumerate(("e1", "e4")):
            if np.isnan(before[n]).any():
                assert episode not in leads["episode"].values
                assert np.isnan(cell["base_lead"].sel(episode=episode).item())
                continue
            leader = int(before[n].argmax())
            want = DB * (after[n, leader] - max(after[n, rivals(leader)]))
            assert cell["base_lead"].sel(episode=episode).item() == pytest.approx(want)
            assert cell["holds"].sel(episode=episode).item() == (want > 0)
            assert cell["changes"].sel(episode=episode).item() == (episode == "e1")
            row = leads.sel(episode=episode)
            if episode == "e1":
                assert (row["n"].item(), row["scenario"].item()) == (1, "less")
                assert row["least"].item() == pytest.approx(want)
            else:
                assert (row["n"].item(), row["scenario"].item()) == (0, "")
        order = before[0].argsort()[::-1][:2]
        rows = base["log_likelihood"].sel(coder=coder, link="word@e1").values
        gone = named["difference"].sel(coder=coder, scenario="less", component="word@e1").item()
        assert gone == pytest.approx(-DB * (rows[order[0]] - rows[order[1]]))
        assert named["difference"].sel(coder=coder, scenario="less", component="memo@e1").item() == 0


def test_a_survey_is_of_the_coder_who_is_asked():
    tree = sens.survey(rich(), episodes=["e1", "e4"], coder="two")
    assert tree.attrs["coder"] == "two"
    assert tree["robustness"]["episode"].values.tolist() == ["e1", "e4"]
    want = bt.lead(bt.update(of_two_episodes(), coder="two"))["leader"].values.tolist()
    assert tree["carriers"]["leader"].values.tolist() == tree["robustness"]["leader"].values.tolist() == want
    assert "leave_one_out/coder" in {node.path.strip("/") for node in tree.leaves}
