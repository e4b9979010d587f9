"""The optimizers against Keras's, against the papers' formulas in 50 digits, and bad input."""

from __future__ import annotations

import inspect

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.comparison import keras
from helpers.optimizers import (
    OPTIMIZERS,
    SGD,
    Adam,
    RMSprop,
    adam_step,
    momentum_step,
    nesterov_step,
    optimizer_for,
    rmsprop_step,
)

SETTINGS = {
    "descent": (SGD, {"learning_rate": 0.1}),
    "momentum": (SGD, {"learning_rate": 0.03, "momentum": 0.9}),
    "nesterov": (SGD, {"learning_rate": 0.03, "momentum": 0.8, "nesterov": True}),
    "rmsprop": (RMSprop, {"learning_rate": 0.02, "rho": 0.8, "epsilon": 1e-3}),
    "adam": (Adam, {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-4}),
}


def gradients(seed: int, steps: int, size: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((steps, size)) * 10.0 ** np.arange(-2, 3)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", SETTINGS)
def test_every_step_is_keras_step(name, dtype):
    kind, settings = SETTINGS[name]
    ours = kind(**settings)
    config = keras().config
    try:  # float64 learning rates; float32 is Keras's own default
        config.set_floatx(dtype)
        theirs = getattr(keras().optimizers, kind.__name__)(**settings)
        start = np.random.default_rng(1).standard_normal(5).astype(dtype)
        w, variable = start.copy(), keras().Variable(start, dtype=dtype)
    finally:
        config.set_floatx("float32")
    for g in gradients(2, steps=30).astype(dtype):
        ours.update(w, g)
        theirs.apply([g], [variable])
        np.testing.assert_allclose(w, variable.numpy(), rtol=0, atol=60 * np.finfo(dtype).eps)


def published(name: str, start: np.ndarray, steps: np.ndarray) -> list[float]:
    """The algorithms as their papers write them, one parameter at a time, in 50 digits."""
    _, settings = SETTINGS[name]
    alpha = mpmath.mpf(settings["learning_rate"])
    results = []
    with mpmath.workdps(50):
        for j, value in enumerate(start):
            w, m, v = mpmath.mpf(value), mpmath.mpf(0), mpmath.mpf(0)
            for t, g in enumerate((mpmath.mpf(step[j]) for step in steps), start=1):
                if name == "descent":
                    w -= alpha * g
                elif name == "momentum":
                    m = mpmath.mpf(settings["momentum"]) * m - alpha * g
                    w += m
                elif name == "nesterov":
                    # Sutskever's form follows the point looked ahead from: w here is θ + μ v.
                    mu = mpmath.mpf(settings["momentum"])
                    theta = w - mu * m
                    m = mu * m - alpha * g
                    w = theta + m + mu * m
                elif name == "rmsprop":
                    rho = mpmath.mpf(settings["rho"])
                    v = rho * v + (1 - rho) * g**2
                    w -= alpha * g / mpmath.sqrt(v + mpmath.mpf(settings["epsilon"]))
                else:
                    b1, b2 = mpmath.mpf(settings["beta_1"]), mpmath.mpf(settings["beta_2"])
                    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
                    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
                    # The paper's ε̂ stands before the correction of v: ε = ε̂ / √(1 − β₂ᵗ).
                    epsilon = mpmath.mpf(settings["epsilon"]) / mpmath.sqrt(1 - b2**t)
                    w -= alpha * m_hat / (mpmath.sqrt(v_hat) + epsilon)
            results.append(float(w))
    return results


@pytest.mark.parametrize("name", SETTINGS)
def test_without_keras_rounding_it_is_the_published_algorithm(name):
    kind, settings = SETTINGS[name]
    optimizer = kind(**settings) if kind is RMSprop else kind(**settings, keras_rounding=False)
    start = np.random.default_rng(3).standard_normal(5)
    w, steps = start.copy(), gradients(4, steps=40)
    for g in steps:
        optimizer.update(w, g)
    np.testing.assert_allclose(w, published(name, start, steps), rtol=0, atol=1e-13)


def by_formula(name: str, w: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return w after the steps of the functions that the lesson shows."""
    _, settings = SETTINGS[name]
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(steps, start=1):
        if name == "descent":
            w, m = momentum_step(w, g, m, **settings, momentum=0.0)
        elif name == "momentum":
            w, m = momentum_step(w, g, m, **settings)
        elif name == "nesterov":
            w, m = nesterov_step(w, g, m, settings["learning_rate"], settings["momentum"])
        elif name == "rmsprop":
            w, v = rmsprop_step(w, g, v, **settings)
        else:
            # Keras's ε̂ stands before the correction of v.
            epsilon = settings["epsilon"] / np.sqrt(1 - settings["beta_2"] ** t)
            w, m, v = adam_step(w, g, m, v, t, **{**settings, "epsilon": epsilon})
    return w


@pytest.mark.parametrize("name", SETTINGS)
def test_fast_steps_are_the_formulas(name):
    kind, settings = SETTINGS[name]
    optimizer = kind(**settings) if kind is RMSprop else kind(**settings, keras_rounding=False)
    # Descent on a bowl, which keeps w of size 1 and below for all of the 500 steps.
    start, w = np.random.default_rng(7).standard_normal((2, 3, 4))
    scale, noise = np.logspace(-2, 0, 4), np.random.default_rng(8).standard_normal((500, 3, 4))
    w, steps = start.copy(), []
    for t in range(500):
        steps.append(scale * w + 0.1 * noise[t])
        optimizer.update(w, steps[-1])
    formula = by_formula(name, start, np.array(steps))
    np.testing.assert_allclose(w, formula, rtol=0, atol=1e-13)
    assert np.abs(w - start).max() > 0.3


def test_formulas_are_those_of_the_papers():
    for name in SETTINGS:
        start, steps = np.random.default_rng(3).standard_normal(5), gradients(4, steps=40)
        exact = published(name, start, steps)
        np.testing.assert_allclose(by_formula(name, start, steps), exact, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("formula", "theirs"),
    [
        (adam_step, "Adam"),
        (rmsprop_step, "RMSprop"),
        (momentum_step, "SGD"),
        (nesterov_step, "SGD"),
    ],
)
def test_the_steps_have_keras_s_defaults(formula, theirs):
    keras_parameters = inspect.signature(getattr(keras().optimizers, theirs)).parameters
    for name, parameter in inspect.signature(formula).parameters.items():
        if parameter.default is not parameter.empty and name != "momentum":  # Keras's is 0: none
            assert parameter.default == keras_parameters[name].default, name


@pytest.mark.parametrize("formula", [adam_step, rmsprop_step, momentum_step, nesterov_step])
def test_formulas_leave_their_arguments_alone(formula):
    arrays = [np.array([1.0, 2.0]) for _ in range(4 if formula is adam_step else 3)]
    formula(*arrays, **({"t": 1} if formula is adam_step else {}))
    for array in arrays:
        np.testing.assert_array_equal(array, [1.0, 2.0])


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0])
@pytest.mark.parametrize("name", SETTINGS)
def test_is_silent_for_finite_numbers_whatever_the_user_told_numpy(name, size):
    kind, settings = SETTINGS[name]
    optimizer, w = kind(**settings), np.array([3.0, 1e-300, 0.0])
    with np.errstate(all="raise"):
        for sign in (1, -1, 1):
            g = sign * np.array([size, 1e-310, 0.0])
            optimizer.update(w, g)
            optimizer.effective_learning_rate(g)
        by_formula(name, w, np.array([[size, 1e-310, 0.0]] * 3))
    assert np.isfinite(w).all()


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam"])
def test_keras_rounding_is_felt_and_small(name):
    kind, settings = SETTINGS[name]
    rounded, exact = np.ones(5), np.ones(5)
    first, second = kind(**settings), kind(**settings, keras_rounding=False)
    for g in gradients(5, steps=3):
        first.update(rounded, g)
        second.update(exact, g)
    assert 1e-10 < np.abs(rounded - exact).max() < 1e-5


@given(st.floats(1e-3, 1e3), st.floats(1e-4, 1.0))
def test_first_step_of_adam_is_the_learning_rate_whatever_the_gradient(size, learning_rate):
    w = np.zeros(2)
    adam = Adam(learning_rate, epsilon=1e-12)
    adam.update(w, np.array([size, -size]))
    np.testing.assert_allclose(w, [-learning_rate, learning_rate], rtol=1e-4)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_optimizer_finds_the_minimum_of_a_bowl(name):
    kind, settings = SETTINGS[name]
    optimizer, w = kind(**settings), np.array([3.0, -2.0])
    for _ in range(1000):
        optimizer.update(w, 2 * (w - [1.0, 4.0]))
    np.testing.assert_allclose(w, [1.0, 4.0], atol=0.03)  # RMSprop circles it at its step's size
    assert optimizer.iterations == 1000


def test_effective_learning_rate_of_plain_descent_is_the_learning_rate():
    descent, w, g = SGD(0.25), np.ones(3), np.array([2.0, -1e-9, 0.0])
    descent.update(w, g)
    np.testing.assert_allclose(descent.effective_learning_rate(g), [0.25, 0.25, np.nan])


def test_effective_learning_rate_is_nan_where_only_momentum_moves():
    descent, w = SGD(0.5, momentum=0.5), np.zeros(2)
    descent.update(w, np.array([1.0, 1.0]))
    last = np.array([0.0, 1.0])
    descent.update(w, last)
    np.testing.assert_allclose(descent.effective_learning_rate(last), [np.nan, 0.75])


def test_effective_learning_rate_grows_in_one_direction_and_shrinks_when_oscillating():
    for optimizer in (Adam(0.01), SGD(0.01, momentum=0.9)):
        w = np.zeros(2)
        for t in range(200):
            g = np.array([0.5, 0.5 * (-1) ** t])
            optimizer.update(w, g)
        same, oscillating = optimizer.effective_learning_rate(g)
        # With momentum β the two limits are 1 / (1 − β) and 1 / (1 + β) times a common factor.
        assert same / oscillating == pytest.approx(19, rel=1e-3)
    rmsprop, w = RMSprop(0.01), np.zeros(2)
    g = np.array([4.0, 0.25])
    for _ in range(200):
        rmsprop.update(w, g)
    np.testing.assert_allclose(rmsprop.effective_learning_rate(g), 0.01 / g, rtol=1e-5)


@pytest.mark.parametrize("name", SETTINGS)
def test_step_is_what_was_added(name):
    kind, settings = SETTINGS[name]
    optimizer, w = kind(**settings), np.ones(5)
    for g in gradients(6, steps=4):
        before = w.copy()
        optimizer.update(w, g)
        np.testing.assert_array_equal(before + optimizer.step, w)


def test_defaults_and_names_are_those_of_keras():
    for name, kind in OPTIMIZERS.items():
        ours = optimizer_for(name)
        theirs = keras().optimizers.get(name).get_config()
        assert type(ours) is kind
        for setting, value in vars(ours).items():
            if setting not in ("iterations", "keras_rounding"):
                assert value == pytest.approx(theirs[setting], rel=1e-7), setting
    assert optimizer_for(ours) is ours


BAD = {
    "rate 0": (lambda: SGD(0), ValueError, "learning_rate must be > 0, got 0"),
    "rate negative": (lambda: Adam(-0.1), ValueError, "learning_rate must be > 0, got -0.1"),
    "rate negative, RMSprop": (lambda: RMSprop(-1), ValueError, "learning_rate must be > 0"),
    "rate nan": (lambda: RMSprop(np.nan), ValueError, "learning_rate must be finite"),
    "rate a string": (lambda: SGD("0.1"), TypeError, "learning_rate must be a number, got '0.1'"),
    "rate True": (lambda: SGD(True), TypeError, "learning_rate must be a number, got True"),
    "momentum 1": (lambda: SGD(0.1, momentum=1), ValueError, "momentum must be >= 0 and < 1"),
    "nesterov alone": (lambda: SGD(0.1, nesterov=True), ValueError, "nesterov needs a momentum"),
    "nesterov no": (lambda: SGD(0.1, 0.9, nesterov="no"), TypeError, "nesterov must be True or F"),
    "SGD rounding": (lambda: SGD(keras_rounding=1), TypeError, "keras_rounding must be True or Fa"),
    "Adam rounding": (lambda: Adam(keras_rounding=0), TypeError, "keras_rounding must be True or "),
    "rho 1": (lambda: RMSprop(rho=1), ValueError, "rho must be >= 0 and < 1, got 1"),
    "rho negative": (lambda: RMSprop(rho=-1), ValueError, "rho must be"),
    "epsilon 0": (lambda: RMSprop(epsilon=0), ValueError, "epsilon must be > 0, got 0"),
    "beta_1 1": (lambda: Adam(beta_1=1), ValueError, "beta_1 must be >= 0 and < 1, got 1"),
    "beta_2 1": (lambda: Adam(beta_2=1), ValueError, "beta_2 must be >= 0 and < 1, got 1"),
    "Adam epsilon 0": (lambda: Adam(epsilon=0), ValueError, "epsilon must be > 0, got 0"),
    "list": (lambda: SGD().update([1.0], np.ones(1)), TypeError, "parameters .* got list"),
    "integers": (lambda: SGD().update(np.ones(1, int), np.ones(1)), TypeError, "got int64"),
    "gradient list": (lambda: SGD().update(np.ones(1), [1.0]), TypeError, "gradient .* got list"),
    "empty": (lambda: SGD().update(np.ones(0), np.ones(0)), ValueError, "must not be empty"),
    "shape": (lambda: Adam().update(np.ones(2), np.ones(3)), ValueError, r"gradient .*\(3,\)"),
    "dtype": (
        lambda: Adam().update(np.ones(2), np.ones(2, np.float32)), ValueError, "and float32",
    ),
    "too early": (
        lambda: Adam().effective_learning_rate(1), ValueError, "^effective_learning_rate needs",
    ),
    "name": (lambda: optimizer_for("adm"), ValueError, "^optimizer must .* did you mean 'adam'"),
    "number": (lambda: optimizer_for(3), TypeError, "optimizer must be a name or an optimizer"),
    "class": (lambda: optimizer_for(Adam), TypeError, "optimizer must be a name or an optimizer"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case):
    call, error, message = BAD[case]
    with pytest.raises(error, match=message):
        call()


def test_read_only_parameters_are_refused():
    w = np.ones(2)
    w.flags.writeable = False
    with pytest.raises(
        ValueError, match=r"^parameters must be writeable: they are changed in place$"
    ):
        SGD().update(w, np.ones(2))


@pytest.mark.parametrize(
    ("kind", "dtype", "size"), [(RMSprop, np.float32, 2e19), (Adam, np.float64, 1e155)]
)
def test_a_gradient_whose_square_overflows_is_refused(kind, dtype, size):
    optimizer, twin = kind(), kind()
    w, w_twin = np.ones(2, dtype), np.ones(2, dtype)
    ordinary = np.array([1.0, -2.0], dtype)
    optimizer.update(w, ordinary)
    with pytest.raises(FloatingPointError, match=f"gradient .* fit into {dtype.__name__}, got"):
        optimizer.update(w, np.array([1.0, -size], dtype))
    optimizer.update(w, ordinary)
    for _ in range(2):
        twin.update(w_twin, ordinary)
    np.testing.assert_array_equal(w, w_twin)
    assert optimizer.iterations == 2


def test_v_never_overflows_however_long_the_training():
    # Gradients of which v / (1 − β₂) may grow to nearly the largest number, and to just beyond it.
    limit = np.sqrt(np.finfo(np.float64).max * (1 - 0.9) / 2)
    adam, w = Adam(beta_1=0.0, beta_2=0.9), np.ones(2)
    for _ in range(400):
        adam.update(w, np.full(2, 0.9999 * limit))
    assert w == pytest.approx(1 - 0.4, rel=1e-6)
    with pytest.raises(FloatingPointError, match=r"sums of its squares fit into float64, got 2\.9"):
        adam.update(w, np.full(2, 1.0001 * limit))


def test_numbers_beyond_the_dtype_are_infinite_without_a_warning():
    for descent in (SGD(100.0), SGD(100.0, momentum=0.9)):
        w, g = np.ones(2), np.array([1e307, 1.0])
        descent.update(w, g)
        np.testing.assert_array_equal(w, [-np.inf, -99])
    adam, w = Adam(), np.ones(1)
    adam.update(w, np.array([1.0]))
    adam.update(w, np.array([1e-320]))  # momentum carries on: a step of 1e-4, a slope of nearly 0
    assert adam.effective_learning_rate([1e-320]) == np.inf


@pytest.mark.parametrize("bad", [["a", "b"], [1j, 1], np.array([1, None]), [[1], [1, 2]]])
def test_an_effective_learning_rate_needs_numbers(bad):
    optimizer = SGD()
    optimizer.update(np.ones(2), np.ones(2))
    with pytest.raises((TypeError, ValueError), match=r"gradient must (hold real|be a rectang)"):
        optimizer.effective_learning_rate(bad)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_refused_step_changes_nothing(name):
    kind, settings = SETTINGS[name]
    optimizer, twin = kind(**settings), kind(**settings)
    w, w_twin = np.ones(2), np.ones(2)
    for bad in (np.ones(3), np.ones(2, np.float32), [1.0, 2.0]):
        with pytest.raises((TypeError, ValueError)):
            optimizer.update(w, bad)
    optimizer.update(w, np.array([1.0, 2.0]))
    for bad in (np.ones(3), np.ones(2, np.float32)):
        with pytest.raises(ValueError, match="gradient must have the shape"):
            optimizer.update(w, bad)
    with pytest.raises(TypeError, match=r"^gradient must be an array of .* float64, got list$"):
        optimizer.update(w, [1.0, 2.0])
    hiding = np.ma.array([1.0, np.nan], mask=[False, True])
    with pytest.raises(ValueError, match=r"^gradient must have no masked values, got 1; call grad"):
        optimizer.update(w, hiding)
    with pytest.raises(
        ValueError,
        match=r"^parameters must be the array of the optimizer's first step, got another one; "
        r"use a new optimizer for new parameters$",
    ):
        optimizer.update(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match=r"gradient must have the shape \(2,\)"):
        optimizer.effective_learning_rate(np.ones(3))
    optimizer.update(w, np.array([-1.0, 3.0]))
    for g in ([1.0, 2.0], [-1.0, 3.0]):
        twin.update(w_twin, np.array(g))
    np.testing.assert_array_equal(w, w_twin)
    assert optimizer.iterations == 2
    with pytest.raises(
        ValueError, match=r"taken 2 steps; its running means belong to other parameters$"
    ):
        optimizer_for(optimizer)
