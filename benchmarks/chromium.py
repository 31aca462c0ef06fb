"""Headless Chromium, wherever this machine has it."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start :func:`installed` with more arguments of its command line."""
    return playwright.chromium.launch(
        executable_path=installed(), args=["--no-sandbox", *arguments]
    )


def installed() -> str | None:
    """The browser that the variable CHROMIUM names, else the first there is; None: Playwright's."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
