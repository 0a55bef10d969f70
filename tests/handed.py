"""What public functions are handed: for each of them arguments that do, by the names of its parameters."""

from __future__ import annotations

import inspect

import matplotlib.pyplot as plt
import pandas as pd

import bayes_trace as bt
from bayes_trace.guards import KINDS
from tests.build import data, item, sound


def _public():
    for name in bt.__all__:
        value = getattr(bt, name)
        inside = {name: value}
        if inspect.ismodule(value):
            inside = {f"{name}.{each}": getattr(value, each) for each in value.__all__}
        yield from ((label, each) for label, each in inside.items() if inspect.isfunction(each))


FUNCTIONS = dict(_public())


def called(name, arguments):
    """Call a function with what its parameters are named for."""
    function = FUNCTIONS[name]
    by_position = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    kinds = {each.name: each.kind for each in inspect.signature(function).parameters.values()}
    first = [arguments[each] for each, kind in kinds.items() if kind in by_position and each in arguments]
    return function(
        *first, **{each: one for each, one in arguments.items() if kinds[each] not in by_position}
    )


def things():
    """A set that has what results are made of, by the names by which messages speak of them."""
    items = [
        item("memo", {"A": (0.6, 0.8, 0.9), "B": (0.1, 0.2, 0.4), "C": 0.3}, step="motive", date="1970"),
        item("note", {"A": 0.3, "B": 0.5, "C": 0.4}, cluster="k"),
        item("diary", {"A": 0.4, "B": 0.6, "C": 0.5}, cluster="k"),
        item("file", {"A": 0.9, "B": 0.3, "C": 0.5}, found="planned", cost=2),
    ]
    plain = data(items, hypotheses=("A", "B", "C"), clusters=[{"id": "k", "correlation": 0.3}])
    plain["hypotheses"][0]["steps"] = ["motive"]
    es = sound({**plain, "scenarios": {"doubt": {"label": "Doubt", "drop": ["note"]}}})
    evidence = bt.compile_evidence(es)
    known = {"bt": bt, "evidence_set": es, "evidence": evidence, "posterior": bt.update(evidence)}
    return {**known, "of": "A", "rival": "B", "episode": "e1", "first": [2, 3, 8], "second": [0.2, 0.5, 1.5]}


def made(things):
    """Results by the calls that messages advise."""
    return {kind: eval(kind.call.partition(" or ")[0], {}, things) for kind in set(KINDS.values())}


def good(things, made, home):
    """For a function, arguments that do."""
    from bayes_trace import causal

    model = causal.CausalModel("X -> Y")
    plain = {
        "of": "A",
        "against": "B",
        "episode": "e1",
        "conditions": ["record"],
        "truth": "A",
        "k": 2,
        "r": 1,
        "m": 5,
        "g": 0.5,
        "names": "doubt",
        "pairs": [("A", "B")],
        "likelihoods": {"memo": {"A": 0.8, "B": 0.2}},
        "folder": "folder",
        "path": "file.csv",
        "first": things["first"],
        "second": things["second"],
        "score": bt.calibration.cllr,
        "values": [[1.0, 2.0], [1.0, 3.0]],
        "evidence_set": things["evidence_set"],
        "model": model,
        "query": "Y[X=1] > Y[X=0]",
        "clues": {"X": 1},
        "clue": "X",
        "nodes": "X",
        "treated": 0.6,
        "untreated": 0.2,
        "ratios": {"memo@e1": 2.0},
        "probabilities": {"memo@e1": 0.4},
        "gathered": bt.report.gather(things["evidence_set"], detail="brief"),
        "mechanisms": ["x", "y"],
        "coder": "first",
        "supporting": 2,
        "opposing": 1,
        "bayes_factor": 3.0,
        "weight": 2.0,
        "coefficients": pd.DataFrame(),
        "summary": pd.DataFrame(),
        "value": 0.5,
        "function": bt.update,
        "work": {},
        "hypotheses": ["A", "B", "C"],
        "header": ["item", "dB"],
        "rows": [["memo", "+6.0"]],
        "out": "out",
        "plot": plt.figure(),
        **dict.fromkeys(("db", "log", "probability", "log_odds", "likelihood_ratio"), 0.5),
        "logs": [0.5],
        "axis": 0,
        "source": "probability",
        "target": "db",
        "given_first": 0.5,
        "given_second": 0.1,
    }
    file = home / "codings.parquet"
    bt.write_evidence_table(things["evidence_set"], file)
    plain["table"] = bt.open_evidence_table(file, hypotheses=things["evidence_set"])

    def arguments(name):
        function = FUNCTIONS[name]
        short, found = function.__name__, {}
        for each in inspect.signature(function).parameters.values():
            kind = KINDS.get(f"{short}.{each.name}") or KINDS.get(each.name)
            if kind and "xr." in each.annotation:
                found[each.name] = [made[kind]] if each.annotation.startswith("Sequence") else made[kind]
            elif each.default is inspect.Parameter.empty and each.kind is not each.VAR_POSITIONAL:
                found[each.name] = plain[each.name]
        return found

    return arguments
