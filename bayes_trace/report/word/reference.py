"""The file that Pandoc takes the styles of a Word document from."""

from __future__ import annotations

import zipfile
from importlib import resources
from pathlib import Path

__all__ = ["write_reference"]

#: part of the file -> where it is kept beside this module
_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/styles.xml": "styles.xml",
    "word/footer1.xml": "footer.xml",
}
#: files in it carry no date of their own
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_reference(path: Path) -> Path:
    """Put the parts together, the same way every time.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_reference(Path(folder) / "reference.docx").name
    'reference.docx'
    """
    home = resources.files("bayes_trace.report.word")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as docx:
        for name, kept in _PARTS.items():
            docx.writestr(zipfile.ZipInfo(name, _EPOCH), home.joinpath(kept).read_text("utf-8"))
    return path
