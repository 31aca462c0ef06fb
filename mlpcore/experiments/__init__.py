"""Experiments: a frozen config whose ``run()`` yields immutable snapshots."""

from mlpcore.experiments.mean_field import MeanField
from mlpcore.experiments.signal_propagation import SignalPropagation
from mlpcore.experiments.wide_vs_deep import WideVsDeep

__all__ = ["MeanField", "SignalPropagation", "WideVsDeep"]
