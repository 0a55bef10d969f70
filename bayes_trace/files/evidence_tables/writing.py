"""An evidence set as an evidence table: one row for each item, episode, coder, option and hypothesis."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence import Coding, Event, EvidenceSet, Item, Value
from bayes_trace.evidence.coded import term_in, verbal_terms
from bayes_trace.files.evidence_tables.columns import COLUMNS
from bayes_trace.files.evidence_tables.parts import FORMATS
from bayes_trace.files.evidence_tables.sorting import ROWS_OF_A_GROUP, in_order, write_groups
from bayes_trace.files.keeping import write_bytes
from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["not_in_table", "schema", "write_evidence_table"]

Row = dict[str, Any]


@guarded
def write_evidence_table(
    evidence_set: EvidenceSet, path: str | Path, *, overwrite: bool = False
) -> list[str]:
    """Write the codings of a set as a table, from which the posterior has the same bits.

    Parameters
    ----------
    evidence_set
        Sound.
    path
        A file ending in .parquet, .arrow or .csv.
    overwrite
        Whether a file that is there may be replaced; the old one is kept as ``.bak``.

    Returns
    -------
    What the set holds and the table does not: whatever moves a number first.

    Raises
    ------
    EvidenceSetError
        If the file is there and `overwrite` is false.
    BayesTraceError
        For a file of another kind, and where nothing is coded.

    Examples
    --------
    >>> import tempfile
    >>> import bayes_trace as bt
    >>> file = Path(tempfile.mkdtemp()) / "codings.csv"
    >>> write_evidence_table(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), file)
    ['labels, statements, dates, titles, sources and notes']
    >>> len(file.read_text().splitlines())
    3
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        message = f"{path.as_posix()}: expected a file ending in {', '.join(FORMATS)}"
        raise BayesTraceError(message)
    rows = list(_rows(evidence_set))
    if not rows:
        message = f"{evidence_set.id}: nothing is coded that a table could hold"
        raise BayesTraceError(message)
    content = io.BytesIO()
    _save(in_order(_table(rows)), content, FORMATS[path.suffix.lower()])
    write_bytes(content.getvalue(), path, overwrite=overwrite)
    return not_in_table(evidence_set)


def schema(names: list[str]) -> pa.Schema:
    """Types of columns by their names; texts as dictionaries."""
    import pyarrow as pa

    kinds = {"text": pa.dictionary(pa.int32(), pa.string()), "number": pa.float64(), "flag": pa.bool_()}
    return pa.schema([(name, kinds[COLUMNS[name].kind]) for name in names])


def _table(rows: list[Row]) -> pa.Table:
    """Columns in which something stands, in the order in which they are listed."""
    import pyarrow as pa

    always = ("case", "episode", "item", "hypothesis", "coder", "form", "low", "best", "high", "found")
    used = {name for row in rows for name, value in row.items() if value is not None}
    names = [name for name in COLUMNS if name in used or name in always]
    plain = {name: [row.get(name) for row in rows] for name in names}
    return pa.table(plain, schema=schema(names))


