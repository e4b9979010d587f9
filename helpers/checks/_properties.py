"""What can be said of wrong numbers in any task: not finite, wrong sign, transposed, factor m, …"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks._attempt import Attempt, Diagnosis
from helpers.checks._values import Raised, is_sequence, mismatch

NOT_FINITE = (
    "Your result is not finite: nan or inf. Some number on the way to it is too large, or a 0 is"
    " divided by, or its logarithm taken."
)
NEARLY = (
    "Your result is close to the right one, but not equal to it. Is something rounded, or only"
    " approximated?"
)
SIGN = "Your result has the wrong sign."
TRANSPOSED = "Your result is transposed: rows and columns are exchanged."
SUM = (
    "Your result is too large by the factor m, the number of rows of the input: a sum where the"
    " mean is asked for?"
)
MEAN = (
    "Your result is too small by the factor m, the number of rows of the input: a mean where the"
    " sum is asked for, or divided twice?"
)
COUNTING = " Do you count from 1 where NumPy counts from 0, or the other way round?"


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
                    return Diagnosis("property", words, call)
    return None


def shared_property(calls: list[tuple[tuple, Any, Any]]) -> str:
    """Say what all results have in common with the right ones; "" if nothing.

    Parameters
    ----------
    calls : list of (arguments, got, expected)
        All probes, the right ones too: what is said must hold for each.
    """
    comparable = [
        (_rows(arguments), got, expected)
        for arguments, got, expected in calls
        if not isinstance(got, Raised) and mismatch(got, expected) is None
    ]
    numbers = [(m, *_numbers(got, expected)) for m, got, expected in comparable]
    numbers = [(m, g, e) for m, g, e in numbers if np.isfinite(g).all() and np.isfinite(e).all()]
    if sum(np.count_nonzero(e) for _, _, e in numbers) < 2:
        return ""  # of a single number one could say anything

    def everywhere(claim: Callable[[int, np.ndarray], np.ndarray]) -> bool:
        return all(_close(g, claim(m, e)) for m, g, e in numbers)

    if everywhere(lambda m, e: e):
        return NEARLY
    if everywhere(lambda m, e: -e):
        return SIGN
    if all(_transposed(got, expected) for _, got, expected in comparable):
        return TRANSPOSED
    if everywhere(lambda m, e: m * e):
        return SUM
    if everywhere(lambda m, e: e / m):
        return MEAN
    _, g, e = max(numbers, key=lambda call: np.max(np.abs(call[2]), initial=0))
    factor = g[np.argmax(np.abs(e))] / np.max(np.abs(e)) * np.sign(e[np.argmax(np.abs(e))])
    if factor and everywhere(lambda m, e: factor * e):
        return f"Your result is {factor:.6g} times the right one."
    shift = g[0] - e[0]
    if shift and everywhere(lambda m, e: e + shift):
        whole = all(_whole(expected) for _, _, expected in comparable)
        more = "larger" if shift > 0 else "smaller"
        asked = COUNTING if whole and abs(shift) == 1 else ""
        return f"Your result is {abs(shift):.6g} {more} than the right one.{asked}"
    return ""


def _close(got: np.ndarray, expected: np.ndarray) -> bool:
    return bool(np.allclose(got, expected, rtol=1e-4, atol=1e-9))


def _transposed(got: Any, expected: Any) -> bool:
    if not (isinstance(expected, np.ndarray) and expected.ndim == 2):
        return False
    return got.shape == expected.T.shape and _close(got, expected.T)


def _whole(expected: Any) -> bool:
    return isinstance(expected, np.ndarray) and expected.dtype.kind in "iu"


def _rows(arguments: tuple) -> int:
    """Return the number of examples: the rows of the first array among the arguments."""
    arrays = [a for a in arguments if isinstance(a, np.ndarray) and a.ndim]
    return max(len(arrays[0]), 1) if arrays else 1


def _numbers(got: Any, expected: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return all numbers of both, side by side, text and the like left out."""
    if isinstance(expected, dict):
        got, expected = [got[key] for key in expected], list(expected.values())
    if is_sequence(expected):
        pairs = [_numbers(g, e) for g, e in zip(got, expected, strict=True)]
        pairs = [(np.empty(0), np.empty(0)), *pairs]
        return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))
    if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "iuf":
        return np.empty(0), np.empty(0)
    return got.astype(float).ravel(), expected.astype(float).ravel()
