"""The page's side of live figures: which job a page follows, and where its pictures go."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from app import controls, visit
from app.live import libraries
from app.live.frames import Draw, Frames, Grid, View
from app.live.protocol import Move, Placement, fits
from app.live.shown import Shown
from app.scripts import script
from app.server import training
from app.server.settings import settings
from app.texts.markdown import plain
from app.visit import Place
from mlpcore.engines import devices
from mlpcore.experiments import gain_sweep
from mlpcore.running.jobs import Job, Jobs, Refused, Runnable, State

frames = Frames()
shown = Shown()

Pictures = Sequence[tuple[Draw, dict[str, Any]]]

# The slot of the run that others are compared with. It has a watcher of its own: whoever steers the
# page's run is given another one, if it is pinned.
PINNED = "pinned"

# Seconds that a browser gets to hear of a new run before it has the page's elements to draw.
HEAD_START = 0.4
# Seconds of that after which it is looked whether another run is asked for.
GLANCE = 0.03

_HERE = Path(__file__).parent
_JS = script(_HERE / "browser" / "start.js")


@dataclass
class Watching:
    """What a visit watches.

    Attributes:
        name: the visit's among those who watch jobs.
        shown: slot → id of the job that the page shows there.
        placed: the page's grids of pictures, in order, as far as they are there.
        states: a job's id → its state as this run of the script has first seen it.
    """

    name: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    shown: dict[str, str] = field(default_factory=dict)
    placed: list[Grid] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)


@cache
def jobs() -> Jobs:
    """The jobs of this process."""
    chosen = settings()
    gain_sweep.kept_weights.most = training.weights_bytes()
    return Jobs(
        device=devices.device(chosen.device),
        at_once=chosen.training_threads,
        per_watcher=chosen.runs_per_visitor,
        way=training.way(),
        **training.limits(),
    )


def watcher(slot: str = "main") -> str:
    """This visit's name among those who watch jobs."""
    name = visit.of(Watching).name
    return f"{name} {PINNED}" if slot == PINNED else name


def follow(config: Runnable, slot: str = "main") -> Job:
    """The job this page shows for a config: the one it shows already, or that of the config.

    A job of another config, which the page showed before, is let go of. Where no further run is
    taken, the page says so and ends there.

    Args:
        config: what to run.
        slot: tells the jobs apart that a page shows at the same time.
    """
    try:
        return _take(config, slot)
    except Refused as refused:
        st.warning(plain(refused), icon=":material/hourglass_top:")
        st.button("Try again", icon=":material/refresh:")
        st.stop()


def follow_ahead(config: Runnable | None) -> None:
    """Let a page's pictures turn to what it will follow, before its elements are sent.

    Nothing happens if that is not known (None), or the page shows nothing yet. What is refused is
    said when the page follows it.
    """
    if config is not None and "main" in _shown():
        listens = shown.listens(watcher(), "main")
        with suppress(Refused):
            _take(config, "main")
            until = time.monotonic() + HEAD_START
            while listens and time.monotonic() < until:
                listens = not shown.wait(watcher(), "main", GLANCE)
                visit.give_way()


def _take(config: Runnable, slot: str) -> Job:
    before = jobs().get(_shown().get(slot, ""))
    if (
        before is not None
        and before.config == config
        and before.status().state is not State.CANCELLED
        and jobs().heartbeat(before.id, watcher(slot))
    ):
        return show(before, slot)
    job = show(jobs().submit(config, watcher(slot)), slot)
    if before is not None and job is not before:
        jobs().release(before.id, watcher(slot))
    return job


def show(job: Job, slot: str = "main") -> Job:
    """Make a job the one this page shows in a slot."""
    _shown()[slot] = job.id
    shown.show(watcher(slot), slot, job.id)
    return job


def release(slot: str = "main") -> None:
    """Let go of the job that is shown in a slot, if there is one."""
    job_id = _shown().pop(slot, None)
    if job_id is not None:
        shown.forget(watcher(slot), slot)
        jobs().release(job_id, watcher(slot))


def release_all() -> None:
    """Let go of all jobs that are shown."""
    for slot in list(_shown()):
        release(slot)


def enter(page: str) -> None:
    """Note which page runs now; what another one showed is let go of, and nothing is placed yet."""
    watching, place = visit.of(Watching), visit.of(Place)
    watching.placed, watching.states = [], {}
    if place.page != page:
        release_all()
        place.page, place.entered = page, True


def _shown() -> dict[str, str]:
    """Slot → id of the job that this visit's page shows there."""
    return visit.of(Watching).shown


def state(job: Job) -> State:
    """A job's state as the script has first seen it in this run.

    All that the run draws belongs to it; the browser asks for another run when it has changed.
    """
    return visit.of(Watching).states.setdefault(job.id, job.status().state)


def placed() -> list[Grid]:
    """The grids of pictures on this page, in order; those placed later come to it."""
    return visit.of(Watching).placed


def live_figures(
    job: Job,
    pictures: Pictures,
    *,
    key: str,
    slot: str = "main",
    status: bool = False,
    min_width: str = "14rem",
    max_width: str = "none",
    height: str = "24rem",
    pick: Callable[[int], None] | None = None,
) -> None:
    """Place pictures of a job in a grid.

    Args:
        job: whose snapshots to draw.
        pictures: functions of snapshot, theme and the given parameters.
        key: names the grid on its page, so that it stays when its pictures change.
        slot: the one in which the job is shown.
        status: whether a line with the job's progress stands on top.
        min_width, max_width: of a picture, as CSS lengths.
        height: of a picture that has no shape of its own.
        pick: called with the number (``customdata``) of what is clicked in a picture.

    Raises:
        ValueError: the job is not shown in the slot.
    """
    if _shown().get(slot) != job.id:
        raise ValueError(f"slot must be the one in which the job is shown; got {slot!r}")
    large = controls.projecting()
    views = tuple(View(draw, tuple(sorted(params.items())), large) for draw, params in pictures)
    placed().append(Grid(job.id, views, min_width, max_width, height))
    placement: Placement = {
        "job": job.id,
        "state": state(job),
        "watcher": watcher(slot),
        "slot": slot,
        "page": visit.of(Place).page,
        "script": libraries.live().address,
        "plotly": libraries.plotly("cartesian").address,
        "plotly_3d": libraries.plotly("gl3d").address,
        "views": [frames.register(view) for view in views],
        "names": [view.name for view in views],
        "status": status,
        "min_width": min_width,
        "max_width": max_width,
        "height": height,
        "pick": pick is not None,
        "moves": visit.of(Place).moves,
    }
    _component()(
        data=placement,
        key=key,
        on_state_change=lambda: None,
        on_picked_change=lambda: pick(visit.values()[key].picked) if pick else None,
        on_moved_change=lambda: _follow_move(visit.values()[key].moved),
    )


def _follow_move(told: Any) -> None:
    """Hear what the browser says of a move. From a callback."""
    if fits(told, Move):
        controls.moved(**told)


def _component() -> Any:
    return st.components.v2.component(
        "mlp_live",
        html='<div class="mlp-live"></div>',
        js=_JS,
        isolate_styles=False,
    )
