"""Verdicts and sentences follow from numbers, and no word contradicts one."""

import math
import random
import re

import pytest

import bayes_trace as bt
from bayes_trace.summary.verdicts import (
    BASE,
    PREFERRED,
    Answer,
    Answers,
    Kind,
    Named,
    Reader,
    Setting,
    Subject,
    case_sentences,
    cell,
    gather_answers,
    headline,
    lowest,
    meaning,
    title_of,
    turned,
    verdict,
)
from bayes_trace.summary.verdicts.names import cut, letters
from tests.arms import arms_answers, arms_set

LETTERS = "ABCDEFGHIJ"


def answer(numbers, intervals=None):
    names = [f"h{n}" for n in range(len(numbers))]
    log = {name: math.log(p) if p else -math.inf for name, p in zip(names, numbers, strict=True)}
    return Answer(log, intervals=intervals or {})


def table(cells, *, episodes=("e0",), settings=(BASE,), readers=1, hypotheses=2, sums=(), refused=()):
    """Answers from numbers: (episode, setting, reader) -> probabilities."""
    return Answers(
        title="A set",
        hypotheses=tuple(
            Named(f"h{n}", f"Idea {n}", f"I{n}", f"idea {n}", f"no idea {n}" if n % 2 else "")
            for n in range(hypotheses)
        ),
        readers=tuple(Reader(f"r{n}", f"Reader {LETTERS[n]}", LETTERS[n]) for n in range(readers)),
        settings=tuple(Setting(name, name.capitalize(), "scenario", (name,), name) for name in settings),
        subjects=tuple(
            Subject(
                name,
                f"Outcome {name}",
                "Case",
                refused=name in refused,
                sum_of=("e0",) if name in sums else (),
            )
            for name in episodes
        ),
        cells={key: each if isinstance(each, Answer) else answer(each) for key, each in cells.items()},
    )


def one(numbers, **more):
    return table({("e0", BASE, "r0"): numbers}, hypotheses=len(numbers), **more)


def two_readers(base, preferred):
    """One episode, two readers, base and preferred."""
    cells = {("e0", BASE, f"r{n}"): each for n, each in enumerate(base)}
    cells |= {("e0", PREFERRED, f"r{n}"): each for n, each in enumerate(preferred)}
    return table(cells, settings=(BASE, PREFERRED), readers=2, hypotheses=len(base[0]))


# --- each verdict by its own numbers ---------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "preferred", "word"),
    [
        ([(0.9, 0.1), (0.8, 0.2)], [(0.2, 0.8), (0.3, 0.7)], "reversed"),
        ([(0.9, 0.1), (0.8, 0.2)], [(0.9, 0.1), (0.3, 0.7)], "readers differ"),
        ([(0.9, 0.1), (0.2, 0.8)], [(0.9, 0.1), (0.8, 0.2)], "reversed for B"),
        ([(0.9, 0.1), (0.8, 0.2)], [(0.9, 0.1), (0.5, 0.5)], "level"),
        ([(0.9, 0.1), (0.8, 0.2)], [(0.9, 0.1), (0.54, 0.46)], "level"),  # .7 dB
        ([(0.9, 0.05, 0.05)] * 2, [(0.9, 0.05, 0.05), (0.45, 0.3, 0.25)], "open"),
        ([(0.95, 0.05)] * 2, [(0.95, 0.05), (0.92, 0.08)], "holds"),
        ([(0.95, 0.05), (0.5, 0.5)], [(0.95, 0.05)] * 2, "leads"),  # the base takes it away
        ([(0.9, 0.1)] * 2, [(0.95, 0.05), (0.7, 0.3)], "leads, weak"),
    ],
)
def test_the_first_rule_that_applies_gives_the_word(base, preferred, word):
    assert verdict(two_readers(base, preferred), "e0").word == word


def test_a_wide_interval_keeps_an_answer_from_holding():
    sure, wide = ({"h0": ends} for ends in ((0.6, 0.99), (0.49, 0.99)))
    for intervals, word in ((sure, "holds"), (wide, "leads")):
        cells = {("e0", BASE, f"r{n}"): answer((0.95, 0.05), intervals) for n in range(2)}
        assert verdict(table(cells, readers=2), "e0").word == word


