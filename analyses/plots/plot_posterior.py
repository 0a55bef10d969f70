"""Every outcome of one case: how probable each explanation is, the prior beside it.

From the top of the repository: python analyses/plots/plot_posterior.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")

figure = plots.plot_posterior(posterior, case="pakistan")
print(plots.caption(posterior, text="Pakistan, 1955-66: posterior by outcome."))
for path in sys.argv[1:]:
    plots.save(figure, path)
