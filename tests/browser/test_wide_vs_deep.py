"""Wide vs Deep in a real browser: it moves while it trains, and it stays whole."""

import itertools
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.places import box

pytestmark = pytest.mark.browser

LONG = "epochs=2000&seeds=32&budget=1000"
QUICK = "epochs=3&depth_to=3&seeds=2&samples=100&batch_size=32"
MAP = ".mlp-live .js-plotly-plot"


# A result is kept for all who ask for it, so each visit asks for another one.
SEEDS = itertools.count(step=100)


def visit(page: Page, url: str, parameters: str = QUICK) -> None:
    page.goto(f"{url}/wide-vs-deep?{parameters}&seed={next(SEEDS)}")
    expect(page.locator(MAP).first).to_be_visible()


def frames(page: Page, place: Locator | None = None) -> int:
    """How often a map, by default the first, has been drawn."""
    return int((place or page.locator(MAP).first).get_attribute("data-frames") or 0)


def source(page: Page) -> str:
    """The picture in the first map."""
    return page.locator(f"{MAP} image").first.get_attribute("href") or ""


def whole(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)
    expect(page.locator(".trouble")).to_have_text("")


def test_maps_change_while_training(page, server, wait_for):
    visit(page, server.url, LONG)
    before, drawn = source(page), frames(page)
    wait_for(lambda: frames(page) >= drawn + 5)
    assert source(page) != before
    expect(page.locator(".words")).to_have_text(re.compile(r"^epoch \d+ of 2000$"))
    whole(page)


def test_the_finished_page_says_the_answer(page, server):
    visit(page, server.url)
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    expect(page.locator(".headline")).to_contain_text("%")
    expect(page.locator(".mlp-live tbody tr")).to_have_count(3)
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    whole(page)


def test_nothing_is_drawn_anew_and_no_map_is_ever_blank(page, server, wait_for):
    visit(page, server.url, LONG)
    page.evaluate(
        """selector => {
          window.blank = 0; window.maps = [...document.querySelectorAll(selector)];
          const watch = () => {
            for (const map of window.maps)
              if (!map.isConnected || (map.closest(".cell").querySelector("figcaption b")
                  && !map.querySelector("image"))) window.blank++;
            requestAnimationFrame(watch);
          };
          watch();
        }""",
        MAP,
    )
    drawn = frames(page)
    wait_for(lambda: frames(page) >= drawn + 5)
    page.get_by_role("button", name="New seeds").click()
    drawn = frames(page)
    wait_for(lambda: frames(page) >= drawn + 5)
    assert page.evaluate("window.blank") == 0


def test_what_is_out_of_sight_is_drawn_when_it_is_seen_or_the_run_rests(page, server, wait_for):
    visit(page, server.url, LONG)
    first, last = page.locator(MAP).first, page.locator(".mlp-live [data-frames]").last
    wait_for(lambda: frames(page, last))
    drawn, unseen = frames(page, first), frames(page, last)
    wait_for(lambda: frames(page, first) >= drawn + 3)
    assert frames(page, last) == unseen
    last.scroll_into_view_if_needed()
    wait_for(lambda: frames(page, last) > unseen)
    drawn = frames(page, first)
    page.get_by_role("button", name="Pause").press("Enter")
    wait_for(lambda: frames(page, first) > drawn)


def test_a_zoom_survives_updates(page, server, wait_for):
    visit(page, server.url, LONG)
    expect(page.locator(".mlp-live .cell.waiting")).to_have_count(0)
    large = page.locator(MAP).filter(has=page.locator(".ytitle")).nth(1)
    large.scroll_into_view_if_needed()
    place = box(large.locator(".nsewdrag"))
    x, y, size = place["x"], place["y"], place["width"]
    page.mouse.move(x + size * 0.3, y + size * 0.3)
    page.mouse.down()
    drawn = frames(page, large)
    page.mouse.move(x + size * 0.6, y + size * 0.6, steps=5)
    wait_for(lambda: frames(page, large) >= drawn + 3)  # a slow drag, across updates
    page.mouse.up()
    zoomed = large.evaluate("map => map.layout.xaxis.range")
    assert zoomed[1] - zoomed[0] < 3
    drawn = frames(page, large)
    wait_for(lambda: frames(page, large) >= drawn + 3)
    assert large.evaluate("map => map.layout.xaxis.range") == zoomed


