"""Cat, dog and wild faces drawn by formula: Animal Faces without a download.

Classes, numbers and size of the pictures are those of AnimalFaces32x32 (AFHQ v1, Choi et al. 2020,
arXiv:1912.01865, at 32 × 32). A picture is one face model under the numbers that
:mod:`mlpcore.datasets.face_kinds` states, over a random background, photographed badly.

Shapes are signed distances in face units, negative inside; a pixel's share of a shape follows from
the distance in pixels, which smooths the edges. Coordinates: u to the right, v down, the head
within about ±1. Shapes: N pictures; a number of the model is (N, 1, 1), a plane (N, 32, 32), a
colour (N, 3, 1, 1) in 0…1.
"""

import hashlib
import math
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate, pad

from mlpcore.caches import disk
from mlpcore.datasets import face_kinds
from mlpcore.datasets.animal_faces import CLASSES, COUNTS, SHAPE
from mlpcore.datasets.face_kinds import FACE, KINDS, Colour
from mlpcore.datasets.pictures import SIDE, Pictures, Progress, class_labels

# Pictures drawn at a time: about what a core's cache holds.
CHUNK = 128
# Share of pictures with something in the way.
OBSTACLES = 0.3

BACKGROUNDS: tuple[Colour, ...] = (
    (70, 110, 50),
    (44, 66, 38),
    (120, 150, 90),
    (110, 90, 70),
    (60, 48, 40),
    (150, 140, 128),
    (200, 196, 190),
    (236, 236, 234),
    (30, 30, 34),
    (90, 120, 160),
    (140, 70, 56),
    (190, 170, 120),
)
TONGUE: Colour = (216, 104, 108)


_lock = threading.Lock()


def load(progress: Progress = lambda share: None) -> Pictures:
    """As many pictures as the real set has, from seed 0; drawn once, then cached."""
    with _lock:
        images = disk.load(_name(), SHAPE)
        if images is not None:
            return Pictures.in_order(torch.from_numpy(images), CLASSES, COUNTS)
        pictures = make(progress=progress)
        disk.save(_name(), pictures.images.numpy())
        return pictures


def cached() -> bool:
    """Whether :func:`load` need not draw."""
    return disk.there(_name())


def make(
    train: int = sum(COUNTS[0]),
    val: int = sum(COUNTS[1]),
    seed: int = 0,
    progress: Progress = lambda share: None,
) -> Pictures:
    """Draw a training and a validation set.

    Args:
        train, val: number of pictures, shared among the classes as in the real set.
        seed: of everything random.
        progress: is told the share of pictures drawn.
    """
    counts = _shares(train, COUNTS[0]), _shares(val, COUNTS[1])
    labels = torch.cat([*map(class_labels, counts)])
    return Pictures.in_order(draw(labels, seed, progress), CLASSES, counts)


def draw(labels: Tensor, seed: int, progress: Progress = lambda share: None) -> Tensor:
    """Draw a face for every label.

    Args:
        labels: (N,) int64, indices in ``CLASSES``.
        seed: equal labels and equal seeds give equal pictures.
        progress: is told the share of pictures drawn.

    Returns:
        Pictures (N, 32, 32, 3) uint8.
    """
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.empty(len(labels), SIDE, SIDE, 3, dtype=torch.uint8)
    for start in range(0, len(labels), CHUNK):
        chunk = slice(start, start + CHUNK)
        scene = _Scene(_Animals(labels[chunk], generator), generator)
        pictures[chunk] = _photograph(scene.paint(), generator)
        progress(min(1, (start + CHUNK) / len(labels)))
    return pictures


def _shares(total: int, counts: Sequence[int]) -> list[int]:
    """Cut a number in the proportions of the counts."""
    ends = [round(total * sum(counts[:i]) / sum(counts)) for i in range(len(counts) + 1)]
    return [end - start for start, end in pairwise(ends)]


