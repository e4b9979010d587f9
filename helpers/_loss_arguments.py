"""Checks of what a loss is given: each error says what came, what was expected and what to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers._logits import array_of_rows, rounded
from helpers.validation import boolean, class_labels, class_names_hint, float_array, real_number

# How far a row of probabilities may be from adding up to one: room for float32, not for a mistake.
ROW_SUM_TOLERANCE = 1e-5


def options(from_logits: Any, epsilon: Any) -> float:
    """Return epsilon, both being in order."""
    boolean(from_logits, "from_logits")
    return real_number(epsilon, "epsilon", at_least=0.0, below=0.5)


def prediction(
    a: Any, from_logits: Any, epsilon: Any, *, rows: bool, name: str = "a"
) -> tuple[np.ndarray, float]:
    """Return logits, or probabilities (in `rows` that add up to 1), and epsilon."""
    epsilon = options(from_logits, epsilon)
    a = array_of_rows(a, name)
    if not from_logits:
        _in_unit_interval(a, name, "probabilities", "; logits need from_logits=True")
        if rows:
            _adding_up_to_one(a, name)
    return a, epsilon


def targets(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return finite targets of the predictions' shape, in float64."""
    y = numbers_not_names(y, finite=True)
    if y.shape != shape:
        hint = "; y[..., np.newaxis] has it" if (*y.shape, 1) == shape else ""
        if shape[-1] > 1 and y.shape in (shape[:-1], (*shape[:-1], 1)):
            hint = (
                "; labels belong to sparse_categorical_crossentropy, or become one-hot rows by "
                f"one_hot(y, {shape[-1]})"
            )
        raise ValueError(f"y must have the shape of the predictions, {shape}, got {y.shape}{hint}")
    return y.astype(np.float64)


def binary_targets(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return targets in [0, 1] of the predictions' shape."""
    y = targets(y, shape)
    _in_unit_interval(y, "y", "targets", two_values_hint(y))
    return y


def target_rows(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return one-hot rows, or rows of probabilities, of the predictions' shape."""
    y = targets(y, shape)
    _in_unit_interval(y, "y", "targets")
    _adding_up_to_one(y, "y")
    return y


def labels(y: Any, shape: tuple[int, ...], each: str = "for each row of predictions") -> np.ndarray:
    """Return one label for each row, shape (...), for predictions of `shape`."""
    try:
        checked = class_labels(y, shape[-1])
    except ValueError as error:
        raise ValueError(f"{error}{_rows_hint(y, shape)}") from None
    if checked.shape == (*shape[:-1], 1):
        return checked[..., 0]
    if checked.shape != shape[:-1]:
        raise ValueError(
            f"y must hold one label {each}, shape {shape[:-1]}, "
            f"got {checked.shape}{_rows_hint(checked, shape)}"
        )
    return checked


def binary_pair(y: Any, z: Any, *epsilon: Any) -> tuple[Any, ...]:
    """Return targets in the shape and precision of the logits, the logits, and epsilon if given."""
    z = float_array(z, "z")
    y = numbers_not_names(y, finite=True)
    if y.ndim and y.shape != z.shape:
        raise ValueError(f"y must be a number or have the shape of z, {z.shape}, got {y.shape}")
    _in_unit_interval(y, "y", "targets", two_values_hint(y))
    y = np.broadcast_to(rounded(y, z.dtype), z.shape)
    return y, z, *(options(False, value) for value in epsilon)


def categorical_pair(y: Any, z: Any, *epsilon: Any) -> tuple[Any, ...]:
    """Return one label for each row of logits, the logits, and epsilon if given."""
    z = array_of_rows(z, "z")
    y = labels(y, z.shape, "per row of z")
    return y, z, *(options(False, value) for value in epsilon)


def as_column(y: Any, a: Any) -> np.ndarray:
    """Return targets of shape (m,) as (m, 1) if the predictions have that shape."""
    y, shape = numbers_not_names(y), array_of_rows(a, "a").shape
    return y[..., np.newaxis] if shape == (*y.shape, 1) else y


def _in_unit_interval(array: np.ndarray, name: str, what: str, hint: str = "") -> None:
    wrong = ~((array >= 0) & (array <= 1))
    if wrong.any():
        raise ValueError(f"{name} must hold {what} in [0, 1], got {array[wrong][0]}{hint}")


def _adding_up_to_one(array: np.ndarray, name: str) -> None:
    total = array.sum(axis=-1, dtype=np.float64)
    wrong = np.abs(total - 1.0) > ROW_SUM_TOLERANCE
    if wrong.any():
        raise ValueError(
            f"{name} must hold rows that add up to 1, got a row that adds up to {total[wrong][0]:g}"
        )


def numbers_not_names(y: Any, finite: bool = False) -> np.ndarray:
    """Return y as numbers; if it holds class names, the error says what to do."""
    try:
        return float_array(y, "y", finite=finite)
    except TypeError as error:
        # Numbers written as text have their way out already.
        hint = "" if ";" in str(error) else class_names_hint(y, "y")
        raise TypeError(f"{error}{hint}") from None


def two_values_hint(y: np.ndarray, name: str = "y") -> str:
    """Return what to do, if y holds two other values in place of 0 and 1."""
    if np.isin(y, (-1, 1)).all():
        return f"; ({name} + 1) / 2 makes 0 and 1 of -1 and 1"
    if np.isin(y, (1, 2)).all():
        return f"; {name} - 1 makes 0 and 1 of 1 and 2"
    return ""


def _rows_hint(y: Any, shape: tuple[int, ...]) -> str:
    """Return what to do, if y has the shape of one-hot rows."""
    try:
        looks_one_hot = np.shape(y) == shape and shape[-1] > 1
    except ValueError:  # ragged
        return ""
    if not looks_one_hot:
        return ""
    return (
        "; one-hot rows belong to categorical_crossentropy, or become labels by "
        "np.argmax(y, axis=-1)"
    )
