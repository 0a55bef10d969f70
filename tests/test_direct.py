"""Direct draws: against brute force, the exact answer and quadrature, on random sets of every feature."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from itertools import combinations_with_replacement

import arviz_plots as azp
import arviz_stats as azs
import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from arviz_stats.base import array_stats
from hypothesis import assume, given
from scipy.stats import chisquare, ks_2samp, kstest

import bayes_trace as bt
from bayes_trace.errors import (
    ImpossibleEvidenceError,
    ModelError,
    SamplerError,
    UnknownNameError,
    WrongArgumentError,
)
from bayes_trace.exact.blocks import uncertain_weight
from bayes_trace.exact.mean import coded_links, level_of
from bayes_trace.likelihood import cluster_weight, effective_likelihood, with_likelihoods
from bayes_trace.sampling import run
from bayes_trace.sampling.candidates import effective, pareto_k
from bayes_trace.sampling.direct import NotTrustedError, Wanted, draw_episode
from bayes_trace.sampling.plain import draw_plain, plain_episodes
from bayes_trace.scales import logit
from bayes_trace.summary import power_sensitivity
from tests.build import item, make
from tests.integrated import LOW, WIDE, at, nodes, report, with_event
from tests.search import examples, many
from tests.strategies import build, set_data
from tests.synthetic import generative_set, simulate_found

DRAWS = 1000
#: runs of each sampler where chains are the check
SEEDS = 4


def of_base_coder(ev):
    """The base coder's evidence, where every episode is coded and possible."""
    one = ev.sel(coder=[ev.attrs["base_coder"]])
    coded = one["entry_link"].values[one["coded"].values[0]]
    assume(np.isin(np.arange(one.sizes["episode"]), one["episode_index"].values[coded]).all())
    try:
        bt.update(one)
    except ImpossibleEvidenceError:
        assume(False)
    return one


def episodes(ev):
    """What was stated for each episode, its prior, and the level of ratios."""
    stated = coded_links(ev, 0)
    for j, prior in enumerate(ev["prior"].values):
        yield stated.of_episodes(np.array([j])), prior, level_of(ev)


