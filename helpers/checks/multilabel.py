"""The exercises of lesson 7: several labels at once."""

from __future__ import annotations

import contextlib
import functools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import comparison, datasets
from helpers.activations import sigmoid
from helpers.checks._task import Finding, Mistake, Property, Task
from helpers.losses import BinaryCrossentropy as OurBinaryCrossentropy
from helpers.losses import binary_crossentropy
from helpers.multilabel import best_thresholds, f1_score, predict_labels
from helpers.network import Sequential
from helpers.softmax import log_softmax, softmax

LESSON = "07_multi_label"


def _random_labels(seed: int, m: int, N: int, share: float = 0.4) -> np.ndarray:
    return (np.random.RandomState(seed).random_sample((m, N)) < share).astype(np.int64)


def _random_numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.RandomState(seed).standard_normal(shape)


# --- labels from logits ---------------------------------------------------------------------------


def labels_from_logits(z: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    return predict_labels(sigmoid(z), thresholds)


def _shares(z: np.ndarray) -> np.ndarray:
    """Sigmoids, forced to add up to 1."""
    a = sigmoid(z)
    return a / a.sum(axis=1, keepdims=True)


def _one_wrong_label(z: np.ndarray, thresholds: np.ndarray, labels: Any) -> str:
    """Say how one of the labels comes about that are wrong."""
    right = labels_from_logits(z, thresholds)
    i, j = np.argwhere(np.asarray(labels) != right)[0]
    side = "above" if right[i, j] else "not above"
    return (
        f"Look at row {i}, column {j}: the logit {z[i, j]:.6g} has the probability "
        f"{sigmoid(z)[i, j]:.7g}, which is {side} the threshold {thresholds[j]:.6g}. So "
        f"{right[i, j]} is right; yours is {labels[i][j]}."
    )


LABELS_FROM_LOGITS = Task(
    name="labels_from_logits",
    section="7.4",
    reference=labels_from_logits,
    probes=(
        (np.array([[2.0, 0.3, -1.0], [-1.0, 0.9, 0.2]]), np.array([0.5, 0.8, 0.2])),
        (
            np.array([[0.0, 0.0, 0.0], [0.0, 1.5, -0.2], [-1.5, 0.0, 0.0]]),
            np.array([0.5, 0.4, 0.6]),
        ),
        (np.array([[1000.0, -1000.0, 20.0]]), np.array([0.99, 0.01, 0.99])),
        (np.array([[0.40547, 0.40546]]), np.array([0.6, 0.6])),  # just above, just below
        (np.array([[-0.4], [0.1], [0.9], [2.0]]), np.array([0.7])),
        (np.array([[0.7, 0.2], [-0.3, 2.0]], dtype=np.float32), np.array([0.6, 0.6])),
        (2 * _random_numbers(1, 6, 5), np.array([0.3, 0.15, 0.85, 0.4, 0.7])),
        (3 * _random_numbers(2, 4, 3), np.array([0.05, 0.6, 0.45])),
        (2 * _random_numbers(0, 20, 12), np.roll(np.linspace(0.1, 0.9, 12), 5)),
    ),
    mistakes=(
        Mistake(
            lambda z, thresholds: (z > thresholds).astype(int),
            "You compared the logits with the thresholds, or the sigmoids of both, which comes to "
            "the same. A threshold is a probability already: the logits, and they alone, must "
            "become probabilities.",
        ),
        Mistake(
            lambda z, thresholds: (softmax(z) > thresholds).astype(int),
            "You made the probabilities with softmax. It shares one unit of probability among the "
            "labels; here each label has a question, and a sigmoid, of its own.",
            section="7.2",
        ),
        Mistake(
            lambda z, thresholds: (_shares(z) > thresholds).astype(int),
            "You divided the sigmoids by their sum. The probabilities of several labels need not "
            "add up to 1: each of them answers a question of its own.",
            section="7.2",
        ),
        Mistake(
            lambda z, thresholds: (z == z.max(axis=1, keepdims=True)).astype(int),
            "You said yes to the label with the largest logit of each row and no to the others. "
            "Several labels can be true at once, or none.",
            section="7.1",
        ),
        Mistake(
            lambda z, thresholds: (
                (sigmoid(z) > thresholds) & (z == z.max(axis=1, keepdims=True))
            ).astype(int),
            "Only the most probable label of a row gets a yes from you, if it is above its "
            "threshold. Several labels can be true at once: each is compared with its own.",
            section="7.1",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) < thresholds).astype(int),
            "Yes and no are exchanged: you gave 1 where the probability is below the threshold.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) >= thresholds).astype(int),
            "You gave 1 also where the probability equals the threshold. The task says above, as "
            "in Keras's metrics.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > 0.5).astype(int),
            "You used one half for every label and left the thresholds unused.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > thresholds[0]).astype(int),
            "You used the first threshold for all labels. Each column has a threshold of its own.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > thresholds[:, np.newaxis]).astype(int),
            "Your thresholds stand in a column, so that they meet the rows of the table. They "
            "belong to its columns: compare the probabilities with `thresholds` as it is.",
        ),
        Mistake(
            lambda z, thresholds: np.array(
                [(row > t).astype(int) for row, t in zip(sigmoid(z), thresholds, strict=False)]
            ),
            "Your first row is compared with the first threshold, your second row with the second, "
            "and so on, as long as there are both. A threshold belongs to a column: compare every "
            "row with all of `thresholds`.",
        ),
        Mistake(
            lambda z, thresholds: np.array(
                [[int(a > thresholds[i]) for a in row] for i, row in enumerate(sigmoid(z))]
            ),
            "Your first row is compared with the first threshold, your second row with the second, "
            "and so on, until there is none left. A threshold belongs to a column: compare every "
            "row with all of `thresholds`.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > 0).astype(int),
            "You say yes wherever the probability is above 0, as if every threshold were 0. Is a "
            "threshold made a whole number, which is 0? `.astype(int)` belongs to the answers, "
            "behind a comparison in parentheses.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > thresholds[-1]).astype(int),
            "You used the last threshold for all labels. Each column has a threshold of its own.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > np.mean(thresholds)).astype(int),
            "You used the mean of the thresholds for all labels. Each column has a threshold of "
            "its own.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > np.min(thresholds)).astype(int),
            "Your answers are those that the smallest threshold gives for all labels. Each column "
            "has a threshold of its own, and is compared with that one only.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > np.max(thresholds)).astype(int),
            "Your answers are those that the largest threshold gives for all labels. Each column "
            "has a threshold of its own, and is compared with that one only.",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z) > 1 - thresholds).astype(int),
            "Your answers are those that 1 minus each threshold gives. The probability of yes is "
            "compared with the threshold itself.",
        ),
        Mistake(
            lambda z, thresholds: (1 / (1 - np.exp(-z)) > thresholds).astype(int),
            "In the sigmoid, you subtract the exponential from 1. It is added.",
            section="7.2",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(z).astype(int) > thresholds).astype(int),
            "You say yes only where the probability is exactly 1. Compare the probability as it "
            "is: made a whole number, it is 0 wherever it is less than 1.",
        ),
        Mistake(
            lambda z, thresholds: sigmoid(z),
            "You returned the probabilities. The answer is 1 where a probability is above its "
            "label's threshold, else 0.",
        ),
        Mistake(
            lambda z, thresholds: np.argmax(z, axis=1),
            "You returned the number of one label for each row, the one with the largest logit. "
            "There is an answer to give for each label: several can be true at once, or none.",
            section="7.1",
        ),
        Mistake(
            lambda z, thresholds: (sigmoid(-z) > thresholds).astype(int),
            "Your probabilities fall where z rises: they are those of no. The sigmoid is "
            "1 / (1 + exp(−z)), with this sign.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, labels: bool(np.isin(labels, (0, 1)).all()),
            lambda arguments, labels: (
                "Among your answers is "
                f"{np.asarray(labels)[~np.isin(labels, (0, 1))].ravel()[0]:.3g}. A yes is 1, and a "
                "no is 0."
            ),
        ),
        Property(
            lambda arguments, labels: np.array_equal(labels, labels_from_logits(*arguments)),
            lambda arguments, labels: _one_wrong_label(*arguments, labels),
        ),
    ),
    hints=(
        "Two steps: what does lesson 1's function make of a logit, and what is a threshold "
        "compared with?",
        "The thresholds have one number for each column, so NumPy compares them with every row by "
        "itself: no loop is needed.",
        "Compare `sigmoid(z)` with `thresholds`, and turn True and False into 1 and 0 with "
        "`.astype(int)`.",
    ),
    reasoning="The thresholds are probabilities, so the logits become probabilities first. "
    "Broadcasting lines the N thresholds up with the N columns. A probability that equals its "
    "threshold is not above it and gives 0.",
    tested="Right for one to twenty rows, one to twelve labels, thresholds that differ, "
    "probabilities equal to their threshold, logits of ±1000, float32.",
)


# --- cost -----------------------------------------------------------------------------------------


def multilabel_cost(y: np.ndarray, z: np.ndarray) -> float:
    return binary_crossentropy(y, z, from_logits=True).mean()


