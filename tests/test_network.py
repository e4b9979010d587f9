"""The network: gradients against three witnesses, training, and everything it must refuse."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import time
import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression

from helpers import _training, losses
from helpers.activations import ACTIVATIONS, leaky_relu, leaky_relu_derivative
from helpers.callbacks import EarlyStopping
from helpers.comparison import automatic_gradient, float64_keras, keras, tensorflow, to_keras
from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    one_hot,
)
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD, Adam, RMSprop

STEEPER = (
    partial(leaky_relu, negative_slope=0.3),
    partial(leaky_relu_derivative, negative_slope=0.3),
)
SPARSE = SparseCategoricalCrossentropy(from_logits=True)
CATEGORICAL = SparseCategoricalCrossentropy | CategoricalCrossentropy
# name: loss, activation of the last layer, its units (None: any)
OUTPUTS = {
    "sparse from logits": (SPARSE, None, None),
    "sparse": (SparseCategoricalCrossentropy(), "softmax", None),
    "one-hot from logits": (CategoricalCrossentropy(from_logits=True), None, None),
    "one-hot": (CategoricalCrossentropy(), "softmax", None),
    "binary from logits": (BinaryCrossentropy(from_logits=True), None, None),
    "binary": (BinaryCrossentropy(), "sigmoid", None),
    "binary, softmax": (BinaryCrossentropy(), "softmax", None),
    "squared": (MeanSquaredError(), None, None),
    "squared, softmax": (MeanSquaredError(), "softmax", None),
    "squared, tanh": (MeanSquaredError(), "tanh", None),
}


def targets(loss, m: int, units: int, random: np.random.Generator) -> np.ndarray:
    """Targets of the kind that the loss wants."""
    if isinstance(loss, SparseCategoricalCrossentropy):
        return random.integers(0, units, m)
    if isinstance(loss, CategoricalCrossentropy):
        return random.dirichlet(np.ones(units), m)
    if isinstance(loss, BinaryCrossentropy):
        return random.random((m, units))
    return random.standard_normal((m, units))


def problem(loss, output, hidden, *, m=6, n=4, units=3, seed=0):
    """A model with random weights and biases, X and y."""
    random = np.random.default_rng(seed)
    model = Sequential([*(Dense(5, activation=g) for g in hidden), Dense(units, activation=output)])
    model.compile("sgd", loss)
    model.build(n)
    model.set_weights([random.standard_normal(w.shape) for w in model.get_weights()])
    return model, random.standard_normal((m, n)), targets(loss, m, units, random)


def cost_in_tensorflow(model, X, y):
    """J as a function of the weights, in TensorFlow's words only."""
    tf = tensorflow()
    # tf.nn.leaky_relu and tf.nn.gelu round their constants to float32, even for float64 tensors.
    functions = {
        "linear": tf.identity, "sigmoid": tf.sigmoid, "tanh": tf.tanh, "relu": tf.nn.relu,
        "leaky_relu": lambda z: tf.where(z > 0, z, 0.01 * z), "softplus": tf.nn.softplus,
        "elu": tf.nn.elu,
        "gelu": lambda z: z * 0.5 * (1 + tf.math.erf(z / np.sqrt(2))),
        "silu": tf.nn.silu,
        "softmax": tf.nn.softmax,
        STEEPER: lambda z: tf.where(z > 0, z, 0.3 * z),
    }  # fmt: skip

    def cost(*weights):
        a = tf.constant(X)
        for layer, W, b in zip(model.layers, weights[::2], weights[1::2], strict=True):
            z = a @ W + b
            a = functions[layer.activation](z)
        if isinstance(model.loss, MeanSquaredError):
            return tf.reduce_mean((a - y) ** 2)
        if isinstance(model.loss, BinaryCrossentropy):
            if model.layers[-1].activation == "softmax":
                return tf.reduce_mean(-y * tf.math.log(a) - (1 - y) * tf.math.log(1 - a))
            return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, z))
        if isinstance(model.loss, SparseCategoricalCrossentropy):
            return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, z))
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, z))

    return cost


# --- gradients ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden", [*ACTIVATIONS, "softmax", STEEPER], ids=lambda g: g if isinstance(g, str) else "pair"
)
def test_gradients_of_every_activation_are_those_of_automatic_differentiation(hidden):
    model, X, y = problem(SPARSE, None, [hidden, hidden])
    theirs = automatic_gradient(cost_in_tensorflow(model, X, y), *model.get_weights())
    for a, b in zip(model.gradients(X, y), theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-13)


