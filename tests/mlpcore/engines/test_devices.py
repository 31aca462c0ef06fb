"""Where networks train: a GPU if there is one that works, else the CPU, and a line says so."""

import pytest
import torch

from mlpcore.engines import devices
from mlpcore.experiments import WideVsDeep
from mlpcore.running.jobs import Jobs, State

BROKEN = "CUDA error: no kernel image is available for execution on the device"
TINY = dict(data="moons", budget=40, depth_to=1, seeds=1, epochs=2)


@pytest.fixture
def broken_gpu(monkeypatch):
    """A GPU that torch finds, and on which nothing can be computed."""
    ones = torch.ones

    def failing(*shape, device="cpu", **options):
        if torch.device(device).type == "cuda":
            raise RuntimeError(f"{BROKEN}\nCompile with another setting.")
        return ones(*shape, device=device, **options)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", failing)


def test_a_gpu_that_works_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(devices, "trouble", lambda name: "")
    assert devices.device() == torch.device("cuda")
    assert devices.device("cuda:1") == torch.device("cuda:1")
    assert devices.device("cpu") == torch.device("cpu")


def test_without_a_gpu_the_cpu_trains_and_nothing_is_said(monkeypatch, caplog):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.device() == torch.device("cpu")
    assert not caplog.messages


@pytest.mark.parametrize("name", ["", "cuda", "cuda:0"])
def test_a_broken_gpu_is_named_and_the_cpu_taken(name, broken_gpu, caplog):
    assert devices.device(name) == torch.device("cpu")
    assert caplog.messages == [
        f"The device {name or 'cuda'!r} cannot be used, so the CPU trains: {BROKEN}."
    ]


@pytest.mark.parametrize("name", ["abacus", "meta", "cuda:99", "", "cuda:x", "\ud800"])
def test_what_is_no_device_has_a_reason_in_one_line(name):
    assert "\n" not in devices.trouble(name)
    assert devices.trouble(name)


@pytest.mark.usefixtures("broken_gpu")
def test_runs_train_beside_a_broken_gpu(wait_for):
    jobs = Jobs(patience=600)
    try:
        job = jobs.submit(WideVsDeep(**TINY), "me")
        wait_for(lambda: job.status().state is State.FINISHED)
        assert job.status().snapshot.epoch == 2
        assert job.device == torch.device("cpu")
    finally:
        jobs.close()
