"""Losses of the course: values per example, gradients, and the objects that `compile` takes.

Names, arguments and shapes are those of `keras.losses`; the cost J is the mean over the examples.
A function ending in `_gradient` differentiates one example's loss with respect to what the network
put out: the logits z, or with `from_logits=False` the probabilities a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.activations import sigmoid, softplus
from helpers.softmax import _log_probabilities, _probabilities, _rounded
from helpers.validation import boolean, class_labels, float_array, positive_integer, real_number

# How far a row of probabilities may be from adding up to one: room for float32, not for a mistake.
ROW_SUM_TOLERANCE = 1e-5


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

    Raises
    ------
    TypeError
        If `y` does not hold numbers, or `num_classes` is no integer.
    ValueError
        If `y` is empty, or a label is not whole or out of range.
    """
    num_classes = positive_integer(num_classes, "num_classes")
    labels = class_labels(y, num_classes)
    return (labels[..., np.newaxis] == np.arange(num_classes)).astype(np.float64)


def mean_squared_error(y: Any, a: Any) -> np.ndarray:
    """Return each example's squared error, averaged over its N outputs.

    L = 1/N Σ_n (a_n − y_n)²

    Parameters
    ----------
    y : array_like of int or float, shape (..., N)
        Targets, finite.
    a : array_like of int or float, shape (..., N)
        Predictions; nan passes through.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0, computed in float64; float32 for float32 `a`, else float64.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If `y` is not finite, an argument is empty or a single number, or the shapes differ.
    """
    a = _output(a)
    return _rounded(_squared(_targets(y, a.shape), a), a.dtype)[()]


def mean_squared_error_gradient(y: Any, a: Any) -> np.ndarray:
    """Return the derivative of each example's mean squared error with respect to a.

    ∂L/∂a_n = 2/N (a_n − y_n)

    Parameters
    ----------
    y, a : array_like of int or float, shape (..., N)
        As for `mean_squared_error`.

    Returns
    -------
    ndarray, shape (..., N)
        float32 for float32 `a`, else float64.

    Raises
    ------
    TypeError, ValueError
        As `mean_squared_error` does.
    """
    a = _output(a)
    return _rounded(_squared_gradient(_targets(y, a.shape), a), a.dtype)


def binary_crossentropy(
    y: Any, a: Any, from_logits: bool = False, epsilon: float = 0.0
) -> np.ndarray:
    """Return each example's logistic loss, averaged over its N labels.

    L = 1/N Σ_n −y_n log a_n − (1 − y_n) log(1 − a_n),   a = sigmoid(z)

    Parameters
    ----------
    y : array_like of int or float, shape (..., N)
        Targets in [0, 1]; N = 1 for logistic regression.
    a : array_like of int or float, shape (..., N)
        Probabilities in [0, 1], or logits z of any size if `from_logits`.
    from_logits : bool
        Whether `a` holds logits. Then −log a is computed as softplus(−z), and −log(1 − a) as
        softplus(z): neither overflows or loses digits. nan passes through.
    epsilon : float in [0, 0.5)
        Probabilities are clipped to [epsilon, 1 − epsilon]; 1e-7 gives Keras's values. With 0
        the loss is what the formula says: infinite where the truth was given probability 0.
        Logits are not clipped.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0, computed in float64; float32 for float32 `a`, else float64. From logits, for
        targets of 0 and 1 and N = 1, within 2 ulp.

    Raises
    ------
    TypeError
        If `y` or `a` does not hold real numbers, `from_logits` is no bool or `epsilon` no number.
    ValueError
        If targets or probabilities lie outside [0, 1], the shapes differ, an argument is empty or
        a single number, or `epsilon` is out of range.
    """
    a, epsilon = _prediction(a, from_logits, epsilon, rows=False)
    y = _targets(y, a.shape, unit_interval=True)
    return _rounded(_binary(y, a, from_logits, epsilon), a.dtype)[()]


