"""Several labels at once: from probabilities to labels, and how to score them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from helpers.validation import float_array, known_name

Average = Literal["micro", "macro"]


def predict_labels(probabilities: Any, thresholds: Any = 0.5) -> np.ndarray:
    """Return 1 where a label's probability is above its threshold, else 0.

    A probability equal to the threshold gives 0, as in Keras's metrics (`keras.metrics.F1Score`,
    `BinaryAccuracy`, `Precision`).

    Parameters
    ----------
    probabilities : array_like of float, shape (m, labels), or any shape with one threshold
        The outputs of the sigmoid units, in [0, 1].
    thresholds : float or array_like of float, shape (labels,)
        One threshold for all labels, or one for each, in [0, 1].

    Returns
    -------
    ndarray of int64, the shape of `probabilities`

    Raises
    ------
    TypeError
        If an argument does not consist of real numbers.
    ValueError
        If an argument is empty, ragged, not finite or not in [0, 1], or if `thresholds` is
        neither one number nor one per label.
    """
    probabilities = _probabilities(probabilities, "probabilities")
    thresholds = _probabilities(thresholds, "thresholds")
    if thresholds.ndim and thresholds.shape != probabilities.shape[-1:]:
        raise ValueError(
            "thresholds must be one number or one per label: "
            f"got shape {thresholds.shape} for probabilities of shape {probabilities.shape}"
        )
    return (probabilities > thresholds).astype(np.int64)


def subset_accuracy(y_true: Any, y_pred: Any) -> float:
    """Return the share of examples whose labels are all right.

    This is (1/m) Σ_i 1{y^(i) == ŷ^(i)}, what `sklearn.metrics.accuracy_score` gives for several
    labels.

    Parameters
    ----------
    y_true, y_pred : array_like of 0 and 1 (bool, int or float), shape (m, labels)
        The true and the predicted labels.

    Returns
    -------
    float in [0, 1]; 1 is perfect

    Raises
    ------
    TypeError
        If an argument does not consist of real numbers.
    ValueError
        If one has another shape, is empty or holds anything but 0 and 1.
    """
    y_true, y_pred = _label_pair(y_true, y_pred)
    return float((y_true == y_pred).all(axis=1).mean())


def hamming_loss(y_true: Any, y_pred: Any) -> float:
    """Return the share of single labels that are wrong.

    This is (1/(m·labels)) Σ_i Σ_j 1{y_j^(i) ≠ ŷ_j^(i)}, as `sklearn.metrics.hamming_loss`.

    Parameters and errors as for `subset_accuracy`; the result is 0 where everything is right.
    """
    y_true, y_pred = _label_pair(y_true, y_pred)
    return float((y_true != y_pred).mean())


def precision_score(y_true: Any, y_pred: Any, average: Average | None = None) -> np.ndarray | float:
    """Return the share of predicted labels that are right: TP / (TP + FP).

    0 where no label was predicted (0/0), as `sklearn.metrics.precision_score` with
    `zero_division=0`; there is no warning.

    Parameters
    ----------
    y_true, y_pred : array_like of 0 and 1 (bool, int or float), shape (m, labels)
        The true and the predicted labels.
    average : {"micro", "macro"}, optional
        None gives one value per label; "macro" their mean; "micro" the value of all labels'
        counts added up.

    Returns
    -------
    ndarray of float64, shape (labels,), or float; in [0, 1]

    Raises
    ------
    TypeError
        If a label array does not consist of real numbers, or `average` is no string.
    ValueError
        If a label array has another shape, is empty or holds anything but 0 and 1, or if
        `average` is unknown.
    """
    true_positives, predicted, _ = _counts(y_true, y_pred, average)
    return _averaged_ratio(true_positives, predicted, average)


def recall_score(y_true: Any, y_pred: Any, average: Average | None = None) -> np.ndarray | float:
    """Return the share of true labels that were found: TP / (TP + FN).

    0 where no example has the label (0/0), as `sklearn.metrics.recall_score` with
    `zero_division=0`; there is no warning.

    Parameters, result and errors as for `precision_score`.
    """
    true_positives, _, actual = _counts(y_true, y_pred, average)
    return _averaged_ratio(true_positives, actual, average)


def f1_score(y_true: Any, y_pred: Any, average: Average | None = None) -> np.ndarray | float:
    """Return the harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN).

    0 where the label is neither true nor predicted in any example (0/0), as
    `sklearn.metrics.f1_score` with `zero_division=0` and `keras.metrics.F1Score`; there is no
    warning. The macro average is the mean of the labels' F1, not the F1 of the mean precision
    and recall.

    Parameters, result and errors as for `precision_score`.

    References
    ----------
    van Rijsbergen (1979), Information Retrieval, chapter 7. Opitz and Burst (2019), "Macro F1
    and Macro F1", on the two averages that bear the name.
    """
    true_positives, predicted, actual = _counts(y_true, y_pred, average)
    return _averaged_ratio(2 * true_positives, predicted + actual, average)


def best_thresholds(y_true: Any, probabilities: Any) -> np.ndarray:
    """Return, for each label, the threshold in [0, 1] with the highest F1.

    Exact: F1 changes only where a threshold passes a probability that occurs, and each gap
    between two of them is tried. The answer is the middle of the best gap; 0.5 where that is
    no worse (so also for a label that no example has), otherwise the highest of equals.

    Use validation data: thresholds chosen on the data that also score the model flatter it, and
    on the training data they suit probabilities that are too sure.

    Parameters
    ----------
    y_true : array_like of 0 and 1 (bool, int or float), shape (m, labels)
        The true labels.
    probabilities : array_like of float, shape (m, labels)
        The outputs of the sigmoid units, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (labels,), in [0, 1)
        For `predict_labels`.

    Raises
    ------
    TypeError
        If an argument does not consist of real numbers.
    ValueError
        If an argument is empty, ragged or not of 2 dimensions, if their shapes differ, if
        `y_true` holds anything but 0 and 1, or `probabilities` are not in [0, 1].

    References
    ----------
    Lipton, Elkan and Narayanaswamy (2014), "Optimal Thresholding of Classifiers to Maximize F1
    Measure", ECML PKDD.
    """
    y_true = _labels(y_true, "y_true")
    probabilities = _probabilities(probabilities, "probabilities", ndim=2).astype(np.float64)
    _check_same_shape(y_true, "y_true", probabilities, "probabilities")

    order = np.argsort(-probabilities, axis=0)
    falling = np.take_along_axis(probabilities, order, axis=0)
    true_positives = np.take_along_axis(y_true, order, axis=0).cumsum(axis=0)
    predicted = np.arange(1, len(falling) + 1)[:, np.newaxis]
    f1 = 2 * true_positives / (predicted + y_true.sum(axis=0))

    # Row i: the i + 1 highest get the label. Equal probabilities cannot be told apart, and a
    # probability of 0 is above no threshold.
    next_lower = np.vstack([falling[1:], np.zeros_like(falling[:1])])
    f1[falling == next_lower] = -1.0
    best = f1.argmax(axis=0)[np.newaxis]
    upper = np.take_along_axis(falling, best, axis=0)[0]
    lower = np.take_along_axis(next_lower, best, axis=0)[0]
    middle = lower + (upper - lower) / 2
    # Between neighbouring floats there is no middle.
    middle = np.where(middle < upper, middle, lower)

    at_one_half = f1_score(y_true, probabilities > 0.5)
    return np.where(at_one_half >= f1.max(axis=0), 0.5, middle)


def _counts(
    y_true: Any, y_pred: Any, average: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the numbers of true positives, predicted and actual labels: per label or in all."""
    y_true, y_pred = _label_pair(y_true, y_pred)
    if average is not None:
        known_name(average, ("micro", "macro"), "average")
    axis = None if average == "micro" else 0
    return (y_true & y_pred).sum(axis=axis), y_pred.sum(axis=axis), y_true.sum(axis=axis)


