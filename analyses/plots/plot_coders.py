"""What each coder concludes, and both together.

From the top of the repository: python analyses/plots/plot_coders.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
pooled = sensitivity.pool(evidence)

figure = plots.plot_coders(pooled, of="loyalty_coercion")
print(plots.caption(bt.update(evidence), every_coder=True, text="Loyalty coercion by coder."))
for path in sys.argv[1:]:
    plots.save(figure, path)
