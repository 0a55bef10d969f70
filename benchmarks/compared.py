"""Ratios against other tools, median and range of several pairs in one process, and the page that shows them.

Run it from the top of the repository: make bench, or python benchmarks/compared.py [--rounds 7] [--quick]
It prints each comparison and writes docs/benchmarks.md.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from compiling import HYPOTHESES, PER_EPISODE, a_set, agrum, bare, many, table  # beside this file
from sampling import naive_twin, rate

import bayes_trace as bt

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
ARMS = ROOT / "evidence_sets" / "us_arms_transfers"
LIBRARIES = ("bayes-trace", "numpy", "xarray", "pandas", "pymc", "nutpie", "pyagrum", "pgmpy", "SALib")


@dataclass(frozen=True)
class Compared:
    """How many times as long the other takes, pair by pair."""

    what: str
    other: str
    ratios: tuple[float, ...]

    def row(self) -> str:
        """One line of the page."""
        middle = statistics.median(self.ratios)
        won = f"{told(middle)} times faster" if middle >= 1 else f"**{told(1 / middle)} times slower**"
        return (
            f"| {self.what} | {self.other} | {won} | {told(min(self.ratios))} to {told(max(self.ratios))} |"
        )


def told(ratio: float) -> str:
    """Two figures, which is what a ratio of times is good for."""
    return f"{float(f'{ratio:.2g}'):,g}"


def seconds(function: Callable[[], object], least: float = 0.02) -> float:
    """Processor time of one call; short ones are repeated."""
    count, start = 0, time.process_time()
    while count == 0 or time.process_time() - start < least:
        function()
        count += 1
    return (time.process_time() - start) / count


def pairs(
    what: str,
    other: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    rounds: int,
    per: float = 1.0,
) -> Compared:
    """Both in turn, after one call each that is not counted; `per` is how many answers ours gives for one of theirs."""
    ours(), theirs()
    return Compared(what, other, tuple(per * seconds(theirs) / seconds(ours) for _ in range(rounds)))


# --- exact posteriors --------------------------------------------------------------------------


def pgm() -> Callable[[], object]:
    """The same network in pgmpy."""
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork

    net = DiscreteBayesianNetwork([("h", name) for name in table()])
    size = len(HYPOTHESES)
    net.add_cpds(TabularCPD("h", size, [[1 / size]] * size))
    for name, row in table().items():
        seen = list(row.values())
        net.add_cpds(TabularCPD(name, 2, [[1 - p for p in seen], seen], evidence=["h"], evidence_card=[size]))
    engine = VariableElimination(net)
    return lambda: engine.query(["h"], evidence=dict.fromkeys(table(), 1), show_progress=False)


def spreadsheet(n: int) -> Callable[[], object]:
    """A script in pandas, as one would write it: one row per item, products by group."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.uniform(0.1, 0.9, (n * PER_EPISODE, len(HYPOTHESES))), columns=list(HYPOTHESES))
    frame["episode"] = np.repeat(np.arange(n), PER_EPISODE)

    def posterior() -> pd.DataFrame:
        joint = frame.groupby("episode")[list(HYPOTHESES)].prod() / len(HYPOTHESES)
        return joint.div(joint.sum(axis=1), axis=0)

    return posterior


