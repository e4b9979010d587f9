"""Figures of lesson 4: what the loss means, what its gradient does, and how well it is measured."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import FancyArrowPatch
from numpy.typing import ArrayLike

from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, INK_ON_PAPER, look, text_colour, tint
from helpers.figures.style import Picture, figure, label_lines, picture


def two_forecasts(image: ArrayLike, label: int, careful: ArrayLike, sure: ArrayLike) -> Picture:
    """Draw an image, and what two models say of it.

    Parameters
    ----------
    image : array_like, shape (height, width)
        The picture that both models read.
    label : int
        What it is, in 0…N−1.
    careful, sure : array_like of float, shape (N,)
        The probabilities of the two models.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the models do not speak of the same classes, or the label is none of them.
    """
    careful, sure = np.asarray(careful, dtype=np.float64), np.asarray(sure, dtype=np.float64)
    if careful.ndim != 1 or careful.shape != sure.shape:
        raise ValueError(
            f"careful and sure must both have shape (N,), got {careful.shape} and {sure.shape}"
        )
    if label not in range(len(sure)):
        raise ValueError(f"label must be from 0 to {len(sure) - 1}, got {label}")
    classes = np.arange(len(sure))

    fig, (left, middle, right) = figure(1, 3, height=2.7, width_ratios=(0.7, 1, 1))
    left.imshow(image, cmap=INK_ON_PAPER)
    left.axis("off")
    left.set_title(f"the image: a {label}")
    for axes, a, who in ((middle, careful, "careful"), (right, sure, "sure")):
        colours = [COLOURS["third"] if k == label else COLOURS["data"] for k in classes]
        axes.bar(classes, a, 0.75, color=colours)
        spot, text = (label, a[label] + 0.03), f"truth:\n{a[label]:.2f}"
        axes.text(*spot, text, ha="center", va="bottom", fontsize=11, color=text_colour("third"))
        title = f"the {who} model says {a.argmax()}"
        axes.set(xticks=classes, xlabel="class", ylim=(0, 1.05), title=title)
        axes.grid(visible=False, axis="x")
    middle.set_ylabel("probability")
    return picture(
        fig,
        f"""An image of a {label}, and the probabilities of two models. {
            _said("careful", careful, label)
        } {_said("sure", sure, label)}""",
    )


def _said(who: str, a: np.ndarray, label: int) -> str:
    return (
        f"The {who} model gives {a[label]:.2f} to the truth, {label}, "
        f"and most, {a.max():.2f}, to class {a.argmax()}."
    )


def logistic_loss(y: ArrayLike, a: ArrayLike) -> Picture:
    """Draw the logistic loss over the probability a, with examples on its two curves.

    Parameters
    ----------
    y : array_like of 0 and 1, shape (m,)
        Labels.
    a : array_like of float, shape (m,)
        Probabilities that y = 1, strictly between 0 and 1.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ, a label is not 0 or 1, or a probability is not inside (0, 1).
    """
    y, a = np.asarray(y), np.asarray(a, dtype=np.float64)
    if y.shape != a.shape or y.ndim != 1:
        raise ValueError(f"y and a must both have shape (m,), got {y.shape} and {a.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("y must hold labels 0 and 1 only")
    if not ((a > 0) & (a < 1)).all():
        raise ValueError("a must hold probabilities strictly between 0 and 1")
    loss = np.where(y == 1, -np.log(a), -np.log1p(-a))

    fig, axes = figure(height=3.9)
    grid = np.linspace(0.005, 0.995, 400)
    top = max(4.2, 1.15 * float(loss.max(initial=0.0)))
    axes.plot(grid, -np.log(grid), **look("y = 1"))
    axes.plot(grid, -np.log1p(-grid), **look("y = 0"))
    for label in (1, 0):
        points = {**look(f"y = {label}", marker=True), "linestyle": "none"}
        axes.plot(a[y == label], loss[y == label], **points, ms=9, mec=FILLS["paper"])
    axes.annotate(
        r"$y=1$: $-\log\,a$",
        (0.045, 3.1),
        xytext=(0.12, 3.35),
        color=text_colour("y = 1"),
        va="center",
    )
    axes.annotate(
        r"$y=0$: $-\log(1-a)$",
        (0.955, 3.1),
        xytext=(0.88, 3.35),
        color=text_colour("y = 0"),
        va="center",
        ha="right",
    )
    axes.set(
        xlabel=r"$a$, the probability given to $y=1$",
        ylabel="loss",
        xlim=(0, 1),
        ylim=(0, top),
        title="Little is lost by being nearly right, much by being sure and wrong",
    )
    named = np.array([0.01, 0.1, 0.5, 0.9, 0.99])
    points = "; ".join(
        f"y = {label}, a = {p:.2f}: loss {value:.2f}"
        for label, p, value in zip(y, a, loss, strict=True)
    )
    return picture(
        fig,
        f"""Loss over the probability a given to y = 1. For y = 1 the curve −log a falls:
        {_named(-np.log(named), named)}, and 0 at a = 1. For y = 0 the curve −log(1 − a), its mirror
        image, rises from 0 at a = 0: {_named(-np.log1p(-named), named)}. {len(y)} examples lie on
        the curves: {points}.""",
    )


def _named(values: np.ndarray, places: np.ndarray) -> str:
    """Say a curve's values at a few places."""
    pairs = zip(values, places, strict=True)
    return ", ".join(f"{value:.2f} at a = {place:g}" for value, place in pairs)


