"""The slips that are recognised from the numbers: each planted by program, and noise."""

from __future__ import annotations

import functools
import re
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checks._attempt import Call
from helpers.checks._values import Other, Raised, agree, canonical
from helpers.checks.slips import (
    about_arguments,
    detected,
    overwritten_argument,
    unused_argument,
)
from helpers.checks.slips._table import BY_ITSELF

SEEDS = st.integers(0, 2**32 - 1)


def calls(answer, reference, probes, rtol=1e-9, atol=1e-12) -> list[Call]:
    """Call both on all probes, as `check` does."""
    found = []
    for arguments in probes:
        with np.errstate(all="ignore"):
            expected, got = canonical(reference(*arguments)), canonical(answer(*arguments))
        right = agree(got, expected, rtol, atol)
        found.append(Call(arguments, expected, got, rtol, atol, right))
    assert not all(call.right for call in found)
    return found


def said(answer, reference, probes, parameters) -> str:
    return detected(calls(answer, reference, probes), parameters) or ""


def slip_of(seed, change, kind="vector", size=5):
    """Return what is said of an answer that is `change` of the right result."""
    random = np.random.default_rng(seed)
    results = [RESULTS[kind](random, m) for m in (2, 3, size)]

    def reference(X):
        return results[int(X[0, 0])]

    probes = [(np.array([[number, *random.normal(size=6)]]),) for number in range(3)]
    return said(lambda X: change(reference(X)), reference, probes, ["X"])


RESULTS = {
    "vector": lambda random, m: random.normal(size=m + 3) * 3,
    "positive": lambda random, m: random.uniform(0.1, 5, m + 3),
    "matrix": lambda random, m: random.normal(size=(m + 2, m + 1)) * 3,
    "square": lambda random, m: random.normal(size=(m + 2, m + 2)) * 3,
    "probabilities": lambda random, m: random.dirichlet(np.ones(m + 1), m + 2),
    "chances": lambda random, m: random.uniform(0.01, 0.99, m + 8),
    "booleans": lambda random, m: random.permutation([True, False] * (m + 3)),
    "labels": lambda random, m: np.concatenate([[0, 1, 2], random.integers(0, 3, m + 6)]),
    "positions": lambda random, m: np.sort(random.permutation(30)[: m + 2]),
    "count": lambda random, m: np.array(random.integers(101, 999)),
    "repeated": lambda random, m: random.permutation(np.repeat(random.integers(9, 99, m), 3)),
}


def softmax(e):
    return np.exp(e) / np.exp(e).sum(axis=-1, keepdims=True)


def one_hot(labels, n=3):
    return np.eye(n)[labels]


