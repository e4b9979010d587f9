"""The tasks of lesson 4: the softmax cost, its gradient, and how to check one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers import datasets
from helpers.activations import sigmoid
from helpers.checks._task import Mistake, Property, Task
from helpers.losses import (
    binary_crossentropy,
    one_hot,
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_gradient,
)
from helpers.softmax import log_softmax, softmax

LESSON = "04_softmax_cost"

# Said of numbers that are off by less than 0.1%: the formula is right, something came on top.
NEARLY = (
    "Your result is within 0.1% of the right one, but the last digits are not right. Look for what "
    "changes so little, such as a small number that is added, a constant typed with few digits, "
    "something rounded or clipped, or single precision (float32)."
)

# The data set of sections 4.3 to 4.7: six examples, three features, four classes.
X = np.array(
    [
        [0.5, -1.2, 0.3],
        [1.1, 0.4, -0.7],
        [-0.6, 0.9, 1.5],
        [0.2, 1.3, -0.4],
        [-1.4, -0.3, 0.8],
        [0.9, -0.5, -1.1],
    ]
)
y = np.array([2, 0, 3, 1, 0, 2])
W = np.array([[0.8, -0.5, 0.1, 0.3], [-0.4, 0.7, -0.9, 0.2], [0.6, -0.1, 0.4, -0.8]])
b = np.array([0.1, -0.2, 0.0, 0.3])
Z = X @ W + b

_rng = np.random.default_rng(4)
_MANY_Y, _MANY_Z = _rng.integers(0, 10, 40), _rng.normal(0, 2, (40, 10))
# Two examples, three classes: small enough to calculate by hand, and no two mistakes agree on it.
_FEW_Y, _FEW_Z = np.array([2, 1]), np.array([[1.0, 0.2, 0.5], [2.0, 0.3, -1.0]])
_TIE_Y, _TIE_Z = np.array([0, 2, 2, 1]), np.zeros((4, 3))
_PAIR_Y, _PAIR_Z = np.array([1, 0, 1]), np.array([[-1.0, 1.0], [0.5, 0.25], [3.0, -2.0]])
# As many examples as classes, so that exchanging them raises nothing; three classes do not occur.
_GAPS_Y, _GAPS_Z = np.array([0, 2, 0, 0, 2]), _rng.normal(0, 1, (5, 5)).round(2)


def _given_to_truth(y: np.ndarray, A: np.ndarray) -> np.ndarray:
    return A[np.arange(len(y)), y]


def _terms_of_all_classes(y: np.ndarray, A: np.ndarray) -> float:
    """The sum of the logistic losses of all classes, each asked by itself."""
    Y = one_hot(y, A.shape[1])
    return -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum()


# --- 4.2 ------------------------------------------------------------------------------------------


def _logistic_loss(y: np.ndarray, a: np.ndarray) -> np.ndarray:
    return binary_crossentropy(y[:, np.newaxis], a[:, np.newaxis])


def right_by_label(y: np.ndarray, loss: np.ndarray, right: np.ndarray) -> int | None:
    """Return the label whose losses are all right, where the other's are not; None if neither."""
    wrong = ~np.isclose(loss, right, rtol=1e-6)
    labels = {int(label) for label in y[wrong]}
    others = {int(label) for label in y[~wrong]} - labels
    return others.pop() if wrong.shape == y.shape and len(labels) == len(others) == 1 else None


def _half_right(arguments: tuple, loss: np.ndarray) -> int | None:
    return right_by_label(arguments[0], loss, _logistic_loss(*arguments))


LOGISTIC_LOSS = Task(
    name="logistic_loss",
    section="4.2",
    reference=_logistic_loss,
    probes=(
        (np.array([1, 0, 0]), np.array([0.8, 0.3, 0.6])),
        (np.array([0]), np.array([0.9])),
        (np.array([1, 0, 1, 0, 1]), np.array([0.90, 0.20, 0.60, 0.05, 0.03])),
        (np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.001, 0.001, 0.999, 0.999])),
        (np.array([0, 1]), np.array([0.5, 0.5])),
        (np.array([1, 0, 0]), np.array([0.75, 0.125, 0.6], dtype=np.float32)),
        (_rng.integers(0, 2, 50), _rng.uniform(0.05, 0.95, 50)),
    ),
    mistakes=(
        Mistake(
            lambda y, a: y * np.log(a) + (1 - y) * np.log(1 - a),
            "Your losses are below zero: they have the wrong sign. The logarithm of a probability "
            "is never positive; a minus in front of each term makes it a loss.",
        ),
        Mistake(
            lambda y, a: -y * np.log(a) + (1 - y) * np.log(1 - a),
            "Your examples with y = 0 get a loss below zero: the second term of the loss, the one "
            "that is switched on by 1 − y, has the wrong sign. Both terms carry a minus.",
        ),
        Mistake(
            lambda y, a: y * np.log(a) - (1 - y) * np.log(1 - a),
            "Your examples with y = 1 get a loss below zero: the first term of the loss, the one "
            "that is switched on by y, has the wrong sign. Both terms carry a minus.",
        ),
        Mistake(
            lambda y, a: -y * np.log(a),
            "Your examples with y = 0 cost nothing: the second term of the loss, the one that is "
            "switched on by 1 − y, is missing.",
        ),
        Mistake(
            lambda y, a: -(1 - y) * np.log(1 - a),
            "Your examples with y = 1 cost nothing: the first term of the loss, the one that is "
            "switched on by y, is missing.",
        ),
        Mistake(
            lambda y, a: -(1 - y) * np.log(a) - y * np.log(1 - a),
            "Your losses are those of the other label: minus the logarithm of the probability of "
            "what did not happen. If y is 1, a is the probability of what did; if y is 0, 1 − a.",
        ),
        Mistake(
            lambda y, a: -np.log(a),
            "You took the loss for y = 1 for every example. If y = 0, what happened was given the "
            "probability 1 − a.",
        ),
        Mistake(
            lambda y, a: -y * np.log(a) - (1 - y) * (1 - np.log(a)),
            "Your second term subtracts a logarithm from 1. It should be the other way round: "
            "first 1 − a, then its logarithm.",
        ),
        Mistake(
            lambda y, a: -y * np.log(a) - (1 - y) * np.log(1 + a),
            "Your second term takes the logarithm of 1 + a. The probability that y is 0 is 1 − a.",
        ),
        Mistake(
            lambda y, a: -y * np.log(a) - 1 - y * np.log(1 - a),
            "A pair of parentheses is missing: the second term multiplies all of 1 − y by its "
            "logarithm, and Python multiplies before it subtracts.",
        ),
        Mistake(
            lambda y, a: _logistic_loss(y, a) / len(y),
            "You divided each loss by m. The division by m belongs to the cost J, the average of "
            "the losses.",
        ),
        Mistake(
            lambda y, a: (y - a) ** 2,
            "You computed the squared error. The logistic loss is minus the logarithm of the "
            "probability given to what happened.",
        ),
        Mistake(
            lambda y, a: _logistic_loss(y, sigmoid(a)),
            "Your result is the loss of sigmoid(a): a is taken for a logit. It holds probabilities "
            "already.",
        ),
        Mistake(
            lambda y, a: np.abs(y - a),
            "Your losses are |y − a|, which is 1 minus the probability given to what happened. The "
            "logarithm is missing: the logistic loss is minus the logarithm of that probability.",
            "4.2",
        ),
        Mistake(
            lambda y, a: _logistic_loss(y, a).astype(y.dtype),
            "Your losses are cut to whole numbers. An array made like y holds integers, as y does, "
            "and cannot store anything between them: make the array of the losses one of floats.",
        ),
        Mistake(
            lambda y, a: _logistic_loss(y, a)[:1],
            "Only the first loss comes back, in an array of one number, as from a `return` inside "
            "a loop, which ends the loop in its first turn. All m losses are asked for.",
        ),
        Mistake(
            lambda y, a: -a * np.log(y) - (1 - a) * np.log(1 - y),
            "Your losses are all infinite, as the logarithms of labels are: log 0. Only the "
            "probabilities, a and 1 − a, belong into the logarithms. (Of the two arguments, the "
            "labels y come first, then the probabilities a.)",
        ),
    ),
    hints=(
        "What probability did the model give to what happened, if y is 1? And if y is 0?",
        "Use y as a switch: the sum of two terms, one multiplied by y and the other by 1 − y. For "
        "every example one of them is zero.",
        "Both terms are minus a natural logarithm: of a in the first, of 1 − a in the second.",
    ),
    reasoning="A loss is minus the logarithm of the probability given to what happened: a if y = "
    "1, 1 − a if y = 0. Since y is 0 or 1, multiplying by y and by 1 − y switches one of the two "
    "terms off, so that one line covers both cases, for all examples at once.",
    tested="Right for 7 inputs: the five examples of the lesson, a single one, fifty, labels as "
    "floats, probabilities from 0.001 to 0.999, and float32.",
    properties=(
        Property(
            lambda arguments, loss: bool(np.isfinite(loss).all()),
            "A loss of yours is nan or infinite. The right one never is: only a and 1 − a belong "
            "into the logarithms, and both lie between 0 and 1. Print what is inside each of your "
            "logarithms.",
        ),
        Property(
            lambda arguments, loss: not np.allclose(loss, _logistic_loss(*arguments), rtol=1e-3),
            NEARLY,
        ),
        Property(
            lambda arguments, loss: _half_right(arguments, loss) is None,
            lambda arguments, loss: (
                "Here the losses with y = 1 are right, those with y = 0 are not: there it is minus "
                "the logarithm of 1 − a."
                if _half_right(arguments, loss)
                else "Here the losses with y = 0 are right, those with y = 1 are not: there it is "
                "minus the logarithm of a."
            ),
        ),
        Property(
            lambda arguments, loss: bool((np.asarray(loss) >= 0).all()),
            "Some of your losses are below zero. Minus the logarithm of a probability never is.",
        ),
    ),
)


# --- 4.3 ------------------------------------------------------------------------------------------


def _double_sum_cost(y: np.ndarray, Z: np.ndarray) -> float:
    return sparse_categorical_crossentropy(y, Z, from_logits=True).mean()


