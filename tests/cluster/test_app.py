"""The app on a cluster whose head goes away and comes back."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.app_server import AppServer
from tests.cluster.conftest import STORE

pytestmark = pytest.mark.cluster


class Head:
    """A head that trains as well, at one address however often it is started."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}

    def start(self):
        """By Ray's command, which stays."""
        options = ["--head", "--block", "--node-ip-address=127.0.0.1", f"--port={self.port}"]
        options += ["--num-cpus=2", "--include-dashboard=false", f"--object-store-memory={STORE}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ray.scripts.scripts", "start", *options],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self):
        """All its processes at once."""
        for entry in Path("/proc").iterdir():
            with suppress(ValueError, ProcessLookupError):
                if os.getsid(int(entry.name)) == self.process.pid:
                    os.kill(int(entry.name), signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def head():
    pytest.importorskip("ray")
    head = Head()
    head.start()
    yield head
    head.kill()


def status(address):
    """The status of an answer; 0 while there is none."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except TimeoutError:
        return 0


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_pages_outlive_the_head_and_train_again_with_the_next(head, tmp_path, wait_for):
    def listens():
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", head.port)).close()
            return True

    wait_for(listens)
    environment = head.environment | {"MLP_EXPLORER_CLUSTER": head.address}
    with AppServer(tmp_path / "log", environment) as app:
        wait_for(lambda: status(f"{app.url}/ready") == 200)
        head.kill()
        wait_for(lambda: status(f"{app.url}/ready") == 503)
        wait_for(lambda: "the cluster's head is gone" in app.log.read_text())
        wait_for(lambda: status(f"{app.url}/_stcore/health") == 200)
        head.start()
        wait_for(lambda: status(f"{app.url}/ready") == 200)
        app.stop()
        assert app.log.read_text().endswith("stopped\n")
        assert "Traceback" not in app.log.read_text()
