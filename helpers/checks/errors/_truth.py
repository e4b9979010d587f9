"""Rules for the truth of arrays: `if`, `and`, `max`, and the signs `&`, `|`, `^`."""

from __future__ import annotations

import ast
import re

from helpers.checks.errors._numpy import OF_TWO
from helpers.checks.errors._place import (
    Place,
    operands,
    parts_of,
    symbol,
)

COMPARISONS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


def truth(place: Place, said: re.Match) -> str | None:
    if isinstance(place.node, ast.Call) and (words := _truth_in_call(place, place.node)):
        return words
    within = place.failure.within
    if (within and not within.startswith("tensorflow")) or place.called().startswith("builtins."):
        return None  # asked inside the function that is called
    inner: ast.AST | None = None
    for around in (place.node, *place.around(place.node)):  # what asks is what stands nearest
        if around is None:
            break
        for kind, rule in ASKING:
            if isinstance(around, kind) and (words := rule(place, around, inner)):
                return words
        inner = around
    return None


def _truth_in_call(place: Place, node: ast.Call) -> str | None:
    before, name = parts_of(place.called())
    if before != "builtins":
        if before in ("list", "tuple") and name in ("index", "count", "remove"):
            return (
                f"`.{name}` compares with `==`, which gives many answers for an array. Look for the"
                " position by NumPy: `np.flatnonzero(… == …)`, or `argmax`."
            )
        return None
    if name in ("max", "min") and len(node.args) == 2 and not node.keywords:
        other, size = OF_TWO[name], "larger" if name == "max" else "smaller"
        a, b = (place.text(argument) for argument in node.args)
        return (
            f"Python's `{name}` compares its arguments as wholes, and an array of several numbers"
            f" is neither larger nor smaller. `{other}({a}, {b})` takes the {size} of the two for"
            " each element by itself."
        )
    if name in ("max", "min", "sorted") and len(node.args) == 1:
        other = {"sorted": "sort"}.get(name, name)
        source = place.text(node.args[0])
        return (
            f"Python's `{name}` compares the rows as wholes, and a row of several numbers is"
            f" neither larger nor smaller. `np.{other}({source})` looks at the numbers themselves;"
            " with `axis=` it does so along one axis."
        )
    if name in ("any", "all") and len(node.args) == 1:
        return f"Python's `{name}` asks each row for one truth. `np.{name}` looks at every element."
    return _decided(place, node)


def _compared(place: Place, node: ast.Compare, inner: ast.AST | None) -> str | None:
    for part in (node.left, *node.comparators):  # `y == 1 & z > 0`
        tight = isinstance(part, ast.BinOp) and isinstance(part.op, (ast.BitAnd, ast.BitOr))
        if tight and not _parenthesised(place, part):
            return _parentheses(part.op)
    left, *others = map(place.text, (node.left, *node.comparators))
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        if place.kind(node.left) == "array":
            return (
                f"`in` gives one answer, but `{left}` is an array. `np.isin({left}, {others[0]})`"
                " answers for each element."
            )
        return "`in` compares with `==`, which for an array gives an answer for each element."
    signs = [COMPARISONS.get(type(operator)) for operator in node.ops]
    if len(signs) != 2 or None in signs:
        return None
    middle, right = others
    return (
        f"A double comparison decides once, but `{middle}` is an array, with an answer for each"
        f" element: write `({left} {signs[0]} {middle}) & ({middle} {signs[1]} {right})`."
    )


def _parenthesised(place: Place, node: ast.expr) -> bool:
    """Whether there are parentheses around a part of a comparison."""
    line = place.failure.line.split("\n")[node.lineno - 1].encode()[: node.col_offset].decode()
    return line.rstrip().endswith("(")


def _parentheses(operator: ast.operator) -> str:
    sign = "&" if isinstance(operator, ast.BitAnd) else "|"
    return (
        f"`{sign}` binds more tightly than `==`, `<` and `>`, so it joins the numbers next to it"
        f" before anything is compared. Put each comparison in parentheses: `(…) {sign} (…)`."
    )


def _joined(place: Place, node: ast.BoolOp, inner: ast.AST | None) -> str | None:
    """`a > 0 and b > 0`"""
    asked = [value for value in node.values if value is inner or place.shape(value)]
    if not asked or asked[0] is node.values[-1]:
        return None  # whoever uses the result asks
    word, sign = ("and", "&") if isinstance(node.op, ast.And) else ("or", "|")
    return (
        f"`{word}` asks what stands before it for a single True or False, but this is an array,"
        f" with an answer for each element. For arrays it is `{sign}`, with each comparison in"
        f" parentheses: `(…) {sign} (…)`.{_one_answer(place, node)}"
    )


