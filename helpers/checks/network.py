"""Lesson 6's exercises: one step, one epoch, forward, backward, Keras, and real tumours.

The references are `helpers.network` itself. A mistake is written as a learner writes it, most often
the right lines with one thing changed.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import datasets
from helpers.activations import sigmoid
from helpers.checks._task import Finding, Mistake, Property, Task
from helpers.losses import BinaryCrossentropy, SparseCategoricalCrossentropy, one_hot
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD
from helpers.softmax import log_softmax, softmax

LESSON = "06_training_steps"
Parameters = tuple[np.ndarray, float]


# --- what can be said of answers with several parts -----------------------------------------------


def _right(reference: Callable, arguments: tuple, observed: Any) -> list[bool]:
    """Say for each part of an output whether it is right."""
    return [
        np.shape(got) == np.shape(part) and np.allclose(got, part, rtol=1e-9, atol=1e-12)
        for got, part in zip(observed, reference(*arguments), strict=True)
    ]


# --- gradient_descent_step, train_one_epoch -------------------------------------------------------


def _one_epoch(w, b, X, y, alpha, batch_size) -> Parameters:
    """Train logistic regression for an epoch, without shuffling, as the course's network does."""
    model = Sequential([Dense(1, activation="sigmoid")])
    model.build(X.shape[1])
    model.set_weights([np.reshape(w, (-1, 1)), np.reshape(b, 1)])
    model.compile(SGD(alpha), BinaryCrossentropy())
    model.fit(X, y[:, None], epochs=1, batch_size=batch_size, shuffle=False)
    kernel, bias = model.get_weights()
    return kernel[:, 0], float(bias[0])


def _one_step(w, b, X, y, alpha) -> Parameters:
    return _one_epoch(w, b, X, y, alpha, len(y))


def _slopes(w, b, X, y) -> tuple[np.ndarray, float]:
    error = sigmoid(X @ w + b) - y
    return X.T @ error / len(y), error.mean()


def _step_with(slopes: Callable) -> Callable:
    """Return a step that is right but for how it computes its two slopes."""

    def step(w, b, X, y, alpha):
        dj_dw, dj_db = slopes(w, b, X, y)
        return w - alpha * dj_dw, b - alpha * dj_db

    return step


def _uphill(w, b, X, y, alpha):
    dj_dw, dj_db = _slopes(w, b, X, y)
    return w + alpha * dj_dw, b + alpha * dj_db


def _w_first(w, b, X, y, alpha):
    w = w - alpha * _slopes(w, b, X, y)[0]
    return w, b - alpha * _slopes(w, b, X, y)[1]


def _b_first(w, b, X, y, alpha):
    b = b - alpha * _slopes(w, b, X, y)[1]
    return w - alpha * _slopes(w, b, X, y)[0], b


def _weight_by_weight(w, b, X, y, alpha):
    w = np.array(w, dtype=float)
    for j in range(len(w)):
        w[j] = w[j] - alpha * _slopes(w, b, X, y)[0][j]
    return w, b


def _weight_by_weight_then_b(w, b, X, y, alpha):
    w, b = _weight_by_weight(w, b, X, y, alpha)
    return w, b - alpha * _slopes(w, b, X, y)[1]


def _b_apart_from_the_weights(w, b, X, y, alpha):
    return _weight_by_weight(w, b, X, y, alpha)[0], _one_step(w, b, X, y, alpha)[1]


def _without_alpha(w, b, X, y, alpha):
    return _one_step(w, b, X, y, 1.0)


def _bias_left_behind(w, b, X, y, alpha):
    return _one_step(w, b, X, y, alpha)[0], b


def _slopes_returned(w, b, X, y, alpha):
    return _slopes(w, b, X, y)


def _change_returned(w, b, X, y, alpha):
    dj_dw, dj_db = _slopes(w, b, X, y)
    return -alpha * dj_dw, -alpha * dj_db


@_step_with
def _sum_step(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error, error.sum()


@_step_with
def _sum_for_b_only(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error / len(y), error.sum()


@_step_with
def _sum_for_w_only(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error, error.mean()


@_step_with
def _mean_over_features(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error / X.shape[1], error.sum() / X.shape[1]


@_step_with
def _no_sigmoid(w, b, X, y):
    error = X @ w + b - y
    return X.T @ error / len(y), error.mean()


@_step_with
def _squared_error_slope(w, b, X, y):
    a = sigmoid(X @ w + b)
    error = (a - y) * a * (1 - a)
    return X.T @ error / len(y), error.mean()


@_step_with
def _decisions(w, b, X, y):
    error = (X @ w + b >= 0) - y
    return X.T @ error / len(y), error.mean()


@_step_with
def _decisions_above_one_half(w, b, X, y):
    error = (X @ w + b > 0) - y
    return X.T @ error / len(y), error.mean()


@_step_with
def _cost_for_slope(w, b, X, y):
    z = X @ w + b
    cost = float(np.mean(np.logaddexp(0, z) - y * z))
    return cost, cost


@_step_with
def _squared_errors(w, b, X, y):
    error = (sigmoid(X @ w + b) - y) ** 2
    return X.T @ error / len(y), error.mean()


@_step_with
def _bias_not_in_z(w, b, X, y):
    return _slopes(w, 0.0, X, y)


@_step_with
def _mean_times_mean(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return error.mean() * X.mean(axis=0), error.mean()


@_step_with
def _one_slope_for_all(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return np.mean(error[:, None] * X), error.mean()


@_step_with
def _means_of_sums(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return (X.T @ error).mean(), error.mean()


@_step_with
def _one_feature_code(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return (error * X).mean(), error.mean()


@_step_with
def _mean_over_features_for_w_only(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error / X.shape[1], error.mean()


@_step_with
def _falling_sigmoid(w, b, X, y):
    error = sigmoid(-(X @ w + b)) - y
    return X.T @ error / len(y), error.mean()


@_step_with
def _divided_twice(w, b, X, y):
    dj_dw, dj_db = _slopes(w, b, X, y)
    return dj_dw / len(y), dj_db / len(y)


def _example_by_example(w, b, X, y, alpha):
    for i in range(len(y)):
        w, b = _one_step(w, b, X[i : i + 1], y[i : i + 1], alpha)
    return w, b


def _share_by_share(w, b, X, y, alpha):
    for i in range(len(y)):
        w, b = _one_step(w, b, X[i : i + 1], y[i : i + 1], alpha / len(y))
    return w, b


@_step_with
def _first_example_only(w, b, X, y):
    return _slopes(w, b, X[:1], y[:1])


@_step_with
def _last_example_only(w, b, X, y):
    error = sigmoid(X[-1] @ w + b) - y[-1]
    return error * X[-1], error


@_step_with
def _overflowing(w, b, X, y):
    e = np.exp(X @ w + b)
    error = e / (1 + e) - y
    return X.T @ error / len(y), error.mean()


def _times_the_step(arguments: tuple, observed: Any) -> float:
    """Return the factor of a step that has the right direction; 1 where there is none."""
    w, b, X = arguments[:3]
    z = X @ w + b
    if np.ptp(z) == 0 or np.abs(z).min() > 30:
        return 1.0  # one z for all, or no slope of the sigmoid: whatever is wrong may be a factor
    right = _one_step(*arguments)
    taken, wanted = (np.append(part[0] - w, part[1] - b) for part in (observed, right))
    factor = float(taken @ wanted / (wanted @ wanted))
    return factor if np.allclose(taken, factor * wanted, rtol=1e-6, atol=1e-12) else 1.0


def _step_in_words(factor: float) -> str:
    if factor == 0:
        return "Neither w nor b moves."
    way = (
        "has the right direction, but" if factor > 0 else "goes uphill: it has the wrong sign, and"
    )
    return f"Your step {way} it is {abs(factor):.6g} times as long as it should be."


_TUMOURS = np.array([[1.5, -0.5], [-1.0, 0.5], [0.5, 2.0], [-2.0, -1.0], [1.0, 1.5]])
_BENIGN = np.array([0, 1, 0, 1, 1])

_random = np.random.default_rng(6)
# More features than examples, and numbers that no rounding leaves as they are.
_WIDE = _random.normal(size=3), float(_random.normal()), _random.normal(size=(2, 3))

GRADIENT_DESCENT_STEP = Task(
    name="gradient_descent_step",
    section="6.4",
    reference=_one_step,
    returns=("w", "b"),
    probes=(
        (np.array([0.5, -1.0]), 0.25, _TUMOURS[:3] + 0.5, np.array([0, 1, 1]), 0.2),
        (np.array([0.5]), -0.25, np.array([[2.0], [-1.0], [1.0]]), np.array([0, 1, 0]), 0.5),
        (np.array([0.5]), -1.0, np.array([[2.0]]), np.array([1]), 4.0),
        (np.array([0.0, 0.0]), 0.0, _TUMOURS[:2], np.array([1.0, 0.0]), 1.5),
        (*_WIDE[:3], np.array([1, 0]), 0.3),
        # So long a step that the cost rises.
        (np.array([0.5]), 0.0, np.array([[4.0], [3.0], [-2.0]]), np.array([0, 1, 0]), 20.0),
        (np.array([0.5, -1.0]), 0.5, _TUMOURS, _BENIGN, 0.1),
        (np.array([2.0, 1.0]), -3.0, _TUMOURS[:3], _BENIGN[:3], 40.0),
        (np.array([500.0, -300.0]), 20.0, 10 * _TUMOURS, _BENIGN, 2.0),
    ),
    mistakes=(
        Mistake(
            _uphill,
            "You went uphill: your step is the right one with the other sign. The error is f(x) − "
            "y, in this order, and descent subtracts alpha times the slopes.",
            "6.3",
        ),
        Mistake(
            _sum_step,
            "Your step is that of the slopes' sums: it is not divided by m, the number of "
            "examples. The cost is the average loss, so its slopes are averages, too.",
            "6.3",
        ),
        Mistake(
            _mean_over_features,
            "You divided by n, the number of features (columns of X), where m, the number of "
            "examples (rows of X), is asked for.",
            "6.3",
        ),
        Mistake(
            _w_first,
            "Your w is right, but b came off the gradient's path: its slope was computed after w "
            "had moved. Compute both slopes first, then move both parameters.",
            "6.3",
        ),
        Mistake(
            _b_first,
            "Your b is right, but w came off the gradient's path: its slope was computed after b "
            "had moved. Compute both slopes first, then move both parameters.",
            "6.3",
        ),
        Mistake(
            _weight_by_weight_then_b,
            "Your first weight is right. The slope of each later one, and that of b, was computed "
            "after the weights before it had moved, so f(x) had changed. Compute all slopes first, "
            "then move all parameters.",
            "6.3",
        ),
        Mistake(
            _b_apart_from_the_weights,
            "Your b and your first weight are right. The slope of each later weight was computed "
            "after those before it had moved, so f(x) had changed. Compute all slopes first, then "
            "move all parameters.",
            "6.3",
        ),
        Mistake(
            _no_sigmoid,
            "You compared z itself with y. The model's answer is a probability: z has to go "
            "through the sigmoid first.",
            "6.2",
        ),
        Mistake(
            _squared_error_slope,
            "Your slopes have the sigmoid's slope, a(1 − a), as a factor. It belongs to the "
            "squared error; with the logistic loss it cancels, and the error alone remains.",
            "6.3",
        ),
        Mistake(
            _decisions,
            "You compared decisions, which are 0 or 1, with y. The error is taken with the "
            "probability itself.",
            "6.3",
        ),
        Mistake(
            _decisions_above_one_half,
            "You compared decisions with y: 1 for a probability above one half, else 0. The error "
            "is taken with the probability itself.",
            "6.3",
        ),
        Mistake(
            _cost_for_slope,
            "You moved w and b by the cost itself. Descent moves each of them by its slope: how "
            "the cost changes with it.",
            "6.3",
        ),
        Mistake(
            _squared_errors,
            "You squared the errors. The slope of the logistic loss is the error itself, with its "
            "sign.",
            "6.3",
        ),
        Mistake(
            _bias_not_in_z,
            "You left the bias b out of z: the model's z is the features times w, plus b.",
            "6.2",
        ),
        Mistake(
            _mean_times_mean,
            "Your b is right. For w you multiplied two averages; what is wanted is the average of "
            "the products: each example's error times its own features.",
            "6.3",
        ),
        Mistake(
            _one_slope_for_all,
            "Your b is right. For w you averaged over the features as well, so that all weights "
            "get the same slope. Each feature has a slope of its own.",
            "6.4",
        ),
        Mistake(
            _means_of_sums,
            "Your b is right. For w you took the mean of the features' sums, so that all weights "
            "get the same slope. Each feature has a slope of its own: its sum over the examples, "
            "divided by their number.",
            "6.4",
        ),
        Mistake(
            _one_feature_code,
            "`error * X` is the lesson's product for a single feature. Here X is a table: NumPy "
            "pairs the errors with its columns instead of its rows. Look at the product for all "
            "thirty features.",
            "6.4",
        ),
        Mistake(
            _mean_over_features_for_w_only,
            "Your b is right. For w you divided by the number of features (columns of X) instead "
            "of by the number of examples (rows of X).",
            "6.4",
        ),
        Mistake(
            _falling_sigmoid,
            "Your probabilities fall where z rises: they are 1 minus the right ones. The sigmoid "
            "is 1 / (1 + exp(−z)), with this sign.",
            "6.2",
        ),
        Mistake(
            _first_example_only,
            "Only the first example has an effect. The slopes are averages over all examples; a "
            "`return` inside a loop would end it after one.",
            "6.3",
        ),
        Mistake(
            _last_example_only,
            "Only the last example has an effect. The slopes are averages over all examples: a "
            "loop adds each one's slope to a sum (`+=`), and divides by their number.",
            "6.3",
        ),
        Mistake(
            _example_by_example,
            "You took a step for every single example. Here it is one step, with slopes averaged "
            "over all the examples.",
            "6.8",
        ),
        Mistake(
            _share_by_share,
            "You moved w and b after each example, by its share of the step. So the next example's "
            "f(x) is that of parameters which have moved already. Add up the slopes of all "
            "examples first, then move once.",
            "6.3",
        ),
        Mistake(
            _without_alpha,
            "Your step is the slope itself, without the learning rate: each slope has to be "
            "multiplied by α.",
            "6.3",
        ),
        Mistake(
            _slopes_returned,
            "You returned the slopes. Wanted are the parameters after the step that the slopes ask "
            "for.",
            "6.3",
        ),
        Mistake(
            lambda w, b, X, y, alpha: np.append(*_one_step(w, b, X, y, alpha)),
            "Your numbers are right, but in one array. Return two things: w, and b.",
        ),
        Mistake(
            _change_returned,
            "You returned how far the parameters move. Wanted is where they are afterwards: the "
            "old values plus that change.",
            "6.3",
        ),
        Mistake(
            _overflowing,
            "Where z is very large, you get nan: an exponential is infinite there, and infinity "
            "divided by infinity, or multiplied by 0, is nan. The course's own `sigmoid` is right "
            "for every z, and so is the slope made of it: the error times the features.",
            "6.2",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: abs(_times_the_step(arguments, observed) - 1) < 1e-3,
            lambda arguments, observed: (
                f"{_step_in_words(_times_the_step(arguments, observed))} A step is the slope, an "
                f"average over the examples, times alpha, and nothing else. (Here alpha is "
                f"{arguments[4]:g}.)"
            ),
        ),
    ),
    hints=(
        "Write down the three steps in the order of section 6.4: z and the model's answer, the "
        "error for each example, then a slope for w and a slope for b.",
        "The slope for w has the shape of w, (n,). X has shape (m, n) and the error (m,), so X "
        "must be transposed. Both slopes are averages over the m examples.",
        "error = sigmoid(X @ w + b) - y, dj_dw = X.T @ error / len(y), dj_db = error.mean(). "
        "Subtract alpha times each slope, and return both parameters.",
    ),
    reasoning="The logistic loss has the slope f(x) − y in z, for each example. z = Xw + b passes"
    " it on to w multiplied by the example's features, and to b as it is; the cost averages over"
    " the examples. Both slopes are taken at the old parameters, and only then do both move.",
    tested="Right on one and on several examples and features, with small and large learning "
    "rates, and where z is so large that a careless sigmoid overflows.",
)


def _each_batch(w, b, X, y, alpha, batches: list, step: Callable = _one_step) -> Parameters:
    for rows in batches:
        w, b = step(w, b, X[rows], y[rows], alpha)
    return w, b


def _slices(m: int, batch_size: int) -> list[slice]:
    return [slice(start, start + batch_size) for start in range(0, m, batch_size)]


def _last_batch_dropped(w, b, X, y, alpha, batch_size):
    full = len(y) // batch_size
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size)[:full])


def _first_row_skipped(w, b, X, y, alpha, batch_size):
    batches = [slice(i, i + batch_size) for i in range(1, len(y), batch_size)]
    return _each_batch(w, b, X, y, alpha, batches)


def _stops_a_batch_early(w, b, X, y, alpha, batch_size):
    batches = [slice(i, i + batch_size) for i in range(0, len(y) - batch_size, batch_size)]
    return _each_batch(w, b, X, y, alpha, batches)


def _starts_one_apart(w, b, X, y, alpha, batch_size):
    batches = [slice(k, k + batch_size) for k in range(math.ceil(len(y) / batch_size))]
    return _each_batch(w, b, X, y, alpha, batches)


def _never_set_back(w, b, X, y, alpha, batch_size):
    sum_w, sum_b = np.zeros_like(w), 0.0
    for rows in _slices(len(y), batch_size):
        m = len(y[rows])
        dj_dw, dj_db = _slopes(w, b, X[rows], y[rows])
        sum_w, sum_b = sum_w + m * dj_dw, sum_b + m * dj_db
        w, b = w - alpha * sum_w / m, b - alpha * sum_b / m
    return w, b


def _batch_size_as_divisor(w, b, X, y, alpha, batch_size):
    def step(w, b, X, y, alpha):
        return _one_step(w, b, X, y, alpha * len(y) / batch_size)

    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), step)


def _m_as_divisor(w, b, X, y, alpha, batch_size):
    m = len(y)

    def step(w, b, X, y, alpha):
        return _one_step(w, b, X, y, alpha * len(y) / m)

    return _each_batch(w, b, X, y, alpha, _slices(m, batch_size), step)


def _batch_size_as_divisor_for_w_only(w, b, X, y, alpha, batch_size):
    @_step_with
    def step(w, b, X, y):
        error = sigmoid(X @ w + b) - y
        return X.T @ error / batch_size, error.mean()

    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), step)


def _m_as_divisor_for_w_only(w, b, X, y, alpha, batch_size):
    m = len(y)

    @_step_with
    def step(w, b, X, y):
        error = sigmoid(X @ w + b) - y
        return X.T @ error / m, error.mean()

    return _each_batch(w, b, X, y, alpha, _slices(m, batch_size), step)


def _filled_up_with_zeros(w, b, X, y, alpha, batch_size):
    missing = -len(y) % batch_size
    X, y = np.pad(X, ((0, missing), (0, 0))), np.pad(y, (0, missing))
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size))


def _sums_in_batches(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), _sum_step)


