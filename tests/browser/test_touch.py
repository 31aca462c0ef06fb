"""On a phone: a finger on a figure does not zoom, so that it scrolls the page."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# A run of its own: results are cached and shared.
QUICK = "epochs=2&depth_to=2&seeds=1&samples=100&batch_size=32&seed=7301"
PLOT = ".st-key-depths .js-plotly-plot"


def test_a_finger_on_a_figure_is_left_to_the_page(chromium, server):
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(f"{server.url}/wide-vs-deep?{QUICK}")
    expect(page.locator(".words")).to_contain_text("finished")
    plot = page.locator(PLOT)
    plot.locator(".nsewdrag").wait_for(state="attached")
    assert page.evaluate("plot => plot._fullLayout.dragmode", plot.element_handle()) is False
    expect(plot.locator(".modebar-btn")).to_have_count(0)
    context.close()
