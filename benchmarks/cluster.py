"""What it costs that a cluster trains a run instead of a thread of the process that watches it.

Starts a Ray cluster of one node on this machine, and in each round lets a thread and then the
cluster train one config, a new one each time, for some seconds. Of both are told, in milliseconds,
how long it takes from asking until the first snapshot is there, and how many come a second after
that; a run makes ten a second at most. Both have compiled code and the data at hand.

``python -m benchmarks.cluster`` takes three minutes. It fails if a first picture comes more than
MOST milliseconds later, by the medians.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import ray
from ray.cluster_utils import Cluster as Nodes

from benchmarks.machine import describe
from benchmarks.measuring import spread
from mlpcore.cluster.remote import Cluster
from mlpcore.datasets import collection
from mlpcore.experiments import AnimalFaces, WideVsDeep
from mlpcore.experiments.experiment import Experiment
from mlpcore.running.jobs import Jobs

ROUNDS, SECONDS, MOST = 7, 4.0, 150.0
# Bytes of the node's store; Ray takes a third of the memory otherwise.
STORE = 200 * 2**20


def configs(seed: int) -> dict[str, Experiment]:
    """Runs that take longer than is measured."""
    return {
        "Wide vs Deep": WideVsDeep(budget=500, seeds=16, epochs=2000, seed=seed),
        "Animal Faces": AnimalFaces(epochs=100, seed=seed),
    }


def measure(jobs: Jobs, config: Experiment) -> tuple[float, float]:
    """Milliseconds until a config's first snapshot, and snapshots a second after it."""
    asked = time.monotonic()
    job = jobs.submit(config, "benchmark")
    while job.status().snapshot is None:
        time.sleep(0.0005)
    first = time.monotonic()
    time.sleep(SECONDS)
    count = job.history.moments[-1].number
    jobs.release(job.id, "benchmark")
    job.thread.join()
    time.sleep(0.5)  # until the run elsewhere has heard of it
    return 1000 * (first - asked), count / SECONDS


def main() -> None:
    """Measure and print."""
    about = describe()
    collection.load(collection.DRAWN)
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    head = dict(num_cpus=os.cpu_count(), include_dashboard=False, object_store_memory=STORE)
    nodes = Nodes(initialize_head=True, head_node_args=head)
    way = Cluster(nodes.address)
    here, there = Jobs(device="cpu", patience=600), Jobs(device="cpu", patience=600, way=way)
    while not (here.ready and there.ready):
        time.sleep(0.1)
    for config in configs(1).values():
        measure(here, config)
        measure(there, config)
    print(f"{about}; {ROUNDS} rounds: median (least to most).\n")
    columns = ["run", "first on a thread, ms", "on the cluster, ms", "later by, ms"]
    columns += ["snapshots a second on a thread", "on the cluster", "ratio"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    late = False
    for name in configs(0):
        pairs = []
        for number in range(ROUNDS):
            config = configs(1000 * (number + 2))[name]
            pairs.append((measure(here, config), measure(there, config)))
        first, often = np.array(pairs).transpose(2, 1, 0)  # each: where it ran × round
        late |= bool(np.median(first[1] - first[0]) > MOST)
        cells = [name, spread(first[0], 0), spread(first[1], 0), spread(first[1] - first[0], 0)]
        cells += [spread(often[0]), spread(often[1]), spread(often[1] / often[0], 2)]
        print(f"| {' | '.join(cells)} |", flush=True)
    here.close()
    there.close()
    way.close()
    ray.shutdown()
    nodes.shutdown()
    if late:
        sys.exit(f"A first picture comes more than {MOST:.0f} ms later.")


if __name__ == "__main__":
    main()
