"""What functions return, brought into a common form, compared, and put into words."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.checks._task import Finding
from helpers.checks.errors._failure import Failure

FULL = 24  # Arrays with more elements are described, not printed.
KINDS = {"b": "True and False", "i": "whole numbers", "f": "numbers", "U": "text"}


@dataclass(frozen=True)
class Other:
    """An output that is no value: a function, a generator, an object."""

    what: str


@dataclass(frozen=True)
class Raised:
    """The outcome of a call that raised.

    `where` is the reader's own line; `within` the function of another cell or file that raised;
    `failure` is what else is worth knowing of the error.
    """

    type: str
    message: str = ""
    where: str = ""
    within: str = ""
    failure: Failure | None = None


def canonical(value: Any) -> Any:
    """Return `value` as an array, a string, None, or a tuple, list or dict of these."""
    if value is None or isinstance(value, (str, Other)):
        return value
    if isinstance(value, tuple):
        return tuple(canonical(item) for item in value)
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, dict):
        return {str(key): canonical(item) for key, item in value.items()}
    if inspect.isgenerator(value):
        return Other("a generator (did you write `yield` instead of `return`?)")
    if inspect.iscoroutine(value):
        value.close()
        return Other("a coroutine (did you write `async def`?)")
    if inspect.isroutine(value) or inspect.isclass(value) or type(value).__name__ == "ufunc":
        name = getattr(value, "__name__", None) or type(value).__name__
        return Other(f"a function, `{name}` (did you forget the parentheses of a call?)")
    if isinstance(value, (bool, int, float, complex)) or hasattr(value, "__array__"):
        array = np.array(value)  # a copy: the reader may go on changing theirs
        if array.dtype.kind in "biufcU":
            return array
        return Other(f"an array of dtype {array.dtype}")
    return Other(f"an object of type {type(value).__name__}")


def is_sequence(value: Any) -> bool:
    return isinstance(value, (tuple, list))


def like(got: Any, expected: Any) -> Any:
    """Return `got` in the form of `expected`, where a teacher would not mind the difference.

    One rule for all tasks: a list or tuple of numbers is as good as the array of the same shape,
    and where all are 0 or 1, True and False are as good as the numbers.
    """
    if is_sequence(expected):
        if not is_sequence(got) or len(got) != len(expected):
            return got
        return type(got)(like(g, e) for g, e in zip(got, expected, strict=True))
    if isinstance(expected, dict) and isinstance(got, dict):
        return {key: like(g, expected[key]) if key in expected else g for key, g in got.items()}
    if not isinstance(expected, np.ndarray):
        return got
    array = _array(got) if is_sequence(got) else got
    if is_sequence(got) and not got and (not expected.size or expected.ndim == 1):
        array = np.empty(0 if expected.size else expected.shape, expected.dtype)
    if not isinstance(array, np.ndarray):
        return got
    if array.shape != expected.shape:  # a list too short is no worse a list than others
        same = isinstance(got, list) and array.ndim == expected.ndim > 0
        return array if same else got
    kinds = {array.dtype.kind, expected.dtype.kind}
    if "b" in kinds and kinds <= set("biuf") and np.isin((array, expected), (0, 1)).all():
        return array.astype(expected.dtype)
    return array


def _array(value: Any) -> np.ndarray | None:
    """Return the array that a list of numbers, or of lists of them, would make; None if none."""
    rows = [_array(item) if is_sequence(item) else item for item in value]
    if not rows or not all(
        isinstance(row, np.ndarray) and row.dtype.kind in "biuf" and row.shape == rows[0].shape
        for row in rows
    ):
        return None
    return np.array(rows)


def _parts(value: Any) -> Any:
    """Return the rows of an array: as good as a tuple of them."""
    return tuple(map(np.asarray, value)) if isinstance(value, np.ndarray) and value.ndim else value


def _kind(array: np.ndarray) -> str:
    return "i" if array.dtype.kind == "u" else array.dtype.kind


def mismatch(got: Any, expected: Any, what: str = "Your result") -> str | None:
    """Say in which way `got` is not even of the form of `expected`; None if it is."""
    if isinstance(got, Other):
        return f"{what} is {got.what}; expected: {form(expected)}."
    if got is None and expected is not None:
        return f"{what} is None; expected: {form(expected)}."
    if is_sequence(expected):
        parts = _parts(got)
        if not is_sequence(parts) or len(parts) != len(expected):
            return f"{what} is {form(got)}; expected: {form(expected)}."
        complaints = (
            mismatch(g, e, f"Part {number} of your result")
            for number, (g, e) in enumerate(zip(parts, expected, strict=True), start=1)
        )
        complaint = next((complaint for complaint in complaints if complaint), None)
        if complaint and not is_sequence(got):  # one array, whose rows were not meant as parts
            return f"{what} is {form(got)}; expected: {form(expected)}."
        return complaint
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return f"{what} is {form(got)}; expected: {form(expected)}."
        complaints = (mismatch(got[key], e, f"`{key}`") for key, e in expected.items())
        return next((complaint for complaint in complaints if complaint), None)
    if isinstance(expected, np.ndarray):
        if is_sequence(got):
            name = type(got).__name__
            if isinstance(got, tuple) and any(_fits(part, expected) for part in got):
                return f"{what} is {form(got)}; expected: {form(expected)}, and nothing beside it."
            return (
                f"{what} is a Python {name}; expected: {form(expected)}."
                + " Compute with NumPy arrays, or make one at the end."
            ) * bool(expected.ndim) or f"{what} is a Python {name}; expected: one number."
        if not isinstance(got, np.ndarray):
            return f"{what} is {form(got)}; expected: {form(expected)}."
        if got.shape != expected.shape and not (got.ndim and expected.ndim):
            return f"{what} is {form(got)}; expected: {form(expected)}."
        if got.shape != expected.shape:
            turned = expected.ndim == 2 and got.shape == expected.shape[::-1]
            return (
                f"{what} has the shape {got.shape}; expected: {expected.shape}."
                + " Rows and columns are exchanged." * turned
            )
        kinds = _kind(got), _kind(expected)
        if kinds[0] != kinds[1] and kinds not in {("i", "f"), ("f", "i")}:
            names = [KINDS.get(kind, "complex numbers") for kind in kinds]
            return f"{what} holds {names[0]} (dtype {got.dtype}); expected: {names[1]}."
        return None
    if isinstance(expected, str) and not isinstance(got, str):
        return f"{what} is {form(got)}; expected: {form(expected)}."
    return None


def _fits(part: Any, expected: np.ndarray) -> bool:
    """Whether one of the things returned is an array of the shape that was to be returned."""
    return bool(expected.ndim) and isinstance(part, np.ndarray) and part.shape == expected.shape


def agree(got: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Whether two outcomes are the same to within the tolerance, form included."""
    if isinstance(expected, Raised) or isinstance(got, Raised):
        # By the message, too: a TypeError alone has too many causes to tell a mistake by it.
        same = type(got) is type(expected)
        return same and (got.type, got.message) == (expected.type, expected.message)
    if isinstance(expected, Other) or isinstance(got, Other):
        return type(got) is type(expected) and got == expected
    if got is None or expected is None:
        return got is expected
    if is_sequence(expected):
        got = _parts(got)
        return (
            is_sequence(got)
            and len(got) == len(expected)
            and all(agree(g, e, rtol, atol) for g, e in zip(got, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and got.keys() == expected.keys()
            and all(agree(got[key], e, rtol, atol) for key, e in expected.items())
        )
    if isinstance(expected, str) or not isinstance(got, np.ndarray):
        return isinstance(got, str) and isinstance(expected, str) and got == expected
    return mismatch(got, expected) is None and bool(close(got, expected, rtol, atol).all())


def close(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Element by element, whether two arrays of the same shape agree."""
    if got.dtype.kind == "U" or expected.dtype.kind == "U":
        return got == expected
    if single_precision(got) or single_precision(expected):
        rtol, atol = loosened(rtol, atol)
    return np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)


def single_precision(value: Any) -> bool:
    """Whether `value` is, or holds, an array of float32 (or less)."""
    if is_sequence(value):
        return any(map(single_precision, value))
    return getattr(value, "dtype", None) in (np.float32, np.float16)


def loosened(rtol: float, atol: float) -> tuple[float, float]:
    """Return the tolerances for what was computed in single precision."""
    return max(rtol, 1e-4), max(atol, 1e-6)


def finite(value: Any) -> bool:
    """Whether `value` holds neither nan nor inf."""
    if is_sequence(value) or isinstance(value, dict):
        return all(finite(v) for v in (value.values() if isinstance(value, dict) else value))
    return not (isinstance(value, np.ndarray) and value.dtype.kind in "fc") or bool(
        np.isfinite(value).all()
    )


# --- in words -------------------------------------------------------------------------------------


def form(value: Any) -> str:
    """Describe what kind of thing `value` is."""
    if isinstance(value, np.ndarray):
        if value.ndim:
            return f"an array of shape {value.shape}"
        return {"U": "text", "b": "True or False"}.get(value.dtype.kind, "one number")
    if is_sequence(value):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return f"a {kind} of {len(value)}" + (
            f" ({', '.join(form(item) for item in value)})" if 0 < len(value) <= 6 else ""
        )
    if isinstance(value, dict):
        return "a dict with the keys " + ", ".join(map(repr, value))
    if isinstance(value, Other):
        return value.what
    if isinstance(value, Finding):
        return str(value)
    return "None" if value is None else f"text ({type(value).__name__})"


def show(value: Any, digits: int = 6) -> str:
    """Print `value` in a few lines; `digits` of each number."""
    if isinstance(value, Raised):
        return f"{value.type}: {value.message}" if value.message else value.type
    if isinstance(value, np.ndarray):
        note = f"  ({value.dtype})" if value.dtype in (np.float32, np.float16) else ""
        if value.size > FULL:
            start = np.array2string(value.ravel()[:6], precision=digits, separator=", ")
            return f"array of shape {value.shape}, which begins {start[:-1]}, …"
        with np.printoptions(floatmode="maxprec", linewidth=88):
            text = np.array2string(value, precision=digits, separator=", ", suppress_small=False)
        return text + note
    if is_sequence(value):
        parts = [show(item, digits) for item in value]
        if any("\n" in part for part in parts) or sum(map(len, parts)) > 80:
            parts = ["\n " + part.replace("\n", "\n ") for part in parts]
        opening, closing = "()" if isinstance(value, tuple) else "[]"
        closing = ",)" if isinstance(value, tuple) and len(value) == 1 else closing
        return opening + ", ".join(parts).replace(", \n", ",\n") + closing
    if isinstance(value, dict):
        return "\n".join(
            f"{key}: {show(item, digits)}".replace("\n", "\n" + " " * (len(key) + 2))
            for key, item in value.items()
        )
    if isinstance(value, Other):
        return value.what
    return repr(value)


def show_pair(expected: Any, got: Any) -> tuple[str, str]:
    """Print both, with as many digits as it takes to tell them apart."""
    for digits in (6, 9, 12, 17):
        pair = show(expected, digits), show(got, digits)
        if pair[0] != pair[1]:
            break
    return pair


def first_difference(got: Any, expected: Any, rtol: float, atol: float) -> str | None:
    """For arrays too large to print: where they first differ, and by what."""
    if is_sequence(expected) and is_sequence(got) and len(got) == len(expected):
        for number, (g, e) in enumerate(zip(got, expected, strict=True), start=1):
            if not agree(g, e, rtol, atol):
                where = first_difference(g, e, rtol, atol)
                return where and f"part {number}, {where}"
    if not (
        isinstance(got, np.ndarray)
        and isinstance(expected, np.ndarray)
        and got.shape == expected.shape
        and expected.size > FULL
    ):
        return None
    wrong = ~close(got, expected, rtol, atol)
    if not wrong.any():
        return None
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    pair = show_pair(np.asarray(expected[index]), np.asarray(got[index]))
    return (
        f"{int(wrong.sum())} of {wrong.size} entries differ, the first at index {list(index)}:"
        f" expected {pair[0]}, got {pair[1]}"
    )
