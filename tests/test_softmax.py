"""Softmax and its relatives against exact arithmetic, SciPy and automatic differentiation."""

from __future__ import annotations

import itertools
import math

import hypothesis.extra.numpy as hnp
import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from helpers.comparison import tensorflow
from helpers.softmax import (
    log_softmax,
    logsumexp,
    softmax,
    softmax_jacobian,
    softmax_jacobian_product,
)
from tests.exact import error_where_normal

FUNCTIONS = [softmax, log_softmax, logsumexp, softmax_jacobian]
logits = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
    elements=st.floats(-1e308, 1e308) | st.floats(-50, 50) | st.floats(-800, 800),
)


def exact(z):
    """Return softmax, log softmax, log-sum-exp and 1 − softmax of one row, by mpmath."""
    z = [mpmath.mpf(float(value)) for value in z]
    largest = max(z)
    exponentials = [mpmath.exp(value - largest) for value in z]
    top = z.index(largest)
    others = mpmath.fsum(exponentials[:top] + exponentials[top + 1 :])
    total = 1 + others
    complement = [mpmath.fsum(exponentials[:i] + exponentials[i + 1 :]) for i in range(len(z))]
    return (
        [e / total for e in exponentials],
        [value - largest - mpmath.log1p(others) for value in z],
        largest + mpmath.log1p(others),
        [c / total for c in complement],
    )


