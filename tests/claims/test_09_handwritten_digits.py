"""Lesson 9 and its deeper notebook: what they say of more than one run, over ten seeds."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from helpers.callbacks import EarlyStopping
from helpers.datasets import digits
from helpers.figures.drawing import to_pixels
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import Adam
from helpers.softmax import softmax

SEEDS = range(10)
DATA = digits()
TRAIN, VALIDATION, TEST = DATA.train, DATA.validation, DATA.test
X_NEW = np.concatenate([VALIDATION.X, TEST.X])
Y_NEW = np.concatenate([VALIDATION.y, TEST.y])
UNCROSSED_SEVEN = [[(2, 1), (6, 1), (3.6, 7.2)]]


def network(seed: int, units: int, rate: float, start: str = "he_uniform") -> Sequential:
    hidden = [Dense(units, activation="relu", kernel_initializer=start)] if units else []
    model = Sequential([*hidden, Dense(10)], seed=seed)
    model.compile(Adam(rate), SparseCategoricalCrossentropy(from_logits=True))
    return model


@functools.cache
def stopped(
    seed: int, units: int = 64, rate: float = 0.01, start: str = "he_uniform", patience: int = 20
) -> tuple[Sequential, EarlyStopping]:
    model = network(seed, units, rate, start)
    stopping = EarlyStopping(patience=patience, restore_best_weights=True)
    held_out = (VALIDATION.X, VALIDATION.y)
    model.fit(
        TRAIN.X, TRAIN.y, epochs=300, batch_size=64, shuffle=False,
        validation_data=held_out, callbacks=[stopping],
    )  # fmt: skip
    return model, stopping


@functools.cache
def long_run(seed: int) -> tuple[Sequential, dict]:
    model = network(seed, 64, 0.01)
    held_out = (VALIDATION.X, VALIDATION.y)
    history = model.fit(
        TRAIN.X, TRAIN.y, epochs=200, batch_size=64, shuffle=False, validation_data=held_out
    )
    return model, history.history


def best(**settings) -> np.ndarray:
    return np.array([stopped(seed, **settings)[1].best for seed in SEEDS])


def right(model: Sequential, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return model.predict(X).argmax(axis=1) == y


def moved(images: np.ndarray, by: int) -> np.ndarray:
    shifted = np.roll(images, by, axis=2)
    shifted[:, :, 0 if by > 0 else -1] = 0
    return shifted.reshape(len(images), 64) / 16


def test_the_validation_loss_turns_while_the_training_loss_falls_on():
    """Measured: lowest at epoch 23 to 43, 10 to 34% higher after 200 epochs."""
    for seed in SEEDS:
        history = long_run(seed)[1]
        validation, training = np.array(history["val_loss"]), np.array(history["loss"])
        lowest = validation.argmin()
        assert 15 <= lowest <= 60
        assert validation[-1] > 1.05 * validation[lowest]
        assert training[-1] < training[lowest] / 10
        assert training[-1] < training[0] / 10_000


def test_with_patience_1_a_bump_is_taken_for_the_turn():
    """Measured: 0.125 in place of 0.087 with seed 1, and hardly anything with seed 0."""
    lost = [stopped(seed, patience=1)[1].best - stopped(seed)[1].best for seed in SEEDS]
    assert lost[0] < 0.001
    assert lost[1] > 0.03
    assert min(lost) >= 0


@pytest.mark.parametrize("rate", [0.001, 0.01])
def test_64_units_reach_a_lower_loss_than_16(rate):
    """Measured: 0.079 against 0.108 at the rate 0.01, 0.078 against 0.103 at 0.001."""
    narrow, wide = best(units=16, rate=rate), best(units=64, rate=rate)
    assert wide.mean() < 0.85 * narrow.mean()
    assert (wide < narrow).sum() >= 8


def test_the_width_matters_more_than_the_smaller_rate():
    step = abs(best(units=64).mean() - best(units=64, rate=0.001).mean())
    assert step < 0.5 * (best(units=16).mean() - best(units=64).mean())


def test_he_and_glorot_differ_less_than_seeds_do():
    """Measured: 0.079 and 0.084 at the rate 0.01, 0.075 and 0.071 at 0.03."""
    for rate in (0.01, 0.03):
        he, glorot = best(rate=rate), best(rate=rate, start="glorot_uniform")
        assert abs(he.mean() - glorot.mean()) < min(np.ptp(he), np.ptp(glorot)) / 2
    assert best().mean() == pytest.approx(0.079, abs=0.0005)
    assert best(start="glorot_uniform").mean() == pytest.approx(0.084, abs=0.0005)


def test_the_network_has_350_to_355_of_359_right():
    counts = [right(stopped(seed)[0], TEST.X, TEST.y).sum() for seed in SEEDS]
    assert (min(counts), max(counts)) == (350, 355)


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("rate", [0.01, 0.03])
def test_a_shift_by_one_pixel_leaves_less_than_60_percent(rate, by):
    """Measured: 44 to 58%."""
    X = moved(TEST.images, by)
    for seed in SEEDS:
        assert right(stopped(seed, rate=rate)[0], X, TEST.y).mean() < 0.6


@pytest.mark.parametrize("rate", [0.01, 0.03])
def test_the_uncrossed_seven_is_read_as_a_3(rate):
    """Measured: with 83 to over 99%."""
    x = to_pixels(UNCROSSED_SEVEN).reshape(1, 64) / 16
    for seed in SEEDS:
        p = softmax(stopped(seed, rate=rate)[0].predict(x))[0]
        assert p.argmax() == 3
        assert p[3] > 0.75


def test_the_long_run_is_right_as_often_and_claims_more():
    """Measured: at most 4 of 719 images apart; claims 0.7 to 1.5 points higher."""
    for seed in SEEDS:
        results = []
        for model in (stopped(seed)[0], long_run(seed)[0]):
            p = softmax(model.predict(X_NEW))
            is_right = p.argmax(axis=1) == Y_NEW
            gap = abs(p.max(axis=1).mean() - is_right.mean())
            loss = -np.log(p[np.arange(len(p)), Y_NEW]).mean()
            results.append((is_right.sum(), p.max(axis=1).mean(), loss, gap))
        early, late = results
        assert abs(early[0] - late[0]) <= 4
        assert late[1] > early[1] + 0.005
        assert late[2] > early[2]
        assert late[3] > early[3]


def test_the_few_errors_carry_more_than_half_of_the_loss():
    """Measured: 67 to 84%."""
    for seed in SEEDS:
        p = softmax(stopped(seed)[0].predict(TEST.X))
        losses = -np.log(p[np.arange(len(p)), TEST.y])
        wrong = p.argmax(axis=1) != TEST.y
        assert losses[wrong].sum() > 0.5 * losses.sum()


def test_longer_steps_leave_more_units_dead():
    """Measured, of 64: 2 to 7 at the rate 0.001, 10 to 17 at 0.01, 12 to 27 at 0.03."""
    dead = {}
    for rate in (0.001, 0.01, 0.03):
        models = [stopped(seed, rate=rate)[0] for seed in SEEDS]
        dead[rate] = [(m.activations(TRAIN.X)[0].max(axis=0) == 0).sum() for m in models]
    assert max(dead[0.001]) < min(dead[0.01])
    assert np.mean(dead[0.01]) < np.mean(dead[0.03]) - 2
