"""Own points on the pages as scripts: brought, refused, gone, and named in the command."""

import random

import pytest

from mlpcore.datasets import points
from tests.app import pages
from tests.app.pages import press, shown

PAGES = {"wide-vs-deep": "wide-vs-deep", "polynomial-features": "polynomial"}
QUICK = {"epochs": "1", "seeds": "2"}


def table(seed=0, classes="abc", each=20):
    noise = random.Random(seed)
    rows = [
        f"{10 * k + noise.gauss(0, 1):.3f},{noise.gauss(0, 1):.3f},{name}"
        for k, name in enumerate(classes)
        for _ in range(each)
    ]
    return "\n".join(["x,y,label", *rows])


def visit(page="wide-vs-deep", **parameters):
    return pages.visit(page, **QUICK | parameters)


def dialog(at, way):
    at = press(at, "Your own points")
    return at.button_group(key="points_way").set_value(way).run()


def typed(at, text):
    at = dialog(at, "Type or paste")
    at.text_area(key="points_text").set_value(text).run()
    return press(at, "Use these points").run()


def uploaded(at, data, name="my points.csv"):
    at = dialog(at, "Upload")
    return at.file_uploader(key="points_file").set_value((name, data, "text/csv")).run().run()


@pytest.mark.parametrize("page", PAGES)
def test_points_that_are_typed_are_learnt(page):
    at = typed(visit(page, opened=["commands"], noise="0.2"), table())
    assert not at.exception
    assert not at.error
    config = shown(at).config
    assert (config.classes, config.noise, config.batch_size) == (3, 0.4, 2)
    assert points.find(config.data).classes == ("a", "b", "c")
    assert at.query_params["data"] == config.data
    labels = {slider.label for slider in [*at.slider, *at.select_slider]}
    assert not labels & {"Classes", "Samples per class", "Noise σ"}
    commands = " ".join(code.value for code in at.code)
    assert f"mlpcore {PAGES[page]} " in commands
    assert "--data typed.csv" in commands
    assert "--classes" not in commands
    assert any("48 points to train, 12 to test" in caption.value for caption in at.caption)


def test_a_file_that_is_uploaded_is_learnt_and_named():
    at = uploaded(visit(opened=["commands"]), table(1).encode("utf-8-sig"))
    assert not at.exception
    assert shown(at).config.classes == 3
    assert "--data 'my points.csv'" in " ".join(code.value for code in at.code)
    select = next(box for box in at.selectbox if box.label == "Data set")
    assert "my points.csv" in select.options


def test_bad_rows_are_named_and_the_page_stays():
    at = visit()
    before = shown(at).config
    at = typed(at, "x,y,label\n1,2,a\nabc,2,a\n")
    assert not at.exception
    assert at.error[0].value == "These rows will not do."
    assert "Row 3: x must be a finite number; got 'abc'" in [code.value for code in at.code]
    assert shown(at).config == before


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"x,y,label\n", b"1,2,a\n" * 9])
def test_a_file_that_will_not_do_says_why(data):
    at = visit()
    before = shown(at).config
    at = uploaded(at, data)
    assert not at.exception
    assert "data must be" in at.error[0].value
    assert shown(at).config == before


def test_points_that_do_not_go_with_the_budget_are_refused_in_place():
    at = visit(budget="30", depth_to="10")
    at = typed(at, table(2, "abcdefgh"))
    assert not at.exception
    assert "budget must be at least" in at.error[0].value
    assert shown(at).config.data == "spirals"


def data_set(at):
    return next(box for box in at.selectbox if box.label == "Data set")


def test_going_back_to_a_generated_set_brings_its_controls_and_batches_back():
    at = typed(visit(), table(3))
    own = shown(at).config
    at = data_set(at).set_value("moons").run()
    assert not at.exception
    assert not at.error
    assert (shown(at).config.data, shown(at).config.batch_size) == ("moons", 128)
    assert "Noise σ" in {slider.label for slider in at.slider}
    at = data_set(at).set_value(own.data).run()
    assert shown(at).config == own


def test_two_visits_with_equal_points_share_a_job():
    one, two = typed(visit(), table(4)), uploaded(visit(), table(4).encode())
    assert shown(one) is shown(two)


def test_points_of_one_page_are_offered_on_the_other():
    at = typed(visit(), table(5))
    data = shown(at).config.data
    at.query_params.clear()
    at.switch_page("views/polynomial_features.py")
    at = at.run()
    at = data_set(at).set_value(data).run()
    assert not at.exception
    assert shown(at).config.data == data


def test_a_link_shows_points_that_are_in_memory():
    name = points.keep(points.read(table(6, ("<script>", "b", "c")), ""))
    at = visit(data=name, classes="3", batch_size="2")
    assert not at.exception
    assert not at.warning
    assert shown(at).config.data == name
    assert any("&lt;script&gt;" in html.proto.body for html in at.get("html"))


def test_a_link_to_points_that_are_gone_says_so():
    at = visit(data="points-0123456789abcdef", classes="3", batch_size="2")
    assert not at.exception
    assert "a link names points, it does not hold them" in at.warning[0].value
    assert "Bring their file again" in at.warning[0].value
    assert shown(at).config.data == "spirals"
    assert not typed(at, table(10)).warning


def test_points_that_go_while_they_are_shown_are_said(monkeypatch):
    at = typed(visit(), table(7))
    monkeypatch.setattr(points, "_kept", type(points._kept)(1))
    at = at.run()
    assert not at.exception
    assert "bring them again" in at.toast[0].value
    assert shown(at).config.data == "spirals"


def test_the_file_to_start_from_can_be_read():
    from app.own_data import points as own_points  # noqa: PLC0415

    assert points.read(own_points._template(), "").classes == ("cat", "dog")


def test_two_files_of_one_name_are_told_apart():
    at = typed(typed(visit(), table(8)), table(9))
    select = next(box for box in at.selectbox if box.label == "Data set")
    assert {"typed.csv", "typed-2.csv"} <= set(select.options)
