"""Every reader on spoiled input: it reads, or refuses in words. `make fuzz` goes on for long.

What it finds becomes an entry of `bad_inputs/`.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError
from bayes_trace.report.earlier import read_manifest
from tests.search import examples

#: what breaks readers more often than chance would have it
SPICE = (
    *"[]{}:,-?&*!|>'\"%@`#~\n\t\0\x1b",
    *(
        "\u202e",
        "\ufeff",
        "\ud7ff",
        "\N{FULLWIDTH DIGIT ONE}",
        "é",
        "e\u0301",
        "inf",
        "nan",
        "1e999",
        "-0",
        "0x1",
        "~",
        "null",
        "true",
        "<<: *a",
    ),
    *("- ", "  ", "\r\n", "=1+1", "<b>", "../", "9" * 40, "!!python/object", "---\n", "[[", "}}", '""'),
)
pieces = st.one_of(
    st.sampled_from(SPICE).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=4)
)
#: where, as a share of the length; how much is cut out; what is put in
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), pieces), min_size=1, max_size=4)


def spoiled(content, changes):
    for share, cut, piece in changes:
        at = int(share * len(content))
        content = content[:at] + piece + content[at + cut :]
    return content


@cache
def template():
    """Files of the template."""
    with tempfile.TemporaryDirectory() as name:
        folder = bt.write_template(Path(name) / "set")
        return {
            each.relative_to(folder).as_posix(): each.read_bytes()
            for each in folder.rglob("*")
            if each.is_file()
        }


@cache
def workbook():
    """Parts of the template as a workbook."""
    with tempfile.TemporaryDirectory() as name:
        es = bt.read_evidence_set(bt.write_template(Path(name) / "set"))
        path = bt.write_spreadsheet(es, Path(name) / "a.xlsx")
        with zipfile.ZipFile(path) as book:
            return {part: book.read(part) for part in book.namelist()}


def refuses_or_reads(reader, name, content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with contextlib.suppress(BayesTraceError):
            reader(path)


@examples(120)
@given(data=st.data(), changes=edits)
def test_folders(data, changes):
    files = template()
    name = data.draw(st.sampled_from(sorted(files)))
    with tempfile.TemporaryDirectory() as home:
        for each, content in files.items():
            path = Path(home) / each
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(spoiled(content, changes) if each == name else content)
        with contextlib.suppress(BayesTraceError):
            es = bt.read_evidence_set(home)
            bt.check(es)
            bt.update(bt.compile_evidence(es))


@examples(60)
@given(changes=edits)
def test_flat_tables(changes):
    rows = b"item,hypothesis,low,best,high,reason\nm,A,0.5,0.8,0.9,why\nm,B,,0.2,,\nn,A,,0.3,,\nn,B,,0.6,,x\n"
    refuses_or_reads(bt.read_spreadsheet, "a.csv", spoiled(rows, changes))


@examples(40)
@given(data=st.data(), changes=edits)
def test_workbooks(data, changes):
    parts = workbook()
    name = data.draw(st.sampled_from(sorted(parts)))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for each, content in parts.items():
            book.writestr(each, spoiled(content, changes) if each == name else content)
    refuses_or_reads(bt.read_spreadsheet, "a.xlsx", file.getvalue())


@examples(30)
@given(changes=edits)
def test_archives(changes):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for each, content in workbook().items():
            book.writestr(each, content)
    refuses_or_reads(bt.read_spreadsheet, "a.xlsx", spoiled(file.getvalue(), changes))


REFERENCES = [
    {
        "id": "li1999",
        "type": "book",
        "title": "Arms",
        "author": [{"family": "Li", "given": "A."}],
        "issued": {"date-parts": [[1999, 2]]},
        "page": "3-4",
    },
    {"id": "b", "type": "manuscript", "title": "Memo", "issued": {"literal": "c. 1971"}, "archive": "NARA"},
]
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=6,
)


@examples(80)
@given(changes=edits)
def test_csl_json(changes):
    refuses_or_reads(bt.read_csl_json, "a.json", spoiled(json.dumps(REFERENCES).encode(), changes))


@examples(80)
@given(field=st.sampled_from(sorted(REFERENCES[0])), value=plain)
def test_csl_json_of_any_values(field, value):
    text = json.dumps([{**REFERENCES[0], field: value}, REFERENCES[1]])
    refuses_or_reads(bt.read_csl_json, "a.json", text.encode("utf-8", "surrogatepass"))


@examples(10)
@given(changes=edits)
def test_bibtex(changes):
    text = b"@book{li, author={Li, A.}, title={{Arms}}, year=1999}\n@misc{b, title={Memo}, year={c. 1971}, crossref={li}}\n"
    refuses_or_reads(bt.read_bibtex, "a.bib", spoiled(text, changes))


@examples(40)
@given(changes=edits)
def test_manifests(changes):
    facts = {
        "bayes_trace": "1",
        "coder": "x",
        "files": ["report.md"],
        "results": {"e": {"base": {"c": {"A": 0.5}}}},
    }
    refuses_or_reads(
        lambda path: read_manifest(path.parent), "manifest.json", spoiled(json.dumps(facts).encode(), changes)
    )
