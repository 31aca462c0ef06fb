"""Links: parameters that are followed, from an address or from the app itself."""

import re
from collections.abc import Collection, Mapping, Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import visit
from app.controls import chosen
from app.display import StageDisplay
from app.lessons import lessons, scenes
from app.lessons.lessons import Ending, Step
from app.lessons.scenes import Scene
from app.pages import parts, showable
from app.visit import Place
from mlpcore.params import Config, ParameterError, specs
from mlpcore.texts import printable

# Of names in a link that a message repeats.
MOST_LETTERS = 200
# Parameters that name what a page is set up as.
SETTINGS = ("scene", "lesson", "step")
# Streamlit's own.
EMBEDDING = ("embed", "embed_options")
# What is left of &amp; between parameters, once or more.
_AMPERSANDS = re.compile("^(amp;)+")
# What mail, chat and search programs add: names, and how families of names begin.
TRACKING = {
    *("fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "msclkid", "twclid", "ttclid"),
    *("yclid", "igsh", "igshid", "mibextid", "li_fat_id", "srsltid", "mkt_tok", "vero_id"),
}
FAMILIES = ("utm_", "mtm_", "pk_", "hsa_", "mc_", "oly_", "_hs", "_ga", "_gl")
# What a program may take along from behind a link in a sentence.
TAKEN_ALONG = " .,;:!?)]}>'\"’”»*"


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
    problems: list[str] = []
    if link is None and (back or (entered and address)):
        link = address
        twice = [name for name in address if len(st.query_params.get_all(name)) > 1]
        problems = [_given_twice(name, address[name]) for name in twice]
    if entered or back:
        place.address = None  # an older page of this visit may have changed it since
    if link is not None:
        configs, wrong = read(kinds, link, place.page)
        chosen.turn(configs, problems + wrong)
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
    known = {name for kind in kinds for name in specs(kind)}
    texts, problems = meant(texts, known)
    stage, _ = StageDisplay.parse(texts)
    try:
        setting = prepared(stage, page)
        if setting:
            texts = {**setting.parameters, **setting.staging, **texts}
    except ParameterError as problem:
        problems.append(f"{problem} The page is shown without.")
        texts = {name: text for name, text in texts.items() if name not in SETTINGS}
    configs: dict[type[Config], Config] = {}
    for kind in kinds:
        configs[kind], wrong = kind.parse(texts)
        problems += [f"{problem} The default is used." for problem in wrong]
    for unknown, words in (
        (texts.keys() - known, "This page does not know"),
        (set(stage.shown) - showable(page).keys(), "This page cannot show"),
        ({stage.look} - {"", *parts(page)}, "This page has no part"),
    ):
        if unknown:
            names = " ".join(", ".join(sorted(unknown)).split())
            problems.append(f"{words}: {printable(names, MOST_LETTERS)}.")
    return configs, problems


def meant(texts: Mapping[str, str], known: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """A link's parameters without what programs on its way did to it, and what is given twice.

    Args:
        texts: parameters in the link's order.
        known: names of those that the page knows.
    """
    found: dict[str, str] = {}
    problems = []
    for place, (written, text) in enumerate(texts.items(), 1):
        lower = _AMPERSANDS.sub("", written.lower())
        if lower in TRACKING or lower.startswith(FAMILIES):
            continue
        name = lower if lower in known else written
        if name in found:
            problems.append(_given_twice(name, text))
        found[name] = text.rstrip(TAKEN_ALONG) if place == len(texts) else text
    return found, problems


def _given_twice(name: str, text: str) -> str:
    words = printable(" ".join(f"{name} is given twice; {text}".split()), MOST_LETTERS)
    return f"{words} is used."


def prepared(stage: StageDisplay, page: str) -> Scene | Step | Ending | None:
    """What a page is set up as.

    Raises:
        ParameterError: there is no such scene, lesson or step on this page.
    """
    if stage.lesson:
        return lessons.find(stage.lesson, stage.step, page)
    return scenes.find(stage.scene, page) if stage.scene else None
