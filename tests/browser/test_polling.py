"""A class answers a lesson's question on its phones."""

import random
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from benchmarks.accessibility import broken

pytestmark = pytest.mark.browser

STEP = "wide-vs-deep?lesson=deep-mlps&step=3"
PHONE = {"width": 390, "height": 844}


def vote(address, choice):
    """What a phone without scripts does: open the page, and press a button."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address, timeout=90) as page:
        turn = re.search(r'name="turn" value="(\d+)"', page.read().decode())[1]
    body = urlencode({"turn": turn, "choice": choice}).encode()
    with opener.open(address, body, timeout=90) as page:
        assert f'value="{choice}" aria-pressed="true"' in page.read().decode()


def test_thirty_phones_answer_and_the_room_sees_it(page, server, chromium):
    page.goto(f"{server.url}/{STEP}&projector=true")
    page.get_by_role("button", name="Ask the class").click()
    way = page.locator(".mlp-way p")
    expect(way).to_contain_text("/answer/")
    address = way.inner_text()
    shown = page.locator(".mlp-poll li p").all_inner_texts()
    right = next(i for i, text in enumerate(shown) if text.startswith("Most of them"))
    votes = random.Random(0).choices(range(3), k=30)
    with ThreadPoolExecutor(8) as class_:
        list(class_.map(vote, [address] * 30, votes))
    counts = [votes.count(choice) for choice in range(3)]
    expect(page.locator(".mlp-poll b")).to_have_text([str(number) for number in counts])
    expect(page.locator(".mlp-poll .total")).to_have_text("30 answers")
    with chromium.new_context(viewport=PHONE) as context:
        context.set_default_timeout(90_000)
        phone = context.new_page()
        phone.goto(address)
        expect(phone.get_by_role("heading")).to_contain_text("What happens to the deepest?")
        phone.evaluate(AXE_SCRIPT)
        assert broken(phone) == []
        phone.get_by_role("button", name=shown[right][:12]).click()
        expect(phone.get_by_role("status")).to_contain_text("Your answer is in")
        counts[right] += 1
        expect(page.locator(".mlp-poll b")).to_have_text([str(number) for number in counts])
        page.get_by_role("button", name="Show the answer").click()
        expect(page.locator(".mlp-poll li.right")).to_contain_text(str(counts[right]))
        expect(phone.get_by_role("status")).to_contain_text("closed")
        page.get_by_role("button", name="Next", exact=True).click()
        page.get_by_role("button", name="Ask the class").click()
        expect(phone.get_by_role("heading")).to_contain_text("1,000 parameters instead of 100")
        expect(phone.get_by_role("button").first).to_be_enabled()
        page.get_by_role("button", name="Stop asking").click()
        expect(phone.get_by_role("heading")).to_contain_text("Nothing is asked")
