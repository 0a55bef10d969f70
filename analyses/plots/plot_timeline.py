"""When the F-5E was decided, its documents written, and the words in them spoken.

From the top of the repository: python analyses/plots/plot_timeline.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
posterior = bt.update(bt.compile_evidence(arms))

figure = plots.plot_timeline(arms, episode="f5e_1972")
print(plots.caption(posterior, text="The F-5E decision: documents, statements and the decision in time."))
for path in sys.argv[1:]:
    plots.save(figure, path)
