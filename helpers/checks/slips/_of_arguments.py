"""The slips that an argument takes part in, or a number of the slip's own: see `_slips`."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers.checks.slips._table import (
    ENOUGH,
    Sides,
    Slip,
    View,
    matrix,
    only,
    several,
    sigmoid,
    vector,
)

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
            slips += [*_arithmetic(name, views), _left_out(name)]
            if all(v.kinds[0] == "f" for v in views):  # a step leads to no whole number
                slips += _steps(name, views)
        elif all(v.arguments[name].ndim == 0 for v in views):
            slips += _arithmetic(name, views)
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
        table = matrix(v.arguments[name])
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
        lambda v: (v.g, v.e[vector(v.arguments[name]) != 0]),
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
            f"{{It}} is too {size} by the factor {words}{sign}."
            if words.startswith("m,")
            else f"{{It}} is too {size} by a factor, {words}{sign}.",
            ask,
            lambda v, power=power, by=by: (v.g, by * v.e * float(value(v)) ** power),
            "factor",
            effort=1,
        )
        for size, power, ask in (
            ("large", 1, "A sum in place of the mean gives that."),
            ("small", -1, "A mean in place of the sum gives that, or a division too many."),
        )
        for by, sign in ((1, ""), (-1, ", and has the wrong sign"))
    ]


def _arithmetic(name: str, views: list[View]) -> list[Slip]:
    both = all(np.isin(v.arguments[name], (0, 1)).all() for v in views)  # it chooses, then
    return [
        Slip(
            f"{{It}} is the right one {word} `{name}`.",
            "",
            lambda v, operator=operator: (v.g, operator(v.e, v.arguments[name])),
            "arithmetic",
            effort=1,
        )
        for word, operator in (
            ("plus", np.add),
            ("minus", np.subtract),
            ("times", np.multiply),
            ("divided by", np.divide),
        )[: 2 if both else 4]
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
            f"It is the step alone, and not where the step leads from `{name}`.",
            lambda v: (v.g, v.arguments[name] - v.e),
            "step",
            effort=1,
        ),
        Slip(
            f"{{It}} lies as far from `{name}` as the right one, but on the other side.",
            "The step has the wrong sign.",
            away(lambda v: -1.0),
            "step",
            effort=1,
        ),
    ]
    factors = [
        (f"{words}, times", "divided by " + words, value, "A sum in place of the mean gives that.")
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
                "The factor is missing, or divided by.",
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
    named = (-1, 0, 1, 1 / math.log(2), 1 / math.log(10))
    return None if any(math.isclose(ratio, n, rel_tol=1e-6, abs_tol=1e-9) for n in named) else ratio


def _nice(number: float) -> bool:
    """Whether a number is one that slips are made of, such as 2, 0.5, 10, or 100 in per cent."""
    return any(math.isclose(number, n, rel_tol=1e-6) for n in (100, 0.01)) or any(
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
                COUNTING[shift > 0] if whole and abs(shift) == 1 and g.size == len(views) else "",
                lambda v: (v.g, v.e + shift),
                "",
                0 if _nice(shift) else 2,
                ENOUGH if _nice(shift) else ENOUGH + 1,
            )
        )
    return slips + _limits(g, e)


COUNTING = (
    "Counting from 0, where 1 is the first, gives that, or leaving one out.",
    "Counting from 1, where 0 is the first, gives that, or counting one too many.",
)


def _limits(g: np.ndarray, e: np.ndarray) -> list[Slip]:
    """Return the slip of numbers that are held above, below or between two limits."""
    low, high = g.min() + 0.0, g.max() + 0.0  # no -0
    below, above = e < low, e > high
    if not (low < high) or len(set(g[~(below | above)])) < 2:
        return []
    sides = [(f"below {low:.6g}", below.any()), (f"above {high:.6g}", above.any())]
    said = " or ".join(words for words, some in sides if some)
    least = low if below.any() else -np.inf
    most = high if above.any() else np.inf
    return [
        Slip(
            f"{{It}} never goes {said}, where the right one does; else it is right.",
            "Clipping gives that, the larger or smaller of two numbers, or a small number added.",
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
    plain = f"{{It}} equals the argument `{code}`: nothing has changed it."
    return Slip(
        plain if code.isidentifier() else f"On every input tried, {{it}} equals `{code}`.",
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
    ("1 / (1 + np.exp(-{0}))", sigmoid),
    ("{0} > 0", lambda a: a > 0),
    ("{0} >= 0", lambda a: a >= 0),
    ("{0} < 0", lambda a: a < 0),
    ("{0} > 0.5", lambda a: a > 0.5),
    ("{0} >= 0.5", lambda a: a >= 0.5),
    ("{0} != 0", lambda a: a != 0),
    ("np.maximum({0}, 0)", lambda a: np.maximum(a, 0)),
    ("np.argsort({0})", lambda a: np.argsort(vector(a), kind="stable")),
    ("np.sort({0})", lambda a: np.sort(vector(a))),
    ("np.unique({0})", np.unique),
    ("{0}[0]", lambda a: a[0]),
    ("{0}[-1]", lambda a: a[-1]),
    ("{0}[:, 0]", lambda a: a[:, 0]),
    ("{0}[:, -1]", lambda a: a[:, -1]),
    ("{0}.T", lambda a: matrix(a).T),
    ("len({0})", len),
    ("{0}.shape[1]", lambda a: a.shape[1]),
    ("{0}.size", lambda a: several(a).size),
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
