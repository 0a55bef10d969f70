"""Numbers of the shipped sets move only with a definition or a coding, and the changelog says which."""

from __future__ import annotations

import json

import pytest

from tests import golden

MOVED = (
    "{}: the answer has moved, first at {}: was {}, is {}. If a definition or a coding was changed on purpose, say in "
    "CHANGELOG.md which and why, then run python -m tests.golden"
)


def flat(table, path=()):
    if not isinstance(table, dict):
        return {path: table}
    return {where: value for key, each in table.items() for where, value in flat(each, (*path, key)).items()}


def test_every_shipped_set_is_kept():
    assert sorted(each.stem for each in golden.HOME.glob("*.json")) == golden.names()


@pytest.mark.parametrize("name", golden.names())
def test_the_numbers_of_a_shipped_set_stay(name):
    kept = flat(json.loads((golden.HOME / f"{name}.json").read_text("utf-8")))
    now = flat(golden.results(name))
    for where in {**kept, **now}:
        was, is_ = kept.get(where), now.get(where)
        near = None not in (was, is_) and abs(was - is_) <= 2 * 10**-golden.DIGITS
        assert near, MOVED.format(name, ", ".join(where), was, is_)
