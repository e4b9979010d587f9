"""Lesson 9's figures: do their texts say the right numbers, and does the explorer work?"""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import scipy.ndimage
import scipy.spatial
import sklearn.metrics
from PIL import Image

from helpers.datasets import digits
from helpers.figures import digits as figures
from helpers.figures.style import Picture

RANDOM = np.random.default_rng(0)


def numbers(text: str) -> list[float]:
    """All numbers of a text, percentages as shares."""
    found = re.findall(r"([+−-]?\d+(?:\.\d+)?(?:e[-+]\d+)?)(%?)", text)
    return [float(n.replace("−", "-")) / (100 if percent else 1) for n, percent in found]


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=float)


def test_gallery_states_the_ink_of_the_digits() -> None:
    y = np.repeat(np.arange(10), 3)
    images = np.full((30, 8, 8), 5.0)
    images[y == 4], images[y == 6] = 2.0, 9.0
    result = figures.gallery(images, y, per_digit=2)
    assert isinstance(result, Picture)
    # 10 rows of 2; 8×8 pixels; 30 examples; black is 16; the mean; least and most ink.
    assert numbers(result.alt)[:4] == [2, 8, 8, 30]
    least = "has 5.1; the digit with the least ink is 4 with 2.0, the one with the most is 6 with"
    assert f"{least} 9.0." in result.alt
    assert result.alt.endswith("those of 4 and 6 least, 7.0.")


def test_gallery_states_which_digits_look_alike() -> None:
    y = np.repeat(np.arange(10), 3)
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 16, (10, 8, 8))[y]
    images[y == 7] = np.where(rng.uniform(size=(8, 8)) < 0.1, 16.0, images[y == 2])
    distances = scipy.spatial.distance.pdist(images[::3].reshape(10, 64), "cityblock") / 64
    alt = figures.gallery(images, y, per_digit=2).alt
    assert f"images of 2 and 7 are most alike, {distances.min():.1f} apart" in alt
    assert alt.endswith(f"least, {distances.max():.1f}.")


def test_gallery_shows_every_digit_in_its_row() -> None:
    y = np.repeat(np.arange(10), 14)
    images = np.zeros((140, 8, 8))
    images[y == 9] = 16  # the last row is black, all others are white
    image = pixels(figures.gallery(images, y).data)
    dark = np.flatnonzero((image < 50).mean(axis=1) > 0.4)
    assert dark.size
    assert dark.min() > 0.85 * image.shape[0]


def test_every_counts_images_and_states_ink_by_row() -> None:
    images = np.zeros((7, 8, 8))
    images[:, 0], images[:, 7, :4] = 16, 8
    images[:, 4], images[:2, 4], images[:2, 2] = 16, 3, 5  # row 5 has more than row 3 in five
    alt = figures.every(images, 3, columns=4).alt
    third, fifth = 2 * 5 / 7, (5 * 16 + 2 * 3) / 7
    expected = [7, 3, 4, 16, 0, third, 0, fifth, 0, 0, 4]
    np.testing.assert_allclose(numbers(alt)[:11], expected, atol=0.051)
    images[:, 0] = 0
    alt = figures.every(images, 3, columns=4).alt
    assert alt.endswith("Row 5 has the most, in 100% of the images more than row 1.")
    images[:, [0, 1, 3]] = 9
    images[2, 2] = 16  # as much as row 5 is not more
    alt = figures.every(images, 3, columns=4).alt
    assert alt.endswith("Row 5 has the most, in 57% of the images more than row 3.")


def test_every_leaves_no_image_out() -> None:
    black = pixels(figures.every(np.full((5, 8, 8), 16.0), 1, columns=4).data)
    missing = pixels(
        figures.every(
            np.concatenate([np.full((4, 8, 8), 16.0), np.zeros((1, 8, 8))]), 1, columns=4
        ).data
    )
    assert (black < 50).sum() > 1.2 * (missing < 50).sum()


