"""Parameters on a page: widgets made from their specs, kept for the visit, and bound to the URL."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import visit
from app.display import StageLook
from app.lessons import lessons, scenes
from app.lessons.lessons import Step
from app.lessons.scenes import Scene
from app.texts.markdown import listed, plain
from app.visit import Place
from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.datasets.features import BASES
from mlpcore.engines import OPTIMISERS
from mlpcore.params import Config, ParameterError, Spec, Value, specs
from mlpcore.texts import printable

C = TypeVar("C", bound=Config)
# Of the parameters that a widget sets: one, or two for a slider with two handles.
Names = tuple[str, ...]

_SENTENCE = Path(__file__).with_name("sentence.css")
# A range that spans this factor is slid through in steps of 1, 2, 5, 10, 20, …
WIDE = 100
# Of names in a link that a message repeats.
MOST_LETTERS = 200
# Parameters that name what a page is set up as.
SETTINGS = ("scene", "lesson", "step")


@dataclass
class Chosen:
    """What was chosen on the visit's pages.

    Attributes:
        configs: of each kind, as its page had it last.
        keys: a kind, and parameters → what Streamlit knows their widget by.
        problems: what could not be used of the link that was followed last.
    """

    configs: dict[type[Config], Config] = field(default_factory=dict)
    keys: dict[tuple[type[Config], Names], str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Panel:
    """The controls of a page.

    It reads the URL at the first visit, and when the browser goes back or forward, or what
    :func:`open_link` asks for. A page that is entered again without parameters keeps those it had.
    What is wrong in the URL is shown until a control changes.

    Args:
        kinds: configs whose fields are the page's parameters; their names do not overlap.

    Attributes:
        stage: how the page is shown.
        prepared: the scene or the lesson's step that the page is set up as, if any.
        sentence: where to say what the scene shows, if anywhere.
        entered: whether the page has just been opened, or come back to.
    """

    def __init__(self, *kinds: type[Config]) -> None:
        self._kinds: tuple[type[Config], ...] = (*kinds, StageLook)
        self._texts = st.query_params.to_dict()
        place = visit.of(Place)
        # Now, and not at the end: this run of the script may be cut short by the next.
        link, place.link = place.link, None
        self.entered, place.entered = place.entered, False
        texts = self._texts if link is None else link
        # Other reruns may come with an address from before the page's last change to it.
        self._fresh = link is not None or (bool(texts) if self.entered else gone_back())
        if self._fresh:
            self._load(texts)
        elif self.entered:
            visit.of(Chosen).configs.pop(StageLook, None)
        self.stage = latest(StageLook)
        try:
            self.prepared = prepared(self.stage)
        except ParameterError:  # said when the link was read, or its file is gone
            self.prepared = None
        self.sentence: DeltaGenerator | None = None
        self._row = st.container(key="projected", horizontal=True) if self.stage.projector else None
        self._drawn: dict[str, Value] = {}

    def draw(self, kind: type[Config], *names: str | tuple[str, str]) -> None:
        """Draw a widget for each name; a pair of names is a slider with two handles."""
        for name in names:
            pair = (name,) if isinstance(name, str) else name
            fields = [specs(kind)[field] for field in pair]
            key = self._prepare(kind, pair)
            chosen = self._show(pair, key, partial(_slider, fields, key))
            values = chosen if isinstance(chosen, tuple) else (chosen,)
            self._drawn.update(zip(pair, values, strict=True))

    def box(self, kind: type[Config], name: str) -> None:
        """Draw a number to type, for a parameter whose useful values no slider can reach."""
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        draw = partial(
            st.number_input,
            spec.label,
            min_value=spec.kind(spec.low),
            max_value=spec.kind(spec.high),
            step=None if spec.kind is float else 1,
            format="%g" if spec.kind is float else "%d",
            **_common(spec, key),
        )
        self._drawn[name] = self._show((name,), key, draw)

    def count(self, kind: type[Config], name: str, most: int) -> None:
        """Draw a slider from a whole number's lower bound to ``most``, which depends on others."""
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        low = spec.kind(spec.low)
        st.session_state[key] = min(st.session_state[key], most)
        draw = partial(st.slider, spec.label, low, most, **_common(spec, key))
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

        def chosen() -> None:
            if key == _key(kind, (name,)):
                on_change(st.session_state[key])

        draw = partial(
            st.selectbox,
            spec.label,
            list(options),
            format_func=options.__getitem__,
            on_change=chosen,
            **_common(spec, key),
        )
        self._drawn[name] = self._show((name,), key, draw)

    def write(self, kind: type[Config], name: str) -> None:
        """Draw a line of text to type."""
        spec = specs(kind)[name]
        key = self._prepare(kind, (name,))
        draw = partial(st.text_input, spec.label, **_common(spec, key))
        self._drawn[name] = self._show((name,), key, draw).strip()

    def training(self, kind: type[Config]) -> None:
        """Draw what every experiment's training has, down to the first seed."""
        self.draw(kind, "epochs", "optimiser", "learning_rate", "batch_size", "drop_last")
        if self["optimiser"] in ("sgd", "rmsprop"):
            self.draw(kind, "momentum")
        self.box(kind, "weight_decay")
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
            **_common(spec, key),
        )
        self._drawn[name] = self._show((name,), key, draw)

    def show_problems(self) -> None:
        """Say in one message what could not be used of the URL, until a control changes."""
        problems = visit.of(Chosen).problems
        if problems:
            st.warning(listed("Not all of this link could be used; the rest is.", problems))

    def __getitem__(self, name: str) -> Any:
        """The value a drawn widget has now."""
        return self._drawn[name]

    def expected(self, kind: type[C]) -> C | None:
        """What :meth:`config` will give once the widgets are drawn, as their last run left them.

        None where that is not known: after a link, and where the widgets contradict each other.
        """
        if self._fresh:
            return None
        values: dict[str, Value] = {}
        for names, key in _widgets(kind):
            chosen = st.session_state[key]
            values.update(zip(names, chosen if len(names) > 1 else (chosen,), strict=True))
        stripped = {n: v.strip() if isinstance(v, str) else v for n, v in values.items()}
        try:
            return kind(**{**latest(kind).values(), **stripped})
        except ParameterError:
            return None

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
            _keep(current)
        return current

    def write_url(self) -> dict[str, str]:
        """Put what differs from the defaults into the URL; returns what is in it.

        A scene of which something has changed is over.
        """
        if isinstance(self.prepared, Scene):
            if self._as_prepared(self.prepared):
                if self.sentence is not None:
                    place = self.sentence.container(key="sentence")
                    place.html(_SENTENCE)
                    place.markdown(f"**{self.prepared.name}.** {self.prepared.sentence}")
            else:
                change(StageLook, scene="")
                self.prepared = None
        texts: dict[str, str] = {}
        for kind in self._kinds:
            texts.update(latest(kind).changes())
            if self.prepared is not None:
                # Also where the default is back, for else the link would bring what was prepared.
                values = latest(kind).values()
                again = self.prepared.parameters.keys() & values.keys() - texts.keys()
                texts |= {name: specs(kind)[name].format(values[name]) for name in again}
        if texts != self._texts:
            st.query_params.from_dict(texts)
        return texts

    def _load(self, texts: Mapping[str, str]) -> None:
        problems: list[str] = []
        stage, _ = StageLook.parse(texts)
        try:
            setting = prepared(stage)
            texts = {**(setting.parameters if setting else {}), **texts}
        except ParameterError as problem:
            problems.append(f"{problem} The page is shown without.")
            texts = {name: text for name, text in texts.items() if name not in SETTINGS}
        known = {name for kind in self._kinds for name in specs(kind)}
        for kind in self._kinds:
            config, wrong = kind.parse(texts)
            visit.of(Chosen).configs[kind] = config
            problems += [f"{problem} The default is used." for problem in wrong]
        unknown = sorted(texts.keys() - known)
        if unknown:
            problems.append(f"This page does not know: {_names(unknown)}.")
        unknown = sorted(set(stage.shown) - known)
        if unknown:
            problems.append(f"This page cannot show: {_names(unknown)}.")
        visit.of(Chosen).problems = problems

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
        if self._row is None:
            return draw()
        if not set(names) & set(self.stage.shown):
            return st.session_state.pop(key)
        with self._row:
            return draw()

    def _prepare(self, kind: type[Config], names: Names) -> str:
        """A widget's key, with its value in place when the widget is not the one who knows it."""
        key = _key(kind, names)
        value = _value(latest(kind), names)
        if self._fresh and st.session_state.get(key, value) != value:
            key = _renew(kind, names)
        if self._fresh or key not in st.session_state:
            st.session_state[key] = value
        return key


