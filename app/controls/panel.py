"""The controls of a page: drawn, read, and followed by its address."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import visit
from app.controls import chosen, links, widgets
from app.controls.by_layer import choose_by_layer
from app.controls.chosen import Chosen, Names, change, keep, latest
from app.controls.widgets import common
from app.display import StageDisplay
from app.lessons.scenes import Scene
from app.texts.markdown import listed, plain
from app.visit import Place
from mlpcore.experiments.settings import DropoutTraining
from mlpcore.networks.activations import activations_of
from mlpcore.params import Config, ParameterError, Value, specs

C = TypeVar("C", bound=Config)

_SENTENCE = Path(__file__).with_name("sentence.css")


class Panel:
    """The controls of a page.

    What is wrong in the link that brought the visit here is shown until a control changes.

    Args:
        kinds: configs whose fields are the page's parameters; their names do not overlap.

    Attributes:
        stage: how the page is shown.
        prepared: what the page is set up as, if anything: a scene, a lesson's step or end.
        keys: where what listens to keys is, always at one place: while it moves it hears nothing.
        row: where a room has what it is shown of controls and buttons, if it is a room.
        sentence: where to say what the scene shows, if anywhere.
        entered: whether the page has just been opened, or come back to.
    """

    def __init__(self, *kinds: type[Config]) -> None:
        self._kinds: tuple[type[Config], ...] = (*kinds, StageDisplay)
        self.entered = links.follow(self._kinds)
        self.stage = latest(StageDisplay)
        try:
            self.prepared = links.prepared(self.stage, visit.of(Place).page)
        except ParameterError:  # said when the link was read, or its file is gone
            self.prepared = None
        self.sentence: DeltaGenerator | None = None
        self.keys = st.container(key="listening")
        self.row: DeltaGenerator | None = None
        self._drawn: dict[str, Value] = {}
        left = visit.of(Chosen).left
        while left:
            st.session_state.pop(left[-1], None)
            left.pop()

    def draw(self, kind: type[Config], *names: str | tuple[str, str]) -> None:
        """Draw a widget for each name; a pair of names is a slider with two handles."""
        for name in names:
            pair = (name,) if isinstance(name, str) else name
            fields = [specs(kind)[field] for field in pair]
            key = self._prepare(kind, pair)
            chosen = self._show(pair, key, partial(widgets.slider, fields, key))
            values = chosen if isinstance(chosen, tuple) else (chosen,)
            self._drawn.update(zip(pair, values, strict=True))

    def box(self, kind: type[Config], name: str) -> None:
        """Draw a number to type, for a parameter whose useful values no slider can reach."""
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        self._drawn[name] = self._show((name,), key, partial(widgets.box, spec, key))

    def count(self, kind: type[Config], name: str, most: int) -> None:
        """Draw a slider from a whole number's lower bound to ``most``, which depends on others."""
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        low = spec.kind(spec.low)
        st.session_state[key] = min(st.session_state[key], most)
        draw = partial(st.slider, spec.label, low, most, **common(spec, key))
        self._drawn[name] = self._show((name,), key, draw) if most > low else low

    def choose(
        self,
        kind: type[Config],
        name: str,
        options: Mapping[str, str],
        on_change: Callable[[str], None],
    ) -> None:
        """Draw a choice among texts, the first if it has another one.

        Args:
            kind, name: which text.
            options: value → words.
            on_change: called with the text that somebody chooses.
        """
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        if st.session_state[key] not in options:
            st.session_state[key] = next(iter(options))

        def changed() -> None:
            if key == chosen.key(kind, (name,)):
                on_change(visit.values()[key])

        draw = partial(
            st.selectbox,
            spec.label,
            list(options),
            format_func=options.__getitem__,
            on_change=changed,
            **common(spec, key),
        )
        self._drawn[name] = self._show((name,), key, draw)

    def write(self, kind: type[Config], name: str) -> None:
        """Draw a line of text to type."""
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        draw = partial(st.text_input, spec.label, **common(spec, key))
        self._drawn[name] = self._show((name,), key, draw).strip()

    def activation(self, kind: type[Config], layers: int) -> None:
        """Draw the activation of so many hidden layers: one for all, or on demand one for each."""
        self.draw(kind, "activation")
        names = activations_of(self["activation"], layers)
        if layers > 1 and self.row is None:
            expander = st.expander("Activation of each layer", key="layers", on_change="rerun")
            if expander.open:
                with expander:
                    choose_by_layer(kind, names)
        if "leaky_relu" in names:
            self.draw(kind, "negative_slope")

    def training(self, kind: type[Config]) -> None:
        """Draw what every experiment's training has, down to the first seed."""
        self.draw(kind, "epochs", "optimiser", "learning_rate", "batch_size", "drop_last")
        if self["optimiser"] in ("sgd", "rmsprop"):
            self.draw(kind, "momentum")
        self.box(kind, "weight_decay")
        self.box(kind, "l1")
        if issubclass(kind, DropoutTraining):
            self.box(kind, "dropout")
        self.box(kind, "seed")

    def pick(self, kind: type[Config], name: str, options: Mapping[int, str]) -> None:
        """Draw a choice among some of a number's values, the nearest if it has another one.

        Args:
            kind, name: which number.
            options: value → words.
        """
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        wanted: int = st.session_state[key]
        st.session_state[key] = min(options, key=lambda option: abs(option - wanted))
        draw = partial(
            st.segmented_control,
            spec.label,
            list(options),
            format_func=options.__getitem__,
            required=True,
            **common(spec, key),
        )
        self._drawn[name] = self._show((name,), key, draw)

    def place(self, name: str, otherwise: DeltaGenerator) -> DeltaGenerator:
        """Where something goes that a room may be shown: to the controls there, or elsewhere."""
        return self.row if self.row is not None and name in self.stage.shown else otherwise

    def show_problems(self) -> None:
        """Say in one message what could not be used of a link, until a control changes."""
        problems = visit.of(Chosen).problems
        if problems:
            st.warning(listed("Not all of this link could be used; the rest is.", problems))

    def __getitem__(self, name: str) -> Any:
        """The value a drawn widget has now."""
        return self._drawn[name]

    def config(self, kind: type[C]) -> C:
        """The config as the widgets say; where they contradict each other, the last good one.

        The contradiction is shown in place.
        """
        current = latest(kind)
        mine = {name: value for name, value in self._drawn.items() if name in specs(kind)}
        try:
            current = kind(**{**current.values(), **mine})
        except ParameterError as problem:
            st.error(plain(f"{problem} The page shows the last result."))
        if current != latest(kind):
            keep(current)
        return current

    def write_url(self) -> dict[str, str]:
        """Put what differs from the defaults into the address; returns what is in it.

        A scene of which something has changed is over.
        """
        if isinstance(self.prepared, Scene):
            if self._as_prepared(self.prepared):
                if self.sentence is not None:
                    place = self.sentence.container(key="sentence")
                    place.html(_SENTENCE)
                    place.markdown(f"**{self.prepared.name}.** {self.prepared.sentence}")
            else:
                self._end_scene()
        texts: dict[str, str] = {}
        for kind in self._kinds:
            texts.update(latest(kind).changes())
            if self.prepared is not None:
                # Also where the default is back, for else the link would bring what was prepared.
                values = latest(kind).values()
                again = self.prepared.parameters.keys() & values.keys() - texts.keys()
                texts |= {name: specs(kind)[name].format(values[name]) for name in again}
        if self.prepared is not None:
            staging = self.prepared.staging.items()
            texts = {name: text for name, text in texts.items() if (name, text) not in staging}
        links.write(texts)
        return texts

    def _end_scene(self) -> None:
        """Forget a scene; a room keeps what it is shown, for that may be what ended it."""
        change(StageDisplay, scene="", **({} if self.stage.projector else self.unstaged()))
        self.prepared = None

    def unstaged(self) -> dict[str, str]:
        """Changes of the stage that take away what a scene or step shows of its own."""
        staging = self.prepared.staging if self.prepared else {}
        stage = latest(StageDisplay)
        return {name: "" for name, text in staging.items() if getattr(stage, name) == text}

    def _as_prepared(self, scene: Scene) -> bool:
        """Whether the experiment, and all that a scene sets, are as the scene has them."""
        for kind in self._kinds:
            wanted, there = kind.parse(scene.parameters)[0].values(), latest(kind).values()
            names = wanted if kind is self._kinds[0] else wanted.keys() & scene.parameters.keys()
            if any(wanted[name] != there[name] for name in names):
                return False
        return True

    def _show(self, names: Names, key: str, draw: Callable[[], Any]) -> Any:
        """What a widget says. A room sees only the chosen ones, in a row; the others keep still."""
        if self.row is None:
            return draw()
        if not set(names) & set(self.stage.shown):
            return st.session_state.pop(key)
        with self.row:
            return draw()

    def _prepare(self, kind: type[Config], names: Names) -> str:
        """A widget's key, with its value in place when the widget is not the one who knows it."""
        key = chosen.key(kind, names)
        if key not in st.session_state:
            st.session_state[key] = chosen.value(latest(kind), names)
        return key


def projecting() -> bool:
    """Whether the page is shown to a room."""
    return latest(StageDisplay).projector
