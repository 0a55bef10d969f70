# ruff: noqa: E501 - the texts of errors stand whole
"""Folders read and written: every fault with file, line and mend; nothing lost; nothing but named errors."""

from __future__ import annotations

import hashlib
import json

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import bayes_trace as bt
from bayes_trace import EvidenceSetError, ScenarioError
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.files.nodes import resolve_core
from bayes_trace.files.schema import published_schema, schema_text
from tests.build import data, item, make, problems
from tests.search import examples

SET = """\
version: 1
id: small
title: A small set
question: Which?
base_coder: first
coders: [{id: first}, {id: second}]
hypotheses:
  - {id: A, label: A, statement: A, prior: 0.5}
  - {id: B, label: B, statement: B, prior: 0.5}
"""
CASE = """\
case: case
label: Case
episodes:
  - {id: e1, label: E, outcome: something}
items:
  - id: x
    paraphrase: what x says
    episodes: [e1]
    coding: {A: 0.5, B: 0.25}
"""
SOURCES = "- {id: s, type: book, title: A history}\n"
HEAD = "item,episode,hypothesis,low,best,high,note\n"
CSV = HEAD + "x,,A,0.2,0.4,0.6,a note\nx,,B,,0.3,,\n"
SCENARIO = "label: Without x\ndrop: [{item: x}]\n"
SOUND = {
    "set.yaml": SET,
    "cases/case.yaml": CASE,
    "sources.yaml": SOURCES,
    "codings/second.csv": CSV,
    "scenarios/without.yaml": SCENARIO,
}


def folder(tmp_path, files):
    """Files under ``set``; a file given as None is left out."""
    home = tmp_path / "set"
    for name, text in {**SOUND, **files}.items():
        if text is not None:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return home


def faults(tmp_path, files):
    """Lines of the error, without the first."""
    with pytest.raises(EvidenceSetError, match=r"set: \d+ problems?") as caught:
        bt.read_evidence_set(folder(tmp_path, files))
    first, *lines = str(caught.value).splitlines()
    count = len(caught.value.problems)
    assert first.endswith(f": {count} problem{'s' if count != 1 else ''}")
    assert len(lines) == count
    return [line.strip() for line in lines]


def set_with(text):
    return {"set.yaml": SET + text}


def case_with(old, new):
    assert CASE.count(old) == 1
    return {"cases/case.yaml": CASE.replace(old, new)}


# --- what is read ------------------------------------------------------------------------


def test_a_sound_folder_is_read_whole(tmp_path):
    es = bt.read_evidence_set(folder(tmp_path, {}))
    assert isinstance(es, EvidenceSet)
    assert es.coder_ids == ("first", "second")
    x = es.items["x"]
    assert [coding.coder for coding in x.codings] == [None, "second"]
    second = x.codings[1].values["A"]
    assert (second.low, second.best, second.high) == (0.2, 0.4, 0.6)
    assert x.codings[1].reason == "a note"
    assert es.sources[0].csl["title"] == "A history"
    assert list(es.scenarios) == ["without"]


def test_a_text_path_will_do(tmp_path):
    assert bt.read_evidence_set(str(folder(tmp_path, {}))).id == "small"


def test_only_set_yaml_is_required(tmp_path):
    es = bt.read_evidence_set(folder(tmp_path, dict.fromkeys([*SOUND][1:])))
    assert es.cases == ()


def test_cases_come_in_the_order_asked_for(tmp_path):
    def case(name):
        return (
            CASE.replace("case: case", f"case: {name}")
            .replace("e1", f"e_{name}")
            .replace("id: x", f"id: x_{name}")
        )

    files = {f"cases/{n}.yaml": case(n) for n in "abc"} | {
        "cases/case.yaml": None,
        "codings/second.csv": None,
        "scenarios/without.yaml": None,
    }
    es = bt.read_evidence_set(folder(tmp_path, {**files, **set_with("case_order: [c]\n")}))
    assert [each.case for each in es.cases] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("n", "n"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("~", None),
        ("null", None),
        ("", None),
        ("nULL", "nULL"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("-7", -7),
        ("+7", 7),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5e-1", -0.05),
        ("1.5.2", "1.5.2"),
        (".", "."),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("inf", "inf"),
        ("nan", "nan"),
        ("12:30:45", "12:30:45"),
        ("1971-08-25", "1971-08-25"),
        ("1971", 1971),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_plain_words_by_the_core_schema(text, value):
    """YAML 1.2.2, section 10.3.2: the regular expressions of the core schema, nothing more."""
    got = resolve_core(text)
    assert got == value
    assert type(got) is type(value)


def test_not_a_number_is_read_as_such():
    assert resolve_core(".nan") != resolve_core(".nan")


def test_the_core_schema_in_a_file(tmp_path):
    """`no` is a word, a date is text, a year is a date, and 010 where text belongs is text."""
    text = CASE.replace(
        "paraphrase: what x says",
        "paraphrase: no\n    date: 1971\n    statement_date: 1970-08-25\n    footnote: 010",
    )
    text = text.replace("outcome: something", "outcome: something, granted: no")
    es = bt.read_evidence_set(folder(tmp_path, {"cases/case.yaml": text}))
    x = es.items["x"]
    assert (x.paraphrase, x.date, x.statement_date, x.footnote) == ("no", "1971", "1970-08-25", "010")
    assert es.episodes["e1"].granted == "no"


def test_a_byte_order_mark_is_no_fault(tmp_path):
    marked = {name: b"\xef\xbb\xbf" + text.encode() for name, text in SOUND.items()}
    assert bt.read_evidence_set(folder(tmp_path / "a", marked)) == bt.read_evidence_set(
        folder(tmp_path / "b", {})
    )


def test_line_endings_are_no_fault(tmp_path):
    crlf = {name: text.replace("\n", "\r\n") for name, text in SOUND.items()}
    assert bt.read_evidence_set(folder(tmp_path / "a", crlf)) == bt.read_evidence_set(
        folder(tmp_path / "b", {})
    )


def test_an_alias_stands_for_its_anchor(tmp_path):
    es = bt.read_evidence_set(
        folder(tmp_path, case_with("{A: 0.5, B: 0.25}", "{A: &p {low: 0.1, best: 0.5, high: 0.6}, B: *p}"))
    )
    assert es.items["x"].codings[0].values["A"] == es.items["x"].codings[0].values["B"]


def test_json_is_yaml(tmp_path):
    """A reference list straight from Zotero."""
    sources = [{"id": "s", "type": "book", "title": 'A "history"', "issued": {"date-parts": [[1985]]}}]
    es = bt.read_evidence_set(folder(tmp_path, {"sources.yaml": json.dumps(sources)}))
    assert es.sources[0].csl == sources[0]


# --- faults of form ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (set_with("title: Another\n"), "set.yaml:10  title: duplicate key; keep one of them"),
        (set_with("about: &a [*a]\n"), "set.yaml:10  about.0: an alias that contains itself; write the value out"),
        (set_with("about: *nowhere\n"), "set.yaml:10  not YAML: found undefined alias"),
        (set_with("? [a, b]\n: c\n"), "set.yaml:10  a key that is not a word; expected `name: value`"),
        (set_with("---\nid: two\n"), "set.yaml:10  not YAML: but found another document"),
        (set_with("about: 'never closed\n"), "set.yaml:11  not YAML: found unexpected end of stream"),
        (set_with("about: a: b\n"), "set.yaml:10  not YAML: mapping values are not allowed in this context"),
        ({"set.yaml": ""}, "set.yaml:1  the file is empty; expected a mapping or a list"),
        ({"set.yaml": "# nothing\n"}, "set.yaml:1  the file is empty; expected a mapping or a list"),
        ({"set.yaml": "- a\n"}, "set.yaml:1  a list, expected a mapping of keys"),
        ({"set.yaml": "hello\n"}, "set.yaml:1  'hello', expected a mapping of keys"),
        (case_with("    paraphrase", "\tparaphrase"), "cases/case.yaml:7  not YAML: found a tab character that violates indentation"),
        ({"set.yaml": SET.encode() + b"about: \xe9\n"}, "set.yaml  cannot be read: not UTF-8 text; save it as UTF-8"),
        ({"set.yaml": SET.encode("utf-16")}, "set.yaml  cannot be read: UTF-16 text; save it as UTF-8"),
        ({"codings/second.csv": CSV.encode() + b"\xe9"}, "codings/second.csv  cannot be read: not UTF-8 text; save it as UTF-8"),
        ({"sources.yaml": "id: s\n"}, "sources.yaml:1  expected a list of CSL-JSON references"),
        ({"sources.yaml": "- 3\n"}, "sources.yaml:1  0: 3, expected a mapping of keys"),
    ],
)  # fmt: skip
def test_a_fault_of_form_is_one_problem_at_its_line(tmp_path, files, line):
    assert faults(tmp_path, files) == [line]


