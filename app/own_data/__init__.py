"""What people bring: points, and sets of pictures."""

__all__ = ["picture", "picture_sets", "points"]
