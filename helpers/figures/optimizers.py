"""Figures of lesson 8: descents in a ravine, the stride of each step, the search for a rate."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.figures.explorer import Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, look, text_colour, tint
from helpers.figures.style import Picture, figure, label_lines, picture
from helpers.network import Sequential
from helpers.optimizers import SGD, Adam

# The lesson's ravine, J = (c₁ w₁² + c₂ w₂²) / 2, and where every descent begins.
CURVATURE = (1.0, 50.0)
START = (-8.0, 1.0)
# The part of the plane that its figures show: w₁, then w₂. Both axes have the same scale.
VIEW = ((-9.5, 4.5), (-1.75, 1.75))
STRIDE = r"$|\Delta w_j|\,/\,\alpha$"
# Two valleys lie in one place; their names stand on either side of the left flank.
LABELS = {
    "RMSprop": (1, (7, 7), "left", "bottom"),
    "Adam": (1, (-7, -7), "right", "top"),
}
FULL_STRIDE = {"color": COLOURS["ink"], "ls": ":", "lw": 1.5}


def descents(paths: Mapping[str, ArrayLike], title: str) -> Picture:
    """Draw one descent a panel over the contours of the ravine, both axes to the same scale.

    Parameters
    ----------
    paths : mapping of str → array_like of float, shape (steps + 1, 2)
        The points of each descent, start included, by the panel's title; two to four of them. One
        that is named after an optimizer has its look.
    title : str
        What the panels show together.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are fewer than two or more than four paths, or one is no row of points.
    """
    if not 2 <= len(paths) <= 4:
        raise ValueError(f"paths must be two to four, got {len(paths)}")
    arrays = {name: _path(path, f"paths[{name!r}]") for name, path in paths.items()}

    fig, grid = figure(len(arrays), 1, height=0.5 + 2.1 * len(arrays), sharex=True, sharey=True)
    said = []
    for axes, (name, path) in zip(grid, arrays.items(), strict=True):
        _ravine(axes)
        _draw_path(axes, path, name if name in COLOURS else "plain")
        first, last = (float(_cost(point)) for point in path[[0, -1]])
        axes.set_title(f"{name}: $J$ = {_short(last)} after {len(path) - 1} steps")
        said.append(
            f"{name}: J goes from {_short(first)} to {_short(last)} in {len(path) - 1} steps; "
            f"w₁ {_turning(path[:, 0])}, w₂ {_turning(path[:, 1])}"
        )
    grid[-1].set_xlabel("$w_1$, along the ravine")
    fig.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    return picture(
        fig,
        f"""{title}. Paths from the square at the start to the diamond at the end, over the contours
        of a ravine with its lowest point, a cross, at (0, 0). {". ".join(said)}.""",
    )


def ravine_explorer(steps: int = 40, plain_rate: float = 1 / 32) -> Explorer:
    """Let α, β₁ and β₂ of an Adam descent be moved, beside a plain descent that stays.

    Parameters
    ----------
    steps : int
        The steps of both.
    plain_rate : float
        Plain descent's learning rate; the default is the best of its neighbours for 40 steps.

    Returns
    -------
    Explorer
        With the sliders `alpha`, `beta_1` and `beta_2`.
    """
    plain = _descend(SGD(plain_rate), steps)
    times = np.arange(steps + 1)
    floor, ceiling = 1e-4, 1e3

    def costs(path: np.ndarray) -> np.ndarray:
        return np.clip(_cost(path), floor, ceiling)

    fig, (above, below) = figure(2, 1, height=5.0, height_ratios=(1.15, 1))
    _ravine(above)
    above.plot(*plain.T, **look("plain"), lw=1.2, marker=".")
    above.plot(*START, "s", color=COLOURS["ink"], ms=7, mec=FILLS["paper"])
    above.set(xlabel="$w_1$, along the ravine", title="Two ways down one ravine")
    below.plot(times, costs(plain), **look("plain"))
    side = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
    below.annotate(
        "plain", (steps, costs(plain)[-1]), color=text_colour("plain"),
        annotation_clip=False, **side,
    )  # fmt: skip
    style = {"color": COLOURS["Adam"], "ls": "-"}
    (path_line,) = above.plot(*plain.T, marker="o", ms=4, lw=1.5, **style)
    (end,) = above.plot(*plain[-1], "D", color=COLOURS["Adam"], ms=9, mec=FILLS["paper"])
    (cost_line,) = below.plot(times, costs(plain), **style)
    label = below.annotate(
        "Adam", (steps, 1.0), color=text_colour("Adam"), annotation_clip=False, **side
    )
    below.set(
        yscale="log", ylim=(floor, ceiling), xlim=(0, steps), xlabel="step",
        ylabel="$J$ (logarithmic)", title="The cost at each step",
    )  # fmt: skip

    def draw(alpha: float, beta_1: float, beta_2: float) -> str:
        path = _descend(Adam(alpha, beta_1, beta_2), steps)
        path_line.set_data(*path.T)
        end.set_data(*path[-1:].T)
        cost_line.set_ydata(costs(path))
        label.xy = (steps, costs(path)[-1])
        last, other = float(_cost(path[-1])), float(_cost(plain[-1]))
        return (
            f"Adam with α = {alpha:.2f}, β₁ = {beta_1:.2f}, β₂ = {beta_2:.3f} goes from "
            f"({_signed(path[0, 0])}, {_signed(path[0, 1])}) to "
            f"({_signed(path[-1, 0])}, {_signed(path[-1, 1])}) in "
            f"{steps} steps: J = {_short(last)}, plain descent's is {_short(other)}. "
            f"w₁ {_turning(path[:, 0])}, w₂ {_turning(path[:, 1])}."
        )

    return Explorer(
        fig,
        draw,
        [path_line, end, cost_line, label],
        story=({"alpha": 0.05}, {"alpha": 0.5}),
        alpha=Slider("Learning rate α", 0.05, 4.0, 0.05, 0.5),
        beta_1=Slider("First memory β₁", 0.0, 0.98, 0.02, 0.9),
        beta_2=Slider("Second memory β₂", 0.5, 0.999, 0.001, 0.999),
    )


def strides(path: ArrayLike, alpha: float, title: str) -> Picture:
    """Draw two parameters of a descent, and below each the length of its steps in units of α.

    Parameters
    ----------
    path : array_like of float, shape (steps + 1, 2)
        The points of the descent, start included.
    alpha : float
        The learning rate: a step of this length is a full stride.
    title : str
        What the figure shows.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `path` is no row of points.
    """
    path = _path(path, "path")
    lengths = np.abs(np.diff(path, axis=0)) / alpha
    steps = np.arange(1, len(path))
    fig, grid = figure(2, 2, height=4.4, sharex=True, sharey="row")
    said = []
    for j, thing in enumerate(("data", "marked")):
        way, size = grid[:, j]
        way.plot(np.arange(len(path)), path[:, j], **look(thing, marker=True), ms=3, lw=1.2)
        way.axhline(0, color=COLOURS["ink"], lw=1)
        size.plot(steps, lengths[:, j], **look(thing, marker=True), ms=4, lw=1.2)
        size.axhline(1, **FULL_STRIDE)
        way.set_title(f"$w_{j + 1}$ {_turning(path[:, j])}")
        size.set_xlabel("step")
        half = len(lengths) // 2
        said.append(
            f"{'w₁w₂'[2 * j : 2 * j + 2]} goes from {_signed(path[0, j])} to "
            f"{_signed(path[-1, j])} and {_turning(path[:, j])}; its stride is "
            f"{lengths[0, j]:.2f} at the first step and {lengths[half:, j].mean():.2f} on average "
            "over the second half"
        )
    grid[0, 0].set_ylabel("$w_j$")
    grid[1, 0].set(ylabel="stride " + STRIDE, ylim=(0, 1.25 * max(1.0, lengths.max())))
    grid[1, 0].text(steps[-1], 1.03, "full stride", ha="right", va="bottom")
    fig.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    return picture(
        fig,
        f"""{title}. Two parameters over {len(lengths)} steps, and below each its stride |Δwⱼ|/α,
        with a dotted line at 1, the full stride. {". ".join(said)}.""",
    )


def flip_explorer(
    gradients_for: Callable[[float], ArrayLike], strides_for: Callable[[np.ndarray], ArrayLike]
) -> Explorer:
    """Let the chance be moved that a gradient flips its sign, and see what becomes of the stride.

    Parameters
    ----------
    gradients_for : callable
        From the chance of a flip, 0…1, to a long series of gradients +1 and −1.
    strides_for : callable
        From such a series to the steps that an optimizer takes, in units of α.

    Returns
    -------
    Explorer
        With the slider `chance`.
    """
    shown = 30
    chances = np.linspace(0, 1, 21)

    def respond(chance: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the last gradients, the parameter's way under them, and the average stride."""
        gradients = np.asarray(gradients_for(chance), dtype=np.float64)
        moves = np.asarray(strides_for(gradients), dtype=np.float64)
        way = np.concatenate([[0], np.cumsum(moves[-shown:])])
        # The beginning, where both memories are short, is left out of the average.
        return gradients[-shown:], way, float(np.abs(moves[len(moves) // 5 :]).mean())

    curve = [respond(chance)[2] for chance in chances]
    fig, grid = figure(2, 2, height=4.6, width_ratios=(1, 1.1), height_ratios=(1, 1.5))
    right = _whole_column(fig, grid, 1)
    above, below = grid[:, 0]
    times = np.arange(1, shown + 1)
    (ups,) = above.plot(times, times * 0, "o", color=COLOURS["data"], ms=6)
    (downs,) = above.plot(times, times * 0, "s", color=COLOURS["marked"], ms=6)
    above.set(
        ylim=(-2, 2), yticks=[-1, 1], yticklabels=["−", "+"], xlim=(0, shown + 1),
        title="The last 30 gradients",
    )  # fmt: skip
    (walk,) = below.plot(np.arange(shown + 1), np.zeros(shown + 1), **look("Adam"), lw=1.5)
    walk.set(linestyle="-", marker="o", ms=3.5)
    below.set(
        xlim=(0, shown + 1), ylim=(-32, 32), xlabel="step", ylabel=r"$w_j$, in units of $\alpha$",
        title="The path of $w_j$",
    )  # fmt: skip
    right.plot(chances, curve, color=COLOURS["guide"], ls="-", lw=2)
    right.axhline(1, **FULL_STRIDE)
    right.set(
        xlim=(-0.04, 1.04), ylim=(0, 1.3), xlabel="chance that the gradient flips",
        ylabel=r"average stride $|\Delta w_j|\,/\,\alpha$", title="How far it steps",
    )  # fmt: skip
    _two_arrows(right)
    (dot,) = right.plot([0], [1], "D", color=COLOURS["Adam"], ms=11, mec=FILLS["paper"])

    def draw(chance: float) -> str:
        gradients, way, stride = respond(chance)
        ups.set_ydata(np.where(gradients > 0, gradients, np.nan))
        downs.set_ydata(np.where(gradients < 0, gradients, np.nan))
        walk.set_ydata(way)
        dot.set_data([chance], [stride])
        flips = int((gradients[1:] != gradients[:-1]).sum())
        return (
            f"Chance of a flip {chance:.2f}: {flips} of the last {shown - 1} pairs of gradients "
            f"differ in sign. The average stride is {stride:.2f} α, and the {shown} steps take the "
            f"parameter {abs(way[-1]):.0f} α away."
        )

    return Explorer(
        fig,
        draw,
        [ups, downs, walk, dot],
        story=({"chance": 0.0}, {"chance": 0.5}, {"chance": 1.0}),
        chance=Slider("Chance that the gradient flips", 0.0, 1.0, 0.05, 0.5),
    )


def record_steps(
    model: Sequential, X: np.ndarray, y: np.ndarray, epochs: int, batch_size: int = 32
) -> tuple[np.ndarray, np.ndarray]:
    """Train a model batch by batch, in order, and write down every gradient and every step.

    Parameters
    ----------
    model : Sequential
        Compiled.
    X, y : ndarray
        As for `Sequential.fit`.
    epochs, batch_size : int

    Returns
    -------
    gradients, steps : ndarray, shape (steps, parameters)
        ∂J/∂w before each step, and what the step added to w, in the order of `get_weights`.
    """

    def flat(arrays: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([array.ravel() for array in arrays])

    model.build(X.shape[1])
    gradients, points = [], [flat(model.get_weights())]
    for _ in range(epochs):
        for first in range(0, len(X), batch_size):
            batch = X[first : first + batch_size], y[first : first + batch_size]
            gradients.append(flat(model.gradients(*batch)))
            model.fit(*batch, batch_size=batch_size, shuffle=False)
            points.append(flat(model.get_weights()))
    return np.array(gradients), np.diff(points, axis=0)


def stride_histogram(lengths: ArrayLike, title: str) -> Explorer:
    """Let a step of the training be chosen, and count the weights by their stride.

    Parameters
    ----------
    lengths : array_like of float, shape (steps, weights)
        |Δw_j| / α of each weight at each step.
    title : str
        What the figure shows.

    Returns
    -------
    Explorer
        With the slider `step`, from 1, which can be played.

    Raises
    ------
    ValueError
        If `lengths` has another shape.
    """
    lengths = np.asarray(lengths, dtype=np.float64)
    if lengths.ndim != 2 or len(lengths) < 2:
        raise ValueError(f"lengths must have shape (steps, weights), got {lengths.shape}")
    # The bins' middles are multiples of their width: a full stride lies inside one, not on an edge.
    width, last = 0.05, 1.25
    edges = np.arange(-width / 2, last + width, width)
    counts = np.array([np.histogram(np.minimum(row, last), edges)[0] for row in lengths])
    still = (lengths == 0).sum(axis=1)
    moving = np.array([np.median(row[row > 0]) if row.any() else 0.0 for row in lengths])

    fig, axes = figure(height=3.8)
    colour = COLOURS["Adam"]
    bars = PolyCollection(_bars(edges, counts[0]), facecolors=tint(colour, 0.4), edgecolors=colour)
    axes.add_collection(bars)
    axes.axvline(1, **FULL_STRIDE)
    # The first steps, at which nearly all weights stride alike, may rise out of the picture.
    highest = 1.25 * counts[len(counts) // 10 :].max()
    (median,) = axes.plot([0, 0], [0, highest], color=COLOURS["marked"], ls="--")
    note = axes.text(0, 0.97 * highest, "", color=text_colour("marked"), va="top", weight="bold")
    beyond = axes.text(0, 0.85 * highest, "", va="top", ha="right")
    axes.text(1.03, 0.5 * highest, "full stride", rotation=90, va="center")
    axes.set(
        xlim=(edges[0], edges[-1]), ylim=(0, highest), xlabel="stride " + STRIDE,
        ylabel="number of weights", title=title,
    )  # fmt: skip

    def draw(step: float) -> str:
        row = round(step) - 1
        bars.set_verts(_bars(edges, counts[row]))
        median.set_data([moving[row]] * 2, [0, highest])
        left = moving[row] < 0.6
        note.set(text=f"median {moving[row]:.2f}", ha="left" if left else "right")
        note.set_x(moving[row] + (0.03 if left else -0.03))
        tallest = int(counts[row].argmax())
        tall = counts[row, tallest] > highest
        beyond.set_text(f"{counts[row, tallest]} weights ↑" if tall else "")
        beyond.set_x(edges[tallest] - 0.01)
        return (
            f"Step {round(step)} of {len(lengths)}: {still[row]} of {lengths.shape[1]} weights "
            "have a gradient of 0 and stand still. The others' median stride is "
            f"{moving[row]:.2f} α."
        )

    middle = max(1, round(len(lengths) / 10))
    return Explorer(
        fig,
        draw,
        [bars, median, note, beyond],
        story=({"step": 1}, {"step": middle}),
        step=Slider("Step", 1, len(lengths), 1, 1, play=True),
    )


def strides_by_flips(flips: ArrayLike, lengths: ArrayLike, title: str) -> Picture:
    """Draw one dot a weight: how often its gradient flipped, and how long its stride is.

    Parameters
    ----------
    flips : array_like of float, shape (weights,)
        The share of steps at which the gradient had another sign than at the step before.
    lengths : array_like of float, shape (weights,)
        |Δw_j| / α.
    title : str
        What the figure shows.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If they are not two rows of the same length.
    """
    flips, lengths = np.asarray(flips, np.float64), np.asarray(lengths, np.float64)
    if flips.shape != lengths.shape or flips.ndim != 1:
        raise ValueError(
            f"flips and lengths must be two rows of the same length, got shapes {flips.shape} and "
            f"{lengths.shape}"
        )
    fig, axes = figure(height=3.8)
    axes.plot(flips, lengths, ".", color=FILLS["others"], ms=4)
    axes.axhline(1, **FULL_STRIDE)
    axes.text(0.99, 1.02, "full stride", ha="right", va="bottom")
    edges = np.array([0.0, 0.2, 0.4, 0.6, 1.0])
    said, middles, medians = [], [], []
    for low, high in itertools.pairwise(edges):
        inside = (flips > low if low else flips >= low) & (flips <= high)
        if not inside.any():
            continue
        middles.append(np.mean(flips[inside]))
        medians.append(np.median(lengths[inside]))
        said.append(f"{inside.sum()} flipped {low:.0%} to {high:.0%}, median {medians[-1]:.2f}")
    axes.plot(middles, medians, **look("marked", marker=True), ms=9, mec=FILLS["paper"])
    for x, y in zip(middles, medians, strict=True):
        axes.annotate(
            f"{y:.2f}", (x, y), (6, 7), textcoords="offset points",
            color=text_colour("marked"), weight="bold",
        )  # fmt: skip
    axes.set(
        xlim=(-0.02, 1), ylim=(0, 1.3), ylabel="stride " + STRIDE, title=title,
        xlabel="share of flips among the last gradients",
    )  # fmt: skip
    axes.xaxis.set_major_formatter("{x:.0%}")
    return picture(
        fig,
        f"""{title}. One dot for each of {len(flips)} weights: across, the share of its last
        gradients that had another sign than the one before; upwards, its stride |Δwⱼ|/α, with a
        dotted line at 1. {"; ".join(said)}.""",
    )


def bias_correction(corrected: ArrayLike, uncorrected: ArrayLike) -> Picture:
    """Draw the length of Adam's steps under a constant gradient, with and without correction.

    Parameters
    ----------
    corrected, uncorrected : array_like of float, shape (steps,)
        |Δw| / α of each step, from the first.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If they are not two rows of the same length.
    """
    corrected, uncorrected = np.asarray(corrected), np.asarray(uncorrected)
    if corrected.shape != uncorrected.shape or corrected.ndim != 1:
        raise ValueError(
            f"corrected and uncorrected must be two rows of the same length, "
            f"got shapes {corrected.shape} and {uncorrected.shape}"
        )
    steps = np.arange(1, len(corrected) + 1)
    fig, axes = figure(height=3.4)
    axes.plot(steps, uncorrected, **look("marked"))
    axes.plot(steps, corrected, **look("data"))
    peak = int(uncorrected.argmax())
    axes.annotate(
        f"without: {uncorrected[peak]:.1f} at step {steps[peak]}", (steps[peak], uncorrected[peak]),
        (8, 4), textcoords="offset points", color=text_colour("marked"),
    )  # fmt: skip
    axes.text(1.1, corrected[0] + 0.15, "with the correction", color=text_colour("data"))
    axes.set(
        xscale="log", xlim=(1, len(steps)), ylim=(0, 1.2 * float(uncorrected.max())),
        xlabel="step (logarithmic)", ylabel=r"stride $|\Delta w|\,/\,\alpha$",
        title="Without the correction, the early steps are too long",
    )  # fmt: skip
    return picture(
        fig,
        f"""Length of a step in units of α under a constant gradient, over {len(steps)} steps. With
        bias correction it is {corrected[0]:.2f} at the first step and {corrected[-1]:.2f} at the
        last. Without, it starts at {uncorrected[0]:.2f}, climbs to {uncorrected[peak]:.2f} at step
        {steps[peak]} and falls to {uncorrected[-1]:.2f} at the last.""",
    )


def rate_search(
    rates: ArrayLike, losses: Mapping[str, ArrayLike], title: str, untrained: float
) -> Picture:
    """Draw the last training loss against the learning rate: a line for the median, a band of all.

    Parameters
    ----------
    rates : array_like of float, shape (r,)
        Learning rates, rising.
    losses : mapping of str → array_like of float, shape (r, seeds)
        Last loss by rate and seed, by the optimizer's name; or by name, comma and case, such as
        "Adam, large pixels": then each optimizer has a panel of its own.
    title : str
        What the figure shows.
    untrained : float
        The loss of a guesser, drawn as a dotted line.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a shape does not fit, or a name is no optimizer's.
    """
    rates = np.asarray(rates, dtype=np.float64)
    optimizers = list(dict.fromkeys(name.split(",")[0] for name in losses))
    apart = len(optimizers) < len(losses)
    fig, grid = figure(1, len(optimizers) if apart else 1, height=4.2, sharey=True, squeeze=False)
    said = []
    for name, values in losses.items():
        values = np.asarray(values, dtype=np.float64)
        if values.ndim != 2 or len(values) != len(rates):
            raise ValueError(
                f"losses[{name!r}] must have shape ({len(rates)}, seeds), got {values.shape}"
            )
        optimizer, _, case = name.partition(", ")
        axes = grid[0, optimizers.index(optimizer) if apart else 0]
        style = look(optimizer, marker=True)
        if apart and axes.lines:
            style |= {"markerfacecolor": FILLS["paper"], "linestyle": ":"}
        low, middle, high = np.quantile(values, [0, 0.5, 1], axis=1)
        best = int(middle.argmin())
        axes.fill_between(rates, low, high, color=style["color"], alpha=0.15, lw=0)
        axes.plot(rates, middle, **style, ms=5, label=case)
        if not apart:
            point, offset, side, level = LABELS.get(name, (best, (0, -9), "center", "top"))
            axes.annotate(
                name, (rates[point], middle[point]), offset, textcoords="offset points", ha=side,
                va=level, color=text_colour(optimizer), weight="bold",
            )  # fmt: skip
        # Of rates that are nearly as good as the best, chance decides which one is.
        good = rates[middle <= 1.25 * middle[best]]
        where = f"α = {good[0]:.2g}" + (f" to {good[-1]:.2g}" if len(good) > 1 else "")
        ends = (_reached(value, untrained) for value in middle[[0, -1]])
        said.append(
            f"{name} is best at {where} with {middle[best]:.2f}; it has "
            + f"{next(ends)} at {rates[0]:.2g} and {next(ends)} at {rates[-1]:.2g}"
        )
    for axes, optimizer in zip(grid[0], optimizers, strict=False):
        axes.axhline(untrained, color=COLOURS["guide"], ls=":", lw=1.5)
        axes.set(
            xscale="log",
            yscale="log",
            ylim=(0.015 if apart else 0.04, 4),
            xlabel=r"$\alpha$ (logarithmic)",
        )
        _decimal_ticks(axes)
        if apart:
            axes.set_title(optimizer)
            axes.legend(loc="lower left", handlelength=3)
    grid[0, -1].text(
        rates[-1], 1.12 * untrained, "a guesser", color=text_colour("guide"), ha="right"
    )
    grid[0, 0].set_ylabel("loss of the last epoch")
    if apart:
        fig.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    else:
        axes.set(title=title, xlabel=r"learning rate $\alpha$ (logarithmic)")
    return picture(
        fig,
        f"""{title}. The last training loss against the learning rate, {len(rates)} rates from
        {rates[0]:.2g} to {rates[-1]:.2g}, both axes logarithmic: a line for the median over
        {values.shape[1]} seeds, a band from the lowest to the highest. {". ".join(said)}. A
        guesser's loss is {untrained:.1f}.""",
    )


def race(horizons: ArrayLike, costs: Mapping[str, ArrayLike], title: str) -> Picture:
    """Draw the cost that each optimizer reaches with its best rate, against the number of steps.

    Parameters
    ----------
    horizons : array_like of int, shape (h,)
        Numbers of steps, rising.
    costs : mapping of str → array_like of float, shape (h, starts)
        J by number of steps and starting point.
    title : str
        What the figure shows.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a shape does not fit.
    """
    horizons = np.asarray(horizons)
    fig, axes = figure(height=4.2)
    said = []
    for name, values in costs.items():
        values = np.asarray(values, dtype=np.float64)
        if values.ndim != 2 or len(values) != len(horizons):
            raise ValueError(
                f"costs[{name!r}] must have shape ({len(horizons)}, starts), got {values.shape}"
            )
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=1)
        axes.fill_between(horizons, low, high, color=COLOURS[name], alpha=0.15, lw=0)
        axes.plot(horizons, middle, **look(name), label=name)
        said.append(f"{name} reaches {_short(middle[0])} and {_short(middle[-1])}")
    axes.set(
        yscale="log", xlim=(horizons[0], horizons[-1]), xlabel="number of steps",
        ylabel="$J$ reached (logarithmic)", title=title,
    )  # fmt: skip
    label_lines(axes)
    return picture(
        fig,
        f"""{title}. J reached with the best rate, against the number of steps: a line for the
        median over {values.shape[1]} starting points, a band for the middle eight tenths. In
        {horizons[0]} and in {horizons[-1]} steps: {"; ".join(said)}.""",
    )


def _cost(w: np.ndarray) -> np.ndarray:
    return 0.5 * np.sum(np.array(CURVATURE) * w**2, axis=-1)


def _descend(optimizer: SGD | Adam, steps: int) -> np.ndarray:
    w = np.array(START)
    path = [w.copy()]
    for _ in range(steps):
        optimizer.update(w, CURVATURE * w)
        path.append(w.copy())
    return np.array(path)


def _ravine(axes: Axes) -> None:
    across = np.stack(np.meshgrid(*(np.linspace(*limits, 181) for limits in VIEW)), axis=-1)
    axes.contour(
        across[..., 0], across[..., 1], _cost(across), levels=2.0 ** np.arange(-3, 9),
        colors=COLOURS["guide"], linewidths=0.7, alpha=0.6,
    )  # fmt: skip
    axes.plot(0, 0, "+", color=COLOURS["ink"], ms=10, mew=2)
    axes.grid(False)
    axes.set(xlim=VIEW[0], ylim=VIEW[1], aspect="equal", ylabel="$w_2$")


def _draw_path(axes: Axes, path: np.ndarray, thing: str) -> None:
    axes.plot(*path.T, **{**look(thing), "linestyle": "-"}, marker="o", ms=3.5, lw=1.2)
    axes.plot(*path[0], "s", color=COLOURS["ink"], ms=7, mec=FILLS["paper"])
    axes.plot(*path[-1], "D", color=COLOURS["marked"], ms=8, mec=FILLS["paper"])


def _whole_column(fig: Figure, grid: np.ndarray, column: int) -> Axes:
    """Make one axes of the two in a column."""
    place = grid[0, column].get_gridspec()[:, column]
    for axes in grid[:, column]:
        axes.remove()
    return fig.add_subplot(place)


def _two_arrows(axes: Axes) -> None:
    """Draw the two pictures of the notes above the curve: a way that holds, and one that swings."""
    arrow = {
        "arrowstyle": "-|>", "lw": 1.8, "shrinkA": 0, "shrinkB": 0, "color": COLOURS["ink"],
    }  # fmt: skip
    for k in range(3):
        start = 0.01 + 0.11 * k
        axes.annotate("", (start + 0.1, 1.2), (start, 1.2), arrowprops=arrow)
    ways = [(0.80 + 0.045 * k, 0.42 + 0.16 * (k % 2)) for k in range(5)]
    for start, end in itertools.pairwise(ways):
        axes.annotate("", end, start, arrowprops=arrow)
    axes.text(0.38, 1.2, "keeps its direction", va="center", size=11)
    axes.text(0.89, 0.36, "oscillates", ha="center", va="top", size=11)


def _bars(edges: np.ndarray, counts: np.ndarray) -> list[np.ndarray]:
    return [
        np.array([(left, 0), (left, count), (right, count), (right, 0)])
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
    ]


def _decimal_ticks(axes: Axes) -> None:
    """Label a logarithmic axis of losses with plain numbers."""
    limits = axes.get_ylim()
    ticks = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(limits)


def _path(path: ArrayLike, name: str) -> np.ndarray:
    path = np.asarray(path, dtype=np.float64)
    if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2:
        raise ValueError(f"{name} must have shape (steps + 1, 2), got {path.shape}")
    return path


def _turning(values: np.ndarray) -> str:
    """Say how often a row of values changes its direction."""
    moves = np.sign(np.diff(values))
    turns = int((moves[1:] * moves[:-1] < 0).sum())
    if not turns:
        return "never turns round"
    return "turns round " + {1: "once", 2: "twice"}.get(turns, f"{turns} times")


def _reached(loss: float, untrained: float) -> str:
    """Say a last loss; one near a guesser's only roughly, for there training can be chaotic."""
    rough = np.floor(5 * untrained) / 10
    return f"{loss:.2f}" if loss <= rough else f"more than {rough:.1f}"


def _signed(value: float) -> str:
    """Write a number with two decimals and a true minus sign, and without −0.00."""
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")


def _short(value: float) -> str:
    """Write a positive number with two digits, and large ones without an exponent."""
    return f"{value:.0f}" if 100 <= value < 1e6 else f"{value:.2g}"
