"""Colours that can be read and told apart: contrast ratios of WCAG 2.2, and more than colour."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures import animal_faces, inside, plane, wide_vs_deep
from app.figures.drawing import (
    CLASS_COLOURS,
    CLASS_SYMBOLS,
    NEGATIVE,
    POSITIVE,
    SEEN,
    THEMES,
    WRITING,
    along,
    contrast,
    legible,
)
from mlpcore.experiments import WideVsDeep

ROOT = Path(__file__).parents[3]
PAGE = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.fixture(params=THEMES.values(), ids=THEMES)
def theme(request):
    return request.param


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # The ends of the scale, and the two greys on white between which 4.5 lies.
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


def test_what_is_written_in_figures_can_be_read(theme):
    written = [theme.text, theme.muted, theme.accent, theme.sequence[2], theme.sequence[3]]
    written += [animal_faces.RIGHT[theme.name], animal_faces.WRONG[theme.name]]
    assert min(contrast(colour, theme.paper) for colour in written) >= WRITING


def test_what_is_written_on_shaded_cells_can_be_read(theme):
    for hue in CLASS_COLOURS[1:3]:
        cell = along((theme.paper, hue), 0.5)
        faint = along((cell, theme.text), 0.85)
        assert contrast(faint, cell) >= WRITING


def test_lines_and_signs_of_weights_can_be_seen(theme):
    drawn = [*theme.sequence, NEGATIVE, POSITIVE]
    assert min(contrast(colour, theme.paper) for colour in drawn) >= SEEN


def test_figures_and_the_page_have_the_same_paper(theme):
    assert PAGE[theme.name]["backgroundColor"] == theme.paper
    assert PAGE[theme.name]["textColor"] == theme.text


def test_the_page_can_be_read_and_its_focus_seen(theme):
    page = PAGE[theme.name]
    ring = re.search(r"outline: 2px solid (#\w{6})", (ROOT / "app/style.css").read_text())[1]
    for ground in (page["backgroundColor"], page["secondaryBackgroundColor"]):
        assert contrast(page["textColor"], ground) >= WRITING
        assert contrast(page["primaryColor"], ground) >= WRITING
        assert contrast(ring, ground) >= SEEN


@given(COLOURS, st.sampled_from(list(THEMES.values())))
def test_any_colour_is_made_legible_and_a_legible_one_is_kept(colour, theme):
    made = legible(colour, theme)
    assert contrast(made, theme.paper) >= WRITING
    assert made == colour or contrast(colour, theme.paper) < WRITING


def test_points_stand_out_from_maps_of_their_colour(theme):
    for colour in CLASS_COLOURS:
        assert contrast(plane.edge(colour, theme), colour) >= SEEN


def test_classes_have_symbols_of_their_own():
    assert len(set(CLASS_SYMBOLS)) == len(CLASS_SYMBOLS) == len(CLASS_COLOURS)


def test_names_at_the_ends_of_lines_can_be_read(theme):
    *_, last = WideVsDeep(epochs=2, seeds=1, samples=50, batch_size=32).run()
    notes = wide_vs_deep.accuracy_curves(last, theme, 3)["layout"]["annotations"]
    assert len(notes) == len(last.architectures) + 1  # and what the lines are
    assert min(contrast(note["font"]["color"], theme.paper) for note in notes) >= WRITING


def test_lines_with_and_without_augmentation_differ_in_more_than_colour(finished_faces, theme):
    for draw in (inside.probes, inside.reaches):
        lines = [trace["line"] for trace in draw(finished_faces, theme, 0)["data"]]
        assert len({line["color"] for line in lines}) == len({line["dash"] for line in lines}) == 2
