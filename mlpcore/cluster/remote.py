"""Configs run by the trainers of a cluster, and watched from this process."""

import logging
import os
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import torch

from mlpcore.cluster.connection import connect
from mlpcore.cluster.luggage import luggage
from mlpcore.cluster.parcels import Receiver
from mlpcore.cluster.trainer import PATIENCE, Report, Wish
from mlpcore.cluster.trainers import Trainers
from mlpcore.running.control import Cancelled, Control, Stopped
from mlpcore.running.jobs import Refused, Snapshots, State

log = logging.getLogger(__name__)

# Seconds for which a question stays open where nothing is new; it tells that somebody watches.
OPEN = PATIENCE / 5
# Seconds after which a trainer that does not answer at all is taken for lost.
SILENCE = PATIENCE
# Seconds in which a trainer must be found for a run to begin, or to go on.
SEARCH = 60.0
# Seconds after which a run that waits looks whether it is still wanted.
GLANCE = 0.5

# Ray is a guest in a process that serves pages. It shall not end it when the head is away for a
# minute, answer signals in its place, or start a cluster when a question comes without one.
GUEST = {
    "RAY_gcs_rpc_server_reconnect_timeout_s": "1000000000",
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",
    "RAY_ENABLE_AUTO_CONNECT": "0",
}

AGAIN = "started again, for the machine that trained it is gone"
NOBODY = "No machine of the cluster answers, so nothing can be trained now. Try again in a minute."


class Lost(Exception):
    """A run is no longer where it was."""


class Silent(Lost):
    """Nor does its trainer answer."""


class Cluster:
    """The way of :class:`mlpcore.running.jobs.Jobs` to a cluster.

    Args:
        address: as :func:`connect` takes it.
        options: of the jobs of trainers that are started from here.

    Raises:
        ParameterError: there is no cluster.
    """

    def __init__(self, address: str, options: Mapping[str, Any] | None = None) -> None:
        os.environ.update(GUEST)
        with ThreadPoolExecutor(1) as thread:  # on the main one Ray would answer SIGTERM
            thread.submit(connect, address).result()
        self.trainers = Trainers(address, options or {})

    @property
    def ready(self) -> bool:
        """Whether a trainer takes runs."""
        return self.trainers.ready

    def run(self, config: Any, device: torch.device | str, control: Control) -> Snapshots:
        """Yield the snapshots of a config's run on a trainer, those before we came first.

        It is shared with all processes of the cluster until it is steered. Where its trainer is
        lost it starts again, there or elsewhere; what was shown is not shown again. Where the line
        of its trainer is full the next one is asked.

        Args:
            config: what to run.
            device: of no effect; trainers have their own.
            control: what is asked of it is passed on.

        Raises:
            Cancelled: when the control says so.
            ParameterError: the config names something that is no longer here.
            Refused: no trainer takes it.
            Stopped: the run failed, or no trainer was found for a minute.
        """
        shown = Shown()
        trainers = self._trainers(config, control)
        while True:
            watching = Watching(config, control, trainers.pop(0), shown)
            try:
                yield from watching.snapshots()
                return
            except Refused:
                if not trainers:
                    raise
            except Lost as lost:
                log.warning("a run is looked for again: %s", lost)
                if isinstance(lost, Silent):
                    self.trainers.lost(watching.trainer)
                control.noted(AGAIN if shown.epoch is not None else None)
                trainers = self._trainers(config, control)
            finally:
                watching.end()

    def close(self) -> None:
        """Stop looking at the cluster; the connection stays."""
        self.trainers.close()

    def _trainers(self, config: Any, control: Control) -> list[Any]:
        deadline = time.monotonic() + SEARCH
        while time.monotonic() < deadline:
            if control.cancelled:
                raise Cancelled
            trainers = self.trainers.of(config, GLANCE)
            if trainers:
                return trainers
        raise Stopped(NOBODY)


class Shown:
    """How far a run has been shown.

    Attributes:
        epoch: of the latest snapshot; None if there was none.
    """

    def __init__(self) -> None:
        self.epoch: int | None = None
        self._progress = 0.0

    def passed(self, snapshot: Any) -> bool:
        """Whether a snapshot is beyond what was shown; it is shown then."""
        progress = getattr(snapshot, "progress", 0.0)
        if self.epoch is not None and (snapshot.epoch, progress) <= (self.epoch, self._progress):
            return False
        return self.show(snapshot)

    def show(self, snapshot: Any) -> bool:
        """Note that a snapshot is shown; return whether that is another one."""
        before = self.epoch, self._progress
        self.epoch, self._progress = snapshot.epoch, getattr(snapshot, "progress", 0.0)
        return before != (self.epoch, self._progress)


