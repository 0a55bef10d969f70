"""Sentences that follow from verdicts, in a fixed order: what stands, what falls, what is open."""

from __future__ import annotations

from collections.abc import Sequence

from bayes_trace.summary.verdicts.answers import BASE, Answers
from bayes_trace.summary.verdicts.names import join, number
from bayes_trace.summary.verdicts.rules import Kind, Verdict, turned, verdict
from bayes_trace.summary.verdicts.words import (
    ahead,
    everyone,
    found,
    hypothesis,
    listed,
    numbers,
    said,
    shown,
)

__all__ = ["case_sentences", "episode_sentences", "headline", "meaning"]

Verdicts = dict[str, Verdict]
OPEN = (Kind.LEVEL, Kind.OPEN)
#: more open episodes than this are told by what leads in them
FEW = 3


def headline(answers: Answers) -> tuple[str, ...]:
    """The whole set in a few sentences: how many answers stand, which fall, how many are open.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> for sentence in headline(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))):
    ...     print(sentence)
    A is the most probable explanation of “Episode” (.80); the lead is weak.
    """
    every = {each.id: verdict(answers, each.id) for each in answers.subjects}
    judged = {name: each for name, each in every.items() if each.judged}
    if len(judged) < 2:
        return tuple(_about(answers, list(every)))
    return tuple(filter(None, [*_explained_count(answers, every, judged), _rest(answers, judged)]))


def case_sentences(answers: Answers, case: str) -> list[str]:
    """What a historian would sign of one case, named by its label.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> case_sentences(gather_answers(bt.from_table({"memo": {"A": 0.5, "B": 0.5}})), "Case")
    ['“Episode” stays open: A and B level (.50).']
    """
    return _about(answers, [each.id for each in answers.subjects if each.case == case])


def episode_sentences(answers: Answers, episode: str) -> list[str]:
    """The same of one episode.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> episode_sentences(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), "episode")
    ['A is the most probable explanation of “Episode” (.80); the lead is weak.']
    """
    return _about(answers, [episode])


def _label(answers: Answers, episode: str) -> str:
    return shown(answers.subject_of[episode].label)


def _leader(answers: Answers, episode: str) -> str:
    """The leader that all readers share, of an episode that stands."""
    return found(answers, episode, answers.preferred)[0].leaders[0]


def _count(part: int, whole: int, what: str) -> str:
    """How many of how many, with what they are."""
    if part == whole:
        return f"all {number(whole)} {what}" if whole != 2 else f"both {what}"
    return f"{number(part)} of {number(whole)} {what}"


def _explained_count(answers: Answers, every: Verdicts, judged: Verdicts) -> list[str]:
    """How many episodes have one explanation more likely than not, and which of them holds."""
    stand = [name for name, each in judged.items() if each.stands]
    what = "episodes that can be judged" if len(judged) < len(every) else "episodes"
    who = everyone(answers, judged)
    agree = f"{who} find the same explanation" if who else "one explanation is"
    likely = "more likely than not"
    if not stand:
        none = f"do {who} find one and the same explanation" if who else "is one explanation"
        return [f"For none of the {len(judged)} {what} {none} {likely}."]
    by: dict[str, int] = {}
    for name in stand:
        label = hypothesis(answers, _leader(answers, name), name)
        by[label] = by.get(label, 0) + 1
    ranked = sorted(by.items(), key=lambda pair: -pair[1])
    kinds = join(f"{label} for {number(count)}" for label, count in ranked)
    many = "all" if len(stand) == len(judged) else f"{number(len(stand))} of the"
    sure = f"For {many} {len(judged)} {what}, {agree} {likely}: {kinds}."
    return [sure, _firm(answers, stand, judged), _shaken(answers, stand)]


def _firm(answers: Answers, stand: list[str], judged: Verdicts) -> str:
    firm = [name for name in stand if judged[name].kind is Kind.HOLDS]
    under = " and no scenario with another leader" if len(answers.settings) > 1 else ""
    rule = f"(at .80 or more, its 90 % interval above .50{under})"
    if not firm:
        return f"None of these answers holds {rule}."
    verb = "holds" if len(firm) == 1 else "hold"
    only = "" if len(firm) == len(stand) else "Only "
    return f"{only}{listed(_label(answers, name) for name in firm)} {verb} {rule}."


def _shaken(answers: Answers, stand: list[str]) -> str:
    """How many of the answers that stand some scenario takes away."""
    shaken = [name for name in stand if any(turned(answers, name))]
    if not shaken:
        return ""
    if len(stand) == 1:
        return "Under some other assumption it does not lead alone."
    verb = "does" if len(shaken) == 1 else "do"
    count = _first(number(len(shaken)))
    return f"{count} of them {verb} not lead alone under some other assumption: {_labels(answers, shaken)}."


