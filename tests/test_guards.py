"""Who judged and when: coders of kind model, locks, hypotheses formed after the evidence, words with their rights."""

import copy
import json

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace import sensitivity
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.exact.pools import voices
from bayes_trace.report import gather, markdown
from tests.command import call
from tests.sound import SOUND, plea

MODEL = {"kind": "model", "model": "m", "version": "1", "prompt": "How probable is the item?"}


def problems(change):
    data = copy.deepcopy(SOUND)
    change(data)
    return [
        f"{'.'.join(map(str, each.where))}: {each.message}"
        for each in list_problems(EvidenceSet.model_validate(data))
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda data: data["coders"][1].update(kind="model", model="m", version="1"),
            "coders.two.prompt: missing for a coder of kind model; say what it was asked",
        ),
        (
            lambda data: data["coders"][1].update(prompt="Judge."),
            "coders.two.prompt: is for models, but the coder is a person",
        ),
        (
            lambda data: data["hypotheses"][0].update(formulated_after=["plaa"]),
            "hypotheses.loyalty.formulated_after: no item or event 'plaa'; expected one of: plea, offer",
        ),
        (
            lambda data: plea(data).update(excerpt="as friends"),
            "items.plea.rights: missing; say by what right",
        ),
        (
            lambda data: plea(data).update(translation="as friends"),
            "items.plea.translation: there is no excerpt that it belongs to",
        ),
        (
            lambda data: plea(data).update(
                excerpt="als Freunde", rights="quotation", translation="as friends"
            ),
            "items.plea.language: missing; say in which language",
        ),
        (
            lambda data: data.update(locked=[{"coder": "three", "codings": {"plea": "0123abcd"}}]),
            "locked.0.coder: no coder 'three'; expected one of: one, two",
        ),
    ],
)
def test_what_cannot_be_is_refused(change, said):
    assert any(each.startswith(said) for each in problems(change)), problems(change)


def test_an_item_without_a_source_or_address_was_not_seen_anywhere():
    def change(data):
        del plea(data)["source"]
        plea(data)["accessed"] = "2026"

    assert "items.plea.accessed: nothing that could be seen; give the url, or leave this out" in problems(
        change
    )


def three(kinds, *, witness=None):
    """Three coders of one memo: .9, .9 and .5 against .1, .1 and .5."""
    data = copy.deepcopy(SOUND)
    data["hypotheses"] = [{**each, "prior": 0.5} for each in data["hypotheses"][:2]]
    names = ("one", "two", "three")
    data["coders"] = [
        {"id": name, **(MODEL if kind == "model" else {}), **({"witness": witness} if witness else {})}
        for name, kind in zip(names, kinds, strict=True)
    ]
    data["cases"][0]["items"] = [plea(data)]
    values = [(0.9, 0.1), (0.9, 0.1), (0.5, 0.5)]
    plea(data)["codings"] = [
        {"coder": name, "values": {"loyalty": a, "bargain": b}}
        for name, (a, b) in zip(names, values, strict=True)
    ]
    es = EvidenceSet.model_validate(data)
    assert list_problems(es) == []
    return bt.compile_evidence(es)


def loyalty(posterior):
    return float(posterior["probability"].sel(hypothesis="loyalty").item())


@pytest.mark.parametrize(
    ("kinds", "witness", "odds"),
    [
        (("person", "person", "person"), None, 9 ** (2 / 3)),
        (("model", "model", "person"), None, 9 ** (1 / 2)),  # two models, one witness
        (("person", "person", "person"), "class", 9 ** (2 / 3)),  # all one witness: an even mean again
    ],
)
def test_models_count_as_one_witness_in_the_log_pool(kinds, witness, odds):
    evidence = three(kinds, witness=witness)
    assert loyalty(bt.update(evidence, pool="log")) == pytest.approx(odds / (1 + odds), abs=1e-12)
    assert loyalty(sensitivity.pool(evidence)) == pytest.approx(odds / (1 + odds), abs=1e-12)


def test_models_count_as_one_witness_in_the_linear_pool():
    evidence = three(("model", "model", "person"))
    assert loyalty(bt.update(evidence, pool="linear")) == pytest.approx((0.9 + 0.5) / 2, abs=1e-12)
    assert loyalty(sensitivity.pool(evidence, how="linear")) == pytest.approx((0.9 + 0.5) / 2, abs=1e-12)


def test_weights_of_coders_tell_otherwise():
    evidence = three(("model", "model", "person"))
    told = sensitivity.pool(evidence, how="linear", weights={"one": 1, "two": 1, "three": 1})
    assert loyalty(told) == pytest.approx((0.9 + 0.9 + 0.5) / 3, abs=1e-12)


def test_a_witness_keeps_its_weight_where_one_of_its_coders_is_silent():
    evidence = three(("model", "model", "person"))
    spoken = np.array([[True, True], [True, False], [True, True]])
    np.testing.assert_allclose(voices(evidence, spoken), [[0.25, 0.5], [0.25, 0], [0.5, 0.5]])


def test_locks_are_printed_for_the_set_file_and_change_no_number():
    shown = call("lock", "evidence_sets/chile_tax_reform_2005", "--on", "2026-03-01", "--json")
    held = json.loads(shown.stdout)
    chile = bt.read_evidence_set("evidence_sets/chile_tax_reform_2005")
    assert held == bt.lock_codings(chile, locked_on="2026-03-01").model_dump(mode="json")
    assert set(held["codings"]) == set(chile.items)
    kept = chile.model_copy(update={"locked": (bt.lock_codings(chile),)})
    assert kept.digest == chile.digest
    assert "A32" not in [each.code for each in bt.check(kept)]


def test_locks_of_an_unknown_coder():
    chile = bt.read_evidence_set("evidence_sets/chile_tax_reform_2005")
    with pytest.raises(bt.UnknownNameError, match="no coder named 'nobody'"):
        bt.lock_codings(chile, coder="nobody")


def test_a_lock_names_what_is_gone_and_what_was_added():
    chile = bt.read_evidence_set("evidence_sets/chile_tax_reform_2005")
    held = bt.lock_codings(chile)
    first = next(iter(held.codings))
    rest = {name: digest for name, digest in held.codings.items() if name != first}
    later = held.model_copy(update={"codings": {**rest, "no_more": "0" * 16}})
    (advice,) = (
        each for each in bt.check(chile.model_copy(update={"locked": (later,)})) if each.code == "A32"
    )
    assert f"{first} was added" in advice.message
    assert "no_more is gone" in advice.message


def test_the_report_shows_words_with_their_rights_models_and_locks():
    data = copy.deepcopy(SOUND)
    data["coders"][1].update(MODEL, label="A machine")
    plea(data).update(
        excerpt="als Freunde",
        rights="public domain",
        language="de",
        translation="as friends",
        url="https://example.org/plea",
        accessed="2026-02-03",
    )
    data["locked"] = [bt.lock_codings(EvidenceSet.model_validate(data)).model_dump(mode="json")]
    text = markdown(gather(EvidenceSet.model_validate(data)), detail="full")
    assert "“als Freunde” (de, public domain). That is: “as friends”" in text
    assert "<https://example.org/plea>, seen 3 February 2026." in text
    assert "**Coder A machine** is a model: m, 1. It was asked: How probable is the item?" in text
    assert "**Locked.** 2 codings of one were locked; none was changed since." in text
