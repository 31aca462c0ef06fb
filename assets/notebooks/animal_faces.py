# %% [markdown]
# # Animal Faces
# MLPs on pictures of 32 × 32 pixels, trained with and without augmentation (after Neuromatch
# Academy W1D3, tutorial 2, section 2, CC BY 4.0).

# %% include imports

# %% include values

# %% [markdown]
# ## Data

# %% include data

# %% include plot data

# %% [markdown]
# ## Network and augmentation

# %% include network

# %% include initialise

# %% include augment

# %% [markdown]
# ## Training
# Networks of a seed start from the weights that they have in the app. The order of the batches, the
# rotations, and what dropout leaves out, if there is any, are others: results agree within the
# spread of the seeds.

# %% include train

# %%
widths = [int(width) for width in WIDTHS.split("-")]
sizes = [3 * 32**2, *widths, len(names)]
arms = {"augmented": augment, "plain": None}
if AUGMENTATION != "both":
    arm = {"on": "augmented", "off": "plain"}[AUGMENTATION]
    arms = {arm: arms[arm]}
for arm, change in arms.items():
    for seed in range(SEED, SEED + SEEDS):
        name = f"{arm}.seed{seed}"
        networks[name], tested[name] = mlp(sizes, ACTIVATION, DROPOUT), test_x
        torch.manual_seed(seed)
        initialise(networks[name], SCHEME, GAIN)
        curves[name] = train_network(networks[name], train_x, train_y, test_x, seed, change)
        print(f"{name}: {curves[name][-1]:.1%} of the validation set right")

# %% [markdown]
# ## Results

# %%
plt.figure()
for arm, colour in zip(arms, ("tab:blue", "tab:orange")):
    learnt = np.array([curves[f"{arm}.seed{s}"] for s in range(SEED, SEED + SEEDS)])
    plt.plot(learnt.T, color=colour, alpha=0.3)
    plt.plot(learnt.mean(0), color=colour, label=arm)
plt.gca().set(xlabel="Epoch", ylabel="Validation accuracy")
plt.legend()
plt.show()

# %% [markdown]
# The first layer's weights as pictures, of the first network of each kind.

# %%
for arm in arms:
    weight = networks[f"{arm}.seed{SEED}"][0].weight.detach()[:16].view(-1, 3, 32, 32)
    shades = 0.5 + 0.5 * weight / weight.abs().amax((1, 2, 3), keepdim=True)
    figure, axes = plt.subplots(2, 8, figsize=(10, 2.8))
    figure.suptitle(arm)
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture in zip(axes.flat, shades):
        axis.imshow(picture.permute(1, 2, 0).numpy())
    plt.show()

# %% include weights