def test_control_characters_are_named(tmp_path):
    (line,) = faults(tmp_path, set_with("about: a\0b\n"))
    assert line.startswith("set.yaml:")
    assert "not YAML" in line
    assert "control characters are not allowed" in line


def test_a_missing_folder_and_a_missing_file(tmp_path):
    with pytest.raises(
        EvidenceSetError, match=r"no such folder; an evidence set is a folder with set\.yaml and cases/, see"
    ):
        bt.read_evidence_set(tmp_path / "nowhere")
    (tmp_path / "set").mkdir()
    with pytest.raises(
        EvidenceSetError, match=r"set\.yaml is missing; an evidence set is a folder with set\.yaml and"
    ):
        bt.read_evidence_set(tmp_path / "set")
    (tmp_path / "file").write_text(SET)
    with pytest.raises(EvidenceSetError, match=r"file: 1 problem\n  no such folder"):
        bt.read_evidence_set(tmp_path / "file")


def test_a_folder_in_the_place_of_a_file(tmp_path):
    home = folder(
        tmp_path, {"cases/case.yaml": None, "codings/second.csv": None, "scenarios/without.yaml": None}
    )
    (home / "cases" / "case.yaml").mkdir(parents=True)
    with pytest.raises(EvidenceSetError, match=r"cases/case\.yaml  cannot be read: Is a directory"):
        bt.read_evidence_set(home)


def test_files_that_would_be_passed_over_in_silence(tmp_path):
    extra = dict.fromkeys(
        ("notes.yml", "cases/other.yml", "codings/second.yaml", "scans/list.csv", ".git/x.yaml", "notes.txt"),
        "a: 1\n",
    )
    expected = (
        "not a file of an evidence set; expected cases/, scenarios/ or codings/, ending in .yaml or .csv"
    )
    named = ("cases/other.yml", "codings/second.yaml", "notes.yml", "scans/list.csv")
    assert faults(tmp_path, extra) == [f"{name}  {expected}" for name in named]


def test_an_absurdly_long_number_is_a_problem(tmp_path):
    """Python refuses to convert integers of more than 4300 digits."""
    with pytest.raises(EvidenceSetError, match=r"set.yaml:10"):
        bt.read_evidence_set(folder(tmp_path, set_with(f"version2: {'9' * 5000}\n")))


def test_absurd_nesting_is_a_problem(tmp_path):
    with pytest.raises(EvidenceSetError, match=r"set.yaml"):
        bt.read_evidence_set(folder(tmp_path, set_with(f"about: {'[' * 3000}{']' * 3000}\n")))


def test_an_explicit_tag_means_what_it_says_or_is_refused(tmp_path):
    """`!!str 0.5` is text in YAML, so it must not become a likelihood."""
    with pytest.raises(EvidenceSetError, match=r"cases/case.yaml:9"):
        bt.read_evidence_set(folder(tmp_path, case_with("A: 0.5", "A: !!str 0.5")))


def test_a_tag_of_no_use_is_named(tmp_path):
    (line,) = faults(tmp_path, case_with("A: 0.5", "A: !half 0.5"))
    assert line.startswith(
        "cases/case.yaml:9  items.x.coding.A: the tag !half is not used here; write the value"
    )


def test_a_list_for_an_id_is_a_problem(tmp_path):
    with pytest.raises(EvidenceSetError, match=r"sources.yaml:1"):
        bt.read_evidence_set(folder(tmp_path, {"sources.yaml": "- {id: [s], type: book}\n"}))


