"""Questions to answer before the answer is shown."""

from collections.abc import Sequence

import streamlit as st

from app.lessons import Choice, Guess, Step
from app.measures import MEASURES
from mlpcore.params import Config

# The place of a choice, or a number for each place of a measure.
Answer = int | tuple[float, ...]


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
    answers: dict[str, Answer] = st.session_state.setdefault("_answers", {})
    answer: Answer | None
    if key not in answers:
        place = st.empty()
        with place.container():
            st.markdown(f"## {step.question}")
            if isinstance(step.task, Choice):
                answer = _choose(step.question, step.task.choices, f"{key} choice")
            else:
                answer = _estimate(step.task, config, key)
        if answer is None:
            return None
        answers[key] = answer
        place.empty()
    st.markdown(f"{step.question} {_said(step, answers[key])}\n\n{step.answer}")
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


def _estimate(task: Guess, config: Config, key: str) -> tuple[float, ...] | None:
    """Sliders for a number, or for one at each place; None until the learner is done."""
    measure = MEASURES[task.measure]
    places = measure.places(config) if measure.places else []
    labels = [f"{place:.3g}" for place in places] or [measure.name]
    if places:
        st.markdown(f"{measure.title}, against {measure.along}:")
    values = [
        column.slider(
            label,
            task.low,
            task.high,
            (task.low + task.high) / 2,
            step=(task.high - task.low) / 100,
            format=f"%g{measure.unit.replace('%', '%%')}",
            key=f"{key} {place}",
        )
        for place, (label, column) in enumerate(zip(labels, st.columns(len(labels)), strict=True))
    ]
    done = st.button("That is my guess", type="primary", key=f"{key} done")
    return tuple(values) if done else None


def _said(step: Step, answer: Answer) -> str:
    if isinstance(step.task, Choice) and isinstance(answer, int):
        choices, right = step.task.choices, step.task.right
        return f"You said: *{choices[answer]}* {_verdict(choices, right, answer)}"
    return ""


def _verdict(choices: Sequence[str], right: int, guess: int) -> str:
    return "Yes." if guess == right else f"Rather: *{choices[right]}*"
