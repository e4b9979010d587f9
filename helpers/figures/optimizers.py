"""Figures of lesson 8: descents on a ravine, the size of every step, and the search for a rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.figures.explorer import Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, LOOKS, look, text_colour
from helpers.figures.style import Picture, figure, label_lines, picture

Cost = Callable[[np.ndarray], np.ndarray]

OPTIMIZERS = ("plain", "momentum", "RMSprop", "Adam")
# The part of the plane that the ravine's figures show: w₁, then w₂.
VIEW = ((-9.5, 4.5), (-2.4, 2.4))


def descents(cost: Cost, paths: Mapping[str, ArrayLike], title: str) -> Picture:
    """Draw one descent a panel over the contours of the cost.

    Parameters
    ----------
    cost : callable
        J of an array of points, shape (..., 2), as an array of shape (...).
    paths : mapping of str → array_like of float, shape (steps + 1, 2)
        The points of each descent, start included, by the panel's title; two to four of them.
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

    rows, columns = (2, 2) if len(arrays) == 4 else (1, len(arrays))
    fig, grid = figure(rows, columns, height=5.8 if rows == 2 else 3.6, sharex=True, sharey=True)
    said = []
    for axes, (name, path) in zip(np.ravel(grid), arrays.items(), strict=True):
        _contours(axes, cost)
        axes.plot(*path.T, "-o", color=COLOURS["data"], ms=3.5, lw=1.2)
        axes.plot(*path[0], "s", color=COLOURS["ink"], ms=7, mec=FILLS["paper"])
        axes.plot(*path[-1], "D", color=COLOURS["marked"], ms=8, mec=FILLS["paper"], clip_on=False)
        first, last = (float(cost(point)) for point in path[[0, -1]])
        axes.set_title(f"{name}\n$J$ = {_short(last)} at the end")
        said.append(
            f"{name}: J goes from {_short(first)} to {_short(last)} in {len(path) - 1} steps; "
            f"w₁ {_turning(path[:, 0])}, w₂ {_turning(path[:, 1])}"
        )
    for axes in np.atleast_2d(grid)[-1]:
        axes.set_xlabel("$w_1$, along")
    for axes in np.atleast_2d(grid)[:, 0]:
        axes.set_ylabel("$w_2$, across")
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return picture(
        fig,
        f"""{title}. Paths from the black square to the diamond over the contours of a ravine
        around the cross at (0, 0), drawn wider across than it is. {". ".join(said)}.""",
    )


