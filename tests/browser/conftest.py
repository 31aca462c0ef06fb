"""The app as its users have it: started as ``make run`` starts it, seen in a real Chromium."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from benchmarks.chromium import installed, launch

ROOT = Path(__file__).parents[2]
ARGUMENTS = ("--disable-gpu", "--disable-background-networking")
# Generous, for machines that do other things too.
expect.set_options(timeout=90_000)


class Server:
    """The app on a port of its own.

    Args:
        base: the path it is served under, or "".
        environment: more variables than this process has.
    """

    def __init__(self, base: str = "", **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base, self.environment = base, os.environ | environment
        self.url = f"http://127.0.0.1:{self.port}{base}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app/main.py"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        command += ["--server.baseUrlPath", self.base] if self.base else []
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
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
def start_server() -> Callable[..., AbstractContextManager[Server]]:
    """Start a server with the environment given; it stops at the block's end."""

    @contextlib.contextmanager
    def start(base: str = "", **environment: str) -> Iterator[Server]:
        running = Server(base, **environment)
        try:
            yield running
        finally:
            running.stop()

    return start


@pytest.fixture(scope="session")
def server(start_server) -> Iterator[Server]:
    with start_server(MLP_EXPLORER_FRAME_ANCESTORS="http://localhost:*") as running:
        yield running


@pytest.fixture
def own_server(start_server) -> Iterator[Server]:
    """A server under a path, for one test to stop and start."""
    with start_server("/teach/mlp") as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser for contexts of a test's own."""
    browser = launch(playwright, *ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def visitor(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Somebody who has been here before: the browser keeps the app's scripts from test to test."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        **installed(*ARGUMENTS),
        viewport={"width": 1280, "height": 720},
        reduced_motion="reduce",
    )
    context.set_default_timeout(90_000)
    yield context
    context.close()


def broken(message: ConsoleMessage) -> list[str]:
    """What the browser says it has refused, or has not understood of the server, if it says so."""
    refused = ("Content Security Policy", "Failed to process a Websocket message")
    return [message.text] if any(words in message.text for words in refused) else []


def elsewhere(request: Request) -> list[str]:
    """A request's address, if it leads to another host."""
    host = urllib.parse.urlsplit(request.url).hostname
    return [request.url] if host not in ("127.0.0.1", None) else []


@pytest.fixture
def page(visitor: BrowserContext, server: Server) -> Iterator[Page]:
    """A tab of 1280 × 720, of a visitor who has changed nothing yet.

    Its scripts must not fail, nor break the content security policy, nor reach for other hosts.
    """
    page = visitor.new_page()
    failures: list[object] = []
    page.on("pageerror", lambda failure: failures.append(failure))  # noqa: PLW0108
    page.on("console", lambda message: failures.extend(broken(message)))
    page.on("request", lambda request: failures.extend(elsewhere(request)))
    yield page
    forget = {"origin": server.url, "storageTypes": "cookies,local_storage"}
    visitor.new_cdp_session(page).send("Storage.clearDataForOrigin", forget)
    visitor.clear_permissions()
    visitor.set_offline(False)
    page.close()
    assert not failures
