"""Animal Faces in a real browser: filters form while it trains, and pictures can be brought."""

import io
import itertools
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.places import box

pytestmark = pytest.mark.browser

PLOT = ".mlp-live .js-plotly-plot"
FILTERS = f".mlp-live figure:has([aria-label*='filters of the first layer']) {PLOT.split()[1]}"
# A result is kept for all who ask for it, so each visit asks for another one.
SEEDS = itertools.count(5000, 100)


def visit(page: Page, url: str, parameters: str) -> None:
    page.goto(f"{url}/animal-faces?{parameters}&seed={next(SEEDS)}")
    # Drawn faces are made at the first visit ever.
    expect(page.locator(FILTERS).first).to_be_visible()
    # While it trains, what is far out of sight waits.
    page.locator(FILTERS).first.scroll_into_view_if_needed()


def whole(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)


def filters(page: Page) -> str:
    """The picture in the first filter grid."""
    return page.locator(f"{FILTERS} image").first.get_attribute("href") or ""


def upload(page: Page, label: str, name: str, data: bytes) -> None:
    """Give a file to the uploader of this label."""
    uploader = page.get_by_test_id("stFileUploader").filter(has_text=label)
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    uploader.locator("input[type=file]").set_input_files(file)


def picture(seed: int) -> bytes:
    stream, noise = io.BytesIO(), np.random.default_rng(seed)
    pixels = noise.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for i, name in enumerate(("ant", "bee") * 6):
            file.writestr(f"zoo/{name}/{i}.png", picture(i))
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
    place = box(grid)
    # The third of the second row of eight.
    spot = {"x": place["width"] * 2.5 / 8, "y": place["height"] * 1.5 / 8}
    grid.hover(position=spot)
    grid.click(position=spot)
    expect(page.locator("figcaption", has_text="unit 11")).to_have_count(1)
    whole(page)


def test_an_archive_that_is_uploaded_is_learnt(page, server):
    visit(page, server.url, "epochs=2&widths=8&augmentation=off")
    page.get_by_text("Your own pictures").click()
    upload(page, "A zip archive", "zoo.zip", archive())
    expect(page.get_by_text("12 pictures of 2 classes")).to_be_visible()
    expect(page.get_by_text("You see pictures somebody brought.")).to_be_visible()
    whole(page)


def test_train_is_split_where_val_lacks_a_class(page, server):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for i, name in enumerate(("ant", "bee") * 6):
            file.writestr(f"zoo/train/{name}/{i}.png", picture(i))
        file.writestr("zoo/val/ant/0.png", picture(99))
    visit(page, server.url, "epochs=2&widths=8&augmentation=off")
    page.get_by_text("Your own pictures").click()
    upload(page, "A zip archive", "zoo.zip", stream.getvalue())
    expect(page.get_by_text("val has no folder bee")).to_be_visible()
    page.get_by_role("button", name="Split train instead").click()
    told = "12 pictures of 2 classes, 2 of them to validate. Those are 20% of each class in train"
    expect(page.get_by_text(told)).to_be_visible()
    page.get_by_text("The command that reproduces this result").click()
    expect(page.get_by_text("--data pictures.zip --split-train")).to_be_visible()
    whole(page)


def test_a_broken_archive_is_refused_in_words(page, server):
    visit(page, server.url, "epochs=2&widths=8&augmentation=off")
    page.get_by_text("Your own pictures").click()
    upload(page, "A zip archive", "zoo.zip", b"no archive")
    expect(page.get_by_text("data must be")).to_be_visible()
    # What the archive was brought in does not cover the message.
    expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    expect(page.get_by_text("You see drawn faces")).to_be_visible()
    whole(page)


def test_a_picture_of_ones_own_is_looked_into(page, server):
    visit(page, server.url, "epochs=2&widths=8&augmentation=off")
    captions = page.locator("figcaption")
    expect(captions.filter(has_text="picture 1")).to_have_count(1)
    upload(page, "Or your own picture", "me.png", picture(0))
    expect(captions.filter(has_text="your picture")).to_have_count(1)
    answers = page.locator("figure:has([aria-label^='Your picture is taken for'])")
    expect(answers.locator(".js-plotly-plot")).to_be_visible()
    upload(page, "Or your own picture", "me.gif", b"no picture")
    expect(page.get_by_text("picture must be a JPEG, PNG")).to_be_visible()
    expect(captions.filter(has_text="your picture")).to_have_count(1)
    page.get_by_role("button", name="Back to the validation pictures").click()
    expect(captions.filter(has_text="picture 1")).to_have_count(1)
    expect(page.get_by_text("picture must be a JPEG, PNG")).to_have_count(0)
    whole(page)


def test_a_paused_page_stands_still_and_goes_on(page, server, wait_for):
    visit(page, server.url, "epochs=500&augmentation=off&widths=16")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".words")).to_contain_text("paused at epoch")

    def still() -> bool:
        before = filters(page)
        page.wait_for_timeout(1000)
        return filters(page) == before

    wait_for(still)
    before = filters(page)
    page.get_by_role("button", name="Resume").click()
    wait_for(lambda: filters(page) != before)
    whole(page)


def test_a_bad_link_is_said_and_the_rest_is_used(page, server):
    visit(page, server.url, "epochs=2&augmentation=off&widths=many&data=0123456789abcdef")
    expect(page.get_by_text("widths must be")).to_be_visible()
    expect(page.get_by_text("data must be drawn, real or the name")).to_be_visible()
    expect(page.locator(".words")).to_contain_text("finished, epoch 2 of 2")
    whole(page)
