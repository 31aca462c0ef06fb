# %% [markdown]
# # Polynomial Features
# A linear model on polynomial features of x and y beside an MLP with as many parameters (after
# Neuromatch Academy W1D3, tutorial 2, section 1, CC BY 4.0).

# %% include imports

# %% include values

# %% [markdown]
# ## Data

# %% include data

# %% include plot data

# %% [markdown]
# ## Features
# All products of a polynomial in x and one in y up to the degree, in float64.

# %% include features

# %%
features = features_of(DEGREE, BASIS)
train_features, test_features = features(train_x), features(test_x)
print(f"{train_features.shape[1]} features")

# %% [markdown]
# ## Networks
# The MLP's hidden layers get the smallest width whose parameters reach the linear model's.

# %% include network

# %%
inputs = train_features.shape[1]
budget, width = (inputs + 1) * CLASSES, 1


def mlp_sizes(width):
    """Units of the input, each hidden layer and the output."""
    return [2, *[width] * HIDDEN_LAYERS, CLASSES]


while sum((a + 1) * b for a, b in pairwise(mlp_sizes(width))) < budget:
    width += 1
print(f"{budget} parameters; the MLP: {mlp_sizes(width)}")

# %% [markdown]
# ## Training
# `torch.manual_seed` before a network is made gives it the first weights that it has in the app.
# The order of the batches is another one, and so is what dropout leaves out, if there is any:
# results agree within the spread of the seeds.

# %% include train

# %%
models = {
    "polynomial": ([inputs, CLASSES], train_features, test_features),
    "mlp": (mlp_sizes(width), train_x, test_x),
}
for model, (sizes, x, x_test) in models.items():
    for seed in range(SEED, SEED + SEEDS):
        name = f"{model}.seed{seed}"
        torch.manual_seed(seed)
        networks[name], tested[name] = mlp(sizes, "relu", DROPOUT), x_test
        curves[name] = train_network(networks[name], x, train_y, x_test, seed)
    last = [curves[f"{model}.seed{s}"][-1] for s in range(SEED, SEED + SEEDS)]
    print(f"{model}: {np.mean(last):.1%} of the test set right")

# %% [markdown]
# ## Results

# %% include decision map

# %%
plt.figure()
for model, colour in {"polynomial": "tab:orange", "mlp": "tab:blue"}.items():
    learnt = np.array([curves[f"{model}.seed{s}"] for s in range(SEED, SEED + SEEDS)])
    plt.plot(learnt.T, color=colour, alpha=0.3)
    plt.plot(learnt.mean(0), color=colour, label=model)
plt.gca().set(xlabel="Epoch", ylabel="Test accuracy")
plt.legend()
plt.show()

figure, axes = plt.subplots(1, 2, figsize=(8, 4.3))
decision_map(axes[0], networks[f"polynomial.seed{SEED}"], "Linear model", features)
decision_map(axes[1], networks[f"mlp.seed{SEED}"], "MLP")
plt.show()

# %% include weights
