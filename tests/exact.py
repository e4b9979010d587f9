"""What the accuracy tests share: exact values, the nearest float to them, distances in ulp.

Everything is compared with mpmath, which computes with as many digits as one asks for. One ulp
("unit in the last place") is the distance between neighbouring floats at the exact value, so a
correctly rounded result is at most 0.5 ulp away. Subnormal results count in steps of the smallest
subnormal number, as they should: an algorithm that flushes 1e-309 to 0 is 2e14 ulp off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mpmath
import numpy as np

# Guards the comparisons themselves against mpmath's working precision outside a `workdps` block.
_COMPARISON_BITS = 400


def ulp_of(exact: Any, dtype: Any) -> mpmath.mpf:
    """Return the spacing of `dtype`'s floats at `exact` (0 and subnormals: the smallest one)."""
    info = np.finfo(dtype)
    if exact == 0:
        return mpmath.ldexp(1, int(info.minexp) - int(info.nmant))
    exponent = int(mpmath.frexp(exact)[1]) - 1
    exponent = min(max(exponent, int(info.minexp)), int(info.maxexp) - 1)
    return mpmath.ldexp(1, exponent - int(info.nmant))


def nearest(exact: Any, dtype: Any) -> np.floating:
    """Return the float of `dtype` nearest to `exact`: ties to even, overflow to ±inf."""
    dtype = np.dtype(dtype)
    info = np.finfo(dtype)
    with mpmath.workprec(_COMPARISON_BITS):
        exact = mpmath.mpf(exact)
        if mpmath.isnan(exact) or mpmath.isinf(exact):
            return dtype.type(float(exact))
        ulp = ulp_of(exact, dtype)
        rounded = mpmath.nint(exact / ulp) * ulp
        if abs(rounded) > mpmath.mpf(float(info.max)):
            return dtype.type(np.inf if rounded > 0 else -np.inf)
        # `rounded` is a float of this dtype, so each step is exact.
        mantissa, exponent = mpmath.frexp(rounded)
        return dtype.type(np.ldexp(float(mantissa), int(exponent)))


def ulp_error(value: Any, exact: Any, dtype: Any) -> float:
    """Return |value − exact| in ulp of `dtype` at `exact`.

    0.5 or less means correctly rounded. A nan, or an infinity where the exact value does not round
    to that infinity, is infinitely wrong; a finite value where it does is so as well.
    """
    value = float(value)
    with mpmath.workprec(_COMPARISON_BITS):
        exact = mpmath.mpf(exact)
        target = float(nearest(exact, dtype))
        if np.isnan(target) or np.isnan(value):
            return 0.0 if np.isnan(target) and np.isnan(value) else float("inf")
        if np.isinf(target) or np.isinf(value):
            return 0.0 if target == value else float("inf")
        return float(abs(mpmath.mpf(value) - exact) / ulp_of(exact, dtype))


def error_where_normal(value: Any, exact: Any, dtype: Any) -> float:
    """Return `ulp_error` where the exact answer is a normal number of `dtype`.

    Below the smallest normal number no digits are promised, only the right limit: 0 if `value` is
    at most that number away, else infinity.
    """
    tiny = float(np.finfo(dtype).tiny)
    with mpmath.workprec(_COMPARISON_BITS):
        if abs(mpmath.mpf(exact)) >= tiny:
            return ulp_error(value, exact, dtype)
        return 0.0 if abs(mpmath.mpf(float(value)) - exact) <= tiny else float("inf")


def worst_ulp_error(
    computed: Iterable[Any],
    inputs: Iterable[Any],
    exact_function: Callable[[mpmath.mpf], Any],
    dtype: Any,
    digits: int = 50,
) -> tuple[float, float]:
    """Return the largest `ulp_error` of `computed` and the input it occurs at.

    `computed` and `inputs` go in parallel; `exact_function` maps one input, as an exact mpf, to the
    exact answer and is evaluated with `digits` decimal digits.
    """
    worst = (-1.0, float("nan"))
    for value, z in zip(computed, inputs, strict=True):
        with mpmath.workdps(digits):
            exact = exact_function(mpmath.mpf(float(z)))
        error = ulp_error(value, exact, dtype)
        if error > worst[0]:
            worst = (error, float(z))
    return worst


def float_grid(dtype: Any, count: int = 400) -> np.ndarray:
    """Return finite floats of both signs from the smallest subnormal to the largest, and 0.

    Logarithmically spread over the whole range, densely over −40…40 and around the thresholds
    where exponentials of this dtype leave the normal and the subnormal range.
    """
    dtype = np.dtype(dtype)
    info = np.finfo(dtype)
    generator = np.random.RandomState(20)  # frozen stream: the same points everywhere
    low, high = np.log2(float(info.smallest_subnormal)), float(info.maxexp)
    spread = np.exp2(np.linspace(low, high - 1e-9, count))
    dense = np.concatenate([np.linspace(0, 2, count), generator.uniform(0, 40, count)])
    # exp(−z) turns subnormal at `normal` and vanishes at `gone`.
    normal, gone = -info.minexp * np.log(2), -low * np.log(2)
    edges = np.concatenate(
        [generator.uniform(normal - 5, gone + 5, count), np.sqrt(2 * dense * gone / 40)]
    )
    landmarks = [float(info.smallest_subnormal), float(info.tiny), float(info.eps), 1.0]
    landmarks += [1e308 if dtype == np.float64 else 1e38, float(info.max)]
    positive = np.concatenate([spread, dense, edges, landmarks])
    positive = np.unique(positive[positive <= float(info.max)].astype(dtype))
    positive = positive[positive > 0]
    return np.concatenate([-positive[::-1], [dtype.type(0)], positive])
