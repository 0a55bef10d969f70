"""How often the weight of an item is at least so large, where the answer is known.

From the top of the repository: python analyses/plots/plot_tippett.py figure.pdf
"""

import sys

from bayes_trace import calibration, plots

# made up for the figure: fifteen items of each kind
true = [8, 3, 30, 0.5, 12, 5, 100, 2, 4, 15, 0.8, 6, 40, 9, 3]
false = [0.2, 0.1, 3, 0.05, 0.6, 0.3, 0.02, 1.5, 0.1, 0.4, 0.2, 5, 0.3, 0.08, 0.5]

figure = plots.plot_tippett(calibration.tippett(true, false))
print(calibration.over_claim_bounds(true, false))
for path in sys.argv[1:]:
    plots.save(figure, path)
