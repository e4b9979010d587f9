"""Lesson 8: strides in series and on the digits' network, rates, and the race on the ravine."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from helpers.datasets import digits
from helpers.figures.optimizers import record_steps
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD, Adam, RMSprop, adam_step, momentum_step, rmsprop_step

SEEDS = range(10)
X, y, raw = digits().train.X, digits().train.y, digits().train.raw
MAKERS = {
    "plain": SGD,
    "momentum": lambda rate: SGD(rate, momentum=0.9),
    "RMSprop": RMSprop,
    "Adam": Adam,
}


def network(optimizer: SGD | RMSprop | Adam, seed: int) -> Sequential:
    model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10)], seed=seed)
    model.compile(optimizer, SparseCategoricalCrossentropy(from_logits=True))
    return model


@functools.cache
def training(alpha: float, seed: int, batch_size: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """The gradients and strides of ten epochs."""
    gradients, steps = record_steps(network(Adam(alpha), seed), X, y, 10, batch_size)
    return gradients, np.abs(steps) / alpha


@functools.cache
def losses(name: str, rate: float, unscaled: bool = False) -> np.ndarray:
    """The training loss, shape (seeds, epochs)."""
    data = raw if unscaled else X
    return np.array(
        [
            network(MAKERS[name](rate), seed).fit(data, y, epochs=14).history["loss"]
            for seed in SEEDS
        ]
    )


# --- 8.8: a chance to flip ------------------------------------------------------------------------


@functools.cache
def strides(chance: float) -> np.ndarray:
    """The average stride under gradients that flip with that chance, for a hundred series."""
    random = np.random.default_rng(0)
    series = np.cumprod(np.where(random.random((600, 100)) < chance, -1.0, 1.0), axis=0)
    w = m = v = np.zeros(100)
    moved = []
    for t, g in enumerate(series, start=1):
        new, m, v = adam_step(w, g, m, v, t, learning_rate=1.0)
        moved.append(np.abs(new - w))
        w = new
    return np.mean(moved[100:], axis=0)


def test_half_a_stride_is_left_at_a_chance_of_about_one_in_ten():
    """Measured, over a hundred series: median 0.59 at 0.06, 0.48 at 0.1, 0.41 at 0.14."""
    assert np.median(strides(0.06)) > 0.5 > np.median(strides(0.14))


def test_the_more_flips_the_shorter_the_stride_from_full_to_one_nineteenth():
    average = np.array([strides(chance).mean() for chance in np.linspace(0, 1, 11)])
    assert (np.diff(average) < 0).all()
    np.testing.assert_allclose(average[[0, -1]], [1, 1 / 19], rtol=1e-3)


# --- 8.9: a real network --------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.0003, 0.001, 0.003])
def test_strides_of_a_network_begin_full_and_become_short(alpha):
    """Measured, of what moves: 1.00 at step 1, 0.49 to 0.59 at step 5, 0.22 to 0.44 at 34."""
    for seed in SEEDS:
        moving = [row[row > 0] for row in training(alpha, seed)[1]]
        assert np.median(moving[0]) > 0.99
        assert 0.35 < np.median(moving[4]) < 0.65
        assert np.median(moving[33]) < min(0.5, np.median(moving[4]))


@pytest.mark.parametrize(("alpha", "batch_size"), [(0.0003, 32), (0.001, 32), (0.001, 24)])
def test_weights_that_keep_their_direction_stride_more_than_twice_as_far(alpha, batch_size):
    """Measured: 2.9 to 5.6 times."""
    epoch = -(-len(X) // batch_size)
    for seed in SEEDS:
        gradients, lengths = training(alpha, seed, batch_size)
        last = np.sign(gradients[epoch - 20 : epoch])
        moving = (last != 0).all(axis=0)
        flips = np.mean(last[1:] != last[:-1], axis=0)
        groups = np.digitize(flips, [0.2, 0.4, 0.6], right=True)
        medians = [np.median(lengths[epoch - 1, moving & (groups == k)]) for k in range(4)]
        assert medians[0] > 2 * medians[3]
        assert medians[0] > medians[1] > medians[2]


def test_a_larger_rate_gives_shorter_strides():
    """Measured at step 34, of what moves: 0.37 to 0.48, 0.26 to 0.38, 0.19 to 0.23."""
    for seed in SEEDS:
        rows = [training(alpha, seed)[1][33] for alpha in (0.0001, 0.001, 0.01)]
        medians = [np.median(row[row > 0]) for row in rows]
        assert (np.diff(medians) < 0).all()
        assert 0.33 < medians[0] < 0.52
        assert 0.22 < medians[1] < 0.42
        assert 0.15 < medians[2] < 0.27


@pytest.mark.parametrize("step", [34, 340])
def test_at_a_larger_rate_the_gradients_agree_less(step):
    """Measured at step 34: 0.37 to 0.49 at 0.001 and 0.25 to 0.30 at 0.01."""
    for seed in SEEDS:
        agreements = []
        for alpha in (0.001, 0.01):
            last = training(alpha, seed)[0][step - 20 : step]
            last = last[:, (last != 0).all(axis=0)]
            agreement = np.abs(last.mean(axis=0)) / np.sqrt((last**2).mean(axis=0))
            agreements.append(np.median(agreement))
        assert agreements[1] < 0.9 * agreements[0]


# --- 8.11: rates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [8, 10, 12])
def test_the_defaults_of_keras_are_far_from_the_best_rates(epochs):
    """Measured after ten epochs: plain 2.0 at 0.01 and 0.12 at 0.3, Adam 0.5 at 0.001, 0.07."""
    plain, adam = (
        {rate: np.median(losses(name, rate)[:, epochs - 1]) for rate in rates}
        for name, rates in (("plain", (0.01, 0.1, 0.3, 1.0)), ("Adam", (0.001, 0.01, 0.03, 0.1)))
    )
    assert min(plain, key=plain.get) == 0.3
    assert plain[0.01] > 0.75 * np.log(10)
    assert min(adam, key=adam.get) in (0.01, 0.03)
    assert 3 * max(adam[0.01], adam[0.03]) < adam[0.001] < 1


@pytest.mark.parametrize("epochs", [8, 10, 12])
def test_at_their_best_rates_all_get_far_and_their_bands_overlap(epochs):
    best = {"plain": 0.3, "RMSprop": 0.01, "Adam": 0.01}
    bands = {name: losses(name, rate)[:, epochs - 1] for name, rate in best.items()}
    assert max(np.median(band) for band in bands.values()) < 0.2
    assert max(band.min() for band in bands.values()) < min(band.max() for band in bands.values())


def test_unscaled_pixels_move_the_best_rate_of_plain_descent_farther():
    """Measured: plain descent's by about 10, Adam's by about 3."""
    grid = 10.0 ** np.arange(-2.75, 0.1, 0.25)  # indices of the rates around each valley's bottom
    tried = {("plain", False): slice(8, 12), ("plain", True): slice(4, 8)}
    tried |= {("Adam", False): slice(2, 6), ("Adam", True): slice(0, 4)}
    best = {}
    for (name, unscaled), part in tried.items():
        medians = [np.median(losses(name, rate, unscaled)[:, 9]) for rate in grid[part]]
        best[name, unscaled] = grid[part][np.argmin(medians)]
    moved = {name: best[name, False] / best[name, True] for name in ("plain", "Adam")}
    assert moved["plain"] > 8
    assert 1 <= moved["Adam"] < 4
    at = [np.median(losses("Adam", 0.01, raw)[:, 9]) for raw in (False, True)]
    assert max(at) < 0.15


# --- deeper: races --------------------------------------------------------------------------------

Rule = Callable[[np.ndarray, np.ndarray, list, int, float], tuple]
RULES: dict[str, Rule] = {
    "plain": lambda w, g, memory, t, rate: momentum_step(w, g, memory[0], rate, 0.0),
    "momentum": lambda w, g, memory, t, rate: momentum_step(w, g, memory[0], rate),
    "RMSprop": lambda w, g, memory, t, rate: rmsprop_step(w, g, memory[0], rate),
    "Adam": lambda w, g, memory, t, rate: adam_step(w, g, *memory[:2], t, rate),
}
RATES = 2.0 ** np.arange(-10, 2, 0.5)


def starts(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.uniform([4, 0.5], [10, 2], (20, 2)) * random.choice([-1, 1], (20, 2))


@functools.cache
def reached(name: str, curvature: tuple, steps: int, angle: float = 0.0, seed: int = 0):
    """The highest J of the last ten steps with the best rate, by start."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    w = np.tile(starts(seed) @ turn.T, (len(RATES), 1, 1))  # all rates at once
    memory, highest = [np.zeros_like(w)] * 2, np.zeros(w.shape[:2])
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            g = ((w @ turn) * curvature) @ turn.T
            w, *memory = RULES[name](w, g, [*memory], t, RATES[:, None, None])
            if t > steps - 10:
                highest = np.fmax(highest, 0.5 * ((w @ turn) ** 2 @ np.array(curvature)))
    highest[~np.isfinite(w).all(axis=2)] = np.inf
    return highest[np.median(highest, axis=1).argmin()]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("steep", [40.0, 50.0, 80.0])
