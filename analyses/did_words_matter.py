"""Did Taiwan's words matter: the claims, or a fear for its name that Washington had unprompted.

The motive is shared by both hypotheses; only what was claimed, and what links a claim to a decision,
can tell them apart. Run it from the top of the repository: python analyses/did_words_matter.py
"""

from pathlib import Path

import bayes_trace as bt

SETS = Path(__file__).parents[1] / "evidence_sets"
COERCION, UNPROMPTED = "loyalty_coercion", "spontaneous_reputation"


def main() -> None:
    """Print the weight of every item, and the answer before and after criticism of the sources."""
    question = bt.read_evidence_set(SETS / "loyalty_or_reputation")
    print(
        f"{question.title}\nGiven that one of the two is true, even priors and the codings of one reader:\n"
    )
    for names in [(), ("source_criticised",)]:
        evidence = bt.compile_evidence(bt.apply_scenario(question, *names))
        weight = bt.weight_of_evidence(evidence, COERCION, against=UNPROMPTED)
        probability = bt.update(evidence)["probability"].sel(hypothesis=COERCION).item()
        print(f"{names[0] if names else 'as printed'}: P(Taiwan's words mattered) {probability:.2f}")
        for item, db in zip(weight["link_item"].values, weight.values, strict=True):
            print(f"   {item:8} {db:+5.1f} dB  {question.items[str(item)].paraphrase[:80]}")
        print(f"   {'sum':8} {float(weight.sum()):+5.1f} dB\n")

    criticised = bt.compile_evidence(bt.apply_scenario(question, "source_criticised"))
    needed = bt.sensitivity.prior_needed(criticised, probability=0.5)
    prior = float(needed["prior_needed"].sel(hypothesis=COERCION).item())
    print(f"After criticism a reader must start from {prior:.2f} to end at even odds: the motive is well")
    print("attested, the step from Taiwan's words to it is not.")


if __name__ == "__main__":
    main()
