"""Tasks of lesson 2: choosing the head by the target, and the hidden layers by evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import datasets
from helpers.activations import sigmoid, sigmoid_derivative
from helpers.checks._task import Finding, Mistake, Property, Task
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

LESSON = "02_choosing_activations"

Head = tuple[str, str, int]

# ---------------------------------------------------------------------------- share_outside


def _outside(a: np.ndarray) -> str:
    """Say which of the answers are no probabilities."""
    outside = [f"{answer:.13g}" for answer in a[(a < 0) | (a > 1)]]
    which = f" ({', '.join(outside)})" if outside else ""
    return f"{len(outside) or 'None'} of these {a.size} answers {_is(outside)} outside{which}"


def _is(things: list) -> str:
    return "are" if len(things) > 1 else "is"


_SHARE_OUTSIDE = Task(
    name="share_outside",
    section="2.2",
    reference=lambda a: np.mean((a < 0) | (a > 1)),
    probes=(
        (np.array([0.3, 1.8, -0.7, 0.9, -0.6]),),
        (np.array([0.0, 1.0, 0.5, 0.0]),),
        (np.array([1.2, 0.4, 1.2, 1.3]),),
        (np.array([-0.3, 0.8]),),
        (np.array([0.7]),),
        (np.array([-2.0, 1.5, -3.0]),),
        (np.array([0.2, 0.6, 3.0, 0.1, 0.7, -0.4, 1.0]),),
        (np.array([-1e-12, 1 + 1e-12, 1e-12, 1 - 1e-12, 1 + 1e-9]),),
    ),
    mistakes=(
        Mistake(
            lambda a: np.mean((a < 0) & (a > 1)),
            "Your share is always 0. If you join the two conditions by `&` or `and`: no number is "
            "below 0 and above 1 at the same time. An answer is outside if one of the two is true.",
        ),
        Mistake(
            lambda a: np.mean(a > 1),
            "You counted the answers above 1 only. An answer below 0 is no probability either.",
        ),
        Mistake(
            lambda a: np.mean(a < 0),
            "You counted the answers below 0 only. An answer above 1 is no probability either.",
        ),
        Mistake(
            lambda a: np.mean((a <= 0) | (a >= 1)),
            "You counted answers of exactly 0 or exactly 1 as outside. Both are probabilities: "
            "impossible and certain.",
        ),
        Mistake(
            lambda a: np.mean((a < 0) | (a >= 1)),
            "You counted an answer of exactly 1 as outside. It is a probability: certain.",
        ),
        Mistake(
            lambda a: np.mean((a <= 0) | (a > 1)),
            "You counted an answer of exactly 0 as outside. It is a probability: impossible.",
        ),
        Mistake(
            lambda a: np.mean(a > 0.5),
            "You returned the share of the answers above one half. That is how often the network "
            'says "yes"; whether its answers can be probabilities is another question.',
        ),
        Mistake(
            lambda a: np.mean(np.abs(a) > 1),
            "You counted the answers above 1 and those below −1. Those between −1 and 0 are no "
            "probabilities either.",
        ),
        Mistake(
            lambda a: float(a[0] < 0 or a[0] > 1) / len(a),
            "Only the first answer counts. If there is a `return` inside your loop, it ends after "
            "one turn: the line belongs behind the loop, indented one level less.",
        ),
        Mistake(
            lambda a: float(a[-1] < 0 or a[-1] > 1) / len(a),
            "Only the last answer counts. In a loop, each turn has to add to what was counted "
            "before; the line that sets the counter to 0 belongs before the loop.",
        ),
        Mistake(
            lambda a: np.sum((a[1:] < 0) | (a[1:] > 1)) / len(a),
            "The first answer does not count. It has the index 0: a loop, or a slice, that starts "
            "at 1 leaves it out.",
        ),
        Mistake(
            lambda a: np.mean((np.round(a) < 0) | (np.round(a) > 1)),
            "Answers that are outside by less than a half, such as 1.3, count as inside, as if "
            "they were rounded. Every answer below 0 or above 1 is outside.",
        ),
        Mistake(
            lambda a: np.unique(a[(a < 0) | (a > 1)]).size / len(a),
            "Of answers that are equal only one counts, as in a set. Each answer outside counts.",
        ),
        Mistake(
            lambda a: np.sum((a < 0) | (a > 1)) / np.sum((a >= 0) & (a <= 1)),
            "You divided by the number of the answers inside. A share is of all answers.",
        ),
        Mistake(
            lambda a: float(np.any((a < 0) | (a > 1))),
            "Your result is 1 as soon as any answer is outside, and else 0. Asked for is how "
            "many are outside, as a share of all.",
        ),
        Mistake(
            lambda a: 1.0,
            "Your share is that of all answers, those from 0 to 1 as well. Print your array of "
            "True and False for the first input: only its True are to be counted, as `np.sum` "
            "does; `len` counts the False as well.",
        ),
        Mistake(
            lambda a: 1 / len(a),
            "Your result is 1 divided by the number of answers: what you divide is 1, however many "
            "are outside. (`np.where` and `np.nonzero` give a tuple with one array of positions "
            "for each axis: its `len` is the number of axes.)",
        ),
        Mistake(
            lambda a: 2.0,
            "Each answer counts twice, also if it is inside, so that your share is 2. In "
            "an array of True and False only the True are to be counted, as `np.sum` does; `len` "
            "counts the False as well.",
        ),
        Mistake(
            lambda a: np.mean(a[(a < 0) | (a > 1)]),
            "You took the mean of the answers that are outside. Asked for is how many they are, as "
            "a share of all: the mean of True and False.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, share: not np.any((share < 0) | (share > 1)),
            "A share lies between 0 and 1. Yours does not.",
        ),
        Property(
            lambda arguments, share: (
                share != 0 or not ((arguments[0] < 0) | (arguments[0] > 1)).any()
            ),
            lambda arguments, share: f"{_outside(*arguments)}, but your share is 0.",
        ),
        Property(
            lambda arguments, share: share == 0 or ((arguments[0] < 0) | (arguments[0] > 1)).any(),
            lambda arguments, share: f"{_outside(*arguments)}, but your share is not 0.",
        ),
        Property(
            lambda arguments, share: False,
            lambda arguments, share: f"{_outside(*arguments)}. Your share is {share:.4g}.",
        ),
    ),
    hints=(
        "An answer is no probability if it lies below 0, or if it lies above 1. Comparing an array "
        "with a number gives an array of True and False.",
        "NumPy joins two arrays of True and False, element by element, with | for “or” and & for "
        "“and”. Put each comparison in brackets.",
        "The mean of an array of True and False is the share that is True.",
    ),
    reasoning="A comparison gives one True or False for each answer. The two kinds of fault are "
    "joined by “or”, since one is enough. True counts as 1 in a mean, so the mean is the share. "
    "For a sigmoid head it is always 0, because the sigmoid's range is inside.",
    tested="Right on 8 arrays: answers below, above and inside, exactly 0 and 1, and very close to "
    "them.",
)

# ------------------------------------------------------------------------------ choose_head

_HEADS: dict[str, Head] = {
    "rain": ("sigmoid", "binary_crossentropy", 1),
    "species": ("softmax", "sparse_categorical_crossentropy", 3),
    "temperature": ("linear", "mean_squared_error", 1),
    "rainfall": ("relu", "mean_squared_error", 1),
    "genres": ("sigmoid", "binary_crossentropy", 5),
    "hurricane": ("linear", "mean_squared_error", 2),
}
_SYNONYMS = {"mse": "mean_squared_error"}


def _head(arguments: tuple, answer: Any) -> Any:
    """Return (activation, loss, units) in Keras's names; what is no such triple as it is."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 3:
        return answer
    activation, loss = (
        _SYNONYMS.get(name.lower(), name) if isinstance(name, str) else name for name in answer[:2]
    )
    return "linear" if activation is None else activation, loss, answer[2]