# By kind of result: the slip, and words that belong to no other one.
SLIPS = {
    "vector": [
        (np.negative, "has the wrong sign"),
        (lambda e: 0.5 * e, "is 0.5 times the right one"),
        (lambda e: -3 * e, "is -3 times the right one"),
        (lambda e: 1.2345 * e, "is 1.2345 times the right one"),
        (lambda e: 100 * e, "is 100 times the right one"),
        (lambda e: e / 100, "is 0.01 times the right one"),
        (lambda e: e / np.log(2), "base 2"),
        (lambda e: e / np.log(10), "base 10"),
        (lambda e: e + 1, "is 1 larger"),
        (lambda e: e - 0.7531, "is 0.7531 smaller"),
        (lambda e: 1 - e, "is 1 minus the right one"),
        (lambda e: 1 / e, "is 1 divided by"),
        (np.abs, "without its sign"),
        (np.square, "the square of the right one"),
        (np.exp, "logarithm is missing"),
        (lambda e: np.exp(-e), "with its minus sign"),
        (lambda e: 1 / (1 + np.exp(-e)), "is the sigmoid of the right one"),
        (lambda e: e[::-1], "in reverse order"),
        (np.sort, "sorted by size, the smallest first"),
        (lambda e: np.sort(e)[::-1], "sorted by size, the largest first"),
        (lambda e: np.roll(e, 1), "one place too late"),
        (lambda e: np.roll(e, -1), "one place too early"),
        (lambda e: np.concatenate([e[2:], e[1::-1]]), "in another order"),
        (np.zeros_like, "is 0, for every input"),
        (np.ones_like, "is 1, for every input"),
        (lambda e: np.nan * e, "is nan, in every entry"),
        (lambda e: np.full_like(e, e.mean()), "is the average of all the right ones"),
        (lambda e: np.full_like(e, e[0]), "repeats the first entry"),
        (lambda e: np.full_like(e, e[-1]), "repeats the last entry"),
        (lambda e: np.where(np.arange(len(e)) == 0, e, 0), "holds only the first entry"),
        (lambda e: np.where(np.arange(len(e)) == len(e) - 1, 0, e), "except in the last entry"),
        (lambda e: np.where(np.arange(len(e)) == 0, 7.0, e), "except in the first entry"),
        (lambda e: np.where(np.arange(len(e)) % 2 == 0, e, 0), "right in every other place"),
        (lambda e: e[1:], "lacks the first entry"),
        (lambda e: e[:-1], "lacks the last entry"),
        (lambda e: e[::2], "lacks every other entry"),
        (lambda e: np.append(e, 0.0), "too many at its end"),
        (lambda e: np.append(0.0, e), "too many at its beginning"),
        (np.cumsum, "is the running sum"),
        (lambda e: np.cumsum(e) / np.arange(1, len(e) + 1), "is the running average"),
        (lambda e: np.diff(e, prepend=0.0), "differences between the right numbers"),
        (np.trunc, "decimals cut off"),
        (lambda e: e.astype(int), "decimals cut off"),
        (np.floor, "rounded down to whole numbers"),
        (np.round, "rounded to whole numbers"),
        (lambda e: e.round(1), "rounded to 1 decimal."),
        (lambda e: e.round(3), "rounded to 3 decimals"),
        (lambda e: np.trunc(e * 100) / 100, "cut off after 2 decimals"),
        (lambda e: e.round(7), "rounded to 7 decimals"),
        (lambda e: e.astype(np.float32).astype(float), "seven digits only"),
        (lambda e: e * (1 + 1e-6 * np.sin(e)), "close to the right one"),
        (lambda e: np.clip(e, -2, 2), "never goes "),
        (lambda e: np.maximum(e, -0.5), "never goes below -0.5"),
        (lambda e: e[:, None], "it is a column"),
        (lambda e: e[None], "it is a table of one row"),
        (lambda e: np.tile(e, (len(e), 1)), "each of whose rows is the right result"),
        (lambda e: np.tile(e, (len(e), 1)).T, "each of whose columns is the right result"),
        (lambda e: e[:, None] * (1 + np.subtract.outer(e, e)), "stand on its diagonal"),
        (lambda e: np.full_like(e, e.sum()), "is the sum of all the right ones"),
        (lambda e: np.where(np.arange(len(e)) == len(e) - 1, e, 0), "holds only the last entry"),
        (softmax, "is the softmax of the right one"),
        (np.mean, "the average of the right ones"),
        (np.sum, "the sum of the right ones"),
        (np.max, "the largest of the right ones"),
        (np.min, "the smallest of the right ones"),
        (lambda e: e[0], "the first of the right ones"),
        (lambda e: e[-1], "the last of the right ones"),
        (lambda e: (e,), "a tuple with the right result in it"),
        (lambda e: (e, 2 * e), "number 1 of them is the right result"),
        (lambda e: e > 0, "only says where the right one is above 0"),
        (lambda e: e * np.sqrt(len(e) + e[0] ** 2), "right in proportion"),
        (lambda e: e + np.pi * e[0], "off by one and the same number"),
    ],
    "positive": [
        (np.sqrt, "the square root of the right one"),
        (np.log, "exponential is missing"),
        (lambda e: -np.log(e), "minus the logarithm of the right one"),
    ],
    "chances": [
        (lambda e: np.log(e / (1 - e)), "The sigmoid is missing"),
        (np.arctanh, "The tanh is missing"),
        (lambda e: e > 0.5, "says only yes or no"),
        (lambda e: (e > 0.5).astype(int), "says only yes or no"),
    ],
    "matrix": [
        (np.transpose, "is transposed"),
        (lambda e: e[::-1], "right rows in reverse order"),
        (lambda e: e[:, ::-1], "right columns in reverse order"),
        (lambda e: np.roll(e, 1, axis=0), "right rows, each one place too late"),
        (lambda e: np.roll(e, -1, axis=1), "right columns, each one place too early"),
        (lambda e: e[[1, 0, *range(2, len(e))]], "right rows, but in another order"),
        (lambda e: e[:, [1, 0, *range(2, e.shape[1])]], "right columns, but in another order"),
        (lambda e: e.T.reshape(e.shape), "column by column"),
        (lambda e: np.cumsum(e, axis=0), "running sum of the right rows"),
        (lambda e: np.cumsum(e, axis=1), "running sum of the right columns"),
        (np.ravel, "in one line"),
        (lambda e: e[None], "but has the shape (1, "),
        (lambda e: e.mean(axis=0), "is the average of the right rows"),
        (lambda e: e.mean(axis=1), "is the average of the right columns"),
        (lambda e: e.sum(axis=0), "is the sum of the right rows"),
        (lambda e: e[0], "is the first of the right rows"),
        (lambda e: e[:, 0], "is the first of the right columns"),
        (lambda e: e[-1], "is the last of the right rows"),
        (lambda e: e[:, -1], "is the last of the right columns"),
        (lambda e: e.sum(axis=1), "is the sum of the right columns"),
        (lambda e: np.tile(e[:, :1], e.shape[1]), "repeats the first column"),
        (lambda e: np.tile(e[:, -1:], e.shape[1]), "repeats the last column"),
        (lambda e: np.vstack([0 * e[:-1], e[-1:]]), "holds only the last row"),
        (lambda e: np.hstack([e[:, :1], 0 * e[:, 1:]]), "holds only the first column"),
        (lambda e: np.hstack([0 * e[:, :-1], e[:, -1:]]), "holds only the last column"),
        (lambda e: np.tile(e[0], (len(e), 1)), "repeats the first row"),
        (lambda e: np.tile(e[-1], (len(e), 1)), "repeats the last row"),
        (lambda e: np.tile(e.sum(axis=0), (len(e), 1)), "[[0] * n] * n"),
        (lambda e: np.vstack([e[:1], 0 * e[1:]]), "holds only the first row"),
        (lambda e: np.pad(e[1:, 1:], ((1, 0), (1, 0))), "Do the loops start at 1"),
        (lambda e: e * np.exp(e[:, :1]), "Each row of your result is right in proportion"),
        (lambda e: e * np.exp(e[:1]), "Each column of your result is right in proportion"),
        (lambda e: e + np.exp(e[:, :1]), "In each row of your result all entries are off"),
        (lambda e: e.argmax(axis=1), "position of the right one's largest number"),
        (lambda e: e.max(axis=1), "only the largest number of each row"),
        (lambda e: np.repeat(e, 2, axis=0), "every number twice"),
    ],
    "square": [
        (np.transpose, "is transposed"),
        (np.triu, "only the entries on and above the diagonal"),
        (np.tril, "only the entries on and below the diagonal"),
        (lambda e: np.diag(np.diag(e)), "only the diagonal"),
        (lambda e: e - np.diag(np.diag(e)), "only the entries off the diagonal"),
        (lambda e: e + e.T, "plus its transpose"),
        (lambda e: e + e.T - np.diag(np.diag(e)), "in both directions"),
    ],
    "probabilities": [
        (np.log, "is the logarithm of the right one"),
        (lambda e: np.log(e) + 5, "The softmax is missing"),
        (lambda e: one_hot(e.argmax(axis=1), e.shape[1]), "1 (or True) for the largest"),
    ],
    "booleans": [
        (np.logical_not, "False where the right one is True"),
        (np.flatnonzero, "the positions of the right one's True"),
        (np.zeros_like, "is False"),
        (np.ones_like, "is True"),
        (lambda e: e * np.linspace(0.6, 0.9, len(e)), "from 0.5 on"),
        (lambda e: e & (np.arange(len(e)) % 2 == 0), "says False too often"),
    ],
    "positions": [(lambda e: np.isin(np.arange(30), e), "`np.flatnonzero` makes positions")],
    "count": [
        (np.arange, "`len(...)` counts"),
        (lambda e: np.array([e]), "the right number, but in an array of shape (1,)"),
    ],
    "repeated": [(np.unique, "only once, and sorted")],
    "labels": [
        (one_hot, "in one-hot form"),
        (lambda e: 0.3 * one_hot(e) + 0.1, "`argmax` finds it"),
        (lambda e: e + 1, "is 1 larger than the right one"),
        (lambda e: e[e != 0], "lacks the entries that are 0"),
    ],
}
EACH = [(kind, change, words) for kind, slips in SLIPS.items() for change, words in slips]


