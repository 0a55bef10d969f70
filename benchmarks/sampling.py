"""What sampling costs: the arms set cold and warm, against a naive model, and by number of episodes.

Run it from the top of the repository: python benchmarks/sampling.py [arms] [naive] [episodes] [propagation]
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import arviz_stats as azs
import numpy as np
import pymc as pm
import xarray as xr
from pymc.blocking import DictToArrayBijection

import bayes_trace as bt
from bayes_trace.models import EvidenceModel, Record, elicitation_model
from bayes_trace.models.elicitation import basic_coords
from bayes_trace.models.graph import build_rows, sum_by_episode
from bayes_trace.models.layout import make_layout
from bayes_trace.propagation import propagate
from bayes_trace.sampling import sample
from bayes_trace.sampling.compiling import forget_compiled

SET = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"
GRADIENT_SIZES, SAMPLING_SIZES = (100, 1000, 10_000), (10, 100, 1000)
N_ITEMS = 8
RANGES = np.array([[0.5, 0.7, 0.9], [0.2, 0.4, 0.6], [0.3, 0.5, 0.8]])


def main() -> None:
    """Run the parts that are named, or all."""
    parts = {"arms": arms, "naive": naive, "episodes": episodes, "propagation": propagation}
    for name in sys.argv[1:] or parts:
        parts[name]()


def _timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def arms() -> None:
    """The whole arms set with two coders: compile, sample, and a second scenario of the same shapes."""
    evidence = bt.compile_evidence(bt.read_evidence_set(SET))
    for sampler in ("nutpie", "pymc"):
        forget_compiled()
        start = time.perf_counter()
        draws = sample(elicitation_model(evidence), seed=1, sampler=sampler)
        seconds = time.perf_counter() - start
        print(
            f"arms, {sampler}: {seconds:.1f} s, of which compiling {draws.attrs['compile_seconds']:.1f}"
            f" and sampling {draws.attrs['sampling_seconds']:.1f}"
        )
        if sampler == "nutpie":
            flat = evidence["prior"].copy(data=np.full(evidence["prior"].shape, 0.25))
            shifted = elicitation_model(evidence.assign(prior=flat))
            again = _timed(partial(sample, shifted, seed=2))
            print(f"arms, a second scenario of the same shapes: {again:.1f} s")


def _set_of(n: int) -> xr.Dataset:
    """N episodes of eight items, each with ranges under three hypotheses."""
    one = bt.compile_evidence(
        bt.from_table(
            {
                f"i{k}": {
                    h: dict(zip(("low", "best", "high"), np.roll(RANGES, k, axis=0)[j].tolist(), strict=True))
                    for j, h in enumerate("ABC")
                }
                for k in range(N_ITEMS)
            }
        )
    )
    many = xr.concat([one.drop_vars("episode_index")[["prior", "prior_concentration"]]] * n, "episode")
    links = one.isel(link=np.tile(np.arange(N_ITEMS), n), entry=np.tile(np.arange(N_ITEMS), n))
    names = [f"e{j}" for j in range(n)]
    at = np.repeat(np.arange(n), N_ITEMS)
    texts = {
        name: ("episode", np.full(n, one[name].values[0])) for name in ("case", "granted", "administration")
    }
    made = links.drop_dims("episode").assign(
        prior=(("episode", "hypothesis"), many["prior"].values),
        prior_concentration=("episode", many["prior_concentration"].values),
        episode_index=("link", at),
        entry_link=("entry", np.arange(N_ITEMS * n)),
        condition_text=(("episode", "condition"), np.zeros((n, 0), dtype=str)),
    )
    return made.assign_coords(
        episode=names,
        is_aggregate=("episode", np.zeros(n, bool)),
        link_episode=("link", np.array(names)[at]),
        link=[f"{i}@{names[j]}" for i, j in zip(links["link_item"].values, at, strict=True)],
        **texts,
    )


def naive() -> None:
    """Effective draws per second: the hypothesis summed out, against the same graph with it sampled."""
    for name, evidence in (
        ("arms, two coders", bt.compile_evidence(bt.read_evidence_set(SET))),
        ("eight made-up episodes", _set_of(8)),
    ):
        ours = sample(elicitation_model(evidence), seed=1)
        leader = ours.posterior.probability.mean(("chain", "draw")).argmax("hypothesis")
        quick = rate(ours.posterior.probability.isel(hypothesis=leader), ours.attrs["sampling_seconds"])
        with naive_twin(evidence):
            drawn = pm.sample(1000, tune=1000, chains=4, cores=4, random_seed=1, progressbar=False,
                              compute_convergence_checks=False, quiet=True)  # fmt: skip
        seconds = drawn["posterior"].attrs["sampling_time"]
        indicator = (drawn["posterior"]["h"] == leader.drop_vars("hypothesis", errors="ignore")).astype(float)
        slow = rate(indicator, seconds)
        print(
            f"{name}: effective draws of P(leader) per second, least over episodes {quick.min():.0f}, "
            f"median {np.median(quick):.0f}; naive Categorical {slow.min():.1f}, {np.median(slow):.1f}"
        )
        print(f"times as many: {quick.min() / slow.min():.0f} (least), ", end="")
        print(f"{np.median(quick) / np.median(slow):.0f} (median); promised at least 50")


def rate(values: xr.DataArray, seconds: float) -> np.ndarray:
    """Effective draws per second, one number per episode."""
    values = values.transpose("chain", "draw", "episode").reset_coords(drop=True)
    ess = azs.ess(values.to_dataset(name="x"))["x"].values
    return np.asarray(ess / seconds)


def naive_twin(evidence: xr.Dataset) -> EvidenceModel:
    """The elicitation model with the hypothesis of each episode drawn and not summed out."""
    layout = make_layout(evidence, "episode")
    record = Record("naive", layout.evidence, layout.signature, layout.without_data_model)
    if record.without_data_model:
        sys.exit("the naive twin is written for evidence with a model of the data")
    model = EvidenceModel(record=record, coords=basic_coords(layout))
    with model:
        prior = layout.evidence["prior"].values
        rows = build_rows(model, layout, turn_absent=True)
        log_likelihood = sum_by_episode(layout, rows.rows, rows.weight)
        h = pm.Categorical("h", prior, dims="episode")
        pm.Potential("found", log_likelihood[np.arange(prior.shape[0]), h].sum())
    return model


def episodes() -> None:
    """Gradient and sampling time by number of episodes, with the exponent of growth."""
    gradients = []
    for n in GRADIENT_SIZES:
        model = elicitation_model(_set_of(n))
        point = DictToArrayBijection.map(model.initial_point())
        function = model.logp_dlogp_function(ravel_inputs=True)
        function(point)
        gradients.append(min(_timed(partial(function, point)) for _ in range(20)))
        print(f"{n} episodes: gradient {gradients[-1] * 1e6:.0f} us")
    print(f"gradient grows as n^{_exponent(GRADIENT_SIZES, gradients):.2f}; promised at most 1")
    seconds = []
    for n in SAMPLING_SIZES:
        draws = sample(elicitation_model(_set_of(n)), seed=1, on_failure="mark")
        seconds.append(float(draws.attrs["sampling_seconds"]))
        print(f"{n} episodes: sampling {seconds[-1]:.2f} s")
    print(f"sampling grows as n^{_exponent(SAMPLING_SIZES, seconds):.2f}; promised at most 1.3")


def _exponent(sizes: tuple[int, ...], times: list[float]) -> float:
    """Between the two largest sizes, where fixed costs no longer show."""
    return float(np.log(times[-1] / times[-2]) / np.log(sizes[-1] / sizes[-2]))


def propagation() -> None:
    """Propagated draws against the time that drawing the normals takes."""
    probability = _set_of(1)
    ratios = bt.compile_evidence(
        bt.from_table(
            {
                f"i{k}": {
                    h: 0.0 if h == "A" else {"low": -3.0 - k, "best": 0.0 - k, "high": 3.0 - k} for h in "ABC"
                }
                for k in range(N_ITEMS)
            },
            unit="ratio_db",
        )
    )
    for name, evidence, draws, shape, limit in (
        ("independent ratios", ratios, 1_000_000, (1_000_000, 3), 1.5),
        ("probabilities", probability, 100_000, (100_000, N_ITEMS, 3), 2.0),
    ):
        drawing = min(_timed(lambda s=shape: np.random.default_rng(1).standard_normal(s)) for _ in range(5))
        spent = min(_timed(lambda e=evidence, d=draws: propagate(e, draws=d, seed=1)) for _ in range(5))
        print(f"propagate, {name}: {spent / drawing:.2f} times drawing the normals; promised at most {limit}")


if __name__ == "__main__":
    main()