def _chosen_head(arguments: tuple, answer: Any) -> Any:
    """Like `_head`; softplus is as good as ReLU where negative answers must be impossible."""
    head = _head(arguments, answer)
    if arguments == ("rainfall",) and isinstance(head, tuple) and head[0] == "softplus":
        return ("relu", *head[1:])
    return head


def _instead(target: str, *head: Any) -> Callable[[str], Head]:
    """Return a reader who chooses `head` for one target and is right about all others."""
    return lambda asked: head if asked == target else _HEADS[asked]


# What an activation can answer, what a loss is for, and what targets with a certain head are.
_RANGES = {
    "sigmoid": "numbers from 0 to 1, each by itself",
    "softmax": "numbers from 0 to 1 that sum to 1",
    "linear": "any number",
    "relu": "numbers that are never negative",
    "softplus": "numbers that are never negative",
    "tanh": "numbers from −1 to 1",
}
_PURPOSES = {
    "binary_crossentropy": "for questions of yes or no",
    "sparse_categorical_crossentropy": "for class labels, of which one is right",
    "categorical_crossentropy": "for rows with a single 1",
    "mean_squared_error": "for quantities",
}


def _head_properties(
    reference: Callable[..., Head], kinds: Callable[[Head], str]
) -> tuple[Property, ...]:
    """Return what can be said of a head; `kinds` says in words what a right one is for."""

    def needed(arguments: tuple) -> str:
        return f"Here the target is {kinds(reference(*arguments))}."

    return (
        Property(
            lambda arguments, head: head[0] in _RANGES,
            lambda arguments, head: (
                f"The first thing should be the name of an activation as this lesson spells it. "
                f"“{head[0]}” is none."
            ),
        ),
        Property(
            lambda arguments, head: head[1] in _PURPOSES,
            lambda arguments, head: (
                "The second thing should be the name of a loss, spelt as Keras spells it: "
                "binary_crossentropy, sparse_categorical_crossentropy, categorical_crossentropy "
                f"or mean_squared_error. “{head[1]}” is none."
            ),
        ),
        Property(
            lambda arguments, head: head[0] == reference(*arguments)[0],
            lambda arguments, head: (
                f"The activation {head[0]} does not fit: it answers {_RANGES[head[0]]}. "
                f"{needed(arguments)}"
            ),
        ),
        Property(
            lambda arguments, head: head[1] == reference(*arguments)[1],
            lambda arguments, head: (
                f"The activation fits, the loss does not: {head[1]} is {_PURPOSES[head[1]]}. "
                f"{needed(arguments)}"
            ),
        ),
        Property(
            lambda arguments, head: head[2] == reference(*arguments)[2],
            lambda arguments, head: (
                f"Activation and loss fit; the number of units, {head[2]}, does not. "
                f"{needed(arguments)} There is one unit for each number that the head must give "
                "for one example."
            ),
        ),
    )


def _choose_head(target: str) -> Head:
    return _HEADS[target]


_NEEDS: dict[Head, str] = {
    _HEADS["rain"]: "one question of yes or no",
    _HEADS["species"]: "one of three classes",
    _HEADS["temperature"]: "a quantity, negative ones among them",
    _HEADS["rainfall"]: "a quantity that is never negative, and may be large",
    _HEADS["genres"]: "five questions of yes or no, several of which may be yes",
    _HEADS["hurricane"]: "two quantities, which may be negative",
}

_CHOOSE_HEAD_MISTAKES = (
    Mistake(
        _instead("rain", "softmax", "binary_crossentropy", 1),
        "You gave the yes-or-no question one softmax unit. Its number is divided by itself, so "
        "it answers 1 for every day, whatever it has learnt.",
        section="2.2",
    ),
    Mistake(
        _instead("rain", "sigmoid", "mean_squared_error", 1),
        "Your head for the rain is right, but you paired it with the squared error. Where that "
        "network is surely wrong its gradient is almost 0, and it hardly gets out.",
        section="2.2",
    ),
    Mistake(
        _instead("rain", "softmax", "sparse_categorical_crossentropy", 2),
        "Two softmax units would work for the rain: they say the same as one sigmoid unit. "
        "But asked for is the head with the fewest units.",
    ),
    Mistake(
        _instead("rain", "linear", "mean_squared_error", 1),
        "You gave the rain a linear head. It can answer −0.5 or 1.6, and neither is a probability.",
        section="2.2",
    ),
    Mistake(
        _instead("species", "linear", "mean_squared_error", 1),
        "You treated the species as a quantity. Species 2 is not twice species 1: the numbers "
        "are only names, and the network should give each of the three a probability.",
        section="2.5",
    ),
    Mistake(
        _instead("species", "softmax", "sparse_categorical_crossentropy", 1),
        "You gave the species one softmax unit. Softmax needs one unit for each answer; a "
        "single one always says 1.",
        section="2.5",
    ),
    Mistake(
        _instead("species", "softmax", "sparse_categorical_crossentropy", 2),
        "You gave the species two units. The largest label is 2, but labels count from 0: "
        "there are three classes.",
        section="2.5",
    ),
    Mistake(
        _instead("species", "softmax", "categorical_crossentropy", 3),
        "Your head for the species is right, but you took the loss for one-hot rows. These "
        "labels are whole numbers, and that is what “sparse” stands for.",
    ),
    Mistake(
        _instead("species", "sigmoid", "binary_crossentropy", 3),
        "You gave the species three separate sigmoids, as if a penguin could be of several "
        "species or of none. Exactly one is true, so the three answers must sum to 1.",
        section="2.5",
    ),
    Mistake(
        _instead("temperature", "relu", "mean_squared_error", 1),
        "You gave the temperature a ReLU head. It cannot answer below 0 °C: every frost is out of "
        "its reach.",
        section="2.3",
    ),
    Mistake(
        _instead("rainfall", "linear", "mean_squared_error", 1),
        "You gave the rainfall a linear head. It can answer a negative amount of rain, which "
        "the question rules out.",
        section="2.4",
    ),
    Mistake(
        _instead("rainfall", "sigmoid", "mean_squared_error", 1),
        "You gave the rainfall a sigmoid. It is never negative, but it never reaches 2 mm "
        "either: it stops at 1.",
        section="2.4",
    ),
    Mistake(
        _instead("rainfall", "sigmoid", "binary_crossentropy", 1),
        "You gave the rainfall the head of the rain. How much rain will fall is a quantity. (The "
        'test `"rain" in target` is true for "rainfall", too.)',
        section="2.4",
    ),
    Mistake(
        _instead("genres", "softmax", "categorical_crossentropy", 5),
        "You gave the genres a softmax. Its five answers sum to 1, but a film can be a comedy "
        "and a romance at once: these are five separate questions.",
    ),
    Mistake(
        _instead("genres", "sigmoid", "binary_crossentropy", 1),
        "You gave the genres one unit, but every film has five yes-or-no questions to answer.",
    ),
    Mistake(
        _instead("hurricane", "linear", "mean_squared_error", 1),
        "You gave the hurricane one unit. Its target has two columns, so the head must give "
        "two numbers.",
    ),
    Mistake(
        _instead("hurricane", "softmax", "sparse_categorical_crossentropy", 4),
        "You made four classes of the hurricane's way. Asked is how far it moves, in km: two "
        "quantities, to the east and to the north.",
        section="2.3",
    ),
    Mistake(
        _instead("hurricane", "relu", "mean_squared_error", 2),
        "You gave the hurricane a ReLU head. It could never move west or south: those are negative "
        "numbers.",
        section="2.3",
    ),
)


def _diagnosis(target: str, head: Any) -> str | None:
    """Return what is said of this head for this target; None if nothing is known of it."""
    given = (*head[:2], int(head[2]))
    return next(
        (
            mistake.diagnosis
            for mistake in _CHOOSE_HEAD_MISTAKES
            if given != _HEADS[target] and mistake.answer(target) == given
        ),
        None,
    )


