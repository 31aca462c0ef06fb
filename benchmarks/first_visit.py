"""What a first visit takes: seconds until there is something to see, and bytes on the wire.

Starts the app and a bare Streamlit page that has a title and nothing else, and visits the bare
page, home and the four pages in turn in headless Chromium, a window of 1280 × 900, each in a
context of its own, whose cache is empty; ROUNDS times after one to warm up. Seeds are the round's
own, so that each run is a new one. Of each page are told:

* first: seconds from the start of the visit until its first figure is drawn; of the bare page and
  home, until the title is there;
* ratio: of that and the bare page's in the same round;
* MB and requests until the run has finished and nothing has come for a while, with headers;
* jumps: how much of what is shown moves while the page comes: the sum of the browser's layout
  shifts, each the share of the window that moves times how far;
* return: kB of a second visit to the same address in the same context.

Bytes are told by kind too, of the middle round. Then Wide vs Deep is visited over a line of
SLOW_LINE: seconds until the first words (the browser's own first contentful paint), the title, and
the first figure. Last come VISITORS at once, with RUNS different runs among them: one in Chromium,
the others as clients that fetch what it fetched, open the page and wait for its first pictures.
Told is how long Chromium and the slowest client wait, and how long one client alone, before.

Server, browser and clients share the machine. ``python -m benchmarks.first_visit`` takes about ten
minutes. It fails if a client is answered with an error.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from websockets.asyncio.client import connect

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch
from benchmarks.load import PAGE, Record, Visitor, query_of
from benchmarks.machine import describe
from benchmarks.measuring import spread

ROUNDS = 5
VISITORS, RUNS = 30, 10
# Bits a second, and milliseconds, of a slow line.
SLOW_LINE = (1_600_000, 150)
# A page has come when no bytes have for this long, in seconds.
STILL = 1.5
# What a page may take on a busy machine, in seconds.
PATIENCE = 300.0
BARE = 'import streamlit as st\n\nst.title("Bare")\n'

# Runs in the page before anything else does.
WATCH = """
window.seen = {};
const look = () => {
  if (document.querySelector("h1")) seen.title ??= performance.now();
  if (document.querySelector(".js-plotly-plot[data-frames]")) seen.picture ??= performance.now();
};
new MutationObserver(look).observe(
  document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-frames"] },
);
new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) {
    if (name === "first-contentful-paint") seen.words = startTime;
  }
}).observe({ type: "paint", buffered: true });
window.jumps = 0;
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) jumps += value;
}).observe({ type: "layout-shift", buffered: true });
"""
FINISHED = """(picture) => {
  if (!picture) return Boolean(seen.title);
  const words = [...document.querySelectorAll(".words")];
  return words.length > 0 && words.every((one) => one.textContent.includes("finished"));
}"""


@dataclass(frozen=True)
class Case:
    """A page to visit.

    Attributes:
        name: of it.
        address: relative to the app's root; {round} is another number in each round.
        first: what is waited for, "title" or "picture".
    """

    name: str
    address: str
    first: str = "picture"


BARE_PAGE = Case("bare Streamlit page", "", "title")
CASES = (
    Case("Home", "", "title"),
    Case("Wide vs Deep", "wide-vs-deep?seed={round}000"),
    Case("Polynomial Features", "polynomial-features?seed={round}000"),
    Case("Animal Faces", "animal-faces?seed={round}000"),
    Case("Initialization", "initialization?seed={round}000"),
)


@dataclass
class Visit:
    """What a visit took.

    Attributes:
        seconds: until its first words, its title and its first picture, as far as they came.
        bytes: on the wire, by kind.
        requests: how many reached the wire.
        jumps: the sum of its layout shifts.
        again: bytes of a second visit.
        files: addresses of what it fetched that was no answer about a run.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    bytes: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    jumps: float = 0.0
    again: int = 0
    files: list[str] = field(default_factory=list)


def kind(address: str, told: str) -> str:
    """What a request is for.

    Args:
        address: that it asked for.
        told: the browser's word for it.
    """
    path = urlsplit(address).path
    if path.endswith("/live/frames"):
        return "frames"
    if "plotly" in path and "/live/" in path:
        return "Plotly"
    kinds = {"Document": "page", "Script": "script", "Stylesheet": "style", "Font": "font"}
    return kinds.get(told, "image" if told == "Image" else "other")


