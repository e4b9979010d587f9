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
from helpers.figures.palette import GREEN, VERMILLION
from helpers.figures.style import Picture
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

STEPS = 8
X = np.array([-1.0, -0.5, 0.5, 2.0, 2.5])
Y = np.array([1, 1, 1, 0, 0])
ARRAYS = {
    "X": np.ones((6, 3)),
    "W1": np.ones((3, 5)),
    "b1": np.ones(5),
    "Z1": np.ones((6, 5)),
    "A1": np.ones((6, 5)),
    "W2": np.ones((5, 4)),
    "b2": np.ones(4),
    "Z2": np.ones((6, 4)),
}
SECONDS = {
    "NumPy, readable": [0.0005, 0.04],
    "NumPy, tuned": [0.0002, 0.03],
    "Keras": [0.002, 0.025],
}


def bowl(w: float, b: float) -> float:
    return 0.25 + 0.5 * (w - 1) ** 2 + 2 * (b + 1) ** 2


def path(alpha: float) -> np.ndarray:
    """Descent in the bowl in closed form: each distance shrinks by its own factor."""
    t = np.arange(STEPS + 1)
    return np.column_stack([1 - (1 - alpha) ** t, -1 + (1 - 4 * alpha) ** t])


@functools.cache
def descent() -> Explorer:
    paths = {"α = 0.1": path(0.1), "α = 0.4": path(0.4)}
    return figures.descent_map(bowl, paths, ((-1, 3), (-3, 1)))


def numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"[−]?\d+(?:\.\d+)?", text)]


