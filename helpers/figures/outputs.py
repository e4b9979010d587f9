"""Figures of lesson 2: what targets hold, what each head can and cannot say, and the race."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.activations import ACTIVATIONS
from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, look
from helpers.figures.style import Picture, figure, label_lines, picture
from helpers.outputs import OutputLayer

# Sets with fewer different values than this are drawn as one bar for each value.
FEW_VALUES = 20
HEADS = ("linear", "relu", "sigmoid", "softplus")
RUNNERS = ("sigmoid", "tanh", "relu", "leaky_relu")


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
    """Show one unit a = g(w x + b) fitted by hand, with its cost and its gradient.

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
    fig, axes = figure(height=4.0)
    axes.axhline(0, color=COLOURS["ink"], linewidth=1)
    axes.plot(x, y, "o", color=COLOURS["data"], ms=4.5, mec=FILLS["paper"], mew=0.4)
    (line,) = axes.plot(grid, 0 * grid, color=COLOURS["marked"], linewidth=3)
    axes.set(
        xlim=(grid[0], grid[-1]),
        ylim=(min(y.min(), -0.5) - 0.3, y.max() + 0.3),
        xlabel=feature,
        ylabel=target,
        title="$a = g(wx + b)$ (line) and the patients (points)",
    )

    def draw(head: str, w: float, b: float) -> str:
        g, slope = ACTIVATIONS[head].function, ACTIVATIONS[head].derivative
        z = w * x + b
        error = g(z) - y
        towards_z = 2 * error * slope(z)
        by_w, by_b = np.mean(towards_z * x), np.mean(towards_z)
        line.set_ydata(g(w * grid + b))
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
        [line],
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
        title="A digit taken for a quantity (circles: right after rounding, crosses: wrong)",
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
        said.append(f"{name} {runs[:, -1].min():.2f} to {runs[:, -1].max():.2f}")
    axes.set(
        xlabel="epoch",
        ylabel="cost on the training part",
        yscale="log",
        ylim=(0.045, 3.4),
        xticks=epochs[1::2],
        title=title,
    )
    axes.set_yticks([0.05, 0.1, 0.2, 0.5, 1, 2], ["0.05", "0.1", "0.2", "0.5", "1", "2"])
    axes.minorticks_off()
    axes.text(last, guess * 1.04, "guessing", color=COLOURS["guide"], ha="right", va="bottom")
    label_lines(axes)
    return picture(
        fig,
        f"""Cost by epoch, logarithmic, a band over {seeds} seeds and its median for each
        activation; guessing costs {guess:.2f}. After {last} epochs: {"; ".join(said)}.""",
    )


def decision_chart(layers: Mapping[str, OutputLayer], advice: Sequence[str]) -> Picture:
    """Draw which output layer belongs to which target, to keep.

    Parameters
    ----------
    layers : mapping of str → OutputLayer
        What a target holds, in few words, and the layer for it.
    advice : sequence of str
        Lines to write below.

    Returns
    -------
    Picture
    """
    count = len(layers)
    bottom = -0.55 - 0.6 * len(advice)
    fig, axes = figure(height=0.62 * (count + 0.9 - bottom))
    axes.set(
        xlim=(0, 8),
        ylim=(bottom, count + 0.4),
        title="Read the target first: it decides the last layer and its loss",
    )
    axes.axis("off")
    left, middle, right = 0.1, 2.75, 4.95
    headings = zip((left, middle, right), ("The target holds", "Last layer", "Loss"), strict=True)
    for x, heading in headings:
        axes.text(x, count - 0.05, heading, weight="bold", va="center")
    said = []
    box = {"boxstyle": "round,pad=0.35", "edgecolor": "none"}
    code = {"fontsize": 10, "family": "monospace", "va": "center"}
    for row, (what, layer) in enumerate(layers.items()):
        y = count - 0.85 - row
        typed = f'Dense({"N" if layer.units > 1 else "1"}, "{layer.activation}")'
        axes.text(left, y, what, fontsize=11, va="center", bbox={**box, "facecolor": FILLS["box"]})
        arrow = {"arrowstyle": "-|>", "color": COLOURS["ink"]}
        axes.annotate("", (middle - 0.1, y), xytext=(middle - 0.4, y), arrowprops=arrow)
        axes.text(middle + 0.1, y, typed, bbox={**box, "facecolor": FILLS["answer"]}, **code)
        axes.text(right, y, layer.loss, **code)
        said.append(f"{what}: {typed} and {layer.loss}")
    axes.axhline(-0.4, color=COLOURS["guide"], linewidth=1)
    for row, line in enumerate(advice):
        axes.text(left, -0.8 - 0.6 * row, line, fontsize=11, va="center")
    return picture(fig, f"A chart to choose by. {'; '.join(said)}. {' '.join(advice)}")
