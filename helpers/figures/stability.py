"""Figures of lesson 5: where floats run out, and what that does to a loss and to training."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from helpers import stability
from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, LOOKS, lightened, look, text_colour
from helpers.figures.style import Picture, figure, picture

_FORMS = ("naive", "clipped", "fused")
_BOTTOM_UP = _FORMS[::-1]  # so that the thin naive curve lies on the thick fused one
# An error of so many float32 ulp is an eighth of the result, or nearly.
_HOPELESS = 2.0**20
_PRECISIONS = {"float32": np.float32, "float64": np.float64}


def largest_logits(z: np.ndarray) -> Picture:
    """Draw how the largest logit of each example is distributed.

    Parameters
    ----------
    z : ndarray of float, shape (m, N)
        Logits, one row per example.

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
    fig, axes = figure(height=3.2)
    axes.hist(largest, bins=30, color=COLOURS["data"], edgecolor=FILLS["paper"], linewidth=0.6)
    axes.set(
        xlim=(min(0.0, float(largest.min())), None),
        xlabel="largest of the ten logits",
        ylabel="images",
        title="This model is very sure of itself",
    )
    return picture(
        fig,
        f"Histogram of the largest logit of each of {len(z)} images, from {largest.min():.0f} to "
        f"{largest.max():.0f}, half of them above {np.median(largest):.0f}.",
    )


def spacing(x: np.ndarray, gaps: Mapping[str, np.ndarray]) -> Picture:
    """Draw the distance from a number to the next one that the computer has.

    Parameters
    ----------
    x : ndarray of float, shape (k,)
        Positive numbers, rising.
    gaps : mapping of precision to ndarray, shape (k,)
        The distance to the next number, for "float32" and "float64".

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ or something is not positive.
    """
    if not (x > 0).all() or not all(g.shape == x.shape and (g > 0).all() for g in gaps.values()):
        raise ValueError("x and gaps must be positive and of the same shape")
    fig, axes = figure(height=3.8)
    for name, gap in gaps.items():
        axes.loglog(x, gap, **look(name))
        at = len(x) // 6
        axes.text(x[at], gap[at] * 30, name, color=text_colour(name), ha="right")
    axes.set(
        xlabel="number $x$",
        ylabel="gap to the next number",
        ylim=(min(g.min() for g in gaps.values()) / 10, 1e3 * max(g.max() for g in gaps.values())),
        title="The gap grows with the number: the digits stay the same",
    )
    said = "; ".join(
        f"{name} from {gap[0]:.1e} at {x[0]:.0e} to {gap[-1]:.1e} at {x[-1]:.0e}"
        for name, gap in gaps.items()
    )
    return picture(
        fig,
        f"Gap between neighbouring numbers against their size, both axes logarithmic: two rising "
        f"staircases, one step for each doubling of x. {said}.",
    )


def exponential_range(limits: Mapping[str, tuple[float, float]], z: np.ndarray) -> Picture:
    """Draw for which z the exponential is a number, and which logits a model has.

    Parameters
    ----------
    limits : mapping of precision to (low, high)
        Below `low` exp(z) is less than the smallest number above 0, above `high` it is infinite.
    z : ndarray of float, any shape
        The model's logits.

    Returns
    -------
    Picture
    """
    fig, axes = figure(height=3.0)
    bars = {**limits, "logits": (float(z.min()), float(z.max()))}
    colours = [*(COLOURS[name] for name in limits), COLOURS["guide"]]
    for row, ((low, high), colour) in enumerate(zip(bars.values(), colours, strict=True)):
        axes.barh(row, high - low, left=low, height=0.55, color=colour)
        axes.text(low - 12, row, _number(low), ha="right", va="center", fontsize=11)
        axes.text(high + 12, row, _number(high), ha="left", va="center", fontsize=11)
    axes.axvline(0, color=COLOURS["ink"], linewidth=0.8)
    names = [rf"$e^z$ in {name}" for name in limits]
    axes.set_yticks(range(len(bars)), [*names, "the model's $z$"])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    reach = max(abs(end) for pair in bars.values() for end in pair)
    axes.set(
        xlim=(-1.2 * reach, 1.2 * reach),
        xlabel="$z$   (left of a bar $e^z$ is too small to store, right of it too large)",
        title="The model's logits leave the range of float32",
    )
    said = ", ".join(f"{name} {low:.0f} to {high:.0f}" for name, (low, high) in bars.items())
    return picture(
        fig,
        f"Three horizontal bars on an axis of z. Where exp(z) is neither too small nor too large "
        f"to store, and the model's own logits: {said}.".replace("-", "−"),
    )


