"""Lesson 2's figures: do their texts say the right numbers, and do the controls work?"""

from __future__ import annotations

import functools
import io
import re

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from PIL import Image, ImageColor
from sklearn.metrics import root_mean_squared_error

from helpers.figures import outputs as figures
from helpers.figures.explorer import Explorer
from helpers.figures.palette import BLACK, BLUE, VERMILLION
from helpers.figures.style import Picture

# Columns of the explorer's picture that are left of its axes, with the ticks' labels.
LEFT = 150

X = np.array([-1.5, -0.5, 0.0, 0.4, 1.6])
Y = np.array([-1.2, -0.3, 0.1, 0.2, 1.9])

# An explorer takes longer to make than to move.
explorer_at_once = functools.cache(
    lambda: figures.head_explorer(X, Y, feature="size", target="price")
)


def numbers(text: str) -> list[float]:
    """All numbers of a text, signs included, percentages as fractions."""
    found = re.findall(r"([-−]?\d+(?:\.\d+)?)(%?)", text)
    return [float(n.replace("−", "-")) / (100 if percent else 1) for n, percent in found]


def pixels(png: bytes, colour: str) -> np.ndarray:
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return (image == ImageColor.getrgb(colour)).all(axis=-1)


def greys(png: bytes) -> int:
    """How many pixels are as grey as thin lines are, darker than the grid."""
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return int(
        np.sum((np.ptp(image, axis=-1) < 10) & (image[..., 0] > 120) & (image[..., 0] < 210))
    )


# --- the targets ----------------------------------------------------------------------------------


def test_targets_say_what_each_holds() -> None:
    continuous = np.linspace(-1, 3, 40)
    result = figures.targets(
        {"A": [0, 1, 1], "B": [2, 0, 5], "C": continuous, "D": continuous + 1.5}
    )
    assert isinstance(result, Picture)
    below = sum(value < 0 for value in continuous.tolist()) / 40
    said = result.alt.partition("A:")[2]
    assert numbers(said) == pytest.approx(
        [0, 1, 1, 2, 0, 2, 5, 1, 1, -1, 3, below, 0, 0.5, 4.5, 0, 0], 0.01
    )


def test_targets_are_four() -> None:
    with pytest.raises(ValueError, match="4 targets, got 1"):
        figures.targets({"A": [0, 1]})


# --- probabilities --------------------------------------------------------------------------------


def test_probabilities_count_what_lies_outside() -> None:
    result = figures.probabilities(
        [0, 1, 1, 0], {"good": [0.0, 0.25, 1.0, 0.5], "bad": [-0.31, 0.5, 1.74, 1.01]}
    )
    said = result.alt.partition("shaded.")[2]
    assert numbers(said) == [0, 1, 0, 4, 0, 1, -0.31, 1.74, 3, 4, 0, 1]


def test_only_what_lies_outside_is_vermillion() -> None:
    inside = figures.probabilities([0, 1], {"head": [0.1, 0.9]})
    outside = figures.probabilities([0, 1], {"head": [-0.5, 1.5]})
    assert not pixels(inside.data, VERMILLION).any()
    assert not pixels(outside.data, BLUE).any()
    assert pixels(inside.data, BLUE).any()
    assert pixels(outside.data, VERMILLION).any()


# --- slopes ---------------------------------------------------------------------------------------


def test_slopes_state_the_first_and_the_steepest() -> None:
    slopes = {"cross-entropy": [-0.75, -0.5, 0.0], "squared error": [-0.25, -1.0, 0.5]}
    said = figures.slopes([-2.0, 0.0, 2.0], slopes, "A title").alt.partition("is 1:")[2]
    assert numbers(said.replace("cross-", "")) == [-0.75, -2, 0.75, -0.25, -2, 1]


# --- predictions ----------------------------------------------------------------------------------


def test_predictions_say_error_and_reach() -> None:
    outputs = {"linear": Y + 0.5, "relu": np.maximum(Y, 0.2), "sigmoid": np.full(5, 0.5)}
    result = figures.predictions(Y, outputs, unit="kg", title="A title")
    stated = numbers(result.alt.partition("hatched.")[2])
    expected = []
    for a, out_of_reach in zip(outputs.values(), (0, 2 / 5, 3 / 5), strict=True):
        expected += [a.min(), a.max(), root_mean_squared_error(Y, a), out_of_reach]
    np.testing.assert_allclose(stated, expected, atol=0.051)


# --- the explorer ---------------------------------------------------------------------------------

REFERENCE = {
    "linear": lambda z: z,
    "relu": lambda z: np.where(z > 0, z, 0),
    "sigmoid": scipy.special.expit,
    "softplus": lambda z: np.logaddexp(0, z),
}


