"""What a visit loads, and when."""

import pytest
from playwright.sync_api import expect

from app.live import libraries

pytestmark = pytest.mark.browser

QUICK = "epochs=2&seeds=2"
SPACE = libraries.plotly("gl3d").address
HIGHLIGHTER, EQUATIONS = "StreamlitSyntaxHighlighter", "rehype-katex"
ITALICS = "SourceSansVF-Italic"


@pytest.fixture
def asked(page):
    """What the page has asked for, by the names of files."""
    names = []
    page.on("request", lambda request: names.append("/" + request.url.rsplit("/", 1)[-1]))
    return names


def test_code_is_coloured_only_when_it_is_to_be_seen(page, server, asked):
    page.goto(f"{server.url}/wide-vs-deep?{QUICK}&samples=50&batch_size=32")
    expect(page.locator(".words")).to_contain_text("finished")
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    unneeded = (HIGHLIGHTER, SPACE, ITALICS)
    assert not [name for name in asked if any(one in name for one in unneeded)]
    page.get_by_text("The command that reproduces this result").click()
    code = page.get_by_test_id("stCode")
    expect(code).to_contain_text("python -m mlpcore wide-vs-deep")
    expect(code.locator(".token")).not_to_have_count(0)
    assert [name for name in asked if HIGHLIGHTER in name]
    assert len([name for name in asked if name == libraries.plotly("cartesian").address]) == 1
    assert len([name for name in asked if name == libraries.live().address]) == 1


@pytest.mark.skipif(
    libraries.plotly("cartesian") == libraries.plotly("gl3d"), reason="npm's packages are missing"
)
def test_figures_in_space_are_loaded_when_they_come_near(page, server, asked):
    page.goto(
        f"{server.url}/initialization?{QUICK}&data=moons&widths=8&gains=2&samples=50&batch_size=32"
    )
    circle = page.locator(".st-key-circle .cell")
    expect(page.locator(".words").first).to_contain_text("finished")
    expect(page.locator(".st-key-cobweb [data-frames]")).to_have_count(1)
    expect(circle).to_have_class("cell waiting")
    assert SPACE not in asked
    circle.scroll_into_view_if_needed()
    expect(circle.locator("canvas")).not_to_have_count(0)
    expect(circle.locator("[data-frames]")).to_have_count(1)
    assert SPACE in asked


def test_until_there_is_more_to_see_words_stand_there(page, server):
    page.route("**/static/js/index.*.js", lambda route: route.abort())
    page.goto(f"{server.url}/wide-vs-deep")
    expect(page.get_by_text("MLP Explorer is on its way")).to_be_visible()


def test_a_second_visit_loads_no_script_again(page, server):
    address = f"{server.url}/wide-vs-deep?{QUICK}&samples=50&batch_size=32"
    page.goto(address)
    expect(page.locator(".words")).to_contain_text("finished")
    page.goto("about:blank")
    sizes = []
    session = page.context.new_cdp_session(page)
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    page.goto(address)
    expect(page.locator(".words")).to_contain_text("finished")
    assert sum(sizes) < 300_000
