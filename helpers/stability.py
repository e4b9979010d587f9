"""The same mathematics written in three ways, and how to measure which of them is right.

*Naive* is the formula as it stands on paper. *Clipped* keeps probabilities away from 0 and 1 before
taking logarithms, as Keras does when it is given probabilities. *Fused* works from the logits.
The naive functions overflow, divide by zero and answer inf or nan without a warning: seeing that
is what they are for. They calculate in the precision of their input, so that float32 and float64
can be compared.
"""

from __future__ import annotations

import decimal
from fractions import Fraction
from typing import Any

import numpy as np

from helpers import losses
from helpers.activations import sigmoid
from helpers.softmax import softmax, softmax_jacobian_product
from helpers.validation import class_labels, float_array


def _ieee_silence() -> np.errstate:
    """Let infinities and nans come about without a warning: they are what this module shows."""
    return np.errstate(all="ignore")


# --- The formulas as on paper ---------------------------------------------------------------------


def naive_sigmoid(z: Any) -> np.ndarray:
    """Return 1 / (1 + exp(−z)).

    Its exp overflows below z = −709 (float32: −88), where the result becomes 0.

    Parameters
    ----------
    z : array_like of int or float, any shape

    Returns
    -------
    ndarray, shape and precision of `z`

    Raises
    ------
    TypeError, ValueError
        If `z` does not hold real numbers, or is empty.
    """
    z = float_array(z, "z")
    with _ieee_silence():
        return 1 / (1 + np.exp(-z))


def naive_softmax(z: Any) -> np.ndarray:
    """Return exp(z_j) / Σ_k exp(z_k).

    nan above z = 709 (float32: 88), where exp overflows and inf / inf remains; nan, too, where all
    exponentials underflow to 0.

    Parameters
    ----------
    z : array_like of int or float, shape (..., N)

    Returns
    -------
    ndarray, shape and precision of `z`

    Raises
    ------
    TypeError, ValueError
        If `z` does not hold real numbers, is empty or a single number.
    """
    z = _logits(z)
    with _ieee_silence():
        exponentials = np.exp(z)
        return exponentials / exponentials.sum(axis=-1, keepdims=True)


def naive_log_softmax(z: Any) -> np.ndarray:
    """Return the logarithm of `naive_softmax`: −inf where that underflows to 0.

    Parameters, result and errors as for `naive_softmax`.
    """
    with _ieee_silence():
        return np.log(naive_softmax(z))


def naive_logsumexp(z: Any) -> np.ndarray:
    """Return log Σ_k exp(z_k), shape (...): inf above z = 709 (float32: 88), −inf far below 0.

    Parameters and errors as for `naive_softmax`.
    """
    z = _logits(z)
    with _ieee_silence():
        return np.log(np.exp(z).sum(axis=-1))


# --- The logistic loss in three ways, for each element --------------------------------------------


def naive_binary_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return −y log a − (1 − y) log(1 − a) with a = `naive_sigmoid(z)`.

    inf or nan as soon as a is rounded to 0 or 1: for z > 36.7 (float32: 16.6), for example.

    Parameters
    ----------
    y : array_like of int or float, shape of `z` or a single number
        Targets in [0, 1].
    z : array_like of int or float, any shape
        Logits.

    Returns
    -------
    ndarray, shape and precision of `z`
        The loss of each element (not averaged over the last axis).

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or is empty, the shapes differ, or targets lie
        outside [0, 1].
    """
    y, z = _binary_arguments(y, z)
    a = naive_sigmoid(z)
    with _ieee_silence():
        return -y * np.log(a) - (1 - y) * np.log(1 - a)


def clipped_binary_crossentropy(y: Any, z: Any, epsilon: float = 1e-7) -> np.ndarray:
    """Return the loss of a = sigmoid(z) clipped to [epsilon, 1 − epsilon].

    Never above −log(epsilon), however wrong the answer: 16.1 for Keras's 1e-7.

    Parameters
    ----------
    y, z
        As for `naive_binary_crossentropy`.
    epsilon : float in [0, 0.5)
        Where to clip.

    Returns
    -------
    ndarray, shape and precision of `z`

    Raises
    ------
    TypeError, ValueError
        As `naive_binary_crossentropy` does, or if `epsilon` is out of range.
    """
    y, z = _binary_arguments(y, z)
    y, a = y[..., np.newaxis], sigmoid(z)[..., np.newaxis]
    return losses.binary_crossentropy(y, a, epsilon=epsilon)


def fused_binary_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return y softplus(−z) + (1 − y) softplus(z): right for every z.

    Parameters, result and errors as for `naive_binary_crossentropy`.
    """
    y, z = _binary_arguments(y, z)
    return losses.binary_crossentropy(y[..., np.newaxis], z[..., np.newaxis], from_logits=True)


