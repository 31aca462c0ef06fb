"""Mean-field theory of one random network: its fixed points, depth scales and phase."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from mlpcore.experiments.experiment import Device, Experiment
from mlpcore.experiments.settings import ACTIVATION, NEGATIVE_SLOPE
from mlpcore.params import again, number
from mlpcore.running.control import Control
from mlpcore.theory.meanfield import (
    c_fixed_point,
    chi_1,
    depth_scale,
    gradient_depth_scale,
    phase,
    q_fixed_point,
)
from mlpcore.theory.moments import MOMENTS


class MeanField(Experiment["Snapshot"]):
    """Fixed points, depth scales and phase of wide random networks, from theory."""

    activation: str = again(ACTIVATION, default="tanh", options=tuple(MOMENTS))
    negative_slope: float = again(NEGATIVE_SLOPE)
    sigma_w: float = number(
        1.5,
        0.0,
        20.0,
        label="Weight scale σ_w",
        help="Weights have standard deviation σ_w/√n_in.",
    )
    sigma_b: float = number(
        0.3, 0.0, 20.0, label="Bias scale σ_b", help="Biases have standard deviation σ_b."
    )

    def _run(self, device: Device, control: Control) -> Iterator["Snapshot"]:
        theory = (self.activation, self.sigma_w**2, self.sigma_b**2)
        slope = self.negative_slope
        yield Snapshot(
            config=self,
            q_star=q_fixed_point(*theory, negative_slope=slope),
            chi_1=chi_1(*theory, negative_slope=slope),
            c_star=c_fixed_point(*theory, negative_slope=slope),
            depth_scale=depth_scale(*theory, negative_slope=slope),
            gradient_depth_scale=gradient_depth_scale(*theory, negative_slope=slope),
            phase=phase(*theory, negative_slope=slope),
        )


@dataclass(frozen=True)
class Snapshot:
    """What theory says.

    Attributes:
        config: of which network.
        q_star: the length layers settle at from 1; 0 if they decay, infinite if they grow for ever.
        chi_1: χ₁, what a gradient's second moment is multiplied by in a layer.
        c_star: the correlation two inputs settle at; NaN if every correlation is kept.
        depth_scale, gradient_depth_scale: ξ_c and ξ_∇ in layers; infinite if there is no scale.
        phase: "ordered", "critical" or "chaotic".
    """

    config: MeanField
    q_star: float
    chi_1: float
    c_star: float
    depth_scale: float
    gradient_depth_scale: float
    phase: str

    epoch = 0
    progress = 1.0
    label = "theory"
    finished = True

    def table(self) -> pd.DataFrame:
        """What theory says, as one row."""
        return pd.DataFrame([self.result()])

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON, which has null for what is infinite or NaN."""
        return {
            "q_star": self.q_star,
            "chi_1": self.chi_1,
            "c_star": self.c_star,
            "xi_c": self.depth_scale,
            "xi_gradient": self.gradient_depth_scale,
            "phase": self.phase,
        }
