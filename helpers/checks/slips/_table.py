"""The slips that `_detectors` knows: each as what it makes of the right numbers.

A slip compares two arrays that are equal if it was made: what came, `g`, with what the slip makes
of the right result `e` and the arguments; or what `g` can be turned into with `e`. Where a slip
does not apply it raises, or returns an array of another shape. {It} stands for "Your result".
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

ENOUGH = 4.0  # Two pairs of numbers with many digits, or four with few: see `_detectors.evidence`.


@dataclass(frozen=True)
class View:
    """One call, or one part of its result, as numbers to compute with.

    `e` is the right result and `g` what came; `arguments` are those that are numbers or arrays of
    numbers; `kinds` are the dtype's kinds of `e` and `g` before they were made float.
    """

    e: np.ndarray
    g: np.ndarray
    right: bool
    arguments: dict[str, np.ndarray]
    rtol: float
    atol: float
    kinds: tuple[str, str]
    alone: bool = True  # no part of a result with several


Words = str | Callable[[View], str]
Sides = Callable[[View], tuple[Any, Any]]


@dataclass(frozen=True)
class Slip:
    """What is seen of a slip, its likely cause as a question, and the two arrays to compare.

    Of several slips that explain the same numbers the one with the least `effort` is said: 0 needs
    nothing, 1 an argument, 2 a number of its own.
    """

    seen: Words
    ask: str
    sides: Sides
    family: str = ""
    effort: int = 0
    evidence: float = ENOUGH
    tight: bool = False  # hold the two to the task's own tolerance


WEAKER = {  # what slips of one family have in common
    "order": "{It} holds the right numbers, but in the wrong order.",
    "form": "{It} holds the right numbers, but not in the right shape.",
    "whole": "{It} holds whole numbers, where the right one has decimals.",
    "average": "{It} is one of the right numbers, or made of them all, where each is asked for.",
    "decimals": "{It} has too few decimals: it is rounded or cut off.",
}
NOT_FINITE = (
    "{It} is not finite: nan or inf. A number on the way to it that is too large gives that, a"
    " division by 0, or a logarithm of what is not above 0."
)
NEARLY = (
    "{It} is close to the right one, but not equal to it, as if something were rounded or only"
    " approximated."
)


def to(make: Callable[[np.ndarray], Any]) -> Sides:
    """Compare what came with what the slip makes of the right result."""
    return lambda v: (v.g, make(v.e))


def back(make: Callable[[np.ndarray], Any]) -> Sides:
    """Compare what came, turned into what was asked for, with the right result."""
    return lambda v: (make(v.g), v.e)


def only(condition: Any) -> None:
    """Leave a slip that does not apply."""
    if not condition:
        raise ValueError("does not apply")


def shapes(v: View) -> str:
    asked = f"{v.e.shape}" if v.e.ndim else "one number"
    came = f"the shape {v.g.shape}" if v.g.ndim else "no shape, being one number"
    return f"{came}, where {asked} is asked for"


# --- by itself ------------------------------------------------------------------------------------


def _axis(make: Callable[..., Any], axis: int, ndim: int) -> Callable[[np.ndarray], Any]:
    """Return a function of an array with `ndim` axes."""

    def on_axis(a: np.ndarray) -> Any:
        only(a.ndim == ndim)
        return make(a, axis=axis)

    return on_axis


def _sorted(descending: bool) -> Callable[[np.ndarray], np.ndarray]:
    def sort(e: np.ndarray) -> np.ndarray:
        only(e.ndim == 1)
        return np.sort(e)[:: -1 if descending else 1]

    return sort


def matrix(e: np.ndarray) -> np.ndarray:
    only(e.ndim == 2)
    return e


def vector(e: np.ndarray) -> np.ndarray:
    only(e.ndim == 1)
    return e


def several(e: np.ndarray) -> np.ndarray:
    only(e.ndim and e.size)
    return e


def _rolled(e: np.ndarray, by: int, axis: int, ndim: int) -> np.ndarray:
    only(e.ndim == ndim)
    return np.roll(e, by, axis)


ORDER = [
    Slip(
        "{It} is transposed: rows and columns are exchanged.",
        "",
        to(lambda e: matrix(e).T),
        "order",
    ),
    Slip(
        "{It} holds the right numbers in reverse order.",
        "",
        to(lambda e: vector(e)[::-1]),
        "order",
    ),
    Slip(
        "{It} holds the right numbers sorted by size, the smallest first.",
        "They are to stay in their places.",
        to(_sorted(False)),
        "order",
    ),
    Slip(
        "{It} holds the right numbers sorted by size, the largest first.",
        "They are to stay in their places.",
        to(_sorted(True)),
        "order",
    ),
    *(
        Slip(
            f"{{It}} holds the right {what}, each one place too {when}.",
            "Is an index off by one?",
            to(functools.partial(_rolled, by=by, axis=axis, ndim=ndim)),
            "order",
        )
        for what, axis, ndim in (("numbers", 0, 1), ("rows", 0, 2), ("columns", 1, 2))
        for when, by in (("late", 1), ("early", -1))
    ),
    Slip("{It} holds the right rows in reverse order.", "", to(lambda e: matrix(e)[::-1]), "order"),
    Slip(
        "{It} holds the right columns in reverse order.",
        "",
        to(lambda e: matrix(e)[:, ::-1]),
        "order",
    ),
]


SCALE = [
    Slip("{It} has the wrong sign.", "", to(np.negative)),
    Slip(
        "{It} is 1.442695 times the right one, that is, divided by ln 2.",
        "A logarithm with base 2 gives that; `np.log` has base e.",
        to(lambda e: e / math.log(2)),
    ),
    Slip(
        "{It} is 0.4342945 times the right one, that is, divided by ln 10.",
        "A logarithm with base 10 gives that; `np.log` has base e.",
        to(lambda e: e / math.log(10)),
    ),
]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))


def _softmax(x: np.ndarray) -> np.ndarray:
    only(x.ndim)
    power = np.exp(x - x.max(axis=-1, keepdims=True))
    return power / power.sum(axis=-1, keepdims=True)


def _before_softmax(v: View) -> tuple[Any, Any]:
    # Of the logarithms of probabilities, this would be true as well.
    only(v.right or not np.allclose(np.exp(v.g).sum(axis=-1), 1))
    return _softmax(v.g), v.e


def _opposite(v: View) -> tuple[Any, Any]:
    only(set(v.kinds) == {"b"})
    return v.g, 1 - v.e


def _complement(v: View) -> tuple[Any, Any]:
    only("b" not in v.kinds)
    return v.g, 1 - v.e


FUNCTIONS = [
    Slip(
        "{It} is False where the right one is True, and True where it is False.",
        "",
        _opposite,
    ),
    Slip(
        "{It} is 1 minus the right one.",
        "It is the share, or the probability, of the opposite.",
        _complement,
    ),
    Slip("{It} is the right one without its sign.", "", to(np.abs)),
    Slip("{It} is the square of the right one.", "", to(np.square)),
    Slip("{It} is the square root of the right one.", "", to(np.sqrt)),
    Slip("{It} is 1 divided by the right one.", "", to(lambda e: 1 / e)),
    Slip(
        "{It} is `np.exp` of the right one.",
        "A logarithm is missing, or there is an exponential too many.",
        to(np.exp),
    ),
    Slip(
        "{It} is e to the power of minus the right one.",
        "The logarithm is missing, with its minus sign.",
        to(lambda e: np.exp(-e)),
    ),
    Slip("{It} is the logarithm of the right one.", "An exponential is missing.", back(np.exp)),
    Slip(
        "{It} is minus the logarithm of the right one.",
        "",
        to(lambda e: -np.log(e)),
    ),
    Slip("The right one is the sigmoid of {it}.", "The sigmoid is missing.", back(sigmoid)),
    Slip("{It} is the sigmoid of the right one.", "There is one too many.", to(sigmoid)),
    Slip("The right one is the softmax of {it}.", "The softmax is missing.", _before_softmax),
    Slip("{It} is the softmax of the right one.", "There is one too many.", to(_softmax)),
    Slip("The right one is `np.tanh` of {it}.", "The tanh is missing.", back(np.tanh)),
]


def _differences(e: np.ndarray) -> np.ndarray:
    return np.diff(several(e), axis=0, prepend=0 * e[:1])


def _running_mean(e: np.ndarray) -> np.ndarray:
    return np.cumsum(vector(e)) / np.arange(1, len(e) + 1)


SUMS = [
    *(
        Slip(
            f"{{It}} is the running sum of the right {what}: each contains those before it.",
            "Is a total kept on through the loop, and stored in each turn?",
            to(_axis(np.cumsum, axis, ndim)),
        )
        for what, axis, ndim in (("numbers", 0, 1), ("rows", 0, 2), ("columns", 1, 2))
    ),
    Slip(
        "{It} is the running average of the right numbers.",
        "",
        to(_running_mean),
    ),
    Slip(
        "{It} holds the differences between the right numbers that follow each other.",
        "",
        to(_differences),
    ),
]


def _filled(make: Callable[[np.ndarray], Any]) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.e.size > 1)
        return v.g, np.broadcast_to(make(v.e), v.e.shape)

    return sides


def _constant(value: float) -> Sides:
    return lambda v: (v.g, np.full(v.e.shape, value))


def _all_zero(v: View) -> str:
    if v.kinds[1] == "b":
        return "{It} is False for every input."
    first = "Every entry of {it} is 0, for every input."
    if v.e.ndim == 0:
        ask = " Print the numbers that it is made of, to see where the 0 arises."
        return "{It} is 0 for every input." + ask * bool(0 < abs(v.e) < 1)
    if v.kinds == ("f", "i"):
        return first + (
            " Its numbers are whole ones (dtype int): an array of whole numbers cuts off the"
            " decimals of what is written into it."
        )
    return first + " Print what is written into it, to see whether anything is."


def _all_one(v: View) -> str:
    one = "True" if v.kinds[1] == "b" else "1"
    return (
        f"Every entry of {{it}} is {one}, for every input."
        if v.e.ndim
        else f"{{It}} is {one}" + (" for every input.")
    )


def _kept(what: str, mask: Callable[[np.ndarray], np.ndarray], ask: str = "") -> Slip:
    """Return the slip that leaves all entries 0 but those of `mask`."""
    return Slip(
        f"{{It}} holds only {what} of the right one, and 0 in all other places.",
        ask,
        to(lambda e: np.where(mask(e), e, 0)),
    )


def _places(e: np.ndarray, axis: int, index: int, ndim: int) -> np.ndarray:
    """Return the mask of one row, column or entry."""
    only(e.ndim == ndim)
    mask = np.zeros(e.shape, bool)
    if e.size:
        mask[(slice(None),) * axis + (index,)] = True
    return mask


ONE_PLACE = [
    (name, functools.partial(_places, axis=axis, index=index, ndim=ndim))
    for name, axis, index, ndim in (
        ("the first entry", 0, 0, 1),
        ("the last entry", 0, -1, 1),
        ("the first row", 0, 0, 2),
        ("the last row", 0, -1, 2),
        ("the first column", 1, 0, 2),
        ("the last column", 1, -1, 2),
    )
]
RETURN_INSIDE = "Does a `return` stand inside the loop?"
TRIANGLES = [
    ("the diagonal", lambda e: np.eye(*matrix(e).shape, dtype=bool)),
    ("the entries on and above the diagonal", lambda e: np.triu(np.ones(matrix(e).shape)) > 0),
    ("the entries on and below the diagonal", lambda e: np.tril(np.ones(matrix(e).shape)) > 0),
    ("the entries off the diagonal", lambda e: ~np.eye(*matrix(e).shape, dtype=bool)),
]


def _repeated(e: np.ndarray, mask: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the one row, column or entry of `mask`, so that it can be broadcast."""
    where = mask(e)
    axis = 1 if e.ndim == 2 and where.all(axis=0).any() else 0
    return np.compress(np.moveaxis(where, axis, 0).reshape(e.shape[axis], -1).all(1), e, axis)


