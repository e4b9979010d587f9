"""The judge itself: tables that cannot hide a failure, faithful twins, and a silent TensorFlow."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.activations import ACTIVATIONS, elu, elu_derivative, leaky_relu, leaky_relu_derivative
from helpers.comparison import (
    _silence,
    automatic_derivative,
    automatic_gradient,
    automatic_jacobian,
    compare,
    float64_keras,
    keras,
    tensorflow,
    to_keras,
)
from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    one_hot,
)
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD, Adam, RMSprop
from helpers.softmax import softmax, softmax_jacobian

# --- tables ---------------------------------------------------------------------------------------


def rows_of(shown: str) -> list[list[str]]:
    return [re.split(r" {3,}", line.strip()) for line in shown.splitlines()]


def test_table_shows_both_numbers_and_the_digits_that_agree(capsys):
    a = np.array([1.0, -3.0])
    compare({"same": (a, a), "near": (a * (1 + 3e-16), a), "1/3": (1 / 3, np.divide(1, 3))})
    assert capsys.readouterr().out.splitlines() == [
        "what                   ours     theirs   digits that agree",
        "same, shape (2,)   -3.00000   -3.00000   12 or more",
        "near, shape (2,)   -3.00000   -3.00000   12 or more",
        "1/3                0.333333   0.333333   12 or more",
        "An array is shown by the element of the largest size; the digits hold for all of it.",
    ]
    compare({"count": (7, 7), "value": (2.5, 2.5 * (1 + 3e-6))})
    assert capsys.readouterr().out.splitlines() == [
        "what       ours    theirs   digits that agree",
        "count         7         7   12 or more",
        "value   2.50000   2.50001   5",
    ]


@given(st.integers(3, 14), st.floats(1.1, 9.9), st.sampled_from([-1, 1]), st.integers(0, 2))
def test_digits_are_measured_over_the_whole_array_and_capped(digits, lead, sign, place):
    theirs = np.array([2.0, -4.0, 1.0])
    ours = theirs.copy()
    ours[place] += sign * lead * 10.0 ** -(digits + 1) * 4.0  # a share of the largest, 4
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        compare({"x": (ours, theirs)})
    assert rows_of(shown.getvalue())[1][-1] == (str(digits) if digits < 12 else "12 or more")


@pytest.mark.parametrize("digits", [1, 4, 9, 15])
def test_the_claim_is_a_floor_and_the_cap(digits, capsys):
    compare({"x": (1.0, 1.0 + 10.0 ** -(digits + 0.5))}, digits=digits)
    assert rows_of(capsys.readouterr().out)[1][-1] == f"{digits} or more"
    with pytest.raises(AssertionError, match=rf"^no agreement to {digits} digits: x \(to "):
        compare({"x": (1.0, 1.0 + 10.0 ** -(digits - 0.5))}, digits=digits)
    assert rows_of(capsys.readouterr().out)[1][-1] == str(digits - 1)


def test_a_broken_claim_names_its_rows_after_the_table(capsys):
    a = np.array([1.0, 100.0])
    rows = {"good": (a, a), "bad": (a + np.array([0.5, 0]), a)}
    with pytest.raises(AssertionError, match=r"^no agreement to 3 digits: bad \(to 2\)$"):
        compare(rows)
    assert rows_of(capsys.readouterr().out)[2] == ["bad, shape (2,)", "100.000", "100.000", "2"]
    compare(rows, digits=2)


def test_single_precision_is_counted_to_five_digits(capsys):
    compare({"x": (np.float64(0.1), np.float32(0.1)), "y": (np.float32(2), np.float32(2))})
    assert [row[1:] for row in rows_of(capsys.readouterr().out)[1:]] == [
        ["0.10000", "0.10000", "5 or more"],
        ["2.0000", "2.0000", "5 or more"],
    ]


def test_the_element_shown_is_the_first_of_the_largest_on_any_processor(capsys):
    theirs = np.array([[0.5, -2.0], [2.0, np.inf]])
    for bits in (-3, 0, 3):
        near = theirs.copy()
        near[0, 1] += bits * np.spacing(2.0)
        compare({"x": (theirs, near)})
        assert rows_of(capsys.readouterr().out)[1][1:3] == ["-2.00000", "-2.00000"]


def test_compare_needs_no_tensorflow_and_is_html_with_header_cells():
    code = """
