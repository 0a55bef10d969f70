"""The report in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import jinja2

from bayes_trace import tables
from bayes_trace.checks import Advice, check
from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.locks import lock_in_words
from bayes_trace.guards import guarded
from bayes_trace.report.beside import paragraphs
from bayes_trace.report.brief import Brief
from bayes_trace.report.citation import Cited
from bayes_trace.report.dialect import Dialect, Picture, Plain
from bayes_trace.report.items import Items
from bayes_trace.report.manifest import manifest
from bayes_trace.report.older import counts_table, matrix_table
from bayes_trace.report.parts import Parts, is_refusal
from bayes_trace.report.results import Detail, EpisodeResult, Gathered
from bayes_trace.report.text import day, escape, prose, sentence
from bayes_trace.summary.verdicts import PREFERRED, episode_sentences, meaning, verdict

__all__ = ["Pictures", "markdown"]

#: more readers than this are summed up
FEW = 3
#: ``case:<id>`` or ``episode:<id>`` -> its figures
Pictures = Mapping[str, Sequence[Picture]]


@guarded
def markdown(
    gathered: Gathered,
    *,
    dialect: Dialect | None = None,
    pictures: Pictures | None = None,
    detail: Detail = "standard",
) -> str:
    """The report as Markdown; the same inputs give the same bytes.

    Parameters
    ----------
    gathered
        As from `gather`.
    dialect
        How citations, captions and tables are set; by default for people to read.
    pictures
        Figures by place.
    detail
        ``brief`` is the answers alone, ``standard`` adds every episode in short, ``full`` everything.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.report import gather, markdown
    >>> print(markdown(gather(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))).splitlines()[0])
    # A table of likelihoods
    """
    es = gathered.evidence_set
    chosen = dialect or Plain(es, cited=Cited(es, more=gathered.preferred.items))
    environment = _environment(gathered)
    brief, parts = Brief(gathered, chosen), Parts(gathered, chosen)
    common = {
        "g": gathered,
        "es": es,
        "v": chosen,
        "parts": parts,
        "brief": brief,
        "detail": detail,
        "pictures": pictures or {},
        "coder": _coder(gathered),
        "readers": _readers(gathered),
        "verdict": verdict,
        "sentences": episode_sentences,
        "matrix": partial(matrix_table, parts),
        "counts": partial(counts_table, parts),
        "beside": [each for other in gathered.beside for each in paragraphs(other, chosen)],
    }
    listed = Items(gathered, chosen)
    text = environment.get_template("report.md.j2").render(
        **common,
        meaning=meaning(gathered.answers),
        episode=lambda r: environment.get_template("episode.md.j2").render(r=r, **common),
        all_items=listed.every,
        items_named=listed.mentioned,
        used=gathered.used,
        locks=[sentence(lock_in_words(es, lock)) for lock in es.locked],
        priors=_priors(gathered),
        planned=[item for case in gathered.cases for item in case.planned],
        footnotes=any(item.footnote for item in es.items.values()),
        advice=_grouped(check(es)),
        key=chosen.method,
        command=_command(gathered, detail),
        manifest=manifest(gathered),
    )
    return _without_double_blanks(line.rstrip() for line in text.splitlines()) + "\n"


def _environment(gathered: Gathered) -> jinja2.Environment:
    es = gathered.evidence_set
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bayes_trace.report", "templates"),
        autoescape=False,  # Markdown; the filter t escapes
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "t": lambda value: escape(str(value)),
        "prose": prose,
        "sentence": sentence,
        "day": day,
        "value": lambda value: f"{value:g}" if isinstance(value, float) else value,
        "number": lambda count, what: f"{count} {what}{'' if count == 1 else 's'}",
        "p": tables.probability,
        "db": tables.db,
        "meaning": partial(_meaning, gathered.preferred),
        "episodes": lambda names: ", ".join(gathered.preferred.episodes[name].label for name in names),
        "scenarios": lambda names: _together(es, names),
        "first_paragraph": lambda text: text.split("\n\n")[0],
        "capitalised": lambda text: text[:1].upper() + text[1:],
    }
    return environment


def _together(es: EvidenceSet, names: str) -> str:
    """Scenarios taken together, by their labels."""
    chosen = es.preferred if names == PREFERRED else names.split("+")
    return ", ".join(es.scenarios[name].label for name in chosen)


def _meaning(es: EvidenceSet, result: EpisodeResult, *, next: bool = False) -> str:  # noqa: A002
    """What the leading hypothesis, or the next, says of this outcome."""
    hypothesis = es.hypothesis(result.runner_up if next else result.leader)
    return hypothesis.refusal_statement if is_refusal(es, result) else hypothesis.statement


def _command(gathered: Gathered, detail: Detail) -> str:
    """The call that makes this report."""
    es = gathered.evidence_set
    scenarios = [f"--scenario {name}" for name in es.applied]
    coder = [f"--coder {gathered.coder}"] if gathered.coder != es.base_coder else []
    draws = ["--draws FILE" for _ in gathered.draws]
    chosen = [f"--detail {detail}"] if detail != "standard" else []
    others = ["--beside OTHER_SET" for _ in gathered.beside]
    return " ".join(["bayes-trace report SET", *scenarios, *coder, *draws, *others, *chosen])


def _coder(gathered: Gathered) -> str:
    labels = {coder.id: coder.label for coder in gathered.evidence_set.coders}
    return labels.get(gathered.coder) or gathered.coder


def _readers(gathered: Gathered) -> str:
    """Whose the numbers of a cell are, where they stand side by side."""
    readers = gathered.answers.readers
    return ", then ".join(escape(reader.label) for reader in readers) if 1 < len(readers) <= FEW else ""


def _priors(gathered: Gathered) -> str:
    """The priors in a sentence, with what departs from them."""
    es = gathered.evidence_set
    values = {round(h.prior, 9) for h in es.hypotheses}
    equal = (
        "All hypotheses start with the same prior." if len(values) == 1 else "The priors differ, as stated."
    )
    own = [episode.label for episode in es.episodes.values() if episode.prior and episode.scored]
    departs = f" Priors of their own: {', '.join(own)}." if own else ""
    return equal + departs


@dataclass(frozen=True)
class _Group:
    """Advice of one kind: what was found, and in which places."""

    code: str
    reason: str
    reference: str
    found: dict[str, list[str]]


def _grouped(advice: Iterable[Advice]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for each in advice:
        group = groups.setdefault(each.code, _Group(each.code, each.reason, each.reference, {}))
        place = str(each.where[1] if len(each.where) > 1 else each.where[0])
        group.found.setdefault(each.message, []).append(place)
    return list(groups.values())


def _without_double_blanks(lines: Iterable[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
