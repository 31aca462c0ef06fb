"""Headless Chromium, wherever this machine has it."""

import os
import shutil
from typing import Any

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start the browser of :func:`installed`."""
    return playwright.chromium.launch(**installed(*arguments))


def installed(*arguments: str) -> dict[str, Any]:
    """The browser that the variable CHROMIUM names, else the first there is, else Playwright's.

    Args:
        arguments: more of its command line's.

    Returns:
        What Playwright's ways to launch one take.
    """
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return {"executable_path": path, "args": ["--no-sandbox", *arguments]}
