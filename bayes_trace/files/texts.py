"""Text of one file, within bounds: no device, no endless stream, no foreign encoding is read as if it were text."""

from __future__ import annotations

import stat
from pathlib import Path

__all__ = ["UnreadableTextError", "decode", "read_bytes", "read_text"]

#: bytes of one text file; the largest set so far has a fortieth of this
MOST_BYTES = 20_000_000
_UTF16, _UTF32 = (b"\xff\xfe", b"\xfe\xff"), (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
#: how gzip, zip, xz and bzip2 begin
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ", b"BZh")


class UnreadableTextError(ValueError):
    """A file that holds no text that can be read: what it is, and what to do."""


def read_text(path: Path) -> str:
    """The text of a file.

    Raises
    ------
    UnreadableTextError
        If it is no plain file, too large, not allowed to be read, or no UTF-8.
    """
    return decode(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a plain file of moderate size; anything else is refused before it is opened."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "Is a directory" if stat.S_ISDIR(status.st_mode) else "a pipe or a device, expected a file"
            raise UnreadableTextError(what)
        if status.st_size > MOST_BYTES:
            message = f"{status.st_size} bytes, expected at most {MOST_BYTES}; split the file"
            raise UnreadableTextError(message)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableTextError(error.strerror) from None


def decode(content: bytes) -> str:
    """Bytes as UTF-8 text.

    Examples
    --------
    >>> decode("memo".encode("utf-8-sig"))
    'memo'
    """
    if content.startswith(_PACKED):
        message = "a compressed file, expected text; unpack it"
        raise UnreadableTextError(message)
    if content[:4] in _UTF32:
        message = "UTF-32 text; save it as UTF-8"
        raise UnreadableTextError(message)
    # without a mark at its head, two or four bytes to a letter show in zeros
    if content[:2] in _UTF16 or b"\0" in content[:4]:
        message = "UTF-16 text; save it as UTF-8"
        raise UnreadableTextError(message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "not UTF-8 text; save it as UTF-8"
        raise UnreadableTextError(message) from None
