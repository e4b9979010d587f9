"""Recognises from the numbers alone what kind of slip an answer has, in any task.

A slip is said only if it explains every call: each wrong result, and each right one as well, which
it must leave as it is. What is said first is what is seen in the numbers, which is true whatever
the cause. The likely cause follows as a question, and is left out where another slip explains the
numbers as well, or where the answer's source refutes it (`_fitting`).
"""

from __future__ import annotations

import contextlib
import dis
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import CodeType
from typing import Any

import numpy as np

from helpers.checks._attempt import Call
from helpers.checks._run import quiet
from helpers.checks._values import Other, Raised, agree, canonical, finite, is_sequence, show
from helpers.checks.slips._of_arguments import descriptions, with_arguments, with_numbers
from helpers.checks.slips._table import (
    BY_ITSELF,
    NEARLY,
    NOT_FINITE,
    REMAINING,
    WEAKER,
    Slip,
    View,
    not_reduced,
)
from helpers.checks.slips._where import where_wrong, which_inputs

LOOSE = 1e-6  # Relative: a prediction is computed from the right result, and rounds on its way.
MOST_PARTS = 8
FEW = 60  # So many entries of one result are weighed as evidence.


def detected(
    calls: Sequence[Call], parameters: Sequence[str], part: str = "", names: Sequence[str] = ()
) -> str | None:
    """Say what slip explains all calls, or else where the results are wrong; None if neither.

    Parameters
    ----------
    calls : sequence of Call
        All probes, the right ones too.
    parameters : sequence of str
        The names of the arguments.
    part : str, optional
        What the results are: "`b`", or "Part 2"; the whole result by default.
    names : sequence of str, optional
        The names of the result's parts.
    """
    return slip(calls, parameters, part, names) or located(calls, parameters, part)


def slip(
    calls: Sequence[Call], parameters: Sequence[str], part: str = "", names: Sequence[str] = ()
) -> str | None:
    """Say what slip explains all calls; None if no slip does."""
    return _put(part, lambda: _slip(list(calls), list(parameters), list(names)))


def located(calls: Sequence[Call], parameters: Sequence[str], part: str = "") -> str | None:
    """Say in which entries, or on which inputs, the results are wrong; None if in no one kind."""
    return _put(part, lambda: _located(list(calls), list(parameters)))


def _put(part: str, say: Callable[[], str | None]) -> str | None:
    """Return what `say` returns, about the whole result or a part of it."""
    if not part:
        it = "your result"
    else:
        it = f"your {part}" if part.startswith("`") else f"{part} of your result"
    words = None
    with quiet(), contextlib.suppress(Exception):  # an odd result is no reason for a check to fail
        words = say()
    return words and words.replace("{It}", it[0].upper() + it[1:]).replace("{it}", it)


def _comparable(calls: list[Call]) -> bool:
    nothing = any(isinstance(call.got, (Raised, Other)) or call.got is None for call in calls)
    return not nothing and not all(call.right for call in calls)


def _slip(calls: list[Call], parameters: list[str], names: list[str]) -> str | None:
    if not _comparable(calls):
        return None
    for whole in (same_for_every_input, arguments_returned, parts_exchanged, within_a_list):
        if words := whole(calls, parameters, names):
            return words
    views = _views(calls, parameters)
    tables = (_causes, descriptions, lambda views: REMAINING)
    return _first_said(tables, views) if views else None


def _located(calls: list[Call], parameters: list[str]) -> str | None:
    if not _comparable(calls):
        return None
    views = _views(calls, parameters)
    if views and (words := NEARLY if _nearly(views) else where_wrong(views)):
        return words
    wrong = [v for v in views if not v.right]
    infinite = bool(wrong) and all(np.isfinite(v.e).all() > np.isfinite(v.g).all() for v in wrong)
    if words := which_inputs(calls, parameters):
        there = NOT_FINITE if infinite else _first_said((_causes,), wrong)
        return words + _there(there or "")
    return NOT_FINITE if infinite else None


def _first_said(
    tables: Iterable[Callable[[list[View]], Iterable[Slip]]], views: list[View]
) -> str | None:
    """Say what holds of the first table in which anything does."""
    score = evidence(views)
    found = (_said(list(_holding(table(views), views, score)), views) for table in tables if views)
    return next(filter(None, found), None)


def _there(words: str) -> str:
    """Return what is wrong on some inputs only, as a sentence that goes on."""
    words = words.replace("{It}", "{it}", 1).replace(", for every input.", ".")
    return words and f" There, {words[0].lower() + words[1:]}"


def _causes(views: list[View]) -> list[Slip]:
    return [*BY_ITSELF, *not_reduced(views), *with_arguments(views), *with_numbers(views)]


# --- the numbers ----------------------------------------------------------------------------------


