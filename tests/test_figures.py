"""The figures' common ground: text alternatives, sliders, and what reaches the page."""

from __future__ import annotations

import base64
import io
import itertools
import re
import statistics
import time
from collections.abc import Callable
from html import unescape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.palette import (
    BLUE,
    GREEN,
    ORANGE,
    PALETTE,
    SKY,
    VERMILLION,
    darkened,
)
from helpers.figures.style import encode_png, encode_png_quickly, figure, halved, picture
from tests.contrast import faint

ALT = 'A straight line from 0 to 1, "rising" & <never> falling, in ten steps.'


def pixels(data: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(data))
    return np.asarray(image.convert("RGB") if image.mode == "P" else image)


def line_explorer(**story: object) -> Explorer:
    fig, axes = figure()
    x = np.linspace(0, 1, 11)
    (line,) = axes.plot(x, x)
    axes.set(ylim=(-3, 3), xlabel="x", ylabel="y")

    def draw(slope: float, sign: str) -> str:
        line.set_ydata(slope * x if sign == "plus" else -slope * x)
        return f"A line through the origin that reaches {sign} {slope:.1f} at the right end."

    return Explorer(
        fig,
        draw,
        [line],
        **story,
        slope=Slider("Slope", 0, 3, 0.1, 1.0),
        sign=Choice("Sign", ("plus", "minus"), "plus"),
    )


def test_picture_carries_its_text_alternative_as_html() -> None:
    fig, axes = figure()
    axes.plot([0, 1], [0, 1])
    shown = picture(fig, ALT)
    (alt,) = re.findall(r'alt="([^"]*)"', shown._repr_html_())
    assert unescape(alt) == ALT
    assert repr(shown) == f"Picture: {ALT}"
    assert pixels(shown.data).shape[2] == 3


def test_picture_joins_the_lines_of_an_alternative() -> None:
    fig, _ = figure()
    assert picture(fig, "A text that was\n    broken over several lines of code.").alt == (
        "A text that was broken over several lines of code."
    )


def test_picture_refuses_an_alternative_that_says_nothing() -> None:
    fig, _ = figure()
    with pytest.raises(ValueError, match=r"alt must say what the figure shows.*'A plot'"):
        picture(fig, "A plot")


def test_figures_leave_pyplot_alone() -> None:
    from matplotlib import pyplot

    figure()
    assert pyplot.get_fignums() == []


def drawn(**look: object) -> Figure:
    """A figure with one artist of each kind, all clear to see but for what `look` changes."""
    fig, axes = figure()
    axes.bar([0, 1], [1, 2], **{"color": BLUE, **look.get("bar", {})})
    axes.plot([0, 1], [2, 1], **{"color": VERMILLION, **look.get("line", {})})
    axes.plot([0, 1], [0, 1], "o", **{"color": GREEN, **look.get("marker", {})})
    axes.scatter([0], [1], **{"color": "black", **look.get("points", {})})
    axes.text(0.3, 1.7, "said", **{"color": "black", **look.get("text", {})})
    fig.canvas.draw()
    return fig


@pytest.mark.parametrize(
    ("look", "found"),
    [
        ({}, None),
        ({"text": {"color": VERMILLION}}, "text 'said': 3.87 to 1, needs 4.5"),
        ({"text": {"color": VERMILLION, "fontsize": 18}}, None),
        ({"text": {"color": VERMILLION, "fontsize": 14, "weight": "bold"}}, None),
        ({"text": {"color": darkened(VERMILLION)}}, None),
        ({"text": {"alpha": 0.4}}, "text 'said'"),
        ({"text": {"color": "white"}}, "text 'said'"),
        ({"text": {"color": "white", "bbox": {"facecolor": "black"}}}, None),
        ({"text": {"bbox": {"facecolor": BLUE}}}, "text 'said'"),
        ({"bar": {"color": ORANGE}}, "bar in '': 2.25 to 1"),
        ({"bar": {"color": ORANGE, "edgecolor": "black"}}, None),
        ({"bar": {"color": ORANGE, "edgecolor": "black", "linewidth": 0.2}}, "bar in ''"),
        ({"line": {"color": SKY}}, "line"),
        ({"line": {"alpha": 0.6}}, "line"),
        ({"marker": {"color": SKY}}, "marker"),
        ({"marker": {"mfc": SKY, "mec": "black"}}, None),
        ({"points": {"color": SKY}}, "points in '': 2.31 to 1"),
        ({"points": {"color": SKY, "edgecolor": "black"}}, None),
    ],
    ids=str,
)
def test_faint_artists_are_found(look: dict, found: str | None, drawn_figures: list) -> None:
    faults = faint(drawn(**look))
    drawn_figures.clear()  # these are faint on purpose
    if found is None:
        assert not faults
    else:
        assert faults
        assert all(fault.startswith(found) for fault in faults)