@pytest.mark.parametrize(("kind", "change", "words"), EACH)
@settings(max_examples=4, deadline=None)
@given(SEEDS)
def test_each_slip_is_told_in_its_own_words(kind, change, words, seed):
    assert words in slip_of(seed, change, kind)


# --- with the help of an argument -----------------------------------------------------------------


def tables(seed, sizes=((4, 3), (2, 5), (6, 2), (3, 3), (1, 4))):
    random = np.random.default_rng(seed)
    return [(random.normal(size=size),) for size in sizes]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda X: X.sum(axis=0), "too large by the factor m, the number of rows of `X`. A sum"),
        (lambda X: X.mean(axis=0) / len(X), "too small by the factor m"),
        (lambda X: -X.sum(axis=0), "factor m, the number of rows of `X`, and has the wrong sign"),
        (lambda X: X.mean(axis=0) * X.shape[1], "by a factor, the number of columns of `X`"),
        (lambda X: X.mean(axis=1), "the average of each row of `X`, not of each column"),
        (lambda X: X, "is the argument `X`, unchanged"),
        (lambda X: X.max(axis=0), "equals `X.max(axis=0)`"),
        (lambda X: X[0], "equals `X[0]`"),
        (lambda X: np.median(X, axis=1), "equals `np.median(X, axis=1)`"),
        (lambda X: X.mean(axis=0, keepdims=True), "a table of one row"),
        (lambda X: X / len(X), "the sum of its entries along the axis that is too many"),
        (lambda X: 2 * X - X.mean(axis=0), "the average of its entries along the axis"),
    ],
)
@settings(max_examples=4, deadline=None)
@given(SEEDS)
def test_slips_of_a_mean_over_the_rows(answer, words, seed):
    assert words in said(answer, lambda X: X.mean(axis=0), tables(seed), ["X"])


