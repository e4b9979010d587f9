"""Checks of the labels and probabilities that `multilabel` is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers._loss_arguments import two_values_hint
from helpers.validation import float_array


def probability_array(value: Any, name: str, ndim: int | None = None) -> np.ndarray:
    """Return `value` as finite numbers in [0, 1]."""
    array = float_array(value, name, ndim=ndim, finite=True)
    outside = (array < 0) | (array > 1)
    if outside.any():
        way_out = "; sigmoid makes probabilities of logits" if name == "probabilities" else ""
        raise ValueError(f"{name} must be in [0, 1], got {array[outside][0]:g}{way_out}")
    return array


def threshold_array(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return one threshold, or one for each label of probabilities of `shape`."""
    thresholds = probability_array(value, "thresholds")
    if thresholds.ndim and thresholds.shape != shape[-1:]:
        raise ValueError(
            "thresholds must be one number or one per label: "
            f"got shape {thresholds.shape} for probabilities of shape {shape}"
        )
    return thresholds


def label_pair(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return true and predicted labels as arrays of True and False of one shape, (m, labels)."""
    y_true, y_pred = _label_array(y_true, "y_true"), _label_array(y_pred, "y_pred")
    _same_shape(y_true, y_pred, "y_pred")
    return y_true, y_pred


def labels_and_probabilities(y_true: Any, probabilities: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return true labels, as True and False, and their probabilities in float64."""
    y_true = _label_array(y_true, "y_true")
    probabilities = probability_array(probabilities, "probabilities", ndim=2)
    _same_shape(y_true, probabilities, "probabilities")
    return y_true, probabilities.astype(np.float64)


def _label_array(value: Any, name: str) -> np.ndarray:
    array = float_array(value, name, ndim=2, finite=True)
    wrong = (array != 0) & (array != 1)
    if wrong.any():
        hint = two_values_hint(array, name)
        if (array >= 0).all() and (array <= 1).all():
            hint = "; predict_labels makes labels of probabilities"
        raise ValueError(f"{name} must hold only 0 and 1, got {array[wrong][0]:g}{hint}")
    return array == 1


def _same_shape(y_true: np.ndarray, other: np.ndarray, name: str) -> None:
    if y_true.shape != other.shape:
        raise ValueError(
            f"y_true and {name} must have the same shape, got {y_true.shape} and {other.shape}"
        )