def _double_sum_mistake(y: np.ndarray, log_a: np.ndarray) -> float:
    """The double sum, with a wrong logarithm of the probabilities in it."""
    return -_given_to_truth(y, log_a).sum() / len(y)


def _over(y: np.ndarray, Z: np.ndarray, denominators: np.ndarray) -> float:
    """The double sum, with a wrong denominator for each example."""
    return -(_given_to_truth(y, Z) - np.log(denominators)).mean()


def _skipping(
    y: np.ndarray,
    Z: np.ndarray,
    first_example: bool = False,
    last_example: bool = False,
    first_class: bool = False,
    last_class: bool = False,
) -> float:
    counts = np.ones(len(y))
    counts[0] *= not first_example
    counts[-1] *= not last_example
    counts[y == 0] *= not first_class
    counts[y == Z.shape[1] - 1] *= not last_class
    return (counts * sparse_categorical_crossentropy(y, Z, from_logits=True)).sum() / len(y)


def _counted(arguments: tuple, cost: float) -> tuple[int, ...] | None:
    """Return the only examples whose losses make up the cost; None where that is not certain."""
    losses = sparse_categorical_crossentropy(*arguments, from_logits=True)
    m = len(losses)
    if m > 6:
        return None
    some = [s for count in range(m) for s in itertools.combinations(range(m), count)]
    found = [s for s in some if np.isclose(losses[list(s)].sum(), cost * m, rtol=1e-9)]
    return found[0] if len(found) == 1 else None


def _say_counted(arguments: tuple, cost: float) -> str:
    counted = _counted(arguments, cost)
    if not counted:
        return (
            "Your cost is 0 here, which the right one never is. In each row i there is a class j "
            "with y[i] == j, whichever that is, and its term counts: minus the logarithm of a "
            "fraction below 1."
        )
    missing = next(i for i in range(len(arguments[0])) if i not in counted)
    return (
        "Not all examples count in your cost. It is what these give, counted from 0, divided by m: "
        f"{', '.join(map(str, counted))}. Number {missing}, whose label is "
        f"{arguments[0][missing]}, has added nothing."
    )


DOUBLE_SUM_COST = Task(
    name="double_sum_cost",
    section="4.3",
    reference=_double_sum_cost,
    probes=(
        (_FEW_Y, _FEW_Z),
        (np.array([1]), np.array([[1.0, 2.0, 0.5, -1.0]])),
        (_PAIR_Y, _PAIR_Z),
        (y, Z),
        (_TIE_Y, _TIE_Z),
        (_GAPS_Y, _GAPS_Z),
        (_MANY_Y, _MANY_Z),
    ),
    mistakes=(
        Mistake(
            lambda y, Z: np.log(Z.shape[1]),
            "Your cost is ln N for any logits, as if all classes were equally likely. The notes' "
            "slip does this: the inner sum must run over all classes k, with the exponential of "
            "each z of index k in it, and not N times the same one.",
        ),
        Mistake(
            lambda y, Z: _double_sum_cost(y, Z) / Z.shape[1],
            "You divided by the number of classes, too. The average is taken over the m examples "
            "alone; of the N terms of an example the indicator leaves only one.",
        ),
        Mistake(
            lambda y, Z: _double_sum_cost(y, Z) * len(y) / Z.shape[1],
            "You divided by the number of classes N where the number of examples m belongs.",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(y, np.log(softmax(Z, axis=0))),
            "Your denominator adds up exponentials over the examples (down a column). Softmax "
            "divides by the sum over the classes of the same example (along its row).",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(y, Z - np.log(np.exp(Z).sum())),
            "Your denominator adds up the exponentials of all examples. Each example has a "
            "denominator of its own: the sum over its own row.",
        ),
        Mistake(
            lambda y, Z: -(Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))).sum() / len(y),
            "The indicator is missing: you added the logarithms of all classes. Only the class "
            "that is the example's label counts.",
        ),
        Mistake(
            lambda y, Z: -np.where(y > 0, np.log(softmax(Z))[np.arange(len(y)), y - 1], 0).mean(),
            "Your classes run from 1 to N, as in the notes. In code they run from 0 to N − 1, so "
            "you looked one class too low, and label 0 never counted.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(y, softmax(Z)),
            "There is no logarithm in your sum: you averaged the probabilities themselves. Each "
            "term is the logarithm of the fraction.",
            "4.2",
        ),
        Mistake(
            lambda y, Z: -_given_to_truth(y, Z).mean(),
            "You averaged the logits of the true classes. What is missing is the denominator of "
            "softmax: the logarithm of the sum of the exponentials over all classes.",
        ),
        Mistake(
            lambda y, Z: (np.log(np.exp(Z).sum(axis=1))).mean(),
            "You averaged the logarithm of the denominator alone. The numerator is missing: the "
            "exponential of the true class's logit.",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(y, np.log(Z / Z.sum(axis=1, keepdims=True))),
            "You divided the logits by their sum and left out the exponentials. Softmax divides "
            "exponentials.",
        ),
        Mistake(
            lambda y, Z: _terms_of_all_classes(y, softmax(Z)) / len(y),
            "You added a term for each wrong class: the logistic loss of every class. The "
            "cross-entropy of softmax has one term per example, that of the true class.",
        ),
        Mistake(
            lambda y, Z: -np.log(softmax(Z))[-1, y[-1]] / len(y),
            "Only the last example counts in your total: what the others gave is gone. The total "
            "is 0 before the first example, and each example adds to it.",
        ),
        Mistake(
            lambda y, Z: -np.log(softmax(Z))[-1, y[-1]],
            "Your cost is the loss of the last example alone. The total is 0 before the first "
            "example, each example adds to it, and at the end it is divided by m.",
        ),
        Mistake(
            lambda y, Z: _skipping(y, Z, first_example=True),
            "Your first example does not count. The first row has the index 0, so the examples run "
            "from 0 to m − 1.",
        ),
        Mistake(
            lambda y, Z: _skipping(y, Z, last_example=True),
            "Your last example does not count. range(m) runs from 0 to m − 1 already.",
        ),
        Mistake(
            lambda y, Z: _double_sum_cost(y, Z[:, : y.max() + 1]),
            "Your classes end with the largest label that occurs, so the denominator leaves out "
            "those after it. N is the number of columns of Z, whatever labels occur.",
        ),
        Mistake(
            lambda y, Z: _skipping(y, Z, last_class=True),
            "Examples of the last class cost nothing: your classes end one too early. range(N) "
            "runs from 0 to N − 1 already.",
        ),
        Mistake(
            lambda y, Z: -np.log(_given_to_truth(y, softmax(Z)).mean()),
            "You averaged the probabilities and then took the logarithm. First the logarithm of "
            "each example's fraction, then the average: the order matters.",
        ),
        Mistake(
            lambda y, Z: -np.log(_given_to_truth(y, softmax(Z) / (1 - softmax(Z)))).mean(),
            "Your denominator leaves out the true class. The inner sum runs over all N classes, "
            "k = j included.",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(y, Z - np.log(np.cumsum(np.exp(Z), axis=1))),
            "Your denominator holds only the classes up to the true one. It is the sum over the "
            "whole row, complete before the fraction is taken.",
        ),
        Mistake(
            lambda y, Z: -((1 - one_hot(y, Z.shape[1])) * np.log(softmax(Z))).sum() / len(y),
            "Your indicator is the wrong way round: you added the logarithms of all classes but "
            "the true one.",
        ),
        Mistake(
            lambda y, Z: _double_sum_cost(y, Z) - np.log(Z.shape[1]),
            "Your cost is too small by ln N, as the mean of the row's exponentials in the "
            "denominator makes it. The denominator is their sum.",
        ),
        Mistake(
            lambda y, Z: _over(y, Z, 1 + np.exp(Z).sum(axis=1)),
            "There is a 1 too many in your denominator, as in that of the sigmoid, or in a sum "
            "that starts at 1. Softmax divides by the sum of the row's exponentials alone.",
        ),
        Mistake(
            lambda y, Z: _over(y, Z, np.exp(Z.max(axis=1))),
            "Your denominator is the largest exponential of the row alone. It is the sum of all of "
            "them.",
        ),
        Mistake(
            lambda y, Z: _over(y, Z, 1 + np.exp(_given_to_truth(y, Z))),
            "You took the sigmoid of the true class's logit, so that the other logits do not "
            "count. Softmax divides by the sum of all the row's exponentials.",
        ),
        Mistake(
            lambda y, Z: _over(y, Z, np.exp(Z[:, 1:]).sum(axis=1)),
            "Your denominator leaves out class 0. The inner sum starts there: k runs from 0 to "
            "N − 1.",
        ),
        Mistake(
            lambda y, Z: _over(y, Z, np.exp(Z[:, :-1]).sum(axis=1)),
            "Your denominator leaves out the last class: the inner sum ends too early. range(N) "
            "runs from 0 to N − 1 already.",
        ),
        Mistake(
            lambda y, Z: _over(y, Z, np.exp(Z.sum(axis=1))),
            "Your denominator is the exponential of the sum of the logits. First the exponential "
            "of each logit, then the sum.",
        ),
        Mistake(
            lambda y, Z: _double_sum_cost(y, Z) + Z.max(axis=1).mean(),
            "Your cost is too large by the average of the largest logits, as if they were "
            "subtracted in the numerator alone. Subtract them in both exponentials, or in neither.",
        ),
        Mistake(
            lambda y, Z: _double_sum_cost(y, Z) - Z.max(axis=1).mean(),
            "Your cost is too small by the average of the largest logits, as if they were "
            "subtracted in the denominator alone. Subtract them in both exponentials, or in "
            "neither.",
        ),
        Mistake(
            lambda y, Z: -np.log(softmax(Z).max(axis=1)).mean(),
            "You took the probability of the likeliest class. What counts is the probability of "
            "the true class, however small it is.",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(y - 1, np.log(softmax(Z))),
            "You used the class below each label. Labels already run from 0 to N − 1; there is "
            "nothing to subtract, and −1 quietly means the last class.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: -(_given_to_truth(y, Z) / np.exp(Z).sum(axis=1)).mean(),
            "Your terms are the logit itself, which is the logarithm of the numerator, divided by "
            "the sum of the exponentials. The logarithm is that of the whole fraction.",
        ),
        Mistake(
            lambda y, Z: -(_given_to_truth(y, Z) / np.log(np.exp(Z).sum(axis=1))).mean(),
            "You divided one logarithm by the other. The logarithm of a fraction is the logarithm "
            "of the numerator minus that of the denominator.",
        ),
        Mistake(
            lambda y, Z: -np.log(_given_to_truth(y, Z) / np.exp(Z).sum(axis=1)).mean(),
            "Your numerator is the logit itself. It is the exponential of the logit.",
        ),
        Mistake(
            lambda y, Z: -np.log(_given_to_truth(y, np.exp(Z)) / Z.sum(axis=1)).mean(),
            "Your denominator adds up the logits themselves. It is the sum of their exponentials.",
        ),
        Mistake(
            lambda y, Z: -np.log(_given_to_truth(y, Z)).mean(),
            "You took the logarithm of the logits. Softmax comes first: the exponential of the "
            "logit, divided by the sum of all the row's exponentials.",
        ),
        Mistake(
            lambda y, Z: -np.log(softmax(Z))[0, y[0]] / len(y),
            "Only your first example counts, as if the function returned before it has seen the "
            "others. A `return` inside a loop ends the loop in its first turn: indent it as far as "
            "the outermost `for`.",
        ),
        Mistake(
            lambda y, Z: _skipping(y, Z) - _skipping(y, Z, first_class=True),
            "Only examples of class 0 count in your cost, as if the loop over the classes ended in "
            "its first turn. It must reach the class j that is y[i], whatever comes before.",
        ),
        Mistake(
            lambda y, Z: _skipping(y, Z, first_class=True),
            "Examples of class 0 cost nothing. Labels, and so the classes, run from 0 to N − 1.",
        ),
        Mistake(
            lambda y, Z: _double_sum_mistake(
                y, Z - np.log(np.cumsum(np.exp(Z).sum(axis=1)))[:, np.newaxis]
            ),
            "Your denominator grows from example to example: it is never set back to 0. Each "
            "example has a denominator of its own, so its sum starts inside the outer loop.",
        ),
        Mistake(
            lambda y, Z: -np.log(one_hot(y, Z.shape[1]) * softmax(Z)).sum() / len(y),
            "Your cost is always infinite: the logarithm of 0 is taken in it. Only the fraction "
            "belongs into the logarithm, and that is above 0. The indicator belongs in front of "
            "the logarithm, where it throws the whole term away.",
        ),
    ),
    hints=(
        "Write the formula symbol by symbol, from the outside to the inside: one loop for each of "
        "the two outer sums.",
        "The indicator is an if. The inner sum runs over k: it is the sum of the exponentials of "
        "the whole row i, whatever j is.",
        "Start with total = 0.0; where y[i] == j, add the logarithm of np.exp(Z[i, j]) divided by "
        "np.sum(np.exp(Z[i])). At the end, minus the total divided by m.",
    ),
    reasoning="This is the formula of section 4.3 as it stands: the outer sum over the examples i, "
    "the next over the classes j, the indicator as an if, and a third sum over k hidden in np.sum. "
    "The indicator throws away all terms but one per row, so shorter codings exist; this one can "
    "be held against the paper, symbol by symbol.",
    tested="Right for 7 inputs: one example, two classes, the lesson's six, equal logits, labels "
    "that leave classes out, and forty examples of ten classes.",
    properties=(
        Property(
            lambda arguments, cost: bool(np.isfinite(cost)),
            "Your cost is nan or infinite. The right one is not: numerator and denominator of the "
            "fraction are made of exponentials, which are all above 0. Print what is inside your "
            "logarithm.",
        ),
        Property(lambda arguments, cost: _counted(arguments, cost) is None, _say_counted),
        Property(
            lambda arguments, cost: _elements(softmax(arguments[1]), float(cost)) is None,
            lambda arguments, cost: (
                "Your cost is made of the logarithms of these elements of softmax(Z): "
                f"{_listed(_elements(softmax(arguments[1]), float(cost)))}. The right one is made "
                f"of {_listed(_elements_of_truth(arguments[0]))}: in each row, of the column that "
                "its label names."
            ),
        ),
        Property(
            lambda arguments, cost: bool(np.asarray(cost) >= 0),
            "Your cost is below zero. Minus the logarithm of a probability never is.",
        ),
        Property(
            lambda arguments, cost: not np.isclose(cost, _double_sum_cost(*arguments), rtol=1e-3),
            NEARLY,
        ),
    ),
)


