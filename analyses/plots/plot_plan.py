"""Where to look next: what finding each planned item, or not, would do.

From the top of the repository: python analyses/plots/plot_plan.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import planning, plots

# an illustration with invented numbers: what may lie in three archives
likelihoods = {
    "Minutes": {"loyalty": 0.7, "strategy": 0.3},
    "Reply": {"loyalty": 0.6, "strategy": 0.05},
    "Study": {"loyalty": 0.5, "strategy": 0.8},
}
looked_for = bt.from_table(likelihoods, found=dict.fromkeys(likelihoods, "planned"))
evidence = bt.compile_evidence(looked_for)
after = planning.outcomes(evidence)

figure = plots.plot_plan(after, of="loyalty")
text = "What each search would do; large marks are likely ends of it."
print(plots.caption(after, bt.update(evidence), text=text))
for path in sys.argv[1:]:
    plots.save(figure, path)
