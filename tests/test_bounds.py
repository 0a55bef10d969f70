"""No input takes a gigabyte or a minute: what is too large is refused by a limit that is named."""

from __future__ import annotations

import os
import re
import sys
import zipfile

import h5netcdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

import bayes_trace as bt
from bayes_trace.files.evidence_tables import parts
from bayes_trace.files.programs import ended
from tests.command import call
from tests.measured import measured

MOST_MEGABYTES, MOST_SECONDS = 1000, 60
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.fixture
def template(tmp_path):
    return bt.write_template(tmp_path / "set")


def packed(path, sheet):
    """A workbook whose first sheet after the notes, which are not read, is that text."""
    bt.write_spreadsheet(bt.from_table({"m": {"A": 0.8, "B": 0.2}}), path.with_name("small.xlsx"))
    with zipfile.ZipFile(path.with_name("small.xlsx")) as old, zipfile.ZipFile(path, "w", 8) as new:
        for part in old.namelist():
            text = sheet if part == "xl/worksheets/sheet2.xml" else old.read(part)
            new.writestr(part, text)
    return path


def rows(count):
    return "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, count + 1))


#: name -> the text of a file, the command that reads it, and the limit that it names
LARGE = {
    "a list without end": (
        "sources.yaml",
        "- a\n" * 4_900_000,
        "sources.yaml:1 more than 1000000 keys and values",
    ),
    "a mapping without end": (
        "cases/alder.yaml",
        "".join(f"a{n}: 1\n" for n in range(1_000_000)),
        "cases/alder.yaml:1 more than 1000000 keys and values",
    ),
    "aliases of aliases": (
        "sources.yaml",
        "a0: &a0 [1, 1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
        "more than 1000000 keys and values in all, aliases written out",
    ),
    "aliases far inside": (
        "sources.yaml",
        f"a: &a [{'x,' * 1000}]\nb: {'[' * 400}{'*a,' * 900}{']' * 400}",
        "more than 1000000 keys and values in all, aliases written out",
    ),
    "records without a word": (
        "cases/alder.yaml",
        f"items: [{'{},' * 300_000}]",
        "600002 values that are not as expected; correct the first of them",
    ),
    "a text without end": ("set.yaml", "x" * 21_000_000, "21000000 bytes, expected at most 20000000; split"),
    "a coder's table": (
        "codings/second_reader.csv",
        "item,episode,hypothesis,low,best,high,note\n" + "a,b,c,,1,,\n" * 1_700_000,
        "more than 500000 cells; split the file",
    ),
    "a.csv": ("a.csv", "item,hypothesis,best\n" + "m,A,1\n" * 3_000_000, "more than 500000 cells; split"),
    "a.json": (
        "a.json",
        "[" + "{}," * 6_000_000 + "{}]",
        "6000001 references, expected at most 50000; split",
    ),
    "lists.json": ("lists.json", "[" + "[]," * 6_000_000 + "[]]", "expected a list of references"),
    "bomb.bib": (
        "bomb.bib",
        '@string{a0 = "xxxxxxxxxxxxxxxx"}\n'
        + "".join(f"@string{{a{n} = a{n - 1} # a{n - 1}}}\n" for n in range(1, 40))
        + "@book{b, title = a39}\n",
        "bomb.bib",
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("kind", LARGE)
def test_what_is_too_large_is_refused_by_a_limit_that_is_named(kind, template, tmp_path):
    name, text, said = LARGE[kind]
    inside = name.partition(".")[0] in ("sources", "cases/alder", "set", "codings/second_reader")
    path = (template if inside else tmp_path) / name
    path.write_text(text)
    command = {
        ".csv": ["import", path, "--out", tmp_path / "out"],
        ".json": ["import-sources", path, "--into", template],
        ".bib": ["import-sources", path, "--into", template],
    }
    done = measured(*(["check", template] if inside else command[path.suffix]))
    assert done.code in (1, 2)
    assert said in done.said
    assert (done.megabytes < MOST_MEGABYTES, done.seconds < MOST_SECONDS) == (True, True), done


@pytest.mark.deep
def test_files_share_one_limit(template):
    for number in range(4):
        (template / "cases" / f"c{number}.yaml").write_text(f"a: &a [{'x,' * 1000}]\nb: [{'*a,' * 400}]")
    done = measured("check", template)
    assert re.search(r"cases/c2\.yaml:1 b\.\d+(\.\d+)?: more than 1000000 keys and values in all", done.said)
    assert (done.code, done.megabytes < MOST_MEGABYTES) == (1, True), done


@pytest.mark.deep
def test_a_file_of_ten_thousand_items_is_read(template):
    case = template / "cases" / "alder.yaml"
    head, items = case.read_text().split("items:\n")
    many = "".join(
        f"- {{id: many_{n}, paraphrase: one of many, date: 1907, source: {{key: minutes1908, locator: 007}},"
        " episodes: [vote_1908], coding: {trade: {low: 0.2, best: 0.3, high: 0.4}, army: {low: 0.2, best: 0.3, high: 0.4},"
        " other: {low: 0.2, best: 0.3, high: 0.4}}}\n"
        for n in range(10_000)
    )
    case.write_text(f"{head}items:\n{items}" + "  ".join(["", *many.splitlines(keepends=True)]))
    done = measured("check", template)
    assert (done.code, done.megabytes < MOST_MEGABYTES) == (0, True), done


WORKBOOKS = {
    "a sheet of a million rows": (SHEET.format(rows(1_000_000)), "more than 1500000 cells and other parts"),
    "a bomb": (SHEET.format(" " * 200_000_000), "bytes when unpacked, expected at most 100000000"),
    "a ghost cell": (SHEET.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "at most 2000000 cells"),
    "as many cells as are read": (SHEET.format(rows(240_000)), "and 239003 more"),
}  # fmt: skip


@pytest.mark.deep
@pytest.mark.parametrize("kind", WORKBOOKS)
def test_a_workbook_that_is_too_large_is_refused(kind, tmp_path):
    sheet, said = WORKBOOKS[kind]
    done = measured("import", packed(tmp_path / "a.xlsx", sheet), "--out", tmp_path / "out")
    assert done.code == 1
    assert said in done.said
    assert (done.megabytes < MOST_MEGABYTES, done.seconds < MOST_SECONDS) == (True, True), done


# --- what unpacks without end -----------------------------------------------------------------


def test_draws_that_unpack_without_end_are_not_loaded(template, tmp_path):
    path = tmp_path / "a.nc"
    with h5netcdf.File(path, "w") as file:
        group = file.create_group("posterior")
        group.dimensions = {"chain": 4, "draw": 1_000_000, "episode": 1000}
        group.create_variable("p", tuple(group.dimensions), "f8", chunks=(1, 1000, 10), compression="gzip")
    done = call("report", template, "--draws", path, "--out", tmp_path / "out")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "32000000000 bytes when unpacked, expected at most 400000000" in said


@pytest.mark.parametrize("ending", [".parquet", ".arrow"])
def test_a_part_of_a_table_that_does_not_fit_is_refused(ending, tmp_path):
    column = pa.array(["e"]).dictionary_encode().take(pa.array([0] * 1_100_000, pa.int32()))
    rows = pa.table({"best": [0.5] * 1_100_000, **dict.fromkeys(("episode", "item", "hypothesis"), column)})
    path = tmp_path / f"a{ending}"
    if ending == ".parquet":
        pq.write_table(rows, path, row_group_size=2_000_000)
    else:
        feather.write_feather(rows, path, chunksize=100_000)
    table = bt.open_evidence_table(path, hypotheses=["e", "f"])
    with pytest.raises(bt.EvidenceSetError, match=r"rows, .* bytes when unpacked.*expected at most 1048576"):
        list(table.parts())


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize(
    "texts", [pa.array(["e" * 3000] * 500), pa.array(["e" * 1_500_000]).dictionary_encode()]
)
def test_a_batch_that_unpacks_without_end_is_refused_unread(compression, texts, tmp_path, monkeypatch):
    """One batch is unpacked as a whole, so that no count of its rows would come in time."""
    monkeypatch.setattr(parts, "MOST_BYTES", 1_000_000)
    columns = dict.fromkeys(("episode", "item", "hypothesis"), texts)
    path = tmp_path / "a.arrow"
    feather.write_feather(pa.table({**columns, "best": [0.5] * len(texts)}), path, compression=compression)
    assert path.stat().st_size < 100_000
    with pytest.raises(
        bt.EvidenceSetError, match=r"a record batch of \d+ bytes when unpacked; expected at most"
    ):
        bt.open_evidence_table(path, hypotheses=["e", "f"])


def test_long_rows_are_not_gathered_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "MOST_BYTES", 1_000_000)
    texts = pa.array(["e" * 3000] * 900)
    columns = dict.fromkeys(("episode", "item", "hypothesis"), texts)
    path = tmp_path / "a.arrow"
    feather.write_feather(pa.table({**columns, "best": [0.5] * len(texts)}), path, chunksize=100)
    with pytest.raises(bt.EvidenceSetError, match=r"100 rows|200 rows"):
        list(bt.open_evidence_table(path, hypotheses=["e", "f"]).parts())


# --- pipes and devices ------------------------------------------------------------------------


def piped(command, template, home):
    """A command that is given a pipe where it expects a file."""
    pipe = home / "pipe"
    name = {"import": "a.csv", "import-sources": "a.json", "report": "a.nc", "verify": "manifest.json"}[
        command
    ]
    pipe.mkdir()
    os.mkfifo(pipe / name)
    return {
        "import": ["import", pipe / name, "--out", home / "out"],
        "import-sources": ["import-sources", pipe / name, "--into", template],
        "report": ["report", template, "--draws", pipe / name, "--out", home / "out"],
        "verify": ["verify", pipe],
    }[command]


@pytest.mark.parametrize("command", ["import", "import-sources", "report", "verify"])
@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among files")
def test_a_pipe_is_named_and_not_waited_for(command, template, tmp_path):
    done = call(*piped(command, template, tmp_path))
    said = " ".join(done.stderr.replace("│", " ").split())
    assert done.returncode in (1, 2)
    assert "a pipe or a device, expected a file" in said or command == "verify", said
    assert "pipe" in said


@pytest.mark.parametrize("name", ["a.xlsx", "a.bib", "a.yaml"])
@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among files")
def test_a_pipe_of_another_kind_is_not_waited_for(name, template, tmp_path):
    os.mkfifo(tmp_path / name)
    command = {
        "a.xlsx": ["import", tmp_path / name, "--out", tmp_path / "out"],
        "a.bib": ["import-sources", tmp_path / name, "--into", template],
        "a.yaml": ["update", template, "--scenario", tmp_path / name],
    }[name]
    done = call(*command)
    assert done.returncode in (1, 2)
    assert "a pipe or a device, expected a file" in " ".join(done.stderr.split())


# --- other programs ---------------------------------------------------------------------------


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no other system limits a process that runs")
def test_a_program_ends_though_whoever_started_it_is_gone():
    """It waits for its input, so that the limit stands before it looks."""
    probe = "import resource; input(); print(resource.getrlimit(resource.RLIMIT_CPU))"
    assert ended([sys.executable, "-c", probe], seconds=76.5, given=b"\n").stdout.split() == [b"(77,", b"77)"]