# --- 4.3 and 4.4 ----------------------------------------------------------------------------------


def _cost_in_two_codings(y: np.ndarray, A: np.ndarray) -> tuple[float, float]:
    cost = sparse_categorical_crossentropy(y, A).mean()
    return cost, cost


def _cost(y: np.ndarray, A: np.ndarray) -> float:
    return _cost_in_two_codings(y, A)[0]


Coding = Callable[[np.ndarray, np.ndarray], float]

# What goes wrong in either coding, in the one-hot coding, and in the fancy index; with words.
_SHARED_SLIPS: tuple[tuple[Coding, str], ...] = (
    (
        lambda y, A: _cost(y, A) / A.shape[1],
        "The cost is divided by N, the number of classes, too, as in an average over all m · N "
        "elements. The average is taken over the m examples alone.",
    ),
    (
        lambda y, A: _cost(y, A) * len(y) / A.shape[1],
        "You divided by the number of classes N where the number of examples m belongs. (Adding up "
        "the examples and averaging over the classes does that, too.)",
    ),
    (
        lambda y, A: -np.log(_given_to_truth(y, A).mean()),
        "You averaged the probabilities and then took the logarithm. First the logarithm of each "
        "example's probability, then the average: the order matters.",
    ),
    (
        lambda y, A: -np.log(_given_to_truth(y, A).sum()),
        "You added up the probabilities and then took the logarithm. First the logarithm of each "
        "example's probability, then the average: the order matters.",
    ),
    (
        lambda y, A: -_given_to_truth(y, A).mean(),
        "There is no logarithm: you averaged the probabilities of the true classes themselves.",
    ),
    (
        lambda y, A: -np.log(A).sum() / len(y),
        "You added the logarithms of all classes. Only the true class of each example counts. (A "
        "matrix product of Y and log A adds all of them, too; an elementwise one does not.)",
    ),
    (
        lambda y, A: _cost(y, softmax(A)),
        "The cost is that of softmax(A): A is taken for logits, and holds probabilities already.",
    ),
    (
        lambda y, A: -np.log(A.max(axis=1)).mean(),
        "You took the probability of the likeliest class. What counts is the probability of the "
        "true class, however small it is.",
    ),
    (
        lambda y, A: -np.log(A[np.arange(len(y)), y - 1]).mean(),
        "You used the class below each label. Labels already run from 0 to N − 1; there is nothing "
        "to subtract, and −1 quietly means the last class.",
    ),
)
_ONE_HOT_SLIPS: tuple[tuple[Coding, str], ...] = (
    *_SHARED_SLIPS,
    (
        lambda y, A: -(np.log(_given_to_truth(y, A)) * (y > 0)).mean(),
        "Examples of class 0 cost nothing: their rows of Y have no 1. Labels, and so the columns "
        "of Y, run from 0 to N − 1.",
    ),
    (
        lambda y, A: -(np.log(_given_to_truth(y, A)) * (y < A.shape[1] - 1)).mean(),
        "Examples of the last class cost nothing: their rows of Y have no 1. range(N) runs from 0 "
        "to N − 1 already.",
    ),
    (
        lambda y, A: np.mean(
            -(one_hot(y, A.shape[1]) * np.log(A)).sum(axis=0) / one_hot(y, A.shape[1]).sum(axis=0)
        ),
        "You averaged within each class, and then over the classes: a class without examples gives "
        "0 divided by 0. The average is taken over the m examples.",
    ),
    (
        lambda y, A: -(np.isin(np.arange(A.shape[1]), y) * np.log(A)).sum() / len(y),
        "You set whole columns of Y to 1. Each row has a single 1, in the column that its own "
        "label names: pair the row numbers with the labels.",
    ),
    (
        lambda y, A: -np.log(A[:, y]).mean(),
        "Every label is combined with every row, m · m numbers, as in a matrix product. Multiply Y "
        "and log A element by element.",
    ),
    (
        lambda y, A: -np.log(A[:, y]).sum() / len(y),
        "Every label is combined with every row, m · m numbers, as in a matrix product, and all of "
        "them are added up. Multiply Y and log A element by element.",
    ),
    (
        lambda y, A: _terms_of_all_classes(y, A) / len(y),
        "You added terms of the wrong classes, with 1 − Y and 1 − A, which belong to the logistic "
        "loss. In the softmax cost, Y is multiplied by log A, and that is all.",
    ),
    (
        lambda y, A: -np.log(one_hot(y, A.shape[1]) * A).sum() / len(y),
        "The cost is infinite, as the logarithm of the zeros of Y is. Y stands outside the "
        "logarithm: it is multiplied by log A.",
    ),
    (
        lambda y, A: _terms_of_all_classes(y, A) / A.size,
        "You averaged the logistic loss over all m · N elements. In the softmax cost, Y is "
        "multiplied by log A, and the sum is divided by m.",
    ),
)
_INDEX_SLIPS: tuple[tuple[Coding, str], ...] = (
    *_SHARED_SLIPS,
    (
        lambda y, A: -np.log(A[:, y]).mean(),
        "You took the columns named by y out of every row, m · m numbers. Pair each row number "
        "with its own label, so that one element is picked per row.",
    ),
    (
        lambda y, A: -np.log(A[:, y]).sum() / len(y),
        "You took the columns named by y out of every row and added up all m · m logarithms. Pair "
        "each row number with its own label, so that one element is picked per row.",
    ),
)


