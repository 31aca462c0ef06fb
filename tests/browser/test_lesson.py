"""A lesson by keyboard alone, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    expect(target).to_be_enabled()
    for _ in range(12):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab does not lead there.")


def test_a_lesson_is_walked_by_keyboard(page, server):
    page.goto(f"{server.url}/initialization?lesson=deep-mlps&step=9&projector=true")
    slider = page.get_by_role("slider", name="best gain")
    expect(page.get_by_text("move me").first).to_be_visible()
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    tab_to(page, slider)
    page.keyboard.press("PageUp")
    tab_to(page, compare)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said 0.")).to_be_visible()
    expect(page.locator(".st-key-question-deep-mlps-9")).to_be_focused()

    page.keyboard.press("ArrowRight")  # the next step
    choices = page.get_by_role("radio")
    expect(choices).to_have_count(3)
    expect(page).to_have_title("Initialization · step 10 · MLP Explorer")
    tab_to(page, choices.first)
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(choices.last).to_be_checked()
    expect(page.get_by_text("You said")).to_have_count(0)
    tab_to(page, page.get_by_role("button", name="Answer"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said: ")).to_be_visible()
    question = page.locator(".st-key-question-deep-mlps-10")
    expect(question).to_be_focused()

    tab_to(page, page.get_by_role("button", name="Ask again"))
    page.keyboard.press("Enter")
    expect(choices).to_have_count(3)
    expect(question).to_be_focused()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.keyboard.press("ArrowLeft")  # the step before, with what was said there
    expect(page.get_by_text("You said 0.")).to_be_visible()
    expect(page).to_have_url(re.compile("step=9"))
