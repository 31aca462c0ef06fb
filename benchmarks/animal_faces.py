"""How fast Animal Faces trains beside the plain loop of a notebook, and how hard drawn faces are.

Claims, on a CPU. With augmentation an epoch is at least 12 times faster than in the plain loop, to
the same validation accuracy within the spread over seeds. Drawn faces, as many as there are real
ones, are drawn in at most 10 s. On them the tutorial's MLP without augmentation reaches 75% to 92%
on the validation set and more on the training set; a linear model reaches clearly less.

The plain loop is the tutorial's (Neuromatch W1D3, tutorial 2, section 2): ImageFolder over files,
RandomRotation(10), RandomHorizontalFlip, ToTensor and Normalize, a DataLoader with batches of 64,
an nn.Sequential 3072-64-64-64-3, optim.Adam at 3e-4, 30 epochs; only its training is timed. Ours is
``AnimalFaces(augmentation="on").run()`` on the same pictures, evaluated as often as the plain loop,
at the end, but timed with its initial weights and snapshots; a single network trains on one thread.
The plain loop has the number of threads that suits it better. The two take turns in one process,
after a warm-up; ours, which takes seconds, runs after every fifth of the plain loop's epochs. A
seed gives one ratio, of means.

``python -m benchmarks.animal_faces`` takes about 10 minutes and prints a report in Markdown.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pandas as pd
import torch
from PIL import Image
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.machine import describe
from benchmarks.measuring import best_threads, score, spread
from mlpcore.datasets import collection, drawn_faces
from mlpcore.datasets.augmentation import flat
from mlpcore.datasets.pictures import Pictures
from mlpcore.experiments import AnimalFaces
from mlpcore.experiments.animal_faces import Snapshot
from mlpcore.params import replace

T = TypeVar("T")

SEEDS = 3
AUGMENT = [
    transforms.RandomRotation(10),
    transforms.RandomHorizontalFlip(),
    transforms.ToTensor(),
    transforms.Normalize((0.5,) * 3, (0.5,) * 3),
]


class Unwatched(AnimalFaces):
    """The same training, evaluated at its end only."""

    @property
    def evaluation_epochs(self) -> set[int]:
        """The last epoch."""
        return {self.epochs}


def write(pictures: Pictures, root: Path) -> None:
    """Write the pictures as PNG files in the ImageFolder layout."""
    sets = {
        "train": (pictures.train_images, pictures.train_labels),
        "val": (pictures.val_images, pictures.val_labels),
    }
    for name, (images, labels) in sets.items():
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            folder = root / name / pictures.classes[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image.numpy()).save(folder / f"{i:05}.png")


def plain(root: Path, seed: int) -> Iterator[nn.Module]:
    """Train as a notebook does, an epoch at a time."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Linear(3072, 64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 3),
    )
    dataset = ImageFolder(str(root / "train"), transforms.Compose(AUGMENT))
    loader = DataLoader(dataset, batch_size=64, shuffle=True)
    optimiser = optim.Adam(network.parameters(), lr=3e-4)
    while True:
        for images, labels in loader:
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(network(images.flatten(1)), labels)
            loss.backward()
            optimiser.step()
        yield network


def ours(config: AnimalFaces) -> Iterator[Snapshot]:
    """Train our way again and again; yields the last snapshot."""
    while True:
        *_, last = config.run()
        yield last


def linear(pictures: Pictures, seed: int, epochs: int) -> float:
    """Validation accuracy of a linear model trained without augmentation."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = nn.Linear(3072, 3)
    optimiser = optim.Adam(model.parameters(), lr=3e-4)
    inputs = flat(pictures.train_images)
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs), generator=generator).split(64):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs[batch]), pictures.train_labels[batch])
            loss.backward()
            optimiser.step()
    return accuracy(model, pictures)


def accuracy(network: nn.Module, pictures: Pictures) -> float:
    """Share of the validation set that a network gets right."""
    with torch.inference_mode():
        right = network(flat(pictures.val_images)).argmax(1) == pictures.val_labels
    return right.float().mean().item()


def lap(steps: Iterator[T], threads: int) -> tuple[float, T]:
    """Take a step on so many threads: seconds, and what it gives."""
    torch.set_num_threads(threads)
    start = time.perf_counter()
    result = next(steps)
    return time.perf_counter() - start, result


def drawings() -> Iterator[Pictures]:
    """Draw the whole set again and again."""
    while True:
        yield drawn_faces.make()


def report() -> str:
    """Measure everything, and report in Markdown."""
    (*drawing,), (pictures, *_) = zip(*(lap(drawings(), 1) for _ in range(3)), strict=True)
    config = Unwatched(data=collection.keep(pictures), augmentation="on")
    laps = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(pictures, root)
        first = plain(root, 0)
        plain_threads = best_threads(lambda threads: lap(first, threads)[0])
        lap(ours(config), 1)  # a warm-up
        for seed in range(SEEDS):
            theirs, mine = plain(root, seed), ours(replace(config, seed=seed))
            for epoch in range(config.epochs):
                plain_seconds, network = lap(theirs, plain_threads)
                laps.append(dict(seed=seed, plain=plain_seconds))
                if epoch % (config.epochs // 5) == 0:
                    our_seconds, snapshot = lap(mine, 1)
                    laps[-1]["ours"] = our_seconds / config.epochs
            laps[-1] |= dict(
                plain_accuracy=accuracy(network, pictures),
                our_accuracy=float(snapshot.augmented.test_accuracy[-1, 0]),
            )
    table = pd.DataFrame(laps)
    rounds = table.groupby("seed")[["plain", "ours"]].mean()

    torch.set_num_threads(1)
    *_, last = replace(config, augmentation="off", seeds=SEEDS).run()
    mlp = last.plain
    flat_model = [linear(pictures, seed, config.epochs) for seed in range(SEEDS)]
    return f"""\
{describe()}; {plain_threads} thread(s) for the plain loop, 1 for ours. Seconds: median (least to
most). Accuracy: mean ± standard deviation over {SEEDS} seeds, in %.

| with augmentation, {config.epochs} epochs | seconds an epoch | validation accuracy |
|---|---|---|
| plain loop | {spread(rounds["plain"], 2)} | {score(table["plain_accuracy"].dropna())} |
| ours | {spread(rounds["ours"], 2)} | {score(table["our_accuracy"].dropna())} |

Ours is {spread(rounds["plain"] / rounds["ours"], 2)} times as fast.

| drawn faces, no augmentation | training accuracy | validation accuracy |
|---|---|---|
| 3072-64-64-64-3 | {score(mlp.train_accuracy[-1])} | {score(mlp.test_accuracy[-1])} |
| linear | | {score(flat_model)} |

Drawing {len(pictures.images):,} pictures takes {spread(drawing, 2)} s on one thread."""


if __name__ == "__main__":
    print(report())
