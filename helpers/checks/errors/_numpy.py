"""Rules for calls of NumPy, and of `math`, with what they do not take."""

from __future__ import annotations

import ast
import re

import numpy as np

from helpers.checks.errors._place import (
    Place,
    capital,
    described,
    of_numpy,
    parts_of,
    symbol,
)
from helpers.checks.errors._shaped import Shaped

OF_TWO = {"max": "np.maximum", "min": "np.minimum", "amax": "np.maximum", "amin": "np.minimum"}


REDUCTIONS = {
    "max", "min", "amax", "amin", "sum", "mean", "prod", "std", "var", "all", "any", "argmax",
    "argmin", "median",
}  # fmt: skip


FROM_SHAPE = {"zeros", "ones", "empty"}


OF_LISTS = {"concatenate", "stack", "vstack", "hstack", "column_stack"}


def one_number(place: Place, said: re.Match) -> str | None:
    """`math.exp`, `float` and their like, given an array."""
    before, name = parts_of(place.called())
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        if place.kind(node.left) != "text" or not place.shape(node.right):
            return None
        return f"A place such as `%f` takes one number, but {place.says(node.right)}."
    if not isinstance(node, ast.Call):
        return None
    arrays = [item for item in node.args if place.kind(item) == "array" and place.shape(item)]
    argument = arrays[0] if arrays else node.args[0] if len(node.args) == 1 else None
    what = place.says(argument) if argument is not None else ""
    if before == "math":
        here = f"; {what}" if what else ", and here it gets an array"
        other = {"pow": "power", "fabs": "abs", "ceil": "ceil"}.get(name, name)
        if hasattr(np, other):
            advice = f"`np.{other}` takes a whole array and treats each element by itself."
        else:
            advice = "Treat each element by itself, with NumPy's functions or in a loop."
        return f"`math.{name}` takes a single number{here}. {advice}"
    if before == "builtins" and name in ("float", "int", "complex", "bool"):
        if not arrays:
            return None
        kept = f" `{place.text(argument)}.astype({name})` keeps them all." if (
            isinstance(argument, (ast.Name, ast.Attribute))
        ) else ""  # fmt: skip
        return f"`{name}` makes one number, but {what}. Which number of it do you need?{kept}"
    return None


def counted(place: Place, said: re.Match) -> str | None:
    """`range(array)`, `range(2.5)`, `np.zeros(2.0)`: a whole number was to come."""
    if not isinstance(place.node, ast.Call):
        return None
    name = ast.unparse(place.node.func)
    for argument in place.node.args:
        found = place.what(argument)
        if found is None:
            continue
        here = f"{place.code(argument)} is {described(found)}"
        if found.type.startswith("float"):
            division = any(isinstance(node, ast.Div) for node in ast.walk(argument))
            how = "`//` divides to a whole number" if division else "`int(…)` makes one of it"
            return f"`{name}` needs a whole number, but {here}, a float; {how}."
        if name == "range" and found.kind in ("array", "list", "tuple") and found.shape != ():
            inner = place.text(argument)
            return (
                f"`range` needs a whole number, but {here}. `range(len({inner}))` runs through its"
                f" positions, `for value in {inner}` through what it holds."
            )
        if found.kind == "tuple" and re.search(r"\.(rand|randn)$", name):
            sizes = place.text(argument).strip("()")
            return f"`{name}` takes the sizes one by one, `{name}({sizes})`, and not as a tuple."
    return None


def no_such_type(place: Place, said: re.Match) -> str | None:
    """`np.zeros(m, n)`"""
    name, node = of_numpy(place), place.node
    if name not in FROM_SHAPE or not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    sizes = ", ".join(place.text(argument) for argument in node.args)
    if place.kind(node.args[1]) in ("class", "text"):
        return None
    return (
        f"`np.{name}` takes the shape as one argument, a tuple: `np.{name}(({sizes}))`, with two"
        " pairs of parentheses. A second argument is taken for the type of the elements."
    )


