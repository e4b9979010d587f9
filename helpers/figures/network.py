"""Figures of lesson 6: a model of one feature, the way down, the way back, and training runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm
from numpy.typing import ArrayLike

from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, SEQUENTIAL, look, text_colour
from helpers.figures.style import Picture, figure, label_lines, picture

MOST_CURVES = 4


def one_feature(
    x: ArrayLike,
    y: ArrayLike,
    grid: ArrayLike,
    curves: Mapping[str, ArrayLike],
    xlabel: str,
    title: str,
) -> Picture:
    """Draw labels over a single feature, and models' probabilities that y = 1.

    Parameters
    ----------
    x : array_like of float, shape (m,)
        The feature.
    y : array_like of 0 and 1, shape (m,)
        Labels.
    grid : array_like of float, shape (g,)
        Where the models were evaluated, in rising order.
    curves : mapping of str to array_like of float, shape (g,)
        One to four models' probabilities by name.
    xlabel, title : str
        What the feature is, and what the picture says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If shapes do not fit, or there are no curves or more than four.
    """
    x, y, grid = np.asarray(x), np.asarray(y), np.asarray(grid)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must both have shape (m,), got {x.shape} and {y.shape}")
    arrays = _curves(curves)
    if any(curve.shape != grid.shape for curve in arrays.values()):
        raise ValueError(f"curves must have the shape of grid, {grid.shape}")
    fig, axes = figure(height=3.7)
    for label in (1, 0):
        # Points of one label lie on one line; a regular little offset keeps them apart.
        own = np.sort(x[y == label])
        offset = 0.02 * (np.arange(len(own)) % 5 - 2)
        points = {**look(f"y = {label}", marker=True), "linestyle": "none"}
        axes.plot(own, label + offset, **points, ms=4, mec=FILLS["paper"], mew=0.4)
    for number, (name, curve) in enumerate(arrays.items()):
        axes.plot(grid, curve, **look(number), label=name)
    axes.set(
        xlabel=xlabel,
        ylabel=r"probability that $y=1$",
        ylim=(-0.1, 1.1),
        yticks=(0, 0.5, 1),
        title=title,
    )
    label_lines(axes)
    said = "; ".join(
        f"{name}: from {curve[0]:.2f} to {curve[-1]:.2f}" for name, curve in arrays.items()
    )
    return picture(
        fig,
        f"""Labels over one feature: {np.sum(y == 1)} examples with y = 1 have a mean of
        {_minus(f"{x[y == 1].mean():.2f}")}, {np.sum(y == 0)} with y = 0 a mean of
        {_minus(f"{x[y == 0].mean():.2f}")}. Curves of the probability that y = 1, from feature
        {_minus(f"{grid[0]:g}")} to {_minus(f"{grid[-1]:g}")}: {said}.""",
    )


def descent_explorer(
    w: ArrayLike, b: ArrayLike, J: ArrayLike, paths: Mapping[str, ArrayLike]
) -> Explorer:
    """Walk down a cost surface of two parameters, step by step, at a choice of learning rates.

    Parameters
    ----------
    w, b : array_like of float, shapes (p,) and (q,)
        The surface's grid.
    J : array_like of float, shape (q, p)
        The cost at each pair: positive, for its colours are spread by its logarithm.
    paths : mapping of str to array_like of float, shape (steps + 1, 3)
        For each learning rate w, b and J before the first step and after each; all equally long.

    Returns
    -------
    Explorer
        With the slider `step` and the choice `rate`.

    Raises
    ------
    ValueError
        If shapes do not fit, a cost is not positive, or there is no path.
    """
    w, b, J = (np.asarray(array, dtype=np.float64) for array in (w, b, J))
    if J.shape != (len(b), len(w)):
        raise ValueError(f"J must have shape {(len(b), len(w))}, got {J.shape}")
    if not (J > 0).all():
        raise ValueError("J must be positive")
    if not paths:
        raise ValueError("paths must not be empty")
    tracks = {name: np.asarray(path, dtype=np.float64) for name, path in paths.items()}
    shapes = {track.shape for track in tracks.values()}
    if len(shapes) > 1 or any(len(shape) != 2 or shape[1] != 3 for shape in shapes):
        raise ValueError(f"paths must all have the same shape (steps + 1, 3), got {shapes}")
    steps = len(next(iter(tracks.values()))) - 1
    names = list(tracks)

    fig, (left, right) = figure(1, 2, height=3.6, width_ratios=(1.25, 1))
    fig.get_layout_engine().set(wspace=0.05)
    levels = np.geomspace(J.min() * 1.04, J.max(), 14)
    left.contourf(w, b, J, levels=levels, norm=LogNorm(), cmap=SEQUENTIAL, extend="min")
    left.contour(w, b, J, levels=levels, colors=FILLS["paper"], linewidths=0.5)
    low = np.unravel_index(J.argmin(), J.shape)
    left.plot(w[low[1]], b[low[0]], "*", color=COLOURS["ink"], mec=FILLS["paper"], ms=15)
    (track,) = left.plot(
        [], [], "-o", color=COLOURS["path"], lw=1.3, ms=4.5, mec=FILLS["paper"], mew=0.6
    )
    (here,) = left.plot([], [], "o", color=COLOURS["marked"], mec=FILLS["paper"], ms=11)
    left.set(
        xlabel="$w$",
        ylabel="$b$",
        xlim=(w[0], w[-1]),
        ylim=(b[0], b[-1]),
        title=r"The cost from above ($\bigstar$: lowest)",
    )
    left.grid(False)
    right.axhline(J.min(), color=COLOURS["guide"], linestyle="--", lw=1.5)
    (curve,) = right.plot([], [], color=COLOURS["path"], marker="o", ms=3.5, mec="none", lw=1.3)
    (now,) = right.plot(
        [], [], "o", color=COLOURS["marked"], mec=FILLS["paper"], ms=11, clip_on=False
    )
    highest = max(float(track[:, 2].max()) for track in tracks.values())
    note = right.text(steps, 1.02 * highest, "", ha="right", va="top")
    right.set(
        xlabel="step",
        ylabel="cost $J$",
        xlim=(0, steps),
        ylim=(0, 1.08 * highest),
        title="Cost after each step",
    )

    def draw(step: float, rate: str) -> str:
        count, path = int(step), tracks[rate]
        done = path[: count + 1]
        track.set_data(done[:, 0], done[:, 1])
        here.set_data(done[-1:, 0], done[-1:, 1])
        curve.set_data(np.arange(count + 1), done[:, 2])
        now.set_data([count], done[-1:, 2])
        note.set_text(f"step {count}: J = {done[-1, 2]:.3f}")
        return _minus(
            f"Learning rate {rate}, after {count} of {steps} steps: w = {done[-1, 0]:.2f}, "
            f"b = {done[-1, 1]:.2f}, cost {done[-1, 2]:.3f}. It started at "
            f"{path[0, 2]:.3f}; the lowest cost on the map is {J.min():.3f}."
        )

    return Explorer(
        fig,
        draw,
        [track, here, curve, now, note],
        step=Slider("Steps taken", 0, steps, 1, min(3, steps)),
        rate=Choice("Learning rate α", names, names[len(names) // 2]),
    )


def backpropagation(shapes: Mapping[str, tuple[int, ...]]) -> Picture:
    """Draw the way from X to J through one hidden layer, and the gradient's way back.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The shapes of X, W1, b1, Z1, A1, W2, b2 and Z2.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a shape is missing.
    """
    needed = ("X", "W1", "b1", "Z1", "A1", "W2", "b2", "Z2")
    if missing := [name for name in needed if name not in shapes]:
        raise ValueError(f"shapes must name {', '.join(needed)}; missing: {', '.join(missing)}")
    fig, axes = figure(height=3.5)
    axes.set(xlim=(-0.55, 8.55), ylim=(-1.2, 2.0))
    axes.axis("off")
    at = {"X": 0, "Z1": 2, "A1": 4, "Z2": 6, "J": 8}
    for name, place in at.items():
        _box(axes, (place, 0), name, shapes.get(name), COLOURS["forward"])
    for layer, place in (("1", 2), ("2", 6)):
        _box(axes, (place - 0.62, 1.6), f"W{layer}", shapes[f"W{layer}"], COLOURS["guide"])
        _box(axes, (place + 0.62, 1.6), f"b{layer}", shapes[f"b{layer}"], COLOURS["guide"])
    forward = {"arrowstyle": "-|>", "color": COLOURS["forward"], "lw": 2, "mutation_scale": 14}
    back = {**forward, "color": COLOURS["backward"], "linestyle": "--"}
    written = text_colour("backward")

    def arrow(start: tuple[float, float], end: tuple[float, float], drawn: dict) -> None:
        axes.annotate("", end, start, arrowprops={**drawn, "shrinkA": 0, "shrinkB": 0})

    for start in (0, 2, 4, 6):
        arrow((start + 0.52, 0.12), (start + 1.48, 0.12), forward)
    for name, start in (("line 4", 2), ("line 3", 4), ("line 1", 6)):
        arrow((start + 1.48, -0.18), (start + 0.52, -0.18), back)
        axes.text(start + 1, -0.28, name, color=written, ha="center", va="top", fontsize=11)
    for name, place in (("line 5", 2), ("line 2", 6)):
        for side in (-1, 1):
            arrow((place + side * 0.72, 1.14), (place + side * 0.3, 0.42), forward)
            arrow((place + side * 0.14, 0.42), (place + side * 0.5, 1.14), back)
        axes.text(place, 0.95, name, color=written, ha="center", fontsize=11)
    axes.text(-0.4, -1.05, "solid: forward, values", color=text_colour("forward"), ha="left")
    axes.text(8.5, -1.05, "dashed: backward, gradients", color=written, ha="right")
    axes.set_title("The gradient takes the same road, the other way round")
    said = ", ".join(f"{name} {shapes[name]}" for name in needed)
    return picture(
        fig,
        f"""Boxes in a row: X, Z1, A1, Z2, J, with solid arrows from left to right; W1 and b1 feed
        Z1, W2 and b2 feed Z2. Dashed arrows lead back: line 1 from J to Z2, line 2 from Z2 to W2
        and b2, line 3 from Z2 to A1, line 4 from A1 to Z1, line 5 from Z1 to W1 and b1. Shapes:
        {said}.""",
    )


def _box(
    axes: Any, place: tuple[float, float], name: str, shape: tuple[int, ...] | None, color: str
) -> None:
    letter = f"${name[0]}_{name[1]}$" if len(name) > 1 else f"${name}$"
    text = letter if shape is None else f"{letter}\n{shape}"
    box = {
        "boxstyle": "round,pad=0.3",
        "facecolor": FILLS["paper"],
        "edgecolor": color,
        "linewidth": 2,
    }
    axes.text(*place, text, ha="center", va="center", fontsize=11, bbox=box, zorder=3)


def twins(ours: ArrayLike, theirs: ArrayLike, title: str) -> Picture:
    """Draw the cost by epoch of two runs that should be one.

    Parameters
    ----------
    ours, theirs : array_like of float, shape (epochs,)
        `history["loss"]` in NumPy and in Keras.
    title : str
        What the picture says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if ours.ndim != 1 or ours.shape != theirs.shape:
        raise ValueError(
            f"ours and theirs must both have shape (epochs,), got {ours.shape} and {theirs.shape}"
        )
    epochs, every = np.arange(len(ours)), max(1, len(ours) // 20)
    fig, axes = figure(height=3.5)
    axes.plot(epochs, ours, **look("ours"), label="NumPy")
    axes.plot(
        epochs[::every],
        theirs[::every],
        "o",
        color=COLOURS["Keras"],
        mfc="none",
        ms=8,
        mew=1.8,
        label="Keras",
    )
    axes.legend()
    axes.set(xlabel="epoch", ylabel="cost $J$", title=title)
    axes.set_ylim(bottom=0)
    return picture(
        fig,
        f"""Cost by epoch, {len(ours)} epochs. NumPy's line falls from {ours[0]:.2f} to
        {ours[-1]:.2f}; Keras's circles lie on it, from {theirs[0]:.2f} to {theirs[-1]:.2f}.""",
    )


def learning_rates(curves: Mapping[str, ArrayLike], num_classes: int) -> Picture:
    """Draw the cost by epoch for a few learning rates.

    Parameters
    ----------
    curves : mapping of str to array_like of float, shape (epochs,)
        One to four runs' `history["loss"]` by learning rate.
    num_classes : int
        N; the guesser's cost is ln N.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are no curves or more than four.
    """
    arrays, guess = _curves(curves), float(np.log(num_classes))
    fig, axes = figure(height=3.8)
    axes.axhline(guess, color=COLOURS["guide"], linestyle=":", lw=1.5)
    for number, (name, losses) in enumerate(arrays.items()):
        axes.plot(
            losses,
            **look(number, marker=True),
            markevery=max(1, len(losses) // 8),
            label=rf"$\alpha$ = {name}",
        )
    axes.text(
        0.99, 1.07 * guess, f"a guesser's ln {num_classes}", color=COLOURS["guide"], **_right(axes)
    )
    axes.set(
        xlabel="epoch",
        ylabel="cost $J$",
        ylim=(0, 1.5 * guess),
        title="Too small crawls; too large breaks the network in its first steps",
    )
    label_lines(axes)
    said = "; ".join(
        f"learning rate {name}: {losses[0]:.2f} in the first epoch, {losses[-1]:.2f} in the last"
        + (f" after up to {max(losses):.2f}" if max(losses) > 1.5 * guess else "")
        for name, losses in arrays.items()
    )
    return picture(
        fig,
        f"""Cost by epoch for {len(arrays)} learning rates. {said}. A guesser's cost, ln
        {num_classes} = {guess:.1f}, is a dotted line; the picture ends at {1.5 * guess:.1f}.""",
    )


def batch_sizes(curves: Mapping[int, ArrayLike], examples: int) -> Picture:
    """Draw the same training runs twice: cost over epochs and cost over steps.

    Parameters
    ----------
    curves : mapping of int to array_like of float, shape (epochs,)
        One to four runs' `history["loss"]` by batch size.
    examples : int
        m, which with the batch size gives the steps of an epoch.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are no curves or more than four.
    """
    arrays = _curves(curves)
    fig, (left, right) = figure(1, 2, height=3.7, sharey=True)
    said = []
    for number, (size, losses) in enumerate(arrays.items()):
        steps, epochs = -(-examples // size), np.arange(len(losses))
        looks = {**look(number, marker=True), "ms": 5, "markevery": 8}
        left.plot(epochs, losses, **looks)
        # An epoch's loss is the mean over its steps, so it stands at their middle.
        right.semilogx(
            epochs * steps + (steps + 1) / 2,
            losses,
            label=f"batch size {size}",
            **looks,
        )
        said.append(
            f"batch size {size}, {steps} {'step' if steps == 1 else 'steps'} an epoch: "
            f"{losses[0]:.2f} in the first of {len(losses)} epochs, {losses[-1]:.2f} in the last"
        )
    right.legend(loc="lower left")
    left.set(xlabel="epoch", ylabel="cost $J$", title="By epoch, small batches are far ahead")
    left.set_ylim(0, None)
    right.set(xlabel="step of gradient descent", title="By step, nobody is far ahead")
    return picture(
        fig,
        f"""The same runs twice. Left, cost by epoch, where the curves lie far apart:
        {"; ".join(said)}. Right, the same costs by step on a logarithmic axis, where they lie near
        each other.""",
    )


def crossing(widths: Sequence[int], ours: ArrayLike, theirs: ArrayLike) -> Picture:
    """Draw the time of a training step in NumPy and in Keras over the network's width.

    Parameters
    ----------
    widths : sequence of int
        Units in each hidden layer, rising.
    ours, theirs : array_like of float, shape (len(widths),)
        Seconds per step.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the lengths differ or a time is not positive.
    """
    widths = np.asarray(widths)
    ours, theirs = (1e3 * np.asarray(times, dtype=np.float64) for times in (ours, theirs))
    if not widths.shape == ours.shape == theirs.shape:
        raise ValueError(
            f"widths, ours and theirs must be equally long, got shapes {widths.shape}, "
            f"{ours.shape} and {theirs.shape}"
        )
    if not ((ours > 0) & (theirs > 0)).all():
        raise ValueError("ours and theirs must hold positive times")
    keras_wins = widths[theirs < ours]
    fig, axes = figure(height=3.8)
    axes.loglog(widths, ours, **look("ours", marker=True), label="NumPy")
    axes.loglog(widths, theirs, **look("Keras", marker=True), label="Keras")
    axes.set(
        xlabel="units in each hidden layer",
        ylabel="milliseconds per step",
        title=f"Here Keras is first ahead at width {keras_wins[0]}"
        if len(keras_wins)
        else "Here NumPy stays ahead, but its lead melts away",
    )
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.minorticks_off()
    label_lines(axes)
    said = "; ".join(
        f"width {width}: NumPy {a:.2g}, Keras {b:.2g}"
        for width, a, b in zip(widths, ours, theirs, strict=True)
    )
    return picture(
        fig,
        f"""Milliseconds per training step over the width of the hidden layers, both axes
        logarithmic. {said}.""",
    )


def _curves(curves: Mapping[Any, ArrayLike]) -> dict[Any, np.ndarray]:
    if not 1 <= len(curves) <= MOST_CURVES:
        raise ValueError(f"curves must be 1 to {MOST_CURVES}, got {len(curves)}")
    return {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}


def _right(axes: Any) -> dict[str, Any]:
    """Place a text by a share of the width and a value of the data."""
    return {"ha": "right", "va": "bottom", "transform": axes.get_yaxis_transform()}


def _minus(text: str) -> str:
    return text.replace("-", "−")
