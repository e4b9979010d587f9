"""Argument checks of the helpers: an error names the argument, what came and what was expected."""

from __future__ import annotations

import contextlib
import difflib
import numbers
import operator
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def float_array(
    value: Any,
    name: str,
    *,
    ndim: int | None = None,
    finite: bool = False,
    empty: bool = False,
) -> np.ndarray:
    """Return `value` as a floating-point array, or say why it is none.

    Parameters
    ----------
    value : array_like of bool, int or float, any shape
        float32 and float64 keep their dtype and are not copied; float16 becomes float32;
        bools and integers become float64, and so does anything wider, and a table of Python
        objects that are real numbers. A masked array may not hide anything.
    name : str
        The argument's name, for the message.
    ndim : int, optional
        The number of dimensions expected; any number by default.
    finite : bool
        Whether nan and inf are refused.
    empty : bool
        Whether an array without elements is allowed.

    Returns
    -------
    ndarray of float32 or float64, the shape of `value`

    Raises
    ------
    TypeError
        If `value` does not consist of real numbers (strings, objects, complex numbers), or is a
        sparse matrix.
    ValueError
        If it is ragged or masked, has another number of dimensions, is empty, or is not finite.
    """
    array = _rectangular(value, name)
    if array.dtype.kind not in "biuf":
        hint = _way_to_numbers(value, array, name)
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}{hint}")
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    elif array.dtype not in (np.float32, np.float64):
        with np.errstate(all="ignore"):  # a wider float may exceed the range: it becomes infinite
            array = array.astype(np.float64)
    if ndim is not None and array.ndim != ndim:
        raise ValueError(
            f"{name} must have {ndim} dimension{'s' * (ndim != 1)}, got shape {array.shape}"
        )
    if not empty and array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if finite and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at index {where}")
    return array


def _rectangular(value: Any, name: str) -> np.ndarray:
    """Return `value` as an array; of numbers, if it holds nothing else."""
    if hasattr(value, "toarray"):  # scipy.sparse: NumPy would make one object of it
        raise TypeError(
            f"{name} must be a dense array, got {type(value).__name__}; call {name}.toarray()"
        )
    for part in value if isinstance(value, (list, tuple)) else [value]:
        hidden = np.count_nonzero(part.mask) if hasattr(part, "filled") else 0
        if hidden:  # NumPy would forget the mask
            raise ValueError(
                f"{name} must have no masked values, got {hidden}; call {name}.filled(…) with the "
                f"number that is to stand there, or leave those rows out"
            )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from None
    if array.dtype == object and all(map(_is_real, set(map(type, array.flat)))):
        with np.errstate(all="ignore"), contextlib.suppress(OverflowError):  # 10**400 is no float
            return array.astype(np.float64)
    return array


def _is_real(kind: type) -> bool:
    return issubclass(kind, (numbers.Real, np.bool_))


def _way_to_numbers(value: Any, array: np.ndarray, name: str) -> str:
    """Return what to call so that `value` becomes numbers, for the end of a message; may be ""."""
    if array.dtype.kind not in "OUS" or not array.ndim:
        return ""
    if hasattr(value, "to_numpy"):  # pandas, where numbers can be missing
        return f"; if it holds numbers, call {name}.to_numpy(dtype=float, na_value=np.nan)"
    try:
        array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return ""
    return f"; call np.asarray({name}).astype(float)"