def exact(rounds: int) -> Iterator[Compared]:
    """One episode, and ten thousand at once."""
    one, n = bt.compile_evidence(bt.from_table(table())), 10_000
    evidence = many(n)
    for name, network in (("pyAgrum, LazyPropagation", agrum()), ("pgmpy, VariableElimination", pgm())):
        yield pairs(
            "exact posterior, one episode of 30 items, compiled", f"{name}, network built", lambda: bt.update(one),
            network, rounds=rounds,
        )  # fmt: skip
        yield pairs(
            "from a table of 30 items to the posterior",
            f"{name}, network built",
            lambda: bt.update(bt.compile_evidence(bt.from_table(table()))),
            network,
            rounds=rounds,
        )
        yield pairs(
            f"exact posterior of an episode, {n:,} at once", f"{name}, one after another",
            lambda: bt.update(evidence), network, rounds=rounds, per=n,
        )  # fmt: skip
    for said, count, compiled in (("one episode", 1, one), (f"{n:,} episodes at once", n, evidence)):
        ours = partial(bt.update, compiled)
        yield pairs(
            f"exact posterior, {said}", "pandas, groupby and prod", ours, spreadsheet(count), rounds=rounds
        )
    yield pairs(f"exact posterior, {n:,} episodes at once", "bare NumPy, same arrays", lambda: bt.update(evidence),
                bare(evidence), rounds=rounds)  # fmt: skip


# --- sampling --------------------------------------------------------------------------------------


def sampled(rounds: int) -> Iterator[Compared]:
    """Effective draws per second of "the leader is true", against a chain that samples the hypothesis; one processor."""
    import pymc as pm

    evidence = bt.compile_evidence(bt.read_evidence_set(ARMS))
    one = evidence.sel(coder=[evidence.attrs["base_coder"]])
    leader = bt.update(one)["probability"].argmax("hypothesis").drop_vars("hypothesis", errors="ignore")

    def direct(seed: int) -> float:
        tree = bt.sample(one, seed=seed)
        told = rate((tree["drawn"]["drawn_hypothesis"] == leader) * 1.0, tree.attrs["sampling_seconds"])
        return float(np.median(told))

    def naive(seed: int) -> float:
        with naive_twin(one):
            drawn = pm.sample(1000, tune=1000, chains=4, cores=1, random_seed=seed, progressbar=False, quiet=True,
                              compute_convergence_checks=False)["posterior"]  # fmt: skip
        return float(np.median(rate((drawn["h"] == leader) * 1.0, drawn.attrs["sampling_time"])))

    direct(0)
    ratios = tuple(direct(seed) / naive(seed) for seed in range(1, min(rounds, 3) + 1))
    yield Compared(
        "effective draws per second, founding case, one coder", "PyMC, hypothesis as Categorical", ratios
    )


# --- sensitivity -----------------------------------------------------------------------------------


def swept(rounds: int) -> Iterator[Compared]:
    """The same number of scenarios through the engine, through SALib's loop, and drawn and added up in NumPy."""
    from SALib.sample import sobol

    ranges = {name: {"low": 0.7 * p, "best": p, "high": (1 + p) / 2} for name, p in table()["x0"].items()}
    evidence = bt.compile_evidence(bt.from_table({f"x{n}": ranges for n in range(PER_EPISODE)}))
    width = PER_EPISODE * len(HYPOTHESES)
    problem = {"num_vars": width, "names": [f"v{n}" for n in range(width)], "bounds": [[0.1, 0.9]] * width}
    sample = sobol.sample(problem, 8, calc_second_order=False)

    def model(values: np.ndarray) -> float:
        joint = np.log(values.reshape(PER_EPISODE, len(HYPOTHESES))).sum(axis=0)
        weight = np.exp(joint - joint.max())
        return float(weight[0] / weight.sum())

    def looped() -> object:
        return np.array([model(row) for row in sample])

    rng, size = np.random.default_rng(1), (16_000, PER_EPISODE, len(HYPOTHESES))

    def plain() -> object:
        return rng.normal(-1.0, 0.3, size).sum(axis=1).mean(axis=0)

    draws = size[0]
    ours = lambda: bt.propagate(evidence, draws=draws, seed=1)  # noqa: E731
    yield pairs("a scenario of 30 ranged items", "a loop over SALib's sample, per scenario", ours, looped,
                rounds=rounds, per=draws / len(sample))  # fmt: skip
    yield pairs(
        "a scenario of 30 ranged items", "drawn and added up in bare NumPy", ours, plain, rounds=rounds
    )


