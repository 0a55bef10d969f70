"""References in CSL JSON."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from bayes_trace.errors import Problem
from bayes_trace.evidence import Source
from bayes_trace.files.bibliography.references import Entry, refused, sources_of, text_of
from bayes_trace.files.nodes import TOO_DEEP, Document, as_written, is_too_deep, read_document, resolve_core
from bayes_trace.guards import guarded

__all__ = ["read_csl_json"]


@guarded
def read_csl_json(path: str | Path) -> tuple[Source, ...]:
    """Read references in CSL JSON (in Zotero: Export, CSL JSON).

    An id that is no single word, such as Zotero's web addresses, gives way to the entry's citation
    key or, without one, to author and year. Fields outside CSL are kept under ``custom``.

    Parameters
    ----------
    path
        A file with a list of references.

    Returns
    -------
    Sources in the order of the file.

    Raises
    ------
    EvidenceSetError
        With every problem of the file.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "zotero.json"
    >>> _ = file.write_text('[{"id": "http://zotero.org/1", "type": "book", "title": "Arms", '
    ...     '"author": [{"family": "Li"}], "issued": {"date-parts": [[1999]]}}]')
    >>> read_csl_json(file)[0].id
    'li1999'
    """
    path = Path(path)
    text = text_of(path)
    if is_too_deep(text):
        raise refused(path, Problem((), TOO_DEEP, path.name, 1))
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once, **_AS_WRITTEN)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        message = f"not JSON: {error}; export again as CSL JSON"
        raise refused(path, Problem((), message, path.name, line)) from None
    document = read_document(text, path.name)
    # YAML's lines serve JSON as well, where it reads the same
    same = not document.problems and document.value == data
    return sources_of(data, path, document if same else Document(path.name))


def _no_constant(name: str) -> object:
    message = f"{name} is no value in JSON"
    raise ValueError(message)


#: numbers as they stand in the file, since what they number is text
_AS_WRITTEN: dict[str, Any] = dict.fromkeys(
    ("parse_int", "parse_float"), lambda text: as_written(resolve_core(text), text)
)


def _once(pairs: list[tuple[str, object]]) -> Entry:
    """An object of JSON, of which the last of two equal keys would hide the first."""
    if twice := [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]:
        message = f"the key {twice[0]!r} occurs twice in one entry"
        raise ValueError(message)
    return dict(pairs)
