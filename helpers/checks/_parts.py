"""Stage: a right result has several parts, and each wrong one is explained by itself.

One further fault is enough for no known mistake to agree with the whole answer. So each part is
held against the right part, then against the same part of each known mistake, then against the
slips that `slips` knows. What is said names the parts that are right, and what is wrong with
those that are not.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from helpers.checks._attempt import Attempt, Call, Diagnosis
from helpers.checks._fitting import fitting
from helpers.checks._form import other_axis
from helpers.checks._mistakes import mistaken, without_praise
from helpers.checks._run import parameters
from helpers.checks._task import Mistake
from helpers.checks._values import agree, is_sequence, mismatch
from helpers.checks.slips import located, slip

WHOLE = re.compile(r"\b(both|twice|order|alone|exchanged|parts?)\b", re.IGNORECASE)
FEWEST = 3  # Different numbers in a part; of fewer it is too easily the same by chance.
NUMERALS = "first", "second", "third", "fourth", "fifth", "sixth"


@dataclass(frozen=True)
class Part:
    """One part of the result of every call."""

    number: int
    label: str  # "`b`", or "the second part"
    calls: tuple[Call, ...]

    @property
    def right(self) -> bool:
        return all(call.right for call in self.calls)


@dataclass(frozen=True)
class Explanation:
    """A known mistake that agrees with the answer in all the parts that it gets wrong."""

    mistake: Mistake
    parts: frozenset[int]
    words: str


def part_by_part(attempt: Attempt) -> Diagnosis | None:
    """Say which parts are right, and explain each of the others."""
    parts = split(attempt)
    if parts is None:
        return _other_number(attempt)
    known, slips = _explanations(attempt, parts)
    wrong = {part.number for part in parts if not part.right}
    if wrong > _explained(known) | slips.keys():
        return None
    return _said(attempt, parts, known, slips)


def some_parts(attempt: Attempt) -> Diagnosis | None:
    """Say which parts are right, and explain some of the others."""
    parts = split(attempt) or []
    known, slips = _explanations(attempt, parts)
    return _said(attempt, parts, known, slips) if known or slips else None


def places_in_parts(attempt: Attempt) -> Diagnosis | None:
    """Say which parts are right, and where the others are wrong."""
    parts = split(attempt) or []
    if not any(part.right or _place(attempt, part) for part in parts):
        return None
    return _said(attempt, parts, [], {})


def _said(
    attempt: Attempt, parts: list[Part], known: list[Explanation], slips: dict[int, str]
) -> Diagnosis:
    right = [part.label for part in parts if part.right]
    said = [_sentence(right, "is right.", "are right.")] if right else []
    for each in known:
        labels = [part.label for part in parts if part.number in each.parts]
        said.append(f"As to {_listed(labels)}: {each.words}")
    said += filter(None, slips.values())
    for part in parts:
        if not part.right and part.number not in _explained(known) | slips.keys():
            verb = "is wrong, too." if known or slips else "is wrong."
            said.append(_place(attempt, part) or _sentence([part.label], verb, ""))
    section = next((each.mistake.section for each in known if each.mistake.section), "")
    return Diagnosis("parts", _without_repeats(" ".join(said)), attempt.failing[0], section or "")


def _without_repeats(words: str) -> str:
    """Leave out a question that was asked before, of another part."""
    sentences = re.split(r"(?<=[.?]) (?=[A-Z`])", words)
    return " ".join(s for i, s in enumerate(sentences) if s[-1] != "?" or s not in sentences[:i])


def split(attempt: Attempt) -> list[Part] | None:
    """Return the parts, if the right result and the answer's have as many in every call."""
    count = _count(attempt)
    if not count or not all(_has_parts(call, count) for call in attempt.calls):
        return None
    return [
        Part(number, label, tuple(_only(call, number) for call in attempt.calls))
        for number, label in enumerate(labels(attempt, count))
    ]


