"""Files written whole or not at all; what was there is never lost, and no set is written over."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bayes_trace.errors import BayesTraceError, EvidenceSetError, FileError, Problem

__all__ = ["made", "named", "refuse_set", "whole", "write_bytes", "write_text"]

#: seconds after which an unfinished file is taken for left behind where processes cannot be asked
_LONG = 3600


@contextlib.contextmanager
def whole(path: Path, *, in_set: bool = False) -> Iterator[Path]:
    """A file, or a folder, to write that takes the place of `path` only when it is complete.

    What a run that was killed left unfinished is removed by the next one. A file inside an evidence set
    is refused unless `in_set`.

    Raises
    ------
    BayesTraceError
        If the file lies in an evidence set, or has no name.
    FileError
        With the name of the file that was asked for, if the system does not let it be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole(folder / "a.txt") as unfinished:
    ...     _ = unfinished.write_text("all of it")
    >>> [each.name for each in folder.iterdir()]
    ['a.txt']
    """
    if not in_set:
        refuse_set(path)
    if path.name in ("", ".."):
        message = f"{path.as_posix()}: the name of a file or of a new folder is missing"
        raise BayesTraceError(message)
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        made(path.parent)
        with named(path):
            _clear(path)
            yield unfinished
            unfinished.replace(path)
    finally:
        _remove(unfinished)


def made(folder: Path) -> None:
    """Make a folder, and those above it, where there is none.

    Raises
    ------
    FileError
        With its name, and what stands in its place if that is a file.

    Examples
    --------
    >>> import tempfile
    >>> made(Path(tempfile.mkdtemp()) / "a" / "b")
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        above = (each for each in (folder, *folder.parents) if each.exists() and not each.is_dir())
        at = next(above, folder)
        raise FileError(error.errno, "a file stands there, expected a folder", at.as_posix()) from error
    except OSError as error:
        raise FileError(error.errno, error.strerror, str(error.filename or folder)) from error


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Errors of the file system that name the file that was asked for, whatever it was that could not be written.

    Examples
    --------
    >>> with named(Path("a.txt")):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    bayes_trace.errors.FileError: a.txt: No space left on device
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        own = error.filename is None or _of_no_concern(Path(str(error.filename)), path)
        name = path.as_posix() if own else str(error.filename)
        raise FileError(error.errno, error.strerror or str(error), name) from error


def _of_no_concern(name: Path, path: Path) -> bool:
    """Whether a file is one that nobody asked for: an unfinished one, its folder, or what was needed on the way."""
    unfinished = any(".part" in each.name for each in (name, *name.parents))
    return unfinished or name == path.parent or Path(tempfile.gettempdir()) in name.parents


def _remove(unfinished: Path) -> None:
    with contextlib.suppress(OSError):
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)


def refuse_set(path: Path) -> None:
    """Refuse to write into an evidence set, which only the commands made for it change.

    Raises
    ------
    BayesTraceError
        If one of the folders above holds a ``set.yaml``.
    """
    for folder in path.resolve().parents:
        if (folder / "set.yaml").is_file():
            message = f"{path.as_posix()} lies in the evidence set {folder.name}, where no result goes; choose another place"
            raise BayesTraceError(message)


def _clear(path: Path) -> None:
    """Remove what runs that are no more left unfinished."""
    left = re.compile(rf"\.{re.escape(path.stem)}\.(\d+)\.part{re.escape(path.suffix)}")
    for each in path.parent.iterdir():
        found = left.fullmatch(each.name)
        if found and not _is_written(each, int(found[1])):
            _remove(each)


def _is_written(unfinished: Path, process: int) -> bool:
    """Whether the process that began a file is still there."""
    if os.name == "nt":  # a question would end it
        return time.time() - unfinished.stat().st_mtime < _LONG
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with whole(path) as file:
        file.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(
    content: bytes, path: Path, *, overwrite: bool = False, backup: bool = True, in_set: bool = False
) -> Path:
    """Write a file; one that is there is kept as ``.bak``, and only replaced when asked.

    Without `backup` the old one is not kept: for a text that holds it whole.

    Raises
    ------
    EvidenceSetError
        If the file is there and `overwrite` is false.

    Examples
    --------
    >>> import tempfile
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
    with whole(path, in_set=in_set) as new:
        new.write_bytes(content)
        if path.exists() and backup:
            shutil.copy2(path, _free_name(path))  # a copy, so that the file is there at every moment
    return path


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.bak" + (str(number) if number > 1 else ""))).exists():
        number += 1
    return name
