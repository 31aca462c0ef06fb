"""A lesson's end: all questions, what was said beside the results, a score, and what is next."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from app import visit
from app.classroom.guesses import sentence
from app.classroom.questions import Answer, Measured, Said, answered, shuffled, step_name, told
from app.controls import open_link
from app.figures.drawing import escape
from app.lessons.lessons import Choice, Guess, Lesson, Step
from app.lessons.measures import MEASURES, Measure
from app.lessons.scenes import Scene
from app.texts import lesson_end as texts

# Places of a curve in a row of a table, as many as a phone has room for.
ROW = 5
# Share of what could be said by which a guess that counts as right may be off.
CLOSE = 0.1

_CSS = Path(__file__).with_suffix(".css")
# Page, and parameters of its address.
Link = tuple[str, Mapping[str, str]]


def show(lesson: Lesson, walk: Sequence[Link], link: Callable[[Scene], Link]) -> None:
    """Draw a lesson's end.

    Args:
        lesson: the one that ends.
        walk: where its steps are.
        link: where a scene is.
    """
    st.html(_CSS)
    st.header(texts.HEAD)
    st.markdown(lesson.about)
    names = [step_name(lesson.slug, number) for number in range(1, len(lesson.steps) + 1)]
    verdicts = list(map(verdict, lesson.steps, names))
    st.markdown(score(verdicts))
    if any(isinstance(step.task, Guess) for step in lesson.steps):
        st.caption(texts.CLOSE)
    st.container(key="print").caption(texts.PRINT)
    for number, (step, name) in enumerate(zip(lesson.steps, names, strict=True), 1):
        with st.container(key=f"told {number}", border=True):
            st.markdown(f"**{number}. {step.name}** · {step.question}")
            _tell(step, name, walk[number - 1])
    if lesson.next:
        st.header(texts.NEXT)
        for place, scene in enumerate(lesson.next):
            with st.container(key=f"next {place}"):
                st.button(
                    scene.name,
                    icon=":material/arrow_forward:",
                    type="tertiary",
                    on_click=open_link,
                    args=link(scene),
                    key=f"open next {place}",
                )
                st.markdown(scene.sentence)


def verdict(step: Step, name: str) -> bool | str:
    """Whether a step's answer is right, or in a word of :data:`score` why that is not known."""
    answer = answered(step.task, name)
    if answer is None:
        return "open"
    if isinstance(step.task, Choice):
        return answer == step.task.right
    gaps = _gaps(answer, _measured(step.task, name))
    if not np.isfinite(gaps).any():
        return "unmeasured"
    return bool(np.nanmean(gaps) <= CLOSE * (step.task.high - step.task.low))


def score(verdicts: Iterable[bool | str]) -> str:
    """How many answers are right, in words."""
    found = list(verdicts)
    counts = {"open": found.count("open"), "unmeasured": found.count("unmeasured")}
    right = sum(one is True for one in found)
    words = [texts.SCORE.format(right=right, known=len(found) - sum(counts.values()))]
    words += [texts.OPEN.format(**counts)] if counts["open"] else []
    words += [texts.UNMEASURED.format(**counts)] if counts["unmeasured"] else []
    return " ".join(words)


def _tell(step: Step, name: str, link: Link) -> None:
    """Draw what was said to a question, and what came of it; its answer if it was answered."""
    answer = answered(step.task, name)
    if answer is None:
        if isinstance(step.task, Choice):
            choices = shuffled(step.question, step.task.choices)
            st.markdown("\n".join(f"- {choice}" for choice in choices))
        _return(texts.NOT_ANSWERED, texts.ANSWER, name, link)
        return
    if isinstance(step.task, Choice):
        st.markdown(told(step.task, answer))
    else:
        _tell_guess(step.task, answer, name, link)
    st.markdown(step.answer)


def _tell_guess(task: Guess, answer: Answer, name: str, link: Link) -> None:
    about, measured = MEASURES[task.measure], _measured(task, name)
    guess = _numbers(answer)
    if about.places is None:
        value = measured.values[0] if measured else float("nan")
        st.markdown(f"*{sentence(about, guess[0], value)}*")
    elif measured and len(measured.values) == len(guess):
        st.html("".join(_rows(about, measured, guess)))
    if measured is None:
        _return(texts.NOT_MEASURED, texts.MEASURE, name, link)


def _return(words: str, label: str, name: str, link: Link) -> None:
    """Say what is missing, and draw what leads to where it is had."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words, width="content")
        st.button(label, type="tertiary", on_click=open_link, args=link, key=f"{name} return")


def _rows(about: Measure, measured: Measured, guess: Sequence[float]) -> Iterable[str]:
    """A guessed curve beside the measured one, as tables of so many places that they fit a page."""
    for start in range(0, len(guess), ROW):
        part = slice(start, start + ROW)
        heads = "".join(f"<th scope=col>{place:.3g}</th>" for place in measured.places[part])
        lines = {texts.GUESSED: guess[part], texts.MEASURED: measured.values[part]}
        rows = "".join(
            f"<tr><th scope=row>{words}</th>{''.join(map(_cell(about), values))}</tr>"
            for words, values in lines.items()
        )
        caption = f"<caption>{escape(about.title)}</caption>"
        head = f"<thead><tr><th scope=col>{escape(about.along)}</th>{heads}</tr></thead>"
        yield f"<table class=told>{caption}{head}<tbody>{rows}</tbody></table>"


def _cell(about: Measure) -> Callable[[float], str]:
    return lambda value: f"<td>{escape(about.words(value))}</td>"


def _measured(task: Guess, name: str) -> Measured | None:
    return visit.of(Said).measured.get((name, task))


def _numbers(answer: Answer) -> tuple[float, ...]:
    return (answer,) if isinstance(answer, int) else answer


def _gaps(answer: Answer, measured: Measured | None) -> "np.ndarray":
    """How far a guess is off at each place; NaN if that is not known."""
    guess = _numbers(answer)
    values = measured.values if measured else ()
    return np.abs(np.subtract(guess, values)) if len(values) == len(guess) else np.array([np.nan])
