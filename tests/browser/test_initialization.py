"""Initialization in a real browser: points move while it trains, and pictures follow the gain."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

QUICK = "data=moons&widths=16-8&seeds=2&gains=4"
PLOT = ".mlp-live .js-plotly-plot"

# A result is kept for all who ask for it, so each visit asks for another one.
SEEDS = itertools.count(step=100)


def visit(page: Page, url: str, parameters: str = QUICK) -> None:
    page.goto(f"{url}/initialization?{parameters}&seed={next(SEEDS)}")
    expect(page.locator(PLOT).first).to_be_visible()


def whole(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)


def drawn_title(page: Page, text: str) -> None:
    expect(page.locator(f"{PLOT} .gtitle").filter(has_text=text)).to_have_count(1)


def test_the_finished_page_says_whether_theory_holds(page, server):
    visit(page, server.url)
    expect(page.locator(".words").first).to_have_text("finished, epoch 1 of 1")
    expect(page.locator(".headline").first).to_contain_text(
        re.compile("lies (in|out)side|might be any")
    )
    whole(page)


def test_points_move_while_it_trains(page, server, wait_for):
    """The run is short enough for a machine that does much else, and has many pictures."""
    visit(page, server.url, f"{QUICK}&epochs=100&gains=40&widths=32-16")
    plot = page.locator(PLOT).first
    wait_for(lambda: int(plot.get_attribute("data-frames") or 0) >= 4)
    whole(page)


def test_what_happens_inside_follows_the_gain(page, server):
    visit(page, server.url)
    drawn_title(page, "Signal at gain 1.40")
    gain = page.get_by_test_id("stSlider").filter(has_text=re.compile("^Gain"))
    gain.get_by_role("slider").press("ArrowRight")
    drawn_title(page, "Signal at gain 1.45")
    whole(page)


def test_presets_change_the_phase(page, server):
    visit(page, server.url)
    for name, words in (
        ("Ordered", "Ordered."),
        ("Critical", "Critical."),
        ("Chaotic", "Chaotic."),
    ):
        page.get_by_role("button", name=name).click()
        expect(page.locator(".headline strong").nth(1)).to_have_text(words)
    whole(page)


def test_a_grid_is_trained_when_asked_for_and_a_cell_sets_the_networks(page, server):
    """The click is in the middle of the map, on σ_w = 2."""
    small = "grid_sigmas=3&grid_depth_to=4&grid_depths=3&grid_width=8&grid_epochs=2&grid_seeds=1"
    visit(page, server.url, f"{QUICK}&{small}")
    expect(page.get_by_text("The rule 6 min(ξ_c, ξ_∇) holds in")).to_have_count(0)
    page.get_by_text("Train the grid").click()
    expect(page.locator(".headline").filter(has_text="of 9 cells.")).to_have_count(1)
    expect(page).to_have_url(re.compile("grid=true"))
    figure = page.locator("figure:has([aria-label^='Training accuracy by depth'])")
    figure.locator(".nsewdrag").click()
    expect(page).to_have_url(re.compile("sigma_w=2.0"))
    whole(page)
