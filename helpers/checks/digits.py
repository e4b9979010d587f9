"""The exercises of lesson 9: handwritten digits, end to end."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers import datasets
from helpers.checks._task import Finding, Mistake, Property, Task
from helpers.softmax import softmax

LESSON = "09_handwritten_digits"


def _random_digits(seed: int, m: int, N: int = 10) -> np.ndarray:
    return (np.random.RandomState(seed).random_sample(m) * N).astype(np.int64)


def _random_numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.RandomState(seed).standard_normal(shape)


# --- baseline -------------------------------------------------------------------------------------


def baseline_accuracy(y_train: np.ndarray, y_new: np.ndarray) -> float:
    return (y_new == np.bincount(y_train).argmax()).mean()


def _commonest(y: np.ndarray) -> np.ndarray:
    counts = np.bincount(y)
    return np.flatnonzero(counts == counts.max())


def _commonest_of(y: np.ndarray, some: np.ndarray) -> int:
    return np.bincount(y[some], minlength=10).argmax()


_OTHER_DIGITS: dict[str, Callable[[np.ndarray], Any]] = {
    "Of several digits that are equally common you took the largest. The task asks for the "
    "smallest.": lambda y: _commonest(y)[-1],
    "Of several digits that are equally common you took the one that comes first in the data, as "
    "`Counter.most_common` does. The task asks for the smallest.": (
        lambda y: Counter(y.tolist()).most_common(1)[0][0]
    ),
    "You always answered with the digit of the smallest count. The commonest has the largest.": (
        lambda y: np.bincount(y).argmin()
    ),
    "You compared with how often the commonest digit occurs, not with the digit itself: the "
    "position of the largest count is asked for.": lambda y: np.bincount(y).max(),
    "You took the position of the largest count for the digit, in a list that holds only the "
    "digits that occur, as `np.unique` does. Look up which digit stands there.": (
        lambda y: np.unique(y, return_counts=True)[1].argmax()
    ),
    "You answered with the position of the largest number in `y_train` itself. Count how often "
    "each digit occurs first: the position of the largest count is the digit.": np.argmax,
    "The digit 0 is never the commonest with you. The digits run from 0 to 9.": (
        lambda y: _commonest_of(y, y > 0)
    ),
    "The digit 9 is never the commonest with you. The digits run from 0 to 9, and `range(9)` ends "
    "with 8.": lambda y: _commonest_of(y, y < 9),
    "You answered with the largest digit. The commonest is the one with the largest count.": np.max,
    "You answered with the smallest digit. The commonest is the one with the largest count.": (
        np.min
    ),
    "You answered with the mean of the digits, rounded. Digits are names here: count which one "
    "occurs most often.": lambda y: np.rint(y.mean()),
    "You answered with the mean of the digits, cut to a whole number. Digits are names here: count "
    "which one occurs most often.": lambda y: np.floor(y.mean()),
    "You answered with the median of the digits. Digits are names here: count which one occurs "
    "most often.": np.median,
}


def _guess_in_proportion(y_train: np.ndarray, y_new: np.ndarray) -> float:
    N = 1 + max(y_train.max(), y_new.max())
    shares = [np.bincount(y, minlength=N) / len(y) for y in (y_train, y_new)]
    return float(shares[0] @ shares[1])


def _looked_up(factor: int) -> Callable[[np.ndarray, np.ndarray], float]:
    """Return an answer that raises where the digit is larger than all new ones."""

    def answer(y_train: np.ndarray, y_new: np.ndarray) -> float:
        return factor * (np.bincount(y_new)[np.bincount(y_train).argmax()] / len(y_new))

    return answer


def _counted(arguments: tuple, accuracy: Any) -> str:
    y_train, y_new = arguments
    digit, ties = _commonest(y_train)[0], len(_commonest(y_train)) > 1
    return (
        f"Here the answer is {digit}, {'the smallest of the commonest digits' * ties}"
        f"{'the commonest digit' * (not ties)} of y_train. Of the {len(y_new)} digits of y_new "
        f"{(y_new == digit).sum()} are {digit}."
    )


BASELINE_ACCURACY = Task(
    name="baseline_accuracy",
    section="9.1",
    reference=baseline_accuracy,
    probes=(
        (
            np.array([0, 0, 1, 1, 1, 1, 2, 3, 3, 3]),
            np.array([1, 0, 0, 2, 2, 2, 3, 3, 3, 3, 5, 5, 5, 5, 5]),
        ),
        (np.array([7, 1, 1, 7, 3]), np.array([7, 7, 1, 5])),
        (np.array([2, 5, 2, 5, 0]), np.array([5, 5, 2])),
        (np.array([1, 6, 4, 1]), np.array([3, 1, 3, 3])),  # on average 3
        (np.array([4, 4, 4]), np.array([1, 2, 2, 3, 3])),
        (np.array([3]), np.array([3, 3])),
        (np.array([7, 7, 1, 9, 7]), np.array([7, 1, 9, 7, 0, 7, 8])),
        (3 * _random_digits(2, 30, 4), 3 * _random_digits(3, 20, 4)),
        (9 - 2 * _random_digits(4, 50, 4) % 7, 9 - 2 * _random_digits(5, 40, 4) % 7),
        (1 + _random_digits(12, 21, 3), 1 + _random_digits(13, 33, 4)),
        (_random_digits(14, 9, 4) + 2, _random_digits(15, 14, 4) + 1),
        (_random_digits(0, 200), _random_digits(1, 80)),
        (np.repeat([6, 2, 4], [250, 260, 40]), np.repeat([2, 6, 9], [7, 301, 4])),
        (np.array([9, 4, 0, 9]), np.array([4, 9, 0, 4, 0, 0])),
        (np.array([3, 0, 0]), np.array([0, 3, 3, 1])),
    ),
    mistakes=(
        Mistake(
            lambda y_train, y_new: baseline_accuracy(y_new, y_new),
            "You took the commonest digit of the new examples. The answer has to be chosen before "
            "they are seen: from the training part.",
        ),
        Mistake(
            lambda y_train, y_new: baseline_accuracy(y_train, y_train),
            "You measured on the training part. The digit is chosen there, but the accuracy is "
            "asked for on the new examples.",
        ),
        Mistake(
            lambda y_train, y_new: baseline_accuracy(y_new, y_train),
            "The two parts are exchanged: you chose the digit on the new examples and measured on "
            "the training part.",
        ),
        Mistake(
            lambda y_train, y_new: 1 / len(np.unique(y_train)),
            "You divided 1 by the number of digits: that is the accuracy of blind guessing if all "
            "are equally frequent. Count how often the one fixed answer is right.",
        ),
        Mistake(
            _guess_in_proportion,
            "You computed how often one is right who guesses each digit as often as it occurs. The "
            "baseline always gives the same answer.",
        ),
        Mistake(
            lambda y_train, y_new: np.bincount(y_train).argmax(),
            "You returned the commonest digit. The task asks how often this answer is right.",
        ),
        *(
            Mistake(
                lambda y_train, y_new, other=other, wanted=wanted: wanted(y_new == other(y_train)),
                words + besides,
            )
            for wanted, besides in ((np.mean, ""), (np.sum, " And a share is asked for, no count."))
            for words, other in _OTHER_DIGITS.items()
        ),
        Mistake(
            lambda y_train, y_new: (y_new == y_train.mean()).mean(),
            "You answered with the mean of the digits. Digits are names here: count which one "
            "occurs most often.",
        ),
        Mistake(
            lambda y_train, y_new: np.isin(y_new, y_train).mean(),
            "Your result is the share of new examples whose digit occurs in the training part at "
            "all. One fixed answer is given to all of them: the commonest digit.",
        ),
        Mistake(
            lambda y_train, y_new: np.isin(y_new, _commonest(y_train)).mean(),
            "Where several digits are equally common, your result is the share of all of them. The "
            "one fixed answer is the smallest of them.",
        ),
        Mistake(
            lambda y_train, y_new: baseline_accuracy(np.concatenate([y_train, y_new]), y_new),
            "You took the commonest digit of both parts together. The answer has to be chosen "
            "before the new examples are seen: from the training part alone.",
        ),
        *(
            Mistake(
                _looked_up(factor),
                "You look up the count of your digit among the new ones, and where these are all "
                "smaller there is no such place: `np.bincount` counts up to the largest digit that "
                f"occurs. Give it `minlength=10`.{besides}",
            )
            for factor, besides in ((1, ""), (100, " And a share is asked for, not per cent."))
        ),
        Mistake(
            lambda y_train, y_new: np.bincount(y_train).max() / len(y_new),
            "You divided how often the digit occurs in training by the number of new examples. "
            "Count how often it occurs among the new ones.",
        ),
        Mistake(
            lambda y_train, y_new: (y_new == np.bincount(y_train).argmax()).sum() / len(y_train),
            "You counted right answers among the new examples, but divided by the number of "
            "training examples.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, accuracy: 0 <= accuracy <= 1,
            lambda arguments, accuracy: (
                f"Your result is {accuracy:.6g} here. An accuracy is a share, from 0 to 1: the "
                "number of right answers divided by the number of new examples."
            ),
        ),
        Property(
            lambda arguments, accuracy: np.isclose(accuracy, baseline_accuracy(*arguments)),
            _counted,
        ),
    ),
    hints=(
        "Two steps: which digit is the answer, and how often is that answer right? Each of the two "
        "parts is needed for one of them.",
        "`np.bincount(y)` counts how often each digit occurs. The position of the largest count is "
        "the digit.",
        "The mean of a comparison is a share: `(y_new == digit).mean()`.",
    ),
    reasoning="The answer is fixed on the training part, before the new examples are seen: a model "
    "like any other, only lazier. argmax takes the first of equal counts, which is the smallest "
    "digit. Every network has to beat this number.",
    tested="Right for one to 550 training examples, equally common digits, digits that occur in "
    "one part only.",
)


# --- scaling --------------------------------------------------------------------------------------


def scale_like_training(X_train: np.ndarray, X_new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return _standard(X_train, X_train), _standard(X_new, X_train)


def _standardised(X: np.ndarray) -> np.ndarray:
    return scale_like_training(X, X)[0]


def _with_all_rows(X_train: np.ndarray, X_new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    both = _standardised(np.concatenate([X_train, X_new]))
    return both[: len(X_train)], both[len(X_train) :]


def _both(formula: Callable[..., np.ndarray]) -> Callable[..., tuple]:
    """Apply a formula of X and the training part to both parts."""
    return lambda X_train, X_new: (formula(X_train, X_train), formula(X_new, X_train))


def _flat(X_train: np.ndarray) -> np.ndarray:
    """Say which columns have no spread; the deviation of three times 0.1 is not quite 0."""
    return (X_train == X_train[0]).all(axis=0)


def _divisor(X_train: np.ndarray, ddof: int = 0) -> np.ndarray:
    return np.where(_flat(X_train), 1.0, X_train.std(axis=0, ddof=ddof))


def _standard(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
    return (X - X_train.mean(axis=0)) / _divisor(X_train)


def _by_rows(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
    return _standardised(X.T).T


def _divided_above(least: float) -> Callable[..., np.ndarray]:
    def scaled(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
        deviation = X_train.std(axis=0)
        return (X - X_train.mean(axis=0)) / np.where(deviation < least, 1.0, deviation)

    return scaled


def _nan_to_zero(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
    scaled = (X - X_train.mean(axis=0)) / X_train.std(axis=0)
    return np.where(np.isnan(scaled), 0.0, scaled)


def _by_one_number(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
    return (X - X_train.mean()) / X_train.std()


def _to_unit_interval(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return (X - low) / np.where(high > low, high - low, 1.0)


def _constant_to_zero(X: np.ndarray, X_train: np.ndarray) -> np.ndarray:
    return np.where(_flat(X_train), 0.0, _standard(X, X_train))


def _both_flat_in_either(X_train: np.ndarray, X_new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    divisor = np.where(_flat(X_new), 1.0, _divisor(X_train))
    return tuple((X - X_train.mean(axis=0)) / divisor for X in (X_train, X_new))


def _line(x: np.ndarray, scaled: np.ndarray) -> tuple[float, float] | None:
    """Return c and s for which `scaled` is (x − c) / s, if there are such numbers."""
    low, high = np.argmin(x), np.argmax(x)
    with np.errstate(all="ignore"):
        s = (x[high] - x[low]) / (scaled[high] - scaled[low])
        c = x[low] - s * scaled[low]
        fits = np.allclose((x - c) / s, scaled, rtol=1e-6, atol=1e-9)
    return (float(c), float(s)) if fits else None


def _other_lines(arguments: tuple, observed: Any) -> Iterator[tuple[str, int, float, float]]:
    """Yield table, column, c and s where a column is scaled, but not with the right numbers."""
    X_train = arguments[0]
    mean, divisor = X_train.mean(axis=0), _divisor(X_train)
    for name, X, scaled in zip(("X_train", "X_new"), arguments, observed, strict=True):
        for j in range(X.shape[1]):
            line = _line(X[:, j], scaled[:, j])
            if line and not np.allclose(line, (mean[j], divisor[j]), rtol=1e-6):
                yield name, j, *line


def _whose(number: float, names: dict[str, float]) -> str:
    found = [name for name, value in names.items() if np.isclose(number, value, rtol=1e-6)]
    return f" {number:.6g} is {found[0]}." if len(found) == 1 else ""


def _scaled_otherwise(arguments: tuple, observed: Any) -> str:
    name, j, c, s = next(_other_lines(arguments, observed))
    X_train, X_new = arguments
    both = np.concatenate(arguments)
    mean, divisor = X_train.mean(axis=0)[j], _divisor(X_train)[j]
    scaled = f"(x − {c:.6g}) / {s:.6g}" if abs(c) + abs(s - 1) > 1e-9 else "as it came"
    words = (
        f"On this input, column {j} of your {name} is {scaled}. It has to be "
        f"(x − {mean:.6g}) / {divisor:.6g}, with mean and standard deviation of this column in "
        "X_train."
    )
    tables = {"X_train": X_train, "X_new": X_new, "both tables together": both}
    means = {f"the mean of {of}": X[:, j].mean() for of, X in tables.items()}
    spreads = {
        f"the standard deviation of {of}{how}": X[:, j].std(ddof=ddof)
        for of, X in tables.items()
        for ddof, how in ((0, ""), (1, ", with m − 1 in place of m"))
        if len(X) > ddof
    }
    words += _whose(c, means) if not np.isclose(c, mean) else ""
    return words + (_whose(s, spreads) if not np.isclose(s, divisor) else "")


SCALE_LIKE_TRAINING = Task(
    name="scale_like_training",
    section="9.1",
    reference=scale_like_training,
    returns=("X_train", "X_new"),
    probes=(
        (np.array([[1.0, 10.0], [1.5, 40.0], [2.0, 10.0]]), np.array([[2.0, 20.0], [3.0, 0.0]])),
        (
            np.array([[0.0, 5.0, 2.0], [4.0, 5.0, 1.0], [2.0, 5.0, 6.0]]),
            np.array([[1.0, 5.0, 3.0], [3.0, 9.0, 0.0]]),
        ),
        (_random_numbers(2, 40, 5) * [1, 5, 20, 0.1, 1] + 3, _random_numbers(3, 15, 5) + 3),
        (np.array([[0, 16], [4, 12], [8, 16]]), np.array([[4, 4]])),
        (  # small spreads
            _random_numbers(6, 7, 3) * [1e-2, 1e-4, 1e-6] + [1, -1, 2],
            _random_numbers(7, 4, 3) * [1e-2, 1e-4, 1e-6] + [1, -1, 2],
        ),
        (np.array([[1.0], [3.0]]), np.array([[2.0], [7.0], [0.0]])),
        (
            (_random_numbers(4, 12, 3) + 1).astype(np.float32),
            _random_numbers(5, 6, 3).astype(np.float32),
        ),
    ),
    mistakes=(
        Mistake(
            lambda X_train, X_new: (_standardised(X_train), _standardised(X_new)),
            "You scaled the new examples with their own mean and standard deviation. The same "
            "image would then become different numbers among other images: use the training part's "
            "for both.",
        ),
        Mistake(
            lambda X_train, X_new: (
                _standardised(X_train),
                (X_new - X_new.mean(axis=0)) / _divisor(X_train),
            ),
            "You subtracted the new examples' own mean from them. Use the training part's for "
            "both, as you do with the standard deviation.",
        ),
        Mistake(
            lambda X_train, X_new: (
                _standardised(X_train),
                (X_new - X_train.mean(axis=0)) / _divisor(X_new),
            ),
            "You divided the new examples by their own standard deviation. Use the training part's "
            "for both, as you do with the mean.",
        ),
        Mistake(
            _with_all_rows,
            "You took mean and standard deviation of both parts together. So the training has "
            "already seen the new examples: a leak. Use the training part's alone.",
        ),
        Mistake(
            lambda X_train, X_new: scale_like_training(X_new, X_train)[::-1],
            "You took mean and standard deviation of the new examples. Use the training part's for "
            "both.",
        ),
        Mistake(
            _both(_by_one_number),
            "You used one mean and one standard deviation for the whole table. Each column has its "
            "own: average over the examples only.",
        ),
        Mistake(
            _both(lambda X, X_train: (X - X_train.mean(axis=0)) / X_train.std()),
            "You divided all columns by one standard deviation, that of the whole table. Each "
            "column has its own: take it over the examples only.",
        ),
        Mistake(
            _both(lambda X, X_train: (X - X_train.mean()) / _divisor(X_train)),
            "You subtracted one mean from all columns, that of the whole table. Each column has "
            "its own: take it over the examples only.",
        ),
        Mistake(
            lambda X_train, X_new: (_standardised(X_train), X_new / _divisor(X_train)),
            "Your X_train is right, but from your X_new no mean is subtracted, or one that is 0, "
            "as that of X_train is once X_train has been scaled.",
        ),
        Mistake(
            lambda X_train, X_new: (_standardised(X_train), X_new),
            "Your X_train is right, but your X_new is as it came. If you took mean and standard "
            "deviation from X_train after that had been scaled: they are 0 and 1 by then.",
        ),
        Mistake(
            _both(_by_rows),
            "You scaled each row by itself. Mean and standard deviation belong to a column: "
            "average over the examples (axis 0).",
        ),
        Mistake(
            _both(lambda X, X_train: (X - X_train.mean(axis=0)) / _divisor(X_train, ddof=1)),
            "You divided by m − 1 in the standard deviation. The task asks for the one that "
            "divides by m, NumPy's default.",
        ),
        Mistake(
            _both(lambda X, X_train: (X - X_train.mean(axis=0)) / _divisor(X_train) ** 2),
            "You divided by the variance. The standard deviation is its square root.",
        ),
        Mistake(
            _both(_to_unit_interval),
            "You scaled with the smallest and the largest value. The task asks for mean and "
            "standard deviation.",
        ),
        Mistake(
            _both(lambda X, X_train: X - X_train.mean(axis=0)),
            "You subtracted the mean, but did not divide by the standard deviation.",
        ),
        Mistake(
            _both(lambda X, X_train: X / _divisor(X_train)),
            "You divided by the standard deviation, but did not subtract the mean first.",
        ),
        Mistake(
            _both(lambda X, X_train: X - X_train.mean(axis=0) / _divisor(X_train)),
            "Only the mean is divided by the standard deviation: the difference needs parentheses.",
        ),
        Mistake(
            _both(lambda X, X_train: (X - X_train.mean(axis=0)) / X_train.std(axis=0)),
            "A column that is the same in all training examples, such as a pixel at the rim, has "
            "the standard deviation 0, and you divided by it. The task says what to do there.",
        ),
        *(
            Mistake(
                _both(
                    lambda X, X_train, small=small: (
                        (X - X_train.mean(axis=0)) / (X_train.std(axis=0) + small)
                    )
                ),
                f"You added {small:g} to the standard deviation. If a column is the same in all "
                "training examples and a new one differs, you divide by almost nothing and get a "
                "huge number. Divide by 1 there.",
            )
            for small in (1e-8, 1e-7, 1e-6)
        ),
        *(
            Mistake(
                _both(
                    lambda X, X_train, small=small: (
                        (X - X_train.mean(axis=0)) / np.sqrt(X_train.var(axis=0) + small)
                    )
                ),
                f"You added {small:g} to the variance. A column with little spread is then "
                "divided by too much, and one without any by almost nothing. Divide by the "
                "standard deviation itself, and by 1 where that is 0.",
            )
            for small in (1e-8, 1e-7, 1e-6, 1e-5)
        ),
        Mistake(
            _both(_nan_to_zero),
            "You divided by a standard deviation of 0 and put 0 in place of nan afterwards. A new "
            "value that differs then becomes infinite. Divide by 1 there.",
        ),
        Mistake(
            _both(
                lambda X, X_train: np.nan_to_num((X - X_train.mean(axis=0)) / X_train.std(axis=0))
            ),
            "You divided by a standard deviation of 0 and replaced nan afterwards. A new value "
            "that differs then becomes the largest number there is. Divide by 1 there.",
        ),
        Mistake(
            _both(lambda X, X_train: (X - X_train.mean(axis=0)) / np.maximum(_divisor(X_train), 1)),
            "You divided by 1 also where the standard deviation is below 1. The task asks for "
            "that only where it is 0.",
        ),
        Mistake(
            _both(_divided_above(1e-3)),
            "You did not divide columns whose standard deviation is small, but not 0 (0.0001 in a "
            "test). Only where all training examples have the same value the divisor is 1.",
        ),
        Mistake(
            _both(_divided_above(1e-5)),
            "You did not divide columns whose standard deviation is very small, but not 0 (1e-6 in "
            "a test). Only where all training examples have the same value the divisor is 1.",
        ),
        Mistake(
            _both_flat_in_either,
            "You divide by 1 also where a column is the same in all new examples, as it is if "
            "there is only one. The training part alone decides.",
        ),
        Mistake(
            _both(lambda X, X_train: np.where(_flat(X_train), X, _standard(X, X_train))),
            "You left a column that is the same in all training examples as it was. The task says "
            "to subtract the mean there, too, and to divide by 1.",
        ),
        Mistake(
            _both(lambda X, X_train: _standard(X, X_train)[:, ~_flat(X_train)]),
            "You left out the columns that are the same in all training examples. The task says "
            "to keep them: subtract the mean there, and divide by 1.",
        ),
        Mistake(
            _both(_constant_to_zero),
            "In a column that is the same in all training examples you set everything to 0, also "
            "new values that differ. The task says to divide by 1 there, after subtracting the "
            "mean.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, observed: not any(True for _ in _other_lines(arguments, observed)),
            _scaled_otherwise,
        ),
    ),
    hints=(
        "Which of the two tables may mean and standard deviation come from, if nothing about the "
        "new examples is known in training?",
        "Compute both for each column, over the examples of the training part, and use the same "
        "two arrays for both tables. Then see to the columns whose deviation is 0.",
        "`X_train.std(axis=0)` has one number for each column; `np.where(same, 1.0, deviation)` "
        "makes it safe to divide by, where `same` says in which columns all values are equal.",
    ),
    reasoning="Whatever is computed from data is part of the training, and mean and deviation are. "
    "So they come from the training part alone, and the new examples are treated with the same "
    "numbers: they are strangers. In a column without any spread there is nothing to scale: it is "
    "divided by 1. The code compares the values, since rounding may get in between: `np.std` of "
    "three times 0.1 is 1.4e-17. `deviation == 0` passes as well.",
    tested="Right for one to five columns, columns of different sizes and with spreads down to "
    "1e-6, a column that is constant in training only, whole numbers, float32.",
    rtol=1e-6,
    atol=1e-7,
)


# --- confusion matrix -----------------------------------------------------------------------------


def confusion_matrix(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    counts = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(counts, (y, answers), 1)
    return counts


def _each_pair_once(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    counts = np.zeros((num_classes, num_classes), dtype=int)
    counts[y, answers] += 1
    return counts


def _divided(axis: int | None) -> Callable[..., np.ndarray]:
    def shares(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
        counts = confusion_matrix(y, answers, num_classes)
        return counts / np.maximum(counts.sum(axis=axis, keepdims=True), 1)

    return shares


def _rows_divided(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    counts = confusion_matrix(y, answers, num_classes)
    return counts / counts.sum(axis=1, keepdims=True)


def _as_many_as_occur(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    return confusion_matrix(y, answers, 1 + max(y.max(), answers.max()))


def _as_many_as_classes(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    counts = np.zeros((num_classes, num_classes), dtype=int)
    for i in range(num_classes):
        counts[y[i], answers[i]] += 1
    return counts


def _occurring(y: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    some = np.unique([y, answers])
    return confusion_matrix(y, answers, num_classes)[np.ix_(some, some)]


def _only_this_is_symmetric(counts: Any, *arguments: Any) -> bool:
    right = confusion_matrix(*arguments)
    errors = np.count_nonzero(counts - np.diag(np.diag(counts)))
    return bool(errors and (counts == counts.T).all() and (right != right.T).any())


def _sums_off(counts: Any, y: np.ndarray, answers: np.ndarray, num_classes: int) -> str:
    """Say which row or column does not add up to what was counted; "" if all do."""
    counted = (("Row", y, "the true digit"), ("Column", answers, "the answer"))
    for axis, (line, labels, what) in enumerate(counted):
        sums, right = counts.sum(axis=1 - axis), np.bincount(labels, minlength=num_classes)
        if off := np.flatnonzero(sums != right).tolist():
            c = off[0]
            return (
                f"{line} {c} of your matrix adds up to {sums[c]:g} here. It has to add up to the "
                f"number of examples in which {what} is {c}: {right[c]}."
            )
    return ""


CONFUSION_MATRIX = Task(
    name="confusion_matrix",
    section="9.8",
    reference=confusion_matrix,
    probes=(
        (np.array([0, 2, 2, 1, 2]), np.array([1, 2, 0, 1, 0]), 3),
        (np.array([0, 1, 1]), np.array([0, 0, 1]), 2),
        (np.array([3]), np.array([1]), 5),
        (np.array([0, 1, 2, 0]), np.array([0, 2, 1, 3]), 6),
        (np.array([0, 2, 2]), np.array([0, 0, 2]), 3),
        (_random_digits(6, 300), (_random_digits(6, 300) + _random_digits(7, 300, 3)) % 10, 10),
        (
            _random_digits(8, 900, 2),
            _random_digits(8, 900, 2) ^ (_random_digits(9, 900, 9) == 0),
            2,
        ),
    ),
    mistakes=(
        Mistake(
            _each_pair_once,
            "Each place of your matrix holds 1 at most, and every example must count. "
            "`counts[y, answers] += 1` counts a place once, however often it is named; `= 1` and "
            "`=+ 1` put a 1 there. `np.add.at` adds for each example, and so does a loop.",
        ),
        Mistake(
            _divided(1),
            "You divided each row by its sum. The matrix holds counts, not shares.",
        ),
        Mistake(
            lambda y, answers, num_classes: np.tile(
                np.bincount(answers, minlength=num_classes), (num_classes, 1)
            ),
            "Every row of your matrix says how often each answer was given, whatever the true "
            "digit is. If you made the rows by `[[0] * n] * n`, they are one and the same list: "
            "make each one anew.",
        ),
        Mistake(
            lambda y, answers, num_classes: confusion_matrix(y, answers, num_classes) + 1,
            "Every place of your matrix holds 1 more than it should. Begin with a table of zeros.",
        ),
        Mistake(
            _divided(0),
            "You divided each column by its sum. The matrix holds counts, not shares.",
        ),
        Mistake(
            _divided(None),
            "You divided by the number of examples. The matrix holds counts, not shares.",
        ),
        Mistake(
            _rows_divided,
            "You divided each row by its sum, which for some is 0. The matrix holds counts, not "
            "shares.",
        ),
        Mistake(
            lambda y, answers, num_classes: np.outer(
                np.bincount(y, minlength=num_classes), np.bincount(answers, minlength=num_classes)
            ),
            "You paired each true digit with every answer, as two loops inside each other do. Only "
            "the answer to the same example counts: one loop over both lists at once.",
        ),
        Mistake(
            lambda y, answers, num_classes: confusion_matrix(
                (y - 1) % num_classes, (answers - 1) % num_classes, num_classes
            ),
            "You counted the labels from 1. They run from 0: digit 0 belongs into row 0.",
        ),
        Mistake(
            lambda y, answers, num_classes: confusion_matrix(y[:1], answers[:1], num_classes),
            "Only the first example is counted. If a `return` stands inside your loop, it ends the "
            "function there: it belongs below the loop.",
        ),
        Mistake(
            lambda y, answers, num_classes: confusion_matrix(y[-1:], answers[-1:], num_classes),
            "Only the last example is counted. If the table of zeros is made inside your loop, it "
            "begins anew with each example: make it before the loop.",
        ),
        Mistake(
            _as_many_as_classes,
            "You count as many examples as there are classes. All examples count: "
            "`range(len(y))` runs through them.",
        ),
        Mistake(
            lambda y, answers, num_classes: confusion_matrix(y[1:], answers[1:], num_classes),
            "You left out the first example. Positions begin with 0.",
        ),
        Mistake(
            lambda y, answers, num_classes: confusion_matrix(y[:-1], answers[:-1], num_classes),
            "You left out the last example. The last position is `len(y) - 1`, and `range(len(y))` "
            "ends there.",
        ),
        Mistake(
            _as_many_as_occur,
            "Your matrix is only as large as the largest label that occurs. The number of classes "
            "is given: a class that nobody names keeps its row and its column, full of zeros.",
        ),
        Mistake(
            lambda y, answers, num_classes: np.histogram2d(y, answers, bins=num_classes)[0],
            "Your classes are equal parts of the range from the smallest to the largest label that "
            "occurs, as `np.histogram2d` makes them. Label c has row c and column c, whatever "
            "occurs.",
        ),
        Mistake(
            lambda y, answers, num_classes: np.bincount(y * num_classes + answers).reshape(
                num_classes, num_classes
            ),
            "Where the last pairs of classes do not occur, your counts are too few for the table: "
            "`np.bincount` counts up to the largest number that occurs. Give it "
            "`minlength=num_classes**2`.",
        ),
        Mistake(
            _occurring,
            "Your matrix has rows only for the labels that occur. The number of classes is given: "
            "a class that nobody names keeps its row and its column, full of zeros.",
        ),
    ),
    properties=(
        Property(
            lambda arguments, counts: not _only_this_is_symmetric(counts, *arguments),
            "Your matrix is symmetric: it says as often that r was read as c as that c was read as "
            "r. An example counts in one place only: the row belongs to its true digit, the column "
            "to the answer.",
        ),
        Property(
            lambda arguments, counts: not _sums_off(counts, *arguments),
            lambda arguments, counts: _sums_off(counts, *arguments),
        ),
    ),
    hints=(
        "Begin with a table of zeros. Each example adds 1 at one place: which row, which column?",
        "A loop over the examples does it. Without a loop, beware: adding 1 to many places at once "
        "counts a place once even if it is named twice.",
        "`np.add.at(counts, (y, answers), 1)` counts every example; so does a loop with "
        "`counts[y[i], answers[i]] += 1`.",
    ),
    reasoning="Each example adds 1 in the row of its true digit and the column of the answer. "
    "np.add.at does so for every pair, also if a pair occurs twice; counts[y, answers] += 1 would "
    "count it once.",
    tested="Right for one to 900 examples, two to ten classes, pairs that occur more "
    "than once, classes that do not occur.",
)


# --- early stopping -------------------------------------------------------------------------------


def early_stopping(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best = 0
    for epoch, loss in enumerate(val_loss):
        if loss < val_loss[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best + 1, epoch + 1


def _never_reset(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best, waited = 0, 0
    for epoch in range(1, len(val_loss)):
        if val_loss[epoch] < val_loss[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return best + 1, epoch + 1
    return best + 1, len(val_loss)


def _better_than_before(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best, waited = 0, 0
    for epoch in range(1, len(val_loss)):
        if val_loss[epoch] < val_loss[epoch - 1]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return best + 1, epoch + 1
    return best + 1, len(val_loss)


def _first_against_itself(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best, waited = 0, 0
    for epoch, loss in enumerate(val_loss):
        if loss < val_loss[best]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return best + 1, epoch + 1
    return best + 1, len(val_loss)


def _against_the_epoch_before(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    waited, last = 0, len(val_loss)
    for epoch in range(1, len(val_loss)):
        waited = 0 if val_loss[epoch] < val_loss[epoch - 1] else waited + 1
        if waited >= patience:
            last = epoch + 1
            break
    return int(np.argmin(val_loss[:last])) + 1, last


def _rises_in_a_row(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    waited = 0
    for epoch in range(1, len(val_loss)):
        waited = waited + 1 if val_loss[epoch] > val_loss[epoch - 1] else 0
        if waited >= patience:
            return int(np.argmin(val_loss[: epoch + 1])) + 1, epoch + 1
    return int(np.argmin(val_loss)) + 1, len(val_loss)


def _at_the_first_rise(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    for epoch in range(1, len(val_loss)):
        if val_loss[epoch] > val_loss[epoch - 1]:
            return epoch, epoch + 1
    return int(np.argmin(val_loss)) + 1, len(val_loss)


def _equal_is_better(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best = 0
    for epoch, loss in enumerate(val_loss):
        if loss <= val_loss[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best + 1, epoch + 1


def _to_the_end(val_loss: np.ndarray, patience: int) -> bool:
    best, last = early_stopping(val_loss, patience)
    return last - best < patience


def _clearly_better(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best = 0
    for epoch, loss in enumerate(val_loss):
        if loss < val_loss[best] - 1e-3:
            best = epoch
        elif epoch - best >= patience:
            break
    return best + 1, epoch + 1


def _one_epoch_early(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    best = 0
    for epoch in range(1, len(val_loss)):
        if val_loss[epoch] < val_loss[best]:
            best = epoch
        if epoch - best >= patience - 1:
            return best + 1, epoch + 1
    return best + 1, len(val_loss)


def _lowest_begins_at_1(val_loss: np.ndarray, patience: int, first: int) -> tuple[int, int]:
    lowest, best, waited = 1.0, first, 0
    for epoch, loss in enumerate(val_loss, start=1):
        if loss < lowest:
            lowest, best, waited = loss, epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return best, epoch
    return best, len(val_loss)


def _from_the_second(val_loss: np.ndarray, patience: int) -> tuple[int, int]:
    if len(val_loss) == 1:
        return 1, 1
    best, last = early_stopping(val_loss[1:], patience)
    return best + 1, last + 1


def _an_epoch(number: Any) -> bool:
    return bool(number == np.floor(number) and number >= 1)


def _no_epochs(arguments: tuple, observed: Any) -> str:
    part = float(next(part for part in observed if not _an_epoch(part)))
    if part in arguments[0]:
        return f"You returned {part:.6g}, a loss. Asked for is the epoch that reached it."
    if part or observed[1] == part:
        return (
            f"You returned {part:.6g}, which is no epoch: they are whole numbers, counted from 1."
        )
    best, last = early_stopping(*arguments)
    return (
        f"Your best epoch is 0 on this input. Up to epoch {last}, the last, it is epoch {best}, "
        f"with a loss of {arguments[0][best - 1]:.6g}. "
        "If no loss counts as lower in your loop: what you begin with must be above all of them, "
        "as infinity is. If your epochs are counted from 0: add 1."
    )


def _is_lowest(arguments: tuple, observed: Any) -> bool:
    val_loss, (best, last) = arguments[0], observed
    if not 1 <= best <= last <= len(val_loss):
        return True
    return bool(best == 1 + np.argmin(val_loss[: int(last)]))


def _not_the_lowest(arguments: tuple, observed: Any) -> str:
    val_loss, (best, last) = arguments[0], map(int, observed)
    lowest = int(np.argmin(val_loss[:last]))
    return (
        f"On this input your best epoch is {best}, with a loss of {val_loss[best - 1]:.6g}, and "
        f"your last is {last}. Up to there epoch {lowest + 1} is the first with the lowest loss, "
        f"{val_loss[lowest]:.6g}. "
        "Follow your function by hand up to that epoch."
    )


def _not_the_last(arguments: tuple, observed: Any) -> str:
    val_loss, patience = arguments
    best, last = early_stopping(val_loss, patience)
    if last - best >= patience:
        why = f"After epoch {best} no loss is lower up to epoch {last}: the patience is {patience}"
    else:
        why = f"Never do {patience} epochs in a row bring no new lowest loss: training goes on to"
        why += f" the end, epoch {last}"
    return f"{why}. Your last epoch is {int(observed[1])}."


EARLY_STOPPING = Task(
    name="early_stopping",
    section="9.4",
    reference=early_stopping,
    returns=("best", "last"),
    probes=(
        (np.array([1.0, 0.8, 0.9, 0.85, 0.7, 0.6]), 2),
        (np.array([3.0, 2.0, 2.5]), 2),
        (np.array([0.7]), 3),
        (np.array([5.0, 4.0, 4.0, 4.0, 3.0]), 2),
        (np.array([0.5, 0.4, 0.45, 0.3, 0.2]), 1),
        (np.array([5.0, 6.0, 4.0, 5.0, 3.0, 4.0, 2.0, 3.0, 4.0, 5.0, 1.0]), 3),
        (np.array([0.3, 0.4, 0.5, 0.6, 0.7]), 3),
        (np.array([0.9, 0.6, 0.65, 0.5, 0.3]), 2),
        (np.array([1.0, 0.9, 0.95, 0.93, 0.96, 0.97, 0.98, 0.5]), 3),
        (0.3 - 1e-5 * np.array([0, 1, 2, 3, 2, 1, 4, 3, 2, 1, 0]), 4),
        *(
            (np.round(np.exp(-np.arange(m) / (m / 2)) + noise * _random_numbers(m, m), 3), patience)
            for m, noise, patience in ((15, 0.1, 2), (20, 0.15, 3), (25, 0.1, 4), (30, 0.2, 5))
        ),
        (np.round(np.exp(-np.arange(60) / 20) + 0.05 * _random_numbers(8, 60), 3), 6),
    ),
    mistakes=(
        Mistake(
            lambda val_loss, patience: (int(np.argmin(val_loss)) + 1, len(val_loss)),
            "You looked at all epochs and went on to the last of them. Training stops at some "
            "point, and what would have come later is never known.",
        ),
        Mistake(
            lambda val_loss, patience: (
                int(np.argmin(val_loss)) + 1,
                min(int(np.argmin(val_loss)) + 1 + patience, len(val_loss)),
            ),
            "You looked for the lowest loss among all epochs, and let training stop some epochs "
            "after it. Training may have stopped before: what comes after the stop is never known.",
        ),
        Mistake(
            lambda val_loss, patience: (
                int(np.argmin(val_loss)) + 1,
                int(np.argmin(val_loss)) + 1 + patience,
            ),
            "You added the patience to the epoch with the lowest loss of all. Training may have "
            "stopped before that epoch, and it cannot go on beyond the last.",
        ),
        *(
            Mistake(
                lambda val_loss, patience, first=first: (first, min(patience, len(val_loss))),
                f"No epoch ever counts as better with you: the best stays {first}, whatever the "
                "losses are. An epoch does if its loss is below the lowest so far, and what you "
                "begin with must be above all of them, as infinity is.",
            )
            for first in (0, 1)
        ),
        Mistake(
            lambda val_loss, patience: (1, min(patience + 1, len(val_loss))),
            "No epoch after the first ever counts as better with you, whatever the losses are. An "
            "epoch does if its loss is below the lowest so far.",
        ),
        Mistake(
            lambda val_loss, patience: (1, 1),
            "You always return (1, 1), whatever the losses are. If a `return` stands inside your "
            "loop, it ends the function in the first epoch: the last line belongs below the loop.",
        ),
        Mistake(
            _first_against_itself,
            "With you the first epoch counts as one that brought nothing, as if its loss were "
            "compared with itself. It is the first lowest one: begin with infinity, or compare "
            "from the second epoch on.",
        ),
        Mistake(
            lambda val_loss, patience: (
                early_stopping(val_loss, patience)[0],
                early_stopping(val_loss, patience)[0] + patience,
            ),
            "With you training always ends `patience` epochs after the best. It may have come to "
            "its end before: then the last epoch is the number of losses.",
        ),
        Mistake(
            lambda val_loss, patience: (
                int(np.argmin(val_loss)) + 1,
                early_stopping(val_loss, patience)[1],
            ),
            "The last epoch is right, but for the best one you looked beyond it. What comes after "
            "the stop is never trained.",
        ),
        Mistake(
            lambda val_loss, patience: (early_stopping(val_loss, patience)[1],) * 2,
            "Both of your numbers are the last epoch. The best is the one with the lowest loss up "
            "to there.",
        ),
        Mistake(
            lambda val_loss, patience: (
                early_stopping(val_loss, patience)[0],
                min(
                    early_stopping(val_loss, patience)[1],
                    len(val_loss) - _to_the_end(val_loss, patience),
                ),
            ),
            "Where training goes on to the end, your last epoch is one too few: counted from 1, "
            "it is the number of epochs.",
        ),
        Mistake(
            lambda val_loss, patience: early_stopping(val_loss, patience + 1),
            "You stop one epoch too late. With a patience of 2, the second epoch in a row without "
            "a new lowest loss is the last.",
        ),
        Mistake(
            _one_epoch_early,
            "Where training is stopped, your last epoch is one too early. With a patience of 2, "
            "the second epoch in a row without a new lowest loss is the last.",
        ),
        Mistake(
            _against_the_epoch_before,
            "You compared each loss with the one before it. An epoch counts as better only if its "
            "loss is lower than the lowest so far.",
        ),
        Mistake(
            _better_than_before,
            "You compared each loss with the one before it, and took the last epoch that was lower "
            "for the best. The lowest loss so far is what counts.",
        ),
        Mistake(
            _rises_in_a_row,
            "You counted how often in a row the loss was higher than the one before it. An epoch "
            "counts as better only if its loss is lower than the lowest so far.",
        ),
        Mistake(
            _at_the_first_rise,
            "Training ends with you where the loss rises for the first time, whatever the patience "
            "is.",
        ),
        *(
            Mistake(
                functools.partial(_lowest_begins_at_1, first=first),
                "A loss of 1 or more never counts as the lowest with you, and if all are, your "
                f"best epoch is {first}. What the first loss is compared with must be above all "
                "losses, as infinity is.",
            )
            for first in (0, 1)
        ),
        Mistake(
            _from_the_second,
            "The first epoch never counts as the best with you. It does if no later loss is lower.",
        ),
        Mistake(
            _never_reset,
            "You added up all epochs without a new lowest loss. A new lowest loss sets the count "
            "back to 0.",
        ),
        Mistake(
            _equal_is_better,
            "You took a loss that equals the lowest so far for a new lowest one. Only a smaller "
            "one is.",
        ),
        Mistake(
            _clearly_better,
            "A loss that is lower by very little does not count as better with you. Any loss below "
            "the lowest so far is a new lowest one, however little it is below.",
        ),
        Mistake(
            lambda val_loss, patience: early_stopping(-val_loss, patience),
            "You looked for the highest value. That would suit an accuracy; a loss should be low.",
        ),
        Mistake(
            lambda val_loss, patience: (
                val_loss[early_stopping(val_loss, patience)[0] - 1],
                early_stopping(val_loss, patience)[1],
            ),
            "You returned the lowest loss. The task asks for the epoch that reached it.",
        ),
    ),
    properties=(
        Property(lambda arguments, observed: all(map(_an_epoch, observed)), _no_epochs),
        Property(_is_lowest, _not_the_lowest),
        Property(
            lambda arguments, observed: observed[1] == early_stopping(*arguments)[1], _not_the_last
        ),
    ),
    hints=(
        "Walk through the epochs in order, as training does, and remember where the lowest loss "
        "so far was. What is known at each epoch, and what is not?",
        "The number of epochs since the best one is a subtraction. When it has reached the "
        "patience, leave the loop.",
        "`for epoch, loss in enumerate(val_loss)` counts from 0: add 1 to both numbers at the end. "
        "If the loop runs to its end, the last epoch is the last of the list.",
    ),
    reasoning="The loop knows only what training knows at that point: the losses so far. The "
    "distance to the best epoch is the number of epochs without improvement, so no second counter "
    "is needed. The weights worth keeping are those of the best epoch, not of the last.",
    tested="Right for runs of one to sixty epochs, patience 1 to 6, some that stop early and some "
    "that never do, equal losses, a loss that only rises.",
)


# --- the worst errors -----------------------------------------------------------------------------


def worst_errors(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    given_to_truth = softmax(z)[np.arange(len(y)), y]
    wrong = np.flatnonzero(z.argmax(axis=1) != y)
    return wrong[np.argsort(given_to_truth[wrong])][:k]


def _by(score: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """Sort the errors by another score of logits and labels, shape (m,), lowest first."""

    def worst(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
        wrong = np.flatnonzero(z.argmax(axis=1) != y)
        return wrong[np.argsort(score(z, y)[wrong], kind="stable")][:k]

    return worst


def _of_truth(table: np.ndarray, y: np.ndarray) -> np.ndarray:
    return table[np.arange(len(y)), y]


def _among_all(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    return np.argsort(_of_truth(softmax(z), y))[:k]


def _right_answers(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    right = np.flatnonzero(z.argmax(axis=1) == y)
    return right[np.argsort(_of_truth(softmax(z), y)[right])][:k]


def _first_k_then_errors(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    first = _among_all(z, y, k)
    return first[z.argmax(axis=1)[first] != y[first]]


def _worst_of(z: np.ndarray, y: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return chosen[np.argsort(_of_truth(softmax(z), y)[chosen])]


def _below_one_half(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    given_to_truth = _of_truth(softmax(z), y)
    return np.argsort(given_to_truth)[: (given_to_truth < 0.5).sum()][:k]


def _mask_after_sorting(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    return np.argsort(_of_truth(softmax(z), y))[z.argmax(axis=1) != y][:k]


def _unsorted_if_fewer(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    wrong = np.flatnonzero(z.argmax(axis=1) != y)
    return wrong if len(wrong) < k else worst_errors(z, y, k)


def _whole_columns(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    wrong = np.flatnonzero(z.argmax(axis=1) != y)
    return wrong[np.argsort(softmax(z)[:, y][wrong])][:k]


def _last_errors(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    return worst_errors(z, y, len(y))[-k:]


def _places_among_errors(z: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    wrong = np.flatnonzero(z.argmax(axis=1) != y)
    return np.argsort(_of_truth(softmax(z), y)[wrong])[:k]


_FIVE = np.array(
    [[2.0, 1.0, 0.0], [0.0, 3.0, 2.5], [5.0, 4.0, 4.5], [1.0, 0.0, 0.8], [0.2, 0.1, 0.0]]
)


def _misplaced(arguments: tuple, places: Any) -> list[int]:
    return np.flatnonzero(places != worst_errors(*arguments)).tolist()


def _misplaced_one(arguments: tuple, places: Any) -> str:
    z, y, _ = arguments
    place = _misplaced(arguments, places)[0]
    given = _of_truth(softmax(z), y)
    belongs, stands = int(worst_errors(*arguments)[place]), int(places[place])
    words = f"At position {place} of your result stands image {stands}. "
    if z[stands].argmax() == y[stands]:
        words += "It was read rightly: its largest logit is that of its true digit. There belongs "
    else:
        words += f"Its true digit got the probability {given[stands]:.4g}. There belongs "
    return words + f"image {belongs}, an error whose true digit got {given[belongs]:.4g}."


WORST_ERRORS = Task(
    name="worst_errors",
    section="9.8",
    reference=worst_errors,
    probes=(
        (
            np.array([[1.0, 3.0, 0.0], [2.0, 0.0, 1.0], [0.5, 0.0, 2.5], [0.0, 1.0, 4.0]]),
            np.array([0, 0, 1, 2]),
            2,
        ),
        (np.array([[1.0, 3.0], [2.0, 0.0], [0.5, 0.0]]), np.array([0, 0, 1]), 1),
        (_FIVE, np.array([1, 0, 2, 0, 2]), 3),
        (_FIVE, np.array([1, 0, 2, 0, 2]), 10),
        (
            np.array([[0.1, 0.0, 0.05], [1.0, 0.9, -3.0], [2.0, 0.0, 0.0], [0.0, 3.0, 1.0]]),
            np.array([0, 1, 0, 0]),
            2,
        ),
        (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0, 1]), 2),
        (  # small probabilities, and two that differ little
            np.array([[0.0, -12.0], [0.0, -13.0], [-0.5, 0.0], [0.0, -14.0], [-0.501, 0.0]]),
            np.array([1, 1, 0, 1, 0]),
            5,
        ),
        (2 * _random_numbers(9, 80, 10), _random_digits(10, 80), 6),
        (2 * _random_numbers(14, 40, 5), _random_digits(15, 40, 5), 9),
        (3 * _random_numbers(19, 25, 6), _random_digits(20, 25, 6), 7),
        (_random_numbers(21, 30, 4), _random_digits(22, 30, 4), 4),
        (_random_numbers(16, 12, 3) + _random_numbers(17, 12, 1), _random_digits(18, 12, 3), 5),
        (
            3 * _random_numbers(11, 60, 4) + 5 * _random_numbers(12, 60, 1),
            (3 * _random_numbers(11, 60, 4)).argmax(axis=1)
            * (_random_numbers(13, 60) > -0.5).astype(int),
            8,
        ),
        (_FIVE, np.array([1, 0, 2, 0, 2]), 0),
    ),
    mistakes=(
        Mistake(
            _by(lambda z, y: _of_truth(z, y)),
            "You sorted by the true digit's own logit, or by its exponential or sigmoid, which "
            "comes to the same. A logit says little by itself, only beside the others of its row: "
            "softmax takes them all into account.",
        ),
        Mistake(
            _by(lambda z, y: _of_truth(softmax(z.T).T, y)),
            "Your probabilities add up to 1 over the images (axis 0). They must do so over the "
            "ten digits of each image.",
        ),
        Mistake(
            _by(lambda z, y: _of_truth(softmax(softmax(z)), y)),
            "You took softmax of what softmax gave, which is another order. Take it once, of the "
            "logits.",
        ),
        Mistake(
            _by(lambda z, y: -softmax(z).max(axis=1)),
            "You sorted by how sure the answer was. The task asks how little the true digit got: "
            "the rest may have gone to several others.",
        ),
        Mistake(
            _by(lambda z, y: softmax(z).max(axis=1)),
            "You sorted by how unsure the answer was. The task asks how little the true digit got.",
        ),
        Mistake(
            _by(lambda z, y: -_of_truth(softmax(z), y)),
            "You began with the errors in which the true digit got the most probability. The worst "
            "are those in which it got the least.",
        ),
        Mistake(
            _by(lambda z, y: np.zeros(len(y))),
            "You returned the first errors in the order of their positions, unsorted.",
        ),
        Mistake(
            lambda z, y, k: np.sort(worst_errors(z, y, k)),
            "The right images, but in the order of their positions: the worst comes first.",
        ),
        Mistake(
            _among_all,
            "Your list also holds images that were read rightly. Only errors are asked for, where "
            "the largest logit is not the true digit's: if they are fewer than k, a shorter list.",
        ),
        Mistake(
            _mask_after_sorting,
            "You sorted all images and then picked out with a mask that belongs to the unsorted "
            "ones. Pick out the errors first, or bring the mask into the same order.",
        ),
        Mistake(
            _whole_columns,
            "`probabilities[:, y]` takes a whole column for each label, which makes a table of m "
            "rows and m columns. One number of each row is `probabilities[np.arange(len(y)), y]`.",
        ),
        Mistake(
            lambda z, y, k: np.flatnonzero(z.argmax(axis=1) != y)[
                np.argsort(_of_truth(softmax(z), y))
            ][:k],
            "You sorted all images, and used their places as places in the list of errors, which "
            "is shorter. Sort the errors' probabilities alone.",
        ),
        Mistake(
            lambda z, y, k: _worst_of(z, y, np.flatnonzero(np.argmax(z) != y))[:k],
            "As the answer of all images you took the position of the largest logit of the whole "
            "table. Each image has its own: look along its row, with `axis=1`.",
        ),
        Mistake(
            lambda z, y, k: worst_errors(z, y, k) if k else worst_errors(z, y, len(y)),
            "Where k is 0 you return all errors, as a slice `[-k:]` does. None is asked for.",
        ),
        *(
            Mistake(
                lambda z, y, k, nobody=nobody: np.append(
                    worst_errors(z, y, k), np.full(k, nobody, dtype=int)
                )[:k],
                f"Where there are fewer than k errors you fill the list up to k with {nobody}. It "
                "is shorter then: positions of errors, and nothing else.",
            )
            for nobody in (-1, 0)
        ),
        Mistake(
            _unsorted_if_fewer,
            "Where there are fewer than k errors you return them as they come, by position. They "
            "are sorted there, too, the worst first.",
        ),
        Mistake(
            lambda z, y, k: worst_errors(z, y, k - 1),
            "You returned one error too few: a slice `[:k]` holds k of them.",
        ),
        Mistake(
            _last_errors,
            "You took the last of the sorted errors, in which the true digit got the most. The "
            "worst are the first.",
        ),
        Mistake(
            _first_k_then_errors,
            "You took the k images first and looked for errors among them. Look for the errors "
            "first: some of them may come after an image that was read rightly.",
        ),
        Mistake(
            lambda z, y, k: _worst_of(z, y, np.flatnonzero(z.argmax(axis=1) != y)[:k]),
            "You took the first k errors and sorted only those. Sort all of the errors first, and "
            "then take the first k.",
        ),
        Mistake(
            _below_one_half,
            "You took for errors all images whose true digit got less than one half. With more "
            "than two digits that can still be the most: an error is an image whose largest logit "
            "is not the true digit's.",
        ),
        Mistake(
            _by(lambda z, y: _of_truth(z, y) - z.max(axis=1)),
            "You sorted by how far the true digit's logit lies behind the largest. The task asks "
            "for the true digit's probability, to which the other logits belong, too.",
        ),
        Mistake(
            _by(lambda z, y: _of_truth(softmax(z), y) - softmax(z).max(axis=1)),
            "You sorted by how far the true digit's probability lies behind the largest. The task "
            "asks for that probability itself.",
        ),
        Mistake(
            _by(lambda z, y: -((softmax(z) - np.eye(z.shape[1])[y]) ** 2).sum(axis=1)),
            "You sorted by the squared errors of all probabilities of a row. The task asks for the "
            "true digit's probability alone.",
        ),
        Mistake(
            _right_answers,
            "You sorted the images that were read rightly. The task asks for the others.",
        ),
        Mistake(
            _places_among_errors,
            "Your positions count among the errors only. The task asks for positions among all "
            "images: look up which image each error is.",
        ),
        Mistake(
            lambda z, y, k: y[worst_errors(z, y, k)],
            "You returned the true digits of the worst errors. The task asks for their positions.",
        ),
        Mistake(
            lambda z, y, k: z.argmax(axis=1)[worst_errors(z, y, k)],
            "You returned what the worst errors were read as. The task asks for their positions.",
        ),
        Mistake(
            lambda z, y, k: softmax(z)[worst_errors(z, y, k), y[worst_errors(z, y, k)]],
            "You returned the probabilities that the true digits got. The task asks for the "
            "positions of the images.",
        ),
    ),
    properties=(
        Property(lambda arguments, places: not _misplaced(arguments, places), _misplaced_one),
    ),
    hints=(
        "Three steps: what probability did the true digit get, which images are errors, and which "
        "of these come first?",
        "`np.flatnonzero` gives the positions of the errors among all images. Sorting them gives "
        "positions among the errors: these have to be looked up in the first list.",
        "`softmax(z)[np.arange(len(y)), y]` is what each true digit got; `wrong[np.argsort(…)]` "
        "leads back to positions among all images.",
    ),
    reasoning="The true digit's probability decides the loss of an image: −log of it. argsort "
    "counts among the errors, so its result is used as an index into `wrong`, which holds "
    "positions among all images.",
    tested="Right for two to eighty images, two to ten classes, fewer errors than asked for, no "
    "errors at all, logits that are large in some rows.",
)


# --- open: a classifier ---------------------------------------------------------------------------

RIGHT_OF_SOFTMAX_REGRESSION = 349  # of 359 test images, section 9.7


@functools.cache
def _test() -> tuple[np.ndarray, np.ndarray]:
    """Return the test images and their digits, in an order that is not the data set's."""
    test = datasets.digits().test
    order = np.random.RandomState(0).permutation(len(test.y))
    return test.X[order], test.y[order]


