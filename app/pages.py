"""The pages that have parameters: which configs' fields each one's address holds, what it shows."""

from app.display import DepthDisplay, FacesDisplay, GainDisplay, GridDisplay, PolynomialDisplay
from app.texts.parts import BUTTONS, FIGURES, SECTIONS
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.experiments.polynomial_features import Window
from mlpcore.params import Config, specs

# Page, as its address names it → configs.
PARAMETERS: dict[str, tuple[type[Config], ...]] = {
    "wide-vs-deep": (WideVsDeep, DepthDisplay),
    "polynomial-features": (PolynomialFeatures, Window, PolynomialDisplay),
    "animal-faces": (AnimalFaces, FacesDisplay),
    "initialization": (GainSweep, GainDisplay, GridDisplay),
}


def page_of(kind: type[Config]) -> str:
    """The page whose address holds the fields of a config of this kind; "" if none does."""
    return next((page for page, kinds in PARAMETERS.items() if kind in kinds), "")


def view(page: str) -> str:
    """The page's script, as ``st.switch_page`` and ``st.page_link`` take it."""
    return f"views/{page.replace('-', '_')}.py"


def showable(page: str) -> dict[str, str]:
    """What a room may be shown: controls, buttons, sections; name → the words it has there."""
    kinds = PARAMETERS.get(page, ())
    labels = {name: spec.label for kind in kinds for name, spec in specs(kind).items()}
    return {**labels, **BUTTONS, **SECTIONS.get(page, {})}


def parts(page: str) -> dict[str, str]:
    """What may come first on a page: sections and figures; name → heading, or what is shown."""
    return {**SECTIONS.get(page, {}), **FIGURES.get(page, {})}
