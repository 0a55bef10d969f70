"""Questions to tables: the same bits block by block, on a cluster and after a stop, and faults that name their block."""

from __future__ import annotations

import json
import os
import signal
import time
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given

import bayes_trace as bt
from bayes_trace import independent
from bayes_trace.independent import connected
from tests.command import call
from tests.search import examples
from tests.strategies import sets

HYPOTHESES = ("A", "B", "C")
EPISODES, ITEMS = 12, 4


def rows(**changes):
    """Codings with ranges and a cluster, three episodes of each of four blocks."""
    links = EPISODES * ITEMS
    best = np.random.default_rng(5).uniform(0.2, 0.8, links * 3)
    link = np.repeat(np.arange(links), 3)
    clustered = link % ITEMS < 2
    columns = {
        "case": np.where(link // ITEMS < 5, "one", "two"),
        "episode": np.strings.mod("e%02d", link // ITEMS),
        "item": np.strings.mod("x%d", link % ITEMS),
        "hypothesis": np.tile(HYPOTHESES, links),
        "low": best - 0.1,
        "best": best,
        "high": best + 0.1,
        "cluster": pa.array(np.full(links * 3, "k"), mask=~clustered),
        "correlation": pa.array(np.full(links * 3, 0.5), mask=~clustered),
    }
    return pa.table(columns | changes)


def saved(folder, **changes):
    """Such a table in four row groups."""
    file = folder / "codings.parquet"
    pq.write_table(rows(**changes), file, row_group_size=3 * ITEMS * 3)
    return bt.open_evidence_table(file, hypotheses=HYPOTHESES)


def poisoned(folder):
    """Such a table with an impossible number in its third block."""
    best = rows()["best"].to_numpy().copy()
    best[80] = 1.5
    return saved(folder, best=best)


def results(folder):
    """All rows, in the order of blocks."""
    return pa.concat_tables(
        pq.read_table(file) for file in sorted(folder.glob("block-*.parquet"))
    ).to_pydict()


def mapped(function, table, out, **options):
    return results(bt.map_blocks(function, table, out=out, **options))


def test_episodes_keep_their_case(tmp_path):
    blocks = list(saved(tmp_path).blocks())
    for name in ("case", "case_label"):
        assert [str(case) for block in blocks for case in block[name].values] == ["one"] * 5 + ["two"] * 7


def test_each_block_has_the_numbers_of_its_episodes(tmp_path):
    table = saved(tmp_path)
    found = mapped(bt.update, table, tmp_path / "out")
    expected = np.concatenate([bt.update(block)["probability"].values.ravel() for block in table.blocks()])
    assert np.array_equal(found["probability"], expected)
    assert found["episode"][:4] == ["e00", "e00", "e00", "e01"]
    assert found["case"][0] == "one"
    assert found["hypothesis"][:3] == list(HYPOTHESES)


def test_lead_has_a_row_for_each_episode(tmp_path):
    table = saved(tmp_path)
    found = mapped(bt.lead, table, tmp_path / "out")
    each = [bt.lead(bt.update(block)) for block in table.blocks()]
    assert found["leader"] == [str(name) for one in each for name in one["leader"].values]
    assert np.array_equal(found["lead"], np.concatenate([one["lead"].values for one in each]))
    assert found["level"] == [""] * EPISODES


def test_level_hypotheses_are_told_together(tmp_path):
    found = mapped(
        bt.lead,
        saved(tmp_path, **dict.fromkeys(("low", "best", "high"), np.full(144, 0.5))),
        tmp_path / "out",
    )
    assert set(found["level"]) == {"A B C"}


def test_a_summary_adds_up_all_blocks_by_case(tmp_path):
    table = saved(tmp_path)
    folder = bt.map_blocks(bt.summarise, table, out=tmp_path / "out")
    total = pq.read_table(folder / "total.parquet").to_pylist()
    posterior = [bt.update(block) for block in table.blocks()]
    p = np.concatenate([each["probability"].values for each in posterior])
    assert [row["episodes"] for row in total] == [5] * 3 + [7] * 3
    assert [row["mean_probability"] for row in total] == pytest.approx(
        [*p[:5].mean(axis=0), *p[5:].mean(axis=0)]
    )
    led = p.argmax(axis=1)[:, None] == np.arange(3)
    assert [row["share_led"] for row in total] == pytest.approx(
        [*led[:5].mean(axis=0), *led[5:].mean(axis=0)]
    )


def test_robustness_is_that_of_each_episode(tmp_path):
    pq.write_table(rows().slice(0, 2 * ITEMS * 3), tmp_path / "codings.parquet")
    table = bt.open_evidence_table(tmp_path / "codings.parquet", hypotheses=HYPOTHESES)
    found = mapped(bt.sensitivity.robustness, table, tmp_path / "out")
    (block,) = table.blocks()
    expected = bt.sensitivity.robustness(block)
    assert found["episode"] == ["e00", "e01"]
    for name in ("leader", "lead", "fewest_items", "least", "because"):
        numbers = expected[name].dtype.kind == "f"
        assert np.array_equal(np.array(found[name]), expected[name].values, equal_nan=numbers), name


def test_draws_of_an_episode_do_not_hang_on_the_other_blocks(tmp_path):
    table = saved(tmp_path)
    ask = partial(bt.propagate, draws=40)
    whole = mapped(ask, table, tmp_path / "whole", seed=3)
    (tmp_path / "last").mkdir()
    pq.write_table(rows().slice(108), tmp_path / "last/codings.parquet")
    last = bt.open_evidence_table(tmp_path / "last", hypotheses=HYPOTHESES)
    assert mapped(ask, last, tmp_path / "alone", seed=3)["mean"] == whole["mean"][-len(whole["mean"]) // 4 :]
    assert mapped(ask, table, tmp_path / "other", seed=4)["mean"] != whole["mean"]


@examples(12)
@given(es=sets())
def test_the_long_form_of_leaving_out_says_what_the_dense_one_says(es):
    evidence = bt.compile_evidence(es)
    long, dense = bt.sensitivity.leave_each_out(evidence), bt.sensitivity.leave_one_out(evidence)
    items = [str(name) for name in dense["left_out"].values]
    for number, (item, episode) in enumerate(zip(long["item"].values, long["episode"].values, strict=True)):
        if str(item) in items:
            expected = dense.sel(left_out=item, episode=episode).values
            assert long["probability"].values[number] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_leaving_out_lands_in_its_long_form(tmp_path):
    table = saved(tmp_path)
    found = mapped(bt.sensitivity.leave_one_out, table, tmp_path / "out")
    assert list(found) == ["episode", "item", "link", "hypothesis", "probability"]
    first = bt.sensitivity.leave_one_out(next(table.blocks())).sel(left_out="x1", episode="e00").values
    assert found["item"][3] == "x1"
    assert found["probability"][3:6] == pytest.approx(first)


# --- stopping and going on -------------------------------------------------------------------


class Counted:
    """A function of the user's own that counts its calls, and may stop at one of them."""

    __name__ = "counted"

    def __init__(self, stop=None):
        self.calls, self.stop = 0, stop

    def __call__(self, evidence):
        self.calls += 1
        if self.calls == self.stop:
            raise KeyboardInterrupt("enough")
        return bt.update(evidence)["probability"].to_dataframe().reset_index()


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path):
    table, first, second = saved(tmp_path), Counted(stop=3), Counted()
    with pytest.raises(KeyboardInterrupt, match="enough"):
        bt.map_blocks(first, table, out=tmp_path / "out")
    found = mapped(second, table, tmp_path / "out")
    assert second.calls == 2
    assert found["probability"] == mapped(Counted(), table, tmp_path / "whole")["probability"]
    again = Counted()
    bt.map_blocks(again, table, out=tmp_path / "out")
    assert again.calls == 0
    bt.map_blocks(again, table, out=tmp_path / "out", resume=False)
    assert again.calls == 4


def test_half_a_file_is_never_taken_for_a_result(tmp_path):
    table = saved(tmp_path)
    folder = bt.map_blocks(bt.update, table, out=tmp_path / "out")
    (folder / ".block-000001.abc.part").write_text("half")
    bt.map_blocks(bt.update, table, out=folder)
    assert sorted(file.name for file in folder.iterdir())[0] == "block-000000.parquet"


def test_results_of_another_run_are_not_mixed_in(tmp_path):
    table = saved(tmp_path)
    folder = bt.map_blocks(bt.update, table, out=tmp_path / "out")
    with pytest.raises(bt.BayesTraceError, match=r"results of another run \(question differs\).*--overwrite"):
        bt.map_blocks(bt.lead, table, out=folder)
    with pytest.raises(bt.BayesTraceError, match=r"another run \(table differs\)"):
        bt.map_blocks(bt.update, saved(tmp_path, low=np.full(144, 0.1)), out=folder)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("a note")
    with pytest.raises(bt.BayesTraceError, match="notes: holds files that are no results of map_blocks"):
        bt.map_blocks(bt.update, table, out=tmp_path / "notes")


def test_a_poisoned_block_names_itself_and_the_rest_is_kept(tmp_path):
    with pytest.raises(bt.BlockError, match="1 block could not be answered; 3 others are kept") as caught:
        bt.map_blocks(bt.update, poisoned(tmp_path), out=tmp_path / "out")
    ((name, fault),) = caught.value.failed.items()
    assert name.endswith("codings.parquet, from row 73")
    assert "best: 1.5 in row 81 (item x2, episode e06); expected a probability from 0 to 1" in fault
    assert len(results(tmp_path / "out")["episode"]) == 3 * 3 * 3


def test_a_function_that_gives_no_table_is_told_so(tmp_path):
    with pytest.raises(
        bt.BlockError, match="the function gave int, expected a dataset, an array, a data frame"
    ):
        bt.map_blocks(lambda _evidence: 3, saved(tmp_path), out=tmp_path / "out")


# --- clusters ----------------------------------------------------------------------------------


def test_a_scheduler_that_is_not_there_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr(independent, "PATIENCE", 0.5)
    with pytest.raises(
        bt.BayesTraceError,
        match=r"no scheduler answers at tcp://127.0.0.1:9 .*start one with `dask scheduler`",
    ):
        bt.map_blocks(bt.update, saved(tmp_path), out=tmp_path / "out", client="tcp://127.0.0.1:9")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_one_worker_of_a_cluster_gives_the_same_bits(tmp_path):
    table = saved(tmp_path)
    with connected(workers=1) as client:
        for ask in (bt.update, partial(bt.propagate, draws=20)):
            there = mapped(ask, table, tmp_path / f"there{id(ask)}", client=client, seed=3)
            assert there == mapped(ask, table, tmp_path / f"here{id(ask)}", seed=3)


def _slow(evidence):
    time.sleep(0.5)
    return bt.update(evidence)


def _deadly(evidence):
    if evidence["episode"].values[0] == "e06":
        os.kill(os.getpid(), signal.SIGKILL)
    return bt.update(evidence)


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_gives_the_same_bits_loses_workers_and_names_faults(tmp_path):
    table = saved(tmp_path)
    questions = (
        bt.lead,
        bt.sensitivity.leave_one_out,
        bt.sensitivity.robustness,
        bt.summarise,
        partial(bt.propagate, draws=50),
    )
    with connected(workers=2) as client:
        for number, ask in enumerate((*questions, partial(bt.propagate, draws=50))):
            there = bt.map_blocks(ask, table, out=tmp_path / f"there{number}", client=client, seed=9)
            here = bt.map_blocks(ask, table, out=tmp_path / f"here{number}", seed=9)
            for file in sorted(here.glob("*.parquet")):
                assert str(pq.read_table(there / file.name).to_pydict()) == str(
                    pq.read_table(file).to_pydict()
                )
        _lose_a_worker(client, table, tmp_path)
        with pytest.raises(
            bt.BlockError, match=r"1 block could not be answered; 3 others are kept"
        ) as caught:
            bt.map_blocks(bt.update, poisoned(tmp_path), out=tmp_path / "poisoned", client=client)
        assert "best: 1.5 in row 81" in next(iter(caught.value.failed.values()))
        with pytest.raises(bt.BlockError, match=r"codings.parquet, from row 73: KilledWorker") as caught:
            bt.map_blocks(_deadly, saved(tmp_path), out=tmp_path / "deadly", client=client)
        # one that waited on the same workers may be named beside it
        kept = list((tmp_path / "deadly").glob("block-*.parquet"))
        assert len(kept) + len(caught.value.failed) == 4


def _lose_a_worker(client, table, folder):
    """A worker that is killed in the middle costs time and no result."""
    alive = list(client.run(os.getpid).values())

    def kill(_name, _done):
        if alive:
            os.kill(alive.pop(), signal.SIGKILL)
            alive.clear()

    there = mapped(_slow, table, folder / "lost", client=client, progress=kill)
    assert not alive
    assert there["probability"] == mapped(bt.update, table, folder / "kept")["probability"]


# --- the command -------------------------------------------------------------------------------


def test_the_command_maps_sorts_and_tells_faults(tmp_path):
    pq.write_table(rows().take(np.random.default_rng(0).permutation(144)), tmp_path / "a.parquet")
    assert call("sort", tmp_path / "a.parquet", "--out", tmp_path / "b.parquet").returncode == 0
    names = [part for name in HYPOTHESES for part in ("--hypothesis", name)]
    asked = ("map", "summarise", tmp_path / "b.parquet", *names, "--out", tmp_path / "out")
    code, told, _ = call(*asked)
    assert (code, told.splitlines()[-1]) == (0, f"Wrote {tmp_path / 'out'}: 1 block of summarise results")
    assert told.startswith("one: A: mean probability 0.")
    assert json.loads(call(*asked, "--json").stdout)["total"][0]["episodes"] == 5
    poisoned(tmp_path)
    asked = ("map", "update", tmp_path / "codings.parquet", *names, "--out", tmp_path / "bad")
    code, _, told = call(*asked)
    assert code == 1
    assert "bayes-trace: 1 block could not be answered; 3 others are kept" in told
    code, _, told = call("map", "update", tmp_path / "b.parquet", "--out", tmp_path / "none")
    assert code == 2
    assert "give the hypotheses: either --hypothesis for each, or --set" in told


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["A b=0.5", "B=0.5"], "hypotheses.0.id: 'A b', expected one word of letters, digits and . _ + / -"),
        (["A=0.5", "B=0.7"], "priors sum to 1.2, expected 1"),
        (["A=2", "B=0.5"], "hypotheses.0.prior: 2.0, expected less than or equal to 1"),
        (["A"], "hypotheses, coders: hypotheses: 1 entries, expected at least 2"),
        (["A", "A"], "--hypothesis: a name occurs twice; name each once"),
        (["A=1_0e-2", "B=0.9"], "--hypothesis: expected NAME=PRIOR with a number for each"),
        (["A=true", "B=0"], "--hypothesis: expected NAME=PRIOR with a number for each"),
        (["A=", "B=0.5"], "--hypothesis: expected NAME=PRIOR with a number for each"),
    ],
)
def test_hypotheses_of_the_command_are_names_and_numbers(names, said, tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("episode,item,hypothesis,best\ne1,x,A,.5\ne1,x,B,.2\n")
    named = [part for name in names for part in ("--hypothesis", name)]
    done = call("map", "update", table, *named, "--out", tmp_path / "out")
    assert done.returncode in (1, 2)
    told = " ".join(done.stderr.replace("│", " ").split())
    assert said in told
    assert "Value error" not in told


def test_the_tour_of_a_set_through_a_table(tmp_path):
    arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    bt.write_evidence_table(arms, tmp_path / "arms.parquet")
    table = bt.open_evidence_table(tmp_path / "arms.parquet", hypotheses=arms)
    found = mapped(partial(bt.update, coder=arms.base_coder), table, tmp_path / "out")
    post = bt.update(bt.compile_evidence(arms), coder=arms.base_coder)["probability"]
    expected = [
        float(post.sel(episode=e, hypothesis=h))
        for e, h in zip(found["episode"], found["hypothesis"], strict=True)
    ]
    assert found["probability"] == expected


def test_what_is_no_table_and_no_client_is_refused(tmp_path):
    with pytest.raises(bt.WrongArgumentError, match=r"an evidence table; call bt.open_evidence_table\(path"):
        bt.map_blocks(bt.update, "codings.parquet", out=tmp_path)
    with pytest.raises(
        bt.WrongArgumentError, match=r"client is 'here', expected a client of dask.distributed or tcp://"
    ):
        bt.map_blocks(bt.update, saved(tmp_path), out=tmp_path / "out", client="here")
    with pytest.raises(
        bt.WrongArgumentError, match="hypotheses is 'AB', expected names, or names with their priors"
    ):
        bt.open_evidence_table(tmp_path / "codings.parquet", hypotheses="AB")
