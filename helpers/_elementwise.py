"""What every activation function does with its argument, said once: see `elementwise`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.validation import float_array


def elementwise(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Let a formula for float64 arrays take anything that holds real numbers.

    float32 is computed in float64 and rounded once, which is more accurate than NumPy's float32
    exp. nan stays nan, whatever the formula says of it. NumPy is silent meanwhile, even where the
    user's program said `np.seterr(all="raise")`: each formula has the right limit where one of
    its parts is too large or too small for a float.

    Parameters
    ----------
    formula : callable
        Takes a float64 array of any shape, and parameters; returns an array of that shape.

    Returns
    -------
    callable
        Takes array_like; returns a new array, or a NumPy scalar for a number: float32 for float32
        and float16, else float64. It raises TypeError and ValueError as `float_array` does.
    """

    @functools.wraps(formula)
    def function(z: ArrayLike, *args: Any, **kwargs: Any) -> Any:
        z = float_array(z, "z", empty=True)
        with np.errstate(all="ignore"):
            a = formula(z.astype(np.float64, copy=False), *args, **kwargs)
            a = np.where(np.isnan(z), z, a)
            return a.astype(z.dtype, copy=False)[()]  # [()] makes a scalar of a 0-d array

    return function
