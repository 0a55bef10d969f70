"""A scenario that stands in a file of its own, such as a referee sends: read, and put to a set."""

from __future__ import annotations

from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet, Scenario
from bayes_trace.files.nodes import read_document
from bayes_trace.files.texts import UnreadableTextError, read_text
from bayes_trace.files.validation import validate
from bayes_trace.scenarios.copying import copy_set

__all__ = ["is_scenario_file", "with_scenario_file"]


def is_scenario_file(name: str) -> bool:
    """Whether a name is that of a file, and not of a scenario of the set.

    Examples
    --------
    >>> is_scenario_file("second_referee.yaml"), is_scenario_file("source_criticised")
    (True, False)
    """
    return Path(name).suffix.lower() in (".yaml", ".yml")


def with_scenario_file(evidence_set: EvidenceSet, path: Path | str) -> tuple[EvidenceSet, str]:
    r"""The set with one scenario more, and its name: that of the file.

    Raises
    ------
    EvidenceSetError
        If the file cannot be read, is no scenario, or is named as a scenario of the set that says something else.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> view = Path(tempfile.mkdtemp()) / "doubt.yaml"
    >>> _ = view.write_text("label: Doubt\ndrop: [memo]\n")
    >>> es, name = with_scenario_file(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), view)
    >>> name, es.scenarios[name].label
    ('doubt', 'Doubt')
    """
    file = Path(path)
    scenario = _read(file)
    known = evidence_set.scenarios.get(file.stem)
    if known is not None and known != scenario:
        message = f"the set has a scenario {file.stem} of its own, which says something else; rename the file"
        raise EvidenceSetError(file.as_posix(), [Problem((), message)])
    return copy_set(evidence_set, {"scenarios": {**evidence_set.scenarios, file.stem: scenario}}), file.stem


def _read(file: Path) -> Scenario:
    try:
        document = read_document(read_text(file), file.name)
    except (UnreadableTextError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise EvidenceSetError(file.as_posix(), [Problem((), f"cannot be read: {why}")]) from None
    scenario = None if document.problems else validate(Scenario, document.value, document)
    if scenario is None or document.problems:
        raise EvidenceSetError(file.as_posix(), document.problems)
    return scenario
