"""Stages: what an answer does besides returning: it raises, changes its arguments, or varies."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from helpers.checks._attempt import Attempt, Call, Diagnosis
from helpers.checks._mistakes import agreeing, without_praise
from helpers.checks._run import parameters, run
from helpers.checks._task import Task
from helpers.checks._values import Raised, agree, is_sequence, like, show
from helpers.checks.errors import explained

REPEATS = 3
ENOUGH_SECONDS = 1.0  # of repeating, if an answer takes long
RANDOM = (
    "Your function gave two different results for the same input. Leave out randomness, do not"
    " let one call change what the next one finds, fill every array that `np.empty` makes, and give"
    " `out=` to a function that gets `where=`."
)


def error_raised(tried: Attempt) -> Diagnosis | None:
    """Explain what the first wrong call raised, and where."""
    call = tried.failing[0]
    if not isinstance(call.got, Raised) or _fails_by_changing(tried):
        return None
    return Diagnosis("raised", _explained(tried.task, call.got), call)


def error_elsewhere(tried: Attempt) -> Diagnosis | None:
    """Explain what a later call raised, where nothing is known of the first wrong one."""
    for call in tried.failing:
        if isinstance(call.got, Raised):
            return Diagnosis("raised", _explained(tried.task, call.got), call)
    return None


def _explained(task: Task, error: Raised) -> str:
    at = f", at {error.where}" if error.where else ""
    if error.type == "NotImplementedError" and not error.message:
        return f"Your function calls `{error.within}`, which is not written yet{at}."
    words = error.failure and explained(error.failure, parameters(task))
    if not words:
        return f"Your function raised {show(error).rstrip('.')}{at}."
    return f"Your function raised {_article(error.type)} {error.type}{at}. {words}"


def _article(name: str) -> str:
    return "an" if name[0] in "AEIOU" else "a"


def argument_changed(tried: Attempt) -> Diagnosis | None:
    """Name the argument that the answer changes, and the known mistake that it makes as well."""
    call = _changing(tried)
    if call is None:
        return None
    words = [
        f"Your function changes its argument `{call.changed}`: whoever calls it finds something"
        f" else in `{call.changed}` afterwards. Work on a copy, or make a new array."
    ]
    if not call.right and any(callable(a) and not hasattr(a, "layers") for a in call.arguments):
        words.append(
            f"`V = {call.changed}` makes no copy, only a second name for the same array;"
            f" `{call.changed}.copy()` makes one. And where single numbers are nudged, each must"
            " have its old value back before the next one is."
        )
    if _fails_by_changing(tried):
        at = f", at {tried.failing[0].got.where}" * bool(tried.failing[0].got.where)
        words.append(f"Where the input holds whole numbers it even fails{at}.")
    mistake = agreeing(tried)
    if mistake and without_praise(mistake.diagnosis):
        words.append(f"Besides: {without_praise(mistake.diagnosis)}")
    return Diagnosis("changed", " ".join(words), call)


def _fails_by_changing(tried: Attempt) -> bool:
    """Whether an array of whole numbers has no room for what the answer puts in its place."""
    got = tried.failing[0].got if tried.failing else None
    return isinstance(got, Raised) and "Cannot cast ufunc" in got.message and bool(_changing(tried))


def _changing(tried: Attempt) -> Call | None:
    """Return the call that shows best that an argument is changed."""
    return next((call for call in (*tried.failing, *tried.calls) if call.changed), None)


def given_to_chance(tried: Attempt) -> Diagnosis | None:
    """Notice a result that differs when the same call is made again, where it may not."""
    if tried.observed:
        return None
    # What varies from call to call shows in a small result by luck only.
    for call in (tried.failing[0], max(tried.calls, key=lambda call: _size(call.expected))):
        start = time.monotonic()
        for _ in range(REPEATS):
            if time.monotonic() - start > ENOUGH_SECONDS:
                break
            again = run(tried.task, tried.answer, (call.arguments,)).outcomes
            if again and not agree(like(again[0], call.expected), call.got, call.rtol, call.atol):
                return Diagnosis("random", RANDOM, call)
    return None


def _size(value: Any) -> int:
    if is_sequence(value) or isinstance(value, dict):
        return sum(map(_size, value.values() if isinstance(value, dict) else value))
    return value.size if isinstance(value, np.ndarray) else 1
