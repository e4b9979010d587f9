"""Lesson 8's exercises: momentum, RMSprop, Adam, effective rates, Keras's ε, a rate for the digits.

The references are the lesson's formulas: `helpers.optimizers` keeps its running means to itself,
and rounds as Keras does. The tests hold them against Keras's optimizers, brought to the same state.
"""

from __future__ import annotations

import copy
import itertools
import math
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from helpers import datasets
from helpers.checks._task import Finding, Mistake, Property, Task
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import OPTIMIZERS, SGD, Adam, RMSprop

LESSON = "08_adam"
Arrays = tuple[np.ndarray, ...]


# --- what can be said of steps that return w and their memory -------------------------------------


def _right(reference: Callable, arguments: tuple, observed: Any) -> list[bool]:
    """Say for each part of an output whether it is right."""
    return [
        np.shape(got) == np.shape(part) and np.allclose(got, part, rtol=1e-9, atol=1e-12)
        for got, part in zip(observed, reference(*arguments), strict=True)
    ]


Formulas = Iterable[tuple[str, np.ndarray]]


def _memory_first(
    reference: Callable,
    memory: dict[str, str],
    move: Callable[[tuple, Any], str],
    mixtures: Callable[..., list[Formulas]],
) -> tuple[Property, ...]:
    """Return properties that say what to look at: the memory, or how w follows from it.

    `memory` holds the right formula of each of its parts, `mixtures` makes others of the arguments
    of a call, for each part; `move` says how w moves, of a call's arguments and result.
    """

    def moves(arguments: tuple, observed: Any) -> bool:
        w, *rest = _right(reference, arguments, observed)
        return w or not all(rest)

    def remembers(arguments: tuple, observed: Any) -> bool:
        return all(_right(reference, arguments, observed)[1:])

    def diagnosis(arguments: tuple, observed: Any) -> str:
        w, *rest = _right(reference, arguments, observed)
        names = [name for name, right in zip(memory, rest, strict=True) if not right]
        wrong, verb = " and ".join(names), "are" if len(names) > 1 else "is"
        if w:
            return (
                f"On this input your w is right, but the {wrong} that you return {verb} not: "
                "return what the next step has to start from."
            )
        formulas = zip(memory.items(), observed[1:], mixtures(*arguments), strict=True)
        return (
            f"On this input your new {wrong} {verb} not what is expected, and w is not, either. "
            + "".join(_formula_of(*part, got, others) for part, got, others in formulas)
            + f"Look at the new {wrong} first: w follows from what is remembered."
        )

    def all_done(arguments: tuple, observed: Any) -> bool:
        w, *_ = _right(reference, arguments, observed)
        return w or not _some_are_old(arguments, observed, reference(*arguments))

    verb = "are" if len(memory) > 1 else "is"
    right = f"On this input your new {' and '.join(memory)} {verb} right, but w is not. "
    return (
        Property(
            all_done,
            "On this input some elements of what you return are right, and all others are still "
            "the old ones: the step is to be made for every element. If a `return` stands inside "
            "your loop, it ends the function there: the last line belongs below the loop.",
        ),
        Property(moves, lambda arguments, observed: right + move(arguments, observed)),
        Property(remembers, diagnosis),
    )


def _some_are_old(arguments: tuple, observed: Any, expected: Any) -> bool:
    """Say whether each element is right or as it was, and some of them right and new."""
    old, got, right = (
        np.concatenate([np.ravel(part) for part in parts])
        for parts in (arguments[: len(expected)], observed, expected)
    )
    done = np.isclose(got, right, rtol=1e-9, atol=1e-12)
    return bool((done | (got == old)).all() and (done & (right != old)).any())


def _printed(numbers: Any) -> str:
    return np.array2string(np.asarray(numbers), precision=6, separator=", ").replace("\n", "")


def _formula_of(name: str, right: str, got: Any, others: Formulas) -> str:
    """Say which one of the formulas gives this, and which one is right; "" if none does."""
    found = {formula for formula, value in others if _close(got, value)}
    if len(found) != 1 or right in found:
        return ""
    return f"Your new {name} is {found.pop()}, where {right} belongs. "


def _mixtures(old: str, value: Any, shares: dict[str, float], added: dict[str, Any]) -> Formulas:
    """Yield sums of a share of what is old and a share of what is added, in words and numbers."""
    for (kept, a), (new, b), (kind, g) in itertools.product(
        shares.items(), shares.items(), added.items()
    ):
        for sign, plus in ((1, "+"), (-1, "−")):
            first, second = f"{kept} {old}".strip(), f"{new} {kind}".strip()
            yield f"{first} {plus} {second}", a * value + sign * b * g


def _gradients(g: np.ndarray) -> dict[str, Any]:
    return {
        "g": g,
        "|g|": np.abs(g),
        "g²": g**2,
        "the mean of g": np.mean(g),
        "the mean of g²": np.mean(g**2),
        "(the mean of g)²": np.mean(g) ** 2,
        "the sign of g": np.sign(g),
    }


def _close(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-9, atol=0))


def _two_lines(
    step: Callable, first: dict[str, Callable], second: dict[str, Callable], *left_out: tuple
) -> tuple[Mistake, ...]:
    """Return the mistakes of who gets two lines wrong, less some pairs, given by their places."""
    return tuple(
        Mistake(step(one, other), f"Two things at once: {what}; and {besides}.")
        for i, (what, one) in enumerate(first.items())
        for j, (besides, other) in enumerate(second.items())
        if (i, j) not in left_out
    )


# --- momentum_step --------------------------------------------------------------------------------


def _momentum(w, u, g, alpha, mu) -> Arrays:
    u = mu * u - alpha * g
    return w + u, u


def _then(velocity: Callable, move: Callable = lambda w, u, new_u, g, alpha, mu: w + new_u):
    """Return a momentum step with another velocity, or another way to use it."""

    def answer(w, u, g, alpha, mu):
        new_u = velocity(u, g, alpha, mu)
        return move(w, u, new_u, g, alpha, mu), new_u

    return answer


def _velocity(u, g, alpha, mu):
    return mu * u - alpha * g


_VELOCITIES = {
    "α g is added to the velocity, where it is to be subtracted": (
        lambda u, g, alpha, mu: mu * u + alpha * g
    ),
    "the velocity lacks the learning rate": lambda u, g, alpha, mu: mu * u - g,
    "in the velocity the new step is multiplied by 1 − μ": (
        lambda u, g, alpha, mu: mu * u - (1 - mu) * alpha * g
    ),
    "in the velocity the new step is multiplied by 1 − μ, and added where it is to be subtracted": (
        lambda u, g, alpha, mu: mu * u + (1 - mu) * alpha * g
    ),
    "the velocity is a running mean of the gradients, with 1 − μ before the new one": (
        lambda u, g, alpha, mu: mu * u + (1 - mu) * g
    ),
    "the velocity keeps the share 1 − μ of itself instead of μ": (
        lambda u, g, alpha, mu: (1 - mu) * u - alpha * g
    ),
    "all of the old velocity survives": lambda u, g, alpha, mu: u - alpha * g,
}
_MOVES = {
    "the velocity is subtracted from w, where it is to be added": (
        lambda w, u, new_u, g, alpha, mu: w - new_u
    ),
    "w moves by the old velocity": lambda w, u, new_u, g, alpha, mu: w + u,
    "the velocity is multiplied by α and subtracted from w, where it is to be added as it is": (
        lambda w, u, new_u, g, alpha, mu: w - alpha * new_u
    ),
    "the velocity is multiplied by α before it is added to w": (
        lambda w, u, new_u, g, alpha, mu: w + alpha * new_u
    ),
}
_W = np.array([1.0, -2.0, 0.5])
_G = np.array([0.5, 4.0, -0.25])
_U = np.array([-0.25, 0.5, 1.0])


