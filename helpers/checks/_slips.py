"""The slips that `_detectors` knows: each as what it makes of the right numbers.

A slip compares two arrays that are equal if it was made: what came, `g`, with what the slip makes
of the right result `e` and the arguments; or what `g` can be turned into with `e`. Where a slip
does not apply it raises, or returns an array of another shape. {It} stands for "Your result".
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator
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
    "average": "{It} is made of the right numbers, but has too few of them.",
    "decimals": "{It} has too few decimals: it is rounded or cut off.",
}
NOT_FINITE = (
    "{It} is not finite: nan or inf. Some number on the way to it is too large, or a 0 is divided"
    " by, or its logarithm taken."
)
NEARLY = (
    "{It} is close to the right one, but not equal to it. Is something rounded, or only"
    " approximated?"
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
    return f"the shape {v.g.shape}, where {v.e.shape} is asked for"


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


def _matrix(e: np.ndarray) -> np.ndarray:
    only(e.ndim == 2)
    return e


def _vector(e: np.ndarray) -> np.ndarray:
    only(e.ndim == 1)
    return e


def _several(e: np.ndarray) -> np.ndarray:
    only(e.ndim and e.size)
    return e


def _rolled(e: np.ndarray, by: int, axis: int, ndim: int) -> np.ndarray:
    only(e.ndim == ndim)
    return np.roll(e, by, axis)


ORDER = [
    Slip(
        "{It} is transposed: rows and columns are exchanged.",
        "",
        to(lambda e: _matrix(e).T),
        "order",
    ),
    Slip(
        "{It} holds the right numbers in reverse order.",
        "Is something sorted, or counted, the other way round?",
        to(lambda e: _vector(e)[::-1]),
        "order",
    ),
    Slip(
        "{It} holds the right numbers sorted by size, the smallest first.",
        "Are they to stay in their places?",
        to(_sorted(False)),
        "order",
    ),
    Slip(
        "{It} holds the right numbers sorted by size, the largest first.",
        "Are they to stay in their places?",
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
    Slip(
        "{It} holds the right rows in reverse order.",
        "",
        to(lambda e: _matrix(e)[::-1]),
        "order",
    ),
    Slip(
        "{It} holds the right columns in reverse order.",
        "",
        to(lambda e: _matrix(e)[:, ::-1]),
        "order",
    ),
]


SCALE = [
    Slip("{It} has the wrong sign.", "", to(np.negative)),
    Slip(
        "{It} is 100 times the right one.",
        "Is it in per cent, where a share is asked for?",
        to(lambda e: 100 * e),
    ),
    Slip(
        "{It} is the right one divided by 100.",
        "Is it a share, where per cent are asked for?",
        to(lambda e: e / 100),
    ),
    Slip(
        "{It} is 1.442695 times the right one, that is, divided by ln 2.",
        "Did you take the logarithm with base 2, instead of `np.log`?",
        to(lambda e: e / math.log(2)),
    ),
    Slip(
        "{It} is 0.4342945 times the right one, that is, divided by ln 10.",
        "Did you take the logarithm with base 10, instead of `np.log`?",
        to(lambda e: e / math.log(10)),
    ),
]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))


def _softmax(x: np.ndarray) -> np.ndarray:
    only(x.ndim)
    power = np.exp(x - x.max(axis=-1, keepdims=True))
    return power / power.sum(axis=-1, keepdims=True)


def _opposite(v: View) -> tuple[Any, Any]:
    only(set(v.kinds) == {"b"})
    return v.g, 1 - v.e


def _complement(v: View) -> tuple[Any, Any]:
    only("b" not in v.kinds)
    return v.g, 1 - v.e


FUNCTIONS = [
    Slip(
        "{It} is False where the right one is True, and True where it is False.",
        "Is a comparison, or a `not`, the wrong way round?",
        _opposite,
    ),
    Slip(
        "{It} is 1 minus the right one.",
        "Is it the share, or the probability, of the opposite?",
        _complement,
    ),
    Slip("{It} is the right one without its sign.", "", to(np.abs)),
    Slip("{It} is the square of the right one.", "Is a square root missing?", to(np.square)),
    Slip("{It} is the square root of the right one.", "Is a square missing?", to(np.sqrt)),
    Slip("{It} is 1 divided by the right one.", "", to(lambda e: 1 / e)),
    Slip(
        "{It} is `np.exp` of the right one.",
        "Is the logarithm missing?",
        to(np.exp),
    ),
    Slip(
        "{It} is e to the power of minus the right one.",
        "Is the logarithm missing, and its minus sign?",
        to(lambda e: np.exp(-e)),
    ),
    Slip("{It} is the logarithm of the right one.", "Is `np.exp` missing?", to(np.log)),
    Slip(
        "{It} is minus the logarithm of the right one.",
        "Is a logarithm taken that is not asked for?",
        to(lambda e: -np.log(e)),
    ),
    Slip(
        "The right one is the sigmoid of {it}.",
        "Is the sigmoid missing?",
        back(_sigmoid),
    ),
    Slip("{It} is the sigmoid of the right one.", "Is it taken twice?", to(_sigmoid)),
    Slip("The right one is the softmax of {it}.", "Is the softmax missing?", back(_softmax)),
    Slip("{It} is the softmax of the right one.", "Is it taken twice?", to(_softmax)),
    Slip("The right one is `np.tanh` of {it}.", "Is the tanh missing?", back(np.tanh)),
]


def _differences(e: np.ndarray) -> np.ndarray:
    return np.diff(_several(e), axis=0, prepend=0 * e[:1])


def _running_mean(e: np.ndarray) -> np.ndarray:
    return np.cumsum(_vector(e)) / np.arange(1, len(e) + 1)


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
        "Is an average taken inside the loop?",
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
        cut = " Does a `//` or an `int(...)` cut its decimals off?"
        return "{It} is 0 for every input." + cut * bool(0 < abs(v.e) < 1)
    if v.kinds == ("f", "i"):
        return first + (
            " Its numbers are whole ones (dtype int): did you write decimals into an array of"
            " whole numbers, which cuts them off?"
        )
    return first + " Does anything ever get written into it?"


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
    ("the diagonal", lambda e: np.eye(*_matrix(e).shape, dtype=bool)),
    ("the entries on and above the diagonal", lambda e: np.triu(np.ones(_matrix(e).shape)) > 0),
    ("the entries on and below the diagonal", lambda e: np.tril(np.ones(_matrix(e).shape)) > 0),
    ("the entries off the diagonal", lambda e: ~np.eye(*_matrix(e).shape, dtype=bool)),
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
        "Is an average taken over everything?",
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
        "Are all rows one and the same list, as `[[0] * n] * n` makes them?",
        _filled(lambda e: _matrix(e).sum(axis=0, keepdims=True)),
    ),
    Slip(
        "Every row of {it} is the average of the right rows.",
        "Is an average taken over the examples too early?",
        _filled(lambda e: _matrix(e).mean(axis=0, keepdims=True)),
    ),
    Slip(
        "{It} is the right one plus its transpose: each entry counts in both directions.",
        "",
        to(lambda e: _matrix(e) + e.T),
    ),
    Slip(
        "{It} counts each entry of the right one in both directions, as if it were symmetric.",
        "",
        to(lambda e: _matrix(e) + e.T - np.diag(np.diag(e))),
    ),
    *(_kept(name, mask, RETURN_INSIDE * ("first" in name)) for name, mask in ONE_PLACE),
    *(_kept(name, mask) for name, mask in TRIANGLES),
    Slip(
        "{It} is right but for its first row and its first column, which are 0.",
        "Do the loops start at 1 instead of 0?",
        to(lambda e: np.where((np.indices(_matrix(e).shape) > 0).all(axis=0), e, 0)),
    ),
    Slip(
        "{It} is right in every other place, and 0 in those between.",
        "",
        to(lambda e: np.where(np.arange(len(_vector(e))) % 2 == 0, e, 0)),
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
    "Does an array of shape (m, 1) meet one of shape (m,)? Every number of the one then meets every"
    " number of the other."
)
SHAPES = [
    Slip(
        lambda v: f"{{It}} holds the right number, but in an array of shape {v.g.shape}.",
        "Does an index, or a `.sum()`, miss that would make one number of it?",
        _in_shape(lambda v: v.e.ndim == 0 and v.g.ndim > 0),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers, but has {shapes(v)}: it is a column.",
        "Does `keepdims=True`, a `[:, None]` or a `reshape` make it one?",
        _in_shape(lambda v: v.e.ndim == 1 and v.g.shape == (len(v.e), 1)),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers, but has {shapes(v)}: it is a table of one row.",
        "Does `keepdims=True`, a pair of brackets or a `reshape` make it one?",
        _in_shape(lambda v: v.e.ndim == 1 and v.g.shape == (1, len(v.e))),
        "form",
    ),
    Slip(
        lambda v: f"{{It}} holds the right numbers in one line: it has {shapes(v)}.",
        "Does `ravel`, `flatten` or a loop lose the rows?",
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
    Slip(
        "{It} is a table each of whose rows is the right result.",
        SQUARE,
        _table(0),
        "form",
    ),
    Slip(
        "{It} is a table each of whose columns is the right result.",
        SQUARE,
        _table(1),
        "form",
    ),
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
            ("the average", np.mean, "Is an average taken once too often?"),
            ("the sum", np.sum, "Is a sum taken once too often?"),
            ("the first", lambda e, axis: np.take(e, 0, axis), RETURN_INSIDE),
            ("the last", lambda e, axis: np.take(e, -1, axis), ""),
        )
    ),
    Slip(
        "{It} is an array; the number of its entries is the right result.",
        "Is `len` missing?",
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
            f"Is {name} missing?",
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
        "Does something stop one too early?",
        _shorter(lambda e: e[:-1]),
    ),
    Slip("{It} lacks every other entry, and is right else.", "", _shorter(lambda e: e[::2])),
    Slip("{It} lacks every other entry, and is right else.", "", _shorter(lambda e: e[1::2])),
    Slip(
        "{It} lacks the entries that are 0, and is right else.",
        "",
        _shorter(lambda e: _vector(e)[e != 0]),
    ),
    Slip(
        "{It} holds each of the right numbers only once, and sorted.",
        "Does `np.unique`, or a `set`, take away what is there twice?",
        _shorter(lambda e: np.unique(_vector(e))),
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
    only(v.e.ndim and v.e.shape[-1] > 1 and (v.right or not _one_hot(v.e)))
    largest = v.e == v.e.max(axis=-1, keepdims=True)
    # Of two that are equally large, one or both may have been taken.
    only(not v.g[~largest].any())
    return v.g, largest & ((v.g == 1) | (largest.sum(axis=-1, keepdims=True) == 1))


def _at_half(v: View) -> tuple[Any, Any]:
    only(_zero_one(v.e) and not _zero_one(v.g) and v.g.min() >= 0 and v.g.max() <= 1)
    return v.g >= 0.5, v.e


def _yes_or_no(v: View) -> tuple[Any, Any]:
    only((v.right or not _zero_one(v.e)) and v.e.min() >= 0 and v.e.max() <= 1)
    only(_zero_one(v.g))
    return np.where(v.e == 0.5, 1, v.g), v.e >= 0.5


def _zero_one(a: np.ndarray) -> bool:
    return bool(((a == 0) | (a == 1)).all())


def _one_hot(a: np.ndarray) -> bool:
    return bool(a.ndim and _zero_one(a) and (a.sum(axis=-1) == 1).all())


INSTEAD = [
    Slip(
        "{It} holds the positions of the right one's True.",
        "Is `np.where`, or a list of positions, returned, where True or False is asked for each?",
        _indices,
    ),
    Slip(
        "{It} holds True and False: True at the positions that are asked for.",
        "Is `np.flatnonzero` missing?",
        _mask,
    ),
    Slip(
        "{It} only says where the right one is above 0.",
        "Is a comparison returned in place of the numbers?",
        _positive,
    ),
    Slip(
        "{It} has one number for each class; the position of the largest is the right label.",
        "Is `argmax` missing?",
        _labels,
    ),
    Slip(
        "{It} is the right one in one-hot form.",
        "Is the label itself asked for?",
        _from_one_hot,
    ),
    Slip(
        "{It} is the position of the right one's largest number.",
        "Is `argmax` taken, where the numbers themselves are asked for?",
        _to_label,
    ),
    Slip(
        "{It} is only the largest number of each row of the right one.",
        "",
        _to_largest,
    ),
    Slip(
        "{It} is 1 (or True) for the largest of the right numbers, and 0 for the others.",
        "Is a choice made, where the numbers themselves are asked for?",
        _hard,
    ),
    Slip(
        "{It} holds probabilities: from 0.5 on, the right one says yes.",
        "Is the comparison with 0.5 missing?",
        _at_half,
    ),
    Slip(
        "{It} says only yes or no: yes where the right one is above 0.5.",
        "Is a decision returned in place of the probabilities?",
        _yes_or_no,
    ),
]


# --- rounded or cut off ---------------------------------------------------------------------------


def _decimals(cut: Callable[[np.ndarray], np.ndarray], places: int) -> Sides:
    def sides(v: View) -> tuple[Any, Any]:
        only(v.kinds[0] == "f" and v.kinds[1] != "b")
        return v.g, cut(v.e * 10.0**places) / 10.0**places

    return sides


def _single(v: View) -> tuple[Any, Any]:
    only((v.g == v.g.astype(np.float32)).all() and (v.e != v.e.astype(np.float32)).any())
    near = np.isclose(v.g, v.e, rtol=1e-5, atol=1e-30, equal_nan=True)
    only(v.kinds == ("f", "f"))
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


# --- with the help of an argument -----------------------------------------------------------------


def with_arguments(views: list[View]) -> list[Slip]:
    """Return the slips that an argument takes part in: a factor, a summand, where a step starts."""
    names = _numbers(views)
    slips: list[Slip] = []
    for words, value in _counts(views):
        slips += _factors(words, value)
    for name in names:
        slips += [_other_axis(name, what, make, axis) for what, make in ALONG for axis in (0, 1)]
        if _same_size(name, views):
            slips += [*_arithmetic(name), *_steps(name, views), _left_out(name)]
        elif all(v.arguments[name].ndim == 0 for v in views):
            slips += _arithmetic(name)
    return slips


ALONG = [
    ("sum", np.sum),
    ("average", np.mean),
    ("largest number", np.max),
    ("smallest number", np.min),
    ("position of the largest number", np.argmax),
    ("position of the smallest number", np.argmin),
    ("standard deviation", np.std),
]


def _other_axis(name: str, what: str, make: Callable[..., Any], axis: int) -> Slip:
    """Return the slip of a sum, or the like, along `axis` instead of along the other one."""

    def sides(v: View) -> tuple[Any, Any]:
        table = _matrix(v.arguments[name])
        taken, asked = make(table, axis=axis), make(table, axis=1 - axis)
        only(v.g.shape == taken.shape and v.e.shape == asked.shape)
        return np.concatenate([v.g, v.e]), np.concatenate([taken, asked])

    return Slip(
        f"{{It}} is the {what} of each {'row' if axis else 'column'} of `{name}`, not of each"
        f" {'column' if axis else 'row'}: the axis is the wrong one.",
        "",
        sides,
    )


def _left_out(name: str) -> Slip:
    return Slip(
        f"{{It}} lacks the entries for which `{name}` is 0, and is right else.",
        "",
        lambda v: (v.g, v.e[_vector(v.arguments[name]) != 0]),
        effort=1,
    )


def _numbers(views: list[View]) -> list[str]:
    return [name for name in views[0].arguments if all(name in v.arguments for v in views)]


def _same_size(name: str, views: list[View]) -> bool:
    """Whether an argument is as large as the right result, and not 0 throughout."""
    return all(v.arguments[name].shape == v.e.shape for v in views) and any(
        v.arguments[name].any() for v in views if not v.right
    )


def _counts(views: list[View]) -> Iterator[tuple[str, Callable[[View], float]]]:
    """Yield the numbers of rows and columns that differ between the calls, each once."""
    seen = set()
    first = True
    for name in _numbers(views):
        dimensions = {v.arguments[name].ndim for v in views}
        if len(dimensions) != 1 or not (axes := dimensions.pop()):
            continue
        for axis, what in ((0, "rows" if axes > 1 else "entries"), (1, "columns"))[: min(axes, 2)]:
            sizes = tuple(v.arguments[name].shape[axis] for v in views)
            if len(set(sizes)) > 1 and sizes not in seen and min(sizes):
                seen.add(sizes)
                letter = "m, " * (first and axis == 0)
                yield (
                    f"{letter}the number of {what} of `{name}`",
                    lambda v, name=name, axis=axis: v.arguments[name].shape[axis],
                )
        first = False


def _factors(words: str, value: Callable[[View], float]) -> list[Slip]:
    """Return the slips of a sum in place of a mean, and the other way round."""
    return [
        Slip(
            f"{{It}} is too {size} by the factor {words}{sign}.",
            ask,
            lambda v, power=power, by=by: (v.g, by * v.e * float(value(v)) ** power),
            "factor",
            effort=1,
        )
        for size, power, ask in (
            ("large", 1, "Is a sum taken where the mean is asked for?"),
            ("small", -1, "Is a mean taken where the sum is asked for, or is it divided twice?"),
        )
        for by, sign in ((1, ""), (-1, ", and has the wrong sign"))
    ]


def _arithmetic(name: str) -> list[Slip]:
    return [
        Slip(
            f"{{It}} is the right one {word} `{name}`.",
            f"Is `{name}` {ask}?",
            lambda v, operator=operator: (v.g, operator(v.e, v.arguments[name])),
            "arithmetic",
            effort=1,
        )
        for word, operator, ask in (
            ("plus", np.add, "added once too often"),
            ("minus", np.subtract, "to be added, or subtracted once too often"),
            ("times", np.multiply, "multiplied once too often, or not divided by"),
            ("divided by", np.divide, "forgotten, or divided by once too often"),
        )
    ]


def _steps(name: str, views: list[View]) -> list[Slip]:
    """Return the slips of a step that starts at the argument `name`."""

    def away(factor: Callable[[View], float]) -> Sides:
        def sides(v: View) -> tuple[Any, Any]:
            start = v.arguments[name]
            return v.g - start, factor(v) * (v.e - start)

        return sides

    slips = [
        Slip(
            f"{{It}} is `{name}` minus the right one.",
            f"Is it the step alone, and not where the step leads from `{name}`?",
            lambda v: (v.g, v.arguments[name] - v.e),
            "step",
            effort=1,
        ),
        Slip(
            f"{{It}} lies as far from `{name}` as the right one, but on the other side.",
            "Is a step added that is to be subtracted, or the other way round?",
            away(lambda v: -1.0),
            "step",
            effort=1,
        ),
    ]
    factors = [
        (f"{words}, times", "divided by " + words, value, "Is a sum taken in place of the mean?")
        for words, value in _counts(views)
    ] + [
        (f"`{other}` times", f"divided by `{other}`", lambda v, o=other: v.arguments[o], "")
        for other in _numbers(views)
        if all(v.arguments[other].ndim == 0 for v in views)
        and len({float(v.arguments[other]) for v in views}) > 1
    ]
    for times, divided, value, ask in factors:
        slips += [
            Slip(
                f"The step from `{name}` to {{it}} is {times} the right step.",
                ask,
                away(lambda v, value=value: float(value(v))),
                "step",
                effort=1,
            ),
            Slip(
                f"The step from `{name}` to {{it}} is the right step {divided}.",
                "Is that factor forgotten, or divided by once too often?",
                away(lambda v, value=value: 1 / float(value(v))),
                "step",
                effort=1,
            ),
        ]
    if (factor := _ratio(views, lambda v: v.arguments[name])) is not None:
        slips.append(
            Slip(
                f"The step from `{name}` to {{it}} is {factor:.6g} times the right step.",
                "",
                away(lambda v: factor),
                "step",
                effort=2,
                evidence=ENOUGH + 1,
            )
        )
    return slips


# --- with a number of its own ---------------------------------------------------------------------


def _wrong_numbers(
    views: list[View], start: Callable[[View], Any] = lambda v: 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return all entries of the wrong results of the right shape, and the right ones."""
    pairs = [(v.g - start(v), v.e - start(v)) for v in views if not v.right]
    only(all(g.shape == e.shape for g, e in pairs))
    return tuple(
        np.concatenate([side.ravel() for side in sides]) for sides in zip(*pairs, strict=True)
    )