@pytest.mark.parametrize("case", OUTPUTS)
@settings(max_examples=8)
@given(
    m=st.integers(1, 9), n=st.integers(1, 6), units=st.integers(1, 6), depth=st.integers(0, 3),
    seed=st.integers(0, 2**32),
)  # fmt: skip
def test_gradients_of_every_loss_and_shape_are_those_of_automatic_differentiation(
    case, m, n, units, depth, seed
):
    loss, output, _ = OUTPUTS[case]
    if output == "softmax" or isinstance(loss, CATEGORICAL):
        units = max(units, 2)  # softmax of one logit is 1, whatever it is: refused
    model, X, y = problem(loss, output, ["tanh"] * depth, m=m, n=n, units=units, seed=seed)
    theirs = automatic_gradient(cost_in_tensorflow(model, X, y), *model.get_weights())
    for a, b in zip(model.gradients(X, y), theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", OUTPUTS)
def test_gradients_are_slopes_of_the_cost(case):
    loss, output, _ = OUTPUTS[case]
    model, X, y = problem(loss, output, ["sigmoid", "silu"])
    gradient = np.concatenate([g.ravel() for g in model.gradients(X, y)])
    slopes = np.empty_like(gradient)
    for j, value in enumerate(model.parameters.copy()):
        sides = []
        for side in (value + 1e-5, value - 1e-5):
            model.parameters[j] = side
            sides.append(model.evaluate(X, y))
        model.parameters[j] = value
        slopes[j] = (sides[0] - sides[1]) / 2e-5
    np.testing.assert_allclose(gradient, slopes, rtol=0, atol=1e-9)


@given(st.integers(1, 9), st.integers(1, 8), st.integers(0, 2**32), st.floats(0.1, 40))
def test_losses_of_the_training_loop_are_those_of_the_losses_module(m, units, seed, scale):
    random = np.random.default_rng(seed)
    z = random.standard_normal((m, units)) * scale
    a = z.copy()
    pairs = [
        (_training.softmax_crossentropy_with_labels, "sparse_categorical_crossentropy", SPARSE),
        (_training.softmax_crossentropy, "categorical_crossentropy", CategoricalCrossentropy()),
        (_training.sigmoid_crossentropy, "binary_crossentropy", BinaryCrossentropy()),
        (_training.squared_error, "mean_squared_error", MeanSquaredError()),
    ]
    for ours, name, loss in pairs:
        y = targets(loss, m, units, random)
        options = {} if ours is _training.squared_error else {"from_logits": True}
        values, gradient = ours(y, z)
        np.testing.assert_allclose(
            values, getattr(losses, name)(y, z, **options), rtol=1e-13, atol=1e-14 * scale
        )
        np.testing.assert_allclose(
            gradient, getattr(losses, f"{name}_gradient")(y, z, **options), rtol=1e-13, atol=1e-14
        )
        np.testing.assert_array_equal(z, a)  # an argument is never written to


def test_losses_of_the_training_loop_do_not_overflow():
    z = np.array([[1000.0, 0.0], [-1000.0, 1000.0]])
    values, gradient = _training.softmax_crossentropy_with_labels(np.array([1, 1]), z)
    np.testing.assert_array_equal(values, [1000, 0])
    np.testing.assert_array_equal(gradient, [[1, -1], [0, 0]])
    np.testing.assert_array_equal(_training.softmax_crossentropy(np.eye(2), z)[0], [0, 0])
    values, gradient = _training.sigmoid_crossentropy(np.eye(2), z)
    np.testing.assert_array_equal(values, [np.log(2) / 2, 0])
    np.testing.assert_array_equal(gradient, [[0, 0.25], [0, 0]])


# --- training -------------------------------------------------------------------------------------


def blobs(m=90, seed=0):
    random = np.random.default_rng(seed)
    y = np.arange(m) % 3
    return random.standard_normal((m, 2)) + np.array([[0, 2], [2, -1], [-2, -1]])[y], y


def classifier(optimizer="adam", seed=0, **options) -> Sequential:
    model = Sequential([Dense(8, activation="relu"), Dense(3)], seed=seed)
    model.compile(optimizer, SPARSE, **options)
    return model


def test_logistic_regression_ends_at_the_optimum_of_scikit_learn():
    X, _ = blobs()
    y = (X[:, 0] + 3 * np.random.default_rng(2).standard_normal(len(X)) > 0).astype(int)
    model = Sequential([Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile(SGD(2.0), BinaryCrossentropy())
    model.fit(X, y, epochs=3000, batch_size=len(X), shuffle=False)
    witness = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(model.get_weights()[0], witness.coef_.T, atol=1e-6)
    np.testing.assert_allclose(model.get_weights()[1], witness.intercept_, atol=1e-6)


def test_linear_regression_ends_at_the_optimum_of_scikit_learn():
    X, _ = blobs()
    y = X @ [[1.0, 2.0], [-3.0, 0.5]] + 4 + np.random.default_rng(1).standard_normal((len(X), 2))
    model = Sequential([Dense(2)])
    model.compile(SGD(0.1, momentum=0.9), "mse")
    model.fit(X, y, epochs=500, batch_size=len(X))
    witness = LinearRegression().fit(X, y)
    np.testing.assert_allclose(model.get_weights()[0], witness.coef_.T, atol=1e-12)
    np.testing.assert_allclose(model.get_weights()[1], witness.intercept_, atol=1e-12)


def test_gradients_build_the_model_as_fit_does():
    X, y = blobs()
    model, twin = classifier(), classifier()
    twin.build(2)
    for a, b in zip(model.gradients(X, y), twin.gradients(X, y), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_step_of_plain_descent_is_the_formula_of_the_notes():
    model, X, y = problem(SPARSE, None, ["tanh"])
    model.compile(SGD(0.5), SPARSE)
    before, gradients = model.get_weights(), model.gradients(X, y)
    model.fit(X, y, epochs=1, batch_size=len(X), shuffle=False)
    for w, dj_dw, after in zip(before, gradients, model.get_weights(), strict=True):
        np.testing.assert_allclose(after, w - 0.5 * dj_dw, rtol=1e-15, atol=1e-15)


def clear_and_fast(monkeypatch, model, X, y, **options):
    """What remains after the same fit by `forward_and_backward`, and by `_training`."""
    results = []
    for rows in (0, _training.FAST_ROWS):
        twin = copy.deepcopy(model)
        with monkeypatch.context() as patch:
            patch.setattr(_training, "FAST_ROWS", rows)
            if rows:  # nobody else does the work
                patch.setattr(twin, "forward_and_backward", None)
            history = twin.fit(X, y, **options).history
        gradients = [
            g for layer in twin.layers for g in (layer.kernel_gradient, layer.bias_gradient)
        ]
        results.append((history, twin.get_weights(), gradients))
    return results


HIDDEN = [*ACTIVATIONS, "softmax", STEEPER]


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda g: g if isinstance(g, str) else "pair")
@pytest.mark.parametrize("case", OUTPUTS)
def test_fast_training_is_the_training_that_readers_see(monkeypatch, case, hidden):
    loss, output, _ = OUTPUTS[case]
    model, X, y = problem(loss, output, [hidden, "tanh", hidden], m=21)
    # At 0.05, training amplifies a rounding: after 60 epochs of silu and tanh by 600.
    model.compile(SGD(0.02), loss, None if case.startswith("squared") else ["accuracy"])
    clear, fast = clear_and_fast(monkeypatch, model, X, y, epochs=60, batch_size=8)  # 8, 8, 5
    assert clear[0].keys() == fast[0].keys()
    for name, values in clear[0].items():
        np.testing.assert_allclose(fast[0][name], values, rtol=1e-13)
    for a, b in zip(clear[1] + clear[2], fast[1] + fast[2], strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.01, momentum=0.9), SGD(0.01, momentum=0.9, nesterov=True), RMSprop(), Adam()],
    ids=["momentum", "nesterov", "rmsprop", "adam"],
)
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_fast_training_is_that_of_every_optimizer_depth_and_dtype(
    monkeypatch, optimizer, depth, dtype
):
    X, y = blobs()
    model = Sequential([*(Dense(6, "relu") for _ in range(depth)), Dense(3)], dtype=dtype)
    model.compile(copy.deepcopy(optimizer), SPARSE)
    clear, fast = clear_and_fast(monkeypatch, model, X, y, epochs=100, validation_data=(X, y))
    tolerance = 1e-13 if dtype == "float64" else 2e-4
    for name, values in clear[0].items():
        np.testing.assert_allclose(fast[0][name], values, rtol=tolerance)
    for a, b in zip(clear[1] + clear[2], fast[1] + fast[2], strict=True):
        assert a.dtype == b.dtype == dtype
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


def test_fast_training_takes_any_logits(monkeypatch):
    X, y = np.array([[1.0], [-1.0], [0.5]]), np.array([0, 1, 2])
    for size in (1e3, 1e150):  # beyond exp; losses of 0 and of 1e150
        model = Sequential([Dense(3)])
        model.build(1)
        model.set_weights([[[size, -size, 0]], np.zeros(3)])
        model.compile(SGD(0.1), SPARSE)
        clear, fast = clear_and_fast(monkeypatch, model, X, y, shuffle=False)
        assert clear[0] == fast[0]
        for a, b in zip(clear[1] + clear[2], fast[1] + fast[2], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-15)


@pytest.mark.parametrize(("batch_size", "fast"), [(1024, True), (1025, False)])
def test_large_batches_are_not_copied(monkeypatch, batch_size, fast):
    made = []
    make = _training.batch_passes
    monkeypatch.setattr(
        _training, "batch_passes", lambda *args: (made.append(args[2]), make(*args))[1]
    )
    X, y = blobs(1100)
    model = classifier()
    model.fit(X, y, epochs=2, batch_size=batch_size)
    assert made == ([1024, 76] if fast else [])
    assert model.optimizer.iterations == 4
    model.fit(X[:1024], y[:1024], batch_size=batch_size)
    assert made[2 * fast :] == [1024]


@pytest.mark.parametrize(("m", "batch_size", "steps"), [(90, 32, 3), (90, 90, 1), (90, 500, 1)])
def test_a_short_last_batch_counts_by_its_examples(m, batch_size, steps):
    X, y = blobs(m)
    model = classifier(SGD(1e-300))  # does not move: the epoch's loss is the cost
    history = model.fit(X, y, epochs=2, batch_size=batch_size)
    assert model.optimizer.iterations == 2 * steps
    assert history.history["loss"] == pytest.approx([model.evaluate(X, y)] * 2, rel=1e-14)
    assert history.epoch == [0, 1]


def test_accuracy_counts_right_answers():
    X, y = blobs()
    model = classifier(Adam(0.02), metrics=["accuracy"])
    history = model.fit(X, y, epochs=30, validation_data=(X[:30], y[:30])).history
    share = np.mean(model.predict(X[:30]).argmax(axis=1) == y[:30])
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history["val_accuracy"][-1] == pytest.approx(share)
    assert model.evaluate(X[:30], y[:30])[1] == pytest.approx(share)
    assert history["accuracy"][-1] > 0.9 > history["accuracy"][0]
    model = Sequential([Dense(3)])
    model.compile("adam", BinaryCrossentropy(from_logits=True), ["accuracy"])
    labels = one_hot(y, 3)
    model.fit(X, labels)
    assert model.evaluate(X, labels)[1] == pytest.approx(np.mean((model.predict(X) > 0) == labels))


def test_the_same_seed_gives_the_same_training_and_another_another():
    X, y = blobs()
    weights = []
    for seed in (1, 1, 2):
        model = classifier(seed=seed)
        model.fit(X, y, epochs=2)
        weights.append(model.get_weights())
    np.testing.assert_array_equal(weights[0][0], weights[1][0])
    assert (weights[0][0] != weights[2][0]).all()


def test_shuffling_visits_every_example_once_per_epoch(monkeypatch):
    X, y = blobs()
    model, seen = classifier(), []
    passes = model.forward_and_backward
    monkeypatch.setattr(
        _training,
        "passes_for",
        lambda model, batch_size: lambda x, y: (seen.append(x.copy()), passes(x, y))[1],
    )
    model.fit(X, y, epochs=2, batch_size=7)
    first, second = np.concatenate(seen)[:90], np.concatenate(seen)[90:]
    for epoch in (first, second):
        np.testing.assert_array_equal(np.sort(epoch, axis=0), np.sort(X, axis=0))
    assert (first != X).any()
    assert (first != second).any()


def test_a_second_fit_goes_on_where_the_first_stopped():
    X, y = blobs()
    once, twice = classifier(), classifier()
    whole = once.fit(X, y, epochs=4).history["loss"]
    parts = [*twice.fit(X, y, epochs=1).history["loss"], *twice.fit(X, y, epochs=3).history["loss"]]
    assert whole == parts
    np.testing.assert_array_equal(once.parameters, twice.parameters)


def test_a_deep_copy_trains_alike_and_apart():
    X, y = blobs()
    model = classifier()
    model.fit(X, y)
    unbuilt = copy.deepcopy(classifier())
    twin = copy.deepcopy(model)
    before = model.get_weights()
    twin.fit(X, y)
    unbuilt.fit(X, y)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert (twin.layers[0].kernel != before[0]).any()
    np.testing.assert_array_equal(unbuilt.get_weights()[0], before[0])
    model.fit(X, y)
    np.testing.assert_array_equal(model.parameters, twin.parameters)


def test_a_pickled_model_goes_on_where_it_stopped():
    X, y = blobs()
    for activation, loss, units in (
        ("softmax", "sparse_categorical_crossentropy", 3),
        ("linear", SPARSE, 3),
        (STEEPER, "mse", 1),
    ):
        model = Sequential([Dense(4, "relu"), Dense(units, activation)])
        bare = pickle.loads(pickle.dumps(model))
        bare.build(2)
        model.compile("adam", loss)
        model.fit(X, y)
        twin = pickle.loads(pickle.dumps(model))
        model.fit(X, y)
        assert (twin.parameters != model.parameters).any()
        twin.fit(X, y)
        np.testing.assert_array_equal(twin.parameters, model.parameters)
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))
        assert bare.predict(X).shape == (len(X), units)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_is_computed_in_the_dtype_of_the_model(dtype):
    model = Sequential([Dense(4, activation="gelu"), Dense(3, activation="softmax")], dtype=dtype)
    model.compile("rmsprop", "categorical_crossentropy")
    X, y = blobs()
    model.fit(X.astype(np.float32), one_hot(y, 3), validation_data=(X, one_hot(y, 3)))
    arrays = [model.predict(X), *model.get_weights(), *model.activations(X)]
    arrays += model.gradients(X, one_hot(y, 3))
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_targets_and_data_of_other_dtypes_and_lists_are_understood():
    X, y = blobs()
    reference = classifier().fit(X, y).history["loss"]
    same = [y.astype(float), y.astype(np.uint8), y.tolist(), y[:, np.newaxis]]
    for labels in same:
        assert classifier().fit(X.tolist(), labels).history["loss"] == reference
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse")
    assert model.fit((X * 4).astype(np.int8), y % 2 == 0).history["loss"]


