"""What the pages say."""

__all__ = [
    "animal_faces",
    "home",
    "initialization",
    "lesson_end",
    "markdown",
    "own_points",
    "parts",
    "polls",
    "polynomial_features",
    "take_away",
    "wide_vs_deep",
]
