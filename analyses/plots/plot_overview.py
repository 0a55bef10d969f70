"""What leads in every decision, under every set of assumptions and by either reader.

From the top of the repository: python analyses/plots/plot_overview.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
preferred = "source_criticised+clustered+with_external_records"
numbers = sensitivity.scenarios(arms, names=[*arms.scenarios, preferred], skip_unfit=True)
labels = {name: each.label for name, each in arms.scenarios.items()} | {preferred: "Preferred"}
parts = dict.fromkeys(("loyalty_coercion_allies", "loyalty_coercion_adversaries"), "loyalty_coercion")

figure = plots.plot_overview(numbers, evidence=evidence, preferred=preferred, parts=parts, labels=labels)
print(plots.caption(numbers, bt.update(evidence), every_coder=True, text="What leads, decision by decision."))
for path in sys.argv[1:]:
    plots.save(figure, path)