def gone_back() -> bool:
    """Whether the script runs because the browser went back or forward to another address."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def change(kind: type[C], **changes: Any) -> None:
    """Change parameters from a callback."""
    changed = kind(**{**latest(kind).values(), **changes})
    _keep(changed)
    for names, key in _widgets(kind):
        if st.session_state[key] != _value(changed, names):
            _renew(kind, names)


def _widgets(kind: type[Config]) -> list[tuple[Names, str]]:
    """The names and the key of each of a kind's widgets that have a value."""
    return [
        (names, key)
        for (owner, names), key in visit.of(Chosen).keys.items()
        if owner is kind and key in st.session_state
    ]


def _key(kind: type[Config], names: Names) -> str:
    return visit.of(Chosen).keys.setdefault((kind, names), f"{kind.__name__}.{','.join(names)}")


def _renew(kind: type[Config], names: Names) -> str:
    """Give a widget, whose value is changed for it, another key.

    The browser may have the script run again before it has heard of the change: the value that
    comes with that is the old key's, and says nothing.
    """
    key = _key(kind, names)
    del st.session_state[key]
    name, _, times = key.partition(" ")
    visit.of(Chosen).keys[kind, names] = f"{name} {int(times or 0) + 1}"
    return _key(kind, names)


def _value(config: Config, names: Names) -> Any:
    values = tuple(getattr(config, name) for name in names)
    return values if len(values) > 1 else values[0]


