"""Known mistakes: an answer that agrees with one, or nearly."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.checks import Mistake
from helpers.checks._mistakes import without_praise
from tests.made_task import task, wrong


def test_a_known_mistake():
    square = (np.array([[1.0, 2.0], [3.0, 5.0]]),)
    known = task(
        mistakes=(
            Mistake(lambda X: X.sum(axis=0), "A sum.", "1.3"),
            Mistake(lambda X: X.mean(axis=1), "Over the wrong axis."),
        ),
        probes=(square,),
    )
    verdict = wrong(lambda X: np.sum(X, axis=0), known)
    assert (verdict.reason, verdict.diagnosis, verdict.section) == ("mistake", "A sum.", "1.3")
    verdict = wrong(lambda X: np.array([row.mean() for row in X]), known)
    assert (verdict.diagnosis, verdict.section) == ("Over the wrong axis.", "1.2")
    assert verdict.example == (
        ("input", "X = [[1., 2.],\n     [3., 5.]]"),
        ("expected", "[2. , 3.5]"),
        ("got", "[1.5, 4. ]"),
    )


def test_a_mistake_that_raises():
    def too_many(X):
        return X[:, X.shape[1]]

    known = task(mistakes=(Mistake(too_many, "You count from 1."),))
    assert wrong(lambda X: X[:, len(X.T)], known).diagnosis == "You count from 1."
    assert wrong(lambda X: X["a"], known).reason == "raised"  # an IndexError, too, but another
    assert wrong(lambda X: X.nothing, known).reason == "raised"


PROBES = tuple((np.array([[a, b], [1.0, a * a]]),) for a, b in [(2.0, 5.0), (3.0, 7.0), (4.0, 9.0)])


MORE = (*PROBES, *((PROBES[0][0] + shift,) for shift in (5.0, 7.0)))


def test_a_mistake_that_explains_most_of_what_is_wrong():
    def answer(X):  # the wrong axis; and something else on the last probe
        return X.mean(axis=1) + (X[0, 0] == 4.0)

    verdict = wrong(answer, task(probes=MORE))
    assert verdict.reason == "similar"
    assert verdict.diagnosis.endswith("Over the wrong axis.")


def test_a_mistake_that_misses_the_smallest_says_nothing():
    answer = lambda X: X.mean(axis=1) + (X[0, 0] == 2.0) * X[0]  # noqa: E731
    assert wrong(answer, task(probes=MORE)).reason not in {"similar", "mistake"}


def test_a_mistake_that_explains_less_says_nothing():
    answer = lambda X: X.mean(axis=1) + (X[0, 0] != 2.0) * X[0]  # noqa: E731
    assert wrong(answer, task(probes=PROBES)).reason not in {"similar", "mistake"}


def test_two_mistakes_that_explain_as_much_say_nothing():
    rivals = task(
        probes=MORE,
        mistakes=(
            Mistake(lambda X: X.mean(axis=1) + (X[0, 0] == 3.0), "One."),
            Mistake(lambda X: X.mean(axis=1) + 2 * (X[0, 0] == 3.0), "The other."),
        ),
    )
    assert wrong(lambda X: X.mean(axis=1) - 5 * (X[0, 0] == 3.0), rivals).reason != "similar"


def test_what_is_like_a_mistake_says_on_how_much_it_rests():
    def answer(X):
        return X.mean(axis=1) + (X[0, 0] == 4.0)

    assert wrong(answer, task(probes=MORE)).diagnosis.startswith(
        "On 4 of the 5 inputs where your result is wrong, it is what this mistake gives:"
    )
    single = lambda X: X.mean(axis=1) if X[0, 0] == 2.0 else X.mean(axis=0)  # noqa: E731
    assert wrong(single, task(probes=MORE)).reason != "similar"  # the mistake is wrong on 5


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Over the wrong axis.", "Over the wrong axis."),
        ("Your `a` is right. For tanh, the square is missing.", "For tanh, the square is missing."),
        ("Both are right, but in the other order.", ""),
        ("Your w is right. It is returned twice.", ""),
        ("Right, except where z holds whole numbers. Say `dtype=float`.", ""),
        ("You halved it. Your b is right. Use the mean.", "You halved it. Use the mean."),
    ],
)
def test_praise_is_left_out_where_something_else_is_wrong(words, left):
    assert without_praise(words) == left