def confidence_explorer(num_classes: int) -> Explorer:
    """Show what a forecaster loses on average by claiming more or less confidence than it earns.

    The forecaster picks one class, is right with probability p, claims probability c for its
    class and shares 1 − c evenly among the others. Its expected cross-entropy is
    −p log c − (1 − p) log((1 − c)/(N − 1)), smallest at c = p.

    Parameters
    ----------
    num_classes : int
        N, at least 2.

    Returns
    -------
    Explorer
        With the sliders `right` (p) and `claimed` (c).

    Raises
    ------
    ValueError
        If there are fewer than two classes.
    """
    if num_classes < 2:
        raise ValueError(f"num_classes must be at least 2, got {num_classes}")
    guess = float(np.log(num_classes))
    grid = np.linspace(0.01, 0.9975, 400)

    def expected_loss(right: float, claimed: float | np.ndarray) -> np.ndarray:
        others = (1 - claimed) / (num_classes - 1)
        return -right * np.log(claimed) - (1 - right) * np.log(others)

    fig, axes = figure(width=7.2, height=3.3)
    (curve,) = axes.plot(grid, expected_loss(0.8, grid), color=COLOURS["data"])
    drop = axes.vlines([0.8], 0, [1], colors=COLOURS["third"], linestyles=":", linewidth=2)
    (honest,) = axes.plot([0.8], [1], "D", color=COLOURS["third"], ms=9, mec=FILLS["paper"])
    (claim,) = axes.plot(
        [0.8], [1], "o", color=COLOURS["marked"], ms=12, mec=FILLS["paper"], clip_on=False
    )
    axes.axhline(guess, color=COLOURS["guide"], linestyle="--", linewidth=1.5)
    axes.text(
        0.015, guess - 0.07, f"the guesser's log {num_classes}", color=COLOURS["guide"], va="top"
    )
    paper = {"boxstyle": "square,pad=0.1", "facecolor": FILLS["paper"], "edgecolor": "none"}
    note = axes.text(0.5, 1, "", color=text_colour("marked"), ha="right", bbox=paper)
    low = axes.text(0.5, 0.12, "", color=text_colour("third"), ha="right")
    axes.set(
        xlabel=r"$c$, the confidence it claims",
        ylabel="expected loss",
        xlim=(0, 1),
        ylim=(0, 3.1),
        title="The loss is lowest for the confidence that is earned",
    )

    def draw(right: float, claimed: float) -> str:
        curve.set_ydata(expected_loss(right, grid))
        best, paid = float(expected_loss(right, right)), float(expected_loss(right, claimed))
        honest.set_data([right], [best])
        claim.set_data([claimed], [paid])
        drop.set_segments([[(right, 0), (right, best)]])
        low.set_x(right - 0.015)
        low.set_text(f"earned {right:.2f}: loses {best:.2f}")
        on_the_left = claimed < 0.4
        note.set_position((claimed + (0.025 if on_the_left else -0.025), paid + 0.08))
        note.set_ha("left" if on_the_left else "right")
        note.set_text(f"claims {claimed:.2f}: loses {paid:.2f}")
        honesty = (
            "which is the least possible"
            if abs(claimed - right) < 1e-9
            else f"{paid - best:.2f} above the {best:.2f} of honesty"
        )
        verdict = "worse" if paid > guess else "better"
        return (
            f"A forecaster of {num_classes} classes is right {right:.0%} of the time and claims "
            f"{claimed:.0%}: its expected loss is {paid:.2f}, {honesty}, and {verdict} than the "
            f"{guess:.2f} of guessing. The curve is lowest at a claim of {right:.0%}."
        )

    return Explorer(
        fig,
        draw,
        [drop, curve, honest, claim, note, low],
        right=Slider("Share right, p", 0.5, 0.95, 0.05, 0.8),
        claimed=Slider("Confidence, c", 0.05, 0.99, 0.01, 0.99),
    )