FILLED = [
    Slip(_all_zero, "", _constant(0.0), evidence=1.5),
    Slip(_all_one, "", _constant(1.0), evidence=1.5),
    Slip("{It} is nan, in every entry and for every input.", "", _constant(np.nan), evidence=1.5),
    Slip(
        "Every entry of {it} is the average of all the right ones.",
        "An average over everything gives that.",
        _filled(np.mean),
    ),
    Slip("Every entry of {it} is the sum of all the right ones.", "", _filled(np.sum)),
    *(
        Slip(
            f"{{It}} repeats {name} of the right one in all places.",
            f"Is {name} used in every turn of a loop, or kept from the first one?"
            if "first" in name
            else "Does every turn of a loop write into all places, or into one shared list?",
            _filled(functools.partial(_repeated, mask=mask)),
        )
        for name, mask in ONE_PLACE
    ),
    Slip(
        "Every row of {it} is the sum of the right rows.",
        "Rows made by `[[0] * n] * n` are all one and the same list: there, this happens.",
        _filled(lambda e: matrix(e).sum(axis=0, keepdims=True)),
    ),
    Slip(
        "Every row of {it} is the average of the right rows.",
        "An average over the examples is taken too early.",
        _filled(lambda e: matrix(e).mean(axis=0, keepdims=True)),
    ),
    Slip(
        "{It} is the right one plus its transpose: each entry counts in both directions.",
        "",
        to(lambda e: matrix(e) + e.T),
    ),
    Slip(
        "{It} counts each entry of the right one in both directions, as if it were symmetric.",
        "",
        to(lambda e: matrix(e) + e.T - np.diag(np.diag(e))),
    ),
    *(_kept(name, mask, RETURN_INSIDE * ("first" in name)) for name, mask in ONE_PLACE),
    *(_kept(name, mask) for name, mask in TRIANGLES),
    Slip(
        "{It} is right but for its first row and its first column, which are 0.",
        "Do the loops start at 1 instead of 0?",
        to(lambda e: np.where((np.indices(matrix(e).shape) > 0).all(axis=0), e, 0)),
    ),
    Slip(
        "{It} is right in every other place, and 0 in those between.",
        "",
        to(lambda e: np.where(np.arange(len(vector(e))) % 2 == 0, e, 0)),
    ),
]


