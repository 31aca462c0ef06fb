"""Sharing and downloading in a real browser: links work elsewhere, files hold what is shown."""

import io
import json
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pandas as pd
import pytest
import safetensors.numpy
from PIL import Image
from playwright.sync_api import expect

from tests.browser.places import box

pytestmark = pytest.mark.browser

QUICK = "epochs=3&depth_to=3&seeds=2&samples=100&batch_size=32"


def visit(page, url, seed, parameters=QUICK):
    page.goto(f"{url}/wide-vs-deep?{parameters}&seed={seed}")
    expect(page.locator(".words")).to_have_text(re.compile("^finished"))


def press(page, label):
    page.get_by_test_id("stPopover").filter(has_text=label).get_by_role("button").click()


def download(page, label):
    """The bytes of a file, and its name."""
    with page.expect_download() as coming:
        page.get_by_test_id("stDownloadButton").filter(has_text=label).get_by_role("button").click()
    return coming.value.path().read_bytes(), coming.value.suggested_filename


def controls(page):
    """What the sidebar's sliders and fields say, by name."""
    fields = page.get_by_test_id("stSidebar").locator("input")
    expect(fields).not_to_have_count(0)
    return fields.evaluate_all("all => all.map(one => [one.ariaLabel, one.value])")


def report_of(page):
    press(page, "Download")
    return json.loads(download(page, "Report")[0])


def test_a_copied_link_gives_the_same_elsewhere(page, server, own_server, chromium, wait_for):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, own_server.url, 9000, QUICK + "&noise=0.123&depth=2")
    press(page, "Share")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{own_server.url}/wide-vs-deep?")
    page.keyboard.press("Escape")

    # Another machine: another process, which has trained nothing.
    context = chromium.new_context()
    other = context.new_page()
    other.goto(f"{server.url}/wide-vs-deep?{urlsplit(link).query}")
    expect(other.locator(".words")).to_have_text(re.compile("^finished"))
    wait_for(lambda: controls(other) == controls(page))
    expect(other.locator(".headline")).to_have_text(page.locator(".headline").inner_text())
    assert report_of(other) == report_of(page)
    context.close()


def test_home_leads_back_to_the_page_that_this_browser_saw_last(page, server):
    page.goto(server.url)
    expect(page.get_by_role("heading", name="MLP Explorer")).to_be_visible()
    way_back = page.get_by_role("link", name="Go on where you were: Wide vs Deep", exact=True)
    page.get_by_text("Lesson:").first.wait_for()
    expect(way_back).to_have_count(0)
    visit(page, server.url, 4711)
    page.wait_for_function("() => localStorage.getItem('mlp-explorer-last')?.includes('seed=4711')")
    page.goto(server.url)
    way_back.click()
    expect(page).to_have_url(re.compile(r"/wide-vs-deep\?.*seed=4711"))
    expect(page.locator(".words")).to_have_text(re.compile("^finished"))
    page.evaluate("localStorage.setItem('mlp-explorer-last', '{]')")
    page.goto(server.url)
    page.get_by_text("Lesson:").first.wait_for()
    expect(way_back).to_have_count(0)


def test_the_code_fills_the_screen(page, server):
    visit(page, server.url, 9100)
    press(page, "Share")
    page.get_by_role("button", name="Full screen").click()
    code = page.get_by_role("img", name="QR code of the link")
    expect(code).to_be_in_viewport(ratio=1)
    assert box(code)["height"] > 0.8 * 720
    code.click()
    expect(code).to_have_count(0)


def test_every_kind_of_file(page, server, tmp_path):
    visit(page, server.url, 9200)
    press(page, "Download")
    text, name = download(page, "Report")
    result = json.loads(text)["result"]
    assert (
        name == "wide-vs-deep-depth-to-3-samples-100-seeds-2-seed-9200-batch-size-32-epochs-3.json"
    )
    rows = pd.read_csv(io.BytesIO(download(page, "Table")[0]))
    first = result["architectures"][0]["networks"][0]
    row = rows[(rows.depth == 1) & (rows.seed == 9200) & (rows.epoch == 3)].iloc[0]
    assert row.test_accuracy == first["test_accuracy"]
    tensors = safetensors.numpy.load(download(page, "Weights")[0])
    assert tensors["depth1.seed9200.0.weight"].shape[1] == 2
    script = tmp_path / "script.py"
    script.write_bytes(download(page, "Script")[0])
    program = f"import runpy; print(runpy.run_path({str(script)!r})['last'].result())"
    command = [sys.executable, "-c", program]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"'test_accuracy': {first['test_accuracy']}," in printed


def test_the_figures_open_without_a_network(page, server, chromium, tmp_path):
    visit(page, server.url, 9300)
    shown = page.locator(".mlp-live .js-plotly-plot")
    expect(shown).to_have_count(8)
    expect(page.locator("[data-title^=Share]")).to_have_count(0)  # with Plotly's server
    press(page, "Download")
    target = tmp_path / "figures.html"
    target.write_bytes(download(page, "All figures")[0])
    for scheme in ("light", "dark"):
        context = chromium.new_context(offline=True, color_scheme=scheme)
        alone = context.new_page()
        asked, failures = [], []
        alone.on("request", lambda request, asked=asked: asked.append(request.url))
        alone.on("pageerror", lambda failure, failures=failures: failures.append(failure))
        alone.goto(target.as_uri())
        plots = alone.locator(".js-plotly-plot")
        expect(plots).to_have_count(shown.count())
        expect(alone.locator("[data-title^=Share]")).to_have_count(0)
        expect(plots.first.locator("image")).to_have_count(1)
        assert all(box(plot)["height"] > 100 for plot in plots.all())
        expect(alone.locator(".headline")).to_have_text(page.locator(".headline").inner_text())
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
        assert failures == []
        context.close()


def test_a_figure_with_a_caption_is_saved_from_the_keyboard(page, server):
    visit(page, server.url, 9400)
    cell = page.locator(".mlp-live .cell", has=page.locator("figcaption b")).first
    cell.get_by_role("button", name="Save as PNG").focus()
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    assert coming.value.suggested_filename == "wide-vs-deep-decision-map-depth-1-network-0.png"
    picture = Image.open(coming.value.path()).convert("RGBA")
    place = box(cell.locator(".js-plotly-plot"))
    assert picture.width == pytest.approx(3 * place["width"], abs=3)
    assert picture.height > 3 * place["height"] + 100  # the caption's lines
    assert picture.getpixel((2, picture.height - 2)) == (255, 255, 255, 255)
    ink = picture.crop((0, int(3 * place["height"]) + 10, picture.width, picture.height))
    assert ink.convert("L").getextrema()[0] < 100
