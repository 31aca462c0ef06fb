"""A drawn curve: what comes from the browser, and what the chart is told."""

import json
import math
from collections import UserDict
from types import SimpleNamespace

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from app.classroom import questions
from app.draw import curve
from app.draw.curve import fine_step, fine_steps, read_curve
from app.lessons.lessons import LEAST_RANGE, MOST, Guess
from app.lessons.measures import MEASURES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
VALUES = st.lists(st.none() | st.floats(0, 100), min_size=3, max_size=3)


@given(VALUES)
def test_a_curve_comes_back_as_it_was_drawn(values):
    assert read_curve(json.loads(json.dumps(values)), 3, 0, 100) == tuple(values)


@given(JSON | st.lists(JSON, min_size=3, max_size=3))
def test_what_is_read_is_a_curve_whatever_comes(sent):
    values = read_curve(sent, 3, 0, 100)
    assert values is None or len(values) == 3
    assert all(value is None or 0 <= value <= 100 for value in values or ())


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "50, 60, 70",
        {"0": 50},
        [50, 60],
        [50, 60, 70, 80],
        [50, math.nan, 70],
        [50, math.inf, 70],
        [50, 101, 70],
        [50, -1, 70],
        [50, 10**400, 70],
        [50, "60", 70],
        [50, True, 70],
        [50, [60], 70],
    ],
)
def test_what_is_no_curve_is_ignored(sent):
    assert read_curve(sent, 3, 0, 100) is None


def test_what_the_browser_sends_is_kept_if_it_is_a_curve(monkeypatch):
    state = UserDict()
    state.to_dict = lambda: state.data
    monkeypatch.setattr(streamlit, "session_state", state)
    charts = []
    monkeypatch.setattr(questions, "draw_curve", lambda values, *_, **rest: charts.append(rest))
    task, measure = Guess("accuracy by depth", 0.0, 100.0), MEASURES["accuracy by depth"]

    def sent(value):
        chart = charts[-1]
        state[chart["key"]] = SimpleNamespace(curve=value)
        chart["on_change"]()
        return questions._draw(task, measure, [1, 2, 3], "a step")

    assert questions._draw(task, measure, [1, 2, 3], "a step") == (None, None, None)
    assert sent([50, None, 70]) == (50, None, 70)
    assert sent([50, "<b>", 70]) == (50, None, 70)
    assert sent([50, 60, 70]) == (50, 60, 70)


@pytest.mark.parametrize(
    ("low", "high", "step"), [(0, 100, 1), (25, 100, 0.5), (0, 3, 0.02), (-1e9, 1e9, 2e7)]
)
def test_a_step_is_round_and_a_hundredth_at_most(low, high, step):
    assert fine_step(low, high) == step


@given(st.floats(-MOST, MOST), st.floats(-MOST, MOST))
def test_a_slider_has_different_stops_from_end_to_end(low, high):
    if high - low < LEAST_RANGE:
        return
    stops = fine_steps(low, high)
    assert (stops[0], stops[-1]) == (low, high)
    assert sorted(set(stops)) == stops
    assert 100 <= len(stops) <= 252


@given(st.floats(-1e3, 1e3), st.floats(0.01, 1e6))
def test_ticks_lie_on_the_axis(low, length):
    high = low + length
    ticks = curve._ticks(low, high)
    assert 2 <= len(ticks) <= 11
    assert all(low - length / 50 <= tick <= high + length / 50 for tick in ticks)


@pytest.mark.parametrize("places", [[3.0], [1, 2], [0.1, 0.2, 1.0]])
def test_every_place_has_a_part_of_the_width(places):
    columns = curve._columns(places)
    assert [column["label"] for column in columns] == [f"{place:g}" for place in places]
    assert (columns[0]["from"], columns[-1]["to"]) == (0, pytest.approx(1))
    assert all(column["from"] < column["at"] < column["to"] for column in columns)
    assert [c["to"] for c in columns[:-1]] == [c["from"] for c in columns[1:]]
