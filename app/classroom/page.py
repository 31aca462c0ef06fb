"""What every page of an experiment has around its pictures: controls, head, answer and end."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Generic, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.classroom import head, look
from app.controls import Panel, current
from app.lessons.lessons import Ending, Step
from app.live.component import follow, follow_ahead, live_figures, release
from app.live.frames import Draw
from app.pages import PARAMETERS, parts
from app.results import compare, resume, runs
from app.results.downloads import take_away
from app.results.steering import transport
from app.texts.home import PAGES
from app.texts.parts import SECTIONS
from mlpcore.experiments.settings import Training
from mlpcore.params import Config
from mlpcore.running.jobs import Job, Runnable

C = TypeVar("C", bound=Training)


class Page(Generic[C]):
    """A page, from top to end; its script calls the methods in their order.

    Args:
        name: as addresses have it.
        kind: its experiment.

    Attributes:
        panel: its controls; those of the experiment are drawn before :meth:`open`.
        job: what :meth:`follow` follows.
    """

    job: Job
    _row: DeltaGenerator
    # Where the part goes that comes first, if one does.
    _first: DeltaGenerator | None = None

    def __init__(self, name: str, kind: type[C]) -> None:
        self._name, self._kind = name, kind
        view = name.replace("-", "_")
        self._title = next(title for page, title, *_ in PAGES if page == view)
        self.panel = Panel(*PARAMETERS[name])
        stage, prepared = self.panel.stage, self.panel.prepared
        step = f" · step {stage.step}" if isinstance(prepared, Step) else ""
        title = prepared.lesson.title if isinstance(prepared, Ending) else self._title
        st.set_page_config(page_title=f"{title}{step} · MLP Explorer")
        self._opening, self._head = st.container(key="opening"), st.container(key="stage")
        if stage.projector:
            self.panel.row = st.container(key="projected", horizontal=True)
        # Before the controls, so that the pictures need not wait for them.
        follow_ahead(cast("Runnable | None", current(kind)))
        resume.remember(name)

    def open(self, question: str) -> C:
        """Draw the page's name, its question, and what a class has to see first.

        Returns:
            The config that the controls describe.
        """
        with self._opening:
            st.title(self._title)
            st.markdown(question)
        config = self.panel.config(self._kind)
        with self._head:
            self.panel.show_problems()
            head.present(self.panel, config)
        return config

    def stop(self) -> None:
        """End here: there is nothing to run."""
        release()
        self.panel.write_url()
        st.stop()

    def follow(self, config: C) -> Job:
        """Run a config, or follow who runs it."""
        self.job = follow(cast("Runnable", config))
        first = st.container(key="look")
        if self._looks():
            self._first = first
            with first:
                look.keep_in_sight(self.panel.stage)
        with self._first or nullcontext():
            head.play(self.panel, self.job)
        return self.job

    def part(self, name: str) -> DeltaGenerator:
        """A place for a part of the page, by its name; it comes first if it is to be looked at."""
        stage = self.panel.stage
        key = f"{'shown' if name in stage.shown else 'part'} {name}"
        if self._first is not None and stage.look == name:
            return self._first.container(key=key)
        return st.container(key=key)

    def section(self, name: str) -> DeltaGenerator:
        """A place for a section of the page, by its name; with its heading."""
        place = self.part(name)
        place.header(SECTIONS[self._name][name])
        return place

    def _looks(self) -> bool:
        """Whether something comes first: what a step's question is about, or a room is to see."""
        stage = self.panel.stage
        room = stage.projector and stage.look in parts(self._name)
        return room or isinstance(self.panel.prepared, Step)

    def answer(
        self,
        headline: Draw,
        shown: Mapping[str, Any] | None = None,
        noted: Mapping[str, Any] | None = None,
    ) -> None:
        """Draw what came of the run, what steers it, and what came of the pinned one.

        Args:
            headline: the picture that says it.
            shown: its parameters.
            noted: those with which the list of runs has it, if they are others.
        """
        job, answer = self.job, [(headline, dict(shown or {}))]
        live_figures(job, answer, key="headline", min_width="100%", height="4rem", status=True)
        runs.note(job, headline, **(shown if noted is None else noted) or {})
        self._row = transport(job, runs.config_of(job), self.panel)
        compare.pinned_run(job, answer)

    def pick_network(self, look: type[Config], config: C) -> int:
        """Draw the choice of a seed; returns the place of its network."""
        seeds = {place: f"{seed}" for place, seed in enumerate(config.network_seeds, 1)}
        self.panel.pick(look, "network", seeds)
        return cast("int", self.panel["network"]) - 1

    def close(
        self, credit: str, commands: Sequence[str], jobs: Mapping[str, Job] | None = None
    ) -> None:
        """Draw the page's end, and what can be taken from it.

        Args:
            credit: whom the page owes to, as Markdown.
            commands: what reproduces its results.
            jobs: what it shows, by name; if None, only the one that it follows.
        """
        words = "The command that reproduces this result"
        if jobs is not None:
            words = "The commands that reproduce these results"
        expander = st.expander(words, key="commands", on_change="rerun")
        if expander.open:  # what colours code is a sixth of all that a visit would load
            expander.code("\n".join(commands), language="bash", wrap_lines=True)
        st.caption(credit)
        jobs = {self._title: self.job} if jobs is None else jobs
        take_away(self._row, self._title, self.panel.write_url(), jobs)


def explain(label: str, text: str) -> None:
    """Put a text, Markdown, where who wants it opens it; it is not sent before."""
    expander = st.expander(label, key=f"explain {label}", on_change="rerun")
    if expander.open:
        expander.markdown(text)
