"""What the shipped sets come to: the numbers that only a changed definition, or a changed set, may move.

`python -m tests.golden` writes them anew, and prints the seals that the changelog must hold: a number that moves is named
there, with the definition or the coding that moved it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
HOME = Path(__file__).parent / "golden"
#: digits that every machine gives alike
DIGITS = 9


def results(name):
    """P(hypothesis) by assumptions, coder, episode."""
    base = bt.read_evidence_set(SETS / name)
    named = {
        "base": base,
        **({"preferred": bt.apply_scenario(base, *base.preferred)} if base.preferred else {}),
    }
    return {label: _table(bt.update(bt.compile_evidence(es))) for label, es in named.items()}


def _table(posterior):
    probability = posterior["probability"]
    if "coder" not in probability.dims:
        probability = probability.expand_dims(coder=[posterior.attrs["base_coder"]])
    return {
        str(coder): {
            str(episode): {
                str(h): round(float(probability.sel(coder=coder, episode=episode, hypothesis=h)), DIGITS)
                for h in probability["hypothesis"].values
            }
            for episode in probability["episode"].values
            if not bool(probability.sel(coder=coder, episode=episode).isnull().any())
        }
        for coder in probability["coder"].values
    }


def names():
    """Sets that are shipped."""
    return sorted(each.parent.name for each in SETS.glob("*/set.yaml"))


def seal(name):
    """A short digest of what is held of a set, which the changelog names beside the reason."""
    text = (HOME / f"{name}.json").read_text("utf-8")
    return hashlib.sha256(text.encode()).hexdigest()[:8]


if __name__ == "__main__":
    HOME.mkdir(exist_ok=True)
    for each in names():
        text = json.dumps(results(each), indent=1, ensure_ascii=False)
        (HOME / f"{each}.json").write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"`{each}` {seal(each)}\n")
