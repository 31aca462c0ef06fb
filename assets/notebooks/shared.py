# Cells that several notebooks share, each under its name.

# %% imports
import base64
import copy
import io
import json
import math
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import Generator, Tensor, nn

# %% generated points
generator = torch.Generator().manual_seed(DATA_SEED)
points, labels = generate(CLASSES, SAMPLES, NOISE, generator)
order = torch.randperm(len(points), generator=generator)
test, train = order.tensor_split([int(0.2 * CLASSES * SAMPLES)])
train_x, train_y = points[train], labels[train]
test_x, test_y = points[test], labels[test]
seen_x, seen_y = train_x, train_y  # what training accuracy is measured on

# %% own points
with np.load(io.BytesIO(base64.b64decode(POINTS))) as file:
    train_x, train_y, test_x, test_y = (
        torch.from_numpy(file[name]) for name in ("train_x", "train_y", "test_x", "test_y")
    )
seen_x, seen_y = train_x, train_y  # what training accuracy is measured on

# %% pictures
if not Path(PICTURES).exists():
    raise FileNotFoundError(f"Put {PICTURES}, which the page's Download has, beside this notebook.")
with np.load(PICTURES) as file:
    names = file["classes"].tolist()
    train_x, test_x = (
        torch.from_numpy(file[part]).movedim(3, 1).flatten(1).float() / 127.5 - 1
        for part in ("train_images", "val_images")
    )
    train_y, test_y = (torch.from_numpy(file[part]) for part in ("train_labels", "val_labels"))
# Training accuracy is measured on as many pictures as the validation set has.
seen = torch.linspace(0, len(train_y) - 1, len(test_y)).long()
seen_x, seen_y = train_x[seen], train_y[seen]

# %% plot points
plt.figure(figsize=(5, 5))
plt.scatter(*train_x.T, c=train_y, s=4, cmap="tab10", vmin=0, vmax=9)
plt.gca().set(title="Training set", xlabel="x", ylabel="y", aspect="equal")
plt.show()

# %% plot pictures
figure, axes = plt.subplots(1, len(names), figsize=(2 * len(names), 2.4), squeeze=False)
for place, axis in enumerate(axes[0]):
    first = train_x[(train_y == place).nonzero()[0, 0]]
    axis.imshow((first.view(3, 32, 32).permute(1, 2, 0).numpy() + 1) / 2)
    axis.set_title(names[place])
    axis.axis("off")
plt.show()


# %% network
def mlp(sizes, activation, dropout=0):
    """Linear layers with an activation, and dropout if wanted, between each two.

    Of several activations, as "relu-tanh", the last is that of all further layers.
    """
    names = activation.split("-")
    layers = []
    for place, (n_in, n_out) in enumerate(pairwise(sizes)):
        between = ACTIVATIONS[names[min(place, len(names) - 1)]]()
        if dropout:
            between = nn.Sequential(between, nn.Dropout(dropout))
        layers += [nn.Linear(n_in, n_out), between]
    return nn.Sequential(*layers[:-1])


ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(NEGATIVE_SLOPE),
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "softplus": nn.Softplus,
    "linear": nn.Identity,
}


# %% initialise
@torch.no_grad()
def initialise(net, scheme, gain, bias_deviation=None):
    """Draw weights by a scheme, and biases as torch does or with a normal law's deviation."""
    for layer in net:
        if not isinstance(layer, nn.Linear):
            continue
        weight, fan_in = layer.weight, layer.in_features
        if scheme == "torch_default":
            nn.init.kaiming_uniform_(weight, math.sqrt(5)).mul_(gain)
        elif scheme == "xavier_normal":
            nn.init.xavier_normal_(weight, gain)
        elif scheme == "xavier_uniform":
            nn.init.xavier_uniform_(weight, gain)
        elif scheme == "he_normal":
            weight.normal_(0, gain / math.sqrt(fan_in))
        elif scheme == "he_uniform":
            weight.uniform_(-gain * math.sqrt(3 / fan_in), gain * math.sqrt(3 / fan_in))
        elif scheme == "orthogonal":
            nn.init.orthogonal_(weight, gain)
        if bias_deviation is None:
            layer.bias.uniform_(-1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))
        else:
            layer.bias.normal_(0, bias_deviation)


