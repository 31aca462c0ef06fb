"""Take the pictures of the README and of the home page: ``.venv/bin/python docs/pictures.py URL``.

URL is that of the running app. Chromium is found as the browser tests find it.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ASSETS = Path(__file__).parents[1] / "assets"
WIDTH = 1280

MAPS, FIGURES = ".mlp-live:has(figcaption b)", ".mlp-live:has(.js-plotly-plot)"
# Picture → page, and what it shows from there on, twice as wide as high; or None for the window.
PICTURES = {
    "readme": ("wide-vs-deep", None),
    "wide_vs_deep": ("wide-vs-deep", MAPS),
    "polynomial_features": (
        "polynomial-features?basis=chebyshev&scale=true&half_width=4&seeds=4",
        MAPS,
    ),
    "animal_faces": ("animal-faces", MAPS),
    "initialization": ("initialization", FIGURES),
}


def finished(page: Page, address: str) -> None:
    """Open a page and wait until its run is over and drawn."""
    page.goto(address)
    expect(page.locator(".words").first).to_contain_text("finished", timeout=120_000)
    page.wait_for_timeout(2000)


def main(url: str) -> None:
    """Take all pictures."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        for name, (address, part) in PICTURES.items():
            finished(page, f"{url}/{address}")
            target = ASSETS / f"{name}.png"
            if part is None:
                page.screenshot(path=target)
                continue
            grid = page.locator(part).first
            grid.scroll_into_view_if_needed()
            box = grid.bounding_box()
            assert box, "the figures are not on the page"
            clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["width"] / 2}
            page.screenshot(path=target, clip=clip)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
