"""One run spread over a Ray cluster: its parts are tasks, which any worker may train."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch

import mlpcore
from mlpcore.cluster.connection import ALLOWED, connect
from mlpcore.cluster.luggage import Brought, keep, luggage
from mlpcore.cluster.many import check_held
from mlpcore.datasets.animal_faces import DownloadError
from mlpcore.engines import devices
from mlpcore.engines.preparing import prepare
from mlpcore.experiments.experiment import Experiment
from mlpcore.experiments.parts import Divisible, Part
from mlpcore.params import ParameterError
from mlpcore.running.control import Control

# So that no worker waits long for another's last part.
PARTS_A_PLACE = 3
# Of a GPU, for a part.
SHARE = 0.25
# Seconds between looks at how far the parts are.
INTERVAL = 0.2
# How often a part starts again whose worker died.
STARTS_AGAIN = 5


class ClusterFailed(Exception):
    """A part failed on the cluster for a reason that is not the run's own."""


@dataclass(frozen=True, eq=False)
class Moment:
    """How far a run on a cluster is.

    Attributes:
        progress: share of the work that is done, 0…1.
        label: the same in words.
        snapshot, device: at the end the run's last snapshot, and where it trained.
    """

    progress: float
    label: str
    snapshot: Any = None
    device: str = ""


class Board:
    """Where tasks tell how far they are; an actor.

    Args:
        tasks: how many there are.
    """

    def __init__(self, tasks: int) -> None:
        self._shares = [0.0] * tasks

    def reach(self, task: int, share: float) -> None:
        """A task has done so much of its work, 0…1."""
        self._shares[task] = share

    def shares(self) -> list[float]:
        """How far each task is."""
        return self._shares


def run(config: Experiment[Any], address: str, device: str = "") -> Iterator[Moment]:
    """Run a config on a cluster, in parts if it can be divided, else as one task.

    A part whose worker dies starts again, with the same numbers. When the caller stops asking, or
    is interrupted, all parts end.

    Args:
        config: what to run; one of :data:`mlpcore.cluster.many.MANY` may have more seeds.
        address: as for :func:`connect`.
        device: where workers train, as torch names it; by default on GPUs, of which each part asks
            for a share, if the cluster has any, else on a core each.

    Raises:
        ClusterFailed: a part's worker died again and again, or cannot run it.
        DownloadError, ParameterError: as for running the config and for :func:`connect`; and its
            networks do not fit the result.
    """
    check_held(config)
    connected = connect(address)
    import ray  # noqa: PLC0415

    try:
        yield from _run(config, address, device)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, DownloadError | ParameterError):
            raise error.cause from None
        raise ClusterFailed(f"A part failed on the cluster: {error.cause!r}") from error
    except ray.exceptions.RayError as error:
        reason = " ".join(str(error).split())
        raise ClusterFailed(f"A part could not be run on the cluster: {reason}") from error
    finally:
        if connected:
            ray.shutdown()


def _run(config: Experiment[Any], address: str, device: str) -> Iterator[Moment]:
    import ray  # noqa: PLC0415

    resources_of: Callable[[], dict[str, float]] = ray.cluster_resources
    places, resources = _places(resources_of(), device, address)
    divided = config.divide(places * PARTS_A_PLACE) if isinstance(config, Divisible) else []
    parts: Sequence[Part | None] = divided or [None]
    weights = [part.networks for part in divided] or [1]
    board: Any = ray.remote(Board).options(num_cpus=0).remote(len(parts))
    train = ray.remote(_train).options(max_retries=STARTS_AGAIN, **resources)
    shared = ray.put((config, luggage(config)))
    running = {
        train.remote(shared, part, mlpcore.__version__, device, board, place): place
        for place, part in enumerate(parts)
    }
    shares, asked = [0.0] * len(parts), board.shares.remote()
    found: dict[int, tuple[Any, str]] = {}
    try:
        while running:
            done, _ = ray.wait(list(running), num_returns=len(running), timeout=INTERVAL)
            for task in done:
                found[running.pop(task)] = ray.get(task)
            if ray.wait([asked], timeout=0)[0]:
                with suppress(ray.exceptions.RayError):  # it died with its node; the parts go on
                    shares = ray.get(asked)
                asked = board.shares.remote()
            shares = [1.0 if place in found else share for place, share in enumerate(shares)]
            total = sum(w * share for w, share in zip(weights, shares, strict=True)) / sum(weights)
            yield Moment(total, f"{len(found)} of {len(parts)} parts")
    finally:
        for task in running:
            ray.cancel(task)
        ray.kill(board)
    snapshots, trained_on = zip(*(found[place] for place in range(len(parts))), strict=True)
    last = config.join(divided, snapshots) if isinstance(config, Divisible) else snapshots[0]
    yield Moment(1.0, last.label, last, "+".join(sorted(set(trained_on))))


def _places(there: dict[str, float], device: str, address: str) -> tuple[int, dict[str, float]]:
    """How many parts a cluster can train at a time, and what each asks for.

    Raises:
        ParameterError: it has no room for any.
    """
    gpus = 0 if device == "cpu" else int(there.get("GPU", 0) / SHARE)
    cores = int(there.get("CPU", 0))
    if not cores:
        raise ParameterError("cluster", ALLOWED, address, "This one has no cores: start workers")
    if gpus:
        return min(gpus, cores), {"num_cpus": 1, "num_gpus": SHARE}
    return cores, {"num_cpus": 1}


def _train(
    shared: tuple[Experiment[Any], Brought],
    part: Part | None,
    version: str,
    device: str,
    board: Any,
    task: int,
) -> tuple[Any, str]:
    """On a worker: train a part, or the whole, and return its last snapshot and the device."""
    if version != mlpcore.__version__:
        allowed = f"one whose workers have MLP Explorer {version}, as this machine has"
        raise ParameterError("cluster", allowed, mlpcore.__version__, "Install equal versions")
    if device and (reason := devices.trouble(device)):
        raise ParameterError("device", "one torch can use on the workers", device, reason)
    config, brought = shared
    keep(brought)
    torch.set_num_threads(1)
    prepare()
    chosen, control = devices.device(device), Control(share=lambda: 1)
    if part is None:
        moments = config.run(chosen, control)
    else:
        assert isinstance(config, Divisible)
        moments = config.run_part(part, chosen, control)
    for last in moments:
        board.reach.remote(task, last.progress)
    return last, str(chosen)
