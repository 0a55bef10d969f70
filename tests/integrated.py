"""Wide ranges, a grid to integrate them by, and a set with one event that rests on them."""

from __future__ import annotations

import numpy as np

from tests import build
from tests.synthetic import Z_90

WIDE, LOW = {"low": 0.2, "best": 0.6, "high": 0.9}, {"low": 0.02, "best": 0.05, "high": 0.3}
RATED = [{"id": s, "type": "document", "reliability": {"hit": WIDE, "false_report": LOW}} for s in "st"]
EVENT = {"id": "v", "label": "v", "episodes": ["e1"], "codings": [{"values": {"A": 0.8, "B": 0.2}}]}


def at(value, z):
    """A stated probability at a standard normal deviate."""
    if not isinstance(value, dict):
        return np.full_like(z, value)
    low, m, high = (np.log(value[end] / (1 - value[end])) for end in ("low", "best", "high"))
    return 1 / (1 + np.exp(-(m + np.where(z < 0, m - low, high - m) / Z_90 * z)))


def nodes(n=1500):
    """The middle of n even cells on either side of zero, and the normal probability of each."""
    z = (np.arange(-n, n) + 0.5) * 8 / n
    weight = np.exp(-0.5 * z**2)
    return z, weight / weight.sum()


def report(source, **more):
    """What an uncertain source says of the event."""
    return build.report(f"by_{source}", source, event="v", **{"says": "yes", **more})


def with_event(*items, **more):
    """A set with the event and these items."""
    return build.make(
        [], cases=[build.case("case", {"e1": items}, events=[{**EVENT, **more}])], sources=RATED
    )
