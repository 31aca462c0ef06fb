"""Comparing in a real browser: a pinned run beside the next one, and the list of runs."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

QUICK = "epochs=3&depth_to=3&samples=100&batch_size=32&seeds=2"
CELL = ".mlp-live .cell"

SEEDS = itertools.count(700_000, step=100)


def visit(page: Page, url: str, parameters: str = QUICK) -> None:
    page.goto(f"{url}/wide-vs-deep?{parameters}&seed={next(SEEDS)}")
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")


def more_seeds(page: Page) -> None:
    page.get_by_role("slider", name="Seeds").press("ArrowRight")
    expect(page).to_have_url(re.compile("seeds=3"))


def whole(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(f"{CELL}.waiting")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)
    for trouble in page.locator(".trouble").all():
        expect(trouble).to_have_text("")


def maps(page: Page) -> list[str]:
    """The pictures of all small maps."""
    images = page.locator(CELL).filter(has=page.locator("figcaption b")).locator("image")
    return [image.get_attribute("href") or "" for image in images.all()]


def test_a_pinned_run_is_drawn_beside_and_over_the_next(page, server, wait_for):
    visit(page, server.url)
    whole(page)
    before = maps(page)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_text("This run is pinned")).to_be_visible()
    whole(page)
    more_seeds(page)
    expect(page.get_by_text("seeds 2 → 3")).to_be_visible()
    expect(page.locator(".words")).to_have_text(["finished, epoch 3 of 3"] * 2)
    expect(page.get_by_text("dashed: the means of the pinned run")).to_have_count(3)
    expect(page.locator(".headline").first).to_contain_text("covers 3 seeds")
    expect(page.locator(".headline").last).to_contain_text("covers 2 seeds")
    wait_for(lambda: maps(page)[3:] == before)
    whole(page)
    page.get_by_role("button", name="Unpin").click()
    expect(page.get_by_text("dashed: the means of the pinned run")).to_have_count(0)
    expect(page.locator(".headline")).to_have_count(1)
    whole(page)


def test_a_run_is_returned_to_from_the_list(page, server):
    visit(page, server.url)
    answer = page.locator(".headline").inner_text()
    more_seeds(page)
    expect(page.locator(".headline")).to_contain_text("covers 3 seeds")
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    page.get_by_role("button", name="Runs").click()
    runs = page.get_by_test_id("stPopoverBody").get_by_role("button")
    expect(runs).to_have_count(3)  # one leads to the table
    runs.last.click()
    expect(page).to_have_url(re.compile("seeds=2"))
    expect(page.locator(".headline")).to_have_text(answer)
    whole(page)


def test_both_runs_are_replayed_each_by_its_own_slider(page, server):
    visit(page, server.url)
    page.get_by_role("button", name="Pin", exact=True).click()
    more_seeds(page)
    expect(page.locator(".words")).to_have_text(["finished, epoch 3 of 3"] * 2)
    page.get_by_role("slider", name="Replay").last.press("Home")
    expect(page.locator(".words")).to_have_text(["finished, epoch 3 of 3", "replay: epoch 0 of 3"])
    expect(page.locator(".headline").last).to_contain_text("Not trained yet.")
    expect(page.locator(".headline").first).not_to_contain_text("Not trained yet.")


def test_a_row_of_the_table_of_runs_is_returned_to(page, server):
    visit(page, server.url)
    more_seeds(page)
    expect(page.locator(".headline")).to_contain_text("covers 3 seeds")
    page.get_by_role("button", name="Runs").click()
    page.get_by_role("button", name="In a table").click()
    dialog = page.get_by_role("dialog").filter(has_text="Runs of this visit")
    expect(dialog).to_be_visible()
    # What it was opened from does not cover it.
    expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    back = dialog.get_by_role("button", name="Return to this run")
    expect(back).to_be_disabled()
    # The marker of the second row, which is the first run.
    dialog.get_by_test_id("stDataFrame").click(position={"x": 18, "y": 87})
    expect(back).to_be_enabled()
    back.click()
    expect(dialog).to_be_hidden()
    expect(page).not_to_have_url(re.compile("seeds=3"))
    expect(page.locator(".headline")).to_contain_text("covers 2 seeds")
    whole(page)
