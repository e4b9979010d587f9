"""One look for each thing, through all nine lessons.

A thing is named as the lessons name it: "sigmoid", "Adam", "class 3", "ours", "forward". Things of
one kind, which a figure may show together, never share a colour; two kinds may, so a figure shows
one kind in colour and what else it needs in "ink" and "guide". Blue is on the side of what is right
(ours, forward, right, fused), vermillion on the other (backward, wrong, naive).

All colours stand out from white by 3 to 1, as lines must; text takes `text_colour`, which has 4.5
to 1. Two things of one kind differ with any colour vision. In grey they differ by their lightness
or else by their line's style, and always by their marker.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.colors import to_hex, to_rgb

# Okabe & Ito (2008), "Color universal design": distinguishable with any colour vision.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#646464"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
# As far from those on white, and from each other, as colours go with any colour vision.
VIOLET, BROWN, NAVY, WINE, LAVENDER = "#8700F0", "#5A2D00", "#001E87", "#87005A", "#9678FF"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, BLACK, VIOLET, BROWN, NAVY, WINE, LAVENDER)

# A second way to tell lines apart, for print in grey and for any colour vision.
LINESTYLES = (
    *("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1))),
    *((0, (9, 2, 2, 2)), (0, (8, 4)), (0, (4, 2, 1, 2, 1, 2))),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h")

SEQUENTIAL = "cividis"  # made for colour-vision deficiencies: Nuñez et al. (2018)
DIVERGING = "PuOr"  # readable with any colour vision: Brewer (2002)
INK_ON_PAPER = "Greys"  # images of handwriting
ERRORS = "Oranges"  # counts of what should be none


class Look(NamedTuple):
    """How a thing is drawn: the line's colour and style, and the marker of its points."""

    colour: str
    line: Any
    marker: str


def _in_order(*things: str) -> dict[str, Look]:
    return dict(zip(things, map(Look, SERIES, LINESTYLES, MARKERS), strict=False))


# Things that a figure may show together. Keras's looks are hollow circles on our line.
KINDS: dict[str, dict[str, Look]] = {
    "activations": {
        **_in_order("sigmoid", "tanh", "relu", "leaky_relu"),
        "linear": Look(BLACK, (0, (5, 1)), "v"),
        "softplus": Look(VIOLET, (0, (3, 1, 1, 1, 1, 1)), "P"),
        "elu": Look(BROWN, (0, (1, 1)), "X"),
        "gelu": Look(NAVY, (0, (9, 2, 2, 2)), "<"),
        "silu": Look(WINE, (0, (8, 4)), ">"),
        "softmax": Look(LAVENDER, (0, (4, 2, 1, 2, 1, 2)), "h"),
    },
    # The lecture notes mark their four classes by cross, circle, square and triangle.
    "classes": {
        f"class {k}": Look(colour, line, marker)
        for k, (colour, line, marker) in enumerate(
            zip(SERIES, LINESTYLES, ("X", "o", "s", "^", "D", "v", "P", "<", ">", "h"), strict=True)
        )
    },
    "optimizers": {
        "plain": Look(BLUE, "-", "o"),
        "momentum": Look(VERMILLION, "--", "s"),
        "RMSprop": Look(GREEN, "-.", "^"),
        "Adam": Look(VIOLET, (0, (5, 1)), "D"),
    },
    "sides": {"ours": Look(BLUE, "-", "s"), "Keras": Look(BLACK, "--", "o")},
    "ways": {"forward": Look(BLUE, "-", "o"), "backward": Look(VERMILLION, "--", "s")},
    "answers": {"right": Look(BLUE, "-", "o"), "wrong": Look(VERMILLION, "--", "X")},
    "labels": {"y = 1": Look(GREEN, "-", "o"), "y = 0": Look(PURPLE, "--", "s")},
    "forms": {
        "naive": Look(VERMILLION, ":", "X"),
        "clipped": Look(BLACK, "--", "s"),
        "fused": Look(BLUE, "-", "o"),
    },
    "scores": {
        "precision": Look(VERMILLION, "--", "s"),
        "recall": Look(BLUE, "-", "o"),
        "F1": Look(GREEN, "-.", "^"),
    },
    "precisions": {"float32": Look(VERMILLION, "--", "s"), "float64": Look(BLUE, "-", "o")},
}
# What stands in figures of any kind: the one thing shown, what the reader moves, and the rest.
NEUTRAL: dict[str, Look] = {
    "data": Look(BLUE, "-", "o"),
    "marked": Look(VERMILLION, "--", "s"),
    "third": Look(GREEN, "-.", "^"),
    "ink": Look(BLACK, "-", "D"),
    "target": Look(BLACK, "--", "D"),
    "guide": Look(GREY, "--", "D"),
    "path": Look(PURPLE, "-", "o"),
    "other": Look(PURPLE, ":", "v"),
}
LOOKS: dict[str, Look] = {
    **{thing: look for kind in KINDS.values() for thing, look in kind.items()},
    **NEUTRAL,
}
COLOURS: dict[str, str] = {thing: look.colour for thing, look in LOOKS.items()}
# Grounds, which carry no meaning alone; text in "ink" stands out from all of them.
FILLS: dict[str, str] = {
    "paper": "#FFFFFF",
    "band": "#D5ECFA",
    "box": "#D6EAF6",
    "answer": "#FBE7C0",
    "out of reach": "#E4E4E4",
    "beyond": "#EEEEEE",
    "grid": "#DDDDDD",
    "others": "#949494",  # thin lines behind the one that counts: 3 to 1 on white
}


