"""Each piece of advice: given where it is due, and silent where the fault is mended."""

import copy
import re
from pathlib import Path

import pytest

import bayes_trace as bt
from bayes_trace.checks import CHECKS
from bayes_trace.checks.advice import best_db
from bayes_trace.errors import Problem
from bayes_trace.evidence import EvidenceSet, Scenario, list_problems
from tests.arms import arms_set
from tests.sound import SOUND, plea


def make(change=None):
    data = copy.deepcopy(SOUND)
    if change:
        change(data)
    es = EvidenceSet.model_validate(data)
    assert list_problems(es) == []
    return es


def offer(data):
    return data["cases"][0]["items"][1]


def best(item, loyalty, bargain, residue, **more):
    item["codings"][0]["values"] = {"loyalty": loyalty, "bargain": bargain, "residue": residue}
    item.update(more)


def late(data):
    plea(data)["date"] = "1973"


def late_but_flagged(data):
    late(data)
    plea(data)["retrospective"] = True


def restating(data):
    plea(data)["implications"] = ["M1"]


def restating_flat(data):
    restating(data)
    best(plea(data), 0.3, 0.3, 0.3)


def restating_condition(data):
    plea(data)["restates"] = ["loyal"]


def one_document(data):
    offer(data)["source"] = {"key": "letter"}


def one_document_clustered(data):
    one_document(data)
    plea(data)["cluster"] = offer(data)["cluster"] = "box"


def twice_discounted(data):
    one_document_clustered(data)
    rates = {"hit": {"low": 0.7, "best": 0.8, "high": 0.9}, "false_report": 0.1}
    data["sources"][0]["reliability"] = rates


def once_discounted(data):
    twice_discounted(data)
    data["clusters"][0]["correlation"] = 0


def useless_source(data):
    data["sources"][0]["reliability"] = {"hit": 0.3, "false_report": 0.3}


def useful_source(data):
    data["sources"][0]["reliability"] = {"hit": 0.31, "false_report": 0.3}


def heavy_item(data):
    best(plea(data), 0.9, 0.00008, 0.00008)


def heavy_but_decisive(data):
    heavy_item(data)
    plea(data)["decisive"] = True


def heavy_sum(data):
    # 35 dB each: no single item too heavy, the sum of 70 dB is
    best(plea(data), 0.9, 0.9 * 10**-3.5, 0.9 * 10**-3.5)
    best(offer(data), 0.9, 0.9 * 10**-3.5, 0.9 * 10**-3.5)


def just_under_the_sum(data):
    best(plea(data), 0.9, 0.9 * 10**-2.9, 0.9 * 10**-2.9)
    best(offer(data), 0.9, 0.9 * 10**-3.0, 0.9 * 10**-3.0)


def unhurt(data):
    best(offer(data), 0.4, 0.4, 0.2)


def uncited(data):
    del plea(data)["source"]
    best(plea(data), 0.45, 0.2, 0.3)


def uncited_but_light(data):
    del plea(data)["source"]
    best(plea(data), 0.45, 0.24, 0.3)  # 2.73 dB


def absence(data):
    plea(data).update(found="absent", detection=0.5)


def absence_searched(data):
    absence(data)
    plea(data)["search"] = "the whole box"


def absence_claimed(data):
    plea(data)["kind"] = "absence claim"


def step_without_item(data):
    offer(data)["step"] = "claim"


def busy_item(data):
    case = data["cases"][0]
    more = [f"grant{n}" for n in range(4)]
    case["episodes"] += [{"id": name, "label": name, "outcome": "granted"} for name in more]
    plea(data)["episodes"] = ["grant", *more]


def busy_in_aggregates(data):
    busy_item(data)
    for episode in data["cases"][0]["episodes"][1:]:
        episode["aggregate_of"] = ["grant"]


def lopsided(data):
    plea(data)["codings"][0]["values"]["loyalty"] = {"low": 0.05, "best": 0.5, "high": 0.6}


def no_residual(data):
    data["hypotheses"][2].pop("residual")


def residual_in_a_scenario(data):
    no_residual(data)
    part = {"id": "unnamed", "label": "U", "statement": "U", "prior": 0.1, "residual": True}
    data["scenarios"] = {
        "more": {
            "label": "More",
            "add_hypotheses": [part],
            "change": [
                {"item": name, "coding": {"coder": coder, "values": {"unnamed": 0.3}}}
                for name in ("plea", "offer")
                for coder in ("one", "two")
            ],
        }
    }