def _velocities(w, u, g, alpha, mu) -> list[Formulas]:
    shares = {"": 1.0, "μ": mu, "(1 − μ)": 1 - mu, "α": alpha, "μ²": mu**2}
    shares |= {"α μ": alpha * mu, "α (1 − μ)": alpha * (1 - mu)}
    return [_mixtures("u", u, shares, _gradients(g))]


MOMENTUM_STEP = Task(
    name="momentum_step",
    section="8.5",
    reference=_momentum,
    returns=("w", "u"),
    probes=(
        (_W[:2], _U[:2], _G[:2], 0.125, 0.75),
        (_W, np.zeros(3), _G, 0.125, 0.875),
        (_W, _U, _G, 0.5, 0.75),
        (_W, _U, np.zeros(3), 0.5, 0.875),
        (
            np.outer(_W, [1.0, 3.0]),
            np.outer(_U, [1.0, -1.0]),
            np.outer(_G, [2.0, 1.0]),
            0.015625,
            0.875,
        ),
        (_W / 3, _U / 2**20, _G / 2**20, 0.125, 0.875),  # all but at rest: nothing may be rounded
    ),
    mistakes=(
        Mistake(
            _then(
                lambda u, g, alpha, mu: mu * u + (1 - mu) * g,
                lambda w, u, new_u, g, alpha, mu: w - alpha * new_u,
            ),
            "You took a running mean of the gradients, with 1 − μ before the new one. Some courses "
            "define momentum so. Here the velocity gets the whole step, −α g, and is added to w.",
        ),
        Mistake(
            _then(
                lambda u, g, alpha, mu: mu * u + g,
                lambda w, u, new_u, g, alpha, mu: w - alpha * new_u,
            ),
            "Your velocity sums up bare gradients, and α comes in only when w moves, as in "
            "PyTorch. Here the velocity holds α and the sign already: it is what is added to w.",
        ),
        Mistake(
            _then(
                lambda u, g, alpha, mu: mu * u - g,
                lambda w, u, new_u, g, alpha, mu: w + alpha * new_u,
            ),
            "Your velocity lacks the learning rate, which comes in only when w moves. Here the "
            "velocity holds α already: it is what is added to w.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: mu * u - (1 - mu) * alpha * g),
            "You multiplied the new step by 1 − μ. In momentum it comes in whole: that is why its "
            "strides can become 1/(1 − μ) times longer.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: mu * u + alpha * g),
            "Your velocity points uphill: α g has to be subtracted.",
        ),
        Mistake(
            _then(
                lambda u, g, alpha, mu: mu * u + alpha * g,
                lambda w, u, new_u, g, alpha, mu: w - new_u,
            ),
            "You added α g to the velocity and subtracted the velocity from w. That descends, too, "
            "with a velocity of the other sign; but the u you are given is one that is added to w.",
        ),
        Mistake(
            _then(_velocity, lambda w, u, new_u, g, alpha, mu: w - new_u),
            "Your velocity is right, but you subtracted it from w. It holds the minus sign "
            "already: add it.",
        ),
        Mistake(
            _then(_velocity, lambda w, u, new_u, g, alpha, mu: w + u),
            "Your velocity is right, but w moved by the old one. Compute the new velocity first, "
            "then add that.",
        ),
        Mistake(
            _then(_velocity, lambda w, u, new_u, g, alpha, mu: w + mu * new_u - alpha * g),
            "Your velocity is right, and w looks ahead along it: that is Nesterov's momentum. "
            "Here w moves by the velocity itself.",
        ),
        Mistake(
            _then(_velocity, lambda w, u, new_u, g, alpha, mu: w - alpha * g),
            "Your velocity is right, but w took a plain step: the velocity is not used.",
        ),
        *_two_lines(
            _then, _VELOCITIES, _MOVES, (0, 0), (1, 3), (4, 2)
        ),  # they have their own words
        Mistake(
            _then(lambda u, g, alpha, mu: mu * u + (1 - mu) * g),
            "Your velocity is a running mean of the gradients, with 1 − μ before the new one. Here "
            "it gets the whole step, −α g.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: mu * u + (1 - mu) * alpha * g),
            "You multiplied the new step by 1 − μ, and added it. In momentum it comes in whole, "
            "and α g is subtracted.",
        ),
        Mistake(
            lambda w, u, g, alpha, mu: (
                _momentum(w, u, g, alpha, mu)[0],
                _momentum(w, u, g, alpha, mu)[1] if u.any() else u,
            ),
            "Your w is right, but from rest you return the velocity 0 as it was. With this step "
            "it has become −α g.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: alpha * u - mu * g),
            "You exchanged α and μ: μ belongs to the old velocity, α to the gradient.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: -alpha * g),
            "Your velocity has no memory: a share μ of the old one has to survive.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: u - alpha * g),
            "All of the old velocity survives. Only the share μ of it should.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: mu * (u - alpha * g)),
            "You multiplied the new step by μ, too. Only the old velocity fades.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: mu * u - g),
            "The learning rate is missing: the new step is α times the gradient.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: alpha * (mu * u - g)),
            "You multiplied the old velocity by α, too. It holds α already; only the gradient "
            "needs it.",
        ),
        Mistake(
            _then(lambda u, g, alpha, mu: (1 - mu) * u - alpha * g),
            "You kept the share 1 − μ of the old velocity. The share that survives is μ.",
        ),
    ),
    properties=_memory_first(
        _momentum,
        {"velocity": "μ u − α g"},
        lambda arguments, observed: (
            f"It moves by {_printed(observed[0] - arguments[0])}; the new velocity, by which it "
            f"has to move, is {_printed(_momentum(*arguments)[1])}."
        ),
        _velocities,
    ),
    hints=(
        "Two lines, in the order of section 8.5: the velocity first, then w.",
        "The new velocity is a share of the old one, less what plain descent would subtract. It "
        "is all that w moves by.",
        "u = mu * u - alpha * g, then w = w + u. Return both, w first.",
    ),
    reasoning="The velocity remembers: a share μ of it survives, and −α g comes on top. Written "
    "with u = … and w = … (instead of -= and +=) the arguments stay as they were.",
    tested="Right on vectors and a matrix, from rest and in motion, and with a "
    "gradient of zero, where the velocity rolls on.",
)


# --- rmsprop_step ---------------------------------------------------------------------------------


def _rmsprop(w, v, g, alpha, rho, epsilon) -> Arrays:
    v = rho * v + (1 - rho) * g**2
    return w - alpha * g / np.sqrt(v + epsilon), v


def _sized(
    mean: Callable | None = None,
    move: Callable = lambda w, v, new_v, g, alpha, epsilon: (
        w - alpha * g / np.sqrt(new_v + epsilon)
    ),
) -> Callable:
    """Return an RMSprop step with another running mean, or another way to use it."""

    def answer(w, v, g, alpha, rho, epsilon):
        new_v = (mean or (lambda v, g, rho: rho * v + (1 - rho) * g**2))(v, g, rho)
        return move(w, v, new_v, g, alpha, epsilon), new_v

    return answer