def _ratio(views: list[View], start: Callable[[View], Any] = lambda v: 0.0) -> float | None:
    """Return by what the right numbers are multiplied, if it is a number worth a word."""
    try:
        g, e = _wrong_numbers(views, start)
    except ValueError:
        return None
    finite = np.isfinite(e) & np.isfinite(g)
    if not e[finite].any():
        return None
    where = np.abs(np.where(finite, e, 0)).argmax()
    ratio = float(g[where] / e[where])
    named = (-1, 0, 1, 100, 0.01, 1 / math.log(2), 1 / math.log(10))
    return None if any(math.isclose(ratio, n, rel_tol=1e-6, abs_tol=1e-9) for n in named) else ratio


def _nice(number: float) -> bool:
    """Whether a number is one that slips are made of, such as 2, 0.5 or 10."""
    return any(
        math.isclose(abs(number) * n, round(abs(number) * n), rel_tol=1e-6)
        and abs(number) * n <= 10
        for n in (1, 2)
    )


def with_numbers(views: list[View]) -> list[Slip]:
    """Return the slips with a number that all calls share: a factor, a shift, a limit."""
    slips = []
    if factor := _ratio(views):
        slips.append(
            Slip(
                f"{{It}} is {factor:.6g} times the right one.",
                "",
                lambda v: (v.g, factor * v.e),
                "factor",
                0 if _nice(factor) else 2,
                ENOUGH if _nice(factor) else ENOUGH + 1,
            )
        )
    try:
        g, e = _wrong_numbers(views)
    except ValueError:
        return slips
    if not np.isfinite(g).all() or not g.size:
        return slips
    shift = float(g[0] - e[0])
    if shift and math.isfinite(shift):
        whole = all(v.kinds[0] in "iu" for v in views)
        slips.append(
            Slip(
                f"{{It}} is {abs(shift):.6g} {'larger' if shift > 0 else 'smaller'} than the right"
                " one.",
                COUNTING if whole and abs(shift) == 1 else "",
                lambda v: (v.g, v.e + shift),
                "",
                0 if _nice(shift) else 2,
                ENOUGH if _nice(shift) else ENOUGH + 1,
            )
        )
    return slips + _limits(g, e)