def test_pause_step_reset(page, server):
    visit(page, server.url, LONG)
    words = page.locator(".words")
    page.get_by_role("button", name="Pause").click()
    expect(words).to_have_text(re.compile("paused at epoch"))
    epoch = int(re.search(r"epoch (\d+)", words.inner_text())[1])
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Step").click()
    expect(words).to_have_text(f"paused at epoch {epoch + 1} of 2000")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(words).to_have_text("paused at epoch 0 of 2000")
    whole(page)


def test_a_slider_changes_the_url_and_the_answer(page, server):
    visit(page, server.url)
    page.get_by_role("slider", name="Seeds").press("ArrowRight")
    expect(page).to_have_url(re.compile("seeds=3"))
    expect(page.locator(".headline")).to_contain_text("covers 3 seeds")
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    whole(page)


def test_a_hidden_unit_has_a_map(page, server):
    visit(page, server.url, QUICK + "&depth=2")
    expect(page.get_by_text("hidden layer 2", exact=True)).to_be_visible()


def test_decimal_commas_are_read_in_links_and_fields(page, server):
    visit(page, server.url, QUICK + "&amp;noise=0,25&utm_source=mail&fbclid=x")
    expect(page).to_have_url(re.compile("noise=0.25"))
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    page.get_by_test_id("stExpander").get_by_text("Training", exact=True).click()
    field = page.get_by_role("spinbutton", name="Weight decay")
    field.fill("")
    field.press_sequentially("0,01")
    expect(field).to_have_value("0.01")
    field.press("Enter")
    expect(page).to_have_url(re.compile("weight_decay=0.01"))
    whole(page)


def test_a_wrong_link_is_answered_with_a_message(page, server):
    visit(page, server.url, QUICK + "&noise=loud&taste=sweet")
    expect(page.get_by_text("noise must be a number from 0 to 1; got 'loud'.")).to_be_visible()
    expect(page.get_by_text("does not know: taste.")).to_be_visible()
    whole(page)


def test_a_lost_connection_is_said_and_mended(page, server, wait_for):
    visit(page, server.url, LONG)
    page.context.set_offline(True)
    expect(page.locator(".trouble")).to_contain_text("Connection lost")
    page.context.set_offline(False)
    expect(page.locator(".trouble")).to_have_text("")
    drawn = frames(page)
    wait_for(lambda: frames(page) > drawn)


def test_both_themes_are_drawn(page, server):
    papers = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        visit(page, server.url)
        expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
        papers.add(source(page))
    assert len(papers) == 2


def test_a_phone_needs_no_sideways_scrolling(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, server.url)
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0


def test_going_back_and_forward_moves_the_controls(page, server):
    visit(page, server.url)
    first = page.url
    seeds = page.get_by_role("slider", name="Seeds")
    expect(seeds).to_have_value("2")
    seeds.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"seeds=3"))
    page.go_back()
    expect(page).to_have_url(first)
    # For a moment the control that is changed and the one that takes its place are both there.
    expect(seeds.first).to_have_value("2")
    expect(seeds).to_have_count(1)
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    page.go_forward()
    expect(seeds.first).to_have_value("3")
    expect(seeds).to_have_count(1)
    whole(page)


def test_pictures_turn_to_another_run_before_the_page_itself_is_drawn_again(page, server):
    held, holding = [], []

    def steer(socket):
        upstream = socket.connect_to_server()
        upstream.on_message(lambda message: held.append(message) if holding else pass_on(message))

        def pass_on(message):
            socket.send(message)

        releases.append(lambda: [holding.clear(), *map(pass_on, held)])

    releases = []
    page.route_web_socket(re.compile("_stcore/stream"), steer)
    visit(page, server.url)
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    expect(page.locator(".headline")).to_contain_text("covers 2 seeds")
    holding.append(True)
    page.get_by_role("slider", name="Seeds").press("ArrowRight")
    expect(page.locator(".headline")).to_contain_text("covers 3 seeds")
    expect(page).not_to_have_url(re.compile("seeds=3"))
    releases[-1]()
    expect(page).to_have_url(re.compile("seeds=3"))
    whole(page)