def test_row_says_what_it_shows_or_keeps_it_to_itself() -> None:
    images = RANDOM.uniform(0, 16, (3, 8, 8))
    riddle, solved = figures.row(images), figures.row(images, np.array([8, 1, 7]))
    assert riddle.alt.endswith("lettered A to C: what they show is not said.")
    assert solved.alt.endswith("lettered A to C: A is an 8, B is a 1, C is a 7.")
    assert pixels(riddle.data).shape == pixels(solved.data).shape


def test_row_shows_each_image_in_its_place() -> None:
    images = np.zeros((4, 8, 8))
    images[2] = 16
    dark = (pixels(figures.row(images).data) < 50).mean(axis=0)
    parts = [part.mean() for part in np.array_split(dark, 4)]
    assert np.argmax(parts) == 2
    assert parts[2] > 5 * max(parts[0], parts[1], parts[3])


def test_learning_curves_state_start_stop_and_end() -> None:
    history = {"loss": np.geomspace(2.0, 0.0031, 14), "val_loss": np.linspace(1.1, 0.9, 14)}
    history["val_loss"][[9, 11, 13]] = 0.715, 0.512, 0.62
    alt = figures.learning_curves(history, stop=12).alt
    expected = [2.00, 3.1e-3, 14, 1.10, 0.620, 10, 0.715, 0.512, 12, 0.620]
    assert numbers(alt) == expected


def test_learning_curves_draw_the_valley_enlarged() -> None:
    history = {"loss": np.geomspace(2.0, 1e-4, 40), "val_loss": np.full(40, 0.1)}
    history["val_loss"][9] = 0.2
    flat = pixels(figures.learning_curves(history, stop=20).data)
    history["val_loss"][30:] = 0.13
    changed = np.abs(pixels(figures.learning_curves(history, stop=20).data) - flat) > 20
    left, right = np.array_split(changed, 2, axis=1)
    rows = np.flatnonzero(right.any(axis=1))
    assert np.ptp(rows) > 0.15 * len(changed)  # a difference that the left panel hardly shows
    assert np.ptp(np.flatnonzero(left.any(axis=1))) < np.ptp(rows)


def test_accuracies_state_shares_and_intervals() -> None:
    alt = figures.accuracies({"a": (45, 0.8, 0.95), "b": (30, 0.4512, 0.7)}, 50).alt
    assert numbers(alt) == pytest.approx([50, 0.95, 45, 0.9, 0.8, 0.95, 30, 0.6, 0.451, 0.7])


def test_confusion_states_every_error() -> None:
    truth, read = RANDOM.integers(0, 8, (2, 40))
    counts = sklearn.metrics.confusion_matrix(truth, read)
    alt = figures.confusion(counts).alt
    assert f"{(truth == read).sum()} right answers" in alt
    assert f"{(truth != read).sum()} errors" in alt
    stated = {(int(i), int(j)): int(n) for i, j, n in re.findall(r"(\d) read as (\d): (\d+)", alt)}
    pairs = list(zip(truth.tolist(), read.tolist(), strict=True))
    assert stated == {pair: pairs.count(pair) for pair in pairs if pair[0] != pair[1]}


def test_confusion_without_errors_says_so() -> None:
    assert "(none)" in figures.confusion(np.diag([3, 4])).alt


def test_errors_name_both_digits_and_their_probabilities() -> None:
    rows = np.full((2, 10), 0.01)
    rows[0, [3, 8]], rows[1, [5, 6]] = (0.12, 0.8), (0.72, 0.2)
    alt = figures.errors(np.zeros((2, 8, 8)), np.array([3, 6]), rows).alt
    assert "a 3 read as 8 with 80%, 3 itself 12%; a 6 read as 5 with 72%, 6 itself 20%" in alt
    assert (
        "an 8 read as 3" in figures.errors(np.zeros((1, 8, 8)), np.array([8]), np.eye(10)[[3]]).alt
    )


def test_calibration_states_claims_and_shares() -> None:
    table = np.array([[0.6, 0.5, 0.3, 0.7], [0.95, 0.91, 0.8, 1.0]])
    alt = figures.calibration({"one": table, "two": table[:1]}).alt
    assert "one: claims 60%, right 50%, claims 95%, right 91%. two: claims 60%, right 50%." in alt


