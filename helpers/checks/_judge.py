"""Judges an answer: whether it is right and, if not, what its author may have had in mind."""

from __future__ import annotations

import contextlib
import copy
import dis
import functools
import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from helpers.checks._properties import NOT_FINITE, shared_property
from helpers.checks._run import Run, outcomes, parameters, quiet, run
from helpers.checks._task import Mistake, Task
from helpers.checks._values import (
    Other,
    Raised,
    agree,
    canonical,
    finite,
    first_difference,
    is_sequence,
    loosened,
    mismatch,
    show,
    show_pair,
    single_precision,
)


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


@dataclass(frozen=True)
class _Known:
    """What does not depend on the answer: computed once for each task."""

    probes: tuple[tuple, ...]
    expected: list[Any]
    tolerances: list[tuple[float, float]]  # for each probe: rtol and atol


@functools.cache
def known(task: Task) -> _Known:
    """Return the task's probes, with the expected outcome of each and its tolerances."""
    probes = task.probes() if callable(task.probes) else task.probes
    exact = task.rtol, task.atol
    expected = outcomes(task, task.reference, probes)
    for outcome in expected:  # or whatever fails in the same way would count as right
        if isinstance(outcome, (Raised, Other)):
            raise RuntimeError(f"the reference of {task.name} fails: {show(outcome)}")
    return _Known(
        probes,
        expected,
        [loosened(*exact) if single_precision(arguments) else exact for arguments in probes],
    )


@functools.cache
def mistaken(task: Task) -> list[list[Any]]:
    """Return the outcomes of each known mistake."""
    return [outcomes(task, mistake.answer, known(task).probes) for mistake in task.mistakes]


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
    probes, expected = known(task).probes, known(task).expected
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
    wrong = [
        number
        for number, (got, right) in enumerate(zip(result.outcomes, expected, strict=True))
        if mismatch(got, right) is not None or not _agree(task, number, got, right)
    ]
    if wrong:
        return _diagnose(task, answer, result, wrong)
    for number, argument in enumerate(result.changed):
        if argument:
            return _changed(task, result, number)
    return Verdict("solved", "solved", task.tested, task.section)


def _agree(task: Task, number: int, got: Any, expected: Any) -> bool:
    """Whether two outcomes of the probe `number` are the same."""
    return agree(got, expected, *known(task).tolerances[number])


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


# --- what is wrong --------------------------------------------------------------------------------


def _diagnose(task: Task, answer: Callable, result: Run, wrong: list[int]) -> Verdict:
    first = wrong[0]
    got, expected = result.outcomes[first], known(task).expected[first]
    example = _example(task, result, first)
    verdict = functools.partial(Verdict, "wrong", section=task.section, example=example)
    if mistake := _same_as(task, result.outcomes):
        return verdict(
            reason="mistake",
            diagnosis=mistake.diagnosis,
            section=mistake.section or task.section,
        )
    if isinstance(got, Raised):
        return verdict(reason="raised", diagnosis=_raised(result, first))
    if got is None and expected is not None:
        return verdict(reason="form", diagnosis=_nothing(answer, result))
    if not _agree(task, first, _again(task, answer, first), got):
        return verdict(
            reason="random",
            diagnosis="Your function gave two different results for the same input. Leave out"
            " randomness, do not let one call change what the next one finds, and fill every array"
            " that `np.empty` makes.",
        )
    if result.changed[first]:
        return _changed(task, result, first)
    if mistake := _similar_to(task, result.outcomes, wrong):
        return verdict(
            reason="similar",
            diagnosis="This looks like a known mistake. " + mistake.diagnosis,
            section=mistake.section or task.section,
        )
    for number in wrong:
        outcome = result.outcomes[number]
        complaint = _complaint(task, outcome, known(task).expected[number])
        if complaint and not isinstance(outcome, Raised):
            return replace(
                verdict(reason="form", diagnosis=complaint), example=_example(task, result, number)
            )
    for number in wrong:  # the same failing inputs, smallest first
        if isinstance(result.outcomes[number], Raised):
            continue
        for diagnosis in _failing(task, known(task).probes[number], result.outcomes[number]):
            return replace(
                verdict(reason="property", diagnosis=diagnosis),
                example=_example(task, result, number),
            )
    if finite(expected) and not finite(got):
        return verdict(reason="property", diagnosis=NOT_FINITE)
    calls = zip(known(task).probes, result.outcomes, known(task).expected, strict=True)
    if diagnosis := shared_property(list(calls)):
        return verdict(reason="property", diagnosis=diagnosis)
    right = len(known(task).probes) - len(wrong)
    return verdict(
        reason="counter-example",
        diagnosis=f"Right on {right} of {right + len(wrong)} inputs, but not on this one:"
        if right
        else "The numbers differ from what is expected. The smallest input on which they do:",
    )