COUNTING = "Do you count from 1 where NumPy counts from 0, or the other way round?"


def _limits(g: np.ndarray, e: np.ndarray) -> list[Slip]:
    """Return the slip of numbers that are held above, below or between two limits."""
    low, high = g.min(), g.max()
    below, above = e < low, e > high
    if not (low < high) or len(set(g[~(below | above)])) < 2:
        return []
    sides = [
        (f"below {low:.6g}", below.any()),
        (f"above {high:.6g}", above.any()),
    ]
    said = " or ".join(words for words, some in sides if some)
    least = low if below.any() else -np.inf
    most = high if above.any() else np.inf
    return [
        Slip(
            f"{{It}} never goes {said}, where the right one does; else it is right.",
            "Is something clipped, or a larger or smaller of two numbers taken?",
            lambda v: (v.g, np.clip(v.e, least, most)),
            "",
            0,
            ENOUGH - 1,
        )
    ] * bool(said and len(set(e[below | above])) > 1)


# --- what the result is ---------------------------------------------------------------------------


def descriptions(views: list[View]) -> Iterator[Slip]:
    """Yield what the result may be of the arguments, as code: `X.sum(axis=1)`, `y - a`."""
    names = _numbers(views)
    for name in names:
        scalar = all(v.arguments[name].ndim == 0 for v in views)
        for code, make in OF_ONE[: UNARY if scalar else None]:
            yield _same_as(
                code.format(name), lambda v, make=make, name=name: make(v.arguments[name])
            )
    arrays = [name for name in names if any(v.arguments[name].ndim for v in views)][:6]
    for one, other in itertools.permutations(arrays, 2):
        for code, operator in OF_TWO:
            yield _same_as(
                code.format(one, other),
                lambda v, operator=operator, one=one, other=other: operator(
                    v.arguments[one], v.arguments[other]
                ),
            )


