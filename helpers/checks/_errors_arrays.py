"""Rules for arrays: their shapes, their indices, their truth and their types."""

from __future__ import annotations

import ast
import math
import re

import numpy as np

from helpers.checks._failure import Shaped
from helpers.checks._place import Place, described, whole

COMPARISONS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
OF_TWO = {"max": "np.maximum", "min": "np.minimum", "amax": "np.maximum", "amin": "np.minimum"}
REDUCTIONS = {
    "max", "min", "amax", "amin", "sum", "mean", "prod", "std", "var", "all", "any", "argmax",
    "argmin", "median",
}  # fmt: skip
FROM_SHAPE = {"zeros", "ones", "empty"}
OF_LISTS = {"concatenate", "stack", "vstack", "hstack", "column_stack"}


def parts_of(name: str) -> tuple[str, str]:
    """Split "numpy.linalg.norm" into what stands before the last dot and after."""
    before, _, last = name.rpartition(".")
    return before, last


def of_numpy(place: Place) -> str:
    """Return the bare name of the NumPy function whose call failed, or ""."""
    before, last = parts_of(place.called())
    return last if before.split(".")[0] == "numpy" else ""


def shapes_in(text: str) -> list[tuple[int, ...]]:
    found = re.findall(r"\((\d+(?:,\d*)*)\)", text.replace(", ", ",").replace(",)", ",)"))
    return [tuple(int(n) for n in shape.split(",") if n) for shape in found]


# --- one number where an array is -----------------------------------------------------------------


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
            f"{start}. The {size} of two, element by element, is"
            f" `{OF_TWO[name]}({first}, {other})`."
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


# --- the truth of an array ------------------------------------------------------------------------


