"""The app in a frame of another site's page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import expect

from tests.serving import serving

pytestmark = pytest.mark.browser


@contextmanager
def course(address: str, host: str) -> Iterator[str]:
    """A course's page that shows an address in a frame, on a host of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(f"<iframe src='{address}' width=1200 height=700>".encode())

        def log_message(self, *_):
            pass

    with serving(Handler) as port:
        yield f"http://{host}:{port}"


def test_a_named_site_shows_a_page_that_works_and_opens_in_a_new_window(chromium, server):
    page = chromium.new_page()
    address = f"{server.url}/wide-vs-deep?embed=true&epochs=2&samples=50&seeds=2"
    with course(address, "localhost") as url:
        page.goto(url)
        frame = page.frame_locator("iframe")
        words = frame.locator(".words").first
        expect(words).to_contain_text("finished, epoch 2 of 2")
        expect(frame.get_by_role("button", name="Pause")).to_be_disabled()
        expect(frame.get_by_test_id("stSidebarNav")).to_have_count(0)
        expect(frame.get_by_role("button", name="Projector")).to_have_count(0)
        frame.get_by_role("slider", name="Seeds").press("ArrowRight")
        link = frame.get_by_role("link", name="New window")
        expect(link).to_have_attribute("href", re.compile(r"/wide-vs-deep\?.*seeds=3"))
        assert "embed" not in link.get_attribute("href")
        expect(words).to_contain_text("finished, epoch 2 of 2")
    page.close()


def test_other_sites_are_refused(chromium, server):
    page = chromium.new_page()
    with course(f"{server.url}/?embed=true", "127.0.0.1") as url:
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            page.goto(url)
        expect(page.frame_locator("iframe").get_by_test_id("stApp")).to_have_count(0)
    page.close()
