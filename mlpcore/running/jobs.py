"""Experiments on background threads: shared by all who ask for the same, dropped when none watches.

A job runs one config on a thread of its own; a bounded number work at once. Whoever steers a job
(pauses it, changes its learning rate) is first given a job of their own, so that no other watcher
is disturbed and a steered result is never taken for the config's.
"""

import logging
import secrets
import sys
import threading
import time
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

import torch

from mlpcore.engines import devices
from mlpcore.engines.preparing import prepared
from mlpcore.engines.workers import cores
from mlpcore.params import ParameterError
from mlpcore.running.control import Cancelled, Control, Preparation, Stopped
from mlpcore.running.history import History
from mlpcore.running.slots import Seat, Slots

log = logging.getLogger(__name__)

Snapshots = Generator[Any, None, None]

# Of a preparation, at least this share lies between two changes of a job's status.
PREPARATION_STEP = 0.05
NO_MEMORY = "The machine has no memory left for this run. Try a smaller one, or this one later."
# Seconds that whoever asks for a run waits to hear that it is refused where it would train.
ANSWER = 0.5


class Refused(Exception):
    """No further run is taken now; the text says why, and what to do."""


class Runnable(Hashable, Protocol):
    """An experiment's config: hashable, and a generator of snapshots when run."""

    @property
    def working_bytes(self) -> int:
        """What a run takes of memory while it works, besides its snapshots; about."""

    def run(self, device: torch.device | str, control: Control) -> Iterator[Any]:
        """Yield snapshots that have an ``epoch``."""


class State(StrEnum):
    """What a job is doing."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self in (State.FINISHED, State.CANCELLED, State.FAILED)


@dataclass(frozen=True)
class Status:
    """A job at one moment.

    Attributes:
        version: grows with every snapshot and every change of anything else here.
        state: what the job is doing.
        snapshot: the latest, or None before the first.
        position: place in the line while queued, 1 being next.
        preparation: what the job did last before the first snapshot, if that took its time.
        message: what went wrong, if the job failed; else what is to be known beside its progress.
        learning_rate: the one chosen while the job runs, or None for the config's.
    """

    version: int = 0
    state: State = State.QUEUED
    snapshot: Any = None
    position: int | None = None
    preparation: Preparation | None = None
    message: str | None = None
    learning_rate: float | None = None


class Way(Protocol):
    """How configs are run other than on threads of this process: it has a line of its own."""

    @property
    def ready(self) -> bool:
        """Whether a run could begin at once."""

    def run(self, config: Any, device: torch.device | str, control: Control) -> Snapshots:
        """Yield the snapshots that ``config.run`` would yield; the control hears that it is taken.

        Raises:
            Refused: it is not.
        """


class Here:
    """Configs are run on threads of this process."""

    @property
    def ready(self) -> bool:
        """Whether what runs train with is compiled."""
        return prepared().is_set()

    def run(self, config: Runnable, device: torch.device | str, control: Control) -> Snapshots:
        """Yield the config's snapshots."""
        with control.preparing("compiling, once on this machine") as progress:
            while not prepared().wait(0.2):
                progress(0.0)  # lets others go first
        yield from config.run(device=device, control=control)


