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

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect, sync_playwright

from benchmarks.machine import describe

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


def start(port: int) -> "subprocess.Popen[bytes]":
    """The app, once it answers."""
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
            return process
        time.sleep(0.2)


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
        spread = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
        print(f"| {name} | {spread} |")


def main() -> None:
    """Measure and print."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    app = start(port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            # Waiting for a function evaluates text, which the app's policy forbids.
            page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
            print(f"{describe()}; {ROUNDS} rounds: median (least to most).")
            for case in CASES:
                report(case, measure(page, f"http://127.0.0.1:{port}", case))
            visit(page, f"http://127.0.0.1:{port}", CASES[0])
            back, again = drag(page, 1, 0), drag(page, 0, 1)
            print(f"\nMoments a second while dragged: {back:.1f} back, {again:.1f} forward again.")
            browser.close()
    finally:
        app.terminate()


if __name__ == "__main__":
    main()
