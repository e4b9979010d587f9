"""Figures of lesson 7: strips with several labels, two kinds of output, and what thresholds do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import COLOURS, FILLS, INK_ON_PAPER, LOOKS, look, text_colour
from helpers.figures.style import Picture, figure, picture
from helpers.multilabel import (
    f1_score,
    hamming_loss,
    precision_score,
    predict_labels,
    recall_score,
    subset_accuracy,
)

_SCORES = {
    "precision": precision_score,
    "recall": recall_score,
    "F1": f1_score,
}
_COLUMNS = 4  # strips side by side


def strips(images: ArrayLike, y: ArrayLike, digits: Sequence[int]) -> Picture:
    """Draw strips of digits, each with its labels above it.

    Parameters
    ----------
    images : array_like of float, shape (k, 8, 24)
        Brightness.
    y : array_like of 0 and 1, shape (k, labels)
        The labels.
    digits : sequence of int, length labels
        The digit that each label asks for.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    images, y = np.asarray(images), np.asarray(y)
    _check_labels(y, digits)
    if images.ndim != 3 or len(images) != len(y):
        raise ValueError(
            f"images must have shape ({len(y)}, 8, 24), as many as rows of y, got {images.shape}"
        )
    rows = -(-len(images) // _COLUMNS)
    fig, axes = figure(rows, _COLUMNS, width=8.4, height=0.45 + 1.15 * rows, squeeze=False)
    for ax in axes.flat[len(images) :]:
        ax.set_visible(False)
    for ax, image, labels in zip(axes.flat, images, y, strict=False):
        _show_strip(ax, image, "y = " + " ".join(map(str, labels)))
    fig.suptitle(
        "Labels: " + ", ".join(f"contains a {digit}" for digit in digits),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    said = "; ".join(
        f"strip {number} {_in_words(labels, digits)}" for number, labels in enumerate(y, start=1)
    )
    return picture(fig, f"{len(y)} strips of three handwritten digits each: {said}.")


def two_outputs(
    images: ArrayLike, y: ArrayLike, sigmoid: ArrayLike, softmax: ArrayLike, digits: Sequence[int]
) -> Picture:
    """Draw strips above what a network with sigmoids and one with softmax answer to them.

    Parameters
    ----------
    images : array_like of float, shape (k, 8, 24)
        Brightness.
    y : array_like of 0 and 1, shape (k, labels)
        The labels.
    sigmoid, softmax : array_like of float, shape (k, labels)
        The outputs of the two networks.
    digits : sequence of int, length labels
        The digit that each label asks for.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    images, y = np.asarray(images), np.asarray(y)
    outputs = {"sigmoids": np.asarray(sigmoid), "softmax": np.asarray(softmax)}
    _check_labels(y, digits)
    for name, a in (("images", images[:, 0, : y.shape[1]]), *outputs.items()):
        if a.shape != y.shape:
            raise ValueError(f"{name} must fit y of shape {y.shape}, got shape {a.shape}")
    fig, axes = figure(
        2, len(y), width=8.4, height=4.4, squeeze=False, gridspec_kw={"height_ratios": [1, 2.4]}
    )
    places = np.arange(len(digits))
    for column, (image, labels) in enumerate(zip(images, y, strict=True)):
        _show_strip(axes[0, column], image, "y = " + " ".join(map(str, labels)))
        ax = axes[1, column]
        for shift, (name, a), color, hatch in zip(
            (-0.2, 0.2),
            outputs.items(),
            (COLOURS["sigmoid"], COLOURS["softmax"]),
            ("", "//"),
            strict=True,
        ):
            filled = {"color": color, "hatch": hatch, "edgecolor": COLOURS["ink"], "label": name}
            bars = ax.bar(places + shift, a[column], 0.38, **filled)
            values = ["0" if value < 0.005 else f"{value:.2f}" for value in a[column]]
            ax.bar_label(bars, values, fontsize=10, padding=1)
        ax.axhline(0.5, color=COLOURS["ink"], linestyle=":", linewidth=1.5)
        ax.grid(axis="x", visible=False)
        ax.set(ylim=(0, 1.16), xticks=places, xticklabels=[f"a {digit}?" for digit in digits])
    axes[1, 0].set_ylabel("output $a_j$")
    fig.legend(
        *axes[1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False
    )
    fig.suptitle(
        "Softmax has one unit of probability to share out, whatever is there",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    said = " ".join(
        f"A strip that {_in_words(labels, digits)}: sigmoids "
        f"{_listed(outputs['sigmoids'][row])}, softmax {_listed(outputs['softmax'][row])}."
        for row, labels in enumerate(y)
    )
    order = ", ".join(map(str, digits))
    return picture(fig, f"Outputs for {order}, with a dotted line at one half. {said}")


def right_by_number(y: ArrayLike, predictions: Mapping[str, ArrayLike]) -> Picture:
    """Draw the share of strips with all labels right, by the number of labels they have.

    Parameters
    ----------
    y : array_like of 0 and 1, shape (m, labels)
        The true labels.
    predictions : mapping of name → array_like of 0 and 1, shape (m, labels)
        What at most three models predict.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    y = np.asarray(y)
    number = y.sum(axis=1)
    groups = np.unique(number)
    fig, axes = figure(width=8.0, height=3.6)
    width = 0.8 / len(predictions)
    said = []
    for place, (name, y_pred) in enumerate(predictions.items()):
        share = [subset_accuracy(y[number == group], y_pred[number == group]) for group in groups]
        shift = (place - (len(predictions) - 1) / 2) * width
        color = look(name if name in LOOKS else place)["color"]
        filled = {"color": color, "hatch": ("", "//", "..")[place], "edgecolor": COLOURS["ink"]}
        bars = axes.bar(np.arange(len(groups)) + shift, share, 0.94 * width, **filled)
        axes.bar_label(bars, [f"{value:.0%}" for value in share], padding=2, fontsize=11)
        bars.set_label(name)
        said.append(f"{name} " + ", ".join(f"{value:.0%}" for value in share))
    axes.grid(axis="x", visible=False)
    axes.set(
        ylim=(0, 1.15),
        ylabel="share all right",
        xlabel="labels that the strip has",
        xticks=range(len(groups)),
        xticklabels=[f"{group}\n({(number == group).sum()} strips)" for group in groups],
        title="Softmax is at home where there is exactly one label",
    )
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return picture(
        fig,
        f"Share of strips with all labels right, for strips with {', '.join(map(str, groups))} "
        f"labels: {'; '.join(said)}.",
    )


def threshold_explorer(y: ArrayLike, a: ArrayLike, digits: Sequence[int]) -> Explorer:
    """Let the reader move one label's threshold along its precision, recall and F1.

    Parameters
    ----------
    y : array_like of 0 and 1, shape (m, labels)
        The true labels.
    a : array_like of float, shape (m, labels)
        Probabilities.
    digits : sequence of int, length labels
        The digit that each label asks for.

    Returns
    -------
    Explorer
        With the controls `label` and `threshold`.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    y, a = np.asarray(y), np.asarray(a, dtype=np.float64)
    _check_labels(y, digits, a)
    grid = np.linspace(0.01, 0.99, 99)
    # Thresholds × labels, for each score.
    curves = {
        name: np.array([score(y, predict_labels(a, threshold)) for threshold in grid])
        for name, score in _SCORES.items()
    }
    names = [f"contains a {digit}" for digit in digits]

    fig, (left, right) = figure(1, 2, width=7.2, height=2.9, width_ratios=(1.7, 1))
    lines, dots = [], []
    for name in _SCORES:
        lines += left.plot(grid, curves[name][:, 0], **look(name), label=name)
        dots += left.plot([0.5], [0.5], "o", color=COLOURS[name], ms=8, mec=FILLS["paper"])
    at = left.axvline(0.5, color=COLOURS["ink"], linestyle=":", linewidth=1.5)
    left.legend(loc="lower center", frameon=False, ncols=3, columnspacing=1.0, handlelength=1.6)
    left.set(
        xlim=(0, 1),
        ylim=(0, 1.04),
        xlabel="threshold",
        ylabel="score",
        title="Precision is bought with recall",
    )
    kinds = ("found", "missed", "false alarm")
    bars = right.barh(
        range(3), [1, 1, 1], color=(COLOURS["right"], COLOURS["guide"], COLOURS["wrong"])
    )
    texts = [right.text(0, place, "", va="center", fontsize=11) for place in range(3)]
    most = max(y.sum(axis=0).max(), ((a > grid[0]) & (y == 0)).sum(axis=0).max())
    right.set(
        xlim=(0, 1.3 * most),
        yticks=range(3),
        yticklabels=kinds,
        xlabel="strips",
        ylim=(2.6, -0.6),
    )
    right.grid(axis="y", visible=False)

    def draw(label: str, threshold: float) -> str:
        j = names.index(label)
        truth, predicted = y[:, [j]], predict_labels(a[:, [j]], threshold)
        scores = {name: float(score(truth, predicted)[0]) for name, score in _SCORES.items()}
        for line, dot, name in zip(lines, dots, _SCORES, strict=True):
            line.set_ydata(curves[name][:, j])
            dot.set_data([threshold], [scores[name]])
        at.set_xdata([threshold, threshold])
        counts = [
            int(((truth == true) & (predicted == said)).sum())
            for true, said in ((1, 1), (1, 0), (0, 1))
        ]
        for bar, text, count in zip(bars, texts, counts, strict=True):
            bar.set_width(count)
            text.set_text(f" {count}")
            text.set_x(count)
        return (
            f"Label “{label}” at threshold {threshold:.2f}: {counts[0]} strips found, {counts[1]} "
            f"missed, {counts[2]} false alarms, so "
            + ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
            + "."
        )

    return Explorer(
        fig,
        draw,
        [at, *lines, *dots, *bars, *texts],
        label=Choice("Label", names, names[-1]),
        threshold=Slider("Threshold", 0.01, 0.99, 0.01, 0.5),
    )


def labels_explorer(y: ArrayLike, a: ArrayLike, digits: Sequence[int]) -> Explorer:
    """Let the reader set a threshold for each label and watch all scores at once.

    Parameters
    ----------
    y : array_like of 0 and 1, shape (m, 3)
        The true labels.
    a : array_like of float, shape (m, 3)
        Probabilities.
    digits : sequence of three int
        The digit that each label asks for.

    Returns
    -------
    Explorer
        With the sliders `first`, `second` and `third`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there are not three labels.
    """
    y, a = np.asarray(y), np.asarray(a, dtype=np.float64)
    _check_labels(y, digits, a)
    if len(digits) != 3:
        raise ValueError(f"digits must be three, one for each slider, got {len(digits)}")
    fig, (left, right) = figure(1, 2, width=7.2, height=3.0, width_ratios=(2, 1))
    places = np.arange(3)
    bars, texts = [], []
    # No hatching: it takes long to draw. What a bar is stands below it.
    for shift, name in zip((-0.29, 0, 0.29), _SCORES, strict=True):
        bars.append(left.bar(places + shift, 1.0, 0.27, color=COLOURS[name]))
        texts.append([left.text(p + shift, 0, "", ha="center", fontsize=10) for p in places])
    left.grid(axis="x", visible=False)
    left.set(
        ylim=(0, 1.14),
        ylabel="score",
        xticks=np.add.outer(places, (-0.29, 0, 0.29)).ravel(),
        xticklabels=[
            text for digit in digits for text in ("P\n ", f"R\ncontains a {digit}", "F1\n ")
        ],
        title="Each threshold moves its own label …",
    )
    errors = right.bar((0, 1), (1, 1), 0.6, color=(COLOURS["guide"], COLOURS["ink"]))
    error_texts = [right.text(place, 0, "", ha="center", fontsize=11) for place in (0, 1)]
    right.grid(axis="x", visible=False)
    right.set(
        ylim=(0, 1.1),
        xticks=(0, 1),
        xticklabels=("labels\nwrong", "strips not\nall right"),
        ylabel="share",
        title="… and both errors",
    )

    def draw(**thresholds: float) -> str:
        chosen = np.array(list(thresholds.values()))
        y_pred = predict_labels(a, chosen)
        scores = [score(y, y_pred) for score in _SCORES.values()]
        for group, labels, values in zip(bars, texts, scores, strict=True):
            for bar, text, value in zip(group, labels, values, strict=True):
                bar.set_height(value)
                text.set_text(f"{value:.2f}")
                text.set_y(value + 0.02)
        wrong = (hamming_loss(y, y_pred), 1 - subset_accuracy(y, y_pred))
        for bar, text, value in zip(errors, error_texts, wrong, strict=True):
            bar.set_height(value)
            text.set_text(f"{value:.1%}")
            text.set_y(value + 0.02)
        said = "; ".join(
            f"{digit} at {threshold:.2f}: precision {p:.2f}, recall {r:.2f}, F1 {f:.2f}"
            for digit, threshold, p, r, f in zip(digits, chosen, *scores, strict=True)
        )
        return (
            f"{said}. Hamming loss {wrong[0]:.1%} (labels wrong); "
            f"subset accuracy {1 - wrong[1]:.1%}, so {wrong[1]:.1%} of the strips not all right."
        )

    return Explorer(
        fig,
        draw,
        [
            *(bar for group in bars for bar in group),
            *errors,
            *(text for group in texts for text in group),
            *error_texts,
        ],
        **{
            name: Slider(f"Threshold for a {digit}", 0.02, 0.98, 0.02, 0.5)
            for name, digit in zip(("first", "second", "third"), digits, strict=True)
        },
    )


def rare_label(share: ArrayLike, at_half: ArrayLike, moved: ArrayLike, digit: int) -> Picture:
    """Draw a label's recall against how rare it was in training, for two thresholds.

    Parameters
    ----------
    share : array_like of float, shape (k,)
        The label's share of the training strips, falling.
    at_half, moved : array_like of float, shape (k,)
        Recall with the threshold one half, and with the one moved for the share.
    digit : int
        The digit that the label asks for.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    share, at_half, moved = (
        np.asarray(array, dtype=np.float64) for array in (share, at_half, moved)
    )
    if share.ndim != 1 or not share.shape == at_half.shape == moved.shape:
        raise ValueError(
            "share, at_half and moved must all have shape (k,), "
            f"got {share.shape}, {at_half.shape} and {moved.shape}"
        )
    fig, axes = figure(width=7.6, height=3.5)
    axes.plot(share, moved, "s--", color=COLOURS["third"])
    axes.plot(share, at_half, "o-", color=COLOURS["data"])
    last = share.argmin()
    for values, thing, text in ((moved, "third", "threshold moved"), (at_half, "data", "one half")):
        axes.annotate(
            text,
            (share[last], values[last]),
            xytext=(-10, 0),
            textcoords="offset points",
            color=text_colour(thing),
            ha="right",
            va="center",
        )
    axes.set_xscale("log", base=2)
    axes.set_xticks(share, [f"{value:.0%}" for value in share])
    axes.set_xticks([], minor=True)
    axes.set(
        xlim=(share.min() / 1.9, share.max() * 1.1),
        ylim=(0, 1.04),
        xlabel=f"share of the training strips with a {digit}",
        ylabel=f"recall: share of {digit}s found",
        title="The rarer a label, the less of it is found at one half",
    )
    return picture(
        fig,
        f"Recall of the label “contains a {digit}” by its share of the training strips. "
        + "; ".join(
            f"share {s:.0%}: {h:.2f} with threshold one half, {m:.2f} with the moved one"
            for s, h, m in zip(share, at_half, moved, strict=True)
        )
        + ".",
    )


def _show_strip(ax: Axes, image: np.ndarray, title: str) -> None:
    ax.imshow(image, cmap=INK_ON_PAPER, aspect="equal")
    for x in (7.5, 15.5):
        ax.axvline(x, color=COLOURS["guide"], linewidth=0.8)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
    ax.set_title(title, loc="center", fontsize=11)


def _in_words(labels: np.ndarray, digits: Sequence[int]) -> str:
    present = [f"a {digit}" for digit, label in zip(digits, labels, strict=True) if label]
    return "contains " + (" and ".join(present) if present else "none of them")


def _listed(values: np.ndarray) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _check_labels(y: np.ndarray, digits: Sequence[int], a: np.ndarray | None = None) -> None:
    if y.ndim != 2 or y.shape[1] != len(digits):
        raise ValueError(f"y must have shape (m, {len(digits)}), a column a digit, got {y.shape}")
    if a is not None and a.shape != y.shape:
        raise ValueError(f"a must have the shape of y, {y.shape}, got {a.shape}")
