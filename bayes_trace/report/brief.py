"""The summary page: sentences, the set's own questions, and one row per episode."""

from __future__ import annotations

from bayes_trace import tables
from bayes_trace.report.dialect import Dialect
from bayes_trace.report.mechanism import Mechanism
from bayes_trace.report.results import CaseResult, Drawn, EpisodeResult, Gathered, Sampled
from bayes_trace.report.text import bound, escape
from bayes_trace.summary.verdicts import (
    BASE,
    PREFERRED,
    Answer,
    Subject,
    Weight,
    ahead_in_short,
    case_sentences,
    cell,
    headline,
    lowest_cell,
    verdict,
)

__all__ = ["Brief"]

_BREAK = "<br>"
#: items in words for a leader, and against it
FOR, AGAINST = 2, 1
FEW = 3
MARKS = {"no": " ×", "part": " ½"}


class Brief:
    """Sentences and rows of one report in one dialect."""

    def __init__(self, gathered: Gathered, dialect: Dialect) -> None:
        self.g = gathered
        self.es = gathered.evidence_set
        self.answers = gathered.answers
        self.dialect = dialect
        self.mechanism = Mechanism(gathered, dialect)

    def headline(self) -> list[str]:
        """What stands, what falls, what is open."""
        return [bound(escape(sentence)) for sentence in headline(self.answers)]

    def given(self) -> str:
        """What every number on the page is conditional on."""
        readers = self.answers.readers
        who = (
            f"{escape(' and '.join(reader.label for reader in readers))} judged the items. "
            if 1 < len(readers) <= FEW
            else ""
        )
        chosen = self.answers.setting_of[self.answers.preferred]
        preferred = ""
        if chosen.id != BASE:
            preferred = (
                f" *Preferred*, the assumptions that the author stands by: {escape(chosen.plain)}, together."
            )
        elif PREFERRED in self.answers.failed:
            preferred = " **The preferred scenarios could not be applied here.**"
        return (
            f"{who}Probabilities are conditional on exactly one of the hypotheses being true, and on these "
            f"priors and codings.{preferred}"
        )

    # --- the set's own questions

    def answers_to(self, case: CaseResult) -> list[tuple[str, str]]:
        """Question and answer, with numbers or with what is missing."""
        before, attempts, why = self.es.case_questions
        sentences = case_sentences(self.answers, case.case.label)
        return [
            (escape(before), self._before(case)),
            (escape(attempts), self._tried(case)),
            (escape(why), bound(escape(" ".join(sentences))) or "No episode of this case is scored."),
        ]

    def _before(self, case: CaseResult) -> str:
        values = case.case.conditions
        if not values:  # the author's own words, if there are any
            return escape(case.case.relationship) or "Not coded."
        return escape(
            f"{', '.join(f'{_words(name)} {_value(value)}' for name, value in values.items())}."
        ).capitalize()

    def _tried(self, case: CaseResult) -> str:
        """What the evidence says of attempts; of a case without any, what its author says."""
        found = case.attempts
        coded = found.heard or found.spoken_for or any(each.episode.attempt for each in found.episodes)
        return self.mechanism.answer(case) if coded or not case.case.attempts else escape(case.case.attempts)

    # --- one row for every episode

    def table(self) -> str:
        """The brief table, linked to the episodes."""
        preferred = self.answers.preferred != BASE
        base = escape(self.answers.settings[0].label)
        header = [
            "Episode",
            base,
            *(["Preferred (90 %)"] if preferred else []),
            "Lowest",
            "For and against",
            "Verdict",
        ]
        rows = [self._row(result) for case in self.g.cases for result in case.scored]
        widths = [22, 13, *([19] if preferred else []), 15, 40, 11]
        return self.dialect.table(
            header, rows, caption=self._caption(preferred=preferred), widths=widths, kind="brief"
        )

    def _caption(self, *, preferred: bool) -> str:
        whose = f"; items as {escape(self._reader())} weighs them" if len(self.answers.readers) > 1 else ""
        kinds = {"Propagated" if "propagated" in drawn.note else "Drawn" for drawn in self.g.draws}
        drawn = "".join(f" {kind}: mean and interval of the draws." for kind in sorted(kinds))
        interval = "the preferred assumptions" if preferred else "the set as it stands"
        return (
            f"Every episode. Probability of the leading hypothesis by reader, with the 90 % interval that the stated "
            f"ranges give under {interval}. Lowest: the smallest probability of the leader "
            f"across {len(self.answers.settings)} sets of assumptions and all readers, and where it occurs. "
            f"For and against: the strongest items, in dB against the runner-up{whose}.{drawn}"
        )

    def _reader(self) -> str:
        return next(reader.label for reader in self.answers.readers if reader.id == self.g.coder)

    def _row(self, result: EpisodeResult) -> list[str]:
        subject = self.answers.subject_of[result.episode.id]
        found = verdict(self.answers, subject.id)
        preferred = self.answers.preferred != BASE
        if not found.judged:
            why = "sums up other episodes" if subject.sum_of else "no item is coded"
            return [self._name(result), "–", *(["–"] if preferred else []), "–", why, found.word]
        each = [self._cell(subject, BASE, interval=not preferred, drawn=result)]
        each += [self._cell(subject, self.answers.preferred, interval=True)] if preferred else []
        return [
            self._name(result),
            *each,
            escape(lowest_cell(self.answers, subject.id)),
            self._items(subject),
            f"**{escape(found.word)}**",
        ]

    def _name(self, result: EpisodeResult) -> str:
        mark = MARKS.get(result.episode.granted, "")
        return self.dialect.link(escape(result.episode.label), f"episode-{result.episode.id}") + mark

    def _cell(
        self, subject: Subject, setting: str, *, interval: bool, drawn: EpisodeResult | None = None
    ) -> str:
        if len(self.answers.readers) > FEW or not interval:
            lines = [escape(cell(self.answers, subject.id, setting))]
        else:
            lines = [
                f"{reader.letter + ' ' if len(self.answers.readers) > 1 else ''}{escape(self._with_interval(there))}"
                for reader in self.answers.readers_of(subject.id)
                if (there := self.answers.answer(subject.id, setting, reader.id))
            ]
        lines += [_drawn(one, each, self.g) for one, each in drawn.sampled] if drawn else []
        return _BREAK.join(filter(None, lines))

    def _with_interval(self, there: Answer) -> str:
        low, high = (tables.probability(end) for end in there.interval(there.leader))
        p = tables.probability(there.p(there.leader))
        return f"{ahead_in_short(self.answers, there)} {p}" + (f" ({low}–{high})" if low != high else "")

    def _items(self, subject: Subject) -> str:
        """In words, each with a link to the item."""
        there = self.answers.answer(subject.id, self.answers.preferred, self.g.coder)
        if there is None:
            return f"not coded by {escape(self._reader())}"
        if not there.weights:
            return "no item separates the leader from the runner-up"
        pro = [each for each in there.weights if each.db > 0][:FOR]
        contra = [each for each in there.weights if each.db < 0][:AGAINST]
        return "; ".join(self._weight(each) for each in [*pro, *contra])

    def _weight(self, each: Weight) -> str:
        return f"{tables.db(each.db)} {self.dialect.link(escape(each.title), f'item-{each.item}')}"

    # --- the key

    def key(self) -> list[tuple[str, str]]:
        """Every abbreviation and sign of the report, once."""
        each = [(named.short, self._called(named.label, named.refusal)) for named in self.answers.hypotheses]
        each += [(column.short, column.label) for column in self.g.columns]
        pairs = {short: label for short, label in reversed(each) if short != label}
        readers = [
            (reader.letter, reader.label) for reader in self.answers.readers if reader.letter != reader.label
        ]
        signs = [
            ("=", "level"),
            ("≈", "less than 1 dB apart"),
            ("×", "refused or cut"),
            ("½", "granted in part"),
            ("dB", "decibels: ten times the logarithm to base 10 of a ratio"),
        ]
        return [(escape(a), escape(b)) for a, b in [*reversed(pairs.items()), *readers, *signs]]

    @staticmethod
    def _called(label: str, refusal: str) -> str:
        return f"{label} (of a refusal: {refusal})" if refusal else label


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: float | str) -> str:
    return (
        tables.probability(value)
        if isinstance(value, float) and 0 < value < 1
        else f"{value:g}"
        if isinstance(value, (int, float))
        else value
    )


def _drawn(drawn: Drawn, each: tuple[Sampled, ...], gathered: Gathered) -> str:
    """The interval of draws, of the hypothesis with the largest mean."""
    top = max(each, key=lambda one: one.mean)
    kind = "propagated" if "propagated" in drawn.note else "drawn"
    name = gathered.column(top.hypothesis).short
    ends = f"{tables.probability(top.low)}–{tables.probability(top.high)}"
    return escape(f"{kind} {name} {tables.probability(top.mean)} ({ends}, 90 %)")
