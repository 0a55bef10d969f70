"""How far each item is from tipping the answer.

From the top of the repository: python analyses/plots/plot_tipping.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
tipping = sensitivity.tipping_points(evidence)

figure = plots.plot_tipping(tipping, episode="f104_1961", rival="loyalty_coercion")
print(plots.caption(tipping, posterior, text="The F-104 of 1961: tipping points."))
for path in sys.argv[1:]:
    plots.save(figure, path)
