"""The timeline of a set: every check with the oddity that it catches in the arms set, and an item that it lets pass.

Numbers O-01 to O-43 are those of the table of oddities in the README of the arms set.
"""

from functools import cache

import pytest

import bayes_trace as bt
from bayes_trace.checks import CHECKS
from bayes_trace.evidence import Act, Actor, Chronicle, Country, Office, list_problems
from bayes_trace.scenarios.copying import copy_set
from tests.arms import arms_set

ARMS = "evidence_sets/us_arms_transfers"


@cache
def arms():
    return arms_set()


def found(code, es):
    return {each.path: each.message for each in CHECKS[code](es)}


@cache
def in_arms(code):
    return found(code, arms())


#: code, oddities, where it is caught and what is said, and what is clean
CASES = [
    ("A01", "O-04", "items.TW-20.date", "dated 1975-11-20, after f5e_1972", "items.TW-31.date"),
    (
        "A40",
        "O-03",
        "items.TW-23.source",
        "mcconaughy_state_1968 is of 1968-11-12 and is cited for 1975",
        "items.TW-27.source",
    ),
    (
        "A40",
        "O-06",
        "items.TW-16.source",
        "rogers_taipei_1970 is of 1970-11-04 and is cited for 1975-11",
        "items.TW-14.source",
    ),
    (
        "A40",
        "O-19",
        "items.SA-01.source",
        "blanchard2015 is of 2015-04-29 and is cited for 2018-10",
        "items.SA-05.source",
    ),
    (
        "A40",
        "O-21",
        "items.TW-29.source",
        "chang1993 is of 1993 and is cited for 1986/1996",
        "items.TW-28.source",
    ),
    (
        "A41",
        "O-42",
        "items.DE-02.answers",
        "of 2020-06-06, before DE-08 (2020-07-29), which it is to answer",
        "items.PK-13.answers",
    ),
    (
        "A41",
        "O-02",
        "episodes.f5e_1972",
        "TW-31 (1971-08-25) comes before TW-11 (1972-10-22), but the codebook has M2 after J1",
        "episodes.appeal_1955",
    ),
    (
        "A41",
        "O-34",
        "items.PK-32.statement_date",
        "tells of 1955/1965, which goes on after",
        "items.PK-22.statement_date",
    ),
    (
        "A42",
        "O-07",
        "items.TW-33.statement_date",
        "words of 1974-11 in a paper of 1975-10",
        "items.TW-14.statement_date",
    ),
    (
        "A43",
        "O-02",
        "items.TW-11.speaker",
        "Chiang Ching-kuo is called vice premier on 1972-10-22; offices then: premier",
        "items.TW-12.speaker",
    ),
    (
        "A43",
        "O-08",
        "items.PK-07.speaker",
        "Ayub Khan is called president on 1955; offices then: commander-in-chief",
        "items.PK-09.speaker",
    ),
    (
        "A43",
        "O-29",
        "items.TW-21.paraphrase",
        "Chiang Kai-shek is called late on 1974-10-30, but died on 1975-04-05",
        "items.TW-33.recipient",
    ),
    (
        "A44",
        "O-01",
        "items.TW-14.implications",
        "J2 is of Taiwan, but Vice Premier Teng",
        "items.TW-12.implications",
    ),
    (
        "A44",
        "O-01",
        "items.TW-14.source",
        "the title of scowcroft_ford_1975 speaks of China, and not of Taiwan",
        "items.PK-09.source",
    ),
    (
        "A45",
        "O-11",
        "items.TW-01.kind",
        "'internal memo', but ciccolella_green_1969 has the genre 'letter'",
        "items.TW-20.kind",
    ),
    (
        "A45",
        "O-12",
        "items.PK-25.kind",
        "'internal memo', but hoopes_handley_1966 has the genre 'letter'",
        "items.TW-32.kind",
    ),
    (
        "A46",
        "O-02",
        "sources.mcconaughy_chiang_1972.issued",
        "document 92 is dated 1972-10-22, but document 146 of the volume",
        "sources.hoover_karachi_1955.URL",
    ),
    (
        "A47",
        "O-14",
        "sources.mcconaughy_airgram_1971.archive_location",
        "the folder begins on 1972-08-19, but the document is of 1971-06-14",
        "sources.fisk_lahore_1955.archive_location",
    ),
    (
        "A48",
        "O-30",
        "items.TW-03.source",
        "pp. 3-4 of bellows1976, which stands on pp. 593-610",
        "items.GEN-05.source",
    ),
    ("A48", "O-05", "items.TW-17.source", "“ibid.” names whatever stands before it", "items.TW-16.source"),
    (
        "A48",
        "O-22",
        "sources.sipri_transfers.accessed",
        "neither a date nor a day of access",
        "sources.cheng2018.accessed",
    ),
    (
        "A49",
        "O-13",
        "items.TW-24.recipient",
        "addressed to the assistant to the president for national security affairs, who decides",
        "items.TW-18.recipient",
    ),
    ("A50", "O-15", "items.TW-39.paraphrase", "says 'every' and cites 1 document", "items.PK-15.paraphrase"),
    (
        "A50",
        "O-23",
        "items.PK-18.paraphrase",
        "says 'seven times' and cites 1 document",
        "items.PK-15/33.paraphrase",
    ),
    (
        "A51",
        "O-21",
        "items.TW-27.paraphrase",
        "compares amounts of 1977 and 1980 without saying in which prices",
        "items.TW-28.paraphrase",
    ),
    (
        "A51",
        "O-21",
        "clusters.lee-figures",
        "TW-27, TW-29 counts sales and TW-28 deliveries",
        "clusters.pledges",
    ),
    (
        "A52",
        "O-08",
        "items.PK-04.paraphrase",
        "1955 for Mutual Defense Assistance Agreement, which is of 1954-05-19",
        "items.TW-03.paraphrase",
    ),
    (
        "A52",
        "O-28",
        "items.TW-35.paraphrase",
        "1979 for Mutual Defense Treaty, which is of 1954-12-02, ended 1980-01-01",
        "items.TW-30.paraphrase",
    ),
    (
        "A53",
        "O-26",
        "episodes.f5e_1972",
        "TW-37 has M6 and TW-05 A-QPQ, which contradict each other",
        "episodes.relations_act_1979",
    ),
    (
        "A54",
        "O-10",
        "items.PK-02.excerpt",
        "“not purely for”, but the original has “not for purely”",
        "items.PK-01.excerpt",
    ),
]
CODES = {code for code, *_ in CASES}


