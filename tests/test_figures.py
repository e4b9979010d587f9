"""The figures' common ground: text alternatives, sliders, and what reaches the page."""

from __future__ import annotations

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
from PIL import Image

from helpers.figures.explorer import Choice, Explorer, Slider
from helpers.figures.style import PALETTE, encode_png, encode_png_quickly, figure, picture

ALT = 'A straight line from 0 to 1, "rising" & <never> falling, in ten steps.'


def pixels(data: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(data))
    return np.asarray(image.convert("RGB") if image.mode == "P" else image)


def line_explorer() -> Explorer:
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
    from matplotlib import _pylab_helpers

    figure()
    assert not _pylab_helpers.Gcf.figs


def linear_rgb(colour: str) -> np.ndarray:
    """WCAG 2.2, relative luminance: undo the gamma of sRGB."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


# Machado, Oliveira, Fernandes (2009), table 1, severity 1.0; rows give R, G, B.
DEFICIENCIES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of a linear sRGB colour, white point D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", DEFICIENCIES)
def test_colours_differ_with_any_colour_vision(vision: str) -> None:
    seen = [lab(DEFICIENCIES[vision] @ linear_rgb(c)) for c in PALETTE]
    distances = [
        np.linalg.norm(one - other) for i, one in enumerate(seen) for other in seen[i + 1 :]
    ]
    # A distance of about 2.3 is just noticeable; lines need several times that.
    assert min(distances) > 15


@pytest.mark.parametrize("colour", PALETTE[:4])
def test_colours_of_lines_stand_out_from_white(colour: str) -> None:
    """WCAG 2.2, 1.4.11: graphical objects need a contrast of 3 to 1."""
    luminance = linear_rgb(colour) @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 3


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
    assert np.abs(moved).max() <= 11


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
    # The browser and the way there take about 20 ms of the 50 that feel immediate.
    assert moving < 0.030


def test_explorer_without_a_kernel_is_a_still_picture() -> None:
    explorer = line_explorer()
    still = explorer.picture
    explorer.move(slope=3)
    data, _ = explorer._repr_mimebundle_()
    assert data["text/html"] == still._repr_html_()
    assert data["text/plain"] == f"Explorer: {still.alt}"
    assert "application/vnd.jupyter.widget-view+json" in data


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