def _has_parts(call: Call, count: int) -> bool:
    """Whether a result has as many parts; the rows of an array only if they have the form."""
    if is_sequence(call.got) or _length(call.got) != count:
        return _length(call.got) == count
    return mismatch(call.got, call.expected) is None


def labels(attempt: Attempt, count: int) -> list[str]:
    """Return how each part is called."""
    if len(attempt.task.returns) == count:
        return [f"`{name}`" for name in attempt.task.returns]
    return [f"the {numeral} part" for numeral in NUMERALS[:count]]


def _count(attempt: Attempt) -> int:
    """Return the number of parts of the right result; 0 if it has none."""
    counts = {_length(call.expected) * is_sequence(call.expected) for call in attempt.calls}
    count = counts.pop()
    return count if not counts and 2 <= count <= len(NUMERALS) else 0


def _length(value: Any) -> int:
    has_parts = is_sequence(value) or (isinstance(value, np.ndarray) and value.ndim)
    return len(value) if has_parts else -1


def _only(call: Call, number: int) -> Call:
    """Return the call as if this part were all."""
    got = call.got[number] if is_sequence(call.got) else np.asarray(call.got[number])
    expected = call.expected[number]
    right = call.right or agree(got, expected, call.rtol, call.atol)
    return replace(call, got=got, expected=expected, right=right)


# --- known mistakes -------------------------------------------------------------------------------


def _explanations(attempt: Attempt, parts: list[Part]) -> tuple[list[Explanation], dict[int, str]]:
    """Return mistakes that explain different parts, and what slips explain of those left."""
    slips = _exchanged(parts)
    known = _chosen([each for each in _mistakes(attempt, parts) if not each.parts & slips.keys()])
    done = _explained(known) | slips.keys()
    left = [part for part in parts if not part.right and part.number not in done]
    slips |= {part.number: words for part in left if (words := _slip(attempt, part))}
    return known, slips


def _exchanged(parts: list[Part]) -> dict[int, str]:
    """Say which two parts are right, but each in the place of the other."""
    for one, other in itertools.combinations(parts, 2):
        pairs = [
            *zip(one.calls, other.calls, strict=True),
            *zip(other.calls, one.calls, strict=True),
        ]
        if not (one.right or other.right) and all(
            mismatch(a.got, b.expected) is None and agree(a.got, b.expected, a.rtol, a.atol)
            for a, b in pairs
        ):
            return {
                one.number: f"{_listed([one.label, other.label])} are right, but exchanged: each is"
                " returned in the place of the other.",
                other.number: "",
            }
    return {}


def _explained(known: list[Explanation]) -> set[int]:
    return set().union(*(each.parts for each in known))


def _chosen(found: list[Explanation]) -> list[Explanation]:
    """Return explanations of different parts, those first that explain most."""
    chosen: list[Explanation] = []
    for each in sorted(found, key=lambda each: -len(each.parts)):
        rivals = {other.words for other in found if other.parts == each.parts}
        # Two that say different things of the same part cannot be told apart.
        if not each.parts & _explained(chosen) and len(rivals) == 1:
            chosen.append(each)
    return chosen


def _mistakes(attempt: Attempt, parts: list[Part]) -> Iterable[Explanation]:
    """Yield the mistakes that agree with the answer in all the parts that they get wrong."""
    for mistake, outputs in zip(attempt.task.mistakes, mistaken(attempt.task), strict=True):
        if not parts or any(_length(output) != len(parts) for output in outputs):
            continue
        touched = frozenset(
            part.number
            for part in parts
            if not all(
                agree(output[part.number], call.expected, call.rtol, call.atol)
                for call, output in zip(part.calls, outputs, strict=True)
            )
        )
        words = without_praise(mistake.diagnosis, of_part=True)
        others = [part.label for part in parts if part.number not in touched]
        if not touched or not words or _about(words, others):
            continue
        if all(_agrees(parts[number], outputs) for number in touched):
            yield Explanation(mistake, touched, words)