def softmax(log_values):
    p = np.exp(log_values - log_values.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def by_brute_force(stated, prior, level, rng, *, n=30_000, values=50):
    """P(h | E) and its standard error: everything drawn from its range and weighted by the evidence.

    Correlations are drawn first; given them sum_h pi_h e^(A_h + B_h) / mean_h e^(B_h).
    """
    links = stated.links
    first = stated.draw(rng, values)
    if not (uncertain_weight(stated).any() or stated.ranged("agreement").any()):
        values = 1
    ratios = np.zeros(links.n_links, dtype=bool)
    ratios[links.entry_link[links.coded & links.is_ratio]] = True
    answers = []
    for value in range(values):
        correlation, agreement = (
            array[..., value : value + 1] if array.shape[-1] > 1 else array
            for array in (first.correlation, first.agreement)
        )
        point = replace(stated.draw(rng, n // values), correlation=correlation, agreement=agreement)
        kappa = cluster_weight(links, links.effective_number[:, None], correlation)
        rows = effective_likelihood(links, point) * kappa[:, None]
        weight = prior[:, None] * np.exp(rows.sum(axis=0)) / (level @ np.exp(rows[ratios].sum(axis=0)))
        weight = np.broadcast_to(weight, (prior.size, n // values))
        p = weight.mean(axis=1) / weight.mean(axis=1).sum()
        error = (weight - p[:, None] * weight.sum(axis=0)).std(axis=1) / weight.mean(axis=1).sum()
        answers.append((p, error / np.sqrt(n // values)))
    p, error = map(np.array, zip(*answers, strict=True))
    spread = p.std(axis=0) / np.sqrt(values)
    return p.mean(axis=0), np.sqrt((error**2).sum(axis=0)) / values + spread


# --- agreement -----------------------------------------------------------------------------------


@examples(20)
@given(set_data(max_items=6))
def test_where_all_are_points_every_draw_is_the_exact_answer(data):
    ev = of_base_coder(bt.compile_evidence(build(data)))
    spreads = {name: ev[name] * 0.0 for name in ev.data_vars if "spread_" in str(name)}
    points = with_likelihoods(ev.assign(spreads))
    drawn = bt.sample(points, draws=2, chains=1, seed=1, sampler="direct").posterior.probability
    expected = np.broadcast_to(bt.update(points).probability.values, drawn.shape)
    np.testing.assert_allclose(drawn.values, expected, rtol=0, atol=1e-12)


@examples(15)
@given(set_data(max_items=3))
def test_random_sets_agree_with_brute_force_and_with_the_exact_mean(data):
    ev = of_base_coder(bt.compile_evidence(build(data)))
    exact = bt.update(ev, point="mean", refused="best")
    rng = np.random.default_rng(7)
    for j, (stated, prior, level) in enumerate(episodes(ev)):
        expected, error = by_brute_force(stated, prior, level, rng)
        for drawn in by_each_path(stated, level, Wanted(prior, DRAWS, rng)):
            assert np.abs(drawn.mean - expected).max() < 6 * error.max() + 0.004
            if not exact.at_best.values[j]:
                assert np.abs(drawn.mean - exact.probability.values[j]).max() < 0.004
            p = softmax((drawn.log_share + drawn.given).T)
            assert (np.abs(p.mean(axis=0) - drawn.mean) < 6 * p.std(axis=0) / np.sqrt(DRAWS) + 1e-9).all()
            shares = np.bincount(drawn.drawn, minlength=prior.size) / DRAWS
            assert np.abs(shares - drawn.mean).max() < 0.1


def by_each_path(stated, level, wanted):
    """An episode drawn by itself, and among those in which nothing is shared where it is one of them."""
    yield draw_episode(stated, level, wanted)
    if plain_episodes(stated, level, 1).all():
        yield from draw_plain(stated, level, [wanted])


def test_both_paths_draw_from_one_distribution():
    """A discounted item, a search in vain and a point: log-likelihoods, detection and hypothesis alike."""
    items = [
        item("i", {"A": WIDE, "B": 0.1}, cluster="k"),
        item("j", {"A": 0.6, "B": LOW}, cluster="k"),
        item("gone", {"A": 0.9, "B": 0.3}, found="absent", detection=WIDE),
        item("point", {"A": 0.4, "B": 0.5}),
    ]
    ev = bt.compile_evidence(make(items, clusters=[{"id": "k", "correlation": 0.5}])).sel(coder=["first"])
    ((stated, prior, level),) = episodes(ev)
    one, other = by_each_path(stated, level, Wanted(prior, 8000, np.random.default_rng(3)))
    assert one.mean == pytest.approx(other.mean, abs=1e-12)
    for h in range(2):
        for a, b in zip(one.given, other.given, strict=True):
            assert ks_2samp(a[one.drawn == h], b[other.drawn == h]).pvalue > 1e-4
        (name,) = one.rates
        assert ks_2samp(*(each.rates[name][each.drawn == h] for each in (one, other))).pvalue > 1e-4


def of_source(n, rates=None, **more):
    rates = rates or {"hit": WIDE, "false_report": LOW}
    rows = [{"A": 0.9 - 0.2 * (k % 3), "B": 0.2 + 0.1 * (k % 2)} for k in range(n)]
    items = [item(f"i{k}", row, source={"key": "s"}) for k, row in enumerate(rows)]
    es = make(items, sources=[{"id": "s", "type": "document", "reliability": rates}], **more)
    return bt.compile_evidence(es).sel(coder=["first"]), rows


@pytest.mark.parametrize("n", [3, 10, 30, 100])
def test_one_source_of_many_items(n):
    """The rates are learned: the mean is exact, and so is the spread of the hit rate."""
    ev, rows = of_source(n)
    draws = bt.sample(ev, seed=1, sampler="direct")
    exact = bt.update(ev, point="mean").probability.values
    assert draws.posterior.probability.mean(("chain", "draw")).values == pytest.approx(exact, abs=0.012)
    assert max(json.loads(draws.attrs["k_hat"]).values()) < 0.7
    z, weight = nodes(150)
    r, f = at(WIDE, z)[:, None], at(LOW, z)
    like = sum(np.prod([r * row[h] + f * (1 - row[h]) for row in rows], axis=0) for h in "AB")
    density = weight * (like @ weight)
    density /= density.sum()
    hit = draws.posterior.hit.values[..., 0, 0].ravel()
    assert hit.mean() == pytest.approx(density @ r[:, 0], abs=0.01)
    distance = kstest(hit, lambda x: np.interp(x, r[:, 0], np.cumsum(density))).statistic
    assert distance < 0.035


@pytest.mark.parametrize("n", [2, 30])
def test_an_event_that_joins_two_sources(n):
    """Given the hypothesis, the evidence is a sum of two products over the sources: quadrature is exact."""
    rows = [{"A": 0.9 - 0.2 * (k % 3), "B": 0.2 + 0.1 * (k % 2)} for k in range(n)]
    items = [item(f"{s}{k}", row, source={"key": s}) for s in "st" for k, row in enumerate(rows)]
    ev = bt.compile_evidence(with_event(report("s"), report("t"), *items)).sel(coder=["first"])
    z, weight = nodes(150)
    r, f = at(WIDE, z)[:, None], at(LOW, z)
    joint = []
    for h, p in (("A", 0.8), ("B", 0.2)):
        like = np.prod([r * row[h] + f * (1 - row[h]) for row in rows], axis=0)
        told, made_up = (weight @ (like * rate) @ weight for rate in (r, f))
        joint.append(p * told**2 + (1 - p) * made_up**2)
    draws = bt.sample(ev, seed=1, sampler="direct")
    got = draws.posterior.probability.mean(("chain", "draw")).values[0, 0]
    assert got == pytest.approx(joint[0] / sum(joint), abs=0.012)


def test_own_numbers_are_learned_under_the_hypothesis_that_is_drawn():
    """An absent item: detection has density p(d) (1 - d q_h) / m under h, over both hypotheses."""
    gone = item("gone", {"A": 0.9, "B": 0.1}, found="absent", detection=WIDE)
    draws = bt.sample(bt.compile_evidence(make([gone])), seed=1, coder="first", sampler="direct")
    z, weight = nodes()
    d = at(WIDE, z)
    density = weight * (0.5 * (1 - 0.9 * d) + 0.5 * (1 - 0.1 * d))
    density /= density.sum()
    drawn = draws.posterior.detection.values[..., 0, 0].ravel()
    assert kstest(drawn, lambda x: np.interp(x, d, np.cumsum(density))).statistic < 0.03
    p = draws.posterior.probability.values[..., 0, 0].ravel()
    expected = (1 - 0.9 * d) / (1 - 0.9 * d + 1 - 0.1 * d)
    # falls with d
    assert kstest(p, lambda x: 1 - np.interp(x, expected[::-1], np.cumsum(density)[::-1])).statistic < 0.03


def test_a_discounted_number_is_learned_to_its_power():
    items = [item(n, {"A": WIDE, "B": 0.1}, cluster="k") for n in "ij"]
    ev = bt.compile_evidence(make(items, clusters=[{"id": "k", "correlation": 1.0}]))
    draws = bt.sample(ev, seed=1, coder="first", sampler="direct")
    z, weight = nodes(400)
    root = at(WIDE, z) ** 0.5
    a = (root @ weight) ** 2
    assert draws.drawn.indicator.mean(("chain", "draw")).values[0, 0] == pytest.approx(
        a / (a + 0.1), abs=0.02
    )
    p = draws.posterior.probability.values[..., 0, 0]
    odds = root[:, None] * root / 0.1
    joint = weight[:, None] * weight * (root[:, None] * root + 0.1)
    exact = (joint * (odds / (1 + odds)) ** 2).sum() / joint.sum()
    assert (p**2).mean() == pytest.approx(exact, abs=0.012)


def test_an_uncertain_prior_is_conjugate():
    items = [item("i", {"A": 0.9, "B": 0.1})]
    ev = bt.compile_evidence(make(items, prior_concentration=4.0))
    draws = bt.sample(ev, seed=1, coder="first", sampler="direct")
    share = draws.posterior.prior_share.values[..., 0, 0].ravel()
    # Beta(2, 2), weighted by .9 s + .1 (1 - s)
    s = (np.arange(2000) + 0.5) / 2000
    density = s * (1 - s) * (0.1 + 0.8 * s)
    assert kstest(share, lambda x: np.interp(x, s, np.cumsum(density) / density.sum())).statistic < 0.03
    assert draws.posterior.probability.mean(("chain", "draw")).values[0, 0] == pytest.approx(0.9, abs=0.01)


def test_a_correlation_is_drawn_and_never_updated():
    """E_rho of odds 9^(2 / (1 + rho)), whatever the evidence says of rho."""
    value = {"low": 0.2, "best": 0.5, "high": 0.8}
    items = [item(n, {"A": 0.9, "B": 0.1}, cluster="k") for n in "ij"]
    ev = bt.compile_evidence(make(items, clusters=[{"id": "k", "correlation": value}]))
    draws = bt.sample(ev, seed=1, coder="first", sampler="direct").posterior.probability
    z, weight = nodes()
    odds = 9 ** (2 / (1 + at(value, z)))
    assert draws.mean(("chain", "draw")).values[0, 0] == pytest.approx(weight @ (odds / (1 + odds)), abs=1e-4)


# --- what the tree holds -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def draws():
    return bt.sample(of_source(3)[0], seed=3)


def test_the_tree_is_that_of_the_other_samplers(draws, tmp_path):
    groups = {"posterior", "drawn", "prior", "log_likelihood", "log_prior", "observed_data", "constant_data"}
    assert groups | {"log_likelihood_summed_out", "diagnostics"} == set(draws.children)
    assert draws.posterior.probability.dims == ("chain", "draw", "episode", "hypothesis")
    assert dict(draws.posterior.sizes)["chain"] == 4
    assert draws.posterior.hit.dims == ("chain", "draw", "hit_deviate", "hypothesis")
    assert draws.posterior.hit_deviate.values.tolist() == ["s|e1"]
    assert set(draws.log_prior.data_vars) == {"hit_noise", "false_report_noise"}
    assert (draws.attrs["sampler"], draws.attrs["method"], draws.attrs["tune"]) == ("direct", "direct", 0)
    assert draws.attrs["proposals"] >= 16000
    assert draws.attrs["converged"] == 1
    assert float(draws.diagnostics.rhat.max()) < 1.02
    draws.to_netcdf(tmp_path / "draws.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "draws.nc", engine="h5netcdf") as back:
        xr.testing.assert_allclose(back.posterior.probability, draws.posterior.probability)


def test_arviz_plots_and_scales_the_tree_as_it_is(draws):
    with mpl.rc_context({"backend": "agg"}):
        forest = azp.plot_forest(draws, backend="matplotlib")  # of all variables
        mpl.pyplot.close("all")
    assert not {"indicator", "drawn_hypothesis"} & set(forest.viz["trunk"].data_vars)
    asked = draws.copy()
    asked["posterior"] = asked["drawn"]
    # even priors, known for certain: there is nothing to scale
    assert "drawn_hypothesis" not in draws.log_prior
    ours = power_sensitivity(draws, episode="e1")["likelihood"].to_numpy()
    theirs = azs.psense(asked, group="likelihood", var_names=["indicator"])["indicator"]
    assert theirs.sel(episode="e1").values == pytest.approx(ours, abs=0.001)


def test_log_likelihoods_are_those_of_the_draws(draws):
    """Summed out over the hypotheses they give the probabilities back."""
    drawn = draws.drawn.drawn_hypothesis.values[..., None]
    given = draws.log_likelihood.evidence - draws.log_likelihood_summed_out.evidence
    p = np.take_along_axis(draws.posterior.probability.values, drawn, axis=-1)[..., 0]
    np.testing.assert_allclose(np.exp(given.values) * 0.5, p, atol=1e-12)


def test_one_seed_gives_one_stream(draws):
    again = bt.sample(of_source(3)[0], seed=3)
    assert again.posterior.equals(draws.posterior)
    assert not bt.sample(of_source(3)[0], seed=4).posterior.equals(draws.posterior)


def test_one_episode_is_drawn_alike_whatever_stands_behind_it():
    """A scenario that changes a later episode leaves the draws of this one."""
    items = [item("i", {"A": WIDE, "B": 0.1}), item("j", {"A": 0.4, "B": LOW}, episodes=["e2"])]
    both = bt.compile_evidence(make(items, episodes=("e1", "e2")))
    alone = bt.compile_evidence(make(items, episodes=("e1", "e2")), episodes=["e1"])
    one, other = (bt.sample(ev, seed=1, coder="first").posterior.probability for ev in (both, alone))
    np.testing.assert_array_equal(one.sel(episode="e1").values, other.sel(episode="e1").values)


@pytest.mark.deep
def test_neither_pymc_nor_a_compiler_is_imported():
    code = (
        "import sys, bayes_trace as bt\n"
        "table = {'m': {'A': {'low': .6, 'best': .8, 'high': .9}, 'B': .2}}\n"
        "bt.summarise(bt.sample(bt.compile_evidence(bt.from_table(table)), seed=1))\n"
        "print(sorted({'pymc', 'pytensor', 'nutpie', 'numba', 'matplotlib'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


# --- whose codings -------------------------------------------------------------------------------


def two_readers():
    both = [{"values": {"A": WIDE, "B": 0.1}}, {"coder": "second", "values": {"A": 0.1, "B": WIDE}}]
    items = [{**item("i"), "codings": both}, item("j", {"A": 0.4, "B": LOW}, episodes=["e2"])]
    return bt.compile_evidence(make(items, episodes=("e1", "e2")))


def test_one_coder_is_sampled_by_default_the_base_coder():
    base, second = (bt.sample(two_readers(), seed=1, coder=coder) for coder in (None, "second"))
    assert (base.attrs["coder"], second.attrs["coder"]) == ("first", "second")
    assert float(base.posterior.probability.sel(episode="e1", hypothesis="A").mean()) > 0.8
    assert float(second.posterior.probability.sel(episode="e1", hypothesis="A").mean()) < 0.2


def test_an_episode_that_a_coder_has_not_coded_is_no_result():
    second = bt.sample(two_readers(), seed=1, coder="second")
    assert second.posterior.episode.values.tolist() == ["e1"]
    assert second.attrs["not_coded"] == "e2"
    with pytest.raises(
        ModelError, match="coder second has coded no episode here; choose another: first, second"
    ):
        bt.sample(bt.compile_evidence(make([item("i", {"A": 0.5, "B": 0.2})])), coder="second")


WRONG = [
    (
        two_readers,
        {"coder": "nobody"},
        UnknownNameError,
        "no coder named 'nobody'; there are: first, second, all",
    ),
    (
        two_readers,
        {"coder": "all", "sampler": "direct"},
        SamplerError,
        "'direct' cannot be used: 2 coders are modelled together, which takes a Markov chain; use sampler='auto'",
    ),
    (two_readers, {"draws": 0}, SamplerError, "draws=0, tune=1000, chains=4; expected at least one draw"),
    (two_readers, {"seed": -1}, WrongArgumentError, "seed=-1; expected a whole number from 0"),
    (
        lambda: "model",
        {},
        WrongArgumentError,
        "model is 'model', expected compiled evidence or a model of bayes_trace",
    ),
]


@pytest.mark.parametrize(("what", "options", "error", "said"), WRONG)
def test_wrong_calls_say_what_to_do(what, options, error, said):
    with pytest.raises(error, match=said):
        bt.sample(what(), **options)


# --- trust ---------------------------------------------------------------------------------------


def test_constant_weights_are_trusted():
    assert pareto_k(np.zeros((1, 2, 500))).tolist() == [0, 0]
    assert effective(np.zeros((1, 2, 500))) == pytest.approx(np.full((1, 2), 500.0))


def test_heavy_tails_are_seen_and_light_ones_pass():
    """Weights of a Pareto distribution of shape 1 have k-hat 1; uniform ones below 0."""
    rng = np.random.default_rng(1)
    log_weight = np.stack([-np.log(rng.random(20_000)), np.log(rng.random(20_000))])[None]
    heavy, light = pareto_k(log_weight)
    assert heavy == pytest.approx(1, abs=0.15)
    assert light < 0.2


def test_k_hat_is_that_of_arviz_below_zero_too():
    """Weights with a bound have a tail that ends, and a k-hat below 0 that is reported as it is."""
    rng = np.random.default_rng(2)
    bounded, heavy = -0.5 * rng.standard_normal(4000) ** 2, 0.4 * rng.exponential(size=4000)
    ours = pareto_k(np.stack([bounded, heavy])[None])
    # arviz takes minus the logarithm of a weight
    theirs = [
        float(xr.DataArray(-each, dims="draw").azstats.psislw(dim="draw")[1]) for each in (bounded, heavy)
    ]
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert ours[0] < 0 < ours[1]


def test_draws_report_the_k_hat_of_their_weights(draws):
    (k_hat,) = json.loads(draws.attrs["k_hat"]).values()
    assert -0.5 < k_hat < 0


def untrusted(monkeypatch):
    """Direct sampling as if no weight could be trusted."""

    def refuse(*_arguments, **_options):
        message = "a block of 2 links and 2 shared numbers: Pareto k-hat 0.91 of 4096 candidates, above 0.7"
        raise NotTrustedError(message)

    monkeypatch.setattr("bayes_trace.sampling.independent.draw_episode", refuse)


def test_a_hypothesis_that_is_never_drawn_is_judged_as_well(monkeypatch):
    """One in a billion: no draw has it, yet what is said of it rests on its weights."""
    monkeypatch.setattr("bayes_trace.sampling.direct.pareto_k", lambda _log_weight: np.array([0.1, 0.9]))
    ev, _ = of_source(2)
    ((stated, _, level),) = episodes(ev)
    prior = np.array([1 - 1e-9, 1e-9])
    with pytest.raises(NotTrustedError, match=r"k-hat 0.90 of \d+ candidates, above 0.7"):
        draw_episode(stated, level, Wanted(prior, 10, np.random.default_rng(1)))


def test_what_cannot_be_trusted_is_an_error_under_direct(monkeypatch):
    untrusted(monkeypatch)
    with pytest.raises(
        SamplerError,
        match=r"sampler='direct' cannot be used: episode e1: a block .* k-hat 0.91 .*, above 0.7; use sampler='auto'",
    ):
        bt.sample(of_source(2)[0], sampler="direct")


def test_what_cannot_be_trusted_goes_to_a_chain_under_auto(monkeypatch):
    untrusted(monkeypatch)
    asked = []

    def chains(model, plan, on_failure):
        asked.append((model.record.name, plan.sampler, on_failure))
        return xr.DataTree()

    monkeypatch.setattr(run, "_with_chains", chains)
    tree = bt.sample(of_source(2)[0], seed=1)
    assert asked == [("elicitation", "nutpie", "raise")]
    assert tree.attrs["not_direct"].startswith(
        "episode e1: a block of 2 links and 2 shared numbers: Pareto k-hat"
    )


def test_ratios_of_any_width_have_weights_with_a_bound():
    """e^B / mean e^B is at most the number of hypotheses: forty ratios of a factor of a thousand are even."""
    codings = [{"unit": "ratio_db", "reference": "B", "values": {"A": {"low": -30, "best": 0, "high": 30}}}]
    ev = bt.compile_evidence(make([{**item(f"i{k}"), "codings": codings} for k in range(40)]))
    draws = bt.sample(ev, coder="first", sampler="direct", draws=500, chains=2, seed=1)
    assert max(json.loads(draws.attrs["k_hat"]).values()) < 0.7
    assert draws.posterior.probability.mean(("chain", "draw")).values[0] == pytest.approx(
        [0.5, 0.5], abs=0.05
    )


# --- calibration and chains ----------------------------------------------------------------------


def test_ranks_of_the_truth_are_even():
    """Simulation-based calibration: truth and evidence from the priors, then the rank of the truth.

    Talts et al. (2020), arXiv:1804.06788; the hypothesis has a randomised rank, Modrak et al. (2023).
    """
    ev = bt.compile_evidence(generative_set())
    fits = many(100, quick=6)
    rng = np.random.default_rng(20)
    ranks = {"hypothesis": [], "hit": [], "false_report": [], "prior_share": []}
    for fit in range(fits):
        truth, found = simulate_found(rng)
        absent = (found == 0).ravel()
        seen = with_likelihoods(turned(ev, absent))
        drawn = bt.sample(seen, draws=99, chains=1, seed=fit, sampler="direct").posterior.isel(chain=0)
        each = np.arange(truth["true"].size)
        p = drawn.probability.mean("draw").values
        below = p.cumsum(axis=1)[each, truth["true"]] - p[each, truth["true"]]
        ranks["hypothesis"].append(below + rng.random(each.size) * p[each, truth["true"]])
        for name, true in (
            ("hit", truth["hit"]),
            ("false_report", truth["false_report"]),
            ("prior_share", truth["share"][:, 0]),
        ):
            values = drawn[name].transpose("draw", ..., "hypothesis").values[..., 0]
            ranks[name].append(((values < true).sum(axis=0) + rng.random(true.size)) / 100)
    for name, values in ranks.items():
        counts = np.bincount((np.concatenate(values) * 10).astype(int), minlength=10)
        assert chisquare(counts).pvalue > 0.001, (name, counts)


def turned(ev, absent):
    """Every item found or searched for in vain; what has no detection of its own was bound to be found."""
    return ev.assign(absent=("entry", absent))


def of_every_kind():
    """A source of four items, a fact, a ratio and a search in vain, all with ranges."""
    rates = {"hit": WIDE, "false_report": LOW}
    fact = {**item("f"), "reading": "r"}
    fact["codings"] = [{"readings": {"x": {"A": WIDE, "B": 0.1}, "y": {"A": 0.2, "B": LOW}}}]
    codings = [{"unit": "ratio_db", "reference": "B", "values": {"A": {"low": -6, "best": 3, "high": 9}}}]
    items = [
        *(item(f"s{k}", {"A": 0.7, "B": 0.3}, source={"key": "s"}) for k in range(4)),
        fact,
        {**item("o"), "codings": codings},
        item("gone", {"A": 0.9, "B": WIDE}, found="absent", detection=WIDE),
    ]
    es = make(
        items,
        sources=[{"id": "s", "type": "document", "reliability": rates}],
        readings=[{"id": "r", "options": {"x": 0.6, "y": 0.4}}],
    )
    return bt.compile_evidence(es)


def moments(ev, sampler, centre):
    """First and second moments of all log-odds over several seeds, and their Monte Carlo errors."""
    names = ("probability", "hit", "false_report", "detection")
    means, errors = [], []
    for seed in range(SEEDS):
        # a shorter chain misses the tails: the probability has a kurtosis of fifty
        draws = bt.sample(ev, seed=seed, draws=4000, sampler=sampler).posterior
        x = [logit(draws[name].values).reshape(4, 4000, -1)[..., 0] for name in names]
        x = [values - at for values, at in zip(x, centre, strict=True)]
        x += [a * b for a, b in combinations_with_replacement(x, 2)]
        means.append([values.mean() for values in x])
        errors.append([array_stats.mcse(values, chain_axis=0, draw_axis=1, method="mean") for values in x])
    return np.mean(means, axis=0), np.sqrt((np.array(errors) ** 2).sum(axis=0)) / SEEDS


@pytest.mark.deep
def test_chains_agree_where_sources_ratios_facts_and_searches_meet():
    """Means, variances and covariances of NUTS and of direct draws, within Monte Carlo error.

    Log-odds of A, of both rates of the source and of the detection. Errors are small enough to see a
    twentieth of a standard deviation.
    """
    ev = of_every_kind()
    centre = np.array([4.5, 1.4, -2.4, 0.0])
    (ours, our_error), (chain, its_error) = (moments(ev, name, centre) for name in ("direct", "nutpie"))
    error = np.hypot(our_error, its_error)
    assert error[:4].max() < 0.012
    assert np.abs((ours - chain) / error).max() < 4.5
