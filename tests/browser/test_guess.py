"""A curve that is guessed by drawing it, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.places import box

pytestmark = pytest.mark.browser

QUICK = "epochs=3&seeds=2&samples=100&batch_size=32"
STEP = "wide-vs-deep?lesson=deep-mlps&step=1"
COMPARED = re.compile(r"^Your guess is [\d.]+ points off on average, and [\d.]+ points at most")


def visit(page: Page, url: str, seed: int) -> Locator:
    """Visit the step; its chart."""
    page.goto(f"{url}/{STEP}&{QUICK}&seed={seed}")
    expect(places(page)).to_have_count(5)
    expect(page.get_by_role("button", name="Compare (5 places to draw)")).to_be_disabled()
    return page.locator(".mlp-curve .area")


def places(page: Page) -> Locator:
    return page.get_by_role("slider", name="hidden layers: ")


def says(page: Page, *values: str) -> None:
    """Wait until the places have these values."""
    for place, value in enumerate(values):
        expect(places(page).nth(place)).to_have_attribute("aria-valuetext", value)


def drag(page: Page, chart: Locator, *points: tuple[float, float]) -> None:
    """Draw a stroke in as few moves as there are points: shares of the width and of the height."""
    place = box(chart)
    for number, (x, y) in enumerate(points):
        chart.hover(position={"x": x * place["width"], "y": (1 - y) * place["height"]})
        if not number:
            page.mouse.down()
    page.mouse.up()


def compared(page: Page) -> None:
    """Wait for the end of the run, and for how far the guess is off."""
    expect(page.locator(".words").first).to_have_text("finished, epoch 3 of 3")
    expect(page.locator(".st-key-guess figcaption")).to_have_text(COMPARED)
    expect(page.locator(".st-key-guess .js-plotly-plot")).to_be_visible()
    expect(page.locator(".mlp-curve")).to_have_count(0)


def test_a_curve_is_drawn_with_the_mouse_and_compared(page, server):
    chart = visit(page, server.url, 90400)
    drag(page, chart, (0.1, 0.4), (0.5, 0.8), (0.9, 0.6))
    says(page, "40%", "60%", "80%", "70%", "60%")
    expect(page.locator(".mlp-live")).to_have_count(0)
    page.get_by_role("button", name="Compare", exact=True).click()
    compared(page)


def test_a_curve_is_drawn_with_the_keyboard_and_compared(page, server):
    visit(page, server.url, 90500)
    says(page, "not drawn yet")
    first, last = places(page).first, places(page).last
    first.focus()
    for key in ("ArrowUp", "PageUp", "ArrowRight", "ArrowDown", "Tab", "End", "ArrowRight", "Home"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    expect(last).to_be_focused()
    page.keyboard.press("Enter")
    says(page, "61%", "60%", "100%", "0%", "0%")
    button = page.get_by_role("button", name="Compare", exact=True)
    expect(button).to_be_enabled()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    compared(page)


def test_a_curve_that_is_half_drawn_is_there_after_another_step(page, server):
    chart = visit(page, server.url, 90600)
    drag(page, chart, (0.1, 0.4), (0.3, 0.6))
    says(page, "40%", "60%", "not drawn yet")
    expect(page.get_by_role("button", name="Compare (3 places to draw)")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".mlp-curve")).to_have_count(0)
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("button", name="Compare (3 places to draw)")).to_be_visible()
    says(page, "40%", "60%", "not drawn yet")


def test_a_finger_draws_on_a_phone_and_does_not_scroll(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    browser = page.context.new_cdp_session(page)
    browser.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    chart = visit(page, server.url, 90700)
    chart.hover()  # waits until it stands still
    place = box(chart)
    for kind, x, y in (("Start", 0.9, 0.9), ("Move", 0.5, 0.5), ("Move", 0.1, 0.1)):
        at = {"x": place["x"] + x * place["width"], "y": place["y"] + (1 - y) * place["height"]}
        browser.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": [at]})
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    says(page, "10%", "30%", "50%", "70%", "90%")
    expect(page.get_by_role("button", name="Compare", exact=True)).to_be_enabled()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => [main.scrollTop, main.scrollWidth - main.clientWidth]") == [0, 0]
