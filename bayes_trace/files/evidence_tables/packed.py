"""What an Arrow file takes when it is unpacked, read from its headers alone: a few bytes may promise gigabytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["unpacked_sizes"]

_MAGIC = b"ARROW1\0\0"
#: places of fields in Arrow's Message.fbs
_HEADER, _DATA, _BUFFERS, _COMPRESSION = 2, 1, 2, 3


def unpacked_sizes(path: Path) -> Iterator[int]:
    """Bytes of each batch of rows, and of each dictionary, as its buffers declare them.

    Nothing is unpacked: pyarrow takes a batch as a whole, and then it is too late.

    Examples
    --------
    >>> import tempfile, pyarrow as pa, pyarrow.feather
    >>> path = Path(tempfile.mkdtemp()) / "a.arrow"
    >>> pyarrow.feather.write_feather(pa.table({"best": [0.5] * 4000}), path, compression="zstd")
    >>> sum(unpacked_sizes(path)), path.stat().st_size < 2000
    (32000, True)
    """
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return
        for message in pa.ipc.MessageReader.open_stream(file):
            if message.type in ("record batch", "dictionary"):
                try:
                    yield _unpacked(message)
                except struct.error:
                    fault = f"the header of a {message.type} is broken"
                    raise pa.ArrowInvalid(fault) from None


def _unpacked(message: Any) -> int:  # noqa: ANN401 - pyarrow's
    """Bytes of the buffers of one message; each packed one begins with how long it is unpacked."""
    batch = _Table.root(memoryview(message.metadata)).table(_HEADER)
    if message.type == "dictionary":
        batch = batch.table(_DATA)
    body = memoryview(message.body)
    if not batch.has(_COMPRESSION):
        return len(body)
    sizes = 0
    for offset, length in batch.pairs(_BUFFERS):
        (size,) = struct.unpack_from("<q", body, offset) if length else (0,)
        sizes += length if size < 0 else size  # -1: left as it was
    return sizes


@dataclass(frozen=True)
class _Table:
    """A table of a flatbuffer: fields found by their numbers."""

    content: memoryview
    at: int

    @classmethod
    def root(cls, content: memoryview) -> _Table:
        return cls(content, *struct.unpack_from("<I", content))

    def _field(self, number: int) -> int:
        """Where a field stands; 0 where it is left out."""
        (back,) = struct.unpack_from("<i", self.content, self.at)
        (size,) = struct.unpack_from("<H", self.content, self.at - back)
        place = 4 + 2 * number
        if place >= size:
            return 0
        (offset,) = struct.unpack_from("<H", self.content, self.at - back + place)
        return self.at + int(offset) if offset else 0

    def has(self, number: int) -> bool:
        return self._field(number) != 0

    def _target(self, number: int) -> int:
        at = self._field(number)
        return at + int(struct.unpack_from("<I", self.content, at)[0])

    def table(self, number: int) -> _Table:
        return _Table(self.content, self._target(number))

    def pairs(self, number: int) -> Iterator[tuple[int, int]]:
        """A vector of pairs of long numbers."""
        if not self.has(number):
            return
        at = self._target(number)
        (count,) = struct.unpack_from("<I", self.content, at)
        for each in range(count):
            yield struct.unpack_from("<qq", self.content, at + 4 + 16 * each)
