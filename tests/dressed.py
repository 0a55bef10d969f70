"""Random sets with everything around the numbers: texts, dates, sources, steps, scenarios."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies import ALL, fractions, priors, set_data, stated

#: what a writer of files, pages, figures and tables may stumble over
SIGNS = (
    *"aé字 \u0627$_^%&#~\\{}<>|*\"'`[]()@:;!?/=+-.,0",
    *("\n", "\n\n", "\u2019", "\u2013", "\N{NO-BREAK SPACE}", "e\u0301", "\N{SMILING FACE WITH OPEN MOUTH}"),
    *(
        "](",
        "**",
        "$$",
        "{{",
        "}}",
        "{%",
        "[@",
        "\\n",
        "<br>",
        "&amp;",
        "0x1",
        "1e5",
        "null",
        "- ",
        "# ",
        "::: ",
    ),
    *("=1+1", "\\input{x}", "words of some length, "),
)
words = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12).map("".join)
#: never empty to the eye
texts = st.one_of(words, words).map(lambda text: f"x{text}")
lines = texts.map(lambda text: " ".join(text.split()))
years = st.integers(1900, 1980).map(str)
months = st.builds("{}-{:02d}".format, years, st.integers(1, 12))
days = st.builds("{}-{:02d}".format, months, st.integers(1, 28))
dates = st.one_of(years, months, days, st.builds("{}/{}".format, st.just("1950"), st.just("1961-02")))
#: as people and programs write them
issued = st.one_of(
    dates,
    st.sampled_from(["c. 1971", "n.d.", "1972-22", "1972~", "-0044", "circa 1970?", 1972]),
    st.just({"literal": "spring 1971"}),
    st.just({"date-parts": [["1972", "3"]], "circa": True}),
    st.just({"date-parts": [[1972], [1974, 2]], "season": 2}),
    st.just({"raw": "January 1971"}),
)
people = st.one_of(
    lines,
    st.lists(
        st.one_of(
            lines,
            st.fixed_dictionaries({"family": lines}, optional={"given": lines, "suffix": lines}),
            st.fixed_dictionaries({"family": lines, "non-dropping-particle": st.just("von")}),
            st.fixed_dictionaries({"literal": lines}),
        ),
        max_size=3,
    ),
)
references = st.fixed_dictionaries(
    {"type": st.sampled_from(["book", "document", "manuscript", "article-journal", "chapter", "webpage"])},
    optional={
        "title": texts,
        "author": people,
        "editor": people,
        "issued": issued,
        "accessed": issued,
        "container-title": lines,
        "publisher": lines,
        "archive": lines,
        "archive_location": st.one_of(lines, st.integers(0, 999)),
        "volume": st.one_of(lines, st.integers(0, 999)),
        "page": st.sampled_from(["1-2", "ii", "3", "7, 9", "S1–S4"]),
        "URL": st.sampled_from(["https://example.org/a?b=c&d=(e)", "javascript:alert(1)", "not a link"]),
        "DOI": st.sampled_from(["10.1000/182", "https://doi.org/10.1000/x_y"]),
        "language": st.just("de"),
        "note": texts,
    },
)
_ITEM = {
    "title": lines.map(lambda text: text[:60]),
    "excerpt": texts,
    "date": dates,
    "statement_date": dates,
    "retrospective": st.booleans(),
    "author": lines,
    "speaker": lines,
    "recipient": lines,
    "audience": st.sampled_from(["private", "diplomatic", "public", "unknown"]),
    "kind": lines,
    "footnote": st.one_of(lines, st.integers(0, 999)),
    "ambiguity": texts,
    "search": texts,
    "restates": st.just(["outcome"]),
    "step": st.sampled_from(["claim", "motive"]),
    "implications": st.sampled_from([["I1"], ["I2"], ["I1", "I2"]]),
    "known_before_prior": st.booleans(),
}
_EPISODE = {
    "date": dates,
    "granted": st.sampled_from(["yes", "no", "part", "unknown"]),
    "transferred": lines,
    "administration": lines,
    "note": texts,
    "conditions": st.fixed_dictionaries({"loyal": st.sampled_from([0, 1, 0.5])}),
    "attempt": st.fixed_dictionaries(
        {"made": st.sampled_from(["yes", "no", "unclear"])}, optional={"note": texts}
    ),
    "success": st.fixed_dictionaries({"resources": st.sampled_from(["yes", "no", "part"])}),
    "reply": st.fixed_dictionaries({"kind": st.sampled_from(["none", "framing", "facts", "both"])}),
    "backfire": st.fixed_dictionaries({"happened": st.sampled_from(["yes", "no"])}),
}
_HYPOTHESIS = {
    "short": lines.map(lambda text: text[:12]),
    "refusal_statement": texts,
    "refusal_label": lines.map(lambda text: f"{text} not"),
    "steps": st.sampled_from([["claim"], ["claim", "motive"]]),
}


#: fields that ask for another
_WITH = {"excerpt": "rights"}


def _dress(draw, record, fields):
    """Some of these fields put to a record."""
    for field in draw(st.lists(st.sampled_from(sorted(fields)), max_size=5, unique=True)):
        record[field] = draw(fields[field])
        if field in _WITH:
            record[_WITH[field]] = draw(lines)


@st.composite
def _scenario(draw, data):
    """One change of assumptions, or several."""
    items = [each["id"] for case in data["cases"] for each in case["items"]]
    hypotheses = [each["id"] for each in data["hypotheses"]]
    changes = {
        "drop": st.sampled_from(items).map(lambda item: [{"item": item, "with_dependants": True}]),
        "change": st.builds(
            lambda item, audience: [{"item": item, "audience": audience}],
            st.sampled_from(items),
            st.sampled_from(["public", "private"]),
        ),
        "correlation": stated,
        "priors": priors(hypotheses),
        "drop_hypotheses": st.sampled_from(hypotheses).map(lambda each: [each]),
        "drop_restating": st.just(["outcome"]),
        "search_bias": st.sampled_from(hypotheses).map(lambda each: [{"toward": each, "db": 2}]),
        "split": st.sampled_from(hypotheses).map(lambda each: _halves(data, each)),
        "add_hypotheses": fractions.map(
            lambda p: [{"id": "N", "label": "N", "statement": "N", "prior": p / 4, "from_mean": True}]
        ),
        "reliability": st.builds(
            lambda hit, false: {"s0": {"hit": hit, "false_report": false}}, fractions, fractions
        ),
    }
    if data["readings"]:
        changes["fix_readings"] = st.just(
            {data["readings"][0]["id"]: next(iter(data["readings"][0]["options"]))}
        )
    scenario = {"label": draw(texts), "reason": draw(texts)}
    _dress(draw, scenario, changes)
    if {"split", "add_hypotheses", "drop_hypotheses"} & scenario.keys():
        scenario.pop("priors", None)
    return scenario


def _halves(data, name):
    prior = next(each["prior"] for each in data["hypotheses"] if each["id"] == name)
    return [
        {
            "hypothesis": name,
            "into": [
                {"id": f"{name}{n}", "label": f"{name} {n}", "statement": "half", "prior": prior / 2}
                for n in (1, 2)
            ],
        }
    ]


def _beside(draw, case):
    """An episode that sums the others up, and one that is not scored."""
    first = case["episodes"][0]
    whole = {
        "label": "All",
        "outcome": "all of it",
        "aggregate_of": [each["id"] for each in case["episodes"]],
    }
    left = {"label": draw(lines), "outcome": draw(texts), "scored": False, "not_scored": draw(texts)}
    case["episodes"] += [
        {"id": f"{first['id']}_{name}", **each} for name, each in (("all", whole), ("left", left))
    ]


def _planned(draw, data, case):
    """An item to look for."""
    values = {each["id"]: draw(fractions) for each in data["hypotheses"]}
    item = {
        "id": f"{case['case']}_p",
        "paraphrase": draw(texts),
        "episodes": [case["episodes"][0]["id"]],
        "found": "planned",
        "detection": draw(fractions),
        "codings": [{"values": values}],
    }
    return {
        **item,
        **({"cost": draw(st.integers(1, 9)), "archive": draw(lines)} if draw(st.booleans()) else {}),
    }


def _case(draw, data, case):
    """Texts of a case, of its episodes and of its items, and what may stand beside them."""
    case["label"] = draw(lines)
    for episode in case["episodes"]:
        episode.update(label=draw(lines), outcome=draw(texts))
        _dress(draw, episode, _EPISODE)
    for item in case["items"]:
        item["paraphrase"] = draw(texts)
        _dress(draw, item, _ITEM)
        if "source" in item and draw(st.booleans()):
            item["source"]["locator"] = draw(lines)
    if draw(st.booleans()):
        case["items"].append(_planned(draw, data, case))
    if draw(st.integers(0, 3)) == 0:
        _beside(draw, case)


@st.composite
def dressed(draw, *, features=ALL, max_items=2):
    """Plain data of a set that may be sound or not: what is told of it is for `check` to say."""
    data = draw(set_data(features=features, max_items=max_items))
    data.update(
        {key: draw(texts) for key in ("title", "question", "about")}, conditions={"loyal": draw(lines)}
    )
    data["codebook"] = [
        {"id": "I1", "text": draw(texts), "step": "claim"},
        {"id": "I2", "text": draw(texts), "restates": ["outcome"]},
    ]
    for hypothesis in data["hypotheses"]:
        hypothesis.update(label=f"{hypothesis['id']} {draw(lines)}", statement=draw(texts))
        _dress(draw, hypothesis, _HYPOTHESIS)
    data["hypotheses"][0]["steps"] = ["claim", "motive"]
    for source in data["sources"]:
        source.update(draw(references))
    for case in data["cases"]:
        _case(draw, data, case)
    names = ("s_one", "s_two")[: draw(st.integers(0, 2))]
    data["scenarios"] = {name: draw(_scenario(data)) for name in names}
    data["preferred"] = list(names)[:1] if draw(st.booleans()) else []
    return data