def _rest(answers: Answers, judged: Verdicts) -> str:
    """Reversals, disagreements, and what stays open."""
    of = {kind: [name for name, each in judged.items() if each.kind is kind] for kind in Kind}
    parts = []
    if names := of[Kind.REVERSED]:
        parts.append(f"{_labels(answers, names)} {_be(names)} reversed under the preferred assumptions")
    if names := of[Kind.REVERSED_FOR]:
        parts.append(f"{_labels(answers, names)} {_be(names)} reversed for some readers only")
    if names := of[Kind.DIFFER]:
        parts.append(f"the readers disagree on {_labels(answers, names)}")
    if names := [*of[Kind.LEVEL], *of[Kind.OPEN]]:
        parts.append(f"{number(len(names))} {'stays' if len(names) == 1 else 'stay'} open")
    return f"{_first('; '.join(parts))}." if parts else ""


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _labels(answers: Answers, names: Sequence[str]) -> str:
    return listed(_label(answers, name) for name in names)


def _first(text: str) -> str:
    """With a capital letter in front, unless a name or a quotation stands there."""
    return text[0].upper() + text[1:]


def _about(answers: Answers, episodes: list[str]) -> list[str]:
    """The sentences on some episodes, in a fixed order."""
    verdicts = {name: verdict(answers, name) for name in episodes}
    judged = [name for name in episodes if verdicts[name].judged]
    sentences = [
        *_explained(answers, verdicts, judged),
        *(_reversed(answers, name, verdicts[name]) for name in judged if _is_reversed(verdicts[name])),
        *(_differing(answers, name, verdicts[name]) for name in judged if verdicts[name].kind is Kind.DIFFER),
        _open(answers, [name for name in judged if verdicts[name].kind in OPEN], len(judged)),
    ]
    if missing := [name for name in episodes if verdicts[name].kind is Kind.NOT_CODED]:
        verb = "has" if len(missing) == 1 else "have"
        sentences.append(f"{_labels(answers, missing)} {verb} no answer: no item is coded.")
    if sums := [name for name in episodes if verdicts[name].kind is Kind.SUM]:
        one = len(sums) == 1
        verb, own = ("adds", "is not counted") if one else ("add", "are not counted")
        sentences.append(f"{_labels(answers, sums)} {verb} up other episodes and {own}.")
    return [sentence for sentence in sentences if sentence]


def _is_reversed(each: Verdict) -> bool:
    return each.kind in (Kind.REVERSED, Kind.REVERSED_FOR)


def _explained(answers: Answers, verdicts: Verdicts, judged: list[str]) -> list[str]:
    """One sentence for each hypothesis that explains some episodes: how sure, and what overturns it."""
    groups: dict[str, list[str]] = {}
    for name in judged:
        if verdicts[name].stands:
            groups.setdefault(hypothesis(answers, _leader(answers, name), name), []).append(name)
    return [
        _first(
            f"{who} is the most probable explanation of {_which(answers, names, len(judged))}"
            f"{_how_firm(answers, names, verdicts)}{_overturned(answers, names)}{_weak(answers, names, verdicts)}."
        )
        for who, names in groups.items()
    ]


def _which(answers: Answers, names: list[str], judged: int) -> str:
    each = listed(
        f"{_label(answers, name)} ({numbers(answers, name, answers.preferred, _leader(answers, name))})"
        for name in names
    )
    return each if judged == 1 else f"{_count(len(names), judged, 'episodes')}: {each}"


def _how_firm(answers: Answers, names: list[str], verdicts: Verdicts) -> str:
    firm = [name for name in names if verdicts[name].kind is Kind.HOLDS]
    if not firm:
        return ""
    which = "it" if len(firm) == len(names) else f"the answer on {_labels(answers, firm)}"
    return f"; {which} holds under every assumption that was tried"


def _overturned(answers: Answers, names: list[str]) -> str:
    """The assumptions that take the lead away, with the episodes and the readers."""
    by: dict[str, dict[str, list[str]]] = {}
    for name in names:
        for each in turned(answers, name):
            by.setdefault(each.setting.id, {}).setdefault(name, []).append(each.reader.letter)
    if not by:
        return ""
    alone = len(names) == 1
    parts = [
        f"“{answers.setting_of[setting].label}”{_whom(answers, each, alone=alone)}"
        for setting, each in by.items()
    ]
    return f"; it does not lead alone under {listed(parts)}"


def _whom(answers: Answers, each: dict[str, list[str]], *, alone: bool) -> str:
    """Of which episodes, and for whom, in brackets."""
    several = len(answers.readers) > 1
    readers = {name: f"for {join(letters)}" if several else "" for name, letters in each.items()}
    if alone:
        who = next(iter(readers.values()))
        return f" ({who})" if who else ""
    return f" ({listed(f'{_label(answers, name)} {who}'.rstrip() for name, who in readers.items())})"