def step(w, g, alpha):
    return w - alpha * g


def steps(seed):
    random = np.random.default_rng(seed)
    sizes = (3, 2, 4, 6)
    return [(random.normal(size=m), random.normal(size=m), random.uniform(0.1, 1)) for m in sizes]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda w, g, alpha: alpha * g, "is `w` minus the right one. It is the step alone"),
        (lambda w, g, alpha: w + alpha * g, "as far from `w` as the right one, but on the other"),
        (lambda w, g, alpha: w - 2 * alpha * g, "from `w` to your result is 2 times the right"),
        (lambda w, g, alpha: w - g, "is the right step divided by `alpha`"),
        (lambda w, g, alpha: w - alpha**2 * g, "is `alpha` times the right step"),
        (lambda w, g, alpha: w - len(g) * alpha * g, "m, the number of entries of `w`, times the"),
        (lambda w, g, alpha: step(w, g, alpha) + g, "is the right one plus `g`"),
        (lambda w, g, alpha: step(w, g, alpha) * alpha, "is the right one times `alpha`"),
        (lambda w, g, alpha: step(w, g, alpha) / g, "is the right one divided by `g`"),
        (lambda w, g, alpha: w, "is the argument `w`, unchanged"),
        (lambda w, g, alpha: w - np.abs(alpha * g), "right, except where `g` is negative"),
        (lambda w, g, alpha: w * g, "equals `w * g`"),
        (lambda w, g, alpha: w - alpha, ""),
    ],
)
@settings(max_examples=4, deadline=None)
@given(SEEDS)
def test_slips_of_a_step(answer, words, seed):
    found = said(answer, step, steps(seed), ["w", "g", "alpha"])
    assert words in found if words else found == ""