_CHOOSE_HEAD = Task(
    name="choose_head",
    section="2.7",
    reference=_choose_head,
    probes=tuple((target,) for target in _HEADS),
    observe=_chosen_head,
    returns=("activation", "loss", "units"),
    show_expected=False,  # six wrong answers would show the whole table
    mistakes=_CHOOSE_HEAD_MISTAKES,
    # Each target is a question of its own here, so that several mistakes can meet in one answer.
    properties=(
        Property(
            lambda arguments, head: _diagnosis(*arguments, head) is None,
            lambda arguments, head: _diagnosis(*arguments, head) or "",
        ),
        *_head_properties(_choose_head, lambda head: _NEEDS[head]),
    ),
    hints=(
        "Ask two things of each target: which answers must be possible, and how many numbers "
        "belong to one example?",
        "The chart at the end of the lesson has a row for each kind: 0 or 1; one class of N; "
        "several labels at once; numbers, also negative; numbers, never negative.",
        "Two are questions of yes or no (one of them asks five at once), one names a class, three "
        "are quantities. One of the three quantities can never be negative.",
    ),
    reasoning="The range of the activation is what a network can say: sigmoid for 0 or 1, linear "
    "for any number, ReLU (or softplus) where a negative answer must be impossible, softmax where "
    "exactly one of N is true. The loss is the activation's partner, and there is one unit for "
    "each number that belongs to one example.",
    tested="Right for all six targets. Softplus would have been right for the rainfall, too.",
)

# --------------------------------------------------------------------------------- head_for


_LINEAR: Head = ("linear", "mean_squared_error", 1)
_RELU: Head = ("relu", "mean_squared_error", 1)
_SIGMOID: Head = ("sigmoid", "binary_crossentropy", 1)


def _read_head(y: np.ndarray) -> Head:
    """Return the head of the first row of the task's table that fits."""
    if y.ndim == 2:
        return "sigmoid", "binary_crossentropy", y.shape[1]
    if np.isin(y, (0, 1)).all():
        return _SIGMOID
    if (y >= 0).all() and (y == np.round(y)).all():
        return "softmax", "sparse_categorical_crossentropy", int(y.max()) + 1
    return _LINEAR if (y < 0).any() else _RELU


def _row(head: Head) -> str:
    """Say for which row of the task's table a head stands."""
    rows = {_SIGMOID: "0 or 1 throughout", _LINEAR: "numbers, some of them negative"}
    rows[_RELU] = "numbers, not all of them whole, none negative"
    if head[0] == "softmax":
        return "whole numbers, none negative: classes from 0 to the largest"
    return rows.get(head, "several columns of 0 and 1")


def _where(condition: Callable[[np.ndarray], Any], head: Callable[[np.ndarray], Head]) -> Callable:
    """Return a reader who answers `head` where `condition` is true, and else is right."""
    return lambda y: head(y) if condition(y) else _read_head(y)


def _softmax_with(units: Callable[[np.ndarray], int]) -> Callable:
    """Return a reader who counts the classes in another way."""
    return _where(
        lambda y: _read_head(y)[0] == "softmax",
        lambda y: ("softmax", "sparse_categorical_crossentropy", int(units(y))),
    )


def _as_if_all_were(place: int) -> Callable[[np.ndarray], Head]:
    """Return a reader to whom one number of a column says what all of them are."""

    def head(y: np.ndarray) -> Head:
        if y.ndim == 2:
            return _read_head(y)
        activation, loss, units = _read_head(y[[place]])
        return activation, loss, int(y.max()) + 1 if activation == "softmax" else units

    return head


_HEAD_FOR_MISTAKES = (
    Mistake(
        _softmax_with(lambda y: y.max()),
        "You took the largest label for the number of classes. Labels count from 0, so there "
        "is one class more.",
        section="2.5",
    ),
    Mistake(
        _softmax_with(lambda y: np.unique(y).size),
        "You counted the different labels that occur. A class that happens to be absent from "
        "these examples still needs its unit, or the largest label has none.",
        section="2.5",
    ),
    Mistake(
        _softmax_with(lambda y: y.max() - y.min() + 1),
        "You counted the classes from the smallest label to the largest. Labels count from 0, also "
        "where no 0 is among these examples.",
        section="2.5",
    ),
    Mistake(
        _softmax_with(lambda y: y.size),
        "You gave softmax one unit for each example. It needs one for each class.",
        section="2.5",
    ),
    Mistake(
        _softmax_with(lambda y: 1),
        "You gave softmax a single unit. It would always answer 1; softmax needs one unit for "
        "each class.",
        section="2.2",
    ),
    Mistake(
        _where(lambda y: _read_head(y)[0] == "softmax", lambda y: _RELU),
        "Whole numbers, none negative, got the row of the quantities each time. In the table they "
        "are classes: softmax. Only the values count. (If you ask for a type: NumPy's whole "
        "numbers are no Python ints.)",
    ),
    Mistake(
        _where(lambda y: _read_head(y)[0] == "softmax" and y.min() == 0, lambda y: _RELU),
        "Whole numbers with a 0 among them got the row of the quantities, others that of the "
        "classes. Labels count from 0: none negative means that all are at least 0.",
    ),
    Mistake(
        _where(lambda y: y.dtype.kind != "f" and _read_head(y)[0] == "softmax", lambda y: _RELU),
        "Whole numbers stored as integers got the row of the quantities; stored as floats, they "
        "got that of the classes. Only the values count, not the dtype.",
    ),
    Mistake(
        _where(lambda y: y.dtype.kind == "f" and _read_head(y)[0] == "softmax", lambda y: _RELU),
        "Whole numbers stored as floats, 0.0 and 3.0, got the row of the quantities; stored as "
        "integers, they got that of the classes. Only the values count, not the dtype.",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y) == _SIGMOID,
            lambda y: ("softmax", "sparse_categorical_crossentropy", int(y.max()) + 1),
        ),
        "Targets that are 0 or 1 throughout got the row of the whole numbers, which they are, too. "
        "In the table the row of 0 or 1 comes before it, and has to catch them.",
    ),
    Mistake(
        _as_if_all_were(0),
        "The first number of a column decides, and the others do not count. Each row of the table "
        "says something of all numbers. (If there is a `return` in every branch inside your loop, "
        "it ends after one turn.)",
    ),
    Mistake(
        _as_if_all_were(-1),
        "The last number of a column decides, and the others do not count. Each row of the table "
        "says something of all numbers. (In a loop, a later turn must not write over what an "
        "earlier one found.)",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y)[0] == "relu" and y[0] == np.round(y[0]),
            lambda y: ("softmax", "sparse_categorical_crossentropy", int(y.max()) + 1),
        ),
        "Where the first number is whole you took the column for classes. All of its numbers must "
        "be whole.",
        section="2.4",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y)[0] == "relu" and np.any(y == np.round(y)),
            lambda y: ("softmax", "sparse_categorical_crossentropy", int(y.max()) + 1),
        ),
        "Where any of the numbers is whole you took the column for classes. All of its numbers "
        "must be whole.",
        section="2.4",
    ),
    Mistake(
        _where(lambda y: y.ndim == 1 and (y == 0).any() and (y == 1).any(), lambda y: _SIGMOID),
        "Where 0 and 1 occur among other values, you chose the row of 0 or 1. It is for targets "
        "that are 0 or 1 throughout.",
    ),
    Mistake(
        _where(
            lambda y: y.ndim == 1 and y.dtype.kind == "f" and _read_head(y)[0] != "linear",
            lambda y: _RELU,
        ),
        "Floats that are all whole got the row of the quantities. Labels are often stored as "
        "floats, 0.0 and 3.0: only the values count, not the dtype.",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y) == _SIGMOID,
            lambda y: ("softmax", "sparse_categorical_crossentropy", 2),
        ),
        "You gave the target of 0 and 1 a softmax with two units. It works, but in the table the "
        "row of 0 or 1 comes before that of the whole numbers: one sigmoid unit says the same.",
        section="2.2",
    ),
    Mistake(
        _where(
            lambda y: y.ndim == 1 and y.min() < 0 and np.all(y == np.round(y)),
            lambda y: ("softmax", "sparse_categorical_crossentropy", int(y.max()) + 1),
        ),
        "You took negative whole numbers for class labels. Labels are never below 0; this "
        "target is a quantity. (If you test for it: `np.all(y >= 0)` asks it of every number; "
        "`np.all(y) >= 0` is always true.)",
        section="2.3",
    ),
    Mistake(
        _where(lambda y: _read_head(y)[0] == "relu" and y.min() == 0, lambda y: _LINEAR),
        "You kept ReLU for targets above 0. A target of exactly 0 is not negative, and ReLU "
        "can answer it.",
        section="2.4",
    ),
    Mistake(
        _where(lambda y: _read_head(y)[0] == "relu", lambda y: _LINEAR),
        "All quantities got a linear head, also those with no negative target. For these the table "
        "says ReLU.",
        section="2.4",
    ),
    Mistake(
        _where(lambda y: _read_head(y)[0] == "linear", lambda y: _RELU),
        "All quantities got a ReLU head, also those with negative targets. It cannot reach them.",
        section="2.3",
    ),
    Mistake(
        _where(lambda y: _read_head(y)[0] == "linear" and y.max() > 0, lambda y: _RELU),
        "Where some targets are negative and others are not, you chose ReLU, which cannot reach "
        "the negative ones. A single negative target asks for the linear head; it need not be all "
        "of them.",
        section="2.3",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y) in (_LINEAR, _RELU),
            lambda y: _RELU if _read_head(y) == _LINEAR else _LINEAR,
        ),
        "Linear and ReLU are exchanged: linear is for targets some of which are negative, ReLU "
        "for those of which none is.",
        section="2.4",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y) in (_LINEAR, _RELU),
            lambda y: _LINEAR if y.min() > 0 else _RELU,
        ),
        "Where all targets are above 0 you chose the linear head, else ReLU. It is the other way "
        "round: the linear head is for targets some of which are negative.",
        section="2.4",
    ),
    Mistake(
        _where(
            lambda y: y.ndim == 1 and y.min() >= 0 and y.max() <= 1,
            lambda y: _SIGMOID,
        ),
        "Where all targets lie between 0 and 1, you chose the row of 0 or 1. It is for targets "
        "that are 0 or 1 and nothing in between.",
    ),
    Mistake(
        _where(
            lambda y: y.ndim == 2,
            lambda y: ("softmax", "categorical_crossentropy", y.shape[1]),
        ),
        "You gave several columns of 0 and 1 a softmax. A row may hold several 1s, or none, "
        "and softmax's answers sum to 1: these are separate questions.",
    ),
    Mistake(
        _where(lambda y: y.ndim == 2, lambda y: _SIGMOID),
        "You gave several columns of 0 and 1 one unit. Each column is a question of its own.",
    ),
    Mistake(
        _where(lambda y: y.ndim == 2, lambda y: ("sigmoid", "binary_crossentropy", y.shape[0])),
        "You gave the columns of 0 and 1 one unit for each row. Rows are examples; each column "
        "is a question and needs a unit.",
    ),
    Mistake(
        _where(lambda y: y.ndim == 1 and np.unique(y).size == 2, lambda y: _SIGMOID),
        "Where there are just two different values, you chose the row of 0 or 1. They may be 1 and "
        "2, or 1.5 and 2.5; the row is for the values 0 and 1.",
    ),
    Mistake(
        _where(
            lambda y: _read_head(y) == _SIGMOID and np.unique(y).size == 1,
            lambda y: ("softmax", "sparse_categorical_crossentropy", int(y[0]) + 1),
        ),
        "Targets that are all 0 fit the row of 0 or 1, too: it says that each value is 0 or 1, not "
        "that both occur.",
    ),
)


