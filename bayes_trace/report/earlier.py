"""What an earlier run left in the folder of a report: replaced where it is ours, set aside where it is out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bayes_trace.errors import BayesTraceError
from bayes_trace.files.keeping import refuse_set, write_text
from bayes_trace.files.texts import read_text

__all__ = ["MANIFEST", "Kept", "begin", "claim", "digest_of", "read_manifest", "set_aside"]

MANIFEST = "manifest.json"
#: what may differ between two runs on the same inputs
_OF_THE_RUN = {"files", "sha256", "made", "set", "earlier", "unfinished"}

Results = dict[str, dict[str, dict[str, dict[str, float]]]]


class Kept(BaseModel):
    """A manifest as it was written: what was run, on what, and what came out."""

    model_config = ConfigDict(extra="allow", frozen=True)

    bayes_trace: str
    coder: str
    detail: str = "standard"
    applied: tuple[str, ...] = ()
    #: names of files, and the SHA-256 of each
    files: tuple[str, ...] = ()
    sha256: dict[str, str] = Field(default_factory=dict)
    #: short digests by part of the set
    content: dict[str, str] = Field(default_factory=dict)
    #: episode -> assumptions -> coder -> hypothesis -> probability
    results: Results = Field(default_factory=dict)
    #: where the set was, seen from the report
    set: str = ""
    #: the run that was to write it has not come to its end
    unfinished: bool = False


def read_manifest(folder: Path) -> Kept:
    """The manifest in the folder of a report.

    Raises
    ------
    BayesTraceError
        If there is none, or it is of something else.
    """
    path = folder / MANIFEST
    if not path.exists():
        message = f"{folder.as_posix()}: no {MANIFEST}; give the folder that `bayes-trace report` wrote"
        raise BayesTraceError(message)
    try:
        return Kept.model_validate(json.loads(read_text(path)))
    except (ValidationError, ValueError, RecursionError):
        message = f"{path.as_posix()}: not the manifest of a report; write the report anew"
    raise BayesTraceError(message)


def claim(home: Path, names: Iterable[str], *, overwrite: bool) -> None:
    """Refuse to replace what no earlier report wrote.

    Raises
    ------
    BayesTraceError
        For a file of someone else, and for a folder inside an evidence set.
    """
    refuse_set(home / MANIFEST)
    there = [name for name in (*names, MANIFEST) if (home / name).exists()]
    if not there or overwrite:
        return
    try:
        ours = {*read_manifest(home).files, MANIFEST}
    except BayesTraceError:
        ours = set()
    foreign = [name for name in there if name not in ours]
    if foreign:
        path = (home / foreign[0]).as_posix()
        message = f"{path} already exists and belongs to no earlier report; choose another folder, or pass --overwrite"
        raise BayesTraceError(message)


def begin(home: Path, names: Iterable[str], facts: Mapping[str, Any]) -> None:
    """Note what is about to be written: whoever is killed on the way leaves files that the next run knows for its own."""
    try:
        before = read_manifest(home).model_dump(mode="json")
    except BayesTraceError:
        before = dict(facts)
    files = list(dict.fromkeys([*before.get("files", ()), *names]))
    text = json.dumps({**before, "files": files, "unfinished": True}, indent=2, ensure_ascii=False)
    write_text(home / MANIFEST, text + "\n")


def set_aside(home: Path, written: Iterable[str], facts: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Formats of an earlier run that were not written now: those that still hold, and new names of the others."""
    try:
        before = read_manifest(home)
    except BayesTraceError:
        return [], []
    left = [name for name in before.files if name not in {*written, MANIFEST} and _is_here(home, name)]
    if _inputs(before.model_dump(mode="json")) == _inputs(Kept.model_validate(facts).model_dump(mode="json")):
        return left, []
    aside = [home / f"{Path(name).stem}.earlier{Path(name).suffix}" for name in left]
    for name, path in zip(left, aside, strict=True):
        (home / name).replace(path)
    return [], [path.name for path in aside]


def _is_here(home: Path, name: str) -> bool:
    return Path(name).name == name and (home / name).is_file()


def _inputs(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in _OF_THE_RUN}


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
