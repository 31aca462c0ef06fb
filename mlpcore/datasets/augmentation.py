"""Random rotations and flips of whole batches of pictures, and their way into a network.

A rotation takes each pixel from the nearest one and fills corners with black, as torchvision's
transforms do with PIL pictures (Neuromatch W1D3, tutorial 2: RandomRotation, then
RandomHorizontalFlip). A pixel is held as one 32-bit word, so that moving it moves one number.

Shapes: N pictures of S × S pixels, P = S².
"""

import math

import torch
from torch import Generator, Tensor

# PIL rotates in 16-bit fixed point; so does this, to the bit.
FRACTION_BITS = 16


def pack(images: Tensor) -> Tensor:
    """Pictures (N, S, S, 3) uint8 as words (N, P + 1) int32, the last word black."""
    count, side = images.shape[:2]
    channels = images.new_zeros(count, side * side + 1, 4)
    channels[:, :-1, :3] = images.flatten(1, 2)
    return channels.view(torch.int32)[..., 0]


def normalised(words: Tensor, out: Tensor | None = None) -> Tensor:
    """Words (N, P) as a network's inputs (N, 3·P) in −1…1: red plane, green plane, blue plane.

    Args:
        words: the pictures.
        out: float, (N, 3·P), to be filled; a new tensor if None.
    """
    if out is None:
        out = torch.empty(len(words), 3 * words.shape[1], device=words.device)
    channels = words[..., None].view(torch.uint8)[..., :3]
    out.view(len(words), 3, -1).copy_(channels.mT)
    return out.div_(127.5).sub_(1)


def random_moves(count: int, degrees: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Angles (N,), uniform within ±``degrees``, and flips (N,) bool, half of them true."""
    angles = torch.empty(count, dtype=torch.float64)
    angles.uniform_(-degrees, degrees, generator=generator)
    return angles, torch.rand(count, generator=generator) < 0.5


def moved(words: Tensor, angles: Tensor, flips: Tensor) -> Tensor:
    """Rotate pictures about their middles, then swap left and right of some.

    Args:
        words: (N, P + 1), from :func:`pack`.
        angles: (N,) degrees, counter-clockwise.
        flips: (N,) bool.

    Returns:
        (N, P) words.
    """
    side = math.isqrt(words.shape[1])
    return words.gather(1, sources(angles, flips, side).to(words.device))


def sources(angles: Tensor, flips: Tensor, side: int) -> Tensor:
    """The pixel from which each pixel of a moved picture comes.

    Args:
        angles, flips: as for :func:`moved`.
        side: S.

    Returns:
        (N, P) int64, P for what comes from outside.
    """
    turns = -torch.deg2rad(angles.double())[:, None, None]
    cos, sin = turns.cos(), turns.sin()
    # PIL goes from pixel to pixel by whole steps, from that of the first pixel's centre.
    ahead = torch.arange(side, dtype=torch.int32)
    across = torch.where(flips[:, None], side - 1 - ahead, ahead)[:, None, :]
    down = ahead[None, :, None]
    middle, first = side / 2, 0.5 - side / 2
    x = _fixed(cos) * across + (_fixed(sin) * down + _fixed((cos + sin) * first + middle))
    y = (_fixed(cos) * down + _fixed((cos - sin) * first + middle)) - _fixed(sin) * across
    x, y = x >> FRACTION_BITS, y >> FRACTION_BITS
    inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    return torch.where(inside, y * side + x, side * side).flatten(1).long()


def _fixed(value: Tensor) -> Tensor:
    """A real number as a fixed-point one."""
    return torch.floor(value * (1 << FRACTION_BITS) + 0.5).int()
