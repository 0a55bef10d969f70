"""Draws of whatever kind follow from the kernel: for any evidence set, at any value of what is uncertain."""

from __future__ import annotations

import numpy as np
import pytensor
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pytensor.compile.mode import Mode
from scipy.special import softmax

import bayes_trace as bt
from bayes_trace.errors import ImpossibleEvidenceError
from bayes_trace.likelihood import effective_likelihood, links_of
from bayes_trace.likelihood.ranges import elicited
from bayes_trace.models import elicitation_model
from tests.build import item, make
from tests.search import examples
from tests.strategies import sets

TO_TWELVE_DIGITS = {"rtol": 0, "atol": 1e-12}


def exact(ev, coder):
    try:
        return bt.update(ev, coder=coder)
    except ImpossibleEvidenceError:
        assume(False)


def graph_of(model):
    """Probabilities and log-densities of the evidence as a function of all deviates, in Python: nothing compiles."""
    inputs = [model.rvs_to_values[variable] for variable in model.free_RVs]
    outputs = [
        *model.replace_rvs_by_values([model["probability"]]),
        model.logp(vars=[model["evidence"]], sum=False)[0],
    ]
    with pytensor.config.change_flags(cxx=""):
        return pytensor.function(inputs, outputs, mode=Mode("py", "fast_compile"), on_unused_input="ignore")


def random_deviates(stated, rng):
    """Standard normals for all that may have a range; the reference of a ratio moves with its own hypothesis."""
    z = stated.zeros()
    for name in ("hit", "false_report", "denial_if_true", "denial_if_false", "detection"):
        getattr(z, name)[:] = rng.standard_normal(getattr(z, name).shape)
    z.location[:] = rng.standard_normal(z.location.shape)
    for entry in np.flatnonzero(stated.links.is_ratio):
        z.reference[entry] = z.location[entry, :, stated.links.reference[entry]]
    return z


def in_the_order_of(model, stated, z, ev):
    """The same deviates as arrays, one for each free variable of a model."""
    links, named = stated.links, {}
    where = ev["link_episode"].values[links.entry_link]
    for entry, name in enumerate(ev["entry_item"].values):
        for option, h in np.ndindex(*z.location.shape[1:3]):
            for which in (f"{option}|", ""):
                key = f"{name}|{where[entry]}|{which}{ev['hypothesis'].values[h]}"
                if which or option == 0:
                    named["item", key] = z.location[entry, option, h, 0]
        named["detection", f"{name}|{where[entry]}"] = z.detection[entry, 0]
        for rate in ("hit", "false_report", "denial_if_true", "denial_if_false"):
            if links.source[entry] >= 0:
                key = f"{ev['entry_source'].values[entry]}|{where[entry]}"
                named[rate, key] = getattr(z, rate)[links.source[entry], 0]
    variables = [v.name.removesuffix("_noise") for v in model.free_RVs]
    return [np.array([named[v, key] for key in model.coords[f"{v}_deviate"]]) for v in variables]


def by_the_kernel(ev, stated, z):
    """Probabilities, and log-densities of the evidence with ratios over their even mean."""
    links = stated.links
    rows = links.kappa[:, None] * effective_likelihood(links, stated.at(z))[..., 0]
    relative = np.zeros(links.n_links, dtype=bool)
    relative[links.entry_link[links.is_ratio & links.coded]] = True
    joint, ratios = np.log(ev["prior"].values), np.zeros(ev["prior"].shape)
    np.add.at(joint, links.episode, rows)
    np.add.at(ratios, links.episode[relative], rows[relative])
    density = np.log(np.exp(joint).sum(axis=1)) - np.log(np.exp(ratios).mean(axis=1))
    return np.exp(joint) / np.exp(joint).sum(axis=1, keepdims=True), density


