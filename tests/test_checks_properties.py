"""What a task's own properties say, the slips of any task, and where a result is wrong."""

from __future__ import annotations

import numpy as np

from helpers.checks import Mistake, Property
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
