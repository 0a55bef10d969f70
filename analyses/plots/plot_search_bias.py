"""How biased the search would have to be before a lead is nothing but that.

From the top of the repository: python analyses/plots/plot_search_bias.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots, sensitivity

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
bias = sensitivity.search_bias(evidence)

figure = plots.plot_search_bias(bias, case="pakistan", labels=plots.labels_from(evidence))
print(
    plots.caption(
        bt.update(evidence), text="Pakistan: what a search in favour of the leader would have to do."
    )
)
for path in sys.argv[1:]:
    plots.save(figure, path)
