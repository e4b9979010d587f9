"""What is worth knowing of an exception that a reader's function raised, kept as plain data.

`failure` collects it while the frames still exist. It never raises, calls nothing that a reader
wrote and keeps no object of theirs: only shapes, types, names and the source of a line.
`_errors.explained` puts it into words.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import dis
import functools
import inspect
import itertools
import linecache
import math
import operator
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

MOST_NAMES = 400  # of the notebook, and of an object's attributes
MOST_PARTS = 80  # expressions of one statement
MOST_ELEMENTS = 1_000_000  # of an array that is computed again to know its shape


@dataclass(frozen=True)
class Shaped:
    """What a value was, without the value.

    Attributes
    ----------
    kind : str
        "array", "tensor", "number", "text", "None", "list", "tuple", "dict", "set", "range",
        "iterator", "function", "builtin", "ufunc", "method", "class", "module" or "object".
    type : str
        Its type's name.
    shape, dtype
        Of an array or a tensor.
    length : int or None
    text : str
        A short value as it is printed; the full name of a function, a class or a module.
    low, high : float or None
        The extremes of the numbers in an array.
    names : tuple of str
        A dict's keys, or a function's parameters.
    where : str
        "argument", "local", "notebook" or, for what has no name of its own, "".
    """

    kind: str
    type: str = ""
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    length: int | None = None
    text: str = ""
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Failure:
    """An exception, the line of the reader's at which it was raised, and what stood there.

    Attributes
    ----------
    type, message : str
        The message without addresses in memory.
    line : str
        The whole statement, from its first line; of an `if` or a loop, the first line only.
    number : int
        The line's number in its cell; 0 if unknown.
    span : tuple of int, or None
        The expression that failed: first line, column, last line, column within `line`, counted
        as `ast` counts.
    function, arguments : str and tuple of str
        The function in which the line stands; the parameters of the one that was checked.
    within : str
        The function of another file that raised, such as "numpy.max"; "" for the reader's own.
    parts : dict of str to Shaped
        What the names and expressions of the line were, by their source as `ast` unparses it.
    names : tuple of str
        All names of the function and the notebook.
    data : dict of str to Shaped
        Arrays and data sets of the notebook that the function uses though they are no arguments.
    unused : tuple of str
        The parameters that the function never reads.
    origins : dict of str to str
        For names of the line, the last statement above that gave them their value.
    loops : tuple of str
        The first lines of the loops around the line, the outermost first.
    missing, owner, near : str, Shaped or None, tuple of str
        The attribute or name that does not exist, what lacks it, and names that it has like it.
    repeats : str
        The reader's function that calls itself without end.
    """

    type: str
    message: str = ""
    line: str = ""
    number: int = 0
    span: tuple[int, int, int, int] | None = None
    function: str = ""
    arguments: tuple[str, ...] = ()
    within: str = ""
    parts: dict[str, Shaped] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    data: dict[str, Shaped] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)
    loops: tuple[str, ...] = ()
    missing: str = ""
    owner: Shaped | None = None
    near: tuple[str, ...] = ()
    repeats: str = ""


def failure(error: BaseException, function: Callable) -> Failure:
    """Collect what is worth knowing of `error`, which a call of `function` raised."""
    found = Failure(type(error).__name__, _message(error))
    for add in (_add_place, _add_missing):  # each by itself: the first is worth having alone
        with contextlib.suppress(Exception):
            found = add(found, error, function)
    return found


def _message(error: BaseException) -> str:
    try:
        text = str(error).strip()[:20_000]
    except Exception:
        return ""
    return re.sub(r"( at)? 0x[0-9a-fA-F]{6,}|\x1b\[[0-9;]*m", "", text)


# --- the place ------------------------------------------------------------------------------------


def _add_place(found: Failure, error: BaseException, function: Callable) -> Failure:
    code, namespace = _code(function)
    steps = _steps(error.__traceback__)
    own = [step for step in steps if namespace is not None and step.tb_frame.f_globals is namespace]
    if code is None or not own:
        return found
    frame = own[-1].tb_frame
    variables = _variables([step.tb_frame for step in own])
    found = replace(
        found,
        number=own[-1].tb_lineno,
        function=frame.f_code.co_name,
        arguments=_parameters(code),
        within=_within(own[-1], steps[-1]),
        names=_names(variables, namespace),
        data=_data(code, namespace),
        unused=tuple(name for name in _parameters(code) if not _reads(code, name)),
        repeats=_repeats(steps, namespace) if isinstance(error, RecursionError) else "",
    )
    return _with_source(found, own[-1], variables, namespace)


def _steps(step: types.TracebackType | None) -> list[types.TracebackType]:
    steps = []
    while step is not None:
        steps.append(step)
        step = step.tb_next
    return steps


def _code(function: Any) -> tuple[types.CodeType | None, dict[str, Any] | None]:
    """Return the code and the namespace of what was called: a function, or what holds one."""
    for _ in range(5):
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, types.MethodType):
            function = function.__func__
        elif isinstance(function, types.FunctionType):
            inner = function.__dict__.get("__wrapped__")
            if not isinstance(inner, types.FunctionType):
                return function.__code__, function.__globals__
            function = inner
        elif isinstance(function, type):
            function = function.__dict__.get("__init__")
        else:
            function = type(function).__dict__.get("__call__")
    return None, None


def _parameters(code: types.CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield the code of a function and of those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _reads(code: types.CodeType, name: str) -> bool:
    if name in code.co_cellvars:
        return True
    steps = (step for step in dis.get_instructions(code) if step.opname.startswith("LOAD"))
    return any(
        name == step.argval or (isinstance(step.argval, tuple) and name in step.argval)
        for step in steps
    )


def _variables(frames: list[types.FrameType]) -> dict[str, tuple[Any, str]]:
    """Return the values of the names of the last frame; of a comprehension, what is around it."""
    chosen = [frames[-1]]
    for frame in reversed(frames[:-1]):
        if not chosen[-1].f_code.co_name.startswith("<"):
            break
        chosen.append(frame)
    variables = {}
    for frame in reversed(chosen):
        arguments = _parameters(frame.f_code)
        for name, value in itertools.islice(frame.f_locals.items(), MOST_NAMES):
            variables[name] = value, "argument" if name in arguments else "local"
    return variables


def _names(variables: Mapping[str, Any], namespace: Mapping[str, Any]) -> tuple[str, ...]:
    notebook = [name for name in list(namespace) if not name.startswith("_")]
    return tuple(dict.fromkeys([*variables, *notebook[:MOST_NAMES]]))


def _data(code: types.CodeType, namespace: Mapping[str, Any]) -> dict[str, Shaped]:
    names = dict.fromkeys(
        step.argval
        for part in _codes(code)
        for step in dis.get_instructions(part)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    )
    found = {name: described(namespace[name], "notebook") for name in names if name in namespace}
    return {
        name: what
        for name, what in found.items()
        if what.kind in ("array", "tensor")
        or (what.kind == "object" and {"X", "y"} & {*what.names})
    }


def _within(own: types.TracebackType, last: types.TracebackType) -> str:
    name = last.tb_frame.f_code.co_name
    if own is last or name in ("__getattr__", "__getattribute__"):  # of the reader's own dot
        return ""
    module = str(last.tb_frame.f_globals.get("__name__", ""))
    return f"{module}.{name}" if module else name


def _repeats(steps: list[types.TracebackType], namespace: Mapping[str, Any]) -> str:
    """Return the function that occurs again and again in the traceback."""
    codes = [step.tb_frame.f_code for step in steps if step.tb_frame.f_globals is namespace]
    often = [code for code in dict.fromkeys(codes) if codes.count(code) > 20]
    return often[0].co_name if len(often) == 1 else ""


# --- the source -----------------------------------------------------------------------------------


def _with_source(
    found: Failure,
    step: types.TracebackType,
    variables: Mapping[str, tuple[Any, str]],
    namespace: Mapping[str, Any],
) -> Failure:
    code = step.tb_frame.f_code
    lines = linecache.getlines(code.co_filename, step.tb_frame.f_globals)
    if not 0 < step.tb_lineno <= len(lines):
        return found
    found = replace(found, line=lines[step.tb_lineno - 1].strip())
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return found
    position = next(itertools.islice(code.co_positions(), step.tb_lasti // 2, None))
    path = _path(tree, step.tb_lineno, position)
    if not path:
        return found
    statement = path[-1]
    text = _text(lines, statement)
    inner = _in_statement(statement)
    values = Values(variables, namespace)
    parts = {}
    for node in itertools.islice(_expressions(inner), MOST_PARTS):
        with contextlib.suppress(Exception):
            parts[ast.unparse(node)] = values.described(node)
    names = {node.id for node in _expressions(inner) if isinstance(node, ast.Name)}
    return replace(
        found,
        line=text,
        span=_span(position, statement),
        parts=parts,
        origins=_origins(path, lines, names),
        loops=tuple(
            _text(lines, node) for node in path[:-1] if isinstance(node, (ast.For, ast.While))
        ),
    )


def _path(tree: ast.AST, number: int, position: tuple) -> list[ast.stmt]:
    """Return the statements around a place, the outermost first, the innermost last."""
    first, last, left, right = (number, number, None, None) if None in position else position
    path, nodes = [], [tree]
    while nodes:
        inner = [child for node in nodes for child in _statements(node)]
        around = [node for node in inner if _holds(node, first, last, left, right)]
        path += [node for node in around if isinstance(node, ast.stmt)]
        nodes = around
    return path


def _statements(node: ast.AST) -> list[ast.AST]:
    kinds = (ast.stmt, ast.ExceptHandler, ast.match_case)
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, kinds)]


def _holds(node: ast.AST, first: int, last: int, left: int | None, right: int | None) -> bool:
    if isinstance(node, ast.match_case):
        return any(_holds(child, first, last, left, right) for child in node.body)
    if left is None:
        return node.lineno <= first and last <= node.end_lineno
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    return start <= (first, left) and (last, right) <= end


def _in_statement(statement: ast.stmt) -> list[ast.AST]:
    """Return what belongs to a statement itself: of an `if`, its condition only."""
    blocks = ("body", "orelse", "finalbody", "handlers", "decorator_list", "cases")
    if not hasattr(statement, "body"):
        return [statement]
    children = []
    for name, value in ast.iter_fields(statement):
        if name not in blocks:
            children += value if isinstance(value, list) else [value]
    return [child for child in children if isinstance(child, ast.AST)]


def _expressions(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        for child in ast.walk(node):
            if isinstance(child, ast.expr) and not isinstance(child, ast.Starred):
                yield child


def _text(lines: list[str], statement: ast.stmt) -> str:
    """Return a statement's source; of one that holds others, its first line."""
    start, end = statement.lineno - 1, statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        end = max(statement.lineno, body[0].lineno - 1)
        own = [lines[start].encode()[statement.col_offset :].decode(), *lines[start + 1 : end]]
        if body[0].lineno == statement.lineno:
            return own[0].encode()[: body[0].col_offset - statement.col_offset].decode().rstrip()
        kept = "".join(own).rstrip()
        return re.sub(r"(\s*\n\s*(#[^\n]*)?)+$", "", kept)
    own = lines[start:end]
    own[-1] = own[-1].encode()[: statement.end_col_offset].decode()
    own[0] = own[0].encode()[statement.col_offset :].decode()
    return "".join(own).rstrip()