# --- faults of content -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (set_with("titel: Another\n"), "set.yaml:10  titel: unknown key; did you mean `title`?"),
        (set_with("zzzz: Another\n"), "set.yaml:10  zzzz: unknown key; remove it"),
        (set_with("cases: []\n"), "set.yaml:10  cases: unknown key; did you mean `case`?"),
        (set_with("<<: {about: x}\n"), "set.yaml:10  <<: unknown key; remove it"),
        ({"set.yaml": SET.replace("question: Which?\n", "")}, "set.yaml:1  question: missing; this key is required"),
        # a later version may hold anything, so nothing else is said of it
        ({"set.yaml": SET.replace("version: 1", "version: 2") + "magic: 1\n", "cases/case.yaml": "a: 1\n"}, "set.yaml:1  version: 2, but this bayes_trace reads version 1 of the format; install a later bayes_trace, or see the page on the policy of the format for the way back"),
        ({"set.yaml": SET.replace("version: 1", "version: 0")}, "set.yaml:1  version: 0, expected 1"),
        ({"set.yaml": SET.replace("version: 1", "version: '1'")}, "set.yaml:1  version: '1', expected 1"),
        ({"set.yaml": SET.replace("id: small", "id: two words")}, "set.yaml:2  id: 'two words', expected one word of letters, digits and . _ + / -"),
        (set_with("exclusive: no\n"), "set.yaml:10  exclusive: 'no', expected a valid boolean"),
        (case_with("paraphrase: what x says", "paraphrase: true"), "cases/case.yaml:7  items.x.paraphrase: True, expected a valid string"),
        (case_with("paraphrase: what x says", "paraphrase:"), "cases/case.yaml:7  items.x.paraphrase: nothing, expected a valid string"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    found: lost"), "cases/case.yaml:8  items.x.found: 'lost', expected 'present', 'absent', 'not_sought' or 'planned'"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    date: late August 1971"), "cases/case.yaml:8  items.x.date: date 'late August 1971': expected YYYY, YYYY-MM, YYYY-MM-DD or two of them joined by /"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    date: 1971-13"), "cases/case.yaml:8  items.x.date: date '1971-13': no month 13"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    date: 1971-02-29"), "cases/case.yaml:8  items.x.date: date '1971-02-29': no day 29 in that month"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    date: 1975/1971"), "cases/case.yaml:8  items.x.date: date '1975/1971': expected one date, or an earlier and a later one joined by /"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    date: 1971/1972/1973"), "cases/case.yaml:8  items.x.date: date '1971/1972/1973': expected one date, or an earlier and a later one joined by /"),
        (case_with("paraphrase: what x says", "paraphrase: x\n    codings: []"), "cases/case.yaml:6  items.x: both coding and codings; keep one of them"),
        (case_with("{A: 0.5, B: 0.25}", "{A: '0.5', B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: '0.5', expected a number; write 0.5 without quotation marks"),
        (case_with("{A: 0.5, B: 0.25}", "{A: 50%, B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: '50%', expected a number; write 0.5"),
        (case_with("coding: {A: 0.5, B: 0.25}", "reason: r\n    codings: [{values: {A: 0.5, B: 0.25}}]"), "cases/case.yaml:9  items.x.reason: unknown key; it belongs in an entry of `codings` or a scenario"),
        (case_with("{A: 0.5, B: 0.25}", "{A: 0.5}"), "cases/case.yaml:9  items.x.coding.B: missing; give every hypothesis a value"),
        (case_with("{A: 0.5, B: 0.25}", "{A: 1.5, B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: 1.5, expected a probability from 0 to 1"),
        (case_with("{A: 0.5, B: 0.25}", "{A: {low: 0.1, best: 0.5}, B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: high end of the range is missing; give both low and high, or neither"),
        (case_with("{A: 0.5, B: 0.25}", "{A: {best: 0.5, high: 0.6}, B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: low end of the range is missing; give both low and high, or neither"),
        (case_with("{A: 0.5, B: 0.25}", "{A: {low: 0.6, best: 0.5, high: 0.7}, B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: low 0.6, best 0.5, high 0.7: expected low <= best <= high"),
        (case_with("{A: 0.5, B: 0.25}", "{A: {low: 0.4, best: likely, high: 0.7}, B: 0.25}"), "cases/case.yaml:9  items.x.coding.A: the term 'likely' brings its own range; leave out low and high"),
        (case_with("episodes: [e1]", "episode: [e1]"), "cases/case.yaml:8  items.x.episode: unknown key; did you mean `episodes`?"),
        ({"sources.yaml": "- {id: s, type: book, tittle: x}\n"}, "sources.yaml:1  s: unknown field 'tittle'; expected CSL-JSON fields such as title, author, issued, archive"),
        ({"sources.yaml": "- {id: s}\n"}, "sources.yaml:1  s.type: missing; this key is required"),
        ({"set.yaml": SET.replace("B, prior: 0.5", "B, prior: 0.6")}, "set.yaml:7  hypotheses: priors sum to 1.1, expected 1; rivals must be exhaustive, so rescale or add a residual"),
        ({"set.yaml": SET.replace("B, prior: 0.5", "B, prior: 1.5")}, "set.yaml:9  hypotheses.B.prior: 1.5, expected less than or equal to 1"),
    ],
)  # fmt: skip
def test_a_fault_of_content_is_one_problem_at_its_line(tmp_path, files, line):
    assert faults(tmp_path, files) == [line]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- a\n", ":1  a list, expected a mapping of keys"),
        ("label: [\n", ":2  not YAML: did not find expected node content"),
        ("label: x\ndropp: []\n", ":2  dropp: unknown key; did you mean `drop`?"),
        ("label: x\ndrop: [ghost]\n", ":2  drop: no item or event 'ghost'; expected one of: x"),
        ("label: x\nextends: [without]\n", ":2  extends: the scenario extends itself; break the cycle"),
    ],
)
def test_a_scenario_with_problems_stops_only_what_applies_it(tmp_path, text, fault):
    es = bt.read_evidence_set(
        folder(tmp_path, {"scenarios/without.yaml": text, "scenarios/other.yaml": SCENARIO})
    )
    assert [str(each) for each in es.scenarios["without"].faults] == [f"scenarios/without.yaml{fault}"]
    assert bt.apply_scenario(es, "other").applied == ("other",)
    assert bt.update(bt.compile_evidence(es)).probability.notnull().all()
    with pytest.raises(ScenarioError, match=r"scenario without: 1 problem\n  scenarios/without\.yaml:"):
        bt.apply_scenario(es, "without")
    assert [f"{each.code} {each.message}" for each in bt.check(es) if each.is_error] == [
        f"E25 scenarios/without.yaml{fault}"
    ]
    with pytest.raises(EvidenceSetError, match=r"scenarios/without\.yaml:"):
        bt.write_evidence_set(es, tmp_path / "copy")


@pytest.mark.parametrize("value", ["true", "[0.5]", ".inf", ".nan", "~"])
def test_one_value_that_is_no_likelihood_is_one_problem(tmp_path, value):
    (line,) = faults(tmp_path, case_with("{A: 0.5, B: 0.25}", f"{{A: {value}, B: 0.25}}"))
    assert line.startswith("cases/case.yaml:9  items.x.coding.A: ")


def test_a_yes_or_no_is_no_likelihood(tmp_path):
    """`yes` is a word by the core schema, and no term of a probability coding."""
    (line,) = faults(tmp_path, case_with("{A: 0.5, B: 0.25}", "{A: yes, B: 0.25}"))
    assert (
        line == "cases/case.yaml:9  items.x.coding.A: 'yes', expected a number; for words say `unit: verbal`"
    )


def test_every_problem_at_once_in_the_order_of_the_files(tmp_path):
    files = {
        "set.yaml": SET.replace("question", "qestion"),
        "cases/case.yaml": CASE.replace("outcome", "outcom").replace("0.25", "true"),
        "codings/second.csv": HEAD + "x,,A,,,,\n",
        "codings/third.csv": CSV,
        "scenarios/without.yaml": "label: true\n",
        "sources.yaml": "- {id: s}\n",
        "stray.csv": "",
    }
    lines = faults(tmp_path, files)
    shown = [line.split("  ")[0] for line in lines]
    assert {each.split(":")[0] for each in shown} >= {
        "set.yaml",
        "cases/case.yaml",
        "scenarios/without.yaml",
        "sources.yaml",
        "stray.csv",
    }
    assert shown[0].startswith("set.yaml")
    rest = [each.split(":")[0] for each in shown if not each.startswith("set.yaml")]
    assert rest == sorted(rest)


def test_the_example_of_the_design(tmp_path):
    """Two problems of content, with the text that the design promises."""
    files = {
        "set.yaml": SET.replace("B, prior: 0.5", "B, prior: 0.6"),
        "cases/case.yaml": CASE.replace("{A: 0.5, B: 0.25}", "\n      A: 0.5"),
        "codings/second.csv": None,
    }
    assert faults(tmp_path, files) == [
        "set.yaml:7  hypotheses: priors sum to 1.1, expected 1; rivals must be exhaustive, so rescale or add a residual",
        "cases/case.yaml:9  items.x.coding.B: missing; give every hypothesis a value",
    ]


def test_problems_are_kept_for_programs(tmp_path):
    with pytest.raises(EvidenceSetError, match="1 problem") as caught:
        bt.read_evidence_set(folder(tmp_path, case_with("{A: 0.5, B: 0.25}", "{A: 1.5, B: 0.25}")))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("cases/case.yaml", 9)
    assert problem.where == ("items", "x", "coding", "A")
    assert isinstance(caught.value, ValueError)


# --- CSV ---------------------------------------------------------------------------------


def csv_with(rows, head=HEAD):
    return {"codings/second.csv": head + rows}


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        ({"codings/third.csv": CSV}, ["codings/third.csv:1  coders: no coder 'third'; name the file after one of: first, second"]),
        ({"codings/second.csv": ""}, ["codings/second.csv:1  codings.second: column 'item' is missing; expected item,episode,hypothesis,low,best,high,note"]),
        (csv_with("", "# a comment\nitem,episode,hypothesis,low,high\n"), ["codings/second.csv:2  codings.second: column 'best' is missing; expected item,episode,hypothesis,low,best,high,note"]),
        (csv_with("", HEAD.replace("note", "notes")), ["codings/second.csv:1  codings.second: unknown column 'notes'; expected item,episode,hypothesis,low,best,high,note"]),
        (csv_with("x,,A,,0.5,,one, two\nx,,B\n"), [f"codings/second.csv:{n}  codings.second.x: wrong number of cells in this row; put text that contains commas in quotation marks" for n in (2, 3)]),
        (csv_with('x,,A,,0.5,,"never closed\n'), ["codings/second.csv:2  codings.second: not CSV: unexpected end of data"]),
        (csv_with("x,,A,low,0.5,high,\nx,,B,,,,\n"), ["codings/second.csv:2  codings.second.x.A.low: 'low', expected a number", "codings/second.csv:2  codings.second.x.A.high: 'high', expected a number", "codings/second.csv:3  codings.second.x.B.best: missing; give every hypothesis a value"]),
        (csv_with("x,,A,,0.5,,\nx,,A,,0.6,,\nx,,B,,0.5,,\n"), ["codings/second.csv:3  codings.second.x.A: duplicate row; keep one of them"]),
        (csv_with("ghost,,A,,0.5,,\nx,,A,,0.5,,\nx,,B,,0.5,,\nspirit,,A,,0.5,,\n"), ["codings/second.csv:2  codings.second.ghost: no item or event 'ghost' in any case; correct the id", "codings/second.csv:5  codings.second.spirit: no item or event 'spirit' in any case; correct the id"]),
        (csv_with("x,,A,,0.5,,\n"), ["codings/second.csv:2  codings.second.x.values.B: missing; give every hypothesis a value"]),
        (csv_with("x,,A,,0.5,,\nx,,B,,0.5,,\nx,,Z,,0.5,,\n"), ["codings/second.csv:4  codings.second.x.Z: no hypothesis 'Z'; expected one of: A, B"]),
        (csv_with("x,,A,,0.5,,\nx,,B,,1.5,,\n"), ["codings/second.csv:3  codings.second.x.B: 1.5, expected a probability from 0 to 1"]),
        (csv_with("x,e9,A,,0.5,,\nx,e9,B,,0.5,,\n"), ["codings/second.csv:2  codings.second.x.e9.episodes: no episode 'e9'; expected one of: e1"]),
        (csv_with("x,,A,,likely,,\nx,,B,,0.5,,\n"), ["codings/second.csv:2  codings.second.x.A: 'likely', expected a number; for words say `unit: verbal`"]),
        ({"codings/first.csv": CSV}, ["cases/case.yaml:6  items.x.codings: first codes the item 2 times for e1; keep one"]),
    ],
)  # fmt: skip
def test_faults_of_a_table(tmp_path, files, lines):
    assert faults(tmp_path, files) == lines


