r"""Drawings of neurons, layers, networks and computation graphs, each made from its numbers.

The signal goes forward along solid arrows, the gradient comes back along dashed ones, each in its
colour of the palette. A name is mathematics without its dollars, `"z"`, `"W_1"`, `r"\hat y"`. A
value is a number, an array (its numbers if they are few, its shape otherwise), a string to be
written as it is, or None for nothing. One unit of the drawings' axes is one inch.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from numpy.typing import ArrayLike

from helpers.activations import ACTIVATIONS
from helpers.figures.palette import COLOURS, FILLS, text_colour, tint
from helpers.figures.style import Picture, figure, picture

Place = tuple[float, float]

WIDTH = 8.0  # inches: as wide as a lesson's page
RADIUS = 0.23  # of a unit
HEAD = (0.12, 0.045)  # an arrow's head: its length, and half its width
TITLE, TEXT, SMALL = 12, 12, 10  # points
MOST_UNITS = 6  # a layer of more shows its first three and its last
MOST_EDGES = 12  # between two layers; more are drawn as plain lines without heads
MOST_NUMBERS = 4  # of an array; a longer one shows its shape


def neuron(
    inputs: int | Sequence[float],
    weights: Sequence[float] | None = None,
    bias: float | None = None,
    activation: str = "sigmoid",
    *,
    names: Sequence[str] | None = None,
    title: str = "A neuron weighs its inputs, adds them up, and bends the sum",
) -> Picture:
    """Draw one unit: a = g(z) with z = w₁x₁ + … + wₙxₙ + b.

    Parameters
    ----------
    inputs : int or sequence of float
        The number of inputs, drawn with letters only, or their values.
    weights : sequence of float, optional
        As many as inputs; needed with values, as `bias` is.
    bias : float, optional
    activation : str
        A name in `helpers.activations.ACTIVATIONS`; its curve is drawn where the sum is bent.
    names : sequence of str, optional
        What the inputs are, in words.
    title : str
        What the drawing says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If lengths do not fit, values are not complete, or there is no such activation.
    """
    _check_activation(activation)
    x = None if isinstance(inputs, int) else np.asarray(inputs, dtype=np.float64)
    size = inputs if isinstance(inputs, int) else len(x)
    if size < 1:
        raise ValueError(f"inputs must be at least one, got {size}")
    if (x is None) != (weights is None) or (x is None) != (bias is None):
        raise ValueError("inputs, weights and bias must all be values, or inputs a number alone")
    for what, given in (("weights", weights), ("names", names)):
        if given is not None and len(given) != size:
            raise ValueError(f"{what} must be {size}, one for each input, got {len(given)}")

    shown, pitch = _shown(size), 0.76
    reach = max(pitch * (len(shown) - 1) / 2 + RADIUS, 1.1)
    axes = _canvas(0.55 + 2 * reach + 0.15, title)
    middle = reach + 0.15
    names = None if names is None else [_wrapped(name, 1.6) for name in names]
    words = [] if names is None else [_extent(name, TEXT)[0] for name in names]
    left = 0.6 + max(words, default=0.0) + (0.0 if x is None else 0.55)
    sum_at, bend_at, end = (left + 2.2, middle), (left + 3.75, middle), (left + 5.05, middle)
    _spread_right(axes, end[0] + 0.2)

    rows = _rows(len(shown), middle, pitch)
    for index, y in zip(shown, rows, strict=True):
        if index is None:
            _dots(axes, (left, y), f"{size} inputs in all", beside=True)
            continue
        _unit(axes, (left, y), f"$x_{{{index + 1}}}$")
        said = [] if names is None else [names[index]]
        said += [] if x is None else [_number(x[index])]
        _text(axes, (left - RADIUS - 0.1, y), " = ".join(said), ha="right")
        start, stop = _between((left, y), sum_at, RADIUS, RADIUS + 0.04)
        _arrow(axes, start, stop, "forward")
        weight = f"$w_{{{index + 1}}}$"
        weight += "" if weights is None else f" = {_number(weights[index])}"
        _label(axes, _along(start, stop, 0.36), weight, "forward")

    z = None if x is None else float(np.dot(x, np.asarray(weights, dtype=np.float64)) + bias)
    a = None if z is None else float(ACTIVATIONS[activation].function(z))
    top = middle + 0.85
    _arrow(axes, (sum_at[0], top), (sum_at[0], middle + RADIUS + 0.04), "forward")
    _text(axes, (sum_at[0], top + 0.06), _equation("b", bias), "forward", va="bottom")
    _unit(axes, sum_at, r"$\Sigma$")
    _bend(axes, bend_at, activation, 0.34)
    _arrow(axes, (sum_at[0] + RADIUS, middle), (bend_at[0] - 0.38, middle), "forward")
    _arrow(axes, (bend_at[0] + 0.34, middle), end, "forward")
    for name, value, start, stop in (
        ("z", z, sum_at[0] + RADIUS, bend_at[0] - 0.45),
        ("a", a, bend_at[0] + 0.34, end[0]),
    ):
        _text(axes, ((start + stop) / 2, middle + 0.08), _equation(name, value), "forward",
              va="bottom")  # fmt: skip
    below = middle - 0.5
    _text(axes, (sum_at[0], below), r"$z=\sum_j w_j x_j+b$", va="top")
    _text(axes, (bend_at[0], below), f"$a=g(z)$\n{activation}", va="top")

    said = [f"A neuron with {_count(size, 'input')}"]
    if x is not None:
        for index in range(size):
            name = f"{_plain(names[index])}, " if names is not None else ""
            said.append(
                f"{name}x{index + 1} = {_number(x[index])} with weight {_number(weights[index])}"
            )
        said.append(f"bias {_number(bias)}, sum z = {_number(z)}, {activation} a = {_number(a)}")
    elif names is not None:
        said.append(", ".join(map(_plain, names)))
    said.append(
        f"arrows lead from the inputs to a sum, from the sum z to the bend {activation}, "
        "and from there to the output a"
    )
    return _finished(axes, title, "; ".join(said))


def layer(
    inputs: int,
    units: int,
    activation: str = "relu",
    *,
    highlight: int | None = None,
    values: tuple[ArrayLike, ArrayLike] | None = None,
    title: str = "A layer: every unit looks at every input with weights of its own",
) -> Picture:
    """Draw a dense layer: its inputs, its units with their bend, its outputs.

    Parameters
    ----------
    inputs, units : int
        Their numbers.
    activation : str
        A name in `helpers.activations.ACTIVATIONS`.
    highlight : int, optional
        The unit, from 0, whose edges stand out: its weights are a column of W.
    values : pair of array_like of float, shapes (inputs,) and (units,), optional
        x and a.
    title : str
        What the drawing says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a number or a shape does not fit, or there is no such activation.
    """
    _check_activation(activation)
    sizes = _sizes((inputs, units))
    arrays = _layer_values(values, sizes)
    chosen = _highlighted(None if highlight is None else (None, highlight), sizes)
    shown, pitch = [_shown(size) for size in sizes], 0.62
    reach = pitch * (max(map(len, shown)) - 1) / 2 + RADIUS
    axes = _canvas(0.9 + 2 * reach + 0.45, title)
    middle = 0.45 + reach
    columns = (1.75, 4.85)
    places = [_column(x, units, middle, pitch) for x, units in zip(columns, shown, strict=True)]
    _edges(axes, places, shown, chosen, backward=False)
    for index, place in zip(shown[0], places[0], strict=True):
        if index is None:
            _dots(axes, place)
            continue
        _unit(axes, place, f"$x_{{{index + 1}}}$")
        if arrays[0] is not None:
            _text(axes, (place[0] - RADIUS - 0.1, place[1]), _number(arrays[0][index]), ha="right")
    for index, place in zip(shown[1], places[1], strict=True):
        if index is None:
            _dots(axes, place)
            continue
        _bend(axes, place, activation, RADIUS, strong=index == highlight)
        end = (place[0] + 0.95, place[1])
        _arrow(axes, (place[0] + RADIUS, place[1]), end, "forward")
        letter = f"a_{{{index + 1}}}"
        value = None if arrays[1] is None else arrays[1][index]
        _text(axes, (end[0] + 0.08, end[1]), _equation(letter, value), "forward", ha="left")
    foot = middle - reach - 0.14
    _text(axes, (columns[0], foot), _count(inputs, "input"), va="top")
    _text(axes, (columns[1], foot), f"{_count(units, 'unit')}, {activation}", va="top")
    _text(
        axes,
        (sum(columns) / 2, middle + reach + 0.12),
        rf"$W$: {inputs} × {units},  $b$: {units}",
        "forward",
        va="bottom",
    )
    said = (
        f"A layer: {_count(inputs, 'input')}, {_count(units, 'unit')} with {activation}, and an "
        f"arrow from every input to every unit: {inputs * units} weights in W, {units} biases in b"
    )
    for letter, array in zip("xa", arrays, strict=True):
        said += "" if array is None else f"; {letter} = {_all_numbers(array)}"
    if highlight is not None:
        said += f"; the {inputs} weights of unit {highlight + 1} stand out"
    return _finished(axes, title, said)


def network(
    sizes: Sequence[int],
    *,
    names: Sequence[str] | None = None,
    activations: Sequence[str] | None = None,
    weights: Sequence[str] | None = None,
    backward: bool = False,
    values: Sequence[ArrayLike | None] | None = None,
    labels: Mapping[int, Sequence[str]] | None = None,
    highlight: Sequence[int | None] | None = None,
    title: str | None = None,
) -> Picture:
    r"""Draw a dense network, the signal forward and, if asked, the gradient back.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, then of units in each layer; two to six numbers.
    names : sequence of str, optional
        A heading for each column, in words.
    activations : sequence of str, optional
        One for each layer, so one fewer than `sizes`.
    weights : sequence of str, optional
        Names of the weights, one for each layer; `"W_1"`, `"W_2"` … otherwise.
    backward : bool
        Whether ∂J/∂W comes back along the edges.
    values : sequence of array_like or None, optional
        For each column the activation of each unit: written in the units, which are the darker
        the larger it is.
    labels : mapping of int → sequence of str, optional
        What the units of the first (0) or the last (−1) column stand for, written beside them.
    highlight : sequence of int or None, optional
        For each column one unit, from 0, or None for all: the edges between them stand out.
        `(None, 2, None)` is all that goes into and comes out of unit 2 of the second column.
    title : str, optional
        What the drawing says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a number does not fit `sizes`, or a highlighted unit is not among those drawn.
    """
    sizes = _sizes(sizes)
    count = len(sizes)
    for what, given, wanted in (
        ("names", names, count),
        ("activations", activations, count - 1),
        ("weights", weights, count - 1),
    ):
        if given is not None and len(given) != wanted:
            raise ValueError(f"{what} must be {wanted} for the sizes {sizes}, got {len(given)}")
    arrays = _layer_values(values, sizes)
    chosen = _highlighted(highlight, sizes)
    labels = {column % count: texts for column, texts in (labels or {}).items()}
    for column, texts in labels.items():
        if column not in (0, count - 1) or len(texts) != sizes[column]:
            raise ValueError(
                f"labels must name all units of column 0 or -1, got {len(texts)} for {column}"
            )
    weights = weights or [f"W_{number}" for number in range(1, count)]
    title = title or (
        "The signal goes forward, the gradient comes back along the same edges"
        if backward
        else "A network: each layer's outputs are the next layer's inputs"
    )

    shown, pitch = [_shown(size) for size in sizes], 0.62
    margins = [
        0.75 + max((_extent(text, TEXT)[0] for text in labels.get(column, ())), default=0.0)
        for column in (0, count - 1)
    ]
    columns = np.linspace(margins[0], WIDTH - margins[1], count)
    room = float(columns[1] - columns[0])
    headings = ["" if names is None else _wrapped(names[k], 0.62 * room) for k in range(count)]
    reach = pitch * (max(map(len, shown)) - 1) / 2 + RADIUS
    above = max(0.5, 0.2 + max(_extent(heading, TEXT)[1] for heading in headings))
    below = 0.62 if backward or activations is not None else 0.42
    axes = _canvas(0.45 + above + 2 * reach + below, title)
    middle = below + reach
    places = [_column(x, units, middle, pitch) for x, units in zip(columns, shown, strict=True)]
    _edges(axes, places, shown, chosen, backward)

    for column, x in enumerate(columns):
        for index, place in zip(shown[column], places[column], strict=True):
            if index is None:
                _dots(axes, place)
                continue
            value = None if arrays[column] is None else arrays[column][index]
            share = 0.0 if value is None else 0.6 * abs(value) / np.abs(arrays[column]).max()
            fill = tint(COLOURS["forward"], share) if share > 0 else FILLS["paper"]
            inside = "" if value is None else _number(value)
            strong = chosen is not None and chosen[column] == index
            _unit(axes, place, inside, size=9, fill=fill, strong=strong)
            if column in labels:
                side = -1 if column == 0 else 1
                beside = (x + side * (RADIUS + 0.1), place[1])
                _text(axes, beside, labels[column][index], ha="right" if side < 0 else "left")
        foot = [_count(sizes[column], "unit" if column else "input")]
        if activations is not None and column:
            foot.append(activations[column - 1])
        _text(axes, (x, middle - reach - 0.14), "\n".join(foot), va="top", size=SMALL)
        _text(axes, (x, middle + reach + 0.12), headings[column], va="bottom")
    widths = [max(0.75, _extent(heading, TEXT)[0]) for heading in headings]
    for column, weight in enumerate(weights):
        left = columns[column] + widths[column] / 2
        right = columns[column + 1] - widths[column + 1] / 2
        centre, half = (left + right) / 2, min(0.42, (right - left) / 2 - 0.1)
        top, bottom = middle + reach + 0.12, middle - reach - 0.12
        _arrow(axes, (centre - half, top), (centre + half, top), "forward", strong=True)
        _text(axes, (centre, top + 0.08), f"${weight}$", "forward", va="bottom")
        if backward:
            _arrow(axes, (centre + half, bottom), (centre - half, bottom), "backward", strong=True)
            slope = rf"$\partial J/\partial {weight}$"
            _text(axes, (centre, bottom - 0.1), slope, "backward", va="top")

    said = [f"A network of {_count(count - 1, 'layer')} on {_count(sizes[0], 'input')}"]
    for column, size in enumerate(sizes):
        name = f"{names[column]}: " if names is not None else ""
        kind = f", {activations[column - 1]}" if activations is not None and column else ""
        text = f"{name}{_count(size, 'unit' if column else 'input')}{kind}"
        if column:
            text += f", reached by {sizes[column - 1] * size} weights {_plain(weights[column - 1])}"
        if arrays[column] is not None:
            text += f", with the values {_all_numbers(arrays[column])}"
        if column in labels:
            text += f", which stand for {', '.join(labels[column])}"
        said.append(text)
    if chosen is not None:
        units = [f"unit {u + 1} of column {c + 1}" for c, u in enumerate(chosen) if u is not None]
        said.append(f"the edges of {' and '.join(units)} stand out")
    if backward:
        slopes = ", ".join(f"∂J/∂{_plain(weight)}" for weight in reversed(weights))
        said.append(f"the gradient comes back along the same edges, from right to left: {slopes}")
    return _finished(axes, title, "; ".join(said))


def computation_graph(
    operations: Sequence[str],
    edges: Mapping[str, tuple[Any, Any]],
    parameters: Mapping[int, Mapping[str, tuple[Any, Any]]] | None = None,
    *,
    title: str = "Values go forward, derivatives come back",
) -> Picture:
    r"""Draw a chain of operations with a value on each edge and the derivative on its way back.

    Parameters
    ----------
    operations : sequence of str
        What the boxes do, from left to right; with dollars where it is mathematics.
    edges : mapping of name → (value, derivative)
        What enters the first box, goes from box to box, and leaves the last: one more than boxes.
        The derivative is that of the last edge by this one; it is written below, at a dashed arrow
        that comes back. None as derivative draws no way back, `""` draws its symbol alone.
    parameters : mapping of int → mapping of name → (value, derivative), optional
        By the number of the operation, from 0, what enters it from above.
    title : str
        What the drawing says.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the edges are not one more than the operations, a parameter enters no operation, or the
        chain is too wide for a page.
    """
    if len(edges) != len(operations) + 1:
        raise ValueError(
            f"edges must be one more than the {len(operations)} operations, got {len(edges)}"
        )
    parameters = parameters or {}
    if wrong := [number for number in parameters if number not in range(len(operations))]:
        raise ValueError(f"parameters must be by operation 0…{len(operations) - 1}, got {wrong}")
    goal = list(edges)[-1]
    carried = [_Carried(name, goal, *pair) for name, pair in edges.items()]
    entering = [
        [_Carried(name, goal, *pair) for name, pair in parameters.get(number, {}).items()]
        for number in range(len(operations))
    ]
    for size in (12, 11, 10, 9):
        boxes, gaps = _chain(operations, carried, entering, size)
        if sum(boxes) + sum(gaps) <= WIDTH - 0.3:
            break
    else:
        raise ValueError(
            f"the chain is {sum(boxes) + sum(gaps):.1f} inches wide, a page is {WIDTH - 0.3:.1f}: "
            "shorten names and values, or draw fewer operations"
        )
    more = min(0.6, (WIDTH - 0.3 - sum(boxes) - sum(gaps)) / len(gaps))
    gaps = [gap + more for gap in gaps]

    back = any(edge.derivative is not None for edge in carried)
    stacked = [text for edge in carried for text in edge.stacked]
    stacked += [text for parameters in entering for edge in parameters for text in edge.stacked]
    # Older versions of Matplotlib set formulas higher.
    line = max(1.35 * size / 72, *(_extent(text, size)[1] + 0.02 for text in stacked))
    half, shift = 0.3, 0.075 if back else 0.0
    above = half + (0.72 + 2 * line if any(entering) else 0.12)
    above = max(above, shift + 0.1 + 2 * line)
    below = max(half + 0.05, (shift + 0.12 + 2 * line) if back else 0.0)
    axes = _canvas(0.5 + above + below, title)
    y = below
    x = (WIDTH - sum(boxes) - sum(gaps)) / 2
    for number, (edge, gap) in enumerate(zip(carried, gaps, strict=True)):
        ends = (x + 0.05, x + gap - 0.05)
        _arrow(axes, (ends[0], y + shift), (ends[1], y + shift), "forward")
        _text(axes, (x + gap / 2, y + shift + 0.07), edge.forward, "forward", va="bottom",
              size=size)  # fmt: skip
        if edge.derivative is not None:
            _arrow(axes, (ends[1], y - shift), (ends[0], y - shift), "backward")
            _text(axes, (x + gap / 2, y - shift - 0.07), edge.backward, "backward", va="top",
                  size=size)  # fmt: skip
        x += gap
        if number < len(boxes):
            _operation(axes, (x, y - half), boxes[number], 2 * half, operations[number], size)
            centre = x + boxes[number] / 2
            _enter(axes, centre, y + half, boxes[number], entering[number], size, line)
            x += boxes[number]

    said = [f"{carried[0].in_words} enters {_plain(operations[0])}"]
    for number, edge in enumerate(carried[1:]):
        also = " and ".join(parameter.in_words for parameter in entering[number])
        also = f" with {also}" if also else ""
        said.append(f"{_plain(operations[number])}{also} gives {edge.in_words}")
    alt = f"A computation graph from left to right: {'; '.join(said)}."
    slopes = []
    for number, edge in reversed(list(enumerate(carried))):
        slopes += [edge.back_in_words]
        if number:
            slopes += [parameter.back_in_words for parameter in entering[number - 1]]
    slopes = [slope for slope in slopes if slope]
    if slopes:
        alt += f" Back from right to left along dashed arrows: {'; '.join(slopes)}"
    return _finished(axes, title, alt)


# --- what a computation graph carries ------------------------------------------------------------


class _Carried:
    """A value on an edge, and the derivative that comes back along it."""

    def __init__(self, name: str, goal: str, value: Any, derivative: Any) -> None:
        self.value, self.derivative = value, derivative
        symbol = rf"$\partial {goal}/\partial {name}$"
        self.forward = "\n".join(filter(None, (f"${name}$", _value(value))))
        self.backward = "\n".join(filter(None, (symbol, _value(derivative))))
        plain = _plain(name)
        slope = f"∂{_plain(goal)}/∂{plain}"
        self.in_words = f"{plain} = {_value(value)}" if value is not None else plain
        said = f"{slope} = {_value(derivative)}" if _value(derivative) else slope
        self.back_in_words = said if derivative is not None else ""

    def width(self, size: float) -> float:
        texts = (self.forward, self.backward if self.derivative is not None else "")
        return max(_extent(text, size)[0] for text in texts)

    @property
    def stacked(self) -> tuple[str, str]:
        """Name and value in one line, and the derivative's likewise."""
        forward, backward = (
            (" " if isinstance(value, str) or np.ndim(value) else " = ").join(text.split("\n", 1))
            for text, value in ((self.forward, self.value), (self.backward, self.derivative))
        )
        return forward, backward if self.derivative is not None else ""

    def stacked_width(self, size: float) -> float:
        return max(_extent(text, size)[0] for text in self.stacked)


