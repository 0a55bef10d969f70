"""Which likelihood, within its stated range, moves the lead most.

From the top of the repository: python analyses/plots/plot_tornado.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
ranges = sensitivity.one_way(evidence)

figure = plots.plot_tornado(ranges, episode="f104_1961", lead=bt.lead(posterior))
print(plots.caption(ranges, posterior, text="The F-104 of 1961: swings within stated ranges."))
for path in sys.argv[1:]:
    plots.save(figure, path)
