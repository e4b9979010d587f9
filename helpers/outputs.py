"""Which output layer fits a target, read from the target itself: what lesson 2 is about.

A target y is real numbers of shape (m,) or (m, columns), one row for each of m examples; a single
column, shape (m, 1), is read as shape (m,). Only the values count: True, 1 and 1.0 are the same.
Where they could mean two things, `reason` says what was assumed, and how to say otherwise.

The sentences are in `_output_reasons`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers import _output_reasons as reasons
from helpers._loss_arguments import two_values_hint
from helpers.validation import class_labels, class_names_hint, float_array, known_name

# Whole numbers below this are taken for class labels even if some of them do not occur.
FEW_CLASSES = 20


def output_layer_for(y: Any, *, kind: str | None = None) -> OutputLayer:
    """Return the output layer and the loss that fit the target `y`, with the reason.

    ====================================  ==========  =================================  ======
    target                                activation  loss                               units
    ====================================  ==========  =================================  ======
    0 or 1                                sigmoid     binary_crossentropy                1
    whole numbers 0…N−1 (classes)         softmax     sparse_categorical_crossentropy    N
    rows with exactly one 1 (one-hot)     softmax     categorical_crossentropy           N
    rows with any number of 1s (labels)   sigmoid     binary_crossentropy                labels
    real numbers, some negative           linear      mean_squared_error                 columns
    real numbers, never negative          relu        mean_squared_error                 columns
    ====================================  ==========  =================================  ======

    Parameters
    ----------
    y : array_like of bool, int or float, shape (m,) or (m, columns)
        The targets, finite.
    kind : {"binary", "multiclass", "multilabel", "regression"}, optional
        What the target is; by default it is read from the values. Whole numbers that are never
        negative are read as classes if none exceeds 19, or if each from 0 to the largest occurs, on
        average at least twice; else, and where all are the same number above 1, as measurements.

    Returns
    -------
    OutputLayer
        Its `activation` and `loss` are names that `Dense` and `compile` accept, here and in
        Keras. With "sigmoid" and "softmax", `reason` also names the form for training from
        logits.

    Raises
    ------
    TypeError
        If `y` does not consist of real numbers, or `kind` is no string.
    ValueError
        If `y` is empty, ragged, not finite or not of 1 or 2 dimensions; if `kind` is unknown, or
        `y` cannot be of that kind. A softmax of one class is refused: it always answers 1.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.2.2: output units as
    the means of Gaussian, Bernoulli and categorical distributions, and their losses as the
    negative log-likelihoods.
    """
    target = _target(y)
    if kind is None:
        kind, assumption = _read_kind(target)
    else:
        kind, assumption = known_name(kind, _LAYERS, "kind"), ""
    return _LAYERS[kind](target, assumption)


@dataclass(frozen=True)
class OutputLayer:
    """The last layer for a target: what to type, and why.

    Attributes
    ----------
    activation : str
        Keras's name of the output's activation: "sigmoid", "softmax", "linear" or "relu".
    loss : str
        Keras's name of the loss: "binary_crossentropy", "sparse_categorical_crossentropy",
        "categorical_crossentropy" or "mean_squared_error".
    units : int
        The number of output units, at least 1.
    reason : str
        The numbers that decided, what was assumed and how to say otherwise, in full sentences.
    """

    activation: str
    loss: str
    units: int
    reason: str

    def __str__(self) -> str:
        return (
            f'Dense({self.units}, activation="{self.activation}"), loss="{self.loss}"\n'
            f"{self.reason}"
        )


# --- what the target is ---------------------------------------------------------------------------


def _target(y: Any) -> np.ndarray:
    """Return `y` as finite numbers of shape (m,) or (m, columns ≥ 2)."""
    try:
        target = float_array(y, "y", finite=True)
    except TypeError as error:
        raise TypeError(f"{error}{class_names_hint(y, 'y')}") from None
    if target.ndim not in (1, 2):
        raise ValueError(f"y must have shape (m,) or (m, columns), got shape {target.shape}")
    return target[:, 0] if target.ndim == 2 and target.shape[1] == 1 else target


def _read_kind(target: np.ndarray) -> tuple[str, str]:
    """Return the kind of target, and the sentence that says what was assumed (may be empty)."""
    if target.ndim == 2:
        if not _is_zero_or_one(target).all():
            return "regression", ""
        if (target.sum(axis=1) == 1).all():
            return "multiclass", reasons.ONE_CLASS_EACH
        return "multilabel", "" if target.any() else reasons.NO_LABEL

    values = np.unique(target)
    if _is_zero_or_one(values).all():
        return "binary", "" if values.size == 2 else reasons.one_answer(values[0])
    if values.size == 1:
        return "regression", reasons.one_value(values[0])
    if values[0] >= 0 and (values == np.floor(values)).all():
        complete = values.size == values[-1] + 1 and target.size >= 2 * values.size
        if values[-1] < FEW_CLASSES or complete:
            return "multiclass", reasons.NAMES
        return "regression", reasons.counts(values[-1], values.size, target.size)
    return "regression", reasons.two_values(*values) if values.size == 2 else ""


def _is_zero_or_one(values: np.ndarray) -> np.ndarray:
    return (values == 0) | (values == 1)


# --- its layer ------------------------------------------------------------------------------------


def _binary(target: np.ndarray, assumption: str) -> OutputLayer:
    if target.ndim != 1:
        raise ValueError(
            f'y must have shape (m,) for kind="binary", got shape {target.shape}; '
            'for several yes-or-no questions say kind="multilabel"'
        )
    _check_zero_or_one(target, "binary")
    reason = reasons.binary(target, assumption)
    return OutputLayer("sigmoid", "binary_crossentropy", 1, reason)


def _multiclass(target: np.ndarray, assumption: str) -> OutputLayer:
    if target.ndim == 2:
        return _multiclass_one_hot(target, assumption)
    if target.max() >= 2**53:
        raise ValueError(f'y must hold class labels for kind="multiclass", got {target.max():g}')
    units = int(max(target.max(), 0)) + 1
    labels = class_labels(target, units)
    if units == 1:
        raise ValueError(
            'y must hold at least two classes for kind="multiclass", got only the label 0; '
            'softmax with one unit always answers 1: for a yes-or-no question say kind="binary"'
        )
    reason = reasons.multiclass(labels, units, assumption)
    return OutputLayer("softmax", "sparse_categorical_crossentropy", units, reason)


def _multiclass_one_hot(target: np.ndarray, assumption: str) -> OutputLayer:
    _check_zero_or_one(target, "multiclass")
    wrong = np.flatnonzero(target.sum(axis=1) != 1)
    if wrong.size:
        raise ValueError(
            'y must hold exactly one 1 in every row for kind="multiclass", '
            f"got {target[wrong[0]].sum():.0f} in row {wrong[0]}"
        )
    reason = reasons.one_hot(target, assumption)
    return OutputLayer("softmax", "categorical_crossentropy", target.shape[1], reason)


def _multilabel(target: np.ndarray, assumption: str) -> OutputLayer:
    if target.ndim != 2:
        raise ValueError(
            'y must have shape (m, labels) with at least 2 labels for kind="multilabel", '
            f'got one column of {target.size} values; for a single label say kind="binary"'
        )
    _check_zero_or_one(target, "multilabel")
    reason = reasons.multilabel(target, assumption)
    return OutputLayer("sigmoid", "binary_crossentropy", target.shape[1], reason)


def _regression(target: np.ndarray, assumption: str) -> OutputLayer:
    activation = "linear" if target.min() < 0 else "relu"
    units = 1 if target.ndim == 1 else target.shape[1]
    reason = reasons.regression(target, assumption)
    return OutputLayer(activation, "mean_squared_error", units, reason)


def _check_zero_or_one(target: np.ndarray, kind: str) -> None:
    valid = _is_zero_or_one(target)
    if not valid.all():
        wrong, hint = target[~valid][0], two_values_hint(target)
        raise ValueError(f'y must hold only 0 and 1 for kind="{kind}", got {wrong:g}{hint}')


_LAYERS = {
    "binary": _binary,
    "multiclass": _multiclass,
    "multilabel": _multilabel,
    "regression": _regression,
}
