"""Pages as tests drive them, without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from app import visit as visits
from app.live import component
from app.live.component import Watching
from app.pages import view

ROUTER = Path(__file__).parents[2] / "app" / "router.py"


def visit(page, opened=(), **parameters):
    """Open a page, named as addresses name it, with parameters.

    ``opened`` are keys of its popovers and expanders.
    """
    at = AppTest.from_file(str(ROUTER), default_timeout=180).run()
    at.switch_page(view(page))
    for name, value in parameters.items():
        at.query_params[name] = value
    for popover in opened:
        at.session_state[popover] = True
    return at.run()


def of(at, kind):
    """What the server remembers of a visit, by the kind of object."""
    return at.session_state[visits.KEY][kind]


def shown(at, slot="main"):
    """The job that a page shows, if any."""
    return component.jobs().get(of(at, Watching).shown.get(slot, ""))


def press(at, label):
    """Press the button that says so."""
    return next(button for button in at.button if button.label == label).click().run()


def answer(at, choice, question=0):
    """Answer the open question of this place on the page with the choice that begins so."""
    radio = at.radio[question]
    radio.set_value(next(option for option in radio.options if option.startswith(choice)))
    return [button for button in at.button if button.label == "Answer"][question].click().run()