def _targets() -> tuple[tuple[np.ndarray], ...]:
    return (
        (np.array([0, 1, 1, 0]),),
        (np.array([2, 0, 1, 2, 1]),),
        (np.array([0.0, 3.0, 1.0, 0.0, 1.0]),),
        (np.array([-1.5, 1.0, 0.25]),),  # a negative mean, and a positive median
        (np.array([0.0, 2.5, 7.25]),),
        (np.array([0.2, 0.7, 0.35]),),
        (np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1]]),),
        (np.array([-2, 0, 1, 3]),),
        (np.array([True, False, True]),),
        (np.array([1.0, 0.0, 0.0, 1.0, 0.0]),),
        (np.array([0.0, 0.0, 1.0, 0.5]),),
        (np.array([1, 2, 2, 1]),),
        (np.array([0, 0, 0]),),
        (np.array([2.5, 1.5, 2.5]),),
        (np.array([0.75, 1.999, 3.0]),),
        (np.array([-1, 1, 1, -1]),),
        (np.array([3.5, -0.001]),),
        (np.array([-1.5, -0.25]),),
        (np.array([[0, 1, 1]]),),
        (datasets.digits().validation.y,),
        (datasets.diabetes().validation.y / 100,),
        (datasets.digit_strips().validation.y,),
    )


_HEAD_FOR = Task(
    name="head_for",
    section="2.7",
    reference=_read_head,
    probes=_targets,
    observe=_head,
    returns=("activation", "loss", "units"),
    mistakes=_HEAD_FOR_MISTAKES,
    properties=_head_properties(_read_head, _row),
    hints=(
        "Go through the rows of the table from top to bottom, and return at the first that fits. "
        "The number of dimensions tells the first row from the others.",
        "“Whole” can be asked of the values: a number is whole if rounding does not change it. "
        "All at once: combine the comparison with a function that says whether all are True.",
        "For one column: all 0 or 1? Else: all whole and none negative? Else: any negative? "
        "The classes are 0 up to the largest label.",
    ),
    reasoning="Only the values count, never the dtype. The order matters: 0 and 1 are whole "
    "numbers too, so their row must come first. Classes are counted up to the largest label, "
    "since one of them may be absent. What the code cannot know is what the numbers mean: a count "
    "of children would be taken for a class.",
    tested="Right for 22 targets: classes with a label missing, labels stored as floats and as "
    "bools, negative whole numbers, nothing but zeros, proportions, only two values, and three "
    "real data sets.",
)

# ---------------------------------------------------------------------- squared_error_slope