def read_digits(train: Any, validation: Any, X: np.ndarray) -> np.ndarray:
    """Give the true digits, for no answer is better and none comes sooner."""
    return _test()[1].copy()


def _digits() -> tuple[tuple, ...]:
    data = datasets.digits()
    return ((data.train, data.validation, _test()[0].copy()),)


_REACHED = f"more than {RIGHT_OF_SOFTMAX_REGRESSION} of 359 right"
_NOT_OF_X = "answers for other images than those in X"
_POSITIONS = "positions of other images"
_OTHER_NAMES = "not enough, but one digit for each answer"
_MEASURED = "not enough, and mostly near the true digit"
_NO_DIGITS = "not enough, and not all of them digits"
_FEWER_THAN_BY_CHANCE = "fewer than by guessing"
_BELOW = "not enough"


def _kind(output: Any, answers: np.ndarray) -> str:
    return "text" if answers.dtype.kind in "US" else f"an object of type {type(output).__name__}"


def _verdict(arguments: tuple, output: Any) -> str:
    """Say in words what the answers are; equal words mean the same kind of answer."""
    train, validation, _ = arguments
    y = _test()[1]
    answers = np.asarray(output)
    if answers.dtype.kind not in "biuf":
        return f"no numbers but {_kind(output, answers)}"
    shapes = {
        (len(y), 10): "ten numbers for each image",
        (len(y), 1): "a column",
        (10,): "ten numbers in all",
        validation.y.shape: "as many answers as there are validation images",
        train.y.shape: "as many answers as there are training images",
    }
    if answers.shape != y.shape:
        return shapes.get(answers.shape, f"an array of shape {answers.shape} instead of {y.shape}")
    if not (answers == np.floor(answers)).all():
        shares = ((answers >= 0) & (answers <= 1)).all()
        return "numbers between 0 and 1" if shares else "numbers that are not whole"
    right = {shift: int((answers + shift == y).sum()) for shift in (0, 1, -1)}
    if right[0] > RIGHT_OF_SOFTMAX_REGRESSION:
        return _REACHED
    if (answers == datasets.digits().test.y).mean() > 0.9:
        return "answers in the order of the data set, not of X"
    if (answers == answers[0]).all():
        return "the same answer for every image"
    if max(right[1], right[-1]) > 0.9 * len(y):
        return "every digit off by one"
    return (
        _of_other_images(arguments, answers)
        or _looked_up_in(arguments, answers)
        or _not_enough(answers.astype(np.int64), right[0])
    )


