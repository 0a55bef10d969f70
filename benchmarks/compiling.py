"""What it costs to compile, update, read and check, by link and against others, in one process.

Run it from the top of the repository: python benchmarks/compiling.py [--most 100000]
The comparison with pyAgrum is left out where it is not installed (pip install bayes-trace[bench]).
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

import bayes_trace as bt
from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.values import CodingUnit
from bayes_trace.likelihood.columns import Columns, Rates, from_columns
from bayes_trace.likelihood.elicited import Codings
from bayes_trace.likelihood.labelled import texts

PER_EPISODE, HYPOTHESES = 30, ("A", "B", "C", "D")
ROUNDS = 5


def seconds(function: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Least processor time of some rounds."""
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 15) -> float:
    """How many times as long ours takes: the median over rounds in which both have their turn."""
    return float(np.median([seconds(ours, 3) / seconds(theirs, 3) for _ in range(rounds)]))


# --- sets as a reader gives them -----------------------------------------------------------------


def item(episode: int, number: int, rng: np.random.Generator, kind: str) -> dict[str, object]:
    """One item: plain, with ranges, or with all that ties items together."""

    def value() -> object:
        best = round(float(rng.uniform(0.1, 0.9)), 3)
        return (
            best if kind == "plain" else {"low": round(0.6 * best, 4), "best": best, "high": (1 + best) / 2}
        )

    values = {name: value() for name in HYPOTHESES}
    found: dict[str, object] = {
        "id": f"i{episode}_{number}",
        "paraphrase": f"what item {number} of {episode} says",
    }
    found |= {"episodes": [f"e{episode}"], "date": "1969", "codings": [{"values": values}]}
    if kind == "tied":
        found |= tied(episode, number, values)
    return found


def tied(episode: int, number: int, values: dict[str, object]) -> dict[str, object]:
    """A cluster, a fact, something given, a source, a search in vain, in turn."""
    other = dict(zip(HYPOTHESES, reversed(values.values()), strict=True))
    ways: list[dict[str, object]] = [
        {"cluster": f"k{episode}"},
        {"reading": f"r{episode}", "codings": [{"readings": {"u": values, "v": other}}]},
        {"given": [f"i{episode}_{number - 1}"]},
        {"source": {"key": f"s{episode // 10}"}},
        {"found": "absent", "detection": 0.5},
    ]
    return ways[number % len(ways)]


