"""Data sets to learn from."""

__all__ = [
    "animal_faces",
    "augmentation",
    "collection",
    "contact_sheet",
    "drawn_faces",
    "features",
    "image_file",
    "image_folder",
    "legend",
    "pictures",
    "planar",
    "points",
    "tables",
]
