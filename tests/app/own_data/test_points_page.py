"""Own points on the pages as scripts: brought, refused, gone, and named in the command."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def read(at, data, name="my points.csv"):
    """What is shown of a file before it is used."""
    at = dialog(at, "Upload")
    return at.file_uploader(key="points_file").set_value((name, data, "text/csv")).run()


def uploaded(at, data, name="my points.csv"):
    return press(read(at, data, name), "Use these points").run()


def box(at, label):
    return next(box for box in at.selectbox if box.label == label)


def words(at):
    """All that is said of a table that was read."""
    return " ".join(each.value for each in (*at.markdown, *at.caption, *at.error, *at.code))


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
    at = read(at, data)
    assert not at.exception
    assert "data must be" in at.error[0].value
    assert all(b.disabled for b in at.button if b.label == "Use these points")
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


# Before they are used


def iris():
    """A table as iris has it: four measures and a species."""
    noise = random.Random(0)
    rows = [
        ",".join([*(f"{noise.gauss(k + m, 0.3):.1f}" for m in range(4)), name])
        for k, name in enumerate(("setosa", "versicolor", "virginica"))
        for _ in range(50)
    ]
    return "\n".join(["sepal_length,sepal_width,petal_length,petal_width,species", *rows])


def penguins():
    """A table as penguins has it: words among measures, and rows without some."""
    noise = random.Random(1)
    rows = [
        f"{name},{island},{noise.gauss(40 + 5 * k, 2):.1f},{noise.gauss(17, 1):.1f},"
        f"{noise.randint(170, 230)},{noise.randint(2700, 6300)},{noise.choice(['male', 'NA'])},2007"
        for k, (name, island) in enumerate(
            (("Adelie", "Torgersen"), ("Chinstrap", "Dream"), ("Gentoo", "Biscoe"))
        )
        for _ in range(20)
    ]
    rows[3] = "Adelie,Torgersen,NA,NA,NA,NA,NA,2007"
    header = "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year"
    return "\n".join([header, *rows])


@pytest.mark.parametrize("way", ["typed", "uploaded"])
def test_columns_are_chosen_from_more_than_three(way):
    at = visit(opened=["commands"])
    before = shown(at).config
    at = typed(at, iris()) if way == "typed" else read(at, iris().encode(), "iris.csv")
    assert not at.exception
    assert shown(at).config == before
    assert "150 rows, 5 columns" in words(at)
    assert "Left out: petal_length, petal_width." in words(at)
    assert len(at.dataframe[0].value) == 5
    box(at, "Column of x").set_value(2)
    at = box(at, "Column of y").set_value(3).run()
    assert "Left out: sepal_length, sepal_width." in words(at)
    assert any("setosa <small>50" in html.proto.body for html in at.get("html"))
    at = press(at, "Use these points").run()
    assert not at.exception
    assert points.find(shown(at).config.data).axes == ("petal_length", "petal_width")
    # What was typed is in no file but the one that can be downloaded.
    columns = "--columns petal_length petal_width species"
    command = " ".join(code.value for code in at.code)
    assert ("--data typed-points.csv" if way == "typed" else "--data iris.csv") in command
    assert (columns in command) == (way == "uploaded")
    assert f"{'typed' if way == 'typed' else 'iris'}-points.csv" in data_set(at).options


def test_rows_without_numbers_are_left_out_if_that_is_wished():
    at = read(visit(opened=["commands"]), penguins().encode(), "penguins.csv")
    assert not at.exception
    assert "Row 5: x must be a finite number; got 'NA'" in words(at)
    assert next(b for b in at.button if b.label == "Use these points").disabled
    box_of_rows = next(each for each in at.checkbox if each.label == "Leave out 1 row of 60")
    at = press(box_of_rows.check().run(), "Use these points").run()
    assert not at.exception
    brought = points.find(shown(at).config.data)
    assert brought.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert brought.counts == [19, 20, 20]
    assert brought.axes == ("bill_length_mm", "bill_depth_mm")
    assert "--data penguins-points.csv" in " ".join(code.value for code in at.code)


def test_the_encoding_is_shown_and_can_be_changed():
    czech = table(0, ["kočka", "pes", "říp"]).encode("cp1250")
    at = read(visit(opened=["commands"]), czech, "czech.csv")
    taken = box(at, "Encoding of the file").value
    assert box(at, "Encoding of the file").value.startswith("Windows-125")
    at = box(at, "Encoding of the file").set_value("Windows-1250 (Central Europe)").run()
    assert any("kočka" in html.proto.body for html in at.get("html"))
    at = press(at, "Use these points").run()
    brought = points.find(shown(at).config.data)
    assert brought.classes == ("kočka", "pes", "říp")
    command = " ".join(code.value for code in at.code)
    assert ("--encoding Windows-1250" in command) == (taken != "Windows-1250 (Central Europe)")
    assert "--columns" not in command


def test_an_encoding_that_does_not_fit_is_said():
    at = read(visit(), table(0, ["Ärger", "b"]).encode("cp1252"), "my.csv")
    at = box(at, "Encoding of the file").set_value("UTF-8").run()
    assert not at.exception
    assert "data must be text in UTF-8" in words(at)


def test_a_column_is_of_use_once():
    at = read(visit(), iris().encode(), "iris.csv")
    at = box(at, "Column of x").set_value(1).run()
    assert "data must be three columns: x, y and label" in words(at)
    at = press(at, "Back").run()
    assert at.button_group(key="points_way").value == "Upload"


@given(st.binary(max_size=40) | st.lists(st.sampled_from('x1,;"\n\t<b>*')).map("".join))
@settings(max_examples=5, deadline=None)
def test_whatever_is_uploaded_never_breaks_the_page(source):
    data = source if isinstance(source, bytes) else source.encode()
    assert not read(visit(), data).exception
