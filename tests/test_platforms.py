"""The pins of constraints.txt exist for every kind of machine that the app is said to run on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirements import canonical

ROOT = Path(__file__).parents[1]
# As uv names them. glibc 2.28 is that of Debian 10, and macOS 14 what torch asks for.
PLATFORMS = ["x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin"]
ENVIRONMENT = os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_all_pins_have_wheels(platform):
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml"]
    command += [f"--extra={extra}" for extra in ("app", "notebook", "dev")]
    command += ["--constraint=constraints.txt", "--only-binary=:all:", "--python-version=3.11"]
    command += [f"--python-platform={platform}", "--no-header", "--no-annotate", "--quiet"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "No solution found" not in done.stderr:
        pytest.skip(f"no index of packages is reached: {done.stderr.strip().splitlines()[0]}")
    assert done.returncode == 0, done.stderr
    pinned = {*map(canonical, (ROOT / "constraints.txt").read_text().split())}
    resolved = {canonical(line) for line in done.stdout.splitlines()}
    assert len(resolved) > 50
    assert resolved <= pinned
