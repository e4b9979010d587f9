"""Checks of the data that a network is given: X, y, validation data, weights.

What can be used is used; what cannot is named, with the way out. Nothing here changes the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from helpers._loss_arguments import ROW_SUM_TOLERANCE, two_values_hint
from helpers._settings import YES_OR_NO, Loss
from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from helpers.validation import class_labels, float_array, real_number, sequence


def checked(model: Any, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return X and y as the model wants them."""
    if model.loss is None:
        raise ValueError("the model has no loss yet: call compile(optimizer, loss) first")
    X = checked_features(model, X)
    y = _targets(y, model.loss, model.layers[-1].units, model.dtype)
    if len(y) != len(X):
        raise ValueError(f"X and y must be equally long, got {len(X)} and {len(y)} examples")
    return X, y


def checked_features(model: Any, X: Any) -> np.ndarray:
    """Return X, shape (m, n), finite in the model's dtype, and not copied if it is so already."""
    try:
        X = _finite_array(X, "X", model.dtype)
    except ValueError as error:
        way_out = {
            1: "; one example is a row, X[None, :], one feature a column, X[:, None]",
            3: "; an example must be one row, as X.reshape(len(X), -1) makes it",
        }
        ndim = min(np.ndim(X), 3) if "must have 2 dimensions" in str(error) else 0
        raise ValueError(f"{error}{way_out.get(ndim, '')}") from None
    if model.built:
        check_features(model, X.shape[1], "the number of columns of X")
    return X


def check_features(model: Any, n_features: int, name: str) -> None:
    """Refuse another number of features than the model is built for."""
    expected = len(model.layers[0].kernel)
    if n_features != expected:
        raise ValueError(f"{name} must be {expected}, as the model is built, got {n_features}")


def for_training(
    model: Any, X: Any, y: Any, validation_data: Any, validation_split: Any
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray] | None]:
    """Return X and y to train on, and the pair to validate with, if there is one."""
    X, y = checked(model, X, y)
    split = real_number(validation_split, "validation_split", at_least=0, below=1)
    if validation_data is None:
        if split == 0:
            return X, y, None
        first = math.floor(len(X) * (1 - split))  # as Keras rounds it
        if first in (0, len(X)):
            raise ValueError(
                f"validation_split must leave an example on either side, got {split:g} of {len(X)}"
            )
        return X[:first], y[:first], (X[first:], y[first:])
    if split:
        raise ValueError("give fit validation_data or validation_split, not both")
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
        raise ValueError(
            f"validation_data must be a pair (X, y), got {_what(validation_data)}; "
            "write validation_data=(X_validation, y_validation)"
        )
    try:
        validation = checked(model, *validation_data)
    except (TypeError, ValueError) as error:
        raise type(error)(f"validation_data: {error}") from None
    if validation[0].shape[1] != X.shape[1]:
        raise ValueError(
            f"validation_data: X must have {X.shape[1]} columns as X has, "
            f"got shape {validation[0].shape}"
        )
    return X, y, validation


def batches(
    examples: int, batch_size: int, order: np.ndarray | None = None
) -> Iterator[slice | np.ndarray]:
    """Yield the rows of each batch: slices, or pieces of `order`; the last may be shorter."""
    for start in range(0, examples, batch_size):
        rows = slice(start, start + batch_size)
        yield rows if order is None else order[rows]


def like(values: Any, arrays: Sequence[np.ndarray], name: str) -> list[np.ndarray]:
    """Return as many finite arrays as there are `arrays`, of their shapes."""
    values = sequence(values, name)
    if len(values) != len(arrays):
        raise ValueError(f"{name} must be {len(arrays)} arrays, got {len(values)}")
    checked_values = []
    for number, (value, array) in enumerate(zip(values, arrays, strict=True)):
        value = _finite_array(value, f"{name}[{number}]", array.dtype, ndim=None)
        if value.shape != array.shape:
            raise ValueError(f"{name}[{number}] must have shape {array.shape}, got {value.shape}")
        checked_values.append(value)
    return checked_values


