"""Stages: what the code of a wrong answer shows: an idle condition, an argument unused."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator

import numpy as np

from helpers.checks._attempt import Attempt, Diagnosis
from helpers.checks._look import parsed
from helpers.checks.slips import overwritten_argument, unused_argument


def condition_empty(attempt: Attempt) -> Diagnosis | None:
    """Name a condition that cannot mean what it says: `x == "a" or "b"`, `np.all(y) >= 0`."""
    tree = parsed(attempt.answer)
    for condition in _conditions(tree) if tree else ():
        for node in ast.walk(condition):
            if words := _always_true(node) or _compared_outside(node):
                return Diagnosis("condition", words, attempt.failing[0])
    return None


def reads_test_labels(attempt: Attempt) -> Diagnosis | None:
    """Notice a right answer whose code reads the test labels: `test.y`, `data.test.y`."""
    tree = parsed(attempt.answer)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Attribute) and node.attr == "y":
            read = ast.unparse(node)
            if read.removesuffix(".y").rpartition(".")[2] == "test":
                return Diagnosis(
                    "test labels",
                    f"Your function looks at `{read}`, the labels that its answers are held"
                    " against. Choose on the validation part; the test part only measures.",
                    attempt.calls[0],
                )
    return None


def _conditions(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


def _always_true(node: ast.AST) -> str:
    if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.Or):
        return ""
    first, *others = node.values
    constants = [part for part in others if isinstance(part, ast.Constant) and part.value]
    if not constants or not isinstance(first, ast.Compare) or not isinstance(first.ops[0], ast.Eq):
        return ""
    left, constant = ast.unparse(first.left), ast.unparse(constants[0])
    return (
        f"`{ast.unparse(node)}` is always true: {constant} by itself counts as true. Each side of"
        f" `or` needs its comparison, as in `{ast.unparse(first)} or {left} == {constant}`."
    )


def _compared_outside(node: ast.AST) -> str:
    """`np.all(y) >= 0`: the answer of `all`, True or False, is compared with a number."""
    if not isinstance(node, ast.Compare) or len(node.ops) > 1:
        return ""
    call, number = node.left, node.comparators[0]
    orders = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
    if not isinstance(node.ops[0], orders) or not isinstance(call, ast.Call):
        return ""
    name = ast.unparse(call.func)
    if (
        name not in ("np.all", "np.any", "numpy.all", "numpy.any", "all", "any")
        or len(call.args) != 1
    ):
        return ""
    if not isinstance(number, ast.Constant) or isinstance(
        call.args[0], (ast.Compare, ast.GeneratorExp)
    ):
        return ""
    inside = ast.unparse(ast.Compare(call.args[0], node.ops, node.comparators))
    return (
        f"`{ast.unparse(node)}` compares the answer of `{name}`, which is True or False, with a"
        f" number. The comparison belongs inside: `{name}({inside})`."
    )


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
