"""Scenes, a lesson and the projector in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.places import box

pytestmark = pytest.mark.browser

PLOT = ".mlp-live .js-plotly-plot"
LONG = "epochs=2000&seeds=32&budget=1000"
QUICK = "epochs=3&depth_to=3&seeds=2&samples=100&batch_size=32"


def test_a_room_has_no_sidebar_and_large_type(page, server):
    page.goto(f"{server.url}/wide-vs-deep?{QUICK}&seed=90100&projector=true&show=budget,taste")
    expect(page.locator(PLOT).first).to_be_visible()
    expect(page.get_by_text("cannot show: taste.")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    expect(page.get_by_test_id("stSlider")).to_have_count(1)
    title = page.locator(".st-key-opening")
    expect(title).to_have_css("clip-path", "inset(50%)")  # not seen, but heard
    expect(page.get_by_role("button", name="Reset", exact=True)).not_to_be_visible()
    expect(page.locator(".words")).to_have_text("finished, epoch 3 of 3")
    writing = page.locator(f".st-key-depths {PLOT} text, .headline, .mlp-live figcaption")
    least = writing.evaluate_all(
        "all => Math.min(...all.map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert least >= 20
    page.get_by_role("button", name="Leave projector").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page).to_have_url(re.compile("seed=90100"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_way_out_of_a_rooms_view_covers_nothing(page, server, width):
    page.set_viewport_size({"width": width, "height": 720})
    page.goto(f"{server.url}/wide-vs-deep?projector=true&scene=three-answers-from-one-seed")
    expect(page.locator(".headline")).to_be_visible()
    leave = page.get_by_role("button", name="Leave projector")
    expect(leave).to_be_visible()
    for words in (page.locator(".st-key-sentence"), page.locator(".headline")):
        expect(words).to_be_visible()
        way, other = box(leave), box(words)
        beside = other["x"] + other["width"] <= way["x"]
        assert beside or way["y"] + way["height"] <= other["y"]
    leave.click()
    expect(page).not_to_have_url(re.compile("projector"))


def test_space_pauses_and_goes_on(page, server):
    page.goto(f"{server.url}/wide-vs-deep?{LONG}&seed=90200&projector=true&show=budget")
    words = page.locator(".words")
    expect(words).to_have_text(re.compile("^epoch"))
    page.keyboard.press("Space")
    expect(words).to_have_text(re.compile("^paused"))
    page.keyboard.press("Space")
    expect(words).to_have_text(re.compile("^epoch"))
    page.get_by_role("slider", name="Parameter budget").press("ArrowRight")  # is the slider's
    expect(page).to_have_url(re.compile("budget=200"))
    assert "scene=" not in page.url


def test_arrows_turn_a_rooms_scenes(page, server):
    page.goto(f"{server.url}/wide-vs-deep?projector=true")
    expect(page.locator(PLOT).first).to_be_visible()
    for key, scene in (
        ("Right", "one-seed-lies"),
        ("Right", "three-answers"),
        ("Left", "one-seed"),
    ):
        page.keyboard.press(f"Arrow{key}")
        expect(page).to_have_url(re.compile(f"scene={scene}"))
    expect(page.get_by_text("One seed lies.")).to_be_visible()


def test_a_scene_is_one_click_away(page, server):
    page.goto(f"{server.url}/wide-vs-deep?{QUICK}&seed=90300")
    expect(page.locator(PLOT).first).to_be_visible()
    page.get_by_role("button", name="One seed lies").click()
    expect(page.get_by_text("One seed lies.")).to_be_visible()
    expect(page).to_have_url(re.compile("scene=one-seed-lies"))
    page.go_back()
    expect(page).to_have_url(re.compile("seed=90300"))
    expect(page.get_by_text("One seed lies.")).not_to_be_visible()


def test_a_step_hides_the_result_until_it_is_answered(page, server):
    page.goto(f"{server.url}/wide-vs-deep?lesson=deep-mlps&step=2")
    choice = page.get_by_text("Not necessarily")
    expect(choice).to_be_visible()
    expect(page.locator(".mlp-live")).to_have_count(0)
    choice.click()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("You said: ")).to_be_visible()
    expect(page.locator(PLOT).first).to_be_visible()
    expect(page.locator(".headline").first).to_contain_text("from one seed")
