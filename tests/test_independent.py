"""Independent work: the same bits here and on a cluster, whoever is ready first, and faults that name their piece."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from functools import partial

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace import errors, independent, sensitivity, simulation
from bayes_trace.errors import Problem
from bayes_trace.independent import all_done, connected
from bayes_trace.sampling.calibration import calibrate
from bayes_trace.summary.verdicts import gather_answers
from tests.build import item, make_set
from tests.command import call
from tests.synthetic import generative_set, simulate_found

#: of processes that die
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

WORK = {"one": 1, "two": 2, "three": 3}
TAY = "evidence_sets/tay_bridge_1879"


@pytest.fixture(scope="module")
def client():
    """A worker with two threads, to which everything is sent as to another machine."""
    from distributed import Client, LocalCluster

    here = {"processes": False, "protocol": "tcp://", "dashboard_address": None}
    with LocalCluster(n_workers=1, threads_per_worker=2, **here) as cluster, Client(cluster) as client:
        yield client


def half(number):
    if number == 2:
        message = "two is poisoned"
        raise ValueError(message)
    return number / 2


def test_results_come_by_name_in_the_order_given():
    told = []
    found = bt.map_independent(lambda x: x * x, WORK, progress=lambda *each: told.append(each))
    assert list(found.items()) == [("one", 1), ("two", 4), ("three", 9)]
    assert told == [("one", 1 / 3), ("two", 2 / 3), ("three", 1)]


GATE = threading.Event()


def _after_the_others(number):
    """The first piece ends only once another has begun: they stand side by side."""
    if number == 1:
        assert GATE.wait(60)
    else:
        GATE.set()
    return number * number


def test_the_order_is_that_given_whoever_is_ready_first(client):
    GATE.clear()
    told = []
    say = lambda name, _done: told.append(name)  # noqa: E731
    found = bt.map_independent(_after_the_others, WORK, client=client, progress=say)
    assert list(found.items()) == [("one", 1), ("two", 4), ("three", 9)]
    assert told[0] != "one"
    GATE.clear()
    assert list(all_done(_after_the_others, WORK, client=client).values()) == [1, 4, 9]


@pytest.mark.parametrize("there", [False, True])
def test_a_poisoned_piece_names_itself_and_the_rest_is_kept(there, request):
    where = request.getfixturevalue("client") if there else None
    with pytest.raises(bt.WorkError, match=r"^1 of 3 pieces of work could not be done; `kept`") as caught:
        bt.map_independent(half, WORK, client=where)
    assert str(caught.value).endswith(":\n  two: ValueError: two is poisoned")
    assert caught.value.failed == {"two": "ValueError: two is poisoned"}
    assert caught.value.kept == {"one": 0.5, "three": 1.5}
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("there", [False, True])
def test_what_a_function_is_handed_is_looked_at_here_and_there(there, request):
    where = request.getfixturevalue("client") if there else None
    sets = {"raw": bt.from_table({"memo": {"A": 0.8, "B": 0.2}})}
    with pytest.raises(
        bt.WorkError, match=r"raw: update: evidence is an evidence set, .* call bt.compile_evidence"
    ):
        bt.map_independent(bt.update, sets, client=where)


class StubbornError(Exception):
    """An error that does not survive a journey."""

    def __init__(self, *, why):
        super().__init__(f"because of {why}")


def _unsendable(number):
    if number == 1:
        raise StubbornError(why="pride")
    return threading.Lock() if number == 2 else number


def test_what_cannot_be_sent_is_told_in_words(client):
    with pytest.raises(bt.WorkError, match="2 of 3 pieces of work") as caught:
        bt.map_independent(_unsendable, WORK, client=client)
    assert caught.value.failed["one"] == "StubbornError: because of pride"
    assert "lock" in caught.value.failed["two"]
    assert caught.value.kept == {"three": 3}


def test_what_is_no_work_and_no_client_is_refused(monkeypatch):
    with pytest.raises(bt.WrongArgumentError, match=r"work is .1, 2., expected a mapping by name"):
        bt.map_independent(half, [1, 2])
    with pytest.raises(
        bt.WrongArgumentError, match=r"client is 3, expected a client of dask\.distributed or"
    ):
        bt.map_independent(half, WORK, client=3)
    with pytest.raises(bt.WrongArgumentError, match=r"client is 'here', expected .* or tcp://HOST:PORT"):
        bt.map_independent(half, WORK, client="here")
    monkeypatch.setattr(independent, "PATIENCE", 0.5)
    with pytest.raises(
        bt.BayesTraceError, match=r"no scheduler answers at tcp://127.0.0.1:9 .*dask scheduler"
    ):
        bt.map_independent(half, WORK, client="tcp://127.0.0.1:9")


STARTED = []


def _wait(number):
    """The first to begin ends at once, the others wait."""
    STARTED.append(number)
    if STARTED[0] != number:
        assert GATE.wait(60)


def test_a_stop_cancels_what_waits(client):
    def stop(_name, _done):
        raise KeyboardInterrupt("enough")

    GATE.clear()
    STARTED.clear()
    with pytest.raises(KeyboardInterrupt, match="enough"):
        bt.map_independent(_wait, {str(n): n for n in range(40)}, client=client, progress=stop)
    GATE.set()
    assert client.submit(len, STARTED, pure=False).result() < 10


ERRORS = [
    bt.EvidenceSetError("a set", [Problem(("a",), "wrong", "set.yaml", 3)]),
    bt.UnknownNameError("coder", "x", ["y"]),
    bt.ConvergenceError("no", failures=["probability"], draws={"a": 1}),
    bt.CyclicModelError(["a", "b"]),
    bt.BlockError("1 block", {"block": "bad"}),
    bt.ScenarioError("does not fit"),
    bt.MissingLetterWarning("x"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: type(each).__name__)
def test_errors_arrive_as_they_were(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_every_error_of_ours_can_be_sent():
    kinds = [each for name in errors.__all__ if isinstance(each := getattr(errors, name), type)]
    kinds = [each for each in kinds if issubclass(each, bt.BayesTraceError)]
    own = {each for each in kinds if each.__reduce__ is not bt.BayesTraceError.__reduce__}
    assert own == {errors.FileError}
    sent = pickle.loads(pickle.dumps(errors.FileError(13, "Permission denied", "a.csv")))
    assert (str(sent), sent.errno, sent.filename) == ("a.csv: Permission denied", 13, "a.csv")


# --- what the package does with it -----------------------------------------------------------


def drawn_set():
    """Two episodes with correlated clusters, whose findings are drawn and not gone through."""
    rows = {
        name: [item(f"{name}{n}", {"A": 0.6 + n / 20, "B": 0.3, "C": 0.2}, cluster="k") for n in range(4)]
        for name in ("e", "f")
    }
    return make_set(rows, clusters=[{"id": "k", "correlation": 0.4}])


QUESTIONS = {
    "replicates": lambda client: simulation.simulate(
        bt.compile_evidence(drawn_set()), truth="A", episode="e", replicates=25_000, seed=3, client=client
    ),
    "rates": lambda client: simulation.misleading_rates(bt.compile_evidence(drawn_set()), client=client),
    "diagnosands": lambda client: simulation.diagnosands(bt.compile_evidence(drawn_set()), client=client),
    "scenarios": lambda client: sensitivity.scenarios(bt.read_evidence_set(TAY), client=client),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_cluster_gives_the_same_bits(name, client):
    here, there = (QUESTIONS[name](where) for where in (None, client))
    assert there.identical(here)


def test_a_survey_on_a_cluster_is_that_of_this_process(client):
    es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    assert sensitivity.survey(es, client=client).identical(sensitivity.survey(es))


def test_verdicts_on_a_cluster_are_those_of_this_process(client):
    told = []
    es = bt.read_evidence_set(TAY)
    there = gather_answers(es, client=client, progress=lambda what, _done: told.append(what))
    assert there == gather_answers(es)
    assert set(told) >= {each.label for each in there.settings}


def test_separate_sampler_runs_are_those_of_this_process(client):
    ranged = {"low": 0.6, "best": 0.8, "high": 0.9}
    tables = {"strong": {"memo": {"A": ranged, "B": 0.1}}, "weak": {"memo": {"A": ranged, "B": 0.4}}}
    evidence = {name: bt.compile_evidence(bt.from_table(table)) for name, table in tables.items()}
    run = partial(bt.sample, draws=50, chains=2, seed=1)
    here, there = (bt.map_independent(run, evidence, client=where) for where in (None, client))
    assert list(there) == list(evidence)
    for name, draws in here.items():
        assert there[name]["posterior"].identical(draws["posterior"])


def test_replicates_beyond_ten_thousand_are_new_ones():
    found = QUESTIONS["replicates"](None)["end"].values
    assert found.shape == (25_000, 4)
    assert not np.array_equal(found[:10_000], found[10_000:20_000])
    alone = simulation.simulate(
        bt.compile_evidence(drawn_set()), truth="A", episode="e", replicates=10_000, seed=3
    )
    assert np.array_equal(found[:10_000], alone["end"].values)


def test_a_scenario_that_does_not_fit_is_the_same_error(client):
    bad = {"label": "Bad", "drop": ["nothing"]}
    es = bt.EvidenceSet.model_validate({**drawn_set().model_dump(), "scenarios": {"bad": bad}})
    for where in (None, client):
        with pytest.raises(bt.ScenarioError, match=r"scenario bad: .*nothing"):
            sensitivity.scenarios(es, client=where)
        assert sensitivity.scenarios(es, client=where, skip_unfit=True).attrs["unfit"] == "bad"


# --- real processes ----------------------------------------------------------------------------


def _slowly(number):
    time.sleep(0.2)
    return number * number


def _deadly(number):
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


@pytest.fixture(scope="module")
def processes():
    """Two processes of their own."""
    with connected(workers=2) as client:
        yield client


@pytest.mark.deep
def test_processes_give_the_same_bits(processes):
    for ask in QUESTIONS.values():
        assert ask(processes).identical(ask(None))
    tay = bt.read_evidence_set(TAY)
    assert sensitivity.survey(tay, client=processes).identical(sensitivity.survey(tay))
    assert gather_answers(tay, client=processes) == gather_answers(tay)


@pytest.mark.deep
def test_chains_and_calibration_fits_have_the_same_bits_in_other_processes(processes):
    evidence = bt.compile_evidence(generative_set())
    ask = partial(calibrate, bt.elicitation_model(evidence), simulate_found, fits=3, seed=5)
    here, there = ask(), ask(client=processes)
    assert {name: ranks.tolist() for name, ranks in there.items()} == {k: v.tolist() for k, v in here.items()}
    seeds = {f"seed {seed}": seed for seed in (1, 2)}
    run = partial(_chains, evidence)
    here, there = (bt.map_independent(run, seeds, client=client) for client in (None, processes))
    for name in seeds:
        assert there[name].identical(here[name])
    assert not here["seed 1"].identical(here["seed 2"])


def _chains(evidence, seed):
    short = {"draws": 50, "tune": 50, "chains": 2, "on_failure": "mark"}
    return bt.sample(evidence, sampler="nutpie", seed=seed, **short)["posterior"].to_dataset()


@pytest.mark.deep
def test_a_worker_that_dies_costs_time_and_no_result(processes):
    work = {str(n): n for n in range(30)}
    alive = list(processes.run(os.getpid).values())

    def kill(_name, _done):
        if alive:
            os.kill(alive.pop(), signal.SIGKILL)
            alive.clear()

    found = bt.map_independent(_slowly, work, client=processes, progress=kill)
    assert found == {name: n * n for name, n in work.items()}
    assert not alive


@pytest.mark.deep
def test_a_piece_that_kills_its_workers_is_named():
    with (
        connected(workers=2) as client,
        pytest.raises(bt.WorkError, match=r"of 3 pieces of work (?s:.*)\n  two: KilledWorker") as caught,
    ):
        bt.map_independent(_deadly, WORK, client=client)
    # one that waited on the same workers may be named beside it, and has no wrong result
    assert caught.value.kept.items() <= {"one": 1, "three": 9}.items()
    assert caught.value.kept.keys() | caught.value.failed.keys() == WORK.keys()


@pytest.mark.deep
def test_a_cluster_that_goes_away_leaves_what_had_come_back():
    work = {str(n): n for n in range(100)}
    with connected(workers=1) as client:

        def close(_name, done):
            if done >= 0.05:
                client.cluster.close()

        with pytest.raises(bt.WorkError, match="the cluster went away") as caught:
            bt.map_independent(_slowly, work, client=client, progress=close)
    assert len(caught.value.kept) >= 5
    assert caught.value.failed.keys() | caught.value.kept.keys() == work.keys()


@pytest.mark.deep
def test_commands_give_the_same_answer_with_workers():
    asked = ("sensitivity", TAY, "--json")
    alone, beside = call(*asked), call(*asked, "--workers", "2")
    assert (beside.returncode, beside.stdout) == (alone.returncode, alone.stdout) == (0, alone.stdout)
    code, _, told = call(*asked, "--workers", "2", "--scheduler", "tcp://127.0.0.1:9")
    assert code == 2
    assert "--scheduler and --workers are mutually exclusive; give one" in told
