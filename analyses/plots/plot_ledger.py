"""The waterfall: what each item adds to loyalty coercion against the runner-up.

From the top of the repository: python analyses/plots/plot_ledger.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
weight = bt.weight_of_evidence(evidence, "loyalty_coercion", against="geostrategic_coercion")

figure = plots.plot_ledger(weight, episode="f104_1961", posterior=posterior, group="step")
print(plots.caption(weight, posterior, text="The F-104 of 1961, item by item."))
for path in sys.argv[1:]:
    plots.save(figure, path)
