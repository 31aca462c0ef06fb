"""One cluster of two nodes for all tests here, on this machine."""

import os
from pathlib import Path

import pytest

from mlpcore.cluster.remote import Cluster
from mlpcore.running.jobs import Jobs
from tests.mlpcore.running.conftest import clock  # noqa: F401  # a fixture

ROOT = Path(__file__).parent.parent.parent
STORE = 200 * 2**20  # bytes; Ray takes a third of the memory otherwise


@pytest.fixture(scope="session")
def address():
    """The address of a cluster whose head trains nothing."""
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster as Nodes  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        # Trainers load what tests let them run.
        patch.setenv("PYTHONPATH", str(ROOT))
        head = dict(num_cpus=0, include_dashboard=False, object_store_memory=STORE)
        nodes = Nodes(initialize_head=True, head_node_args=head)
        try:
            for _ in range(2):
                nodes.add_node(num_cpus=os.cpu_count(), object_store_memory=STORE)
            yield nodes.address
        finally:
            ray.shutdown()
            nodes.shutdown()


@pytest.fixture(scope="session")
def cluster(address, wait_for):
    """The way to it from this process."""
    way = Cluster(address, {"at_once": 8})
    wait_for(lambda: len(way.trainers.alive) == 2, 300)  # each starts a process that loads torch
    yield way
    way.close()


@pytest.fixture
def make_jobs(cluster):
    """Jobs as a replica has them."""
    made = []

    def make(**options):
        made.append(Jobs(**dict(device="cpu", patience=1e6) | options, way=cluster))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close()
