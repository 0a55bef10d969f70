"""Sampled probabilities of one hypothesis, prior and posterior, episode by episode.

From the top of the repository: python analyses/plots/plot_forest_episodes.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots
from bayes_trace.models import elicitation_model
from bayes_trace.sampling import sample

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
labels = dict(zip(evidence["episode"].values, evidence["episode_label"].values, strict=True))
draws = sample(elicitation_model(evidence), seed=1)

figure = plots.plot_forest_episodes(draws, of="loyalty_coercion", labels=labels)
print(plots.caption(bt.update(evidence), every_coder=True, text="Ranges and coders as uncertain."))
for path in sys.argv[1:]:
    plots.save(figure, path)
