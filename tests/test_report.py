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
from bayes_trace.report.citation import cite, csl_items, key_citation
from bayes_trace.report.results import Coefficient, Drawn
from bayes_trace.report.text import day, escape, names_in_short, prose
from bayes_trace.report.voice import ForPandoc

SETS = Path(__file__).parents[1] / "evidence_sets"


@pytest.fixture(scope="module")
def arms():
    return gather(bt.read_evidence_set(SETS / "us_arms_transfers"))


@pytest.fixture(scope="module")
def text(arms):
    return markdown(arms)


def episode(gathered, name):
    return next(result for result in gathered.episodes if result.episode.id == name)


def section(text, heading):
    """From a heading to the next of its level."""
    mark = heading.split()[0]
    after = text[text.index(f"\n{heading}\n") + 1 :]
    return re.split(rf"\n{mark} ", after[len(mark) :])[0]


# --- numbers -------------------------------------------------------------------------------


def test_the_f5e_decision_of_1972_has_the_published_answer(arms, text):
    f5e = episode(arms, "f5e_1972")
    assert round(f5e.posterior["loyalty_coercion"], 2) == 0.98
    assert (f5e.leader, f5e.runner_up) == ("loyalty_coercion", "quid_pro_quo")
    assert round(f5e.lead, 6) == 18.0
    assert {each.name: round(each.posterior["loyalty_coercion"], 2) for each in f5e.coders} == {
        "reader_b": 0.79
    }
    said = section(text, "### F-5E production in Taiwan approved, 1972")
    assert "**Loyalty coercion has probability .98**, given these hypotheses, priors and codings" in said
    assert "gives moderate support for Loyalty coercion rather than Quid pro quo (+18.0 dB)" in said


def test_the_ledger_ends_at_the_posterior_and_its_weights_add_up(arms):
    for result in arms.episodes:
        if not result.lines:
            continue
        assert result.lines[-1].running == pytest.approx(result.posterior)
        assert sum(line.weight for line in result.lines) == pytest.approx(result.evidence_db)


def test_scenarios_and_coders_stand_beside_the_answer(text):
    table = section(text, "### F-5E production in Taiwan approved, 1972")
    rows = dict(
        re.findall(r"^\| (Source-criticised|With a residual|Coder: Reader B) \| (\S+) \|", table, re.M)
    )
    assert rows == {
        "Source-criticised": "**.93**",
        "With a residual": "**.97**",
        "Coder: Reader B": "**.79**",
    }


def test_every_episode_has_its_section_and_its_line_in_the_summary(arms, text):
    summary = section(text, "## The answer in brief")
    for result in arms.episodes:
        assert f": {result.episode.label}" in summary
        assert f"\n### {result.episode.label}\n" in text


def test_a_tie_has_no_leader(arms, text):
    assert episode(arms, "treaty_arms_1955_65").tied
    said = section(text, "### Treaty-era transfers, 1955-65")
    assert "**Geostrategic coercion is level with it**: the evidence does not tell the two apart" in said
    assert "no support for either of Quid pro quo and Geostrategic coercion" in said
    assert "| Quid pro quo = Geostrategic coercion | .50 | 0.0 | no |" in text


def test_of_a_refusal_the_hypothesis_is_quoted_as_it_reads_for_refusals(text):
    said = section(text, "### Arms embargo after the war of 1965")
    assert "In words: Washington refused, delayed or cut because no such cost was to be feared" in said
    assert "Loyalty coercion *(as of a refusal)* | .73 |" in text


def test_items_that_weigh_the_same_do_not_stand_out(arms):
    assert episode(arms, "f5e_1972").heaviest == []
    assert episode(arms, "f104_1975").heaviest[0].item.id == "TW-33"


def test_the_strongest_evidence_against_comes_first(arms):
    against = episode(arms, "assistance_cut_1969").against
    assert [line.item.id for line in against] == ["TW-01"]
    assert round(against[0].worst_weight, 6) == -6.0
    assert against[0].best_rival == "quid_pro_quo"


def test_sensitivity_is_in_it_by_default(arms, text):
    said = section(text, "### F-5E production in Taiwan approved, 1972")
    assert "| Fewest items whose removal changes the leader | no removal does |" in said
    assert episode(arms, "assistance_cut_1969").robust.flip == ("TW-16",)
    assert "the answer is *fragile*: the lead is small" in section(
        text, "### Assistance cut and explained as worldwide, 1969-70"
    )


def test_ids_with_slashes_true_minus_and_small_numbers_survive(text):
    assert "| **TW-36/38/42**<br>2023" in text
    assert "| −6.0 |" in text
    assert "GC <.01<br>" in text