def truth(place: Place, said: re.Match) -> str | None:
    if isinstance(place.node, ast.Call) and (words := _truth_in_call(place, place.node)):
        return words
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
    if inner is node.values[-1]:
        return None  # whoever uses the result asks
    word, sign = ("and", "&") if isinstance(node.op, ast.And) else ("or", "|")
    return (
        f"`{word}` asks what stands before it for a single True or False, but this is an array,"
        f" with an answer for each element. For arrays it is `{sign}`, with each comparison in"
        f" parentheses: `(…) {sign} (…)`."
    )


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
                f" `{place.text(part)}` is a whole row: `np.where` decides for every element, and"
                " needs no loop."
            )
    if word in ("while", "assert"):
        return (
            f"{start} Do you mean all of them (`np.all(…)`), any of them (`np.any(…)`), or one"
            " number of each?"
        )
    if place.failure.within.startswith("tensorflow"):
        return f"{start} `tf.where` decides for each element."
    return (
        f"{start} `np.where({_short(place, test)}, …, …)` decides for each element; `any` and"
        " `all`, which the error suggests, would decide once for all of them."
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


# --- indices --------------------------------------------------------------------------------------


def _vector_shape(place: Place) -> tuple[ast.AST, Shaped] | None:
    """Return the array of `x.shape[1]`, and what it is."""
    for node in ast.walk(place.statement or ast.Pass()):
        if not isinstance(node, ast.Subscript):
            continue
        if place.node is not None and node is not place.node:
            continue
        inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr == "shape":
            array = inner.value
        elif isinstance(inner, ast.Call) and place.full_name(inner.func) == "numpy.shape":
            array = inner.args[0]
        else:
            continue
        found = place.what(array)
        return (array, found) if found and found.shape is not None else None
    return None


def outside_tuple(place: Place, said: re.Match) -> str | None:
    found = _vector_shape(place)
    if found:
        array, what = found
        return _few_axes(place.text(array), what)
    if isinstance(place.node, ast.Subscript):
        return outside_list(place, said)
    return None


def _few_axes(name: str, what: Shaped) -> str:
    if what.shape == ():
        return f"`{name}` is a single number here, so its shape is (): it has no sizes at all."
    if len(what.shape) == 1:
        return (
            f"`{name}` is a vector here, of shape {what.shape}: its only size is `{name}.shape[0]`."
            f" How many axes an array has is `{name}.ndim`."
        )
    return f"`{name}` has the shape {what.shape}: it has only {len(what.shape)} axes, 0 and up."


def outside(place: Place, said: re.Match) -> str | None:
    """An index past the end of an array."""
    node = place.node
    index, axis, size = (int(said[n]) for n in (1, 2, 3))
    if not isinstance(node, ast.Subscript):
        return _difference(place)
    array = place.text(node.value)
    shape = place.shape(node.value)
    if size == 0:
        return f"`{array}` is empty for this input, so there is nothing to take from it."
    things = {0: "elements" if shape and len(shape) == 1 else "rows", 1: "columns"}
    thing = things.get(axis, f"places along axis {axis}") if shape and len(shape) < 3 else (
        f"places along axis {axis}"
    )  # fmt: skip
    thing = thing if size > 1 else thing.removesuffix("s")
    have = f"`{array}` has {size} {thing}, with the indices 0 to {size - 1}"
    have = have if size > 1 else f"`{array}` has one {thing}, with the index 0"
    part = _index_part(node, axis)
    labels = place.what(part)
    if labels and labels.kind == "array":
        return _labels(place, node, part, labels, have, index, size)
    start = f"{have}; this asks for {index}."
    return " ".join(filter(None, [start, _why_outside(place, part, index, size, axis, array)]))


def _index_part(node: ast.Subscript, axis: int) -> ast.AST | None:
    if isinstance(node.slice, ast.Tuple):
        parts = node.slice.elts
        return parts[axis] if axis < len(parts) else None
    return node.slice


def _labels(
    place: Place,
    node: ast.Subscript,
    part: ast.AST,
    labels: Shaped,
    have: str,
    index: int,
    size: int,
) -> str:
    """An array of labels, used as an index."""
    name = place.text(part)
    highest = f" up to {labels.high:.0f}" if labels.high is not None and labels.high >= 0 else ""
    start = f"`{name}`, used as an index, holds numbers{highest}, but {have}."
    origin = place.origin(node.value)
    if re.search(r"max\(", origin) and not re.search(r"\+\s*1", origin) and index == size:
        return (
            f"{start} `{place.text(node.value)}` is made by {whole(origin) or 'a line above'}: the"
            " classes 0 to the largest are one more than the largest."
        )
    if index == size and labels.low is not None and labels.low >= 1:
        return f"{start} Do these labels count from 1? Indices count from 0."
    return start


def _why_outside(
    place: Place, part: ast.AST | None, index: int, size: int, axis: int, array: str
) -> str:
    """Say where the index comes from: a loop that runs too far, or counts from 1."""
    names = {node.id for node in ast.walk(part or ast.Pass()) if isinstance(node, ast.Name)}
    right = f"{array}.shape[{axis}]" if axis else f"len({array})"
    loops = place.failure.loops
    if isinstance(place.statement, ast.While):
        loops = (*loops, place.failure.line)
    for loop in reversed(loops):
        if loop.startswith("while") and names:
            return (
                "The loop goes on past the end: it needs a condition that ends it at the last"
                " element as well."
            )
        head = _loop(loop)
        if head is None or head.target.id not in names:
            continue
        call = ast.unparse(head.iter)
        plain = isinstance(part, ast.Name)
        if not plain:
            return (
                f"`{head.target.id}` runs through `{call}`, and the index is `{ast.unparse(part)}`:"
                " end the loop earlier, or treat its end by itself."
            )
        end = head.iter.args[-1] if len(head.iter.args) < 3 else head.iter.args[1]
        one = ast.unparse(head.iter.args[0]) == "1" and len(head.iter.args) == 2
        if one and index == size:
            name = head.target.id
            return (
                (
                    f"`{name}` counts from 1, as `{call}` does, and indices count from 0: take"
                    f" `{array}[{name} - 1]`, or `range({right})`."
                )
                if axis == 0
                else f"`{name}` counts from 1, as `{call}` does, and indices from 0."
            )
        if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and index == size:
            return (
                f"`{call}` ends at {index}: `range(n)` itself stops at n − 1, so leave out `+ 1`."
            )
        if isinstance(end, ast.Constant):
            return f"The {end.value} in `{call}` is written in: take `{right}` instead."
        if ast.unparse(end) != right:
            return (
                f"`{head.target.id}` runs through `{call}`, which is more than there are here."
                f" All of them are `range({right})`."
            )
    if index == size and not loops:
        return "Indices count from 0, so the last one is one less than the length."
    return ""


def _loop(text: str) -> ast.For | None:
    """Read `for i in range(…):`."""
    try:
        head = ast.parse(text + " pass" if text.endswith(":") else text + "\n    pass").body[0]
    except SyntaxError:
        return None
    fits = (
        isinstance(head, ast.For)
        and isinstance(head.target, ast.Name)
        and isinstance(head.iter, ast.Call)
        and ast.unparse(head.iter.func) == "range"
        and head.iter.args
    )
    return head if fits else None


def outside_list(place: Place, said: re.Match) -> str | None:
    node = place.node
    found = place.what(node.value) if isinstance(node, ast.Subscript) else None
    if found is None or found.length is None or isinstance(node.slice, (ast.Slice, ast.Tuple)):
        return None
    name = place.text(node.value)
    if found.length == 0:
        return f"The {found.kind} `{name}` is empty here, so there is nothing to take from it."
    index = place.what(node.slice)
    if index is None or index.kind != "number" or not re.fullmatch(r"-?\d+", index.text):
        return None
    have = f"The {found.kind} `{name}` has {found.length} items, with the indices 0 to"
    have = f"{have} {found.length - 1}; this asks for {index.text}."
    if found.length == 1:
        have = (
            f"The {found.kind} `{name}` has one item, with the index 0; this asks for {index.text}."
        )
    why = _why_outside(place, node.slice, int(index.text), found.length, 0, name)
    return " ".join(filter(None, [have, why]))


def _difference(place: Place) -> str | None:
    if place.called() == "numpy.gradient":
        return (
            "`np.gradient` estimates a slope from the differences between neighbouring elements of"
            " an array, so it needs several of them, in order. The slope at each element by itself"
            " comes from the formula of the derivative."
        )
    return None


def too_many_indices(place: Place, said: re.Match) -> str | None:
    node = place.node
    found = place.what(node.value) if isinstance(node, ast.Subscript) else None
    if found is None or found.shape is None:
        return None
    name, shape = place.text(node.value), found.shape
    given = len(node.slice.elts) if isinstance(node.slice, ast.Tuple) else 1
    if len(shape) == 1:
        return f"`{name}` is a vector here, of shape {shape}: it takes one index, not {given}."
    if not shape:
        return f"`{name}` is a single number here, not an array: it takes no index."
    return f"`{name}` has the shape {shape}: it takes at most {len(shape)} indices, not {given}."


def scalar_index(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Subscript):
        return None
    name = place.text(node.value)
    found = place.what(node.value)
    if found and found.kind == "number":
        return f"`{name}` is already a single number here, so it takes no further index."
    return None


def index_type(place: Place, said: re.Match) -> str | None:
    """An index that is no whole number."""
    node = place.node
    if not isinstance(node, ast.Subscript):
        return None
    name = place.text(node.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part in parts:
        found = place.what(part)
        if found is None:
            continue
        shown = place.code(part, "the index")
        if found.kind == "array" and found.dtype.startswith("float"):
            if isinstance(part, ast.Name):
                make = f" `{part.id}.astype(int)` makes whole numbers of them."
            else:
                make = " `.astype(int)` makes whole numbers of them."
            return (
                f"{shown} holds floats ({found.dtype}), and an index must be a whole number (or"
                f" True and False).{make}"
            )
        if found.kind == "number" and found.type.startswith("float"):
            division = any(isinstance(each, ast.Div) for each in ast.walk(part))
            how = "Divide by `//`" if division else f"Make it whole: `int({place.text(part)})`"
            return f"{shown} is a float, {found.text}, and an index must be a whole number. {how}."
        if found.kind == "text":
            owner = place.what(node.value)
            if owner and owner.kind in ("array", "list", "tuple"):
                return (
                    f"`{name}` is {described(owner)}: its elements have numbers, not names such as"
                    f" {found.text}."
                )
    return None


def list_index(place: Place, said: re.Match) -> str | None:
    """A list or a tuple with an index that only arrays take."""
    node = place.node
    owner = place.what(node.value) if isinstance(node, ast.Subscript) else None
    if owner is None or owner.kind not in ("list", "tuple"):
        return None
    name = place.text(node.value)
    call = node.value
    origin = place.origin(node.value)
    positions = isinstance(call, ast.Call) and parts_of(place.full_name(call.func))[1]
    from_where = re.search(r"(?:\bnp|numpy)\.(where|nonzero)\([^,]*\)\s*$", origin)
    if owner.kind == "tuple" and (from_where or positions in ("where", "nonzero")):
        function = from_where[1] if from_where else positions
        return (
            f"`{name}` is a tuple: `np.{function}` returns one array of positions for each axis."
            f" Take the first, `np.{function}(…)[0]`, or use `np.flatnonzero`."
        )
    first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    if isinstance(node.slice, ast.Tuple):
        inside = "][".join(place.text(part) for part in node.slice.elts)
        nested = not any(isinstance(part, ast.Slice) for part in node.slice.elts)
        plain = f"is indexed by `{name}[{inside}]`, or" if nested else "takes no such index;"
        return f"`{name}` is a {owner.kind}, not an array: it {plain} made an array by `np.array`."
    found = place.what(first)
    if found and found.kind in ("array", "list", "tuple"):
        return (
            f"`{name}` is a {owner.kind}, and takes a single whole number as its index, but"
            f" {place.says(first)}. `np.array({name})` could be indexed by it."
        )
    return index_type(place, said) or (place.says(first) + ", no whole number." if found else None)


def mask(place: Place, said: re.Match) -> str | None:
    """A mask of another length than the array."""
    node = place.node
    if not isinstance(node, ast.Subscript):
        return None
    name = place.text(node.value)
    array, found = place.shape(node.value), place.shape(node.slice)
    if not array or not found:
        return None
    start = (
        f"The mask {place.code(node.slice, 'in the brackets')} has the shape {found}, but `{name}`"
        f" has the shape {array}."
    )
    if len(found) == 1 and len(array) == 2 and array[1] == found[0]:
        return f"{start} To choose columns, write `{name}[:, …]`."
    return f"{start} They must be about the same examples."


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


# --- shapes that do not fit -----------------------------------------------------------------------


def operands(place: Place) -> list[ast.expr]:
    """Return what an operator or a NumPy function was to combine."""
    node = place.node
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.AugAssign):
        return [node.target, node.value]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and of_numpy(place):
        return [argument for argument in node.args if not isinstance(argument, ast.Starred)]
    if isinstance(node, ast.Call) and place.called() == "ndarray.dot":
        return [node.func.value, *node.args]
    return []


def broadcasting(place: Place, said: re.Match) -> str | None:
    shapes = shapes_in(said[0])
    if isinstance(place.node, ast.AugAssign):
        shapes = shapes[:2]  # the third is that of the array that takes the result
    if len(shapes) != 2:
        return _in_a_call(place)
    pair = [part for part in operands(place) if place.shape(part) != ()]
    if len(pair) != 2:
        return _in_a_call(place)
    known = [place.shape(part) for part in pair]
    if any(have not in (None, shape) for have, shape in zip(known, shapes, strict=True)):
        return None
    a, b = (
        place.code(part, side)
        for part, side in zip(pair, ("the left side", "the right side"), strict=True)
    )
    start = f"{_capital(a)} has the shape {shapes[0]} and {b} {shapes[1]}"
    meeting = next(
        (x, y)
        for x, y in zip(shapes[0][::-1], shapes[1][::-1], strict=False)
        if x != y and 1 not in (x, y)
    )
    rule = (
        f"compared from the last axis backwards, {meeting[0]} meets {meeting[1]}, and sizes must be"
        " equal, or one of them 1."
    )
    more = [_how_to_fit(place, pair, shapes), *(_made(place, part) for part in pair)]
    return " ".join(filter(None, [f"{start}: {rule}", *more]))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _fits(*shapes: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def _how_to_fit(place: Place, pair: list[ast.expr], shapes: list[tuple[int, ...]]) -> str:
    """Name the one small change after which two shapes would fit."""
    both = list(zip(pair, shapes, shapes[::-1], strict=True))
    for part, shape, other in both:
        if len(shape) == 1 and len(other) == 2 and shape[0] == other[0] != other[1]:
            column = f"a column of shape ({shape[0]}, 1)"
            if kept := _summed(place, part):
                return f"With `keepdims=True` in {kept} it stays {column}, which would fit."
            name = _operand(place, part)
            as_column = f"`{name}[:, None]`, {column}," if len(name) <= 30 else f"As {column} it"
            return f"{as_column} would fit: one number for each row."
    for part, shape, other in both:
        if len(shape) == len(other) == 2 and 1 not in shape and _fits(shape[::-1], other):
            name = f"{_operand(place, part)}.T"
            return f"Transposed, `{name}`, it would fit." if len(name) <= 40 else ""
    return ""


def _operand(place: Place, node: ast.expr) -> str:
    """Return the source of a node, in parentheses where something is to follow it."""
    plain = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
    return place.text(node) if isinstance(node, plain) else f"({place.text(node)})"


def _summed(place: Place, part: ast.expr) -> str:
    """Return the source of a sum over rows without `keepdims`, which `part` is or was set to."""
    call = part
    if isinstance(part, ast.Name):
        try:
            call = ast.parse(place.origin(part)).body[0].value
        except (SyntaxError, IndexError, AttributeError):
            return ""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return ""
    keywords = {keyword.arg for keyword in call.keywords}
    if call.func.attr not in {"sum", "mean", "max", "min", "std", "prod"} or "axis" not in keywords:
        return ""
    text = ast.unparse(call)
    return f"`{text}`" if "keepdims" not in keywords and len(text) <= 60 else ""


MADE = re.compile(r"(?:np|numpy)\.(zeros|ones|empty|full|eye|zeros_like|ones_like|empty_like)\(")


def _made(place: Place, part: ast.expr) -> str:
    """Say by which line an array got its shape, if one says so."""
    origin = place.origin(part)
    made = MADE.search(origin)
    if not made or not whole(origin) or place.shape(part) is None:
        return ""
    if made[1].endswith("_like"):
        return f"{place.code(part)} got its shape from {whole(origin)}."
    numbers = {int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w.])", origin)}
    written = [n for n in place.shape(part) if n > 1 and n in numbers]
    if written:
        return f"The sizes in {whole(origin)} are written in: take them from an argument's shape."
    return f"{place.code(part)} got its shape from {whole(origin)}."


def _in_a_call(place: Place) -> str | None:
    """Say what a function that failed inside was given."""
    node = place.node
    if not isinstance(node, ast.Call) or of_numpy(place) or not place.failure.within:
        return None
    given = [place.says(argument) for argument in node.args if place.shape(argument)]
    if not given:
        return None
    name = place.code(node.func, "the function")
    return f"The error arises inside {name}, from what it is given: {', '.join(given)}."


def product(place: Place, said: re.Match) -> str | None:
    """`X @ W`, `np.dot(X, W)`: columns of the first, rows of the second."""
    pair = operands(place)
    if len(pair) != 2:
        return _in_a_call(place)
    a, b = pair
    shapes = [place.shape(part) for part in pair]
    given = shapes_in(said[0])
    if None in shapes and len(given) == 2:
        shapes = given
    if None in shapes or not all(shapes) or any(len(shape) > 2 for shape in shapes):
        return _unknown_product(place, pair, said)
    left, right = place.code(a, "the left factor"), place.code(b, "the right factor")
    inner = shapes[0][-1], shapes[1][0]
    if inner[0] == inner[1]:
        return None
    first = f"the columns of {left}" if len(shapes[0]) == 2 else f"the length of {left}"
    second = f"the rows of {right}" if len(shapes[1]) == 2 else f"the length of {right}"
    start = f"{_capital(left)} has the shape {shapes[0]} and {right} {shapes[1]}"
    rule = f"{first} ({inner[0]}) must be as many as {second} ({inner[1]})"
    if len(shapes[0]) == 1:
        rule = f"{first} ({inner[0]}) must equal {second} ({inner[1]})"
    ways = _products(place, a, b, *shapes)
    more = [f"These would fit: {ways}; the formula says which." if " and " in ways else (
        f"{ways} would fit." if ways else ""
    )]  # fmt: skip
    more += [_made(place, part) for part in pair]
    return " ".join(filter(None, [f"{start}: {rule}.", *more]))


def _products(
    place: Place, a: ast.expr, b: ast.expr, first: tuple[int, ...], second: tuple[int, ...]
) -> str:
    """Name the products of the two factors, exchanged or transposed, that are possible."""
    simple = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
    if not isinstance(a, simple) or not isinstance(b, simple):
        return ""
    x, y = place.text(a), place.text(b)
    if max(len(x), len(y)) > 25:
        return ""

    def turned(name: str) -> str:
        return name.removesuffix(".T") if name.endswith(".T") else f"{name}.T"

    ways = []
    if second[-1] == first[0]:
        ways.append(f"`{y} @ {x}`")
    if len(first) == 2 and first[0] == second[0]:
        ways.append(f"`{turned(x)} @ {y}`")
    if len(second) == 2 and first[-1] == second[1]:
        ways.append(f"`{x} @ {turned(y)}`")
    return " and ".join(ways[:2])


def _unknown_product(place: Place, pair: list[ast.expr], said: re.Match) -> str | None:
    """The shapes of one factor are known at most: the sizes that should be equal are."""
    sizes = re.search(r"size (\d+) is different from (\d+)", said[0])
    if not sizes:
        return None
    left, right = place.code(pair[0], "the left factor"), place.code(pair[1], "the right factor")
    have = [
        f"{place.code(part)} has the shape {place.shape(part)}"
        for part in pair
        if place.shape(part)
    ]
    end = f" Here {have[0]}." if have else ""
    return (
        f"The columns of {left} ({sizes[2]}) must be as many as the rows of {right}"
        f" ({sizes[1]}).{end}"
    )


def product_of_number(place: Place, said: re.Match) -> str | None:
    """`alpha @ X`"""
    pair = operands(place)
    numbers = [part for part in pair if place.shape(part) == ()]
    if len(pair) != 2 or not numbers:
        return None
    a, b = (place.text(part) for part in pair)
    times = f": `{a} * {b}`" if len(a) + len(b) < 50 else ""
    return (
        f"{place.code(numbers[0], 'one of the factors')} is a single number, and `@` multiplies"
        f" matrices and vectors. A number is multiplied by `*`{times}."
    )


def assigned(place: Place, said: re.Match) -> str | None:
    """`out[i] = row`, of another length"""
    shapes = shapes_in(said[0])
    statement = place.statement
    if not isinstance(statement, (ast.Assign, ast.AugAssign)) or len(shapes) != 2:
        return None
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    if not isinstance(target, ast.Subscript) or place.failure.within:
        return None
    value, room = shapes
    name = place.code(target, "the left side")
    words = (
        f"{_capital(name)} has room for the shape {room}, but"
        f" {place.code(statement.value, 'the right side')} has the shape {value}."
    )
    made = _made(place, target.value)
    return f"{words} {made}".rstrip()


def output_room(place: Place, said: re.Match) -> str | None:
    """`b += matrix`: the result does not fit into the array that is changed."""
    shapes = shapes_in(said[0])
    statement = place.statement
    if not isinstance(statement, ast.AugAssign) or len(shapes) != 2 or place.failure.within:
        return None
    target, sign = place.text(statement.target), _sign(statement.op)
    return (
        f"The result would have the shape {shapes[1]}, but `{sign}=` puts it into `{target}`, whose"
        f" shape is {shapes[0]}. Is {place.code(statement.value, 'the right side')} meant to have"
        " that shape?"
    )


SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip


def _sign(operator: ast.operator) -> str:
    return SIGNS.get(type(operator), "")


def fancy(place: Place, said: re.Match) -> str | None:
    """`A[rows, columns]` with different lengths"""
    node = place.node
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return None
    known = [(part, place.shape(part)) for part in node.slice.elts]
    shown = [f"{place.code(part)} has the shape {shape}" for part, shape in known if shape]
    if len(shown) != 2:
        return None
    return (
        f"In the brackets of `{place.text(node.value)}`, {shown[0]} and {shown[1]}: indices stand"
        " in pairs, so there must be as many of one as of the other."
    )


def reshaped(place: Place, said: re.Match) -> str | None:
    size, shape = int(said[1]), tuple(int(n) for n in re.findall(r"-?\d+", said[2]))
    if -1 in shape or "-1" in ast.unparse(place.node or ast.Pass()):
        rest = math.prod(n for n in shape if n != -1)
        return f"{size} elements cannot be put into rows of {rest}: {rest} does not divide {size}."
    needed = math.prod(shape)
    return f"The array has {size} elements, but the shape {shape} needs {needed}."


def ragged(place: Place, said: re.Match) -> str | None:
    """Rows of different length, or an array where one number has its place."""
    statement = place.statement
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Subscript) and place.kind(target.value) == "array":
        value = statement.value
        shape = place.shape(value)
        found = place.what(value)
        kind = found.kind if found else ""
        if shape or kind in ("list", "tuple"):
            here = described(found)
            return (
                f"{place.code(target)} has room for one number, but"
                f" {place.code(value, 'the right side')} is {here}. Should the array have another"
                " axis, or the right side be one number?"
            )
        if "inhomogeneous" not in said[0]:
            return f"{place.code(target)} has room for one number, but the right side is more."
    if "inhomogeneous" in said[0] and isinstance(place.node, ast.Call) and of_numpy(place):
        argument = place.code(place.node.args[0], "what it gets") if place.node.args else "it"
        return (
            f"{_capital(argument)} has rows of different lengths, and an array needs rows of the"
            " same length. Keep them in the list, and treat each by itself, in a loop."
        )
    return None


