"""helpers.datasets against scikit-learn's own loaders, and the promises its docstrings make."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from helpers import datasets
from helpers.datasets import breast_cancer, diabetes, digits

PARTS = ("train", "validation", "test")
LOADERS = {
    digits: lambda: sklearn_datasets.load_digits(),
    breast_cancer: lambda: sklearn_datasets.load_breast_cancer(),
    diabetes: lambda: sklearn_datasets.load_diabetes(scaled=False),
}
ALL = pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
STANDARDISED = pytest.mark.parametrize("load", [breast_cancer, diabetes])


def rows(X: np.ndarray, y: np.ndarray) -> list[tuple[float, ...]]:
    return sorted(map(tuple, np.column_stack([X, y])))


@ALL
def test_three_parts_are_the_whole_set_each_example_once(load):
    data, official = load(), LOADERS[load]()
    raw = np.concatenate([getattr(data, part).raw for part in PARTS])
    y = np.concatenate([getattr(data, part).y for part in PARTS])
    # Rounded: older releases of scikit-learn have 5.247000000000001 for 5.247.
    assert rows(raw, y) == rows(np.round(official.data, 10), official.target)
    assert list(data.feature_names) == list(official.feature_names)
    assert [str(name) for name in official.get("target_names", [])] == list(data.target_names)


@ALL
def test_shapes_and_dtypes(load):
    data = load()
    n = len(data.feature_names)
    for part in PARTS:
        split = getattr(data, part)
        m = len(split.y)
        assert split.X.shape == split.raw.shape == (m, n)
        assert split.X.dtype == split.raw.dtype == np.float64
        assert split.y.dtype == (np.int64 if data.target_names else np.float64)
        assert split.X.flags.c_contiguous
        assert np.isfinite(split.X).all()
    if data.target_names:
        assert set(np.unique(data.train.y)) == set(range(len(data.target_names)))


@pytest.mark.parametrize(
    ("load", "sizes"),
    [(digits, (1078, 360, 359)), (breast_cancer, (341, 115, 113)), (diabetes, (265, 89, 88))],
)
def test_sizes_are_those_the_docstring_tells(load, sizes):
    assert tuple(len(getattr(load(), part).y) for part in PARTS) == sizes
    assert "{}, {} and {} examples".format(*sizes) in load.__doc__


@pytest.mark.parametrize("load", [digits, breast_cancer])
def test_each_class_has_the_same_share_in_every_part(load):
    data = load()
    counts = np.array([np.bincount(getattr(data, part).y) for part in PARTS])
    shares = counts / counts.sum(axis=0)
    np.testing.assert_allclose(
        shares, np.broadcast_to([[0.6], [0.2], [0.2]], shares.shape), atol=0.006
    )


@ALL
def test_rows_are_shuffled(load):
    for part in PARTS:
        y = getattr(load(), part).y
        half = len(y) // 2
        spread = y.std() / np.sqrt(half)
        assert abs(y[:half].mean() - y[half:].mean()) < 4 * spread
        assert (np.diff(y) != 0).mean() > 0.3  # not sorted by class


@STANDARDISED
def test_only_the_training_part_decides_the_scale(load):
    data = load()
    np.testing.assert_allclose(data.train.X.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(data.train.X.std(axis=0), 1, rtol=1e-13)
    assert abs(data.validation.X.mean(axis=0)).max() > 0.01
    assert abs(data.test.X.mean(axis=0)).max() > 0.01


@ALL
def test_x_is_raw_shifted_and_scaled(load):
    data = load()
    for part in PARTS:
        split = getattr(data, part)
        np.testing.assert_array_equal(split.X, (split.raw - data.offset) / data.scale)


def test_digits_are_pixels_between_0_and_1_and_pictures():
    data = digits()
    for part in PARTS:
        split = getattr(data, part)
        assert split.X.min() == 0
        assert split.X.max() == 1
        assert split.images.shape == (len(split.y), 8, 8)
        np.testing.assert_array_equal(split.images.reshape(-1, 64) / 16, split.X)
        assert not split.images.flags.writeable
    constant = np.flatnonzero(data.train.raw.std(axis=0) == 0)
    assert constant.size > 0
    assert not data.train.X[:, constant].any()


def test_an_image_goes_with_its_label():
    official = sklearn_datasets.load_digits()
    pairs = zip(official.data, official.target, strict=True)
    labels = {tuple(pixels): label for pixels, label in pairs}
    data = digits()
    for image, label in zip(data.test.images, data.test.y, strict=True):
        assert labels[tuple(image.ravel())] == label


def test_only_digits_have_images():
    with pytest.raises(
        ValueError, match=r"^images needs examples of 64 pixels, these have 10 features$"
    ):
        _ = diabetes().train.images


def test_targets_of_diabetes_are_as_published():
    y = np.concatenate([getattr(diabetes(), part).y for part in PARTS])
    assert (y.min(), y.max()) == (25, 346)
    np.testing.assert_array_equal(y, np.round(y))


@pytest.mark.parametrize(
    ("load", "fingerprint"),
    [
        (digits, "a2af9e66d689a016 4900ae9523eab535 13f2ccf08361ec4f"),
        (breast_cancer, "0b62224645995f68 aaf5e13db7ee95cf 6dedb89ea10c7b0f"),
        (diabetes, "d9fc109e1c81a153 224e770536772e78 09e1c714f5d68894"),
    ],
)
def test_every_bit_is_the_same_with_every_numpy_on_every_machine(load, fingerprint):
    data = load()
    digests = [
        hashlib.sha256(split.X.astype("<f8").tobytes() + split.y.astype("<f8").tobytes())
        for split in (data.train, data.validation, data.test)
    ]
    assert " ".join(digest.hexdigest()[:16] for digest in digests) == fingerprint


@ALL
def test_nothing_can_be_changed_by_accident(load):
    data = load()
    for array in (data.train.X, data.test.y, data.validation.raw, data.offset, data.scale):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(FrozenInstanceError):
        data.train = data.test
    with pytest.raises(FrozenInstanceError):
        data.train.X = data.test.X
    assert load() is data


def test_repr_tells_sizes():
    assert repr(breast_cancer()) == (
        "Dataset(341 train, 115 validation, 113 test; 30 features; target: 2 classes)"
    )
    assert repr(diabetes()).endswith("10 features; target: a quantity)")
    assert repr(digits().test) == "Split(X (359, 64) float64, y (359,) int64)"


@ALL
def test_a_scikit_learn_with_other_files_is_asked_itself(load, monkeypatch):
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    again = load.__wrapped__()
    for part in PARTS:
        np.testing.assert_array_equal(getattr(again, part).X, getattr(load(), part).X)
        np.testing.assert_array_equal(getattr(again, part).y, getattr(load(), part).y)


def test_without_scikit_learn_the_error_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="scikit-learn, which is not installed"):
        datasets.digits.__wrapped__()


def test_loading_is_quick_and_does_not_import_scikit_learn():
    code = (
        "import sys; from helpers import datasets;"
        "datasets.digits(); datasets.breast_cancer(); datasets.diabetes();"
        "assert not {'sklearn', 'scipy', 'matplotlib', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    start = time.perf_counter()
    for load in LOADERS:
        load.__wrapped__()
    assert time.perf_counter() - start < 0.5
