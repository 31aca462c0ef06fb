"""How soon and how often a browser sees the pictures of a page move, and what is sent for that.

Starts the app and opens, in headless Chromium, Wide vs Deep with its defaults and Animal Faces with
drawn faces that are cached. Asks each for new seeds, once to warm up and then ROUNDS times. Of each
round: the time from the click to the first new picture (a decision map; the first filter grid), its
updates a second from then to the last, and the bytes on the wire of the largest and the median
answer of the live route, which holds all pictures of the page that changed. In the end the
replay's slider is dragged through a run of Wide vs Deep from end to start and back: moments that
the first map shows a second, at first and once the server has drawn them.
``python -m benchmarks.live_figures`` takes about two minutes.
"""

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch
from benchmarks.machine import describe
from benchmarks.measuring import spread

ROUNDS = 5
# Seconds that a round's training takes at most on an idle machine.
SETTLE = 4
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
    Case("Wide vs Deep, first map", "wide-vs-deep", ".mlp-live .js-plotly-plot"),
    Case(
        "Animal Faces, first filter grid",
        "animal-faces?epochs=2",
        "figure:has([aria-label*='filters of the first layer']) .js-plotly-plot",
    ),
)


def visit(page: Page, url: str, case: Case) -> Locator:
    """Open a page and wait for its first run; the words that say how far a run is."""
    page.goto(f"{url}/{case.address}")
    done = page.locator(".words")
    expect(done).to_contain_text("finished", timeout=300_000)
    page.wait_for_timeout(2000)
    page.evaluate(WATCH, case.picture)
    return done


def measure(page: Page, url: str, case: Case) -> list[dict[str, Any]]:
    """What each round brought."""
    done = visit(page, url, case)
    rounds = []
    for _ in range(1 + ROUNDS):
        page.get_by_role("button", name="New seeds").click()
        page.wait_for_function("window.drawn.length > 0", timeout=300_000)
        page.wait_for_timeout(1000 * SETTLE)
        expect(done).to_contain_text("finished", timeout=300_000)
        rounds.append(page.evaluate(READ))
    return rounds[1:]


def drag(page: Page, start: float, end: float) -> float:
    """Drag the replay's slider between two shares of its length: moments shown a second."""
    box = page.locator(".replay").bounding_box()
    assert box
    left, width, y = box["x"] + 10, box["width"] - 20, box["y"] + box["height"] / 2
    page.mouse.move(left + start * width, y)
    page.mouse.down()
    page.evaluate("() => { window.drawn.length = 0; }")
    for i in range(1, 1 + MOVEMENTS):
        page.mouse.move(left + (start + (end - start) * i / MOVEMENTS) * width, y)
        page.wait_for_timeout(BETWEEN)
    drawn = page.evaluate("window.drawn")
    page.mouse.up()
    page.wait_for_timeout(2000)
    return float(1000 * (len(drawn) - 1) / (drawn[-1] - drawn[0]))


def report(case: Case, rounds: list[dict[str, Any]]) -> None:
    """Print a table of what the rounds brought."""
    first = [entry["drawn"][0] for entry in rounds]
    rates = [
        1000 * (len(entry["drawn"]) - 1) / (entry["drawn"][-1] - entry["drawn"][0])
        for entry in rounds
    ]
    largest = [max(entry["bytes"]) / 1000 for entry in rounds]
    usual = [statistics.median(entry["bytes"]) / 1000 for entry in rounds]
    print(f"\n| {case.name} | |\n|---|---|")
    for name, values in (
        ("click to first new picture, ms", first),
        ("updates a second", rates),
        ("largest answer on the wire, kB", largest),
        ("median answer on the wire, kB", usual),
    ):
        print(f"| {name} | {spread(values)} |")


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
        visit(page, app.url, CASES[0])
        back, again = drag(page, 1, 0), drag(page, 0, 1)
        print(f"\nMoments a second while dragged: {back:.1f} back, {again:.1f} forward again.")
        browser.close()


if __name__ == "__main__":
    main()