def naive_binary_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z by the chain rule through `naive_sigmoid`: ∂L/∂a · a (1 − a).

    nan where a is rounded to 0 or 1 and the loss divides by it.

    Parameters, result and errors as for `naive_binary_crossentropy`.
    """
    y, z = _binary_arguments(y, z)
    a = naive_sigmoid(z)
    with _ieee_silence():
        return (-y / a + (1 - y) / (1 - a)) * (a * (1 - a))


def clipped_binary_crossentropy_gradient(y: Any, z: Any, epsilon: float = 1e-7) -> np.ndarray:
    """Return ∂L/∂z of `clipped_binary_crossentropy`: 0 where a is clipped, so nothing is learned.

    Parameters, result and errors as for `clipped_binary_crossentropy`.
    """
    y, z = _binary_arguments(y, z)
    a = sigmoid(z)
    gradient = losses.binary_crossentropy_gradient(
        y[..., np.newaxis], a[..., np.newaxis], from_logits=False, epsilon=epsilon
    )[..., 0]
    # Where a is exactly 0 or 1, nothing is left to multiply an infinite gradient with.
    with _ieee_silence():
        return gradient * (a * (1 - a))


def fused_binary_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z = sigmoid(z) − y: right for every z.

    Parameters, result and errors as for `naive_binary_crossentropy`.
    """
    y, z = _binary_arguments(y, z)
    gradient = losses.binary_crossentropy_gradient(y[..., np.newaxis], z[..., np.newaxis])
    return gradient[..., 0]


# --- Softmax's cross-entropy in three ways --------------------------------------------------------


def naive_sparse_categorical_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return −log a_y with a = `naive_softmax(z)`: inf where a_y underflows, nan above z = 709.

    Parameters
    ----------
    y : array_like of integers, shape (...)
        Labels in 0…N−1.
    z : array_like of int or float, shape (..., N)
        Logits.

    Returns
    -------
    ndarray, shape (...), precision of `z`

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or is empty, the shapes do not fit, or labels are
        not whole or out of range.
    """
    y, z = _categorical_arguments(y, z)
    return -np.take_along_axis(naive_log_softmax(z), y[..., np.newaxis], axis=-1)[..., 0]


def clipped_sparse_categorical_crossentropy(y: Any, z: Any, epsilon: float = 1e-7) -> np.ndarray:
    """Return the loss of a = softmax(z) clipped to [epsilon, 1 − epsilon], as Keras clips it.

    Parameters
    ----------
    y, z
        As for `naive_sparse_categorical_crossentropy`.
    epsilon : float in [0, 0.5)
        Where to clip.

    Returns
    -------
    ndarray, shape (...), precision of `z`

    Raises
    ------
    TypeError, ValueError
        As `naive_sparse_categorical_crossentropy` does, or if `epsilon` is out of range.
    """
    y, z = _categorical_arguments(y, z)
    return losses.sparse_categorical_crossentropy(y, softmax(z), epsilon=epsilon)


def fused_sparse_categorical_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return −log_softmax(z)_y: right for every z.

    Parameters, result and errors as for `naive_sparse_categorical_crossentropy`.
    """
    y, z = _categorical_arguments(y, z)
    return losses.sparse_categorical_crossentropy(y, z, from_logits=True)


