"""The compiled loops are made before anybody waits for them: at installation, else at the start."""

import logging
import threading
import time

import torch

from mlpcore.engines.compiled import CompiledEngine
from mlpcore.engines.dealing import masks, orders, walks
from mlpcore.engines.interface import Lesson, Rule
from mlpcore.engines.network import Network
from mlpcore.engines.samples import Samples
from mlpcore.networks.initialization import Initialization

log = logging.getLogger(__name__)

_lock = threading.Lock()
_done = threading.Event()


def prepared() -> threading.Event:
    """Set when the loops are there; they are being made, on a thread of their own, until then."""
    if not _done.is_set():
        threading.Thread(target=prepare, name="compiling", daemon=True).start()
    return _done


def prepare() -> float:
    """Compile all loops for float32, or take them from the cache; return the seconds it took."""
    with _lock:
        started = time.monotonic()
        if not _done.is_set():
            _use_all()
            _done.set()
            log.info("compiled loops are ready after %.1f s", time.monotonic() - started)
        return time.monotonic() - started


def _use_all() -> None:
    engine, network = CompiledEngine(), Initialization().draw([2, 2, 2], 0)
    ensemble = engine.ensemble([network], "relu", 0.0, Rule(), [0])
    samples = Samples(torch.zeros(2, 2), torch.tensor([0, 1]))
    engine.train([Lesson(ensemble, samples, 2, 1)], 0, 1, 1e-3)
    engine.evaluate([(ensemble, samples)])
    Network(tuple(layer.numpy() for layer in network), "relu").look(torch.zeros(2, 2))
    seeds = ensemble.nets.seeds
    walks(seeds, 0, len(orders(seeds, 0, 2)), 10.0, 2)
    masks(seeds, 0, 0, (2, 2), 0, 0.5)
