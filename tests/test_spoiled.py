"""Results that were turned, cut, emptied or overwritten by hand: every public function copes, or says so in words."""

from __future__ import annotations

import contextlib
import inspect
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, WrongArgumentError
from bayes_trace.guards import KINDS
from tests import handed
from tests.handed import FUNCTIONS, called
from tests.search import DEEP

pytestmark = pytest.mark.search

#: of what may be done to a result, one in so many is done in a quick run
SOME = 13
#: what would take long without saying more
QUICK = {
    "sample": {"draws": 20, "chains": 1, "sampler": "direct"},
    "propagate": {"draws": 20},
    "sensitivity.many_scenarios": {"n": 50},
    "sensitivity.global_indices": {"n": 4},
    "simulation.simulate": {"replicates": 5},
    "simulation.diagnosands": {"replicates": 5},
    "simulation.misleading_rates": {"replicates": 5},
    "prediction.holdout": {"k": 2},
}


@pytest.fixture(scope="module")
def made():
    return handed.made(handed.things())


@pytest.fixture(scope="module")
def good(made, tmp_path_factory):
    return handed.good(handed.things(), made, tmp_path_factory.mktemp("table"))


def results(name):
    """Parameters of a function that take a result, and what kind it is of."""
    for each in inspect.signature(FUNCTIONS[name]).parameters.values():
        kind = KINDS.get(f"{FUNCTIONS[name].__name__}.{each.name}") or KINDS.get(each.name)
        if kind and "xr." in each.annotation:
            yield each, kind


def filled(value):
    """All of its numbers overwritten."""

    def change(part):
        if isinstance(part, xr.DataArray):
            return part.copy(data=np.full(part.shape, value)) if part.dtype.kind == "f" else part
        return part.assign({name: filled(value)(part[name]) for name in part.data_vars})

    return change


def of_type(kind):
    def change(part):
        if isinstance(part, xr.DataArray):
            return part.astype(kind)
        return part.assign({name: part[name].astype(kind) for name in part.data_vars})

    return change


def spoils(part):
    """Names of what may be done to a result, and how."""
    yield from ((f"all {value}", filled(value)) for value in (np.nan, np.inf, -np.inf, -1.0, 2.0))
    yield from ((f"all {kind}", of_type(kind)) for kind in ("str", "object", "complex"))
    yield "turned", lambda each: each.transpose()
    yield "in blocks", lambda each: each.chunk()
    yield "bare", lambda each: each.reset_coords(drop=True)
    yield "without facts", lambda each: each.drop_attrs()
    for name in part.dims:
        yield f"no {name}", lambda each, name=name: each.isel({name: slice(0, 0)})
        yield f"first {name}", lambda each, name=name: each.isel({name: 0})
        yield f"{name} twice", lambda each, name=name: each.isel({name: [0, 0]})
        yield f"{name} backwards", lambda each, name=name: each.isel({name: slice(None, None, -1)})
    for name in part.coords:
        yield f"{name} renamed", lambda each, name=name: each.rename({name: "else"})
        yield f"{name} left out", lambda each, name=name: each.drop_vars(name)
        if name in part.dims:
            yield (
                f"{name} of None",
                lambda each, name=name: each.assign_coords({name: [None] * each.sizes[name]}),
            )
            yield (
                f"{name} of numbers",
                lambda each, name=name: each.assign_coords({name: range(each.sizes[name])}),
            )
    yield from _by_variable(part) if isinstance(part, xr.Dataset) else ()


def _by_variable(part):
    for name in part.data_vars:
        yield f"without {name}", lambda each, name=name: each.drop_vars(name)
        yield f"{name} one number", lambda each, name=name: each.assign({name: 1.0})
        if DEEP:
            yield f"{name} turned", lambda each, name=name: each.assign({name: each[name].transpose()})
            yield f"{name} of text", lambda each, name=name: each.assign({name: each[name].astype(str)})
            yield f"{name} of objects", lambda each, name=name: each.assign({name: each[name].astype(object)})
            yield (
                f"{name} of -7",
                lambda each, name=name: each.assign({name: xr.full_like(each[name], -7, float)}),
            )


