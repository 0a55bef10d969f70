"""What `sample` returns, on one small model with a model of the data."""

from __future__ import annotations

import json
import re
import time

import arviz_plots as azp
import arviz_stats as azs
import matplotlib as mpl
import numpy as np
import pymc as pm
import pytest
import xarray as xr
from nutpie.sample import _BackgroundSampler
from pytensor.compile.mode import Mode
from scipy.stats import chisquare

import bayes_trace as bt
from bayes_trace.errors import (
    ConvergenceError,
    NoDataModelError,
    SamplerError,
    SamplingStoppedError,
    WrongArgumentError,
)
from bayes_trace.models import elicitation_model
from bayes_trace.models.elicitation import select_episodes
from bayes_trace.models.priors import log_density
from bayes_trace.models.record import Record
from bayes_trace.sampling import chains as chains_module
from bayes_trace.sampling import for_loo, sample
from bayes_trace.sampling.calibration import calibrate
from bayes_trace.sampling.chains import run_chains
from bayes_trace.sampling.diagnosis import diagnose
from bayes_trace.sampling.plan import Plan
from bayes_trace.summary import power_sensitivity, summarise
from tests.build import HYPOTHESES, item, make_set, ranged
from tests.synthetic import (
    CONCENTRATION,
    DETECTION,
    GENERATIVE_PRIOR,
    ITEMS,
    N_EPISODES,
    RATES,
    Z_90,
    draw_probability,
    generative_set,
    logit,
    simulate_found,
)

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(generative_set())


@pytest.fixture(scope="module")
def model(evidence):
    return elicitation_model(evidence)


@pytest.fixture(scope="module")
def draws(model):
    return sample(model, seed=1)


def test_groups_and_names(draws):
    groups = {"posterior", "drawn", "prior", "log_likelihood", "log_prior", "observed_data", "constant_data"}
    assert groups | {"log_likelihood_summed_out", "diagnostics"} == set(draws.children)
    assert draws.posterior.probability.dims == ("chain", "draw", "episode", "hypothesis")
    assert draws.posterior.hypothesis.values.tolist() == list(HYPOTHESES)
    assert draws.observed_data.evidence.sel(episode="e0").values.tolist() == [1, 1, 0]
    assert "item_noise" not in draws.posterior
    assert {"digest", "seed", "versions", "divergences", "converged"} <= set(draws.attrs)
    assert all(isinstance(value, (str, int, float)) for value in draws.attrs.values())
    assert json.loads(draws.attrs["versions"])["pymc"] == pm.__version__


def test_the_same_seed_gives_the_same_draws_and_compiles_once(evidence, draws):
    again = sample(elicitation_model(evidence), seed=1)
    assert again.attrs["compile_seconds"] == 0
    assert again.posterior.equals(draws.posterior)


def test_a_second_scenario_of_the_same_shapes_takes_its_own_numbers(evidence):
    priors = evidence.assign(prior=(["episode", "hypothesis"], np.tile([0.1, 0.1, 0.8], (N_EPISODES, 1))))
    other = sample(elicitation_model(priors), seed=1)
    assert other.attrs["compile_seconds"] == 0
    assert float(other.posterior.probability.sel(hypothesis="C").mean()) > 0.5
    assert other.constant_data.prior.values[0].tolist() == [0.1, 0.1, 0.8]


def two_episodes(names=HYPOTHESES, **more):
    rows = {"one": dict.fromkeys(names, (0.5, 0.7, 0.9)), "two": dict.fromkeys(names, (0.1, 0.3, 0.5))}
    rows["two"][names[0]] = (0.6, 0.8, 0.95)
    return bt.compile_evidence(
        make_set({e: [item(f"i-{e}", row)] for e, row in rows.items()}, hypotheses=names, **more)
    )


