"""Stage: does the answer agree with a known mistake?"""

from __future__ import annotations

import functools
from typing import Any

from helpers.checks._attempt import Attempt, Diagnosis, known
from helpers.checks._run import outcomes
from helpers.checks._task import Mistake, Task
from helpers.checks._values import agree, like


@functools.cache
def mistaken(task: Task) -> list[list[Any]]:
    """Return the outcomes of each known mistake."""
    probes, expected = known(task).probes, known(task).expected
    return [
        [like(o, e) for o, e in zip(outcomes(task, mistake.answer, probes), expected, strict=True)]
        for mistake in task.mistakes
    ]


def whole_mistake(attempt: Attempt) -> Diagnosis | None:
    """Return the words of the mistake that agrees with the answer in every call."""
    for mistake, outputs in zip(attempt.task.mistakes, mistaken(attempt.task), strict=True):
        if all(
            agree(call.got, output, call.rtol, call.atol)
            for call, output in zip(attempt.calls, outputs, strict=True)
        ):
            return _said("mistake", mistake, attempt)
    return None


def similar_mistake(attempt: Attempt) -> Diagnosis | None:
    """Return the one mistake that explains the smallest wrong output and most of the others."""
    counts = []
    for outputs in mistaken(attempt.task):
        same = [
            agree(call.got, output, call.rtol, call.atol)
            for call, output in zip(attempt.calls, outputs, strict=True)
            if not call.right
        ]
        counts.append(sum(same) if same[0] and 2 * sum(same) > len(same) else 0)
    best = max(counts, default=0)
    # Two that explain as much cannot be told apart: better no diagnosis than a wrong one.
    if not best or counts.count(best) > 1:
        return None
    return _said("similar", attempt.task.mistakes[counts.index(best)], attempt)


def _said(reason: str, mistake: Mistake, attempt: Attempt) -> Diagnosis:
    before = "This looks like a known mistake. " if reason == "similar" else ""
    return Diagnosis(reason, before + mistake.diagnosis, attempt.failing[0], mistake.section or "")
