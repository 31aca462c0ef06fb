"""Where things stand on a page."""

import time

from playwright.sync_api import FloatRect, Locator


def box(locator: Locator) -> FloatRect:
    """Where an element stands, as soon as it does: a page may just be drawn again."""
    deadline = time.monotonic() + 90
    while (found := locator.bounding_box()) is None:
        assert time.monotonic() < deadline, f"{locator} stands nowhere"
    return found
