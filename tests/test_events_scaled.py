"""Evidence of events has a likelihood that can be scaled, though what else might have been said cannot be drawn."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import NoDataModelError
from bayes_trace.models import elicitation_model
from bayes_trace.sampling import sample
from bayes_trace.sampling.calibration import calibrate
from tests.build import item, sound
from tests.events import event, report, with_events

WIDE = {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": {"low": 0.1, "best": 0.2, "high": 0.4}}


def evidence(values=WIDE):
    """An event with two reports on one episode, a ratio on another."""
    ratio = {"unit": "ratio_db", "reference": "B", "values": {"A": 3, "B": 0}}
    items = [report("r", episodes=["e1"]), report("q", "t", episodes=["e1"])]
    items += [item("w", episodes=["e2"], codings=[ratio])]
    return bt.compile_evidence(sound(with_events(items, [event("fire", values)], episodes=("e1", "e2"))))


def test_an_event_is_scaled_and_only_the_ratio_is_refused():
    ev = evidence()
    tree = sample(ev, draws=400, seed=1, sampler="direct")
    found = tree["log_likelihood"].to_dataset()["evidence"]
    assert found["episode"].values.tolist() == ["e1"]
    table = bt.power_sensitivity(tree, episode="e1")
    # even and certain priors can be raised to any power; the reports cannot
    assert (table["prior"] == 0).all()
    assert (table["likelihood"] > 0.05).all()
    with pytest.raises(
        NoDataModelError, match=r"episode e2 has no model of the data \(ratios .*ask of another episode"
    ):
        bt.power_sensitivity(tree, episode="e2")


def test_the_model_keeps_the_likelihood_that_the_update_has():
    ev = evidence({"A": 0.8, "B": 0.2})
    model = elicitation_model(ev)
    assert set(model.record.without_data_model) == {"e1", "e2"}
    assert set(model.record.without_density) == {"e2"}
    given = model["log_likelihood_given"].eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(given[0], ev["log_likelihood"].values[0, 0], atol=1e-12)
    # what else the sources might have said is not stated, so nothing can be drawn
    with pytest.raises(NoDataModelError, match="simulation-based calibration: episode"):
        calibrate(model, None, fits=1, seed=1)