def _chain(
    operations: Sequence[str],
    carried: Sequence[_Carried],
    entering: Sequence[Sequence[_Carried]],
    size: float,
) -> tuple[list[float], list[float]]:
    """Return the widths of boxes and of gaps that all texts need."""
    boxes = [max(0.7, _extent(text, size)[0] + 0.3) for text in operations]
    gaps = [max(0.75, edge.width(size) + 0.25) for edge in carried]
    overhang = [
        (sum(parameter.stacked_width(size) + 0.25 for parameter in parameters) - box) / 2
        for parameters, box in zip(entering, boxes, strict=True)
    ]
    ends = [0.0, *(max(0.0, over) for over in overhang), 0.0]
    gaps = [max(gap, *pair, sum(pair)) for gap, pair in zip(gaps, pairwise(ends), strict=True)]
    return boxes, gaps


def _enter(
    axes: Axes,
    centre: float,
    top: float,
    box: float,
    parameters: Sequence[_Carried],
    size: float,
    line: float,
) -> None:
    """Draw what comes into a box from above; each line of text is `line` inches high."""
    widths = [parameter.stacked_width(size) + 0.25 for parameter in parameters]
    left = centre - sum(widths) / 2
    for number, (parameter, width) in enumerate(zip(parameters, widths, strict=True)):
        x = left + width / 2
        foot = centre + box * ((number + 0.5) / len(widths) - 0.5) * 0.7
        left += width
        forward, backward = parameter.stacked
        apart = 0.075 if backward else 0.0
        low, high = top + 0.05, top + 0.62
        _arrow(axes, (x - apart, high), (foot - apart, low), "forward")
        if backward:
            _arrow(axes, (foot + apart, low), (x + apart, high), "backward")
            _text(axes, (x, high + 0.06), backward, "backward", va="bottom", size=size)
        second = line if backward else 0.0
        _text(axes, (x, high + 0.06 + second), forward, "forward", va="bottom", size=size)