import sys
from helpers import comparison
comparison.show = lambda table: print(table._repr_html_())
comparison.compare({"x": ([1.0], [1.0])})
assert not {"tensorflow", "keras", "matplotlib"} & set(sys.modules), "imported too early"
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', run.stdout)
    assert heads == ["what", "ours", "theirs", "digits that agree"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', run.stdout) == ["x, shape (1,)"]


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"),
    [
        (np.nan, np.nan, True), (np.inf, np.inf, True), (np.inf, -np.inf, False),
        (np.inf, np.nan, False), (1.0, np.nan, False), (np.nan, 1.0, False), (1e308, np.inf, False),
        (0.0, -0.0, True), ([0.0, 1e-6], [0.0, 0.0], False), ([1.0, np.inf], [1.0, np.inf], True),
        ([2.0, np.nan], [1.0, np.nan], False), (-1e308, 1e308, False),
        (np.float32(0.1), 0.1, True), (np.array([5e-324]), np.array([0.0]), True),
    ],
)  # fmt: skip
def test_special_values(ours, theirs, agree):
    if agree:
        compare({"x": (ours, theirs)}, digits=7)
    else:
        with pytest.raises(AssertionError):
            compare({"x": (ours, theirs)}, digits=7)


def test_tensors_are_understood():
    compare({"x": (np.float32(2), tensorflow().constant(2.0))}, digits=7)


BAD_ROWS = {
    "no mapping": (lambda: compare([1], digits=3), TypeError, "rows must map names to pairs"),
    "empty": (lambda: compare({}, digits=3), ValueError, "rows must not be empty"),
    "no pair": (lambda: compare({"x": 3}, digits=3), TypeError, "'x'. must be a pair"),
    "three": (lambda: compare({"x": (1, 2, 3)}, digits=3), TypeError, "'x'. must be a pair"),
    "shapes": (lambda: compare({"x": ([1], 1)}, digits=3), ValueError, r"got \(1,\) and \(\)"),
    "no values": (lambda: compare({"x": ([], [])}, digits=3), ValueError, r"got \(0,\) and"),
    "strings": (lambda: compare({"x": ("a", "a")}, digits=3), TypeError, "must hold real numbers"),
    "digits 0": (lambda: compare({"x": (1, 1)}, digits=0), ValueError, "digits must be at least 1"),
    "no model": (lambda: to_keras(3), TypeError, "model must be a Sequential .* got int"),
    "unbuilt": (lambda: to_keras(Sequential([Dense(1)])), ValueError, "call build"),
    "own function": (lambda: to_keras(own_function()), TypeError, "one that Keras has"),
    "z": (lambda: automatic_derivative("tanh", "a"), TypeError, "^z must hold real numbers"),
    "array": (
        lambda: automatic_gradient(sum, [1.0], [1j]),
        TypeError,
        r"arrays\[1\] must hold real numb",
    ),
    "jacobian": (lambda: automatic_jacobian(sum, [None]), TypeError, "^z must hold real numbers"),
    "name": (lambda: automatic_derivative("rely", 1.0), ValueError, "did you mean 'relu'"),
}


def own_function() -> Sequential:
    model = Sequential([Dense(1, activation=(np.sin, np.cos))])
    model.build(1)
    return model


@pytest.mark.parametrize("case", BAD_ROWS)
def test_bad_input(case):
    call, error, message = BAD_ROWS[case]
    with pytest.raises(error, match=message):
        call()


# --- models ---------------------------------------------------------------------------------------

PAIRS = {
    "slope": tuple(partial(f, negative_slope=0.25) for f in (leaky_relu, leaky_relu_derivative)),
    "alpha": (partial(elu, alpha=0.5), partial(elu_derivative, alpha=0.5)),
    "default": (leaky_relu, leaky_relu_derivative),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, "softmax", *PAIRS])