@examples(15)
@given(sets(max_items=6), st.integers(0, 99))
def test_the_graph_is_the_kernel_at_any_deviates_and_the_exact_update_at_none(es, seed):
    coder = es.coder_ids[-1]
    ev = bt.compile_evidence(es).sel(coder=[coder])
    post = exact(ev, coder)
    stated, model = elicited(ev, 0), elicitation_model(ev)
    graph = graph_of(model)
    at_best, _ = graph(*in_the_order_of(model, stated, stated.zeros(), ev))
    # where this coder has coded nothing the model has the prior, and the update no answer
    answer = post.probability.fillna(post.prior).transpose("episode", "hypothesis")
    np.testing.assert_allclose(at_best, answer, **TO_TWELVE_DIGITS)
    z = random_deviates(stated, np.random.default_rng(seed))
    for ours, expected in zip(
        graph(*in_the_order_of(model, stated, z, ev)), by_the_kernel(ev, stated, z), strict=True
    ):
        np.testing.assert_allclose(ours, expected, **TO_TWELVE_DIGITS)


@examples(40)
@given(sets(max_items=6))
def test_propagated_points_are_the_exact_answer(es):
    ev = bt.compile_evidence(es)
    point = ev.assign({name: ev[name] * 0.0 for name in ev.data_vars if "spread_" in str(name)})
    for coder in es.coder_ids:
        post = exact(ev, coder)
        answer = post.probability.fillna(post.prior).transpose("episode", "hypothesis")
        draws = bt.propagate(point, draws=2, seed=1, coder=coder).posterior.probability
        for draw in (0, 1):
            np.testing.assert_allclose(draws.isel(chain=0, draw=draw), answer, **TO_TWELVE_DIGITS)


@pytest.mark.parametrize("as_prior", [False, True])
def test_ratios_teach_nothing_about_their_own_scale(as_prior):
    """10 dB (0 to 20) for A, and one to nine against it as an item or as the prior: .387, not the prior's .45."""
    ratio = {"unit": "ratio_db", "reference": "B", "values": {"A": {"low": 0.0, "best": 10.0, "high": 20.0}}}
    against = [] if as_prior else [item("against", {"A": 0.1, "B": 0.9})]
    es = make([item("for", codings=[ratio]), *against], **({"priors": [0.1, 0.9]} if as_prior else {}))
    model = elicitation_model(bt.compile_evidence(es))
    assert model.coords["item_deviate"] == ("for|e1|A", "for|e1|B")
    graph = graph_of(model)
    # only the sum of the two deviates counts, and over sqrt(2) it is a standard normal
    z = np.linspace(-6, 6, 121)
    probability, density = zip(*(graph(np.full(2, each * 0.5**0.5)) for each in z), strict=True)
    weight = np.exp(np.array(density)[:, 0] - 0.5 * z**2)
    assert weight @ np.array(probability)[:, 0, 0] / weight.sum() == pytest.approx(0.387, abs=5e-4)


@examples(10)
@given(sets(max_items=4))
def test_in_a_joint_model_a_link_of_several_episodes_counts_once(es):
    """Each of its n episodes takes it to the power 1 / n: items, facts and events alike."""
    coder = es.coder_ids[0]
    ev = bt.compile_evidence(es).sel(coder=[coder])
    exact(ev, coder)
    items = ev["link_item"].values[links_of(ev, 0).spoken]
    share = 1 / (items[:, None] == items).sum(axis=1)
    rows = (ev["kappa"].values[0][:, None] * ev["log_likelihood"].values[0])[links_of(ev, 0).spoken]
    joint = np.log(ev["prior"].values)
    np.add.at(joint, ev["episode_index"].values[links_of(ev, 0).spoken], share[:, None] * rows)
    model = elicitation_model(ev, scope="set")
    names = [variable.name for variable in model.free_RVs]
    ours, _ = graph_of(model)(
        *(np.zeros(len(model.coords[dim])) for (dim,) in map(model.named_vars_to_dims.get, names))
    )
    np.testing.assert_allclose(ours, softmax(joint, axis=1), **TO_TWELVE_DIGITS)