# --- in another shape -----------------------------------------------------------------------------


def _in_shape(of: Callable[[View], bool]) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.g.shape != v.e.shape and v.g.size == v.e.size and of(v))
        return v.g.ravel(), v.e.ravel()

    return sides


def _table(axis: int) -> Sides:
    """Compare where every row (or column) repeats the right result."""

    def sides(v: View) -> tuple[Any, Any]:
        only(v.g.ndim == 2 and v.e.ndim == 1 and v.g.shape == 2 * v.e.shape)
        return v.g, np.broadcast_to(np.expand_dims(v.e, axis), v.g.shape)

    return sides


def _diagonal(v: View) -> tuple[Any, Any]:
    only(v.g.ndim == 2 and v.g.shape == 2 * v.e.shape)
    return np.diagonal(v.g), v.e


def _broadcast(v: View) -> tuple[Any, Any]:
    only(v.g.ndim > v.e.ndim and v.g.size > v.e.size)
    return v.g, np.broadcast_to(v.e, v.g.shape)


SQUARE = (
    "Does an array of shape (m, 1) meet one of shape (m,), so that every number of the one meets"
    " every number of the other? Or does an index such as `[:, y]` take its columns from every row?"
)
SHAPES = [
    Slip(
        lambda v: f"{{It}} holds the right number, but in an array of shape {v.g.shape}.",
        "The number itself is asked for: `.item()` takes it out of the array.",
        _in_shape(lambda v: v.e.ndim == 0 and v.g.ndim > 0),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers, but has {shapes(v)}: it is a column.",
        "`[:, 0]` behind it makes a plain vector of it.",
        _in_shape(lambda v: v.e.ndim == 1 and v.g.shape == (len(v.e), 1)),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers, but has {shapes(v)}: it is a table of one row.",
        "`[0]` behind it takes the row out.",
        _in_shape(lambda v: v.e.ndim == 1 and v.g.shape == (1, len(v.e))),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers in one line: it has {shapes(v)}.",
        "The rows and columns of the input are to stay.",
        _in_shape(lambda v: v.e.ndim == 2 and v.g.ndim == 1),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers, but has {shapes(v)}.",
        "",
        _in_shape(
            lambda v: (
                not (v.e.ndim == 1 and v.g.ndim == 2 and 1 in v.g.shape)
                and v.e.ndim > 0
                and not (v.e.ndim == 2 and v.g.ndim == 1)
                and (v.g.ndim != 2 or v.g.shape != v.e.shape[::-1])
            )
        ),
        "form",
    ),
    Slip("{It} is a table each of whose rows is the right result.", SQUARE, _table(0), "form"),
    Slip("{It} is a table each of whose columns is the right result.", SQUARE, _table(1), "form"),
]

