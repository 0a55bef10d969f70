"""Numbers moved in compiled evidence as ranges move them: weights of readings and in clusters stay."""

from __future__ import annotations

import numpy as np

from bayes_trace.likelihood import best_point, cluster_weight, effective_likelihood, links_of


def with_weights_held(ev):
    """Effective likelihoods of changed numbers, with lambda and effective numbers as stored."""
    rows, kappas = [], []
    for coder in range(ev.sizes["coder"]):
        links, point = links_of(ev, coder), best_point(ev, coder)
        rows.append(effective_likelihood(links, point)[..., 0])
        kappas.append(cluster_weight(links, links.effective_number[:, None], point.correlation)[:, 0])
    return ev.assign(
        log_likelihood=(("coder", "link", "hypothesis"), np.array(rows)),
        kappa=(("coder", "link"), np.array(kappas)),
    )