def test_methods_say_what_was_run(text, arms):
    said = section(text, "## Methods: what was run")
    assert f"{arms.used.item_count} items entered through {arms.used.links} links" in said
    assert "nothing was sampled" in said
    assert "There is no residual hypothesis" in said
    clustered = bt.apply_scenario(arms.evidence_set, "clustered", "with_residual")
    other = section(markdown(gather(clustered)), "## Methods: what was run")
    assert "stand in clusters of items with one origin; the log-likelihoods" in other
    assert "A residual hypothesis stands for explanations that are not named" in other


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
    text = markdown(gather(es))
    assert "A .80<br>B .20<br>*after absence:*<br>A .60<br>B .90" in text
    assert "*Looked for and not found.*" in text
    assert "A .60<br>B .30<br>*after reliability:*<br>A .58<br>B .34" in text
    assert "A .20 (.10–.40)<br>B 0.002" in text
    assert "entered as 1 − dp" in text
    assert "entered as rp + f(1 − p)" in text


def test_ratios_are_in_decibels():
    es = bt.from_table({"memo": {"A": 0.0, "B": -12.0}}, unit="ratio_db")
    text = markdown(gather(es))
    assert "A 0.0 dB<br>B −12.0 dB" in text
    assert "Likelihood: in dB against one hypothesis." in text


def test_readings_are_shown_one_by_one(arms):
    changed = bt.apply_scenario(arms.evidence_set, "source_criticised")
    assert "*if prc vice premier (.98):*<br>LC .13" in markdown(gather(changed))


def test_a_planned_item_is_listed_and_counts_for_nothing():
    table = {"memo": {"A": 0.8, "B": 0.2}, "diary": {"A": 0.9, "B": 0.1}}
    gathered = gather(bt.from_table(table, found={"diary": "not_sought"}))
    assert [line.item.id for line in gathered.episodes[0].lines] == ["memo"]
    assert "- diary: diary" in section(markdown(gathered), "## What to look for next")


def test_an_episode_without_evidence_says_so():
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}}, found={"memo": "not_sought"})
    assert "No item bears on this episode: the posterior is the prior." in markdown(gather(es))


def test_words_of_an_author_are_words_and_no_markup():
    assert escape("2 * 3 <b> [x] $5 @you a|b c_d `c_d*`") == r"2 \* 3 \<b> \[x\] \$5 \@you a|b c_d `c_d*`"
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


def test_short_names_never_clash():
    assert names_in_short([("Quid pro quo", ""), ("Quick public quarrel", "")]) == [
        "Quid pro quo",
        "Quick public quarrel",
    ]


# --- sources -------------------------------------------------------------------------------


def test_citations_in_words_and_by_key(arms):
    es = arms.evidence_set
    item = es.items["TW-01"]
    assert cite(es, item) == "Ciccolella, 18 April 1969, p. 6; n. 53"
    assert key_citation(es, item) == r"[@{ciccolella_green_1969}, p. 6\; n. 53]"


def test_a_documentary_edition_keeps_volume_and_number_with_its_title(arms):
    records = {record["id"]: record for record in csl_items(arms.evidence_set)}
    edition = records["mcconaughy_chiang_1972"]
    assert edition["container-title"].endswith("1969–1976, XVII, China 1969–1972, Document 92")
    assert "number" not in edition
    assert "note" not in edition


def test_all_sources_are_listed(arms, text):
    listed = section(text, "## Sources").count("\n- ")
    assert listed == len(csl_items(arms.evidence_set))


# --- the same twice ------------------------------------------------------------------------

_AGAIN = """
import sys, bayes_trace as bt
from bayes_trace.report import gather, markdown
from bayes_trace.report.voice import ForPandoc
es = bt.read_evidence_set(sys.argv[1])
g = gather(es)
sys.stdout.buffer.write((markdown(g) + markdown(g, voice=ForPandoc(es))).encode())
"""


def test_the_same_inputs_give_the_same_bytes(arms, text):
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
    here = text + markdown(arms, voice=ForPandoc(arms.evidence_set))
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
    assert "- seed: 3" in text


def test_draws_from_another_set_are_refused(ranged):
    other = bt.from_table({"memo": {"A": 0.7, "B": 0.2}})
    with pytest.raises(BayesTraceError, match=r"the draws were made with digest .* sample again"):
        gather(other, draws=[propagate(bt.compile_evidence(ranged), draws=10, seed=3)])


# --- wrong calls ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formats": ["md", "odt"]}, "no format named 'odt'; there are: md, html, docx, tex, pdf"),
        ({"style": "mla"}, "no style named 'mla'; there are: chicago, apsa"),
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
    row = "| loyalty record (effect) | LC | +0.00 (sd 0.21) | +0.13 (−0.20 to +0.41) | 0.08 | prior-driven |"
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
    assert "impossible" in gathered.failed
    assert "every hypothesis is ruled out" in gathered.failed["impossible"]
    assert "sceptic" in [judged.name for judged in gathered.cases[0].scored[0].scenarios]
