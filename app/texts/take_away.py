"""The words of sharing and downloading."""

QR = "QR code of this page's link"
NO_QR = "This link is too long for a QR code."
SAME = (
    "The link brings back the controls. The numbers are equal too, on the same version of the app "
    "and the same kind of processor; elsewhere their last digits may differ, and training "
    "lets such differences grow."
)

TOML = (
    "This page for a file of your own, in the folder that `MLP_EXPLORER_LESSONS` names. "
    "The words are for you to write."
)

HERE = "This address leads to this machine only. Others need the one it has in their network."
LEARNING_RATE = (
    "The learning rate was set to {rate:g} while this ran. The link, the command and the script "
    "give the run without that."
)
STOPPED = "This run stands at {label}. The link starts it anew and runs it to its end."
SO_FAR = "Not finished: {label}."
OWN = "The data are somebody's own. A link names them, but cannot carry them."

NOTHING = "There is nothing to take away yet."
UNFINISHED = "Not finished: a file holds what there is when you click."
CSV = "All evaluations as a table. Accuracies are shares from 0 to 1, losses in nats."
JSON = "Config, result, device and versions: what the command prints."
WEIGHTS = (
    "The networks' weights and biases as safetensors, named so that torch.nn.Sequential loads "
    "them. The config is in the metadata."
)
NO_WEIGHTS = "A sweep's weights are many: they are kept of finished sweeps, and only of the latest."
SCRIPT = "A short Python file that runs the same config with mlpcore."
NOTEBOOK = (
    "A Jupyter notebook in plain torch, NumPy and Matplotlib: data, networks, training and "
    "plots. A finished run's compares what comes of it with what the app found."
)
NOTEBOOK_ABOUT = (
    "Made by MLP Explorer from [this page](<{link}>). It needs torch, NumPy and Matplotlib, and "
    "nothing of MLP Explorer."
)
NOTEBOOK_WEIGHTS = (
    "The last cells compare it with the weights that the app trained. They read "
    "`{file}`, which the page's *Download* has: put it beside this notebook."
)
NOTEBOOK_UNFINISHED = "What the app found is not part of it: that comes once a run has ended."
NOTEBOOK_PICTURES = (
    "It reads the pictures from `{file}`, which the page's *Download* has: put it beside this "
    "notebook."
)
OWN_POINTS = "The points that the page was given, shuffled, split and scaled as the app does."
APP_NUMBERS = "What the app found."
APP_WEIGHTS = "What the app trained, and the share of the test set it got right."
PICTURES = "All pictures, 32 × 32 pixels, as NumPy arrays: what the notebook reads."
FIGURES = "The page's figures in one file, to be opened without a network. They stay interactive."
PNG = "A single figure: the arrow that appears in its corner saves it as PNG."