ONE_NUMBER = [
    ("the average", np.mean, "Each is asked for, not their average."),
    ("the sum", np.sum, "Each is asked for, not their sum."),
    ("the largest", np.max, ""),
    ("the smallest", np.min, ""),
    ("the first", lambda e: e.ravel()[0], RETURN_INSIDE),
    ("the last", lambda e: e.ravel()[-1], "Is each turn of a loop to be kept, not only the last?"),
]


def _one_number(make: Callable[[np.ndarray], Any]) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.e.ndim and v.e.size and v.g.ndim == 0)
        return v.g, make(v.e)

    return sides


def _still_to(make: Callable[..., Any], axis: int | None) -> Sides:
    """Compare where `make` along one more axis gives the right result."""

    def sides(v: View) -> tuple[Any, Any]:
        only(v.g.ndim > v.e.ndim and (axis is None) == (v.e.ndim == 0))
        return make(v.g, axis=axis), v.e

    return sides


def _too_far(make: Callable[..., Any], axis: int) -> Sides:
    """Compare where `make` along one axis was done, but not asked for."""

    def sides(v: View) -> tuple[Any, Any]:
        only(v.e.ndim == 2 and v.g.ndim == 1)
        return v.g, make(v.e, axis=axis)

    return sides


def _counted(v: View) -> tuple[Any, Any]:
    only(v.g.ndim and v.e.ndim == 0)
    return len(v.g), v.e


