"""Links: parameters that are followed, from an address or from the app itself."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import visit
from app.controls import chosen
from app.display import StageDisplay
from app.lessons import lessons, scenes
from app.lessons.lessons import Step
from app.lessons.scenes import Scene
from app.visit import Place
from mlpcore.params import Config, ParameterError, specs
from mlpcore.texts import printable

# Of names in a link that a message repeats.
MOST_LETTERS = 200
# Parameters that name what a page is set up as.
SETTINGS = ("scene", "lesson", "step")
# Streamlit's own.
EMBEDDING = ("embed", "embed_options")


def open_link(page: str, texts: Mapping[str, str]) -> None:
    """Go to a page with these parameters, as if a link had been followed. From a callback."""
    place = visit.of(Place)
    place.link, place.next_page = dict(texts), page


def moved(number: int, address: Mapping[str, str]) -> None:
    """Follow the browser back or forward, if it is there no longer. From a callback.

    Args:
        number: of the move. The browser tells of one until it is heard, and of two maybe at once.
        address: parameters of the address there.
    """
    place = visit.of(Place)
    if number > place.moves:
        place.moves = number
        texts = {name: address[name] for name in address if name.lower() not in EMBEDDING}
        if texts != place.address:
            place.link, place.address = texts, None


def follow(kinds: Sequence[type[Config]]) -> bool:
    """Choose what the link says that brought the visit here, if one did.

    Args:
        kinds: of which parameters the page knows.

    Returns:
        Whether the page has just been opened, or come back to. One that is opened without
        parameters keeps those it had.
    """
    address = st.query_params.to_dict()
    place = visit.of(Place)
    back = _gone_back()
    link, entered = place.link, place.entered
    if link is None and (back or (entered and address)):
        link = address
    if entered or back:
        place.address = None  # an older page of this visit may have changed it since
    if link is not None:
        chosen.turn(*read(kinds, link, place.page))
    elif entered:
        visit.of(chosen.Chosen).configs.pop(StageDisplay, None)
    place.link, place.entered = None, False
    return entered


def _gone_back() -> bool:
    """Whether the script runs because the browser went back or forward to another address.

    Streamlit forgets it if another run is asked for in the meantime; then :func:`moved` is told.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write(texts: dict[str, str]) -> None:
    """Let the browser's address have these parameters."""
    place = visit.of(Place)
    if texts != place.address:
        st.query_params.from_dict(texts)
        place.address = texts


def read(
    kinds: Sequence[type[Config]], texts: Mapping[str, str], page: str
) -> tuple[dict[type[Config], Config], list[str]]:
    """The configs of a page that a link asks for, and what of it could not be used."""
    problems: list[str] = []
    stage, _ = StageDisplay.parse(texts)
    try:
        setting = prepared(stage, page)
        texts = {**(setting.parameters if setting else {}), **texts}
    except ParameterError as problem:
        problems.append(f"{problem} The page is shown without.")
        texts = {name: text for name, text in texts.items() if name not in SETTINGS}
    configs: dict[type[Config], Config] = {}
    for kind in kinds:
        configs[kind], wrong = kind.parse(texts)
        problems += [f"{problem} The default is used." for problem in wrong]
    known = {name for kind in kinds for name in specs(kind)}
    for unknown, words in (
        (texts.keys() - known, "This page does not know"),
        (set(stage.shown) - known, "This page cannot show"),
    ):
        if unknown:
            names = " ".join(", ".join(sorted(unknown)).split())
            problems.append(f"{words}: {printable(names, MOST_LETTERS)}.")
    return configs, problems


def prepared(stage: StageDisplay, page: str) -> Scene | Step | None:
    """What a page is set up as.

    Raises:
        ParameterError: there is no such scene, lesson or step on this page.
    """
    if stage.lesson:
        return lessons.find(stage.lesson, stage.step, page)
    return scenes.find(stage.scene, page) if stage.scene else None
