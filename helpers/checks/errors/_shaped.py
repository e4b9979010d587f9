"""What a value was, kept without the value; and the harmless expressions, computed once more."""

from __future__ import annotations

import ast
import builtins
import inspect
import itertools
import math
import operator
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

MOST_ELEMENTS = 300_000  # of an array that is computed again to know its shape


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
    shapes : tuple of tuples
        Of a short list of arrays, the shape of each.
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
    shapes: tuple[tuple[int, ...], ...] = ()


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
    if kind in (bool, int, float, complex) or issubclass(kind, np.generic):
        if issubclass(kind, (np.str_, np.bytes_)):
            return Shaped("text", name, text=repr(str(value))[:60])
        dtype = str(value.dtype) if issubclass(kind, np.generic) else ""
        return Shaped("number", name, (), dtype, text=_number(value))
    if kind is str:
        return Shaped("text", name, length=len(value), text=repr(value)[:60])
    if kind in (list, tuple, set, frozenset):
        shown = "set" if kind is frozenset else name
        arrays = len(value) <= 6 and all(type(item) is np.ndarray for item in value)
        shapes = tuple(item.shape for item in value) if arrays else ()
        shape, text = _regular(value), _short(value)
        return Shaped(shown, name, shape, length=len(value), text=text, shapes=shapes)
    if kind is dict:
        keys = tuple(repr(key)[:40] for key in itertools.islice(value, 30) if _plain(key))
        return Shaped("dict", name, length=len(value), names=keys)
    if kind is range:
        return Shaped("range", name, length=len(value), text=repr(value))
    if kind is np.ufunc:
        return Shaped("ufunc", name, text=f"numpy.{value.__name__}")
    if kind is types.ModuleType:
        return Shaped("module", name, text=value.__name__)
    if issubclass(kind, type):
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
    if name.startswith("dict_") or (kind.__module__ == "builtins" and hasattr(kind, "__next__")):
        return Shaped("iterator", name)
    library = kind.__module__.split(".")[0] in ("tensorflow", "keras", "torch", "jax", "jaxlib")
    if library and hasattr(value, "shape") and hasattr(value, "dtype") and not callable(value):
        shape = tuple(value.shape)
        whole = tuple(int(n) for n in shape) if None not in shape else None
        return Shaped("tensor", name, whole, getattr(value.dtype, "name", str(value.dtype)))
    return Shaped("object", name, names=tuple(map(str, itertools.islice(_own(value), 30))))


def _own(value: Any) -> dict[str, Any]:
    """Return what an object itself holds, without asking a method of its class."""
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}


def _signature(function: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _plain(value: Any) -> bool:
    return type(value) in (str, int, float, bool, type(None)) or issubclass(type(value), np.generic)


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
        self._known: dict[ast.expr, Any] = {}

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
        if node not in self._known:
            with np.errstate(all="ignore"):
                self._known[node] = compute(node)
        return self._known[node]

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
            return vars(owner)[node.attr]  # a module's own `__getattr__` may import
        if kind is np.ndarray or issubclass(kind, np.generic):
            if node.attr in ATTRIBUTES or node.attr in METHODS:
                return getattr(owner, node.attr)
            raise UnknownError
        if kind in (list, dict, tuple, str, set):
            return getattr(owner, node.attr)
        if node.attr in (own := _own(owner)):
            return own[node.attr]
        method = inspect.getattr_static(kind, node.attr, None)
        if isinstance(method, types.FunctionType):
            return types.MethodType(method, owner)
        fields = getattr(kind, "_fields", ())
        if issubclass(kind, tuple) and node.attr in fields:
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
    if type(value) is type:
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