@pytest.fixture(scope="module")
def unit_explorer() -> tuple:
    validation = digits().validation
    kernel, outgoing = RANDOM.normal(size=(64, 3)), RANDOM.normal(size=(3, 10))
    a = np.maximum(0, validation.X @ kernel)
    return figures.hidden_unit_explorer(kernel, outgoing, validation.images, a), kernel, outgoing, a


@pytest.mark.parametrize("unit", [2, 0, 1])
def test_explorer_describes_the_unit(unit_explorer: tuple, unit: int) -> None:
    explorer, kernel, outgoing, a = unit_explorer
    alt = explorer.move(unit=unit)
    votes = dict(enumerate(outgoing[unit].tolist()))
    best, worst = max(votes, key=votes.get), min(votes, key=votes.get)
    on = np.count_nonzero(a[:, unit]) / len(a)
    low, high = sorted(kernel[:, unit])[0], sorted(kernel[:, unit])[-1]
    expected = [unit, on, low, high, best, votes[best], worst, votes[worst]]
    np.testing.assert_allclose(numbers(alt), expected, atol=0.0051)


def test_explorer_shows_another_unit(unit_explorer: tuple) -> None:
    explorer = unit_explorer[0]
    explorer.move(unit=0)
    before = pixels(explorer.png)
    explorer.move(unit=1)
    changed = np.abs(pixels(explorer.png) - before) > 20
    # Weights at the left, images in the middle, votes at the right: all of them follow.
    for part in np.array_split(changed, 5, axis=1):
        assert part.mean() > 0.01


@pytest.fixture(scope="module")
def shifts() -> tuple:
    """Images of a bar in column 3: only where it is, is it read right."""
    y = np.append(np.tile(np.arange(10), 3), [9, 9])
    images = np.zeros((32, 8, 8))
    images[:, :, 3] = 16
    images[:, 0, 7] = y  # a corner that says which digit it is
    images[0, 0, 7] = 16  # the first 0 is read wrong

    def predict(X: np.ndarray) -> np.ndarray:
        column = X.reshape(-1, 8, 8)[:, 4].argmax(axis=1)
        label = np.where(column > 3, 9, np.where(column < 3, 0, np.rint(16 * X[:, 7])))
        return np.eye(17)[label.astype(int)]

    return figures.shift_explorer(images, y, predict), images, y, predict


@pytest.mark.parametrize("shift", [0, 1, -2])
def test_shift_explorer_counts_what_is_read_right(shifts: tuple, shift: int) -> None:
    explorer, images, y, predict = shifts
    moved = scipy.ndimage.shift(images, (0, 0, shift), order=0)
    is_right = predict(moved.reshape(32, 64) / 16).argmax(axis=1) == y
    alt = explorer.move(shift=shift)
    shown = 10 if shift == 0 else 1  # elsewhere every answer is the same
    assert f"the network reads {shown} of the ten digits shown right" in alt
    assert alt.endswith(f"and {is_right.mean():.0%} of all 32.")


def test_shift_explorer_says_where_the_images_are(shifts: tuple) -> None:
    explorer = shifts[0]
    said = [explorer.move(shift=by).partition(":")[0] for by in (0, 1, -1, 3)]
    assert said == [
        "Not moved",
        "Moved 1 pixel to the right",
        "Moved 1 pixel to the left",
        "Moved 3 pixels to the right",
    ]


def test_shift_explorer_moves_images_and_dot(shifts: tuple) -> None:
    explorer = shifts[0]
    explorer.move(shift=0)
    before = pixels(explorer.png)
    explorer.move(shift=2)
    changed = np.abs(pixels(explorer.png) - before) > 20
    width = changed.shape[1]
    assert changed[:, : width // 2].mean() > 0.03  # more than the words below the images
    assert changed[:, 2 * width // 3 :].mean() > 0.001
