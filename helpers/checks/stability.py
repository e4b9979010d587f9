"""The tasks of lesson 5: losses that survive large logits, in NumPy and in Keras."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers import comparison, datasets, softmax
from helpers.activations import sigmoid
from helpers.checks._task import Finding, Mistake, Property, Task
from helpers.checks._values import canonical
from helpers.checks.losses import right_by_label
from helpers.losses import (
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    one_hot,
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_gradient,
)
from helpers.network import Dense, Sequential
from helpers.optimizers import Adam
from helpers.stability import (
    naive_binary_crossentropy,
    naive_logsumexp,
    naive_softmax,
    naive_sparse_categorical_crossentropy,
    naive_sparse_categorical_crossentropy_gradient,
)

LESSON = "05_numerical_stability"

# Said of numbers that are off by less than 0.1%: the formula is right, something came on top.
NEARLY = (
    "Your result is within 0.1% of the right one, but the last digits are not right. Look for what "
    "changes so little, such as a small number that is added, a constant typed with few digits, "
    "something rounded or clipped, or single precision (float32)."
)
FORMULA_FIRST = (
    "Already for these small logits, where nothing overflows, the numbers are not right. Compute "
    "one of them by hand, and compare it with yours line by line."
)

BEYOND_SINGLE_PRECISION = (
    "Right for logits of 1e30, infinite or nan for 8e307. Between the two, at 3e38, the numbers of "
    "single precision (float32) end; those of float64 end at 1.8e308. Print the dtype of your "
    "arrays, and the largest number in each: nothing may be much larger than the logits."
)
LARGEST = (
    "A result of yours is the largest number there is, as np.nan_to_num puts it in the place of an "
    "infinity. The right one is an ordinary number: find the way to it on which nothing is "
    "infinite."
)

# Said of what is subtracted from a row before the exponential, if that is not its largest logit.
NOT_THE_LARGEST = (
    "On paper any number will do; but some exponents are then above 0, as large as you like, and "
    "overflow. With the largest logit of the row none is."
)
FROM_0 = (
    "Right as long as the largest logit of a row is above 0, or not far below. But if all logits "
    "are far below 0, all exponentials become 0: there the largest logit is not what you pull out. "
    "(A search that starts at 0 does not find it.)"
)
DOUBLED = (
    "Right for small logits, but infinite or nan already for a logit of 400, of which the "
    "exponential is no problem by itself: your exponents are larger than the logits. The largest "
    "logit of the row is subtracted before the exponential, not added."
)


def _ends_of_exponential(z: np.ndarray) -> tuple[int, int]:
    """Return beyond which number an exponential overflows, and below which it is 0."""
    return (88, -104) if z.dtype == np.float32 else (709, -746)


def not_finite(Z: np.ndarray, result: np.ndarray, y: np.ndarray | None = None) -> str:
    """Say of a result that is not finite what the exponentials of its row come to."""
    number = int(np.flatnonzero(~np.isfinite(result))[0])
    row, (high, low) = Z[number], _ends_of_exponential(Z)
    behind = 0 if y is None else row.max() - row[y[number]]
    words = f"Number {number} of your result, counted from 0," if len(Z) > 1 else "Your result"
    words += f" is {result[number]:g}; the right one is an ordinary number. "
    if behind > min(high, -low):
        words += (
            f"Its true class is {behind:g} behind the largest logit of the row: a probability as "
            "small as that is stored as 0, and log 0 is infinite, as is 1 divided by it. No "
            "exponential of this class by itself is needed: the loss is the logarithm of the sum "
            "of all, minus its logit. And in the sum, "
        )
    elif row.max() > high:
        words += f"Its row holds the logit {row.max():g}: beyond {high} an exponential overflows. "
    elif row.max() < low:
        words += (
            f"All logits of its row are below {low}: there an exponential is stored as 0, and log "
            "0 is infinite. "
        )
    else:
        return words + FIRST_INF
    safe = "the largest logit of a row is subtracted from all logits of that row, and of no other."
    return words + (safe if behind > min(high, -low) else f"Before the exponential, {safe}")


FIRST_INF = (
    "Print what your function computes for this input, step by step: the first inf or nan shows "
    "the line to look at."
)


_rng = np.random.default_rng(5)
_MANY_Y, _MANY_Z = _rng.integers(0, 10, 40), _rng.normal(0, 5, (40, 10))
_FAR_APART = np.array([[-1000.0, -1002.0], [1000.0, 998.0], [0.0, 1.0]])

# --- 5.8 ------------------------------------------------------------------------------------------


def _logsumexp(Z: np.ndarray) -> np.ndarray:
    return softmax.logsumexp(Z)


def _shifted_logsumexp(Z: np.ndarray, c: np.ndarray) -> np.ndarray:
    """log-sum-exp with c pulled out of the sum: right on paper for any c."""
    return c[..., 0] + np.log(np.exp(Z - c).sum(axis=-1))


def _limit(Z: np.ndarray, got: np.ndarray) -> float:
    """Return where the logits 1000 and 999 of one row were cut off; 0 if they were not."""
    if not np.array_equal(Z, [[1000.0, 999.0, 0.0]]):
        return 0.0
    limit = float(got[0] - np.log(2))
    return limit if 1 < limit <= 999 and limit + np.log(2) < 999.5 else 0.0


def _left_out(Z: np.ndarray, logs: np.ndarray) -> tuple[int, tuple[int, ...]] | None:
    """Return the first row whose sum has not all exponentials, and the columns that it has.

    None where that is not certain: rows of many or of large logits, or another sum.
    """
    if Z.shape[1] > 5 or np.abs(Z).max() > 10 or logs.shape != (len(Z),):
        return None
    first = None
    for number, (row, log) in enumerate(zip(Z, logs, strict=True)):
        some = (
            s
            for count in range(len(row), 0, -1)
            for s in itertools.combinations(range(len(row)), count)
        )
        found = next(
            (
                s
                for s in some
                if np.isclose(np.exp(row[list(s)]).sum(), np.exp(log), rtol=1e-9, atol=0)
            ),
            (),
        )
        if not found:
            return None
        if len(found) < len(row) and first is None:
            first = number, found
    return first


def _say_left_out(Z: np.ndarray, logs: np.ndarray, y: np.ndarray | None = None) -> str:
    number, columns = _left_out(Z, logs)
    row = Z[number]
    words = f"Your sum has not all terms: in row {number}, counted from 0, "
    if len(np.unique(row)) < len(row):
        words += f"it holds {len(columns)} of the {len(row)} exponentials. Logits that are equal"
        return words + " are terms by themselves, each of them."
    missing = next(k for k in range(len(row)) if k not in columns)
    true = y is not None and y[number] == missing
    whose = f"the true class, {missing}," if true else f"class {missing},"
    return words + f"the exponential of {row[missing]:g}, the logit of {whose} is missing."


LOGSUMEXP = Task(
    name="logsumexp",
    section="5.8",
    reference=_logsumexp,
    probes=(
        (np.array([[1.0, 0.0, 0.5], [-1.0, 2.0, 0.2]]),),
        (np.array([[0.5, 1.5, -2.0, -0.5]]),),
        (np.array([[1000.0, 999.0, 0.0]]),),
        (np.array([[-1000.0, -1001.0]]),),
        (np.array([[800.0, 0.0, -800.0]]),),
        (_FAR_APART,),
        (np.array([[3.0], [-400.0]]),),
        (np.zeros((3, 4)),),
        (np.array([[100.0, 90.0, 80.0]], dtype=np.float32),),
        (np.array([[1e30, -1e30]]),),  # within single precision
        (np.array([[8e307, -8e307]]),),  # and beyond
        (_rng.normal(0, 300, (6, 100)),),
    ),
    mistakes=(
        Mistake(
            naive_logsumexp,
            "You typed the formula as it stands on paper. With large logits the exponentials "
            "overflow, and with very negative ones all of them become 0. Pull the largest logit "
            "of each row out of the sum first.",
        ),
        Mistake(
            lambda Z: np.where(np.abs(Z).max(axis=1) < 1e4, _logsumexp(Z), np.inf),
            "Right for logits of ±1000, but infinite for still larger ones. A wider number format, "
            "such as np.longdouble, moves the cliff and does not remove it, and many computers "
            "have none. Pull the largest logit of each row out of the sum.",
        ),
        Mistake(
            lambda Z: np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)),
            "Your result is too small by the largest logit of each row: it is not added back. What "
            "is pulled out of the sum as a factor comes out of the logarithm as a term.",
        ),
        Mistake(
            lambda Z: np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)) - Z.max(axis=1),
            "Your result is too small by twice the largest logit of each row: after the logarithm "
            "it is added back, not subtracted again.",
        ),
        Mistake(
            lambda Z: np.log(np.exp(Z - Z.max()).sum(axis=1)) + Z.max(),
            "You subtracted the largest logit of the whole array from every row. A row whose own "
            "logits are much smaller then underflows: log 0. Every row has a largest logit of its "
            "own.",
        ),
        Mistake(
            lambda Z: np.log(np.exp(Z - Z.max()).sum(axis=1)) + Z.max(axis=1),
            "You subtracted the largest logit of the whole array, and added back that of each row. "
            "Subtract from each row its own.",
        ),
        Mistake(
            lambda Z: Z.max(axis=1) * np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)),
            "You multiplied by the largest logit. What is pulled out of the sum as a factor e^c "
            "comes out of the logarithm as a term c: add it.",
        ),
        Mistake(
            lambda Z: (
                Z.max(axis=1) + np.log10(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1))
            ),
            "You used the logarithm to the base 10. In all lessons log is the natural logarithm.",
        ),
        Mistake(
            lambda Z: _logsumexp(Z.T),
            "You worked down the columns, over the examples (axis 0). The sum runs over the "
            "classes of each example (axis −1): one number for each row.",
        ),
        Mistake(
            lambda Z: _logsumexp(Z.ravel()),
            "You added up the whole array and returned one number. Each row has a sum of its own.",
        ),
        Mistake(
            lambda Z: Z.max(axis=1),
            "Your result is the largest logit alone. To it belongs the logarithm of the sum of all "
            "the shifted exponentials of the row; it lies between 0 and log N.",
        ),
        Mistake(
            lambda Z: _logsumexp(Z) - np.log(Z.shape[1]),
            "Your result is too small by log N, as if the exponentials were averaged. They are "
            "added up.",
        ),
        Mistake(
            lambda Z: Z.max(axis=1) + np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1),
            "You added the sum of the shifted exponentials itself. Its logarithm is wanted.",
        ),
        Mistake(
            lambda Z: np.log(Z.max(axis=1) + np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)),
            "The largest logit is added inside the logarithm. What is pulled out of the sum as a "
            "factor comes out of the logarithm as a term: the logit is added to the logarithm.",
        ),
        Mistake(
            lambda Z: np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1),
            "You returned the sum of the shifted exponentials. Take its logarithm, and add the "
            "largest logit back.",
        ),
        Mistake(
            lambda Z: softmax.softmax(Z),
            "You returned the probabilities, shape (m, N). Wanted is one number for each row: the "
            "logarithm of the sum by which softmax divides.",
        ),
        Mistake(
            lambda Z: softmax.log_softmax(Z),
            "You returned the logarithms of the probabilities, shape (m, N). Wanted is one number "
            "for each row: what those subtract from the logits.",
        ),
        Mistake(
            lambda Z: _shifted_logsumexp(Z, Z.argmax(axis=1)[:, np.newaxis].astype(float)),
            "You pulled out the position of the largest logit, a number such as 2. Pull out the "
            "largest logit itself: max, not argmax.",
        ),
        Mistake(
            lambda Z: Z.sum(axis=1),
            "Your result is the sum of the logits, as if logarithm and exponential cancelled. The "
            "sum stands between them: the logarithm of a sum is not the sum of the logarithms.",
        ),
        Mistake(
            lambda Z: naive_logsumexp(np.clip(Z, -700, 700)),
            "You clipped the logits at ±700. Nothing overflows, but the result is quietly wrong "
            "for every logit beyond. Shift the logits instead of cutting them.",
            "5.7",
        ),
        Mistake(
            lambda Z: np.log(np.exp(Z).sum(axis=1) + 1e-7),
            "You added a small number inside the logarithm. That hides log 0, but it changes the "
            "result, and large logits still overflow. Shift the logits instead.",
            "5.7",
        ),
        Mistake(
            lambda Z: _shifted_logsumexp(Z, Z.min(axis=1, keepdims=True)),
            "What you pull out is smaller than the largest logit of the row, as the smallest is. "
            + NOT_THE_LARGEST,
        ),
        Mistake(
            lambda Z: _shifted_logsumexp(Z, Z.mean(axis=1, keepdims=True)),
            "What you pull out is smaller than the largest logit of the row, as the mean is. "
            + NOT_THE_LARGEST,
        ),
        Mistake(
            lambda Z: _shifted_logsumexp(Z, np.maximum(Z.max(axis=1, keepdims=True), 0)),
            FROM_0,
        ),
        Mistake(lambda Z: _shifted_logsumexp(Z, -Z.max(axis=1, keepdims=True)), DOUBLED),
        Mistake(
            lambda Z: _shifted_logsumexp(Z, np.abs(Z).max(axis=1, keepdims=True)),
            "You pulled out the largest size, without its sign. If all logits are far below zero, "
            "that pushes them down still further, and every exponential becomes 0.",
        ),
        Mistake(
            lambda Z: (
                Z.max(axis=1) + np.log1p(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1))
            ),
            "You counted a 1 too many: a 1 is added to the sum (log1p does that, too), in which "
            "the largest term is a 1 already. Take the plain logarithm of the sum.",
        ),
        Mistake(
            lambda Z: Z.max(axis=1) + np.log(np.exp(Z - Z.max(axis=1)).sum(axis=1)),
            "The largest logits of the rows have the shape (m,), and NumPy takes that for a row: "
            "it subtracts them from the columns, or finds that the shapes do not fit. Keep them as "
            "a column, shape (m, 1), for the subtraction.",
        ),
        Mistake(
            lambda Z: Z.max(axis=1) + np.log(np.exp(Z - Z.max(axis=1, keepdims=True))).sum(axis=1),
            "You took the logarithms first and then added them up. It is the other way round: the "
            "logarithm of the sum.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, got: got.shape == (len(arguments[0]),),
            "Your result must hold one number for each row, shape (m,).",
        ),
        Property(
            lambda arguments, got: bool(
                np.isfinite(got).all() or np.abs(arguments[0]).max() < 1e38
            ),
            BEYOND_SINGLE_PRECISION,
        ),
        Property(
            lambda arguments, got: bool(np.isfinite(got).all()),
            lambda arguments, got: not_finite(*arguments, got),
        ),
        Property(lambda arguments, got: not (np.abs(got) > 1e308).any(), LARGEST),
        Property(
            lambda arguments, got: not _limit(*arguments, got),
            lambda arguments, got: (
                f"Where two logits of a row are 1000 and 999, your result is that of two logits of "
                f"{_limit(*arguments, got):.6g}, as if they were cut off there. Nothing overflows, "
                "but the right result is above 1000. Shift the logits; do not cut them."
            ),
        ),
        Property(
            lambda arguments, got: _left_out(*arguments, got) is None,
            lambda arguments, got: _say_left_out(*arguments, got),
        ),
        Property(
            lambda arguments, got: not np.allclose(got, arguments[0].max(axis=1), rtol=1e-12),
            "Here your result is the largest logit of each row alone. To it belongs the logarithm "
            "of the sum of all the shifted exponentials of the row.",
        ),
        Property(
            lambda arguments, got: (
                np.abs(arguments[0]).max() > 10
                or not np.allclose(got, _logsumexp(*arguments), rtol=1e-3)
            ),
            NEARLY,
        ),
        Property(
            lambda arguments, got: bool((got >= arguments[0].max(axis=1) - 1e-6).all()),
            "A result of yours lies below the largest logit of its row. Log-sum-exp never does: "
            "the sum is at least as large as its largest term.",
        ),
        Property(
            lambda arguments, got: bool(
                (got <= arguments[0].max(axis=1) + np.log(arguments[0].shape[1]) + 1e-6).all()
            ),
            "A result of yours lies more than log N above the largest logit of its row. The sum "
            "of N terms is at most N times the largest.",
        ),
        Property(lambda arguments, got: bool(np.abs(arguments[0]).max() > 10), FORMULA_FIRST),
    ),
    hints=(
        "Which number can you pull out of each row so that no exponent is above 0?",
        "Lines 2 and 3 of section 5.8: subtract the largest logit of each row, take exponentials, "
        "add up, take the logarithm, and add the largest logit back.",
        "Z.max(axis=1, keepdims=True) has the shape (m, 1), so it can be subtracted from Z; its "
        "column 0 has the shape (m,) of the result.",
    ),
    reasoning="Pulling c out of the sum changes nothing on paper, for any c. With the largest "
    "logit of the row no exponent is above 0, so nothing overflows; and one of them is exactly 0, "
    "so the sum is at least 1 and its logarithm is safe. What underflows is too small to matter "
    "beside that 1.",
    tested="Right for 12 inputs: logits of ±1000 and ±8e307, rows far apart, one class, a hundred, "
    "ties and float32.",
)


def _losses(y: np.ndarray, Z: np.ndarray) -> np.ndarray:
    return sparse_categorical_crossentropy(y, Z, from_logits=True)


def _cross_entropy_from_logits(y: np.ndarray, Z: np.ndarray) -> np.ndarray:
    return _losses(y, Z)


def _of_truth(y: np.ndarray, array: np.ndarray) -> np.ndarray:
    return array[np.arange(len(y)), y]


_EPSILONS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)


def _kept_from_0(
    how: str, keep: Callable[[np.ndarray, float], np.ndarray], epsilons: tuple[float, ...]
) -> Iterator[Mistake]:
    """Yield the losses of probabilities that a small number keeps from being 0."""
    for epsilon in epsilons:
        yield Mistake(
            lambda y, Z, e=epsilon: -np.log(keep(_of_truth(y, softmax.softmax(Z)), e)),
            f"No loss of yours can be larger than {-np.log(epsilon):.2f}, or −log {epsilon:g}, "
            f"however wrong the model is: {how.format(epsilon)}, which hides how far behind the "
            "class is. Never form the probability.",
            "5.7",
        )


def _other_class(arguments: tuple, loss: np.ndarray) -> tuple[int, int] | None:
    """Return the first row from which another class's logit is subtracted, and that class.

    None where that is not so, or not certain, of any row.
    """
    y, Z = arguments
    if loss.shape != (len(Z),) or np.abs(Z).max() > 10:
        return None
    same = np.isclose(_logsumexp(Z)[:, np.newaxis] - Z, loss[:, np.newaxis], rtol=1e-9)
    others = np.flatnonzero(~same[np.arange(len(y)), y])
    if not (same.sum(axis=1) == 1).all() or not others.size:
        return None
    return int(others[0]), int(same[others[0]].argmax())


def _say_other_class(arguments: tuple, loss: np.ndarray) -> str:
    row, taken = _other_class(arguments, loss)
    return (
        f"The log-sum-exp is right here. But in row {row}, counted from 0, the logit of class "
        f"{taken} is subtracted from it; the label is {arguments[0][row]}."
    )


def _say_loss_of_0(arguments: tuple, loss: np.ndarray) -> str:
    row = np.flatnonzero(np.asarray(loss) == 0)[0]
    return (
        f"In row {row}, counted from 0, your loss is 0. It is {_losses(*arguments)[row]:.4g}: as "
        "long as the other classes have a probability, too, no loss is 0, and a right answer costs "
        "something."
    )


def _distance_alone(arguments: tuple, loss: np.ndarray) -> np.ndarray:
    """Return the rows in which the loss is the distance to the largest logit, and not right."""
    y, Z = arguments
    distance = Z.max(axis=1) - _of_truth(y, Z)
    return np.flatnonzero((loss == distance) & ~np.isclose(loss, _losses(y, Z)))


def _say_distance(arguments: tuple, loss: np.ndarray) -> str:
    row = _distance_alone(arguments, loss)[0]
    return (
        f"In row {row}, counted from 0, your loss is the distance of the true class to the largest "
        "logit alone. To it belongs the logarithm of the sum of all the shifted exponentials: here "
        f"{_losses(*arguments)[row] - loss[row]:.3g}."
    )


def _too_low(right: np.ndarray, loss: np.ndarray) -> np.ndarray:
    """Return for each large loss whether it is well below the right one, and not near 0."""
    return (right > 20) & (loss > 5) & (loss < 0.9 * right)


def _ceiling(right: np.ndarray, loss: np.ndarray) -> str:
    low = _too_low(right, loss)
    return (
        f"A loss of yours is {loss[low][0]:.5g} where the right one is {right[low][0]:.5g}. Find "
        "what keeps it down, as a probability or logits that are clipped would, or a small number "
        "that is added, or an infinity that is replaced."
    )


CROSS_ENTROPY_FROM_LOGITS = Task(
    name="cross_entropy_from_logits",
    section="5.8",
    reference=_cross_entropy_from_logits,
    probes=(
        (np.array([2, 0]), np.array([[2.0, 1.0, 0.3], [0.5, -1.0, 1.0]])),
        (np.array([1]), np.array([[0.5, 1.5]])),
        (np.array([2]), np.array([[1000.0, 0.0, -1000.0]])),
        (np.array([0]), np.array([[1000.0, 0.0, -1000.0]])),
        # e^400 is a number, e^720 is none, and e^-720 is not yet 0.
        (np.array([1, 0, 1, 1]), np.array([[30.0, 0.0], [0.0, 40.0], [400.0, 0.0], [720.0, 0.0]])),
        (np.array([1, 0, 1]), _FAR_APART),
        (np.array([2, 0]), np.zeros((2, 4))),
        (np.array([1, 0, 1, 1]), _rng.normal(0, 2, (4, 4)).round(1)),
        (np.array([1, 0]), np.array([[150.0, 20.0, -300.0], [3.0, 1.0, 2.0]], dtype=np.float32)),
        (np.array([0]), np.array([[-4e30, 2e30]])),  # Keras's own class takes float32
        (_MANY_Y, _MANY_Z),
    ),
    mistakes=(
        Mistake(
            naive_sparse_categorical_crossentropy,
            "You took the exponentials of the logits as they are. Large ones overflow, and of two "
            "infinities nan remains. Go from the logits to the loss with log-sum-exp, the largest "
            "logit of the row pulled out.",
            "5.4",
        ),
        Mistake(
            lambda y, Z: -np.log(_of_truth(y, softmax.softmax(Z))),
            "Nothing overflows. But the exponential of a class that is 746 or more behind is "
            "stored as 0, and so is its probability; you take the logarithm, and −log 0 is "
            "infinite. The logarithm of an exponential is its exponent: never form the "
            "probability.",
            "5.5",
        ),
        Mistake(
            lambda y, Z: np.log(np.exp(Z - _of_truth(y, Z)[:, np.newaxis]).sum(axis=1)),
            "Your loss is infinite where the true class is more than 709 behind: a number as large "
            "as e to that distance stands inside your logarithm. What is pulled out of the sum "
            "must be the largest logit of the row, not the logit of the true class; that one is "
            "subtracted after the logarithm.",
        ),
        Mistake(
            lambda y, Z: _shifted_logsumexp(Z, -Z.max(axis=1, keepdims=True)) - _of_truth(y, Z),
            DOUBLED,
        ),
        Mistake(
            lambda y, Z: -np.log(np.clip(_of_truth(y, softmax.softmax(Z)), 1e-7, 1 - 1e-7)),
            "You clipped the probability at 1e-7. No loss can then be larger than 16.12, however "
            "wrong the model is, and where it is clipped there is no gradient.",
            "5.7",
        ),
        Mistake(
            lambda y, Z: -np.log(_of_truth(y, softmax.softmax(Z)) + 1e-7),
            "You added 1e-7 to the probability before the logarithm. No loss can then be larger "
            "than 16.12, however wrong the model is, and all the others are slightly off.",
            "5.7",
        ),
        Mistake(
            lambda y, Z: (
                _shifted_logsumexp(Z, np.maximum(Z.max(axis=1, keepdims=True), 0)) - _of_truth(y, Z)
            ),
            FROM_0,
        ),
        *_kept_from_0("{:g} is added to the probability", np.add, _EPSILONS),
        *_kept_from_0(
            "the probability is kept from being 0 by {:g}", np.add, (1e-20, 1e-30, 1e-100, 1e-300)
        ),
        *_kept_from_0(
            "the probability is clipped at {:g}", lambda a, e: np.clip(a, e, 1 - e), _EPSILONS
        ),
        *_kept_from_0("the probability is never below {:g}", np.maximum, (1e-7, *_EPSILONS[:7])),
        Mistake(
            lambda y, Z: (
                np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)) - _of_truth(y, Z)
            ),
            "Your loss is too small by the largest logit of its row. Either shift all logits of "
            "the row, the true class's too, and add nothing; or shift only inside the sum, and add "
            "the largest logit back to its logarithm.",
        ),
        Mistake(
            lambda y, Z: _losses(y, Z) + Z.max(axis=1),
            "Your loss is too large by the largest logit of its row: it is added once too often. "
            "If the true class's logit is shifted, too, nothing is added back: the loss sees only "
            "differences of logits.",
        ),
        Mistake(
            lambda y, Z: Z.max(axis=1) - _of_truth(y, Z),
            "Your loss is the distance of the true class to the largest logit alone. To it belongs "
            "the logarithm of the sum of all the shifted exponentials; without it, a right answer "
            "costs nothing.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z),
            "You returned the log-sum-exp alone. The true class's logit is still to be subtracted.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z)[:, np.newaxis] - Z,
            "You returned the losses that every possible label would have, an array of shape "
            "(m, N). Pick the one of the true class in each row.",
        ),
        Mistake(
            lambda y, Z: _rest(_of_truth(y, Z)) + np.maximum(-_of_truth(y, Z), 0),
            "Your loss is the logistic loss of the true class's logit, and the other logits play "
            "no part in it. They do: subtract the logit from the log-sum-exp of the whole row.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z) - Z[:, y],
            "You took the columns named by y out of every row. Pair each row number with its own "
            "label, so that one logit is picked per row.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z) - Z[np.arange(len(y)), y - 1],
            "You picked the logit of the class below each label. Labels already run from 0 to "
            "N − 1.",
        ),
        Mistake(
            lambda y, Z: -_of_truth(y, softmax.log_softmax(Z, axis=0)),
            "You worked down the columns, over the examples (axis 0). The sum runs over the "
            "classes of each example (axis −1).",
        ),
        Mistake(
            lambda y, Z: np.log(np.exp(Z - Z.max()).sum(axis=1)) + Z.max() - _of_truth(y, Z),
            "You subtracted the largest logit of the whole array from every row. A row whose own "
            "logits are much smaller then underflows. Every row has a largest logit of its own.",
        ),
        Mistake(
            lambda y, Z: (
                _logsumexp(Z) - Z.max(axis=1) + _of_truth(y, Z - Z.max(axis=1, keepdims=True))
            ),
            "You added the shifted logit of the true class. It is subtracted: a larger one makes "
            "the loss smaller.",
        ),
        Mistake(
            lambda y, Z: _shifted_logsumexp(Z, Z.mean(axis=1, keepdims=True)) - _of_truth(y, Z),
            "What you pull out is smaller than the largest logit of the row, as the mean is. "
            + NOT_THE_LARGEST,
        ),
        Mistake(
            lambda y, Z: _losses(y, Z) + 2 * _of_truth(y, Z),
            "You added the true class's logit. It is subtracted: a larger one makes the loss "
            "smaller.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z) - Z.max(axis=1),
            "Your result is the log-sum-exp minus the largest logit. The loss subtracts the logit "
            "of the true class, which the label names.",
        ),
        Mistake(
            lambda y, Z: (
                np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)
                - _of_truth(y, Z - Z.max(axis=1, keepdims=True))
            ),
            "You took the sum of the shifted exponentials itself. Its logarithm is wanted.",
        ),
        Mistake(
            lambda y, Z: naive_logsumexp(Z) - _of_truth(y, Z),
            "You avoid the probability: well done. But the sum still overflows, or becomes 0, for "
            "large logits. Subtract the largest logit of each row from all of them first.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z.ravel()) - _of_truth(y, Z),
            "You added up the exponentials of all examples. Each row has a sum of its own.",
        ),
        Mistake(
            lambda y, Z: _losses(y, Z) / len(y),
            "You divided each loss by m. The division by m belongs to the cost, the average of the "
            "losses.",
        ),
        Mistake(
            lambda y, Z: _losses(y, softmax.softmax(Z)),
            "You applied softmax twice: once to the logits, and once more inside the loss. The "
            "loss can then hardly tell right from wrong.",
            "5.11",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z) - Z[y],
            "You gave NumPy the labels alone, and it takes whole rows: those with the numbers y. "
            "Give it two numbers for each example, its row and its class.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z) - Z[y, np.arange(len(y))],
            "You exchanged rows and columns when you picked the logit. First the row, that is the "
            "number of the example; then the column, that is its label.",
        ),
        Mistake(
            lambda y, Z: _logsumexp(Z) - y,
            "You subtracted the label itself. The label names a class; what is subtracted is the "
            "logit of that class.",
        ),
        Mistake(
            lambda y, Z: (
                np.log1p(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1))
                - _of_truth(y, Z - Z.max(axis=1, keepdims=True))
            ),
            "You counted a 1 too many: a 1 is added to the sum (log1p does that, too), in which "
            "the largest term is a 1 already. Take the plain logarithm of the sum.",
        ),
        Mistake(
            lambda y, Z: -(one_hot(y, Z.shape[1]) * np.log(softmax.softmax(Z))).sum(axis=1),
            "You took the logarithms of all probabilities. A class far behind has a probability "
            "that is stored as 0, and its logarithm is −infinity; times the 0 of the one-hot row "
            "that is nan. Never form the probability.",
            "5.5",
        ),
    ),
    properties=(
        Property(
            lambda arguments, got: got.shape == (len(arguments[0]),),
            "Your result must hold one number for each example, shape (m,).",
        ),
        Property(
            lambda arguments, loss: bool(np.isfinite(loss).all()),
            lambda arguments, loss: not_finite(arguments[1], loss, arguments[0]),
        ),
        Property(
            lambda arguments, loss: not np.allclose(loss, _losses(*arguments), rtol=1e-3),
            NEARLY,
        ),
        Property(
            lambda arguments, loss: (
                np.abs(arguments[1]).max() > 10 or bool((np.asarray(loss) != 0).all())
            ),
            _say_loss_of_0,
        ),
        Property(
            lambda arguments, loss: _other_class(arguments, loss) is None,
            _say_other_class,
        ),
        Property(
            lambda arguments, loss: _left_out(arguments[1], loss + _of_truth(*arguments)) is None,
            lambda arguments, loss: _say_left_out(
                arguments[1], loss + _of_truth(*arguments), arguments[0]
            ),
        ),
        Property(
            lambda arguments, loss: bool((loss >= 0).all()),
            "A loss of yours is below zero. Minus the logarithm of a probability never is.",
        ),
        Property(
            lambda arguments, loss: bool(np.abs(arguments[1]).max() > 10),
            FORMULA_FIRST,
        ),
        Property(
            lambda arguments, loss: not _distance_alone(arguments, loss).size,
            _say_distance,
        ),
        Property(lambda arguments, loss: not (loss > 1e308).any(), LARGEST),
        Property(
            lambda arguments, loss: not _too_low(_losses(*arguments), loss).any(),
            lambda arguments, loss: _ceiling(_losses(*arguments), loss),
        ),
    ),
    hints=(
        "Line 1 of section 5.8 writes the loss as a difference in which no probability occurs. Of "
        "what?",
        "The loss is the log-sum-exp of the row minus the logit of its true class. Compute the "
        "log-sum-exp with the largest logit pulled out.",
        "Subtract Z.max(axis=1, keepdims=True) from Z first. After that, the loss is the logarithm "
        "of the sum of the exponentials, minus the shifted logit at (np.arange(m), y).",
    ),
    reasoning="The logarithm of the fraction is a difference: log Σ exp(z_k) − z_y. Shifting all "
    "logits of a row by the same number leaves that difference as it is, so shift them by the "
    "largest: no exponential overflows, the sum is at least 1, and a class that is far behind "
    "costs its distance instead of infinity.",
    tested="Right for 11 inputs: right and wrong by a thousand, rows far apart, two classes, ties, "
    "6e30, float32, and forty examples of ten classes.",
)


# --- 5.9 ------------------------------------------------------------------------------------------


def _logistic_loss_from_logits(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    return binary_crossentropy(y[:, np.newaxis], z[:, np.newaxis], from_logits=True)


def _rest(z: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(-np.abs(z)))


def _through_probability(y: np.ndarray, a: np.ndarray) -> np.ndarray:
    return -y * np.log(a) - (1 - y) * np.log(1 - a)


def _single_precision_to_its_digits(arguments: tuple, output: Any) -> Any:
    """Take float32 for right if its own digits are: for it, too, a tiny loss is not 0."""
    array = output if isinstance(output, np.ndarray) else np.asarray(canonical(output))
    right = _logistic_loss_from_logits(*arguments)
    if array.dtype != np.float32 or arguments[1].dtype != np.float64 or array.shape != right.shape:
        return output
    return np.where(np.isclose(array, right, rtol=1e-4, atol=0), right, array.astype(np.float64))


def _half_right(arguments: tuple, loss: np.ndarray) -> int | None:
    y, z = arguments
    if np.abs(z).max() > 10:
        return None
    return right_by_label(y, loss, _logistic_loss_from_logits(y, z))


def _logit_not_finite(arguments: tuple, loss: np.ndarray) -> str:
    """Say of a loss that is not finite what the exponentials of its logit come to."""
    number = int(np.flatnonzero(~np.isfinite(loss))[0])
    z = arguments[1]
    size, (_, low) = abs(z[number]), _ends_of_exponential(z)
    words = (
        f"For y = {arguments[0][number]:.0f} and z = {z[number]:g} your loss is {loss[number]}. "
    )
    if size > -low:
        words += (
            f"There e to the {size:g} overflows, and e to the −{size:g} is stored as 0; log 0 is "
            "infinite, and 0 times infinity nan. Take the exponential of −|z| alone, which never "
            "overflows, and only beside a 1 that keeps the logarithm away from log 0."
        )
    elif size > 36:
        words += (
            f"Beside a 1, e to the −{size:g} is lost: 1 + s is stored as 1, and 1 − s too. So a "
            "probability can be exactly 1, and 1 − a exactly 0, of which the logarithm is "
            "infinite. " + FIRST_INF
        )
    else:
        words += FIRST_INF
    return words


def _right_of_label_0(arguments: tuple, loss: np.ndarray) -> bool:
    """Whether examples with y = 0 cost something else than log 2, where it should be more."""
    y, z = arguments
    asked = (y == 0) & (z != 0)
    return not (asked.any() and np.allclose(np.asarray(loss)[asked], np.log(2)))


def _loss_lost(arguments: tuple, loss: np.ndarray) -> str:
    """Say that a small loss became 0, where, and how to find the step that loses it."""
    y, z = arguments
    right = _logistic_loss_from_logits(y, z)
    lost = (loss == 0) & (right > 0)
    kept = np.isclose(loss, right, atol=0) & (right < 1e-12) & (right > 0)
    where = ""
    if kept.any() and len(set(y[lost])) == 1 and not np.isin(y[kept], y[lost]).any():
        where = f" This happens only where y is {y[lost][0]:.0f}."
    return (
        "The loss of a right and sure answer comes out as 0. It is small, and not 0: here "
        f"{right[lost][0]:.2g}.{where} Print what your function computes for this input, step by "
        "step, and follow the small number. A number below 1e-16 is lost beside a 1 (1 + s, 1 − a) "
        "and still more beside a 50 (50 − 50), and in whatever is rounded, clipped, or replaced by "
        "0."
    )


LOGISTIC_LOSS_FROM_LOGITS = Task(
    name="logistic_loss_from_logits",
    section="5.9",
    reference=_logistic_loss_from_logits,
    probes=(
        (np.array([1, 0, 1]), np.array([-1.0, 2.0, 0.5])),
        (np.array([0]), np.array([0.0])),
        (np.array([1, 0]), np.array([-50.0, 50.0])),
        # e^-50 is lost beside a 1, e^-25 is not yet.
        (np.array([1, 0, 0]), np.array([50.0, -50.0, -25.0])),
        (np.array([1, 0]), np.array([-1000.0, 1000.0])),
        (np.array([1, 0]), np.array([1000.0, -1000.0])),
        (np.array([1.0, 0.0, 1.0]), np.array([-100.0, 100.0, 3.0], dtype=np.float32)),
        (_rng.integers(0, 2, 30), _rng.normal(0, 4, 30)),
    ),
    observe=_single_precision_to_its_digits,
    atol=0.0,  # the loss of a right and sure answer is tiny, and not 0
    mistakes=(
        Mistake(
            naive_binary_crossentropy,
            "You went through the probability a. If it is rounded to 1 or to 0, digits are lost or "
            "a logarithm is infinite; where that is multiplied by 0, the result is even nan.",
            "5.6",
        ),
        Mistake(
            lambda y, z: -np.log(np.where(y == 1, sigmoid(z), 1 - sigmoid(z))),
            "You went through the probability of what happened. If it is stored as 0, the loss is "
            "infinite; if it is rounded to 1, the loss is 0 and its digits are lost.",
            "5.6",
        ),
        Mistake(
            lambda y, z: _through_probability(y, np.clip(sigmoid(z), 1e-7, 1 - 1e-7)),
            "You clipped the probability at 1e-7. No loss can then be larger than 16.12 or smaller "
            "than 1e-7, and where it is clipped there is no gradient.",
            "5.7",
        ),
        Mistake(
            lambda y, z: -y * np.log(sigmoid(z) + 1e-7) - (1 - y) * np.log(1 - sigmoid(z) + 1e-7),
            "You added 1e-7 to the probability before the logarithm. No loss can then be larger "
            "than 16.12, and small losses are wrong, some even below zero.",
            "5.7",
        ),
        Mistake(
            lambda y, z: np.abs(z) - y * z + _rest(z),
            "You took the size of z, |z|, where the larger of z and 0 belongs: an example with "
            "z < 0 costs too much.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - y * z - _rest(z),
            "You subtracted the logarithm. It is added: no loss is below zero.",
        ),
        Mistake(
            lambda y, z: (y - sigmoid(z)) ** 2,
            "You computed the squared error. The logistic loss is minus the logarithm of the "
            "probability given to what happened.",
            "5.6",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) + y * z + _rest(z),
            "The term with y has the wrong sign: a logit on the right side of 0 must make the loss "
            "of an example with y = 1 smaller.",
        ),
        Mistake(
            lambda y, z: -y * z + _rest(z),
            "The term that is z for positive z and 0 otherwise is missing. Without it, an example "
            "with y = 0 costs next to nothing, however large z is.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) + _rest(z),
            "The labels do not occur in your result: every example is treated as if y were 0. The "
            "term with y is missing.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - y * z,
            "The logarithm is missing. It is at most log 2, but for logits near 0 it is most of "
            "the loss.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - y * z + np.log1p(np.exp(-z)),
            "The exponent has −z where it needs −|z|. For negative z you count z twice, and for "
            "very negative z the exponential overflows.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - y * z + np.log1p(np.exp(np.abs(z))),
            "The exponent has the wrong sign: with −|z| it is never above 0 and cannot overflow.",
        ),
        Mistake(
            lambda y, z: z - y * z + np.log1p(np.exp(-z)),
            "Your formula is right on paper, and safe for z ≥ 0. For very negative z the "
            "exponential of −z overflows. Find the one formula that is safe on both sides.",
        ),
        Mistake(
            lambda y, z: np.log1p(np.exp(z)) - y * z,
            "Your formula is right on paper, and safe for z ≤ 0. For large z the exponential "
            "overflows; and well before that, two nearly equal numbers cancel and take the digits "
            "of a small loss with them.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - y * z + np.log(1 + np.exp(-np.abs(z))),
            "Nothing overflows: well done. But a tiny exponential is added to 1, falls into the "
            "gap above 1, and is gone: the loss of a right and sure answer comes out as 0. NumPy "
            "has a function for the logarithm of 1 + s that keeps the digits of a small s.",
            "5.8",
        ),
        Mistake(
            lambda y, z: np.logaddexp(0, z) - y * z,
            "Nothing overflows: well done. But with y = 1 and a large z you subtract two nearly "
            "equal numbers, and the digits of a small loss are gone. Where a difference cancels, "
            "let it cancel exactly: that of max(z, 0) and yz.",
            "5.6",
        ),
        Mistake(
            lambda y, z: np.logaddexp(0, -z) + (1 - y) * z,
            "Nothing overflows: well done. But with y = 0 and a z far below 0 two nearly equal "
            "numbers cancel, and the digits of a small loss are gone. Where a difference cancels, "
            "let it cancel exactly: that of max(z, 0) and yz.",
            "5.6",
        ),
        Mistake(
            lambda y, z: np.log1p(np.exp(np.where(y == 1, -z, z))),
            "Your formula is right on paper, and keeps the digits of small losses. But where the "
            "model is grossly wrong the exponential overflows. Pull a positive exponent out of the "
            "logarithm.",
        ),
        Mistake(  # in double precision, whatever the logits are
            lambda y, z: np.log1p(np.exp((1 - 2 * y) * z.astype(float))),
            "Right on paper: log(1 + e^−z) for y = 1, and log(1 + e^z) for y = 0. But where the "
            "model is grossly wrong the exponential overflows. Pull a positive exponent out of the "
            "logarithm.",
        ),
        Mistake(
            lambda y, z: np.max(z) - y * z + _rest(z),
            "You took the largest of all the logits. Wanted is, for each logit by itself, the "
            "larger of it and 0; NumPy has another function for that.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - z + _rest(z),
            "The labels do not occur in your result: every example is treated as if y were 1. For "
            "y = 0 the loss is larger by z.",
        ),
        Mistake(
            lambda y, z: _logistic_loss_from_logits(y, z) / len(y),
            "You divided each loss by m. The division by m belongs to the cost, the average of the "
            "losses.",
        ),
        Mistake(
            lambda y, z: np.minimum(z, 0) - y * z + _rest(z),
            "You took the smaller of z and 0 where the larger belongs.",
        ),
        Mistake(
            lambda y, z: _logistic_loss_from_logits(1 - y, z),
            "You exchanged the two labels: a positive z speaks for y = 1.",
        ),
        Mistake(
            lambda y, z: _logistic_loss_from_logits(y, z).astype(y.dtype),
            "Your losses are cut to whole numbers. An array made like y holds integers, as y does, "
            "and cannot store anything between them: make the array of the losses one of floats.",
        ),
        Mistake(
            lambda y, z: np.maximum(y, 0) - z * y + _rest(y),
            "You exchanged the two arguments. The labels y come first, then the logits z.",
        ),
        Mistake(
            lambda y, z: np.maximum(z, 0) - y * z + np.log1p(1 + np.exp(-np.abs(z))),
            "You counted a 1 too many: it is the logarithm of 1 plus the exponential, and log1p "
            "adds that 1 itself.",
        ),
        Mistake(
            lambda y, z: y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z)),
            "Your formula is right on paper. But one of its two exponentials overflows for every "
            "large z, and where that term is switched off, 0 times infinity is nan. Pull a "
            "positive exponent out of the logarithm.",
        ),
        Mistake(
            lambda y, z: y * np.log(1 + np.exp(-z)) + (1 - y) * np.log(1 + np.exp(z)),
            "Your formula is right on paper. But one of its two exponentials overflows for every "
            "large z, where 0 times infinity is nan; and a tiny one, added to 1, is lost. Pull a "
            "positive exponent out of the logarithm first.",
        ),
        Mistake(
            lambda y, z: np.log(1 + np.exp(np.where(y == 1, -z, z))),
            "Your formula is right on paper. But where the model is grossly wrong, e to the size "
            "of z overflows (or one over it becomes 0), and the loss is infinite; where it is "
            "right and sure, a tiny number beside a 1 is lost, and the loss is 0. Pull a positive "
            "exponent out of the logarithm first.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, got: got.shape == (len(arguments[0]),),
            "Your result must hold one number for each example, shape (m,).",
        ),
        Property(
            lambda arguments, loss: bool(np.isfinite(loss).all()),
            _logit_not_finite,
        ),
        Property(
            _right_of_label_0,
            "Your examples with y = 0 cost log 2, whatever their logit. That is what the formula "
            "for labels of −1 and 1 makes of a label 0: it multiplies z by the label. Here the "
            "labels are 0 and 1.",
        ),
        Property(lambda arguments, loss: not (loss > 1e308).any(), LARGEST),
        Property(
            lambda arguments, loss: (
                not np.allclose(loss, _logistic_loss_from_logits(*arguments), rtol=1e-3, atol=0)
            ),
            NEARLY,
        ),
        Property(
            lambda arguments, loss: _half_right(arguments, loss) is None,
            lambda arguments, loss: (
                "Here the losses with y = 1 are right, those with y = 0 are not. For y = 0 the "
                "loss is the logarithm of 1 + e^z, which is larger by z than for y = 1."
                if _half_right(arguments, loss)
                else "Here the losses with y = 0 are right, those with y = 1 are not. For y = 1 "
                "the loss is the logarithm of 1 + e^−z, which is smaller by z than for y = 0."
            ),
        ),
        Property(
            lambda arguments, loss: bool((loss >= 0).all()),
            "A loss of yours is below zero. Minus the logarithm of a probability never is.",
        ),
        Property(
            lambda arguments, loss: bool(arguments[1].any()),
            lambda arguments, loss: (
                f"For z = 0 your loss is {loss[0]:.4g}. It is log 2, 0.6931, for either label: a "
                "logit of 0 is neither above 0 nor below, and belongs to one of your cases, too, "
                "if you have several."
            ),
        ),
        Property(
            lambda arguments, loss: bool(np.abs(arguments[1]).max() > 10),
            FORMULA_FIRST,
        ),
        Property(
            lambda arguments, loss: (
                not ((loss == 0) & (_logistic_loss_from_logits(*arguments) > 0)).any()
            ),
            _loss_lost,
        ),
        Property(
            lambda arguments, loss: (
                not _too_low(_logistic_loss_from_logits(*arguments), loss).any()
            ),
            lambda arguments, loss: _ceiling(_logistic_loss_from_logits(*arguments), loss),
        ),
    ),
    hints=(
        "Do not compute a. Write the loss for y = 1 and for y = 0 as the logarithm of 1 plus an "
        "exponential, and ask each: for which z is it safe?",
        "One formula covers both labels and both signs: the larger of z and 0, minus y times z, "
        "plus a logarithm whose exponent is never above 0.",
        "The last term is np.log1p(np.exp(-np.abs(z))); np.log1p(s) keeps the digits that 1 + s "
        "loses.",
    ),
    reasoning="For y = 1 the loss is log(1 + exp(−z)), for y = 0 it is larger by z. Where the "
    "exponent would be positive, pull it out of the logarithm: that leaves max(z, 0) − yz in front "
    "and −|z| in the exponent. max(z, 0) and yz are either equal, and cancel exactly, or far "
    "apart; and log1p keeps a loss of 1e-22 from becoming 0.",
    tested="Right for 8 inputs: z = 0, ±50 and ±1000 with both labels, losses from 0 over 2e-22 to "
    "1000, labels as floats, and float32.",
)


# --- 5.11 -----------------------------------------------------------------------------------------


def _keras_classifier(
    num_features: int, units: int, activation: str | None, loss: Any, compiled: bool = True
) -> Any:
    keras = comparison.keras()
    layers = [keras.Input((num_features,)), keras.layers.Dense(units, activation=activation)]
    model = keras.Sequential(layers)
    if compiled:
        model.compile(optimizer="sgd", loss=loss)
    return model


def _logit_classifier(num_features: int, num_classes: int) -> Any:
    loss = comparison.keras().losses.SparseCategoricalCrossentropy(from_logits=True)
    return _keras_classifier(num_features, num_classes, None, loss)


def _keras_mistake(
    activation: str | None,
    loss: str,
    diagnosis: str,
    units: Callable[[int, int], int] = lambda num_features, num_classes: num_classes,
    compiled: bool = True,
    section: str | None = None,
    **settings: bool,
) -> Mistake:
    def answer(num_features: int, num_classes: int) -> Any:
        instance = getattr(comparison.keras().losses, loss)(**settings)
        count = units(num_features, num_classes)
        return _keras_classifier(num_features, count, activation, instance, compiled)

    return Mistake(answer, diagnosis, section)


def _observed_model(arguments: tuple, model: Any) -> dict[str, Finding]:
    return {key: Finding(words) for key, words in _facts_of_model(arguments, model).items()}


def _facts_of_model(arguments: tuple, model: Any) -> dict[str, str]:
    """Return what matters of a Keras model, in words: its outputs, and what its loss expects."""
    keras = comparison.keras()
    num_features, num_classes = arguments
    seen = dict.fromkeys(("Keras model", "outputs per example", "outputs", "compiled", "loss"), "?")
    if not isinstance(model, keras.Model):
        return {**seen, "Keras model": f"no, {type(model).__module__}.{type(model).__name__}"}
    try:
        outputs = _with_random_weights(model, num_features)
    except Exception:
        seen["Keras model"] = f"yes, but not for {_features(num_features)}"
        return {**seen, **_sizes(model)}
    return {
        "Keras model": "yes",
        "outputs per example": str(outputs[0].size),
        "outputs": _range(outputs),
        "compiled": "yes" if getattr(model, "compiled", False) else "no",
        "loss": _kind_of_loss(model, num_classes),
    }


def _with_random_weights(model: Any, num_features: int) -> np.ndarray:
    """Return outputs for random inputs and several draws of weights, whatever its own were."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(200, num_features)).astype(np.float32)
    model(inputs)  # a model without an Input is built by its first call
    draws = []
    for _ in range(6):
        for variable in model.trainable_variables:
            variable.assign(3 * rng.normal(size=variable.shape))
        draws.append(np.asarray(model(inputs), dtype=np.float64))
    return np.concatenate(draws)


