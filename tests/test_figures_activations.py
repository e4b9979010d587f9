"""Lesson 1's figures: their text says the right numbers, and every control moves its picture."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from helpers.comparison import automatic_gradient, tensorflow
from helpers.figures import activations as figures
from helpers.figures.explorer import Explorer, Slider
from helpers.figures.palette import COLOURS
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


def test_gradient_by_depth_states_first_and_last_layer() -> None:
    norms = {"sigmoid": np.array([2e-7, 3e-3, 0.5]), "slope 0.1": np.array([0.04, 0.2, 1.0])}
    shown = figures.gradient_by_depth(norms, "A title")
    assert isinstance(shown, Picture)
    assert "sigmoid 2.0e-07 in layer 1 and 5.0e-01 in layer 3" in shown.alt
    assert "slope 0.1 4.0e-02 in layer 1 and 1.0e+00 in layer 3" in shown.alt


def test_a_curve_for_each_of_many_networks_stands_out() -> None:
    norms = {f"slope {number}": [0.1 * number, 1.0] for number in range(1, 8)}
    assert "slope 7 7.0e-01" in figures.gradient_by_depth(norms, "A title").alt
    # What `figures_stand_out` finds in the picture fails this test.


def test_a_variant_of_a_thing_is_drawn_unlike_the_thing() -> None:
    same = figures.gradient_by_depth({"tanh": [1.0, 2.0], "relu": [3.0, 1.0]}, "A title")
    variant = figures.gradient_by_depth({"tanh, large": [1.0, 2.0], "relu": [3.0, 1.0]}, "A title")
    assert "tanh, large 1.0e+00 in layer 1" in variant.alt
    assert _colours(same) & _colours(variant) >= {COLOURS["tanh"], COLOURS["relu"]}


def test_zig_zag_counts_steps_and_the_way_walked() -> None:
    around = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, -4.0]])  # 7 instead of 5
    straight = np.array([[0.0, 0.0], [3.0, -4.0]])
    shown = figures.zig_zag({"round-about": around, "direct": straight}, np.array([3.0, -4.0]))
    assert isinstance(shown, Picture)
    assert "from (0.00, 0.00) to the goal (3.00, −4.00)" in shown.alt
    assert "round-about takes 2 steps and walks 1.4 times the direct way" in shown.alt
    assert "direct takes 1 steps and walks 1.0 times the direct way" in shown.alt


def test_one_unit_descent_follows_the_gradient_that_tensorflow_finds() -> None:
    inputs = np.array([[1.0, 2.0], [-0.5, 3.0], [2.0, 0.25]])
    goal, rate, w = np.array([1.0, -1.0]), 0.1, np.zeros(2)
    path = figures.one_unit_descent(inputs, goal, rate)
    for x, before, after in zip(inputs, path[:-1], path[1:], strict=True):
        np.testing.assert_allclose(before, w, rtol=1e-12)
        error = automatic_gradient(lambda w, x=x: (tensorflow().reduce_sum((w - goal) * x)) ** 2, w)
        w = w - rate * error
        np.testing.assert_allclose(after, w, rtol=1e-12)


def test_one_unit_descent_stops_where_it_is_lost() -> None:
    path = figures.one_unit_descent(np.full((200, 2), 1.0), np.array([1.0, 1.0]), 100.0)
    assert np.isfinite(path).all()
    assert (path[-1] == path[-2]).all()
    assert np.abs(path[-1]).max() > 1e6


def test_zig_zag_explorer_shows_the_ceiling_of_the_learning_rate() -> None:
    explorer = figures.zig_zag_explorer()
    both = r"All-positive inputs: arrived, 0.00 away. Zero-centred inputs: arrived, 0.00 away"
    assert both in explorer.alt
    explorer.move(rate=6)
    assert "Learning rate 6, after 200 steps" in explorer.alt
    assert "All-positive inputs: not arrived, far off and lost" in explorer.alt
    assert "Zero-centred inputs: arrived" in explorer.alt
    slow = figures.zig_zag_explorer(steps=3)
    assert "All-positive inputs: not arrived" in slow.alt
    assert "Zero-centred inputs: not arrived" in slow.alt
    assert "lost" not in slow.alt


def test_dying_units_count_those_that_fire_on_none() -> None:
    shares = {"first": np.array([0.5, 0.25, 0.75]), "then": np.array([0.0, 0.75, 0.0])}
    shown = figures.dying_units(shares)
    assert isinstance(shown, Picture)
    assert "first: 0 of 3 fire on none, 50% on average" in shown.alt
    assert "then: 2 of 3 fire on none, 25% on average" in shown.alt


def test_dying_units_are_marked_and_those_that_live_are_not() -> None:
    alive, dead = np.full(4, 0.5), np.zeros(4)
    assert COLOURS["marked"] in _colours(figures.dying_units({"a": alive, "b": dead}))
    assert COLOURS["marked"] not in _colours(figures.dying_units({"a": alive, "b": alive}))


def test_accuracy_by_epoch_states_the_range_of_start_and_end() -> None:
    runs = {"relu": [[0.25, 0.5, 0.75], [0.1, 0.3, 0.4]], "anything": [[0.1, 0.2, 0.9]] * 2}
    shown = figures.accuracy_by_epoch(runs, "A title")
    assert isinstance(shown, Picture)
    assert "over 3 epochs in 2 runs each" in shown.alt
    assert "relu goes from 10%…25% to 40%…75%" in shown.alt
    assert "anything goes from 10%…10% to 90%…90%" in shown.alt


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
    [
        figures.unit_explorer(),
        figures.three_units_explorer(X, TARGET),
        figures.zig_zag_explorer(),
    ],
    ids=["unit", "three_units", "zig_zag"],
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


def _colours(shown: Picture) -> set[str]:
    pixels = np.asarray(Image.open(io.BytesIO(shown.data)).convert("RGB")).reshape(-1, 3)
    return {"#{:02X}{:02X}{:02X}".format(*pixel) for pixel in np.unique(pixels, axis=0)}
