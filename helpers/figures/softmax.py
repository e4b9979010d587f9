"""Figures of lesson 3: scores become probabilities, and probabilities cut up the plane.

The four classes wear the marks of the lecture notes: cross, circle, square and triangle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.activations import sigmoid
from helpers.figures.explorer import Explorer, Slider
from helpers.figures.palette import (
    COLOURS,
    DIVERGING,
    FILLS,
    INK_ON_PAPER,
    LOOKS,
    class_colours,
    contrast,
    darkened,
    look,
    tint,
)
from helpers.figures.style import Picture, figure, label_lines, picture
from helpers.softmax import softmax

MARK_NAMES = ("cross", "circle", "square", "triangle")
_COLOURS = class_colours(4)
_GRID = 241  # points per side of the grid that regions are drawn from


def decision_regions(
    X: np.ndarray,
    y: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray] | None = None,
    *,
    title: str,
) -> Picture:
    """Draw points of four classes and, given a model, the region it assigns to each class.

    Parameters
    ----------
    X : ndarray of float, shape (m, 2)
        The points.
    y : ndarray of int, shape (m,)
        Their classes, 0…3.
    predict : callable, optional
        From points of shape (k, 2) to scores or probabilities of shape (k, 4).
    title : str
        The figure's message; with a model, the share of points that it gets right is added.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If X or y is not as described.
    """
    _check_points(X, y)
    fig, axes = figure(width=6.8, height=4.2)
    limits = _limits(X)
    if predict is not None:
        _fill_regions(axes, predict, limits)
    _scatter(axes, X, y)
    _finish_plane(axes, limits, "$x_1$", "$x_2$", title)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), title="label, mark", frameon=False)
    if predict is not None:
        share = _share_right(predict(X), y)
        axes.set_title(f"{title}: {share:.0f}% of the marks right")
    counts = ", ".join(
        f"{np.sum(y == j)} of class {j} ({name})" for j, name in enumerate(MARK_NAMES)
    )
    alt = f"{title}. {len(y)} points in a plane: {counts}."
    if predict is not None:
        alt += f" {share:.0f} % of the points lie in the region of their own class."
    return picture(fig, alt)


def scores_to_probabilities(z: np.ndarray, a: np.ndarray) -> Picture:
    """Draw the three stages of softmax as bars: z, then e^z, then a.

    Parameters
    ----------
    z : ndarray of float, shape (4,)
        Scores of the four marks.
    a : ndarray of float, shape (4,)
        Their probabilities.

    Returns
    -------
    Picture
    """
    fig, axes = figure(1, 3, width=8.4, height=3.2)
    exponentials = np.exp(z)
    stages = (
        (z, "scores $z_j$", "1. Scores: any sign"),
        (exponentials, "$e^{z_j}$", "2. Exponentials: positive"),
        (a, "probabilities $a_j$", "3. Shares: they sum to 1"),
    )
    for ax, (values, label, title) in zip(axes, stages, strict=True):
        bars = ax.bar(range(4), values, color=_COLOURS)
        ax.bar_label(bars, [_listed([value]) for value in values], padding=2, fontsize=11)
        ax.margins(y=0.16)
        ax.axhline(0, color=COLOURS["ink"], linewidth=0.8)
        ax.set_xticks(range(4))
        ax.grid(axis="x", visible=False)
        ax.set(xlabel="class $j$", ylabel=label, title=title)
    return picture(
        fig,
        f"Three bar charts of four classes. Scores {_listed(z)}; their exponentials "
        f"{_listed(exponentials)}; divided by the exponentials' sum {exponentials.sum():.2f}, the "
        f"probabilities {_listed(a)}.",
    )


def softmax_explorer(
    z: Sequence[float] = (2.0, 1.0, 0.0, -1.0), *, temperature: bool = False
) -> Explorer:
    """Let the reader move four scores, and the temperature if asked, and watch the probabilities.

    Parameters
    ----------
    z : sequence of four floats in [−5, 5]
        The scores to start from. Their probabilities stay visible as outlines.
    temperature : bool
        Whether there is a slider for it; without one it is 1.

    Returns
    -------
    Explorer
        Controls `z0`, `z1`, `z2`, `z3` and, if asked, `temperature`.
    """
    fig, (left, right) = figure(1, 2, width=7.2, height=3.2)
    places = range(4)
    score_bars = left.bar(places, np.zeros(4), color=_COLOURS)
    probability_bars = right.bar(places, np.zeros(4), color=_COLOURS)
    texts = [right.text(j, 0, "", ha="center", va="bottom", fontsize=12) for j in places]
    left.axhline(0, color=COLOURS["ink"], linewidth=0.8)
    left.set(ylim=(-5.4, 5.4), ylabel="score $z_j$", title="You move the scores …")
    right.set(ylim=(0, 1.12), ylabel="probability $a_j$", title="… the probabilities share out 1")
    right.set_yticks(np.linspace(0, 1, 6))
    for ax, start in ((left, z), (right, softmax(z))):
        ax.set_xticks(places, [f"{j}\n{name}" for j, name in enumerate(MARK_NAMES)])
        ax.grid(axis="x", visible=False)
        outline = {"fill": False, "edgecolor": COLOURS["guide"], "linestyle": ":"}
        ax.bar(places, start, width=0.92, label="at the start", **outline)
    right.legend(loc="upper right", frameon=False)

    def draw(temperature: float = 1.0, **scores: float) -> str:
        current = np.array([scores[f"z{j}"] for j in places])
        a = softmax(current / temperature)
        for j in places:
            score_bars[j].set_height(current[j])
            probability_bars[j].set_height(a[j])
            texts[j].set_position((j, a[j] + 0.01))
            texts[j].set_text(f"{a[j]:.3f}")
        at = f" at temperature {temperature:.1f}" if "temperature" in controls else ""
        return f"Scores {_listed(current, 1)}{at} give the probabilities {_listed(a, 3)}."

    controls = {
        f"z{j}": Slider(f"score of {j}, {name}", -5.0, 5.0, 0.1, float(z[j]))
        for j, name in enumerate(MARK_NAMES)
    }
    story: list[dict[str, float]] = [{"z2": float(z[2])}, {"z2": 3.0}]
    if temperature:
        controls["temperature"] = Slider("temperature T", 0.1, 5.0, 0.1, 1.0)
        story = [{"temperature": 0.3}, {"temperature": 4.0}]
    moving = [*score_bars, *probability_bars, *texts]
    return Explorer(fig, draw, moving, story=story, **controls)


def two_scores(z: np.ndarray, a: np.ndarray) -> Picture:
    """Draw pairs of scores with their probability a_1, over the lines on which it is constant.

    Parameters
    ----------
    z : ndarray of float, shape (k, 2)
        Pairs of scores (z_0, z_1) in [−3, 3].
    a : ndarray of float, shape (k, 2)
        Their probabilities.

    Returns
    -------
    Picture
    """
    fig, axes = figure(width=5.6, height=4.4)
    side = np.linspace(-3.3, 3.3, 121)
    z0, z1 = np.meshgrid(side, side)
    levels = (0.05, 0.12, 0.27, 0.5, 0.73, 0.88, 0.95)  # σ(−3), σ(−2) …: one step apart
    differences = np.arange(-3, 4)
    axes.contourf(
        z0, z1, z1 - z0, [-7, 0, 7], colors=[tint(COLOURS[f"class {j}"]) for j in range(2)]
    )
    lines = axes.contour(
        z0, z1, z1 - z0, differences, colors=COLOURS["ink"], linewidths=1.2, linestyles="solid"
    )
    named = dict(zip(differences.tolist(), levels, strict=True))
    places = [(-1.55 - d / 2, -1.55 + d / 2) for d in differences]
    axes.clabel(
        lines, fmt=lambda d: f"{named[round(d)]:.2f}", fontsize=11, manual=places, inline_spacing=8
    )
    axes.plot(*z.T, "o", color=COLOURS["softmax"], mec=FILLS["paper"], markersize=9)
    for place, share in zip(z, a[:, 1], strict=True):
        axes.annotate(
            f"{share:.3f}", place, xytext=(8, -5), textcoords="offset points", fontsize=12,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": FILLS["paper"], "lw": 0},
        )  # fmt: skip
    axes.grid(visible=False)
    axes.set(
        xlabel="score $z_0$",
        ylabel="score $z_1$",
        title="Equal differences, equal probability $a_1$",
        aspect="equal",
    )
    gap = np.abs(a[:, 1] - sigmoid(z[:, 1] - z[:, 0])).max()
    pairs = "; ".join(
        f"scores {_listed(pair, 1)}: {share:.3f}" for pair, share in zip(z, a[:, 1], strict=True)
    )
    return picture(
        fig,
        f"The plane of two scores, with parallel lines z1 − z0 = −3 to 3 on which a1 is constant. "
        f"{len(z)} points with their a1: {pairs}. None is further from the sigmoid of z1 − z0 than "
        f"{max(gap, 1e-12):.0e}.",
    )


def temperature_curves(temperatures: np.ndarray, a: np.ndarray, z: np.ndarray) -> Picture:
    """Draw four probabilities against the temperature.

    Parameters
    ----------
    temperatures : ndarray of float, shape (k,)
        Positive, ascending.
    a : ndarray of float, shape (k, 4)
        softmax(z / T) for each temperature T.
    z : ndarray of float, shape (4,)
        The scores.

    Returns
    -------
    Picture
    """
    fig, axes = figure(width=7.2, height=3.6)
    for j in range(4):
        axes.plot(
            temperatures,
            a[:, j],
            **look(f"class {j}"),
            label=f"$a_{j}$, score {_listed(z[j : j + 1], 0)}",
        )
    axes.axhline(1 / a.shape[1], color=COLOURS["guide"], linewidth=1, linestyle=":")
    axes.axvline(1, color=COLOURS["guide"], linewidth=1, linestyle=":")
    axes.set(
        xscale="log",
        ylim=(-0.04, 1.14),
        xlabel="temperature $T$ (log scale)",
        ylabel="probability $a_j$",
        title="Cold: the winner takes all. Hot: everyone gets the same.",
    )
    label_lines(axes)
    return picture(
        fig,
        f"Four probabilities against temperature, for scores {_listed(z, 0)}. At T = "
        f"{temperatures[0]:g} they are {_listed(a[0])}, at T = {temperatures[-1]:g} "
        f"{_listed(a[-1])}. Their order never changes.",
    )


def jacobians(of_sigmoid: np.ndarray, of_softmax: np.ndarray) -> Picture:
    """Draw the Jacobians ∂a_j/∂z_k of four sigmoids and of one softmax side by side.

    Parameters
    ----------
    of_sigmoid, of_softmax : ndarray of float, shape (4, 4)
        Row j, column k holds ∂a_j/∂z_k.

    Returns
    -------
    Picture
    """
    fig, axes = figure(1, 2, width=8.0, height=3.9)
    limit = max(np.abs(of_sigmoid).max(), np.abs(of_softmax).max())
    titles = ("Four sigmoids: $z_j$ moves only $a_j$", "Softmax: every $z$ moves every $a$")
    for ax, jacobian, title in zip(axes, (of_sigmoid, of_softmax), titles, strict=True):
        image = ax.imshow(jacobian, cmap=DIVERGING, vmin=-limit, vmax=limit)
        for (j, k), value in np.ndenumerate(jacobian):
            ground = image.to_rgba(value)
            ax.text(
                k,
                j,
                f"{value:.3f}".replace("-", "−") if value else "0",
                ha="center",
                va="center",
                color=max(FILLS["paper"], COLOURS["ink"], key=lambda ink: contrast(ink, ground)),
                fontsize=11,
            )
        ax.grid(visible=False)
        ax.set_xticks(range(4), [f"$z_{k}$" for k in range(4)])
        ax.set_yticks(range(4), [f"$a_{j}$" for j in range(4)])
        ax.set(xlabel="nudge this logit …", ylabel="… and this output moves", title=title)
    fig.colorbar(image, ax=axes, label=r"$\partial a_j / \partial z_k$", shrink=0.8)
    others = ~np.eye(4, dtype=bool)
    return picture(
        fig,
        f"Two 4 by 4 heat maps of ∂a/∂z. Four sigmoids: diagonal {_listed(np.diag(of_sigmoid), 3)}"
        f", all {int(np.sum(of_sigmoid[others] == 0))} other entries zero. Softmax: diagonal "
        f"{_listed(np.diag(of_softmax), 3)}, all {int(np.sum(of_softmax[others] < 0))} other "
        f"entries negative, the strongest {of_softmax[others].min():.3f}.".replace("-", "−"),
    )


def folded_plane(X: np.ndarray, y: np.ndarray, weights: Sequence[np.ndarray]) -> Picture:
    """Draw a network with two ReLU units: its regions, and the plane of its hidden outputs.

    Left, the plane of x with the regions and dark lines where each unit's z is zero; right, the
    same points where the two units put them, with the straight-edged regions of the softmax layer.

    Parameters
    ----------
    X : ndarray of float, shape (m, 2)
        The points.
    y : ndarray of int, shape (m,)
        Their classes, 0…3.
    weights : sequence of four ndarrays
        Kernel (2, 2) and bias (2,) of the ReLU layer, kernel (2, 4) and bias (4,) of the softmax
        layer: `get_weights()` of the model.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If X, y or a weight does not have the shape described.
    """
    _check_points(X, y)
    shapes = [np.shape(weight) for weight in weights]
    if shapes != [(2, 2), (2,), (2, 4), (4,)]:
        raise ValueError(f"weights must have shapes (2, 2), (2,), (2, 4), (4,), got {shapes}")
    kernel, bias, kernel_out, bias_out = weights

    def hidden(points: np.ndarray) -> np.ndarray:
        return np.maximum(points @ kernel + bias, 0)

    def scores(a: np.ndarray) -> np.ndarray:
        return a @ kernel_out + bias_out

    fig, (left, right) = figure(1, 2, width=8.8, height=4.3)
    limits = _limits(X)
    _fill_regions(left, lambda points: scores(hidden(points)), limits)
    _scatter(left, X, y, size=14)
    for unit in range(2):
        _unit_boundary(left, kernel[:, unit], bias[unit], unit, limits)
    _finish_plane(left, limits, "$x_1$", "$x_2$", "On the sheet: borders that bend")

    a = hidden(X)
    limits = _limits(a)
    _fill_regions(right, scores, limits)
    _scatter(right, a, y, size=14)
    _finish_plane(
        right, limits, "$a_1$ of unit 1", "$a_2$ of unit 2", "On the folded sheet: straight borders"
    )
    handles, labels = right.get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, markerscale=1.8)
    on = [round(100 * np.mean(a[:, unit] > 0)) for unit in range(2)]
    return picture(
        fig,
        f"Left: {len(y)} points and four regions that bend where they cross one of two dark "
        f"lines, the places where a ReLU unit switches on; unit 1 is on for {on[0]} % and unit 2 "
        f"for {on[1]} % of the points. Right: the same points by the outputs of the two units, cut "
        f"by straight lines. {_share_right(scores(a), y):.0f} % of the points lie in the region of "
        f"their own class.",
    )


def weight_images(W: np.ndarray, means: np.ndarray) -> Picture:
    """Draw the weights of each digit as a picture of 8×8 pixels, beside the digit's mean image.

    Parameters
    ----------
    W : ndarray of float, shape (64, 10)
        Column j belongs to digit j.
    means : ndarray of float, shape (10, 64)
        Row j is the mean of the images of digit j.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If an array has another shape.
    """
    if W.shape != (64, 10):
        raise ValueError(f"W must have shape (64, 10), got {W.shape}")
    if means.shape != (10, 64):
        raise ValueError(f"means must have shape (10, 64), got {means.shape}")
    # Five pairs a row, with an empty column between two pairs.
    fig, axes = figure(2, 14, width=8.8, height=3.0, width_ratios=[*(1, 1, 0.2) * 4, 1, 1])
    limit = np.abs(W).max()
    for row in range(2):
        for column in range(5):
            digit, (mean, weights) = 5 * row + column, axes[row, 3 * column : 3 * column + 2]
            mean.imshow(means[digit].reshape(8, 8), cmap=INK_ON_PAPER, vmin=0, vmax=means.max())
            image = weights.imshow(
                W[:, digit].reshape(8, 8), cmap=DIVERGING, vmin=-limit, vmax=limit
            )
            mean.set_title(f"{digit}", fontweight="bold")
            mean.set_xlabel("mean", fontsize=10)
            weights.set_xlabel("weights", fontsize=10)
            _bare(mean)
            _bare(weights)
    for gap in axes[:, 2::3].flat:
        gap.axis("off")
    fig.colorbar(image, ax=axes, label="weight: against (−) or for (+)", shrink=0.9)
    fig.suptitle(
        "The weights show what sets a digit apart, not how it looks", x=0.01, ha="left", fontsize=12
    )
    centre = W.reshape(8, 8, 10)[3:5, 3:5].mean(axis=(0, 1))
    lowest, highest = int(centre.argmin()), int(centre.argmax())
    return picture(
        fig,
        f"Ten pairs of pictures of 8 by 8 pixels, one pair per digit: its mean image and its "
        f"weights. Ink in the four central pixels speaks loudest against {lowest} (mean weight "
        f"{centre[lowest]:.1f}) and for {highest} ({centre[highest]:+.1f}).".replace("-", "−"),
    )


def answers(images: np.ndarray, a: np.ndarray, y: np.ndarray, titles: Sequence[str]) -> Picture:
    """Draw a few digits above the probabilities they were given.

    Parameters
    ----------
    images : ndarray of float, shape (k, 8, 8)
        Brightness 0…16.
    a : ndarray of float, shape (k, 10)
        Probabilities of the digits.
    y : ndarray of int, shape (k,)
        The true digits.
    titles : sequence of k strings
        What each example stands for.

    Returns
    -------
    Picture
    """
    count = len(images)
    fig, axes = figure(2, count, width=8.4, height=4.4, squeeze=False, height_ratios=(1.2, 1))
    for top, bottom, image, row, label, title in zip(*axes, images, a, y, titles, strict=True):
        top.imshow(image, cmap=INK_ON_PAPER, vmin=0, vmax=16)
        top.set_title(f"{title}\nlabel {label}", loc="center")
        _bare(top)
        bars = bottom.bar(range(10), row, color=COLOURS["guide"])
        bars[label].set_color(COLOURS["right"])
        bottom.plot(label, row[label] + 0.07, "v", color=COLOURS["right"], markersize=8)
        bottom.set_xticks(range(10))
        bottom.grid(axis="x", visible=False)
        bottom.set(ylim=(0, 1.15), xlabel="digit (▼ the label)")
    axes[1, 0].set_ylabel("probability")
    said = "; ".join(
        f"{title}: label {label}, answer {row.argmax()} with probability {row.max():.2f}, "
        f"label given {row[label]:.2f}"
        for row, label, title in zip(a, y, titles, strict=True)
    )
    return picture(fig, f"{count} handwritten digits with bars of their probabilities. {said}.")


# --- parts ----------------------------------------------------------------------------------------


def _bare(ax: Axes) -> None:
    """Leave nothing around an image but a thin frame."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[:].set(visible=True, color=COLOURS["guide"], linewidth=0.6)


