"""What is left of the leader of the F-5E decision without each document.

From the top of the repository: python analyses/plots/plot_leave_one_out.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence)
without = sensitivity.leave_one_out(evidence)

figure = plots.plot_leave_one_out(without, posterior, episode="f5e_1972", labels=plots.labels_from(evidence))
print(plots.caption(posterior, text="The F-5E decision without each item in turn."))
for path in sys.argv[1:]:
    plots.save(figure, path)