def _features(count: int) -> str:
    return f"inputs of {count} feature{'s' * (count != 1)}"


def _sizes(model: Any) -> dict[str, str]:
    """Say what a model takes and returns that cannot be called with the task's inputs."""
    takes, returns = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if not (isinstance(takes, tuple) and isinstance(returns, tuple) and takes and returns):
        return {}
    inputs = _features(takes[-1]) if len(takes) == 2 else f"inputs with {len(takes)} axes"
    return {
        "Keras model": f"yes, but for {inputs}",
        "outputs per example": str(returns[-1]),
    }


def _range(outputs: np.ndarray) -> str:
    rows = outputs.ndim == 2
    if (outputs >= 0).all() and (outputs <= 1).all():
        sums_to_one = rows and np.allclose(outputs.sum(axis=1), 1, atol=1e-4)
        return "probabilities that add up to 1" if sums_to_one else "numbers from 0 to 1"
    if (np.abs(outputs) <= 1).all():
        return "numbers from −1 to 1"
    if rows and np.allclose(np.exp(outputs).sum(axis=1), 1, atol=1e-3):
        return ANY_SIGN  # logarithms of probabilities are logits, too
    if (outputs >= 0).all():
        return "numbers that are never negative"
    if (outputs <= 0).all():
        return "numbers that are never positive"
    # Random weights favour no sign; ELU, leaky ReLU and the like hold one side back.
    low, high = -outputs.min(), outputs.max()
    return ANY_SIGN if high / 3 < low < 3 * high else "numbers that are hardly ever negative"


