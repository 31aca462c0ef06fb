"""What the image does, short of an engine: its files, start, health check, user and stop."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from fnmatch import fnmatch
from pathlib import Path

import pytest
from numba.core.caching import UserProvidedCacheLocator

from benchmarks.app_server import MALLOC
from mlpcore.engines import loops
from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
# Another user, who owns nothing and may do nothing, where the kernel lets us be one.
NOBODY = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]


def instruction(name):
    """The last instruction of this name, without it."""
    return re.findall(rf"^{name} +(.*)$", DOCKERFILE, re.MULTILINE)[-1]


def as_nobody():
    if shutil.which(NOBODY[0]) and not subprocess.run([*NOBODY, "true"], check=False).returncode:
        return NOBODY
    return []


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The tree that the image holds, without permission to write into it."""
    root = tmp_path_factory.mktemp("image") / "srv"
    ignored = (ROOT / ".dockerignore").read_text().split()
    kept = [line[1:] for line in ignored if line.startswith("!")]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if any(fnmatch(name, top) or name.startswith(f"{top}/") for top in kept):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield root
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)


def lend_slow_code(tree, folder):
    """Give a tree what takes most time to compile; the rest its build must make itself."""
    kept = Path(loops.train._cache.cache_path)
    place = UserProvidedCacheLocator.get_suitable_cache_subpath(f"{tree}/mlpcore/engines/loops.py")
    target = folder / "compiled" / kept.parent.name / place
    target.mkdir(parents=True)
    for file in kept.glob("loops.*"):
        shutil.copy(file, target)


@pytest.fixture(scope="module")
def cache(image, tmp_path_factory):
    """The image's one writable place, with what its build compiles into it."""
    folder = tmp_path_factory.mktemp("cache")
    lend_slow_code(image, folder)
    here = {"PATH": PATH, "PYTHONPATH": ".", "MLP_EXPLORER_CACHE": str(folder)}
    subprocess.run([*as_nobody(), *json.loads(instruction("RUN"))], cwd=image, env=here, check=True)
    assert [*folder.glob("compiled/*/**/twister.*.nbc")]
    return folder


@pytest.fixture
def environment(cache):
    """The image's variables, for this machine, with its one writable place."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pairs = dict(pair.split("=", 1) for pair in shlex.split(instruction("ENV")))
    here = {
        "PATH": PATH,
        "PYTHONPATH": ".",
        "HOME": "/nonexistent",
        "MLP_EXPLORER_CACHE": str(cache),
        "STREAMLIT_SERVER_PORT": str(port),
    }
    assert here.keys() - {"HOME"} <= pairs.keys()
    return pairs | here


def answer(environment, path):
    address = f"http://127.0.0.1:{environment['STREAMLIT_SERVER_PORT']}{path}"
    with urllib.request.urlopen(address, timeout=60) as response:
        return response.read().decode()


def ready(environment, prefix):
    try:
        return json.loads(answer(environment, f"{prefix}/ready")) == {"ready": True}
    except urllib.error.HTTPError:  # 503
        return False


def healthy(image, environment):
    command = json.loads(instruction("HEALTHCHECK").partition(" CMD ")[2])
    done = subprocess.run([*as_nobody(), *command], cwd=image, env=environment, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("base", ["", "teach/mlp"])
def test_the_image_starts_as_nobody_on_a_read_only_tree(image, cache, environment, tmp_path, base):
    environment |= {"STREAMLIT_SERVER_BASE_URL_PATH": base}
    before = sorted(image.rglob("*"))
    assert not healthy(image, environment)
    command = [*as_nobody(), *json.loads(instruction("CMD"))]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=image, env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: healthy(image, environment) or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "log").read_text()
        prefix = f"/{base}" if base else ""
        wait_for(lambda: ready(environment, prefix))
        assert [*cache.glob("compiled/*/**/shades.*.nbc")]
        assert "<title>MLP Explorer</title>" in answer(environment, f"{prefix}/wide-vs-deep")
    finally:
        process.terminate()
        process.wait(60)
    assert sorted(image.rglob("*")) == before
    log = (tmp_path / "log").read_text()
    assert "compiled loops are ready" in log
    assert log.endswith("INFO app.server.operations: stopped\n")
    assert "Traceback" not in log


def test_a_wrong_setting_ends_the_start_with_a_message(image, environment):
    environment |= {"MLP_EXPLORER_WAITING_RUNS": "many"}
    command = json.loads(instruction("CMD"))
    done = subprocess.run(
        command, cwd=image, env=environment, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode != 0
    assert "MLP_EXPLORER_WAITING_RUNS must be a whole number" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_memory_is_kept_as_make_run_keeps_it():
    assert MALLOC.items() <= dict(word.split("=") for word in instruction("ENV").split()).items()
    assert len(MALLOC) == 3


def test_what_compose_passes_on_is_known_and_documented():
    passed = re.findall(r"(?:MLP_EXPLORER|STREAMLIT)_\w+", (ROOT / "compose.yaml").read_text())
    documented = (ROOT / "docs" / "operations.md").read_text()
    assert len(passed) > 5
    for name in passed:
        assert f"`{name}`" in documented
