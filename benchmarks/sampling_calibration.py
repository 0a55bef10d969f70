"""Simulation-based calibration of the elicitation model: 200 fits on one compiled model, and `simuk` once.

Run it from the top of the repository: python benchmarks/sampling_calibration.py [fits] [figure.png]
"""

import importlib.util
import sys
import time
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy.stats import chisquare

import bayes_trace as bt
from bayes_trace.models import elicitation_model
from bayes_trace.sampling.calibration import calibrate

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.test_agreement_sets import generative_set, simulate_found

FITS = 200
BINS = 20
#: below this share of chance, ranks are not uniform
SUSPECT = 1e-3
SIMUK_FITS = 10


def main() -> None:
    """Fit, test the ranks, draw them, and cross-check with simuk where it is installed."""
    fits = int(sys.argv[1]) if len(sys.argv) > 1 else FITS
    model = elicitation_model(bt.compile_evidence(generative_set()))
    start = time.perf_counter()
    ranks = calibrate(model, simulate_found, fits=fits, seed=1)
    print(f"{fits} fits of {len(model.coords['episode'])} episodes: {time.perf_counter() - start:.0f} s")
    chances = {name: _chance(values) for name, values in ranks.items()}
    for name, chance in chances.items():
        print(f"{name}: p = {chance:.3f} that uniform ranks look so uneven")
    if len(sys.argv) > 2:
        _draw(ranks, Path(sys.argv[2]))
    if importlib.util.find_spec("simuk"):
        chances |= _cross_check()
    if min(chances.values()) < SUSPECT:
        sys.exit("ranks are not uniform")


def _chance(values: np.ndarray) -> float:
    return float(chisquare(np.histogram(values, BINS, (0, 1))[0]).pvalue)


def _draw(ranks: dict[str, np.ndarray], file: Path) -> None:
    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        1, len(ranks), figsize=(3 * len(ranks), 2.5), sharey=True, layout="constrained"
    )
    for axis, (name, values) in zip(axes, ranks.items(), strict=True):
        axis.hist(values, BINS, range=(0, 1), color="0.6")
        axis.axhline(values.size / BINS, color="k", lw=1)
        axis.set(title=name, xlabel="rank of the truth")
    figure.savefig(file, dpi=150)


def _cross_check() -> dict[str, float]:
    """The package `simuk` on the same model: it draws what was found, and ranks the free variables."""
    import simuk

    model = elicitation_model(bt.compile_evidence(generative_set()), episodes=["e0"])
    settings = {"draws": 300, "tune": 300, "chains": 2, "nuts_sampler": "nutpie"}
    check = simuk.SBC(model, num_simulations=SIMUK_FITS, sample_kwargs=settings, seed=1)
    check.run_simulations()
    found = {
        name: np.concatenate([np.ravel(v) for v in values]) for name, values in check.simulations.items()
    }
    chances = {f"simuk {name}": _chance(_unit(values)) for name, values in found.items()}
    for name, chance in chances.items():
        print(f"{name}: p = {chance:.3f}")
    return chances


def _unit(ranks: np.ndarray) -> np.ndarray:
    return np.asarray(ranks) / 600 if np.max(ranks) > 1 else np.asarray(ranks)


if __name__ == "__main__":
    main()
