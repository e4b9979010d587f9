"""Lesson 8's figures: do their texts say the right numbers, and do the controls work?"""

from __future__ import annotations

import functools
import io
import re
import time

import numpy as np
import pytest
import scipy.signal
from PIL import Image, ImageColor

from helpers.figures import optimizers as figures
from helpers.figures.explorer import Explorer
from helpers.figures.palette import COLOURS
from helpers.figures.style import Picture
from helpers.optimizers import Adam

CURVATURE = np.array([2.0, 30.0])
START = np.array([-6.0, 1.5])


def cost(w: np.ndarray) -> np.ndarray:
    return 0.5 * np.einsum("...j,j->...", w**2, CURVATURE)


def plain(alpha: float, steps: int = 30) -> np.ndarray:
    """Plain descent in closed form: each parameter is a geometric series."""
    return START * (1 - alpha * CURVATURE) ** np.arange(steps + 1)[:, None]


def descend(alpha: float, beta_1: float, beta_2: float) -> np.ndarray:
    """Adam's path, 30 steps: the helper is tested against Keras in test_optimizers.py."""
    w, path = START.copy(), [START]
    adam = Adam(alpha, beta_1, beta_2)
    for _ in range(30):
        adam.update(w, CURVATURE * w)
        path.append(w.copy())
    return np.array(path)


@functools.cache
def explorer() -> Explorer:
    return figures.adam_explorer(cost, descend, plain(0.03))


def numbers(text: str) -> list[float]:
    return [
        float(n.replace("−", "-")) for n in re.findall(r"[+−-]?\d+(?:\.\d+)?(?:e[-+]\d+)?", text)
    ]


def close(stated: float, true: float) -> bool:
    """Whether `stated` is `true` to two digits."""
    return bool(np.isclose(stated, true, rtol=0.051, atol=0))


# --- descents -------------------------------------------------------------------------------------