REDUCED = [
    *(
        Slip(f"{{It}} is one number: {name} of the right ones.", ask, _one_number(make), "average")
        for name, make, ask in ONE_NUMBER
    ),
    *(
        Slip(
            f"{{It}} is {name} of the right {'columns' if axis else 'rows'}, where all of them are"
            " asked for.",
            ask,
            _too_far(make, axis),
            "average",
        )
        for axis in (0, 1)
        for name, make, ask in (
            ("the average", np.mean, "An average is taken once too often."),
            ("the sum", np.sum, "A sum is taken once too often."),
            ("the first", lambda e, axis: np.take(e, 0, axis), RETURN_INSIDE),
            ("the last", lambda e, axis: np.take(e, -1, axis), ""),
        )
    ),
    Slip(
        "{It} is an array; the number of its entries is the right result.",
        "`len(...)` counts them.",
        _counted,
    ),
]


def not_reduced(views: list[View]) -> list[Slip]:
    """Return the slips of a sum or an average that is still to be taken."""
    if not any(v.g.size > v.e.size and np.ptp(v.g, axis=0).any() for v in views):
        return []  # then it is a matter of the shape only, or the same number comes again
    return [
        Slip(
            lambda v, name=name: (
                f"{{It}} has {shapes(v)}; {name} of its "
                + ("numbers" if v.e.ndim == 0 else "entries along the axis that is too many")
                + " is the right result."
            ),
            f"{name[0].upper()}{name[1:]} is missing.",
            _still_to(make, axis),
        )
        for axis in (None, 0, 1)
        for name, make in (("the average", np.mean), ("the sum", np.sum))
    ]


