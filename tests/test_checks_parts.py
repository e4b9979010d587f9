"""A result with several parts: what is right is said, and what is wrong with each other part."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.checks import Mistake, Property
from tests.made_task import task, wrong

RNG = np.random.default_rng(0)
PROBES = tuple((RNG.normal(size=m), RNG.normal(size=m)) for m in (2, 3, 5))


def step(w, g):
    return w - g, g * g, w.sum()


STEP = task(
    step,
    PROBES,
    returns=("w", "v", "total"),
    mistakes=(
        Mistake(lambda w, g: (w + g, g * g, w.sum()), "Your v is right. You went uphill.", "1.3"),
        Mistake(lambda w, g: (w - g, abs(g) ** 3, w.sum()), "You took the third power."),
        Mistake(lambda w, g: (w - g, 0 * g, w.sum()), "You never set it."),
        Mistake(lambda w, g: (w - g * g, g, w.sum()), "The square is in the wrong line."),
        Mistake(lambda w, g: (w - g, w * w, w.sum()), "`w` is squared, in place of g."),
    ),
)


def odd(w, g):
    return w - g + w**3


def said(answer, of=STEP) -> str:
    verdict = wrong(answer, of)
    assert verdict.reason in {"parts", "pair"}
    return verdict.diagnosis


def test_two_known_mistakes_in_two_parts():
    verdict = wrong(lambda w, g: (w + g, abs(g) ** 3, w.sum()), STEP)
    assert verdict.diagnosis == (
        "`total` is right. As to `w`: You went uphill. As to `v`: You took the third power."
    )
    assert verdict.section == "1.3"


def test_a_known_mistake_and_a_slip():
    words = said(lambda w, g: (w + g, -g * g, w.sum()))
    assert words.startswith("`total` is right. As to `w`: You went uphill. Your `v` has the wrong")


def test_what_has_no_name_is_counted():
    unnamed = task(step, PROBES, mistakes=STEP.mistakes)
    words = said(lambda w, g: (w + g, -g * g, w.sum()), unnamed)
    assert words.startswith(
        "The third part is right. As to the first part: You went uphill. Part 2"
    )


def test_a_mistake_that_agrees_in_one_of_its_two_parts_says_nothing():
    words = said(lambda w, g: (w - g * g, -g * g, w.sum()))
    assert "line" not in words


def test_a_mistake_of_two_parts_beside_a_slip():
    words = said(lambda w, g: (w - g * g, g, -w.sum()))
    assert "As to `w` and `v`: The square is in the wrong line." in words
    assert "Your `total` has the wrong sign" in words


def test_a_part_that_would_agree_by_chance_is_no_evidence():
    assert "You never set it" not in said(lambda w, g: (w + g, 0 * g, w.sum()))


def test_words_about_another_part_are_not_said():
    assert "squared" not in said(lambda w, g: (w + g, w * w, w.sum()))


def test_what_is_not_known_is_said_to_be_wrong():
    words = said(lambda w, g: (odd(w, g), abs(g) ** 3, w.sum()))
    assert words.endswith("As to `v`: You took the third power. `w` is wrong, too.")


def test_where_nothing_is_known_the_right_parts_are_named():
    assert said(lambda w, g: (odd(w, g), g * g, w.sum())) == (
        "`v` and `total` are right. `w` is wrong."
    )
    held = task(step, PROBES, mistakes=(), properties=(Property(lambda *_: False, "A property."),))
    assert wrong(lambda w, g: (odd(w, g), g * g, w.sum()), held).diagnosis == "A property."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda w, g: w - g, "You returned `w` alone, and it is right. Return `v` and `total` too"),
        (lambda w, g: (w - g, g * g), "What you returned is right, but `total` is missing."),
        (lambda w, g: (*step(w, g), g), "All 3 parts are right, but you returned something else"),
        (lambda w, g: (g, *step(w, g)), "(first of 4)"),
    ],
)
def test_parts_that_are_missing_or_too_many(answer, words):
    assert words in said(answer)


def test_a_question_is_asked_once():
    three = task(lambda w, g: (w, g, w * g), PROBES, mistakes=())
    words = wrong(lambda w, g: (w + 1, g + 1, w * g + odd(w, g)), three).diagnosis
    assert words.count("?") == len({q for q in words.split(". ") if "?" in q})


def test_two_parts_exchanged_and_the_third_wrong():
    three = task(
        lambda X: (X.sum(axis=0), X.max(axis=0), X.min(axis=0)),
        mistakes=(),
        returns=("sum", "high", "low"),
    )
    verdict = wrong(lambda X: (X.sum(axis=0) ** 2 + 7, X.min(axis=0), X.max(axis=0)), three)
    assert verdict.reason == "parts"
    assert "`high` and `low` are right, but exchanged" in verdict.diagnosis
    assert "`sum` is wrong, too." in verdict.diagnosis
