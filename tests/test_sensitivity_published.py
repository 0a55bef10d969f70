"""Worked examples of the literature that concern sensitivity, with source and tag.

Tags as in the project's notes on methods: [T] the source text was opened, [C] recomputed independently,
[S] second-hand. Tolerance: 1e-9 for closed forms, half a unit in the last printed digit against printed numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace import sensitivity as sens

SETS = Path(__file__).parents[1] / "evidence_sets"


def compiled(table, **options):
    return bt.compile_evidence(bt.from_table(table, **options))


def rounded(expected):
    return pytest.approx(expected, abs=5e-7)


# --- R: reliability and Jeffrey -------------------------------------------------------------


def test_r_a_report_can_move_no_further_than_hit_over_false():
    """Synthetic [C]: p1 = .9, p0 = .1, h = .8, f = .2 -> 2.846154; conclusive -> h/f = 4."""
    table = {"report": {"A": 0.9, "B": 0.1}, "other": {"A": 0.1, "B": 0.9}}
    tip = sens.tipping_points(compiled(table, reliability={"report": (0.8, 0.2)}), target="A").sel(
        link="report@episode", rival="B"
    )
    assert float(tip["ratio"]) == rounded(2.846154)
    assert 10 ** (float(tip["attainable_high"]) / 10) == pytest.approx(4)
    assert float(tip["tipping_ratio"]) == np.inf  # 9 against it, and a report is worth 4 at most


def test_r_jeffrey():
    """Synthetic [C]: prior .4, (.8, .3), q = .9 -> .592, the same as virtual evidence of 9."""
    ev = compiled({"E": {"A": 0.8, "B": 0.3}}, priors={"A": 0.4, "B": 0.6})
    assert sens.jeffrey(ev, {"E": 0.9}).values[0, 0] == pytest.approx(0.592, abs=1e-9)
    assert sens.soft_evidence(ev, {"E": 9.0}).values[0, 0] == pytest.approx(0.592, abs=1e-9)


# --- S: pools and contamination -------------------------------------------------------------


def two_coders(first, second, rows):
    """Two coders whose beliefs differ by a first item; then the rows that both share."""
    table = {"belief": dict(zip("ABC", first, strict=True))} | {
        f"x{n}": dict(zip("ABC", row, strict=True)) for n, row in enumerate(rows)
    }
    data = bt.from_table(table).model_dump()
    data["coders"] = [*data["coders"], {"id": "second", "unit": "probability"}]
    for item in data["cases"][0]["items"]:
        values = (
            dict(zip("ABC", second, strict=True)) if item["id"] == "belief" else item["codings"][0]["values"]
        )
        item["codings"] = [*item["codings"], {"coder": "second", "values": values}]
    return bt.compile_evidence(bt.EvidenceSet.model_validate(data))


def test_s_pools():
    """Synthetic [C]: linear (.55, .3, .15), log (.555006, .296663, .148331)."""
    ev = two_coders((0.7, 0.2, 0.1), (0.4, 0.4, 0.2), [])
    assert sens.pool(ev, how="linear")["probability"].values[0].tolist() == rounded([0.55, 0.3, 0.15])
    assert sens.pool(ev, how="log")["probability"].values[0].tolist() == rounded(
        [0.555006, 0.296663, 0.148331]
    )


def test_s_the_log_pool_is_externally_bayesian_and_the_linear_is_not():
    """Synthetic [C]: with L = (.9, .3, .1), log in either order; linear pool of the updated (.81, .162857, .027143)."""
    ev = two_coders((0.7, 0.2, 0.1), (0.4, 0.4, 0.2), [(0.9, 0.3, 0.1)])
    assert sens.pool(ev, how="log")["probability"].values[0].tolist() == rounded(
        [0.827904, 0.147511, 0.024585]
    )
    assert sens.pool(ev, how="linear")["probability"].values[0].tolist() == rounded(
        [0.81, 0.162857, 0.027143]
    )


@pytest.mark.parametrize(
    ("epsilon", "expected"),
    [
        (0.0, (0.8, 0.8)),
        (0.05, (0.783505, 0.815534)),
        (0.1, (0.765957, 0.830189)),
        (0.2, (0.727273, 0.857143)),
    ],
)
def test_s_contamination(epsilon, expected):
    """Synthetic [C]: pi = .5 and LR = 4."""
    bounds = sens.contamination_bounds(compiled({"memo": {"A": 0.8, "B": 0.2}}), epsilon=epsilon).sel(
        hypothesis="A"
    )
    assert (bounds["lower"].item(), bounds["upper"].item()) == rounded(expected)


# --- U: structure ---------------------------------------------------------------------------


def test_u_one_memo_quoted_five_times():
    """Synthetic [C]: LR 19 five times: .9999996 independent, .992663 at rho = .5, .95 as one."""
    ev = compiled({f"copy{n}": {"A": 0.95, "B": 0.05} for n in range(5)})
    swept = sens.dependence_sweep(ev, correlation=[0.0, 0.5, 1.0], by="all")["probability"].sel(
        hypothesis="A"
    )
    assert swept.values.ravel().tolist() == rounded([0.9999996, 0.992663, 0.95])


def test_u_power_scaling():
    """Synthetic [C]: derivatives of three items at alpha = 1."""
    table = {
        "one": {"A": 0.8, "B": 0.4, "C": 0.1},
        "two": {"A": 0.6, "B": 0.7, "C": 0.3},
        "three": {"A": 0.9, "B": 0.5, "C": 0.5},
    }
    scaled = sens.power_scaling(compiled(table, priors={"A": 0.5, "B": 0.3, "C": 0.2}))
    expected = {
        "one": (0.112090, -0.089746, -0.022345),
        "two": (-0.013935, 0.022096, -0.008161),
        "three": (0.083870, -0.078278, -0.005591),
    }
    for item, slope in expected.items():
        got = scaled["derivative"].sel(component=item).values[0].tolist()
        assert got == pytest.approx(slope, abs=1.01e-6)
    at_one = scaled["curve"].sel(component="one", alpha=1.0).values[0].tolist()
    assert at_one == rounded([0.827586, 0.160920, 0.011494])


# --- V: order -------------------------------------------------------------------------------


def test_v1_jeffrey_depends_on_order_and_virtual_evidence_does_not():
    """Synthetic [C]: E1 to .9 then E2 to .7 -> .745495; reverse -> .769337; ratios 9 and 7/3 -> .697382."""
    ev = compiled({"E1": {"A": 0.8, "B": 0.3}, "E2": {"A": 0.6, "B": 0.1}}, priors={"A": 0.4, "B": 0.6})
    start = ev["prior"]
    forward = sens.jeffrey(ev, {"E2": 0.7}, belief=sens.jeffrey(ev, {"E1": 0.9}, belief=start))
    back = sens.jeffrey(ev, {"E1": 0.9}, belief=sens.jeffrey(ev, {"E2": 0.7}, belief=start))
    assert forward.values[0, 0] == rounded(0.745495)
    assert back.values[0, 0] == rounded(0.769337)
    assert sens.soft_evidence(ev, {"E1": 9.0, "E2": 7 / 3}).values[0, 0] == rounded(0.697382)


@pytest.mark.parametrize(("d", "ratio"), [(1.0, 0.222222), (0.5, 0.631579), (0.1, 0.929293)])
def test_v2_an_absence_and_the_furthest_it_can_go(d, ratio):
    """Synthetic [C]: P(E|H) = .8, .1, not found; the range of any coding is 1 - d to 1/(1 - d)."""
    ev = compiled({"gap": {"A": 0.8, "B": 0.1}}, found={"gap": "absent"}, detection={"gap": d})
    tip = sens.tipping_points(ev, target="A").sel(rival="B")
    assert float(tip["ratio"].item()) == rounded(ratio)
    if d < 1:
        assert tip["attainable_low"].item() == pytest.approx(10 * np.log10(1 - d))


# --- H: Integrated Inferences, table 16.2 ----------------------------------------------------


@pytest.mark.parametrize(
    ("a", "expected"),
    [
        (0.0, (0.167, 0.0, 0.25)),
        (0.05, (0.183, 0.068, 0.25)),
        (0.10, (0.200, 0.125, 0.25)),
        (0.15, (0.217, 0.173, 0.25)),
        (0.20, (0.233, 0.214, 0.25)),
        (0.25, (0.25, 0.25, 0.25)),
    ],
)
def test_h_likelihoods_moved_one_way(a, expected):
    """Humphreys and Jacobs (2023), Table 16.2 [T][C]: X = Y = 1, did X cause Y? Prior, after M = 0, after M = 1.

    Chain X -> M -> Y with types (first digit: value if the parent is 0, second: if it is 1).
    """
    types = {"00": (0, 0), "10": (1, 0), "01": (0, 1), "11": (1, 1)}
    y_share = {name: a if name == "10" else (1 - a) / 3 for name in types}
    weight = {True: {0: 0.0, 1: 0.0}, False: {0: 0.0, 1: 0.0}}
    for m, y in ((m, y) for m in types for y in types):
        seen = types[m][1]
        if types[y][seen] == 1:
            caused = types[y][types[m][0]] == 0
            weight[caused][seen] += 0.25 * y_share[y]
    total = sum(weight[True].values()) + sum(weight[False].values())
    prior = sum(weight[True].values()) / total
    given = {c: {m: weight[c][m] / sum(weight[c].values()) for m in (0, 1)} for c in weight}
    assert prior == pytest.approx(expected[0], abs=5.1e-4)
    if not 0 < prior < 1:
        return
    priors = {"caused": prior, "not": 1 - prior}
    for m in (0, 1):
        row = {"clue": {"caused": given[True][m], "not": given[False][m]}}
        ev = compiled(row, priors=priors)
        left = sens.leave_one_out(ev).sel(left_out="clue", hypothesis="caused").item()
        assert left == pytest.approx(expected[0], abs=5.1e-4)
        assert bt.update(ev)["probability"].values[0, 0] == pytest.approx(expected[1 + m], abs=5.1e-4)


# --- I: the Chilean tax reform of 2005 -------------------------------------------------------

WEIGHTS = {
    "E0": (-5, -10),
    "E1": (6, 66),
    "E2": (12, 12),
    "E3": (25, 0),
    "E4": (30, 15),
    "E5": (30, 27),
}


def chile():
    table = {item: {"EA": 0.0, "CC": -float(cc), "MV": -float(mv)} for item, (cc, mv) in WEIGHTS.items()}
    return compiled(table, unit="ratio_db")


def test_i_leave_one_out_totals():
    """Fairfield and Charman, second-hand [S]: totals of 98 and 110 dB, and those without each item."""
    left = sens.leave_one_out(chile())
    expected = {
        "E0": (103, 120),
        "E1": (92, 44),
        "E2": (86, 98),
        "E3": (73, 110),
        "E4": (68, 95),
        "E5": (68, 83),
    }
    for item, totals in expected.items():
        p = left.sel(left_out=item).isel(episode=0)
        decibels = [10 * np.log10(float(p.sel(hypothesis="EA") / p.sel(hypothesis=h))) for h in ("CC", "MV")]
        assert decibels == pytest.approx(list(totals), abs=1e-6)


def test_i_sceptical_priors():
    """Fairfield and Charman, second-hand [S]: EA at -50, -90 and -98 dB against each rival."""
    swept = sens.prior_sweep(chile(), hypothesis="EA", db=[-98, -90, -50]).isel(episode=0)
    assert swept["prior_db"].values.tolist() == pytest.approx([-98, -90, -50])
    at = dict(zip((-98, -90, -50), swept.values.tolist(), strict=True))
    assert at[-90] == rounded([0.855806, 0.135636, 0.008558])
    assert at[-98] == rounded([0.484708, 0.484708, 0.030583])
    assert at[-50][0] == rounded(0.999983)


def test_i_what_would_end_the_lead():
    """From the same table [C]: E1 turned round is 110 - 132 dB against MV; 5 of 6 items removed leave -10 dB."""
    ev = chile()
    turned = sens.recoding(ev)
    assert turned["count"].item() == 1
    assert turned["rival_count"].sel(rival="CC").item() == 2
    fewest = sens.fewest_items_to_flip(ev)
    # against MV: 66, 27, 15, 12 and -10 dB, E3 neutral; all four that favour EA must go
    assert fewest["count"].item() == 4
    assert set(fewest["items"].item().split()) == {"E1", "E2", "E4", "E5"}
    bias = sens.search_bias(ev)
    # 6, 12, 25, 30 and 30 dB for EA against CC and 5 against it: 27.5 off each leaves 2.5 + 2.5 - 5
    assert bias["bias"].sel(rival="CC").item() == pytest.approx((30 + 30 - 5) / 2)
