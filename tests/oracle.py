"""Bayes' rule by design.md section 4, written again with plain floats and products, from the plain data.

Nothing here is imported from the package: where the two agree, they agree for a reason. Only the
best values of the IPCC terms that `strategies` uses are typed in again.
"""

from __future__ import annotations

import math

IPCC_BEST = {
    "likely": 0.78,
    "unlikely": 0.22,
    "very likely": 0.93,
    "about as likely as not": 0.50,
    "extremely unlikely": 0.03,
}


def _best(value):
    return value["best"] if isinstance(value, dict) else value


def _number(coding, hypothesis, row):
    """A probability, or a ratio of unknown level."""
    unit = coding.get("unit", "probability")
    if unit == "verbal":
        return IPCC_BEST[row[hypothesis]]
    if unit == "probability":
        return _best(row[hypothesis])
    if unit == "db":
        return 10 ** (_best(row[hypothesis]) / 10)
    ratio = 10 ** (_best(row.get(hypothesis, 0.0)) / 10)
    return ratio * _best(coding.get("reference_probability", 1.0))


def _found(data, item, hypothesis, p):
    """What the page or the empty folder says: q, or 1 - d q."""
    source = next((s for s in data["sources"] if s["id"] == item.get("source", {}).get("key")), {})
    if reliability := source.get("reliability"):
        own = reliability.get("by_hypothesis", {}).get(hypothesis, reliability)
        p = _best(own["hit"]) * p + _best(own["false_report"]) * (1 - p)
    if item["found"] == "absent":
        p = 1 - _best(item["detection"]) * p
    return p


def _over_readings(weight, prior, products):
    """sum_r w_r q_rh / sum_h' pi0_h' q_rh', from products {option: {hypothesis: likelihood}}."""
    total = dict.fromkeys(prior, 0.0)
    for option, w in weight.items():
        level = sum(prior[h] * products[option][h] for h in prior)
        for h in prior:
            total[h] += w * products[option][h] / level
    return total


def _group(weight, prior, tables):
    """Rows of items that turn on one fact: each alone, times an equal share of what they say jointly."""
    alone = [_over_readings(weight, prior, table) for table in tables]
    products = {o: {h: math.prod(table[o][h] for table in tables) for h in prior} for o in weight}
    joint = _over_readings(weight, prior, products)
    share = {h: (joint[h] / math.prod(row[h] for row in alone)) ** (1 / len(alone)) for h in prior}
    return [{h: row[h] * share[h] for h in prior} for row in alone]


def rows(data, coder, episode):
    """Final rows of one coder in one episode: list of (item, {hypothesis: likelihood})."""
    hypotheses = [h["id"] for h in data["hypotheses"]]
    prior = prior_of(data, episode)
    found = []  # item, its row, or its table by option
    for item in (item for case in data["cases"] for item in case["items"]):
        for coding in item["codings"]:
            if coding.get("coder", data["base_coder"]) != coder or item["found"] == "not_sought":
                continue
            if episode not in coding.get("episodes", item["episodes"]):
                continue
            options = coding.get("readings", {"": coding.get("values")})
            table = {
                option: {h: _found(data, item, h, _number(coding, h, values)) for h in hypotheses}
                for option, values in options.items()
            }
            found.append((item, table if "readings" in coding else table[""], "readings" in coding))
    result = {n: row for n, (_, row, read) in enumerate(found) if not read}
    for reading in data["readings"]:
        members = [n for n, (item, _, read) in enumerate(found) if read and item["reading"] == reading["id"]]
        if members:
            group = _group(reading["options"], prior, [found[n][1] for n in members])
            result |= dict(zip(members, group, strict=True))
    return [(item, result[n]) for n, (item, _, _) in enumerate(found)]


def prior_of(data, episode):
    """Prior by hypothesis."""
    own = next(e.get("prior") for case in data["cases"] for e in case["episodes"] if e["id"] == episode)
    return own or {h["id"]: h["prior"] for h in data["hypotheses"]}


def speaks(row):
    """Whether a row tells hypotheses apart."""
    return max(row.values()) / min(row.values()) > 1 + 1e-9


def kappas(data, pairs):
    """Weight of each row in its cluster: 1 / (1 + (k - 1) rho), k the members that speak."""
    rho = {cluster["id"]: _best(cluster["correlation"]) for cluster in data["clusters"]}
    members = [item.get("cluster") for item, row in pairs if speaks(row)]
    return [
        1 / (1 + (members.count(item["cluster"]) - 1) * rho[item["cluster"]])
        if item.get("cluster") and speaks(row)
        else 1.0
        for item, row in pairs
    ]


def posterior(data, coder, episode):
    """P(hypothesis) by multiplying prior and weighted likelihoods."""
    belief = dict(prior_of(data, episode))
    pairs = rows(data, coder, episode)
    for (_, row), kappa in zip(pairs, kappas(data, pairs), strict=True):
        for h in belief:
            belief[h] *= row[h] ** kappa
    total = sum(belief.values())
    return {h: value / total for h, value in belief.items()}