def _one_answer(place: Place, node: ast.BoolOp) -> str:
    """Say that the array which `&` makes is no answer yet, where one is asked for."""
    for word, kind in (("if", (ast.If, ast.IfExp)), ("while", ast.While), ("assert", ast.Assert)):
        if any(isinstance(each, kind) and each.test is node for each in place.around(node)):
            return (
                f" That is an array again, and `{word}` needs one answer: `np.all(…)` around it"
                " asks whether all are True, `np.any(…)` whether any is."
            )
    return ""


def _negated(place: Place, node: ast.UnaryOp, inner: ast.AST | None) -> str | None:
    if not isinstance(node.op, ast.Not):
        return None
    return (
        "`not` asks for a single True or False, but this is an array, with an answer for each"
        f" element. For arrays it is `~`: `~({place.text(node.operand)})`."
    )


def _decided(place: Place, node: ast.AST, inner: ast.AST | None) -> str | None:
    """`if y == 1:`, `while …`, `assert …`, `a if … else b`, a comprehension's `if`."""
    tests = node.ifs if isinstance(node, ast.comprehension) else [node.test]
    test = next((each for each in tests if each is inner), tests[0] if len(tests) == 1 else None)
    if test is None or (inner is not test and inner is not None and not isinstance(node, ast.stmt)):
        return None
    word = {ast.While: "while", ast.Assert: "assert"}.get(type(node), "if")
    shown = place.code(test, "The condition")
    shape = place.shape(test)
    of_shape = f" of shape {shape}" if shape else ""
    start = (
        f"{shown} is an array{of_shape}, with an answer for each element, but `{word}` decides only"
        " once."
    )
    for part in ast.walk(test):  # g[i] of a matrix is a row
        base = place.shape(part.value) if isinstance(part, ast.Subscript) else None
        if base and len(base) > 1 and not isinstance(part.slice, (ast.Tuple, ast.Slice)):
            return (
                f"{start} `{place.text(part.value)}` has the shape {base} here, so"
                f" `{place.text(part)}` is a whole row. One element of it needs another index;"
                " `np.where` decides for every element, and needs no loop."
            )
    if word in ("while", "assert"):
        return (
            f"{start} Do you mean all of them (`np.all(…)`), any of them (`np.any(…)`), or one"
            " number of each?"
        )
    if place.failure.within.startswith("tensorflow"):
        return f"{start} `tf.where` decides for each element."
    index = " In the loop: is an index missing, that of one element?" if place.failure.loops else ""
    return (
        f"{start} `np.where({_short(place, test)}, …, …)` decides for each element; `any` and"
        f" `all`, which the error suggests, would decide once for all of them.{index}"
    )


ASKING = (
    (ast.Compare, _compared),
    (ast.BoolOp, _joined),
    (ast.UnaryOp, _negated),
    ((ast.IfExp, ast.comprehension, ast.If, ast.While, ast.Assert), _decided),
)


def _short(place: Place, node: ast.AST) -> str:
    text = place.text(node)
    return text if len(text) <= 40 else "condition"


def no_logic(place: Place, said: re.Match) -> str | None:
    """`^`, `&`, `|`, `~` on floats"""
    node = place.node
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        operator = node.op
        a, b = (place.text(part) for part in operands(place))
        if isinstance(operator, ast.BitXor):
            power = f": `{a} ** {b}`" if len(a) + len(b) < 50 else ""
            return f"In Python `^` is no power; a power is written `**`{power}."
        if isinstance(operator, (ast.BitAnd, ast.BitOr)):
            sign = symbol(operator)
            compare = any(isinstance(part, ast.Compare) for part in place.around(node))
            if compare and not _parenthesised(place, node):
                return _parentheses(operator)
            return (
                f"`{sign}` joins answers, True or False, and here one side holds numbers. Compare"
                f" first, each comparison in parentheses: `(…) {sign} (…)`."
            )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return (
            f"`~` turns True into False, and {place.code(node.operand)} holds no such answers."
            " Compare first: `~(… == …)`."
        )
    return None


def booleans(place: Place, said: re.Match) -> str | None:
    if place.failure.within:
        return None
    if "subtract" in said[0]:
        return (
            "Both sides of `-` are arrays of True and False, which cannot be subtracted."
            " `.astype(int)` makes 1 and 0 of them."
        )
    return (
        "`-` before an array of True and False means nothing: the opposite is `~`, and"
        " `.astype(int)` makes 1 and 0 of them."
    )


RULES = (
    (r"^ValueError: .*truth value of an? .*array .*is ambiguous", truth),
    (
        r"^TypeError: (?:ufunc 'bitwise_|ufunc 'invert'|unsupported operand type\(s\) for [\^&|])",
        no_logic,
    ),
    (r"^TypeError: (?:bad operand type for unary ~)", no_logic),
    (r"^TypeError: .*numpy boolean (?:subtract|negative)", booleans),
)
