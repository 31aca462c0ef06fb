"""Snapshots drawn: pure functions from a snapshot to a Plotly figure or to HTML. No streamlit."""

__all__ = [
    "animal_faces",
    "chaos",
    "classes",
    "curves",
    "drawing",
    "geometry",
    "initialization",
    "inside",
    "loss_surface",
    "overlay",
    "polynomial_features",
    "shades",
    "trainability",
    "wide_vs_deep",
    "words",
]
