"""The naive, clipped and fused forms, the exact answers and the ruler, against other witnesses."""

from __future__ import annotations

import decimal
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from helpers import comparison, stability
from helpers.softmax import softmax
from helpers.stability import (
    clipped_binary_crossentropy,
    clipped_binary_crossentropy_gradient,
    clipped_sparse_categorical_crossentropy,
    clipped_sparse_categorical_crossentropy_gradient,
    exact_binary_crossentropy,
    exact_log_softmax,
    exact_sigmoid,
    exact_softmax,
    exact_sparse_categorical_crossentropy,
    fused_binary_crossentropy,
    fused_binary_crossentropy_gradient,
    fused_sparse_categorical_crossentropy,
    fused_sparse_categorical_crossentropy_gradient,
    naive_binary_crossentropy,
    naive_binary_crossentropy_gradient,
    naive_log_softmax,
    naive_logsumexp,
    naive_sigmoid,
    naive_softmax,
    naive_sparse_categorical_crossentropy,
    naive_sparse_categorical_crossentropy_gradient,
    ulp_error,
)
from tests import exact

INF, NAN = np.inf, np.nan
DTYPES = [np.float64, np.float32]
moderate = st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=6)


# --- where all forms are right --------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 1e-3)])
@given(z=moderate, y=st.integers(0, 1))
def test_binary_forms_agree_on_moderate_logits(dtype, rtol, z, y):
    z = np.array(z, dtype)
    np.testing.assert_allclose(naive_sigmoid(z), scipy.special.expit(z), rtol=rtol)
    for suffix in ("", "_gradient"):
        fused, naive, clipped = (
            getattr(stability, f"{form}_binary_crossentropy{suffix}")(y, z)
            for form in ("fused", "naive", "clipped")
        )
        assert fused.dtype == naive.dtype == clipped.dtype == dtype
        assert fused.shape == naive.shape == clipped.shape == z.shape
        np.testing.assert_allclose(naive, fused, rtol=rtol)
        np.testing.assert_allclose(clipped, fused, rtol=rtol)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 2e-5)])
@given(z=moderate, data=st.data())
def test_categorical_forms_agree_on_moderate_logits(dtype, rtol, z, data):
    z = np.array([z, z[::-1]], dtype) / 2
    y = data.draw(st.lists(st.integers(0, z.shape[-1] - 1), min_size=2, max_size=2))
    for scores in (z, z[0], z[:, None]):
        expected = scipy.special.softmax(scores, axis=-1)
        np.testing.assert_allclose(naive_softmax(scores), expected, rtol=rtol)
    np.testing.assert_allclose(
        naive_log_softmax(z), scipy.special.log_softmax(z, axis=-1), rtol=rtol, atol=rtol
    )
    np.testing.assert_allclose(
        naive_logsumexp(z), scipy.special.logsumexp(z, axis=-1), rtol=rtol, atol=rtol
    )
    for suffix, shape in (("", (2,)), ("_gradient", z.shape)):
        fused, naive = (
            getattr(stability, f"{form}_sparse_categorical_crossentropy{suffix}")(y, z)
            for form in ("fused", "naive")
        )
        # Keras's clipping also divides by the sum: a tiny epsilon isolates the formula.
        clipped = getattr(stability, f"clipped_sparse_categorical_crossentropy{suffix}")(
            y, z, 1e-12
        )
        assert fused.dtype == naive.dtype == clipped.dtype == dtype
        assert fused.shape == naive.shape == clipped.shape == shape
        np.testing.assert_allclose(naive, fused, rtol=rtol, atol=rtol)
        np.testing.assert_allclose(clipped, fused, rtol=max(rtol, 1e-9), atol=max(rtol, 1e-9))


