"""The image without an engine: built by tests/image/build.sh, looked at by layer, and started.

``python -m tests.image.built`` builds it and prints its layers and its largest folders.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "image"
NAME = "localhost/mlp-explorer:latest"
TOOLS = ("buildah", "debootstrap")
CACHE = "/var/cache/mlp-explorer"
# What torch's build with CUDA has of its own in its package.
CUDA = "torch/lib/lib*_cuda*.so"
# In a mount namespace: makes the files, $0, a read-only root with a /tmp of its own, binds the
# volume $1 to $2, and runs the command that follows there.
ENTER = """
mount --bind "$0" "$0"
mount --options remount,bind,ro "$0"
mount --types tmpfs --options mode=1777 none "$0/tmp"
mount --types proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount --bind "$1" "$2"
root=$0
shift 2
exec chroot "$root" "$@"
"""


def missing():
    """Why the image cannot be built here; empty if it can."""
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    if absent:
        return f"no {', '.join(absent)} here: apt-get install {' '.join(TOOLS)}"
    return "" if os.geteuid() == 0 else "the image is built by root alone"


def build():
    subprocess.run([ROOT / "tests" / "image" / "build.sh", FOLDER], check=True)


def buildah(*arguments):
    places = ["--root", FOLDER / "storage", "--runroot", FOLDER / "run"]
    command = ["buildah", *places, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def config():
    """What the image says of how it is started."""
    return json.loads(buildah("inspect", "--type", "image", NAME))["Docker"]["config"]


class Layer(NamedTuple):
    """One of the image.

    Attributes:
        step: the instruction that made it.
        files: where its files lie.
        size: of them all, in bytes.
    """

    step: str
    files: Path
    size: int


def layers():
    """All of the image, the base's first."""
    about = json.loads(buildah("inspect", "--type", "image", NAME))
    steps = [one["created_by"] for one in about["Docker"]["history"] if not one.get("empty_layer")]
    storage = FOLDER / "storage"
    images = json.loads((storage / "overlay-images" / "images.json").read_text())
    known = json.loads((storage / "overlay-layers" / "layers.json").read_text())
    by_name = {layer["id"]: layer for layer in known}
    top = next(image["layer"] for image in images if NAME in image.get("names", ()))
    found = []
    while top:
        layer = by_name[top]
        found.append(Layer(steps.pop(), storage / "overlay" / top / "diff", layer["diff-size"]))
        top = layer.get("parent")
    return found[::-1]


@contextmanager
def mounted() -> Iterator[Path]:
    """A container's files, writable, for as long as the block lasts."""
    container = buildah("from", "--pull-never", NAME)
    try:
        yield Path(buildah("mount", container))
    finally:
        buildah("rm", container)


class Container:
    """The image at work: as its user, on a read-only tree, with /tmp in memory and one volume.

    As ``docker run --read-only --tmpfs /tmp --cap-drop ALL`` has it, in the machine's network.

    Args:
        files: the image's.
        folder: an empty one, for the log and the volume.
    """

    def __init__(self, files: Path, folder: Path) -> None:
        self.files, self.volume, self.log = files, folder / "volume", folder / "log"
        self.about = config()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        # As an engine does with a new volume.
        subprocess.run(["cp", "--archive", f"{files}{CACHE}", self.volume], check=True)
        variables = [*self.about["Env"], f"STREAMLIT_SERVER_PORT={port}"]
        user = self.about["User"]
        self.as_user = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"]
        self.as_user += ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        self.as_user += ["env", "--ignore-environment", f"--chdir={self.about['WorkingDir']}"]
        self.as_user += [f"HOME=/home/{user}", *variables]

    def start(self):
        """Start it, as the first process of its own kind of machine."""
        places = [self.files, self.volume, f"{self.files}{CACHE}"]
        command = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
        command += ["sh", "-euc", ENTER, *places, *self.as_user, *self.about["Cmd"]]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    @property
    def first(self):
        """Its first process, as this machine counts; none yet, or no more, is 0."""
        of = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(of.read_text().split()[0]) if of.read_text() else 0

    def run(self, *command):
        """Run a command in it, as its user."""
        inside = ["nsenter", "--target", str(self.first), "--mount", "--pid", "--root"]
        return subprocess.run(
            [*inside, *self.as_user, *command], capture_output=True, text=True, check=False
        )

    def stop(self):
        """SIGTERM to its first process; gives the exit status."""
        os.kill(self.first, signal.SIGTERM)
        return self.process.wait(90)


def sizes(files: Path):
    """Bytes of all files below each folder, and of each file; folders end in a slash."""
    found = Counter()
    for folder, _, names in os.walk(files):
        here = Path(folder).relative_to(files)
        for name in names:
            size = (Path(folder) / name).lstat().st_size
            found[f"{here / name}"] = size
            for above in [here, *here.parents]:
                found[f"{above}/"] += size
    return found


def main():
    build()
    print("| layer | MB |\n|---|---|")
    for layer in layers():
        step = re.sub(r"^/bin/sh -c (#\(nop\) )?|dir:\w+ ", "", layer.step)
        print(f"| `{step[:60]}` | {layer.size / 1e6:,.1f} |")
    with mounted() as files:
        (packages,) = (files / "opt" / "venv" / "lib").glob("*/site-packages")
        found = sizes(packages)
    cuda = sum(found[name] for name in found if fnmatch(name, CUDA))
    cuda += sum(found[f"{name}/"] for name in ("nvidia", "triton", "cuda"))
    print("\n| what is in it | MB |\n|---|---|")
    print(f"| for CUDA: nvidia, triton, cuda, torch's libraries for it | {cuda / 1e6:,.0f} |")
    print(f"| all else | {(found['./'] - cuda) / 1e6:,.0f} |")
    code = sum(size for name, size in found.items() if name.endswith(".pyc"))
    print(f"| compiled Python of all packages | {code / 1e6:,.0f} |")
    top = Counter({name: size for name, size in found.items() if re.fullmatch(r"[^./]+/", name)})
    for name, size in top.most_common(16):
        print(f"| {name.rstrip('/')} | {size / 1e6:,.0f} |")


if __name__ == "__main__":
    main()
