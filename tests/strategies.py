"""Random evidence sets, as the plain data that `EvidenceSet.model_validate` and the reader take."""

from __future__ import annotations

import math

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bayes_trace.evidence import EvidenceSet, list_problems

HYPOTHESES = ("A", "B", "C", "D")

#: strictly between 0 and 1, plain decimals so that failures read well
fractions = st.integers(2, 98).map(lambda percent: percent / 100)
#: a fraction or a 90 % range around it
ranges = st.tuples(fractions, st.integers(1, 15), st.integers(1, 15)).map(
    lambda t: {
        "low": round(max(0.005, t[0] - t[1] / 100), 3),
        "best": t[0],
        "high": round(min(0.995, t[0] + t[2] / 100), 3),
    }
)
stated = st.one_of(fractions, ranges)
decibels = st.integers(-25, 25).map(float)


def names(count: int, prefix: str) -> list[str]:
    """Ids such as x0, x1."""
    return [f"{prefix}{number}" for number in range(count)]


hypothesis_sets = st.integers(2, 4).map(lambda n: HYPOTHESES[:n])
#: with a compound of the first two, and with a residual
wider_sets = st.sampled_from(
    [("A", "B", "C"), ("A", "B"), ("A", "B", "A+B"), ("A", "B", "C", "A+B"), ("A", "B", "R")]
)


@st.composite
def priors(draw, hypotheses):
    """Probabilities that sum to one, none of them small."""
    weights = [draw(st.integers(1, 9)) for _ in hypotheses]
    return {h: w / sum(weights) for h, w in zip(hypotheses, weights, strict=True)}


@st.composite
def tables(draw, *, hypotheses=None, values=fractions, min_items=1, max_items=5):
    """Item -> hypothesis -> value, for `from_table`."""
    hyps = hypotheses or draw(hypothesis_sets)
    count = draw(st.integers(min_items, max_items))
    return {name: {h: draw(values) for h in hyps} for name in names(count, "x")}


# --- whole sets --------------------------------------------------------------------------


def _coded_hypotheses(draw, hypotheses):
    """All, or all but compounds, whose likelihood then follows from their parts."""
    return [h for h in hypotheses if "+" not in h] if draw(st.booleans()) else list(hypotheses)


@st.composite
def _values(draw, unit, hypotheses, *, anchored, ranged):
    """One row of likelihoods in a unit."""
    hypotheses = _coded_hypotheses(draw, hypotheses)
    if unit == "verbal":
        terms = ("likely", "unlikely", "very likely", "about as likely as not", "extremely unlikely")
        return {h: draw(st.sampled_from(terms)) for h in hypotheses}
    if unit == "db":
        row = {h: 10 * math.log10(draw(fractions)) for h in hypotheses}
        return {
            h: {"low": v - 3, "best": v, "high": v / 2} if ranged and draw(st.booleans()) else v
            for h, v in row.items()
        }
    if unit == "ratio_db":
        top = -4 if anchored else 25
        row = {h: float(draw(st.integers(-25, top))) for h in hypotheses[1:]}
        return {
            h: {"low": v - draw(st.integers(1, 5)), "best": v, "high": v + draw(st.integers(1, 3))}
            if ranged and draw(st.booleans())
            else v
            for h, v in row.items()
        }
    return {h: draw(stated if ranged else fractions) for h in hypotheses}


@st.composite
def _coding(draw, item, hypotheses, options, *, units, ranged):
    """A coding that fits its item: absence and reliability need absolute probabilities."""
    absolute = item["found"] == "absent" or item.get("source", {}).get("key") in WITNESSES
    unit = draw(st.sampled_from(units))
    coding = {"unit": unit}
    anchored = False
    if unit == "ratio_db":
        coding["reference"] = hypotheses[0]
        anchored = absolute or draw(st.booleans())
        if anchored:
            coding["reference_probability"] = draw(fractions)
    row = _values(unit, hypotheses, anchored=anchored, ranged=ranged)
    if "reading" in item:
        coding["readings"] = {option: draw(row) for option in options[item["reading"]]}
    else:
        coding["values"] = draw(row)
    return coding