def _operation(
    axes: Axes, corner: Place, width: float, height: float, text: str, size: float
) -> None:
    box = FancyBboxPatch(
        corner,
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.1",
        facecolor=FILLS["box"],
        edgecolor=COLOURS["ink"],
        linewidth=1.3,
    )
    axes.add_patch(box)
    _text(axes, (corner[0] + width / 2, corner[1] + height / 2), text, size=size)


# --- units and edges ------------------------------------------------------------------------------


def _shown(size: int) -> list[int | None]:
    """Return the units of a layer that are drawn, None where the ellipsis stands."""
    return list(range(size)) if size <= MOST_UNITS else [0, 1, 2, None, size - 1]


def _rows(count: int, middle: float, pitch: float) -> np.ndarray:
    return middle + pitch * ((count - 1) / 2 - np.arange(count))


def _column(x: float, shown: Sequence[int | None], middle: float, pitch: float) -> list[Place]:
    return [(float(x), float(y)) for y in _rows(len(shown), middle, pitch)]


def _edges(
    axes: Axes,
    places: Sequence[Sequence[Place]],
    shown: Sequence[Sequence[int | None]],
    chosen: Sequence[int | None] | None,
    backward: bool,
) -> None:
    """Draw every edge between neighbouring columns; those that stand out last."""
    drawn = [[unit for unit in units if unit is not None] for units in shown]
    gaps = [[(one, two) for one in before for two in after] for before, after in pairwise(drawn)]
    few = chosen is None and max(map(len, gaps)) <= MOST_EDGES
    at = [dict(zip(*pair, strict=True)) for pair in zip(shown, places, strict=True)]
    for column, edges in enumerate(gaps):
        strong = {edge: _stands_out(chosen, column, *edge) for edge in edges}
        for source, target in sorted(edges, key=strong.__getitem__):
            bold = strong[source, target]
            start = _port(at[column][source], +1, target, drawn[column + 1])
            end = _port(at[column + 1][target], -1, source, drawn[column])
            if not few and not bold:
                axes.plot(*zip(start, end, strict=True), "-", color=FILLS["others"], lw=0.7)
                continue
            aside = np.zeros(2)
            if backward:
                way = end - start
                aside = 0.032 * np.array([-way[1], way[0]]) / np.hypot(*way)
                _arrow(axes, end - aside, start - aside, "backward", strong=bold)
            _arrow(axes, start + aside, end + aside, "forward", strong=bold)


