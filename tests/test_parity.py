"""Training in NumPy and in Keras ends with the same weights: benchmarks.parity, in short."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import parity
from helpers.comparison import keras, to_keras
from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    one_hot,
)
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD, Adam

PAIRS = [
    ("SGD", "binary cross-entropy"),
    ("momentum", "one-hot cross-entropy"),
    ("Nesterov", "mean squared error"),
    ("RMSprop", "sparse cross-entropy"),
    ("Adam", "sparse cross-entropy"),
]


@pytest.mark.parametrize(("optimizer", "loss"), PAIRS)
def test_every_optimizer_and_every_loss_end_with_keras_weights(optimizer, loss):
    assert max(parity.drift(optimizer, loss, epochs=3)) <= 1e-13


def test_float32_drifts_by_roundings_only():
    result = parity.drift("Adam", "sparse cross-entropy", epochs=1, dtype="float32")
    assert 0 < result.weights < 1e-5


def test_adam_as_published_is_not_keras_adam():
    ours = parity.digits_model("Adam", "sparse cross-entropy")
    theirs = to_keras(ours)
    ours.compile(Adam(keras_rounding=False), ours.loss)
    X, y = parity.digits()
    ours.fit(X, y, epochs=1, shuffle=False)
    theirs.fit(X, y, epochs=1, shuffle=False, verbose=0)
    difference = np.abs(ours.get_weights()[0] - theirs.get_weights()[0]).max()
    assert 1e-9 < difference < 1e-5


LAST_LAYERS = {
    "softmax, sparse": (10, "softmax", SparseCategoricalCrossentropy()),
    "softmax, one-hot": (10, "softmax", CategoricalCrossentropy()),
    "softmax, binary": (10, "softmax", BinaryCrossentropy()),
    "softmax, squared": (10, "softmax", MeanSquaredError()),
    "sigmoid, binary": (10, "sigmoid", BinaryCrossentropy()),
    "sigmoid, one label": (1, "sigmoid", BinaryCrossentropy()),
    "linear, one label": (1, None, BinaryCrossentropy(from_logits=True)),
    "relu, one number": (1, "relu", MeanSquaredError()),
}


@pytest.mark.parametrize("case", LAST_LAYERS)
def test_last_layers_histories_and_accuracies_are_those_of_keras(case):
    units, activation, loss = LAST_LAYERS[case]
    X, y = parity.digits()
    if units == 1:
        y = (y % 2).astype(float)
    elif not isinstance(loss, SparseCategoricalCrossentropy):
        y = one_hot(y, 10)
    metrics = [] if isinstance(loss, MeanSquaredError) else ["accuracy"]
    ours = Sequential([Dense(7, activation="tanh"), Dense(units, activation=activation)])
    ours.build(64)
    ours.compile(SGD(0.1), loss, metrics)
    theirs = to_keras(ours)
    data = {
        "validation_data": (X[200:250], y[200:250]),
        "epochs": 2,
        "shuffle": False,
        "verbose": 0,
    }
    our_history = ours.fit(X[:200], y[:200], **data).history
    their_history = theirs.fit(X[:200], y[:200], **data).history
    assert our_history.keys() == their_history.keys()
    for name, values in our_history.items():
        assert values == pytest.approx(their_history[name], rel=1e-12, abs=0), name
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-13)
    few = {"batch_size": 1000, "verbose": 0}  # the same answers as from batches of 32, sooner
    assert ours.evaluate(X, y) == pytest.approx(theirs.evaluate(X, y, **few), rel=1e-12)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X, **few), rtol=0, atol=1e-13)


def test_shuffled_training_and_a_second_fit_go_on_as_keras_would():
    # Keras draws other orders, so the order is ours: one epoch per fit over data put in that order.
    X, y = parity.digits()
    ours = parity.digits_model("Adam", "sparse cross-entropy", seed=3)
    theirs = to_keras(ours)
    random = np.random.default_rng(3)
    for layer in ours.layers:  # spend the draws that the initial weights took
        random.uniform(size=layer.kernel.shape)
    for _ in range(3):
        ours.fit(X, y, epochs=1, shuffle=True)
        order = random.permutation(len(X))
        theirs.fit(X[order], y[order], epochs=1, batch_size=32, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-13)


def test_keras_global_precision_is_left_alone():
    model = parity.digits_model("SGD", "sparse cross-entropy")
    X, y = parity.digits()
    to_keras(model).fit(X[:32], y[:32], verbose=0)
    assert keras().config.floatx() == "float32"