def test_a_faulty_range_is_shown_at_its_own_row(tmp_path):
    rows = "x,,B,,0.5,,\nx,,A,0.6,0.5,0.7,\n"
    (line,) = faults(tmp_path, csv_with(rows))
    assert line.startswith("codings/second.csv:3  ")
    assert line.endswith("low 0.6, best 0.5, high 0.7: expected low <= best <= high")


def test_every_faulty_range_of_an_item_is_shown(tmp_path):
    rows = "x,,B,0.6,0.5,0.7,\nx,,A,0.6,0.5,0.7,\n"
    assert len(faults(tmp_path, csv_with(rows))) == 2


def test_a_column_that_stands_twice_is_refused(tmp_path):
    """Otherwise the last one wins in silence."""
    head = HEAD.replace("high,note", "high,best")
    faults(tmp_path, csv_with("x,,A,,0.5,,0.9\nx,,B,,0.5,,0.1\n", head))


def test_one_coding_has_one_unit(tmp_path):
    """A row in dB beside a row in probabilities must not be read as either in silence."""
    head = HEAD.replace("note", "note,unit")
    rows = "x,,A,,-3,,,db\nx,,B,,-6,,,ratio_db\n"
    faults(tmp_path, csv_with(rows, head))


def test_blank_rows_blank_cells_and_comments(tmp_path):
    text = (
        "# How the codings were made:\n#   blind.\n"
        + HEAD
        + "\nx,,A,,0.4,,\n , , , , , ,\nx,, B , , 0.3 , ,\n"
    )
    es = bt.read_evidence_set(folder(tmp_path, {"codings/second.csv": text}))
    assert es.coders[1].header == "How the codings were made:\n  blind."
    assert {h: v.best for h, v in es.items["x"].codings[1].values.items()} == {"A": 0.4, "B": 0.3}


def test_a_table_by_episode_in_words_or_decibels(tmp_path):
    words = SET.replace("{id: second}", "{id: second, unit: verbal}")
    es = bt.read_evidence_set(
        folder(tmp_path / "words", {"set.yaml": words, **csv_with("x,e1,A,,likely,,\nx,e1,B,,unlikely,,\n")})
    )
    post = bt.update(bt.compile_evidence(es), coder="second").probability
    assert post.sel(hypothesis="A").item() == pytest.approx(0.78 / (0.78 + 0.22))
    decibels = SET.replace("{id: second}", "{id: second, unit: db}")
    es = bt.read_evidence_set(
        folder(tmp_path / "db", {"set.yaml": decibels, **csv_with("x,,A,,-3,,\nx,,B,,-13,,\n")})
    )
    post = bt.update(bt.compile_evidence(es), coder="second").probability
    assert post.sel(hypothesis="A").item() == pytest.approx(10 / 11)


# --- what no single record can see -------------------------------------------------------

X = item("x", {"A": 0.8, "B": 0.2})
RATIO = {"unit": "ratio_db", "reference": "A", "values": {"B": 3.0}}
DOC = {"id": "s", "type": "document"}


