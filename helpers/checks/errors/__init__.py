"""Explains the exception that a reader's function raised: what to change, in their own names.

`failure` collects what is worth knowing of it, `explained` finds the first rule that has something
to say. A rule is a pattern, searched in "type: message", and a function of the `Place` and the
match. It returns None rather than a cause of which it is not sure.
"""

from __future__ import annotations

import contextlib
import re

from helpers.checks.errors import (
    _calls,
    _indices,
    _keras,
    _names,
    _numpy,
    _operators,
    _shapes,
    _truth,
    _values,
)
from helpers.checks.errors._failure import Failure, failure
from helpers.checks.errors._place import Place
from helpers.checks.errors._shaped import Shaped

__all__ = ["Failure", "Shaped", "explained", "failure"]

RULES = (
    *_names.RULES,
    *_keras.RULES,
    *_numpy.RULES,
    *_truth.RULES,
    *_indices.RULES,
    *_shapes.RULES,
    *_operators.RULES,
    *_calls.RULES,
    *_values.RULES,
)
# Errors that other data than the reader thought of may bring about.
ABOUT_DATA = re.compile(
    r"shape|size|dimension|index|out of bounds|aligned|broadcast", re.IGNORECASE
)


def explained(failure: Failure, parameters: list[str]) -> str | None:
    """Say what went wrong and what to do; None if the error itself says it as well.

    Parameters
    ----------
    failure : Failure
    parameters : list of str
        The names of the task's arguments.
    """
    place = Place(failure, parameters)
    sentences = [_first(place), _other_data(place)]
    return " ".join(filter(None, sentences)) or None


def _first(place: Place) -> str | None:
    """Return what the first rule says that has something to say."""
    error = f"{place.failure.type}: {place.failure.message}"
    for pattern, rule in RULES:
        said = re.search(pattern, error, re.DOTALL)
        with contextlib.suppress(Exception):  # a rule that meets what it did not foresee
            if said and (words := rule(place, said)):
                return words
    return None


def _other_data(place: Place) -> str | None:
    """Point at the notebook's data, where the function should use its arguments."""
    failure = place.failure
    names = [name for name in failure.data if name not in place.parameters]
    hidden = [name for name in failure.data if name in place.parameters]  # renamed in `def`
    if not ABOUT_DATA.search(failure.message) or not (names or hidden):
        return None
    used = " and ".join(f"`{name}`" for name in [*names, *hidden][:3])
    several = len(names + hidden) > 1
    them = "which are the notebook's and no arguments" if several else (
        "which is the notebook's and no argument"
    )  # fmt: skip
    idle = " and ".join(f"`{name}`" for name in failure.unused)
    rest = f"; its own {idle} it does not use" if idle else ""
    return f"Your function uses {used}, {them}{rest}. It is called with other data here."
