"""The article's mechanism as a causal model: what it implies for each observable, beside what readers typed in.

A record of loyalty lets a partner plead it; record, plea and audience make Washington believe that its name is
at stake; belief brings a reply and, beside strategic value, the transfer. The picture and its even shares are an
illustration by the project. Run it from the top of the repository: python analyses/causal_mechanism.py
"""

from pathlib import Path

import numpy as np
import xarray as xr

import bayes_trace as bt
from bayes_trace import causal

SETS = Path(__file__).parents[1] / "evidence_sets"
ARROWS = [
    "record -> attempt",
    "record -> belief",
    "audience -> belief",
    "attempt -> belief",
    "belief -> reply",
    "belief -> success",
    "value -> success",
]
#: a transfer was made; which of its possible reasons was needed?
RIVALS = {
    "loyalty_coercion": "success[attempt=0] == 0",
    "geostrategic_coercion": "success[attempt=0] == 1 & success[value=0] == 0",
    "neither needed": "success[attempt=0] == 1 & success[value=0] == 1",
}
#: node -> what is found, and the entries of the codebook that speak of it
OBSERVABLES = {
    "record": (1, {"S1"}),
    "audience": (1, {"P2"}),
    "attempt": (1, {"J1", "J3"}),
    "belief": (1, {"M3", "P1"}),
    "reply": (1, {"M4"}),
    "value": (0, {"M6"}),
}
GRANTED = {"success": 1}


#: belief where record, plea and audience come together, or never
ALL_THREE = {"belief": {"00000000": 0.5, "00000001": 0.5}}


def main() -> None:
    """Print what the model implies and what the readers said."""
    statement = "; ".join(ARROWS)
    even = causal.CausalModel(statement, increasing=ARROWS)
    strict = causal.CausalModel(statement, increasing=ARROWS, shares=ALL_THREE)
    print("1. What was needed for transfers that were made: even shares of types; belief needs all three")
    for name, share in causal.priors_from(even, RIVALS, given=GRANTED).items():
        print(f"   {name:<24}{share:>5.2f}{causal.priors_from(strict, RIVALS, given=GRANTED)[name]:>8.2f}")

    arms = bt.compile_evidence(bt.read_evidence_set(SETS / "us_arms_transfers"))
    print(
        "\n2. Loyalty against geostrategic coercion, dB: each observable alone, seen without error, and the readers"
    )
    print(f"   {'':<12}{'even':>8}{'all three':>11}{'reader A':>10}{'reader B':>10}{'items':>7}")
    for node, (found, codes) in OBSERVABLES.items():
        models = [_weight(_likelihoods(model, {node: found})[node]) for model in (even, strict)]
        typed = [_typed(arms, codes, coder) for coder in arms["coder"].values]
        name = node if found else f"no {node}"
        print(
            f"   {name:<12}{models[0]:>+8.1f}{models[1]:>+11.1f}{np.median(typed[0]):>+10.1f}"
            f"{np.median(typed[1]):>+10.1f}{typed[0].size:>7}"
        )

    print("\n3. All at once but for value, whose absence rules geostrategic coercion out")
    clues = {node: found for node, (found, _) in OBSERVABLES.items() if node != "value"}
    for title, model in {"even": even, "all three": strict}.items():
        given = sum(map(_weight, _likelihoods(model, clues).values()))
        alone = sum(_weight(_likelihoods(model, {node: found})[node]) for node, found in clues.items())
        print(
            f"   {title}: each given those before it {given:+.1f} dB, as if each stood alone {alone:+.1f} dB"
        )


def _likelihoods(model: causal.CausalModel, clues: dict[str, int]) -> dict[str, dict[str, float]]:
    return causal.likelihoods_from(model, clues, RIVALS, given=GRANTED)


def _weight(row: dict[str, float]) -> float:
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(np.divide(row["loyalty_coercion"], row["geostrategic_coercion"])))


def _typed(arms: xr.Dataset, codes: set[str], coder: str) -> np.ndarray:
    """What a reader made of items on grants that speak of one of these entries, dB."""
    weight = bt.weight_of_evidence(arms, "loyalty_coercion", against="geostrategic_coercion", coder=coder)
    granted = arms["granted"].sel(episode=weight["link_episode"].values).values == "yes"
    speaks = [bool(codes & set(str(text).split())) for text in weight["link_implication"].values]
    return weight.values[granted & np.array(speaks)]


if __name__ == "__main__":
    main()
