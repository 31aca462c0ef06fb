"""What no network's numbers depend on: neighbours, threads, and how a run is cut into calls."""

import math
import threading
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.datasets import augmentation, drawn_faces
from mlpcore.engines import OPTIMISERS, Lesson, PictureSamples, Rule, workers
from mlpcore.engines.compiled import TASKS, CompiledEngine, tasks
from mlpcore.engines.reference import TorchEngine

SHAPES = [[2, 6, 6, 3], [2, 3], [2, 17, 3], [2, 6, 6, 3], [2, 5, 4, 3, 3, 3], [2, 40, 3]]
RULE = Rule("adam", weight_decay=0.01)
RULES = [RULE, Rule("adam", dropout=0.3)]


def assert_equal(one, other):
    for mine, theirs in zip(one, other, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module")
def trained(school):
    """Train networks of :data:`SHAPES` in two epochs of four steps, the last of them smaller."""

    def train(
        engine, places=range(6), *, threads=1, cuts=(), rule=RULE, features=2,
        seeds=(7, 7, 7, 8, 8, 9), activation="tanh", poison=None,
    ):  # fmt: skip
        places = list(places)
        networks = [school.network([features, *SHAPES[i][1:]], i, torch.float32) for i in places]
        if poison is not None:
            for layer in networks[poison[0]]:
                layer[:] = poison[1]
        lesson = school.lesson(
            engine,
            networks,
            school.points(features, 3, 50, torch.float32),
            rule,
            [seeds[i] for i in places],
            activation=activation,
        )
        edges = [0, *sorted(cuts), 8]
        for start, stop in pairwise(edges):
            engine.train([lesson], start, stop, 0.02, threads)
        metrics = engine.evaluate([(lesson.ensemble, lesson.samples)], threads)
        return school.layers(lesson.ensemble), metrics[0]

    return train


@pytest.mark.parametrize("features", [2, 30])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_does_not_depend_on_its_neighbours(trained, activation, optimiser, features):
    engine = CompiledEngine()
    about = dict(rule=Rule(optimiser, 0.5, 0.01), activation=activation, features=features)
    together, (accuracy, loss) = trained(engine, **about)
    for place in range(len(SHAPES)):
        (alone,), metrics = trained(engine, [place], **about)
        assert_equal([alone], [together[place]])
        assert_equal([metrics], [(accuracy[[place]], loss[[place]])])


@settings(max_examples=25)
@given(
    places=st.permutations(range(len(SHAPES))),
    count=st.integers(1, len(SHAPES)),
    threads=st.integers(1, 8),
    cuts=st.lists(st.integers(0, 8), max_size=6),
    about=st.fixed_dictionaries(
        {"features": st.sampled_from([2, 30]), "rule": st.sampled_from(RULES)}
    ),
)
def test_neither_order_nor_threads_nor_cuts_matter(trained, places, count, threads, cuts, about):
    engine, places = CompiledEngine(), places[:count]
    expected, metrics = trained(engine, **about)
    found, (accuracy, loss) = trained(engine, places, threads=threads, cuts=cuts, **about)
    assert_equal(found, [expected[place] for place in places])
    assert_equal([(accuracy, loss)], [(metrics[0][places], metrics[1][places])])


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 8), max_size=6), rule=st.sampled_from(RULES))
def test_torch_does_not_depend_on_cuts(trained, cuts, rule):
    engine = TorchEngine()
    assert_equal(trained(engine, cuts=cuts, rule=rule)[0], trained(engine, rule=rule)[0])


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    ("degrees", "rule"), [(None, RULES[0]), (20.0, RULES[1])], ids=["still", "moved, dropout"]
)
def test_nor_with_pictures(school, threads, degrees, rule):
    """Their batches are gathered in part, as memory allows."""
    engine, pictures = CompiledEngine(), drawn_faces.make(60, 12)
    networks = [school.network([3072, 4, 3], seed, torch.float32) for seed in range(3)]
    samples = PictureSamples(
        augmentation.pack(pictures.train_images), pictures.train_labels, degrees
    )
    found = []
    for cuts, used in (((), 1), ((1, 3, 4), threads)):
        lesson = school.lesson(engine, networks, school.points(2, 3, 60, torch.float32))
        ensemble = engine.ensemble(networks, "relu", 0.0, rule, [0, 1, 1])
        lesson = Lesson(ensemble, samples, 16, 4)
        edges = [0, *cuts, 7]
        for start, stop in pairwise(edges):
            engine.train([lesson], start, stop, 1e-3, used)
        found.append(school.layers(ensemble))
    assert_equal(*found)