def look(thing: str | int, *, marker: bool = False) -> dict[str, Any]:
    """Return how to plot a thing, for `axes.plot(…, **look("sigmoid"))`.

    Parameters
    ----------
    thing : str or int
        Its name in `LOOKS`; or, for what has no colour of its own (three learning rates, say), its
        number 0…9 in the figure.
    marker : bool
        Whether points are marked as well.

    Returns
    -------
    dict
        `color` and `linestyle`, and `marker` if asked for.

    Raises
    ------
    ValueError
        If the thing has no look.
    """
    found = _numbered(thing) if isinstance(thing, int) else LOOKS.get(thing)
    if found is None:
        raise ValueError(
            f"thing must be 0…{len(SERIES) - 1} or one of {', '.join(LOOKS)}; got {thing!r}"
        )
    drawn = {"color": found.colour, "linestyle": found.line}
    return {**drawn, "marker": found.marker} if marker else drawn


def text_colour(thing: str | int) -> str:
    """Return a thing's colour for its label: darkened until text can be read on white."""
    return darkened(look(thing)["color"])


def class_colours(num_classes: int) -> list[str]:
    """Return the colours of classes 0…N−1, N at most 10."""
    return [COLOURS[f"class {k}"] for k in range(num_classes)]


def _numbered(number: int) -> Look | None:
    if not 0 <= number < len(SERIES):
        return None
    return Look(SERIES[number], LINESTYLES[number], MARKERS[number])


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


@cache
def lightened(colour: str, wanted: float = 3.0) -> str:
    """Return the colour, mixed with as much white as leaves the wanted contrast with white."""
    red_green_blue = np.array(to_rgb(colour))
    shades = (to_hex(1 - share * (1 - red_green_blue)) for share in np.linspace(0, 1, 101))
    return next(shade for shade in shades if contrast(shade, "white") >= wanted)


def tint(colour: str, share: float = 0.28) -> tuple[float, float, float]:
    """Return the colour mixed with white: a ground that belongs to the colour's thing."""
    red, green, blue = (1 - share + share * channel for channel in to_rgb(colour))
    return red, green, blue


_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def _to_linear(rgb: tuple[float, ...]) -> np.ndarray:
    """Undo the gamma of sRGB: WCAG 2.2, "relative luminance"."""
    channels = np.array(rgb)
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
