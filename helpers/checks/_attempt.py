"""What the stages of a diagnosis get, and what they return: calls, an attempt, a diagnosis."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.checks._run import Run, outcomes
from helpers.checks._task import Finding, Task
from helpers.checks._values import Other, Raised, agree, like, loosened, show, single_precision


@dataclass(frozen=True, eq=False)  # arrays have no single truth to compare by
class Call:
    """One call of the reader's function, beside what a right answer returns.

    Attributes
    ----------
    arguments : tuple
        As the function got them.
    expected, got : Any
        In canonical form; `got` may be `Raised` or `Other`, too.
    rtol, atol : float
        Within which the two count as the same.
    right : bool
    changed : str
        The name of the argument that the call changed, or "".
    printed : str
        The beginning of what the call printed.
    """

    arguments: tuple
    expected: Any
    got: Any
    rtol: float
    atol: float
    right: bool
    changed: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Attempt:
    """A reader's function and all calls of it; some of them are wrong."""

    task: Task
    answer: Callable
    calls: tuple[Call, ...]

    @property
    def failing(self) -> tuple[Call, ...]:
        """The calls that are not right, the smallest first."""
        return tuple(call for call in self.calls if not call.right)

    @property
    def observed(self) -> bool:
        """Whether what is compared was found of the results, and is not the results."""
        return any(isinstance(call.expected, (dict, Finding)) for call in self.calls)


@dataclass(frozen=True)
class Diagnosis:
    """What a stage found.

    Attributes
    ----------
    reason : str
        The kind of diagnosis; see `Verdict` in `_judge`.
    words : str
        In plain words, to the reader.
    call : Call
        The one to show.
    section : str
        The lesson's section to read, if it is not the task's.
    """

    reason: str
    words: str
    call: Call
    section: str = ""


@dataclass(frozen=True)
class Known:
    """What does not depend on the answer: computed once for each task."""

    probes: tuple[tuple, ...]
    expected: list[Any]
    tolerances: list[tuple[float, float]]  # for each probe: rtol and atol


@functools.cache
def known(task: Task) -> Known:
    """Return the task's probes, with the expected outcome of each and its tolerances."""
    probes = task.probes() if callable(task.probes) else task.probes
    exact = task.rtol, task.atol
    expected = outcomes(task, task.reference, probes)
    for outcome in expected:  # or whatever fails in the same way would count as right
        if isinstance(outcome, (Raised, Other)):
            raise RuntimeError(f"the reference of {task.name} fails: {show(outcome)}")
    return Known(
        probes,
        expected,
        [loosened(*exact) if single_precision(arguments) else exact for arguments in probes],
    )


def attempt(task: Task, answer: Callable, result: Run) -> Attempt:
    """Lay what a run brought beside what is expected."""
    known_calls = zip(known(task).probes, known(task).expected, known(task).tolerances, strict=True)
    got = [like(g, e) for g, e in zip(result.outcomes, known(task).expected, strict=True)]
    run_calls = zip(got, result.changed, result.printed, strict=True)
    return Attempt(
        task,
        answer,
        tuple(
            Call(arguments, expected, got, rtol, atol, agree(got, expected, rtol, atol), *more)
            for (arguments, expected, (rtol, atol)), (got, *more) in zip(
                known_calls, run_calls, strict=True
            )
        ),
    )