def dangling_scenario(data):
    offer(data)["given"] = ["plea"]
    data["scenarios"] = {"less": {"label": "Less", "drop": [{"item": "plea"}]}}


def tidy_scenario(data):
    dangling_scenario(data)
    data["scenarios"]["less"]["drop"][0]["with_dependants"] = True


def look_alikes(data):
    data["clusters"] = [{"id": "box_1"}, {"id": "Box-01"}]


def one_letter_off(data):
    data["clusters"] = [{"id": "container"}, {"id": "containers"}]


def different_numbers(data):
    data["clusters"] = [{"id": "box_1"}, {"id": "box_2"}]


def silent_coder(data):
    plea(data)["codings"].pop()


def third(data, **more):
    """A further item of another source."""
    values = {"loyalty": 0.2, "bargain": 0.3, "residue": 0.3}
    codings = [{"values": values}, {"coder": "two", "values": values}]
    base = {
        "id": "memo",
        "paraphrase": "a memo",
        "source": {"key": "memoir"},
        "episodes": ["grant"],
        "cluster": "box",
    }
    data["cases"][0]["items"].append({**base, "codings": codings, **more})
    offer(data)["cluster"] = "box"


def second_episode(data):
    data["cases"][0]["episodes"].append({"id": "refusal", "label": "Refusal", "outcome": "refused"})


def cut_chain(data):
    """memo given offer given plea, but the offer bears on another episode."""
    second_episode(data)
    third(data, given=["offer"], cluster=None)
    offer(data).update({"given": ["plea"], "episodes": ["refusal"], "cluster": None})


def whole_chain(data):
    cut_chain(data)
    offer(data)["episodes"] = ["refusal", "grant"]


def chain_elsewhere(data):
    """The whole chain bears on the other episode."""
    cut_chain(data)
    offer(data)["given"] = []


def given_in_cluster(data):
    offer(data).update({"given": ["plea"], "cluster": "box"})
    plea(data)["cluster"] = "box"


def given_in_idle_cluster(data):
    given_in_cluster(data)
    data["clusters"][0]["correlation"] = 0.0


def twins(data):
    offer(data).update({"date": "1971", "codings": plea(data)["codings"]})


def twins_of_one_source(data):
    twins(data)
    offer(data)["source"] = plea(data)["source"]


def twins_on_other_days(data):
    twins(data)
    offer(data)["date"] = "1972"


def outdated(data):
    data["scenarios"] = {"less": {"label": "less", "base_digest": "0123456789ab"}}


def up_to_date(data):
    digest = EvidenceSet.model_validate(data).digest
    data["scenarios"] = {"less": {"label": "less", "base_digest": digest[:12]}}


def at_odds(data):
    """Each can be applied, both cannot: the second recodes for a rival that the first leaves out."""
    recoded = {"item": "plea", "coding": {"values": {"loyalty": 0.4, "bargain": 0.3, "residue": 0.3}}}
    data["scenarios"] = {
        "fewer": {"label": "fewer", "drop_hypotheses": ["residue"]},
        "more": {"label": "more", "change": [recoded]},
    }
    data["preferred"] = ["fewer", "more"]


def unreadable(data):
    fault = Problem(("dropp",), "unknown key", "scenarios/less.yaml", 2)
    data["scenarios"] = {"less": Scenario.with_faults("less", [fault])}


def in_order(data):
    at_odds(data)
    data["preferred"] = ["more", "fewer"]


def compound(data, prior=0.2):
    data["hypotheses"][1]["prior"] = 0.4 - prior
    both = {"id": "loyalty+bargain", "label": "Both", "statement": "Both", "prior": prior}
    data["hypotheses"].append(both)


def cheap_compound(data):
    compound(data, 0.1)


def fitted(data):
    data["hypotheses"][1]["formulated_after"] = ["offer", "plea"]
    best(offer(data), 0.2, 0.6, 0.5)


def fitted_to_what_speaks_against(data):
    data["hypotheses"][1]["formulated_after"] = ["offer", "plea"]


def known_before(data):
    offer(data)["known_before_prior"] = True


def known_but_flat(data):
    known_before(data)
    best(offer(data), 0.3, 0.3, 0.3)


def locked(data):
    held = bt.lock_codings(EvidenceSet.model_validate(data), coder="two", locked_on="2026-03-01")
    data["locked"] = [held.model_dump(mode="json")]


def changed_after_the_lock(data):
    locked(data)
    plea(data)["codings"][1]["values"]["loyalty"] = 0.7


