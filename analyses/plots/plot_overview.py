"""What leads in every decision, under every set of assumptions and by either reader.

From the top of the repository: python analyses/plots/plot_overview.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
preferred = "source_criticised+clustered+with_external_records"
names = [
    "source_criticised",
    "clustered",
    "with_external_records",
    "outcome_free",
    "with_residual",
    preferred,
]
numbers = sensitivity.scenarios(arms, names=names, skip_unfit=True)
labels = {
    "source_criticised": "Sources criticised",
    "clustered": "Origins once",
    "outcome_free": "Outcome set apart",
}
labels |= {"with_external_records": "Outside records", "with_residual": "With a rest", preferred: "Preferred"}

figure = plots.plot_overview(numbers, evidence=evidence, preferred=preferred, labels=labels)
print(
    plots.caption(
        numbers,
        bt.update(evidence),
        every_coder=True,
        text="What leads, decision by decision.",
        labels=labels,
    )
)
for path in sys.argv[1:]:
    plots.save(figure, path)
