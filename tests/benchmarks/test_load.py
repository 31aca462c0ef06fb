"""A few learners at once: nothing is lost, nothing is left behind."""

from benchmarks import load
from tests.runs import aside


def test_a_small_crowd_is_served_and_forgotten(monkeypatch):
    monkeypatch.setattr(load, "LENGTH", "epochs=20&depth_to=2&seeds=2&samples=100")
    monkeypatch.setattr(load.Visitor, "probing", 0.5)
    monkeypatch.setattr(load, "FORGOTTEN", 14.0)
    outcome = aside(load.run, visitors=6, configs=3, seconds=5)
    assert len(outcome.record.runs) > 3
    assert outcome.record.finished > len(outcome.record.runs)
    assert len(outcome.record.latencies) >= 6
    assert outcome.record.memory[-1][2] > 0
    assert outcome.held, load.report(outcome)