def _port(place: Place, side: int, other: int, others: Sequence[int]) -> np.ndarray:
    """Return where at a unit's rim an edge ends: spread out, so that heads do not overlap."""
    fan = min(0.17, 0.055 * (len(others) - 1))
    y = fan * (1 - 2 * others.index(other) / max(1, len(others) - 1))
    rim = RADIUS + 0.025
    return np.array([place[0] + side * np.sqrt(rim**2 - y**2), place[1] + y])


def _stands_out(chosen: Sequence[int | None] | None, column: int, source: int, target: int) -> bool:
    pair = (None, None) if chosen is None else chosen[column : column + 2]
    return any(unit is not None for unit in pair) and all(
        wanted in (None, unit) for wanted, unit in zip(pair, (source, target), strict=True)
    )


def _between(start: Place, end: Place, before: float, after: float) -> tuple[Place, Place]:
    """Shorten a line at both ends, so that it runs from rim to rim."""
    start, end = np.asarray(start), np.asarray(end)
    unit = (end - start) / np.hypot(*(end - start))
    return tuple(start + before * unit), tuple(end - after * unit)


def _along(start: Place, end: Place, share: float) -> Place:
    return tuple((1 - share) * np.asarray(start) + share * np.asarray(end))


def _arrow(axes: Axes, start: Place, end: Place, way: str, *, strong: bool = False) -> None:
    length, half = HEAD
    start, end = np.asarray(start), np.asarray(end)
    unit = (end - start) / np.hypot(*(end - start))
    neck, across = end - length * unit, half * np.array([-unit[1], unit[0]])
    dashes = "-" if way == "forward" else (0, (3.2, 1.8))
    stop = neck + 0.02 * unit
    width = 2.2 if strong else 1.3
    axes.plot(*zip(start, stop, strict=True), color=COLOURS[way], linestyle=dashes, lw=width)
    axes.add_patch(Polygon([end, neck + across, neck - across], color=COLOURS[way], lw=0))


