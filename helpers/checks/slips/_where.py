"""Says where an answer is wrong: in which entries of a result, or on which inputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers.checks._attempt import Call
from helpers.checks.slips._table import ONE_PLACE, TRIANGLES, View

MOST = 2  # Of more reasons than these none is worth saying.


def where_wrong(views: list[View]) -> str | None:
    """Say in which entries the results are wrong, if these are of one kind in all of them."""
    if any(v.g.shape != v.e.shape or not v.e.ndim for v in views):
        return None
    wrong = [~np.isclose(v.g, v.e, v.rtol, v.atol, equal_nan=True) for v in views]
    if all(w.all() for w in wrong if w.any()):
        return None  # then it is a matter of the input, not of the place
    total, entries = sum(w.sum() for w in wrong), sum(w.size for w in wrong)
    if words := _yes_too_often(views, wrong):
        return words
    found: dict[int, dict[str, str]] = {}  # by size and by what it is about: the first words
    for about, words, mask in _places(views):
        try:
            masks = [mask(v) for v in views]
        except Exception:  # there is no such place
            continue
        size = sum(int(m.sum()) for m in masks)
        inside = all(not (w & ~m).any() for w, m in zip(wrong, masks, strict=True))
        # Where the place is most of the result, little is said by it unless all of it is wrong.
        most = 4 * size > 3 * entries and about
        enough = size == total or (3 * size <= 4 * total and not most)
        if words.startswith("outside"):  # what is right there must not be so by chance
            enough &= len({x for v, m in zip(views, masks, strict=True) for x in v.e[~m]}) >= 3
        if inside and enough and entries - size >= 3 and total >= 2:
            found.setdefault(size, {}).setdefault(about, words)
    if not found:
        return None
    smallest = found[min(found)]
    if len(smallest) > 1:  # what the reader can see in an argument says more
        smallest.pop("expected", None)
    if len(smallest) > MOST:
        return None
    places = " and ".join(smallest.values())
    if places.startswith("outside"):
        return f"{{It}} is right only in{places.removeprefix('outside')}."
    if total < min(found):
        return f"All that is wrong in {{it}} lies {places}."
    how = _how([(v.g[w], v.e[w]) for v, w in zip(views, wrong, strict=True) if w.any()])
    return f"{{It}} is right, except {places}{how}."


def _yes_too_often(views: list[View], wrong: list[np.ndarray]) -> str | None:
    """Say whether all that is wrong of 0 and 1, or False and True, is wrong in one direction."""
    if not all(((a == 0) | (a == 1)).all() for v in views for a in (v.e, v.g)):
        return None
    right = np.concatenate([v.e[w] for v, w in zip(views, wrong, strict=True)])
    if len(right) < 3 or len(set(right)) > 1:
        return None
    words = ("False", "True") if views[0].kinds[1] == "b" else ("0", "1")
    said, missed = words if right[0] else words[::-1]
    return (
        f"{{It}} says {said} too often: wherever it is wrong, {missed} is right, and never the"
        " other way round."
    )


def _how(pairs: list[tuple[np.ndarray, np.ndarray]]) -> str:
    g, e = (np.concatenate(sides) for sides in zip(*pairs, strict=True))
    if np.isnan(g).all():
        return ": there it is nan"
    if (g == 0).all():
        return ": there it is 0"
    if np.allclose(g, -e, rtol=1e-6):
        return ": there it has the wrong sign"
    if len(set(g)) == 1:
        return f": there it is {g[0]:.6g}"
    return ""


Mask = Callable[[View], np.ndarray]


def _places(views: list[View]) -> Iterator[tuple[str, str, Mask]]:
    for name in views[0].arguments:
        for words, condition in CONDITIONS:
            yield (
                name,
                f"where `{name}` is {words}",
                lambda v, name=name, condition=condition: _spread(
                    condition(v.arguments[name]), v.e.shape
                ),
            )
    for words, place in (*ONE_PLACE, *TRIANGLES):
        yield "", f"in {words}", lambda v, place=place: place(v.e)
    for words, place in ONE_PLACE:
        yield "", f"outside {words}", lambda v, place=place: ~place(v.e)
    for words, condition in CONDITIONS[:2]:
        yield (
            "expected",
            f"where the right one is {words}",
            lambda v, condition=condition: condition(v.e),
        )


CONDITIONS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("negative", lambda a: a < 0),
    ("0", lambda a: a == 0),
    ("positive", lambda a: a > 0),
    ("1", lambda a: a == 1),
    ("0 or negative", lambda a: a <= 0),
    ("0 or positive", lambda a: a >= 0),
    ("larger than 700, so that `np.exp` overflows", lambda a: a > 700),
    ("smaller than -700, so that `np.exp` gives 0 or overflows", lambda a: a < -700),
    ("larger than 700 or smaller than -700", lambda a: np.abs(a) > 700),
    ("a whole number", lambda a: a == np.floor(a)),
]


def _spread(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a mask of entries, or of rows, in the shape of the result."""
    if mask.shape == shape:
        return mask
    if mask.ndim == 1 and len(shape) == 2 and len(mask) == shape[0]:
        return np.broadcast_to(mask[:, None], shape)
    raise ValueError("of another shape")


