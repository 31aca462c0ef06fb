"""What can be said of runs on a cluster where there is none."""

import socket
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from app.server import training
from app.server.settings import Settings
from mlpcore.cluster import remote, trainers
from mlpcore.cluster.luggage import luggage
from mlpcore.cluster.parcels import Receiver, Sender
from mlpcore.datasets import collection, drawn_faces
from mlpcore.experiments import AnimalFaces, WideVsDeep
from mlpcore.running.jobs import Jobs, State
from tests.cluster.conftest import ROOT
from tests.mlpcore.running.gated import SMALL, until_state


def test_nothing_of_ray_is_loaded_unless_a_cluster_is_named():
    code = (
        "import sys\n"
        "from app.live.component import jobs\n"
        "jobs().close()\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'ray'])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


def closed():
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("address", ["somewhere", "ray://10.0.0.1:10001", None])
def test_a_start_with_a_cluster_that_is_none_ends_with_words(address, monkeypatch):
    pytest.importorskip("ray")
    address = address or closed()
    monkeypatch.setattr(training, "settings", lambda: Settings(cluster=address))
    with pytest.raises(SystemExit, match=r"^MLP_EXPLORER_CLUSTER must be auto for the cl") as end:
        training.way.__wrapped__()
    assert repr(address) in str(end.value)


def test_trainers_have_the_bounds_that_a_process_of_its_own_has(monkeypatch):
    chosen = Settings(cluster="auto", memory_megabytes=400, kept_results=5, waiting_runs=7)
    monkeypatch.setattr(training, "settings", lambda: chosen)
    monkeypatch.setattr(training, "Cluster", lambda address, options: options)
    assert training.way.__wrapped__() == {
        "device": "",
        "keep": 5,
        "waiting": 7,
        "working_bytes": 200_000_000,
        "history_bytes": 100_000_000,
        "weights_bytes": 100_000_000,
    }


def test_a_run_that_finds_no_trainer_ends_with_words_and_the_process_goes_on(monkeypatch):
    monkeypatch.setattr(remote, "SEARCH", 0.01)
    way = object.__new__(remote.Cluster)
    way.trainers = SimpleNamespace(of=lambda config, seconds: [], ready=False)
    jobs = Jobs(device="cpu", patience=1e6, way=way)
    assert not jobs.ready
    assert until_state(jobs.submit(SMALL, "a"), State.FAILED).message == remote.NOBODY
    assert until_state(jobs.submit(SMALL, "a"), State.FAILED).message == remote.NOBODY
    jobs.close()


def test_a_config_has_one_place_whoever_asks_and_keeps_it_when_another_node_goes():
    configs = [WideVsDeep(seed=seed) for seed in range(200)]
    nodes = "abc"
    places = [trainers.places(config, nodes) for config in configs]
    again = [WideVsDeep(**config.values()) for config in configs]
    assert [trainers.places(config, reversed(nodes)) for config in again] == places
    assert all([first for first, *_ in places].count(node) > 30 for node in nodes)
    for config, before in zip(configs, places, strict=True):
        assert trainers.places(config, "ab") == [node for node in before if node != "c"]


def sent(snapshots):
    """What arrives of snapshots, and how many bytes each took."""
    sender, receiver = Sender(), Receiver()
    packed = [sender.pack(snapshot) for snapshot in snapshots]
    return [receiver.unpack(data) for data in packed], [len(data) for data in packed]


def test_what_the_first_snapshot_holds_travels_once_and_what_is_new_each_time():
    data = np.random.default_rng(0).normal(size=(100, 50)).astype(np.float32)
    tensor = torch.arange(10_000).view(100, 100)[:, 3]
    snapshots = [
        {"data": data, "few": tensor, "new": np.full(1000, step), "turned": np.asfortranarray(data)}
        for step in range(3)
    ]
    arrived, sizes = sent(snapshots)
    assert sizes[0] > 2 * data.nbytes
    assert sizes[0] < 2 * data.nbytes + 10_000 + 8 * 100 + 1000  # of the tensor what is seen of it
    assert max(sizes[1:]) < data.nbytes + 8 * 1000 + 1000  # a new array in Fortran's order
    for before, after in zip(snapshots, arrived, strict=True):
        np.testing.assert_array_equal(after["data"], before["data"])
        np.testing.assert_array_equal(after["new"], before["new"])
        np.testing.assert_array_equal(after["turned"], before["turned"])
        assert after["turned"].flags.f_contiguous
        assert torch.equal(after["few"], before["few"])
    assert arrived[2]["data"] is arrived[0]["data"]


def test_pictures_travel_by_their_name():
    pictures = collection.load(collection.DRAWN)
    ((arrived,), (size,)) = sent([(pictures,)])
    assert arrived[0] is pictures
    assert size < 100


def test_only_what_somebody_brought_is_luggage(monkeypatch):
    assert luggage(WideVsDeep()) is None
    assert luggage(AnimalFaces()) is None
    assert luggage(object()) is None
    brought = drawn_faces.load()
    config = AnimalFaces(data=collection.keep(brought))
    assert luggage(config) is brought
