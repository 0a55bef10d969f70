"""The living appendix as one file: the built page with an evidence set in it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Any, NamedTuple

from bayes_trace.errors import ScenarioError
from bayes_trace.evidence import EvidenceSet
from bayes_trace.explore.numbers import Pool, assumption, scales
from bayes_trace.explore.texts import episode_texts, frame, item_texts, source_labels
from bayes_trace.guards import guarded
from bayes_trace.scenarios import apply_scenario

__all__ = ["appendix_page", "filled_page", "page_numbers"]

Plain = dict[str, Any]
Progress = Callable[[str, float], None]
#: where the product has room for a title and for data
TITLE, DATA = "<!--title-->", "<!--data-->"


@guarded
def appendix_page(
    evidence_set: EvidenceSet,
    *,
    scenario: Sequence[str] = (),
    coder: str | None = None,
    progress: Progress | None = None,
) -> str:
    """One page in which a reader can move every number of a set and see what becomes of each answer.

    Parameters
    ----------
    evidence_set
        The set as written, without scenarios applied: the page offers them.
    scenario
        Scenarios under which the page opens; by default none.
    coder
        Whose judgements it opens with; by default the base coder's.
    progress
        Told what is being done, and how much of it is done.

    Returns
    -------
    HTML that needs no network and no server.

    Raises
    ------
    UnknownNameError
        For an unknown scenario or coder.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> text = appendix_page(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> text.startswith("<!DOCTYPE html>"), "connect-src" in text
    (True, False)
    """
    from bayes_trace.exact import select_coder
    from bayes_trace.likelihood import compile_evidence

    say: Progress = progress or (lambda _what, _done: None)
    if coder is not None:
        select_coder(compile_evidence(evidence_set), coder)
    say("scenarios", 0.0)
    sets = list(_assumed(evidence_set, scenario))
    numbers = _numbers(evidence_set, sets)
    say("sentences", 0.2)
    briefs = _briefs(evidence_set)
    say("citations", 0.7)
    sources = (str(entry["source"]) for entry in numbers["entries"] if "source" in entry)
    page = {
        **frame(evidence_set, [each.es for each in sets]),
        "mode": "explore",
        "opens": {"assumption": "+".join(scenario) or "base", "coder": coder or evidence_set.base_coder},
        "episodes": episode_texts(evidence_set, briefs, [each.es for each in sets]),
        "items": item_texts(evidence_set, [each.es for each in sets]),
        "sources": source_labels(evidence_set, sources),
        **numbers,
    }
    say("done", 1.0)
    return filled_page(page)


def page_numbers(es: EvidenceSet) -> Plain:
    """What the page computes with: every entry once, and what each choice of scenarios makes of them.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> sorted(page_numbers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    ['assumptions', 'entries', 'scales']
    """
    return _numbers(es, list(_assumed(es, ())))


class _Assumed(NamedTuple):
    name: str
    label: str
    scenarios: tuple[str, ...]
    es: EvidenceSet


def _numbers(es: EvidenceSet, sets: Sequence[_Assumed]) -> Plain:
    pool = Pool()
    assumptions = [_one(es, pool, each) for each in sets]
    return {"scales": scales(es, pool.entries), "entries": pool.entries, "assumptions": assumptions}


def _one(base: EvidenceSet, pool: Pool, each: _Assumed) -> Plain:
    reason = " ".join(base.scenarios[name].reason for name in each.scenarios)
    return assumption(
        each.es, pool, name=each.name, label=each.label, reason=reason, scenarios=each.scenarios
    )


def _assumed(es: EvidenceSet, asked: Sequence[str]) -> Iterator[_Assumed]:
    """The base, what is preferred, what is asked for, and each scenario by itself.

    A scenario that does not fit the set by itself is left out, unless it is asked for.
    """
    yield _Assumed("base", "As the set stands", (), es)
    if es.preferred:
        yield _Assumed(
            "preferred", "Preferred by the authors", es.preferred, apply_scenario(es, *es.preferred)
        )
    together = apply_scenario(es, *asked)  # whatever is unknown is named here
    if len(asked) > 1:
        label = " + ".join(es.scenarios[name].label for name in asked)
        yield _Assumed("+".join(asked), label, tuple(asked), together)
    for name, each in es.scenarios.items():
        if not each.does:
            continue
        try:
            yield _Assumed(name, each.label, (name,), apply_scenario(es, name))
        except ScenarioError:
            continue


def _briefs(es: EvidenceSet) -> dict[str, tuple[str, list[str]]]:
    """Verdict and sentences of every episode, as the report has them."""
    from bayes_trace.summary.verdicts import episode_sentences, gather_answers, verdict

    answers = gather_answers(es)
    return {
        each.id: (verdict(answers, each.id).word, episode_sentences(answers, each.id))
        for each in answers.subjects
    }


def filled_page(page: Plain) -> str:
    """The built page with a title and its data; what the set says can neither end the script nor open a tag."""
    product = resources.files("bayes_trace.explore.product").joinpath("page.html").read_text("utf-8")
    data = json.dumps(page, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    head, rest = product.split(TITLE)
    before, after = rest.split(DATA)
    return f"{head}{html.escape(str(page['title']))}{before}{data}{after}"
