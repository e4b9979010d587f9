"""Lesson 1: what it says of units that die, over ten seeds and the neighbouring rates."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.datasets import digits
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

SEEDS = range(10)
UNITS = 64
X, y = digits().train.X, digits().train.y


def trained(activation: str, learning_rate: float, seed: int) -> Sequential:
    """One hidden layer on the digits, after four epochs."""
    model = Sequential([Dense(UNITS, activation), Dense(10)], seed=seed)
    model.build(n_features=64)
    model.compile(SGD(learning_rate), SparseCategoricalCrossentropy(from_logits=True))
    model.fit(X, y, epochs=4, shuffle=False)
    return model


def silent(model: Sequential) -> np.ndarray:
    """Which hidden units are at most 0 on every image."""
    return (model.activations(X)[0] <= 0).all(axis=0)


@pytest.mark.parametrize("learning_rate", [1.5, 1.75, 2.0])
def test_at_too_large_a_rate_nearly_all_relu_units_die(learning_rate):
    """Measured: 58 to 64 of 64. At the rate 1.0 it is 10 to 35, at 0.5 it is 1 to 4."""
    dead = [silent(trained("relu", learning_rate, seed)).sum() for seed in SEEDS]
    assert min(dead) >= 0.85 * UNITS


@pytest.mark.parametrize("learning_rate", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(("activation", "stuck"), [("relu", True), ("leaky_relu", False)])
def test_a_silent_unit_has_a_gradient_if_and_only_if_it_is_leaky(activation, stuck, learning_rate):
    for seed in SEEDS:
        model = trained(activation, learning_rate, seed)
        gradient = model.gradients(X, y)[0][:, silent(model)]
        assert gradient.size
        assert ((gradient == 0).all(axis=0) == stuck).all()
