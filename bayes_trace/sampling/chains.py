"""Chains from nutpie, PyMC or NumPyro, whole or interrupted, as one dataset."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import xarray as xr
from pymc.backends.ndarray import NDArray
from pymc.blocking import DictToArrayBijection
from pytensor.compile.mode import Mode

from bayes_trace.errors import SamplerError, SamplingStoppedError
from bayes_trace.models.base import EvidenceModel
from bayes_trace.sampling.compiling import compiled, quiet_compiling
from bayes_trace.sampling.plan import Chains, Plan

__all__ = ["run_chains"]

_STOPPED = "interrupted before every chain had a draw; nothing is kept, run it again"


def run_chains(model: EvidenceModel, plan: Plan) -> Chains:
    """Run the chains with the sampler of the plan.

    Raises
    ------
    SamplerError
        If the sampler is not known or not installed.
    SamplingStoppedError
        If it was interrupted before every chain had a draw.
    """
    if not model.free_RVs:
        return _nothing_uncertain(model, plan)
    if plan.sampler not in _RUNNERS:
        message = f"sampler={plan.sampler!r}; expected one of {', '.join(_RUNNERS)}"
        raise SamplerError(message)
    if importlib.util.find_spec(plan.sampler) is None:
        message = (
            f"the sampler {plan.sampler} is not installed; install it with "
            f"'pip install {plan.sampler}', or use sampler='nutpie'"
        )
        raise SamplerError(message)
    try:
        return _finished(_RUNNERS[plan.sampler](model, plan), model, plan)
    except KeyboardInterrupt:
        raise SamplingStoppedError(_STOPPED) from None


def _finished(chains: Chains, model: EvidenceModel, plan: Plan) -> Chains:
    """Keep the draws that every chain has, by their names; a stopped run pads the others with NaN."""
    done = np.isfinite(chains.draws["probability"].values).all(axis=(2, 3))
    # a NaN inside a finished run is a failure to report, not a draw that is missing
    count = int(done.sum(axis=1).min(initial=plan.draws)) if chains.interrupted else done.shape[1]
    if count == 0 or done.size == 0:
        raise SamplingStoppedError(_STOPPED)
    # a function compiled for an earlier model has that model's names
    names = {dim: list(model.coords[dim]) for dim in chains.draws.dims if dim in model.coords}
    return Chains(
        chains.draws.isel(draw=slice(0, count)).assign_coords(names),
        chains.divergences,
        chains.interrupted,
        chains.compile_seconds,
        chains.sampling_seconds,
    )


def _is_terminal() -> bool:
    return sys.stderr.isatty() and "PYTEST_CURRENT_TEST" not in os.environ


@contextmanager
def _announced(text: str) -> Iterator[None]:
    """A spinner on a terminal, nothing elsewhere."""
    if not _is_terminal():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def _with_nutpie(model: EvidenceModel, plan: Plan) -> Chains:
    import nutpie

    with _announced("Compiling the model"):
        function = compiled(model)
    start = time.perf_counter()
    run = nutpie.sample(
        function.function,
        draws=plan.draws,
        tune=plan.tune,
        chains=plan.chains,
        cores=plan.chains,
        seed=plan.seed,
        save_warmup=False,
        progress_bar=_is_terminal(),
        blocking=False,
    )
    interrupted = False
    with warnings.catch_warnings():
        # fewer draws than chains are for us to judge
        warnings.filterwarnings("ignore", message="Found chain dimension to be longer")
        try:
            tree = run.wait()
        except KeyboardInterrupt:
            interrupted = True
            tree = run.abort()
    seconds = time.perf_counter() - start
    return Chains(_posterior(tree), _divergences(tree), interrupted, function.seconds, seconds)


def _posterior(tree: xr.DataTree) -> xr.Dataset:
    if "posterior" not in tree or not tree["posterior"].to_dataset():
        raise SamplingStoppedError(_STOPPED)
    return tree["posterior"].to_dataset().as_numpy()  # NumPyro keeps JAX arrays


def _divergences(tree: xr.DataTree) -> int:
    return int(np.nansum(tree["sample_stats"].to_dataset()["diverging"].values))


class _Trace(NDArray):  # type: ignore[misc] # PyMC carries no types
    """PyMC's store of draws, compiled once and not for every chain."""

    def __copy__(self) -> NDArray:
        known = {"fn": self.fn, "var_shapes": self.var_shapes, "var_dtypes": self.var_dtypes}
        return NDArray(self.name, self.model, self.vars, **known)


def _with_pymc(model: EvidenceModel, plan: Plan) -> Chains:
    start = time.perf_counter()
    with model, quiet_compiling(), _announced("Compiling the model"):
        step = pm.NUTS()
        # compiled on its first call: here, and not once in every chain
        point = DictToArrayBijection.map(model.initial_point())
        step.integrator.compute_state(point, np.zeros(point.data.size))
        kept = [value for value in model.unobserved_value_vars if value.name in model.kept]
        trace = _Trace(model=model, vars=kept)
    seconds = time.perf_counter() - start
    return _pm_sample(model, plan, {"step": step, "trace": trace}, compile_seconds=seconds)


def _with_numpyro(model: EvidenceModel, plan: Plan) -> Chains:
    return _pm_sample(model, plan, {"nuts_sampler": "numpyro", "var_names": model.kept})


def _pm_sample(
    model: EvidenceModel, plan: Plan, how: dict[str, Any], *, compile_seconds: float | None = None
) -> Chains:
    start = time.perf_counter()
    with model, quiet_compiling():
        tree = pm.sample(
            draws=plan.draws,
            tune=plan.tune,
            chains=plan.chains,
            cores=plan.chains,
            random_seed=plan.seed,
            progressbar=_is_terminal(),
            quiet=not _is_terminal(),
            compute_convergence_checks=False,
            **how,
        )
    draws = _posterior(tree)
    short = draws.sizes["draw"] < plan.draws or draws.sizes["chain"] < plan.chains
    return Chains(draws, _divergences(tree), short, compile_seconds, time.perf_counter() - start)


_RUNNERS: dict[str, Callable[[EvidenceModel, Plan], Chains]] = {
    "nutpie": _with_nutpie,
    "pymc": _with_pymc,
    "numpyro": _with_numpyro,
}


def _nothing_uncertain(model: EvidenceModel, plan: Plan) -> Chains:
    """Where nothing was elicited with a range, every draw is the same."""
    variables = [model[name] for name in model.record.stored]
    # no C compiler either, which folding constants would call
    with pytensor.config.change_flags(cxx=""):
        values = pytensor.function([], variables, mode=Mode("py", "fast_compile"), on_unused_input="ignore")()
    shape = (plan.chains, plan.draws)
    data = {
        name: (
            ("chain", "draw", *model.named_vars_to_dims[name]),
            np.broadcast_to(value, shape + value.shape),
        )
        for name, value in zip(model.record.stored, values, strict=True)
    }
    dims = {dim for name in model.record.stored for dim in model.named_vars_to_dims[name]}
    coords: dict[str, object] = {dim: list(model.coords[dim]) for dim in dims}
    coords |= {"chain": np.arange(plan.chains), "draw": np.arange(plan.draws)}
    return Chains(xr.Dataset(data, coords), 0, False, 0.0, 0.0)
