"""Polynomial Features: the tutorial's numbers, parity with torch, views, and what goes wrong."""

import json

import numpy as np
import pytest
import torch

from mlpcore.datasets import planar
from mlpcore.datasets.features import term_count, terms
from mlpcore.engines.dealing import orders
from mlpcore.engines.maps import cell_centres, connected_regions
from mlpcore.experiments import PolynomialFeatures, WideVsDeep
from mlpcore.experiments.polynomial_features import (
    GRID,
    Window,
    feature_conditioning,
    mlp_map,
    polynomial_map,
    spectrum,
)
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.initialization import Initialization
from mlpcore.params import ParameterError, specs
from mlpcore.running.control import Cancelled, Control
from tests.runs import final

# The tutorial calls a network's and the split's seed so.
SEED = 2021


def small(**changes):
    about = dict(degree=4, basis="chebyshev", hidden_layers=2, seeds=3, samples=60, epochs=3)
    return PolynomialFeatures(**about | dict(batch_size=32) | changes)


@pytest.fixture(scope="module")
def snapshot():
    return final(small())


def tutorial_split():
    """The tutorial's own points and split, whose generator is seeded again before the shuffle."""
    points, labels = planar.spirals(4, 1000, 0.4, torch.Generator().manual_seed(SEED))
    order = torch.randperm(4000, generator=torch.Generator().manual_seed(SEED))
    test, train = order.tensor_split([800])
    return planar.Split(points[train], labels[train], points[test], labels[test])


# The tutorial's procedure


def trained_on_the_tutorials_points(**changes):
    """The linear models of degree 50 after the tutorial's 100 epochs."""
    config = PolynomialFeatures(**changes)
    split = tutorial_split()
    course = config.course(split, config.expand(split, config.degree, config.basis), "cpu")
    course.engine.train(
        [course.lesson], 0, config.epochs * course.lesson.steps, config.learning_rate
    )
    train, test = course.engine.evaluate(
        [(course.ensemble, course.material.seen), (course.ensemble, course.material.test)]
    )
    course.record(config.epochs, train, test)
    return course.snapshot()[0]


def test_the_tutorials_accuracy():
    networks = trained_on_the_tutorials_points(seeds=5)
    assert networks.train_score.mean * 100 == pytest.approx(70, abs=1.5)
    assert networks.score.mean * 100 == pytest.approx(73, abs=2)


@pytest.mark.parametrize(
    ("basis", "scale", "standardise", "train", "test"),
    [
        ("monomial", False, False, 69.9, 72.6),
        ("monomial", True, False, 49.8, 52.6),
        ("monomial", False, True, 89.0, 89.0),
        ("chebyshev", True, False, 99.1, 98.1),
        ("legendre", True, False, 98.9, 98.4),
    ],
)
def test_accuracy_depends_on_the_basis(basis, scale, standardise, train, test):
    networks = trained_on_the_tutorials_points(
        basis=basis, scale=scale, standardise=standardise, seeds=1
    )
    assert networks.train_score.mean * 100 == pytest.approx(train, abs=2)
    assert networks.score.mean * 100 == pytest.approx(test, abs=2)


def test_the_linear_models_are_torchs_trained_by_its_adam():
    config = small(learning_rate=0.01)
    split = config.split()
    features = config.expand(split, config.degree, config.basis).features(split.train_inputs)
    trained = final(config).polynomial.weights[0]
    for network, seed in enumerate(config.network_seeds):
        linear = torch.nn.Linear(features.shape[1], config.classes)
        (first,) = Initialization().draw([features.shape[1], config.classes], seed)
        with torch.no_grad():
            linear.weight.copy_(first[:, :-1])
            linear.bias.copy_(first[:, -1])
        optimiser = torch.optim.Adam(linear.parameters(), lr=config.learning_rate)
        for epoch in range(config.epochs):
            order = torch.from_numpy(orders(np.array([seed]), epoch, len(features))[0])
            for batch in order.split(config.batch_size):
                if len(batch) == config.batch_size:
                    optimiser.zero_grad()
                    logits = linear(features[batch])
                    torch.nn.functional.cross_entropy(logits, split.train_labels[batch]).backward()
                    optimiser.step()
        expected = torch.cat([linear.weight, linear.bias[:, None]], 1).detach().numpy()
        np.testing.assert_allclose(trained[network], expected, atol=1e-5)


