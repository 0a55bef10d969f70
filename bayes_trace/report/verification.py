"""Whether a report still says what its set says: everything is computed anew, and differences are told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from bayes_trace.evidence import EvidenceSet, changed_parts
from bayes_trace.report.earlier import Kept, Results, digest_of, read_manifest
from bayes_trace.report.gather import gather
from bayes_trace.report.manifest import results
from bayes_trace.scenarios import apply_scenario

__all__ = ["differences"]

#: probabilities further apart than this differ; processors and libraries move the last digits
NEAR = 1e-9


def differences(folder: str | Path, evidence_set: EvidenceSet) -> Iterator[str]:
    """What a report and its evidence set say differently, one sentence each.

    Parameters
    ----------
    folder
        As `write_report` wrote it.
    evidence_set
        Without the scenarios of the report, which are applied anew.

    Returns
    -------
    Files that were changed after they were written, parts of the set that have changed, probabilities
    that come out otherwise; nothing where all is equal.

    Raises
    ------
    BayesTraceError
        If the folder holds no report.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> folder = tempfile.mkdtemp()
    >>> _ = bt.report.write_report(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), folder)
    >>> list(differences(folder, bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    []
    >>> for each in differences(folder, bt.from_table({"memo": {"A": 0.8, "B": 0.4}})):
    ...     print(each)
    the set has changed: item memo
    episode, base, author, A: now 0.666667, in the report 0.8
    episode, base, author, B: now 0.333333, in the report 0.2
    """
    kept = read_manifest(Path(folder))
    return _differences(Path(folder), kept, evidence_set)


def _differences(folder: Path, kept: Kept, evidence_set: EvidenceSet) -> Iterator[str]:
    if kept.unfinished:
        yield "the run that was to write the report did not come to its end; write it anew"
    for name, digest in kept.sha256.items():
        if Path(name).name != name or not (folder / name).is_file():
            yield f"{name}: the file is missing"
        elif digest_of(folder / name) != digest:
            yield f"{name}: the file was changed after it was written"
    if "results" not in kept.model_fields_set:
        yield "the manifest keeps no results; write the report anew"
    es = apply_scenario(evidence_set, *kept.applied)
    if changed := changed_parts(kept.content, es.content):
        yield f"the set has changed: {', '.join(changed)}"
    gathered = gather(es, coder=kept.coder, detail="brief")
    yield from _numbers(kept.results, results(gathered))


def _numbers(before: Results, now: Results) -> Iterator[str]:
    old, new = _flat(before), _flat(now)
    for where in {**new, **old}:
        there, here = old.get(where), new.get(where)
        if here is None or there is None:
            yield f"{', '.join(where)}: {'not in the report' if there is None else 'no longer there'}"
        elif not math.isclose(here, there, rel_tol=0, abs_tol=NEAR):
            yield f"{', '.join(where)}: now {here:.6g}, in the report {there:.6g}"


def _flat(table: Results) -> dict[tuple[str, str, str, str], float]:
    return {
        (episode, setting, reader, hypothesis): p
        for episode, by_setting in table.items()
        for setting, by_reader in by_setting.items()
        for reader, by_hypothesis in by_reader.items()
        for hypothesis, p in by_hypothesis.items()
    }
