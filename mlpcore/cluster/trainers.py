"""The trainers of a cluster as one process sees them: one on each node that has cores."""

import hashlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlpcore import __version__
from mlpcore.cluster.connection import connect
from mlpcore.cluster.trainer import Trainer

log = logging.getLogger(__name__)

# Seconds between two looks at the cluster, and after which a trainer that is silent is not used.
LOOK, SILENCE = 1.0, 5.0
# Of a node, as Ray's messages have it.
ALIVE = 0
# Looks in which the head is away until it is taken for gone, and what one says that came after it.
MISSED, ANOTHER = 3, "WrongClusterID"
# Questions that one trainer may have open at a time, a watched run each.
QUESTIONS = 10_000
# Of a node's GPU, so that there is some for others, such as sweeps of the command line.
GPU_SHARE = 0.5


class Trainers:
    """Starts trainers where there are none, and knows which of them answer.

    Configs are spread by rendezvous hashing: every process that knows the same trainers finds the
    same one for a config, without asking anybody. Threads look at the cluster; whoever asks here
    never waits for Ray.

    Args:
        address: the cluster's, to which this process is connected.
        options: of the jobs of trainers that are started.

    Attributes:
        alive: node → its trainer, of those that answer, be their lines full or not.
    """

    def __init__(self, address: str, options: Mapping[str, Any]) -> None:
        self._options = dict(options)
        self._known: Mapping[str, Any] = {}  # node → its trainer, be it there yet or not
        self._address, self._missed = address, 0
        self._open: dict[str, tuple[Any, float]] = {}  # node → an open question, and since when
        self.alive: Mapping[str, Any] = {}
        self._takes: Mapping[str, bool] = {}  # node → whether its trainer takes runs, it said last
        self._changed = threading.Condition()  # guards what answers
        self._closed = threading.Event()
        # Two, for the list of nodes may stay away, and trainers answer nevertheless.
        self._threads = [
            threading.Thread(target=self._again, args=(task,), name=name, daemon=True)
            for name, task in (("nodes", self._find), ("trainers", self._ask))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def ready(self) -> bool:
        """Whether any trainer takes runs."""
        return any(self._takes.get(node) for node in self.alive)

    def of(self, config: object, seconds: float) -> list[Any]:
        """The trainers that answer: first the one that has a config's runs, be there any or not.

        Args:
            config: which.
            seconds: how long to wait for one.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.alive, seconds)
            alive = dict(self.alive)
        return [alive[node] for node in places(config, alive)]

    def lost(self, trainer: Any) -> None:
        """Do not use a trainer until it answers again."""
        with self._changed:
            self.alive = {node: one for node, one in self.alive.items() if one is not trainer}

    def close(self) -> None:
        """Look no more; trainers go on. A look that is under way ends in its own time."""
        self._closed.set()

    def _again(self, task: Callable[[], None]) -> None:
        before = ""
        while not self._closed.is_set():
            problem = ""
            try:
                task()
            except Exception as error:  # whatever Ray meets while its head is away
                problem = str(error).partition("\n")[0]
            if problem and problem != before:
                log.warning("the cluster does not answer: %s", problem)
            before = problem
            self._closed.wait(LOOK if self.alive or problem else LOOK / 5)

    def _find(self) -> None:
        """See which nodes there are, and start trainers where there are none.

        A head that is away is let go of, and looked for anew: Ray ends a process that still waits
        for the old head when it meets a new one.
        """
        import ray  # noqa: PLC0415

        if not ray.is_initialized():
            connect(self._address)
            log.info("the cluster is there again")
        try:
            nodes = _nodes()
        except Exception as error:
            self._missed += 1
            if self._missed >= MISSED or ANOTHER in str(error):
                log.warning("the cluster's head is gone")
                self._known, self._missed = {}, 0
                ray.shutdown()
            raise
        self._missed = 0
        self._known = {
            name: self._known.get(name) or self._start(name, has)
            for name, has in nodes.items()
            if has.get("CPU", 0) or has.get("GPU", 0)
        }

    def _ask(self) -> None:
        """See which trainers answer."""
        import ray  # noqa: PLC0415

        alive, takes, now = {}, {}, time.monotonic()
        for name, trainer in self._known.items():
            question, since = self._open.get(name) or (trainer.ready.remote(), now)
            done, _ = ray.wait([question], timeout=LOOK / 5)
            if done:
                self._open.pop(name, None)
                answer = _answer(question)
            else:
                self._open[name] = question, since
                answer = self._takes.get(name) if now - since < SILENCE else None
            if answer is not None:
                alive[name], takes[name] = trainer, answer
        for name in sorted(alive.keys() ^ self.alive.keys()):
            log.info("trainer %s %s", name, "answers" if name in alive else "does not answer")
        with self._changed:
            self.alive, self._takes = alive, takes
            self._changed.notify_all()

    def _start(self, node: str, has: Mapping[str, float]) -> Any:
        """The trainer of a node; whoever asks first starts it.

        It takes all cores but one, which others on the cluster may have, and trains on all.
        """
        import ray  # noqa: PLC0415
        from ray.util.scheduling_strategies import (  # noqa: PLC0415
            NodeAffinitySchedulingStrategy,
        )

        cores = int(has.get("CPU", 0))
        actor: Any = ray.remote(Trainer)
        return actor.options(
            name=f"trainer {__version__} {node}",
            get_if_exists=True,
            lifetime="detached",
            max_restarts=-1,
            max_concurrency=QUESTIONS,
            num_cpus=max(0, cores - 1),
            num_gpus=GPU_SHARE if has.get("GPU", 0) else 0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
        ).remote({"at_once": max(1, cores)} | self._options)


def _nodes() -> dict[str, Mapping[str, float]]:
    """Nodes that are alive → what they have.

    ``ray.nodes()`` would wait for a head that is away for as long as it is.
    """
    import ray  # noqa: PLC0415

    head: Any = ray.get_runtime_context().worker.gcs_client
    host, port = head.address.rsplit(":", 1)
    socket.create_connection((host, int(port)), timeout=LOOK).close()
    nodes = head.get_all_node_info(timeout=SILENCE).values()
    return {node.node_id.hex(): node.resources_total for node in nodes if node.state == ALIVE}


def _answer(question: Any) -> bool | None:
    """Whether a trainer says that it takes runs; None if it does not say."""
    import ray  # noqa: PLC0415

    try:
        return bool(ray.get(question))
    except ray.exceptions.RayError:
        return None


def places(config: object, nodes: Iterable[str]) -> list[str]:
    """The nodes for a config, first the one whose hash together with the config's is the largest.

    When a node goes, only what it had moves to others.
    """
    kind = type(config)
    text = f"{kind.__module__}.{kind.__qualname__} {config!r}"

    def rank(node: str) -> bytes:
        return hashlib.sha256(f"{node} {text}".encode()).digest()

    return sorted(nodes, key=rank, reverse=True)
