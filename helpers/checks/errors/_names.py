"""Rules for names, attributes and keys that do not exist."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

import numpy as np

from helpers.checks.errors._place import Place, described, whole
from helpers.checks.errors._shaped import Shaped

IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "tf": "import tensorflow as tf",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    **{
        name: f"import {name}"
        for name in (
            "math", "random", "time", "itertools", "functools", "scipy", "sklearn", "tensorflow",
            "keras", "statistics", "operator", "copy", "collections", "warnings",
        )
    },
}  # fmt: skip
HELPERS = {  # where the course's own functions are
    "softmax": "softmax",
    "sigmoid": "activations",
    "relu": "activations",
    "one_hot": "losses",
    "binary_crossentropy": "losses",
    "sparse_categorical_crossentropy": "losses",
    "Dense": "network",
    "Sequential": "network",
    "Adam": "optimizers",
    "SGD": "optimizers",
}
SPELLED = {"true": "True", "false": "False", "none": "None", "null": "None"}
CONSTANTS = {"nan": "np.nan", "inf": "np.inf", "pi": "np.pi", "NaN": "np.nan"}
NOT_IN_NUMPY = {
    "relu": "`np.maximum` makes one",
    "sigmoid": "write its formula, with `np.exp`",
    "softmax": "write its formula, with `np.exp` and a sum",
    "ln": "the natural logarithm is `np.log`",
    "len": "it is `len(x)`",
    "length": "it is `len(x)`",
}
IN_TENSORFLOW = {
    "log": "math.log",
    "mean": "reduce_mean",
    "sum": "reduce_sum",
    "max": "reduce_max",
    "softmax": "nn.softmax",
    "relu": "nn.relu",
    "dot": "matmul",
}
CHANGE_IN_PLACE = {
    "append", "extend", "fill", "insert", "put", "remove", "resize", "reverse", "shuffle", "sort",
    "update", "clear", "add",
}  # fmt: skip


def quoted(names: tuple[str, ...] | list[str]) -> str:
    """Join names: `a`, `b` and `c`."""
    parts = [f"`{name}`" for name in names]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# --- names ----------------------------------------------------------------------------------------


def unbound(place: Place, said: re.Match) -> str | None:
    name = place.failure.missing or said[1]
    statement = place.statement
    if isinstance(statement, ast.AugAssign) and getattr(statement.target, "id", "") == name:
        start = "1" if isinstance(statement.op, ast.Mult) else "0"
        if name in place.failure.names:
            return (
                f"`{name}` is given a value in your function, so Python takes it for a variable of"
                f" the function, and it has none before this line. Set it first, such as `{name} ="
                f" {start}`."
            )
        return (
            f"This line changes `{name}`, but `{name}` has no value yet. Set it before, such as"
            f" `{name} = {start}` above the loop."
        )
    elsewhere = name in place.failure.names or hasattr(builtins, name)
    given = isinstance(statement, ast.Assign) and any(
        isinstance(node, ast.Name) and node.id == name
        for target in statement.targets
        for node in ast.walk(target)
    )
    if elsewhere and given:
        return (
            f"The line gives the name `{name}` to its result, so within your function `{name}` no"
            " longer means what it means outside. Call the result something else."
        )
    if elsewhere:
        return (
            f"Your function gives `{name}` a value further down, so Python takes it for a variable"
            " of the function everywhere in it. Call your variable something else."
        )
    return (
        f"`{name}` has no value at this point: the line that sets it did not run for this input. Is"
        " it inside an `if` or a loop? Then set it before, too."
    )


def undefined(place: Place, said: re.Match) -> str | None:
    failure, name = place.failure, place.failure.missing or said[1]
    names = failure.names
    if name in SPELLED:
        return f"Python writes `{SPELLED[name]}`, not `{name}`."
    if name == "keras" and "import_keras" in names:
        return "`keras` has no value in your function: begin it with `keras = import_keras()`."
    if name in IMPORTS and name not in place.parameters:
        return f"`{name}` is not imported: write `{IMPORTS[name]}` at the top of your function."
    if name in place.parameters and name not in failure.arguments:
        index = place.parameters.index(name)
        if len(failure.arguments) == len(place.parameters):
            return (
                f"The argument that the task calls `{name}` is called `{failure.arguments[index]}`"
                " in your first line. Use one name for it."
            )
    if name not in names and hasattr(np, name) and "np" in names:
        if _is_called(place, name):
            return f"`{name}` is one of NumPy's: write `np.{name}`."
        return (
            f"`{name}` has no value here. NumPy has an `np.{name}`: is that meant, or was a"
            " variable of yours to be set before this line?"
        )
    if failure.near:
        near = failure.near[0]
        what = "the argument " if near in failure.arguments else ""
        only = " Capital letters count." if near.lower() == name.lower() else ""
        return f"There is no `{name}`. Did you mean {what}`{near}`?{only}"
    if name in CONSTANTS and "np" in names:
        return f"There is no `{name}` by itself: write `{CONSTANTS[name]}`."
    if name in HELPERS:
        return (
            f"`{name}` is not imported: write `from helpers.{HELPERS[name]} import {name}` above,"
            " or work it out yourself."
        )
    several = "s" * (len(failure.arguments) != 1)
    known = f" argument{several} {quoted(failure.arguments)}" if failure.arguments else " arguments"
    return (
        f"`{name}` has no value: nothing in your function sets it before this line, and the"
        f" notebook has no such name. The function knows its{known} and what it works out from"
        " them."
    )


def _is_called(place: Place, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(place.statement or ast.Pass())
    )


def not_imported(place: Place, said: re.Match) -> str | None:
    failure = place.failure
    if failure.owner is not None and failure.missing:
        module = failure.owner.text
        near = f" Did you mean `{failure.near[0]}`?" if failure.near else ""
        return f"The module `{module}` has no `{failure.missing}`.{near}"
    if said[0].startswith("ModuleNotFoundError"):
        name = failure.missing
        return f"There is no module `{name}` here. Is its name spelled right?" if name else None
    return None


# --- keys -----------------------------------------------------------------------------------------


def no_key(place: Place, said: re.Match) -> str | None:
    node = place.node
    owner = place.what(node.value) if isinstance(node, ast.Subscript) else None
    if owner is None or owner.kind != "dict":
        return None
    key, name = place.failure.message, place.code(node.value)
    if (index := place.what(node.slice)) and index.kind == "number":
        key = index.text
    counting = " Set it before you add to it." * isinstance(place.statement, ast.AugAssign)
    if not owner.length:
        return f"The dict {name} is still empty, so it has no key {key}.{counting}"
    plain = {other.strip("'\""): other for other in owner.names}
    near = [shown for other, shown in plain.items() if _alike(other, key.strip("'\""))]
    if near:
        return f"{name} has no key {key}. Did you mean {near[0]}?"
    shown = ", ".join(owner.names[:8]) + ", …" * (len(owner.names) > 8)
    return f"{name} has no key {key}; its keys are {shown}.{counting}"


def _alike(one: str, other: str) -> bool:
    same = one.lower().strip() == other.lower().strip()
    return same or difflib.SequenceMatcher(None, one, other).ratio() > 0.75


# --- None -----------------------------------------------------------------------------------------


def why_none(place: Place, node: ast.AST) -> str:
    """Say where a None comes from: a sentence with a space before it, or ""."""
    origin = place.origin(node)
    try:
        statement = ast.parse(origin).body[0] if origin else None
    except SyntaxError:
        return ""
    call = node if isinstance(node, ast.Call) else getattr(statement, "value", None)
    if isinstance(statement, (ast.For, ast.AugAssign)):
        return ""
    targets = getattr(statement, "targets", ())
    if not isinstance(call, ast.Call) or (targets and not isinstance(targets[0], ast.Name)):
        return ""
    function = call.func
    shown = whole(origin) if origin else place.code(node)
    if isinstance(function, ast.Attribute):
        changed = function.value
        if function.attr == "shuffle" and call.args:
            changed = call.args[0]
        if function.attr in CHANGE_IN_PLACE:
            other = "; `np.sort` returns a sorted copy" * (function.attr == "sort")
            name = f"`{changed.id}`" if isinstance(changed, ast.Name) else "what it is given"
            return (
                f" It comes from {shown}: `{function.attr}` changes {name} itself and returns"
                f" nothing. Call it on a line of its own and go on with what it changed{other}."
            )
        if function.attr == "gradient":
            return (
                f" It comes from {shown}: the tape found no way from the input to the result. Does"
                " it watch the input (`tape.watch`, or a `tf.Variable`), and is all of the"
                " computation inside `with`?"
            )
    name = ast.unparse(function)
    ends = f" Does `{name}` end with `return`?" if name in place.failure.names else ""
    return f" It comes from {shown}, a call that returned nothing.{ends}" if shown else ""


# --- attributes -----------------------------------------------------------------------------------


def no_attribute(place: Place, said: re.Match) -> str | None:
    failure = place.failure
    owner, name = failure.owner, failure.missing or said[1]
    if not name:
        return None
    nodes = [
        node
        for node in ast.walk(place.statement or ast.Pass())
        if isinstance(node, ast.Attribute) and node.attr == name
    ]
    # What another function lacks is no fault of this line's, or not seen in it.
    node = place.node if place.node in nodes else nodes[0] if len(nodes) == 1 else None
    if failure.within or node is None:
        return None
    owner = owner or place.what(node.value)
    if owner is None:
        return None
    text = place.code(node.value, "what stands before the dot")
    for kinds, rule in ATTRIBUTES:
        if owner.kind in kinds and (words := rule(place, node, owner, text)):
            return words
    if failure.near:
        return f"{text} has no `.{name}`. Did you mean `.{failure.near[0]}`?"
    has = [other for other in owner.names if not other.startswith("_")]
    if owner.kind == "object" and 0 < len(has) <= 8:
        return f"{text} has no `.{name}`. What it holds is called {quoted(has)}."
    return f"{text} is {described(owner)}, which has no `.{name}`."


def _of_none(place: Place, node: ast.Attribute, owner: Shaped, text: str) -> str | None:
    return f"{text} is None, which has no `.{node.attr}`.{why_none(place, node.value)}"


def _of_module(place: Place, node: ast.Attribute, owner: Shaped, text: str) -> str | None:
    name, module = node.attr, owner.text
    old = {"float": "float", "int": "int", "bool": "bool", "object": "object", "str": "str"}
    if module == "numpy" and name in old:
        return f"There is no `np.{name}` any more: write `{name}`."
    if module == "numpy" and name in NOT_IN_NUMPY:
        return f"NumPy has no `{name}`: {NOT_IN_NUMPY[name]}."
    if module == "tensorflow" and name in IN_TENSORFLOW:
        return f"TensorFlow has no `tf.{name}`; it is called `tf.{IN_TENSORFLOW[name]}`."
    if module == "math" and hasattr(np, name):
        return f"`math`, which is for single numbers, has no `{name}`; NumPy has: `np.{name}`."
    if place.failure.near:
        return f"The module `{module}` has no `{name}`. Did you mean `{place.failure.near[0]}`?"
    return f"The module `{module}` has no `{name}`."


def _of_plain(place: Place, node: ast.Attribute, owner: Shaped, text: str) -> str | None:
    name = node.attr
    if not hasattr(np.ndarray, name):
        return None
    if owner.kind == "number":
        return (
            f"{text} is a single number here, and only arrays have `.{name}`. Should it be a whole"
            " array at this point?"
        )
    other = " `len` tells its length." if name in ("shape", "size") else ""
    start = f"{text} is a {owner.kind}, not an array" if owner.kind != "iterator" else (
        f"{text} is an iterator, not an array"
    )  # fmt: skip
    make = f" `np.array({place.text(node.value)})` makes one of it." * (owner.shape is not None)
    return f"{start}, so it has no `.{name}`.{make}{other}"


def _of_array(place: Place, node: ast.Attribute, owner: Shaped, text: str) -> str | None:
    name, source = node.attr, place.text(node.value)
    if name in ("append", "extend"):
        return (
            f"{text} is an array, and an array does not grow: there is no `.{name}`. Collect the"
            " parts in a list and make an array of it at the end."
        )
    if name in ("numpy", "values", "to_numpy"):
        return f"{text} is a NumPy array already: leave out `.{name}`."
    function = getattr(np, name, None)
    if callable(function) and not isinstance(function, type):
        if len(source) > 40:
            return f"`{name}` is no method of an array but a function: write `np.{name}(…)`."
        return f"`{name}` is no method of an array but a function: write `np.{name}({source})`."
    return None


def _of_tensor(place: Place, node: ast.Attribute, owner: Shaped, text: str) -> str | None:
    if not hasattr(np.ndarray, node.attr):
        return None
    other = {
        "astype": " `tf.cast` changes the type of a tensor.",
        "T": " `tf.transpose` exchanges its axes.",
        "sum": " `tf.reduce_sum` adds its elements.",
        "mean": " `tf.reduce_mean` is its mean.",
    }.get(node.attr, "")
    return (
        f"{text} is a tensor of TensorFlow's, which has no `.{node.attr}`; `.numpy()` makes an"
        f" array of it.{other}"
    )


def _of_function(place: Place, node: ast.Attribute, owner: Shaped, text: str) -> str | None:
    kind = {"class": "the class itself", "method": "a method"}
    what = kind.get(owner.kind, "a function")
    near = place.failure.near
    if what == "the class itself" and near:
        return f"{text} has no `.{node.attr}`. Did you mean `.{near[0]}`?"
    return (
        f"{text} is {what}, not its result, so it has no `.{node.attr}`. Are the parentheses of a"
        " call missing?"
    )


ATTRIBUTES = (
    (("None",), _of_none),
    (("module",), _of_module),
    (("list", "tuple", "number", "range", "iterator", "set", "dict"), _of_plain),
    (("array",), _of_array),
    (("tensor",), _of_tensor),
    (("function", "builtin", "ufunc", "method", "class"), _of_function),
)


RULES = (
    (r"^UnboundLocalError: .*?'(\w+)'", unbound),
    (r"^NameError: .*?'(\w+)'", undefined),
    (r"^(ImportError|ModuleNotFoundError)", not_imported),
    (r"^KeyError", no_key),
    (r"^AttributeError:?(?:.*has no attribute '(\w+)')?", no_attribute),
)
