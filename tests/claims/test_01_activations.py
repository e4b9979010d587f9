"""Lesson 1: gradients by depth, the ceiling of the learning rate, and units that die."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from helpers.activations import leaky_relu, leaky_relu_derivative, sigmoid
from helpers.datasets import digits
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

SEEDS = range(10)
UNITS = 64
X, y = digits().train.X, digits().train.y

# --- ten layers -----------------------------------------------------------------------------------

DEEP = {  # the lesson's four networks: activation, starting weights, and their factor
    "vanishing": ("sigmoid", "glorot_uniform", 1),
    "tanh": ("tanh", "glorot_uniform", 1),
    "relu": ("relu", "he_uniform", 1),
    "exploding": ("tanh", "glorot_uniform", 8),
}


def deep(activation, start, factor, *, seed, layers=10, learning_rate=0.05) -> Sequential:
    hidden = [Dense(UNITS, activation, kernel_initializer=start) for _ in range(layers)]
    model = Sequential([*hidden, Dense(10, "softmax")], seed=seed)
    model.build(64)
    for layer in model.layers:
        layer.kernel[...] = factor * layer.kernel
    model.compile(SGD(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def norms(model: Sequential) -> np.ndarray:
    """The norms of the gradient, from the first layer's to the last one's."""
    return np.array([np.linalg.norm(dW) for dW in model.gradients(X, y)[::2]])


@pytest.mark.parametrize(
    ("network", "layers", "low", "high"),
    [
        ("vanishing", 8, 1e-6, 1e-4),
        ("vanishing", 10, 3e-7, 3e-6),
        ("vanishing", 12, 1e-9, 1e-6),
        ("tanh", 8, 0.5, 5),
        ("tanh", 10, 0.5, 5),
        ("tanh", 12, 0.5, 5),
        ("relu", 8, 0.2, 5),
        ("relu", 10, 0.2, 5),
        ("relu", 12, 0.2, 5),
        ("exploding", 8, 50, 2000),
        ("exploding", 10, 200, 1000),
        ("exploding", 12, 200, 10_000),
    ],
)
def test_the_first_layers_gradient_as_a_share_of_the_last_ones(network, layers, low, high):
    """With ten layers: 5e-7 to 1.2e-6, 1.1 to 2.2, 0.7 to 1.8, and 410 to 870."""
    for seed in SEEDS:
        first, *_, last = norms(deep(*DEEP[network], seed=seed, layers=layers))
        assert low < first / last < high


@pytest.mark.parametrize("network", DEEP)
def test_only_tanh_and_relu_learn(network):
    """After five epochs: 10%, 90 to 95%, 76 to 95%, and 10%."""
    for seed in SEEDS:
        model = deep(*DEEP[network], seed=seed)
        model.fit(X, y, epochs=5)
        right = model.evaluate(X, y)[1]
        assert right > 0.7 if network in ("tanh", "relu") else right < 0.12


@pytest.mark.parametrize("learning_rate", [0.02, 0.1])
@pytest.mark.parametrize("network", DEEP)
def test_only_tanh_and_relu_learn_at_the_neighbouring_rates(network, learning_rate):
    for seed in range(3):
        model = deep(*DEEP[network], seed=seed, learning_rate=learning_rate)
        model.fit(X, y, epochs=5)
        right = model.evaluate(X, y)[1]
        assert right > 0.6 if network in ("tanh", "relu") else right < 0.3


def test_a_small_slope_changes_the_first_layers_gradient_by_less_than_a_factor_of_three():
    """The deeper notebook, for slopes up to 0.3."""
    for seed in SEEDS:
        relu = norms(deep("relu", "glorot_uniform", 1, seed=seed))[0]
        for slope in (0.01, 0.1, 0.3):
            pair = (
                partial(leaky_relu, negative_slope=slope),
                partial(leaky_relu_derivative, negative_slope=slope),
            )
            assert 1 / 3 < norms(deep(pair, "glorot_uniform", 1, seed=seed))[0] / relu < 3


# --- inputs that are all positive -----------------------------------------------------------------


def arrives(inputs: np.ndarray, goal: np.ndarray, learning_rate: float) -> bool:
    """Whether w ends near its goal, learned one example at a time from L = (w·x − goal·x)²."""
    w = np.zeros(len(goal))
    for x in inputs:
        w = w - learning_rate * 2 * ((w - goal) @ x) * x
        if np.abs(w).max() > 1e9:
            return False
    return bool(np.abs(w - goal).max() < 0.05)


@pytest.mark.parametrize("steps", [200, 400])
@pytest.mark.parametrize("where", ["anywhere", "(1, -1)", "(1, 1)"])
def test_all_positive_inputs_lower_the_ceiling_of_the_learning_rate(where, steps):
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        goal = random.standard_normal(2)
        if where != "anywhere":
            goal = np.array([1.0, -1.0 if where == "(1, -1)" else 1.0])
        positive = sigmoid(random.standard_normal((steps, 2)))
        assert all(arrives(positive, goal, rate) for rate in (0.5, 1.0))
        assert not any(arrives(positive, goal, rate) for rate in (4.0, 6.0, 8.0))
        assert all(arrives(positive - 0.5, goal, rate) for rate in (0.5, 1.0, 2.0, 4.0, 8.0))


# --- units that die -------------------------------------------------------------------------------


def shallow(activation: str, learning_rate: float, seed: int) -> Sequential:
    """One hidden layer on the digits, not yet trained."""
    model = Sequential([Dense(UNITS, activation), Dense(10, "softmax")], seed=seed)
    model.build(n_features=64)
    model.compile(SGD(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def trained(activation: str, learning_rate: float, seed: int) -> Sequential:
    model = shallow(activation, learning_rate, seed)
    model.fit(X, y, epochs=4, shuffle=False)
    return model


def silent(model: Sequential) -> np.ndarray:
    """Which hidden units are at most 0 on every image."""
    return (model.activations(X)[0] <= 0).all(axis=0)


@pytest.mark.parametrize(
    ("learning_rate", "least", "most"), [(0.25, 0, 4), (0.5, 0, 4), (1.5, 58, 64), (2.0, 58, 64)]
)
def test_how_many_relu_units_die(learning_rate, least, most):
    """Measured: 0 to 4 at 0.25, 1 to 4 at 0.5, 10 to 35 at 1.0, 58 to 63 at 1.5, 59 to 64 at 2."""
    for seed in SEEDS:
        assert least <= silent(trained("relu", learning_rate, seed)).sum() <= most


@pytest.mark.parametrize("learning_rate", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(("activation", "stuck"), [("relu", True), ("leaky_relu", False)])
def test_a_silent_unit_has_a_gradient_if_and_only_if_it_is_leaky(activation, stuck, learning_rate):
    for seed in SEEDS:
        model = trained(activation, learning_rate, seed)
        gradient = model.gradients(X, y)[0][:, silent(model)]
        assert gradient.size
        assert ((gradient == 0).all(axis=0) == stuck).all()


@pytest.mark.parametrize("learning_rate", [1.5, 2.0])
def test_leaky_relu_recovers_from_the_damage_and_relu_often_does_not(learning_rate):
    """Right at the end, for 1.5: 87 to 97% against 25 to 95%; for 2.0: 87 to 96%, 10 to 76%.

    And, in the deeper notebook: the units that fire again do most of the work.
    """
    ends = {"relu": [], "leaky_relu": []}
    for seed in SEEDS:
        damaged = trained("relu", learning_rate, seed)
        dead = silent(damaged)
        for name, right in ends.items():
            model = shallow(name, 0.5, seed)
            model.set_weights(damaged.get_weights())
            model.fit(X, y, epochs=20, shuffle=False)
            right.append(model.evaluate(X, y)[1])
            assert (dead & ~silent(model)).any() == (name == "leaky_relu")
        model.layers[1].kernel[silent(model)] = 0
        assert model.evaluate(X, y)[1] > 0.75 * ends["leaky_relu"][-1]
    assert min(ends["leaky_relu"]) > 0.85
    assert (np.array(ends["leaky_relu"]) > ends["relu"]).all()
    assert min(ends["relu"]) < 0.3
    assert np.mean(ends["leaky_relu"]) > np.mean(ends["relu"]) + 0.25
