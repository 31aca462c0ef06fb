"""The way to a Ray cluster. Nothing here imports Ray before somebody asks for one."""

import logging
import re
import socket
from importlib.util import find_spec

from mlpcore.params import ParameterError

ALLOWED = "auto for the cluster this machine belongs to, or a host and a port as in 10.0.0.1:6379"
# What the actors of this app are found by; those of others on the same cluster are apart.
NAMESPACE = "mlp-explorer"
# In which a head must answer.
SECONDS = 10


def connect(address: str) -> bool:
    """Make this process a driver of the cluster at ``address``; once is enough.

    The cluster must have this process's versions of Ray and Python. Addresses of Ray's client
    (``ray://…``) are refused: handles of actors cannot be shared through it.

    Args:
        address: ``auto``, or ``host:port`` of the head.

    Returns:
        Whether it was none before.

    Raises:
        ParameterError: no such address, no Ray here, or no cluster there.
    """
    if not re.fullmatch(r"auto|[^\s/]+:\d+", address):
        raise ParameterError("cluster", ALLOWED, address)
    if find_spec("ray") is None:
        mend = "Ray is not installed: pip install 'mlp-explorer[cluster]'"
        raise ParameterError("cluster", ALLOWED, address, mend)
    import ray  # noqa: PLC0415

    if ray.is_initialized():
        return False
    try:
        if address != "auto":  # Ray itself asks a silent address for many minutes
            host, port = address.rsplit(":", 1)
            socket.create_connection((host, int(port)), timeout=SECONDS).close()
        ray.init(
            address=address,
            namespace=NAMESPACE,
            log_to_driver=False,
            logging_level=logging.WARNING,
        )
    except (OSError, OverflowError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        mend = f"No cluster answers: {reason}"
        raise ParameterError("cluster", ALLOWED, address, mend) from error
    return True
