"""Judges an answer: whether it is right and, if not, what its author may have had in mind.

The way of an answer: it runs on all probes; right everywhere, it is solved. Otherwise each stage
looks at the calls in turn, and the first that has something to say is heard (`STAGES`).
"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from helpers.checks._attempt import Attempt, Diagnosis, attempt, known
from helpers.checks._example import example, inputs
from helpers.checks._form import nothing_returned, other_form
from helpers.checks._mistakes import mistaken, similar_mistake, whole_mistake
from helpers.checks._properties import NOT_FINITE, property_fails, shared_property
from helpers.checks._run import Run, parameters, quiet, run
from helpers.checks._task import Task
from helpers.checks._values import Raised, agree, finite, like, show

__all__ = ["Verdict", "judge", "known", "mistaken"]


@dataclass(frozen=True)
class Verdict:
    """What `check` found.

    Attributes
    ----------
    state : "solved", "wrong" or "open"
        Open: not attempted.
    reason : str
        The kind of diagnosis: "solved", "not attempted", "not callable", "signature", "endless",
        "raised", "changed", "random", "mistake" (agrees on all probes), "similar" (on those where
        it is wrong), "form", "property" or "counter-example".
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
        return verdict(
            reason="not callable",
            diagnosis=f'Pass the function itself, without parentheses: check("{task.name}",'
            f" {task.name}).",
        )
    untouched = Verdict(
        "open",
        "not attempted",
        "Write the body of the function, in place of `raise NotImplementedError()`.",
        task.section,
    )
    if _untouched(answer):
        return untouched  # before anything that takes time, such as the import of TensorFlow
    probes = known(task).probes
    call = f"{task.name}({', '.join(parameters(task)[: len(probes[0])])})"
    if complaint := _signature(answer, probes[0]):
        return verdict(
            reason="signature",
            diagnosis=f"Your function cannot be called as {call}: {complaint}. Keep the first line"
            " of the function as the task gives it.",
        )
    result = run(task, answer, probes)
    if result.not_written:
        return untouched
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
        example=inputs(task, found.call.arguments)
        if found.reason == "changed"
        else example(task, found.call),
    )


def _signature(answer: Callable, arguments: tuple) -> str:
    """Say why the arguments do not fit, if that can be known without a call."""
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # ufuncs and other built-in functions have none
        return ""
    except Exception:
        return ""
    try:
        signature.bind(*arguments)
    except TypeError as error:
        return str(error)
    return ""


NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP"}
RAISING = NOTHING | {
    "LOAD_GLOBAL",
    "PUSH_NULL",
    "PRECALL",
    "CALL",
    "CALL_FUNCTION",
    "RAISE_VARARGS",
}


def _untouched(answer: Callable) -> bool:
    """Whether the body is only a docstring, `pass`, `...` or the line that is to be replaced."""
    code = getattr(answer, "__code__", None) if inspect.isfunction(answer) else None
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    names = {step.opname for step in steps}
    if names <= NOTHING:  # what it returns is the last constant
        constants = [step.argval for step in steps if step.opname in {"LOAD_CONST", "RETURN_CONST"}]
        return constants[-1] is None
    return names <= RAISING and code.co_names == ("NotImplementedError",)


# --- what is wrong, stage by stage ----------------------------------------------------------------


def _diagnosed(tried: Attempt) -> Diagnosis | None:
    """Return what the first stage that finds something says; None if the answer is right."""
    if not tried.failing:
        return argument_changed(tried)
    found = (stage(tried) for stage in STAGES)
    return next((diagnosis for diagnosis in found if diagnosis), None)


def argument_changed(tried: Attempt) -> Diagnosis | None:
    """Name the argument that the answer changes, for whoever calls it."""
    for call in tried.failing[:1] or tried.calls:
        if call.changed:
            return Diagnosis(
                "changed",
                f"Your function changes its argument `{call.changed}`: whoever calls it finds other"
                f" numbers in `{call.changed}` afterwards. Work on a copy, or make a new array.",
                call,
            )
    return None


def error_raised(tried: Attempt) -> Diagnosis | None:
    """Say what the first wrong call raised, and where."""
    call = tried.failing[0]
    if not isinstance(call.got, Raised):
        return None
    at = f", at {call.got.where}" if call.got.where else ""
    words = f"Your function raised {show(call.got).rstrip('.')}{at}."
    if call.got.type == "NotImplementedError" and not call.got.message:
        words = f"Your function calls `{call.got.within}`, which is not written yet{at}."
    return Diagnosis("raised", words, call)


def given_to_chance(tried: Attempt) -> Diagnosis | None:
    """Notice a result that differs when the same call is made again."""
    call = tried.failing[0]
    again = run(tried.task, tried.answer, (call.arguments,)).outcomes
    if again and agree(like(again[0], call.expected), call.got, call.rtol, call.atol):
        return None
    return Diagnosis(
        "random",
        "Your function gave two different results for the same input. Leave out randomness, do not"
        " let one call change what the next one finds, and fill every array that `np.empty` makes.",
        call,
    )


def not_finite(tried: Attempt) -> Diagnosis | None:
    """Notice nan and inf."""
    call = tried.failing[0]
    if finite(call.expected) and not finite(call.got):
        return Diagnosis("property", NOT_FINITE, call)
    return None


def detected(tried: Attempt) -> Diagnosis | None:
    """Say what all results have in common with the right ones."""
    words = shared_property([(call.arguments, call.got, call.expected) for call in tried.calls])
    return Diagnosis("property", words, tried.failing[0]) if words else None


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
    nothing_returned,
    given_to_chance,
    argument_changed,
    similar_mistake,
    other_form,
    property_fails,
    not_finite,
    detected,
    counter_example,
)


def _endless(task: Task, probes: tuple[tuple, ...], result: Run) -> Verdict:
    number = len(result.outcomes)
    rest = " It could not be stopped: restart the kernel." if result.still_running else ""
    return Verdict(
        "wrong",
        "endless",
        f"Your function did not finish and was stopped after {task.seconds:g} seconds. Is there a"
        f" loop that never ends?{rest}",
        task.section,
        inputs(task, probes[min(number, len(probes) - 1)]),
    )
