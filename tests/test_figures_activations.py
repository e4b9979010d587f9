"""Lesson 1's figures: their text says the right numbers, and every control moves its picture."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from helpers.figures import activations as figures
from helpers.figures.explorer import Explorer, Slider
from helpers.figures.style import Picture


def test_functions_and_derivatives_state_ends_and_slopes() -> None:
    z = np.array([-2.0, 0.0, 2.0])
    shown = figures.functions_and_derivatives(
        z, {"square": (z**2 / 2, z), "cube": (z**3, 3 * z**2)}
    )
    assert isinstance(shown, Picture)
    assert shown.alt.startswith("2 activation functions")
    assert "z from −2 to 2" in shown.alt
    assert "square runs from 2.00 to 2.00, its slope between −2.00 and 2.00" in shown.alt
    assert "cube runs from −8.00 to 8.00, its slope between 0.00 and 12.00" in shown.alt


def test_stacks_measure_the_bend_against_the_line_between_the_ends() -> None:
    x = np.linspace(0, 1, 101)
    # x² is furthest below its chord x at 1/2, by 1/4 of its height.
    shown = figures.stacks(x, {"straight": 3 - 2 * x, "parabola": 8 * x**2})
    assert isinstance(shown, Picture)
    assert "straight leaves it by 0% of its height" in shown.alt
    assert "parabola leaves it by 25% of its height" in shown.alt


def test_gradient_by_depth_states_first_and_last_layer() -> None:
    norms = {"sigmoid": np.array([2e-7, 3e-3, 0.5]), "slope 0.1": np.array([0.04, 0.2, 1.0])}
    shown = figures.gradient_by_depth(norms, "A title")
    assert isinstance(shown, Picture)
    assert "sigmoid 2.0e-07 in layer 1 and 5.0e-01 in layer 3" in shown.alt
    assert "slope 0.1 4.0e-02 in layer 1 and 1.0e+00 in layer 3" in shown.alt


def test_a_curve_for_each_of_many_networks_stands_out() -> None:
    norms = {f"slope {number}": np.array([0.1 * number, 1.0]) for number in range(1, 8)}
    assert "slope 7 7.0e-01" in figures.gradient_by_depth(norms, "A title").alt
    accuracies = {f"network {number}": [0.1 * number, 0.9] for number in range(1, 8)}
    assert "network 7" in figures.accuracy_by_epoch(accuracies, "A title").alt
    # What `figures_stand_out` finds in the two pictures fails this test.


def test_zig_zag_counts_steps_and_the_way_walked() -> None:
    around = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, -4.0]])  # 7 instead of 5
    straight = np.array([[0.0, 0.0], [3.0, -4.0]])
    shown = figures.zig_zag({"round-about": around, "direct": straight}, np.array([3.0, -4.0]))
    assert isinstance(shown, Picture)
    assert "from (0.00, 0.00) to the goal (3.00, −4.00)" in shown.alt
    assert "round-about takes 2 steps and walks 1.4 times the direct way" in shown.alt
    assert "direct takes 1 steps and walks 1.0 times the direct way" in shown.alt


def test_firing_units_count_those_that_never_fire() -> None:
    shares = {"alive": np.array([0.5, 0.25]), "hurt": np.array([0.0, 0.75, 0.0])}
    shown = figures.firing_units(shares)
    assert isinstance(shown, Picture)
    assert "alive: 0 of 2 units never fire, the busiest fires on 50%" in shown.alt
    assert "hurt: 2 of 3 units never fire, the busiest fires on 75%" in shown.alt


def test_accuracy_by_epoch_states_start_and_end() -> None:
    runs = {"relu": [0.25, 0.5, 0.75], "anything": [0.1, 0.2, 0.9]}
    shown = figures.accuracy_by_epoch(runs, "A title")
    assert isinstance(shown, Picture)
    assert "over 3 epochs" in shown.alt
    assert "relu goes from 25% to 75%" in shown.alt
    assert "anything goes from 10% to 90%" in shown.alt


def test_smooth_functions_state_lowest_value_and_distance_from_relu() -> None:
    z = np.linspace(-1, 1, 21)
    shown = figures.smooth_functions(
        z, {"half up": np.maximum(z, 0) + 0.5, "minus one": -1 + 0 * z}
    )
    assert isinstance(shown, Picture)
    assert "half up has its lowest value at 0.50 and is at most 0.50 away" in shown.alt
    assert "minus one has its lowest value at −1.00 and is at most 2.00 away" in shown.alt


def test_unit_explorer_states_the_unit() -> None:
    explorer = figures.unit_explorer()
    assert isinstance(explorer, Explorer)
    explorer.move(activation="tanh", w=0.5, b=1.0)
    assert "tanh with w = 0.5 and b = 1.0: z = 0 at x = −2.00" in explorer.alt
    assert f"from {math.tanh(-2):.2f}".replace("-", "−") in explorer.alt
    assert f"to {math.tanh(4):.2f} at x = 6" in explorer.alt
    # 1 − tanh² falls below 0.05 where |z| > artanh √0.95 = 2.18: here z reaches only from −2 to 4.
    flat_from = (math.atanh(math.sqrt(0.95)) - 1.0) / 0.5
    share = (6 - flat_from) / 12
    assert float(explorer.alt.split("over ")[1].split("%")[0]) == pytest.approx(100 * share, abs=1)


def test_unit_explorer_says_that_without_a_weight_the_input_does_not_matter() -> None:
    explorer = figures.unit_explorer()
    explorer.move(w=0.0, b=1.0)
    assert "z is the same for every x" in explorer.alt
    value = 1 / (1 + math.exp(-1))
    assert f"from {value:.2f} at x = −6 to {value:.2f} at x = 6" in explorer.alt


X = np.linspace(0, 6, 121)
TARGET = np.interp(X, [0, 2, 4, 6], [0, 3, 1, 2])


def test_three_units_explorer_measures_the_error() -> None:
    explorer = figures.three_units_explorer(X, TARGET)
    explorer.move(v1=0.0, v2=0.0, v3=0.0)  # nothing: the error is the target itself
    assert f"mean squared error {np.dot(TARGET, TARGET) / 121:.3f}" in explorer.alt
    assert "largest gap 3.00" in explorer.alt
    assert "it is at x = 2.0" in explorer.alt
    assert "Matched!" not in explorer.alt


def test_three_units_explorer_can_be_matched_with_its_own_sliders_and_narrowly_missed() -> None:
    explorer = figures.three_units_explorer(X, TARGET)
    assert "Matched!" not in explorer.alt
    explorer.move(c1=0.0, v1=1.5, c2=2.0, v2=-2.5, c3=4.0, v3=1.5)
    assert "largest gap 0.00. Matched!" in explorer.alt
    explorer.move(c2=2.1)
    assert "Matched!" not in explorer.alt


@pytest.mark.parametrize(
    "explorer",
    [figures.unit_explorer(), figures.three_units_explorer(X, TARGET)],
    ids=["unit", "three_units"],
)
def test_every_control_changes_both_panels_and_the_text(explorer: Explorer) -> None:
    for name, control in explorer._named.items():
        before, said = _halves(explorer.png), explorer.alt
        if isinstance(control, Slider):
            explorer.move(**{name: control.value + 5 * control.step})
        else:
            explorer.move(**{name: control.options[-1]})
        for panel, old, new in zip(("left", "right"), before, _halves(explorer.png), strict=True):
            assert (old != new).any(), (name, panel)
        assert explorer.alt != said, name
        explorer.move(**{name: control.value})


def _halves(png: bytes) -> list[np.ndarray]:
    return np.split(np.asarray(Image.open(io.BytesIO(png))), 2, axis=1)
