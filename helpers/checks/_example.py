"""The example that a diagnosis shows: input, expected, got, and what the call printed."""

from __future__ import annotations

import inspect
import re
from typing import Any

from helpers.checks._attempt import Diagnosis, known
from helpers.checks._form import named
from helpers.checks._run import parameters
from helpers.checks._task import Finding, Task
from helpers.checks._values import (
    Other,
    Raised,
    agree,
    canonical,
    first_difference,
    show,
    show_pair,
)


def example(task: Task, found: Diagnosis) -> tuple[tuple[str, str], ...]:
    """Return label and text of each line."""
    call, tolerance = found.call, (found.call.rtol, found.call.atol)
    # Of the one data set that all answers get nothing is to be learned, except by an error.
    same = isinstance(call.expected, (dict, Finding)) and len(known(task).probes) == 1
    lines = [] if same and found.reason != "raised" else list(inputs(task, call.arguments))
    if call.right:  # what is wrong is not the result
        return tuple(lines)
    shown = show_pair(*_differing(named(task, call.expected), named(task, call.got), *tolerance))
    # Of an observed result that never came there is nothing to read in the right one.
    unread = found.reason == "raised" and isinstance(call.expected, dict)
    if task.show_expected and not unread:
        lines.append(("expected", shown[0]))
    if not (isinstance(call.got, Raised) and shown[1] in found.words):  # said above already
        lines.append(("got", shown[1]))
    if task.show_expected and not isinstance(call.got, (Raised, Other)):
        difference = first_difference(call.got, call.expected, *tolerance)
        if difference:
            lines.append(("difference", difference))
    if printed := _readable(call.printed):
        lines.append(("printed", printed))
    return tuple(lines)


def inputs(task: Task, arguments: tuple) -> tuple[tuple[str, str], ...]:
    """Return the line with the arguments, by their names; none if there are none."""
    if not arguments:
        return ()
    lines = (
        f"{name} = {_argument(value)}".replace("\n", "\n" + " " * (len(name) + 3))
        for name, value in zip(parameters(task), arguments, strict=False)
    )
    return (("input", "\n".join(lines)),)


def _argument(value: Any) -> str:
    """Print an argument: an array, a number, or an object that knows how to describe itself."""
    shown = canonical(value)
    if not callable(value) and not isinstance(shown, Other):
        return show(shown)
    if inspect.isfunction(value):
        return value.__name__
    # Python's own description is an address in memory.
    bare = type(value).__repr__ is object.__repr__
    return f"a {type(value).__name__}" if bare else re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _differing(expected: Any, got: Any, rtol: float, atol: float) -> tuple[Any, Any]:
    """Return both; of what has names, only what is not as it should be."""
    if not (isinstance(expected, dict) and isinstance(got, dict) and got.keys() == expected.keys()):
        return expected, got
    keys = [key for key in expected if not agree(got[key], expected[key], rtol, atol)]
    return {key: expected[key] for key in keys}, {key: got[key] for key in keys}


def _readable(printed: str) -> str:
    """Return the first lines of what was printed, as a terminal would leave them."""
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", printed)  # colours
    lines = [re.split(r"[\r\x08]+", line.rstrip("\r\x08"))[-1] for line in plain.split("\n")]
    return "\n".join(line for line in lines if line.strip())[:600]
