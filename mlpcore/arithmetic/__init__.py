"""What compiled loops are made of: how they are compiled, their functions, the activations."""

__all__ = ["activations", "compiling", "functions", "twister"]
