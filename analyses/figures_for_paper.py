"""The six figures of an imagined article, at column width, with their captions.

Run it from the top of the repository: python analyses/figures_for_paper.py --out figures
"""

import argparse
from pathlib import Path

import bayes_trace as bt
from bayes_trace import plots, sensitivity

SETS = Path(__file__).parents[1] / "evidence_sets"
LOYALTY, BARGAIN, DECISION, CODER = "loyalty_coercion", "quid_pro_quo", "f5e_1972", "reader_a"


def figures() -> dict[str, tuple[plots.Drawing, str]]:
    """Name -> figure and caption."""
    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    evidence = bt.compile_evidence(arms)
    words = plots.labels_from(evidence)
    post = bt.update(evidence, coder=CODER)
    date = str(post["date"].sel(episode=DECISION).item())
    weight = bt.weight_of_evidence(evidence, LOYALTY, against=BARGAIN)
    steps = bt.weight_by_step(evidence, LOYALTY, against=BARGAIN)
    side_by_side = sensitivity.scenarios(arms, episodes=[DECISION], skip_unfit=True)
    needed = sensitivity.prior_needed(evidence)
    return {
        "1_posterior": (
            plots.plot_posterior(post, case="pakistan"),
            plots.caption(post, text="Pakistan: why each outcome happened.", labels=words),
        ),
        "2_trajectory": (
            plots.plot_trajectory(bt.trajectory(evidence, DECISION), decision=date),
            plots.caption(post, text="The F-5E decision of 1972, document by document.", labels=words),
        ),
        "3_ledger": (
            plots.plot_ledger(weight, episode=DECISION, posterior=post, group="step"),
            plots.caption(weight, post, text="The same decision, item by item.", labels=words),
        ),
        "4_mechanism": (
            plots.plot_steps(steps, evidence=evidence, case="taiwan"),
            plots.caption(
                steps, post, text="Taiwan: what speaks to each step of loyalty coercion.", labels=words
            ),
        ),
        "5_scenarios": (
            plots.plot_scenarios(side_by_side, coder=CODER),
            plots.caption(
                side_by_side, post, text="The F-5E decision under other assumptions.", labels=words
            ),
        ),
        "6_prior_needed": (
            plots.plot_prior_needed(needed, of=LOYALTY, case="taiwan"),
            plots.caption(needed, post, text="Taiwan: how sceptical a reader may start.", labels=words),
        ),
    }


def main() -> None:
    """Write each figure as PDF, SVG and PNG, and the captions as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("figures"), help="folder, made if need be")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    captions = []
    for name, (figure, words) in figures().items():
        captions.append(f"**Figure {name[0]}.** {words}")
        for kind in ("pdf", "svg", "png"):
            plots.save(figure, out / f"{name}.{kind}", caption=words)
    (out / "captions.md").write_text("\n\n".join(captions) + "\n", encoding="utf-8")
    print(f"{len(captions)} figures in {out}")


if __name__ == "__main__":
    main()
