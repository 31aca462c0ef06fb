"""Data sets to learn from."""
