"""What was found, as a table of episodes and places; needs no PyMC."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bayes_trace.likelihood.links import EVENT
from bayes_trace.models.layout import Layout

__all__ = ["NO_ENTRY", "entry_slots", "what_was_found"]

Index = npt.NDArray[np.int64]
#: in the table of what was found: the episode has fewer items than this place
NO_ENTRY = -1


def entry_slots(layout: Layout) -> Index:
    """Entry at each place of each episode, -1 where there is none; at least one place."""
    evidence = layout.evidence
    entries = np.flatnonzero(evidence["entry_role"].values != EVENT)
    episode = layout.episode_index[evidence["entry_link"].values[entries]]
    counts = np.bincount(episode, minlength=evidence.sizes["episode"])
    slots = np.full((counts.size, max(int(counts.max(initial=0)), 1)), NO_ENTRY, dtype=np.int64)
    for j in range(counts.size):
        slots[j, : counts[j]] = entries[episode == j]
    return slots


def what_was_found(layout: Layout, slots: Index) -> Index:
    """1 where the entry was found, 0 where a search did not find it, -1 where there is none."""
    present = np.append(~layout.evidence["absent"].values, False).astype(np.int64)
    return np.where(slots == NO_ENTRY, NO_ENTRY, present[slots])
