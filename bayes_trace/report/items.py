"""Every item once, with its words, its dates and its source; all mentions link here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bayes_trace.evidence import Item
from bayes_trace.report.dialect import Dialect
from bayes_trace.report.results import Gathered
from bayes_trace.report.text import address, day, escape, sentence

__all__ = ["Items"]


class Items:
    """The list of items of one report in one dialect."""

    def __init__(self, gathered: Gathered, dialect: Dialect) -> None:
        self.g = gathered
        self.dialect = dialect
        #: those that a preferred scenario adds come with the rest
        self.known = {**gathered.evidence_set.items, **gathered.preferred.items}

    def every(self) -> str:
        """All items that bear on a scored episode, case by case, in the order of the files."""
        used = {name for result in self.g.episodes for name in self._of(result.episode.id)}
        used |= {
            item.id
            for case in self.g.cases
            for items in (case.attempts.spoken_for, case.attempts.against, case.attempts.record)
            for item in items
        }
        used |= {item.id for result in self.g.episodes for row in result.ledger.rows for item in row.items}
        used |= {each.item for changes in self.g.effects.values() for each in changes}
        return self._listed(item for name, item in self.known.items() if name in used)

    def mentioned(self) -> str:
        """Items that the summary page names."""
        answers = self.g.answers
        used = {
            weight.item
            for subject in answers.subjects
            if (there := answers.answer(subject.id, answers.preferred, self.g.coder))
            for weight in there.weights
        }
        return self._listed(
            item for name, item in self.known.items() if used & {name, item.reading, item.event}
        )

    def _of(self, episode: str) -> Iterator[str]:
        for name, item in self.known.items():
            if episode in item.episodes and item.sought:
                yield name

    def _listed(self, items: Iterable[Item]) -> str:
        facts = self._facts()
        return "\n".join(self._line(item, facts) for item in items)

    def _facts(self) -> dict[str, str]:
        """Labels of what several items turn on; the first of those items carries its anchor."""
        facts = {reading.id: reading.label or reading.id for reading in self.g.preferred.readings}
        return facts | {event.id: event.label for case in self.g.preferred.cases for event in case.events}

    def _line(self, item: Item, facts: dict[str, str]) -> str:
        code = self.dialect.anchor(f"**{escape(item.id)}**", f"item-{item.id}")
        for name in filter(None, (item.reading, item.event)):
            if name in facts:  # once, with the first item of it
                code = f"{self.dialect.anchor('', f'item-{name}')}{code}"
                facts.pop(name)
        title = f" *{escape(item.title)}.*" if item.title else ""
        absent = " Looked for and not found." if item.found == "absent" else ""
        said = f"{escape(sentence(item.paraphrase))}{absent}{_words(item)}"
        return f"- {code}{title} {_when(item)}: {said} {self.dialect.cite(item)}{_place(item)}"


def _words(item: Item) -> str:
    """A few words of the document, in translation where it is in another language, and by what right."""
    if not item.excerpt:
        return ""
    original = f" In the original: “{escape(item.original)}”" if item.original else ""
    tongue = f"{item.language}, " if item.language else ""
    meant = f" That is: “{escape(item.translation)}”" if item.translation else ""
    return f" “{escape(item.excerpt)}” ({tongue}{escape(item.rights)}).{original}{meant}"


def _place(item: Item) -> str:
    """Where it can be seen, and when it was."""
    seen = f", seen {day(item.accessed)}" if item.accessed else ""
    return (
        f" {address(item.url)}{seen}."
        if item.url
        else f" Seen {day(item.accessed)}."
        if item.accessed
        else ""
    )


def _when(item: Item) -> str:
    date, older = item.date or "", item.statement_date
    told = f", of {day(older, short=True)}" if older and not date.startswith(older) else ""
    later = ", retrospective" if item.retrospective else ""
    return f"{day(item.date, short=True)}{told}{later}"
