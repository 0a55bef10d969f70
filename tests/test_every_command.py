"""What `check` calls sound no later command refuses: random sets, every command, every format."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import Phase, assume, given, settings

import bayes_trace as bt
from bayes_trace.evidence import EvidenceSet
from tests.command import call
from tests.dressed import dressed
from tests.search import DEEP, many


def _quickly(es, folder, out):
    """One command of every kind."""
    yield ["update", folder, "--json"]
    yield ["explain", folder, next(name for name, each in es.episodes.items() if each.scored)]
    yield [
        "report",
        folder,
        "--out",
        out / "report",
        "--format",
        "md,html",
        "--no-figures",
        "--detail",
        "full",
    ]
    yield from _exchanged(folder, out)


def _exchanged(folder, out):
    yield ["export", folder, "--out", out / "set.xlsx"]
    yield ["import", out / "set.xlsx", "--out", out / "again"]


def _every(es, folder, out):
    """Every command that takes a set, with most of what it may be asked."""
    yield from (["update", folder], ["update", folder, "--point", "mean"], ["sensitivity", folder])
    yield from (
        ["table", folder, "hypotheses"],
        ["lock", folder],
        ["cite", folder, *(s.id for s in es.sources)],
    )
    yield ["cite", folder, "--style", "apa", *es.items]
    for episode in (name for name, each in es.episodes.items() if each.scored):
        yield ["explain", folder, episode]
        yield ["table", folder, f"ledger:{episode}", "--format", "tex"]
    for coder in es.coder_ids[1:]:
        yield from (["update", folder, "--coder", coder], ["update", folder, "--pool", "log"])
        yield ["explore", folder, "--blind", "--coder", coder, "--out", out / f"{coder}.html"]
    for name in es.scenarios:
        yield from (["update", folder, "--scenario", name], ["compare", folder, "-s", name])
        yield ["report", folder, "--scenario", name, "--out", out / name]
    if any(item.found == "planned" for item in es.items.values()):
        yield ["plan", folder]
    yield ["report", folder, "--out", out / "report", "--format", "md,html,tex,docx", "--detail", "full"]
    yield ["verify", out / "report"]
    yield ["update", folder, "--out", out / "update.nc"]
    yield ["sensitivity", folder, "--out", out / "sensitivity"]
    yield ["explore", folder, "--out", out / "appendix.html"]
    yield ["sample", folder, "--sampler", "direct", "--draws", "5", "--chains", "1", "--seed", "1"]
    yield ["export", folder, "--out", out / "set.csv"]
    yield from _exchanged(folder, out)


#: a set takes so long that making a smaller one of what failed would not come to its end
@settings(max_examples=many(60, quick=3), phases=(Phase.reuse, Phase.generate))
@given(data=dressed())
def test_what_is_sound_for_check_never_fails_later(data):
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        es = EvidenceSet.model_validate(data)
        folder = bt.write_evidence_set(es, out / "set")
        assume(call("check", folder).returncode == 0)
        for command in (_every if DEEP else _quickly)(es, folder, out):
            done = call(*command)
            assert done.returncode == 0, (command, done.stderr)
        assert bt.read_evidence_set(out / "again").content == es.content
