"""Find what stands out too little in a drawn figure: WCAG 2.2, 1.4.3 and 1.4.11."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
TEXT, LARGE_TEXT, GRAPHICS = 4.5, 3.0, 3.0
WHITE = np.ones(3)


def linear_rgb(colour: object) -> np.ndarray:
    """WCAG 2.2, relative luminance: undo the gamma of sRGB."""
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: object, other: object) -> float:
    """WCAG 2.2, contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted(float(LUMINANCE @ linear_rgb(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def over(colour: object, alpha: float | None, ground: np.ndarray = WHITE) -> np.ndarray:
    """What one sees of a colour that lets its ground shine through."""
    *rgb, own = to_rgba(colour, alpha)
    return own * np.array(rgb) + (1 - own) * ground


def faint(fig: Figure) -> list[str]:
    """Describe all that stands out too little, as the figure was last drawn."""
    found = []
    for text in fig.findobj(Text):
        if not _is_shown(text):
            continue
        large = text.get_fontsize() >= (14 if text.get_fontweight() in ("bold", 700) else 18)
        wanted = LARGE_TEXT if large else TEXT
        ground = _ground(fig, text)
        ratio = contrast(over(text.get_color(), text.get_alpha(), ground), ground)
        if ratio < wanted:
            found.append(f"text {text.get_text()!r}: {ratio:.2f} to 1, needs {wanted}")
    for axes in fig.axes:
        for what, inside, edge in _objects(axes):
            ratio = max(contrast(inside, WHITE), contrast(edge, WHITE))
            if ratio < GRAPHICS:
                found.append(f"{what} in {axes.get_title(loc='left')!r}: {ratio:.2f} to 1, needs 3")
    return found


def _is_shown(text: Text) -> bool:
    owners = [text.axes] if text.axes is not None else []
    return (
        text.get_visible()
        and bool(text.get_text().strip())
        and all(axes.get_visible() and (axes.axison or text in axes.texts) for axes in owners)
    )


def _ground(fig: Figure, text: Text) -> np.ndarray:
    """The colour, other than the text's own, that covers most of the text's box."""
    pixels = np.asarray(fig.canvas.buffer_rgba())[::-1]
    box = text.get_window_extent()
    rows, columns = (
        slice(max(0, round(low)), max(0, round(high)))
        for low, high in ((box.y0, box.y1), (box.x0, box.x1))
    )
    inside = pixels[rows, columns, :3].reshape(-1, 3)
    if not len(inside):
        return WHITE
    colours, counts = np.unique(inside, axis=0, return_counts=True)
    own = (colours == np.round(255 * np.array(to_rgb(text.get_color())))).all(axis=1)
    if not own.all():
        counts[own] = 0
    return colours[counts.argmax()] / 255


def _objects(axes: Axes) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Bars, lines, markers and points, with the colour inside and at the edge."""
    for bars in axes.containers:
        for bar in getattr(bars, "patches", ()):
            edge = bar.get_edgecolor() if bar.get_linewidth() >= 0.8 else "white"
            yield "bar", over(bar.get_facecolor(), None), over(edge, None)
    for line in axes.lines:
        if line.get_linestyle() != "None":
            yield f"line {line.get_label()!r}", *2 * [over(line.get_color(), line.get_alpha())]
        if line.get_marker() not in ("None", "", None):
            inside, edge = (
                over("none" if colour == "none" else colour, line.get_alpha())
                for colour in (line.get_markerfacecolor(), line.get_markeredgecolor())
            )
            yield f"marker {line.get_label()!r}", inside, edge
    for points in axes.collections:
        if points.get_array() is None and points.get_alpha() is None:
            insides, edges = points.get_facecolor(), points.get_edgecolor()
            for k in range(max(len(insides), len(edges))):
                inside, edge = (
                    over(some[k % len(some)], None) if len(some) else WHITE
                    for some in (insides, edges)
                )
                yield "points", inside, edge
