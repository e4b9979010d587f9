"""Rules for calls, brackets, loops and unpacking."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

from helpers.checks.errors._names import quoted, why_none
from helpers.checks.errors._place import Place, described, parts_of, whole
from helpers.checks.errors._shaped import Shaped

FUNCTIONS = ("function", "builtin", "ufunc")


def not_callable(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call) or place.failure.within:
        return None
    function, owner = node.func, place.what(node.func)
    name = place.text(function)
    inside = ", ".join(place.text(argument) for argument in node.args)
    if owner is None:
        if isinstance(function, (ast.Constant, ast.BinOp)) and inside:
            return f"Python does not take `{name}(…)` for a product: write `*` between the factors."
        return None
    if owner.kind == "module":
        last = parts_of(owner.text)[1] or owner.text
        return (
            f"`{name}` is the module `{owner.text}`, and a module cannot be called. A function in"
            f" it is called with a dot, such as `{name}.{last}(…)`."
        )
    if owner.kind == "None":
        return f"`{name}` is None, so it cannot be called.{why_none(place, function)}"
    if isinstance(function, ast.Name) and hasattr(builtins, function.id):
        origin = whole(place.origin(function))
        by = f", by {origin}" if origin else ""
        return (
            f"The name `{name}` stands for {described(owner)} here{by}, which hides Python's own"
            f" function `{name}`. Give your variable another name."
        )
    if isinstance(function, ast.Attribute) and function.attr in (
        "shape",
        "T",
        "size",
        "ndim",
        "dtype",
    ):
        number = " Take one of its numbers with brackets: `[0]`." * (function.attr == "shape")
        return (
            f"`{name}` stands without parentheses: it is no function but"
            f" {described(owner)}.{number}"
        )
    if owner.kind in ("array", "number", "tensor", "list", "tuple", "dict", "text"):
        if isinstance(function, ast.Constant):
            return (
                f"Python does not take `{name}({inside})` for a product: write `{name} *"
                f" ({inside})`."
            )
        ways = []
        if owner.kind in ("array", "list", "tuple", "dict") and owner.shape != ():
            ways.append(f"An element of it stands in brackets: `{name}[{inside}]`.")
        index = len(node.args) != 1 or isinstance(node.args[0], ast.Constant)
        factor = owner.kind in ("array", "number", "tensor") and not (ways and index)
        if factor and 0 < len(inside) < 40:
            ways.append(f"A product needs its sign: `{name} * ({inside})`.")
        what = "a number" if owner.kind == "number" else described(owner)
        return (
            f"`{name}` is {what}, and parentheses after it mean a call. {' '.join(ways)}".rstrip()
        )
    if owner.kind == "object":
        return f"`{name}` is an object of type `{owner.type}`, which cannot be called."
    return None


def _function_called(place: Place, name: str) -> Shaped | None:
    """Return the function of the call, if it is the one that the message names."""
    node = place.node
    if not isinstance(node, ast.Call):
        return None
    found = place.what(node.func)
    written = ast.unparse(node.func).rpartition(".")[2]
    last = parts_of(found.text)[1] if found else written
    named = name.rpartition(".")[2]
    return (found or Shaped("function", text=written)) if named in (
        last, written, "__init__"
    ) else None  # fmt: skip


def missing_arguments(place: Place, said: re.Match) -> str | None:
    function = _function_called(place, said[1])
    names = re.findall(r"'(\w+)'", said[2])
    if function is None or not names:
        return None
    shown = ast.unparse(place.node.func)
    if names == ["self"]:
        return f"`{shown}` is called on the class. Make an object of it first, with parentheses."
    if function.kind == "class" and not shown:
        return None
    order = f" Its arguments are {quoted(function.names)}, in this order." if (
        1 < len(function.names) <= 8
    ) else ""  # fmt: skip
    return f"The call of `{shown}` leaves out {quoted(names)}.{order}"


def too_many_arguments(place: Place, said: re.Match) -> str | None:
    function = _function_called(place, said[1])
    if function is None:
        return None
    shown, node = ast.unparse(place.node.func), place.node
    every = ", ".join(place.text(argument) for argument in node.args)
    if parts_of(function.text)[1] in ("vstack", "hstack", "column_stack", "dstack"):
        return f"`{shown}` takes the arrays as one argument, a list: `{shown}([{every}])`."
    if parts_of(function.text)[1] in ("zeros_like", "ones_like"):
        return f"`{shown}` takes one array, whose shape it copies; `np.zeros((m, n))` takes sizes."
    names = function.names
    if names and len(names) <= 8:
        takes = (
            f"takes {quoted(names)}" if len(names) > 1 else f"takes one argument, {quoted(names)}"
        )
        return f"`{shown}` {takes}, but this call gives it {len(node.args)} values."
    if function.text.startswith("math."):
        return f"`{shown}` takes one number, but this call gives it {len(node.args)}."
    return None


def keyword(place: Place, said: re.Match) -> str | None:
    wrong = next(filter(None, said.groups()))
    node = place.node
    if not isinstance(node, ast.Call) or wrong not in {each.arg for each in node.keywords}:
        return None
    found = place.what(node.func)
    shown = ast.unparse(node.func)
    of_numpy = found is not None and re.match(r"numpy\.|ndarray\.", found.text)
    names = list(found.names) if found else []
    names += ["axis", "keepdims", "dtype", "out"] if of_numpy else []
    names += ["epochs", "batch_size", "verbose", "shuffle"] if found is None else []
    near = difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
    usual = {"dim": "axis", "keepdim": "keepdims", "lr": "learning_rate", "rho": "rho"}
    if usual.get(wrong) in names or (usual.get(wrong) and not names):
        near = [usual[wrong]]
    if near:
        return f"`{shown}` knows no `{wrong}=`. Did you mean `{near[0]}=`?"
    if found and 0 < len(found.names) <= 8:
        return f"`{shown}` knows no `{wrong}=`; its arguments are {quoted(found.names)}."
    return f"`{shown}` knows no argument `{wrong}=`."


def twice(place: Place, said: re.Match) -> str | None:
    function = _function_called(place, said[1])
    if function is None:
        return None
    shown = ast.unparse(place.node.func)
    return f"This call of `{shown}` gives `{said[2]}` twice: once by its place, once by its name."


def no_brackets(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Subscript) or place.failure.within:
        return None
    found = place.what(node.value)
    if found is None:
        if re.search(r"'(?:numpy\.)?(?:int|float)\d*' object", said[0]):
            return f"{place.code(node.value)} is a single number here, with no elements to take."
        return None
    name, inside = place.text(node.value), place.text(node.slice)
    if found.kind == "None":
        return (
            f"`{name}` is None, so `{name}[{inside}]` means nothing.{why_none(place, node.value)}"
        )
    if found.kind in (*FUNCTIONS, "method", "class"):
        what = {"method": "a method", "class": "a class"}.get(found.kind, "a function")
        return (
            f"`{name}` is {what}, and what stands in brackets after it would be an index. A call"
            f" has parentheses: `{name}({inside})`"
            + (f" or `{name}()[{inside}]`." if what == "a method" else ".")
        )
    if found.kind == "number":
        return f"`{name}` is a single number here, so it has no elements to take."
    if found.kind == "iterator":
        return (
            f"`{name}` hands out its items one by one and has no positions. Make a list of it:"
            f" `list({name})[{inside}]`."
        )
    if found.kind == "set":
        return f"`{name}` is a set, which has no order and no positions."
    if found.kind == "object":
        has = [other for other in found.names if not other.startswith("_")]
        inner = (
            f" What it holds is called {quoted(has)}: write a dot before it."
            if 0 < len(has) <= 8
            else ""
        )
        return f"`{name}` is an object of type `{found.type}`, which takes no index.{inner}"
    return None


def no_assignment(place: Place, said: re.Match) -> str | None:
    statement = place.statement
    target = None
    if isinstance(statement, (ast.Assign, ast.AugAssign)):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    if not isinstance(target, ast.Subscript) or place.failure.within:
        return None
    found, name = place.what(target.value), place.text(target.value)
    if found is None:
        return None
    if found.kind == "tensor":
        return (
            f"`{name}` is a tensor of TensorFlow's, which cannot be changed. Work on"
            f" `{name}.numpy().copy()`, an array, or build a new one."
        )
    if found.kind == "number":
        return f"`{name}` is a single number here, so it has no elements to set."
    if found.kind in ("tuple", "range", "text"):
        return (
            f"`{name}` is a {found.kind}, whose items cannot be changed. A list or an array can:"
            f" `list({name})`."
        )
    if found.kind == "None":
        return f"`{name}` is None, so it has no elements to set.{why_none(place, target.value)}"
    return None


def no_loop(place: Place, said: re.Match) -> str | None:
    """A number or None where something to run through is needed."""
    node, statement = place.node, place.statement
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        node = node.generators[0].iter
    around = place.parent(node)
    if place.failure.within or node is None:
        return None
    if isinstance(statement, ast.For) and node is statement.target:
        name, first = place.text(statement.iter), place.text(statement.target).split(",")[0]
        return (
            f"Each item of `{name}` is a single value, but the loop unpacks it. `enumerate({name})`"
            f" gives the position `{first.strip('( ')}` as well; `zip` runs through two at once."
        )
    run_through = isinstance(around, (ast.For, ast.comprehension)) and node is around.iter
    iterated, unpacking = node, False
    if isinstance(statement, ast.Assign) and isinstance(
        statement.targets[0], (ast.Tuple, ast.List)
    ):
        unpacking = node in (statement, statement.targets[0], statement.value)
        iterated = statement.value if unpacking else node
    if isinstance(node, ast.Call) and not run_through and not unpacking:
        kinds = ("number", "None", *FUNCTIONS)
        iterated = next((item for item in node.args if place.kind(item) in kinds), None)
    found = place.what(iterated)
    if found is None:
        return None
    shown = place.code(iterated, "it")
    if found.kind == "None":
        return f"{shown} is None, so there is nothing in it.{why_none(place, iterated)}"
    if found.kind in (*FUNCTIONS, "method"):
        return (
            f"{shown} is {described(found)}, not its result. Are the parentheses of a call missing?"
        )
    if found.shape != ():
        return None
    if unpacking:
        return f"On the left stand several names, but {place.says(iterated)}."
    if run_through and found.type.startswith("int"):
        count = place.text(iterated)
        return (
            f"{place.says(iterated)}, and a loop needs something to run through, such as"
            f" `range({count})`."
        )
    if isinstance(node, ast.Call) and not run_through:
        called = ast.unparse(node.func)
        return f"`{called}` needs several values, but {place.says(iterated)}."
    return f"{place.says(iterated)}, with nothing in it to run through."


def no_length(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call) or place.called() != "builtins.len" or len(node.args) != 1:
        return None
    found = place.what(node.args[0])
    name = place.code(node.args[0])
    if found is None:
        return None
    if found.kind == "None":
        return f"{name} is None, so it has no length.{why_none(place, node.args[0])}"
    if found.kind in (*FUNCTIONS, "method"):
        return f"{name} is a function, not its result. Are the parentheses of a call missing?"
    if found.kind == "iterator":
        return (
            f"{name} hands out its items one by one and does not know how many. `list` makes a list"
            " of it."
        )
    if found.shape == ():
        return f"{name} is a single number here, which has no length."
    return f"{name} is {described(found)}, which has no length."


def unpacked(place: Place, said: re.Match) -> str | None:
    statement, node = place.statement, place.node
    if place.failure.within:
        return None
    targets = value = None
    loop = False
    comprehensions = [
        part for part in ast.walk(statement or ast.Pass()) if isinstance(part, ast.comprehension)
    ]
    if isinstance(statement, ast.For):
        targets, value, loop = statement.target, statement.iter, True
    elif isinstance(statement, ast.Assign):
        targets, value = statement.targets[0], statement.value
    if isinstance(node, (ast.Tuple, ast.List)) and targets is not node:
        around = [part for part in comprehensions if part.target is node]
        if not around:
            return None
        targets, value, loop = node, around[0].iter, True
    if not isinstance(targets, (ast.Tuple, ast.List)) or value is None:
        return None
    count = len(targets.elts)
    source = place.text(value)
    found = place.what(value)
    if loop:
        if found and found.kind == "dict":
            return (
                f"A loop over a dict runs through its keys; `{source}.items()` gives keys and"
                " values."
            )
        first = place.text(targets.elts[0])
        advice = ""
        if isinstance(targets.elts[0], ast.Name) and len(first) == 1 and first in "ijkn":
            advice = f" Did you mean `enumerate({source})`?"
        elif found and found.kind in ("array", "list", "tuple"):
            advice = " `zip` runs through two at once, `enumerate` gives the position as well."
        got = re.search(r"got (\d+)", said[0])
        number = f" with {got[1]} parts" if got else ""
        return (
            f"The loop unpacks each item of {place.code(value)} into {count} names, but there are"
            f" items{number} that do not fit.{advice}"
        )
    if (
        isinstance(value, ast.Attribute)
        and value.attr == "shape"
        and found
        and found.length is not None
    ):
        array = place.text(value.value)
        shape = found.text or "()"
        if found.length == 1:
            return (
                f"`{array}` is a vector here, of shape {shape}: there is one size, and {count}"
                f" names on the left. `{array}.shape[0]` is its length."
            )
        return f"`{array}` has the shape {shape}: that is {found.length} sizes for {count} names."
    if isinstance(value, ast.Tuple):
        return f"On the left stand {count} names, on the right {len(value.elts)} values."
    got = re.search(r"got (\d+)", said[0])
    length = found.length if found and found.length is not None else int(got[1]) if got else None
    amount = f"{length} value" + "s" * (length != 1) if length is not None else "more"
    return (
        f"On the left stand {count} names, but {place.code(value, 'the right side')} gives"
        f" {amount}."
    )


NAME = r"([\w.<>]+)\(\)"
RULES = (
    (r"^TypeError: '[^']+' object is not callable", not_callable),
    (
        rf"^TypeError: {NAME} missing \d+ required (?:positional|keyword-only) arguments?: (.+)",
        missing_arguments,
    ),
    (rf"^TypeError: {NAME} takes .* positional arguments? but", too_many_arguments),
    (rf"^TypeError: {NAME} (?:takes exactly|takes at most|expected)", too_many_arguments),
    (r"^TypeError: .*unexpected keyword argument '(\w+)'|'(\w+)' is an invalid keyword", keyword),
    (rf"^TypeError: {NAME} got multiple values for argument '(\w+)'", twice),
    (r"^TypeError: '[^']+' object is not subscriptable", no_brackets),
    (r"^TypeError: '[^']+' object does not support item assignment", no_assignment),
    (r"^TypeError: (?:.*not iterable|cannot unpack|iteration over a 0-d array).*", no_loop),
    (r"^TypeError: .*(?:has no len\(\)|len\(\) of unsized)", no_length),
    (r"^ValueError: (?:not enough|too many) values to unpack.*", unpacked),
)
