"""A page before a class: its head, scenes to choose, a lesson's questions and what was guessed."""

__all__ = ["head", "page", "questions"]
