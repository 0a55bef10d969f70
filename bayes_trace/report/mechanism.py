"""Attempts, replies and success in words: the answer to the second question, and a row for every episode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bayes_trace import tables
from bayes_trace.evidence import Attempt, Backfire, Item, Reply, Success, title_of
from bayes_trace.report.attempts import AttemptResult, CaseAttempts, Worked
from bayes_trace.report.dialect import Dialect
from bayes_trace.report.results import CaseResult, Gathered
from bayes_trace.report.text import bound, day, escape

__all__ = ["Mechanism"]

UNSAID = "not stated"
#: the least lower end of a probability that is worth a number
SHOWN = 0.005
_BREAK = "<br>"


class Mechanism:
    """Sentences and rows of one report in one dialect."""

    def __init__(self, gathered: Gathered, dialect: Dialect) -> None:
        self.g = gathered
        self.dialect = dialect
        self.letters = {reader.id: reader.letter for reader in gathered.answers.readers}

    def answer(self, case: CaseResult) -> str:
        """P(attempt) of every episode, what is more probable than its first step, and what goes with attempts."""
        found = case.attempts
        if not found.heard:
            return self._bare(found)
        said = [self._made(found), *self._beyond(found), *self._decisive(found)]
        return bound(escape(" ".join(said)))

    @staticmethod
    def _bare(found: CaseAttempts) -> str:
        """Without codings of attempts: how many items speak of one."""
        if any(each.episode.attempt for each in found.episodes):
            return "No item is coded about an attempt; the readings of every episode stand below."
        count = len(found.spoken_for)
        items = (
            f"{count} item{'s' if count != 1 else ''} of the step “attempt”"
            if count
            else "No item of the step “attempt”"
        )
        return f"{items}; whether an attempt was made, and answered, is not coded."

    def _made(self, found: CaseAttempts) -> str:
        heard = list(_once(each for each in found.episodes if each.made))
        told = "; ".join(f"“{each.episode.label}” {self._by_reader(each.made)}" for each in heard)
        return f"Probability that an attempt was made, from the items on attempts alone and at even odds before: {told}."

    def _by_reader(self, made: dict[str, float]) -> str:
        several = len(self.letters) > 1
        return ", ".join(
            f"{tables.probability(p)}{f' ({self.letters[reader]})' if several else ''}"
            for reader, p in made.items()
        )

    def _beyond(self, found: CaseAttempts) -> Iterable[str]:
        """Where an explanation is more probable than the attempt that it begins with."""
        told = [f"“{each.episode.label}” {self._against(each)}" for each in found.episodes if each.beyond]
        names = dict.fromkeys(name for each in found.episodes for name, _ in each.beyond.values())
        if told:
            who = " or ".join(self.g.column(name).label for name in names)
            yield f"{who} begins with an attempt and yet is more probable than one: {'; '.join(told)}."

    def _against(self, each: AttemptResult) -> str:
        several = len(self.letters) > 1
        return ", ".join(
            f"{tables.probability(p)} against {tables.probability(each.made[reader])}"
            f"{f' ({self.letters[reader]})' if several else ''}"
            for reader, (_, p) in each.beyond.items()
        )

    def _decisive(self, found: CaseAttempts) -> Iterable[str]:
        """The lower end of the bound, never its mean."""
        least: dict[str, float] = {}
        for each in _once(found.episodes):
            unit = each.episode.decision or each.episode.id
            ends = [
                worked.decisive[unit] for worked in self.g.attempts.worked.values() if unit in worked.decisive
            ]
            least |= {each.episode.label: min(ends)} if ends else {}
        shown = {label: end for label, end in least.items() if end >= SHOWN}
        unless = "unless something else moved both"
        if shown:
            each_end = "; ".join(f"“{label}” {tables.probability(end)}" for label, end in shown.items())
            yield f"That an attempt was made and decided the outcome is at least so probable ({unless}): {each_end}."
        elif least:
            yield f"No outcome is shown to have hung on an attempt: the lower end of that probability is 0 ({unless})."

    def success(self) -> list[str]:
        """Over all decisions: success with an attempt and without one, by every reader."""
        return [bound(escape(self._worked(reader, each))) for reader, each in self.g.attempts.worked.items()]

    def _worked(self, reader: str, each: Worked) -> str:
        who = f"{self.letters[reader]}: " if len(self.letters) > 1 else ""
        with_it, without = (
            f"{tables.probability(mean)} ({tables.probability(low)} to {tables.probability(high)})"
            for mean, low, high in (each.success, each.without)
        )
        return (
            f"{who}over {each.decisions} decisions, success has the probability {with_it} given an attempt and {without} "
            f"without one; the first is larger with probability {tables.probability(each.p_helps)}, which was .50 before."
        )

    # --- a row for every episode

    def table(self, case: CaseResult) -> str:
        """Attempt, audience, reply, success and backfire as read, or that they are not stated."""
        header = [
            "Episode",
            "P(attempt)",
            "Attempt",
            "Audience: named, feared",
            "Reply",
            "Success",
            "Backfire",
        ]
        rows = [self._row(each) for each in case.attempts.episodes]
        caption = (
            f"Attempts and replies: {escape(case.case.label)}. Readings with items behind them, which no number follows "
            "from; P(attempt) is from the items on attempts."
        )
        return self.dialect.table(header, rows, caption=caption, widths=[26, -12, 18, 24, 16, 20, 14])

    def _row(self, each: AttemptResult) -> list[str]:
        episode = each.episode
        return [
            escape(episode.label),
            escape(self._by_reader(each.made)) or "–",
            self._readings(episode.attempt, self._attempt),
            self._readings(episode.attempt, self._audience),
            self._readings(episode.reply, self._reply),
            self._readings(episode.success, self._success),
            self._readings(episode.backfire, self._backfire),
        ]

    def _readings[R: (Attempt, Reply, Success, Backfire)](
        self, readings: Sequence[R], words: Callable[[R], str]
    ) -> str:
        """What every reader reads, once where they agree."""
        base = self.g.evidence_set.base_coder
        told = [(self.letters[read.coder or base], words(read)) for read in readings]
        if len({text for _, text in told}) < 2 or len(self.letters) == 1:
            return escape(told[0][1]) if told else UNSAID
        return _BREAK.join(escape(f"{letter}: {text}") for letter, text in told)

    @staticmethod
    def _attempt(read: Attempt) -> str:
        channel = "" if read.channel == "not_stated" else _words(read.channel)
        return ", ".join(filter(None, [_words(read.made), " and ".join(read.kind), channel]))

    @staticmethod
    def _audience(read: Attempt) -> str:
        named, feared = (
            ", ".join(map(_words, audience)) or UNSAID
            for audience in (read.audience_invoked, read.audience_feared)
        )
        return f"{named}; {feared}"

    @staticmethod
    def _reply(read: Reply) -> str:
        return ", ".join(filter(None, [_words(read.kind), _words(read.timing or "")]))

    @staticmethod
    def _success(read: Success) -> str:
        own = _words(read.resources)
        return f"{own} (the text: {read.article})" if read.article else own

    @staticmethod
    def _backfire(read: Backfire) -> str:
        return _words(read.happened)

    # --- lists of items

    def items(self, case: CaseResult) -> list[tuple[str, str]]:
        """Evidence of attempts, of none, and of the record, each a list of items."""
        found = case.attempts
        each = (
            ("Evidence of attempts", found.spoken_for),
            ("Evidence that none was made", found.against),
            ("The record before them", found.record),
        )
        return [(name, self._listed(items)) for name, items in each if items]

    def _listed(self, items: Sequence[Item]) -> str:
        return "; ".join(f"{self._when(item)}{self._item(item)}" for item in items)

    @staticmethod
    def _when(item: Item) -> str:
        return f"{day(item.date, short=True)}, " if item.date else ""

    def _item(self, item: Item) -> str:
        return f"{self.dialect.link(escape(title_of(item)), f'item-{item.id}')} {self.dialect.code(item.id)}"


def _once(results: Iterable[AttemptResult]) -> Iterable[AttemptResult]:
    """The parts of a split decision are one."""
    seen: set[str] = set()
    for each in results:
        unit = each.episode.decision or each.episode.id
        if unit not in seen:
            seen.add(unit)
            yield each


def _words(name: str) -> str:
    return name.replace("_", " ")