def _check_points(X: np.ndarray, y: np.ndarray) -> None:
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ValueError(f"X must have shape (m, 2), got {X.shape}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must have shape ({len(X)},), got {y.shape}")
    if y.min() < 0 or y.max() >= len(MARK_NAMES):
        raise ValueError(f"y must hold classes 0…3, got values from {y.min()} to {y.max()}")


def _limits(points: np.ndarray) -> np.ndarray:
    """Return [[low, high], [low, high]] with some air around the points, shape (2, 2)."""
    low, high = points.min(axis=0), points.max(axis=0)
    air = 0.06 * (high - low).max() or 1.0  # all points in one place still need a plane
    return np.column_stack([low - air, high + air])


def _fill_regions(
    ax: Axes, predict: Callable[[np.ndarray], np.ndarray], limits: np.ndarray
) -> None:
    """Tint the plane by the class with the largest output, and draw the borders as lines."""
    horizontal, vertical = (np.linspace(*pair, _GRID) for pair in limits)
    grid = np.stack(np.meshgrid(horizontal, vertical), axis=-1).reshape(-1, 2)
    scores = _scores(np.asarray(predict(grid))).reshape(_GRID, _GRID, -1)
    for j, colour in enumerate(_COLOURS):
        lead = scores[..., j] - np.delete(scores, j, axis=-1).max(axis=-1)
        if lead.max() > 0:
            ax.contourf(horizontal, vertical, lead, [0, lead.max() + 1], colors=[tint(colour)])
        if lead.min() < 0 < lead.max():
            ax.contour(horizontal, vertical, lead, [0], colors=COLOURS["ink"], linewidths=1.2)
    ax.grid(visible=False)


