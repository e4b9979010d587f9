"""The lesson modules stay short enough to be read: what DESIGN.md's "Walls" promise, counted."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parent.parent / "helpers"
# Each lesson's own formula, which its module opens with.
FORMULAS = {
    "activations": "linear",
    "outputs": "output_layer_for",
    "softmax": "softmax",
    "losses": "sparse_categorical_crossentropy",
    "stability": "naive_binary_crossentropy",
    "network": "forward",
    "multilabel": "predict_labels",
    "optimizers": "adam_step",
}
LIMITS = dict.fromkeys(FORMULAS, 150) | {"network": 220}
DOCSTRING_LINES = 25
FIRST_FUNCTION_LINES = 6

NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def documented(tree: ast.Module) -> list[ast.Module | ast.ClassDef | ast.FunctionDef]:
    """Return the module, its classes and its functions, in the order of the file."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def code_lines(source: str) -> set[int]:
    """Return the numbers of the lines that hold code: no blank line, no comment, no docstring."""
    docstrings = {
        line
        for node in documented(ast.parse(source))
        if ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return lines - docstrings


def first_function(source: str) -> ast.FunctionDef:
    """Return the function, or the method, that comes first; `__init__` and its like apart."""
    functions = [node for node in documented(ast.parse(source)) if type(node) is ast.FunctionDef]
    functions = [function for function in functions if not function.name.startswith("__")]
    return min(functions, key=lambda function: function.lineno)


def read(module: str) -> str:
    return (HELPERS / f"{module}.py").read_text(encoding="utf-8")


def test_counts_lines_of_code_and_nothing_else():
    source = '"""Docstring,\n\ntwo lines."""\n\n# comment\nx = """a\nb"""  # c\n\n\ndef f(a):\n'
    source += '    """Docstring."""\n    # why\n    return (\n        a\n    )\n'
    assert code_lines(source) == {6, 7, 10, 13, 14, 15}
    assert (
        first_function(
            f"class A:\n    def __init__(self): ...\n    def g(self): ...\n{source}"
        ).name
        == "g"
    )


@pytest.mark.parametrize("module", LIMITS)
def test_lesson_module_is_short_enough_to_read(module):
    assert len(code_lines(read(module))) <= LIMITS[module]


@pytest.mark.parametrize("module", LIMITS)
def test_module_docstring_is_short(module):
    docstring = ast.parse(read(module)).body[0]
    assert docstring.end_lineno - docstring.lineno + 1 <= DOCSTRING_LINES


@pytest.mark.parametrize("module", LIMITS)
def test_first_function_is_a_formula(module):
    source = read(module)
    function = first_function(source)
    assert function.name == FORMULAS[module]
    body = range(function.body[0].lineno, function.end_lineno + 1)
    assert len(code_lines(source) & set(body)) <= FIRST_FUNCTION_LINES, function.name