def test_entries_left_out():
    probes = [(np.array([1.5, 2.5, 3.25]), np.array([1.0, 0.0, -1.0])), (np.ones(4), np.eye(4)[1])]
    answer = lambda w, g: 1.7 * w[g != 0]  # noqa: E731
    assert "for which `g` is 0" in said(answer, lambda w, g: 1.7 * w, probes, ["w", "g"])


def test_a_constant_number_of_rows_is_not_named():
    probes = tables(0, ((3, 2), (3, 4), (3, 1)))
    words = said(lambda X: X.sum(axis=0), lambda X: X.mean(axis=0), probes, ["X"])
    assert words == "Your result is 3 times the right one."


# --- the whole result -----------------------------------------------------------------------------


def parted(seed):
    return [(np.random.default_rng([seed, m]).normal(size=m),) for m in (3, 2, 5)]


def three(z):
    return z, np.exp(z), z.sum()


@pytest.mark.parametrize("order", [(0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_every_other_order_of_the_parts(order):
    found = calls(lambda z: tuple(three(z)[place] for place in order), three, parted(0))
    names = ["c", "v", "b"]
    came = ", ".join(f"`{names[place]}`" for place in order)
    assert f"in the wrong order: {came} instead of" in detected(found, ["z"], names=names)
    assert f"wrong order: part {order[0] + 1}, part" in detected(found, ["z"])


def test_two_parts_and_equal_ones():
    pair = lambda z: (z, -z)  # noqa: E731
    assert "exchange them" in said(lambda z: pair(z)[::-1], pair, parted(0), ["z"])
    same = lambda z: (z, z, 2 * z)  # noqa: E731
    found = said(lambda z: same(z)[::-1], same, parted(0), ["z"])
    assert found == "The parts of your result are right, but in the wrong order."
    named = lambda z: {"a": z, "b": -z}  # noqa: E731
    found = said(lambda z: {"a": -z, "b": z}, named, parted(0), ["z"])
    assert "`b`, `a` instead of `a`, `b`" in found


def test_a_slip_in_all_parts():
    assert "wrong sign" in said(lambda z: tuple(-p for p in three(z)), three, parted(0), ["z"])
    assert said(lambda z: (-z, *three(z)[1:]), three, parted(0), ["z"]) == ""


def test_the_part_is_named():
    found = calls(lambda z: -z, lambda z: 1.0 * z, parted(0))
    assert detected(found, ["w"], "`b`") == "Your `b` has the wrong sign."
    assert detected(found, ["w"], "Part 2") == "Part 2 of your result has the wrong sign."
    halved = calls(lambda z: np.full_like(z, z.mean()), lambda z: 1.0 * z, parted(0))
    assert detected(halved, ["w"], "`b`").startswith("Every entry of your `b` is the average")


def test_the_same_for_every_input():
    fixed = lambda z: np.array([1.5, -2.0])  # noqa: E731
    probes = [(np.array([number, 1.0]),) for number in range(4)]
    assert "same for every input, [ 1.5, -2. ]" in said(fixed, lambda z: z * 3, probes, ["z"])
    texts = said(lambda z: "a", lambda z: "ab"[int(z[0]) % 2] + "!", probes, ["z"])
    assert "Is there a condition" in texts
    assert said(fixed, lambda z: fixed(z) + 1, probes, ["z"]) == ""  # as the right one is


def test_arguments_that_come_back():
    probes = steps(0)
    pair = lambda w, g, alpha: (w - g, g + w)  # noqa: E731
    found = said(lambda w, g, alpha: (w, g), pair, probes, ["w", "g", "alpha"])
    assert found == "Your result consists of the arguments `w` and `g`, unchanged."
    zeros = [(np.zeros(m), *rest[1:]) for m, rest in zip((3, 2, 4, 6), probes, strict=True)]
    assert "unchanged" not in said(lambda w, g, alpha: w, step, zeros, ["w", "g", "alpha"])


def test_parts_that_add_up():
    assert "their sum is the right result" in said(
        lambda n: (3 * n, n + 1), lambda n: 4 * n + 1, [(2,), (5,), (8,)], ["n"]
    )


# --- where it is wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z: np.where(z < 0, 0, z**2 + 1), "where `z` is negative: there it is 0"),
        (lambda z: np.where(z < 0, -1, 1) * (z**2 + 1), "negative: there it has the wrong sign"),
        (lambda z: np.where(z == 0, np.nan, z**2 + 1), "except where `z` is 0: there it is nan"),
        (lambda z: np.where(z > 0, z + z**2, z**2 + 1), "except where `z` is positive."),
        (lambda z: np.where(np.arange(len(z)), z, z**2 + 1), "right only in the first entry"),
    ],
)
def test_entries_that_are_wrong(answer, words):
    probes = [(np.array([-2.0, 0, 3.5, 0.7]),), (np.array([1.7, -1.3]),), (np.array([2.2, 0, 5]),)]
    assert words in said(answer, lambda z: z**2 + 1, probes, ["z"])


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (np.array([[1.5, -2.5], [3.0, 7.5]]), "`X` contains a negative number"),
        (np.array([[1.5, 2.5], [0.0, 7.5]]), "`X` contains a 0"),
        (np.array([[1, 2], [4, 7]]), "`X` holds whole numbers"),
        (np.array([[1.5, 2.5], [3.0, 7.5]], np.float32), "`X` has single precision"),
        (np.array([[1.5, 2.5]]), "`X` has a single row"),
        (np.array([1.5, 2.5]), "`X` has one axis"),
        (np.array([[1.5, 2.5], [3.0, 7500.0]]), "beyond 700"),
        (np.array([[1.5, 2.5], [3.0, np.inf]]), "inf or nan"),
        (np.array([[1.5, 1.5], [3.0, 2.5]]), "equally large"),
    ],
)
def test_inputs_that_are_wrong(probe, words):
    random = np.random.default_rng(0)
    probes = [(random.uniform(1, 9, (m, m)),) for m in (2, 3)] + [(probe,), (probe + 0,)]
    right = lambda X: np.sin(X).sum(axis=-1)  # noqa: E731
    found = said(lambda X: right(X) + X[..., 0] * np.array_equal(X, probe), right, probes, ["X"])
    assert found.startswith(
        "Your result is right on 2 of 4 inputs, and wrong on the 2 inputs where"
    )
    assert words in found


