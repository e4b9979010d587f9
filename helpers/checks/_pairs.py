"""Stage: two faults at once, where both are certain.

What a known mistake gives is changed by a second fault that is common everywhere (a wrong sign, a
mean too many, …), or by a second known mistake. If one such pair, and no other, gives what the
answer gives in every call, both are said.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.checks._attempt import Attempt, Diagnosis
from helpers.checks._mistakes import mistaken, without_praise
from helpers.checks._task import Mistake
from helpers.checks._values import agree, is_sequence

FEWEST = 4  # Different wrong numbers; fewer are hit by chance when so much is tried.
ROUNDING = 1e-7  # Relative: the second fault is computed from the outcome of the first.


@dataclass(frozen=True)
class Fault:
    """What may be wrong beside a known mistake: in words, and as a change of the result.

    `change` takes the result, or a part of it, and the number of examples.
    """

    words: str
    change: Callable[[np.ndarray, int], Any]


FAULTS = (
    Fault("the sign is wrong", lambda a, m: -a),
    Fault("it is too large by the factor m, the number of examples", lambda a, m: m * a),
    Fault("it is divided by m, the number of examples, once too often", lambda a, m: a / m),
    Fault("rows and columns are exchanged", lambda a, m: _matrix(a).T),
    Fault("it is averaged over the examples", lambda a, m: _examples(a, m).mean(axis=0)),
    Fault("it is averaged over everything", lambda a, m: _examples(a, m).mean()),
    Fault("it is added up over the examples", lambda a, m: _examples(a, m).sum(axis=0)),
    Fault("it is added up over everything", lambda a, m: _examples(a, m).sum()),
    Fault("it is in reverse order", lambda a, m: _vector(a)[::-1]),
    Fault("it has an axis too many: it is a column", lambda a, m: _vector(a)[:, np.newaxis]),
)
REVERSED = Fault("the parts are in the wrong order", lambda a, m: a)  # of all parts together


def _sequence(value: Any) -> Any:
    if not is_sequence(value):
        raise ValueError("does not apply")
    return value


def _matrix(a: np.ndarray) -> np.ndarray:
    return _only(a, a.ndim == 2)


def _vector(a: np.ndarray) -> np.ndarray:
    return _only(a, a.ndim == 1)


def _examples(a: np.ndarray, m: int) -> np.ndarray:
    return _only(a, bool(a.ndim) and len(a) == m)


def _only(a: np.ndarray, applies: bool) -> np.ndarray:
    if not applies:
        raise ValueError("does not apply")
    return a


def two_faults(attempt: Attempt) -> Diagnosis | None:
    """Say a known mistake and a second fault, if this pair and no other explains all calls."""
    if _evidence(attempt) < FEWEST:
        return None
    known = [
        (mistake, outputs)
        for mistake, outputs in zip(attempt.task.mistakes, mistaken(attempt.task), strict=True)
        if without_praise(mistake.diagnosis)
        and all(map(_finite, outputs))
        and not _agrees(attempt, outputs)  # nearly: then there is no second fault
        and not _nearly_right(attempt, outputs)
    ]
    for pairs in (_with_fault, _with_mistake):
        found = dict(pairs(attempt, known))
        if len(found) == 1:
            ((words, section),) = found.items()
            return Diagnosis(
                "pair",
                f"Your result is what two things together give. {words}",
                attempt.failing[0],
                section,
            )
        if found:
            return None
    return None


Known = list[tuple[Mistake, list[Any]]]


def _with_fault(attempt: Attempt, known: Known) -> Iterator[tuple[str, str]]:
    """Yield a known mistake and a common fault, in words, and the section to read."""
    pairs = [
        (mistake, fault)
        for mistake, outputs in known
        if (fault := next((f for f in (*FAULTS, REVERSED) if _explains(attempt, outputs, f)), None))
    ]
    right = [call.expected for call in attempt.calls]
    if len(pairs) == 2 and all(_is(attempt, right, pairs[1 - n][1], pairs[n][0]) for n in (0, 1)):
        # The common fault of either pair is the mistake of the other: these are one pair.
        yield _both(pairs[0][0], pairs[1][0])
        return
    for mistake, fault in pairs:
        words = f"{without_praise(mistake.diagnosis)} And besides, {fault.words}."
        yield words, mistake.section or ""


def _both(one: Mistake, other: Mistake) -> tuple[str, str]:
    first, second = without_praise(one.diagnosis), without_praise(other.diagnosis)
    return f"First: {first} Second: {second}", one.section or other.section or ""


def _is(attempt: Attempt, outputs: list[Any], fault: Fault, mistake: Mistake) -> bool:
    """Whether a fault makes of these outputs what a mistake gives."""
    wanted = mistaken(attempt.task)[attempt.task.mistakes.index(mistake)]
    changed = _with(attempt, outputs, fault)
    return changed is not None and all(
        agree(one, other, max(call.rtol, ROUNDING), call.atol)
        for call, one, other in zip(attempt.calls, changed, wanted, strict=True)
    )


def _with_mistake(attempt: Attempt, known: Known) -> Iterator[tuple[str, str]]:
    """Yield pairs of mistakes that change different entries, and so add up."""
    expected = [call.expected for call in attempt.calls]
    for (one, first), (other, second) in itertools.combinations(known, 2):
        if _apart(first, second, expected) and _agrees(
            attempt, [_added(*o) for o in zip(first, second, expected, strict=True)]
        ):
            yield _both(one, other)


def _apart(first: list[Any], second: list[Any], right: list[Any]) -> bool:
    """Whether no entry is changed by both: in one and the same, too much adds up by chance."""
    one, other, wanted = (_flat(outputs) for outputs in (first, second, right))
    if len({len(one), len(other), len(wanted)}) > 1:
        return False
    changed = [~np.isclose(a, wanted, ROUNDING, 1e-12) for a in (one, other)]
    return not (changed[0] & changed[1]).any()


def _flat(value: Any) -> np.ndarray:
    """Return all numbers of a result, or of a list of them."""
    if is_sequence(value):
        return np.concatenate([_flat(part) for part in value])
    return value.astype(float).ravel() if _numeric(value) else np.empty(0)


def _explains(attempt: Attempt, outputs: list[Any], fault: Fault) -> bool:
    """Whether a fault makes of a mistake's outputs what came."""
    claims = _with(attempt, outputs, fault)
    if claims is None or not _agrees(attempt, claims):
        return False
    return not all(
        agree(claim, output, call.rtol, call.atol)
        for call, claim, output in zip(attempt.calls, claims, outputs, strict=True)
    )


