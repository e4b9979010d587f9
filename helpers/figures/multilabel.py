"""Figures of lesson 7: strips with several labels, two kinds of output, and what thresholds do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Polygon, Rectangle
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


_QUESTIONS = ("car", "bus", "pedestrian")


def street() -> Picture:
    """Draw three street scenes, each with what is in it: the example of the lecture notes."""
    scenes = ((1, 1, 1), (1, 0, 1), (0, 0, 0))
    fig, axes = figure(1, 3, width=8.4, height=2.4)
    for ax, y in zip(axes, scenes, strict=True):
        ax.add_patch(Rectangle((0, 0), 10, 2.2, color=FILLS["others"]))
        for x in range(0, 10, 2):
            ax.add_patch(Rectangle((x + 0.5, 1.05), 1, 0.12, color=FILLS["paper"]))
        for there, draw in zip(y, (_draw_car, _draw_bus, _draw_pedestrian), strict=True):
            if there:
                draw(ax)
        ax.set(xlim=(0, 10), ylim=(0, 6.2), xticks=[], yticks=[], aspect="equal")
        ax.grid(visible=False)
        ax.spines[:].set(visible=True, color=COLOURS["guide"])
        ax.set_title(_ticked(y, _QUESTIONS), loc="center", fontsize=11)
    fig.suptitle("One picture can have several labels, or none", x=0.01, ha="left", fontsize=12)
    said = "; ".join(
        f"scene {number} shows "
        + (", ".join(name for name, there in zip(_QUESTIONS, y, strict=True) if there) or "nothing")
        for number, y in enumerate(scenes, start=1)
    )
    return picture(fig, f"Three drawn streets, each asked for car, bus and pedestrian: {said}.")


def _draw_car(ax: Axes) -> None:
    body = [(0.5, 1.0), (0.5, 1.9), (1.0, 1.9), (1.5, 2.7), (2.8, 2.7), (3.3, 1.9), (3.7, 1.9)]
    ax.add_patch(Polygon([*body, (3.7, 1.0)], fc=FILLS["band"], ec=COLOURS["ink"], lw=1.2))
    for x in (1.2, 3.0):
        ax.add_patch(Circle((x, 1.0), 0.36, color=COLOURS["ink"]))


def _draw_bus(ax: Axes) -> None:
    outlined = {"ec": COLOURS["ink"], "lw": 1.2}
    ax.add_patch(Rectangle((4.3, 1.7), 4.0, 3.0, fc=FILLS["answer"], **outlined))
    for x in (4.6, 5.55, 6.5, 7.45):
        ax.add_patch(Rectangle((x, 3.2), 0.6, 0.9, fc=FILLS["paper"], **outlined))
    for x in (5.2, 7.4):
        ax.add_patch(Circle((x, 1.7), 0.42, color=COLOURS["ink"]))


def _draw_pedestrian(ax: Axes) -> None:
    ax.add_patch(Circle((9.2, 3.6), 0.32, color=COLOURS["ink"]))
    limbs = [
        [(9.2, 3.3), (9.2, 2.2)],
        [(8.75, 2.7), (9.2, 3.0), (9.65, 2.7)],
        [(8.9, 1.3), (9.2, 2.2), (9.5, 1.3)],
    ]
    ax.add_collection(LineCollection(limbs, colors=COLOURS["ink"], linewidths=2.5))


def answers_explorer(
    images: ArrayLike, y: ArrayLike, a: ArrayLike, digits: Sequence[int]
) -> Explorer:
    """Let the reader go from strip to strip and see what a network answers to each.

    Parameters
    ----------
    images : array_like of float, shape (k, 8, 24)
        Brightness.
    y : array_like of 0 and 1, shape (k, labels)
        The true labels.
    a : array_like of float, shape (k, labels)
        The network's probabilities.
    digits : sequence of int, length labels
        The digit that each label asks for.

    Returns
    -------
    Explorer
        With the control `strip`, from 1 to k.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    images, y, a = np.asarray(images), np.asarray(y), np.asarray(a, dtype=np.float64)
    _check_labels(y, digits, a)
    if images.ndim != 3 or len(images) != len(y):
        raise ValueError(
            f"images must have shape ({len(y)}, 8, 24), as many as rows of y, got {images.shape}"
        )
    fig, (top, bottom) = figure(2, 1, width=5.2, height=3.8, height_ratios=(1, 1.15))
    _show_strip(top, images[0], "")
    shown, borders = top.images[0], list(top.lines)  # drawn in this order, the image first
    places = np.arange(len(digits))
    bars = bottom.barh(places, np.ones(len(digits)), 0.62, color=COLOURS["sigmoid"])
    texts = [bottom.text(1.04, place, "", va="center", fontsize=11) for place in places]
    bottom.axvline(0.5, color=COLOURS["ink"], linestyle=":", linewidth=1.5)
    bottom.grid(axis="y", visible=False)
    bottom.set(
        xlim=(0, 1.6),
        ylim=(len(digits) - 0.5, -0.5),
        xticks=(0, 0.5, 1),
        yticks=places,
        yticklabels=[f"a {digit}?" for digit in digits],
        xlabel="probability",
    )
    fig.suptitle("Each question gets an answer of its own", x=0.01, ha="left", fontsize=12)

    def draw(strip: float) -> str:
        row = round(strip) - 1
        shown.set_data(images[row])
        said = []
        for bar, text, digit, share, true in zip(bars, texts, digits, a[row], y[row], strict=True):
            bar.set_width(share)
            right = (share > 0.5) == true
            answer = ("yes" if share > 0.5 else "no") + (", right" if right else ", wrong")
            text.set_text(f"{share:.2f}: {answer}")
            text.set_color(text_colour("right" if right else "wrong"))
            said.append(f"a {digit}? {share:.2f}, {answer}")
        return f"Strip {row + 1} {_in_words(y[row], digits)}. The network: {'; '.join(said)}."

    return Explorer(
        fig,
        draw,
        [shown, *borders, *bars, *texts],
        story=[{"strip": 1}, {"strip": min(3, len(images))}, {"strip": len(images)}],
        strip=Slider("Strip", 1, len(images), 1, 1),
    )


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
        _show_strip(ax, image, _ticked(labels, digits))
    fig.suptitle(
        f"Each strip is asked for {_in_a_row(digits)}",
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
        _show_strip(axes[0, column], image, _ticked(labels, digits))
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
            ax.bar_label(bars, values, fontsize=9, padding=1)
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
        ylabel="share of strips all right",
        xlabel="labels that the strip has",
        xticks=range(len(groups)),
        xticklabels=[f"{group}\n({(number == group).sum()} strips)" for group in groups],
        title="Softmax suits strips with exactly one label",
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
    grid = np.linspace(0.05, 0.95, 91)
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
    at = left.axvline(0.5, 0, 0.82, color=COLOURS["ink"], linestyle=":", linewidth=1.5)
    left.legend(loc="upper center", frameon=False, ncols=3, columnspacing=1.2, handlelength=1.6)
    left.set(
        xlim=(0, 1),
        ylim=(0, 1.28),
        yticks=(0, 0.5, 1),
        xlabel="threshold",
        ylabel="score",
        title="Higher threshold: more precision, less recall",
    )
    kinds = ("found", "missed", "false alarms")
    bars = right.barh(
        range(3), [1, 1, 1], color=(COLOURS["right"], COLOURS["guide"], COLOURS["wrong"])
    )
    texts = [right.text(0, place, "", va="center", fontsize=11) for place in range(3)]
    most = max(y.sum(axis=0).max(), ((a > grid[0]) & (y == 0)).sum(axis=0).max())
    right.set(
        xlim=(0, 1.3 * most),
        yticks=range(3),
        yticklabels=kinds,
        xlabel=f"strips (of {len(y)})",
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
        threshold=Slider("Threshold", 0.05, 0.95, 0.01, 0.5),
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
    # No hatching: it takes long to draw.
    for shift, name in zip((-0.29, 0, 0.29), _SCORES, strict=True):
        bars.append(left.bar(places + shift, 1.0, 0.27, color=COLOURS[name], label=name))
        texts.append([left.text(p + shift, 0, "", ha="center", fontsize=10) for p in places])
    left.grid(axis="x", visible=False)
    left.set(
        ylim=(0, 1.34),
        yticks=(0, 0.5, 1),
        ylabel="score",
        xticks=places,
        xticklabels=[f"contains a {digit}" for digit in digits],
        title="Each threshold moves its own label …",
    )
    left.legend(loc="upper center", frameon=False, ncols=3, columnspacing=1.2, handlelength=1.0)
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


def _ticked(labels: Sequence[int], names: Sequence[Any]) -> str:
    marks = ("✗", "✓")
    return "   ".join(f"{name} {marks[label]}" for name, label in zip(names, labels, strict=True))


def _in_a_row(digits: Sequence[int]) -> str:
    first, last = digits[:-1], digits[-1]
    return ", ".join(f"a {digit}" for digit in first) + f" and a {last}"


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
