"""Headless Chromium, wherever this machine has it."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """The browser that the variable CHROMIUM names, else the first there is, else Playwright's.

    Args:
        playwright: drives it.
        arguments: more of its command line's.
    """
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *arguments])
