"""How much faster the gain sweep is than the tutorial's loop, and how near the machine's limit.

Claim: on a CPU the tutorial's sweep (10 gains, 14,630 pictures, 1 epoch) is at least 35 times
faster than in the plain loop, in the median. The claim is the ratio: both sides run in turn in one
process, ours with the number of threads that suits it better.

The plain loop is the tutorial's (Neuromatch W1D3, tutorial 2, bonus section): for each gain
ImageFolder over files, RandomRotation(10), RandomHorizontalFlip, ToTensor and Normalize, a
DataLoader with batches of 64, an nn.Sequential 3072-128-64-32-3 with LeakyReLU(0.1) and
xavier_normal_ weights, optim.SGD at 1e-2, then the accuracy on both loaders, which is what the
sweep plots. Ours is ``GainSweep(seeds=1).run()`` on the same pictures, timed with all it does:
initial weights, evaluations, snapshots. Every gain costs the plain loop as much, so each of the
rounds trains one of its networks in full, counts it as often as there are gains, and runs our whole
sweep beside it.

What the sweep's matrix products need, by their shapes, over its seconds is set beside the rate at
which this machine does the largest of them alone, in as many threads at once and by the same BLAS.

``python -m benchmarks.gain_sweep`` takes about 2 minutes and prints a report in Markdown.
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.animal_faces import AUGMENT, write
from benchmarks.machine import describe
from benchmarks.measuring import best_threads, spread
from mlpcore.datasets import collection
from mlpcore.engines import blas
from mlpcore.experiments import GainSweep
from mlpcore.running.control import Control

ROUNDS = 3


def plain(config: GainSweep, root: Path, gain: float, threads: int) -> float:
    """Train and test one network as a notebook does; return the seconds."""
    torch.set_num_threads(threads)
    start = time.perf_counter()
    torch.manual_seed(config.seed)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(config.sizes):
        linear = nn.Linear(n_in, n_out)
        nn.init.xavier_normal_(linear.weight, gain)
        layers += [linear, nn.LeakyReLU(config.negative_slope)]
    network = nn.Sequential(*layers[:-1])
    train, test = (
        DataLoader(
            ImageFolder(str(root / name), transforms.Compose(steps)),
            batch_size=config.batch_size,
            shuffle=name == "train",
        )
        for name, steps in (("train", AUGMENT), ("val", AUGMENT[2:]))
    )
    optimiser = optim.SGD(network.parameters(), lr=config.learning_rate)
    for images, labels in train:
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(network(images.flatten(1)), labels)
        loss.backward()
        optimiser.step()
    for loader in (train, test):
        accuracy(network, loader)
    return time.perf_counter() - start


@torch.inference_mode()
def accuracy(network: nn.Module, loader: DataLoader[tuple[torch.Tensor, int]]) -> float:
    """Share of a loader's pictures that a network gets right."""
    right = [network(images.flatten(1)).argmax(1) == labels for images, labels in loader]
    return torch.cat(right).float().mean().item()


def ours(config: GainSweep, threads: int) -> float:
    """Run the sweep; return the seconds."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    for _ in config.run(control=Control(share=lambda: threads)):
        pass
    return time.perf_counter() - start


def operations(config: GainSweep, samples: int) -> int:
    """Multiplications and additions in a sweep's matrix products, evaluations left out.

    Forward, gradients by weights, and errors carried back through all layers but the first.
    """
    first, *others = [(n_in + 1) * n_out for n_in, n_out in pairwise(config.sizes)]
    products = 2 * first + 3 * sum(others)
    return 2 * products * samples * config.gains * config.seeds * config.epochs


def product_rate(config: GainSweep, threads: int) -> float:
    """Operations a second in the first layer's matrix product of one network, the best of many.

    Each thread multiplies matrices of its own, as in the sweep.
    """
    units, features, batch = config.sizes[1], config.sizes[0] + 1, config.batch_size
    generator, address, repeats = np.random.default_rng(0), blas.address(np.float32), 20
    factors = [
        [generator.standard_normal(count * features, np.float32) for count in (units, batch)]
        for _ in range(threads)
    ]

    def multiply(number: int) -> None:
        weights, inputs = factors[number]
        _multiply(address, units, batch, features, weights, inputs, repeats)

    best = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(20):
            start = time.perf_counter()
            list(pool.map(multiply, range(threads)))
            best = min(best, time.perf_counter() - start)
    return 2 * units * features * batch * repeats * threads / best


@numba.njit(nogil=True)  # SciPy's own function would keep the interpreter's lock
def _multiply(
    address: int, units: int, batch: int, features: int, weights: Any, inputs: Any, repeats: int
) -> None:
    out, one, zero = np.empty(units * batch, np.float32), np.float32(1), np.float32(0)
    for _ in range(repeats):
        blas.gemm(address, False, True, units, batch, features, one, weights, 0, features,
                  inputs, 0, features, zero, out, 0, batch)  # fmt: skip


def report(config: GainSweep) -> str:
    """Measure all rounds, and report in Markdown."""
    pictures = collection.load(config.data)
    samples = len(pictures.train_images)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(pictures, root)
        threads = best_threads(lambda threads: ours(config, threads))
        laps = []
        for gain in config.places[:: max(1, config.gains // ROUNDS)][:ROUNDS]:
            # Its time goes to single pictures, for which one thread is best.
            loop = plain(config, root, float(gain), 1) * config.gains
            sweep, rate = ours(config, threads), product_rate(config, threads)
            laps.append(dict(plain=loop, ours=sweep, rate=rate))
    table = pd.DataFrame(laps)
    achieved = operations(config, samples) / table["ours"]
    return "\n".join(
        [
            f"{describe()}; 1 thread for the plain loop, {threads} for ours; "
            f"{len(table)} rounds: median (least to most).",
            "",
            "| | |",
            "|---|---|",
            f"| plain loop, {config.gains} gains | {spread(table['plain'])} s |",
            f"| ours, {config.gains} gains | {spread(table['ours'])} s |",
            f"| times as fast | {spread(table['plain'] / table['ours'])} |",
            f"| matrix products, alone | {spread(table['rate'] / 1e9)} Gflop/s |",
            f"| matrix products, in the sweep | {spread(achieved / 1e9)} Gflop/s |",
            f"| share achieved | {spread(100 * achieved / table['rate'])}% |",
        ]
    )


if __name__ == "__main__":
    print(report(GainSweep(seeds=1)))
