"""Where this process's runs are trained: here, or by a cluster."""

import sys
from functools import cache
from typing import Any

from app.server.settings import settings, variable
from mlpcore.cluster.remote import Cluster
from mlpcore.params import ParameterError


def limits() -> dict[str, Any]:
    """What jobs may hold and let wait, as options of theirs, wherever they train."""
    chosen = settings()
    memory = chosen.memory_megabytes * 10**6
    return {
        "keep": chosen.kept_results,
        "waiting": chosen.waiting_runs,
        "history_bytes": memory // 4,
        "working_bytes": memory // 2,
    }


def weights_bytes() -> int:
    """What may be held of the weights of sweeps that have finished, wherever they train."""
    return settings().memory_megabytes * 10**6 // 4


@cache
def way() -> Cluster | None:
    """The way to the cluster that is named; None if runs train here.

    Raises:
        SystemExit: no cluster answers there; the message says so.
    """
    chosen = settings()
    if not chosen.cluster:
        return None
    try:
        mine = {"device": chosen.device, "weights_bytes": weights_bytes()}
        return Cluster(chosen.cluster, limits() | mine)
    except ParameterError as error:
        sys.exit(str(error.renamed(variable("cluster"))))
