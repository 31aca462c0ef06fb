"""Replay in a real browser: back to an earlier moment, forward, and to the latest again."""

import itertools
import re

import pytest
from playwright.sync_api import Page, Request, expect

pytestmark = pytest.mark.browser

LONG = "epochs=2000&seeds=32&budget=1000&depth_to=3"
QUICK = "epochs=3&depth_to=3&seeds=2&samples=100&batch_size=32"
MAP = ".mlp-live .js-plotly-plot"

SEEDS = itertools.count(500_000, step=100)


def visit(page: Page, url: str, parameters: str) -> None:
    page.goto(f"{url}/wide-vs-deep?{parameters}&seed={next(SEEDS)}")
    expect(page.locator(MAP).first).to_be_visible()


def source(page: Page) -> str:
    """The picture in the first map."""
    return page.locator(f"{MAP} image").first.get_attribute("href") or ""


def last(page: Page) -> int:
    """The number of the last moment on the slider."""
    return int(page.get_by_role("slider", name="Replay").get_attribute("max") or 0)


def test_a_finished_run_is_replayed_from_the_keyboard_and_back_to_the_latest(
    page, server, wait_for
):
    visit(page, server.url, QUICK)
    words, headline = page.locator(".words"), page.locator(".headline")
    expect(words).to_have_text("finished, epoch 3 of 3")
    expect(page.get_by_role("button", name="Latest")).to_be_hidden()
    end, answer = source(page), headline.inner_text()
    slider = page.get_by_role("slider", name="Replay")
    slider.press("Home")
    expect(words).to_have_text("replay: epoch 0 of 3")
    expect(slider).to_have_attribute("aria-valuetext", "epoch 0 of 3")
    expect(headline).to_contain_text("Not trained yet.")
    # Pictures out of sight follow.
    expect(page.locator(".mlp-live tbody tr.best")).to_have_count(0)
    wait_for(lambda: source(page) != end)
    page.get_by_role("button", name="Latest").click()
    expect(words).to_have_text("finished, epoch 3 of 3")
    expect(headline).to_have_text(answer)
    wait_for(lambda: source(page) == end)
    expect(page.locator(".mlp-live tbody tr.best").first).to_be_visible()


def test_a_moment_stays_while_training_goes_on(page, server, wait_for):
    visit(page, server.url, LONG)
    wait_for(lambda: last(page) >= 5)
    slider, words = page.get_by_role("slider", name="Replay"), page.locator(".words")
    slider.press("Home")
    expect(words).to_have_text("replay: epoch 0 of 2000")
    moments = last(page)
    wait_for(lambda: last(page) >= moments + 3)
    start = source(page)
    wait_for(lambda: last(page) >= moments + 6)
    expect(words).to_have_text("replay: epoch 0 of 2000")
    assert source(page) == start
    # Where motion is not wanted, the button shows one moment more.
    page.get_by_role("button", name="Replay the next moment").click()
    expect(slider).to_have_value(slider.get_attribute("step") or "")
    expect(words).to_have_text(re.compile("^replay: epoch"))
    slider.press("End")
    expect(words).to_have_text(re.compile(r"^epoch \d+ of 2000$"))


@pytest.mark.parametrize("redrawn", [False, True])
def test_a_replay_shows_one_moment_after_the_other_and_ends_at_the_latest(
    page, server, wait_for, redrawn
):
    """Also if all pictures are asked for again just then, as when the page is drawn once more."""
    page.emulate_media(reduced_motion="no-preference")
    visit(page, server.url, QUICK)
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    shown: dict[int, None] = {}  # in order

    def note(request: Request) -> None:
        if request.url.endswith("/live/frames") and request.post_data_json["at"] is not None:
            shown[request.post_data_json["at"]] = None

    page.on("requestfinished", note)
    page.evaluate(
        """(redrawn) => {
          document.querySelector("[aria-label='Replay the run']").click();
          if (redrawn) setTimeout(() => document.dispatchEvent(new Event("visibilitychange")));
        }""",
        redrawn,
    )
    # Asking the page lets its requests be noted.
    wait_for(lambda: list(shown) == list(range(last(page))))
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    expect(page.get_by_role("button", name="Replay the run")).to_be_visible()
