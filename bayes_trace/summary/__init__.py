"""Draws as tables, and answers as verdicts. Names are loaded when first used: verdicts need no ArviZ."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_HOME = {
    "power_sensitivity": "sensitivity",
    "summarise": "episodes",
    "summarise_attempts": "attempts",
    "summarise_coefficients": "coefficients",
}

__all__ = ["power_sensitivity", "summarise", "summarise_attempts", "summarise_coefficients"]

if TYPE_CHECKING:
    from bayes_trace.summary.attempts import summarise_attempts
    from bayes_trace.summary.coefficients import summarise_coefficients
    from bayes_trace.summary.episodes import summarise
    from bayes_trace.summary.sensitivity import power_sensitivity


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(f"bayes_trace.summary.{_HOME[name]}"), name)
    message = f"module 'bayes_trace.summary' has no attribute {name!r}"
    raise AttributeError(message)
