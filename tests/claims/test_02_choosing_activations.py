"""Lesson 2: what it says of heads and of the race, over ten seeds and the neighbouring settings."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest

from helpers import datasets
from helpers.losses import one_hot
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

SEEDS = range(10)
TUMOURS, NEW_TUMOURS = datasets.breast_cancer().train, datasets.breast_cancer().validation
PATIENTS, NEW_PATIENTS = datasets.diabetes().train, datasets.diabetes().validation
DIGITS, NEW_DIGITS = datasets.digits().train, datasets.digits().validation
MEASURED, TRUTH = PATIENTS.y / 100, NEW_PATIENTS.y / 100
AVERAGE = MEASURED.mean()


def trained(head, loss, X, y, seed, units=1, rate=0.02, epochs=30, width=16, bias=0.0):
    model = Sequential([Dense(width, "relu"), Dense(units, head)], seed=seed)
    model.build(X.shape[1])
    model.layers[-1].bias[:] = bias
    model.compile(SGD(rate), loss)
    model.fit(X, y, epochs=epochs, shuffle=False)
    return model


# --- the heads ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "width"), [(0.05, 16), (0.1, 16), (0.05, 32)])
def test_a_linear_head_judges_as_well_and_answers_what_is_no_probability(rate, width):
    """Measured at the lesson's setting: 97% against 96% in the median; 28% to 44% outside."""
    right = {"sigmoid": [], "linear": []}
    outside = []
    for seed in SEEDS:
        for head, loss in (("sigmoid", "binary_crossentropy"), ("linear", "mse")):
            model = trained(head, loss, TUMOURS.X, TUMOURS.y, seed, rate=rate, width=width)
            a = model.predict(NEW_TUMOURS.X)[:, 0]
            right[head].append(np.mean((a > 0.5) == NEW_TUMOURS.y))
        outside.append(np.mean((a < 0) | (a > 1)))
    assert abs(np.median(right["sigmoid"]) - np.median(right["linear"])) < 0.03
    assert min(outside) > 0.15


@pytest.mark.parametrize(("rate", "stuck"), [(0.05, 10), (0.1, 8), (0.2, 6)])
def test_only_cross_entropy_recovers_from_a_sure_mistake(rate, stuck):
    """Measured: with the squared error 10, 8 and 6 of ten runs still call everything malignant."""
    counts = {"binary_crossentropy": 0, "mse": 0}
    for loss in counts:
        for seed in SEEDS:
            model = trained("sigmoid", loss, TUMOURS.X, TUMOURS.y, seed, rate=rate, bias=-8)
            counts[loss] += model.predict(TUMOURS.X).max() < 0.5
    assert counts == {"binary_crossentropy": 0, "mse": stuck}


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.04])
def test_a_relu_head_is_worse_in_every_run_where_targets_are_negative(rate):
    """Measured at 0.02: typical errors 0.55 to 0.61 (linear) and 0.67 to 0.77 (ReLU)."""
    errors = {}
    for head in ("linear", "relu"):
        errors[head] = []
        for seed in SEEDS:
            model = trained(head, "mse", PATIENTS.X, MEASURED - AVERAGE, seed, rate=rate)
            a = model.predict(NEW_PATIENTS.X)[:, 0]
            errors[head].append(np.sqrt(np.mean((a - (TRUTH - AVERAGE)) ** 2)))
    assert max(errors["linear"]) < min(errors["relu"])
    # "never larger than that of someone who always answers the average"
    assert max(errors["relu"]) <= np.sqrt(np.mean((TRUTH - AVERAGE) ** 2))


def test_a_few_relu_heads_are_dead_at_the_start_and_none_with_the_remedy():
    """Measured: 4 of the first 100 seeds; in 1000 seeds, a few per cent."""
    dead, with_remedy = 0, 0
    for seed in range(1000):
        model = Sequential([Dense(16, "relu"), Dense(16, "relu"), Dense(1, "relu")], seed=seed)
        model.build(n_features=10)
        dead += not model.predict(PATIENTS.X).any()
        model.layers[-1].bias[:] = AVERAGE
        with_remedy += not model.predict(PATIENTS.X).any()
    assert 10 <= dead <= 100
    assert with_remedy == 0


def test_a_sigmoid_misses_what_is_above_1_and_only_linear_goes_below_0():
    """Measured: errors of 0.94 to 0.96 against 0.57 to 0.64; 5 of ten linear runs below 0."""
    errors, below = {}, {}
    for head in ("relu", "softplus", "linear", "sigmoid"):
        errors[head], below[head] = [], 0
        for seed in SEEDS:
            model = trained(head, "mse", PATIENTS.X, MEASURED, seed)
            a = model.predict(NEW_PATIENTS.X)[:, 0]
            errors[head].append(np.sqrt(np.mean((a - TRUTH) ** 2)))
            below[head] += model.predict(3 * NEW_PATIENTS.X).min() < 0
    assert min(errors["sigmoid"]) >= 0.935
    assert max(max(errors[head]) for head in ("relu", "softplus", "linear")) < 0.645
    assert below == {"relu": 0, "softplus": 0, "linear": 5, "sigmoid": 0}


