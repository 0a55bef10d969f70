"""Evidence tables: the answer of the set that they were written from, and the faults that they are refused for."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from tests.build import item, make
from tests.rich import rich
from tests.search import examples
from tests.strategies import sets


def written(es, folder, *, suffix=".parquet"):
    file = folder / f"codings{suffix}"
    bt.write_evidence_table(es, file, overwrite=True)
    return file


def posteriors(table, **options):
    """Posteriors of all blocks together."""
    import xarray as xr

    return xr.concat([bt.update(block, **options) for block in table.blocks()], "episode")


def alike(post, other):
    """Whether two posteriors have the same bits, episode by episode."""
    other = other.sel(episode=post["episode"].values)
    names = ("probability", "log_probability", "prior", "log_evidence", "relative", "n_items", "n_coded")
    return [
        name
        for name in names
        if not np.array_equal(post[name].values, other[name].values, equal_nan=name not in ("relative",))
    ]


@examples(25)
@given(es=sets(), data=st.data())
def test_a_table_gives_the_bits_of_its_set_in_any_order_of_rows(tmp_path_factory, es, data):
    folder = tmp_path_factory.mktemp("table")
    file = written(es, folder, suffix=data.draw(st.sampled_from([".parquet", ".csv", ".arrow"])))
    evidence = bt.compile_evidence(es)
    post = bt.update(evidence)
    head = es if data.draw(st.booleans()) else {h.id: h.prior for h in es.hypotheses}
    if any(h.residual for h in es.hypotheses):
        head = es
    table = bt.open_evidence_table(file, hypotheses=head, coders=es.coder_ids)
    assert alike(posteriors(table), post) == []
    dims = {name: each.dims for name, each in next(table.blocks()).variables.items()}
    assert dims == {name: evidence.variables[name].dims for name in dims}
    rows = pq.read_table(written(es, folder))
    shuffled = rows.take(np.random.default_rng(data.draw(st.integers(0, 99))).permutation(rows.num_rows))
    pq.write_table(shuffled, folder / "shuffled.parquet")
    again = bt.sort_evidence_table(folder / "shuffled.parquet", folder / "sorted.parquet")
    assert alike(posteriors(bt.open_evidence_table(again, hypotheses=head, coders=es.coder_ids)), post) == []


#: what a table does not hold is empty, or the id
BLANK = ("link_step", "link_date", "entry_date", "entry_restates", "date", "administration")
IDS = {
    "link_title": "link_item",
    "item_title": "entry_item",
    "episode_label": "episode",
    "case_label": "case",
}
NOT_HELD = (
    *BLANK,
    *IDS,
    "condition",
    "condition_text",
    "granted",
    "sense",
    "is_aggregate",
    "source",
    "source_index",
)


def test_a_table_compiles_to_what_its_set_compiles_to(tmp_path):
    """Every variable of a set of every form; sources stand in the order of their names."""
    es = rich()
    (block,) = bt.open_evidence_table(written(es, tmp_path), hypotheses=es).blocks()
    evidence = bt.compile_evidence(es)
    assert set(block.variables) == set(evidence.variables)
    assert block["source"].values.tolist() == sorted(evidence["source"].values)
    for ev in (block, evidence):
        ev["of"] = "entry", np.append(ev["source"].values, "")[ev["source_index"].values]
    sorted_by_name = evidence.isel(source=np.argsort(evidence["source"].values))
    assert {name: each.dims for name, each in block.variables.items()} == {
        name: each.dims for name, each in evidence.variables.items()
    }
    for name in set(block.variables) - set(NOT_HELD):
        one, other = block[name], sorted_by_name[name]
        assert (one.dtype.kind, one.attrs) == (other.dtype.kind, other.attrs), name
        np.testing.assert_array_equal(one.values, other.values, err_msg=name)
    assert all((block[name] == "").all() for name in BLANK)
    assert all((block[name].values == block[own].values).all() for name, own in IDS.items())
    assert set(block["granted"].values) == {"unknown"}
    assert set(block["sense"].values) == {"supply"}
    assert not block["is_aggregate"].any()
    assert block["condition_text"].shape == (4, 0)
    assert block.attrs["shared_implications"] == "promise"


def test_a_fact_may_bear_the_name_of_an_item(tmp_path):
    items = [
        item(name, codings=[{"readings": {"u": {"A": 0.8, "B": a}, "v": {"A": 0.3, "B": 0.3}}}], reading="x")
        for name, a in (("x", 0.2), ("y", 0.4))
    ]
    es = make(
        [*items, item("z", {"A": 0.5, "B": 0.4})], readings=[{"id": "x", "options": {"u": 0.7, "v": 0.3}}]
    )
    (block,) = bt.open_evidence_table(written(es, tmp_path), hypotheses=es).blocks()
    for ev in (block, bt.compile_evidence(es)):
        assert ev["link_item"].values.tolist() == ["x (fact)", "z"]
        assert ev["link"].values.tolist() == ["x (fact)@e1", "z@e1"]


@pytest.mark.parametrize(
    ("hypotheses", "said"),
    [
        ("AB", "open_evidence_table: hypotheses is 'AB', expected names, or names with their priors"),
        ([1, 2], "open_evidence_table: hypotheses is [1, 2], expected names, or names with their priors"),
    ],
    ids=str,
)
def test_hypotheses_of_a_table_are_names(tmp_path, hypotheses, said):
    pq.write_table(pa.table(SOUND), tmp_path / "a.parquet")
    with pytest.raises(bt.BayesTraceError, match=f"^{re.escape(said)}$"):
        bt.open_evidence_table(tmp_path / "a.parquet", hypotheses=hypotheses)


def test_priors_of_a_table_are_probabilities(tmp_path):
    said = "hypotheses, coders: hypotheses.0.prior: 2.0, expected less than or equal to 1"
    with pytest.raises(bt.BayesTraceError, match=f"^{re.escape(said)}$"):
        opened(tmp_path, SOUND, hypotheses={"A": 2.0, "B": 0.5})


def test_the_head_of_a_table_has_even_priors_and_one_coder(tmp_path):
    table = opened(tmp_path, SOUND)
    assert [(h.id, h.label, h.statement, h.prior) for h in table.head.hypotheses] == [
        ("A", "A", "A", 0.5),
        ("B", "B", "B", 0.5),
    ]
    assert (table.head.id, table.head.title) == ("table", "A table of codings")
    assert table.head.question == "Which hypothesis explains each episode?"
    assert (table.coders, table.head.base_coder, table.in_pieces) == (("coder",), "coder", True)
    given = opened(tmp_path, SOUND, hypotheses={"A": 0.3, "B": 0.7})
    assert [h.prior for h in given.head.hypotheses] == [0.3, 0.7]
    es = rich()
    only = bt.open_evidence_table(written(es, tmp_path), hypotheses=es, coders=["two", "one"])
    assert (only.head.base_coder, only.head.coder_ids, only.head.cases) == ("two", ("two", "one"), ())
    with pytest.raises(bt.UnknownNameError, match="no coder named 'three'; there are: one, two"):
        bt.open_evidence_table(written(es, tmp_path), hypotheses=es, coders=["three"])


SOUND = {
    "episode": ["e1", "e1", "e2", "e2"],
    "item": ["x", "x", "x", "x"],
    "hypothesis": ["A", "B", "A", "B"],
    "best": [0.8, 0.2, 0.3, 0.6],
}


def opened(folder, columns, **options):
    """A table of these columns."""
    file = folder / "codings.parquet"
    pq.write_table(pa.table(columns), file)
    return bt.open_evidence_table(file, **({"hypotheses": ["A", "B"]} | options))


def refused(folder, changes, match, **options):
    """A sound table with some columns changed is refused with this text."""
    with pytest.raises(bt.EvidenceSetError, match=match):
        list(opened(folder, SOUND | changes, **options).blocks())


def test_wide_and_long_say_the_same(tmp_path):
    long = posteriors(opened(tmp_path, SOUND))
    wide = {"episode": ["e1", "e2"], "item": ["x", "x"], "A": [0.8, 0.3], "B": [0.2, 0.6]}
    assert alike(posteriors(opened(tmp_path, wide)), long) == []
    assert long["probability"].sel(hypothesis="A").values == pytest.approx([0.8, 1 / 3])


def test_wide_holds_ranges_and_terms(tmp_path):
    ranged = {"A": [0.8], "A_low": [0.6], "A_high": [0.9], "B": [0.2]}
    block = next(opened(tmp_path, {"episode": ["e"], "item": ["x"], **ranged}).blocks())
    assert (block["spread_low"].values[0, 0, 0] > 0).tolist() == [True, False]
    terms = {"episode": ["e"], "item": ["x"], "form": ["verbal"], "A": ["likely"], "B": ["unlikely"]}
    said = bt.from_table({"x": {"A": 0.5, "B": 0.5}})
    data = said.model_dump(exclude_unset=True)
    data["cases"][0]["items"][0]["codings"] = [{"unit": "verbal", "values": {"A": "likely", "B": "unlikely"}}]
    expected = bt.update(bt.compile_evidence(bt.EvidenceSet.model_validate(data)))["probability"].values
    assert np.array_equal(posteriors(opened(tmp_path, terms))["probability"].values, expected)


def test_folders_name_the_case(tmp_path):
    for case, episode in (("one", "e1"), ("two", "e2")):
        (tmp_path / f"t/case={case}").mkdir(parents=True)
        rows = pa.table(SOUND).filter(pc.equal(pa.array(SOUND["episode"]), episode))
        pq.write_table(rows, tmp_path / f"t/case={case}/part.parquet")
    post = posteriors(bt.open_evidence_table(tmp_path / "t", hypotheses=["A", "B"]))
    assert post["case"].values.tolist() == ["one", "two"]


def test_blocks_hold_whole_episodes_whatever_the_rows_of_a_group(tmp_path):
    columns = {
        "episode": [f"e{n // 6:02d}" for n in range(60)],
        "item": [f"x{n // 2 % 3}" for n in range(60)],
    }
    columns |= {"hypothesis": ["A", "B"] * 30, "best": np.linspace(0.1, 0.9, 60)}
    whole = posteriors(opened(tmp_path, columns))
    shuffled = pa.table(columns).take(np.random.default_rng(0).permutation(60))
    for rows in (1, 7, 60):
        pa.csv.write_csv(shuffled, tmp_path / "shuffled.csv")
        file = bt.sort_evidence_table(tmp_path / "shuffled.csv", tmp_path / f"{rows}.parquet", rows=rows)
        table = bt.open_evidence_table(file, hypotheses=["A", "B"])
        assert len(list(table.parts())) == {1: 10, 7: 5, 60: 1}[rows]
        assert alike(posteriors(table), whole) == []


def test_a_large_table_is_sorted_in_pieces(tmp_path, monkeypatch):
    from bayes_trace.files.evidence_tables import sorting

    monkeypatch.setattr(sorting, "BUCKET", 10)
    columns = {"episode": [f"e{n // 2:02d}" for n in range(60)], "item": ["x"] * 60}
    columns |= {"hypothesis": ["A", "B"] * 30, "best": np.linspace(0.1, 0.9, 60)}
    pq.write_table(pa.table(columns).take(np.random.default_rng(1).permutation(60)), tmp_path / "a.parquet")
    file = bt.sort_evidence_table(tmp_path / "a.parquet", tmp_path / "b.parquet", rows=8)
    assert pq.read_table(file)["best"].to_pylist() == columns["best"].tolist()
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == []


def test_a_stream_is_cut_where_episodes_end(tmp_path, monkeypatch):
    from bayes_trace.files.evidence_tables import parts

    monkeypatch.setattr(parts, "ROWS", 4)
    columns = {"episode": [f"e{n // 4}" for n in range(24)], "item": [f"x{n // 2 % 2}" for n in range(24)]}
    columns |= {"hypothesis": ["A", "B"] * 12, "best": np.linspace(0.1, 0.9, 24)}
    whole = posteriors(opened(tmp_path, columns))
    pa.csv.write_csv(pa.table(columns), tmp_path / "codings.csv")
    table = bt.open_evidence_table(tmp_path / "codings.csv", hypotheses=["A", "B"])
    assert len(list(table.parts())) > 2
    assert alike(posteriors(table), whole) == []


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_rows_out_of_order_are_refused_with_what_to_do(tmp_path, suffix):
    rows = pa.table(SOUND).take([2, 3, 0, 1])
    file = tmp_path / f"codings{suffix}"
    if suffix == ".csv":
        pa.csv.write_csv(rows, file)
    else:
        pq.write_table(rows, file, row_group_size=2)
    where = "episode: episode e1 in .*row 3 comes behind e2"
    with pytest.raises(bt.EvidenceSetError, match=rf"{where}.*bayes-trace sort"):
        list(bt.open_evidence_table(file, hypotheses=["A", "B"]).blocks())


def test_a_row_group_without_statistics_is_refused(tmp_path):
    pq.write_table(pa.table(SOUND), tmp_path / "a.parquet", write_statistics=False)
    with pytest.raises(bt.EvidenceSetError, match="has no statistics of its episodes; bring it into order"):
        list(bt.open_evidence_table(tmp_path / "a.parquet", hypotheses=["A", "B"]).blocks())


FAULTS = [
    (
        {"best": [0.8, 1.2, 0.3, 0.6]},
        r"best: 1.2 in row 2 \(item x, episode e1\); expected a probability from 0 to 1",
    ),
    (
        {"best": [1.0, 0.2, 1.0, 0.6]},
        r"best: 1 in rows 1, 3 \(item x.*certainty; expected less, or 1 in a column decisive",
    ),
    (
        {"best": [None, 0.2, 0.3, 0.6]},
        "best: in row 1 .*nothing is said of A; give every hypothesis a likelihood",
    ),
    ({"hypothesis": ["A", "Z", "A", "B"]}, "hypothesis: 'Z' in row 2 .*expected one of: A, B"),
    ({"hypothesis": ["A", "A", "A", "B"]}, "item: 'x' in row 2 .*occurs twice"),
    ({"hypothesis": ["A", None, "A", "B"]}, "hypothesis: in row 2 .*name the hypothesis"),
    ({"episode": ["e1", "e1", "e2", None]}, "episode: in row 4 .*episode blank.*give every row one"),
    ({"item": ["x", "x", "my item", "my item"]}, "item: 'my item' in rows 3, 4 .*one word without blanks"),
    (
        {"form": ["percent"] * 4},
        r"form: 'percent' in rows 1, 2, 3 and 1 more .*expected one of: probability, db",
    ),
    (
        {"form": ["ratio_db"] * 4},
        "reference: in rows 1, 3 .*name the hypothesis that the ratios are relative to",
    ),
    (
        {"form": ["ratio"] * 4, "reference": ["B"] * 4},
        "best: 0.2 in rows 2, 4 .*of the reference itself, expected 1 or nothing",
    ),
    (
        {"low": [0.9, None, None, None], "high": [0.95, None, None, None]},
        "low: 0.9 in row 1 .*expected low <= best <= high",
    ),
    ({"low": [0.5, None, None, None]}, "the high end is missing; give both ends, or neither"),
    ({"low": [0.1] * 4, "high": [1.0] * 4}, "high: 1 in rows 1, 2, 3 and 1 more .*certainty; write 0.95"),
    ({"found": ["absent"] * 4}, "detection: in rows 1, 2, 3 and 1 more .*missing for an absent item"),
    (
        {"found": ["absent", "present", "present", "present"]},
        "found: 'present' in row 2 .*the rows of one item on one episode must agree",
    ),
    ({"found": ["lost"] * 4}, "found: 'lost' .*expected one of: present, absent, not_sought"),
    ({"cluster": ["k"] * 4}, "correlation: in rows 1, 3 .*a cluster needs a correlation"),
    (
        {"cluster": ["k"] * 4, "correlation": [0.1, 0.1, 0.2, 0.2]},
        "correlation: 0.2 in row 3 .*the cluster has another correlation elsewhere",
    ),
    ({"cluster": ["k"] * 4, "correlation": [1.5] * 4}, "correlation: 1.5 .*expected a number from 0 to 1"),
    (
        {"source": ["s"] * 4, "hit": [0.9] * 4},
        "false_report: in rows .*both hit and false_report, or neither",
    ),
    (
        {"source": ["s"] * 4, "hit": [0.0] * 4, "false_report": [0.0] * 4},
        "hit: 0 .*such a source never reports",
    ),
    (
        {"hit": [0.9] * 4, "false_report": [0.1] * 4},
        "source: in rows 1, 3 .*name the source that has these rates",
    ),
    ({"reading": ["r"] * 4}, "option: in rows 1, 3 .*name the option of the reading"),
    (
        {"reading": ["r"] * 4, "option": ["u"] * 4, "option_probability": [0.5] * 4},
        "option_probability: 0.5 .*must sum to 1",
    ),
    ({"prior": [0.5, 0.6, 0.5, 0.5]}, "prior: 0.5 in rows 1, 2 .*the priors of an episode must sum to 1"),
    ({"says": ["no"] * 4}, "says: 'no' in rows 1, 3 .*name the event that is reported"),
    ({"event": ["v"] * 4}, "event: 'v' in rows 1, 3 .*the event is not coded on this episode"),
]


@pytest.mark.parametrize(("changes", "match"), FAULTS, ids=[str(n) for n in range(len(FAULTS))])
def test_a_fault_names_its_column_and_first_rows(tmp_path, changes, match):
    refused(tmp_path, changes, match)


def test_all_faults_are_told_at_once(tmp_path):
    changes = {"best": [2.0, 0.2, 0.3, 0.6], "found": ["absent"] * 4}
    with pytest.raises(bt.EvidenceSetError, match="2 problems") as caught:
        list(opened(tmp_path, SOUND | changes).blocks())
    assert [problem.path for problem in caught.value.problems] == ["best", "detection"]


def test_rows_are_counted_in_the_file_and_not_in_the_block(tmp_path):
    rows = pa.table(SOUND | {"best": [0.8, 0.2, 0.3, 1.6]})
    pq.write_table(rows, tmp_path / "a.parquet", row_group_size=2)
    with pytest.raises(bt.EvidenceSetError, match=r"a.parquet  best: 1.6 in row 4 \(item x, episode e2\)"):
        list(bt.open_evidence_table(tmp_path / "a.parquet", hypotheses=["A", "B"]).blocks())


def test_columns_are_looked_at_before_any_row(tmp_path):
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"episode": ["e"], "itm": ["x"], "hypothesis": ["A"], "best": ["high"]}), file)
    with pytest.raises(bt.EvidenceSetError, match="3 problems") as caught:
        bt.open_evidence_table(file, hypotheses=["A", "B"])
    said = str(caught.value)
    assert "item: the column is missing" in said
    assert "itm: unknown column; expected case, episode, item" in said
    assert "best: holds string, expected numbers" in said


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(bt.BayesTraceError, match=r"nowhere.parquet: no such file or folder"):
        bt.open_evidence_table(tmp_path / "nowhere.parquet", hypotheses=["A", "B"])
    (tmp_path / "a.parquet").write_text("no Parquet")
    with pytest.raises(bt.EvidenceSetError, match=r"a.parquet  not readable: "):
        bt.open_evidence_table(tmp_path / "a.parquet", hypotheses=["A", "B"])
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(bt.BayesTraceError, match=r".txt; expected files of one kind among .parquet"):
        bt.open_evidence_table(tmp_path / "a.txt", hypotheses=["A", "B"])
    with pytest.raises(bt.EvidenceSetError, match=r"priors sum to 0.9, expected 1"):
        opened(tmp_path, SOUND, hypotheses={"A": 0.5, "B": 0.4})


def test_coders_are_found_or_named(tmp_path):
    two = {name: values * 2 for name, values in SOUND.items()} | {"coder": ["zoe"] * 4 + ["ann"] * 4}
    rows = pa.table(two).sort_by([("episode", "ascending")]).to_pydict()
    assert opened(tmp_path, rows).coders == ("ann", "zoe")
    assert posteriors(opened(tmp_path, rows, coders=["zoe", "ann"]))["coder"].values.tolist() == [
        "zoe",
        "ann",
    ]
    with pytest.raises(bt.EvidenceSetError, match=r"coder: 'ann' in rows .*expected one of: zoe"):
        list(opened(tmp_path, rows, coders=["zoe"]).blocks())


def test_what_a_table_cannot_hold_is_named():
    arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    from bayes_trace.files.evidence_tables.writing import not_in_table

    said = not_in_table(arms)
    assert any("coding of an attempt or a contrast" in each for each in said)
    assert any("planned item" in each for each in said)


def test_a_file_that_is_there_is_kept(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    bt.write_evidence_table(es, tmp_path / "a.parquet")
    with pytest.raises(bt.EvidenceSetError, match="already exists; choose another name or pass --overwrite"):
        bt.write_evidence_table(es, tmp_path / "a.parquet")
    with pytest.raises(bt.EvidenceSetError, match="already exists"):
        bt.sort_evidence_table(tmp_path / "a.parquet", tmp_path / "a.parquet")
    with pytest.raises(bt.BayesTraceError, match=r"expected a file ending in .parquet, .arrow"):
        bt.write_evidence_table(es, tmp_path / "a.xls")


def test_no_row_becomes_an_object(tmp_path):
    """Calls of Python functions do not grow with rows: a block of a hundred times as many makes as many."""
    import sys

    def calls(episodes):
        columns = {
            "episode": np.repeat([f"e{n:05d}" for n in range(episodes)], 4),
            "item": ["x", "x", "y", "y"] * episodes,
        }
        columns |= {"hypothesis": ["A", "B"] * 2 * episodes, "best": np.linspace(0.1, 0.9, 4 * episodes)}
        table = opened(tmp_path, columns)
        (part,) = table.parts()
        count = 0

        def count_calls(_frame, event, _arg):
            nonlocal count
            count += event == "call"

        sys.setprofile(count_calls)
        try:
            bt.update(table.compile(part))
        finally:
            sys.setprofile(None)
        return count

    calls(10)
    assert calls(1000) < calls(10) + 4000


def test_the_page_tells_of_every_column():
    from pathlib import Path

    from bayes_trace.files.evidence_tables.columns import COLUMNS

    page = Path(__file__).parents[1].joinpath("docs/reference/evidence-tables.md").read_text(encoding="utf-8")
    listed = [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| `")]
    assert listed == [[f"| `{name}`", column.holds] for name, column in COLUMNS.items()]


def test_memory_does_not_grow_with_the_number_of_blocks(tmp_path):
    import tracemalloc

    def peak(blocks):
        rows = pa.concat_tables(
            pa.table(
                {
                    "episode": np.repeat([f"e{block:03d}{n:03d}" for n in range(100)], 4),
                    "item": ["x", "x", "y", "y"] * 100,
                    "hypothesis": ["A", "B"] * 200,
                    "best": np.linspace(0.1, 0.9, 400),
                }
            )
            for block in range(blocks)
        )
        pq.write_table(rows, tmp_path / f"{blocks}.parquet", row_group_size=400)
        table = bt.open_evidence_table(tmp_path / f"{blocks}.parquet", hypotheses=["A", "B"])
        tracemalloc.start()
        try:
            for block in table.blocks():
                bt.update(block)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2)
    assert peak(20) < 1.5 * peak(4)