def test_activations_are_those_of_each_layer():
    model, X, _ = problem(SPARSE, "linear", ["relu", "softmax"])
    first, second, third = model.activations(X)
    W1, b1, _, _, W3, b3 = model.get_weights()
    np.testing.assert_allclose(first, np.maximum(X @ W1 + b1, 0), rtol=1e-14)
    np.testing.assert_allclose(second.sum(axis=1), 1)
    np.testing.assert_allclose(third, second @ W3 + b3, rtol=1e-14)
    np.testing.assert_array_equal(third, model.predict(X))
    assert model.count_params() == 4 * 5 + 5 + 5 * 5 + 5 + 5 * 3 + 3


def test_prediction_in_pieces_is_the_whole():
    model, _, _ = problem(SPARSE, None, ["tanh"])
    X = np.random.default_rng(0).standard_normal((2500, 4))
    whole = model.activations(X)[-1]
    np.testing.assert_allclose(model.predict(X), whole, rtol=0, atol=1e-14)
    y = np.arange(2500) % 3
    assert model.evaluate(X, y) == pytest.approx(SPARSE(y, whole), rel=1e-13)


def test_initial_weights_are_drawn_from_keras_distributions():
    for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "zeros"):
        layer = Dense(300, kernel_initializer=name, bias_initializer="ones")
        Sequential([layer], seed=5).build(200)
        theirs = keras().initializers.get(name)((200, 300), dtype="float64").numpy()
        assert layer.kernel.std() == pytest.approx(theirs.std(), rel=0.02)
        assert np.abs(layer.kernel).max() == pytest.approx(np.abs(theirs).max(), rel=0.005)
        assert abs(layer.kernel.mean()) < 5 * (theirs.std() or 1) / np.sqrt(200 * 300)
        assert (layer.bias == 1).all()


def test_progress_goes_to_stdout_and_only_if_asked_and_long(capfd):
    X, y = blobs()
    model = classifier()
    model.fit(X, y, epochs=3, verbose=1)
    assert tuple(capfd.readouterr()) == ("", "")
    inner = model._train_epoch

    def slow(*args):
        time.sleep(0.6)
        return inner(*args)

    model._train_epoch = slow
    model.fit(X, y, epochs=3, verbose=1)
    captured = capfd.readouterr()
    assert captured.err == ""
    assert "3/3" in captured.out


def test_training_does_not_copy_the_data_nor_keep_it():
    X, y = np.ones((20000, 64)), np.zeros(20000, int)
    model = classifier()
    model.fit(X[:64], y[:64])
    tracemalloc.start()
    model.fit(X, y, validation_data=(X, y))
    current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The shuffled order is 8 bytes per example against 512 of X, two batches of predictions more.
    assert peak < 0.2 * X.nbytes
    assert current < 0.001 * X.nbytes