@pytest.mark.parametrize(
    ("items", "more", "line"),
    [
        ([X, X], {}, "items.x: the id occurs 2 times; ids must be unique, rename all but one"),
        ([X], {"hypotheses": ("A", "A")}, "hypotheses.A: the id occurs 2 times; ids must be unique, rename all but one"),
        ([X], {"coders": [{"id": "first"}, {"id": "first"}]}, "coders.first: the id occurs 2 times; ids must be unique, rename all but one"),
        ([X], {"sources": [DOC, DOC]}, "sources.s: the id occurs 2 times; ids must be unique, rename all but one"),
        ([X], {"base_coder": "nobody"}, "base_coder: no coder 'nobody'; expected one of: first, second"),
        ([X], {"coders": [{"id": "first", "scale": "odd"}]}, "coders.first.scale: no scale 'odd'; expected one of: ipcc"),
        ([X], {"coders": [{"id": "first", "reference": "Z"}]}, "coders.first.reference: no hypothesis 'Z'; expected one of: A, B"),
        ([item("y", source={"key": "s"}, not_coded="-")], {}, "items.y.source: no source 's'; expected one of: none declared"),
        ([item("y", implications=["J1"], not_coded="-")], {}, "items.y.implications: no implication 'J1'; expected one of: none declared"),
        ([item("y", step="motive", not_coded="-")], {}, "items.y.step: no step 'motive'; expected one of: none declared"),
        ([item("y", given=["z"], not_coded="-")], {}, "items.y.given: no item or event 'z'; expected one of: y"),
        ([item("y", {"A": 0.1, "B": 0.2}, package=["z"])], {}, "items.y.package: no item 'z'; expected one of: y"),
        ([item("y", cluster="k", not_coded="-")], {}, "items.y.cluster: no cluster 'k'; expected one of: none declared"),
        ([item("y", reading="r", not_coded="-")], {}, "items.y.reading: no reading 'r'; expected one of: none declared"),
        ([item("y", restates=["loyalty"], not_coded="-")], {}, "items.y.restates: no condition 'loyalty'; expected one of: outcome"),
        ([item("y")], {}, "items.y.coding: missing; give likelihoods, put the item in a package, or say why in not_coded"),
        ([item("y", {"A": 0.1, "B": 0.2}, not_coded="why")], {}, "items.y.not_coded: the item has codings and a reason for having none; keep one"),
        ([item("y", {"A": 0.1, "B": 0.2}, episodes=[])], {}, "items.y.episodes: missing; name the episodes that the item bears on"),
        ([item("y", {"A": 0.1, "B": 0.2}, found="absent")], {}, "items.y.detection: missing for an absent item; give the probability that the trace survived, was declassified, was looked for and would have been found"),
        ([item("y", {"A": 0.1, "B": 0.2}, found="absent", detection=1.5)], {}, "items.y.detection: 1.5 to 1.5, expected within 0 to 1"),
        ([item("y", {"A": 0.1, "B": 0.2}, found="absent", detection="likely")], {}, "items.y.detection: 'likely', expected a number from 0 to 1 or low, best, high"),
        ([item("y", {"A": 0.1, "B": 0.2}, found="absent", detection={"low": 0, "best": 0.5, "high": 1})], {}, "items.y.detection: a range from 0 to 1 includes certainty; write 0.01 for 0 and 0.99 for 1"),
        ([item("y", {"A": 0.1, "B": 0.2}, found="absent", detection_by_hypothesis={"A": 0.5})], {}, "items.y.detection_by_hypothesis.B: missing; give every hypothesis a value"),
        ([item("y", codings=[RATIO], found="absent", detection=0.5)], {}, "items.y.codings.0.reference_probability: missing; absence needs an absolute probability, so give P(item given A)"),
        ([item("y", codings=[RATIO], source={"key": "s"})], {"sources": [{**DOC, "reliability": {"hit": 0.9, "false_report": 0.1}}]}, "items.y.codings.0.reference_probability: missing; reliability of the source needs an absolute probability, so give P(item given A)"),
        ([item("y", codings=[{**RATIO, "reference": None}])], {}, "items.y.codings.0.reference: missing; name the hypothesis that the ratios are relative to"),
        ([item("y", codings=[{**RATIO, "values": {"A": 1.0, "B": 3.0}}])], {}, "items.y.codings.0.values.A: 1.0 dB for the reference itself, expected 0 or nothing"),
        ([item("y", codings=[{**RATIO, "reference_probability": 0.6}])], {}, "items.y.codings.0.values.B: 3 dB over a reference probability of 0.6 is a probability of 1.2, expected below 1; lower either"),
        ([item("y", codings=[{"values": {"A": 0.1, "B": 0.2}, "reference_probability": 0.6}])], {}, "items.y.codings.0.reference_probability: is for ratios, but the unit is probability"),
        ([item("y", codings=[{"unit": "db", "values": {"A": 3.0, "B": -3.0}}])], {}, "items.y.codings.0.values.A: 3 dB, expected decibels of a probability, from -1000 to 0"),
        ([item("y", codings=[{"unit": "db", "values": {"A": 0.0, "B": -3.0}}])], {}, "items.y.codings.0.values.A: 0 is certainty; expected less, or `decisive: true` on the item if that is intended"),
        ([item("y", {"A": 0.0, "B": 0.2})], {}, "items.y.codings.0.values.A: 0 is certainty; expected less, or `decisive: true` on the item if that is intended"),
        ([item("y", {"A": 1.0, "B": 0.2})], {}, "items.y.codings.0.values.A: 1 is certainty; expected less, or `decisive: true` on the item if that is intended"),
        ([item("y", {"A": {"low": 0.5, "best": 0.8, "high": 1.0}, "B": 0.2})], {}, "items.y.codings.0.values.A: high 1 is certainty or more; write 0.95"),
        ([item("y", {"A": {"low": 0.0, "best": 0.8, "high": 0.9}, "B": 0.2})], {}, "items.y.codings.0.values.A: low 0 is impossibility or less; write 0.01"),
        ([item("y", codings=[{"unit": "db", "values": {"A": {"low": -6, "best": -3, "high": 0}, "B": -3.0}}])], {}, "items.y.codings.0.values.A: high 0 is certainty or more; write -0.223 dB, which is .95"),
        (
            [item("y", codings=[{"unit": "verbal", "values": {"A": "probable", "B": "likely"}}])],
            {"scales": [{"id": "own", "terms": {"maybe": {"low": 0.2, "best": 0.5, "high": 0.8}}}]},
            "items.y.codings.0.values.A: no term 'probable'; expected one of: virtually certain, extremely likely, very likely, likely, more likely than not, about as likely as not, unlikely, very unlikely, extremely unlikely, exceptionally unlikely",
        ),
        ([item("y", codings=[{"unit": "verbal", "scale": "own", "values": {"A": "likely", "B": "maybe"}}])], {"scales": [{"id": "own", "terms": {"maybe": {"low": 0.2, "best": 0.5, "high": 0.8}}}]}, "items.y.codings.0.values.A: no term 'likely'; expected one of: maybe"),
        ([item("y", codings=[{"coder": "third", "values": {"A": 0.1, "B": 0.2}}])], {}, "items.y.codings.0.coder: no coder 'third'; expected one of: first, second"),
        ([item("y", codings=[{"episodes": ["e9"], "values": {"A": 0.1, "B": 0.2}}])], {}, "items.y.codings.0.episodes: no episode 'e9'; expected one of: e1"),
        ([item("y", codings=[{"values": {"A": 0.1, "B": 0.2}}] * 2)], {}, "items.y.codings: first codes the item 2 times for e1; keep one"),
        ([item("y", codings=[{"values": {"A": 0.1, "B": 0.2}, "given": ["z"]}])], {}, "items.y.codings.0.given: no item or event 'z'; expected one of: y"),
        ([item("y", codings=[{"values": {"A": 0.1, "B": 0.2}, "cluster": "k"}])], {}, "items.y.codings.0.cluster: no cluster 'k'; expected one of: none declared"),
        ([X], {"clusters": [{"id": "k", "correlation": 1.5}]}, "clusters.k.correlation: 1.5 to 1.5, expected within 0 to 1"),
        ([X], {"readings": [{"id": "r", "options": {"u": 0.5, "v": 0.5}, "option_labels": {"w": "W"}}]}, "readings.r.option_labels: no option 'w'; expected one of: u, v"),
        ([X], {"readings": [{"id": "r", "options": {"u": 0.5, "v": 0.6}}]}, "readings.r.options: probabilities sum to 1.1, expected 1; rescale them"),
        ([X], {"scales": [{"id": "own", "terms": {"maybe": 0.5}}]}, "scales.own.terms.maybe: a range is missing; a term of a scale states low, best and high"),
        ([X], {"codebook": [{"id": "J1", "text": "t", "step": "motive"}]}, "codebook.J1.step: no step 'motive'; expected one of: none declared"),
        ([X], {"sources": [{**DOC, "grade": "B2"}]}, "sources.s.grade: no reliability grade 'B2'; expected one of: none declared"),
        ([X], {"sources": [{**DOC, "grade": "B2", "reliability": {"hit": 0.9, "false_report": 0.1}}], "reliability_grades": {"B2": {"hit": 0.9, "false_report": 0.1}}}, "sources.s.grade: both a grade and a reliability; keep one"),
        ([X], {"sources": [{**DOC, "reliability": {"hit": 1.9, "false_report": 0.1}}]}, "sources.s.reliability.hit: 1.9 to 1.9, expected within 0 to 1"),
        ([X], {"sources": [{**DOC, "reliability": {"hit": 0.9, "false_report": 0.1, "by_hypothesis": {"Z": {"hit": 0.9, "false_report": 0.1}}}}]}, "sources.s.reliability.by_hypothesis: no hypothesis 'Z'; expected one of: A, B"),
        ([X], {"reliability_grades": {"B2": {"hit": 0.9, "false_report": -0.1}}}, "reliability_grades.B2.false_report: -0.1 to -0.1, expected within 0 to 1"),
        ([X], {"scenarios": {"s": {"label": "s", "extends": ["t"]}}}, "scenarios.s.extends: no scenario 't'; expected one of: s"),
        ([X], {"scenarios": {"s": {"label": "s", "correlations": {"k": 0.5}}}}, "scenarios.s.correlations: no cluster 'k'; expected one of: none declared"),
        ([X], {"scenarios": {"s": {"label": "s", "add_items": {"other": []}}}}, "scenarios.s.add_items: no case 'other'; expected one of: case"),
        ([X], {"priors": [1.0, 0.0]}, "hypotheses.A: prior 1, expected above 0 and below 1: evidence cannot change a prior of 0 or 1"),
    ],
)  # fmt: skip
def test_what_only_the_whole_set_shows(items, more, line):
    assert line in problems(items, **more)


