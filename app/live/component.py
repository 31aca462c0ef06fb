"""The page's side of live figures: which job a page follows, and where its pictures go."""

import secrets
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from app import controls
from app.live import route
from app.live.frames import Draw, Frames, Grid, View
from app.messages import plain
from app.settings import settings
from mlpcore.jobs import Job, Jobs, Refused, Runnable, State

frames = Frames()

Pictures = Sequence[tuple[Draw, dict[str, Any]]]

# The slot of the run that others are compared with. It has a watcher of its own: whoever steers the
# page's run is given another one, if it is pinned.
PINNED = "pinned"

_HERE = Path(__file__).parent
_CSS, _JS = (_HERE / "live.css").read_text(), (_HERE / "live.js").read_text()


@cache
def jobs() -> Jobs:
    """The jobs of this process."""
    chosen = settings()
    return Jobs(
        at_once=chosen.training_threads,
        keep=chosen.kept_results,
        waiting=chosen.waiting_runs,
        per_watcher=chosen.runs_per_visitor,
        history_bytes=chosen.replay_megabytes * 2**20,
    )


def watcher(slot: str = "main") -> str:
    """This visit's name among those who watch jobs."""
    name = str(st.session_state.setdefault("_watcher", secrets.token_urlsafe(12)))
    return f"{name} {PINNED}" if slot == PINNED else name


def follow(config: Runnable, slot: str = "main") -> Job:
    """The job this page shows for a config: the one it shows already, or that of the config.

    A job of another config, which the page showed before, is let go of. Where no further run is
    taken, the page says so and ends there.

    Args:
        config: what to run.
        slot: tells the jobs apart that a page shows at the same time.
    """
    shown = jobs().get(_shown().get(slot, ""))
    if (
        shown is not None
        and shown.config == config
        and shown.status().state is not State.CANCELLED
        and jobs().heartbeat(shown.id, watcher(slot))
    ):
        return shown
    try:
        job = jobs().submit(config, watcher(slot))
    except Refused as refused:
        st.warning(plain(refused), icon=":material/hourglass_top:")
        st.button("Try again", icon=":material/refresh:")
        st.stop()
    if job is not shown:
        release(slot)
    return show(job, slot)


def show(job: Job, slot: str = "main") -> Job:
    """Make a job the one this page shows in a slot."""
    _shown()[slot] = job.id
    return job


def release(slot: str = "main") -> None:
    """Let go of the job that is shown in a slot, if there is one."""
    job_id = _shown().pop(slot, None)
    if job_id is not None:
        jobs().release(job_id, watcher(slot))


def release_all() -> None:
    """Let go of all jobs that are shown."""
    for slot in list(_shown()):
        release(slot)


def enter(page: str) -> None:
    """Note which page runs now; what another one showed is let go of, and nothing is placed yet."""
    st.session_state["_placed"] = []
    if st.session_state.get("_page") != page:
        release_all()
        st.session_state["_page"], st.session_state["_entered"] = page, True


def _shown() -> dict[str, str]:
    """Slot → id of the job that this visit's page shows there."""
    shown: dict[str, str] = st.session_state.setdefault("_shown", {})
    return shown


def placed() -> list[Grid]:
    """The grids of pictures on this page, in order; those placed later come to it."""
    grids: list[Grid] = st.session_state.setdefault("_placed", [])
    return grids


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
        slot: :data:`PINNED` for the pinned run.
        status: whether a line with the job's progress stands on top.
        min_width, max_width: of a picture, as CSS lengths.
        height: of a picture that has no shape of its own.
        pick: called with the number (``customdata``) of what is clicked in a picture.
    """
    large = controls.projecting()
    views = tuple(View(draw, tuple(sorted(params.items())), large) for draw, params in pictures)
    placed().append(Grid(job.id, views, min_width, max_width, height))
    _component()(
        data={
            "job": job.id,
            "state": job.status().state.value,
            "watcher": watcher(slot),
            "page": st.session_state.get("_page", ""),
            "plotly": route.PLOTLY,
            "views": [frames.register(view) for view in views],
            "names": [view.name for view in views],
            "status": status,
            "min_width": min_width,
            "max_width": max_width,
            "height": height,
            "pick": pick is not None,
        },
        key=key,
        on_state_change=lambda: None,
        on_picked_change=lambda: pick(st.session_state[key].picked) if pick else None,
    )


def _component() -> Any:
    return st.components.v2.component(
        "mlp_live",
        html='<div class="mlp-live"></div>',
        css=_CSS,
        js=_JS,
        isolate_styles=False,
    )
