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
    "run_list",
    "take_away",
    "wide_vs_deep",
]
