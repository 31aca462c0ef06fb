"""Random rotations and flips of whole batches of pictures, and their way into a network.

A rotation takes each pixel from the nearest one and fills corners with black, as torchvision's
transforms do with PIL pictures (Neuromatch W1D3, tutorial 2: RandomRotation, then
RandomHorizontalFlip). A pixel is held as one 32-bit word, so that moving it moves one number, and
pictures have a black edge, so that what comes from outside needs no special case.

Shapes: N pictures of S × S pixels, P = S² and P⁺ = (S + 2)².
"""

import math

import torch
from torch import Generator, Tensor

# PIL rotates in 16-bit fixed point; so does this, to the bit.
FRACTION_BITS = 16


def pack(images: Tensor) -> Tensor:
    """Pictures (N, S, S, 3) uint8 as words (N, P⁺) int32, with an edge of black pixels."""
    count, side = images.shape[:2]
    channels = images.new_zeros(count, side + 2, side + 2, 4)
    channels[:, 1:-1, 1:-1, :3] = images
    return channels.view(torch.int32).flatten(1)


def still(words: Tensor) -> Tensor:
    """Packed pictures (N, P⁺) as they are, without their edges: (N, P)."""
    edged = math.isqrt(words.shape[1])
    return words.view(-1, edged, edged)[:, 1:-1, 1:-1].flatten(1)


def random_moves(count: int, degrees: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Angles (N,), uniform within ± ``degrees``, and flips (N,) bool, half of them true."""
    angles = torch.empty(count, dtype=torch.float64)
    angles.uniform_(-degrees, degrees, generator=generator)
    return angles, torch.rand(count, generator=generator) < 0.5


def steps(angles: Tensor, flips: Tensor, side: int) -> Tensor:
    """How to walk through pictures so that they are rotated about their middles, then flipped.

    Args:
        angles: (N,) degrees, counter-clockwise.
        flips: (N,) bool, whether left and right change places.
        side: S.

    Returns:
        (N, 2, 3) int32, fixed-point: what is added to x and to y a pixel across and a pixel down,
        and where the first pixel comes from.
    """
    turns = -torch.deg2rad(angles.double())
    cos, sin = turns.cos(), turns.sin()
    # PIL steps from pixel to pixel by rounded cosines and sines, from the first pixel's centre.
    middle, first = side / 2, 0.5 - side / 2
    x = [_fixed(cos), _fixed(sin), _fixed((cos + sin) * first + middle)]
    y = [-_fixed(sin), _fixed(cos), _fixed((cos - sin) * first + middle)]
    walk = torch.stack([torch.stack(x, 1), torch.stack(y, 1)], 1)
    across, down, start = walk.unbind(2)
    backwards = torch.stack([-across, down, start + (side - 1) * across], 2)
    return torch.where(flips[:, None, None], backwards, walk)


def moved(words: Tensor, steps: Tensor) -> Tensor:
    """Packed pictures (N, P⁺), rotated and flipped, without their edges: (N, P).

    Args:
        words: from :func:`pack`.
        steps: (N, 2, 3), from :func:`steps`.
    """
    count, edged = len(words), math.isqrt(words.shape[1])
    side = edged - 2
    ahead = torch.arange(side, dtype=torch.int32, device=words.device)
    across, down, start = steps[..., None].unbind(2)  # (N, 2, 1)
    places = (across * ahead)[:, :, None, :] + (down * ahead + start)[..., None]
    places.bitwise_right_shift_(FRACTION_BITS).clamp_(-1, side)
    x, y = places.unbind(1)
    # A picture's pixel (0, 0) is its word edged + 1.
    first = torch.arange(count, dtype=torch.int32, device=words.device) * edged**2 + (edged + 1)
    sources = y.mul_(edged).add_(x).add_(first[:, None, None])
    return words.flatten().index_select(0, sources.flatten()).view(count, side**2)


def unpacked(words: Tensor) -> Tensor:
    """Words (N, P) from :func:`still` or :func:`moved` as pictures (N, S, S, 3) uint8."""
    side = math.isqrt(words.shape[1])
    return words.view(-1, side, side, 1).view(torch.uint8)[..., :3]


def normalised(words: Tensor, out: Tensor | None = None) -> Tensor:
    """Words (N, P) as a network's inputs (N, 3·P) in −1…1: red plane, green plane, blue plane.

    Args:
        words: from :func:`still` or :func:`moved`.
        out: float, (N, 3·P), to be filled; a new tensor if None.
    """
    if out is None:
        out = torch.empty(len(words), 3 * words.shape[1], device=words.device)
    channels = words[..., None].view(torch.uint8)[..., :3]
    out.view(len(words), 3, -1).copy_(channels.mT)
    return out.div_(127.5).sub_(1)


def flat(images: Tensor) -> Tensor:
    """Pictures (N, S, S, 3) uint8 as a network's inputs (N, 3·P) in −1…1."""
    return images.movedim(3, 1).flatten(1).float().div_(127.5).sub_(1)


def _fixed(value: Tensor) -> Tensor:
    """A real number as a fixed-point one."""
    return torch.floor(value * (1 << FRACTION_BITS) + 0.5).int()
