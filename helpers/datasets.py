"""Data for the lessons, offline: real but for `arches`, and the same on every machine.

The files are those inside scikit-learn. They are read directly, because importing scikit-learn
takes longer than the lesson's first figure may; `sklearn.datasets` is asked only where a file is
not where it used to be. In a browser copies lie beside this module, in `data`.

Each set is split once, 60 : 20 : 20, into training, validation and test parts, with the same share
of each class in all three. The rows of a part are shuffled. All arrays are read-only and shared
between callers: copy what you want to change.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_IMAGE_SIZE = 8
STRIP_LABELS = (0, 1, 7)
_STRIP_LENGTH = 3
# How often an image of each digit 0…9 is drawn, in proportion: whole numbers, so drawing is exact.
_STRIP_WEIGHTS = np.array([4, 2, 2, 2, 2, 2, 2, 1, 2, 2])


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a data set: m examples with n features each.

    Attributes
    ----------
    X : ndarray of float64, shape (m, n)
        Features, scaled as the data set's function says.
    y : ndarray, shape (m,) or (m, labels)
        Targets: int64 class labels 0…N−1, float64 values in their own unit, or, where several
        labels apply at once, one int64 column of 0 and 1 for each.
    raw : ndarray of float64, shape (m, n)
        The same features as measured.
    """

    X: np.ndarray
    y: np.ndarray
    raw: np.ndarray

    @property
    def images(self) -> np.ndarray:
        """The raw pixels as pictures, shape (m, 8, 8), of strips (m, 8, 24); those two sets only.

        Raises
        ------
        ValueError
            If the examples are not rows of 8×8 pictures.
        """
        n = self.raw.shape[1]
        if n % _IMAGE_SIZE**2:
            raise ValueError(f"images needs examples of 64 or 192 pixels, these have {n} features")
        return self.raw.reshape(-1, _IMAGE_SIZE, n // _IMAGE_SIZE)

    def __repr__(self) -> str:
        """Say the shapes, not the numbers."""
        return f"Split(X {self.X.shape} {self.X.dtype}, y {self.y.shape} {self.y.dtype})"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in three parts.

    Attributes
    ----------
    train, validation, test : Split
    feature_names : tuple of str, length n
    target_names : tuple of str
        The names of the classes, in the order of their labels, or of the columns of labels; empty
        where the target is a quantity.
    offset, scale : ndarray of float64, shape (n,), read-only
        X = (raw − offset) / scale, for new measurements too.
    """

    train: Split
    validation: Split
    test: Split
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    offset: np.ndarray
    scale: np.ndarray

    def __repr__(self) -> str:
        """Say the shapes, not the numbers."""
        parts = ", ".join(
            f"{len(getattr(self, part).y)} {part}" for part in ("train", "validation", "test")
        )
        kind = "classes" if self.train.y.ndim == 1 else "labels"
        target = f"{len(self.target_names)} {kind}" if self.target_names else "a quantity"
        return f"Dataset({parts}; {len(self.feature_names)} features; target: {target})"


@functools.cache
def digits() -> Dataset:
    """Return 1797 handwritten digits: 8×8 pixels, 10 classes.

    X is the pixels' brightness divided by 16, so in [0, 1]; `raw` has it as stored, whole numbers
    in 0…16, and `images` as pictures. Pixels that are always 0 stay 0. y is the digit.

    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI (1998).

    Returns
    -------
    Dataset
        train, validation, test: 1078, 360 and 359 examples of 64 features.
    """
    table = _table("load_digits", "digits.csv.gz", delimiter=",")
    y = table[:, -1].astype(np.int64)
    return _split(
        table[:, :-1],
        y,
        feature_names=tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
        target_names=tuple(str(digit) for digit in range(10)),
        offset=np.zeros(64),
        scale=np.full(64, 16.0),
    )


@functools.cache
def breast_cancer() -> Dataset:
    """Return 569 breast tumours: 30 measurements of cell nuclei, 2 classes.

    X is standardised: each feature has mean 0 and standard deviation 1 over the training part. y is
    0 for malignant, 1 for benign.

    Source: W. Wolberg, O. Mangasarian, N. Street and W. Street, "Breast Cancer Wisconsin
    (Diagnostic)", UCI (1995).

    Returns
    -------
    Dataset
        train, validation, test: 341, 115 and 113 examples of 30 features.
    """
    table = _table("load_breast_cancer", "breast_cancer.csv", delimiter=",", skiprows=1)
    quantities = (
        "radius",
        "texture",
        "perimeter",
        "area",
        "smoothness",
        "compactness",
        "concavity",
        "concave points",
        "symmetry",
        "fractal dimension",
    )
    return _split(
        table[:, :-1],
        table[:, -1].astype(np.int64),
        feature_names=tuple(
            [f"mean {quantity}" for quantity in quantities]
            + [f"{quantity} error" for quantity in quantities]
            + [f"worst {quantity}" for quantity in quantities]
        ),
        target_names=("malignant", "benign"),
    )


@functools.cache
def diabetes() -> Dataset:
    """Return 442 diabetes patients: 10 measurements and the disease's progression a year later.

    X is standardised: each feature has mean 0 and standard deviation 1 over the training part. y is
    the measure of progression as published, whole numbers in 25…346, as float64.

    Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, "Least Angle Regression", Annals of
    Statistics 32 (2004).

    Returns
    -------
    Dataset
        train, validation, test: 265, 89 and 88 examples of 10 features.
    """
    table = _table("load_diabetes", "diabetes_data_raw.csv.gz", "diabetes_target.csv.gz")
    # Published with four decimals; some releases of scikit-learn have 5.247000000000001 for 5.247.
    table = np.round(table, 4)
    return _split(
        table[:, :-1],
        table[:, -1],
        feature_names=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        target_names=(),
    )


@functools.cache
def digit_strips() -> Dataset:
    """Return strips of three handwritten digits, 8×24 pixels, with three labels each.

    y[:, j] is 1 if the strip contains a 0, a 1 or a 7 (j = 0, 1, 2), in any place and however
    often, else 0: several labels at once are possible, and none. A 0 is drawn twice as often as
    other digits and a 7 half as often, so about a half, a quarter and an eighth of the strips have
    the labels.

    Each part is built from the images of the same part of `digits`: no image is in two parts.
    X, `raw` and `images` are as there, the three digits side by side.

    Returns
    -------
    Dataset
        train, validation, test: 2400, 800 and 800 examples of 192 features; y has shape (m, 3),
        int64; `target_names` are the labels' names.
    """
    source = digits()
    parts = {}
    for seed, (part, m) in enumerate({"train": 2400, "validation": 800, "test": 800}.items()):
        images, digit = getattr(source, part).images, getattr(source, part).y
        # RandomState.random_sample is frozen for good and the same for every integer size.
        uniform = np.random.RandomState(seed).random_sample((m, _STRIP_LENGTH))
        pool = np.repeat(np.arange(len(digit)), _STRIP_WEIGHTS[digit])
        drawn = pool[(uniform * len(pool)).astype(np.int64)]
        # (m, place, row, column) → (m, row, place, column): the rows of a strip run through it.
        raw = images[drawn].swapaxes(1, 2).reshape(m, -1)
        contains = (digit[drawn][:, :, np.newaxis] == STRIP_LABELS).any(axis=1)
        parts[part] = Split(
            X=_frozen(raw / 16.0), y=_frozen(contains.astype(np.int64)), raw=_frozen(raw)
        )
    return Dataset(
        **parts,
        feature_names=tuple(
            f"pixel_{row}_{column}" for row in range(8) for column in range(8 * _STRIP_LENGTH)
        ),
        target_names=tuple(f"contains a {digit}" for digit in STRIP_LABELS),
        offset=_frozen(np.zeros(64 * _STRIP_LENGTH)),
        scale=_frozen(np.full(64 * _STRIP_LENGTH, 16.0)),
    )


@functools.cache
def arches() -> tuple[np.ndarray, np.ndarray]:
    """Return 400 made-up points of four classes, in half rings one inside the other.

    The points of class j lie between 0.88 and 1.12 beyond radius j, above x_2 = 0.

    Returns
    -------
    X : ndarray of float64, shape (400, 2)
    y : ndarray of int64, shape (400,)
        Labels 0…3, one hundred of each.
    """
    # RandomState.random_sample is frozen for good.
    along, across = np.random.RandomState(1).random_sample((2, 400))
    y = np.repeat(np.arange(4, dtype=np.int64), 100)
    angle = 0.15 + along * (math.pi - 0.3)
    radius = 1 + y + 0.24 * (across - 0.5)
    X = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _frozen(X), _frozen(y)


def _table(loader: str, *files: str, **options: object) -> np.ndarray:
    """Return features and, in the last column, targets, from scikit-learn's files or its loader."""
    folders = [Path(__file__).parent / "data"]
    package = importlib.util.find_spec("sklearn")  # finds it without importing it
    if package is not None and package.origin is not None:
        folders.append(Path(package.origin).parent / "datasets" / "data")
    for folder in folders:
        paths = [folder / file for file in files]
        if all(path.is_file() for path in paths):
            return np.column_stack([np.loadtxt(path, **options) for path in paths])
    if len(folders) == 1:
        raise ModuleNotFoundError(
            "the data sets come with scikit-learn, which is not installed", name="sklearn"
        )
    scaled = {"scaled": False} if loader == "load_diabetes" else {}
    load = getattr(importlib.import_module("sklearn.datasets"), loader)
    return np.column_stack(load(return_X_y=True, **scaled))


def _split(
    raw: np.ndarray,
    y: np.ndarray,
    *,
    feature_names: tuple[str, ...],
    target_names: tuple[str, ...],
    offset: np.ndarray | None = None,
    scale: np.ndarray | None = None,
) -> Dataset:
    """Shuffle, cut each class 60 : 20 : 20, scale (by default standardise) and freeze."""
    # RandomState, because its stream is frozen for good; Generator's may change (NEP 19).
    order = np.random.RandomState(0).permutation(len(y))
    strata = y[order] if target_names else np.zeros(len(y))
    part = np.empty(len(y), dtype=np.int64)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        cuts = [round(0.6 * len(members)), round(0.8 * len(members))]
        for number, chosen in enumerate(np.split(members, cuts)):
            part[chosen] = number
    rows = [order[part == number] for number in range(3)]

    if offset is None or scale is None:
        offset, scale = _mean_and_deviation(raw[rows[0]])
    train, validation, test = (
        Split(
            X=_frozen((raw[chosen] - offset) / scale),
            y=_frozen(y[chosen]),
            raw=_frozen(raw[chosen]),
        )
        for chosen in rows
    )
    return Dataset(
        train, validation, test, feature_names, target_names, _frozen(offset), _frozen(scale)
    )


def _mean_and_deviation(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each column's mean and standard deviation, the same to the last bit on every CPU."""
    # NumPy's sums add in an order that depends on the CPU; fsum is exact.
    m = len(columns)
    mean = np.array([math.fsum(column) / m for column in columns.T])
    variance = np.array([math.fsum(column) / m for column in ((columns - mean) ** 2).T])
    return mean, np.sqrt(variance)


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
