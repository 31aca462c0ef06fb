"""What whoever runs the app may choose, by environment variables."""

import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.server.memory import allowed
from mlpcore.cluster import connection
from mlpcore.engines import devices
from mlpcore.engines.workers import cores
from mlpcore.params import Config, ParameterError, choice, number, specs, switch, text

PREFIX = "MLP_EXPLORER_"
# What runs may hold, if nobody says how much; or a third of what there is, if that is less.
MOST_MEGABYTES = 1000
# A site as a content security policy has it.
_SITE = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:(\d+|\*))?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):([0-9]{1,5})", re.IGNORECASE)


class Address(NamedTuple):
    """Where something listens.

    Attributes:
        host: a name, or a number of IPv4 or IPv6.
        port: from 1 to 65535.
    """

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Settings(Config):
    """What this process may do, and what it reads; each field is an environment variable."""

    training_threads: int = number(
        cores(),
        1,
        256,
        label="Training threads",
        help="Shared by the runs that train, at most so many at a time; the others wait in line.",
    )
    waiting_runs: int = number(
        100, 1, 100_000, label="Waiting runs", help="Runs that may wait in line, of all visitors."
    )
    visitors: int = number(
        200,
        1,
        100_000,
        label="Visitors",
        help="Pages open at a time; others must wait.",
    )
    runs_per_visitor: int = number(
        8, 2, 1000, label="Runs per visitor", help="Unfinished runs that one browser tab may watch."
    )
    kept_results: int = number(
        32, 0, 10_000, label="Kept results", help="Finished runs kept for whoever asks next."
    )
    memory_megabytes: int = number(
        min(MOST_MEGABYTES, allowed() // 3_000_000),
        16,
        1_000_000,
        label="Memory",
        unit="MB",
        help="What runs may hold: half for their work, a quarter each for pasts and for weights.",
    )
    device: str = text(
        "",
        "a device as torch names it, such as cpu, cuda or cuda:1",
        label="Device",
        help="Where runs train; on a GPU if nothing is said and there is one.",
    )
    lessons: str = text(
        "", "a folder", label="Lessons", help="Lessons and scenes besides the app's own."
    )
    # Read by mlpcore.datasets.animal_faces; here so that a wrong value ends the start.
    offline: bool = switch(
        False, label="Offline", help="Never fetch anything; real photographs only if cached."
    )
    frame_ancestors: str = text(
        "",
        "addresses of sites with blanks between, such as https://moodle.example.org",
        label="Sites that embed",
        help="Whose pages may show the app in a frame; its own may anyway.",
    )
    metrics: str = text(
        "",
        "a host and a port from 1 to 65535, such as 127.0.0.1:9464 or [::1]:9464",
        label="Metrics",
        help="Where Prometheus may ask how the app is; nowhere if empty.",
    )
    cluster: str = text(
        "",
        connection.ALLOWED,
        label="Cluster",
        help="A Ray cluster that trains the runs, instead of this process.",
    )
    log: str = choice(
        "text", ("text", "json"), label="Log", help="Whether its lines are words or JSON objects."
    )

    def check(self) -> None:
        """Refuse a folder that is not there, and what is no device, no site or no address.

        Raises:
            ParameterError: it is one of these.
        """
        if self.device and not devices.known(self.device):
            raise ParameterError("device", specs(Settings)["device"].allowed, self.device)
        if self.lessons and not Path(self.lessons).is_dir():
            raise ParameterError("lessons", "a folder", self.lessons, "Make it, or leave it out")
        if not all(map(_SITE.fullmatch, self.frame_ancestors.split())):
            allowed = specs(Settings)["frame_ancestors"].allowed
            raise ParameterError("frame_ancestors", allowed, self.frame_ancestors)
        address = self.metrics_address
        if self.metrics and not (address and 1 <= address.port <= 65535):
            raise ParameterError("metrics", specs(Settings)["metrics"].allowed, self.metrics)

    @property
    def metrics_address(self) -> Address | None:
        """Where metrics are told; None for nowhere."""
        found = _ADDRESS.fullmatch(self.metrics)
        return Address(found[1] or found[2], int(found[3])) if found else None


def variable(field: str) -> str:
    """The environment variable that sets a field."""
    return PREFIX + field.upper()


def read(environment: Mapping[str, str]) -> Settings:
    """The settings an environment asks for.

    Raises:
        SystemExit: a variable is not allowed; the message names each.
    """
    texts = {
        name: environment[variable(name)]
        for name in specs(Settings)
        if variable(name) in environment
    }
    chosen, problems = Settings.parse(texts)
    if problems:
        lines = [str(problem.renamed(variable(problem.parameter))) for problem in problems]
        sys.exit("\n".join(lines))
    return chosen


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)
