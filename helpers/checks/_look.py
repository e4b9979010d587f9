"""Stage: what can be said of an answer before it runs."""

from __future__ import annotations

import ast
import dis
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from helpers.checks._run import parameters
from helpers.checks._task import Task
from helpers.checks._values import canonical, form, show

OPEN = "Write the body of the function, in place of `raise NotImplementedError()`."
BELOW_THE_RAISE = (
    "The line `raise NotImplementedError()` is still there, above your code: it ends the function,"
    " and nothing below it runs. Take that line out."
)
NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP"}
RAISING = NOTHING | {
    "LOAD_GLOBAL",
    "PUSH_NULL",
    "PRECALL",
    "CALL",
    "CALL_FUNCTION",
    "RAISE_VARARGS",
}


def not_a_function(task: Task, answer: Any) -> str:
    """Say what was passed in place of the function."""
    try:
        value = canonical(answer)
        shown = show(value)
        short = len(shown) <= 40 and "\n" not in shown
    except Exception:  # an object that cannot be looked at
        value, shown, short = answer, "", False
    if value is None:
        what = "None"
    elif isinstance(value, str):
        what = f"the text {shown}" if short else "text"
    elif form(value) == "one number":
        what = f"the number {shown}"
    else:
        what = form(value)
    return (
        f"You passed {what}. Pass the function itself, without parentheses:"
        f' check("{task.name}", {task.name}).'
    )


def untouched(answer: Callable) -> bool:
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


def parsed(answer: Callable) -> ast.Module | None:
    """Return the answer's source as a tree; None if there is none to be read."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except Exception:  # no source, or a lambda in the middle of a line
        return None


def below_the_raise(answer: Callable) -> bool:
    """Whether there is code below an unconditional `raise`, which the compiler leaves out."""
    tree = parsed(answer)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []
    return any(isinstance(line, ast.Raise) for f in functions[:1] for line in f.body[:-1])


def misfit(task: Task, answer: Callable, arguments: tuple) -> str:
    """Say why the answer cannot be called with the arguments, if that is known without a call."""
    try:
        signature = inspect.signature(answer)
    except Exception:  # ufuncs and other built-in functions have none
        return ""
    try:
        signature.bind(*arguments)
    except TypeError as error:
        call = f"{task.name}({', '.join(parameters(task)[: len(arguments)])})"
        return (
            f"Your function cannot be called as {call}: {error}. Keep the first line of the"
            " function as the task gives it."
        )
    return ""