def _same_as(code: str, make: Callable[[View], Any]) -> Slip:
    return Slip(
        f"On every input tried, {{it}} equals `{code}`.",
        "",
        lambda v: (v.g, make(v)),
        "description",
    )


def _largest(a: np.ndarray) -> np.ndarray:
    return a == a.max(axis=-1, keepdims=True)


OF_ONE: list[tuple[str, Callable[[np.ndarray], Any]]] = [
    ("{0}", lambda a: a),
    ("-{0}", np.negative),
    ("1 - {0}", lambda a: 1 - a),
    ("np.abs({0})", np.abs),
    ("np.exp({0})", np.exp),
    ("np.exp(-{0})", lambda a: np.exp(-a)),
    ("np.log({0})", np.log),
    ("-np.log({0})", lambda a: -np.log(a)),
    ("np.log(1 + np.exp({0}))", lambda a: np.logaddexp(0, a)),
    ("{0} ** 2", np.square),
    ("np.sqrt({0})", np.sqrt),
    ("np.tanh({0})", np.tanh),
    ("1 / (1 + np.exp(-{0}))", _sigmoid),
    ("{0} > 0", lambda a: a > 0),
    ("{0} >= 0", lambda a: a >= 0),
    ("{0} < 0", lambda a: a < 0),
    ("{0} > 0.5", lambda a: a > 0.5),
    ("{0} >= 0.5", lambda a: a >= 0.5),
    ("{0} != 0", lambda a: a != 0),
    ("np.maximum({0}, 0)", lambda a: np.maximum(a, 0)),
    ("np.argsort({0})", lambda a: np.argsort(_vector(a), kind="stable")),
    ("np.sort({0})", lambda a: np.sort(_vector(a))),
    ("np.unique({0})", np.unique),
    ("{0}[0]", lambda a: a[0]),
    ("{0}[-1]", lambda a: a[-1]),
    ("{0}[:, 0]", lambda a: a[:, 0]),
    ("{0}[:, -1]", lambda a: a[:, -1]),
    ("{0}.T", lambda a: _matrix(a).T),
    ("len({0})", len),
    ("{0}.shape[1]", lambda a: a.shape[1]),
    ("{0}.size", lambda a: _several(a).size),
    ("np.std({0})", np.std),
    ("np.median({0})", np.median),
    *(
        (
            f"{{0}}.{name}({f'axis={axis}' if axis is not None else ''})",
            functools.partial(make, axis=axis),
        )
        for axis in (None, 0, 1)
        for name, make in (
            ("sum", np.sum),
            ("mean", np.mean),
            ("max", np.max),
            ("min", np.min),
            ("argmax", np.argmax),
            ("argmin", np.argmin),
        )
    ),
    *(
        (f"np.{name}({{0}}, axis={axis})", functools.partial(make, axis=axis))
        for axis in (0, 1)
        for name, make in (("std", np.std), ("median", np.median), ("cumsum", np.cumsum))
    ),
]
UNARY = next(number for number, (code, _) in enumerate(OF_ONE) if code == "{0} > 0")
OF_TWO: list[tuple[str, Callable[[np.ndarray, np.ndarray], Any]]] = [
    ("{0} - {1}", np.subtract),
    ("{0} + {1}", np.add),
    ("{0} * {1}", np.multiply),
    ("{0} / {1}", np.divide),
    ("{0} == {1}", np.equal),
    ("{0} > {1}", np.greater),
    ("{0} >= {1}", np.greater_equal),
    ("{0} @ {1}", np.matmul),
    ("({0} - {1}) ** 2", lambda a, b: (a - b) ** 2),
]