def test_several_lessons_at_once_are_one_after_the_other(school):
    engine, found = CompiledEngine(), []
    for together in (True, False):
        lessons = [
            school.lesson(
                engine,
                [school.network([features, 5, 3], seed, torch.float32) for seed in range(3)],
                school.points(features, 3, 50, torch.float32),
            )
            for features in (2, 30)
        ]
        for lesson in [lessons] if together else [[lesson] for lesson in lessons]:
            engine.train(lesson, 0, 8, 0.01, threads=2)
        found.append([layers for lesson in lessons for layers in school.layers(lesson.ensemble)])
    assert_equal(*found)


# What has diverged


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("poison", [torch.nan, torch.inf, -torch.inf, 3e38])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_diverged_neighbour_does_not_spread(trained, engine, optimiser, poison, activation):
    about = dict(rule=Rule(optimiser, 0.5, 0.01), activation=activation)
    healthy, metrics = trained(engine, **about)
    beside, (accuracy, loss) = trained(engine, poison=(0, poison), **about)
    assert_equal(beside[1:], healthy[1:])
    assert_equal([(accuracy[1:], loss[1:])], [(metrics[0][1:], metrics[1][1:])])
    if np.isfinite(poison) and activation == "tanh":
        return  # tanh of whatever is large is 1
    assert not np.isfinite(loss[0])
    assert accuracy[0] == 0


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("features", [2, 30])
def test_nan_reaches_the_outputs_through_every_activation(school, engine, activation, features):
    """Fast arithmetic may reorder sums, but not take NaN for a number."""
    networks = [school.network([features, 4, 4, 3], seed, torch.float32) for seed in range(2)]
    networks[0][0][1, 1] = torch.nan
    dataset = school.points(features, 3, 20, torch.float32)
    lesson = school.lesson(engine, networks, dataset, activation=activation)
    for trained in (False, True):
        if trained:
            engine.train([lesson], 0, 2, 0.01)
        ((accuracy, loss),) = engine.evaluate([(lesson.ensemble, lesson.samples)])
        assert np.isfinite(loss).tolist() == [False, True]
        assert accuracy[0] == 0


# The share of each thread


@given(seeds=st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_tasks_are_of_one_order_each_and_many(seeds):
    rows = np.sort(seeds)
    ends = tasks(rows)
    assert (ends[0], ends[-1]) == (0, len(seeds))
    parts = [rows[low:high] for low, high in pairwise(ends)]
    assert all(len(set(part)) == 1 for part in parts)
    assert len(parts) >= min(len(seeds), TASKS) / 2
    assert max(map(len, parts)) <= math.ceil(len(seeds) / TASKS)


def test_nobody_waits_for_a_thread_that_does_not_begin(school):
    ended = threading.Event()
    occupied = [workers._pool().submit(ended.wait) for _ in range(workers.cores() - 1)]
    try:
        done = []
        workers.on_threads(lambda: done.append(threading.get_ident()), 2 * workers.cores())
        assert len(set(done)) == 1
    finally:
        ended.set()
        for one in occupied:
            one.result()


# Memory


@pytest.mark.parametrize(
    ("rule", "states"),
    [
        (Rule("sgd"), 0),
        (Rule("sgd", momentum=0.9), 1),
        (Rule("sgd", l1=0.1), 1),
        (Rule("adam"), 2),
        (Rule("adamw"), 2),
        (Rule("rmsprop"), 2),
    ],
)
def test_an_ensemble_holds_its_weights_and_its_rules_state(school, rule, states):
    networks = [school.network([3072, 64, 3], seed, torch.float32) for seed in range(4)]
    ensemble = CompiledEngine().ensemble(networks, "relu", 0.0, rule, range(4))
    weights = sum(layer.nbytes for layers in networks for layer in layers)
    held = (*vars(ensemble).values(), *ensemble.nets, *ensemble.moves)
    arrays = {id(v): v.nbytes for v in held if isinstance(v, np.ndarray)}
    assert weights * (1 + states) <= sum(arrays.values()) < weights * (1 + states) + 2000