@pytest.mark.parametrize(("code", "oddity", "where", "said", "clean"), CASES)
def test_an_oddity_of_the_arms_set_is_caught_and_a_clean_item_passes(code, oddity, where, said, clean):
    assert said in in_arms(code)[where], oddity
    assert clean not in in_arms(code)
    kind, name, *_ = clean.split(".")
    there = {"items": arms().items, "episodes": arms().episodes, "sources": arms().source_by_key}
    assert kind == "clusters" or name in there[kind], "what is clean is there"


def test_all_fifteen_questions_are_asked():
    assert {"A01", *(f"A{number}" for number in range(40, 55))} == CODES


def changed_source(key, **fields):
    es = arms()
    sources = tuple(each.model_copy(update=fields) if each.id == key else each for each in es.sources)
    return copy_set(es, {"sources": sources})


def test_criticism_of_sources_answers_the_check():
    """O-02: with the date of 1970 the vice premier holds his office, and the claim comes before what answers it."""
    criticised = bt.apply_scenario(arms(), "source_criticised")
    assert "items.TW-11.speaker" not in found("A43", criticised)
    assert "episodes.f5e_1972" not in found("A41", criticised)


def test_an_address_that_leads_to_another_document():
    """O-09: the article prints the address of document 196 for document 205."""
    es = changed_source(
        "hoover_karachi_1955", URL="https://history.state.gov/historicaldocuments/frus1955-57v08/d196"
    )
    said = found("A46", es)["sources.hoover_karachi_1955.URL"]
    assert said.startswith("the address leads to document 196, the number says 205")


def test_an_address_of_another_volume_and_a_date_outside_it():
    other = changed_source(
        "state_policy_1950", URL="https://history.state.gov/historicaldocuments/frus1951v05/d837"
    )
    assert "another volume than 1950, V" in found("A46", other)["sources.state_policy_1950.URL"]
    late = changed_source("state_policy_1950", issued={"date-parts": [[1961]]})
    assert "1961, but the volume is of 1950 to 1950" in found("A46", late)["sources.state_policy_1950.issued"]


def test_one_letter_entered_twice():
    """O-17: the article cites one letter with two orders of words."""
    es = arms()
    letter = es.source_by_key["chiang_ford_1974"]
    twice = copy_set(es, {"sources": (*es.sources, letter.model_copy(update={"id": "letter_again"}))})
    assert (
        "letter_again has the same date, author and place" in found("A48", twice)["sources.chiang_ford_1974"]
    )