def a_set(n_links: int, kind: str) -> EvidenceSet:
    """So many items, thirty to an episode."""
    rng = np.random.default_rng(0)
    n = -(-n_links // PER_EPISODE)
    places = [divmod(number, PER_EPISODE) for number in range(n_links)]
    rates = {"hit": 0.8, "false_report": 0.1}
    return EvidenceSet.model_validate(
        {
            "version": 1,
            "id": "large",
            "title": "A large set",
            "question": "Which?",
            "hypotheses": [{"id": h, "label": h, "statement": h, "prior": 0.25} for h in HYPOTHESES],
            "base_coder": "a",
            "coders": [{"id": "a"}],
            "clusters": [{"id": f"k{e}", "correlation": 0.4} for e in range(n)],
            "readings": [{"id": f"r{e}", "options": {"u": 0.6, "v": 0.4}} for e in range(n)],
            "sources": [
                {"id": f"s{e}", "type": "document", "title": "s", "reliability": rates}
                for e in range(n // 10 + 1)
            ],
            "cases": [
                {
                    "case": "c",
                    "label": "c",
                    "episodes": [{"id": f"e{e}", "label": f"e{e}", "outcome": "something"} for e in range(n)],
                    "items": [item(*place, rng, kind) for place in places],
                }
            ],
        }
    )


def compiling(most: int) -> None:
    """Microseconds per link beyond the first thousand."""
    print(
        "compile_evidence, us per link beyond 1,000 (aim: at most 10), and the digest of the set, taken once"
    )
    for kind in ("plain", "ranges", "tied"):
        base = 0.0
        for n in (1_000, 10_000, 100_000):
            if n > most:
                break
            evidence_set = a_set(n, kind)
            digest = 1e6 * seconds(lambda es=evidence_set: es.digest, 1) / n
            took = seconds(lambda es=evidence_set: bt.compile_evidence(es), 3)
            base = base or took
            each = (
                f"{1e6 * (took - base) / (n - 1_000):6.2f} us"
                if n > 1_000
                else f"{1e3 * took:6.2f} ms in all"
            )
            print(f"  {kind:7} {n:8,} {each}; digest {digest:6.2f} us")


# --- one episode, and many --------------------------------------------------------------------


def table() -> dict[str, dict[str, float]]:
    """Thirty items of one episode."""
    values = np.random.default_rng(1).uniform(0.1, 0.9, (PER_EPISODE, len(HYPOTHESES))).round(3)
    return {f"x{n}": dict(zip(HYPOTHESES, row, strict=True)) for n, row in enumerate(values.tolist())}


def agrum() -> Callable[[], object] | None:
    """PyAgrum's inference in a network of thirty items that is built already; none where it is not installed."""
    try:
        import pyagrum as gum
    except ImportError:
        return None

    net = gum.BayesNet()
    root = net.add(gum.LabelizedVariable("h", "h", len(HYPOTHESES)))
    net.cpt(root).fillWith([1 / len(HYPOTHESES)] * len(HYPOTHESES))
    for name, row in table().items():
        node = net.add(gum.LabelizedVariable(name, name, 2))
        net.addArc(root, node)
        net.cpt(node).fillWith([p for value in row.values() for p in (1 - value, value)])

    def infer() -> object:
        engine = gum.LazyPropagation(net)
        engine.setEvidence(dict.fromkeys(table(), 1))
        engine.makeInference()
        return engine.posterior("h")

    return infer


def one_episode() -> None:
    """The fixed cost."""
    steps: dict[str, Callable[[], object]] = {
        "from_table": lambda: bt.from_table(table()),
        "from_table, compile_evidence": lambda: bt.compile_evidence(bt.from_table(table())),
        "all three": lambda: bt.update(bt.compile_evidence(bt.from_table(table()))),
    }
    shown = (f"{name} {1e3 * seconds(step, 30):.2f}" for name, step in steps.items())
    print("one episode of 30 items, ms: " + ", ".join(shown))
    if network := agrum():
        print(f"  times pyAgrum's inference: {ratio(steps['all three'], network):.1f} (aim: at most 8)")


def many(n: int) -> xr.Dataset:
    """So many episodes of thirty plain items, compiled from columns."""
    rng, n_links = np.random.default_rng(2), n * PER_EPISODE
    best = rng.uniform(0.1, 0.9, (n_links, len(HYPOTHESES)))
    none, rate = np.zeros((0, len(HYPOTHESES), 3)), np.zeros(0, dtype=bool)
    start = bt.compile_evidence(bt.from_table(table()))
    episodes = np.array([f"e{number}" for number in range(n)])
    index = np.repeat(np.arange(n), PER_EPISODE)
    zero = np.zeros(n_links, dtype=np.int64)
    places = np.stack([zero, np.arange(n_links), zero], axis=1)
    kept = {name: (v.dims, v.values) for name, v in start.variables.items() if "episode" not in v.dims}
    frame = {name: kept[name] for name in ("core_share", "written_share")}
    coords = ("hypothesis", "coder", "core", "written", "hypothesis_label", "witness")
    return from_columns(
        Columns(
            frame={**frame, "prior": (("episode", "hypothesis"), np.full((n, len(HYPOTHESES)), 0.25))},
            frame_coords={**{name: kept[name] for name in coords}, "episode": ("episode", episodes)},
            attrs=start.attrs,
            compounds={},
            names={
                "link": ("link", np.arange(n_links)),
                "entry": ("entry", np.arange(n_links)),
                "link_episode": ("link", episodes[index]),
                "source": texts("source", ()),
                "cluster": texts("cluster", ()),
            },
            episode_index=index,
            link_kind=zero,
            cluster_index=np.full(n_links, -1),
            option_probability=np.ones((n_links, 1)),
            entry_link=np.arange(n_links),
            entry_role=zero,
            says_no=np.zeros(n_links, dtype=bool),
            absent=np.zeros(n_links, dtype=bool),
            source_index=np.full(n_links, -1),
            rates=Rates(none, none, none, none, rate),
            correlation=np.zeros((0, 3)),
            codings=Codings(
                places=places,
                numbers=np.repeat(best[..., None], 3, axis=-1),
                form=zero,
                known=[CodingUnit.PROBABILITY.form],
                anchor=np.ones((n_links, 3)),
                reference=np.full(n_links, -1),
            ),
        )
    )


def bare(evidence: xr.Dataset) -> Callable[[], np.ndarray]:
    """Bayes' rule in NumPy over the same arrays, and nothing else."""
    log_prior = np.log(evidence["prior"].values)
    rows, index = evidence["log_likelihood"].values[0], evidence["episode_index"].values
    starts = np.flatnonzero(np.diff(index, prepend=-1))

    def posterior() -> np.ndarray:
        joint = log_prior + np.add.reduceat(rows, starts, axis=0)
        joint -= joint.max(axis=1, keepdims=True)
        np.exp(joint, out=joint)
        return joint / joint.sum(axis=1, keepdims=True)

    return posterior


def updating(most: int) -> None:
    """Cost per episode."""
    print(
        "update, us per episode of 30 items; against bare NumPy (aim: 2); times faster than pyAgrum (aim: 500)"
    )
    network = agrum()
    for n in (100, 1_000, 10_000, 100_000):
        if n * PER_EPISODE > 30 * most:
            break
        evidence = many(n)

        def ours(evidence: xr.Dataset = evidence) -> xr.Dataset:
            return bt.update(evidence)

        faster = f"{n / ratio(ours, network):8.0f}" if network else ""
        print(f"  {n:8,} {1e6 * seconds(ours) / n:8.2f} {ratio(ours, bare(evidence)):6.1f} {faster}")


def reading(most: int) -> None:
    """Reading a folder, with its check, by item."""
    print("reading and checking a folder, us per item")
    for n in (500, 1_000, 2_000, 5_000, 10_000):
        if n > most:
            break
        with TemporaryDirectory() as folder:
            home = Path(folder) / "set"
            bt.write_evidence_set(a_set(n, "tied"), home)
            read = seconds(lambda at=home: bt.read_evidence_set(at), 1)
            es = bt.read_evidence_set(home)
            checked = seconds(lambda es=es: bt.check(es), 1)
        print(
            f"  {n:8,} read {1e6 * read / n:8.1f} check {1e6 * checked / n:8.1f}; {read + checked:.2f} s in all"
        )


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000, help="links of the largest set")
    parser.add_argument("--only", choices=("compiling", "one", "updating", "reading"))
    chosen = parser.parse_args()
    tables: dict[str, Callable[[], None]] = {
        "one": one_episode,
        "updating": lambda: updating(chosen.most),
        "compiling": lambda: compiling(chosen.most),
        "reading": lambda: reading(chosen.most),
    }
    for name, print_table in tables.items():
        if chosen.only in (None, name):
            print_table()


if __name__ == "__main__":
    main()
