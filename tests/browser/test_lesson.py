"""A lesson by keyboard alone, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    expect(target).to_be_enabled()
    for _ in range(12):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab does not lead there.")


def test_a_lesson_is_walked_by_keyboard(page, server):
    page.goto(f"{server.url}/initialization?lesson=deep-mlps&step=9&projector=true")
    slider = page.get_by_role("slider", name="best gain")
    expect(page.get_by_text("move me").first).to_be_visible()
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    tab_to(page, slider)
    page.keyboard.press("PageUp")
    tab_to(page, compare)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said 0.")).to_be_visible()
    expect(page.locator(".st-key-question-deep-mlps-9")).to_be_focused()

    page.keyboard.press("ArrowRight")  # the next step
    choices = page.get_by_role("radio")
    expect(choices).to_have_count(3)
    expect(page).to_have_title("Initialization · step 10 · MLP Explorer")
    tab_to(page, choices.first)
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(choices.last).to_be_checked()
    expect(page.get_by_text("You said")).to_have_count(0)
    tab_to(page, page.get_by_role("button", name="Answer"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said: ")).to_be_visible()
    question = page.locator(".st-key-question-deep-mlps-10")
    expect(question).to_be_focused()

    tab_to(page, page.get_by_role("button", name="Ask again"))
    page.keyboard.press("Enter")
    expect(choices).to_have_count(3)
    expect(question).to_be_focused()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.keyboard.press("ArrowLeft")  # the step before, with what was said there
    expect(page.get_by_text("You said 0.")).to_be_visible()
    expect(page).to_have_url(re.compile("step=9"))


@pytest.mark.parametrize("shown", ["false", "true"])
def test_what_answers_stands_above_the_fold(page, server, shown):
    quick = "gains=2&seeds=1&epochs=1&samples=40"
    page.goto(f"{server.url}/initialization?{quick}&lesson=deep-mlps&step=10&projector={shown}")
    page.get_by_text("About half.").click()
    page.get_by_role("button", name="Answer").click()
    figures = page.locator(".st-key-look .st-key-inside")
    expect(figures.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.get_by_role("heading", name="What happens inside")).to_be_visible()
    expect(figures).to_be_in_viewport(ratio=0.99)
    # It comes before the headline, which answers another question.
    above = "([one, other]) => one.compareDocumentPosition(other) & 4"
    pair = [page.locator(".st-key-look"), page.locator(".st-key-headline")]
    assert page.evaluate(above, [one.element_handle() for one in pair])


def test_a_room_sees_the_buttons_that_a_step_speaks_of(page, server):
    quick = "epochs=1&samples=40&depth_to=2"
    page.goto(f"{server.url}/wide-vs-deep?{quick}&lesson=deep-mlps&step=2&projector=true")
    page.get_by_text("Not necessarily").click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="New seeds").click()
    expect(page).to_have_url(re.compile("seed=1"))
    expect(page.get_by_role("button", name="Reset", exact=True)).not_to_be_visible()


def test_the_end_of_a_lesson_is_a_handout(page, server):
    page.goto(f"{server.url}/wide-vs-deep?lesson=deep-mlps&step=11&projector=true")
    page.get_by_text("Not at all").click()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("You said: ")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What you said")).to_be_visible()
    expect(page.get_by_text("0 of 1 right. Not answered: 10.")).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    questions = page.locator("[class*=st-key-told]")
    expect(questions).to_have_count(11)
    expect(questions.last).to_contain_text("Rather: By almost twenty points.")
    for steering in (page.get_by_test_id("stSidebar"), page.get_by_role("button", name="Leave")):
        expect(steering).not_to_be_visible()
    expect(page.get_by_text("Sixteen fates")).to_be_visible()
    expect(questions.last.locator("p").first).to_have_css("color", "rgb(0, 0, 0)")
    # Nothing is cut off: the paper's height holds the whole page.
    ends = "() => [document.body.scrollHeight, document.querySelector('.st-key-next-4').offsetTop]"
    height, last = page.evaluate(ends)
    assert height >= last > 720
    assert page.pdf(format="A4").count(b"/Type /Page\n") > 1
