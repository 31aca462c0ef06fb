"""What a visitor sees when something breaks, as a table.

Breaks the app in one way after the other, looks at the page in headless Chromium, and prints what
stands there. ``python -m benchmarks.faults`` takes about twenty minutes. Linux only: a full disk is
a small file system of our own.
"""

import asyncio
import os
import re
import resource
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch
from benchmarks.crowds import connections, drop_pages, many_tabs
from mlpcore.caches import disk

LONG = "wide-vs-deep?epochs=2000&seeds=32&budget=1000"
SHORT = "wide-vs-deep?depth_to=2&epochs=20"
LARGE = "wide-vs-deep?budget=20000&seeds=32&depth_to=10"
FACES = "animal-faces?epochs=1&augmentation=off"
BROKEN_RUN = """
from mlpcore.experiments import WideVsDeep
run = WideVsDeep.run
def broken(self, device="cpu", control=None):
    for count, snapshot in enumerate(run(self, device, control)):
        yield snapshot
        if self.epochs == 2000 and count == 3:
            raise ZeroDivisionError("made for this table")
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
UNSHARED = ("unshare", "--user", "--map-root-user")
MOUNTED = (*UNSHARED, "--mount", "sh", "-c")
# Debian's package faketime: the clock, by what a file says.
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
CLOCK = Path(tempfile.gettempdir()) / "mlp-explorer-clock"
LATER = {
    "LD_PRELOAD": str(FAKETIME),
    "FAKETIME_TIMESTAMP_FILE": str(CLOCK),
    "FAKETIME_CACHE_DURATION": "1",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
}
HALF = "POST /live/frames HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n{"


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


def files_are_damaged(trial: Trial, spoil: Callable[[Path], object]) -> tuple[str, str]:
    """All that the app keeps, pictures and compiled loops, while it is stopped."""
    page = trial.visit(FACES)
    until(page, "finished")
    trial.app.stop()
    page.close()
    files = [path for path in cache(trial).rglob("*") if path.is_file()]
    for path in files:
        spoil(path)
    trial.app.start()
    page = trial.visit(FACES)
    until(page, "finished")
    words = ("Cannot read", "damaged", "cannot be kept", "Traceback")
    log = trial.app.log.read_text()
    told = ", ".join(f"{word!r} {log.count(word)} times" for word in words if word in log)
    return line(page), f"nothing: all is made anew (in the log: {told})"


def files_are_cut(trial: Trial) -> tuple[str, str]:
    """In the middle."""
    return files_are_damaged(trial, lambda path: os.truncate(path, path.stat().st_size // 2))


def files_are_zeros(trial: Trial) -> tuple[str, str]:
    """As after a power cut."""
    return files_are_damaged(trial, lambda path: path.write_bytes(bytes(path.stat().st_size)))


def half_of_them_is_zeros(trial: Trial) -> tuple[str, str]:
    """The second half."""

    def spoil(path: Path) -> None:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size - size // 2)
            file.write(bytes(size // 2))

    return files_are_damaged(trial, spoil)


def files_are_anothers(trial: Trial) -> tuple[str, str]:
    """Who lets nobody read them."""

    def spoil(path: Path) -> None:
        path.chmod(0)
        os.chown(path, 1234, 1234)

    return files_are_damaged(trial, spoil)


def the_clock_is_set_back(trial: Trial) -> tuple[str, str]:
    """By an hour, during training."""
    page = trial.visit(LONG)
    until(page, "epoch")
    before = line(page)
    CLOCK.write_text("-3600")
    page.wait_for_timeout(3000)
    after = line(page)
    other = trial.visit(SHORT)
    until(other, "finished")
    CLOCK.unlink()
    hours = [
        text[11:13]
        for text in re.findall(r"^\d{4}-\d\d-\d\d \d\d", trial.app.log.read_text(), re.M)
    ]
    lost = f"nothing: {after} three seconds later; another visitor: {line(other)}"
    return before, f"{lost} (hours in the log: {', '.join(dict.fromkeys(hours))})"


def memory_runs_out(trial: Trial) -> tuple[str, str]:
    """The process may have 50 MB more than it has, and a run of more begins."""
    other = trial.visit(LONG)
    until(other, "epoch")
    process = trial.app.process.pid
    status = Path(f"/proc/{process}/status").read_text()
    size = 1024 * int(status.partition("VmSize:")[2].split()[0])
    resource.prlimit(process, resource.RLIMIT_AS, (size + 50_000_000, resource.RLIM_INFINITY))
    page = trial.visit(LARGE)
    until(page, "no memory")
    before = line(other)
    other.wait_for_timeout(3000)
    lost = f"that run; another one was at {before} then, and at {line(other)} three seconds later"
    return line(page), lost


def beside(trial: Trial, crowd: Callable[[], str]) -> tuple[str, str]:
    """What a visitor sees meanwhile, and what the crowd says of itself."""
    page = trial.visit(SHORT)
    until(page, "finished")
    before = trial.app.megabytes
    met = crowd()
    other = trial.visit(f"{SHORT}&seed=50")
    until(other, "finished")
    return line(other), f"nothing; {met}, {trial.app.megabytes - before:.0f} MB more than before"


def questions_are_never_asked(trial: Trial) -> tuple[str, str]:
    """250 of them: each connection sends half of one."""

    def crowd() -> str:
        with connections(trial.app.url, 250, HALF):
            return f"an answer took at most {slowest(trial):.0f} ms"

    return beside(trial, crowd)


def answers_are_never_read(trial: Trial) -> tuple[str, str]:
    """50 connections ask for the largest file."""
    with urllib.request.urlopen(f"{trial.app.url}/wide-vs-deep") as answer:
        plotly = re.search(r'href="\.(/live/plotly-\S+)"', answer.read().decode())

    def crowd() -> str:
        assert plotly
        request = f"GET {plotly[1]} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        with connections(trial.app.url, 50, request):
            return f"an answer took at most {slowest(trial):.0f} ms"

    return beside(trial, crowd)


def slowest(trial: Trial) -> float:
    """Of ten answers about how the app is, ms."""
    seconds = []
    for _ in range(10):
        began = time.monotonic()
        urllib.request.urlopen(f"{trial.app.url}/ready").close()
        seconds.append(time.monotonic() - began)
        time.sleep(0.1)
    return 1000 * max(seconds)


def pages_are_dropped(trial: Trial) -> tuple[str, str]:
    """300 of them, opened at once, and left without a farewell."""

    def crowd() -> str:
        let_in, others = apart(asyncio.run, drop_pages(trial.app.url, 300))
        return f"{let_in} were let in and {others} told to come back"

    return beside(trial, crowd)


def one_has_forty_tabs(trial: Trial) -> tuple[str, str]:
    """Of one browser over HTTP/1.1, for half a minute."""

    def crowd() -> str:
        record = apart(asyncio.run, many_tabs(trial.app.url, 40, 30))
        codes = ", ".join(f"{count:,} × {code}" for code, count in sorted(record.answers.items()))
        half, most = 1000 * np.percentile(record.latencies, [50, 100])
        assert not record.errors, record.errors
        waits = f"{half:.0f} ms (median), {most:.0f} (most)"
        return f"{codes}; the seen tab had answers at once in {waits}"

    return beside(trial, crowd)


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it on another thread: on ours the browser's driver has a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *arguments).result()


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
    "the cache's files are cut": (files_are_cut, {}, "", ()),
    "the cache's files are zeros": (files_are_zeros, {}, "", ()),
    "their second half is zeros": (half_of_them_is_zeros, {}, "", ()),
    "the cache's files are another user's": (files_are_anothers, {}, "", UNSHARED),
    "SIGTERM during training, and a start": (the_server_stops, {}, "", ()),
    "a visitor's network is away": (the_network_is_away, {}, "", ()),
    "an upload that is no archive": (rubbish_is_uploaded, {}, "", ()),
    "memory runs out in a run": (memory_runs_out, {}, "", ()),
    "the clock is set back by an hour": (the_clock_is_set_back, LATER, "", ()),
    "250 connections send half a question each": (questions_are_never_asked, {}, "", ()),
    "50 connections ask for Plotly and read nothing": (answers_are_never_read, {}, "", ()),
    "300 websockets are opened and dropped": (pages_are_dropped, {}, "", ()),
    "one browser has 40 tabs, over HTTP/1.1": (one_has_forty_tabs, {}, "", ()),
}


def main() -> None:
    """Try every fault whose name has the words of the command line in it, and print the table."""
    wanted = " ".join(sys.argv[1:])
    print("| fault | what the visitor sees | what is lost |\n|---|---|---|")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, (fault, environment, prelude, wrapper) in FAULTS.items():
            if wanted not in name:
                continue
            if environment is LATER and not FAKETIME.exists():
                print(f"| {name} | not tried: apt-get install faketime | |")
                continue
            with tempfile.TemporaryDirectory() as folder:
                log = Path(folder).with_suffix(".log")
                if fault is not two_servers_share_a_cache:
                    # What this machine has compiled already: else each row waits for a compiler.
                    kept = disk.folder() / "compiled"
                    shutil.copytree(kept, Path(folder) / "compiled", dirs_exist_ok=True)
                here = environment | {"MLP_EXPLORER_CACHE": folder}
                with AppServer(log, here, prelude, wrapper) as app:
                    seen, lost = fault(Trial(app, browser))
                log.unlink()
            print(f"| {name} | {seen} | {lost} |", flush=True)


if __name__ == "__main__":
    main()
