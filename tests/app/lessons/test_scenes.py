"""Scenes' and lessons' files: what is good is read, and what is wrong is said with its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lessons import folders, lessons, scenes, toml_files
from app.lessons.lessons import Choice, Guess, Lesson
from app.pages import PARAMETERS

SCENE = """\
page = "wide-vs-deep"

[[scene]]
name = "One seed lies"
sentence = "Look."

[scene.parameters]
seeds = 1
drop_last = false

[[scene]]
name = "Deep"
sentence = "Look."
parameters = { budget = 200, data = "moons", depth_to = 7 }
"""
STEP = """\
title = "A lesson"
about = "About it."

[[step]]
name = "First"
page = "wide-vs-deep"
question = "Which?"
choices = ["One", "Two"]
right = 2
answer = "Two."

[[step]]
name = "Second"
page = "wide-vs-deep"
question = "How much?"
answer = "Much."

[step.parameters]
budget = 200

[step.guess]
measure = "accuracy by depth"
low = 0
high = 100
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def changed(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_a_file_of_scenes(write):
    found, problems = scenes.read(write(SCENE))
    assert not problems
    assert [scene.slug for scene in found] == ["one-seed-lies", "deep"]
    assert found[0].parameters == {"seeds": "1", "drop_last": "false"}
    assert found[1].parameters == {"budget": "200", "data": "moons", "depth_to": "7"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds = 1", "seeds = ", "This is not TOML: Invalid value."),
        ('page = "wide-vs-deep"', 'page = "wide"', "page must be one of wide-vs-deep, poly"),
        ('page = "wide-vs-deep"', "", "page must be a text in quotes; got nothing."),
        ("seeds = 1", "seeds = 99", "seeds must be a whole number from 1 to 32; got 99."),
        ("seeds = 1", "seeds = 1.5", "seeds must be a whole number from 1 to 32; got 1.5."),
        ("seeds = 1", f"seeds = 0x{'f' * 9999}", "seeds must be a whole number from 1 to 32"),
        ("seeds = 1", "seeds = [1]", "seeds must be a number, a text, true or false."),
        ("seeds = 1", "seads = 1", "The page wide-vs-deep has no parameter 'seads'."),
        ("seeds = 1", "depth_from = 3\ndepth_to = 2", "depth_to must be depth_from (3) or more"),
        ("drop_last = false", 'drop_last = "no"', "drop_last must be true or false; got 'no'."),
        ('sentence = "Look."', "", "sentence must be a text in quotes; got nothing."),
        ('sentence = "Look."', "sentence = 3", "sentence must be a text in quotes; got 3."),
        ('name = "One seed lies"', 'name = "?!"', "name must have letters or digits; got '?!'."),
        ('name = "Deep"', 'name = "One seed lies!"', "Two scenes are called 'One seed lies!'."),
        ('name = "Deep"', 'name = "Deep"\ncolour = 3', "a scene has no 'colour', only name, sen"),
        ('name = "Deep"', 'name = "Deep"\npicture = "x.png"', "There is no picture 'x.png'"),
        ("parameters = {", "parameters = 3 # {", "parameters must be a table; got 3."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_scene_is_said_with_its_line(write, old, new, message):
    text = changed(SCENE, old, new)
    _, [problem] = scenes.read(write(text))
    assert message in str(problem)
    if new:
        assert str(problem).startswith(f"mine.toml, line {line_of(text, new.splitlines()[-1])}: ")


def test_a_bad_scene_leaves_the_others_alone(write):
    found, problems = scenes.read(write(changed(SCENE, "seeds = 1", "seeds = 0")))
    assert [scene.name for scene in found] == ["Deep"]
    assert len(problems) == 1


def test_a_scene_goes_without_a_picture_that_is_missing(write):
    text = changed(SCENE, 'name = "Deep"', 'name = "Deep"\npicture = "../x.png"')
    found, problems = scenes.read(write(text))
    assert found[1].picture is None
    assert len(problems) == 1


def test_a_picture_that_is_none_is_said(write):
    write("no picture", "x.png")
    text = changed(SCENE, 'name = "Deep"', 'name = "Deep"\npicture = "x.png"')
    found, problems = scenes.read(write(text))
    assert found[1].picture is None
    assert str(problems[0]) == "mine.toml, line 13: 'x.png' is no picture that can be shown."


def test_two_files_may_not_have_the_same_scene(write, tmp_path):
    write(SCENE)
    write(changed(SCENE, "One seed lies", "Other"), "yours.toml")
    found, problems = scenes.all_scenes([tmp_path])
    assert [scene.name for scene in found if scene.file == "yours.toml"] == ["Other"]
    assert [str(problem) for problem in problems] == [
        "mine.toml, line 4: wide-vs-deep.toml has a scene called 'One seed lies' already.",
        "yours.toml, line 12: mine.toml has a scene called 'Deep' already.",
    ]


def test_files_that_cannot_be_read(tmp_path):
    path = tmp_path / "mine.toml"
    assert str(scenes.read(path)[1][0]) == "mine.toml, line 1: It cannot be read: it is no file."
    path.write_bytes(b'page = "x"\nname = "\xff"')
    assert "line 2: It is not text in UTF-8." in str(scenes.read(path)[1][0])


def test_what_windows_writes_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SCENE, "utf-8-sig", newline="\r\n")
    assert len(scenes.read(path)[0]) == 2


def test_a_lesson(write):
    lesson, problems = lessons.read(write(STEP))
    assert not problems
    assert isinstance(lesson, Lesson)
    assert lesson.slug == "mine"
    assert lesson.steps[0].task == Choice(("One", "Two"), 1)
    assert lesson.steps[1].task == Guess("accuracy by depth", 0, 100)
    assert lesson.steps[1].parameters == {"budget": "200"}
    assert lesson.address(2) == {"lesson": "mine", "step": "2"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[step]]", "[[step]", "This is not TOML"),
        ('title = "A lesson"', 'titel = "A lesson"', "a lesson has no 'titel'"),
        ("right = 2", "right = 3", "right must be a whole number from 1 to 2; got 3."),
        ("right = 2", "right = true", "right must be a whole number from 1 to 2; got True."),
        ('choices = ["One", "Two"]', 'choices = ["One"]', "choices must be two or more texts"),
        ('["One", "Two"]', '["One", "Two", "One "]', "choices must differ; 'One' is there twice."),
        ('name = "First"', 'name = "First"\nscene = "Lost"', "wide-vs-deep has no scene 'Lost'."),
        ('"accuracy by depth"', '"best gain"', "measure must be one of accuracy by depth; got"),
        ("low = 0", "low = 200", "high must be 0.001 or more above low (200); got 100."),
        ("high = 100", "high = 1e-9", "high must be 0.001 or more above low (0); got 1e-09."),
        ("high = 100", "high = nan", "high must be a number from -1e+06 to 1e+06; got nan."),
        ("high = 100", "highest = 100", "a guess has no 'highest', only measure, low, high."),
        ("budget = 200", "budget = 2", "budget must be a whole number from 20 to 20000; got 2."),
        ('answer = "Much."', 'answer = "Much."\nright = 1', "A step has a guess or right, not"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_said_with_its_line(write, old, new, message):
    text = changed(STEP, old, new)
    lesson, [problem] = lessons.read(write(text))
    assert lesson is None
    assert message in str(problem)
    last = new.splitlines()[-1]
    if "above low (200)" in message:
        last = "high = 100"
    assert str(problem).startswith(f"mine.toml, line {line_of(text, last)}: ")


def test_every_step_that_is_wrong_is_said(write):
    wrong = changed(STEP, "right = 2", "right = 3")
    steps = wrong[wrong.index("[[step]]") :]
    lesson, problems = lessons.read(write(f'{STEP}\n{steps}\n{steps}\n[[next]]\npage = "lost"'))
    assert lesson is None
    assert [str(problem).split(": ", 1)[1][:20] for problem in problems] == [
        *["right must be a whole"[:20]] * 2,
        "page must be one of "[:20],
    ]
    assert len({str(problem) for problem in problems}) == 3


@pytest.mark.parametrize("text", ["step = []", "step = {}", "step = [[]]", "step = 1", ""])
def test_a_lesson_without_steps_is_refused(write, text):
    _, [problem] = lessons.read(write(f'title = "A"\nabout = "B"\n{text}'))
    assert "There must be a [[step]]; got " in str(problem)


words = st.sampled_from(
    ["page", "scene", "step", "name", "parameters", "guess", "seeds", "[[", "]]", "[", "]", "=",
     "\n", '"', ".", "wide-vs-deep", "1", "true", "nan", "{", "}", ",", "1979-05-27"]
)  # fmt: skip
keys = st.sampled_from(["page", "scene", "step", "title", "name", "sentence", "guess", "right"])
values = st.recursive(
    st.sampled_from(['"wide-vs-deep"', "1", "true", "inf", "1979-05-27", '""', '"text"']),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(keys, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
)
documents = st.dictionaries(keys, values).map(
    lambda table: "\n".join(f"{key} = {value}" for key, value in table.items())
)


@given(st.text() | st.lists(words).map("".join) | documents)
def test_no_text_is_answered_with_a_traceback(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8", errors="replace", newline="")
    _, problems = scenes.read(path)
    for problem in [*problems, *lessons.read(path)[1]]:
        assert re.match(r"any\.toml, line \d+: ", str(problem))


COMMITTED = sorted(folders.SCENES.glob("*.toml"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_scenes_are_good(path):
    found, problems = scenes.read(path)
    assert not problems
    assert 4 <= len(found) <= 8
    for scene in found:
        assert scene.picture is not None
        assert scene.picture.stat().st_size <= 20_000


def test_every_page_has_scenes():
    found, problems = scenes.all_scenes()
    assert not problems
    assert {scene.page for scene in found} == set(PARAMETERS)


@pytest.mark.parametrize("path", sorted(folders.LESSONS.glob("*.toml")), ids=lambda path: path.stem)
def test_committed_lessons_are_good(path: Path):
    lesson, problems = lessons.read(path)
    assert not problems
    for number, step in enumerate(lesson.steps, 1):
        assert lessons.find(lesson.slug, number, step.page) == step


def test_a_line_number_is_that_of_the_right_table():
    table = toml_files.parse(SCENE, "x.toml", "x")
    second = table.tables("scene", "a scene")[1]
    assert str(second.problem("name", "no")) == "x.toml, line 12: no"
    assert str(second.problem("budget", "no")) == "x.toml, line 14: no"
