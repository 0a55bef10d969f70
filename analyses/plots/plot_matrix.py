"""Items against hypotheses, with the tests that the numbers amount to.

From the top of the repository: python analyses/plots/plot_matrix.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
tests = bt.test_type(evidence, "loyalty_coercion", against="quid_pro_quo")

figure = plots.plot_matrix(evidence, episode="package_1976", tests=tests)
print(plots.caption(posterior, text="The package of 1976: likelihoods of each item."))
for path in sys.argv[1:]:
    plots.save(figure, path)
