"""Answers on a terminal: headline, verdicts, and the probability of every hypothesis."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bayes_trace import tables
from bayes_trace.cli.lines import GAP, HARD, columns, folded
from bayes_trace.summary.verdicts import (
    BASE,
    Answer,
    Subject,
    cell,
    headline,
    lowest_cell,
    meaning,
    verdict,
)

if TYPE_CHECKING:
    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.summary.verdicts import Answers

__all__ = ["Screen", "every_hypothesis"]

#: a name in a column of its own gets at least this much; from `WIDE` on there is more to say
LEAST, WIDE = 28, 110
#: a column that is folded from this width on
LOWEST, FOLDED = "lowest", 26
MARKS = {"no": "×", "part": "½"}


@dataclass(frozen=True)
class Screen:
    """One evidence set on a screen of some width, or of none."""

    es: EvidenceSet
    answers: Answers
    #: as `update --json` prints them
    records: dict[str, Any]
    #: whose items are named
    reader: str
    width: int | None
    brief: bool = False

    def lines(self) -> Iterator[str]:
        """Everything that `update` prints."""
        yield from folded(self.es.title, self.width)
        for sentence in headline(self.answers):
            yield from folded(sentence, self.width)
        yield ""
        yield from folded(self._context(), self.width)
        for case in self.es.cases:
            chosen = [each for each in self.answers.subjects if each.case == case.label]
            if chosen:
                yield from self._case(case.label, chosen)
        yield ""
        for note in self._legend():
            yield from folded(note, self.width, indent="  ", first="")

    def _context(self) -> str:
        """What the line of all hypotheses holds for."""
        if self.brief:
            return "P(hypothesis), given that one of these is true and given these priors and codings."
        return (
            f"P(hypothesis), given that one of these is true and given these priors and codings. The lines that begin "
            f"with “all”: {self._in_force()}."
        )

    def _in_force(self) -> str:
        point = {"best": "likelihoods as coded", "mean": "ranges integrated out"}[self.records["point"]]
        coder = self.records["coder"]
        labels = {reader.id: reader.label for reader in self.answers.readers}
        return f"{labels.get(coder, coder)}, {self.answers.settings[0].plain}, {point}"

    # --- one case

    def _case(self, label: str, subjects: Sequence[Subject]) -> Iterator[str]:
        widths = self._widths()
        head = self._head()
        yield ""
        if widths is None:
            yield from folded(label, self.width)
        else:
            yield from columns([label, *head], widths, right=1)
        yield "─" * (self.width or (sum(widths or ()) + GAP * len(head)))
        for subject in subjects:
            yield from self._episode(subject, widths)

    def _head(self) -> list[str]:
        return [head for head in self._broadest if head != LOWEST or self._shows_lowest]

    @cached_property
    def _shows_lowest(self) -> bool:
        """From a width on, unless it alone would push the cells below one another."""
        if self.width is None:
            return True
        return self.width >= WIDE and (
            self._left(self._broadest) >= LEAST or self._left(set(self._broadest) - {LOWEST}) < LEAST
        )

    @cached_property
    def _broadest(self) -> dict[str, int]:
        """Widths of the columns beside the names; what gives the lowest number may take several lines."""
        cells = [self._cells(subject) for subject in self.answers.subjects]
        found = {head: max(len(head), *(len(each[head]) for each in cells)) for head in cells[0]}
        return found | ({LOWEST: min(found[LOWEST], FOLDED)} if self.width else {})

    def _left(self, heads: Collection[str]) -> int:
        """What the other columns leave to the names."""
        return (self.width or 0) - sum(self._broadest[head] + GAP for head in heads)

    def _widths(self) -> list[int] | None:
        """Widths of the columns; None where they do not fit and the cells stand below one another."""
        rest = [self._broadest[head] for head in self._head()]
        if self.width is None:
            names = (len(self._name(subject)) for subject in self.answers.subjects)
            return [max(*names, *(len(case.label) for case in self.es.cases)), *rest]
        left = self._left(self._head())
        return [left, *rest] if left >= LEAST else None

    def _name(self, subject: Subject) -> str:
        mark = MARKS.get(subject.granted, "")
        return f"{subject.label}{HARD}{mark}" if mark else subject.label

    def _cells(self, subject: Subject) -> dict[str, str]:
        """By column: base, preferred and lowest, then the verdict."""
        found = verdict(self.answers, subject.id)
        heads = {BASE: self.answers.settings[0].plain}
        heads |= {self.answers.preferred: "preferred"} if self.answers.preferred != BASE else {}
        if not found.judged:
            return {**dict.fromkeys((*heads.values(), LOWEST), ""), "verdict": found.word}
        each = {head: _bound(cell(self.answers, subject.id, setting)) for setting, head in heads.items()}
        p, _, what = lowest_cell(self.answers, subject.id).partition(": ")
        return {**each, LOWEST: f"{_bound(p)}: {what}", "verdict": found.word}

    # --- one episode

    def _episode(self, subject: Subject, widths: list[int] | None) -> Iterator[str]:
        every = self._cells(subject)
        cells = [every[head] for head in self._head()]
        if widths is None:
            yield from self._stacked(subject, cells)
        else:
            yield from columns([self._name(subject), *cells], widths, right=1)
        found = verdict(self.answers, subject.id)
        below = [self._sum(subject)] if subject.sum_of else []
        below += [self._items(subject)] if found.judged else []
        below += [self._all(subject)] if found.judged and not self.brief else []
        for each in filter(None, below):
            yield from folded(each, self.width, indent="    ", first="  ")

    def _stacked(self, subject: Subject, cells: list[str]) -> Iterator[str]:
        name, word = self._name(subject), cells[-1]
        width = self.width or 0
        if len(name) + GAP + len(word) <= width:
            yield name.replace(HARD, " ") + word.rjust(width - len(name))
        else:
            yield from folded(name, width)
            yield from folded(word, width, indent="  ")
        heads = self._head()[:-1]
        named = [
            f"{head.replace(' ', HARD)} {each}" for head, each in zip(heads, cells, strict=False) if each
        ]
        yield from folded("; ".join(named), width, indent="    ", first="  ")

    def _items(self, subject: Subject) -> str:
        """The heaviest items for and against the leader, in words."""
        there = self._own(subject)
        if there is None:
            return ""
        if not there.weights:
            return "no item separates the leader from the runner-up"
        wanted = 2 if self._shows_lowest else 1
        pro = [each for each in there.weights if each.db > 0][:wanted]
        contra = [each for each in there.weights if each.db < 0][:1]
        return "; ".join(
            f"{tables.db(each.db)}{HARD}{each.title}{'' if each.title == each.item else f' [{each.item}]'}"
            for each in [*pro, *contra]
        )

    def _sum(self, subject: Subject) -> str:
        return f"sums up {len(subject.sum_of)} other episodes and has no number of its own"

    def _own(self, subject: Subject) -> Answer | None:
        return self.answers.answer(subject.id, self.answers.preferred, self.reader)

    def _all(self, subject: Subject) -> str:
        """Nothing where only preferred scenarios have the episode."""
        record = next((each for each in self.records["episodes"] if each["episode"] == subject.id), None)
        return f"all: {every_hypothesis(self.answers, record)}" if record else ""

    # --- what the signs mean

    def _legend(self) -> Iterator[str]:
        """Only of what is shown."""
        several = len(self.answers.readers) > 1
        if self.answers.preferred != BASE:
            yield f"preferred: {self.answers.setting_of[self.answers.preferred].plain}, together."
        if several and len(self.answers.readers) <= 3:
            yield f"Numbers of a verdict: by {', then '.join(reader.label for reader in self.answers.readers)}."
        yield self._names()
        yield from self._signs()
        whose = f", {self._reader_label()}" if several else ""
        yield (
            f"Items: the strongest for (+) and against (−) the leader over the next, in dB{whose}"
            f"{', preferred assumptions' if self.answers.preferred != BASE else ''}."
        )
        if self._shows_lowest:
            count = len(self.answers.settings)
            yield f"lowest: the smallest P of that hypothesis over {count} assumptions and all readers, and where it occurs."
        yield "Verdicts: " + "; ".join(f"{word}, {text}" for word, text in meaning(self.answers)) + "."
        for name, why in self.answers.failed.items():
            yield f"{name} could not be applied: {why}"

    def _reader_label(self) -> str:
        return next(reader.label for reader in self.answers.readers if reader.id == self.reader)

    def _names(self) -> str:
        refused = any(subject.refused for subject in self.answers.subjects)
        each = [
            f"{named.short}{HARD}{named.label}{f' (of a refusal: {named.refusal})' if refused and named.refusal else ''}"
            for named in self.answers.hypotheses
            if named.id in self._occurring()
            if named.short != named.label or (refused and named.refusal)
        ]
        return f"Names: {'; '.join(each)}." if each else ""

    def _occurring(self) -> set[str]:
        """Hypotheses of the assumptions that are shown."""
        settings = (BASE, self.answers.preferred)
        return {
            name
            for (_, setting, _), each in self.answers.cells.items()
            if setting in settings
            for name in each.log
        }

    def _signs(self) -> Iterator[str]:
        shown = [
            part
            for subject in self.answers.subjects
            for part in (*self._cells(subject).values(), self._name(subject), self._all(subject))
        ]
        meanings = {
            "=": "= level",
            "≈": "≈ less than 1 dB apart",
            "×": "× refused or cut",
            "½": "½ granted in part",
        }
        found = [text for sign, text in meanings.items() if any(sign in part for part in shown)]
        if found:
            yield f"Signs: {'; '.join(found)}."


def _bound(text: str) -> str:
    """A cell in which no number leaves its name."""
    return text.replace(", ", "\0").replace(" ", HARD).replace("\0", ", ")


def every_hypothesis(answers: Answers, record: dict[str, Any]) -> str:
    """The probability of every hypothesis and the lead, as one record of `update` has them."""
    probability = record["probability"]
    each = ", ".join(
        f"{answers.name_of[name].short}{HARD}{tables.probability(p)}" for name, p in probability.items()
    )
    level = record["level"]
    if not level:
        return "not coded by this coder"
    lead = f"lead {tables.db(record['lead_db'], sign=False)} dB".replace(" ", HARD)
    if len(level) > 1:
        lead = f"{'='.join(answers.name_of[name].short for name in level)} level"
    return f"{each}; {lead}{' (as coded: its ranges cannot be integrated out)' if record['at_best'] else ''}"