def test_twin_has_our_layers_weights_and_precision(activation, dtype):
    ours = Sequential([Dense(4, PAIRS.get(activation, activation)), Dense(2)], dtype=dtype, seed=2)
    ours.build(3)
    theirs = to_keras(ours)
    X = np.random.default_rng(0).standard_normal((20, 3))
    with float64_keras():
        prediction = theirs.predict(X, verbose=0)
    assert prediction.dtype == ours.predict(X).dtype == dtype
    # TensorFlow rounds the constants of leaky ReLU and GELU to float32.
    limit = 1e-8 if dtype == "float64" and activation in ("leaky_relu", "gelu", "default") else 0
    np.testing.assert_allclose(
        prediction, ours.predict(X), rtol=0, atol=max(limit, 20 * np.finfo(dtype).eps)
    )
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.3, 0.5, nesterov=True), RMSprop(0.2, 0.8, 1e-5), Adam(0.1, 0.8, 0.9, 1e-3)],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_twin_is_compiled_alike(optimizer):
    ours = Sequential([Dense(2)])
    ours.build(3)
    assert not to_keras(ours).compiled
    ours.compile(optimizer, MeanSquaredError())
    theirs = to_keras(ours)
    config = theirs.optimizer.get_config()
    for name in set(vars(optimizer)) - {"iterations", "keras_rounding"}:
        assert config[name] == getattr(optimizer, name)
    assert theirs.optimizer.learning_rate.dtype == theirs.loss.dtype == "float64"
    assert type(theirs) is keras().Sequential