def test_a_folder_of_other_years():
    es = changed_source("hoopes_handley_1966", issued={"date-parts": [[1967, 7, 14]]})
    said = found("A47", es)["sources.hoopes_handley_1966.archive_location"]
    assert said.startswith("the folder is of 1965 to 1966, but the document of 1967-07-14")


def reworded(name, text, **fields):
    es = arms()
    cases = tuple(
        case.model_copy(
            update={
                "items": tuple(
                    item.model_copy(update={"paraphrase": text or item.paraphrase, **fields})
                    if item.id == name
                    else item
                    for item in case.items
                )
            }
        )
        for case in es.cases
    )
    return copy_set(es, {"cases": cases})


def test_an_act_of_one_side_is_not_signed_by_two():
    """O-28."""
    es = reworded("TW-03", "The two signed the Formosa Resolution.")
    assert found("A52", es)["items.TW-03.paraphrase"].endswith("is passed, not signed by two")


def test_the_dead_do_not_speak():
    es = reworded("PK-17", "", date="1975", statement_date=None)
    assert "Ayub Khan, who died on 1974-04-19, speaks on 1975" in found("A43", es)["items.PK-17.speaker"]


def test_an_excerpt_may_leave_out_brackets_and_be_part_of_the_original():
    es = reworded("PK-02", "", excerpt="[not] for purely", original="money not for purely military")
    assert not found("A54", es)


def test_a_sum_that_says_more_than_its_parts():
    """O-24: not extracted, and yet extracted in part."""
    es = arms()
    pakistan = next(case for case in es.cases if case.case == "pakistan")
    whole = tuple(
        each.model_copy(update={"granted": "no"}) if each.id == "pakistan_1955_67" else each
        for each in pakistan.episodes
    )
    cases = tuple(
        case.model_copy(update={"episodes": whole}) if case is pakistan else case for case in es.cases
    )
    said = found("A53", copy_set(es, {"cases": cases}))["episodes.pakistan_1955_67.granted"]
    assert said.startswith("'no', but of its parts")


def test_actors_are_read_with_their_file_and_line(tmp_path):
    folder = bt.write_evidence_set(arms(), tmp_path / "arms")
    again = bt.read_evidence_set(folder)
    assert again.chronicle == arms().chronicle
    path = folder / "actors.yaml"
    path.write_text(path.read_text().replace("country: US\n", "country: USA\n", 1))
    with pytest.raises(
        bt.EvidenceSetError,
        match=r"actors.yaml:\d+  actors.\w+.country: no country 'USA'; expected one of: US",
    ):
        bt.read_evidence_set(folder)


def test_what_a_chronicle_cannot_say():
    office = Office(title="premier", since="1978", until="1972")
    actor = Actor(id="a", name="A", country="nowhere", offices=(office,))
    act = Act(id="pact", name="Pact", date="1954", cases=("atlantis",))
    chronicle = Chronicle(actors=(actor, actor), countries=(Country(id="US"),), acts=(act,))
    es = copy_set(arms(), {"chronicle": chronicle})
    said = {f"{'.'.join(map(str, each.where))}: {each.message}" for each in list_problems(es)}
    assert "actors.a: the id stands 2 times; rename all but one" in said
    assert "actors.a.country: no country 'nowhere'; expected one of: US" in said
    assert "actors.a.offices: premier from 1978 until 1972; expected the earlier day first" in said
    assert any(
        each.startswith("acts.pact.cases: no case 'atlantis'; expected one of: taiwan") for each in said
    )
    assert "sides: no country 'Taiwan'; expected one of: US" in said


def test_names_of_order_lead_somewhere():
    es = reworded("PK-13", "", answers=("PK-99",))
    book = tuple(
        each.model_copy(update={"follows": ("J9",), "said_by": "nobody"}) if each.id == "M1" else each
        for each in es.codebook
    )
    said = [
        f"{'.'.join(map(str, each.where))}: {each.message}"
        for each in list_problems(copy_set(es, {"codebook": book}))
    ]
    assert any(each.startswith("items.PK-13.answers: no item or episode 'PK-99'") for each in said)
    assert any(each.startswith("codebook.M1.follows: no implication 'J9'") for each in said)
    assert any(
        each.startswith("codebook.M1.said_by: no side 'nobody'; expected one of: patron, partner")
        for each in said
    )


def test_a_set_without_a_chronicle_is_asked_nothing_of_it():
    es = copy_set(arms(), {"chronicle": Chronicle()})
    assert not any(found(code, es) for code in ("A43", "A44", "A49", "A52"))
