"""Tasks of lesson 3: from scores to probabilities, and how they move together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import datasets, softmax
from helpers.activations import sigmoid
from helpers.checks._task import Mistake, Property, Task
from helpers.checks._values import Other, canonical, form

LESSON = "03_softmax"

# ------------------------------------------------------------------------- count_parameters


def _count_parameters(n: int, num_classes: int) -> int:
    return (n + 1) * num_classes


_COUNT_PARAMETERS = Task(
    name="count_parameters",
    section="3.2",
    reference=_count_parameters,
    probes=((2, 4), (1, 2), (3, 3), (64, 10), (784, 10), (30, 2)),
    mistakes=(
        Mistake(
            lambda n, N: n * N,
            "You counted the weights and left out the biases. Each class has one.",
        ),
        Mistake(
            lambda n, N: n * N + 1,
            "You counted one bias for all classes together. Each class has its own.",
        ),
        Mistake(
            lambda n, N: n * N + n,
            "You counted one bias for each feature. There is one for each class.",
        ),
        Mistake(
            lambda n, N: 2 * n * N,
            "You counted as many biases as weights. There is one bias for each class.",
        ),
        Mistake(
            lambda n, N: n + N,
            "Your result is n + N. But each class has a weight for every feature, which makes nN "
            "weights; the biases come on top.",
        ),
        Mistake(
            lambda n, N: n + 2 * N,
            "Your result is n + 2N. The biases are N, but each class has a weight for every "
            "feature, which makes nN weights.",
        ),
        Mistake(
            lambda n, N: n + 1,
            "You counted the parameters of one class only: its weights and its bias. "
            "All the classes have them.",
        ),
        Mistake(
            lambda n, N: (n + 1) * (N - 1),
            "You left one class out. It is true that one class's scores could be fixed (the shift "
            "that softmax cannot see), but the layer has parameters for all of them.",
        ),
        Mistake(
            lambda n, N: (n + 1) * (N + 1),
            "Your result is (n + 1)(N + 1), which is right for N + 1 classes. There are N of them, "
            "each with n weights and one bias.",
            section="3.2",
        ),
    ),
    hints=(
        "Write down the shapes of W and b, and count the numbers in each.",
        "W has one column for each class and one row for each feature. b has one number for each "
        "class.",
    ),
    reasoning="W has n rows and N columns, which makes nN weights; b has N biases. "
    "Together that is nN + N = (n + 1)N: each class has n weights and one bias.",
    tested="Right for 6 sizes, from one feature and two classes to pictures of 784 pixels and ten "
    "digits.",
)

# -------------------------------------------------------------------------- softmax_of_four


def _softmax_of_four(z0: float, z1: float, z2: float, z3: float) -> np.ndarray:
    return softmax.softmax(np.array([z0, z1, z2, z3]))


def _power(z: np.ndarray, a: np.ndarray) -> float | None:
    """Return k where a = softmax(kz); None if there is no such k."""
    z, a = np.ravel(z).astype(float), np.ravel(a)
    if a.shape != z.shape or not np.all(a > 0) or not np.isclose(a.sum(), 1, rtol=1e-12):
        return None
    k = (np.log(a[1:] / a[0])) @ (z[1:] - z[0]) / np.sum((z[1:] - z[0]) ** 2)
    return float(k) if np.allclose(a, softmax.softmax(k * z), rtol=1e-9) else None


def _other_power(k: float) -> str:
    """Say of which power the probabilities are, with e to the k for e."""
    if abs(k - 1) < 0.01:
        return (
            f"Your result is the softmax with powers of {np.exp(k):.9g}, which is only close to"
            f" e = {np.e:.9g}…. `np.exp` has all its digits."
        )
    return (
        f"Your result is the softmax of {k:.4g} times the scores, which has powers of"
        f" {np.exp(k):.4g} in place of e = {np.e:.4g}…."
    )


def _of_four(formula: Callable[[np.ndarray], Any]) -> Callable[..., Any]:
    """Return a reader who turns the four scores, as an array, into `formula` of them."""
    return lambda z0, z1, z2, z3: formula(np.array([z0, z1, z2, z3], dtype=float))


def _exponentials_over_others(z: np.ndarray) -> np.ndarray:
    e = np.exp(z)
    return e / (e.sum() - e)


def _in_proportion(a: np.ndarray, *z: float) -> bool:
    return np.allclose(a / a.sum(), _softmax_of_four(*z), rtol=1e-6, atol=0)


def _no_share(a: np.ndarray) -> bool:
    """Whether four numbers do not even nearly sum to 1."""
    return not np.isclose(a.sum(), 1, rtol=1e-3, atol=0)


def _equal_shares(z: tuple, a: np.ndarray) -> bool:
    return bool(np.any(np.not_equal.outer(z, z) & np.equal.outer(a, a) & (a > 0)))


def _overwriting(z0: float, z1: float, z2: float, z3: float) -> np.ndarray:
    z = np.array([z0, z1, z2, z3], dtype=float)
    for j in range(4):
        z[j] = np.exp(z[j]) / np.exp(z).sum()
    return z


def _shares_of_plain_scores(z0: float, z1: float, z2: float, z3: float) -> list[float]:
    total = z0 + z1 + z2 + z3
    return [z / total for z in (z0, z1, z2, z3)]


_SOFTMAX_OF_FOUR = Task(
    name="softmax_of_four",
    section="3.3",
    reference=_softmax_of_four,
    probes=(
        (2.0, 1.0, 0.0, -1.0),
        (0.0, 0.0, 0.0, 0.0),
        (-1.0, 0.5, 0.25, 3.0),
        (5.0, -5.0, 1.0, 1.0),
        (1, 2, 3, 4),
        (-20.0, -21.0, -19.0, -20.0),
        (30.0, 0.0, 29.0, 10.0),
    ),
    mistakes=(
        Mistake(
            _overwriting,
            "You gave a score's name to its probability, and the next lines then took the "
            "probability for the score. Compute the sum once, before, or use new names: a0, a1, …, "
            "as section 3.3 does.",
        ),
        Mistake(
            _of_four(lambda z: z / z.sum()),
            "You divided the scores by their sum. Scores can be negative; first make each of them "
            "positive with the exponential, then divide.",
        ),
        Mistake(
            _shares_of_plain_scores,
            "You divided the scores by their sum, which may be 0 (an error for Python's own "
            "numbers). Scores can be negative, too; first make each of them positive with the "
            "exponential, then divide.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z)),
            "You stopped at the exponentials. They are positive, but they do not add up to 1: "
            "divide each by their sum.",
        ),
        Mistake(
            _of_four(lambda z: z / np.exp(z).sum()),
            "Below the fraction bar you have the exponentials, but above it the score itself. Its "
            "exponential belongs there.",
        ),
        Mistake(
            _of_four(_exponentials_over_others),
            "You divided each exponential by the sum of the other three. That gives odds; for a "
            "probability the sum includes all four.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z) / np.exp(z[0]) + np.exp(z[1:]).sum()),
            "Each line divides by the first exponential only and then adds the others. The whole "
            "sum belongs below the fraction bar, so it needs parentheses.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z / np.exp(z).sum())),
            "You divided inside the exponential: each score by the sum, and then came `exp`. Take "
            "the exponential of each score first, then divide.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z / z.sum())),
            "You divided the scores by their sum and then took the exponential. It is the other "
            "way round: first the exponentials, then divide by their sum.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z) / np.exp(z.sum())),
            "You took the exponential of the sum of the scores. Below the fraction bar is the sum "
            "of the exponentials.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z) / z.sum()),
            "You divided the exponentials by the sum of the scores. Divide them by their own sum.",
        ),
        Mistake(
            _of_four(sigmoid),
            "You applied the sigmoid to each score by itself. The four answers must be decided "
            "together: they share one sum.",
            section="3.3",
        ),
        Mistake(
            _of_four(lambda z: sigmoid(z) / sigmoid(z).sum()),
            "You divided the sigmoids of the scores by their sum. Softmax does that with the "
            "exponentials.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(-z) / np.exp(-z).sum()),
            "Your result is the softmax of −z: the lowest score gets the highest probability. The "
            "exponents have no minus. (That belongs to the sigmoid.)",
        ),
        Mistake(
            _of_four(lambda z: z**2 / (z**2).sum()),
            "You made the scores positive by squaring them. Then the scores 1 and −1 get the same "
            "share; the exponential keeps their order.",
            section="3.3",
        ),
        Mistake(
            _of_four(lambda z: np.abs(z) / np.abs(z).sum()),
            "You made the scores positive by leaving out their signs. Then the scores 1 and −1 get "
            "the same share; the exponential keeps their order.",
            section="3.3",
        ),
        Mistake(
            _of_four(lambda z: 2**z / (2**z).sum()),
            "You took powers of 2. Softmax takes powers of e, about 2.718.",
            section="3.3",
        ),
        Mistake(
            _of_four(lambda z: 10**z / (10**z).sum()),
            "You took powers of 10. Softmax takes powers of e, about 2.718.",
            section="3.3",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z) / np.exp(z).max()),
            "Your largest number is always 1: each exponential is divided by the largest of them, "
            "which is what exp(z − max) gives, too. Divide by the sum of all four.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z - z.max()) / np.exp(z).sum()),
            "Above the fraction bar the largest score is subtracted, below it is not. The shift "
            "cancels only if both have it (and no shift is asked for here).",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z) / np.exp(z - z.max()).sum()),
            "Below the fraction bar the largest score is subtracted, above it is not. The shift "
            "cancels only if both have it (and no shift is asked for here).",
        ),
        Mistake(
            _of_four(lambda z: np.exp(np.exp(z)) / np.exp(z).sum()),
            "Above the fraction bar you have the exponential of the exponential. Only one is to be "
            "taken, above the bar as below.",
        ),
        Mistake(
            _of_four(lambda z: np.exp(z) / np.exp(z).mean()),
            "You divided by the average of the exponentials, so your four numbers sum to 4. "
            "Divide by their sum.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, a: not np.isnan(a).any(),
            "At least one of your numbers is nan, as 0 divided by 0 is, and infinity by infinity.",
        ),
        Property(
            lambda arguments, a: np.all(a >= 0),
            "A probability is never negative, and at least one of yours is.",
        ),
        Property(
            lambda arguments, a: (
                arguments != (2.0, 1.0, 0.0, -1.0)
                or abs((_power(np.array(arguments), a) or 1) - 1) < 1e-7
            ),
            lambda arguments, a: _other_power(_power(np.array(arguments), a)),
        ),
        Property(
            lambda arguments, a: np.isclose(a.sum(), 1, rtol=1e-12, atol=0) or _no_share(a),
            "Your four numbers sum nearly to 1, but not to the last digits. Nothing is to be added "
            "below the fraction bar, limited or rounded: each of these spoils the sum.",
        ),
        Property(
            lambda arguments, a: (
                arguments != (2.0, 1.0, 0.0, -1.0)
                or not np.allclose(a, _softmax_of_four(*arguments), rtol=0, atol=2e-3)
            ),
            "Right to a few digits only. Nothing in the formula has to be rounded: `np.exp` and "
            "the division give all digits.",
        ),
        Property(
            lambda arguments, a: np.isclose(a.sum(), 1) or not _in_proportion(a, *arguments),
            lambda arguments, a: (
                "To each other your four numbers are in the right proportion, but they sum to "
                f"{a.sum():.4g}. Below the fraction bar must stand the sum of all four numbers "
                "that stand above it."
            ),
        ),
        Property(
            lambda arguments, a: np.max(arguments) < 20 or not _equal_shares(arguments, a),
            "Two different scores got the same probability. Nothing has to be limited here: "
            "`np.exp` has a finite result for scores up to 709.",
        ),
        Property(
            lambda arguments, a: np.sum(~np.isclose(a, _softmax_of_four(*arguments))) != 1,
            lambda arguments, a: (
                "Three of your four probabilities are right. Only a"
                f"{(wrong := np.argmin(np.isclose(a, _softmax_of_four(*arguments))))} is not: "
                f"exp(z{wrong}), divided by the sum of all four, belongs there."
            ),
        ),
        Property(
            lambda arguments, a: np.isclose(a.sum(), 1),
            lambda arguments, a: (
                f"The four probabilities must sum to 1. Yours sum to {a.sum():.4g}."
            ),
        ),
        Property(
            lambda arguments, a: (
                not np.allclose(np.sort(a), np.sort(right := _softmax_of_four(*arguments)))
                or np.allclose(a, right)
            ),
            "The right four probabilities, but not in the right places: a₀ belongs to z₀, and so "
            "on.",
        ),
        Property(
            lambda arguments, a: (
                not np.any(np.greater.outer(arguments, arguments) & np.less.outer(a, a))
            ),
            "The order is wrong: a higher score must get a higher probability.",
        ),
    ),
    hints=(
        "All four probabilities have the same number below the fraction bar. Compute it once.",
        "That number is the sum of the four exponentials. Above the bar stands the exponential of "
        "the class's own score.",
        "Four lines, one per class: aⱼ = exp(zⱼ) / (exp(z₀) + exp(z₁) + exp(z₂) + exp(z₃)).",
    ),
    reasoning="The exponential makes every score positive and keeps their order; the common sum "
    "makes the four add up to 1. Each score stands in that sum, so each moves all four.",
    tested="Right for equal scores, negative ones, whole numbers, and leads up to 30.",
)

# ---------------------------------------------------------------------------------- softmax


def _shares(e: np.ndarray, axis: int = -1) -> np.ndarray:
    return e / e.sum(axis=axis, keepdims=True)


def _below_largest(z: np.ndarray) -> np.ndarray:
    return z - z.max(axis=-1, keepdims=True)


def _certain(z: np.ndarray) -> bool:
    """Whether the right probabilities are all 0 or 1 as well, to the last digit or nearly."""
    a = softmax.softmax(z)
    return np.allclose(a, np.round(a), rtol=0, atol=1e-9)


def _in_whole_numbers(z: np.ndarray) -> np.ndarray:
    a = np.zeros_like(z)
    a[...] = softmax.softmax(z)
    return a


_TWO_ROWS = np.array([[2.0, 0.0, -1.0], [1.0, 1.5, 3.0]])


def _power_of_rows(z: np.ndarray, a: np.ndarray) -> float | None:
    """Return k where the rows of the smallest probe are softmax(kz), and not k = 1."""
    if not np.array_equal(z, _TWO_ROWS):
        return None
    powers = [_power(*rows) for rows in zip(z, a, strict=True)]
    if None in powers or not np.isclose(*powers, rtol=1e-9) or abs(powers[0] - 1) < 1e-7:
        return None
    return powers[0]


def _undefined(z: np.ndarray, a: np.ndarray) -> str:
    """Name the row of scores for which the first nan came."""
    scores = _scores_of(z, np.isnan(a).any(axis=-1))
    return f"Some of your probabilities are nan, for the scores {scores} the first time."


def _scores_of(z: np.ndarray, rows: np.ndarray) -> str:
    """Return the scores of the first of some rows in words."""
    row = np.ravel(rows).argmax()
    return ", ".join(f"{score:g}" for score in z.reshape(-1, z.shape[-1])[row][:6])


def _first_sum(a: np.ndarray) -> float:
    sums = np.ravel(a.sum(axis=-1))
    return sums[np.argmin(np.isclose(sums, 1, rtol=1e-3, atol=0))]


def _a_ratio(z: np.ndarray, a: np.ndarray) -> str:
    """Say how the first two probabilities of the first row compare, and how they should."""
    (one, other), (first, second) = (np.reshape(v, (-1, v.shape[-1]))[0][:2] for v in (z, a))
    right = np.exp(float(one - other))
    if one == other or np.isclose(first, right * second, rtol=1e-6):
        return ""
    return (
        f" Your first two, for the scores {one:g} and {other:g}, have the ratio"
        f" {first / second:.4g} and not {right:.4g}."
    )


def _same_probability(z: np.ndarray, a: np.ndarray) -> str:
    """Name two scores of a row, beside each other, that got the same probability."""
    same = (np.diff(a, axis=-1) == 0) & (a[..., 1:] > 0) & (np.diff(z, axis=-1) != 0)
    place = tuple(np.argwhere(same)[0])
    one, other = z[..., :-1][place], z[..., 1:][place]
    far = bool(min(abs(one), abs(other)) > 100)  # where all nearer ones are right
    return (
        f"The scores {one:g} and {other:g} of one row got the same probability. Where scores differ"
        " by d, their probabilities differ by the factor eᵈ."
        + " A limit, to the scores or to the exponentials, takes differences away; subtracting one"
        " number from all scores of a row keeps them." * far
    )


_SOFTMAX = Task(
    name="softmax",
    section="3.4",
    reference=lambda z: softmax.softmax(z),
    probes=(
        (_TWO_ROWS,),
        (np.array([1.0, 2.0, -0.5]),),
        (np.array([[2.0, 0.0, 1.0], [1.0, -2.0, 0.5], [-1.0, 3.0, -2.5]]),),
        (np.array([[2.0, 1.0, 0.0, -1.0], [0.0, 3.0, 0.0, 1.0]]),),
        (np.array([[0.5, 0.5, 0.5]]),),
        (np.array([[3], [-2]]),),
        (np.array([[1, 2, 3], [4, 0, 4]]),),
        (np.array([[0.25, -1.0, 2.0], [1.5, 0.0, -0.5]], dtype=np.float32),),
        (np.array([[[1.0, 2.0], [0.0, 3.0], [1.0, 1.0]], [[-1.0, 1.0], [2.0, 1.5], [0.5, 0.0]]]),),
        (np.array([1000.0, 999.0, 998.0]),),
        (np.array([-1000.0, -1001.0]),),
        (np.array([[1000.0, 1001.0], [-1000.0, -1001.0]]),),
        (np.array([1.0, -4000.0, 2.0, 0.0]),),
        (np.array([[0.0, 3000.0, 2999.0, -3000.0], [-1500.0, 1.0, 2.0, 0.0]]),),
        (np.linspace(-40, 40, 3000).reshape(3, 1000) % 7.0,),
    ),
    mistakes=(
        Mistake(
            lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
            "You normalised over the examples (axis 0) instead of over the classes (axis −1). Each "
            "row is one example, and each row must sum to 1.",
            section="3.3",
        ),
        Mistake(
            lambda z: _shares(np.exp(_below_largest(z)), axis=0),
            "You took the largest score of each row, which is right, but then the sum over the "
            "examples (axis 0). The sum must go over the classes, too (axis −1).",
            section="3.3",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - z.max(axis=1, keepdims=True)), axis=1),
            "You normalised over axis 1, counted from the front. That is the axis of the classes "
            "in a table, but not for a single example of shape (N,). Count from the end: axis −1.",
        ),
        Mistake(
            lambda z: np.array(
                [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in z]
            ),
            "You went along the first axis, row by row. For a single example of shape (N,) that "
            "takes each score for a row of its own. Work along the last axis instead; no loop is "
            "needed.",
        ),
        Mistake(
            lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
            "You took one sum over the whole array. Each row gets its own sum.",
            section="3.3",
        ),
        Mistake(
            lambda z: np.exp(_below_largest(z)) / np.exp(_below_largest(z)).sum(),
            "You subtracted each row's largest score, as it should be, but took one sum over the "
            "whole array. Each row gets its own sum.",
            section="3.3",
        ),
        Mistake(
            lambda z: _shares(np.exp(z)),
            "The formula is right, but it overflows: the exponential of 1000 is too large for the "
            "computer (and that of −1000 is 0). Use the shift that softmax does not see.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - z.max())),
            "You subtracted the largest score of the whole array. A row whose scores lie far below "
            "it becomes 0 divided by 0. Subtract each row's own largest score.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - z.max(axis=0))),
            "You subtracted the largest score of each column. That shifts the scores of one "
            "example by different amounts and changes the answer; subtract the largest of each "
            "row.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - z.mean(axis=-1, keepdims=True))),
            "You subtracted the average of each row. That is a permitted shift, but a score far "
            "above the average still overflows.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - z[..., :1])),
            "You subtracted the first score of each row. That is a permitted shift, but a score "
            "far above the first still overflows.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - z.min(axis=-1, keepdims=True))),
            "You subtracted the smallest score of each row. Then the exponents are large and "
            "positive; subtract the largest, and none is above 0.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - np.maximum(z.max(axis=-1, keepdims=True), 0))),
            "Where all scores of a row are far below 0 you get 0 divided by 0. Subtract the row's "
            "largest score there, too, and not only where it is large.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z - np.abs(z).max(axis=-1, keepdims=True))),
            "You subtracted the largest absolute value. In a row of very negative scores that "
            "makes them more negative still: subtract the largest score itself.",
        ),
        Mistake(
            lambda z: np.exp(_below_largest(z)) / np.exp(z).sum(axis=-1, keepdims=True),
            "You subtracted the largest score above the fraction bar but not below it. The shift "
            "cancels only if both have it.",
        ),
        Mistake(
            lambda z: np.exp(z) / np.exp(_below_largest(z)).sum(axis=-1, keepdims=True),
            "You subtracted the largest score below the fraction bar but not above it. The shift "
            "cancels only if both have it.",
        ),
        Mistake(
            lambda z: np.exp(z - np.log(np.exp(z).sum(axis=-1, keepdims=True))),
            "You subtracted the logarithm of the sum of the exponentials. That is right on paper, "
            "but the sum overflows before its logarithm is taken (or is 0).",
        ),
        Mistake(
            lambda z: _shares(np.exp(np.clip(z, -500, 500))),
            "The scores, or their exponentials, are limited. That avoids the overflow but changes "
            "the answer: 1000 and 999 become equal. Subtracting the same number from all keeps "
            "their differences.",
        ),
        Mistake(
            lambda z: np.nan_to_num(_shares(np.exp(z))),
            "You replaced nan by a number. Then nothing warns, and the probabilities are wrong: "
            "avoid the overflow instead of hiding it.",
        ),
        Mistake(
            lambda z: (
                np.exp(_below_largest(z))
                / (np.exp(_below_largest(z)).sum(axis=-1, keepdims=True) + 1e-8)
            ),
            "You added a small number below the fraction bar, so the rows no longer sum to 1. It "
            "is not needed: with the largest score subtracted, the sum is at least 1.",
        ),
        Mistake(
            lambda z: _shares(np.exp(z / z.max(axis=-1, keepdims=True))),
            "You divided by the largest score instead of subtracting it. Softmax does not see a "
            "shift, but it does see a scale.",
        ),
        Mistake(
            lambda z: np.exp(_below_largest(z)),
            "You subtracted the largest score and took the exponential, and then forgot to divide "
            "by the sum.",
        ),
        Mistake(
            lambda z: _below_largest(z) / _below_largest(z).sum(axis=-1, keepdims=True),
            "You forgot the exponential: you divided the shifted scores by their sum.",
            section="3.3",
        ),
        Mistake(
            sigmoid,
            "You applied the sigmoid to each score by itself. The probabilities of one example "
            "must be decided together: they share one sum.",
            section="3.3",
        ),
        Mistake(
            lambda z: softmax.softmax(np.atleast_2d(z)),
            "Your numbers are right, but a single example, of shape (N,), comes back as a table of "
            "one row, of shape (1, N). The result should have the shape of z: nothing has to be "
            "made two-dimensional, since the last axis (−1) is there for one axis as for two.",
        ),
        Mistake(
            _in_whole_numbers,
            "For whole-number scores your result is cut to 0s and 1s. An array made like the input "
            "has its dtype, too: let the result hold floats.",
        ),
        Mistake(
            lambda z: np.exp(_below_largest(z)) / np.exp(_below_largest(z)).sum(axis=-1),
            "The sum over each row has lost its axis, so NumPy divides column j by the sum of "
            "row j (where the shapes happen to fit). Keep the summed axis as one of length 1.",
            section="3.3",
        ),
        Mistake(
            lambda z: np.exp(z - z.max(axis=-1)) / np.exp(z - z.max(axis=-1)).sum(axis=-1),
            "The largest score and the sum of each row have lost their axis, so NumPy lines them "
            "up with the columns (where the shapes happen to fit). Keep the reduced axis as one of "
            "length 1.",
            section="3.3",
        ),
    ),
    properties=(
        Property(
            lambda arguments, a: not np.isnan(a).any(),
            lambda arguments, a: (
                f"{_undefined(*arguments, a)} That is what infinity divided by infinity gives (the "
                "exponential of 710 is infinite), and 0 divided by 0 (that of −746 is 0). With the "
                "row's largest score subtracted, the largest exponential is 1."
            ),
        ),
        Property(
            lambda arguments, a: np.all(a >= 0),
            "A probability is never negative, and at least one of yours is.",
        ),
        Property(
            lambda arguments, a: a.ndim != 1 or a.size == 1 or not np.all(a == 1),
            "For this single example, of shape (N,), each score gets the probability 1, as if it "
            "were a row by itself. The classes lie along the last axis, also where it is the only "
            "one.",
        ),
        Property(
            lambda arguments, a: not (a.ndim == 3 and np.allclose(a.sum(axis=1), 1)),
            "For an array of three axes you normalised over the second one. The classes always lie "
            "along the last.",
        ),
        Property(
            lambda arguments, a: a.any(axis=-1).all(),
            lambda arguments, a: (
                "All probabilities of one row are 0, for the scores "
                f"{_scores_of(arguments[0], ~a.any(axis=-1))}. (The exponential of −746 is 0, and "
                "that of 710 is infinite.) With the row's own largest score subtracted, the "
                "largest exponential is 1."
            ),
        ),
        Property(
            lambda arguments, a: np.allclose(a.sum(axis=-1), 1, rtol=1e-3, atol=0),
            lambda arguments, a: (
                f"Your rows do not sum to 1: the first of them that does not sums to "
                f"{_first_sum(a):.4g}. (The last axis holds the classes.)"
            ),
        ),
        Property(
            lambda arguments, a: np.allclose(
                a.sum(axis=-1), 1, rtol=1e-12 if a.dtype == np.float64 else 1e-5, atol=0
            ),
            "Your rows sum nearly to 1, but not to the last digits. Softmax needs no small number "
            "below the fraction bar, no limit to the probabilities and no rounding: each of these "
            "spoils the sum.",
        ),
        Property(
            lambda arguments, a: _power_of_rows(*arguments, a) is None,
            lambda arguments, a: _other_power(_power_of_rows(*arguments, a)),
        ),
        Property(
            lambda arguments, a: (
                not np.array_equal(arguments[0], _TWO_ROWS)
                or not np.allclose(a, softmax.softmax(_TWO_ROWS), rtol=0, atol=2e-3)
            ),
            "Right to a few digits only. Nothing in softmax has to be rounded: `np.exp` and the "
            "division give all digits.",
        ),
        Property(
            lambda arguments, a: not np.isin(a, (0, 1)).all() or _certain(*arguments),
            "All of your probabilities are exactly 0 or 1. Softmax leaves something for each "
            "class: its share of the exponentials.",
        ),
        Property(
            lambda arguments, a: (
                not np.any(
                    (np.diff(a, axis=-1) == 0)
                    & (a[..., 1:] > 0)
                    & (np.diff(arguments[0], axis=-1) != 0)
                )
            ),
            lambda arguments, a: _same_probability(*arguments, a),
        ),
        Property(
            lambda arguments, a: np.array_equal(
                np.argmax(a, axis=-1), np.argmax(arguments[0], axis=-1)
            ),
            "The highest score of a row must get the highest probability, and does not.",
        ),
        Property(
            lambda arguments, a: np.allclose(
                a * 0 + np.exp(_below_largest(np.asarray(arguments[0], dtype=float))),
                a / a.max(axis=-1, keepdims=True),
                rtol=1e-6,
            ),
            lambda arguments, a: (
                "Your rows sum to 1, but the ratios within a row are wrong. Two probabilities "
                "whose scores are 1 apart must have the ratio e, about 2.718."
                f"{_a_ratio(*arguments, a)}"
            ),
        ),
    ),
    hints=(
        "Softmax does not change when the same number is subtracted from all scores of a row. "
        "Which number makes sure that no exponent is above 0?",
        "Two reductions along the last axis: the largest score, and the sum of the exponentials. "
        "Both should keep that axis, as one of length 1, so that they line up with the rows.",
        "Subtract `z.max(axis=-1, keepdims=True)`, take the exponential, and divide by its sum "
        "with the same two arguments.",
    ),
    reasoning="Subtracting a row's largest score changes nothing, because softmax sees only "
    "differences. Afterwards no exponent is above 0, so nothing overflows; and one of them is "
    "exactly 0, so the sum is at least 1 and nothing is divided by 0. `keepdims=True` keeps the "
    "summed axis, so that each row is divided by its own sum, whatever the number of axes.",
    tested="Right for arrays of one, two and three axes: ties, one class, a thousand classes, "
    "whole numbers, float32, and scores from −4000 to 3000.",
)

# -------------------------------------------------------------------- logistic_from_softmax


def _logistic_from_softmax(W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, float]:
    return W[:, 1] - W[:, 0], b[1] - b[0]


_LOGISTIC_FROM_SOFTMAX = Task(
    name="logistic_from_softmax",
    section="3.5",
    reference=_logistic_from_softmax,
    returns=("weights", "bias"),
    # An array with two rows is no pair, even if it could be taken for one.
    observe=lambda arguments, pair: (
        pair
        if isinstance(pair, (tuple, list))
        else Other(f"{form(canonical(pair))}, not two things")
    ),
    probes=(
        (np.array([[1.0, 3.0], [4.0, 2.0], [-3.0, 0.5]]), np.array([0.25, 1.0])),
        (np.array([[0.5772157, 1.6180339], [4.6692016, 2.7182818]]), np.array([3.1415927, -0.5])),
        (np.array([[2.0, -1.0]]), np.array([-1.0, 3.0])),
        (np.array([[0.0, 1.0], [4.0, 2.0], [-3.0, 5.0]]), np.array([2.0, -0.5])),
        (np.array([[1, 5], [2, 2], [-7, 3], [0, 4]]), np.array([3, -3])),
        (
            np.array([[0.5, 1.5], [-1.0, 0.25]], dtype=np.float32),
            np.array([0.5, 2.0], dtype=np.float32),
        ),
        (np.arange(60.0).reshape(30, 2) ** 2 / 100, np.array([-4.0, 0.125])),
    ),
    mistakes=(
        Mistake(
            lambda W, b: W[:, 2] - W[:, 1],
            "You asked for column 2 of two columns. They are counted from 0: class 0 is column 0, "
            "class 1 is column 1.",
            section="3.2",
        ),
        Mistake(
            lambda W, b: (W[:, 0] - W[:, 1], b[0] - b[1]),
            "You subtracted class 1 from class 0. The sigmoid is to give the probability of class "
            "1, so its score must grow when z₁ grows.",
        ),
        Mistake(
            lambda W, b: (W[:, 1], b[1]),
            "You took the parameters of class 1 and forgot those of class 0. Only the difference "
            "of the two scores counts.",
        ),
        Mistake(
            lambda W, b: (W[:, 0], b[0]),
            "You took the parameters of class 0. The sigmoid of their score says nothing about the "
            "other class: only the difference of the two scores counts.",
        ),
        Mistake(
            lambda W, b: (W.sum(axis=1), b.sum()),
            "You added the two classes. What counts is the difference of the two scores.",
        ),
        Mistake(
            lambda W, b: (W.mean(axis=1), b.mean()),
            "You averaged the two classes. What counts is the difference of the two scores.",
        ),
        Mistake(
            lambda W, b: (W[1] - W[0], b[1] - b[0]),
            "You subtracted rows of W. A row belongs to one feature; the weights of a class are a "
            "column.",
            section="3.2",
        ),
        Mistake(
            lambda W, b: (W[:, 1] - W[:, 0], b[1]),
            "Your weights are right, but the bias is that of class 1 alone. It is a difference, "
            "too.",
        ),
        Mistake(
            lambda W, b: (W[:, 1] - W[:, 0], np.zeros(())),
            "Your weights are right, but the bias is missing. The difference of the two scores has "
            "one.",
        ),
        Mistake(
            lambda W, b: (np.diff(W), np.diff(b)),
            "The numbers are right, but each difference keeps an axis of length 1: weights of the "
            "shape (n,) are asked for, and one number for the bias. An index, such as `[:, 0]` or "
            "`[0]`, takes the axis away. (`np.diff` keeps it, and so does a slice like `[:, 1:]`.)",
        ),
        Mistake(
            lambda W, b: (np.diff(W), b[1] - b[0]),
            "Your bias is right. Your weights have the numbers that are asked for, but as a "
            "column, of the shape (n, 1): an index, such as `[:, 0]`, makes (n,) of it. (`np.diff` "
            "keeps the axis, and so does a slice like `[:, 1:]`.)",
        ),
        Mistake(
            lambda W, b: (np.log(W[:, 1] / W[:, 0]), np.log(b[1] / b[0])),
            "You took the logarithm of a quotient of the parameters. It is the probabilities whose "
            "quotient has the logarithm z₁ − z₀; in the parameters that is a difference.",
        ),
        Mistake(
            lambda W, b: (W[:, 1] / W[:, 0], b[1] / b[0]),
            "You divided where the derivation subtracts. The odds are a quotient of exponentials, "
            "and in the exponent that is a difference.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, answer: np.allclose(
                answer[0], _logistic_from_softmax(*arguments)[0], rtol=1e-4
            ),
            "The weights are not right. Write z₁ − z₀ with W and b, and collect what stands before "
            "each feature.",
        ),
        Property(
            lambda arguments, answer: np.allclose(
                answer[1], _logistic_from_softmax(*arguments)[1], rtol=1e-4
            ),
            "The weights are right, the bias is not. Write z₁ − z₀ with W and b: the bias is what "
            "stands there without a feature.",
        ),
    ),
    hints=(
        "Section 3.5 shows that a₁ is the sigmoid of one number. Which one?",
        "It is z₁ − z₀. Write both scores with their weights and biases, and subtract.",
        "Column j of W holds the weights of class j. Subtract column 0 from column 1, and do the "
        "same with the two biases.",
    ),
    reasoning="a₁ = σ(z₁ − z₀), and z₁ − z₀ = (w₁ − w₀)·x + (b₁ − b₀). So the logistic unit has "
    "the differences for its parameters. Going back is not possible: many pairs have the same "
    "difference, since softmax does not see a shift.",
    tested="Right for 6 models: one feature to thirty, whole numbers, float32.",
)

# ------------------------------------------------------------------------- softmax_jacobian


def _softmax_jacobian(a: np.ndarray) -> np.ndarray:
    return np.diag(a) - np.outer(a, a)


def _identity(a: np.ndarray) -> np.ndarray:
    return np.eye(len(a))


_SOFTMAX_JACOBIAN = Task(
    name="softmax_jacobian",
    section="3.6",
    reference=_softmax_jacobian,
    probes=(
        (np.array([0.5, 0.3, 0.2]),),
        (np.array([0.75, 0.25]),),
        (np.array([0.1, 0.2, 0.3, 0.4]),),
        (np.array([0.25, 0.25, 0.25, 0.25]),),
        (np.array([1.0]),),
        (np.array([0.0, 1.0, 0.0]),),
        (np.array([0.5, 0.125, 0.25, 0.125], dtype=np.float32),),
        (np.arange(1, 11) / 55,),
    ),
    mistakes=(
        Mistake(
            lambda a: np.zeros_like(a)[0, 0],
            "You gave two indices to an array of one axis. `a` has one, and so has what "
            "`np.zeros_like(a)` makes; the table has two: `np.zeros((N, N))`.",
        ),
        Mistake(
            lambda a: np.diag(a * (1 - a)),
            "You filled the diagonal only, as for separate sigmoids. In softmax every score moves "
            "every probability, so the other entries are not 0.",
        ),
        Mistake(
            lambda a: a * (1 - a),
            "You returned one slope for each class, as for separate sigmoids. In softmax every "
            "score moves every probability: that makes a table, of which you have the diagonal.",
        ),
        Mistake(
            lambda a: np.diag(a) * (1 - a) + np.outer(a, a) * (1 - _identity(a)),
            "The entries beside the diagonal have the wrong sign. When another score rises, this "
            "probability falls.",
        ),
        Mistake(
            lambda a: -np.outer(a, a),
            "Your entries are −aⱼaₖ everywhere, on the diagonal too. There, where j = k, the "
            "formula has a 1 as well: aⱼ(1 − aⱼ). (If your loop treats the diagonal by itself, a "
            "later line may write over it.)",
        ),
        Mistake(
            lambda a: np.outer(a, a),
            "You multiplied every probability with every other one, and that is all. The formula "
            "has 1{j = k} − aₖ, not aₖ, as its second factor.",
        ),
        Mistake(
            lambda a: np.diag(a) + np.outer(a, a),
            "You added the products aⱼaₖ to the diagonal. The formula subtracts them.",
        ),
        Mistake(
            lambda a: np.diag(a),
            "You kept only the part with 1{j = k}. The part −aⱼaₖ, for all pairs, is missing.",
        ),
        Mistake(
            lambda a: _identity(a) - a,
            "The first factor is missing: row j must be multiplied by aⱼ.",
        ),
        Mistake(
            lambda a: _identity(a) - np.outer(a, a),
            "The 1 of the diagonal must be multiplied by aⱼ as well: it stands inside the "
            "brackets.",
        ),
        Mistake(
            lambda a: np.diag(a) - a,
            "You subtracted aₖ instead of the product aⱼaₖ: the factor aⱼ belongs to both terms in "
            "the brackets.",
        ),
        Mistake(
            lambda a: np.diag(a) - a * a,
            "The entries beside the diagonal are −aₖ², with the number of the column twice. They "
            "should be −aⱼaₖ: one factor is that of the row, j.",
        ),
        Mistake(
            lambda a: np.diag(a) - (a * a)[:, np.newaxis],
            "The entries beside the diagonal are −aⱼ², with the number of the row twice. They "
            "should be −aⱼaₖ: one factor is that of the column, k.",
        ),
        Mistake(
            lambda a: np.diag(a) - a @ a,
            "Your product of a with itself is a single number, the sum of the squares. (For arrays "
            "of one axis the matrix product always is.) Needed is a table: every aⱼ times every "
            "aₖ.",
        ),
        Mistake(
            lambda a: np.outer(a, 1 - a),
            "You used aⱼ(1 − aₖ) everywhere. The 1 in the brackets is there only on the diagonal, "
            "where j = k.",
        ),
        Mistake(
            lambda a: a - np.outer(a, a),
            "Your entries are aₖ − aⱼaₖ, that is aₖ(1 − aⱼ), for every j and k. The part without "
            "a product belongs to the diagonal alone, where j = k. (`np.diag(a)` is the matrix "
            "that has a there and 0 elsewhere; NumPy takes a itself for every row.)",
        ),
        Mistake(
            lambda a: a[:, np.newaxis] * ((a[:, np.newaxis] == a) - a),
            "Where two probabilities are equal you have aⱼ(1 − aₖ), beside the diagonal too. In "
            "1{j = k} it is the positions that are compared: `np.eye(N)` has its 1s there.",
        ),
        Mistake(
            lambda a: np.diag(a * (1 - a)) - np.outer(a, a),
            "The diagonal is wrong: it has a subtraction too many. aⱼ(1 − aⱼ) contains the −aⱼaⱼ "
            "already.",
        ),
        Mistake(
            lambda a: np.diag(a * (1 - a)) - np.outer(a, 1 - a) * (1 - _identity(a)),
            "Beside the diagonal you used −aⱼ(1 − aₖ). There, 1{j = k} is 0, so only −aₖ is left "
            "in the brackets.",
        ),
        Mistake(
            lambda a: _softmax_jacobian(softmax.softmax(a)),
            "You applied softmax to a once more. The argument holds the probabilities already.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, J: (
                np.abs(_softmax_jacobian(*arguments)).max() < 0.01
                or not np.allclose(J, _softmax_jacobian(*arguments), rtol=1e-3, atol=1e-6)
            ),
            "Close, but not exact. Asked for is the formula of section 3.6, which needs no small "
            "step and no rounding.",
        ),
        Property(
            lambda arguments, J: np.allclose(
                np.diag(J), np.diag(_softmax_jacobian(*arguments)), rtol=1e-3, atol=1e-5
            ),
            "The diagonal, where j = k, is not right. There aⱼ(1 − aⱼ) is asked for.",
        ),
        Property(
            lambda arguments, J: np.allclose(J, J.T, rtol=1e-3, atol=1e-5),
            "The diagonal is right, but the matrix is not symmetric. Entry (j, k) and entry (k, j) "
            "are the same product.",
        ),
        Property(
            lambda arguments, J: np.allclose(
                J, _softmax_jacobian(*arguments), rtol=1e-3, atol=1e-5
            ),
            "The diagonal is right; the entries beside it, where j ≠ k, are not.",
        ),
    ),
    hints=(
        "The formula of section 3.6 has two cases, and one factor they share. What are the entries "
        "where j = k, and what are they elsewhere?",
        "On the diagonal stands aⱼ(1 − aⱼ), elsewhere −aⱼaₖ. Two loops over j and k will do; or "
        "build a table of all products and a matrix that has a on its diagonal.",
        "`np.outer(a, a)` is the table of all products, `np.diag(a)` the matrix with a on its "
        "diagonal. Which of the two is subtracted from the other?",
    ),
    reasoning="aⱼ(1{j = k} − aₖ) = aⱼ1{j = k} − aⱼaₖ: a matrix with a on its diagonal, minus the "
    "table of all products. Rows and columns sum to zero, because the probabilities always sum to "
    "1 and because softmax does not see a shift.",
    tested="Right for one class to ten, equal and certain probabilities, and float32.",
)

# ------------------------------------------------------------------ nearest_mean_probabilities


def _middles(X: np.ndarray, y: np.ndarray, middle: Callable = np.mean) -> np.ndarray:
    return np.stack([middle(X[y == j], axis=0) for j in range(y.max() + 1)])


def _classes(X: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    return [X[y == j] for j in range(y.max() + 1)]


_A_MIDDLE = (
    "Each class is to give its middle, which always has n numbers: the mean over its examples, "
    "`mean(axis=0)`."
)


def _half_squares(c: np.ndarray) -> np.ndarray:
    return (c**2).sum(axis=1) / 2


def _distances(X: np.ndarray, c: np.ndarray) -> np.ndarray:
    return np.linalg.norm(X[:, np.newaxis] - c, axis=2)


def _nearest_mean_probabilities(X: np.ndarray, y: np.ndarray, X_new: np.ndarray) -> np.ndarray:
    c = _middles(X, y)
    if np.isnan(c).any():
        raise ValueError("each class must occur")
    return softmax.softmax(X_new @ c.T - _half_squares(c))


def _from_means(
    answer: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Return a reader who finds the means rightly and then does `answer` with them."""
    return lambda X, y, X_new: answer(X_new, _middles(X, y))