@pytest.mark.parametrize(
    ("hidden", "activation", "loss"),
    [
        ("leaky_relu", "softmax", BinaryCrossentropy()),
        ("alpha", "softmax", SparseCategoricalCrossentropy()),
        ("slope", "linear", CategoricalCrossentropy(from_logits=True)),
        ("tanh", "sigmoid", BinaryCrossentropy()),
        ("elu", "elu", MeanSquaredError()),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
# From within Keras, when it loads an optimizer's state.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_twin_is_saved_loaded_cloned_and_pickled_as_any_model(tmp_path, hidden, activation, loss):
    ours = Sequential([Dense(5, PAIRS.get(hidden, hidden)), Dense(3, activation)])
    ours.build(4)
    ours.compile(Adam(0.01), loss, None if activation == "elu" else ["accuracy"])
    random = np.random.default_rng(0)
    X, labels = random.standard_normal((40, 4)), random.integers(0, 3, 40)
    y = labels if isinstance(loss, SparseCategoricalCrossentropy) else one_hot(labels, 3)
    models = keras().models
    with float64_keras():
        theirs = to_keras(ours)
        theirs.fit(X, y, epochs=2, shuffle=False, verbose=0)
        ours.fit(X, y, epochs=2, shuffle=False)
        # TensorFlow's leaky ReLU in float64 has a slope of float32 digits.
        limit = 1e-8 if hidden in ("leaky_relu", "slope") else 1e-14
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=limit)
        theirs.save(tmp_path / "twin.keras")
        loaded = models.load_model(tmp_path / "twin.keras")
        cloned = models.clone_model(theirs)
        cloned.set_weights(theirs.get_weights())
        prediction = theirs(X).numpy()
        for other in (loaded, cloned, pickle.loads(pickle.dumps(theirs))):
            assert type(other) is keras().Sequential
            np.testing.assert_array_equal(other(X).numpy(), prediction)
        for model in (theirs, loaded):  # the optimizer's state is in the file as well
            model.fit(X, y, shuffle=False, verbose=0)
        for a, b in zip(theirs.get_weights(), loaded.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_keras_is_as_precise_as_numpy_for_a_block_only():
    X = np.random.default_rng(0).standard_normal((9, 4))
    ours = Sequential([Dense(3)])
    ours.build(4)
    theirs = to_keras(ours)
    with contextlib.suppress(ZeroDivisionError), float64_keras() as k:
        assert k is keras()
        assert k.layers.Dense(1).dtype == "float64"
        np.testing.assert_allclose(theirs.predict(X, verbose=0), ours.predict(X), atol=1e-15)
        raise ZeroDivisionError
    assert keras().config.floatx() == keras().layers.Dense(1).dtype == "float32"
    assert np.abs(theirs.predict(X, verbose=0) - ours.predict(X)).max() > 1e-9


# --- automatic differentiation --------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_automatic_derivative_of_every_activation(name):
    z = np.linspace(-4, 4, 41).reshape(1, 41) + 0.01
    digits = 7 if name in ("leaky_relu", "gelu") else 14
    compare({name: (ACTIVATIONS[name].derivative(z), automatic_derivative(name, z))}, digits=digits)


def test_automatic_derivative_of_any_function_and_number():
    assert automatic_derivative(lambda z: z**3, 2.0) == pytest.approx(12)
    tanh = automatic_derivative(keras().activations.tanh, np.float32([0, 1]))
    assert tanh.dtype == np.float32
    np.testing.assert_allclose(tanh, [1, 1 / np.cosh(1) ** 2], rtol=1e-6)


def test_integers_have_derivatives_too():
    tf = tensorflow()
    np.testing.assert_array_equal(automatic_derivative(lambda z: z**2, [1, 2]), [2, 4])
    np.testing.assert_array_equal(automatic_gradient(lambda z: tf.reduce_sum(z**2), [1, 2]), [2, 4])
    np.testing.assert_array_equal(automatic_jacobian(lambda z: z**2, [1, 2]), [[2, 0], [0, 4]])


def test_automatic_gradient_of_several_arrays():
    W, b = np.ones((2, 3)), np.arange(3.0)
    tf = tensorflow()
    dW, db = automatic_gradient(lambda W, b: tf.reduce_sum(W) * b[1] ** 2, W, b)
    np.testing.assert_allclose(dW, np.ones((2, 3)))
    np.testing.assert_allclose(db, [0, 12, 0])
    used, unused = automatic_gradient(lambda W, b: tf.reduce_sum(W), W, b)
    np.testing.assert_array_equal(used, np.ones((2, 3)))
    np.testing.assert_array_equal(unused, np.zeros(3))


def test_automatic_jacobian_of_softmax():
    z = np.array([1.0, -2.0, 0.5])
    theirs = automatic_jacobian(keras().activations.softmax, z[np.newaxis])[0, :, 0]
    compare({"softmax": (softmax_jacobian(z), theirs)}, digits=14)
    assert softmax(z).sum() == pytest.approx(1)


# --- import ---------------------------------------------------------------------------------------


def test_tensorflow_is_imported_late_and_without_a_word():
    code = """
import sys, warnings
warnings.simplefilter("error")
import helpers.comparison
assert not {"tensorflow", "keras", "matplotlib"} & set(sys.modules), "imported too early"
from helpers.network import Dense, Sequential
model = Sequential([Dense(1)])
model.build(2)
model.compile("adam", "mse")
twin = helpers.comparison.to_keras(model)
import numpy as np
twin.fit(np.ones((3, 2)), np.ones((3, 1)), verbose=0)
assert "tensorflow" in sys.modules
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_tensorflow_gives_no_advice_on_building_many_models():
    code = """
from helpers.comparison import tensorflow
double = tensorflow().function(lambda x: 2 * x)
for x in range(20):
    double(x)  # compiled anew each time, as for each new model
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def python(code: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_another_backend_in_the_environment_is_overruled():
    code = """
from helpers.comparison import keras
print(keras().config.backend())
"""
    run = python(code, KERAS_BACKEND="jax")
    assert (run.stdout, run.stderr) == ("tensorflow\n", "")


def test_another_backend_that_is_loaded_already_is_named(monkeypatch):
    monkeypatch.setattr(keras().config, "backend", lambda: "jax")  # which is not installed
    message = (
        "Keras is already imported with the backend 'jax', and the course needs TensorFlow: "
        "restart Python (in JupyterLab: Kernel, Restart Kernel) and call this first"
    )
    with pytest.raises(RuntimeError, match=f"^{re.escape(message)}$"):
        keras()


def test_an_error_is_not_silenced(capfd):
    def fail():
        with _silence():
            os.write(2, b"the cause")
            raise ValueError("why")

    with pytest.raises(ValueError, match="why"):
        fail()
    with _silence():
        os.write(2, b"noise")
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "the causeafter\n"
