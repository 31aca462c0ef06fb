"""One cluster of two nodes for all tests here, on this machine."""

import itertools
import os
from pathlib import Path

import pytest

from mlpcore.cluster.remote import Cluster
from mlpcore.running.jobs import Jobs
from tests.cluster.gated import Gated
from tests.mlpcore.running.conftest import clock  # noqa: F401  # a fixture

ROOT = Path(__file__).parent.parent.parent
STORE = 200 * 2**20  # bytes; Ray takes a third of the memory otherwise
# Of each of the two: runs at work, in line, and bytes of sweeps' weights.
AT_ONCE, WAITING, WEIGHTS = 8, 8, 10**7


@pytest.fixture(scope="session")
def nodes():
    """A cluster whose head trains nothing."""
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
            yield nodes
        finally:
            ray.shutdown()
            nodes.shutdown()


@pytest.fixture(scope="session")
def address(nodes):
    """Where its head is."""
    return nodes.address


@pytest.fixture(scope="session")
def cluster(address, wait_for):
    """The way to it from this process."""
    options = {"at_once": AT_ONCE, "waiting": WAITING, "weights_bytes": WEIGHTS}
    way = Cluster(address, options)
    wait_for(lambda: len(way.trainers.alive) == 2)
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


@pytest.fixture
def gated(tmp_path):
    """Make configs that go on when told to."""
    numbers = itertools.count()

    def make(*args, **options):
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return Gated(folder, *args, **options)

    return make
