"""A set's codings as one flat table, and what that leaves behind."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from bayes_trace.evidence import Coding, EvidenceSet, Item, Value
from bayes_trace.evidence.coded import verbal_terms
from bayes_trace.files.workbook.cells import Cell
from bayes_trace.files.workbook.flat_columns import FLAT
from bayes_trace.files.workbook.rows import dig

__all__ = ["flat_text", "not_in_csv"]

Plain = dict[str, Any]


def not_in_csv(evidence_set: EvidenceSet) -> list[str]:
    """What a set holds and a flat table of its codings does not.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> not_in_csv(bt.read_evidence_set("evidence_sets/chile_tax_reform_2005"))[-1]
    'labels, statements, sources and notes'
    """
    es = evidence_set
    reliable = sum(bool(source.reliability or source.grade) for source in es.sources)
    rows = {item.id for item, _, _, _ in es.coded_links()}
    silent = {episode for _, episode, _, _ in es.coded_links()}
    counted = {
        "source with a reliability (the answers will differ)": reliable,
        "item without codings": len(es.items.keys() - rows),
        "episode without codings": len(es.episodes.keys() - silent),
        "scenario": len(es.scenarios),
        "condition": len(es.conditions),
        "implication of the codebook": len(es.codebook),
    }
    lines = [f"{count} × {what}" for what, count in counted.items() if count]
    return [*lines, "labels, statements, sources and notes"]


def flat_text(es: EvidenceSet) -> str:
    """The table as CSV; columns in which nothing stands are left out."""
    rows = [_show(row) for row in _rows(es)]
    used = [
        column.heading
        for column in FLAT.columns
        if column.required or any(column.heading in row for row in rows)
    ]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, used, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _show(plain: Plain) -> dict[str, Cell]:
    row: dict[str, Cell] = {}
    for column in FLAT.columns:
        value = dig(plain, column.where)
        if value not in (None, [], ""):
            cell = column.kind.show(value)
            # a spreadsheet program would take it for a formula
            formula = isinstance(cell, str) and cell[:1] in ("=", "+", "@")
            row[column.heading] = f"json:{_quoted(cell)}" if formula else cell
    return row


def _quoted(text: Cell) -> str:
    return json.dumps(text)


def _rows(es: EvidenceSet) -> Iterator[Plain]:
    links = list(es.coded_links())
    coded = {item.id for item, _, _, _ in links}
    # the first coder of the table is the base coder
    for name in es.coder_ids:
        for item, episode, coding, coder in links:
            if coder == name:
                about = {**_item(item, coding, coded), **_episode(es, episode), "coder": coder}
                for cell in _cells(es, item, coding, episode):
                    yield {**about, **cell}
                    about.pop("reason", None)


def _item(item: Item, coding: Coding, coded: set[str]) -> Plain:
    keys = {"date", "found", "decisive", "reading", "paraphrase"}
    plain = item.model_dump(mode="json", exclude_defaults=True, include=keys)
    given = [name for name in dict.fromkeys((*item.given, *coding.given)) if name in coded]
    return {**plain, "item": item.id, "given": given, "reason": coding.reason}


def _episode(es: EvidenceSet, name: str) -> Plain:
    episode = es.episodes[name]
    granted = {} if episode.granted == "unknown" else {"granted": episode.granted}
    return {"episode": name, "case": es.case_of[name].case, "outcome": episode.outcome, **granted}


def _cells(es: EvidenceSet, item: Item, coding: Coding, episode: str) -> Iterator[Plain]:
    shares = next((reading.options for reading in es.readings if reading.id == item.reading), {})
    prior = es.prior(episode)
    unit, terms = _unit(es, coding)
    shared = {**_ratio(coding), **_cluster(es, item, coding), "unit": unit}
    for option, values in coding.options.items():
        chosen = {"option": option, "option_probability": shares.get(option)} if option else {}
        for hypothesis in es.hypothesis_ids:
            if hypothesis not in values and hypothesis != coding.reference:
                continue  # a compound that has the mean of its parts
            yield {
                **shared,
                **chosen,
                "hypothesis": hypothesis,
                "prior": prior[hypothesis],
                "value": _value(values.get(hypothesis, Value(best=coding.form.neutral)), terms),
                "cell_reason": coding.cell_reasons.get(hypothesis),
                "detection": _plain(item.detection_by_hypothesis.get(hypothesis) or item.detection),
            }


def _unit(es: EvidenceSet, coding: Coding) -> tuple[str, dict[str, Value]]:
    """A project's own words are written as the probabilities that they stand for."""
    own = coding.form.words and coding.scale not in (None, "ipcc")
    terms = verbal_terms(es, coding.scale) if own else None
    return ("probability", terms) if terms else (coding.unit, {})


def _value(value: Value, terms: dict[str, Value]) -> Any:  # noqa: ANN401 - plain value
    return _plain(terms.get(str(value.best), value))


def _plain(value: Value | None) -> Any:  # noqa: ANN401 - a number, a term or a mapping
    return value.model_dump(mode="json") if value else None


def _ratio(coding: Coding) -> Plain:
    if not coding.form.ratio:
        return {}
    return {"reference": coding.reference, "reference_probability": _plain(coding.reference_probability)}


def _cluster(es: EvidenceSet, item: Item, coding: Coding) -> Plain:
    name = coding.cluster or item.cluster
    found = next((cluster for cluster in es.clusters if cluster.id == name), None)
    return {"cluster": found.id, "correlation": _plain(found.correlation)} if found else {}