def _averaged_ratio(part: np.ndarray, whole: np.ndarray, average: str | None) -> np.ndarray | float:
    ratio = part / np.maximum(whole, 1)  # part is 0 where whole is
    return ratio if average is None else float(ratio.mean())


def _probabilities(value: Any, name: str, ndim: int | None = None) -> np.ndarray:
    array = float_array(value, name, ndim=ndim, finite=True)
    outside = (array < 0) | (array > 1)
    if outside.any():
        raise ValueError(f"{name} must be in [0, 1], got {array[outside][0]:g}")
    return array


def _labels(value: Any, name: str) -> np.ndarray:
    array = float_array(value, name, ndim=2, finite=True)
    wrong = (array != 0) & (array != 1)
    if wrong.any():
        raise ValueError(f"{name} must hold only 0 and 1, got {array[wrong][0]:g}")
    return array == 1


def _label_pair(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    y_true, y_pred = _labels(y_true, "y_true"), _labels(y_pred, "y_pred")
    _check_same_shape(y_true, "y_true", y_pred, "y_pred")
    return y_true, y_pred


def _check_same_shape(a: np.ndarray, a_name: str, b: np.ndarray, b_name: str) -> None:
    if a.shape != b.shape:
        raise ValueError(
            f"{a_name} and {b_name} must have the same shape, got {a.shape} and {b.shape}"
        )
