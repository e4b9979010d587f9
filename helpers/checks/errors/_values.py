"""Rules for numbers, text and the rest of Python."""

from __future__ import annotations

import ast
import re

from helpers.checks.errors._place import Place, described, parts_of

FUNCTIONS = ("function", "builtin", "ufunc")


def division(place: Place, said: re.Match) -> str | None:
    statement = place.node or place.statement
    if place.failure.within:
        return None
    for node in ast.walk(statement or ast.Pass()):
        if not isinstance(node, (ast.BinOp, ast.AugAssign)):
            continue
        divisor = node.right if isinstance(node, ast.BinOp) else node.value
        found = place.what(divisor)
        if (
            isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod))
            and found
            and found.text in ("0", "-0")
        ):
            values = _with(place, divisor)
            if isinstance(divisor, ast.Name) and not values:
                return f"The divisor `{divisor.id}` is 0 for this input."
            return f"The divisor {place.code(divisor)} is 0{values}."
    return None


def _with(place: Place, node: ast.AST) -> str:
    """Name the numbers from which an expression was computed: ", for t = 1"."""
    names = sorted({part.id for part in ast.walk(node) if isinstance(part, ast.Name)})
    values = []
    for name in names:
        found = place.failure.parts.get(name)
        if (
            found
            and found.kind == "number"
            and not (isinstance(node, ast.Name) and node.id == name)
        ):
            values.append(f"{name} = {found.text}")
    return f", for {' and '.join(values)}" if 0 < len(values) <= 4 else ""


def overflow(place: Place, said: re.Match) -> str | None:
    node = place.node
    if isinstance(node, ast.Call) and parts_of(place.called())[0] == "math" and node.args:
        argument = place.code(node.args[0])
        found = place.what(node.args[0])
        of = (
            f", for {argument} = {found.text}"
            if found and not isinstance(node.args[0], ast.Constant)
            else ""
        )
        name = parts_of(place.called())[1]
        limit = " Above 709 the exponential no longer fits into a float." if name == "exp" else ""
        return (
            f"The result of `math.{name}` is larger than any float{of}.{limit} Rearrange the"
            " formula so that large numbers do not arise in between."
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return f"{place.code(node, 'This power')} is larger than any float{_with(place, node)}."
    return None


def to_integer(place: Place, said: re.Match) -> str | None:
    name = "infinite" if "infinity" in said[0] else "nan"
    node = place.node
    if not isinstance(node, ast.Call) or not node.args:
        return None
    return (
        f"{place.code(node.args[0], 'The number')} is {name} here, which no whole number is. Where"
        f" does the {'infinity' if name == 'infinite' else name} come from?"
    )


def domain(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call) or not node.args or parts_of(place.called())[0] != "math":
        return None
    name = parts_of(place.called())[1]
    found = place.what(node.args[0])
    if name not in ("log", "sqrt", "log2", "log10", "log1p"):
        return None
    limit = {"sqrt": "0 or more", "log1p": "more than −1"}.get(name, "more than 0")
    here = (
        f", and {place.says(node.args[0])}"
        if found and not isinstance(node.args[0], ast.Constant)
        else ""
    )
    return f"`math.{name}` is defined for numbers of {limit}{here}."


def too_small_type(place: Place, said: re.Match) -> str | None:
    value, dtype = int(said[1]), said[2]
    import numpy as np

    info = np.iinfo(dtype)
    return (
        f"{value} does not fit into {dtype}, which holds {info.min} to {info.max}. Convert the"
        " array first, by `.astype(int)` or `.astype(float)`."
    )


def recursion(place: Place, said: re.Match) -> str | None:
    name = place.failure.repeats
    if not name:
        return None
    statement = place.statement
    calls = [
        node
        for node in ast.walk(statement or ast.Pass())
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]
    here = f" in {place.code(calls[0])}" if calls else ""
    return (
        f"`{name}` calls itself{here}, again and again, without an end. If you mean another"
        " function of that name, it needs another name here; if not, say what is returned without a"
        " further call."
    )


def formatted(place: Place, said: re.Match) -> str | None:
    """`f"{a:.2f}"` of an array, a list, a text or None"""
    for node in ast.walk(place.statement or ast.Pass()):
        if not isinstance(node, ast.FormattedValue) or node.format_spec is None:
            continue
        found = place.what(node.value)
        if found is None or (found.kind == "number"):
            continue
        spec = "".join(
            part.value for part in node.format_spec.values if isinstance(part, ast.Constant)
        )
        return (
            f"The format `{spec}` is for a single number, but `{ast.unparse(node.value)}` is"
            f" {described(found)}."
        )
    node = place.node
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".format"):
        for argument in node.args:
            if place.shape(argument) or place.kind(argument) in ("None", "list", "tuple", "text"):
                return f"A format such as `.2f` is for a single number, but {place.says(argument)}."
    return None


def unhashable(place: Place, said: re.Match) -> str | None:
    if place.failure.within:
        return None
    kind = {"list": "a list", "dict": "a dict", "numpy.ndarray": "an array", "set": "a set"}.get(
        said[1]
    )
    if kind is None:
        return None
    return (
        f"The keys of a dict and the members of a set cannot be changeable things, and {kind} is"
        " one. `np.unique` finds the different values of an array; a tuple can be a key."
    )


def memory(place: Place, said: re.Match) -> str | None:
    return (
        f"This would be an array of shape {said[1]}, too large for the memory. Do the shapes meet"
        " as you meant?"
    )


RULES = (
    (r"^ZeroDivisionError", division),
    (r"^OverflowError: (?:math range error|\(34)", overflow),
    (r"^(?:OverflowError|ValueError): cannot convert float (?:infinity|NaN)", to_integer),
    (r"^OverflowError: Python integer (-?\d+) out of bounds for (u?int\d+)", too_small_type),
    (r"^ValueError: math domain error|^ValueError: expected a (?:positive|nonnegative)", domain),
    (r"^RecursionError", recursion),
    (r"^(?:TypeError|ValueError): (?:unsupported format string|Unknown format code)", formatted),
    (r"^TypeError: .*unhashable type: '([\w.]+)'", unhashable),
    (r"Unable to allocate .* with shape (\([\d, ]+\))", memory),
)