def _elements(A: np.ndarray, cost: float) -> list[str] | None:
    """Return the elements of A that a cost is made of; None where that is not certain."""
    if A.size > 8:
        return None
    logs = {f"[{i}, {j}]": -np.log(A[i, j]) for i, j in np.ndindex(A.shape)}
    found = [
        names
        for count in range(len(A) + 2)
        for names in itertools.combinations_with_replacement(logs, count)
        if np.isclose(sum(logs[name] for name in names), cost * len(A), rtol=1e-9)
    ]
    return list(found[0]) if len(found) == 1 else None


def _elements_of_truth(y: np.ndarray) -> list[str]:
    return [f"[{i}, {label}]" for i, label in enumerate(y)]


def _listed(elements: list[str], of: str = "") -> str:
    return " and ".join(of + element for element in elements)


def _wrong_elements(arguments: tuple, costs: Any) -> tuple[list[str], list[str]] | None:
    """Return the codings that take the same wrong elements of A, and those."""
    right = _cost(*arguments)
    wrong = [float(cost) for cost in costs if not np.isclose(cost, right)]
    elements = _elements(arguments[1], wrong[0]) if wrong and np.allclose(wrong, wrong[0]) else None
    if elements is None:
        return None
    names = zip(COST_IN_TWO_CODINGS.returns, costs, strict=True)
    return [name for name, cost in names if not np.isclose(cost, right)], elements


def _say_elements(arguments: tuple, costs: Any) -> str:
    names, elements = _wrong_elements(arguments, costs)
    made = f"made of the logarithms of {_listed(elements, 'A')}" if elements else "0"
    what = "Both your numbers are" if len(names) == 2 else f"Your `{names[0]}` is"
    return (
        f"{what} {made} here. The right one is made of "
        f"{_listed(_elements_of_truth(arguments[0]), 'A')}: in each row, of the column that its "
        "label names."
    )


def _pair(in_one_hot: Coding, in_index: Coding) -> Callable[..., tuple[float, float]]:
    return lambda y, A: (in_one_hot(y, A), in_index(y, A))


COST_IN_TWO_CODINGS = Task(
    name="cost_in_two_codings",
    section="4.3",
    reference=_cost_in_two_codings,
    returns=("cost by one-hot rows", "cost by fancy index"),
    probes=(
        (_FEW_Y, softmax(_FEW_Z)),
        (np.array([0]), np.array([[0.2, 0.5, 0.3]])),
        (_PAIR_Y, softmax(_PAIR_Z)),
        (y, softmax(Z)),
        (_TIE_Y, softmax(_TIE_Z)),
        (_GAPS_Y, softmax(_GAPS_Z)),
        (_MANY_Y, softmax(_MANY_Z)),
    ),
    mistakes=(
        *(
            Mistake(_pair(slip, slip), f"The same slip in both codings. {words}")
            for slip, words in _SHARED_SLIPS
        ),
        *(
            Mistake(
                _pair(slip, _cost),
                f"Fancy indexing is right. The mistake is in the one-hot coding: {words}",
                "4.4",
            )
            for slip, words in _ONE_HOT_SLIPS
        ),
        *(
            Mistake(
                _pair(_cost, slip),
                f"The one-hot coding is right. The mistake is in the fancy index: {words}",
            )
            for slip, words in _INDEX_SLIPS
        ),
        Mistake(
            _pair(lambda y, A: -(np.eye(y.max() + 1)[y] * np.log(A)).sum() / len(y), _cost),
            "Your one-hot rows have as many columns as the largest label asks for. Where the last "
            "class does not occur, that is too few: N is the number of columns of A.",
            "4.4",
        ),
        Mistake(
            _pair(_cost, lambda y, A: -np.log(A[y]).mean()),
            "In the fancy index you gave NumPy the labels alone, and it took whole rows: those "
            "with the numbers y. Give it two numbers for each example, its row and its class.",
        ),
        Mistake(
            _pair(_cost, lambda y, A: -np.log(A[y, np.arange(len(y))]).mean()),
            "In the fancy index you exchanged rows and columns. First the row, that is the number "
            "of the example; then the column, that is its label.",
        ),
    ),
    hints=(
        "Both numbers are the same cost: the average of minus the logarithm of what each row gives "
        "to its own label. They differ only in how they pick that element.",
        "One-hot: make Y, shape (m, N), with a single 1 in each row; multiply by log A, add up, "
        "divide by m. Fancy index: give NumPy a row number and a column number for each example.",
        "Row y of the identity matrix is the one-hot row of y: np.eye(N)[y]. The pairs of indices "
        "are np.arange(m) and y.",
    ),
    reasoning="A one-hot row multiplies every logarithm but one by zero: it is the indicator of "
    "the double sum as an array. Fancy indexing never computes what would be multiplied by zero; "
    "it picks the element (i, y of example i) of every row. Keras has both: "
    "CategoricalCrossentropy for one-hot rows, SparseCategoricalCrossentropy for integer labels.",
    tested="Right for 7 inputs: one example, two classes, the lesson's six, equal probabilities, "
    "labels that leave classes out, and forty examples of ten classes.",
    properties=(
        Property(
            lambda arguments, costs: _wrong_elements(arguments, costs) is None,
            _say_elements,
        ),
    ),
)


# --- 4.6 ------------------------------------------------------------------------------------------


def _logit_gradient(y: np.ndarray, Z: np.ndarray) -> np.ndarray:
    return sparse_categorical_crossentropy_gradient(y, Z)


def _every_column_of_y(y: np.ndarray, A: np.ndarray) -> np.ndarray:
    A = A.copy()
    A[:, y] -= 1
    return A


def _right_elements(arguments: tuple, gradient: np.ndarray) -> tuple[bool, bool]:
    """Return whether the elements of the true classes are right, and those of the others."""
    right = np.isclose(gradient, _logit_gradient(*arguments), rtol=1e-5, atol=1e-9)
    true = one_hot(arguments[0], gradient.shape[1]).astype(bool)
    return bool(right[true].all()), bool(right[~true].all())


def _other_probabilities(arguments: tuple, gradient: np.ndarray) -> np.ndarray | None:
    """Return the probabilities from which the one-hot rows are subtracted; None if no such are."""
    A = gradient + one_hot(arguments[0], gradient.shape[1])
    are = (A >= 0).all() and np.allclose(A.sum(axis=1), 1, atol=1e-5)
    return A if are and not np.allclose(A, softmax(arguments[1]), rtol=1e-5) else None


def _rows_of_0(arguments: tuple, gradient: np.ndarray) -> np.ndarray:
    return np.flatnonzero(~gradient.any(axis=1))


def _say_row_of_0(arguments: tuple, gradient: np.ndarray) -> str:
    y, Z = arguments
    row = _rows_of_0(arguments, gradient)[0]
    words = f"Row {row} of your result, counted from 0, is 0 throughout. The right one never is"
    if Z[row].argmax() == y[row]:
        words += (
            ": the largest logit is that of the label, so the answer is right already, but its "
            f"probability is {softmax(Z)[row, y[row]]:.2g} and not 1, and the loss can still fall"
        )
    return f"{words}."


