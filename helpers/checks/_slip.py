"""Stage: does one slip, of those that occur in any task, explain all results?"""

from __future__ import annotations

from helpers.checks._attempt import Attempt, Diagnosis
from helpers.checks._fitting import fitting
from helpers.checks._run import parameters
from helpers.checks.slips import slip


def one_slip(attempt: Attempt) -> Diagnosis | None:
    """Say the slip that explains every result, right ones too."""
    if attempt.observed:
        return None
    words = slip(attempt.calls, parameters(attempt.task), names=attempt.task.returns)
    return Diagnosis("slip", fitting(words, attempt.answer), attempt.failing[0]) if words else None
