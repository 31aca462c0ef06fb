"""Parameters of what is displayed: they choose what a page shows, and train nothing."""

import math
import re
from typing import Any

from mlpcore.experiments import DegreeSweep, SignalPropagation, Trainability
from mlpcore.networks.widths import MOST_WIDTH
from mlpcore.params import Config, ParameterError, again, choice, number, specs, switch, text
from mlpcore.theory.meanfield import critical_weight_var

_swept = specs(DegreeSweep)
_carried = specs(SignalPropagation)
_grid = specs(Trainability)
# A hidden unit: its layer and its place there.
_UNIT = re.compile(r"\s*[1-9]\d{0,4}\.[1-9]\d{0,4}\s*", re.ASCII)


class StageDisplay(Config):
    """How any page is shown: to a room, as a prepared scene, as a step of a lesson."""

    projector: bool = switch(
        False, label="Projector", help="Large type, and only what is named in show."
    )
    show: str = text(
        "",
        "names of parameters, buttons and sections of the page, joined by ,",
        label="Show",
        help="To the room.",
    )
    look: str = text(
        "", "a section's or figure's name", label="Look", help="What comes first on the page."
    )
    scene: str = text("", "a scene's name", label="Scene", help="What the page is set up as.")
    lesson: str = text("", "a lesson's name", label="Lesson", help="What the page is a step of.")
    step: int = number(1, 1, 999, label="Step", help="Of the lesson.")

    @property
    def shown(self) -> list[str]:
        """Names of the controls, buttons and sections that a room sees."""
        return [name.strip() for name in self.show.split(",") if name.strip()]


class DepthDisplay(Config):
    """Which networks Wide vs Deep shows large."""

    depth: int = number(3, 1, 10, label="Depth", help="Hidden layers of the network shown large.")
    network: int = number(1, 1, 32, label="Seed", help="Whose maps to show, of a depth's networks.")
    tutorial: bool = switch(
        False,
        label="Show the tutorial's answers",
        help="Three saved public runs of its code at 100 parameters, all three from seed 2021.",
    )
    off: str = text(
        "",
        "hidden units such as 1.3, its layer and its place there, joined by ,",
        label="Switch units off",
        help="What these hidden units pass on becomes 0: the map shows what the network does "
        "without them. It is not trained again.",
    )
    surface: bool = switch(
        False,
        label="Show the loss around it",
        help="The network is trained once more, and its path through its weights is kept.",
    )
    directions: str = choice(
        "path",
        ("path", "random"),
        label="Directions",
        help="The two along which the path varies most, or two random ones.",
    )

    def check(self) -> None:
        """Raise :class:`ParameterError` if what is switched off are no units."""
        if not all(map(_UNIT.fullmatch, self.off.split(","))) and self.off:
            raise ParameterError("off", specs(type(self))["off"].allowed, self.off)

    @property
    def units_off(self) -> tuple[tuple[int, int], ...]:
        """Layer and place of each hidden unit that is switched off, counted from 1."""
        pairs = (unit.split(".") for unit in self.off.split(",") if unit)
        return tuple((int(layer), int(place)) for layer, place in pairs)


class PolynomialDisplay(Config):
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


class FacesDisplay(Config):
    """What Animal Faces shows large, and how."""

    own_scale: bool = switch(
        False, label="Scale each filter by its own largest weight", help="Or all by the largest."
    )
    by_norm: bool = switch(False, label="Order by norm", help="The largest filters first.")
    network: int = number(1, 1, 16, label="Seed", help="Which network to look into.")
    arm: str = choice(
        "augmented", ("augmented", "plain"), label="Network", help="Plain is without augmentation."
    )
    unit: int = number(
        1, 1, MOST_WIDTH, label="Unit", help="Of the first layer; its weights are its filter."
    )
    picture: int = number(1, 1, 1_000_000, label="Picture", help="One of the validation set.")
    turn: int = number(
        0, -180, 180, label="Rotate it by", unit="degrees", help="Corners from outside are black."
    )
    flip: bool = switch(False, label="Flip it", help="Left and right change places.")


class GainDisplay(Config):
    """What Initialization shows, and the deep networks it sends signals through."""

    gain: float = number(
        1.4, 0.1, 5.1, label="Gain", help="Of the initial weights of the networks shown."
    )
    activation: str = again(_carried["activation"])
    sigma_w: float = again(_carried["sigma_w"], low=0.1, high=4.1)
    sigma_b: float = again(_carried["sigma_b"], high=2.0)
    layer: int = number(10, 1, 50, label="Layer", help="Where to look at the circle of inputs.")

    def deep(self, negative_slope: float) -> SignalPropagation:
        """The deep networks to send signals through."""
        names = ("activation", "sigma_w", "sigma_b")
        mine: dict[str, Any] = {name: getattr(self, name) for name in names}
        return SignalPropagation(**mine, negative_slope=negative_slope)

    def presets(self, negative_slope: float) -> dict[str, float | None]:
        """A σ_w in each phase by name, at this σ_b; None where it is out of reach."""
        variance = self.sigma_b**2
        edge = math.sqrt(
            critical_weight_var(self.activation, variance, negative_slope=negative_slope)
        )
        spec = specs(GainDisplay)["sigma_w"]
        scales = {"Ordered": 0.6 * edge, "Critical": edge, "Chaotic": 1.8 * edge}
        return {
            name: sigma_w if spec.low <= sigma_w <= spec.high else None
            for name, sigma_w in scales.items()
        }


class GridDisplay(Config):
    """Whether Initialization trains a grid of networks, and which; ``grid_`` and its field."""

    grid: bool = switch(
        False, label="Train the grid", help="Hundreds of networks: about half a minute."
    )
    grid_data: str = again(_grid["data"])
    grid_sigma_from: float = again(_grid["sigma_from"])
    grid_sigma_to: float = again(_grid["sigma_to"])
    grid_sigmas: int = again(_grid["sigmas"])
    grid_depth_from: int = again(_grid["depth_from"])
    grid_depth_to: int = again(_grid["depth_to"])
    grid_depths: int = again(_grid["depths"])
    grid_width: int = again(_grid["width"])
    grid_seeds: int = again(_grid["seeds"])
    grid_epochs: int = again(_grid["epochs"])
    grid_learning_rate: float = again(_grid["learning_rate"])

    def check(self) -> None:
        """Refuse what the grid refuses.

        Raises:
            ParameterError: the scales or the depths are reversed, or the networks too many.
        """
        try:
            Trainability(**self.fields)
        except ParameterError as problem:
            raise problem.renamed(f"grid_{problem.parameter}") from problem

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that are the grid's own."""
        own = {name: value for name, value in self.values().items() if name != "grid"}
        return {name.removeprefix("grid_"): value for name, value in own.items()}

    def trainability(self, look: GainDisplay, negative_slope: float) -> Trainability:
        """The grid, with the activation and the biases of the deep networks shown above it."""
        return Trainability(
            **self.fields,
            activation=look.activation,
            sigma_b=look.sigma_b,
            negative_slope=negative_slope,
        )
