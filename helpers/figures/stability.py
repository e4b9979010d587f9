"""Figures of lesson 5: where floats run out, and what that does to a loss and to training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers import stability
from helpers.figures import diagrams
from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, LOOKS, look, text_colour
from helpers.figures.style import Picture, figure, picture

_FORMS = ("naive", "clipped", "fused")
_PRECISIONS = {"float32": np.float32, "float64": np.float64}
_BINS = 80  # of the picture of right digits


def largest_logits(z: np.ndarray, y: np.ndarray) -> Picture:
    """Draw how the largest logit of each example is distributed, and say how many are right.

    Parameters
    ----------
    z : ndarray of float, shape (m, N)
        Logits, one row per example.
    y : ndarray of int, shape (m,)
        Labels.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `z` is not a table of finite logits.
    """
    _check_rows(z)
    largest = z.max(axis=1)
    right = np.mean(z.argmax(axis=1) == y)
    fig, axes = figure(height=3.2)
    axes.hist(largest, bins=30, color=COLOURS["data"], edgecolor=FILLS["paper"], linewidth=0.6)
    axes.set(
        xlim=(min(0.0, float(largest.min())), None),
        xlabel="largest of the image's ten logits",
        ylabel="images",
        title=f"{right:.0%} of {len(z)} new images are read rightly, and the logits are huge",
    )
    return picture(
        fig,
        f"{right:.0%} of {len(z)} images are read rightly. Histogram of the largest logit of each, "
        f"from {largest.min():.0f} to {largest.max():.0f}, half of them above "
        f"{np.median(largest):.0f}.",
    )


def number_line(added: float) -> Picture:
    """Draw floats on a number line: those of a small format, and float32's just above 1.

    Parameters
    ----------
    added : float
        A small number, 0 to 3e-7; where 1 + added falls, and where float32 rounds it to, is marked.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `added` is not in the picture.
    """
    if not 0 <= added <= 3e-7:
        raise ValueError(f"added must be between 0 and 3e-7, got {added}")
    small = np.array([d / 4 * 2.0**e for e in range(-1, 4) for d in (4, 5, 6, 7)])
    rounded = float(np.float32(1 + added))
    fig, (top, bottom) = figure(2, 1, height=3.6)
    for axes in (top, bottom):
        axes.axhline(0, color=COLOURS["ink"], linewidth=1.2)
        axes.set(yticks=[], ylim=(-1.2, 1.5))
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
    top.plot(small, 0 * small, "|", color=COLOURS["data"], ms=20, mew=2.2)
    for low, high, gap in ((1, 2, "1/4"), (2, 4, "1/2"), (4, 8, "1"), (8, 14, "2")):
        top.text((low + high) / 2, 0.75, f"gap {gap}", ha="center", fontsize=11)
        top.plot([low + 0.05, high - 0.05], [0.6, 0.6], "-", color=COLOURS["guide"], linewidth=1.2)
    top.text(14.2, -0.75, "then inf", va="center", color=text_colour("marked"), fontsize=11)
    top.set(
        xlim=(0, 16),
        xticks=[0, 1, 2, 4, 8, 14],
        title="All numbers from ½ to 14 that have three binary digits: the gap grows",
    )
    gap = float(np.spacing(np.float32(1)))
    floats = np.array([-gap / 2, 0, gap, 2 * gap, 3 * gap])
    bottom.plot(floats, 0 * floats, "|", color=COLOURS["data"], ms=20, mew=2.2)
    bottom.plot([added], [0], "o", color=COLOURS["marked"], ms=7)
    bottom.annotate(
        f"1 + {added:.0e} becomes {_above_one(rounded)}".replace("e-0", "e-"),
        (rounded - 1, 0.35),
        xytext=(added + 2.5e-8, 1.05),
        ha="left",
        va="center",
        color=text_colour("marked"),
        arrowprops={"arrowstyle": "->", "color": COLOURS["marked"]},
    )
    bottom.set(
        xlim=(-1.0e-7, 4.0e-7),
        xticks=floats,
        xticklabels=[
            f"1 − {_in_e7(gap / 2)}",
            "1",
            *(f"1 + {_in_e7(value)}" for value in floats[2:]),
        ],
        title="float32 just above 1: what falls into a gap is rounded to one of its ends",
    )
    return picture(
        fig,
        "Two number lines. The numbers with three binary digits: four in each doubling, so the gap "
        f"is 1/4 from 1 to 2, 1/2 up to 4, 1 up to 8 and 2 up to 14, the last. Below, float32's "
        f"first numbers above 1, {_in_e7(gap)} apart: 1 + {added:.1e} becomes "
        f"{_above_one(rounded)}.",
    )


def exponential_range(z: np.ndarray) -> Picture:
    """Draw for which z the exponential can be stored in each precision, and a model's logits.

    Parameters
    ----------
    z : ndarray of float, any shape
        The model's logits.

    Returns
    -------
    Picture
    """
    bars = {}
    for name in _PRECISIONS:
        info = np.finfo(name)
        bars[name] = np.log(float(info.smallest_subnormal)), np.log(float(info.max))
    colours = [*(COLOURS[name] for name in bars), COLOURS["guide"]]
    bars["logits"] = float(z.min()), float(z.max())
    fig, axes = figure(height=3.0)
    for row, ((low, high), colour) in enumerate(zip(bars.values(), colours, strict=True)):
        axes.barh(row, high - low, left=low, height=0.55, color=colour)
        axes.text(low - 12, row, _number(low), ha="right", va="center", fontsize=11)
        axes.text(high + 12, row, _number(high), ha="left", va="center", fontsize=11)
    axes.axvline(0, color=COLOURS["ink"], linewidth=0.8)
    names = [rf"$e^z$ in {name}" for name in _PRECISIONS]
    axes.set_yticks(range(len(bars)), [*names, "the model's $z$"])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    reach = max(abs(end) for pair in bars.values() for end in pair)
    axes.set(
        xlim=(-1.2 * reach, 1.2 * reach),
        xlabel="$z$   (left of a bar $e^z$ is too small to store, right of it too large)",
        title="The model's logits leave the range of float32 on both sides",
    )
    said = ", ".join(f"{name} {low:.0f} to {high:.0f}" for name, (low, high) in bars.items())
    return picture(
        fig,
        f"Three horizontal bars on an axis of z. Where exp(z) is neither too small nor too large "
        f"to store, and the model's own logits: {said}.".replace("-", "−"),
    )


def naive_way(z: Sequence[float], y: int, title: str) -> Picture:
    """Draw the naive way from logits to the loss, in float32, with the number at each step.

    Parameters
    ----------
    z : sequence of float, shape (N,)
        The logits.
    y : int
        The true class.
    title : str
        What it shows.

    Returns
    -------
    Picture
    """
    logits = np.asarray(z, dtype=np.float32)
    with np.errstate(all="ignore"):
        exponentials = np.exp(logits)
        a = exponentials / exponentials.sum()
        loss = -np.log(a[y])
    # Two digits: the last ones of an exponential are those of the processor.
    shown = np.array([float(f"{value:.1e}") for value in exponentials])
    return diagrams.computation_graph(
        ["exp", "divide by the sum", rf"$-\log\,a_{y}$"],
        {"z": (logits, None), "e^z": (shown, None), "a": (a, None), "L": (loss, None)},
        title=title,
    )


def fused_way(z: Sequence[float], y: int, title: str) -> Picture:
    """Draw the fused way from logits to the loss; parameters and result as of `naive_way`."""
    logits = np.asarray(z, dtype=np.float32)
    c = logits.max()
    total = np.exp(logits - c).sum()
    loss = np.log(total) - (logits[y] - c)
    return diagrams.computation_graph(
        ["subtract the largest, c", r"$\Sigma\,\exp$", rf"$\log\,S - (z_{y} - c)$"],
        {"z": (logits, None), "z - c": (logits - c, None), "S": (total, None), "L": (loss, None)},
        title=title,
    )


def digits_right(z: np.ndarray) -> Picture:
    """Draw how many digits of the logistic loss are right, y = 1, form by form, over the logit.

    Parameters
    ----------
    z : ndarray of float, shape (k,)
        Logits, rising, evenly spaced, rounded to float32.

    Returns
    -------
    Picture
        Of neighbouring logits the worst is drawn; 7 digits are all that a float32 has.
    """
    z = np.asarray(z, dtype=np.float32)
    exact = stability.exact_binary_crossentropy(1, z)
    fig, panels = figure(1, 3, height=3.2, sharey=True)
    parts = np.array_split(np.arange(z.size), min(_BINS, z.size))
    edges = np.array([z[part[0]] for part in parts] + [z[-1]], dtype=np.float64)
    said = []
    for axes, form in zip(panels, _FORMS, strict=True):
        right = _right_digits(_loss_and_gradient(form, z)[0], exact.astype(np.float64))
        worst = np.array([right[part].min() for part in parts])
        axes.stairs(worst, edges, fill=True, color=COLOURS[form])
        axes.set(xlim=(z[0], z[-1]), ylim=(0, 7.6), xlabel="logit $z$", title=form)
        low, high = edges[1:][worst < 1], edges[:-1][worst < 1]
        said.append(f"{form}: {_lost(low[low < 0], high[high > 0], worst.min())}")
    panels[0].set_ylabel("digits right")
    title = "The loss for $y = 1$, in float32: only the fused form is right everywhere"
    fig.suptitle(title, x=0.02, ha="left", fontsize=12)
    return picture(
        fig,
        f"Three panels: how many digits of the loss are right, 7 at most, for logits from "
        f"{z[0]:.0f} to {z[-1]:.0f} and y = 1. {'; '.join(said)}.".replace("-", "−"),
    )


def forms_explorer() -> Explorer:
    """Let the reader move a logit and see loss and gradient in three forms, y = 1.

    Returns
    -------
    Explorer
        With the slider `z` and the choice `precision`.
    """
    grid = np.linspace(-120, 120, 481)
    curves = {
        (form, precision): _loss_and_gradient(form, grid.astype(dtype))
        for form in _FORMS
        for precision, dtype in _PRECISIONS.items()
    }
    fig, panels = figure(2, 3, width=7.6, height=4.4, sharex=True, sharey="row")
    lines, points, grounds = {}, {}, {}
    for column, form in enumerate(_FORMS):
        for row, exact in enumerate(curves["fused", "float64"]):
            axes = panels[row, column]
            # What no number can be drawn for, left and right; behind everything.
            grounds[form, row] = [_ground(axes), _ground(axes)]
            axes.plot(grid, exact, "-", color=FILLS["others"], linewidth=1.2)
            style = {"color": COLOURS[form], "linewidth": 2.8}
            (lines[form, row],) = axes.plot(grid, exact, "-", **style)
            dot = {"color": COLOURS[form], "ms": 9, "mec": FILLS["paper"], "clip_on": False}
            (points[form, row],) = axes.plot([0], [0], LOOKS[form].marker, **dot)
        panels[0, column].set(ylim=(-6, 126), title=form)
        panels[1, column].set(ylim=(-1.15, 0.15), xlim=(-122, 122), xlabel="logit $z$")
    panels[0, 0].set_ylabel("loss $L$")
    panels[1, 0].set_ylabel(r"push $\partial L/\partial z$")
    notes = {
        (form, row): panels[row, column].text(
            *((60, 105) if row == 0 else (60, -0.95)), "", ha="center", va="center", fontsize=11
        )
        for column, form in enumerate(_FORMS)
        for row in (0, 1)
    }

    def draw(z: float, precision: str) -> str:
        said = []
        for form in _FORMS:
            here = _loss_and_gradient(form, np.array([z], _PRECISIONS[precision]))
            for row, curve in enumerate(curves[form, precision]):
                value = float(here[row][0])
                lines[form, row].set_ydata(curve)
                points[form, row].set_data([z], [value])  # nan and inf leave no mark
                notes[form, row].set_text(_short(value))
                broken = grid[~np.isfinite(curve)]
                left, right = broken[broken < 0], broken[broken > 0]
                low, high = grounds[form, row]
                _span(low, -130, left.max() if left.size else -130)
                _span(high, right.min() if right.size else 130, 130)
            said.append(f"{form} loss {_short(here[0][0])}, gradient {_short(here[1][0])}")
        return f"{precision}, y = 1, z = {z:g}: {'; '.join(said)}.".replace("-", "−")

    moving = [part for pair in grounds.values() for part in pair]
    moving += [*lines.values(), *points.values(), *notes.values()]
    return Explorer(
        fig,
        draw,
        moving,
        story=[{"z": -60.0}, {"z": 40.0}],
        z=Slider("Logit z", -120.0, 120.0, 1.0, -5.0),
        precision=Choice("Precision", tuple(_PRECISIONS), "float32"),
    )


def double_softmax(once: np.ndarray, twice: np.ndarray, num_classes: int) -> Picture:
    """Draw the loss in training with one softmax and with two.

    Parameters
    ----------
    once, twice : ndarray of float, shape (epochs,)
        The loss, by epoch, that softmax once and softmax twice report.
    num_classes : int
        N: with two softmaxes the loss cannot fall below log(1 + (N − 1)/e).

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if once.shape != twice.shape or once.ndim != 1:
        raise ValueError(f"once and twice must have one shape, got {once.shape}, {twice.shape}")
    floor = float(np.log1p((num_classes - 1) / np.e))
    fig, axes = figure(height=3.4)
    epochs = np.arange(len(once))
    axes.plot(epochs, twice, **look("wrong"))
    axes.plot(epochs, once, **look("right"))
    axes.axhline(floor, color=COLOURS["guide"], linestyle=":", linewidth=1.8)
    axes.text(epochs[-1], twice[-1] + 0.16, "softmax twice", color=text_colour("wrong"), ha="right")
    axes.text(epochs[-1], once[-1] + 0.1, "softmax once", color=text_colour("right"), ha="right")
    axes.text(epochs[-1], floor - 0.05, "floor", color=COLOURS["guide"], ha="right", va="top")
    axes.set(
        ylim=(0, max(once.max(), twice.max()) * 1.12),
        xlabel="step",
        ylabel="training loss",
        title="With two softmaxes the loss has a floor, and training crawls",
    )
    return picture(
        fig,
        f"Training loss over {len(once)} steps. One softmax: from {once[0]:.1f} to "
        f"{once[-1]:.2f}. Two: from {twice[0]:.1f} to {twice[-1]:.2f}, above a floor of "
        f"{floor:.2f} that it cannot cross.",
    )


