"""Synthetic sets of every feature, and draws of their ranges that share no code with the package."""

from __future__ import annotations

import numpy as np

from tests.build import HYPOTHESES, item, make_set, one, ranged, ratio, read, report, source

Z_90 = 1.6448536269514722
DB = np.log(10) / 10
N = 100_000


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


def table(values, rng):
    """Draws (draw, hypothesis) of the probabilities of one item."""
    return np.stack([draw_probability(values[h], rng.standard_normal(N)) for h in HYPOTHESES], axis=-1)


def ratio_draws(values, rng):
    """Draws of ratios against A: each difference has the stated points, all of them A's deviate in common."""
    common = rng.standard_normal(N)
    apart = [two_piece(*values[h], (rng.standard_normal(N) + common) / np.sqrt(2)) for h in ("B", "C")]
    return DB * np.stack([np.zeros(N), *apart], axis=-1)


# one set of many episodes, each with one feature

PRIOR = np.array([0.5, 0.3, 0.2])

PACKAGE_A = {"A": (0.5, 0.7, 0.9), "B": (0.1, 0.3, 0.5), "C": (0.2, 0.5, 0.95)}
PACKAGE_B = {"A": (0.2, 0.6, 0.8), "B": (0.3, 0.5, 0.6), "C": 0.4}
RATIO_1 = {"A": 0.0, "B": (-9.0, -6.0, 3.0), "C": (-3.0, 4.0, 6.0)}
RATIO_2 = {"A": 0.0, "B": (-6.0, 2.0, 6.0), "C": (-9.0, -4.0, -3.0)}
READ_1 = {
    "plain": {"A": (0.6, 0.8, 0.9), "B": 0.2, "C": 0.3},
    "ironic": {"A": 0.1, "B": (0.3, 0.6, 0.7), "C": 0.3},
}
READ_2 = {"plain": {"A": 0.7, "B": 0.4, "C": 0.2}, "ironic": {"A": 0.2, "B": 0.4, "C": (0.3, 0.5, 0.9)}}
SOURCE = {"hit": (0.6, 0.8, 0.9), "false_report": (0.05, 0.2, 0.4)}
RHO = (0.2, 0.5, 0.8)
POINTS = {"A": 0.6, "B": 0.3, "C": 0.2}
WITNESS = {"hit": (0.5, 0.7, 0.9), "false_report": (0.05, 0.1, 0.3)}
DENIES = {"if_true": 0.1, "if_false": (0.3, 0.5, 0.7)}
TOGETHER = 0.3
DETECTED = (0.3, 0.6, 0.9)
OTHER = {"hit": 0.8, "false_report": 0.3}


def random_rows(rng, name, count):
    """Items of the class in which the exact update with point='mean' is the posterior."""
    rows = []
    for number in range(count):
        values = {}
        for h in HYPOTHESES:
            low, best, high = np.sort(rng.uniform(0.05, 0.95, 3))
            values[h] = (low, best, high) if rng.random() < 0.7 else best
        rows.append(item(f"{name}-{number}", values, cluster=f"fixed-{name}" if number < 2 else None))
    return rows


def features():
    """One episode for each feature, and six of random items."""
    rng = np.random.default_rng(20)
    random = {f"random{n}": random_rows(rng, f"random{n}", 4) for n in range(6)}
    in_source = {"source": {"key": "report"}}
    wide = {h: 0.0 if h == "A" else (-6.0, 0.0, 6.0) for h in HYPOTHESES}
    episodes = {
        **random,
        "reliability": [
            item("r1", PACKAGE_A, **in_source),
            item("r2", PACKAGE_B, **in_source),
            item("r3", POINTS),
        ],
        "implication": [item(f"s{n}", PACKAGE_A, implications=["shared"]) for n in range(3)],
        "correlation": [
            item("k1", PACKAGE_A, cluster="uncertain"),
            item("k2", POINTS, cluster="uncertain"),
            item("k3", PACKAGE_B),
        ],
        "event": [
            report("v1", "report", event="meeting"),
            report("v2", "witness", event="meeting", says="no"),
            report(
                "v3",
                "other",
                event="meeting",
                found="absent",
                detection=one(DETECTED),
            ),
            item("v4", PACKAGE_B, **in_source),
        ],
        "readings": [
            read("m1", READ_1, reading="tone"),
            read("m2", READ_2, reading="tone"),
            item("m3", PACKAGE_B),
        ],
        "ratios": [ratio("o1", RATIO_1), ratio("o2", RATIO_2)],
        "ratios_even": [ratio("q1", RATIO_1), ratio("q2", RATIO_2)],
        "ratios_mixed": [ratio("p1", RATIO_1), item("p2", PACKAGE_A)],
        "ratios_wide": [ratio(f"w{n}", wide) for n in range(10)],
        "reference_a": [ratio("x1", {"A": 0.0, "B": (-7.0, -4.0, -1.0), "C": (-9.0, -6.0, -3.0)})],
        "reference_b": [
            ratio("y1", {"A": (1.0, 4.0, 7.0), "B": 0.0, "C": (-5.0, -2.0, 1.0)}, reference="B"),
        ],
        "absence": [
            item("z1", PACKAGE_A, found="absent", detection=one(DETECTED)),
            item("z2", PACKAGE_B),
        ],
    }
    return make_set(
        episodes,
        details={
            name: {"prior": dict.fromkeys(HYPOTHESES, 1 / 3)} for name in ("ratios_wide", "ratios_even")
        },
        events=[
            {
                "id": "meeting",
                "episodes": ["event"],
                "correlation": TOGETHER,
                "codings": [{"values": ranged(PACKAGE_A)}],
            }
        ],
        codebook=[{"id": "shared", "text": "shared", "shared_likelihood": True}],
        clusters=[
            *({"id": f"fixed-{name}", "correlation": 0.4} for name in random),
            {"id": "uncertain", "correlation": one(RHO)},
        ],
        readings=[{"id": "tone", "options": {"plain": 0.7, "ironic": 0.3}}],
        sources=[
            source("report", ranged(SOURCE)),
            source("witness", {**ranged(WITNESS), "denies": ranged(DENIES)}),
            source("other", OTHER),
        ],
    )


