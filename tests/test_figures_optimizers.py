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

from helpers.comparison import keras, to_keras
from helpers.datasets import digits
from helpers.figures import optimizers as figures
from helpers.figures import style
from helpers.figures.explorer import Explorer
from helpers.figures.palette import COLOURS, tint
from helpers.figures.style import Picture
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import Adam

CURVATURE = np.array([1.0, 50.0])
START = np.array([-8.0, 1.0])


def plain(alpha: float, steps: int = 30) -> np.ndarray:
    """Plain descent in closed form: each parameter is a geometric series."""
    return START * (1 - alpha * CURVATURE) ** np.arange(steps + 1)[:, None]


def numbers(text: str) -> list[float]:
    return [
        float(n.replace("−", "-")) for n in re.findall(r"[+−-]?\d+(?:\.\d+)?(?:e[-+]\d+)?", text)
    ]


def close(stated: float, true: float) -> bool:
    """Whether `stated` is `true` to two digits."""
    return bool(np.isclose(stated, true, rtol=0.051, atol=0))


def coloured(explorer: Explorer, colour: str | tuple) -> np.ndarray:
    """Return where the explorer's picture has a colour."""
    rgb = ImageColor.getrgb(colour) if isinstance(colour, str) else colour
    pixels = np.asarray(Image.open(io.BytesIO(explorer.png)).convert("RGB")).astype(int)
    return (np.abs(pixels - rgb) <= 2).all(axis=-1)


# --- descents -------------------------------------------------------------------------------------


def test_descents_state_costs_and_turns() -> None:
    # 1 − 0.036 · 50 = −0.8: w₂ changes sides at each of 30 steps, so it turns 29 times.
    result = figures.descents({"slow": plain(0.003), "swinging": plain(0.036)}, "Two rates")
    assert isinstance(result, Picture)
    ends = re.findall(r"(\w+): J goes from ([\d.]+) to ([\d.e+-]+) in (\d+) steps", result.alt)
    assert [(name, int(steps)) for name, _, _, steps in ends] == [("slow", 30), ("swinging", 30)]
    for (_, first, last, _), alpha in zip(ends, (0.003, 0.036), strict=True):
        w = START * np.exp(30 * np.log(np.abs(1 - alpha * CURVATURE)))
        assert close(float(first), 0.5 * (64 + 50))
        assert close(float(last), float(0.5 * w[0] ** 2 + 25 * w[1] ** 2))
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
        figures.descents(paths, "A title")


# --- the ravine's explorer ------------------------------------------------------------------------


@functools.cache
def ravine() -> Explorer:
    return figures.ravine_explorer(steps=30, plain_rate=0.03)


@pytest.mark.parametrize(("alpha", "beta_1", "beta_2"), [(0.5, 0.9, 0.999), (4.0, 0.0, 0.5)])
def test_ravine_states_where_adam_ends(alpha: float, beta_1: float, beta_2: float) -> None:
    alt = ravine().move(alpha=alpha, beta_1=beta_1, beta_2=beta_2)
    w = keras().Variable(START, dtype="float64")
    optimizer = keras().optimizers.Adam(alpha, beta_1, beta_2)
    for _ in range(30):
        optimizer.apply([CURVATURE * w.numpy()], [w])
    assert f"α = {alpha:.2f}, β₁ = {beta_1:.2f}, β₂ = {beta_2:.3f}" in alt
    end = re.search(r"to \(([\d.−]+, [\d.−]+)\) in 30 steps", alt)
    np.testing.assert_allclose(numbers(end.group(1)), w.numpy(), atol=0.0051)
    ours, other = re.search(r"J = ([\d.e+-]+), plain descent's is ([\d.e+-]+)\.", alt).groups()
    assert close(float(ours), float(0.5 * CURVATURE @ w.numpy() ** 2))
    assert close(float(other), float(0.5 * CURVATURE @ plain(0.03)[-1] ** 2))