ANY_SIGN = "numbers of any sign"


FROM_LOGITS = "cross-entropy of integer labels, from logits"


def _kind_of_loss(model: Any, num_classes: int) -> str:
    """Name the loss that `model` was compiled with by what it says about given outputs."""
    if not getattr(model, "compiled", False) or getattr(model, "loss", None) is None:
        return "none"
    tensorflow = comparison.tensorflow()
    y = np.arange(num_classes)
    z = np.random.default_rng(1).normal(0, 9, (num_classes, num_classes)).astype(np.float32)
    probabilities = softmax.softmax(z)

    def cost(labels: np.ndarray, outputs: np.ndarray) -> float:
        # tf.identity: Keras shall not look behind anything
        tensor = tensorflow.identity(tensorflow.constant(outputs))
        return float(model.compute_loss(x=None, y=tensorflow.constant(labels), y_pred=tensor))

    one_hot_rows = one_hot(y, num_classes).astype(np.float32)
    clipped = sparse_categorical_crossentropy(y, probabilities, epsilon=1e-7).mean()
    logistic = binary_crossentropy(one_hot_rows, z, from_logits=True).mean()
    for labels, outputs, expected, kind in (
        (y, z, _losses(y, z).mean(), FROM_LOGITS),
        (y, probabilities, clipped, "cross-entropy of integer labels, from probabilities"),
        (one_hot_rows, z, _losses(y, z).mean(), "cross-entropy of one-hot rows"),
        (one_hot_rows, probabilities, clipped, "cross-entropy of one-hot rows"),
        (one_hot_rows, z, logistic, "the logistic loss"),
    ):
        with contextlib.suppress(Exception):  # a loss that does not accept such labels
            if np.isclose(cost(labels, outputs), expected, rtol=1e-3):
                return kind
    name = model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", None)
    return f"another one, {name}" if isinstance(name, str) else "another one"


