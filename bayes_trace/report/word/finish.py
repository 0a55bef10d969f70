"""What Pandoc leaves undone in a Word file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

__all__ = ["keep_rows_whole"]

_BODY = "word/document.xml"
_ROW = re.compile(r"<w:tr>(?:<w:trPr>(.*?)</w:trPr>)?")


def keep_rows_whole(path: Path) -> None:
    """Let no row of a table break over two pages.

    Parameters
    ----------
    path
        Of the Word file, which is written anew.
    """
    with zipfile.ZipFile(path) as docx:
        parts = {entry: docx.read(entry) for entry in docx.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as docx:
        for entry, content in parts.items():
            docx.writestr(entry, _whole(content) if entry.filename == _BODY else content)


def _whole(content: bytes) -> bytes:
    text = content.decode("utf-8")
    return _ROW.sub(r"<w:tr><w:trPr><w:cantSplit/>\1</w:trPr>", text).encode("utf-8")