# --- what is left of the right numbers ------------------------------------------------------------


def _sorted_rows(a: np.ndarray) -> np.ndarray:
    return a[np.lexsort(a.T[::-1])]


def _same_numbers(v: View) -> tuple[Any, Any]:
    only(v.right or not _zero_one(v.e))  # as many 0 and 1 come about by chance
    return np.sort(_several(v.g), axis=None), np.sort(v.e, axis=None)


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
        to(lambda e: _matrix(e).T.reshape(e.shape)),
    ),
    Slip(
        lambda v: f"{{It}} has {shapes(v)}; the right numbers stand on its diagonal.",
        SQUARE,
        _diagonal,
    ),
    Slip(
        lambda v: f"{{It}} has {shapes(v)}: it repeats the right numbers.",
        "",
        _broadcast,
    ),
    Slip(
        "{It} holds the right rows, but in another order.",
        "",
        lambda v: (_sorted_rows(_matrix(v.g)), _sorted_rows(v.e)),
    ),
    Slip(
        "{It} holds the right columns, but in another order.",
        "",
        lambda v: (_sorted_rows(_matrix(v.g).T), _sorted_rows(v.e.T)),
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
        "Is it divided by the wrong total?",
        _normalised(None),
        evidence=MUCH,
    ),
    *(
        Slip(
            f"Each {what} of {{it}} is right in proportion, but multiplied by a number of its own.",
            "Is it divided by the wrong total, or by one taken along the wrong axis?",
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
