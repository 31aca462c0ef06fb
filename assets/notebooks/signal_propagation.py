# %% [markdown]
# # Initialization: order and chaos in deep random networks
# Two inputs and a gradient in networks that nobody has trained, beside mean-field theory (Poole et
# al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232).

# %% include imports

# %% include values

# %% [markdown]
# ## Networks
# Every layer has as many units as the input. Weights are normal with deviation σ_w/√n_in, biases
# with σ_b.

# %% include network

# %% include initialise

# %%
networks = []
for seed in range(SEED, SEED + NETWORKS):
    net = mlp([WIDTH] * (DEPTH + 1), ACTIVATION).requires_grad_(False)
    torch.manual_seed(seed)
    initialise(net, "he_normal", SIGMA_W, SIGMA_B)
    networks.append(net)

# %% [markdown]
# ## Measurements
# Of each layer's pre-activations: their mean square, the correlation of the two inputs', and the
# mean square of a gradient that starts at the last layer.

# %%
generator = torch.Generator().manual_seed(INPUT_SEED)
directions = torch.randn(WIDTH, 5, generator=generator, dtype=torch.float64)
first, second = math.sqrt(WIDTH) * torch.linalg.qr(directions[:, :2])[0].T
mixed = CORRELATION * first + math.sqrt(1 - CORRELATION**2) * second
inputs = (math.sqrt(MEAN_SQUARE) * torch.stack([first, mixed])).float().requires_grad_()
error = directions[:, 4].float()


def measure(net):
    """Lengths, correlations and gradients by layer."""
    hidden, layers = inputs, []
    for part in net:
        hidden = part(hidden)
        if isinstance(part, nn.Linear):
            hidden.retain_grad()
            layers.append(hidden)
    (layers[-1][0] @ error).backward()
    squares = torch.stack([layer.detach().square().mean(1) for layer in layers])
    products = torch.stack([layer.detach().prod(0).mean() for layer in layers])
    powers = torch.stack([layer.grad[0].square().mean() for layer in layers])
    return {
        "lengths": squares[:, 0],
        "correlations": products / squares.prod(1).sqrt(),
        "gradients": powers / powers[-1],
    }


found = [measure(net) for net in networks]
measured = {name: torch.stack([one[name] for one in found]).numpy() for name in found[0]}

# %% [markdown]
# ## Theory

# %% include theory

# %%
q = SIGMA_W**2 * MEAN_SQUARE + SIGMA_B**2
c = (SIGMA_W**2 * MEAN_SQUARE * CORRELATION + SIGMA_B**2) / q
lengths, correlations = [q], [c]
for _ in range(DEPTH - 1):
    c = correlation_map(c, q, SIGMA_W)
    q = length_map(q, SIGMA_W)
    lengths.append(q)
    correlations.append(c)
# A layer multiplies the gradient by χ on its way back.
factors = [slope_product(1.0, q, SIGMA_W) for q in lengths[:-1]]
gradients = np.cumprod([1.0, *factors[::-1]])[::-1]
theory = {"lengths": lengths, "correlations": correlations, "gradients": gradients}

# %% [markdown]
# ## Results
# Dots are the networks, lines are theory.

# %%
layers = np.arange(1, DEPTH + 1)
figure, axes = plt.subplots(1, 3, figsize=(14, 4))
for axis, (name, values) in zip(axes, measured.items()):
    axis.plot(layers, values.T, ".", color="tab:blue", alpha=0.3)
    axis.plot(layers, theory[name], color="black")
    axis.set(title=name, xlabel="Layer", yscale="linear" if name == "correlations" else "log")
plt.show()

# %% [markdown]
# The Jacobian of the first network's last layer by the input, and a circle of the first layer's
# pre-activations as it arrives in deeper ones, in the plane where it is widest.

# %%
net = copy.deepcopy(networks[0]).double()
jacobian = torch.autograd.functional.jacobian(net, inputs[0].detach().double())
singular_values = torch.linalg.svdvals(jacobian)
plt.figure()
plt.semilogy(singular_values.clamp(min=1e-15 * singular_values[0]), ".")
plt.gca().set(xlabel="Number", ylabel="Singular value")
plt.show()

angle = 2 * math.pi * torch.arange(97, dtype=torch.float64) / 96
across = math.sqrt(WIDTH) * torch.linalg.qr(directions[:, 2:4])[0]
circle = math.sqrt(lengths[0]) * torch.stack([angle.cos(), angle.sin()], 1) @ across.T
shown = sorted({1, (DEPTH + 2) // 3, (2 * DEPTH + 2) // 3, DEPTH})
figure, axes = plt.subplots(1, len(shown), figsize=(3.4 * len(shown), 3.6), squeeze=False)
for layer, axis in zip(shown, axes[0]):
    points = net[1 : 2 * layer - 1](circle)
    points = points - points.mean(0)
    plane = torch.linalg.svd(points, full_matrices=False)
    axis.plot(*(plane.U[:, :2] * plane.S[:2]).T)
    axis.set(title=f"layer {layer}", aspect="equal")
plt.show()

# %% include measurements