def _whole_set(w, b, X, y, alpha, batch_size):
    return _one_step(w, b, X, y, alpha)


def _first_batch_only(w, b, X, y, alpha, batch_size):
    return _one_step(w, b, X[:batch_size], y[:batch_size], alpha)


def _last_batch_only(w, b, X, y, alpha, batch_size):
    return _one_step(w, b, *(array[_slices(len(y), batch_size)[-1]] for array in (X, y)), alpha)


def _one_by_one(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), 1))


def _slopes_at_the_start(w, b, X, y, alpha, batch_size):
    moved = [_one_step(w, b, X[r], y[r], alpha) for r in _slices(len(y), batch_size)]
    return w + sum(new_w - w for new_w, _ in moved), b + sum(new_b - b for _, new_b in moved)


def _mean_of_slopes_at_the_start(w, b, X, y, alpha, batch_size):
    moved = [_one_step(w, b, X[r], y[r], alpha) for r in _slices(len(y), batch_size)]
    return np.mean([new_w for new_w, _ in moved], axis=0), np.mean([new_b for _, new_b in moved])


def _overlapping(w, b, X, y, alpha, batch_size):
    starts = range(len(y))
    return _each_batch(w, b, X, y, alpha, [slice(i, i + batch_size) for i in starts])


def _one_short(w, b, X, y, alpha, batch_size):
    starts = range(0, len(y), batch_size)
    batches = [slice(i, max(i + batch_size - 1, i + 1)) for i in starts]
    return _each_batch(w, b, X, y, alpha, batches)


def _one_too_many(w, b, X, y, alpha, batch_size):
    batches = [slice(i, i + batch_size + 1) for i in range(0, len(y), batch_size)]
    return _each_batch(w, b, X, y, alpha, batches)


def _equal_batches(w, b, X, y, alpha, batch_size):
    batches = np.array_split(np.arange(len(y)), math.ceil(len(y) / batch_size))
    return _each_batch(w, b, X, y, alpha, batches)


def _equal_batches_rounded_down(w, b, X, y, alpha, batch_size):
    batches = np.array_split(np.arange(len(y)), len(y) // batch_size)
    return _each_batch(w, b, X, y, alpha, batches)


def _two_batches(w, b, X, y, alpha, batch_size):
    w, b = _one_step(w, b, X[:batch_size], y[:batch_size], alpha)
    w, b = _plain_step(w, b, X[batch_size:], y[batch_size:], alpha)
    return w, b


def _two_batches_at_most(w, b, X, y, alpha, batch_size):
    w, b = _one_step(w, b, X[:batch_size], y[:batch_size], alpha)
    return _one_step(w, b, X[batch_size:], y[batch_size:], alpha) if len(y) > batch_size else (w, b)


def _backwards(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size)[::-1])


def _batch_size_as_count(w, b, X, y, alpha, batch_size):
    batches = np.array_split(np.arange(len(y)), min(batch_size, len(y)))
    return _each_batch(w, b, X, y, alpha, batches)


def _two_epochs(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, 2 * _slices(len(y), batch_size))


def _every_kth(w, b, X, y, alpha, batch_size):
    batches = [slice(start, None, batch_size) for start in range(min(batch_size, len(y)))]
    return _each_batch(w, b, X, y, alpha, batches)


def _all_in_each_step(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, [slice(None) for _ in _slices(len(y), batch_size)])


def _batches_with_plain_formulas(w, b, X, y, alpha, starts, stop: Callable):
    """An empty batch gives nan here, as it does to a reader."""
    for start in starts:
        rows = slice(start, stop(start))
        error = sigmoid(X[rows] @ w + b) - y[rows]
        w, b = w - alpha * (X[rows].T @ error / np.float64(len(error))), b - alpha * error.mean()
    return w, b


def _stop_at_batch_size(w, b, X, y, alpha, batch_size):
    starts = range(0, len(y), batch_size)
    return _batches_with_plain_formulas(w, b, X, y, alpha, starts, lambda i: batch_size)


def _empty_batch(w, b, X, y, alpha, batch_size):
    starts = range(0, len(y) + 1, batch_size)
    return _batches_with_plain_formulas(w, b, X, y, alpha, starts, lambda i: i + batch_size)


def _no_sigmoid_epoch(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), _no_sigmoid)


def _bias_never(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), _bias_left_behind)


def _b_after_the_loop(w, b, X, y, alpha, batch_size):
    for rows in _slices(len(y), batch_size):
        dj_db = _slopes(w, b, X[rows], y[rows])[1]
        w = _one_step(w, b, X[rows], y[rows], alpha)[0]
    return w, b - alpha * dj_db


def _uphill_epoch(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), _uphill)


def _w_first_epoch(w, b, X, y, alpha, batch_size):
    return _each_batch(w, b, X, y, alpha, _slices(len(y), batch_size), _w_first)


