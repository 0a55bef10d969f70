"""Curves of ratios with known answers: what is drawn is what was computed."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from bayes_trace import calibration, plots
from bayes_trace.errors import BayesTraceError, CalibrationError


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_tippett_steps_down_at_the_weights_that_occur():
    ax = plots.plot_tippett(calibration.tippett([10, 100], [0.1]), labels={"first": "loyalty was pleaded"})
    first, second = (line for line in ax.get_lines() if line.get_label()[0] != "_")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["loyalty was pleaded", "second true"]
    x, y = first.get_data()
    assert dict(zip(x[1:-1].round(6).tolist(), y[1:-1].tolist(), strict=True)) == {-10: 1, 10: 1, 20: 0.5}
    assert (y[0], y[-1]) == (1, 0)
    assert second.get_ydata().tolist() == [1, 1, 0, 0, 0]


def test_tippett_keeps_what_is_infinite_at_the_ends():
    ax = plots.plot_tippett(calibration.tippett([np.inf, 10, 0], [0, 0]))
    first, second = (line for line in ax.get_lines() if line.get_label()[0] != "_")
    assert first.get_ydata() == pytest.approx([2 / 3, 2 / 3, 1 / 3])
    assert second.get_ydata().tolist() == [0, 0, 0]
    certain = plots.plot_tippett(calibration.tippett([np.inf], [0]))
    assert [line.get_ydata().tolist() for line in certain.get_lines()[1:]] == [[1, 1], [0, 0]]


def test_costs_are_drawn_as_computed():
    curve = calibration.ece([8, 3, 30, 0.5], [0.2, 0.1, 3, 0.05])
    ax = plots.plot_ece(curve)
    for line, name in zip(ax.get_lines(), ("ece", "calibrated", "neutral"), strict=True):
        np.testing.assert_allclose(line.get_ydata(), curve[name].values)


def test_curves_of_another_kind_are_named():
    with pytest.raises(
        BayesTraceError, match=r"expected curves; call bt\.calibration\.tippett\(first, second\) first"
    ):
        plots.plot_tippett(calibration.ece([1], [1]))
    with pytest.raises(
        BayesTraceError, match=r"expected a curve; call bt\.calibration\.ece\(first, second\) first"
    ):
        plots.plot_ece(calibration.tippett([1], [1]))


def test_bands_are_drawn_around_their_curves():
    true, false = [8, 3, 30, 0.5, 12, 5, 100, 2], [0.2, 0.1, 3, 0.05, 0.6, 0.3, 0.02, 1.5]
    curve = calibration.ece(true, false, draws=400, seed=2)
    assert (curve.ece_low <= curve.ece_high).all()
    half = curve.sel(prior=0.5, method="nearest")
    interval = calibration.bootstrap(calibration.cllr, true, false, seed=1)
    assert (half.ece_low.item(), half.ece_high.item()) == pytest.approx(
        (interval.low, interval.high), abs=0.06
    )
    shares = calibration.tippett(true, false, draws=400, seed=2)
    assert ((shares.first_low <= shares["first"]) & (shares["first"] <= shares.first_high)).all()
    assert "ece_low" not in calibration.ece(true, false)
    for ax, bands in ((plots.plot_ece(curve), 1), (plots.plot_tippett(shares), 2)):
        assert len([each for each in ax.collections if isinstance(each, PolyCollection)]) == bands
        plots.close(ax)
    with pytest.raises(CalibrationError, match="draws = -1: expected 1 or more for a band, 0 for none"):
        calibration.ece(true, false, draws=-1)