def _unit(
    axes: Axes,
    place: Place,
    text: str,
    *,
    size: float = TEXT,
    fill: Any = FILLS["paper"],
    strong: bool = False,
) -> None:
    edge = {"edgecolor": COLOURS["ink"], "linewidth": 2.6 if strong else 1.3}
    axes.add_patch(Circle(place, RADIUS, facecolor=fill, zorder=3, **edge))
    _text(axes, place, text, size=size)


def _bend(
    axes: Axes, place: Place, activation: str, radius: float, *, strong: bool = False
) -> None:
    """Draw a unit with its activation's curve in it."""
    edge = {"edgecolor": COLOURS["ink"], "linewidth": 2.6 if strong else 1.3}
    axes.add_patch(Circle(place, radius, facecolor=FILLS["paper"], zorder=3, **edge))
    z = np.linspace(-3, 3, 61)
    a = ACTIVATIONS[activation].function(z)
    half = 0.62 * radius
    x, y = place[0] + half * z / 3, place[1] + half * (2 * (a - a.min()) / np.ptp(a) - 1)
    look = {"color": COLOURS.get(activation, COLOURS["ink"]), "linestyle": "-", "lw": 2.0}
    axes.plot(x, y, **look, zorder=4)


def _dots(axes: Axes, place: Place, text: str = "", *, beside: bool = False) -> None:
    """Draw three dots one above the other, where units are left out."""
    x, y = place
    axes.plot([x] * 3, [y - 0.12, y, y + 0.12], "o", color=COLOURS["ink"], ms=3, zorder=3)
    if beside:
        _text(axes, (x - RADIUS - 0.1, y), text, ha="right", size=SMALL)