# %% theory
# An integral over a standard normal as a sum; no point is 0, where some activations have a kink.
z = torch.linspace(-6, 6, 300, dtype=torch.float64)
weight = torch.exp(-(z**2) / 2) / torch.exp(-(z**2) / 2).sum()
phi = ACTIVATIONS[ACTIVATION]()


def slope(u):
    """φ′, by torch."""
    u = u.detach().requires_grad_()
    return torch.autograd.grad(phi(u).sum(), u)[0]


def expected_product(f, c, q):
    """E[f(u) f(v)] of normal u and v of mean square q and correlation c."""
    u = math.sqrt(q) * z[:, None]
    v = math.sqrt(q) * (c * z[:, None] + math.sqrt(max(1 - c**2, 0)) * z)
    return (weight[:, None] * weight * f(u) * f(v)).sum().item()


def length_map(q, sigma_w):
    """The next layer's length."""
    square = (weight * phi(math.sqrt(q) * z) ** 2).sum().item()
    return sigma_w**2 * square + SIGMA_B**2


def correlation_map(c, q, sigma_w):
    """The next layer's correlation, of inputs whose length is q."""
    product = sigma_w**2 * expected_product(phi, c, q) + SIGMA_B**2
    return min(max(product / length_map(q, sigma_w), -1), 1)


def slope_product(c, q, sigma_w):
    """By how much a layer changes a small difference of correlation c; a gradient if that is 1."""
    return sigma_w**2 * expected_product(slope, c, q)


# %% features
def polynomials(x, degree, basis):
    """The polynomials of degree 0, 1, … of a coordinate, by their recurrence."""
    columns = [torch.ones_like(x), x]
    for k in range(1, degree):
        a, c = {
            "monomial": (1, 0),
            "chebyshev": (2, 1),
            "legendre": ((2 * k + 1) / (k + 1), k / (k + 1)),
        }[basis]
        columns.append(a * x * columns[k] - c * columns[k - 1])
    return columns


def raw_features(points, degree, basis):
    """The features before they are standardised: (N, 2) → (N, F) float64."""
    x, y = (polynomials(part, degree, basis) for part in (points.double() / (2 if SCALE else 1)).T)
    terms = [(n, m) for n in range(degree + 1) for m in range(degree + 1 - n) if n + m > 0]
    return torch.stack([x[n] * y[m] for n, m in terms], 1)


def features_of(degree, basis):
    """What makes a linear model's inputs of points: (N, 2) → (N, F)."""
    variance, mean = torch.var_mean(raw_features(train_x, degree, basis), 0, correction=0)
    if not STANDARDISE:
        variance, mean = torch.ones_like(mean), torch.zeros_like(mean)
    deviation = variance.sqrt().where(variance > 0, 1)
    return lambda points: ((raw_features(points, degree, basis) - mean) / deviation).float()


# %% augment
def augment(inputs, generator):
    """Rotate pictures by up to ± DEGREES about their middles, and flip half of them."""
    angle = torch.deg2rad((2 * torch.rand(len(inputs), generator=generator) - 1) * DEGREES)
    flip = torch.where(torch.rand(len(inputs), generator=generator) < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(angle)
    across = torch.stack([flip * angle.cos(), -angle.sin(), zero], 1)
    down = torch.stack([flip * angle.sin(), angle.cos(), zero], 1)
    pictures = inputs.view(-1, 3, 32, 32) + 1  # 0 is black, as are the corners that are filled
    grid = nn.functional.affine_grid(
        torch.stack([across, down], 1), pictures.shape, align_corners=False
    )
    moved = nn.functional.grid_sample(pictures, grid, mode="nearest", align_corners=False)
    return moved.flatten(1) - 1


# %% train
def accuracy(net, x, y):
    """Share of samples whose class has the largest output; none of a network that diverged."""
    net.eval()  # without dropout
    with torch.no_grad():
        outputs = net(x)
    right = (outputs.argmax(1) == y) & outputs.isfinite().all(1)
    return right.float().mean().item()


def new_optimiser(net):
    """The rule that updates a network's parameters."""
    kind = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "rmsprop": torch.optim.RMSprop,
    }[OPTIMISER]
    momentum = {"momentum": MOMENTUM} if OPTIMISER in ("sgd", "rmsprop") else {}
    return kind(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, **momentum)


