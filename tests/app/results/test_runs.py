"""Pinning, comparing and returning, on the pages as scripts; and runs in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live import component
from app.live.component import PINNED
from app.results import runs
from app.results.runs import Listed
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.params import specs
from mlpcore.running.jobs import State
from tests.app import pages
from tests.app.pages import of, press, shown

# Small enough for a test to wait for.
QUICK = {"budget": "40", "depth_to": "2", "seeds": "2", "samples": "50", "epochs": "2"} | {
    "batch_size": "32"
}


def visit(page="wide-vs-deep", **parameters):
    return pages.visit(page, **parameters)


def more_seeds(at):
    """The run after this one: one seed more."""
    seeds = next(slider for slider in at.slider if slider.label == "Seeds")
    return seeds.set_value(seeds.value + 1).run()


def labels(at):
    return [button.label for button in at.button]


def said(at):
    return " ".join(part.value for part in [*at.markdown, *at.caption])


def leave_and_return(at):
    at.switch_page("views/home.py").run()
    at.query_params.clear()
    at.switch_page("views/wide_vs_deep.py")
    return at.run()


def finish(at, wait_for):
    wait_for(lambda: shown(at).status().state is State.FINISHED)
    return at.run()


# Words


def test_a_difference_names_the_field_and_both_values():
    before = WideVsDeep(seeds=4, learning_rate=0.001, activation="relu", drop_last=True)
    after = WideVsDeep(seeds=8, learning_rate=0.01, activation="gelu", drop_last=False)
    assert runs.differences(before, after) == [
        "activation ReLU → GELU",
        "seeds 4 → 8",
        "learning rate 0.001 → 0.01",
        "drop the last batch on → off",
    ]
    assert runs.differences(before, before) == []


@given(
    kind=st.sampled_from([WideVsDeep, PolynomialFeatures, GainSweep, AnimalFaces]),
    seeds=st.integers(1, 14),
    rate=st.floats(1e-6, 10),
)
def test_every_field_that_differs_is_named_once_and_no_other(kind, seeds, rate):
    config = kind(seeds=seeds, learning_rate=rate)
    named = runs.differences(kind(), config)
    assert len(named) == len(config.changes())
    for field in config.changes():
        label = specs(kind)[field].label
        assert any(text.startswith(label[0].lower() + label[1:]) for text in named)


def test_a_name_says_what_is_not_as_in_the_default_and_stays_short():
    assert runs.name(WideVsDeep()) == "The page's defaults"
    assert runs.name(GainSweep(seeds=2, widths="8-8")) == "Hidden layers 8-8, seeds 2"
    many = WideVsDeep(budget=2000, depth_to=2, seeds=2, samples=50, epochs=2, batch_size=32)
    assert runs.name(many).startswith("Parameter budget 2,000, ")
    assert runs.name(many).endswith(" and 2 more")


# Pages


@pytest.mark.parametrize(
    ("page", "parameters", "comparable"),
    [
        ("wide-vs-deep", QUICK, ["maps"]),
        ("polynomial-features", {"degree": "3", "epochs": "2", "samples": "50"}, ["maps"]),
        ("animal-faces", {"widths": "8", "epochs": "1", "augmentation": "off"}, ["filters"]),
        ("initialization", {"data": "spirals", "widths": "8", "gains": "3"}, []),
    ],
)
def test_a_pinned_run_stays_beside_the_next(page, parameters, comparable, wait_for):
    at = finish(visit(page, **parameters), wait_for)
    before = shown(at)
    at = press(at, "Pin")
    assert shown(at, PINNED) is before
    assert "This run is pinned" in said(at)
    at = more_seeds(at)
    assert shown(at) is not before
    assert shown(at, PINNED) is before
    assert f"seeds {before.config.seeds} → {before.config.seeds + 1}" in said(at)
    assert ("**Pinned run**" in said(at)) == bool(comparable)
    at = finish(at, wait_for)
    assert not at.exception
    at = press(at, "Unpin")
    assert shown(at, PINNED) is None
    assert "Pinned" not in said(at)
    assert "Unpin" not in labels(at)


def test_a_pin_holds_the_run_while_the_page_goes_on():
    at = press(visit(epochs="2000"), "Pin")
    before = shown(at)
    at = more_seeds(at)
    assert not before.status().state.over
    assert len(before.watchers) == 1
    at = press(at, "Unpin")
    assert component.jobs().get(before.id) is None


def test_steering_leaves_the_pinned_run_alone():
    at = press(visit(epochs="2000"), "Pin")
    before = shown(at)
    at = press(at, "Pause")
    assert shown(at) is not before
    assert shown(at, PINNED) is before
    assert "the same parameters" in said(at)
    assert before.status().state in (State.RUNNING, State.QUEUED)


def test_what_was_done_by_hand_is_pinned_and_said():
    at = press(visit(epochs="2000"), "Pause")
    rate = next(box for box in at.number_input if box.label == "Learning rate from now on")
    at = press(rate.set_value(0.02).run(), "Use it")
    steered = shown(at)
    at = more_seeds(press(at, "Pin"))
    assert shown(at, PINNED) is steered
    assert "pinned run's learning rate changed by hand to 0.02" in said(at)


def test_a_pin_outlasts_its_page_but_for_what_was_done_by_hand(wait_for):
    at = press(finish(visit(**QUICK), wait_for), "Pin")
    plain = shown(at)
    at = leave_and_return(at)
    assert shown(at, PINNED) is plain
    at = press(at, "Reset")
    wait_for(lambda: shown(at).status().state is State.PAUSED)
    at = press(press(at.run(), "Use it"), "Pin")
    at = leave_and_return(at)
    assert shown(at, PINNED) is None
    assert "The pinned run is gone" in " ".join(toast.value for toast in at.toast)
    assert not at.exception


def test_another_run_can_be_pinned_instead(wait_for):
    at = more_seeds(press(finish(visit(**QUICK), wait_for), "Pin"))
    at = press(at, "Pin")
    assert shown(at, PINNED) is shown(at)


def test_a_run_of_this_visit_is_returned_to_with_its_result(wait_for):
    at = finish(visit(**QUICK), wait_for)
    first = shown(at)
    name = runs.name(first.config)
    at = finish(more_seeds(at), wait_for)
    listed = [run.config.seeds for run in of(at, Listed).runs[WideVsDeep]]
    assert listed == [3, 2]
    assert all(run.answer for run in of(at, Listed).runs[WideVsDeep])
    at = press(at, name)
    assert shown(at) is first
    assert at.query_params["seeds"] == "2"
    assert [run.config.seeds for run in of(at, Listed).runs[WideVsDeep]] == [2, 3]


def test_only_so_many_runs_are_listed_and_each_once(monkeypatch):
    monkeypatch.setattr(runs, "MOST_RUNS", 3)
    at = visit(**QUICK)
    for _ in range(4):
        at = press(at, "New seeds").run()
    listed = [run.config.seed for run in of(at, Listed).runs[WideVsDeep]]
    assert listed == [8, 6, 4]


def test_a_run_with_another_learning_rate_by_hand_is_no_answer_of_its_config(wait_for):
    # Long enough that its own answer cannot come before the reset.
    at = press(visit(**QUICK | {"samples": "500", "epochs": "500"}), "Reset")
    wait_for(lambda: shown(at).status().state is State.PAUSED)
    at = press(at.run(), "Use it")
    at = finish(press(at, "Resume"), wait_for)
    (run,) = of(at, Listed).runs[WideVsDeep]
    assert run.answer == ""