def spoilt(result, first=0, step=1):
    """Spoilt forms of a result, each or one in so many from the first on; what cannot be done to it is left out."""
    groups = list(result.children) if isinstance(result, xr.DataTree) else [None]
    for group in groups:
        part = result[group].to_dataset() if group else result
        for how, change in itertools.islice(spoils(part), first, None, step):
            with contextlib.suppress(ValueError, KeyError, IndexError, TypeError, NotImplementedError):
                made = change(part)
                if group:
                    made = xr.DataTree.from_dict({**result.to_dict(), f"/{group}": made})
                yield f"{group or ''} {how}", made


TAKE_RESULTS = [name for name in FUNCTIONS if any(results(name))]
#: what takes long of its own: in deep runs only, and not all that may be done to a result
LONG = ("sensitivity.to_tables", "report.gather", "report.write_report", "sample")


@pytest.mark.parametrize("name", TAKE_RESULTS if DEEP else sorted({*TAKE_RESULTS[::3]} - {*LONG}))
@pytest.mark.filterwarnings("ignore")
def test_a_spoilt_result_is_used_or_refused_in_words(name, made, good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = {**good(name), **QUICK.get(name, {})}
    few = name in LONG or not DEEP
    for parameter, kind in results(name):
        for how, value in spoilt(made[kind], len(name) % SOME if few else 0, SOME if few else 1):
            given = [value] if parameter.annotation.startswith("Sequence") else value
            try:
                called(name, {**arguments, parameter.name: given})
            except BayesTraceError:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
                pytest.fail(f"{name}({parameter.name}={how}): {type(error).__name__}: {error}")
            plt.close("all")


FRAMES = {
    "empty": lambda frame: frame.iloc[:0],
    "of None": lambda frame: frame.map(lambda _: None),
    "of text": lambda frame: frame.astype(str),
    "turned": lambda frame: frame.T,
    "columns twice": lambda frame: pd.concat([frame, frame], axis=1),
    "without columns": lambda frame: frame.iloc[:, :0],
    **{
        f"without {name}": lambda frame, name=name: frame.drop(columns=name, errors="ignore")
        for name in ("mean", "flag")
    },
}


@pytest.mark.parametrize("how", FRAMES)
@pytest.mark.filterwarnings("ignore")
def test_a_spoilt_table_is_used_or_refused_in_words(how, made):
    summary = bt.summarise(made[KINDS["draws"]])
    for function in (bt.tables.summary_table, bt.tables.coefficient_table, bt.plots.overview_cells):
        with contextlib.suppress(BayesTraceError):
            function(FRAMES[how](summary))


@pytest.mark.parametrize(
    ("function", "spoil", "said"),
    [
        (bt.lead, lambda post: post.isel(hypothesis=slice(0, 0)), "no hypothesis is left in it"),
        (bt.lead, of_type(object), "holds object, expected numbers or texts"),
        (
            bt.tables.posterior_table,
            lambda post: post.isel(hypothesis=[0, 0, 1]),
            "its hypothesis holds 'A' twice",
        ),
        (
            bt.tables.posterior_table,
            lambda post: post.drop_vars("case"),
            r"(it has no|cannot be used as it is).*case",
        ),
    ],
)
def test_what_was_done_to_a_result_is_said(function, spoil, said, made):
    post = spoil(made[KINDS["posterior"]])
    again = r"; call bt\.update\(evidence\) anew$"
    with pytest.raises(WrongArgumentError, match=f"{said}.*{again}") as caught:
        function(post)
    assert caught.value.__cause__ is not None


def test_a_fault_of_the_users_own_function_stays_what_it_is():
    def stopped(*_):
        raise ZeroDivisionError("mine")

    evidence = bt.compile_evidence(
        bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    )
    with pytest.raises(ZeroDivisionError, match="mine"):
        bt.propagate(evidence, draws=5, progress=stopped)
