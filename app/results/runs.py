"""The runs of a visit, and the one that is pinned to compare others with."""

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from app import visit
from app.controls import name_of
from app.lessons import measures
from app.live import component
from app.live.component import PINNED, follow, frames, jobs, show, watcher
from app.live.frames import Draw, View
from app.pages import page_of
from app.texts.parts import BUTTONS
from mlpcore.experiments.settings import Training
from mlpcore.params import Config, Spec, Value, specs
from mlpcore.running.jobs import Job, Runnable, State

# Runs a page remembers, and fields named in a run's name.
MOST_RUNS, MOST_NAMED = 20, 4


@dataclass
class Run:
    """One of the visit's runs.

    Attributes:
        config: what ran.
        answer: what came of it, in a sentence; "" until it has finished.
        numbers: what came of it by what is measured on its page; none until it has finished.
    """

    config: Config
    answer: str = ""
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pin:
    """A pinned run.

    Attributes:
        config: what it runs.
        job_id: its job, if only that has what was changed by hand; else "".
    """

    config: Config
    job_id: str


@dataclass
class Listed:
    """The runs of a visit, by the kind of their configs.

    Attributes:
        runs: the latest first.
        pins: what is pinned.
    """

    runs: dict[type[Config], list[Run]] = field(default_factory=dict)
    pins: dict[type[Config], Pin] = field(default_factory=dict)


def config_of(job: Job) -> Training:
    """What a page's job runs."""
    return cast("Training", job.config)


def runs_of(kind: type[Config]) -> list[Run]:
    """The visit's runs of configs of a kind, the latest first."""
    return visit.of(Listed).runs.setdefault(kind, [])


def note(job: Job, headline: Draw, **parameters: Any) -> None:
    """Remember the run a page shows, as its latest, and what came of it.

    Args:
        job: its job. What came of it is not the config's if the learning rate was changed by hand.
        headline, parameters: the picture that says the answer, in bold.
    """
    config = config_of(job)
    runs = runs_of(type(config))
    run = next((run for run in runs if run.config == config), Run(config))
    runs[:] = [run, *(other for other in runs if other is not run)][:MOST_RUNS]
    status = job.status()
    if status.state is State.FINISHED and status.learning_rate is None:
        view = View(headline, tuple(sorted(parameters.items())))
        frame = frames.frame(job, job.history.moments[-1], frames.register(view), "light")
        (text,) = frame.parts.values()
        bold = re.search("<strong>(.*?)</strong>", json.loads(text))
        run.answer = html.unescape(bold[1]) if bold else ""
        run.numbers = measures.results(page_of(type(config)), status.snapshot)


def pin_button(job: Job) -> None:
    """Draw what pins the run a page shows, or ends that."""
    if pinned(job) is job:
        unpin_button(config_of(job))
    else:
        st.button(
            BUTTONS["pin"],
            icon=":material/keep:",
            help="Keep this very run, with what was done to it by hand, and compare the next ones.",
            on_click=_pin,
            args=(job,),
        )


def pinned(job: Job) -> Job | None:
    """The run that is pinned on the page of this one, which it may be itself; None if none is."""
    kind = type(config_of(job))
    pin = _pins().get(kind)
    if pin is None:
        return None
    other = follow(cast("Runnable", pin.config), PINNED)
    if pin.job_id and other.id != pin.job_id:
        _unpin(kind)
        st.toast("The pinned run is gone, with what was changed by hand.")
        return None
    return other


def unpin_button(config: Config) -> None:
    """Draw what ends comparing with the run pinned on this config's page."""
    st.button("Unpin", icon=":material/keep_off:", on_click=_unpin, args=(type(config),))


def differences(before: Config, after: Config) -> list[str]:
    """The fields in which two configs of a kind differ: "learning rate 0.001 → 0.01"."""
    return [
        f"{_small(spec.label)} {words(spec, old)} → {words(spec, new)}"
        for spec, old, new in _pairs(before, after)
        if old != new
    ]


def name(config: Config) -> str:
    """A config in a few words: what is not as in the default."""
    changed = [
        f"{_small(spec.label)} {words(spec, new)}"
        for spec, old, new in _pairs(type(config)(), config)
        if old != new
    ]
    more = len(changed) - MOST_NAMED
    named = ", ".join(changed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return named[:1].upper() + named[1:] or "The page's defaults"


def words(spec: Spec, value: Value) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return name_of(spec, value) if spec.options else value
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _pin(job: Job) -> None:
    component.release(PINNED)
    jobs().watch(job, watcher(PINNED))
    show(job, PINNED)
    by_hand = job.status().learning_rate is not None
    config = config_of(job)
    _pins()[type(config)] = Pin(config, job.id if by_hand else "")


def _unpin(kind: type[Config]) -> None:
    component.release(PINNED)
    _pins().pop(kind, None)


def _pairs(before: Config, after: Config) -> list[tuple[Spec, Value, Value]]:
    return [
        (spec, getattr(before, field), getattr(after, field))
        for field, spec in specs(type(after)).items()
    ]


def _small(label: str) -> str:
    return label[0].lower() + label[1:]


def _pins() -> dict[type[Config], Pin]:
    """Kind → what is pinned on its page."""
    return visit.of(Listed).pins
