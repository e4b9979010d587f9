"""The slips that are recognised from the numbers: each planted by program, and noise."""

from __future__ import annotations

import functools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checks import _detectors
from helpers.checks._attempt import Call
from helpers.checks._detectors import detected, overwritten_argument, unused_argument
from helpers.checks._values import Other, Raised, agree, canonical

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
    "booleans": lambda random, m: np.concatenate([random.permutation([True, False] * (m + 3))]),
    "labels": lambda random, m: np.concatenate([[0, 1, 2], random.integers(0, 3, m + 6)]),
    "number": lambda random, m: random.normal() * 7,
}


def one_hot(labels, n=3):
    return np.eye(n)[labels]


def triangle(e):
    return np.triu(e)


def flattened(e):
    return e.ravel()


# By kind of result: the slip, and words that belong to no other one.
SLIPS = {
    "vector": [
        (np.negative, "has the wrong sign"),
        (lambda e: 0.5 * e, "is 0.5 times the right one"),
        (lambda e: -3 * e, "is -3 times the right one"),
        (lambda e: 1.2345 * e, "is 1.2345 times the right one"),
        (lambda e: 100 * e, "per cent, where a share"),
        (lambda e: e / 100, "a share, where per cent"),
        (lambda e: e / np.log(2), "base 2"),
        (lambda e: e / np.log(10), "base 10"),
        (lambda e: e + 1, "is 1 larger"),
        (lambda e: e - 0.7531, "is 0.7531 smaller"),
        (lambda e: 1 - e, "is 1 minus the right one"),
        (lambda e: 1 / e, "is 1 divided by"),
        (np.abs, "without its sign"),
        (np.square, "square root missing"),
        (np.exp, "Is the logarithm missing?"),
        (lambda e: np.exp(-e), "and its minus sign"),
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
        (lambda e: e.round(9), "rounded to 9 decimals"),
        (lambda e: e.astype(np.float32).astype(float), "seven digits only"),
        (lambda e: e * (1 + 1e-6 * np.sin(e)), "close to the right one"),
        (lambda e: np.clip(e, -1, 1), "never goes below -1 or above 1"),
        (lambda e: np.maximum(e, -0.5), "never goes below -0.5"),
        (lambda e: e[:, None], "it is a column"),
        (lambda e: e[None], "it is a table of one row"),
        (lambda e: np.tile(e, (len(e), 1)), "each of whose rows is the right result"),
        (lambda e: np.tile(e, (len(e), 1)).T, "each of whose columns is the right result"),
        (lambda e: e[:, None] * (1 + np.subtract.outer(e, e)), "stand on its diagonal"),
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
        (np.sqrt, "Is a square missing?"),
        (np.log, "`np.exp` missing"),
        (lambda e: -np.log(e), "a logarithm taken that is not asked for"),
    ],
    "chances": [
        (lambda e: np.log(e / (1 - e)), "Is the sigmoid missing?"),
        (lambda e: 2 * (e > 0.5), ""),
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
        (flattened, "in one line"),
        (lambda e: e[None], "but has the shape (1, "),
        (lambda e: e.mean(axis=0), "is the average of the right rows"),
        (lambda e: e.mean(axis=1), "is the average of the right columns"),
        (lambda e: e.sum(axis=0), "is the sum of the right rows"),
        (lambda e: e[0], "is the first of the right rows"),
        (lambda e: e[:, 0], "is the first of the right columns"),
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
        (triangle, "only the entries on and above the diagonal"),
        (np.tril, "only the entries on and below the diagonal"),
        (lambda e: np.diag(np.diag(e)), "only the diagonal"),
        (lambda e: e - np.diag(np.diag(e)), "only the entries off the diagonal"),
        (lambda e: e + e.T, "plus its transpose"),
        (lambda e: e + e.T - np.diag(np.diag(e)), "in both directions"),
    ],
    "probabilities": [
        (np.log, "`np.exp` missing"),
        (lambda e: np.log(e) + 5, "Is the softmax missing?"),
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
    "labels": [
        (one_hot, "in one-hot form"),
        (lambda e: 0.3 * one_hot(e) + 0.1, "Is `argmax` missing?"),
        (lambda e: e + 1, "count from 1"),
        (lambda e: np.unique(e), "only once, and sorted"),
        (lambda e: e[e != 0], "lacks the entries that are 0"),
    ],
}
EACH = [(kind, change, words) for kind, slips in SLIPS.items() for change, words in slips]


@pytest.mark.parametrize(("kind", "change", "words"), EACH)
@settings(max_examples=4, deadline=None)
@given(SEEDS)
def test_each_slip_is_told_in_its_own_words(kind, change, words, seed):
    assert words in slip_of(seed, change, kind)
