"""A whole beside its parts: by hand, and in the set of arms transfers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.calibration import coherence
from bayes_trace.errors import CalibrationError


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
    return bt.read_evidence_set("evidence_sets/us_arms_transfers")


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
    with pytest.raises(CalibrationError, match="no hypothesis is coded beside its parts"):
        coherence(bt.compile_evidence(arms))
