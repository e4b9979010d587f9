"""Pictures that move by epoch or step: do they show what was recorded, quickly enough for Play?"""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from scipy.interpolate import RegularGridInterpolator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from helpers.datasets import digits
from helpers.figures.explorer import Explorer
from helpers.figures.motion import (
    border_explorer,
    learning_digits,
    plane,
    roll_on_curve,
    roll_on_map,
)
from helpers.figures.palette import COLOURS, text_colour, tint

RANDOM = np.random.default_rng(0)
X = np.concatenate([RANDOM.normal(size=(40, 2)), RANDOM.normal(size=(40, 2)) + 2.0])
Y = np.repeat([0, 1], 40)


def pixels(explorer: Explorer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(explorer.png)).convert("RGB"))


def share(explorer: Explorer, colour: object) -> float:
    """How much of the picture has this colour, but for rounding."""
    away = np.abs(pixels(explorer) - 255 * np.array(to_rgb(colour)))
    return float((away <= 1).all(axis=-1).mean())


def columns(explorer: Explorer, colour: object) -> np.ndarray:
    found = (pixels(explorer) == np.round(255 * np.array(to_rgb(colour)))).all(-1)
    return np.flatnonzero(found.any(axis=0))


def classifier(examples: int) -> LogisticRegression:
    """A model that has seen a few examples of each class."""
    rows = np.r_[:examples, 40 : 40 + examples]
    return LogisticRegression().fit(X[rows], Y[rows])


MODELS = [classifier(examples) for examples in (1, 4, 40)]


def border(**options: object) -> Explorer:
    predictions = [model.predict_proba(plane(X))[:, 1] for model in MODELS]
    return border_explorer(X, Y, predictions, **options)


def rolling(kind: str) -> Explorer:
    path = 2 * 0.8 ** np.arange(31)
    if kind == "curve":
        return roll_on_curve(np.square, {"plain": path, "Adam": path / 2}, (-3, 3))
    points = np.stack([path, -path], axis=1)
    paths = {"plain": points, "Adam": points / 2}
    return roll_on_map(lambda w: (w**2).sum(axis=-1), paths, ((-3, 3), (-3, 3)))


def learning(losses: object = (2.3, 1.2, 0.4), every: int = 1) -> Explorer:
    test = digits().test
    wrong = (test.y[:8] + 1) % 10
    half = np.where(np.arange(8) < 4, test.y[:8], wrong)
    return learning_digits(
        test.images[:8], test.y[:8], [wrong, half, test.y[:8]], losses, every=every
    )


# --- the border -----------------------------------------------------------------------------------


@pytest.mark.parametrize("epoch", range(3))
def test_counts_of_the_border_are_those_of_the_model(epoch: int) -> None:
    explorer = border()
    text = explorer.move(epoch=epoch) if epoch else explorer.alt
    right = int(accuracy_score(Y, MODELS[epoch].predict(X), normalize=False))
    assert f": {right} of 80 points lie" in text
    area = MODELS[epoch].predict(plane(X)).mean()
    assert f"{1 - area:.0%} for y = 0, {area:.0%} for y = 1" in text


def test_areas_are_coloured_by_the_class_that_wins() -> None:
    explorer = border()
    for epoch in (1, 2):
        explorer.move(epoch=epoch)
        of_1 = share(explorer, tint(COLOURS["y = 1"]))
        of_0 = share(explorer, tint(COLOURS["y = 0"]))
        area = MODELS[epoch].predict(plane(X)).mean()
        assert of_1 / (of_0 + of_1) == pytest.approx(area, abs=0.03)


