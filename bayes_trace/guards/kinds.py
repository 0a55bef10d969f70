"""Kinds of results: what they are called, the calls that make them, and what they hold."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from bayes_trace.errors import WrongArgumentError

__all__ = ["KINDS", "XARRAY", "Kind", "check_shape", "described", "sentence", "shortened"]

#: characters of a value that are shown
SHOWN = 60


class Kind(NamedTuple):
    """A kind of result: what it is called, the call that makes it, and what it holds."""

    name: str
    call: str
    #: variables, coordinates, dimensions or groups
    holds: tuple[str, ...] = ()
    #: coordinates and dimensions where it may be one array
    array: tuple[str, ...] = ()


EVIDENCE = Kind(
    "compiled evidence",
    "bt.compile_evidence(evidence_set)",
    ("log_likelihood", "kappa", "prior", "episode_index", "location"),
)
POSTERIOR = Kind("a posterior", "bt.update(evidence)", ("probability", "prior", "episode", "hypothesis"))
DRAWS = Kind("draws", "bt.sample(evidence) or bt.propagate(evidence)", ("posterior",))
OUTCOMES = Kind("outcomes of planned items", "bt.planning.outcomes(evidence)", ("outcome_probability",))
WEIGHTS = Kind("weights by link", "bt.weight_of_evidence(evidence, of, against=rival)", ("link_item",))
BELIEF = Kind("a belief", "bt.update(evidence).probability", ("episode", "hypothesis"))
SURPRISE = Kind("surprise", "bt.prediction.surprise(evidence)", ("surprise",))
SCENARIOS = Kind("scenarios", "bt.sensitivity.scenarios(evidence_set)", ("scenario", "probability"))

#: parameter, or function and parameter -> what it takes
KINDS = {
    "evidence": EVIDENCE,
    "unpacked": EVIDENCE,
    "sample.model": EVIDENCE._replace(name="compiled evidence or a model of bayes_trace"),
    "attribution.first": EVIDENCE,
    "attribution.second": EVIDENCE,
    "posterior": POSTERIOR,
    "lead.posterior": POSTERIOR._replace(holds=("log_probability", "episode", "hypothesis")),
    "posterior_table.posterior": POSTERIOR._replace(holds=("probability", "log_evidence", "hypothesis")),
    "draws": DRAWS,
    "power_sensitivity.draws": DRAWS._replace(holds=()),
    "to_tables.tree": Kind("a survey", "bt.sensitivity.survey(evidence_set)", ("interval_bounds",)),
    "scenarios": SCENARIOS,
    "scored": SURPRISE,
    "after": OUTCOMES,
    "ranked": Kind("ranked items", "bt.planning.best_next(evidence)", ("item", "per_cost")),
    "describe_strategy.tree": Kind("a strategy", "bt.planning.strategy(evidence)", ("look", "node")),
    "by_step": Kind("weights by step", "bt.weight_by_step(evidence, of, against=rival)", ("episode", "step")),
    "path": Kind("a trajectory", "bt.trajectory(evidence, episode)", ("step", "hypothesis")),
    "weight": WEIGHTS,
    "weights": WEIGHTS,
    "tests": Kind("tests", "bt.test_type(evidence, of, against=rival)", ("link",)),
    "belief": POSTERIOR._replace(name="a posterior or a trajectory", array=("step", "item", "hypothesis")),
    "jeffrey.belief": BELIEF,
    "soft_evidence.belief": BELIEF,
    "coders": Kind("opinions pooled", "bt.sensitivity.pool(evidence)", ("hypothesis",)),
    "curve": Kind("a curve", "bt.calibration.ece(first, second)", ("ece",)),
    "curves": Kind("curves", "bt.calibration.tippett(first, second)", ("misleading_first",)),
    "plot_dependence.sweep": Kind(
        "a sweep over correlations", "bt.sensitivity.dependence_sweep(evidence)", ("correlation", "lost_at")
    ),
    "plot_prior_sweep.sweep": Kind(
        "a sweep over priors", "bt.sensitivity.prior_sweep(evidence)", ("swept_prior",)
    ),
    "residual": Kind(
        "a sweep over a residual", "bt.sensitivity.residual_sweep(evidence)", ("delta", "overtakes_at")
    ),
    "without": Kind(
        "posteriors without each item", "bt.sensitivity.leave_one_out(evidence)", ("left_out", "hypothesis")
    ),
    "needed": Kind("priors needed", "bt.sensitivity.prior_needed(evidence)", ("prior_needed_db",)),
    "bias": Kind("search bias", "bt.sensitivity.search_bias(evidence)", ("bias", "favouring")),
    "tipping": Kind("tipping points", "bt.sensitivity.tipping_points(evidence)", ("tipping_db", "rival")),
    "ranges": Kind("posteriors along each range", "bt.sensitivity.one_way(evidence)", ("varied", "swing")),
    "plot_tornado.lead": Kind("leads", "bt.lead(posterior)", ("leader", "runner_up")),
    "probabilities": SCENARIOS._replace(holds=("probability", "hypothesis"), array=("hypothesis",)),
}
XARRAY = ("Dataset", "DataArray", "DataTree")
#: arrays of compiled evidence that hold numbers only, and their dimensions in order
_ORDER = {
    "prior": ("episode", "hypothesis"),
    "log_likelihood": ("coder", "link", "hypothesis"),
    "kappa": ("coder", "link"),
    "location": ("coder", "entry", "option", "hypothesis"),
}


def check_shape(function: str, name: str, value: Any, kind: Kind) -> None:  # noqa: ANN401 - any of xarray
    """Refuse a result of another kind, or one that was turned, cut or emptied."""
    is_array = type(value).__name__ == "DataArray"
    holds = (kind.array if is_array else ()) or kind.holds
    words = is_array and kind.name != "tests" and value.dtype.kind not in "bfiu"
    lacks = [each for each in holds if each not in _held(value)]
    if words or lacks:
        found = described(value)
        shown = f"{found} without {', '.join(lacks)}" if found == kind.name else found
        raise WrongArgumentError(sentence(function, name, shown, kind))
    if kind == EVIDENCE and (fault := _fault(value)):
        message = f"{function}: {name} is compiled evidence, but {fault}; call {kind.call} anew"
        raise WrongArgumentError(message)
    probability = _probability(value)
    if probability is not None and not _is_silent(value) and bool(probability.isnull().all()):
        message = f"{function}: {name} holds no probability, all of them are NaN; expected {kind.name}, as from {kind.call}"
        raise WrongArgumentError(message)


def _held(value: Any) -> set[str]:  # noqa: ANN401
    if type(value).__name__ == "DataTree":
        return set(map(str, value.children))
    own = getattr(value, "variables", value.coords)
    return {*map(str, own), *map(str, value.dims)}


def _probability(value: Any) -> Any:  # noqa: ANN401
    # asked for a name that it lacks, xarray looks for names like it
    holds = type(value).__name__ == "Dataset" and "probability" in value.variables
    return value["probability"] if holds else None


def _is_silent(posterior: Any) -> bool:  # noqa: ANN401 - a dataset
    """Whether there is rightly no answer: no episode, or a coder who passed every item over."""
    coded = posterior["n_coded"] if "n_coded" in posterior.variables else None
    return not posterior["probability"].size or (coded is not None and not bool(coded.any()))


def _fault(evidence: Any) -> str:  # noqa: ANN401 - a dataset
    """What was done to compiled evidence that it does not bear; empty for nothing."""
    for name, order in _ORDER.items():
        array = evidence.variables[name]
        if array.dims != order:
            return f"the dimensions of {name} are ({', '.join(map(str, array.dims))}), expected ({', '.join(order)})"
        if array.dtype.kind != "f":
            return f"{name} holds {array.dtype}, expected numbers"
        # the least of numbers is NaN if one of them is, and is found without an array in between
        if array.chunks is None and array.size and (least := array.values.min()) != least:
            return f"{name} holds NaN"
    return _moved(evidence)


def _moved(evidence: Any) -> str:  # noqa: ANN401 - a dataset
    """Whether its episodes were cut or reordered, so that links point to others."""
    index, episodes = evidence.variables["episode_index"].values, _episodes(evidence)
    if index.size and index.max() >= episodes.size:
        return "episodes were cut out of it; name them in episodes="
    named = evidence.variables.get("link_episode")
    # links of one episode stand together, so the last of each tells
    last = (index[1:] != index[:-1]).nonzero()[0]
    apart = named is not None and (episodes[index[last]] != named.values[last]).any()
    if apart or (named is not None and index.size and episodes[index[-1]] != named.values[-1]):
        return "its episodes were reordered or cut; name them in episodes="
    return ""


#: an index never changes, and its names are an array only once asked for
_NAMES: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def _episodes(evidence: Any) -> Any:  # noqa: ANN401 - a dataset, and an array of names
    index = evidence.xindexes.get("episode")
    if index is None:
        return evidence.variables["episode"].values
    if index not in _NAMES:
        _NAMES[index] = evidence.variables["episode"].values
    return _NAMES[index]


def described(value: Any) -> str:  # noqa: ANN401 - anything
    """What a value is, in words."""
    name = type(value).__name__
    if name == "EvidenceSet":
        return "an evidence set"
    if name in XARRAY:
        held = _held(value)
        known = (kind.name for kind in (EVIDENCE, POSTERIOR, DRAWS) if held >= set(kind.holds))
        if name == "Dataset" and (found := next(known, "")):
            return found
        what = {"Dataset": "a dataset", "DataArray": "an array", "DataTree": "a DataTree"}[name]
        shown = ", ".join(sorted(held)[:5])
        return f"{what} of {shown}" if shown else f"{what} that holds nothing"
    return shortened(repr(value))


def shortened(text: str) -> str:
    """A text of which the first words are enough."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def sentence(function: str, name: str, found: str, kind: Kind) -> str:
    """What is there, what was expected, and the calls from the one to the other."""
    steps = [
        "bt.read_evidence_set(folder)",
        "bt.compile_evidence(evidence_set)",
        *([kind.call] if kind != EVIDENCE else []),
    ]
    if "(evidence_set)" in kind.call and kind != EVIDENCE:
        steps = [steps[0], kind.call]
    passed = {"an evidence set": 1, EVIDENCE.name: 2}.get(found, 0 if found[:1] in "'P" else len(steps) - 1)
    needed = steps[min(passed, len(steps) - 1) :]
    return f"{function}: {name} is {found}, expected {kind.name}; call {', then '.join(needed)} first"
