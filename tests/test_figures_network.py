"""Lesson 6's figures: do their texts say the right numbers, and do the controls work?"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from PIL import Image, ImageColor

from helpers.figures import network as figures
from helpers.figures.explorer import Explorer
from helpers.figures.palette import GREEN, PURPLE, VERMILLION
from helpers.figures.style import Picture

STEPS = 8
X = np.array([-1.0, -0.5, 0.5, 2.0, 2.5])
Y = np.array([1, 1, 1, 0, 0])
SHAPES = {
    "X": (6, 3),
    "W1": (3, 5),
    "b1": (5,),
    "Z1": (6, 5),
    "A1": (6, 5),
    "W2": (5, 4),
    "b2": (4,),
    "Z2": (6, 4),
}


def bowl(w: np.ndarray, b: np.ndarray) -> np.ndarray:
    return 0.25 + 0.5 * (w - 1) ** 2 + 2 * (b + 1) ** 2


def path(alpha: float) -> np.ndarray:
    """Descent in the bowl in closed form: each distance shrinks by its own factor."""
    t = np.arange(STEPS + 1)
    w, b = 1 - (1 - alpha) ** t, -1 + (1 - 4 * alpha) ** t
    return np.column_stack([w, b, bowl(w, b)])


W_AXIS, B_AXIS = np.linspace(-1, 3, 21), np.linspace(-3, 1, 17)
PATHS = {"0.1": path(0.1), "0.3": path(0.3), "0.6": path(0.6)}


@functools.cache
def descent() -> Explorer:
    w, b = np.meshgrid(W_AXIS, B_AXIS)
    return figures.descent_explorer(W_AXIS, B_AXIS, bowl(w, b), PATHS)


def numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"[−]?\d+(?:\.\d+)?", text)]


def places(data: bytes, color: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of a colour's pixels in the left and in the right half."""
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    columns = np.nonzero((image == ImageColor.getrgb(color)).all(axis=-1))[1]
    middle = image.shape[1] // 2
    return columns[columns < middle], columns[columns >= middle]


# --- one feature ----------------------------------------------------------------------------------


def test_one_feature_states_groups_and_curves() -> None:
    grid = np.linspace(-2, 4, 7)
    curve = scipy.stats.logistic.sf(grid)  # 1 − sigmoid
    result = figures.one_feature(X, Y, grid, {"falling": curve}, "feature", "A title")
    assert isinstance(result, Picture)
    assert "3 examples with y = 1 have a mean of −0.33, 2 with y = 0 a mean of 2.25" in result.alt
    assert "from feature −2 to 4: falling: from 0.88 to 0.02" in result.alt


