"""What runs take of memory, against the arrays that they make."""

import weakref

import pytest

from mlpcore import experiments
from mlpcore.engines.compiled import CompiledEnsemble

SMALL = {"samples": 40, "batch_size": 16, "epochs": 1, "seeds": 2}
CONFIGS = (
    experiments.WideVsDeep(**SMALL, depth_to=2, budget=60),
    experiments.WideVsDeep(**SMALL, depth_to=2, budget=60, optimiser="sgd", momentum=0.9),
    experiments.PolynomialFeatures(**SMALL, degree=3, hidden_layers=2),
    experiments.DegreeSweep(**SMALL, degree_from=1, degree_to=4, degree_step=2, basis="legendre"),
    experiments.GainSweep(**SMALL, data="moons", widths="6-4", gains=3),
    experiments.Trainability(**SMALL, sigmas=2, depth_to=3, depths=2, width=5),
    experiments.AnimalFaces(seeds=2, epochs=1, widths="4"),
    experiments.AnimalFaces(seeds=1, epochs=1, widths="4", augmentation="on", optimiser="sgd"),
)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: type(config).__name__)
def test_it_is_what_the_arrays_are(config, monkeypatch):
    ensembles, held = weakref.WeakSet(), []
    plain = CompiledEnsemble.__init__

    def noted(self, *args):
        plain(self, *args)
        ensembles.add(self)
        arrays = [(one.flat, one.moves.first, one.moves.second) for one in ensembles]
        different = {id(array): array.nbytes for three in arrays for array in three}
        held.append((sum(different.values()), sum(flat.nbytes for flat, _, _ in arrays)))

    monkeypatch.setattr(CompiledEnsemble, "__init__", noted)
    for _ in config.run():
        pass
    most, weights = max(held)
    assert weights == 4 * config.parameters
    assert config.working_bytes == most + weights
