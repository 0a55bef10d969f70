"""Does the article's reading survive a critic? Every scored episode, then the F-5E of 1972 at length.

Run it from the top of the repository: python analyses/sensitivity.py
"""

from pathlib import Path

import bayes_trace as bt
from bayes_trace import sensitivity

SETS = Path(__file__).parents[1] / "evidence_sets"
READING, RIVAL, DWELL = "loyalty_coercion", "quid_pro_quo", "f5e_1972"
CRITICISM = "source_criticised+clustered"
STEPS = {
    "base": "base",
    "sources": "source_criticised",
    "clusters": "clustered",
    "records": "with_external_records",
    "all three": f"{CRITICISM}+with_external_records",
}


def main() -> None:
    """Print one row per episode, and the long answer for one."""
    arms = bt.read_evidence_set(SETS / "us_arms_transfers")
    ev = bt.compile_evidence(arms)
    named = sensitivity.scenarios(arms, names=[*list(STEPS.values())[1:], CRITICISM])
    table = sensitivity.robustness(ev, scenarios=named)
    sceptic = sensitivity.prior_needed(ev, doubt_db=10)["skeptical"].sel(hypothesis=READING)
    level = sensitivity.residual_sweep(ev, prior=0.2)["overtakes_at"]
    ours, other = (named.sel(coder=coder) for coder in arms.coder_ids[:2])

    print(
        f"Does {READING} lead? Given these four hypotheses and equal priors; {arms.base_coder} but for 'coder'."
    )
    print(
        "sources criticised; clusters counted once; records outside the article added; coder: the other one;"
    )
    print(
        "sceptic: P from odds 10 dB lower; residual: dB by which an unnamed rival (prior .2) must fit better to"
    )
    print("draw level with whoever leads; search: dB off each favouring item that end the lead\n")
    columns = [*STEPS, "coder", "sceptic", "residual", "search"]
    print(f"{'episode':21}" + "".join(f"{name:>10}" for name in columns))
    for name in ev["episode"].values:
        leaders = [ours["leader"].sel(scenario=step, episode=name).item() for step in STEPS.values()]
        leaders.append(other["leader"].sel(scenario="base", episode=name).item())
        cells = "".join(f"{'yes' if leader == READING else 'no':>10}" for leader in leaders)
        row = table.sel(episode=name)
        numbers = (
            sceptic.sel(episode=name).item(),
            level.sel(episode=name).item(),
            row["search_bias"].item(),
        )
        print(f"{name:21}{cells}" + "".join(f"{n:10.2f}" for n in numbers))

    print(f"\n{DWELL}, as criticism goes on: P({READING}) and P({RIVAL})")
    for step in ("base", "source_criticised", CRITICISM, STEPS["all three"]):
        p = named["probability"].sel(scenario=step, episode=DWELL, hypothesis=[READING, RIVAL])
        shown = "; ".join(
            f"{coder} {a:.2f} {b:.2f}" for coder, (a, b) in zip(p["coder"].values, p.values, strict=True)
        )
        print(f"   {step:50}{shown}")
    print(f"What makes the difference, in dB against {RIVAL}:")
    change = ours["difference"].sel(scenario=STEPS["all three"])
    parts = {str(name): float(db) for name, db in zip(change["component"].values, change.values, strict=True)}
    for name, db in sorted(parts.items(), key=lambda part: -abs(part[1])):
        if name.endswith(f"@{DWELL}") and round(db, 1):
            print(f"   {name.split('@')[0]:12}{db:+6.1f}")
    one = table.sel(episode=DWELL)
    print(
        f"As printed, {one['items_to_tie'].item():.0f} items must go before nothing of the lead is left, ",
        end="",
    )
    print(
        f"{one['items_to_turn'].item():.0f} turned around end it,\na prior of {one['prior_needed'].item():.3f} is ",
        end="",
    )
    print(f"enough for even odds; with every range at its worst P is {one['least'].item():.3f}.")


if __name__ == "__main__":
    main()
