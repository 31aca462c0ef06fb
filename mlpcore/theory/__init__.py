"""Wide random networks in theory: Gaussian moments of activations, and mean field."""

__all__ = ["meanfield", "moments"]
