"""The pages that have parameters: which configs' fields each one's address holds."""

from app.display import DepthDisplay, FacesDisplay, GainDisplay, GridDisplay, PolynomialDisplay
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.experiments.polynomial_features import Window
from mlpcore.params import Config

# Page, as its address names it → configs.
PARAMETERS: dict[str, tuple[type[Config], ...]] = {
    "wide-vs-deep": (WideVsDeep, DepthDisplay),
    "polynomial-features": (PolynomialFeatures, Window, PolynomialDisplay),
    "animal-faces": (AnimalFaces, FacesDisplay),
    "initialization": (GainSweep, GainDisplay, GridDisplay),
}


def view(page: str) -> str:
    """The page's script, as ``st.switch_page`` and ``st.page_link`` take it."""
    return f"views/{page.replace('-', '_')}.py"
