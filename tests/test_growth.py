"""What work grows with, counted in instructions, calls, array passes and bytes: no clock, and no machine, is looked at."""

from __future__ import annotations

import gc
import inspect
import subprocess
import sys
import traceback
import tracemalloc
from contextlib import ExitStack

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace import sensitivity
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.exact import updating
from bayes_trace.guards.memory import collector_paused
from bayes_trace.likelihood import effective
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.sensitivity import arrays, ranges
from tests.build import HYPOTHESES, item, make_set, source

PER_EPISODE = 6
#: twice the items may cost twice as much, and a little for what is sorted
TWICE = 2.15
FEW, MANY = 10, 20


def tied(episode):
    """Items of every kind on one episode: plain, clustered, given, reported, searched in vain, on a fact."""
    name = f"e{episode}"
    values = [{"A": 0.2 + 0.1 * n, "B": 0.7 - 0.1 * n, "C": 0.3} for n in range(PER_EPISODE)]
    more = [
        {},
        {"cluster": f"k{episode}"},
        {"cluster": f"k{episode}", "given": [f"{name}_0"]},
        {"source": {"key": f"s{episode}"}},
        {"found": "absent", "detection": 0.5},
        {"implications": [f"c{episode}"]},
    ]
    return [item(f"{name}_{n}", each, **more[n]) for n, each in enumerate(values)]


def large(n):
    """A set of n episodes, with as many clusters, sources and implications."""
    return make_set(
        {f"e{number}": tied(number) for number in range(n)},
        clusters=[{"id": f"k{number}", "correlation": 0.4} for number in range(n)],
        codebook=[{"id": f"c{number}", "text": f"code {number}"} for number in range(n)],
        readings=[{"id": f"r{number}", "options": {"u": 0.5, "v": 0.5}} for number in range(n)],
        sources=[source(f"s{number}", {"hit": 0.8, "false_report": 0.1}) for number in range(n)],
    )


def fresh(es):
    """The same set without what it has looked up before."""
    return EvidenceSet.model_construct(**{name: getattr(es, name) for name in EvidenceSet.model_fields})


@pytest.fixture(scope="module")
def sets():
    return {n: large(n) for n in (FEW, MANY)}


def instructions(function):
    """Instructions of Python that a call takes, those inside comprehensions among them."""
    count = 0

    def counted(code, offset):
        nonlocal count
        count += 1

    function()  # what is imported or compiled on first use
    monitoring = sys.monitoring
    tool = next(number for number in range(6) if monitoring.get_tool(number) is None)
    monitoring.use_tool_id(tool, "growth")
    try:
        monitoring.register_callback(tool, monitoring.events.INSTRUCTION, counted)
        monitoring.set_events(tool, monitoring.events.INSTRUCTION)
        function()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.register_callback(tool, monitoring.events.INSTRUCTION, None)
        monitoring.free_tool_id(tool)
    return count


