"""Rules for Python itself: operators, calls, unpacking, numbers, text."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

from helpers.checks._errors_arrays import parts_of
from helpers.checks._errors_names import quoted, why_none
from helpers.checks._failure import Shaped
from helpers.checks._place import Place, described, whole

FUNCTIONS = ("function", "builtin", "ufunc")


# --- operators ------------------------------------------------------------------------------------


def _sides(place: Place) -> list[ast.expr]:
    node = place.node
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.AugAssign):
        return [node.target, node.value]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [node.left, *node.comparators]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    return []


def operator(place: Place, said: re.Match) -> str | None:
    """An operator met something that is no number and no array."""
    sides = _sides(place)
    for kinds, rule in OPERANDS:
        for number, side in enumerate(sides):
            found = place.what(side)
            if found and found.kind in kinds:
                other = sides[1 - number] if len(sides) == 2 else None
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
    to = (
        f": `{name}({place.text(other)})`"
        if other is not None and len(place.text(other)) < 30
        else ""
    )
    if found.where == "notebook" and found.kind == "function":
        return (
            f"`{name}` is a function, not its result. Call it, with its arguments in parentheses."
        )
    return f"`{name}` is a function, not a number: what it is to work on stands in parentheses{to}."


def _list(place: Place, side: ast.expr, found: Shaped, other: ast.expr | None) -> str | None:
    if other is not None and place.kind(other) == "text":
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
    short = len(name) <= 40
    make = f" `np.array({name})` makes an array of it." if short else " `np.array` makes an array."
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


# --- calls ----------------------------------------------------------------------------------------


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
            " it"
            f" is called with a dot, such as `{name}.{last}(…)`."
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


# --- brackets, loops, unpacking -------------------------------------------------------------------


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
        what = "a method" if found.kind == "method" else "a function"
        return (
            f"`{name}` is {what}, and what stands in brackets after it would be an index. A call"
            " has"
            f" parentheses: `{name}({inside})`"
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
            f"{place.says(iterated)}, and a loop needs something to run through: `range({count})`."
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
            f"{name} hands out its items one by one and does not know how many. `list` makes a"
            " list of it."
        )
    if found.shape == ():
        return f"{name} is a single number here, which has no length."
    return f"{name} is {described(found)}, which has no length."


def unpacked(place: Place, said: re.Match) -> str | None:
    statement, node = place.statement, place.node
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


# --- numbers --------------------------------------------------------------------------------------


def division(place: Place, said: re.Match) -> str | None:
    statement = place.node or place.statement
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
            " formula so"
            " that large numbers do not arise in between."
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
        " array"
        " first, by `.astype(int)` or `.astype(float)`."
    )


# --- the rest -------------------------------------------------------------------------------------


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
        " function"
        " of that name, it needs another name here; if not, say what is returned without a further"
        " call."
    )


def stopped(place: Place, said: re.Match) -> str | None:
    node = place.node
    if isinstance(node, ast.Call) and place.called() == "builtins.next":
        return "`next` found nothing more: the iterator is used up, or nothing fits the condition."
    return None


def own_assert(place: Place, said: re.Match) -> str | None:
    if not isinstance(place.statement, ast.Assert) or place.failure.within:
        return None
    test = place.code(place.statement.test, "the condition")
    return f"Your own `assert` stops the function: {test} does not hold for this input."


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


def percent(place: Place, said: re.Match) -> str | None:
    if "not all" in said[0]:
        return (
            "The text before `%` has fewer places than there are values. Is `%` meant as the"
            " remainder of a division? Then text stands on its left."
        )
    return (
        "The text before `%` has more places than there are values: put the values in parentheses,"
        " `(a, b)`."
    )


def text_to_number(place: Place, said: re.Match) -> str | None:
    node = place.node
    if not isinstance(node, ast.Call) or place.called() not in ("builtins.int", "builtins.float"):
        return None
    return (
        f"The text {said[1]} is no number, so `{parts_of(place.called())[1]}` cannot make one of"
        " it."
    )


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
        " one."
        " `np.unique` finds the different values of an array; a tuple can be a key."
    )


def singular(place: Place, said: re.Match) -> str | None:
    return "The matrix has no inverse: some of its rows (or columns) follow from the others."


def memory(place: Place, said: re.Match) -> str | None:
    return (
        f"This would be an array of shape {said[1]}, too large for the memory. Do the shapes meet"
        " as you meant?"
    )


def changed_size(place: Place, said: re.Match) -> str | None:
    return "The loop changes what it runs through. Run through a copy, `list(…)`, instead."


def list_remove(place: Place, said: re.Match) -> str | None:
    node = place.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        return f"{place.code(node.args[0])} is not in `{place.text(node.func.value)}`."
    return None


NAME = r"([\w.<>]+)\(\)"
RULES = (
    (
        r"^TypeError: (?:unsupported operand|bad operand|can't multiply sequence|can only concatenate)",
        operator,
    ),
    (r"^TypeError: '[^']+' not supported between instances", operator),
    (
        r"^TypeError: (?:ufunc '\w+' not supported|loop of ufunc|ufunc '\w+' did not contain|The DType)",
        operator,
    ),
    (r"^(?:UFuncTypeError|_UFuncNoLoopError)", operator),
    (r"^ValueError: operands could not be broadcast", operator),
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
    (r"^ZeroDivisionError", division),
    (r"^OverflowError: (?:math range error|\(34)", overflow),
    (r"^(?:OverflowError|ValueError): cannot convert float (?:infinity|NaN)", to_integer),
    (r"^OverflowError: Python integer (-?\d+) out of bounds for (u?int\d+)", too_small_type),
    (r"^ValueError: math domain error|^ValueError: expected a (?:positive|nonnegative)", domain),
    (r"^RecursionError", recursion),
    (r"^StopIteration", stopped),
    (r"^AssertionError", own_assert),
    (r"^(?:TypeError|ValueError): (?:unsupported format string|Unknown format code)", formatted),
    (r"^TypeError: not (?:all|enough) arguments (?:converted during|for) .*format", percent),
    (
        r"^ValueError: (?:could not convert string to float|invalid literal for int\(\)[^:]*): (.*)",
        text_to_number,
    ),
    (r"^TypeError: .*unhashable type: '([\w.]+)'", unhashable),
    (r"^LinAlgError: Singular matrix", singular),
    (r"Unable to allocate .* with shape (\([\d, ]+\))", memory),
    (r"^RuntimeError: (?:dictionary|Set) changed size", changed_size),
    (r"^ValueError: list\.(?:remove|index)\(x\)|^ValueError: .* is not in list", list_remove),
)