def _slope(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    return 2 * (sigmoid(z) - y) * sigmoid_derivative(z)


def _right_near(y: np.ndarray, z: np.ndarray, slope: np.ndarray) -> bool:
    """Whether only slopes where |z| is large are wrong, all of them too steep."""
    expected = _slope(y, z)
    right = np.isclose(slope, expected, rtol=1e-6, atol=1e-12)
    near, steep = np.abs(z) < 5, np.abs(slope) > np.abs(expected)
    return bool(near.any() and right[near].all() and not right.all() and steep[~right].all())


_SQUARED_ERROR_SLOPE = Task(
    name="squared_error_slope",
    section="2.2",
    reference=_slope,
    probes=(
        (np.array([1.0, 0.0]), np.array([-1.0, 2.0])),
        (np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, -8.0, 8.0])),
        (np.array([1, 0, 1]), np.array([3.0, -3.0, -0.25])),
        (np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.array([-1.7321, 0.57721, 2.71828, 0.31, -4.6])),
        (np.array([1.0]), np.array([0.5])),
        (np.array([0.0, 1.0, 1.0]), np.array([40.0, -40.0, 40.0])),
    ),
    atol=1e-12,  # for large z, 1 − a has lost its digits: lesson 5's subject, not this task's
    mistakes=(
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y),
            "You stopped at ∂L/∂a. The chain rule has a second factor: the slope of the sigmoid, "
            "since a itself depends on z.",
        ),
        Mistake(
            lambda y, z: (sigmoid(z) - y) * sigmoid_derivative(z),
            "The factor 2 is missing: the derivative of a square is twice what is squared.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * sigmoid_derivative(sigmoid(z)),
            "You took the sigmoid's slope at a. It must be taken at z: the sigmoid of the sigmoid "
            "has no place here.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * z * (1 - z),
            "You put z into the formula for the sigmoid's slope, but that formula is written in "
            "terms of a.",
        ),
        Mistake(
            lambda y, z: sigmoid_derivative(z),
            "You returned the slope of the sigmoid alone. It must be multiplied by ∂L/∂a.",
        ),
        Mistake(
            lambda y, z: 2 * sigmoid_derivative(z),
            "You returned twice the slope of the sigmoid. The 2 comes from ∂L/∂a = 2(a − y), and "
            "the difference a − y is missing.",
        ),
        Mistake(
            lambda y, z: sigmoid(z) - y,
            "You returned a − y. That is the slope of the cross-entropy with a sigmoid, the right "
            "partner, whose gradient survives. Asked for is the squared error's.",
        ),
        Mistake(
            lambda y, z: (sigmoid(z) - y) ** 2,
            "You returned the loss itself. Asked for is its derivative by z.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * (1 - sigmoid(z) ** 2),
            "You took 1 − a², the slope of tanh. The sigmoid's is another one.",
        ),
        Mistake(
            lambda y, z: 2 * (z - y),
            "You left the sigmoid out: this is the slope of (z − y)². The answer a is not z.",
        ),
        Mistake(
            lambda y, z: 2 * (z - y) * sigmoid_derivative(z),
            "You compared y with z. The loss compares it with the answer, a.",
        ),
        Mistake(
            lambda y, z: 2 * (z - y) * z * (1 - z),
            "Your formula is right for a, but you put z into it. The answer is a = σ(z): compute "
            "it first.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * sigmoid(z),
            "Your slope of the sigmoid is only a; its second factor, 1 − a, is missing.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * (1 - sigmoid(z)),
            "Your slope of the sigmoid is only 1 − a; its first factor, a, is missing.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * sigmoid(z) * 1 - sigmoid(z),
            "The factor 1 − a needs parentheses: without them, a is subtracted at the very end.",
        ),
        Mistake(
            lambda y, z: (sigmoid(z) - y) ** 2 * sigmoid_derivative(z),
            "Your first factor is the loss itself, (a − y)². It should be the derivative of the "
            "loss by a.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) ** 2 * sigmoid_derivative(z),
            "Your first factor is 2(a − y)². The derivative of (a − y)² by a has the 2, but no "
            "square any more: 2(a − y).",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) ** 2,
            "Your result is 2(a − y)². The derivative of (a − y)² by a has the 2, but no square "
            "any more: 2(a − y). And it still has to be multiplied by the slope of the sigmoid.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) / sigmoid_derivative(z),
            "You divided by the slope of the sigmoid. The chain rule multiplies by it.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) * sigmoid(z) * (1 + sigmoid(z)),
            "Your slope of the sigmoid has a plus, a(1 + a), where it has a minus.",
        ),
        Mistake(
            lambda y, z: (sigmoid(z) - y) / sigmoid_derivative(z),
            "This is the derivative of the cross-entropy by a, (a − y) / (a(1 − a)). Asked for is "
            "that of the squared error by z.",
        ),
        Mistake(
            lambda y, z: 2 * sigmoid(z) - y * sigmoid_derivative(z),
            "The difference a − y needs parentheses: without them, only y is multiplied.",
        ),
        Mistake(
            lambda y, z: 2 * (sigmoid(z) - y) + sigmoid_derivative(z),
            "You added the two slopes. The chain rule multiplies them.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, slope: (
                not np.any(np.sign(slope) * np.sign(sigmoid(arguments[1]) - arguments[0]) < 0)
            ),
            "The sign is wrong for at least one example: where a is above y the slope must be "
            "positive, where it is below it must be negative.",
        ),
        Property(
            lambda arguments, slope: not np.any(np.abs(slope) > 0.5),
            "At least one slope is too large. The sigmoid's slope is at most 1/4 and a − y at most "
            "1, so the whole can never exceed 1/2.",
        ),
        Property(
            lambda arguments, slope: (
                np.abs(arguments[1]).max() < 5 or not _right_near(*arguments, slope)
            ),
            "Your slopes are right where |z| is small, but too large where |z| is 5 or more and a "
            "is close to 0 or 1. The formula takes a as it is: without limits, and with no small "
            "number added.",
        ),
        Property(
            lambda arguments, slope: (
                np.abs(_slope(*arguments)).max() < 0.01
                or not np.allclose(slope, _slope(*arguments), rtol=1e-3, atol=1e-9)
            ),
            "Close, but not exact. Asked for is the formula, by the chain rule, which needs no "
            "small step and no rounding.",
        ),
    ),
    hints=(
        "L depends on a, and a depends on z. The chain rule multiplies two slopes: that of L by a, "
        "and that of a by z.",
        "The slope of a square is twice what is squared. The slope of the sigmoid was found in "
        "lesson 1, and section 2.2 writes it in terms of a.",
        "∂L/∂a = 2(a − y), and ∂a/∂z = a(1 − a), with a = σ(z).",
    ),
    reasoning="The chain rule: ∂L/∂z = ∂L/∂a · ∂a/∂z = 2(a − y) · a(1 − a). The last factor is "
    "nearly 0 where the unit is sure, right or wrong. That is why the network of section 2.2, "
    "surely wrong, could not be talked out of it by the squared error.",
    tested="Right for one example and several, sure and unsure, whole-number labels, z up to ±40.",
)

# ----------------------------------------------------------------------------- clear_winner


def _clear_winner(costs: dict[str, np.ndarray]) -> str:
    for name, runs in costs.items():
        if all(np.max(runs) < np.min(other) for key, other in costs.items() if key != name):
            return name
    return "nobody"


def _lowest(number: Callable[[np.ndarray], float]) -> Callable[[dict], str]:
    """Return a reader who compares one number of each activation, and always names a winner."""
    return lambda costs: min(costs, key=lambda name: number(costs[name]))


def _beats(
    better: Callable[[np.ndarray, np.ndarray], Any], every: Callable = all
) -> Callable[[dict], str]:
    """Return a reader with another idea of what it means to beat the others."""

    def winner(costs: dict[str, np.ndarray]) -> str:
        for name, runs in costs.items():
            if every(better(runs, other) for key, other in costs.items() if key != name):
                return name
        return "nobody"

    return winner


def _second_on_average(costs: dict[str, np.ndarray]) -> str:
    """Return the best by average, if it beats the second by average."""
    first, second = sorted(costs, key=lambda name: np.mean(costs[name]))[:2]
    return first if np.max(costs[first]) < np.min(costs[second]) else "nobody"


def _if_it_wins(costs: dict[str, np.ndarray], name: str) -> str:
    return name if _clear_winner(costs) == name else "nobody"


def _in_a_table(table: Callable[[list[np.ndarray]], Any]) -> Callable[[dict], str]:
    """Return a reader who is right, but puts all runs into one array first."""

    def winner(costs: dict[str, np.ndarray]) -> str:
        table(list(costs.values()))
        return _clear_winner(costs)

    return winner


_BY_THEMSELVES = (
    "Take the runs of each activation by themselves, such as its highest cost, "
    "`np.max(costs[name])`."
)


def _rival(costs: dict[str, np.ndarray], name: str) -> str:
    """Say whose lowest cost is not above the highest of `name`."""
    rival = min((key for key in costs if key != name), key=lambda key: np.min(costs[key]))
    return (
        f"its highest cost is {np.max(costs[name]):g}, and the lowest of {rival} is "
        f"{np.min(costs[rival]):g}"
    )