def _other_order(arguments: tuple, observed: Any) -> tuple[int, ...]:
    """Return the order of the rows that leads to what was observed; () if there is none."""
    w, b, X, y, alpha, batch_size = arguments
    if len(y) > 5:
        return ()  # too many orders to try
    for order in itertools.permutations(range(len(y))):
        now = w, b
        for rows in _slices(len(y), batch_size):
            chosen = list(order[rows])
            now = _plain_step(*now, X[chosen], y[chosen], alpha)
        if _agrees(observed, now):
            return order
    return ()


def _agrees(observed: Any, wanted: Parameters) -> bool:
    return all(np.allclose(g, n, rtol=1e-9) for g, n in zip(observed, wanted, strict=True))


def _batches_without_effect(arguments: tuple, observed: Any) -> list[int]:
    """Return the batches without which an epoch leads to what was observed; [] if none are."""
    *start, batch_size = arguments
    batches = _slices(len(start[3]), batch_size)
    if len(batches) > 5:
        return []  # too many to try
    for count in range(len(batches)):
        for kept in itertools.combinations(range(len(batches)), count):
            if _agrees(observed, _each_batch(*start, [batches[k] for k in kept], _plain_step)):
                return [k for k in range(len(batches)) if k not in kept]
    return []


def _rows_of_last_batch(arguments: tuple, observed: Any) -> range:
    """Return the rows that the last batch holds, if the batches before it are right."""
    *start, batch_size = arguments
    m = len(start[3])
    *before, last = _slices(m, batch_size)
    for right in (before, before[:-1]):
        for first, end in itertools.combinations(range(m + 1), 2):
            batches = [*right, slice(first, end)]
            wrong = (len(right), first, end) != (len(before), last.start, m)
            if wrong and _agrees(observed, _each_batch(*start, batches, _plain_step)):
                return range(first, end)
    return range(0)


def _in_rows(rows: Any) -> str:
    first, last = rows[0], rows[-1]
    return f"row {first}" if first == last else f"the rows {first} to {last}"


def _about_batches(arguments: tuple, observed: Any) -> str:
    m, batch_size = len(arguments[3]), arguments[5]
    missing = _batches_without_effect(arguments, observed)
    starts = range(0, m, batch_size)
    if len(missing) == len(starts):
        return "On this input w and b do not move. An epoch takes a step for each batch."
    rows = " and ".join(_in_rows(range(starts[k], min(starts[k] + batch_size, m))) for k in missing)
    return (
        f"On this input your result is that of an epoch in which {rows} had no effect. An epoch "
        "looks at every example once."
    )


_plain_step = _step_with(_slopes)
_SEVEN = np.array(
    [[1.0, 0.5], [-1.0, 2.0], [0.5, -1.5], [2.0, 1.0], [-0.5, -1.0], [1.5, -2.0], [-1.5, 0.5]]
)
_SEVEN_LABELS = np.array([1, 0, 0, 1, 1, 0, 1])

TRAIN_ONE_EPOCH = Task(
    name="train_one_epoch",
    section="6.8",
    reference=_one_epoch,
    returns=("w", "b"),
    probes=(
        (np.array([0.5, -0.5]), 0.25, _SEVEN[:5], _SEVEN_LABELS[:5], 0.4, 2),
        (np.array([0.5]), 0.0, np.array([[2.0], [-1.0], [1.0]]), np.array([0, 1, 1]), 0.5, 2),
        (np.array([0.5, -0.5]), 0.0, _SEVEN, _SEVEN_LABELS, 0.5, 3),
        (np.array([0.0, 0.0]), 0.5, _SEVEN, _SEVEN_LABELS, 2.0, 5),
        (np.array([1.0, 0.0]), 0.0, _SEVEN[:6], _SEVEN_LABELS[:6], 1.0, 2),
        (np.array([0.0, 1.0]), -0.5, _SEVEN, _SEVEN_LABELS, 2.5, 1),
        (np.array([0.0, 1.0]), -0.5, _SEVEN, _SEVEN_LABELS, 1.0, 7),
        (np.array([0.0, 1.0]), -0.5, _SEVEN, _SEVEN_LABELS, 1.0, 32),
        (*_WIDE[:2], _random.normal(size=(11, 3)), np.arange(11) % 2, 0.3, 4),
    ),
    mistakes=(
        Mistake(
            _last_batch_dropped,
            "You left out the last batch. It may be shorter than the others, but its examples "
            "count as well: an epoch looks at every example once.",
        ),
        Mistake(
            _first_row_skipped,
            "The first example has no effect: your first batch starts at row 1. In NumPy the first "
            "row has the index 0.",
        ),
        Mistake(
            _stops_a_batch_early,
            "You left out the last batch, a full one too. A batch starts at every multiple of the "
            "batch size below m: an epoch looks at every example once.",
        ),
        Mistake(
            _starts_one_apart,
            "Your batches start at the rows 0, 1, 2, …: the number of the batch has still to be "
            "multiplied by the batch size.",
        ),
        Mistake(
            _never_set_back,
            "Your sums of slopes are never set back to 0: each batch adds to those of the batches "
            "before it. Start every batch with sums of its own.",
        ),
        Mistake(
            _batch_size_as_divisor,
            "You divided by the batch size in every batch. The last batch can be shorter: divide "
            "by the number of examples that are really in it.",
        ),
        Mistake(
            _m_as_divisor,
            "You divided by the number of all examples. A batch's slope is the average over the "
            "batch, so divide by the number of examples in the batch.",
        ),
        Mistake(
            _batch_size_as_divisor_for_w_only,
            "In the slope of b you divided by the number of examples in the batch, in that of w by "
            "the batch size. The last batch can be shorter: divide both by the number of examples "
            "that are really in it.",
        ),
        Mistake(
            _m_as_divisor_for_w_only,
            "In the slope of b you divided by the number of examples in the batch, in that of w by "
            "the number of all examples. Both are averages over the batch.",
        ),
        Mistake(
            _filled_up_with_zeros,
            "Where the last batch is shorter than the others, your result is that of a batch "
            "filled up with rows of zeros and labels 0. They count in the average and move b. The "
            "last batch has only the examples that are left.",
        ),
        Mistake(
            _sums_in_batches,
            "In each batch you added up the slopes of its examples without averaging them.",
        ),
        Mistake(
            _whole_set,
            "You took a single step on all the examples. Cut them into batches, and take a step "
            "for each batch.",
        ),
        Mistake(
            _first_batch_only,
            "Only the first batch has an effect. An epoch goes through all of them; a `return` "
            "inside the loop would end it after one.",
        ),
        Mistake(
            _last_batch_only,
            "Only your last batch has an effect. Every batch takes a step, and each step starts "
            "from where the one before it ended, not from the first parameters.",
        ),
        Mistake(
            _one_by_one,
            "You took a step for every single example. Take one step for each batch, with the "
            "average slope of its examples.",
        ),
        Mistake(
            _slopes_at_the_start,
            "You computed the slopes of all the batches at the starting parameters. After each "
            "batch the parameters move, and the next batch's slopes are taken where they then are.",
        ),
        Mistake(
            _mean_of_slopes_at_the_start,
            "Your result is one step, with the mean of the batches' slopes, all at the starting "
            "parameters. Every batch takes a step of its own, and the next batch's slopes are "
            "taken where w and b then are.",
        ),
        Mistake(
            _overlapping,
            "Your batches overlap: each starts only one example after the one before. The next "
            "batch has to start where the last one ended.",
        ),
        Mistake(
            _one_short,
            "Each of your batches misses its last example. A slice ends before its second number, "
            "so nothing has to be taken off.",
        ),
        Mistake(
            _one_too_many,
            "Each of your batches also takes the first example of the next one. A slice ends "
            "before its second number: start + batch_size is no row of it.",
        ),
        Mistake(
            _equal_batches,
            "You shared the examples out evenly. Every batch has the full size but the last, which "
            "takes what is left.",
        ),
        Mistake(
            _equal_batches_rounded_down,
            "You shared the examples out evenly, into m // batch_size batches, which are none "
            "where the batch size is larger than m. Every batch has the full size but the last, "
            "which takes what is left.",
        ),
        Mistake(
            _two_batches,
            "You took two steps: one on the first batch, and one on all the rest, which may be "
            "more than a batch, or nothing. There are as many batches as it takes.",
        ),
        Mistake(
            _two_batches_at_most,
            "You took two steps: one on the first batch, and one on all the rest, which may be "
            "more than a batch. There are as many batches as it takes.",
        ),
        Mistake(
            _batch_size_as_count,
            "You cut the examples into as many batches as the batch size says. The batch size is "
            "the number of examples in a batch, not the number of batches.",
        ),
        Mistake(
            _backwards,
            "You took the batches from the last to the first. This task takes them in the order of "
            "the rows, as without shuffling.",
        ),
        Mistake(
            _two_epochs,
            "You went through all the examples twice. An epoch is one pass.",
        ),
        Mistake(
            _every_kth,
            "Each of your batches takes rows that are far apart. A batch is made of rows that "
            "follow one another.",
        ),
        Mistake(
            _all_in_each_step,
            "You take the right number of steps, but each one uses all the examples. A step uses "
            "those of its batch only.",
        ),
        Mistake(
            _stop_at_batch_size,
            "From the second one on, your batches hold no examples, and their average is nan. Each "
            "is cut out of all of X and y, from where it starts to one batch size after that.",
        ),
        Mistake(
            _empty_batch,
            "Where the batch size divides the number of examples, your last batch is empty, and "
            "its average is nan. Stop before a batch would start behind the last row.",
        ),
        Mistake(
            _no_sigmoid_epoch,
            "Your batches are right, but you compared z itself with y. z has to go through the "
            "sigmoid first.",
            "6.2",
        ),
        Mistake(
            _bias_never,
            "Your batches are right, but b never moves. It is a parameter as well, with a slope of "
            "its own.",
            "6.3",
        ),
        Mistake(
            _b_after_the_loop,
            "Your w moves with each batch, but b only once, after all of them. Both move with each "
            "batch, and the next batch's slopes are taken where both then are.",
            "6.3",
        ),
        Mistake(
            _uphill_epoch,
            "Your batches are right, but each step goes uphill: it has the other sign. The error "
            "is f(x) − y, in this order, and descent subtracts alpha times the slopes.",
            "6.3",
        ),
        Mistake(
            _w_first_epoch,
            "Your batches are right, but in each step w moves before the slope of b is computed. "
            "Compute both slopes first, then move both parameters.",
            "6.3",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: not _other_order(arguments, observed),
            lambda arguments, observed: (
                "Your result is that of an epoch with the rows in another order: "
                f"{', '.join(map(str, _other_order(arguments, observed)))}. Here nothing is "
                "shuffled: the batches are made of rows that follow one another, from the first on."
            ),
        ),
        Property(
            lambda arguments, observed: not _batches_without_effect(arguments, observed),
            _about_batches,
        ),
        Property(
            lambda arguments, observed: not _rows_of_last_batch(arguments, observed),
            lambda arguments, observed: (
                "On this input your batches are right but the last, which holds "
                f"{_in_rows(_rows_of_last_batch(arguments, observed))}. Each row belongs to "
                "one batch, and each batch but the last has batch_size rows."
            ),
        ),
        Property(
            lambda arguments, observed: not any(np.isnan(part).any() for part in observed),
            "Your parameters become nan. No number is large here, so it is 0 divided by 0, as the "
            "average over a batch without any rows is. Print where each batch starts and ends: "
            "together they have to be the rows 0 to m − 1, each of them once.",
        ),
    ),
    hints=(
        "An epoch is one look at each example. How many batches are there, and which rows does the "
        "last one have?",
        "Loop over where each batch starts: 0, batch_size, 2 · batch_size and so on, as long as "
        "that is below m. A slice may reach beyond the end; it then takes what is there.",
        "for start in range(0, len(y), batch_size): take rows start to start + batch_size of X and "
        "of y, compute both slopes as averages over these rows at the present w and b, and move.",
    ),
    reasoning="A slice that reaches beyond the end of an array simply ends with it, so the short "
    "last batch needs no special case, as long as the average is over the examples that are in "
    "the batch. Each step starts from the parameters that the one before it left.",
    tested="Right with batch sizes that divide the number of examples and that do not, with "
    "batches of one, and with a batch size as large as the data and larger.",
)