def _name() -> str:
    """The name of the cached file, which changes whenever the pictures might."""
    digest = hashlib.sha256(torch.__version__.encode())
    for module in (__file__, face_kinds.__file__):
        digest.update(Path(module).read_bytes())
    return f"drawn_faces-{digest.hexdigest()[:12]}.npy"


class _Animals:
    """Who is drawn: each animal's kind, numbers and colours."""

    def __init__(self, labels: Tensor, generator: Generator) -> None:
        kinds = list(KINDS.values())
        belongs = torch.tensor([[kind.animal == name for kind in kinds] for name in CLASSES])
        kind = torch.multinomial(belongs[labels].float(), 1, generator=generator)[:, 0]
        low, high = torch.tensor([list((FACE | k.ranges).values()) for k in kinds])[kind].unbind(2)
        numbers = low.lerp(high, torch.rand(low.shape, generator=generator))
        self._numbers: dict[str, Tensor] = dict(zip(FACE, numbers.T[:, :, None, None], strict=True))
        coats = _choose([k.coats for k in kinds], kind, generator)
        self.coat, self.marking, self.pale = (_vary(c, generator) for c in coats.unbind(1))
        self.iris = _vary(_choose([k.irises for k in kinds], kind, generator), generator)
        self.nose = _vary(_choose([k.noses for k in kinds], kind, generator), generator)

    def __getitem__(self, name: str) -> Tensor:
        return self._numbers[name]

    def amount(self, name: str) -> Tensor:
        """A number that is an amount, in 0…1."""
        return self[name].clamp(0, 1)


def _choose(options: Sequence[Sequence[object]], kind: Tensor, generator: Generator) -> Tensor:
    """For each animal one of its kind's options, colours in 0…1."""
    table = torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(each) / 255 for each in options], batch_first=True
    )
    counts = torch.tensor([len(each) for each in options])[kind]
    return table[kind, (torch.rand(len(kind), generator=generator) * counts).long()]


def _vary(colour: Tensor, generator: Generator) -> Tensor:
    """Colours (N, 3) made a little lighter or darker and shifted a little: (N, 3, 1, 1)."""
    value = 1 + 0.12 * torch.randn(len(colour), 1, generator=generator)
    shift = 0.025 * torch.randn(len(colour), 3, generator=generator)
    return (colour * value + shift).clamp(0, 1)[:, :, None, None]