def found_after_the_lock(data):
    """A reason is bettered, and the base coder changes her mind: neither is what was locked."""
    locked(data)
    plea(data)["codings"][1]["reason"] = "said at more length"
    best(plea(data), 0.6, 0.3, 0.3)


def judged_unseen(data):
    plea(data)["accessed"] = "2026-03-02"
    data["coders"][1]["coded_on"] = "2026-03-01"


def judged_when_seen(data):
    judged_unseen(data)
    plea(data)["codings"][1]["coded_on"] = "2026-03-02"


def only_models(data):
    made = {"kind": "model", "model": "m", "version": "1", "prompt": "Judge."}
    data["coders"] = [{"id": name, **made} for name in ("one", "two")]


def one_model(data):
    only_models(data)
    data["coders"][0] = {"id": "one"}


def in_an_event(change=None):
    """The plea becomes what two papers report."""

    def told(data):
        items = data["cases"][0]["items"]
        codings = items[0]["codings"]
        data["cases"][0]["events"] = [
            {"id": "pleading", "label": "A plea", "step": "claim", "episodes": ["grant"], "codings": codings}
        ]
        rates = {"hit": 0.9, "false_report": 0.2}
        for key in ("times", "post"):
            data["sources"].append({"id": key, "type": "article", "title": key, "reliability": rates})
        reports = [
            {
                "id": f"in_{key}",
                "paraphrase": f"{key} says so",
                "date": "1971",
                "event": "pleading",
                "source": {"key": key},
            }
            for key in ("times", "post")
        ]
        data["cases"][0]["items"] = [items[1], *reports]
        if change:
            change(data["cases"][0]["events"][0], reports)

    return told


@pytest.mark.parametrize(
    ("code", "fault", "where", "said"),
    [
        ("A01", late, "items.plea.date", "dated 1973, after grant (1972-12-22)"),
        ("A02", restating, "items.plea", "restates the outcome but discriminates"),
        ("A02", restating_condition, "items.plea", "restates the loyal but discriminates"),
        (
            "A03",
            one_document,
            "episodes.grant",
            "plea, offer come from one document (letter) but are not in one cluster",
        ),
        (
            "A04",
            twice_discounted,
            "sources.letter.reliability",
            "offer, plea share this uncertain source and the cluster box",
        ),
        ("A05", useless_source, "sources.letter.reliability", "hit 0.3 is no higher than false report 0.3"),
        ("A06", heavy_item, "items.plea", "41 dB between hypotheses for grant"),
        ("A07", heavy_sum, "episodes.grant", "70 dB between the two best-supported hypotheses"),
        ("A08", heavy_sum, "hypotheses.loyalty", "no item is less likely under it than under a rival"),
        ("A09", unhurt, "cases.island", "every discriminating item favours loyalty"),
        ("A10", uncited, "items.plea", "no source, but 3.5 dB between hypotheses"),
        ("A11", absence, "items.plea.search", "without a search record"),
        ("A11", absence_claimed, "items.plea.search", "without a search record"),
        ("A12", step_without_item, "cases.island", "no item for motive of loyalty"),
        ("A13", busy_item, "items.plea", "bears on 5 episodes"),
        ("A14", lopsided, "items.plea.loyalty", "the range 0.05 to 0.6 around 0.5 is 7.3 times as wide"),
        ("A15", no_residual, "hypotheses", "no residual"),
        (
            "E16",
            dangling_scenario,
            "scenarios.less",
            "items.offer.given: is coded given plea, which is dropped",
        ),
        ("E25", unreadable, "scenarios.less", "scenarios/less.yaml:2  dropp: unknown key"),
        ("A17", look_alikes, "clusters.box_1", "is easily confused with Box-01"),
        ("A17", one_letter_off, "clusters.container", "is easily confused with containers"),
        (
            "A19",
            cut_chain,
            "items.memo.given",
            "is coded given offer, which does not bear on grant, so its link to plea",
        ),
        (
            "A20",
            given_in_cluster,
            "items.offer.given",
            "is coded given plea and shares the cluster box with it",
        ),
        ("A21", twins, "items.plea", "offer from another source has the same date and the same likelihoods"),
        (
            "A22",
            outdated,
            "scenarios.less.base_digest",
            "was written for the digest 0123456789ab, but the set is now",
        ),
        ("E23", at_odds, "preferred", "cannot be combined: scenario more:"),
        ("A24", compound, "hypotheses.loyalty+bargain.prior", "prior 0.2 for a compound of reasons"),
        (
            "A30",
            fitted,
            "hypotheses.bargain.formulated_after",
            "was formed after offer, which now speak for it",
        ),
        ("A31", known_before, "items.offer", "was known when the prior was stated"),
        (
            "A32",
            changed_after_the_lock,
            "locked.0",
            "2 codings of two were locked on 2026-03-01; since then plea was changed; say why",
        ),
        ("A33", judged_unseen, "items.plea.accessed", "2026-03-02, after two had judged it (2026-03-01)"),
        ("A34", only_models, "coders", "every coder is a model"),
        ("A18", silent_coder, "coders.two", "has not coded 1 of the base coder's judgements (plea for grant"),
    ],
)
def test_a_fault_is_named_where_it_stands(code, fault, where, said):
    found = [each for each in bt.check(make(fault)) if each.code == code]
    assert [each.path for each in found] == [where]
    assert said in found[0].message
    assert found[0].reason
    assert found[0].reference
    assert str(found[0]) == f"{code} {where}: {found[0].message}"
    assert found[0].is_error == code.startswith("E")