# --- paper and letters ----------------------------------------------------------------------------


def _canvas(height: float, title: str) -> Axes:
    """Return empty axes as large as the page, measured in inches."""
    fig, axes = figure(width=WIDTH, height=height)
    fig.set_layout_engine("none")
    axes.set_position((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(0, height))
    axes.axis("off")
    axes.text(0.1, height - 0.1, title, ha="left", va="top", fontsize=TITLE)
    return axes


def _spread_right(axes: Axes, right: float) -> None:
    """Move what is drawn up to `right` to the middle of the page."""
    air = (WIDTH - right) / 2
    if air < 0:
        raise ValueError(
            f"the drawing is {right:.1f} inches wide, a page is {WIDTH}: shorten names"
        )
    axes.set_xlim(-air, WIDTH - air)
    axes.texts[0].set_x(0.1 - air)


def _finished(axes: Axes, title: str, said: str) -> Picture:
    return picture(axes.figure, f"{title}. {said.rstrip('.')}.")


def _text(
    axes: Axes,
    place: Place,
    text: str,
    thing: str = "ink",
    *,
    ha: str = "center",
    va: str = "center",
    size: float = TEXT,
) -> None:
    if text:
        look = {"color": text_colour(thing), "fontsize": size, "zorder": 5}
        axes.text(*place, text, ha=ha, va=va, multialignment="center", **look)


def _label(axes: Axes, place: Place, text: str, thing: str) -> None:
    """Write on a line, with a little paper around the letters."""
    paper = {"boxstyle": "square,pad=0.12", "facecolor": FILLS["paper"], "edgecolor": "none"}
    look = {"color": text_colour(thing), "fontsize": TEXT, "zorder": 5, "bbox": paper}
    axes.text(*place, text, ha="center", va="center", **look)


@cache
def _extent(text: str, size: float) -> tuple[float, float]:
    """Return a text's width and height in inches."""
    fig = Figure(dpi=100)
    FigureCanvasAgg(fig)
    box = fig.text(0, 0, text or " ", fontsize=size).get_window_extent()
    return (box.width / 100, box.height / 100) if text else (0.0, 0.0)


def _wrapped(text: str, width: float) -> str:
    """Break a heading into lines that are no wider than their column."""
    for characters in range(len(text), 0, -1):
        lines = textwrap.fill(text, characters, break_long_words=False)
        if _extent(lines, TEXT)[0] <= width:
            return lines
    return "\n".join(text.split())


def _equation(name: str, value: float | None) -> str:
    return f"${name}$" if value is None else f"${name}$ = {_number(value)}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _number(value: float) -> str:
    """Write a number shortly, with a true minus sign and without −0."""
    value = float(value) + 0.0
    if abs(value) >= 1000 or 0 < abs(value) < 0.095:
        text = f"{value:.3g}" if abs(value) >= 1000 else f"{value:.2g}"
    else:
        exact = abs(value - round(value, 2)) < 1e-9
        text = f"{round(value, 2):g}" if exact else f"{value:.2f}"
    return text.replace("-", "−")


def _value(value: Any) -> str:
    """Write a value of an edge: a string as it is, few numbers, or the shape of many."""
    if value is None or isinstance(value, str):
        return value or ""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        return _number(float(array))
    if array.ndim == 1 and len(array) <= MOST_NUMBERS:
        return _all_numbers(array)
    return str(array.shape)


def _all_numbers(array: np.ndarray) -> str:
    return f"({', '.join(map(_number, array))})"


_SIGNS = {
    **{rf"\{name}": letter for name, letter in {
        "partial": "∂", "alpha": "α", "beta": "β", "sigma": "σ", "hat": "", "log": "log ",
        "exp": "exp ", "cdot": "·", "times": "×", "sum": "Σ", "quad": " ", "Sigma": "Σ",
    }.items()},
    **{rf"\{mark}": " " for mark in (",", ";")},
    "$": "", "{": "", "}": "", "-": "−",
}  # fmt: skip


def _plain(text: str) -> str:
    """Write mathematics without its marks, for a text alternative."""
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    powers = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"_\{?(\d+)\}?", lambda found: found[1].translate(digits), text)
    text = re.sub(r"\^\{?(\d+)\}?", lambda found: found[1].translate(powers), text)
    text = re.sub(r"\\math\w+", "", text)
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return " ".join(text.split())