@settings(max_examples=25)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(4))))
def test_quick_encoder_gives_back_the_pixels(image: np.ndarray) -> None:
    np.testing.assert_array_equal(pixels(encode_png_quickly(image)), image)


@settings(max_examples=25)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 256), st.just(4))),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.randoms(use_true_random=False),
)
def test_small_encoder_gives_back_up_to_256_colours(colours, shape, random) -> None:
    image = colours[[[random.randrange(len(colours)) for _ in range(shape[1])]] * shape[0]]
    np.testing.assert_array_equal(pixels(encode_png(image)), image[..., :3])


def test_small_encoder_hardly_moves_a_colour() -> None:
    shades = np.zeros((64, 512, 4), np.uint8)  # 1,024 blends of two colours of lines with white
    blend = np.linspace(0, 1, 512)[:, np.newaxis]
    for row, line in ((slice(32), (0, 114, 178)), (slice(32, 64), (213, 94, 0))):
        shades[row, :, :3] = np.round(255 * (1 - blend) + np.array(line) * blend)
    moved = pixels(encode_png(shades)).astype(int) - shades[..., :3]
    assert np.abs(moved).max() <= 6


def test_small_encoder_leaves_lines_and_areas_as_they_are() -> None:
    fig, axes = figure()
    for number, colour in enumerate(PALETTE[:4]):
        axes.plot([0, 1], [number, number + 0.7], color=colour)
    axes.imshow(np.linspace(0, 1, 2000)[np.newaxis], extent=(0, 1, 8, 9), aspect="auto")
    axes.set(ylim=(-1, 9))
    shown = pixels(picture(fig, ALT).data)
    whole = np.asarray(fig.canvas.buffer_rgba())[..., :3]
    for colour in PALETTE[:4]:
        line = (whole == np.round(255 * np.array(to_rgb(colour)))).all(axis=-1)
        assert line.sum() > 1000
        np.testing.assert_array_equal(shown[line], whole[line])


def test_explorer_moves_its_picture_and_its_text_together() -> None:
    explorer = line_explorer()
    png, still = explorer.png, explorer.picture
    text = explorer.move(slope=2.5)
    assert text == explorer.alt
    assert "reaches plus 2.5" in text
    assert not np.array_equal(pixels(explorer.png), pixels(png))
    explorer.move(slope=1)
    assert explorer.png == png
    assert explorer.picture == still


def test_explorer_shows_what_drawing_the_whole_figure_shows() -> None:
    explorer = line_explorer()
    explorer.move(slope=2, sign="minus")
    for artist in explorer._moving:
        artist.set_animated(False)
    explorer._figure.canvas.draw()
    whole = np.asarray(explorer._figure.canvas.buffer_rgba())
    different = (pixels(explorer.png) != whole).any(axis=-1)
    assert different.mean() < 0.001  # where the line crosses a spine, it lies above it here