class Watching:
    """One watch of a run on one trainer.

    Args:
        config: what is run.
        control: says what is asked of it.
        trainer: the actor.
        shown: how far the run has been shown.
    """

    def __init__(self, config: Any, control: Control, trainer: Any, shown: Shown) -> None:
        self.config, self.control, self.trainer, self.shown = config, control, trainer, shown
        self.name = secrets.token_urlsafe(12)
        self._receiver = Receiver()
        self._latest: Any = None  # snapshot of the run there
        self._catching_up = False
        self._place: int | None = None  # in the line there
        self._lock = threading.Lock()  # wishes arrive in the order in which they were made

    def snapshots(self) -> Snapshots:
        """Yield what was not shown yet, to the run's end.

        Raises:
            Lost: the trainer does not have the run any more.
            Refused: it does not take it.
            Stopped: the run failed.
        """
        self._begin()
        with ExitStack() as away:
            while True:
                report = self._ask(self.trainer.since.remote(self.name, OPEN))
                if self.control.cancelled:
                    raise Cancelled
                if report is None or report.state is State.CANCELLED:
                    raise Lost("its trainer does not know it")
                if report.state is not State.PAUSED or report.catching_up:
                    away.close()
                yield from self._new(report)
                self._tell(report)
                if report.state is State.FINISHED:
                    return
                if report.state is State.FAILED:
                    raise Stopped(report.message or "")
                if report.state is State.PAUSED and not report.catching_up:
                    away.enter_context(self.control.away())

    def end(self) -> None:
        """Let the run go, if it is still there."""
        self.control.follow(lambda: None)
        self._tell_trainer("release")

    def _begin(self) -> None:
        with self._lock:
            wish = self._wish()
            begun = self.trainer.begin.remote(
                self.name, self.config, luggage(self.config), wish, wish and self.shown.epoch
            )
            self.control.follow(self._pass_on)
        if self._wish() != wish:
            self._pass_on()
        refused = self._ask(begun)
        if refused is not None:
            raise Refused(refused)
        self.control.taken()

    def _wish(self) -> Wish | None:
        """What is asked of the run; None while it may be anybody's."""
        asked, rate = self.control.asked, self.control.chosen_learning_rate
        return Wish(asked, rate) if asked.number or rate is not None else None

    def _pass_on(self) -> None:
        """Tell the trainer what is asked now."""
        with self._lock:
            if self.control.cancelled:
                self._tell_trainer("release")
            else:
                self._tell_trainer("steer", self._wish())

    def _tell_trainer(self, method: str, *arguments: Any) -> None:
        """Call a method of the trainer without waiting; whoever asks it notices if it is lost."""
        try:
            getattr(self.trainer, method).remote(self.name, *arguments)
        except Exception as error:  # of Ray, and what a connection says that was let go of
            log.warning("a trainer cannot be told to %s: %s", method, error)

    def _ask(self, question: Any) -> Any:
        """What a trainer answers.

        Raises:
            Cancelled: the run is no longer wanted.
            Silent: no answer.
        """
        import ray  # noqa: PLC0415

        deadline = time.monotonic() + OPEN + SILENCE
        while time.monotonic() < deadline:
            if self.control.cancelled:
                raise Cancelled
            try:
                return ray.get(question, timeout=GLANCE)
            except ray.exceptions.GetTimeoutError:
                continue
            except ray.exceptions.RayTaskError:
                raise
            except Exception as error:  # also what a connection says that was let go of
                raise Silent(str(error).partition("\n")[0]) from error
        raise Silent("no answer")

    def _new(self, report: Report) -> Snapshots:
        """Snapshots that are beyond what was shown, and where a copy stands that has caught up."""
        if report.fresh:
            self._receiver = Receiver()
        for moment in report.moments:
            self._latest = self._receiver.unpack(moment)
            if self.shown.passed(self._latest):
                self.control.noted(None)
                yield self._latest
        if self._catching_up and not report.catching_up and self.shown.show(self._latest):
            yield self._latest
        self._catching_up = report.catching_up

    def _tell(self, report: Report) -> None:
        """Tell what the run does when it has nothing to show."""
        if report.preparation is not None and self.shown.epoch is None:
            self.control.prepared(report.preparation)
        place = report.position if report.state is State.QUEUED else None
        if place != self._place:
            self._place = place
            self.control.moved(place)
