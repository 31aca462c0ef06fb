"""Sharing and downloading on the pages: what is offered when, and what a link brings back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.live.component import Watching
from app.texts import take_away as texts
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.params import ParameterError, specs
from mlpcore.running.jobs import State
from tests.app.pages import of, shown, visit

QUICK = {"depth_to": "2", "seeds": "2", "samples": "50", "epochs": "2", "batch_size": "32"}
MOONS = {"data": "moons", "widths": "8", "seeds": "2", "gains": "3"}


def labels(at):
    return [button.label for button in at.get("download_button")]


@pytest.fixture
def finish(wait_for):
    """Wait for all of a page's jobs, and run it again."""

    def finish(at):
        wait_for(
            lambda: all(shown(at, slot).status().state.over for slot in of(at, Watching).shown)
        )
        return at.run()

    return finish


def test_nothing_is_made_before_a_button_is_opened(finish):
    at = finish(visit("wide-vs-deep", **QUICK))
    assert labels(at) == []
    assert not at.get("component")


def test_what_is_offered_of_one_experiment(finish):
    at = finish(visit("wide-vs-deep", ["download"], **QUICK))
    assert labels(at) == [
        "Table (CSV)",
        "Report (JSON)",
        "Script (Python)",
        "Notebook",
        "Weights (1.7 kB)",
        "All figures (HTML)",
    ]
    assert not at.exception
    assert texts.UNFINISHED not in [caption.value for caption in at.caption]


def test_what_is_offered_of_two(finish):
    at = finish(visit("initialization", ["download"], **MOONS))
    assert labels(at).count("Table (CSV)") == 2
    assert labels(at).count("Notebook") == 2
    assert sum(label.startswith("Weights") for label in labels(at)) == 1
    assert labels(at).count("All figures (HTML)") == 1
    sweep = {
        "sweep": "true",
        "degree": "3",
        "degree_from": "2",
        "degree_to": "3",
        "degree_step": "1",
    }
    at = finish(visit("polynomial-features", ["download"], **QUICK | sweep))
    assert labels(at).count("Table (CSV)") == 2
    assert labels(at).count("Notebook") == 2


def test_a_sweep_that_runs_says_why_it_has_no_weights(wait_for):
    at = visit("initialization", **MOONS)
    at = next(button for button in at.button if button.label == "Reset").click().run()
    wait_for(lambda: shown(at).status().state is State.PAUSED and shown(at).status().snapshot)
    at.session_state["download"] = True
    at = at.run()
    assert not any(label.startswith("Weights") for label in labels(at))
    assert texts.NO_WEIGHTS in [caption.value for caption in at.caption]


def test_a_stopped_run_says_what_the_link_leaves_behind(wait_for):
    at = visit("wide-vs-deep", **QUICK)
    at = next(button for button in at.button if button.label == "Reset").click().run()
    wait_for(lambda: shown(at).status().state is State.PAUSED and shown(at).status().snapshot)
    at.session_state["share"] = at.session_state["download"] = True
    at = at.run()
    assert any("stands at epoch 0 of 2" in warning.value for warning in at.warning)
    assert texts.UNFINISHED in [caption.value for caption in at.caption]


def test_what_is_wrong_in_a_link_is_one_message():
    at = visit(
        "wide-vs-deep",
        budget="many",
        seeds="0",
        taste="sweet",
        **{"noise": "[x](http://y)", "a\n# b": "c"},
    )
    (warning,) = at.warning
    for part in (
        "budget must be",
        "seeds must be",
        "does not know: a # b, taste",
        "\\[x\\](http:\u2060//y)",
    ):
        assert part in warning.value


PAGES = {
    "wide-vs-deep": WideVsDeep,
    "polynomial-features": PolynomialFeatures,
    "initialization": GainSweep,
    "animal-faces": AnimalFaces,
}


def texts_of(kind):
    """Links to any configs of a kind."""
    by_name = {}
    for name, spec in specs(kind).items():
        if spec.options:
            by_name[name] = some.sampled_from(spec.options)
        elif spec.kind is bool:
            by_name[name] = some.booleans()
        elif spec.kind is int:
            by_name[name] = some.integers(int(spec.low), int(spec.high))
        elif spec.kind is float:
            by_name[name] = some.floats(spec.low, spec.high)
    return some.fixed_dictionaries({}, optional=by_name)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_brings_back_its_config(page):
    kind = PAGES[page]

    @given(texts_of(kind))
    @settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def check(values):
        try:
            config = kind(**values, epochs=1) if "epochs" not in values else kind(**values)
        except ParameterError:
            return
        at = visit(page, **config.changes())
        assert not at.exception
        assert not at.warning
        assert not at.error
        # What the page writes is what its controls say; it may also say what is looked at.
        written = {name: text for name, text in at.query_params.items() if name in specs(kind)}
        assert written == config.changes()

    check()