@pytest.mark.parametrize("more", [{}, {"prior_concentration": 20.0}])
def test_a_model_of_the_same_shapes_keeps_its_own_names(more):
    """One compiled function serves both; names, draws and tables are those of the model asked for."""
    ev, renamed = two_episodes(**more), two_episodes(names=("X", "Y", "Z"), **more)
    for evidence, episode in ((ev, "one"), (ev, "two"), (renamed, "two")):
        draws = sample(elicitation_model(evidence, episodes=[episode]), seed=1)
        assert draws.posterior.episode.values.tolist() == [episode]
        assert draws.posterior.hypothesis.values.tolist() == evidence.hypothesis.values.tolist()
        assert set(summarise(draws)["hypothesis"]) == set(evidence.hypothesis.values)
        one = select_episodes(evidence, [episode], "episode")
        exact = bt.update(one, point="mean").probability.sel(episode=episode).values
        assert draws.posterior.probability.mean(("chain", "draw")).values[0] == pytest.approx(exact, abs=0.02)


def test_a_certain_value_that_a_scenario_turns_is_not_kept_from_the_model_before():
    def coded(certain):
        row = {"A": certain, "B": (0.2, 0.3, 0.5), "C": (0.1, 0.2, 0.4)}
        codings = [{"coder": coder, "values": ranged(row)} for coder in ("one", "two")]
        rows = [{"id": "i", "paraphrase": "what i says", "decisive": True, "codings": codings}]
        return bt.compile_evidence(make_set({"e": rows}, coders=("one", "two")))

    for certain, low, high in ((1.0, 0.6, 1.0), (0.0, 0.0, 1e-12)):
        p = sample(elicitation_model(coded(certain)), seed=1).posterior.probability
        assert low <= float(p.sel(hypothesis="A").mean()) <= high


def test_a_ranged_detection_is_shared_by_the_episodes_of_a_joint_model():
    value = {"low": 0.3, "best": 0.6, "high": 0.9}
    rows = [item("gone", ITEMS[0], episodes=["one", "two"], found="absent", detection=value)]
    ev = bt.compile_evidence(make_set({"one": rows, "two": []}))
    joint = sample(elicitation_model(ev, scope="set"), seed=1).posterior
    assert joint.sizes["detection_deviate"] == 1
    # half of one absence in each of two episodes, over a grid: the range of d is wide and cannot be left out
    z = np.random.default_rng(1).standard_normal((400_000, 4))
    d, *p = (draw_probability(v, z[:, k]) for k, v in enumerate([(0.3, 0.6, 0.9), *ITEMS[0].values()]))
    root = np.sqrt(1 - d[:, None] * np.stack(p, axis=1))
    both = np.einsum("dh,dk,h,k->hk", root, root, *[np.array([0.5, 0.3, 0.2])] * 2)
    for episode in ("one", "two"):
        ours = joint.probability.sel(episode=episode).mean(("chain", "draw")).values
        assert ours == pytest.approx(both.sum(axis=1) / both.sum(), abs=0.01)


