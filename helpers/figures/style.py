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
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text
from PIL import Image

from helpers.figures.palette import FILLS, LINESTYLES, SEQUENTIAL, SERIES, darkened

DPI = 150

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 12,
    "axes.prop_cycle": matplotlib.cycler(color=SERIES, linestyle=LINESTYLES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": DPI,
    "font.size": 12,
    "grid.color": FILLS["grid"],
    "grid.linewidth": 0.8,
    "image.cmap": SEQUENTIAL,
    "legend.fontsize": 11,
    "legend.framealpha": 0.9,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
}
matplotlib.rcdefaults()  # a reader's own matplotlibrc is for other pictures
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


def label_lines(axes: Axes, *, end: str = "right", fontsize: float = 11) -> list[Annotation]:
    """Write each line's label at its end, in its colour, instead of a legend.

    Labels that would overlap move apart, and a thin line leads back to where they belong. The axes
    become narrower by the room they need. Call it last: it asks where the lines end.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its lines that were plotted with a `label` are labelled.
    end : str
        "right" or "left": where the lines are furthest apart.
    fontsize : float
        In points.

    Returns
    -------
    list of matplotlib.text.Annotation

    Raises
    ------
    ValueError
        If `end` is neither, or no line has a label.
    """
    if end not in ("right", "left"):
        raise ValueError(f'end must be "right" or "left", got {end!r}')
    lines = [line for line in axes.lines if not line.get_label().startswith("_")]
    if not lines:
        raise ValueError("no line of the axes has a label: plot with label=…")
    side = 1 if end == "right" else -1
    texts = [_label_at(line, side, fontsize) for line in lines]
    # The labels' room makes the axes narrower, so the layout comes first; it may move once more.
    for _ in range(2):
        axes.figure.canvas.draw()
        _move_apart(axes, texts, side)
    return texts


def _label_at(line: Line2D, side: int, fontsize: float) -> Annotation:
    leader = {"arrowstyle": "-", "linewidth": 0.8, "shrinkA": 1, "shrinkB": 1}
    return line.axes.annotate(
        line.get_label(),
        _end_of(line, side),
        xytext=(8 * side, 0),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="center",
        fontsize=fontsize,
        color=darkened(to_hex(line.get_color())),
        annotation_clip=False,
        arrowprops={**leader, "color": line.get_color(), "relpos": (0 if side > 0 else 1, 0.5)},
    )


def _end_of(line: Line2D, side: int) -> tuple[float, float]:
    """Return the outermost point of a line that is inside its axes."""
    x, y = (np.asarray(values, dtype=np.float64) for values in line.get_data())
    (left, right), (low, high) = (
        sorted(axis) for axis in (line.axes.get_xlim(), line.axes.get_ylim())
    )
    inside = np.isfinite(x) & np.isfinite(y) & (x >= left) & (x <= right) & (y >= low) & (y <= high)
    places = np.flatnonzero(inside if inside.any() else np.isfinite(x) & np.isfinite(y))
    place = places[np.argmax(side * x[places])]
    return float(x[place]), float(y[place])


def _move_apart(axes: Axes, texts: list[Annotation], side: int) -> None:
    """Give labels heights that do not overlap, as near as possible to their lines' ends."""
    ends = np.array([axes.transData.transform(text.xy) for text in texts])
    # An annotation's own extent has its leader in it.
    height = 1.08 * max(Text.get_window_extent(text).height for text in texts)
    order = np.argsort(ends[:, 1], kind="stable")
    # Runs of labels that touch share the middle of the places they would like.
    runs: list[list[float]] = []
    for place in ends[order, 1]:
        runs.append([place])
        while len(runs) > 1 and _gap(runs[-2], runs[-1], height) < 0:
            last = runs.pop()
            runs[-1] += last
    edge = axes.get_window_extent()
    per_point = axes.figure.dpi / 72
    heights = np.array(
        [np.mean(run) + height * (k - (len(run) - 1) / 2) for run in runs for k in range(len(run))]
    )
    low, high = edge.y0 + height / 2, edge.y1 - height / 2
    if len(texts) * height <= high - low + height:
        heights = np.maximum(heights, low + height * np.arange(len(texts)))
        heights = np.minimum(heights, high - height * np.arange(len(texts))[::-1])
    moved = np.abs(heights - ends[order, 1]) > 0.3 * height
    across = side * (16 if moved.any() else 8)
    for index, y, far in zip(order, heights, moved, strict=True):
        texts[index].set_position((across, (y - ends[index, 1]) / per_point))
        texts[index].arrow_patch.set_visible(bool(far))


def _gap(below: list[float], above: list[float], height: float) -> float:
    reach = height * (len(below) + len(above)) / 2
    return float(np.mean(above) - np.mean(below) - reach)


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


def halved(pixels: np.ndarray) -> np.ndarray:
    """Return an RGBA image of half the width and height: each pixel the mean of four.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 4)

    Returns
    -------
    ndarray of uint8, shape (⌈height / 2⌉, ⌈width / 2⌉, 4)
    """
    return np.asarray(Image.fromarray(pixels).reduce(2))


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