# --- hidden_layer_forward -------------------------------------------------------------------------


def _network(hidden: str, W1, b1, W2, b2) -> Sequential:
    model = Sequential([Dense(len(b1), activation=hidden), Dense(len(b2))])
    model.build(len(W1))
    model.set_weights([W1, b1, W2, b2])
    return model


def _logits(X, W1, b1, W2, b2) -> np.ndarray:
    return _network("relu", W1, b1, W2, b2).predict(X)


def _relu(z):
    return np.maximum(0, z)


def _shares(Z2) -> bool:
    """Whether the outputs add up to 1 in each row, as probabilities do."""
    return bool(np.min(Z2) >= 0 and np.allclose(np.sum(Z2, axis=1), 1))


def _squashed(arguments: tuple, Z2: Any) -> bool:
    """Whether all outputs lie in [−1, 1] and in the order of the right ones, which do not."""
    right = _logits(*arguments)
    if right.size < 5:  # of fewer, the order is right by chance
        return False
    if np.shape(Z2) != right.shape or np.abs(Z2).max() > 1 or np.abs(right).max() <= 1:
        return False
    in_order = np.asarray(Z2).ravel()[right.ravel().argsort()]
    return bool(np.ptp(in_order) > 0 and (np.diff(in_order) > -1e-12).all())


def _all_open_if_one_is(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    return np.where((Z1 > 0).any(axis=1, keepdims=True), Z1, 0) @ W2 + b2


_X = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]])
_W1 = np.array([[1.0, -2.0, 0.5], [0.5, 1.5, -1.0]])
_B1 = np.array([0.5, -1.0, 2.0])
_W2 = np.array([[1.0, -1.0, 0.5, 2.0], [0.5, 2.0, -1.0, 1.0], [-2.0, 1.0, 1.5, -0.5]])
_B2 = np.array([0.5, -0.5, 1.0, 2.0])
_SQUARE = np.array([[1.0, -2.0], [0.5, 1.5]])
# Not _SQUARE.T and a constant: the rows of line 1 add up to 0, so that W1 would do for W2.
_OTHER_SQUARE = np.array([[2.0, 1.5], [-1.0, 0.5]])
_LARGER = tuple(_random.normal(size=shape) for shape in ((6, 3), (3, 5), (5,), (5, 4), (4,)))
# No two sizes are the same: 5 examples, 2 features, 3 hidden units, 4 classes.
_X5 = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0], [0.5, -1.0], [-2.0, 1.5]])

HIDDEN_LAYER_FORWARD = Task(
    name="hidden_layer_forward",
    section="6.5",
    reference=_logits,
    probes=(
        (_X5, _W1, _B1, _W2, _B2),
        (_X[:1], _SQUARE, _B1[:2], _SQUARE.T + 1, _B2[:2]),
        (_X, _W1, _B1, _W2, _B2),
        _LARGER,
        (_X, -np.abs(_W1), np.array([-9.0, -9.0, -9.0]), _W2, _B2),
        (100 * _X, _W1, _B1, _W2, _B2),
    ),
    mistakes=(
        Mistake(
            lambda X, W1, b1, W2, b2: (X @ W1 + b1) @ W2 + b2,
            "You left out the hidden layer's activation. Without it the two layers collapse into "
            "a single linear one.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(_relu(X @ W1 + b1) @ W2 + b2),
            "Where a logit is negative you return 0, as a ReLU on the output layer does. Logits "
            "may be negative: the last layer is linear.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: softmax(_relu(X @ W1 + b1) @ W2 + b2),
            "Your output has been through softmax. Wanted are the logits; softmax comes in the "
            "loss, and when the answer is read.",
            "6.8",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: sigmoid(X @ W1 + b1) @ W2 + b2,
            "You used the sigmoid in the hidden layer. This network's hidden activation is ReLU.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.tanh(X @ W1 + b1) @ W2 + b2,
            "You used tanh in the hidden layer. This network's hidden activation is ReLU.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(X @ W1) @ W2 + b2,
            "You left out the hidden layer's bias.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(X @ W1 + b1) @ W2,
            "You left out the output layer's bias.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: (_relu(X @ W1) + b1) @ W2 + b2,
            "You added the hidden layer's bias after the ReLU. It belongs to z, so it comes "
            "before.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.abs(X @ W1 + b1) @ W2 + b2,
            "Where the hidden z is negative you took its absolute value. ReLU gives 0 there.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: (X @ W1 + b1 > 0) @ W2 + b2,
            "Your hidden layer passes on only whether a unit is open, 0 or 1. An open ReLU passes "
            "on the value itself.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.minimum(0, X @ W1 + b1) @ W2 + b2,
            "Your activation keeps the negative values and cuts off the positive ones. ReLU does "
            "it the other way round.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.maximum(0.01 * (X @ W1 + b1), X @ W1 + b1) @ W2 + b2,
            "You used leaky ReLU in the hidden layer. This network has plain ReLU, which gives 0 "
            "where z is negative.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu((X @ W1 + b1) @ W2 + b2),
            "Your ReLU is in the wrong place: it belongs between the two layers, not behind the "
            "second one.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: log_softmax(_relu(X @ W1 + b1) @ W2 + b2),
            "Your output is the logarithm of softmax. Wanted are the logits; softmax and logarithm "
            "come in the loss.",
            "6.8",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(X @ W1.T + b1) @ W2 + b2,
            "You transposed the first layer's weights. They have one column for each hidden unit "
            "already, so they are multiplied as they are.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(X @ W1 + b1),
            "You stopped after the hidden layer. What it puts out still has to go through the "
            "output layer.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: softmax(_relu(X @ W1 + b1) @ W2 + b2, axis=0),
            "Your output has been through softmax, and over the examples at that. Wanted are the "
            "logits; softmax comes in the loss, and when the answer is read.",
            "6.8",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(X @ (W1 + b1)) @ (W2 + b2),
            "You added the biases to the weights, before the product. Then each is multiplied by "
            "the layer's inputs; a bias is added after the product. Look at your parentheses.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: _relu(X @ (W1 + b1)) @ W2 + b2,
            "You added the hidden layer's bias to its weights, before the product. It is added "
            "after the product. Look at your parentheses.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.max(X @ W1 + b1, 0) @ W2 + b2,
            "You took the largest number of each column, as `np.max(…, 0)` does: its second "
            "argument is an axis. To compare each number with 0 there is `np.maximum`.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.clip(X @ W1 + b1, 0, 1) @ W2 + b2,
            "Your activation stops at 1. ReLU has no upper limit.",
        ),
        Mistake(
            lambda X, W1, b1, W2, b2: np.trunc(_relu(X @ W1 + b1)) @ W2 + b2,
            "Your hidden layer passes on whole numbers: what stands behind the decimal point is "
            "cut off, as an array of dtype int does.",
        ),
        Mistake(
            _all_open_if_one_is,
            "Where any hidden unit of an example is open, you let all its units through, the "
            "negative ones, too. ReLU decides for each number by itself: `np.maximum(0, Z1)`.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, Z2: not _shares(Z2),
            "In each row your outputs add up to 1, as probabilities do. Wanted are the logits: "
            "what the output layer gives, as it is.",
        ),
        Property(
            lambda arguments, Z2: not _squashed(arguments, Z2),
            "On this input your outputs have the order of the right ones, but all of them lie "
            "between −1 and 1. Logits have no limits: return what the output layer gives, as it "
            "is.",
        ),
    ),
    hints=(
        "There are two layers, and each one multiplies by its weights and adds its bias. What "
        "happens between them, and what does not happen at the end?",
        "Follow the shapes: X is (m, n) and W1 is (n, h), so their product is (m, h). That is what "
        "the activation gets, and what the second layer starts from.",
        "Z1 = X @ W1 + b1, A1 = np.maximum(0, Z1), and the logits are A1 @ W2 + b2.",
    ),
    reasoning="Each layer is a matrix product plus a bias. Only the hidden layer has an "
    "activation; the output layer ends in logits, and softmax waits for the loss or the reader.",
    tested="Right on one example and several, with layers of different sizes, with a hidden layer"
    " that is shut for every example, and with large features.",
)


# --- backpropagate --------------------------------------------------------------------------------


def _with_hidden(activation: str) -> Callable:
    """Return backpropagation through a hidden layer with another activation."""

    def answer(X, y, W1, b1, W2, b2):
        model = _network(activation, W1, b1, W2, b2)
        model.compile(SGD(), SparseCategoricalCrossentropy(from_logits=True))
        return tuple(model.gradients(X, y))

    return answer


_gradients = _with_hidden("tanh")


