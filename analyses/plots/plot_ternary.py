"""Pakistan's episodes between loyalty coercion, geostrategic coercion and all else.

From the top of the repository: python analyses/plots/plot_ternary.py figure.pdf
"""

import sys

import bayes_trace as bt
from bayes_trace import plots

arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
evidence = bt.compile_evidence(arms)
posterior = bt.update(evidence, coder="reader_a")

pair = ["loyalty_coercion", "geostrategic_coercion"]
figure = plots.plot_ternary(posterior, of=pair, case="pakistan", labels=plots.labels_from(evidence))
print(
    plots.caption(
        posterior, text="Pakistan: belief between two forms of coercion and all other explanations."
    )
)
for path in sys.argv[1:]:
    plots.save(figure, path)
