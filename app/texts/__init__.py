"""What the pages say."""

__all__ = [
    "animal_faces",
    "home",
    "initialization",
    "markdown",
    "own_points",
    "polynomial_features",
    "take_away",
    "wide_vs_deep",
]
