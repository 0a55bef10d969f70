"""The F-5E decision from every prior of loyalty coercion.

From the top of the repository: python analyses/plots/plot_prior_sweep.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms, episodes=["f5e_1972"])
posterior = bt.update(evidence)
sweep = sensitivity.prior_sweep(evidence, hypothesis="loyalty_coercion")

figure = plots.plot_prior_sweep(sweep, posterior=posterior, labels=plots.labels_from(evidence))
print(plots.caption(posterior, text="The F-5E decision from other priors of loyalty coercion."))
for path in sys.argv[1:]:
    plots.save(figure, path)
