"""What `check` calls sound no later command refuses: random sets, every command."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given

import bayes_trace as bt
from tests.command import call
from tests.search import DEEP, examples
from tests.strategies import sets


def _commands(folder, es, out):
    """Every command that takes a set."""
    episode = es.cases[0].episodes[0].id
    first = es.items[next(iter(es.items))]
    yield ["check", folder]
    yield ["update", folder, "--json"]
    yield ["sensitivity", folder]
    yield ["explain", folder, episode]
    yield ["compare", folder, "base", "base"]
    yield ["table", folder, "episodes"]
    yield ["report", folder, "--out", out / "report", "--format", "md,html,docx,tex" if DEEP else "md"]
    yield ["export", folder, "--out", out / "set.xlsx"]
    yield ["export", folder, "--out", out / "set.csv"]
    yield ["import", out / "set.xlsx", "--out", out / "again"]
    if first.source:
        yield ["cite", folder, first.source.key]


@examples(10)
@given(es=sets(max_items=2))
def test_a_sound_set_never_fails_later(es):
    with tempfile.TemporaryDirectory() as name:
        folder = bt.write_evidence_set(es, Path(name) / "set")
        for command in _commands(folder, es, Path(name)):
            done = call(*command)
            assert done.returncode in (0,), (command, done.stderr)
        assert bt.read_evidence_set(Path(name) / "again").content == es.content