def _way_back(
    line_1: Callable | None = None,
    line_2: Callable | None = None,
    line_4: Callable | None = None,
    bias: Callable | None = None,
) -> Callable:
    """Return backpropagation with some of its lines replaced."""

    def right_line_1(Z2, y):
        return (softmax(Z2) - one_hot(y, Z2.shape[1])) / len(y)

    def right_line_4(da, Z1, A1):
        return da * (1 - A1**2)

    def answer(X, y, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        A1 = np.tanh(Z1)
        Z2 = A1 @ W2 + b2
        dz2 = (line_1 or right_line_1)(Z2, y)
        dz1 = (line_4 or right_line_4)(dz2 @ W2.T, Z1, A1)
        weights = line_2 or (lambda x, dz: x.T @ dz)
        biases = bias or (lambda dz: dz.sum(axis=0))
        return weights(X, dz1), biases(dz1), weights(A1, dz2), biases(dz2)

    return answer


def _output_slope_too(Z2, y):
    a = softmax(Z2)
    return (a - one_hot(y, a.shape[1])) * a * (1 - a) / len(y)


def _relu_on_the_way_up(slope: Callable) -> Callable:
    """Return backpropagation with ReLU on the way up, and `slope` of Z1 and A1 on the way down."""

    def answer(X, y, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        A1 = _relu(Z1)
        dz2 = (softmax(A1 @ W2 + b2) - one_hot(y, len(b2))) / len(y)
        dz1 = dz2 @ W2.T * slope(Z1, A1)
        return X.T @ dz1, dz1.sum(axis=0), A1.T @ dz2, dz2.sum(axis=0)

    return answer


def _line_3_through(weights: Callable) -> Callable:
    """Return backpropagation whose blame comes back through other weights than W2.T."""

    def answer(X, y, W1, b1, W2, b2):
        A1 = np.tanh(X @ W1 + b1)
        dz2 = (softmax(A1 @ W2 + b2) - one_hot(y, len(b2))) / len(y)
        dz1 = dz2 @ weights(W1, W2) * (1 - A1**2)
        return X.T @ dz1, dz1.sum(axis=0), A1.T @ dz2, dz2.sum(axis=0)

    return answer


def _new_weights(X, y, W1, b1, W2, b2):
    slopes = _gradients(X, y, W1, b1, W2, b2)
    return tuple(old - slope for old, slope in zip((W1, b1, W2, b2), slopes, strict=True))


def _z1_for_a1(X, y, W1, b1, W2, b2):
    dw1, db1, _, db2 = _gradients(X, y, W1, b1, W2, b2)
    Z1 = X @ W1 + b1
    dz2 = (softmax(np.tanh(Z1) @ W2 + b2) - one_hot(y, len(b2))) / len(y)
    return dw1, db1, Z1.T @ dz2, db2


def _hidden_layer_divided_twice(X, y, W1, b1, W2, b2):
    dw1, db1, dw2, db2 = _gradients(X, y, W1, b1, W2, b2)
    return dw1 / len(y), db1 / len(y), dw2, db2


def _weights_before_biases(X, y, W1, b1, W2, b2):
    dw1, db1, dw2, db2 = _gradients(X, y, W1, b1, W2, b2)
    return dw1, dw2, db1, db2


def _parts(arguments: tuple, observed: Any) -> tuple[bool, ...]:
    return tuple(_right(_gradients, arguments, observed))


def _where_it_goes_wrong(arguments: tuple, observed: Any) -> str:
    """Say which lines are right, from which of the four parts are."""
    dw1, db1, dw2, db2 = _parts(arguments, observed)
    names = ("dj_dw1", "dj_db1", "dj_dw2", "dj_db2")
    wrong = [name for name, right in zip(names, (dw1, db1, dw2, db2), strict=True) if not right]
    where = ""
    if dw2 and db2:
        where = (
            " So lines 1 and 2 are right here; look at lines 3, 4 and 5, and at what comes after."
        )
    if (dw1 and dw2) or (db1 and db2):
        what = "product" if db1 and db2 else "sum"
        lines = ["2"] * (not dw2 or not db2) + ["5"] * (not dw1 or not db1)
        where = f" So look at the {what} in line {lines[0]}: what goes in, what becomes of it."
        if len(lines) == 2:
            where = f" So look at the {what}s in lines 2 and 5: what goes in, what becomes of it."
    verb = "is" if len(wrong) == 1 else "are"
    return f"On this input {' and '.join(wrong)} {verb} wrong, the rest is right.{where}"


def _sum_of_bias_slopes(arguments: tuple, observed: Any) -> float:
    """Return what dj_db2 adds up to; 0 if any of the four parts is right, for it does not tell."""
    if any(_parts(arguments, observed)) or np.shape(observed[3]) != np.shape(arguments[5]):
        return 0.0
    return float(np.sum(observed[3]))


def _output_layer_first(X, y, W1, b1, W2, b2):
    dw1, db1, dw2, db2 = _gradients(X, y, W1, b1, W2, b2)
    return dw2, db2, dw1, db1


_Y3 = np.array([2, 0, 3])
_SMALL = (0.5 * _X, _Y3, _W1, _B1, _W2, _B2)

BACKPROPAGATE = Task(
    name="backpropagate",
    section="6.6",
    reference=_gradients,
    returns=("dj_dw1", "dj_db1", "dj_dw2", "dj_db2"),
    probes=(
        (_X5 / 2, np.array([1, 0, 2, 0, 1]), _W1, _B1, _W2, _B2),
        (_X[:2] / 2, np.array([1, 0]), _SQUARE, _B1[:2], _OTHER_SQUARE, _B2[:2]),
        _SMALL,
        (_X[:1], np.array([1]), _W1, _B1, _W2, _B2),
        (_LARGER[0], np.array([2, 0, 3, 1, 0, 2]), *_LARGER[1:]),
        (np.tile(_LARGER[0], (5, 1)), np.arange(30) % 4, *_LARGER[1:]),
    ),
    mistakes=(
        Mistake(
            _way_back(line_1=lambda Z2, y: softmax(Z2) - one_hot(y, Z2.shape[1])),
            "All your slopes are m times too large: the 1/m of the average cost is missing in "
            "line 1.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (softmax(Z2) - one_hot(y, Z2.shape[1])) / Z2.shape[1]),
            "All your slopes are divided by the number of classes N (line 1). The cost is an "
            "average over the m examples: divide by m.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (softmax(Z2) - one_hot(y, Z2.shape[1])) / Z2.size),
            "All your slopes are divided by m · N, the number of all elements (line 1). The cost "
            "is an average over the m examples alone.",
        ),
        Mistake(
            _new_weights,
            "You returned new weights: the old ones minus the slopes. Wanted are the slopes "
            "themselves.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (one_hot(y, Z2.shape[1]) - softmax(Z2)) / len(y)),
            "All your slopes have the wrong sign. Line 1 is the probabilities minus the one-hot "
            "rows, in this order, and nothing after it changes the sign.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (Z2 - one_hot(y, Z2.shape[1])) / len(y)),
            "In line 1 you compared the logits with the one-hot rows. It takes the probabilities: "
            "the logits have to go through softmax first.",
        ),
        Mistake(
            _way_back(
                line_1=lambda Z2, y: (softmax(softmax(Z2)) - one_hot(y, Z2.shape[1])) / len(y)
            ),
            "Your output has been through softmax twice. The network ends in logits; line 1 makes "
            "probabilities of them, once.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: softmax(Z2) / len(y)),
            "In line 1 the one-hot rows are missing: nothing tells your network which class was "
            "right.",
        ),
        Mistake(
            _way_back(line_1=_output_slope_too),
            "In line 1 you multiplied by a(1 − a) as well. With softmax and cross-entropy together "
            "that slope has already been taken into account: probabilities minus one-hot rows is "
            "all.",
        ),
        Mistake(
            _way_back(
                line_1=lambda Z2, y: (softmax(Z2, axis=0) - one_hot(y, Z2.shape[1])) / len(y)
            ),
            "Your softmax runs over the examples (down the columns). It runs over the classes, so "
            "that each row adds up to 1.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da),
            "Your slopes of the output layer are right. In the hidden layer the slope of tanh "
            "(line 4) is missing.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (Z1 > 0)),
            "Your slopes of the output layer are right. In line 4 you used ReLU's slope, as the "
            "lesson did. Here the hidden activation is tanh.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (1 - np.tanh(A1) ** 2)),
            "Your slopes of the output layer are right. In line 4 you took tanh's slope at A1, so "
            "tanh was applied twice. It is the slope at Z1.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (1 - Z1**2)),
            "Your slopes of the output layer are right. In line 4 you squared Z1. The slope of "
            "tanh is 1 minus the square of its output.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (1 - A1)),
            "Your slopes of the output layer are right. In line 4 the square is missing: the slope "
            "of tanh is 1 − tanh².",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (1 - A1) ** 2),
            "Your slopes of the output layer are right. In line 4 you squared the difference. It "
            "is A1 that is squared: 1 − tanh².",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * A1 * (1 - A1**2)),
            "Your slopes of the output layer are right. In line 4 there is a factor A1 too many: "
            "the slope of tanh is 1 − tanh² alone.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (Z1 > 0) * (1 - A1**2)),
            "Your slopes of the output layer are right. In line 4 ReLU's slope is a factor, too. "
            "It is the slope of tanh alone: 1 − tanh².",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (1 - A1**2).mean(axis=0)),
            "Your slopes of the output layer are right. In line 4 the slope of tanh is averaged "
            "over the examples. Each example has its own: 1 − A1² has the shape of A1.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da - A1**2),
            "Your slopes of the output layer are right. Those of the hidden layer are what "
            "dj_da1 − A1² leads to. In line 4 dj_da1 is multiplied by 1 − A1² as a whole: this "
            "difference has to stand in brackets.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * (1 + A1**2)),
            "Your slopes of the output layer are right. In line 4 you added the square; the slope "
            "of tanh is 1 minus it.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * A1),
            "Your slopes of the output layer are right. In line 4 you multiplied by tanh itself. "
            "It takes its slope, 1 − tanh².",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: da * A1 * (1 - A1)),
            "Your slopes of the output layer are right. In line 4 you used the sigmoid's slope, "
            "a(1 − a). Here the hidden activation is tanh.",
        ),
        Mistake(
            _way_back(line_4=lambda da, Z1, A1: 1 - A1**2),
            "Your slopes of the output layer are right. In line 4 the blame that came down from "
            "above was lost: multiply it by the activation's slope, do not replace it.",
        ),
        Mistake(
            _with_hidden("linear"),
            "On the way up you left out the hidden layer's tanh (and its slope on the way down).",
            "6.5",
        ),
        Mistake(
            _with_hidden("relu"),
            "You used ReLU in the hidden layer, as the lesson did. In this task it is tanh.",
        ),
        Mistake(
            _with_hidden("sigmoid"),
            "You used the sigmoid in the hidden layer. In this task it is tanh.",
        ),
        Mistake(
            _relu_on_the_way_up(lambda Z1, A1: 1 - np.tanh(Z1) ** 2),
            "Your line 4 has tanh's slope, but on the way up you used ReLU, as the lesson did. In "
            "this task the hidden activation is tanh both ways.",
            "6.5",
        ),
        Mistake(
            _relu_on_the_way_up(lambda Z1, A1: 1 - A1**2),
            "On the way up you used ReLU, as the lesson did, so that A1 is no tanh and 1 − A1² not "
            "its slope. In this task the hidden activation is tanh.",
            "6.5",
        ),
        Mistake(
            _line_3_through(lambda W1, W2: W1.T),
            "Your slopes of the output layer are right. In line 3 you went back through W1. From "
            "the logits to the hidden layer the way leads through the output layer's weights.",
        ),
        Mistake(
            _line_3_through(lambda W1, W2: W2),
            "Your slopes of the output layer are right. In line 3 the weights have to be "
            "transposed: the blame comes back through them the other way.",
        ),
        Mistake(
            _way_back(
                line_2=lambda x, dz: dz.T @ x,
            ),
            "Your slopes of the biases are right, those of the weights are transposed. Each has "
            "the shape of its own weights: in lines 2 and 5 the layer's input is the transposed "
            "factor.",
        ),
        Mistake(
            _way_back(bias=lambda dz: dz.sum(axis=1)),
            "Your slopes of the weights are right. Those of the biases were added up along the "
            "rows; it is the columns, one for each unit.",
        ),
        Mistake(
            _z1_for_a1,
            "In line 2 you used what goes into the hidden activation. The output layer's input is "
            "what comes out of it, A1.",
        ),
        Mistake(
            lambda X, y, W1, b1, W2, b2: _gradients(X, y, W1, 0 * b1, W2, 0 * b2),
            "On the way up you left out the biases.",
            "6.5",
        ),
        Mistake(
            _way_back(
                line_1=lambda Z2, y: (
                    (one_hot(Z2.argmax(axis=1), Z2.shape[1]) - one_hot(y, Z2.shape[1])) / len(y)
                )
            ),
            "In line 1 you used the class that the network decides for. It takes the "
            "probabilities, before any decision.",
        ),
        Mistake(
            _hidden_layer_divided_twice,
            "Your slopes of the output layer are right. Those of the hidden layer are m times too "
            "small: line 1 has divided by m already, and the other lines pass it on.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (softmax(Z2) - y[:, None]) / len(y)),
            "In line 1 you subtracted the labels themselves from the probabilities. It takes their "
            "one-hot rows: 1 for the right class, 0 elsewhere.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (softmax(Z2) - y) / len(y)),
            "In line 1 you subtracted the labels, which are class numbers, from the probabilities. "
            "It takes their one-hot rows, which have the shape of the probabilities.",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (softmax(Z2) - one_hot(y, y.max() + 1)) / len(y)),
            "You took the number of classes N from the largest label. The last class may be "
            "missing among the labels: N is the number of output units, which the shape of W2 (or "
            "of b2) tells.",
            "6.5",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (softmax(Z2) - one_hot(y, len(set(y)))) / len(y)),
            "You counted the classes among the labels. Some may be missing there: N is the number "
            "of output units, which the shape of W2 (or of b2) tells.",
            "6.5",
        ),
        Mistake(
            _way_back(line_1=lambda Z2, y: (sigmoid(Z2) - one_hot(y, Z2.shape[1])) / len(y)),
            "In line 1 you used the sigmoid. One right class out of several asks for softmax.",
        ),
        Mistake(
            _weights_before_biases,
            "Your four slopes are right, but in another order: return both of the hidden layer "
            "first, then both of the output layer.",
        ),
        Mistake(
            _output_layer_first,
            "Your four slopes are right, but in another order: return the hidden layer's first, "
            "weights before biases.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: not any(_parts(arguments, observed)), _where_it_goes_wrong
        ),
        Property(
            lambda arguments, observed: abs(_sum_of_bias_slopes(arguments, observed)) < 1e-6,
            lambda arguments, observed: (
                "None of the four is right. Begin with line 1: a row of probabilities adds up to "
                "1, and so does a one-hot row. So each row of dj_dz2 adds up to 0, and dj_db2 does "
                f"as well. Yours adds up to {_sum_of_bias_slopes(arguments, observed):.3g}. Print "
                "what the rows of your probabilities add up to, then those of dj_dz2."
            ),
        ),
        Property(
            lambda arguments, observed: any(_parts(arguments, observed)),
            "None of the four is right. Compute the first row by hand, in the order of the lines: "
            "A1, Z2, the probabilities, dj_dz2. The first that differs from yours is the place. If "
            "none does, look at lines 2 to 5, and at what you return.",
        ),
    ),
    hints=(
        "Go up first and keep what the way down needs: the hidden layer's output and the logits. "
        "Then follow the five lines of section 6.6. Only one of them knows which activation the "
        "hidden layer has.",
        "Line 4 multiplies the blame by the activation's slope, element by element. For tanh that "
        "slope can be read off from its output. Check each slope's shape: it is that of the array "
        "it belongs to.",
        "dj_dz2 = (softmax(Z2) - one_hot(y, N)) / m, dj_da1 = dj_dz2 @ W2.T, "
        "dj_dz1 = dj_da1 * (1 - A1**2). For each layer: the input transposed times dj_dz for the "
        "weights, the column sums of dj_dz for the biases.",
    ),
    reasoning="The chain rule walks from the cost down to the first weights. Lines 1, 2, 3 and 5 "
    "are those of the lesson; only line 4 knows the activation, and tanh has the slope 1 − "
    "tanh², which its own output A1 provides. The 1/m enters once, in line 1, and everything "
    "below it inherits it.",
    tested="Right on one example, on several and on thirty, for layers of different sizes, and "
    "where classes are missing among the labels. The judge is the course's network, which the "
    "lesson held against central differences.",
)


