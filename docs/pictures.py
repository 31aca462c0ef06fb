"""Take the pictures of the README, the home page and the scenes.

``.venv/bin/python -m docs.pictures URL [NAME …]``; URL is that of the running app, and the names
are those of pictures, without their endings, if not all are wanted.
"""

import io
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.lessons.scenes import slug as scene_slug
from benchmarks.chromium import launch

ASSETS = Path(__file__).parents[1] / "assets"
# Of the window; where maps are to be large, and four in a row.
WIDTH, NARROW = 1280, 760

MAPS, FIGURES = ".mlp-live:has(figcaption b)", ".mlp-live:has(.js-plotly-plot)"
# Picture → page, what it shows from there on, twice as wide as high, or None for the window, and
# the window's width.
PICTURES = {
    "readme": ("wide-vs-deep", None, WIDTH),
    "wide_vs_deep": ("wide-vs-deep?depth_to=8", MAPS, NARROW),
    "polynomial_features": (
        "polynomial-features?basis=chebyshev&scale=true&half_width=4&seeds=4",
        MAPS,
        NARROW,
    ),
    "animal_faces": ("animal-faces", MAPS, WIDTH),
    "initialization": ("initialization", FIGURES, WIDTH),
}


# Scenes' pictures → where on the page they are taken, if not at the page's own place.
PLACES = {
    "wide-vs-deep": ".st-key-depths .cell",
    "polynomial-features": ".st-key-maps .cell",
    "animal-faces": ".st-key-filters .cell",
    "initialization": ".st-key-inside .cell",
    "sixteen-fates": ".st-key-units .cell",
    "ten-times-the-budget": ".st-key-maps .cell:nth-child(3)",
    "units-that-cannot-die": ".st-key-units .cell",
    "learnt-by-heart": ".st-key-maps .cell",
    "learnt-by-heart-or-not": ".st-key-curves .cell",
    "too-much-of-it": ".st-key-samples .cell:nth-child(2)",
    "four-filters": ".st-key-unit .cell",
    "gain-3": ".st-key-inside .cell:nth-child(2)",
    "six-layers": ".st-key-gains .cell",
    "normal-or-uniform": ".st-key-gains .cell",
    "chaos": ".st-key-circle .cell",
}
SCENE_SIZE = (238, 168)


def finished(page: Page, address: str) -> None:
    """Open a page and wait until its run is over and drawn."""
    page.goto(address)
    expect(page.locator(".words").first).to_contain_text("finished", timeout=1_200_000)
    page.wait_for_timeout(2000)


def take_pages(browser: Browser, url: str, wanted: list[str]) -> None:
    """Take the pictures of the README and of the home page."""
    page = browser.new_page()
    for name, (address, part, width) in PICTURES.items():
        if wanted and name not in wanted:
            continue
        page.set_viewport_size({"width": width, "height": 1000})
        finished(page, f"{url}/{address}")
        target = ASSETS / f"{name}.png"
        if part is None:
            page.screenshot(path=target)
            continue
        page.add_style_tag(content="figcaption { display: none; }")
        grid = page.locator(part).first
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        assert box, "the figures are not on the page"
        clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["width"] / 2}
        page.screenshot(path=target, clip=clip)


def take_scenes(browser: Browser, url: str, wanted: list[str]) -> None:
    """Take the pictures of the scenes: small, so without words and with thick lines."""
    page = browser.new_page(viewport={"width": 520, "height": 900})
    for address, at, target in scenes():
        if wanted and target.stem not in wanted:
            continue
        finished(page, f"{url}/{address}&projector=true")
        page.add_style_tag(content=".js-plotly-plot text { visibility: hidden; }")
        shot = page.locator(PLACES.get(target.stem, PLACES[at])).first.locator("> div")
        image = Image.open(io.BytesIO(shot.screenshot())).convert("RGB")
        # What has a shape of its own keeps it.
        free = "free" in (shot.get_attribute("class") or "")
        small = image.resize(SCENE_SIZE) if free else ImageOps.fit(image, SCENE_SIZE)
        small.quantize(32).save(target, optimize=True)


def scenes() -> Iterator[tuple[str, str, Path]]:
    """Of each scene with a picture the address, the page, and the picture."""
    for path in sorted((ASSETS / "scenes").glob("*.toml")):
        written = tomllib.loads(path.read_text())
        for scene in written["scene"]:
            if "picture" in scene:
                slug = scene_slug(scene["name"])
                address = f"{written['page']}?scene={slug}"
                yield address, written["page"], path.with_name(scene["picture"])


def main(url: str, *wanted: str) -> None:
    """Take all pictures, or those with these names."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        take_pages(browser, url, list(wanted))
        take_scenes(browser, url, list(wanted))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
