"""Questions to answer before the answer is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import visit
from app.classroom import polling
from app.draw.curve import Curve, draw_curve, fine_steps, read_curve
from app.figures.words import count
from app.lessons.lessons import Choice, Guess, Step
from app.lessons.measures import MEASURES, Measure
from app.scripts import script
from mlpcore.params import Config

# The place of a choice, or a number for each place of a measure.
Answer = int | tuple[float, ...]

# What a slider says before it is moved.
UNTOUCHED = "move me"

_JS = script(Path(__file__).with_name("focus.js"))


@dataclass(frozen=True)
class Measured:
    """What a run gave where something was guessed.

    Attributes:
        places: along a curve; none for a single number.
        values: one at each place, or the one.
    """

    places: tuple[float, ...]
    values: tuple[float, ...]


@dataclass
class Said:
    """What was answered.

    Attributes:
        answers: a question's name and what it asks for → what was answered there.
        measured: as answers → what was measured once the run had finished.
        counts: as answers → choice → how many of a class chose it, as it was shown to them.
        curves: a question's name and its places → what is drawn there so far.
        round: how often something was asked again; what answers are given with is then new.
        turns: how often a question was answered or asked again.
        latest: name of the question that was.
    """

    answers: dict[tuple[str, Choice | Guess], Answer] = field(default_factory=dict)
    measured: dict[tuple[str, Choice | Guess], Measured] = field(default_factory=dict)
    counts: dict[tuple[str, Choice | Guess], dict[str, int]] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    round: int = 0
    turns: int = 0
    latest: str = ""


def predict(question: str, choices: Sequence[str], right: int, answer: str, key: str) -> bool:
    """Ask a question; once it has been answered, say whether that holds and give the answer.

    Args:
        question: Markdown.
        choices: what may be chosen.
        right: place of the right choice.
        answer: Markdown, the explanation.
        key: names the question among the page's widgets.

    Returns:
        Whether it has been answered.
    """
    task = Choice(tuple(choices), right)
    given = answered(task, key)
    with _place(key):
        if given is None:
            st.markdown(f"**{question}**")
            _choose(question, task, key)
        else:
            _reveal(f"**{question}**", task, answer, key)
            _ask_again(task, key)
    return given is not None


def ask(step: Step, config: Config, key: str) -> Answer | None:
    """Ask a lesson's question; once it has been answered, say what was said and give the answer.

    Args:
        step: with the question.
        config: the experiment it is about.
        key: names the step among all lessons'.

    Returns:
        What has been answered; None if nothing has.
    """
    given = answered(step.task, key)
    with _place(key):
        if given is not None:
            _reveal(step.question, step.task, step.answer, key)
            with st.container(horizontal=True):
                _ask_again(step.task, key)
                st.button(
                    "Ask all again",
                    icon=":material/restart_alt:",
                    type="tertiary",
                    help="Forget all answers of this visit, for the next class.",
                    on_click=_take_back,
                    args=(key,),
                )
            return given
        st.markdown(f"## {step.question}")
        if isinstance(step.task, Choice):
            _choose(step.question, step.task, key)
        else:
            _estimate(step.task, config, key)
    return None


def answered(task: Choice | Guess, key: str) -> Answer | None:
    """What has been answered to a question, if anything."""
    return visit.of(Said).answers.get((key, task))


def step_name(lesson: str, step: int) -> str:
    """A step's name among all questions."""
    return f"{lesson} {step}"


def shuffled(question: str, choices: Sequence[str]) -> list[str]:
    """Choices in an order that says nothing, and is the same for everybody who is asked."""
    return sorted(choices, key=lambda choice: crc32(f"{question} {choice}".encode()))


def _place(key: str) -> DeltaGenerator:
    """Where a question is; the focus goes there when it has just been answered or asked again."""
    said = visit.of(Said)
    place = st.container(key=f"question {key}")
    if said.latest == key:
        with place:
            st.components.v2.component("mlp_focus", js=_JS, isolate_styles=False)(
                data={"turn": said.turns}, key=f"focus {key}"
            )
    return place


def _reveal(question: str, task: Choice | Guess, answer: str, key: str) -> None:
    """Draw a question that has been answered: what was said, and its answer."""
    said = visit.of(Said)
    counts = said.counts.get((key, task))
    words = f"{told(task, said.answers[key, task], counts)}\n\n{answer}"
    if counts and isinstance(task, Choice):
        st.markdown(question)
        heard, reveal = st.columns(2)
        with heard:
            polling.result(counts, task.choices[task.right])
        reveal.markdown(words)
    else:
        st.markdown(f"{question}\n\n{words}")


def _answer(task: Choice | Guess, key: str, answer: Answer) -> None:
    """Keep an answer. From a callback."""
    visit.of(Said).answers[key, task] = answer
    _turn(key)