def second_argument(place: Place, said: re.Match) -> str | None:
    """`np.max(a, b)`, `np.sum(a, b)`: the second argument is an axis."""
    node, name = place.node, of_numpy(place)
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    found = place.what(node.func)
    if found and found.kind == "ufunc":
        return _too_many_for_ufunc(place, node, name)
    if name in OF_LISTS:
        every = ", ".join(place.text(argument) for argument in node.args)
        if any(place.kind(argument) == "array" for argument in node.args[1:]):
            return f"`np.{name}` takes the arrays as one argument, a list: `np.{name}([{every}])`."
        return None
    if name not in REDUCTIONS:
        return None
    second = place.what(node.args[1])
    whole_number = second is None or (second.kind == "number" and "int" in second.type)
    if whole_number or second.kind in ("None", "tuple"):
        return None
    first, other = (place.text(argument) for argument in node.args[:2])
    start = f"The second argument of `np.{name}` is the axis, not more numbers"
    if name in OF_TWO:
        size = "smaller" if "min" in name else "larger"
        return (
            f"{start}. The {size} of two, element by element, is `{OF_TWO[name]}({first},"
            f" {other})`."
        )
    if name == "sum":
        every = " + ".join(place.text(argument) for argument in node.args)
        advice = f"Several arrays are added by `+`: `{every}`." if len(every) <= 70 else (
            "Several arrays are added by `+`."
        )  # fmt: skip
        return f"`np.sum` adds the elements of one array; its second argument is the axis. {advice}"
    return f"{start}: it takes one array."


def _too_many_for_ufunc(place: Place, node: ast.Call, name: str) -> str | None:
    ufunc = getattr(np, name, None)
    if not isinstance(ufunc, np.ufunc) or len(node.args) <= ufunc.nin:
        return None
    count = {1: "one array", 2: "two arrays"}.get(ufunc.nin, f"{ufunc.nin} arrays")
    nested = ""
    if ufunc.nin == 2 and len(node.args) == 3:
        a, b, c = (place.text(argument) for argument in node.args)
        nested = f" For three, nest two calls: `np.{name}(np.{name}({a}, {b}), {c})`."
    if name.startswith("log") and len(node.args) == 2:
        nested = " The logarithm to another base b is `np.log(x) / np.log(b)`."
    return f"`np.{name}` takes {count}; what follows is where the result is to be put.{nested}"


def wrong_axis(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call):
        return None
    axis, ndim = int(said[1]), int(said[2])
    method = isinstance(node.func, ast.Attribute) and place.kind(node.func.value) == "array"
    arrays = [node.func.value] if method else node.args[:1]
    if words := second_argument(place, said):
        return words
    if not arrays or place.shape(arrays[0]) is None or len(place.shape(arrays[0])) != ndim:
        return None
    array, shape = place.code(arrays[0]), place.shape(arrays[0])
    if ndim == 0:
        return f"{array} is a single number here, so it has no axis {axis}."
    if ndim == 1:
        return (
            f"{array} is a vector here, of shape {shape}: it has only axis 0. `axis=-1`, the last"
            " axis, is there for vectors and matrices alike."
        )
    return f"{array} has the shape {shape}, so its axes are 0 to {ndim - 1}; there is no {axis}."


def empty(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call):
        return None
    method = isinstance(node.func, ast.Attribute) and place.kind(node.func.value) == "array"
    array = node.func.value if method else node.args[0] if node.args else None
    if array is None:
        return None
    return (
        f"{capital(place.code(array, 'what it looks at'))} is empty for this input, so it has"
        " no largest or smallest element. May it be empty? Then treat that case by itself."
    )


def cast(place: Place, said: re.Match) -> str | None:
    """`z -= 0.5` where z holds whole numbers"""
    old, new = said[1], said[2]
    statement = place.statement
    if not new.startswith(("int", "uint", "bool")) or not old.startswith("float"):
        return None
    holds = "True and False" if new == "bool" else "whole numbers"
    if isinstance(statement, ast.AugAssign) and not place.failure.within:
        sign = symbol(statement.op)
        target, value = place.text(statement.target), place.text(statement.value)
        name = target.split("[")[0]
        new_array = f"`{target} = {target} {sign} {value}`" if len(value) < 40 else "a new array"
        caller = _of_the_caller(place, name)
        if "[" in target:
            return (
                f"`{name}` holds {holds} here, and fractions have no room in it. Make a float array"
                f" first: `{name} = {name}.astype(float)`, which is a copy.{caller}"
            )
        make = f": {new_array}" if new_array.startswith("`") else ""
        return (
            f"`{sign}=` puts the result into the array `{target}` itself. That holds {holds} here,"
            f" and fractions have no room in it. Make a new array{make}.{caller}"
        )
    node = place.node
    out = isinstance(node, ast.Call) and next(
        (keyword.value for keyword in node.keywords if keyword.arg == "out"), None
    )
    if isinstance(out, ast.AST):
        return (
            f"`out={place.text(out)}` puts the result into an array that holds {holds}, in which"
            " fractions have no room. Leave out `out=`: then the result is a new array."
            + _of_the_caller(place, place.text(out))
        )
    if isinstance(node, ast.Call) and of_numpy(place) and node.args:
        found = place.what(node.func)
        ufunc = getattr(np, of_numpy(place), None)
        if found and found.kind == "ufunc" and len(node.args) > ufunc.nin:
            return _too_many_for_ufunc(place, node, of_numpy(place))
    return None


