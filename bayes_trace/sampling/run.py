"""One run: draw directly, or compile and run chains; diagnose; store."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import xarray as xr

from bayes_trace.errors import BayesTraceError, ConvergenceError, SamplerError, SamplingStoppedError
from bayes_trace.guards import guarded
from bayes_trace.sampling.diagnosis import diagnose
from bayes_trace.sampling.direct import NotTrustedError
from bayes_trace.sampling.independent import independent_chains
from bayes_trace.sampling.plan import Chains, Plan, Sampler
from bayes_trace.sampling.readers import of_readers
from bayes_trace.sampling.tree import make_tree

if TYPE_CHECKING:
    from bayes_trace.models.base import EvidenceModel

__all__ = ["sample"]

#: seeds that every sampler takes
LARGEST_SEED = 2**31
#: failures named in an error
SHOWN = 3
#: prior scales at which coefficients are estimated again
OTHER_SCALES = (0.5, 2.0)
COEFFICIENTS = ("coefficient", "effect", "slope")


@guarded
def sample(  # noqa: PLR0913 - what was asked of chains, and by whom
    model: EvidenceModel | xr.Dataset,
    *,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    seed: int | None = None,
    sampler: Sampler = "auto",
    coder: str | None = None,
    on_failure: Literal["raise", "mark"] = "raise",
) -> xr.DataTree:
    """Draw from the posterior of a model, or of evidence taken episode by episode.

    Parameters
    ----------
    model
        Evidence from `compile_evidence`, every episode by itself; or a model from `elicitation_model`,
        `comparative_model` or `success_model`.
    draws, tune, chains
        Draws kept and tuning draws of each chain, and the number of chains, all run at once. Direct draws
        need no tuning.
    seed
        The same seed gives the same draws; without one it is drawn, and kept in ``attrs``.
    sampler
        ``direct``: independent draws without a chain, of evidence and one coder. ``nutpie``, ``pymc`` or,
        if installed, ``numpyro``: Markov chains. ``auto``: direct where it applies and can be trusted,
        nutpie elsewhere.
    coder
        Of evidence, one coder alone, by default the base coder; ``all`` learns how coders differ.
    on_failure
        ``raise`` an error if the chains disagree, or ``mark`` the result, so that every summary
        says so.

    Returns
    -------
    DataTree with ``posterior`` (``probability``, ``inclusion`` and the shared quantities), ``drawn`` (one
    ``drawn_hypothesis`` per draw, with its 0/1 ``indicator``), ``prior``, ``log_likelihood``,
    ``log_prior`` (missing where it is the same in every draw), ``observed_data``, ``constant_data`` and
    ``diagnostics``. The log-densities of an
    elicitation model are given the drawn hypothesis, and ``log_likelihood_summed_out`` stands beside
    them; those of the other models have it summed out, beside ``log_likelihood_given`` and
    ``log_prior_given``. With ``keep_items=True`` in the model also ``log_prior_items``; for a model
    with coefficients ``rescaled``, their means at half and twice the prior scale. Its ``attrs`` hold
    digest, seed, versions, divergences, times and ``converged``; of direct draws also ``method``, ``k_hat``
    (Pareto, by episode) and the number of ``proposals``. Stopped by Ctrl-C it keeps the draws
    that all chains have and sets ``interrupted``. The model of a second scenario of the same shapes is
    not compiled again.

    Raises
    ------
    ConvergenceError
        If R-hat > 1.02, R-hat > 1.01 with fewer than 1000 effective draws, fewer than 400 effective
        draws in the bulk or in the tails, or NaN, for log-odds of a probability or a shared quantity;
        holds the draws.
    SamplerError
        If the sampler is not known or not installed, no draws were asked for, or direct sampling does not
        apply or cannot be trusted (Pareto k-hat above .7, or fewer than four effective candidates a draw).
    SamplingStoppedError
        If it was stopped (Ctrl-C) before every chain had a draw.

    References
    ----------
    Vehtari et al. (2021), Bayesian Analysis 16: 667-718, on R-hat and effective draws; (2024), Journal of
    Machine Learning Research 25(72), on k-hat.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> draws = sample(bt.compile_evidence(es), draws=1000, seed=1)
    >>> draws.posterior.probability.mean(("chain", "draw")).round(2).values.tolist()
    [[0.8, 0.2]]
    >>> draws.attrs["method"], draws.attrs["proposals"]
    ('direct', 0)
    """
    seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    plan = Plan(draws, tune, chains, seed, sampler)
    _refuse(model, plan, coder, on_failure)
    if isinstance(model, xr.Dataset):
        return _of_evidence(model, plan, coder, on_failure)
    return _with_chains(model, replace(plan, sampler="nutpie") if sampler == "auto" else plan, on_failure)


def _of_evidence(
    evidence: xr.Dataset, plan: Plan, coder: str | None, on_failure: Literal["raise", "mark"]
) -> xr.DataTree:
    """Every episode by itself: directly where that applies and can be trusted."""
    readers = of_readers(evidence, coder)
    why = readers.why_not_direct
    if plan.sampler in ("auto", "direct") and not why:
        try:
            tree = _directly(readers.evidence, plan)
        except NotTrustedError as error:
            why = str(error)
        else:
            tree.attrs |= readers.attrs
            return tree
    if plan.sampler == "direct":
        message = f"sampler='direct' cannot be used: {why}; use sampler='auto' or 'nutpie'"
        raise SamplerError(message)
    from bayes_trace.models import elicitation_model

    known = replace(plan, sampler="nutpie") if plan.sampler == "auto" else plan
    tree = _with_chains(elicitation_model(readers.evidence), known, on_failure)
    tree.attrs |= readers.attrs | ({"not_direct": why} if plan.sampler == "auto" else {})
    return tree


def _directly(evidence: xr.Dataset, plan: Plan) -> xr.DataTree:
    """Independent draws: what chains are judged on is kept, but cannot fail."""
    record, run = independent_chains(evidence, plan)
    tree = make_tree(record, run, replace(plan, sampler="direct", tune=0))
    tree["diagnostics"] = xr.DataTree(diagnose(record, run.draws)[0])
    tree.attrs |= {"converged": 1, "failures": ""}
    return tree


def _with_chains(model: EvidenceModel, plan: Plan, on_failure: Literal["raise", "mark"]) -> xr.DataTree:
    run = _run(model, plan)
    diagnostics, failures = diagnose(model.record, run.draws)
    tree = make_tree(model.record, run, plan)
    tree["diagnostics"] = xr.DataTree(diagnostics)
    if model.record.rescaled is not None and not run.interrupted:
        try:
            tree["rescaled"] = xr.DataTree(_at_other_scales(model.record.rescaled, plan))
        except SamplingStoppedError:
            tree.attrs["interrupted"] = 1
    tree.attrs |= {"converged": int(not failures), "failures": "\n".join(failures)}
    if failures and on_failure == "raise":
        raise ConvergenceError(_advice(tree, failures), failures=failures, draws=tree)
    return tree


def _run(model: EvidenceModel, plan: Plan) -> Chains:
    from bayes_trace.sampling.chains import run_chains

    return run_chains(model, plan)


def _at_other_scales(rescaled: Callable[[float], EvidenceModel], plan: Plan) -> xr.Dataset:
    """Means of the coefficients at half and at twice the prior scale, and whether those chains agree.

    Raises
    ------
    SamplingStoppedError
        If either run was stopped: means of a part would pass for the whole.
    """
    short = replace(plan, draws=max(plan.draws // 2, 1))
    means = []
    for scale in OTHER_SCALES:
        model = rescaled(scale)
        run = _run(model, short)
        if run.interrupted:
            message = "stopped at another prior scale"
            raise SamplingStoppedError(message)
        names = [name for name in COEFFICIENTS if name in run.draws]
        _, failures = diagnose(model.record, run.draws[[*names, "probability"]])
        means.append(run.draws[names].mean(("chain", "draw")).assign(converged=int(not failures)))
    return xr.concat(means, xr.DataArray(list(OTHER_SCALES), dims="prior_scale", name="prior_scale"))


def _refuse(model: object, plan: Plan, coder: str | None, on_failure: str) -> None:
    if not isinstance(model, xr.Dataset):
        _refuse_model(model, plan, coder)
    if min(plan.draws, plan.tune, plan.chains) < 1:
        message = (
            f"draws={plan.draws}, tune={plan.tune}, chains={plan.chains}; expected at least one draw, one "
            "tuning draw and one chain"
        )
        raise SamplerError(message)
    if not 0 <= plan.seed < LARGEST_SEED:
        message = f"seed={plan.seed}; expected a whole number from 0 to {LARGEST_SEED - 1}"
        raise SamplerError(message)
    if on_failure not in ("raise", "mark"):
        message = f"on_failure={on_failure!r}; expected 'raise' or 'mark'"
        raise BayesTraceError(message)


def _refuse_model(model: object, plan: Plan, coder: str | None) -> None:
    from bayes_trace.models.base import EvidenceModel

    if not isinstance(model, EvidenceModel):
        message = (
            "sample takes compiled evidence or a model of bayes_trace; sample a model of your own with "
            "pymc.sample"
        )
        raise SamplerError(message)
    if plan.sampler == "direct":
        message = "sampler='direct' needs no model: pass the compiled evidence in its place"
        raise SamplerError(message)
    if coder is not None:
        message = "coder= chooses among the coders of compiled evidence; a model has its coders already"
        raise SamplerError(message)


def _advice(tree: xr.DataTree, failures: list[str]) -> str:
    shown = "; ".join(failures[:SHOWN])
    more = f"; and {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
    posterior = tree["posterior"]
    if tree.attrs["interrupted"]:
        todo = "the run was interrupted; let it finish, or pass on_failure='mark'"
    elif posterior.sizes["chain"] == 1:
        todo = "one chain cannot be compared with others; pass chains=2 or more"
    elif tree.attrs["divergences"]:
        todo = f"{tree.attrs['divergences']} divergences: narrow the ranges or clusters named, or raise tune="
    else:
        todo = (
            f"raise draws= (now {posterior.sizes['draw']} x {posterior.sizes['chain']}) and tune=, "
            "or pass on_failure='mark' to look at the draws"
        )
    return f"the chains do not agree on {shown}{more}; {todo}"
