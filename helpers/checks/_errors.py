"""Explains the exception that a reader's function raised: what to change, in their own names."""

from __future__ import annotations

from helpers.checks._failure import Failure, Shaped, failure

__all__ = ["Failure", "Shaped", "explained", "failure"]


def explained(failure: Failure, parameters: list[str]) -> str | None:
    """Say what went wrong and what to do; None if the error says it as well.

    Parameters
    ----------
    failure : Failure
    parameters : list of str
        The names of the task's arguments.
    """
    return None
