"""Evidence sets for the tests of agreement, and a brute-force oracle that shares no code with the package."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.evidence import EvidenceSet, list_problems

Z_90 = 1.6448536269514722
HYPOTHESES = ("A", "B", "C")


def make_set(
    episodes,
    *,
    priors=(0.5, 0.3, 0.2),
    hypotheses=HYPOTHESES,
    coders=("one",),
    cases=None,
    steps=None,
    **top,
):
    """A set whose episodes are given as {episode: [item, ...]}; an item may name several episodes."""
    cases = cases or {"case": list(episodes)}
    where = {episode: case for case, names in cases.items() for episode in names}
    items = {case: [] for case in cases}
    seen = set()
    for episode, rows in episodes.items():
        for row in rows:
            if row["id"] in seen:
                continue
            seen.add(row["id"])
            items[where[episode]].append({"paraphrase": row["id"], "episodes": [episode], **row})
    details = top.pop("details", {})
    events = [{"label": each["id"], **each} for each in top.pop("events", ())]
    data = {
        "version": 1,
        "id": "synthetic",
        "title": "Synthetic",
        "question": "Which?",
        "hypotheses": [
            {"id": h, "label": h, "statement": h, "prior": p, "steps": (steps or {}).get(h, ())}
            for h, p in zip(hypotheses, priors, strict=True)
        ],
        "base_coder": coders[0],
        "coders": [{"id": c} for c in coders],
        "cases": [
            {
                "case": case,
                "label": case,
                **details.get(case, {}),
                "episodes": [
                    {"id": name, "label": name, "outcome": "an outcome", **details.get(name, {})}
                    for name in names
                ],
                "items": items[case],
                "events": [each for each in events if where[each["episodes"][0]] == case],
            }
            for case, names in cases.items()
        ],
        **top,
    }
    es = EvidenceSet.model_validate(data)
    assert not list_problems(es), list_problems(es)
    return es


def item(name, values, **more):
    """An item with a probability coding: hypothesis -> value or (low, best, high)."""
    return {"id": name, "codings": [{"values": ranged(values), **more.pop("coding", {})}], **more}


def ranged(values):
    return {
        h: dict(zip(("low", "best", "high"), v, strict=True)) if isinstance(v, tuple) else v
        for h, v in values.items()
    }


def logit(p):
    return np.log(p) - np.log1p(-p)


def expit(x):
    return 1 / (1 + np.exp(-x))


def two_piece(low, best, high, z):
    return best + np.where(z < 0, (best - low) / Z_90, (high - best) / Z_90) * z


def draw_probability(value, z):
    if isinstance(value, tuple):
        return expit(two_piece(*(logit(v) for v in value), z))
    return np.full(z.shape, float(value))


def weighted(log_joint_ab, log_joint_b, log_prior, log_prior_b):
    """P(h | E) and its standard error from draws of A + B and of B (draw, hypothesis)."""
    joint = np.exp(log_prior + log_joint_ab)
    weight = 1.0
    if log_joint_b is not None:
        weight = np.exp(log_prior_b + log_joint_b).sum(axis=-1, keepdims=True)
    joint = joint / weight
    total = joint.sum(axis=-1)
    mean = joint.mean(axis=0) / total.mean()
    error = (joint - mean * total[:, None]).std(axis=0) / total.mean() / np.sqrt(total.size)
    return mean, error


def test_a_made_set_reads_like_a_table():
    row = {"A": 0.8, "B": 0.2, "C": 0.5}
    made = bt.update(bt.compile_evidence(make_set({"e": [item("i", row)]}))).probability.values
    table = bt.update(bt.compile_evidence(bt.from_table({"i": row}, priors={"A": 0.5, "B": 0.3, "C": 0.2})))
    assert made == pytest.approx(table.probability.values, abs=1e-12)


# a set with a model of the data: probabilities, a source, a search in vain, uncertain priors

GENERATIVE_PRIOR = np.array([0.5, 0.3, 0.2])
CONCENTRATION = 6.0
N_EPISODES = 8
ITEMS = (
    {"A": (0.5, 0.7, 0.9), "B": (0.1, 0.3, 0.5), "C": (0.2, 0.5, 0.8)},
    {"A": (0.2, 0.4, 0.6), "B": (0.4, 0.6, 0.8), "C": 0.3},
    {"A": (0.6, 0.8, 0.9), "B": 0.5, "C": (0.1, 0.2, 0.4)},
)
RATES = {"hit": (0.6, 0.8, 0.95), "false_report": (0.05, 0.2, 0.4)}
DETECTION = (0.5, 0.7, 0.9)


def generative_set():
    """Two reports of one source and one search, in every episode."""

    def rows(n):
        source = {"source": {"key": "source"}}
        value = dict(zip(("low", "best", "high"), DETECTION, strict=True))
        return [
            item(f"a{n}", ITEMS[0], **source),
            item(f"b{n}", ITEMS[1], **source),
            item(f"c{n}", ITEMS[2], found="absent", detection=value),
        ]

    rates = {k: dict(zip(("low", "best", "high"), v, strict=True)) for k, v in RATES.items()}
    return make_set(
        {f"e{n}": rows(n) for n in range(N_EPISODES)},
        prior_concentration=CONCENTRATION,
        sources=[{"id": "source", "type": "document", "reliability": rates}],
    )


def simulate_found(rng):
    """Truth and evidence of every episode of the generative set, drawn from its priors."""
    n = N_EPISODES
    share = rng.dirichlet(CONCENTRATION * GENERATIVE_PRIOR, n)
    true = np.array([rng.choice(3, p=p) for p in share])
    hit, false = (draw_probability(RATES[name], rng.standard_normal(n)) for name in ("hit", "false_report"))
    detection = draw_probability(DETECTION, rng.standard_normal(n))
    p = np.array(
        [[draw_probability(row[HYPOTHESES[h]], rng.standard_normal(1))[0] for row in ITEMS] for h in true]
    )
    q = p.copy()
    q[:, :2] = hit[:, None] * p[:, :2] + false[:, None] * (1 - p[:, :2])
    q[:, 2] *= detection
    found = (rng.random(q.shape) < q).astype(int)
    return {"share": share, "true": true, "hit": hit, "false_report": false}, found