_LOGITS_WANTED = "End the model with a Dense layer without an activation."

LOGIT_CLASSIFIER = Task(
    name="logit_classifier",
    needs_tensorflow=True,
    section="5.11",
    reference=_logit_classifier,
    probes=((4, 3), (64, 10)),
    observe=_observed_model,
    seconds=30.0,
    mistakes=(
        _keras_mistake(
            "softmax",
            "SparseCategoricalCrossentropy",
            "You have softmax twice: at the end of the model, and again in the loss, which was "
            "told that it gets logits. The loss can then never come near 0. " + _LOGITS_WANTED,
            from_logits=True,
        ),
        _keras_mistake(
            None,
            "SparseCategoricalCrossentropy",
            "Your model puts out logits, but nobody told the loss: it takes them for "
            "probabilities, and its cost is nonsense. One setting of the loss says what it gets.",
        ),
        _keras_mistake(
            "softmax",
            "SparseCategoricalCrossentropy",
            "Softmax at the end of the model and a loss of probabilities: on paper this is right. "
            "But the probabilities are clipped, unless Keras happens to find the logits behind "
            "them. Let the model put out logits, and tell the loss so.",
        ),
        _keras_mistake(
            "sigmoid",
            "SparseCategoricalCrossentropy",
            "The outputs of your model lie between 0 and 1, as those of a sigmoid, and the loss "
            "takes them for logits. " + _LOGITS_WANTED,
            from_logits=True,
        ),
        _keras_mistake(
            "relu",
            "SparseCategoricalCrossentropy",
            "The outputs of your model are never negative, as those of a ReLU. Logits must be free "
            "to be negative. " + _LOGITS_WANTED,
            from_logits=True,
        ),
        _keras_mistake(
            "tanh",
            "SparseCategoricalCrossentropy",
            "The outputs of your model lie between −1 and 1, as those of a tanh, so no probability "
            "can come near 0 or 1. " + _LOGITS_WANTED,
            from_logits=True,
        ),
        _keras_mistake(
            None,
            "CategoricalCrossentropy",
            "Your loss wants one-hot rows. The labels of this task are integers: Keras has a twin "
            "of this loss for them, whose name begins with Sparse.",
            from_logits=True,
        ),
        _keras_mistake(
            None,
            "BinaryCrossentropy",
            "Your loss is the logistic loss, which is for labels of 0 and 1. Several classes of "
            "which one is true take the cross-entropy for integer labels.",
            from_logits=True,
        ),
        _keras_mistake(
            None,
            "SparseCategoricalCrossentropy",
            "Your last layer has as many units as there are features. It needs one for each class.",
            units=lambda num_features, num_classes: num_features,
            from_logits=True,
        ),
        _keras_mistake(
            None,
            "BinaryCrossentropy",
            "Your model has a single output and the logistic loss: right for two classes, one of "
            "which is 1. Here there are N classes, and each needs a logit of its own.",
            units=lambda num_features, num_classes: 1,
            from_logits=True,
        ),
        Mistake(
            lambda num_features, num_classes: _logit_classifier(num_classes, num_features),
            "You exchanged the two sizes: your model takes as many features as there are classes, "
            "and has an output for each feature. The inputs have num_features numbers, the last "
            "layer num_classes units.",
        ),
        Mistake(
            lambda num_features, num_classes: _logit_classifier(64, 10),
            "The sizes of the digits, 64 and 10, are written into your function. Use its "
            "arguments, num_features and num_classes: the check asks for other sizes, too.",
        ),
        _keras_mistake(
            None,
            "SparseCategoricalCrossentropy",
            "Your model is not compiled, so it has no loss yet. Before you return it, call its "
            "method compile with an optimizer and the loss.",
            compiled=False,
            from_logits=True,
        ),
        _keras_mistake(
            "softmax",
            "CategoricalCrossentropy",
            "Two things: your loss wants one-hot rows, but the labels are integers; and your last "
            "layer has a softmax, where logits are asked for.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, seen: not seen["Keras model"].startswith("no"),
            lambda arguments, seen: (
                "What you return is not a Keras model, but a "
                f"{seen['Keras model'][4:].removeprefix('builtins.')}."
            ),
        ),
        Property(
            lambda arguments, seen: seen["Keras model"] == "yes",
            lambda arguments, seen: (
                f"For {_features(arguments[0])} your function returns a Keras model that does not "
                f"take them{seen['Keras model'].removeprefix('yes').partition(' not for')[0]}. "
                + (
                    "The shape that keras.Input gets is that of one example, (num_features,)."
                    if "axes" in seen["Keras model"]
                    else "The number of features is the function's first argument."
                )
            ),
        ),
        Property(
            lambda arguments, seen: seen["outputs per example"] == str(arguments[1]),
            lambda arguments, seen: (
                f"For {arguments[1]} classes your model has {seen['outputs per example']} "
                f"output{'s' * (seen['outputs per example'] != '1')} per example. Its last layer "
                "needs one unit for each class."
            ),
        ),
        Property(
            lambda arguments, seen: seen["outputs"] == ANY_SIGN,
            lambda arguments, seen: (
                f"The outputs of your model are {seen['outputs']}. Logits can be any number. "
                + _LOGITS_WANTED
            ),
        ),
        Property(
            lambda arguments, seen: seen["compiled"] == "yes",
            "Your model is not compiled, so it has no loss yet.",
        ),
        Property(
            lambda arguments, seen: seen["loss"] == FROM_LOGITS,
            lambda arguments, seen: (
                f"The loss is not the right one. Asked for: {FROM_LOGITS}. Yours: {seen['loss']}."
            ),
        ),
    ),
    hints=(
        "Softmax must happen exactly once: in the last layer or in the loss. Where is it safe?",
        "The last layer has one unit for each class and no activation. The loss is the one for "
        "integer labels, and it is told that it gets logits.",
        "keras.layers.Dense(num_classes) and "
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True); then model.compile.",
    ),
    reasoning="Inside the loss, softmax and logarithm become one formula that neither overflows "
    "nor clips. For that the loss needs logits, so the last layer stays linear, and "
    "from_logits=True says so. Softmax in both places or in neither would raise no error: training "
    "would just be slow, or nonsense.",
    tested="Right for 2 models, of 3 and of 10 classes: the number of outputs, their range with "
    "random weights, and what the loss says about given logits.",
)