def binary_crossentropy_gradient(
    y: Any, z: Any, from_logits: bool = True, epsilon: float = 0.0
) -> np.ndarray:
    """Return the derivative of each example's logistic loss with respect to z, or to a.

    ∂L/∂z_n = (sigmoid(z_n) − y_n) / N
    ∂L/∂a_n = (−y_n / a_n + (1 − y_n) / (1 − a_n)) / N

    Parameters
    ----------
    y : array_like of int or float, shape (..., N)
        Targets in [0, 1].
    z : array_like of int or float, shape (..., N)
        Logits; or probabilities a, if not `from_logits`.
    from_logits : bool
        Whether to differentiate with respect to the logits.
    epsilon : float in [0, 0.5)
        As for `binary_crossentropy`; the gradient is 0 where a probability is clipped.

    Returns
    -------
    ndarray, shape (..., N)
        float32 for float32 `z`, else float64. With respect to logits, for targets of 0 and 1 and
        N = 1, within 2 ulp.

    Raises
    ------
    TypeError, ValueError
        As `binary_crossentropy` does.
    """
    z, epsilon = _prediction(z, from_logits, epsilon, rows=False, name="z")
    y = _targets(y, z.shape, unit_interval=True)
    return _rounded(_binary_gradient(y, z, from_logits, epsilon), z.dtype)