# log-likelihoods of one episode each (draw, hypothesis), up to a constant, from the definitions


def column(value, rng):
    return draw_probability(value, rng.standard_normal(N))[:, None]


def reliability(rng):
    """Three items, two of them reports of one source."""
    hit, false = (column(SOURCE[name], rng) for name in ("hit", "false_report"))
    p, q = table(PACKAGE_A, rng), table(PACKAGE_B, rng)
    return (
        np.log(hit * p + false * (1 - p)) + np.log(hit * q + false * (1 - q)) + np.log(list(POINTS.values()))
    )


def correlation(rng, rho=None):
    """A cluster of two, discounted by their effective number at best values, and one item beside it."""
    best = [[value[1] for value in PACKAGE_A.values()], list(POINTS.values())]
    spreads = [np.log(max(row) / min(row)) for row in best]
    rho = column(RHO, rng) if rho is None else rho
    kappa = 1 / (1 + (sum(spreads) / max(spreads) - 1) * rho)
    return kappa * (np.log(table(PACKAGE_A, rng)) + np.log(list(POINTS.values()))) + np.log(
        table(PACKAGE_B, rng)
    )


def fact(rng):
    """Each reading is weighed over the even mean of what both items say of it at best values."""
    joint = 0.0
    for option, weight in (("plain", 0.7), ("ironic", 0.3)):
        said = [
            [v[1] if isinstance(v, tuple) else v for v in each[option].values()] for each in (READ_1, READ_2)
        ]
        level = np.prod(said, axis=0).mean()
        joint = joint + weight * table(READ_1[option], rng) * table(READ_2[option], rng) / level
    return np.log(joint) + np.log(table(PACKAGE_B, rng))


def event(rng):
    """One source affirms, one denies, a search of one found nothing; with probability .3 they speak as one."""
    yes, said, detection = table(PACKAGE_A, rng), {}, column(DETECTED, rng)
    for happened, name in ((True, "hit"), (False, "false_report")):
        affirmed = column(SOURCE[name], rng)
        denied = column(DENIES["if_true" if happened else "if_false"], rng)
        searched = 1 - detection * OTHER[name]
        together = np.maximum(0, affirmed - np.maximum(1 - denied, 1 - searched))
        said[happened] = affirmed, (1 - TOGETHER) * affirmed * denied * searched + TOGETHER * together
    p = table(PACKAGE_B, rng)
    other = said[True][0] * p + said[False][0] * (1 - p)
    return np.log(yes * said[True][1] + (1 - yes) * said[False][1]) + np.log(other)


JOINT = {
    "reliability": reliability,
    "implication": lambda rng: 3 * np.log(table(PACKAGE_A, rng)),
    "correlation": correlation,
    "readings": fact,
    "event": event,
    "absence": lambda rng: (
        np.log(1 - column(DETECTED, rng) * table(PACKAGE_A, rng)) + np.log(table(PACKAGE_B, rng))
    ),
    "ratios": lambda rng: ratio_draws(RATIO_1, rng) + ratio_draws(RATIO_2, rng),
}


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
        of_source = {"source": {"key": "source"}}
        value = one(DETECTION)
        return [
            item(f"a{n}", ITEMS[0], **of_source),
            item(f"b{n}", ITEMS[1], **of_source),
            item(f"c{n}", ITEMS[2], found="absent", detection=value),
        ]

    return make_set(
        {f"e{n}": rows(n) for n in range(N_EPISODES)},
        prior_concentration=CONCENTRATION,
        sources=[source("source", ranged(RATES))],
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