class Wire:
    """Counts what a page gets over the network, from now on."""

    def __init__(self, page: Page) -> None:
        self.bytes: Counter[str] = Counter()
        self.requests, self.last = 0, time.monotonic()
        self.files: list[str] = []
        self._kinds: dict[str, str] = {}
        self.session = page.context.new_cdp_session(page)
        self.session.on("Network.responseReceived", self._begun)
        self.session.on("Network.loadingFinished", self._ended)
        self.session.on("Network.webSocketFrameReceived", self._frame)
        self.session.send("Network.enable")

    def slow_down(self, bits: int, milliseconds: int) -> None:
        """Make the line slow, in bits a second and with a delay."""
        speed = {"downloadThroughput": bits / 8, "uploadThroughput": bits / 8}
        line = {"offline": False, "latency": milliseconds, **speed}
        self.session.send("Network.emulateNetworkConditions", line)

    def _begun(self, event: dict) -> None:
        address = event["response"]["url"]
        told = self._kinds[event["requestId"]] = kind(address, event["type"])
        if address.startswith("http") and told in ("page", "script", "Plotly", "style", "font"):
            self.files.append(address)

    def _ended(self, event: dict) -> None:
        size = int(event["encodedDataLength"])
        if size:  # not from the cache
            self._count(self._kinds.get(event["requestId"], "other"), size)
            self.requests += 1

    def _frame(self, event: dict) -> None:
        # Binary, which the browser tells in base64.
        self._count("websocket", len(event["response"]["payloadData"]) * 3 // 4)

    def _count(self, what: str, size: int) -> None:
        self.bytes[what] += size
        self.last = time.monotonic()


def visit(context: BrowserContext, address: str, first: str, slow: bool = False) -> Visit:
    """Visit a page, and stay until its run has finished and nothing comes any more."""
    page = context.new_page()
    page.add_init_script(WATCH)
    wire = Wire(page)
    if slow:
        wire.slow_down(*SLOW_LINE)
    page.goto(address, wait_until="commit", timeout=1000 * PATIENCE)
    page.wait_for_function(FINISHED, arg=first == "picture", timeout=1000 * PATIENCE, polling=250)
    while time.monotonic() < wire.last + STILL:
        page.wait_for_timeout(250)
    seconds = {name: at / 1000 for name, at in page.evaluate("seen").items()}
    jumps = page.evaluate("jumps")
    page.close()
    return Visit(seconds, wire.bytes, wire.requests, jumps, files=wire.files)


def fresh(browser: Browser) -> BrowserContext:
    """A context with an empty cache."""
    # Waiting for a function evaluates text, which the app's policy forbids.
    return browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)


def measure(browser: Browser, root: str, case: Case, number: int) -> Visit:
    """A first visit in a round, and another one after it."""
    with fresh(browser) as context:
        address = f"{root}/{case.address.format(round=number)}"
        first = visit(context, address, case.first)
        first.again = visit(context, address, case.first).bytes.total()
    return first


