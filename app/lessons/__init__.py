"""What teachers write in files: scenes and lessons, and the measures their questions are about."""

__all__ = ["lessons", "measures", "naming", "scenes", "toml_files", "writing"]