_CLEAR_WINNER = Task(
    name="clear_winner",
    section="2.6",
    reference=_clear_winner,
    probes=(
        ({"tanh": np.array([0.9, 0.8]), "relu": np.array([0.3, 0.2])},),
        # All but one of tanh's runs are far above relu's.
        ({"tanh": np.array([0.45, 0.45, 0.45, 0.10]), "relu": np.array([0.15, 0.20, 0.12])},),
        ({"tanh": np.array([0.1, 0.2]), "relu": np.array([0.2, 0.3])},),
        # Two races in which the lowest run, the mean and the highest run disagree.
        (
            {
                "sigmoid": np.array([0.24, 0.17, 0.56]),
                "elu": np.array([0.23, 0.43, 0.23]),
                "tanh": np.array([0.29, 0.42, 0.34]),
            },
        ),
        (
            {
                "relu": np.array([0.24, 0.42, 0.21, 0.33]),
                "elu": np.array([0.45, 0.30, 0.24, 0.14]),
                "sigmoid": np.array([0.41, 0.54, 0.34, 0.12]),
                "tanh": np.array([0.57, 0.36, 0.31, 0.45]),
            },
        ),
        (
            {
                "relu": np.array([0.2, 0.3]),
                "sigmoid": np.array([2.3, 2.3]),
                "tanh": np.array([0.25, 0.35]),
            },
        ),
        (
            {
                "relu": np.array([0.1, 0.2]),
                "tanh": np.array([0.3, 0.35]),
                "sigmoid": np.array([2.3, 0.15, 2.3, 2.3]),
            },
        ),
        (
            {
                "relu": np.array([0.1, 0.1, 0.1, 0.1, 0.31]),
                "tanh": np.array([0.3, 0.32, 0.3, 0.31, 0.3]),
            },
        ),
        (
            {
                "sigmoid": np.array([2.31, 2.30, 2.30]),
                "tanh": np.array([0.91, 0.76, 0.85]),
                "leaky_relu": np.array([0.23, 0.26, 0.24, 0.25]),
                "relu": np.array([0.17, 0.21, 0.18]),
            },
        ),
        ({"relu": np.array([0.12, 0.1]), "tanh": np.array([0.3, 0.2])},),
        # Three races in which lowest run, mean, median, highest, first and last run disagree.
        (
            {
                "elu": np.array([0.37, 0.41, 0.48, 0.47, 0.38]),
                "tanh": np.array([0.28, 0.31, 0.18, 0.21, 0.56]),
                "sigmoid": np.array([0.55, 0.10, 0.56, 0.10, 0.41]),
                "gelu": np.array([0.31, 0.14, 0.35, 0.54, 0.13]),
                "relu": np.array([0.32, 0.39, 0.33, 0.23, 0.37]),
                "silu": np.array([0.22, 0.20, 0.39, 0.34, 0.48]),
            },
        ),
        (
            {
                "tanh": np.array([0.55, 0.21, 0.28, 0.51, 0.26]),
                "sigmoid": np.array([0.13, 0.44, 0.22, 0.59, 0.28]),
                "relu": np.array([0.30, 0.46, 0.46, 0.46, 0.43]),
                "gelu": np.array([0.27, 0.57, 0.22, 0.18, 0.56]),
                "silu": np.array([0.48, 0.11, 0.27, 0.29, 0.42]),
                "elu": np.array([0.36, 0.34, 0.41, 0.24, 0.58]),
            },
        ),
        (
            {
                "tanh": np.array([0.59, 0.45, 0.30, 0.28, 0.21]),
                "sigmoid": np.array([0.55, 0.42, 0.34, 0.14, 0.18]),
                "gelu": np.array([0.56, 0.36, 0.37, 0.49, 0.51]),
                "elu": np.array([0.41, 0.41, 0.46, 0.47, 0.35]),
                "relu": np.array([0.16, 0.58, 0.52, 0.44, 0.43]),
                "silu": np.array([0.47, 0.11, 0.19, 0.55, 0.40]),
            },
        ),
    ),
    mistakes=(
        Mistake(
            _lowest(np.min),
            "You named the one with the lowest single run. With several runs each, somebody always "
            "has the luckiest one. The winner's worst run must beat everybody's best.",
        ),
        Mistake(
            _lowest(np.mean),
            "You named the one with the lowest average, even where the ranges over the seeds "
            "overlap. There the order of the averages may be chance.",
        ),
        Mistake(
            _lowest(np.median),
            "You named the one with the lowest median, even where the ranges over the seeds "
            "overlap. There the order of the medians may be chance.",
        ),
        Mistake(
            _lowest(np.max),
            "You named the one whose worst run is the lowest of all worst runs. It must be lower "
            "than the best runs of the others, too.",
        ),
        Mistake(
            _lowest(lambda runs: runs[0]),
            "You named the one whose first run is the lowest of all first runs. One run could be "
            "luck: all of them count.",
        ),
        Mistake(
            _lowest(lambda runs: runs[-1]),
            "You named the one whose last run is the lowest of all last runs. One run could be "
            "luck: all of them count.",
        ),
        Mistake(
            _beats(lambda runs, other: np.min(runs) > np.max(other)),
            "You looked for the highest costs. A cost is better when it is lower.",
        ),
        Mistake(
            _beats(lambda runs, other: np.max(runs) <= np.min(other)),
            "You let ranges that touch pass as apart. At equal costs nobody has won: the winner's "
            "worst run must be strictly lower.",
        ),
        Mistake(
            _beats(lambda runs, other: np.max(runs) < np.min(other), every=any),
            "You named somebody who beats one of the others. A clear winner beats all of them.",
        ),
        Mistake(
            _beats(lambda runs, other: runs.mean() + runs.std() < other.mean() - other.std()),
            "You named a winner where single runs overlap with those of the others, as the average "
            "plus and minus a standard deviation leaves them out. Every run counts: compare the "
            "winner's highest with the lowest of the others.",
        ),
        Mistake(
            _beats(lambda runs, other: all(a < b for a, b in zip(runs, other, strict=False))),
            "You named a winner where each of its runs beats one of the others' runs, the one in "
            "the same place. Asked for is more: each run of the winner must beat all of theirs.",
        ),
        Mistake(
            _second_on_average,
            "You compared the best activation with one other, and with no more. Any of the others"
            " can have a lucky run: compare with all of them.",
        ),
        Mistake(
            _in_a_table(np.array),
            "The activations may have different numbers of runs, so that their costs make no table "
            f"with one row for each. {_BY_THEMSELVES}",
        ),
        Mistake(
            _in_a_table(np.stack),
            "Only arrays of one shape can be stacked, and the activations may have different "
            f"numbers of runs. {_BY_THEMSELVES}",
        ),
        Mistake(
            lambda costs: _if_it_wins(costs, next(iter(costs))),
            "You name the winner where it stands first in the dictionary, and nobody where it "
            "stands later: the first activation decides for all. Each turn of a loop has to begin "
            'anew, and `return "nobody"` belongs behind the loop.',
        ),
        Mistake(
            lambda costs: _if_it_wins(costs, list(costs)[-1]),
            "You name the winner where it stands last in the dictionary, and nobody where it "
            "stands earlier. In a loop, a later turn must not overwrite what an earlier one found.",
        ),
        Mistake(
            lambda costs: "nobody",
            "You name nobody even where one range is clearly below all the others. Follow your "
            "function by hand on the example below. (Whoever is compared with itself, too, can "
            "never win: its highest run is not below its own lowest.)",
        ),
    ),
    properties=(
        Property(
            lambda arguments, name: isinstance(name, str) and name in {*arguments[0], "nobody"},
            "Return one of the names in the dictionary, or the word nobody.",
        ),
        Property(
            lambda arguments, name: name == "nobody" or _clear_winner(*arguments) != "nobody",
            lambda arguments, name: (
                f"You named {name}, but its range does not lie below all the others: "
                f"{_rival(*arguments, name)}."
            ),
        ),
        Property(
            lambda arguments, name: name != "nobody",
            lambda arguments, name: (
                f"You named nobody. But the highest cost of {(best := _clear_winner(*arguments))} "
                f"is {np.max(arguments[0][best]):g}, and all costs of the others are higher."
            ),
        ),
        Property(
            lambda arguments, name: name == _clear_winner(*arguments),
            lambda arguments, name: (
                f"You named {name}, but its range does not lie below all the others: "
                f"{_rival(*arguments, name)}."
            ),
        ),
    ),
    hints=(
        "Imagine the bands of the race. The winner's band must lie below all other bands, with a "
        "gap. Which end of its band matters, and which end of theirs?",
        "Compare the highest cost of one activation with the lowest cost of each other one.",
        "Two loops: for each name, ask whether its highest cost is below the lowest cost of every "
        "other name. If so, return it. After the loop, nobody is left.",
    ),
    reasoning="The worst run of the winner must be better than the best run of everybody else: "
    "then no choice of seeds could have turned the order around. At most one name can pass. It is "
    "a strict rule; lesson 2's three best activations do not pass it, and so nobody should say "
    "which of them is best there.",
    tested="Right for 13 races of two to six activations: ranges apart, overlapping and touching, "
    "lucky and unlucky seeds.",
)