class _Scene:
    """One animal a picture, painted from the back to the front.

    Attributes:
        u, v: face coordinates.
        across, down: those of the head's surface, which turns and nods under its outline.
        side: distance from the face's middle line, by symmetry.
        snout: the same for what sticks out, which turns further.
    """

    def __init__(self, animals: _Animals, generator: Generator) -> None:
        a, self.animals, self.generator = animals, animals, generator
        self.count = len(a.coat)
        centres = (torch.arange(SIDE) + 0.5) * (2 / SIDE) - 1
        self.y, self.x = torch.meshgrid(centres, centres, indexing="ij")
        x, y = (self.x - a["x"]) / a["scale"], (self.y - a["y"]) / a["scale"]
        cos, sin = a["tilt"].deg2rad().cos(), a["tilt"].deg2rad().sin()
        self.u, self.v = x * cos + y * sin, y * cos - x * sin
        self.pixels_a_unit = a["scale"] * (SIDE / 2)
        self.across = self.u - a["turn"] * (1 - self.u**2).clamp(0)
        self.down = self.v - a["nod"] * (1 - self.v**2).clamp(0)
        self.side = self.across.abs()
        self.snout = (self.across - 0.3 * a["turn"]).abs()
        self.warp_u, self.warp_v, self.cloud = self.smooth_noise(3, 7).unbind(1)
        self.fur = 0.06 * torch.randn(self.count, SIDE, SIDE, generator=generator)[:, None]

    def paint(self) -> Tensor:
        """The pictures (N, 3, 32, 32), in about 0…1."""
        self.canvas = self.background()
        self.patches = (6 * self.cloud).clamp(0, 1) * self.animals.amount("patches")
        coat = self.coat() * (1 + self.fur)
        self.body()
        self.ears(hanging=False)
        self.head(coat)
        self.ears(hanging=True)
        self.muzzle()
        self.eyes()
        self.whiskers()
        self.obstacle()
        angle = self.uniform(0, 2 * math.pi)
        light = 1 + 0.25 * (self.x * angle.cos() + self.y * angle.sin())
        return self.canvas * light[:, None]

    def background(self) -> Tensor:
        """Two colours, and smooth noise between them."""
        palette = torch.tensor(BACKGROUNDS) / 255
        which = torch.randint(len(palette), (2, self.count), generator=self.generator)
        near, far = (_vary(colour, self.generator) for colour in palette[which])
        noise = self.smooth_noise(4, 6)
        share = (0.5 + 0.6 * noise[:, :1]).clamp(0, 1)
        return near.lerp(far, share) + 0.03 * noise[:, 1:]

    def coat(self) -> Tensor:
        """The head's colour at every pixel, with its markings: (N, 3, 32, 32)."""
        a, across, down, side = self.animals, self.across, self.down, self.side
        # Stripes run across the cheeks and, where they fan out, up the forehead.
        forehead = (-1.5 * down - 0.2).clamp(0, 1) * a["stripe_fan"]
        phase = (down + 0.35 * side + 0.06 * self.warp_u).lerp(1.1 * side, forehead)
        stripes = (2 * torch.sin(a["stripe_rate"] * phase)).clamp(0, 1)
        stripes *= (2.2 * torch.hypot(across, 0.8 * (down - 0.35)) - 0.9).clamp(0, 1)
        # Spots sit on a bent hexagonal lattice: three waves at 60°.
        u = a["spot_rate"] * (across + 0.1 * self.warp_u)
        v = a["spot_rate"] * (down + 0.1 * self.warp_v) * math.sqrt(0.75)
        spots = torch.cos(u) + torch.cos(0.5 * u + v) + torch.cos(0.5 * u - v)
        spots = (1.2 * spots - 0.2).clamp(0, 1)
        spots *= (3 * torch.hypot(across, down - 0.4) - 1).clamp(0, 1)
        mask = _ellipse(across, down - 0.25, 0.62 + 0.1 * self.warp_u, 0.66 + 0.1 * self.warp_v)
        brow = (0.8 - 4 * down - 2 * (side - 0.1).abs() + 0.3 * self.warp_u).clamp(0, 1)
        brow *= (3 * side + down + 1.2).clamp(0, 1)
        marks = self.patches
        for name, mark in (("stripes", stripes), ("spots", spots), ("brow", brow)):
            marks = torch.maximum(marks, mark * a.amount(name))
        marks = torch.maximum(marks, self.cover(mask) * a.amount("mask"))
        coat = a.coat.lerp(a.marking, marks[:, None])
        cheeks = (4 * (0.7 * side + 1.1 * down - 0.25)).clamp(0, 1) * a.amount("cheeks")
        coat.lerp_(a.pale, (cheeks * (1 - marks))[:, None])
        blaze = self.cover(self.snout - 0.1 - 0.3 * down.clamp(0)) * a.amount("blaze")
        return coat.lerp_(a.pale, blaze[:, None])

    def body(self) -> None:
        """Chest and bib, a mane or a ruff."""
        a, u, v = self.animals, self.u, self.v
        chest = self.u - 0.2 * a["turn"]
        self.fill(_ellipse(chest, v - 1.6, 1.0, 1.15), 0.85 * a.coat * (1 + self.fur))
        self.fill(_ellipse(chest, v - 1.5, 0.5, 0.9), 0.92 * a.pale, a.amount("bib"))
        mane = _ellipse(u, v - 0.15, 1.25, 1.3) + 0.08 * self.warp_u
        self.fill(mane, a.marking * (1 + 2 * self.fur), a.amount("mane"))
        ruff = _ellipse(u, v - 0.3, 1.12 + 0.08 * self.warp_v, 0.75 + 0.1 * self.warp_u)
        self.fill(ruff, a.pale.lerp(a.coat, 0.5) * (1 + self.fur), a.amount("ruff"))

    def ears(self, hanging: bool) -> None:
        """Ears: those that stand are behind the head, those that hang are before it."""
        a = self.animals
        here = ((a["ear_angle"] < 0) == hanging).float()
        angle = a["ear_angle"] + torch.where(self.u > 0, 1, -1) * a["ear_difference"]
        reach = a["ear_length"] * torch.stack([angle.deg2rad().cos(), -angle.deg2rad().sin()])
        place = torch.stack([self.u.abs() - a["ear_x"], self.v - a["ear_y"]])
        ear = _cone(place, reach, a["ear_base"], a["ear_tip"])
        drop = a["ear_fold"] * torch.tensor([0.5, 1.0]).view(2, 1, 1, 1)
        fold = _cone(place - reach, drop, a["ear_tip"], 0.5 * a["ear_tip"])
        dark = torch.maximum(torch.maximum(self.patches, a.amount("mask")), 0.6 * here * hanging)
        colour = a.coat.lerp(a.marking, dark[:, None]) * (0.88 + self.fur)
        self.fill(ear, colour, here)
        if not hanging:
            inside = (0.5 * a.coat + 0.4) * (0.9 * a.nose + 0.3).clamp(0, 1)
            flat = (a["ear_fold"] == 0).float()
            self.fill(ear + 0.11, inside, a["ear_inside"] * here * flat)
            self.fill(fold, 0.85 * colour, here * (1 - flat))

    def head(self, coat: Tensor) -> None:
        """The head, darker towards its rim."""
        a = self.animals
        width = a["head_width"] * (1 - a["jaw"] * self.v) + 0.03 * self.warp_v
        head = _ellipse(self.u, self.v, width, a["head_height"])
        self.shade = 1 - 0.35 * (4 * head + 1).clamp(0, 1)[:, None] ** 2
        self.fill(head, coat * self.shade)

    def muzzle(self) -> None:
        """Muzzle, tongue, mouth and nose."""
        a, snout, down = self.animals, self.snout, self.down
        muzzle = _ellipse(snout, down - a["muzzle_y"], a["muzzle_width"], a["muzzle_height"])
        self.fill(muzzle, a.pale * (self.shade + 0.7 * self.fur), a["muzzle"])
        lips = down - a["nose_y"] - 0.22
        tongue = torch.tensor(TONGUE)[:, None, None] / 255
        self.fill(_ellipse(snout, lips - 0.22, 0.14, 0.22), tongue, a.amount("tongue"))
        line = torch.maximum(snout - 0.02, (lips + 0.1).abs() - 0.12)
        curve = (lips + 0.35 * (snout - 0.15).abs() - 0.05).abs() - 0.03
        mouth = torch.minimum(line, torch.maximum(curve, snout - 0.3))
        self.fill(mouth, 0.4 * a.nose, 0.8 * a["mouth"])
        below = down - a["nose_y"]
        width = a["nose_width"] * (1 - 1.5 * below).clamp(0.3, 1.3)
        self.fill(_ellipse(snout, below, width, a["nose_height"]), a.nose)

    def eyes(self) -> None:
        """Dark rims, irises, pupils and a glint."""
        a, size = self.animals, self.animals["eye_size"]
        u = self.side - a["eye_x"]
        v = self.down - a["eye_y"] + a["eye_slant"] * u
        height = size * a["eye_height"]
        eye = _ellipse(u, v, size, height)
        self.fill(eye - 0.04, 0.35 * a.marking)
        self.fill(eye + 0.02, a.iris)
        pupil = _ellipse(u, v, size * a["pupil_width"], height * a["pupil_height"])
        self.fill(pupil, torch.tensor(0.04))
        self.fill(_ellipse(u + 0.05, v + 0.06, 0.04, 0.04), torch.tensor(1.0), 0.8)

    def whiskers(self) -> None:
        """Three a side, fanning out from the muzzle."""
        a = self.animals
        start = self.down - a["muzzle_y"] + 0.02
        hairs = [start + slope * (self.snout - 0.2) for slope in (-0.25, 0.0, 0.25)]
        distance = torch.stack(hairs).abs().amin(0) - 0.012
        distance = torch.maximum(distance, (self.snout - 0.7).abs() - 0.45)
        self.fill(distance, torch.tensor(0.95), a.amount("whiskers"))

    def obstacle(self) -> None:
        """In some pictures a stalk or a post that reaches in from the edge."""
        angle, bend = self.uniform(0, 2 * math.pi), self.uniform(-1.2, 1.2)
        edge = torch.stack([angle.cos(), angle.sin()])
        inwards = -torch.stack([(angle + bend).cos(), (angle + bend).sin()])
        stalk = _cone(
            torch.stack([self.x, self.y])[:, None] - 1.5 * edge,
            self.uniform(0.5, 1.6) * inwards,
            base=self.uniform(0.1, 0.3),
            tip=self.uniform(0.02, 0.2),
        )
        palette = torch.tensor(BACKGROUNDS) / 255
        which = torch.randint(len(palette), (self.count,), generator=self.generator)
        present = (self.uniform(0, 1) < OBSTACLES).float()
        self.fill(stalk, _vary(palette[which], self.generator), present)

    def fill(self, distance: Tensor, colour: Tensor, amount: Tensor | float = 1.0) -> None:
        """Paint a shape, given by its signed distance, over what is there."""
        self.canvas.lerp_(colour, (self.cover(distance) * amount)[:, None])

    def cover(self, distance: Tensor) -> Tensor:
        """How much of each pixel a shape covers."""
        return (0.5 - distance * self.pixels_a_unit).clamp(0, 1)

    def smooth_noise(self, channels: int, cells: int) -> Tensor:
        """Standard normal at cells × cells points, linear in between: (N, channels, 32, 32)."""
        size = (self.count, channels, cells, cells)
        coarse = torch.randn(size, generator=self.generator)
        return interpolate(coarse, (SIDE, SIDE), mode="bilinear", align_corners=True)

    def uniform(self, low: float, high: float) -> Tensor:
        """A random number a picture, (N, 1, 1)."""
        return torch.rand(self.count, 1, 1, generator=self.generator) * (high - low) + low