READ = {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.2, "B": 0.4}}
FACT = [{"id": "r", "options": {"u": 0.5, "v": 0.5}}]


@pytest.mark.parametrize(
    ("codings", "reading", "line"),
    [
        ([{"readings": READ}], None, "items.x.codings.0.readings: the item names no reading; add `reading:` and declare its options"),
        ([{"readings": {"u": READ["u"]}}], "r", "items.x.codings.0.readings.v: missing; code the item under every option"),
        ([{"readings": {**READ, "w": READ["u"]}}], "r", "items.x.codings.0.readings.w: no option 'w'; expected one of: u, v"),
        ([{"readings": READ, "values": READ["u"]}], "r", "items.x.codings.0.readings: both values and readings; keep one of them"),
        ([{"readings": {**READ, "v": {"A": 0.5}}}], "r", "items.x.codings.0.readings.v.B: missing; give every hypothesis a value"),
    ],
)  # fmt: skip
def test_faults_of_readings(codings, reading, line):
    assert line in problems([item("x", codings=codings, reading=reading)], readings=FACT)


def test_an_option_under_which_nothing_explains_the_item_is_a_problem():
    """A reading that no hypothesis allows is no reading of the document: 0 / 0 otherwise."""
    codings = [{"readings": {"u": {"A": 0.0, "B": 0.0}, "v": READ["v"]}}]
    (line,) = problems([item("x", codings=codings, reading="r", decisive=True)], readings=FACT)
    assert line.startswith("items.x.codings.0.readings.u: ")


def test_conditioning_in_a_circle():
    items = [
        item("x", {"A": 0.1, "B": 0.2}, given=["y"]),
        item("y", {"A": 0.1, "B": 0.2}, given=["z"]),
        item("z", {"A": 0.1, "B": 0.2}, given=["x"]),
        X | {"id": "w"},
    ]
    text = "items are conditional on one another in a cycle; break it"
    assert problems(items) == [f"items.{name}.given: {text}" for name in "xyz"]


def test_faults_of_episodes():
    plain = data([X], conditions={"loyalty": "past conduct"})
    episode = plain["cases"][0]["episodes"][0]
    episode |= {"aggregate_of": ["e9"], "conditions": {"weather": 1}, "prior": {"A": 0.5, "B": 0.6}}
    plain["cases"][0]["conditions"] = {"climate": "cold"}
    plain["cases"][0]["episodes"].append({"id": "e2", "label": "E", "outcome": "o", "scored": False})
    plain["cases"][0]["items"].append(item("y", {"A": 0.5, "B": 0.1}, episodes=["e2"]))
    assert [str(problem) for problem in list_problems(EvidenceSet.model_validate(plain))] == [
        "episodes.e1.prior: priors sum to 1.1, expected 1; rivals must be exhaustive, so rescale or add a residual",
        "cases.case.conditions: no condition 'climate'; expected one of: loyalty",
        "episodes.e1.aggregate_of: no episode 'e9'; expected one of: e1, e2",
        "episodes.e1.conditions: no condition 'weather'; expected one of: loyalty",
        "episodes.e2.not_scored: the reason is missing; say why the episode is not scored",
        "items.y.codings.0: codes the item for e2, which is not scored; score it or drop the coding",
    ]


def test_a_member_of_a_package_is_not_coded_again_where_the_package_is():
    items = [X, item("p", {"A": 0.3, "B": 0.6}, package=["x"])]
    assert problems(items) == ["items.x.codings: coded alone and in the package p for e1; keep one of them"]
    apart = [X, item("p", {"A": 0.3, "B": 0.6}, package=["x"], episodes=["e2"])]
    assert problems(apart, episodes=("e1", "e2")) == []


def test_a_ratio_beyond_all_measure_is_a_problem_not_an_overflow():
    codings = [{**RATIO, "reference_probability": 0.5, "values": {"B": 99999.0}}]
    (line,) = problems([item("x", codings=codings)])
    assert line.startswith("items.x.codings.0.values.B: ")


def test_a_decisive_item_may_state_certainty():
    assert problems([item("x", {"A": 0.0, "B": 1.0}, decisive=True)]) == []


