"""What Animal Faces shows large, and how.

It is here and not with its page, whose script makes its classes anew at each run: what a click
changes between two runs must be of the class that the next one knows.
"""

from mlpcore.experiments.animal_faces import MOST_WIDTH
from mlpcore.params import Config, choice, number, switch


class Look(Config):
    """What the page shows large, and how."""

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
