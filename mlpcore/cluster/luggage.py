"""What somebody brought travels with the config that names it; nobody can list it on the way."""

from typing import Any

from mlpcore.datasets import collection, points
from mlpcore.datasets.pictures import Pictures
from mlpcore.datasets.points import Points

Brought = Points | Pictures | None


def luggage(config: Any) -> Brought:
    """The points or pictures that a config names and that somebody brought; None if it has none.

    Raises:
        ParameterError: they are no longer here.
    """
    name = getattr(config, "data", None)
    if not isinstance(name, str) or name in collection.MADE:
        return None
    return points.find(name) if name.startswith(points.PREFIX) else collection.load(name)


def keep(brought: Brought) -> None:
    """Keep it here, where the config is run."""
    if isinstance(brought, Points):
        points.keep(brought)
    elif brought is not None:
        collection.keep(brought)
