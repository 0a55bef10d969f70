"""What stands in every result: its variables, their dimensions, their kind and their units.

A change here is a change of the interface (`docs/reference/api-policy.md`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import xarray as xr

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.exact import attempt_probability, success_of_attempts
from tests.build import item, make_set, ratio, read, report, source

RANGED = {"A": (0.5, 0.7, 0.9), "B": 0.2}
SCENARIOS = {"less": {"label": "Less", "drop": [{"item": "letter"}]}}


@cache
def small():
    """Two episodes of two coders: a range, a cluster, a fact of two readings, a report, a ratio, an absence, a plan."""
    rows = [
        item("memo", RANGED, step="motive"),
        item("letter", {"A": 0.6, "B": 0.3}, cluster="k", coding={"coder": "one"}),
        item("talk", {"A": 0.5, "B": 0.4}, cluster="k"),
        read("note", {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.3, "B": 0.3}}, reading="r"),
        report("said", "diary", event="visit"),
        ratio("scale", {"B": -3}),
        item("gap", {"A": 0.5, "B": 0.3}, found="absent", detection=0.6),
        item("ahead", {"A": 0.9, "B": 0.3}, found="planned"),
        item("claim", {"made": 0.9, "not_made": 0.3}, coding={"about": "attempt"}),
        item("second", {"A": 0.4, "B": 0.5}, coding={"coder": "two"}),
    ]
    visit = {
        "id": "visit",
        "label": "a visit",
        "episodes": ["e1"],
        "codings": [{"values": {"A": 0.9, "B": 0.2}}],
    }
    return make_set(
        {"e1": rows, "e2": [item("other", {"A": 0.3, "B": 0.6})]},
        hypotheses=("A", "B"),
        priors=(0.5, 0.5),
        coders=("one", "two"),
        details={"e1": {"granted": "yes"}, "e2": {"granted": "no"}},
        steps={"A": ("motive",)},
        clusters=[{"id": "k", "correlation": 0.5}],
        readings=[{"id": "r", "options": {"u": 0.7, "v": 0.3}}],
        sources=[source("diary", {"hit": 0.8, "false_report": 0.1})],
        events=[visit],
        scenarios=SCENARIOS,
    )


@cache
def compiled():
    return bt.compile_evidence(small())


@cache
def lessened():
    return bt.compile_evidence(bt.apply_scenario(small(), "less"))


RESULTS = {
    "compile_evidence": compiled,
    "update": lambda: bt.update(compiled()),
    "update, one coder": lambda: bt.update(compiled(), coder="one"),
    "lead": lambda: bt.lead(bt.update(compiled())),
    "trajectory": lambda: bt.trajectory(compiled(), "e1"),
    "ach_matrix": lambda: bt.ach_matrix(compiled()),
    "attempt_probability": lambda: attempt_probability(compiled()),
    "success_of_attempts": lambda: success_of_attempts(compiled()),
    "test_type": lambda: bt.test_type(compiled(), "A", against="B"),
    "weight_of_evidence": lambda: bt.weight_of_evidence(compiled(), "A", against="B"),
    "weight_by_step": lambda: bt.weight_by_step(compiled(), "A", against="B"),
    "weight_of_items": lambda: bt.weight_of_items(compiled(), "A", against="B"),
    "attribution": lambda: sens.attribution(compiled(), lessened(), of="A", against="B"),
    "pool, linear": lambda: sens.pool(compiled(), how="linear"),
    "pool, log": lambda: sens.pool(compiled(), how="log"),
    "scenarios": lambda: sens.scenarios(small()),
    "scenario_leads": lambda: sens.scenario_leads(compiled(), sens.scenarios(small())),
    "jeffrey": lambda: sens.jeffrey(compiled(), {"memo": 0.8}),
    "soft_evidence": lambda: sens.soft_evidence(compiled(), {"memo": 0.8}),
    **{
        name: lambda name=name: getattr(sens, name)(compiled())
        for name in (
            "breakdown",
            "carriers",
            "coder_leads",
            "contamination_bounds",
            "dependence_sweep",
            "fewest_items_to_flip",
            "global_indices",
            "interval_bounds",
            "leave_each_out",
            "leave_one_out",
            "one_way",
            "power_scaling",
            "prior_needed",
            "prior_sweep",
            "recoding",
            "residual_sweep",
            "search_bias",
            "tipping_points",
        )
    },
}


def contents(result, *, known=()):
    """One line for each variable that is not known: name, dimensions, kind of its values, units, long name; attributes."""
    whole = result.to_dataset(name=result.name or "values") if isinstance(result, xr.DataArray) else result
    lines = []
    names = sorted(map(str, whole.variables))
    # what is coded about attempts repeats all the rest under names of its own
    for name in [each for each in names if not (each.startswith("attempt_") and each[8:] in names)]:
        each = whole[name]
        said = [f"{key} {each.attrs[key]}" for key in ("units", "long_name") if key in each.attrs]
        lines.append("; ".join([f"{name} ({', '.join(map(str, each.dims))}) {each.dtype.kind}", *said]))
    return [*(line for line in lines if line not in known), *attributes(whole)]


#: attributes that tell the set, or one run, from another
OWN = ("digest", "content")


def attributes(whole):
    """One line for all that the result, or an array of it, says of itself beside units."""
    every = [*(each.attrs for each in whole.data_vars.values()), whole.attrs]
    said = {
        key: value for attrs in every for key, value in attrs.items() if key not in ("units", "long_name")
    }
    words = [key if key in OWN else f"{key}={value}" for key, value in sorted(said.items())]
    return [f"attributes {'; '.join(words)}"] if words else []


def promised():
    """The lines of the record, by result."""
    blocks = Path(__file__).with_name("golden").joinpath("contract.txt").read_text("utf-8").split("\n\n")
    return {head: lines for head, *lines in (block.strip().split("\n") for block in blocks)}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_holds_what_is_promised(name):
    known = () if name == "compile_evidence" else promised()["compile_evidence"]
    assert contents(RESULTS[name](), known=known) == promised()[name]


def test_every_promise_is_looked_at():
    assert list(promised()) == list(RESULTS)
