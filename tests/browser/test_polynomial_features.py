"""Polynomial Features in a real browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MAP = ".mlp-live .js-plotly-plot"


def test_both_maps_follow_training_and_zoom(page, server, wait_for):
    page.goto(f"{server.url}/polynomial-features?degree=30&epochs=1000&seeds=4&seed=7000")
    maps = page.locator(f"{MAP}:has(image)")
    expect(maps.nth(1)).to_be_visible()
    before = [maps.nth(i).locator("image").get_attribute("href") for i in (0, 1)]
    wait_for(
        lambda: all(maps.nth(i).locator("image").get_attribute("href") != before[i] for i in (0, 1))
    )
    expect(page.locator(".headline")).to_contain_text("Outside, to ±2:")
    page.get_by_role("slider", name="Map half-width").press("End")
    expect(page.locator(".headline")).to_contain_text("Outside, to ±10:")
    expect(page.locator("figcaption", has_text="outside")).to_have_count(2)
    expect(page.locator(".words").first).to_have_text(re.compile(r"^epoch \d+ of 1000$"))
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)


def test_the_sweep_draws_its_curve(page, server):
    sweep = "sweep=true&degree_from=1&degree_to=3&degree_step=2"
    page.goto(
        f"{server.url}/polynomial-features?degree=3&epochs=2&seeds=2&samples=100"
        f"&batch_size=32&seed=7100&{sweep}"
    )
    expect(page.locator(".words").nth(1)).to_have_text(
        re.compile("^finished, Legendre of degree 3")
    )
    expect(page.get_by_label(re.compile("Test accuracy against degree"))).to_be_visible()