@pytest.mark.parametrize(
    ("coding", "line"),
    [
        ({**RATIO, "reference": "Z"}, "items.x.codings.0.reference: no hypothesis 'Z'; expected one of: A, B"),
        ({"unit": "verbal", "scale": "odd", "values": {"A": "likely", "B": "likely"}}, "items.x.codings.0.values.A: no scale 'odd'; expected one of: ipcc"),
        ({"unit": "db", "values": {"A": -5000.0, "B": -3.0}}, "items.x.codings.0.values.A: -5000 dB, expected decibels of a probability, from -1000 to 0"),
    ],
    ids=["reference", "scale", "decibels"],
)  # fmt: skip
def test_more_faults_of_a_coding(coding, line):
    assert line in problems([item("x", codings=[coding])])


def test_a_prior_of_an_episode_names_every_hypothesis():
    plain = data([X])
    plain["cases"][0]["episodes"][0]["prior"] = {"A": 0.5}
    (problem,) = list_problems(EvidenceSet.model_validate(plain))
    assert str(problem) == "episodes.e1.prior.B: prior is missing; give every hypothesis a prior"


def test_the_records_are_frozen():
    es = make([X])
    with pytest.raises(ValidationError, match="Instance is frozen"):
        es.title = "Another"
    with pytest.raises(ValidationError, match="Instance is frozen"):
        es.items["x"].codings[0].reason = "Another"


# --- nothing but named errors, whatever the bytes ----------------------------------------


def fingerprint(home):
    """Names and contents of a folder."""
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


FRAGMENTS = ["", " ", "\t", "\n", ":", "- ", "{", "}", "[", "]", "'", '"', "#", "&a", "*a", "~", "!!str ", "? ", "|", ">", "---\n", "0", "-1", "1e999", ".nan", "true", "null", "é", "\ufeff", "\x00", "\x85", "a", ",", "{low: 1}", "[[]]", "A", "x", "%", "9" * 30, "\u2028"]  # fmt: skip


@examples(200)
@given(
    name=st.sampled_from(sorted(SOUND)),
    at=st.integers(0, 400),
    length=st.integers(0, 12),
    new=st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)),
)
def test_a_corrupted_set_is_read_or_refused_and_never_touched(tmp_path_factory, name, at, length, new):
    home = folder(tmp_path_factory.mktemp("fuzz"), {})
    text = SOUND[name]
    at %= len(text) + 1
    damaged = (text[:at] + new + text[at + length :]).encode("utf-8", "surrogatepass")
    (home / name).write_bytes(damaged)
    before = fingerprint(home)
    try:
        es = bt.read_evidence_set(home)
    except EvidenceSetError as error:
        assert error.problems  # noqa: PT017
        assert all(problem.message for problem in error.problems)  # noqa: PT017
    else:
        assert isinstance(es, EvidenceSet)
    assert fingerprint(home) == before


@examples(100)
@given(st.sampled_from(sorted(SOUND)), st.binary(max_size=60), st.data())
def test_damaged_bytes_are_read_or_refused(tmp_path_factory, name, noise, data):
    home = folder(tmp_path_factory.mktemp("noise"), {})
    raw = SOUND[name].encode()
    at = data.draw(st.integers(0, len(raw)))
    (home / name).write_bytes(raw[:at] + noise + raw[at + len(noise) :])
    try:
        assert isinstance(bt.read_evidence_set(home), EvidenceSet)
    except EvidenceSetError as error:
        assert error.problems  # noqa: PT017


#: one value of any key replaced by something of another kind
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=4),
    st.lists(st.integers(0, 2), max_size=2),
    st.dictionaries(st.sampled_from(["id", "A", "best", "item"]), st.integers(0, 2), max_size=2),
)


def paths(value, at=()):
    """Every place in plain data."""
    yield at
    if isinstance(value, dict):
        for key, each in value.items():
            yield from paths(each, (*at, key))
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from paths(each, (*at, number))


YAML_FILES = {name: yaml.safe_load(text) for name, text in SOUND.items() if name.endswith(".yaml")}


@examples(200)
@given(st.sampled_from(sorted(YAML_FILES)), st.data())
def test_a_value_of_another_kind_is_read_or_refused(tmp_path_factory, name, drawn):
    value = json.loads(json.dumps(YAML_FILES[name]))
    where = drawn.draw(st.sampled_from(list(paths(value))[1:]))
    inside = value
    for key in where[:-1]:
        inside = inside[key]
    inside[where[-1]] = drawn.draw(VALUES)
    home = folder(tmp_path_factory.mktemp("kinds"), {name: yaml.safe_dump(value)})
    try:
        assert isinstance(bt.read_evidence_set(home), EvidenceSet)
    except EvidenceSetError as error:
        assert error.problems  # noqa: PT017
        assert all(problem.file for problem in error.problems)  # noqa: PT017


# --- writing -----------------------------------------------------------------------------


def test_a_folder_that_holds_files_is_not_written_over(tmp_path):
    home = folder(tmp_path, {})
    before = fingerprint(home)
    with pytest.raises(
        EvidenceSetError,
        match=r"already contains files; choose another folder or pass --overwrite \(overwrite=True in Python\); the old one",
    ):
        bt.write_evidence_set(make([X]), home)
    assert fingerprint(home) == before
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_overwriting_keeps_the_old_folder_beside_it(tmp_path):
    home = folder(tmp_path, {})
    old, first, second = fingerprint(home), make([X]), make([X | {"id": "y"}])
    bt.write_evidence_set(first, home, overwrite=True)
    assert bt.read_evidence_set(home) == first
    assert fingerprint(tmp_path / "set.bak") == old
    bt.write_evidence_set(second, home, overwrite=True)
    assert bt.read_evidence_set(home) == second
    assert fingerprint(tmp_path / "set.bak") == old
    assert bt.read_evidence_set(tmp_path / "set.bak2") == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set", "set.bak", "set.bak2"]


def test_a_file_is_no_folder_to_write_to(tmp_path):
    (tmp_path / "set").write_text("mine")
    with pytest.raises(EvidenceSetError, match="already contains files"):
        bt.write_evidence_set(make([X]), tmp_path / "set")
    assert (tmp_path / "set").read_text() == "mine"


def test_an_empty_folder_is_written_to(tmp_path):
    (tmp_path / "set").mkdir()
    es = make([X])
    assert bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set")) == es
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    home = bt.write_evidence_set(make([X]), tmp_path / "a" / "b" / "set")
    assert home.is_dir()
    assert bt.write_evidence_set(make([X]), str(tmp_path / "text")).is_dir()


def test_the_template_is_refused_where_there_are_files(tmp_path):
    with pytest.raises(EvidenceSetError, match="already contains files"):
        bt.write_template(folder(tmp_path, {}))


AWKWARD = ["no", "yes", "010", "1e3", "0x1F", "0o17", "~", "null", "", "true", ".5", "1_000", "12:30:45", "1971-08-25", " lead", "trail ", "a: b", "# c", "- d", "\t", "a\tb", "a\nb", "a  b\n\n c ", "'", '"', "%", "@", "`", "[a", "{a", "!x", "&a", "*a", "|", ">", "=", "<<", "é", "😀", "\u2028", "\xa0", "x" * 300]  # fmt: skip


@pytest.mark.parametrize("number", range(len(AWKWARD)))
def test_texts_survive_writing(tmp_path, number):
    """What looks like a number, a date or a mark of YAML comes back as the same text."""
    text = AWKWARD[number]
    x = {**X, "paraphrase": text if text.strip() else "p", "footnote": text, "search": text}
    es = make(
        [x],
        about=text,
        sources=[{"id": "s", "type": "book", "title": text if text.strip() else "t", "note": text}],
        conditions={"c": text},
    )
    assert bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set")) == es