@pytest.mark.parametrize("head", REFERENCE)
@pytest.mark.parametrize(("w", "b"), [(0.7, 0.2), (-1.55, 1.35)])
def test_explorer_states_cost_and_gradient(head: str, w: float, b: float) -> None:
    def cost(parameters: np.ndarray) -> float:
        return float(np.square(REFERENCE[head](parameters[0] * X + parameters[1]) - Y).mean())

    alt = explorer_at_once().move(head=head, w=w, b=b)
    by_w, by_b = scipy.optimize.approx_fprime([w, b], cost, 1e-7)
    np.testing.assert_allclose(numbers(alt), [w, b, cost([w, b]), by_w, by_b], atol=0.0051)


def test_a_relu_below_zero_everywhere_is_dead_and_others_are_not() -> None:
    explorer = explorer_at_once()
    for head in figures.HEADS:
        alt = explorer.move(head=head, w=0.0, b=-3.0)
        assert ("exactly zero: the unit is dead" in alt) == (head == "relu")


def test_the_line_is_the_unit() -> None:
    explorer = explorer_at_once()
    explorer.move(head="linear", w=0.0, b=1.0)
    above = np.argwhere(pixels(explorer.png, VERMILLION))[:, 0].mean()
    explorer.move(b=-1.0)
    below = np.argwhere(pixels(explorer.png, VERMILLION))[:, 0].mean()
    assert below > above + 50  # rows count downwards


def test_arrows_lead_where_the_gradient_goes_down() -> None:
    """A step down the gradient, computed by SciPy: the line rises where its arrows do."""

    def cost(parameters: np.ndarray) -> float:
        return float(np.square(parameters[0] * X + parameters[1] - Y).mean())

    explorer = explorer_at_once()
    for b in (-1.0, 1.5):
        explorer.move(head="linear", w=0.0, b=b)
        _, by_b = scipy.optimize.approx_fprime([0.0, b], cost, 1e-7)
        line = round(np.argwhere(pixels(explorer.png, VERMILLION))[:, 0].mean())
        ink = pixels(explorer.png, BLACK)[:, LEFT:]
        above, below = ink[line - 60 : line - 8].sum(), ink[line + 8 : line + 60].sum()
        assert (above > below) == (by_b < 0)
        assert min(above, below) == 0


def test_errors_are_drawn_from_each_point_to_the_unit() -> None:
    explorer = explorer_at_once()
    explorer.move(head="linear", w=0.0, b=3.0)
    far = greys(explorer.png)
    explorer.move(head="linear", w=1.0, b=0.1)
    assert far > greys(explorer.png) + 500


@pytest.mark.parametrize("change", [{"head": "softplus"}, {"w": 1.0}, {"b": -0.5}], ids=str)
def test_every_control_changes_picture_and_text(change: dict) -> None:
    explorer = explorer_at_once()
    assert isinstance(explorer, Explorer)
    start = {control["name"]: control["value"] for control in explorer.controls}
    explorer.move(**start)
    png, alt = explorer.png, explorer.alt
    explorer.move(**change)
    assert explorer.png != png
    assert explorer.alt != alt
    explorer.move(**start)
    assert (explorer.png, explorer.alt) == (png, alt)


@pytest.mark.parametrize(("x", "y"), [([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]])])
def test_explorer_refuses_other_shapes(x: list, y: list) -> None:
    with pytest.raises(ValueError, match="shape"):
        figures.head_explorer(x, y, feature="size", target="price")


# --- classes as numbers ---------------------------------------------------------------------------


def test_classes_as_numbers_counts_what_rounds_to_its_class() -> None:
    result = figures.classes_as_numbers([0, 0, 1, 1, 2], [0.4, 0.6, 1.2, 0.8, 1.9])
    stated = numbers(result.alt.partition("digit. ")[2])
    assert stated == [4 / 5, 0, 2, 0.5, 1.0, 1.9]


# --- the race -------------------------------------------------------------------------------------


def test_race_states_the_range_over_the_seeds() -> None:
    costs = {"relu": [[2.0, 0.5, 0.11], [2.2, 0.4, 0.14]], "tanh": [[1.9, 1.2, 0.62]] * 2}
    result = figures.race(costs, "A title", guess=np.log(10))
    stated = numbers(result.alt.partition("over")[2])
    assert stated == [2, 2.3, 3, 0.11, 0.14, 0.62, 0.62]


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({}, "named among"),
        ({"cubic": [[1.0]]}, "named among"),
        ({"relu": [1.0]}, "all have one shape"),
        ({"relu": [[1.0]], "tanh": [[1.0, 2.0]]}, "all have one shape"),
    ],
)
def test_race_refuses(costs: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.race(costs, "A title", guess=1.0)


def test_rates_state_the_best_of_each() -> None:
    costs = {
        "relu": {0.1: [0.5, 0.6, 0.7], 0.3: [0.2, 0.4, 9.0], 0.5: [0.3, 0.5, 0.6]},
        "tanh": {0.1: [2.0, 2.2, 2.1], 0.3: [3.0, 1.0, 4.0], 0.5: [9.0, 0.1, 9.0]},
    }
    said = figures.rates(costs, "A title").alt.partition("best:")[2]
    assert numbers(said) == [0.3, 0.4, 0.1, 2.1]