_MEANS = {
    "v adds up the squares and never fades": lambda v, g, rho: v + g**2,
    "in v the new square lacks the weight 1 − ρ": lambda v, g, rho: rho * v + g**2,
    "in v you exchanged ρ and 1 − ρ": lambda v, g, rho: (1 - rho) * v + rho * g**2,
    "v is the mean of the gradients, not of their squares": (
        lambda v, g, rho: rho * v + (1 - rho) * g
    ),
    "v keeps nothing of the old v": lambda v, g, rho: g**2,
}
_STEPS = {
    "ε is added outside the root": lambda w, v, new_v, g, alpha, epsilon: (
        w - alpha * g / (np.sqrt(new_v) + epsilon)
    ),
    "you divided by v, not by its root": lambda w, v, new_v, g, alpha, epsilon: (
        w - alpha * g / (new_v + epsilon)
    ),
    "the step is added to w, not subtracted": lambda w, v, new_v, g, alpha, epsilon: (
        w + alpha * g / np.sqrt(new_v + epsilon)
    ),
    "the step is divided by the root of the old v": lambda w, v, new_v, g, alpha, epsilon: (
        w - alpha * g / np.sqrt(v + epsilon)
    ),
    "the learning rate is missing": lambda w, v, new_v, g, alpha, epsilon: (
        w - g / np.sqrt(new_v + epsilon)
    ),
}
_V = np.array([1.0, 9.0, 0.125])  # not g², nor any power of it


def _means_of_squares(w, v, g, alpha, rho, epsilon) -> list[Formulas]:
    shares = {"": 1.0, "ρ": rho, "(1 − ρ)": 1 - rho, "ρ²": rho**2, "(1 − ρ)²": (1 - rho) ** 2}
    sums = _mixtures("v", v, shares | {"α": alpha}, _gradients(g))
    others = {
        "(ρ v + (1 − ρ) g)²": (rho * v + (1 - rho) * g) ** 2,
        "ρ v² + (1 − ρ) g²": rho * v**2 + (1 - rho) * g**2,
        "ρ v + (1 − ρ) g² + ε": rho * v + (1 - rho) * g**2 + epsilon,
        "the root of ρ v + (1 − ρ) g²": np.sqrt(rho * v + (1 - rho) * g**2),
        "the root of ρ v² + (1 − ρ) g²": np.sqrt(rho * v**2 + (1 - rho) * g**2),
        "the larger of ρ v and g²": np.maximum(rho * v, g**2),
    }
    return [itertools.chain(sums, others.items())]


def _divided_by(arguments: tuple, observed: Any) -> str:
    """Say by what α g is divided in the step, and by what it has to be."""
    w, _, g, alpha, rho, epsilon = arguments
    v = observed[1]
    step = w - observed[0]
    if not (g.all() and step.all()):
        return "Look at the line that makes the new w."
    others = {
        "the root of v alone": np.sqrt(v),
        "the root of v / (1 − ρ) + ε": np.sqrt(v / (1 - rho) + epsilon),
        "the root of v / (1 − ρ), plus ε": np.sqrt(v / (1 - rho)) + epsilon,
        "the root of the sum of v, plus ε": np.full(v.shape, np.sqrt(v.sum() + epsilon)),
        "the root of the mean of v, plus ε": np.full(v.shape, np.sqrt(v.mean() + epsilon)),
        "twice v + ε. If you wrote `**1/2`, which is a power of 1, halved: write `**0.5`": (
            2 * (v + epsilon)
        ),
    }
    names = [name for name, d in others.items() if np.allclose(alpha * g / step, d, 1e-9, 0)]
    what = f": {names[0]}" if len(names) == 1 else ""
    return (
        f"The step is α g divided by {_printed(alpha * g / step)}{what}. It has to be divided by "
        f"the root of v + ε, which is {_printed(np.sqrt(v + epsilon))}."
    )


RMSPROP_STEP = Task(
    name="rmsprop_step",
    section="8.5",
    reference=_rmsprop,
    returns=("w", "v"),
    probes=(
        (_W[:2], _V[:2], _G[:2], 0.125, 0.75, 0.01),
        (_W, np.zeros(3), _G, 0.125, 0.9, 1e-7),
        (_W, _V, _G, 0.5, 0.75, 1e-7),
        (_W, np.zeros(3), np.array([0.0, 1e-3, -2.0]), 0.25, 0.9, 1e-6),
        (
            np.outer(_W, [1.0, 3.0]),
            np.outer(_V, [1.0, 4.0]),
            np.outer(_G, [2.0, 1.0]),
            0.015625,
            0.9,
            1.0,
        ),
        (_W / 3, np.zeros(3), _G / 2**20, 0.5, 0.75, 1e-7),
        (_W, _V, np.array([0.0, 1.0, 0.0]), 0.25, 0.75, 1e-3),
    ),
    mistakes=(
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: (
                    w - alpha * g / (np.sqrt(new_v) + epsilon)
                )
            ),
            "You added ε outside the root. Adam does so; RMSprop as the lesson and Keras write it "
            "has ε inside, added to v.",
        ),
        Mistake(
            _sized(move=lambda w, v, new_v, g, alpha, epsilon: w - alpha * g / (new_v + epsilon)),
            "You divided by v. The gradient's usual size is the root of it.",
        ),
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: w - alpha * g / np.sqrt(v + epsilon)
            ),
            "You divided by the size that v had before this step. Compute the new v first, and "
            "divide by the root of that.",
        ),
        Mistake(
            _sized(move=lambda w, v, new_v, g, alpha, epsilon: w - alpha * g / np.sqrt(new_v)),
            "You left out ε. Where v is 0, your step divides 0 by 0.",
        ),
        Mistake(
            _sized(move=lambda w, v, new_v, g, alpha, epsilon: w - alpha * g),
            "Your v is right, but w took a plain step: the gradient is not divided by its size.",
        ),
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: (
                    w - alpha * np.sqrt(new_v) / np.sqrt(new_v + epsilon)
                )
            ),
            "Above the fraction bar stands your root of v. There belongs the gradient itself.",
        ),
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: w - alpha / np.sqrt(new_v + epsilon)
            ),
            "Your step lacks the gradient: it belongs above the fraction bar, with its sign.",
        ),
        Mistake(
            _sized(lambda v, g, rho: v + g**2),
            "You added the square to v without letting the old v fade: that is Adagrad, whose "
            "steps shrink for ever. v is a running mean.",
        ),
        Mistake(
            _sized(lambda v, g, rho: rho * v + g**2),
            "The new square needs the weight 1 − ρ. Without it v is no mean, but about "
            "1/(1 − ρ) times too large.",
        ),
        Mistake(
            _sized(lambda v, g, rho: (1 - rho) * v + rho * g**2),
            "You exchanged ρ and 1 − ρ: ρ is the share of the old v that survives.",
        ),
        Mistake(
            _sized(lambda v, g, rho: rho * v + (1 - rho) * g),
            "You took the running mean of the gradients. It is the mean of their squares.",
        ),
        Mistake(
            _sized(lambda v, g, rho: rho * v + (1 - rho) * np.abs(g)),
            "You took the running mean of the gradients' absolute values. It is the mean of their "
            "squares.",
        ),
        Mistake(
            _sized(lambda v, g, rho: rho * v + ((1 - rho) * g) ** 2),
            "You squared the weight 1 − ρ together with the gradient. Only the gradient "
            "is squared.",
        ),
        *_two_lines(_sized, _MEANS, _STEPS),
        Mistake(
            _sized(lambda v, g, rho: g**2),
            "Your v has no memory: it is the last gradient's square. A share ρ of the old v has to "
            "survive.",
        ),
        Mistake(
            _sized(lambda v, g, rho: rho * v + (1 - rho) * np.mean(g**2)),
            "You averaged the squares over the parameters. Each parameter has a v of its own: no "
            "sum and no mean here.",
        ),
        Mistake(
            _sized(lambda v, g, rho: rho * v + (1 - rho) * np.sum(g**2)),
            "You added up the squares of all the parameters. Each parameter has a v of its own: no "
            "sum and no mean here.",
        ),
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: w - alpha * g / np.sqrt(new_v) + epsilon
            ),
            "Your ε is added to w, not to v: it belongs below the root, so mind the parentheses.",
        ),
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: (
                    w - alpha * (g / np.sqrt(new_v) + epsilon)
                )
            ),
            "Your ε is added to the quotient, not to v: it belongs below the root, so mind the "
            "parentheses.",
        ),
        Mistake(
            lambda w, v, g, alpha, rho, epsilon: (
                _rmsprop(w, v, g, alpha, rho, epsilon)[0],
                _rmsprop(w, v, g, alpha, rho, epsilon)[1] + epsilon,
            ),
            "You returned v with ε added to it. ε belongs to the division only: the next step "
            "starts from v itself.",
        ),
        *(
            Mistake(
                lambda *arguments, inside=inside: (
                    _rmsprop(*arguments)[0],
                    np.sqrt(_rmsprop(*arguments)[1] + inside * arguments[-1]),
                ),
                f"Your w is right, but in place of v you returned {root}. The next step starts "
                "from v itself.",
            )
            for inside, root in ((0, "its root"), (1, "the root of v + ε"))
        ),
        Mistake(
            lambda w, v, g, alpha, rho, epsilon: (
                _rmsprop(w, v, g, alpha, rho, epsilon)[0],
                np.where(g == 0, v, _rmsprop(w, v, g, alpha, rho, epsilon)[1]),
            ),
            "Where the gradient is 0 you leave v as it was. It fades there, too: a 0 is a gradient "
            "like any other.",
        ),
        Mistake(
            _sized(
                move=lambda w, v, new_v, g, alpha, epsilon: (
                    w - alpha * g**2 / np.sqrt(new_v + epsilon)
                )
            ),
            "Above the fraction bar you squared the gradient. Only in v it is squared.",
        ),
    ),
    properties=_memory_first(
        _rmsprop,
        {"v": "ρ v + (1 − ρ) g²"},
        _divided_by,
        _means_of_squares,
    ),
    hints=(
        "Two lines, in the order of section 8.5: the running mean of the squares first, then w. "
        "Everything is element by element.",
        "v keeps the share ρ of itself, and the new square comes in with the rest. Look where ε "
        "stands in the lesson's formula: below the root.",
        "v = rho * v + (1 - rho) * g**2, then w = w - alpha * g / np.sqrt(v + epsilon).",
    ),
    reasoning="v is a running mean of g², so its root is the gradient's usual size. Dividing by "
    "it takes the size out of the step, for each parameter by itself; ε keeps 0 from being "
    "divided by 0.",
    tested="Right on vectors and a matrix, from v = 0 and later, with a "
    "gradient of zero, and with a large ε, which shows where it was added.",
)