def test_the_mlp_is_the_one_that_wide_vs_deep_trains(snapshot):
    config = snapshot.config
    budget = snapshot.polynomial.parameters
    other = WideVsDeep(
        budget=budget,
        depth_from=2,
        depth_to=2,
        seeds=3,
        samples=60,
        epochs=3,
        batch_size=config.batch_size,
    )
    (expected,) = final(other).architectures
    for mine, theirs in zip(snapshot.mlp.weights, expected.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("layers", [1, 3, 10])
def test_the_mlps_width_is_the_smallest_that_reaches_the_polynomials_parameters(layers):
    for degree in range(1, 61):
        config = PolynomialFeatures(degree=degree, hidden_layers=layers)
        budget = (term_count(degree) + 1) * config.classes
        width = config.mlp_sizes[1]
        assert config.mlp_sizes == [2, *[width] * layers, 4]
        assert parameter_count(config.mlp_sizes) >= budget or width == 1
        if width > 1:
            assert parameter_count([2, *[width - 1] * layers, 4]) < budget


def test_equal_configs_give_equal_numbers(snapshot):
    again = final(small())
    for mine, theirs in (
        (again.polynomial, snapshot.polynomial),
        (again.mlp, snapshot.mlp),
    ):
        np.testing.assert_array_equal(mine.train_loss, theirs.train_loss)
        np.testing.assert_array_equal(mine.weights[0], theirs.weights[0])


def test_a_network_does_not_depend_on_its_neighbours(snapshot):
    alone = final(small(seeds=1, seed=2))
    np.testing.assert_array_equal(alone.polynomial.weights[0][0], snapshot.polynomial.weights[0][2])
    np.testing.assert_array_equal(alone.mlp.weights[1][0], snapshot.mlp.weights[1][2])


# The run


def test_snapshots_tell_how_far_the_run_is():
    snapshots = list(small().run())
    first, last = snapshots[0], snapshots[-1]
    assert (first.epoch, first.progress, first.finished) == (0, 0.0, False)
    assert (last.epoch, last.progress, last.finished) == (3, 1.0, True)
    assert last.label == "epoch 3 of 3"
    assert last.polynomial.epochs.tolist() == last.mlp.epochs.tolist() == [0, 1, 2, 3]
    assert last.polynomial.label == "no hidden layer"


def test_a_snapshot_does_not_change_while_training_goes_on():
    run = small().run()
    first = next(run)
    before = first.polynomial.weights[0].copy()
    *_, last = run
    np.testing.assert_array_equal(first.polynomial.weights[0], before)
    assert not np.array_equal(last.polynomial.weights[0], before)


def test_a_run_can_be_cancelled():
    control = Control()
    run = small().run(control=control)
    next(run)
    control.cancel()
    with pytest.raises(Cancelled):
        list(run)


def test_points_lie_in_the_data_square(snapshot):
    split = snapshot.config.split()
    reach = torch.cat([split.train_inputs, split.test_inputs]).abs().max()
    assert snapshot.data_half_width == pytest.approx(float(reach))
    np.testing.assert_array_equal(snapshot.test_points, split.test_inputs.numpy())


def test_features_are_standardised_by_the_training_set_alone():
    config = small(standardise=True)
    split = config.split()
    polynomials = next(config.run()).polynomials
    features = polynomials.features(split.train_inputs, torch.float64)
    assert float(features.mean(0).abs().max()) < 1e-9
    assert float(polynomials.features(split.test_inputs).mean(0).abs().max()) > 1e-3


# Views


@pytest.mark.parametrize("half_width", [1.0, 10.0])
def test_both_maps_follow_the_window(snapshot, half_width):
    window = Window(half_width=half_width)
    for view in (polynomial_map, mlp_map):
        drawn = view(snapshot, 1, window)
        assert drawn.half_width == half_width
        assert drawn.probabilities.shape == (4, GRID, GRID)
        np.testing.assert_allclose(drawn.probabilities.sum(0), 1, atol=1e-5)
        assert drawn.not_finite == 0
        assert view(snapshot, 1, window) is drawn
        assert drawn.regions_inside == view(snapshot, 1, Window()).regions_inside
    # The data lie within the larger window, and reach past the smaller.
    assert (polynomial_map(snapshot, 1, window).regions_outside == 0) == (half_width == 1)


def test_a_map_shows_what_its_network_answers(snapshot):
    drawn = polynomial_map(snapshot, 2, Window(half_width=3.0)).probabilities
    centres = cell_centres(3.0, GRID)
    row, column = 17, 203
    point = torch.stack([centres[column], centres[row]])[None]
    features = snapshot.polynomials.features(point)[0].numpy()
    weights = snapshot.polynomial.weights[0][2]
    logits = torch.from_numpy(weights[:, :-1] @ features + weights[:, -1])
    np.testing.assert_allclose(drawn[:, row, column], logits.softmax(0), atol=1e-5)


def test_the_spectrum_holds_each_weight_at_its_degrees(snapshot):
    square = spectrum(snapshot, 1)
    weights = snapshot.polynomial.weights[0][1]
    assert square.shape == (4, 5, 5)
    for column, (n, m) in enumerate(terms(4)):
        np.testing.assert_array_equal(square[:, n, m], weights[:, column])
    np.testing.assert_array_equal(square[:, 0, 0], weights[:, -1])
    n, m = np.indices((5, 5))
    np.testing.assert_array_equal(np.isnan(square[0]), n + m > 4)


def test_chebyshev_features_shatter_the_plane_outside_the_data():
    shattered = final(PolynomialFeatures(basis="chebyshev", scale=True, seeds=1, epochs=5))
    window = Window()
    drawn = polynomial_map(shattered, 0, window)
    assert drawn.regions_outside > 100
    assert mlp_map(shattered, 0, window).regions_outside < 20

    x, y = np.meshgrid(*[cell_centres(window.half_width, GRID).numpy()] * 2)
    outside = (abs(x) > shattered.data_half_width) | (abs(y) > shattered.data_half_width)
    assert drawn.regions_outside == connected_regions(drawn.probabilities, outside)


def test_the_result_is_plain_data(snapshot):
    result = json.loads(json.dumps(snapshot.result()))
    assert result["features"] == 14
    assert result["polynomial"]["parameters"] == 60
    assert result["mlp"]["parameters"] >= 60
    assert [network["seed"] for network in result["polynomial"]["networks"]] == [0, 1, 2]
    assert result["polynomial"]["regions_inside"] >= 1
    assert result["conditioning"]["zeros"] < 0.1


# What goes wrong is a finding


def test_degree_60_monomials_are_drawn_whole_out_to_10():
    widest = final(small(degree=60, basis="monomial", epochs=1, seeds=1))
    drawn = polynomial_map(widest, 0, Window(half_width=10.0))
    assert drawn.not_finite == 0
    assert drawn.beyond_float32 > 0.5
    assert drawn.regions_outside >= 4


def test_features_that_overflow_are_reported():
    overflowing = small(degree=60, noise=1.0, samples=200, epochs=1)
    assert feature_conditioning(overflowing).not_finite > 0
    last = final(overflowing)
    assert (last.polynomial.diverged_at == 0).all()
    assert last.mlp.converged.all()
    assert last.polynomial.score.count == 0


def test_a_diverged_network_has_a_map_without_regions():
    diverged = final(small(optimiser="sgd", learning_rate=1e6, degree=20, basis="monomial"))
    assert not diverged.mlp.converged.any()
    drawn = mlp_map(diverged, 0, Window())
    assert drawn.not_finite == 1
    assert drawn.regions_inside == drawn.regions_outside == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (dict(degree=0), "degree must be a whole number from 1 to 60; got 0."),
        (dict(degree=61), "degree must be a whole number from 1 to 60; got 61."),
        (dict(degree=2.5), "degree must be a whole number from 1 to 60; got 2.5."),
        (
            dict(basis="fourier"),
            "basis must be one of monomial, chebyshev, legendre; got 'fourier'.",
        ),
        (dict(scale=1), "scale must be true or false; got 1."),
        (dict(hidden_layers=0), "hidden_layers must be a whole number from 1 to 10; got 0."),
        (
            dict(samples=10),
            "batch_size must be at most the training set's 32 samples; got 128. "
            "Lower it or raise samples.",
        ),
    ],
)
def test_bad_fields_are_refused_in_words(fields, message):
    with pytest.raises(ParameterError) as refused:
        PolynomialFeatures(**fields)
    assert str(refused.value) == message


@pytest.mark.parametrize("half_width", [0.5, 10.5, float("nan")])
def test_a_window_is_at_least_1_and_at_most_10(half_width):
    with pytest.raises(ParameterError, match="half_width must be a number from 1 to 10; got"):
        Window(half_width=half_width)


def test_a_configs_own_fields_come_first():
    names = list(specs(PolynomialFeatures))
    assert names[:4] == ["degree", "basis", "hidden_layers", "dropout"]
    assert names[4:6] == ["scale", "standardise"]
    assert names.index("data") < names.index("seeds") < names.index("optimiser")
    assert "half_width" not in names