def test_netcdf_is_read_back(draws, tmp_path):
    draws.to_netcdf(tmp_path / "draws.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "draws.nc", engine="h5netcdf") as back:
        xr.testing.assert_allclose(back.posterior.probability, draws.posterior.probability)
        assert back.attrs["digest"] == draws.attrs["digest"]
        assert summarise(back)["mean"].tolist() == pytest.approx(summarise(draws)["mean"].tolist())


def test_log_densities_are_those_of_pymc(model, draws):
    """At one draw: what is stored adds up to what the model says."""
    full = run_chains(model, Plan(5, 50, 1, 3, "nutpie")).draws
    point = {
        name: full[name].values[0, 2]
        for name in ("item_noise", "hit_noise", "false_report_noise", "detection_noise", "prior_share")
    }
    inputs = {}
    for variable in model.free_RVs:
        transform = model.rvs_to_transforms[variable]
        value = point[variable.name]
        inputs[model.rvs_to_values[variable].name] = (
            value if transform is None else transform.forward(value).eval(mode=Mode("py", "fast_compile"))
        )
    ours = sum(
        float(
            log_density(prior, full[[name]][name].transpose("chain", "draw", *prior.dims)).values[0, 2].sum()
        )
        for name, prior in model.record.priors.items()
    )
    summed = np.logaddexp.reduce(
        np.log(full["prior_share"].values[0, 2]) + full["log_likelihood_given"].values[0, 2], axis=-1
    )
    logp = model.compile_logp(jacobian=False, mode=Mode("py", "fast_compile"))(inputs)
    assert ours + summed.sum() == pytest.approx(float(logp), rel=1e-9)


def test_drawn_hypotheses_follow_their_probabilities(draws):
    share = draws.drawn.indicator.mean(("chain", "draw"))
    assert share.values == pytest.approx(draws.posterior.probability.mean(("chain", "draw")).values, abs=0.03)
    assert (draws.drawn.indicator.sum("hypothesis") == 1).all()


def test_the_prior_group_holds_the_prior(draws):
    assert draws.prior.probability.mean(("chain", "draw")).values[0] == pytest.approx(
        GENERATIVE_PRIOR, abs=0.03
    )
    assert float(draws.prior.hit.quantile(0.05)) == pytest.approx(RATES["hit"][0], abs=0.03)
    assert {"inclusion", "prior_share"} <= set(draws.prior.data_vars)


def test_arviz_reads_the_tree_as_it_is(draws):
    asked = draws.copy()
    asked["posterior"] = asked["drawn"]
    table = azs.psense_summary(
        asked,
        var_names=["indicator"],
        coords={"episode": ["e0"]},
        likelihood_coords={"episode": ["e0"]},
        prior_coords={"episode": ["e0"]},
    )
    assert len(table) == len(HYPOTHESES)
    with mpl.rc_context({"backend": "agg"}):
        for plot in (azp.plot_forest, azp.plot_dist):
            assert (
                plot(draws, var_names=["probability"], coords={"episode": ["e0"]}, backend="matplotlib")
                is not None
            )
        one = draws.copy()
        azp.plot_psense_dist(one, var_names=["probability"], coords={"episode": ["e0"]}, backend="matplotlib")
        mpl.pyplot.close("all")


def test_power_scaling_finds_what_the_exact_derivative_finds(evidence, draws):
    """What moves least, and which of prior and evidence moves more; the measures differ, the ranks do not."""
    table = power_sensitivity(draws, episode="e1")
    assert {"prior", "likelihood", "diagnosis"} <= set(table.columns)
    posterior = bt.update(evidence, point="mean").probability.sel(episode="e1").values
    log_evidence = np.log(posterior / GENERATIVE_PRIOR)
    moved = {
        name: np.abs(posterior * (log_part - posterior @ log_part))
        for name, log_part in (("prior", np.log(GENERATIVE_PRIOR)), ("likelihood", log_evidence))
    }
    for name, exact in moved.items():
        assert np.argmin(table[name].to_numpy()) == np.argmin(exact), name
    assert moved["prior"].sum() > 2 * moved["likelihood"].sum()
    assert table["prior"].sum() > table["likelihood"].sum()


def test_leave_one_out_is_refused_for_episodes_taken_alone(draws):
    with pytest.raises(NoDataModelError, match=r"of the elicitation model: .* use comparative_model"):
        for_loo(draws)


def test_a_short_run_is_refused_or_marked_and_every_summary_says_so(model):
    with pytest.raises(ConvergenceError, match=r"effective draws.*raise draws=") as caught:
        sample(model, draws=20, tune=50, chains=2, seed=1)
    assert caught.value.failures
    marked = sample(model, draws=20, tune=50, chains=2, seed=1, on_failure="mark")
    assert marked.attrs["converged"] == 0
    table = summarise(marked)
    assert table["flag"].str.contains("not converged").all()
    assert table.attrs["note"] == "not converged"


def test_tails_are_judged_as_well_as_the_bulk():
    """Extreme draws that come all together leave the bulk as it was, and the ends of an interval unknown."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4, 1000))
    sticky = np.stack([np.concatenate([each[np.abs(each) < 1.5], each[np.abs(each) >= 1.5]]) for each in x])
    record = Record("made up", xr.Dataset(), "", {}, judged=["rate"])
    coords = {"hypothesis": ["A"], "episode": ["e"]}
    still = xr.DataArray(np.ones((4, 1000, 1, 1)), coords, ("chain", "draw", "episode", "hypothesis"))
    for values, failures in ((x, 0), (sticky, 1)):
        draws = xr.Dataset({"probability": still, "rate": (("chain", "draw"), values)})
        table, said = diagnose(record, draws)
        assert table.sel(quantity="rate").ess > 1000
        assert len(said) == failures
    assert re.match(r"rate: R-hat 1\.\d+, \d+ effective draws \(\d+ in the tails\)", said[0])


def stop_after(monkeypatch, seconds):
    """Ctrl-C while nutpie samples."""

    def wait(self, *, timeout=None):
        time.sleep(seconds)
        raise KeyboardInterrupt

    monkeypatch.setattr(_BackgroundSampler, "wait", wait)


def test_ctrl_c_keeps_the_draws_that_all_chains_have(model, monkeypatch):
    stop_after(monkeypatch, 1.0)
    stopped = sample(model, draws=200_000, tune=100, chains=2, seed=1, on_failure="mark")
    assert stopped.attrs["interrupted"] == 1
    kept = stopped.posterior.probability
    assert 0 < kept.sizes["draw"] < 200_000
    assert np.isfinite(kept.values).all()
    assert "interrupted" in summarise(stopped)["flag"].iloc[0]


def test_an_interrupt_before_the_first_draw_is_named(model, monkeypatch):
    stop_after(monkeypatch, 0.0)
    with pytest.raises(
        SamplingStoppedError, match="interrupted before every chain had a draw; nothing is kept"
    ):
        sample(model, draws=10, tune=5_000_000, chains=2, seed=1)


def test_pymc_s_own_sampler_gives_the_same_answer(model, draws):
    """NumPyro's stands in `test_cli_sample.py`: a process that has loaded JAX is not to be forked."""
    other = sample(model, seed=2, sampler="pymc")
    assert (other.attrs["sampler"], other.attrs["converged"], other.attrs["interrupted"]) == ("pymc", 1, 0)
    assert set(other.children) == set(draws.children)
    for group in draws.children:
        assert set(other[group].data_vars) == set(draws[group].data_vars), group
    for name in ("probability", "prior_share", "hit", "false_report"):
        pair = [tree.posterior.to_dataset()[[name]] for tree in (draws, other)]
        error = np.hypot(*(azs.mcse(values)[name].values for values in pair))
        one, two = (values[name].mean(("chain", "draw")).values for values in pair)
        assert np.all(np.abs(one - two) <= np.maximum(4 * error, 1e-9)), name


def test_an_interrupt_while_compiling_is_named(model, monkeypatch):
    def stopped(model):
        raise KeyboardInterrupt

    monkeypatch.setattr(chains_module, "compiled", stopped)
    with pytest.raises(SamplingStoppedError, match="run it again"):
        sample(model, seed=1)


def test_samplers_that_are_not_there_are_named(model, monkeypatch):
    monkeypatch.setattr(chains_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SamplerError, match=r"numpyro is not installed.*sampler='nutpie'"):
        sample(model, sampler="numpyro")
    with pytest.raises(WrongArgumentError, match="sampler='gibbs', expected one of auto, "):
        sample(model, sampler="gibbs")


def test_wrong_calls_are_named(model):
    with pytest.raises(WrongArgumentError, match="expected compiled evidence or a model of bayes_trace"):
        sample(pm.Model())
    for wrong in ({"draws": 0}, {"tune": 0}, {"chains": 0}):
        with pytest.raises(SamplerError, match="expected at least one draw, one tuning draw and one chain"):
            sample(model, **wrong)
    with pytest.raises(WrongArgumentError, match="seed=-1; expected a whole number from 0"):
        sample(model, seed=-1)
    with pytest.raises(SamplerError, match="seed=2147483648; expected a whole number from 0 to 2147483647"):
        sample(model, seed=2**31)
    with pytest.raises(ConvergenceError, match=r"one chain cannot be compared .* pass chains=2"):
        sample(model, chains=1, seed=1)
    with pytest.raises(WrongArgumentError, match="on_failure='ignore', expected one of raise, mark"):
        sample(model, on_failure="ignore")


def test_without_ranges_every_draw_is_the_exact_answer():
    ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    flat = sample(elicitation_model(ev), draws=500, seed=1)
    assert float(flat.posterior.probability.std(("chain", "draw")).max()) < 1e-12
    assert summarise(flat)["flag"].tolist() == ["constant", "constant"]
    # what the evidence says still differs by hypothesis
    assert "log_likelihood" in flat


def test_evidence_that_says_nothing_has_no_log_likelihood():
    ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.5, "B": 0.5}}))
    silent = sample(elicitation_model(ev), draws=50, seed=1)
    assert "log_likelihood" not in silent
    with pytest.raises(NoDataModelError, match="the same in every draw"):
        power_sensitivity(silent, episode="episode")