async def load(root: str, files: Sequence[str]) -> None:
    """Fetch files over six connections, as a browser does, at a small part of httpx' price.

    Raises:
        RuntimeError: one is answered with an error.
    """
    left, place = list(reversed(files)), urlsplit(root)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while left:
            one = urlsplit(left.pop())
            head = (
                f"GET {one.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept-Encoding: gzip\r\n\r\n"
            )
            writer.write(head.encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            if not answer.startswith("http/1.1 200"):
                raise RuntimeError(f"{one.path}: {answer.splitlines()[0]}")
            length = answer.partition("content-length: ")[2].partition("\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()

    await asyncio.gather(*(connection() for _ in range(6)))


async def come(root: str, files: Sequence[str], number: int) -> float:
    """A first visit without a browser; returns the seconds until there are pictures.

    Raises:
        RuntimeError: a file is missing, or the page has an exception.
        httpx.HTTPStatusError: something is answered with an error.
    """
    record, began = Record(), time.monotonic()
    stream = root.replace("http", "ws", 1) + "/_stcore/stream"
    await load(root, files)
    async with (
        httpx.AsyncClient(base_url=root, timeout=PATIENCE, verify=False) as client,
        connect(stream, subprotocols=["streamlit"], max_size=None, origin=root) as socket,
    ):
        # Seeds that no run of a page's visits has.
        question = await Visitor(root, number, RUNS, record).open(
            socket, PAGE, query_of(10**5 + number % RUNS)
        )
        if record.errors:
            raise RuntimeError(record.errors[0])
        answer: dict[str, Any] = {"views": {}}
        while not answer["views"]:
            response = await client.post("/live/frames", json=question)
            answer = response.raise_for_status().json()
            question["version"] = answer["version"]
    return time.monotonic() - began


def crowd(browser: Browser, root: str, case: Case, files: Sequence[str]) -> str:
    """Let visitors come at once, one of them in Chromium; returns what there is to tell."""

    async def all_come() -> list[float]:
        numbers = range(1, VISITORS)
        return await asyncio.gather(*(come(root, files, number) for number in numbers))

    # In a thread, for Playwright has a loop in this one.
    with ThreadPoolExecutor(1) as thread, fresh(browser) as context:
        alone = thread.submit(asyncio.run, come(root, files, 0)).result()
        waits = thread.submit(asyncio.run, all_come())
        seen = visit(context, f"{root}/{case.address.format(round=98)}", case.first)
        clients = waits.result()
    return (
        f"{VISITORS} at once, {RUNS} runs: Chromium's first figure after "
        f"{seen.seconds[case.first]:.1f} s; a client's pictures after {spread(clients)} s, of one "
        f"alone after {alone:.1f} s."
    )


def row(case: Case, visits: Sequence[Visit], bare: Sequence[Visit]) -> str:
    """A page's line in the table."""
    seconds = [one.seconds[case.first] for one in visits]
    ratios = [mine / other.seconds["title"] for mine, other in zip(seconds, bare, strict=True)]
    cells = [case.name, spread(seconds, 2), spread(ratios, 2)]
    cells.append(spread([one.bytes.total() / 1e6 for one in visits], 2))
    cells.append(spread([one.requests for one in visits], 0))
    cells.append(spread([one.jumps for one in visits], 2))
    cells.append(spread([one.again / 1e3 for one in visits], 0))
    return f"| {' | '.join(cells)} |"


def by_kind(measured: dict[str, list[Visit]]) -> str:
    """What each page got by kind, in its round with the middle number of bytes, as a table."""
    middle = {
        name: sorted(visits, key=lambda one: one.bytes.total())[len(visits) // 2].bytes
        for name, visits in measured.items()
    }
    kinds = sorted({one for sizes in middle.values() for one in sizes})
    lines = [f"| kB | {' | '.join(middle)} |", "|---" * (1 + len(middle)) + "|"]
    for one in kinds:
        cells = (f"{sizes[one] / 1e3:,.0f}" for sizes in middle.values())
        lines.append(f"| {one} | {' | '.join(cells)} |")
    return "\n".join(lines)


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.first_visit", description="What a first visit takes."
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    return parser.parse_args()


def tables(about: str, measured: dict[Case, list[Visit]], slowly: Case, slow: Visit) -> str:
    """All that browsers met one after the other, in Markdown.

    Args:
        about: the machine.
        measured: the visits of each page.
        slowly, slow: the page that was visited over a slow line, and what that took.
    """
    bare, (bits, milliseconds) = measured[BARE_PAGE], SLOW_LINE
    told = ", ".join(f"{name} after {slow.seconds[name]:.1f} s" for name in sorted(slow.seconds))
    return "\n".join(
        [
            f"{about}; {len(bare)} rounds: median (least to most).\n",
            "| page | first, s | ratio | MB | requests | jumps | return, kB |\n" + 7 * "|---" + "|",
            *(row(case, visits, bare) for case, visits in measured.items()),
            f"\n{by_kind({case.name: visits for case, visits in measured.items()})}",
            f"\n{slowly.name} at {bits / 1e6} Mbit/s and {milliseconds} ms: {told}.",
        ]
    )


def main() -> None:
    """Measure and print."""
    chosen, about = options(), describe()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        log = Path(folder) / "log"
        with AppServer(log, script=str(script)) as bare, AppServer(log) as app:
            browser = launch(playwright)
            measured: dict[Case, list[Visit]] = {case: [] for case in (BARE_PAGE, *CASES)}
            for number in range(1 + chosen.rounds):
                for case, visits in measured.items():
                    root = bare.url if case is BARE_PAGE else app.url
                    visits.append(measure(browser, root, case, 1 + number))
            visits_after_first = {case: visits[1:] for case, visits in measured.items()}
            pictured = next(one for one in CASES if one.first == "picture")
            with fresh(browser) as context:
                address = f"{app.url}/{pictured.address.format(round=99)}"
                slow = visit(context, address, pictured.first, slow=True)
            print(tables(about, visits_after_first, pictured, slow))
            print(f"\n{crowd(browser, app.url, pictured, measured[pictured][0].files)}")
            browser.close()


if __name__ == "__main__":
    main()
