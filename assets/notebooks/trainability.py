# %% [markdown]
# # Initialization: which depths train
# A grid of networks, depth by weight scale, each of them trained, beside the depth that mean-field
# theory gives (Schoenholz et al. 2017, arXiv:1611.01232, section 5).

# %% include imports

# %% include values

# %% [markdown]
# ## Data

# %% include data

# %% include plot data

# %% [markdown]
# ## Network and initialization
# Weights are normal with deviation σ_w/√n_in, biases with σ_b.

# %% include network

# %% include initialise

# %% [markdown]
# ## Training
# Networks of a seed start from the weights that they have in the app. All meet the same batches, in
# another order than there, so that results agree within the spread of the seeds. The deepest
# networks take the longest: a smaller `DEPTH_TO` or `SIGMAS` gives a first picture.

# %% include train

# %%
scales = np.linspace(SIGMA_FROM, SIGMA_TO, SIGMAS)
depths = sorted({round(depth) for depth in np.geomspace(DEPTH_FROM, DEPTH_TO, DEPTHS)})
seen_accuracy = {}
for depth in depths:
    for sigma_w in scales:
        for seed in range(SEED, SEED + SEEDS):
            name = f"depth{depth}.sigma_w{sigma_w}.seed{seed}"
            net = mlp([2, *[WIDTH] * depth, CLASSES], ACTIVATION)
            torch.manual_seed(seed)
            initialise(net, "he_normal", sigma_w, SIGMA_B)
            curves[name] = train_network(net, train_x, train_y, test_x, SEED)
            seen_accuracy[name] = accuracy(net, train_x, train_y)
    print(f"{depth} hidden layers: trained")

# %% [markdown]
# ## Theory
# A layer maps the length *q* of its inputs, and the correlation *c* of two of them, to those of
# its outputs. Networks train to about 6 min(ξ_c, ξ_∇) layers: ξ_c is how many layers it takes the
# correlation to come closer to its fixed point by a factor of e, ξ_∇ the same of the gradient.

# %% include theory


# %%
def layers_to_change(factor):
    """Layers after which a quantity that each multiplies has changed by a factor of e."""
    if factor <= 0:
        return 0.0
    return math.inf if abs(factor - 1) < 1e-6 else 1 / abs(math.log(factor))


def trainable_depth(sigma_w):
    """6 min(ξ_c, ξ_∇), at the length and the correlation that layers settle at."""
    q, c = 1.0, 0.5
    for _ in range(200):
        q = min(max(length_map(q, sigma_w), 1e-100), 1e100)
    for _ in range(200):
        before, c = c, correlation_map(c, q, sigma_w)
        if abs(c - before) < 1e-9:
            break
    nearer, gradient = slope_product(c, q, sigma_w), slope_product(1.0, q, sigma_w)
    return 6 * min(layers_to_change(nearer), layers_to_change(gradient))


theory = [trainable_depth(sigma_w) for sigma_w in scales]

# %% [markdown]
# ## Results

# %%
grid = np.array(list(seen_accuracy.values())).reshape(len(depths), SIGMAS, SEEDS).mean(2)
plt.figure(figsize=(8, 5))
plt.pcolormesh(scales, np.arange(len(depths)), grid, vmin=1 / CLASSES, vmax=1, shading="nearest")
plt.colorbar(label="Training accuracy")
rows = np.interp(theory, depths, np.arange(len(depths)))
plt.plot(scales, rows, "w--", label="theory's depth")
plt.gca().set(xlabel="σ_w", ylabel="Hidden layers")
plt.yticks(np.arange(len(depths)), depths)
plt.legend()
plt.show()
trained = grid >= (1 + 1 / CLASSES) / 2
within = np.array(depths)[:, None] <= np.array(theory)
print(f"{trained[within].sum()} of {within.sum()} networks within theory's depth are trained,")
print(f"{trained[~within].sum()} of {(~within).sum()} deeper ones.")

# %% include accuracies