def class_labels(y: Any, num_classes: int, name: str = "y") -> np.ndarray:
    """Return `y` as integer class labels in 0…num_classes−1, or say why they are none.

    Parameters
    ----------
    y : array_like of integers (or floats that are whole), any shape
        Class labels.
    num_classes : int
        N; each label must be in 0…N−1.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray of int64, the shape of `y`

    Raises
    ------
    TypeError
        If `y` does not consist of real numbers.
    ValueError
        If it is ragged, masked or empty, or a label is not whole, negative or at least
        `num_classes`.
    """
    array = _rectangular(y, name)
    if array.dtype.kind not in "biuf":
        hint = class_names_hint(y, name)
        raise TypeError(f"{name} must hold integer class labels, got dtype {array.dtype}{hint}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.floor(array))).all():
        wrong = array[~(np.isfinite(array) & (array == np.floor(array)))].flat[0]
        raise ValueError(f"{name} must hold integer class labels, got {wrong}")
    low, high = array.min(), array.max()
    if low < 0 or high >= num_classes:
        wrong = low if low < 0 else high
        hint = ""
        if low == 1 and high == num_classes:
            hint = "; labels count from 0, not from 1"
        elif np.isin(array, (-1, 1)).all():
            hint = f"; ({name} + 1) // 2 makes 0 and 1 of -1 and 1"
        got = f"{wrong:.15g}" if array.dtype.kind == "f" else int(wrong)  # 1e300 has 301 digits
        raise ValueError(f"{name} must hold labels from 0 to {num_classes - 1}, got {got}{hint}")
    return array.astype(np.int64, copy=False)


def class_names_hint(y: Any, name: str) -> str:
    """Return how class names become labels, if `y` holds such, for the end of a message."""
    array = np.asarray(y)
    if not array.ndim or not all(isinstance(value, (str, bytes)) for value in array.flat):
        return ""
    return f"; class names become numbers by np.unique({name}, return_inverse=True)[1]"


def known_name(value: Any, valid: Mapping[str, T] | Iterable[str], name: str) -> str:
    """Return `value` if it is one of the `valid` names, else suggest the nearest one.

    Raises
    ------
    TypeError
        If `value` is no string.
    ValueError
        If it is not among the `valid` names.
    """
    valid = list(valid)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    if value not in valid:
        by_lower_case = {known.lower(): known for known in valid}
        near = difflib.get_close_matches(value.lower(), by_lower_case, n=1, cutoff=0.4)
        hint = f"; did you mean {by_lower_case[near[0]]!r}?" if near else ""
        raise ValueError(f"{name} must be one of {', '.join(valid)}; got {value!r}{hint}")
    return value


def call_hint(value: Any) -> str:
    """Return what to do if a class came in place of an object, for the end of a message."""
    return f"; write {value.__name__}()" if isinstance(value, type) else ""


def sequence(value: Any, name: str) -> list[Any]:
    """Return the items of `value` as a list.

    Raises
    ------
    TypeError
        If it has no items.
    """
    try:
        return list(value)
    except TypeError:
        raise TypeError(f"{name} must be a sequence, got {type(value).__name__}") from None


def boolean(value: Any, name: str) -> bool:
    """Return `value` if it is True or False.

    Raises
    ------
    TypeError
        If it is anything else, such as a string that only sounds like no.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def positive_integer(value: Any, name: str) -> int:
    """Return `value` as an int of at least 1.

    Raises
    ------
    TypeError
        If `value` is no integer (a bool is none either).
    ValueError
        If it is below 1.
    """
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if number < 1:
        raise ValueError(f"{name} must be at least 1, got {number}")
    return number


def real_number(
    value: Any,
    name: str,
    *,
    above: float = -np.inf,
    at_least: float = -np.inf,
    below: float = np.inf,
    at_most: float = np.inf,
) -> float:
    """Return `value` as a finite float, `above` < value < `below`, `at_least` ≤ value ≤ `at_most`.

    Raises
    ------
    TypeError
        If `value` is no real number (a bool is none either).
    ValueError
        If it is not finite or out of range.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # an integer or a fraction beyond 1.8e308
        number = np.inf if value > 0 else -np.inf
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    if not (number > above and number >= at_least and number < below and number <= at_most):
        limits = [
            f"{sign} {limit:g}"
            for sign, limit in ((">", above), (">=", at_least), ("<", below), ("<=", at_most))
            if np.isfinite(limit)
        ]
        raise ValueError(f"{name} must be {' and '.join(limits)}, got {number:g}")
    return number