@pytest.mark.parametrize("steps", [80, 100, 150, 200])
def test_momentum_and_adam_are_as_good_on_the_ravine_and_the_others_behind(steps, steep, seed):
    result = {name: reached(name, (1.0, steep), steps, seed=seed) for name in RULES}
    median = {name: np.median(costs) for name, costs in result.items()}
    # Their bands overlap; plain descent and RMSprop are several times as high.
    for one, other in (("momentum", "Adam"), ("Adam", "momentum")):
        assert np.quantile(result[one], 0.1) < np.quantile(result[other], 0.9)
    for name in ("plain", "RMSprop"):
        assert median[name] > 3 * max(median["momentum"], median["Adam"])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("steps", [60, 100, 150])
@pytest.mark.parametrize("steep", [2.0, 4.0, 8.0])
def test_plain_descent_is_lower_by_powers_of_ten_in_a_bowl(steep, steps, seed):
    median = {name: np.median(reached(name, (1.0, steep), steps, seed=seed)) for name in RULES}
    assert median["plain"] < 1e-3 * min(median[name] for name in RULES if name != "plain")


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("steps", [35, 40, 45])
def test_a_turned_ravine_costs_rmsprop_and_not_the_others(steps, seed):
    upright, turned = (
        {name: np.median(reached(name, (1.0, 50.0), steps, angle, seed)) for name in RULES}
        for angle in (0.0, np.pi / 4)
    )
    for name in ("plain", "momentum"):
        np.testing.assert_allclose(turned[name], upright[name], rtol=1e-6)
    assert turned["RMSprop"] > 3 * upright["RMSprop"]
    assert turned["Adam"] < 2.5 * upright["Adam"]