def test_what_is_wrong_on_some_inputs_only():
    probes = tables(0, ((4, 3), (2, 5), (2, 2), (3, 3), (1, 4)))
    answer = lambda X: X.mean(axis=0) * (2 if X.shape[0] == X.shape[1] else 1)  # noqa: E731
    found = said(answer, lambda X: X.mean(axis=0), probes, ["X"])
    assert found.endswith(
        "`X` has as many rows as columns. There, your result is 2 times the right one."
    )
    overflow = said(
        lambda X: np.log(np.exp(X).sum(axis=0)),
        lambda X: X.max(axis=0) + np.log(np.exp(X - X.max(axis=0)).sum(axis=0)),
        [*probes, (1000 * probes[0][0],)],
        ["X"],
    )
    assert "beyond 700. There, your result is not finite" in overflow


def test_what_is_wrong_without_the_fact_speaks_against_it():
    random = np.random.default_rng(0)
    probes = [(random.uniform(1, 9, 4) * sign,) for sign in (1, 1, np.array([1, -1, 1, -1]), -1)]
    right = [call.right for call in calls(np.abs, lambda z: 1.0 * z, probes)]
    assert right == [True, True, False, False]
    assert "negative" in said(lambda z: z + 7 * (z < 0), lambda z: z, probes, ["z"])
    wrong_all_over = lambda z: z + z[::-1] ** 2 * (z.min() < 0)  # noqa: E731
    assert said(wrong_all_over, lambda z: z, probes, ["z"]) == ""


