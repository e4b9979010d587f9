"""What a task of the exercises consists of: a reference, probing inputs and known mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def as_it_is(arguments: tuple, output: Any) -> Any:
    """Return `output`: what is compared is what the function returned."""
    return output


class Finding(str):
    """What `observe` found, in words: printed without quotation marks, unlike a reader's text.

    Attributes
    ----------
    measured : str
        Printed before the words ("a loss of 0.31"), but not compared: whoever makes the same
        mistake need not get the same number.
    """

    measured: str

    def __new__(cls, words: str, measured: str = "") -> Finding:
        finding = super().__new__(cls, words)
        finding.measured = measured
        return finding

    def __repr__(self) -> str:
        return f"{self.measured}: {self}" if self.measured else str(self)


@dataclass(frozen=True, eq=False)  # compared, and hashed, by identity
class Mistake:
    """A known misconception: a wrong answer, and what to say to someone who gives it.

    Attributes
    ----------
    answer : callable
        Same signature as the task's function; computes what the misconception computes. It may
        raise: a reader's function that raises the same error, words included, agrees with it.
    diagnosis : str
        Plain words, in the second person: what was done, instead of what.
    section : str, optional
        The lesson's section to read, such as "3.4"; the task's by default.
    """

    answer: Callable[..., Any]
    diagnosis: str
    section: str | None = None


@dataclass(frozen=True, eq=False)  # compared, and hashed, by identity
class Property:
    """What every right answer has, for answers that no known mistake explains.

    Attributes
    ----------
    holds : callable
        From the arguments of one call and what was observed of its output to a bool. Where it
        raises it says nothing.
    diagnosis : str or callable
        What to say where it does not hold: words, or a function of the same two arguments that
        returns them ("Your accuracy is 91%, …").
    """

    holds: Callable[[tuple, Any], bool]
    diagnosis: str | Callable[[tuple, Any], str]


@dataclass(frozen=True, eq=False)  # compared, and hashed, by identity
class Task:
    """One function for the reader to write.

    Attributes
    ----------
    name : str
        The function's name; unique in the course.
    section : str
        Where the lesson teaches it, such as "3.4".
    reference : callable
        A right answer.
    probes : tuple of tuples, or callable
        The arguments of each call, the smallest first; a function without arguments that returns
        them if they are dear to make (data sets). Every call gets a deep copy.
    mistakes : tuple of Mistake
    hints : tuple of str
        Two or three, from a nudge to nearly the answer.
    reasoning : str
        Why the solution is what it is; `solution` shows it below the code.
    tested : str
        What a right answer was tested on, in a line or two.
    properties : tuple of Property
        Tried in this order, before the ones that every task shares (wrong sign, factor m, …).
    observe : callable
        Turns arguments and output of one call into what is compared: an array, a number, a string,
        or a tuple or dict of these. A Keras model becomes its configuration and its predictions.
    rtol, atol : float
        Two values agree within atol + rtol · |expected|; for float32 within at least
        1e-6 + 1e-4 · |expected|.
    seconds : float
        How long all calls together may take before they count as endless.
    returns : tuple of str
        The names of the parts, where a right answer is a tuple: `check` says them.
    show_expected : bool
        Whether a wrong answer is shown the right one; not where that gives the whole task away.
    needs_tensorflow : bool
        Whether the answer is a Keras model: where no TensorFlow is, the task does not count.
    """

    name: str
    section: str
    reference: Callable[..., Any]
    probes: tuple[tuple, ...] | Callable[[], tuple[tuple, ...]]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    reasoning: str
    tested: str
    properties: tuple[Property, ...] = ()
    observe: Callable[[tuple, Any], Any] = as_it_is
    rtol: float = 1e-9
    atol: float = 1e-12
    seconds: float = 5.0
    returns: tuple[str, ...] = ()
    show_expected: bool = True
    needs_tensorflow: bool = False
