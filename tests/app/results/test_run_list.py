"""The visit's runs to return to, as a list and as a table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages import PARAMETERS
from app.results import run_list
from app.results.run_list import Tabled
from app.results.runs import Listed, Run
from app.texts import run_list as texts
from mlpcore.experiments import WideVsDeep
from mlpcore.params import specs
from tests.app.pages import of, press, shown
from tests.app.results.test_runs import QUICK, finish, labels, more_seeds, visit


def two_runs():
    return more_seeds(visit(**QUICK))


@given(
    st.lists(
        st.builds(
            WideVsDeep,
            seeds=st.integers(1, 14),
            learning_rate=st.floats(1e-6, 10),
            activation=st.sampled_from(["relu", "gelu"]),
            drop_last=st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_table_has_what_differs_and_nothing_else(configs):
    table = run_list.table([Run(config, f"answer {i}") for i, config in enumerate(configs)])
    differing = [
        spec.label
        for field, spec in specs(WideVsDeep).items()
        if len({getattr(config, field) for config in configs}) > 1
    ]
    assert [*table.columns] == [*differing, texts.ANSWER]
    assert [*table[texts.ANSWER]] == [f"answer {i}" for i in range(len(configs))]
    if "Learning rate" in differing:
        assert [*table["Learning rate"]] == [config.learning_rate for config in configs]
    if "Activation" in differing:
        assert {*table["Activation"]} == {"ReLU", "GELU"}


def test_a_table_has_what_was_measured_as_numbers():
    runs = [Run(WideVsDeep(seeds=3)), Run(WideVsDeep(seeds=4), "2 lead.", {"Accuracy (%)": 81.5})]
    table = run_list.table(runs)
    assert [*table.columns] == ["Seeds", "Accuracy (%)", texts.ANSWER]
    assert np.isnan(table["Accuracy (%)"][0])
    assert table["Accuracy (%)"][1] == 81.5


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("wide-vs-deep", ["Highest test accuracy (%)"]),
        (
            "polynomial-features",
            ["Test accuracy of the polynomial model (%)", "Test accuracy of the MLP (%)"],
        ),
        ("initialization", ["Highest test accuracy (%)", "Best gain"]),
    ],
)
def test_a_finished_run_has_the_numbers_of_its_page(wait_for, page, titles):
    parameters = dict(
        samples="50", epochs="2", batch_size="32", seeds="2", data="moons", classes="2"
    )
    parameters |= {"widths": "4", "gains": "3"} if page == "initialization" else {}
    at = finish(visit(page, **parameters), wait_for)
    assert not at.exception
    (run,) = of(at, Listed).runs[PARAMETERS[page][0]]
    assert [*run.numbers] == titles
    accuracies = shown(at).status().snapshot.table()
    accuracies = accuracies[accuracies["epoch"] == 2].filter(regex="test_accuracy")
    assert 100 * accuracies.to_numpy().max() >= run.numbers[titles[0]] - 0.1 > 0


def test_one_run_needs_no_table():
    assert texts.TABLE not in labels(visit(**QUICK))


def test_a_table_opens_without_touching_the_run():
    at = two_runs()
    before = of(at, Listed).runs[WideVsDeep][0].config
    at = press(at, texts.TABLE)
    assert not at.exception
    (table,) = at.dataframe
    assert [*table.value["Seeds"]] == [3, 2]
    (back,) = [button for button in at.button if button.label == texts.RETURN]
    assert back.disabled
    assert of(at, Tabled).open
    assert not at.session_state["runs"]
    # A browser that has not heard of it says in the next run that the popover is open.
    at.session_state["runs"] = True
    assert not at.run().session_state["runs"]
    assert of(at, Listed).runs[WideVsDeep][0].config == before


def test_a_chosen_row_is_returned_to():
    at = press(two_runs(), texts.TABLE)
    at.session_state["table of runs 1"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    at = press(at.run(), texts.RETURN)
    assert not at.exception
    assert not of(at, Tabled).open
    assert next(slider for slider in at.slider if slider.label == "Seeds").value == 2
