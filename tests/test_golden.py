"""Numbers of the shipped sets move only with a definition or a coding, and the changelog says which."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import golden

MOVED = (
    "{}: the answer has moved, first at {}: was {}, is {}. If a definition or a coding was changed on purpose, say in "
    "a fragment of changelog.d which and why, run python -m tests.golden, and put the seal that it prints beside the reason"
)


def flat(table, path=()):
    if not isinstance(table, dict):
        return {path: table}
    return {where: value for key, each in table.items() for where, value in flat(each, (*path, key)).items()}


def test_every_shipped_set_is_kept():
    assert sorted(each.stem for each in golden.HOME.glob("*.json")) == golden.names()


@pytest.mark.parametrize("name", golden.names())
def test_the_changelog_tells_of_every_move(name):
    """Each table that is kept has a seal, and the entry that says why its numbers moved names it."""
    root = Path(__file__).parents[1]
    told = [root / "CHANGELOG.md", *sorted((root / "changelog.d").glob("*.number.md"))]
    seal = f"`{name}` {golden.seal(name)}"
    assert any(seal in " ".join(each.read_text("utf-8").split()) for each in told), (
        f"the changelog does not say {seal}: add changelog.d/+words.number.md, which says what moved the numbers, and why"
    )


@pytest.mark.parametrize("name", golden.names())
def test_the_numbers_of_a_shipped_set_stay(name):
    kept = flat(json.loads((golden.HOME / f"{name}.json").read_text("utf-8")))
    now = flat(golden.results(name))
    for where in {**kept, **now}:
        was, is_ = kept.get(where), now.get(where)
        near = None not in (was, is_) and abs(was - is_) <= 2 * 10**-golden.DIGITS
        assert near, MOVED.format(name, ", ".join(where), was, is_)
