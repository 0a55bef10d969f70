"""The overview: cells against a plain count over random tables, and what is drawn of them."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import plots
from bayes_trace.errors import BayesTraceError
from bayes_trace.plots.grid import ink, shade
from bayes_trace.plots.style import figure_of
from tests import build

DIMS = ("scenario", "coder", "episode", "hypothesis")


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def table(values, hypotheses=("loyal", "geo", "quid"), coders=("reader_a", "reader_b")):
    array = np.asarray(values, dtype=float)
    names = ["base", *(f"s{n}" for n in range(1, array.shape[0]))]
    episodes = [f"e{n}" for n in range(array.shape[2])]
    coords = dict(
        zip(
            DIMS,
            (names, list(coders)[: array.shape[1]], episodes, list(hypotheses)[: array.shape[3]]),
            strict=True,
        )
    )
    return xr.DataArray(array, coords, DIMS)


@st.composite
def tables(draw):
    shape = draw(st.tuples(st.integers(2, 4), st.integers(1, 2), st.integers(1, 4), st.integers(2, 3)))
    raw = draw(
        st.lists(
            st.sampled_from([0.02, 0.2, 0.25, 0.3, 0.9]),
            min_size=int(np.prod(shape)),
            max_size=int(np.prod(shape)),
        )
    )
    values = np.array(raw).reshape(shape)
    return table(values / values.sum(axis=-1, keepdims=True))


def leaders(p):
    """All that print as less than 1 dB behind the top, as verdicts have it."""
    return {n for n, value in enumerate(p) if round(10 * np.log10(max(p) / value), 1) < 1.0}


@settings(max_examples=60, deadline=None)
@given(tables())
def test_cells_say_what_a_plain_count_says(probabilities):
    cells = plots.overview_cells(probabilities)
    names = list(probabilities["hypothesis"].values)
    for scenario in cells["scenario"].values:
        for coder in cells["coder"].values:
            for episode in cells["episode"].values:
                here = {"scenario": scenario, "coder": coder, "episode": episode}
                cell = cells.sel(here)
                lead = leaders(probabilities.sel(here).values)
                before = leaders(probabilities.sel(here | {"scenario": "base"}).values)
                assert names.index(str(cell["leader"].item())) in lead
                assert int(cell["level"]) == len(lead)
                assert (str(cell["second"].item()) != "") == (len(lead) > 1)
                assert bool(cell["overturned"]) == (not lead & before)
                assert float(cell["probability"]) == pytest.approx(float(probabilities.sel(here).max()))
    same = str(cells.attrs["same"]).split()
    for name in probabilities["scenario"].values[1:]:
        assert (name in same) == np.allclose(
            probabilities.sel(scenario=name), probabilities.sel(scenario="base")
        )


def test_a_table_of_rows_gives_the_same_cells_in_its_own_order():
    array = table([[[[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]]], [[[0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]]])
    frame = (
        array.to_dataframe("probability")
        .reset_index()
        .sample(frac=1, random_state=2)
        .sort_values("scenario", kind="stable")
    )
    xr.testing.assert_equal(
        plots.overview_cells(frame).drop_attrs().sortby(["episode", "coder"]),
        plots.overview_cells(array).drop_attrs(),
    )


def test_parts_of_a_split_hypothesis_are_added_up_again():
    split = table(
        [[[[0.6, np.nan, np.nan, 0.4]]], [[[np.nan, 0.3, 0.3, 0.4]]]], ("loyal", "allies", "foes", "geo")
    )
    assert plots.overview_cells(split)["overturned"].values.any()
    whole = plots.overview_cells(split, parts={"allies": "loyal", "foes": "loyal"})
    assert whole.attrs["same"] == "s1"
    assert not whole["overturned"].values.any()


def test_what_is_missing_is_named():
    with pytest.raises(BayesTraceError, match="no dimension coder; they have scenario, episode, hypothesis"):
        plots.overview_cells(table([[[[0.6, 0.4]]]]).isel(coder=0, drop=True))
    with pytest.raises(
        BayesTraceError, match="no column coder, probability; it has scenario, episode, hypothesis, p"
    ):
        plots.overview_cells(pd.DataFrame({"scenario": [], "episode": [], "hypothesis": [], "p": []}))
    columns = ("scenario", "coder", "episode", "hypothesis", "probability")
    for nothing in (pd.DataFrame(columns=columns), table([[[[0.6, 0.4]]]]).isel(episode=[])):
        with pytest.raises(BayesTraceError, match="there are no probabilities, expected one at least"):
            plots.overview_cells(nothing)


# --- what is drawn -----------------------------------------------------------------------


def drawn(ax, gid):
    return [text.get_text() for text in ax.texts if text.get_gid() == gid]


VALUES = [
    [[[0.96, 0.03, 0.01], [0.45, 0.45, 0.10]], [[0.85, 0.10, 0.05], [np.nan] * 3]],
    [[[0.20, 0.60, 0.20], [0.45, 0.45, 0.10]], [[0.85, 0.10, 0.05], [np.nan] * 3]],
]


def test_letters_numbers_ties_reversals_and_gaps():
    ax = plots.plot_overview(table(VALUES), labels={"reader_a": "Reader A", "reader_b": "Reader B"})
    assert drawn(ax, "cell") == ["L .96", "L .85", "G .60", "L .85", "L=G .45", "–", "L=G .45", "–"]
    assert drawn(ax, "coder") == ["A", "B", "A", "B"]
    assert sum(patch.get_gid() == "overturned" for patch in ax.patches) == 1
    ties = [lines for lines in ax.collections if lines.get_gid() == "level"]
    assert len(ties) == 3  # two cells, and the key
    assert all(lines.get_clip_box() is not None for lines in ties)
    assert not any(patch.get_hatch() for patch in ax.patches)
    key = " ".join(drawn(ax, "key"))
    assert "leader under “Base” overturned" in key
    assert "– not coded" in key
    assert "= level" in key


def test_a_narrow_one_holds_letters_only_and_every_width_stays_inside():
    for width in (3.4, 5.0, 7.0):
        ax = plots.plot_overview(table(VALUES * 4 + [VALUES[0]]), width=width)
        figure = figure_of(ax)
        figure.draw_without_rendering()
        page = figure.get_size_inches() * figure.dpi
        for text in ax.texts:
            box = text.get_window_extent()
            assert -2 < box.x0 < box.x1 < page[0] + 2, text
            assert -2 < box.y0 < box.y1 < page[1] + 2, text
    many = table(
        np.concatenate([VALUES] + [np.roll(VALUES[1:], n, axis=-1) * [1, 1, 1 - n / 99] for n in range(1, 9)])
    )
    assert not any("." in text for text in drawn(plots.plot_overview(many, width=3.4), "cell"))


def test_the_preferred_scenario_stands_second_and_sums_are_not_judged():
    array = table(np.concatenate([VALUES, [VALUES[1]]])[[0, 1, 2]])
    array = array.copy(
        data=np.where(np.arange(3)[:, None, None, None] == 1, np.roll(array.values, 1, axis=-1), array.values)
    )
    details = {
        "case": {"label": "The case"},
        "e0": {"label": "First", "granted": "no"},
        "e1": {"label": "Both", "granted": "part", "aggregate_of": ["e0"]},
    }
    rows = {"e0": [build.item("memo", {"A": 0.8, "B": 0.2, "C": 0.1})], "e1": []}
    evidence = bt.compile_evidence(build.make_set(rows, details=details))
    ax = plots.plot_overview(array, evidence=evidence, preferred="s2", muted={"e0": "coded in two senses"})
    assert drawn(ax, "scenario") == ["Base", "S2", "S1"]
    assert drawn(ax, "case") == ["The case"]
    assert drawn(ax, "episode") == ["First × †", "Both ½ Σ"]
    assert not any("." in text for text in drawn(ax, "cell"))
    assert not any(patch.get_gid() == "overturned" for patch in ax.patches)
    assert "grey: not judged († coded in two senses, Σ sum of other episodes)" in " ".join(
        " ".join(drawn(ax, "key")).split()
    )


def test_shades_fall_in_grey_as_in_colour():
    for colour in ("#0072B2", "#E69F00", "#009E73", "#CC79A7"):
        light = [float(np.dot(shade(colour, p), (0.3, 0.59, 0.11))) for p in (0.3, 0.6, 0.9, 0.99)]
        assert light == sorted(light, reverse=True)
    assert ink(1.0) < ink(0.2)


def test_more_than_three_coders_share_the_first_and_the_preferred_scenario_only():
    five = table(
        np.repeat([[[[0.9, 0.1]]], [[[0.3, 0.7]]], [[[0.2, 0.8]]]], 5, axis=1),
        coders=[f"c{n}" for n in range(5)],
    )
    ax = plots.plot_overview(five, preferred="s1")
    assert len(drawn(ax, "cell")) == 5 + 5 + 1
