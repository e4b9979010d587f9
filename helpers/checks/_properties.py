"""Stage: does the result lack what every right one of this task has?"""

from __future__ import annotations

import contextlib
import copy
import re

from helpers.checks._attempt import Attempt, Diagnosis
from helpers.checks._run import parameters
from helpers.checks._values import Raised
from helpers.checks.slips import located

PLACE = re.compile(r"right,? (except|only)|and wrong on")


def property_fails(attempt: Attempt) -> Diagnosis | None:
    """Return the words of the first of the task's own properties that does not hold."""
    for call in attempt.failing:
        if isinstance(call.got, Raised):
            continue
        for prop in attempt.task.properties:
            # A property that does not apply to such an output says nothing.
            with contextlib.suppress(Exception):
                if not prop.holds(copy.deepcopy(call.arguments), copy.deepcopy(call.got)):
                    words = prop.diagnosis
                    words = words(call.arguments, call.got) if callable(words) else words
                    return Diagnosis("property", _and_where(attempt, words), call)
    return None


def _and_where(attempt: Attempt, words: str) -> str:
    """Add where the results are wrong, if this is of one kind and no more than a line."""
    where = place(attempt)
    return f"{words} {where}" if PLACE.search(where) else words


def wrong_places(attempt: Attempt) -> Diagnosis | None:
    """Say in which entries, or on which inputs, the results are wrong."""
    words = place(attempt)
    return Diagnosis("place", words, attempt.failing[0]) if words else None


def place(attempt: Attempt) -> str:
    """Return where the results are wrong, if that is of one kind; else ""."""
    if attempt.observed:
        return ""
    return located(attempt.calls, parameters(attempt.task)) or ""
