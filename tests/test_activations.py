"""helpers.activations against exact arithmetic, automatic differentiation, Keras and its laws."""

from __future__ import annotations

import inspect
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import mpmath
import numpy as np
import pytest
from exact import float_grid, ulp_error, ulp_of
from hypothesis import given

from helpers import _tails, activations, comparison
from helpers.activations import ACTIVATIONS

NAMES = list(ACTIVATIONS)
CALLABLES = [*NAMES, *(f"{name}_derivative" for name in NAMES)]
DTYPES = [np.float64, np.float32]

finite64 = st.floats(allow_nan=False, allow_infinity=False)
finite32 = st.floats(allow_nan=False, allow_infinity=False, width=32)
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    elements=finite32,
)


# --- the exact answers ----------------------------------------------------------------------------


def exact_sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z)) if z > 0 else mpmath.exp(z) / (1 + mpmath.exp(z))


def exact_normal(z: Any) -> Any:
    """Φ(z); mpmath's erfc gives up on arguments near 1e308, where Φ is 0 or 1 for any purpose."""
    return mpmath.erfc(-z / mpmath.sqrt(2)) / 2 if abs(z) < 1000 else mpmath.mpf(z > 0)


def exact_density(z: Any) -> Any:
    return mpmath.exp(-z * z / 2) / mpmath.sqrt(2 * mpmath.pi)


EXACT: dict[str, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "sigmoid": exact_sigmoid,
    "tanh": mpmath.tanh,
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else mpmath.mpf(0.01) * z,
    "softplus": lambda z: max(z, mpmath.mpf(0)) + mpmath.log1p(mpmath.exp(-abs(z))),
    "elu": lambda z: z if z > 0 else mpmath.expm1(z),
    "gelu": lambda z: z * exact_normal(z),
    "silu": lambda z: z * exact_sigmoid(z),
    "linear_derivative": lambda z: mpmath.mpf(1),
    "sigmoid_derivative": lambda z: exact_sigmoid(z) * exact_sigmoid(-z),
    "tanh_derivative": lambda z: 4 * exact_sigmoid(2 * z) * exact_sigmoid(-2 * z),
    "relu_derivative": lambda z: mpmath.mpf(z > 0),
    "leaky_relu_derivative": lambda z: mpmath.mpf(1) if z > 0 else mpmath.mpf(0.01),
    "softplus_derivative": exact_sigmoid,
    "elu_derivative": lambda z: mpmath.mpf(1) if z > 0 else mpmath.exp(z),
    "gelu_derivative": lambda z: exact_normal(z) + z * exact_density(z),
    "silu_derivative": lambda z: exact_sigmoid(z) * (1 + z * exact_sigmoid(-z)),
}

# In ulp, wherever input and exact result are normal numbers.
BOUNDS = dict.fromkeys(NAMES, 4.0) | dict.fromkeys(CALLABLES[len(NAMES) :], 8.0)
BOUNDS |= {"relu": 0.0, "linear": 0.0, "gelu": 8.0}
# Within `radius` of a zero, where terms of opposite sign cancel, the error is at most `absolute`.
ZEROS = {
    "silu_derivative": {"zero": -1.2784645427610738, "radius": 0.25, "absolute": 2.0**-53},
    "gelu_derivative": {"zero": -0.7517915246935645, "radius": 0.5, "absolute": 2.0**-52},
}


@pytest.mark.parametrize("name", NAMES)
def test_exact_derivatives_are_derivatives_of_the_exact_functions(name):
    for z in (-30.5, -1.75, -0.3, 0.2, 0.9, 4.0, 25.0):
        with mpmath.workdps(60):
            numeric = mpmath.diff(EXACT[name], mpmath.mpf(z))
            closed = EXACT[f"{name}_derivative"](mpmath.mpf(z))
            assert mpmath.almosteq(numeric, closed, rel_eps=mpmath.mpf(10) ** -25)


def sample(dtype: Any) -> np.ndarray:
    """Return finite inputs of every size, dense where results vary or turn subnormal."""
    random = np.random.RandomState(1)
    gone = 746 if dtype == np.float64 else 105
    z = np.concatenate(
        [
            float_grid(dtype, 60),
            random.normal(0, 1, 250),
            random.uniform(-40, 40, 250),
            random.uniform(-gone, -0.93 * gone, 60),
            random.uniform(-39, -36, 60),
        ]
    )
    return z.astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CALLABLES)
