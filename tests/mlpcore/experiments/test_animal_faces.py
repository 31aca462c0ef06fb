"""Animal Faces: parity with torch on the same batches, augmentation, snapshots, command line."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from mlpcore.cli.program import main
from mlpcore.datasets import augmentation, collection, drawn_faces
from mlpcore.engines.dealing import orders, walks
from mlpcore.experiments import AnimalFaces
from mlpcore.experiments.animal_faces import confusion, filters, probabilities
from mlpcore.params import ParameterError
from mlpcore.running.control import Cancelled, Control
from tests.runs import final


@pytest.fixture(scope="module")
def pictures():
    return drawn_faces.make(100, 30)


@pytest.fixture(scope="module")
def data(pictures):
    return collection.keep(pictures)


def photograph(image):
    return Image.fromarray(image.numpy())


def normalised(image):
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).flatten().float() / 127.5 - 1


def train_with_torch(pictures, seed, batch_size, epochs, degrees):
    """The tutorial's loop on PIL pictures, with the seeds' own orders and moves."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Linear(3072, 8), nn.ReLU(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 3)
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-4)
    images, seeds = pictures.train_images, np.array([seed])
    for epoch in range(epochs):
        permutation = torch.from_numpy(orders(seeds, epoch, len(images))[0])
        seen = images
        if degrees is not None:
            steps = torch.from_numpy(walks(seeds, epoch, len(images), degrees, 32)[0])
            moved = augmentation.moved(augmentation.pack(images), steps)
            seen = augmentation.unpacked(moved)
        inputs = torch.stack([normalised(photograph(image)) for image in seen[permutation]])
        labels = pictures.train_labels[permutation]
        for x, y in zip(inputs.split(batch_size), labels.split(batch_size), strict=True):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(x), y).backward()
            optimiser.step()
    return network


def test_parity_with_torch(pictures, data):
    state = torch.get_rng_state()
    config = AnimalFaces(data=data, widths="8-5", batch_size=32, epochs=2, seeds=2, seed=3)
    snapshot = final(config)
    assert torch.equal(torch.get_rng_state(), state)
    with torch.random.fork_rng():
        for arm, degrees in ((snapshot.augmented, 10.0), (snapshot.plain, None)):
            for i in range(2):
                network = train_with_torch(pictures, 3 + i, 32, 2, degrees)
                for layer, linear in zip(arm.weights, network[::2], strict=True):
                    expected = torch.cat([linear.weight, linear.bias[:, None]], 1).detach().numpy()
                    np.testing.assert_allclose(layer[i], expected, rtol=0, atol=2e-5)
                val = torch.stack([normalised(photograph(image)) for image in pictures.val_images])
                with torch.no_grad():
                    logits = network(val)
                np.testing.assert_allclose(
                    probabilities(arm, i, pictures), logits.softmax(1).numpy(), atol=1e-4
                )
                right = (logits.argmax(1) == pictures.val_labels).float().mean().item()
                assert arm.test_accuracy[-1, i] == pytest.approx(right, abs=1e-6)


def test_arms_alone_are_the_arms_together(data):
    def weights(arm):
        return [layer.tobytes() for layer in arm.weights]

    fields = dict(data=data, widths="6", epochs=1, seeds=2)
    both = final(AnimalFaces(**fields))
    on, off = (final(AnimalFaces(**fields, augmentation=name)) for name in ("on", "off"))
    assert on.plain is None
    assert off.augmented is None
    assert weights(on.augmented) == weights(both.augmented)
    assert weights(off.plain) == weights(both.plain)
    assert weights(both.plain) != weights(both.augmented)
    # Without rotation, flips remain.
    flips = final(AnimalFaces(**fields, augmentation="on", degrees=0.0))
    assert weights(flips.augmented) != weights(both.plain)


def test_networks_do_not_see_their_neighbours(data):
    fields = dict(data=data, widths="6", epochs=1, augmentation="on")
    pair = final(AnimalFaces(**fields, seeds=2, seed=5)).augmented
    alone = final(AnimalFaces(**fields, seeds=1, seed=6)).augmented
    for together, single in zip(pair.weights, alone.weights, strict=True):
        np.testing.assert_array_equal(together[1], single[0])


