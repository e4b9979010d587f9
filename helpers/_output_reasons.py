"""The sentences of `helpers.outputs`: what decided for an output layer, and what was assumed."""

from __future__ import annotations

import numpy as np

# --- assumptions ----------------------------------------------------------------------------------

ONE_CLASS_EACH = (
    "Assumed: no example can have two classes or none. "
    'If it can, and merely does not here, say kind="multilabel".'
)
NO_LABEL = (
    "Assumed: the labels exist although no example has one; without any there is "
    'nothing to learn. If y is a measurement, say kind="regression".'
)
NAMES = (
    'Assumed: the numbers name classes. If they count or measure something, say kind="regression".'
)


def one_answer(value: float) -> str:
    """Of a target that is 0 everywhere, or 1."""
    return (
        f"Assumed: the other answer, {1 - value:g}, exists although it never occurs here; "
        'without it there is nothing to learn. If y is a measurement, say kind="regression".'
    )


def one_value(value: float) -> str:
    """Of a target that is another number everywhere."""
    return (
        f"Assumed: a measurement. One value, {value:g}, tells little; "
        'if it is the label of a class, say kind="multiclass".'
    )


def two_values(low: float, high: float) -> str:
    """Of a target that is one of two numbers, and not 0 and 1."""
    return (
        f"Assumed: a measurement, although only {low:g} and {high:g} occur. "
        f"If they name two classes, code them as 0 and 1: y == {high:g}."
    )


def counts(largest: float, different: int, examples: int) -> str:
    """Of whole numbers that are no class labels."""
    return (
        "Assumed: these whole numbers count or measure something, since the largest is "
        f"{largest:.15g} and {different} different ones occur in "
        f"{_number_of(examples, 'example')}. If they are labels of classes, say "
        'kind="multiclass".'
    )


# --- reasons --------------------------------------------------------------------------------------


def binary(target: np.ndarray, assumption: str) -> str:
    """For one sigmoid unit."""
    ones = np.count_nonzero(target)
    return _sentences(
        f"Every target is 0 or 1 ({target.size - ones} times 0, {ones} times 1): a yes-or-no "
        "question. One sigmoid unit answers with a number between 0 and 1, "
        "the probability that the answer is 1.",
        assumption,
        _train_from_logits(1, "BinaryCrossentropy"),
    )


def multiclass(labels: np.ndarray, units: int, assumption: str) -> str:
    """For softmax of labels."""
    different = np.unique(labels)
    numbered = (
        ""
        if different[0] != 1
        else "No label is 0, so the unit for class 0 would never be right: "
        "if your labels count from 1, subtract 1 from y first."
    )
    return _sentences(
        f"Every target is a whole number from {different[0]} to {different[-1]} "
        f"({different.size} different in {_number_of(labels.size, 'example')}), the label of one "
        f"class out of {units}, counted from 0. Softmax gives each class a probability, and the "
        f"{units} probabilities sum to 1.",
        assumption,
        numbered,
        _train_from_logits(units, "SparseCategoricalCrossentropy"),
    )


def one_hot(target: np.ndarray, assumption: str) -> str:
    """For softmax of one-hot rows."""
    m, units = target.shape
    return _sentences(
        f"Every row ({m} in all) holds exactly one 1 in its {units} columns: the class of one "
        f"example out of {units}, written one-hot. Softmax gives each class a probability, "
        f"and the {units} probabilities sum to 1.",
        assumption,
        _train_from_logits(units, "CategoricalCrossentropy"),
    )


def multilabel(target: np.ndarray, assumption: str) -> str:
    """For a sigmoid unit per label."""
    m, units = target.shape
    ones = target.sum(axis=1)
    return _sentences(
        f"Every row ({m} in all) holds {units} answers of 0 or 1: no 1 in {np.sum(ones == 0)} "
        f"of the rows, exactly one in {np.sum(ones == 1)}, several in {np.sum(ones > 1)}. "
        "Each label is a yes-or-no question of its own and gets a sigmoid unit; softmax cannot "
        "answer them, since its probabilities sum to 1.",
        assumption,
        _train_from_logits(units, "BinaryCrossentropy"),
    )


def regression(target: np.ndarray, assumption: str) -> str:
    """For linear units or ReLU."""
    low, high = target.min() + 0.0, target.max() + 0.0  # + 0.0 turns -0.0 into 0.0
    seen = f"The targets ({_number_of(len(target), 'example')}) run from {low:g} to {high:g}"
    if low < 0:
        side = "on both sides of zero" if high > 0 else "never above zero"
        return _sentences(f"{seen}, {side}: a linear output reaches every real number.", assumption)
    in_unit_range = ""
    if high <= 1 and target.ndim == 2 and np.allclose(target.sum(axis=1), 1):
        in_unit_range = (
            "Every row sums to 1: if it holds the probabilities of classes, type "
            'activation="softmax" and loss="categorical_crossentropy" instead.'
        )
    elif high <= 1:
        in_unit_range = "If they are proportions, a sigmoid output keeps to 0…1."
    return _sentences(
        f"{seen} and are never negative: neither is the output of ReLU. Its risk: where z is "
        "negative for every example, the output is 0 and so is its gradient, and nothing pulls "
        "the unit back. The usual alternatives are linear, which can also predict negative "
        "numbers, and softplus, which is positive and always has a gradient.",
        in_unit_range,
        assumption,
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