# --- train_in_keras -------------------------------------------------------------------------------

UNITS = 16
_LOSS = "SparseCategoricalCrossentropy(from_logits=True)"
_SAME = "NumPy's, to four digits"
_NEAR = "near the start, but not NumPy's"
_START = "still those given as start"
_FAR = "far from the start that was given"
_LAST_FAR = "far from the start that was given, in the last layer only"
_NOT_FINITE = "nan or infinite"
_NOT_COMPILED = "none: the model is not compiled"


class _Noted(Finding):
    """A finding with something more that was measured: neither compared nor printed, but said."""

    note: Any = None

    @classmethod
    def of(cls, words: str, measured: str, note: Any) -> _Noted:
        finding = cls(words, measured)
        finding.note = note
        return finding


class _Facts(dict):
    """What is seen of a trained model: its layers, loss, optimizer, steps and weights."""


@functools.cache
def _digit_probes() -> tuple[tuple, ...]:
    train = datasets.digits().train
    model = Sequential([Dense(UNITS, activation="relu"), Dense(10)], seed=6)
    model.build(64)
    start = model.get_weights()
    return (
        (train.X[:200], train.y[:200], start, 0.125, 2, 64),
        (train.X[200:300], train.y[200:300], start, 0.5, 1, 25),
    )


def _trained_twin(X, y, start, learning_rate, epochs, batch_size) -> Sequential:
    model = Sequential([Dense(UNITS, activation="relu"), Dense(10)])
    model.build(X.shape[1])
    model.set_weights(start)
    model.compile(SGD(learning_rate), SparseCategoricalCrossentropy(from_logits=True))
    model.fit(X, y, epochs=epochs, batch_size=batch_size, shuffle=False)
    return model


def _facts(X, y, start, learning_rate, epochs, batch_size) -> _Facts:
    """Return what is seen of a model that is right."""
    return _Facts(
        returned="a Keras model",
        layers=f"Dense({UNITS}, relu), Dense(10, linear)",
        loss=_LOSS,
        optimizer=_optimizer("SGD", learning_rate),
        steps=str(epochs * math.ceil(len(y) / batch_size)),
        weights=_SAME,
    )


def _optimizer(name: str, learning_rate: float, **more: Any) -> str:
    settings = {"learning_rate": f"{learning_rate:.4g}"}
    settings |= {
        key: str(value) if isinstance(value, bool) else f"{value:.4g}"
        for key, value in more.items()
        if value
    }
    return f"{name}({', '.join(f'{key}={value}' for key, value in settings.items())})"