def _finite_array(value: Any, name: str, dtype: np.dtype, ndim: int | None = 2) -> np.ndarray:
    """Return `value` as an array that is finite in `dtype`, without copying it if it is one."""
    usable = type(value) is np.ndarray and value.dtype.kind in "biuf"
    if not (usable and value.ndim == ndim and value.size):
        value = float_array(value, name, ndim=ndim)
    # min and max find nan and inf without a temporary array as long as the data.
    extremes = np.array([value.min(), value.max()])
    with np.errstate(all="ignore"):
        if np.isfinite(extremes.astype(dtype)).all():
            return value
    float_array(value, name, finite=True)
    raise ValueError(f"{name} must fit into {dtype}, got values up to {np.abs(extremes).max():g}")


# --- targets --------------------------------------------------------------------------------------


def _targets(y: Any, loss: Loss, units: int, dtype: np.dtype) -> np.ndarray:
    """Return y as the loss wants it: integer labels (m,), or values (m, units) in `dtype`."""
    try:
        shape, kind = np.shape(y), np.asarray(y).dtype.kind
    except ValueError as error:
        raise ValueError(f"y must be a rectangular array of numbers: {error}") from None
    names = kind in "US" or (kind == "O" and {type(label) for label in np.ravel(y)} == {str})
    if names and not isinstance(loss, MeanSquaredError):
        raise TypeError(
            f"y must hold integer class labels, got dtype {np.asarray(y).dtype}; "
            "names, y = np.unique(y, return_inverse=True) makes labels of names"
        )
    if isinstance(loss, SparseCategoricalCrossentropy):
        return _labels(y, shape, units)
    if len(shape) == 1 and units == 1:
        y = np.reshape(y, (-1, 1))
    try:
        y = _finite_array(y, "y", dtype)
    except ValueError as error:
        way_out = _other_shape(loss, shape, units) if "must have 2 dim" in str(error) else ""
        raise ValueError(f"{error}{way_out}") from None
    if y.shape[1] != units:
        raise ValueError(
            f"y must have as many columns as the last layer has units, {units}, "
            f"got {y.shape}{_other_shape(loss, y.shape, units)}"
        )
    low, high = y.min(), y.max()
    if not isinstance(loss, MeanSquaredError) and not (low >= 0 and high <= 1):
        raise ValueError(
            f"y must lie in [0, 1] for {type(loss).__name__}, "
            f"got values from {low:g} to {high:g}{two_values_hint(y)}"
        )
    if isinstance(loss, CategoricalCrossentropy):
        sums = y.sum(axis=1, dtype=np.float64)
        if (wrong := np.abs(sums - 1) > ROW_SUM_TOLERANCE).any():
            row = int(wrong.argmax())
            raise ValueError(
                "y must have rows that sum to 1 for CategoricalCrossentropy, "
                f"got {sums[row]:g} in row {row}"
            )
    return y.astype(dtype, copy=False)


def _other_shape(loss: Loss, shape: tuple[int, ...], units: int) -> str:
    """Return what to do with targets of a shape that does not fit `units`; may be empty."""
    if len(shape) == 2 and shape[1] > 1:
        return f"; with {shape[1]} units in the last layer they fit"
    if len(shape) not in (1, 2):
        return ""
    if isinstance(loss, CategoricalCrossentropy):
        return f"; for labels use SparseCategoricalCrossentropy or one_hot(y, {units})"
    return f"; {YES_OR_NO}" if isinstance(loss, BinaryCrossentropy) else ""


def _labels(y: Any, shape: tuple[int, ...], units: int) -> np.ndarray:
    """Return y as integer labels, shape (m,)."""
    if len(shape) == 2 and shape[1] == 1:
        y, shape = np.ravel(y), (shape[0],)
    if len(shape) != 1:
        way_out = "; y.argmax(axis=1) makes labels of one-hot rows" if len(shape) == 2 else ""
        raise ValueError(f"y must hold one label per example, shape (m,), got {shape}{way_out}")
    return class_labels(y, units)


def _what(value: Any) -> str:
    """Return what came in place of a pair."""
    size = f" of {len(value)}" if isinstance(value, (tuple, list)) else ""
    return f"{type(value).__name__}{size}"
