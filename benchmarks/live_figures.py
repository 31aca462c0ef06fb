"""How soon and how often a browser sees the pictures of a page move, and what is sent for that.

Starts the app and opens, in headless Chromium, Wide vs Deep with its defaults and Animal Faces with
drawn faces that are cached. Asks each for new seeds, once to warm up and then ROUNDS times. Of each
round: the time from the click to the first new picture (a decision map; the first filter grid), its
updates a second from then to the last, and the bytes on the wire of the largest and the median
answer of the live route, which holds all pictures of the page that changed.
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

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.machine import describe

ROUNDS = 5
# Seconds that a round's training takes at most on an idle machine.
SETTLE = 4

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


def measure(page: Page, url: str, case: Case) -> list[dict[str, Any]]:
    """What each round brought."""
    page.goto(f"{url}/{case.address}")
    done = page.locator(".words")
    expect(done).to_contain_text("finished", timeout=300_000)
    page.wait_for_timeout(2000)
    page.evaluate(WATCH, case.picture)
    rounds = []
    for _ in range(1 + ROUNDS):
        page.get_by_role("button", name="New seeds").click()
        page.wait_for_function("window.drawn.length > 0", timeout=300_000)
        page.wait_for_timeout(1000 * SETTLE)
        expect(done).to_contain_text("finished", timeout=300_000)
        rounds.append(page.evaluate(READ))
    return rounds[1:]


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
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            print(f"{describe()}; {ROUNDS} rounds: median (least to most).")
            for case in CASES:
                report(case, measure(page, f"http://127.0.0.1:{port}", case))
            browser.close()
    finally:
        app.terminate()


if __name__ == "__main__":
    main()
