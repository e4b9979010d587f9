"""Losses of the course: values per example, gradients, and the objects that `compile` takes.

Names and arguments are those of `keras.losses`; the cost J is the mean over the examples. A
function ending in `_gradient` differentiates one example's loss with respect to what the network
put out: the logits z, or with `from_logits=False` the probabilities a.

In all functions

- predictions have shape (..., N). They are probabilities in [0, 1], for N classes in rows that add
  up to 1 within 1e-5; or logits z of any size, with `from_logits`. From logits no digits are lost.
- `epsilon`, in [0, 0.5), clips probabilities to [epsilon, 1 − epsilon]; 1e-7 gives Keras's values.
  With 0 the loss is what the formula says: infinite where the truth was given probability 0.
- losses have shape (...), gradients (..., N): float32 for float32 predictions, else float64. They
  are computed in float64. A nan among logits passes through; no finite input gives a warning.
- TypeError if an argument does not hold real numbers or has another type; ValueError if it is
  empty, out of its range, or of a shape that does not fit.
- from logits, losses are right to 4 ulp (units in the last place) and gradients to 8, float32 to
  0.51: for labels, one-hot rows, and one answer of 0 or 1, where result and logits are normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers import _clipping
from helpers._clipping import weighted
from helpers._logits import array_of_rows, complement, no_warnings, rounded, row_sum
from helpers._loss_arguments import (
    as_column,
    binary_targets,
    labels,
    options,
    prediction,
    target_rows,
    targets,
)
from helpers.activations import sigmoid, softplus
from helpers.softmax import log_softmax, softmax
from helpers.validation import class_labels, positive_integer


def sparse_categorical_crossentropy(
    y: Any, a: Any, from_logits: bool = False, epsilon: float = 0.0
) -> np.ndarray:
    """Return each example's cross-entropy loss for integer labels.

    L = −log a_y,   a = softmax(z)

    Parameters
    ----------
    y : array_like of integers, shape (...) or (..., 1)
        Labels in 0…N−1.
    a : array_like, shape (..., N)
        Probabilities, or logits z if `from_logits`.
    from_logits, epsilon
        As in the module's docstring. Clipped probabilities are then divided by their sum, as in
        Keras.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0.
    """
    a, epsilon = prediction(a, from_logits, epsilon, rows=True)
    y = labels(y, a.shape)
    with no_warnings():
        log_a = log_softmax(a) if from_logits else np.log(_clipping.clip_and_normalise(a, epsilon))
        loss = -np.take_along_axis(log_a, y[..., np.newaxis], axis=-1)[..., 0]  # −log a_y
        return rounded(loss, a.dtype)[()]


def sparse_categorical_crossentropy_gradient(
    y: Any, z: Any, from_logits: bool = True, epsilon: float = 0.0
) -> np.ndarray:
    """Return the derivative of each example's cross-entropy with respect to z, or to a.

    ∂L/∂z_n = a_n − 1{y = n},   a = softmax(z)
    ∂L/∂a_n = −1{y = n} / a_n

    Parameters
    ----------
    y : array_like of integers, shape (...) or (..., 1)
        Labels in 0…N−1.
    z : array_like, shape (..., N)
        Logits; or probabilities a, if not `from_logits`.
    from_logits, epsilon
        As for `sparse_categorical_crossentropy`; 0 where a probability is clipped.

    Returns
    -------
    ndarray, shape (..., N)
    """
    z, epsilon = prediction(z, from_logits, epsilon, rows=True, name="z")
    y = one_hot(labels(y, z.shape), z.shape[-1])
    with no_warnings():
        if from_logits:
            gradient = _minus(softmax(z.astype(np.float64)), y)  # a − onehot(y)
        else:
            gradient = _clipping.clip_and_normalise_gradient(y, z, epsilon)
        return rounded(gradient, z.dtype)


def one_hot(y: Any, num_classes: int) -> np.ndarray:
    """Turn class labels into rows with a one at the label and zeros elsewhere.

    Parameters
    ----------
    y : array_like of integers, shape (...)
        Labels in 0…num_classes−1.
    num_classes : int
        N, at least 1.

    Returns
    -------
    ndarray of float64, shape (..., N)
        1{y = n} for n = 0…N−1.
    """
    num_classes = positive_integer(num_classes, "num_classes")
    y = class_labels(y, num_classes)
    return (y[..., np.newaxis] == np.arange(num_classes)).astype(np.float64)


def categorical_crossentropy(
    y: Any, a: Any, from_logits: bool = False, epsilon: float = 0.0
) -> np.ndarray:
    """Return each example's cross-entropy loss for one-hot rows, or rows of probabilities.

    L = −Σ_n y_n log a_n,   a = softmax(z)

    Parameters
    ----------
    y : array_like, shape (..., N)
        Targets in [0, 1], every row adding up to 1 within 1e-5.
    a : array_like, shape (..., N)
        Probabilities, or logits z if `from_logits`.
    from_logits, epsilon
        As in the module's docstring. With an epsilon, probabilities are first divided by their
        sum and then clipped, the other way round than for labels: so does Keras.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0.
    """
    a, epsilon = prediction(a, from_logits, epsilon, rows=True)
    y = target_rows(y, a.shape)
    with no_warnings():
        if from_logits:
            log_a = log_softmax(a.astype(np.float64))
        else:
            log_a = np.log(_clipping.normalise_and_clip(a, epsilon))
        return rounded(row_sum(weighted(y, -log_a))[..., 0], a.dtype)[()]


def categorical_crossentropy_gradient(
    y: Any, z: Any, from_logits: bool = True, epsilon: float = 0.0
) -> np.ndarray:
    """Return the derivative of each example's cross-entropy with respect to z, or to a.

    ∂L/∂z_n = a_n − y_n,   a = softmax(z)
    ∂L/∂a_n = −y_n / a_n

    Parameters
    ----------
    y : array_like, shape (..., N)
        Targets as for `categorical_crossentropy`.
    z : array_like, shape (..., N)
        Logits; or probabilities a, if not `from_logits`.
    from_logits, epsilon
        As for `categorical_crossentropy`; 0 where a probability is clipped.

    Returns
    -------
    ndarray, shape (..., N)
    """
    z, epsilon = prediction(z, from_logits, epsilon, rows=True, name="z")
    y = target_rows(y, z.shape)
    with no_warnings():
        if from_logits:
            gradient = _minus(softmax(z.astype(np.float64)), y)  # a − y
        else:
            gradient = _clipping.normalise_and_clip_gradient(y, z, epsilon)
        return rounded(gradient, z.dtype)


def _minus(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return a − y, near a = y = 1 as the difference of the small numbers 1 − y and 1 − a."""
    return np.where(y > 0.5, (1.0 - y) - complement(a), a - y)


