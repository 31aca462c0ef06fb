"""Where networks lie in flat arrays, for compiled loops.

A network is a row of layer sizes, its weights a run of one array: for each layer (out, in + 1), the
last column the bias. Activations are stored units × batch with a row of ones below them, which
feeds the biases, and inputs have a feature that is 1.

All matrices are one-dimensional arrays. Shapes: M networks, L layers, B batch, D inputs, C classes,
N samples.
"""

from typing import Any, NamedTuple

from mlpcore.arithmetic.compiling import inner


class Nets(NamedTuple):
    """M networks, as compiled functions take them.

    Attributes:
        kernels: from :func:`mlpcore.engines.products.kernels`.
        sizes: (M, ≤ L + 1) units of the input and each layer.
        layers: (M,) L.
        offsets: (M + 1,) where a network's weights start.
        phi: (≥ L − 1,) the place of each hidden layer's activation in its table.
        slope: the negative slope.
        weights: of all networks.
        seeds: (R,) of the orders of samples.
        rows: (M,) which order a network follows.
        networks, tasks: (M,) in an order, and (T + 1,) where in it each task begins and the last
            one ends. Networks of one task follow one order of samples.
    """

    kernels: Any
    sizes: Any
    layers: Any
    offsets: Any
    phi: Any
    slope: Any
    weights: Any
    seeds: Any
    rows: Any
    networks: Any
    tasks: Any


@inner
def places(shape: Any, batch: Any, at: Any) -> None:
    """Fill ``at`` (3, > L) with where each layer's parts begin among the network's.

    In the first row its weights (out, in + 1), in the second its pre-activations (units, B), in the
    third its activations and the row of ones (units + 1, B). The last column has their sizes.
    """
    weights = pre = hidden = 0
    for layer in range(len(shape) - 1):
        n_in, n_out = shape[layer], shape[layer + 1]
        at[0, layer], at[1, layer], at[2, layer] = weights, pre, hidden
        weights += n_out * (n_in + 1)
        pre += n_out * batch
        hidden += (n_out + 1) * batch
    at[0, -1], at[1, -1], at[2, -1] = weights, pre, hidden


@inner
def rooms(sizes: Any, layers: Any, networks: Any, batch: Any, at: Any, most: Any) -> None:
    """Fill ``most`` (4,) with the room that one of the networks takes at most.

    That of its weights, pre-activations and activations, as :func:`places` has them, and errors.
    """
    most[:] = 1
    for network in networks:
        shape = sizes[network, : layers[network] + 1]
        places(shape, batch, at)
        for part in range(3):
            most[part] = max(most[part], at[part, -1])
        most[3] = max(most[3], batch * shape[1:].max())
