"""The pinned run's pictures beside those of the run a page shows, or in the same figure."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app.figures.overlay import overlaid
from app.live.component import PINNED, Pictures, live_figures
from app.results import runs
from mlpcore.running.jobs import Job, State


@dataclass(frozen=True)
class Latest:
    """Gives a job's latest snapshot as long as there is the job.

    Attributes:
        job_id, state: tell what is drawn apart: it is drawn again when the job's state changes.
        job: a weak reference, for pictures are remembered longer than jobs.
    """

    job_id: str
    state: State
    job: "weakref.ref[Job]" = field(repr=False)

    def __call__(self) -> Any:
        """The snapshot, or None."""
        job = self.job()
        return job and job.status().snapshot


def pinned_run(job: Job, headline: Pictures) -> None:
    """Say which run is pinned, how it differs from the one shown, and what came of it.

    Args:
        job: the one shown.
        headline: its answer.
    """
    other = runs.pinned(job)
    if other is None:
        return
    if other is job:
        st.caption("This run is pinned: the next one will be compared with it.")
        live_figures(job, [], key="pin", slot=PINNED)
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Pinned:** {_difference(other, job)}")
            runs.unpin_button(runs.config_of(job))
        answer = _its(other, headline)
        live_figures(
            other, answer, key="pinned", slot=PINNED, status=True, min_width="100%", height="4rem"
        )


def beside(job: Job, pictures: Callable[[Any], Pictures], *, key: str, **size: Any) -> None:
    """Place pictures of a run and, with the same sizes, of the pinned one.

    Several pictures are placed in a row a run, a single one beside the other.

    Args:
        job: the run.
        pictures: those of a config.
        key, size: as for :func:`live_figures`; a click counts only in this run's pictures.
    """
    other = runs.pinned(job)
    mine = pictures(job.config)
    if other is None or other is job:
        live_figures(job, mine, key=key, **size)
        return
    theirs = _its(other, pictures(other.config))
    alone = len(mine) == len(theirs) == 1
    here, there = st.columns(2, gap="large") if alone else (st.container(), st.container())
    with here:
        st.markdown("**This run**")
        live_figures(job, mine, key=key, **size)
    with there:
        st.markdown("**Pinned run**")
        live_figures(other, theirs, key=f"{key} pinned", slot=PINNED, **{**size, "pick": None})


def over(job: Job, curves: Pictures) -> Pictures:
    """Figures of curves, with the pinned run's in them."""
    other = runs.pinned(job)
    if other is None or other is job:
        return curves
    pinned = Latest(other.id, other.status().state, weakref.ref(other))
    return [
        (overlaid, {"draw": draw, "pinned": pinned, **parameters}) for draw, parameters in curves
    ]


def _its(other: Job, pictures: Pictures) -> Pictures:
    """Pictures of the pinned run: its last network in place of one that it does not have."""
    last = runs.config_of(other).seeds - 1
    return [
        (draw, {**shown, "network": min(shown["network"], last)} if "network" in shown else shown)
        for draw, shown in pictures
    ]


def _difference(other: Job, job: Job) -> str:
    """How the pinned run differs from another one."""
    found = runs.differences(runs.config_of(other), runs.config_of(job)) or ["the same parameters"]
    for which, rate in (("pinned", other), ("this", job)):
        if (chosen := rate.status().learning_rate) is not None:
            found.append(f"{which} run's learning rate changed by hand to {chosen:g}")
    return ", ".join(found)