def _of_other_images(arguments: tuple, answers: np.ndarray) -> Finding | None:
    """Compare with the digits at the beginning of the two other parts."""
    for part, name in zip(arguments[:2], ("training", "validation"), strict=True):
        same = int((answers == part.y[: len(answers)]).sum())
        if same > 0.9 * len(answers):
            return Finding(
                _NOT_OF_X,
                f"{same} of your {len(answers)} answers are the digits of the first {len(answers)} "
                f"{name} images, in their order",
            )
    return None


def _looked_up_in(arguments: tuple, answers: np.ndarray) -> Finding | None:
    """Take the answers for positions, and compare the digits there with the true ones."""
    train, validation, _ = arguments
    lists = {
        "train.y": train.y,
        "validation.y": validation.y,
        "train.y and validation.y together": np.concatenate([train.y, validation.y]),
    }
    for name, digits in lists.items():
        if answers.min() >= 0 and 9 < answers.max() < len(digits):
            right = int((digits[answers.astype(np.int64)] == _test()[1]).sum())
            if right > 0.6 * len(answers):
                return Finding(
                    _POSITIONS,
                    f"Your answers run from {answers.min():g} to {answers.max():g}. In {name} the "
                    f"right digit stands at these positions for {right} of {len(answers)} images",
                )
    return None


