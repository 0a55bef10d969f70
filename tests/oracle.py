"""Bayes' rule by design section 4, written again with plain floats and products, from the plain data.

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


def _hypotheses(data):
    return [h["id"] for h in data["hypotheses"]]


def core(data):
    """Hypotheses that are neither compound nor residual; all where none is left."""
    return [
        h["id"] for h in data["hypotheses"] if "+" not in h["id"] and not h.get("residual")
    ] or _hypotheses(data)


def _word(data, coding, word):
    """The best value of a word, on the scale of the set that a coding names, or the IPCC's."""
    own = next((each["terms"] for each in data.get("scales", ()) if each["id"] == coding.get("scale")), {})
    return _best(own[word]) if own else IPCC_BEST[word]


def _number(data, coding, hypothesis, row):
    """A probability, or a ratio of unknown level; a compound that is left out is the mean of its parts."""
    unit = coding.get("unit", "probability")
    if hypothesis not in row and "+" in hypothesis:
        parts = hypothesis.split("+")
        return sum(_number(data, coding, part, row) for part in parts) / len(parts)
    if unit == "verbal":
        return _word(data, coding, row[hypothesis])
    if unit == "probability":
        return _best(row[hypothesis])
    if unit == "db":
        return 10 ** (_best(row[hypothesis]) / 10)
    none = 1.0 if unit == "ratio" else 0.0
    ratio = _best(row.get(hypothesis, none))
    if unit == "ratio_db":
        ratio = 10 ** (ratio / 10)
    return ratio * _best(coding.get("reference_probability") or 1.0)


def _reliability(data, item, hypothesis):
    key = (item.get("source") or {}).get("key")
    rates = next((s.get("reliability") for s in data["sources"] if s["id"] == key), None)
    if rates is None:
        return None
    own = rates.get("by_hypothesis", {}).get(hypothesis, rates)
    return {**{k: rates[k] for k in ("denies", "always_answers") if k in rates}, **own}


def _found(data, item, hypothesis, p):
    """What the page or the empty folder says: q, or 1 - d q."""
    if rates := _reliability(data, item, hypothesis):
        p = _best(rates["hit"]) * p + _best(rates["false_report"]) * (1 - p)
    if item.get("found") == "absent":
        p = 1 - _best(item.get("detection_by_hypothesis", {}).get(hypothesis, item["detection"])) * p
    return p


def _codings(data, coder, episode, things):
    for thing in things:
        for coding in (c for c in thing["codings"] if not c.get("about")):
            whose = coding.get("coder") or data["base_coder"]
            if whose == coder and episode in (coding.get("episodes") or thing["episodes"]):
                yield thing, coding


def _cluster(thing, episode):
    """Its own, unless a coding of this episode states another."""
    judged = (c for c in thing["codings"] if not c.get("about"))
    here = (c for c in judged if episode in (c.get("episodes") or thing["episodes"]))
    return next((c["cluster"] for c in here if c.get("cluster")), thing.get("cluster"))


def _plain(data, coder, episode):
    """Items that turn on no fact: (name, cluster, row), and those that do: (item, {option: row})."""
    hypotheses = _hypotheses(data)
    plain, read = [], []
    items = [
        i
        for case in data["cases"]
        for i in case["items"]
        if i.get("found", "present") in ("present", "absent") and i.get("codings")
    ]
    for item, coding in _codings(data, coder, episode, items):
        options = coding.get("readings") or {"": coding["values"]}
        table = {
            option: {h: _found(data, item, h, _number(data, coding, h, values)) for h in hypotheses}
            for option, values in options.items()
        }
        if coding.get("readings"):
            read.append((item, table))
        else:
            plain.append((item["id"], _cluster(item, episode), table[""]))
    return plain, read