def sparse_categorical_crossentropy(
    y: Any, a: Any, from_logits: bool = False, epsilon: float = 0.0
) -> np.ndarray:
    """Return each example's cross-entropy loss for integer labels.

    L = −log a_y,   a = softmax(z)

    Parameters
    ----------
    y : array_like of integers, shape (...) or (..., 1)
        Labels in 0…N−1.
    a : array_like of int or float, shape (..., N)
        Probabilities in [0, 1], every row adding up to 1 within 1e-5; or logits z of any size if
        `from_logits`.
    from_logits : bool
        Whether `a` holds logits. Then L = −log_softmax(z)_y, which neither overflows nor loses
        digits. nan passes through.
    epsilon : float in [0, 0.5)
        If positive, probabilities are clipped to [epsilon, 1 − epsilon] and divided by their sum,
        as Keras does with 1e-7. With 0 the loss is what the formula says: infinite where the true
        class was given probability 0. Logits are not clipped.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0, computed in float64; float32 for float32 `a`, else float64. From logits as
        accurate as `log_softmax`.

    Raises
    ------
    TypeError
        If `y` or `a` does not hold real numbers, `from_logits` is no bool or `epsilon` no number.
    ValueError
        If a label is not whole or not in 0…N−1, the shapes do not fit, an argument is empty, `a`
        does not hold rows of probabilities, or `epsilon` is out of range.
    """
    a, epsilon = _prediction(a, from_logits, epsilon, rows=True)
    y = _labels(y, a.shape)
    return _rounded(_sparse(y, a, from_logits, epsilon), a.dtype)[()]


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
    z : array_like of int or float, shape (..., N)
        Logits; or probabilities a, if not `from_logits`.
    from_logits : bool
        Whether to differentiate with respect to the logits.
    epsilon : float in [0, 0.5)
        As for `sparse_categorical_crossentropy`. If positive, the gradient is that of the clipped
        and normalised probabilities: 0 where a probability is clipped.

    Returns
    -------
    ndarray, shape (..., N)
        float32 for float32 `z`, else float64. With respect to logits every element is as accurate
        as `softmax` (a_y − 1 is computed as minus the sum of the others), so that a row adds up to
        zero to rounding.

    Raises
    ------
    TypeError, ValueError
        As `sparse_categorical_crossentropy` does.
    """
    z, epsilon = _prediction(z, from_logits, epsilon, rows=True, name="z")
    y = _labels(y, z.shape)
    return _rounded(_sparse_gradient(y, z, from_logits, epsilon), z.dtype)


def categorical_crossentropy(
    y: Any, a: Any, from_logits: bool = False, epsilon: float = 0.0
) -> np.ndarray:
    """Return each example's cross-entropy loss for one-hot rows, or rows of probabilities.

    L = −Σ_n y_n log a_n,   a = softmax(z)

    Parameters
    ----------
    y : array_like of int or float, shape (..., N)
        Targets in [0, 1], every row adding up to 1 within 1e-5.
    a : array_like of int or float, shape (..., N)
        Probabilities, or logits z if `from_logits`: as for `sparse_categorical_crossentropy`.
    from_logits : bool
        Whether `a` holds logits.
    epsilon : float in [0, 0.5)
        If positive, probabilities are divided by their sum and clipped to
        [epsilon, 1 − epsilon], as Keras does with 1e-7. (In this order here, and in the other one
        for integer labels: so does Keras.) With 0 the loss is what the formula says.

    Returns
    -------
    ndarray, shape (...)
        Losses ≥ 0, computed in float64; float32 for float32 `a`, else float64. From logits and
        for one-hot rows as accurate as `log_softmax`.

    Raises
    ------
    TypeError
        If `y` or `a` does not hold real numbers, `from_logits` is no bool or `epsilon` no number.
    ValueError
        If `y` or `a` does not hold rows of probabilities, the shapes differ, an argument is empty,
        or `epsilon` is out of range.
    """
    a, epsilon = _prediction(a, from_logits, epsilon, rows=True)
    y = _rows(_targets(y, a.shape, unit_interval=True), "y")
    return _rounded(_categorical(y, a, from_logits, epsilon), a.dtype)[()]


def categorical_crossentropy_gradient(
    y: Any, z: Any, from_logits: bool = True, epsilon: float = 0.0
) -> np.ndarray:
    """Return the derivative of each example's cross-entropy with respect to z, or to a.

    ∂L/∂z_n = a_n − y_n,   a = softmax(z)
    ∂L/∂a_n = −y_n / a_n

    Parameters
    ----------
    y : array_like of int or float, shape (..., N)
        Targets in [0, 1], every row adding up to 1 within 1e-5.
    z : array_like of int or float, shape (..., N)
        Logits; or probabilities a, if not `from_logits`.
    from_logits : bool
        Whether to differentiate with respect to the logits.
    epsilon : float in [0, 0.5)
        As for `categorical_crossentropy`. If positive, the gradient is that of the normalised and
        clipped probabilities: 0 where a probability is clipped.

    Returns
    -------
    ndarray, shape (..., N)
        float32 for float32 `z`, else float64.

    Raises
    ------
    TypeError, ValueError
        As `categorical_crossentropy` does.
    """
    z, epsilon = _prediction(z, from_logits, epsilon, rows=True, name="z")
    y = _rows(_targets(y, z.shape, unit_interval=True), "y")
    return _rounded(_categorical_gradient(y, z, from_logits, epsilon), z.dtype)


@dataclass(frozen=True)
class MeanSquaredError:
    """The mean squared error as an object, as `keras.losses.MeanSquaredError`."""

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J: `mean_squared_error` averaged over the examples.

        Targets of shape (m,) fit predictions of shape (m, 1).
        """
        return _cost(mean_squared_error(_as_column(y, a), a))


@dataclass(frozen=True)
class BinaryCrossentropy:
    """The logistic loss as an object, as `keras.losses.BinaryCrossentropy`.

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
        _options(self.from_logits, self.epsilon)

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J: `binary_crossentropy` averaged over the examples.

        Targets of shape (m,) fit predictions of shape (m, 1).
        """
        y = _as_column(y, a)
        return _cost(binary_crossentropy(y, a, self.from_logits, self.epsilon))