# --- adam_step ------------------------------------------------------------------------------------


def _adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon) -> Arrays:
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat, v_hat = _corrected(m, v, t, beta_1, beta_2)
    return w - alpha * _divided(m_hat, v_hat, g, epsilon), m, v


def _corrected(m, v, t, beta_1, beta_2):
    return m / (1 - beta_1**t), v / (1 - beta_2**t)


def _divided(m_hat, v_hat, g, epsilon):
    return m_hat / (np.sqrt(v_hat) + epsilon)


def _adam_with(
    m_mean: Callable = lambda m, g, beta: beta * m + (1 - beta) * g,
    v_mean: Callable = lambda v, g, beta: beta * v + (1 - beta) * g**2,
    correction: Callable = _corrected,
    ratio: Callable = _divided,
    sign: float = -1.0,
) -> Callable:
    """Return an Adam step with some of its lines replaced."""

    def answer(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
        m, v = m_mean(m, g, beta_1), v_mean(v, g, beta_2)
        m_hat, v_hat = correction(m, v, t, beta_1, beta_2)
        return w + sign * alpha * ratio(m_hat, v_hat, g, epsilon), m, v

    return answer


def _hats_kept(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    w, m, v = _adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon)
    return w, *_corrected(m, v, t, beta_1, beta_2)


def _as_keras(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    return _adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon / np.sqrt(1 - beta_2**t))


def _alpha_t_without_root(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    _, m, v = _adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon)
    alpha_t = alpha * (1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha_t * m / (np.sqrt(v) + epsilon), m, v


def _v_from_m(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * m**2
    return w - alpha * _divided(*_corrected(m, v, t, beta_1, beta_2), g, epsilon), m, v


def _t_steps(w, m, v, g, t, *settings):
    for step in range(1, t + 1):
        w, m, v = _adam(w, m, v, g, step, *settings)
    return w, m, v


def _means_of_t_steps(w, m, v, g, t, *settings):
    for _ in range(t):
        new_w, m, v = _adam(w, m, v, g, t, *settings)
    return new_w, m, v


def _betas_exchanged(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    return _adam(w, m, v, g, t, alpha, beta_2, beta_1, epsilon)


def _old_means(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    _, new_m, new_v = _adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon)
    m_hat, v_hat = _corrected(m, v, t, beta_1, beta_2)
    return w - alpha * _divided(m_hat, v_hat, g, epsilon), new_m, new_v


_CORRECTIONS = {
    "the corrections are left out": lambda m, v, t, beta_1, beta_2: (m, v),
    "only m is corrected": lambda m, v, t, beta_1, beta_2: (m / (1 - beta_1**t), v),
    "only v is corrected": lambda m, v, t, beta_1, beta_2: (m, v / (1 - beta_2**t)),
    "in the corrections the power t is missing": (
        lambda m, v, t, beta_1, beta_2: _corrected(m, v, 1, beta_1, beta_2)
    ),
    "in the corrections β is multiplied by t instead of raised to that power": (
        lambda m, v, t, beta_1, beta_2: (m / (1 - beta_1 * t), v / (1 - beta_2 * t))
    ),
    "the corrections are those of the next step, t + 1": (
        lambda m, v, t, beta_1, beta_2: _corrected(m, v, t + 1, beta_1, beta_2)
    ),
}
_RATIOS = {
    "ε is added inside the root": lambda m_hat, v_hat, g, epsilon: m_hat / np.sqrt(v_hat + epsilon),
    "you divided by the mean of the squares, not by its root": lambda m_hat, v_hat, g, epsilon: (
        m_hat / (v_hat + epsilon)
    ),
    "the step is added to w, not subtracted": lambda m_hat, v_hat, g, epsilon: (
        -m_hat / (np.sqrt(v_hat) + epsilon)
    ),
    "ε is left out": lambda m_hat, v_hat, g, epsilon: m_hat / np.sqrt(v_hat),
}


def _how_w_moves(arguments: tuple, observed: Any) -> str:
    """Say of what the step is made; if that is not found, what the corrected means are."""
    (w, _, _, _, t, alpha, *_), new_w = arguments, observed[0]
    right = f"the new m / (1 − β₁^{t}) over √(the new v / (1 − β₂^{t})) + ε"
    found = {name for name, step in _steps_of(*arguments) if _close((w - new_w) / alpha, step)}
    if len(found) == 1 and right not in found:
        return f"It moves by −α times {found.pop()}, where t is {t}. It has to be {right}."
    m_hat, v_hat = map(_printed, _hats_kept(*arguments)[1:])
    return (
        f"Corrected, the means are m̂ = {m_hat} and v̂ = {v_hat}: print yours. If they are others, "
        "look at how they are made; if not, at how w follows from them."
    )


def _steps_of(w, m, v, g, t, alpha, beta_1, beta_2, epsilon) -> Iterator[tuple[str, np.ndarray]]:
    """Yield steps, for α = 1, that mix up old and new means, corrections and the place of ε."""
    _, new_m, new_v = _adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon)
    factors = {
        f"(1 − {name}^{power})": 1 - beta**power
        for name, beta in (("β₁", beta_1), ("β₂", beta_2))
        for power in {1, t - 1, t, t + 1} - {0}
    }
    means = {"the new m": new_m, "the old m": m, "g": g}
    squares = {"the new v": new_v, "the old v": v, "g²": g**2}
    tops, bottoms = (
        mixed
        | {f"{name} / {by}": mean / factor for name, mean in mixed.items() for by, factor in by_all}
        for mixed, by_all in ((means, factors.items()), (squares, factors.items()))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        for (top, a), (bottom, b) in itertools.product(tops.items(), bottoms.items()):
            yield f"{top} over √({bottom}) + ε", a / (np.sqrt(b) + epsilon)
            yield f"{top} over √({bottom} + ε)", a / np.sqrt(b + epsilon)
            yield f"{top} over {bottom} + ε", a / (b + epsilon)
            half = "/ 2 + ε (`**1/2` is a power of 1, halved)"
            yield f"{top} over {bottom} {half}", a / (b / 2 + epsilon)


def _means_of_adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon) -> list[Formulas]:
    shares = {"": 1.0}
    for name, beta in (("β₁", beta_1), ("β₂", beta_2)):
        shares |= {name: beta, f"(1 − {name})": 1 - beta, f"(1 − {name})²": (1 - beta) ** 2}
    new_m = beta_1 * m + (1 - beta_1) * g
    squares = _gradients(g) | {"(the new m)²": new_m**2, "(the old m)²": m**2, "m g": m * g}
    others = {"(β₂ v + (1 − β₂) g)²": (beta_2 * v + (1 - beta_2) * g) ** 2}
    return [
        _mixtures("m", m, shares, _gradients(g)),
        itertools.chain(_mixtures("v", v, shares, squares), others.items()),
    ]


_LONG = 1 - 2**-10  # like 0.999, but exact in single precision, which Keras goes through
_M = np.array([-0.25, 0.5, 1.0])

ADAM_STEP = Task(
    name="adam_step",
    section="8.7",
    reference=_adam,
    returns=("w", "m", "v"),
    probes=(
        (_W[:2], _M[:2], _V[:2], _G[:2], 2, 0.125, 0.75, 0.875, 0.01),
        (_W, np.zeros(3), np.zeros(3), _G, 1, 0.5, 0.875, _LONG, 1e-7),
        (_W, _M, _V, _G, 5, 0.25, 0.75, 0.875, 1e-7),
        (_W, _M / 8, _V / 8, np.zeros(3), 40, 0.5, 0.875, _LONG, 1e-7),
        (
            np.outer(_W, [1.0, 3.0]),
            np.outer(_M, [1.0, -1.0]),
            np.outer(_V, [1.0, 4.0]),
            np.outer(_G, [2.0, 1.0]),
            3,
            0.015625,
            0.875,
            _LONG,
            0.5,
        ),
        (_W / 3, _M / 2**20, _V / 2**40, _G / 2**20, 300, 0.5, 0.875, _LONG, 1e-7),
    ),
    mistakes=(
        Mistake(
            _adam_with(correction=lambda m, v, t, beta_1, beta_2: (m, v)),
            "Your two means are right, but you left out their correction: at every step w is made "
            "of m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).",
            "8.7",
        ),
        Mistake(
            _hats_kept,
            "Your w is right, but you returned the corrected means, m̂ and v̂. They serve this step "
            "only; the next one has to start from m and v themselves.",
            "8.7",
        ),
        Mistake(
            lambda *arguments: (*_hats_kept(*arguments)[:2], _adam(*arguments)[2]),
            "You returned the corrected m̂ in place of m. It serves this step only; the next one "
            "has to start from m itself.",
        ),
        Mistake(
            lambda *arguments: (*_adam(*arguments)[:2], _hats_kept(*arguments)[2]),
            "You returned the corrected v̂ in place of v. It serves this step only; the next one "
            "has to start from v itself.",
        ),
        Mistake(
            _adam_with(correction=lambda m, v, t, beta_1, beta_2: _corrected(m, v, t, 0.9, 0.999)),
            "Your corrections have β₁ = 0.9 and β₂ = 0.999 written into them. Take the arguments "
            "`beta_1` and `beta_2`.",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: _corrected(m, v, t, beta_1, beta_1)
            ),
            "You corrected v with β₁. Its own share is β₂.",
        ),
        Mistake(
            lambda w, m, v, g, t, alpha, beta_1, beta_2, epsilon: _adam(
                w, m, v, g, t, alpha, beta_1, beta_1, epsilon
            ),
            "You took β₁ for v as well. Its own share is β₂.",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: (m / (1 - beta_1), v / (1 - beta_2))
            ),
            "In the correction the power is missing: it takes β to the power t, the number of the "
            "step.",
            "8.7",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: (
                    m / (1 - beta_1 * t),
                    v / (1 - beta_2 * t),
                )
            ),
            "In the correction you multiplied β by t. It takes β to the power t.",
            "8.7",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: (
                    m / (1 - beta_1) ** t,
                    v / (1 - beta_2) ** t,
                )
            ),
            "In the correction you raised 1 − β to the power t. The power belongs to β alone: "
            "first the power, then the difference.",
            "8.7",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: (m / 1 - beta_1**t, v / 1 - beta_2**t)
            ),
            "In the corrections the parentheses are missing: Python divides by 1 first, and then "
            "subtracts the power. All of 1 − βᵗ stands below the fraction bar.",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: _corrected(m, v, t + 1, beta_1, beta_2)
            ),
            "Your correction is that of the next step, with t + 1. The t you are given counts from "
            "1 already.",
            "8.7",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: _corrected(m, v, t - 1, beta_1, beta_2)
            ),
            "Your correction is that of the step before, with t − 1, which is 0 at the first step. "
            "The t you are given counts from 1 already.",
            "8.7",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: (
                    m * (1 - beta_1**t),
                    v * (1 - beta_2**t),
                )
            ),
            "You multiplied by the corrections. The means are too small at first, so they have to "
            "be divided by them.",
            "8.7",
        ),
        Mistake(
            _adam_with(correction=lambda m, v, t, beta_1, beta_2: (m / (1 - beta_1**t), v)),
            "You corrected m but not v. Both start at zero, so both need it.",
            "8.7",
        ),
        Mistake(
            _adam_with(correction=lambda m, v, t, beta_1, beta_2: (m, v / (1 - beta_2**t))),
            "You corrected v but not m. Both start at zero, so both need it.",
            "8.7",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: (
                    m / (1 - beta_1**t),
                    v / (1 - beta_2**t) ** 2,
                )
            ),
            "You divided the root of v by the correction. The root is taken of the corrected v̂: "
            "the correction stands below it, too.",
        ),
        Mistake(
            _as_keras,
            "You added ε to the root of v, before the correction, as Keras does. This task follows "
            "the formula: ε is added to the root of the corrected v̂.",
        ),
        Mistake(
            _adam_with(ratio=lambda m_hat, v_hat, g, epsilon: m_hat / np.sqrt(v_hat + epsilon)),
            "You added ε inside the root, as RMSprop does. In Adam it is added to the root.",
        ),
        Mistake(
            _adam_with(ratio=lambda m_hat, v_hat, g, epsilon: m_hat / (v_hat + epsilon)),
            "You divided by v̂. The gradient's usual size is the root of it.",
        ),
        Mistake(
            _adam_with(ratio=lambda m_hat, v_hat, g, epsilon: g / (np.sqrt(v_hat) + epsilon)),
            "Above the fraction bar stands the gradient. There belongs its corrected mean, m̂: "
            "without it Adam has no memory of the direction.",
        ),
        Mistake(
            _adam_with(
                ratio=lambda m_hat, v_hat, g, epsilon: m_hat * g / (np.sqrt(v_hat) + epsilon)
            ),
            "Your step is multiplied by the gradient once more. It is m̂ over the root of v̂; the "
            "gradient comes in only through the two means.",
        ),
        Mistake(
            _old_means,
            "Your new means are right, but w moved by the old ones. Compute m and v first, then "
            "correct and use those.",
        ),
        *_two_lines(
            lambda correction, ratio: _adam_with(correction=correction, ratio=ratio),
            _CORRECTIONS,
            _RATIOS,
        ),
        Mistake(
            _adam_with(m_mean=lambda m, g, beta: beta * m + g),
            "In m the new gradient needs the weight 1 − β₁. Momentum has none, but in Adam m "
            "is a mean.",
        ),
        Mistake(
            _adam_with(v_mean=lambda v, g, beta: beta * v + g**2),
            "In v the new square needs the weight 1 − β₂: v is a mean.",
        ),
        Mistake(
            _adam_with(
                m_mean=lambda m, g, beta: beta * m + g, v_mean=lambda v, g, beta: beta * v + g**2
            ),
            "What is new needs the weight 1 − β in both means: 1 − β₁ before the gradient, 1 − β₂ "
            "before its square.",
        ),
        Mistake(
            _adam_with(
                correction=lambda m, v, t, beta_1, beta_2: _corrected(m, v, t, beta_2, beta_1)
            ),
            "In the corrections you exchanged β₁ and β₂: the first belongs to m, the second to v.",
        ),
        Mistake(
            _adam_with(v_mean=lambda v, g, beta: beta * v + (1 - beta) * g),
            "In v you took the mean of the gradients. It is the mean of their squares.",
        ),
        Mistake(
            _adam_with(v_mean=lambda v, g, beta: beta * v + ((1 - beta) * g) ** 2),
            "In v you squared the weight 1 − β₂ together with the gradient. Only the gradient is "
            "squared.",
        ),
        Mistake(
            _adam_with(
                m_mean=lambda m, g, beta: (1 - beta) * m + beta * g,
                v_mean=lambda v, g, beta: (1 - beta) * v + beta * g**2,
            ),
            "In both means you exchanged β and 1 − β: β is the share of the old mean that "
            "survives.",
        ),
        Mistake(
            _betas_exchanged,
            "You exchanged β₁ and β₂: the first belongs to m, the second to v.",
        ),
        Mistake(
            _alpha_t_without_root,
            "Your w moves by α · (1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε). In the short cut with α_t the "
            "correction of v stands below a root; and this task's ε is added to the root of the "
            "corrected v̂.",
        ),
        Mistake(
            _adam_with(ratio=lambda m_hat, v_hat, g, epsilon: m_hat / np.sqrt(v_hat)),
            "You left out ε.",
        ),
        Mistake(
            lambda w, m, v, g, t, alpha, beta_1, beta_2, epsilon: (
                _adam(w, m, v, g, t, alpha, beta_1, beta_2, 0.0)[0] + epsilon,
                *_adam(w, m, v, g, t, alpha, beta_1, beta_2, epsilon)[1:],
            ),
            "Your ε is added to w, not to the root: mind the parentheses.",
        ),
        Mistake(
            _t_steps,
            "Your result is that of t steps with this gradient. The function makes one step, which "
            "has the number t: m and v hold what was before.",
        ),
        Mistake(
            _means_of_t_steps,
            "Your means are those after t gradients like this one. The function makes one step, "
            "which has the number t: m and v hold what was before.",
        ),
        Mistake(
            _v_from_m,
            "In v you squared the new mean m. It takes the square of the gradient itself.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: not all(_right(_hats_kept, arguments, observed)[1:]),
            "The means that you return are the corrected ones, m̂ and v̂. They serve this step only; "
            "the next one has to start from m and v themselves.",
        ),
        *_memory_first(
            _adam,
            {"m": "β₁ m + (1 − β₁) g", "v": "β₂ v + (1 − β₂) g²"},
            _how_w_moves,
            _means_of_adam,
        ),
    ),
    hints=(
        "Five lines, in the order of section 8.7: the two means, their two corrections under new "
        "names, and w.",
        "m and v keep the shares β₁ and β₂ of themselves. Each correction divides by 1 minus a "
        "power of β. Only w sees the corrected means; m and v are returned uncorrected.",
        "m_hat = m / (1 - beta_1**t), v_hat = v / (1 - beta_2**t), "
        "w = w - alpha * m_hat / (np.sqrt(v_hat) + epsilon).",
    ),
    reasoning="m remembers the direction, v the size. Both start at zero; dividing by 1 − βᵗ "
    "repairs that exactly for a constant gradient. The corrected means get names of their own, "
    "since the next step builds on the uncorrected ones.",
    tested="Right on vectors and a matrix, at the first step and at later ones,"
    " with a gradient of zero, and with a large ε, which shows where it was added.",
)


