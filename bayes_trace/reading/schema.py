"""One JSON Schema for the files of an evidence set, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from bayes_trace.evidence import Case, Scenario, SetFile, Source

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``set.yaml``, a case, a scenario and ``sources.yaml``.

    Returns
    -------
    A schema that any one of these files satisfies; each is under ``$defs`` as well
    (``SetFile``, ``Case``, ``Scenario``, ``Source``).

    Examples
    --------
    >>> sorted(json_schema()["$defs"])[:3]
    ['Case', 'Change', 'Cluster']
    """
    schema: dict[str, Any] = TypeAdapter(SetFile | Case | Scenario | list[Source]).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bayes_trace evidence set, version 1",
        **schema,
    }
