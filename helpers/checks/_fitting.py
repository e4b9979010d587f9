"""Leaves out the questions about a cause that the source of the answer refutes.

What is said is true of the result; the likely cause follows as a question, which was written for
most answers with such a result. "Is the `return` inside the loop?" is no question to someone who
has no loop.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from helpers.checks._code import of_the_notebook
from helpers.checks._look import parsed
from helpers.checks.slips import unused_argument

SENTENCES = re.compile(r"(?<=[.?]) (?=[A-Z`])")
LOOPS = ast.For, ast.While, ast.comprehension
NAMED = re.compile(r"`[^`]*?([a-z]\w+)\W*`")  # the last name of `np.exp` or `int(...)`


def fitting(words: str, answer: Callable) -> str:
    """Return the words without the questions that cannot hit what this answer does."""
    tree = parsed(answer)
    if tree is None:
        return words
    first, *others = SENTENCES.split(words)
    return " ".join([first, *(s for s in others if s[-1] != "?" or not _refuted(s, tree, answer))])


def _refuted(question: str, tree: ast.AST, answer: Callable) -> bool:
    if "variables of the notebook" in question:
        return not (unused_argument(answer) or of_the_notebook(answer))
    if "`return` stand" in question:
        return not any(
            isinstance(part, ast.Return)
            for loop in ast.walk(tree)
            if isinstance(loop, (ast.For, ast.While))
            for part in ast.walk(loop)
        )
    if re.search(r"\bloops?\b", question):
        return not any(isinstance(node, LOOPS) for node in ast.walk(tree))
    if "`[:, y]`" in question:
        return not any(
            isinstance(node, ast.Subscript) and _of_all_rows(node) for node in ast.walk(tree)
        )
    if "missing" in question or "`" not in question:
        return False
    source = ast.unparse(tree)
    names = NAMED.findall(question)
    if "`//`" in question and "//" in source:
        return False
    return bool(names) and not any(re.search(rf"\b{name}\b", source) for name in names)


def _of_all_rows(node: ast.Subscript) -> bool:
    """Whether an index takes all rows, and columns by a name: `P[:, y]`."""
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
    return (
        len(places) == 2
        and isinstance(places[0], ast.Slice)
        and not isinstance(places[1], (ast.Slice, ast.Constant))
        and ast.unparse(places[1]) not in ("None", "np.newaxis")
    )
