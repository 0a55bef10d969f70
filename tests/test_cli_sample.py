"""``bayes-trace sample`` in a process of its own: what it prints, what it writes, what it refuses."""

import json

import pytest
import xarray as xr

import bayes_trace as bt
from tests.arms import arms_compiled
from tests.command import SETS, call, run

SMALL, ARMS = SETS / "loyalty_or_reputation", SETS / "us_arms_transfers"


def test_draws_are_written_read_back_and_agree_with_the_exact_answer(tmp_path):
    file = tmp_path / "deep" / "draws.nc"
    shown = run("sample", SMALL, "--seed", 1, "--draws", 600, "--out", file, "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert (told["model"], told["converged"], told["seed"]) == ("elicitation", 1, 1)
    assert (told["sampler"], told["method"], told["coder"]) == ("direct", "direct", "reader_a")
    row = next(each for each in told["episodes"] if each["hypothesis"] == "loyalty_coercion")
    assert row["mean"] == pytest.approx(exact_answer(), abs=max(4 * row["mcse"], 0.005))
    assert row["low_95"] < row["low_90"] < row["median"] < row["high_90"] < row["high_95"]
    with xr.open_datatree(file, engine="h5netcdf") as stored:
        assert {"posterior", "prior", "log_likelihood", "observed_data", "constant_data"} <= set(
            stored.children
        )
        assert stored["posterior"]["probability"].sizes["draw"] == 600
        assert stored.attrs["digest"] == told["digest"]


def exact_answer():
    """P(loyalty coercion) with every range integrated out."""
    exact = bt.update(bt.compile_evidence(bt.read_evidence_set(SMALL)), point="mean")
    return exact["probability"].sel(hypothesis="loyalty_coercion").item()


@pytest.mark.deep
@pytest.mark.parametrize("sampler", ["pymc", "numpyro"])
def test_every_sampler_agrees_with_the_exact_answer(sampler):
    shown = run("sample", SMALL, "--sampler", sampler, "--seed", 1, "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    row = next(each for each in told["episodes"] if each["hypothesis"] == "loyalty_coercion")
    assert row["mean"] == pytest.approx(exact_answer(), abs=max(4 * row["mcse"], 0.005))
    assert (told["sampler"], told["converged"]) == (sampler, 1)
    # NumPyro compiles while it samples
    assert ("compile_seconds" in told) == (sampler != "numpyro")


@pytest.mark.deep
def test_the_table_of_draws_fits_a_terminal():
    shown = run("sample", SMALL, "--seed", 1, "--draws", 600, width=80)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    names = [line.split()[0] for line in lines if line.startswith("  ")]
    assert names == ["loyalty_coercion", "spontaneous_reputation"]


@pytest.mark.deep
def test_another_coder_is_sampled_alone():
    shown = run("sample", ARMS, "--coder", "reader_b", "--episode", "f5e_1972", "--seed", 1, "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert (told["sampler"], told["coder"]) == ("direct", "reader_b")
    exact = bt.update(arms_compiled(), coder="reader_b", point="mean", refused="best")
    for row in told["episodes"]:
        p = exact["probability"].sel(episode="f5e_1972", hypothesis=row["hypothesis"]).item()
        assert row["mean"] == pytest.approx(p, abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([SMALL, "--out", "."], "is a directory"),
        ([SMALL, "--out", "draws.csv"], "expected a file ending in .nc"),
        (
            [SMALL, "--condition", "loyalty_record"],
            "--condition applies only to --model comparative or success",
        ),
        ([SMALL, "--model", "comparative", "-e", "x"], "--episode applies only to --model elicitation"),
        ([SMALL, "--model", "comparative", "--coder", "all"], "--coder applies only to --model elicitation"),
        ([SMALL, "--coder", "nobody"], "no coder named 'nobody'; there are: reader_a, all"),
        ([SMALL, "--model", "guess"], "guess"),
        ([SMALL, "-e", "nowhere"], "no episode named 'nowhere'"),
        ([SMALL, "--draws", "0"], "'--draws'"),
        ([SMALL, "--tune", "0"], "'--tune'"),
        ([SMALL, "--seed", "-1"], "'--seed'"),
        ([ARMS, "--coder", "all", "--sampler", "direct"], "2 coders are modelled together"),
    ],
)
def test_wrong_calls_exit_2_before_anything_is_compiled(arguments, said, tmp_path):
    shown = call("sample", *arguments, cwd=tmp_path, width=200)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr
    assert not list(tmp_path.iterdir())
