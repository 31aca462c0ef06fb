"""The log as JSON."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from app.server.json_lines import JsonLines
from mlpcore.datasets import collection, drawn_faces, points
from mlpcore.experiments import AnimalFaces, MeanField, WideVsDeep
from mlpcore.params import Config
from mlpcore.running.jobs import Jobs
from tests.mlpcore.running.gated import LONG, SMALL, WAIT, until

RUNS = "mlpcore.running.jobs"


@pytest.fixture
def ended(caplog):
    """Submits a config, lets something happen to the job, and gives it and the log's lines."""
    jobs = Jobs(device="cpu", patience=1e6)

    def end(config, meanwhile=lambda job: None):
        caplog.clear()
        with caplog.at_level(logging.INFO, RUNS):
            job = jobs.submit(config, "a")
            meanwhile(job)
            job.thread.join(WAIT)
        lines = [JsonLines().format(record) for record in caplog.records]
        assert not any("\n" in line for line in lines)
        return job, [json.loads(line) for line in lines]

    yield end
    jobs.close()


def test_a_run_that_has_ended_has_the_fields_that_are_documented(ended, pytestconfig):
    began = datetime.now(UTC)
    job, (line,) = ended(SMALL)
    document = (pytestconfig.rootpath / "docs" / "operations.md").read_text()
    rows = document.split("| field | is |\n")[1].split("\n\n")[0].splitlines()[1:]
    names = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in rows]
    assert list(line) == [name for some in names for name in some]
    time = datetime.fromisoformat(line.pop("time"))
    assert time.utcoffset() == timedelta(0)
    assert began - timedelta(milliseconds=1) <= time <= datetime.now(UTC)
    assert 0 < line.pop("seconds") < WAIT
    assert line == {
        "level": "INFO",
        "logger": RUNS,
        "run": job.id,
        "experiment": "WideVsDeep",
        "parameters": SMALL.values(),
        "state": "finished",
        "epochs": 12,
        "device": "cpu",
    }


def test_a_cancelled_run_tells_how_far_it_came(ended):
    def stop(job):
        until(job, lambda status: status.snapshot and status.snapshot.epoch > 0)
        job.cancel()

    job, (line,) = ended(LONG, stop)
    assert (line["state"], line["epochs"]) == ("cancelled", job.status().snapshot.epoch)


def test_a_run_without_data_or_epochs_is_told_too(ended):
    _, (line,) = ended(MeanField())
    assert (line["experiment"], line["epochs"]) == ("MeanField", 0)
    assert line["parameters"] == MeanField().values()


class Failing(Config):
    """A config whose run fails before its first snapshot."""

    working_bytes = 0

    def run(self, device, control):
        raise ZeroDivisionError("nothing to divide")


def test_a_failed_run_is_told_after_its_error(ended):
    job, (error, line) = ended(Failing())
    assert (error["level"], error["message"]) == ("ERROR", f"job {job.id} failed")
    assert error["traceback"].endswith("ZeroDivisionError: nothing to divide")
    assert (line["run"], line["state"], line["epochs"]) == (job.id, "failed", 0)


def test_what_somebody_brought_is_not_named(ended):
    rows = "".join(f"{at},{at},{'ab'[at % 2]}\n" for at in range(20))
    own_points = points.keep(points.read(rows, "mine.csv"))
    own_pictures = collection.keep(drawn_faces.make(train=6, val=3, seed=1))
    few = {"seeds": 1, "batch_size": 2, "epochs": 1}
    for config in (
        WideVsDeep(data=own_points, classes=2, **few),
        AnimalFaces(data=own_pictures, widths="4", **few),
    ):
        _, (line,) = ended(config)
        assert line["state"] == "finished"
        assert line["parameters"] == config.values() | {"data": "own"}
        assert config.data not in json.dumps(line)
