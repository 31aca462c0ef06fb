"""Own points in a real browser: drawn by clicking and dragging, or uploaded, then learnt."""

import io
import itertools
import math
import random
import re

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from benchmarks.chromium import unfold
from tests.browser.places import box

pytestmark = pytest.mark.browser

MAP = ".mlp-live .js-plotly-plot"
PLANE = ".mlp-draw .plane"
# A result is kept for all who ask for it, so each visit asks for another one.
SEEDS = itertools.count(9000, 100)


def visit(page: Page, url: str, name: str = "wide-vs-deep") -> None:
    """Visit a page that has finished, and open the dialog."""
    page.goto(f"{url}/{name}?epochs=2&seeds=2&samples=50&batch_size=32&seed={next(SEEDS)}")
    expect(page.locator(MAP).first).to_be_visible()
    expect(page.locator(".words").first).to_contain_text("finished")
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()  # the page has heard of it
    unfold(page, "Data")
    page.get_by_role("button", name="Your own points").click()
    expect(page.locator(PLANE)).to_be_visible()


def whole(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".mlp-live .error")).to_have_count(0)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the plane stands on the screen."""
    plane = box(page.locator(PLANE))
    return plane["x"] + (x + 1.5) / 3 * plane["width"], plane["y"] + (1.5 - y) / 3 * plane["height"]


def test_points_that_are_drawn_are_learnt(page, server):
    visit(page, server.url)
    for k, (x, y) in enumerate([(-1, -1), (0.5, -1)]):
        page.get_by_role("button", name=f"Class {k}").click()
        for i in range(6):
            page.mouse.click(*at(page, x + 0.1 * i, y))
    expect(page.locator(".mlp-draw .count")).to_have_text("12 points")
    page.get_by_role("button", name="Class 2").click()
    page.mouse.move(*at(page, -1, 1))
    page.mouse.down()
    page.mouse.move(*at(page, 1, 1), steps=30)
    page.mouse.up()
    count = page.locator(".mlp-draw .count")
    expect(count).to_have_text(re.compile(r"^[3-9]\d points$"))
    before = count.inner_text()
    page.mouse.click(*at(page, 0, 0))
    page.get_by_role("button", name="Undo").click()
    expect(count).to_have_text(before)
    page.get_by_role("button", name="Use these points").click()
    expect(page.locator(PLANE)).to_have_count(0)
    expect(page).to_have_url(re.compile("data=points-.*classes=3"))
    expect(page.locator("ul.classes li")).to_have_count(3)
    expect(page.locator(".words").first).to_contain_text("finished, epoch 2 of 2")
    whole(page)


def test_points_are_drawn_by_keyboard_and_edited_as_text(page, server):
    visit(page, server.url, "polynomial-features")
    page.locator(PLANE).focus()
    for key in ("Enter", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".mlp-draw .count")).to_have_text("2 points")
    expect(page.locator(".mlp-draw .spoken")).to_have_text("x 0.1, y 0.1")
    page.get_by_role("button", name="Edit as text").click()
    expect(page.get_by_label("Points as a table")).to_have_value("x,y,label\n0,0,0\n0.1,0.1,0")
    page.get_by_role("button", name="Use these points").click()
    expect(page.get_by_text("points of 2 to 8 classes")).to_be_visible()
    page.get_by_text("Draw", exact=True).click()
    expect(page.locator(".mlp-draw .count")).to_have_text("2 points")
    whole(page)


def test_a_file_that_is_uploaded_is_learnt_and_its_labels_are_text(page, server):
    visit(page, server.url)
    noise = random.Random(3)
    names = ["<script>alert(1)</script>", *"bcdefgh"]
    rows = [
        f"{50 + 10 * math.cos(k):.2f},{noise.gauss(10 * math.sin(k), 1):.2f},{name}"
        for k, name in enumerate(names)
        for _ in range(10)
    ]
    page.get_by_text("Upload", exact=True).first.click()
    file = {"name": "my points.csv", "mimeType": "text/csv"}
    upload = page.locator("input[type=file]")
    upload.set_input_files(file | {"buffer": b"x,y,label\n1,2,a\nabc,2,a\n"})
    expect(page.get_by_text("Row 3: x must be a finite number; got 'abc'")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    upload.set_input_files(file | {"buffer": "\n".join(rows).encode()})
    key = page.locator("ul.classes li")
    expect(key).to_have_count(8)
    page.get_by_role("button", name="Use these points").click()
    expect(page.get_by_role("button", name="Back")).to_have_count(0)
    expect(page).to_have_url(re.compile("data=points-"))
    expect(key.first).to_contain_text("<script>alert(1)</script> 10")
    expect(key.first.locator("img")).to_be_visible()
    expect(page.locator(".words").first).to_contain_text("finished, epoch 2 of 2")
    page.get_by_text("The command that reproduces this result").click()
    expect(page.get_by_text("--data 'my points.csv'")).to_be_visible()
    whole(page)


def workbook(rows):
    stream, book = io.BytesIO(), Workbook()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def test_columns_of_public_data_sets_are_chosen(page, server):
    visit(page, server.url)
    page.get_by_text("Upload", exact=True).first.click()
    noise = random.Random(4)
    iris = [
        [*(round(noise.gauss(k + m, 0.3), 1) for m in range(4)), name]
        for k, name in enumerate(("setosa", "versicolor", "virginica"))
        for _ in range(20)
    ]
    header = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    penguins = "species;island;bill_length_mm;bill_depth_mm\r\n" + "".join(
        f"{name};Dream;{noise.gauss(40, 3):.1f};{noise.gauss(17, 1):.1f}\r\n".replace(".", ",")
        for name in ("Adélie", "Gentoo")
        for _ in range(10)
    )
    wages = "year\twage\tparty\n" + "".join(
        f"{1990 + k}\t{1000 + 17 * k:,}.5\t{['left', 'right'][k % 2]}\n" for k in range(20)
    )
    upload = page.locator("input[type=file]")
    for name, data, told in (
        ("wages.txt", b"sep=\t\n" + wages.encode(), "left 10"),
        ("penguins.csv", penguins.encode("cp1252"), "Adélie 10"),
        ("iris.xlsx", workbook([header, *iris]), "setosa 20"),
    ):
        upload.set_input_files({"name": name, "mimeType": "", "buffer": data})
        expect(page.locator("ul.classes li").first).to_contain_text(told)
        if name != "iris.xlsx":
            page.get_by_role("button", name="Back").click()
    page.get_by_label("Column of x").click()
    page.get_by_role("option", name="petal_length").click()
    expect(page.get_by_text("Left out: sepal_length, petal_width.")).to_be_visible()
    page.get_by_role("button", name="Use these points").click()
    expect(page.locator(".words").first).to_contain_text("finished, epoch 2 of 2")
    expect(page.get_by_role("button", name="Back")).to_have_count(0)
    page.get_by_text("The command that reproduces this result").click()
    columns = "--columns petal_length sepal_width species"
    expect(page.get_by_text(f"--data iris.xlsx {columns}")).to_be_visible()
    whole(page)