def relearning(
    logits: Mapping[str, Sequence[np.ndarray]], y: np.ndarray, watched: np.ndarray
) -> Picture:
    """Draw how many corrected labels are learned, step by step, with each form of the loss.

    Parameters
    ----------
    logits : mapping of form to sequence of ndarray, shape (m, N)
        For "naive", "clipped" and "fused": the logits before each step.
    y : ndarray of int, shape (m,)
        The labels.
    watched : ndarray of bool, shape (m,)
        The examples that count.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a form is missing.
    """
    if set(logits) != set(_FORMS):
        raise ValueError(f"logits must hold {', '.join(_FORMS)}, got {', '.join(logits)}")
    fig, axes = figure(height=3.6)
    said = []
    for form in logits:
        rows = [z[watched] for z in logits[form]]
        alive = [bool(np.isfinite(z).all()) for z in rows]
        steps = alive.index(False) if False in alive else len(rows)  # before the first nan
        share = [100 * np.mean(z.argmax(axis=1) == y[watched]) for z in rows[:steps]]
        every = max(1, len(rows) // 10)
        axes.plot(share, **look(form, marker=True), markevery=every)
        if steps < len(rows):
            axes.annotate(
                f"{form}: nan from step {steps} on",
                (steps - 1, share[-1]),
                xytext=(steps - 1 + 0.02 * len(rows), 70),
                color=text_colour(form),
                arrowprops={"arrowstyle": "->", "color": COLOURS[form]},
            )
            said.append(f"{form}: nan from step {steps} on")
        else:
            axes.text(len(rows) - 1, share[-1] + 4, form, color=text_colour(form), ha="right")
            said.append(f"{form}: {share[-1]:.0f}% at last")
    axes.set(
        ylim=(-4, 108),
        xlabel="step",
        ylabel="swapped digits right (%)",
        title="Only the fused loss unlearns a confident mistake",
    )
    return picture(
        fig,
        f"Share of the relabelled digits that the model gets right, over {len(rows)} steps, "
        f"starting at 0 %. {'; '.join(said)}.",
    )


# --- parts ----------------------------------------------------------------------------------------


def _loss_and_gradient(form: str, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    loss = getattr(stability, f"{form}_binary_crossentropy")
    gradient = getattr(stability, f"{form}_binary_crossentropy_gradient")
    return loss(1, z), gradient(1, z)


def _right_digits(values: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Return −log₁₀ of the relative error, from 0 (also for nan and inf) to 7."""
    error = np.abs(values.astype(np.float64) / exact - 1)
    error = np.where(np.isfinite(error), error, 1.0)
    return np.clip(-np.log10(np.clip(error, 1e-7, 1.0)), 0, 7)


def _lost(low: np.ndarray, high: np.ndarray, worst: float) -> str:
    if not low.size and not high.size:
        return f"at least {worst:.0f} digits everywhere"
    parts = [f"up to z = {low.max():.0f}"] if low.size else []
    parts += [f"from z = {high.min():.0f} on"] if high.size else []
    return f"not one digit {' and '.join(parts)}"


def _ground(axes: Axes) -> Rectangle:
    """Return a strip of no width, from the bottom of the axes to the top."""
    strip = Rectangle((0, 0), 0, 1, transform=axes.get_xaxis_transform())
    strip.set(color=FILLS["out of reach"], linewidth=0)
    return axes.add_patch(strip)


def _span(rectangle: Rectangle, low: float, high: float) -> None:
    rectangle.set_x(low)
    rectangle.set_width(high - low)


def _in_e7(value: float) -> str:
    return f"{value * 1e7:.1f}e-7"


def _above_one(value: float) -> str:
    return "1" if value == 1 else f"1 + {_in_e7(value - 1)}"


def _number(value: float) -> str:
    return f"{value:.0f}".replace("-", "−")


def _short(value: float) -> str:
    """Return a number in few characters, coarse where its last digits depend on the processor."""
    if not np.isfinite(value):
        return str(value)
    if abs(value) < 5e-4:
        return "0" if value == 0 else "almost 0"
    return f"{value:.3g}".replace("-", "−")


def _check_rows(z: np.ndarray) -> None:
    if z.ndim != 2 or not z.size or not np.isfinite(z).all():
        raise ValueError(f"z must be a table of finite logits, got shape {z.shape}")