def joined_shapes(place: Place, said: re.Match) -> str | None:
    name = of_numpy(place)
    node = place.node
    if name not in OF_LISTS or not isinstance(node, ast.Call) or not node.args:
        return None
    items = node.args[0].elts if isinstance(node.args[0], (ast.List, ast.Tuple)) else []
    shapes = [
        f"{place.code(item)} {place.shape(item)}" for item in items if place.shape(item) is not None
    ]
    if len(shapes) != len(items) or not 2 <= len(shapes) <= 4:
        return None
    row = f"`np.{name}` joins {', '.join(shapes[:-1])} and {shapes[-1]}"
    if "number of dimensions" in said[0]:
        return (
            f"{row}, but all must have the same number of axes. `x[:, None]` makes a column of a"
            " vector."
        )
    if "zero-dimensional" in said[0]:
        return (
            f"{row}, but a single number has no axis to join along. Put it into a list: `[number]`."
        )
    return f"{row}, whose other sizes must be equal. Is it the right axis?"


def empty(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call):
        return None
    method = isinstance(node.func, ast.Attribute) and place.kind(node.func.value) == "array"
    array = node.func.value if method else node.args[0] if node.args else None
    if array is None:
        return None
    return (
        f"{_capital(place.code(array, 'what it looks at'))} is empty for this input, and nothing"
        " has no largest or smallest element. Treat that case by itself."
    )


