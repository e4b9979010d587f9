"""Stage: what the code of a wrong answer shows: an argument that it does not use."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from helpers.checks._attempt import Attempt, Diagnosis
from helpers.checks.slips import overwritten_argument, unused_argument


def argument_unused(attempt: Attempt) -> Diagnosis | None:
    """Name an argument that the answer never reads, or not before it is something else."""
    for find, words in (
        (
            unused_argument,
            "Your function never uses its argument{s} {0}, which the right result depends on. Where"
            " {come} in?",
        ),
        (
            overwritten_argument,
            "Your function gives its argument{s} {0} another value first: what the caller passes is"
            " lost.",
        ),
    ):
        needless = _places(attempt.task.reference, find)
        found = _places(attempt.answer, find)
        if needed := [f"`{name}`" for place, name in found.items() if place not in needless]:
            *first, last = needed
            listed = f"{', '.join(first)} and {last}" if first else last
            several = {"s": "s", "come": "do they come"}
            one = {"s": "", "come": "does it come"}
            said = words.format(listed, **(several if first else one))
            if read := of_the_notebook(attempt.answer):
                said += f" It reads {read} of the notebook: is the argument meant?"
            return Diagnosis("unused", said, attempt.failing[0])
    return None


def of_the_notebook(answer: Callable) -> str:
    """Return the names of the notebook's data that the answer reads, as a list in words."""
    if not inspect.isfunction(answer):
        return ""
    read = [
        f"`{name}`"
        for name, value in inspect.getclosurevars(answer).globals.items()
        if isinstance(value, (int, float, np.ndarray)) or {"X", "y"} <= set(dir(value))
    ]
    return " and ".join(read)


def _places(function: Callable, find: Callable[[Callable], list[str]]) -> dict[int, str]:
    """Return the arguments that `find` finds, by their places."""
    found = find(function)
    if not found:
        return {}
    names = list(inspect.signature(function).parameters)
    return {names.index(name): name for name in found if name in names}