def test_is_as_close_to_exact_arithmetic_as_the_docstring_says(name, dtype):
    tiny, z = float(np.finfo(dtype).tiny), sample(dtype)
    z = z[(z == 0) | (abs(z) >= tiny)]
    if name in ZEROS:
        z = z[abs(z - ZEROS[name]["zero"]) > ZEROS[name]["radius"]]
    with mpmath.workdps(50):
        exact = [EXACT[name](mpmath.mpf(float(point))) for point in z]
    for value, target, point in zip(getattr(activations, name)(z), exact, z, strict=True):
        if abs(target) >= tiny or target == 0:
            assert ulp_error(value, target, dtype) <= BOUNDS[name], point
        else:  # below the normal numbers it is the limit 0, or as small, and of the right sign
            assert 0 <= value * np.sign(float(target)) <= tiny, point


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ZEROS)
def test_derivative_is_absolutely_accurate_around_its_zero(name, dtype):
    zero, radius, absolute = ZEROS[name].values()
    near = np.nextafter(dtype(zero), dtype([-2, 2]))
    z = np.concatenate([near, zero + np.linspace(-radius, radius, 400)]).astype(dtype)
    for value, point in zip(getattr(activations, name)(z), z, strict=True):
        with mpmath.workdps(50):
            exact = EXACT[name](mpmath.mpf(float(point)))
            # A float32 result is rounded once more.
            allowed = absolute + (ulp_of(exact, dtype) if dtype == np.float32 else 0)
            assert abs(mpmath.mpf(float(value)) - exact) <= allowed, point


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CALLABLES)
def test_is_silent_for_finite_input_whatever_the_user_told_numpy(name, dtype):
    z = float_grid(dtype, 60)
    with np.errstate(all="raise"):
        a = getattr(activations, name)(z)
    assert np.isfinite(a).all()


def test_a_product_keeps_the_digits_that_its_factor_has_lost():
    # σ(z) and φ(z) are subnormal here, the results are not.
    for name, points in (
        ("silu", np.linspace(-714, -711, 20)),
        ("silu_derivative", np.linspace(-714, -711, 20)),
        ("gelu_derivative", np.linspace(-37.71, -37.69, 20)),
    ):
        for value, z in zip(getattr(activations, name)(points), points, strict=True):
            with mpmath.workdps(50):
                assert ulp_error(value, EXACT[name](mpmath.mpf(z)), np.float64) <= BOUNDS[name], z
    with mpmath.workdps(50):
        naive = -714 * float(exact_sigmoid(mpmath.mpf(-714)))
        assert ulp_error(naive, EXACT["silu"](mpmath.mpf(-714)), np.float64) > BOUNDS["silu"]


def test_mills_ratio_is_that_of_the_normal_distribution():
    t = np.linspace(0, 39.9, 320)
    for value, point in zip(_tails.mills_ratio(t), t, strict=True):
        with mpmath.workdps(50):
            exact = exact_normal(-mpmath.mpf(point)) / exact_density(mpmath.mpf(point))
        assert ulp_error(value, exact, np.float64) <= 4


# --- against TensorFlow and Keras -----------------------------------------------------------------


@pytest.fixture(scope="module")
def tf():
    return comparison.tensorflow()


@pytest.fixture(scope="module")
def keras():
    return comparison.keras()


# Where TensorFlow's own arithmetic loses digits (far tails), only absolute closeness can be asked.
POINTS = np.concatenate([np.linspace(-30, 30, 241), [-1e-300, 0.0, 1e-300, -700.0, 700.0]])
CLOSE = {"rtol": 1e-14, "atol": 1e-14}
# TensorFlow keeps the slope of its leaky ReLU as a float32 number, whatever the dtype of z.
SLOPE = float(np.float32(0.01))


@pytest.fixture(scope="module")
def taped(tf, keras):
    """Return a function that gives Keras's value and automatic derivative at an array."""

    def value_and_derivative(name: str, points: np.ndarray, **options: float) -> list[np.ndarray]:
        z = tf.constant(points)
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = getattr(keras.activations, name)(z, **options)
        return [a.numpy(), tf.convert_to_tensor(tape.gradient(a, z)).numpy()]

    return value_and_derivative


