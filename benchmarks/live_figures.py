"""How soon and how often a browser sees the maps of Wide vs Deep move, and what is sent for that.

Starts the app, opens the page with its defaults in headless Chromium and asks for new seeds, once
to warm up and then ROUNDS times. Of each round: the time from the click to the first new map, the
maps' updates a second from then to the last, and the bytes on the wire of the largest answer of the
live route, which holds all pictures of the page. Then the replay's slider is dragged from end to
end of the finished run, and back, and the moments counted that the first map shows a second, at
first and once the server has their pictures. ``python -m benchmarks.live_figures`` takes about a
minute.
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
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.machine import describe

ROUNDS = 5
# Movements of a dragging mouse, and milliseconds between them.
MOVEMENTS, BETWEEN = 100, 16

WATCH = """() => {
  const map = document.querySelector(".mlp-live .js-plotly-plot");
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
    .filter((entry) => entry.name.endsWith("/live/frames"))
    .map((entry) => entry.encodedBodySize),
})"""


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


def measure(page: Page, url: str) -> list[dict[str, Any]]:
    """What each round brought."""
    page.goto(f"{url}/wide-vs-deep")
    done = page.locator(".words")
    expect(done).to_contain_text("finished", timeout=60_000)
    page.wait_for_timeout(2000)
    page.evaluate(WATCH)
    rounds = []
    for _ in range(1 + ROUNDS):
        page.get_by_role("button", name="New seeds").click()
        page.wait_for_timeout(4000)
        expect(done).to_contain_text("finished", timeout=60_000)
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
    return 1000 * (len(drawn) - 1) / (drawn[-1] - drawn[0])


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
            rounds = measure(page, f"http://127.0.0.1:{port}")
            back, again = drag(page, 1, 0), drag(page, 0, 1)
            browser.close()
    finally:
        app.terminate()
    first = [entry["drawn"][0] for entry in rounds]
    rates = [
        1000 * (len(entry["drawn"]) - 1) / (entry["drawn"][-1] - entry["drawn"][0])
        for entry in rounds
    ]
    size = [max(entry["bytes"]) / 1000 for entry in rounds]
    print(f"{describe()}; {ROUNDS} rounds: median (least to most).\n")
    print("| | |\n|---|---|")
    for name, values in (
        ("click to first map, ms", first),
        ("map updates a second", rates),
        ("largest answer on the wire, kB", size),
    ):
        spread = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
        print(f"| {name} | {spread} |")
    print(f"| moments a second while the slider is dragged back | {back:.1f} |")
    print(f"| the same, dragged forward again | {again:.1f} |")


if __name__ == "__main__":
    main()
