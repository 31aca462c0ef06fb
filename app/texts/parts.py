"""What may be shown of a page besides its controls: buttons, sections, figures."""

# Name, as an address has it → what stands on the button.
BUTTONS = {
    "pause": "Pause",
    "step": "Step",
    "reset": "Reset",
    "new-seeds": "New seeds",
    "pin": "Pin",
}

# Page → name → the section's heading.
SECTIONS = {
    "wide-vs-deep": {
        "inside": "Inside one network",
        "think": "Think",
    },
    "polynomial-features": {
        "think": "Think",
        "conditioning": "Why the fit is poor, or good",
        "degrees": "Accuracy against degree",
    },
    "animal-faces": {
        "filters": "What the first layer looks for",
        "curves": "How it learns",
        "judgements": "What it gets right and wrong",
        "inside": "Inside one network",
        "think": "Think",
    },
    "initialization": {
        "inside": "What happens inside",
        "chaos": "Order and chaos",
        "training": "Trainability",
        "origin": "Where the gain comes from",
    },
}

# Page → name → what figures show that have no heading of their own.
FIGURES = {
    "wide-vs-deep": {
        "maps": "decision maps",
        "depths": "accuracy by depth, and the table",
        "curves": "learning curves",
    },
    "polynomial-features": {
        "maps": "both models' maps",
        "weights": "learning curves and learnt weights",
    },
    "animal-faces": {},
    "initialization": {
        "accuracy": "accuracy by gain",
        "circle": "the circle of inputs, and gradients by depth",
        "geometry": "singular values, the circle's length and curvature",
    },
}
