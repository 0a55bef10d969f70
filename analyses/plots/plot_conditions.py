"""What the comparative model learned about the loyalty record, beside its prior.

From the top of the repository: python analyses/plots/plot_conditions.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots
from bayes_trace.models import comparative_model
from bayes_trace.sampling import sample

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
draws = sample(comparative_model(evidence, conditions=["loyalty_record"]), seed=1)

figure = plots.plot_conditions(draws)
print(plots.caption(bt.update(evidence), every_coder=True, text="Effect of the loyalty record on shares."))
for path in sys.argv[1:]:
    plots.save(figure, path)
