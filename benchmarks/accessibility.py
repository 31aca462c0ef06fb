"""What axe-core has against the pages, in both themes, with all that can be opened open.

In the dark only what depends on colours is looked for: the rest is the same page.

Starts the app and visits every page in headless Chromium with a short run that has finished, then
what opens on top of pages. ``python -m benchmarks.accessibility`` prints, for each visit and theme,
how many elements break a rule, by the impact axe-core gives to that, and below the rules broken.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch, unfold

IMPACTS = ("critical", "serious", "moderate", "minor")
PAPERS = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 31)"}
# Rules about colours.
COLOURS = ("color-contrast", "link-in-text-block")
PLANAR = "epochs=2&seeds=2&samples=50&batch_size=32"
SHORT = f"wide-vs-deep?{PLANAR}"
CURVE = "lesson=deep-mlps&step=1"
DIALOG, POPOVER = "[role=dialog]", "[data-testid=stPopoverBody]"
# Time that finished training, drawing and opening may take on a busy machine, in milliseconds.
PATIENCE = 120_000

# Whether all pictures are there; what is drawn only once it is near is gone to.
ALL_DRAWN = """() => {
  const waiting = document.querySelector(".cell.waiting");
  (waiting ?? document.querySelector("h1")).scrollIntoView();
  return !waiting;
}"""

# Rules that an element, known by its markup, may break because we cannot mend it. Streamlit lets an
# equation that is wider than a phone scroll and gives it no tab stop; Chromium and Firefox do.
EXCUSED = (("scrollable-region-focusable", '<span class="katex-display"'),)


@dataclass(frozen=True)
class Broken:
    """An element that breaks a rule.

    Attributes:
        rule: of axe-core.
        impact: one of :data:`IMPACTS`.
        element: the beginning of its markup.
        reason: axe-core's words.
    """

    rule: str
    impact: str
    element: str
    reason: str


def open_expanders(page: Page) -> None:
    """Open every expander, in the sidebar and on the page."""
    page.locator("details:not([open]) > summary").evaluate_all(
        "all => all.forEach(one => one.click())"
    )


def open_popover(name: str) -> Callable[[Page], None]:
    """Open the popover under a button."""

    def opened(page: Page) -> None:
        page.get_by_role("button", name=name).click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()

    return opened


def replay(page: Page) -> None:
    """Go back to the first moment of the run."""
    page.get_by_role("slider", name="Replay").press("Home")
    expect(page.locator(".words").first).to_contain_text("replay")


def answer(page: Page) -> None:
    """Answer a lesson's question, and wait for what it was about."""
    page.get_by_text("Not necessarily").click()
    page.get_by_role("button", name="Answer").click()
    finished(page)


def table_of_runs(page: Page) -> None:
    """Make a second run, and look at both in a table."""
    page.get_by_role("button", name="New seeds").click()
    finished(page)
    page.get_by_role("button", name="Runs").click()
    page.get_by_role("button", name="In a table").click()
    expect(page.get_by_role("dialog").get_by_test_id("stDataFrame")).to_be_visible()


def ask_class(page: Page) -> None:
    """Ask a class a lesson's question."""
    page.get_by_role("button", name="Ask the class").click()
    expect(page.locator(".mlp-poll .total")).to_be_visible()


def draw(page: Page, count: int = 3) -> None:
    """Draw the first of the five places of a lesson's chart: this many."""
    places = page.get_by_role("slider", name="hidden layers: ")
    expect(places).to_have_count(5)
    for place in range(count):
        places.nth(place).press("Enter")
    expect(page.locator(".mlp-curve .missing")).to_have_count(5 - count)


def compare(page: Page) -> None:
    """Draw all places, and compare them with what is measured."""
    draw(page, 5)
    page.get_by_role("button", name="Compare", exact=True).click()
    finished(page)


def finished(page: Page) -> None:
    """Wait for the end of a run, and until the page has heard of it and is drawn again."""
    expect(page.locator(".words").first).to_contain_text("finished", timeout=PATIENCE)
    pause = page.get_by_role("button", name="Pause", include_hidden=True).first
    expect(pause).to_be_disabled(timeout=PATIENCE)


def bring_points(way: str) -> Callable[[Page], None]:
    """Open the dialog for one's own points at one of its ways."""

    def opened(page: Page) -> None:
        unfold(page, "Data")
        page.get_by_role("button", name="Your own points").click()
        page.get_by_role("radio", name=way, exact=True).first.click()

    return opened


