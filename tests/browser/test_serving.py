"""The app under a path, and across a restart of its server."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_app_works_under_a_path_and_outlives_a_restart(page, own_server):
    page.goto(f"{own_server.url}/wide-vs-deep?epochs=2000&seeds=32&budget=1000")
    words = page.locator(".words")
    expect(words).to_have_text(re.compile(r"^epoch \d+ of 2000$"))
    own_server.stop()
    expect(page.locator(".trouble")).to_contain_text("Connection lost")
    own_server.start()
    expect(page.locator(".trouble")).to_have_text("")
    expect(words).to_have_text(re.compile(r"^epoch \d+ of 2000$"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_run_dropped_while_nobody_was_heard_of_starts_again(page, server):
    page.goto(f"{server.url}/wide-vs-deep?epochs=2000&seeds=32&budget=1000")
    words = page.locator(".words")
    expect(words).to_have_text(re.compile(r"^epoch \d+ of 2000$"))
    page.context.set_offline(True)
    page.wait_for_timeout(15_000)  # longer than jobs wait for a sign of life
    page.context.set_offline(False)
    expect(page.locator(".trouble")).to_have_text("")
    expect(words).to_have_text(re.compile(r"^epoch \d+ of 2000$"))


def test_a_page_that_nobody_sees_keeps_no_question_open(page, server, wait_for):
    page.add_init_script("Object.defineProperty(document, 'hidden', {value: !0, writable: !0})")
    asked: list[int] = []

    def note(request):
        if request.url.endswith("/live/frames"):
            asked.append(request.post_data_json["version"])

    page.on("request", note)
    page.goto(f"{server.url}/wide-vs-deep?epochs=20&depth_to=1&seeds=2")
    expect(page.locator(".words")).to_contain_text("finished")
    page.evaluate("window.setTimeout = () => 0")  # browsers all but stop it in hidden pages
    seen = len(asked)
    wait_for(lambda: page.evaluate("1") and len(asked) > seen + 1)
    assert {*asked} == {-1}
    page.evaluate("document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    wait_for(lambda: page.evaluate("1") and asked[-1] > 0)