def _again(task: Task, answer: Callable, number: int) -> Any:
    again = run(task, answer, (known(task).probes[number],)).outcomes
    return again[0] if again else None


def _same_as(task: Task, got: list[Any]) -> Mistake | None:
    for mistake, outputs in zip(task.mistakes, mistaken(task), strict=True):
        if all(_agree(task, n, g, outputs[n]) for n, g in enumerate(got)):
            return mistake
    return None


def _similar_to(task: Task, got: list[Any], wrong: list[int]) -> Mistake | None:
    """Return the one mistake that explains the smallest wrong output and most of the others."""
    counts = []
    for outputs in mistaken(task):
        same = [number for number in wrong if _agree(task, number, got[number], outputs[number])]
        explains = wrong[0] in same and 2 * len(same) > len(wrong)
        counts.append(len(same) if explains else 0)
    best = max(counts, default=0)
    # Two that explain as much cannot be told apart: better no diagnosis than a wrong one.
    return task.mistakes[counts.index(best)] if best and counts.count(best) == 1 else None


def _failing(task: Task, arguments: tuple, got: Any) -> Iterator[str]:
    """Yield the diagnoses of the task's own properties that do not hold."""
    for prop in task.properties:
        # A property that does not apply to such an output says nothing.
        with contextlib.suppress(Exception):
            if not prop.holds(copy.deepcopy(arguments), copy.deepcopy(got)):
                words = prop.diagnosis
                yield words(arguments, got) if callable(words) else words


# --- in words -------------------------------------------------------------------------------------


def _raised(result: Run, number: int) -> str:
    error = result.outcomes[number]
    at = f", at {error.where}" if error.where else ""
    if error.type == "NotImplementedError" and not error.message:
        return f"Your function calls `{error.within}`, which is not written yet{at}."
    return f"Your function raised {show(error).rstrip('.')}{at}."


def _nothing(answer: Callable, result: Run) -> str:
    if any(result.printed):
        return "Your function prints its result but returns nothing: end it with `return`."
    if any(outcome is not None for outcome in result.outcomes):
        return (
            "Your function returns nothing (None) for this input: one way through it ends without"
            " `return`."
        )
    if _returns_a_value(answer):
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


def _changed(task: Task, result: Run, number: int) -> Verdict:
    name = result.changed[number]
    return Verdict(
        "wrong",
        "changed",
        f"Your function changes its argument `{name}`: whoever calls it finds other numbers in"
        f" `{name}` afterwards. Work on a copy, or make a new array.",
        task.section,
        tuple(line for line in _example(task, result, number) if line[0] == "input"),
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
        (("input", _arguments(task, probes[min(number, len(probes) - 1)])),),
    )


def _arguments(task: Task, arguments: tuple) -> str:
    return "\n".join(
        f"{name} = {_argument(value)}".replace("\n", "\n" + " " * (len(name) + 3))
        for name, value in zip(parameters(task), arguments, strict=False)
    )


def _argument(value: Any) -> str:
    """Print an argument: an array, a number, or an object that knows how to describe itself."""
    shown = canonical(value)
    if not callable(value) and not isinstance(shown, Other):
        return show(shown)
    if inspect.isfunction(value):
        return value.__name__
    # Python's own description is an address in memory.
    bare = type(value).__repr__ is object.__repr__
    return f"a {type(value).__name__}" if bare else repr(value)


def _example(task: Task, result: Run, number: int) -> tuple[tuple[str, str], ...]:
    got, expected = result.outcomes[number], known(task).expected[number]
    arguments = known(task).probes[number]
    lines = [("input", _arguments(task, arguments))] if arguments else []
    tolerance = known(task).tolerances[number]
    shown = show_pair(*_differing(_named(task, expected), _named(task, got), *tolerance))
    lines += [("expected", shown[0])] * task.show_expected + [("got", shown[1])]
    if task.show_expected and not isinstance(got, (Raised, Other)):
        difference = first_difference(got, expected, *tolerance)
        if difference:
            lines.append(("difference", difference))
    if printed := _readable(result.printed[number]):
        lines.append(("printed", printed))
    return tuple(lines)


def _complaint(task: Task, got: Any, expected: Any) -> str | None:
    """Say in which way `got`, or a part of it, is not even of the form of `expected`."""
    named = _named(task, got)
    return mismatch(named, _named(task, expected)) if named is not got else mismatch(got, expected)


def _named(task: Task, outcome: Any) -> Any:
    """Return the outcome, with its parts by name if it has as many as the task names."""
    if task.returns and is_sequence(outcome) and len(outcome) == len(task.returns):
        return dict(zip(task.returns, outcome, strict=True))
    return outcome


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
