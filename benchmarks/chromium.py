"""Headless Chromium, wherever this machine has it, and how to handle pages in it."""

import os
import shutil
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

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


def unfold(page: Page, name: str) -> None:
    """Open an expander, and wait until it stands still: what is in it moves for half a second.

    A press that begins on a button there may end beside it, if the machine is busy.
    """
    expander = page.get_by_test_id("stExpander").filter(has=page.get_by_text(name, exact=True))
    expander.get_by_text(name, exact=True).click()
    expander.evaluate(
        """async part => {
            do await new Promise(requestAnimationFrame);
            while (part.getAnimations({subtree: true}).length)
        }"""
    )
