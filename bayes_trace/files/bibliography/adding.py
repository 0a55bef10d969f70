"""References into the sources of an evidence set, below what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet, Source, list_problems
from bayes_trace.files.folder import read_evidence_set
from bayes_trace.files.keeping import write_bytes
from bayes_trace.files.nodes import read_document
from bayes_trace.files.texts import read_text
from bayes_trace.files.writing import to_yaml
from bayes_trace.guards import guarded

__all__ = ["add_sources"]


@guarded
def add_sources(folder: str | Path, sources: Iterable[Source], *, overwrite: bool = False) -> tuple[str, ...]:
    """Add sources to the ``sources.yaml`` of an evidence set.

    The existing text is left as it is, comments included; a source that is already there is skipped.

    Parameters
    ----------
    folder
        Of a sound evidence set.
    sources
        As from `read_csl_json` or `read_bibtex`.
    overwrite
        Replace sources of the same id that say something else. Their reliability and grade stay.
        The file is written anew, and the old one kept as ``sources.yaml.bak``.

    Returns
    -------
    Ids of the sources added or replaced.

    Raises
    ------
    EvidenceSetError
        If the set has problems, or has other sources of the same ids and `overwrite` is false.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> folder = bt.write_template(tempfile.mkdtemp())
    >>> add_sources(folder, [Source(id="li1999", type="book", title="Arms")])
    ('li1999',)
    """
    folder = Path(folder)
    es = read_evidence_set(folder)
    old = {source.id: source for source in es.sources}
    given = {source.id: source for source in sources}
    new = [source for name, source in given.items() if name not in old]
    other = {name: each for name, each in given.items() if name in old and each.csl != old[name].csl}
    if other and not overwrite:
        message = (
            "the set has a different source with this id; rename one of them, "
            "or pass --overwrite (overwrite=True in Python)"
        )
        problems = [Problem((name,), message, "sources.yaml") for name in other]
        raise EvidenceSetError(folder.as_posix(), problems)
    path = folder / "sources.yaml"
    kept = [_replaced(source, other.get(name)) for name, source in old.items()]
    _refuse_unsound(es, [*kept, *new], folder)
    if other:
        write_bytes(_yaml([*kept, *new]).encode(), path, overwrite=True, in_set=True)
    elif new:
        _append(path, list(old.values()), new)
    return tuple(source.id for source in (*other.values(), *new))


def _refuse_unsound(es: EvidenceSet, sources: Sequence[Source], folder: Path) -> None:
    """Write nothing that the set could not be read with."""
    before = set(list_problems(es))
    after = list_problems(es.model_copy(update={"sources": tuple(sources)}))
    if problems := [problem for problem in after if problem not in before]:
        raise EvidenceSetError(folder.as_posix(), problems)


def _replaced(old: Source, new: Source | None) -> Source:
    return new.model_copy(update={"reliability": old.reliability, "grade": old.grade}) if new else old


def _yaml(sources: Sequence[Source]) -> str:
    return to_yaml([source.model_dump(mode="json", exclude_defaults=True) for source in sources])


def _append(path: Path, old: Sequence[Source], new: Sequence[Source]) -> None:
    """Put new entries below the old text; a list in brackets is written anew instead."""
    text = read_text(path) if path.exists() else ""
    indent = re.search(r"^( *)- ", text, re.MULTILINE)
    lines = _yaml(new).splitlines()
    added = "".join(f"{indent[1] if indent else ''}{line}".rstrip() + "\n" for line in lines)
    whole = f"{text.rstrip()}\n\n{added}" if text.strip() else added
    document = read_document(whole, path.name)
    names = [entry.get("id") for entry in document.value] if isinstance(document.value, list) else []
    if not document.problems and names == [source.id for source in (*old, *new)]:
        write_bytes(whole.encode(), path, overwrite=True, backup=False, in_set=True)
    else:
        write_bytes(_yaml([*old, *new]).encode(), path, overwrite=True, in_set=True)