def form_errors(z: np.ndarray, errors: Mapping[str, np.ndarray]) -> Picture:
    """Draw the error of the three forms of the logistic loss over z.

    Parameters
    ----------
    z : ndarray of float32, shape (k,)
        Logits, rising.
    errors : mapping of form to ndarray, shape (k,)
        For "naive", "clipped" and "fused": the distance to the exact loss in ulp, inf where the
        result is no finite number.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a form is missing or a shape differs.
    """
    if set(errors) != set(_FORMS) or any(e.shape != z.shape for e in errors.values()):
        raise ValueError(f"errors must hold {', '.join(_FORMS)}, each of shape {z.shape}")
    lanes = {"naive": 2e8, "clipped": 1e7, "fused": 4e6}
    fig, axes = figure(height=4.0)
    axes.axhspan(_HOPELESS, 1e9, color=FILLS["beyond"])
    axes.text(
        -36, lanes["naive"], "hardly a digit right", ha="center", va="center", color=COLOURS["ink"]
    )
    axes.axhline(0.5, color=COLOURS["guide"], linewidth=1.2)
    axes.text(
        -84, 1.3, "½ ulp: the best possible", color=COLOURS["guide"], va="center", fontsize=11
    )
    for form, error in errors.items():
        # Curves that have left the picture run beside each other in the band at the top.
        lost = ~(error < _HOPELESS)
        shown = np.where(lost, lanes[form], np.maximum(error, 0.02))
        axes.semilogy(z, shown, LOOKS[form].line, color=COLOURS[form], label=form, linewidth=2.0)
        broken = ~np.isfinite(error)
        axes.plot(z[broken][::8], shown[broken][::8], "X", color=COLOURS[form], ms=6)
    axes.set(
        ylim=(0.015, 1e9),
        xlabel="logit $z$ of an example with $y = 1$",
        ylabel="error of the loss in ulp",
        title="Only the fused form is right for every $z$  (float32; crosses: inf or nan)",
    )
    axes.legend(loc="center right", frameon=True)
    naive = z[~np.isfinite(errors["naive"])]
    clipped = z[~(errors["clipped"] < _HOPELESS)]
    clipped_low, clipped_high = clipped[clipped < 0], clipped[clipped > 0]
    low, high = naive[naive < 0], naive[naive > 0]
    worst = "below 1" if errors["fused"].max() < 1 else f"up to {errors['fused'].max():.0f}"
    return picture(
        fig,
        f"Error of three forms of the logistic loss in ulp, for logits from {z[0]:.0f} to "
        f"{z[-1]:.0f} and y = 1. Fused: {worst} everywhere. Naive: inf or nan "
        f"{_beyond(low, high)}. Clipped: hardly a digit right "
        f"{_beyond(clipped_low, clipped_high)}.",
    )


