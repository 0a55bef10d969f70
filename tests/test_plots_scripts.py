"""One script per plot, and the figures of an article."""

import runpy
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from bayes_trace import plots, sampling
from bayes_trace.plots.style import figure_of

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "analyses" / "plots").glob("*.py"))


def pretended(model, *, seed):
    """What `sample` gives, without sampling: that it samples well is tested elsewhere."""
    rng = np.random.default_rng(seed)
    names = {"probability": ("episode", "hypothesis"), "effect": ("column", "hypothesis")}
    coords = {
        dim: list(map(str, model.coords[dim]))
        for dim in ("episode", "hypothesis", "column")
        if dim in model.coords
    }
    group = xr.Dataset(
        {
            name: (
                ("chain", "draw", *dims),
                rng.uniform(0, 0.5, (2, 50, *(len(coords[dim]) for dim in dims))),
            )
            for name, dims in names.items()
            if name in model.record.stored
        },
        coords,
    )
    return xr.DataTree.from_dict({"prior": group, "posterior": group})


def test_every_plot_has_a_script_of_its_own():
    assert [path.stem for path in SCRIPTS] == sorted(
        name for name in plots.__all__ if name.startswith("plot_")
    )


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem) for path in SCRIPTS],
)
def test_script_draws_and_captions(path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.setattr(sampling, "sample", pretended)
    figure = runpy.run_path(str(path))["figure"]
    assert figure_of(figure).get_axes()
    assert "Scenario: base" in capsys.readouterr().out
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 24
    plt.close("all")


def test_figures_for_paper(tmp_path):
    script = ROOT / "analyses" / "figures_for_paper.py"
    run = subprocess.run(
        [sys.executable, "-W", "error", script, "--out", tmp_path / "figures"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert run.returncode == 0, run.stderr
    written = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert len(written) == 19
    assert [name for name in written if name.endswith(".pdf")] == [
        "1_posterior.pdf",
        "2_trajectory.pdf",
        "3_ledger.pdf",
        "4_mechanism.pdf",
        "5_scenarios.pdf",
        "6_prior_needed.pdf",
    ]
    captions = (tmp_path / "figures" / "captions.md").read_text(encoding="utf-8")
    assert captions.count("**Figure ") == captions.count("Coder: reader_a.") == 6
