"""Judges an answer: whether it is right and, if not, what its author may have had in mind.

The way of an answer, each step in a module of its own:

    can it be called?   a function? touched at all? the task's arguments?             _look
    run                 on all probes, with copies, against the clock                 _run
    right everywhere?   then it is solved, unless it changed an argument or read test labels
    a known mistake     that agrees on every probe says what it is                    _mistakes
    how it behaves      it raises, changes an argument, varies, returns nothing       _conduct
    a condition         of the code cannot mean what it says                          _code
    one slip            that any task may meet explains all results                   _slip
    another order       the shapes of all parts are right, in one other order         _form
    part by part        each wrong part is a known mistake's, or has a slip           _parts
    two faults          a known mistake with a common fault, or with another one      _pairs
    the code            an argument that is never used                                _code
    less than all       some parts are explained; nearly all wrong results are a mistake's
    form                not even the kind of thing that was asked for                 _form
    an error elsewhere  on an input that is not the first wrong one                   _conduct
    a property          that every right result of this task has is missing           _properties
    where               in which entries, or on which inputs, the results are wrong   _where
    a counter-example   the smallest input on which the answer is wrong               _example

The first that has something to say is heard: `STAGES`, in this order. What explains everything
comes before what explains a part, one fault before two, and what is certain before a likeness.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from helpers.checks._attempt import Attempt, Diagnosis, attempt, known
from helpers.checks._code import argument_unused, condition_empty, reads_test_labels
from helpers.checks._conduct import (
    argument_changed,
    error_elsewhere,
    error_raised,
    given_to_chance,
)
from helpers.checks._example import example, inputs
from helpers.checks._form import nothing_returned, other_form, other_order
from helpers.checks._look import (
    BELOW_THE_RAISE,
    OPEN,
    below_the_raise,
    misfit,
    not_a_function,
    untouched,
)
from helpers.checks._mistakes import mistaken, similar_mistake, whole_mistake
from helpers.checks._pairs import two_faults
from helpers.checks._parts import part_by_part, places_in_parts, some_parts
from helpers.checks._properties import property_fails, wrong_places
from helpers.checks._run import Run, quiet, run
from helpers.checks._slip import one_slip
from helpers.checks._task import Task

__all__ = ["Verdict", "judge", "known", "mistaken"]


@dataclass(frozen=True)
class Verdict:
    """What `check` found.

    Attributes
    ----------
    state : "solved", "wrong" or "open"
        Open: not attempted.
    reason : str
        The kind of diagnosis: "solved", "not attempted", "left over" (the line that was to be
        replaced stands above the answer), "not callable", "signature", "endless", "raised",
        "changed", "test labels", "random", "condition", "mistake" (agrees on all probes),
        "similar" (on most of those where it is wrong), "form", "property" or "counter-example".
    diagnosis : str
        In plain words.
    section : str
        The lesson's section to read.
    example : tuple of (str, str)
        The smallest counter-example: label and text of each line.
    """

    state: Literal["solved", "wrong", "open"]
    reason: str
    diagnosis: str
    section: str
    example: tuple[tuple[str, str], ...] = ()


def judge(task: Task, answer: Any) -> Verdict:
    """Judge `answer`, which should be a function that does what `task` says."""
    with quiet():  # comparing numbers near the ends of the range overflows, too
        return _judge(task, answer)


def _judge(task: Task, answer: Any) -> Verdict:
    verdict = functools.partial(Verdict, "wrong", section=task.section)
    if not callable(answer):
        return verdict(reason="not callable", diagnosis=not_a_function(task, answer))
    not_attempted = Verdict("open", "not attempted", OPEN, task.section)
    left_over = verdict(reason="left over", diagnosis=BELOW_THE_RAISE)
    if untouched(answer):  # before anything that takes time, such as the import of TensorFlow
        return left_over if below_the_raise(answer) else not_attempted
    probes = known(task).probes
    if complaint := misfit(task, answer, probes[0]):
        return verdict(reason="signature", diagnosis=complaint)
    result = run(task, answer, probes)
    if result.not_written:
        return left_over if below_the_raise(answer) else not_attempted
    if result.stopped:
        return _endless(task, probes, result)
    tried = attempt(task, answer, result)
    found = _diagnosed(tried)
    if found is None:
        return Verdict("solved", "solved", task.tested, task.section)
    return verdict(
        reason=found.reason,
        diagnosis=found.words,
        section=found.section or task.section,
        example=example(task, found),
    )


# --- what is wrong, stage by stage ----------------------------------------------------------------


def _diagnosed(tried: Attempt) -> Diagnosis | None:
    """Return what the first stage that finds something says; None if the answer is right."""
    if not tried.failing:
        return argument_changed(tried) or reads_test_labels(tried)
    found = (stage(tried) for stage in STAGES)
    return next((diagnosis for diagnosis in found if diagnosis), None)


def counter_example(tried: Attempt) -> Diagnosis:
    """Show the smallest input on which the answer is wrong."""
    count = len(tried.calls)
    right = count - len(tried.failing)
    words = "The numbers differ from what is expected. The smallest input on which they do:"
    if right:
        words = f"Right on {right} of {count} inputs, but not on this one:"
    return Diagnosis("counter-example", words, tried.failing[0])


STAGES: tuple[Callable[[Attempt], Diagnosis | None], ...] = (
    whole_mistake,
    error_raised,
    argument_changed,
    nothing_returned,
    given_to_chance,
    condition_empty,
    one_slip,
    other_order,
    part_by_part,
    two_faults,
    argument_unused,
    some_parts,
    similar_mistake,
    other_form,
    error_elsewhere,
    property_fails,
    places_in_parts,
    wrong_places,
    counter_example,
)


def _endless(task: Task, probes: tuple[tuple, ...], result: Run) -> Verdict:
    number = len(result.outcomes)
    rest = " It could not be stopped: restart the kernel." if result.still_running else ""
    return Verdict(
        "wrong",
        "endless",
        f"Your function did not finish and was stopped after {task.seconds:g} seconds. Either a"
        f" loop never ends, or there is too much to compute: fewer steps must do.{rest}",
        task.section,
        inputs(task, probes[min(number, len(probes) - 1)]),
    )
