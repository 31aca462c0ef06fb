"""The scripts of live figures: where they are, and what they are."""

import json
from pathlib import Path

from plotly.offline import get_plotlyjs, get_plotlyjs_version

from app.live import libraries
from tests.app.server.asking import ask

ROOT = Path(__file__).parents[3]


def test_every_script_is_served_at_an_address_of_its_text():
    live = libraries.live()
    assert live.address == f"/live-{live.text.hash}.js"
    assert libraries.libraries()[f"live{live.address}"] is live.text
    assert "export default function" in ask(live.text).text


def test_pages_hint_at_what_all_their_pictures_need_and_at_nothing_in_space():
    hints = "".join(libraries.hints())
    for library in (libraries.live(), libraries.plotly("cartesian")):
        assert f'href="./live{library.address}"' in hints
    if libraries.plotly("gl3d") != libraries.plotly("cartesian"):
        assert libraries.plotly("gl3d").address not in hints


def test_without_the_smaller_bundles_all_of_plotly_comes(monkeypatch, tmp_path):
    monkeypatch.setattr(libraries, "_PACKAGES", tmp_path)
    plane, space = (libraries.plotly.__wrapped__(name) for name in ("cartesian", "gl3d"))
    assert plane.address == space.address
    assert ask(plane.text).text == get_plotlyjs()


def test_the_smaller_bundles_are_of_the_same_version_as_plotlys_package():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(wanted.values()) == {get_plotlyjs_version()}
    locked = json.loads((ROOT / "deno.lock").read_text())
    assert {f"npm:{name}@{version}" for name, version in wanted.items()} == set(
        locked["specifiers"]
    )
    assert all(one["integrity"].startswith("sha512-") for one in locked["npm"].values())