def naive_sparse_categorical_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z, shape (..., N), by the chain rule through `naive_softmax`.

    ∂L/∂z_n = −1/a_y · a_y (1{y = n} − a_n): nan where a_y underflows or exp overflows.

    Parameters and errors as for `naive_sparse_categorical_crossentropy`.
    """
    y, z = _categorical_arguments(y, z)
    a = naive_softmax(z)
    true = np.take_along_axis(a, y[..., np.newaxis], axis=-1)
    indicator = losses.one_hot(y, z.shape[-1]).astype(z.dtype)
    with _ieee_silence():
        return -1 / true * (true * (indicator - a))


def clipped_sparse_categorical_crossentropy_gradient(
    y: Any, z: Any, epsilon: float = 1e-7
) -> np.ndarray:
    """Return ∂L/∂z, shape (..., N), of `clipped_sparse_categorical_crossentropy`.

    Where a_y is clipped, the term that would raise it is missing, so the mistake is not unlearned.

    Parameters and errors as for `clipped_sparse_categorical_crossentropy`.
    """
    y, z = _categorical_arguments(y, z)
    gradient = losses.sparse_categorical_crossentropy_gradient(
        y, softmax(z), from_logits=False, epsilon=epsilon
    )
    return softmax_jacobian_product(z, gradient)


def fused_sparse_categorical_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z = softmax(z) − onehot(y), shape (..., N): right for every z.

    Parameters and errors as for `naive_sparse_categorical_crossentropy`.
    """
    y, z = _categorical_arguments(y, z)
    return losses.sparse_categorical_crossentropy_gradient(y, z)


# --- Exact answers, and the distance to them ------------------------------------------------------


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
    z = _logits(z, finite=True)
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
    y, z = _binary_arguments(class_labels(y, 2), z)
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
    y, z = _categorical_arguments(y, z)
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
    with _ieee_silence():
        nearest = dtype(float(exact))
        below = nearest  # the float next to |exact| on the side of zero
        if abs(decimal.Decimal(float(nearest))) > abs(exact):
            below = np.nextafter(nearest, dtype(0))
        ulp = np.spacing(np.abs(below))
    if not (np.isfinite(value) and np.isfinite(nearest)):
        return 0.0 if value == nearest else np.inf
    return float(abs(decimal.Decimal(float(value)) - exact) / decimal.Decimal(float(ulp)))


# --- Checks ---------------------------------------------------------------------------------------


def _logits(z: Any, finite: bool = False) -> np.ndarray:
    z = float_array(z, "z", finite=finite)
    if z.ndim == 0:
        raise ValueError("z must have at least 1 dimension, got a single number")
    return z


def _binary_arguments(y: Any, z: Any) -> tuple[np.ndarray, np.ndarray]:
    z = float_array(z, "z")
    y = float_array(y, "y", finite=True)
    if y.ndim and y.shape != z.shape:
        raise ValueError(f"y must be a number or have the shape of z, {z.shape}, got {y.shape}")
    if not ((y >= 0) & (y <= 1)).all():
        raise ValueError(f"y must hold targets in [0, 1], got {y[~((y >= 0) & (y <= 1))].flat[0]}")
    return np.broadcast_to(y.astype(z.dtype), z.shape), z


def _categorical_arguments(y: Any, z: Any) -> tuple[np.ndarray, np.ndarray]:
    z = _logits(z)
    y = class_labels(y, z.shape[-1])
    if y.shape != z.shape[:-1]:
        raise ValueError(f"y must hold one label per row of z, shape {z.shape[:-1]}, got {y.shape}")
    return y, z
