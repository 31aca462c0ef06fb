"""What Prometheus is told, and where."""

import json
import logging
import math
import re
import socket
import threading
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.server.metrics import Metrics
from app.server.settings import Address
from app.server.visitors import Pages
from benchmarks.app_server import AppServer
from benchmarks.load import Record, Visitor
from mlpcore.running.jobs import Jobs, State
from tests.mlpcore.running.gated import WAIT, Gated, until_state
from tests.runs import awaited
from tests.waiting import wait_for

HOST = "127.0.0.1"


def free_port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


def scrape(port):
    """Metric's name → what is said of it."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics") as answer:
        return {one.name: one for one in text_string_to_metric_families(answer.read().decode())}


def values(metric, suffix=""):
    """Labels' values → number, of a metric's samples of this name."""
    return {
        tuple(sample.labels.values()): sample.value
        for sample in metric.samples
        if sample.name == metric.name + suffix
    }


@pytest.fixture
def jobs():
    jobs = Jobs(device="cpu", at_once=1, turn=1e6, patience=1e6, working_bytes=10)
    yield jobs
    jobs.close()


class Tiny(Visitor):
    """Somebody who follows one small run, and looks at the metrics while the page is open."""

    turns = 1

    def wanted(self, turn):
        return "wide-vs-deep", "data=moons&epochs=2&depth_to=2&seeds=2&samples=40&batch_size=16"

    async def follow(self, client, question, until):
        await super().follow(client, question, until)
        wait_for(lambda: values(scrape(self.number)["mlp_explorer_visitors"]) == {(): 1})


def test_a_server_tells_of_a_run_where_it_was_asked_to_and_nowhere_else(tmp_path):
    port, record = free_port(), Record()
    chosen = {"MLP_EXPLORER_METRICS": f"{HOST}:{port}", "MLP_EXPLORER_LOG": "json"}
    with AppServer(log := tmp_path / "log", chosen) as app:
        awaited(Tiny(app.url, port, 1, record).visit(math.inf))
        assert (record.errors, record.finished) == ([], 1)
        wait_for(lambda: values(scrape(port)["mlp_explorer_visitors"]) == {(): 0})
        told = scrape(port)
        with urllib.request.urlopen(f"{app.url}/metrics") as answer:
            assert b"mlp_explorer_" not in answer.read()
    assert values(told["mlp_explorer_run_seconds"], "_count") == {
        ("finished",): 1,
        ("cancelled",): 0,
        ("failed",): 0,
    }
    assert values(told["mlp_explorer_run_seconds"], "_sum")["finished",] > 0
    assert values(told["mlp_explorer_runs"])["finished",] == 1
    assert values(told["mlp_explorer_answer_seconds"], "_count")[()] == record.answers[200]
    assert values(told["mlp_explorer_memory_bytes"])["pasts",] > 0
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    (run,) = (line for line in lines if "run" in line)
    assert (run["state"], run["epochs"], run["parameters"]["data"]) == ("finished", 2, "moons")


def test_what_is_told_is_documented_with_its_kind_and_labels(jobs, pytestconfig):
    document = (pytestconfig.rootpath / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(mlp_explorer_\w+)` \| (\w+), (\w+) \| (.*) \|$", document, re.M)
    port = free_port()
    with Metrics(lambda: jobs, Pages(), lambda: 0).served(Address(HOST, port)):
        told = scrape(port)
    assert sorted(told) == sorted(name for name, *_ in rows)
    for name, kind, unit, words in rows:
        assert told[name].type == kind
        assert unit in (name.rsplit("_", 1)[1], "pages", "runs")
        for label in {label for sample in told[name].samples for label in sample.labels} - {"le"}:
            assert f"`{label}`" in words
        for value in {value for labels in values(told[name]) for value in labels}:
            assert value in words


def test_the_numbers_are_those_of_now(jobs):
    pages, port = Pages(3), free_port()
    with Metrics(lambda: jobs, pages, lambda: 77).served(Address(HOST, port)):
        for size in (4, 5, 9):
            job = jobs.submit(Gated(working_bytes=size), "a")
            until_state(job, State.QUEUED if size > 4 else State.RUNNING)
        wait_for(lambda: jobs.waiting_to_train == jobs.waiting_for_memory == 1)
        told = scrape(port)
        assert values(told["mlp_explorer_visitors"]) == {(): 3}
        runs = {(state.value,): 0 for state in State} | {("running",): 1, ("queued",): 2}
        assert values(told["mlp_explorer_runs"]) == runs
        assert values(told["mlp_explorer_waiting_runs"]) == {("place",): 1, ("memory",): 1}
        memory = {("work",): 9, ("pasts",): 0, ("sweeps",): 77}
        assert values(told["mlp_explorer_memory_bytes"]) == memory


def test_runs_and_answers_are_counted_by_how_long_they_took(jobs, caplog):
    metrics, port = Metrics(lambda: jobs, Pages(), lambda: 0), free_port()
    with caplog.at_level(logging.INFO, "mlpcore.running.jobs"):
        with metrics.served(Address(HOST, port)):
            for config in (Gated(granted=3), Gated(granted=1, error=ZeroDivisionError())):
                jobs.submit(config, "a").thread.join(WAIT)
            metrics.answered(0.02)
            metrics.answered(20.0)
            told = scrape(port)
        jobs.submit(Gated(granted=3), "a").thread.join(WAIT)  # nobody counts any more
    counts = {("finished",): 1, ("cancelled",): 0, ("failed",): 1}
    assert values(told["mlp_explorer_run_seconds"], "_count") == counts
    answers = values(told["mlp_explorer_answer_seconds"], "_bucket")
    assert (answers["0.01",], answers["0.03",], answers["10.0",], answers["+Inf",]) == (0, 1, 1, 2)
    assert values(told["mlp_explorer_answer_seconds"], "_sum") == {(): 20.02}


def test_nothing_listens_unless_asked_to(jobs):
    before = set(threading.enumerate())
    with Metrics(lambda: jobs, Pages(), lambda: 0).served(None):
        assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("host", [HOST, "192.0.2.1", f"{'a' * 70}.org"])
def test_where_nothing_can_listen_the_log_says_so_and_the_app_goes_on(jobs, caplog, host):
    entered = []
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        address = Address(host, taken.getsockname()[1])
        with Metrics(lambda: jobs, Pages(), lambda: 0).served(address):
            entered.append(address)
    assert entered == [address]
    (record,) = caplog.records
    assert record.exc_info is None
    assert record.getMessage().startswith(
        "MLP_EXPLORER_METRICS must be an address of this machine with a free port; "
        f"got '{address}': "
    )
