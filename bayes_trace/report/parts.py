"""The tables of a report, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from bayes_trace import tables
from bayes_trace.evidence import EvidenceSet
from bayes_trace.report.dialect import Dialect
from bayes_trace.report.results import (
    Drawn,
    EpisodeResult,
    Gathered,
    Line,
    Probabilities,
    Row,
    Sampled,
    Stated,
)
from bayes_trace.report.robustness import questions
from bayes_trace.report.text import day, escape
from bayes_trace.summary.verdicts import BASE, Answers, Setting, ahead_in_short, cell, title_of

__all__ = ["Parts", "is_refusal"]

_BREAK = "<br>"
#: changes of a scenario that a report of standard length shows, and the least that it does
SHOWN, LEAST_DB = 8, 1.0
#: questions of a sceptic in a report of standard length
FEW = 3


class Parts:
    """Tables of one report in one dialect."""

    def __init__(self, gathered: Gathered, dialect: Dialect) -> None:
        self.g = gathered
        self.es = gathered.evidence_set
        self.answers: Answers = gathered.answers
        self.dialect = dialect

    def short(self, name: str) -> str:
        """The short name of a hypothesis."""
        return escape(self.g.column(name).short)

    def label(self, name: str) -> str:
        """The label of a hypothesis."""
        return escape(self.g.column(name).label)

    def item(self, name: str) -> str:
        """An item, fact or event by its title, linked, the code in small after it."""
        es = self.g.preferred if name in self.g.preferred.items else self.es
        return f"{self.dialect.link(escape(title_of(es, name)), f'item-{name}')} {self.dialect.code(name)}"

    def hypotheses(self) -> str:
        """Hypotheses and priors, in words and numbers."""
        refusals = any(h.refusal_statement for h in self.es.hypotheses)
        header = ["Hypothesis", "Prior", "Statement", *(["Of a refusal"] if refusals else [])]
        rows = [
            [
                self._named(h.id),
                tables.probability(h.prior),
                escape(h.statement),
                *([escape(h.refusal_statement) or "–"] if refusals else []),
            ]
            for h in self.es.hypotheses
        ]
        return self.dialect.table(
            header, rows, caption="Hypotheses and their priors.", widths=[20, -8, 36, 36][: len(header)]
        )

    def probabilities(self) -> str:
        """Every hypothesis in every episode, as the set stands and under the preferred assumptions, by every reader."""
        settings = [s for s in self.answers.settings if s.id in (BASE, self.answers.preferred)]
        names = list(dict.fromkeys(name for s in settings for name in self._names_in(s.id)))
        rows = [
            [
                escape(subject.label),
                escape(setting.label),
                escape(reader.label),
                *(tables.probability(there.p(name)) if name in there.log else "–" for name in names),
                tables.db(there.lead_db, sign=False),
            ]
            for subject in self.answers.subjects
            for setting in settings
            for reader in self.answers.readers
            if (there := self.answers.answer(subject.id, setting.id, reader.id))
        ]
        header = ["Episode", "Assumptions", "Reader", *map(self.label, names), "Lead, dB"]
        widths = [34, 14, 12, *[-9] * len(names), -9]
        return self.dialect.table(header, rows, caption="Posterior probabilities.", widths=widths)

    def _names_in(self, setting: str) -> list[str]:
        found = (each.log for (_, where, _), each in self.answers.cells.items() if where == setting)
        return list(next(found, {}))

    def _named(self, name: str) -> str:
        column = self.g.column(name)
        short = "" if column.short == column.label else f" ({escape(column.short)})"
        return f"{escape(column.label)}{short}"

    def ledger(self, result: EpisodeResult) -> str:
        """What each item weighs, as the set stands, under the preferred assumptions, and for every reader."""
        ledger = result.ledger
        header = ["When", "Item", *(self._column(setting, reader) for setting, reader in ledger.columns)]
        rows = [
            ["", "*Prior odds*", *map(_db, ledger.prior_db)],
            *(self._weighed(row) for row in ledger.rows),
        ]
        totals = (ledger.total(number) for number in range(len(ledger.columns)))
        rows.append(["", "**Posterior odds**", *(f"**{_db(total)}**" for total in totals)])
        caption = (
            f"“{escape(result.episode.label)}”: dB for {self.label(ledger.of)} against {self.label(ledger.against)}, "
            "+ for the first. –: not there, or not coded."
        )
        widths = [12, 66, *[-10] * len(ledger.columns)]
        return self.dialect.table(header, rows, caption=caption, widths=widths, kind="weights")

    def _column(self, setting: str, reader: str) -> str:
        several = len(self.answers.readers) > 1
        who = next(each.letter for each in self.answers.readers if each.id == reader) if several else ""
        what = self.answers.setting_of[setting].plain if setting == BASE else "preferred"
        one = len({name for name, _ in self._columns_of()}) == 1
        return escape(", ".join(filter(None, [who, "" if one and several else what])))

    def _columns_of(self) -> list[tuple[str, str]]:
        return [pair for result in self.g.episodes for pair in result.ledger.columns]

    def _weighed(self, row: Row) -> list[str]:
        dates = [item.date for item in row.items if item.date]
        named = [self.item(row.name)] if len(row.items) <= 1 else [escape(row.title)]
        named += [self.item(item.id) for item in row.items] if len(row.items) > 1 else []
        marks = {"looked for, not found" for item in row.items if item.found == "absent"}
        when = day(min(dates), short=True) if dates else "undated"
        return [when, _BREAK.join([*named, *(f"*{mark}*" for mark in marks)]), *map(_db, row.db)]

    def statements(self, result: EpisodeResult) -> str:
        """What was stated of every item, why, and the belief once it is in."""
        header = ["Item", "Reason for the likelihoods", "Likelihood", "dB", "Posterior"]
        prior = ["*Prior*", "*Before any item*", "", "", self._stack(result.prior)]
        rows = [prior, *(self._row(line) for line in result.lines)]
        caption = (
            f"What was stated on “{escape(result.episode.label)}”, in order of the documents' dates. "
            f"{_how_stated(result)} dB: for {self.label(result.leader)} against {self.label(result.runner_up)}"
            f"{_how_discounted(result)}. Posterior: after this item."
        )
        return self.dialect.table(header, rows, caption=caption, widths=[22, 38, 22, -9, 13], kind="ledger")

    def _row(self, line: Line) -> list[str]:
        discount = f"{_BREAK}(×{line.kappa:.2f})" if line.kappa < 1 else ""
        return [
            _BREAK.join([self.item(line.item.id), *_dates(line)]),
            _reason(line) or "–",
            _BREAK.join([*self._likelihoods(line), *self._entering(line)]),
            tables.db(line.weight) + discount,
            self._stack(line.running),
        ]

    def _likelihoods(self, line: Line) -> list[str]:
        return [row for stated in line.stated for row in self._reading(stated, is_ratio=line.is_ratio)]

    def _reading(self, stated: Stated, *, is_ratio: bool) -> list[str]:
        name = escape(stated.reading)
        head = [f"*if {name} ({tables.probability(stated.probability)}):*"] if name else []
        return head + [
            f"{self.short(h)} {_ranged(value, is_ratio=is_ratio)}" for h, value in stated.values.items()
        ]

    def _entering(self, line: Line) -> list[str]:
        if not line.enters:
            return []
        why = "absence" if line.item.found == "absent" else "reliability"
        return [f"*after {why}:*", *(f"{self.short(h)} {_number(p)}" for h, p in line.enters.items())]

    def _stack(self, belief: Probabilities) -> str:
        return _BREAK.join(f"{self.short(name)} {tables.probability(p)}" for name, p in belief.items())

    def assumptions(self, result: EpisodeResult) -> str:
        """What leads under every set of assumptions that changes a number of this episode."""
        name = result.episode.id
        readers = self.answers.readers_of(name)
        header = [
            "Assumptions",
            *(escape(reader.letter if len(readers) > 1 else "Leader") for reader in readers),
        ]
        rows = [
            [escape(setting.label), *(self._found(name, setting, reader.id) for reader in readers)]
            for setting in self.answers.settings
            if setting.kind in ("base", "preferred") or not self._as_base(name, setting)
        ]
        caption = (
            f"“{escape(result.episode.label)}” under other assumptions: what leads, and its probability; in bold where "
            "the leader is not that of the set as it stands."
        )
        return self.dialect.table(header, rows, caption=caption, widths=[40, *[-14] * len(readers)])

    def assumed(self, result: EpisodeResult) -> str:
        """The same in one sentence."""
        name = result.episode.id
        return "; ".join(
            f"{escape(setting.label)} {'**' if self._overturns(name, setting) else ''}"
            f"{escape(cell(self.answers, name, setting.id))}{'**' if self._overturns(name, setting) else ''}"
            for setting in self.answers.settings
            if setting.kind in ("base", "preferred") or not self._as_base(name, setting)
        )

    def _overturns(self, episode: str, setting: Setting) -> bool:
        """Whether for some reader none of those ahead in the base is ahead."""
        pairs = (
            (
                self.answers.answer(episode, setting.id, reader.id),
                self.answers.answer(episode, BASE, reader.id),
            )
            for reader in self.answers.readers_of(episode)
        )
        return any(one and base and not set(one.leaders) & set(base.leaders) for one, base in pairs)

    def unmoved(self, result: EpisodeResult) -> list[str]:
        """Scenarios that change no number of this episode."""
        return [
            escape(setting.label)
            for setting in self.answers.others
            if self._as_base(result.episode.id, setting)
        ]

    def _as_base(self, episode: str, setting: Setting) -> bool:
        """Whether every reader finds the same as in the base, to what is printed."""
        return all(
            self._printed(episode, setting.id, reader.id) == self._printed(episode, BASE, reader.id)
            for reader in self.answers.readers_of(episode)
        )

    def _printed(self, episode: str, setting: str, reader: str) -> dict[str, str] | None:
        there = self.answers.answer(episode, setting, reader)
        return None if there is None else {name: tables.probability(there.p(name)) for name in there.log}

    def _found(self, episode: str, setting: Setting, reader: str) -> str:
        there = self.answers.answer(episode, setting.id, reader)
        base = self.answers.answer(episode, BASE, reader)
        if there is None:
            return "not coded"
        text = escape(f"{ahead_in_short(self.answers, there)} {tables.probability(there.p(there.leader))}")
        return _bold(text, when=base is not None and not set(base.leaders) & set(there.leaders))

    def changes(self, name: str, *, full: bool) -> str:
        """The changes of a scenario as a table: where, what, and what it does."""
        every = self.g.effects.get(name, ())
        chosen = every if full else [each for each in every if abs(each.db or 0.0) >= LEAST_DB][:SHOWN]
        if not chosen:
            return ""
        rows = [
            [
                self.dialect.link(escape(self.es.episodes[each.episode].label), f"episode-{each.episode}"),
                self.item(each.item) if each.item in self._known_items() else escape(each.item),
                escape(each.what),
                _db(each.db),
                *([escape(each.reason) or "–"] if full else []),
            ]
            for each in chosen
        ]
        left = len(every) - len(chosen)
        more = f" {left} smaller changes are omitted here." if left else ""
        caption = (
            f"“{escape(self.es.scenarios[name].label)}”: changes of the odds of the base leader against the next, in dB, "
            f"{escape(self._coder())}.{more}"
        )
        header = ["Episode", "Item", "What", "dB", *(["Why"] if full else [])]
        return self.dialect.table(
            header, rows, caption=caption, widths=[28, 46, 12, -7, *([30] if full else [])]
        )

    def _known_items(self) -> set[str]:
        added = {
            item.id for s in self.es.scenarios.values() for items in s.add_items.values() for item in items
        }
        return {*self.es.items, *self.g.preferred.items} - (added - set(self.g.preferred.items))

    def _coder(self) -> str:
        return next(reader.label for reader in self.answers.readers if reader.id == self.g.coder)

    def robustness(self, result: EpisodeResult, *, full: bool) -> str:
        """How far the answer can be pushed before it gives way."""
        if not result.robustness:
            return ""
        asked = questions(result.robustness, self.g.column(result.leader).label)
        rows = [[escape(what), escape(said)] for what, said in (asked if full else asked[:FEW])]
        caption = f"“{escape(result.episode.label)}”: what it would take to change the answer of {escape(self._coder())}."
        return self.dialect.table(["Question", "Answer"], rows, caption=caption, widths=[50, 40])

    def sampled(self, result: EpisodeResult, drawn: Drawn, each: Sequence[Sampled]) -> str:
        """Draws of one episode: mean, interval, and how often each hypothesis leads."""
        rows = [
            [
                self.label(one.hypothesis),
                tables.probability(one.mean),
                f"{tables.probability(one.low)} to {tables.probability(one.high)}",
                tables.probability(one.leading),
            ]
            for one in each
        ]
        what = "sensitivity distribution (propagated)" if "propagated" in drawn.note else "posterior draws"
        caption = (
            f"“{escape(result.episode.label)}”: {what} of the {drawn.model} model, {drawn.chains} × {drawn.draws}; "
            f"the interval holds 90 % of them.{f' **{drawn.note}**.' if drawn.note else ''}"
        )
        header = ["Hypothesis", "Mean", "90 % interval", "Share of draws in which it leads"]
        return self.dialect.table(header, rows, caption=caption, widths=[30, -12, -24, -24])

    def coefficients(self, drawn: Drawn) -> str:
        """What the conditions do, prior beside posterior."""
        rows = [
            [
                escape(" ".join(filter(None, [one.condition.replace("_", " "), f"({one.quantity})"]))),
                self._known(one.hypothesis),
                f"{_signed(one.prior_mean)} (sd {one.prior_sd:.2f})",
                f"{_signed(one.mean)} ({_signed(one.low)} to {_signed(one.high)})",
                f"{one.contraction:.2f}".replace("-", "−"),
                escape(one.flag) or "–",
            ]
            for one in drawn.coefficients
        ]
        caption = (
            f"The {drawn.model} model: prior and posterior of every coefficient, {drawn.chains} × {drawn.draws} draws; "
            "contraction is 1 less the ratio of posterior to prior variance: near 0, nothing was learned."
        )
        header = ["Condition", "Hypothesis", "Prior mean", "Posterior mean (90 %)", "Contraction", "Flag"]
        return self.dialect.table(header, rows, caption=caption, widths=[24, 12, 18, 24, -12, 20])

    def _known(self, name: str) -> str:
        return (
            self.label(name) if any(column.id == name for column in self.g.columns) else escape(name) or "–"
        )


def is_refusal(es: EvidenceSet, result: EpisodeResult) -> bool:
    """Whether the leader is meant in the words that the set has for refusals."""
    refused = es.sense_of(result.episode.id) == "refusal"
    return refused and bool(es.hypothesis(result.leader).refusal_statement)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _how_stated(result: EpisodeResult) -> str:
    """What the column of likelihoods holds."""
    ratios = [line.is_ratio for line in result.lines]
    values = [value for line in result.lines for stated in line.stated for value in stated.values.values()]
    kind = (
        "in dB against one hypothesis"
        if all(ratios)
        else f"of the item under each hypothesis{' (some as ratios, in dB)' if any(ratios) else ''}"
    )
    ranged = ", with the coder's 90 % range" if any(low != high for low, _, high in values) else ""
    return f"Likelihood: {kind}{ranged}."


def _how_discounted(result: EpisodeResult) -> str:
    discounted = any(line.kappa < 1 for line in result.lines)
    return ", times the discount in brackets for items of one origin" if discounted else ""


def _dates(line: Line) -> list[str]:
    date, older = line.item.date or "", line.item.statement_date
    told = [f"of {day(older, short=True)}"] if older and not date.startswith(older) else []
    return [day(line.item.date, short=True), *told, *(["retrospective"] if line.item.retrospective else [])]


def _reason(line: Line) -> str:
    return f"*{escape(line.reason)}*" if line.reason else ""


def _db(value: float | None) -> str:
    return "–" if value is None else tables.db(value)


def _bold(text: str, *, when: bool) -> str:
    return f"**{text}**" if when else text


def _ranged(value: tuple[float, float, float], *, is_ratio: bool) -> str:
    low, best, high = (tables.db(each) if is_ratio else _number(each) for each in value)
    unit = " dB" if is_ratio else ""
    joint = " to " if is_ratio else "–"
    return f"{best}{unit}" if low == best == high else f"{best}{unit} ({low}{joint}{high})"


def _number(probability: float) -> str:
    """A likelihood, which may be small and is never rounded to nothing."""
    if probability < tables.SMALL or 1 - tables.SMALL < probability < 1:
        return f"{probability:.4g}"
    return f"{probability:.2f}".lstrip("0")