# --- types ----------------------------------------------------------------------------------------


def cast(place: Place, said: re.Match) -> str | None:
    """`z -= 0.5` where z holds whole numbers"""
    old, new = said[1], said[2]
    statement = place.statement
    if not new.startswith(("int", "uint", "bool")) or not old.startswith("float"):
        return None
    holds = "True and False" if new == "bool" else "whole numbers"
    if isinstance(statement, ast.AugAssign) and not place.failure.within:
        sign = _sign(statement.op)
        target, value = place.text(statement.target), place.text(statement.value)
        name = target.split("[")[0]
        new_array = f"`{target} = {target} {sign} {value}`" if len(value) < 40 else "a new array"
        caller = ""
        if name in place.failure.arguments and name not in place.failure.origins:
            caller = " Besides, whoever calls your function would find their array changed."
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
        )
    if isinstance(node, ast.Call) and of_numpy(place) and node.args:
        found = place.what(node.func)
        ufunc = getattr(np, of_numpy(place), None)
        if found and found.kind == "ufunc" and len(node.args) > ufunc.nin:
            return _too_many_for_ufunc(place, node, of_numpy(place))
    return None


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
            sign = _sign(operator)
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


RULES = (
    (r"^TypeError: .*only (?:length-1|0-dimensional|size-1) arrays can be converted", one_number),
    (r"^ValueError: .*truth value of an? .*array .*is ambiguous", truth),
    (r"^TypeError: (?:Cannot interpret|Cannot construct a dtype|data type)", no_such_type),
    (
        r"^TypeError: (?:only integer scalar arrays|return arrays must be|Cannot construct a dtype|.*cannot be interpreted"
        r" as an integer|'.*' object is not iterable|an integer is required)",
        second_argument,
    ),
    (r"^TypeError: .*scalar index", list_index),
    (
        r"^TypeError: (?:.*cannot be interpreted as an integer|.*scalar index|expected a sequence of"
        r" integers)",
        counted,
    ),
    (r"^IndexError: tuple index out of range", outside_tuple),
    (r"^IndexError: (?:list|string) index out of range", outside_list),
    (r"^IndexError: index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", outside),
    (r"^ValueError: Shape of array too small", lambda place, said: _difference(place)),
    (r"^IndexError: too many indices", too_many_indices),
    (r"^IndexError: invalid index to scalar", scalar_index),
    (r"^IndexError: (?:only integers|arrays used as indices)", index_type),
    (r"^TypeError: (?:list|tuple) indices must be", list_index),
    (r"^IndexError: boolean index did not match", mask),
    (r"^AxisError: axis (-?\d+) is out of bounds for array of dimension (\d+)", wrong_axis),
    (r"^ValueError: operands could not be broadcast together .*", broadcasting),
    (r"^ValueError: matmul: Input operand \d does not have enough dimensions", product_of_number),
    (r"^ValueError: (?:matmul: .*mismatch|shapes .* not aligned).*", product),
    (r"^ValueError: could not broadcast input array .*", assigned),
    (r"^ValueError: non-broadcastable output .*", output_room),
    (r"^IndexError: shape mismatch: indexing arrays", fancy),
    (r"^ValueError: cannot reshape array of size (\d+) into shape (\(.*?\))", reshaped),
    (r"^ValueError: setting an array element with a sequence.*", ragged),
    (
        r"^ValueError: (?:all the input array|zero-dimensional arrays|all input arrays).*",
        joined_shapes,
    ),
    (r"^ValueError: (?:zero-size array|attempt to get arg|.*(?:empty sequence|is empty))", empty),
    (r"Cannot cast ufunc .* output from dtype\('(\w+)'\) to dtype\('(\w+)'\)", cast),
    (r"^TypeError: Cannot cast array data from dtype\('(\w+)'\) to dtype\('(\w+)'\)", cast_data),
    (r"^ValueError: .*read-only", read_only),
    (
        r"^TypeError: (?:ufunc 'bitwise_|ufunc 'invert'|unsupported operand type\(s\) for [\^&|])",
        no_logic,
    ),
    (r"^TypeError: (?:bad operand type for unary ~)", no_logic),
    (r"^TypeError: .*numpy boolean (?:subtract|negative)", booleans),
    (
        r"^TypeError: .*(?:loop of ufunc|ufunc '\w+' not supported|ufunc '\w+' did not contain)",
        of_objects,
    ),
    (r"^ValueError: either both or neither", needs_both),
)
