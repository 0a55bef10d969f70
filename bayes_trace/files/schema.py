"""One JSON Schema for the files of an evidence set, for editors."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from pydantic import TypeAdapter

from bayes_trace.evidence import Case, Chronicle, Scenario, SetFile, Source
from bayes_trace.evidence.records import SHORT_FORM
from bayes_trace.evidence.sets import VERSION

__all__ = ["json_schema", "published_schema", "schema_text"]


#: where the schema of this version is published: named after its version, in every wheel
PUBLISHED = f"schemas/evidence-set-{VERSION}.json"


def published_schema() -> str:
    """The schema of this version as published, a file of the package.

    A test holds it against `json_schema`, so that no key comes or goes unseen.

    Examples
    --------
    >>> json.loads(published_schema())["$id"]
    'urn:bayes-trace:evidence-set:1'
    """
    return (resources.files("bayes_trace.files") / PUBLISHED).read_text(encoding="utf-8")


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``set.yaml``, a case, a scenario, ``sources.yaml`` and ``actors.yaml``.

    Returns
    -------
    A schema that any one of these files satisfies; each is under ``$defs`` as well
    (``SetFile``, ``Case``, ``Scenario``, ``Source``, ``Chronicle``).

    Examples
    --------
    >>> sorted(json_schema()["$defs"])[:3]
    ['Act', 'Actor', 'Attempt']
    """
    schema: dict[str, Any] = TypeAdapter(SetFile | Case | Scenario | list[Source] | Chronicle).json_schema()
    _allow_short_form(schema["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:bayes-trace:evidence-set:{VERSION}",
        "title": f"bayes_trace evidence set, version {VERSION}",
        **schema,
    }


def _allow_short_form(definitions: dict[str, Any]) -> None:
    """Let an item, an event or a change of one carry its only coding without a list."""
    coding = definitions["Coding"]["properties"]
    for record in ("Item", "Event"):
        properties = definitions[record]["properties"]
        properties["coding"] = coding["values"]
        properties.update({key: coding[key] for key in SHORT_FORM})
    change = definitions["Change"]["properties"]
    change["coding"] = {"anyOf": [coding["values"], change["coding"]]}
    change.update({key: coding[key] for key in SHORT_FORM if key != "reason"})


def schema_text() -> str:
    """`json_schema` as it is published; ``make schema`` writes it into the package."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
