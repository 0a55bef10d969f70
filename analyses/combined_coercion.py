"""Loyalty, threat, or both at once: what kind of attempt, and what each kind had a part in.

A compound says that neither of its parts would have sufficed alone; the probability that a part was at work adds up
what it has alone and in compounds. Run it from the top of the repository: python analyses/combined_coercion.py
"""

from pathlib import Path

import xarray as xr

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
BOTH = "loyalty+threat"


def shown(probabilities: xr.DataArray, name: str) -> str:
    """Probabilities by hypothesis or mechanism on one line."""
    return ", ".join(
        f"{each} {float(probabilities.sel({name: each})):.2f}" for each in probabilities[name].values
    )


def tell(es: bt.EvidenceSet, episode: str, title: str) -> None:
    """Print what is probable, and what was at work at all."""
    posterior = bt.update(bt.compile_evidence(es), coder=es.base_coder).sel(episode=episode)
    print(f"   {title}: {shown(posterior['probability'], 'hypothesis')}")
    at_work = bt.inclusion(posterior)["probability"].drop_sel(mechanism=["neither"], errors="ignore")
    print(f"   {'':{len(title)}}  at work: {shown(at_work, 'mechanism')}")


def main() -> None:
    """Print the Saudi attempt under four assumptions, and compounds in the arms set where it declares any."""
    attempt = bt.read_evidence_set(SETS / "saudi_attempt_2021")
    print(
        f"{attempt.question}\nGiven that one of the four is true, and the codings of {attempt.base_coder}:\n"
    )
    for names in [(), ("even_priors",), ("even_priors", "source_doubted"), attempt.preferred]:
        title = " + ".join(names) or "as coded"
        tell(bt.apply_scenario(attempt, *names), "saudi_s400_2021", title)

    evidence = bt.compile_evidence(attempt)
    against = bt.weight_of_evidence(evidence, BOTH, against="loyalty")
    print("\nThe evidence for both, rather than for loyalty alone:")
    for item, db in zip(against["link_item"].values, against.values, strict=True):
        print(f"   {item} {db:+.0f} dB  {attempt.items[str(item)].title}")
    needed = (
        bt.sensitivity.prior_needed(evidence, probability=0.5)["prior_needed"].sel(hypothesis=BOTH).item()
    )
    print(
        f"It leads only for a reader who gives the compound {needed:.2f} or more beforehand. All of it is one passage"
    )
    print("of one text: a demonstration, and not a finding.")

    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    for name, scenario in arms.scenarios.items():
        for episode in scenario.episode_priors if name.startswith("combined") else ():
            print(f"\n{scenario.label}:")
            tell(bt.apply_scenario(arms, name), episode, "as printed")
            tell(bt.apply_scenario(arms, *arms.preferred, name), episode, "preferred ")


if __name__ == "__main__":
    main()