LOGIT_GRADIENT = Task(
    name="logit_gradient",
    section="4.6",
    reference=_logit_gradient,
    probes=(
        (_FEW_Y, _FEW_Z),
        (np.array([1]), np.array([[1.0, 2.0, 0.5, -1.0]])),
        (_PAIR_Y, _PAIR_Z),
        (y, Z),
        (_TIE_Y, _TIE_Z),
        (_GAPS_Y, _GAPS_Z),
        (np.array([2, 0]), np.array([[3.0, 1.0, 0.0], [0.0, 0.0, 4.0]], dtype=np.float32)),
        (_MANY_Y, _MANY_Z),
    ),
    mistakes=(
        Mistake(
            lambda y, Z: -_logit_gradient(y, Z),
            "Your gradient has the wrong sign: yours is onehot(y) − a, and it is a − onehot(y). "
            "Descent will subtract it; the gradient itself points uphill.",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, Z) / len(y),
            "You divided by m. That is the gradient of the cost J; this task asks for the gradient "
            "of each example's own loss, one per row.",
            "4.7",
        ),
        Mistake(
            lambda y, Z: softmax(Z),
            "Your result is the probabilities alone: in what you return, the one-hot rows are not "
            "subtracted.",
        ),
        Mistake(
            lambda y, Z: Z - one_hot(y, Z.shape[1]),
            "You subtracted the one-hot rows from the logits. They are subtracted from the "
            "probabilities: softmax comes first.",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - one_hot(y, Z.shape[1]) * (np.arange(len(y)) == 0)[:, None],
            "The 1 is subtracted in the first row alone. Every row loses a 1, at its own label, "
            "before the function returns.",
        ),
        Mistake(
            lambda y, Z: (
                softmax(Z) - one_hot(y, Z.shape[1]) * (np.arange(len(y)) == len(y) - 1)[:, None]
            ),
            "The 1 is subtracted in the last row alone. Every row loses a 1, at its own label: "
            "what is done for one row must still be there after the next.",
        ),
        Mistake(
            lambda y, Z: -softmax(Z) - one_hot(y, Z.shape[1]),
            "Your result is −a − onehot(y), and it is a − onehot(y): the probabilities have the "
            "wrong sign. (By the chain rule they come from the minus in softmax's Jacobian, "
            "a_j(1{j = k} − a_k).)",
        ),
        Mistake(
            lambda y, Z: -one_hot(y, Z.shape[1]).astype(float),
            "Your result is the one-hot rows with a minus. The probabilities, from which they are "
            "subtracted, are missing, or cut to whole numbers by an array of integers.",
        ),
        Mistake(
            lambda y, Z: softmax(Z) + one_hot(y, Z.shape[1]),
            "You added the one-hot rows. They are subtracted from the probabilities.",
        ),
        Mistake(
            lambda y, Z: log_softmax(Z) - one_hot(y, Z.shape[1]),
            "You subtracted the one-hot rows from the logarithms of the probabilities. They are "
            "subtracted from the probabilities themselves: no logarithm remains in the gradient.",
        ),
        Mistake(
            lambda y, Z: np.exp(Z) - one_hot(y, Z.shape[1]),
            "You subtracted the one-hot rows from the exponentials. They are subtracted from the "
            "probabilities: divide each row by its sum first.",
        ),
        Mistake(
            lambda y, Z: one_hot(y, Z.shape[1]) * softmax(Z),
            "Your result is the probability at the true class, and 0 elsewhere. It is "
            "a − onehot(y): the true class loses 1, and the others keep their probabilities.",
        ),
        Mistake(
            lambda y, Z: -one_hot(y, Z.shape[1]) * log_softmax(Z),
            "Your result is the loss itself, at the true class, and 0 elsewhere. This task asks "
            "for its slopes: how the loss changes with each logit.",
        ),
        Mistake(
            lambda y, Z: softmax(Z, axis=0) - one_hot(y, Z.shape[1]),
            "Your softmax runs over the examples (axis 0). It must run over the classes of each "
            "example (axis −1), so that each row adds up to one.",
        ),
        Mistake(
            lambda y, Z: np.exp(Z) / np.exp(Z).sum() - one_hot(y, Z.shape[1]),
            "Your softmax divides by the sum over the whole array. Each example, each row, is "
            "divided by a sum of its own.",
        ),
        Mistake(
            lambda y, Z: -one_hot(y, Z.shape[1]) / softmax(Z),
            "You stopped at line 1 of the derivation: this is the slope of the loss by the "
            "probabilities, −onehot(y)/a. The slope by the logits goes one link further, through "
            "softmax.",
        ),
        Mistake(
            lambda y, Z: _every_column_of_y(y, softmax(Z)),
            "You subtracted 1 in every column that occurs in y, and that in all rows. In each row "
            "only one element loses 1, the one of that row's own label: pair the row numbers with "
            "the labels.",
            "4.3",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, Z) * softmax(Z) * (1 - softmax(Z)),
            "Your result is the right one times a(1 − a). The slope of softmax is already inside: "
            "in line 6 it has cancelled against the 1/a of the logarithm.",
        ),
        Mistake(
            lambda y, Z: one_hot(y, Z.shape[1]) * (softmax(Z) - 1),
            "Only the true class has a gradient in your result. Every logit moves the probability "
            "of the true class, so the wrong classes have one too: their probability a. (The "
            "chain rule needs the whole Jacobian of softmax, not only the case j = k.)",
        ),
        Mistake(
            lambda y, Z: np.where(one_hot(y, Z.shape[1]), 1 - softmax(Z), softmax(Z)),
            "The elements of the true classes have the wrong sign: you have 1 − a there, and it is "
            "a − 1. The gradient is below zero for the true class.",
        ),
        Mistake(
            lambda y, Z: softmax(Z) * (1 - softmax(Z)),
            "You computed softmax's own slope in the case j = k. The loss has not come into it "
            "yet.",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, Z) * -_given_to_truth(y, log_softmax(Z))[:, np.newaxis],
            "Each row of your result is the right one times the loss of its example. No factor "
            "remains: it is a − onehot(y).",
        ),
        Mistake(
            lambda y, Z: -_logit_gradient(y, Z) * softmax(Z),
            "Your result is a(onehot(y) − a), which is −a times the right one: the formula of "
            "softmax's own slope. The slope of the loss is a − onehot(y), and no factor remains.",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, Z) * softmax(Z),
            "Your result is a times the right one. No factor remains: it is a − onehot(y).",
        ),
        Mistake(
            lambda y, Z: -_logit_gradient(y, Z) * _given_to_truth(y, softmax(Z))[:, np.newaxis],
            "Your result is the slope of the true class's probability a_y, not of the loss. The "
            "loss is −log a_y: by the chain rule its slope is −1/a_y times yours.",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - y[:, np.newaxis],
            "You subtracted the label itself, a number such as 2, from every probability of its "
            "row. What is subtracted is the label as a one-hot row.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - one_hot((y - 1) % Z.shape[1], Z.shape[1]),
            "The 1 is subtracted one column too far left. Labels already run from 0 to N − 1.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - one_hot((y + 1) % Z.shape[1], Z.shape[1]),
            "The 1 is subtracted one column too far right. Labels already run from 0 to N − 1.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - one_hot(Z.argmax(axis=1), Z.shape[1]),
            "You put the 1 at the class with the largest logit. It belongs at the true class, "
            "which the label y names.",
        ),
        Mistake(
            lambda y, Z: 2 * _logit_gradient(y, Z) / Z.shape[1],
            "Your result is 2/N times the right one, which is the factor of a mean squared error. "
            "For the softmax cost no factor remains.",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, Z) / Z.shape[1],
            "You divided by the number of classes. No factor remains: it is a − onehot(y).",
        ),
        Mistake(
            lambda y, Z: 1 / (1 + np.exp(-Z)) - one_hot(y, Z.shape[1]),
            "You applied the sigmoid to each logit by itself. With N classes the probabilities of "
            "a row belong together: softmax.",
        ),
        Mistake(
            lambda y, Z: _given_to_truth(y, softmax(Z)) - 1,
            "You returned one number for each example, the element of its true class. Every logit "
            "moves the loss, so a row has N elements: those of the wrong classes are their "
            "probabilities.",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, Z).sum(axis=1),
            "Your result is a single number for each example, and all of them are 0, as the sum, "
            "or the average, over the classes is. A row has N elements, one for each class.",
        ),
        Mistake(
            lambda y, Z: _logit_gradient(y, softmax(Z)),
            "You applied softmax twice. Once is enough: it gives the probabilities.",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - np.eye(len(y))[y],
            "Your one-hot rows have m columns, as many as there are examples. They need one for "
            "each class: N, the number of columns of Z.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - np.eye(Z.shape[1]),
            "You subtracted the whole identity matrix, a row for each class. What is subtracted "
            "has a row for each example: of the identity, the row that its label names.",
            "4.4",
        ),
        Mistake(
            lambda y, Z: softmax(Z) - y,
            "You subtracted the labels themselves, an array of shape (m,), from the probabilities, "
            "shape (m, N). What is subtracted is each label as a one-hot row.",
            "4.4",
        ),
    ),
    hints=(
        "Line 7 of the derivation is all you need. It holds for each row by itself.",
        "Two ingredients of the same shape, (m, N): the probabilities, and the labels as one-hot "
        "rows.",
        "Row y of np.eye(N) is the one-hot row of y. Subtract those rows from softmax(Z).",
    ),
    reasoning="∂L/∂a is −1/a at the true class and 0 elsewhere; softmax's Jacobian is "
    "a_j(1{j = k} − a_k). In the chain rule a_y cancels, and what remains is a − onehot(y): no "
    "division, no logarithm, and no element outside [−1, 1].",
    tested="Right for 8 inputs: one example, two classes, the lesson's six, equal logits, labels "
    "that leave classes out, forty examples of ten classes, and float32.",
    properties=(
        Property(
            lambda arguments, gradient: np.abs(gradient - _logit_gradient(*arguments)).max() > 1e-2,
            "Your result differs from the right one by less than 0.01. Look for what changes so "
            "little, such as a difference quotient in the place of a slope, something added, "
            "rounded or clipped, or single precision (float32).",
        ),
        Property(
            lambda arguments, gradient: not _rows_of_0(arguments, gradient).size,
            _say_row_of_0,
        ),
        Property(
            lambda arguments, gradient: _right_elements(arguments, gradient) != (True, False),
            "The elements of the true classes are right, a − 1; those of the other classes are "
            "not. There the gradient is the class's own probability, a.",
        ),
        Property(
            lambda arguments, gradient: _right_elements(arguments, gradient) != (False, True),
            "The elements of the wrong classes are right, their probabilities; those of the true "
            "classes are not. There the gradient is a − 1.",
        ),
        Property(
            lambda arguments, gradient: _other_probabilities(arguments, gradient) is None,
            lambda arguments, gradient: (
                "Your result is what A − Y gives with other probabilities than softmax(Z). "
                + _rows(_other_probabilities(arguments, gradient), softmax(arguments[1]))
            ),
        ),
        Property(
            lambda arguments, gradient: bool((np.abs(gradient.sum(axis=-1)) < 1e-5).any()),
            "Your rows do not add up to zero. Both the probabilities and a one-hot row add up to "
            "one, so their difference adds up to zero.",
        ),
        Property(
            lambda arguments, gradient: bool(
                ((gradient < 0) == one_hot(arguments[0], gradient.shape[1])).all(axis=1).any()
            ),
            "The signs are not as they must be in any row: below zero for the true class, above "
            "zero for all others.",
        ),
    ),
)


# --- 4.7 ------------------------------------------------------------------------------------------


