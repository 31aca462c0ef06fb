"""A teacher's own folder: what is in it is offered, and what is wrong with a file costs only it."""

import os
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.lessons import folders, lessons, scenes
from app.lessons.__main__ import main
from app.lessons.measures import MEASURES
from app.pages import PARAMETERS, parts
from app.texts.parts import BUTTONS
from mlpcore.params import ParameterError, specs
from tests.app.lessons.test_scenes import SCENE, STEP, changed, documents, values, words
from tests.app.pages import press, visit

SHIPPED = {lesson.slug for lesson in lessons.all_lessons()[0]}
OWN_SCENE = changed(SCENE, "One seed lies", "Mine")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "own", lambda: [tmp_path])
    return tmp_path


def names(page="wide-vs-deep"):
    return [scene.name for scene in scenes.of_page(page)[0]]


def test_scenes_and_lessons_lie_side_by_side(folder):
    (folder / "a.toml").write_text(OWN_SCENE)
    (folder / "b.toml").write_text(
        changed(STEP, 'name = "First"', 'name = "First"\nscene = "Mine"')
    )
    found, problems = lessons.all_lessons()
    assert not problems
    assert {lesson.slug for lesson in found} == SHIPPED | {"b"}
    assert lessons.get("b").steps[0].parameters["seeds"] == "1"
    assert names()[-2:] == ["Mine", "Deep"]
    assert not scenes.all_scenes()[1]


def test_they_are_seen_and_read_again_without_a_restart(folder):
    before = names()
    path = folder / "mine.toml"
    path.write_text(OWN_SCENE)
    assert names() == [*before, "Mine", "Deep"]
    path.write_text(changed(OWN_SCENE, "[[scene]]", "[[scene"))
    assert names() == before
    assert "mine.toml, line 3: " in str(scenes.all_scenes()[1][0])
    path.unlink()
    assert not scenes.all_scenes()[1]


def test_a_lesson_may_not_have_the_name_of_another(folder):
    (folder / "deep-mlps.toml").write_text(STEP)
    found, [problem] = lessons.all_lessons()
    assert {lesson.slug for lesson in found} == SHIPPED
    assert str(problem).startswith("deep-mlps.toml, line 1: The app has a lesson by this name")


def test_a_link_to_a_broken_lesson_says_what_is_wrong_with_it(folder):
    (folder / "mine.toml").write_text(changed(STEP, "right = 2", "right = 3"))
    with pytest.raises(ParameterError) as refused:
        lessons.get("mine")
    words = "got 'mine'. Its file is left out: mine.toml, line 9: right must be a whole number"
    assert words in str(refused.value)
    at = visit("wide-vs-deep", lesson="mine", step="1", seeds="2")
    assert not at.exception
    assert "mine.toml, line 9: right must be" in at.warning[0].value


def test_a_file_that_breaks_in_the_middle_of_a_lesson_ends_no_page(folder):
    path = folder / "mine.toml"
    path.write_text(STEP)
    at = visit("wide-vs-deep", lesson="mine", step="1", seeds="2")
    at.radio[0].set_value("One")
    at = press(at, "Answer")
    path.write_text(changed(STEP, '["One", "Two"]', '["Three", "Two"]'))
    at = at.run()
    assert not at.exception
    assert at.radio[0].options == ["Two", "Three"] or at.radio[0].options == ["Three", "Two"]
    path.write_text("step = []")
    at = at.run()
    assert not at.exception
    assert not at.radio[0].key.startswith("mine")


@pytest.mark.parametrize("name", ["x.toml", "\udcff.toml"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_is_said_with_its_name(folder, name, make):
    make(folder / name)
    text = f"{'?' if name[0] != 'x' else 'x'}.toml, line 1: It cannot be read: it is no file."
    assert [str(problem) for problem in lessons.all_lessons()[1]] == [text]
    assert [str(problem) for problem in scenes.all_scenes()[1]] == [text]


def test_a_name_that_no_link_can_carry_is_said(folder):
    (folder / "\udcff.toml").write_text(STEP)
    [problem] = lessons.all_lessons()[1]
    assert str(problem) == "?.toml, line 1: The file's name is not text in UTF-8."


@st.composite
def spoilt(draw):
    """A good file in which something is left out, or is something else."""
    lines = draw(st.sampled_from([STEP, OWN_SCENE])).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        key, _, _ = lines[place].partition(" = ")
        lines[place] = draw(st.just("") | values.map(lambda value, key=key: f"{key} = {value}"))
    return "\n".join(lines)


@given(
    (st.text() | st.lists(words).map("".join) | documents | spoilt()).map(str.encode) | st.binary()
)
def test_whatever_is_in_a_file_costs_only_itself(written):
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr(folders, "own", lambda: [folder])
        (folder / "any.toml").write_bytes(written)
        (folder / "good.toml").write_text(STEP)
        (folder / "scenes.toml").write_text(OWN_SCENE)
        found, problems = lessons.all_lessons()
        assert {lesson.slug for lesson in found} - {"any"} == SHIPPED | {"good"}
        more, wrong = scenes.all_scenes()
        assert {"Mine", "Deep"} <= {scene.name for scene in more}
        assert {problem.file for problem in problems + wrong} <= {"any.toml", "scenes.toml"}
        for lesson in found:
            if lesson.slug == "any":
                assert not problems
                assert all(step.page in PARAMETERS for step in lesson.steps)


DOCUMENT = Path(__file__).parents[3] / "docs" / "lessons.md"


def test_the_documents_examples_are_good(folder, capsys):
    lesson, scene = re.findall(r"^```toml\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S)
    (folder / "depth.toml").write_text(lesson)
    (folder / "scenes.toml").write_text(scene)
    Image.new("RGB", (4, 3)).save(folder / "two-arms.png")
    assert main([str(folder / "depth.toml"), str(folder / "scenes.toml")]) == 0
    said = capsys.readouterr()
    assert said.out == "depth.toml: a lesson of 2 steps.\nscenes.toml: 1 scene.\n"
    assert not said.err
    assert lessons.get("depth").steps[0].parameters == {"budget": "200", "activation": "gelu"}
    assert "Two arms" in names()


def test_what_is_wrong_with_a_file_is_said_on_the_command_line(folder, capsys):
    bad, worse = folder / "a.toml", folder / "none.toml"
    bad.write_text(changed(OWN_SCENE, "seeds = 1", "seeds = 0"))
    assert main([str(bad), str(worse)]) == 2
    said = capsys.readouterr()
    assert said.out == "a.toml: 1 scene.\n"
    assert said.err.splitlines() == [
        "a.toml, line 8: seeds must be a whole number from 1 to 32; got 0.",
        "none.toml, line 1: It cannot be read: it is no file.",
    ]


def test_what_a_room_is_not_shown_is_said_on_the_command_line(folder, capsys):
    path = folder / "a.toml"
    path.write_text(changed(OWN_SCENE, "Look.", "Press **New seeds**."))
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a.toml: 2 scenes.",
        "a.toml: 'Mine' speaks of New seeds, which a room is not shown: add to show.",
    ]


def test_all_that_may_be_named_is_listed(capsys):
    assert main([]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for page, kinds in PARAMETERS.items():
        assert f"page = '{page}'" in lines
        for name in [*(name for kind in kinds for name in specs(kind)), *BUTTONS, *parts(page)]:
            assert any(line.startswith(f"{name}: ") for line in lines)
    assert {scene.name for scene in scenes.all_scenes()[0]} <= set(lines)
    assert all(any(line.startswith(f"{name}: ") for line in lines) for name in MEASURES)
