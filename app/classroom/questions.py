"""Questions to answer before the answer is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from app import visit
from app.draw.curve import Curve, draw_curve, fine_step, read_curve
from app.figures.words import count
from app.lessons.lessons import Choice, Guess, Step
from app.lessons.measures import MEASURES, Measure
from mlpcore.params import Config

# The place of a choice, or a number for each place of a measure.
Answer = int | tuple[float, ...]


@dataclass
class Said:
    """What was answered to lessons.

    Attributes:
        answers: a step's name among all lessons' → what was answered there.
        curves: a question's name and its places → what is drawn there so far.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


def predict(question: str, choices: Sequence[str], right: int, answer: str, key: str) -> None:
    """Ask a question; once a choice is made, say whether it holds and give the answer.

    Args:
        question: Markdown.
        choices: what may be chosen.
        right: place of the right choice.
        answer: Markdown, the explanation.
        key: names the question among the page's widgets.
    """
    st.markdown(f"**{question}**")
    guess = _choose(question, choices, key)
    if guess is None:
        st.caption("Choose first; then the answer is shown.")
        return
    st.markdown(f"{_verdict(choices, right, guess)}\n\n{answer}")


def ask(step: Step, config: Config, key: str) -> Answer | None:
    """Ask a lesson's question; once it has been answered, say what was said and give the answer.

    Args:
        step: with the question.
        config: the experiment it is about.
        key: names the step among all lessons'.

    Returns:
        What has been answered; None if nothing has.
    """
    answers = visit.of(Said).answers
    if key not in answers:
        place = st.empty()
        with place.container():
            st.markdown(f"## {step.question}")
            if isinstance(step.task, Choice):
                choice = _choose(step.question, step.task.choices, f"{key} choice")
                if choice is not None:
                    answers[key] = choice
            else:
                _estimate(step.task, config, key)
        if key not in answers:
            return None
        place.empty()
    st.markdown(f"{step.question}\n\n{_said(step, answers[key])}\n\n{step.answer}")
    return answers[key]


def _choose(question: str, choices: Sequence[str], key: str) -> int | None:
    """The place of what is chosen, if anything."""
    guess = st.radio(
        question,
        choices,
        index=None,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    return None if guess is None else choices.index(guess)


def _estimate(task: Guess, config: Config, key: str) -> None:
    """Draw a number or a curve to guess, which is the answer once the learner is done."""
    measure, slider = MEASURES[task.measure], f"{key} guess"
    curve: Curve = ()
    if measure.places:
        curve = _draw(task, measure, measure.places(config), key)
    else:
        _slide(task, measure, slider)
    drawn = tuple(value for value in curve if value is not None)
    missing = len(curve) - len(drawn)

    def compare() -> None:
        visit.of(Said).answers[key] = drawn or (visit.values()[slider],)

    label = f"Compare ({count(missing, 'place')} to draw)" if missing else "Compare"
    st.button(label, type="primary", disabled=missing > 0, on_click=compare, key=f"{key} done")


def _draw(task: Guess, measure: Measure, places: Sequence[float], key: str) -> Curve:
    """A chart to draw on; what has been drawn on it, which is kept for the visit."""
    curves = visit.of(Said).curves
    name = f"{key} {', '.join(map(str, places))}"

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
    """Draw a slider for a number."""
    st.slider(
        measure.title,
        task.low,
        task.high,
        (task.low + task.high) / 2,
        step=fine_step(task.low, task.high),
        format=f"%g{measure.unit.replace('%', '%%')}",
        key=key,
        persist_state="session",
    )


def _said(step: Step, answer: Answer) -> str:
    if isinstance(step.task, Choice) and isinstance(answer, int):
        choices, right = step.task.choices, step.task.right
        return f"You said: *{choices[answer]}* {_verdict(choices, right, answer)}"
    return ""


def _verdict(choices: Sequence[str], right: int, guess: int) -> str:
    return "Yes." if guess == right else f"Rather: *{choices[right]}*"
