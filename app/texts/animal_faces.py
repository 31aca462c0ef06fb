"""The words of Animal Faces."""

QUESTION = (
    "A multi-layer perceptron looks at 32 × 32 pictures of animals. It is not told that pixels "
    "have neighbours. **What do its first-layer units learn to look for**, and what does it gain "
    "when every picture is rotated and flipped at random while it trains?"
)

SOURCES = {
    "drawn": "**You see drawn faces**: pictures made by formula on this machine, no photographs. "
    "There are as many as in the real set.",
    "real": "**You see real photographs**: AnimalFaces32x32, from AFHQ v1 (Choi et al. 2020, "
    "NAVER Corp., CC BY-NC 4.0).",
}
NOT_THERE = "**The real photographs are not on this machine yet.**"
OFFLINE = (
    "**The real photographs are not on this server, and it fetches nothing from elsewhere.** Go on "
    "with drawn faces, or bring pictures of your own."
)
REFERENCE = (
    "To compare: public runs of the tutorial, with augmentation and after 30 epochs, get 93.8 to "
    "93.9% of the real photographs right in training and 89.8 to 90.7% in validation."
)
OWN = "**You see pictures somebody brought.** They are kept in memory only."
REAL_HELP = "AnimalFaces32x32, downloaded once and kept on this machine."
NO_DOWNLOAD = (
    "The real photographs could not be downloaded. Go on with drawn faces; or, if you have the "
    "archive, bring it under “Your own pictures”; or tell those who run this server, whose log "
    "says why."
)
BRING = (
    "One folder a class, 2 to 20 of them, with pictures of any size: "
    "`cat/…`, `dog/…`. A `train` and a `val` folder with those inside are used as they are; else "
    "a fifth of each class is held out. Nothing is sent elsewhere or written to the disk."
)
SPLIT = (
    "Leave val out, and hold out a fifth of each class in train in its place: the same fifth "
    "whenever these pictures are brought."
)
ONE = (
    "JPEG, PNG, WebP, GIF, BMP or TIFF of any size. Its middle square is shown to the networks at "
    "32 × 32. It is kept in memory only, and no link carries it."
)

FILTERS = (
    "Each square holds the 3,072 weights of one first-layer unit, laid out as the picture they "
    "look at: grey is 0, brighter is positive, darker is negative, in red, green and blue. Click "
    "one, or move to one with Tab and the arrow keys and press Enter, to see it large below, with "
    "the pictures that excite it."
)

HIERARCHY = (
    "After training, some filters resemble distinct animal faces. Has the network learnt a "
    "hierarchical representation?"
)
CHOICES = (
    "Yes: the first layer has found the faces, and the others combine them.",
    "No: faces in the first layer are whole templates, the opposite of small parts first.",
    "Yes: every network with several layers is hierarchical.",
)
RIGHT = 1
ANSWER = """
In a hierarchy the first layer would hold **small, simple parts**, such as edges and spots of
colour, and faces would appear only deeper, composed of them. A fully connected unit sees the whole
picture at once and is not told which pixels are neighbours, so it does what pays at once: it
compares the picture with a **pattern as large as a face**. Two measurements of the networks above:

- **Linear probes** say how much of the answer can be read off the pixels and off each layer by a
  linear model. A large step at the first layer and little after it means that the later layers
  have little left to compose.
- **Reach** says how far the weights that a filter has learnt lie from their middle: 2 pixels for a
  small part, such as a patch of 5 × 5, and 13 for what covers the picture evenly. No filter is
  small. Whether it is a *face* the eye must tell: random mixtures of training pictures look like
  faces too.
"""

PROBES = r"""
A linear probe is ridge regression from a layer's activations $h$ to one-hot classes $y$,

$$\min_W \sum_i \lVert y_i - W h_i \rVert^2 + \lambda\,\lVert W\rVert^2 ,$$

fitted to training pictures and scored on the validation set (Alain & Bengio 2016, *Understanding
intermediate layers using linear classifier probes*). $\lambda$ is a hundredth of a feature's mean
square times the number of pictures.
"""

AUGMENTATION = r"""
Each time a training picture is used it is rotated by an angle drawn from $[-A, A]$ and, half of the
time, mirrored. Corners that come from outside are black. The network therefore never sees quite the
same picture twice: it can fit the training set less closely, and what it fits holds for more
pictures. Validation pictures are never changed. The dotted curves are also measured on training
pictures that are not moved, so that both networks answer the same questions.
"""

SALIENCY = r"""
The input gradient $\partial \log p_k / \partial x$, $k$ being the likeliest class, says how the
answer would change with each pixel; what is drawn is its largest absolute value over the colours.
With one hidden layer a unit's effect on the classes is its **outgoing weights**. With more, a unit
has no weight to a class of its own, so what is drawn is $\partial z_k/\partial h_j$, the derivative
of the class's logit by the unit's activation, **averaged over the validation pictures**; with one
hidden layer that is the outgoing weight. Either is less its mean over the classes, which no
probability depends on.
"""

CREDIT = (
    "After the Neuromatch Academy tutorial “Deep MLPs” (W1D3, tutorial 2, section 2), CC BY 4.0."
)
