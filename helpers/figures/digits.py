"""Figures of lesson 9: from the first look at the data to the errors that remain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
from helpers.figures.style import Picture, figure, label_lines, picture


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


def row(images: np.ndarray, y: np.ndarray | None = None) -> Picture:
    """Draw a few images side by side, lettered A, B, C, …, with what they show or without.

    Parameters
    ----------
    images : ndarray of float, shape (count, 8, 8)
        Ink, 0…16; eight at most are easy to see.
    y : ndarray of int, shape (count,), optional
        The digits.

    Returns
    -------
    Picture
    """
    fig, grid = figure(1, len(images), width=8.0, height=1.45, squeeze=False)
    letters = "ABCDEFGHIJ"[: len(images)]
    for place, (axes, image) in enumerate(zip(grid[0], images, strict=True)):
        _show_digit(axes, image)
        said = letters[place] if y is None else f"{letters[place]}: {y[place]}"
        axes.set_title(said, fontsize=13)
    if y is None:
        what = "what they show is not said"
    else:
        what = ", ".join(f"{k} is {_a(digit)}" for k, digit in zip(letters, y, strict=True))
    return picture(
        fig, f"{len(images)} images of 8×8 pixels, lettered {letters[0]} to {letters[-1]}: {what}."
    )


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


def learning_curves(history: Mapping[str, Sequence[float]], stop: int) -> Picture:
    """Draw training and validation loss over the epochs, and beside them the valley, enlarged.

    Parameters
    ----------
    history : mapping
        As `fit` reports it, with "loss" and "val_loss", over more than ten epochs.
    stop : int
        The epoch, counted from 1, to mark as the one to stop at.

    Returns
    -------
    Picture
    """
    training, validation = np.array(history["loss"]), np.array(history["val_loss"])
    epochs = np.arange(1, len(validation) + 1)
    fig, (whole, zoom) = figure(1, 2, height=3.7, width_ratios=(1.1, 1))
    whole.plot(epochs, training, color=COLOURS["guide"], linestyle="--", label="training")
    whole.plot(epochs, validation, color=COLOURS["data"], linestyle="-", label="validation")
    whole.set(
        yscale="log",
        xlabel="epoch",
        ylabel="loss, in powers of ten",
        title="The training loss falls on and on",
    )
    zoom.plot(epochs[9:], validation[9:], color=COLOURS["data"], linestyle="-")
    lowest, left = validation[stop - 1], validation[9:].max()
    zoom.axvline(stop, color=COLOURS["marked"], linestyle=":", linewidth=1.8)
    zoom.annotate(
        f"lowest at {stop}",
        (stop, left),
        (5, 0),
        textcoords="offset points",
        va="top",
        color=text_colour("marked"),
    )
    zoom.set(
        xlabel="epoch, from the tenth on",
        ylabel="validation loss, enlarged",
        ylim=(lowest - 0.1 * (left - lowest), left + 0.05 * (left - lowest)),
        title="The validation loss turns",
    )
    label_lines(whole)
    return picture(
        fig,
        f"""Left, loss over epochs on a logarithmic scale: the training loss falls from
        {training[0]:.2f} to {training[-1]:.1e} after {len(training)} epochs, the validation loss
        from {validation[0]:.2f} to {validation[-1]:.3f}. Right, the validation loss from epoch 10
        on, on a linear scale: {validation[9]:.3f} there, {lowest:.3f} at epoch {stop}, which is
        marked, {validation[-1]:.3f} at the end.""",
    )


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
    shared = max(low for _, low, _ in rows.values()) < min(high for _, _, high in rows.values())
    axes.set(
        yticks=range(len(rows)),
        yticklabels=list(rows),
        ylim=(len(rows) - 0.5, -0.5),
        xlabel="test accuracy in %, with its 95% interval",
        title=f"On {m} images the intervals {'all' if shared else 'do not all'} overlap",
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


def shift_explorer(
    images: np.ndarray, y: np.ndarray, predict: Callable[[np.ndarray], np.ndarray]
) -> Explorer:
    """Move images sideways, and show what a network reads in them.

    Parameters
    ----------
    images : ndarray of float, shape (m, 8, 8)
        Ink, 0…16. The accuracy is that of all; of each digit one is shown, the first that is read
        right where it is.
    y : ndarray of int, shape (m,)
        The digits, each of 0…9 among them.
    predict : callable
        From pixels in [0, 1], shape (m, 64), to logits or probabilities, shape (m, 10).

    Returns
    -------
    Explorer
        With the slider `shift`.
    """
    far = 3
    moved = {by: _shifted(images, by) for by in range(-far, far + 1)}
    answers = {
        by: predict(pixels.reshape(len(y), 64) / 16).argmax(axis=1) for by, pixels in moved.items()
    }
    accuracy = {by: float(np.mean(answer == y)) for by, answer in answers.items()}
    # Of each digit the first that is read right where it is; if none is, the first.
    first = [int(np.argmax((y == digit) * (1 + (answers[0] == y)))) for digit in range(10)]
    fig, (left, right) = figure(1, 2, width=8.0, height=3.1, width_ratios=(1.5, 1))
    shown, texts = [], []
    for k in range(10):
        x, top = 10 * (k % 5) + 1, 13 * (k // 5)
        extent = (x, x + 8, top + 8, top)
        shown.append(
            left.imshow(moved[0][first[k]], cmap=INK_ON_PAPER, vmin=0, vmax=16, extent=extent)
        )
        frame = {"color": COLOURS["guide"], "linestyle": "-", "linewidth": 0.8}
        left.plot([x, x + 8, x + 8, x, x], [top, top, top + 8, top + 8, top], **frame)
        texts.append(left.text(x + 4, top + 10.2, "", ha="center", va="center", fontsize=13))
    left.set(xlim=(0, 50), ylim=(26, -1), title="What the network reads", aspect="equal")
    left.axis("off")
    right.plot(list(accuracy), list(accuracy.values()), **look("data", marker=True))
    (dot,) = right.plot([], [], "o", color=COLOURS["marked"], mec=FILLS["paper"], ms=12, zorder=4)
    right.set(
        xlabel="pixels to the right",
        ylabel=f"accuracy on {len(y)} images",
        ylim=(0, 1.05),
        xticks=range(-far, far + 1),
        title="One pixel is enough",
    )

    def draw(shift: float) -> str:
        by = round(shift)
        for image, text, pixels, answer, truth in zip(
            shown, texts, moved[by][first], answers[by][first], range(10), strict=True
        ):
            image.set_data(pixels)
            text.set_text(f"{answer} ✓" if answer == truth else f"{answer} ✗")
            text.set_color(text_colour("right" if answer == truth else "wrong"))
        dot.set_data([by], [accuracy[by]])
        count = int(np.sum(answers[by][first] == np.arange(10)))
        side = "to the right" if by > 0 else "to the left"
        where = f"Moved {abs(by)} pixel{'s' * (abs(by) > 1)} {side}" if by else "Not moved"
        return (
            f"{where}: the network reads {count} of the ten digits shown right, "
            f"and {accuracy[by]:.0%} of all {len(y)}."
        )

    return Explorer(
        fig,
        draw,
        [*shown, *texts, dot],
        story=[{"shift": 0}, {"shift": 1}],
        shift=Slider("Pixels to the right", -far, far, 1, 0),
    )


def _shifted(images: np.ndarray, by: int) -> np.ndarray:
    """Return the images moved to the right, white where they were; to the left if `by` < 0."""
    moved = np.zeros_like(images)
    if by > 0:
        moved[:, :, by:] = images[:, :, :-by]
    elif by < 0:
        moved[:, :, :by] = images[:, :, -by:]
    else:
        moved[:] = images
    return moved


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