def gradient_explorer(z: ArrayLike, y: int, learning_rate: float = 1.0) -> Explorer:
    """Show the push on each class, onehot(y) − a, while steps of descent move one example's logits.

    Parameters
    ----------
    z : array_like of float, shape (N,)
        The logits to start from, at least two, between −6 and 6.
    y : int
        The true class to start with, in 0…N−1.
    learning_rate : float
        How far a step goes.

    Returns
    -------
    Explorer
        With the slider `step`, which plays, and the choice `true` (the true class).

    Raises
    ------
    ValueError
        If `z` is not a row of at least two logits between −6 and 6, or `y` is no class.
    """
    z = np.asarray(z, dtype=np.float64)
    if z.ndim != 1 or len(z) < 2 or not (np.abs(z) <= 6).all():
        raise ValueError(f"z must be a row of at least two logits between -6 and 6, got {z}")
    if y not in range(len(z)):
        raise ValueError(f"y must be from 0 to {len(z) - 1}, got {y}")
    classes = np.arange(len(z))

    fig, axes = figure(width=5.4, height=4.1)
    pale = {"color": tint(COLOURS["data"]), "edgecolor": COLOURS["data"], "linewidth": 1.5}
    bars = axes.bar(classes, np.ones(len(z)), 0.62, **pale)
    (target,) = axes.bar([y], [1.0], 0.78, fill=False, lw=1.8, linestyle="--")
    target.set_edgecolor(COLOURS["ink"])
    arrows = [_push_arrow() for _ in classes]
    for arrow in arrows:
        axes.add_patch(arrow)
    pushes = [
        axes.text(k, 0, "", ha="center", fontsize=12, color=text_colour("backward"))
        for k in classes
    ]
    below = axes.get_xaxis_transform()
    names = [
        axes.text(k, -0.03, "", ha="center", va="top", transform=below, fontsize=11)
        for k in classes
    ]
    axes.set(xticks=[], xlim=(-0.6, len(z) - 0.4), ylim=(0, 1.22), ylabel="probability $a$")
    axes.set_xlabel("class, and its logit", labelpad=34)
    axes.set_title("An arrow is the push on a logit: from $a$ to the truth")

    def draw(step: float, true: str) -> str:
        label, logits = int(true), z.copy()
        for _ in range(int(step)):
            logits -= learning_rate * (_softmax(logits) - (classes == label))
        a = _softmax(logits)
        push = (classes == label) - a
        target.set_x(label - 0.39)
        for k in classes:
            bars[k].set_height(a[k])
            arrows[k].set_positions((k, a[k]), (k, a[k] + push[k]))
            arrows[k].set_visible(abs(push[k]) >= 0.04)
            pushes[k].set_text(_signed(push[k]))
            pushes[k].set_position((k, max(a[k], float(k == label)) + 0.04))
            names[k].set_text(f"class {k}\n$z$ = {_signed(logits[k])}")
        when = "Before the first step" if step == 0 else f"After {_steps(int(step))}"
        return (
            f"{when} the true class {label} has probability {a[label]:.2f} and loss "
            f"{-np.log(a[label]):.2f}. The pushes on the logits of classes 0 to {len(z) - 1} are "
            + ", ".join(map(_signed, push))
            + ": up for the true class alone. The logits are "
            + ", ".join(map(_signed, logits))
            + "."
        )

    return Explorer(
        fig,
        draw,
        [*bars, target, *arrows, *pushes, *names],
        story=[{"step": 0}, {"step": 3}, {"step": 20}],
        step=Slider("Step", 0, 20, 1, 0, play=True),
        true=Choice("True class", [str(k) for k in classes], str(y)),
    )