def forms_explorer() -> Explorer:
    """Let the reader move a logit and see loss and gradient in three forms.

    Returns
    -------
    Explorer
        With the slider `z` and the choices `y` (the label) and `precision`.
    """
    grid = np.linspace(-120, 120, 241)
    curves = {}
    for precision, dtype in _PRECISIONS.items():
        for label in ("0", "1"):
            curves[label, precision] = {
                form: _loss_and_gradient(form, int(label), grid.astype(dtype)) for form in _FORMS
            }
    fig, (left, right) = figure(1, 2, width=7.6, height=3.3)
    lines, points = {}, {}
    for form in _BOTTOM_UP:
        width = {"naive": 2.2, "clipped": 2.2, "fused": 5.0}[form]
        # As light below the two others, to see them on it, as white around it allows.
        colour = lightened(COLOURS[form]) if form == "fused" else COLOURS[form]
        style = {"color": colour, "linestyle": LOOKS[form].line, "linewidth": width}
        size = {"naive": 7, "clipped": 10, "fused": 13}[form]
        dot = {"color": colour, "ms": size, "mec": FILLS["paper"], "clip_on": False}
        lines[form] = [ax.plot(grid, grid, label=form, **style)[0] for ax in (left, right)]
        points[form] = [ax.plot([0], [0], LOOKS[form].marker, **dot)[0] for ax in (left, right)]
    for ax in (left, right):
        ax.set(xlim=(-122, 122), xlabel="logit $z$")
    left.set(ylim=(-6, 126), ylabel="loss $L$", title="The loss …")
    right.set(ylim=(-1.15, 1.15), ylabel=r"$\partial L/\partial z$", title="… and its gradient")
    handles = [lines[form][0] for form in _FORMS]
    fig.legend(handles, _FORMS, loc="outside lower center", ncols=3, frameon=False)
    note = left.text(0, 118, "", ha="center", va="top", fontsize=11)

    def draw(z: float, y: str, precision: str) -> str:
        dtype = _PRECISIONS[precision]
        said, broken = [], []
        for form in _FORMS:
            here = _loss_and_gradient(form, int(y), np.array([z], dtype))
            for line, point, curve, value in zip(
                lines[form], points[form], curves[y, precision][form], here, strict=True
            ):
                line.set_ydata(curve)
                point.set_data([z], [value[0]])  # nan and inf leave no mark
            loss, gradient = (float(value[0]) for value in here)
            said.append(f"{form} loss {_short(loss)}, gradient {_short(gradient)}")
            if not np.isfinite([loss, gradient]).all():
                broken.append(f"{form}: loss {_short(loss)}, gradient {_short(gradient)}")
        note.set_text("\n".join(broken))
        return f"{precision}, y = {y}, z = {z:g}: {'; '.join(said)}.".replace("-", "−")

    moving = [artist for form in _BOTTOM_UP for artist in (*lines[form], *points[form])]
    return Explorer(
        fig,
        draw,
        [*moving, note],
        z=Slider("Logit z", -120.0, 120.0, 1.0, -20.0),
        y=Choice("Label y", ("1", "0"), "1"),
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


def relearning(shares: Mapping[str, np.ndarray]) -> Picture:
    """Draw how many corrected labels are learned, step by step, with each form of the loss.

    Parameters
    ----------
    shares : mapping of form to ndarray of float, shape (steps,)
        For "naive", "clipped" and "fused": the share right before each step, nan once the weights
        are no numbers any more.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a form is missing.
    """
    if set(shares) != set(_FORMS):
        raise ValueError(f"shares must hold {', '.join(_FORMS)}, got {', '.join(shares)}")
    fig, axes = figure(height=3.6)
    said = []
    for form, share in shares.items():
        axes.plot(
            100 * share,
            LOOKS[form].line,
            color=COLOURS[form],
            marker=LOOKS[form].marker,
            markevery=max(1, len(share) // 10),
        )
        alive = np.flatnonzero(np.isfinite(share))[-1]
        over = alive < len(share) - 1
        if over:
            axes.annotate(
                f"{form}: nan from step {alive + 1}",
                (alive, 100 * share[alive]),
                xytext=(alive + 0.02 * len(share), 70),
                color=text_colour(form),
                arrowprops={"arrowstyle": "->", "color": COLOURS[form]},
            )
        else:
            end = (len(share) - 1, 100 * share[-1] + 4)
            axes.text(*end, form, color=text_colour(form), ha="right")
        said.append(
            f"{form}: nan from step {alive + 1} on" if over else f"{form}: {share[-1]:.0%} at last"
        )
    axes.set(
        ylim=(-4, 108),
        xlabel="step",
        ylabel="swapped digits right (%)",
        title="Only the fused loss unlearns a confident mistake",
    )
    return picture(
        fig,
        f"Share of the relabelled digits that the model gets right, over {len(share)} steps, "
        f"starting at 0 %. {'; '.join(said)}.",
    )


# --- parts ----------------------------------------------------------------------------------------


def _loss_and_gradient(form: str, y: int, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    loss = getattr(stability, f"{form}_binary_crossentropy")
    gradient = getattr(stability, f"{form}_binary_crossentropy_gradient")
    return loss(y, z), gradient(y, z)


def _number(value: float) -> str:
    return f"{value:.0f}".replace("-", "−")


def _short(value: float) -> str:
    """Return a number in few characters, coarse where its last digits depend on the processor."""
    if not np.isfinite(value):
        return str(value)
    if abs(value) < 5e-4:
        return "0" if value == 0 else "almost 0"
    return f"{value:.3g}"


def _beyond(low: np.ndarray, high: np.ndarray) -> str:
    parts = [f"for z up to {low.max():.1f}"] if low.size else []
    parts += [f"for z from {high.min():.1f}"] if high.size else []
    return " and ".join(parts).replace("-", "−")


def _check_rows(z: np.ndarray) -> None:
    if z.ndim != 2 or not z.size or not np.isfinite(z).all():
        raise ValueError(f"z must be a table of finite logits, got shape {z.shape}")
