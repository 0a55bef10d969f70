"""Files written whole or not at all; what was there is never lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem

__all__ = ["write_bytes"]


def write_bytes(content: bytes, path: Path, *, overwrite: bool = False, backup: bool = True) -> Path:
    """Write a file; one that is there is kept as ``.bak``, and only replaced when asked.

    Without `backup` the old one is not kept: for a text that holds it whole.

    Raises
    ------
    EvidenceSetError
        If the file is there and `overwrite` is false.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_bytes(b"new", folder / "a.csv").read_bytes()
    b'new'
    """
    if path.exists() and not overwrite:
        message = (
            "already exists; choose another name or pass --overwrite (overwrite=True in Python); "
            "the old file is kept as .bak"
        )
        raise EvidenceSetError(path.as_posix(), [Problem((), message)])
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as temporary:
        new = Path(temporary) / path.name
        new.write_bytes(content)
        if path.exists() and backup:
            path.rename(_free_name(path))
        new.replace(path)
    return path


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.bak" + (str(number) if number > 1 else ""))).exists():
        number += 1
    return name
