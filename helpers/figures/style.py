"""One look for every figure, and a way to emit it with a text alternative.

JupyterLab gives its PNG outputs no alternative text, so a figure leaves here as HTML with
`<img alt=…>`. The figures are made without pyplot: nothing global opens, shows or closes them.
"""

from __future__ import annotations

import base64
import html
import io
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image

# Okabe & Ito (2008), "Color universal design": distinguishable with any colour vision.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#6E6E6E"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
# A second way to tell lines apart, for print in grey and for any colour vision.
LINESTYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))

SEQUENTIAL = "cividis"  # made for colour-vision deficiencies: Nuñez et al. (2018)
DIVERGING = "PuOr"  # readable with any colour vision: Brewer (2002)

DPI = 150

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 12,
    "axes.prop_cycle": matplotlib.cycler(color=PALETTE, linestyle=LINESTYLES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": DPI,
    "font.size": 12,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "image.cmap": SEQUENTIAL,
    "legend.fontsize": 11,
    "legend.framealpha": 0.9,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
}
matplotlib.rcParams.update(STYLE)


def figure(
    rows: int = 1, columns: int = 1, *, width: float = 8.0, height: float = 3.6, **subplots: Any
) -> tuple[Figure, Any]:
    """Return a figure in the course's style and its axes, as `Figure.subplots` gives them.

    Parameters
    ----------
    rows, columns : int
        The grid of axes.
    width, height : float
        Size in inches; a lesson's page is about 8 inches wide.
    **subplots
        Passed to `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes or ndarray of them
    """
    fig = Figure(figsize=(width, height))
    FigureCanvasAgg(fig)
    return fig, fig.subplots(rows, columns, **subplots)


def contrast(one: str | tuple[float, ...], other: str | tuple[float, ...]) -> float:
    """Return the contrast ratio of two colours, from 1 to 21.

    (L₁ + 0.05) / (L₂ + 0.05) with the larger relative luminance L above: WCAG 2.2, "contrast
    ratio".

    Parameters
    ----------
    one, other : colour
        As Matplotlib names them; a transparency is ignored.

    Returns
    -------
    float
    """
    dark, light = sorted(_LUMINANCE @ _to_linear(to_rgb(colour)) for colour in (one, other))
    return float((light + 0.05) / (dark + 0.05))


@cache
def darkened(colour: str, wanted: float = 4.5) -> str:
    """Return the colour, darkened just so far that it stands out from white.

    Parameters
    ----------
    colour : colour
        As Matplotlib names it.
    wanted : float
        The contrast ratio to reach: 4.5 for text, 3 for what is drawn (WCAG 2.2, 1.4.3, 1.4.11).

    Returns
    -------
    str
        As "#rrggbb"; the same colour if it stands out already.
    """
    red_green_blue = np.array(to_rgb(colour))
    shades = (to_hex(shade * red_green_blue) for shade in np.linspace(1, 0, 101))
    return next(shade for shade in shades if contrast(shade, "white") >= wanted)


_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def _to_linear(rgb: tuple[float, ...]) -> np.ndarray:
    """Undo the gamma of sRGB: WCAG 2.2, "relative luminance"."""
    channels = np.array(rgb)
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def encode_png(pixels: np.ndarray) -> bytes:
    """Encode an RGBA image as a small PNG, without its alpha channel, in at most 256 colours.

    A palette makes the lessons' files less than half as large. The colours of all plain areas and
    lines stay exactly what they are; in the shades between them, no channel of the lessons'
    pictures moves by more than 11 of 255.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 4)

    Returns
    -------
    bytes
    """
    codes = pixels[..., :3].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    codes, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.int32)
    chosen, nearest = _palette(colours, counts)
    image = Image.fromarray(nearest.astype(np.uint8)[place].reshape(pixels.shape[:2]))
    image.putpalette(colours[chosen].astype(np.uint8).tobytes())
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _palette(colours: np.ndarray, counts: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Choose 256 colours, and for each colour the nearest of them."""
    chosen = list(np.argsort(-counts, kind="stable")[:64])
    distance = np.full(len(colours), np.iinfo(np.int32).max)
    nearest = np.zeros(len(colours), np.intp)

    def serve(number: int, colour: np.ndarray) -> None:
        away = np.abs(colours - colour).max(axis=1)
        closer = away < distance
        distance[closer], nearest[closer] = away[closer], number

    for number, index in enumerate(chosen):
        serve(number, colours[index])
    # Then always the colour that is served worst: Gonzalez (1985), "Clustering to minimize the
    # maximum intercluster distance".
    while len(chosen) < 256 and distance.any():
        chosen.append(int(distance.argmax()))
        serve(len(chosen) - 1, colours[chosen[-1]])
    return chosen, nearest


def encode_png_quickly(pixels: np.ndarray) -> bytes:
    """Encode an RGBA image as PNG in half the time that Pillow's quickest setting takes.

    Pillow tries five filters on every row. A plot's large plain areas compress well without any:
    PNG specification (W3C, 2003), 4.5.4 and 11.2.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 4)

    Returns
    -------
    bytes
    """
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # 0: this row has no filter
    rows[:, 1:] = pixels.reshape(height, -1)

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)  # 8 bits each of R, G, B, A
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


@dataclass(frozen=True)
class Picture:
    """A still picture with a text alternative.

    Parameters
    ----------
    data : bytes
        The picture as PNG.
    alt : str
        What the picture shows, with its numbers: what a screen reader says instead.
    width : int
        Its width on the page, in CSS pixels.
    """

    data: bytes
    alt: str
    width: int

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.data).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{encoded}" width="{self.width}" '
            f'style="max-width: 100%; height: auto" alt="{html.escape(self.alt)}">'
        )

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def picture(fig: Figure, alt: str) -> Picture:
    """Draw a figure and return it as a picture with a text alternative.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        A figure made by `figure`.
    alt : str
        What the figure shows, with its numbers, rounded so that they are the same on any CPU;
        at least 40 characters.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `alt` is too short to say anything.
    """
    alt = " ".join(alt.split())
    if len(alt) < 40:
        raise ValueError(f"alt must say what the figure shows, with its numbers; got {alt!r}")
    fig.canvas.draw()
    pixels = np.asarray(fig.canvas.buffer_rgba())
    return Picture(encode_png(pixels), alt, round(pixels.shape[1] * 96 / DPI))