def binary_crossentropy(
    y: Any, a: Any, from_logits: bool = False, epsilon: float = 0.0
) -> np.ndarray:
    """Return each example's logistic loss, averaged over its N labels.

    L = 1/N Σ_n −y_n log a_n − (1 − y_n) log(1 − a_n),   a = sigmoid(z)

    Parameters
    ----------
    y : array_like, shape (..., N)
        Targets in [0, 1]; N = 1 for logistic regression.
    a : array_like, shape (..., N)
        Probabilities, or logits z if `from_logits`: then −log a is softplus(−z), and −log(1 − a)
        is softplus(z).
    from_logits, epsilon
        As in the module's docstring.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0.
    """
    a, epsilon = prediction(a, from_logits, epsilon, rows=False)
    y, dtype = binary_targets(y, a.shape), a.dtype
    # `weighted` multiplies; a target of 0 times an infinite logarithm counts for nothing.
    with no_warnings():
        if from_logits:
            z = a.astype(np.float64)
            loss = weighted(y, softplus(-z)) + weighted(1.0 - y, softplus(z))
        else:
            a = _clipping.clipped(a, epsilon)
            loss = weighted(y, -np.log(a)) + weighted(1.0 - y, -np.log1p(-a))
        return rounded(_mean(loss), dtype)[()]


