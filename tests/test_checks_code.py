"""What the code of a wrong answer shows: arguments that it does not use."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from helpers.checks._judge import judge
from tests.made_task import TASK, task, wrong

Y = np.arange(3.0)
POWER = task(lambda X, n: X**n, ((Y, 2), (Y + 0.25, 3), (Y - 0.5, 4)), mistakes=())


def test_an_argument_that_is_never_used_is_named():
    def own_number(X, n):
        return X**3 + np.sin(X)

    def own_value(X, n):
        n = 2
        return X**n + np.sin(X)

    def renamed(z, k):
        return z**3 + np.sin(z)

    assert "never uses its argument `n`" in wrong(own_number, POWER).diagnosis
    assert "gives its argument `n` another value" in wrong(own_value, POWER).diagnosis
    assert "never uses its argument `k`" in wrong(renamed, POWER).diagnosis
    needless = task(lambda X, n: X, ((Y, 2), (Y + 0.25, 3)), mistakes=())
    assert "never uses" not in wrong(own_number, needless).diagnosis


def test_what_is_read_of_the_notebook_is_named():
    def fixed(X, n):
        return X ** len(Y) + np.sin(X)

    assert "It reads `Y` of the notebook" in wrong(fixed, POWER).diagnosis


KINDS = task(
    lambda name: "sigmoid" if name in ("rain", "genres") else "softmax",
    (("rain",), ("digit",), ("genres",), ("cat",)),
    mistakes=(),
)
SHARE = task(lambda y: float(np.all(y >= 0)), ((Y - 1,), (Y,)), mistakes=())


def or_a_text(name):
    return "sigmoid" if name == "rain" or "genres" else "softmax"  # noqa: SIM222


def or_another_comparison(name):
    return "sigmoid" if name == "rain" or name == "digit" else "softmax"


def all_outside(y):
    if np.all(y) >= 0:
        return 1.0
    return 0.0


def all_inside(y):
    if np.all(y >= 1.5):
        return 1.0
    return 0.0


def test_a_condition_that_is_always_true_is_named():
    verdict = wrong(or_a_text, KINDS)
    assert verdict.reason == "condition"
    assert "'genres' by itself counts as true" in verdict.diagnosis
    assert wrong(or_another_comparison, KINDS).reason != "condition"


def test_the_answer_of_all_is_not_to_be_compared_with_a_number():
    assert "`np.all(y >= 0)`" in wrong(all_outside, SHARE).diagnosis
    assert wrong(all_inside, SHARE).reason != "condition"


def test_an_answer_that_reads_the_test_labels_is_not_right():
    data = SimpleNamespace(test=SimpleNamespace(y=np.arange(3)))

    def peeking(X):
        return X.mean(axis=0) + 0 * data.test.y.sum()

    def training(X):
        train = data.test
        return X.mean(axis=0) + 0 * train.y.sum()

    assert "looks at `data.test.y`" in wrong(peeking).diagnosis
    assert judge(TASK, training).state == "solved"