def preview_points(page: Page) -> None:
    """Bring a table of more columns than are needed, and look at what was read."""
    bring_points("Upload")(page)
    rows = "a,b,c,kind\n" + "".join(f"{i % 7},{i % 3},{i % 5},k{i % 2}\n" for i in range(20))
    file = {"name": "rows.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("Left out: c.")).to_be_visible()


@dataclass(frozen=True)
class Visit:
    """Something to look at.

    Attributes:
        name: what it is.
        address: relative to the app's root.
        prepare: what to do there first.
        runs: whether the page shows a run, to wait for its end.
        within: what is looked at, as a selector; below it lies a page that another visit looks at.
    """

    name: str
    address: str
    prepare: Callable[[Page], None] = open_expanders
    runs: bool = True
    within: str = "html"


VISITS = (
    Visit("Home", "", runs=False),
    Visit("Wide vs Deep", f"{SHORT}&depth_to=3"),
    Visit("Polynomial Features", f"polynomial-features?{PLANAR}&degree=4&sweep=true&degree_to=4"),
    Visit("Animal Faces", "animal-faces?epochs=2&widths=16"),
    Visit("Initialization", f"initialization?{PLANAR}&data=moons&widths=16-8&gains=4"),
    Visit("Your own points, drawn", SHORT, bring_points("Draw"), within=DIALOG),
    Visit("Your own points, typed", SHORT, bring_points("Type or paste"), within=DIALOG),
    Visit("Your own points, read", SHORT, preview_points, within=DIALOG),
    Visit("Share", SHORT, open_popover("Share"), within=POPOVER),
    Visit("Download", SHORT, open_popover("Download"), within=POPOVER),
    Visit("Runs in a table", SHORT, table_of_runs, within=DIALOG),
    Visit("A lesson's question", "wide-vs-deep?lesson=deep-mlps&step=2", runs=False),
    Visit("A lesson's slider", "initialization?lesson=deep-mlps&step=9", runs=False),
    Visit("A class asked", "wide-vs-deep?lesson=deep-mlps&step=2", ask_class, runs=False),
    Visit("A lesson's answer", f"{SHORT}&lesson=deep-mlps&step=2", answer, runs=False),
    Visit("A curve to draw", f"{SHORT}&{CURVE}", draw, runs=False),
    Visit("A curve compared", f"{SHORT}&{CURVE}", compare, runs=False),
    Visit("Projector", f"{SHORT}&projector=true"),
    Visit("Replay, of a bad link", f"{SHORT}&noise=loud", replay),
)


def go(page: Page, url: str, visit: Visit) -> None:
    """Visit a page, wait until it stands still, and prepare it."""
    page.goto(f"{url}/{visit.address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    if visit.runs:
        finished(page)
    page.wait_for_function(ALL_DRAWN, timeout=PATIENCE)
    visit.prepare(page)
    # What was opened asks for a run of the script, in which elements fade.
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    for passing in ("[data-testid=stSkeleton]", ".cell.waiting", "[data-stale=true]"):
        expect(page.locator(passing)).to_have_count(0, timeout=PATIENCE)


def both_themes(page: Page, within: str = "html") -> Iterator[tuple[str, list[Broken]]]:
    """A page's theme, and what is broken in it: first as it is in the light, then in the dark."""
    page.evaluate(AXE_SCRIPT)
    for theme, paper in PAPERS.items():
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        expect(page.locator(".stApp")).to_have_css("background-color", paper)
        yield theme, broken(page, () if theme == "light" else COLOURS, within)


def broken(page: Page, only: tuple[str, ...] = (), within: str = "html") -> list[Broken]:
    """What axe-core finds within a part of a page that has it, by all its rules or only these."""
    found = page.evaluate(
        """async ([only, within]) => {
          const choice = only.length ? { runOnly: only } : {};
          return (await axe.run(within, { resultTypes: ["violations"], ...choice })).violations;
        }""",
        [only, within],
    )
    return [
        Broken(rule["id"], rule["impact"], node["html"][:160], node["failureSummary"])
        for rule in found
        for node in rule["nodes"]
        if not any(rule["id"] == name and markup in node["html"] for name, markup in EXCUSED)
    ]


def main() -> None:
    """Scan and print."""
    rules: Counter[tuple[str, str]] = Counter()
    print(f"| visit | theme | {' | '.join(IMPACTS)} |\n|---|---|{'---|' * len(IMPACTS)}")
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder) / "log") as app,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for visit in VISITS:
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            page = context.new_page()
            go(page, app.url, visit)
            for theme, found in both_themes(page, visit.within):
                counts = Counter(one.impact for one in found)
                row = " | ".join(str(counts[impact]) for impact in IMPACTS)
                print(f"| {visit.name} | {theme} | {row} |", flush=True)
                rules.update((one.rule, one.impact) for one in found)
            context.close()
        browser.close()
    for (rule, impact), times in rules.most_common():
        print(f"{rule} ({impact}): {times}")


if __name__ == "__main__":
    main()
