"""Every public function, given something of another kind, says what is there and what to call first."""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, WrongArgumentError
from bayes_trace.guards import guarded
from tests import handed
from tests.build import data, item, sound
from tests.handed import FUNCTIONS, called

GUARDED = {name: each for name, each in FUNCTIONS.items() if hasattr(each, "__wrapped__")}
PARAMETERS = [
    (name, parameter)
    for name, each in GUARDED.items()
    for parameter in inspect.signature(each).parameters.values()
]
OF_DATA = ("xr.", "EvidenceSet", "EvidenceModel", "Gathered")
#: parameters that take a set or a result, and those that take anything else
DATA = [(name, each) for name, each in PARAMETERS if any(part in each.annotation for part in OF_DATA)]
PLAIN = [(name, each) for name, each in PARAMETERS if (name, each) not in DATA]


@pytest.fixture(scope="module")
def things():
    return handed.things()


@pytest.fixture(scope="module")
def made(things):
    return handed.made(things)


@pytest.fixture(scope="module")
def good(things, made, tmp_path_factory):
    return handed.good(things, made, tmp_path_factory.mktemp("table"))


def test_whatever_takes_a_set_or_a_result_is_guarded():
    assert {name for name, _ in DATA} == {
        name
        for name, each in FUNCTIONS.items()
        for parameter in inspect.signature(each).parameters.values()
        if any(part in parameter.annotation for part in OF_DATA)
    }


def test_a_wrapped_function_is_guarded_by_the_names_of_its_own_module():
    """A decorator of another module, below the guard, hides no annotation from it."""
    plain = inspect.unwrap(bt.sensitivity.leave_one_out)
    wrapped = guarded(functools.wraps(plain)(eval("lambda *given, **more: None", {})))
    with pytest.raises(BayesTraceError, match="by='page', expected one of item, source"):
        wrapped(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), by="page")


def test_what_is_advised_gives_what_was_expected(made):
    for kind, result in made.items():
        held = set(getattr(result, "children", ())) | set(getattr(result, "variables", ()))
        held |= set(getattr(result, "coords", ())) | set(getattr(result, "dims", ()))
        assert set(kind.holds) <= held, kind


def _wrong(things):
    """What does not do for any set or result."""
    return {
        "a path": "evidence_sets/x",
        "a Path": Path("evidence_sets/x"),
        "a number": 3,
        "a list": [1, 2],
        "a mapping": {"a": 1},
        "a tree without groups": xr.DataTree(),
        "an empty dataset": xr.Dataset(),
        "an empty array": xr.DataArray(np.zeros(2)),
        "nothing": None,
    }


@pytest.mark.parametrize(("name", "parameter"), DATA, ids=lambda each: getattr(each, "name", each))
def test_another_kind_is_refused_by_name(name, parameter, things, good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = good(name)
    own = type(arguments.get(parameter.name)).__name__
    found = {
        **_wrong(things),
        "a set": things["evidence_set"],
        "evidence": things["evidence"],
        "a posterior": things["posterior"],
    }
    for value in found.values():
        # what is optional, or a result of its own kind, is another matter
        if (value is None and "None" in parameter.annotation) or type(value).__name__ == own:
            continue
        if parameter.name == "results" and isinstance(value, (xr.Dataset, xr.DataArray)):
            continue  # a caption is of anything
        with pytest.raises(WrongArgumentError, match=rf"^{FUNCTIONS[name].__name__}: {parameter.name} is "):
            called(name, {**arguments, parameter.name: value})


RESULTS = [(name, each) for name, each in DATA if "xr." in each.annotation]


@pytest.mark.parametrize(("name", "parameter"), RESULTS, ids=lambda each: getattr(each, "name", each))
@pytest.mark.deep
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_result_of_another_kind_fails_inside(name, parameter, made, good):
    arguments = good(name)
    for value in made.values():
        with contextlib.suppress(BayesTraceError):
            called(name, {**arguments, parameter.name: value})
        plt.close("all")


# --- evidence that was turned, emptied or cut ---------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda ev: ev.transpose(),
            "the dimensions of prior are (hypothesis, episode), expected (episode, hypothesis)",
        ),
        (lambda ev: ev.assign(prior=ev.prior * np.nan), "prior holds NaN"),
        (lambda ev: ev.assign(kappa=ev.kappa.astype(str)), "kappa holds <U32, expected numbers"),
        (lambda ev: ev.isel(coder=0), "the dimensions of log_likelihood are (link, hypothesis)"),
        (lambda ev: ev.isel(episode=[0]), "episodes were cut out of it; name them in episodes="),
        (lambda ev: ev.isel(episode=[1, 0]), "its episodes were reordered or cut"),
    ],
)
def test_spoiled_evidence_is_told_from_sound(spoil, said):
    values = {"A": 0.8, "B": 0.4}
    two = sound(data([item("x", values), item("y", values, episodes=["e2"])], episodes=("e1", "e2")))
    with pytest.raises(
        WrongArgumentError, match=f"^update: evidence is compiled evidence, but {re.escape(said)}"
    ):
        bt.update(spoil(bt.compile_evidence(two)))


def test_a_posterior_of_nan_is_refused(things):
    post = things["posterior"]
    with pytest.raises(WrongArgumentError, match="holds no probability, all of them are NaN"):
        bt.plots.plot_posterior(post.assign(probability=post.probability * np.nan))


def test_what_stands_as_default_is_never_refused():
    assert bt.tables.to_latex(["item"], [["memo"]], caption="", label="").startswith(r"\begin{tabular}")


# --- words and numbers --------------------------------------------------------------------------

NONSENSE = {
    "text": "no_such_name",
    "number": -1.5,
    "nan": float("nan"),
    "list": [object()],
    "object": object(),
}