def _save(table: pa.Table, file: io.BytesIO, kind: str) -> None:
    import pyarrow as pa
    import pyarrow.csv as pc

    if kind == "parquet":
        write_groups(table, file, rows=ROWS_OF_A_GROUP)
    elif kind == "csv":
        plain = [pa.string() if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
        flat = table.cast(pa.schema(zip(table.column_names, plain, strict=True)))
        pc.write_csv(flat, file, pc.WriteOptions(quoting_style="needed"))
    else:
        with pa.ipc.new_file(file, table.schema) as sink:
            sink.write_table(table)


def _rows(es: EvidenceSet) -> Iterator[Row]:
    scored = {name for name, episode in es.episodes.items() if episode.scored}
    place = {name: number * _STEP for number, name in enumerate(es.coded)}
    judged: list[tuple[Item | Event, str, Coding, str]] = [*es.coded_links(), *es.coded_events()]
    for of, episode, coding, coder in judged:
        if episode in scored:
            yield from _coding_rows(es, of, episode, coding, coder, place[of.id])
    for name in es.events:
        for episode in sorted(scored):
            for item in es.reports_on(name, episode):
                yield from _report_rows(es, item, name, episode, place[item.id])


#: places that the options of an item have behind it
_STEP = 1000


def _coding_rows(
    es: EvidenceSet, of: Item | Event, episode: str, coding: Coding, coder: str, place: int
) -> Iterator[Row]:
    common = _of_episode(es, episode) | _of_item(es, of, episode) | {"coder": coder, "form": str(coding.unit)}
    common |= {"scale": coding.scale if coding.form.words else None}
    if coding.form.ratio:
        common |= {
            "reference": coding.reference,
            **_ends("reference_probability", coding.reference_probability),
        }
    shares = next((r.options for r in es.readings if isinstance(of, Item) and r.id == of.reading), {})
    order = list(shares)
    for option, values in coding.options.items():
        common["order"] = place + (order.index(option) if option else 0)
        if option:
            common |= {"option": option, "option_probability": shares[option]}
        for name in es.hypothesis_ids:
            if name in values:
                yield common | _of_hypothesis(es, of, name, episode) | _likelihood(es, coding, values[name])
            elif coding.form.ratio or name in es.compounds:
                yield common | _of_hypothesis(es, of, name, episode)


def _report_rows(es: EvidenceSet, item: Item, event: str, episode: str, place: int) -> Iterator[Row]:
    common = _of_episode(es, episode) | _of_item(es, item, episode)
    common |= {"event": event, "says": item.says, "order": place}
    for name in es.hypothesis_ids:
        yield common | _of_hypothesis(es, item, name, episode)


def _of_episode(es: EvidenceSet, episode: str) -> Row:
    return {"case": es.case_of[episode].case, "episode": episode}


def _of_item(es: EvidenceSet, of: Item | Event, episode: str) -> Row:
    mine = [c for c in of.codings if episode in (c.episodes or of.episodes) and c.about is None]
    cluster = next((c.cluster for c in mine if c.cluster), of.cluster)
    given = dict.fromkeys([*of.given, *(name for coding in mine for name in coding.given)])
    row: Row = {
        "item": of.id,
        "cluster": cluster,
        "given": " ".join(given) or None,
        "implication": " ".join(of.implications) or None,
        "decisive": of.decisive or None,
    }
    row |= _ends("correlation", next((c.correlation for c in es.clusters if c.id == cluster), None))
    if isinstance(of, Event):
        return row | {"event": of.id, **_ends("agreement", of.correlation)}
    source = of.source.key if of.source else None
    own = es.reliability_of(source) if source else None
    row |= {"source": source, "always_answers": (own.always_answers or None) if own else None}
    return row | {"found": of.found, "reading": of.reading}


def _of_hypothesis(es: EvidenceSet, of: Item | Event, name: str, episode: str) -> Row:
    row: Row = {"hypothesis": name, "prior": es.prior(episode)[name]}
    if isinstance(of, Event):
        return row
    if of.found == "absent":
        row |= _ends("detection", of.detection_by_hypothesis.get(name, of.detection))
    own = es.reliability_of(of.source.key) if of.source else None
    if own is None:
        return row
    rate = own.by_hypothesis.get(name, own)
    row |= {**_ends("hit", rate.hit), **_ends("false_report", rate.false_report)}
    if denies := rate.denies or own.denies:
        row |= {**_ends("denial_if_true", denies.if_true), **_ends("denial_if_false", denies.if_false)}
    return row


def _likelihood(es: EvidenceSet, coding: Coding, value: Value) -> Row:
    if coding.form.words:
        known: Mapping[str, Value] = verbal_terms(es, coding.scale) or {}
        stated = term_in(known, value.best)
        return {"term": next(name for name, each in known.items() if each is stated)}
    return {"low": value.low, "best": float(value.best), "high": value.high}


def _ends(name: str, value: Value | None) -> Row:
    """Best value and range of what is stated."""
    if value is None:
        return {}
    return {name: float(value.best), f"{name}_low": value.low, f"{name}_high": value.high}


def not_in_table(es: EvidenceSet) -> list[str]:
    """What a set holds and a table does not: whatever moves a number first.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> not_in_table(bt.read_evidence_set("evidence_sets/us_arms_transfers"))[-1]
    'labels, statements, dates, titles, sources and notes'
    """
    coded = {episode for _, episode, _, _ in (*es.coded_links(), *es.coded_events())}
    scored = [name for name, episode in es.episodes.items() if episode.scored]
    counted = {
        "scored episode without codings (its prior is its answer)": sum(name not in coded for name in scored),
        "coding of an attempt or a contrast": sum(
            c.about is not None for x in es.coded.values() for c in x.codings
        ),
        "planned item": sum(item.found == "planned" for item in es.items.values()),
        "uncertain prior (give the set as hypotheses=)": int(es.prior_concentration is not None),
        "shared implication (give the set as hypotheses=)": sum(
            each.shared_likelihood for each in es.codebook
        ),
        "scale of its own (give the set as hypotheses=)": len(es.scales),
        "scenario": len(es.scenarios),
        "condition": len(es.conditions),
        "episode that is not scored": len(es.episodes) - len(scored),
    }
    lines = [f"{count} × {what}" for what, count in counted.items() if count]
    return [*lines, "labels, statements, dates, titles, sources and notes"]