@pytest.mark.parametrize("name", [name for name in NAMES if name != "gelu"])
def test_values_and_derivatives_are_those_of_keras(taped, name):
    options = {"negative_slope": SLOPE} if name == "leaky_relu" else {}
    value, derivative = taped(name, POINTS, **options)
    activation = ACTIVATIONS[name]
    np.testing.assert_allclose(activation.function(POINTS, **options), value, **CLOSE)
    np.testing.assert_allclose(activation.derivative(POINTS, **options), derivative, **CLOSE)


def test_gelu_is_that_of_tensorflows_erfc_and_nearly_that_of_keras(tf, taped):
    ours = [activations.gelu(POINTS), activations.gelu_derivative(POINTS)]
    z = tf.constant(POINTS)
    with tf.GradientTape() as tape:
        tape.watch(z)
        a = 0.5 * z * tf.math.erfc(-z / np.sqrt(2))
    np.testing.assert_allclose(ours[0], a.numpy(), **CLOSE)
    np.testing.assert_allclose(ours[1], tape.gradient(a, z).numpy(), **CLOSE)

    # Keras's float64 gelu divides by the square root of 2 as a float32 number.
    for mine, theirs in zip(ours, taped("gelu", POINTS), strict=True):
        assert 1e-9 < abs(mine - theirs).max() < 1e-8
    points = POINTS.astype(np.float32)
    value, derivative = taped("gelu", points)
    np.testing.assert_allclose(activations.gelu(points), value, atol=2e-7)
    np.testing.assert_allclose(activations.gelu_derivative(points), derivative, atol=2e-7)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("relu", {}),
        ("leaky_relu", {"negative_slope": SLOPE}),
        ("leaky_relu", {"negative_slope": 0.25}),
        ("elu", {"alpha": 1.0}),
        ("elu", {"alpha": 0.5}),
    ],
)
def test_at_a_kink_the_derivative_is_the_one_tensorflow_uses(taped, name, options):
    z = np.array([0.0, -0.0])
    ours = getattr(activations, f"{name}_derivative")(z, **options)
    np.testing.assert_array_equal(ours, taped(name, z, **options)[1])


def test_defaults_of_keras_are_those_the_docstrings_tell(keras):
    def default(function: Callable[..., Any], parameter: str) -> Any:
        return inspect.signature(function).parameters[parameter].default

    assert default(keras.activations.leaky_relu, "negative_slope") == 0.2
    assert default(keras.layers.LeakyReLU, "negative_slope") == 0.3
    assert default(activations.leaky_relu, "negative_slope") == 0.01
    assert default(keras.activations.gelu, "approximate") is False
    assert default(keras.activations.elu, "alpha") == default(activations.elu, "alpha") == 1.0


# --- laws -----------------------------------------------------------------------------------------


@given(finite64)
def test_sigmoid_of_minus_z_is_one_minus_sigmoid_of_z(z):
    assert activations.sigmoid(-z) == pytest.approx(1 - activations.sigmoid(z), abs=2e-16)


@given(st.floats(-1e307, 1e307))
def test_tanh_is_a_stretched_sigmoid(z):
    assert activations.tanh(z) == pytest.approx(2 * activations.sigmoid(2 * z) - 1, abs=1e-15)


@pytest.mark.parametrize("name", ["softplus", "gelu", "silu"])
@given(z=finite64)
def test_smooth_relu_at_z_and_minus_z_differ_by_z(name, z):
    g = ACTIVATIONS[name].function
    assert g(z) - g(-z) == pytest.approx(z, rel=1e-15, abs=5e-16)


@pytest.mark.parametrize("name", NAMES)
@given(z=finite64)
def test_zero_centred_means_odd(name, z):
    g = ACTIVATIONS[name].function
    if ACTIVATIONS[name].zero_centred:
        assert g(-z) == -g(z)
    else:
        assert g(-3.0) != -g(3.0)


@pytest.mark.parametrize("name", ["sigmoid_derivative", "tanh_derivative"])
@given(z=finite64)
def test_derivatives_of_the_s_curves_are_even(name, z):
    g = getattr(activations, name)
    assert g(z) == g(-z)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("gelu", "silu")])
