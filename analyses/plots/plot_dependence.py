"""What is left of the answer if the items repeat one another.

From the top of the repository: python analyses/plots/plot_dependence.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
sweep = sensitivity.dependence_sweep(evidence, by="all")

figure = plots.plot_dependence(sweep, episode="f5e_1972")
print(plots.caption(sweep, posterior, text="The F-5E decision as its items become one."))
for path in sys.argv[1:]:
    plots.save(figure, path)
