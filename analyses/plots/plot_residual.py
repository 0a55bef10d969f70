"""What an explanation of the F-5E decision that nobody named would have to be worth.

From the top of the repository: python analyses/plots/plot_residual.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms, episodes=["f5e_1972"])
residual = sensitivity.residual_sweep(evidence, prior=0.1)

figure = plots.plot_residual(residual, labels={**plots.labels_from(evidence), "unnamed": "Unnamed rival"})
print(plots.caption(bt.update(evidence), text="The F-5E decision with a rival that nobody named."))
for path in sys.argv[1:]:
    plots.save(figure, path)
