"""What stands above a page's result: scenes to choose, a lesson's question, a room's view."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import streamlit as st

from app import visit
from app.classroom import ending, guesses, keys
from app.classroom.questions import answered, ask, step_name
from app.controls import Panel, change, open_link
from app.display import StageDisplay
from app.lessons import lessons, scenes
from app.lessons.lessons import Ending, Guess, Lesson, Step
from app.lessons.measures import MEASURES
from app.lessons.scenes import Scene
from app.lessons.toml_files import FileProblem
from app.live import component
from app.live.component import live_figures
from app.pages import showable
from app.results.steering import toggle
from app.texts.markdown import listed
from app.visit import Place
from mlpcore.params import Config
from mlpcore.running.jobs import Job

_STYLES = {name: Path(__file__).with_name(f"{name}.css") for name in ("lesson", "projector")}
# Page, and parameters of its address.
Link = tuple[str, Mapping[str, str]]


def present(panel: Panel, config: Config) -> None:
    """Draw the top of a page; it ends here while a lesson's question is open, and at its end.

    Args:
        panel: the page's controls.
        config: the experiment they describe.
    """
    if panel.stage.projector:
        st.html(_STYLES["projector"])
    step = panel.prepared
    if isinstance(step, Scene | None):
        _offer_scenes(panel)
        return
    st.html(_STYLES["lesson"])
    _lesson_bar(panel, step)
    if isinstance(step, Ending):
        ending.show(step.lesson, _walk(panel, step.lesson), partial(_scene_link, panel))
    if isinstance(step, Ending) or ask(step, config, _name(panel)) is None:
        component.release_all()
        _listen(panel, None)
        panel.write_url()
        st.stop()


def play(panel: Panel, job: Job) -> None:
    """Let keys steer a page's job, and compare what a lesson's learner guessed with it."""
    _listen(panel, job)
    step = panel.prepared
    if isinstance(step, Step) and isinstance(step.task, Guess):
        guess = answered(step.task, _name(panel))
        guesses.note(step.task, _name(panel), job)
        beside = (guesses.beside, {"measure": step.task.measure, "guess": guess})
        height = "20rem" if MEASURES[step.task.measure].places else "3rem"
        live_figures(job, [beside], key="guess", min_width="100%", height=height)


def show_file_problems(problems: list[FileProblem]) -> None:
    """Say what is wrong with files that a teacher has written."""
    if problems:
        st.warning(listed("Left out, until these files are mended:", problems))


def _name(panel: Panel) -> str:
    """A step's name among all lessons'."""
    return step_name(panel.stage.lesson, panel.stage.step)


def _offer_scenes(panel: Panel) -> None:
    if not panel.stage.projector:
        found, problems = scenes.of_page(_page())
        with st.container(key="scenes", horizontal=True, gap="xsmall", wrap=False):
            for scene in found:
                with st.container(key=f"scene-{scene.slug}", horizontal=True, gap="xsmall"):
                    if scene.picture:
                        st.image(str(scene.picture), alt="")
                    page, texts = _scene_link(panel, scene)
                    st.button(
                        scene.name,
                        type="tertiary",
                        help=scene.sentence,
                        on_click=open_link,
                        args=(page, texts),
                        wrap=True,
                        key=f"open {scene.slug}",
                    )
        show_file_problems(problems)
    _projector_button(panel)
    panel.sentence = st.empty()


def _lesson_bar(panel: Panel, step: Step | Ending) -> None:
    lesson, turns = lessons.get(panel.stage.lesson), _turns(panel)
    place = "the end"
    if isinstance(step, Step):
        place = f"step {panel.stage.step} of {len(lesson.steps)}: {step.name}"
    with st.container(key="lesson", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{lesson.title}** · {place}")
        for way, label, icon in (
            ("left", "Previous", "arrow_back"),
            ("right", "Next", "arrow_forward"),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                disabled=way not in turns,
                on_click=open_link,
                args=turns.get(way),
            )
        st.button(
            "Leave",
            icon=":material/close:",
            help="Keep the settings, leave the lesson.",
            on_click=partial(change, StageDisplay, lesson="", step=1, **panel.unstaged()),
        )
        _projector_button(panel)


def _projector_button(panel: Panel) -> None:
    on = panel.stage.projector
    st.button(
        "Leave projector" if on else "Projector",
        icon=f":material/{'close_fullscreen' if on else 'present_to_all'}:",
        help="Back to all controls." if on else "Large type and no controls, for a room.",
        on_click=partial(change, StageDisplay, projector=not on),
        key="projector",
    )


def _page() -> str:
    return visit.of(Place).page


def _turns(panel: Panel) -> dict[str, Link]:
    """Where the arrow keys "left" and "right" lead: a lesson's steps, or the page's scenes."""
    if isinstance(panel.prepared, Step | Ending):
        links = _walk(panel, lessons.get(panel.stage.lesson))
        here = panel.stage.step - 1
    else:
        found = scenes.of_page(_page())[0]
        links = [_scene_link(panel, scene) for scene in found]
        slugs = [scene.slug for scene in found]
        here = slugs.index(panel.prepared.slug) if panel.prepared else -1
    places = {"left": here - 1, "right": here + 1}
    return {way: links[place] for way, place in places.items() if 0 <= place < len(links)}


def _walk(panel: Panel, lesson: Lesson) -> list[Link]:
    """Where a lesson's steps are, and its end."""
    return [
        _link(panel, step, lesson.address(number)) for number, step in enumerate(lesson.walk, 1)
    ]


def _scene_link(panel: Panel, scene: Scene) -> Link:
    return _link(panel, scene, {"scene": scene.slug})


def _link(panel: Panel, there: Scene | Step | Ending, texts: Mapping[str, str]) -> Link:
    """A link that stays in the room's view, with what it is shown here and can be there.

    What a scene or step shows of its own is neither taken there nor added to.
    """
    stage = panel.stage.changes()
    kept = {name: text for name, text in stage.items() if name == "projector"}
    mine = panel.prepared.staging.get("show") if panel.prepared else None
    known = [name for name in panel.stage.shown if name in showable(there.page)]
    if known and panel.stage.show != mine and "show" not in there.staging:
        kept["show"] = ",".join(known)
    return there.page, {**kept, **texts}


def _listen(panel: Panel, job: Job | None) -> None:
    """Let a room's presenter pause with the space bar, and turn pages with the arrows."""
    if panel.stage.projector:
        with panel.keys:
            keys.listen(partial(_pressed, _turns(panel), job))


def _pressed(turns: Mapping[str, Link], job: Job | None, key: str) -> None:
    if key in turns:
        open_link(*turns[key])
    elif key == "space" and job is not None:
        toggle(job)