def test_nothing_in_common_nothing_said():
    probes = tables(0)
    answer = lambda X: X.mean(axis=0) * (1.5 if len(X) == 2 else 1)  # noqa: E731
    assert said(answer, lambda X: X.mean(axis=0), probes, ["X"]) == ""
    assert said(lambda X: -X.mean(), lambda X: X.mean(), tables(0, ((2, 3),)), ["X"]) == ""


# --- noise, and what is no answer -----------------------------------------------------------------

NOISE = {
    "vector": lambda random, e: random.normal(size=e.shape),
    "matrix": lambda random, e: e * random.normal(size=e.shape),
    "square": lambda random, e: e + random.normal(size=e.shape),
    "probabilities": lambda random, e: random.dirichlet(np.ones(e.shape[1]), len(e)),
    "booleans": lambda random, e: random.random(e.shape) < 0.5,
    "labels": lambda random, e: random.integers(0, 3, e.shape),
    "positive": lambda random, e: random.uniform(0, 5, e.size + 2),
    "chances": lambda random, e: random.uniform(0, 1),
}


# The same noise in every run: labels of three classes look like a slip once in some thousand times.
@pytest.mark.parametrize("kind", NOISE)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(SEEDS)
def test_of_noise_nothing_is_claimed(kind, seed):
    random = np.random.default_rng([seed, 1])
    assert slip_of(seed, lambda e: NOISE[kind](random, e), kind) == ""


ODD = [
    None, "text", "", (), [], {}, {"a": 1}, ("a", None), [[1, 2], [3]], 1j, True, np.nan, np.inf,
    np.array([]), np.array(["a", "b"]), np.array([1j, 2.0]), np.ones((2, 0, 3)), np.array(3),
    Raised("ValueError", "no"), Other("an object"), {"a": {"b": (1, "c")}}, 10**400,
    np.array([[np.nan, np.inf], [1e308, -1e308]]), (np.eye(2), {"a": np.ones(3)}), object(),
]  # fmt: skip


def test_whatever_comes_in_it_does_not_raise():
    outcomes = [v if isinstance(v, (Raised, Other)) else canonical(v) for v in ODD]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for argument in (ODD[0], ODD[10], ODD[16], ODD[-2], ODD[-1]):
            for got in outcomes:
                for expected in outcomes:
                    call = Call((argument, got), expected, got, 1e-9, 1e-12, right=False)
                    other = Call((argument, 1), outcomes[5], got, 1e-9, 1e-12, right=True)
                    found = detected([call, call, other], ["x", "y"], "Part 1", ["a"])
                    assert found is None or found.startswith(
                        ("Part 1", "Every", "The ", "On ", "All", "Each", "In")
                    )
    assert detected([], []) is None


def test_nothing_is_said_of_an_error():
    found = calls(lambda z: -z, lambda z: 1.0 * z, parted(0))
    error = Call(found[0].arguments, found[0].expected, Raised("ValueError"), 0, 0, right=False)
    assert detected([*found, error], ["z"]) is None


