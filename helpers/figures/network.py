"""Figures of lesson 6: a model of one feature, the way down, the way back, and training runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.figures import diagrams
from helpers.figures.explorer import Explorer
from helpers.figures.motion import border_explorer, plane, roll_on_map
from helpers.figures.palette import COLOURS, FILLS, look
from helpers.figures.style import Picture, figure, label_lines, picture

MOST_CURVES = 4


def one_feature(
    x: ArrayLike,
    y: ArrayLike,
    guesses: Sequence[tuple[float, float]],
    xlabel: str,
    title: str,
) -> Picture:
    """Draw labels over a single feature, and what logistic models say: the probability that y = 1.

    Parameters
    ----------
    x : array_like of float, shape (m,)
        The feature.
    y : array_like of 0 and 1, shape (m,)
        Labels.
    guesses : sequence of pairs (w, b)
        One to four models' weight and bias.
    xlabel, title : str
        What the feature is, and what the picture says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If x and y differ in shape, or there are no guesses or more than four.
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must both have shape (m,), got {x.shape} and {y.shape}")
    low, high = math.floor(x.min()), math.ceil(x.max())
    grid = np.linspace(low, high, 121)
    arrays = _curves({_minus(f"w = {w:g}, b = {b:g}"): sigmoid(w * grid + b) for w, b in guesses})
    fig, axes = figure(height=3.7)
    for label in (1, 0):
        # Points of one label lie on one line; a regular little offset keeps them apart.
        own = np.sort(x[y == label])
        offset = 0.02 * (np.arange(len(own)) % 5 - 2)
        points = {**look(f"y = {label}", marker=True), "linestyle": "none"}
        axes.plot(own, label + offset, **points, ms=4, mec=FILLS["paper"], mew=0.4)
    for number, (name, curve) in enumerate(arrays.items()):
        axes.plot(grid, curve, **{**look(number), "color": COLOURS["ink"]}, label=name)
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
        {_minus(f"{low}")} to {_minus(f"{high}")}: {said}.""",
    )


def watch_border(model: Any, X: ArrayLike, y: ArrayLike, epochs: int) -> Explorer:
    """Train a compiled network on two features, and let the border of its classes move.

    Parameters
    ----------
    model : helpers.network.Sequential
        Compiled; it is trained by this call.
    X : array_like of float, shape (m, 2)
    y : array_like of int, shape (m,)
        Labels.
    epochs : int
        How long; at least 1.

    Returns
    -------
    Explorer
        With the slider `epoch`.
    """
    X, y, predictions, losses = np.asarray(X), np.asarray(y).astype(int), [], []
    grid = plane(X)
    for epoch in range(epochs + 1):
        if epoch:
            model.fit(X, y)
        predictions.append(model.predict(grid))
        losses.append(model.evaluate(X, y))
    return border_explorer(X, y, predictions, losses)


def descent_map(
    cost: Callable[[float, float], float],
    paths: Mapping[str, ArrayLike],
    limits: tuple[tuple[float, float], tuple[float, float]],
) -> Explorer:
    """Let points walk down the map of a cost of w and b, step by step.

    Parameters
    ----------
    cost : callable
        J of two numbers w and b.
    paths : mapping of str to array_like of float, shape (steps + 1, 2)
        One to four descents by name: w and b before the first step and after each.
    limits : pair of pairs of float
        The part of the plane to show.

    Returns
    -------
    Explorer
        With the slider `step`.

    Raises
    ------
    ValueError
        If the paths are no rows of pairs, equally long.
    """
    every = np.vectorize(cost, otypes=[float])
    return roll_on_map(
        lambda points: every(points[..., 0], points[..., 1]),
        paths,
        limits,
        title="The map of the cost, and three ways down",
        names=("$w$", "$b$"),
    )


def backpropagation(
    X: ArrayLike,
    W1: ArrayLike,
    b1: ArrayLike,
    Z1: ArrayLike,
    A1: ArrayLike,
    W2: ArrayLike,
    b2: ArrayLike,
    Z2: ArrayLike,
    J: float,
) -> Picture:
    """Draw the way from X to J through one hidden layer, and the gradient's way back.

    Parameters
    ----------
    X, W1, b1, Z1, A1, W2, b2, Z2 : array_like
        What the way forward needs and makes; their shapes are written at the arrows.
    J : float
        The cost.

    Returns
    -------
    Picture
    """
    return diagrams.computation_graph(
        ["layer 1", "relu", "layer 2", "cost"],
        {
            "X": (_shape(X), None),
            "Z_1": (_shape(Z1), "line 4"),
            "A_1": (_shape(A1), "line 3"),
            "Z_2": (_shape(Z2), "line 1"),
            "J": (f"{J:.2f}", None),
        },
        {
            0: {"W_1": (_shape(W1), "line 5"), "b_1": (_shape(b1), "line 5")},
            2: {"W_2": (_shape(W2), "line 2"), "b_2": (_shape(b2), "line 2")},
        },
        title="The gradient takes the same road, the other way round",
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


def batch_sizes(curves: Mapping[tuple[int, float], ArrayLike], examples: int) -> Picture:
    """Draw the same training runs twice: cost over epochs and cost over steps.

    Parameters
    ----------
    curves : mapping of (int, float) to array_like of float, shape (epochs,)
        One to four runs' `history["loss"]` by batch size and learning rate.
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
    fig, (left, right) = figure(1, 2, height=3.9, sharey=True)
    said = []
    for number, ((size, alpha), losses) in enumerate(arrays.items()):
        steps, epochs = -(-examples // size), np.arange(len(losses))
        looks = {**look(number, marker=True), "ms": 5, "markevery": 8}
        left.plot(epochs, losses, **looks, label=rf"batch size {size}, $\alpha$ = {alpha:.2g}")
        # An epoch's loss is the mean over its steps, so it stands at their middle.
        right.semilogx(epochs * steps + (steps + 1) / 2, losses, **looks)
        said.append(
            f"batch size {size} at learning rate {alpha:.2g}, {steps} "
            f"{'step' if steps == 1 else 'steps'} an epoch: "
            f"{losses[0]:.2f} in the first of {len(losses)} epochs, {losses[-1]:.2f} in the last"
        )
    fig.legend(loc="outside lower left", ncols=2, frameon=False)
    left.set(xlabel="epoch", ylabel="cost $J$", title="By epoch: the steps and their size count")
    left.set_ylim(0, None)
    right.set(xlabel="step of gradient descent", title="By step: the learning rate counts")
    return picture(
        fig,
        f"""The same runs twice, left by epoch and right by step on a logarithmic axis:
        {"; ".join(said)}.""",
    )


def noise_floor(curves: Mapping[str, ArrayLike], lowest: float) -> Picture:
    """Draw how far above its lowest value a cost stands, epoch by epoch.

    Parameters
    ----------
    curves : mapping of str to array_like of float, shape (epochs + 1,)
        One to four runs' cost by name, before the first epoch and after each.
    lowest : float
        The lowest cost that there is.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are no curves or more than four, or a cost is not above the lowest.
    """
    arrays = {name: curve - lowest for name, curve in _curves(curves).items()}
    if any((above <= 0).any() for above in arrays.values()):
        raise ValueError(f"every cost must be above the lowest, {lowest}")
    fig, axes = figure(height=3.8)
    for number, (name, above) in enumerate(arrays.items()):
        axes.semilogy(above, **look(number), label=name)
    axes.set(
        xlabel="epoch",
        ylabel="cost above the lowest",
        title="The smaller the batch, the higher the floor",
    )
    label_lines(axes)
    said = "; ".join(f"{name}: {_power(above[-1])}" for name, above in arrays.items())
    return picture(
        fig,
        f"""How far the cost stands above its lowest value {lowest:.3f}, on a logarithmic axis, over
        {len(next(iter(arrays.values()))) - 1} epochs. At the end, {said}.""",
    )


def crossing(widths: Sequence[int], times: Mapping[str, ArrayLike]) -> Picture:
    """Draw the time of a training step in NumPy and in Keras over the network's width.

    Parameters
    ----------
    widths : sequence of int
        Units in each hidden layer, rising.
    times : mapping of str to array_like of float, shape (len(widths),)
        Seconds per step of "NumPy, readable", "NumPy, tuned" and "Keras".

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a name is missing, lengths differ, or a time is not positive.
    """
    looks = {
        "NumPy, readable": look("ours", marker=True),
        "NumPy, tuned": {**look("ours", marker=True), "linestyle": ":", "marker": "^"},
        "Keras": look("Keras", marker=True),
    }
    if set(times) != set(looks):
        raise ValueError(f"times must name {', '.join(looks)}; got {', '.join(times)}")
    widths = np.asarray(widths)
    milliseconds = {name: 1e3 * np.asarray(times[name], dtype=np.float64) for name in looks}
    for name, values in milliseconds.items():
        if values.shape != widths.shape or not (values > 0).all():
            raise ValueError(f"times[{name!r}] must be {len(widths)} positive numbers")
    ours = np.minimum(milliseconds["NumPy, readable"], milliseconds["NumPy, tuned"])
    behind = np.nonzero(milliseconds["Keras"] >= ours)[0]
    keras_wins = widths[behind[-1] + 1 :] if len(behind) else widths
    fig, axes = figure(height=3.8)
    for name, values in milliseconds.items():
        axes.loglog(widths, values, **looks[name], label=name)
    axes.set(
        xlabel="units in each hidden layer",
        ylabel="milliseconds per step",
        title=f"Here Keras is ahead of both from width {keras_wins[0]} on"
        if len(keras_wins)
        else "Here NumPy stays ahead, but its lead melts away",
    )
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.minorticks_off()
    label_lines(axes)
    said = "; ".join(
        f"width {width}: "
        + ", ".join(f"{name} {values[k]:.2g}" for name, values in milliseconds.items())
        for k, width in enumerate(widths)
    )
    return picture(
        fig,
        f"""Milliseconds per training step over the width of the hidden layers, both axes
        logarithmic. {said}.""",
    )


def _shape(array: ArrayLike) -> str:
    return str(np.shape(array))


def _curves(curves: Mapping[Any, ArrayLike]) -> dict[Any, np.ndarray]:
    if not 1 <= len(curves) <= MOST_CURVES:
        raise ValueError(f"curves must be 1 to {MOST_CURVES}, got {len(curves)}")
    return {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}


def _power(value: float) -> str:
    """Write a number by its one leading digit: the second differs from run to run."""
    return f"about {float(f'{value:.1g}'):g}"


def _right(axes: Any) -> dict[str, Any]:
    """Place a text by a share of the width and a value of the data."""
    return {"ha": "right", "va": "bottom", "transform": axes.get_yaxis_transform()}


def _minus(text: str) -> str:
    return text.replace("-", "−")
