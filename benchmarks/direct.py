"""Direct draws against the exact update and against sampling the hypothesis itself, as ratios in one run.

Run it from the top of the repository: python benchmarks/direct.py
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pymc as pm
from sampling import naive_twin, rate  # benchmarks/sampling.py, beside this file

import bayes_trace as bt

ARMS = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"
ROUNDS, RUNS = 3, 5
#: times `bayes-trace update` for the template and for the arms set
LIMITS = {"template": 4, "arms": 8}


def seconds(caches: Path, *arguments: object) -> float:
    """Processor time of one command, which a busy machine moves less than the clock."""
    command = [sys.executable, "-m", "bayes_trace", *map(str, arguments)]
    environment = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={caches}", "NUMBA_CACHE_DIR": str(caches)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def against_update(folder: Path) -> float:
    """Median ratio of sampling to the exact update, each in a process of its own, nothing compiled before."""
    ratios = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as place:
            sampling = seconds(Path(place), "sample", folder, "--seed", 1)
            ratios.append(sampling / seconds(Path(place), "update", folder))
    return statistics.median(ratios)


def main() -> None:
    """Print each ratio with its promise."""
    with tempfile.TemporaryDirectory() as place:
        template = Path(place) / "template"
        bt.write_template(template)
        for name, folder in (("template", template), ("arms", ARMS)):
            print(f"{name}: sample / update {against_update(folder):.2f}; promised at most {LIMITS[name]}")
    against_naive()


def against_naive() -> None:
    """Effective draws per second of "the leader is true", against a chain that samples the hypothesis.

    Drawing alone is timed, on either side: compiling, imports, checks and the building of trees are not. A chain
    that never leaves the leader counts as if all its draws were independent, which is in its favour. Either side has
    one process and one processor.
    """
    evidence = bt.compile_evidence(bt.read_evidence_set(ARMS))
    one = evidence.sel(coder=[evidence.attrs["base_coder"]])
    bt.sample(one, seed=0)
    runs = [bt.sample(one, seed=seed) for seed in range(1, RUNS + 1)]
    leader = runs[0].posterior.probability.mean(("chain", "draw")).argmax("hypothesis")
    leader = leader.drop_vars("hypothesis", errors="ignore")
    quick = statistics.median(
        float(np.median(rate((each.drawn.drawn_hypothesis == leader) * 1.0, each.attrs["sampling_seconds"])))
        for each in runs
    )
    with naive_twin(one):
        drawn = pm.sample(1000, tune=1000, chains=4, cores=1, random_seed=1, progressbar=False, quiet=True,
                          compute_convergence_checks=False)["posterior"]  # fmt: skip
    slow = float(np.median(rate((drawn["h"] == leader) * 1.0, drawn.attrs["sampling_time"])))
    print(
        f"effective draws of the leader per second, median over episodes: {quick:.0f}, naive {slow:.1f}: ",
        end="",
    )
    print(f"{quick / slow:.0f} times; promised at least 1000")


if __name__ == "__main__":
    main()