def test_descents_state_costs_and_turns() -> None:
    # 1 − 0.06 · 30 = −0.8: w₂ changes sides at each of 30 steps, so it turns 29 times.
    result = figures.descents(cost, {"slow": plain(0.005), "swinging": plain(0.06)}, "Two rates")
    assert isinstance(result, Picture)
    ends = re.findall(r"(\w+): J goes from ([\d.]+) to ([\d.e+-]+) in (\d+) steps", result.alt)
    assert [(name, int(steps)) for name, _, _, steps in ends] == [("slow", 30), ("swinging", 30)]
    for (_, first, last, _), alpha in zip(ends, (0.005, 0.06), strict=True):
        w = START * np.exp(30 * np.log(np.abs(1 - alpha * CURVATURE)))
        assert close(float(first), 0.5 * (2 * 36 + 30 * 2.25))
        assert close(float(last), float(w[0] ** 2 + 15 * w[1] ** 2))
    assert result.alt.count("never turns round") == 3
    assert "w₂ turns round 29 times" in result.alt.partition("swinging")[2]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({"one": np.zeros((3, 2))}, "two to four"),
        ({name: np.zeros((3, 2)) for name in "abcde"}, "two to four"),
        ({"a": np.zeros((3, 2)), "b": np.zeros((3, 3))}, r"paths\['b'\] must have shape"),
        ({"a": np.zeros(2), "b": np.zeros((3, 2))}, r"paths\['a'\] must have shape"),
    ],
)
def test_descents_refuse(paths: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.descents(cost, paths, "A title")


# --- directions -----------------------------------------------------------------------------------


def test_directions_state_start_end_and_both_sizes() -> None:
    path = plain(0.06, steps=20)
    gradient = (path * CURVATURE)[:-1]
    # Momentum's velocity is a linear filter of the gradients.
    rates = scipy.signal.lfilter([1.0], [1.0, -0.9], gradient, axis=0) / gradient
    size = np.abs(rates)
    draw = functools.partial(figures.directions, path, size)
    alt = draw(label=r"$|\Delta w_j|\,/\,\alpha$", title="T", reference=1).alt
    for j in range(2):
        part = re.search(rf"w{'₁₂'[j]} goes.*?second half", alt).group()
        stated = [n for n in numbers(part) if n != 19]
        expected = [path[0, j], path[-1, j], size[0, j], np.mean(size[10:, j])]
        np.testing.assert_allclose(stated, expected, rtol=0.051, atol=0.0051)
    assert "and below each |Δwⱼ|/α, with a dotted line at 1." in alt
    assert "w₁ goes from −6.00" in alt
    assert "never turns round" in alt
    assert "turns round 19 times" in alt


def test_directions_draw_what_they_are_given() -> None:
    path = plain(0.06, steps=20)
    size = np.full((20, 2), 0.5)
    draw = functools.partial(figures.directions, path, label="size", title="T", reference=1.0)
    assert draw(size).data != draw(size * 1.2).data
    assert draw(size).data != draw(size, log=True).data


@pytest.mark.parametrize(
    ("below", "log", "message"),
    [
        (np.ones((3, 2)), False, r"below must have shape \(2, 2\)"),
        (np.ones(2), False, r"below must have shape \(2, 2\)"),
        (np.zeros((2, 2)), True, "positive"),
        (np.full((2, 2), np.nan), True, "positive"),
    ],
)
def test_directions_refuse(below: np.ndarray, log: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.directions(np.ones((3, 2)), below, "size", "A title", 1.0, log=log)


# --- bias correction ------------------------------------------------------------------------------


def test_bias_correction_states_start_peak_and_end() -> None:
    ones = np.ones(400)
    m = scipy.signal.lfilter([0.1], [1.0, -0.9], ones)
    v = scipy.signal.lfilter([0.001], [1.0, -0.999], ones)
    uncorrected = m / np.sqrt(v)
    alt = figures.bias_correction(ones, uncorrected).alt
    expected = [400, 1, 1, uncorrected[0], uncorrected.max(), 1 + uncorrected.argmax()]
    np.testing.assert_allclose(numbers(alt), [*expected, uncorrected[-1]], atol=0.0051)


def test_bias_correction_refuses_two_lengths() -> None:
    with pytest.raises(ValueError, match="same length"):
        figures.bias_correction(np.ones(3), np.ones(4))


# --- the explorer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta_1", "beta_2"), [(0.5, 0.9, 0.999), (4.0, 0.0, 0.5)])
def test_explorer_states_where_adam_ends(alpha: float, beta_1: float, beta_2: float) -> None:
    alt = explorer().move(alpha=alpha, beta_1=beta_1, beta_2=beta_2)
    path = descend(alpha, beta_1, beta_2)
    assert f"α = {alpha:.2f}, β₁ = {beta_1:.2f}, β₂ = {beta_2:.3f}" in alt
    end = re.search(r"to \(([\d.−]+, [\d.−]+)\) in 30 steps", alt)
    np.testing.assert_allclose(numbers(end.group(1)), path[-1], atol=0.0051)
    ours, other = re.search(r"J = ([\d.e+-]+), plain descent's is ([\d.e+-]+)\.", alt).groups()
    assert close(float(ours), float(path[-1, 0] ** 2 + 15 * path[-1, 1] ** 2))
    # 1 − 0.03 · 30 = 0.1 and 1 − 0.03 · 2 = 0.94: only w₁ is left, 6 · 0.94³⁰.
    assert close(float(other), (6 * 0.94**30) ** 2)


@pytest.mark.parametrize(
    "change",
    [{"alpha": 1.0}, {"beta_1": 0.5}, {"beta_2": 0.9}],
    ids=lambda change: next(iter(change)),
)
def test_every_slider_changes_picture_and_text(change: dict[str, float]) -> None:
    alt = explorer().move(alpha=0.5, beta_1=0.9, beta_2=0.999)
    before = explorer().png
    assert explorer().move(**change) != alt
    assert explorer().png != before


def test_path_and_cost_follow_the_sliders() -> None:
    def moving() -> tuple[np.ndarray, np.ndarray]:
        """Return the columns of the left panel with the path's colour, and the right panel."""
        pixels = np.asarray(Image.open(io.BytesIO(explorer().png)).convert("RGB"))
        coloured = (pixels == ImageColor.getrgb(COLOURS["Adam"])).all(axis=-1)
        middle = coloured.shape[1] // 2
        # The right panel's lowest fifth has the note, which moves whatever the line does.
        right = coloured[: len(coloured) * 7 // 10, middle:]
        return np.flatnonzero(coloured[:, :middle].any(axis=0)), right

    explorer().move(alpha=0.05, beta_1=0.9, beta_2=0.999)  # 30 steps of 0.05: 1.5 along at most
    short, cost_then = moving()
    explorer().move(alpha=0.5)
    long, cost_now = moving()
    assert np.ptp(short) < np.ptp(long) / 2
    assert cost_then.any()
    assert (cost_then != cost_now).sum() > cost_then.sum() / 2


def test_explorer_draws_in_half_the_time_of_the_whole_figure() -> None:
    explorer().move(alpha=0.5)
    moving, drawing = [], []
    for alpha in (0.6, 0.7, 0.8, 0.9, 1.0):
        begin = time.process_time()
        explorer().move(alpha=alpha)
        moved = time.process_time()
        explorer()._figure.canvas.draw()
        drawing.append(time.process_time() - moved)
        moving.append(moved - begin)
    assert min(moving) < 0.5 * min(drawing)


# --- the digits -----------------------------------------------------------------------------------


def test_rate_search_finds_the_best_median() -> None:
    rates = [0.001, 0.01, 0.1]
    # By the mean 0.1 would be best for "plain", and by the minimum 0.001.
    losses = {
        "plain": [[0.05, 2.0, 2.0], [0.3, 0.3, 2.4], [0.5, 0.6, 0.5]],
        "another": [[1.0, 1.0, 1.0], [0.9, 0.9, 0.9], [0.2, 0.2, 0.2]],
    }
    alt = figures.rate_search(rates, losses, "Search", untrained=2.3026).alt
    assert "plain is best at α = 0.01 with 0.30; it has more than 1.1 at 0.001 and 0.50 at" in alt
    assert "another is best at α = 0.1 with 0.20; it has 1.00 at 0.001 and 0.20 at 0.1." in alt
    assert "3 rates from 0.001 to 0.1" in alt
    assert alt.endswith("A guesser's loss is 2.3.")


@pytest.mark.parametrize("values", [np.ones((2, 3)), np.ones(3)], ids=["rates", "rank"])
def test_rate_search_refuses(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"losses\['plain'\] must have shape \(3, seeds\)"):
        figures.rate_search([0.1, 0.2, 0.3], {"plain": values}, "Search", untrained=2.3)


def test_loss_curves_state_rates_and_first_epochs() -> None:
    curves = {"plain": [[2.0, 1.0, 0.5], [1.0, 0.9, 0.4]], "Adam": [[1.0, 0.5, 0.2]] * 2}
    alt = figures.loss_curves(curves, {"plain": 0.316, "Adam": 0.01}).alt
    assert "3 epochs, 2 seeds" in alt
    assert "plain with α = 0.32, 1.5 after the first epoch" in alt
    assert "Adam with α = 0.01, 1.0 after the first epoch" in alt
    assert alt.endswith("After the last epoch all 4 lines lie between 0.20 and 0.50.")


@pytest.mark.parametrize(("name", "rates"), [("Lion", {"Lion": 1.0}), ("Adam", {})])
def test_loss_curves_refuse(name: str, rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="each with a rate"):
        figures.loss_curves({name: [[1.0, 0.5]]}, rates)
