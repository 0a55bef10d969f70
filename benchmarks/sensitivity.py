"""How long sensitivity takes: the whole suite for a set, and a million scenarios against plain NumPy.

Run it from the top of the repository: python benchmarks/sensitivity.py [--scenarios 1000000]
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import numpy as np
import xarray as xr

import bayes_trace as bt
from bayes_trace import sensitivity

SET = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"
ITEMS, HYPOTHESES, CHUNK = 60, 4, 16_384


def suite(times: int = 3) -> float:
    """Seconds of processor time of the best of several surveys, imports and reading left out."""
    arms = bt.read_evidence_set(SET)
    sensitivity.survey(arms)
    best = np.inf
    for _ in range(times):
        start = time.process_time()
        sensitivity.survey(arms)
        best = min(best, time.process_time() - start)
    return best


def sixty_items() -> xr.Dataset:
    """One episode, every likelihood with a lopsided range."""
    best = np.random.default_rng(0).uniform(0.2, 0.8, (ITEMS, HYPOTHESES))
    table = {
        f"x{n}": {f"H{h}": {"low": p - 0.1, "best": p, "high": p + 0.15} for h, p in enumerate(row)}
        for n, row in enumerate(best.tolist())
    }
    return bt.compile_evidence(bt.from_table(table))


def plain(n: int) -> float:
    """Seconds to draw priors and log-likelihoods in NumPy and to add them up, chunk by chunk."""
    rng = np.random.default_rng(1)
    start = time.process_time()
    for first in range(0, n, CHUNK):
        size = min(CHUNK, n - first)
        prior = rng.dirichlet(np.ones(HYPOTHESES), size)
        (np.log(prior) + rng.normal(-1.0, 0.3, (size, ITEMS, HYPOTHESES)).sum(axis=1)).mean(axis=0)
    return time.process_time() - start


def bar(what: str, done: float) -> None:
    """A bar from the second second on."""
    if time.monotonic() - STARTED > 2 and sys.stderr.isatty():
        print(f"\r{'#' * int(40 * done):40} {what}", end="", file=sys.stderr, flush=True)


def peak() -> float:
    """Most memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print times, ratio and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", type=int, default=1_000_000)
    n = parser.parse_args().scenarios
    print(f"whole suite, {SET.name}: {suite():.2f} s (target below 1)")

    evidence = sixty_items()
    sensitivity.many_scenarios(evidence, "episode", n=n // 10, concentration=HYPOTHESES)
    before = peak()
    start = time.process_time()
    sensitivity.many_scenarios(evidence, "episode", n=n, concentration=HYPOTHESES, progress=bar)
    ours, grown = time.process_time() - start, peak() - before
    theirs = plain(n)
    print(
        f"{n:,} scenarios of {ITEMS} items: {ours:.2f} s; drawn and summed in NumPy: {theirs:.2f} s; ", end=""
    )
    print(f"ratio {ours / theirs:.2f} (target below 2)")
    print(f"memory with ten times as many scenarios: {grown:+.1f} MB")


STARTED = time.monotonic()
if __name__ == "__main__":
    main()
