"""What the pages look at: parameters that choose what is shown, and train nothing."""

from typing import Any

from mlpcore.experiments import DegreeSweep
from mlpcore.experiments.animal_faces import MOST_WIDTH
from mlpcore.params import Config, again, choice, number, specs, switch

_swept = specs(DegreeSweep)


class DepthLook(Config):
    """Which networks Wide vs Deep shows large."""

    depth: int = number(3, 1, 10, label="Depth", help="Hidden layers of the network shown large.")
    network: int = number(1, 1, 32, label="Seed", help="Whose maps to show, of a depth's networks.")


class PolynomialLook(Config):
    """What Polynomial Features shows."""

    network: int = number(1, 1, 32, label="Seed", help="Whose maps to show.")
    confidence: bool = switch(True, label="Show confidence", help="As the strength of the colours.")
    sweep: bool = switch(False, label="Sweep over degrees", help="Train models of many degrees.")
    degree_from: int = again(_swept["degree_from"])
    degree_to: int = again(_swept["degree_to"])
    degree_step: int = again(_swept["degree_step"])
    all_bases: bool = switch(True, label="All bases", help="Or only the one in the sidebar.")

    def check(self) -> None:
        """Refuse what the sweep refuses.

        Raises:
            ParameterError: the degrees are reversed.
        """
        DegreeSweep(**self.degrees)

    @property
    def degrees(self) -> dict[str, Any]:
        """The fields that are the sweep's own."""
        return {name: getattr(self, name) for name in ("degree_from", "degree_to", "degree_step")}


class FacesLook(Config):
    """What Animal Faces shows large, and how."""

    own_scale: bool = switch(
        False, label="Scale each filter by its own largest weight", help="Or all by the largest."
    )
    by_norm: bool = switch(False, label="Order by norm", help="The largest filters first.")
    network: int = number(1, 1, 16, label="Seed", help="Which network to look into.")
    arm: str = choice(
        "augmented", ("augmented", "plain"), label="Network", help="Trained with augmentation?"
    )
    unit: int = number(1, 1, MOST_WIDTH, label="Filter", help="A unit of the first layer.")
    picture: int = number(1, 1, 1_000_000, label="Picture", help="One of the validation set.")
