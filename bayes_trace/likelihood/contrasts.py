"""Items that compare two episodes or cases: what they say of a condition, beside the evidence on episodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from bayes_trace.evidence import Coding, EvidenceSet, Item
from bayes_trace.evidence.coded import best_numbers
from bayes_trace.evidence.values import ATTEMPT, HOLDS

__all__ = ["with_contrasts"]

_SIDES = ("first", "second")


def with_contrasts(evidence: xr.Dataset, es: EvidenceSet) -> xr.Dataset:
    """The evidence with contrasts beside it, as the base coder judges them, or else the first who does.

    Returns
    -------
    The evidence with ``contrast_likelihood`` (contrast, alternative): P(item | the hypothesis is at work in the first
    member and not in the second), and otherwise; ``contrast_about`` (contrast, hypothesis), ``contrast_condition``
    (contrast, side, condition) as text, ``contrast_side`` and ``contrast_case`` (contrast, side). Without contrasts
    the evidence as it is.
    """
    compared = [item for item in es.items.values() if item.contrast] if es.abouts - {ATTEMPT} else []
    found = [(item, coding) for item in compared if (coding := _coding(es, item))]
    if not found:
        return evidence
    now = es.written_parts() | {name: (name,) for name in es.hypothesis_ids}
    sides = [[_side(es, name) for name in item.contrast] for item, _ in found]
    best = [best_numbers(es, coding, coding.values) for _, coding in found]
    about = [[name in now[str(coding.about)] for name in es.hypothesis_ids] for _, coding in found]
    text = [[[side.get(name, "") for name in es.conditions] for _, side in pair] for pair in sides]
    shape = (len(found), len(_SIDES), len(es.conditions))
    return evidence.assign_coords(
        contrast=[item.id for item, _ in found], alternative=list(HOLDS), side=list(_SIDES)
    ).assign(
        contrast_likelihood=(
            ("contrast", "alternative"),
            np.array([[each[name] for name in HOLDS] for each in best]),
        ),
        contrast_about=(("contrast", "hypothesis"), np.array(about)),
        contrast_condition=(("contrast", "side", "condition"), np.array(text, dtype=str).reshape(shape)),
        contrast_side=(("contrast", "side"), np.array([item.contrast for item, _ in found])),
        contrast_case=(("contrast", "side"), np.array([[c for c, _ in pair] for pair in sides])),
    )


def _coding(es: EvidenceSet, item: Item) -> Coding | None:
    order = {coder: number for number, coder in enumerate(es.coder_ids)}
    return min(item.codings, key=lambda coding: order[coding.coder or es.base_coder], default=None)


def _side(es: EvidenceSet, name: str) -> tuple[str, dict[str, Any]]:
    """Case and conditions, as text, of an episode or a case."""
    episode = es.episodes.get(name)
    case = es.case_of[name] if episode else next(case for case in es.cases if case.case == name)
    stated = {**case.conditions, **(episode.conditions if episode else {})}
    return case.case, {key: str(value) for key, value in stated.items()}
