"""The app as its users have it: started as ``make run`` starts it, seen in a real Chromium."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from benchmarks.chromium import launch

ROOT = Path(__file__).parents[2]
# Generous, for machines that do other things too.
expect.set_options(timeout=30_000)


class Server:
    """The app on a port of its own.

    Args:
        base: the path it is served under, or "".
    """

    def __init__(self, base: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = base
        self.url = f"http://127.0.0.1:{self.port}{base}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app/main.py"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        command += ["--server.baseUrlPath", self.base] if self.base else []
        self.process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health").close()
                return
            time.sleep(0.1)
        raise TimeoutError("the app did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server under a path, for one test to stop and start."""
    running = Server("/teach/mlp")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright, "--disable-gpu", "--disable-background-networking")
        yield browser
        browser.close()


def broken(message: ConsoleMessage) -> list[str]:
    """What the browser says it has refused, or has not understood of the server, if it says so."""
    refused = ("Content Security Policy", "Failed to process a Websocket message")
    return [message.text] if any(words in message.text for words in refused) else []


def elsewhere(request: Request) -> list[str]:
    """A request's address, if it leads to another host."""
    host = urllib.parse.urlsplit(request.url).hostname
    return [request.url] if host not in ("127.0.0.1", None) else []


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of 1280 × 720.

    Its scripts must not fail, nor break the content security policy, nor reach for other hosts.
    """
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page = context.new_page()
    failures: list[object] = []
    page.on("pageerror", lambda failure: failures.append(failure))  # noqa: PLW0108
    context.on("console", lambda message: failures.extend(broken(message)))
    context.on("request", lambda request: failures.extend(elsewhere(request)))
    yield page
    context.close()
    assert not failures