# --- paper_epsilon --------------------------------------------------------------------------------


def _paper_epsilon(epsilon: float, beta_2: float, t: int) -> float:
    return epsilon / np.sqrt(1 - beta_2**t)


PAPER_EPSILON = Task(
    name="paper_epsilon",
    section="8.10",
    reference=_paper_epsilon,
    probes=((0.01, 0.75, 2), (0.5, 0.875, 1), (1e-7, 0.999, 1), (1e-7, 0.999, 100), (0.1, 0.5, 3)),
    mistakes=(
        Mistake(
            lambda epsilon, beta_2, t: epsilon,
            "You give back ε as it is: there is no correction in your formula, or it is 1. Keras "
            "adds its ε to the root of v, the paper to the root of v̂, and these two have not the "
            "same size.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt(1 - beta_2**t) if t > 1 else epsilon,
            "At the first step, t = 1, you give back ε as it is. The correction is 1 − β₂ there, "
            "not 1.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon * np.sqrt(1 - beta_2**t),
            "You multiplied where you should divide: this is Keras's ε for a given ε of the paper.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon * (1 - beta_2**t),
            "You multiplied by the correction. The paper's ε is Keras's, divided by its root.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / (1 - beta_2**t),
            "The root is missing: v̂ is v divided by the correction, but ε is added to the roots.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt(1 - beta_2),
            "The power t is missing: the correction at step t takes β₂ to the power t.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt(1 - beta_2 * t),
            "You multiplied β₂ by t. The correction takes β₂ to the power t.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt((1 - beta_2) ** t),
            "In your formula the power t is that of all of 1 − β₂. It belongs to β₂ alone.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: np.sqrt(epsilon / (1 - beta_2**t)),
            "You took the root of ε as well. Only the correction stands below a root.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt(1 - beta_2 ** (t + 1)),
            "Your correction is that of the next step, with t + 1. The t you are given counts from "
            "1 already.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt(1 - beta_2 ** (t - 1)),
            "Your correction is that of the step before, with t − 1, which is 0 at the first step. "
            "The t you are given counts from 1 already.",
            "8.7",
        ),
        Mistake(  # Python's own root and division raise, NumPy's do not
            lambda epsilon, beta_2, t: epsilon / math.sqrt(1 - beta_2 ** (t - 1)),
            "Your correction is that of the step before, with t − 1: at the first step, t = 1, you "
            "divide by zero. The t you are given counts from 1 already.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / math.sqrt(1 - beta_2 * t),
            "You multiplied β₂ by t, and the root of 1 − β₂ t does not exist once that is below 0. "
            "The correction takes β₂ to the power t.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / np.sqrt(beta_2**t),
            "You divided by the root of the power itself. The correction is 1 minus that power.",
            "8.7",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / (1 - beta_2 ** (t**0.5)),
            "You took the root of t, as `beta_2**t**0.5` does: Python works through it from right "
            "to left. The root is that of the whole difference, so it needs parentheses.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / (1 - beta_2**t) ** 1 / 2,
            "You divided by the correction and by 2, where the root of the correction belongs. If "
            "you wrote `**1/2`: that is a power of 1, halved. Write `**0.5` or `np.sqrt`.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / ((1 - beta_2**t) / 2),
            "You divided by half of the correction, where its root belongs. If you wrote `**1/2`: "
            "that is a power of 1, halved. Write `**0.5` or `np.sqrt`.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon / (1 - np.sqrt(beta_2**t)),
            "You took the root of the power. It is the root of the whole difference, 1 minus the "
            "power.",
        ),
        Mistake(
            lambda epsilon, beta_2, t: epsilon * (1 - 0.9**t) / np.sqrt(1 - beta_2**t),
            "You divided by the whole factor of Keras's α_t, with a β₁ of 0.9 that the task does "
            "not give. The correction of m is the same in both steps: it cancels.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, result: not result > 0 or _close(result, _paper_epsilon(*arguments)),
            lambda arguments, result: (
                f"Your result here is ε divided by {arguments[0] / result:.6g}. It has to be ε "
                f"divided by {arguments[0] / _paper_epsilon(*arguments):.6g}, the root of 1 − β₂ᵗ."
            ),
        ),
    ),
    hints=(
        "Write down both steps. Put m̂ and v̂ into the paper's one, and multiply top and bottom by "
        "the root of v's correction, so that the root of v stands there as in Keras's.",
        "Then both have the same form, and only the terms with ε differ. Set them equal: the "
        "paper's ε, times the root of the correction, must be Keras's.",
        "The paper's ε is epsilon / np.sqrt(1 - beta_2**t).",
    ),
    reasoning="With c = √(1 − β₂ᵗ) the root of v̂ is √v / c. So the paper's denominator is √v / c"
    " + ε′ = (√v + c ε′) / c, and its factor c makes Keras's α_t. Equal steps need c ε′ = ε. "
    "With β₂ = 0.999 the paper's ε′ is 32 times Keras's at the first step, and fades to it.",
    tested="Right on several ε, β₂ and t, the first step among them.",
)


