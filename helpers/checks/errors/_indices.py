"""Rules for indices: past the end, labels as positions, of the wrong type."""

from __future__ import annotations

import ast
import re

from helpers.checks.errors._place import (
    Place,
    described,
    parts_of,
    whole,
)
from helpers.checks.errors._shaped import Shaped


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


FOR_EACH_EXAMPLE = re.compile(r"\b(?:eye|identity)\((?:len\(\w+\)|\w+\.(?:shape\[0\]|size))\)")


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
    counted = re.search(r"(?:zeros|ones|eye|empty)\(.*\bmax\(", origin)
    if counted and not re.search(r"\+\s*1", origin) and index == size:
        return (
            f"{start} `{place.text(node.value)}` is made by {whole(origin) or 'a line above'}: the"
            " classes 0 to the largest are one more than the largest."
        )
    if FOR_EACH_EXAMPLE.search(f"{place.text(node.value)} {origin}"):
        return f"{start} It has one for each example: does it need one for each class?"
    value = place.what(node.value)
    rows = part is node.slice or (isinstance(node.slice, ast.Tuple) and part is node.slice.elts[0])
    of_examples = labels.shape and labels.shape[0] == size
    one_hot = re.search(r"\b(?:eye|identity)\(", f"{place.text(node.value)} {origin}")
    if (
        rows
        and (isinstance(node.ctx, ast.Store) or (of_examples and not one_hot))
        and value
        and len(value.shape or ()) == 2
    ):
        array = place.text(node.value)
        return (
            f"{start} In the first place it picks whole rows. For the element of each row that a"
            f" label names, write `{array}[np.arange(len({array})), {name}]`."
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
    heads = [_loop(loop) for loop in loops]
    counting = [head.target.id for head in heads if head]
    from_loop = isinstance(part, ast.Name) or _shifted(part)
    for loop in reversed(loops if from_loop else ()):
        if loop.startswith("while") and names and not names & set(counting):
            return (
                "Does the loop go on past the end? Then it needs a condition that ends it at the"
                " last element as well."
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
            first = f": the first is `{array}[{name} - 1]`" * (axis == 0)
            return f"`{name}` counts from 1, as `{call}` does, and indices count from 0{first}."
        if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and index == size:
            return f"`{call}` goes up to {index}: the `+ 1` is one too far for `{array}`."
        if isinstance(end, ast.Constant):
            return (
                f"The {end.value} in `{call}` is written in, and `{array}` has only {size} here,"
                f" `{right}`."
            )
        if ast.unparse(end) != right:
            name = head.target.id
            return (
                f"`{name}` runs through `{call}`, and `{array}` has fewer. Is `{name}` the index"
                f" that belongs here? If it is, the loop is too long, or `{array}` too short."
            )
    length = r"len\([\w.]+\)|[\w.]+\.size|[\w.]+\.shape\[\d\]"
    if index == size and not loops and part and re.fullmatch(length, ast.unparse(part)):
        return "Indices count from 0, so the last one is one less than the length."
    return ""


def _shifted(part: ast.AST | None) -> bool:
    """Whether an index is `i + 1` or the like."""
    return (
        isinstance(part, ast.BinOp)
        and isinstance(part.left, ast.Name)
        and isinstance(part.op, (ast.Add, ast.Sub))
        and isinstance(part.right, (ast.Name, ast.Constant))
    )


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
            if words := _no_positions(place, node, found):
                return f"{shown} holds floats ({found.dtype}), and an index must be whole. {words}"
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


def _no_positions(place: Place, node: ast.Subscript, labels: Shaped) -> str | None:
    """Say of `a[y]`, both with one number for each example, that y says nothing about where."""
    a, y = node.value, node.slice
    arguments = all(isinstance(n, ast.Name) and n.id in place.parameters for n in (a, y))
    binary = labels.low in (0, 1) and labels.high in (0, 1)
    if not arguments or not binary or len(labels.shape) != 1 or place.shape(a) != labels.shape:
        return None
    return (
        f"But whole ones would not help: `{a.id}` and `{y.id}` both hold one number for each"
        f" example, and the values of `{y.id}` are no positions in `{a.id}`. Use `{y.id}` in the"
        f" formula, element by element, or choose: `np.where({y.id} == 1, …, …)`."
    )


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
        written = f", written `{name}[{inside}]`" * nested
        return (
            f"`{name}` is a {owner.kind}, not an array: it takes one index at a time{written}."
            + f" `np.array({name})` takes several." * (owner.shape is not None)
        )
    found = place.what(first)
    if found and found.kind in ("array", "list", "tuple"):
        could = f" `np.array({name})` could be indexed by it." * (owner.shape is not None)
        return (
            f"`{name}` is a {owner.kind}, and takes a single whole number as its index, but"
            f" {place.says(first)}.{could}"
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


RULES = (
    (r"^TypeError: .*scalar index", list_index),
    (r"^IndexError: tuple index out of range", outside_tuple),
    (r"^IndexError: (?:list|string) index out of range", outside_list),
    (r"^IndexError: index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", outside),
    (r"^ValueError: Shape of array too small", lambda place, said: _difference(place)),
    (r"^IndexError: too many indices", too_many_indices),
    (r"^IndexError: invalid index to scalar", scalar_index),
    (r"^IndexError: (?:only integers|arrays used as indices)", index_type),
    (r"^TypeError: (?:list|tuple) indices must be", list_index),
    (r"^IndexError: boolean index did not match", mask),
    (r"^IndexError: shape mismatch: indexing arrays", fancy),
)
