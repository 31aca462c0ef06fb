"""The image itself: what is in its layers, and how it lives and ends as its user."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from benchmarks.load import Record, Visitor
from tests.image import built
from tests.runs import awaited

pytestmark = pytest.mark.image


class Learner(Visitor):
    """Sees one short run to its end."""

    turns = 1

    def wanted(self, turn):
        return "wide-vs-deep", "epochs=20&depth_to=2&seeds=2&samples=100"


@pytest.fixture(scope="module")
def files():
    """Those of the image."""
    if reason := built.missing():
        pytest.skip(reason)
    built.build()
    with built.mounted() as tree:
        yield tree


@pytest.fixture
def container(files, tmp_path):
    made = built.Container(files, tmp_path)
    made.start()
    yield made
    made.process.kill()


def test_the_image_holds_the_app_and_nothing_else(files):
    ignored = (built.ROOT / ".dockerignore").read_text().split()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    assert {path.name for path in (files / "srv").iterdir()} == {*kept, "node_modules"}
    assert [*(files / "srv" / "node_modules").glob("plotly.js-*")]
    assert not [*(files / "tmp").iterdir(), *(files / "root").glob(".cache/*")]
    assert [*(files / "var/cache/mlp-explorer").glob("compiled/*/**/*.nbc")]


@pytest.mark.usefixtures("files")
def test_no_layer_has_tests_or_caches():
    """Not even one that a later one hides."""
    _, *ours = built.layers()
    folders = [
        path.relative_to(layer.files)
        for layer in ours
        for path in layer.files.rglob("*")
        if path.is_dir()
    ]
    assert Path("srv/app") in folders
    assert not [path for path in folders if path.name in {"tests", ".git", ".cache"}]
    mine = [path for path in folders if path.parts[0] == "srv"]
    assert not [path for path in mine if path.name in {"benchmarks", "docs", "__pycache__"}]


def test_it_serves_a_run_and_ends_when_told(container, wait_for):
    health = container.about["Healthcheck"]["Test"][1:]
    wait_for(lambda: container.process.poll() is not None or not container.run(*health).returncode)
    assert container.process.poll() is None, container.log.read_text()

    def ready():
        try:
            with urllib.request.urlopen(f"{container.url}/ready", timeout=60) as response:
                return json.load(response) == {"ready": True}
        except urllib.error.HTTPError:  # 503
            return False

    wait_for(ready)
    record = Record()
    awaited(Learner(container.url, 0, 1, record).visit(time.monotonic() + 90))
    assert (record.errors, record.finished) == ([], 1)
    assert container.run("id", "--user", "--name").stdout == "explorer\n"
    assert container.run("touch", "/srv/x", "/home/explorer/x", "/opt/x").returncode
    assert container.run("ls", "--almost-all", "/tmp").stdout == ""
    assert container.stop() == 0
    log = container.log.read_text()
    assert log.endswith("INFO app.server.operations: stopped\n")
    assert "Traceback" not in log
    assert "Cannot keep" not in log
