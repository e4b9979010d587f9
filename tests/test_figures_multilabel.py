"""Lesson 7's figures: do their texts say the right numbers, and do the controls work?"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
import sklearn.metrics
from PIL import Image, ImageColor

from helpers.figures import multilabel as figures
from helpers.figures.explorer import Explorer
from helpers.figures.palette import BLUE, VERMILLION
from helpers.figures.style import Picture

DIGITS = (0, 1, 7)
RANDOM = np.random.default_rng(7)
Y = (RANDOM.random((200, 3)) < (0.5, 0.3, 0.1)).astype(np.int64)
A = np.clip(0.35 * Y + 0.65 * RANDOM.random((200, 3)), 0, 1)
IMAGES = RANDOM.integers(0, 17, (4, 8, 24)).astype(np.float64)
FOUR = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 1], [1, 1, 1]])

# An explorer takes longer to make than to move.
one_label = functools.cache(lambda: figures.threshold_explorer(Y, A, DIGITS))
all_labels = functools.cache(lambda: figures.labels_explorer(Y, A, DIGITS))


def numbers(text: str) -> list[float]:
    """All numbers of a text, percentages as fractions."""
    found = re.findall(r"(\d+(?:\.\d+)?)(%?)", text)
    return [float(number) / (100 if percent else 1) for number, percent in found]


# --- strips ---------------------------------------------------------------------------------------


def test_strips_names_the_labels_of_each() -> None:
    result = figures.strips(IMAGES, FOUR, DIGITS)
    assert isinstance(result, Picture)
    assert result.alt.endswith(
        "strip 1 contains none of them; strip 2 contains a 1; strip 3 contains a 0 and a 7; "
        "strip 4 contains a 0 and a 1 and a 7."
    )


def test_street_says_what_each_scene_shows() -> None:
    assert figures.street().alt.endswith(
        "scene 1 shows car, bus, pedestrian; scene 2 shows car, pedestrian; scene 3 shows nothing."
    )


def test_answers_explorer_judges_each_answer() -> None:
    a = np.array([[0.1, 0.2, 0.3], [0.6, 0.9, 0.1], [0.4, 0.1, 0.8], [0.9, 0.9, 0.9]])
    explorer = figures.answers_explorer(IMAGES, FOUR, a, DIGITS)
    assert "0.30, no, right" in explorer.alt
    text = explorer.move(strip=2)
    assert text.startswith("Strip 2 contains a 1. ")
    assert "a 0? 0.60, yes, wrong; a 1? 0.90, yes, right; a 7? 0.10, no, right" in text
    assert "a 0? 0.40, no, wrong" in explorer.move(strip=3)
    before = explorer.png
    assert explorer.move(strip=4).count("right") == 3
    assert explorer.png != before
    with pytest.raises(ValueError, match=r"images must have shape \(4, 8, 24\)"):
        figures.answers_explorer(IMAGES[:2], FOUR, a, DIGITS)
    with pytest.raises(ValueError, match="a must have the shape of y"):
        figures.answers_explorer(IMAGES, FOUR, a[:2], DIGITS)


def test_strips_draws_the_pixels() -> None:
    inverted = figures.strips(16 - IMAGES, FOUR, DIGITS)
    assert inverted.data != figures.strips(IMAGES, FOUR, DIGITS).data


@pytest.mark.parametrize(
    ("images", "y", "message"),
    [
        (IMAGES, FOUR[:, :2], r"y must have shape \(m, 3\)"),
        (IMAGES, FOUR[:, 0], r"y must have shape \(m, 3\)"),
        (IMAGES[:2], FOUR, r"images must have shape \(4, 8, 24\)"),
        (IMAGES.reshape(4, -1), FOUR, r"images must have shape \(4, 8, 24\)"),
    ],
)
def test_strips_refuses(images: np.ndarray, y: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.strips(images, y, DIGITS)


# --- two kinds of output --------------------------------------------------------------------------


def test_two_outputs_states_both_networks_answers() -> None:
    sigmoids = np.array([[0.01, 0.22, 0.0], [0.04, 0.96, 0.1], [0.99, 0.02, 0.87], [1, 0.9, 0.8]])
    shares = np.array([[0.3, 0.45, 0.25], [0.0, 1.0, 0.0], [0.6, 0.0, 0.4], [0.5, 0.3, 0.2]])
    alt = figures.two_outputs(IMAGES, FOUR, sigmoids, shares, DIGITS).alt
    told = re.findall(r"strip that (.*?): sigmoids ([\d., ]+), softmax ([\d., ]+)\.", alt)
    assert [words for words, _, _ in told] == [
        "contains none of them",
        "contains a 1",
        "contains a 0 and a 7",
        "contains a 0 and a 1 and a 7",
    ]
    assert [numbers(text) for _, text, _ in told] == sigmoids.tolist()
    assert [numbers(text) for _, _, text in told] == shares.tolist()


def test_two_outputs_refuses_outputs_of_another_shape() -> None:
    with pytest.raises(ValueError, match="softmax must fit y of shape"):
        figures.two_outputs(IMAGES, FOUR, FOUR, FOUR[:2], DIGITS)


# --- by the number of labels ----------------------------------------------------------------------


def test_right_by_number_counts_rows_that_are_all_right() -> None:
    answers = {"first": (A > 0.5).astype(int), "second": np.zeros_like(Y)}
    alt = figures.right_by_number(Y, answers).alt
    groups = np.unique(Y.sum(axis=1))
    shares = [
        [
            sklearn.metrics.accuracy_score(Y[rows], y_pred[rows])
            for rows in (Y.sum(axis=1) == count for count in groups)
        ]
        for y_pred in answers.values()
    ]
    np.testing.assert_allclose(numbers(alt), [*groups, *shares[0], *shares[1]], atol=0.0051)


# --- thresholds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("j", "threshold"), [(0, 0.5), (1, 0.35), (2, 0.95), (2, 0.05)])
def test_one_label_is_scored_as_scikit_learn_does(j: int, threshold: float) -> None:
    alt = one_label().move(label=f"contains a {DIGITS[j]}", threshold=threshold)
    y_pred = A[:, j] > threshold
    (_, false_alarms), (missed, found) = sklearn.metrics.confusion_matrix(Y[:, j], y_pred)
    scores = sklearn.metrics.precision_recall_fscore_support(
        Y[:, j], y_pred, average="binary", zero_division=0
    )[:3]
    expected = [DIGITS[j], threshold, found, missed, false_alarms, *scores]
    stated = numbers(alt.replace("F1", "F"))
    np.testing.assert_allclose(stated, expected, atol=0.0051)


@pytest.mark.parametrize("thresholds", [(0.5, 0.5, 0.5), (0.02, 0.98, 0.4), (0.3, 0.62, 0.98)])
def test_all_labels_are_scored_as_scikit_learn_does(thresholds: tuple) -> None:
    alt = all_labels().move(**dict(zip(("first", "second", "third"), thresholds, strict=True)))
    y_pred = (np.array(thresholds) < A).astype(int)
    scores = sklearn.metrics.precision_recall_fscore_support(Y, y_pred, zero_division=0)[:3]
    told = re.findall(r"(\d) at ([\d.]+): precision ([\d.]+), recall ([\d.]+), F1 (\d\.\d+)", alt)
    expected = np.column_stack([DIGITS, thresholds, *scores])
    np.testing.assert_allclose(np.array(told, dtype=float), expected, atol=0.0051)
    right = sklearn.metrics.accuracy_score(Y, y_pred)
    errors = [sklearn.metrics.hamming_loss(Y, y_pred), right, 1 - right]
    stated = numbers(alt.partition("Hamming")[2])
    np.testing.assert_allclose(stated, errors, atol=0.00051)


@pytest.mark.parametrize(
    ("explorer", "change"),
    [
        (one_label, {"label": "contains a 0"}),
        (one_label, {"threshold": 0.3}),
        (all_labels, {"first": 0.3}),
        (all_labels, {"second": 0.3}),
        (all_labels, {"third": 0.3}),
    ],
    ids=["label", "threshold", "first", "second", "third"],
)
def test_every_control_changes_picture_and_text(
    explorer: Callable[[], Explorer], change: dict
) -> None:
    explorer = explorer()
    start = {control["name"]: control["value"] for control in explorer.controls}
    explorer.move(**start)
    png, alt = explorer.png, explorer.alt
    explorer.move(**change)
    assert explorer.png != png
    assert explorer.alt != alt
    explorer.move(**start)
    assert (explorer.png, explorer.alt) == (png, alt)


def area(explorer: Explorer, colour: str, part: slice) -> int:
    """How many pixels of a part of the width have exactly this colour."""
    pixels = np.asarray(Image.open(io.BytesIO(explorer.picture.data)).convert("RGB"))
    columns = slice(*(round(share * pixels.shape[1]) for share in (part.start, part.stop)))
    return int((pixels[:, columns] == ImageColor.getrgb(colour)).all(axis=-1).sum())


def test_bars_are_as_long_as_the_counts() -> None:
    explorer = one_label()
    areas, counts = [], []
    for threshold in (0.2, 0.45):
        explorer.move(label="contains a 1", threshold=threshold)
        areas.append(area(explorer, VERMILLION, slice(0.7, 1.0)))
        counts.append(int(((A[:, 1] > threshold) & (Y[:, 1] == 0)).sum()))
    assert areas[1] / areas[0] == pytest.approx(counts[1] / counts[0], rel=0.05)


def test_bars_are_as_high_as_the_scores() -> None:
    explorer = all_labels()
    areas, recalls = [], []
    for threshold in (0.3, 0.8):
        explorer.move(first=threshold, second=threshold, third=threshold)
        areas.append(area(explorer, BLUE, slice(0.0, 0.65)))
        y_pred = (threshold < A).astype(int)
        recalls.append(sklearn.metrics.recall_score(Y, y_pred, average="macro"))
    assert areas[1] / areas[0] == pytest.approx(recalls[1] / recalls[0], rel=0.05)


@pytest.mark.parametrize("make", [figures.threshold_explorer, figures.labels_explorer])
def test_explorers_refuse_what_does_not_fit(make: Callable) -> None:
    with pytest.raises(ValueError, match="a must have the shape of y"):
        make(Y, A[:10], DIGITS)
    with pytest.raises(ValueError, match=r"y must have shape \(m, 2\)"):
        make(Y, A, (0, 1))


def test_labels_explorer_has_three_sliders() -> None:
    with pytest.raises(ValueError, match="digits must be three"):
        figures.labels_explorer(Y[:, :2], A[:, :2], (0, 1))


# --- a rare label ---------------------------------------------------------------------------------


def test_rare_label_states_every_point() -> None:
    share, at_half, moved = [0.4, 0.2, 0.1], [0.95, 0.8, 0.61], [0.95, 0.93, 0.92]
    alt = figures.rare_label(share, at_half, moved, digit=7).alt
    told = re.findall(r"share (\d+)%: ([\d.]+) with threshold one half, ([\d.]+) with", alt)
    expected = np.column_stack([100 * np.array(share), at_half, moved])
    np.testing.assert_allclose(np.array(told, dtype=float), expected)
    assert "contains a 7" in alt


def test_rare_label_refuses_series_of_different_length() -> None:
    with pytest.raises(ValueError, match="must all have shape"):
        figures.rare_label([0.4, 0.2], [0.9], [0.9, 0.8], digit=0)
