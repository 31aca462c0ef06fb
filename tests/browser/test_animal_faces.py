"""Animal Faces in a real browser: filters form while it trains, and pictures can be brought."""

import io
import itertools
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PLOT = ".mlp-live .js-plotly-plot"
FILTERS = f".mlp-live figure[aria-label*='filters of the first layer'] {PLOT.split()[1]}"
# A result is kept for all who ask for it, so each visit asks for another one.
SEEDS = itertools.count(5000, 100)


def visit(page: Page, url: str, parameters: str) -> None:
    page.goto(f"{url}/animal-faces?{parameters}&seed={next(SEEDS)}")
    # Drawn faces are made at the first visit ever.
    expect(page.locator(FILTERS).first).to_be_visible(timeout=90_000)


def whole(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)


def filters(page: Page) -> str:
    """The picture in the first filter grid."""
    return page.locator(f"{FILTERS} image").first.get_attribute("href") or ""


def archive() -> bytes:
    stream, noise = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(stream, "w") as file:
        for name, i in itertools.product(("ant", "bee"), range(6)):
            picture = io.BytesIO()
            Image.fromarray(noise.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(
                picture, "PNG"
            )
            file.writestr(f"zoo/{name}/{i}.png", picture.getvalue())
    return stream.getvalue()


def test_filters_form_while_it_trains(page, server, wait_for):
    visit(page, server.url, "epochs=500&augmentation=off&widths=16")
    before = filters(page)
    wait_for(lambda: filters(page) != before)
    expect(page.get_by_text("You see drawn faces")).to_be_visible()
    page.get_by_text("Order by norm").click()
    expect(page.locator(FILTERS)).to_have_count(1)
    whole(page)


def test_a_filter_that_is_clicked_is_shown_large(page, server):
    visit(page, server.url, "epochs=2&widths=64&augmentation=off")
    expect(page.locator(".words")).to_contain_text("finished")
    grid = page.locator(FILTERS).first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    # The third of the second row of eight.
    spot = {"x": box["width"] * 2.5 / 8, "y": box["height"] * 1.5 / 8}
    grid.hover(position=spot)
    grid.click(position=spot)
    expect(page.locator("figcaption", has_text="unit 11")).to_have_count(1)
    whole(page)


def test_an_archive_that_is_uploaded_is_learnt(page, server):
    visit(page, server.url, "epochs=2&widths=8&augmentation=off")
    page.get_by_text("Your own pictures").click()
    file = {"name": "zoo.zip", "mimeType": "application/zip", "buffer": archive()}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("12 pictures of 2 classes")).to_be_visible()
    expect(page.get_by_text("You see pictures somebody brought.")).to_be_visible()
    whole(page)


def test_a_broken_archive_is_refused_in_words(page, server):
    visit(page, server.url, "epochs=2&widths=8&augmentation=off")
    page.get_by_text("Your own pictures").click()
    file = {"name": "zoo.zip", "mimeType": "application/zip", "buffer": b"no archive"}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("data must be")).to_be_visible()
    expect(page.get_by_text("You see drawn faces")).to_be_visible()
    whole(page)