def _errors(X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    return sparse_categorical_crossentropy_gradient(y, X @ W + b)


def _cost_gradients(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    errors = _errors(X, y, W, b)
    return X.T @ errors / len(X), errors.mean(axis=0)


def _from_errors(errors: Callable[..., np.ndarray]) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """The two gradients, built rightly on wrong errors."""

    def answer(X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple:
        wrong = errors(X, y, W, b)
        return X.T @ wrong / len(X), wrong.sum(axis=0) / len(X)

    return answer


def _rescaled(
    factors: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """The two gradients, each times a wrong factor."""

    def answer(X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple:
        for_W, for_b = factors(X, W)
        dJ_dW, dJ_db = _cost_gradients(X, y, W, b)
        return dJ_dW * for_W, dJ_db * for_b

    return answer


def _without(rest: Callable[[np.ndarray], slice]) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """The two gradients of some of the examples, divided by the number of all."""

    def answer(X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple:
        some, errors = X[rest(X)], _errors(X, y, W, b)[rest(X)]
        return some.T @ errors / len(X), errors.sum(axis=0) / len(X)

    return answer


def _with_bias_gradient(
    of_errors: Callable[[np.ndarray], Any],
) -> Callable[..., tuple[np.ndarray, Any]]:
    """The right ∂J/∂W beside a wrong ∂J/∂b."""

    def answer(X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple:
        return _cost_gradients(X, y, W, b)[0], of_errors(_errors(X, y, W, b))

    return answer


def _right_parts(arguments: tuple, gradients: Any) -> tuple[bool, bool]:
    """Return which of the two gradients are right, and not only for want of examples or weights."""
    X, _, _, b = arguments
    if len(X) == 1 or not b.any():
        return False, False
    right = _cost_gradients(*arguments)
    return tuple(bool(np.allclose(g, r, atol=1e-9)) for g, r in zip(gradients, right, strict=True))


def _fitting_errors(X: np.ndarray, dJ_dW: np.ndarray) -> np.ndarray | None:
    """Return the errors from which X.T @ errors / m gives ∂J/∂W; None if none do."""
    if np.linalg.matrix_rank(X) < len(X):
        return None
    errors = np.linalg.lstsq(X.T, dJ_dW * len(X), rcond=None)[0]
    return errors if np.allclose(X.T @ errors, dJ_dW * len(X)) else None


def _is_multiple(yours: np.ndarray, right: np.ndarray) -> bool:
    factor = (yours * right).sum() / (right * right).sum()
    return np.allclose(yours, factor * right, rtol=1e-6)


def _errors_used(arguments: tuple, gradients: Any) -> np.ndarray | None:
    """Return the wrong errors from which both gradients are built rightly; None if from none."""
    errors, right = _fitting_errors(arguments[0], np.asarray(gradients[0])), _errors(*arguments)
    if errors is None or not np.allclose(errors.mean(axis=0), gradients[1]):
        return None
    if np.allclose(right.mean(axis=0), gradients[1]) or _is_multiple(errors, right):
        return None  # ∂J/∂b is right, or a factor is wrong
    return errors


def _say_errors(arguments: tuple, gradients: Any) -> str:
    errors, right = _errors_used(arguments, gradients), _errors(*arguments)
    return (
        "Both gradients are what X.T @ errors / m and the mean of the errors give with "
        + _say_other_errors(errors, right)
    )


def _say_other_errors(errors: np.ndarray, right: np.ndarray) -> str:
    idle = np.flatnonzero(np.abs(errors).max(axis=1) < 1e-9)
    if idle.size:
        return f"no errors of example {idle[0]}, counted from 0: it adds nothing to them."
    return f"other errors than A − Y. {_rows(errors, right)}"


def _rows(yours: np.ndarray, right: np.ndarray) -> str:
    """Show the row in which two arrays differ most."""
    row = np.abs(yours - right).max(axis=1).argmax()
    shown = (np.array2string(a[row], precision=3, separator=", ") for a in (yours, right))
    return "In row {}, counted from 0, yours are {}; the right ones are {}.".format(row, *shown)


def _say_wrong_product(arguments: tuple, gradients: Any) -> str:
    """Say which factor of X.T @ (A − Y) is another one, if only ∂J/∂W is wrong."""
    X, right, dJ_dW = arguments[0], _errors(*arguments), np.asarray(gradients[0])
    words = "∂J/∂b is right, ∂J/∂W is not. "
    errors, features = _fitting_errors(X, dJ_dW), _fitting_errors(right, dJ_dW.T)
    if errors is not None and features is None:
        return f"{words}It is what X.T @ errors / m gives with {_say_other_errors(errors, right)}"
    if errors is None and features is not None:
        words += "It is what features.T @ (A − Y) / m gives with other features than those of X. "
        return words + _rows(features, X)
    return words + (
        "Its element (l, k) is the average, over the examples, of feature l times error k: "
        "(X[:, l] * (A − Y)[:, k]).mean(). Compare that number for l = k = 0 with yours."
    )


def _times_weights(arguments: tuple, gradients: Any) -> float:
    """Return c where ∂J/∂W is too large by c · W; 0 where it is not."""
    W = arguments[2]
    rest = np.asarray(gradients[0]) - _cost_gradients(*arguments)[0]
    c = float((rest * W).sum() / (W * W).sum())
    return c if abs(c) > 1e-6 and np.allclose(rest, c * W, rtol=1e-6) else 0.0


def _learning_rate(arguments: tuple, gradients: Any) -> float:
    """Return α where both results are new weights, old − α · gradient; 0 where they are not."""
    right = _cost_gradients(*arguments)
    steps = [old - np.asarray(new) for old, new in zip(arguments[2:], gradients, strict=True)]
    alpha = float((steps[0] * right[0]).sum() / (right[0] ** 2).sum())
    same = [np.allclose(s, alpha * r, rtol=1e-6) for s, r in zip(steps, right, strict=True)]
    return alpha if abs(alpha) > 1e-6 and all(same) else 0.0


_SQUARE = (
    _rng.normal(size=(5, 4)).round(2),
    np.array([3, 0, 2, 2, 1]),
    _rng.normal(size=(4, 4)).round(2),
    _rng.normal(size=4).round(2),
)
COST_GRADIENTS = Task(
    name="cost_gradients",
    section="4.7",
    reference=_cost_gradients,
    returns=("∂J/∂W", "∂J/∂b"),
    probes=(
        (X[:2], y[:2], W, b),
        (np.array([[0.5, -1.0, 2.0]]), np.array([1]), W[:, :2], b[:2]),
        (X, y, W, b),
        _SQUARE,
        (X, y, np.zeros((3, 4)), np.zeros(4)),
        (
            _rng.normal(size=(40, 6)),
            _MANY_Y,
            _rng.normal(0, 0.5, (6, 10)),
            _rng.normal(0, 0.5, 10),
        ),
    ),
    mistakes=(
        Mistake(
            _rescaled(lambda X, W: (-1, -1)),
            "Both gradients have the wrong sign. They are made of A − Y, not of Y − A: descent "
            "will subtract them; the gradient itself points uphill.",
        ),
        Mistake(
            _rescaled(lambda X, W: (len(X) / X.shape[1], len(X) / X.shape[1])),
            "You divided by the number of features n. Here the examples are the rows of X, so m is "
            "its first dimension. (Some courses keep them in columns.)",
            "4.3",
        ),
        Mistake(
            _rescaled(lambda X, W: (len(X) / W.shape[1], len(X) / W.shape[1])),
            "You divided by the number of classes N. The average is taken over the m examples.",
        ),
        Mistake(
            lambda X, y, W, b: tuple(
                old - gradient
                for old, gradient in zip((W, b), _cost_gradients(X, y, W, b), strict=True)
            ),
            "You returned new weights: the old ones minus the gradients. This task asks for the "
            "gradients themselves.",
        ),
        *(
            Mistake(
                _rescaled(lambda X, W, alpha=alpha: (alpha, alpha)),
                f"Both gradients are {alpha} times the right ones, as with a learning rate. That "
                "belongs to the step; the gradients are asked for.",
            )
            for alpha in (0.001, 0.01, 0.1)
        ),
        Mistake(
            _without(lambda X: slice(None, -1)),
            "The last example is missing in your sums. range(m) runs from 0 to m − 1 already.",
        ),
        Mistake(
            _without(lambda X: slice(1, None)),
            "The first example is missing in your sums. The first row has the index 0, so the "
            "examples run from 0 to m − 1.",
        ),
        Mistake(
            _rescaled(lambda X, W: (1 / W.shape[1], 1 / W.shape[1])),
            "Both gradients are N times too small, as with a division by m · N, the number of all "
            "elements of A − Y. The average is taken over the m examples alone.",
        ),
        Mistake(
            _with_bias_gradient(lambda errors: errors.mean(axis=1)),
            "∂J/∂W is right. For ∂J/∂b you went along each row, over the classes, which gives "
            "zeros. Average over the examples (axis 0): one number for each class remains.",
        ),
        Mistake(
            _with_bias_gradient(lambda errors: errors.mean()),
            "∂J/∂W is right. Your ∂J/∂b is a single number, zero, as the sum or the average of all "
            "elements is. Each class has its own b: average over the examples only.",
        ),
        Mistake(
            lambda X, y, W, b: (
                _cost_gradients(X, y, W, b)[0],
                _cost_gradients(X, y, W, b)[0].sum(axis=0),
            ),
            "∂J/∂W is right. Your ∂J/∂b is the sum of its rows, in which each example counts as "
            "much as its features add up to. In ∂J/∂b all count the same: the mean of A − Y.",
        ),
        Mistake(
            lambda X, y, W, b: tuple(
                gradient * len(y) / one_hot(y, len(b)).sum(axis=0)
                for gradient in _cost_gradients(X, y, W, b)
            ),
            "Each class is divided by the number of its own examples, which may be 0. J is the "
            "average over all m examples: every element is divided by m.",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: _errors(X, y, W, 0 * b)),
            "You left b out of the logits: Z = XW + b.",
            "4.3",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: softmax(X @ W + b)),
            "You used the probabilities alone. The one-hot rows Y are still to be subtracted.",
            "4.6",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: -one_hot(y, len(b)) / softmax(X @ W + b)),
            "You stopped at the slope of the loss by the probabilities, −Y/A. On the way from "
            "there to W and b lies softmax, whose slope turns it into A − Y.",
            "4.6",
        ),
        Mistake(
            lambda X, y, W, b: (
                np.outer(X[-1], _errors(X, y, W, b)[-1]) / len(X),
                _errors(X, y, W, b)[-1] / len(X),
            ),
            "Only the last example counts in your sums: what the others gave is gone. Both sums "
            "are 0 before the first example, and each example adds to them.",
        ),
        Mistake(
            lambda X, y, W, b: (
                np.outer(X[-1], _errors(X, y, W, b)[-1]) / len(X),
                _errors(X, y, W, b).mean(axis=0),
            ),
            "∂J/∂b is right. In ∂J/∂W only the last example counts: what the others gave is gone. "
            "The sum is 0 before the first example, and each example adds to it.",
        ),
        Mistake(
            _with_bias_gradient(lambda errors: errors[-1] / len(errors)),
            "∂J/∂W is right. In ∂J/∂b only the last example counts: what the others gave is gone. "
            "The sum is 0 before the first example, and each example adds to it.",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: X @ W + b - one_hot(y, len(b))),
            "You subtracted the one-hot rows from the logits. They are subtracted from the "
            "probabilities: softmax comes first.",
            "4.6",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: softmax(X @ W + b, axis=0) - one_hot(y, len(b))),
            "Your softmax runs over the examples (axis 0). It must run over the classes of each "
            "example (axis −1).",
            "4.3",
        ),
        Mistake(
            _from_errors(
                lambda X, y, W, b: (
                    _errors(X, y, W, b) * softmax(X @ W + b) * (1 - softmax(X @ W + b))
                )
            ),
            "You multiplied A − Y by A(1 − A). The slope of softmax is already inside A − Y: it "
            "has cancelled in line 6.",
            "4.6",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: _every_column_of_y(y, softmax(X @ W + b))),
            "You subtracted 1 in every column that occurs in y, and that in all rows. In each row "
            "only the element of that row's own label loses 1.",
            "4.6",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: softmax(X @ W + b) - y[:, np.newaxis]),
            "You subtracted the label itself, a number such as 2, from every probability of its "
            "row. What is subtracted is the label as a one-hot row.",
            "4.4",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: softmax(X @ W + b) - y),
            "You subtracted the labels themselves, an array of shape (m,), from the probabilities, "
            "shape (m, N). What is subtracted is each label as a one-hot row.",
            "4.4",
        ),
        Mistake(
            lambda X, y, W, b: (
                np.outer(X.mean(axis=0), _errors(X, y, W, b).mean(axis=0)),
                _errors(X, y, W, b).mean(axis=0),
            ),
            "∂J/∂b is right. For ∂J/∂W you multiplied two averages; what is wanted is the average "
            "of the products: each example's features times its own errors.",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: sigmoid(X @ W + b) - one_hot(y, len(b))),
            "You applied the sigmoid to each logit by itself. With N classes the probabilities of "
            "a row belong together: softmax.",
            "4.3",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: softmax(X @ W + b) - one_hot((y + 1) % len(b), len(b))),
            "The 1 is subtracted one column too far right. Labels already run from 0 to N − 1.",
            "4.4",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: np.exp(X @ W + b) - one_hot(y, len(b))),
            "You subtracted the one-hot rows from the exponentials. They are subtracted from the "
            "probabilities: divide each row by its sum first.",
            "4.6",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: log_softmax(X @ W + b) - one_hot(y, len(b))),
            "You subtracted the one-hot rows from the logarithms of the probabilities. They are "
            "subtracted from the probabilities themselves.",
            "4.6",
        ),
        Mistake(
            lambda X, y, W, b: (
                np.outer(X[0], _errors(X, y, W, b)[0]) / len(X),
                _errors(X, y, W, b)[0] / len(X),
            ),
            "Only the first example counts in your sums. Add up all of them before the function "
            "returns.",
        ),
        Mistake(
            _rescaled(lambda X, W: (len(X) / X.shape[1], 1)),
            "∂J/∂b is right. ∂J/∂W is divided by the number of features n, where the number of "
            "examples m belongs.",
        ),
        Mistake(
            lambda X, y, W, b: (
                X @ _errors(X, y, W, b) / len(X),
                _errors(X, y, W, b).mean(axis=0),
            ),
            "The shapes of the product for ∂J/∂W do not fit: X is (m, n) and A − Y is (m, N). One "
            "of them must be transposed, so that the m examples are what is added up.",
        ),
        Mistake(
            lambda X, y, W, b: (
                X.T * _errors(X, y, W, b) / len(X),
                _errors(X, y, W, b).mean(axis=0),
            ),
            "For ∂J/∂W you multiplied element by element. The sum over the examples, of products "
            "of a feature with an error, is a matrix product.",
        ),
        Mistake(
            _from_errors(lambda X, y, W, b: softmax(X @ W + b) - one_hot((y - 1) % len(b), len(b))),
            "The 1 is subtracted one column too far left. Labels already run from 0 to N − 1.",
            "4.4",
        ),
    ),
    hints=(
        "Line 9 of the derivation, in three steps: the probabilities A, the errors A − Y, and what "
        "the errors mean for W and for b.",
        "A gradient has the shape of what it belongs to. Which product of X and A − Y, one of them "
        "transposed, has the shape (n, N)? Which mean of A − Y has the shape (N,)?",
        "X.T @ errors adds up over the examples, so it is still to be divided by m; "
        "errors.mean(axis=0) is divided already.",
    ),
    reasoning="The gradient of an average is the average of the gradients. For one example it is "
    "the outer product of x with a − onehot(y); the matrix product of X transposed with A − Y adds "
    "those up for all examples at once, and b, whose slope is 1, gets the mean of the rows.",
    tested="Right for 6 inputs: one example, two, the lesson's six, as many features as classes, "
    "all weights zero, and forty examples of ten classes.",
    properties=(
        Property(
            lambda arguments, gradients: _errors_used(arguments, gradients) is None,
            _say_errors,
        ),
        Property(
            lambda arguments, gradients: not _times_weights(arguments, gradients),
            lambda arguments, gradients: (
                "Your ∂J/∂W differs from the right one by "
                f"{_times_weights(arguments, gradients):.4g} times W. W itself does not belong in "
                "it: J has no penalty on the weights, and the sum over the examples starts at 0."
            ),
        ),
        Property(
            lambda arguments, gradients: not _learning_rate(arguments, gradients),
            lambda arguments, gradients: (
                "You returned new weights: the old ones "
                f"{'minus' if _learning_rate(arguments, gradients) > 0 else 'plus'} "
                f"{abs(_learning_rate(arguments, gradients)):.4g} times the gradients. This task "
                "asks for the gradients themselves."
            ),
        ),
        Property(
            lambda arguments, gradients: _right_parts(arguments, gradients) != (True, False),
            "∂J/∂W is right, ∂J/∂b is not. It is the mean of the rows of A − Y: one number for "
            "each class, the average of a column.",
        ),
        Property(
            lambda arguments, gradients: _right_parts(arguments, gradients) != (False, True),
            _say_wrong_product,
        ),
    ),
)


