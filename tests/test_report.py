"""What a report says: known numbers, known words, and the same bytes every time."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.propagation import propagate
from bayes_trace.report import IncompleteReportError, conversion, gather, markdown, write_report
from bayes_trace.report.citation import Cited, csl_items, key_citation
from bayes_trace.report.dialect import ForPandoc
from bayes_trace.report.results import Coefficient, Drawn
from bayes_trace.report.text import day, escape, plain, prose
from bayes_trace.report.verification import differences
from tests.arms import arms_gathered
from tests.build import data, item, sound

SETS = Path(__file__).parents[1] / "evidence_sets"


@pytest.fixture(scope="module")
def arms():
    return arms_gathered()


@pytest.fixture(scope="module")
def text(arms):
    return markdown(arms, detail="full")


@pytest.fixture(scope="module")
def standard(arms):
    return markdown(arms)


def episode(gathered, name):
    return next(result for result in gathered.episodes if result.episode.id == name)


def section(text, heading):
    """From a heading to the next of its level."""
    mark = heading.split()[0]
    after = text[text.index(f"\n{heading}\n") + 1 :]
    return re.split(rf"\n{mark} ", after[len(mark) :])[0]


F5E = "### F-5E production in Taiwan approved, 1972"


# --- the summary page -------------------------------------------------------------------------


def test_the_first_page_tells_the_reversal_that_the_set_prefers(standard):
    first = standard.split("## How to read the numbers")[0]
    assert "“F-5E production in Taiwan approved, 1972” is reversed under the preferred assumptions" in first
    # .98 as printed, .19 with the records, with both in one row
    row = next(line for line in first.splitlines() if line.startswith("| [F-5E production"))
    assert "| LC .98, .79 | A QPQ .76 (" in row
    assert "| QPQ .02: as printed, A |" in row
    assert row.endswith("| **reversed** |")
    assert "](#item-X-01-X-02); −3.0 [" in row


def test_every_question_of_the_set_is_answered_for_every_case_or_said_not_to_be_coded(arms, standard):
    page = section(standard, "## Case by case")
    for result in arms.cases:
        if result.scored:
            own = section(page, f"### {result.case.label}")
            for question in arms.evidence_set.case_questions:
                assert f"**{question}** " in own
    taiwan = section(page, "### Taiwan, 1969-96")
    assert (
        "Loyalty record 1, audience .75, geostrategic value .25, switching plausibility 0, partner rank .50"
        in taiwan
    )
    assert "“F-5E production in Taiwan approved, 1972” .51 (A), .51 (B)" in taiwan.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "begins with an attempt and yet is more probable than one: " in taiwan
    assert "No item is coded about an attempt; the readings of every episode stand below." in page


def test_every_row_leads_to_its_episode_and_every_item_to_its_words(arms, text, standard):
    for whole in (text, standard, markdown(arms, detail="brief")):
        anchors = set(re.findall(r'<a id="([^"]+)">', whole))
        links = {link for link in re.findall(r"\]\(#([^)]+)\)", whole) if not link.startswith("episode-")}
        assert links <= anchors
    for result in arms.episodes:
        assert f"](#episode-{result.episode.id})" in standard
        assert f"\n### {result.episode.label}\n" in standard


def test_details_are_degrees_of_one_report(arms, text, standard):
    brief = markdown(arms, detail="brief")
    assert len(brief) < len(standard) / 2 < len(text) / 3
    for part in ("## Case by case", "## Every episode", "## Key", "## Sources"):
        assert f"\n{part}\n" in brief
        assert f"\n{part}\n" in standard
    assert brief.split("## Items")[0] == standard.split("## How to read")[0].replace(
        '<a id="reading"></a>\n\n', '<a id="items"></a>\n\n'
    )


def test_titles_stand_for_codes_and_labels_for_ids(standard):
    body = standard.split("## Reproducing this report")[0].split("## About this evidence set")[0]
    for name in (
        "reader_a",
        "loyalty_coercion",
        "f5e_1972`",
        "with_external_records",
        "Reader a",
        "Quid Pro Quo",
    ):
        assert name not in re.sub(r"\(#[^)]*\)|<a id=[^>]*>", "", body)


def test_notes_on_fields_stand_in_an_appendix(arms, standard):
    assert "likelihoods of two" not in standard.split("## Items")[0]
    assert "likelihoods of two" in section(standard, "## About this evidence set")


def test_a_sum_has_no_number_and_no_count(arms, standard):
    row = next(line for line in standard.splitlines() if line.startswith("| [Continued supply"))
    assert row.endswith("| – | – | – | sums up other episodes | sum |")


# --- numbers -------------------------------------------------------------------------------


def test_the_f5e_decision_of_1972_has_the_published_answers(arms, text):
    f5e = episode(arms, "f5e_1972")
    base = arms.answers.answer("f5e_1972", "base", "reader_a")
    assert (base.leader, round(base.p("loyalty_coercion"), 2), round(base.lead_db, 6)) == (
        "loyalty_coercion",
        0.98,
        18.0,
    )
    assert (f5e.leader, round(f5e.posterior["loyalty_coercion"], 2)) == ("quid_pro_quo", 0.19)
    assert round(arms.answers.answer("f5e_1972", "base", "reader_b").p("loyalty_coercion"), 2) == 0.79
    said = section(text, F5E)
    assert "**Reversed.** “F-5E production in Taiwan approved, 1972” is reversed: as printed" in said


def test_ledgers_end_at_the_posterior_odds_and_their_weights_add_up(arms):
    for result in arms.episodes:
        ledger = result.ledger
        for number, (setting, reader) in enumerate(ledger.columns):
            there = arms.answers.answer(result.episode.id, setting, reader)
            odds = there.behind(ledger.against) - there.behind(ledger.of)
            assert ledger.total(number) == pytest.approx(odds, abs=1e-6)


def test_what_was_stated_ends_at_the_posterior(arms):
    for result in arms.episodes:
        if result.lines:
            assert result.lines[-1].running == pytest.approx(result.posterior)


def test_other_assumptions_stand_beside_the_answer_and_idle_ones_are_said_to_be(text, standard):
    table = section(text, F5E)
    rows = dict(re.findall(r"^\| (As printed|Preferred|Source-criticised) \| (\S+ \S+) \|", table, re.M))
    assert rows == {"As printed": "LC .98", "Preferred": "**QPQ .76**", "Source-criticised": "LC .93"}
    for whole in (table, section(standard, F5E)):
        assert (
            "No number changes under: Loyalty coercion by audience; Without items that restate the outcome."
            in whole
        )


def test_a_tie_names_both(text):
    row = next(line for line in text.splitlines() if line.startswith("| [Treaty-era transfers"))
    assert "GC=QPQ .50" in row


def test_of_a_refusal_the_hypothesis_is_quoted_as_it_reads_for_refusals(text):
    said = section(text, "### Arms embargo after the war of 1965")
    assert "says of it: Washington refused, delayed or cut because no such cost was to be feared" in said


@pytest.mark.deep
def test_refusal_labels_speak_for_refusals(arms):
    hypotheses = tuple(
        each.model_copy(update={"refusal_label": "No harm to its name"})
        if each.id == "loyalty_coercion"
        else each
        for each in arms.evidence_set.hypotheses
    )
    changed = arms.evidence_set.model_copy(update={"hypotheses": hypotheses})
    text = markdown(gather(changed), detail="brief")
    assert "‘No harm to its name’" in section(text, "## Case by case")
    assert "Loyalty coercion (of a refusal: No harm to its name)" in section(text, "## Key")


def test_the_strongest_evidence_against_comes_first(arms):
    against = episode(arms, "assistance_cut_1969").against
    assert [line.item.id for line in against][:1] == ["TW-01"]
    assert against[0].best_rival == "quid_pro_quo"


def test_sensitivity_is_in_the_full_report(text, standard):
    asked = "| Fewest items whose removal changes the leader |"
    assert asked in section(text, F5E)
    assert asked not in standard


def test_a_scenario_shows_what_each_of_its_changes_does(text, arms):
    said = section(text, "## Scenarios")
    added = next(line for line in said.splitlines() if "(#item-X-01-X-02)" in line)
    assert "| added | −15.0 |" in added
    effect = next(each for each in arms.effects["source_criticised"] if each.item == "TW-20")
    assert effect.what == "set aside"
    assert "O-04" in effect.reason


def test_methods_say_what_was_run(text, arms):
    said = section(text, "## Methods: what was run")
    assert f"{arms.used.item_count} items entered through {arms.used.links} links" in said
    assert "nothing was sampled" in said
    assert "There is no residual hypothesis" in said
    assert "stand in clusters of items with one origin; the log-likelihoods" in said
    bridge = gather(bt.read_evidence_set(SETS / "tay_bridge_1879"))
    other = section(markdown(bridge), "## Methods: what was run")
    assert "A residual hypothesis stands for explanations that are not named" in other


def test_other_sets_answer_beside_the_first(tmp_path):
    memo = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    theory = bt.read_evidence_set(SETS / "loyalty_theory")
    files = write_report(memo, tmp_path, beside=[theory])
    said = section(files["md"].read_text("utf-8"), "## What other sets of evidence answer")
    assert f"**{theory.question}** Words succeed given record and audience is the most probable" in said
    # the close reading: the theory at even odds, and at one chance in twenty
    assert "| As the set stands | .56 | .30 | .08 | .06 |" in said
    assert "| One chance in twenty for the theory | .19 | .49 | .18 | .14 |" in said
    assert json.loads(files["manifest"].read_text("utf-8"))["beside"] == {"loyalty_theory": theory.digest}
    assert "--beside OTHER_SET" in files["md"].read_text("utf-8")


def test_of_a_set_with_several_episodes_sentences_alone_are_told_beside(arms):
    memo = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    other = arms.evidence_set
    said = section(markdown(gather(memo, beside=[other])), "## What other sets of evidence answer")
    assert f"**{other.question}**" in said
    assert "|" not in said


# --- words ---------------------------------------------------------------------------------


def test_no_word_is_given_to_a_posterior_and_none_is_certain(text):
    assert not re.search(r"probability (that the explanation is true|1\.00|0\.00)", text)
    assert not re.search(r"(?<![\d.])1\.00(?! \*)", text.split("## Methods")[0])


def test_special_codings_are_shown_as_they_enter():
    es = bt.from_table(
        {
            "log": {"A": 0.8, "B": 0.2},
            "memo": {"A": 0.6, "B": 0.3},
            "note": {"A": {"low": 0.1, "best": 0.2, "high": 0.4}, "B": 0.002},
        },
        found={"log": "absent"},
        detection={"log": 0.5},
        reliability={"memo": (0.9, 0.1)},
    )
    text = markdown(gather(es), detail="full")
    assert "A .80<br>B .20<br>*after absence:*<br>A .60<br>B .90" in text
    assert "*looked for, not found*" in text
    assert "A .60<br>B .30<br>*after reliability:*<br>A .58<br>B .34" in text
    assert "A .20 (.10–.40)<br>B 0.002" in text
    assert "entered as 1 − dp" in text
    assert "entered as rp + f(1 − p)" in text


def test_ratios_are_in_decibels():
    es = bt.from_table({"memo": {"A": 0.0, "B": -12.0}}, unit="ratio_db")
    text = markdown(gather(es), detail="full")
    assert "A 0.0 dB<br>B −12.0 dB" in text
    assert "Likelihood: in dB against one hypothesis." in text


def test_readings_are_shown_one_by_one(text):
    assert "*if vice premier in Beijing (.98):*<br>LC .13" in text


def test_a_planned_item_is_listed_and_counts_for_nothing():
    table = {"memo": {"A": 0.8, "B": 0.2}, "diary": {"A": 0.9, "B": 0.1}}
    gathered = gather(bt.from_table(table, found={"diary": "not_sought"}))
    assert [line.item.id for line in gathered.episodes[0].lines] == ["memo"]
    assert "- diary: diary" in section(markdown(gathered), "## What to look for next")


def test_an_episode_without_evidence_says_so():
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}}, found={"memo": "not_sought"})
    assert "No item bears on this episode: the posterior is the prior." in markdown(gather(es))


def test_a_report_in_which_nobody_answers_has_no_overview_and_is_verified(tmp_path):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}}, found={"memo": "not_sought"})
    write_report(es, tmp_path, formats=["html"], figures=True, detail="full")
    assert "overview" not in (tmp_path / "report.md").read_text("utf-8")
    assert list(differences(tmp_path, es)) == []


def test_words_of_an_author_are_words_and_no_markup():
    assert escape("2 * 3 <b> [x] $5 @you a|b c_d `c_d*`") == r"2 \* 3 \<b> \[x\] \$5 \@you a|b c_d \`c_d\*\`"
    assert escape("1969. The year") == r"1969\. The year"
    assert escape("# not a heading") == r"\# not a heading"
    assert escape("- no list") == r"\- no list"
    assert escape("<.01 and −3.0") == "<.01 and −3.0"
    assert prose(" One\nline.\n\nTwo. ") == "One line.\n\nTwo."


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("1972-12-22", "22 December 1972"),
        ("1975-11", "November 1975"),
        ("1969/1970", "1969–1970"),
        (None, "undated"),
    ],
)
def test_dates_are_written_out(date, shown):
    assert day(date) == shown


# --- sources -------------------------------------------------------------------------------


def test_citations_in_words_and_by_key(arms):
    es = arms.evidence_set
    item = es.items["TW-01"]
    assert Cited(es).in_text(item) == "(Ciccolella 1969, 6; n. 53)"
    assert Cited(es, "apa").in_text(item) == "(Ciccolella, 1969, p. 6; n. 53)"
    assert key_citation(es, item) == r"[@{ciccolella_green_1969}, p. 6\; n. 53]"


def test_a_talk_is_cited_but_not_listed():
    """As the Chicago style has it; what stands in the list behind it keeps its place."""
    talk = {
        "id": "talk",
        "type": "personal_communication",
        "author": [{"family": "Hearsay"}],
        "title": "A talk",
    }
    book = {"id": "zeta", "type": "book", "author": [{"family": "Zeta"}], "title": "A Book"}
    memo = item("memo", {"A": 0.8, "B": 0.2}, source={"key": "talk"}, see_also=[{"key": "zeta"}])
    said = Cited(sound(data([memo], sources=[talk, book]))).of("memo")
    assert "Hearsay" in said["in_text"]
    assert [each.split(",")[0].split(".")[0] for each in said["references"]] == ["Zeta"]


def test_a_documentary_edition_keeps_volume_and_number_with_its_title(arms):
    records = {record["id"]: record for record in csl_items(arms.evidence_set)}
    edition = records["mcconaughy_chiang_1972"]
    assert edition["container-title"].endswith("1969–1976, XVII, China 1969–1972, Document 92")
    assert "number" not in edition
    assert "note" not in edition


def test_every_style_lists_an_archival_letter_in_its_own_way(arms):
    lists = {
        style: Cited(arms.evidence_set, style).of("chiang_ford_1974") for style in ("chicago", "apsa", "apa")
    }
    assert lists["apa"]["references"][0].startswith(
        "Chiang, C. (1974, September 20). Letter to President Ford. [Letter to"
    )
    assert lists["apsa"]["references"][0].startswith(
        "Chiang, Ching-kuo. 1974. “Letter to President Ford.” Letter to"
    )
    assert all("Gerald R. Ford Presidential Library" in each["references"][0] for each in lists.values())
    with pytest.raises(UnknownNameError, match="no source or item named 'nobody'"):
        Cited(arms.evidence_set).of("nobody")


@pytest.mark.parametrize("style", ["chicago", "apsa", "apa"])
def test_a_date_in_words_stands_once(style):
    letter = {"id": "x", "type": "manuscript", "title": "Memorandum", "issued": {"literal": "c. 1971"}}
    news = {"id": "y", "type": "article-newspaper", "title": "A sale", "issued": {"literal": "spring 1971"}}
    said, listed = conversion.cited(["[@x; @y]"], [letter, news], style)
    assert "c. 1971" in said[0]
    assert [listed[key].count("1971") for key in ("x", "y")] == [1, 1]


def test_words_without_markup():
    assert plain(r"**A** [memo](#item-memo) [TW-01]{.code}<br>\*2\*") == "A memo TW-01\n*2*"


def test_a_source_that_prints_nothing_shifts_no_citation_of_another():
    named = {"type": "book", "author": [{"family": "Li"}], "issued": 1972}
    items = [item(each, {"A": 0.8, "B": 0.2}, source={"key": each}) for each in ("mute", "loud")]
    sources = [{"id": "mute", "type": "classic"}, {"id": "loud", **named, "title": "Bread"}]
    cited = Cited(sound(data(items, sources=sources)))
    assert [cited.of(each)["in_text"] for each in ("mute", "loud")] == ["[mute]", "(Li 1972)"]


@pytest.mark.parametrize("odd", [{"archive": 0.9}, {"volume": 10**20}, {"custom": 1.5}, {"categories": 0.5}])
def test_numbers_of_a_reference_that_no_processor_reads_stop_none(odd):
    source = {"id": "s", "type": "book", "title": "Bread", **odd}
    es = sound(data([item("x", {"A": 0.8, "B": 0.2}, source={"key": "s"})], sources=[source]))
    assert "Bread" in Cited(es).of("s")["references"][0]


def test_the_page_that_answers_lists_what_it_cites(arms):
    es = arms.evidence_set
    dialect = ForPandoc(es)
    assert ".cited" in dialect.sources(only_cited=True)
    page = markdown(arms, detail="brief")
    listed = section(page, "## Sources")
    assert 10 < listed.count("\n- ") < len(csl_items(es)) - 10
    assert "Snyder" not in listed


def test_all_sources_are_listed(arms, text):
    listed = section(text, "## Sources").count("\n- ")
    assert listed == len(csl_items(arms.evidence_set))


# --- the same twice ------------------------------------------------------------------------

_AGAIN = """
import sys, bayes_trace as bt
from bayes_trace.report import gather, markdown
from bayes_trace.report.dialect import ForPandoc
es = bt.read_evidence_set(sys.argv[1])
g = gather(es)
sys.stdout.buffer.write((markdown(g) + markdown(g, dialect=ForPandoc(es))).encode())
"""


@pytest.mark.deep
def test_the_same_inputs_give_the_same_bytes(arms, standard):
    where = str(SETS / "us_arms_transfers")
    runs = [
        subprocess.run(
            [sys.executable, "-c", _AGAIN, where],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    here = standard + markdown(arms, dialect=ForPandoc(arms.evidence_set))
    assert runs == [here.encode()] * 2


def test_the_day_stands_in_the_manifest_only(tmp_path):
    files = write_report(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), tmp_path)
    facts = json.loads(files["manifest"].read_text())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", facts["made"])
    assert facts["made"][:10] not in files["md"].read_text()
    assert facts["files"] == ["report.md"]


# --- draws ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ranged():
    return bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})


def test_draws_add_their_intervals(ranged):
    gathered = gather(ranged, draws=[propagate(bt.compile_evidence(ranged), draws=500, seed=3)])
    text = markdown(gathered)
    assert "sensitivity distribution (propagated) of the propagation model, 1 × 500" in text
    assert re.search(r"^\| A \| \.7\d \| \.7\d to \.8\d \| >\.99 \|$", text, re.M)
    assert "seed: 3" in text
    assert "propagated A .7" in section(text, "## Every episode")


def test_the_page_that_answers_has_the_interval_of_draws(ranged):
    tree = propagate(bt.compile_evidence(ranged), draws=500, seed=3)
    text = markdown(gather(ranged, draws=[tree], detail="brief"), detail="brief")
    p = tree["posterior"]["probability"].isel(episode=0, hypothesis=0)
    low, high = (f"{end:.2f}".lstrip("0") for end in p.quantile([0.05, 0.95]).values)
    mean = f"{float(p.mean()):.2f}".lstrip("0")
    assert f"propagated A {mean} ({low}–{high}, 90 %)" in section(text, "## Every episode")
    assert "Propagated: mean and interval of the draws." in text


def test_draws_from_another_set_are_refused(ranged):
    other = bt.from_table({"memo": {"A": 0.7, "B": 0.2}})
    with pytest.raises(
        BayesTraceError, match=r"the draws were made before a change of item memo; sample again"
    ):
        gather(other, draws=[propagate(bt.compile_evidence(ranged), draws=10, seed=3)])


# --- usage errors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formats": ["md", "odt"]}, "no format named 'odt'; there are: md, html, docx, tex, pdf"),
        ({"style": "mla"}, "no style named 'mla'; there are: chicago, apsa, apa"),
        ({"detail": "long"}, "no detail named 'long'; there are: brief, standard, full"),
        ({"coder": "nobody"}, "no coder named 'nobody'"),
    ],
)
def test_wrong_calls_say_what_there_is(tmp_path, options, said):
    with pytest.raises(UnknownNameError, match=re.escape(said)):
        write_report(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), tmp_path, **options)


def test_without_an_engine_the_rest_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(conversion, "ENGINES", ())
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    with pytest.raises(IncompleteReportError, match=r"pdf was not written: .*install a TeX engine") as caught:
        write_report(es, tmp_path, formats=["pdf", "tex"], figures=False)
    assert sorted(caught.value.files) == ["manifest", "md", "tex"]
    assert all(path.exists() for path in caught.value.files.values())


def test_coefficients_stand_prior_beside_posterior(arms):
    one = Coefficient(
        "effect", "loyalty_record", "loyalty_coercion", 0.0, 0.21, 0.13, -0.2, 0.41, 0.08, "prior-driven"
    )
    drawn = Drawn("comparative", 4, 1000, "1", "", coefficients=(one,))
    text = section(markdown(dataclasses.replace(arms, draws=(drawn,))), "## The episodes together")
    row = "| loyalty record (effect) | Loyalty coercion | +0.00 (sd 0.21) | +0.13 (−0.20 to +0.41) | 0.08 | prior-driven |"
    assert row in text
    assert "The comparative model: prior and posterior of every coefficient, 4 × 1000 draws" in text


def test_advice_is_grouped_by_what_is_to_be_mended(text):
    said = section(text, "## What a critical reader would ask")
    assert re.search(r"^- \*\*A02\*\* The outcome and the conditions are given", said, re.M)
    assert re.search(r"^    - (\S+, )+\S+: restates the outcome", said, re.M)


def test_a_scenario_that_rules_everything_out_is_named_and_costs_nothing_else(tmp_path):
    """One bad assumption must not take the rest of the report with it."""
    folder = bt.write_template(tmp_path / "set")
    item = (
        "label: All ruled out\nadd_items:\n  alder:\n    - id: zero\n      paraphrase: nothing explains it\n"
        "      source: {key: minutes1908}\n      episodes: [vote_1908]\n      decisive: true\n      codings:\n"
        "        - values: {trade: 0, army: 0, other: 0}\n"
    )
    (folder / "scenarios" / "impossible.yaml").write_text(item)
    gathered = gather(bt.read_evidence_set(folder))
    why = gathered.answers.failed["impossible"]
    assert "first_reader rules out every hypothesis (trade by zero; army by zero; other by zero)" in why
    assert "sceptic" in gathered.answers.setting_of
    assert "It could not be applied" in section(markdown(gathered), "## Scenarios")


def test_items_on_one_fact_stand_together_in_the_figure_of_weights(tmp_path):
    readings = {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.3, "B": 0.4}}
    rows = [item(name, codings=[{"readings": readings}], reading="r") for name in ("letter", "memo")]
    es = sound(data(rows, readings=[{"id": "r", "options": {"u": 0.7, "v": 0.3}}]))
    write_report(es, tmp_path, formats=["html"], detail="full")
    assert (tmp_path / "figures" / "e1_ledger.svg").is_file()


def test_what_it_takes_to_reproduce_a_report_is_a_paragraph(arms, standard):
    said = standard.partition("## Reproducing this report")[2]
    assert arms.evidence_set.digest in said
    assert "{" not in said
    assert "`manifest.json`" in said
