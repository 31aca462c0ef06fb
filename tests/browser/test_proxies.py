"""The app behind the proxies that docs/operations.md describes, which are really started."""

import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from benchmarks.load import Record, Visitor
from tests.runs import awaited

pytestmark = pytest.mark.browser

DOCS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
NGINX, CADDY = (
    re.search(rf"^```{name}\n(.*?)^```", DOCS, re.M | re.S)[1] for name in ("nginx", "caddy")
)
# What Debian's own file has around it, but for its user and its places.
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}
http {{
    access_log off; proxy_buffering {buffering};
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    {text}
}}
"""
UPLOAD = 5 << 20


def changed(text, *changes):
    """A text in which each word of a change stands once, and is replaced by its second."""
    for before, after in changes:
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def proxied(tmp_path, wait_for):
    """Starts a proxy's program with its file's text; gives the app's address behind it."""

    @contextmanager
    def start(program, arguments, text, origin):
        (tmp_path / "configuration").write_text(text)
        with (tmp_path / "out").open("w") as out:
            command = [program, *arguments, str(tmp_path / "configuration")]
            environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
            process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)

        def healthy():
            assert process.poll() is None, (tmp_path / "out").read_text()
            try:
                return ask(url, "_stcore/health").text == "ok"
            except httpx.TransportError:
                return False

        url = f"{origin}/teach/mlp"
        try:
            wait_for(healthy)
            yield url
        finally:
            process.terminate()
            process.wait(60)

    return start


@pytest.fixture
def nginx(proxied, tmp_path):
    """Starts it before an app; it keeps the path, or takes it away."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("there is no nginx here: apt-get install nginx-light")

    def start(app_port, keeps, buffering):
        port = free_port()
        text = changed(
            NGINX,
            ("listen 80;", f"listen 127.0.0.1:{port};"),
            ("127.0.0.1:8501;", f"127.0.0.1:{app_port}{'' if keeps else '/'};"),
        )
        text = AROUND.format(folder=tmp_path, text=text, buffering=buffering)
        return proxied(program, ["-c"], text, f"http://127.0.0.1:{port}")

    return start


@pytest.fixture
def caddy(proxied):
    """The same of Caddy, with a certificate of its own making."""
    if shutil.which("caddy") is None:
        pytest.skip("there is no caddy here: apt-get install caddy")

    def start(app_port, keeps):
        origin = f"https://localhost:{free_port()}"
        text = changed(
            CADDY,
            ("mlp.example.org {", f"{origin} {{\n\ttls internal"),
            ("127.0.0.1:8501", f"127.0.0.1:{app_port}"),
            ("handle /", "handle /" if keeps else "handle_path /"),
        )
        text = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n" + text
        return proxied("caddy", ["run", "--adapter", "caddyfile", "--config"], text, origin)

    return start


class Learner(Visitor):
    """Sees one short run to its end."""

    turns = 1

    def wanted(self, turn):
        return "wide-vs-deep", "epochs=20&depth_to=2&seeds=2&samples=100"


def ask(url, path, **more):
    return httpx.request(
        more.pop("method", "GET"), f"{url}/{path}", verify=False, timeout=90, **more
    )


def check(url):
    """Pages, files, headers, a large upload, a websocket and live pictures come through."""
    page = ask(url, "wide-vs-deep")
    assert "MLP Explorer" in page.text
    assert page.headers["Content-Security-Policy"]
    for address in re.findall(r'(?:src|href)="\./((?:static|live)/\S+)"', page.text):
        assert ask(url, address).status_code == httpx.codes.OK, address
    # Nobody's upload is refused by the app, not by the proxy for its length.
    upload = {"file": bytes(UPLOAD)}
    refused = ask(url, "_stcore/upload_file/nobody/nothing", method="PUT", files=upload)
    assert refused.status_code not in (404, 413, 502), refused.text
    record = Record()
    awaited(Learner(url, 0, 1, record).visit(float("inf")))
    assert (record.errors, record.finished, set(record.answers)) == ([], 1, {200})
    bare = ask(url.removesuffix("/teach/mlp"), "teach/mlp")
    assert urlsplit(bare.headers["Location"]).path == "/teach/mlp/"


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_nginx_takes_the_path_away(server, nginx, buffering):
    with nginx(server.port, keeps=False, buffering=buffering) as url:
        check(url)


def test_both_keep_the_path(own_server, nginx, caddy):
    with nginx(own_server.port, keeps=True, buffering="on") as url:
        check(url)
    with caddy(own_server.port, keeps=True) as url:
        assert ask(url, "wide-vs-deep").text == ask(own_server.url, "wide-vs-deep").text


def test_a_browser_meets_the_app_over_http_2_and_under_a_path_it_does_not_know(
    server, caddy, chromium
):
    with (
        caddy(server.port, keeps=False) as url,
        chromium.new_context(ignore_https_errors=True, reduced_motion="reduce") as context,
    ):
        page = context.new_page()
        page.goto(f"{url}/wide-vs-deep?lesson=deep-mlps&step=3")
        page.get_by_role("button", name="Ask the class").click()
        way = page.locator(".mlp-way p")
        expect(way).to_contain_text("/answer/")
        link = way.inner_text()
        assert link.startswith(f"{url}/answer/")
        # A phone gives its answer, and it is counted.
        with httpx.Client(verify=False, timeout=90, follow_redirects=True) as phone:
            turn = re.search(r'name="turn" value="(\d+)"', phone.get(link).text)[1]
            given = phone.post(link, data={"turn": turn, "choice": "1"})
            assert 'value="1" aria-pressed="true"' in given.text
            script = re.search(r'<script src="([^"]+)"', given.text)[1]
            assert phone.get(urljoin(link, script)).status_code == httpx.codes.OK
        expect(page.locator(".mlp-poll .total")).to_have_text("1 answer")
        page.goto(f"{url}/wide-vs-deep?epochs=20&depth_to=1&seeds=2")
        expect(page.locator(".words")).to_contain_text("finished")
        spoken = page.evaluate(
            "[...new Set(performance.getEntriesByType('resource').filter("
            "one => one.name.startsWith(location.origin)).map(one => one.nextHopProtocol))]"
        )
        assert spoken == ["h2"]