@pytest.mark.parametrize(
    ("x", "grid", "curves", "message"),
    [
        (X[:4], np.zeros(3), {"a": np.zeros(3)}, "shape"),
        (X[:, None], np.zeros(3), {"a": np.zeros(3)}, "shape"),
        (X, np.zeros(3), {"a": np.zeros(4)}, "shape of grid"),
        (X, np.zeros(3), {}, "1 to 4, got 0"),
        (X, np.zeros(3), {str(n): np.zeros(3) for n in range(5)}, "1 to 4, got 5"),
    ],
)
def test_one_feature_refuses(x: np.ndarray, grid: np.ndarray, curves: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.one_feature(x, Y, grid, curves, "feature", "A title")


# --- descent --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", PATHS)
@pytest.mark.parametrize("step", [0, 1, STEPS])
def test_descent_states_where_it_stands(rate: str, step: int) -> None:
    alt = descent().move(step=step, rate=rate)
    w, b = 1 - (1 - float(rate)) ** step, -1 + (1 - 4 * float(rate)) ** step
    expected = [float(rate), step, STEPS, w, b, bowl(w, b), bowl(0.0, 0.0), 0.25]
    np.testing.assert_allclose(numbers(alt), expected, atol=0.0051)


def test_descent_draws_the_path_and_the_costs_so_far() -> None:
    explorer = descent()
    explorer.move(rate="0.1", step=0)
    start = places(explorer.png, PURPLE)
    explorer.move(step=STEPS)
    for before, after in zip(start, places(explorer.png, PURPLE), strict=True):
        assert len(after) > len(before) + 200


def test_descent_marks_where_it_stands() -> None:
    explorer = descent()
    explorer.move(rate="0.3", step=0)
    start = [columns.mean() for columns in places(explorer.png, VERMILLION)]
    explorer.move(step=STEPS)
    end = [columns.mean() for columns in places(explorer.png, VERMILLION)]
    assert end[0] > start[0] + 60  # w from 0 towards 1, on an axis from −1 to 3
    assert end[1] > start[1] + 200  # the step from first to last


@pytest.mark.parametrize("change", [{"step": 1}, {"rate": "0.6"}], ids=["step", "rate"])
def test_every_control_changes_picture_and_text(change: dict) -> None:
    explorer = descent()
    start = {control["name"]: control["value"] for control in explorer.controls}
    explorer.move(**start)
    png, alt = explorer.png, explorer.alt
    explorer.move(**change)
    assert explorer.png != png
    assert explorer.alt != alt
    explorer.move(**start)
    assert (explorer.png, explorer.alt) == (png, alt)


@pytest.mark.parametrize(
    ("J", "paths", "message"),
    [
        (np.ones((3, 2)), PATHS, r"J must have shape \(2, 3\)"),
        (np.zeros((2, 3)), PATHS, "positive"),
        (np.ones((2, 3)), {}, "empty"),
        (np.ones((2, 3)), {"a": np.ones((4, 2))}, "same shape"),
        (np.ones((2, 3)), {"a": np.ones((4, 3)), "b": np.ones((5, 3))}, "same shape"),
    ],
)
def test_descent_refuses(J: np.ndarray, paths: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.descent_explorer(np.arange(3), np.arange(2), J, paths)


# --- backpropagation ------------------------------------------------------------------------------


def test_backpropagation_states_every_shape() -> None:
    result = figures.backpropagation(SHAPES)
    for name, shape in SHAPES.items():
        assert f"{name} {shape}" in result.alt


def test_backpropagation_refuses_a_missing_shape() -> None:
    with pytest.raises(ValueError, match=r"missing: Z2"):
        figures.backpropagation({name: shape for name, shape in SHAPES.items() if name != "Z2"})


# --- training runs --------------------------------------------------------------------------------


def test_twins_state_where_both_start_and_end() -> None:
    result = figures.twins(np.linspace(2.31, 0.52, 30), np.linspace(2.29, 0.47, 30), "A title")
    assert numbers(result.alt) == [30, 2.31, 0.52, 2.29, 0.47]


def test_twins_refuse_runs_of_different_length() -> None:
    with pytest.raises(ValueError, match="must both have shape"):
        figures.twins([1.0, 0.5], [1.0], "A title")


def test_learning_rates_state_first_and_last_costs() -> None:
    result = figures.learning_rates({"0.01": [1.5, 1.25, 1.0], "2": [1.75, 9.5, 2.5]}, 4)
    assert numbers(result.alt) == [2, 0.01, 1.5, 1.0, 2, 1.75, 2.5, 9.5, 4, 1.4, 2.1]


def test_learning_rates_refuse_nothing() -> None:
    with pytest.raises(ValueError, match="got 0"):
        figures.learning_rates({}, 10)


@pytest.mark.parametrize(
    ("size", "steps"),
    [(100, "1 step an"), (99, "2 steps an"), (50, "2 steps an"), (1, "100 steps")],
)
def test_batch_sizes_count_the_steps(size: int, steps: str) -> None:
    result = figures.batch_sizes({size: [2.25, 1.5, 0.75]}, 100)
    assert f"batch size {size}, {steps}" in result.alt
    assert "2.25 in the first of 3 epochs, 0.75 in the last" in result.alt


def test_batch_sizes_draw_every_run_in_both_panels() -> None:
    sizes = {100: np.linspace(2, 1, 9), 50: np.linspace(2, 0.5, 9), 10: np.linspace(2, 0.1, 9)}
    full, fewer = figures.batch_sizes(sizes, 100), figures.batch_sizes({100: sizes[100]}, 100)
    for color in (VERMILLION, GREEN):
        left, right = places(full.data, color)
        assert len(left) > 200
        # In the right panel there is the legend too, and the curve spans many more columns.
        assert np.ptp(right) > 250
        assert not any(map(len, places(fewer.data, color)))


# --- speed ----------------------------------------------------------------------------------------


def test_crossing_states_the_times() -> None:
    alt = figures.crossing([16, 256], [0.0005, 0.03], [0.002, 0.025]).alt
    assert "width 16: NumPy 0.5, Keras 2; width 256: NumPy 30, Keras 25" in alt


def test_crossing_says_whether_the_lines_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = []
    monkeypatch.setattr(
        figures, "picture", lambda fig, alt: titles.append(fig.axes[0].get_title(loc="left"))
    )
    figures.crossing([16, 64, 256], [1.0, 2.0, 30.0], [2.0, 1.9, 3.0])
    figures.crossing([16, 64, 256], [1.0, 2.0, 30.0], [2.0, 2.1, 31.0])
    assert titles[0].endswith("at width 64")
    assert "NumPy stays ahead" in titles[1]


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [([1.0], [1.0, 2.0], "equally long"), ([1.0, 0.0], [1.0, 2.0], "positive")],
)
def test_crossing_refuses(ours: list, theirs: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.crossing([16, 32], ours, theirs)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.backpropagation(SHAPES),
        lambda: figures.twins([2.0, 1.0], [2.0, 1.0], "A title"),
        lambda: figures.learning_rates({"1": [2.0, 1.0]}, 10),
        lambda: figures.batch_sizes({8: [2.0, 1.0]}, 16),
        lambda: figures.crossing([16, 32], [1.0, 2.0], [2.0, 3.0]),
    ],
    ids=["backpropagation", "twins", "learning_rates", "batch_sizes", "crossing"],
)
def test_pictures_are_drawn(draw: Callable[[], Picture]) -> None:
    image = np.asarray(Image.open(io.BytesIO(draw().data)).convert("L"))
    assert image.shape[1] == 1200
    assert (image < 128).sum() > 1000
