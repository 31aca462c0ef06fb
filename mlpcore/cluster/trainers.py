"""The trainers of a cluster as one process sees them: one on each node that has cores."""

import hashlib
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from mlpcore import __version__
from mlpcore.cluster.trainer import Trainer

log = logging.getLogger(__name__)

# Seconds between two looks at the cluster, and after which a trainer that is silent is not used.
LOOK, SILENCE = 1.0, 5.0
# Questions that one trainer may have open at a time, a watched run each.
QUESTIONS = 10_000
# Of a node's GPU, so that there is some for others, such as sweeps of the command line.
GPU_SHARE = 0.5


class Trainers:
    """Starts trainers where there are none, and knows which of them answer.

    Configs are spread by rendezvous hashing: every process that knows the same trainers finds the
    same one for a config, without asking anybody. A thread looks at the cluster; whoever asks here
    never waits for it.

    Args:
        options: of the jobs of trainers that are started.

    Attributes:
        alive: node → its trainer, of those that answer.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = dict(options)
        self._known: dict[str, Any] = {}  # node → its actor; of the looking thread alone
        self._asked: dict[str, tuple[Any, float]] = {}  # node → an open question, and since when
        self.alive: Mapping[str, Any] = {}
        self._changed = threading.Condition()  # guards what answers
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="trainers", daemon=True)
        self._thread.start()

    @property
    def reachable(self) -> bool:
        """Whether any trainer answers."""
        return bool(self.alive)

    def of(self, config: object, seconds: float) -> Any:
        """The trainer that has a config's runs, be there any or not; None if there is none.

        Args:
            config: which.
            seconds: how long to wait for one.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.alive, seconds)
            alive = dict(self.alive)
        return alive[place(config, alive)] if alive else None

    def lost(self, trainer: Any) -> None:
        """Do not use a trainer until it answers again."""
        with self._changed:
            self.alive = {node: one for node, one in self.alive.items() if one is not trainer}
        for node, one in list(self._known.items()):
            if one is trainer:
                self._asked.pop(node, None)

    def close(self) -> None:
        """End the thread; trainers go on."""
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closed.is_set():
            try:
                self._look()
            except Exception as error:  # whatever Ray meets while its head is away
                log.warning("the cluster does not answer: %s", error)
                self._answer({})
            self._closed.wait(LOOK if self.alive else LOOK / 5)

    def _look(self) -> None:
        import ray  # noqa: PLC0415

        for node in ray.nodes():  # type: ignore[no-untyped-call]
            name, has = node["NodeID"], node["Resources"]
            if not node["Alive"]:
                self._known.pop(name, None)
            elif name not in self._known and (has.get("CPU", 0) or has.get("GPU", 0)):
                self._known[name] = self._start(name, has)
        answer = {}
        for name, trainer in self._known.items():
            question, since = self._asked.get(name) or (trainer.ready.remote(), time.monotonic())
            done, _ = ray.wait([question], timeout=LOOK / 5)
            answered = False
            if done:
                try:
                    answered = ray.get(question)
                except ray.exceptions.RayError as error:
                    log.warning("a trainer does not answer: %s", str(error).partition("\n")[0])
                self._asked.pop(name, None)
            else:
                self._asked[name] = question, since
                answered = name in self.alive and time.monotonic() - since < SILENCE
            if answered:
                answer[name] = trainer
        self._answer(answer)

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

    def _answer(self, alive: dict[str, Any]) -> None:
        with self._changed:
            self.alive = alive
            self._changed.notify_all()


def place(config: object, nodes: Mapping[str, object]) -> str:
    """The node for a config: the one whose hash together with the config's is the largest.

    When a node goes, only what it had moves to others.
    """
    kind = type(config)
    text = f"{kind.__module__}.{kind.__qualname__} {config!r}"
    return max(nodes, key=lambda node: hashlib.sha256(f"{node} {text}".encode()).digest())