def open_link(page: str, texts: Mapping[str, str]) -> None:
    """Go to a page with these parameters, as if a link had been followed. From a callback."""
    place = visit.of(Place)
    place.link, place.next_page = dict(texts), page


def projecting() -> bool:
    """Whether the page is shown to a room."""
    return latest(StageLook).projector


def prepared(stage: StageLook) -> Scene | Step | None:
    """What this page is set up as.

    Raises:
        ParameterError: there is no such scene, lesson or step on this page.
    """
    page = visit.of(Place).page
    if stage.lesson:
        return lessons.find(stage.lesson, stage.step, page)
    return scenes.find(stage.scene, page) if stage.scene else None


def latest(kind: type[C]) -> C:
    """The config as the page had it last."""
    config = visit.of(Chosen).configs.get(kind)
    return config if isinstance(config, kind) else kind()


def _keep(config: Config) -> None:
    """What somebody has chosen is the latest; what was wrong in a link is over."""
    chosen = visit.of(Chosen)
    chosen.configs[type(config)], chosen.problems = config, []


def _names(unknown: list[str]) -> str:
    return printable(" ".join(", ".join(unknown).split()), MOST_LETTERS)


def _common(spec: Spec, key: str) -> dict[str, Any]:
    return {"key": key, "help": spec.help, "persist_state": "session"}


def _slider(fields: list[Spec], key: str) -> Any:
    spec = fields[0]
    common = _common(spec, key)
    label = spec.label
    if len(fields) > 1:
        # "Fewest hidden layers", "Most hidden layers": "Fewest to most hidden layers".
        label = f"{spec.label.split()[0]} to {fields[1].label[0].lower()}{fields[1].label[1:]}"
    if spec.options:
        # What else is allowed has been checked.
        options = list(dict.fromkeys((*spec.options, st.session_state[key])))
        return st.selectbox(label, options, format_func=lambda name: name_of(spec, name), **common)
    if spec.kind is bool:
        return st.toggle(label, **common)
    if spec.low > 0 and spec.high / spec.low >= WIDE:
        stops = sorted({*_stops(spec), st.session_state[key]})
        return st.select_slider(label, stops, format_func=lambda stop: f"{stop:,g}", **common)
    step = 1 if spec.kind is int else (spec.high - spec.low) / 100
    return st.slider(label, spec.kind(spec.low), spec.kind(spec.high), step=step, **common)


def _stops(spec: Spec) -> set[Value]:
    """The bounds, the default, and 1, 2, 5, 10, … between them."""
    decades = range(math.floor(math.log10(spec.low)), math.ceil(math.log10(spec.high)) + 1)
    steps = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 2, 5))
    between = {spec.kind(step) for step in steps if spec.low <= step <= spec.high}
    return {spec.kind(spec.low), spec.kind(spec.high), spec.default, *between}


def name_of(spec: Spec, option: str) -> str:
    """An option as people write it."""
    if spec.name == "activation":
        return ACTIVATIONS[option].label
    if spec.name == "basis" and option in BASES:
        return BASES[option].label
    if spec.name == "optimiser":
        return OPTIMISERS[option]
    return option.replace("_", " ").capitalize()
