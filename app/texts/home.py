"""The words of the home page."""

WELCOME = (
    "Change a network and see **at once** what changes: whole families of multi-layer perceptrons "
    "train together while you move a slider, from several seeds wherever you ask for them, so that "
    "a result says how sure it is, and the link in the address bar brings it back."
)

RESUME = "Go on where you were:"

# View, title, icon, words, what its picture shows.
PAGES = (
    (
        "wide_vs_deep",
        "Wide vs Deep",
        "layers",
        "You have 100 parameters. One wide hidden layer, or several narrow ones? Forty networks "
        "learn a spiral in front of you. Which depth wins, and is one seed enough to tell?",
        "Decision maps of networks with the same parameter budget, of one to eight hidden layers.",
    ),
    (
        "polynomial_features",
        "Polynomial Features",
        "function",
        "A linear model on 1,325 polynomial features is as wide as it gets. Mend its fit with a "
        "change of basis, then zoom out: what does it say where there are no data?",
        "A polynomial model and an MLP with as many parameters, seen beyond their data.",
    ),
    (
        "animal_faces",
        "Animal Faces",
        "pets",
        "Watch 64 first-layer filters form while two networks learn cats, dogs and wild animals, "
        "one from pictures rotated and flipped anew each time. Are those faces a hierarchy?",
        "First-layer filters after training on drawn faces, with and without augmentation.",
    ),
    (
        "initialization",
        "Initialization",
        "tune",
        "One number scales the random weights a network starts from. Theory says which is best. "
        "Forty networks put it to the test; then see signals die out or turn to chaos, layer by "
        "layer.",
        "Accuracy against the gain of the initial weights, and the gain that theory recommends.",
    ),
)

CREDIT = (
    "Built on the Neuromatch Academy tutorial “Deep MLPs” (W1D3, tutorial 2), CC BY 4.0. "
    "Everything runs on the machine that serves this page; nothing is sent elsewhere."
)
