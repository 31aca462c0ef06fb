"""Replicated experiments on multi-layer perceptrons: stacked training, maps and theory."""
