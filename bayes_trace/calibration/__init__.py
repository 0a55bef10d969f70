"""How good likelihood ratios are when the answer is known, and how far coders agree.

Scores take two arrays of likelihood ratios, P(E given the first hypothesis) over P(E given the second):
those of items for which the first hypothesis is true, and those for which the second is.
"""

from bayes_trace.calibration.agreement import agreement, krippendorff_alpha
from bayes_trace.calibration.bounds import OverClaimBounds, over_claim_bounds
from bayes_trace.calibration.coherence import coherence
from bayes_trace.calibration.curves import dev_pav, ece, tippett
from bayes_trace.calibration.intervals import Interval, bootstrap
from bayes_trace.calibration.scores import (
    brier,
    cllr,
    cllr_cal,
    cllr_min,
    log_score,
    recalibrated,
)

__all__ = [
    "Interval",
    "OverClaimBounds",
    "agreement",
    "bootstrap",
    "brier",
    "cllr",
    "cllr_cal",
    "cllr_min",
    "coherence",
    "dev_pav",
    "ece",
    "krippendorff_alpha",
    "log_score",
    "over_claim_bounds",
    "recalibrated",
    "tippett",
]