def _weak(answers: Answers, names: list[str], verdicts: Verdicts) -> str:
    weak = [name for name in names if verdicts[name].weak_for]
    if not weak:
        return ""
    if len(names) == 1:
        who = verdicts[weak[0]].weak_for
        everybody = len(who) == len(answers.readers_of(weak[0]))
        whom = "" if everybody else f" for {join(reader.letter for reader in who)}"
        return f"; the lead is weak{whom}"
    for_one = " for at least one reader" if len(answers.readers) > 1 else ""
    return f"; for {number(len(weak))} of them the lead is weak{for_one}"


def _reversed(answers: Answers, name: str, found_: Verdict) -> str:
    """Both numbers of a reversal, and whose."""
    whom = "" if found_.kind is Kind.REVERSED else f" for {join(r.letter for r in found_.reversed_for)}"
    base, preferred = (answers.setting_of[each] for each in (BASE, answers.preferred))
    return (
        f"{_label(answers, name)} is reversed{whom}: {base.plain}, the lead is with {said(answers, name, BASE)}; "
        f"under the preferred assumptions ({preferred.plain}), with {said(answers, name, answers.preferred)}."
    )


def _differing(answers: Answers, name: str, found_: Verdict) -> str:
    moved = ""
    if found_.reversed_for:
        whom = join(reader.letter for reader in found_.reversed_for)
        moved = f"; for {whom} this reverses the base: {said(answers, name, BASE)}"
    return (
        f"The readers disagree on {_label(answers, name)}: {said(answers, name, answers.preferred)}{moved}."
    )


def _open(answers: Answers, names: list[str], judged: int) -> str:
    if not names:
        return ""
    if judged == 1:
        return f"{_label(answers, names[0])} stays open: {said(answers, names[0], answers.preferred)}."
    verb = "stays" if len(names) == 1 else "stay"
    each = _many_open(answers, names) if len(names) > FEW else _few_open(answers, names)
    count = _first(_count(len(names), judged, "episodes"))
    return f"{count} {verb} open, because no single explanation reaches .50: {each}."


def _few_open(answers: Answers, names: list[str]) -> str:
    return listed(
        (f"{_label(answers, name)}, {said(answers, name, answers.preferred)}" for name in names), between="; "
    )


def _many_open(answers: Answers, names: list[str]) -> str:
    """By what the first reader finds ahead; the numbers stand in the table."""
    by: dict[str, list[str]] = {}
    for name in names:
        first = found(answers, name, answers.preferred)[0]
        by.setdefault(ahead(answers, first, name), []).append(_label(answers, name))
    who = f"for {answers.readers[0].label} " if len(answers.readers) > 1 else ""
    each = listed((f"{first} in {listed(where)}" for first, where in by.items()), between="; ")
    return f"{who}the lead is with {each}"


#: verdict -> what it means
_MEANING = {
    Kind.SUM: "sums up other episodes, not counted",
    Kind.NOT_CODED: "no item is coded",
    Kind.REVERSED: "under the preferred assumptions another hypothesis leads{for_all}",
    Kind.DIFFER: "no hypothesis leads for all readers",
    Kind.REVERSED_FOR: "under the preferred assumptions another hypothesis leads for that reader",
    Kind.LEVEL: "two or more hypotheses are less than 1 dB apart{for_one}",
    Kind.OPEN: "the leader is below .50{for_one}",
    Kind.HOLDS: "the leader is at .80 or more{for_all}, its 90 % interval at .50 or more{scenarios}",
    Kind.LEADS: "the leader is at .50 or more{for_all}",
}


def meaning(answers: Answers) -> list[tuple[str, str]]:
    """The verdicts that occur, and what each means.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> meaning(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    [('leads', 'the leader is at .50 or more'), ('weak', 'the lead is under 10 dB')]
    """
    occurring = {verdict(answers, each.id).kind for each in answers.subjects}
    if Kind.LEADS in occurring and (len(answers.readers) > 1 or len(answers.settings) > 1):
        occurring.add(Kind.HOLDS)  # what an answer that only leads falls short of
    several = len(answers.readers) > 1
    parts = {
        "for_all": " for every reader" if several else "",
        "for_one": " for a reader" if several else "",
        "scenarios": ", and it leads alone in every scenario" if len(answers.settings) > 1 else "",
    }
    told = [(kind.value, text.format(**parts)) for kind, text in _MEANING.items() if kind in occurring]
    weak = any(verdict(answers, each.id).word.endswith(", weak") for each in answers.subjects)
    return [*told, *([("weak", f"the lead is under 10 dB{parts['for_one']}")] if weak else [])]
