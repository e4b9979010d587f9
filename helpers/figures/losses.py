"""Figures of lesson 4: what the loss means, what its gradient does, and how well it is measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, look, text_colour
from helpers.figures.style import Picture, figure, picture


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
        0.015, guess - 0.07, f"the guesser's ln {num_classes}", color=COLOURS["guide"], va="top"
    )
    note = axes.text(0.5, 4.55, "", color=text_colour("marked"), ha="center")
    low = axes.text(0.5, 1, "", color=text_colour("third"))
    axes.set(
        xlabel=r"$c$, the confidence it claims",
        ylabel="expected loss",
        xlim=(0, 1),
        ylim=(0, 5),
        title="The loss is lowest for the confidence that is earned",
    )

    def draw(right: float, claimed: float) -> str:
        curve.set_ydata(expected_loss(right, grid))
        best, paid = float(expected_loss(right, right)), float(expected_loss(right, claimed))
        honest.set_data([right], [best])
        claim.set_data([claimed], [paid])
        drop.set_segments([[(right, 0), (right, best)]])
        low.set_position((right, best + 0.4))
        low.set_ha("left" if right < 0.5 else "right")
        low.set_text(f"earned: {right:.2f}, loses {best:.2f}")
        note.set_text(f"claims {claimed:.3f}: loses {paid:.2f} on average")
        honesty = (
            "which is the least possible"
            if abs(claimed - right) < 1e-9
            else f"{paid - best:.2f} above the {best:.2f} of honesty"
        )
        verdict = "worse" if paid > guess else "better"
        return (
            f"A forecaster of {num_classes} classes is right {right:.0%} of the time and claims "
            f"{claimed:.1%}: its expected loss is {paid:.2f}, {honesty}, and {verdict} than the "
            f"{guess:.2f} of guessing. The curve is lowest at a claim of {right:.0%}."
        )

    return Explorer(
        fig,
        draw,
        [drop, curve, honest, claim, note, low],
        right=Slider("Share right, p", 0.3, 0.95, 0.05, 0.8),
        claimed=Slider("Confidence, c", 0.02, 0.995, 0.005, 0.99),
    )


def gradient_explorer(z: ArrayLike, y: int) -> Explorer:
    """Show softmax's probabilities and ∂L/∂z = a − onehot(y) while the true class's logit moves.

    Parameters
    ----------
    z : array_like of float, shape (N,)
        The logits to start from, at least two, between −6 and 6.
    y : int
        The true class to start with, in 0…N−1.

    Returns
    -------
    Explorer
        With the slider `logit` (that of the true class) and the choice `true` (the true class).

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

    fig, (left, right) = figure(1, 2, width=7.2, height=3.2)
    probability = left.bar(classes, np.ones(len(z)), 0.6, color=COLOURS["data"])
    target = left.bar(
        classes,
        np.ones(len(z)),
        0.8,
        fill=False,
        edgecolor=COLOURS["ink"],
        linewidth=1.8,
        linestyle="--",
    )
    push = right.bar(
        classes, np.ones(len(z)), 0.6, color=COLOURS["backward"], edgecolor=COLOURS["ink"]
    )
    right.axhline(0, color=COLOURS["ink"], linewidth=1)
    values = [left.text(k, 0, "", ha="center", fontsize=11) for k in classes]
    pushes = [right.text(k, 0, "", ha="center", va="center", fontsize=11) for k in classes]
    ticks = {"xlabel": "class", "xticks": classes}
    left.set(
        ylim=(0, 1.18), ylabel="probability", **ticks, title=r"$a$ (bars) and onehot$(y)$ (dashed)"
    )
    right.set(
        ylim=(-1.25, 1.25),
        ylabel=r"$a - \mathrm{onehot}(y)$",
        **ticks,
        title=r"Their difference: $\partial L/\partial z$",
    )

    def draw(logit: float, true: str) -> str:
        label, moved = int(true), z.copy()
        moved[label] = logit
        a = np.exp(moved - moved.max())
        a /= a.sum()
        gradient = a - (classes == label)
        for k in classes:
            probability[k].set_height(a[k])
            target[k].set_height(float(k == label))
            push[k].set_height(gradient[k])
            push[k].set_hatch("//" if k == label else "")
            values[k].set_text(f"{a[k]:.2f}")
            values[k].set_y(a[k] + 0.03)
            pushes[k].set_text(_signed(gradient[k]))
            pushes[k].set_y(gradient[k] + (0.12 if gradient[k] >= 0 else -0.12))
        return (
            f"With logit {logit:.2f}, ".replace("-", "−")
            + f"the true class {label} gets probability {a[label]:.2f}, so the loss is "
            + f"{-np.log(a[label]):.2f}. The gradient is "
            + ", ".join(map(_signed, gradient))
            + ": below zero for the true class alone, and the bars add up to zero."
        )

    return Explorer(
        fig,
        draw,
        [*probability, *target, *push, *values, *pushes],
        logit=Slider("Logit of the true class", -6.0, 8.0, 0.05, round(float(z[y]), 2)),
        true=Choice("True class", [str(k) for k in classes], str(y)),
    )


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


def training(ours: ArrayLike, theirs: ArrayLike, num_classes: int) -> Picture:
    """Draw the cost by epoch of our loop and of Keras, and where a guesser stays.

    Parameters
    ----------
    ours, theirs : array_like of float, shape (epochs,)
        The cost at the start of every epoch, from NumPy and from Keras.
    num_classes : int
        N; the guesser's cost is ln N.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the two have different shapes.
    """
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if ours.ndim != 1 or ours.shape != theirs.shape:
        raise ValueError(
            f"ours and theirs must both have shape (epochs,), got {ours.shape} and {theirs.shape}"
        )
    guess, epochs = float(np.log(num_classes)), np.arange(len(ours))
    fig, axes = figure(height=3.7)
    axes.axhline(guess, color=COLOURS["guide"], linestyle="--", lw=1.5)
    axes.text(
        epochs[-1], guess - 0.06, f"guessing: ln {num_classes}", **_below_right(COLOURS["guide"])
    )
    axes.plot(epochs, ours, **look("ours"))
    axes.plot(epochs[::5], theirs[::5], "o", color=COLOURS["Keras"], mfc="none", ms=8, mew=1.8)
    middle = len(ours) // 3
    axes.annotate(
        "line: our loop\ncircles: Keras",
        (epochs[middle], ours[middle]),
        xytext=(epochs[middle], ours[middle] + 0.35),
        ha="left",
    )
    axes.set(
        xlabel="epoch",
        ylabel="cost $J$",
        ylim=(0, 1.1 * guess),
        title="The derived gradient takes the same way down as Keras",
    )
    return picture(
        fig,
        f"""Cost by epoch, {len(ours)} epochs. Our loop's line falls from {ours[0]:.2f}, which is a
        guesser's ln {num_classes} = {guess:.2f}, to {ours[-1]:.2f}; Keras's circles lie on it,
        from {theirs[0]:.2f} to {theirs[-1]:.2f}.""",
    )


def _below_right(color: str) -> dict[str, str]:
    return {"color": color, "ha": "right", "va": "top"}
