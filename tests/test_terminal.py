"""What `update` prints: nothing is cut at any width, names are shortened and numbers never."""

import io
import sys

import pytest

import bayes_trace as bt
from bayes_trace.cli.answer import Screen, every_hypothesis
from bayes_trace.cli.lines import columns, folded, plain_substitutes
from bayes_trace.cli.update import _judged, _records, _told
from bayes_trace.exact import update
from bayes_trace.likelihood import compile_evidence
from bayes_trace.summary.verdicts import gather_answers
from tests import build
from tests.arms import arms_answers, arms_set


def long_set(count, readers=2):
    """One episode, labels of eighty letters, several coders who judged everything."""
    names = [f"h{n}" for n in range(count)]
    coders = [f"coder{n}" for n in range(readers)]
    values = {name: (n * 37 % 90 + 5) / 100 for n, name in enumerate(names)}
    items = [
        {
            "id": f"memo{k}",
            "paraphrase": f"what memo {k} says at some length, so that its title is cut between two words",
            "episodes": ["e1"],
            "codings": [{"values": values, "coder": coder} for coder in coders],
        }
        for k in range(2)
    ]
    data = build.data(items, hypotheses=names)
    data["coders"] = [{"id": coder, "label": f"Coder {n}"} for n, coder in enumerate(coders)]
    data["base_coder"] = coders[0]
    for n, each in enumerate(data["hypotheses"]):
        each["label"] = (
            f"Explanation {n} whose label is as long as anyone would ever want to write it down".ljust(
                80, "x"
            )
        )
    return build.sound(data)


def screen(es, width, *, brief=False, coder=None, answers=None):
    evidence = compile_evidence(es)
    answers = answers or gather_answers(es, intervals=False)
    chosen = coder or es.base_coder
    records = _records(es, evidence, update(evidence, coder=chosen), chosen) | _told(answers)
    records["episodes"] = [each | _judged(answers, each["episode"]) for each in records["episodes"]]
    return Screen(es, answers, records, chosen, width, brief)


@pytest.fixture(scope="module")
def arms():
    return screen(arms_set(), None, answers=arms_answers())


def at(whole, width, *, brief=False):
    """The same on a screen of another width."""
    return list(Screen(whole.es, whole.answers, whole.records, whole.reader, width, brief).lines())


@pytest.mark.parametrize("width", [100, 120, 140, 200])
def test_what_fits_beside_the_names_at_one_width_does_so_at_any_greater(arms, width):
    lines = at(arms, width)
    heads = [line for line in lines if "as printed  " in line and line.endswith("verdict")]
    assert len(heads) == len({subject.case for subject in arms.answers.subjects})
    assert all("lowest" in head for head in heads) or width < 140


def numbers_of(screen_, lines):
    """Every printed probability that its own episode must show."""
    text = " ".join(" ".join(line.split()) for line in lines)
    for record in screen_.records["episodes"]:
        if not record["aggregate_of"]:
            yield every_hypothesis(screen_.answers, record).replace("\N{NO-BREAK SPACE}", " "), text


@pytest.mark.parametrize("width", [40, 41, 60, 72, 80, 100, 120, 200, None])
def test_every_number_of_every_episode_stands_at_every_width(arms, width):
    lines = at(arms, width)
    if width:
        assert max(map(len, lines)) <= width
    for wanted, text in numbers_of(arms, lines):
        assert wanted in text


@pytest.mark.parametrize("count", [2, 3, 7, 60])
@pytest.mark.parametrize("readers", [1, 2, 5])
def test_labels_of_eighty_letters_push_out_no_number(count, readers):
    whole = screen(long_set(count, readers), None)
    for width in (40, 60, 80, 130):
        lines = at(whole, width)
        assert max(map(len, lines)) <= width
        for wanted, text in numbers_of(whole, lines):
            assert wanted in text


def test_a_pipe_gets_whole_sentences_and_names(arms):
    lines = at(arms, None)
    assert max(map(len, lines)) > 120
    assert sum(line.startswith("For ") for line in lines) == 1


def test_brief_leaves_the_line_of_all_hypotheses_out(arms):
    assert not any(line.strip().startswith("all:") for line in at(arms, 80, brief=True))
    sums = {name for name, each in arms.es.episodes.items() if each.aggregate_of}
    coded = {*map(str, bt.compile_evidence(arms.es)["link_episode"].values)} - sums
    assert sum(line.strip().startswith("all:") for line in at(arms, 80)) == len(coded) == 22


def test_a_sum_has_no_number(arms):
    lines = at(arms, 100)
    row = next(n for n, line in enumerate(lines) if line.startswith("Continued supply"))
    assert lines[row].split()[-1] == "sum"
    assert lines[row + 1].strip() == "sums up 6 other episodes and has no number of its own"


def test_ties_name_both(arms):
    text = "\n".join(at(arms, 100))
    assert "GC=QPQ .50" in text
    assert "GC=QPQ level" in text


def test_signs_and_names_are_explained_only_where_they_are_shown(arms):
    # nothing that is judged was granted in part
    assert "Signs: = level; ≈ less than 1 dB apart; × refused or cut." in at(arms, None)
    plain = screen(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), 80)
    text = "\n".join(plain.lines())
    for sign in ("Signs", "Names", "preferred", "Numbers of a verdict", "lowest"):
        assert sign not in text
    assert "lowest" in "\n".join(at(plain, 120))


def test_the_headline_comes_first(arms):
    lines = at(arms, None)
    assert lines[0] == "US arms transfers: loyalty coercion and its rivals"
    assert lines[1].startswith("For ")
    assert "episodes that can be judged" in lines[1]


def test_records_add_fields_and_rename_none(arms):
    record = arms.records["episodes"][1]
    assert {
        "case",
        "episode",
        "label",
        "date",
        "outcome",
        "granted",
        "aggregate_of",
        "prior",
        "probability",
    } < set(record)
    assert {"leader", "runner_up", "lead_db", "log_evidence", "log_evidence_is_relative", "carried_by"} < set(
        record
    )
    assert {"verdict", "level", "by_assumption"} < set(record)
    base = record["by_assumption"]["base"]["reader_a"]
    assert base["probability"] == pytest.approx(record["probability"])


def test_columns_fold_and_keep_their_places():
    assert columns(["one two three", "x"], [7, 3], right=1) == ["one two    x", "three"]


def test_a_word_longer_than_the_screen_is_folded():
    assert folded("x" * 50, 40) == ["x" * 40, "x" * 10]


def test_output_in_an_encoding_without_the_signs(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    plain_substitutes()
    sys.stdout.write("−3.0 ─ “Ayub’s” … ≈ ∞ 漢 é ½ Σ")
    sys.stdout.flush()
    assert raw.getvalue().decode("latin-1") == '-3.0 - "Ayub\'s" ... ~ inf ? é ½ sum'
