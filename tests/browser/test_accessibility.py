"""Everybody can use the pages: without a mouse, without seeing them, without seeing colours."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from benchmarks.accessibility import VISITS, both_themes, go

pytestmark = pytest.mark.browser

GRAVE = ("critical", "serious")
# Visits much like others; the command that prints the table has them too.
ALIKE = ("Your own points, typed", "Share", "A lesson's question", "A lesson's slider")
LONG = "wide-vs-deep?epochs=2000&seeds=32&budget=1000"
FACES = "animal-faces?epochs=2&widths=64&augmentation=off&seed=7100"
CHART = ".mlp-live .js-plotly-plot svg[role=img]"


def grave(page, within="html"):
    """What axe-core finds grave in either theme, in words."""
    return [
        f"{theme}: {one.rule}: {one.reason}: {one.element}"
        for theme, found in both_themes(page, within)
        for one in found
        if one.impact in GRAVE
    ]


@pytest.mark.parametrize(
    "visit", [visit for visit in VISITS if visit.name not in ALIKE], ids=lambda visit: visit.name
)
def test_nothing_bars_the_way(page, server, visit):
    go(page, server.url, visit)
    assert grave(page, visit.within) == []


def test_nothing_bars_the_way_on_a_phone(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, server.url, VISITS[1])
    page.get_by_test_id("stExpandSidebarButton").click()
    assert grave(page) == []


def test_what_bars_the_way_is_found(page, server):
    go(page, server.url, VISITS[0])
    page.locator("main p").first.evaluate("""words => {
      words.style.color = "#ddd";
      words.append(Object.assign(new Image(), { src: "x" }));
    }""")
    assert {found.split(": ")[1] for found in grave(page)} == {"color-contrast", "image-alt"}


def test_every_chart_says_in_words_what_it_shows_now(page, server):
    go(page, server.url, VISITS[1])
    expect(page.locator(CHART)).to_have_count(page.locator(".js-plotly-plot").count())
    labels = [chart.get_attribute("aria-label") for chart in page.locator(CHART).all()]
    assert all(len(label) > 30 for label in labels)
    by_depth = page.locator(f"{CHART}[aria-label^='Test accuracy against depth']")
    before = by_depth.get_attribute("aria-label")
    page.get_by_role("button", name="New seeds").click()
    expect(page.locator(".words")).to_contain_text("finished")
    expect(by_depth).not_to_have_attribute("aria-label", before)


def test_a_filter_is_chosen_by_keyboard(page, server):
    page.goto(f"{server.url}/{FACES}")
    frame = page.locator("[role=slider][aria-valuetext^=unit]").first
    frame.focus()
    for key in ("ArrowUp", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(frame).to_have_attribute("aria-valuetext", re.compile(r"^unit 11, norm \d"))
    expect(frame).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.locator("figcaption", has_text="unit 11")).to_have_count(1)
    expect(frame).to_be_focused()


def test_every_stop_of_the_tabulator_is_seen(page, server):
    go(page, server.url, VISITS[3])
    page.evaluate("document.activeElement.blur()")
    stops = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        stop, seen = page.evaluate("""() => {
          const stop = document.activeElement;
          const ringed = (one) => getComputedStyle(one).outlineStyle === "solid";
          const around = [...Array(4)].reduce((all) => [...all, all.at(-1).parentElement], [stop]);
          return [`${stop.tagName} ${stop.type} ${stop.getAttribute("role")}`, around.some(ringed)];
        }""")
        assert seen, stop
        stops.add(stop)
    assert len(stops) > 5


def test_a_screen_reader_is_told_now_and_then(page, server, wait_for):
    page.clock.set_fixed_time("2030-01-01T12:00:00")
    page.goto(f"{server.url}/{LONG}&seed=7200")
    expect(page.locator(".spoken")).to_contain_text("epoch")
    page.evaluate("""() => {
      const count = (name) => {
        window[name] = 0;
        new MutationObserver(() => window[name]++)
          .observe(document.querySelector(`.${name}`), { childList: true });
      };
      count("words");
      count("spoken");
    }""")
    wait_for(lambda: page.evaluate("window.words") >= 10)
    assert page.evaluate("window.spoken") == 0
    page.clock.set_fixed_time("2030-01-01T12:00:11")
    wait_for(lambda: page.evaluate("window.spoken") == 1)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".spoken")).to_contain_text("paused")


def test_nothing_moves_by_itself_where_that_is_not_wanted(page, server):
    page.goto(f"{server.url}/{LONG}&seed=7300")
    expect(page.locator(CHART).first).to_be_visible()
    expect(page.locator(".words")).to_contain_text("epoch")
    assert page.evaluate("document.getAnimations().length") == 0


def test_nothing_flashes_while_a_page_waits_to_be_drawn_again(page, server):
    allowed = itertools.repeat(True)

    def steer(socket):
        upstream = socket.connect_to_server()
        upstream.on_message(lambda message: socket.send(message) if next(allowed) else None)

    def opacities():
        return set(
            page.locator(".stApp *").evaluate_all(
                "all => all.map((one) => getComputedStyle(one).opacity)"
            )
        )

    page.route_web_socket(re.compile("_stcore/stream"), steer)
    go(page, server.url, VISITS[1])
    slider = page.get_by_role("slider", name="Seeds")
    slider.focus()
    before = opacities()
    # Of the next run of the script the page hears that a script runs, and which, and no more.
    allowed = itertools.chain([True, True], itertools.repeat(False))
    slider.press("ArrowRight")
    expect(page.locator("[data-stale=true]").first).to_be_attached()
    assert opacities() <= before | {""}  # what is gone meanwhile has none