@pytest.mark.parametrize(
    ("code", "mended"),
    [
        ("A01", late_but_flagged),
        ("A02", restating_flat),
        ("A03", one_document_clustered),
        ("A04", once_discounted),
        ("A05", useful_source),
        ("A06", heavy_but_decisive),
        ("A07", just_under_the_sum),
        ("A10", uncited_but_light),
        ("A11", absence_searched),
        ("A13", busy_in_aggregates),
        ("A19", whole_chain),
        ("A19", chain_elsewhere),
        ("A20", given_in_idle_cluster),
        ("A21", twins_of_one_source),
        ("A21", twins_on_other_days),
        ("A22", up_to_date),
        ("E23", in_order),
        ("A24", cheap_compound),
        ("A15", residual_in_a_scenario),
        ("E16", residual_in_a_scenario),
        ("E16", tidy_scenario),
        ("A17", different_numbers),
        ("A30", fitted_to_what_speaks_against),
        ("A31", known_but_flat),
        ("A32", locked),
        ("A32", found_after_the_lock),
        ("A33", judged_when_seen),
        ("A34", one_model),
    ],
)
def test_the_mended_fault_is_not_named(code, mended):
    assert code not in [each.code for each in bt.check(make(mended))]


@pytest.mark.parametrize(
    ("code", "where", "change"),
    [
        ("A01", "items.in_post.date", lambda event, reports: reports[1].update({"date": "1973"})),
        ("A02", "events.pleading", lambda event, reports: event.update({"restates": ["outcome"]})),
        ("A11", "items.in_post.search", lambda event, reports: reports[1].update({"found": "absent", "detection": 0.5})),
        ("A18", "coders.two", lambda event, reports: event.update({"codings": event["codings"][:1]})),
    ],
)  # fmt: skip
def test_events_and_their_reports_are_asked_about_too(code, where, change):
    assert bt.check(make(in_an_event())) == []
    assert [(each.code, each.path) for each in bt.check(make(in_an_event(change)))] == [(code, where)]


def test_a_sound_set_gets_no_advice():
    assert bt.check(make()) == []


def test_every_check_has_a_test():
    files = Path(__file__).parent.glob("test_*.py")
    tested = {code for file in files for code in re.findall(r'"(A\d\d)"', file.read_text("utf-8"))}
    assert {code for code in CHECKS if code.startswith("A")} <= tested


def test_the_arms_set_is_told_of_its_known_anachronisms():
    # oddities O-04, O-15, O-20 of the close reading, and JO-04 of 1966 for 1964-65
    arms = arms_set()
    late_items = {each.where[1] for each in bt.check(arms) if each.code == "A01"}
    assert late_items == {"TW-20", "TW-40", "TW-41", "T10-03", "JO-04"}
    criticised = bt.apply_scenario(arms, "source_criticised")
    assert "A01" not in [each.code for each in bt.check(criticised)]


def test_a_ratio_above_one_is_looked_at_as_any_coding():
    es = bt.read_evidence_set("evidence_sets/chile_tax_reform_2005")
    codings = [(item, each) for item in es.items.values() for each in item.codings if each.reference]
    found = [(each.reference, best_db(es, item, each)) for item, each in codings]
    assert all(db[reference] == 0 for reference, db in found)
    assert max(max(db.values()) for _, db in found) > 1
    assert bt.report.markdown(bt.report.gather(es))
