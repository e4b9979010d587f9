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
from helpers.datasets import arches, breast_cancer, diabetes, digit_strips, digits

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
        ValueError, match=r"^images needs examples of 64 or 192 pixels, these have 10 features$"
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


def test_loading_does_not_import_scikit_learn():
    code = (
        "import sys; from helpers import datasets;"
        "datasets.digits(); datasets.breast_cancer(); datasets.diabetes();"
        "assert not {'sklearn', 'scipy', 'matplotlib', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_loading_takes_about_as_long_as_scikit_learns():
    def seconds(loaders):
        times = []
        for _ in range(5):
            start = time.process_time()
            for load in loaders:
                load()
            times.append(time.process_time() - start)
        return min(times)

    assert seconds([load.__wrapped__ for load in LOADERS]) < 3 * seconds(LOADERS.values())


@pytest.mark.parametrize("part", PARTS)
def test_strips_are_built_from_the_images_of_their_own_part(part):
    """Each 8×8 tile is an image of that part, and the labels follow from the images' digits."""
    strips, source = getattr(digit_strips(), part), getattr(digits(), part)
    digit_of = dict(zip(map(np.ndarray.tobytes, source.images), source.y, strict=True))
    assert len(digit_of) == len(source.y)  # no image occurs twice, so a tile names its digit
    for strip, labels in zip(strips.raw.reshape(-1, 8, 24), strips.y, strict=True):
        tiles = (np.ascontiguousarray(strip[:, 8 * place : 8 * place + 8]) for place in range(3))
        shown = {digit_of[tile.tobytes()] for tile in tiles}
        assert [int(digit in shown) for digit in (0, 1, 7)] == labels.tolist()


def test_no_image_is_in_two_parts():
    tiles = {
        part: {
            tile.tobytes()
            for tile in np.ascontiguousarray(
                getattr(digit_strips(), part).raw.reshape(-1, 8, 3, 8).swapaxes(1, 2)
            ).reshape(-1, 64)
        }
        for part in PARTS
    }
    assert not tiles["train"] & tiles["validation"]
    assert not tiles["train"] & tiles["test"]
    assert not tiles["validation"] & tiles["test"]


@pytest.mark.parametrize(("part", "m"), [("train", 2400), ("validation", 800), ("test", 800)])
def test_strips_have_no_label_one_and_several(part, m):
    strips = getattr(digit_strips(), part)
    assert strips.X.shape == (m, 192)
    assert strips.y.shape == (m, 3)
    assert strips.y.dtype == np.int64
    share = np.bincount(strips.y.sum(axis=1), minlength=4) / m
    assert share[0] > 0.25  # none
    assert share[2:].sum() > 0.1  # several
    assert share[3] > 0  # all three
    # P(a 0) = 1 − (17/21)³ and so on, if digits were equally frequent; 4 standard errors and that.
    np.testing.assert_allclose(strips.y.mean(axis=0), [0.47, 0.26, 0.136], atol=0.05)


def test_strips_are_scaled_and_read_only():
    strips = digit_strips().train
    np.testing.assert_array_equal(strips.X * 16, strips.raw)
    assert not any(array.flags.writeable for array in (strips.X, strips.y, strips.raw))
    assert digit_strips() is digit_strips()


def test_strips_are_the_same_everywhere():
    digest = hashlib.sha256()
    for part in PARTS:
        strips = getattr(digit_strips(), part)
        digest.update(strips.raw.astype(np.uint8).tobytes() + strips.y.astype(np.uint8).tobytes())
    assert digest.hexdigest()[:16] == "d05890531da30ae4"


def test_strips_say_what_they_are() -> None:
    assert repr(digit_strips()) == (
        "Dataset(2400 train, 800 validation, 800 test; 192 features; target: 3 labels)"
    )
    assert digit_strips().train.images.shape == (2400, 8, 24)
    assert digit_strips().target_names == ("contains a 0", "contains a 1", "contains a 7")


def test_arches_lie_one_inside_the_other():
    X, y = arches()
    assert X.shape == (400, 2)
    assert np.bincount(y).tolist() == [100] * 4
    radius = np.hypot(*X.T)
    np.testing.assert_array_equal(np.round(radius).astype(int), 1 + y)
    assert (np.abs(radius - 1 - y) <= 0.12).all()
    assert (X[:, 1] > 0).all()
    # Each arch goes from the far left to the far right.
    for j in range(4):
        assert np.ptp(X[y == j, 0]) > 1.9 * (1 + j)


ARCH_ENDS = [[0.25936979, 1.07954342], [-0.47432572, 4.0576561]]


def test_arches_are_the_same_everywhere_and_read_only():
    X, _ = arches()
    np.testing.assert_allclose(X[[0, -1]], ARCH_ENDS, rtol=1e-7)
    with pytest.raises(ValueError, match="read-only"):
        X[0] = 0
