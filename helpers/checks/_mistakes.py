"""Stage: does the answer agree with a known mistake?"""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np

from helpers.checks._attempt import Attempt, Diagnosis, known
from helpers.checks._run import calls
from helpers.checks._task import Mistake, Task
from helpers.checks._values import agree, is_sequence, like


@functools.cache
def _mistaken(task: Task) -> list[list[tuple[Any, str]]]:
    """Return outcome and changed argument of each call of each known mistake."""
    probes, expected = known(task).probes, known(task).expected
    return [
        [
            (like(outcome, e), changed)
            for (outcome, changed), e in zip(
                calls(task, mistake.answer, probes), expected, strict=True
            )
        ]
        for mistake in task.mistakes
    ]


def mistaken(task: Task) -> list[list[Any]]:
    """Return the outcomes of each known mistake."""
    return [[outcome for outcome, _ in mistake] for mistake in _mistaken(task)]


def agreeing(attempt: Attempt) -> Mistake | None:
    """Return the mistake that agrees with the answer in every call."""
    for mistake, outputs in zip(attempt.task.mistakes, mistaken(attempt.task), strict=True):
        if all(
            agree(call.got, output, call.rtol, call.atol)
            for call, output in zip(attempt.calls, outputs, strict=True)
        ):
            return mistake
    return None


def whole_mistake(attempt: Attempt) -> Diagnosis | None:
    """Return the words of the mistake that agrees with the answer in every call."""
    mistake = agreeing(attempt)
    if mistake is None:
        return None
    place = attempt.task.mistakes.index(mistake)
    changes = any(changed for _, changed in _mistaken(attempt.task)[place])
    if any(call.changed for call in attempt.calls) and not changes:
        return None  # the words of this mistake know nothing of the change
    return Diagnosis("mistake", mistake.diagnosis, attempt.failing[0], mistake.section or "")


def similar_mistake(attempt: Attempt) -> Diagnosis | None:
    """Return the one mistake that explains the smallest wrong output and nearly all others.

    More than three quarters of all inputs, that is, on which either of the two is wrong.
    """
    counts = []
    for outputs in mistaken(attempt.task):
        pairs = list(zip(attempt.calls, outputs, strict=True))
        same = [agree(call.got, output, call.rtol, call.atol) for call, output in pairs]
        wrong = [
            together
            for together, (call, output) in zip(same, pairs, strict=True)
            if not (call.right and agree(output, call.expected, call.rtol, call.atol))
        ]
        first = same[attempt.calls.index(attempt.failing[0])]
        counts.append(sum(wrong) if first and 4 * sum(wrong) > 3 * len(wrong) else 0)
    best = max(counts, default=0)
    # Two that explain as much cannot be told apart: better no diagnosis than a wrong one. And of
    # few words, or of True and False, too many are the same by chance.
    if not best or counts.count(best) > 1 or not _has_numbers(attempt.failing[0].expected):
        return None
    mistake = attempt.task.mistakes[counts.index(best)]
    words = without_praise(mistake.diagnosis, of_part=True) or mistake.diagnosis
    words = words[0].upper() + words[1:]
    count = len(attempt.failing)
    where = f"On {best} of the {count} inputs where your result is wrong"
    if best == count:
        where = f"On all {count} inputs where your result is wrong"
    if count == 1:
        where = "On the only input where your result is wrong"
    words = f"{where}, it is what this mistake gives: {words}"
    return Diagnosis("similar", words, attempt.failing[0], mistake.section or "")


def _has_numbers(value: Any) -> bool:
    """Whether a result holds several numbers, or one with decimals: a count is hit by chance."""
    parts = value if is_sequence(value) else [value]
    numbers = [p for p in parts if isinstance(p, np.ndarray) and p.dtype.kind in "iuf"]
    return sum(p.size for p in numbers) > 1 or any(p.dtype.kind == "f" for p in numbers)


PRAISE = re.compile(r"\b(is|are) right\.$")
HANGING = re.compile(r"^(There|It|They|That)\b|\b[Rr]ight\b")


EXCEPT = re.compile(r"^(All|Everything) is right,? except")


def without_praise(words: str, of_part: bool = False) -> str:
    """Return a mistake's words without what they say of the rest, which they take to be right.

    They were written about a whole answer ("Your slope of tanh is right. For the sigmoid …") and
    are used for one that has another fault as well. "" if nothing is left that stands by itself.
    Said `of_part`, what the mistake leaves right of this part may be said, too.
    """
    if of_part:
        words = EXCEPT.sub("it is right except", words)
    sentences = re.split(r"(?<=[.?!:]) (?=[A-Z`])", words)
    while sentences and PRAISE.search(sentences[0]):
        sentences = sentences[1:]
    if not sentences or (HANGING.search(sentences[0]) and not sentences[0].startswith("it is")):
        return ""
    return " ".join(sentence for sentence in sentences if not PRAISE.search(sentence))
