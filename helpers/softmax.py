"""Softmax, its logarithm and its derivative, for logits of any size.

The mathematics is one line: softmax(z)_j = exp(z_j) / Σ_k exp(z_k). Taken literally it overflows
for z = 710, so every function here first subtracts the largest logit, which changes nothing:
softmax(z) = softmax(z − c) for every c. Two roundings then stand between that form and the last
digits, the one of z_j − max z and the ones of the sum; `_shifted` makes both harmless.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np

from helpers.validation import float_array


class _Shifted(NamedTuple):
    """What softmax and its relatives are made of; the last axis holds the N classes.

    Names in pairs are a number and the small rest that did not fit into it: their sum is meant.
    """

    largest: np.ndarray  # max z, (..., 1)
    position: np.ndarray  # its index, the first one of several, (..., 1)
    difference: np.ndarray  # difference + lost = z − max z, (..., N)
    lost: np.ndarray
    exponential: np.ndarray  # exp(difference), without `lost`, (..., N)
    others: np.ndarray  # others + rest = Σ exp(z − max z) without the largest, a 1, (..., 1)
    rest: np.ndarray


def _shifted(z: np.ndarray) -> _Shifted:
    """Return the parts of softmax for float64 logits of shape (..., N)."""
    position = z.argmax(axis=-1, keepdims=True)
    largest = np.take_along_axis(z, position, axis=-1)

    # z − max z = difference + lost, exactly (Knuth's TwoSum). Without `lost`, exp would turn the
    # rounding of a difference of −700 into an error of 350 ulp.
    difference = z - largest
    back = difference - z
    lost = (z - (difference - back)) - (largest + back)
    lost[~np.isfinite(lost)] = 0.0  # only where the difference itself is infinite or nan
    exponential = np.exp(difference)

    # Summed apart from the largest, which would swallow small terms: their sum is all that
    # 1 − max a and log max a consist of. Each term is cut at a common digit; the upper parts add
    # up without any rounding, in any order, and the lower parts are too small to lose anything.
    terms = exponential.copy()
    np.put_along_axis(terms, position, 0.0, axis=-1)
    ceiling = 2.0 * terms.shape[-1] * terms.max(axis=-1, keepdims=True)
    upper = (ceiling + terms) - ceiling
    # exp(d + e) = exp(d)(1 + e): `lost` is below 2⁻⁴⁴ wherever exp(d) is not 0.
    lower = (terms - upper) + terms * lost
    others = upper.sum(axis=-1, keepdims=True)
    others += largest - largest  # nan for a row without a finite largest logit, else nothing
    return _Shifted(
        largest, position, difference, lost, exponential, others, lower.sum(axis=-1, keepdims=True)
    )


def _probabilities(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a = softmax(z) and 1 − a, both to the last digits, for float64 z of shape (..., N)."""
    with np.errstate(over="ignore", invalid="ignore"):
        parts = _shifted(z)
        others = parts.others + parts.rest
        total = 1.0 + others
        missing = (np.maximum(1.0, parts.others) - total) + np.minimum(1.0, parts.others)
        missing += parts.rest  # total + missing = Σ exp(z − max z)
        a = parts.exponential / total
        a += a * (parts.lost - missing / total)
        complement = 1.0 - a
        # Only the largest a can exceed 1/2, so only there does 1 − a cancel.
        np.put_along_axis(complement, parts.position, others / total, axis=-1)
    return a, complement


def _log_probabilities(z: np.ndarray) -> np.ndarray:
    """Return log softmax(z) for float64 z of shape (..., N)."""
    with np.errstate(over="ignore", invalid="ignore"):
        parts = _shifted(z)
        return parts.difference - np.log1p(parts.others + parts.rest)


def _logits(z: Any, axis: Any = -1) -> tuple[np.ndarray, int, np.dtype]:
    """Return z as float64 with the classes moved to the last axis, that axis, and z's own dtype."""
    z = float_array(z, "z")
    if z.ndim == 0:
        raise ValueError("z must have at least 1 dimension, got a single number")
    try:
        index = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an integer, got {axis!r}") from None
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"axis must be an integer, got {axis!r}")
    if not -z.ndim <= index < z.ndim:
        raise ValueError(
            f"axis must be from {-z.ndim} to {z.ndim - 1} for z of shape {z.shape}, got {index}"
        )
    moved = np.ascontiguousarray(np.moveaxis(z, index, -1), dtype=np.float64)
    return moved, index, z.dtype


