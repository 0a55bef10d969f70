"""How long an evidence table takes from file to posterior, per link, and how much memory it holds.

Run it from the top of the repository: python benchmarks/tables.py [--episodes 10000 | --gigabytes 1] [--question lead]
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import bayes_trace as bt
from bayes_trace.likelihood.table import EvidenceTable

ITEMS, HYPOTHESES = 30, ("A", "B", "C", "D")
#: episodes of one row group
EPISODES = 1000


def group(start: int, episodes: int) -> pa.Table:
    """Codings of some episodes: ranges, clusters of three, absent items and a source in doubt."""
    rng = np.random.default_rng(start)
    links, n = episodes * ITEMS, len(HYPOTHESES)
    best = np.repeat(rng.uniform(0.1, 0.9, (links, 1)), n, axis=1) * rng.uniform(0.5, 1.0, (links, n))
    item = np.tile(np.arange(ITEMS), episodes)
    episode = start + np.repeat(np.arange(episodes), ITEMS)

    def by_row(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, n)

    def text(code: np.ndarray, names: list[str]) -> pa.DictionaryArray:
        blank = pa.array(by_row(code).astype(np.int32), mask=by_row(code) < 0)
        return pa.DictionaryArray.from_arrays(blank, names)

    absent = item % 10 == 9
    clustered = np.where(item < 6, item // 3, -1)
    reported = np.where(item == 7, 0, -1)
    return pa.table(
        {
            "episode": text(episode - start, [f"e{start + j:08d}" for j in range(episodes)]),
            "item": text(item, [f"x{i:02d}" for i in range(ITEMS)]),
            "hypothesis": pa.DictionaryArray.from_arrays(
                np.tile(np.arange(n, dtype=np.int32), links), list(HYPOTHESES)
            ),
            "low": best.ravel() * 0.7,
            "best": best.ravel(),
            "high": best.ravel() + (1 - best.ravel()) * 0.3,
            "found": text(absent.astype(np.int64), ["present", "absent"]),
            "detection": pa.array(np.full(links * n, 0.6), mask=~by_row(absent)),
            "cluster": text(clustered, ["k0", "k1"]),
            "correlation": pa.array(np.full(links * n, 0.4), mask=by_row(clustered) < 0),
            "source": text(reported, ["s"]),
            "hit": pa.array(np.full(links * n, 0.9), mask=by_row(reported) < 0),
            "false_report": pa.array(np.full(links * n, 0.1), mask=by_row(reported) < 0),
        }
    )


def make(file: Path, episodes: int, gigabytes: float) -> int:
    """Write a table of so many episodes, or of so many gigabytes of file; how many episodes it has."""
    written, writer = 0, None
    while written < episodes or file.stat().st_size < gigabytes * 1e9:
        size = EPISODES if gigabytes else min(EPISODES, episodes - written)
        table = group(written, size)
        writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=table.num_rows)
        written += size
    if writer is not None:
        writer.close()
    return written


def resident() -> float:
    """Most memory so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


QUESTIONS = {
    "update": bt.update,
    "lead": bt.lead,
    "leave_one_out": bt.sensitivity.leave_one_out,
    "summarise": bt.summarise,
    "propagate": partial(bt.propagate, draws=100),
    "robustness": bt.sensitivity.robustness,
}


def timed(what: str, links: int, work: Callable[[], object]) -> None:
    """Print how long some work takes: on the wall, and of a processor."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    seconds, used = time.perf_counter() - start, time.process_time() - busy
    each = f"{seconds / links * 1e6:.2f} µs per link, {used / links * 1e6:.2f} of a processor"
    print(f"{what}: {seconds:.1f} s, {each}; resident at most {resident():.2f} GB", flush=True)


def posteriors(table: EvidenceTable) -> None:
    """From file to posterior, and nothing kept."""
    for block in table.blocks():
        bt.update(block)


def main() -> None:
    """Print seconds, microseconds per link and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=10_000)
    parser.add_argument("--gigabytes", type=float, default=0.0, help="size of the file instead")
    parser.add_argument(
        "--question", action="append", choices=QUESTIONS, help="asked with map_blocks; repeat"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "codings.parquet"
        episodes = make(file, asked.episodes, asked.gigabytes)
        links, size = episodes * ITEMS, file.stat().st_size
        rows = links * len(HYPOTHESES)
        print(f"{episodes:,} episodes, {links:,} links, {rows:,} rows, {size / 1e9:.2f} GB", flush=True)
        table = bt.open_evidence_table(file, hypotheses=HYPOTHESES)
        bt.update(next(table.blocks()))
        timed("file to posterior (target 5 µs per link)", links, partial(posteriors, table))
        for name in asked.question or ():
            out = Path(folder) / name
            timed(name, links, partial(bt.map_blocks, QUESTIONS[name], table, out=out))
            written = sum(each.stat().st_size for each in out.glob("*.parquet"))
            print(f"  results: {written / links:.1f} bytes per link", flush=True)


if __name__ == "__main__":
    main()
