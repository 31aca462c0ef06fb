"""The words of the home page."""

WELCOME = (
    "Change a network and see **at once** what changes: whole families of multi-layer perceptrons "
    "train together while you move a slider, every result comes from many seeds, with its "
    "uncertainty, and the link in the address bar brings it back."
)

WIDE_VS_DEEP = (
    "You have 100 parameters. One wide hidden layer, or several narrow ones? Forty networks learn "
    "a spiral in front of you, and one question decides: which depth wins, and is one seed enough "
    "to tell?"
)
WIDE_VS_DEEP_PICTURE = "Decision maps of five networks with the same parameter budget."

ANIMAL_FACES = (
    "Cats, dogs and wild animals, 32 × 32. Watch 64 first-layer filters form while two networks "
    "train, one of them on pictures that are rotated and flipped anew each time. Are those faces "
    "in the filters a hierarchy?"
)
ANIMAL_FACES_PICTURE = "First-layer filters after training on drawn faces with augmentation."

CREDIT = (
    "Built on the Neuromatch Academy tutorial *Deep MLPs* (W1D3, tutorial 2), CC BY 4.0. "
    "Everything runs on the machine that serves this page; nothing is sent elsewhere."
)