WORK = {
    "problems": lambda es: list_problems(fresh(es)),
    "check": lambda es: bt.check(fresh(es)),
    "compile": lambda es: bt.compile_evidence(fresh(es)),
    "digest": lambda es: fresh(es).digest,
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_twice_the_items_take_twice_the_instructions(sets, work):
    few, many = (instructions(lambda es=es: work(es)) for es in sets.values())
    assert many < TWICE * few


def test_reading_takes_twice_the_instructions_for_twice_the_items(sets, tmp_path):
    counts = []
    for n, es in sets.items():
        bt.write_evidence_set(es, tmp_path / str(n))
        counts.append(instructions(lambda n=n: bt.read_evidence_set(tmp_path / str(n))))
    assert counts[1] < TWICE * counts[0]


def test_an_update_takes_no_instruction_more_for_twice_the_episodes(sets):
    few, many = (bt.compile_evidence(es) for es in sets.values())
    assert instructions(lambda: bt.update(many)) == pytest.approx(
        instructions(lambda: bt.update(few)), rel=0.02
    )


def calls(function):
    """Calls of Python functions, resumed generators among them, and of functions written in C."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    function()
    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(("work", "most"), [("compile", 125), ("problems", 120)])
def test_a_link_more_takes_few_calls(sets, work, most):
    few, many = (calls(lambda es=es: WORK[work](es)) for es in sets.values())
    assert (many - few) / ((MANY - FEW) * PER_EPISODE) < most


class Counting:
    """NumPy, which counts the functions that were handed an array of some size."""

    def __init__(self, inner, least):
        self.inner, self.least, self.passes = inner, least, []

    def __getattr__(self, name):
        found = getattr(self.inner, name)
        if isinstance(found, np.ufunc):
            return Ufunc(self, found)
        return self.noted(name, found) if inspect.isroutine(found) else found

    def noted(self, name, function):
        def call(*args, **kwargs):
            if any(isinstance(each, np.ndarray) and each.size >= self.least for each in args):
                self.passes.append(name)
            return function(*args, **kwargs)

        return call


class Ufunc:
    def __init__(self, counting, inner):
        self.counting, self.inner = counting, inner

    def __call__(self, *args, **kwargs):
        return self.counting.noted(self.inner.__name__, self.inner)(*args, **kwargs)

    def __getattr__(self, name):
        return self.counting.noted(name, getattr(self.inner, name))


def test_an_update_goes_over_the_links_few_times(sets, monkeypatch):
    plain = make_set(
        {f"e{n}": [item(f"e{n}_{i}", {"A": 0.8, "B": 0.3, "C": 0.4}) for i in range(30)] for n in range(20)}
    )
    evidence = bt.compile_evidence(plain)
    counting = Counting(np, evidence.sizes["link"] // 2)
    monkeypatch.setattr(updating, "np", counting)
    bt.update(evidence)
    # where episodes begin, their sums, two counts; no weight is below 1
    assert counting.passes == ["flatnonzero", "reduceat", "bincount", "count_nonzero"]


def test_compiling_takes_one_pass_over_the_likelihoods_of_a_plain_set(monkeypatch):
    es = make_set({"e": [item(f"x{n}", {"A": 0.8, "B": 0.3, "C": 0.4}) for n in range(50)]})
    seen = []

    class Noted:
        def __getattr__(self, name):
            found = getattr(NUMPY, name)

            def call(x, *args, **kwargs):
                seen.append((name, np.size(x)))
                return found(x, *args, **kwargs)

            return call

    monkeypatch.setattr(effective, "NUMPY", Noted())
    bt.compile_evidence(es)
    passes = [size for name, size in seen if name == "log_expit"]
    assert passes == [50 * len(HYPOTHESES)]


def peak(function):
    """Most bytes held at once beyond those held before."""
    function()
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_the_items_and_no_faster(sets):
    for work in WORK.values():
        few, many = (peak(lambda es=es, work=work: work(es)) for es in sets.values())
        assert many < 2.5 * few  # dictionaries grow in jumps


def test_an_update_holds_less_than_twice_the_likelihoods():
    """Nothing of the size of all links is copied but flags."""
    rows = {f"x{n}": {"A": 0.6, "B": 0.5} for n in range(3_000)}
    evidence = bt.compile_evidence(bt.from_table(rows))
    assert peak(lambda: bt.update(evidence)) < 2 * evidence["log_likelihood"].nbytes + 100_000


@pytest.mark.parametrize("question", [sensitivity.one_way, sensitivity.leave_one_out])
def test_questions_to_one_item_after_another_compute_each_likelihood_a_few_times(question, monkeypatch):
    """And not the whole episode once for each of its items."""
    cells = []

    def counted(structure, point, **options):
        rows = effective.effective_likelihood(structure, point, **options)
        cells.append(rows.size)
        return rows

    for module in (ranges, arrays):
        monkeypatch.setattr(module, "effective_likelihood", counted)
    sizes = []
    for n in (50, 100):
        rows = {f"x{k}": {"A": {"low": 0.4, "best": 0.6, "high": 0.7}, "B": 0.5} for k in range(n)}
        evidence = bt.compile_evidence(bt.from_table(rows))
        cells.clear()
        question(evidence)
        sizes.append(sum(cells))
    assert sizes[1] <= 2 * sizes[0]
    # each moves once for every hypothesis and end; to leave one out takes none
    assert sizes[1] <= 2 * 2 * 2 * 100


# --- depth ---------------------------------------------------------------------------------------

DEPTH = 300


@pytest.fixture
def shallow():
    """Room for fewer calls inside one another than there are items."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(list(traceback.walk_stack(None))) + DEPTH - 50)
    yield
    sys.setrecursionlimit(before)


def chain():
    """One episode of many items, each coded given the one before it."""
    values = [{"A": 0.5, "B": 0.45 if n % 3 else 0.6, "C": 0.4} for n in range(DEPTH)]
    given = [{"given": [f"x{n - 1}"]} if n else {} for n in range(DEPTH)]
    return {
        "e": [item(f"x{n}", each, **more) for n, (each, more) in enumerate(zip(values, given, strict=True))]
    }


def test_a_long_chain_of_conditions_goes_no_deeper(shallow):
    es = make_set(chain())
    assert bt.check(es)
    evidence = bt.compile_evidence(es)
    without = bt.sensitivity.leave_one_out(evidence)
    # with the first goes all
    prior = evidence["prior"].values[0]
    np.testing.assert_allclose(without.sel(left_out="x0", episode="e").values, prior, atol=1e-12)
    assert bt.update(evidence).probability.sel(hypothesis="A").item() > prior[0]


def test_many_items_that_discriminate_go_no_deeper(shallow):
    rows = {f"x{n}": {"A": 0.5, "B": 0.45 if n % 3 else 0.6} for n in range(DEPTH)}
    evidence = bt.compile_evidence(bt.from_table(rows))
    fewest = bt.sensitivity.fewest_items_to_flip(evidence)
    weight = np.log([0.5 / 0.6] * 100 + [0.5 / 0.45] * 200)
    left = np.cumsum(np.sort(weight)) < 0
    assert fewest["count"].item() == DEPTH - np.flatnonzero(left)[-1] - 1


def test_pauses_of_the_collector_that_overlap_end_with_the_last():
    """As two threads do: whoever begins second and ends last knows nothing of what was before."""
    before = gc.get_threshold()
    first, second = ExitStack(), ExitStack()
    for stack in (first, second):
        stack.enter_context(collector_paused())
    first.close()
    assert gc.get_threshold()[0] == 0
    second.close()
    assert gc.get_threshold() == before
    assert before[0] > 0


def test_a_library_imported_in_a_pause_does_not_think_the_collector_off():
    """dask's arrays remember at their import whether it was enabled, and restore that after every slice."""
    pytest.importorskip("dask.array")
    code = """
import gc
import bayes_trace as bt
bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
import dask.array as da
da.zeros(10, chunks=5)[:7]
print(gc.isenabled(), gc.get_threshold()[0] > 0)
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["True", "True"]
