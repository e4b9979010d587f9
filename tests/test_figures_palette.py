"""The palette: every colour comes from it, and its things can be told apart by everyone."""

from __future__ import annotations

import ast
import io
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.colors import CSS4_COLORS, TABLEAU_COLORS, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from helpers.figures import activations, outputs, palette
from helpers.figures.palette import (
    COLOURS,
    FILLS,
    KINDS,
    LOOKS,
    NEUTRAL,
    PALETTE,
    SERIES,
    class_colours,
    contrast,
    darkened,
    lightened,
    look,
    text_colour,
    tint,
)
from helpers.figures.style import figure, label_lines
from tests.contrast import contrast as measured_contrast
from tests.vision import DEFICIENCIES, seen

MODULES = sorted(
    path
    for path in Path(palette.__file__).parent.glob("*.py")
    if path.name not in ("palette.py", "__init__.py")
)
# About 2.3 is just noticeable (Mahy and others, 1994); lines need several times that.
APART = 15
INKS = {
    name for name, value in vars(palette).items() if isinstance(value, str) and value in SERIES
} | {
    "PALETTE", "GREY", "ORANGE", "SKY",
}  # fmt: skip
NAMES = {*CSS4_COLORS, *TABLEAU_COLORS}
NOT_NAMED = "#123456"
TAKES_COLOUR = re.compile(r"colou?rs?|c|fc|ec|mfc|mec|(face|edge|markerface|markeredge)colors?")


def colours_named(source: str) -> list[str]:
    """Describe each place where a module names a colour or a colour map itself."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            value = node.value
            if re.fullmatch(r"#[0-9a-fA-F]{3,8}|C\d|xkcd:.*", value) or value in NAMES:
                found.append(f"line {node.lineno}: {value}")
        elif isinstance(node, ast.ImportFrom):
            found += [f"line {node.lineno}: {a.name}" for a in node.names if a.name in INKS]
        elif isinstance(node, ast.Attribute) and node.attr in INKS:
            found.append(f"line {node.lineno}: {node.attr}")
        elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
            value, argument = node.value.value, node.arg or ""
            if argument == "cmap" or (
                TAKES_COLOUR.fullmatch(argument) and isinstance(value, str) and value != "none"
            ):
                found.append(f"line {node.value.lineno}: {argument}={value!r}")
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
            *("plot", "loglog", "semilogx", "semilogy"),
        ):
            for argument in node.args:
                form = argument.value if isinstance(argument, ast.Constant) else None
                if isinstance(form, str) and names_a_colour(form):
                    found.append(f"line {argument.lineno}: {form!r}")
    return found


def names_a_colour(form: str) -> bool:
    """Tell whether Matplotlib takes a line's colour from a format such as "r--"."""
    axes = Figure().subplots()
    axes.set_prop_cycle(color=[NOT_NAMED])
    try:
        (line,) = axes.plot([0, 1], form)
    except ValueError:
        return False
    return line.get_color() != NOT_NAMED


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_figure_module_names_a_colour(module: Path) -> None:
    assert not colours_named(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        'axes.plot(x, y, color="#0072B2")',
        'axes.plot(x, y, color="k")',
        'axes.plot(x, y, "r--")',
        'axes.plot(x, y, mec="white")',
        'look = {"color": "tab:orange"}',
        'look = {"edgecolor": "C1"}',
        'axes.text(0, 0, "a", color="0.5")',
        'image = axes.imshow(x, cmap="viridis")',
        "from helpers.figures.palette import BLUE",
        "axes.plot(x, y, color=palette.VERMILLION)",
    ],
)
def test_the_search_finds_a_colour(source: str) -> None:
    assert colours_named(source)


@pytest.mark.parametrize(
    "source",
    [
        'axes.plot(x, y, "--", **look("tanh"))',
        'axes.plot(x, y, "o", mfc="none", color=COLOURS["Keras"])',
        'w = Slider("Weight w", -3, 3, 0.1, 1)',
        'b = {"b": 1, "k": 2}',
    ],
)
def test_the_search_finds_no_colour_where_none_is(source: str) -> None:
    assert not colours_named(source)


