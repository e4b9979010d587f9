"""Lesson 6: what it says of learning rates, equal starts, batches and Keras, over ten seeds."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.comparison import float64_keras, to_keras
from helpers.datasets import breast_cancer, digits
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

SEEDS = range(10)
X, y = digits().train.X, digits().train.y
CANCER = breast_cancer()
RADIUS = CANCER.train.X[:, [CANCER.feature_names.index("worst radius")]]
BENIGN = CANCER.train.y


def digit_network(learning_rate: float, seed: int) -> Sequential:
    model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10)], seed=seed)
    model.build(64)
    model.compile(SGD(learning_rate), SparseCategoricalCrossentropy(from_logits=True))
    return model


# --- 6.3: too small, right, too large -------------------------------------------------------------


def costs_on_the_map(learning_rate: float) -> np.ndarray:
    """Return J of the one-feature model before the first of 60 steps and after each."""
    x, w, b, costs = RADIUS[:, 0], 0.0, 0.0, []
    for _ in range(61):
        z = w * x + b
        costs.append((np.logaddexp(0, z) - BENIGN * z).mean())
        error = 1 / (1 + np.exp(-z)) - BENIGN
        w, b = w - learning_rate * (error * x).mean(), b - learning_rate * error.mean()
    return np.array(costs)


@pytest.mark.parametrize("learning_rate", [0.05, 0.1, 0.2])
def test_a_small_rate_is_still_on_its_way_after_60_steps(learning_rate):
    """Measured: 0.44, 0.35, 0.28, and falling; the lowest is 0.210."""
    costs = costs_on_the_map(learning_rate)
    assert (np.diff(costs) < 0).all()
    assert costs[-1] > 0.27


@pytest.mark.parametrize("learning_rate", [2, 4, 8, 16])
def test_a_right_rate_stands_near_the_bottom_after_60_steps(learning_rate):
    """Measured: 0.2129 or less."""
    assert costs_on_the_map(learning_rate)[-1] < 0.214


@pytest.mark.parametrize("learning_rate", [45, 50, 55, 60])
def test_too_large_a_rate_reaches_the_bottom_and_is_thrown_out(learning_rate):
    costs = costs_on_the_map(learning_rate)
    assert costs[20] < costs_on_the_map(4)[20]
    assert costs[30] < 0.211
    assert costs[31:].max() > 0.3


# --- 6.8: the two columns end with the same weights -----------------------------------------------


@pytest.mark.parametrize("learning_rate", [0.1, 0.2])
def test_numpy_and_keras_end_with_the_same_weights(learning_rate):
    """In double precision: what the two differ by in single precision is rounding."""
    with float64_keras():
        theirs = to_keras(digit_network(learning_rate, 0))
        for seed in SEEDS:
            ours = digit_network(learning_rate, seed)
            theirs.set_weights(ours.get_weights())
            for model in (ours, theirs):
                model.fit(X, y, epochs=10, batch_size=539, shuffle=False, verbose=0)
            for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
                assert np.abs(one - other).max() < 1e-9


# --- 6.9: equal weights stay equal ----------------------------------------------------------------


@pytest.mark.parametrize("learning_rate", [0.3, 0.5, 1.0])
def test_equal_units_stay_equal_and_the_border_does_not_close(learning_rate):
    """Measured: right with equal weights 57% to 64%, with random ones 87% to 100%."""
    for seed in SEEDS:
        points = np.random.default_rng(seed).uniform(-1, 1, size=(300, 2))
        inside = ((points**2).sum(axis=1) < 0.5).astype(int)
        model = Sequential([Dense(8, "relu"), Dense(1, "sigmoid")], seed=seed)
        model.build(2)
        model.compile(SGD(learning_rate), "binary_crossentropy", metrics=["accuracy"])
        model.fit(points, inside, epochs=100)
        assert model.evaluate(points, inside)[1] > 0.85
        model.set_weights([np.full((2, 8), 0.5), np.zeros(8), np.full((8, 1), 0.5), np.zeros(1)])
        model.fit(points, inside, epochs=100)
        assert model.evaluate(points, inside)[1] < 0.7
        W1, b1, W2, _ = model.get_weights()
        for weights in (W1, b1[np.newaxis], W2.T):
            np.testing.assert_allclose(weights, weights[:, :1] * np.ones(8), rtol=1e-6)


# --- deeper ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("learning_rate", [3.0, 5.0, 8.0])
def test_too_large_a_rate_shuts_all_units_of_the_second_hidden_layer(learning_rate):
    for seed in SEEDS:
        model = digit_network(learning_rate, seed)
        model.fit(X, y, epochs=100, batch_size=539, shuffle=False)
        assert not (model.activations(X)[1] > 0).any()


def cost_after_40_epochs(batch_size: int, learning_rate: float, seed: int) -> float:
    model = digit_network(learning_rate, seed)
    model.fit(X, y, epochs=40, batch_size=batch_size)
    return model.evaluate(X, y)


@pytest.mark.parametrize("learning_rate", [0.1, 0.2, 0.3])
def test_at_the_same_rate_smaller_batches_are_ahead_by_epoch(learning_rate):
    """Measured at 0.2: 0.02 to 0.03 with 49, 0.44 to 0.68 with 539, 1.14 to 1.74 with 1078."""
    for seed in SEEDS:
        small, middle, large = (
            cost_after_40_epochs(size, learning_rate, seed) for size in (49, 539, 1078)
        )
        assert small < 0.3 * middle < 0.3 * large


@pytest.mark.parametrize("learning_rate", [0.1, 0.2, 0.3])
def test_with_its_rate_scaled_a_small_batch_needs_about_as_many_epochs(learning_rate):
    """Measured at 0.2: its cost after 40 epochs is 0.75 to 0.96 of that of the batch of 539."""
    for seed in SEEDS:
        small = cost_after_40_epochs(49, learning_rate * 49 / 539, seed)
        assert 0.6 < small / cost_after_40_epochs(539, learning_rate, seed) < 1.4


@pytest.mark.parametrize("learning_rate", [4.4, 5.0, 6.0])
def test_all_examples_at_once_bear_no_rate_22_times_as_large(learning_rate):
    for seed in SEEDS:
        assert cost_after_40_epochs(1078, learning_rate, seed) > 2.29


def end(learning_rate: float, batch_size: int, seed: int) -> float:
    """Return J of the one-feature model, averaged over the last 20 of 60 epochs."""
    model = Sequential([Dense(1, "sigmoid", kernel_initializer="zeros")], seed=seed)
    model.compile(SGD(learning_rate), "binary_crossentropy")
    model.fit(RADIUS, BENIGN, epochs=40, batch_size=batch_size)
    costs = []
    for _ in range(20):
        model.fit(RADIUS, BENIGN, batch_size=batch_size)
        costs.append(model.evaluate(RADIUS, BENIGN))
    return float(np.mean(costs[-20:]))


@pytest.mark.parametrize("learning_rate", [4.0, 8.0])
def test_the_smaller_the_batch_the_higher_the_floor(learning_rate):
    """Measured at 4, above the lowest: 0.0006 to 0.002, 0.003 to 0.008, 0.03 to 0.07."""
    for seed in range(10):
        ends = [end(learning_rate, size, seed) for size in (64, 16, 4)]
        assert ends == sorted(ends)


def test_a_smaller_rate_lowers_the_floor():
    """Measured with batches of 4: 0.03 to 0.07 at 4, 0.002 to 0.004 at 1, below 0.0003 at 0.25."""
    for seed in SEEDS:
        ends = [end(rate, 4, seed) for rate in (4.0, 1.0, 0.25)]
        assert ends == sorted(ends, reverse=True)
