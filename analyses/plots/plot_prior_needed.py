"""How sceptical a reader may be and still be moved.

From the top of the repository: python analyses/plots/plot_prior_needed.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")
needed = sensitivity.prior_needed(evidence)

figure = plots.plot_prior_needed(needed, of="loyalty_coercion", case="taiwan")
print(plots.caption(needed, posterior, text="Taiwan: the prior needed for even odds."))
for path in sys.argv[1:]:
    plots.save(figure, path)
