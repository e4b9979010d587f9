"""Rules for shapes that do not fit: broadcasting, products, assignments, joins."""

from __future__ import annotations

import ast
import math
import re

import numpy as np

from helpers.checks.errors._numpy import OF_LISTS
from helpers.checks.errors._place import (
    Place,
    capital,
    described,
    of_numpy,
    operands,
    symbol,
    whole,
)


def shapes_in(text: str) -> list[tuple[int, ...]]:
    found = re.findall(r"\((\d+(?:,\d*)*)\)", text.replace(", ", ",").replace(",)", ",)"))
    return [tuple(int(n) for n in shape.split(",") if n) for shape in found]


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
    start = f"{capital(a)} has the shape {shapes[0]} and {b} {shapes[1]}"
    meeting = next(
        (x, y)
        for x, y in zip(shapes[0][::-1], shapes[1][::-1], strict=False)
        if x != y and 1 not in (x, y)
    )
    rule = (
        f"compared from the last axis backwards, {meeting[0]} meets {meeting[1]}, and sizes must be"
        " equal, or one of them 1."
    )
    fit = _how_to_fit(place, pair, shapes)
    more = [fit, *(_made(place, part) for part in pair)]
    more += [] if any(more) else [_reduced(place, part) for part in pair]
    return " ".join(filter(None, [f"{start}: {rule}", *more]))