@dataclass(frozen=True)
class SparseCategoricalCrossentropy:
    """Cross-entropy for integer labels as an object, as in `keras.losses`.

    Parameters
    ----------
    from_logits, epsilon
        As for `BinaryCrossentropy`.
    """

    from_logits: bool = False
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        _options(self.from_logits, self.epsilon)

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J: `sparse_categorical_crossentropy` averaged over the examples."""
        return _cost(sparse_categorical_crossentropy(y, a, self.from_logits, self.epsilon))


@dataclass(frozen=True)
class CategoricalCrossentropy:
    """Cross-entropy for one-hot rows as an object, as in `keras.losses`.

    Parameters
    ----------
    from_logits, epsilon
        As for `BinaryCrossentropy`.
    """

    from_logits: bool = False
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        _options(self.from_logits, self.epsilon)

    def __call__(self, y: Any, a: Any) -> float:
        """Return the cost J: `categorical_crossentropy` averaged over the examples."""
        return _cost(categorical_crossentropy(y, a, self.from_logits, self.epsilon))


# The formulas, for arguments that have been checked: y in float64 (or int64 labels), a in float32
# or float64, results in float64.


def _squared(y: np.ndarray, a: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return _mean(np.square(a - y))


def _squared_gradient(y: np.ndarray, a: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return (a - y) * (2.0 / a.shape[-1])


def _binary(y: np.ndarray, a: np.ndarray, from_logits: bool, epsilon: float) -> np.ndarray:
    if from_logits:
        z = a.astype(np.float64, copy=False)
        surprise_of_1, surprise_of_0 = softplus(-z), softplus(z)
    else:
        a, _ = _clipped(a, epsilon)
        with np.errstate(divide="ignore", invalid="ignore"):
            surprise_of_1, surprise_of_0 = -np.log(a), -np.log1p(-a)
    return _mean(_weighted(y, surprise_of_1) + _weighted(1.0 - y, surprise_of_0))


def _binary_gradient(y: np.ndarray, a: np.ndarray, from_logits: bool, epsilon: float) -> np.ndarray:
    if from_logits:
        z = a.astype(np.float64, copy=False)
        # a − y, without the cancellation when y = 1 and a is nearly 1.
        return ((1.0 - y) * sigmoid(z) - y * sigmoid(-z)) / a.shape[-1]
    a, inside = _clipped(a, epsilon)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        gradient = _weighted(1.0 - y, 1.0 / (1.0 - a)) - _weighted(y, 1.0 / a)
    return np.where(inside, gradient, 0.0) / a.shape[-1]


def _sparse(y: np.ndarray, a: np.ndarray, from_logits: bool, epsilon: float) -> np.ndarray:
    true = y[..., np.newaxis]
    if from_logits:
        log_a = _log_probabilities(a.astype(np.float64, copy=False))
        return 0.0 - np.take_along_axis(log_a, true, axis=-1)[..., 0]  # 0 − 0 is 0, not −0
    a, _ = _clipped(a, epsilon)
    share = np.take_along_axis(a, true, axis=-1)[..., 0]
    if epsilon:
        share = share / a.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 0.0 - np.log(share)


def _sparse_gradient(y: np.ndarray, a: np.ndarray, from_logits: bool, epsilon: float) -> np.ndarray:
    rows = one_hot(y, a.shape[-1])
    if from_logits or not epsilon:
        return _categorical_gradient(rows, a, from_logits, epsilon)
    a, inside = _clipped(a, epsilon)
    # L = −log a_y + log Σ a, of the clipped a.
    with np.errstate(divide="ignore", over="ignore"):
        gradient = 1.0 / a.sum(axis=-1, keepdims=True) - _weighted(rows, 1.0 / a)
    return np.where(inside, gradient, 0.0)


def _categorical(y: np.ndarray, a: np.ndarray, from_logits: bool, epsilon: float) -> np.ndarray:
    if from_logits:
        log_a = _log_probabilities(a.astype(np.float64, copy=False))
    else:
        if epsilon:
            a = a / a.sum(axis=-1, keepdims=True)
        a, _ = _clipped(a, epsilon)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_a = np.log(a)
    return _weighted(y, 0.0 - log_a).sum(axis=-1)


def _categorical_gradient(
    y: np.ndarray, a: np.ndarray, from_logits: bool, epsilon: float
) -> np.ndarray:
    if from_logits:
        a, complement = _probabilities(a.astype(np.float64, copy=False))
        # Near a = y = 1 the difference a − y is that of the small numbers 1 − y and 1 − a.
        return np.where(y > 0.5, (1.0 - y) - complement, a - y)
    total = a.sum(axis=-1, keepdims=True) if epsilon else 1.0
    share = a / total
    clipped, inside = _clipped(share, epsilon)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        gradient = np.where(inside, -_weighted(y, 1.0 / clipped), 0.0)
        if epsilon:  # back through a / Σ a
            gradient = (gradient - (gradient * share).sum(axis=-1, keepdims=True)) / total
    return gradient


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis, also where the sum would overflow."""
    with np.errstate(over="ignore"):
        mean = values.mean(axis=-1)
        shares = (values / values.shape[-1]).sum(axis=-1)
    # Rounding may carry the sum of the shares past the largest value, a mean never is.
    return np.where(np.isinf(mean), np.minimum(shares, values.max(axis=-1)), mean)