def _of_the_caller(place: Place, name: str) -> str:
    """Add that the array that would be changed is the argument itself, if it is."""
    origin = place.failure.origins.get(name, "")
    same = not origin or re.match(rf"{re.escape(name)}\s*[-+*/%@&|^]+=", origin)
    if name not in place.failure.arguments or not same:
        return ""
    return " Besides, whoever calls your function would find their array changed."


def cast_data(place: Place, said: re.Match) -> str | None:
    """`np.bincount(y)` of floats"""
    name, node = of_numpy(place), place.node
    if not name or not isinstance(node, ast.Call) or not node.args or "int" not in said[2]:
        return None
    floats = [part for part in node.args if (place.what(part) or Shaped("")).dtype == said[1]]
    if len(floats) != 1 or not said[1].startswith("float"):
        return None
    text = place.text(floats[0])
    return (
        f"`np.{name}` needs whole numbers, but `{text}` holds floats ({said[1]}), even if they look"
        f" whole. Use `{text}.astype(int)`."
    )


def read_only(place: Place, said: re.Match) -> str | None:
    return (
        "This array may only be read. Work on a copy (`.copy()`), or make a new array instead of"
        " changing the old one."
    )


def of_objects(place: Place, said: re.Match) -> str | None:
    """`np.exp(None)`, `np.exp` of an array of objects"""
    name, node = of_numpy(place), place.node
    if not name or not isinstance(node, ast.Call) or not node.args:
        return None
    argument = node.args[0]
    found = place.what(argument)
    if found is None:
        return None
    if found.kind in ("array", "tensor", "number"):
        if found.dtype != "object":
            return None
        return (
            f"{place.code(argument)} is an array of Python objects, not of numbers: was it made of"
            " rows of different lengths, or does it hold a None?"
        )
    if found.kind in ("list", "tuple"):
        holds = "None" in found.text
        return (
            f"`np.{name}` needs numbers, and {place.code(argument)} holds a None."
            if holds
            else None
        )
    return f"`np.{name}` needs numbers, but {place.code(argument)} is {described(found)}."


def needs_both(place: Place, said: re.Match) -> str | None:
    return (
        "`np.where` takes a condition alone (then it returns positions), or the condition and two"
        " values: one where it holds, one where it does not."
    )


def gradient(place: Place, said: re.Match) -> str | None:
    """`np.gradient(a, z)` of a table, in place of a derivative."""
    if of_numpy(place) != "gradient":
        return None
    return (
        "`np.gradient` takes the differences between neighbours in an array, along each axis. The"
        " slope of a function at each of its inputs comes from its formula."
    )


RULES = (
    (r"^TypeError: invalid number of arguments", gradient),
    (r"^TypeError: .*only (?:length-1|0-dimensional|size-1) arrays can be converted", one_number),
    (r"^TypeError: (?:Cannot interpret|Cannot construct a dtype|data type)", no_such_type),
    (
        r"^TypeError: (?:only integer scalar arrays|return arrays must be|Cannot construct a dtype"
        r"|.*cannot be interpreted as an integer|'.*' object is not iterable)",
        second_argument,
    ),
    (
        r"^TypeError: (?:.*cannot be interpreted as an integer|.*scalar index"
        r"|expected a sequence of integers)",
        counted,
    ),
    (r"^AxisError: axis (-?\d+) is out of bounds for array of dimension (\d+)", wrong_axis),
    (r"^ValueError: (?:zero-size array|attempt to get arg|(?:max|min)\(\) .* empty)", empty),
    (r"Cannot cast ufunc .* output from dtype\('(\w+)'\) to dtype\('(\w+)'\)", cast),
    (r"^TypeError: Cannot cast array data from dtype\('(\w+)'\) to dtype\('(\w+)'\)", cast_data),
    (r"^ValueError: .*read-only", read_only),
    (
        r"^TypeError: .*(?:loop of ufunc|ufunc '\w+' not supported|ufunc '\w+' did not contain)",
        of_objects,
    ),
    (r"^ValueError: either both or neither", needs_both),
)
