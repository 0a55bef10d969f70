"""Which steps of the mechanism the documents speak to, and which way.

From the top of the repository: python analyses/plots/plot_steps.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
by_step = bt.weight_by_step(evidence, "loyalty_coercion", against="geostrategic_coercion")

figure = plots.plot_steps(by_step, evidence=evidence, case="pakistan")
print(plots.caption(by_step, posterior, text="Pakistan: coverage of the mechanism."))
for path in sys.argv[1:]:
    plots.save(figure, path)
