"""What tests of pages share."""

import pytest

from app.live import component
from mlpcore.datasets import collection, drawn_faces
from mlpcore.experiments import AnimalFaces


@pytest.fixture(autouse=True)
def _jobs():
    """Jobs that a test's pages started end with it."""
    yield
    if component.jobs.cache_info().currsize:
        component.jobs().close()
        component.jobs.cache_clear()


def _train_faces(**fields):
    data = collection.keep(drawn_faces.make(train=120, val=60, seed=3))
    config = AnimalFaces(**{"data": data, "widths": "10-6", "seeds": 2, "batch_size": 16} | fields)
    return list(config.run())[-1]


@pytest.fixture(scope="session")
def train_faces():
    """Train small networks on a few drawn faces: the last snapshot."""
    return _train_faces


@pytest.fixture(scope="session")
def finished_faces():
    """Of networks that have learnt."""
    return _train_faces(epochs=4)


@pytest.fixture(scope="session")
def diverged_faces():
    """Of networks that diverged."""
    return _train_faces(epochs=2, optimiser="sgd", learning_rate=1e6, momentum=0.9)