# --- effective_rate -------------------------------------------------------------------------------


def _effective_rate(w_before, w_after, g) -> np.ndarray:
    rate = np.full_like(g, np.nan)
    return np.divide(w_before - w_after, g, out=rate, where=g != 0)


def _rate_of(change: Callable) -> Callable:
    """Return an answer that is nan where g is 0, and `change` elsewhere."""
    return lambda w_before, w_after, g: np.where(g != 0, change(w_before, w_after, g), np.nan)


def _needlessly_nan(arguments: tuple, rate: Any) -> str:
    g = arguments[2][np.isnan(rate) & (arguments[2] != 0)]
    return (
        "Some of your rates are nan though their own gradient is not 0: one of these gradients is "
        f"{g[np.argmin(abs(g))]:.3g}. Only where the gradient itself is 0 is no rate right."
    )


EFFECTIVE_RATE = Task(
    name="effective_rate",
    section="8.2",
    reference=_effective_rate,
    atol=0.0,  # np.divide with where= but no out= leaves what stood in memory, often about 1e-310
    probes=(
        (np.array([1.0, 2.0]), np.array([0.5, 2.5]), np.array([2.0, 4.0])),
        (np.array([-8.0, 1.0]), np.array([-7.75, -0.5]), np.array([-8.0, 50.0])),
        (_W, _W + np.array([0.5, -0.25, 0.0]), np.array([0.0, 0.5, 2.0])),
        (_W, _W, np.array([0.0, 1.0, -1.0])),
        (np.outer(_W, [1.0, 3.0]), np.outer(_W, [0.5, 3.5]), np.outer(_G, [2.0, 1.0])),
        (_W, _W + np.array([2.0**-20, -0.5, 0.001]), np.array([-(2.0**-30), 2.0**-60, -3.0])),
    ),
    mistakes=(
        Mistake(
            lambda w_before, w_after, g: (w_before - w_after) / g,
            "Where g is 0 you divided by zero. No rate explains such a step: the answer there is "
            "nan.",
        ),
        Mistake(
            lambda w_before, w_after, g: np.where(g != 0, (w_before - w_after) / g, 0.0),
            "Where g is 0 you say 0. That would mean that the parameter stands still, but it may "
            "move, as momentum does. No rate is right there: the answer is nan.",
        ),
        Mistake(
            _rate_of(lambda before, after, g: (before - after) / np.abs(g)),
            "Your rate has the wrong sign where the gradient is negative. Divide by the gradient "
            "with its sign: then every step against it has a positive rate.",
        ),
        Mistake(
            _rate_of(lambda before, after, g: np.abs(before - after) / g),
            "Your rate has the wrong sign where the parameter has grown. Divide the change with "
            "its sign: then every step against the gradient has a positive rate.",
        ),
        Mistake(
            _rate_of(lambda before, after, g: -after - before / g),
            "Your minus and your division take hold of different numbers: mind the parentheses "
            "around the difference.",
        ),
        Mistake(
            _rate_of(lambda before, after, g: (before - after) * g),
            "You multiplied by the gradient. The rate is the change divided by it.",
        ),
        Mistake(
            _rate_of(lambda before, after, g: after / g),
            "You divided the new w itself by the gradient. The rate is about what the step added: "
            "the difference of the two.",
        ),
        Mistake(
            lambda w_before, w_after, g: np.linalg.norm(w_after - w_before) / np.linalg.norm(g),
            "You gave one rate for all parameters. Each has a rate of its own: no norm and no mean "
            "here.",
        ),
        Mistake(
            lambda w_before, w_after, g: ((w_before - w_after) / g)[g != 0],
            "You left out the parameters whose gradient is 0. They keep their places: the answer "
            "there is nan.",
        ),
        Mistake(
            lambda w_before, w_after, g: _effective_rate(w_before, w_after, g).ravel(),
            "Your rates are right, but all in one row. They have the shape of g, which "
            "`reshape(g.shape)` brings back.",
        ),
        Mistake(
            lambda w_before, w_after, g: np.mean((w_before - w_after) / g),
            "You averaged over the parameters. Each has a rate of its own.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, rate: bool(np.isnan(rate[arguments[2] == 0]).all()),
            "Where the gradient is 0 the answer is nan, and yours is not.",
        ),
        Property(
            lambda arguments, rate: not np.isnan(rate[arguments[2] != 0]).any(), _needlessly_nan
        ),
        Property(
            lambda arguments, rate: (
                len(np.unique(rate[arguments[2] != 0])) > 1
                or len(np.unique(_effective_rate(*arguments)[arguments[2] != 0])) == 1
            ),
            "On this input all your rates are the same. Each parameter has a rate of its own: its "
            "own change divided by its own gradient.",
        ),
        Property(
            lambda arguments, rate: (
                not np.allclose(
                    rate, _effective_rate(*arguments), rtol=1e-3, atol=0, equal_nan=True
                )
            ),
            "Your rates are almost right, but not to the last digit. Where the gradient is not 0 "
            "it can be divided by as it is: nothing small needs to be added to it, and nothing "
            "rounded. Where it is 0 the answer is nan.",
        ),
    ),
    hints=(
        "In section 8.2 each parameter moves by a rate of its own. What did the step add to each "
        "parameter, and what would plain descent with a rate of 1 have subtracted?",
        "Divide element by element. Where g is 0 there is no rate; start from an array of nan and "
        "fill in the others, or choose afterwards.",
        "np.where(g != 0, -(w_after - w_before) / g, np.nan) does it (with a warning that the "
        "check does not mind); np.divide with where= does it without.",
    ),
    reasoning="The effective rate is the α with which plain descent would have made the same "
    "step. Where the gradient is 0, plain descent would stand still with any α, so there is no "
    "answer, which is what nan says. `where=` keeps NumPy from dividing there at all.",
    tested="Right on steps down, steps uphill, parameters that stand still, gradients of zero, "
    "and a matrix.",
)