def _shorter(make: Callable[[np.ndarray], np.ndarray]) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.e.ndim == v.g.ndim and v.e.ndim and len(v.g) != len(v.e))
        return v.g, make(v.e)

    return sides


def _longer(make: Callable[[np.ndarray], np.ndarray]) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.e.ndim == v.g.ndim and v.e.ndim and len(v.g) > len(v.e))
        return make(v.g), v.e

    return sides


MISSING = [
    Slip(
        "{It} lacks the first entry, and is right else.",
        "Does something start at 1 instead of 0?",
        _shorter(lambda e: e[1:]),
    ),
    Slip(
        "{It} lacks the last entry, and is right else.",
        "",
        _shorter(lambda e: e[:-1]),
    ),
    Slip("{It} lacks every other entry, and is right else.", "", _shorter(lambda e: e[::2])),
    Slip("{It} lacks every other entry, and is right else.", "", _shorter(lambda e: e[1::2])),
    Slip(
        "{It} lacks the entries that are 0, and is right else.",
        "",
        _shorter(lambda e: vector(e)[e != 0]),
    ),
    Slip(
        "{It} holds each of the right numbers only once, and sorted.",
        "Does `np.unique`, or a `set`, take away what is there twice?",
        _shorter(lambda e: np.unique(vector(e))),
    ),
    Slip("{It} has one entry too many at its end.", "", _longer(lambda g: g[:-1])),
    Slip("{It} has one entry too many at its beginning.", "", _longer(lambda g: g[1:])),
    Slip(
        "{It} holds every number twice.",
        "",
        _longer(lambda g: np.where(g[::2] == g[1::2], g[::2], np.nan)),
    ),
]


# --- something else in place of it ----------------------------------------------------------------


def _indices(v: View) -> tuple[Any, Any]:
    only(v.kinds[0] == "b" and v.e.ndim == 1 and v.g.ndim <= 2 and v.g.size == v.e.sum())
    return v.g.ravel(), np.flatnonzero(v.e)


def _mask(v: View) -> tuple[Any, Any]:
    only(v.kinds[1] == "b" and v.kinds[0] in "iu" and v.g.ndim == 1)
    return np.flatnonzero(v.g), np.sort(v.e)


def _positive(v: View) -> tuple[Any, Any]:
    only(v.kinds[1] == "b" and v.kinds[0] != "b")
    return v.g, v.e > 0


def _labels(v: View) -> tuple[Any, Any]:
    """What came has one column for each class; its largest entry is the label."""
    only(v.g.ndim == v.e.ndim + 1 and v.g.shape[-1] > 1 and not _one_hot(v.g))
    return v.g.argmax(axis=-1), v.e


def _from_one_hot(v: View) -> tuple[Any, Any]:
    only(v.g.ndim == v.e.ndim + 1 and v.g.shape[-1] > 1 and _one_hot(v.g))
    return v.g.argmax(axis=-1), v.e


def _to_label(v: View) -> tuple[Any, Any]:
    only(v.e.ndim and v.g.ndim == v.e.ndim - 1 and v.e.shape[-1] > 1)
    return v.g, v.e.argmax(axis=-1)


def _to_largest(v: View) -> tuple[Any, Any]:
    only(v.e.ndim == 2 and v.g.ndim == 1 and v.e.shape[-1] > 1)
    return v.g, v.e.max(axis=-1)


def _hard(v: View) -> tuple[Any, Any]:
    only(v.kinds[0] == "f" and v.e.shape[-1] > 1 and (v.right or not _zero_one(v.e)))
    largest = v.e == v.e.max(axis=-1, keepdims=True)
    # Of two that are equally large, one or both may have been taken.
    only(not v.g[~largest].any())
    return v.g, largest & ((v.g == 1) | (largest.sum(axis=-1, keepdims=True) == 1))


def _at_half(v: View) -> tuple[Any, Any]:
    only(_zero_one(v.e) and not _zero_one(v.g) and v.g.min() >= 0 and v.g.max() <= 1)
    return v.g >= 0.5, v.e