def _about(words: str, labels: list[str]) -> bool:
    """Whether the words of a mistake are about the whole answer, or about one of these parts."""
    names = (label.strip("`") for label in labels)
    return bool(WHOLE.search(words)) or any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) for name in names
    )


def _agrees(part: Part, outputs: list[Any]) -> bool:
    """Whether a mistake gives this part, and could not do so by chance."""
    return (
        not part.right
        and _varied(call.got for call in part.calls if not call.right)
        and all(
            agree(call.got, output[part.number], call.rtol, call.atol)
            for call, output in zip(part.calls, outputs, strict=True)
        )
    )


def _varied(values: Iterable[Any]) -> bool:
    numbers = {x for v in values if isinstance(v, np.ndarray) for x in v.ravel()[:FEWEST].tolist()}
    return len(numbers) >= FEWEST


# --- slips, and parts too many --------------------------------------------------------------------


def _slip(attempt: Attempt, part: Part) -> str:
    """Return what the numbers, or the form, of one part say by themselves."""
    name = _name(part)
    words = slip(part.calls, parameters(attempt.task), part=name)
    if words:
        return fitting(words, attempt.answer)
    what = f"Your {name}" if name.startswith("`") else f"{name} of your result"
    complaints = (mismatch(call.got, call.expected, what) for call in part.calls)
    complaint = next((complaint for complaint in complaints if complaint), "")
    return complaint and complaint + other_axis(call for call in part.calls if not call.right)


def _place(attempt: Attempt, part: Part) -> str:
    """Return where a part is wrong, if that can be said in a line."""
    if part.right:
        return ""
    return located(part.calls, parameters(attempt.task), part=_name(part)) or ""


def _name(part: Part) -> str:
    return part.label if part.label.startswith("`") else f"Part {part.number + 1}"


def _other_number(attempt: Attempt) -> Diagnosis | None:
    """Say which of the parts came, where not all did, or which of those that came are too many."""
    count = _count(attempt)
    if not count:
        return None
    names = labels(attempt, count)
    whole = [i for i in range(count) if all(_is_part(call, i) for call in attempt.calls)]
    if len(whole) == 1:
        rest = [name for i, name in enumerate(names) if i not in whole]
        words = f"You returned {names[whole[0]]} alone, and it is right. Return {_listed(rest)} too"
        words += f": `return` takes several results, with commas between them, {_listed(names)}."
        return Diagnosis("parts", words, attempt.failing[0])
    lengths = {_length(call.got) for call in attempt.calls}
    if any(not is_sequence(call.got) for call in attempt.calls) or len(lengths) > 1:
        return None
    places = [
        {j for j in range(min(lengths)) if all(_is_part(c, i, j) for c in attempt.calls)}
        for i in range(count)
    ]
    if all(places):
        extra = [NUMERALS[j] for j in range(min(lengths)) if all(j not in p for p in places)]
        which = "Both parts" if count == 2 else f"All {count} parts"
        words = f"{which} are right, but you returned something else with them"
        words += f" ({_listed(extra)} of {min(lengths)})" * bool(extra)
        words += f". Return {_listed(names)}, and nothing more."
        return Diagnosis("parts", words, attempt.failing[0])
    missing = [name for name, place in zip(names, places, strict=True) if not place]
    if min(lengths) == count - len(missing) > 0:
        verb = "is" if len(missing) == 1 else "are"
        words = f"What you returned is right, but {_listed(missing)} {verb} missing."
        return Diagnosis("parts", words, attempt.failing[0])
    return None


def _is_part(call: Call, number: int, place: int | None = None) -> bool:
    """Whether what came, or one place of it, is a part of the right result."""
    got = call.got if place is None else call.got[place]
    return agree(got, call.expected[number], call.rtol, call.atol)


def _sentence(labels: list[str], one: str, several: str) -> str:
    words = f"{_listed(labels)} {one if len(labels) == 1 else several}"
    return words[0].upper() + words[1:]


def _listed(labels: list[str]) -> str:
    *first, last = labels
    return f"{', '.join(first)} and {last}" if first else last