def _span(position: tuple, statement: ast.stmt) -> tuple[int, int, int, int] | None:
    if None in position:
        return None
    first, last, left, right = position
    top = statement.lineno
    return (
        first - top + 1,
        left - statement.col_offset * (first == top),
        last - top + 1,
        right - statement.col_offset * (last == top),
    )


def _origins(path: list[ast.stmt], lines: list[str], names: set[str]) -> dict[str, str]:
    """Return for each name the last statement above that gives it a value."""
    functions = [node for node in path if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if not functions:
        return {}
    origins = {}
    for node in ast.walk(functions[-1]):
        if not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For)):
            continue
        if node.lineno > path[-1].lineno or node is path[-1]:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            for name in ast.walk(target):
                given = isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
                if given and name.id in names:
                    before = origins.get(name.id, (0, ""))
                    origins[name.id] = max(before, (node.lineno, _text(lines, node)[:200]))
    return {name: text for name, (_, text) in origins.items()}


# --- what does not exist --------------------------------------------------------------------------


def _add_missing(found: Failure, error: BaseException, function: Callable) -> Failure:
    name = getattr(error, "name", None)
    if isinstance(error, KeyError) and error.args:
        name = str(error.args[0])[:60]
        return replace(found, missing=name)
    if isinstance(error, ImportError):
        return _import(found, error)
    if not isinstance(name, str):
        return found
    if isinstance(error, AttributeError):
        owner = error.obj
        names = [other for other in dir(owner) if not other.startswith("_")]
        return replace(
            found,
            missing=name,
            owner=described(owner),
            near=_near(name, names),
        )
    if isinstance(error, NameError):
        near = _near(name, found.names)
        if not near and len(name) > 3:
            near = _near(name, [other for other in dir(builtins) if other[0].islower()])
        return replace(found, missing=name, near=near)
    return found


