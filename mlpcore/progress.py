"""A bar that shows how far a run is: a line on a terminal, a widget in a notebook that has them."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from tqdm.auto import tqdm


class Moment(Protocol):
    """A snapshot, as far as a bar shows it."""

    @property
    def progress(self) -> float:
        """Share of the run that is done, 0…1."""

    @property
    def label(self) -> str:
        """How far the run is, in words."""


S = TypeVar("S", bound=Moment)


class ProgressBar(tqdm):  # type: ignore[type-arg]
    """Shows which share of the work is done.

    Args:
        disable: show nothing; None for nothing but on a terminal.
    """

    def __init__(self, disable: bool | None = False) -> None:
        form = "{l_bar}{bar}| {elapsed} < {remaining}{postfix}"
        super().__init__(total=1.0, disable=disable, leave=False, bar_format=form)

    def reach(self, share: float) -> None:
        """Move to a share, 0…1."""
        self.update(share - self.n)


def progress(snapshots: Iterable[S], disable: bool | None = False) -> Iterator[S]:
    """Pass on the snapshots of a run, and show how far it is.

    Args:
        snapshots: what ``config.run()`` yields.
        disable: show nothing; None for nothing but on a terminal.

    Yields:
        The snapshots, as they come.
    """
    with ProgressBar(disable) as bar:
        for snapshot in snapshots:
            bar.reach(snapshot.progress)
            bar.set_postfix_str(snapshot.label)
            yield snapshot