def test_border_runs_where_the_scores_are_equal() -> None:
    """A circle of radius 1, and three sectors of 120 degrees that meet at the origin."""
    corners = np.array([[-2.0, -2.0], [2.0, 2.0]])
    grid = plane(corners, 81)
    distance = np.hypot(*grid.T)
    explorer = border_explorer(corners, [0, 0], [distance < 0, 1 / (1 + distance**4)])
    explorer.move(epoch=1)
    (circle,) = explorer._moving[1].get_segments()
    np.testing.assert_allclose(np.hypot(*circle.T), 1, atol=0.01)

    angles = np.radians([90, 210, 330])
    scores = grid @ np.stack([np.cos(angles), np.sin(angles)])
    explorer = border_explorer(corners, [0, 1], [scores, scores])
    points = np.concatenate(explorer._moving[1].get_segments())
    points = points[np.hypot(*points.T) > 0.2]
    away = (np.degrees(np.arctan2(*points.T[::-1])) - 30) % 120
    assert np.minimum(away, 120 - away).max() < 3


def test_interpolation_between_the_grid_is_scipys() -> None:
    from helpers.figures.motion import _between

    x1, x2 = np.linspace(-1, 3, 9), np.linspace(5, 6, 9)
    scores = RANDOM.normal(size=(9, 9, 4))
    at = RANDOM.uniform((-1, 5), (3, 6), size=(50, 2))
    expected = RegularGridInterpolator((x2, x1), scores)(at[:, ::-1])
    np.testing.assert_allclose(_between(x1, x2, scores, at), expected, atol=1e-12)


def test_loss_curve_grows_with_the_epoch() -> None:
    explorer = border(losses=[0.9, 0.5, 0.1], every=10)
    ends = []
    for epoch, loss in ((10, 0.5), (20, 0.1)):
        assert f"After {epoch} epochs, loss {loss:.2f}: " in explorer.move(epoch=epoch)
        ends.append(columns(explorer, COLOURS["data"]).max())
    assert ends[1] - ends[0] > 150


# --- digits ---------------------------------------------------------------------------------------


def test_digits_turn_right() -> None:
    explorer = learning(every=5)
    y = digits().test.y
    assert explorer.alt.startswith("Before the first epoch, loss 2.30: the network reads 0 of")
    text = explorer.move(epoch=5)
    assert "After 5 epochs, loss 1.20: the network reads 4 of these 8 digits right" in text
    assert text.endswith("it takes " + ", ".join(f"{k} for {(k + 1) % 10}" for k in y[4:8]) + ".")
    assert share(explorer, text_colour("right")) > 0
    assert share(explorer, text_colour("wrong")) > 0
    assert "reads 8 of these 8 digits right." in explorer.move(epoch=10)
    marks = [text.get_text() for text in explorer._moving[:8]]
    assert marks == [f"{k} ✓" for k in y[:8]]


# --- rolling --------------------------------------------------------------------------------------


def test_points_roll_down_the_curve() -> None:
    explorer = rolling("curve")
    assert explorer.alt.startswith("Before the first step, on the curve of J: plain, w = 2.00")
    said = explorer.move(step=3)
    assert "plain, w = 1.02, J = 1.05; Adam, w = 0.51, J = 0.26." in said
    trail = explorer._moving[0].get_xydata()
    np.testing.assert_allclose(trail, [(2 * 0.8**k, 4 * 0.64**k) for k in range(4)])


@pytest.mark.parametrize("roll", [roll_on_curve, roll_on_map])
def test_a_cost_that_changes_later_does_not_stop_the_points(roll) -> None:
    """As in a notebook, where a later cell gives the names in `cost` to other data."""
    data = [1.0]

    def cost(w):
        return data[0] * (w**2 if roll is roll_on_curve else (w**2).sum(axis=-1))

    path = np.linspace(2, 0.5, 4)
    if roll is roll_on_curve:
        explorer = roll(cost, {"plain": path}, (-3, 3))
    else:
        explorer = roll(cost, {"plain": np.stack([path, path], axis=1)}, ((-3, 3), (-3, 3)))
    there = explorer.move(step=3)
    explorer.move(step=0)
    data[0] = None
    assert explorer.move(step=3) == there