def _table(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The losses of all single labels, shape (m, N), right for every logit."""
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))


def _by_cases(y: np.ndarray, z: np.ndarray) -> float:
    a = sigmoid(z)
    return -np.log(np.where(y == 1, a, 1 - a)).mean()


def _in_one_line(y: np.ndarray, z: np.ndarray) -> float:
    a = sigmoid(z)
    return (-y * np.log(a) - (1 - y) * np.log(1 - a)).mean()


def _squared(y: np.ndarray, z: np.ndarray) -> float:
    return ((y - sigmoid(z)) ** 2).mean()


def _binary_of_softmax(y: np.ndarray, z: np.ndarray) -> float:
    a = softmax(z)
    return (-y * np.log(a) - (1 - y) * np.log(1 - a)).mean()


def _right_for_logits(low: float, high: float) -> Callable[[tuple, Any], bool]:
    """Say whether the cost is right, or the largest logit is not between these sizes."""

    def holds(arguments: tuple, cost: Any) -> bool:
        y, z = arguments
        return not low <= np.abs(z).max() < high or _right_for_all((y, z), cost)

    return holds


def _right_for_all(arguments: tuple, cost: Any) -> bool:
    return bool(np.isclose(cost, multilabel_cost(*arguments), rtol=1e-4))


def _surely_wrong(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.where(y == 1, -z, z) >= 30


def _right_if_surely_wrong(arguments: tuple, cost: Any) -> bool:
    return _right_for_all(arguments, cost) or not _surely_wrong(*arguments).all()


def _right_if_mixed(arguments: tuple, cost: Any) -> bool:
    """Whether the cost is right, or no ordinary logit stands beside one of a wrong answer."""
    y, z = arguments
    mixed = _surely_wrong(y, z).any() and (np.abs(z) < 10).any()
    return _right_for_all(arguments, cost) or not mixed


def _too_cheap(arguments: tuple, cost: Any) -> str:
    """Say what a label costs that is answered wrongly with a large logit, as all are here."""
    y, z = arguments
    loss, size = float(cost), np.abs(z).max()
    words = (
        "Your cost is right for logits of ordinary size, and wrong for large ones: a label that "
        f"is {y[0, 0]} and has the logit {z[0, 0]:g} costs {loss + 0.0:.3g} with you; about "
        f"{size:g} is right. "
    )
    if not np.isfinite(loss):
        words += "Something on the way to it is infinite: an exponential, or the logarithm of 0. "
    elif loss == np.finfo(np.float64).max:
        words += "This is the number that `np.nan_to_num` puts in place of infinity. "
    elif abs(loss) < 1e-3:
        words += "An answer that is so wrong is not free, whatever its loss came out as. "
    elif 0 < loss < size:
        words += (
            f"It is as if no loss could be above {loss:.3g}: is a logit clipped, or a probability, "
            "or is a small number added to it? "
        )
    return words + (
        "Compute from the logit as it is, without forming the probability, and so that no exponent "
        "is positive (lesson 5, section 5.9)."
    )


def _logits_as_probabilities(y: np.ndarray, z: np.ndarray) -> float:
    return binary_crossentropy(y, z).mean()  # raises where a logit is no probability


def _overflowing(y: np.ndarray, z: np.ndarray) -> float:
    return (y * np.log(1 + np.exp(-z)) + (1 - y) * np.log(1 + np.exp(z))).mean()


def _overflowing_by_cases(y: np.ndarray, z: np.ndarray) -> float:
    return np.log(1 + np.exp(np.where(y == 1, -z, z))).mean()


def _without_absolute_value(y: np.ndarray, z: np.ndarray) -> float:
    return (np.maximum(z, 0) - y * z + np.log1p(np.exp(-z))).mean()


_EXPLODES = (
    "For a label that is answered wrongly and with much confidence the probability rounds to "
    "exactly 0 or 1, and its logarithm is infinite. Compute from the logit, without forming the "
    "probability (lesson 5, section 5.9)."
)
MULTILABEL_COST = Task(
    name="multilabel_cost",
    section="7.3",
    reference=multilabel_cost,
    probes=(
        (np.array([[1, 1]]), np.array([[2.0, -0.5]])),
        (np.array([[0, 0]]), np.array([[2.0, -0.5]])),
        (np.array([[1, 0, 1], [0, 1, 1]]), np.array([[0.5, 2.0, -1.0], [-0.3, 1.5, 0.7]])),
        (np.array([[0, 0], [1, 1], [0, 0]]), np.array([[-2.0, 0.0], [1.0, -0.5], [0.0, 3.0]])),
        (_random_labels(1, 5, 4), _random_numbers(2, 5, 4)),
        (np.array([[1, 0]]), np.array([[12.0, -12.0]])),
        (np.array([[0]]), np.array([[40.0]])),
        (np.array([[0, 1]]), np.array([[40.0, 1.0]])),
        (np.array([[0]]), np.array([[1000.0]])),
        (np.array([[1, 0], [0, 1]]), np.array([[1000.0, -1000.0], [1000.0, -1000.0]])),
        (np.array([[0, 0]]), np.array([[-1000.0, -1000.0]])),
        (np.array([[1, 0, 0]]), np.array([[0.5, 2.0, -1.0]], dtype=np.float32)),
        (_random_labels(3, 40, 20), 5 * _random_numbers(4, 40, 20)),
    ),
    mistakes=(
        Mistake(_by_cases, _EXPLODES, section="7.3"),
        Mistake(
            _in_one_line,
            _EXPLODES + " And 0 times infinity is nan: so the labels that are answered right can "
            "spoil the cost, too.",
        ),
        Mistake(
            _squared,
            "You took the mean of the squared differences between labels and probabilities. The "
            "cost of yes or no questions is made of logarithms: the logistic loss.",
        ),
        Mistake(
            _overflowing_by_cases,
            "Your formula is right on paper, but for a large logit an exponential is infinite, or "
            "a probability exactly 0, and so the loss is infinite. Pull the large part out of the "
            "logarithm, so that no exponent is positive (lesson 5, section 5.9).",
        ),
        Mistake(
            _overflowing,
            "Your formula is right on paper, but for a large logit an exponential is infinite, or "
            "the logarithm of a probability that is exactly 0; and 0 times infinity is nan. Pull "
            "the large part out of the logarithm, so that no exponent is positive (lesson 5, "
            "section 5.9).",
        ),
        Mistake(
            _without_absolute_value,
            "In the exponential, a sign is not taken care of: the exponent must be −|z|, never "
            "positive, whatever the sign of z.",
        ),
        Mistake(
            lambda y, z: _table(y, z).sum(),
            "You added up the losses of all labels and examples. The cost is their average.",
        ),
        Mistake(
            lambda y, z: _table(y, z).sum() / len(y) * y.shape[1],
            "Your cost is the sum of all losses, divided by m and multiplied by N; it has to be "
            "divided by both. (Python works through `/ m * N` from left to right: the product "
            "needs parentheses.)",
        ),
        Mistake(
            lambda y, z: (np.maximum(z, 0) + y * z + np.log1p(np.exp(-np.abs(z)))).mean(),
            "The term with y has the wrong sign: the larger the logit, the smaller is the loss of "
            "a label that is true.",
        ),
        Mistake(
            lambda y, z: (np.where(z > 0, z, np.log1p(np.exp(-np.abs(z)))) - y * z).mean(),
            "For a logit above 0 your cost has z where log(1 + exp(z)) belongs. The two are nearly "
            "the same only if z is large: log(1 + exp(−z)) is missing, and it is not small for "
            "logits of ordinary size.",
        ),
        Mistake(
            lambda y, z: (np.logaddexp(0, -z) - y * z).mean(),
            "Your cost is the mean of softplus(−z) − yz. These belong to two forms of the loss: "
            "softplus(z) − yz, and softplus(−z) + (1 − y)z. Both are right; take one of them.",
        ),
        Mistake(
            lambda y, z: (np.logaddexp(0, z) + (1 - y) * z).mean(),
            "Your cost is the mean of softplus(z) + (1 − y)z. These belong to two forms of the "
            "loss: softplus(z) − yz, and softplus(−z) + (1 − y)z. Both are right; take one of "
            "them.",
        ),
        Mistake(
            lambda y, z: np.logaddexp(0, z).mean() - y.mean() * z.mean(),
            "In your cost, the mean of y is multiplied by the mean of z. What belongs there is the "
            "mean of the products: each label times its own logit.",
        ),
        Mistake(
            _logits_as_probabilities,
            "You took the logits for probabilities. The formula's a is the sigmoid of z; and a "
            "loss of the helpers or of Keras has to be told: `from_logits=True`.",
        ),
        Mistake(
            lambda y, z: (y * _table(np.ones_like(y), z)).mean(),
            "You counted only the labels that are true. An answer to a label that is false costs, "
            "too: its loss is the second half of the formula.",
        ),
        Mistake(
            lambda y, z: ((1 - y) * _table(np.zeros_like(y), z)).mean(),
            "You counted only the labels that are false. An answer to a label that is true costs, "
            "too: its loss is the first half of the formula.",
        ),
        Mistake(
            lambda y, z: _table(1 - y, z).mean(),
            "Your cost is that of the opposite labels, as if the two halves of the formula were "
            "exchanged. A label that is true must cost little where its logit is large, and one "
            "that is false where it is far below 0.",
        ),
        Mistake(
            _binary_of_softmax,
            "You made the probabilities with softmax. Each label is a question of its own and "
            "has a sigmoid of its own.",
            section="7.2",
        ),
        Mistake(
            lambda y, z: -(y * log_softmax(z)).sum(axis=1).mean(),
            "You computed the softmax cost of lesson 4. It suits one question with N answers; "
            "here are N questions with two answers each.",
            section="7.2",
        ),
        Mistake(
            lambda y, z: -(y * log_softmax(z)).mean(),
            "You computed the softmax cost of lesson 4, and averaged it over the columns, too. It "
            "suits one question with N answers; here are N questions with two answers each.",
            section="7.2",
        ),
        Mistake(
            lambda y, z: _table(y, sigmoid(z)).mean(),
            "You applied the sigmoid twice: once to the logits, and once more inside a formula "
            "that expects logits.",
        ),
    ),
    hints=(
        "Begin with one label. What does its loss come to if y is 1, and what if y is 0, written "
        "with z instead of a?",
        "The loss is softplus of −z where y is 1, and softplus of z where y is 0. Lesson 5, "
        "section 5.9, makes that safe for every z.",
        "`softplus` from helpers.activations never overflows. Weigh its two values by y and 1 − y, "
        "and take one mean over the whole table.",
    ),
    reasoning="−log a = log(1 + exp(−z)) is softplus of −z, and −log(1 − a) is softplus of z. "
    "Computed so, no probability is ever formed, and none can round to 0 or 1. One mean over the "
    "(m, N) table takes both averages of the cost at once.",
    tested="Right for one to forty examples, one to twenty labels, rows without any label, "
    "answers that are wrong with logits of 40 and ±1000, float32.",
    properties=(
        Property(
            lambda arguments, cost: (
                not np.all(arguments[0] == 1) or _right_for_all(arguments, cost)
            ),
            "Here all labels are true, so that only the first half of the formula counts: the "
            "right cost is the mean of −log a. Compare the loss of each label with that.",
        ),
        Property(
            lambda arguments, cost: (
                np.any(arguments[0] == 1)
                or np.abs(arguments[1]).max() > 10
                or _right_for_all(arguments, cost)
            ),
            "Your cost is right where all labels are true, and wrong where all are false, as here. "
            "Then only the second half of the formula counts: the right cost is the mean of "
            "−log(1 − a). Compare the loss of each label with that.",
        ),
        Property(
            _right_for_logits(0, 10),
            lambda arguments, cost: (
                "Your cost is wrong already for logits of ordinary size. The losses in the first "
                f"row should be {', '.join(f'{loss:.4g}' for loss in _table(*arguments)[0, :5])}"
                f"{', …' * (arguments[0].shape[1] > 5)}: print yours, and look for one that "
                "differs. Then take the mean of all."
            ),
        ),
        Property(_right_if_surely_wrong, _too_cheap),
        Property(
            _right_if_mixed,
            lambda arguments, cost: (
                "Your cost is right where all logits are of ordinary size, and for a large one "
                "alone. Here both stand together: the losses add up to "
                f"{_table(*arguments).sum():.4g}, and their mean is the cost. Compute the loss of "
                "each label for itself, and leave none out."
            ),
        ),
        Property(
            _right_for_logits(10, math.inf),
            "Your cost is right for logits of ordinary size, and wrong for large ones, as here. A "
            "label that is answered wrongly with a large logit costs about |z|, however large, and "
            "one that is answered right about exp(−|z|), however small.",
        ),
    ),
    # Keras computes in single precision unless told otherwise.
    rtol=1e-6,
    atol=1e-7,
)


# --- macro and micro F1 ---------------------------------------------------------------------------


def macro_and_micro_f1(y: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    return f1_score(y, answers, "macro"), f1_score(y, answers, "micro")


def _counts(y: np.ndarray, answers: np.ndarray, axis: int = 0) -> tuple[np.ndarray, ...]:
    """TP, FP and FN of each label (axis 0) or of each example (axis 1)."""
    return (
        ((y == 1) & (answers == 1)).sum(axis=axis),
        ((y == 0) & (answers == 1)).sum(axis=axis),
        ((y == 1) & (answers == 0)).sum(axis=axis),
    )


def _ratio(part: Any, whole: Any) -> Any:
    """part / whole, 0 where there is nothing to divide by."""
    return np.where(whole > 0, part / np.maximum(whole, 1e-300), 0.0)


def _f1(TP: Any, FP: Any, FN: Any) -> Any:
    return _ratio(2 * TP, 2 * TP + FP + FN)


def _with(score: Callable[..., Any]) -> Callable[..., tuple]:
    """Macro and micro average of another score than F1."""

    def both(y: np.ndarray, answers: np.ndarray) -> tuple:
        counts = _counts(y, answers)
        return score(*counts).mean(), score(*(np.sum(count) for count in counts))

    return both


def _with_macro(macro: Callable[..., Any]) -> Callable[..., tuple]:
    """The right micro average beside another macro average, a function of TP, FP and FN."""

    def both(y: np.ndarray, answers: np.ndarray) -> tuple:
        return macro(*_counts(y, answers)), f1_score(y, answers, "micro")

    return both


def _with_true_negatives(y: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    TP, FP, FN = _counts(y, answers)
    TP = (y == answers).sum(axis=0)
    return _f1(TP, FP, FN).mean(), _f1(TP.sum(), FP.sum(), FN.sum())


def _with_other_counts(wrong: Callable[..., tuple]) -> Callable[..., tuple]:
    """Macro and micro average with what somebody else takes for false positives and negatives."""

    def both(y: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
        TP = _counts(y, answers)[0]
        FP, FN = (count.sum(axis=0) for count in wrong(y, answers))
        return _f1(TP, FP, FN).mean(), _f1(TP.sum(), FP.sum(), FN.sum())

    return both


def _f1_of_means(TP: Any, FP: Any, FN: Any) -> Any:
    p, r = _ratio(TP, TP + FP).mean(), _ratio(TP, TP + FN).mean()
    return _ratio(2 * p * r, p + r)


def _nothing_is_perfect(TP: Any, FP: Any, FN: Any) -> Any:
    return np.where(TP + FP + FN > 0, _f1(TP, FP, FN), 1.0)


def _nothing_is_nan(TP: Any, FP: Any, FN: Any) -> Any:
    return np.divide(2 * TP, 2 * TP + FP + FN)


def _without_parentheses(TP: Any, FP: Any, FN: Any) -> Any:
    return 2 * TP / 2 * TP + FP + FN


def _floor_in_the_sum(y: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    TP, FP, FN = _counts(y, answers)
    below = np.maximum(2 * TP + FP + FN, 1)
    return (2 * TP / below).mean(), 2 * TP.sum() / below.sum()


def _nothing_left_out_of_both(y: np.ndarray, answers: np.ndarray) -> tuple[Any, Any]:
    counts = _counts(y, answers)
    f1 = _nothing_is_nan(*counts)
    macro = np.nanmean(f1) if np.isfinite(f1).any() else np.nan
    return macro, _nothing_is_nan(*(count.sum() for count in counts))


def _weighted(TP: Any, FP: Any, FN: Any) -> Any:
    return _ratio((_f1(TP, FP, FN) * (TP + FN)).sum(), (TP + FN).sum())


MACRO_AND_MICRO_F1 = Task(
    name="macro_and_micro_f1",
    section="7.6",
    reference=macro_and_micro_f1,
    returns=("macro", "micro"),
    probes=(
        (
            np.array([[1, 1], [0, 1], [0, 0], [0, 1], [0, 1]]),
            np.array([[1, 1], [0, 0], [0, 1], [0, 0], [0, 0]]),
        ),
        (np.array([[1, 1], [1, 0], [1, 0]]), np.array([[1, 0], [1, 1], [1, 1]])),
        (np.array([[1, 0, 0], [1, 0, 1]]), np.array([[1, 0, 1], [1, 0, 0]])),
        (np.array([[1, 0], [0, 0]]), np.array([[0, 0], [0, 0]])),
        (np.array([[0, 0], [0, 0], [0, 0]]), np.array([[0, 0], [0, 0], [0, 0]])),
        (np.array([[1, 0, 1]]), np.array([[1, 1, 0]])),
        (
            np.array([[1, 1], [1, 0], [1, 0], [0, 0]]),
            np.array([[1, 1], [0, 1], [0, 0], [0, 0]]),
        ),
        (_random_labels(5, 12, 3), _random_labels(6, 12, 3, 0.6)),
        (
            _random_labels(7, 60, 4) * np.array([1, 1, 1, 0]),
            _random_labels(7, 60, 4) ^ _random_labels(8, 60, 4, 0.2),
        ),
        (_random_labels(9, 700, 2, 0.9), _random_labels(10, 700, 2, 0.7)),
    ),
    mistakes=(
        Mistake(
            _with_macro(_f1_of_means),
            "Your macro average is the F1 of the mean precision and the mean recall. It should be "
            "the mean of the labels' F1: first a score for each label, then the average.",
        ),
        Mistake(
            _with_macro(_weighted),
            "Your macro average gives common labels more weight. It should be the plain mean of "
            "the labels' F1: each label counts the same, however rare.",
        ),
        Mistake(
            lambda y, answers: (
                _f1(*_counts(y, answers, axis=1)).mean(),
                f1_score(y, answers, "micro"),
            ),
            "Your macro average is over the rows: an F1 for each example. It should be over the "
            "columns: an F1 for each label.",
        ),
        Mistake(
            lambda y, answers: (
                f1_score(y, answers, "macro"),
                _f1(*_counts(y, answers, axis=1)).mean(),
            ),
            "Your micro average is the mean of an F1 for each example. Micro adds up the counts "
            "TP, FP and FN over everything, and divides only once.",
        ),
        Mistake(
            lambda y, answers: (f1_score(y, answers, "macro"), _weighted(*_counts(y, answers))),
            "Your micro average is the mean of the labels' F1, weighted by how often each label is "
            "true. Micro adds up the counts TP, FP and FN of all labels, and divides only once.",
        ),
        Mistake(
            lambda y, answers: (f1_score(y, answers, "macro"), (y == answers).mean()),
            "Your micro average is the share of right labels: it also counts where a label is "
            "absent and no is answered. F1 does not look at those, neither alone nor on average.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(TP, TP + FP + FN)),
            "Your values are TP / (TP + FP + FN). In F1 the true positives count twice, above the "
            "fraction bar and below it.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(2 * TP, TP + FP + FN)),
            "Your values are 2 TP / (TP + FP + FN). Below the fraction bar, too, the true "
            "positives count twice.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(TP, TP + FP)),
            "You computed the precision. F1 is the harmonic mean of precision and recall.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(TP, TP + FN)),
            "You computed the recall. F1 is the harmonic mean of precision and recall.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: (_ratio(TP, TP + FP) + _ratio(TP, TP + FN)) / 2),
            "You took the ordinary mean of precision and recall. F1 is their harmonic mean: high "
            "only if both are.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(2 * TP, 2 * TP + FP)),
            "The false negatives are missing below the fraction bar, or are counted as none: "
            "labels that are true and answered no.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(2 * TP, 2 * TP + FN)),
            "The false positives are missing below the fraction bar, or are counted as none: "
            "labels that are answered yes and not true.",
        ),
        Mistake(
            _with_other_counts(lambda y, answers: ((y == 0) & (answers == 1), answers == 0)),
            "Below the fraction bar, every no counts as a false negative. FN are the labels that "
            "are true and answered no; a no that is right does not count.",
        ),
        Mistake(
            _with_other_counts(lambda y, answers: (answers == 1, (y == 1) & (answers == 0))),
            "Below the fraction bar, every yes counts as a false positive. FP are the labels that "
            "are answered yes and not true.",
        ),
        Mistake(
            lambda y, answers: tuple(
                score * bool((y | answers).any(axis=0).all())
                for score in macro_and_micro_f1(y, answers)
            ),
            "Where one label is neither true nor answered anywhere, you return 0 for both "
            "averages. Only the F1 of that label is 0: the others count as they are.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: _ratio(TP, 2 * TP + FP + FN)),
            "Your values are half of what they should be: the factor 2 above the fraction bar is "
            "missing.",
        ),
        Mistake(
            _with_true_negatives,
            "You counted as true positives all answers that are right. TP are the labels that are "
            "true and answered yes; a no that is right is no positive.",
        ),
        Mistake(
            _with(_nothing_is_nan),
            "You divided 0 by 0 for a label that is neither true nor answered anywhere, and got "
            "nan. The task says 0 there.",
        ),
        Mistake(
            _with(_nothing_is_perfect),
            "For a label that is neither true nor answered anywhere you gave 1. The task says 0 "
            "there, as the lesson's helper and Keras do.",
        ),
        Mistake(
            lambda y, answers: (
                np.mean([f for f in _nothing_is_nan(*_counts(y, answers)) if f == f] or [0.0]),
                f1_score(y, answers, "micro"),
            ),
            "You left a label out of the mean because it is neither true nor answered anywhere. "
            "It counts as 0, and the mean is over all labels.",
        ),
        Mistake(
            lambda y, answers: (
                _nothing_left_out_of_both(y, answers)[0],
                f1_score(y, answers, "micro"),
            ),
            "Your macro average leaves out the labels that are neither true nor answered anywhere, "
            "and is nan where no label is left. Such a label counts as 0, and the mean is over all "
            "labels.",
        ),
        Mistake(
            _with_macro(lambda *counts: _f1(*map(np.cumsum, counts)).mean()),
            "In your macro average, the counts TP, FP and FN go on from one label to the next. "
            "Each label begins with counts of 0.",
        ),
        Mistake(
            _nothing_left_out_of_both,
            "You left out of the mean what there is nothing to divide for, and where nothing is "
            "left you divided 0 by 0. The task says that such an F1 is 0, and it counts.",
        ),
        Mistake(
            _with(_without_parentheses),
            "What stands below the fraction bar needs parentheses: Python divides by 2 alone and "
            "then goes on multiplying and adding. An F1 is never above 1.",
        ),
        Mistake(
            _with_macro(lambda TP, FP, FN: _without_parentheses(TP, FP, FN).mean()),
            "In the macro average, what stands below the fraction bar needs parentheses: Python "
            "divides by 2 alone and then goes on multiplying and adding. An F1 is never above 1.",
        ),
        Mistake(
            _with(lambda TP, FP, FN: 2 * TP // np.maximum(2 * TP + FP + FN, 1)),
            "Your values have no decimals: they are cut off on the way, as `//` and `int` do. "
            "Divide with `/`, and keep what it gives.",
        ),
        Mistake(
            _floor_in_the_sum,
            "Your macro average is right. For micro you added up denominators in which 0 had "
            "become 1: add up the counts themselves, and only then see to a 0.",
        ),
        Mistake(
            lambda y, answers: (f1_score(y, answers, "macro"),) * 2,
            "You returned the macro average twice. For micro, add up the counts of all labels "
            "before dividing, only once.",
        ),
        Mistake(
            lambda y, answers: (f1_score(y, answers, "micro"),) * 2,
            "You returned the micro average twice. For macro, divide for each label by itself, and "
            "take the mean of the quotients.",
        ),
        Mistake(
            lambda y, answers: tuple(
                (f1_score(y, answers, average) + f1_score(1 - y, 1 - answers, average)) / 2
                for average in ("macro", "micro")
            ),
            "You averaged over yes and no: also an F1 for the absence of each label. Only yes "
            "answers count in the lesson's F1.",
        ),
    ),
    hints=(
        "Count first: TP, FP and FN for each label, three arrays of shape (N,). Both averages are "
        "made of these.",
        "Macro: one F1 for each label, then the mean. Micro: add up each of the three counts over "
        "the labels, then one F1.",
        "`((y == 1) & (answers == 1)).sum(axis=0)` is TP. Where 2 TP + FP + FN is 0, so is TP: "
        "dividing by at least 1 gives the 0 that the task asks for.",
    ),
    reasoning="2 TP + FP + FN is the number of yes answers plus the number of true labels. Where "
    "it is 0, TP is 0 as well, so dividing by 1 instead gives the 0 that is asked for. Macro "
    "divides for each label and then averages: a rare label weighs as much as a common one. Micro "
    "adds up the counts first: a rare label hardly weighs.",
    tested="Right for one to 700 examples, two to four labels, a label that never occurs, "
    "answers that are always no.",
    # Some add a small number to each denominator, which does as well as the task's rule for 0/0.
    rtol=1e-5,
    atol=1e-5,
)


# --- thresholds -----------------------------------------------------------------------------------


def choose_thresholds(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = [f1_score(y, predict_labels(a, threshold)) for threshold in candidates]
    return candidates[np.argmax(f1, axis=0)]


def _maximise(score: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Choose the candidates with the highest score, a function of truth and answers, (m,) each."""

    def choose(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        scores = [
            [float(score(y[:, j], (a[:, j] > t).astype(int))) for j in range(y.shape[1])]
            for t in candidates
        ]
        return candidates[np.argmax(scores, axis=0)]

    return choose


def _column(score: Callable[..., Any]) -> Callable[..., Any]:
    return lambda y, answers: score(*_counts(y, answers))


def _with_yes_below(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = [f1_score(y, (a < threshold).astype(int)) for threshold in candidates]
    return candidates[np.argmax(f1, axis=0)]


def _last_of_equals(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return choose_thresholds(y, a, candidates[::-1])


def _one_for_all(average: str) -> Callable[..., np.ndarray]:
    def choose(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        f1 = [f1_score(y, predict_labels(a, t), average) for t in candidates]
        return np.full(y.shape[1], candidates[np.argmax(f1)])

    return choose


def _from_zero(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    best = np.max([f1_score(y, predict_labels(a, t)) for t in candidates], axis=0)
    return np.where(best > 0, choose_thresholds(y, a, candidates), 0.0)


def _left_from_the_label_before(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    best = np.max([f1_score(y, predict_labels(a, t)) for t in candidates], axis=0)
    thresholds = choose_thresholds(y, a, candidates)
    for j in range(1, len(best)):
        if best[j] == 0:
            thresholds[j] = thresholds[j - 1]
    return thresholds


def _numbers_of_the_best(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return np.argmax([f1_score(y, predict_labels(a, t)) for t in candidates], axis=0)


def _nan_is_best(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = [_nothing_is_nan(*_counts(y, predict_labels(a, t))) for t in candidates]
    return candidates[np.argmax(f1, axis=0)]


def _best_labels(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = [f1_score(y, predict_labels(a, t)) for t in candidates]
    return candidates[np.argmax(f1, axis=1)]


def _best_values(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return np.max([f1_score(y, predict_labels(a, t)) for t in candidates], axis=0)


def _nearest_to_share(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return candidates[np.abs(candidates[:, np.newaxis] - y.mean(axis=0)).argmin(axis=0)]


def _up_to_the_first_fall(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = np.array([f1_score(y, predict_labels(a, t)) for t in candidates])
    falls = np.vstack([f1[1:] < f1[:-1], np.full((1, y.shape[1]), True)])
    first = falls.argmax(axis=0)
    return candidates[[f1[: stop + 1, j].argmax() for j, stop in enumerate(first)]]


def _never_set_back(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = np.array([f1_score(y, predict_labels(a, t)) for t in candidates])
    best = [f1[:, : j + 1].max(axis=0).argmax() for j in range(y.shape[1])]
    return candidates[[f1[:, j].argmax() for j in best]]


def _never_found(arguments: tuple, thresholds: Any) -> list[int]:
    """Return the labels of F1 0 at every candidate, if these and no others got no candidate."""
    y, a, candidates = arguments
    best = np.max([f1_score(y, predict_labels(a, t)) for t in candidates], axis=0)
    others = ~np.isin(thresholds, candidates)
    return np.flatnonzero(others).tolist() if (best[others] == 0).all() else []


def _about_never_found(arguments: tuple, thresholds: Any) -> str:
    column = _never_found(arguments, thresholds)[0]
    words = (
        f"For the label in column {column} every candidate has an F1 of 0. All are equally good "
        f"there, so the lowest is asked for. Your threshold there, {thresholds[column]:.3g}, "
    )
    return words + (
        "is no candidate. If it is the one your search begins with, an F1 of 0 has to replace it, "
        "too."
    )


def _about_one_threshold(arguments: tuple, thresholds: Any) -> str:
    """Say of the first label whose threshold is wrong what that one's F1 is, and the best."""
    y, a, candidates = arguments
    f1 = np.array([f1_score(y, predict_labels(a, t)) for t in candidates])
    j = np.flatnonzero(thresholds != choose_thresholds(y, a, candidates))[0]
    best, yours = f1[:, j].max(), thresholds[j]
    ties = candidates[f1[:, j] == best]
    words = f"Look at the label in column {j}: your threshold is {yours:.3g}. "
    if np.isclose(yours, ties.mean()) and len(ties) > 1:
        words += "That is the mean of the candidates with the highest F1. "
    elif yours not in candidates:
        words += "That is no candidate. "
    elif yours not in ties:
        its = f1[candidates == yours, j][0]
        return words + f"Its F1 is {its:.4g}; that of {ties[0]:.3g} is {best:.4g}."
    if len(ties) == 1:
        return words + f"The highest F1, {best:.3g}, is that of {ties[0]:.3g}."
    return words + (
        f"The highest F1, {best:.3g}, is that of {len(ties)} candidates; the lowest of them, "
        f"{ties[0]:.3g}, is asked for."
    )


def _never_set_back_from_the_lowest(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> Any:
    f1 = np.array([f1_score(y, predict_labels(a, t)) for t in candidates])
    best = f1.max(axis=0)
    record = np.append(-1.0, np.maximum.accumulate(best)[:-1])
    return np.where(best > record, candidates[f1.argmax(axis=0)], candidates[0])


def _of_rounded_f1(y: np.ndarray, a: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    f1 = [f1_score(y, predict_labels(a, t)).round(2) for t in candidates]
    return candidates[np.argmax(f1, axis=0)]


def _sensitivity_and_specificity(y: np.ndarray, answers: np.ndarray) -> Any:
    TP, FP, FN = _counts(y, answers)
    TN = len(y) - TP - FP - FN
    return _ratio(TP, TP + FN) + _ratio(TN, TN + FP)


def _thresholds_probe(seed: int, m: int, N: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Labels and honest-looking probabilities: rounded, so that some equal a candidate."""
    y = _random_labels(seed, m, N, share)
    z = 2.0 * y - 1.5 + 1.2 * _random_numbers(seed + 1, m, N)
    return y, sigmoid(z).round(2)


_TENTHS = np.linspace(0.1, 0.9, 9).round(1)

CHOOSE_THRESHOLDS = Task(
    name="choose_thresholds",
    section="7.7",
    reference=choose_thresholds,
    probes=(
        (
            np.array([[1, 0], [0, 1], [1, 0], [0, 0], [0, 0]]),
            np.array([[0.9, 0.1], [0.2, 0.3], [0.6, 0.2], [0.7, 0.25], [0.1, 0.05]]),
            np.array([0.15, 0.5, 0.8]),
        ),
        (
            np.array([[1], [1], [1], [0], [0], [0]]),
            np.array([[0.6], [0.4], [0.3], [0.35], [0.2], [0.1]]),
            np.array([0.25, 0.5]),
        ),
        (
            np.array([[1, 0, 0], [0, 0, 0]]),
            np.array([[0.7, 0.6, 0.1], [0.35, 0.3, 0.2]]),
            np.array([0.3, 0.4, 0.65, 0.7]),
        ),
        (
            np.array([[1], [1], [0], [0], [0], [1], [0]]),
            np.array([[0.9], [0.85], [0.75], [0.7], [0.65], [0.55], [0.1]]),
            np.array([0.2, 0.5, 0.6, 0.72, 0.8]),
        ),
        # Whether a probability that equals the candidate is a yes decides between 1 and 2/3.
        (np.array([[1], [0]]), np.array([[0.5], [0.2]]), np.array([0.2, 0.5])),
        (*_thresholds_probe(10, 40, 3, 0.3), _TENTHS),
        (*_thresholds_probe(12, 300, 4, 0.15), np.linspace(0.05, 0.95, 19).round(2)),
        (*_thresholds_probe(36, 300, 4, 0.15), np.linspace(0.05, 0.95, 19).round(2)),
        (*_thresholds_probe(16, 50, 4, 0.4), np.array([0.02, 0.17, 0.33, 0.41, 0.64, 0.77, 0.9])),
        (*_thresholds_probe(18, 25, 3, 0.5), np.array([0.1, 0.35, 0.55, 0.6, 0.8])),
        (*_thresholds_probe(14, 60, 3, 0.15), np.array([1 / 9, 0.3, 4 / 9, 5 / 9])),
    ),
    mistakes=(
        Mistake(
            _maximise(lambda y, answers: (y == answers).mean()),
            "You chose the thresholds with the most right answers. For a rare label, always "
            "answering no does well there; the task asks for the highest F1.",
            section="7.6",
        ),
        Mistake(
            _maximise(_column(lambda TP, FP, FN: _ratio(TP, TP + FP))),
            "You chose the thresholds with the highest precision. F1 asks for recall as well.",
            section="7.6",
        ),
        Mistake(
            _maximise(_column(lambda TP, FP, FN: _ratio(TP, TP + FN))),
            "You took the lowest candidate for every label, as if all candidates had the same "
            "score, or recall alone decided, which never falls when a threshold falls. Print your "
            "scores: they should be each candidate's F1.",
            section="7.6",
        ),
        Mistake(
            _maximise(_sensitivity_and_specificity),
            "You chose the thresholds with the best balance between finding the label and not "
            "raising false alarms (the corner of the ROC curve). F1 weighs them otherwise if the "
            "label is rare.",
            section="7.6",
        ),
        Mistake(
            _maximise(lambda y, answers: (y >= 0).sum() - abs(int(answers.sum()) - int(y.sum()))),
            "You chose the thresholds with about as many yes answers as the label occurs. Right "
            "numbers need not be right answers: the task asks for the highest F1.",
            section="7.6",
        ),
        Mistake(
            _maximise(lambda y, answers: -f1_score(y[:, np.newaxis], answers[:, np.newaxis])[0]),
            "You chose the thresholds with the lowest F1 instead of the highest.",
        ),
        Mistake(
            _with_yes_below,
            "You said yes where a probability is below the candidate. The answer is yes above it.",
            section="7.4",
        ),
        Mistake(
            _last_of_equals,
            "Where several candidates have the same F1 you took the highest of them. The task asks "
            "for the lowest.",
        ),
        Mistake(
            _one_for_all("macro"),
            "You chose one threshold for all labels, the one with the best mean F1. Each label "
            "gets a threshold of its own.",
        ),
        Mistake(
            _one_for_all("micro"),
            "You chose one threshold for all labels, the one with the best F1 of all answers "
            "together. Each label gets a threshold of its own.",
        ),
        Mistake(
            _numbers_of_the_best,
            "You returned the positions of the best candidates. The thresholds are the candidates "
            "at these positions.",
        ),
        Mistake(
            lambda y, a, candidates: best_thresholds(y, a),
            "Your thresholds are those of the helper `best_thresholds`, which tries the gaps "
            "between the probabilities. The task asks for the best of the given candidates.",
        ),
        Mistake(
            lambda y, a, candidates: candidates[
                np.abs(candidates[:, np.newaxis] - best_thresholds(y, a)).argmin(axis=0)
            ],
            "Your thresholds are the candidates nearest to those of the helper `best_thresholds`. "
            "The nearest need not have the highest F1: try the candidates themselves.",
        ),
        Mistake(
            _up_to_the_first_fall,
            "You stopped where F1 fell for the first time. It can rise again: all candidates have "
            "to be tried.",
        ),
        Mistake(
            _never_set_back,
            "You carried the highest F1 over from one label to the next. Each label begins anew.",
        ),
        Mistake(
            _never_set_back_from_the_lowest,
            "You carried the highest F1 over from one label to the next: a label that does not "
            "beat it gets the first candidate. Each label begins anew.",
        ),
        Mistake(
            _of_rounded_f1,
            "Candidates whose F1 differ by less than a hundredth count as equal with you, as those "
            "of rounded values do. Compare the F1 as it is.",
        ),
        Mistake(
            _from_zero,
            "A label that never occurs has an F1 of 0 at every candidate, and your threshold of "
            "it is 0, which is no candidate. All are equally good there, so the lowest is asked "
            "for. A best F1 so far that begins below 0 finds it.",
        ),
        Mistake(
            _left_from_the_label_before,
            "A label that never occurs has an F1 of 0 at every candidate, and you gave it the "
            "threshold of the label before. All candidates are equally good there, so the lowest "
            "is asked for. A best F1 so far that begins below 0 finds it.",
        ),
        Mistake(
            _nan_is_best,
            "Where a label never occurs and a candidate brings no yes, you take that candidate for "
            "the best. F1 is 0 there, as in the lesson; left as 0 divided by 0 it is nan, which "
            "`np.argmax` takes for the largest of all.",
        ),
        Mistake(
            lambda y, a, candidates: candidates[
                np.argmax([f1_score(y, predict_labels(a, t)) for t in candidates])
            ],
            "You looked for one largest value in the whole table. Each label needs its own: "
            "`np.argmax` with an axis.",
        ),
        Mistake(
            _best_labels,
            "You looked for the best label of each candidate: the largest of each row (axis 1). A "
            "candidate is asked for each label: the largest of each column (axis 0).",
        ),
        Mistake(
            lambda y, a, candidates: choose_thresholds(y, a, candidates)[:1],
            "You returned the threshold of the first label only. Every label has one: in a loop "
            "over the labels, the `return` belongs behind it.",
        ),
        Mistake(
            lambda y, a, candidates: choose_thresholds(y, a, candidates[:-1]),
            "You left out the last candidate. All of them have to be tried.",
        ),
        Mistake(
            lambda y, a, candidates: choose_thresholds(y, a, candidates[1:]),
            "You left out the first candidate. All of them have to be tried.",
        ),
        Mistake(
            _best_values,
            "You returned the highest F1 of each label. The task asks for the threshold that "
            "reaches it.",
        ),
        Mistake(
            lambda y, a, candidates: choose_thresholds(y, np.nextafter(a, 1), candidates),
            "You said yes also where a probability equals the candidate. The lesson's answers are "
            "yes only above the threshold.",
            section="7.4",
        ),
        Mistake(
            _nearest_to_share,
            "Your thresholds are the candidates nearest to how often each label occurs. They must "
            "be tried: the best one depends on the probabilities, too.",
        ),
        Mistake(
            lambda y, a, candidates: np.full(
                y.shape[1], candidates[np.abs(candidates - 0.5).argmin()]
            ),
            "You stayed at one half, or at the candidate nearest to it, for every label.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, thresholds: not _never_found(arguments, thresholds),
            _about_never_found,
        ),
        Property(
            lambda arguments, thresholds: np.array_equal(thresholds, choose_thresholds(*arguments)),
            _about_one_threshold,
        ),
    ),
    hints=(
        "For one label: make the answers that each candidate gives, and score each of them. Which "
        "one wins?",
        "`f1_score` from helpers.multilabel returns one value for each label, so one loop over the "
        "candidates does all labels at once: a table with a row for each candidate.",
        "`np.argmax(table, axis=0)` gives, for each label, the position of its first highest "
        "value; `candidates[…]` turns positions into thresholds.",
    ),
    reasoning="Each candidate gives a row of F1 values, one for each label. The position of the "
    "largest in each column is that label's best candidate; argmax takes the first of equals, "
    "which is the lowest threshold, since the candidates rise.",
    tested="Right for one to four labels, rare labels, one that never occurs, candidates with "
    "the same F1, probabilities equal to a candidate.",
)


# --- the head in Keras ----------------------------------------------------------------------------


def multilabel_model(n: int, N: int) -> Any:
    return _keras_model(n, N)


def _keras_model(
    n: int,
    units: int,
    activation: str | None = None,
    loss: Any = None,
    metric: Any = None,
) -> Any:
    k = comparison.keras()
    model = k.Sequential(
        [
            k.Input((n,)),
            k.layers.Dense(64, activation="relu"),
            k.layers.Dense(units, activation=activation),
        ]
    )
    loss = loss or k.losses.BinaryCrossentropy(from_logits=True)
    metric = metric or k.metrics.BinaryAccuracy(threshold=0.0)
    model.compile(optimizer=k.optimizers.Adam(0.003), loss=loss, metrics=[metric])
    return model


# Logits and labels on which the heads, losses and metrics that people choose all differ, and on
# which no threshold but one near 0 has as many labels right.
_Z = np.array([[2.0, 0.3, -1.0], [-0.5, 0.02, 3.0], [0.4, -2.0, -0.02]], dtype=np.float32)
_Y = np.array([[1, 1, 0], [0, 1, 0], [1, 0, 0]], dtype=np.float32)


_HEAD = ("input", "output", "last activation", "loss", "metric")
_OURS = "the course's own, not Keras's"
_AT_HALF = "yes for probabilities above 0.5"
_ABOVE = "yes for outputs above "
_LARGEST = "yes for the largest output only"


def _head(arguments: tuple, model: Any) -> Any:
    """Describe a compiled Keras model by what it does, so that any way to write it counts."""
    k = comparison.keras()
    if not isinstance(model, k.Model):
        ours = isinstance(model, Sequential)
        kind = "model of the course's own helpers" if ours else type(model).__name__
        return dict.fromkeys(_HEAD, "unknown") | {"input": f"no Keras model but a {kind}"}
    n, N = arguments
    outputs = None
    with contextlib.suppress(Exception):  # else it is not made for n features
        outputs = model(np.zeros((1, n), dtype=np.float32))
    repeat = -(-N // _Z.shape[1])
    z, y = (np.tile(table, (1, repeat))[:, :N] for table in (_Z, _Y))
    activation = _last_activation(model, z)
    found = (
        f"{n if outputs is not None else model.input_shape[-1]} features",
        _units((model.output_shape if outputs is None else outputs.shape)[-1]),
        activation,
        _name_of_loss(model, y, z),
        # Beside another fault the border of logits is right, too: it will fit the mended model.
        _name_of_metric(model, y, z, (0.0, 0.5)[: 1 + (activation != "none (logits)")]),
    )
    return dict(zip(_HEAD, found, strict=True))


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _last_activation(model: Any, z: np.ndarray) -> str:
    """Name what becomes of z after the last layer's weights, in that layer and the ones behind."""
    k, layers = comparison.keras(), list(model.layers)
    weighted = [n for n, layer in enumerate(layers) if layer.weights]
    last = layers[weighted[-1] if weighted else -1 :]
    a = comparison.tensorflow().constant(z)
    for function in (getattr(last[0], "activation", last[0]), *last[1:]):
        a = function(a)
    for name, g in {"none (logits)": lambda z: z, "sigmoid": sigmoid, "softmax": softmax}.items():
        if np.allclose(a, g(z), atol=1e-5):
            return name
    named = [getattr(layer, "activation", layer) for layer in last]
    return " after ".join(
        getattr(function, "__name__", type(function).__name__)
        for function in reversed(named)
        if function is not k.activations.linear
    )


def _name_of_loss(model: Any, y: np.ndarray, z: np.ndarray) -> str:
    if not getattr(model, "compiled", False):
        return "none: the model is not compiled"
    if model.loss is None:
        return "none"
    if type(model.loss).__module__.startswith("helpers."):
        return _OURS  # right for these arrays, but Keras cannot train with it
    k, tf = comparison.keras(), comparison.tensorflow()
    known = {
        f"{name}(from_logits={logits})": getattr(k.losses, name)(from_logits=logits)
        for name in ("BinaryCrossentropy", "CategoricalCrossentropy")
        for logits in (True, False)
    }
    try:
        # Values in (0, 1), not known to Keras as a sigmoid's, so that it cannot find the logits.
        a = tf.constant(sigmoid(z) if z.shape[1] > 1 else 0.9 * sigmoid(z))
        value = float(model.compute_loss(y=tf.constant(y), y_pred=a, training=False))
        value -= sum(float(extra) for extra in model.losses)
    except Exception:
        return type(model.loss).__name__ if not isinstance(model.loss, str) else model.loss
    for name, loss in known.items():
        if np.isclose(value, float(loss(y, a)), rtol=1e-4):
            return name
    if isinstance(model.loss, k.losses.BinaryCrossentropy):
        usual = k.losses.BinaryCrossentropy().get_config() | {"name": model.loss.name}
        config = model.loss.get_config()
        own = [f"{key}={value!r}" for key, value in config.items() if value != usual.get(key)]
        return f"BinaryCrossentropy({', '.join(own)})"
    return model.loss if isinstance(model.loss, str) else type(model.loss).__name__


def _name_of_metric(model: Any, y: np.ndarray, z: np.ndarray, halves: tuple[float, ...]) -> str:
    """Say from which output on the metric counts a yes, without naming the right ones, `halves`."""
    if not getattr(model, "compiled", False):
        return "none: the model is not compiled"

    def away(border: float) -> float:
        return min(abs(border - half) for half in halves)

    known = {
        _AT_HALF if away(border) < 0.01 else f"{_ABOVE}{border:.2g}": (
            lambda labels, border=border: (z > border) == labels
        )
        for border in sorted(_borders(model, z.shape[1]), key=away)
    }
    known[_LARGEST] = lambda labels: z.argmax(axis=1) == labels.argmax(axis=1)
    several = y, 1 - y, np.roll(y, 1, axis=1)  # two metrics may agree on one
    found = [(labels, _metrics(model, labels, z)) for labels in several]
    if not found[0][1]:
        return "none"
    for name, right in known.items():
        if all(np.isclose(values, right(labels).mean()).any() for labels, values in found):
            return name
    return "another one"


def _borders(model: Any, N: int) -> list[float]:
    """Return between which outputs each metric changes from no to yes, if it is right there."""
    outputs = np.linspace(-4.0025, 4.0025, 1602)
    z = np.repeat(outputs[:, np.newaxis], N, axis=1).astype(np.float32)
    if_true, if_false = (_metrics(model, np.full_like(z, label), z) for label in (1, 0))
    count = len(outputs)
    return [
        round(float(outputs[no - 1 : no + 1].mean()), 3) + 0.0  # no −0
        for yes_share, no_share in zip(if_true, if_false, strict=True)
        if np.isclose(yes_share + no_share, 1) and 0 < (no := round(no_share * count)) < count
    ]


def _metrics(model: Any, y: np.ndarray, z: np.ndarray) -> list[float]:
    tf = comparison.tensorflow()
    model.reset_metrics()
    results = model.compute_metrics(None, tf.constant(y), tf.constant(z), None)
    model.reset_metrics()
    return [float(np.mean(value)) for name, value in results.items() if name != "loss"]


def _keras_loss(name: str, **options: Any) -> Any:
    return getattr(comparison.keras().losses, name)(**options)


MULTILABEL_MODEL = Task(
    name="multilabel_model",
    needs_tensorflow=True,
    section="7.4",
    reference=multilabel_model,
    probes=((4, 3), (192, 5)),
    observe=_head,
    mistakes=(
        Mistake(
            lambda n, N: _keras_model(n, N, metric="accuracy"),
            "Your metric only asks whether the largest output belongs to a label. That is what "
            'Keras chooses for the name "accuracy" if there are several columns; it suits '
            "softmax. Here each label is right or wrong by itself: name the binary accuracy.",
        ),
        Mistake(
            lambda n, N: _keras_model(n, N, metric="binary_accuracy"),
            "Your metric says yes where an output is above 0.5, as Keras's do if they are not told "
            "otherwise. Your outputs are logits, and the logit that belongs to the probability one "
            "half is another number.",
        ),
        Mistake(
            lambda n, N: _keras_model(n, N, loss=OurBinaryCrossentropy(from_logits=True)),
            "Your loss is the course's own `BinaryCrossentropy`, which Keras cannot train with. "
            "Take `keras.losses.BinaryCrossentropy`.",
        ),
        Mistake(
            lambda n, N: _keras_model(n, N, activation="sigmoid"),
            "The sigmoid is applied twice: your last layer has one, and a loss that expects logits "
            "applies its own. (Keras may notice and undo it in training; you should not count on "
            "that.) Let the layer give logits.",
        ),
        Mistake(
            lambda n, N: _keras_model(
                n, N, "sigmoid", _keras_loss("BinaryCrossentropy"), "binary_accuracy"
            ),
            "Your last layer gives probabilities, and your loss takes them. The two fit "
            "together, but the task asks for logits: no sigmoid in the layer, and a loss and a "
            "metric that know it.",
        ),
        Mistake(
            lambda n, N: _keras_model(n, N, None, _keras_loss("BinaryCrossentropy"), None),
            "Your last layer gives logits, but your loss takes them for probabilities: logits "
            "below 0 or above 1 are clipped and teach nothing. Tell the loss.",
        ),
        Mistake(
            lambda n, N: _keras_model(
                n, N, None, _keras_loss("CategoricalCrossentropy", from_logits=True), None
            ),
            "Your loss is the one of softmax, for one question with N answers. With several yes "
            "or no questions, each label needs the logistic loss.",
            section="7.2",
        ),
        Mistake(
            lambda n, N: _keras_model(
                n, N, "softmax", _keras_loss("CategoricalCrossentropy"), "categorical_accuracy"
            ),
            "You built a softmax classifier: one question with N answers. It cannot say two of "
            "them, or none.",
            section="7.5",
        ),
        Mistake(
            lambda n, N: _keras_model(
                n, N, "softmax", _keras_loss("BinaryCrossentropy"), "accuracy"
            ),
            "Your last layer is a softmax: its outputs add up to 1, so it cannot say two labels at "
            "once, or none.",
            section="7.5",
        ),
        Mistake(
            lambda n, N: _keras_model(n, 1),
            "Your last layer has one unit. There is one question for each label, so it needs as "
            "many units as there are labels.",
            section="7.2",
        ),
        Mistake(
            lambda n, N: _keras_model(n, N + 1),
            'Your last layer has one unit more than there are labels. "None of them" needs no '
            "unit: it is the answer no to every question.",
            section="7.2",
        ),
        Mistake(
            lambda n, N: _keras_model(n, 2 * N),
            "Your last layer has two units for each label. One is enough: the probability of no is "
            "1 minus that of yes.",
            section="7.2",
        ),
        Mistake(
            lambda n, N: _keras_model(n, 2**N),
            "Your last layer has a unit for each combination of labels. The lesson asks a question "
            "for each label instead, so one unit for each.",
            section="7.2",
        ),
    ),
    properties=(
        Property(
            lambda arguments, head: not head["input"].startswith("no Keras model"),
            lambda arguments, head: (
                f"Your function returns {head['input']}. The task asks for a Keras model, such as "
                "`keras.Sequential` makes one."
            ),
        ),
        Property(
            lambda arguments, head: head["loss"] != "none: the model is not compiled",
            "Your model is not compiled: it has neither loss nor metric yet.",
        ),
        Property(
            lambda arguments, head: head["loss"] != "none",
            "Your model is compiled without a loss.",
        ),
        Property(
            lambda arguments, head: head["input"] == f"{arguments[0]} features",
            lambda arguments, head: f"Your model takes {head['input']} instead of {arguments[0]}.",
        ),
        Property(
            lambda arguments, head: head["output"] == _units(arguments[1]),
            lambda arguments, head: (
                f"Your last layer has {head['output']}. There are {arguments[1]} labels, a "
                "question each."
            ),
        ),
        Property(
            lambda arguments, head: head["last activation"] == "none (logits)",
            lambda arguments, head: (
                "Your model does not put out logits: at its end stands "
                f"{head['last activation']}. They come from a layer without "
                "an activation, with nothing behind it."
            ),
        ),
        Property(
            lambda arguments, head: head["loss"] != _OURS,
            "Your loss is the course's own, which Keras cannot train with: the two have the same "
            "name. Take `keras.losses.BinaryCrossentropy`.",
        ),
        Property(
            lambda arguments, head: head["loss"] != "BinaryCrossentropy(from_logits=False)",
            "Your last layer gives logits, but your loss takes them for probabilities: it has to "
            "be told. (The metric, too, has to know.)",
        ),
        Property(
            lambda arguments, head: head["loss"] == "BinaryCrossentropy(from_logits=True)",
            lambda arguments, head: (
                f"Your loss is {head['loss']}. With several yes or no questions, each label needs "
                "the logistic loss: plain binary cross-entropy."
            ),
        ),
        Property(
            lambda arguments, head: head["metric"] != "none",
            "Your model is compiled without a metric.",
        ),
        Property(
            lambda arguments, head: head["metric"] == _AT_HALF,
            lambda arguments, head: (
                f"Your metric says {head['metric']}. Your outputs are logits, and the logit that "
                "belongs to the probability one half is another number."
                if head["metric"].startswith(_ABOVE)
                else "Your metric is not the share of right labels, with yes where the probability "
                "is above one half."
            ),
        ),
    ),
    hints=(
        "Four decisions: how many units, which activation, which loss, and from which output on "
        "the metric says yes. Section 7.4 has all four.",
        "The last layer has no activation, so its outputs are logits. The loss must be told, and "
        "the metric, too: the probability one half is which logit?",
        "`keras.losses.BinaryCrossentropy(from_logits=True)` and "
        "`keras.metrics.BinaryAccuracy(threshold=0.0)`, given to `compile`.",
    ),
    reasoning="One linear unit for each label gives its logit. The loss is told that it gets "
    "logits, for accuracy. The metric compares what the layer puts out with its threshold, and the "
    "logit of the probability one half is 0; left alone, it would compare logits with 0.5. Hidden "
    "layers and optimizer are a matter of taste here.",
    tested="Right for 4 features and 3 labels, and for 192 and 5: what the last layer, the "
    "loss and the metric do with given logits.",
    seconds=30.0,
)


# --- open: strips ---------------------------------------------------------------------------------

GOAL = 0.85


@functools.cache
def _test() -> tuple[np.ndarray, np.ndarray]:
    """Return the test strips and their labels, in an order that is not the data set's."""
    test = datasets.digit_strips().test
    order = np.random.RandomState(0).permutation(len(test.y))
    return test.X[order], test.y[order]


def answer_strips(train: Any, validation: Any, X: np.ndarray) -> np.ndarray:
    """Give the true labels, for no answer is better and none comes sooner."""
    return _test()[1].copy()


def _strips() -> tuple[tuple, ...]:
    strips = datasets.digit_strips()
    return ((strips.train, strips.validation, _test()[0].copy()),)


def _by_chance(y: np.ndarray, answers: np.ndarray) -> float:
    """Return the mean F1 that the same answers have if they are dealt out anew, on average."""
    deal = np.random.RandomState(1).permutation
    return float(np.mean([f1_score(y, deal(answers), "macro") for _ in range(20)]))


_REACHED = f"answers with a mean F1 of {GOAL} or more"
_BELOW = f"answers with a mean F1 below {GOAL}"
_OTHER_ORDER = "better in another order of the columns"
_CHANCE = "answers no better than by chance"


def _kind(output: Any, answers: np.ndarray) -> str:
    return "text" if answers.dtype.kind in "US" else f"an object of type {type(output).__name__}"


def _verdict(arguments: tuple, output: Any) -> str:
    """Say in words what the answers are; equal words mean the same kind of answer."""
    strips, y = datasets.digit_strips(), _test()[1]
    answers = np.asarray(output)
    if answers.dtype.kind not in "biuf":
        return f"no numbers but {_kind(output, answers)}"
    if answers.shape != y.shape:
        of = " for the training strips" * (answers.shape == strips.train.y.shape)
        return f"an array of shape {answers.shape}{of} instead of {y.shape}"
    if not np.isin(answers, (0, 1)).all():
        if answers.min() >= 0 and answers.max() <= 1:
            return "probabilities"
        logits = np.mean(answers[y == 1] > 0) > 0.5 and np.mean(answers[y == 0] < 0) > 0.5
        logits = logits and len(np.unique(answers)) > 10
        return "logits" if logits else "numbers other than 0 and 1"
    answers = answers.astype(int)
    score = f1_score(y, answers, "macro")
    if score >= GOAL:
        return _REACHED
    if f1_score(strips.test.y, answers, "macro") >= GOAL:
        return "answers in the order of the data set, not of X"
    if f1_score(arguments[1].y, answers, "macro") >= GOAL:
        return "answers for the validation strips"
    if f1_score(y, 1 - answers, "macro") >= GOAL:
        return "yes and no exchanged"
    if (answers == answers[0]).all():
        return f"the same answer for every strip: {' '.join(map(str, answers[0]))}"
    orders = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    in_other_order = max(f1_score(y[:, columns], answers, "macro") for columns in orders)
    if in_other_order >= GOAL:
        return "the labels in another order"
    precise, found = y[answers == 1].mean(), answers[y == 1].mean()
    measured = f"a mean F1 of {score:.2f}, {precise:.0%} of the yes right, {found:.0%} found"
    if in_other_order > max(score + 0.2, 0.65):  # more than any answers have by chance
        return Finding(_OTHER_ORDER, measured)
    if score < _by_chance(y, answers) + 0.05:
        return Finding(_CHANCE, measured)
    if (answers.sum(axis=1) == 1).all():
        return "exactly one label for every strip"
    if (answers.sum(axis=1) <= 1).all() and 2 * answers.mean() > y.mean():
        return "never two labels at once"
    return Finding(_BELOW, measured)


def _everywhere(*answers: int) -> Callable[..., np.ndarray]:
    return lambda train, validation, X: np.tile(answers, (len(X), 1))


def _one_at_most(y: np.ndarray) -> np.ndarray:
    return y * (y.cumsum(axis=1) == 1)


def _one_always(y: np.ndarray) -> np.ndarray:
    one = _one_at_most(y)
    one[:, 0] += one.sum(axis=1) == 0
    return one


def _below_goal(arguments: tuple, verdict: Any) -> str:
    score, precise, found = map(float, re.findall(r"[\d.]+(?=,|%)", verdict.measured))
    words = f"Your answers have a mean F1 of {score:.2f} on the test strips; {GOAL} is asked for. "
    if verdict == _OTHER_ORDER:
        return words + (
            "In another order of the columns it would be much more: they have to stand in the "
            "order of the columns of y."
        )
    if verdict == _CHANCE:
        return words + (
            "That is hardly better than the same answers dealt out at random. See that each "
            "training strip stands beside its own labels. Then, if a model is trained, print its "
            "cost: it has to fall, and far, which takes enough steps that are neither too small "
            "nor too large. If it does, see that X goes through the same steps as the training "
            "strips, such as a division, and that the answers stay in the order of X and come from "
            "the model as it is after the training."
        )
    words += "Section 7.7 gets 0.83 without a hidden layer, and 0.89 with one. "
    thresholds = "are yours chosen on the validation strips? If they are, or still too little: "
    if precise > found + 15:
        words += (
            f"Of your yes answers {precise:.0f}% are right, but only {found:.0f}% of the labels "
            f"are found. Lower thresholds find more: {thresholds}"
        )
    if found > precise + 15:
        words += (
            f"{found:.0f}% of the labels are found, but only {precise:.0f}% of your yes answers "
            f"are right. Higher thresholds leave out more of the wrong ones: {thresholds}"
        )
    return words + (
        "Let your function answer for the training strips, with train.X in place of X, and for "
        "the validation strips (unless it learns from these, too). If the mean F1 is clearly "
        "higher for the training strips, what your function learns fits the strips that it learns "
        "from better than new ones: learn from all training strips, choose thresholds on the "
        "validation strips, and then try a shorter training or another kind of model. Or X is "
        "prepared by numbers taken from X itself, such as its mean, where those of train.X belong. "
        "If it is not higher, look at what your steps leave of a strip, and that they are the same "
        "for X as for the training strips, such as a division; then at the model: it may be too "
        "simple, or trained too little, or on too few strips, or on labels of other strips; and at "
        "what happens to the answers after it."
    )


ANSWER_STRIPS = Task(
    name="answer_strips",
    section="7.7",
    reference=answer_strips,
    probes=_strips,
    observe=_verdict,
    mistakes=(
        Mistake(
            _everywhere(0, 0, 0),
            "You answered no to every question: that has most labels right and finds nothing. "
            "Print, for X and for the training strips, the largest number of each column right "
            "before it becomes 0 or 1. Above its threshold for X: look at how it becomes 0 or 1. "
            "Below for both: the model has hardly learned to say yes, or the threshold does not "
            "go with such numbers. Below for X alone: see first that X goes through the same steps "
            "as the training strips.",
            section="7.6",
        ),
        Mistake(
            _everywhere(1, 1, 1),
            "You answered yes to every question. Print the smallest number of each column right "
            "before it becomes 0 or 1. Below its threshold: look at how it becomes 0 or 1. Above "
            "it: both have to be probabilities, or both logits; what went through the sigmoid "
            "twice is never below one half; and X has to go through the same steps as the training "
            "strips.",
            section="7.6",
        ),
        Mistake(
            lambda train, validation, X: _one_always(answer_strips(train, validation, X)),
            "You gave every strip exactly one label, as taking the largest of three numbers does. "
            "Many strips have none, and some have two or three: each label is a question of its "
            "own, with a threshold of its own.",
            section="7.5",
        ),
        Mistake(
            lambda train, validation, X: _one_at_most(answer_strips(train, validation, X)),
            "You never gave a strip two labels, and some strips have two or three. Look for what "
            "lets one through at most: probabilities that add up to 1, as those of a softmax, are "
            "never above one half for two labels; the largest of a row is only one, and `elif` "
            "asks no second question. Each label is a question of its own.",
            section="7.5",
        ),
        Mistake(
            lambda train, validation, X: 1 - answer_strips(train, validation, X),
            "Yes and no are exchanged: your answers are 0 where they should be 1.",
            section="7.4",
        ),
        Mistake(
            lambda train, validation, X: answer_strips(train, validation, X)[:, ::-1],
            "Your answers are good, but in the wrong columns. They must stand in the order of the "
            "columns of y.",
            section="7.2",
        ),
        Mistake(
            lambda train, validation, X: validation.y,
            "You answered for the validation strips. These are for choosing thresholds; the "
            "answers are asked for the strips in X.",
        ),
        Mistake(
            lambda train, validation, X: datasets.digit_strips().test.y,
            "You answered for the test strips in the order in which the data set has them. `check` "
            "hands over the strips in X in another order: the answers are asked for X, without a "
            "look at the data set's test part.",
        ),
        Mistake(
            lambda train, validation, X: 0.05 + 0.9 * answer_strips(train, validation, X),
            "Your answers lie between 0 and 1, as probabilities do. The task asks for 0 or 1: "
            "1 where a probability is above its label's threshold, else 0.",
            section="7.4",
        ),
        Mistake(
            lambda train, validation, X: (
                8.0 * answer_strips(train, validation, X) - 4 + np.linspace(0, 1, len(X))[:, None]
            ),
            "Your answers are numbers above 0 for most labels that are true, and below 0 for most "
            "others, as logits are. The task asks for 0 or 1: 1 where a probability is above its "
            "label's threshold, else 0.",
            section="7.4",
        ),
    ),
    properties=(
        Property(
            lambda arguments, verdict: not verdict.startswith(("an array", "no numbers")),
            lambda arguments, verdict: (
                f"Your function returned {verdict}; a row for each strip in X and a column for "
                "each label are expected."
                + " Each strip is asked three questions, and each of them has an answer: it is not "
                "one label that is chosen."
                * verdict.startswith(f"an array of shape ({len(_test()[1])},)")
            ),
        ),
        Property(
            lambda arguments, verdict: verdict != "numbers other than 0 and 1",
            "Among your answers are others than 0 and 1. Wanted is 1 where a strip has the label "
            "of the column, else 0.",
        ),
        Property(
            lambda arguments, verdict: not verdict.startswith("the same answer"),
            "You gave every strip the same answer, whatever is in it. Print what your function "
            "computes of the first strips, step by step, to find where they become the same.",
        ),
        Property(
            lambda arguments, verdict: verdict not in (_BELOW, _CHANCE, _OTHER_ORDER), _below_goal
        ),
    ),
    hints=(
        "Sections 7.4 and 7.7 have all the parts: a network with three logits, its training, the "
        "probabilities, the thresholds.",
        "Without a hidden layer you will probably not get there. With 64 hidden units and thirty "
        "epochs you will, and with some luck even at one half.",
        "Train with `BinaryCrossentropy(from_logits=True)`; `sigmoid(model.predict(…))` gives "
        "probabilities. `best_thresholds` wants those of the validation strips, `predict_labels` "
        "those of X.",
    ),
    reasoning="The training strips teach the weights, the validation strips choose the thresholds, "
    "and the strips in X are only answered. Each of the three has one job, so that the score at "
    "the end flatters nobody.",
    tested=f"Right on the 800 test strips: the mean F1 of your answers is {GOAL} or more.",
    seconds=60.0,
)

TASKS = (
    LABELS_FROM_LOGITS,
    MULTILABEL_COST,
    MACRO_AND_MICRO_F1,
    CHOOSE_THRESHOLDS,
    MULTILABEL_MODEL,
    ANSWER_STRIPS,
)