# --- 4.5 ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Cost:
    """J(W) of softmax regression without b on some examples: what the last task differentiates."""

    name: str
    X: np.ndarray
    y: np.ndarray

    def __call__(self, W: Any) -> float:
        """Return J for weights of shape (n, N)."""
        Z = self.X @ np.asarray(W, dtype=np.float64)
        return float(sparse_categorical_crossentropy(self.y, Z, from_logits=True).mean())

    def __repr__(self) -> str:
        """Say whose cost it is."""
        return f"the cost J(W) on {self.name}"

    def gradient(self, W: np.ndarray) -> np.ndarray:
        """Return ∂J/∂W: the formula, not an approximation."""
        return self.X.T @ sparse_categorical_crossentropy_gradient(self.y, self.X @ W) / len(self.X)


def _central(cost: Cost, W: np.ndarray, h: float = 1e-5) -> np.ndarray:
    slopes = np.empty_like(W)
    for index in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[index] = h
        slopes[index] = (cost(W + step) - cost(W - step)) / (2 * h)
    return slopes


def claims(cost: Cost, W: np.ndarray) -> dict[str, np.ndarray]:
    """Return gradients that people might claim, by what is wrong with each; "" is right."""
    true, N = cost.gradient(W), W.shape[1]
    largest = np.abs(true).max()
    Z = cost.X @ W
    shifted = cost.X.T @ (softmax(Z) - one_hot((cost.y + 1) % N, N)) / len(Z)
    one_element, one_digit, opposite, elsewhere = (true.copy() for _ in range(4))
    below = true[1:]
    one_element[1:][np.unravel_index(np.abs(below).argmax(), below.shape)] *= 1.05
    one_digit[-1, 0] += 1e-3 * largest
    opposite[-1, -1] += 0.1 * largest
    opposite[-1, -2] -= 0.1 * largest
    elsewhere[1, 0] += 0.1 * largest
    elsewhere[-1, -1] -= 0.1 * largest
    return {
        "": np.einsum("il,ik->lk", cost.X, softmax(Z) - one_hot(cost.y, N)) / len(Z),
        "sum": true * len(Z),
        "sign": -true,
        "shifted": shifted,
        "element": one_element,
        "digit": one_digit,
        "opposite": opposite,
        "elsewhere": elsewhere,
        "reversed": true[::-1, ::-1].copy(),
        "nearly": true * len(Z) / (len(Z) - 1),
    }


_SLIPS = {
    "sum": "it is m times the gradient",
    "sign": "it is the gradient with the opposite sign",
    "shifted": "its labels are off by one",
    "element": "a single element of it is wrong, by a twentieth",
    "digit": "a single element of it is wrong, in the third digit",
    "opposite": "one element of it is too large, and its neighbour too small",
    "elsewhere": "one element of it is too large, and another one too small",
    "reversed": "its numbers are right, but stand in the wrong places",
    "nearly": "all of it is too large by a factor of m/(m − 1)",
}


def _claimed(cost: Cost, W: np.ndarray, names: list[str]) -> tuple[Cost, np.ndarray, np.ndarray]:
    by_name = claims(cost, W)
    return cost, W, np.array([by_name[name] for name in names])


def claims_about_digits() -> tuple[Cost, np.ndarray, np.ndarray]:
    """Return a cost on real data, weights, and four claims about its gradient there.

    Returns
    -------
    cost : Cost
        J(W) of softmax regression on 100 handwritten digits, without b.
    W : ndarray of float64, shape (64, 10)
        Weights.
    claims : ndarray of float64, shape (4, 64, 10)
        Four arrays, each of which somebody claims to be ∂J/∂W.
    """
    digits = datasets.digits().train
    cost = Cost("100 handwritten digits", digits.X[:100], digits.y[:100])
    W = np.random.default_rng(10).normal(0, 0.1, (64, 10))
    return _claimed(cost, W, ["reversed", "", "nearly", "element"])


_SIX = Cost("the lesson's six examples", X, y)


def _first_claims() -> tuple[Cost, np.ndarray, np.ndarray]:
    names = ["sum", "", "opposite", "sign", "reversed", "element", "shifted", "elsewhere"]
    return _claimed(_SIX, W, names)


