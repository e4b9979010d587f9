"""Several labels at once: from probabilities to labels, and how to score them.

Each label is a question of its own, answered by a sigmoid unit of its own: `predict_labels` says
yes where its probability is above a threshold. The scores count, of m examples and all their
labels,

- TP, true positives: labels predicted and true,
- FP, false positives: predicted and not true,
- FN, false negatives: true and not predicted.

In all functions labels are arrays of 0 and 1 (bool, int or float) of shape (m, labels), and
probabilities numbers in [0, 1]. A score is in [0, 1], and 0 where its formula says 0/0: as
scikit-learn's with `zero_division=0`, without its warning. TypeError if an argument does not
consist of real numbers; ValueError if it is empty, ragged, out of its range, or of another shape.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from helpers._label_arguments import (
    label_pair,
    labels_and_probabilities,
    probability_array,
    threshold_array,
)
from helpers._logits import no_warnings
from helpers.validation import known_name

Average = Literal["micro", "macro"]


def predict_labels(probabilities: Any, thresholds: Any = 0.5) -> np.ndarray:
    """Return 1 where a label's probability is above its threshold, else 0.

    ŷ_j = 1{a_j > t_j}

    A probability equal to the threshold gives 0, as in Keras's metrics.

    Parameters
    ----------
    probabilities : array_like, shape (m, labels), or any shape with one threshold
        The outputs of the sigmoid units.
    thresholds : float or array_like, shape (labels,)
        One threshold for all labels, or one for each, in [0, 1].

    Returns
    -------
    ndarray of int64, the shape of `probabilities`
    """
    a = probability_array(probabilities, "probabilities")
    t = threshold_array(thresholds, a.shape)
    return (a > t).astype(np.int64)


def precision_score(y_true: Any, y_pred: Any, average: Average | None = None) -> np.ndarray | float:
    """Return the share of predicted labels that are right: TP / (TP + FP).

    Parameters
    ----------
    y_true, y_pred : array_like of 0 and 1, shape (m, labels)
        The true and the predicted labels.
    average : {"micro", "macro"}, optional
        None gives one value per label; "macro" their mean; "micro" the value of all labels'
        counts added up.

    Returns
    -------
    ndarray of float64, shape (labels,), or float
    """
    tp, fp, _ = _counts(y_true, y_pred, average)
    return _averaged(_ratio(tp, tp + fp), average)


def recall_score(y_true: Any, y_pred: Any, average: Average | None = None) -> np.ndarray | float:
    """Return the share of true labels that were found: TP / (TP + FN).

    Parameters and result as for `precision_score`.
    """
    tp, _, fn = _counts(y_true, y_pred, average)
    return _averaged(_ratio(tp, tp + fn), average)


def f1_score(y_true: Any, y_pred: Any, average: Average | None = None) -> np.ndarray | float:
    """Return the harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN).

    The macro average is the mean of the labels' F1, not the F1 of the mean precision and recall.

    Parameters and result as for `precision_score`.

    References
    ----------
    van Rijsbergen (1979), Information Retrieval, chapter 7. Opitz and Burst (2019), "Macro F1
    and Macro F1", on the two averages that bear the name.
    """
    tp, fp, fn = _counts(y_true, y_pred, average)
    return _averaged(_ratio(2 * tp, 2 * tp + fp + fn), average)


def _counts(
    y_true: Any, y_pred: Any, average: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return TP, FP and FN: of each label, or with "micro" of all together."""
    y_true, y_pred = label_pair(y_true, y_pred)
    if average is not None:
        known_name(average, ("micro", "macro"), "average")
    axis = None if average == "micro" else 0
    counted = (y_true & y_pred, ~y_true & y_pred, y_true & ~y_pred)
    return tuple(labels.sum(axis=axis) for labels in counted)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return part / np.maximum(whole, 1)  # where whole is 0, part is too: 0/1 in place of 0/0


def _averaged(score: np.ndarray, average: str | None) -> np.ndarray | float:
    return score if average is None else float(score.mean())


def subset_accuracy(y_true: Any, y_pred: Any) -> float:
    """Return the share of examples whose labels are all right, 1/m Σ_i 1{y^(i) = ŷ^(i)}.

    It is what `sklearn.metrics.accuracy_score` gives for several labels.

    Parameters
    ----------
    y_true, y_pred : array_like of 0 and 1, shape (m, labels)
        The true and the predicted labels.

    Returns
    -------
    float
    """
    y_true, y_pred = label_pair(y_true, y_pred)
    return float((y_true == y_pred).all(axis=1).mean())


def hamming_loss(y_true: Any, y_pred: Any) -> float:
    """Return the share of single labels that are wrong, 1/(m·labels) Σ_i Σ_j 1{y_j ≠ ŷ_j}.

    Parameters and result as for `subset_accuracy`; 0 where everything is right.
    """
    y_true, y_pred = label_pair(y_true, y_pred)
    return float((y_true != y_pred).mean())


def best_thresholds(y_true: Any, probabilities: Any) -> np.ndarray:
    """Return, for each label, the threshold in [0, 1) with the highest F1.

    Exact: F1 changes only where a threshold passes a probability that occurs, and each gap
    between two of them is tried. The answer is the middle of the best gap; 0.5 where that is
    no worse (so also for a label that no example has), otherwise the highest of equals.

    Use validation data: thresholds chosen on the data that also score the model flatter it, and
    on the training data they suit probabilities that are too sure.

    Parameters
    ----------
    y_true : array_like of 0 and 1, shape (m, labels)
        The true labels.
    probabilities : array_like, shape (m, labels)
        The outputs of the sigmoid units.

    Returns
    -------
    ndarray of float64, shape (labels,)
        For `predict_labels`.

    References
    ----------
    Lipton, Elkan and Narayanaswamy (2014), "Optimal Thresholding of Classifiers to Maximize F1
    Measure", ECML PKDD.
    """
    y_true, probabilities = labels_and_probabilities(y_true, probabilities)

    # Row i: the i + 1 highest probabilities get the label.
    order = np.argsort(-probabilities, axis=0)
    falling = np.take_along_axis(probabilities, order, axis=0)
    tp = np.take_along_axis(y_true, order, axis=0).cumsum(axis=0)
    predicted = np.arange(1, len(falling) + 1)[:, np.newaxis]
    f1 = 2 * tp / (predicted + y_true.sum(axis=0))

    # No threshold parts two equal probabilities, and none is below a probability of 0.
    next_lower = np.vstack([falling[1:], np.zeros_like(falling[:1])])
    f1[falling == next_lower] = -1.0
    best = f1.argmax(axis=0)[np.newaxis]
    upper = np.take_along_axis(falling, best, axis=0)[0]
    lower = np.take_along_axis(next_lower, best, axis=0)[0]
    with no_warnings():
        middle = lower + (upper - lower) / 2
    # Between neighbouring floats there is no middle.
    middle = np.where(middle < upper, middle, lower)

    at_one_half = f1_score(y_true, probabilities > 0.5)
    return np.where(at_one_half >= f1.max(axis=0), 0.5, middle)