# --- checks ---------------------------------------------------------------------------------------


def _check_activation(activation: str) -> None:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; got {activation!r}")


def _sizes(sizes: Sequence[int]) -> list[int]:
    sizes = [int(size) for size in sizes]
    if not 2 <= len(sizes) <= 6 or min(sizes) < 1:
        raise ValueError(f"sizes must be two to six positive numbers, got {sizes}")
    return sizes


def _layer_values(
    values: Sequence[ArrayLike | None] | None, sizes: Sequence[int]
) -> list[np.ndarray | None]:
    if values is None:
        return [None] * len(sizes)
    arrays = [None if v is None else np.asarray(v, dtype=np.float64) for v in values]
    shapes = [None if array is None else array.shape for array in arrays]
    if len(arrays) != len(sizes) or any(
        shape not in (None, (size,)) for shape, size in zip(shapes, sizes, strict=True)
    ):
        raise ValueError(f"values must have one row of numbers for each of {sizes}, got {shapes}")
    return arrays


def _highlighted(
    highlight: Sequence[int | None] | None, sizes: Sequence[int]
) -> Sequence[int | None] | None:
    if highlight is None:
        return None
    if len(highlight) != len(sizes):
        raise ValueError(f"highlight must be {len(sizes)} units or None, got {len(highlight)}")
    for column, (unit, size) in enumerate(zip(highlight, sizes, strict=True)):
        if unit is not None and unit not in _shown(size):
            drawn = ", ".join(str(k) for k in _shown(size) if k is not None)
            raise ValueError(
                f"highlight must be a unit that is drawn: {drawn} in column {column}, got {unit}"
            )
    return highlight
