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


def ticks(ax, axis="y"):
    return [tick.get_text().replace("\n", " ") for tick in getattr(ax, f"get_{axis}ticklabels")()]


def lines(ax):
    return {str(line.get_label()).replace("\n", " "): line for line in ax.lines}


def texts(ax, gid):
    return [text.get_text() for text in ax.texts if text.get_gid() == gid]


def of_forest(ax, said):
    assert ticks(ax) == said["evidence"]["episode_label"].values.tolist()
    assert {"prior", "posterior"} <= set(lines(ax))


def of_overview(ax, said):
    assert len(texts(ax, "episode")) == said["evidence"].sizes["episode"]
    # a case whose episodes are all coded by scenarios, or that has none, has no row
    coded = set(said["evidence"]["case"].values.tolist())
    assert texts(ax, "case") == [case.label for case in said["arms"].cases if case.case in coded]
    assert [text.replace("\n", " ") for text in texts(ax, "scenario")][1] == "Preferred"
    cells = plots.overview_cells(said["numbers"], parts=said["parts"])
    judged = ~said["evidence"]["is_aggregate"]
    reversed_ = cells["overturned"] & judged
    assert sum(patch.get_gid() == "overturned" for patch in ax.patches) == int(reversed_.sum())


def of_search(ax, said):
    here = said["bias"].sel(episode=said["bias"]["case"] == "pakistan")
    assert len(ticks(ax)) == len(texts(ax, "count")) == here.sizes["episode"]
    assert all(row.endswith(")") for row in ticks(ax))


def of_timeline(ax, said):
    assert {"decision", "document", "statement, if older", "retrospective document"} <= set(lines(ax))
    assert len(ticks(ax)) > len(said["arms"].cases[0].episodes)


def of_trajectory(ax, said):
    assert ticks(ax, "x")[0] == "prior"
    assert any(line.get_gid() == "decision" for line in ax.lines)
    assert "Loyalty coercion" in lines(ax)


def of_scenarios(ax, said):
    wanted = [
        "Base",
        *(
            said["labels"][name]
            for name in said["arms"].scenarios
            if name in said["side_by_side"]["scenario"]
        ),
    ]
    shown = [row.split(" (leader")[0].split(" (another")[0] for row in ticks(ax)]
    assert shown[: len(wanted)] == wanted


def of_space(ax, said):
    assert {"smoking gun for the rival", "hoop for the rival"} <= {text.get_text() for text in ax.texts}
    assert "Quid pro quo" in ax.get_xlabel()
    assert "Loyalty coercion" in ax.get_ylabel()
    assert texts(ax, "number")


def of_ternary(ax, said):
    assert texts(ax, "corner") == ["Loyalty coercion", "Geostrategic coercion", "All others"]
    points = next(line for line in ax.lines if line.get_gid() == "points")
    assert len(points.get_xdata()) == int((said["posterior"]["case"] == "pakistan").sum())


def of_mechanism(ax, said):
    assert [step.splitlines()[0] for step in texts(ax, "step")][:5] == [
        "Record",
        "Attempt",
        "Motive",
        "Link",
        "Outcome",
    ]
    here = said["evidence"]["link_episode"].values == "f5e_1972"
    assert len(texts(ax, "weight")) == here.sum()


def rows_are(dataset, case):
    return lambda ax, said: _rows(ax, said[dataset], case)


def _rows(ax, result, case):
    shown = result["episode_label"].values[result["case"].values == case]
    assert [row.removesuffix(" (summary)") for row in ticks(ax)] == shown.tolist()


def axis_is(*parts, **legend):
    def check(ax, said):
        assert all(part in ax.get_xlabel().replace("\n", " ") for part in parts), ax.get_xlabel()
        assert set(legend.get("legend", ())) <= set(lines(ax))

    return check


#: what must be in the picture of each script
PICTURES = {
    "plot_coders": axis_is("probability of Loyalty coercion", legend=["pooled"]),
    "plot_conditions": axis_is("difference in mean share", legend=["prior", "posterior"]),
    "plot_dependence": axis_is("correlation between the items of the episode", legend=["Loyalty coercion"]),
    "plot_ece": axis_is("prior of the first hypothesis", legend=["as given", "calibrated", "no evidence"]),
    "plot_evidence_space": of_space,
    "plot_forest_episodes": of_forest,
    "plot_leave_one_out": axis_is("probability of Loyalty coercion", legend=["with all evidence"]),
    "plot_ledger": axis_is("dB for Loyalty coercion against Geostrategic coercion"),
    "plot_matrix": axis_is("dB behind the hypothesis"),
    "plot_mechanism": of_mechanism,
    "plot_overview": of_overview,
    "plot_plan": axis_is("probability of loyalty", legend=["as it stands"]),
    "plot_posterior": rows_are("posterior", "pakistan"),
    "plot_prior_needed": rows_are("needed", "taiwan"),
    "plot_prior_sweep": axis_is("prior probability of Loyalty coercion", legend=["Quid pro quo"]),
    "plot_residual": axis_is("level with the leader at", legend=["Unnamed rival"]),
    "plot_scenarios": of_scenarios,
    "plot_search_bias": of_search,
    "plot_steps": rows_are("evidence", "pakistan"),
    "plot_ternary": of_ternary,
    "plot_timeline": of_timeline,
    "plot_tippett": axis_is("weight of an item, dB", legend=["first true", "second true"]),
    "plot_tipping": axis_is("weight of the item, dB", legend=["weight as coded"]),
    "plot_tornado": axis_is("lead over the strongest rival", legend=["lead as coded"]),
    "plot_trajectory": of_trajectory,
}


def test_every_script_has_a_picture_to_be_held_against():
    assert sorted(PICTURES) == [path.stem for path in SCRIPTS]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.deep] if number % 5 else [])
        for number, path in enumerate(SCRIPTS)
    ],
)
def test_script_draws_its_own_picture_and_captions_it(path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.setattr(sampling, "sample", pretended)
    said = runpy.run_path(str(path))
    PICTURES[path.stem](said["figure"], said)
    shown = capsys.readouterr().out
    # items with known answers belong to no set, and so to no scenario
    assert "Scenario: base" in shown or "items with known answers" in shown
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 25
    plt.close("all")


@pytest.mark.deep
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
    assert captions.count("**Figure ") == captions.count("Coder: Reader A.") == 6