@st.composite
def _bare_item(draw, name, episodes, earlier, *, features, options):
    """An item without its codings."""
    item = {
        "id": name,
        "paraphrase": f"what {name} says",
        "date": f"19{draw(st.integers(50, 79))}",
        "episodes": draw(st.lists(st.sampled_from(episodes), min_size=1, unique=True)),
        "found": "present",
    }
    if "absence" in features:
        item["found"] = draw(st.sampled_from(["present", "present", "absent", "not_sought"]))
    if item["found"] == "absent":
        item["detection"] = draw(stated if "ranges" in features else fractions)
    if "reliability" in features and draw(st.booleans()):
        item["source"] = {"key": draw(st.sampled_from(["s0", "s1"]))}
    if "readings" in features and draw(st.integers(0, 2)) == 0:
        item["reading"] = draw(st.sampled_from(sorted(options)))
    if "clusters" in features and "reading" not in item and draw(st.booleans()):
        item["cluster"] = draw(st.sampled_from(["k0", "k1"]))
    # items of one fact stand in one cluster or in none
    if "clusters" in features and item.get("reading") == "r0":
        item["cluster"] = "k0"
    if "given" in features and earlier and draw(st.booleans()):
        item["given"] = [draw(st.sampled_from(earlier))]
    return item


@st.composite
def _codings(draw, item, *, features, hypotheses, options, coders):
    """One judgement per coder, or one per episode; a further coder may pass the item over."""
    units = ["probability", "probability", "db", "verbal"] + (["ratio_db"] if "ratios" in features else [])
    make = _coding(item, hypotheses, options, units=units, ranged="ranges" in features)
    codings = []
    for number, coder in enumerate(coders):
        by = {"coder": coder} if number else {}
        if number and "gaps" in features and not draw(st.booleans()):
            continue
        if "per_episode" in features and len(item["episodes"]) > 1 and draw(st.booleans()):
            codings += [{**draw(make), **by, "episodes": [episode]} for episode in item["episodes"]]
        else:
            codings.append({**draw(make), **by})
    return codings


@st.composite
def _item(draw, name, episodes, earlier, *, features, hypotheses, options, coders):
    item = draw(_bare_item(name, episodes, earlier, features=features, options=options))
    codings = _codings(item, features=features, hypotheses=hypotheses, options=options, coders=coders)
    return {**item, "codings": draw(codings)}


@st.composite
def _event(draw, name, episodes, *, features, hypotheses, coders):
    """An event with one to three reports by different sources, some denials or silences."""
    coding = _coding(
        {"found": "absent"}, hypotheses, {}, units=["probability", "db"], ranged="ranges" in features
    )
    event = {
        "id": name,
        "label": f"what happened at {name}",
        "episodes": draw(st.lists(st.sampled_from(episodes), min_size=1, unique=True)),
        "codings": [
            {**draw(coding), "coder": coder} for coder in coders if coder == coders[0] or draw(st.booleans())
        ],
    }
    if draw(st.booleans()):
        event["correlation"] = draw(stated if "ranges" in features else fractions)
    if "clusters" in features and draw(st.booleans()):
        event["cluster"] = draw(st.sampled_from(["k0", "k1"]))
    witnesses = draw(st.lists(st.sampled_from(["s0", "s2", "s3"]), min_size=1, unique=True))
    return event, [draw(_report(f"{name}_by_{key}", event, key, features=features)) for key in witnesses]


def _speaks(draw, coder, coders, features):
    """The base coder codes everything; others may pass an event over."""
    return coder == coders[0] or "gaps" not in features or draw(st.booleans())


@st.composite
def _report(draw, name, event, source, *, features):
    """What one source says of an event; only those that answer or have rates for it deny."""
    item = {
        "id": name,
        "paraphrase": f"what {source} says of it",
        "episodes": event["episodes"],
        "event": event["id"],
        "found": "present",
        "source": {"key": source},
        "codings": [],
    }
    kind = draw(st.sampled_from(["yes", "yes", "no", "silent"]))
    if kind == "silent" and "absence" in features:
        return {**item, "found": "absent", "detection": draw(stated if "ranges" in features else fractions)}
    return {**item, "says": "no" if kind == "no" and source != "s0" else "yes"}


ALL = frozenset(
    {
        "absence",
        "reliability",
        "readings",
        "clusters",
        "given",
        "ratios",
        "ranges",
        "per_episode",
        "coders",
        "events",
        "compounds",
        "rates",
        "gaps",
    }
)


