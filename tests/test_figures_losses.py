"""Lesson 4's figures: do their texts say the right numbers, and do the controls work?"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats
from PIL import Image, ImageColor

from helpers.figures import losses as figures
from helpers.figures.explorer import Explorer
from helpers.figures.palette import BLUE
from helpers.figures.style import Picture

Z = np.array([1.16, -1.32, 1.25, -0.03])


# An explorer takes longer to make than to move.
confidence = functools.cache(figures.confidence_explorer)
gradient_at_2 = functools.cache(lambda: figures.gradient_explorer(Z, 2))


def numbers(text: str) -> list[float]:
    """All numbers of a text, signs included, percentages as fractions."""
    found = re.findall(r"([+−]?\d+(?:\.\d+)?(?:e[-+]\d+)?)(%?)", text)
    return [float(n.replace("−", "-")) / (100 if percent else 1) for n, percent in found]


# --- the logistic loss ----------------------------------------------------------------------------


def test_logistic_loss_states_every_example() -> None:
    y, a = np.array([1, 0, 1]), np.array([0.9, 0.25, 0.031])
    result = figures.logistic_loss(y, a)
    assert isinstance(result, Picture)
    stated = re.findall(r"y = (\d), a = ([\d.]+): loss (\d+\.\d+)", result.alt)
    surprise = -scipy.stats.bernoulli.logpmf(y, a)
    np.testing.assert_allclose(
        np.array(stated, dtype=float), np.column_stack([y, a, surprise]), atol=0.0051
    )


def test_logistic_loss_states_its_curves_at_named_points() -> None:
    alt = figures.logistic_loss(np.array([1]), np.array([0.5])).alt.partition("1 examples")[0]
    for label, part in zip((1, 0), alt.split("For y = 1")[1].split("For y = 0"), strict=True):
        stated = np.array(re.findall(r"(\d\.\d\d) at a = ([\d.]+\d)", part), dtype=float)
        assert stated[:, 1].tolist() == [0.01, 0.1, 0.5, 0.9, 0.99]
        surprise = -scipy.stats.bernoulli.logpmf(label, stated[:, 1])
        np.testing.assert_allclose(stated[:, 0], surprise, atol=0.0051)


@pytest.mark.parametrize(
    ("y", "a", "message"),
    [
        ([1, 0], [0.5], "shape"),
        ([[1]], [[0.5]], "shape"),
        ([2], [0.5], "labels 0 and 1"),
        ([1], [1.0], "strictly between"),
        ([1], [np.nan], "strictly between"),
    ],
)
def test_logistic_loss_refuses(y: list, a: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.logistic_loss(y, a)


# --- confidence -----------------------------------------------------------------------------------


@pytest.mark.parametrize("num_classes", [2, 4, 10])
@pytest.mark.parametrize(("right", "claimed"), [(0.8, 0.99), (0.5, 0.9), (0.95, 0.05)])
def test_confidence_is_judged_by_the_cross_entropy(
    num_classes: int, right: float, claimed: float
) -> None:
    alt = confidence(num_classes).move(right=right, claimed=claimed)

    def expected_loss(claim: float) -> float:
        # The cross-entropy of what happens with what is claimed: entropy plus divergence.
        happens, said = (
            np.array([p] + [(1 - p) / (num_classes - 1)] * (num_classes - 1))
            for p in (right, claim)
        )
        return float(scipy.stats.entropy(happens) + scipy.stats.entropy(happens, said))

    best = scipy.optimize.minimize_scalar(expected_loss, bounds=(1e-3, 0.999), method="bounded")
    paid, guess = expected_loss(claimed), np.log(num_classes)
    stated = numbers(alt)
    expected = [num_classes, right, claimed, paid, paid - best.fun, best.fun, guess, best.x]
    np.testing.assert_allclose(stated, expected, atol=0.0051)
    assert ("worse than" in alt) == (paid > guess)


def test_the_curve_follows_the_share_of_right_answers() -> None:
    explorer = confidence(4)

    def blue() -> np.ndarray:
        pixels = np.asarray(Image.open(io.BytesIO(explorer.png)).convert("RGB"))
        return (pixels == ImageColor.getrgb(BLUE)).all(axis=-1)

    explorer.move(right=0.8)
    before = blue()
    explorer.move(right=0.5)
    assert before.sum() > 100
    assert (before & ~blue()).sum() > before.sum() / 2


def test_honesty_costs_least() -> None:
    explorer = confidence(4)
    assert "the least possible" in explorer.move(right=0.8, claimed=0.8)
    assert "the least possible" not in explorer.move(claimed=0.81)


# --- the gradient ---------------------------------------------------------------------------------


def descended(steps: int, true: int, learning_rate: float) -> np.ndarray:
    """The logits after some steps down the numerical slope of the loss."""
    z = Z.copy()
    for _ in range(steps):
        slope = scipy.optimize.approx_fprime(z, lambda z: -scipy.special.log_softmax(z)[true], 1e-7)
        z -= learning_rate * slope
    return z


@pytest.mark.parametrize(
    ("steps", "true", "learning_rate"), [(0, 0, 1.0), (1, 1, 1.0), (7, 2, 0.5), (20, 3, 1.0)]
)
def test_pushes_go_against_the_slope_of_the_loss(
    steps: int, true: int, learning_rate: float
) -> None:
    alt = figures.gradient_explorer(Z, 2, learning_rate).move(step=steps, true=str(true))
    z = descended(steps, true, learning_rate)
    slope = scipy.optimize.approx_fprime(z, lambda z: -scipy.special.log_softmax(z)[true], 1e-7)
    a = scipy.special.softmax(z)[true]
    expected = [true, a, -np.log(a), 0, 3, *-slope, *z]
    stated = numbers(alt)[steps > 0 :]  # "After 7 steps" or "Before the first step"
    np.testing.assert_allclose(stated, expected, atol=0.0051)


def test_gradient_says_how_many_steps() -> None:
    explorer = gradient_at_2()
    said = [explorer.move(step=step, true="2").partition(" the true")[0] for step in (0, 1, 3)]
    assert said == ["Before the first step", "After 1 step", "After 3 steps"]


def test_gradient_starts_at_the_given_label() -> None:
    explorer = figures.gradient_explorer(Z, np.int64(2))
    assert isinstance(explorer, Explorer)
    assert explorer.values == {"step": 0, "true": "2"}


@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        ([[1.0, 2.0]], 0, "row of at least two"),
        ([1.0], 0, "row of at least two"),
        ([1.0, 7.0], 0, "between -6 and 6"),
        ([1.0, np.nan], 0, "between -6 and 6"),
        ([1.0, 2.0], 2, "y must be from 0 to 1, got 2"),
        ([1.0, 2.0], -1, "y must be from 0 to 1, got -1"),
    ],
)
def test_gradient_refuses(z: list, y: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.gradient_explorer(z, y)


def test_confidence_refuses_a_single_class() -> None:
    with pytest.raises(ValueError, match="at least 2, got 1"):
        figures.confidence_explorer(1)


# --- all explorers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("explorer", "change"),
    [
        (lambda: confidence(4), {"right": 0.5}),
        (lambda: confidence(4), {"claimed": 0.3}),
        (gradient_at_2, {"step": 3}),
        (gradient_at_2, {"true": "0"}),
    ],
    ids=["right", "claimed", "step", "true"],
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


# --- the step -------------------------------------------------------------------------------------


def test_step_size_states_both_laws() -> None:
    h = np.logspace(-12, 0, 49)
    result = figures.step_size(h, 0.25 * h**2 + 3e-16 / h)
    assert isinstance(result, Picture)
    assert "from 2.5e-03 at h = 0.1 to 2.5e-05 at h = 0.01" in result.alt
    assert "between 10^-16 and 10^-15 divided by h" in result.alt
    assert f"cube root of eps, {2.0 ** (-52 / 3):.0e}" in result.alt


@pytest.mark.parametrize(
    ("h", "error", "message"),
    [
        (np.logspace(-12, 0, 5), np.ones(4), "shape"),
        (np.logspace(-12, 0, 5), np.zeros(5), "positive"),
        (np.logspace(-12, -2, 5), np.ones(5), "reach"),
        (np.logspace(-8, 0, 5), np.ones(5), "reach"),
    ],
)
def test_step_size_refuses(h: np.ndarray, error: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.step_size(h, error)


# --- training -------------------------------------------------------------------------------------


def test_training_states_where_both_start_and_end() -> None:
    ours, theirs = np.linspace(2.31, 0.52, 30), np.linspace(2.29, 0.47, 30)
    result = figures.training(ours, 10, 0.5)
    assert isinstance(result, Picture)
    assert numbers(result.alt) == [30, 0.5, 2.31, 0.52, 2.31, 10, 2.3]
    both = figures.training(ours, 10, 0.5, theirs).alt
    assert numbers(both) == [30, 0.5, 2.31, 0.52, 2.31, 10, 2.3, 2.29, 0.47]


@pytest.mark.parametrize(
    ("costs", "title"),
    [
        ([2.3, 1.0, 0.3], "With α = 2 the cost falls to 0.30"),
        ([2.3, 17.2, 0.3], "With α = 2 the cost jumps to 17"),
        ([2.3, np.inf, 0.3], "With α = 2 the cost jumps to inf"),
    ],
)
def test_training_says_in_its_title_whether_the_cost_fell(
    costs: list, title: str, drawn_figures: list
) -> None:
    figures.training(costs, 10, 2.0)
    assert drawn_figures[-1].axes[0].get_title(loc="left") == title


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [([1.0, 0.5], [1.0], "must have one shape"), ([], None, "costs"), ([[1.0]], None, "costs")],
)
def test_training_refuses(ours: list, theirs: list | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.training(ours, 10, 2.0, theirs)


# --- two forecasts --------------------------------------------------------------------------------


def test_two_forecasts_say_what_each_model_gave_to_the_truth_and_to_its_answer() -> None:
    result = figures.two_forecasts(np.eye(8), 1, [0.25, 0.35, 0.4], [0.0, 0.04, 0.96])
    assert isinstance(result, Picture)
    assert numbers(result.alt) == [1, 0.35, 1, 0.4, 2, 0.04, 1, 0.96, 2]


@pytest.mark.parametrize(
    ("label", "careful", "sure", "message"),
    [
        (0, [0.5, 0.5], [1.0], "shape"),
        (0, [[0.5, 0.5]], [[1.0, 0.0]], "shape"),
        (2, [0.5, 0.5], [1.0, 0.0], "from 0 to 1, got 2"),
        (-1, [0.5, 0.5], [1.0, 0.0], "from 0 to 1, got -1"),
    ],
)
def test_two_forecasts_refuse(label: int, careful: list, sure: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.two_forecasts(np.eye(8), label, careful, sure)
