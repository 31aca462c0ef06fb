"""Orders, moves and masks: even and seeded; moves to the bit those of the augmentation."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from scipy import stats

from mlpcore.datasets import augmentation
from mlpcore.engines.dealing import FRACTION_BITS, masks, orders, walks

SEEDS = np.array([0, 1, 5, 1_000_000])


@given(seed=st.integers(0, 2_000_000), epoch=st.integers(0, 2000), size=st.integers(1, 3000))
def test_an_order_holds_every_sample_once(seed, epoch, size):
    (order,) = orders(np.array([seed]), epoch, size)
    np.testing.assert_array_equal(np.sort(order), np.arange(size))


def test_orders_differ_by_seed_and_epoch_and_are_the_same_again():
    dealt = np.concatenate([orders(SEEDS, epoch, 100) for epoch in range(4)])
    assert len(np.unique(dealt, axis=0)) == 16
    np.testing.assert_array_equal(orders(SEEDS[[2, 0]], 3, 100), dealt[[14, 12]])


def test_every_sample_comes_to_every_place_equally_often():
    size, count = 12, 6000
    seeds = np.arange(count // 2)
    dealt = np.concatenate([orders(seeds, epoch, size) for epoch in range(2)])
    counts = np.stack([np.bincount(dealt[:, place], minlength=size) for place in range(size)])
    # The squares of all places: (N − 1)² degrees of freedom.
    square = ((counts - count / size) ** 2 / (count / size)).sum()
    assert 0.01 < stats.chi2.sf(square, (size - 1) ** 2) < 0.99


def test_all_orders_are_equally_likely():
    dealt = orders(np.arange(24_000), 0, 4)
    _, counts = np.unique(dealt, axis=0, return_counts=True)
    assert len(counts) == 24
    assert 0.01 < stats.chisquare(counts).pvalue < 0.99


def test_an_order_tells_nothing_of_the_next_epochs():
    """How many samples stay in their place is a Poisson variable of mean 1."""
    first, second = orders(np.arange(4000), 0, 50), orders(np.arange(4000), 1, 50)
    stay = (first == second).sum(1)
    counts = np.bincount(np.minimum(stay, 5), minlength=6)
    expected = stats.poisson.pmf(np.arange(6), 1)
    expected[5] = 1 - expected[:5].sum()
    assert 0.01 < stats.chisquare(counts, 4000 * expected).pvalue < 0.99


# Moves


def told(walk, side):
    """The angle in degrees and the flip of a move: (2, 3) fixed-point steps."""
    flip = walk[0, 0] < 0
    turn = math.atan2(walk[0, 1], abs(walk[0, 0]))
    return -math.degrees(turn), flip


@pytest.mark.parametrize("degrees", [0.0, 7.0, 10.0, 45.0])
@pytest.mark.parametrize("side", [1, 7, 32])
def test_moves_are_the_augmentations_to_the_bit(degrees, side):
    """The angle is found again from the steps; theirs are those of an angle so near."""
    (moved,) = walks(np.array([3]), 2, 300, degrees, side)
    for walk in moved:
        angle, flip = told(walk, side)
        assert abs(angle) <= degrees + 1e-3
        # The steps' own rounding leaves the angle open by 2⁻¹⁶; within that theirs are the same.
        near = torch.linspace(-2, 2, 4001).double() * math.degrees(2.0**-FRACTION_BITS) + angle
        theirs = augmentation.steps(near, torch.full((len(near),), bool(flip)), side)
        assert (theirs.numpy() == walk).all((1, 2)).any()


def test_moves_are_pils():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (60, 32, 32, 3), generator=generator, dtype=torch.uint8)
    steps = torch.from_numpy(walks(np.array([4]), 1, 60, 30.0, 32)[0])
    moved = augmentation.unpacked(augmentation.moved(augmentation.pack(images), steps))
    for image, ours, walk in zip(images, moved, steps.numpy(), strict=True):
        angle, flip = told(walk, 32)
        # Where two pixels are equally near, the angle's last digits decide.
        candidates = [
            Image.fromarray(image.numpy()).rotate(angle + shift)
            for shift in np.linspace(-1e-3, 1e-3, 21)
        ]
        assert any(
            (np.array(ImageOps.mirror(c) if flip else c) == ours.numpy()).all() for c in candidates
        )


def test_angles_are_uniform_and_half_is_flipped():
    degrees = 20.0
    moved = walks(np.arange(4), 0, 2500, degrees, 32).reshape(-1, 2, 3)
    angles, flips = np.array([told(walk, 32) for walk in moved]).T
    assert np.abs(angles).max() <= degrees + 1e-3
    uniform = stats.uniform(-degrees, 2 * degrees).cdf
    assert 0.01 < stats.kstest(angles, uniform).pvalue < 0.99
    assert stats.binomtest(int(flips.sum()), len(flips)).pvalue > 0.01
    assert abs(np.corrcoef(angles, flips)[0, 1]) < 0.03
    assert abs(np.corrcoef(angles[:-1], angles[1:])[0, 1]) < 0.03


def test_moves_differ_by_seed_epoch_and_picture_and_are_the_same_again():
    moved = np.stack([walks(SEEDS, epoch, 50, 30.0, 32) for epoch in range(3)])
    assert len(np.unique(moved.reshape(-1, 6), axis=0)) > 590
    np.testing.assert_array_equal(walks(SEEDS[[1]], 2, 10, 30.0, 32)[0], moved[2, 1, :10])


# Masks


@given(
    seed=st.integers(0, 2_000_000),
    epoch=st.integers(0, 2000),
    layer=st.integers(0, 10),
    dropout=st.sampled_from([0.05, 0.5, 0.9]),
)
def test_a_share_is_dropped_and_the_mean_stays(seed, epoch, layer, dropout):
    (mask,) = masks(np.array([seed]), epoch, layer, (40, 500), 0, dropout)
    assert set(np.unique(mask)) == {0, 1 / (1 - dropout)}
    # Six standard errors: no chance.
    share, error = (mask == 0).mean(), math.sqrt(dropout * (1 - dropout) / mask.size)
    assert abs(share - dropout) < 6 * error
    assert abs(mask.mean() - 1) < 6 * error / (1 - dropout)


def test_without_dropout_nothing_is_dropped():
    assert (masks(SEEDS, 3, 1, (5, 7), 0, 0.0) == 1).all()


def test_masks_tell_nothing_of_each_other():
    """Of units, samples, layers, epochs and seeds: half of two masks agree, as by chance."""
    dealt = np.stack(
        [[masks(SEEDS, epoch, layer, (6, 2000), 0, 0.5) for layer in (0, 1)] for epoch in (0, 1)]
    )
    assert dealt.shape == (2, 2, 4, 6, 2000)
    rows = dealt.reshape(-1, 2000) - 1
    correlation = rows @ rows.T / 2000
    assert np.abs(correlation - np.eye(len(rows))).max() < 6 / math.sqrt(2000)
    for shift in (1, 2, 128):
        along = (rows[:, shift:] * rows[:, :-shift]).mean(1)
        assert np.abs(along).max() < 6 / math.sqrt(2000 - shift)


def test_masks_are_of_places_in_an_epoch_however_they_are_dealt():
    whole = masks(SEEDS, 2, 1, (6, 100), 0, 0.3)
    np.testing.assert_array_equal(
        masks(SEEDS[[2, 0]], 2, 1, (3, 40), 60, 0.3), whole[[2, 0], :3, 60:]
    )