@st.composite
def set_data(draw, *, features=ALL, max_items=3):
    """Everything that the engine reads, in every combination."""
    hypotheses = draw(st.one_of(hypothesis_sets, wider_sets) if "compounds" in features else hypothesis_sets)
    coders = names(draw(st.integers(1, 3)) if "coders" in features else 1, "coder")
    options = {"r0": ["u", "v"], "r1": ["u", "v", "w"]} if "readings" in features else {}
    cases = []
    for case in names(draw(st.integers(1, 2)), "case"):
        episodes = [f"{case}_e{number}" for number in range(draw(st.integers(1, 2)))]
        items = []
        for number in range(draw(st.integers(1, max_items))):
            name = f"{case}_x{number}"
            items.append(
                draw(
                    _item(
                        name,
                        episodes,
                        [each["id"] for each in items],
                        features=features,
                        hypotheses=hypotheses,
                        options=options,
                        coders=coders,
                    )
                )
            )
        events = []
        if "events" in features and draw(st.booleans()):
            event, reports = draw(
                _event(f"{case}_v", episodes, features=features, hypotheses=hypotheses, coders=coders)
            )
            events.append(event)
            items += reports
        own = {"prior": draw(priors(hypotheses))} if draw(st.booleans()) else {}
        cases.append(
            {
                "case": case,
                "label": case,
                "episodes": [
                    {"id": e, "label": e, "outcome": "something", **(own if e == episodes[0] else {})}
                    for e in episodes
                ],
                "items": items,
                "events": events,
            }
        )
    prior = draw(priors(hypotheses))
    correlation = stated if "ranges" in features else fractions
    return {
        "version": 1,
        "id": "random",
        "title": "A random set",
        "question": "Which?",
        "hypotheses": [
            {"id": h, "label": h, "statement": h, "prior": prior[h], "residual": h == "R"} for h in hypotheses
        ],
        "base_coder": coders[0],
        "coders": [{"id": coder} for coder in coders],
        "clusters": [{"id": k, "correlation": draw(correlation)} for k in ("k0", "k1")],
        "readings": [
            {"id": r, "options": _shares(draw, each), "option_labels": {"v": "the other one"}}
            for r, each in options.items()
        ],
        "cases": cases,
        "sources": [
            *(
                {
                    "id": key,
                    "type": "document",
                    "title": key,
                    "reliability": draw(_reliability(hypotheses, more, ranged="rates" in features)),
                }
                for key, more in WITNESSES.items()
            ),
            {"id": "s1", "type": "book", "title": "A history"},
        ],
    }


def _shares(draw, options):
    weights = [draw(st.integers(1, 5)) for _ in options]
    return {option: w / sum(weights) for option, w in zip(options, weights, strict=True)}


#: sources with a reliability -> how they deny: shares of what they do not affirm, or always
WITNESSES = {
    "s0": {},
    "s2": {"denies": {"if_true": 0.2, "if_false": 0.8}},
    "s3": {"always_answers": True},
}


@st.composite
def _reliability(draw, hypotheses, more, *, ranged=False):
    own = {}
    rates = stated if ranged else fractions
    if draw(st.booleans()):
        own = {"by_hypothesis": {hypotheses[0]: {"hit": draw(rates), "false_report": draw(rates)}}}
    hit, false = draw(rates), draw(rates)
    if shares := more.get("denies"):
        left = {"if_true": 1 - _best(hit), "if_false": 1 - _best(false)}
        more = {"denies": {key: round(share * left[key], 4) for key, share in shares.items()}}
    return {"hit": hit, "false_report": false, **own, **more}


def _best(value):
    return value["best"] if isinstance(value, dict) else value


def build(data) -> EvidenceSet:
    """The set, which must be sound: a strategy that makes unsound sets tests nothing."""
    es = EvidenceSet.model_validate(data)
    problems = list_problems(es)
    assert problems == [], [str(problem) for problem in problems]
    return es


def sets(*, features=ALL, max_items=3) -> st.SearchStrategy[EvidenceSet]:
    """Sound sets."""
    return set_data(features=features, max_items=max_items).map(build)


def some_sets(count):
    """Sound sets of every feature, the same ones every time."""
    found = []

    @settings(max_examples=count, database=None, derandomize=True, deadline=None, phases=[Phase.generate])
    @given(sets())
    def keep(es):
        found.append(es)

    keep()
    return found