def _views(calls: list[Call], parameters: list[str]) -> list[View]:
    """Return all results, part by part, the first wrong one first; [] if they do not compare."""
    views = []
    for call in calls:
        arguments = {
            name: _float(np.asarray(value))
            for name, value in zip(parameters, map(_plain, call.arguments), strict=False)
            if isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
        }
        leaves = list(_leaves(call.got, call.expected))
        for got, expected in leaves:
            right = call.right or (len(leaves) > 1 and agree(got, expected, call.rtol, call.atol))
            if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "biuf":
                if right:
                    continue
                return []
            if not isinstance(got, np.ndarray) or got.dtype.kind not in "biuf":
                return []
            kinds = expected.dtype.kind, got.dtype.kind
            numbers = _float(expected), _float(got), right, arguments, call.rtol, call.atol, kinds
            views.append(View(*numbers, alone=len(leaves) == 1))
    return sorted(views, key=lambda v: v.right)  # the example shows the first wrong one


def _plain(value: Any) -> Any:
    """Return an argument as an array, if it is a number or holds numbers."""
    with contextlib.suppress(Exception):
        if isinstance(value, (bool, int, float, np.ndarray, np.generic)):
            return np.asarray(value)
        if isinstance(value, (list, tuple)):
            return np.array(value)
    return value


def _float(a: np.ndarray) -> np.ndarray:
    return a.astype(float)


