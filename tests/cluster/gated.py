"""Configs that go on only when told to, wherever they are run: what is told stands in a folder."""

import pickle
import time
from pathlib import Path

from tests.mlpcore.running.gated import Snapshot


class Gated:
    """As the one of that name for runs on threads; equal are those with one folder.

    Args:
        folder: holds a file for each epoch that is granted, another once it is taken, one for each
            run and one for each that has ended.
    """

    def __init__(self, folder, epochs=3, granted=0, error=None, working_bytes=0):
        self.folder, self.epochs, self.working_bytes = Path(folder), epochs, working_bytes
        self.error = error
        self.grant(granted)

    def __eq__(self, other):
        return isinstance(other, Gated) and self.folder == other.folder

    def __hash__(self):
        return hash(self.folder)

    def __repr__(self):
        return f"Gated({str(self.folder)!r})"

    def __reduce__(self):
        return _gated, (self.folder, self.epochs, self.working_bytes)

    @property
    def error(self):
        """What the next epoch raises."""
        return pickle.loads((self.folder / "error").read_bytes())

    @error.setter
    def error(self, value):
        (self.folder / "error").write_bytes(pickle.dumps(value))

    @property
    def runs(self):
        return self._count("run")

    @property
    def ended(self):
        return self._count("ended")

    def grant(self, epochs=1):
        for _ in range(epochs):
            self._add("granted")

    def run(self, device, control):
        self._add("run")
        try:
            yield Snapshot(0)
            for epoch in range(1, self.epochs + 1):
                control.checkpoint()
                while not self._take():
                    control.checkpoint()
                    time.sleep(0.01)
                if self.error:
                    raise self.error
                control.epochs_done(1)
                yield Snapshot(epoch)
        finally:
            self._add("ended")

    def _count(self, what):
        return len(list(self.folder.glob(f"{what}-*")))

    def _add(self, what):
        (self.folder / f"{what}-{self._count(what)}").touch()

    def _take(self):
        """Whether an epoch was granted that nobody has taken."""
        for granted in sorted(self.folder.glob("granted-*")):
            try:
                granted.with_name(granted.name.replace("granted", "taken")).touch(exist_ok=False)
            except FileExistsError:
                continue
            return True
        return False


def _gated(folder, epochs, working_bytes):
    """One whose folder is there."""
    config = object.__new__(Gated)
    config.folder, config.epochs, config.working_bytes = folder, epochs, working_bytes
    return config