@pytest.mark.parametrize("name", sorted({name for name, _ in PLAIN}))
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nonsense_does_not_fail_inside(name, good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = good(name)
    for parameter in (each for one, each in PLAIN if one == name):
        for value in NONSENSE:
            with contextlib.suppress(BayesTraceError):
                called(name, {**arguments, parameter.name: value})
            plt.close("all")


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda t: bt.update(t["evidence"], point="median"),
            WrongArgumentError,
            "update: point='median', expected one of best, mean",
        ),
        (
            lambda t: bt.propagate(t["evidence"], draws="many"),
            WrongArgumentError,
            "propagate: draws is 'many', expected a whole number",
        ),
        (
            lambda t: bt.trajectory(t["evidence"], 3),
            WrongArgumentError,
            "trajectory: episode is 3, expected text",
        ),
        (
            lambda t: bt.check("folder"),
            WrongArgumentError,
            "check: evidence_set is 'folder', expected an evidence set; call bt.read_evidence_set(folder) first",
        ),
        (
            lambda t: bt.summarise(xr.DataTree()),
            WrongArgumentError,
            "summarise: draws is a DataTree that holds nothing, expected draws; call",
        ),
        (
            lambda t: bt.lead(t["evidence"]),
            WrongArgumentError,
            "lead: posterior is compiled evidence, expected a posterior; call bt.update(evidence) first",
        ),
        (
            lambda t: bt.simulation.simulate(t["evidence"], truth="A", seed=-1),
            WrongArgumentError,
            "simulate: seed=-1; expected a whole number from 0",
        ),
        (
            lambda t: bt.sample(t["evidence"], draws=10**12),
            WrongArgumentError,
            "sample: draws=1000000000000; expected at most 1000000",
        ),
        (
            lambda t: bt.calibration.tippett([2.0], [0.5], draws=10**12),
            WrongArgumentError,
            "tippett: draws=1000000000000; expected at most 1000000",
        ),
        (
            lambda t: bt.calibration.cllr(["2"], [0.5]),
            WrongArgumentError,
            "cllr: first is ['2'], expected numbers",
        ),
        (
            lambda t: bt.sensitivity.leave_one_out(t["evidence"], coder=" "),
            WrongArgumentError,
            "leave_one_out: coder=' '; expected a name or words, not blanks",
        ),
        (
            lambda t: bt.read_bibtex("a\0.bib"),
            WrongArgumentError,
            "read_bibtex: path='a\\x00.bib'; expected the name of a file or folder",
        ),
        (
            lambda t: bt.sensitivity.prior_sweep(t["evidence"], db=(x for x in (1.0, 2.0))),
            WrongArgumentError,
            "prior_sweep: db is <generator object",
        ),
        (
            lambda t: bt.configurations(["x"], excluded=True),
            WrongArgumentError,
            "configurations: excluded is True, expected a list of texts",
        ),
        (
            lambda t: bt.weight_of_evidence(t["evidence"], "a", against="a"),
            WrongArgumentError,
            "weight_of_evidence: of and against are both 'a', expected two hypotheses that differ",
        ),
        (
            lambda t: bt.tally.tally(t["evidence"], "a", against="b", minimum_db=-1),
            WrongArgumentError,
            "tally: minimum_db=-1; expected decibels from 0 to 1000",
        ),
        (
            lambda t: bt.ach_matrix(t["evidence"], against_db=np.inf),
            WrongArgumentError,
            "ach_matrix: against_db=inf; expected decibels from 0 to 1000",
        ),
        (
            lambda t: bt.sensitivity.breakdown(t["evidence"], threshold=10**400),
            WrongArgumentError,
            "breakdown: threshold is 1000",
        ),
        (
            lambda t: bt.calibration.cllr([10**400], [1]),
            WrongArgumentError,
            "cllr: first is [1000",
        ),
        (
            lambda t: bt.sensitivity.prior_sweep(t["evidence"], db=np.array(0.5)),
            WrongArgumentError,
            "prior_sweep: db is ",
        ),
        (
            lambda t: bt.sensitivity.prior_sweep(t["evidence"], db=[np.inf]),
            bt.BayesTraceError,
            "db=inf; expected numbers from -1000 to 1000",
        ),
        (
            lambda t: bt.sensitivity.power_scaling(t["evidence"], alpha=[]),
            bt.BayesTraceError,
            "alpha is empty; expected numbers from 0 to 1000",
        ),
        (
            lambda t: bt.sensitivity.global_indices(t["evidence"], n=2**63),
            WrongArgumentError,
            "global_indices: n=9223372036854775808; expected at most 1000000",
        ),
        (
            lambda t: bt.tables.weights_table(t["evidence"], []),
            WrongArgumentError,
            "weights_table: pairs is empty, expected a hypothesis and its rival",
        ),
        (
            lambda t: bt.tables.db("6"),
            WrongArgumentError,
            "db: value is '6', expected a number",
        ),
        (
            lambda t: bt.sensitivity.register(1),
            WrongArgumentError,
            "register: questions is 1, expected",
        ),
        (
            lambda t: bt.tally.bayes_factor(10**12, 3),
            bt.CountError,
            "k = 1000000000000: expected a whole number of items, at most 1000000",
        ),
        (
            lambda t: bt.compile_evidence(t["evidence_set"], episodes="e1"),
            WrongArgumentError,
            "compile_evidence: episodes is 'e1', expected a list of texts or None",
        ),
    ],
)
def test_messages_say_what_is_there_and_what_to_do(call, error, said, things):
    with pytest.raises(error, match=f"^{re.escape(said)}"):
        call(things)