def test_floating_point_errors_that_the_user_asks_for_are_not_ours():
    """np.seterr(all="raise"): a harmless 0, from exp(-800) or as float32, is no error."""
    X, y = blobs()
    X = X.copy()
    X[0, 0], X[1, 1] = 1e-300, 800
    for dtype in ("float32", "float64"):
        for activation, loss, units in (
            ("softmax", "sparse_categorical_crossentropy", 3),
            ("sigmoid", "binary_crossentropy", 1),
            ("softmax", "binary_crossentropy", 3),
            ("softplus", "mse", 1),
        ):
            with np.errstate(all="raise"):
                for hidden in (*ACTIVATIONS, "softmax"):
                    model = Sequential([Dense(4, hidden), Dense(units, activation)], dtype)
                    model.compile("adam", loss)
                    labels = y if loss.startswith("sparse") else one_hot(y, 3)[:, :units]
                    model.fit(X, labels, validation_split=0.1)
                    assert np.isfinite(model.evaluate(X, labels))
                    for array in (*model.gradients(X, labels), *model.activations(X)):
                        assert np.isfinite(array).all()
                    np.testing.assert_array_equal(model.activations(X)[-1], model.predict(X))
                    model.set_weights(model.get_weights())
                assert np.geterr()["under"] == "raise"


# --- validation and early stopping, as in Keras ---------------------------------------------------