# --- 5.13 -----------------------------------------------------------------------------------------


def _read_logits(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return Z.argmax(axis=1), softmax.softmax(Z).max(axis=1)


def _as_sure_as(
    certainty: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The right answers, with a wrong idea of how sure they are."""
    return lambda Z: (Z.argmax(axis=1), certainty(Z))


def _read(
    probabilities: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Answers and certainties, both read from wrong probabilities."""
    return lambda Z: (probabilities(Z).argmax(axis=1), probabilities(Z).max(axis=1))


def _labelled(
    labels: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Wrong answers, with the right probabilities."""
    return lambda Z: (labels(Z), softmax.softmax(Z).max(axis=1))


def _tied(Z: np.ndarray, certainty: np.ndarray) -> np.ndarray:
    """Return for each row whether two large, different logits share the probability."""
    lead = np.ptp(np.sort(Z, axis=1)[:, -2:], axis=1)
    return (lead > 0.5) & (Z.max(axis=1) > 100) & (np.abs(np.asarray(certainty) - 0.5) < 1e-9)


def _of_other_classes(Z: np.ndarray, got: Any) -> tuple[int, int] | None:
    """Return the first row whose probability is that of another class than the answer, and it."""
    if np.abs(Z).max() > 10:
        return None
    same = np.isclose(softmax.softmax(Z), np.asarray(got[1])[:, np.newaxis], rtol=1e-9)
    others = np.flatnonzero(~same[np.arange(len(Z)), Z.argmax(axis=1)])
    if not same.any(axis=1).all() or not others.size:
        return None
    return int(others[0]), int(same[others[0]].argmax())


def _wrong_answers(arguments: tuple, got: Any) -> str:
    """Say of the first wrong answer what it is, where that is certain."""
    (Z,) = arguments
    first, second = (np.asarray(part) for part in got)
    right = Z.argmax(axis=1)
    for answers, exchanged in ((first, False), (second, True)):
        if np.array_equal(answers, right + 1):
            words = "The largest logit of row 0 stands in the column {}, counted from 0; your "
            words = words.format(right[0]) + f"answer is {answers[0]}. Classes are counted from 0."
            if exchanged:
                words = f"The answers are your second part, and must be the first. Besides: {words}"
            return words
    row = int(np.flatnonzero(first != right)[0])
    words = f"Row {row}, counted from 0, has its largest logit in the column {right[row]}; your "
    words += f"answer is {first[row]:.6g}. "
    if first[row] not in range(Z.shape[1]):
        words += f"That is none of the classes, which run from 0 to {Z.shape[1] - 1}. "
        words += "The answer is the column of the largest logit, however small its probability is."
    elif second.shape == right.shape and second[row] < 1e-9 and Z[row].max() > 709:
        words += (
            f"And its probability is {second[row]:.2g} in your result, where the largest of N is "
            "at least 1/N. The exponential of a logit beyond 709 overflows: the largest logit of "
            "the row is subtracted first, from all of them."
        )
    return words.strip()


# Three images of section 5.13, rounded.
_SURE_IMAGES = np.array(
    [
        [-232.0, 10.0, -153.0, 100.0, -185.0, 296.0, -153.0, -39.0, 31.0, 106.0],
        [-177.0, 69.0, -55.0, 97.0, -165.0, -38.0, -90.0, -144.0, 241.0, 33.0],
        [-50.0, 24.0, -58.0, 102.0, -271.0, 9.0, -215.0, -196.0, 118.0, 255.0],
    ]
)

READ_LOGITS = Task(
    name="read_logits",
    section="5.13",
    reference=_read_logits,
    returns=("answers", "probabilities"),
    probes=(
        (np.array([[2.0, 1.0, -1.0, 0.0], [0.0, 1.5, 0.5, -1.0], [0.5, -1.0, -2.0, 0.2]]),),
        (np.array([[-3.0, -1.0, -2.0, -1.5]]),),
        (np.array([[0.5, -0.5], [1.0, 3.0], [-2.0, -4.0]]),),
        (
            np.array(
                [
                    [3000.0, 2999, 0],
                    [0, 3000, 2999],
                    [2999, 3000, 0],
                    [0, 2999, 3000],
                    [400, 399, 0],
                ]
            ),
        ),
        (_FAR_APART,),
        (_SURE_IMAGES,),
        (np.array([[100.0, 99.0, 90.0]], dtype=np.float32),),
        (_rng.normal(0, 3, (20, 10)),),
    ),
    mistakes=(
        Mistake(
            _as_sure_as(lambda Z: Z.max(axis=1)),
            "The answers are right. You returned the largest logit as if it were a "
            "probability. A logit can be any number; softmax turns a row of them into "
            "probabilities.",
        ),
        Mistake(
            _as_sure_as(lambda Z: naive_softmax(Z).max(axis=1)),
            "The answers are right, and so are the probabilities of small logits. With large ones "
            "your exponentials overflow. Subtract the largest logit of each row first.",
            "5.4",
        ),
        Mistake(
            _read(naive_softmax),
            "Right for small logits. With large ones your exponentials overflow, the probabilities "
            "are nan, and the first nan of a row counts as its largest element. Subtract the "
            "largest logit of each row first.",
            "5.4",
        ),
        Mistake(
            _read(lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=1, keepdims=True)),
            "You subtracted the largest logit of the whole array from every row. A row whose own "
            "logits are much smaller then underflows to 0 divided by 0, and the first nan of a row "
            "counts as its largest element. Every row has a largest logit of its own.",
        ),
        Mistake(
            _read(lambda Z: naive_softmax(np.clip(Z, -700, 700))),
            "You clipped the logits, so that two large ones become equal: they share the "
            "probability, and the first of them is the answer. Shift the logits instead of cutting "
            "them.",
            "5.7",
        ),
        Mistake(
            _as_sure_as(
                lambda Z: (
                    np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=1, keepdims=True)
                ).max(axis=1)
            ),
            "You subtracted the largest logit of the whole array from every row. A row whose own "
            "logits are much smaller then underflows to 0 divided by 0. Every row has a largest "
            "logit of its own.",
        ),
        Mistake(
            _as_sure_as(lambda Z: softmax.softmax(Z, axis=0).max(axis=1)),
            "The answers are right. Your softmax runs over the examples (axis 0); it must run "
            "over the classes of each example (axis −1).",
        ),
        Mistake(
            _as_sure_as(lambda Z: softmax.softmax(Z.ravel()).reshape(Z.shape).max(axis=1)),
            "The answers are right. Your softmax divides by the sum over the whole array; each "
            "row is divided by a sum of its own.",
        ),
        Mistake(
            _as_sure_as(lambda Z: sigmoid(Z.max(axis=1))),
            "The answers are right. You applied the sigmoid to the largest logit, as if the "
            "other classes were not there. With several classes, the probability depends on all "
            "logits of the row: softmax.",
        ),
        Mistake(
            _as_sure_as(lambda Z: softmax.softmax(softmax.softmax(Z)).max(axis=1)),
            "The answers are right. You applied softmax twice, which makes every model look "
            "unsure.",
            "5.11",
        ),
        Mistake(
            _as_sure_as(lambda Z: Z.max(axis=1) / Z.sum(axis=1)),
            "The answers are right. You divided the logits themselves by their sum; softmax "
            "divides their exponentials.",
        ),
        Mistake(
            _as_sure_as(lambda Z: naive_softmax(np.clip(Z, -700, 700)).max(axis=1)),
            "The answers are right. You clipped the logits, so that two large ones become "
            "equal and share the probability. Shift the logits instead of cutting them.",
            "5.7",
        ),
        Mistake(
            _as_sure_as(lambda Z: sigmoid(np.ptp(np.sort(Z, axis=1)[:, -2:], axis=1))),
            "The answers are right. You weighed the best class against the second alone: that "
            "is the probability if there were only these two. Softmax counts all classes.",
        ),
        Mistake(
            _as_sure_as(
                lambda Z: np.diff(np.sort(softmax.softmax(Z), axis=1)[:, -2:], axis=1)[:, 0]
            ),
            "The answers are right. Your second part is the lead of the largest probability of a "
            "row over the next. Asked for is the probability of the answer itself.",
        ),
        Mistake(
            _as_sure_as(lambda Z: np.exp(Z).max(axis=1)),
            "The answers are right. You returned the exponential of the largest logit: it is "
            "still to be divided by the sum of the row's exponentials, and it can overflow.",
        ),
        Mistake(
            _as_sure_as(lambda Z: np.ones(len(Z))),
            "The answers are right. Your probabilities are all exactly 1. The largest exponential "
            "of a row is still to be divided by the sum of all exponentials of that row.",
        ),
        Mistake(
            _as_sure_as(lambda Z: softmax.softmax(Z)),
            "The answers are right. You returned all probabilities, shape (m, N). Only that of "
            "the answer is asked for: the largest of each row.",
        ),
        Mistake(
            _labelled(lambda Z: Z.max(axis=1)),
            "The probabilities are right. You returned the largest logit of each row; the "
            "answer is the class, that is the position, where it stands.",
        ),
        Mistake(
            lambda Z: (Z.argmax(axis=0), softmax.softmax(Z).max(axis=0)),
            "You looked down the columns (axis 0), over the examples. The classes of an example "
            "stand in its row (axis 1): one answer and one probability for each row.",
        ),
        Mistake(
            _as_sure_as(
                lambda Z: (
                    np.exp(Z - Z.max(axis=1)) / np.exp(Z - Z.max(axis=1)).sum(axis=1, keepdims=True)
                ).max(axis=1)
            ),
            "The largest logits of the rows have the shape (m,), and NumPy takes that for a row: "
            "the shapes do not fit. Keep them as a column, shape (m, 1), for the subtraction.",
        ),
        Mistake(
            lambda Z: list(zip(*_read_logits(Z), strict=True)),
            "You returned a pair for each example. Asked for are two arrays: all the answers, and "
            "all their probabilities.",
        ),
        Mistake(
            lambda Z: (Z.argmax(), softmax.softmax(Z).max()),
            "You looked for the largest element of the whole array. Each row is an example, with "
            "an answer and a probability of its own: look along the rows (axis 1).",
        ),
    ),
    properties=(
        Property(
            lambda arguments, got: bool(np.isfinite(got[1]).all()),
            "A probability of yours is nan or infinite, as when an exponential overflows, or all "
            "of a row become 0 and 0 is divided by 0. (The argmax of a row with a nan is the place "
            "of the nan.) Subtract from each row its own largest logit first.",
        ),
        Property(
            lambda arguments, got: not _tied(*arguments, got[1]).any(),
            lambda arguments, got: (
                "Two logits that differ by 1 share the probability in your result, 0.5 each, as if "
                "they were equal: row "
                f"{np.flatnonzero(_tied(*arguments, got[1]))[0]}, counted from 0. Their difference "
                "is lost on the way, as it is when logits are clipped. Subtract the largest logit "
                "of the row instead: that keeps the differences."
            ),
        ),
        Property(
            lambda arguments, got: bool((got[0] == arguments[0].argmax(axis=1)).all()),
            _wrong_answers,
        ),
        Property(
            lambda arguments, got: _of_other_classes(*arguments, got) is None,
            lambda arguments, got: (
                "In row {}, counted from 0, your probability is that of class {}. ".format(
                    *_of_other_classes(*arguments, got)
                )
                + "Asked for is that of the answer, the largest of the row."
            ),
        ),
        Property(
            lambda arguments, got: bool(((got[1] >= 0) & (got[1] <= 1)).all()),
            "Your second part holds numbers that cannot be probabilities: they lie outside 0 to 1.",
        ),
        Property(
            lambda arguments, got: bool((got[1] >= 1 / arguments[0].shape[1] - 1e-6).all()),
            "A probability of yours is below 1/N. The largest of N probabilities never is.",
        ),
        Property(
            lambda arguments, got: (
                np.abs(arguments[0]).max() > 10
                or not np.allclose(got[1], _read_logits(*arguments)[1], rtol=1e-3)
            ),
            NEARLY,
        ),
    ),
    hints=(
        "Two questions, two readings: which class? How sure? Only one of them needs softmax.",
        "The class is where the largest logit of the row stands. How sure: softmax of the row, and "
        "its largest element. Mind logits of several hundred.",
        "Z.argmax(axis=1) is the first part. For the second, subtract each row's maximum, take "
        "exponentials, divide by the row's sum, and take the maximum of each row.",
    ),
    reasoning="Softmax keeps the order, so the largest logit and the largest probability stand in "
    "the same place; the answer needs no softmax. How sure the model is does need it. With the "
    "largest logit subtracted the largest exponential is 1, so that probability is simply 1 "
    "divided by the sum.",
    tested="Right for 8 inputs: logits of ±1000 and 3000, rows far apart, one image, two classes, "
    "the lesson's three images, and float32.",
)


# --- 5.12 -----------------------------------------------------------------------------------------


@functools.cache
def _over_trained() -> tuple[np.ndarray, np.ndarray]:
    digits = datasets.digits().train
    model = Sequential([Dense(10, kernel_initializer="zeros")])
    model.compile(Adam(0.5), SparseCategoricalCrossentropy(from_logits=True))
    model.fit(digits.raw, digits.y, epochs=200, batch_size=len(digits.y), shuffle=False)
    W, b = model.get_weights()
    return W, b


def renamed_digits(
    first: int = 4, second: int = 9
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return section 5.12's situation: images, new labels, and a model that is sure of the old.

    Parameters
    ----------
    first, second : int
        The two digits whose labels are exchanged.

    Returns
    -------
    X : ndarray of float32, shape (500, 64)
        Images of digits, brightness 0…16; single precision, as Keras would have it.
    y : ndarray of int64, shape (500,)
        Labels in 0…9; `first` is called `second`, and the other way round.
    W, b : ndarray of float32, shapes (64, 10) and (10,)
        Weights of softmax regression, over-trained on the old labels.
    """
    digits = datasets.digits().train
    names = np.arange(10)
    names[[first, second]] = second, first
    W, b = _over_trained()
    X = digits.raw[:500].astype(np.float32)
    return X, names[digits.y[:500]], W.astype(np.float32), b.astype(np.float32)


def _descend(
    X: np.ndarray,
    y: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray],
    steps: int = 100,
    alpha: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    for _ in range(steps):
        dz = gradient(y, X @ W + b)
        W, b = W - alpha * X.T @ dz / len(y), b - alpha * dz.mean(axis=0)
    return W, b


def _relearn(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    return _descend(X, y, W, b, sparse_categorical_crossentropy_gradient)


def _only_renamed(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    wrong = (X @ W + b).argmax(axis=1) != y
    return _relearn(X[wrong], y[wrong], W, b)


def _exchange_4_and_9(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    order = [0, 1, 2, 3, 9, 5, 6, 7, 8, 4]
    return W[:, order], b[order]


def _with(
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray] = (
        sparse_categorical_crossentropy_gradient
    ),
    **settings: Any,
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return lambda X, y, W, b: _descend(X, y, W, b, gradient, **settings)


def _double_softmax_gradient(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    a = softmax.softmax(z)
    return softmax.softmax_jacobian_product(z, softmax.softmax(a) - one_hot(y, 10))


def _observed_learning(arguments: tuple, output: Any) -> dict[str, Finding]:
    return {key: Finding(*words.split("|")) for key, words in _learned(arguments, output).items()}


def _learned(arguments: tuple, output: Any) -> dict[str, str]:
    """Return in words what the weights have learned: many ways lead there."""
    X, y, *old = (np.asarray(argument) for argument in arguments)
    renamed, others = "right, of the renamed digits", "right, of the other digits"
    seen = dict.fromkeys(("shapes of W and b", "W and b", "cost", renamed, others), "?")
    if isinstance(output, np.ndarray):
        return {**seen, "shapes of W and b": f"one array, {output.shape}"}
    try:
        W, b = (np.asarray(part, dtype=np.float64) for part in output)
    except Exception:
        return {**seen, "shapes of W and b": f"not two arrays, but {type(output).__name__}"}
    seen["shapes of W and b"] = f"{W.shape} and {b.shape}"
    if (W.shape, b.shape) != (old[0].shape, old[1].shape):
        return seen
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        return {**seen, "W and b": "not finite"}
    before, after = (X @ w.astype(np.float64) + c for w, c in (old, (W, b)))
    was_wrong, right = before.argmax(axis=1) != y, after.argmax(axis=1) == y
    cost, old_cost = _losses(y, after).mean(), _losses(y, before).mean()
    learned = min(right[was_wrong].mean(), right[~was_wrong].mean())
    changed = "finite, and changed"
    if np.array_equal(W, old[0]):
        changed = "as they were given" if np.array_equal(b, old[1]) else _ONLY_B
    elif learned < 0.9:
        changed = _way(X, y, before, W - old[0], cost > old_cost) or changed
    moved = "rose" if cost > old_cost else "fell"
    return {
        **seen,
        "W and b": changed,
        "cost": moved if abs(cost / old_cost - 1) > 0.01 else "hardly moved",
        renamed: _share(right[was_wrong].mean()),
        others: _share(right[~was_wrong].mean()),
    }


_ONLY_B = "b is changed, W as it was given"
_ONE_STEP = "W is changed along the first gradient only"
_UPHILL = "W is changed, up the first gradient"
_NO_PUSH = "W is hardly changed, and not down the first gradient"


def _way(X: np.ndarray, y: np.ndarray, z: np.ndarray, change: np.ndarray, rose: bool) -> str:
    """Say which way W has gone, seen from the gradient of the cost at the start, with a number."""
    down = -X.T.astype(np.float64) @ sparse_categorical_crossentropy_gradient(y, z) / len(y)
    length, largest = np.linalg.norm(change), np.abs(change).max() / np.abs(down).max()
    along = float((change * down).sum() / np.linalg.norm(down))
    if along > 0.99999 * length:
        return f"{_ONE_STEP}|{along / np.linalg.norm(down):.3g} times the gradient"
    if along < 0 and rose:
        return _UPHILL
    if largest < 0.05 and along < length / 2:
        return f"{_NO_PUSH}|by {np.abs(change).max():.2g} at most"
    return ""


def _share(share: float) -> str:
    if share >= 0.9:
        return "at least 90%"
    return "less than 10%" if share < 0.1 else "10% to 90%"


def _relearn_probes() -> tuple[tuple, ...]:
    X, y, W, b = renamed_digits(1, 7)
    return renamed_digits(4, 9), (X[::-1].copy(), y[::-1].copy(), W, b)


WENT_UP = (
    "The cost has risen, and on the whole your W has moved up the gradient that the cost has at "
    "the start, not down. Each step is minus the learning rate times the gradient, and the "
    "gradient is X.T @ (A − Y) / m."
)

RELEARN = Task(
    name="relearn",
    section="5.12",
    reference=_relearn,
    probes=_relearn_probes,
    observe=_observed_learning,
    seconds=30.0,  # time enough to train in Keras, too
    mistakes=(
        Mistake(
            _with(naive_sparse_categorical_crossentropy_gradient, steps=3),
            "Your weights are nan or infinite after training. The logits of this model reach "
            "several hundred: in single precision an exponential overflows beyond 88, and most "
            "probabilities are stored as 0. So the largest logit of each row is subtracted before "
            "the exponential, and nothing divides by a probability or takes the logarithm of one. "
            "Print np.isfinite(…).all() of each array, step by step: the first False shows the "
            "line.",
            "5.4",
        ),
        Mistake(
            lambda X, y, W, b: (W, b),
            "The weights that you return are those that were given, to the last digit. Print, "
            "after your first step, by how much W has changed. If it has, what you return is not "
            "what your steps have changed; if not, the step is 0, or too small for the digits of "
            "W; and if nothing is printed, the loop ends, or passes over the step, before it.",
        ),
        Mistake(
            _with(steps=10, alpha=0.3),
            "The cost has fallen, and some of the renamed digits are right, but not yet 90% of "
            "them, read with X @ W + b, X as it was given. Print this share, of the renamed images "
            "alone, every 20 steps, and go on until it is above 0.9; larger steps get there "
            "sooner. If it stops rising before, compare "
            "your step with minus the learning rate times X.T @ (A − Y) / m, where A and Y belong "
            "to all images and A comes from the present W and b.",
        ),
        Mistake(
            _with(steps=10, alpha=0.03),
            "The cost has fallen, but the model still answers with the old names: it was so sure "
            "of them that it is a long way back. Print the cost every 20 steps, and go on while it "
            "falls; larger steps get there sooner. If it stops falling before they are right, "
            "compare "
            "your step with minus the learning rate times X.T @ (A − Y) / m, where A and Y belong "
            "to all images and A comes from the present W and b.",
        ),
        Mistake(
            _with(lambda y, z: -sparse_categorical_crossentropy_gradient(y, z), steps=20),
            WENT_UP,
        ),
        Mistake(
            _only_renamed,
            "The renamed digits are right, but fewer than 90% of the others still are. All images "
            "must have their say in each step, each with its own label, not the renamed alone. "
            "Print the share of the others that are right every 20 steps, and look at those in "
            "which it falls.",
        ),
        Mistake(
            lambda X, y, W, b: (_relearn(X, y, W, b)[0].T, b),
            "Your W is transposed. The gradient by W has the shape of W, (64, 10).",
        ),
        Mistake(
            _exchange_4_and_9,
            "Right where 4 and 9 are exchanged, but not where 1 and 7 are. Nothing in your "
            "function may depend on which two digits they are, or on arrays that are not its "
            "arguments. Let it learn from the labels y that it gets.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, seen: seen["shapes of W and b"] == "(64, 10) and (10,)",
            lambda arguments, seen: (
                "Return W and b, of the shapes (64, 10) and (10,). You returned: "
                f"{seen['shapes of W and b']}."
            ),
        ),
        Property(
            lambda arguments, seen: seen["W and b"] != "not finite",
            "Your weights are nan or infinite after training.",
        ),
        Property(
            lambda arguments, seen: seen["W and b"] != _ONLY_B,
            "Only b has changed: the W that you return is the one given. Ten numbers, the same for "
            "every image, cannot outweigh logits of several hundred. W takes part in each step, "
            "too, with X.T @ (A − Y) / m.",
        ),
        Property(
            lambda arguments, seen: seen["W and b"] != _ONE_STEP,
            lambda arguments, seen: (
                f"Your W has changed by minus {seen['W and b'].measured} at the start, averaged "
                "over the images, and by nothing else. If that number is your learning rate (or "
                "500 times it, without the division by m), only one step counts: the function "
                "returns after it, or each step starts from the old W again. If it is that times "
                "the number of steps, all steps have used one gradient: it was computed before the "
                "loop"
                + (
                    "."
                    if seen["cost"] == "rose"
                    else ", or the steps are so small that it hardly changes."
                )
            ),
        ),
        Property(
            lambda arguments, seen: seen["W and b"] != _NO_PUSH,
            lambda arguments, seen: (
                f"Your W has hardly changed ({seen['W and b'].measured}), and not down the "
                "gradient of the cost. Print the largest element of your gradient by the logits in "
                "the first step. That of a − onehot(y) is 1: the renamed images have it. A clipped "
                "probability or softmax's own slope, a(1 − a), as a factor makes it nearly 0, and "
                "so do labels that are the model's own answers, not y."
            ),
        ),
        Property(
            lambda arguments, seen: seen["W and b"] != _UPHILL,
            WENT_UP,
        ),
        Property(
            lambda arguments, seen: seen["cost"] != "rose",
            "The cost, the average over all images, is higher than before your training. Print it "
            "after each step: the first step that raises it is too large, or its gradient is not "
            "that of this cost.",
        ),
        Property(
            lambda arguments, seen: seen["right, of the renamed digits"] == "at least 90%",
            lambda arguments, seen: (
                f"Of the renamed digits, {seen['right, of the renamed digits']} are right, read "
                "with X @ W + b, X as it was given; at least 90% are asked for. Print the cost "
                "every 20 steps: it must fall, and go on falling until they are."
            ),
        ),
        Property(
            lambda arguments, seen: seen["right, of the other digits"] == "at least 90%",
            lambda arguments, seen: (
                f"Of the digits that were not renamed, {seen['right, of the other digits']} are "
                "right, read with X @ W + b, X as it was given; at least 90% must be. Print this "
                "share before your first step (with the weights given, nearly all are right) and "
                "every 20 steps, and look at the steps in which it falls."
            ),
        ),
    ),
    hints=(
        "Section 5.12 tried three gradients and one of them learned. Which is never too small "
        "where the model is wrong, and never nan?",
        "Each step: logits, a safe softmax, minus the one-hot rows; that is the gradient by the "
        "logits. From there to W and b as in lesson 4, and a small step down.",
        "A learning rate of 1 and a hundred steps on all images are enough. Softmax is safe if "
        "each row's largest logit is subtracted before the exponential.",
    ),
    reasoning="The gradient by the logits is a − onehot(y). It needs no loss and no logarithm, and "
    "where the model is sure and wrong it has its full size, 1, so even an over-trained model can "
    "be corrected. Only the softmax in it must survive logits of several hundred. A clipped loss "
    "would have no gradient at all for these images, and the naive softmax would be nan.",
    tested="Right in 2 runs on 500 real images each, with the names of 4 and 9 and of 1 and 7 "
    "exchanged: at least 90% of the renamed digits right, and of the others too.",
)

TASKS: tuple[Task, ...] = (
    LOGSUMEXP,
    CROSS_ENTROPY_FROM_LOGITS,
    LOGISTIC_LOSS_FROM_LOGITS,
    LOGIT_CLASSIFIER,
    READ_LOGITS,
    RELEARN,
)
