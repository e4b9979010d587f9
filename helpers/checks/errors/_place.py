"""Where an exception was raised, as the rules that explain it ask: what stood there, and in words.

A `Place` reads the source and the shapes that a `Failure` recorded; nothing is run again.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from helpers.checks.errors._failure import Failure
from helpers.checks.errors._shaped import Shaped

LONGEST = 60  # Source that is longer is not quoted whole.
BLOCKS = re.compile(r"(if|elif|while|for|with|async|def|class|try|match)\b")


class Place:
    """The statement that failed and, within it, the expression `node`."""

    def __init__(self, failure: Failure, parameters: list[str]) -> None:
        self.failure, self.parameters = failure, parameters
        self.statement = _statement(failure.line)
        self._parents = {
            child: parent
            for parent in ast.walk(self.statement or ast.Pass())
            for child in ast.iter_child_nodes(parent)
        }
        self.node = self._failing()

    def _failing(self) -> ast.AST | None:
        """Return the smallest part of the statement that is what the traceback points at."""
        if self.statement is None or self.failure.span is None:
            return None
        exact = [
            node
            for node in ast.walk(self.statement)
            if isinstance(node, (ast.expr, ast.stmt)) and _span(node) == self.failure.span
        ]
        if exact:
            return exact[-1]
        if self.failure.span[:2] != (1, 0):
            return None
        # Python 3.11 points at a whole loop or `if` where it means what stands in its first line.
        return getattr(self.statement, "iter", None) or getattr(self.statement, "test", None)

    def around(self, node: ast.AST | None) -> Iterator[ast.AST]:
        """Yield what a node stands in, the nearest first."""
        while node in self._parents:
            node = self._parents[node]
            yield node

    def parent(self, node: ast.AST | None) -> ast.AST | None:
        return self._parents.get(node) if node else None

    # --- what it was ---

    def what(self, node: ast.AST | None) -> Shaped | None:
        """Return what an expression was, if that is known."""
        return self.failure.parts.get(ast.unparse(node)) if node is not None else None

    def kind(self, node: ast.AST | None) -> str:
        found = self.what(node)
        return found.kind if found else ""

    def shape(self, node: ast.AST | None) -> tuple[int, ...] | None:
        found = self.what(node)
        known = found is not None and found.kind in ("array", "tensor", "number")
        return found.shape if known else None

    def full_name(self, node: ast.AST | None) -> str:
        """Return the full name of a function, "numpy.max"; as it is written if it is unknown."""
        found = self.what(node)
        if found and found.kind in ("ufunc", "function", "builtin", "class", "method", "module"):
            return found.text
        text = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
        return re.sub(r"^np\.", "numpy.", text)

    def called(self) -> str:
        """Return the full name of the function whose call failed."""
        return self.full_name(self.node.func) if isinstance(self.node, ast.Call) else ""

    def origin(self, node: ast.AST | None) -> str:
        """Return the statement above that gave a name its value."""
        name = node.id if isinstance(node, ast.Name) else ""
        return self.failure.origins.get(name, "")

    def given(self, node: ast.AST | None) -> bool:
        """Whether an expression is an argument as it was passed, or that transposed."""
        if isinstance(node, ast.Attribute) and node.attr == "T":
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.parameters and not self.origin(node)

    # --- in words ---

    def text(self, node: ast.AST) -> str:
        """Return the source of a node, on one line."""
        found = ast.get_source_segment(_parsable(self.failure.line), node) or ast.unparse(node)
        return " ".join(found.split())

    def code(self, node: ast.AST, otherwise: str = "this") -> str:
        """Quote a node, if it is short enough to be read."""
        text = self.text(node)
        return f"`{text}`" if len(text) <= LONGEST else otherwise

    def says(self, node: ast.AST) -> str:
        """Say what an expression was: "`X` is an array of shape (3, 2)"; "" if it is unknown."""
        found = self.what(node)
        return f"{self.code(node)} is {described(found)}" if found else ""


def _parsable(line: str) -> str:
    """Return a statement that can be parsed by itself, with its columns as they were."""
    line = re.sub(r"^elif\b", "if  ", line)
    return line + " pass" if BLOCKS.match(line) and line.endswith(":") else line


def _statement(line: str) -> ast.stmt | None:
    text = _parsable(line)
    if BLOCKS.match(text) and not text.endswith(" pass"):
        text += "\n    pass"
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    return body[0] if len(body) == 1 else None


def _span(node: ast.expr | ast.stmt) -> tuple[int, int, int | None, int | None]:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def described(what: Shaped) -> str:
    """Say what a value is, so that "x is …" reads well."""
    shape = what.shape
    if what.kind in ("array", "tensor"):
        name = {"array": "an array", "tensor": "a tensor"}[what.kind]
        if shape is None:
            return name
        return f"{name} of shape {shape}" if shape else f"{name} with a single number"
    if what.kind == "number":
        return what.text if what.type.startswith("bool") else f"the number {what.text}"
    if what.kind == "text":
        return f"the text {what.text}"
    if what.kind in ("list", "tuple", "set", "dict"):
        return f"a {what.kind} of {what.length}" if what.length else f"an empty {what.kind}"
    if what.kind in ("function", "builtin", "ufunc"):
        return "a function"
    if what.kind in ("method", "class", "range"):
        return f"a {what.kind}"
    if what.kind == "module":
        return f"the module `{what.text}`"
    if what.kind == "iterator":
        return "an iterator"
    return "None" if what.kind == "None" else f"an object of type `{what.type}`"


def whole(line: str) -> str:
    """Quote a statement on one line, if it is short enough."""
    text = " ".join(line.split())
    return f"`{text}`" if len(text) <= LONGEST else ""


def parts_of(name: str) -> tuple[str, str]:
    """Split "numpy.linalg.norm" into what stands before the last dot and after."""
    before, _, last = name.rpartition(".")
    return before, last


def of_numpy(place: Place) -> str:
    """Return the bare name of the NumPy function whose call failed, or ""."""
    before, last = parts_of(place.called())
    return last if before.split(".")[0] == "numpy" else ""


def sides(node: ast.AST | None) -> list[ast.expr]:
    """Return what stands on the sides of an operator; nothing if it is none."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.AugAssign):
        return [node.target, node.value]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [node.left, *node.comparators]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    return []


def operands(place: Place) -> list[ast.expr]:
    """Return what an operator or a NumPy function was to combine."""
    node = place.node
    if not isinstance(node, ast.UnaryOp) and (found := sides(node)):
        return found
    if isinstance(node, ast.Call) and of_numpy(place):
        return [argument for argument in node.args if not isinstance(argument, ast.Starred)]
    if isinstance(node, ast.Call) and place.called() == "ndarray.dot":
        return [node.func.value, *node.args]
    return []


SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip


def symbol(operator: ast.operator) -> str:
    return SIGNS.get(type(operator), "")


def capital(text: str) -> str:
    return text[0].upper() + text[1:]
