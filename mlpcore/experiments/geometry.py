"""What one deep random network does to a circle of inputs, and to small steps from one of them.

The circle is that of Poole et al. 2016 (arXiv:1606.05340), section 3.

Shapes: L layers, W units in the input and in each layer, P points of the circle.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.running.control import Control
from mlpcore.theory.moments import Floats, moments

# Points on the great circle.
POINTS = 96
# Half the difference that stands for φ″.
STEP = 1e-5


@dataclass(frozen=True, eq=False)
class Circle:
    """A great circle of the first layer's pre-activations, carried through one network.

    Its squared radius is the length that theory gives an input there.

    Attributes:
        components: (L, P, 3) the points' principal components in each layer, divided by √width.
        share: (L, 3) how much of the points' variance each component has.
        metric: (L,) the squared speed g per unit, averaged over the circle.
        curvature: (L,) the squared curvature κ² per unit, averaged over the circle; NaN from the
            second layer on if φ has a kink.
    """

    components: Floats
    share: Floats
    metric: Floats
    curvature: Floats


class Geometry:
    """The great circle and the Jacobian of one network, in float64 on the CPU.

    Args:
        activation, negative_slope: of every layer.
        network: for each layer (W, W + 1), the last column the bias.
        point: (W, 1) the input at which the Jacobian is taken.
        axes: (W, 2) two orthogonal directions, of length √W, in which the circle lies.
        length: the circle's squared radius, per unit, in the first layer's pre-activations.
        control: steers the run.

    Attributes:
        circle: the great circle.
        singular_values: (W,) those of the Jacobian of the last pre-activations by the input,
            largest first; NaN if it is not finite.

    Raises:
        Cancelled: when the control says so.
    """

    def __init__(
        self,
        activation: str,
        negative_slope: float,
        network: Sequence[Tensor],
        *,
        point: Tensor,
        axes: Tensor,
        length: float,
        control: Control,
    ) -> None:
        self.phi, self.negative_slope = ACTIVATIONS[activation], negative_slope
        theory = moments(activation, negative_slope)
        self.kinked = bool(np.isinf(theory.bend_square(np.array(1.0))))
        with torch.inference_mode():
            layers = [layer.double() for layer in network]
            self.singular_values = self._jacobian(layers, point, control)
            self.circle = self._carry(layers, axes, length, control)

    def _activate(self, pre: Tensor) -> tuple[Tensor, Tensor]:
        """φ and φ′ of pre-activations."""
        slope = self.phi.slope_at(pre, self.negative_slope)
        return self.phi.function(pre, self.negative_slope), slope

    def _jacobian(self, layers: Sequence[Tensor], point: Tensor, control: Control) -> Floats:
        """Singular values of the last pre-activations' Jacobian by the input, at ``point``."""
        pre = torch.addmm(layers[0][:, -1:], layers[0][:, :-1], point)
        jacobian = layers[0][:, :-1]
        for layer in layers[1:]:
            control.checkpoint()
            hidden, slope = self._activate(pre)
            pre = torch.addmm(layer[:, -1:], layer[:, :-1], hidden)
            jacobian = layer[:, :-1] @ (slope * jacobian)
        if not jacobian.isfinite().all():
            return np.full(len(jacobian), np.nan)
        singular_values: Floats = torch.linalg.svdvals(jacobian).numpy()
        return singular_values

    def _carry(
        self, layers: Sequence[Tensor], axes: Tensor, length: float, control: Control
    ) -> Circle:
        """Carry a circle on from the first layer, with its derivatives by the angle."""
        angle = torch.arange(POINTS, dtype=torch.float64) * (2 * math.pi / POINTS)
        turn = torch.stack([angle.cos(), angle.sin()])
        points = math.sqrt(length) * axes @ turn
        speed, bend = math.sqrt(length) * axes @ torch.stack([-turn[1], turn[0]]), -points
        grams, geometry = [_gram(points)], [_geometry(speed, bend)]
        for layer in layers[1:]:
            control.checkpoint()
            hidden, slope = self._activate(points)
            change = self._activate(points + STEP)[1] - self._activate(points - STEP)[1]
            bend = slope * bend + change / (2 * STEP) * speed**2
            columns = layer[:, :-1] @ torch.cat([hidden, slope * speed, bend], dim=1)
            points, speed, bend = columns.split(POINTS, dim=1)
            points = points + layer[:, -1:]
            grams.append(_gram(points))
            geometry.append(_geometry(speed, bend))
        metric, curvature = torch.tensor(geometry, dtype=torch.float64).T.numpy()
        if self.kinked:
            curvature[1:] = np.nan
        components, share = _principal_components(torch.stack(grams))
        return Circle(components, share, metric, curvature)


def _gram(points: Tensor) -> Tensor:
    """Products (P, P), per unit, of points (W, P) about their mean."""
    centred = points - points.mean(1, keepdim=True)
    return centred.T @ centred / len(points)


def _geometry(speed: Tensor, bend: Tensor) -> tuple[float, float]:
    """Squared speed and squared curvature, per unit, from derivatives (W, P) by the angle."""
    vv, aa, va = ((x * y).mean(0) for x, y in ((speed, speed), (bend, bend), (speed, bend)))
    return float(vv.mean()), float(((vv * aa - va**2) / vv**3).mean())


def _principal_components(grams: Tensor) -> tuple[Floats, Floats]:
    """Of products (L, P, P): the first three components (L, P, 3) and their shares (L, 3)."""
    finite = grams.isfinite().all((1, 2))
    values, vectors = torch.linalg.eigh(torch.where(finite[:, None, None], grams, 0.0))
    values, vectors = values[:, -3:].flip(1).clamp(min=0), vectors[:, :, -3:].flip(2)
    # Eigenvectors have no sign of their own: let the first point's be positive.
    vectors = vectors * torch.where(vectors[:, :1] < 0, -1.0, 1.0)
    total = grams.diagonal(dim1=1, dim2=2).sum(1)
    components = torch.where(finite[:, None, None], vectors * values[:, None].sqrt(), torch.nan)
    share: Floats = (values / total[:, None]).numpy()
    return components.numpy(), share
