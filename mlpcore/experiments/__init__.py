"""Experiments: a frozen config whose ``run()`` yields immutable snapshots."""

from mlpcore.experiments.animal_faces import AnimalFaces
from mlpcore.experiments.degree_sweep import DegreeSweep
from mlpcore.experiments.gain_sweep import GainSweep
from mlpcore.experiments.mean_field import MeanField
from mlpcore.experiments.polynomial_features import PolynomialFeatures
from mlpcore.experiments.signal_propagation import SignalPropagation
from mlpcore.experiments.trainability import Trainability
from mlpcore.experiments.wide_vs_deep import WideVsDeep

__all__ = [
    "AnimalFaces",
    "DegreeSweep",
    "GainSweep",
    "MeanField",
    "PolynomialFeatures",
    "SignalPropagation",
    "Trainability",
    "WideVsDeep",
    "animal_faces",
    "architecture",
    "degree_sweep",
    "experiment",
    "gain_sweep",
    "inside",
    "layer_moments",
    "loss_surface",
    "parts",
    "polynomial_features",
    "scores",
    "settings",
    "signal_propagation",
    "trainability",
    "verdicts",
    "wide_vs_deep",
]