def _push_arrow() -> FancyArrowPatch:
    look = {"color": COLOURS["backward"], "linewidth": 2.4, "shrinkA": 0, "shrinkB": 0}
    return FancyArrowPatch((0, 0), (0, 1), arrowstyle="-|>", mutation_scale=14, zorder=3, **look)


def _softmax(z: np.ndarray) -> np.ndarray:
    exponentials = np.exp(z - z.max())
    return exponentials / exponentials.sum()


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _signed(value: float) -> str:
    """Return the value with its sign and two decimals, zero without a sign."""
    return "0.00" if abs(value) < 0.005 else f"{value:+.2f}".replace("-", "−")


def step_size(h: ArrayLike, error: ArrayLike) -> Picture:
    """Draw the error of central differences against the step, with its two laws.

    Parameters
    ----------
    h : array_like of float, shape (s,)
        Steps, from at most 1e-10 to at least 0.1.
    error : array_like of float, shape (s,)
        The largest error of the differences with each step, positive.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ, the steps do not reach far enough, or something is not positive.
    """
    h, error = np.asarray(h, dtype=np.float64), np.asarray(error, dtype=np.float64)
    if h.ndim != 1 or h.shape != error.shape:
        raise ValueError(f"h and error must both have shape (s,), got {h.shape} and {error.shape}")
    if not ((h > 0) & (error > 0)).all():
        raise ValueError("h and error must be positive")
    if h.min() > 1.01e-10 or h.max() < 0.099:
        raise ValueError("h must reach from 1e-10 to 0.1")
    best = float(np.cbrt(np.finfo(np.float64).eps))
    # Where one law rules, error · h or error / h² is the same at every step: the middle one.
    rounding = float(np.median((error * h)[h < 1e-7]))
    wide = (h > 1e-3) & (h < 0.2)
    truncation = float(np.median((error / h**2)[wide]))

    fig, axes = figure(height=4.2)
    narrow_line, wide_line = h[h < 1e-4], h[h > 1e-6]
    axes.loglog(narrow_line, rounding / narrow_line, "--", color=COLOURS["marked"], lw=1.8)
    axes.loglog(wide_line, truncation * wide_line**2, "-.", color=COLOURS["third"], lw=1.8)
    axes.loglog(h, error, "o", color=COLOURS["data"], ms=5)
    axes.axvline(best, color=COLOURS["guide"], linestyle=":", lw=1.8)
    # The labels stand beside their lines, on the side where no points are.
    axes.text(1e-9, 8 * rounding / 1e-9, r"rounding: $\propto 1/h$", color=text_colour("marked"))
    where = (10**-2.3, truncation * 1e-3)
    axes.text(*where, r"truncation: $\propto h^2$ ", color=text_colour("third"), ha="right")
    axes.text(
        best * 1.25, axes.get_ylim()[0] * 2, r"$h=\sqrt[3]{\varepsilon}$", color=COLOURS["guide"]
    )
    axes.set(
        xlabel="step $h$",
        ylabel=r"largest error of $\partial J/\partial W$",
        title="Too large a step bends the answer, too small a step rounds it away",
    )
    decade = np.floor(np.log10(rounding))
    here, there = (int(np.argmin(np.abs(np.log10(h) - power))) for power in (-1, -2))
    return picture(
        fig,
        f"""Error of central differences against the step h, both axes logarithmic: a V. On the
        right it falls with the square of h, from {error[here]:.1e} at h = {h[here]:.2g} to
        {error[there]:.1e} at h = {h[there]:.2g}. On the left it grows like 1/h, scattered, between
        10^{decade:.0f} and 10^{decade + 1:.0f} divided by h. The lowest errors lie near the dotted
        line, the cube root of eps, {best:.0e}.""",
    )


