"""The bar over a run: what it passes on, and what it shows where."""

from typing import NamedTuple

import pytest

from mlpcore.progress import progress


class Moment(NamedTuple):
    progress: float
    label: str


MOMENTS = [Moment(0.0, "epoch 0 of 4"), Moment(0.25, "epoch 1 of 4"), Moment(1.0, "epoch 4 of 4")]


def test_snapshots_are_passed_on_as_they_come():
    asked = []

    def run():
        for moment in MOMENTS:
            asked.append(moment)
            yield moment

    shown = progress(run())
    assert asked == []
    assert next(shown) is MOMENTS[0]
    assert asked == MOMENTS[:1]
    assert [*shown] == MOMENTS[1:]


@pytest.mark.parametrize(("disable", "visible"), [(False, True), (True, False), (None, False)])
def test_the_bar_says_how_far_the_run_is(capsys, disable, visible):
    for _ in progress(MOMENTS, disable):
        pass
    out, bar = capsys.readouterr()
    assert out == ""
    assert ("100%" in bar and "epoch 4 of 4" in bar) == visible
    assert bool(bar) == visible


def test_a_run_that_fails_fails_where_it_is_watched():
    def run():
        yield MOMENTS[0]
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        [*progress(run())]
