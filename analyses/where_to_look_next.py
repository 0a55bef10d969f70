"""Where to look next: which paper that an archive may hold would teach most about these decisions.

Planned items of the set are coded as if they had been found; they count for nothing yet. What a search is worth
depends on what is believed already, so all is done under the assumptions that the set prefers.
Run it from the top of the repository: python analyses/where_to_look_next.py
"""

from pathlib import Path

import numpy as np

import bayes_trace as bt
from bayes_trace import planning

SETS = Path(__file__).parents[1] / "evidence_sets"
EPISODE = "f5e_1972"
SHOWN, TOGETHER = 5, 3


def main() -> None:
    """Print the searches by what they would teach: one by one, several together, one after another."""
    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    evidence = bt.compile_evidence(bt.apply_scenario(arms, *arms.preferred))

    print("1. Which search first? Bits expected, and bits for each day in the archive")
    for coder in evidence["coder"].values:
        ranked = planning.best_next(evidence, coder=coder)
        print(f"   {coder}")
        for place in range(SHOWN):
            one = ranked.isel(item=place)
            print(
                f"   {float(one.mutual_information):>8.3f}{float(one.per_cost):>8.3f}  "
                f"{one.title.item()} [{one.item.item()}]"
            )

    print(f"\n2. What would the ends of the first do? {arms.base_coder}")
    first = planning.describe_next(planning.best_next(evidence), planning.outcomes(evidence))
    print("   " + first.replace("\n", "\n   "))

    chosen = planning.best_plan(evidence, k=TOGETHER)
    print(f"\n3. Which {TOGETHER} together? {', '.join(chosen['item'].values)}:", end=" ")
    print(f"{chosen.attrs['mutual_information']:.3f} bits; one at a time {chosen.attrs['greedy']:.3f}")

    print(f"\n4. {arms.episodes[EPISODE].label}: look here, then there")
    tree = planning.strategy(evidence, episode=EPISODE)
    print("   " + planning.describe_strategy(tree).replace("\n", "\n   "))

    weight = planning.expected_weight(evidence).expected_weight
    print("\n5. Which search would bring most, if a hypothesis is true? dB to be expected against its rival")
    for of, against in (("loyalty_coercion", "quid_pro_quo"), ("quid_pro_quo", "loyalty_coercion")):
        row = weight.sel(truth=of, against=against)
        best = row.isel(planned=int(np.argmax(row.values)))
        print(f"   {of:<18}{float(best):>6.1f}  {best['planned'].item()}")


if __name__ == "__main__":
    main()
