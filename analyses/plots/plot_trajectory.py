"""Belief as the documents accumulate, with the decision of December 1972 marked.

From the top of the repository: python analyses/plots/plot_trajectory.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
path = bt.trajectory(evidence, "f5e_1972")

figure = plots.plot_trajectory(path, decision=str(posterior["date"].sel(episode="f5e_1972").item()))
print(plots.caption(posterior, text="The F-5E decision, document by document."))
for path in sys.argv[1:]:
    plots.save(figure, path)
