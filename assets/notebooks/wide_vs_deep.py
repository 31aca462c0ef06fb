# %% [markdown]
# # Wide vs Deep
# Which depth wins under a fixed parameter budget? MLPs of several depths get a width that spends
# about the same number of parameters, and are trained from several seeds (after Neuromatch Academy
# W1D3, tutorial 2, section 1, CC BY 4.0).

# %% include imports

# %% include values

# %% [markdown]
# ## Data

# %% include data

# %% include plot data

# %% [markdown]
# ## Networks
# A network has *d* hidden layers of equal width, which is counted up until its weights and biases
# reach the budget.

# %% include network


# %%
def parameter_count(sizes):
    """Weights and biases of an MLP."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def sizes_for(depth):
    """Units of the input, each hidden layer and the output, by the rule WIDTH."""

    def count(width):
        return parameter_count([2, *[width] * depth, CLASSES])

    width = 1
    while count(width) < BUDGET:
        width += 1
    over, under = count(width) - BUDGET, BUDGET - count(width - 1)
    if width > 1 and (
        (WIDTH == "never_above" and over > 0) or (WIDTH == "nearest" and under < over)
    ):
        width -= 1
    return [2, *[width] * depth, CLASSES]


depths = range(DEPTH_FROM, DEPTH_TO + 1)
for depth in depths:
    print(
        f"{depth} hidden layers: {sizes_for(depth)}, {parameter_count(sizes_for(depth))} parameters"
    )

# %% [markdown]
# ## Training
# `torch.manual_seed` before a network is made gives it the first weights that it has in the app.
# The order of the batches is another one, and so is what dropout leaves out, if there is any:
# results agree within the spread of the seeds.

# %% include train

# %%
for depth in depths:
    for seed in range(SEED, SEED + SEEDS):
        name = f"depth{depth}.seed{seed}"
        torch.manual_seed(seed)
        networks[name], tested[name] = mlp(sizes_for(depth), ACTIVATION, DROPOUT), test_x
        curves[name] = train_network(networks[name], train_x, train_y, test_x, seed)
    last = [curves[f"depth{depth}.seed{s}"][-1] for s in range(SEED, SEED + SEEDS)]
    print(f"{depth} hidden layers: {np.mean(last):.1%} of the test set right")

# %% [markdown]
# ## Results

# %% include decision map

# %%
plt.figure()
for depth in depths:
    last = [curves[f"depth{depth}.seed{s}"][-1] for s in range(SEED, SEED + SEEDS)]
    plt.plot([depth] * SEEDS, last, "o", color="tab:blue", alpha=0.4)
    plt.plot(depth, np.mean(last), "_", color="black", markersize=25)
plt.gca().set(xlabel="Hidden layers", ylabel="Test accuracy", xticks=list(depths))
plt.show()

figure, axes = plt.subplots(1, len(depths), figsize=(3 * len(depths), 3.3), squeeze=False)
for depth, axis in zip(depths, axes[0], strict=True):
    name = f"depth{depth}.seed{SEED}"
    decision_map(axis, networks[name], f"{depth} hidden: {curves[name][-1]:.0%}")
plt.show()

# %% include weights
