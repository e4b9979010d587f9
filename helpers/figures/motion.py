"""Pictures that move by epoch or step, with a Play button.

The lesson records what it wants to show, one array for each picture, in a plain loop; these
functions draw it. Picture k belongs to epoch k·`every`, the first to the start. Where no kernel
runs, the first picture, one from the middle and the last stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from helpers.figures.explorer import Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, INK_ON_PAPER, look, text_colour, tint
from helpers.figures.style import figure

Cost = Callable[[np.ndarray], np.ndarray]

MARGIN = 0.1  # around the points, as a share of their spread


def plane(X: ArrayLike, side: int = 61) -> np.ndarray:
    """Return a grid of points around X, to ask a network about: what `border_explorer` draws.

    Parameters
    ----------
    X : array_like of float, shape (m, 2)
        The examples.
    side : int
        Points along each side of the grid.

    Returns
    -------
    ndarray of float64, shape (side², 2)
        Row by row, from the lowest x₂ to the highest.

    Raises
    ------
    ValueError
        If X has another shape, or is constant in a column.
    """
    low, high = _limits(X)
    x1, x2 = (np.linspace(low[k], high[k], side) for k in (0, 1))
    return np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)


def border_explorer(
    X: ArrayLike,
    y: ArrayLike,
    predictions: Sequence[ArrayLike],
    losses: ArrayLike | None = None,
    *,
    every: int = 1,
    title: str = "The border moves while the network learns",
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Explorer:
    """Let the border between the classes move while a network trains.

    Parameters
    ----------
    X : array_like of float, shape (m, 2)
        The examples.
    y : array_like of int, shape (m,)
        Their labels, 0…N−1.
    predictions : sequence of array_like of float, each of shape (side²,), (side², 1) or (side², N)
        What the network says to the points of `plane(X)`, picture by picture: the probability of
        class 1, or a score for each class.
    losses : array_like of float, one for each picture, optional
        A second panel shows them grow into a curve.
    every : int
        Epochs from one picture to the next.
    title : str
        What the figure shows.
    names : pair of str
        The axes' labels.

    Returns
    -------
    Explorer
        With the slider `epoch`.

    Raises
    ------
    ValueError
        If shapes do not fit, or there are fewer than two pictures.
    """
    low, high = _limits(X)
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y).ravel()
    if y.shape != (len(X),):
        raise ValueError(f"y must have shape ({len(X)},), one label for each row of X; "
                         f"got {y.shape}")  # fmt: skip
    scores = [_scores(p, k) for k, p in enumerate(predictions)]
    count = _count("predictions", scores)
    if len({s.shape for s in scores}) > 1:
        raise ValueError("predictions must all have the same shape")
    side, classes = scores[0].shape[0], scores[0].shape[2]
    if not np.isin(y, range(classes)).all():
        raise ValueError(f"y must hold labels 0…{classes - 1}, as predictions have")
    things = ["y = 0", "y = 1"] if classes == 2 else [f"class {k}" for k in range(classes)]
    x1, x2 = (np.linspace(low[k], high[k], side) for k in (0, 1))

    fig, left, show_loss, moving = _with_loss_curve(losses, count, every)
    pale = np.array([tint(COLOURS[thing]) for thing in things])
    area = left.imshow(
        pale[scores[0].argmax(axis=2)],
        extent=(low[0], high[0], low[1], high[1]),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
    )
    borders = LineCollection([], colors=COLOURS["ink"], linewidths=2)
    left.add_collection(borders)
    points = []
    for k, thing in enumerate(things):
        style = {**look(thing, marker=True), "linestyle": "none", "mec": FILLS["paper"], "mew": 0.5}
        points += left.plot(*X[y == k].T, ms=5, label=thing, **style)
    left.grid(False)
    left.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    left.set(xlabel=names[0], ylabel=names[1], title=title)
    fig.legend(points, things, loc="outside lower left", ncols=min(classes, 5), frameon=False)

    def draw(epoch: float) -> str:
        k = round(epoch / every)
        read = scores[k].argmax(axis=2)
        area.set_data(pale[read])
        borders.set_segments(_borders(x1, x2, scores[k]))
        right = int((_between(x1, x2, scores[k], X).argmax(axis=1) == y).sum())
        areas = np.bincount(read.ravel(), minlength=classes) / read.size
        shares = ", ".join(f"{areas[c]:.0%} for {thing}" for c, thing in enumerate(things))
        return (
            f"{_after(k * every, 'epoch')}{show_loss(k)}: {right} of {len(y)} points lie on their "
            f"own side of the border. Of the plane, the network takes {shares}."
        )

    return Explorer(
        fig, draw, [area, borders, *points, *moving],
        story=_story("epoch", count, every), epoch=_slider("Epoch", count, every),
    )  # fmt: skip


def learning_digits(
    images: ArrayLike,
    y: ArrayLike,
    predictions: ArrayLike,
    losses: ArrayLike,
    *,
    every: int = 1,
    title: str = "What the network reads",
) -> Explorer:
    """Let the network's loss fall and its readings of a few digits turn right, epoch by epoch.

    Parameters
    ----------
    images : array_like of float, shape (k, 8, 8)
        A few digits, ink 0…16; eight look best.
    y : array_like of int, shape (k,)
        What they are.
    predictions : array_like of int, shape (pictures, k)
        What the network reads in them, picture by picture.
    losses : array_like of float, shape (pictures,)
        The loss, picture by picture.
    every : int
        Epochs from one picture to the next.
    title : str
        What stands above the digits.

    Returns
    -------
    Explorer
        With the slider `epoch`.

    Raises
    ------
    ValueError
        If shapes do not fit, or there are fewer than two pictures.
    """
    images, y, predictions = np.asarray(images), np.asarray(y), np.asarray(predictions)
    if images.ndim != 3 or y.shape != images.shape[:1]:
        raise ValueError(f"images and y must have shapes (k, 8, 8) and (k,), got {images.shape} "
                         f"and {y.shape}")  # fmt: skip
    if predictions.ndim != 2 or predictions.shape[1] != len(y):
        raise ValueError(
            f"predictions must have shape (pictures, {len(y)}), got {predictions.shape}"
        )
    count = _count("predictions", predictions)
    fig, left, show_loss, moving = _with_loss_curve(losses, count, every)
    columns = -(-len(y) // 2) if len(y) > 4 else len(y)
    left.set(xlim=(0, 10 * columns), ylim=(13 * -(-len(y) // columns), 0), title=title)
    left.set_aspect("equal")
    left.axis("off")
    texts = []
    for k, image in enumerate(images):
        row, column = divmod(k, columns)
        x, top = 10 * column + 1, 13 * row
        left.imshow(
            image,
            cmap=INK_ON_PAPER,
            vmin=0,
            vmax=16,
            extent=(x, x + 8, top + 8, top),
            aspect="equal",
        )
        texts.append(left.text(x + 4, top + 10, "", ha="center", va="center", fontsize=13))
    left.set(xlim=(0, 10 * columns), ylim=(13 * -(-len(y) // columns), 0))

    def draw(epoch: float) -> str:
        k = round(epoch / every)
        wrong = []
        for text, read, true in zip(texts, predictions[k], y, strict=True):
            text.set_text(f"{read} ✓" if read == true else f"{read} ✗")
            text.set_color(text_colour("right" if read == true else "wrong"))
            if read != true:
                wrong.append(f"{true} for {read}")
        return (
            f"{_after(k * every, 'epoch')}{show_loss(k)}: the network reads "
            f"{len(y) - len(wrong)} of these {len(y)} digits right"
            + (f"; it takes {', '.join(wrong)}." if wrong else ".")
        )

    return Explorer(
        fig, draw, [*texts, *moving],
        story=_story("epoch", count, every), epoch=_slider("Epoch", count, every),
    )  # fmt: skip


def roll_on_curve(
    cost: Cost,
    paths: Mapping[str, ArrayLike],
    limits: tuple[float, float],
    *,
    title: str = "Each step goes downhill",
    name: str = "w",
) -> Explorer:
    """Let points roll down the curve of a cost of one parameter, step by step.

    Parameters
    ----------
    cost : callable
        J of an array of parameters, as an array of the same shape.
    paths : mapping of str → array_like of float, shape (steps + 1,)
        One to four descents by name, start included. The optimizers have the course's colours.
    limits : pair of float
        The part of the parameter's axis to show.
    title : str
        What the figure shows.
    name : str
        The parameter's letter.

    Returns
    -------
    Explorer
        With the slider `step`.

    Raises
    ------
    ValueError
        If there is no path or more than four, or they are not rows of equal length.
    """
    tracks = _paths(paths, 1)
    fig, axes = figure(width=5.0, height=4.0)
    w = np.linspace(*limits, 400)
    J = np.asarray(cost(w), dtype=np.float64)
    axes.plot(w, J, color=COLOURS["guide"], label="_curve")
    costs = {label: np.asarray(cost(track), dtype=np.float64) for label, track in tracks.items()}
    spread = float(np.ptp(J))
    axes.set(xlim=limits, ylim=(J.min() - 0.08 * spread, J.max() + 0.05 * spread))
    axes.set(xlabel=f"${name}$", ylabel=f"$J({name})$", title=title)
    trails, dots = _movers(axes, tracks)

    def draw(step: float) -> str:
        k = int(step)
        said = []
        for label, trail, dot in zip(tracks, trails, dots, strict=True):
            at, J_at = tracks[label][: k + 1], costs[label][: k + 1]
            trail.set_data(at, J_at)
            dot.set_data(at[-1:], J_at[-1:])
            said.append(
                f"{_named(label, tracks)}{name} = {_number(at[-1])}, J = {_number(J_at[-1])}"
            )
        return f"{_after(k, 'step')}, on the curve of J: {'; '.join(said)}."

    return _rolling(fig, draw, axes, [*trails, *dots], tracks, "upper center")


def roll_on_map(
    cost: Cost,
    paths: Mapping[str, ArrayLike],
    limits: tuple[tuple[float, float], tuple[float, float]],
    *,
    title: str = "Downhill on the map of the cost",
    names: tuple[str, str] = ("$w_1$", "$w_2$"),
) -> Explorer:
    """Let points roll over the contours of a cost of two parameters, step by step.

    Parameters
    ----------
    cost : callable
        J of an array of points, shape (..., 2), as an array of shape (...).
    paths : mapping of str → array_like of float, shape (steps + 1, 2)
        One to four descents by name, start included. The optimizers have the course's colours.
    limits : pair of pairs of float
        The part of the plane to show.
    title : str
        What the figure shows.
    names : pair of str
        The axes' labels.

    Returns
    -------
    Explorer
        With the slider `step`.

    Raises
    ------
    ValueError
        If there is no path or more than four, or they are not rows of points of equal length.
    """
    tracks = _paths(paths, 2)
    fig, axes = figure(width=5.0, height=4.0)
    points = np.stack(np.meshgrid(*(np.linspace(*limit, 121) for limit in limits)), axis=-1)
    J = np.asarray(cost(points), dtype=np.float64)
    # Now, not when the point moves: by then a notebook may have changed what its cost depends on.
    costs = {label: np.asarray(cost(track), dtype=np.float64) for label, track in tracks.items()}
    # Levels at equal shares of the map: rings near the valley as well as on the slopes.
    levels = np.unique(np.quantile(J, np.linspace(0.01, 0.97, 13)))
    axes.contour(points[..., 0], points[..., 1], J, levels, colors=COLOURS["guide"], linewidths=0.7)
    axes.grid(False)
    axes.set(xlim=limits[0], ylim=limits[1], xlabel=names[0], ylabel=names[1], title=title)
    axes.locator_params(nbins=6)
    trails, dots = _movers(axes, tracks)
    letters = [label.replace("$", "").replace("_1", "₁").replace("_2", "₂") for label in names]

    def draw(step: float) -> str:
        k = int(step)
        said = []
        for label, trail, dot in zip(tracks, trails, dots, strict=True):
            done = tracks[label][: k + 1]
            trail.set_data(*done.T)
            dot.set_data(*done[-1:].T)
            at = ", ".join(f"{letters[j]} = {_number(done[-1, j])}" for j in (0, 1))
            said.append(f"{_named(label, tracks)}{at}, J = {_number(costs[label][k])}")
        return f"{_after(k, 'step')}, on the map of J: {'; '.join(said)}."

    return _rolling(fig, draw, axes, [*trails, *dots], tracks, "upper right")


def _rolling(
    fig: Any, draw: Any, axes: Axes, moving: list, tracks: Mapping, legend: str
) -> Explorer:
    if len(tracks) > 1:
        axes.legend(loc=legend)
    count = len(next(iter(tracks.values())))
    return Explorer(
        fig, draw, moving, story=_story("step", count, 1), step=_slider("Step", count, 1)
    )


def _movers(axes: Axes, tracks: Mapping[str, np.ndarray]) -> tuple[list[Line2D], list[Line2D]]:
    """Return a trail and a dot for each path, still without points."""
    trails, dots = [], []
    for number, label in enumerate(tracks):
        thing = label if label in _OPTIMIZERS else ("marked" if len(tracks) == 1 else number)
        style = look(thing, marker=True)
        trails += axes.plot([], [], ms=3.5, lw=1.2, label=label, **style)
        dots += axes.plot([], [], ms=11, mec=FILLS["paper"], label="_", zorder=4,
                          color=style["color"], marker=style["marker"])  # fmt: skip
    return trails, dots


_OPTIMIZERS = ("plain", "momentum", "RMSprop", "Adam")


def _named(label: str, tracks: Mapping) -> str:
    return f"{label}, " if len(tracks) > 1 else ""


def _with_loss_curve(
    losses: ArrayLike | None, count: int, every: int
) -> tuple[Any, Axes, Callable[[int], str], list]:
    """Return a figure, its left axes, what draws the curve up to a picture, and what that moves.

    What draws the curve returns what a sentence says about it.
    """
    if losses is None:
        fig, left = figure(width=5.0, height=4.0)
        return fig, left, lambda k: "", []
    losses = np.asarray(losses, dtype=np.float64)
    if losses.shape != (count,) or not np.isfinite(losses).all():
        raise ValueError(
            f"losses must be {count} finite numbers, one for each picture; got shape {losses.shape}"
        )
    fig, (left, right) = figure(1, 2, width=8.0, height=3.8, width_ratios=(1.2, 1))
    epochs = every * np.arange(count)
    (curve,) = right.plot([], [], **look("data"))
    (now,) = right.plot(
        [], [], "o", color=COLOURS["marked"], mec=FILLS["paper"], ms=10, clip_on=False
    )
    right.set(xlim=(0, epochs[-1]), ylim=(0, 1.08 * losses.max()))
    right.set(xlabel="epoch", ylabel="loss", title="The loss falls")

    def show(k: int) -> str:
        curve.set_data(epochs[: k + 1], losses[: k + 1])
        now.set_data(epochs[k : k + 1], losses[k : k + 1])
        return f", loss {losses[k]:.2f}"

    return fig, left, show, [curve, now]


def _slider(label: str, count: int, every: int) -> Slider:
    return Slider(label, 0, every * (count - 1), every, 0, play=True)


def _story(name: str, count: int, every: int) -> list[dict[str, float]]:
    """Return the start, the end, and what lies between: early, for most happens early."""
    return [{name: every * k} for k in sorted({0, (count - 1) // 4, count - 1})]


def _count(name: str, pictures: Sequence) -> int:
    if len(pictures) < 2:
        raise ValueError(f"{name} must hold at least two pictures, got {len(pictures)}")
    return len(pictures)


def _limits(X: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"X must have shape (m, 2), got {X.shape}")
    low, high = X.min(axis=0), X.max(axis=0)
    if not (low < high).all():
        raise ValueError("X must not be constant in a column")
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def _scores(prediction: ArrayLike, number: int) -> np.ndarray:
    """Return one picture's predictions as scores of the classes, shape (side, side, N)."""
    scores = np.asarray(prediction, dtype=np.float64)
    if scores.ndim == 1 or (scores.ndim == 2 and scores.shape[1] == 1):
        scores = np.stack([1 - scores.ravel(), scores.ravel()], axis=1)
    side = round(len(scores) ** 0.5)
    if scores.ndim != 2 or side**2 != len(scores) or not np.isfinite(scores).all():
        raise ValueError(
            f"predictions[{number}] must be finite, of shape (side²,), (side², 1) or (side², N); "
            f"got {np.shape(prediction)}"
        )
    return scores.reshape(side, side, -1)


