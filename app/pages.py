"""The pages that have parameters: which configs' fields each one's address holds."""

from app.display import DepthLook, FacesLook, GainLook, GridLook, PolynomialLook
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.experiments.polynomial_features import Window
from mlpcore.params import Config

# Page, as its address names it → configs.
PARAMETERS: dict[str, tuple[type[Config], ...]] = {
    "wide-vs-deep": (WideVsDeep, DepthLook),
    "polynomial-features": (PolynomialFeatures, Window, PolynomialLook),
    "animal-faces": (AnimalFaces, FacesLook),
    "initialization": (GainSweep, GainLook, GridLook),
}


def view(page: str) -> str:
    """The page's script, as ``st.switch_page`` and ``st.page_link`` take it."""
    return f"views/{page.replace('-', '_')}.py"
