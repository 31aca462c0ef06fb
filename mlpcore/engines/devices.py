"""The device that networks train on."""

import logging

import torch

from mlpcore.texts import printable

log = logging.getLogger(__name__)

# Of a message of torch, or of a driver.
MOST_LETTERS = 500


def known(name: str) -> bool:
    """Whether torch has devices of this name, be there one here or not."""
    try:
        torch.device(name)
    except (RuntimeError, ValueError):
        return False
    return True


def trouble(name: str) -> str:
    """Why torch cannot compute on a device, in a line; empty if it can."""
    try:
        one = torch.ones(1, 1, device=torch.device(name))
        (one @ one).item()
    except (RuntimeError, AssertionError, ValueError) as error:
        reason = str(error).partition("\n")[0].removesuffix(".")
        return printable(reason, MOST_LETTERS) or type(error).__name__
    return ""


def device(name: str = "") -> torch.device:
    """The device of a name, or without one a GPU if there is one; the CPU if that does not work.

    A line in the log says so then. What fails later ends the run that met it.

    Args:
        name: as torch has it: cpu, cuda, cuda:1, …
    """
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    reason = trouble(name)
    if reason:
        log.warning("The device %r cannot be used, so the CPU trains: %s.", name, reason)
        return torch.device("cpu")
    return torch.device(name)
