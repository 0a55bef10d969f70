"""Why did Washington keep arming Taiwan? The article's three questions, put to its own evidence.

Run it from the top of the repository: python analyses/taiwan.py
"""

from pathlib import Path

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
LOYALTY = "loyalty_coercion"


def main() -> None:
    """Print the answers to the three questions."""
    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    case = next(each for each in arms.cases if each.case == "taiwan")
    evidence = bt.compile_evidence(arms)
    posterior = bt.update(evidence, coder=arms.base_coder)
    mine = posterior.sel(episode=(posterior["case"] == case.case) & ~posterior["is_aggregate"])
    front = bt.lead(mine)

    print(f"{case.label}: given these four hypotheses, equal priors and the codings of {arms.base_coder}\n")
    print(
        f"1. What tied the partners before?\n   loyalty record {case.conditions['loyalty_record']:g} of 1\n"
    )

    attempts = [item for item in case.items if item.step == "attempt" and item.codings]
    granted = [name for name in mine["episode"].values if arms.episodes[name].granted == "yes"]
    print(f"2. Was loyalty pleaded, and did it succeed?\n   {len(attempts)} coded items of an attempt")
    print(f"   {len(granted)} of {mine.sizes['episode']} scored outcomes were granted in full\n")

    print("3. Were arms received because of it?")
    weight = bt.weight_by_step(evidence, LOYALTY, against="quid_pro_quo")
    weakest = bt.weakest_step(weight)
    for name in mine["episode"].values:
        p = float(mine["probability"].sel(episode=name, hypothesis=LOYALTY))
        lead, leader = float(front["lead"].sel(episode=name)), front["leader"].sel(episode=name).item()
        print(f"   {name:20} P(loyalty coercion) {p:.2f}; {leader} leads by {lead:.1f} dB; ", end="")
        print(f"weakest step {weakest.sel(episode=name).item()}")

    print("\nThe decision on the F-5E, 1972, as criticism goes on:")
    for names in [
        (),
        ("source_criticised", "clustered"),
        ("source_criticised", "clustered", "with_external_records"),
    ]:
        post = bt.update(bt.compile_evidence(bt.apply_scenario(arms, *names)), coder=arms.base_coder)
        p = post["probability"].sel(episode="f5e_1972")
        shown = "; ".join(f"{h} {float(p.sel(hypothesis=h)):.2f}" for h in (LOYALTY, "quid_pro_quo"))
        print(f"   {' + '.join(names) or 'as printed':60} {shown}")


if __name__ == "__main__":
    main()