def started(rounds: int) -> Iterator[Compared]:
    """The command line from nothing, in processes of their own, by the clock."""

    def run(*arguments: object) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    for what, arguments in (
        ("`bayes-trace --version`, from nothing", ("-m", "bayes_trace", "--version")),
        ("`bayes-trace update` of the founding case, from nothing", ("-m", "bayes_trace", "update", ARMS)),
    ):
        run(*arguments)
        ratios = tuple(run("-c", "import xarray") / run(*arguments) for _ in range(rounds))
        yield Compared(what, "`import xarray`", ratios)


# --- what it costs ---------------------------------------------------------------------------------


def costs(*, quick: bool) -> Iterator[tuple[str, int, float]]:
    """What, how many, and microseconds for each."""
    for n in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        evidence_set = a_set(n, "ranges")
        yield "link compiled", n, 1e6 * seconds(lambda es=evidence_set: bt.compile_evidence(es)) / n
    for n in (1, 100, 10_000) if quick else (1, 100, 10_000, 100_000):
        evidence = many(n)
        yield "episode of 30 items updated", n, 1e6 * seconds(lambda ev=evidence: bt.update(ev)) / n
    arms = bt.compile_evidence(bt.read_evidence_set(ARMS))
    one: xr.Dataset = arms.sel(coder=[arms.attrs["base_coder"]])
    for n in (400, 4_000, 40_000):
        yield (
            "draw of the founding case propagated",
            n,
            1e6 * seconds(lambda n=n: bt.propagate(one, draws=n, seed=1)) / n,
        )
    for n in (100, 1_000, 10_000):
        yield (
            "draw of the founding case sampled, four chains",
            4 * n,
            1e6 * seconds(lambda n=n: bt.sample(one, draws=n, seed=1)) / (4 * n),
        )


# --- the page --------------------------------------------------------------------------------------


def machine() -> str:
    """What it ran on."""
    name = platform.processor() or platform.machine()
    libraries = ", ".join(f"{each} {version(each)}" for each in LIBRARIES)
    return f"{os.cpu_count()} processors ({name}), {platform.system()}, Python {platform.python_version()}; {libraries}"


def page(found: list[Compared], cost: list[tuple[str, int, float]], command: str) -> str:
    """Everything, in Markdown."""
    lost = [each for each in found if statistics.median(each.ratios) < 1]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}; do not edit it. Machine: {machine()}.",
        "",
        "A ratio is the other's time over ours, by processor time, both in turn in one process: median, and the range",
        "over the rounds. What is built or compiled beforehand is said; where nothing is said everything is included.",
        "",
        "| What | Against | Median | Range of ratios |",
        "| --- | --- | --- | --- |",
        *(each.row() for each in found),
        "",
        "## Where we lose",
        "",
        *(
            [
                f"- {each.what}: {told(1 / statistics.median(each.ratios))} times as long as {each.other}."
                for each in lost
            ]
            or ["Nowhere, in this run."]
        ),
        "",
        "One episode pays for labels: an answer here is a dataset with names, attributes and checks, which costs",
        "milliseconds however small the case. Nobody waits for it, but a loop over thousands of single episodes would;",
        "compile them together, or read them as a [table](how-to/large-tables.md).",
        "",
        "## What it costs",
        "",
        "| One | of how many | microseconds |",
        "| --- | ---: | ---: |",
        *(f"| {what} | {n:,} | {told(each)} |" for what, n, each in cost),
        "",
        "What falls with the number is a fixed cost shared out.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Print every comparison as it is made, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, and no page")
    chosen = parser.parse_args()
    found: list[Compared] = []
    for part in (exact, swept, started, sampled):
        for each in part(2 if chosen.quick else chosen.rounds):
            print(each.row(), flush=True)
            found.append(each)
    cost = list(costs(quick=chosen.quick))
    for what, n, each in cost:
        print(f"{what}, {n:,}: {told(each)} us", flush=True)
    if not chosen.quick:
        PAGE.write_text(page(found, cost, "make bench"), encoding="utf-8")
        print(f"Wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