def test_what_nothing_has_tested_does_not_hold():
    assert verdict(one((0.99, 0.01)), "e0").word == "leads"


def test_a_bound_is_compared_with_the_digits_that_are_printed():
    # .4999 prints as .50, and a lead of .96 dB as 1.0
    assert verdict(one((0.4999, 0.2501, 0.25)), "e0").kind is Kind.LEADS
    far = 10 ** (-0.096)
    assert verdict(one((1 / (1 + far), far / (1 + far))), "e0").kind is not Kind.LEVEL


def test_sums_and_what_nobody_coded_have_no_answer():
    answers = table(
        {("e0", BASE, "r0"): (0.9, 0.1), ("e1", BASE, "r0"): (0.9, 0.1)},
        episodes=("e0", "e1", "e2"),
        sums=("e1",),
    )
    assert [verdict(answers, name).word for name in ("e0", "e1", "e2")] == ["leads, weak", "sum", "not coded"]
    text = " ".join(case_sentences(answers, "Case"))
    assert "“Outcome e1” adds up other episodes and is not counted." in text
    assert "“Outcome e2” has no answer: no item is coded." in text


def test_ties_name_all_in_the_order_of_the_set():
    tied = one((0.4, 0.2, 0.4))
    assert cell(tied, "e0", BASE) == "I0=I2 .40"
    assert "idea 0 and idea 2 level (.40)" in headline(tied)[0]
    near = one((0.37, 0.2, 0.43))
    assert cell(near, "e0", BASE) == "I2≈I0 .43"
    assert "idea 2 and idea 0 practically level (.43)" in headline(near)[0]


def test_level_by_rounding_is_a_tie_and_nothing_else_is():
    assert Answer({"a": -1.0, "b": -1.0 + 5e-10}).leaders == ("a", "b")
    assert Answer({"a": -1.0, "b": -1.0 + 5e-10}).level
    assert not Answer({"a": -1.0, "b": -1.0 + 5e-9}).level


def test_a_hypothesis_that_is_ruled_out_ranks_last():
    ruled = answer((0.0, 0.6, 0.4, 0.0))
    assert ruled.ranking == ("h1", "h2", "h0", "h3")
    assert ruled.behind("h0") == math.inf


def test_the_lowest_says_what_gives_it():
    answers = two_readers([(0.9, 0.1), (0.8, 0.2)], [(0.9, 0.1), (0.3, 0.7)])
    found = lowest(answers, "e0", "h0")
    assert (found.p, found.setting.id, found.reader.letter) == (pytest.approx(0.3), PREFERRED, "B")
    assert found.lead_db == pytest.approx(10 * math.log10(3 / 7))
    # several print the same: the first
    assert lowest(two_readers([(0.9, 0.1)] * 2, [(0.9, 0.1)] * 2), "e0", "h0").setting.id == BASE


def test_assumptions_without_the_leader_cannot_take_it_away():
    cells = {("e0", BASE, "r0"): answer((0.95, 0.05)), ("e0", "narrow", "r0"): Answer({"h1": 0.0})}
    assert not list(turned(table(cells, settings=(BASE, "narrow")), "e0"))


def test_a_reversal_stands_in_headline_and_sentence_with_both_numbers():
    answers = two_readers([(0.98, 0.02), (0.8, 0.2)], [(0.2, 0.8), (0.3, 0.7)])
    told = headline(answers)[0]
    assert told == (
        "“Outcome e0” is reversed: base, the lead is with idea 0 (A .98, B .80); under the preferred "
        "assumptions (preferred), with idea 1 (A .80, B .70)."
    )


def test_refusals_speak_in_their_own_words():
    answers = table({("e0", BASE, "r0"): (0.1, 0.9)}, refused=("e0",))
    assert headline(answers)[0].startswith("‘No idea 1’ is the most") or headline(answers)[0].startswith(
        "‘no idea 1’"
    )


