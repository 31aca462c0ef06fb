"""Buttons that steer the job a page shows: pause, step, reset, new seeds, learning rate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import controls
from app.controls import Panel
from app.live import component
from app.results import run_list, runs
from app.texts.markdown import plain
from app.texts.parts import BUTTONS
from mlpcore.experiments.settings import Training
from mlpcore.params import specs
from mlpcore.running.jobs import Job, Refused, State


def transport(job: Job, config: Training, panel: Panel) -> DeltaGenerator:
    """Draw the buttons; those that a room is shown stand among its controls.

    Args:
        job: the one to steer; others who watch it keep theirs.
        config: what it runs.
        panel: the page's controls.

    Returns:
        The row they are in, for more buttons.
    """
    state = component.state(job)
    row = st.container(key="transport", horizontal=True, gap="xsmall")
    pause = (BUTTONS["pause"], "pause", "Wait here.", Job.pause)
    if state is State.PAUSED:
        pause = ("Resume", "play_arrow", "Go on training.", Job.resume)
    step = (BUTTONS["step"], "skip_next", "Train one epoch.", Job.step)
    for name, (label, icon, hint, act) in (("pause", pause), ("step", step)):
        with panel.place(name, row):
            _button(label, icon, hint, _steer, job, act, disabled=state.over)
    with panel.place("reset", row):
        _button(BUTTONS["reset"], "restart_alt", "Back to the same initial weights.", _reset, job)
    with panel.place("new-seeds", row):
        hint = "Other initial weights and orders of batches."
        _button(BUTTONS["new-seeds"], "casino", hint, _new_seeds, config)
    with row:
        with st.popover("Learning rate", icon=":material/speed:", disabled=state.over):
            _learning_rate(job, config)
        with panel.place("pin", row):
            runs.pin_button(job)
        run_list.list_button(job)
    return row


def toggle(job: Job) -> None:
    """Pause a job, or let it go on."""
    state = job.status().state
    if not state.over:
        _steer(job, Job.resume if state is State.PAUSED else Job.pause)


def _button(
    label: str, icon: str, hint: str, action: Any, *args: Any, disabled: bool = False
) -> None:
    icon = f":material/{icon}:"
    st.button(label, icon=icon, help=hint, disabled=disabled, on_click=action, args=args)


def _new_seeds(config: Training) -> None:
    """Change the page's config to seeds that it has not had."""
    controls.change(type(config), seed=config.seed + config.seeds)


def _learning_rate(job: Job, config: Training) -> None:
    spec = specs(type(config))["learning_rate"]
    rate = st.number_input(
        "Learning rate from now on",
        min_value=spec.low,
        max_value=spec.high,
        value=job.status().learning_rate or config.learning_rate,
        format="%g",
        help="Changes this run only: the link and the command keep the one in the sidebar.",
    )
    _button("Use it", "check", "From the next step on.", _steer, job, Job.set_learning_rate, rate)


def _steer(job: Job, action: Callable[..., None], *args: Any) -> None:
    """Do something to a job that nobody else watches, as far as this one."""
    with _unless_refused():
        action(component.show(component.jobs().own(job, component.watcher())), *args)


def _reset(job: Job) -> None:
    with _unless_refused():
        component.show(component.jobs().restart(job, component.watcher(), epochs=0))


@contextmanager
def _unless_refused() -> Iterator[None]:
    """Say why no further run is taken, if so; the page goes on with the one it has."""
    try:
        yield
    except Refused as refused:
        st.toast(plain(refused), icon=":material/hourglass_top:")
