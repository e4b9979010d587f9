"""A task made for testing the machinery of the checks: averaging the columns of a matrix."""

from __future__ import annotations

import numpy as np

from helpers.checks import Mistake, Task
from helpers.checks._judge import Verdict, judge


def mean_of_rows(X):
    return X.mean(axis=0)


def task(reference=mean_of_rows, probes=None, **changes) -> Task:
    """Return the task, changed as the arguments say."""
    if probes is None:
        probes = (
            (np.array([[1.0, 3.0], [4.0, 8.0]]),),
            (np.arange(12.0).reshape(3, 4) ** 2,),
            (np.array([[1e300, -1e300], [2.0, 5.0], [-1.0, 1.0]]),),
            (np.array([[1, 2, 4], [5, 9, 7]]),),
            (np.array([[0.5, 0.25]], dtype=np.float32),),
        )
    settings = {
        "name": "mean_of_rows",
        "section": "1.2",
        "mistakes": (Mistake(lambda X: X.mean(axis=1), "Over the wrong axis."),),
        "hints": ("A hint.", "Another."),
        "reasoning": "Because.",
        "tested": "On five inputs.",
    }
    return Task(reference=reference, probes=probes, **{**settings, **changes})


TASK = task()


def wrong(answer, of=TASK) -> Verdict:
    verdict = judge(of, answer)
    assert verdict.state == "wrong"
    return verdict