def rows(dtype):
    """Rows of logits of many lengths and sizes, and the ones that break lesser algorithms."""
    generator = np.random.RandomState(3)
    huge = 1e308 if dtype == np.float64 else 1e38
    for count in (1, 2, 3, 5, 10, 33, 200):
        for scale in (1e-300, 1e-3, 1.0, 10.0, 100.0, 300.0, 1e4, 1e8, 1e16, huge):
            for _ in range(max(1, 20 // count)):
                yield generator.uniform(-1, 1, count) * scale
    yield np.zeros(7)
    # Found by search: 2.9 ulp if the rounding of the sum is not made good.
    yield np.array([-0.648, -4.984, -0.089, -0.724, -3.529])
    yield np.full(100, huge)
    yield np.array([huge, -huge])
    yield np.array([huge, huge, -huge, 0])
    yield np.array([5e-324, 0, -5e-324])
    yield np.linspace(-745, 0, 40)
    yield np.linspace(-745.13, 3.3, 40)
    yield np.array([710.0, 709.9, 1e-3])
    # Terms that a plain sum loses one by one: each is below half an ulp of what came before.
    yield np.r_[0.0, np.full(299, -37.0)]
    yield np.r_[0.0, 0.0, np.full(299, -37.0)]
    yield np.r_[100.0, 0.0, np.full(300, -37.0)]
    yield np.r_[0.0, np.full(900, -38.0)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_exact_arithmetic(dtype):
    bound = 4 if dtype == np.float64 else 0.51  # float32 is computed in float64 and rounded once
    for row in rows(dtype):
        z = row.astype(dtype)
        some = np.unique(np.r_[np.arange(min(6, len(z))), np.argmax(z), len(z) - 1])
        with mpmath.workdps(40):
            a, log_a, total, _ = exact(z)
            for computed, answers in ((softmax(z), a), (log_softmax(z), log_a)):
                assert computed.dtype == dtype
                for i in some:
                    assert error_where_normal(computed[i], answers[i], dtype) <= bound, (z, i)
            value = logsumexp(z)
            assert value.dtype == dtype
            if dtype == np.float32:
                assert error_where_normal(value, total, dtype) <= 0.51
            else:
                scale = max(abs(float(max(z))), np.log(len(z)))
                assert abs(mpmath.mpf(float(value)) - total) <= 2 * np.spacing(scale), z


@pytest.mark.parametrize("axis", [0, 1])
def test_a_million_classes(axis):
    z = np.random.RandomState(0).uniform(-10, 10, size=(2, 1_000_000))
    z[1] = 3.0
    a = np.moveaxis(softmax(np.moveaxis(z, 1, axis), axis=axis), axis, 1)
    total = math.fsum(np.exp(z[0]).tolist())  # fsum adds without rounding
    np.testing.assert_allclose(a[0], np.exp(z[0]) / total, rtol=4 * 2.0**-52)
    np.testing.assert_array_equal(a[1], 1e-6)
    assert logsumexp(z[1]) == pytest.approx(3 + math.log(1_000_000), rel=2.0**-52)


@given(logits)
def test_properties(z):
    a, log_a = softmax(z), log_softmax(z)
    assert a.shape == log_a.shape == z.shape
    assert ((a >= 0) & (a <= 1)).all()
    assert (log_a <= 0).all()
    np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=4e-16 * z.shape[-1])
    np.testing.assert_allclose(np.exp(log_a), a, rtol=1e-12, atol=1e-300)
    total, largest = logsumexp(z), z.max(axis=-1)
    assert (total >= largest).all()
    bound = largest + math.log(z.shape[-1])
    assert (total <= bound + 2 * np.spacing(np.abs(bound))).all()


@given(hnp.arrays(np.float64, (3, 4), elements=st.integers(-500, 500)), st.integers(-1000, 1000))
def test_a_constant_on_all_logits_changes_nothing(z, constant):
    np.testing.assert_array_equal(softmax(z + constant), softmax(z))
    np.testing.assert_array_equal(log_softmax(z + constant), log_softmax(z))


@given(logits)
def test_scipy_agrees(z):
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(softmax(z), scipy.special.softmax(z, axis=-1), rtol=1e-12)
        theirs = scipy.special.log_softmax(z, axis=-1)
    # SciPy rounds small log-probabilities to multiples of 1e-16.
    np.testing.assert_allclose(log_softmax(z), theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("function", [softmax, log_softmax, logsumexp])
def test_axis(function):
    z = np.random.RandomState(1).normal(size=(3, 4, 5))
    for axis in (-3, -2, 0, 1, 2):
        moved = np.moveaxis(z, axis, -1)
        expected = function(moved)
        if function is not logsumexp:
            expected = np.moveaxis(expected, -1, axis)
        np.testing.assert_array_equal(function(z, axis=axis), expected)


def test_input_is_left_alone():
    z = np.array([[3.0, 1.0, -2.0]])
    for function in FUNCTIONS:
        function(z)
    softmax_jacobian_product(z, z)
    np.testing.assert_array_equal(z, [[3.0, 1.0, -2.0]])


def test_dtypes():
    for function in FUNCTIONS:
        assert function([1, 2, 3]).dtype == np.float64
        assert function(np.float32([1, 2, 3])).dtype == np.float32
        assert function(np.float16([1, 2, 3])).dtype == np.float32
        assert function([True, False]).dtype == np.float64
    single, double = np.float32([1, 2]), np.float64([1, 2])
    assert softmax_jacobian_product(single, single).dtype == np.float32
    assert softmax_jacobian_product(single, double).dtype == np.float64
    assert np.ndim(logsumexp([1.0, 2.0])) == 0


def test_infinite_and_undefined_logits():
    inf, nan = np.inf, np.nan
    np.testing.assert_array_equal(softmax([0.0, -inf, 0.0]), [0.5, 0, 0.5])
    np.testing.assert_array_equal(log_softmax([0.0, -inf]), [0, -inf])
    assert logsumexp([1.0, -inf]) == 1
    assert logsumexp([-inf, -inf]) == -inf
    assert logsumexp([inf, inf, 0.0]) == inf
    assert np.isnan(logsumexp([1.0, nan]))
    for row in ([nan, 0.0], [0.0, nan], [inf, 0.0], [inf, inf], [-inf, -inf], [inf, nan]):
        assert np.isnan(softmax(row)).all()
        assert np.isnan(log_softmax(row)).all()
    rows = np.array([[nan, 0.0], [0.0, 0.0]])  # a bad row leaves the others alone
    np.testing.assert_array_equal(softmax(rows)[1], [0.5, 0.5])


def test_what_no_float_can_hold_becomes_infinite():
    assert log_softmax([1e308, -1e308])[1] == -np.inf
    assert log_softmax(np.float32([3e38, -3e38]))[1] == -np.inf


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_jacobian_against_exact_arithmetic(dtype):
    for row in rows(dtype):
        z = row.astype(dtype)
        jacobian = softmax_jacobian(z)
        assert jacobian.dtype == dtype
        some = np.unique(np.r_[0, np.argmax(z), len(z) - 1])
        with mpmath.workdps(60):
            a, _, _, complement = exact(z)
            for j, k in itertools.product(some, some):
                answer = a[j] * complement[j] if j == k else -a[j] * a[k]
                bound = 8 if dtype == np.float64 else 0.51
                assert error_where_normal(jacobian[j, k], answer, dtype) <= bound, (z, j, k)


@pytest.mark.parametrize("shape", [(4,), (5, 3), (2, 3, 4)])
def test_jacobian_against_automatic_differentiation(shape):
    tf = tensorflow()
    z = np.random.RandomState(5).normal(size=shape) * 3
    v = np.random.RandomState(6).normal(size=shape)
    variable = tf.Variable(z.reshape(-1, shape[-1]))
    with tf.GradientTape() as tape:
        a = tf.nn.softmax(variable)
    theirs = tape.batch_jacobian(a, variable).numpy().reshape(*shape, shape[-1])
    np.testing.assert_allclose(softmax_jacobian(z), theirs, rtol=1e-12, atol=1e-16)
    product = np.einsum("...jk,...k->...j", theirs, v)
    np.testing.assert_allclose(softmax_jacobian_product(z, v), product, rtol=1e-11, atol=1e-15)


@given(logits, st.integers(0, 99))
def test_jacobian_product_is_the_matrix_times_the_vector(z, seed):
    v = np.random.RandomState(seed).normal(size=z.shape)
    jacobian = softmax_jacobian(z)
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-15)
    np.testing.assert_array_equal(jacobian, np.swapaxes(jacobian, -1, -2))
    product = np.einsum("...jk,...k->...j", jacobian, v)
    ours = softmax_jacobian_product(z, v)
    np.testing.assert_allclose(ours, product, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours.sum(axis=-1), 0, atol=1e-14)


def test_jacobian_product_of_numbers_near_the_largest_float():
    """Exact by hand: a = (1/2, 1/2) gives J v = (v_0 − v_1)/4, and that negated."""
    z, v = np.zeros((2, 2)), np.array([[1.7e308, -1.7e308], [2.0, 1.0]])
    expected = [[8.5e307, -8.5e307], [0.25, -0.25]]
    np.testing.assert_allclose(softmax_jacobian_product(z, v), expected, rtol=1e-15)
    single = softmax_jacobian_product(np.float32([0, 0]), np.float32([3e38, -3e38]))
    np.testing.assert_allclose(single, np.float32([1.5e38, -1.5e38]), rtol=1e-7)
    assert np.isnan(softmax_jacobian_product([0.0, 0.0], [np.inf, 1.0])).all()  # without a warning


def test_jacobian_product_keeps_the_digits_of_a_confident_softmax():
    z, v = [80.0, 0.0], [1.0, 3.0]
    with mpmath.workdps(60):
        a, _, _, complement = exact(z)
        for value, answer in zip(
            softmax_jacobian_product(z, v),
            (a[0] * complement[0] * -2, a[1] * complement[1] * 2),
            strict=True,
        ):
            assert error_where_normal(value, answer, np.float64) <= 8
    np.testing.assert_array_equal(softmax_jacobian_product(z, [7.0, 7.0]), [0, 0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_program_that_turns_warnings_of_numpy_into_errors(dtype):
    finite = [row.astype(dtype) for row in rows(dtype)]
    without = [[f(z) for f in FUNCTIONS] + [softmax_jacobian_product(z, z)] for z in finite]
    with np.errstate(all="raise"):
        within = [[f(z) for f in FUNCTIONS] + [softmax_jacobian_product(z, z)] for z in finite]
    for expected, results in zip(without, within, strict=True):
        for one, other in zip(expected, results, strict=True):
            np.testing.assert_array_equal(one, other)


BAD = [
    (softmax, (["a", "b"],), TypeError, "z must hold real numbers"),
    (softmax, ([1j],), TypeError, "z must hold real numbers, got dtype complex128"),
    (softmax, (np.array([1, None]),), TypeError, "z must hold real numbers, got dtype object"),
    (softmax, ([],), ValueError, r"z must not be empty, got shape \(0,\)"),
    (softmax, (np.ones((2, 0)),), ValueError, r"z must not be empty, got shape \(2, 0\)"),
    (softmax, (3.0,), ValueError, "z must have at least 1 dimension, got a single number"),
    (softmax, ([[1], [1, 2]],), ValueError, "z must be a rectangular array"),
    (softmax, ([1, 2], 1), ValueError, r"axis must be from -1 to 0 for z of shape \(2,\), got 1"),
    (softmax, ([1, 2], -2), ValueError, "axis must be from -1 to 0"),
    (softmax, ([1, 2], None), TypeError, "axis must be an integer, got None"),
    (softmax, ([1, 2], 0.0), TypeError, "axis must be an integer, got 0.0"),
    (softmax, ([1, 2], True), TypeError, "axis must be an integer, got True"),
    (softmax, ([1, 2], (0,)), TypeError, r"axis must be an integer, got \(0,\)"),
    (log_softmax, (["a"],), TypeError, "z must hold real numbers"),
    (log_softmax, (3.0,), ValueError, "z must have at least 1 dimension"),
    (log_softmax, ([],), ValueError, "z must not be empty"),
    (log_softmax, ([1.0], 1), ValueError, "axis must be from -1 to 0"),
    (logsumexp, (["a"],), TypeError, "z must hold real numbers"),
    (logsumexp, (3.0,), ValueError, "z must have at least 1 dimension"),
    (logsumexp, ([],), ValueError, "z must not be empty"),
    (logsumexp, ([1.0], 1), ValueError, "axis must be from -1 to 0"),
    (softmax_jacobian, ([1j],), TypeError, "z must hold real numbers"),
    (softmax_jacobian, (3.0,), ValueError, "z must have at least 1 dimension"),
    (softmax_jacobian, ([],), ValueError, "z must not be empty"),
    (softmax_jacobian_product, (["a"], [1]), TypeError, "z must hold real numbers"),
    (softmax_jacobian_product, ([1], ["a"]), TypeError, "v must hold real numbers"),
    (softmax_jacobian_product, ([1.0], []), ValueError, "v must not be empty"),
    (
        softmax_jacobian_product,
        ([1, 2], [1]),
        ValueError,
        r"v must have the shape of z, \(2,\), got",
    ),
    (softmax_jacobian_product, (3.0, 3.0), ValueError, "z must have at least 1 dimension"),
]


@pytest.mark.parametrize(("function", "arguments", "error", "message"), BAD)
def test_bad_input(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
