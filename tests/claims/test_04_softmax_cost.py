"""Lesson 4: what it says of pushes, of long steps and of the best finite difference, over seeds."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

from helpers.datasets import digits
from helpers.losses import one_hot, sparse_categorical_crossentropy_gradient

SEEDS = range(10)
X, y = digits().train.X, digits().train.y


@pytest.mark.parametrize("num_classes", [2, 4, 10])
@pytest.mark.parametrize("scale", [0.5, 3.0, 30.0])
def test_the_push_is_between_minus_1_and_1_adds_up_to_0_and_is_stronger_the_more_wrong(
    num_classes, scale
):
    """As the probability of the truth falls, the push on its logit never gets weaker."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        z, label = scale * rng.normal(size=num_classes), int(rng.integers(num_classes))
        rows = np.tile(z, (50, 1))
        rows[:, label] = np.linspace(z.max() + 5, z.min() - 5, 50)
        push = -sparse_categorical_crossentropy_gradient(np.full(50, label), rows)
        assert np.abs(push).max() <= 1
        assert np.abs(push.sum(axis=1)).max() < 1e-12
        assert (np.diff(scipy.special.softmax(rows, axis=1)[:, label]) <= 0).all()
        assert (np.diff(push[:, label]) >= 0).all()
        assert push[-1, label] - push[0, label] > 0.9


def descend(rows: np.ndarray, learning_rate: float, epochs: int = 50) -> list[float]:
    """The lesson's loop, on some of the images; a cost for each epoch."""
    W, b, costs = np.zeros((64, 10)), np.zeros(10), []
    Y = one_hot(y[rows], 10)
    for _ in range(epochs):
        log_a = scipy.special.log_softmax(X[rows] @ W + b, axis=1)
        costs.append(-(Y * log_a).sum() / len(rows))
        errors = (np.exp(log_a) - Y) / len(rows)
        W, b = W - learning_rate * X[rows].T @ errors, b - learning_rate * errors.sum(axis=0)
    return costs


@pytest.mark.parametrize("learning_rate", [15.0, 20.0, 30.0])
def test_with_long_steps_the_cost_jumps_far_above_the_guessers(learning_rate):
    """Measured, on halves of the images: its highest is 8 to 29 times a guesser's."""
    for seed in SEEDS:
        half = np.random.default_rng(seed).permutation(len(y))[: len(y) // 2]
        assert max(descend(half, learning_rate)) > 3 * np.log(10)


@pytest.mark.parametrize("learning_rate", [1.0, 2.0, 3.0])
def test_with_shorter_steps_the_cost_falls_from_the_guessers(learning_rate):
    """Measured, on halves of the images: it ends between 0.17 and 0.42."""
    for seed in SEEDS:
        half = np.random.default_rng(seed).permutation(len(y))[: len(y) // 2]
        costs = descend(half, learning_rate)
        assert costs[0] == pytest.approx(np.log(10))
        assert max(costs) == costs[0]
        assert costs[-1] < 0.5


@pytest.mark.parametrize(("m", "n", "num_classes"), [(6, 3, 4), (20, 5, 3), (3, 8, 6)])
def test_the_best_finite_difference_has_a_step_near_the_cube_root_of_epsilon(m, n, num_classes):
    """Deeper. Measured: the best step is 1.6 to 5.3 times that root, its error 2e-11 to 9e-11."""
    steps = np.logspace(-12, 0, 25)
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        features, labels = rng.normal(size=(m, n)), rng.integers(0, num_classes, m)
        weights = rng.normal(size=(n, num_classes))

        def cost(W, features=features, labels=labels):
            log_a = scipy.special.log_softmax(features @ W, axis=1)
            return -log_a[np.arange(len(labels)), labels].mean()

        a = scipy.special.softmax(features @ weights, axis=1)
        gradient = features.T @ (a - one_hot(labels, num_classes)) / m
        errors = [np.abs(differences(cost, weights, h) - gradient).max() for h in steps]
        best = int(np.argmin(errors))
        assert 0.1 < steps[best] / np.cbrt(np.finfo(float).eps) < 20
        assert 1e-12 < errors[best] / np.abs(gradient).max() < 1e-9
        assert errors[0] > 1e4 * errors[best]
        assert errors[-1] > 1e4 * errors[best]


def differences(cost, W: np.ndarray, h: float) -> np.ndarray:
    slopes = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        nudge = np.zeros(W.shape)
        nudge[place] = h
        slopes[place] = (cost(W + nudge) - cost(W - nudge)) / (2 * h)
    return slopes