@pytest.mark.parametrize(
    "change",
    [{"alpha": 1.0}, {"beta_1": 0.5}, {"beta_2": 0.9}],
    ids=lambda change: next(iter(change)),
)
def test_every_slider_changes_picture_and_text(change: dict[str, float]) -> None:
    alt = ravine().move(alpha=0.5, beta_1=0.9, beta_2=0.999)
    before = ravine().png
    assert ravine().move(**change) != alt
    assert ravine().png != before


def test_path_and_cost_follow_the_sliders() -> None:
    def moving() -> tuple[np.ndarray, np.ndarray]:
        """Return the columns of the upper panel with the path's colour, and the lower panel."""
        found = coloured(ravine(), COLOURS["Adam"])
        middle = len(found) // 2
        return np.flatnonzero(found[:middle].any(axis=0)), found[middle:]

    ravine().move(alpha=0.05, beta_1=0.9, beta_2=0.999)  # 30 steps of 0.05: 1.5 along at most
    short, cost_then = moving()
    ravine().move(alpha=0.5)
    long, cost_now = moving()
    assert np.ptp(short) < np.ptp(long) / 2
    assert (cost_then != cost_now).sum() > cost_then.sum() / 2


def test_explorer_draws_in_half_the_time_of_the_whole_figure() -> None:
    ravine().move(alpha=0.5)
    moving, drawing = [], []
    for alpha in (0.6, 0.7, 0.8, 0.9, 1.0):
        begin = time.process_time()
        ravine().move(alpha=alpha)
        moved = time.process_time()
        ravine()._figure.canvas.draw()
        drawing.append(time.process_time() - moved)
        moving.append(moved - begin)
    assert min(moving) < 0.5 * min(drawing)


# --- strides --------------------------------------------------------------------------------------


def test_strides_state_start_end_and_both_lengths() -> None:
    path = plain(0.036, steps=20)
    alt = figures.strides(path, alpha=0.5, title="T").alt
    lengths = np.abs(-0.036 * CURVATURE * path[:-1]) / 0.5
    for j in range(2):
        part = re.search(rf"w{'₁₂'[j]} goes.*?second half", alt).group()
        stated = [n for n in numbers(part) if n != 19]
        expected = [path[0, j], path[-1, j], lengths[0, j], np.mean(lengths[10:, j])]
        np.testing.assert_allclose(stated, expected, atol=0.0051)
    assert "w₁ goes from −8.00" in alt
    assert "never turns round" in alt
    assert "turns round 19 times" in alt


def test_strides_draw_in_units_of_alpha() -> None:
    path = plain(0.036, steps=20)
    first, second = (figures.strides(path, alpha, "T").data for alpha in (0.5, 0.6))
    assert first != second


def test_strides_refuse() -> None:
    with pytest.raises(ValueError, match=r"path must have shape \(steps \+ 1, 2\)"):
        figures.strides(np.zeros((3, 3)), 0.1, "T")


# --- the slider of flips --------------------------------------------------------------------------


@functools.cache
def flips() -> Explorer:
    return figures.flip_explorer(flipping, lambda g: -scipy.signal.lfilter([0.1], [1, -0.9], g))


def flipping(chance: float) -> np.ndarray:
    numbers = np.random.default_rng(1).random(500)
    return np.cumprod(np.where(numbers < chance, -1.0, 1.0))


@pytest.mark.parametrize(("chance", "stride"), [(0.0, 1.0), (1.0, 0.1 / 1.9)])
def test_flips_at_the_two_ends(chance: float, stride: float) -> None:
    alt = flips().move(chance=chance)
    assert f"{29 * chance:.0f} of the last 29 pairs of gradients differ in sign" in alt
    assert f"average stride is {stride:.2f} α" in alt