def test_snapshots(pictures, data):
    config = AnimalFaces(data=data, widths="7-4", epochs=2, batch_size=50)
    snapshots = list(config.run())
    assert snapshots[0].progress == 0
    assert snapshots[-1].progress == 1
    assert snapshots[-1].finished
    arm = snapshots[-1].augmented
    assert arm.epochs.tolist() == [0, 1, 2]
    assert arm.parameters == 3073 * 7 + 8 * 4 + 5 * 3
    first = filters(arm, 0)
    assert first.shape == (7, 32, 32, 3)
    # The weight of unit 2 on row 5, column 9, green.
    assert first[2, 5, 9, 1] == arm.weights[0][0, 2, 1024 + 5 * 32 + 9]
    counts = confusion(arm, 0, pictures)
    assert counts.sum(1).tolist() == pictures.counts[1]
    assert counts.trace() / 30 == pytest.approx(arm.test_accuracy[-1, 0])
    result = json.loads(json.dumps(snapshots[-1].result()))
    assert result["classes"] == ["cat", "dog", "wild"]
    assert result["fingerprint"] == data
    assert result["augmented"]["confusion"] == counts.tolist()
    assert result["plain"]["networks"][0]["seed"] == 0


@pytest.mark.parametrize("scheme", ["xavier_uniform", "he_normal"])
def test_initialisation_with_a_gain(scheme, data):
    fields = dict(data=data, widths="64", augmentation="off", epochs=1, scheme=scheme)
    spread = {
        gain: next(AnimalFaces(**fields, gain=gain).run()).plain.weights[0][..., :-1].std()
        for gain in (1.0, 2.0)
    }
    fan = {"xavier_uniform": (3072 + 64) / 2, "he_normal": 3072}[scheme]
    assert spread[1.0] == pytest.approx(fan**-0.5, rel=0.02)
    assert spread[2.0] == pytest.approx(2 * spread[1.0], rel=1e-5)


def test_learning_happens(data):
    config = AnimalFaces(data=data, widths="32", epochs=15, augmentation="off", learning_rate=1e-3)
    plain = final(config).plain
    assert plain.train_accuracy[-1] > plain.train_accuracy[0] + 0.2
    assert plain.train_loss[-1] < 0.8 * plain.train_loss[0]


@pytest.mark.parametrize(
    "widths", ["", "0", "64-", "-64", "513", "1-2-3-4-5-6-7", "64 a", "6.5", "064", "٦٤", "9999"]
)
def test_widths_that_will_not_do(widths):
    with pytest.raises(ParameterError, match=r"widths must be 1 to 6 whole numbers from 1 to 512"):
        AnimalFaces(widths=widths)


def test_a_batch_that_is_never_full_is_refused(data):
    config = AnimalFaces(data=data, batch_size=101, drop_last=True)
    with pytest.raises(ParameterError, match=r"batch_size must be at most .* 100 pictures"):
        next(config.run())


def test_cancelling_ends_the_drawing(monkeypatch, tmp_path):
    monkeypatch.setenv("MLP_EXPLORER_CACHE", str(tmp_path))
    monkeypatch.setattr(collection, "_made", {})
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        next(AnimalFaces().run(control=control))


def test_the_command_line_takes_a_folder(tmp_path, capsys, pictures):
    for i, (image, label) in enumerate(
        zip(pictures.train_images, pictures.train_labels, strict=True)
    ):
        folder = tmp_path / pictures.classes[label]
        folder.mkdir(exist_ok=True)
        Image.fromarray(image.numpy()).save(folder / f"{i}.png")
    (tmp_path / "cat" / "notes.txt").write_text("no picture")
    assert main(["animal-faces", "--data", str(tmp_path), "--widths", "4", "--epochs", "1"]) == 0
    captured = capsys.readouterr()
    assert "left out cat/notes.txt: no JPEG, PNG, WebP, GIF, BMP or TIFF picture" in captured.err
    report = json.loads(captured.out)
    assert report["result"]["counts"]["train"] == [28, 26, 26]
    assert report["config"]["data"] == report["result"]["fingerprint"]

    assert main(["animal-faces", "--data", str(tmp_path / "none")]) == 2
    assert "data must be a folder or a zip archive" in capsys.readouterr().err


def test_drawing_the_faces_is_told_before_the_first_snapshot(monkeypatch):
    few = drawn_faces.make(train=30, val=15)

    def load(progress):
        progress(0.25)
        return few

    monkeypatch.setattr(collection, "_made", {})
    monkeypatch.setattr(drawn_faces, "load", load)
    told = []
    control = Control(prepared=lambda preparation: told.append(preparation.label))
    next(AnimalFaces(widths="4", batch_size=8).run(control=control))
    assert told == ["drawing the faces, 25%"]