def _import(found: Failure, error: ImportError) -> Failure:
    said = re.search(r"cannot import name '(\w+)'", found.message)
    module = sys.modules.get(error.name or "")
    if said and module is not None:
        names = [other for other in dir(module) if not other.startswith("_")]
        return replace(
            found,
            missing=said[1],
            owner=described(module),
            near=_near(said[1], names),
        )
    return replace(found, missing=error.name or "")


def _near(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names most like `name`; capital letters count little."""
    others = [other for other in dict.fromkeys(names) if other != name]
    exact = [other for other in others if other.lower() == name.lower()]
    close = difflib.get_close_matches(name, others, n=3, cutoff=0.75 if len(name) > 3 else 0.66)
    return tuple(dict.fromkeys([*exact, *close]))[:3]


# --- values ---------------------------------------------------------------------------------------


def described(value: Any, where: str = "") -> Shaped:
    """Return what `value` is. Only its type decides what is asked of it."""
    try:
        return replace(_described(value), where=where)
    except Exception:
        return Shaped("object", type(value).__name__, where=where)


def _described(value: Any) -> Shaped:
    kind = type(value)
    name = kind.__name__
    if value is None:
        return Shaped("None", name, text="None")
    if kind is np.ndarray:
        low, high = _extremes(value)
        return Shaped(
            "array", name, value.shape, str(value.dtype), len(value) if value.ndim else None,
            _short(value), low, high,
        )  # fmt: skip
    if kind in (bool, int, float, complex) or isinstance(value, np.generic):
        if isinstance(value, (np.str_, np.bytes_)):
            return Shaped("text", name, text=repr(str(value))[:60])
        dtype = str(value.dtype) if isinstance(value, np.generic) else ""
        return Shaped("number", name, (), dtype, text=_number(value))
    if kind is str:
        return Shaped("text", name, length=len(value), text=repr(value)[:60])
    if kind in (list, tuple, set, frozenset):
        shown = "set" if kind is frozenset else name
        return Shaped(shown, name, _regular(value), length=len(value), text=_short(value))
    if kind is dict:
        keys = tuple(repr(key)[:40] for key in itertools.islice(value, 30) if _plain(key))
        return Shaped("dict", name, length=len(value), names=keys)
    if kind is range:
        return Shaped("range", name, length=len(value), text=repr(value))
    if isinstance(value, np.ufunc):
        return Shaped("ufunc", name, text=f"numpy.{value.__name__}")
    if kind is types.ModuleType:
        return Shaped("module", name, text=value.__name__)
    if isinstance(value, type):
        start = value.__dict__.get("__init__")
        names = _signature(start)[1:] if isinstance(start, types.FunctionType) else ()
        return Shaped("class", name, text=f"{value.__module__}.{value.__name__}", names=names)
    if kind is types.FunctionType:
        return Shaped(
            "function", name, text=f"{value.__module__}.{value.__name__}", names=_signature(value)
        )
    if kind is types.BuiltinFunctionType:
        owner = value.__self__
        if owner is None or type(owner) is types.ModuleType:
            module = value.__module__ or ""
            return Shaped("builtin", name, text=f"{module}.{value.__name__}")
        return Shaped("method", name, text=f"{type(owner).__name__}.{value.__name__}")
    if kind is types.MethodType:
        owner = type(value.__self__).__name__
        names = _signature(value.__func__)[1:]
        return Shaped("method", name, text=f"{owner}.{value.__func__.__name__}", names=names)
    if callable(value) and kind.__module__.startswith("numpy"):  # np.max and its like
        inner = getattr(value, "__wrapped__", value)
        return Shaped("function", name, text=f"numpy.{value.__name__}", names=_signature(inner))
    if name.startswith("dict_") or (kind.__module__ == "builtins" and hasattr(value, "__next__")):
        return Shaped("iterator", name)
    library = kind.__module__.split(".")[0] in ("tensorflow", "keras", "torch", "jax", "jaxlib")
    if library and hasattr(value, "shape") and hasattr(value, "dtype") and not callable(value):
        shape = tuple(value.shape)
        whole = tuple(int(n) for n in shape) if None not in shape else None
        return Shaped("tensor", name, whole, getattr(value.dtype, "name", str(value.dtype)))
    names = tuple(getattr(value, "__dict__", ()) or ())[:30]
    return Shaped("object", name, names=tuple(map(str, names)))


def _signature(function: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _plain(value: Any) -> bool:
    return type(value) in (str, int, float, bool, type(None)) or isinstance(value, np.generic)


def _number(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return (
            str(int(value)) if abs(int(value)) < 10**20 else f"{len(str(abs(int(value))))} digits"
        )
    return f"{value:.6g}"


def _short(value: Any) -> str:
    """Print a short row of numbers or words."""
    if isinstance(value, np.ndarray):
        if value.ndim != 1 or value.size > 6 or value.dtype.kind not in "biuf":
            return ""
        value = value.tolist()
    if isinstance(value, (set, frozenset)) or len(value) > 6 or not all(map(_plain, value)):
        return ""
    parts = [
        repr(v)[:30] if isinstance(v, str) else "None" if v is None else _number(v) for v in value
    ]
    if isinstance(value, tuple):
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    return f"[{', '.join(parts)}]"


def _regular(value: Any) -> tuple[int, ...] | None:
    """Return the shape that a list would have as an array, as far as its first rows show it."""
    if isinstance(value, (set, frozenset)) or not value or len(value) > 10_000:
        return None
    if all(_plain(item) and not isinstance(item, str) and item is not None for item in value):
        return (len(value),)
    rows = [item.shape if type(item) is np.ndarray else None for item in value]
    if all(type(item) in (list, tuple) and all(map(_plain, item)) for item in value):
        rows = [(len(item),) for item in value]
    return (len(value), *rows[0]) if rows[0] is not None and len(set(rows)) == 1 else None


def _extremes(array: np.ndarray) -> tuple[float | None, float | None]:
    if not 0 < array.size <= MOST_ELEMENTS or array.dtype.kind not in "biuf":
        return None, None
    low, high = float(array.min()), float(array.max())
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (None, None)


# --- expressions ----------------------------------------------------------------------------------


class UnknownError(Exception):
    """An expression whose value is not computed a second time."""


ATTRIBUTES = {"T", "shape", "size", "ndim", "dtype"}
METHODS = {
    "all", "any", "argmax", "argmin", "argsort", "astype", "clip", "copy", "cumsum", "dot",
    "flatten", "max", "mean", "min", "nonzero", "prod", "ravel", "reshape", "round", "squeeze",
    "std", "sum", "swapaxes", "tolist", "transpose", "var",
}  # fmt: skip
FUNCTIONS = METHODS - {"astype", "flatten", "tolist"} | {
    "abs", "arange", "array", "asarray", "atleast_1d", "atleast_2d", "bincount", "concatenate",
    "diff", "expand_dims", "eye", "flatnonzero", "hstack", "isin", "linspace", "matmul", "ndim",
    "ones", "ones_like", "shape", "size", "sort", "stack", "unique", "vstack", "where", "zeros",
    "zeros_like",
}  # fmt: skip
BUILTINS = {"abs", "enumerate", "float", "int", "len", "list", "range", "tuple", "zip"}
OPERATORS = {  # for arrays, and for numbers
    ast.Add: (np.add, operator.add),
    ast.Sub: (np.subtract, operator.sub),
    ast.Mult: (np.multiply, operator.mul),
    ast.Div: (np.true_divide, operator.truediv),
    ast.FloorDiv: (np.floor_divide, operator.floordiv),
    ast.Mod: (np.remainder, operator.mod),
    ast.Pow: (np.power, operator.pow),
    ast.MatMult: (np.matmul, operator.matmul),
    ast.BitAnd: (np.bitwise_and, operator.and_),
    ast.BitOr: (np.bitwise_or, operator.or_),
    ast.BitXor: (np.bitwise_xor, operator.xor),
    ast.Eq: (np.equal, operator.eq),
    ast.NotEq: (np.not_equal, operator.ne),
    ast.Lt: (np.less, operator.lt),
    ast.LtE: (np.less_equal, operator.le),
    ast.Gt: (np.greater, operator.gt),
    ast.GtE: (np.greater_equal, operator.ge),
    ast.USub: (np.negative, operator.neg),
    ast.Invert: (np.invert, operator.invert),
}


class Values:
    """Computes the harmless expressions of a line again, to know what they were.

    Only arrays, numbers and lists of these take part, and only what changes nothing: no call of a
    reader's function, no random numbers, nothing large.
    """

    def __init__(
        self, variables: Mapping[str, tuple[Any, str]], namespace: Mapping[str, Any]
    ) -> None:
        self.variables, self.namespace = variables, namespace

    def described(self, node: ast.expr) -> Shaped:
        where = ""
        if isinstance(node, ast.Name):
            where = self.variables[node.id][1] if node.id in self.variables else "notebook"
            where = where if node.id in {*self.variables, *self.namespace} else ""
        return described(self.of(node), where)

    def of(self, node: ast.expr) -> Any:
        compute = getattr(self, f"_{type(node).__name__.lower()}", None)
        if compute is None:
            raise UnknownError
        with np.errstate(all="ignore"):
            return compute(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.variables:
            return self.variables[node.id][0]
        if node.id in self.namespace:
            return self.namespace[node.id]
        if hasattr(builtins, node.id):
            return getattr(builtins, node.id)
        raise UnknownError

    def _tuple(self, node: ast.Tuple) -> tuple:
        return tuple(self.of(item) for item in node.elts)

    def _list(self, node: ast.List) -> list:
        return [self.of(item) for item in node.elts]

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self.of(node.value)
        kind = type(owner)
        if kind is types.ModuleType:
            return vars(owner)[node.attr] if node.attr in vars(owner) else getattr(owner, node.attr)
        if kind is np.ndarray or isinstance(owner, np.generic):
            if node.attr in ATTRIBUTES or node.attr in METHODS:
                return getattr(owner, node.attr)
            raise UnknownError
        if kind in (list, dict, tuple, str, set):
            return getattr(owner, node.attr)
        own = getattr(owner, "__dict__", None)
        if isinstance(own, dict) and node.attr in own:
            return own[node.attr]
        method = inspect.getattr_static(kind, node.attr, None)
        if isinstance(method, types.FunctionType):
            return types.MethodType(method, owner)
        fields = getattr(kind, "_fields", ())
        if isinstance(owner, tuple) and node.attr in fields:
            return tuple.__getitem__(owner, fields.index(node.attr))
        raise UnknownError

    def _subscript(self, node: ast.Subscript) -> Any:
        owner, index = self.of(node.value), self._index(node.slice)
        if type(owner) not in (np.ndarray, list, tuple, str, dict, range):
            raise UnknownError
        if type(owner) is np.ndarray and owner.dtype.kind == "O":
            raise UnknownError
        return owner[index]

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            ends = (node.lower, node.upper, node.step)
            return slice(*(None if end is None else self.of(end) for end in ends))
        if isinstance(node, ast.Tuple):
            return tuple(self._index(item) for item in node.elts)
        index = self.of(node)
        items = index if type(index) in (list, tuple) else (index,)
        if not all(type(i) is np.ndarray or _plain(i) or i is Ellipsis for i in items):
            raise UnknownError
        return index

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return self._operate(node.op, self.of(node.operand))

    def _binop(self, node: ast.BinOp) -> Any:
        return self._operate(node.op, self.of(node.left), self.of(node.right))

    def _compare(self, node: ast.Compare) -> Any:
        if len(node.ops) > 1:
            raise UnknownError
        return self._operate(node.ops[0], self.of(node.left), self.of(node.comparators[0]))

    def _operate(self, symbol: ast.AST, *operands: Any) -> Any:
        of_arrays, of_numbers = OPERATORS.get(type(symbol), (None, None))
        if of_arrays is None or not all(map(_computable, operands)):
            raise UnknownError
        if any(type(value) is np.ndarray for value in operands):
            _affordable(of_arrays, operands)
            return of_arrays(*operands)
        if not all(_plain(value) and not isinstance(value, str) for value in operands):
            raise UnknownError
        if isinstance(symbol, ast.Pow) and any(abs(number) > 1000 for number in operands):
            raise UnknownError  # endless digits
        return of_numbers(*operands)

    def _call(self, node: ast.Call) -> Any:
        function = self.of(node.func)
        given = [self.of(item) for item in node.args]
        named = {item.arg: self.of(item.value) for item in node.keywords}
        values = [*given, *named.values()]
        if not all(map(_computable, values)) or None in named or "out" in named:
            raise UnknownError
        if isinstance(function, np.ufunc):
            if len(given) != function.nin:
                raise UnknownError
            _affordable(function, given)
            return function(*given, **named)
        if not self._allowed(node.func, function):
            raise UnknownError
        numbers = [v for value in values for v in (value if type(value) is tuple else (value,))]
        if math.prod(max(1, abs(int(n))) for n in numbers if type(n) is int) > MOST_ELEMENTS:
            raise UnknownError
        _affordable(np.matmul if _name_of(function) in ("dot", "matmul") else None, values)
        return function(*given, **named)

    def _allowed(self, node: ast.expr, function: Any) -> bool:
        name = _name_of(function)
        if getattr(builtins, name, None) is function:
            return name in BUILTINS
        if isinstance(function, types.BuiltinFunctionType):
            owner = type(function.__self__)
            if owner is np.ndarray or issubclass(owner, np.generic):
                return name in METHODS
            if owner is dict:
                return name in ("keys", "values", "items")
        return any(getattr(np, known) is function for known in FUNCTIONS)


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", ""))


def _computable(value: Any) -> bool:
    """Whether it is an array or a number, or a short list of these."""
    if type(value) is np.ndarray:
        return value.dtype.kind in "biuf" and value.size <= MOST_ELEMENTS
    if type(value) in (list, tuple):
        return len(value) <= 1000 and all(map(_computable, value))
    if type(value).__name__ in ("dict_keys", "dict_values", "dict_items"):
        return len(value) <= 100
    if isinstance(value, type):
        return value in (int, float, bool) or issubclass(value, np.generic)
    return _plain(value) or type(value) is range


def _affordable(ufunc: np.ufunc | None, values: Any) -> None:
    shapes = [np.shape(value) for value in values if type(value) is np.ndarray]
    if sum(map(math.prod, shapes)) > MOST_ELEMENTS:
        raise UnknownError
    if ufunc is np.matmul:
        if math.prod(map(math.prod, shapes)) > 100 * MOST_ELEMENTS:
            raise UnknownError
    elif ufunc is not None and math.prod(np.broadcast_shapes(*shapes)) > MOST_ELEMENTS:
        raise UnknownError
