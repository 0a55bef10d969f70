"""Writing an evidence set back to a folder: nothing is lost, on the page or on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import Case, Coding, Event, EvidenceSet, Item, SetFile
from bayes_trace.evidence.records import SHORT_FORM
from bayes_trace.files.keeping import whole
from bayes_trace.files.nodes import resolve_core
from bayes_trace.files.table import write_table
from bayes_trace.guards import guarded

__all__ = ["refuse_faulty", "to_yaml", "write_evidence_set", "write_files"]


@guarded
def write_evidence_set(evidence_set: EvidenceSet, folder: str | Path, *, overwrite: bool = False) -> Path:
    """Write a set so that reading it gives the same set again.

    Parameters
    ----------
    evidence_set
        Any set; one made by scenarios is written as it stands, with their names.
    folder
        Where to; made if it is not there.
    overwrite
        Replace a folder that holds files. The old folder is kept beside it as ``<folder>.bak``.

    Returns
    -------
    The folder.

    Raises
    ------
    EvidenceSetError
        If the folder holds files and `overwrite` is false, or a scenario of the set could not be read.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> folder = write_evidence_set(es, tempfile.mkdtemp())
    >>> bt.read_evidence_set(folder) == es
    True
    """
    refuse_faulty(evidence_set, evidence_set.id)
    return write_files(_files(evidence_set), Path(folder), overwrite=overwrite)


def write_files(files: dict[str, str], folder: Path, *, overwrite: bool = False) -> Path:
    """Put texts under a folder, all or none."""
    occupied = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if occupied and not overwrite:
        message = (
            "already contains files; choose another folder or pass --overwrite (overwrite=True in Python); "
            "the old one is kept as .bak"
        )
        raise EvidenceSetError(folder.as_posix(), [Problem((), message)])
    if folder.resolve() == Path.cwd():
        message = "the folder that you are in, which is replaced as a whole; name a new one"
        raise EvidenceSetError(folder.as_posix(), [Problem((), message)])
    with whole(folder) as new:
        for name, text in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(text, encoding="utf-8", newline="\n")
        if occupied:
            folder.rename(_free_name(folder))
        elif folder.exists():
            folder.rmdir()
    return folder


def _free_name(folder: Path) -> Path:
    for number in range(1, 10_000):
        name = folder.with_name(f"{folder.name}.bak" + (f"{number}" if number > 1 else ""))
        if not name.exists():
            return name
    message = "too many backups beside it; remove some"
    raise EvidenceSetError(folder.as_posix(), [Problem((), message)])


def refuse_faulty(es: EvidenceSet, name: str) -> None:
    """A scenario that could not be read cannot be written either."""
    if faults := [fault for scenario in es.scenarios.values() for fault in scenario.faults]:
        raise EvidenceSetError(name, faults)


def _files(es: EvidenceSet) -> dict[str, str]:
    head = _plain(es, include=set(SetFile.model_fields))
    for coder in head["coders"]:
        coder.pop("header", None)
    files = {"set.yaml": to_yaml(head)}
    names = [case.case for case in es.cases]
    numbered = not es.case_order and names != sorted(names)  # files are read in the order of their names
    for number, case in enumerate(es.cases):
        stem = f"{number:03d}_{case.case}" if numbered else case.case
        files[f"cases/{stem}.yaml"] = to_yaml(_case(es, case))
    if chronicle := _plain(es.chronicle):
        files["actors.yaml"] = to_yaml(chronicle)
    if es.sources:
        files["sources.yaml"] = to_yaml([_plain(source) for source in es.sources])
    for name, scenario in es.scenarios.items():
        files[f"scenarios/{name}.yaml"] = to_yaml(_plain(scenario))
    for coder in es.coders:
        rows = [
            (item.id, coding)
            for item in es.coded.values()
            for coding in item.codings
            if _tabular(es, coding, coder.id)
        ]
        if rows or coder.header:
            files[f"codings/{coder.id}.csv"] = write_table(coder.header, rows, coder)
    return files


def _plain(record: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - any record
    dumped: dict[str, Any] = record.model_dump(mode="json", exclude_defaults=True, **options)
    return dumped


def _tabular(es: EvidenceSet, coding: Coding, coder: str) -> bool:
    """Whether a coding fits a row of the coder's CSV."""
    if coding.coder != coder or coder == es.base_coder:
        return False
    declared = next(each for each in es.coders if each.id == coder)
    single = len(coding.episodes) <= 1
    more = (coding.readings, coding.cluster, coding.given, coding.reference_probability)
    plain = single and not any((*more, coding.coded_on, coding.coded_by))
    return (
        plain
        and _notes_fit(coding)
        and coding.reference == declared.reference
        and coding.scale == declared.scale
    )


def _notes_fit(coding: Coding) -> bool:
    """Whether the reasons survive as one note per row, the first of which is the coding's."""
    notes = (coding.reason, *coding.cell_reasons.values())
    first = next(iter(coding.values), "")
    ordered = bool(coding.reason or not coding.cell_reasons) and first not in coding.cell_reasons
    return ordered and all(note == note.strip() and "\r" not in note for note in notes)


def _case(es: EvidenceSet, case: Case) -> dict[str, Any]:
    plain = _plain(case)
    plain["events"] = [_coded(es, event) for event in case.events]
    plain["items"] = [_coded(es, item) for item in case.items]
    return {key: value for key, value in plain.items() if value not in ([], ())}


def _coded(es: EvidenceSet, item: Item | Event) -> dict[str, Any]:
    kept = [
        coding
        for coding in item.codings
        if not (coding.coder and coding.coder != es.base_coder and _tabular(es, coding, coding.coder))
    ]
    plain = _plain(item)
    plain.pop("codings", None)
    if not kept:
        return plain
    codings = [_plain(coding) for coding in kept]
    if len(codings) == 1 and set(codings[0]) <= {"values", *SHORT_FORM} and codings[0].get("values"):
        short = codings[0]
        return {**plain, "coding": short.pop("values"), **short}
    return {**plain, "codings": codings}


class _Dumper(yaml.SafeDumper):
    """Block style, with the likelihoods of one hypothesis on one line."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML passes it
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # quoted where YAML 1.2 would read something else; 1.1 readers are served by the dumper itself
    style = None if isinstance(resolve_core(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _mapping(dumper: yaml.SafeDumper, data: dict[str, Any]) -> yaml.MappingNode:
    flow = bool(data) and set(data) <= {"low", "best", "high"}
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=flow or None)


_Dumper.add_representer(str, _string)
_Dumper.add_representer(dict, _mapping)


def to_yaml(data: object) -> str:
    """Plain values as YAML that says the same to readers of version 1.1 and 1.2."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return text