# --- where they part ------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "far", "edge"), [(np.float64, 710, 37), (np.float32, 89, 17)])
def test_how_the_naive_forms_fail(dtype, far, edge):
    z = np.array([-far, edge, far], dtype)
    np.testing.assert_array_equal(naive_sigmoid(z), [0, 1, 1])
    np.testing.assert_array_equal(naive_binary_crossentropy(0, z)[1:], [INF, INF])
    assert np.isnan(naive_binary_crossentropy(1, z)[1])  # 0 · log 0
    assert np.isnan(naive_binary_crossentropy_gradient(0, z)).all()
    rows = np.array([[far, 0], [-2 * far, -2 * far], [0, -2 * far]], dtype)
    a = naive_softmax(rows)
    assert np.isnan(a[0, 0])
    assert np.isnan(a[1]).all()
    np.testing.assert_array_equal(a[2], [1, 0])
    np.testing.assert_array_equal(naive_logsumexp(rows), [INF, -INF, 0])
    assert naive_log_softmax(rows)[2, 1] == -INF
    assert naive_sparse_categorical_crossentropy([0, 0, 1], rows)[2] == INF
    gradient = naive_sparse_categorical_crossentropy_gradient([0, 0, 1], rows)
    assert np.isnan(gradient[0, 0])
    assert np.isnan(gradient[1:]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_how_the_clipped_forms_fail(dtype):
    z = np.array([-1000, 1000], dtype)
    # In float32, 1 − 1e-7 is 1 − 2⁻²³.
    ceiling = -math.log(1e-7), -math.log(1e-7 if dtype == np.float64 else 2.0**-23)
    values = [clipped_binary_crossentropy(1, z[:1])[0], clipped_binary_crossentropy(0, z[1:])[0]]
    np.testing.assert_allclose(values, ceiling, rtol=1e-6)
    for y in (0, 1):
        np.testing.assert_array_equal(clipped_binary_crossentropy_gradient(y, z), [0, 0])
    row = np.array([[1000, 0, 0]], dtype)
    loss = clipped_sparse_categorical_crossentropy([1], row)
    np.testing.assert_allclose(loss, -math.log(1e-7), rtol=1e-5)
    np.testing.assert_array_equal(
        clipped_sparse_categorical_crossentropy_gradient([1], row), [[0, 0, 0]]
    )
    np.testing.assert_allclose(clipped_binary_crossentropy(1, z[:1], epsilon=1e-3), -math.log(1e-3))
    # Without clipping the exact 0 of the probability stays, and infinity times it.
    assert clipped_binary_crossentropy(1, z, epsilon=0.0)[0] == INF
    assert np.isnan(clipped_binary_crossentropy_gradient(1, z, epsilon=0.0)[0])


def test_the_clipped_gradients_let_nan_pass_as_the_losses_do():
    z = np.array([NAN, 1.0])
    assert np.isnan(clipped_binary_crossentropy([0, 1], z)).tolist() == [True, False]
    assert np.isnan(clipped_binary_crossentropy_gradient([0, 1], z)).tolist() == [True, False]
    assert np.isnan(clipped_sparse_categorical_crossentropy(0, z))
    assert np.isnan(clipped_sparse_categorical_crossentropy_gradient(0, z)).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_fused_forms_do_not_fail(dtype):
    z = np.array([-1e30, -1000, -50, 0, 50, 1000, 1e30], dtype)
    for y in (0, 1):
        answers = exact_binary_crossentropy(y, z)
        assert (ulp_error(fused_binary_crossentropy(y, z), answers) <= 4).all()
    np.testing.assert_array_equal(fused_binary_crossentropy_gradient(1, z)[:2], [-1, -1])
    rows = np.array([[1000, 0, 0], [-1000, -1000, -1000], [1e30, -1e30, 0]], dtype)
    for y in ([0, 1, 2], [1, 1, 1]):
        answers = exact_sparse_categorical_crossentropy(y, rows)
        assert (ulp_error(fused_sparse_categorical_crossentropy(y, rows), answers) <= 4).all()
    np.testing.assert_array_equal(
        fused_sparse_categorical_crossentropy_gradient([1, 0, 1], rows)[0], [1, -1, 0]
    )


def test_the_clipped_forms_are_those_of_keras():
    tensorflow, keras = comparison.tensorflow(), comparison.keras()
    z = np.array([[-30.0, 2, 5], [12, -20, 1], [0.5, 0.25, -1]])
    for name, y, activation in (
        ("binary_crossentropy", np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 1]]), tensorflow.sigmoid),
        ("sparse_categorical_crossentropy", np.array([0, 1, 2]), tensorflow.nn.softmax),
    ):
        variable = tensorflow.Variable(z)
        with tensorflow.GradientTape() as tape:
            # tf's functions, unlike Keras's layers, do not smuggle the logits into the loss.
            loss = getattr(keras.losses, name)(y, activation(variable))
            total = tensorflow.reduce_sum(loss)
        theirs = tape.gradient(total, variable).numpy()
        ours = getattr(stability, f"clipped_{name}")(y, z)
        slope = getattr(stability, f"clipped_{name}_gradient")(y, z)
        if name == "binary_crossentropy":
            ours, slope = ours.mean(axis=-1), slope / 3
        np.testing.assert_allclose(ours, loss.numpy(), rtol=1e-9)
        np.testing.assert_allclose(slope, theirs, rtol=1e-9, atol=1e-15)