@pytest.mark.parametrize("rate", [0.005, 0.01])
def test_one_unit_for_ten_digits_names_about_a_third_of_them_at_most(rate):
    """Measured at 0.01: 23% to 33%; ten softmax units: 93% to 95%."""
    single, ten = [], []
    for seed in SEEDS:
        model = trained("linear", "mse", DIGITS.X, DIGITS.y, seed, rate=rate, epochs=15)
        single.append(np.mean(np.rint(model.predict(NEW_DIGITS.X)[:, 0]) == NEW_DIGITS.y))
        loss = "sparse_categorical_crossentropy"
        model = trained("softmax", loss, DIGITS.X, DIGITS.y, seed, units=10, rate=0.1, epochs=15)
        ten.append(np.mean(model.predict(NEW_DIGITS.X).argmax(axis=1) == NEW_DIGITS.y))
    assert max(single) < 0.36
    assert min(ten) > 0.92


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5])
def test_ten_relu_units_lose_digits_in_most_runs(rate):
    """Measured: in 10, 10 and 8 of ten runs at least one digit is never named."""
    y = one_hot(DIGITS.y, 10)
    losing = 0
    for seed in SEEDS:
        model = trained("relu", "mse", DIGITS.X, y, seed, units=10, rate=rate, epochs=15)
        losing += len(np.unique(model.predict(NEW_DIGITS.X).argmax(axis=1))) < 10
    assert losing >= 7


def test_keras_trains_one_softmax_unit_as_a_sigmoid():
    """Bit for bit, from ten starts; only the answers differ."""
    from helpers.comparison import keras as import_keras

    keras = import_keras()
    for seed in SEEDS:
        start = Sequential([Dense(16, "relu"), Dense(1, "sigmoid")], seed=seed)
        start.build(n_features=30)
        weights = {}
        for head in ("sigmoid", "softmax"):
            layers = [keras.Input((30,)), keras.layers.Dense(16, "relu")]
            model = keras.Sequential([*layers, keras.layers.Dense(1, head)])
            model.set_weights(start.get_weights())
            model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "You are using a softmax")
                model.fit(TUMOURS.X, TUMOURS.y, batch_size=341, epochs=2, shuffle=False, verbose=0)
                answers = model(NEW_TUMOURS.X).numpy()
            weights[head] = np.concatenate([w.ravel() for w in model.get_weights()])
        np.testing.assert_allclose(weights["softmax"], weights["sigmoid"], rtol=1e-6, atol=1e-7)
        assert np.ptp(weights["sigmoid"]) > 0
        np.testing.assert_allclose(answers, 1, atol=1e-6)


# --- the race -------------------------------------------------------------------------------------

# For each width, the best of the rates tried, by the median of the last cost.
BEST = {
    16: {"sigmoid": 2.0, "tanh": 0.7, "relu": 0.2, "leaky_relu": 0.2},
    32: {"sigmoid": 1.0, "tanh": 0.5, "relu": 0.3, "leaky_relu": 0.3},
    64: {"sigmoid": 1.0, "tanh": 0.5, "relu": 0.3, "leaky_relu": 0.3},
}


@cache
def last_costs(activation, rate, width, raw=False, epochs=15):
    start = "he_uniform" if "relu" in activation else "glorot_uniform"
    X, costs = DIGITS.raw if raw else DIGITS.X, []
    for seed in SEEDS:
        hidden = [Dense(width, activation, kernel_initializer=start) for _ in range(3)]
        model = Sequential([*hidden, Dense(10, "softmax")], seed=seed)
        model.compile(SGD(rate), "sparse_categorical_crossentropy")
        costs.append(model.fit(X, DIGITS.y, epochs=epochs, shuffle=False).history["loss"][-1])
    return np.array(costs)


@pytest.mark.parametrize("width", BEST)
def test_the_sigmoid_is_last_and_nobody_is_first(width):
    """Measured at 64: sigmoid 1.2 to 2.3, tanh 0.010 to 0.015, ReLU and leaky 0.005 to 0.022."""
    costs = {name: last_costs(name, rate, width) for name, rate in BEST[width].items()}
    sigmoid = costs.pop("sigmoid")
    assert all(sigmoid.min() > others.max() for others in costs.values())
    assert all(np.median(sigmoid) > 5 * np.median(others) for others in costs.values())
    for one in costs.values():
        for other in costs.values():
            assert one.min() < other.max(), "the bands do not overlap"
    # "with narrower layers, tanh is even ahead in the median"
    assert (min(costs, key=lambda name: np.median(costs[name])) == "tanh") == (width < 64)


def test_one_rate_for_all_names_the_winner():
    """Measured at 0.1: ReLU 0.037 to 0.050, tanh 0.070 to 0.082. At 0.5 ReLU reaches 0.36."""
    assert last_costs("relu", 0.1, 64).max() < last_costs("tanh", 0.1, 64).min()
    assert last_costs("relu", 0.5, 64).max() > 5 * last_costs("tanh", 0.5, 64).max()


def test_relu_minds_raw_pixels():
    """At 0.3 all ReLU runs only guess, 2.3; tanh's are between 0.4 and 1.4."""
    assert last_costs("relu", 0.3, 32, raw=True, epochs=10).min() > 2.2
    assert last_costs("tanh", 0.3, 32, raw=True, epochs=10).max() < 2


def test_at_each_ones_best_rate_relu_leads_on_raw_pixels_by_much_less():
    """Measured: medians 0.84 against 0.17 at 0.01; about 0.2 against 0.1 at the best rates."""
    tanh, relu = (last_costs(name, 0.01, 32, raw=True, epochs=10) for name in ("tanh", "relu"))
    assert np.median(tanh) > 4 * np.median(relu)
    tanh = last_costs("tanh", 0.1, 32, raw=True, epochs=10)
    relu = last_costs("relu", 0.03, 32, raw=True, epochs=10)
    assert 1 < np.median(tanh) / np.median(relu) < 3
    assert tanh.min() < relu.max(), "the bands do not overlap"