def _facts(data, read, episode):
    """One row per fact: sum_r lambda_r prod_i q_irh, lambda free of the level of a reading."""
    for reading in data["readings"]:
        tables = [(item, table) for item, table in read if item["reading"] == reading["id"]]
        if not tables:
            continue
        row = dict.fromkeys(_hypotheses(data), 0.0)
        for option, weight in reading["options"].items():
            product = {h: math.prod(table[option][h] for _, table in tables) for h in row}
            level = sum(product[h] for h in core(data)) / len(core(data))
            for h in row:
                row[h] += weight * product[h] / level
        name = reading["id"] if len(tables) > 1 else tables[0][0]["id"]
        yield name, _cluster(tables[0][0], episode), row


def _report_given(rates, item, *, happened):
    """P(report | e), and whether it affirms."""
    rate = _best(rates["hit"] if happened else rates["false_report"])
    if item.get("found") == "absent":
        return 1 - _best(item["detection"]) * rate, False
    if item.get("says", "yes") == "yes":
        return rate, True
    if rates.get("always_answers"):
        return 1 - rate, False
    return _best(rates["denies"]["if_true" if happened else "if_false"]), False


def _reports_given(data, event, reports, hypothesis, *, happened):
    """P(reports | e) when a common cause makes all of them one with probability rho."""
    rho = _best(event.get("correlation", 0.0))
    told = [_report_given(_reliability(data, item, hypothesis), item, happened=happened) for item in reports]
    least = min([p for p, affirms in told if affirms], default=1.0)
    most = max([1 - p for p, affirms in told if not affirms], default=0.0)
    return (1 - rho) * math.prod(p for p, _ in told) + rho * max(0.0, least - most)


def _events(data, coder, episode):
    events = [event for case in data["cases"] for event in case.get("events", ())]
    items = [item for case in data["cases"] for item in case["items"]]
    for event, coding in _codings(data, coder, episode, events):
        reports = [
            i
            for i in items
            if i.get("event") == event["id"]
            and episode in (i.get("episodes") or event["episodes"])
            and i.get("found", "present") in ("present", "absent")
        ]
        row = {}
        for h in _hypotheses(data):
            p = _number(data, coding, h, coding["values"])
            true = _reports_given(data, event, reports, h, happened=True)
            false = _reports_given(data, event, reports, h, happened=False)
            row[h] = p * true + (1 - p) * false
        yield event["id"], _cluster(event, episode), row


def links(data, coder, episode):
    """Effective likelihoods of one coder in one episode: list of (name, cluster, {hypothesis: likelihood})."""
    plain, read = _plain(data, coder, episode)
    return [*plain, *_facts(data, read, episode), *_events(data, coder, episode)]


def prior_of(data, episode):
    """Prior by hypothesis."""
    own = next(e.get("prior") for case in data["cases"] for e in case["episodes"] if e["id"] == episode)
    return own or {h["id"]: h["prior"] for h in data["hypotheses"]}


def _spread(row, names):
    values = [row[h] for h in names]
    return math.log(max(values) / min(values))


def weights(data, found):
    """kappa of each link: 1 / (1 + (k - 1) rho), k the sum of spreads over the largest."""
    rho = {cluster["id"]: _best(cluster["correlation"]) for cluster in data["clusters"]}
    result = []
    for _, cluster, _ in found:
        members = [row for _, each, row in found if each == cluster]
        spreads = [_spread(row, core(data)) for row in members]
        if max(spreads) < 1e-9:
            spreads = [_spread(row, _hypotheses(data)) for row in members]
        k = sum(spreads) / max(spreads) if max(spreads) >= 1e-9 else 1.0
        result.append(1 / (1 + (k - 1) * rho[cluster]) if cluster else 1.0)
    return result


def posterior(data, coder, episode):
    """P(hypothesis) by multiplying prior and weighted likelihoods."""
    belief = dict(prior_of(data, episode))
    found = links(data, coder, episode)
    for (_, _, row), kappa in zip(found, weights(data, found), strict=True):
        for h in belief:
            belief[h] *= row[h] ** kappa
    total = sum(belief.values())
    return {h: value / total for h, value in belief.items()}
