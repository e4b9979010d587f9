"""Checks of the exercises: they say not only that an answer is wrong but what went wrong.

`check("softmax", softmax)` judges the reader's function `softmax` and shows what it found;
`hint("softmax")` gives the next hint, `solution("softmax")` the solution and its reasoning,
`progress()` a table of all tasks. None of them ever raises, whatever it is given.

For autograding, `solved("softmax")` says whether the last `check` of that task in this kernel
found it right. Where nbgrader validates a notebook, `check` raises what it has found.
"""

from __future__ import annotations

import difflib
import functools
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from IPython.display import display

from helpers.checks import _progress
from helpers.checks._judge import Verdict, judge
from helpers.checks._lessons import (
    MODULES,
    address,
    catalogue,
    heading,
    solution_source,
    tasks,
)
from helpers.checks._report import Report, Table
from helpers.checks._task import Mistake, Property, Task

__all__ = [
    "Mistake",
    "Property",
    "Task",
    "check",
    "hint",
    "progress",
    "solution",
    "solved",
]

_solved: dict[str, bool] = {}
_hints_given: dict[str, int] = {}


class UnsolvedError(Exception):
    """What `check` found, for nbgrader's Validate, which knows a task as failed by an error."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def _never_raises(show: Callable[..., None]) -> Callable[..., None]:
    """Show a fault of our own in one line, instead of a traceback that the reader cannot help."""

    @functools.wraps(show)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            show(*args, **kwargs)
        except UnsolvedError:
            raise
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            _show(
                Report(
                    "neutral",
                    f"The course's own `{show.__name__}` failed: this is not your fault.",
                    [f"Please report it: {fault}"],
                )
            )

    return guarded


def _show(shown: Report | Table) -> None:
    """Display; outside a notebook print, with a ? for what the output's encoding lacks, as ✓."""
    try:
        display(shown)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        print(repr(shown).encode(encoding, "replace").decode(encoding))


@_never_raises
def check(name: str, answer: Any = None) -> None:
    """Judge the function `answer` for the task `name` and show the result.

    Parameters
    ----------
    name : str
        The task's name, which is its function's name.
    answer : callable
        The reader's function. Anything else gets a friendly answer, too.
    """
    name = _name(name)
    if name not in catalogue():
        return _unknown(name)
    _solved[name] = False
    lesson, task = catalogue()[name]
    verdict = judge(task, answer)
    _solved[name] = verdict.state == "solved"
    report = _report(lesson, task, verdict)
    if verdict.state != "open":
        lost = _progress.record(name, "solved" if verdict.state == "solved" else "attempted")
        report = replace(report, after=[*report.after, *([lost] if lost else [])])
    _show(report)
    if verdict.state != "solved" and os.environ.get("NBGRADER_EXECUTION") == "validate":
        raise UnsolvedError(f"{report.title}\n{verdict.diagnosis}")


def _report(lesson: str, task: Task, verdict: Verdict) -> Report:
    if verdict.state == "solved":
        return Report("good", f"✓ {task.name}: solved", [verdict.diagnosis])
    if verdict.state == "open":
        return Report("neutral", f"○ {task.name}: not attempted yet", [verdict.diagnosis])
    example = verdict.example
    return Report(
        "bad",
        f"✗ {task.name}: not yet right",
        [verdict.diagnosis],
        example,
        link=("Read again: ", *_link(lesson, verdict.section)),
        after=[f'For a hint, run `hint("{task.name}")` in a new cell.'],
    )


def _link(lesson: str, section: str) -> tuple[str, str]:
    """Return text and address of a section, as seen from the folder of the exercises."""
    title = heading(lesson, section) or section
    return f"lesson {int(lesson[:2])}, section {title}", address(lesson, section)


@_never_raises
def hint(name: str = "") -> None:
    """Show the next hint of the task `name`; after the last one, the last one again."""
    name = _name(name)
    if name not in catalogue():
        return _unknown(name)
    hints = catalogue()[name][1].hints
    number = min(_hints_given.get(name, 0) + 1, len(hints))
    _hints_given[name] = number
    more = f'Run `hint("{name}")` again for the next one.'
    last = f'This was the last one; `solution("{name}")` shows the solution.'
    _show(
        Report(
            "neutral",
            f"{name}: hint {number} of {len(hints)}",
            [hints[number - 1]],
            after=[last if number == len(hints) else more],
        )
    )


@_never_raises
def solution(name: str = "") -> None:
    """Show the solution of the task `name`: its source, and why it is so."""
    name = _name(name)
    if name not in catalogue():
        return _unknown(name)
    lesson, task = catalogue()[name]
    source = solution_source(lesson, name)
    notebook = f"notebooks/solutions/{lesson}.ipynb"
    missing = [] if source else [f"Its code is in the course's repository, {notebook}; not here."]
    _show(
        Report(
            "neutral",
            f"{name}: the solution",
            missing,
            code=source,
            link=("Taught in ", *_link(lesson, task.section)),
            after=[task.reasoning],
        )
    )


@_never_raises
def progress(lesson: str | None = None) -> None:
    """Show a table of the tasks of `lesson`, such as "03_softmax", or of all: open to solved."""
    if lesson is not None and str(lesson) not in MODULES:
        return _unknown(str(lesson), "lesson", list(MODULES))
    states = _progress.read()
    symbols = {"open": "○ open", "attempted": "◐ attempted", "solved": "✓ solved"}
    chosen = [lesson] if lesson else MODULES
    counted = [(number, task) for number in chosen for task in tasks(number) if _counts(task)]
    names = [(number[:2], task.name) for number, task in counted]
    rows = [(name, str(int(n)), symbols[states.get(name, "open")]) for n, name in names]
    done = sum(states.get(name) == "solved" for _, name in names)
    _show(Table(f"{done} of {len(names)} tasks solved", ("task", "lesson", "state"), rows))


def _counts(task: Task) -> bool:
    """Whether a task can be judged here: in a browser there is no TensorFlow."""
    return not task.needs_tensorflow or importlib.util.find_spec("tensorflow") is not None


def solved(name: str) -> bool:
    """Return whether the last `check` of the task `name` in this kernel found it right."""
    return _solved.get(name, False)


def _name(name: Any) -> str:
    """Return a task's name; of a function, which is easily passed instead, its own."""
    return name if isinstance(name, str) else str(getattr(name, "__name__", name))


def _unknown(name: str, what: str = "task", valid: list[str] | None = None) -> None:
    names = sorted(catalogue()) if valid is None else valid
    near = difflib.get_close_matches(name, names, n=1)
    advice = f'Did you mean "{near[0]}"?' if near else "`progress()` lists all of them."
    _show(Report("neutral", f'There is no {what} "{name}".', [advice]))