# --- exact answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        [0.1, -2.5, 3.0],
        [800.0, 0.0],
        [60.0, 0.0, 1e-3],
        [1e5, -1e5],
        [5e-324, 0.0],
        [7.0],
        [2, 2],
    ],
)
def test_exact_answers_against_mpmath(row):
    with mpmath.workdps(120):
        logits = [mpmath.mpf(float(v)) for v in row]
        top = logits.index(max(logits))
        e = [mpmath.exp(v - logits[top]) for v in logits]
        others = mpmath.fsum(e[:top] + e[top + 1 :])
        log_a = [v - logits[top] - mpmath.log1p(others) for v in logits]
        for computed, answers in (
            (exact_log_softmax(row), log_a),
            (exact_softmax(row), [v / (1 + others) for v in e]),
            (
                [exact_sparse_categorical_crossentropy(i, row) for i in range(len(row))],
                [-v for v in log_a],
            ),
        ):
            for value, answer in zip(computed, answers, strict=True):
                assert isinstance(value, decimal.Decimal)
                value = mpmath.mpf(str(value))
                assert abs(value - answer) <= mpmath.mpf("1e-50") * abs(answer)


def test_exact_answers_for_the_largest_logits():
    row = [1e308, -1e308]
    sure, impossible = exact_log_softmax(row)
    assert sure == 0
    assert abs(Fraction(impossible) / (2 * int(-1e308)) - 1) < 1e-50
    assert exact_softmax(row).tolist() == [1, 0]  # exp(−2e308) is below what Decimal can hold


@pytest.mark.parametrize("z", [-800.0, -1.5, 0.0, 1e-300, 40.0, 58.0, 1e5])
def test_exact_binary_answers_against_mpmath(z):
    with mpmath.workdps(120):
        a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        loss = mpmath.log1p(mpmath.exp(-mpmath.mpf(z)))
        for value, answer in (
            (exact_sigmoid(z), a),
            (exact_binary_crossentropy(1, z), loss),
            (exact_binary_crossentropy(0, -z), loss),
        ):
            assert isinstance(value, decimal.Decimal)
            value = mpmath.mpf(str(value))
            assert abs(value - answer) <= mpmath.mpf("1e-72") * abs(answer)


def test_shapes_of_exact_answers():
    z = np.zeros((2, 3, 4))
    assert exact_softmax(z).shape == exact_log_softmax(z).shape == exact_sigmoid(z).shape == z.shape
    assert exact_binary_crossentropy(np.ones(z.shape, int), z).shape == z.shape
    assert exact_sparse_categorical_crossentropy(np.ones((2, 3), int), z).shape == (2, 3)


# --- the ruler ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@given(
    value=st.floats(width=32, allow_nan=False),
    answer=st.fractions() | st.floats(allow_nan=False, allow_infinity=False).map(Fraction),
)
def test_ulp_error_against_mpmath(dtype, value, answer):
    value = dtype(value)
    with mpmath.workdps(150):
        number = mpmath.mpf(answer.numerator) / answer.denominator
        theirs = exact.ulp_error(value, number, dtype)
    assert ulp_error(value, answer) == pytest.approx(theirs, rel=1e-12)


