"""The article's theory put to its own cases: what conditions do, and what so few cases cannot tell.

Does a record of loyalty raise the share of loyalty coercion among the transfers that were granted,
and does it help an attempt to succeed? Run it from the top of the repository:
python analyses/comparative.py
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import bayes_trace as bt
from bayes_trace.models import comparative_model, success_model
from bayes_trace.sampling import sample
from bayes_trace.summary import summarise_coefficients

SETS = Path(__file__).parents[1] / "evidence_sets"
CONDITION = "loyalty_record"
LOYALTY = "loyalty_coercion"


def main() -> None:
    """Fit both models and say what was learned, and what was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000, help="draws of each chain")
    draws = parser.parse_args().draws
    evidence = bt.compile_evidence(bt.read_evidence_set(SETS / "us_arms_transfers"))

    granted = sample(
        comparative_model(evidence, conditions=[CONDITION]), draws=draws, seed=1, on_failure="mark"
    )
    print(
        f"1. Does {CONDITION} raise the share of {LOYALTY} among {granted.posterior.sizes['episode']} grants?"
    )
    table = summarise_coefficients(granted)
    effect = table[(table["quantity"] == "effect") & (table["hypothesis"] == LOYALTY)].iloc[0]
    _say("difference in the share between the least and the most loyal partner", effect)
    print(f"   left out, since they restate the condition or the outcome: {granted.attrs['left_out']}")

    attempts = sample(success_model(evidence, conditions=[CONDITION]), draws=draws, seed=1, on_failure="mark")
    print("\n2. Does it help an attempt to succeed?")
    slope = summarise_coefficients(attempts).iloc[0]
    _say("log-odds of success per standard deviation of the record", slope)

    print("\n3. What these cases cannot tell")
    _say_limits(granted, effect["flag"], slope["flag"])


def _say(what: str, row: pd.Series) -> None:
    """What was learned of one quantity, beside its prior."""
    print(f"   {what}: {row['mean']:+.2f}, 90 % from {row['low_90']:+.2f} to {row['high_90']:+.2f};")
    print(
        f"   above zero with probability {row['p_positive']:.2f}, before the evidence {row['prior_p_positive']:.2f}"
    )
    print(f"   prior sd {row['prior_sd']:.2f}, now {row['sd']:.2f}: contraction {row['contraction']:.2f}")
    print(f"   with half the prior scale {row['half_scale']:+.2f}, with twice {row['twice_scale']:+.2f}")
    if row["flag"]:
        print(f"   {row['flag']}")


def _say_limits(draws: xr.DataTree, *flags: str) -> None:
    """Separation, driven by priors, and administrations that dealt with one partner only."""
    if any("prior-driven" in flag for flag in flags):
        print("   How large the difference is rests on the prior: another scale gives another number.")
    if any("separation" in flag for flag in flags):
        print("   The record tells the explanations (nearly) completely apart, so that the data set no upper")
        print("   limit to its coefficient; only the prior does.")
    constant = draws.constant_data
    record = constant["condition_value"].sel(column=CONDITION).values
    cases, administrations = (
        constant["case"].values.astype(str),
        constant["administration"].values.astype(str),
    )
    alone = [name for name in np.unique(administrations) if len(set(cases[administrations == name])) == 1]
    print(
        f"   {len(alone)} of {len(set(administrations))} administrations dealt with one case only, so that who"
    )
    print("   governed in Washington and whom it dealt with cannot be told apart.")
    levels = {name: sorted(set(record[cases == name].tolist())) for name in np.unique(cases)}
    said = "; ".join(f"{name} {', '.join(f'{v:g}' for v in values)}" for name, values in levels.items())
    print(f"   Values of {CONDITION} by case: {said}.")


if __name__ == "__main__":
    main()
