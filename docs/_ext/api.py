"""Pages of the reference, from the package's public names."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from types import ModuleType
from typing import TypeAliasType

import bayes_trace as bt

__all__ = ["names", "pages"]

#: part of the package -> title of its page, in the order of use
TITLES = {
    "files": "Reading, writing and making evidence sets",
    "evidence": "The evidence set",
    "checks": "Checks",
    "scenarios": "Scenarios",
    "likelihood": "Compiling",
    "exact": "The exact update",
    "propagation": "Propagation",
    "blocks": "Evidence tables, block by block",
    "independent": "Many runs at once",
    "models": "Models",
    "sampling": "Sampling",
    "summary": "Summaries of draws",
    "sensitivity": "Sensitivity",
    "planning": "What to look for next",
    "simulation": "Simulation",
    "prediction": "Predicting what was found",
    "tally": "Counting items",
    "calibration": "Calibration and agreement",
    "causal": "Causal models",
    "scales": "Scales and words",
    "tables": "Tables",
    "plots": "Plots",
    "report": "Reports",
    "explore": "The living appendix",
    "analysis": "A whole analysis",
    "errors": "Errors",
}


def names() -> dict[str, list[str]]:
    """Public names by part of the package, as one writes them after ``import bayes_trace as bt``."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in bt.__all__:
        thing = getattr(bt, name)
        if isinstance(thing, ModuleType):
            found[name] += [f"{name}.{each}" for each in thing.__all__]
        elif name != "__version__":
            found[thing.__module__.split(".")[1]].append(name)
    return {part: found[part] for part in [*TITLES, *sorted(found.keys() - TITLES.keys())] if part in found}


def pages() -> dict[str, str]:
    """File name -> text of an index and of one page per part."""
    by_part = names()
    result = {f"api/{part}.rst": _page(part, list(found)) for part, found in by_part.items()}
    listed = "\n".join(f"   {part}" for part in by_part)
    lines = "\n".join(_listed(part, found) for part, found in by_part.items())
    result["api/index.rst"] = (
        "API\n===\n\n"
        "Everything public, part by part. Every example was run.\n"
        "``import bayes_trace as bt`` is taken as done.\n\n"
        f".. toctree::\n   :hidden:\n   :maxdepth: 1\n\n{listed}\n\n{lines}"
    )
    return result


def _listed(part: str, found: list[str]) -> str:
    """The names of one part in the index, a line each."""
    head = f":doc:`{TITLES.get(part, part.capitalize())} <{part}>`"
    rows = [f"- :py:obj:`{name} <bayes_trace.{name}>`{_said(name)}" for name in found]
    return "\n".join([head, "", *rows, ""])


def _said(name: str) -> str:
    """The first sentence of a docstring, behind a colon."""
    thing = _thing(name)
    text = (inspect.getdoc(thing) or "") if callable(thing) else ""
    first = " ".join(text.split("\n\n")[0].split())
    return f": {first}" if first else ""


def _page(part: str, found: list[str]) -> str:
    title = TITLES.get(part, part.capitalize())
    said = inspect.getdoc(importlib.import_module(f"bayes_trace.{part}")) or ""
    parts = [
        title,
        "=" * len(title),
        "",
        said,
        "",
        f".. currentmodule:: {_home(found)}",
        "",
        ".. autosummary::",
        "   :nosignatures:",
        "",
        *(f"   {name.rsplit('.', 1)[-1]}" for name in found if callable(_thing(name))),
        "",
    ]
    for name in found:
        parts += _entry(name)
    return "\n".join(parts) + "\n"


def _home(found: list[str]) -> str:
    """The module that the names of a page stand in: one of its own, or the top of the package."""
    return f"bayes_trace.{found[0].rsplit('.', 1)[0]}" if "." in found[0] else "bayes_trace"


def _thing(name: str) -> object:
    thing: object = bt
    for step in name.split("."):
        thing = getattr(thing, step)
    return thing


def _entry(name: str) -> list[str]:
    thing = _thing(name)
    short = name.rsplit(".", 1)[-1]
    head = [short, "-" * len(short), ""]
    if isinstance(thing, TypeAliasType):  # its value may need names that only a type checker sees
        return [*head, f".. py:type:: {short}", ""]
    if inspect.isclass(thing):
        kind = "autoexception" if issubclass(thing, Exception) else "autoclass"
        return [*head, f".. {kind}:: {short}", "   :members:", "   :exclude-members: model_config", ""]
    if callable(thing):
        return [*head, f".. autofunction:: {short}", ""]
    return [*head, f".. autodata:: {short}", "   :no-value:", ""]