# --- optimizer_for_digits -------------------------------------------------------------------------

WANTED_LOSS = 0.15
_RATES = 10 ** np.arange(-4, 1.1, 0.25)  # searched for the best one
_GOOD = f"a loss of at most {WANTED_LOSS}"
_NOT_NEW = "an optimizer that is not new"


def _losses(make: Callable[[], Any], seeds: int) -> float:
    """Return the median over the seeds of the last of ten epochs' loss; inf if one diverged."""
    train, losses = datasets.digits().train, []
    for seed in range(seeds):
        model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10)], seed=seed)
        model.compile(make(), SparseCategoricalCrossentropy(from_logits=True))
        try:
            losses.append(model.fit(train.X, train.y, epochs=10).history["loss"][-1])
        except FloatingPointError:
            losses.append(np.inf)
    return float(np.median(losses))


def _kind(optimizer: Any) -> str:
    if getattr(optimizer, "momentum", 0):
        return "momentum"
    names = {SGD: "plain descent", RMSprop: "RMSprop", Adam: "Adam"}
    return next(name for kind, name in names.items() if isinstance(optimizer, kind))


def _with_rate(optimizer: Any, rate: float) -> Any:
    other = copy.deepcopy(optimizer)
    other.learning_rate = rate
    return other


_trials: dict[tuple, Finding] = {}  # training takes seconds
_returned: weakref.WeakSet = weakref.WeakSet()