def train_network(net, x, y, test_x, seed, change=None):
    """Train a network on inputs, or what ``change(inputs, generator)`` makes of them.

    Returns its test accuracy before training and after each epoch.
    """
    optimiser = new_optimiser(net)
    generator = torch.Generator().manual_seed(seed)
    curve = [accuracy(net, test_x, test_y)]
    for _ in range(EPOCHS):
        net.train()
        for batch in torch.randperm(len(x), generator=generator).split(BATCH_SIZE):
            if DROP_LAST and len(batch) < BATCH_SIZE:
                break
            inputs = change(x[batch], generator) if change else x[batch]
            loss = nn.functional.cross_entropy(net(inputs), y[batch])
            if L1:
                loss = loss + L1 * sum(p.abs().sum() for p in net.parameters())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        curve.append(accuracy(net, test_x, test_y))
    return curve


# Every network by its name, what it is tested on, and how it learnt.
networks, tested, curves = {}, {}, {}


# %% decision map
def decision_map(axis, net, title, features=lambda points: points):
    """Which class a network gives each point of the square ±2."""
    line = torch.linspace(-2, 2, 200)
    y, x = torch.meshgrid(line, line, indexing="ij")
    with torch.no_grad():
        classes = net(features(torch.stack([x, y], 2).view(-1, 2))).argmax(1).view(200, 200)
    axis.imshow(
        classes.numpy(),
        extent=(-2, 2, -2, 2),
        origin="lower",
        cmap="tab10",
        vmin=0,
        vmax=9,
        alpha=0.5,
    )
    axis.scatter(*test_x.T, c=test_y, s=3, cmap="tab10", vmin=0, vmax=9)
    axis.set_title(title)


# %% weights
def read_safetensors(data):
    """The float32 tensors of a safetensors file: a header's length, the header, the numbers."""
    size = int.from_bytes(data[:8], "little")
    header, numbers = json.loads(data[8 : 8 + size]), data[8 + size :]
    tensors = {}
    for name, about in header.items():
        if about.get("dtype") == "F32":
            start, end = about["data_offsets"]
            array = np.frombuffer(numbers[start:end], "<f4").reshape(about["shape"])
            tensors[name] = torch.from_numpy(array.copy())
    return tensors


if WEIGHTS:
    data = base64.b64decode(WEIGHTS)
elif Path(WEIGHTS_FILE).exists():
    data = Path(WEIGHTS_FILE).read_bytes()
else:
    data = None
    print(f"Put {WEIGHTS_FILE}, which the page's Download has, beside this notebook.")

loaded = {}
if data:
    tensors = read_safetensors(data)
    for name in APP_ACCURACY:
        net = copy.deepcopy(networks[name])
        own = {
            k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")
        }
        net.load_state_dict(own)
        loaded[name] = accuracy(net, tested[name], test_y)
        trained = curves[name][-1]
        print(
            f"{name}: {loaded[name]:.1%}, in the app {APP_ACCURACY[name]:.1%}; here {trained:.1%}"
        )
    largest = max(abs(loaded[name] - said) for name, said in APP_ACCURACY.items())
    print(f"The app's weights are at most {largest:.2%} from what the app says.")

# %% accuracies
gaps = {name: abs(curves[name][-1] - said) for name, said in APP_ACCURACY.items()}
here, there = np.mean([curves[name][-1] for name in gaps]), np.mean(list(APP_ACCURACY.values()))
print(f"{here:.1%} of the test set right on average, in the app {there:.1%};")
print(f"one network is {max(gaps.values()):.1%} from its like there, the others less.")

# %% measurements
# Where differences grow from layer to layer, those of rounding do so too.
for name, said in APP_MEASURED.items():
    largest = np.abs(measured[name].mean(0) - said).max() / np.abs(said).max()
    print(f"{name}: at most {largest:.2%} of the largest from the mean that the app measured")
