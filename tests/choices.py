"""Random choices of a reader of the page: which assumptions, whose judgements, and what is moved."""

import random


def plain(value):
    """The best number of a value as the page holds it."""
    return value[1] if isinstance(value, list) else value


def fraction(rng):
    """A probability that is no certainty."""
    return round(rng.uniform(0.005, 0.995), 4)


def choice(page, rng: random.Random, *, moves=8):
    """One choice, in the names of `web/src/knobs.ts`."""
    assumption = rng.choice(page["assumptions"])
    coder = rng.choice(page["coders"])["id"]
    knobs = {}
    for _ in range(rng.randrange(moves)):
        kind = rng.choice("ppllllldrcewbuxxs")
        knobs |= _KINDS[kind](page, assumption, coder, rng)
    return {
        "assumption": assumption["id"],
        "coder": coder,
        "episode": next(iter(assumption["episodes"])),
        "knobs": knobs,
        "reasons": {},
    }


def _prior(_page, assumption, _coder, rng):
    episode = rng.choice(list(assumption["episodes"]))
    weights = [rng.uniform(0.05, 1) for _ in assumption["hypotheses"]]
    total = sum(weights)
    ids = [each["id"] for each in assumption["hypotheses"]]
    return {f"p|{episode}|{h}": w / total for h, w in zip(ids, weights, strict=True)}


def _entries(page, assumption):
    for episode, each in assumption["episodes"].items():
        for link in each["links"]:
            for place in link["entries"]:
                yield episode, link, page["entries"][place]


def _pick(rng, found):
    found = list(found)
    return rng.choice(found) if found else None


def _likelihood(page, assumption, coder, rng):
    coded = [(e, entry) for e, _, entry in _entries(page, assumption) if coder in entry["codings"]]
    if not coded:
        return {}
    episode, entry = rng.choice(coded)
    coding = entry["codings"][coder]
    option = rng.choice(list(coding["options"]))
    h = _pick(rng, (h for h in coding["options"][option] if h != coding.get("reference")))
    return {f"l|{coder}|{entry['of']}|{episode}|{option}|{h}": _stated(coding, rng)} if h else {}


def _stated(coding, rng):
    """A number in the unit of a coding; over a stated probability of the reference it stays one."""
    if coding["unit"] == "db":
        return round(rng.uniform(-25, -0.05), 2)
    if coding["unit"] in ("ratio", "ratio_db"):
        top = 30.0
        if "anchor" in coding:
            import math

            anchor = coding["anchor"]
            top = -10 * math.log10(anchor[2] if isinstance(anchor, list) else anchor) - 0.05
        db = round(rng.uniform(-25, top), 2)
        return db if coding["unit"] == "ratio_db" else 10 ** (db / 10)
    return fraction(rng)


def _detection(page, assumption, _coder, rng):
    entry = _pick(rng, (entry for _, _, entry in _entries(page, assumption) if entry.get("absent")))
    if entry is None:
        return {}
    h = rng.choice(["", *(each["id"] for each in assumption["hypotheses"])])
    return {f"d|{entry['of']}|{h}": fraction(rng)}


def _rates(_page, assumption, _coder, rng):
    source = _pick(rng, assumption["sources"])
    if source is None:
        return {}
    own = assumption["sources"][source]
    h = rng.choice(["", *own.get("by", {})])
    kind = rng.choice(["hit", "false"])
    rates = own["by"][h] if h else own
    denies = rates.get("denies") or own.get("denies")
    other = denies[0 if kind == "hit" else 1] if denies else 0
    room = 1 - (other[2] if isinstance(other, list) else other)
    return {f"r|{source}|{kind}|{h}": round(fraction(rng) * room, 6)}


def _correlation(_page, assumption, _coder, rng):
    cluster = _pick(rng, assumption["clusters"])
    return {f"c|{cluster}": fraction(rng)} if cluster else {}


def _agreement(page, assumption, _coder, rng):
    event = _pick(
        rng, (link["group"] for _, link, _ in _entries(page, assumption) if link["kind"] == "event")
    )
    return {f"e|{event}": fraction(rng)} if event else {}


def _reading(_page, assumption, _coder, rng):
    reading = _pick(rng, assumption["readings"])
    if reading is None:
        return {}
    weights = {option: rng.uniform(0.05, 1) for option in assumption["readings"][reading]["options"]}
    return {f"w|{reading}|{option}": w / sum(weights.values()) for option, w in weights.items()}


def _bias(_page, assumption, _coder, rng):
    episode = rng.choice(list(assumption["episodes"]))
    toward = rng.choice(assumption["hypotheses"])["id"]
    return {f"b|{episode}|{toward}": round(rng.uniform(0.1, 12), 2)}


def _unnamed(_page, _assumption, _coder, rng):
    return {"u": fraction(rng)}


def _aside(page, assumption, _coder, rng):
    found = [(e, entry["of"]) for e, _, entry in _entries(page, assumption) if entry["role"] != "event"]
    if not found:
        return {}
    episode, item = rng.choice(found)
    return {f"x|{item}|{episode}": 1}


def _source(page, assumption, _coder, rng):
    source = _pick(rng, (entry["source"] for _, _, entry in _entries(page, assumption) if "source" in entry))
    return {f"s|{source}": 1} if source else {}


_KINDS = {
    "p": _prior,
    "l": _likelihood,
    "d": _detection,
    "r": _rates,
    "c": _correlation,
    "e": _agreement,
    "w": _reading,
    "b": _bias,
    "u": _unnamed,
    "x": _aside,
    "s": _source,
}
