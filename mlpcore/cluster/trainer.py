"""What trains on a node of the cluster: jobs like those of one process, watched from elsewhere.

Ray makes an actor of it. Nothing here knows Ray.
"""

import asyncio
import logging
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcore.cluster.luggage import Brought, keep
from mlpcore.cluster.parcels import Sender
from mlpcore.engines import devices
from mlpcore.engines.preparing import prepared
from mlpcore.experiments import gain_sweep
from mlpcore.running.control import Asked, Preparation
from mlpcore.running.jobs import Job, Jobs, Refused, Runnable, State

log = logging.getLogger(__name__)

# Seconds that a thread keeps the interpreter's lock while questions wait for it.
SWITCH = 0.001
# Seconds after which a watcher that does not ask any more is taken for gone.
PATIENCE = 10.0


@dataclass(frozen=True)
class Wish:
    """What somebody who steers a run wants of it.

    Attributes:
        asked: of its pace.
        learning_rate: the one to use from the next step on, or None for the config's.
    """

    asked: Asked
    learning_rate: float | None

    @property
    def epochs(self) -> int | None:
        """Where a run that begins with this shall pause, if anywhere."""
        if self.asked.paused:
            return 0
        return None if self.asked.epochs == math.inf else int(self.asked.epochs)


@dataclass(frozen=True)
class Report:
    """What is new of a run.

    Attributes:
        state, position, preparation, message: as those of a :class:`Status`.
        moments: snapshots that were not reported before, packed.
        fresh: whether what was packed before is of another run, or of none.
        catching_up: whether the run still goes to where the watcher's was before.
    """

    state: State
    position: int | None
    preparation: Preparation | None
    message: str | None
    moments: tuple[bytes, ...]
    fresh: bool
    catching_up: bool


class _Watch:
    """One watcher of one run, in the loop of this process.

    Attributes:
        news: set when there may be something to report.
        wish: what is still to be done with the job.
        asked: number of what was done last.
        catching_up: whether the job is a copy that goes to where the watcher's was; wishes wait.
    """

    def __init__(self, job: Job, catching_up: bool = False) -> None:
        self.news = asyncio.Event()
        self.wish: Wish | None = None
        self.asked = 0
        self.move(job, catching_up)

    def move(self, job: Job, catching_up: bool) -> None:
        """Watch this job from now on."""
        loop = asyncio.get_running_loop()
        self.job, self.catching_up = job, catching_up
        self._sender, self._sent, self._version = Sender(), -1, -1

        def heard() -> None:
            loop.call_soon_threadsafe(self.news.set)

        job.subscribe(heard)
        self.news.set()

    def fulfil(self) -> None:
        """Do what is wished, if the job is where it shall be done."""
        if self.catching_up and self.job.status().state is not State.PAUSED:
            return
        wish, caught_up = self.wish, self.catching_up
        self.wish, self.catching_up = None, False
        if wish is None:
            return
        if wish.learning_rate not in (None, self.job.status().learning_rate):
            self.job.set_learning_rate(wish.learning_rate)
        if caught_up or wish.asked.number != self.asked:
            self.asked = wish.asked.number
            self.job.pause() if wish.asked.paused else self.job.step(wish.asked.epochs)

    def report(self, patient: bool) -> Report | None:
        """What is new; None if nothing is and there is time to wait."""
        status = self.job.status()
        if status.version == self._version and patient:
            return None
        self._version, fresh = status.version, self._sender.first
        moments = [m for m in self.job.history.moments if m.number > self._sent]
        self._sent = moments[-1].number if moments else self._sent
        return Report(
            *(status.state, status.position, status.preparation, status.message),
            tuple(self._sender.pack(moment.snapshot) for moment in moments),
            *(fresh, self.catching_up),
        )


class Trainer:
    """The runs of one node.

    Each watcher has a name of its own, and asks :meth:`since` again and again; whoever stops
    asking is forgotten after :data:`PATIENCE`, and a run that nobody watches is cancelled.

    Args:
        options: of :class:`Jobs`; ``device`` is a name, or empty for a GPU if there is one, and
            ``weights_bytes`` those that are kept of sweeps.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        logging.basicConfig(level=logging.INFO)
        sys.setswitchinterval(SWITCH)
        chosen = {"patience": PATIENCE, "per_watcher": sys.maxsize, **options}
        kept = gain_sweep.kept_weights
        kept.most = chosen.pop("weights_bytes", kept.most)
        chosen["device"] = devices.device(chosen.get("device", ""))
        self._jobs = Jobs(**chosen)
        self._watches: dict[str, _Watch] = {}

    async def ready(self) -> bool:
        """Whether a run would be taken. There is no answer before what runs train with is there."""
        compiled = prepared()
        while not compiled.is_set():
            await asyncio.sleep(0.2)
        return self._jobs.ready

    async def begin(
        self, watcher: str, config: Runnable, brought: Brought, wish: Wish | None, reach: int | None
    ) -> str | None:
        """Let a watcher watch a config's run: the one there is, else a new one.

        Args:
            watcher: a name that was never used before.
            config: what to run.
            brought: what somebody brought and the config names, or None.
            wish: makes the run the watcher's own from the beginning, steered like this.
            reach: the epoch where the watcher's run was before, if the wish is to be done there.

        Returns:
            Why it is refused, or None.
        """
        keep(brought)
        self._forget_silent()
        try:
            if wish is None:
                watch = _Watch(self._jobs.submit(config, watcher))
            else:
                first = wish.epochs if reach is None else reach
                watch = _Watch(self._jobs.alone(config, watcher, first), reach is not None)
                watch.wish, watch.asked = wish, wish.asked.number
        except Refused as refused:
            return str(refused)
        self._watches[watcher] = watch
        return None

    async def since(self, watcher: str, seconds: float) -> Report | None:
        """What is new since the watcher asked last, as soon as there is something.

        Args:
            watcher: who asks.
            seconds: after which the answer is that nothing is new.

        Returns:
            A report; None if the watcher or the run is no longer known.
        """
        watch = self._watches.get(watcher)
        deadline = asyncio.get_running_loop().time() + seconds
        patient = True
        while watch is not None and self._jobs.heartbeat(watch.job.id, watcher):
            watch.news.clear()
            watch.fulfil()
            report = watch.report(patient)
            if report is not None:
                return report
            try:
                async with asyncio.timeout_at(deadline):
                    await watch.news.wait()
            except TimeoutError:
                patient = False
        return None

    async def steer(self, watcher: str, wish: Wish) -> None:
        """Steer the watcher's run; if others watch it too, the watcher gets a copy first."""
        watch = self._watches.get(watcher)
        if watch is None:
            return
        try:
            own = self._jobs.own(watch.job, watcher)
        except Refused as refused:
            log.warning("a run cannot be steered: %s", refused)
            return
        watch.wish = wish
        if own is not watch.job:
            watch.move(own, catching_up=True)
        watch.news.set()

    async def release(self, watcher: str) -> None:
        """Forget a watcher."""
        watch = self._watches.pop(watcher, None)
        if watch is not None:
            self._jobs.release(watch.job.id, watcher)
            watch.news.set()

    def _forget_silent(self) -> None:
        for watcher, watch in list(self._watches.items()):
            if self._jobs.get(watch.job.id) is None or watcher not in watch.job.watchers:
                del self._watches[watcher]
