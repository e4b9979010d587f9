"""Questions that the source of an answer refutes are left out; all others stay."""

import numpy as np
import pytest

from helpers.checks._fitting import fitting

FACT = "Your result is the first of the right rows."
table = np.ones((2, 2))


def with_loop(X):
    for x in X:
        return x


def loop_then_return(X):
    rows = [x for x in X]
    return rows[0]


def plain(X):
    return np.exp(X)


def of_the_notebook(X):
    return table + 0 * X


def whole(X):
    return X // 2


def columns(X, y):
    return X[:, y]


def column(X, y):
    return X[:, None] + y


@pytest.mark.parametrize(
    ("question", "stays", "goes"),
    [
        ("Does a `return` stand inside the loop?", with_loop, loop_then_return),
        ("Do the loops start at 1 instead of 0?", loop_then_return, plain),
        ("Is there an `np.exp` too many?", plain, whole),
        ("Is there a `//`, an `int(...)`, or a table of whole numbers?", whole, plain),
        ("Does it come from fixed numbers or variables of the notebook?", of_the_notebook, plain),
        ("Or does an index such as `[:, y]` take columns from every row?", columns, column),
    ],
)
def test_a_question_stays_where_the_source_leaves_it_open(question, stays, goes):
    said = f"{FACT} {question} Look at it."
    assert fitting(said, stays) == said
    assert fitting(said, goes) == f"{FACT} Look at it."


@pytest.mark.parametrize("question", ["Is `np.log` missing?", "Is a mean taken too often?"])
def test_what_is_missing_or_has_no_name_cannot_be_refuted(question):
    assert fitting(f"{FACT} {question}", plain).endswith(question)


def test_the_first_sentence_always_stays_and_so_does_all_without_a_source():
    assert fitting("Is the loop too long?", plain) == "Is the loop too long?"
    assert fitting(f"{FACT} Is the loop too long?", np.exp).endswith("long?")