def test_ulp_error_by_hand():
    one = 1.0
    assert ulp_error(1 + 2.0**-52, one) == 1
    assert ulp_error(1 - 2.0**-53, one) == 0.5
    assert ulp_error(1.0, "1.0000000000000001110223024625156540423631668090820312500") == 0.5
    assert ulp_error(np.float32(1), decimal.Decimal(1) + decimal.Decimal(2) ** -23) == 1
    # Just below a power of two the floats are twice as dense.
    assert ulp_error(1.0, Fraction(1) - Fraction(1, 2**54)) == 0.5
    assert ulp_error(0.0, "5e-324") == pytest.approx(1, rel=0.02)
    assert ulp_error(0.0, "1e-400") < 1e-70
    assert ulp_error(0.0, 0) == 0
    assert ulp_error([NAN, INF, -INF, 1.0], [1, 1, 1, 1]).tolist() == [INF, INF, INF, 0]
    assert ulp_error([INF, -INF, 1e308, INF], ["1e400", "-1e400", "1e400", "-1e400"]).tolist() == [
        *(0, 0, INF, INF)
    ]
    np.testing.assert_array_equal(ulp_error([[1.0], [2.0]], np.array([[1.0], [2.0]])), [[0], [0]])
    assert ulp_error([2.0, 1.0], [np.int64(2), np.float32(1)]).tolist() == [0, 0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_ulp_error_at_the_largest_float(dtype):
    """The gap above it would be to infinity; the one that counts is the gap below."""
    info = np.finfo(dtype)
    largest, digits = float(info.max), info.nmant + 1
    for answer, sign in ((Fraction(largest), 1), (-Fraction(largest), -1)):
        assert ulp_error(dtype(0), answer) == 2**digits - 1
        assert ulp_error(dtype(sign * largest), answer) < 1e-80
        before = np.nextafter(dtype(sign * largest), dtype(0))
        assert ulp_error(before, answer) == pytest.approx(1)
        assert ulp_error(dtype(sign * largest / 2), answer) == 2 ** (digits - 1) - 0.5


def test_ulp_error_of_our_softmax():
    z = np.array([[1.0, 2.0, 3.0], [300.0, 0.0, -300.0]])
    assert (ulp_error(softmax(z), exact_softmax(z)) <= 4).all()


# --- bad input ------------------------------------------------------------------------------------

ROWWISE = [naive_softmax, naive_log_softmax, naive_logsumexp, exact_softmax, exact_log_softmax]
ELEMENTWISE = [naive_sigmoid, exact_sigmoid]
FORMS = ("naive", "clipped", "fused")
BINARY = [
    *(
        getattr(stability, f"{form}_binary_crossentropy{s}")
        for form in FORMS
        for s in ("", "_gradient")
    ),
    exact_binary_crossentropy,
]
CATEGORICAL = [
    *(
        getattr(stability, f"{form}_sparse_categorical_crossentropy{s}")
        for form in FORMS
        for s in ("", "_gradient")
    ),
    exact_sparse_categorical_crossentropy,
]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_program_that_turns_warnings_of_numpy_into_errors(dtype):
    info = np.finfo(dtype)
    grid = np.array([0, info.tiny, 1e-30, 1, 50, 90, 800, info.max / 2])
    z = np.r_[-grid, grid].astype(dtype)
    rows = np.stack([z, z[::-1]], axis=-1)

    def everything():
        for function in ROWWISE:
            yield function(rows)
        for function in ELEMENTWISE:
            yield function(z)
        for function in BINARY:
            for y in (0, 1) if function is exact_binary_crossentropy else (0, 1, 1e-300):
                yield function(y, z)
        for function in CATEGORICAL:
            yield function(np.arange(len(z)) % 2, rows)
        yield ulp_error(z, np.full(z.shape, Fraction(float(info.max))))

    without = list(everything())
    with np.errstate(all="raise"):
        within = list(everything())
    for one, other in zip(without, within, strict=True):
        np.testing.assert_array_equal(one, other)


BAD_LOGITS = [
    (["a"], TypeError, "z must hold real numbers"),
    ([1j], TypeError, "z must hold real numbers, got dtype complex128"),
    (np.array([None]), TypeError, "z must hold real numbers, got dtype object"),
    ([], ValueError, "z must not be empty"),
]
SINGLE = [(0.5, ValueError, "z must have at least 1 dimension, got a single number")]
NOT_FINITE = [([NAN, 1.0], ValueError, "z must be finite"), ([INF], ValueError, "z must be finite")]
BAD = [
    *((f, z, *rest) for f in ROWWISE + ELEMENTWISE for z, *rest in BAD_LOGITS),
    *((f, z, *rest) for f in ROWWISE for z, *rest in SINGLE),
    *(
        (f, z, *r)
        for f in (exact_sigmoid, exact_softmax, exact_log_softmax)
        for z, *r in NOT_FINITE
    ),
]


@pytest.mark.parametrize(("function", "z", "error", "message"), BAD)
def test_bad_logits(function, z, error, message):
    with pytest.raises(error, match=message):
        function(z)


BAD_PAIRS = [
    *((f, 0, z, *rest) for f in BINARY + CATEGORICAL for z, *rest in BAD_LOGITS),
    *((f, 0, z, *rest) for f in CATEGORICAL for z, *rest in SINGLE),
    *((f, ["a"], [[1.0]], TypeError, "y must hold") for f in BINARY + CATEGORICAL),
    *((f, [], [[1.0]], ValueError, "y must not be empty") for f in BINARY + CATEGORICAL),
    *((f, [0, 1], [1.0, 2.0, 3.0], ValueError, "y must .*, got") for f in BINARY + CATEGORICAL),
    *((f, [NAN], [1.0], ValueError, "y must .*nan") for f in BINARY),
    *((f, 2, [1.0], ValueError, "y must .*, got 2") for f in BINARY),
    *((f, -1, [1.0], ValueError, "y must .*, got -1") for f in BINARY),
    *((f, [0.0, 1.0, 1.5], [1.0] * 3, ValueError, r"y must .*, got 1\.5") for f in BINARY),
    *(
        (f, [0.0, 1.5], [1.0] * 2, ValueError, r"^y must hold targets in \[0, 1\], got 1\.5$")
        for f in (fused_binary_crossentropy, clipped_binary_crossentropy)
    ),
    *(
        (f, [0, 1], [[1.0, 2.0]], ValueError, r"^y must hold one label per row of z, .*got \(2,\)$")
        for f in CATEGORICAL
    ),
    *((f, [2], [[1.0, 2.0]], ValueError, "y must hold labels from 0 to 1") for f in CATEGORICAL),
    *(
        (f, [0.5], [[1.0, 2.0]], ValueError, "y must hold integer class labels")
        for f in CATEGORICAL
    ),
    (exact_binary_crossentropy, 1, [INF], ValueError, "z must be finite"),
    (exact_sparse_categorical_crossentropy, [0], [[INF]], ValueError, "z must be finite"),
]


@pytest.mark.parametrize(("function", "y", "z", "error", "message"), BAD_PAIRS)
def test_bad_targets_or_logits(function, y, z, error, message):
    with pytest.raises(error, match=message):
        function(y, z)


@pytest.mark.parametrize(
    ("y", "way_out"),
    [
        ([-1, 1], r"\(y \+ 1\) / 2 makes 0 and 1 of -1 and 1"),
        (["no", "yes"], r"np\.unique\(y, return_inverse=True\)\[1\]"),
    ],
)
def test_an_error_says_what_to_do(y, way_out):
    for function in BINARY[:-1]:
        with pytest.raises((TypeError, ValueError), match=way_out):
            function(y, [0.0, 1.0])
    for function in CATEGORICAL:
        with pytest.raises(ValueError, match="one-hot rows belong to categorical_crossentropy"):
            function([[0, 1], [1, 0]], [[0.0, 1.0], [2.0, 3.0]])
        with pytest.raises(TypeError, match="class names become numbers"):
            function(["no", "yes"], [[0.0, 1.0], [2.0, 3.0]])


@pytest.mark.parametrize(
    "function",
    [f for f in BINARY + CATEGORICAL if f.__name__.startswith("clipped")],
)
def test_bad_epsilon(function):
    y, z = (1, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"epsilon must be >= 0 and < 0\.5, got 0\.5"):
        function(y, z, epsilon=0.5)
    with pytest.raises(TypeError, match="epsilon must be a number"):
        function(y, z, epsilon="x")


@pytest.mark.parametrize(
    ("value", "answer", "error", "message"),
    [
        (["a"], [1], TypeError, "value must hold real numbers"),
        ([1j], [1], TypeError, "value must hold real numbers"),
        ([], [], ValueError, "value must not be empty"),
        ([1.0], 1, ValueError, r"exact must have the shape of value, \(1,\), got \(\)"),
        (1.0, None, TypeError, "exact must hold exact numbers, got NoneType"),
        (1.0, 1j, TypeError, "exact must hold exact numbers, got complex"),
        (1.0, mpmath.mpf(1), TypeError, "exact must hold exact numbers, got mpf"),
        (1.0, NAN, ValueError, "exact must hold finite numbers, got nan"),
        (1.0, "inf", ValueError, "exact must hold finite numbers, got 'inf'"),
        (1.0, "one", ValueError, "exact must hold finite numbers, got 'one'"),
    ],
)
def test_bad_ulp_error(value, answer, error, message):
    with pytest.raises(error, match=message):
        ulp_error(value, answer)
