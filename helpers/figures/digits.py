"""Figures of lesson 9: from the first look at the data to the errors that remain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.figures.explorer import Explorer, Slider
from helpers.figures.palette import (
    COLOURS,
    DIVERGING,
    ERRORS,
    FILLS,
    INK_ON_PAPER,
    look,
    text_colour,
)
from helpers.figures.style import Picture, figure, picture


def _show_digit(axes: Axes, pixels: np.ndarray) -> None:
    axes.imshow(pixels, cmap=INK_ON_PAPER, vmin=0, vmax=16)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set(visible=True, color=COLOURS["guide"])


def _a(digit: int) -> str:
    return f"{'an' if digit == 8 else 'a'} {digit}"


def _sheet(images: np.ndarray, columns: int) -> np.ndarray:
    """Return images in rows, a white line between them, as one image."""
    rows = -(-len(images) // columns)
    sheet = np.zeros((9 * rows - 1, 9 * columns - 1))
    for place, image in enumerate(images):
        row, column = divmod(place, columns)
        sheet[9 * row : 9 * row + 8, 9 * column : 9 * column + 8] = image
    return sheet


def gallery(images: np.ndarray, y: np.ndarray, per_digit: int = 14) -> Picture:
    """Draw the first few images of every digit, a row for each.

    Parameters
    ----------
    images : ndarray of float, shape (m, 8, 8)
        Ink, 0…16.
    y : ndarray of int, shape (m,)
        The digits, 0…9, each at least `per_digit` times.
    per_digit : int
        Images in a row.

    Returns
    -------
    Picture
    """
    rows = [images[y == digit][:per_digit] for digit in range(10)]
    sheet = _sheet(np.concatenate(rows), per_digit)
    fig, axes = figure(width=7.6, height=5.0)
    axes.imshow(sheet, cmap=INK_ON_PAPER, vmin=0, vmax=16)
    axes.set(
        xticks=[],
        yticks=np.arange(10) * 9 + 3.5,
        yticklabels=range(10),
        ylabel="digit",
        title=f"Ten digits, {per_digit} examples of each",
    )
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    ink = [images[y == digit].mean() for digit in range(10)]
    means = np.array([images[y == digit].mean(axis=0) for digit in range(10)])
    apart = np.abs(means[:, np.newaxis] - means).mean(axis=(2, 3))
    upper = np.where(np.triu(np.ones((10, 10), bool), 1), apart, np.nan)
    alike, unlike = (
        np.unravel_index(pick(upper), upper.shape) for pick in (np.nanargmin, np.nanargmax)
    )
    return picture(
        fig,
        f"""Ten rows of {per_digit} images of 8×8 pixels, one row for each digit, in {len(y)}
        examples. White is no ink, black is 16. On average a pixel has {np.mean(images):.1f}; the
        digit with the least ink is {np.argmin(ink)} with {min(ink):.1f}, the one with the most is
        {np.argmax(ink)} with {max(ink):.1f}. The mean images of {alike[0]} and {alike[1]} are most
        alike, {apart[alike]:.1f} apart on average over the pixels; those of {unlike[0]} and
        {unlike[1]} least, {apart[unlike]:.1f}.""",
    )


def every(images: np.ndarray, digit: int, columns: int = 18) -> Picture:
    """Draw all images of one digit.

    Parameters
    ----------
    images : ndarray of float, shape (m, 8, 8)
        Ink, 0…16.
    digit : int
        What they show.
    columns : int
        Images in a row.

    Returns
    -------
    Picture
    """
    fig, axes = figure(width=8.0, height=0.44 * -(-len(images) // columns) + 0.5)
    axes.imshow(_sheet(images, columns), cmap=INK_ON_PAPER, vmin=0, vmax=16)
    axes.set(xticks=[], yticks=[], title=f"All {len(images)} training images of the digit {digit}")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    rows = images.mean(axis=(0, 2))
    most = int(rows.argmax())
    dip = int(rows[: most + 1].argmin())
    deeper = np.mean(images[:, most].sum(axis=1) > images[:, dip].sum(axis=1))
    return picture(
        fig,
        f"""{len(images)} images of the digit {digit} in rows of {columns}. The mean ink of a pixel,
        from the top row of pixels to the bottom row: {", ".join(f"{ink:.1f}" for ink in rows)}.
        Row {most + 1} has the most, in {deeper:.0%} of the images more than row {dip + 1}.""",
    )


def learning_curves(histories: Mapping[str, Mapping[str, Sequence[float]]], stop: int) -> Picture:
    """Draw training and validation loss of several models over the epochs.

    Parameters
    ----------
    histories : mapping of name → history
        Each as `fit` reports it, with "loss" and "val_loss"; two at most.
    stop : int
        The epoch, counted from 1, to mark as the one to stop at.

    Returns
    -------
    Picture
    """
    fig, axes = figure(height=3.9)
    texts = []
    for (name, history), color in zip(
        histories.items(), (COLOURS["guide"], COLOURS["data"]), strict=False
    ):
        validation = np.array(history["val_loss"])
        epochs = np.arange(1, len(validation) + 1)
        axes.plot(epochs, history["loss"], color=color, linestyle="--", label=f"{name}, training")
        axes.plot(epochs, validation, color=color, linestyle="-", label=f"{name}, validation")
        texts.append(
            f"{name}: validation loss {validation[0]:.2f} after the first epoch, "
            f"{validation[stop - 1]:.3f} after {stop}, {validation[-1]:.3f} after "
            f"{len(validation)}; training loss then {history['loss'][-1]:.1e}"
        )
    axes.axvline(stop, color=COLOURS["marked"], linestyle=":", linewidth=1.8)
    stop_at = {"textcoords": "offset points", "color": text_colour("marked")}
    axes.annotate(f"stop: {stop}", (stop, 2e-4), (4, 0), **stop_at)
    axes.set(
        yscale="log",
        xlabel="epoch",
        ylabel="loss",
        title="Training loss keeps falling; validation loss turns",
    )
    axes.legend(loc="upper right", ncols=2)
    return picture(fig, f"Loss over epochs, on a logarithmic scale. {'. '.join(texts)}.")


def accuracies(rows: Mapping[str, tuple[int, float, float]], m: int) -> Picture:
    """Draw the accuracy of several models with its interval.

    Parameters
    ----------
    rows : mapping of name → (right, low, high)
        Right answers out of m, and the interval's ends as shares.
    m : int
        Number of test examples.

    Returns
    -------
    Picture
    """
    fig, axes = figure(height=0.55 * len(rows) + 1.5)
    texts = []
    for place, (name, (right, low, high)) in enumerate(rows.items()):
        axes.plot(
            [100 * low, 100 * high], [place, place], color=COLOURS["data"], linestyle="-", lw=3
        )
        axes.plot([100 * right / m], [place], "o", color=COLOURS["data"], ms=10, mec=FILLS["paper"])
        texts.append(f"{name}: {right} right, {right / m:.1%}, {low:.1%} to {high:.1%}")
    axes.set(
        yticks=range(len(rows)),
        yticklabels=list(rows),
        ylim=(len(rows) - 0.5, -0.5),
        xlabel="test accuracy in %, with its 95% interval",
        title=f"Accuracy on {m} images is known only so well",
    )
    return picture(fig, f"Accuracy on {m} test images with 95% intervals. {'; '.join(texts)}.")


def confusion(counts: np.ndarray) -> Picture:
    """Draw a confusion matrix.

    Parameters
    ----------
    counts : ndarray of int, shape (N, N)
        How often class i (row) was read as class j (column).

    Returns
    -------
    Picture
    """
    fig, axes = figure(width=5.6, height=4.9)
    wrong = counts - np.diag(np.diag(counts))
    axes.imshow(wrong, cmap=ERRORS, vmin=0, vmax=2 * max(1, wrong.max()))
    for (i, j), count in np.ndenumerate(counts):
        if count:
            color, weight = (COLOURS["guide"], "normal") if i == j else (COLOURS["ink"], "bold")
            axes.text(j, i, str(count), ha="center", va="center", color=color, weight=weight)
    axes.set(
        xticks=range(len(counts)),
        yticks=range(len(counts)),
        xlabel="read as",
        ylabel="true digit",
        title=f"{wrong.sum()} errors in {counts.sum()} images",
    )
    axes.grid(visible=False)
    pairs = ", ".join(f"{i} read as {j}: {wrong[i, j]}" for i, j in np.argwhere(wrong))
    return picture(
        fig,
        f"""Confusion matrix of {len(counts)} classes: {np.trace(counts)} right answers on the
        diagonal, {wrong.sum()} errors beside it ({pairs or "none"}).""",
    )


def errors(images: np.ndarray, y: np.ndarray, probabilities: np.ndarray) -> Picture:
    """Draw images with the ten probabilities that each was given.

    Parameters
    ----------
    images : ndarray of float, shape (count, 8, 8)
        Ink, 0…16; six at most are easy to read.
    y : ndarray of int, shape (count,)
        The true digits.
    probabilities : ndarray of float, shape (count, 10)

    Returns
    -------
    Picture
    """
    fig, grid = figure(
        2, len(y), width=8.4, height=3.9, height_ratios=(1, 1.25), sharey="row", squeeze=False
    )
    texts = []
    for (top, bottom), image, truth, row in zip(grid.T, images, y, probabilities, strict=True):
        read = row.argmax()
        _show_digit(top, image)
        top.set_title(f"{_a(truth)},\nread as {read}", fontsize=11)
        colors = [
            COLOURS["right" if k == truth else "wrong" if k == read else "guide"] for k in range(10)
        ]
        bars = bottom.barh(range(10), row, color=colors)
        bars[truth].set_hatch("///")
        bottom.set(xlim=(0, 1), ylim=(9.6, -0.6), xticks=(0, 1), yticks=range(10))
        bottom.grid(visible=False)
        texts.append(
            f"{_a(truth)} read as {read} with {row[read]:.0%}, {truth} itself {row[truth]:.0%}"
        )
    grid[1, 0].set_ylabel("digit")
    fig.supxlabel("probability (hatched: the true digit)", fontsize=11)
    return picture(
        fig, f"{len(y)} misread test images, each over its ten probabilities: {'; '.join(texts)}."
    )


def calibration(tables: Mapping[str, np.ndarray]) -> Picture:
    """Draw how often models are right against how sure they say they are.

    Parameters
    ----------
    tables : mapping of name → ndarray of float, shape (bins, 4)
        For each bin of answers: the mean probability claimed, the share that is right, and the
        ends of that share's interval.

    Returns
    -------
    Picture
    """
    fig, axes = figure(width=6.2, height=4.4)
    axes.plot([0, 1], [0, 1], color=COLOURS["guide"], linestyle=":", linewidth=1.6)
    axes.text(0.42, 0.38, "honest", color=COLOURS["guide"])
    texts = []
    for number, (name, table) in enumerate(tables.items()):
        points = {**look(number, marker=True), "linestyle": "none"}
        claimed, right, low, high = table.T
        axes.vlines(claimed, low, high, colors=points["color"], linewidth=1.6)
        axes.plot(claimed, right, **points, mec=FILLS["paper"], ms=9, label=name)
        texts.append(
            f"{name}: "
            + ", ".join(
                f"claims {c:.0%}, right {r:.0%}" for c, r in zip(claimed, right, strict=True)
            )
        )
    axes.set(
        xlim=(0.3, 1.01),
        ylim=(0, 1.03),
        xlabel="mean probability of the answer",
        ylabel="share of right answers",
        title="Below the dotted line: too sure of itself",
    )
    axes.legend(loc="lower right")
    return picture(
        fig,
        f"""Share of right answers over the probability that the model claims, with 95% intervals,
        beside the dotted diagonal of honest claims. {". ".join(texts)}.""",
    )


def hidden_unit_explorer(
    kernel: np.ndarray, outgoing: np.ndarray, images: np.ndarray, a: np.ndarray
) -> Explorer:
    """Show what a hidden unit looks for: its weights, its favourite images, what it votes for.

    Parameters
    ----------
    kernel : ndarray of float, shape (64, units)
        The weights from the pixels to the hidden units.
    outgoing : ndarray of float, shape (units, 10)
        The weights from the hidden units to the ten logits.
    images : ndarray of float, shape (m, 8, 8)
        Ink, 0…16.
    a : ndarray of float, shape (m, units)
        The units' activations for these images.

    Returns
    -------
    Explorer
        With the slider `unit`.
    """
    fig, axes = figure(1, 5, width=7.4, height=2.6, width_ratios=(1.2, 0.8, 0.8, 0.8, 1.3))
    weights_axes, *favourite_axes, vote_axes = axes
    limit = float(np.abs(kernel).max())
    weights = weights_axes.imshow(
        kernel[:, 0].reshape(8, 8), cmap=DIVERGING, vmin=-limit, vmax=limit
    )
    weights_axes.set_title("weights of\nthe pixels", fontsize=11)
    _bare(weights_axes)
    shown = []
    for place, axes_ in enumerate(favourite_axes):
        shown.append(axes_.imshow(images[0], cmap=INK_ON_PAPER, vmin=0, vmax=16))
        axes_.set_title(("", "excite it most", "")[place], fontsize=11)
        _bare(axes_)
    reach = 1.1 * float(np.abs(outgoing).max())
    bars = vote_axes.barh(range(10), np.zeros(10), color=COLOURS["data"])
    vote_axes.axvline(0, color=COLOURS["ink"], linewidth=1)
    vote_axes.set(xlim=(-reach, reach), ylim=(9.6, -0.6), yticks=range(10), ylabel="digit")
    vote_axes.set_title("votes: weights\nto the logits", fontsize=11)

    def draw(unit: float) -> str:
        unit = int(unit)
        pixel = kernel[:, unit]
        weights.set_data(pixel.reshape(8, 8))
        favourites = np.argsort(-a[:, unit])[: len(shown)]
        for image, index in zip(shown, favourites, strict=True):
            image.set_data(images[index])
        for bar, vote in zip(bars, outgoing[unit], strict=True):
            bar.set_width(vote)
            bar.set_color(COLOURS["data"] if vote > 0 else COLOURS["marked"])
        order = np.argsort(outgoing[unit])
        most, least = order[-1], order[0]
        return (
            f"Hidden unit {unit}: {np.mean(a[:, unit] > 0):.0%} of the images switch it on. Pixel "
            f"weights from {pixel.min():.2f} to {pixel.max():.2f} (purple: wants ink; brown: wants "
            f"none). It votes most for {most} ({outgoing[unit, most]:+.2f}) and most against "
            f"{least} ({outgoing[unit, least]:+.2f})."
        ).replace("-", "−")

    return Explorer(
        fig,
        draw,
        [weights, *shown, *bars],
        unit=Slider("Hidden unit", 0, kernel.shape[1] - 1, 1, 0),
    )
