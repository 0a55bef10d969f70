"""The same decision under every named change of assumptions.

From the top of the repository: python analyses/plots/plot_scenarios.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
side_by_side = sensitivity.scenarios(arms, episodes=["f5e_1972"], skip_unfit=True)
labels = {name: each.label for name, each in arms.scenarios.items()}

figure = plots.plot_scenarios(side_by_side, coder="reader_a", labels=labels)
print(plots.caption(side_by_side, posterior, text="The F-5E decision by scenario."))
for path in sys.argv[1:]:
    plots.save(figure, path)
