"""The same mathematics written in three ways, and how to measure which of them is right.

*Naive* is the formula as it stands on paper. *Clipped* keeps probabilities away from 0 and 1 before
taking logarithms, as Keras does when it is given probabilities. *Fused* works from the logits.
The naive functions overflow, divide by zero and answer inf or nan without a warning: seeing that
is what they are for. The exact answers and `ulp_error` judge all three.

In all functions

- z holds logits, int or float: of any shape for the logistic loss, (..., N) for N classes;
- y holds targets in [0, 1], in the shape of z or one number for all; for N classes labels 0…N−1,
  shape (...);
- losses are those of each element or row, not averaged; gradients have the shape of z. Both have
  the precision of z and are calculated in it, so that float32 and float64 can be compared;
- `epsilon`, in [0, 0.5), is where to clip, 1e-7 as in Keras;
- TypeError or ValueError if an argument does not hold real numbers, is empty, out of its range, or
  of a shape that does not fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers import losses
from helpers._clipping import (
    clip_and_normalise,
    clip_and_normalise_gradient,
    clipped,
    clipped_gradient,
    weighted,
)
from helpers._exact import (  # noqa: F401, the ruler: public here
    exact_binary_crossentropy,
    exact_log_softmax,
    exact_sigmoid,
    exact_softmax,
    exact_sparse_categorical_crossentropy,
    ulp_error,
)
from helpers._logits import array_of_rows, no_warnings, rounded
from helpers._loss_arguments import binary_pair, categorical_pair
from helpers.activations import sigmoid, softplus
from helpers.softmax import log_softmax, softmax, softmax_jacobian_product
from helpers.validation import float_array

# --- The logistic loss in three ways --------------------------------------------------------------


def naive_binary_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return −y log a − (1 − y) log(1 − a) with a = 1 / (1 + exp(−z)).

    inf or nan as soon as a is rounded to 0 or 1: for z > 36.7 (float32: 16.6), for example.
    """
    y, z = binary_pair(y, z)
    with no_warnings():
        a = 1 / (1 + np.exp(-z))
        return -y * np.log(a) - (1 - y) * np.log(1 - a)


def clipped_binary_crossentropy(y: Any, z: Any, epsilon: float = 1e-7) -> np.ndarray:
    """Return the same loss of a = sigmoid(z), clipped to [epsilon, 1 − epsilon].

    Never above −log(epsilon), however wrong the answer: 16.1 for Keras's 1e-7.
    """
    y, z, epsilon = binary_pair(y, z, epsilon)
    with no_warnings():
        a = clipped(sigmoid(z), epsilon)
        loss = weighted(y, -np.log(a)) + weighted(1 - y, -np.log(1 - a))
        return rounded(loss, z.dtype)


def fused_binary_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return y softplus(−z) + (1 − y) softplus(z): right for every z.

    softplus(z) = log(1 + exp(z)) is −log(1 − a), and softplus(−z) is −log a.
    """
    y, z = binary_pair(y, z)
    with no_warnings():
        return weighted(y, softplus(-z)) + weighted(1 - y, softplus(z))


def naive_binary_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z by the chain rule through `naive_sigmoid`: ∂L/∂a · a (1 − a).

    nan where a is rounded to 0 or 1 and the loss divides by it.
    """
    y, z = binary_pair(y, z)
    a = naive_sigmoid(z)
    with no_warnings():
        return (-y / a + (1 - y) / (1 - a)) * (a * (1 - a))


def clipped_binary_crossentropy_gradient(y: Any, z: Any, epsilon: float = 1e-7) -> np.ndarray:
    """Return ∂L/∂z of the clipped loss: 0 where a is clipped, so nothing is learned."""
    y, z, epsilon = binary_pair(y, z, epsilon)
    with no_warnings():
        a = sigmoid(z)
        by_a = rounded(clipped_gradient(y, a, epsilon), z.dtype)
        return by_a * (a * (1 - a))


