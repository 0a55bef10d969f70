"""Why did Pakistan not get more? The article's three questions, put to its own evidence.

Run it from the top of the repository: python analyses/pakistan.py
"""

from pathlib import Path

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
LOYALTY = "loyalty_coercion"


def main() -> None:
    """Print the answers to the three questions."""
    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    case = next(each for each in arms.cases if each.case == "pakistan")
    evidence = bt.compile_evidence(arms)
    posterior = bt.update(evidence)
    mine = posterior.sel(episode=posterior["case"] == case.case)

    print(f"{case.label}: given these four hypotheses, equal priors, and each coder alone\n")
    print(
        f"1. What tied the partners before?\n   loyalty record {case.conditions['loyalty_record']:g} of 1\n"
    )

    print("2. Was loyalty pleaded, and did it succeed?")
    attempt = bt.trajectory(evidence, "appeal_1955").sel(hypothesis=LOYALTY)
    for item, p in zip(attempt["item"].values, attempt.values, strict=True):
        print(f"   1955, after {item or 'the prior':15} P(loyalty coercion) {p:.2f}")

    print("\n3. Why was each transfer made, or refused?")
    for name in mine["episode"].values:
        granted = arms.episodes[name].granted
        answers = []
        for coder in mine["coder"].values:
            p = mine["probability"].sel(episode=name, coder=coder)
            answers.append(f"{coder}: {p.idxmax('hypothesis').item()} {float(p.max()):.2f}")
        print(f"   {name:22} granted: {granted:7} {'; '.join(answers)}")

    likeliest = mine["probability"].sel(coder=arms.base_coder).idxmax("hypothesis") == LOYALTY
    refused = [n for n in mine["episode"].values if arms.episodes[n].granted == "no"]
    made = [n for n in mine["episode"].values if arms.episodes[n].granted == "yes"]
    print(f"\nOf {len(made)} transfers made, loyalty coercion is the likeliest reason for ", end="")
    print(f"{int(likeliest.sel(episode=made).sum())};")
    print(f"of {len(refused)} refusals, the want of loyalty or audience for ", end="")
    print(f"{int(likeliest.sel(episode=refused).sum())}. Both sides of the theory show, unevenly.")


if __name__ == "__main__":
    main()