def which_inputs(calls: list[Call], parameters: list[str]) -> str | None:
    """Say what all inputs with a wrong result have in common, and no input with a right one."""
    right = [call for call in calls if call.right]
    wrong = [call for call in calls if not call.right]
    if len(right) < 2 or not wrong:
        return None
    found = []
    for number, name in enumerate(parameters):
        for words, fact in FACTS if len(wrong) > 1 else FACTS[:SINGLE]:
            holds = functools.partial(_holds, fact, number)
            alone = all(map(holds, wrong)) and not any(map(holds, right))
            if alone and _bears(fact, number, wrong):
                found.append(words.format(f"`{name}`"))
    if not 0 < len(found) <= MOST:
        return None
    inputs = "the one input" if len(wrong) == 1 else f"the {len(wrong)} inputs"
    return (
        f"{{It}} is right on {len(right)} of {len(calls)} inputs, and wrong on {inputs} where"
        f" {' and '.join(found)}."
    )


def _holds(fact: Callable[[np.ndarray], Any], number: int, call: Call) -> bool:
    try:
        return bool(fact(_array(call.arguments[number])))
    except Exception:  # such an argument has no such fact
        return False


def _bears(fact: Callable[[np.ndarray], Any], number: int, wrong: list[Call]) -> bool:
    """Whether what is wrong lies where the fact is: not, if an entry without it is wrong as well.

    Only of results as large as the argument can this be known.
    """
    for call in wrong:
        argument = _array(call.arguments[number])
        for got, expected in _parts(call):
            if argument.ndim and got.shape == expected.shape == argument.shape:
                differ = ~np.isclose(got, expected, call.rtol, call.atol, equal_nan=True)
                if fact in OF_ENTRIES and not all(map(fact, argument[differ])):
                    return False
    return True


def _parts(call: Call) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what came and what was expected, by parts, where both are arrays of numbers."""
    many = isinstance(call.expected, (tuple, list)) and isinstance(call.got, (tuple, list))
    pairs = zip(call.got, call.expected, strict=False) if many else [(call.got, call.expected)]
    return [
        (got, expected)
        for got, expected in pairs
        if isinstance(got, np.ndarray)
        and isinstance(expected, np.ndarray)
        and got.dtype.kind in "biuf"
        and expected.dtype.kind in "biuf"
    ]


def _array(value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError("holds no numbers")
    return array


def _ties(a: np.ndarray) -> bool:
    if a.ndim != 2 or a.shape[1] < 2 or ((a == 0) | (a == 1)).all():
        return False
    ordered = np.sort(a, axis=1)
    return bool((ordered[:, -1] == ordered[:, -2]).any())


def _has_zero(a: np.ndarray) -> Any:
    return (a == 0).any() and a.dtype.kind != "b"


def _has_negative(a: np.ndarray) -> Any:
    return (a < 0).any()


def _has_huge(a: np.ndarray) -> Any:
    return (np.abs(a) > 700).any()


OF_ENTRIES = (_has_zero, _has_negative, _has_huge)
FACTS: list[tuple[str, Callable[[np.ndarray], Any]]] = [
    ("{0} holds nothing", lambda a: not a.size),
    ("{0} holds whole numbers (dtype int)", lambda a: a.dtype.kind in "iu"),
    ("{0} has single precision (float32)", lambda a: a.dtype in (np.float32, np.float16)),
    ("{0} contains inf or nan", lambda a: a.dtype.kind == "f" and not np.isfinite(a).all()),
    ("{0} contains numbers beyond 700", _has_huge),
    ("{0} contains a 0", _has_zero),
    ("{0} has a single row", lambda a: a.ndim == 2 and len(a) == 1),
    ("{0} has a single column", lambda a: a.ndim == 2 and a.shape[1] == 1),
    ("{0} has a single entry", lambda a: a.ndim == 1 and len(a) == 1),
    ("{0} is a single number", lambda a: a.ndim == 0),
    ("{0} has one axis", lambda a: a.ndim == 1),
    ("{0} has two axes", lambda a: a.ndim == 2),
    ("{0} has more than two axes", lambda a: a.ndim > 2),
    ("{0} contains a negative number", _has_negative),
    ("{0} has no positive number", lambda a: a.size and not (a > 0).any()),
    ("{0} has as many rows as columns", lambda a: a.ndim == 2 and a.shape[0] == a.shape[1]),
    ("two entries of a row of {0} are equally large, and the largest", _ties),
]
SINGLE = 13  # So many of them are rare enough that one input with a wrong result can bear them out.