def test_points_roll_over_the_map() -> None:
    explorer = rolling("map")
    said = explorer.move(step=3)
    assert "plain, w₁ = 1.02, w₂ = −1.02, J = 2.10; Adam, w₁ = 0.51, w₂ = −0.51" in said
    trail = explorer._moving[0].get_xydata()
    np.testing.assert_allclose(trail, [(2 * 0.8**k, -2 * 0.8**k) for k in range(4)])
    before = columns(explorer, COLOURS["plain"]).min()
    explorer.move(step=20)
    assert columns(explorer, COLOURS["plain"]).min() < before - 50


@pytest.mark.parametrize("kind", ["curve", "map"])
def test_one_path_needs_no_name(kind: str) -> None:
    path = np.array([2.0, 1.0, 0.5])
    if kind == "curve":
        explorer = roll_on_curve(np.square, {"gradient descent": path}, (-3, 3))
    else:
        points = np.stack([path, path], axis=1)
        explorer = roll_on_map(lambda w: (w**2).sum(-1), {"descent": points}, ((-3, 3), (-3, 3)))
    assert "descent" not in explorer.alt
    assert explorer._figure.axes[0].get_legend() is None


# --- all ------------------------------------------------------------------------------------------

MAKERS = {
    "border": border,
    "border and loss": lambda: border(losses=[0.9, 0.5, 0.1]),
    "digits": learning,
    "curve": lambda: rolling("curve"),
    "map": lambda: rolling("map"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_each_can_be_played_and_tells_its_story_without_a_kernel(name: str) -> None:
    explorer = MAKERS[name]()
    (control,) = explorer.controls
    assert control["play"]
    html = explorer._repr_mimebundle_()[0]["text/html"]
    alts = re.findall(r'<img [^>]* alt="([^"]*)">', html)
    assert len(alts) == len(set(alts)) >= 2
    assert alts[0] == explorer.alt
    assert alts[-1] == explorer.move(**{control["name"]: control["high"]})
    assert all(re.search(r"\d", alt) and len(alt) >= 40 for alt in alts)
    assert len(html) < 120_000


GOOD = np.zeros(9)


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: plane([1, 2]), r"X must have shape \(m, 2\), got \(2,\)"),
        (lambda: plane([[1, 2], [1, 3]]), "X must not be constant"),
        (lambda: border_explorer(X, Y[:3], [GOOD, GOOD]), r"y must have shape \(80,\)"),
        (lambda: border_explorer(X, Y, [GOOD]), "predictions must hold at least two pictures"),
        (lambda: border_explorer(X, Y, [GOOD, np.zeros(8)]), r"predictions\[1\] must be finite"),
        (lambda: border_explorer(X, Y, [GOOD, GOOD * np.nan]), r"predictions\[1\] must be finite"),
        (lambda: border_explorer(X, Y, [GOOD, np.zeros(16)]), "must all have the same shape"),
        (lambda: border_explorer(X, Y + 1, [GOOD, GOOD]), "y must hold labels 0…1"),
        (lambda: border(losses=[1, 2]), "losses must be 3 finite numbers"),
        (lambda: learning(losses=[1, 2, np.inf]), "losses must be 3 finite numbers"),
        (
            lambda: learning_digits(np.zeros((2, 8, 8)), [1], [[1], [1]], [1, 1]),
            "images and y must have shapes",
        ),
        (
            lambda: learning_digits(np.zeros((2, 8, 8)), [1, 2], [1, 2], [1, 1]),
            r"predictions must have shape \(pictures, 2\)",
        ),
        (lambda: roll_on_curve(np.square, {}, (-1, 1)), "one to four paths, got 0"),
        (
            lambda: roll_on_curve(np.square, {"a": [[1, 2], [3, 4]]}, (-1, 1)),
            r"paths\['a'\] must be finite, of shape \(steps \+ 1,\)",
        ),
        (
            lambda: roll_on_map(np.square, {"a": [1.0, 2.0]}, ((-1, 1), (-1, 1))),
            r"paths\['a'\] must be finite, of shape \(steps \+ 1, 2\)",
        ),
        (
            lambda: roll_on_curve(np.square, {"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}, (-1, 1)),
            "paths must be equally long",
        ),
    ],
)
def test_refusals(work, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        work()
