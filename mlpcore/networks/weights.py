"""Trained networks to take away: named as torch.nn names them, in a safetensors file."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

Floats = NDArray[np.float32]
# One network: for each layer (out, in + 1), the last column the bias.
Layers: TypeAlias = tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Networks:
    """Networks by name.

    Attributes:
        layers: name → the network's weights and biases.
        activation: of the hidden layers, as :mod:`mlpcore.networks.activations` has it.
        negative_slope: of LeakyReLU.
        extra: further arrays by name, such as what makes the networks' inputs.
    """

    layers: Mapping[str, Layers]
    activation: str
    negative_slope: float = 0.0
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Mapping[str, Mapping[str, Layers]], *about: Any, **more: Any) -> Self:
        """Networks in groups; a network's name begins with its group's."""
        named = {
            f"{group}.{name}": net for group, nets in groups.items() for name, net in nets.items()
        }
        return cls(named, *about, **more)

    @property
    def size(self) -> int:
        """Bytes of all weights, biases and extra arrays."""
        layers = (layer for network in self.layers.values() for layer in network)
        return sum(array.nbytes for array in (*layers, *self.extra.values()))


def networks_of(snapshot: object) -> Networks | None:
    """A snapshot's networks; None if its experiment trains none, or does not keep them."""
    networks: Networks | None = snapshot.networks() if hasattr(snapshot, "networks") else None
    return networks


def to_safetensors(networks: Networks, about: Mapping[str, object]) -> bytes:
    """Networks as the bytes of a safetensors file.

    Linear layers and activations alternate as in ``nn.Sequential(Linear, ReLU, Linear)``, so that
    the tensors of the network "depth1.seed0" are "depth1.seed0.0.weight", "depth1.seed0.0.bias",
    "depth1.seed0.2.weight" and "depth1.seed0.2.bias".

    Args:
        networks: what to keep.
        about: metadata, such as a report; what is no text is written as JSON.
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in networks.extra.items()}
    for name, layers in networks.layers.items():
        for place, layer in enumerate(layers):
            tensors[f"{name}.{2 * place}.weight"] = np.ascontiguousarray(layer[:, :-1])
            tensors[f"{name}.{2 * place}.bias"] = np.ascontiguousarray(layer[:, -1])
    metadata = {
        "format": "pt",
        "activation": networks.activation,
        "negative_slope": networks.negative_slope,
        **about,
    }
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}
    return save(tensors, texts)


Owner = TypeVar("Owner")


class KeptWeights(Generic[Owner]):
    """Arrays that belong to objects: kept as long as those live, the latest up to a size.

    Args:
        most: bytes of all arrays; the latest are kept even if they alone are more. It may change.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._arrays: WeakKeyDictionary[Owner, Sequence[Floats]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def put(self, owner: Owner, arrays: Sequence[Floats]) -> None:
        """Keep arrays of an owner; those that were put first go first."""
        with self._lock:
            self._arrays[owner] = arrays
            total = self._total()
            for other, some in list(self._arrays.items())[:-1]:
                if total <= self.most:
                    break
                total -= sum(array.nbytes for array in some)
                self._arrays.pop(other, None)

    @property
    def size(self) -> int:
        """Bytes of all arrays now."""
        with self._lock:
            return self._total()

    def _total(self) -> int:
        return sum(array.nbytes for some in self._arrays.values() for array in some)

    def get(self, owner: Owner) -> Sequence[Floats] | None:
        """An owner's arrays, if they are still kept."""
        return self._arrays.get(owner)