@given(low=st.floats(-1e300, 1e300), high=st.floats(-1e300, 1e300))
def test_grows_with_z_up_to_rounding(name, low, high):
    low, high = min(low, high), max(low, high)
    below, above = ACTIVATIONS[name].function(np.array([low, high]))
    assert below <= above + 4 * np.spacing(abs(above))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_stays_within_its_range(name, dtype):
    low, high = ACTIVATIONS[name].range
    a = ACTIVATIONS[name].function(float_grid(dtype))
    assert dtype(low) <= a.min()
    assert a.max() <= dtype(high)
    # … and comes as near to the bounds as the largest numbers allow.
    assert a.min() < -1e30 if low == -np.inf else a.min() == pytest.approx(low, abs=1e-3)
    assert a.max() > 1e30 if high == np.inf else a.max() == pytest.approx(high, abs=1e-3)


@pytest.mark.parametrize("name", ["gelu", "silu"])
def test_minimum_is_to_the_last_digit_what_the_table_says(name):
    with mpmath.workdps(40):
        z = mpmath.findroot(EXACT[f"{name}_derivative"], -1)
        assert ulp_error(ACTIVATIONS[name].range[0], EXACT[name](z), np.float64) <= 0.5


# --- what goes in and what comes out --------------------------------------------------------------


@pytest.mark.parametrize("name", CALLABLES)
@given(z=arrays)
def test_keeps_shape_and_dtype_and_leaves_its_argument_alone(name, z):
    before = z.copy()
    a = getattr(activations, name)(z)
    assert a.shape == z.shape
    assert a.dtype == z.dtype
    assert not np.shares_memory(a, z)
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("name", CALLABLES)
def test_works_on_each_element_by_itself(name):
    z = np.random.RandomState(2).normal(0, 5, (7, 5))
    g = getattr(activations, name)
    each = np.array([[g(float(element)) for element in row] for row in z])
    # NumPy's vector and scalar exponentials may differ in the last digit on some CPUs.
    np.testing.assert_allclose(g(z), each, rtol=1e-14)
    np.testing.assert_allclose(g(np.asfortranarray(z)[::2, ::-1]), each[::2, ::-1], rtol=1e-14)


@pytest.mark.parametrize("name", CALLABLES)
def test_a_number_gives_a_numpy_scalar(name):
    g = getattr(activations, name)
    for number in (2, 2.0, True, np.float64(2), np.array(2.0)):
        assert type(g(number)) is np.float64
    assert type(g(np.float32(2))) is np.float32
    assert type(g(np.array(2, dtype=np.float32))) is np.float32


@pytest.mark.parametrize("name", CALLABLES)
def test_integers_and_wide_floats_become_float64_and_halves_float32(name):
    g = getattr(activations, name)
    for dtype in (bool, np.uint8, np.int32, np.int64, np.longdouble, np.float64):
        assert g(np.ones(3, dtype=dtype)).dtype == np.float64
        np.testing.assert_array_equal(g(np.ones(3, dtype=dtype)), g(np.ones(3)))
    assert g(np.ones(3, dtype=np.float16)).dtype == np.float32
    np.testing.assert_array_equal(g([[1, 2], [3, 4]]), g(np.array([[1.0, 2], [3, 4]])))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CALLABLES)
def test_nan_stays_nan(name, dtype):
    a = getattr(activations, name)(np.array([1, np.nan, -1, np.nan], dtype=dtype))
    np.testing.assert_array_equal(np.isnan(a), [False, True, False, True])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CALLABLES)
def test_infinities_give_the_limits(name, dtype):
    limits = {
        "linear": (-np.inf, np.inf),
        "sigmoid": (0, 1),
        "tanh": (-1, 1),
        "relu": (0, np.inf),
        "leaky_relu": (-np.inf, np.inf),
        "softplus": (0, np.inf),
        "elu": (-1, np.inf),
        "gelu": (0, np.inf),
        "silu": (0, np.inf),
        "linear_derivative": (1, 1),
        "sigmoid_derivative": (0, 0),
        "tanh_derivative": (0, 0),
        "leaky_relu_derivative": (dtype(0.01), 1),
    }
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = getattr(activations, name)(np.array([-np.inf, np.inf], dtype=dtype))
    np.testing.assert_array_equal(a, limits.get(name, (0, 1)))