def _scores(outputs: np.ndarray) -> np.ndarray:
    """Return scores as they are, and of probabilities the logarithms, which differ as scores do.

    Between two points of the grid scores are straight. Probabilities are steep, and a border drawn
    from them would have steps.
    """
    if (outputs >= 0).all() and np.allclose(outputs.sum(axis=-1), 1, atol=1e-5):
        return np.log(np.maximum(outputs, np.finfo(np.float64).tiny))
    return outputs


def _scatter(ax: Axes, X: np.ndarray, y: np.ndarray, size: float = 34) -> None:
    for j, name in enumerate(MARK_NAMES):
        ax.scatter(
            *X[y == j].T,
            s=size,
            marker=LOOKS[f"class {j}"].marker,
            color=_COLOURS[j],
            edgecolor=darkened(_COLOURS[j]),  # to stand out from a region of the same colour
            linewidth=0.8,
            label=f"{j} {name}",
        )


def _unit_boundary(ax: Axes, w: np.ndarray, b: float, unit: int, limits: np.ndarray) -> None:
    """Draw the line w·x + b = 0, and an arrow from it to the side where the unit is on."""
    length = np.hypot(*w)
    normal, foot = w / length, -b * w / length**2
    along = np.array([-normal[1], normal[0]])
    reach = np.hypot(*np.ptp(limits, axis=1))
    ends = foot + np.outer([-reach, reach], along)
    ax.plot(*ends.T, color=COLOURS["ink"], linestyle=("--", "-.")[unit], linewidth=1.8)
    # The arrow stands where the line is inside the picture, below its upper end.
    steps = foot + np.linspace(-reach, reach, 401)[:, np.newaxis] * along
    air = 0.16 * np.ptp(limits, axis=1)
    inside = ((steps > limits[:, 0] + air) & (steps < limits[:, 1] - air)).all(axis=1)
    if inside.any():
        start = steps[inside][steps[inside][:, 1].argmax()]
        ax.annotate(
            f"unit {unit + 1} on",
            start,
            xytext=start + 0.13 * np.ptp(limits, axis=1).min() * normal,
            ha="center",
            va="center",
            fontsize=11,
            bbox={
                "boxstyle": "round,pad=0.15",
                "facecolor": FILLS["paper"],
                "alpha": 0.85,
                "lw": 0,
            },
            arrowprops={"arrowstyle": "<-", "color": COLOURS["ink"]},
        )


def _finish_plane(ax: Axes, limits: np.ndarray, horizontal: str, vertical: str, title: str) -> None:
    ax.set(xlim=limits[0], ylim=limits[1], xlabel=horizontal, ylabel=vertical, title=title)


def _share_right(scores: np.ndarray, y: np.ndarray) -> float:
    """Return how many in a hundred points have their own class ahead."""
    return float(100 * np.mean(np.asarray(scores).argmax(axis=-1) == y))


def _listed(values: np.ndarray | Sequence[float], decimals: int = 2) -> str:
    """Write numbers with commas between them, with a true minus sign and without −0.00."""
    rounded = np.round(np.asarray(values, dtype=float), decimals) + 0.0
    return ", ".join(f"{value:.{decimals}f}" for value in rounded).replace("-", "−")
