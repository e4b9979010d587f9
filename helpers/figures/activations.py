"""Figures and explorers of lesson 1: activation functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.activations import ACTIVATIONS, relu, sigmoid
from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, INK_ON_PAPER, LOOKS, look
from helpers.figures.style import Picture, figure, label_lines, picture

# A slope that passes on less than a twentieth of a gradient counts as nearly flat.
NEARLY_FLAT = 0.05
# How near the network must come to its target, everywhere, to count as matched.
MATCHED = 0.05
# How near each weight must come to its goal to have arrived, and how far off it is lost.
ARRIVED, LOST = 0.05, 1e6


def functions_and_derivatives(
    z: np.ndarray, curves: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> Picture:
    """Draw functions above their derivatives, one column each.

    Parameters
    ----------
    z : ndarray of float, shape (points,)
        Ascending.
    curves : mapping of name → (g(z), g'(z))
        Arrays of the shape of `z`.

    Returns
    -------
    Picture
    """
    fig, axes = figure(2, len(curves), height=4.2, sharex=True, sharey="row", squeeze=False)
    said = []
    for number, (name, (g, slope)) in enumerate(curves.items()):
        column, color = axes[:, number], _look(name, number)["color"]
        column[0].plot(z, g, color=color, linestyle="-")
        column[1].plot(z, slope, color=color, linestyle="-")
        column[0].set_title(name, loc="center")
        column[1].set_xlabel("$z$")
        said.append(
            f"{name} runs from {_number(g[0])} to {_number(g[-1])}, "
            f"its slope between {_number(slope.min())} and {_number(slope.max())}"
        )
    axes[0, 0].set_ylim(-1.4, 3.2)
    axes[1, 0].set_ylim(-0.1, 1.2)
    axes[0, 0].set_ylabel("$g(z)$")
    axes[1, 0].set_ylabel("slope $g'(z)$")
    axes[1, 0].set_xticks([-3, 0, 3])
    fig.suptitle("Each function (above) and how steep it is (below)")
    return picture(
        fig,
        f"{len(curves)} activation functions above their derivatives, "
        f"for z from {_number(z[0], 0)} to {_number(z[-1], 0)}: {'; '.join(said)}.",
    )


def unit_explorer() -> Explorer:
    """Let the reader choose a unit's activation, weight and bias.

    Returns
    -------
    Explorer
        Controls: `activation`, `w`, `b`. Left a = g(w x + b), right g'(w x + b).
    """
    x = np.linspace(-6, 6, 241)
    fig, (left, right) = figure(1, 2, height=3.2)
    (output,) = left.plot(x, x, linestyle="-")
    (slope,) = right.plot(x, x, linestyle="-")
    middle = [
        axis.axvline(0, color=COLOURS["guide"], linestyle=":", linewidth=1.6)
        for axis in (left, right)
    ]
    left.set(xlabel="input $x$", ylabel="output $a = g(wx + b)$", ylim=(-1.5, 3.2))
    right.set(xlabel="input $x$", ylabel="slope $g'(wx + b)$", ylim=(-0.3, 1.3))
    left.set_title("What the unit says")
    right.set_title("What it lets a gradient through")

    def draw(activation: str, w: float, b: float) -> str:
        chosen = ACTIVATIONS[activation]
        z = w * x + b
        a, g = chosen.function(z), chosen.derivative(z)
        output.set_ydata(a)
        slope.set_ydata(g)
        output.set_color(COLOURS[activation])
        slope.set_color(COLOURS[activation])
        for line in middle:
            line.set_visible(w != 0)
            line.set_xdata([-b / w if w else 0] * 2)
        where = f"z = 0 at x = {_number(-b / w)}" if w else "z is the same for every x"
        return (
            f"{activation} with w = {_number(w, 1)} and b = {_number(b, 1)}: {where}. "
            f"The output goes from {_number(a[0])} at x = −6 to {_number(a[-1])} at x = 6. "
            f"The slope lies between {_number(g.min())} and {_number(g.max())}; it is nearly flat "
            f"(below {NEARLY_FLAT} in size) over {np.mean(np.abs(g) < NEARLY_FLAT):.0%} of the "
            "inputs."
        )

    return Explorer(
        fig,
        draw,
        [*middle, output, slope],
        activation=Choice("Activation", tuple(ACTIVATIONS), "sigmoid"),
        w=Slider("Weight w", -3, 3, 0.1, 1),
        b=Slider("Bias b", -5, 5, 0.1, 0),
    )


def gradient_by_depth(norms: Mapping[str, Sequence[float]], title: str) -> Picture:
    """Draw the size of each layer's gradient, on a logarithmic axis.

    Parameters
    ----------
    norms : mapping of name → sequence of float
        ‖∂J/∂W‖ of each layer, the first layer first; positive. A name such as "tanh, large" has
        the colour of tanh.
    title : str
        What the figure shows.

    Returns
    -------
    Picture
    """
    fig, axis = figure(height=3.8)
    for number, (name, norm) in enumerate(norms.items()):
        layers = np.arange(1, len(norm) + 1)
        axis.semilogy(layers, norm, **_look(name, number), label=name)
    axis.set_xticks(layers)
    axis.set_xlabel("layer (1 is next to the pixels)")
    axis.set_ylabel(r"gradient norm $\|\partial J/\partial W\|$")
    axis.set_title(title)
    # The lines part towards layer 1: their names stand there, and the numbers on the other side.
    axis.yaxis.tick_right()
    axis.yaxis.set_label_position("right")
    axis.spines["left"].set_visible(False)
    axis.spines["right"].set_visible(True)
    label_lines(axis, end="left")
    said = "; ".join(
        f"{name} {norm[0]:.1e} in layer 1 and {norm[-1]:.1e} in layer {len(norm)}"
        for name, norm in norms.items()
    )
    return picture(fig, f"{title}. Norm of the gradient of the weights: {said}.")


def zig_zag(paths: Mapping[str, np.ndarray], goal: np.ndarray) -> Picture:
    """Draw the paths of two weights to their goal, one panel per path.

    Parameters
    ----------
    paths : mapping of name → ndarray, shape (steps + 1, 2)
        The weights before the first step and after each.
    goal : ndarray, shape (2,)

    Returns
    -------
    Picture
    """
    fig, axes = figure(1, len(paths), height=4.1, sharex=True, sharey=True, squeeze=False)
    said = []
    for axis, color, (name, path) in zip(
        axes[0], (COLOURS["marked"], COLOURS["data"]), paths.items(), strict=False
    ):
        steps = len(path) - 1
        length = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
        detour = length / np.linalg.norm(goal - path[0])
        axis.plot(*path.T, color=color, linestyle="-", linewidth=1.3, marker=".", markersize=5)
        axis.plot(*path[0], marker="o", color=COLOURS["ink"], linestyle="none")
        axis.annotate("start", path[0], (-8, 8), textcoords="offset points", ha="right")
        axis.plot(*goal, marker="*", markersize=15, color=COLOURS["ink"], linestyle="none")
        axis.annotate("goal", goal, (10, -4), textcoords="offset points")
        axis.set_title(f"{name}: {detour:.1f} times the direct way")
        axis.set_xlabel("weight $w_1$")
        said.append(f"{name} takes {steps} steps and walks {detour:.1f} times the direct way")
    axes[0, 0].set_ylabel("weight $w_2$")
    axes[0, 0].margins(0.35, 0.15)  # room for "start"
    return picture(
        fig,
        f"Paths of two weights from ({', '.join(map(_number, path[0]))}) to the goal "
        f"({', '.join(map(_number, goal))}): {'; '.join(said)}.",
    )


def zig_zag_explorer(steps: int = 200) -> Explorer:
    """Let the reader raise the learning rate for all-positive and for zero-centred inputs.

    A linear unit with two inputs learns the weights (1, −1) from (0, 0), one example a step. The
    inputs are sigmoids of normal random numbers, and the same minus 1/2.

    Parameters
    ----------
    steps : int
        As many examples.

    Returns
    -------
    Explorer
        Control: `rate`. Its text says how far from the goal the last weights are.
    """
    goal = np.array([1.0, -1.0])
    positive = sigmoid(np.random.default_rng(0).standard_normal((steps, 2)))
    kinds = {"All-positive inputs": positive, "Zero-centred inputs": positive - 0.5}
    fig, axes = figure(1, 2, height=4.1, sharex=True, sharey=True)
    moving = []
    for axis, title, thing in zip(axes, kinds, ("marked", "data"), strict=True):
        moving += axis.plot([], [], ".-", color=COLOURS[thing], linewidth=1.3, markersize=5)
        axis.plot(0, 0, marker="o", color=COLOURS["ink"], linestyle="none")
        axis.annotate("start", (0, 0), (-8, 8), textcoords="offset points", ha="right")
        axis.plot(*goal, marker="*", markersize=15, color=COLOURS["ink"], linestyle="none")
        axis.annotate("goal", goal, (10, -4), textcoords="offset points")
        axis.set(xlabel="weight $w_1$", title=title, xlim=(-1.6, 2.6), ylim=(-2.6, 1.6))
    axes[0].set_ylabel("weight $w_2$")

    def draw(rate: float) -> str:
        said = []
        for (title, inputs), line in zip(kinds.items(), moving, strict=True):
            path = one_unit_descent(inputs, goal, rate)
            line.set_data(*path.T)
            away = np.abs(path[-1] - goal).max()
            end = "arrived" if away < ARRIVED else "not arrived"
            size = f"{_number(away)} away" if away < LOST else "far off and lost"
            said.append(f"{title}: {end}, {size}")
        return f"Learning rate {rate:g}, after {steps} steps. {'. '.join(said)}."

    rate = Slider("Learning rate", 0.5, 8, 0.5, 1)
    return Explorer(fig, draw, moving, story=[{"rate": 1}, {"rate": 2}, {"rate": 6}], rate=rate)


def one_unit_descent(inputs: np.ndarray, goal: np.ndarray, rate: float) -> np.ndarray:
    """Return the weights of a linear unit without bias that learns from one example at a time.

    Each step is w ← w − α ∂L/∂w with L = (w·x − goal·x)². A run that is lost stops moving.

    Parameters
    ----------
    inputs : ndarray of float, shape (steps, n)
    goal : ndarray of float, shape (n,)
    rate : float
        α.

    Returns
    -------
    ndarray of float, shape (steps + 1, n)
        The weights at the start, which are 0, and after each step.
    """
    path = np.zeros((len(inputs) + 1, len(goal)))
    for step, x in enumerate(inputs):
        w = path[step]
        lost = np.abs(w - goal).max() > LOST
        path[step + 1] = w if lost else w - rate * 2 * ((w - goal) @ x) * x
    return path


def dying_units(shares: Mapping[str, np.ndarray]) -> Picture:
    """Draw on how many of the examples each unit fires, one row per moment.

    Parameters
    ----------
    shares : mapping of moment → ndarray, shape (units,)
        Share of the examples, 0…1, for which the unit's output is positive.

    Returns
    -------
    Picture
    """
    firing = np.array(list(shares.values()))
    # Units that die early stand on the left, and those that live fall from left to right.
    order = np.lexsort([-firing[0], (firing > 0).sum(axis=0)])
    fig, axis = figure(height=0.9 + 0.42 * len(firing))
    axis.imshow(
        np.ma.masked_equal(firing[:, order], 0), cmap=INK_ON_PAPER, vmin=-0.5, vmax=1, aspect="auto"
    )
    # Where the image is masked, the axes themselves show.
    axis.patch.set(facecolor=COLOURS["marked"], hatch="////", edgecolor=FILLS["paper"])
    axis.set_xticks(np.arange(0.5, len(order) - 1), minor=True)
    axis.set_yticks(np.arange(0.5, len(firing) - 1), minor=True)
    axis.grid(visible=False)
    axis.grid(which="minor", color=FILLS["paper"], linewidth=1.5)
    axis.tick_params(which="both", length=0)
    axis.set_xticks([])
    axis.set_yticks(range(len(firing)), shares)
    axis.spines[:].set_visible(False)
    axis.set_xlabel("the hidden units: grey fires on some images, orange on none")
    axis.set_title("Units stop firing, one after the other")
    said = []
    for row, (moment, share) in enumerate(shares.items()):
        silent = int((share == 0).sum())
        axis.annotate(
            f"{silent} silent",
            (len(share) - 0.5, row),
            (8, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
        )
        said.append(
            f"{moment}: {silent} of {len(share)} fire on none, {share.mean():.0%} on average"
        )
    return picture(fig, f"On how many of the images each hidden unit fires. {'; '.join(said)}.")


def accuracy_by_epoch(accuracies: Mapping[str, np.ndarray], title: str) -> Picture:
    """Draw the accuracy of training runs, epoch by epoch, one panel for each kind of run.

    Parameters
    ----------
    accuracies : mapping of name → array_like of float, shape (runs, epochs)
        Share of right answers after each epoch.
    title : str
        What the figure shows.

    Returns
    -------
    Picture
    """
    fig, axes = figure(1, len(accuracies), height=3.3, sharex=True, sharey=True, squeeze=False)
    said = []
    for number, (axis, name) in enumerate(zip(axes[0], accuracies, strict=True)):
        runs = np.asarray(accuracies[name])
        epochs = np.arange(1, runs.shape[1] + 1)
        style = {**_look(name, number), "linestyle": "-", "marker": ""}
        axis.plot(epochs, 100 * runs.T, **style, linewidth=1.4)
        axis.set(xlabel="epoch", xlim=(1, epochs[-1]), ylim=(0, 103))
        axis.set_title(name)
        axis.xaxis.get_major_locator().set_params(integer=True)
        said.append(
            f"{name} goes from {runs[:, 0].min():.0%}…{runs[:, 0].max():.0%} "
            f"to {runs[:, -1].min():.0%}…{runs[:, -1].max():.0%}"
        )
    axes[0, 0].set_ylabel("right answers in %")
    fig.suptitle(title)
    return picture(
        fig,
        f"{title}. Right answers over {len(epochs)} epochs in {len(runs)} runs each: "
        f"{'; '.join(said)}.",
    )


def three_units_explorer(x: np.ndarray, target: np.ndarray) -> Explorer:
    """Let the reader build a piecewise-linear target from three ReLU units.

    The network is y = Σ v_k max(0, x − c_k): unit k has weight 1 and bias −c_k, so its kink is at
    c_k, and the output layer multiplies it by v_k.

    Parameters
    ----------
    x : ndarray of float, shape (points,)
        Ascending, within 0…6.
    target : ndarray of float, shape (points,)

    Returns
    -------
    Explorer
        Controls: `c1`, `v1`, `c2`, `v2`, `c3`, `v3`.
    """
    fig, (left, right) = figure(1, 2, height=3.5)
    left.plot(x, target, color=COLOURS["ink"], linestyle="--", label="target")
    (network,) = left.plot(x, target, color=COLOURS["data"], linestyle="-", label="your network")
    units = [
        right.plot(x, target, **look(number), label=f"unit {number + 1}")[0] for number in range(3)
    ]
    left.set(xlabel="$x$", ylabel="$y$", ylim=(-3.5, 6), title="Sum of the three")
    right.set(xlabel="$x$", ylabel="$v\\,\\max(0, x - c)$", ylim=(-10, 10), title="Each unit")
    left.legend(loc="upper left")
    right.legend(loc="lower left")

    def draw(**values: float) -> str:
        kinks = [values[f"c{number}"] for number in (1, 2, 3)]
        slopes = [values[f"v{number}"] for number in (1, 2, 3)]
        terms = [v * relu(x - c) for c, v in zip(kinks, slopes, strict=True)]
        for line, term in zip(units, terms, strict=True):
            line.set_ydata(term)
        y = sum(terms)
        network.set_ydata(y)
        error = np.mean((y - target) ** 2)
        gaps = np.abs(y - target)
        gap, where = gaps.max(), x[gaps.argmax()]
        verdict = (
            "Matched!"
            if gap < MATCHED
            else f"Matched when the largest gap is below {MATCHED}; it is at x = {where:.1f}."
        )
        described = "; ".join(
            f"unit {n}: c = {c:.1f}, v = {_number(v, 1)}"
            for n, c, v in zip((1, 2, 3), kinks, slopes, strict=True)
        )
        return (
            f"Three ReLU units ({described}) against the target: mean squared error {error:.3f}, "
            f"largest gap {gap:.2f}. {verdict}"
        )

    start = {"c1": 0.0, "v1": 1.0, "c2": 3.0, "v2": -1.0, "c3": 5.0, "v3": 1.0}
    controls = {
        name: Slider(f"Unit {name[1]}: kink c", 0, 6, 0.1, value)
        if name[0] == "c"
        else Slider(f"Unit {name[1]}: output weight v", -3, 3, 0.1, value)
        for name, value in start.items()
    }
    return Explorer(fig, draw, [*units, network], **controls)


def smooth_functions(z: np.ndarray, curves: Mapping[str, np.ndarray]) -> Picture:
    """Draw activations around their bend, each in a panel against ReLU.

    Parameters
    ----------
    z : ndarray of float, shape (points,)
    curves : mapping of name → ndarray, shape of `z`

    Returns
    -------
    Picture
        Its text states each curve's lowest value and its largest distance from ReLU.
    """
    fig, axes = figure(1, len(curves), height=2.8, sharex=True, sharey=True, squeeze=False)
    said = []
    for number, (name, a) in enumerate(curves.items()):
        axis = axes[0, number]
        axis.plot(z, relu(z), color=COLOURS["relu"], linestyle="--", linewidth=1.6)
        axis.plot(z, a, color=_look(name, number)["color"], linestyle="-")
        axis.set_xlabel("$z$")
        axis.set_title(name, loc="center")
        distance = np.abs(a - relu(z)).max()
        said.append(
            f"{name} has its lowest value at {_number(a.min())} and is at most {distance:.2f} away"
        )
    axes[0, 0].set_ylabel("$g(z)$")
    axes[0, 0].set_xticks([-3, 0, 3])
    fig.suptitle("Four bends without a kink, each beside ReLU (dashed)")
    return picture(
        fig,
        f"Activations without a kink, for z from {_number(z[0], 0)} to {_number(z[-1], 0)}, "
        f"each against a dashed ReLU: {'; '.join(said)}.",
    )


def _look(name: str, number: int) -> dict[str, Any]:
    """Return the look of a thing, of its variant ("tanh, …") dotted, of anything else by number."""
    thing = name.split(",")[0]
    if thing not in LOOKS:
        return look(number, marker=True)
    return {**look(thing, marker=True), **({} if name == thing else {"linestyle": ":"})}


def _number(value: float, digits: int = 2) -> str:
    """Write a number with a true minus sign and without −0."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "−")
