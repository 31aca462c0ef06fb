# %% [markdown]
# # Initialization
# Accuracy against the gain of the first weights, for LeakyReLU and Xavier initialization (after
# Neuromatch Academy W1D3, tutorial 2, bonus section, CC BY 4.0).

# %% include imports

# %% include values

# %% [markdown]
# ## Data

# %% include data

# %% include plot data

# %% [markdown]
# ## Network and initialization

# %% include network

# %% include initialise

# %% include augment if pictures

# %% [markdown]
# ## Training
# Networks of a seed start from the weights that they have in the app. All meet the same batches, in
# another order than there, so that results agree within the spread of the seeds.

# %% include train

# %%
gains = np.linspace(GAIN_FROM, GAIN_TO, GAINS)
widths = [int(width) for width in WIDTHS.split("-")]
sizes = [train_x.shape[1], *widths, int(train_y.max()) + 1]
seen_accuracy = {}
for gain in gains:
    for seed in range(SEED, SEED + SEEDS):
        name = f"gain_{gain}.seed{seed}"
        net = mlp(sizes, "leaky_relu")
        torch.manual_seed(seed)
        initialise(net, f"xavier_{DISTRIBUTION}", gain)
        curves[name] = train_network(net, train_x, train_y, test_x, SEED, change)
        networks[name], tested[name] = net, test_x
        seen_accuracy[name] = accuracy(net, seen_x, seen_y)
    print(
        f"gain {gain:.2f}: {np.mean([seen_accuracy[k] for k in list(seen_accuracy)[-SEEDS:]]):.1%}"
    )

# %% [markdown]
# ## Results
# Theory's gain for LeakyReLU with a slope *a* below 0 is √(2/(1 + *a*²)) (He et al. 2015).

# %%
theory = nn.init.calculate_gain("leaky_relu", NEGATIVE_SLOPE)
seen_by_gain = np.array(list(seen_accuracy.values())).reshape(GAINS, SEEDS)
test_by_gain = np.array([curves[name][-1] for name in seen_accuracy]).reshape(GAINS, SEEDS)
plt.figure()
for label, values in {"training": seen_by_gain, "test": test_by_gain}.items():
    plt.plot(gains, values.mean(1), "o-", label=label)
plt.axvline(theory, color="black", linestyle="--", label="theory")
plt.gca().set(xlabel="Gain", ylabel="Accuracy")
plt.legend()
plt.show()
print(f"best gain {gains[seen_by_gain.mean(1).argmax()]:.2f}, in theory {theory:.2f}")

# %% include weights