Length = Tensor | float


def _ellipse(u: Tensor, v: Tensor, width: Length, height: Length) -> Tensor:
    """Signed distance to an ellipse about 0 with these half axes; exact for a circle."""
    return (torch.hypot(u / width, v / height) - 1) * (width * height) ** 0.5


def _cone(place: Tensor, to: Tensor, base: Tensor, tip: Tensor) -> Tensor:
    """Signed distance to a stick from 0 to a point, with the radius at both ends; (2, N, …)."""
    along = ((place * to).sum(0) / (to**2).sum(0).clamp(1e-9)).clamp(0, 1)
    return torch.hypot(*(place - along * to)) - base.lerp(tip, along)


def _photograph(scene: Tensor, generator: Generator) -> Tensor:
    """What a camera makes of it: something in the way, exposure, tint, blur and noise."""
    count = len(scene)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, 1, 1, 1, generator=generator) * (high - low) + low

    scene = scene * uniform(0.65, 1.25)
    scene *= 1 + 0.03 * torch.randn(count, 3, 1, 1, generator=generator)
    scene = scene.lerp(_blurred(scene), uniform(0, 1))
    scene += uniform(0, 0.03) * torch.randn(scene.shape, generator=generator)
    return (255 * scene).round().clamp(0, 255).byte().permute(0, 2, 3, 1)


def _blurred(scene: Tensor) -> Tensor:
    """Each pixel and its neighbours, weighted 1 2 1 along both axes."""
    rows = pad(scene, (0, 0, 1, 1), mode="replicate")
    rows = (rows[:, :, :-2] + 2 * scene + rows[:, :, 2:]) / 4
    columns = pad(rows, (1, 1, 0, 0), mode="replicate")
    return (columns[..., :-2] + 2 * rows + columns[..., 2:]) / 4