def _fits(*shapes: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def _how_to_fit(place: Place, pair: list[ast.expr], shapes: list[tuple[int, ...]]) -> str:
    """Name the one small change after which two shapes would fit."""
    both = list(zip(pair, shapes, shapes[::-1], strict=True))
    if isinstance(getattr(place.node, "op", None), ast.Mult) and _for_a_product(*shapes):
        product = " @ ".join(_operand(place, part) for part in pair)
        shown = f": `{product}`" if len(product) <= 40 else ""
        return (
            "`*` multiplies element by element. For the matrix product, `@`, these shapes"
            f" fit{shown}."
        )
    for part, shape, other in both:
        if len(shape) == 1 and len(other) == 2 and shape[0] == other[0] != other[1]:
            column = f"a column of shape ({shape[0]}, 1)"
            if kept := _summed(place, part):
                return (
                    f"{kept} is one number for each row. With `keepdims=True` it stays {column},"
                    " which fits; one number for each column would be `axis=0`."
                )
            name = _operand(place, part)
            as_column = f"`{name}[:, None]`, {column}," if len(name) <= 30 else f"As {column} it"
            return f"{as_column} would fit: one number for each row."
    for part, shape, other in both:
        if len(shape) != 2 or len(other) != 2:
            continue
        if shape[1] == 1 and shape[0] == other[1] > 1:
            return (
                f"As a row, of shape (1, {shape[0]}) or ({shape[0]},), `{_operand(place, part)}`"
                " would fit: one number for each column."
            )
        sure = place.given(pair[1] if part is pair[0] else pair[0])
        if 1 not in shape + other and _fits(shape[::-1], other) and sure:
            name = f"{_operand(place, part)}.T"
            return f"Transposed, `{name}`, it would fit. Is that meant?" if len(name) <= 40 else ""
    return ""


def _for_a_product(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    return len(second) == 2 and bool(first) and first[-1] == second[0]


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


def _reduced(place: Place, part: ast.expr) -> str:
    """Ask for the axis that a sum, a maximum or the like was taken along."""
    origin = place.origin(part)
    if (
        place.shape(part) is not None
        and len(place.shape(part)) < 2
        and (lost := _axis_lost(place, part))
    ):
        return lost
    if re.search(r"\.(argmax|argmin|max|min|sum|mean)\(.*axis=-?\d", origin) and whole(origin):
        return f"{place.code(part)} comes from {whole(origin)}: is it the right axis?"
    return ""


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
    if len(pair) != 2 or of_numpy(place) not in ("", "dot", "matmul"):
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
    start = f"{capital(left)} has the shape {shapes[0]} and {right} {shapes[1]}"
    rule = f"{first} ({inner[0]}) must be as many as {second} ({inner[1]})"
    if len(shapes[0]) == 1:
        rule = f"{first} ({inner[0]}) must equal {second} ({inner[1]})"
    lost = [_axis_lost(place, part) for part in pair]
    ways = "" if any(lost) else _products(place, a, b, *shapes)
    more = [f"These would fit: {ways}. Is one of them the formula's?" if " and " in ways else (
        f"{ways} would fit, if the formula means it." if ways else ""
    )]  # fmt: skip
    more += [*lost, *(_made(place, part) for part in pair)]
    return " ".join(filter(None, [f"{start}: {rule}.", *more]))


TURNED = re.compile(r"\.T$|\.transpose\(\)$")
WITHOUT_AXIS = re.compile(r"(\.(?:mean|sum|std)\(\)|\bnp\.(?:mean|sum|std)\([^,()]*\)) for ")


def _axis_lost(place: Place, part: ast.expr) -> str:
    """Ask for the axis that a factor seems to have lost; "" if it seems to have lost none."""
    text = place.text(part)
    bare = part.value if TURNED.search(text) and isinstance(part, ast.Attribute) else part
    shape = place.shape(part)
    if shape is None or len(shape) > 1:
        return ""
    source = _source(place, bare)
    origin = place.origin(source)
    if reduced := WITHOUT_AXIS.search(origin):
        return (
            f"{place.code(source)} comes from {whole(origin) or 'a line above'}: `{reduced[1]}`,"
            " without an axis, is one number for all that it is given. Is an axis meant?"
        )
    if bare is not part:
        return f"{place.code(bare)} has one axis only, and `.T` leaves it as it is."
    return ""


def _source(place: Place, node: ast.expr) -> ast.expr:
    """Return the name that another name was set to, by `W = means.T` or the like."""
    try:
        value = ast.parse(place.origin(node)).body[0].value
    except (SyntaxError, IndexError, AttributeError):
        return node
    while isinstance(value, (ast.Attribute, ast.Call)):  # means.T, np.array(means)
        if isinstance(value, ast.Call) and len(value.args) != 1:
            return node
        value = value.args[0] if isinstance(value, ast.Call) else value.value
    return value if isinstance(value, ast.Name) and place.origin(value) else node


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
    if len(first) + len(second) < 4:  # of a vector: exchanged and transposed is the same
        given = place.given(a) and place.given(b)  # otherwise a vector may be the mistake
        return f"`{y} @ {x}`" if second[-1] == first[0] and given else ""
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
        f" matrices and vectors. Is it meant to be one? A number is multiplied by `*`{times}."
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
        f"{capital(name)} has room for the shape {room}, but"
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
    target, sign = place.text(statement.target), symbol(statement.op)
    return (
        f"The result would have the shape {shapes[1]}, but `{sign}=` puts it into `{target}`, whose"
        f" shape is {shapes[0]}. Is {place.code(statement.value, 'the right side')} meant to have"
        " that shape?"
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
        return _of_different_lengths(place)
    return None


PER_ROW = re.compile(r"\.(mean|sum|max|min|std)\(([^()]*, )?axis=(1|-1)\)")


def _of_different_lengths(place: Place) -> str:
    node = place.node.args[0] if place.node.args else None
    argument = place.code(node, "what it gets") if node else "it"
    words = (
        f"{capital(argument)} has rows of different lengths, and an array needs rows of the same"
        " length."
    )
    if reduced := PER_ROW.search(f"{place.text(node) if node else ''} {place.origin(node)}"):
        return (
            f"{words} `{reduced[0][1:]}` gives one number for each row of what it is taken of, and"
            " these have different numbers of rows."
        )
    return f"{words} What is computed from each of them, one by one, needs no common array."


def joined_shapes(place: Place, said: re.Match) -> str | None:
    name = of_numpy(place)
    node = place.node
    if name not in OF_LISTS or not isinstance(node, ast.Call) or not node.args:
        return None
    items = node.args[0].elts if isinstance(node.args[0], (ast.List, ast.Tuple)) else []
    if not items and "must have the same shape" in said[0]:
        return _of_different_lengths(place)
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


RULES = (
    (r"^ValueError: operands could not be broadcast together .*", broadcasting),
    (r"^ValueError: matmul: Input operand \d does not have enough dimensions", product_of_number),
    (r"^ValueError: (?:matmul: .*mismatch|shapes .* not aligned).*", product),
    (r"^ValueError: could not broadcast input array .*", assigned),
    (r"^ValueError: non-broadcastable output .*", output_room),
    (r"^ValueError: cannot reshape array of size (\d+) into shape (\(.*?\))", reshaped),
    (r"^ValueError: setting an array element with a sequence.*", ragged),
    (
        r"^ValueError: (?:all the input array|zero-dimensional arrays|all input arrays).*",
        joined_shapes,
    ),
)
