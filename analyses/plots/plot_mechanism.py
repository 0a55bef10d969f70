"""What speaks to each step of loyalty coercion in the F-5E decision.

From the top of the repository: python analyses/plots/plot_mechanism.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)

figure = plots.plot_mechanism(evidence, "loyalty_coercion", against="quid_pro_quo", episode="f5e_1972")
print(plots.caption(bt.update(evidence), text="The F-5E decision, step by step of loyalty coercion."))
for path in sys.argv[1:]:
    plots.save(figure, path)
