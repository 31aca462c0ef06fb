"""A rerun that comes with controls from before a change does not undo the change.

The browser may ask for one before it has drawn what the page's script has changed.
"""

import pytest

from tests.app import pages
from tests.app.pages import shown


def visit(page):
    return pages.visit(page, epochs="1", seeds="2", samples="50")


def config(at, slot="main"):
    return shown(at, slot).config


@pytest.mark.parametrize(
    ("page", "button", "slot"),
    [
        ("initialization", "Ordered", "deep"),
        ("wide-vs-deep", "Ten times the budget", "main"),
        ("wide-vs-deep", "New seeds", "main"),
        ("polynomial-features", "Degree 3 is too few", "main"),
    ],
)
def test_what_a_button_changes_stays(page, button, slot):
    at = visit(page)
    before, controls = config(at, slot), at._tree.get_widget_states()
    pressed = next(one for one in at.button if one.label == button)
    at = pressed.click().run()
    changed = config(at, slot)
    assert changed != before
    for _ in range(2):
        at = at._run(controls)
        assert not at.exception
        assert config(at, slot) == changed
    # What a person changes then is taken.
    seeds = next(one for one in at.slider if one.label == "Seeds")
    at = seeds.set_value(5).run()
    assert config(at, "main").seeds == 5
