"""What a task's own properties say, the slips of any task, and where a result is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.checks import Mistake, Property, activations, losses, softmax, stability
from helpers.checks._task import Finding
from tests.made_task import TASK, task, wrong


def test_one_slip_is_said_before_the_tasks_own_property():
    held = task(properties=(Property(lambda *_: False, "A property."),), mistakes=())
    assert wrong(lambda X: -X.mean(axis=0), held).diagnosis == "Your result has the wrong sign."
    assert wrong(lambda X: X.mean(axis=0) + X[0] ** 3, held).diagnosis == "A property."


def test_a_property_and_where_it_is_wrong():
    X = np.array([[1.0, -2.0, 0.5, 3.0], [0.25, -4.0, 1.5, 5.0]])
    cube = task(lambda X: X**3, ((X,), (-2 * X,)), mistakes=())
    held = task(
        cube.reference,
        cube.probes,
        mistakes=(),
        properties=(Property(lambda *_: False, "A property."),),
    )
    answer = lambda X: np.where(X > 0, X**3, X - np.sin(X))  # noqa: E731
    where = "Your result is right, except where `X` is negative."
    assert wrong(answer, cube).diagnosis == where
    assert wrong(answer, held).diagnosis == f"A property. {where}"


def test_of_what_was_found_of_a_result_no_slip_is_said():
    observed = task(
        lambda X: Finding("right"),
        observe=lambda arguments, output: (
            output if isinstance(output, Finding) else Finding(f"{output} wrong")
        ),
        mistakes=(),
    )
    assert wrong(lambda X: 1, observed).reason != "slip"


def test_a_known_mistake_is_said_before_a_slip():
    signed = task(mistakes=(Mistake(lambda X: -X.mean(axis=0), "Uphill."),))
    assert wrong(lambda X: -X.mean(axis=0), signed).diagnosis == "Uphill."
    assert "wrong sign" in wrong(lambda X: -X.mean(axis=0), TASK).diagnosis


# --- the lessons' own words, on answers that learners give ----------------------------------------


def rounded_sigmoid(z):
    return (1 / (1 + np.exp(-z))).round(2)


def written_into_whole_numbers(z):
    out = np.zeros_like(z)
    out[...] = 1 / (1 + np.exp(-z))
    return out


def cut_hinges(x, y):
    v = np.zeros_like(y[:-1])
    v[:] = np.diff(np.diff(y) / np.diff(x), prepend=0)
    return x[:-1], v, y[0]


def copied_line(z0, z1, z2, z3):
    e = np.exp([z0, z1, z1, z3])
    return e / np.exp([z0, z1, z2, z3]).sum()


def label_0_by_cancelling(y, z):
    loss = np.logaddexp(0, -z)
    return np.where(y == 1, loss, loss + z)


def one_gradient_for_all_steps(X, y, W, b):
    z = (X @ W + b).astype(float)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = e / e.sum(axis=1, keepdims=True) - np.eye(10)[y]
    return W - 60 * X.T @ dz / len(y), b - 60 * dz.mean(axis=0)


def shifted_by_the_truth(y, Z):
    return np.log(np.exp(Z - Z[np.arange(len(y)), y][:, None]).sum(axis=1))


def trained(X, y, W, b, of_W=0.3, slope=lambda a: 1):
    for _ in range(100):
        z = (X @ W + b).astype(float)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        dz = (a - np.eye(10)[y]) * slope(a)
        W, b = W - of_W * X.T @ dz / len(y), b - 0.3 * dz.mean(axis=0)
    return W, b


def by_the_squared_error(X, y, W, b):
    return trained(X, y, W, b, slope=lambda a: a * (1 - a))


def only_b(X, y, W, b):
    return trained(X, y, W, b, of_W=0.0)


def distances(cost, W, claims):
    return np.abs(claims - cost.gradient(W)).max(axis=(1, 2)) / np.abs(cost.gradient(W)).max()


def only_the_nearest_is_right(cost, W, claims):
    return np.arange(len(claims)) != distances(cost, W, claims).argmin()


def a_tenth_is_allowed(cost, W, claims):
    return distances(cost, W, claims) > 0.0999


def nudged_and_not_put_back(cost, W, claims):
    slopes = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        W[place] += 1e-4
        up = cost(W)
        W[place] -= 2e-4
        slopes[place] = (up - cost(W)) / 2e-4
    return np.abs(claims - slopes).max(axis=(1, 2)) > 1e-6 * np.abs(slopes).max()


def positions_from_labels(y, a):
    return -np.log(a[y])


@pytest.mark.parametrize(
    ("answer", "of", "words", "untrue"),
    [
        (rounded_sigmoid, activations.SIGMOID, "rounded to 2 decimals", "e written"),
        (cut_hinges, activations.HINGES, "holds whole numbers (dtype int)", "every input"),
        (
            written_into_whole_numbers,
            activations.SIGMOID,
            "entry of your result is 0.",
            "for every",
        ),
        (copied_line, softmax.TASKS[1], "Only a2 is not|exponential of z2", "stands"),
        (
            label_0_by_cancelling,
            stability.LOGISTIC_LOSS_FROM_LOGITS,
            "with y = 0|two nearly equal numbers",
            "nan|rounded|added to 1",
        ),
        (
            shifted_by_the_truth,
            stability.CROSS_ENTROPY_FROM_LOGITS,
            "more than 709 behind|not the logit of the true class",
            "softmax|probability",
        ),
        (
            one_gradient_for_all_steps,
            stability.RELEARN,
            "minus 60 times the gradient|computed before the loop",
            "sign|small",
        ),
        (
            by_the_squared_error,
            stability.RELEARN,
            "hardly changed|softmax's own slope",
            "too small",
        ),
        (only_b, stability.RELEARN, "Only b has changed", "probability|labels"),
        (only_the_nearest_is_right, losses.WRONG_GRADIENTS, "the same array|by itself", "digits"),
        (a_tenth_is_allowed, losses.WRONG_GRADIENTS, "0.05 times the largest|limit", "moves"),
        (nudged_and_not_put_back, losses.WRONG_GRADIENTS, "old value back", "Besides"),
        (positions_from_labels, losses.LOGISTIC_LOSS, "no positions in `a`", "astype"),
    ],
)
def test_what_is_said_and_what_is_not(answer, of, words, untrue):
    said = wrong(answer, of).diagnosis
    assert [word for word in words.split("|") if word not in said] == [], said
    assert [word for word in untrue.split("|") if word in said] == [], said
