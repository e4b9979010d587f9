"""Stage: is the result even of the form that was asked for?"""

from __future__ import annotations

import dis
import inspect
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from helpers.checks._attempt import Attempt, Call, Diagnosis
from helpers.checks._task import Task
from helpers.checks._values import Raised, is_sequence, mismatch


def nothing_returned(attempt: Attempt) -> Diagnosis | None:
    """Say why the first wrong call returned None, where something else is expected."""
    call = attempt.failing[0]
    if call.got is not None or call.expected is None:
        return None
    return Diagnosis("form", _nothing(attempt), call)


def other_form(attempt: Attempt) -> Diagnosis | None:
    """Say what kind of thing the answer returned in place of the one expected."""
    for call in attempt.failing:
        complaint = _complaint(attempt.task, call.got, call.expected)
        if complaint and not isinstance(call.got, Raised):
            return Diagnosis("form", complaint + other_axis(attempt.failing), call)
    return None


def named(task: Task, outcome: Any) -> Any:
    """Return the outcome, with its parts by name if it has as many as the task names."""
    if task.returns and is_sequence(outcome) and len(outcome) == len(task.returns):
        return dict(zip(task.returns, outcome, strict=True))
    return outcome


def _complaint(task: Task, got: Any, expected: Any) -> str | None:
    by_name = named(task, got)
    return (
        mismatch(by_name, named(task, expected)) if by_name is not got else mismatch(got, expected)
    )


def other_order(attempt: Attempt) -> Diagnosis | None:
    """Say so where the shapes of all wrong results are those asked for, in one other order."""
    names = attempt.task.returns
    if not names:
        return None
    orders = set(itertools.permutations(range(len(names))))
    for call in attempt.failing:
        got, asked = _shapes(call.got), _shapes(call.expected)
        if len(got) != len(names) or None in got:
            return None
        orders = {order for order in orders if [got[i] for i in order] == asked}
    if len(orders) != 1 or orders == {tuple(range(len(names)))}:
        return None
    return Diagnosis(
        "form",
        "Your results have the shapes that are asked for, but in another order. Return "
        f"{', '.join(f'`{name}`' for name in names)}, in this order.",
        attempt.failing[0],
    )


def _shapes(result: Any) -> list[tuple[int, ...] | None]:
    return [getattr(part, "shape", None) for part in result] if is_sequence(result) else []


def other_axis(failing: Iterable[Call]) -> str:
    """Ask for the axis, where every wrong result has an entry for each column and not each row."""
    asked = []
    for call in failing:
        shapes = {a.shape for a in call.arguments if isinstance(a, np.ndarray) and a.ndim == 2}
        found = {shape for shape in shapes if shape[0] != shape[1] and _for_columns(call, *shape)}
        square = any(m == n for m, n in shapes)
        if not found and not square:
            return ""
        asked += found
    if not asked:
        return ""
    m, n = asked[0]
    return (
        f" It has as many entries as there are columns ({n}), and one for each row ({m}) is asked"
        " for, as along the other axis."
    )


def _for_columns(call: Call, m: int, n: int) -> bool:
    pairs = [(call.got, call.expected)]
    if is_sequence(call.expected) and is_sequence(call.got):
        pairs = list(zip(call.got, call.expected, strict=False))
    shapes = [tuple(getattr(value, "shape", ()) for value in pair) for pair in pairs]
    return ((n,), (m,)) in shapes


def _nothing(attempt: Attempt) -> str:
    if any(call.printed for call in attempt.calls):
        return (
            "Your function prints something but returns nothing: end it with `return` and what the"
            " task asks for."
        )
    if any(call.got is not None for call in attempt.calls):
        return (
            "Your function returns nothing (None) for this input: one way through it ends without"
            " `return`, or with a None."
        )
    if _returns_a_value(attempt.answer):
        return (
            "Your function has a `return`, but what it returns is nothing (None). Does that come"
            " from a call that only changes something, and returns nothing itself? Make such a call"
            " in a line of its own, and return what it changed."
        )
    return "Your function returns nothing (None): end it with `return` and the result."


def _returns_a_value(answer: Callable) -> bool:
    """Whether a `return` of the function has more behind it than nothing, or a plain None."""
    code = getattr(answer, "__code__", None) if inspect.isfunction(answer) else None
    steps = list(dis.get_instructions(code)) if code else []
    return any(
        step.opname == "RETURN_VALUE" and before.opname != "LOAD_CONST"
        for before, step in itertools.pairwise(steps)
    )
