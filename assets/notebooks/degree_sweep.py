# %% [markdown]
# # Polynomial Features: a sweep over degrees
# Accuracy of linear models on polynomial features of x and y, against the degree, for one basis or
# all (after Neuromatch Academy W1D3, tutorial 2, section 1, CC BY 4.0).

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

# %% [markdown]
# ## Training
# `torch.manual_seed` before a model is made gives it the first weights that it has in the app. The
# order of the batches is another one, so that results agree within the spread of the seeds.

# %% include network

# %% include train

# %%
degrees = range(DEGREE_FROM, DEGREE_TO + 1, DEGREE_STEP)
bases = ["monomial", "chebyshev", "legendre"] if BASIS == "all" else [BASIS]
for degree in degrees:
    for basis in bases:
        features = features_of(degree, basis)
        x, x_test = features(train_x), features(test_x)
        for seed in range(SEED, SEED + SEEDS):
            name = f"{basis}.degree{degree}.seed{seed}"
            torch.manual_seed(seed)
            model = mlp([x.shape[1], CLASSES], "linear")
            curves[name] = train_network(model, x, train_y, x_test, seed)
        last = [curves[f"{basis}.degree{degree}.seed{s}"][-1] for s in range(SEED, SEED + SEEDS)]
        print(f"{basis}, degree {degree}: {np.mean(last):.1%} of the test set right")

# %% [markdown]
# ## Results

# %%
plt.figure()
for basis in bases:
    last = np.array(
        [
            [curves[f"{basis}.degree{d}.seed{s}"][-1] for s in range(SEED, SEED + SEEDS)]
            for d in degrees
        ]
    )
    (line,) = plt.plot(degrees, last.mean(1), "o-", label=basis)
    plt.plot(degrees, last, ".", color=line.get_color(), alpha=0.3)
plt.gca().set(xlabel="Degree", ylabel="Test accuracy")
plt.legend()
plt.show()

# %% include accuracies
