"""The progress bar of a command."""

from tqdm import tqdm


class ProgressBar(tqdm):  # type: ignore[type-arg]
    """Shows on a terminal which share of the work is done, unless it is to be quiet."""

    def __init__(self, quiet: bool) -> None:
        form = "{l_bar}{bar}| {elapsed} < {remaining}{postfix}"
        super().__init__(total=1.0, disable=quiet or None, leave=False, bar_format=form)

    def reach(self, share: float) -> None:
        """Move to a share, 0…1."""
        self.update(share - self.n)