def _nearest_mean_probes() -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]:
    # As many classes as features, or classes of one size, hide that an axis is wrong.
    rng = np.random.default_rng(0)
    corners = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 3.0], [2.0, 2.0], [1.0, 3.0], [1.0, -1.0]])
    digits = datasets.digits()
    return (
        (corners, np.array([2, 0, 1, 0, 0, 1]), np.array([[0.5, 1.0], [2.0, 2.5], [0.0, 0.0]])),
        (corners.reshape(4, 3), np.array([0, 1, 1, 1]), np.array([[1.0, 1.0, 1.0]])),
        (rng.normal(size=(11, 4)), np.arange(11) % 3, rng.normal(size=(5, 4))),
        (rng.normal(size=(9, 3)), rng.permutation(9) % 4, rng.normal(size=(2, 3))),
        (digits.train.X, digits.train.y, digits.validation.X),
    )


def _scores_differ(arguments: tuple, a: np.ndarray) -> str:
    """Say what is right of the scores, which the probabilities give away up to a shift."""
    if not np.all(a > 0):
        return "Some are exactly 0, which softmax of these scores gives to no class."
    z, right = np.log(a), np.log(_nearest_mean_probabilities(*arguments))
    z, right = (part - part.mean(axis=1, keepdims=True) for part in (z, right))
    factor = np.sum(z * right) / np.sum(right**2)
    if np.allclose(z, factor * right, rtol=1e-6):
        return f"Your scores are {factor:.6g} times those of section 3.2."
    if words := _of_two_terms(*arguments, z):
        return words
    if np.allclose(z - right, (z - right)[0], rtol=1e-6, atol=1e-9) and len(z) > 1:
        return (
            "Your weights are those of section 3.2. What is added to x·cⱼ for class j is not right:"
            " the bias is −½|cⱼ|², and x is taken as it comes."
        )
    c = _middles(*arguments[:2])
    if np.array_equal(np.argsort(-a, axis=1), np.argsort(_distances(arguments[2], c), axis=1)):
        return (
            "In each row they get smaller as the distance |x − c| to the class's mean c grows, but"
            f" not as the softmax of −½|x − c|² does. Here c is {_listed(c[0])} for class 0."
        )
    return (
        "Print the middles, and one row of the scores before softmax. Here the middle of class 0"
        f" is {_listed(c[0])}, and −½|x − c|² of the first new example is"
        f" {_listed(0 - _distances(arguments[2], c)[0] ** 2 / 2)} for the classes from 0 on."
        " (Scores may all differ from these by one and the same number.)"
    )