def _trial(optimizer: Any) -> Finding:
    key = type(optimizer), *sorted(vars(optimizer).items())
    if key not in _trials:
        _trials[key] = _trained(optimizer)
    return _trials[key]


def _trained(optimizer: Any) -> Finding:
    loss = _losses(lambda: copy.deepcopy(optimizer), seeds=3)
    if loss <= WANTED_LOSS:
        return Finding(_GOOD)
    measured = f"a loss of {loss:.4g}"
    losses = [_losses(lambda rate=rate: _with_rate(optimizer, rate), seeds=3) for rate in _RATES]
    if min(losses) > WANTED_LOSS:
        return Finding(f"{_kind(optimizer)}, unsuited whatever the learning rate", measured)
    size = "small" if _RATES[int(np.argmin(losses))] > optimizer.learning_rate else "large"
    return Finding(f"{_kind(optimizer)}, learning rate too {size}", measured)


def _judge_optimizer(arguments: tuple, output: Any) -> Finding:
    """Train digits with the optimizer, and say what came of it."""
    if isinstance(output, Finding):  # of a mistake
        return output
    if isinstance(output, str) and output.lower() in OPTIMIZERS:
        return Finding("a name, no optimizer")
    if isinstance(output, type):
        return Finding("a class, no optimizer")
    if isinstance(output, (float, int, np.floating)):
        return Finding("a number, no optimizer")
    if not isinstance(output, (SGD, RMSprop, Adam)):
        keras = type(output).__module__.startswith("keras")
        what = f"an object of type {type(output).__name__}"
        return Finding("an optimizer of Keras" if keras else what)
    if output.iterations:
        return Finding("an optimizer that has made steps")
    trial = _trial(output)
    if trial == _GOOD and output in _returned:
        return Finding(_NOT_NEW)
    _returned.add(output)
    return trial


def _judged(finding: str) -> Callable[[], Finding]:
    return lambda: Finding(finding)


_DIAGNOSES = {
    "plain descent": (
        "Plain descent, but its learning rate is too small for ten epochs: with larger ones the "
        "loss becomes lower. Keras's default is too small here, too.",
        "Plain descent, but its learning rate is too large: with smaller ones the loss becomes "
        "lower.",
    ),
    "momentum": (
        "Momentum, but its learning rate is too small for ten epochs: with larger ones the loss "
        "becomes lower.",
        "Momentum, but its learning rate is too large: with smaller ones the loss becomes lower. "
        "Steps become up to 1/(1 − μ) times longer than plain descent's.",
    ),
    "RMSprop": (
        "RMSprop, but its learning rate is too small for ten epochs: with larger ones the loss "
        "becomes lower. Keras's default is too small here, too.",
        "RMSprop, but its learning rate is too large: with smaller ones the loss becomes lower. "
        "α is about how far every weight moves in each step.",
    ),
    "Adam": (
        "Adam, but its learning rate is too small for ten epochs: with larger ones the loss "
        "becomes lower. Keras's default is too small here, too.",
        "Adam, but its learning rate is too large: with smaller ones the loss becomes lower. α is "
        "about how far every weight moves in each step.",
    ),
}
_in_turn = itertools.cycle((_GOOD, _NOT_NEW))  # at the two probes
_MAKE_A_NEW_ONE = (
    "You returned this optimizer before. What it remembers would be carried from one training into "
    "the next. Make a new one inside the function, at each call."
)
_SEARCH = " If your function searches for the rate: the one with the lowest loss is wanted."

OPTIMIZER_FOR_DIGITS = Task(
    name="optimizer_for_digits",
    section="8.11",
    reference=_judged(_GOOD),
    probes=((), ()),  # a new one at each call
    observe=_judge_optimizer,
    seconds=60.0,
    mistakes=(
        *(
            Mistake(_judged(f"{name}, learning rate too {size}"), diagnosis + _SEARCH)
            for name, diagnoses in _DIAGNOSES.items()
            for size, diagnosis in zip(("small", "large"), diagnoses, strict=True)
        ),
        Mistake(
            lambda: Finding(next(_in_turn)),
            _MAKE_A_NEW_ONE,
        ),
        Mistake(
            _judged("a class, no optimizer"),
            "You returned a class. Wanted is an optimizer, made from a class of helpers.optimizers "
            "with a learning rate.",
        ),
        Mistake(
            _judged("a name, no optimizer"),
            "You returned a name. It stands for the optimizer with its default learning rate, "
            "and every default is too small here. Wanted is an optimizer made with another one.",
        ),
        Mistake(
            _judged("a number, no optimizer"),
            "You returned a number. Wanted is an optimizer, made with the learning rate that you "
            "choose.",
        ),
        Mistake(
            _judged("an optimizer of Keras"),
            "This is an optimizer of Keras. The network here is the course's own: take the one of "
            "the same name from helpers.optimizers.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: "unsuited" not in str(observed),
            "With these settings no learning rate that we tried does it. Leave all but the "
            "learning rate at their defaults (a momentum of 0.9 is fine), then search again.",
        ),
        Property(
            lambda arguments, observed: observed != "an optimizer that has made steps",
            "The optimizer that you return has made steps already, and what it remembers would be "
            "carried into the next training. Return a new one with the same settings, made inside "
            "the function.",
        ),
        Property(
            lambda arguments, observed: observed != _NOT_NEW,
            _MAKE_A_NEW_ONE,
        ),
        Property(
            lambda arguments, observed: not str(observed).startswith("an object"),
            lambda arguments, observed: (
                f"You returned {observed}. Wanted is an optimizer from helpers.optimizers."
            ),
        ),
    ),
    hints=(
        "Do not guess: search. Take one optimizer, train with rates that grow by a factor of about "
        "three, and look for the bottom of the valley.",
        "Section 8.11 has such a search for three optimizers, and a figure of their valleys. Where "
        "is the bottom of yours?",
        "Adam(learning_rate=0.01), for one.",
    ),
    reasoning="Every optimizer of the lesson gets there with a good rate, and none with a bad "
    "one: plain descent near 0.3, momentum near 0.1, RMSprop and Adam near 0.01. Keras's "
    "defaults are all too small for ten epochs.",
    tested="Right, by training the digits' network for ten epochs from three seeds: the median "
    f"of the last losses is at most {WANTED_LOSS}.",
)

TASKS = (
    EFFECTIVE_RATE,
    MOMENTUM_STEP,
    RMSPROP_STEP,
    ADAM_STEP,
    PAPER_EPSILON,
    OPTIMIZER_FOR_DIGITS,
)