def pairs(kind: dict) -> list[tuple[str, str]]:
    return [(a, b) for a, b in itertools.combinations(kind, 2)]


@pytest.mark.parametrize("vision", DEFICIENCIES)
@pytest.mark.parametrize("kind", KINDS)
def test_things_of_a_kind_differ_with_any_colour_vision(kind: str, vision: str) -> None:
    near = [
        (a, b)
        for a, b in pairs(KINDS[kind])
        if np.linalg.norm(seen(COLOURS[a], vision) - seen(COLOURS[b], vision)) < APART
    ]
    assert not near


@pytest.mark.parametrize("vision", DEFICIENCIES)
@pytest.mark.parametrize(
    "colours",
    [PALETTE, SERIES, sorted({look.colour for look in NEUTRAL.values()})],
    ids=["palette", "series", "neutral"],
)
def test_colours_differ_with_any_colour_vision(colours: list[str], vision: str) -> None:
    distances = [
        np.linalg.norm(seen(one, vision) - seen(other, vision))
        for one, other in itertools.combinations(colours, 2)
    ]
    assert min(distances) > APART


@pytest.mark.parametrize("kind", KINDS)
def test_things_of_a_kind_differ_in_grey(kind: str) -> None:
    """By lightness, or by the line's style; and a marker belongs to one thing of a kind."""
    alike = [
        (a, b)
        for a, b in pairs(KINDS[kind])
        if LOOKS[a].line == LOOKS[b].line
        and abs(seen(COLOURS[a], "normal")[0] - seen(COLOURS[b], "normal")[0]) < APART
    ]
    assert not alike
    markers = [look.marker for look in KINDS[kind].values()]
    assert len(set(markers)) == len(markers)


def test_a_thing_belongs_to_one_kind() -> None:
    things = [thing for kind in (*KINDS.values(), NEUTRAL) for thing in kind]
    assert len(things) == len(set(things)) == len(LOOKS)


@pytest.mark.parametrize("thing", LOOKS)
def test_a_thing_stands_out_from_white_as_line_and_as_text(thing: str) -> None:
    """WCAG 2.2, 1.4.11 and 1.4.3."""
    assert measured_contrast(COLOURS[thing], "white") >= 3
    assert measured_contrast(text_colour(thing), "white") >= 4.5


@pytest.mark.parametrize("ground", [*FILLS.values(), *map(tint, COLOURS.values())], ids=str)
def test_ink_can_be_read_on_every_ground(ground: object) -> None:
    assert measured_contrast(COLOURS["ink"], ground) >= 4.5


def pixels_of(picture: object, thing: str) -> int:
    shown = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))
    wanted = np.round(255 * np.array(to_rgb(COLOURS[thing])))
    return int((shown == wanted).all(axis=-1).sum())


def test_an_activation_has_its_colour_in_lessons_1_and_2(drawn_figures: list) -> None:
    z = np.linspace(-1, 1, 9)
    runs = np.linspace([[2.0], [1.9]], [[0.3], [0.2]], 9)[:, :, 0].T
    for name in ("sigmoid", "tanh", "relu", "leaky_relu"):
        for picture in (
            activations.functions_and_derivatives(z, {name: (z, z)}),
            activations.gradient_by_depth({name: np.array([0.1, 0.5, 1.0])}, "A title"),
            outputs.race({name: runs}, "A title", guess=2.3),
        ):
            others = {"sigmoid", "tanh", "relu", "leaky_relu"} - {name}
            assert pixels_of(picture, name) > 300
            assert not any(pixels_of(picture, other) for other in others)


def test_look_is_what_plot_takes() -> None:
    assert look("tanh") == {"color": COLOURS["tanh"], "linestyle": LOOKS["tanh"].line}
    assert look("tanh", marker=True)["marker"] == LOOKS["tanh"].marker
    assert [look(k)["color"] for k in range(10)] == list(SERIES)
    assert class_colours(10) == [look(f"class {k}")["color"] for k in range(10)]