def fused_binary_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z = sigmoid(z) − y: right for every z."""
    y, z = binary_pair(y, z)
    return losses.binary_crossentropy_gradient(y[..., np.newaxis], z[..., np.newaxis])[..., 0]


# --- Softmax's cross-entropy in three ways --------------------------------------------------------


def naive_sparse_categorical_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return −log a_y with a = `naive_softmax(z)`: inf where a_y underflows, nan above z = 709."""
    y, z = categorical_pair(y, z)
    return -_at(y, naive_log_softmax(z))


def clipped_sparse_categorical_crossentropy(y: Any, z: Any, epsilon: float = 1e-7) -> np.ndarray:
    """Return −log a_y with a = softmax(z), clipped and divided by its sum, as in Keras."""
    y, z, epsilon = categorical_pair(y, z, epsilon)
    with no_warnings():
        log_a = np.log(clip_and_normalise(softmax(z), epsilon))
        return rounded(-_at(y, log_a), z.dtype)[()]


def fused_sparse_categorical_crossentropy(y: Any, z: Any) -> np.ndarray:
    """Return −log_softmax(z)_y: right for every z."""
    y, z = categorical_pair(y, z)
    return 0 - _at(y, log_softmax(z))  # 0 − 0 is 0, not −0


def naive_sparse_categorical_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z by the chain rule through `naive_softmax`: −1/a_y · a_y (1{y = n} − a_n).

    nan where a_y underflows or exp overflows.
    """
    y, z = categorical_pair(y, z)
    a = naive_softmax(z)
    true = _at(y, a)[..., np.newaxis]
    indicator = losses.one_hot(y, z.shape[-1]).astype(z.dtype)
    with no_warnings():
        return -1 / true * (true * (indicator - a))


def clipped_sparse_categorical_crossentropy_gradient(
    y: Any, z: Any, epsilon: float = 1e-7
) -> np.ndarray:
    """Return ∂L/∂z of the clipped loss.

    Where a_y is clipped, the term that would raise it is missing, so the mistake is not unlearned.
    """
    y, z, epsilon = categorical_pair(y, z, epsilon)
    indicator = losses.one_hot(y, z.shape[-1])
    with no_warnings():
        by_a = clip_and_normalise_gradient(indicator, softmax(z), epsilon)
        return softmax_jacobian_product(z, rounded(by_a, z.dtype))


def fused_sparse_categorical_crossentropy_gradient(y: Any, z: Any) -> np.ndarray:
    """Return ∂L/∂z = softmax(z) − onehot(y): right for every z."""
    y, z = categorical_pair(y, z)
    return losses.sparse_categorical_crossentropy_gradient(y, z)


def _at(y: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the element y of each row."""
    return np.take_along_axis(rows, y[..., np.newaxis], axis=-1)[..., 0]


# --- The functions in them as on paper ------------------------------------------------------------


def naive_sigmoid(z: Any) -> np.ndarray:
    """Return 1 / (1 + exp(−z)).

    Its exp overflows below z = −709 (float32: −88), where the result becomes 0.
    """
    z = float_array(z, "z")
    with no_warnings():
        return 1 / (1 + np.exp(-z))


def naive_softmax(z: Any) -> np.ndarray:
    """Return exp(z_j) / Σ_k exp(z_k).

    nan above z = 709 (float32: 88), where exp overflows and inf / inf remains; nan, too, where all
    exponentials underflow to 0.
    """
    z = array_of_rows(z, "z")
    with no_warnings():
        exponentials = np.exp(z)
        return exponentials / exponentials.sum(axis=-1, keepdims=True)


def naive_log_softmax(z: Any) -> np.ndarray:
    """Return the logarithm of `naive_softmax`: −inf where that underflows to 0."""
    with no_warnings():
        return np.log(naive_softmax(z))


def naive_logsumexp(z: Any) -> np.ndarray:
    """Return log Σ_k exp(z_k), shape (...): inf above z = 709 (float32: 88), −inf far below 0."""
    z = array_of_rows(z, "z")
    with no_warnings():
        return np.log(np.exp(z).sum(axis=-1))
