"""What a visitor sees when something breaks, as a table.

Breaks the app in one way after the other, looks at the page in headless Chromium, and prints what
stands there. ``python -m benchmarks.faults`` takes about ten minutes. Linux only: a full disk is a
small file system of our own.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch

LONG = "wide-vs-deep?epochs=2000&seeds=32&budget=1000"
SHORT = "wide-vs-deep?depth_to=2&epochs=20"
FACES = "animal-faces?epochs=1&augmentation=off"
BROKEN_RUN = """
from mlpcore.experiments import WideVsDeep
run = WideVsDeep.run
def broken(self, device="cpu", control=None):
    for count, snapshot in enumerate(run(self, device, control)):
        yield snapshot
        if self.epochs == 2000 and count == 3:
            raise MemoryError("made for this table")
WideVsDeep.run = broken
"""
BROKEN_PAGE = """
from app.figures import words
from app.results import steering
def broken(*_):
    raise ZeroDivisionError("made for this table")
steering.transport = broken
"""
# A file system of 1 MB over the cache's folder, which holds the command that follows.
FULL_DISK = 'mount -t tmpfs -o size=1m none $MLP_EXPLORER_CACHE && exec "$@"'
READ_ONLY = 'mount -t tmpfs -o ro none $MLP_EXPLORER_CACHE && exec "$@"'
MOUNTED = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


class Trial:
    """One fault: an app, and visitors in a browser."""

    def __init__(self, app: AppServer, browser: Browser) -> None:
        self.app, self.browser = app, browser

    def visit(self, address: str) -> Page:
        """A new visitor's page."""
        page = self.browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        page.goto(f"{self.app.url}/{address}")
        return page


def line(page: Page) -> str:
    """The line of progress."""
    parts = [page.locator(f".mlp-status {part}").inner_text() for part in (".words", ".trouble")]
    return f"“{' – '.join(filter(None, parts))}”"


def until(page: Page, words: str) -> None:
    """Wait until the line of progress has words in it; a full disk makes it compile first."""
    expect(page.locator(".mlp-status")).to_contain_text(words, timeout=600_000)


def cache(trial: Trial) -> Path:
    """The folder of what the app keeps."""
    return Path(trial.app.environment["MLP_EXPLORER_CACHE"])


def alert(page: Page) -> str:
    """The first message on the page."""
    message = page.get_by_test_id("stAlertContainer").first
    expect(message).to_be_visible(timeout=60_000)
    return f"“{message.get_by_test_id('stMarkdownContainer').inner_text().strip()}”"


def a_run_raises(trial: Trial) -> tuple[str, str]:
    """The thread of one run ends by an exception."""
    page = trial.visit(LONG)
    until(page, "stopped:")
    maps = page.locator(".js-plotly-plot").count()
    other = trial.visit(SHORT)
    until(other, "finished")
    return line(page), f"its later epochs; {maps} figures stay; another visitor: {line(other)}"


