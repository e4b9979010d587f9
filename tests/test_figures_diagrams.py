"""The drawings: do they show what they are given, and does nothing lie on anything else?"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.activations import ACTIVATIONS
from helpers.figures import diagrams
from helpers.figures.diagrams import computation_graph, layer, network, neuron
from helpers.figures.palette import COLOURS, FILLS

LESSON_4 = (
    ["softmax", r"$-\log a_y$"],
    {
        "z": ([2.0, 1.0, 0.1], [-0.341, 0.242, 0.099]),
        "a": ([0.659, 0.242, 0.099], [-1.517, 0, 0]),
        "L": (0.417, 1),
    },
)
LESSON_6 = (
    ["$XW_1+b_1$", "relu", "$A_1W_2+b_2$", "cost"],
    {
        "X": (np.ones((100, 64)), None),
        "Z_1": (np.ones((100, 25)), np.ones((100, 25))),
        "A_1": (np.ones((100, 25)), np.ones((100, 25))),
        "Z_2": (np.ones((100, 10)), np.ones((100, 10))),
        "J": (2.414, None),
    },
    {
        0: {"W^1": ("(64, 25)", "line 5"), "b^1": ("(25,)", "line 5")},
        2: {"W^2": (np.ones((25, 10)), "line 2"), "b^2": (np.ones(10), "line 2")},
        3: {"y": (np.ones(100), None)},
    },
)
NUMBERS = [2.0, -1.0, 0.5], [0.8, 0.3, -1.2], 0.25
DRAWN: dict[str, Callable] = {
    "neuron": lambda: neuron(3),
    "neuron of one": lambda: neuron(1, activation="linear"),
    "neuron of six": lambda: neuron(6),
    "neuron of many": lambda: neuron(64, activation="tanh"),
    "neuron with values": lambda: neuron(*NUMBERS),
    "neuron with names": lambda: neuron(*NUMBERS, "relu", names=["hours slept", "coffee", "age"]),
    "neuron with long names": lambda: neuron(*NUMBERS, names=["a name of two lines", "b", "c"]),
    "layer": lambda: layer(3, 4, highlight=1),
    "large layer": lambda: layer(64, 25, "leaky_relu"),
    "layer with values": lambda: layer(2, 3, "tanh", values=([1.5, -2.0], [0.91, -0.3, 0.02])),
    "network": lambda: network([2, 3, 1], backward=True),
    "network with names": lambda: network(
        [64, 25, 15, 10],
        names=["pixels", "hidden layer 1", "hidden layer 2", "logits"],
        activations=["relu", "relu", "linear"],
        backward=True,
    ),
    "network with values": lambda: network(
        [2, 3, 2], values=[[1, -2], [0, 1.3, -2.75], [0.9, 0.1]], activations=["relu", "softmax"]
    ),
    "network with labels": lambda: network(
        [4, 5, 3],
        labels={0: ["a", "b", "c", "long name"], -1: ["car", "bus", "pedestrian"]},
        highlight=(1, 2, 0),
        backward=True,
    ),
    "deep network": lambda: network([1, 8, 8, 8, 8, 1], activations=["sigmoid"] * 5, backward=True),
    "graph of lesson 4": lambda: computation_graph(*LESSON_4),
    "graph of lesson 6": lambda: computation_graph(*LESSON_6),
    "graph forward": lambda: computation_graph(["$w x$"], {"x": (2, None), "z": (3, None)}),
    "graph of one": lambda: computation_graph(
        ["$wx+b$", "sigmoid", "loss"],
        {"x": (2, None), "z": (1.5, -0.18), "a": (0.82, -1.22), "L": (0.2, "")},
        {0: {"w": (0.5, -0.36), "b": (0.5, -0.18)}, 2: {"y": (1, None)}},
    ),
}


def texts(fig: Figure) -> list[Text]:
    return [text for text in fig.findobj(Text) if text.get_visible() and text.get_text().strip()]


def intersect(one: Bbox, other: Bbox) -> bool:
    return (
        min(one.x1, other.x1) - max(one.x0, other.x0) > 0.5
        and min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5
    )


def inside(inner: Bbox, outer: Bbox) -> bool:
    return bool(
        outer.x0 <= inner.x0 and inner.x1 <= outer.x1
        and outer.y0 <= inner.y0 and inner.y1 <= outer.y1
    )  # fmt: skip


def collisions(fig: Figure) -> list[str]:
    """Describe texts that lie on each other, on a rim or a head, or are off the page."""
    boxes = {text: text.get_window_extent() for axes in fig.axes for text in axes.texts}
    found = [
        f"{one.get_text()!r} on {other.get_text()!r}"
        for one, other in itertools.combinations(boxes, 2)
        if intersect(boxes[one], boxes[other])
    ]
    found += [
        f"{text.get_text()!r} off the page" for text in boxes if not inside(boxes[text], fig.bbox)
    ]
    for axes in fig.axes:
        for shape in axes.patches:
            rim = shape.get_window_extent()
            for text, box in boxes.items():
                within = isinstance(shape, (Circle, FancyBboxPatch)) and inside(box, rim)
                if intersect(box, rim) and not within:
                    found.append(f"{text.get_text()!r} on a {type(shape).__name__}")
    return found


def heads(fig: Figure) -> list[np.ndarray]:
    return [p.get_xy()[:3] for axes in fig.axes for p in axes.patches if isinstance(p, Polygon)]


def lines(fig: Figure, colour: str) -> list:
    return [
        line
        for axes in fig.axes
        for line in axes.lines
        if same_color(line.get_color(), colour) and len(line.get_xdata()) == 2
    ]


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_lies_on_anything_else(name: str, drawn_figures: list) -> None:
    DRAWN[name]()
    fig = drawn_figures[-1]
    assert not collisions(fig)
    middles = [head.mean(axis=0) for head in heads(fig)]
    apart = [np.hypot(*(a - b)) for a, b in itertools.combinations(middles, 2)]
    assert min(apart, default=1) > 0.07
    # Nothing is too small for print, and all heads are of one size.
    assert fig.get_figwidth() == 8
    assert min(text.get_fontsize() for text in texts(fig)) >= 9
    for tip, left, right in heads(fig):
        assert np.hypot(*(left - right)) == pytest.approx(0.09)
        assert np.hypot(*(tip - (left + right) / 2)) == pytest.approx(0.12)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 2000), min_size=2, max_size=5), backward=st.booleans())
def test_no_network_has_texts_on_each_other(
    sizes: list, backward: bool, drawn_figures: list
) -> None:
    drawn_figures.clear()
    names = ["input", *["hidden layer"] * (len(sizes) - 2), "output"]
    network(sizes, names=names, activations=["leaky_relu"] * (len(sizes) - 1), backward=backward)
    assert not collisions(drawn_figures[-1])


# --- neuron ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_neuron_computes_what_it_shows(activation: str) -> None:
    alt = neuron(*NUMBERS, activation).alt
    z = sum(x * w for x, w in zip(*NUMBERS[:2], strict=True)) + NUMBERS[2]
    a = {
        "sigmoid": scipy.special.expit(z),
        "tanh": np.tanh(z),
        "softplus": np.logaddexp(0, z),
        "gelu": z * scipy.stats.norm.cdf(z),
        "silu": z * scipy.special.expit(z),
    }.get(activation, z)
    assert f"sum z = {z:.2f}, {activation} a = {a:.2f}" in alt
    for index, (x, w) in enumerate(zip(*NUMBERS[:2], strict=True), start=1):
        assert f"x{index} = {x:g} with weight {w:g}".replace("-", "−") in alt


def test_a_neuron_draws_its_numbers_and_names(drawn_figures: list) -> None:
    neuron(*NUMBERS, names=["hours slept", "coffee", "age"])
    written = {text.get_text() for text in texts(drawn_figures[-1])}
    assert {"hours slept = 2", "coffee = −1", "age = 0.5", "$b$ = 0.25", "$z$ = 0.95"} <= written
    assert {"$w_{1}$ = 0.8", "$w_{2}$ = 0.3", "$w_{3}$ = −1.2", "$a$ = 0.72"} <= written


def test_a_neuron_of_many_inputs_says_how_many(drawn_figures: list) -> None:
    alt = neuron(784).alt
    written = {text.get_text() for text in texts(drawn_figures[-1])}
    assert "784 inputs" in alt
    assert {"784 inputs in all", "$x_{784}$", "$w_{784}$"} <= written


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "inputs must be at least one, got 0"),
        (([1.0],), "must all be values"),
        ((1, [1.0], 0.0), "must all be values"),
        (([1.0, 2.0], [1.0], 0.0), "weights must be 2, one for each input, got 1"),
        ((2, None, None, "step"), "activation must be one of linear,.*got 'step'"),
    ],
)
def test_neuron_refuses(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        neuron(*arguments)


# --- layers and networks --------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "units"), [(3, 4), (64, 25), (1, 1), (6, 7)])
def test_a_layer_counts_its_parameters(inputs: int, units: int, drawn_figures: list) -> None:
    alt = layer(inputs, units).alt
    assert f"{inputs * units} weights in W, {units} biases in b" in alt
    written = [text.get_text() for text in texts(drawn_figures[-1])]
    assert rf"$W$: {inputs} × {units},  $b$: {units}" in written


def test_a_layer_lets_one_unit_stand_out(drawn_figures: list) -> None:
    alt = layer(3, 4, highlight=1).alt
    strong = [line for line in lines(drawn_figures[-1], COLOURS["forward"]) if line.get_lw() > 2]
    assert len(strong) == 3
    assert len(lines(drawn_figures[-1], FILLS["others"])) == 9
    assert "the 3 weights of unit 2 stand out" in alt


@pytest.mark.parametrize(
    ("sizes", "units", "edges"),
    [([2, 3, 1], 6, 9), ([64, 25, 10], 12, 32), ([6, 6], 12, 36), ([7, 1], 5, 4)],
)
def test_a_network_draws_its_sizes(
    sizes: list, units: int, edges: int, drawn_figures: list
) -> None:
    alt = network(sizes, backward=True).alt
    fig = drawn_figures[-1]
    assert sum(isinstance(patch, Circle) for patch in fig.axes[0].patches) == units
    dots = [line for line in fig.axes[0].lines if len(line.get_xdata()) == 3]
    assert len(dots) == sum(size > 6 for size in sizes)
    few = edges <= 12
    gaps = len(sizes) - 1
    for way in ("forward", "backward"):
        assert len(lines(fig, COLOURS[way])) == gaps + few * edges
    assert len(lines(fig, FILLS["others"])) == (not few) * edges
    written = [text.get_text() for text in texts(fig)]
    for before, size in itertools.pairwise(sizes):
        count = f"{size} unit{'s' * (size > 1)}"
        assert count in written
        assert f"{count}, reached by {before * size} weights" in alt
    for number in range(1, len(sizes)):
        assert rf"$\partial J/\partial W_{number}$" in written
    back = ", ".join(f"∂J/∂W{'₁₂'[n - 1]}" for n in range(gaps, 0, -1))
    assert alt.endswith(f"from right to left: {back}.")


def test_gradients_run_back_along_the_edges(drawn_figures: list) -> None:
    network([2, 3, 1], backward=True)
    fig = drawn_figures[-1]
    for way, sign in (("forward", 1), ("backward", -1)):
        for line in lines(fig, COLOURS[way]):
            assert sign * np.diff(line.get_xdata())[0] > 0
    thin = [
        [line.get_xydata() for line in lines(fig, COLOURS[way]) if line.get_lw() < 2]
        for way in ("forward", "backward")
    ]
    # Every dashed edge runs beside a solid one, 0.064 inches from it.
    for back in thin[1]:
        middle = back.mean(axis=0)
        assert min(np.hypot(*(edge.mean(axis=0) - middle)) for edge in thin[0]) < 0.15


def test_values_shade_the_units(drawn_figures: list) -> None:
    alt = network([2, 3], values=[None, [0.0, 1.0, -4.0]]).alt
    circles = [p for p in drawn_figures[-1].axes[0].patches if isinstance(p, Circle)]
    shades = [np.mean(circle.get_facecolor()[:3]) for circle in circles[2:]]
    assert shades[0] == 1 > shades[1] > shades[2]
    assert "with the values (0, 1, −4)" in alt


@pytest.mark.parametrize(
    ("highlight", "strong"),
    [((1, 2, 0), 2), ((None, 2, None), 7), ((None, None, 1), 5), ((3, None, None), 5)],
)
def test_a_path_or_a_unit_stands_out(highlight: tuple, strong: int, drawn_figures: list) -> None:
    network([4, 5, 3], highlight=highlight)
    bold = [line for line in lines(drawn_figures[-1], COLOURS["forward"]) if line.get_lw() > 2]
    assert len(bold) - 2 == strong  # but for the two arrows above


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [3]}, r"sizes must be two to six positive numbers, got \[3\]"),
        ({"sizes": [3, 0]}, "sizes must be two to six"),
        ({"sizes": [2, 1], "names": ["a"]}, r"names must be 2 for the sizes \[2, 1\], got 1"),
        ({"sizes": [2, 1], "activations": ["relu"] * 2}, "activations must be 1 for"),
        ({"sizes": [2, 1], "weights": []}, "weights must be 1 for"),
        ({"sizes": [2, 1], "values": [[1, 2]]}, "values must have one row of numbers"),
        ({"sizes": [2, 1], "values": [[1, 2], [1, 2]]}, "values must have one row of numbers"),
        ({"sizes": [2, 1], "labels": {-1: ["a", "b"]}}, "labels must name all units"),
        ({"sizes": [2, 1, 1], "labels": {1: ["a"]}}, "labels must name all units of column 0 or"),
        ({"sizes": [2, 1], "highlight": (1,)}, "highlight must be 2 units or None, got 1"),
        (
            {"sizes": [9, 1], "highlight": (3, None)},
            "highlight must be a unit that is drawn: 0, 1, 2, 8 in column 0, got 3",
        ),
    ],
)
def test_network_refuses(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        network(**arguments)


# --- computation graphs ---------------------------------------------------------------------------


def test_a_graph_says_values_and_derivatives_in_their_order() -> None:
    alt = computation_graph(*LESSON_4).alt
    assert alt == (
        "Values go forward, derivatives come back. A computation graph from left to right: "
        "z = (2, 1, 0.1) enters softmax; softmax gives a = (0.66, 0.24, 0.10); −log a_y gives "
        "L = 0.42. Back from right to left along dashed arrows: ∂L/∂L = 1; "
        "∂L/∂a = (−1.52, 0, 0); ∂L/∂z = (−0.34, 0.24, 0.10)."
    )


def test_a_graph_writes_every_value_at_its_edge(drawn_figures: list) -> None:
    computation_graph(*LESSON_6)
    where = {text.get_text(): text.get_position() for text in texts(drawn_figures[-1])}
    assert {
        "$X$\n(100, 64)", "$A_1$\n(100, 25)", "$J$\n2.41", "$\\partial J/\\partial Z_2$\n(100, 10)",
        "$W^1$ (64, 25)", r"$\partial J/\partial W^2$ line 2",
        r"$\partial J/\partial b^1$ line 5",
    } <= where.keys()  # fmt: skip
    for name in ("Z_1", "A_1", "Z_2"):
        shape = "(100, 10)" if name == "Z_2" else "(100, 25)"
        above, below = (
            where[f"${name}$\n{shape}"],
            where[f"$\\partial J/\\partial {name}$\n{shape}"],
        )
        assert above[0] == below[0]
        assert above[1] > below[1]
    order = [where[text][0] for text in ("$X$\n(100, 64)", "relu", "$A_1$\n(100, 25)", "cost")]
    assert order == sorted(order)


def test_a_graph_draws_no_way_back_without_a_derivative(drawn_figures: list) -> None:
    assert "Back" not in computation_graph(["$w x$"], {"x": (2, None), "z": (3, None)}).alt
    assert not lines(drawn_figures[-1], COLOURS["backward"])
    computation_graph(["$w x$"], {"x": (2, ""), "z": (3, None)})
    assert len(lines(drawn_figures[-1], COLOURS["backward"])) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], {"z": (1, 1)}), "edges must be one more than the 1 operations, got 1"),
        (
            (["a"], {"z": (1, 1), "L": (1, 1)}, {1: {"w": (1, 1)}}),
            r"parameters must be by operation 0…0, got \[1\]",
        ),
        (
            (
                [f"quite a long operation {k}" for k in range(5)],
                {f"z_{k}": (1, 1) for k in range(6)},
            ),
            r"the chain is \d+\.\d inches wide, a page is 7.7: shorten",
        ),
    ],
)
def test_graph_refuses(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        computation_graph(*arguments)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"), (-0.0, "0"), (2.0, "2"), (0.5, "0.5"), (1 / 3, "0.33"), (-1.25, "−1.25"),
        (0.0123, "0.012"), (1e-9, "1e−09"), (123.456, "123.46"), (12345.0, "1.23e+04"),
    ],
)  # fmt: skip
def test_numbers_are_short(value: float, written: str) -> None:
    assert diagrams._number(value) == written
