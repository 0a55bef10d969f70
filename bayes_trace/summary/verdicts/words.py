"""Answers in few words: numbers by reader, leaders with their equals, an episode by its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bayes_trace.summary.verdicts.answers import PREFERRED, Answer, Answers, Reader, Setting
from bayes_trace.summary.verdicts.names import join, number
from bayes_trace.summary.verdicts.rules import lowest

__all__ = [
    "Group",
    "ahead",
    "cell",
    "everyone",
    "found",
    "hypothesis",
    "listed",
    "lowest_cell",
    "numbers",
    "said",
    "shown",
    "two",
]

SMALL = 0.005
#: more readers than this are summed up by their range
FEW = 3
#: more names than this are counted
MOST = 8


def two(value: float) -> str:
    """A probability to two decimals, never rounded to certainty.

    Examples
    --------
    >>> two(0.123), two(0.0004), two(0.999)
    ('.12', '<.01', '>.99')
    """
    if value < SMALL:
        return "<.01"
    return ">.99" if value > 1 - SMALL else f"{value:.2f}".lstrip("0")


def shown(episode: str) -> str:
    """The label of an episode inside a sentence."""
    return f"“{episode}”"


def listed(names: Iterable[str], *, between: str = ", ") -> str:
    """Names in a sentence; from the ninth on they are counted.

    Examples
    --------
    >>> listed(["a", "b"]), listed(map(str, range(12)))
    ('a and b', '0, 1, 2, 3, 4, 5, 6, 7 and 4 more')
    """
    every = list(names)
    more = [f"{len(every) - MOST} more"] if len(every) > MOST else []
    return join([*every[:MOST], *more], between=between)


def hypothesis(answers: Answers, name: str, episode: str) -> str:
    """A hypothesis inside a sentence, in the sense that it has for refusals where the episode is one."""
    named, refused = answers.name_of[name], answers.subject_of[episode].refused
    return f"‘{named.refusal}’" if refused and named.refusal else named.plain


def everyone(answers: Answers, episodes: Iterable[str]) -> str:
    """All readers in words, if all of them coded all of these episodes; empty where there is one reader."""
    if len(answers.readers) == 1:
        return ""
    if any(len(answers.readers_of(each)) < len(answers.readers) for each in episodes):
        return "all who coded them"
    return "both readers" if len(answers.readers) == 2 else f"all {number(len(answers.readers))} readers"


@dataclass(frozen=True)
class Group:
    """Readers who find the same hypotheses ahead, with each one's answer."""

    leaders: tuple[str, ...]
    readers: tuple[Reader, ...]
    answers: tuple[Answer, ...]


def found(answers: Answers, episode: str, setting: str) -> list[Group]:
    """Readers by whom they find ahead, in the order of the readers."""
    groups: dict[frozenset[str], list[tuple[Reader, Answer]]] = {}
    for reader in answers.readers_of(episode):
        if (there := answers.answer(episode, setting, reader.id)) is not None:
            groups.setdefault(frozenset(there.leaders), []).append((reader, there))
    return [
        Group(each[0][1].leaders, tuple(r for r, _ in each), tuple(a for _, a in each))
        for each in groups.values()
    ]


def numbers(answers: Answers, episode: str, setting: str, name: str) -> str:
    """The probability of one hypothesis by every reader, or its range where there are many."""
    each = [
        (reader, there.p(name))
        for reader in answers.readers_of(episode)
        if (there := answers.answer(episode, setting, reader.id)) and name in there.log
    ]
    return _by_reader(answers, each)


def _by_reader(answers: Answers, each: list[tuple[Reader, float]]) -> str:
    if len(answers.readers) == 1:
        return two(each[0][1])
    if len(answers.readers) <= FEW:
        return ", ".join(f"{reader.letter} {two(p)}" for reader, p in each)
    values = sorted(p for _, p in each)
    ends = dict.fromkeys((two(values[0]), two(values[-1])))
    return f"{' to '.join(ends)} ({number(len(each))} reader{'s' if len(each) > 1 else ''})"


def said(answers: Answers, episode: str, setting: str) -> str:
    """What the readers find under some assumptions: one name where they agree, each one's where they do not."""
    groups = found(answers, episode, setting)
    alone = len(groups) == 1 or len(answers.readers) > FEW
    return ", ".join(_told(answers, group, episode, alone=alone) for group in groups)


def _told(answers: Answers, group: Group, episode: str, *, alone: bool) -> str:
    """A group with its numbers in brackets, or behind the letters of its readers."""
    first, each = ahead(answers, group, episode), list(zip(group.readers, group.answers, strict=True))
    if alone:
        return f"{first} ({_by_reader(answers, [(r, a.p(a.leader)) for r, a in each])})"
    values = ", ".join(two(a.p(a.leader)) for _, a in each)
    return f"{' and '.join(reader.letter for reader, _ in each)}: {first} ({values})"


def ahead(answers: Answers, group: Group, episode: str) -> str:
    """The hypotheses ahead: level if they are so for all of the group, else practically level."""
    if len(group.leaders) == 1:
        return hypothesis(answers, group.leaders[0], episode)
    how = "level" if all(answer.level for answer in group.answers) else "practically level"
    if len(group.leaders) > FEW:
        return f"{number(len(group.leaders))} hypotheses {how}"
    return f"{join(hypothesis(answers, name, episode) for name in group.leaders)} {how}"


def cell(answers: Answers, episode: str, setting: str) -> str:
    """The same in the few letters of a table: ``=`` joins what is level, ``≈`` what is less than 1 dB apart.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> cell(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), "episode", "base")
    'A .80'
    """
    if len(answers.readers) > FEW:
        return ", ".join(_counted(answers, group) for group in found(answers, episode, setting))
    parts: list[str] = []
    before = ""
    for reader in answers.readers_of(episode):
        there = answers.answer(episode, setting, reader.id)
        if there is not None:
            name = ahead_in_short(answers, there)
            parts.append(f"{'' if name == before else f'{name} '}{two(there.p(there.leader))}")
            before = name
    return ", ".join(parts) or "not coded"


def lowest_cell(answers: Answers, episode: str) -> str:
    """The smallest probability of the first reader's leader, and what gives it, in the few words of a table.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> lowest_cell(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), "episode")
    'A .80: as the set stands'
    """
    first = answers.readers_of(episode)[0]
    leader = answers.cells[episode, answers.preferred, first.id].leader
    least = lowest(answers, episode, leader)
    who = f", {least.reader.letter}" if len(answers.readers) > 1 else ""
    return f"{answers.name_of[leader].short} {two(least.p)}: {_in_short(least.setting)}{who}"


def _in_short(setting: Setting) -> str:
    return PREFERRED if setting.id == PREFERRED else setting.plain


def ahead_in_short(answers: Answers, answer: Answer) -> str:
    """The leader and its equals in short names."""
    short = [answers.name_of[name].short for name in answer.leaders]
    sign = "=" if answer.level else "≈"
    return (
        sign.join(short) if len(short) <= FEW else f"{len(short)} {'level' if answer.level else 'near level'}"
    )


def _counted(answers: Answers, group: Group) -> str:
    values = sorted(answer.p(answer.leader) for answer in group.answers)
    ends = "–".join(dict.fromkeys((two(values[0]), two(values[-1]))))
    return f"{ahead_in_short(answers, group.answers[0])} {ends} ({len(values)} of {len(answers.readers)})"