def second(coding, **more):
    """An item of two episodes with a coding of the second coder; with a reading both code it."""
    return item(
        "x",
        codings=[
            {"readings": READ} if "reading" in more else {"values": {"A": 0.5, "B": 0.4}},
            {"coder": "second", "values": {"A": 0.2, "B": 0.1}, **coding},
        ],
        episodes=["e1", "e2"],
        **more,
    )


@pytest.mark.parametrize(
    ("coding", "more"),
    [
        ({}, {}),
        ({"reason": 'a, "quoted" reason'}, {}),
        ({"reason": "two\nlines"}, {}),
        ({"reason": " spaces around "}, {}),
        ({"reason": "carriage\r\nreturn"}, {}),
        ({"episodes": ["e1"]}, {}),
        ({"episodes": ["e1", "e2"]}, {}),
        ({"cell_reasons": {"B": "only here"}}, {}),
        ({"cell_reasons": {"A": "here"}, "reason": "and for all"}, {}),
        ({"cell_reasons": {"A": "here", "B": "there"}}, {}),
        ({"unit": "db", "values": {"A": -3.0, "B": {"low": -9, "best": -6, "high": -4}}}, {}),
        ({"unit": "verbal", "values": {"A": "likely", "B": "unlikely"}}, {}),
        ({"unit": "ratio_db", "reference": "A", "values": {"B": 3.0}}, {}),
        ({"unit": "ratio_db", "reference": "A", "reference_probability": 0.1, "values": {"B": 3.0}}, {}),
        ({"cluster": "k"}, {}),
        ({"values": {}, "readings": READ}, {"reading": "r"}),
        ({"values": {"B": 1 / 3, "A": 0.1 + 0.2}}, {}),
    ],
)
def test_a_further_coder_survives_writing(tmp_path, coding, more):
    es = make([second(coding, **more)], episodes=("e1", "e2"), clusters=[{"id": "k"}], readings=FACT)
    assert bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set")) == es


def test_the_order_of_coders_and_cases_survives_writing(tmp_path):
    codings = [
        {"values": {"A": 0.5, "B": 0.4}},
        {"coder": "z", "values": {"A": 0.5, "B": 0.3}},
        {"coder": "b", "values": {"A": 0.5, "B": 0.2}},
    ]
    plain = data([item("x", codings=codings)], coders=[{"id": n} for n in ("first", "z", "b")])
    other = {
        "case": "another",
        "label": "Other",
        "episodes": [{"id": "e2", "label": "E", "outcome": "o"}],
        "items": [],
    }
    plain["cases"].append(other)
    es = EvidenceSet.model_validate(plain)
    again = bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set"))
    assert [case.case for case in again.cases] == ["case", "another"]
    assert again.items["x"].codings == es.items["x"].codings
    assert again == es


def test_a_header_survives_writing(tmp_path):
    for number, header in enumerate(["one line", "two\nlines", "a\n\n  gap", "# marked"]):
        es = make([X], coders=[{"id": "first"}, {"id": "second", "header": header}])
        assert bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / str(number))) == es


# --- the schema for editors --------------------------------------------------------------


@pytest.fixture(scope="module")
def schema():
    return bt.json_schema()


@pytest.fixture(scope="module")
def validators(schema):
    """By kind of file, each under its own definition."""

    def of(name):
        target = (
            {"$ref": f"#/$defs/{name}"}
            if name != "Source"
            else {"type": "array", "items": {"$ref": "#/$defs/Source"}}
        )
        return jsonschema.Draft202012Validator({"$defs": schema["$defs"], **target})

    return {"set": of("SetFile"), "cases": of("Case"), "sources": of("Source"), "scenarios": of("Scenario")}


def kind_of(name):
    return name.split("/")[0].removesuffix(".yaml")


def test_the_published_schema_says_what_the_records_say():
    """Mend with `make schema`, after asking whether the change is one that version 1 allows."""
    assert json.loads(published_schema()) == json.loads(schema_text())


def test_the_schema_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(YAML_FILES))
def test_the_schema_accepts_sound_files(schema, validators, name):
    validators[kind_of(name)].validate(YAML_FILES[name])
    jsonschema.Draft202012Validator(schema).validate(YAML_FILES[name])


def test_the_schema_knows_the_short_forms(validators):
    """Bare numbers and terms for values, an unquoted year for a date, a number for a footnote."""
    short = {
        "id": "x",
        "paraphrase": "p",
        "date": 1971,
        "footnote": 12,
        "episodes": ["e1"],
        "coding": {"A": 0.5, "B": {"low": 0.1, "best": 0.2, "high": 0.3}},
        "unit": "probability",
        "reason": "why",
    }
    verbal = {"id": "y", "paraphrase": "p", "coding": {"A": "likely", "B": "unlikely"}, "unit": "verbal"}
    validators["cases"].validate({"case": "c", "label": "C", "items": [short, verbal]})


@examples(100)
@given(st.sampled_from(sorted(YAML_FILES)), st.data())
def test_schema_and_reader_refuse_the_same_keys(validators, tmp_path_factory, name, drawn):
    """An unknown key anywhere that keys are known is refused by both."""
    value = json.loads(json.dumps(YAML_FILES[name]))

    def at(where):
        inside = value
        for key in where:
            inside = inside[key]
        return inside

    maps = [where for where in paths(value) if isinstance(at(where), dict) and where[-1:] != ("coding",)]
    at(drawn.draw(st.sampled_from(maps)))["unheard_of"] = 1
    assert (
        not validators[kind_of(name)].is_valid(value) or name == "sources.yaml"
    )  # CSL fields are an open set there
    files = folder(tmp_path_factory.mktemp("keys"), {name: yaml.safe_dump(value)})
    if name.startswith("scenarios/"):  # a faulty scenario stops only what applies it
        (fault,) = (
            bt.read_evidence_set(files)
            .scenarios[name.removeprefix("scenarios/").removesuffix(".yaml")]
            .faults
        )
        assert "unknown key" in str(fault)
        return
    with pytest.raises(EvidenceSetError, match=r"unknown (key|field)"):
        bt.read_evidence_set(files)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("set", {**YAML_FILES["set.yaml"], "version": 2}),
        ("set", {**YAML_FILES["set.yaml"], "hypotheses": YAML_FILES["set.yaml"]["hypotheses"][:1]}),
        ("set", {k: v for k, v in YAML_FILES["set.yaml"].items() if k != "title"}),
        ("cases", {**YAML_FILES["cases/case.yaml"], "label": 3}),
        ("cases", {**YAML_FILES["cases/case.yaml"], "items": [{"id": "two words", "paraphrase": "p"}]}),
        ("cases", {**YAML_FILES["cases/case.yaml"], "items": [{"id": "x", "paraphrase": "p", "found": "lost"}]}),
        ("scenarios", {"drop": []}),
        ("sources", [{"id": "s"}]),
    ],
    ids=["version", "one hypothesis", "no title", "label", "id", "found", "no label", "no type"],
)  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(validators, kind, value):
    assert not validators[kind].is_valid(value)