def noisy(m=60, seed=3):
    """Few examples with wrong labels among them: the validation loss soon rises."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((m, 4)).astype(np.float32).astype(np.float64)
    return X, (X[:, 0] + 1.5 * random.standard_normal(m) > 0).astype(float)


def ours_and_theirs(metrics=("accuracy",)):
    ours = Sequential([Dense(16, "tanh"), Dense(1, "sigmoid")], seed=1)
    ours.build(4)
    ours.compile(Adam(0.05), BinaryCrossentropy(), list(metrics))
    return ours, to_keras(ours)


@pytest.mark.parametrize("split", [0.2, 0.33, 0.5, 0.97])
def test_validation_split_is_that_of_keras(split):
    X, y = noisy()
    ours, theirs = ours_and_theirs()
    options = {"epochs": 3, "validation_split": split, "shuffle": False, "verbose": 0}
    our_history = ours.fit(X, y, **options).history
    their_history = theirs.fit(X, y, **options).history
    assert list(our_history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    for name, values in our_history.items():
        assert values == pytest.approx(their_history[name], rel=1e-12), name


def test_validation_split_is_taken_before_shuffling():
    X, y = noisy()
    split, given = classifier(), classifier()
    for model in (split, given):
        model.build(4)
    y = y.astype(int)
    a = split.fit(X, y, epochs=3, validation_split=0.25).history
    b = given.fit(X[:45], y[:45], epochs=3, validation_data=(X[45:], y[45:])).history
    assert a == b


def test_a_binary_loss_of_softmax_clips_at_its_own_epsilon():
    model = Sequential([Dense(2, activation="softmax")])
    model.build(1)
    model.set_weights([[[0.0, 40.0]], [0.0, 0.0]])
    model.compile("sgd", BinaryCrossentropy(epsilon=1e-3))
    assert model.evaluate([[1.0]], [[1.0, 0.0]]) == pytest.approx(np.log(1000), rel=1e-9)
    assert np.abs(model.gradients([[1.0]], [[1.0, 0.0]])[1]).max() == 0  # both are clipped


STOPPINGS = {
    "default": {},
    "patient": {"patience": 4},
    "accuracy": {"monitor": "val_accuracy", "patience": 3},
    "accuracy delta": {"monitor": "val_accuracy", "patience": 3, "min_delta": 0.05},
    "training": {"monitor": "loss", "patience": 1, "min_delta": 0.01},
    "delta": {"min_delta": 0.02, "patience": 2},
    "never": {"monitor": "accuracy", "patience": 100},
}


@pytest.mark.parametrize("restore", [False, True], ids=["stays", "restores"])
@pytest.mark.parametrize("case", STOPPINGS)
def test_early_stopping_is_that_of_keras_epoch_by_epoch(case, restore):
    X, y = noisy()
    ours, theirs = ours_and_theirs()
    settings = {**STOPPINGS[case], "restore_best_weights": restore}
    our_callback = EarlyStopping(**settings)
    their_callback = keras().callbacks.EarlyStopping(**settings)
    options = {"epochs": 40, "validation_split": 0.3, "shuffle": False, "verbose": 0}
    with float64_keras():  # in which Keras compares the epochs' losses
        their_history = theirs.fit(X, y, callbacks=[their_callback], **options).history
    our_history = ours.fit(X, y, callbacks=[our_callback], **options)
    assert our_history.epoch == list(range(len(their_history["loss"])))
    for name, values in our_history.history.items():
        assert values == pytest.approx(their_history[name], rel=1e-11), name
    for name in ("stopped_epoch", "best_epoch"):
        assert getattr(our_callback, name) == getattr(their_callback, name)
    assert our_callback.best == pytest.approx(float(their_callback.best), rel=1e-11)
    assert (len(our_history.epoch) < 40) == (case != "never") == our_callback.stopped
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


def test_early_stopping_begins_afresh_with_each_fit():
    X, y = noisy()
    callback, histories = EarlyStopping(patience=2, restore_best_weights=True), []
    for _ in range(2):
        model, _ = ours_and_theirs()
        histories.append(
            model.fit(X, y, epochs=40, validation_split=0.3, callbacks=[callback]).history
        )
    assert histories[0] == histories[1]
    assert len(histories[0]["loss"]) < 40


def test_the_first_of_several_callbacks_stops_the_training():
    X, y = noisy()
    model, _ = ours_and_theirs()
    quick, slow = EarlyStopping(), EarlyStopping("loss", patience=30)
    model.fit(X, y, epochs=40, validation_split=0.3, callbacks=[slow, quick])
    assert (quick.stopped, slow.stopped) == (True, False)
    assert model.fit(X, y, callbacks=None).epoch == [0]


# --- what must be refused -------------------------------------------------------------------------


def test_divergence_says_where_and_why_and_leaves_the_model_as_it_was():
    random = np.random.default_rng(0)
    X, y = random.standard_normal((50, 3)) * 100, random.standard_normal((50, 1))
    model = Sequential([Dense(1)])
    model.compile(SGD(1.0), "mse")
    with pytest.raises(FloatingPointError, match=r"loss is .* at step .*learning_rate below 1\b"):
        model.fit(X, y, epochs=200)
    assert not model.built
    assert model.optimizer.iterations == 0


def test_divergence_counts_steps_from_1_and_epochs_and_batches_from_0():
    # Each of two examples is a batch. The first step overshoots: the second loss overflows.
    model = Sequential([Dense(1, kernel_initializer="zeros")])
    model.compile(SGD(1e200), "mse")
    with pytest.raises(
        FloatingPointError, match=r"the loss is inf at step 2 \(epoch 0, batch 1, both from 0\)"
    ):
        model.fit([[1.0], [1.0]], [[1.0], [1.0]], batch_size=1, epochs=3, shuffle=False)
    with pytest.raises(
        FloatingPointError, match=r"the loss is inf at step 2 \(epoch 1, batch 0, both from 0\)"
    ):
        model.fit([[1.0], [1.0]], [[1.0], [1.0]], batch_size=2, epochs=3, shuffle=False)


def test_a_weight_that_overflows_in_the_last_step_is_found():
    model = Sequential([Dense(1, kernel_initializer="zeros")])
    model.compile(SGD(1e300), "mse")
    with pytest.raises(FloatingPointError, match=r"not finite at step 1 \(epoch 0, batch 0,"):
        model.fit([[1e10]], [[1.0]])


@pytest.mark.parametrize("kind", [RMSprop, Adam])
def test_a_gradient_whose_square_overflows_is_found_before_it_stops_the_descent(kind):
    # Loss and gradient, about 1e20, are float32 numbers; the gradient's square is none.
    model = Sequential([Dense(1, kernel_initializer="zeros")], dtype="float32")
    model.compile(kind(), "mse")
    model.fit([[1.0]], [[1.0]])
    before = model.get_weights()
    X, y = [[1.0], [1e10]], [[1.0], [1e10]]
    with pytest.raises(FloatingPointError, match=r"fit into float32.* step 3 \(epoch 0, batch 1,"):
        model.fit(X, y, batch_size=1, shuffle=False)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert model.optimizer.iterations == 1


def test_outputs_that_overflow_are_infinite_without_a_warning():
    model = Sequential([Dense(2, kernel_initializer="zeros"), Dense(1)])
    model.build(1)
    model.set_weights([[[1e10, 1e10]], [0, 0], [[1], [1]], [0]])
    np.testing.assert_array_equal(model.predict([[1e308], [1.0]]), [[np.inf], [2e10]])
    np.testing.assert_array_equal(model.activations([[-1e308]])[-1], [[-np.inf]])


def fails_late(optimizer):
    """A model trained for two epochs, and data that make the third fail in its fourth batch."""
    X, y = blobs()
    model = classifier(optimizer)
    model.fit(X, y, epochs=2, batch_size=16)
    X = X.copy()
    X[50] = 1e308
    model.set_weights([10 * w for w in model.get_weights()])  # so that this overflows
    return model, X, y


@pytest.mark.parametrize("kind", [SGD, partial(SGD, momentum=0.9), RMSprop, Adam])
def test_a_failed_fit_leaves_weights_optimizer_and_random_numbers_as_they_were(kind):
    model, X, y = fails_late(kind())
    twin, _, _ = fails_late(kind())
    weights, state = model.get_weights(), copy.deepcopy(vars(model.optimizer))
    with pytest.raises(FloatingPointError, match=r"epoch 0, batch"):
        model.fit(X, y, epochs=1, batch_size=16)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    for name, value in vars(model.optimizer).items():
        np.testing.assert_array_equal(value, state[name])
    good = blobs()
    assert model.fit(*good).history == twin.fit(*good).history


def test_a_first_fit_that_fails_leaves_the_model_unbuilt():
    X, y = blobs()
    model, never_built = classifier(), classifier()
    X = X.copy()
    X[50] = 1e308
    with pytest.raises(FloatingPointError):
        model.fit(X, y, batch_size=16)
    assert model.built is False
    with pytest.raises(ValueError, match="the layer has no weights yet"):
        _ = model.layers[0].kernel
    for failed, fresh in zip(
        [model, *model.layers], [never_built, *never_built.layers], strict=True
    ):
        assert {k for k, v in vars(failed).items() if isinstance(v, np.ndarray)} == {
            k for k, v in vars(fresh).items() if isinstance(v, np.ndarray)
        }


def test_an_interrupted_fit_leaves_the_model_as_it_was():
    X, y = blobs()
    model = classifier()
    model.fit(X, y)
    weights, inner = model.parameters.copy(), model.optimizer.update

    def interrupted(parameters, gradient):
        inner(parameters, gradient)
        raise KeyboardInterrupt

    model.optimizer.update = interrupted
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    np.testing.assert_array_equal(weights, model.parameters)


@pytest.mark.parametrize("owner", ["layer", "model"])
def test_weights_are_written_into_and_never_replaced(owner):
    X, y = blobs()
    model = classifier()
    model.fit(X, y)
    layer = model.layers[0]
    names = ["kernel", "bias", "kernel_gradient", "bias_gradient"]
    before = model.get_weights()
    pairs = {"layer": [(layer, name) for name in names], "model": [(model, "parameters")]}
    for thing, name in pairs[owner]:
        with pytest.raises(
            AttributeError, match=rf"^{name} cannot be replaced.* {name}\[\.\.\.\] ="
        ):
            setattr(thing, name, np.zeros_like(getattr(thing, name)))
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    layer.kernel[...] = 7
    assert (model.get_weights()[0] == 7).all()
    layer.kernel -= 0.5 * np.ones_like(layer.kernel)  # writes into it, then assigns the same array
    assert (model.get_weights()[0] == 6.5).all()
    assert (to_keras(model).get_weights()[0] == 6.5).all()


def test_weights_that_are_not_there_yet_are_a_clear_error():
    model = classifier()
    for thing, name in [(model.layers[0], "kernel"), (model.layers[0], "bias_gradient")]:
        with pytest.raises(ValueError, match=r"^the layer has no weights yet: build or fit its"):
            getattr(thing, name)
        assert not hasattr(thing, name)
    with pytest.raises(ValueError, match=r"^the model has no weights yet: build or fit"):
        _ = model.parameters
    assert isinstance(Dense.kernel.name, str)  # the class has the attribute, for its documentation
    X, y = blobs()
    with pytest.raises(FloatingPointError):
        model.fit(np.full_like(X, 1e308), y)  # builds, fails, and takes the weights away again
    assert not hasattr(model.layers[0], "kernel")
    assert not hasattr(model, "parameters")


X2, Y3 = np.ones((4, 2)), np.array([0, 1, 2, 0])
HOT = one_hot(Y3, 3)
BAD_FITS = {
    # X
    "X object": (([[None, 1]] * 4, Y3), {}, TypeError, "X must hold real numbers, got .*object"),
    "X string": ((X2.astype(str), Y3), {}, TypeError, "X must hold real numbers"),
    "X complex": ((X2.astype(complex), Y3), {}, TypeError, "X must hold real numbers, got .*compl"),
    "X ragged": (([[1, 2], [3]], [0, 1]), {}, ValueError, "X must be a rectangular array"),
    "X rank 1": ((X2[0], Y3[:2]), {}, ValueError, r"got shape \(2,\); .* X\[None, :\], one"),
    "X rank 3": ((X2[None], Y3), {}, ValueError, r"\(1, 4, 2\); .* X.reshape\(len\(X\), -1\)"),
    "X rank 4": (
        (X2[None, None], Y3), {}, ValueError, r"must have 2 dim.*; .* X.reshape\(len\(X\), -1\)",
    ),
    "X empty": ((X2[:0], Y3[:0]), {}, ValueError, r"X must not be empty, got shape \(0, 2\)"),
    "X no columns": ((X2[:, :0], Y3), {}, ValueError, r"X must not be empty, got shape \(4, 0\)"),
    "X nan": (([[1, np.nan]], [0]), {}, ValueError, r"X must be finite, got nan at index \(0, 1\)"),
    "X inf": ((np.array([[np.inf, 1]]), [0]), {}, ValueError, "X must be finite, got inf"),
    "X -inf": ((np.array([[-np.inf, 1]]), [0]), {}, ValueError, "X must be finite, got -inf"),
    # y
    "y short": ((X2, Y3[:3]), {}, ValueError, "equally long, got 4 and 3 examples"),
    "y negative": ((X2, [0, -1, 2, 0]), {}, ValueError, "y must hold labels from 0 to 2, got -1"),
    "y too large": ((X2, [0, 3, 2, 0]), {}, ValueError, "y must hold labels from 0 to 2, got 3"),
    "y from 1": ((X2, [1, 2, 3, 1]), {}, ValueError, "labels count from 0, not from 1"),
    "y not whole": ((X2, [0, 0.5, 2, 0]), {}, ValueError, "integer class labels, got 0.5"),
    "y nan": ((X2, [0, np.nan, 2, 0]), {}, ValueError, "integer class labels, got nan"),
    "y string": (
        (X2, list("abca")), {}, TypeError,
        r"y must hold integer class labels, got dtype .*; .*= np.unique\(y, return_inverse=True\)",
    ),
    "y string objects": (
        (X2, np.array(list("abca"), object)), {}, TypeError, r"np.unique\(y, return_inverse=True\)",
    ),
    "y -1 and 1": ((X2, [-1, 1, 1, -1]), {}, ValueError, r"got -1; \(y \+ 1\) // 2 makes"),
    "y object": ((X2, np.array([0, 1, None, 0])), {}, TypeError, "y must hold integer class"),
    "y one-hot": ((X2, HOT), {}, ValueError, r"shape \(m,\), got \(4, 3\); y.argmax\(axis=1\)"),
    "y scalar": ((X2, 1), {}, ValueError, r"one label per example, shape \(m,\), got \(\)"),
    "y ragged": ((X2, [[0], [1, 2]]), {}, ValueError, "y must be a rectangular array"),
    # numbers
    "epochs 0": ((X2, Y3), {"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
    "epochs 1.5": ((X2, Y3), {"epochs": 1.5}, TypeError, "epochs must be an integer, got 1.5"),
    "epochs True": ((X2, Y3), {"epochs": True}, TypeError, "epochs must be an integer, got True"),
    "batch 0": ((X2, Y3), {"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
    "batch -1": ((X2, Y3), {"batch_size": -1}, ValueError, "batch_size must be at least 1, got -1"),
    "batch None": ((X2, Y3), {"batch_size": None}, TypeError, "batch_size must be an integer"),
    "shuffle no": ((X2, Y3), {"shuffle": "no"}, TypeError, "shuffle must be True or False, got 'n"),
    "verbose 2": ((X2, Y3), {"verbose": 2}, ValueError, "verbose must be 0 or 1, got 2"),
    "verbose auto": ((X2, Y3), {"verbose": "auto"}, ValueError, "verbose must be 0 or 1, got 'aut"),
    # validation data
    "val X only": ((X2, Y3), {"validation_data": X2}, ValueError, r"pair \(X, y\), got ndarray; w"),
    "val of 3": ((X2, Y3), {"validation_data": (X2, Y3, Y3)}, ValueError, "got tuple of 3; write"),
    "val names": (
        (X2, Y3), {"validation_data": (X2, list("abca"))}, TypeError,
        r"^validation_data: y must .*; names, y = np.unique\(y, return_inverse=True\)",
    ),
    "val one-hot": (
        (X2, Y3), {"validation_data": (X2, HOT)}, ValueError,
        r"^validation_data: y must .*, got \(4, 3\); y.argmax\(axis=1\)",
    ),
    "val columns": (
        (X2, Y3), {"validation_data": (np.ones((4, 3)), Y3)}, ValueError,
        "validation_data: .*columns.* got",
    ),
    "val nan": (
        (X2, Y3), {"validation_data": ([[np.nan, 1]], [0])}, ValueError, "validation_data: X .*nan",
    ),
    "val labels": (
        (X2, Y3), {"validation_data": (X2, Y3 + 1)}, ValueError, "validation_data: y must hold",
    ),
    "split 1": ((X2, Y3), {"validation_split": 1.0}, ValueError, "validation_split must be .* < 1"),
    "split -1": ((X2, Y3), {"validation_split": -0.1}, ValueError, "validation_split must be >= 0"),
    "split None": ((X2, Y3), {"validation_split": None}, TypeError, "validation_split must be a "),
    "split of all": (
        (X2, Y3), {"validation_split": 0.9}, ValueError, "an example on either side, got 0.9 of 4",
    ),
    "split and data": (
        (X2, Y3), {"validation_split": 0.5, "validation_data": (X2, Y3)}, ValueError, "not both",
    ),
    "callback type": (
        (X2, Y3), {"callbacks": [3]}, TypeError, "callbacks must be EarlyStopping .*, got int",
    ),
    "callback alone": (
        (X2, Y3), {"callbacks": EarlyStopping()}, TypeError,
        r"callbacks must be a sequence, got EarlyStopping; write callbacks=\[…\]",
    ),
    "callback without validation": (
        (X2, Y3), {"callbacks": [EarlyStopping()]}, ValueError,
        "watches val_loss, but this fit reports only loss; give fit validation_data or valid",
    ),
    "callback without accuracy": (
        (X2, Y3), {"callbacks": [EarlyStopping("accuracy")]}, ValueError,
        r"watches accuracy, but .* only loss; call compile with metrics=\[.accuracy.\]",
    ),
    "val lengths": (
        (X2, Y3), {"validation_data": (X2, Y3[:2])}, ValueError, "validation_data: X and y must be",
    ),
}  # fmt: skip


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("case", BAD_FITS)
def test_a_refused_fit_changes_nothing(case, built):
    data, options, error, message = BAD_FITS[case]
    model = classifier()
    if built:
        model.fit(X2, Y3)
        weights = model.parameters.copy()
    random_state, steps = model._random.bit_generator.state, model.optimizer.iterations
    with pytest.raises(error, match=message):
        model.fit(*data, **options)
    if not options:
        with pytest.raises(error, match=message):
            model.evaluate(*data)
        with pytest.raises(error, match=message):
            model.gradients(*data)
    assert model.built == built
    assert model._random.bit_generator.state == random_state
    assert model.optimizer.iterations == steps
    if built:
        np.testing.assert_array_equal(model.parameters, weights)


BAD_TARGETS = {
    "hot rows": ("categorical_crossentropy", "softmax", HOT * 0.5, "rows that sum to 1 .* 0.5 in"),
    "hot above": (
        "categorical_crossentropy",
        "softmax",
        HOT * 2 - HOT[:, ::-1],
        r"lie in \[0, 1\]",
    ),
    "hot columns": (
        "categorical_crossentropy",
        "softmax",
        HOT[:, :2],
        r"units, 3, got \(4, 2\); with 2 units in the last layer they fit$",
    ),
    "hot nan": ("categorical_crossentropy", "softmax", HOT * np.nan, "y must be finite, got nan"),
    "hot masked": (
        "categorical_crossentropy",
        "softmax",
        np.ma.array(Y3, mask=Y3 == 0),
        r"y must have no masked values, .* leave those rows out$",
    ),
    "labels": (
        "categorical_crossentropy",
        "softmax",
        Y3,
        r"y must have 2 dim.* \(4,\); for labels use Sparse.* or one_hot\(y, 3\)",
    ),
    "labels in a column": (
        "categorical_crossentropy",
        "softmax",
        Y3[:, None],
        r"3, got \(4, 1\); for labels use SparseCategoricalCrossentropy or one_hot\(y, 3\)",
    ),
    "binary of 1 and 2": (
        "binary_crossentropy",
        "sigmoid",
        HOT + 1,
        "; y - 1 makes 0 and 1 of 1 an",
    ),
    "binary of -1 to 1": (
        "binary_crossentropy",
        "sigmoid",
        np.where(HOT > 0, 1, [-1, 0.5, 0]),
        "got values from -1 to 1$",
    ),
    "binary of -1": ("binary_crossentropy", "sigmoid", HOT * 2 - 1, r"; \(y \+ 1\) / 2 makes 0"),
    "several units, one answer": (
        "binary_crossentropy",
        "sigmoid",
        Y3 % 2,
        r"\(4,\); for a yes-or-no question give Dense\(1, activation='sigmoid'\)",
    ),
    "several units, one column": (
        "binary_crossentropy",
        "sigmoid",
        Y3[:, None] % 2,
        r"\(4, 1\); for a yes-or-no question give Dense\(1, activation='sigmoid'\)",
    ),
    "pictures": ("binary_crossentropy", "sigmoid", HOT[None], r"2 dimensions, got .*\(1, 4, 3\)$"),
    "squared ragged": ("mse", None, [[1, 2], [3]], "y must be a rectangular array of numbers"),
    "binary above": ("binary_crossentropy", "sigmoid", HOT + 0.1, "got values from 0.1 to 1.1"),
    "binary below": ("binary_crossentropy", "sigmoid", HOT - 0.1, "got values from -0.1 to 0.9"),
    "squared columns": ("mse", None, HOT[:, :1], r"units, 3, got \(4, 1\)$"),
    "squared inf": ("mse", None, np.where(HOT > 0, np.inf, 0), "y must be finite, got inf"),
}


@pytest.mark.parametrize("case", BAD_TARGETS)
def test_bad_targets(case):
    loss, activation, y, message = BAD_TARGETS[case]
    model = Sequential([Dense(3, activation=activation)])
    model.compile("sgd", loss)
    with pytest.raises(ValueError, match=message):
        model.fit(X2, y)
    assert not model.built


def built() -> Sequential:
    model = classifier()
    model.build(2)
    return model


def compiled(activation, loss, **options):
    return Sequential([Dense(3, activation=activation)]).compile("sgd", loss, **options)


def single() -> Sequential:
    model = Sequential([Dense(1)], dtype="float32")
    model.build(1)
    model.compile("sgd", "mse")
    return model


SHARED, TAKEN = Dense(3), Sequential([Dense(3)])
BAD_CALLS = {
    "units 0": (lambda: Dense(0), ValueError, "units must be at least 1, got 0"),
    "units 2.0": (lambda: Dense(2.0), TypeError, "units must be an integer, got 2.0"),
    "activation name": (lambda: Dense(1, "rely"), ValueError, "did you mean 'relu'"),
    "activation number": (lambda: Dense(1, 3), TypeError, "activation must be a string"),
    "activation function": (
        lambda: Dense(1, np.tanh), TypeError,
        r"activation must be a string, a name such as 'relu', or a pair \(g, g'\), got <ufunc '",
    ),
    "activation pair": (lambda: Dense(1, (np.tanh,)), TypeError, r"a name or a pair \(g, g'\)"),
    "activation values": (lambda: Dense(1, (1, 2)), TypeError, r"a name or a pair \(g, g'\)"),
    "activation of Keras's layers": (
        lambda: Dense(1, "ReLU"), ValueError, "got 'ReLU'; did you mean 'relu'",
    ),
    "activation in capitals": (
        lambda: Dense(1, "LeakyReLU"), ValueError, "did you mean 'leaky_relu'",
    ),
    "kernel": (
        lambda: Dense(1, kernel_initializer="glorot"), ValueError, "kernel_initializer .*'glorot_",
    ),
    "use_bias, as Keras has it third": (
        lambda: Dense(1, None, True), TypeError, "positional arguments but 4 were given",
    ),
    "bias": (lambda: Dense(1, bias_initializer="one"), ValueError, "did you mean 'ones'"),
    "no layers": (lambda: Sequential([]), ValueError, "layers must not be empty"),
    "layers None": (lambda: Sequential(None), TypeError, "layers must be a sequence, got NoneType"),
    "one layer": (lambda: Sequential(SHARED), TypeError, "layers must be a sequence, got Dense"),
    "strange layer": (lambda: Sequential([3]), TypeError, "layers must be Dense layers, got int"),
    "shared layer": (lambda: Sequential([SHARED, SHARED]), ValueError, "the same layer twice"),
    "layer of another model": (
        lambda: Sequential([Dense(2), *TAKEN.layers]), ValueError, "a Dense of another Sequential",
    ),
    "dtype": (lambda: Sequential([Dense(1)], dtype="float16"), ValueError, "dtype must be one of"),
    "seed -1": (lambda: Sequential([Dense(1)], seed=-1), ValueError, "seed must be .* got -1"),
    "seed 1.5": (lambda: Sequential([Dense(1)], seed=1.5), ValueError, "seed must be .* got 1.5"),
    "seed True": (lambda: Sequential([Dense(1)], seed=True), ValueError, "seed must be .* got Tr"),
    "build 0": (lambda: classifier().build(0), ValueError, "n_features must be at least 1, got 0"),
    "build again": (lambda: built().build(3), ValueError, "n_features must be 2, .* got 3"),
    "optimizer's class name": (lambda: classifier("Adam"), ValueError, "did you mean 'adam'"),
    "loss in capitals": (lambda: compiled(None, "MSE"), ValueError, "did you mean 'mse'"),
    "optimizer name": (lambda: classifier("Adm"), ValueError, "did you mean 'adam'"),
    "optimizer type": (lambda: classifier(Adam), TypeError, r"got <class .*; write Adam\(\)$"),
    "loss name": (lambda: compiled(None, "ms"), ValueError, "loss .*did you mean 'mse'"),
    "loss type": (
        lambda: compiled(None, MeanSquaredError), TypeError,
        r"loss must be a name or a loss of helpers.losses, .*; write MeanSquaredError\(\)$",
    ),
    "softmax of one": (
        lambda: Dense(1, activation="softmax"), ValueError,
        r"always be 1; for a yes-or-no question give Dense\(1, activation='sigmoid'\) and Binary",
    ),
    "logits of one": (
        lambda: single().compile("sgd", SPARSE), ValueError,
        r"loss Sparse.* at least 2 units, got 1: .*always be 0; .*Dense\(1, activation='sigmoid'\)",
    ),
    "monitor": (lambda: EarlyStopping("valloss"), ValueError, "did you mean 'val_loss'"),
    "patience": (lambda: EarlyStopping(patience=1.5), TypeError, "patience must be an integer"),
    "patience -1": (lambda: EarlyStopping(patience=-1), ValueError, "patience must be >= 0"),
    "min_delta": (lambda: EarlyStopping(min_delta=-1), ValueError, "min_delta must be >= 0"),
    "restore": (
        lambda: EarlyStopping(restore_best_weights=1), TypeError, "must be True or False, got 1",
    ),
    "logits without logits": (
        lambda: compiled("softmax", SPARSE), ValueError, "needs .* 'linear', got 'softmax'",
    ),
    "probabilities without": (
        lambda: compiled(None, "sparse_categorical_crossentropy"), ValueError,
        r"from_logits=False\) needs a last layer with activation 'softmax', got 'linear'",
    ),
    "binary relu": (
        lambda: compiled("relu", "binary_crossentropy"), ValueError, "needs .* 'sigmoid', got 'rel",
    ),
    "binary softmax logits": (
        lambda: compiled("softmax", BinaryCrossentropy(from_logits=True)), ValueError, "'linear'",
    ),
    "metric": (
        lambda: compiled(None, SPARSE, metrics=["acuracy"]), ValueError, "did you mean 'accuracy'",
    ),
    "metrics number": (
        lambda: compiled(None, SPARSE, metrics=1), TypeError, "metrics must be a sequence, got int",
    ),
    "metrics string": (
        lambda: compiled(None, SPARSE, metrics="accuracy"), TypeError, r"; write \['accuracy'\]",
    ),
    "metric twice": (
        lambda: compiled(None, SPARSE, metrics=["accuracy"] * 2), ValueError, "metrics .*twice",
    ),
    "metric of numbers": (
        lambda: compiled(None, "mse", metrics=["accuracy"]), ValueError, "needs a loss for classes",
    ),
    "fit by position, which Keras has the other way round": (
        lambda: classifier().fit(X2, Y3, 2, 1), TypeError, "takes 3 positional arguments",
    ),
    "fit uncompiled": (lambda: Sequential([Dense(1)]).fit(X2, Y3), ValueError, "call compile"),
    "weights unbuilt": (lambda: classifier().get_weights(), ValueError, "call build"),
    "set unbuilt": (lambda: classifier().set_weights([]), ValueError, "call build"),
    "count unbuilt": (lambda: classifier().count_params(), ValueError, "call build"),
    "weights few": (lambda: built().set_weights([1]), ValueError, "must be 4 arrays, got 1"),
    "weights None": (lambda: built().set_weights(None), TypeError, "weights must be a sequence"),
    "predict float32": (
        lambda: single().predict([[-1e300]]), ValueError, r"X must fit into float32, .*1e\+300",
    ),
    "fit float32": (lambda: single().fit([[1e39]], [1]), ValueError, "X must fit into float32"),
    "targets float32": (lambda: single().fit([[1]], [1e39]), ValueError, "y must fit into float32"),
    "layer unbuilt": (lambda: Dense(1)(X2), ValueError, "no weights yet: build"),
    "columns": (lambda: built().predict(np.ones((1, 3))), ValueError, "must be 2, .* got 3"),
    "fit columns": (lambda: built().fit(np.ones((4, 3)), Y3), ValueError, "columns of X must be 2"),
    "predict nan": (lambda: built().predict([[np.nan, 1]]), ValueError, "X must be finite"),
    "activations rank": (lambda: built().activations([1, 2]), ValueError, "X must have 2 dimens"),
    "predict one": (lambda: built().predict(X2[0]), ValueError, r"example is a row, X\[None, :\]"),
    "labels in tables": (
        lambda: classifier().fit(X2, np.ones((4, 2, 2), int)), ValueError, "one label",
    ),
    "accuracy without validation": (
        lambda: classifier(metrics=["accuracy"]).fit(
            X2, Y3, callbacks=[EarlyStopping("val_accuracy")]
        ), ValueError, "watches val_accuracy",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_calls(case):
    call, error, message = BAD_CALLS[case]
    with pytest.raises(error, match=message):
        call()


WHOLE_MESSAGES = {
    "monitor": "monitor must be one of val_loss, val_accuracy, loss, accuracy; got 'valloss'; "
    "did you mean 'val_loss'?",
    "restore": "restore_best_weights must be True or False, got 1",
    "predict nan": "X must be finite, got nan at index (0, 0)",
    "labels in tables": "y must hold one label per example, shape (m,), got (4, 2, 2)",
    "accuracy without validation": "callbacks: EarlyStopping watches val_accuracy, but this fit "
    "reports only loss, accuracy; give fit validation_data or validation_split",
    "no layers": "layers must not be empty",
    "shared layer": "layers must differ, got the same layer twice",
    "layer of another model": "layers must be new, got a Dense of another Sequential",
    "bias": "bias_initializer must be one of zeros, ones; got 'one'; did you mean 'ones'?",
    "metric": "metrics must be one of accuracy; got 'acuracy'; did you mean 'accuracy'?",
    "metric of numbers": "metrics: accuracy needs a loss for classes, got MeanSquaredError",
    "layer unbuilt": "the layer has no weights yet: build or fit its Sequential first",
    "metric twice": "metrics must not name a metric twice, got ['accuracy', 'accuracy']",
}


@pytest.mark.parametrize("case", WHOLE_MESSAGES)
def test_messages_as_the_reader_sees_them(case):
    with pytest.raises((TypeError, ValueError)) as caught:
        BAD_CALLS[case][0]()
    assert str(caught.value) == WHOLE_MESSAGES[case]


def test_a_weight_of_the_wrong_shape_is_named_with_its_own_shape():
    weights = built().get_weights()
    with pytest.raises(ValueError, match=r"^weights\[2\] must have shape .*, got \(7, 5\)$"):
        built().set_weights([*weights[:2], np.ones((7, 5)), weights[3]])


def test_validation_data_of_other_columns_are_named_with_their_shape():
    with pytest.raises(ValueError, match=r"^validation_data.* 2 columns.*, got shape \(4, 3\)$"):
        classifier().fit(X2, Y3, validation_data=(np.ones((4, 3)), Y3))
    with pytest.raises(ValueError, match=r"^validation_data must be a pair \(X, y\), got nd"):
        classifier().fit(X2, Y3, validation_data=X2)


def test_what_is_not_said_is_as_documented(capsys):
    """No seed is seed 0; fit without options takes batches of 32, shuffles and is silent."""
    random = np.random.default_rng(3)
    X, y = random.normal(size=(100, 2)), random.integers(0, 3, 100)
    weights = []
    for seed, options in (({}, {}), ({"seed": 0}, {"batch_size": 32, "shuffle": True})):
        model = Sequential([Dense(3)], **seed)
        model.compile("sgd", SPARSE)
        model.fit(X, y, epochs=200, **options)
        weights.append(model.parameters)
    np.testing.assert_array_equal(*weights)
    assert capsys.readouterr() == ("", "")


def test_refused_weights_and_settings_change_nothing():
    model = built()
    weights = model.get_weights()
    optimizer = model.optimizer
    for bad in (np.ones((2, 9)), np.full((8, 3), np.nan), weights[2].astype(str)):
        with pytest.raises((TypeError, ValueError), match=r"weights\[2\]"):
            model.set_weights([weights[0] + 1, weights[1], bad, weights[3]])
    small = single()
    kernel = small.get_weights()[0]
    with pytest.raises(ValueError, match=r"weights\[1\] must fit into float32, got .* 1e\+300"):
        small.set_weights([kernel + 1, [1e300]])
    np.testing.assert_array_equal(small.get_weights()[0], kernel)
    with pytest.raises(ValueError, match="loss"):
        model.compile("sgd", "nothing")
    assert model.optimizer is optimizer
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    model.build(2)  # again, with the same number: keeps the weights
    np.testing.assert_array_equal(weights[0], model.layers[0].kernel)


def test_import_is_quick_small_and_stands_on_numpy_alone():
    code = """
import time, sys
begin = time.process_time()  # of the processor: the machine may have other work to do
import numpy
start = time.process_time()
import helpers.network
ratio = (time.process_time() - start) / (start - begin)
heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "scipy", "tqdm"} & set(sys.modules)
try:  # not ru_maxrss, which starts with the size of the process that was forked
    with open("/proc/self/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except FileNotFoundError:
    kilobytes = 0
print(ratio, kilobytes / 1024, len(heavy))
"""
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    ratio, megabytes, heavy = np.array([run.stdout.split() for run in runs], float).min(axis=0)
    assert heavy == 0
    assert megabytes < 60
    assert ratio < 2  # of NumPy's own