def _leaves(got: Any, expected: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what came beside what was expected, part by part."""
    if isinstance(expected, dict) and isinstance(got, dict) and got.keys() == expected.keys():
        for key in expected:
            yield from _leaves(got[key], expected[key])
    elif is_sequence(expected) and _length(got) == len(expected):
        for g, e in zip(got, expected, strict=True):
            yield from _leaves(np.asarray(g) if isinstance(got, np.ndarray) else g, e)
    elif isinstance(expected, np.ndarray) and isinstance(got, list):
        yield _as_array(got), expected
    else:
        yield got, expected


def _length(value: Any) -> int:
    sized = is_sequence(value) or (isinstance(value, np.ndarray) and value.ndim)
    return len(value) if sized else -1


def _as_array(value: Any) -> Any:
    """Return a list of numbers, or of lists of them, as an array."""
    with contextlib.suppress(Exception):
        return np.array(value)
    return value


def near(a: Any, b: Any, rtol: float, atol: float) -> bool:
    """Whether two arrays have the same shape and all numbers in common, nan included."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        return False
    distance, size = np.abs(a - b), np.abs(b)
    if np.isfinite(distance).all():
        return bool((distance <= atol + rtol * size).all())
    return bool(np.isclose(a, b, rtol, atol, equal_nan=True).all())


def _tolerance(v: View, tight: bool = False) -> tuple[float, float]:
    if tight:
        return v.rtol, v.atol
    finite = v.e[np.isfinite(v.e)]
    return max(v.rtol, LOOSE), max(v.atol, 1e-9 * float(np.max(np.abs(finite), initial=0)))


def _holding(slips: Iterable[Slip], views: list[View], score: float) -> Iterator[Slip]:
    for slip in slips:
        if score >= slip.evidence and all(_explains(slip, v) for v in views):
            yield slip


def _explains(slip: Slip, v: View) -> bool:
    try:
        one, other = slip.sides(v)
    except Exception:
        # Of a single number most slips say nothing, as long as nothing is wrong with it.
        return v.right and v.alone and v.e.size <= 1
    tolerance = _tolerance(v, slip.tight)
    # What is nearly right is not explained by a slip that would not change it.
    return near(one, other, *tolerance) and (v.right or not near(v.g, v.e, *tolerance))


def evidence(views: list[View]) -> float:
    """Weigh what is wrong: two for each pair of numbers with many digits, one for one with few.

    A pair counts once, but for a quarter where it comes again.
    """
    pairs: set[tuple[float, float]] = set()
    again = 0
    for v in views:
        if v.right:
            continue
        e = v.e.ravel()
        if v.g.shape == v.e.shape:
            different = ~np.isclose(v.g, v.e, v.rtol, v.atol, equal_nan=True).ravel()
            e, g = e[different], v.g.ravel()[different]
        else:
            g = np.zeros_like(e)
        new = [
            (float(f"{x:.5g}"), float(f"{y:.5g}")) for x, y in zip(e[:FEW], g[:FEW], strict=True)
        ]
        again += len(new)
        pairs.update(pair for pair in new if np.isfinite(pair[0]))
    again -= len(pairs)
    return sum(1 + (_long(x) or _long(y)) for x, y in pairs) + again / 4


def _long(number: float) -> bool:
    """Whether a number has more than two digits that count, so that it is hit by no chance."""
    return float(f"{number:.2g}") != number


def _nearly(views: list[View]) -> bool:
    return all(near(v.g, v.e, 1e-4, max(v.atol, 1e-9)) for v in views) and any(
        np.count_nonzero(v.e) for v in views
    )


# --- in words -------------------------------------------------------------------------------------


def _said(slips: list[Slip], views: list[View]) -> str | None:
    """Say the slip that holds; of several, the weakest truth they share."""
    words: dict[str, Slip] = {}
    for slip in slips:
        words.setdefault(slip.seen if isinstance(slip.seen, str) else slip.seen(views[0]), slip)
    if not words:
        return None
    if len(words) == 1:
        seen, slip = next(iter(words.items()))
        return f"{seen} {slip.ask}".strip()
    families = {slip.family for slip in words.values()}
    if len(families) == 1 and (weaker := WEAKER.get(families.pop())):
        return weaker
    return min(words, key=lambda seen: words[seen].effort)


# --- the whole result -----------------------------------------------------------------------------


def same_for_every_input(calls: list[Call], parameters: list[str], names: list[str]) -> str | None:
    """Say that a result does not depend on the input."""
    first, *others = calls
    if not all(agree(call.got, first.got, 1e-12, 0) for call in others):
        return None
    wrong = [call for call in calls if not call.right]
    if not any(not agree(c.expected, wrong[0].expected, c.rtol, c.atol) for c in wrong[1:]):
        return None
    if not finite(first.got):
        return None
    if isinstance(first.got, np.ndarray) and set(first.got.ravel()[:FEW].tolist()) in ({0}, {1}):
        return None  # there is more to say of it
    shown = show(first.got).removesuffix(".")  # of 2.0 NumPy shows "2."
    shown = f", {shown}" if len(shown) < 40 and "\n" not in shown else ""
    ask = (
        "Is there a condition that always, or never, holds?"
        if isinstance(first.got, str)
        else "Does it come from the arguments, or from fixed numbers or variables of the notebook?"
    )
    return f"{{It}} is the same for every input{shown}. {ask}"


def arguments_returned(calls: list[Call], parameters: list[str], names: list[str]) -> str | None:
    """Say that a result, or each of its parts, is an argument as it was."""
    if len({_length(call.expected) for call in calls if is_sequence(call.expected)}) > 1:
        return None
    found = []
    whole = is_sequence(calls[0].expected)
    for number in range(len(calls[0].expected) if whole else 1):
        if whole and any(_length(call.got) != len(call.expected) for call in calls):
            return None
        pairs = [
            (call.got[number], call.expected[number]) if whole else (call.got, call.expected)
            for call in calls
        ]
        names_ = [
            name
            for place, name in enumerate(parameters)
            if all(
                place < len(call.arguments) and _is(got, call.arguments[place])
                for call, (got, _) in zip(calls, pairs, strict=True)
            )
        ]
        different = [
            got
            for call, (got, expected) in zip(calls, pairs, strict=True)
            if not call.right and not agree(got, expected, call.rtol, call.atol)
        ]
        if not names_ or not different or not _varied(different):
            return None
        found.append(" or ".join(f"`{name}`" for name in names_))
    if len(found) == 1:
        return f"{{It}} is the argument {found[0]}, unchanged."
    return f"{{It}} consists of the arguments {' and '.join(found)}, unchanged."


def _is(got: Any, argument: Any) -> bool:
    """Whether something is an argument as it was."""
    if not isinstance(argument, (str, int, float, np.ndarray, np.generic, list, tuple)):
        return False
    return agree(got, canonical(argument), 0, 0)


def _varied(values: list[Any]) -> bool:
    """Whether values hold at least two different numbers besides 0, or are text."""
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    if len(arrays) < len(values):
        return True
    if any(a.dtype.kind == "U" for a in arrays):
        return True
    numbers = {float(x) for a in arrays if a.dtype.kind in "biuf" for x in a.ravel()[:FEW]}
    return len(numbers - {0.0}) > 1


def parts_exchanged(calls: list[Call], parameters: list[str], names: list[str]) -> str | None:
    """Say that the parts are right, but in another order."""
    count = _length(calls[0].expected) if is_sequence(calls[0].expected) else 0
    keys = None
    if isinstance(calls[0].expected, dict):
        keys = list(calls[0].expected)
        count = len(keys)
    if not 2 <= count <= MOST_PARTS:
        return None
    rows = []
    for call in calls:
        got, expected = call.got, call.expected
        if keys is not None:
            if not isinstance(got, dict) or list(expected) != keys or set(got) != set(keys):
                return None
            got, expected = [got[key] for key in keys], [expected[key] for key in keys]
        if _length(got) != count or _length(expected) != count:
            return None
        got = [np.asarray(g) if isinstance(got, np.ndarray) else g for g in got]
        rows.append([[agree(g, e, call.rtol, call.atol) for e in expected] for g in got])
    fits = np.array(rows).all(axis=0)  # [i, j]: part i of what came is part j
    orders = list(_orders(fits, ()))[:2]
    if not orders:
        return None
    if len(orders) > 1:
        return "The parts of {it} are right, but in the wrong order."
    places = keys or (list(names) if len(names) == count else None)
    if places:
        came = ", ".join(f"`{places[place]}`" for place in orders[0])
        wanted = ", ".join(f"`{place}`" for place in places)
        return f"The parts of {{it}} are right, but in the wrong order: {came} instead of {wanted}."
    if count == 2:
        return "The two parts of {it} are right, but in the wrong order: exchange them."
    came = ", ".join(f"part {place + 1}" for place in orders[0])
    return f"The parts of {{it}} are right, but in the wrong order: {came}."


def _orders(fits: np.ndarray, taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every order of the parts that fits."""
    if len(taken) == len(fits):
        yield taken
        return
    for place in np.flatnonzero(fits[len(taken)]):
        if place not in taken:
            yield from _orders(fits, (*taken, int(place)))


def within_a_list(calls: list[Call], parameters: list[str], names: list[str]) -> str | None:
    """Say that the right result came inside a tuple or a list, alone or with something else."""
    if any(is_sequence(call.expected) or not is_sequence(call.got) for call in calls):
        return None
    lengths = {len(call.got) for call in calls}
    if len(lengths) != 1:
        return None
    count = lengths.pop()
    for number in range(min(count, MOST_PARTS)):
        if all(
            type(c.got) is type(calls[0].got) and agree(c.got[number], c.expected, c.rtol, c.atol)
            for c in calls
        ):
            kind = "tuple" if isinstance(calls[0].got, tuple) else "list"
            if count == 1:
                return (
                    f"{{It}} is a {kind} with the right result in it. A comma too many behind the"
                    " `return` makes one, and so does `np.where`; `[0]` takes the result out."
                )
            return (
                f"{{It}} is a {kind} of {count}; number {number + 1} of them is the right result."
                " Return only that."
            )
    if all(_sum(c.got) is not None and agree(_sum(c.got), c.expected, 1e-9, 0) for c in calls):
        return f"{{It}} consists of {count} numbers; their sum is the right result."
    return None


def _sum(parts: Any) -> np.ndarray | None:
    """Return the sum of numbers; None if they are not numbers."""
    numbers = all(isinstance(p, np.ndarray) and p.dtype.kind in "iuf" and not p.ndim for p in parts)
    return np.asarray(sum(parts)) if numbers and len(parts) > 1 else None


# --- the code -------------------------------------------------------------------------------------


def about_arguments(answer: Callable, parameters: Sequence[str] = ()) -> str | None:
    """Say which argument a wrong answer does not use; None if it uses all, or hides how."""
    if unused := unused_argument(answer, parameters):
        names = " and ".join(f"`{name}`" for name in unused)
        return f"Your function never uses its argument{'s' * (len(unused) > 1)} {names}."
    if overwritten := overwritten_argument(answer):
        name = overwritten[0]
        return (
            f"Your function gives `{name}` a new value before it uses the one it was called with."
        )
    return None


def unused_argument(answer: Callable, parameters: Sequence[str] = ()) -> list[str]:
    """Return the arguments that the answer's own code never reads, by the names it gives them.

    Only what is certain: none if the code may read them in a way that cannot be seen. Of more
    arguments than `parameters` has, the rest need not be used.
    """
    code, own = _code(answer)
    if code is None or {"locals", "vars", "eval", "exec", "dir"} & set(code.co_names):
        return []
    read = set(code.co_cellvars)  # by a function inside
    for step in dis.get_instructions(code):
        if not step.opname.startswith("STORE_FAST") or "LOAD" in step.opname:
            read.update(step.argval if isinstance(step.argval, tuple) else [step.argval])
    return [name for name in own[: len(parameters) or None] if name not in read]


def overwritten_argument(answer: Callable) -> list[str]:
    """Return the arguments that the answer sets to something else before it reads them."""
    code, own = _code(answer)
    if code is None:
        return []
    found, met = [], set(code.co_cellvars)
    for step in dis.get_instructions(code):
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            break  # from here on, it depends on the way
        names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
        for name in names:
            if step.opname.startswith("STORE_FAST") and name in own and name not in met:
                found.append(name)
            met.add(name)
    return found


def _code(answer: Callable) -> tuple[CodeType | None, tuple[str, ...]]:
    """Return a function's code, if it has any, and the names of its arguments."""
    function = answer.__func__ if inspect.ismethod(answer) else answer
    if not inspect.isfunction(function):
        return None, ()
    code = function.__code__
    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return code, own[1:] if inspect.ismethod(answer) else own