def a_page_raises(trial: Trial) -> tuple[str, str]:
    """The script of one page does."""
    page = trial.visit(SHORT)
    seen = alert(page)
    page.goto(trial.app.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    return seen, "that page; the others work"


def the_line_is_full(trial: Trial) -> tuple[str, str]:
    """A third run where one trains and one may wait."""
    running, waiting = (trial.visit(f"{LONG}&seed={seed}") for seed in (0, 100))
    for page in (running, waiting):
        until(page, "2000")
    refused = trial.visit(f"{LONG}&seed=200")
    return alert(refused), f"nothing: those before train on, {line(running)}, {line(waiting)}"


def the_disk_is_full(trial: Trial) -> tuple[str, str]:
    """Faces are drawn, and cannot be kept."""
    page = trial.visit(FACES)
    until(page, "finished")
    warned = "Cannot keep" in trial.app.log.read_text()
    lost = f"nothing; faces are drawn anew at each start (a warning is in the log: {warned})"
    return line(page), lost


def killed_while_it_writes(trial: Trial) -> tuple[str, str]:
    """By SIGKILL, when the faces' file is half there; and started again."""
    page = trial.visit(FACES)
    while not [*cache(trial).glob("*.npy*.part")]:
        page.wait_for_timeout(1)
    trial.app.process.kill()
    trial.app.process.wait()
    files = [*cache(trial).glob("*.npy*.part")]
    trial.app.start()
    until(page, "finished")
    lost = f"nothing; what was half written ({len(files)} file) is removed by a write an hour later"
    return line(page), lost


def two_servers_share_a_cache(trial: Trial) -> tuple[str, str]:
    """An empty one; both compile and draw at the same time."""
    log = trial.app.log.with_suffix(".other")
    with AppServer(log, trial.app.environment) as other:
        pages = [trial.visit(FACES), Trial(other, trial.browser).visit(FACES)]
        for page in pages:
            until(page, "finished")
        seen = ", ".join(map(line, pages))
    errors = [text for text in (trial.app.log, log) if "Traceback" in text.read_text()]
    log.unlink()
    return seen, f"nothing; logs with errors: {len(errors)}"


def the_server_stops(trial: Trial) -> tuple[str, str]:
    """It is told to, and started again."""
    page = trial.visit(LONG)
    until(page, "epoch")
    trial.app.stop()
    expect(page.locator(".trouble")).not_to_be_empty(timeout=30_000)
    seen = line(page)
    trial.app.start()
    expect(page.locator(".trouble")).to_be_empty(timeout=60_000)
    until(page, "epoch")
    return f"{seen}; started again: {line(page)}", "its epochs so far: the same run starts again"


def the_network_is_away(trial: Trial) -> tuple[str, str]:
    """For a visitor, for a while."""
    page = trial.visit(LONG)
    until(page, "epoch")
    page.context.set_offline(True)
    expect(page.locator(".trouble")).not_to_be_empty(timeout=30_000)
    page.wait_for_timeout(3000)
    seen = line(page)
    page.context.set_offline(False)
    expect(page.locator(".trouble")).to_be_empty(timeout=60_000)
    return f"{seen}; back: {line(page)}", "nothing: training went on"


def rubbish_is_uploaded(trial: Trial) -> tuple[str, str]:
    """As an archive of pictures."""
    page = trial.visit(FACES)
    until(page, "finished")
    page.get_by_role("button", name="Your own pictures").click()
    rubbish = {"name": "zoo.zip", "mimeType": "application/zip", "buffer": os.urandom(100_000)}
    page.locator("input[type=file]").last.set_input_files(rubbish)
    return alert(page), f"nothing: {line(page)}"


Fault = Callable[[Trial], tuple[str, str]]
FEW = {"MLP_EXPLORER_TRAINING_THREADS": "1", "MLP_EXPLORER_WAITING_RUNS": "1"}
FAULTS: dict[str, tuple[Fault, dict[str, str], str, Sequence[str]]] = {
    "an exception ends a run's thread": (a_run_raises, {}, BROKEN_RUN, ()),
    "an exception in a page's script": (a_page_raises, {}, BROKEN_PAGE, ()),
    "the line of waiting runs is full": (the_line_is_full, FEW, "", ()),
    "the disk of the cache is full": (
        the_disk_is_full,
        {},
        "",
        (*MOUNTED, FULL_DISK, "sh"),
    ),
    "the cache is read-only": (the_disk_is_full, {}, "", (*MOUNTED, READ_ONLY, "sh")),
    "SIGKILL while the faces are written, and a start": (killed_while_it_writes, {}, "", ()),
    "two servers start on one empty cache": (two_servers_share_a_cache, {}, "", ()),
    "SIGTERM during training, and a start": (the_server_stops, {}, "", ()),
    "a visitor's network is away": (the_network_is_away, {}, "", ()),
    "an upload that is no archive": (rubbish_is_uploaded, {}, "", ()),
}


def main() -> None:
    """Try every fault, and print the table."""
    print("| fault | what the visitor sees | what is lost |\n|---|---|---|")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, (fault, environment, prelude, wrapper) in FAULTS.items():
            with tempfile.TemporaryDirectory() as folder:
                log = Path(folder).with_suffix(".log")
                here = environment | {"MLP_EXPLORER_CACHE": folder}
                with AppServer(log, here, prelude, wrapper) as app:
                    seen, lost = fault(Trial(app, browser))
                log.unlink()
            print(f"| {name} | {seen} | {lost} |", flush=True)


if __name__ == "__main__":
    main()
