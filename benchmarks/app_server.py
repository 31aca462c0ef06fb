"""The app, or another one, in a process of its own, for whoever measures it from outside."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
# How the C library keeps memory, as ``make run`` says it.
MALLOC = dict(re.findall(r"(MALLOC_\w+)=(\w+)", (ROOT / "Makefile").read_text()))


class AppServer:
    """The app on a free port, from entering the context until leaving it.

    Args:
        log: the file its output goes to.
        environment: variables it gets besides this process's.
        prelude: Python that runs before the app, in its process.
        wrapper: the command, with its arguments, that runs the app's.
        script: what Streamlit runs.
    """

    def __init__(
        self,
        log: Path,
        environment: Mapping[str, str] | None = None,
        prelude: str = "",
        wrapper: Sequence[str] = (),
        script: str = "app/main.py",
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log, self.environment = log, environment or {}
        self.prelude, self.wrapper, self.script = prelude, wrapper, script

    def __enter__(self) -> Self:
        """Start, and wait until it answers."""
        self.start()
        return self

    def start(self) -> None:
        """Start, again if need be, and wait until it answers."""
        code = f"{self.prelude}\nfrom streamlit.web.cli import main\nmain(prog_name='streamlit')"
        command = [*self.wrapper, sys.executable, "-c", code, "run", self.script]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        environment = {**os.environ, **MALLOC, **self.environment}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        while self.process.poll() is None:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health").close()
                return
            time.sleep(0.2)
        raise RuntimeError(f"the app did not start: {self.log.read_text()}")

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.process.terminate()
        self.process.wait(60)

    @property
    def megabytes(self) -> float:
        """Memory it holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1000
