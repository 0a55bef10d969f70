"""Tables of draws, made up so that their numbers are known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayes_trace import tables
from bayes_trace.errors import ModelError, NoDataModelError, UnknownNameError
from bayes_trace.summary import power_sensitivity, summarise, summarise_coefficients

SHAPE = (4, 500)


def likely(shape):
    """Draws of a probability of about .8."""
    return np.random.default_rng(1).beta(8, 2, shape)


def tree(p, **attrs):
    """Draws of P(A) of one episode."""
    p = np.asarray(p)
    coords = {
        "chain": np.arange(p.shape[0]),
        "draw": np.arange(p.shape[1]),
        "episode": ["e"],
        "hypothesis": ["A", "B"],
    }
    values = np.stack([p, 1 - p], axis=-1)[:, :, None]
    dims = ("chain", "draw", "episode", "hypothesis")
    groups = {
        "posterior": xr.Dataset({"probability": (dims, values)}, coords),
        "constant_data": xr.Dataset({"prior": (dims[2:], [[0.5, 0.5]])}, {k: coords[k] for k in dims[2:]}),
    }
    made = xr.DataTree.from_dict(groups)
    made.attrs = {"kind": "posterior", "converged": 1, **attrs}
    return made


def test_the_table_of_probabilities():
    p = likely(SHAPE)
    table = summarise(tree(p)).set_index("hypothesis")
    row = table.loc["A"]
    assert row["mean"] == pytest.approx(p.mean())
    assert row["median"] == pytest.approx(np.median(p))
    assert (row["low_90"], row["high_95"]) == pytest.approx(np.quantile(p, [0.05, 0.975]))
    assert row["p_leading"] == pytest.approx((p > 0.5).mean())
    assert row["mcse"] == pytest.approx(p.std() / np.sqrt(p.size), rel=0.2)
    assert row["r_hat"] == pytest.approx(1, abs=0.01)
    assert row["ess"] == pytest.approx(p.size, rel=0.3)
    assert row["prior"] == 0.5
    assert row["flag"] == ""


def test_what_does_not_move_is_constant():
    table = summarise(tree(np.full(SHAPE, 0.8)))
    assert table["flag"].tolist() == ["constant", "constant"]
    assert table["mcse"].tolist() == [0, 0]
    assert table["r_hat"].isna().all()


@pytest.mark.parametrize(
    ("attrs", "said"),
    [
        ({"converged": 0}, "not converged"),
        ({"interrupted": 1}, "interrupted"),
        ({"kind": "propagated"}, "propagated"),
    ],
)
def test_every_row_repeats_what_marks_the_run(attrs, said):
    table = summarise(tree(likely(SHAPE), **attrs))
    assert (table["flag"] == said).all()
    assert table.attrs["note"] == said


def test_what_is_level_shares_the_lead():
    table = summarise(tree(np.full(SHAPE, 0.5)))
    assert table["p_leading"].tolist() == [0.5, 0.5]


def test_one_chain_has_no_r_hat():
    table = summarise(tree(likely((1, 2000))))
    assert table["r_hat"].isna().all()
    assert (table["mcse"] > 0).all()


def test_a_page_and_a_paper_take_the_table():
    table = summarise(tree(likely(SHAPE)))[["episode", "hypothesis", "mean"]].round(2)
    header, rows = list(table.columns), table.to_numpy().tolist()
    assert tables.to_markdown(header, rows).splitlines()[2].startswith("| e | A | 0.8")
    assert r"hypothesis & mean \\" in tables.to_latex(header, rows)


def coefficients(*, half, twice, x=(0.0, 0.0, 1.0, 1.0), sure=(0.1, 0.2, 0.8, 0.9)):
    """Draws of one coefficient with mean 1 and sd .5, prior sd 1."""
    coords = {"chain": np.arange(4), "draw": np.arange(500), "column": ["x"], "hypothesis": ["A", "B"]}
    sign = np.array([1.0, -1.0])
    z = np.random.default_rng(1).standard_normal(SHAPE)
    z = (z - z.mean()) / z.std()
    dims = ("chain", "draw", "column", "hypothesis")
    episodes = [f"e{n}" for n in range(4)]
    p = np.broadcast_to(np.stack([sure, 1 - np.asarray(sure)], axis=-1), (*SHAPE, 4, 2))
    group = {
        "posterior": xr.Dataset(
            {"coefficient": (dims, (1 + 0.5 * z)[:, :, None, None] * sign)}, coords
        ).assign(probability=(("chain", "draw", "episode", "hypothesis"), p)),
        "prior": xr.Dataset({"coefficient": (dims, z[:, :, None, None] * sign)}, coords),
        "rescaled": xr.Dataset(
            {
                "coefficient": (
                    ("prior_scale", "column", "hypothesis"),
                    np.array([half, twice])[:, None, None] * sign,
                )
            },
            {"prior_scale": [0.5, 2.0], "column": ["x"], "hypothesis": ["A", "B"]},
        ),
        "constant_data": xr.Dataset(
            {"condition_value": (("episode", "column"), np.array(x)[:, None])},
            {"episode": episodes, "column": ["x"]},
        ),
    }
    group["posterior"] = group["posterior"].assign_coords(episode=episodes)
    return xr.DataTree.from_dict(group)


def test_the_table_of_coefficients():
    row = summarise_coefficients(coefficients(half=0.9, twice=1.1, x=(0.0, 1.0, 0.0, 1.0))).iloc[0]
    assert (row["mean"], row["sd"], row["prior_sd"]) == pytest.approx((1, 0.5, 1), abs=1e-6)
    assert row["contraction"] == pytest.approx(0.75)
    assert row["prior_p_positive"] == pytest.approx(0.5, abs=0.03)
    assert (row["half_scale"], row["twice_scale"]) == (0.9, 1.1)
    assert row["flag"] == ""


def test_what_another_prior_scale_moves_is_driven_by_the_prior():
    flags = [
        summarise_coefficients(coefficients(half=half, twice=1.1, x=(0, 1, 0, 1)))["flag"].iloc[0]
        for half in (0.76, 0.74)
    ]
    assert flags == ["", "prior-driven"]


@pytest.mark.parametrize(
    ("x", "said"),
    [
        ((0.0, 0.0, 1.0, 1.0), "complete separation"),
        ((0.0, 0.5, 0.5, 1.0), "near-complete separation"),
        ((0.0, 1.0, 0.0, 1.0), ""),
    ],
)
def test_separation_is_named(x, said):
    assert summarise_coefficients(coefficients(half=1, twice=1, x=x))["flag"].iloc[0] == said


def test_tables_of_what_is_not_there():
    with pytest.raises(ModelError, match="no coefficients"):
        summarise_coefficients(xr.DataTree.from_dict({"posterior": xr.Dataset(), "prior": xr.Dataset()}))
    with pytest.raises(NoDataModelError, match="hold no log-likelihood"):
        power_sensitivity(tree(np.full(SHAPE, 0.5)), episode="e")
    full = tree(np.full(SHAPE, 0.5))
    full["log_likelihood"] = xr.DataTree(xr.Dataset({"evidence": ("chain", np.zeros(4))}))
    with pytest.raises(UnknownNameError, match="no episode named 'f'"):
        power_sensitivity(full, episode="f")
