"""A replica that watches runs until it is ended: ``python -m tests.cluster.replica ADDRESS SEED…``.

It writes a line when all its runs have a snapshot.
"""

import sys
import time

from mlpcore.cluster.remote import Cluster
from mlpcore.running.jobs import Jobs
from tests.cluster.shared import long
from tests.waiting import wait_for


def main():
    address, *seeds = sys.argv[1:]
    jobs = Jobs(device="cpu", patience=1e6, way=Cluster(address))
    made = [jobs.submit(long(int(seed)), "replica") for seed in seeds]
    wait_for(lambda: all(job.status().snapshot for job in made))
    print("watching", flush=True)
    time.sleep(1e6)


if __name__ == "__main__":
    main()
