"""Figures of lesson 2: what targets hold, what each head can and cannot say, and the race."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch, Rectangle
from numpy.typing import ArrayLike

from helpers.activations import ACTIVATIONS
from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, look, text_colour
from helpers.figures.style import Picture, figure, label_lines, picture

# Sets with fewer different values than this are drawn as one bar for each value.
FEW_VALUES = 20
HEADS = ("linear", "relu", "sigmoid", "softplus")
RUNNERS = ("sigmoid", "tanh", "relu", "leaky_relu")
LOSS_LOOKS = {"cross-entropy": "right", "squared error": "wrong"}
# The explorer's arrows show one step of gradient descent with this learning rate.
STEP = 0.5
ARROWS = 3


def targets(values: Mapping[str, ArrayLike]) -> Picture:
    """Draw how often each value of each target occurs.

    Parameters
    ----------
    values : mapping of name → array_like of float, shape (m,)
        Four targets.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are not four targets.
    """
    if len(values) != 4:
        raise ValueError(f"values must hold 4 targets, got {len(values)}")
    fig, axes = figure(2, 2, height=4.6)
    said = []
    for axis, (name, y) in zip(axes.flat, values.items(), strict=True):
        y = np.asarray(y, dtype=np.float64)
        distinct, counts = np.unique(y, return_counts=True)
        if few := len(distinct) < FEW_VALUES:
            axis.bar(distinct, counts, 0.5, color=COLOURS["data"])
            axis.set_xticks(distinct)
            kind = (
                f"only {', '.join(f'{value:g}' for value in distinct)}, each "
                f"{counts.min()} to {counts.max()} times"
            )
        else:
            axis.hist(y, bins=24, color=COLOURS["data"], edgecolor=FILLS["paper"], linewidth=0.6)
            negative = np.mean(y < 0)
            kind = f"real numbers from {y.min():.2f} to {y.max():.2f}, {negative:.0%} below 0"
            kind = kind.replace("-", "−")
        if not few:
            axis.axvline(0, color=COLOURS["ink"], linestyle="--", linewidth=1.5)
            axis.set_xlim(min(y.min(), 0) - 0.2, None)
        axis.set(title=name, xlabel="$y$", ylabel="examples")
        axis.grid(axis="x", visible=False)
        said.append(f"{name}: {kind}")
    return picture(fig, f"How often each value of four targets occurs. {'; '.join(said)}.")


def probabilities(y: ArrayLike, outputs: Mapping[str, ArrayLike]) -> Picture:
    """Draw what each head answers to a yes-or-no question, and where the answer is no probability.

    Parameters
    ----------
    y : array_like of 0 and 1, shape (m,)
        The true answers.
    outputs : mapping of name → array_like of float, shape (m,)
        What each head gives for the m examples.

    Returns
    -------
    Picture
    """
    y = np.asarray(y)
    fig, axes = figure(height=1.0 + 0.85 * len(outputs))
    axes.axvspan(0, 1, color=FILLS["band"], linewidth=0)
    said = []
    for row, (name, a) in enumerate(outputs.items()):
        a = np.asarray(a, dtype=np.float64)
        # A fixed pattern of heights keeps points apart without random numbers.
        height = row + 0.5 * ((np.arange(len(a)) * 0.618) % 1 - 0.5)
        outside = (a < 0) | (a > 1)
        for label, marker in ((0, "s"), (1, "o")):
            for where, color in ((outside, COLOURS["wrong"]), (~outside, COLOURS["right"])):
                chosen = (y == label) & where
                axes.plot(a[chosen], height[chosen], marker, color=color, ms=5, mec=FILLS["paper"])
        said.append(
            f"{name}: from {a.min():.2f} to {a.max():.2f}, "
            f"{outside.sum()} of {len(a)} outside 0 to 1"
        )
    axes.set_yticks(range(len(outputs)), list(outputs))
    axes.set(
        xlabel="output $a$ (circles: $y = 1$, squares: $y = 0$)",
        ylim=(len(outputs) - 0.4, -0.6),
        title="Only answers in the shaded band can be probabilities",
    )
    return picture(fig, f"Outputs of heads with the band from 0 to 1 shaded. {'; '.join(said)}.")


def slopes(z: ArrayLike, slopes: Mapping[str, ArrayLike], title: str) -> Picture:
    """Draw how strongly each loss pushes a sigmoid unit, for an example whose answer is 1.

    Parameters
    ----------
    z : array_like of float, shape (k,)
        Increasing.
    slopes : mapping of name → array_like of float, shape (k,)
        ∂L/∂z by the names in `LOSS_LOOKS`.
    title : str
        The figure's message.

    Returns
    -------
    Picture
    """
    z = np.asarray(z, dtype=np.float64)
    fig, axes = figure(height=3.4)
    axes.axvspan(z[0], -4, color=FILLS["out of reach"], linewidth=0)
    axes.axhline(0, color=COLOURS["ink"], linewidth=1)
    said = []
    for name, slope in slopes.items():
        slope = np.asarray(slope, dtype=np.float64)
        axes.plot(z, slope, **look(LOSS_LOOKS[name]))
        above = slope[0] < -0.5
        axes.text(
            *(z[0] + 0.2, slope[0] + (0.05 if above else -0.05), name),
            color=text_colour(LOSS_LOOKS[name]),
            va="bottom" if above else "top",
        )
        steepest = np.argmax(np.abs(slope))
        said.append(
            f"{name} {slope[0]:.3f} at z = {z[0]:g}, and at most {abs(slope[steepest]):.2f} in "
            "size anywhere"
        )
    axes.text(z[0] + 0.2, -0.5, "surely wrong", va="center")
    axes.set(
        xlim=(z[0], z[-1]),
        ylim=(-1.1, 0.25),
        xlabel=r"$z$ (the unit answers $a = \sigma(z)$; the right answer is 1)",
        ylabel=r"$\partial L/\partial z$",
        title=title,
    )
    alt = f"Slope of each loss by z where the right answer is 1: {'; '.join(said)}."
    return picture(fig, alt.replace("-", "−").replace("cross−", "cross-"))


def predictions(y: ArrayLike, outputs: Mapping[str, ArrayLike], unit: str, title: str) -> Picture:
    """Draw predicted against true values, one panel for each head.

    Parameters
    ----------
    y : array_like of float, shape (m,)
        The true values.
    outputs : mapping of name → array_like of float, shape (m,)
        What each head predicts, its name that of its activation.
    unit : str
        Of y, for the axes.
    title : str
        The figure's message.

    Returns
    -------
    Picture
    """
    y = np.asarray(y, dtype=np.float64)
    low = min(y.min(), *(np.min(a) for a in outputs.values()), 0.0) - 0.2
    high = max(y.max(), *(np.max(a) for a in outputs.values())) + 0.2
    fig, axes = figure(1, len(outputs), height=3.7, sharey=True, squeeze=False)
    said = []
    for axis, (name, a) in zip(axes[0], outputs.items(), strict=True):
        a = np.asarray(a, dtype=np.float64)
        bottom, top = ACTIVATIONS[name].range
        for start, stop in ((low, bottom), (top, high)):
            if start < stop:
                axis.axhspan(
                    start,
                    stop,
                    facecolor=FILLS["out of reach"],
                    edgecolor=FILLS["paper"],
                    hatch="//",
                )
        axis.plot([low, high], [low, high], color=COLOURS["ink"], linestyle="--", linewidth=1.5)
        axis.plot(y, a, "o", color=COLOURS["data"], ms=4.5, mec=FILLS["paper"], mew=0.5)
        axis.set(xlim=(low, high), ylim=(low, high), title=name, xlabel=f"true ({unit})")
        error = np.sqrt(np.mean((a - y) ** 2))
        out_of_reach = np.mean((y < bottom) | (y > top))
        said.append(
            f"{name}: predictions from {a.min():.1f} to {a.max():.1f}, typical error {error:.2f}, "
            f"{out_of_reach:.0%} of the true values out of its reach"
        )
    axes[0, 0].set_ylabel(f"predicted ({unit})")
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return picture(
        fig,
        f"Predicted against true values, {unit}, with a dashed line where they are equal and what "
        f"a head cannot reach hatched. {'; '.join(said)}.",
    )


def head_explorer(x: ArrayLike, y: ArrayLike, *, feature: str, target: str) -> Explorer:
    """Show one unit a = g(w x + b) fitted by hand, with its errors and where its gradient leads.

    Parameters
    ----------
    x, y : array_like of float, shape (m,)
        One feature, standardised, and the target.
    feature, target : str
        Their names, for the axes.

    Returns
    -------
    Explorer
        With the choice `head` and the sliders `w` and `b`.

    Raises
    ------
    ValueError
        If the shapes differ or are not (m,).
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must both have shape (m,), got {x.shape} and {y.shape}")
    grid = np.linspace(x.min() - 0.2, x.max() + 0.2, 241)
    low, high = min(y.min(), -0.5) - 0.3, y.max() + 0.3
    fig, axes = figure(height=4.3)
    axes.axhline(0, color=COLOURS["ink"], linewidth=1)
    errors = LineCollection([], colors=FILLS["others"], linewidths=0.8, zorder=1.5)
    axes.add_collection(errors)
    axes.plot(x, y, "o", color=COLOURS["data"], ms=4.5, mec=FILLS["paper"], mew=0.4)
    (line,) = axes.plot(grid, 0 * grid, color=COLOURS["marked"], linewidth=3)
    starts = np.linspace(grid[0], grid[-1], ARROWS + 2)[1:-1]
    style = {"arrowstyle": "-|>", "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0, "zorder": 4}
    arrows = [FancyArrowPatch((at, 0), (at, 1), color=COLOURS["ink"], **style) for at in starts]
    for arrow in arrows:
        axes.add_patch(arrow)
    dead = axes.text(grid[0] + 0.1, high - 0.1, "no arrow: the gradient is exactly 0", va="top")
    axes.set(
        xlim=(grid[0], grid[-1]),
        ylim=(low, high),
        xlabel=feature,
        ylabel=target,
        title="Thin lines: the errors. Arrows: where a step of gradient descent moves the unit",
    )

    def draw(head: str, w: float, b: float) -> str:
        g, slope = ACTIVATIONS[head].function, ACTIVATIONS[head].derivative
        z = w * x + b
        error = g(z) - y
        towards_z = 2 * error * slope(z)
        by_w, by_b = np.mean(towards_z * x), np.mean(towards_z)
        line.set_ydata(g(w * grid + b))
        errors.set_segments(np.stack([np.c_[x, y], np.c_[x, g(z)]], axis=1))
        before = g(w * starts + b)
        after = g((w - STEP * by_w) * starts + b - STEP * by_b)
        for arrow, at, tail, tip in zip(arrows, starts, before, after, strict=True):
            arrow.set_positions((at, tail), (at, tip))
            length = abs(tip - tail) / (high - low)
            arrow.set_visible(bool(length > 0.003))
            arrow.set_mutation_scale(min(18, 5 + 200 * length))
        dead.set_visible(not towards_z.any())
        state = (
            "exactly zero: the unit is dead, nothing can pull it back"
            if not towards_z.any()
            else f"{_rounded(by_w)} for w and {_rounded(by_b)} for b"
        )
        return (
            f"{head}, w = {w:.2f}, b = {b:.2f}: the mean squared error is "
            f"{np.mean(error**2):.2f}; its gradient is {state}."
        ).replace("-", "−")

    return Explorer(
        fig,
        draw,
        [errors, line, *arrows, dead],
        story=[{"head": "linear", "b": 0.0}, {"head": "relu", "b": -0.5}],
        head=Choice("Head", HEADS, "linear"),
        w=Slider("Weight w", -3.0, 3.0, 0.05, 0.0),
        b=Slider("Bias b", -4.0, 3.0, 0.05, 0.0),
    )


def _rounded(value: float) -> str:
    # "0.00" would read like the gradient of a dead unit.
    return "nearly 0" if abs(value) < 0.005 else f"{value:.2f}"


def classes_as_numbers(y: ArrayLike, a: ArrayLike) -> Picture:
    """Draw the numbers that one linear unit gives to examples of each class.

    Parameters
    ----------
    y : array_like of int, shape (m,)
        Labels 0…N−1; each occurs.
    a : array_like of float, shape (m,)
        The outputs of the unit.

    Returns
    -------
    Picture
    """
    y, a = np.asarray(y), np.asarray(a, dtype=np.float64)
    labels = np.unique(y)
    spread = 0.5 * ((np.arange(len(y)) * 0.618) % 1 - 0.5)
    right = np.rint(a) == y
    fig, axes = figure(height=4.0)
    for label in labels:
        axes.add_patch(_band(label))
    axes.plot((y + spread)[right], a[right], "o", color=COLOURS["right"], ms=5, mec=FILLS["paper"])
    axes.plot((y + spread)[~right], a[~right], "x", color=COLOURS["wrong"], ms=5, mew=1.5)
    axes.set(
        xlabel="true digit",
        ylabel="the unit's number",
        xticks=labels,
        yticks=labels,
        title="One number for ten digits is seldom right (circles: right after rounding)",
    )
    axes.grid(axis="x", visible=False)
    medians = ", ".join(f"{np.median(a[y == label]):.1f}" for label in labels)
    return picture(
        fig,
        f"""Number given by one linear unit to images of each digit, with a box where rounding gives
        the right digit. {right.mean():.0%} lie in their box. Medians for the digits
        {labels[0]} to {labels[-1]}: {medians}.""",
    )


def _band(label: int) -> Rectangle:
    return Rectangle((label - 0.4, label - 0.5), 0.8, 1, facecolor=FILLS["band"], edgecolor="none")


def race(costs: Mapping[str, ArrayLike], title: str, *, guess: float) -> Picture:
    """Draw the cost by epoch of several activations: every seed's range, and the median.

    Parameters
    ----------
    costs : mapping of name → array_like of float, shape (seeds, epochs)
        By the names in `RUNNERS`; the same shape for each, positive.
    title : str
        The figure's message.
    guess : float
        The cost of someone who gives each class the same probability.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no runner, or one of another name or shape.
    """
    if not costs or not costs.keys() <= set(RUNNERS):
        raise ValueError(f"costs must be named among {', '.join(RUNNERS)}, got {list(costs)}")
    shapes = {np.shape(runs) for runs in costs.values()}
    if len(shapes) > 1 or len(next(iter(shapes))) != 2:
        raise ValueError(f"costs must all have one shape (seeds, epochs), got {sorted(shapes)}")
    seeds, last = shapes.pop()
    epochs = np.arange(1, last + 1)
    fig, axes = figure(height=4.2)
    axes.axhline(guess, color=COLOURS["guide"], linestyle=":", linewidth=1.8)
    said = []
    for name, runs in costs.items():
        runs = np.asarray(runs, dtype=np.float64)
        axes.fill_between(
            epochs, runs.min(axis=0), runs.max(axis=0), color=COLOURS[name], alpha=0.22
        )
        axes.plot(
            epochs,
            np.median(runs, axis=0),
            **look(name, marker=True),
            label=name,
        )
        said.append(f"{name} {runs[:, -1].min():.2g} to {runs[:, -1].max():.2g}")
    axes.set(
        xlabel="epoch",
        ylabel="cost on the training part",
        yscale="log",
        ylim=(0.8 * min(np.min(runs) for runs in costs.values()), 1.5 * guess),
        xticks=epochs[1::2],
        title=title,
    )
    ticks = [tick for tick in (0.01, 0.03, 0.1, 0.3, 1) if tick > axes.get_ylim()[0]]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.text(last, guess * 1.04, "guessing", color=COLOURS["guide"], ha="right", va="bottom")
    label_lines(axes)
    return picture(
        fig,
        f"""Cost by epoch, logarithmic, a band over {seeds} seeds and its median for each
        activation; guessing costs {guess:.2f}. After {last} epochs: {"; ".join(said)}.""",
    )


def rates(costs: Mapping[str, Mapping[float, ArrayLike]], title: str) -> Picture:
    """Draw the last cost by learning rate: every seed's range, and the median.

    Parameters
    ----------
    costs : mapping of name → mapping of rate → array_like of float, shape (seeds,)
        By the names in `RUNNERS`; rates increasing, costs positive.
    title : str
        The figure's message.

    Returns
    -------
    Picture
    """
    fig, axes = figure(height=4.2)
    said = []
    for name, by_rate in costs.items():
        tried = np.array(list(by_rate))
        runs = np.array(list(by_rate.values()), dtype=np.float64)
        medians = np.median(runs, axis=1)
        axes.fill_between(
            tried, runs.min(axis=1), runs.max(axis=1), color=COLOURS[name], alpha=0.18
        )
        axes.plot(tried, medians, **look(name, marker=True), label=name)
        best = medians.argmin()
        said.append(f"{name} at {tried[best]:g}, median cost {medians[best]:.2g}")
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="last cost", title=title)
    axes.set_xlim(left=0.4 * min(min(by_rate) for by_rate in costs.values()))
    ticks = [0.1, 0.2, 0.3, 0.5, 1, 2]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    label_lines(axes, end="left")
    return picture(
        fig, f"Last cost by learning rate, a band over the seeds. The best: {'; '.join(said)}."
    )
