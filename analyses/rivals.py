"""The rivals that the article names and does not test, and what is left of loyalty coercion beside them.

Sources are criticised and each origin is counted once, since a rival that the article waves away by its own uncited
sentence is not tested by it. Run it from the top of the repository: python analyses/rivals.py
"""

from pathlib import Path

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
LOYALTY = "loyalty_coercion"
EVEN = 0.5
CRITICISED = ("source_criticised", "clustered")
SETTINGS = {
    "four": CRITICISED,
    "nine, even": (*CRITICISED, "rivals_even"),
    "nine, hard case": (*CRITICISED, "rivals_hard_case"),
}


def main() -> None:
    """Print P(loyalty coercion) and the strongest rival of every decision, among four and among nine."""
    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    sets = {name: bt.apply_scenario(arms, *scenarios) for name, scenarios in SETTINGS.items()}
    answers = {name: bt.update(bt.compile_evidence(es), coder=arms.base_coder) for name, es in sets.items()}
    print(
        f"P(loyalty coercion) by the codings of {arms.base_coder}, sources criticised, given the explanations named:\n"
    )
    print(f"   {'decision':22} {'  '.join(f'{name:>16}' for name in answers)}   strongest rival among nine")
    base, lost = answers["four"], []
    for episode in base["episode"].values[~base["is_aggregate"].values]:
        each = [
            post["probability"].sel(episode=episode, hypothesis=LOYALTY).item() for post in answers.values()
        ]
        rivals = answers["nine, even"]["probability"].sel(episode=episode).drop_sel(hypothesis=LOYALTY)
        rival = f"{rivals.idxmax('hypothesis').item()} {float(rivals.max()):.2f}"
        print(f"   {episode:22} {'  '.join(f'{p:16.2f}' for p in each)}   {rival}")
        if each[0] >= EVEN > each[-1]:
            lost.append(str(episode))
    print(
        f"\nLoyalty coercion is at even odds or better among four, and no longer among nine as a hard case, for {len(lost)}:"
    )
    print(f"{', '.join(lost) or 'none'}.")
    print(
        "A rival that was never looked for is not refuted: these numbers are of the papers that the article cites."
    )


if __name__ == "__main__":
    main()