def _with(attempt: Attempt, outputs: list[Any], fault: Fault) -> list[Any] | None:
    """Return the outputs with the fault; None if they cannot have it."""
    rows = [_rows(call.arguments) for call in attempt.calls]
    try:
        if fault is REVERSED:
            return [_sequence(output)[::-1] for output in outputs]
        return [_changed(output, fault, m) for output, m in zip(outputs, rows, strict=True)]
    except ValueError:  # does not apply
        return None


def _nearly_right(attempt: Attempt, outputs: list[Any]) -> bool:
    """Whether a mistake shows in the last digits only, which are lost where two are combined."""
    return all(
        agree(output, call.expected, max(call.rtol, ROUNDING), max(call.atol, ROUNDING))
        for call, output in zip(attempt.calls, outputs, strict=True)
    )


def _agrees(attempt: Attempt, claims: list[Any]) -> bool:
    return all(
        claim is not None and agree(call.got, claim, max(call.rtol, ROUNDING), call.atol)
        for call, claim in zip(attempt.calls, claims, strict=True)
    )


# --- results, part by part ------------------------------------------------------------------------


def _changed(output: Any, fault: Fault, m: int) -> Any:
    if is_sequence(output):
        return tuple(_changed(part, fault, m) for part in output)
    return np.asarray(fault.change(output, m))


def _added(one: Any, other: Any, right: Any) -> Any:
    """Add what two mistakes change, part by part; None if the three results have not one form."""
    if is_sequence(right):
        if not all(is_sequence(v) and len(v) == len(right) for v in (one, other)):
            return None
        parts = [_added(*part) for part in zip(one, other, right, strict=True)]
        return None if any(part is None for part in parts) else tuple(parts)
    shapes = {v.shape if _numeric(v) else None for v in (one, other, right)}
    if len(shapes) > 1 or None in shapes:
        return None
    return one.astype(float) + other.astype(float) - right.astype(float)


def _numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iuf"


def _finite(value: Any) -> bool:
    """Whether a result consists of finite numbers."""
    if is_sequence(value):
        return all(map(_finite, value))
    return _numeric(value) and bool(np.isfinite(value).all())


def _evidence(attempt: Attempt) -> int:
    """Count the different pairs of a wrong number and the right one; 0 if they are no numbers."""
    pairs: set[tuple[float, float]] = set()
    for call in attempt.failing:
        if not _finite(call.got) or not _finite(call.expected):
            return 0
        got, expected = _numbers(call.got), _numbers(call.expected)
        if len(got) != len(expected):  # of another form: what counts is what came
            expected = np.full(len(got), np.nan)
        wrong = ~np.isclose(got, expected, call.rtol, call.atol)
        pairs |= set(zip(got[wrong].tolist(), np.nan_to_num(expected[wrong]).tolist(), strict=True))
    return len(pairs)


def _numbers(value: Any) -> np.ndarray:
    if is_sequence(value):
        return np.concatenate([np.empty(0), *map(_numbers, value)])
    return value.astype(float).ravel()


def _rows(arguments: tuple) -> int:
    """Return the number of examples: the rows of the first array among the arguments."""
    arrays = [a for a in arguments if isinstance(a, np.ndarray) and a.ndim]
    return max(len(arrays[0]), 1) if arrays else 1
