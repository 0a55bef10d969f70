"""The plane of likelihoods, with the regions of the four tests.

From the top of the repository: python analyses/plots/plot_evidence_space.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")

figure = plots.plot_evidence_space(
    evidence, "loyalty_coercion", against="quid_pro_quo", episode="taiwan_1970s"
)
print(plots.caption(posterior, text="Taiwan in the 1970s: items in the space of evidence."))
for path in sys.argv[1:]:
    plots.save(figure, path)
