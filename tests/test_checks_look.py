"""What is said of an answer before it runs: no function, not attempted, other arguments."""

from __future__ import annotations

import linecache

import numpy as np
import pytest

from helpers.checks._judge import judge
from tests.made_task import TASK, task, wrong


def not_written(X):
    """Doc."""
    # YOUR CODE HERE
    raise NotImplementedError()


def partly_written(X):
    total = X.sum(axis=0)
    raise NotImplementedError(total)


def only_a_docstring(X):
    """Doc."""


@pytest.mark.parametrize("answer", [not_written, partly_written, only_a_docstring])
def test_not_attempted(answer):
    verdict = judge(TASK, answer)
    assert (verdict.state, verdict.reason) == ("open", "not attempted")


def test_another_task_that_is_not_written_yet_is_named():
    namespace: dict = {"not_written": not_written}
    source = "def answer(X):\n    return not_written(X)"
    exec(compile(source, "another cell", "exec"), namespace)
    verdict = wrong(namespace["answer"])
    assert verdict.reason == "raised"
    assert "calls `not_written`, which is not written yet, at line 2" in verdict.diagnosis


def test_an_untouched_task_costs_nothing():
    def expensive():
        raise AssertionError("the reference was computed for an untouched task")

    assert judge(task(probes=expensive), not_written).state == "open"


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (None, "You passed None."),
        (3, "You passed the number 3."),
        (np.float64(0.5), "You passed the number 0.5."),
        ("mean_of_rows", "You passed the text 'mean_of_rows'."),
        (np.ones(3), "You passed an array of shape (3,)."),
        ((1, 2), "You passed a tuple of 2 (one number, one number)."),
        (object(), "You passed an object of type object."),
    ],
)
def test_the_result_instead_of_the_function(answer, what):
    assert wrong(answer).reason == "not callable"
    assert wrong(answer).diagnosis.startswith(what)
    assert 'check("mean_of_rows", mean_of_rows)' in wrong(answer).diagnosis


def written(source: str):
    """Return the function `answer` of a cell, as a notebook would define it."""
    name = f"<cell {hash(source)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict = {"np": np}
    exec(compile(source, name, "exec"), namespace)
    return namespace["answer"]


@pytest.mark.parametrize("above", ["", "    total = X.sum(axis=0)\n", '    """Doc."""\n'])
def test_right_code_below_the_line_that_was_to_be_replaced(above):
    source = f"def answer(X):\n{above}    raise NotImplementedError()\n    return X.mean(axis=0)\n"
    verdict = wrong(written(source))
    assert verdict.reason == "left over"
    assert "nothing below it runs" in verdict.diagnosis


def test_a_raise_within_a_condition_hides_nothing():
    source = "def answer(X):\n    if X.size > 99:\n        raise ValueError\n    return X.mean(0)\n"
    assert judge(TASK, written(source)).state == "solved"


def test_other_arguments():
    assert "mean_of_rows(X)" in wrong(lambda: 1).diagnosis
    assert "'y'" in wrong(lambda X, y: 1).diagnosis
    assert wrong(lambda X, y: 1).reason == "signature"