def _yes_or_no(v: View) -> tuple[Any, Any]:
    only((v.right or not _zero_one(v.e)) and v.e.min() >= 0 and v.e.max() <= 1)
    only(_zero_one(v.g) and v.e.ndim)  # of single numbers, these come about by chance
    return np.where(v.e == 0.5, 1, v.g), v.e >= 0.5


def _zero_one(a: np.ndarray) -> bool:
    return bool(((a == 0) | (a == 1)).all())


def _one_hot(a: np.ndarray) -> bool:
    return bool(a.ndim and _zero_one(a) and (a.sum(axis=-1) == 1).all())


INSTEAD = [
    Slip(
        "{It} holds the positions of the right one's True.",
        "True or False is asked for each.",
        _indices,
    ),
    Slip(
        "{It} holds True and False: True at the positions that are asked for.",
        "`np.flatnonzero` makes positions of them.",
        _mask,
    ),
    Slip(
        "{It} only says where the right one is above 0.",
        "The numbers themselves are asked for.",
        _positive,
    ),
    Slip(
        "{It} has one number for each class; the position of the largest is the right label.",
        "`argmax` finds it.",
        _labels,
    ),
    Slip("{It} is the right one in one-hot form.", "The label itself is asked for.", _from_one_hot),
    Slip(
        "{It} is the position of the right one's largest number.",
        "The numbers themselves are asked for.",
        _to_label,
    ),
    Slip("{It} is only the largest number of each row of the right one.", "", _to_largest),
    Slip(
        "{It} is 1 (or True) for the largest of the right numbers, and 0 for the others.",
        "The numbers themselves are asked for.",
        _hard,
    ),
    Slip(
        "{It} holds probabilities: from 0.5 on, the right one says yes.",
        "The comparison with 0.5 is missing.",
        _at_half,
    ),
    Slip(
        "{It} says only yes or no: yes where the right one is above 0.5.",
        "The probabilities themselves are asked for.",
        _yes_or_no,
    ),
]


# --- rounded or cut off ---------------------------------------------------------------------------


def _decimals(cut: Callable[[np.ndarray], np.ndarray], places: int) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.kinds[0] == "f" and v.kinds[1] != "b")
        made = cut(v.e * 10.0**places) / 10.0**places
        # To the last bit, or what lost its last digits in some other way would count as rounded.
        exact = np.isclose(v.g, made, rtol=1e-15, atol=0, equal_nan=True)
        few = np.abs(made) * 10.0**places < 1e5  # digits, so that single precision shows them
        exact |= few & (v.g == made.astype(np.float32))
        large = np.abs(v.e) * 10.0**places > 1e15  # no decimals to lose
        return np.where(large, np.isclose(v.g, v.e, v.rtol, v.atol), exact), np.ones(v.e.shape)

    return sides


def _single(v: View) -> tuple[Any, Any]:
    single = v.g == v.g.astype(np.float32)
    only(v.kinds == ("f", "f") and single.all())
    only(v.right or (v.e != v.e.astype(np.float32)).any())
    near = np.isclose(v.g, v.e, rtol=1e-5, atol=1e-30, equal_nan=True)
    return near, np.ones(near.shape)


CUT = "Is there a `//`, an `int(...)`, or an array of whole numbers that it is written into?"
ROUNDED = [
    Slip(
        "{It} is the right one with its decimals cut off.",
        CUT,
        _decimals(np.trunc, 0),
        "whole",
        effort=1,
        evidence=2,
    ),
    Slip(
        "{It} is the right one rounded down to whole numbers.",
        CUT,
        _decimals(np.floor, 0),
        "whole",
        effort=1,
        evidence=2,
    ),
    *(
        Slip(
            f"{{It}} is the right one rounded to {places} decimal{'s' * (places > 1)}."
            if places
            else "{It} is the right one rounded to whole numbers.",
            "Leave out the rounding.",
            _decimals(np.round, places),
            "whole" if not places else "decimals",
            effort=1,
            tight=True,
            evidence=2,
        )
        for places in range(13)
    ),
    *(
        Slip(
            f"{{It}} is the right one cut off after {places} decimal{'s' * (places > 1)}.",
            "",
            _decimals(np.trunc, places),
            "decimals",
            tight=True,
            evidence=2,
        )
        for places in range(1, 7)
    ),
    Slip(
        "{It} is right to about seven digits only, and all its numbers have single precision.",
        "Is something computed as float32?",
        _single,
        tight=True,
        evidence=2,
    ),
]