def test_many_readers_are_summed_up_and_still_counted():
    cells = {("e0", BASE, f"r{n}"): (0.6 + n / 50, 0.4 - n / 50) for n in range(7)}
    cells |= {("e1", BASE, f"r{n}"): (0.9, 0.1) if n < 3 else (0.2, 0.8) for n in range(7)}
    answers = table(cells, episodes=("e0", "e1"), readers=7)
    assert cell(answers, "e1", BASE) == "I0 .90 (3 of 7), I1 .80 (4 of 7)"
    told = headline(answers)
    assert (
        told[0]
        == "For one of the 2 episodes, all seven readers find the same explanation more likely than not: idea 0 for one."
    )
    assert told[-1] == "The readers disagree on “Outcome e1”."


def test_meanings_are_of_the_verdicts_that_occur():
    assert [word for word, _ in meaning(two_readers([(0.9, 0.1)] * 2, [(0.2, 0.8)] * 2))] == ["reversed"]


# --- a thousand random tables --------------------------------------------------------------------


def random_table(seed):
    rnd = random.Random(seed)
    readers, hypotheses, count = (
        rnd.choice([1, 1, 2, 2, 3, 7]),
        rnd.choice([2, 3, 4, 5, 60]),
        rnd.randint(1, 8),
    )
    settings = rnd.choice([(BASE,), (BASE, PREFERRED), (BASE, "x"), (BASE, PREFERRED, "x", "y")])
    episodes = [f"e{n}" for n in range(count)]
    concentration = rnd.choice([0.1, 0.3, 1, 5, 50])
    cells = {}
    for episode in episodes:
        coded = [n for n in range(readers) if rnd.random() > 0.05]
        for setting in settings:
            for n in coded:
                draws = [rnd.gammavariate(concentration, 1) + 1e-9 for _ in range(hypotheses)]
                if rnd.random() < 0.2:  # a tie at the top
                    draws[-1] = draws[0] = max(draws)
                if rnd.random() < 0.3:  # the base again
                    cells[episode, setting, f"r{n}"] = cells.get((episode, BASE, f"r{n}")) or answer(
                        [each / sum(draws) for each in draws]
                    )
                    continue
                values = [each / sum(draws) for each in draws]
                spread = {f"h{k}": (p * rnd.random(), min(1.0, p * 1.2)) for k, p in enumerate(values)}
                cells[episode, setting, f"r{n}"] = answer(values, spread if rnd.random() < 0.5 else {})
    sums = [name for name in episodes if rnd.random() < 0.1]
    refused = [name for name in episodes if rnd.random() < 0.3]
    return table(
        cells,
        episodes=episodes,
        settings=settings,
        readers=readers,
        hypotheses=hypotheses,
        sums=sums,
        refused=refused,
    )


def leads(cell_, name):
    """Whether a hypothesis is ahead of all others by a decibel, from the numbers alone."""
    rest = max(value for other, value in cell_.log.items() if other != name)
    return round((cell_.log[name] - rest) * 10 / math.log(10), 1) >= 1.0


def contradictions(answers):  # noqa: C901, PLR0912 - one question after the other
    """What a word says against a number."""
    text, told = " ".join(headline(answers)), " ".join(case_sentences(answers, "Case"))
    judged, standing = 0, 0
    for subject in answers.subjects:
        name, found = subject.id, verdict(answers, subject.id)
        own = [answers.answer(name, answers.preferred, r.id) for r in answers.readers_of(name)]
        base = [answers.answer(name, BASE, r.id) for r in answers.readers_of(name)]
        moved = [not set(a.leaders) & set(b.leaders) for a, b in zip(own, base, strict=True)]
        judged, standing = judged + found.judged, standing + found.stands
        if subject.label not in told and " more" not in told:
            yield name, "is not told of"
        if not found.judged:
            continue
        if found.stands:
            leader = own[0].leader
            if not all(leads(each, leader) and round(each.p(leader), 2) >= 0.5 for each in own):
                yield name, found.word, "but another leads, or it is below .50"
            if any(moved):
                yield name, found.word, "but it is reversed for a reader"
        if found.kind is Kind.HOLDS:
            everywhere = [each for (e, _, _), each in answers.cells.items() if e == name]
            if not all(leads(each, own[0].leader) for each in everywhere):
                yield name, "holds, but some assumption overturns it"
            if min(round(each.p(each.leader), 2) for each in own) < 0.8:
                yield name, "holds below .80"
            if min(round(each.interval(each.leader)[0], 2) for each in own) < 0.5:
                yield name, "holds with an interval that reaches below .50"
        if (found.kind is Kind.REVERSED) != all(moved):
            yield name, found.word, "against a reversal for every reader"
        if found.kind in (Kind.OPEN, Kind.LEVEL, *([Kind.LEADS, Kind.HOLDS])) and not set.intersection(
            *(set(each.leaders) for each in own)
        ):
            yield name, found.word, "but the readers differ"
        if any(moved) and "revers" not in told:
            yield name, "a reversal that no sentence tells"
        weak = {r.id for r, each in zip(answers.readers_of(name), own, strict=True) if each.lead_db < 9.95}
        if {reader.id for reader in found.weak_for} != weak:
            yield name, "weak for", weak
    yield from counts(answers, text, judged, standing)