@pytest.mark.parametrize("slope", [0.0, 5e-324, 0.2, 1.0])
def test_leaky_relu_takes_any_slope_from_0_to_1(slope):
    z = np.array([-np.inf, -1e308, -2.0, -0.0, 0.0, 2.0, 1e308, np.inf, np.nan])
    with np.errstate(invalid="raise"):
        a = activations.leaky_relu(z, negative_slope=slope)
    negative = [-np.inf if slope else 0.0, slope * -1e308, slope * -2.0]
    np.testing.assert_array_equal(a, [*negative, 0.0, 0.0, 2.0, 1e308, np.inf, np.nan])
    np.testing.assert_array_equal(
        activations.leaky_relu_derivative(z, negative_slope=slope),
        [slope] * 5 + [1.0] * 3 + [np.nan],
    )


@given(z=st.floats(-50, 50), alpha=st.floats(0, 1e300))
def test_elu_scales_its_negative_side_by_alpha(z, alpha):
    a, slope = activations.elu(z, alpha=alpha), activations.elu_derivative(z, alpha=alpha)
    if z > 0:
        assert (a, slope) == (z, 1)
    else:
        assert a == alpha * activations.elu(z)
        assert slope == alpha * activations.elu_derivative(z)


@pytest.mark.parametrize("name", CALLABLES)
@pytest.mark.parametrize(
    ("z", "error", "message"),
    [
        ("1.5", TypeError, "z must hold real numbers, got dtype <U3"),
        (None, TypeError, "z must hold real numbers, got dtype object"),
        ([1 + 2j], TypeError, "z must hold real numbers, got dtype complex128"),
        ([[1.0], [1.0, 2.0]], ValueError, "z must be a rectangular array of numbers"),
    ],
)
def test_refuses_what_is_not_an_array_of_real_numbers(name, z, error, message):
    with pytest.raises(error, match=f"^{message}"):
        getattr(activations, name)(z)


@pytest.mark.parametrize("name", ["leaky_relu", "leaky_relu_derivative"])
@pytest.mark.parametrize(
    ("slope", "error", "message"),
    [
        (-0.1, ValueError, r"negative_slope must be >= 0 and <= 1, got -0\.1"),
        (1.5, ValueError, r"negative_slope must be >= 0 and <= 1, got 1\.5"),
        (np.nan, ValueError, "negative_slope must be finite, got nan"),
        ("0.1", TypeError, r"negative_slope must be a number, got '0\.1'"),
    ],
)
def test_refuses_a_slope_that_is_none(name, slope, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        getattr(activations, name)(1.0, negative_slope=slope)


@pytest.mark.parametrize("name", ["elu", "elu_derivative"])
@pytest.mark.parametrize(
    ("alpha", "error", "message"),
    [
        (-1.0, ValueError, "alpha must be >= 0, got -1"),
        (np.inf, ValueError, "alpha must be finite, got inf"),
        ([1.0], TypeError, r"alpha must be a number, got \[1\.0\]"),
    ],
)
def test_refuses_an_alpha_that_is_none(name, alpha, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        getattr(activations, name)(1.0, alpha=alpha)


# --- the module -----------------------------------------------------------------------------------


def test_table_names_every_function_of_the_module():
    for name, activation in ACTIVATIONS.items():
        assert activation.function is getattr(activations, name)
        assert activation.derivative is getattr(activations, f"{name}_derivative")
        assert next(iter(inspect.signature(activation.function).parameters)) == "z"
    public = {
        name
        for name, thing in vars(activations).items()
        if inspect.isfunction(thing)
        and inspect.unwrap(thing).__module__ == activations.__name__
        and not name.startswith("_")
    }
    assert public == set(CALLABLES)


def test_table_cannot_be_changed_by_accident():
    with pytest.raises(FrozenInstanceError):
        ACTIVATIONS["relu"].range = (0.0, 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_formula_is_one_that_matplotlib_can_draw(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Matplotlib's parser, of some releases, about itself
        from matplotlib.mathtext import MathTextParser

        MathTextParser("path").parse(f"${ACTIVATIONS[name].formula}$")


def test_imports_nothing_but_numpy():
    code = (
        "import sys, helpers.activations;"
        "print(sorted({'tensorflow', 'matplotlib', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
