"""A Ray cluster of this machine, until standard input ends; prints its address.

python -m benchmarks.nodes CORES CORES …    one node each
"""

import sys

from ray.cluster_utils import Cluster


def main(cores: list[int]) -> None:
    """Start a node for each number of cores."""
    head, *others = cores
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": head, "include_dashboard": False, "object_store_memory": 10**8},
    )
    try:
        for count in others:
            cluster.add_node(num_cpus=count, object_store_memory=10**8)
        cluster.wait_for_nodes()
        print(cluster.address, flush=True)
        sys.stdin.read()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]])