_SETTINGS = (
    *("momentum", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm"),
    *("use_ema", "gradient_accumulation_steps", "loss_scale_factor"),
)


def _observe_model(arguments: tuple, output: Any) -> dict[str, Finding]:
    """Say what a Keras model is, how it was compiled and how far it was trained."""
    facts = _facts_of(arguments, output)
    found = {key: Finding(fact) for key, fact in facts.items()}
    found["steps"] = _Noted.of(facts["steps"], "", _last_fit(output))
    return found


def _last_fit(model: Any) -> tuple[int, int] | None:
    """Return the epochs that the last `fit` made, and the steps in each; None if it is unknown."""
    history = getattr(model, "history", None)
    each = (getattr(history, "params", None) or {}).get("steps")
    return (len(history.epoch), each) if each else None


def _facts_of(arguments: tuple, output: Any) -> dict[str, str]:
    from helpers.comparison import keras as import_keras

    keras = import_keras()
    if isinstance(output, _Facts):
        return dict(output)
    if not isinstance(output, keras.Model):
        history = isinstance(output, keras.callbacks.History)
        what = "the history that fit returns" if history else _object(output)
        return dict.fromkeys(_facts(*arguments), "") | {"returned": what}
    facts = dict(_facts(*arguments))
    if _same_as_twin(arguments, output):
        return facts  # however it was done, it was done right
    facts["layers"] = _layers(arguments, output)
    facts["weights"] = _where(arguments, output)
    loss = getattr(output, "loss", None)
    if loss is None or not _same_loss(loss):
        facts["loss"] = _loss(loss)
    optimizer = getattr(output, "optimizer", None)
    if optimizer is None:
        facts["optimizer"] = _NOT_COMPILED
        facts["steps"] = "0" if facts["weights"] == _START else "not counted"
    else:
        rate = float(np.asarray(optimizer.learning_rate))
        more = {name: float(getattr(optimizer, name, None) or 0.0) for name in _SETTINGS}
        if more["momentum"]:  # without momentum, nesterov changes nothing
            more["nesterov"] = bool(getattr(optimizer, "nesterov", False))
        facts["optimizer"] = _optimizer(_kind(optimizer), rate, **more)
        facts["steps"] = str(int(np.asarray(optimizer.iterations)))
    return facts


def _kind(optimizer: Any) -> str:
    """Return the name of Keras's own class: someone may have derived one from it."""
    own = (kind.__name__ for kind in type(optimizer).__mro__ if kind.__module__.startswith("keras"))
    return next(own, type(optimizer).__name__)


def _object(output: Any) -> str:
    return f"an object of type {type(output).__name__}"


def _same_as_twin(arguments: tuple, model: Any) -> bool:
    """Whether weights and logits are those of the course's own network."""
    twin = _trained_twin(*arguments)
    weights = model.get_weights()
    expected = twin.get_weights()
    if [w.shape for w in weights] != [w.shape for w in expected]:
        return False
    X = arguments[0][:8]
    pairs = [*zip(weights, expected, strict=True), (_answers(model, X), twin.predict(X))]
    return all(
        got.shape == wanted.shape and np.allclose(got, wanted, rtol=0, atol=1e-4)
        for got, wanted in pairs
    )


def _answers(model: Any, X: np.ndarray, training: bool = False) -> np.ndarray:
    """Return what a model makes of X; an empty array if it cannot take it."""
    try:
        return np.asarray(model(X, training=training))
    except Exception:  # Keras raises errors of many kinds for inputs of another shape
        return np.empty(0)


def _same_network(arguments: tuple, model: Any) -> bool:
    """Whether a model answers as the task's network would with the same weights."""
    X, _, start, *_ = arguments
    weights = model.get_weights()
    if [w.shape for w in weights] != [w.shape for w in start]:
        return False
    twin = Sequential([Dense(UNITS, activation="relu"), Dense(10)])
    twin.build(X.shape[1])
    twin.set_weights(weights)
    wanted = twin.predict(X)
    close = 1e-4 * max(1.0, np.abs(wanted).max())
    answers = [_answers(model, X, training) for training in (False, True)]
    return all(a.shape == wanted.shape and np.allclose(a, wanted, atol=close) for a in answers)


def _layers(arguments: tuple, model: Any) -> str:
    """Return a model's layers: the task's, if they do the same, with nothing added to them."""
    wanted = _facts(*arguments)["layers"]
    found = [_layer(layer) for layer in _flat(model) if type(layer).__name__ != "InputLayer"]
    named = ", ".join(found)
    if not all(np.isfinite(w).all() for w in model.get_weights()):
        return named  # what such a model answers tells nothing
    if not _same_network(arguments, model):
        return f"{named}, and something that is no layer" if named == wanted else named
    return named if any(note in named for note in _NOTES) else wanted


def _flat(model: Any) -> list:
    """Return the layers of a model, and those of the models among them."""
    inner = [_flat(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return list(itertools.chain.from_iterable(inner))


def _where(arguments: tuple, model: Any) -> str:
    """Say whether the weights are NumPy's, or at least come from the start that was given."""
    if not all(np.isfinite(w).all() for w in model.get_weights()):
        return _NOT_FINITE
    kernels = [w for w in model.get_weights() if w.ndim == 2]
    start = [w for w in arguments[2] if w.ndim == 2]
    if [w.shape for w in kernels] != [w.shape for w in start]:
        return "of other shapes than the start"
    expected = [w for w in _trained_twin(*arguments).get_weights() if w.ndim == 2]
    if all(np.allclose(a, b, rtol=0, atol=1e-4) for a, b in zip(kernels, expected, strict=True)):
        return _SAME
    if all(np.allclose(a, b, rtol=0, atol=1e-7) for a, b in zip(kernels, start, strict=True)):
        return _START
    far = [np.linalg.norm(a - b) > 0.9 * np.linalg.norm(b) for a, b in zip(kernels, start)]  # noqa: B905
    return _FAR if far[0] else _LAST_FAR if any(far) else _NEAR


_PENALTY, _LIMIT, _FROZEN, _NO_BIAS = "with a penalty", "with a limit", "frozen", "without bias"
_NOTES = (_PENALTY, _LIMIT, _FROZEN, _NO_BIAS)


def _layer(layer: Any) -> str:
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    parts = [str(getattr(layer, "units", "")), name]
    penalties = (f"{of}_regularizer" for of in ("kernel", "bias", "activity"))
    limits = ("kernel_constraint", "bias_constraint")
    parts += [_PENALTY] * any(getattr(layer, penalty, None) for penalty in penalties)
    parts += [_LIMIT] * any(getattr(layer, limit, None) for limit in limits)
    parts += [_FROZEN] * (not layer.trainable)
    parts += [_NO_BIAS] * (getattr(layer, "use_bias", True) is False)
    return f"{type(layer).__name__}({', '.join(filter(None, parts))})"


def _same_loss(loss: Any) -> bool:
    """Whether a loss is the wanted one's equal, be it one's own or for one-hot labels."""
    from helpers.comparison import keras as import_keras

    losses = import_keras().losses
    logits = np.random.default_rng(6).normal(size=(8, 10)).astype("float32")
    y = np.arange(8) % 10
    wanted = float(np.mean(-log_softmax(logits)[np.arange(8), y]))
    for labels in (y, one_hot(y, 10)):
        try:
            value = np.asarray(losses.get(loss)(labels, logits))
        except Exception:  # no loss for such labels
            continue
        summed = isinstance(loss, losses.Loss) and value.ndim > 0  # Keras adds these up
        if not summed and np.isclose(value.mean(), wanted, rtol=1e-4):
            return True
    return False


def _loss(loss: Any) -> str:
    if loss is None:
        return _NOT_COMPILED
    if isinstance(loss, str):
        names = {"sparse_categorical_crossentropy": "SparseCategoricalCrossentropy"}
        return f"{names[loss]}(from_logits=False)" if loss in names else repr(loss)
    if not hasattr(loss, "get_config"):
        return getattr(loss, "__name__", type(loss).__name__)
    config = loss.get_config()
    settings = [f"from_logits={config['from_logits']}"] * ("from_logits" in config)
    reduction = config.get("reduction", "sum_over_batch_size")
    settings += [f"reduction={reduction!r}"] * (reduction != "sum_over_batch_size")
    more = ("ignore_class", "label_smoothing")
    settings += [f"{name}={config[name]}" for name in more if config.get(name) not in (None, 0.0)]
    return type(loss).__name__ + f"({', '.join(settings)})" * bool(settings)


def _with(**changes: Any) -> Callable:
    """Return an answer whose model differs from the right one in the facts given."""

    def answer(X, y, start, learning_rate, epochs, batch_size):
        facts = _facts(X, y, start, learning_rate, epochs, batch_size)
        for key, change in changes.items():
            facts[key] = change(learning_rate, epochs, len(y)) if callable(change) else change
        return facts

    return answer


def _only_returned(what: str) -> Callable:
    def answer(X, y, start, learning_rate, epochs, batch_size):
        facts = _facts(X, y, start, learning_rate, epochs, batch_size)
        return _Facts(dict.fromkeys(facts, "") | {"returned": what})

    return answer


def _held_back(X, y, start, learning_rate, epochs, batch_size):
    """Hold back a tenth or a fifth of the examples: the number of steps is the same."""
    facts = _facts(X, y, start, learning_rate, epochs, batch_size)
    facts["steps"] = str(epochs * math.ceil(0.9 * len(y) / batch_size))
    facts["weights"] = _NEAR
    return facts


_ACTIVATED = f"Dense({UNITS}, relu), Dense(10, softmax)"


def _fact(key: str, *wanted: str) -> Callable:
    """Return whether a fact is as it should be, or one of the values named."""

    def holds(arguments: tuple, observed: dict) -> bool:
        return str(observed[key]) in (_facts(*arguments)[key], *wanted)

    return holds


def _about_steps(arguments: tuple, found: Any) -> str:
    """Say how many steps a model took, how many are wanted, and what `fit` was made to do."""
    _, y, _, _, epochs, batch_size = arguments
    each, steps = math.ceil(len(y) / batch_size), int(str(found))
    words = (
        f"The optimizer of your model has counted {_count(steps, 'step')} (a new one begins at 0). "
        "Wanted are "
        f"{epochs * each}: {_count(epochs, 'epoch')} of {each}. "
    )
    if not found.note or np.prod(found.note) != steps:
        return words + (
            "One call of `fit` takes that many if it gets all of X and y, `epochs=epochs` and "
            "`batch_size=batch_size`, and nothing stops it before."
        )
    ran, each_ran = found.note
    words += f"The last call of `fit` made {_count(ran, 'epoch')} of {each_ran}. "
    if ran == batch_size and each_ran == math.ceil(len(y) / epochs):
        return words + (
            f"{ran} is the batch size given, so the two have changed places, in your function's "
            "head or in its call of `fit`. The head has the epochs first, `fit` the batch size. "
            "Name both there: `batch_size=batch_size, epochs=epochs`."
        )
    if each_ran == each:
        return words + f"`epochs=epochs` asks for {epochs}, and nothing may stop it before."
    needs = "if it gets all of X and y, and `batch_size=batch_size`, and nothing cuts it short."
    if ran == epochs:
        return words + f"An epoch has {each} steps {needs}"
    return words + f"`epochs=epochs` asks for {epochs}. An epoch has {each} steps {needs}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


TRAIN_IN_KERAS = Task(
    name="train_in_keras",
    needs_tensorflow=True,
    section="6.8",
    reference=_facts,
    probes=_digit_probes,
    observe=_observe_model,
    seconds=60.0,  # the first call wakes TensorFlow
    mistakes=(
        Mistake(
            _with(layers=_ACTIVATED),
            "Your last layer has a softmax, but the loss is told to expect logits. Here Keras "
            "notices and saves you, with a warning; still your model answers with probabilities. "
            "Make the last layer linear.",
            "6.8",
        ),
        Mistake(
            _with(loss="SparseCategoricalCrossentropy(from_logits=False)", weights=_NEAR),
            "Your last layer gives logits, but the loss takes them for probabilities. Tell it that "
            "it gets logits.",
        ),
        Mistake(
            _with(layers=_ACTIVATED, loss="SparseCategoricalCrossentropy(from_logits=False)"),
            "Your model trains to the right weights, but it answers with probabilities. Here it "
            "must end in logits, with a loss that is told so.",
        ),
        Mistake(
            _with(
                optimizer=_optimizer("RMSprop", 0.001),
                weights=_NEAR,
            ),
            "You named no optimizer (or RMSprop), and without a name Keras takes RMSprop. Gradient "
            "descent is called SGD there.",
            "6.4",
        ),
        Mistake(
            _with(optimizer=_optimizer("Adam", 0.001), weights=_NEAR),
            "You trained with Adam. This task wants plain gradient descent, which Keras calls SGD, "
            "with the learning rate that is given.",
            "6.4",
        ),
        Mistake(
            _with(optimizer=_optimizer("SGD", 0.01), weights=_NEAR),
            "Your learning rate is 0.01, Keras's default, and not the one given as an argument.",
        ),
        Mistake(
            _with(steps=lambda rate, epochs, m: str(epochs * math.ceil(m / 32)), weights=_NEAR),
            "Your model takes as many steps as batches of 32 need, which is Keras's default. Give "
            "`fit` the batch size that is an argument.",
            "6.8",
        ),
        Mistake(
            _held_back,
            "Your model took too few steps: as many as it takes if some of the examples are held "
            "back, as by validation_split, or if a last batch that is not full is dropped. Train "
            "on all of X and y.",
        ),
        Mistake(
            _with(steps=lambda rate, epochs, m: str(epochs), weights=_NEAR),
            "Your model took as many steps as there should be epochs. With the batch size given as "
            "an argument an epoch has several steps, one for each batch.",
            "6.8",
        ),
        Mistake(
            _with(weights=_NEAR),
            "Layers, loss, optimizer and the number of steps are right, and the weights ended not "
            "far from the start that was given, but not where NumPy's do. If the examples were "
            "shuffled, as `fit` does unless it is told not to, that is why. If not, look at all "
            "that `compile` and `fit` are given: X and y as they came, nothing that weighs the "
            "examples or changes the learning rate on the way; and at what else you do to the "
            "weights.",
        ),
        Mistake(
            _with(weights=_FAR),
            "Layers, loss, optimizer and the number of steps are right, but the weights ended far "
            "from where they should, as they do if training begins at random ones. Those given as "
            "start have to be set before it. If they are, look at what `fit` is given: X and y "
            "should be as they came; and at what else you do to the weights.",
        ),
        Mistake(
            _with(weights=_LAST_FAR),
            "Layers, loss, optimizer and the number of steps are right, but the weights of the "
            "last layer ended far from where they should, as they do if training begins at random "
            "ones there. `start` has the weights and biases of both layers.",
        ),
        Mistake(
            _with(weights=_START),
            "Your model took its steps, but its weights are those given as start. They are set "
            "before the training, which changes them; as it leaves them, they are returned.",
        ),
        Mistake(
            _with(steps="0", weights=_START),
            "The model you return is compiled, but its optimizer has not taken a single step, and "
            "its weights are those given as start. `fit` takes the steps, and changes every layer "
            "that is not frozen.",
        ),
        Mistake(
            _with(
                loss=_NOT_COMPILED,
                optimizer=_NOT_COMPILED,
                steps="0",
                weights=_START,
            ),
            "The model you return is not compiled, and its weights are those given as start. Steps "
            "two and three, `compile` and `fit`, have to happen to this very model.",
        ),
        Mistake(
            _only_returned("the history that fit returns"),
            "You returned the history, which is what fit returns. Wanted is the model: fit changes "
            "it in place.",
        ),
    ),
    properties=(
        Property(
            _fact("returned"),
            lambda arguments, observed: (
                f"You returned {observed['returned']}. Wanted is the trained Keras model."
            ),
        ),
        Property(
            lambda arguments, observed: observed["weights"] != "of other shapes than the start",
            lambda arguments, observed: (
                f"Your layers are {observed['layers']}: their weights have "
                "other shapes than those given as start."
            ),
        ),
        Property(
            _fact("layers"),
            lambda arguments, observed: (
                f"Your layers are {observed['layers']}. Wanted are {_facts(*arguments)['layers']}: "
                f"a hidden layer of {UNITS} units with ReLU, a linear output layer, nothing else."
            ),
        ),
        Property(
            lambda arguments, observed: observed["optimizer"] != _NOT_COMPILED,
            lambda arguments, observed: (
                "The model you return is not compiled, so its loss, optimizer and steps cannot be "
                f"looked at. Its weights are {observed['weights']}. If you train in a loop of your "
                "own, look there, and at the start; section 6.8 has `compile` and `fit` instead."
            ),
        ),
        Property(
            lambda arguments, observed: observed["optimizer"].startswith("SGD"),
            lambda arguments, observed: (
                f"Your optimizer is {observed['optimizer']}; wanted is "
                "plain gradient descent, which Keras calls SGD."
            ),
        ),
        Property(
            _fact("optimizer"),
            lambda arguments, observed: (
                f"In the end your optimizer is {observed['optimizer']}; with the arguments given "
                "it should be "
                f"{_facts(*arguments)['optimizer']}."
            ),
        ),
        Property(
            _fact("loss"),
            lambda arguments, observed: (
                f"Your loss is {observed['loss']}. Wanted is {_LOSS}: the one for integer labels, "
                "told that it gets logits, and with no other setting."
            ),
        ),
        Property(
            _fact("steps"),
            lambda arguments, observed: _about_steps(arguments, observed["steps"]),
        ),
    ),
    hints=(
        "Follow the three steps of section 6.8: define the model, compile it with loss and "
        "optimizer, fit it. Where do the weights given as start come in?",
        "The last layer has no activation, and the loss is told so with from_logits. The optimizer "
        "has to be named, with its learning rate. Without shuffling, the batches are NumPy's.",
        "keras.Sequential([keras.Input((64,)), keras.layers.Dense(16, activation='relu'), "
        "keras.layers.Dense(10)]), then set_weights, compile and fit(…, shuffle=False, verbose=0). "
        "Return the model.",
    ),
    reasoning="The three lines of the recipe, with nothing left to a default: the loss is told "
    "that it gets logits, the optimizer and its rate are named, the start is set and the batches"
    " keep their order. Then Keras must end with the weights that NumPy ends with, and it does.",
    tested="Right twice, on real digits, with different learning rates, epochs and batch sizes: "
    "weights and logits are those of the course's own network, to four digits.",
)


# --- tumour_probabilities -------------------------------------------------------------------------

WANTED_COST = 0.09
_WELL = f"a cost of at most {WANTED_COST}"
_OTHER_CLASS = "probabilities of class 0: 1 minus them would be right"
_WRONG_SIDE = "low where the label is 1, and high where it is 0"
_ONE_SIDE = "all on the same side of one half"
_UNSURE = "too near to one half"
_TOO_SURE = "too far from one half"
_CERTAIN = "exactly 0 or 1 where that is wrong"
_COSTLY = "more than is asked for"
_LOGITS = "logits, below 0 and above 1"
_VALIDATION = "answers for the validation tumours as they stand in the data set"


@functools.cache
def _unseen() -> tuple[np.ndarray, np.ndarray]:
    """Return the unseen tumours in an order of our own, so that known answers do not fit."""
    unseen = datasets.breast_cancer().validation
    order = np.random.default_rng(6).permutation(len(unseen.y))
    return unseen.X[order], unseen.y[order]


@functools.cache
def _tumour_probes() -> tuple[tuple, ...]:
    train, X_new = datasets.breast_cancer().train, _unseen()[0]
    return (
        (train.X, train.y, X_new),
        (train.X[::-1].copy(), 1 - train.y[::-1], X_new),
    )


def _exchanged(y: np.ndarray) -> bool:
    """Whether the two classes of the training labels are exchanged."""
    return bool(y.sum() != datasets.breast_cancer().train.y.sum())


def _labels(of_unseen: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the labels of the unseen tumours, turned over if those for training are."""
    return 1 - of_unseen if _exchanged(y) else of_unseen


def _cost(y: np.ndarray, logits: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, logits) - y * logits))


def _verdict(arguments: tuple, output: Any) -> Finding:
    """Say what the probabilities are worth, with their cost where that is all that is wrong."""
    if isinstance(output, Finding):  # of a mistake
        return output
    y = _labels(_unseen()[1], arguments[1])
    try:
        a = np.asarray(output, dtype=np.float64)
    except (TypeError, ValueError):
        return Finding(_object(output))
    if a.shape != y.shape:
        return Finding(_shape_verdict(a, len(y)))
    if not np.isfinite(a).all():
        return Finding("nan or inf among the answers")
    if a.min() < 0 or a.max() > 1:
        sides = ((a > 0) == y).mean()
        logits = sides > 0.9 and len(np.unique(a)) > 10
        return Finding(_LOGITS if logits else "answers below 0 or above 1")
    if np.ptp(a) < 1e-3:
        half = np.allclose(a, 0.5, rtol=0, atol=1e-3)
        return Finding("0.5 for every tumour" if half else "the same answer for every tumour")
    if np.isin(a, (0, 1)).all():
        return Finding("only 0 and 1, no probabilities")
    small = 1e-15
    inside = np.clip(a, small, 1 - small)
    logits = np.log(inside) - np.log1p(-inside)
    cost = _cost(y, logits)
    if cost <= WANTED_COST:
        return Finding(_WELL)
    measured = f"a cost of {cost:.4g}"
    right = ((a > 0.5) == y).mean()
    in_the_old_order = _labels(datasets.breast_cancer().validation.y, arguments[1])
    if right < 0.9 < ((a > 0.5) == in_the_old_order).mean():
        return Finding(_VALIDATION, measured)
    if _cost(y, -logits) <= WANTED_COST:
        return Finding(_OTHER_CLASS, measured)
    factors = np.geomspace(0.05, 20, 121)
    costs = [_cost(y, factor * logits) for factor in factors]
    best = int(np.argmin(costs))
    noted = f"{right * len(y):.0f} of your {len(y)} answers are on the right side of one half"
    scaled = (
        f"With every logit {factors[best]:.2g} times as large, your cost would be {costs[best]:.2g}"
    )
    close = np.minimum(a, 1 - a)  # of a model with huge weights, some are nearly 0 or 1
    if a.min() >= 0.5 or a.max() <= 0.5:
        return _Noted.of(_ONE_SIDE, measured, (float(a.min()), float(a.max())))
    if right < 0.35:
        kind = _WRONG_SIDE
    elif ((close == 0) & (a != y)).any() and not ((close > 0) & (close < 1e-4)).any():
        kind = _CERTAIN
    elif right > 0.8 and factors[best] > 1.2:
        kind, noted = _UNSURE, f"{noted}, but on the whole too near to it. {scaled}"
    elif right > 0.8 and factors[best] < 1 / 1.2:
        kind, noted = _TOO_SURE, f"{noted}, but on the whole too far from it. {scaled}"
    else:
        kind = _COSTLY
    return _Noted.of(kind, measured, noted)


def _shape_verdict(a: np.ndarray, m: int) -> str:
    if a.shape == (m, 1):
        return f"a column, shape ({m}, 1)"
    if a.shape == (m, 2):
        return f"two columns, shape ({m}, 2)"
    if len(a) == len(datasets.breast_cancer().train.y) if a.ndim else False:
        return "answers for the tumours to learn from"
    return f"the shape {a.shape}"


def _says(finding: str, exchanged: str = "") -> Callable:
    """Return an answer of which `finding` is said, or something else of the second probe."""

    def answer(X, y, X_new):
        return Finding((_exchanged(y) and exchanged) or finding)

    return answer


_COST_ON_X = (
    "measure, with y, the cost of what your function returns for X in place of X_new. Far lower: "
    "the model fits X better than new tumours, or X_new is treated in another way than X. Not far "
    "lower: look at the training (rows with their own labels, all features, enough steps and none "
    "too large, no strong penalty, a kind of model that can do this), and at what happens to the "
    "answers before you return them."
)


def _by_cost(observed: Any) -> str:
    """Say what is wrong with the probabilities for the labels as they are."""
    if observed == _ONE_SIDE:
        low, high = observed.note
        words = f"All your answers lie between {low:.3g} and {high:.3g}, on one side of one half. "
        if low >= 0.5 and high <= sigmoid(1.0):
            words += (
                "The sigmoid takes the numbers from 0 to 1 to 0.5 to 0.73: if you give it what is "
                "a probability already, return that without another sigmoid. If not, p"
            )
        else:
            words += "P"
        return words + (
            "rint what they are made of for the first rows, step by step: z has to be below 0 for "
            "some tumours and above 0 for others, and the sigmoid below and above one half."
        )
    if observed == _WRONG_SIDE:
        return (
            "Most of your probabilities are on the wrong side: low where the label is 1, and high "
            "where it is 0. Measure, with y, the cost of what your function returns for X in place "
            "of X_new. Low: X_new is treated in another way than X. High as well: look at the sign "
            "of the steps, at the labels they are taken with, and at what happens to the answers "
            "before you return them."
        )
    if observed == _CERTAIN:
        return (
            "Some of your answers are exactly 0 or 1, and wrong: the loss of such an answer has no "
            "limit. Print what your model gives for X_new. Not exactly 0 or 1 there: return it "
            "without rounding it or cutting it off. Exactly 0 or 1 there: the model is too sure of "
            "itself for this task, as one of few votes is (a few neighbours, a tree)."
        )
    words = f"{observed.note}. "
    if observed == _UNSURE:
        words += (
            "If the model is trained in steps, try more of them, or larger ones; if it has a "
            "penalty on large weights, a weaker one. If that does not help, "
        )
    if observed == _TOO_SURE:
        words += (
            "If the model has weights, large ones make it too sure: try fewer steps, or smaller "
            "ones (a slope is an average, no sum), or a penalty on large weights. If that does not "
            "help, "
        )
    if observed == _COSTLY:
        words += "To find where it goes wrong, "
    return words + _COST_ON_X


_BY_COST = (_ONE_SIDE, _WRONG_SIDE, _CERTAIN, _UNSURE, _TOO_SURE, _COSTLY)


def _about_cost(arguments: tuple, observed: Any) -> str:
    """Say what is wrong with probabilities, by what they cost."""
    if not _exchanged(arguments[1]):
        return _by_cost(observed)
    words = (  # the first call was right
        "Your answers are right for the training data as they stand in the data set, but not with "
        f"the two classes exchanged and the rows in another order: {observed!r}. "
    )
    if float(observed.measured.split()[-1]) < 2 * WANTED_COST:
        return words + "That is close: make the cost of your model lower, for both."
    return words + (
        "Both X and y have to be those that your function is given, and neither the order of the "
        "rows nor which of the two classes is 1 may count."
    )


def _train_classifier(X, y, X_new) -> np.ndarray:
    model = Sequential([Dense(1, activation="sigmoid")])
    model.compile(SGD(1.0), BinaryCrossentropy())
    model.fit(X, y[:, None], epochs=100, batch_size=len(y))
    return model.predict(X_new)[:, 0]


TUMOUR_PROBABILITIES = Task(
    name="tumour_probabilities",
    section="6.4",
    reference=_train_classifier,
    probes=_tumour_probes,
    observe=_verdict,
    seconds=60.0,
    mistakes=(
        Mistake(
            _says(_OTHER_CLASS),
            "Your answers are the probabilities of class 0: 1 minus them would be right. Wanted is "
            "how probable it is that the label is 1. In a table of both, as `predict_proba` gives "
            "it, that is the second column, `[:, 1]`.",
            "6.3",
        ),
        Mistake(
            _says(_LOGITS),
            "Your answers are mostly above 0 where the label is 1, and below 0 elsewhere, as "
            "logits are. A probability is never below 0 or above 1. If they are logits, the "
            "sigmoid makes probabilities of them.",
            "6.2",
        ),
        Mistake(
            _says("answers below 0 or above 1"),
            "Some of your answers lie below 0 or above 1, which no probability does. Return what "
            "the sigmoid makes of the z of a trained logistic regression.",
            "6.2",
        ),
        Mistake(
            _says("only 0 and 1, no probabilities"),
            "Your answers are all exactly 0 or 1. Wanted are probabilities, which leave room for "
            "doubt. If yours are decisions, return what they are made from: the sigmoid of z, or "
            "`predict_proba` in place of `predict`. If not, the model knows no doubt, as a fully "
            "grown decision tree or one with huge weights: it is too sure of its errors.",
            "6.2",
        ),
        Mistake(
            _says("0.5 for every tumour"),
            "You give every tumour the probability 0.5, as a model does whose weights are all 0. "
            "Print what your function computes of the first rows, step by step, to find where they "
            "become the same.",
            "6.3",
        ),
        Mistake(
            _says("the same answer for every tumour"),
            "You give every tumour the same probability, whatever stands in its row of X_new. "
            "Print what your function computes of the first rows, step by step, to find where they "
            "become the same.",
            "6.3",
        ),
        Mistake(
            _says("nan or inf among the answers"),
            "Some of your answers are nan or infinite. Print what your function computes, in "
            "order, to find where the first such number comes up.",
            "6.3",
        ),
        Mistake(
            _says("a column, shape (115, 1)"),
            "You returned a column, shape (115, 1), as a layer with one unit gives it. Wanted is "
            "one plain row of numbers, shape (115,): `[:, 0]` takes it out.",
        ),
        Mistake(
            _says(_WELL, exchanged=_OTHER_CLASS),
            "Your answers are right for the labels as they are. With the two classes exchanged in "
            "y they are the wrong way round: 1 minus them would be right. What the answers say "
            "has to follow from the y that your function is given.",
        ),
        Mistake(
            _says("answers for the tumours to learn from"),
            "You returned as many answers as X has rows, the tumours to learn from. Wanted is one "
            "for each row of X_new.",
        ),
        Mistake(
            _says(_VALIDATION),
            "Your answers are for the validation tumours in the order of the data set, and not for "
            "X_new, whose rows stand in another order. Use the argument X_new.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: (
                not str(observed).startswith(("two ", "the shape", "an object"))
            ),
            lambda arguments, observed: (
                f"You returned {observed}; wanted is one probability for "
                f"each row of X_new, shape ({len(arguments[2])},)."
            ),
        ),
        Property(lambda arguments, observed: observed not in _BY_COST, _about_cost),
    ),
    hints=(
        "Section 6.5 trains almost what is needed. Its cost on new tumours is a little too high, "
        "and one of its two numbers, the learning rate or the number of steps, can be raised.",
        "Start with w = np.zeros(X.shape[1]) and b = 0.0, take about a hundred steps, and then "
        "apply the model to X_new instead of X.",
        "For each step: error = sigmoid(X @ w + b) - y; move w by X.T @ error / len(y) and b by "
        "error.mean(), times a rate of 1. At the end return sigmoid(X_new @ w + b).",
    ),
    reasoning="Logistic regression on all thirty features is enough. The lesson's thirty steps at"
    " 0.5 stop a little early; a hundred at 1 do not. Thousands of steps would be worse again: "
    "the weights grow, and the model becomes too sure of its few wrong answers.",
    tested=f"Right on 115 tumours that your function had not seen: cost at most {WANTED_COST}. "
    "Then with the two classes exchanged and the rows in another order: it learns from what "
    "it is given, and assumes nothing.",
)

TASKS = (
    GRADIENT_DESCENT_STEP,
    TRAIN_ONE_EPOCH,
    HIDDEN_LAYER_FORWARD,
    BACKPROPAGATE,
    TRAIN_IN_KERAS,
    TUMOUR_PROBABILITIES,
)