def _not_enough(answers: np.ndarray, right: int) -> Finding:
    y = _test()[1]
    measured = f"{right} of {len(y)} right"
    wrong = answers != y
    few = len(np.unique(answers)) <= 30  # of each at least ten, on average
    if few and _renamed(answers, y).sum() > max(0.6 * len(y), 2 * right):
        return Finding(_OTHER_NAMES, f"{measured}{_an_example(answers, y)}")
    near = (abs(answers - y)[wrong] <= 2).mean()
    if wrong.sum() > 60 and near > 0.75:
        return Finding(_MEASURED, f"{measured}, {near:.0%} of the others one or two beside")
    if strange := int(((answers < 0) | (answers > 9)).sum()):
        farthest = answers[np.argmax(abs(answers - 4.5))]
        return Finding(_NO_DIGITS, f"{measured}, {strange} of your answers, such as {farthest},")
    if right <= 15:
        return Finding(_FEWER_THAN_BY_CHANCE, measured)
    often = np.bincount(answers[wrong], minlength=10)
    if often.max() > max(0.4 * wrong.sum(), 10):
        measured += f", and {often.max()} of the other {wrong.sum()} answers are {often.argmax()}"
    return Finding(_BELOW, measured)


def _renamed(answers: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Say of each image whether its digit is the commonest one among those with its answer."""
    right = np.zeros(len(y), dtype=bool)
    for answer in np.unique(answers):
        same = answers == answer
        right[same] = y[same] == np.bincount(y[same]).argmax()
    return right


def _an_example(answers: np.ndarray, y: np.ndarray) -> str:
    """Say what the commonest answer under a wrong name is, and which digit it stands for."""
    moved = _renamed(answers, y) & (answers != y)
    answer, digit = Counter(zip(answers[moved], y[moved], strict=True)).most_common(1)[0][0]
    return f"; where you answer {answer:g}, the digit is mostly {digit}"


def _what_to_do(arguments: tuple, verdict: Any) -> str:
    measured = verdict.measured
    if verdict == _NOT_OF_X:
        return f"{measured}. Asked for are the digits of the images in X."
    if verdict == _POSITIONS:
        return f"{measured}. Return the digit that stands there, not its position."
    count, _, rest = measured.partition(" right")
    right = int(count.split()[0])
    words = f"{right} of 359 test images right: {right / 359:.1%}. "
    if verdict == _MEASURED:
        return words + (
            f"Of the others, {rest.split()[1]} lie one or two beside the true digit. That happens "
            "where digits are fitted or averaged like measurements, and 7 lies between 6 and 8. "
            "They are names of classes: choose one of the ten for each image, such as the position "
            "of the largest of ten outputs."
        )
    if verdict == _OTHER_NAMES:
        *_, example = measured.partition("; ")
        return words + (
            "But images with the same answer mostly show the same digit, only under another name: "
            f"{example}. If your answer is the number of a group of images, such as a cluster's, "
            "look up in train.y which digit the images of that group show."
        )
    if verdict == _NO_DIGITS:
        strange, _, such = rest.removeprefix(", ").partition(" of your answers, such as ")
        return words + (
            f"{strange} of your answers are none of the ten digits, such as {such.rstrip(',')}. "
            "If they are positions of other images, or numbers of groups of images, look up in "
            "train.y which digit stands there."
        )
    if verdict == _FEWER_THAN_BY_CHANCE:
        return words + (
            "Guessing gets about 36, so your answers avoid the true digit. It is the position of "
            "the largest logit or probability, and that of the smallest distance."
        )
    if rest:
        words += f"{rest.removeprefix(', and ')}: look when your function says so. "
    if right < 55:  # guessing gets so many in one of 400 attempts
        return words + (
            "Guessing gets about 36: your answers have next to nothing to do with the images in X. "
            "Let your function read training images, whose digits you know, and look line by line "
            "where the digit gets lost. X has to go through the same steps as the training images, "
            "such as a division, and images and digits have to stay in the same order; if a model "
            "is trained, its loss must fall."
        )
    words += f"Guessing gets 36, and softmax regression has {RIGHT_OF_SOFTMAX_REGRESSION} right. "
    if right <= 340:
        return words + (
            "Let your function read the training images, with train.X in place of X, and the "
            "validation images (unless it learns from these, too). If clearly more of the training "
            "images are right, what your function learns fits the images that it learns from "
            "better than new ones: learn from all training images, and choose your model and its "
            "settings on the validation part. Or X is prepared by numbers taken from X itself, "
            "such as its mean, where those of train.X belong. If not, look at what your steps "
            "leave of an image, and that they are the same for X as for the training images, such "
            "as a division; then at the model: it may be too simple, or trained too little, or on "
            "too few images, or on digits of other images."
        )
    return words + (
        "You need more than that. A network without a hidden layer is softmax regression itself: a "
        "hidden layer helps. Whatever your model is, train it on the training part, and choose its "
        "settings on the validation part. A few images are a matter of the random start."
    )


READ_DIGITS = Task(
    name="read_digits",
    section="9.7",
    reference=read_digits,
    probes=_digits,
    observe=_verdict,
    mistakes=(
        Mistake(
            lambda train, validation, X: np.eye(10)[read_digits(train, validation, X)],
            "You returned ten numbers for each image, and one is expected: its digit. Of logits, "
            "probabilities or a one-hot row that is the position of the largest, of distances that "
            "of the smallest.",
        ),
        Mistake(
            lambda train, validation, X: np.arange(10),
            "You returned ten numbers in all; one for each image is expected. If you looked for "
            "the largest of a table of outputs: do so over the ten digits of each image (axis 1), "
            "not over the images (axis 0).",
        ),
        Mistake(
            lambda train, validation, X: 0.5 + 0.04 * read_digits(train, validation, X),
            "Your answers are not whole numbers, but lie between 0 and 1. The task asks for "
            "digits: of ten probabilities it is the position of the largest, not its size.",
        ),
        Mistake(
            lambda train, validation, X: 0.3 + read_digits(train, validation, X),
            "Your answers are not whole numbers. Digits are names of ten classes: none lies "
            "between two of them, and of ten outputs the digit is the position of the largest, not "
            "its size.",
        ),
        Mistake(
            lambda train, validation, X: read_digits(train, validation, X) + 1,
            "Every digit is off by one. Position 0 stands for the digit 0.",
            section="9.2",
        ),
        Mistake(
            lambda train, validation, X: np.zeros(len(X), dtype=int),
            "You gave every image the same answer. Take two training images with different "
            "digits, and print what each line of yours makes of the one and of the other: the "
            "first line that gives the same for both is the one to look at. X has to go through "
            "the same steps as the training images, such as a division.",
            section="9.1",
        ),
        Mistake(
            lambda train, validation, X: validation.y,
            "You returned as many answers as there are validation images, one more than there are "
            "images in X. The answers are asked for the images in X.",
        ),
        Mistake(
            lambda train, validation, X: datasets.digits().test.y,
            "You answered for the test images in the order in which the data set has them. `check` "
            "hands over the images in X in another order: the answers are asked for X, without a "
            "look at the data set's test part.",
        ),
        Mistake(
            lambda train, validation, X: train.y,
            "You returned as many answers as there are training images. The answers are asked for "
            "the images in X.",
        ),
        Mistake(
            lambda train, validation, X: read_digits(train, validation, X)[:, np.newaxis],
            "You returned a column of shape (m, 1). A plain row of m digits is expected, shape "
            "(m,).",
        ),
    ),
    properties=(
        Property(
            lambda arguments, verdict: not verdict.startswith(("an array", "no numbers")),
            lambda arguments, verdict: (
                f"Your function returned {verdict}; one digit for each image in X is expected."
            ),
        ),
        Property(lambda arguments, verdict: not getattr(verdict, "measured", ""), _what_to_do),
    ),
    hints=(
        "Nothing new is needed: sections 9.3 to 9.7 built a network that does it. And 9.7 met a "
        "model that needs no training.",
        "64 hidden units, forty epochs of Adam with learning rate 0.01, logits and "
        "`SparseCategoricalCrossentropy(from_logits=True)`: section 9.3. The digit is the position "
        "of the largest logit.",
        "`KNeighborsClassifier(1).fit(train.X, train.y).predict(X)` would also do; with a network, "
        "`model.predict(X).argmax(axis=1)`.",
    ),
    reasoning="The network of section 9.4: 64 ReLU units, logits, forty epochs. All choices were "
    "made on the validation part, so its answers for X are what they are for any new image of this "
    "kind. The nearest neighbour of section 9.7 would do as well.",
    tested=f"More than {RIGHT_OF_SOFTMAX_REGRESSION} of the 359 test images right, the number "
    "that softmax regression has.",
    seconds=60.0,
)

TASKS = (
    BASELINE_ACCURACY,
    SCALE_LIKE_TRAINING,
    CONFUSION_MATRIX,
    EARLY_STOPPING,
    WORST_ERRORS,
    READ_DIGITS,
)