def seconds(work: Callable[[], object], repeats: int = 15) -> float:
    """Processor time, which a busy machine does not stretch."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def test_explorer_is_quicker_than_drawing_the_whole_figure() -> None:
    explorer = line_explorer()
    canvas = explorer._figure.canvas
    positions = itertools.cycle((0.5, 2.5))

    def draw_whole() -> None:
        canvas.draw()
        encode_png_quickly(np.asarray(canvas.buffer_rgba()))

    moving, drawing = seconds(lambda: explorer.move(slope=next(positions))), seconds(draw_whole)
    assert moving < 0.7 * drawing


def test_explorer_without_a_kernel_is_a_still_picture() -> None:
    explorer = line_explorer()
    still = explorer.picture
    explorer.move(slope=3)
    data, _ = explorer._repr_mimebundle_()
    assert data["text/html"] == still._repr_html_()
    assert data["text/plain"] == f"Explorer: {still.alt}"
    assert "application/vnd.jupyter.widget-view+json" in data


def test_story_is_told_by_pictures_side_by_side() -> None:
    story = [{}, {"slope": 0.5, "sign": "minus"}, {"slope": 3}]
    explorer, plain = line_explorer(story=story), line_explorer()
    data, _ = explorer._repr_mimebundle_()
    alts = [plain.move(**{"slope": 1, "sign": "plus", **moment}) for moment in story]
    html = data["text/html"]
    assert [unescape(alt) for alt in re.findall(r'alt="([^"]*)"', html)] == alts
    headings = re.findall("<figcaption>(.*?)</figcaption>", html)
    assert headings == ["Start", "Slope: 0.5, Sign: minus", "Slope: 3.0"]
    assert data["text/plain"] == "Explorer: " + "\n".join(alts)
    encoded = re.findall(r"base64,([^\"]*)", html)
    moving = pixels(plain.png)[..., :3]  # as it stands at the last moment
    last = pixels(base64.b64decode(encoded[2])).astype(float)
    whole = moving.reshape(len(last), 2, last.shape[1], 2, 3).mean(axis=(1, 3))
    assert np.abs(last - whole).mean() < 0.5
    assert len({*encoded}) == 3


def test_story_leaves_the_explorer_at_its_start() -> None:
    told, plain = line_explorer(story=[{"slope": 3}, {"sign": "minus"}]), line_explorer()
    assert told.png == plain.png
    assert told.alt == plain.alt
    assert told.picture == plain.picture
    assert told.move(slope=2) == plain.move(slope=2)


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        ({"slop": 1}, r"no control 'slop'; there are slope, sign"),
        ({"slope": 3.5}, r"Slope must be in \[0, 3\], got 3.5"),
    ],
)
def test_story_refuses_what_no_reader_can_set(moment: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        line_explorer(story=[{}, moment])


def test_each_move_is_counted_even_if_the_picture_stays() -> None:
    """Play waits for the count, not for another picture."""
    explorer = line_explorer()
    explorer.move(slope=0)
    counted, png = explorer.drawn, explorer.png
    explorer.move(sign="minus")
    assert explorer.png == png
    assert explorer.drawn == counted + 1


def test_moments_are_written_with_the_digits_of_the_step() -> None:
    assert Slider("Epoch", 0, 9, 1, 0).say(3) == "Epoch: 3"
    assert Slider("Rate", -1, 1, 0.25, 0).say(-0.5) == "Rate: −0.50"


@settings(max_examples=25)
@given(
    st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(
        lambda shape: arrays(np.uint8, (2 * shape[0], 2 * shape[1], 4))
    )
)
def test_halved_pictures_are_means_of_four_pixels(image: np.ndarray) -> None:
    opaque = np.where(np.arange(4) == 3, 255, image).astype(np.uint8)
    height, width = image.shape[:2]
    means = opaque.reshape(height // 2, 2, width // 2, 2, 4).mean(axis=(1, 3))
    assert np.abs(halved(opaque) - means).max() <= 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"slop": 1}, r"no control 'slop'; there are slope, sign"),
        ({"slope": 3.5}, r"Slope must be in \[0, 3\], got 3.5"),
        ({"sign": "times"}, r"Sign must be one of plus, minus, got 'times'"),
    ],
)
def test_explorer_refuses_values_that_a_reader_cannot_set(values: dict, message: str) -> None:
    explorer = line_explorer()
    before = explorer.png
    with pytest.raises(ValueError, match=message):
        explorer.move(**values)
    assert explorer.png == before