def _turn(key: str) -> None:
    said = visit.of(Said)
    said.turns, said.latest = said.turns + 1, key


def _take_back(key: str, task: Choice | Guess | None = None) -> None:
    """Forget an answer, or all of the visit; whoever asks is at this question. From a callback."""
    said = visit.of(Said)
    if task is None:
        for kept in (said.answers, said.measured, said.counts):
            kept.clear()
    else:
        for kept in (said.answers, said.measured, said.counts):
            kept.pop((key, task), None)
    said.curves.clear()
    said.round += 1
    _turn(key)


def _ask_again(task: Choice | Guess, key: str) -> None:
    st.button(
        "Ask again",
        icon=":material/undo:",
        type="tertiary",
        on_click=_take_back,
        args=(key, task),
        key=f"{key} again",
    )


def _choose(question: str, task: Choice, key: str) -> None:
    """Draw choices, and the button that answers with the chosen one; or what a class says."""
    choices = shuffled(question, task.choices)

    def heard(counts: dict[str, int]) -> None:
        visit.of(Said).counts[key, task] = counts
        _answer(task, key, task.choices.index(max(counts, key=counts.__getitem__)))

    if polling.asks(key):
        polling.listen(key, heard)
        return
    radio = f"{key} choice {visit.of(Said).round}"

    def answer() -> None:
        chosen = visit.values()[radio]
        if chosen is not None:
            _answer(task, key, task.choices.index(chosen))

    # In a form, so that arrow keys may pass by choices.
    with st.form(f"{key} form", border=False):
        st.radio(
            question,
            choices,
            index=None,
            key=radio,
            label_visibility="collapsed",
            persist_state="session",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button("Answer", type="primary", on_click=answer)
            st.caption("Choose first; then the answer is shown.")
    polling.offer(question, choices, key)


def _estimate(task: Guess, config: Config, key: str) -> None:
    """Draw a number or a curve to guess, which is the answer once the learner is done."""
    said, measure = visit.of(Said), MEASURES[task.measure]
    widget = f"{key} guess {said.round}"
    if measure.places:
        places = measure.places(config)
        widget += f" from {task.low:g} to {task.high:g} at {', '.join(map(str, places))}"
        _draw(task, measure, places, widget)
    else:
        _slide(task, measure, widget)

    def guess() -> Curve:
        if measure.places:
            return said.curves[widget]
        stop = visit.values()[widget]
        return (None if stop == UNTOUCHED else stop,)

    def compare() -> None:
        numbers = tuple(number for number in guess() if number is not None)
        if len(numbers) == len(guess()):
            _answer(task, key, numbers)

    missing = guess().count(None)
    draw = f" ({count(missing, 'place')} to draw)" if missing and measure.places else ""
    st.button(
        f"Compare{draw}",
        type="primary",
        disabled=missing > 0,
        on_click=compare,
        key=f"{key} done",
    )


def _draw(task: Guess, measure: Measure, places: Sequence[float], name: str) -> Curve:
    """A chart to draw on; what has been drawn on it, which is kept for the visit."""
    curves = visit.of(Said).curves

    def take() -> None:
        sent = visit.values()[name].curve
        curves[name] = read_curve(sent, len(places), task.low, task.high) or curves[name]

    draw_curve(
        curves.setdefault(name, (None,) * len(places)),
        places,
        task.low,
        task.high,
        unit=measure.unit,
        title=measure.title,
        along=measure.along,
        key=name,
        on_change=take,
    )
    return curves[name]


def _slide(task: Guess, measure: Measure, key: str) -> None:
    """Draw a slider for a number; it says none before it is moved."""

    def words(stop: str | float) -> str:
        return stop if isinstance(stop, str) else f"{stop:g}{measure.unit}"

    st.select_slider(
        measure.title,
        [UNTOUCHED, *fine_steps(task.low, task.high)],
        format_func=words,
        key=key,
        persist_state="session",
    )
    with st.container(key="ends", horizontal=True, horizontal_alignment="distribute"):
        for end in (task.low, task.high):
            st.caption(words(end), width="content")


def told(task: Choice | Guess, answer: Answer, counts: Mapping[str, int] | None = None) -> str:
    """What was chosen, and what is right, as Markdown; of a guess nothing.

    Args:
        task: how a question was to be answered.
        answer: what was.
        counts: choice → how many of a class chose it, if one was asked.
    """
    if not (isinstance(task, Choice) and isinstance(answer, int)):
        return ""
    chosen, right = task.choices[answer], task.choices[task.right]
    if counts and list(counts.values()).count(counts[chosen]) > 1:
        return f"The class is divided. Right is: *{right}*"
    who = "The class" if counts else "You"
    return f"{who} said: *{chosen}* {'Yes.' if chosen == right else f'Rather: *{right}*'}"
