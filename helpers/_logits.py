"""What `softmax` and `losses` need for the last digits and for odd input; no reader need open it.

Two roundings stand between the formulas of those modules and the digits they promise: that of
z − max z, which exp magnifies by hundreds, and the loss of small terms beside large ones in a sum.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.validation import float_array


def no_warnings() -> np.errstate:
    """Let a harmless underflow, and inf or nan for input that has them, come about silently."""
    return np.errstate(all="ignore")


def logits(z: Any, axis: Any = -1) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Return z in float64 with the classes along the last axis, and what undoes both to a result.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or `axis` is no integer.
    ValueError
        If `z` is empty or a single number, or has no such `axis`.
    """
    z = array_of_rows(z, "z")
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

    def restore(result: np.ndarray) -> np.ndarray:
        return np.moveaxis(rounded(result, z.dtype), -1, index)

    # Contiguous, so that a sum adds up in the same order along whatever axis.
    return np.ascontiguousarray(np.moveaxis(z, index, -1), dtype=np.float64), restore


def array_of_rows(value: Any, name: str) -> np.ndarray:
    """Return `value` as an array of at least one dimension, in float32 or float64."""
    array = float_array(value, name)
    if array.ndim == 0:
        raise ValueError(f"{name} must have at least 1 dimension, got a single number")
    return array


def rounded(value: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return `value` in `dtype`, with 0 for −0; what is too large for float32 becomes infinite."""
    with no_warnings():
        return (value + 0.0).astype(dtype, copy=False)


def exp_of_difference(z: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Return exp(z − top), without what exp would make of the rounding of z − top.

    That rounding is at most half an ulp of the difference; for −700 it becomes 250 ulp of exp.
    """
    difference = z - top
    # z − top = difference + lost, exactly (Knuth's TwoSum).
    back = difference - z
    lost = (z - (difference - back)) - (top + back)
    exponential = np.exp(difference)
    correction = exponential * lost  # exp(d + e) = exp(d)(1 + e) for so small an e
    return exponential + np.where(np.isfinite(correction), correction, 0.0)


def row_sum(terms: np.ndarray) -> np.ndarray:
    """Return the sum over the last axis, kept as one of length 1, and rounded only at the end.

    A plain sum would lose many small terms one by one beside a large one.
    """
    # Cut at a common digit, the upper parts add up without rounding, the lower ones matter little.
    ceiling = 2.0 * terms.shape[-1] * np.abs(terms).max(axis=-1, keepdims=True)
    upper = (ceiling + terms) - ceiling
    total = upper.sum(axis=-1, keepdims=True) + (terms - upper).sum(axis=-1, keepdims=True)
    return np.where(np.isfinite(ceiling), total, terms.sum(axis=-1, keepdims=True))


def log_sum(exponentials: np.ndarray) -> np.ndarray:
    """Return the logarithm of the row sum of exponentials, of which the largest is 1.

    As log1p of the sum of the others: a plain logarithm would make 0 of 1 + 1e-20.
    """
    largest = exponentials.max(axis=-1, keepdims=True)  # nan in a row that has no answer
    return np.log1p(row_sum(_without_largest(exponentials)) + (largest - 1.0))


def complement(a: np.ndarray) -> np.ndarray:
    """Return 1 − a for rows of probabilities, at the largest of each row as the sum of the others.

    Near a = 1 the difference itself has no digits left.
    """
    result = 1.0 - a
    position = a.argmax(axis=-1, keepdims=True)
    np.put_along_axis(result, position, row_sum(_without_largest(a)), axis=-1)
    return result


def _without_largest(values: np.ndarray) -> np.ndarray:
    others = values.copy()
    np.put_along_axis(others, values.argmax(axis=-1, keepdims=True), 0.0, axis=-1)
    return others