BY_ITSELF = [
    *FILLED,
    *ROUNDED,
    *SCALE,
    *ORDER,
    *SHAPES,
    *REDUCED,
    *MISSING,
    *INSTEAD,
    *SUMS,
    *FUNCTIONS,
]


# --- what is left of the right numbers ------------------------------------------------------------


def _sorted_rows(a: np.ndarray) -> np.ndarray:
    return a[np.lexsort(a.T[::-1])]


def _same_numbers(v: View) -> tuple[Any, Any]:
    only(v.right or not _zero_one(v.e))  # as many 0 and 1 come about by chance
    only(v.g.shape == v.e.shape)
    return np.sort(several(v.g), axis=None), np.sort(v.e, axis=None)


def _normalised(axis: int | None) -> Sides:
    """Compare what is left when all rows, or columns, are brought to one size."""

    def sides(v: View) -> tuple[Any, Any]:
        only(axis is not None or not v.right)
        only(v.e.ndim == (1 if axis is None else 2) and v.g.shape == v.e.shape)
        size = [np.abs(a).max(axis=axis, keepdims=True) for a in (v.g, v.e)]
        return v.g / size[0], v.e / size[1]

    return sides


def _from_first(axis: int | None) -> Sides:
    """Compare what is left when a number is taken off all rows, or columns."""

    def sides(v: View) -> tuple[Any, Any]:
        only(v.e.ndim == (1 if axis is None else 2) and v.g.shape == v.e.shape)
        only(v.e.size > 1 and (axis is not None or not v.right))
        first = [np.take(a, [0], axis or 0) for a in (v.g, v.e)]
        return v.g - first[0], v.e - first[1]

    return sides


MUCH = 3 * ENOUGH
REMAINING = [
    Slip(
        "{It} holds the right numbers, filled in column by column instead of row by row.",
        "Does a `reshape` take them in the wrong order?",
        to(lambda e: matrix(e).T.reshape(e.shape)),
    ),
    Slip(
        lambda v: f"{{It}} has {shapes(v)}; the right numbers stand on its diagonal.",
        SQUARE,
        _diagonal,
    ),
    Slip(lambda v: f"{{It}} has {shapes(v)}: it repeats the right numbers.", "", _broadcast),
    Slip(
        "{It} holds the right rows, but in another order.",
        "",
        lambda v: (_sorted_rows(matrix(v.g)), _sorted_rows(v.e)),
    ),
    Slip(
        "{It} holds the right columns, but in another order.",
        "",
        lambda v: (_sorted_rows(matrix(v.g).T), _sorted_rows(v.e.T)),
    ),
    Slip(
        "{It} holds the right numbers, but in another order.",
        "",
        _same_numbers,
        evidence=ENOUGH + 2,
    ),
    Slip(
        "{It} is right in proportion, but on each input multiplied by some number, which differs"
        " between the inputs.",
        "It is divided, or multiplied, by another number than it should be.",
        _normalised(None),
        evidence=MUCH,
    ),
    *(
        Slip(
            f"Each {what} of {{it}} is right in proportion, but multiplied by some number.",
            "It is divided, or multiplied, by another number than it should be.",
            _normalised(axis),
            evidence=MUCH,
        )
        for what, axis in (("row", 1), ("column", 0))
    ),
    Slip(
        "On each input, all entries of {it} are off by one and the same number, which differs"
        " between the inputs.",
        "",
        _from_first(None),
        evidence=MUCH,
    ),
    *(
        Slip(
            f"In each {what} of {{it}} all entries are off by one and the same number.",
            "",
            _from_first(axis),
            evidence=MUCH,
        )
        for what, axis in (("row", 1), ("column", 0))
    ),
]
