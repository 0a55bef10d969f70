"""A whole beside its parts: by hand, and in the set of arms transfers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.calibration import coherence
from bayes_trace.errors import CalibrationError, ScaleError
from bayes_trace.exact.coherent import nearest_coherent
from tests.arms import arms_set
from tests.build import item, make


def compounds(rows, **options):
    return coherence(bt.compile_evidence(bt.from_table(rows, **options))).isel(coder=0).sel(whole="A+B")


def test_a_compound_lies_between_its_parts():
    rows = {
        "between": {"A": 0.2, "B": 0.4, "A+B": 0.3},
        "above": {"A": 0.2, "B": 0.4, "A+B": 0.8},
        "below": {"A": 0.2, "B": 0.4, "A+B": 0.1},
        "edge": {"A": 0.2, "B": 0.4, "A+B": 0.4},
    }
    found = compounds(rows)
    two = 10 * math.log10(2)
    assert found.outside.values == pytest.approx([0, two, -two, 0], abs=1e-9)
    assert found.mixture.values == pytest.approx([0.3] * 4)
    assert found.difference.values == pytest.approx(
        [10 * math.log10(x / 0.3) for x in (0.3, 0.8, 0.1, 0.4)], abs=1e-9
    )
    assert found.share_outside.item() == pytest.approx(1 / 2)
    assert found.unpacking.item() == pytest.approx(found.difference.mean().item())
    assert (found.low.values[1], found.high.values[1]) == pytest.approx((0.2, 0.4))


def test_what_is_reported_is_compared_as_reported():
    """A report is a straight line in the probability, so that means stay means."""
    row = {"memo": {"A": 0.2, "B": 0.4, "A+B": 0.3}}
    found = compounds(row, reliability={"memo": (0.9, 0.1)})
    assert found.stated.item() == pytest.approx(0.9 * 0.3 + 0.1 * 0.7)
    assert found.difference.item() == pytest.approx(0, abs=1e-9)


def test_ratios_have_no_level_to_compare():
    found = compounds({"memo": {"A": 0, "B": 3, "A+B": 9}}, unit="ratio_db")
    assert math.isnan(found.outside.item())
    assert found.share_outside.item() == 0


@pytest.fixture(scope="module")
def arms():
    return arms_set()


def test_a_split_hypothesis_is_the_mean_of_its_parts(arms):
    """In the scenario of two audiences one reader codes the parts, the other leaves them as the whole."""
    base = bt.compile_evidence(arms)
    split = bt.compile_evidence(bt.apply_scenario(arms, "adversary_audience"))
    found = coherence(base, unpacked=split)
    assert found["whole"].values.tolist() == ["loyalty_coercion"]
    other = found.sel(coder="reader_b", whole="loyalty_coercion")
    assert np.nanmax(np.abs(other.difference)) < 1e-9
    own = found.sel(coder="reader_a", whole="loyalty_coercion")
    parts = split["core_share"].sel(core="loyalty_coercion").values > 0
    for link in base["link"].values[np.abs(own.difference.values) > 0.1]:
        row = split["log_likelihood"].sel(coder="reader_a", link=link).values[parts]
        episode = str(base["link_episode"].sel(link=link).item())
        prior = split["prior"].sel(episode=episode).values[parts]
        mixture = np.exp(row) @ prior / prior.sum()
        stated = np.exp(
            base["log_likelihood"].sel(coder="reader_a", link=link, hypothesis="loyalty_coercion").item()
        )
        assert own.mixture.sel(link=link).item() == pytest.approx(mixture)
        assert own.difference.sel(link=link).item() == pytest.approx(10 * math.log10(stated / mixture))
    assert (np.abs(own.difference) > 0.1).any()


def test_a_set_without_parts_has_nothing_to_compare(arms):
    with pytest.raises(
        CalibrationError, match="no hypothesis is coded together with its parts: the set has no compound"
    ):
        coherence(bt.compile_evidence(arms))


# --- the coherent pool -----------------------------------------------------------------------


def two_coders(first, second, hypotheses=("A", "B", "A+B")):
    codings = [{"values": first}, {"coder": "second", "values": second}]
    return bt.compile_evidence(make([item("x", episodes=["e1"], codings=codings)], hypotheses=hypotheses))


def test_without_compounds_it_is_the_mean_of_probabilities():
    ev = two_coders({"A": 0.8, "B": 0.2}, {"A": 0.4, "B": 0.3}, ("A", "B"))
    assert bt.update(ev, pool="coherent").probability.values[0] == pytest.approx([0.6 / 0.85, 0.25 / 0.85])


def test_a_compound_above_its_parts_meets_the_nearest_of_them():
    ev = two_coders({"A": 0.2, "B": 0.4, "A+B": 0.9}, {"A": 0.2, "B": 0.4, "A+B": 0.7})
    row = np.array([0.2, 0.6, 0.6])
    prior = bt.update(ev, pool="coherent")["prior"].values[0]
    assert bt.update(ev, pool="coherent").probability.values[0] == pytest.approx(
        prior * row / (prior * row).sum()
    )


def test_what_fits_stays():
    row = np.array([0.2, 0.4, 0.3])
    assert nearest_coherent(row, [(2, (0, 1))]).tolist() == row.tolist()


COMPOUNDS = [(3, (0, 1)), (4, (1, 2)), (5, (0, 1, 2))]
probability = st.floats(0.01, 0.99)


@given(
    st.lists(probability, min_size=6, max_size=6),
    st.lists(st.lists(probability, min_size=3, max_size=3), min_size=5, max_size=5),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_no_coherent_row_is_nearer(row, parts, place):
    """Against rows made coherent: any parts, and compounds anywhere between theirs."""
    row = np.array(row)
    found = nearest_coherent(row, COMPOUNDS)
    far = np.square(found - row).sum()
    for whole, of in COMPOUNDS:
        assert min(found[list(of)]) - 1e-9 <= found[whole] <= max(found[list(of)]) + 1e-9
    for each in parts:
        other = np.array([*each, 0.0, 0.0, 0.0])
        # the nearest row itself, its compounds pulled to the row's own, is among those tried
        for tried in (other, np.array([*found[:3], 0.0, 0.0, 0.0])):
            for (whole, of), where in zip(COMPOUNDS, place, strict=True):
                low, high = tried[list(of)].min(), tried[list(of)].max()
                tried[whole] = (
                    np.clip(row[whole], low, high) if where > 0.5 else low + 2 * where * (high - low)
                )
            assert np.square(tried - row).sum() >= far - 1e-9


def test_the_mean_of_coders_is_what_is_mended():
    """Squares to all coders together are least where squares to their mean are."""
    first, second = np.array([0.2, 0.4, 0.9]), np.array([0.3, 0.1, 0.5])
    best = nearest_coherent((first + second) / 2, [(2, (0, 1))])
    least = np.square(best - first).sum() + np.square(best - second).sum()
    grid = np.linspace(0.01, 0.99, 50)
    a, b, c = np.meshgrid(grid, grid, grid, indexing="ij")
    sound = (c <= np.maximum(a, b)) & (c >= np.minimum(a, b))
    every = sum((a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2 for x, y, z in (first, second))
    assert every[sound].min() >= least - 1e-12
    assert every[sound].min() == pytest.approx(least, abs=0.01)


def test_a_coherent_pool_needs_probabilities():
    ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0, "B": 3}}, unit="ratio_db"))
    with pytest.raises(ScaleError, match="memo: coded by ratios, and a coherent pool needs probabilities"):
        bt.update(ev, pool="coherent")


def test_the_readers_of_the_arms_set_have_a_coherent_pool(arms):
    """No compounds there: the mean of their probabilities, link by link."""
    ev = bt.compile_evidence(arms, episodes=["no_resumption_1966"])
    found = bt.update(ev, pool="coherent")
    mean = np.log(np.exp(ev["log_likelihood"].values).mean(axis=0))
    assert (ev["kappa"].values == 1).all()
    row = np.exp(mean.sum(axis=0)) * ev["prior"].values[0]
    assert found.probability.values[0] == pytest.approx(row / row.sum())
    assert found.attrs["coder"] == "coherent pool of reader_a reader_b"