def _between(x1: np.ndarray, x2: np.ndarray, scores: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Return the scores at points between the grid's, shape (m, N): bilinear interpolation."""
    low, step = np.array([x1[0], x2[0]]), np.array([x1[1] - x1[0], x2[1] - x2[0]])
    cell = np.clip(((X - low) / step).astype(int), 0, len(x1) - 2)
    s, t = ((X - low) / step - cell).T[..., np.newaxis]
    column, row = cell.T
    lower = (1 - s) * scores[row, column] + s * scores[row, column + 1]
    upper = (1 - s) * scores[row + 1, column] + s * scores[row + 1, column + 1]
    return (1 - t) * lower + t * upper


def _borders(x1: np.ndarray, x2: np.ndarray, scores: np.ndarray) -> list[np.ndarray]:
    """Return the lines where a class's score equals the best of the others'."""
    lines = []
    classes = scores.shape[2]
    for k in range(1 if classes == 2 else 0, classes):
        others = np.delete(scores, k, axis=2).max(axis=2)
        lines += contour_generator(x1, x2, scores[..., k] - others).lines(0.0)
    return lines


def _paths(paths: Mapping[str, ArrayLike], dimensions: int) -> dict[str, np.ndarray]:
    if not 1 <= len(paths) <= 4:
        raise ValueError(f"paths must hold one to four paths, got {len(paths)}")
    tracks = {label: np.asarray(path, dtype=np.float64) for label, path in paths.items()}
    shape = "(steps + 1,)" if dimensions == 1 else "(steps + 1, 2)"
    for label, track in tracks.items():
        fits = track.ndim == dimensions and (dimensions == 1 or track.shape[1] == 2)
        if not fits or len(track) < 2 or not np.isfinite(track).all():
            raise ValueError(
                f"paths[{label!r}] must be finite, of shape {shape}, got {track.shape}"
            )
    if len({len(track) for track in tracks.values()}) > 1:
        raise ValueError("paths must be equally long")
    return tracks


def _after(count: int, what: str) -> str:
    if not count:
        return f"Before the first {what}"
    return f"After {count} {what}{'' if count == 1 else 's'}"


def _number(value: float) -> str:
    """Write a number with two decimals, a true minus sign, and without −0.00."""
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")