def directions(
    w: ArrayLike,
    below: ArrayLike,
    label: str,
    title: str,
    reference: float,
    log: bool = False,
) -> Picture:
    """Draw two parameters of a descent, and below each a size of its steps.

    Parameters
    ----------
    w : array_like of float, shape (steps + 1, 2)
        The points of the descent, start included.
    below : array_like of float, shape (steps, 2)
        The size to draw, one row for each step.
    label : str
        What `below` is: the lower axis's label.
    title : str
        What the figure shows.
    reference : float
        A level to mark by a dotted line in the lower panels.
    log : bool
        Whether the lower panels' vertical axis is logarithmic; `below` must be positive then.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes do not fit, or `below` has no logarithm that `log` asks for.
    """
    w, below = _path(w, "w"), np.asarray(below, dtype=np.float64)
    if below.shape != (len(w) - 1, 2):
        raise ValueError(f"below must have shape {(len(w) - 1, 2)}, got {below.shape}")
    if log and not (below > 0).all():
        raise ValueError("below must be positive for a logarithmic axis")
    steps = np.arange(1, len(w))
    fig, grid = figure(2, 2, height=4.6, sharex=True, sharey="row")
    said = []
    for j in range(2):
        above, size = grid[0, j], grid[1, j]
        drawn = {**look(j, marker=True), "linestyle": "-"}
        above.plot(np.arange(len(w)), w[:, j] / abs(w[0, j]), color=drawn["color"], ls="-")
        above.axhline(0, color=COLOURS["ink"], lw=1)
        size.plot(steps, below[:, j], **drawn, ms=4, lw=1.2)
        size.axhline(reference, color=COLOURS["ink"], ls=":", lw=1.5)
        above.set_title(f"$w_{j + 1}$ {_turning(w[:, j])}")
        size.set_xlabel("step")
        half = len(below) // 2
        said.append(
            f"{'w₁w₂'[2 * j : 2 * j + 2]} goes from {_signed(w[0, j])} to {_signed(w[-1, j])} and "
            f"{_turning(w[:, j])}; below it, {_short(below[0, j])} at the first step and "
            f"{_short(below[half:, j].mean())} on average over the second half"
        )
    grid[0, 0].set_ylabel("$w_j$ / $|$its start$|$")
    grid[1, 0].set_ylabel(label + (" (logarithmic)" if log else ""))
    if log:
        grid[1, 0].set_yscale("log")
    else:
        grid[1, 0].set_ylim(bottom=0)
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return picture(
        fig,
        f"""{title}. Two parameters over {len(below)} steps, and below each {_in_words(label)}, with
        a dotted line at {_short(reference)}. {". ".join(said)}.""",
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
    axes.plot(steps, uncorrected, color=COLOURS["marked"], ls="--")
    axes.plot(steps, corrected, color=COLOURS["data"], ls="-")
    peak = int(uncorrected.argmax())
    axes.annotate(
        f"without: {uncorrected[peak]:.1f} at step {steps[peak]}",
        (steps[peak], uncorrected[peak]),
        xytext=(8, 4),
        textcoords="offset points",
        color=text_colour("marked"),
    )
    axes.text(1.1, corrected[0] + 0.15, "with", color=COLOURS["data"])
    axes.set(
        xscale="log",
        xlim=(1, len(steps)),
        ylim=(0, 1.2 * float(uncorrected.max())),
        xlabel="step (logarithmic)",
        ylabel=r"$|\Delta w|\,/\,\alpha$",
        title="Without the correction, the early steps are too long",
    )
    return picture(
        fig,
        f"""Length of a step in units of α under a constant gradient, over {len(steps)} steps. With
        bias correction it is {corrected[0]:.2f} at the first step and {corrected[-1]:.2f} at the
        last. Without, it starts at {uncorrected[0]:.2f}, climbs to {uncorrected[peak]:.2f} at step
        {steps[peak]} and falls to {uncorrected[-1]:.2f} at the last.""",
    )


def adam_explorer(cost: Cost, descend: Callable[..., ArrayLike], plain: ArrayLike) -> Explorer:
    """Let α, β₁ and β₂ of an Adam descent be moved, beside a plain descent that stays.

    Parameters
    ----------
    cost : callable
        J of an array of points, shape (..., 2), as an array of shape (...).
    descend : callable
        Called as descend(alpha, beta_1, beta_2), returns the path, shape (steps + 1, 2).
    plain : array_like of float, shape (steps + 1, 2)
        The path of plain descent.

    Returns
    -------
    Explorer
        With the sliders `alpha`, `beta_1` and `beta_2`.

    Raises
    ------
    ValueError
        If `plain` is no row of points.
    """
    plain = _path(plain, "plain")
    steps = np.arange(len(plain))
    floor, ceiling = 1e-6, 1e3

    def costs(path: np.ndarray) -> np.ndarray:
        return np.clip(cost(path), floor, ceiling)

    fig, (left, right) = figure(1, 2, height=3.8)
    _contours(left, cost)
    left.plot(*plain[0], "s", color=COLOURS["ink"], ms=7, mec=FILLS["paper"])
    left.set(xlabel="$w_1$, along", ylabel="$w_2$, across", title="Adam's path")
    right.plot(steps, costs(plain), color=COLOURS["plain"], ls="--")
    right.text(steps[-1], 3 * costs(plain)[-1], "plain", color=text_colour("plain"), ha="right")
    (path_line,) = left.plot(*plain.T, "-o", color=COLOURS["Adam"], ms=3.5, lw=1.2)
    (end,) = left.plot(*plain[-1], "D", color=COLOURS["Adam"], ms=9, mec=FILLS["paper"])
    (cost_line,) = right.plot(steps, costs(plain), color=COLOURS["Adam"], ls="-")
    right.set(
        yscale="log",
        ylim=(floor, ceiling),
        xlabel="step",
        ylabel="$J$ (logarithmic)",
        title="and its cost",
    )
    note = right.text(0.04, 0.05, "", transform=right.transAxes, color=text_colour("Adam"))

    def draw(alpha: float, beta_1: float, beta_2: float) -> str:
        path = np.asarray(descend(alpha, beta_1, beta_2))
        path_line.set_data(*path.T)
        end.set_data(*path[-1:].T)
        cost_line.set_ydata(costs(path))
        last, other = float(cost(path[-1])), float(cost(plain[-1]))
        note.set_text(f"Adam: $J$ = {_short(last)} at the end")
        return (
            f"Adam with α = {alpha:.2f}, β₁ = {beta_1:.2f}, β₂ = {beta_2:.3f} goes from "
            f"({_signed(path[0, 0])}, {_signed(path[0, 1])}) to "
            f"({_signed(path[-1, 0])}, {_signed(path[-1, 1])}) in "
            f"{len(path) - 1} steps: J = {_short(last)}, plain descent's is {_short(other)}. "
            f"w₁ {_turning(path[:, 0])}, w₂ {_turning(path[:, 1])}."
        )

    return Explorer(
        fig,
        draw,
        [path_line, end, cost_line, note],
        alpha=Slider("Learning rate α", 0.05, 4.0, 0.05, 0.5),
        beta_1=Slider("Memory of the gradient, β₁", 0.0, 0.98, 0.02, 0.9),
        beta_2=Slider("Memory of its square, β₂", 0.5, 0.999, 0.001, 0.999),
    )


def rate_search(
    rates: ArrayLike, losses: Mapping[str, ArrayLike], title: str, untrained: float
) -> Picture:
    """Draw the last training loss against the learning rate, one line for each optimizer or case.

    Parameters
    ----------
    rates : array_like of float, shape (r,)
        Learning rates, rising.
    losses : mapping of str → array_like of float, shape (r, seeds)
        Last loss by rate and seed; "plain", "momentum", "RMSprop" and "Adam" have their own look.
        The line follows the median over the seeds; a dot marks each seed.
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
        If a shape does not fit.
    """
    rates = np.asarray(rates, dtype=np.float64)
    fig, axes = figure(height=4.2)
    said = []
    for number, (name, values) in enumerate(losses.items()):
        values = np.asarray(values, dtype=np.float64)
        if values.ndim != 2 or len(values) != len(rates):
            raise ValueError(
                f"losses[{name!r}] must have shape ({len(rates)}, seeds), got {values.shape}"
            )
        color, style, marker = LOOKS[name if name in OPTIMIZERS else "other"]
        middle = np.median(values, axis=1)
        best = int(middle.argmin())
        axes.plot(rates, middle, color=color, ls=style, label=name)
        axes.plot(rates, values, marker, color=color, ms=3)
        # Hollow and of different sizes: two best points in one place stay visible.
        ring = {"ms": 19 - 3 * number, "mfc": "none", "mew": 2}
        axes.plot(rates[best], middle[best], marker, color=color, **ring)
        ends = (_reached(value, untrained) for value in middle[[0, -1]])
        said.append(
            f"{name} is best at α = {rates[best]:.2g} with {middle[best]:.2f}; it has "
            + f"{next(ends)} at {rates[0]:.2g} and {next(ends)} at {rates[-1]:.2g}"
        )
    axes.axhline(untrained, color=COLOURS["guide"], ls=":", lw=1.5)
    axes.text(rates[0], 1.08 * untrained, "a guesser", color=COLOURS["guide"])
    axes.set(
        xscale="log",
        yscale="log",
        ylim=(0.014, 6),
        xlabel=r"learning rate $\alpha$ (logarithmic)",
        ylabel="training loss, last epoch",
        title=title,
    )
    _decimal_ticks(axes)
    label_lines(axes)
    return picture(
        fig,
        f"""{title}. The last training loss (median over the seeds) against the learning rate,
        {len(rates)} rates from {rates[0]:.2g} to {rates[-1]:.2g}, both axes logarithmic: valleys.
        {". ".join(said)}. A guesser's loss is {untrained:.1f}.""",
    )


def loss_curves(curves: Mapping[str, ArrayLike], rates: Mapping[str, float]) -> Picture:
    """Draw the training loss by epoch, one panel an optimizer, one line a seed.

    Parameters
    ----------
    curves : mapping of str → array_like of float, shape (seeds, epochs)
        The losses of each optimizer: names from `OPTIMIZERS`.
    rates : mapping of str → float
        Each one's learning rate.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a name has no look or no rate.
    """
    if set(curves) - set(OPTIMIZERS) or set(curves) - set(rates):
        raise ValueError(f"curves must be of {', '.join(OPTIMIZERS)}, each with a rate")
    fig, grid = figure(1, len(curves), height=3.5, sharey=True)
    said = []
    for axes, (name, losses) in zip(np.atleast_1d(grid), curves.items(), strict=True):
        losses = np.asarray(losses, dtype=np.float64)
        epochs = np.arange(1, losses.shape[1] + 1)
        color, _, marker = LOOKS[name]
        for others in (others for other, others in curves.items() if other != name):
            axes.plot(epochs, np.asarray(others).T, color=FILLS["others"], ls="-", lw=0.7)
        axes.plot(epochs, losses.T, color=color, ls="-", marker=marker, ms=4, lw=1.5)
        axes.set(yscale="log", xlabel="epoch", title=f"{name}\n" rf"$\alpha$ = {rates[name]:.2g}")
        said.append(
            f"{name} with α = {rates[name]:.2g}, {losses[:, 0].mean():.1f} after the first epoch"
        )
    last = np.concatenate([np.asarray(losses)[:, -1] for losses in curves.values()])
    _decimal_ticks(np.atleast_1d(grid)[0])
    np.atleast_1d(grid)[0].set_ylabel("training loss (logarithmic)")
    return picture(
        fig,
        f"""Training loss by epoch, {epochs[-1]} epochs, {len(losses)} seeds for each optimizer with
        its best rate, the other optimizers in grey. On average over the seeds: {"; ".join(said)}.
        After the last epoch all {len(last)} lines lie between {last.min():.2f} and
        {last.max():.2f}.""",
    )


def _contours(axes: Axes, cost: Cost) -> None:
    across = np.stack(np.meshgrid(*(np.linspace(*limits, 121) for limits in VIEW)), axis=-1)
    axes.contour(
        across[..., 0], across[..., 1], cost(across), levels=2.0 ** np.arange(-3, 9),
        colors=COLOURS["guide"], linewidths=0.7, alpha=0.7,
    )  # fmt: skip
    axes.plot(0, 0, "+", color=COLOURS["ink"], ms=10, mew=2)
    axes.grid(False)
    axes.set(xlim=VIEW[0], ylim=VIEW[1])


def _decimal_ticks(axes: Axes) -> None:
    """Label a logarithmic axis of losses with plain numbers."""
    limits = axes.get_ylim()
    ticks = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
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


def _in_words(label: str) -> str:
    """Write an axis's label without the marks of mathematics."""
    for mark, plain in {"$": "", r"\,": "", r"\alpha": "α", r"\Delta ": "Δ", "_j": "ⱼ"}.items():
        label = label.replace(mark, plain)
    return label


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
