"""How much faster the Wide vs Deep sweep is than the loop of a course notebook.

Claim: on a CPU, with one network a depth, a network trains at least 80 times faster than in the
plain loop on one thread, with eight at least 200 times on one thread and 350 times on two, to the
same test accuracies within the spread over seeds. Beside a Python thread that never rests the sweep
takes on one thread at most 2.5 times as long as alone. The claims are the ratios: all sides run in
turn in one process, the plain loop with the number of threads that suits it best.

The plain loop is the tutorial's (Neuromatch W1D3, tutorial 2, section 1): for each network an
nn.Sequential, a DataLoader of a TensorDataset, optim.Adam and cross_entropy; only its training is
timed. Ours is ``WideVsDeep(...).run()``, timed with all it does: points, initial weights,
evaluations, snapshots. Both train on the same points, at budget 100 and depths 1 to 5, for 100
epochs of batches of 128.

After a warm-up there are 8 rounds. In each the plain loop trains one network of every depth in
full, and after every depth our sweep runs: with one seed and with eight, on one thread and on all,
alone and beside the busy thread, with the app's switch interval. A round gives one ratio.

``python -m benchmarks.wide_vs_deep`` takes about 3 minutes and prints a report in Markdown.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pandas as pd
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

from app.server.operations import SWITCH
from benchmarks.machine import describe
from benchmarks.measuring import best_threads, score, spread
from mlpcore.engines.workers import cores
from mlpcore.experiments import WideVsDeep
from mlpcore.params import replace
from mlpcore.running.control import Control


class Unwatched(WideVsDeep):
    """The same training, evaluated at its end only."""

    @property
    def evaluation_epochs(self) -> set[int]:
        """The last epoch."""
        return {self.epochs}


def plain(config: WideVsDeep, depth: int, seed: int, threads: int) -> tuple[float, float]:
    """Train one network as a notebook does; return the seconds and the final test accuracy."""
    split = config.split()
    torch.set_num_threads(threads)
    start = time.perf_counter()
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(config.sizes(depth)):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    network = nn.Sequential(*layers[:-1])
    dataset = TensorDataset(split.train_inputs, split.train_labels)
    loader = DataLoader(dataset, batch_size=config.batch_size, shuffle=True, drop_last=True)
    optimiser = optim.Adam(network.parameters(), lr=config.learning_rate)
    for _ in range(config.epochs):
        for inputs, labels in loader:
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(network(inputs), labels)
            loss.backward()
            optimiser.step()
    seconds = time.perf_counter() - start
    with torch.inference_mode():
        right = network(split.test_inputs).argmax(1) == split.test_labels
    return seconds, right.float().mean().item()


def ours(config: WideVsDeep, threads: int) -> tuple[float, dict[int, list[float]]]:
    """Run the sweep; return the seconds and the final test accuracies by depth."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    *_, last = config.run(control=Control(share=lambda: threads))
    seconds = time.perf_counter() - start
    return seconds, {a.depth: a.test_accuracy[-1].tolist() for a in last.architectures}


@contextmanager
def busy() -> Iterator[None]:
    """A thread that computes in Python and lets the interpreter go only when it must."""
    over = threading.Event()

    def compute() -> None:
        while not over.is_set():
            pass

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    thread = threading.Thread(target=compute)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(before)


def report(config: WideVsDeep) -> str:
    """Measure one round for each of the config's seeds, and report in Markdown."""
    short = replace(config, epochs=min(config.epochs, 4))
    plain_threads = best_threads(lambda threads: plain(short, config.depth_to, 0, threads)[0])
    ours(short, cores())

    one, unwatched = replace(config, seeds=1), Unwatched(**config.values())
    laps = []
    for seed in config.network_seeds:
        for depth in config.depths:
            seconds, accuracy = plain(config, depth, seed, plain_threads)
            lap = dict(seed=seed, depth=depth, plain=seconds, accuracy=accuracy)
            lap["one"], _ = ours(one, 1)
            lap["many"], accuracies = ours(config, 1)
            lap["all"], _ = ours(config, cores())
            lap["unwatched"], _ = ours(unwatched, 1)
            with busy():
                lap["many busy"], _ = ours(config, 1)
                lap["all busy"], _ = ours(config, cores())
            laps.append(lap)
    table = pd.DataFrame(laps)

    # Seconds to train all depths, a round.
    rounds = table.groupby("seed").mean()
    rounds["plain"] *= len(config.depths)
    steps = config.epochs * config.steps_per_epoch(config.train_size)
    steps *= len(config.depths)
    lines = [
        f"{describe()}; {len(rounds)} rounds: median (least to most).",
        "",
        "| | threads | networks a depth | µs a step | µs a step and network | times as fast |",
        "|---|---|---|---|---|---|",
    ]
    for name, threads, networks, seconds in (
        ("plain loop", plain_threads, 1, rounds["plain"]),
        ("ours", 1, 1, rounds["one"]),
        ("ours", 1, config.seeds, rounds["many"]),
        ("ours", cores(), config.seeds, rounds["all"]),
    ):
        step = seconds / steps * 1e6
        cells = spread(step), spread(step / networks), spread(rounds["plain"] * networks / seconds)
        lines.append(f"| {name} | {threads} | {networks} | {' | '.join(cells)} |")
    share = spread(100 * (1 - rounds["unwatched"] / rounds["many"]))
    lines += [
        "",
        f"Evaluations on the way take {share}% of it with {config.seeds} networks a depth on "
        "1 thread.",
        "",
        "Beside a Python thread that never rests our sweep takes, times as long as alone: "
        f"{spread(rounds['many busy'] / rounds['many'], 2)} on 1 thread, "
        f"{spread(rounds['all busy'] / rounds['all'], 2)} on {cores()}.",
        "",
        f"Final test accuracy in %, mean ± standard deviation over {config.seeds} seeds:",
        "",
        "| hidden layers | plain loop | ours |",
        "|---|---|---|",
    ]
    for depth, values in table.groupby("depth")["accuracy"]:
        lines.append(f"| {depth} | {score(values)} | {score(accuracies[depth])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(WideVsDeep(seeds=8)))
