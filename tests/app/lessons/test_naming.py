"""What scenes and lessons name of their pages is there, and a room sees it."""

import pytest

from app.lessons import lessons, scenes
from app.lessons.naming import remarks, unseen
from app.pages import PARAMETERS, showable
from app.texts.parts import BUTTONS, FIGURES, SECTIONS
from mlpcore.params import specs
from tests.app.lessons.test_scenes import SCENE, STEP, changed, line_of
from tests.app.pages import press, shown, visit

LESSONS = lessons.all_lessons()[0]
NEW = 'name = "One seed lies"'


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_what_a_lesson_speaks_of_is_shown(lesson):
    assert remarks(lesson) == []
    assert all(step.staging.get("look") for step in lesson.steps)


def test_what_scenes_speak_of_is_shown():
    found = scenes.all_scenes()[0]
    assert remarks(found) == []
    assert all(scene.staging.get("look") for scene in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Press **New seeds**.", ["New seeds"]),
        ("Press New seeds.", ["New seeds"]),
        ("Choose **Width** *Nearest*.", ["Width"]),
        ("Width is what it is, *not* **depth**.", []),
        ("See *Inside one network*.", ["Inside one network"]),
        ("See *one network* there.", ["Inside one network"]),
        ("Raise **Seeds**, then **Pin**.", ["Seeds", "Pin"]),
    ],
)
def test_what_a_text_names_is_found(text, names):
    assert unseen(text, "wide-vs-deep", {}) == names
    every = {"show": ",".join(showable("wide-vs-deep"))}
    assert unseen(text, "wide-vs-deep", every) == []


def test_a_section_that_comes_first_has_its_heading():
    assert not unseen("See *Inside one network*.", "wide-vs-deep", {"look": "inside"})


@pytest.mark.parametrize("page", PARAMETERS)
def test_a_name_is_one_thing(page):
    parameters = {name for kind in PARAMETERS[page] for name in specs(kind)}
    groups = [parameters, BUTTONS.keys(), SECTIONS[page].keys(), FIGURES[page].keys()]
    assert len(set().union(*groups)) == sum(map(len, groups))


@pytest.mark.parametrize("page", PARAMETERS)
def test_every_name_is_on_its_page(page):
    named = showable(page).keys() - {name for kind in PARAMETERS[page] for name in specs(kind)}
    at = visit(page, projector="true", epochs="1", show=",".join(sorted(named)))
    assert not at.exception
    assert not at.warning
    assert {header.value for header in at.header} == set(SECTIONS[page].values())
    named = {getattr(block.proto, "id", ""): block for block in blocks(at.main)}
    placed = {name.split("-", 2)[-1]: block for name, block in named.items()}
    assert {f"shown {name}" for name in SECTIONS[page]} <= placed.keys()
    assert {f"part {name}" for name in FIGURES[page]} <= placed.keys()
    buttons = [button.label for button in placed["projected"].get("button")]
    assert set(buttons) == set(BUTTONS.values())


def blocks(block):
    """A block and what is within it."""
    yield block
    for child in getattr(block, "children", {}).values():
        yield from blocks(child)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ('show = ["taste"]', "The page wide-vs-deep has no 'taste' to show."),
        ('show = ["maps"]', "The page wide-vs-deep has no 'maps' to show."),
        ("show = []", 'show must be one or more texts, ["…"]; got [].'),
        ('show = ["seeds", "seeds"]', "show must differ; 'seeds' is there twice."),
        ('look = "seeds"', "look must be one of inside, think, maps, depths, curves; got 'seeds'."),
    ],
)
def test_what_is_no_name_is_said_with_its_line(tmp_path, new, message):
    path = tmp_path / "mine.toml"
    text = changed(SCENE, NEW, f"{NEW}\n{new}")
    path.write_text(text)
    _, [problem] = scenes.read(path)
    assert str(problem) == f"mine.toml, line {line_of(text, new)}: {message}"
    path.write_text(changed(STEP, 'name = "First"', f'name = "First"\n{new}'))
    _, [problem] = lessons.read(path)
    assert message in str(problem)


def test_a_step_has_what_its_scene_shows_if_it_says_nothing(tmp_path):
    path = tmp_path / "mine.toml"
    first = 'name = "First"\nscene = "Sixteen fates"'
    for more, staging in (
        ("", {"show": "network", "look": "inside"}),
        ('\nlook = "maps"', {"show": "network", "look": "maps"}),
        ('\nshow = ["seeds", "pin"]', {"show": "seeds,pin", "look": "inside"}),
    ):
        path.write_text(changed(STEP, 'name = "First"', first + more))
        lesson, _ = lessons.read(path)
        assert lesson.steps[0].staging == staging


def test_what_is_next_is_a_scene(tmp_path):
    path = tmp_path / "mine.toml"
    for scene, found in (("Sixteen fates", ["Sixteen fates"]), ("Lost", None)):
        path.write_text(f'{STEP}\n[[next]]\npage = "wide-vs-deep"\nscene = "{scene}"\n')
        lesson, problems = lessons.read(path)
        if found:
            assert [scene.name for scene in lesson.next] == found
        else:
            assert "has no scene 'Lost'" in str(problems[0])


def test_a_room_keeps_a_button_that_ends_its_scene():
    at = visit("wide-vs-deep", projector="true", scene="one-seed-lies")
    assert at.query_params == {"projector": "true", "scene": "one-seed-lies", "seeds": "1"}
    at = press(at, "New seeds")
    assert shown(at).config.seed == 1
    assert at.query_params == {
        **{"projector": "true", "seeds": "1", "seed": "1"},
        **{"show": "seeds,new-seeds", "look": "depths"},
    }
    assert [slider.label for slider in at.slider] == ["Seeds"]