def binary_crossentropy_gradient(
    y: Any, z: Any, from_logits: bool = True, epsilon: float = 0.0
) -> np.ndarray:
    """Return the derivative of each example's logistic loss with respect to z, or to a.

    ∂L/∂z_n = (sigmoid(z_n) − y_n) / N
    ∂L/∂a_n = (−y_n / a_n + (1 − y_n) / (1 − a_n)) / N

    Parameters
    ----------
    y : array_like, shape (..., N)
        Targets in [0, 1].
    z : array_like, shape (..., N)
        Logits; or probabilities a, if not `from_logits`.
    from_logits, epsilon
        As for `binary_crossentropy`; 0 where a probability is clipped.

    Returns
    -------
    ndarray, shape (..., N)
    """
    z, epsilon = prediction(z, from_logits, epsilon, rows=False, name="z")
    y, dtype = binary_targets(y, z.shape), z.dtype
    with no_warnings():
        if from_logits:
            z = z.astype(np.float64)
            # a − y, without the cancellation when y = 1 and a is nearly 1.
            gradient = (1.0 - y) * sigmoid(z) - y * sigmoid(-z)
        else:
            gradient = _clipping.clipped_gradient(y, z, epsilon)
        return rounded(gradient / z.shape[-1], dtype)


def mean_squared_error(y: Any, a: Any) -> np.ndarray:
    """Return each example's squared error, averaged over its N outputs.

    L = 1/N Σ_n (a_n − y_n)²

    Parameters
    ----------
    y : array_like, shape (..., N)
        Targets, finite.
    a : array_like, shape (..., N)
        Predictions, any numbers.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0.
    """
    a = array_of_rows(a, "a")
    y = targets(y, a.shape)
    with no_warnings():
        return rounded(_mean((a - y) ** 2), a.dtype)[()]


def mean_squared_error_gradient(y: Any, a: Any) -> np.ndarray:
    """Return the derivative of each example's mean squared error with respect to a.

    ∂L/∂a_n = 2/N (a_n − y_n)

    Parameters
    ----------
    y, a : array_like, shape (..., N)
        As for `mean_squared_error`.

    Returns
    -------
    ndarray, shape (..., N)
    """
    a = array_of_rows(a, "a")
    y = targets(y, a.shape)
    with no_warnings():
        return rounded(2.0 / a.shape[-1] * (a - y), a.dtype)


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis, also where the sum would overflow."""
    mean = row_sum(values)[..., 0] / values.shape[-1]
    shares = (values / values.shape[-1]).sum(axis=-1)
    # Rounding may carry the sum of the shares past the largest value, a mean never is.
    return np.where(np.isinf(mean), np.minimum(shares, values.max(axis=-1)), mean)


def _cost(losses: np.ndarray) -> float:
    """Return J, the mean of the losses of all examples."""
    with no_warnings():
        return float(_mean(losses.astype(np.float64).ravel()))


@dataclass(frozen=True)
class MeanSquaredError:
    """The mean squared error as an object, as `keras.losses.MeanSquaredError`."""

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J. Targets of shape (m,) fit predictions of shape (m, 1)."""
        return _cost(mean_squared_error(as_column(y, a), a))


@dataclass(frozen=True)
class _Crossentropy:
    """What the other losses have in common.

    Parameters
    ----------
    from_logits : bool
        Whether predictions are logits; otherwise they are probabilities.
    epsilon : float in [0, 0.5)
        Where probabilities are clipped; 1e-7, as in Keras.
    """

    from_logits: bool = False
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        options(self.from_logits, self.epsilon)


@dataclass(frozen=True)
class BinaryCrossentropy(_Crossentropy):
    """The logistic loss as an object, as `keras.losses.BinaryCrossentropy`."""

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J. Targets of shape (m,) fit predictions of shape (m, 1)."""
        return _cost(binary_crossentropy(as_column(y, a), a, self.from_logits, self.epsilon))


@dataclass(frozen=True)
class SparseCategoricalCrossentropy(_Crossentropy):
    """Cross-entropy for integer labels as an object, as in `keras.losses`."""

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J."""
        return _cost(sparse_categorical_crossentropy(y, a, self.from_logits, self.epsilon))


@dataclass(frozen=True)
class CategoricalCrossentropy(_Crossentropy):
    """Cross-entropy for one-hot rows as an object, as in `keras.losses`."""

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J."""
        return _cost(categorical_crossentropy(y, a, self.from_logits, self.epsilon))