@pytest.mark.parametrize("thing", ["Sigmoid", "", 10, -1])
def test_look_refuses_what_has_none(thing: object) -> None:
    with pytest.raises(ValueError, match=rf"thing must be 0…9 or one of sigmoid,.*got {thing!r}"):
        look(thing)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("white", "#777777") == pytest.approx(4.48, abs=0.005)  # known to just fail
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.005)  # and to just pass
    for one, other in itertools.combinations(PALETTE, 2):
        assert contrast(one, other) == pytest.approx(measured_contrast(one, other))


@pytest.mark.parametrize("wanted", [3.0, 4.5])
@pytest.mark.parametrize("colour", PALETTE)
def test_darkened_colours_stand_out_and_keep_their_hue(colour: str, wanted: float) -> None:
    shade = darkened(colour, wanted)
    reached, before = measured_contrast(shade, "white"), measured_contrast(colour, "white")
    if before >= wanted:
        assert shade.lower() == colour.lower()
    else:
        assert wanted <= reached < wanted + 0.2
        hue, paled = (np.array(to_rgb(c)) / max(to_rgb(c)) for c in (colour, shade))
        np.testing.assert_allclose(paled, hue, atol=0.01)


@pytest.mark.parametrize("colour", SERIES)
def test_lightened_colours_are_as_light_as_a_line_may_be(colour: str) -> None:
    assert 3 <= measured_contrast(lightened(colour), "white") < 3.2


# --- labels at the lines --------------------------------------------------------------------------


def overlaps(texts: list) -> list[tuple[str, str]]:
    # An annotation's own extent has its leader in it.
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts]
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes, 2)
        if min(a.x1, b.x1) > max(a.x0, b.x0) and min(a.y1, b.y1) > max(a.y0, b.y0)
    ]


# Each example draws twice: shrinking one that fails would take minutes.
@settings(max_examples=10, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(st.floats(0.01, 100), min_size=1, max_size=9),
    st.sampled_from(["linear", "log"]),
    st.sampled_from(["right", "left"]),
)
def test_labels_never_overlap_and_stay_in_the_picture(ends: list, scale: str, end: str) -> None:
    fig, axes = figure()
    for number, y in enumerate(ends):
        axes.plot([0, 1], [y, 1.0][:: 1 if end == "left" else -1], label=f"line {number}")
    axes.set_yscale(scale)
    texts = label_lines(axes, end=end)
    fig.canvas.draw()
    assert len(texts) == len(ends)
    assert not overlaps(texts)
    for text in texts:
        box = Text.get_window_extent(text)
        assert fig.bbox.x0 <= box.x0
        assert box.x1 <= fig.bbox.x1


def test_labels_keep_the_order_of_their_lines_and_their_colours() -> None:
    fig, axes = figure()
    for height, thing in ((0.50, "plain"), (0.51, "momentum"), (0.9, "Adam"), (0.0, "RMSprop")):
        axes.plot([0, 1], [1, height], **look(thing), label=thing)
    axes.plot([0, 1], [0, 0], color=COLOURS["guide"])
    texts = label_lines(axes)
    fig.canvas.draw()
    upwards = sorted(texts, key=lambda text: Text.get_window_extent(text).y0)
    assert [text.get_text() for text in upwards] == ["RMSprop", "plain", "momentum", "Adam"]
    assert {text.get_text(): text.get_color() for text in texts} == {
        thing: text_colour(thing) for thing in ("plain", "momentum", "Adam", "RMSprop")
    }


def test_a_label_stands_at_the_end_that_can_be_seen() -> None:
    _, axes = figure()
    axes.plot([0, 1, 2, 3], [0, 1, 50, np.nan], label="up and away")
    axes.set_ylim(0, 2)
    (text,) = label_lines(axes)
    assert text.xy == (1, 1)


@pytest.mark.parametrize(
    ("label", "end", "message"),
    [("a", "top", 'end must be "right" or "left", got \'top\''), (None, "left", "has a label")],
)
def test_label_lines_refuses(label: str | None, end: str, message: str) -> None:
    _, axes = figure()
    axes.plot([0, 1], [0, 1], label=label)
    with pytest.raises(ValueError, match=message):
        label_lines(axes, end=end)
