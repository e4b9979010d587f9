"""Two faults at once: both are said where no other pair explains the answer."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.checks import Mistake
from helpers.checks._pairs import FAULTS, two_faults
from tests.made_task import task, wrong

RNG = np.random.default_rng(0)
PROBES = tuple((RNG.normal(size=(m, 2)), RNG.normal(size=m)) for m in (2, 3, 5))


def scaled(X, y):
    return X * np.exp(y)[:, np.newaxis]


SCALED = task(
    scaled,
    PROBES,
    mistakes=(
        Mistake(lambda X, y: X + np.exp(y)[:, np.newaxis], "You added.", "1.3"),
        Mistake(lambda X, y: scaled(X, y) + X**2, "A square is too many."),
        Mistake(lambda X, y: 0 * X, "Both are right, but lost."),
    ),
)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (lambda a, m: -a, "the sign is wrong"),
        (lambda a, m: m * a, "too large by the factor m"),
        (lambda a, m: a / m, "divided by m"),
        (lambda a, m: a.T, "rows and columns are exchanged"),
        (lambda a, m: a.mean(axis=0), "averaged over the examples"),
        (lambda a, m: a.mean(), "averaged over everything"),
        (lambda a, m: a.sum(axis=0), "added up over the examples"),
        (lambda a, m: a.sum(), "added up over everything"),
    ],
)
def test_a_known_mistake_and_a_common_fault(second, words):
    first = SCALED.mistakes[0].answer
    many = (*PROBES, (RNG.normal(size=(4, 2)), RNG.normal(size=4)))  # three numbers are too few
    verdict = wrong(
        lambda X, y: second(first(X, y), len(X)), task(scaled, many, mistakes=SCALED.mistakes)
    )
    assert verdict.reason == "pair"
    assert verdict.diagnosis.startswith(
        "Your result is what two things together give. You added. And besides,"
    )
    assert words in verdict.diagnosis
    assert verdict.section == "1.3"


def test_a_vector_reversed_or_made_a_column():
    vector = task(
        lambda X, y: y**3, PROBES, mistakes=(Mistake(lambda X, y: y**4 + X[:, 0], "The fourth."),)
    )
    assert "in reverse order" in wrong(lambda X, y: (y**4 + X[:, 0])[::-1], vector).diagnosis
    assert "is a column" in wrong(lambda X, y: (y**4 + X[:, 0])[:, None], vector).diagnosis


def test_parts_in_the_wrong_order_and_a_known_mistake():
    pair = task(
        lambda X, y: (X.sum(axis=1), y**2),
        PROBES,
        mistakes=(Mistake(lambda X, y: (X.sum(axis=1), y**3 + 1), "The third power."),),
    )
    assert wrong(lambda X, y: (y**3 + 1, X.sum(axis=1)), pair).diagnosis == (
        "Your result is what two things together give. The third power. And besides, the parts are"
        " in the wrong order."
    )


def test_two_known_mistakes_in_different_entries_add_up():
    two = task(
        lambda X, y: y**2,
        PROBES,
        mistakes=(
            Mistake(lambda X, y: y**2 + X[:, 0] * (y > 0), "X comes in."),
            Mistake(lambda X, y: y**2 + np.sin(y) * (y < 0), "So does the sine."),
        ),
    )
    verdict = wrong(lambda X, y: y**2 + X[:, 0] * (y > 0) + np.sin(y) * (y < 0), two)
    assert verdict.diagnosis == (
        "Your result is what two things together give. First: X comes in. Second: So does the sine."
    )


def test_two_known_mistakes_in_the_same_entries_are_no_pair():
    two = task(
        lambda X, y: y**2,
        PROBES,
        mistakes=(
            Mistake(lambda X, y: y**2 + X[:, 0], "X comes in."),
            Mistake(lambda X, y: y**2 + np.sin(y), "So does the sine."),
        ),
    )
    assert wrong(lambda X, y: y**2 + X[:, 0] + np.sin(y), two).reason != "pair"


def test_two_mistakes_about_the_same_term_are_no_pair():
    memory = task(
        lambda X, y: 0.9 * y + 0.1 * X[:, 0],
        PROBES,
        mistakes=(
            Mistake(lambda X, y: 0.1 * X[:, 0], "No memory."),
            Mistake(lambda X, y: y + 0.1 * X[:, 0], "All of it survives."),
        ),
    )
    assert wrong(lambda X, y: 0.1 * y + 0.1 * X[:, 0], memory).reason != "pair"


def test_a_mistake_that_answers_always_the_same_is_half_of_no_pair():
    share = task(
        lambda X, y: y**2,
        PROBES,
        mistakes=(
            Mistake(lambda X, y: np.full(len(y), 7.0), "Always seven."),
            Mistake(lambda X, y: y**2 * X[:, 0], "X comes in."),
        ),
    )
    assert wrong(lambda X, y: 7.0 * X[:, 0], share).reason != "pair"


def test_a_common_fault_that_is_a_known_mistake_too_is_said_in_its_words():
    known = task(
        lambda X, y: y**2,
        PROBES,
        mistakes=(
            Mistake(lambda X, y: -(y**2), "The sign is lost."),
            Mistake(lambda X, y: (y**2)[::-1], "You went backwards."),
        ),
    )
    assert wrong(lambda X, y: -(y**2)[::-1], known).diagnosis == (
        "Your result is what two things together give. First: The sign is lost. Second: You went"
        " backwards."
    )


def test_two_pairs_that_explain_as_much_say_nothing():
    rivals = task(
        lambda X, y: y**2,
        PROBES,
        mistakes=(
            Mistake(lambda X, y: np.sin(y), "One."),
            Mistake(lambda X, y: -np.sin(y) / len(y), "The other."),
        ),
    )
    assert wrong(lambda X, y: -np.sin(y), rivals).reason != "pair"


def test_mistakes_that_show_in_the_last_digits_only_are_no_pair():
    digits = task(
        lambda X, y: y**2,
        PROBES,
        mistakes=(
            Mistake(lambda X, y: y**2 + 1e-9 * X[:, 0], "One."),
            Mistake(lambda X, y: y**2 + 1e-9 * y, "The other."),
        ),
    )
    assert wrong(lambda X, y: y**2 + 1e-8 * np.sin(y), digits).reason != "pair"


def test_few_numbers_are_no_evidence():
    single = task(lambda X, y: y[0], PROBES, mistakes=(Mistake(lambda X, y: X[0, 0], "X."),))
    assert wrong(lambda X, y: -X[0, 0], single).reason != "pair"


def test_every_common_fault_is_tested_and_named():
    assert len({fault.words for fault in FAULTS}) == len(FAULTS) == 10
    assert two_faults.__doc__
