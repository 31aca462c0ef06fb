"""Wide vs Deep as a script: the loss around a network, and units that are switched off."""

import pytest

from app.live import component
from app.live.component import Watching
from mlpcore.experiments.loss_surface import LossSurface
from tests.app import pages
from tests.app.pages import of, shown

QUICK = {
    "depth_to": "2", "seeds": "2", "samples": "50", "batch_size": "32", "epochs": "2",
    "depth": "2", "network": "2",
}  # fmt: skip


def test_the_loss_around_a_network_is_a_second_job_once_the_run_is_over(wait_for):
    at = pages.visit("wide-vs-deep", **QUICK)
    job = shown(at)
    assert "surface" not in of(at, Watching).shown
    wait_for(lambda: job.status().state.over)
    switch = next(toggle for toggle in at.toggle if toggle.label == "Show the loss around it")
    at = switch.set_value(True).run()
    assert not at.exception
    assert at.query_params["surface"] == "true"
    walked = shown(at, "surface")
    assert walked.config == LossSurface.of(job.config, depth=2, network=1)
    wait_for(lambda: walked.status().state.over)
    mine, theirs = walked.status().snapshot.architecture, job.status().snapshot.at_depth(2)
    assert mine.train_loss[-1, 0] == theirs.train_loss[-1, 1]
    switch = next(toggle for toggle in at.toggle if toggle.label == "Show the loss around it")
    at = switch.set_value(False).run()
    assert "surface" not in of(at, Watching).shown


def test_units_are_switched_off_by_choice_and_by_link(wait_for):
    at = pages.visit("wide-vs-deep", **QUICK, off="1.2, 2.1")
    assert not at.warning
    assert at.multiselect[0].value == [(1, 2), (2, 1)]
    at = at.multiselect[0].set_value([(2, 1)]).run()
    assert not at.exception
    assert at.query_params["off"] == "2.1"
    placed = [view.parameters for view in component.frames._views.values()]
    assert (("depth", 2), ("network", 1), ("off", ((2, 1),))) in placed
    at = at.multiselect[0].set_value([]).run()
    assert "off" not in at.query_params


@pytest.mark.parametrize("off", ["1", "1.0", "0.1", "1.2,,2.1", "1.2;2.1", "one.two", "1.2.3"])
def test_what_names_no_unit_is_said(off):
    at = pages.visit("wide-vs-deep", **QUICK, off=off)
    assert not at.exception
    assert "off must be hidden units such as 1.3" in at.warning[0].value