class Job:
    """One config at work. Made by :class:`Jobs`."""

    def __init__(
        self,
        config: Runnable,
        slots: Slots,
        room: Slots,
        device: torch.device | str,
        epochs: int | None,
        way: Way,
    ) -> None:
        self.id = secrets.token_urlsafe(12)
        self.config = config
        self.history = History()
        self.watchers: dict[str, float] = {}  # watcher → when last seen; guarded by Jobs
        self.seen = time.monotonic()  # when any watcher was last seen; guarded by Jobs
        self.device = device
        self._slots, self._way = slots, way
        self._answered, self._refused = threading.Event(), False
        self._seat = Seat(slots, self._moved, lambda: self._control.cancelled)
        self._room = Seat(room, self._moved_outside, lambda: self._control.cancelled)
        self._control = Control(
            *(self._away, self._seat.make_room, self._aside, self._prepared, self._seat.share),
            *(self._moved, self._noted, self._answered.set),
        )
        if epochs is not None:
            self._control.step(epochs) if epochs else self._control.pause()
        self._lock = threading.Lock()
        self._status = Status()
        self._listeners: set[Callable[[], None]] = set()
        self.thread = threading.Thread(target=self._work, name=f"job-{self.id}", daemon=True)
        self.thread.start()

    def status(self) -> Status:
        """The job now."""
        return self._status

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` at each change, on the thread that makes it; return how to stop."""
        with self._lock:
            self._listeners.add(listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.discard(listener)

        return unsubscribe

    def check_taken(self, seconds: float) -> None:
        """Return once the run is taken where it trains, or after so many seconds.

        Raises:
            Refused: it is not.
        """
        self._answered.wait(seconds)
        if self._refused:
            raise Refused(self._status.message)

    def pause(self) -> None:
        """Wait at the next training step."""
        self._control.pause()

    def resume(self) -> None:
        """Go on to the end."""
        self._control.resume()

    def step(self, epochs: float = 1) -> None:
        """Go on to the end of this epoch and pause there, or that of a later one."""
        self._control.step(epochs)

    def set_learning_rate(self, value: float) -> None:
        """Use this learning rate from the next step on."""
        self._control.chosen_learning_rate = value
        self._publish(learning_rate=value)

    def cancel(self) -> None:
        """End at the next training step."""
        self._control.cancel()
        self._room.wake()
        self._seat.wake()

    def _work(self) -> None:
        started = time.monotonic()
        try:
            self._room.take(self.config.working_bytes)
            self._seat.take()
            with closing(self._way.run(self.config, self.device, self._control)) as snapshots:
                for snapshot in snapshots:
                    self.history.add(snapshot)
                    self._publish(snapshot=snapshot)
                    if self._control.cancelled:
                        raise Cancelled
            self._publish(state=State.FINISHED)
        except Cancelled:
            self._publish(state=State.CANCELLED, position=None)
        except (ParameterError, Refused, Stopped) as error:
            self._publish(state=State.FAILED, message=str(error))
            self._refused = isinstance(error, Refused)
        except Exception as error:
            log.exception("job %s failed", self.id)
            text = f"The experiment stopped: {type(error).__name__}: {error}"
            self._publish(state=State.FAILED, message=NO_MEMORY if _exhausted(error) else text)
        finally:
            self._answered.set()
            self._seat.leave()
            self._room.leave()
            seconds = time.monotonic() - started
            log.info(
                "%s %s after %.1f s: %s",
                *(self.id, self._status.state, seconds, self.config),
                extra={"ended": Ended(self, seconds)},
            )

    @contextmanager
    def _away(self) -> Iterator[None]:
        with self._aside():
            self._publish(state=State.PAUSED)
            yield

    @contextmanager
    def _aside(self) -> Iterator[None]:
        self._seat.leave()
        yield
        self._seat.take()

    def _prepared(self, preparation: Preparation) -> None:
        last = self._status.preparation
        if last is None or preparation.progress - last.progress >= PREPARATION_STEP:
            self._publish(preparation=preparation)

    def _noted(self, words: str | None) -> None:
        if words != self._status.message:
            self._publish(message=words)

    def _moved(self, position: int | None) -> None:
        state = State.RUNNING if position is None else State.QUEUED
        self._publish(state=state, position=position)

    def _moved_outside(self, position: int | None) -> None:
        """Tell the place among those who wait for memory; who has it and waits is ahead."""
        if position is not None:
            self._moved(position + len(self._slots.line))

    def _publish(self, **changes: Any) -> None:
        with self._lock:
            self._status = replace(self._status, version=self._status.version + 1, **changes)
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener()
            except Exception:
                log.exception("a listener of job %s failed", self.id)


@dataclass(frozen=True)
class Ended:
    """The end of a job, which the record in the log has as its attribute ``ended``.

    Attributes:
        job: the one.
        seconds: since it was asked for, waiting and pauses included.
    """

    job: Job
    seconds: float


class Jobs:
    """All jobs of a process.

    Args:
        device: where they train; a GPU by default, if there is one that works.
        at_once: how many work at once, and threads they train on together; by default one for every
            core.
        turn: seconds a job may work while others wait.
        patience: seconds after which a watcher that has not been heard of is forgotten.
        keep: how many finished jobs are kept for those who ask for the same config again, if
            they fit.
        waiting: how many jobs may wait in line.
        history_bytes: of the histories of all jobs together, kept to within a second's work;
            finished jobs that nobody watches go if thinner histories are not enough.
        per_watcher: how many unfinished jobs one watcher may watch.
        working_bytes: of all jobs that have begun and not ended, be they paused, together; others
            wait. One that needs more than that works while no other does.
        way: how runs are run instead of here; then neither places nor bytes hold them back here.
            Whoever asks for one waits up to :data:`ANSWER` seconds for it to be taken or refused.
    """

    def __init__(
        self,
        *,
        device: torch.device | str | None = None,
        at_once: int | None = None,
        turn: float = 1.0,
        patience: float = 10.0,
        keep: int = 32,
        waiting: int = 100,
        per_watcher: int = 8,
        history_bytes: int = 96 * 2**20,
        working_bytes: int = 512 * 2**20,
        way: Way | None = None,
    ) -> None:
        torch.set_num_threads(1)  # what it computes here is small
        self._device = device or devices.device()
        at_once = at_once or cores()
        self._way, self._answer = way or Here(), ANSWER if way else 0.0
        self._slots = Slots(sys.maxsize if way else at_once, turn)
        self._room = Slots(sys.maxsize if way else working_bytes)
        self._patience, self._keep = patience, keep
        self._most_active, self._per_watcher = at_once + waiting, per_watcher
        self._history_bytes = history_bytes
        self._jobs: dict[str, Job] = {}
        self._shared: OrderedDict[Runnable, Job] = OrderedDict()  # least recently asked for first
        self._lock = threading.RLock()
        self._closed = threading.Event()
        prepared()
        reaper = threading.Thread(target=self._reap, name="jobs-reaper", daemon=True)
        reaper.start()
        # Also those of jobs let go of, which end in their own time.
        self._threads = weakref.WeakSet([reaper])

    def submit(self, config: Runnable, watcher: str) -> Job:
        """The job of this config, watched by ``watcher``: the one there is, else a new one.

        Raises:
            Refused: the line is full, or ``watcher`` watches too many.
        """
        with self._lock:
            job = self._shared.get(config)
            if job is None or job.status().state in (State.CANCELLED, State.FAILED):
                job = self._start(config, watcher)
            self._shared[config] = job
            self._shared.move_to_end(config)
            self._watched(job, watcher)
        return self._taken(job, watcher)

    def own(self, job: Job, watcher: str) -> Job:
        """A job as far as ``job`` that only ``watcher`` watches, to steer: itself if it can be.

        Else a new one, which trains up to the same epoch and pauses there.

        Raises:
            Refused: as for :meth:`submit`.
        """
        with self._lock:
            known = job.id in self._jobs and not job.status().state.over
            if known and job.watchers.keys() <= {watcher}:
                self._unshare(job)
                return self._watched(job, watcher)
        snapshot = job.status().snapshot
        return self.restart(job, watcher, epochs=snapshot.epoch if snapshot else 0)

    def restart(self, job: Job, watcher: str, epochs: int | None = None) -> Job:
        """A new job of the same config for ``watcher`` alone; pauses after ``epochs``, if given.

        Raises:
            Refused: as for :meth:`submit`; ``job`` is then still watched.
        """
        new = self.alone(job.config, watcher, epochs)
        self.release(job.id, watcher)
        return new

    def alone(self, config: Runnable, watcher: str, epochs: int | None = None) -> Job:
        """A new job that only ``watcher`` watches; it pauses after ``epochs``, if given.

        Raises:
            Refused: as for :meth:`submit`.
        """
        with self._lock:
            job = self._watched(self._start(config, watcher, epochs), watcher)
        return self._taken(job, watcher)

    def watch(self, job: Job, watcher: str) -> None:
        """Let ``watcher`` watch this very job too, be it the config's or one that was steered."""
        with self._lock:
            if job.id in self._jobs:
                self._watched(job, watcher)

    def get(self, job_id: str) -> Job | None:
        """The job with this id, if there is one."""
        with self._lock:
            return self._jobs.get(job_id)

    def heartbeat(self, job_id: str, watcher: str) -> bool:
        """Note that ``watcher`` still watches. False if the job or the watcher is not known."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or watcher not in job.watchers:
                return False
            self._watched(job, watcher)
            return True

    def release(self, job_id: str, watcher: str) -> None:
        """Forget that ``watcher`` watches; a job that nobody watches is cancelled."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None:
                job.watchers.pop(watcher, None)
                self._drop_unwatched(job)

    def close(self) -> None:
        """Cancel all jobs and wait for all threads."""
        with self._lock:
            self._closed.set()
            for job in self._jobs.values():
                job.cancel()
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    @property
    def ready(self) -> bool:
        """Whether a new job would be taken, and could train at once."""
        return self._way.ready and not (self._closed.is_set() or self._full)

    @property
    def history_bytes(self) -> int:
        """Of the histories of all jobs now."""
        with self._lock:
            return sum(job.history.bytes for job in self._jobs.values())

    @property
    def working_bytes(self) -> int:
        """Of all jobs that have begun and not ended, as their configs tell it."""
        return self._room.taken

    @property
    def states(self) -> Counter[State]:
        """How many jobs that are here do what now."""
        with self._lock:
            return Counter(job.status().state for job in self._jobs.values())

    @property
    def waiting_to_train(self) -> int:
        """How many jobs wait in line now because so many work at once."""
        return len(self._slots.line)

    @property
    def waiting_for_memory(self) -> int:
        """How many jobs wait in line now because those that have begun hold so many bytes."""
        return len(self._room.line)

    @property
    def _full(self) -> bool:
        states = self.states
        return states[State.QUEUED] + states[State.RUNNING] >= self._most_active

    def _start(self, config: Runnable, watcher: str, epochs: int | None = None) -> Job:
        if self._closed.is_set():
            raise Refused("The server is stopping and takes no new runs. Come back in a minute.")
        if self._full:
            raise Refused("The server is full: no more runs fit its line. Try again in a minute.")
        watched = [job for job in self._jobs.values() if watcher in job.watchers]
        if sum(not job.status().state.over for job in watched) >= self._per_watcher:
            raise Refused(
                f"This visit already has {self._per_watcher} unfinished runs, the most it may "
                "have. Wait for one to finish, or close pages."
            )
        job = Job(config, self._slots, self._room, self._device, epochs, self._way)
        self._jobs[job.id] = job
        self._threads.add(job.thread)
        return job

    def _watched(self, job: Job, watcher: str) -> Job:
        job.watchers[watcher] = job.seen = time.monotonic()
        return job

    def _taken(self, job: Job, watcher: str) -> Job:
        """The job, unless its run is refused elsewhere."""
        try:
            job.check_taken(self._answer)
        except Refused:
            self.release(job.id, watcher)
            raise
        return job

    def _unshare(self, job: Job) -> None:
        if self._shared.get(job.config) is job:
            del self._shared[job.config]

    def _drop_unwatched(self, job: Job) -> None:
        """Let go of a job without watchers, unless it is a finished one that others may ask for."""
        if job.watchers:
            return
        if job.status().state is State.FINISHED and self._shared.get(job.config) is job:
            return
        job.cancel()
        self._unshare(job)
        del self._jobs[job.id]

    def _forget(self, job: Job) -> None:
        """Keep the result of a job that nobody watches no longer."""
        self._unshare(job)
        self._drop_unwatched(job)

    def _reap(self) -> None:
        while not self._closed.wait(min(1.0, self._patience / 4)):
            with self._lock:
                deadline = time.monotonic() - self._patience
                for job in list(self._jobs.values()):
                    for watcher, seen in list(job.watchers.items()):
                        if seen < deadline:
                            del job.watchers[watcher]
                    self._drop_unwatched(job)
                idle = [job for job in self._shared.values() if not job.watchers]
                for job in idle[: max(0, len(idle) - self._keep)]:
                    self._forget(job)
                self._fit_histories()

    def _fit_histories(self) -> None:
        """Thin histories in turn until they fit, that of the job least recently watched first.

        If they do not fit when only their first and latest moments are left, finished jobs that
        nobody watches are forgotten in that order.
        """
        by_use = sorted(self._jobs.values(), key=lambda job: job.seen)
        thinned = True
        while thinned:
            thinned = False
            for job in by_use:
                if self.history_bytes <= self._history_bytes:
                    return
                thinned |= job.history.thin()
        for job in by_use:
            if self.history_bytes <= self._history_bytes:
                return
            if not job.watchers:
                self._forget(job)


def _exhausted(error: Exception) -> bool:
    """Whether memory was not there; torch has no error of its own for that of the machine."""
    known = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return known or "can't allocate memory" in str(error)
