"""What is copied from a page is read back as it was."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.display import StageDisplay
from app.lessons import lessons, scenes, writing
from app.pages import PARAMETERS
from mlpcore.params import specs
from tests.app.pages import visit

HEAD = 'title = "A lesson"\nabout = "About it."\n\n'


def texts_of(kinds):
    """Any parameters of a page, as its address has them."""
    values = {}
    for kind in kinds:
        for name, spec in specs(kind).items():
            if spec.options:
                values[name] = some.sampled_from(spec.options)
            elif spec.kind is bool:
                values[name] = some.sampled_from(["true", "false"])
            elif spec.kind is int:
                values[name] = some.integers(int(spec.low), int(spec.high)).map(str)
            elif spec.kind is float:
                values[name] = some.floats(spec.low, spec.high).map(str)
    return some.fixed_dictionaries({}, optional=values)


def configs(kinds, texts):
    found = [kind.parse(texts) for kind in kinds]
    return [config for config, _ in found], [problem for _, wrong in found for problem in wrong]


@pytest.mark.parametrize("page", PARAMETERS)
def test_a_copied_page_is_read_back(page, tmp_path):
    kinds, path = PARAMETERS[page], tmp_path / "copied.toml"

    @given(texts_of(kinds))
    def check(texts):
        wanted, wrong = configs(kinds, texts)
        if wrong:  # values that contradict each other are on no page
            return
        path.write_text(writing.as_scene(page, texts))
        (scene,), problems = scenes.read(path)
        assert not problems
        path.write_text(HEAD + writing.as_step(page, texts))
        lesson, problems = lessons.read(path)
        assert not problems
        (step,) = lesson.steps
        for read in (scene, step):
            assert read.page == page
            assert configs(kinds, read.parameters) == (wanted, [])

    check()


@given(some.text())
def test_any_text_is_copied_whole(text):
    assert tomllib.loads(f"name = {writing._value(text)}") == {"name": text}


def test_a_page_offers_itself_as_a_scene_and_as_a_step(tmp_path):
    state = {"budget": "200", "depth_to": "3", "depth": "2", "drop_last": "false"}
    shown = {"show": "seeds,pin,seeds", "look": "depths"}
    at = visit("wide-vs-deep", projector="true", epochs="2", **shown, **state)
    at.session_state["share"] = at.session_state["toml"] = True
    at = at.run()
    assert not at.exception
    scene, step = (code.value for code in at.code)
    path = tmp_path / "copied.toml"
    path.write_text(scene)
    (read,) = scenes.read(path)[0]
    assert read.parameters == {**state, "epochs": "2"}
    staging = {"show": "seeds,pin", "look": "depths"}
    assert read.staging == staging
    path.write_text(HEAD + step)
    (read,) = lessons.read(path)[0].steps
    assert read.parameters == {**state, "epochs": "2"}
    assert read.staging == staging
    assert not set(specs(StageDisplay)) & tomllib.loads(scene)["scene"][0]["parameters"].keys()
