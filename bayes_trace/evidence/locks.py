"""Codings held fast: what each said when it was locked, and what was changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.evidence.records import Lock
from bayes_trace.guards import guarded

if TYPE_CHECKING:
    from bayes_trace.evidence.records import Event, Item
    from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["changed_codings", "lock_codings", "lock_in_words"]

#: words for people, which may be bettered after a lock
_WORDS = {"reason", "cell_reasons", "coded_on", "coded_by"}
DIGITS = 16
#: changes of one lock to name
SHOWN = 5


@guarded
def lock_codings(
    evidence_set: EvidenceSet, *, coder: str | None = None, locked_on: str | None = None
) -> Lock:
    """What one coder has said of every item and event, as digests, to be kept in ``locked`` of the set file.

    A lock covers likelihoods, ranges, units, readings, clusters and conditions of the codings, not the words
    of their reasons, and not whether an item has been found: a design may be locked before its archive is
    opened.

    Parameters
    ----------
    evidence_set
        As from `read_evidence_set`.
    coder
        Whose codings; by default those of the base coder.
    locked_on
        The day, as it is to be written.

    Returns
    -------
    The record, with a digest for every item or event that the coder has coded.

    Raises
    ------
    UnknownNameError
        If there is no such coder.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> held = bt.lock_codings(es)
    >>> changed = bt.from_table({"memo": {"A": 0.9, "B": 0.2}})
    >>> bt.lock_codings(changed).codings == held.codings
    False
    """
    name = coder or evidence_set.base_coder
    if name not in evidence_set.coder_ids:
        raise UnknownNameError("coder", name, evidence_set.coder_ids)
    own = {
        each.id: digest
        for each in evidence_set.coded.values()
        if (digest := _digest(evidence_set, each, name))
    }
    try:
        return Lock(coder=name, locked_on=locked_on, codings=own)
    except ValidationError as error:
        message = f"locked_on={locked_on!r}: expected a day, YYYY-MM-DD"
        raise BayesTraceError(message) from error


def changed_codings(evidence_set: EvidenceSet, lock: Lock) -> Iterator[tuple[str, str]]:
    """Items and events whose codings are not as they were locked, with what became of each."""
    now = lock_codings(evidence_set, coder=lock.coder).codings
    for name, digest in lock.codings.items():
        if name not in now:
            yield name, "is gone"
        elif not now[name].startswith(digest) and not digest.startswith(now[name]):
            yield name, "was changed"
    for name in now.keys() - lock.codings.keys():
        yield name, "was added"


def lock_in_words(evidence_set: EvidenceSet, lock: Lock) -> str:
    """Whose codings were locked, when, and what became of them.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> lock_in_words(es, bt.lock_codings(es, locked_on="2026-03-01"))
    '1 coding of author was locked on 2026-03-01; none was changed since'
    """
    count, changes = len(lock.codings), sorted(changed_codings(evidence_set, lock))
    said = ", ".join(f"{name} {what}" for name, what in changes[:SHOWN])
    more = f" and {len(changes) - SHOWN} more" if len(changes) > SHOWN else ""
    held = f"{count} coding{'' if count == 1 else 's'} of {lock.coder or evidence_set.base_coder}"
    day = f" on {lock.locked_on}" if lock.locked_on else ""
    then = f"since then {said}{more}" if changes else "none was changed since"
    return f"{held} {'was' if count == 1 else 'were'} locked{day}; {then}"


def _digest(es: EvidenceSet, coded: Item | Event, coder: str) -> str:
    """Digest of a coder's judgement of one item or event; empty where there is none."""
    said = [
        coding.model_dump(mode="json", exclude_defaults=True, exclude={*_WORDS, "coder"})
        for coding in coded.codings
        if (coding.coder or es.base_coder) == coder
    ]
    if not said:
        return ""
    whole = sorted(json.dumps(each, sort_keys=True, ensure_ascii=False) for each in said)
    return hashlib.sha256("\n".join([*whole, *coded.given]).encode()).hexdigest()[:DIGITS]
