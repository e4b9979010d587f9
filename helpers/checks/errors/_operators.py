"""Rules for operators that met what is no number and no array."""

from __future__ import annotations

import ast
import re

from helpers.checks.errors._names import quoted, why_none
from helpers.checks.errors._place import Place, described, sides, whole
from helpers.checks.errors._shaped import Shaped

FUNCTIONS = ("function", "builtin", "ufunc")


def operator(place: Place, said: re.Match) -> str | None:
    """An operator met something that is no number and no array."""
    both = sides(place.node)
    for kinds, rule in OPERANDS:
        for number, side in enumerate(both):
            found = place.what(side)
            if found and found.kind in kinds:
                other = both[1 - number] if len(both) == 2 else None
                if words := rule(place, side, found, other):
                    return words
    return None


def _none(place: Place, side: ast.expr, found: Shaped, other: ast.expr | None) -> str:
    if isinstance(side, ast.Constant):
        return "`None` stands in this line, and nothing can be computed with it."
    argument = " The task gives it so: treat that case first." * (found.where == "argument")
    return (
        f"{place.code(side)} is None, so nothing can be computed with"
        f" it.{argument or why_none(place, side)}"
    )


def _function(place: Place, side: ast.expr, found: Shaped, other: ast.expr | None) -> str:
    name = place.text(side)
    if found.kind == "method":
        return (
            f"`{name}` is the method itself, not its result. Call it, with parentheses: `{name}()`."
        )
    if found.kind == "class":
        return f"`{name}` is a class, a kind of object, and no number. Are the parentheses missing?"
    operator, left = getattr(place.node, "op", None), getattr(place.node, "left", None)
    likely = isinstance(operator, (ast.Mult, ast.Pow)) and side is left  # `np.exp * z`
    likely |= name.endswith((".max", ".min", ".mean", ".sum", ".std"))  # `z - np.max`
    likely &= other is not None and len(place.text(other)) < 30
    to = f": `{name}({place.text(other)})`" if likely else ""
    if found.where == "notebook" and found.kind == "function":
        return (
            f"`{name}` is a function, not its result. Call it, with its arguments in parentheses."
        )
    return f"`{name}` is a function, not a number: what it is to work on stands in parentheses{to}."


def _list(place: Place, side: ast.expr, found: Shaped, other: ast.expr | None) -> str | None:
    if place.kind(other) in ("text", "array"):
        return None
    name, kind = place.text(side), found.kind
    origin = place.origin(side)
    if kind == "tuple" and origin.rstrip().endswith(","):
        return (
            f"The comma at the end of {whole(origin) or 'its line'} makes `{name}` a tuple. Leave"
            " it out."
        )
    if kind == "tuple" and re.search(r"(?:np|numpy)\.(where|nonzero)\([^,]*\)\s*$", origin):
        return (
            f"`{name}` is a tuple, because `np.where` returns one array for each axis. Take the"
            " first: `[0]`."
        )
    if kind == "tuple" and isinstance(side, ast.Attribute) and side.attr == "shape":
        return f"`{name}` is a tuple of sizes; the number of rows is `{name}[0]`."
    if kind == "tuple" and isinstance(side, ast.Call | ast.Name):
        return (
            f"`{name}` is a tuple of {found.length}, not one value: unpack it or take one part,"
            " `[0]`."
        )
    if found.shape is None and found.shapes:
        listed = ", ".join(map(str, found.shapes[:-1]))
        return (
            f"{place.code(side)} is a {kind} of {len(found.shapes)} arrays, of the shapes {listed}"
            f" and {found.shapes[-1]}, which no single array can hold. Which of them is meant?"
            f" `{name}[0]` is the first."
        )
    call = f"np.array({name})" if len(name) <= 40 else "np.array"
    make = f" `{call}` makes an array of it." if found.shape is not None else ""
    sums = " `+` joins two lists and does not add their elements." * (
        kind == "list" and _is_plus(place)
    )
    return (
        f"{place.code(side)} is a {kind}, with which Python does not compute element by"
        f" element.{sums}{make}"
    )


def _is_plus(place: Place) -> bool:
    return isinstance(getattr(place.node, "op", None), ast.Add)


def _text(place: Place, side: ast.expr, found: Shaped, other: ast.expr | None) -> str | None:
    node = place.node
    if isinstance(getattr(node, "op", None), ast.Mod) and side is getattr(node, "left", None):
        return None  # "…" % …
    if other is not None and _is_plus(place):
        return (
            f"{place.code(side)} is text, and `+` joins text only to text. To print a value, write"
            " it"
            ' into the text: f"… {' + place.text(other) + '}".'
        ) if len(place.text(other)) <= 30 else None  # fmt: skip
    number = re.fullmatch(r"'-?\d+(\.\d*)?'", found.text)
    make = " `float` makes a number of it." if number else ""
    return f"{place.code(side)} is {described(found)}, not a number.{make}"


def _others(place: Place, side: ast.expr, found: Shaped, other: ast.expr | None) -> str | None:
    name = place.text(side)
    if found.kind == "range":
        inside = found.text.removeprefix("range")
        arange = (
            name.replace("range", "np.arange", 1)
            if name.startswith("range")
            else f"np.arange{inside}"
        )
        return f"`{name}` is a range, with which Python does not compute; `{arange}` is an array."
    if found.kind == "iterator":
        return (
            f"`{name}` hands out one item after the other, and cannot be computed with. Make an"
            f" array of it: `np.array(list({name}))`."
        )
    if found.kind == "module":
        return f"`{name}` is a module, {found.text}; what you need is something in it."
    if found.kind == "dict":
        return f"`{name}` is a dict: take one of its values, by its key."
    if found.kind == "set":
        return (
            f"`{name}` is a set, which has no order and cannot be computed with. `np.unique` gives"
            " an array."
        )
    if found.kind == "object" and place.failure.within == "":
        has = [other for other in found.names if not other.startswith("_")]
        inside = f"; what it holds is called {quoted(has)}" if 0 < len(has) <= 6 else ""
        return f"`{name}` is an object of type `{found.type}`, not an array{inside}."
    return None


OPERANDS = (
    (("None",), _none),
    ((*FUNCTIONS, "method", "class"), _function),
    (("list", "tuple"), _list),
    (("text",), _text),
    (("range", "iterator", "module", "dict", "set", "object"), _others),
)


RULES = (
    (
        r"^TypeError: (?:unsupported operand|bad operand|can't multiply seq|can only concatenate)",
        operator,
    ),
    (r"^TypeError: '[^']+' not supported between instances", operator),
    (r"^(?:UFuncTypeError|_UFuncNoLoopError)", operator),
)
