"""How soon and how often a browser sees the pictures of a page move, and what is sent for that.

Starts the app and opens, in headless Chromium, Wide vs Deep and Animal Faces with drawn faces that
are cached, both with a run of EPOCHS epochs: longer than WATCHED seconds however fast training is.
Pauses it and asks for new seeds, once to warm up and then ROUNDS times. Of each round: the time
from the click to the first new picture (a decision map; the first filter grid), its updates a
second in the WATCHED seconds from then, and the bytes on the wire of the largest and the median
answer of the live route, which holds all pictures of the page that changed. In the end the
replay's slider is dragged through a finished run of Wide vs Deep, of REPLAYED epochs, from end to
start and back: moments that the first map shows a second, at first and once the server has drawn
them. Where so few are shown that there is no rate, their number is told.
``python -m benchmarks.live_figures`` takes about two minutes, and what REPLAYED epochs take.
"""

import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch
from benchmarks.machine import describe
from benchmarks.measuring import pace, rate, spread

ROUNDS = 5
# The most there may be: a run takes longer than it is watched, in seconds.
EPOCHS, WATCHED = 2000, 4
# Of the run that is replayed: enough moments to drag through, also if it is quick.
REPLAYED = 500
# What that run may take on a busy machine, in milliseconds.
PATIENCE = 900_000
# Movements of a dragging mouse, and milliseconds between them.
MOVEMENTS, BETWEEN = 100, 16

WATCH = """(picture) => {
  const map = document.querySelector(picture);
  window.drawn = [];
  new MutationObserver(() => window.drawn.push(performance.now()))
    .observe(map, { attributes: true, attributeFilter: ["data-frames"] });
  document.addEventListener("click", () => {
    window.clicked = performance.now();
    window.drawn.length = 0;
    performance.clearResourceTimings();
  }, true);
}"""
READ = """() => ({
  drawn: window.drawn.map((at) => at - window.clicked),
  bytes: performance.getEntriesByType("resource")
    .filter((entry) => entry.name.endsWith("/live/frames") && entry.encodedBodySize > 1000)
    .map((entry) => entry.encodedBodySize),
})"""


@dataclass(frozen=True)
class Case:
    """A page to measure.

    Attributes:
        name: of it and its picture.
        address: relative to the app's root.
        picture: a CSS selector of the picture to watch.
    """

    name: str
    address: str
    picture: str


CASES = (
    Case("Wide vs Deep, first map", f"wide-vs-deep?epochs={EPOCHS}", ".mlp-live .js-plotly-plot"),
    Case(
        "Animal Faces, first filter grid",
        f"animal-faces?epochs={EPOCHS}",
        "figure:has([aria-label*='filters of the first layer']) .js-plotly-plot",
    ),
)


def visit(page: Page, url: str, case: Case) -> None:
    """Open a page, wait for the first picture of its run, and watch it."""
    page.goto(f"{url}/{case.address}")
    page.wait_for_selector(f"{case.picture}[data-frames]", state="attached", timeout=300_000)
    page.evaluate(WATCH, case.picture)


def pause(page: Page) -> None:
    """Pause the run, and wait until the page stands still."""
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=300_000)
    page.wait_for_timeout(1000)


def measure(page: Page, url: str, case: Case) -> list[dict[str, Any]]:
    """What each round brought."""
    visit(page, url, case)
    rounds = []
    for _ in range(1 + ROUNDS):
        pause(page)
        page.get_by_role("button", name="New seeds").click()
        page.wait_for_function("window.drawn.length > 0", timeout=300_000)
        page.wait_for_timeout(1000 * WATCHED)
        rounds.append(page.evaluate(READ))
    return rounds[1:]


def drag(page: Page, start: float, end: float) -> str:
    """Drag the replay's slider between two shares of its length; what the first map showed."""
    box = page.locator(".replay").bounding_box()
    assert box
    left, width, y = box["x"] + 10, box["width"] - 20, box["y"] + box["height"] / 2
    page.mouse.move(left + start * width, y)
    page.mouse.down()
    page.evaluate("() => { window.drawn.length = 0; }")
    for i in range(1, 1 + MOVEMENTS):
        page.mouse.move(left + (start + (end - start) * i / MOVEMENTS) * width, y)
        page.wait_for_timeout(BETWEEN)
    drawn = [at / 1000 for at in page.evaluate("window.drawn")]
    page.mouse.up()
    page.wait_for_timeout(2000)
    often = rate(drawn)
    return f"{len(drawn)} in all" if often is None else f"{often:.1f} a second"


def report(case: Case, rounds: list[dict[str, Any]]) -> None:
    """Print a table of what the rounds brought."""
    first = [entry["drawn"][0] for entry in rounds]
    often = pace([[at / 1000 for at in entry["drawn"]] for entry in rounds])
    largest = [max(entry["bytes"]) / 1000 for entry in rounds]
    usual = [statistics.median(entry["bytes"]) / 1000 for entry in rounds]
    print(f"\n| {case.name} | |\n|---|---|")
    for name, value in (
        ("click to first new picture, ms", spread(first)),
        ("updates a second", often),
        ("largest answer on the wire, kB", spread(largest)),
        ("median answer on the wire, kB", spread(usual)),
    ):
        print(f"| {name} | {value} |", flush=True)


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder) / "log") as app,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        # Waiting for a function evaluates text, which the app's policy forbids.
        page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
        print(f"{describe()}; {ROUNDS} rounds: median (least to most).")
        for case in CASES:
            report(case, measure(page, app.url, case))
        visit(page, app.url, replace(CASES[0], address=f"wide-vs-deep?epochs={REPLAYED}"))
        expect(page.locator(".words")).to_contain_text("finished", timeout=PATIENCE)
        page.wait_for_timeout(2000)
        back, again = drag(page, 1, 0), drag(page, 0, 1)
        print(f"\nMoments shown while dragged: {back} back, {again} forward again.")
        browser.close()


if __name__ == "__main__":
    main()