def _probes_of_wrong_gradients() -> tuple[tuple, ...]:
    tumours = datasets.breast_cancer().train
    tiny = Cost("the lesson's six examples, their features divided by 50", X / 50, y)
    of_tumours = Cost(f"{len(tumours.X)} tumours", tumours.X, tumours.y)
    W_tumours = np.random.default_rng(11).normal(0, 0.2, (30, 2))
    ten = ["element", "sum", "nearly", "", "sign", "opposite", "digit", "", "reversed", "shifted"]
    return (
        _first_claims(),
        _claimed(tiny, W, ["element", "", "reversed"]),
        _claimed(of_tumours, W_tumours, ten),
        claims_about_digits(),
        _claimed(of_tumours, np.zeros((30, 2)), [""]),
    )


def _wrong_gradients(cost: Callable[..., float], W: np.ndarray, claims: np.ndarray) -> np.ndarray:
    true = cost.gradient(W)
    return np.abs(claims - true).max(axis=(1, 2)) > 1e-6 * np.abs(true).max()


def _judged(
    wrong: Callable[[np.ndarray, np.ndarray], bool],
) -> Callable[[Cost, np.ndarray, np.ndarray], np.ndarray]:
    """The verdicts of someone who holds a claim against the true gradient in a wrong way."""
    return lambda cost, W, claims: np.array(
        [bool(wrong(claim, cost.gradient(W))) for claim in claims]
    )


def _refused(arguments: tuple, wrong: np.ndarray) -> np.ndarray:
    """Return the numbers of the right claims that are called wrong."""
    return np.flatnonzero(wrong & ~_wrong_gradients(*arguments))


def _refusal(arguments: tuple, wrong: np.ndarray) -> str:
    """Say which right claim is called wrong, and what to do about it."""
    claimed = arguments[2]
    refused, taken = _refused(arguments, wrong)[0], np.flatnonzero(~wrong)
    twins = [n for n in taken if np.array_equal(claimed[n], claimed[refused])]
    if twins:
        return (
            f"Numbers {twins[0]} and {refused}, counted from 0, are the same array, and both are "
            f"right; you call number {refused} wrong. Each claim is judged by itself: several may "
            "be right, or none."
        )
    if taken.size:
        return (
            f"You call a claim wrong that is right: number {refused}, counted from 0. It agrees "
            "with the slope of the cost in every element, to more than six digits. And you call "
            f"number {taken[0]} right: {_slip_of(arguments, taken[0])}. Print the largest "
            f"difference between number {refused} and your slopes."
        )
    return _all_refused(*arguments, refused)


def _all_refused(cost: Cost, W: np.ndarray, claimed: np.ndarray, right: int) -> str:
    """Say of a judge who calls every claim wrong how to find out why, by one slope."""
    row, column = np.unravel_index(np.abs(claimed[right]).argmax(), W.shape)
    return (
        f"You call every claim wrong, the right ones too. On {cost.name}, claims[{right}] is "
        f"right, and its element [{row}, {column}] is {claimed[right][row, column]:.10f}. Print "
        "your slope beside it. Nine digits agree: the slopes are right, and the comparison refuses "
        "them; hold each claim by itself, in its largest difference, against 1e-6 of the largest "
        "slope. Some digits agree: it is the step (central differences with h = 1e-5 are good for "
        "nine; one-sided ones, much smaller or larger steps and float32 for fewer). One is a "
        "multiple of the other: it is the fraction, J(W + h) − J(W − h) by 2h, or J(W + h) − J(W) "
        "by h. Nothing agrees: each weight must move alone, by h up and by h down, and have its "
        "old value back before the next one moves."
    )


def _let_pass(arguments: tuple, wrong: np.ndarray) -> str:
    """Say which wrong claims passed, what is wrong with them, and how far the worst is off."""
    cost, W, claimed = arguments
    numbers = np.flatnonzero(~wrong & _wrong_gradients(*arguments))
    worst = max(numbers, key=lambda n: np.abs(claimed[n] - cost.gradient(W)).max())
    shown = numbers if len(numbers) <= 3 else [worst]
    which = "; ".join(f"number {n}: {_slip_of(arguments, n)}" for n in shown)
    return (
        f"You let {'a wrong claim' if len(numbers) == 1 else f'{len(numbers)} wrong claims'} pass "
        f"({'' if len(shown) == len(numbers) else 'among them '}{which}; counted from 0). "
        f"{_off(cost, W, claimed, worst)}"
    )


def _slip_of(arguments: tuple, number: int) -> str:
    cost, W, claimed = arguments
    by_name = claims(cost, W)
    name = next(name for name, c in by_name.items() if np.array_equal(c, claimed[number]))
    return _SLIPS.get(name, "it is right")


def _off(cost: Cost, W: np.ndarray, claimed: np.ndarray, number: int) -> str:
    """Say how far the worst element of a claim is off, and what to do with that number."""
    true = cost.gradient(W)
    off = np.abs(claimed[number] - true)
    row, column = np.unravel_index(off.argmax(), W.shape)
    return (
        f"Element [{row}, {column}] of number {number} is off by {off.max():.3g}, "
        f"{off.max() / np.abs(true).max():.2g} times the largest slope. Print what your code finds "
        "there, beside its limit: a right claim is off by less than 1e-6 of the largest slope."
    )


def _cosine(claim: np.ndarray, true: np.ndarray) -> float:
    return float((claim * true).sum() / np.linalg.norm(claim) / np.linalg.norm(true))


WRONG_GRADIENTS = Task(
    name="wrong_gradients",
    section="4.5",
    reference=_wrong_gradients,
    probes=_probes_of_wrong_gradients,
    seconds=10.0,
    mistakes=(
        Mistake(
            lambda cost, W, claims: np.ones(len(claims), dtype=bool),
            _all_refused(*_first_claims(), right=1),
        ),
        Mistake(
            lambda cost, W, claims: np.zeros(len(claims), dtype=bool),
            f"You call every claim right. On {_SIX.name}, number 0 is {_SLIPS['sum'][6:]}. "
            f"{_off(*_first_claims(), number=0)}",
        ),
        Mistake(
            _judged(lambda claim, true: bool((np.sign(claim) != np.sign(true)).any())),
            "You let every claim pass that has the right signs, even one that is too large by a "
            "factor. Signs are not enough, nor is it that a step along the claim lowers the cost: "
            "compare the numbers, element by element.",
        ),
        Mistake(
            _judged(
                lambda claim, true: (
                    not np.isclose(np.linalg.norm(claim), np.linalg.norm(true), rtol=1e-6)
                )
            ),
            "You let claims pass that have the right length, but the opposite direction, or the "
            "right numbers in the wrong places. Compare element by element.",
        ),
        Mistake(
            _judged(lambda claim, true: not np.isclose(_cosine(claim, true), 1, rtol=1e-9)),
            "You let claims pass that point the right way and are too large by a factor. Compare "
            "the numbers, element by element.",
        ),
        Mistake(
            _judged(lambda claim, true: not np.allclose(claim[0], true[0], rtol=1e-6)),
            "You let claims pass that are right in the first row and wrong further down. Look at "
            "all elements.",
        ),
        Mistake(
            _judged(lambda claim, true: not np.isclose(claim, true, rtol=1e-6).any()),
            "You let claims pass in which some elements are right and others wrong. All must be "
            "right.",
        ),
        Mistake(
            _judged(lambda claim, true: (claim - true).max() > 1e-6 * np.abs(true).max()),
            "You let a claim pass that is too small somewhere and too large nowhere. A difference "
            "counts on both sides: take the absolute value of each, and then the largest.",
        ),
        Mistake(
            _judged(lambda claim, true: abs((claim - true).mean()) > 1e-6 * np.abs(true).max()),
            "You let claims pass whose elements add up to the right number: zero, as those of "
            "nearly every claim do. In such a sum, or average, differences of opposite signs "
            "cancel. Compare each element by itself with the slope by its own weight.",
        ),
        Mistake(
            _judged(
                lambda claim, true: np.abs(claim.sum(axis=1)).max() > 1e-6 * np.abs(true).max()
            ),
            "You let every claim pass whose rows add up to zero. Those of the gradient do; but so "
            "do those of m times the gradient, or of its opposite. Compare each element by itself "
            "with the slope of the cost by its own weight.",
        ),
        Mistake(
            _judged(lambda claim, true: np.abs(claim - true).max() > 2e-2 * np.abs(true).max()),
            "You allow too large a difference: a claim that is off by one per cent passes. Central "
            "differences are good for some nine digits, and let you ask for six.",
        ),
        Mistake(
            _judged(lambda claim, true: np.abs(claim - true).max() > 1e-2),
            "You allow too large a difference. These gradients have small elements, so measure the "
            "difference against the size of the gradient, and ask for six digits.",
        ),
    ),
    properties=(
        Property(lambda arguments, wrong: not _refused(arguments, wrong).size, _refusal),
        Property(
            lambda arguments, wrong: not (~wrong & _wrong_gradients(*arguments)).any(),
            _let_pass,
        ),
    ),
    hints=(
        "You cannot look inside the cost, but you can call it. Who is the judge in section 4.5?",
        "Move one weight up and down by a small h, all others fixed, and divide the change of the "
        "cost by 2h. Do that for every element of W, and you have the slopes to compare with.",
        "np.ndindex(W.shape) visits every index. A step of 1e-5 gives some nine digits; call a "
        "claim wrong if its largest difference from the slopes is more than 1e-6 of the largest "
        "slope.",
    ),
    reasoning="The judge only evaluates the cost, so it cannot share the mistake of a formula. Its "
    "slopes agree with a right gradient to some nine digits and with a wrong one to hardly any, so "
    "any limit in between tells them apart. The largest difference counts, for a mean or a length "
    "lets mistakes hide; and it is measured against the gradient's own size.",
    tested="Right for 26 claims in 5 calls: the lesson's six examples, tumours and handwritten "
    "digits, with large and small gradients; slips in sign, factor, labels, order, and a single "
    "element.",
)

TASKS: tuple[Task, ...] = (
    LOGISTIC_LOSS,
    DOUBLE_SUM_COST,
    COST_IN_TWO_CODINGS,
    LOGIT_GRADIENT,
    COST_GRADIENTS,
    WRONG_GRADIENTS,
)
