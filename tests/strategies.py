"""Random evidence sets, as the plain data that `EvidenceSet.model_validate` and the reader take."""

from __future__ import annotations

import math

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


@st.composite
def _values(draw, unit, hypotheses, *, anchored, ranged):
    """One row of likelihoods in a unit, and what the coding says beside it."""
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
        top = 0 if anchored else 25
        return {h: float(draw(st.integers(-25, top))) for h in hypotheses[1:]}
    return {h: draw(stated if ranged else fractions) for h in hypotheses}


@st.composite
def _coding(draw, item, hypotheses, options, *, units, ranged):
    """A coding that fits its item: absence and reliability need absolute probabilities."""
    absolute = item["found"] == "absent" or item.get("source", {}).get("key") == "s0"
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
    if "clusters" in features and draw(st.booleans()):
        item["cluster"] = draw(st.sampled_from(["k0", "k1"]))
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
        if number and not draw(st.booleans()):
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


ALL = frozenset(
    {"absence", "reliability", "readings", "clusters", "given", "ratios", "ranges", "per_episode", "coders"}
)


@st.composite
def set_data(draw, *, features=ALL, max_items=3):
    """Everything that the engine reads, in every combination."""
    hypotheses = draw(hypothesis_sets)
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
            }
        )
    prior = draw(priors(hypotheses))
    correlation = stated if "ranges" in features else fractions
    return {
        "version": 1,
        "id": "random",
        "title": "A random set",
        "question": "Which?",
        "hypotheses": [{"id": h, "label": h, "statement": h, "prior": prior[h]} for h in hypotheses],
        "base_coder": coders[0],
        "coders": [{"id": coder} for coder in coders],
        "clusters": [{"id": k, "correlation": draw(correlation)} for k in ("k0", "k1")],
        "readings": [{"id": r, "options": _shares(draw, each)} for r, each in options.items()],
        "cases": cases,
        "sources": [
            {
                "id": "s0",
                "type": "document",
                "title": "Cables",
                "reliability": draw(_reliability(hypotheses)),
            },
            {"id": "s1", "type": "book", "title": "A history"},
        ],
    }


def _shares(draw, options):
    weights = [draw(st.integers(1, 5)) for _ in options]
    return {option: w / sum(weights) for option, w in zip(options, weights, strict=True)}


@st.composite
def _reliability(draw, hypotheses):
    own = {}
    if draw(st.booleans()):
        own = {"by_hypothesis": {hypotheses[0]: {"hit": draw(fractions), "false_report": draw(fractions)}}}
    return {"hit": draw(fractions), "false_report": draw(fractions), **own}


def build(data) -> EvidenceSet:
    """The set, which must be sound: a strategy that makes unsound sets tests nothing."""
    es = EvidenceSet.model_validate(data)
    problems = list_problems(es)
    assert problems == [], [str(problem) for problem in problems]
    return es


def sets(*, features=ALL, max_items=3) -> st.SearchStrategy[EvidenceSet]:
    """Sound sets."""
    return set_data(features=features, max_items=max_items).map(build)
