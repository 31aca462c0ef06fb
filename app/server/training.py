"""Where this process's runs are trained: here, or by a cluster."""

import sys
from functools import cache

from app.server.settings import settings, variable
from mlpcore.cluster.remote import Cluster
from mlpcore.params import ParameterError


@cache
def way() -> Cluster | None:
    """The way to the cluster that is named; None if runs train here.

    Raises:
        SystemExit: no cluster answers there; the message says so.
    """
    chosen = settings()
    if not chosen.cluster:
        return None
    memory = chosen.memory_megabytes * 10**6
    options = {
        "device": chosen.device,
        "keep": chosen.kept_results,
        "waiting": chosen.waiting_runs,
        "history_bytes": memory // 4,
        "working_bytes": memory // 2,
    }
    try:
        return Cluster(chosen.cluster, options)
    except ParameterError as error:
        sys.exit(str(error.renamed(variable("cluster"))))