def test_power_scaling_where_the_prior_is_even_or_nothing_can_move():
    ev = bt.compile_evidence(
        make_set(
            {
                "even": [item("a", {"A": (0.5, 0.7, 0.9), "B": (0.2, 0.3, 0.5), "C": (0.1, 0.4, 0.6)})],
                "sure": [item("b", {"A": (0.9, 0.95, 0.98), "B": 1e-9, "C": 1e-9})],
                "empty": [],
            },
            priors=(1 / 3, 1 / 3, 1 / 3),
        )
    )
    even = sample(elicitation_model(ev), seed=1)
    table = power_sensitivity(even, episode="even")
    assert table["prior"].tolist() == [0, 0, 0]
    assert (table["likelihood"] > 0).any()
    with pytest.raises(NoDataModelError, match="one hypothesis of episode sure was drawn every time"):
        power_sensitivity(even, episode="sure")
    with pytest.raises(NoDataModelError, match="the evidence of episode empty is the same in every draw"):
        power_sensitivity(even, episode="empty")


def test_simulation_based_calibration(model):
    """Ranks of true quantities among posterior draws are uniform; 200 fits stand in `make sbc`."""
    ranks = calibrate(model, simulate_found, fits=24, seed=5)
    for name, values in ranks.items():
        counts = np.histogram(values, bins=8, range=(0, 1))[0]
        assert chisquare(counts).pvalue > 1e-3, name