# ------------------------------------------------------------------------ train_progression

_LARGEST_ERROR = 0.68
_TYPICAL_ERROR = "typical error on unseen patients"
_FACTS = "in numbers"
_TRAINING = "trained by"
_HEAD_IS = "its head"
_ADVICE = "what it has learnt"


def _seed_left_out(model: Any, seed: int) -> bool:
    """Whether a model starts from the seed that `Sequential` takes if it gets none."""
    random = getattr(model, "_random", None)  # of the course's own models only
    if not isinstance(model, Sequential) or not isinstance(random, np.random.Generator):
        return False
    return seed != 0 and random.bit_generator.seed_seq.entropy == 0


def _training(model: Any) -> tuple[bool, str]:
    """Return whether a model was trained, as far as can be known, and how, in a sentence."""
    try:
        optimizer = model.optimizer
        steps = 0 if optimizer is None else int(optimizer.iterations)
        rate = float(np.asarray(optimizer.learning_rate)) if steps else 0.0
        if not steps:
            return False, "It was not trained: no optimizer has taken a step."
        name = type(optimizer).__name__
        taken = f"It has taken {steps} steps of {name} with the learning rate {rate:g}"
        lessons = steps == 270 and name == "SGD" and np.isclose(rate, 0.02)
        return True, taken + (
            "." if lessons else "; the lesson's recipe takes 270 of SGD with 0.02."
        )
    except Exception:  # a model that keeps its training to itself
        return True, ""


def _answers(a: np.ndarray, y: np.ndarray) -> str:
    """Say how a model's answers to unseen patients compare with the targets."""
    facts = (
        f"Its answers average {a.mean():.3g}, with a standard deviation of {a.std():.3g}; the"
        f" targets average {y.mean():.3g}, with {y.std():.3g}."
    )
    shift = float(a.mean() - y.mean())
    spread = np.std(a.ravel() - y) if a.size == y.size else np.inf
    if abs(shift) > y.std() / 2 and a.std() > y.std() / 3 and spread < _LARGEST_ERROR:
        way = "lower" if shift > 0 else "higher"
        return f"{facts} They would be good ones if all were {abs(shift):.2f} {way}."
    return facts


def _advice(model: Any, X: np.ndarray, y: np.ndarray) -> str:
    """Say what a model of too large an error has learnt of the patients it was trained with."""
    try:
        a = np.asarray(model.predict(X), dtype=np.float64).ravel()
        error, above = (np.sqrt(np.mean((a - t) ** 2)) for t in (y, np.maximum(y - y.mean(), 0)))
    except Exception:
        return ""
    # By another bias it would be a good model: it has learnt, and this bias with it.
    if _bias_is(model, y.mean()) and np.std(a - y) < _LARGEST_ERROR < error:
        return (
            "The bias of its head is exactly the average of y, as if it were set after the"
            " training. That takes away what `fit` has learnt there: set it before."
        )
    if error < 0.45:  # the lesson's recipe has about 0.53
        return (
            f"On the patients in X the typical error is {error:.2f} only: these are learnt by"
            " heart. Fewer epochs, or fewer units, do better."
        )
    if above < 0.4 < 0.9 < error:
        return (
            f"On the patients in X your answers are nearer to y minus its average ({above:.2f})"
            f" than to y ({error:.2f}). Give `fit` the y that your function gets."
        )
    return (
        f"On the patients in X the typical error is {error:.2f}. Print the shape, the average and"
        " the standard deviation of the targets that you give to `fit`"
        f" (those of y: {y.shape}, {y.mean():.2f} and {y.std():.2f}), and the costs in what `fit`"
        " returns: they must fall, and level off."
    )


def _bias_is(model: Any, number: float) -> bool:
    try:
        trained = int(model.optimizer.iterations) > 0
        return trained and bool(np.all(np.isclose(model.get_weights()[-1], number, rtol=1e-6)))
    except Exception:
        return False


def _head_of(model: Any) -> str:
    """Return the activation of the last layer, if that can be known."""
    try:
        activation = model.layers[-1].activation
        return activation if isinstance(activation, str) else activation.__name__
    except Exception:
        return ""


def _no_predictions(model: Any, predictions: Any) -> str:
    """Say what was returned in place of a model that predicts numbers."""
    kind = "array" if isinstance(model, np.ndarray) else type(model).__name__
    if kind == "History":
        return "You return a History, which is what `fit` gives. Return the model itself."
    if not hasattr(model, "predict"):
        return f"You return {_a(kind)}, which has no method `predict`. Return the model itself."
    if predictions is None:
        return "The method `predict` of what you return fails on unseen patients."
    return (
        "Your network's predictions are nan or infinite: its weights have run off in the training."
        f" {_training(model)[1]} Smaller steps are the first thing to try."
    )


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0].lower() in "aeiou" else f"a {noun}"


def _behaviour(arguments: tuple, model: Any) -> dict[str, Any]:
    """Return what matters in a model of the progression: its answers to patients it never saw."""
    unseen = datasets.diabetes().validation
    y = unseen.y / 100
    a = None
    try:
        a = np.asarray(model.predict(unseen.X), dtype=np.float64).reshape(len(unseen.X), -1)
        far = np.asarray(model.predict(5 * unseen.X), dtype=np.float64)
        predicts = bool(np.isfinite(a).all())
    except Exception:
        predicts = False
    given = "" if predicts else _no_predictions(model, a)
    if not predicts:
        a, far = np.full((len(unseen.X), 1), np.nan), np.array([np.nan])
    error = np.sqrt(np.mean((a - y[:, np.newaxis]) ** 2))
    advice = given or ("" if error < _LARGEST_ERROR else _advice(model, *arguments[:2]))
    trained, training = _training(model)
    return {
        "a model that predicts numbers": predicts,
        # Whoever trains by hand has no optimizer that counts its steps.
        "trained": trained or bool(error < _LARGEST_ERROR),
        "one answer for each patient": a.shape[1] == 1,
        "the same answer for all": bool(np.ptp(a) == 0),
        "all answers are 0": bool((a == 0).all()),
        "some answers below 0": bool(min(a.min(), far.min()) < 0),
        "some answers above 1": bool(a.max() > 1),
        "some answers above 10": bool(a.max() > 10),
        "starts from seed 0 instead of the given one": _seed_left_out(model, arguments[2]),
        _TYPICAL_ERROR: Finding(
            f"below {_LARGEST_ERROR}" if error < _LARGEST_ERROR else f"not below {_LARGEST_ERROR}",
            f"{error:.3f}" if predicts else "",
        ),
        # Not compared, but said: the same words for everybody, with what was measured beside them.
        _FACTS: Finding(_FACTS, _answers(a, y)),
        _TRAINING: Finding(_TRAINING, training),
        _HEAD_IS: Finding(_HEAD_IS, _head_of(model)),
        _ADVICE: Finding(_ADVICE, advice),
    }


