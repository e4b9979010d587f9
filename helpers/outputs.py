"""Which output layer fits a target, read from the target itself and explained in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.validation import class_labels, float_array, known_name

# Whole numbers below this are taken for class labels even if some of them do not occur.
FEW_CLASSES = 20


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
        return f'Dense({self.units}, activation="{self.activation}"), loss="{self.loss}"\n' + (
            self.reason
        )


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
        The targets of m examples, finite. One column, shape (m, 1), is read as shape (m,).
        Only the values count, not the dtype: 1 and 1.0 are the same target.
    kind : {"binary", "multiclass", "multilabel", "regression"}, optional
        What the target is. By default it is read from the values; where they could mean two
        things, `reason` says what was assumed. Whole numbers that are never negative are read
        as classes if none exceeds 19, or if each from 0 to the largest occurs, on average at
        least twice; else, and where all are the same number above 1, as measurements.

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
        `y` cannot be of that kind.

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


def _target(y: Any) -> np.ndarray:
    """Return `y` as finite numbers of shape (m,) or (m, columns ≥ 2)."""
    try:
        target = float_array(y, "y", finite=True)
    except TypeError as error:
        if np.asarray(y).dtype.kind not in "OSU":
            raise
        hint = "class names become numbers by np.unique(y, return_inverse=True)[1]"
        raise TypeError(f"{error}; {hint}") from None
    if target.ndim not in (1, 2):
        raise ValueError(f"y must have shape (m,) or (m, columns), got shape {target.shape}")
    return target[:, 0] if target.ndim == 2 and target.shape[1] == 1 else target


def _read_kind(target: np.ndarray) -> tuple[str, str]:
    """Return the kind of target, and the sentence that says what was assumed (may be empty)."""
    if target.ndim == 2:
        if not _is_zero_or_one(target).all():
            return "regression", ""
        if (target.sum(axis=1) == 1).all():
            return "multiclass", (
                "Assumed: no example can have two classes or none. "
                'If it can, and merely does not here, say kind="multilabel".'
            )
        if not target.any():
            return "multilabel", (
                "Assumed: the labels exist although no example has one; without any there is "
                'nothing to learn. If y is a measurement, say kind="regression".'
            )
        return "multilabel", ""

    values = np.unique(target)
    if _is_zero_or_one(values).all():
        if values.size == 2:
            return "binary", ""
        return "binary", (
            f"Assumed: the other answer, {1 - values[0]:g}, exists although it never occurs here; "
            'without it there is nothing to learn. If y is a measurement, say kind="regression".'
        )
    if values.size == 1:
        return "regression", (
            f"Assumed: a measurement. One value, {values[0]:g}, tells little; "
            'if it is the label of a class, say kind="multiclass".'
        )
    if values[0] >= 0 and (values == np.floor(values)).all():
        largest = float(values[-1])
        complete = values.size == largest + 1 and target.size >= 2 * values.size
        if largest < FEW_CLASSES or complete:
            return "multiclass", (
                "Assumed: the numbers name classes. If they count or measure something, "
                'say kind="regression".'
            )
        return "regression", (
            "Assumed: these whole numbers count or measure something, since the largest is "
            f"{largest:.15g} and {values.size} different ones occur in "
            f"{_number_of(target.size, 'example')}. If they are labels of classes, say "
            'kind="multiclass".'
        )
    if values.size == 2:
        return "regression", (
            f"Assumed: a measurement, although only {values[0]:g} and {values[1]:g} occur. "
            f"If they name two classes, code them as 0 and 1: y == {values[1]:g}."
        )
    return "regression", ""


def _binary(target: np.ndarray, assumption: str) -> OutputLayer:
    if target.ndim != 1:
        raise ValueError(f'y must have shape (m,) for kind="binary", got shape {target.shape}')
    _check_zero_or_one(target, "binary")
    ones = np.count_nonzero(target)
    reason = _sentences(
        f"Every target is 0 or 1 ({target.size - ones} times 0, {ones} times 1): a yes-or-no "
        "question. One sigmoid unit answers with a number between 0 and 1, "
        "the probability that the answer is 1.",
        assumption,
        _train_from_logits(1, "BinaryCrossentropy"),
    )
    return OutputLayer("sigmoid", "binary_crossentropy", 1, reason)


def _multiclass(target: np.ndarray, assumption: str) -> OutputLayer:
    if target.ndim == 2:
        return _multiclass_one_hot(target, assumption)
    if target.max() >= 2**53:
        raise ValueError(f'y must hold class labels for kind="multiclass", got {target.max():g}')
    units = int(max(target.max(), 0)) + 1
    labels = np.unique(class_labels(target, units))
    numbered = (
        ""
        if labels[0] != 1
        else "No label is 0, so the unit for class 0 would never be right: "
        "if your labels count from 1, subtract 1 from y first."
    )
    reason = _sentences(
        f"Every target is a whole number from {labels[0]} to {labels[-1]} ({labels.size} different "
        f"in {_number_of(target.size, 'example')}), the label of one class out of {units}, counted "
        f"from 0. Softmax gives each class a probability, and the {units} probabilities sum to 1.",
        assumption,
        numbered,
        _train_from_logits(units, "SparseCategoricalCrossentropy"),
    )
    return OutputLayer("softmax", "sparse_categorical_crossentropy", units, reason)


def _multiclass_one_hot(target: np.ndarray, assumption: str) -> OutputLayer:
    _check_zero_or_one(target, "multiclass")
    m, units = target.shape
    wrong = np.flatnonzero(target.sum(axis=1) != 1)
    if wrong.size:
        raise ValueError(
            'y must hold exactly one 1 in every row for kind="multiclass", '
            f"got {target[wrong[0]].sum():.0f} in row {wrong[0]}"
        )
    reason = _sentences(
        f"Every row ({m} in all) holds exactly one 1 in its {units} columns: the class of one "
        f"example out of {units}, written one-hot. Softmax gives each class a probability, "
        f"and the {units} probabilities sum to 1.",
        assumption,
        _train_from_logits(units, "CategoricalCrossentropy"),
    )
    return OutputLayer("softmax", "categorical_crossentropy", units, reason)


def _multilabel(target: np.ndarray, assumption: str) -> OutputLayer:
    if target.ndim != 2:
        raise ValueError(
            'y must have shape (m, labels) with at least 2 labels for kind="multilabel", '
            f'got one column of {target.size} values; for a single label say kind="binary"'
        )
    _check_zero_or_one(target, "multilabel")
    m, units = target.shape
    ones = target.sum(axis=1)
    reason = _sentences(
        f"Every row ({m} in all) holds {units} answers of 0 or 1: no 1 in {np.sum(ones == 0)} "
        f"of the rows, exactly one in {np.sum(ones == 1)}, several in {np.sum(ones > 1)}. "
        "Each label is a yes-or-no question of its own and gets a sigmoid unit; softmax cannot "
        "answer them, since its probabilities sum to 1.",
        assumption,
        _train_from_logits(units, "BinaryCrossentropy"),
    )
    return OutputLayer("sigmoid", "binary_crossentropy", units, reason)


def _regression(target: np.ndarray, assumption: str) -> OutputLayer:
    low, high = target.min() + 0.0, target.max() + 0.0  # + 0.0 turns -0.0 into 0.0
    units = 1 if target.ndim == 1 else target.shape[1]
    seen = f"The targets ({_number_of(len(target), 'example')}) run from {low:g} to {high:g}"
    if low < 0:
        side = "on both sides of zero" if high > 0 else "never above zero"
        reason = f"{seen}, {side}: a linear output reaches every real number."
        return OutputLayer("linear", "mean_squared_error", units, _sentences(reason, assumption))

    reason = (
        f"{seen} and are never negative: neither is the output of ReLU. Its risk: where z is "
        "negative for every example, the output is 0 and so is its gradient, and nothing pulls "
        "the unit back. The usual alternatives are linear, which can also predict negative "
        "numbers, and softplus, which is positive and always has a gradient."
    )
    in_unit_range = ""
    if high <= 1 and target.ndim == 2 and np.allclose(target.sum(axis=1), 1):
        in_unit_range = (
            "Every row sums to 1: if it holds the probabilities of classes, type "
            'activation="softmax" and loss="categorical_crossentropy" instead.'
        )
    elif high <= 1:
        in_unit_range = "If they are proportions, a sigmoid output keeps to 0…1."
    return OutputLayer(
        "relu", "mean_squared_error", units, _sentences(reason, in_unit_range, assumption)
    )


def _train_from_logits(units: int, loss: str) -> str:
    return (
        f"To train with smaller rounding errors, type Dense({units}) without an activation "
        f"and {loss}(from_logits=True): lesson 5 shows why."
    )


def _number_of(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _sentences(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _is_zero_or_one(values: np.ndarray) -> np.ndarray:
    return (values == 0) | (values == 1)


def _check_zero_or_one(target: np.ndarray, kind: str) -> None:
    valid = _is_zero_or_one(target)
    if not valid.all():
        wrong = target[~valid][0]
        raise ValueError(f'y must hold only 0 and 1 for kind="{kind}", got {wrong:g}')


_LAYERS = {
    "binary": _binary,
    "multiclass": _multiclass,
    "multilabel": _multilabel,
    "regression": _regression,
}