def test_a_naive_categorical_gives_the_same_answer(draws):
    """The same model with the hypothesis sampled, not summed out."""
    with pm.Model():
        share = pm.Dirichlet("share", CONCENTRATION * GENERATIVE_PRIOR)
        h = pm.Categorical("h", share)
        hit, false, detection = (
            naive_rate(name, value) for name, value in (*RATES.items(), ("detection", DETECTION))
        )
        p = [
            pm.math.stack([naive_value(f"{n}{k}", row[k]) for k in HYPOTHESES])[h]
            for n, row in enumerate(ITEMS)
        ]
        reports = [hit * x + false * (1 - x) for x in p[:2]]
        pm.Potential("found", pm.math.log(reports[0] * reports[1] * (1 - detection * p[2])))
        naive = pm.sample(
            4000,
            tune=1000,
            chains=2,
            cores=2,
            random_seed=1,
            progressbar=False,
            compute_convergence_checks=False,
        )
    indicator = np.stack([(naive["posterior"]["h"].values == k) for k in range(3)], axis=-1).astype(float)
    error = [float(azs.mcse(indicator[..., k])) for k in range(3)]
    ours = draws.posterior.probability.mean(("chain", "draw", "episode")).values
    assert np.all(np.abs(indicator.mean((0, 1)) - ours) < np.maximum(4 * np.array(error), 0.01))


def naive_rate(name, value):
    z = pm.Normal(f"{name}_z")
    low, best, high = (float(logit(v)) for v in value)
    return pm.math.sigmoid(best + pm.math.switch(z < 0, (best - low) / Z_90, (high - best) / Z_90) * z)


def naive_value(name, value):
    return naive_rate(name, value) if isinstance(value, tuple) else value
