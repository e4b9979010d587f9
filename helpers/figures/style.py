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
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
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


def encode_png(pixels: np.ndarray) -> bytes:
    """Encode an RGBA image as a small PNG, without its alpha channel, in at most 256 colours.

    A palette makes the lessons' files less than half as large. No channel of the lessons' pictures
    moves by more than 11 of 255.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 4)

    Returns
    -------
    bytes
    """
    stream = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    # Of Pillow's ways to choose the colours, the one whose worst error is smallest.
    image = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


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
