"""The theory as such: whether pleas succeed where it says that they should, and what a pair of cases can tell.

Outcomes and mechanisms are the evidence here, and theories the hypotheses. A pair of cases that was picked for a
success and a failure shows less than one that was met with; the set says from how many it may have been picked.
Run it from the top of the repository: python analyses/theory.py
"""

from pathlib import Path

import numpy as np

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
OWN = "conditional"
SUCCESS, FAILURE = "OUT-01", "OUT-08"


def main() -> None:
    """Print the posterior of the theories as evidence is added, and what selection takes away."""
    theory = bt.read_evidence_set(SETS / "loyalty_theory")
    short = {each.id: each.short for each in theory.hypotheses}
    print(
        f"{theory.question}\nGiven that one of four is true, even priors unless said, the codings of one reader:\n"
    )
    for name in ("built_on", "as_told", "with_refusals", "", "sceptical"):
        es = bt.apply_scenario(theory, *filter(None, [name]))
        p = bt.update(bt.compile_evidence(es))["probability"].sel(episode="record_1955_2021")
        shown = "  ".join(f"{short[h]} {float(p.sel(hypothesis=h)):.2f}" for h in es.hypothesis_ids)
        title = theory.scenarios[name].label if name else "All outcomes, and how they came about"
        print(f"   {title:50} {shown}")

    evidence = bt.compile_evidence(theory)
    weight = bt.weight_of_evidence(evidence, OWN, against="unconditional")
    order = np.argsort(weight.values)
    print("\nDoes the plea need the record? The items that say no and yes most, against words for anyone:")
    for n in (*order[:2], *order[-2:]):
        print(f"   {float(weight[n]):+5.1f} dB  {theory.items[str(weight['link_item'].values[n])].title}")

    coded = {name: theory.items[name].codings[0].values for name in (SUCCESS, FAILURE)}
    pair = {h: float(coded[SUCCESS][h].best) * float(coded[FAILURE][h].best) for h in theory.hypothesis_ids}
    selection = theory.selection
    assert selection is not None
    stated = [selection.candidates.lower, float(selection.candidates.best), selection.candidates.upper]
    print("\nThe two cases alone, a success and a failure, if the pair was picked from so many:")
    for candidates in sorted({*stated, 10.0}):
        likelihood = {h: 1 - (1 - p) ** candidates for h, p in pair.items()}
        p = bt.update(bt.compile_evidence(bt.from_table({"pair": likelihood})))["probability"]
        print(f"   {candidates:3.0f}  P({short[OWN]}) {float(p.sel(hypothesis=OWN).item()):.2f}")
    print("Picked freely, the pair says nothing: any theory finds one such pair among many.")


if __name__ == "__main__":
    main()