def _progression_probes() -> tuple[tuple[np.ndarray, np.ndarray, int], ...]:
    # Section 2.4 counts the starts that are dead without a remedy: 3 is among them. 97 is dead
    # with one hidden layer of 16, as in the lesson's function `ten_answers`.
    patients = datasets.diabetes().train
    return tuple((patients.X, patients.y / 100, seed) for seed in (0, 3, 97))


def _train_progression(X: np.ndarray, y: np.ndarray, seed: int) -> Sequential:
    return _network(X, y, seed)


def _network(
    X: np.ndarray,
    y: np.ndarray,
    seed: int,
    head: str = "relu",
    first_bias: float | None = None,
    rate: float = 0.02,
    units: int = 1,
    hidden: int = 2,
) -> Sequential:
    """Train as section 2.4 does, or with something changed."""
    layers = [*(Dense(16, "relu") for _ in range(hidden)), Dense(units, head)]
    model = Sequential(layers, seed=seed)
    model.build(X.shape[1])
    if head == "relu":
        model.layers[-1].bias[:] = y.mean() if first_bias is None else first_bias
    model.compile(SGD(rate), "mse")
    model.fit(X, y if units == 1 else np.column_stack([y] * units), epochs=30)
    return model


def _in_full(seen: dict[str, Any]) -> str:
    return " ".join(seen[key].measured for key in (_FACTS, _TRAINING, _ADVICE))


_TRAIN_PROGRESSION = Task(
    name="train_progression",
    section="2.4",
    reference=_train_progression,
    probes=_progression_probes,
    observe=_behaviour,
    seconds=60.0,  # Keras needs its time
    mistakes=(
        Mistake(
            lambda X, y, seed: _network(X, y, seed, head="linear"),
            "Your head can give negative answers, and for patients far from the average it does. A "
            "progression is never negative: choose a head whose range says so.",
        ),
        Mistake(
            lambda X, y, seed: _network(X, y, seed, first_bias=0.0),
            "For at least one of the seeds your network is dead: it answers 0 to every patient. A "
            "ReLU head whose z is negative for all examples has no gradient. Give it a start at "
            "which it is alive, or choose a head that always has a slope.",
        ),
        Mistake(
            lambda X, y, seed: _network(X, y, seed, first_bias=0.0, hidden=1),
            "For one of the seeds your network is dead: it answers 0 to every patient. With one "
            "hidden layer that is rare, but it happens: a ReLU head whose z is negative for all "
            "examples has no gradient. Give it a start at which it is alive, or choose a head that "
            "always has a slope.",
        ),
        Mistake(
            lambda X, y, seed: _network(X, y, 0),
            "Your network always starts from seed 0. Pass `seed` on to `Sequential`, so that "
            "`check` can try the starts that are dead without a remedy.",
        ),
        Mistake(
            lambda X, y, seed: Dense(1).bias,
            "The layers have no weights and no bias yet: a network gets them when it learns how "
            "many features there are. Call its method `build` first, as section 2.4 does.",
        ),
        Mistake(
            lambda X, y, seed: _network(X, y, seed, units=10),
            "Your network gives several answers to each patient. The target is one number, so the "
            "head needs one unit.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, seen: seen["a model that predicts numbers"],
            lambda arguments, seen: (
                "Asked for is the trained model itself, whose method `predict` gives numbers. "
                f"{seen[_ADVICE].measured}"
            ),
        ),
        Property(
            lambda arguments, seen: not seen["starts from seed 0 instead of the given one"],
            "Your network starts from seed 0, whatever `seed` is. Pass it on to `Sequential`.",
        ),
        Property(
            lambda arguments, seen: seen["one answer for each patient"],
            "The network gives several answers to each patient; the target is one number.",
        ),
        Property(
            lambda arguments, seen: seen["trained"],
            "No optimizer of your network has taken a step: `compile` the network, and call its "
            "method `fit` with X and y.",
        ),
        Property(
            lambda arguments, seen: not seen["all answers are 0"],
            lambda arguments, seen: (
                "For this seed your network is dead: it answers 0 to every patient. A ReLU head "
                "whose z is negative for all examples has no gradient. Give it a start at which it "
                "is alive, and steps that are not too large, or choose a head that always has a "
                f"slope. {seen[_TRAINING].measured}"
                if seen[_HEAD_IS].measured == "relu"
                else "For this seed your network answers 0 to every patient. "
                f"{seen[_TRAINING].measured} Where the steps are too large, z can end up so far "
                "below 0 that nothing brings it back."
            ),
        ),
        Property(
            lambda arguments, seen: (
                not seen["the same answer for all"] or seen[_HEAD_IS].measured != "softmax"
            ),
            "Your head is one softmax unit. Its number is divided by itself, so it answers 1 to "
            "every patient.",
        ),
        Property(
            lambda arguments, seen: not seen["the same answer for all"],
            lambda arguments, seen: (
                "For this seed, your network answers the same to every patient. "
                f"{seen[_FACTS].measured} {seen[_TRAINING].measured}"
            ),
        ),
        Property(
            lambda arguments, seen: not seen["some answers below 0"],
            "For this seed, your network gives a negative answer: to an unseen patient, or to an "
            "imaginary one, five times as far from the average. A progression is never negative: "
            "choose a head whose range says so.",
        ),
        Property(
            lambda arguments, seen: (
                seen["some answers above 1"] or seen[_HEAD_IS].measured not in ("sigmoid", "tanh")
            ),
            lambda arguments, seen: (
                f"No answer of your network is above 1, but two thirds of the targets are: a "
                f"{seen[_HEAD_IS].measured} head cannot say more. Choose one whose range is that "
                "of the targets."
            ),
        ),
        Property(
            lambda arguments, seen: seen["some answers above 1"],
            lambda arguments, seen: (
                "For this seed, no answer is above 1, but two thirds of the targets are. (y comes "
                f"in hundreds already.) {_in_full(seen)}"
            ),
        ),
        Property(
            lambda arguments, seen: not seen["some answers above 10"],
            lambda arguments, seen: (
                "For this seed, some answers are above 10, but no target is above 3.5: y comes in "
                f"hundreds already. {_in_full(seen)}"
            ),
        ),
        Property(
            lambda arguments, seen: seen[_TYPICAL_ERROR] == f"below {_LARGEST_ERROR}",
            lambda arguments, seen: (
                "For this seed, your answers are possible ones, but the typical error on unseen "
                f"patients is too large. {_in_full(seen)}"
            ),
        ),
    ),
    hints=(
        "The head decides which answers are possible. Which two heads of section 2.4 are never "
        "negative, and what is the risk of one of them?",
        "With a ReLU head, build the model first and put the bias of its last layer at the average "
        "of the targets. With softplus there is nothing to do.",
        "The lesson's own recipe is good enough: hidden layers of 16 ReLU units, SGD with a "
        "learning rate of 0.02, the squared error, 30 epochs. Pass the seed on to Sequential.",
    ),
    reasoning="ReLU in the hidden layers, by default. The head must never be negative: ReLU, with "
    "its bias at the average of the targets so that no seed starts dead, or softplus, which "
    "always has a slope. A linear head has about the same typical error on these patients, and "
    "gives negative answers to patients unlike them.",
    tested="Right for 3 seeds; without a remedy one starts dead with two hidden layers of 16 ReLU "
    "units, another with one. On unseen patients the "
    f"typical error is below {_LARGEST_ERROR}, and no answer is negative, not even to imaginary "
    "patients five times as far from the average.",
)

TASKS: tuple[Task, ...] = (
    _SHARE_OUTSIDE,
    _CHOOSE_HEAD,
    _HEAD_FOR,
    _CLEAR_WINNER,
    _SQUARED_ERROR_SLOPE,
    _TRAIN_PROGRESSION,
)