def counts(answers, text, judged, standing):
    """Numbers and denominators of the headline."""
    if judged > 1:
        words = {
            "none": 0,
            "one": 1,
            "two": 2,
            "three": 3,
            "four": 4,
            "five": 5,
            "six": 6,
            "seven": 7,
            "eight": 8,
        }
        head = re.match(r"For (\w+)(?: of the)? (\d+) episodes", text)
        said = judged if head[1] == "all" else words[head[1]]
        if (said, int(head[2])) != (standing, judged):
            yield "headline", head[0], standing, judged
        opened = sum(verdict(answers, each.id).kind in (Kind.OPEN, Kind.LEVEL) for each in answers.subjects)
        stay = re.search(r"(\w+) stays? open", text)
        if (words[stay[1].lower()] if stay else 0) != opened:
            yield "headline", "open", opened
        kinds = re.search(r"more likely than not: (.*?)\.", text)
        if standing and sum(words[n] for n in re.findall(r" for (\w+)", kinds[1])) != standing:
            yield "headline", "kinds do not add up", kinds[0]
    if "nan" in text.lower().split():
        yield "headline", "nan"


def test_no_word_contradicts_a_number_in_a_thousand_random_tables():
    kinds = set()
    for seed in range(1000):
        answers = random_table(seed)
        assert list(contradictions(answers)) == [], seed
        kinds |= {verdict(answers, each.id).kind for each in answers.subjects}
    assert kinds == set(Kind)  # every verdict was put to the test


# --- gathering -------------------------------------------------------------------------------------


def test_gathered_numbers_are_those_of_the_engine():
    arms = arms_set()
    answers = gather_answers(arms, intervals=False)
    for scenario in ("clustered", "source_criticised"):
        evidence = bt.compile_evidence(bt.apply_scenario(arms, scenario))
        for coder in ("reader_a", "reader_b"):
            p = bt.update(evidence, coder=coder).probability
            there = answers.cells["f5e_1972", scenario, coder]
            for name in there.log:
                assert there.p(name) == pytest.approx(p.sel(episode="f5e_1972", hypothesis=name).item())


def test_parts_of_a_split_are_added_up_again():
    arms = arms_set()
    answers = gather_answers(arms, intervals=False)
    split = bt.update(
        bt.compile_evidence(bt.apply_scenario(arms, "adversary_audience")), coder="reader_a"
    ).probability.sel(episode="jordan_arms_1964_65")
    parts = split.sel(hypothesis=["loyalty_coercion_allies", "loyalty_coercion_adversaries"]).sum().item()
    there = answers.cells["jordan_arms_1964_65", "adversary_audience", "reader_a"]
    assert there.p("loyalty_coercion") == pytest.approx(parts)
    assert not any("allies" in name for name in there.log)


def test_a_scenario_without_changes_names_the_base():
    answers = arms_answers()
    assert answers.settings[0].label == "As printed"
    assert "as_printed" not in {each.id for each in answers.settings}


def test_a_title_is_cut_between_words():
    assert cut("one two three", 9) == "one two…"
    assert cut("one two", 7) == "one two"
    assert len(cut("x" * 100, 60)) == 60
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    assert title_of(es, "unknown thing") == "unknown thing"


def test_letters_of_readers_are_what_tells_them_apart():
    assert letters(["Reader A", "Reader B"]) == ["A", "B"]
    assert letters(["Ana Maria Cruz", "Bo Erik Lind"]) == ["AMC", "BEL"]
    many = [f"A reader with the number {n}" for n in range(60)]
    assert len(set(letters(many))) == 60