def places(data: bytes, color: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of a colour's pixels in the left and in the right half."""
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    columns = np.nonzero((image == ImageColor.getrgb(color)).all(axis=-1))[1]
    middle = image.shape[1] // 2
    return columns[columns < middle], columns[columns >= middle]


def titles(monkeypatch: pytest.MonkeyPatch, *calls: Callable[[], Picture]) -> list[str]:
    """Return the title of the first panel that each call draws."""
    found: list[str] = []
    monkeypatch.setattr(
        figures, "picture", lambda fig, alt: found.append(fig.axes[0].get_title(loc="left"))
    )
    for call in calls:
        call()
    return found


# --- one feature ----------------------------------------------------------------------------------


def test_one_feature_states_groups_and_curves() -> None:
    result = figures.one_feature(X, Y, [(-1, 0.5)], "feature", "A title")
    assert isinstance(result, Picture)
    assert "3 examples with y = 1 have a mean of −0.33, 2 with y = 0 a mean of 2.25" in result.alt
    ends = scipy.stats.logistic.cdf([1.5, -2.5])  # z = −x + 0.5 at x = −1 and 3
    assert (
        f"from feature −1 to 3: w = −1, b = 0.5: from {ends[0]:.2f} to {ends[1]:.2f}" in result.alt
    )


@pytest.mark.parametrize(
    ("x", "guesses", "message"),
    [
        (X[:4], [(0, 0)], "shape"),
        (X[:, None], [(0, 0)], "shape"),
        (X, [], "1 to 4, got 0"),
        (X, [(w, 0) for w in range(5)], "1 to 4, got 5"),
    ],
)
def test_one_feature_refuses(x: np.ndarray, guesses: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.one_feature(x, Y, guesses, "feature", "A title")


# --- a border that moves --------------------------------------------------------------------------


def test_watch_border_trains_the_model_and_shows_each_epoch() -> None:
    points = np.random.default_rng(0).uniform(-1, 1, size=(40, 2))
    inside = points[:, 0] > 0
    ours, other = (Sequential([Dense(1, "sigmoid")]) for _ in range(2))
    for model in (ours, other):
        model.compile(SGD(0.5), "binary_crossentropy")
    explorer = figures.watch_border(ours, points, inside, epochs=3)
    assert "Before the first epoch" in explorer.move(epoch=0)
    last = explorer.move(epoch=3)
    for _ in range(3):
        other.fit(points, inside)
    np.testing.assert_array_equal(ours.parameters, other.parameters)
    right = ((other.predict(points)[:, 0] > 0.5) == inside).sum()
    cost = other.evaluate(points, inside)
    assert f"After 3 epochs, loss {cost:.2f}: {right} of 40 points" in last


# --- descent --------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 1, STEPS])
def test_descent_states_where_each_walker_stands(step: int) -> None:
    expected = [] if step == 0 else [step]
    for alpha in (0.1, 0.4):
        w, b = 1 - (1 - alpha) ** step, -1 + (1 - 4 * alpha) ** step
        expected += [alpha, w, b, bowl(w, b)]
    np.testing.assert_allclose(numbers(descent().move(step=step)), expected, atol=0.0051)


def test_descent_says_w_and_b() -> None:
    assert re.search(r"α = 0\.1, w = .*, b = .*, J = ", descent().move(step=1))


# --- backpropagation ------------------------------------------------------------------------------


def test_backpropagation_states_every_shape_and_line() -> None:
    alt = figures.backpropagation(**ARRAYS, J=1.386).alt
    for name, array in ARRAYS.items():
        assert f"{name.translate(str.maketrans('12', '₁₂'))} = {array.shape}" in alt
    assert "J = 1.39" in alt
    back = alt.partition("Back from right to left")[2]
    assert re.findall(r"∂J/∂(\w+) = line (\d)", back) == [
        *(
            ("Z₂", "1"),
            ("W₂", "2"),
            ("b₂", "2"),
            ("A₁", "3"),
            ("Z₁", "4"),
            ("W₁", "5"),
            ("b₁", "5"),
        ),
    ]


# --- training runs --------------------------------------------------------------------------------


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
    result = figures.batch_sizes({(size, 0.25): [2.25, 1.5, 0.75]}, 100)
    assert f"batch size {size} at learning rate 0.25, {steps}" in result.alt
    assert "2.25 in the first of 3 epochs, 0.75 in the last" in result.alt


def test_batch_sizes_draw_every_run_in_both_panels() -> None:
    sizes = {
        (100, 0.1): np.linspace(2, 1, 9),
        (50, 0.1): np.linspace(2, 0.5, 9),
        (10, 0.1): np.linspace(2, 0.1, 9),
    }
    full = figures.batch_sizes(sizes, 100)
    fewer = figures.batch_sizes({(100, 0.1): sizes[100, 0.1]}, 100)
    for color in (VERMILLION, GREEN):
        left, right = places(full.data, color)
        assert len(left) > 200
        assert np.ptp(right) > 150
        assert not any(map(len, places(fewer.data, color)))


def test_noise_floor_states_the_last_distances() -> None:
    runs = {"batch size 8": [0.5, 0.3, 0.2342], "batch size 2": [0.5, 0.4, 0.25]}
    alt = figures.noise_floor(runs, 0.2).alt
    assert "lowest value 0.200" in alt
    assert "over 2 epochs. At the end, batch size 8: about 0.03; batch size 2: about 0.05" in alt


def test_noise_floor_refuses_a_cost_below_the_lowest() -> None:
    with pytest.raises(ValueError, match=r"above the lowest, 0\.2"):
        figures.noise_floor({"a": [0.5, 0.2]}, 0.2)


# --- speed ----------------------------------------------------------------------------------------


def test_crossing_states_the_times() -> None:
    alt = figures.crossing([16, 256], SECONDS).alt
    assert "width 16: NumPy, readable 0.5, NumPy, tuned 0.2, Keras 2" in alt
    assert "width 256: NumPy, readable 40, NumPy, tuned 30, Keras 25" in alt


def test_crossing_says_whether_the_lines_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    never = {**SECONDS, "Keras": [0.002, 0.035]}  # faster than one of ours, not than both
    crossed, stayed = titles(
        monkeypatch,
        lambda: figures.crossing([16, 256], SECONDS),
        lambda: figures.crossing([16, 256], never),
    )
    assert crossed.endswith("from width 256 on")
    assert "NumPy stays ahead" in stayed


def test_crossing_counts_only_a_lead_that_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {
        "NumPy, readable": [1.0, 2.0, 3.0],
        "NumPy, tuned": [1.0, 2.0, 3.0],
        "Keras": [0.5, 2.5, 2.5],
    }
    (title,) = titles(monkeypatch, lambda: figures.crossing([16, 64, 256], times))
    assert title.endswith("from width 256 on")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Keras": [1.0]}, r"'Keras'\] must be 2 positive"),
        ({"Keras": [1.0, 0.0]}, r"'Keras'\] must be 2 positive"),
        ({"JAX": [1.0, 2.0]}, "times must name NumPy, readable, NumPy, tuned, Keras"),
    ],
)
def test_crossing_refuses(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.crossing([16, 256], {**SECONDS, **change})


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.one_feature(X, Y, [(-1, 0)], "feature", "A title"),
        lambda: figures.backpropagation(**ARRAYS, J=1.0),
        lambda: figures.learning_rates({"1": [2.0, 1.0]}, 10),
        lambda: figures.batch_sizes({(8, 0.1): [2.0, 1.0]}, 16),
        lambda: figures.noise_floor({"batch size 8": [2.0, 1.0]}, 0.5),
        lambda: figures.crossing([16, 256], SECONDS),
    ],
    ids=["one_feature", "backpropagation", "learning_rates", "batch_sizes", "floor", "crossing"],
)
def test_pictures_are_drawn(draw: Callable[[], Picture]) -> None:
    image = np.asarray(Image.open(io.BytesIO(draw().data)).convert("L"))
    assert image.shape[1] == 1200
    assert (image < 128).sum() > 1000