def _cost(values: np.ndarray) -> float:
    return float(_mean(values.astype(np.float64).ravel()))


def _weighted(weight: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return weight · value, where an infinite value of weight 0 counts for nothing."""
    return np.multiply(weight, value, out=np.zeros_like(value), where=weight != 0.0)


def _clipped(a: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray | bool]:
    """Return `a` clipped in its own precision, as float64, and where it was inside."""
    if not epsilon:
        return a.astype(np.float64, copy=False), True
    low, high = epsilon, 1.0 - epsilon
    return np.clip(a, low, high).astype(np.float64), (low <= a) & (a <= high)


# Checks


def _output(a: Any, name: str = "a") -> np.ndarray:
    a = float_array(a, name)
    if a.ndim == 0:
        raise ValueError(f"{name} must have at least 1 dimension, got a single number")
    return a


def _options(from_logits: Any, epsilon: Any) -> float:
    boolean(from_logits, "from_logits")
    return real_number(epsilon, "epsilon", at_least=0.0, below=0.5)


def _prediction(
    a: Any, from_logits: Any, epsilon: Any, rows: bool, name: str = "a"
) -> tuple[np.ndarray, float]:
    epsilon = _options(from_logits, epsilon)
    a = _output(a, name)
    if not from_logits:
        _probability(a, name, "probabilities", "; logits need from_logits=True")
        if rows:
            _rows(a, name)
    return a, epsilon


def _probability(array: np.ndarray, name: str, what: str, hint: str = "") -> None:
    wrong = ~((array >= 0) & (array <= 1))
    if wrong.any():
        raise ValueError(f"{name} must hold {what} in [0, 1], got {array[wrong][0]}{hint}")


def _rows(array: np.ndarray, name: str) -> np.ndarray:
    total = array.sum(axis=-1, dtype=np.float64)
    wrong = np.abs(total - 1.0) > ROW_SUM_TOLERANCE
    if wrong.any():
        raise ValueError(
            f"{name} must hold rows that add up to 1, got a row that adds up to {total[wrong][0]:g}"
        )
    return array


def _targets(y: Any, shape: tuple[int, ...], unit_interval: bool = False) -> np.ndarray:
    y = float_array(y, "y", finite=True)
    if y.shape != shape:
        raise ValueError(f"y must have the shape of the predictions, {shape}, got {y.shape}")
    if unit_interval:
        _probability(y, "y", "targets")
    return y.astype(np.float64, copy=False)


def _as_column(y: Any, a: Any) -> np.ndarray:
    y, shape = float_array(y, "y"), _output(a).shape
    return y[..., np.newaxis] if shape == (*y.shape, 1) else y


def _labels(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    labels = class_labels(y, shape[-1])
    if labels.shape == (*shape[:-1], 1):
        labels = labels[..., 0]
    if labels.shape != shape[:-1]:
        raise ValueError(
            f"y must hold one label for each row of predictions, shape {shape[:-1]}, "
            f"got {labels.shape}"
        )
    return labels