def _of_two_terms(X: np.ndarray, y: np.ndarray, X_new: np.ndarray, z: np.ndarray) -> str:
    """Say of which multiples of x·c and |c|² the scores consist, if they do."""
    c = _middles(X, y)
    terms = [X_new @ c.T, np.tile(_half_squares(c), (len(X_new), 1))]
    terms = [(term - term.mean(axis=1, keepdims=True)).ravel() for term in terms]
    factors, *_ = np.linalg.lstsq(np.transpose(terms), z.ravel())
    if z.size - len(z) < 4 or not np.allclose(factors @ terms, z.ravel(), rtol=1e-6, atol=1e-9):
        return ""
    sign = "−" if factors[1] < 0 else "+"
    return (
        f"Your scores are {factors[0]:.4g} x·c {sign} {abs(factors[1]) / 2:.4g} |c|²; those of"
        " section 3.2 are x·c − ½|c|²."
    )


def _listed(numbers: np.ndarray) -> str:
    shown = ", ".join(f"{number:.4g}" for number in numbers[:4])
    return f"({shown}{', …' if len(numbers) > 4 else ''})"


_NEAREST_MEAN_PROBABILITIES = Task(
    name="nearest_mean_probabilities",
    section="3.2",
    reference=_nearest_mean_probabilities,
    probes=_nearest_mean_probes,
    mistakes=(
        Mistake(
            _from_means(lambda X, c: softmax.softmax(X @ c.T)),
            "You left out the biases, or gave all classes the same one. Without its own −½|c|², a "
            "class whose mean is far from the origin gets too high a score.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(X @ c.T - 2 * _half_squares(c))),
            "The factor ½ is missing from the biases.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(X @ c.T + _half_squares(c))),
            "The biases have the wrong sign: they must be negative.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(X @ c.T - np.sqrt(2 * _half_squares(c)) / 2)),
            "Your biases hold the length of each mean. They should hold its square.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(X @ c.T - _half_squares(c), axis=0)),
            "You normalised over the examples (axis 0) instead of over the classes: each row must "
            "sum to 1.",
            section="3.3",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(-_distances(X, c))),
            "You took the distance for the score. The derivation has half the square of it.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(-_distances(X, c) / 2)),
            "You took half the distance for the score. The derivation has half the square of it.",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X_new @ _middles(X, y).T - np.sum(_middles(X**2, y), axis=1) / 2
            ),
            "Your biases hold the mean of the squares. They should hold the square of the mean: "
            "first the middle, then its squared length.",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X_new @ _middles(X, y, np.sum).T / len(X)
                - _half_squares(_middles(X, y, np.sum) / len(X))
            ),
            "You divided the sum of each class by the number of all examples. Divide by the number "
            "of those that belong to the class.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(-(_distances(X, c) ** 2))),
            "Your scores are twice those of the derivation: −|x − c|² where it has half of that. "
            "Such probabilities sound surer than they should.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(_distances(X, c) ** 2 / 2)),
            "There is a minus sign missing: the farthest mean gets the highest probability.",
        ),
        Mistake(
            _from_means(lambda X, c: softmax.softmax(_distances(X, c))),
            "You gave softmax the distances, so the farthest mean gets the highest probability. A "
            "score must be high where the distance is small.",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X_new @ _middles(X, y, np.sum).T - _half_squares(_middles(X, y, np.sum))
            ),
            "You added up the examples of each class. Divide by how many there are: the middle is "
            "their average.",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X_new @ _middles(X, y, np.median).T - _half_squares(_middles(X, y, np.median))
            ),
            "You took medians for the middles. Asked for is the mean of each class.",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X @ _middles(X, y).T - _half_squares(_middles(X, y))
            ),
            "You gave the probabilities of the training examples. Asked for are those of the new "
            "ones, `X_new`.",
        ),
        Mistake(
            lambda X, y, X_new: X_new @ _middles(X, y, lambda rows, axis: np.mean(rows)),
            "X_new has n columns, but what you multiply it by has N entries along the axis that "
            "meets them. The weights have the shape (n, N): column j is the middle of class j, n "
            "numbers, `mean(axis=0)` of its examples. (`mean()` without an axis is one number.)",
            section="3.2",
        ),
        Mistake(
            lambda X, y, X_new: np.array([rows.mean(axis=1) for rows in _classes(X, y)]),
            "The classes have different numbers of examples, so what you put together, one thing "
            f"for each class, has different lengths. {_A_MIDDLE}",
            section="3.2",
        ),
        Mistake(
            lambda X, y, X_new: np.stack([rows.mean(axis=1) for rows in _classes(X, y)]),
            "Only arrays of one shape can be stacked, and the classes have different numbers of "
            f"examples. {_A_MIDDLE}",
            section="3.2",
        ),
        Mistake(
            lambda X, y, X_new: (
                _nearest_mean_probabilities(X, y, X_new)
                if y.max() == 9
                else np.full((len(X_new), 10), np.nan)
            ),
            "You counted on ten classes; here there are fewer, and a class without examples has no "
            "mean. Let the labels say how many classes there are.",
            section="3.2",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X_new @ _middles(X, y)[1:].T - _half_squares(_middles(X, y)[1:])
            ),
            "The class with label 0 is missing: labels count from 0.",
            section="3.2",
        ),
        Mistake(
            lambda X, y, X_new: softmax.softmax(
                X_new @ _middles(X, y)[:-1].T - _half_squares(_middles(X, y)[:-1])
            ),
            "The last class is missing. Labels count from 0, so there is one class more than the "
            "largest label says.",
            section="3.2",
        ),
    ),
    properties=(
        Property(
            lambda arguments, a: not np.isnan(a).any(),
            "Some of your probabilities are nan. Print the middles, then the scores, then what is "
            "made of them, to see where the first nan arises.",
        ),
        Property(
            lambda arguments, a: not np.any(a < 0) and np.allclose(a.sum(axis=-1), 1),
            "These are no probabilities: in each row none may be negative, and their sum must be "
            "1.",
        ),
        Property(
            lambda arguments, a: np.array_equal(
                a.argmax(axis=1), _distances(arguments[2], _middles(*arguments[:2])).argmin(axis=1)
            ),
            lambda arguments, a: (
                "These are probabilities, but the highest does not always go to the nearest mean. "
                f"{_scores_differ(arguments, a)}"
            ),
        ),
        Property(
            lambda arguments, a: False,
            lambda arguments, a: (
                "These are probabilities, and the nearest mean gets the highest one, but they are "
                f"not the right ones. {_scores_differ(arguments, a)}"
            ),
        ),
    ),
    hints=(
        "First the middles: for each class, the mean of its examples, feature by feature. Section "
        "3.2 then makes weights and biases of them.",
        "Column j of W is the middle of class j, and bⱼ is minus half of its squared length. Then "
        "come the scores and their softmax, row by row.",
        "`X[y == j]` holds the examples of class j. `helpers.softmax` has a softmax that may be "
        "used.",
    ),
    reasoning="−½|x − c|² is a score that is highest for the nearest middle c. Multiplied out it "
    "is c·x − ½|c|² and a term that is the same for all classes, which softmax does not see. So "
    "the middles are the weights, and nothing has to be trained. (Giving −½|x − c|² to softmax is "
    "right as well.)",
    tested="Right on four small examples, of two to four classes, and on the handwritten digits.",
)

TASKS: tuple[Task, ...] = (
    _COUNT_PARAMETERS,
    _SOFTMAX_OF_FOUR,
    _SOFTMAX,
    _LOGISTIC_FROM_SOFTMAX,
    _SOFTMAX_JACOBIAN,
    _NEAREST_MEAN_PROBABILITIES,
)