def training(
    costs: ArrayLike, num_classes: int, learning_rate: float, theirs: ArrayLike | None = None
) -> Picture:
    """Draw the cost by epoch, and where a guesser stays; Keras's beside it, if given.

    Parameters
    ----------
    costs : array_like of float, shape (epochs,)
        Our cost at the start of every epoch.
    num_classes : int
        N; the guesser's cost is log N.
    learning_rate : float
        The size of the steps, for the title.
    theirs : array_like of float, shape (epochs,), optional
        The same from Keras.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `costs` is no row of numbers, or `theirs` has another shape.
    """
    costs = np.asarray(costs, dtype=np.float64)
    if costs.ndim != 1 or not costs.size:
        raise ValueError(f"costs must have shape (epochs,), got {costs.shape}")
    guess, epochs = float(np.log(num_classes)), np.arange(len(costs))
    fig, axes = figure(height=3.5)
    line = {"color": COLOURS["guide"], "linestyle": "--", "lw": 1.5}
    axes.plot(epochs, np.full(len(costs), guess), **line, label=f"guesser: log {num_classes}")
    name, beside = "our loop", ""
    if theirs is not None:
        theirs = np.asarray(theirs, dtype=np.float64)
        if costs.shape != theirs.shape:
            raise ValueError(
                f"costs and theirs must have one shape, got {costs.shape} and {theirs.shape}"
            )
        shown = {**look("Keras", marker=True), "linestyle": "none", "mfc": "none"}
        axes.plot(epochs, theirs, **shown, ms=8, mew=1.8, markevery=5)
        name = "our loop (line)\nKeras (circles)"
        beside = f" Keras's circles lie on it, from {theirs[0]:.2f} to {theirs[-1]:.2f}."
    axes.plot(epochs, costs, **look("ours"), label=name)
    highest = costs.max()
    message = f"falls to {costs[-1]:.2f}" if highest <= costs[0] else f"jumps to {highest:.0f}"
    finite = costs[np.isfinite(costs)]
    axes.set(
        xlabel="epoch",
        ylabel="cost $J$",
        ylim=(0, 1.1 * max(guess, finite.max(initial=0.0))),
        title=f"With α = {learning_rate:g} the cost {message}",
    )
    label_lines(axes)
    return picture(
        fig,
        f"""Cost by epoch, {len(costs)} epochs with the learning rate {learning_rate:g}. Our loop's
        line goes from {costs[0]:.2f} to {costs[-1]:.2f}, at most {highest:.2f}; a guesser stays at
        log {num_classes} = {guess:.2f}.{beside}""",
    )