def test_every_slip_that_stands_by_itself_is_planted_above():
    planted = [words for *_, words in EACH]
    whole = [  # of the decimals, a few are enough
        re.sub(r"[1-9]\d* decimals", "3 decimals", f"{slip.seen} {slip.ask}")
        .replace("after 1 decimal", "after 3 decimals")
        .replace("after 3", "after 2")
        .replace("{It}", "Your result")
        .replace("{it}", "your result")
        for slip in BY_ITSELF
        if isinstance(slip.seen, str)
    ]
    assert [text for text in whole if not any(words in text for words in planted)] == []


# --- the code -------------------------------------------------------------------------------------


def all_used(w, b, X):
    return [x * w + b for x in X]


def only_inside(w, b, X):
    def inside(x):
        return x * w

    return inside(X), b


def not_b(w, b, X):
    b = 0.5  # noqa: F841
    return w @ X


def by_name(w, b, X):
    return locals()["w"], X


def set_first(w, b, X):
    w = np.zeros(3)
    return w + b, X


def set_if(w, b, X):
    if X is None:
        X = 1
    if b > 1:
        w = 2
    return w, X


def test_arguments_that_are_never_read():
    assert unused_argument(all_used) == []
    assert unused_argument(only_inside) == []
    assert unused_argument(by_name) == []
    assert unused_argument(not_b) == ["b"]
    assert unused_argument(set_if) == []
    assert unused_argument(lambda x, y: y) == ["x"]
    assert unused_argument(lambda x, y, more=1: y, ["x", "y"]) == ["x"]
    assert unused_argument(np.exp) == []
    assert unused_argument(functools.partial(not_b, 1)) == []

    class Answer:
        def method(self, w, b):
            return w

    assert unused_argument(Answer().method) == ["b"]


def test_arguments_that_are_overwritten():
    assert overwritten_argument(set_first) == ["w"]
    assert overwritten_argument(all_used) == []
    assert overwritten_argument(set_if) == []
    assert overwritten_argument(np.exp) == []


def test_what_is_said_of_arguments():
    assert about_arguments(not_b, ["w", "b", "X"]) == "Your function never uses its argument `b`."
    assert "arguments `a` and `b`" in about_arguments(lambda a, b, c: c)
    assert "gives `w` a new value before" in about_arguments(set_first)
    assert about_arguments(all_used) is None


# --- what was once said wrongly -------------------------------------------------------------------


def test_infinite_numbers_agree_with_nothing_finite():
    probes = [
        (np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.3, 0.6, 0.9, 0.2]) + m) for m in range(3)
    ]
    answer = lambda y, a: a * 3 + (1 - y) * a**2  # noqa: E731
    found = said(answer, lambda y, a: a * 3.0, probes, ["y", "a"])
    assert found == "Your result is right, except where `y` is 0."


def test_a_logarithm_of_probabilities_lacks_no_softmax():
    random = np.random.default_rng(0)
    probes = [(random.normal(size=(m, 3)) * 400,) for m in (2, 4)]

    def right(z):
        return softmax(z - z.max(axis=1, keepdims=True))

    def answer(z):
        z = z - z.max(axis=1, keepdims=True)
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    assert "is the logarithm of the right one" in said(answer, right, probes, ["z"])


def test_small_numbers_lost_are_not_called_rounded():
    probes = [(np.array([-40.0, -36.5, 0.3]),), (np.array([1.7, -39.0]),), (np.array([-38.0]),)]
    answer = lambda z: np.log(1 + np.exp(z))  # noqa: E731
    found = calls(answer, lambda z: np.logaddexp(0, z), probes, atol=0)
    assert "close to the right one" in detected(found, ["z"])


def test_no_step_leads_to_a_whole_number():
    probes = [(n, k) for n, k in ((3, 2), (5, 4), (2, 7), (10, 3))]
    assert "step" not in said(lambda n, k: n + k, lambda n, k: (n + 1) * k, probes, ["n", "k"])


def test_a_right_part_is_not_called_wrong():
    pair = lambda z: (z.mean(), z.mean())  # noqa: E731
    assert said(lambda z: (z.mean(), z), pair, parted(0), ["z"]) == ""
