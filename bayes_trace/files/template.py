"""A commented evidence set to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from bayes_trace.files.writing import write_files
from bayes_trace.guards import guarded

__all__ = ["write_template"]

_FILES = (
    "set.yaml",
    "sources.yaml",
    "cases/alder.yaml",
    "codings/second_reader.csv",
    "scenarios/letter_doubted.yaml",
    "scenarios/sceptic.yaml",
)


@guarded
def write_template(folder: str | Path) -> Path:
    """Write a small, commented evidence set that passes `check`.

    Parameters
    ----------
    folder
        A new or empty folder.

    Returns
    -------
    The folder.

    Raises
    ------
    EvidenceSetError
        If the folder holds files.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> folder = bt.write_template(tempfile.mkdtemp())
    >>> bt.check(bt.read_evidence_set(folder))
    []
    """
    home = resources.files("bayes_trace.files") / "template"
    return write_files({name: (home / name).read_text(encoding="utf-8") for name in _FILES}, Path(folder))
