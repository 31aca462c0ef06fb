"""The balancer of compose.yaml's profile "cluster", before replicas of this machine."""

import re
import shutil
import socket
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.waiting import WAIT, wait_for

CADDYFILE = (Path(__file__).parents[1] / "deploy" / "Caddyfile").read_text()
COOKIE = re.search(r"lb_policy cookie (\w+)", CADDYFILE)[1]


@contextmanager
def balanced(replicas, folder):
    """The address of Caddy before replicas, as compose.yaml starts it but for their names."""
    if shutil.which("caddy") is None:
        pytest.skip("there is no caddy here: apt-get install caddy")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    to = " ".join(f"127.0.0.1:{replica.port}" for replica in replicas)
    text = re.sub(r"dynamic a replica 8501 \{.*?\}", f"to {to}", CADDYFILE, flags=re.S)
    text = text.replace(":8501 {", f"http://127.0.0.1:{port} {{")
    assert to in text
    (folder / "Caddyfile").write_text(text)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    # It keeps what it has been told in a folder of its user's.
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    url = f"http://127.0.0.1:{port}"

    def answers():
        with suppress(httpx.TransportError):
            return httpx.get(f"{url}/_stcore/health").text == "ok"

    with (folder / "caddy").open("w") as log:
        process = subprocess.Popen(command, stderr=log, env=environment)
    try:
        wait_for(lambda: answers() or process.poll() is not None)
        assert process.poll() is None, (folder / "caddy").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(WAIT)