def _rounded(value: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return `value` in `dtype`; what is too large for float32 becomes infinite, silently."""
    with np.errstate(over="ignore"):
        return value.astype(dtype, copy=False)


def softmax(z: Any, axis: int = -1) -> np.ndarray:
    """Turn logits into probabilities that sum to one.

    a_j = exp(z_j) / Σ_k exp(z_k)

    Parameters
    ----------
    z : array_like of int or float, shape (..., N, ...)
        Logits, of any size; −inf means "impossible" (probability 0). A row with nan or +inf, or
        with nothing but −inf, has no answer: its result is nan, as in SciPy.
    axis : int
        The axis the N classes lie along.

    Returns
    -------
    ndarray, shape of `z`
        Probabilities in [0, 1]; float32 for float32 logits, else float64.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or `axis` is no integer.
    ValueError
        If `z` is empty or a single number, or has no such `axis`.

    Notes
    -----
    Float32 results are computed in float64 and rounded once: within 0.51 ulp. In float64 the
    largest error seen is 2.1 ulp, for any N and any logits; with an `exp` good to 1 ulp, the bounds
    of all roundings add up to 6 ulp. See `benchmarks/accuracy.py`.

    References
    ----------
    Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs",
    eq. 8. Blanchard, Higham and Higham (2021), "Accurately computing the log-sum-exp and softmax
    functions", IMA Journal of Numerical Analysis 41, for the shift and its rounding errors.
    """
    z, axis, dtype = _logits(z, axis)
    return np.moveaxis(_rounded(_probabilities(z)[0], dtype), -1, axis)


def log_softmax(z: Any, axis: int = -1) -> np.ndarray:
    """Return the logarithm of softmax without taking the logarithm of a probability.

    log a_j = (z_j − max z) − log Σ_k exp(z_k − max z)

    Parameters
    ----------
    z : array_like of int or float, shape (..., N, ...)
        Logits, of any size; special values as for `softmax`.
    axis : int
        The axis the N classes lie along.

    Returns
    -------
    ndarray, shape of `z`
        Log-probabilities in [−inf, 0]; float32 for float32 logits, else float64. −inf only where
        z_j is −inf or the answer lies below the smallest number of the dtype.

    Raises
    ------
    TypeError, ValueError
        As `softmax` does.

    Notes
    -----
    Both terms are ≤ 0, so nothing cancels; and the logarithm is log1p of the sum of all terms but
    the largest, so that a result of −1e−300 is as good as one of −1. Float32 results are within
    0.51 ulp; in float64 the largest error seen is 2.5 ulp, and the bounds add up to 7 ulp.

    References
    ----------
    Blanchard, Higham and Higham (2021), as for `softmax`, eq. 1.3 and section 4.
    """
    z, axis, dtype = _logits(z, axis)
    return np.moveaxis(_rounded(_log_probabilities(z), dtype), -1, axis)


def logsumexp(z: Any, axis: int = -1) -> np.ndarray:
    """Return log Σ_k exp(z_k), the smooth maximum of the logits.

    log Σ_k exp(z_k) = max z + log Σ_k exp(z_k − max z)

    Parameters
    ----------
    z : array_like of int or float, shape (..., N, ...)
        Logits, of any size; −inf adds nothing, +inf gives +inf, nan gives nan, as in SciPy.
    axis : int
        The axis the N classes lie along, absent from the result.

    Returns
    -------
    ndarray, shape of `z` without `axis`
        Between max z and max z + log N; float32 for float32 logits, else float64.

    Raises
    ------
    TypeError, ValueError
        As `softmax` does.

    Notes
    -----
    The absolute error is at most 2 ulp of max(|max z|, log N). That is at most 2 ulp of the result
    too, except where the two terms cancel (all probabilities exp(z_k) adding up to nearly one, as
    for z = log a): there the result is small, and no formula built on a rounded log does better.

    References
    ----------
    Blanchard, Higham and Higham (2021), as for `softmax`, eq. 1.1 and section 4.
    """
    z, _, dtype = _logits(z, axis)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = _shifted(z)
        shifted = parts.largest + np.log1p(parts.others + parts.rest)
    result = np.where(np.isinf(parts.largest), parts.largest, shifted)
    return _rounded(result[..., 0], dtype)[()]


def softmax_jacobian(z: Any) -> np.ndarray:
    """Return how every probability moves with every logit.

    ∂a_j/∂z_k = a_j (1{j = k} − a_k)

    Parameters
    ----------
    z : array_like of int or float, shape (..., N)
        Logits.

    Returns
    -------
    ndarray, shape (..., N, N)
        Element [..., j, k] is ∂a_j/∂z_k: symmetric, every row and column sums to zero.
        float32 for float32 logits, else float64.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers.
    ValueError
        If `z` is empty or a single number.

    References
    ----------
    Bridle (1990), as for `softmax`, eq. 10.
    """
    z, _, dtype = _logits(z)
    a, complement = _probabilities(z)
    jacobian = -a[..., :, np.newaxis] * a[..., np.newaxis, :]
    diagonal = np.arange(z.shape[-1])
    jacobian[..., diagonal, diagonal] = a * complement
    return _rounded(jacobian, dtype)


def softmax_jacobian_product(z: Any, v: Any) -> np.ndarray:
    """Multiply the Jacobian of softmax by a vector without building the matrix.

    (J v)_j = a_j (v_j − Σ_k a_k v_k)

    The Jacobian is symmetric, so this is Jᵀv as well: backpropagation through softmax, if v is
    the gradient with respect to the probabilities.

    Parameters
    ----------
    z : array_like of int or float, shape (..., N)
        Logits.
    v : array_like of int or float, shape (..., N)
        One vector per row of logits.

    Returns
    -------
    ndarray, shape (..., N)
        J v, which sums to zero; float32 if `z` and `v` are, else float64.

    Raises
    ------
    TypeError
        If `z` or `v` does not hold real numbers.
    ValueError
        If `z` is empty or a single number, or the shapes differ.
    """
    z, _, dtype = _logits(z)
    v = float_array(v, "v")
    if v.shape != z.shape:
        raise ValueError(f"v must have the shape of z, {z.shape}, got {v.shape}")
    return _rounded(_jacobian_product(z, v), np.result_type(dtype, v.dtype))


def _jacobian_product(z: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return J v for float64 logits."""
    a, _ = _probabilities(z)
    v = v.astype(np.float64)
    # Differences of numbers near the largest float would overflow; a quarter of them do not.
    largest = np.abs(v).max(axis=-1, keepdims=True)
    scale = np.where(largest > 2.0**1000, 0.25, 1.0)
    with np.errstate(invalid="ignore"):  # inf − inf, if v is not finite
        # J maps constants to zero, so v may be shifted: v = 0 at the most probable class keeps
        # the sum free of the term that v_j would cancel with.
        likeliest = np.take_along_axis(v, a.argmax(axis=-1, keepdims=True), axis=-1)
        v = scale * v - scale * likeliest
        return a * (v - (a * v).sum(axis=-1, keepdims=True)) / scale
