"""One run on one machine, on a cluster of one node and on one of two, as a table.

    python -m benchmarks.spread --seeds 1000

Wide vs Deep from so many seeds, without a cluster in one thread, then on Ray nodes of this machine
with a core each. Says what it took, Ray's start apart, and whether all numbers are equal: those of
every evaluation and all weights, bit for bit. It fails if they are not.
"""

import argparse
import hashlib
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.machine import describe
from mlpcore.cluster import spread
from mlpcore.cluster.many import ManyWideVsDeep
from mlpcore.engines.preparing import prepare
from mlpcore.experiments.wide_vs_deep import Snapshot
from mlpcore.running.control import Control


@contextmanager
def cluster(*cores: int) -> Iterator[str]:
    """A Ray cluster of a node for each number of cores; gives its address."""
    command = [sys.executable, "-m", "benchmarks.nodes", *map(str, cores)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as nodes:
        assert nodes.stdin is not None
        assert nodes.stdout is not None
        yield nodes.stdout.readline().strip()
        nodes.stdin.close()


def digest(snapshot: Snapshot) -> str:
    """What differs if any number does."""
    everything = hashlib.sha256()
    for a in snapshot.architectures:
        curves = (a.train_accuracy, a.test_accuracy, a.train_loss, a.test_loss, a.diverged_at)
        for array in (*curves, *a.weights):
            everything.update(array.tobytes())
    return everything.hexdigest()


def main() -> int:
    """Print the table; the exit status says whether all numbers are equal."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=1000)
    config = ManyWideVsDeep(seeds=options.parse_args().seeds)
    prepare()
    started = time.perf_counter()
    (alone,) = deque(config.run("cpu", Control(share=lambda: 1)), 1)
    rows = [("one thread, no cluster", time.perf_counter() - started, digest(alone))]
    for cores in ((1,), (1, 1)):
        with cluster(*cores) as address:
            started = time.perf_counter()
            (end,) = deque(spread.run(config, address, "cpu"), 1)
            took = time.perf_counter() - started
        rows.append((f"cluster, nodes of a core: {len(cores)}", took, digest(end.snapshot)))
    print(f"{describe()}; {config}\n")
    print("| where | s | numbers equal the first's |\n|---|---|---|")
    for where, seconds, found in rows:
        print(f"| {where} | {seconds:.1f} | {'yes' if found == rows[0][2] else 'no'} |")
    return int(len({found for *_, found in rows}) > 1)


if __name__ == "__main__":
    sys.exit(main())
