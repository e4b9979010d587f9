"""Exact answers to more than 50 digits, and the distance of a result to them.

Logits are finite numbers, each standing for exactly the number that is stored; answers are arrays
of decimal.Decimal. TypeError or ValueError if an argument does not hold finite real numbers, is
empty, or has a shape that does not fit. `helpers.stability` is where readers find these functions.
"""

from __future__ import annotations

import decimal
from fractions import Fraction
from typing import Any

import numpy as np

from helpers._logits import array_of_rows, no_warnings
from helpers._loss_arguments import binary_pair, categorical_pair
from helpers.validation import class_labels, float_array


def exact_log_softmax(z: Any) -> np.ndarray:
    """Return log softmax to more than 50 digits.

    Parameters
    ----------
    z : array_like of int or float, shape (..., N)
        Finite logits; each stands for exactly the number that is stored.

    Returns
    -------
    ndarray of decimal.Decimal, shape of `z`

    Raises
    ------
    TypeError, ValueError
        If `z` does not hold finite real numbers, is empty or a single number.
    """
    z = float_array(array_of_rows(z, "z"), "z", finite=True)
    result = np.empty(z.shape, dtype=object)
    with decimal.localcontext(_EXACT):
        for index in np.ndindex(z.shape[:-1]):
            row = [decimal.Decimal(float(value)) for value in z[index]]
            largest = max(row)
            row = [value - largest for value in row]
            others = sum((value.exp() for value in sorted(row)[:-1]), decimal.Decimal(0))
            result[index] = [value - _log1p(others) for value in row]
    return result


def exact_softmax(z: Any) -> np.ndarray:
    """Return softmax to more than 50 digits; 0 where it is below 10 to the power −10¹⁸.

    Parameters, result and errors as for `exact_log_softmax`.
    """
    log_a = exact_log_softmax(z)
    result = np.empty(log_a.shape, dtype=object)
    with decimal.localcontext(_EXACT):
        result.flat = [value.exp() for value in log_a.flat]
    return result


def exact_sigmoid(z: Any) -> np.ndarray:
    """Return 1 / (1 + exp(−z)), z of any shape, to more than 50 digits: the softmax of (0, z).

    Result and errors as for `exact_log_softmax`.
    """
    z = float_array(z, "z")
    return exact_softmax(np.stack([np.zeros_like(z), z], axis=-1))[..., 1][()]


def exact_binary_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return the logistic loss of each element to more than 50 digits.

    Parameters
    ----------
    y : array_like of integers, shape of `z` or a single number
        Labels, 0 or 1.
    z : array_like of int or float, any shape
        Finite logits.

    Returns
    -------
    ndarray of decimal.Decimal, shape of `z`; a Decimal for a single number

    Raises
    ------
    TypeError, ValueError
        As for `exact_log_softmax`, or if a label is neither 0 nor 1.
    """
    y, z = binary_pair(class_labels(y, 2), z)
    pairs = np.stack([np.zeros_like(z), z], axis=-1)
    return exact_sparse_categorical_crossentropy(y, pairs)


def exact_sparse_categorical_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return the cross-entropy loss of each row to more than 50 digits.

    Parameters
    ----------
    y : array_like of integers, shape (...)
        Labels in 0…N−1.
    z : array_like of int or float, shape (..., N)
        Finite logits.

    Returns
    -------
    ndarray of decimal.Decimal, shape (...); a Decimal for a single row

    Raises
    ------
    TypeError, ValueError
        As for `exact_log_softmax`, or if labels are not whole, out of range or of another shape.
    """
    y, z = categorical_pair(y, z)
    log_a = np.take_along_axis(exact_log_softmax(z), y[..., np.newaxis], axis=-1)[..., 0]
    with decimal.localcontext(_EXACT):  # outside, a minus sign would round to 28 digits
        return -log_a


def ulp_error(value: Any, exact: Any) -> np.ndarray:
    """Return how many units in the last place lie between a result and the exact answer.

    |value − exact| / ulp, one ulp being the distance between the two floats around the exact
    answer. 0.5 or less is the best a float can do.

    Parameters
    ----------
    value : array_like of float32 or float64, any shape
        Results; their precision decides the ulp.
    exact : array_like of Decimal, Fraction, int, float or decimal str, shape of `value`
        Exact answers; of an mpmath number, pass `mpmath.nstr(x, 50)`.

    Returns
    -------
    ndarray of float64, shape of `value`
        Errors ≥ 0. A nan, or an infinity where a finite number belongs (and the other way round),
        is infinitely wrong; an infinity is right where the exact answer rounds to it.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers, or `exact` none of the types above.
    ValueError
        If the shapes differ, an argument is empty, or a string is no finite number.

    References
    ----------
    Goldberg (1991), "What every computer scientist should know about floating-point arithmetic",
    ACM Computing Surveys 23, section 1.2.
    """
    value = float_array(value, "value")
    exact = np.asarray(exact, dtype=object)
    if exact.shape != value.shape:
        raise ValueError(f"exact must have the shape of value, {value.shape}, got {exact.shape}")
    errors = np.empty(value.shape)
    with decimal.localcontext(_EXACT):
        errors.flat = [_ulps(v, _decimal(e)) for v, e in zip(value.flat, exact.flat, strict=True)]
    return errors


# Enough digits for differences of nearly equal numbers, and room for exp(−1e9).
_EXACT = decimal.Context(
    prec=100,
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[],
)


def _log1p(x: decimal.Decimal) -> decimal.Decimal:
    if x < decimal.Decimal("1e-25"):  # 1 + x would lose digits; the next term is below 1e-75 x
        return x - x * x / 2 + x * x * x / 3
    return (1 + x).ln()


def _decimal(exact: Any) -> decimal.Decimal:
    if isinstance(exact, Fraction):
        return decimal.Decimal(exact.numerator) / decimal.Decimal(exact.denominator)
    if isinstance(exact, (np.integer, np.floating)):
        exact = exact.item()
    if not isinstance(exact, (decimal.Decimal, int, float, str)):
        raise TypeError(f"exact must hold exact numbers, got {type(exact).__name__}")
    number = decimal.Decimal(exact)
    if not number.is_finite():
        raise ValueError(f"exact must hold finite numbers, got {exact!r}")
    return number


def _ulps(value: np.floating, exact: decimal.Decimal) -> float:
    dtype = value.dtype.type
    with no_warnings():
        nearest = dtype(float(exact))
        below = nearest  # the float next to |exact| on the side of zero
        if abs(decimal.Decimal(float(nearest))) > abs(exact):
            below = np.nextafter(nearest, dtype(0))
        # Above the largest float there is no other: its gap is that below it.
        last = np.nextafter(np.finfo(dtype).max, dtype(0))
        ulp = np.spacing(np.minimum(np.abs(below), last))
    if not (np.isfinite(value) and np.isfinite(nearest)):
        return 0.0 if value == nearest else np.inf
    return float(abs(decimal.Decimal(float(value)) - exact) / decimal.Decimal(float(ulp)))
