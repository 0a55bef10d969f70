"""The tables of a report, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bayes_trace import tables
from bayes_trace.evidence import EvidenceSet
from bayes_trace.report.results import (
    CaseResult,
    Drawn,
    EpisodeResult,
    Gathered,
    Judged,
    Line,
    Probabilities,
    Sampled,
    Stated,
)
from bayes_trace.report.robust_words import questions
from bayes_trace.report.text import day, escape
from bayes_trace.report.voice import Voice

__all__ = ["Parts", "is_refusal"]

_BREAK = "<br>"


class Parts:
    """Tables of one report in one voice."""

    def __init__(self, gathered: Gathered, voice: Voice) -> None:
        self.g = gathered
        self.es = gathered.evidence_set
        self.voice = voice

    def short(self, name: str) -> str:
        """The short name of a hypothesis."""
        return escape(self.g.column(name).short)

    def label(self, name: str) -> str:
        """The label of a hypothesis."""
        return escape(self.g.column(name).label)

    def legend(self, names: Iterable[str]) -> str:
        """What the short names stand for, where they are short."""
        columns = [self.g.column(name) for name in names]
        said = [f"{escape(c.short)}, {escape(c.label)}" for c in columns if c.short != c.label]
        return f" {'; '.join(said)}." if said else ""

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
        return self.voice.table(
            header, rows, caption="Hypotheses and their priors.", widths=[20, -8, 36, 36][: len(header)]
        )

    def _named(self, name: str) -> str:
        column = self.g.column(name)
        short = "" if column.short == column.label else f" ({escape(column.short)})"
        return f"{escape(column.label)}{short}"

    def summary(self) -> str:
        """One row per episode of all cases: the answer in brief."""
        robust = any(result.robust for result in self.g.episodes)
        header = ["Episode", "Leading hypothesis", "P", "Lead, dB", "Evidence for it against the next"]
        header += ["Robustness"] if robust else []
        rows = [
            self._in_brief(case, result, robust=robust) for case in self.g.cases for result in case.scored
        ]
        widths = [36, 22, -7, -8, 19, *([11] if robust else [])]
        caption = (
            "The answer in brief. P: posterior probability of the leading hypothesis. Lead: its posterior odds "
            "against the next, in dB. Evidence: ENFSI's word for the likelihood ratio, priors excluded."
        )
        return self.voice.table(header, rows, caption=caption, widths=widths)

    def _in_brief(self, case: CaseResult, result: EpisodeResult, *, robust: bool) -> list[str]:
        summed = " *(sum)*" if result.episode.aggregate_of else ""
        word = result.robust.word if result.robust else "–"
        return [
            f"{escape(case.case.label)}: {escape(result.episode.label)}{summed}",
            self._leading(result),
            tables.probability(result.posterior[result.leader]),
            tables.db(result.lead, sign=False),
            f"{result.support.word}{', against it' if result.support.direction < 0 else ''}",
            *([word] if robust else []),
        ]

    def _leading(self, result: EpisodeResult) -> str:
        """The leader, with its equal if there is one, and whether a refusal is what it explains."""
        both = [result.leader, *([result.runner_up] if result.tied else [])]
        refusal = " *(as of a refusal)*" if is_refusal(self.es, result) else ""
        return f"{' = '.join(self.label(name) for name in both)}{refusal}"

    def overview(self, case: CaseResult) -> str:
        """Posterior of every hypothesis in every episode of a case."""
        names = list(self.es.hypothesis_ids)
        header = ["Episode", "Date", *(self.short(name) for name in names), "Lead, dB"]
        rows = [
            [escape(r.episode.label) + (" *(sum)*" if r.episode.aggregate_of else "")]
            + [day(r.episode.date, short=True)]
            + [_bold(tables.probability(r.posterior[name]), when=name == r.leader) for name in names]
            + [tables.db(r.lead, sign=False)]
            for r in case.scored
        ]
        caption = (
            f"{escape(case.case.label)}: posterior probability of every hypothesis, the leading one in bold."
            f"{self.legend(names)}"
        )
        return self.voice.table(header, rows, caption=caption, widths=[38, 16, *[-9] * len(names), -9])

    def ledger(self, result: EpisodeResult) -> str:
        """The evidence of one episode, item by item."""
        pair = f"{self.short(result.leader)} : {self.short(result.runner_up)}"
        header = ["Item", "What it says; why it weighs as it does", "Likelihood", f"dB, {pair}", "Posterior"]
        prior = ["*Prior*", "*Before any item*", "", "", self._stack(result.prior)]
        rows = [prior, *(self._row(line) for line in result.lines)]
        caption = (
            f"Evidence on “{escape(result.episode.label)}”, in order of the documents' dates. "
            f"{_how_stated(result)} dB: its weight for {self.label(result.leader)} "
            f"against {self.label(result.runner_up)}{_how_discounted(result)}. Posterior: once the item is in."
            f"{self.legend(self.es.hypothesis_ids)}"
        )
        return self.voice.table(header, rows, caption=caption, widths=[15, 45, 22, -9, 13], kind="ledger")

    def _row(self, line: Line) -> list[str]:
        discount = f"{_BREAK}(×{line.kappa:.2f})" if line.kappa < 1 else ""
        return [
            _BREAK.join([f"**{escape(line.item.id)}**", *_dates(line)]),
            _BREAK.join(filter(None, [self._said(line), _reason(line)])),
            _BREAK.join([*self._likelihoods(line), *self._entering(line)]),
            tables.db(line.weight) + discount,
            self._stack(line.running),
        ]

    def _said(self, line: Line) -> str:
        absent = " *Looked for and not found.*" if line.item.found == "absent" else ""
        return f"{escape(line.item.paraphrase)}{absent} {self.voice.cite(line.item)}"

    def _likelihoods(self, line: Line) -> list[str]:
        return [row for stated in line.stated for row in self._reading(stated, is_ratio=line.is_ratio)]

    def _reading(self, stated: Stated, *, is_ratio: bool) -> list[str]:
        name = escape(stated.reading.replace("_", " "))
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

    def comparison(self, result: EpisodeResult) -> str:
        """Posterior as reported, under every scenario and by every other coder."""
        known = {name for each in result.judged for name in each.posterior}
        names = [column.id for column in self.g.columns if column.id in known]
        rows = [
            [
                _assumed(place, len(result.scenarios), each),
                *self._compared(each.posterior, names),
            ]
            for place, each in enumerate(result.judged)
        ]
        caption = (
            f"“{escape(result.episode.label)}” under other assumptions and by other coders; the leading "
            f"hypothesis is in bold.{self.legend(names)}"
        )
        header = ["Assumptions", *(self.short(name) for name in names)]
        return self.voice.table(header, rows, caption=caption, widths=[46, *[-9] * len(names)])

    def _compared(self, posterior: Probabilities, names: list[str]) -> list[str]:
        best = max(posterior.values())
        return [
            _bold(tables.probability(posterior[name]), when=posterior[name] == best)
            if name in posterior
            else "–"
            for name in names
        ]

    def robustness(self, result: EpisodeResult) -> str:
        """How far the answer can be pushed before it gives way."""
        if not result.robust:
            return ""
        caption = f"“{escape(result.episode.label)}”: what it would take to change the answer."
        leader = self.g.column(result.leader).label
        rows = [[escape(what), escape(said)] for what, said in questions(result.robust, leader)]
        return self.voice.table(["Question", "Answer"], rows, caption=caption, widths=[60, 30])

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
        return self.voice.table(header, rows, caption=caption, widths=[30, -12, -24, -24])

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
        return self.voice.table(header, rows, caption=caption, widths=[24, 12, 18, 24, -12, 20])

    def _known(self, name: str) -> str:
        return (
            self.short(name) if any(column.id == name for column in self.g.columns) else escape(name) or "–"
        )


def is_refusal(es: EvidenceSet, result: EpisodeResult) -> bool:
    """Whether the leader is meant in the words that the set has for refusals."""
    return result.episode.granted == "no" and bool(es.hypothesis(result.leader).refusal_statement)


def _assumed(place: int, scenarios: int, judged: Judged) -> str:
    """The name of a row; of a coder, how much of it was judged."""
    if place <= scenarios:
        return escape(judged.label)
    some = "" if judged.links == judged.of else f" ({judged.links} of {judged.of} items)"
    return f"Coder: {escape(judged.label)}{some}"


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
