"""Calibration: 200 fits on one compiled model, coverage of a known slope, and the package `simuk` once.

Run it from the top of the repository:
python benchmarks/sampling_calibration.py [fits] [figure.png] [workers]
"""

import sys
import time
from contextlib import nullcontext
from pathlib import Path

import matplotlib as mpl
import numpy as np
import simuk
from distributed import Client
from scipy.stats import binom, chisquare

import bayes_trace as bt
from bayes_trace.independent import connected
from bayes_trace.models import elicitation_model
from bayes_trace.sampling.calibration import calibrate
from bayes_trace.sampling.compiling import quiet_compiling

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.known_slope import SLOPE, fitted_slopes
from tests.synthetic import generative_set, simulate_found

FITS = 200
BINS, FEW_BINS = 20, 5
#: below this chance, ranks are not uniform or intervals do not cover
SUSPECT = 1e-3
LEVEL = 0.9
SIMUK_FITS = 20
SIMUK_SAMPLING = {"draws": 300, "tune": 300, "chains": 2, "cores": 2, "nuts_sampler": "nutpie"}


def main() -> None:
    """Run every part and stop with an error where one looks wrong."""
    fits = int(sys.argv[1]) if len(sys.argv) > 1 else FITS
    figure = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with connected(workers=int(sys.argv[3])) if len(sys.argv) > 3 else nullcontext() as client:
        ranked = ranks(fits, figure, client)
    chances = {**ranked, **coverage(fits), **cross_check()}
    if min(chances.values()) < SUSPECT:
        sys.exit("not calibrated: " + ", ".join(name for name, p in chances.items() if p < SUSPECT))


def ranks(fits: int, figure: Path | None, client: Client | None) -> dict[str, float]:
    """Simulation-based calibration of the elicitation model, the hypothesis included."""
    model = elicitation_model(bt.compile_evidence(generative_set()))
    start = time.perf_counter()
    found = calibrate(model, simulate_found, fits=fits, seed=1, client=client)
    print(f"{fits} fits of {len(model.coords['episode'])} episodes: {time.perf_counter() - start:.0f} s")
    if figure:
        _draw(found, figure)
    return _chances(found, BINS)


def coverage(fits: int) -> dict[str, float]:
    """How often 90 % intervals of the success model hold the slope that made the data."""
    low, high = np.quantile(list(fitted_slopes(fits)), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    held = int(((low < SLOPE) & (high > SLOPE)).sum())
    chance = min(1.0, 2 * min(binom.cdf(held, fits, LEVEL), binom.sf(held - 1, fits, LEVEL)))
    print(f"slope of the success model: {held} of {fits} intervals of 90 % hold it, p = {chance:.3f}")
    return {"coverage of the slope": chance}


def cross_check() -> dict[str, float]:
    """`simuk` on one episode: it draws what was found from our model, and ranks the free variables."""
    model = elicitation_model(bt.compile_evidence(generative_set()), episodes=["e0"])
    check = simuk.SBC(model, num_simulations=SIMUK_FITS, sample_kwargs=SIMUK_SAMPLING, seed=1,
                      keep_fits=False, progress_bar=False)  # fmt: skip
    start = time.perf_counter()
    with quiet_compiling():
        check.run_simulations()
    print(f"simuk, {SIMUK_FITS} fits of one episode: {time.perf_counter() - start:.0f} s")
    most = SIMUK_SAMPLING["draws"] * SIMUK_SAMPLING["chains"] + 1
    rng = np.random.default_rng(1)
    found = check.simulations["prior_sbc"].to_dataset()
    return _chances(
        {
            f"simuk {name}": (each.values + rng.random(each.shape)).ravel() / most
            for name, each in found.items()
        },
        FEW_BINS,
    )


def _chances(ranks: dict[str, np.ndarray], bins: int) -> dict[str, float]:
    """Chance of ranks so uneven, for each quantity."""
    chances = {}
    for name, values in ranks.items():
        chances[name] = float(chisquare(np.histogram(values, bins, (0, 1))[0]).pvalue)
        print(f"{name}: {values.size} ranks, p = {chances[name]:.3f} that uniform ones look so uneven")
    return chances


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


if __name__ == "__main__":
    main()
