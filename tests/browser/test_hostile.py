"""Names and links made to do harm, in a real browser: nothing runs, nothing leaves, all is text."""

import io
import zipfile
from urllib.parse import urlencode

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

RUNS = "<img src=x onerror='document.title=1;alert(1)'>"
LINKS = "[a](javascript:x)<a href='http:e.x'>%{x}"
MARKDOWN = (
    "![](http://evil.example/x.png) [x](http://evil.example) www.evil.example :material/home:"
)


def archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for shade, name in enumerate((RUNS, LINKS)):
            for i in range(8):
                picture = io.BytesIO()
                Image.new("RGB", (32, 32), (100 * shade, i, 50)).save(picture, "PNG")
                file.writestr(f"set/{name}/{i}.png", picture.getvalue())
    return stream.getvalue()


@pytest.fixture
def told(page):
    """What the page's console says of errors, and dialogs that open."""
    told = []
    # Streamlit looks for its server below the page's address first, in vain.
    page.on("console", lambda m: m.type == "error" and "404" not in m.text and told.append(m.text))
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    return told


def test_names_of_classes_are_text(page, server, told):
    page.goto(f"{server.url}/animal-faces?epochs=1&widths=8&batch_size=4&seed=9871")
    expect(page.locator(".words")).to_have_text("finished, epoch 1 of 1")
    page.get_by_role("button", name="Your own pictures").click()
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="A zip archive")
    zipped = {"name": f"{RUNS}.zip", "mimeType": "application/zip", "buffer": archive()}
    uploader.locator("input[type=file]").set_input_files(zipped)
    expect(page.locator("th").filter(has_text=RUNS).first).to_be_visible()
    page.locator(".js-plotly-plot .drag").first.hover()
    page.wait_for_timeout(1000)
    assert page.locator(".mlp-live img[src=x], .mlp-live a[href*=e\\.x]").count() == 0
    assert told == []


@pytest.mark.parametrize("page_name", ["", "wide-vs-deep", "initialization", "animal-faces"])
def test_a_link_is_repeated_as_text(page, server, told, page_name):
    query = urlencode({"epochs": MARKDOWN, "depth": RUNS, MARKDOWN: "1", "seed": "9872"})
    page.goto(f"{server.url}/{page_name}?{query}")
    expect(page.get_by_test_id("stMain")).to_contain_text("MLP" if not page_name else "epochs must")
    page.wait_for_timeout(1000)
    warning = page.get_by_test_id("stAlert")
    assert warning.locator("a, img, [data-testid=stIconMaterial]:has-text('home')").count() == 0
    assert told == []


def test_what_an_upload_may_not_be(page, server):
    page.goto(f"{server.url}/animal-faces?seed=9873")
    address = f"{server.url}/_stcore/upload_file/{'0' * 32}/1"
    answers = [
        page.request.fetch(address, method=method, multipart={"file": {
            "name": "x", "mimeType": "text/plain", "buffer": b"x"}}).status
        for method in ("PUT", "POST")
    ]  # fmt: skip
    assert answers == [403, 405]