def test_flips_in_between() -> None:
    alt = flips().move(chance=0.35)
    signs = flipping(0.35)
    moves = scipy.signal.lfilter([0.1], [1, -0.9], signs)
    expected = [0.35, np.sum(np.diff(signs[-30:]) != 0), 29, np.abs(moves[100:]).mean(), 30]
    np.testing.assert_allclose(numbers(alt)[:5], expected, atol=0.0051)
    assert numbers(alt)[5] == round(abs(moves[-30:].sum()))


def test_flips_move_signs_way_and_dot() -> None:
    """The dot moves down to the right, and at chance 0 no gradient is on the lower row."""
    places = {}
    for chance in (0.0, 1.0):
        flips().move(chance=chance)
        violet = coloured(flips(), COLOURS["Adam"])
        right = np.argwhere(violet[:, violet.shape[1] // 2 :])
        way = np.argwhere(violet[:, : violet.shape[1] // 2])
        below = coloured(flips(), COLOURS["marked"]).sum()
        places[chance] = right.mean(axis=0), np.ptp(way[:, 0]), below
    (start, long_way, none_below), (end, short_way, some_below) = places[0.0], places[1.0]
    assert short_way < long_way / 5
    assert end[0] > start[0] + 100
    assert end[1] > start[1] + 100
    assert none_below == 0 < some_below


# --- a real network -------------------------------------------------------------------------------


def small_network() -> Sequential:
    model = Sequential([Dense(5, "relu"), Dense(10)], seed=3)
    model.compile(Adam(0.01), SparseCategoricalCrossentropy(from_logits=True))
    return model


def test_record_steps_trains_as_keras_does() -> None:
    X, y = digits().train.X[:100], digits().train.y[:100]
    model = small_network()
    model.build(64)
    twin = to_keras(model)
    before = np.concatenate([w.ravel() for w in model.get_weights()])
    gradients, steps = figures.record_steps(model, X, y, epochs=2)
    twin.fit(X, y, epochs=2, batch_size=32, shuffle=False, verbose=0)
    after = np.concatenate([w.ravel() for w in twin.get_weights()])
    assert gradients.shape == steps.shape == (8, len(before))
    np.testing.assert_allclose(before + steps.sum(axis=0), after, atol=1e-9)
    # Adam's first step is α against the sign of the first gradient, but for ε.
    g = gradients[0]
    expected = -0.01 * g / (np.abs(g) + 1e-7 / np.sqrt(0.001))
    np.testing.assert_allclose(steps[0], expected, rtol=1e-4, atol=1e-12)


@functools.cache
def histogram() -> tuple[np.ndarray, Explorer]:
    random = np.random.default_rng(0)
    lengths = random.random((50, 400)) ** np.linspace(0, 2, 50)[:, None]
    lengths[:, :30] = 0
    return lengths, figures.stride_histogram(lengths, "Strides")


@pytest.mark.parametrize("step", [1, 20, 50])
def test_histogram_states_the_median_of_what_moves(step: int) -> None:
    lengths, explorer = histogram()
    alt = explorer.move(step=step)
    median = np.sort(lengths[step - 1, 30:])[184:186].mean()
    assert f"Step {step} of 50: 30 of 400 weights have a gradient of 0" in alt
    assert f"median stride is {median:.2f} α" in alt


def test_histogram_moves_to_the_left() -> None:
    _, explorer = histogram()
    middles = []
    for step in (1, 50):
        explorer.move(step=step)
        bars = coloured(explorer, tuple(round(255 * c) for c in tint(COLOURS["Adam"], 0.4)))
        middles.append(np.argwhere(bars)[:, 1].mean())
    assert middles[1] < middles[0] - 100
    assert next(c for c in explorer.controls if c["name"] == "step")["play"]


@pytest.mark.parametrize("lengths", [np.ones(5), np.ones((1, 5))])
def test_histogram_refuses(lengths: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"lengths must have shape \(steps, weights\)"):
        figures.stride_histogram(lengths, "T")


def test_strides_by_flips_state_four_groups() -> None:
    share = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.9, 1.0])
    lengths = np.array([0.9, 0.7, 0.8, 0.5, 0.4, 0.1, 0.2])
    alt = figures.strides_by_flips(share, lengths, "T").alt
    assert "One dot for each of 7 weights" in alt
    assert "3 flipped 0% to 20%, median 0.80" in alt
    assert "1 flipped 20% to 40%, median 0.50" in alt
    assert "1 flipped 40% to 60%, median 0.40" in alt
    assert "2 flipped 60% to 100%, median 0.15" in alt


def test_strides_by_flips_leave_out_an_empty_group() -> None:
    alt = figures.strides_by_flips([0.1, 0.5], [0.9, 0.3], "T").alt
    assert alt.endswith("1 flipped 0% to 20%, median 0.90; 1 flipped 40% to 60%, median 0.30.")


@pytest.mark.parametrize("lengths", [np.ones(3), np.ones((2, 1))])
def test_strides_by_flips_refuse(lengths: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two rows of the same length"):
        figures.strides_by_flips(np.zeros(2), lengths, "T")


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


# --- searches and races ---------------------------------------------------------------------------


def test_rate_search_finds_the_best_median() -> None:
    rates = [0.001, 0.01, 0.1]
    # By the mean 0.1 would be best for "plain", and by the minimum 0.001.
    losses = {
        "plain": [[0.05, 2.0, 2.0], [0.3, 0.3, 2.4], [0.5, 0.6, 0.5]],
        "Adam": [[1.0, 1.0, 1.0], [0.21, 0.24, 0.23], [0.2, 0.2, 0.2]],
    }
    alt = figures.rate_search(rates, losses, "Search", untrained=2.3026).alt
    assert "plain is best at α = 0.01 with 0.30; it has more than 1.1 at 0.001 and 0.50 at" in alt
    assert "Adam is best at α = 0.01 to 0.1 with 0.20; it has 1.00 at 0.001 and 0.20 at 0.1." in alt
    assert "3 rates from 0.001 to 0.1" in alt
    assert "median over 3 seeds" in alt
    assert alt.endswith("A guesser's loss is 2.3.")


def test_rate_search_sets_two_cases_of_one_optimizer_apart(monkeypatch) -> None:
    drawn = []

    def figure(*args, **kwargs):
        drawn.append(style.figure(*args, **kwargs))
        return drawn[-1]

    monkeypatch.setattr(figures, "figure", figure)
    for names in (("plain", "Adam"), ("plain, one", "plain, two", "Adam, one")):
        losses = dict.fromkeys(names, np.ones((3, 2)))
        alt = figures.rate_search([0.1, 0.2, 0.4], losses, "T", untrained=2.3).alt
        assert f"{names[1]} is best" in alt
    (together, _), (apart, _) = drawn
    assert len(together.axes) == 1
    assert [axes.get_title(loc="left") for axes in apart.axes] == ["plain", "Adam"]
    texts = [text.get_text() for text in apart.axes[0].get_legend().get_texts()]
    assert texts == ["one", "two"]


@pytest.mark.parametrize("values", [np.ones((2, 3)), np.ones(3)], ids=["rates", "rank"])
def test_rate_search_refuses(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"losses\['plain'\] must have shape \(3, seeds\)"):
        figures.rate_search([0.1, 0.2, 0.3], {"plain": values}, "Search", untrained=2.3)


def test_race_states_the_medians_of_both_ends() -> None:
    costs = {"plain": [[4.0, 1.0, 2.0], [0.5, 0.1, 0.3]], "Adam": [[3.0] * 3, [0.001] * 3]}
    alt = figures.race([20, 40], costs, "Race").alt
    assert "In 20 and in 40 steps: plain reaches 2 and 0.3; Adam reaches 3 and 0.001." in alt
    assert "median over 3 starting points" in alt


@pytest.mark.parametrize("values", [np.ones((3, 2)), np.ones(2)])
def test_race_refuses(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"costs\['Adam'\] must have shape \(2, starts\)"):
        figures.race([20, 40], {"Adam": values}, "Race")
